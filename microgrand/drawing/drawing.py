"""`Drawing`: a view that renders itself, as text, DOT, SVG, PNG or PDF."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any

from microgrand.drawing.bundle import Bundle, as_image, bundle_of
from microgrand.drawing.fitting import Trial, Views, fitted
from microgrand.drawing.lines import lines_of
from microgrand.drawing.look import Look
from microgrand.drawing.margins import with_margins
from microgrand.drawing.render import pdf, png, svg
from microgrand.drawing.styles import dot_text
from microgrand.drawing.svg import sized
from microgrand.drawing.view import View, side_by_side
from microgrand.files import as_path, write_whole
from microgrand.outer_errors import MissingExtraError


class Drawing:
    """A picture of a graph.

    dot            its DOT text, the source of every picture
    svg()          as SVG
    png()          as PNG
    pdf()          as PDF
    save(path)     as a file, in the form that its ending names: .svg, .png, .pdf, .dot
    str(drawing)   as text, one line per node, for terminals
    beside(other)  one picture of this and another

    In a notebook it shows itself.

    >>> from microgrand import Value, draw
    >>> x = Value(3.0)
    >>> y = x * x
    >>> print(draw(y))
    x        = 3  δ = 6
    y = x·x  = 9  δ = 1  ∂y/∂x⁽¹⁾ = 3, ∂y/∂x⁽²⁾ = 3
    """

    def __init__(self, view: View, look: Look, coarser: Views = tuple) -> None:
        self.view = view
        self.look = look
        self._coarser = coarser

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled: the view as it is, without the graph that coarser ones are made of."""
        return {"view": self.view, "look": self.look, "_coarser": tuple}

    @cached_property
    def fit(self) -> Trial:
        """What fits into the width that it is to be read in, and how it is laid out."""
        return fitted(self.view, self.look, self._coarser)

    @cached_property
    def dot(self) -> str:
        """The picture as DOT text; needs the extra `draw`."""
        return dot_text(self.fit.view, self.fit.look)

    def svg(self) -> str:
        """The picture as SVG text; needs the extra `draw`, and no program outside Python."""
        return sized(with_margins(self._graph, self.fit.view, self.look, adapts=True), self.look.width)

    def png(self, zoom: float = 2.0) -> bytes:
        """The picture as PNG, `zoom` times the size of the SVG."""
        return png(lambda: sized(self._printed(), self.look.width), self.dot, zoom)

    def pdf(self) -> bytes:
        """The picture as PDF, in its natural size, its text as text."""
        return pdf(self._printed, self.dot)

    @cached_property
    def _graph(self) -> str:
        """The SVG of the graph alone, in its natural size; title and legend are written around it."""
        return svg(self.fit.dot, self.view.title, self.fit.shifts)

    def _printed(self) -> str:
        """The SVG for converters, which know no screen that could be dark."""
        return with_margins(self._graph, self.fit.view, self.look, adapts=False)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture in the form that the ending of `path` names; the file is whole or is not there."""
        target = as_path(path)
        match target.suffix.lower():
            case ".dot":
                content = self.dot.encode()
            case ".svg":
                content = self.svg().encode()
            case ".png":
                content = self.png()
            case ".pdf":
                content = self.pdf()
            case _:
                raise ValueError(f"a drawing is saved as .dot, .svg, .png or .pdf; got {target.name or str(target)!r}")
        write_whole({target: content})
        return target

    def beside(self, other: Drawing, titles: tuple[str, str] = ("before", "after")) -> Drawing:
        """One picture of this drawing and another, each in a frame with its title: a graph before and after a step.

        >>> from microgrand import Value, draw, refresh
        >>> x = Value(3.0); y = x * x
        >>> before = draw(y)
        >>> x.data = 2.5; refresh(y)
        >>> print(before.beside(draw(y)))
        before
          x        = 3     δ = 6
          y = x·x  = 9     δ = 1  ∂y/∂x⁽¹⁾ = 3, ∂y/∂x⁽²⁾ = 3
        after
          x        = 2.5   δ = 5
          y = x·x  = 6.25  δ = 1  ∂y/∂x⁽¹⁾ = 2.5, ∂y/∂x⁽²⁾ = 2.5
        """
        if not isinstance(other, Drawing):
            raise TypeError(f"a drawing stands beside another; got {other!r:.60} of type {type(other).__name__}")
        if len(titles) != 2:
            raise ValueError(f"two drawings have two titles; got {titles!r:.60}")
        return Drawing(side_by_side([self.view, other.view], titles), self.look)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        try:
            picture = self.svg()
            forms, sizes = bundle_of(picture, str(self))
            return {"text/html": as_image(picture, self.view.title), **forms}, sizes
        except MissingExtraError as error:
            return {"text/plain": f"{self}\n({error})"}, {}

    def __str__(self) -> str:
        return "\n".join(lines_of(self.view))

    def __repr__(self) -> str:
        return f"<drawing: {self.view.title}; .save(path) writes it, print(…) tells it>"
