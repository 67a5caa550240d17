"""The DOT text of a view in the style that was asked for."""

from __future__ import annotations

from microgrand.drawing import dot, gates
from microgrand.drawing.look import Look
from microgrand.drawing.view import View

_STYLES = {"boxes": dot.dot_text, "gates": gates.gates_text}


def dot_text(view: View, look: Look) -> str:
    """The view as DOT text; the same view gives the same bytes."""
    return _STYLES[look.style](view, look)
