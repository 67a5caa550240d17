"""Indices as they are written, above and below: the ² and the ₁₂ of z²₁₂."""

from __future__ import annotations

import re
from typing import Final

SUBSCRIPTS: Final = "₀₁₂₃₄₅₆₇₈₉"


def superscript(l: object) -> str:
    """A layer's number as a superscript: the ² of z²."""
    return str(l).translate(_SUPERSCRIPTS)


def letter(k: int) -> str:
    """The k-th letter, from 0, as an upper index: the ᵃ of θ²ᵃ; from the 26th on with a number."""
    return _LETTERS_ABOVE[k % 25] + (superscript(k // 25 + 1) if k >= 25 else "")


def symbol_in_latex(name: str) -> str:
    r"""A letter with indices as LaTeX, z^{2}_{1} for z²₁; "" for any other name.

    >>> symbol_in_latex("z²₁"), symbol_in_latex("θ²⁽¹⁾₁‚₁₂"), symbol_in_latex("cost")
    ('z^{2}_{1}', '\\theta^{2(1)}_{1,12}', '')
    """
    parts = _SYMBOL.fullmatch(name)
    if parts is None:
        return ""
    letter, above, below = [part.translate(LOWERED) for part in parts.groups()]
    return _LETTERS.get(letter, letter) + f"^{{{above}}}" * bool(above) + f"_{{{below}}}" * bool(below)


def plain(name: str) -> str:
    """A name without the look of its indices: z2 for z₂, z² and z_2, which a reader may take for one another.

    >>> plain("z₂"), plain("z_2"), plain("w[0]")
    ('z2', 'z2', 'w0')
    """
    return name.translate(_PLAIN)


_SUPERSCRIPTS: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_PLAIN: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789", "_[]⁽⁾")
_LETTERS_ABOVE: Final = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"
_ABOVE: Final = f"[⁰¹²³⁴⁵⁶⁷⁸⁹{_LETTERS_ABOVE}]*"
_SYMBOL: Final = re.compile(
    r"([A-Za-zθδ∂])([⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ]*(?:⁽[⁰¹²³⁴⁵⁶⁷⁸⁹,]+⁾)?)([₀₁₂₃₄₅₆₇₈₉.‚ₗₖⱼᵢₘₙ]*)"
)
LOWERED: Final = str.maketrans(
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾₀₁₂₃₄₅₆₇₈₉‚ₗₖⱼᵢₘₙᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ",
    "0123456789()0123456789,lkjimnabcdefghijklmnoprstuvwxyz",
)
_LETTERS: Final = {"θ": r"\theta", "δ": r"\delta"}
