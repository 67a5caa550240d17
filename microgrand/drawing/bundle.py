"""What a notebook is given to show: a picture as SVG, and as PNG for viewers that strip SVG, and a text."""

from __future__ import annotations

import base64
import warnings
from html import escape
from typing import Any

from microgrand.drawing.glyphs import MissingGlyphWarning
from microgrand.drawing.render import in_few_colors, png, size_of
from microgrand.outer_errors import MissingExtraError
from microgrand.shortening import few_lines

SHARP = 1.5  # zoom of the PNG
SCREENFUL = 40  # lines

Bundle = tuple[dict[str, str], dict[str, Any]]


def as_image(picture: str, title: str) -> str:
    """An SVG as an HTML image that shrinks to its column, and keeps its own size in a wider one.

    JupyterLab would cut off an SVG that is wider than its column.
    """
    data = base64.b64encode(picture.encode()).decode()
    return f'<img alt="{escape(title)}" style="max-width:100%" src="data:image/svg+xml;base64,{data}">'


def bundle_of(picture: str, text: str) -> Bundle:
    """The forms of an SVG picture, and the size in which its PNG is shown.

    Viewers that strip SVG show the PNG; IPython in a terminal shows the text, of which a screenful stays as it is.
    """
    forms = {"image/svg+xml": picture, "text/plain": "\n".join(few_lines(text.split("\n"), "print(…)", SCREENFUL))}
    try:
        with warnings.catch_warnings(action="ignore", category=MissingGlyphWarning):
            small = in_few_colors(png(lambda: picture, None, SHARP))
    except MissingExtraError:
        return forms, {}
    width, height = [round(side / SHARP) for side in size_of(small)]
    return {**forms, "image/png": base64.b64encode(small).decode()}, {"image/png": {"width": width, "height": height}}
