"""Characters for which no font is there: a picture made of pixels, or a PDF, would show an empty box for them."""

from __future__ import annotations

import sys
import unicodedata
import warnings
from collections.abc import Iterable
from functools import cache
from xml.etree import ElementTree

MOST_TOLD = 6
_UNSEEN = ("Cc", "Cf", "Mn", "Zs", "Zl", "Zp")  # characters that draw nothing by themselves


class MissingGlyphWarning(UserWarning):
    """No font has some of the characters of a picture, and it shows empty boxes for them; the message says which.

    >>> import warnings
    >>> from microgrand import Value, draw
    >>> with warnings.catch_warnings(record=True, action="always") as told:
    ...     pdf = draw(Value(1.0, name="\U000107a5")).pdf()
    >>> print(ascii(told[0].message))
    MissingGlyphWarning('no font that can be used here has \U000107a5: save it as SVG or PNG')
    """


def warn_of_missing(picture: str, font: str, others: bool) -> None:
    """Warn of the characters in the text of an SVG that have no glyph.

    font    the file of the font that is always there
    others  whether the fonts of the system are asked as well
    """
    texts = [element.text or "" for element in ElementTree.fromstring(picture).iter() if element.tag.endswith("text")]
    needed = {each for each in "".join(texts) if unicodedata.category(each) not in _UNSEEN} - glyphs(font)
    for path in sorted(_system_fonts()) if needed and others else ():
        needed -= glyphs(path)
    if needed:
        told = " ".join(sorted(needed)[:MOST_TOLD]) + " …" * (len(needed) > MOST_TOLD)
        way_out = "install a font that has them, or save the picture as SVG" if others else "save it as SVG or PNG"
        warnings.warn(f"no font that can be used here has {told}: {way_out}", MissingGlyphWarning, _outside())


def _outside() -> int:
    """How many calls up, seen from the caller, this package was called."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("microgrand."):
        level, frame = level + 1, frame.f_back
    return level


@cache
def glyphs(path: str) -> frozenset[str]:
    """The characters that a font file has; none if it cannot be read."""
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(map(chr, FT2Font(path).get_charmap()))
    except (OSError, RuntimeError, ValueError):
        return frozenset()


def _system_fonts() -> Iterable[str]:
    from matplotlib.font_manager import findSystemFonts

    found: list[str] = findSystemFonts()
    return found
