"""`draw(root)`: the picture of a graph, as DOT text that renders itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from microgrand.drawing.dot import dot_text
from microgrand.drawing.render import pdf, png, svg
from microgrand.errors import GraphError
from microgrand.files import write_whole
from microgrand.graph import topological_order
from microgrand.node import Node

MAX_NODES = 400


class Drawing:
    """A picture of a graph.

    dot          its DOT text, the source of every other form
    svg()        as SVG
    png()        as PNG
    save(path)   as a file, in the form that its ending names: .svg, .png, .dot, .pdf (where the system has `dot`)

    In a notebook it shows itself.
    """

    def __init__(self, dot: str, what: str) -> None:
        self.dot = dot
        self._what = what

    def svg(self) -> str:
        """The picture as SVG text; needs the extra `draw`, and no program outside Python."""
        return svg(self.dot)

    def png(self, zoom: float = 2.0) -> bytes:
        """The picture as PNG, `zoom` times the size of the SVG."""
        return png(self.dot, zoom)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture in the form that the ending of `path` names; the file is whole or is not there."""
        target = Path(path)
        match target.suffix:
            case ".dot":
                content = self.dot.encode()
            case ".svg":
                content = self.svg().encode()
            case ".png":
                content = self.png()
            case ".pdf":
                content = pdf(self.dot)
            case _:
                raise ValueError(f"a drawing is saved as .dot, .svg, .png or .pdf; got {target.name!r}")
        write_whole({target: content})
        return target

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<drawing of {self._what}>"


def draw(root: Any, *, direction: str = "LR", max_nodes: int = MAX_NODES) -> Drawing:
    """The picture of everything that `root` was computed from: δ is computed for this root, and no `.grad` is read.

    root       a Value, or the trace of a network
    direction  "LR" from left to right, "TB" from top to bottom
    max_nodes  a larger graph is refused: it could not be read

    A node with more than eight leaves of its own shows the first few and the last, and the others as one.

    A node shows its name (or zᵢ) and formula, its value and its δ; an edge its local partial.

    >>> from microgrand import Value
    >>> x = Value(3.0, name="x")
    >>> draw(x * x).dot.count("->")
    2
    """
    top = getattr(root, "cost", root)
    if not isinstance(top, Node):
        raise TypeError(f"draw takes a Value or a trace; got {root!r:.60} of type {type(root).__name__}")
    if direction not in ("LR", "TB"):
        raise ValueError(f'direction is "LR" or "TB"; got {direction!r}')
    order = topological_order(top)
    if len(order) > max_nodes:
        raise GraphError(
            f"this graph has {len(order):,} nodes, more than a picture of {max_nodes} can show: "
            "draw a part of it, or raise max_nodes"
        )
    return Drawing(dot_text(top, order, direction), f"a graph of {len(order)} nodes")
