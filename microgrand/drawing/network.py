"""`draw(network)`: a network of layers as columns of neurons, without a graph, or with the numbers of one sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from microgrand.drawing.columns import Column, columns_of
from microgrand.drawing.drawing import Drawing
from microgrand.drawing.fitting import Trial
from microgrand.drawing.look import Look
from microgrand.drawing.neurons import MOST, largest_weight, neurons_text
from microgrand.drawing.view import View
from microgrand.networks.layers import Layer
from microgrand.shortening import how_many, listed
from microgrand.table.formula import number
from microgrand.table.symbols import vector

LEGEND = (
    "A circle is one number of a vector zˡ, with the sign of the function that it has gone through.",
    "A line is a weight θ, or, from a square, a bias; faint lines show what depends on what.",
)
NUMBER, DELTA = "In a circle stands its number", "δ, the derivative of the cost"


def draw_network(
    network: Layer, sample: Any, target: Any, depth: int | None, digits: int, look: Look, shown: Sequence[str]
) -> Drawing:
    """The picture of a network; `shown` are the numbers of the sample that are written, the rest is as in `draw`."""
    columns = columns_of(network, sample, target, depth)
    if "value" not in shown:
        columns = [column._replace(values=()) for column in columns]
    if "delta" not in shown:
        columns = [column._replace(deltas=()) for column in columns]
    return NetworkDrawing(columns, look, digits)


class NetworkDrawing(Drawing):
    """The picture of a network. As text it is a list of its layers, with their sizes and numbers of parameters.

    >>> from microgrand import Linear, Sequential, Tanh, draw
    >>> print(draw(Sequential(Linear(2, 3, bias=True), Tanh(), Linear(3, 1).freeze())))
    z¹  input         2
    z³  linear, tanh  3  9 parameters
    z⁴  linear        1  3 parameters (frozen)
    12 parameters
    """

    def __init__(self, columns: Sequence[Column], look: Look, digits: int) -> None:
        super().__init__(View((), (), (), _title(columns), (), False), look)
        self.columns = tuple(columns)
        self._digits = digits

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled: the columns, and how they are shown."""
        return {**super().__getstate__(), "columns": self.columns, "_digits": self._digits}

    @cached_property
    def fit(self) -> Trial:
        """The picture as it is laid out: everything has its place."""
        dot = neurons_text(self.columns, self.look, self._digits, _notes(self.columns, self.look))
        return Trial(self.view, self.look, dot, None, {})

    @cached_property
    def dot(self) -> str:
        """The picture as DOT text; needs the extra `draw`."""
        return self.fit.dot

    def beside(self, other: Drawing, titles: tuple[str, str] = ("before", "after")) -> Drawing:
        """Raise a TypeError: only pictures of graphs stand beside each other, whatever `other` and `titles` are."""
        raise TypeError(
            "the picture of a network stands by itself; draw the graph of a trace to compare it with another"
        )

    def __str__(self) -> str:
        rows = [(c.name, ", ".join(c.layers) or "input", _size(c), *_told(c, self._digits)) for c in self.columns]
        widths = [max([len(row[column]) for row in rows]) for column in range(4)]
        shown = [k for k in range(4) if widths[k]]
        lines = ["  ".join([f"{row[k]:<{widths[k]}}" for k in shown]).rstrip() for row in rows]
        return "\n".join([*lines, how_many(sum([column.parameters for column in self.columns]), "parameter")])


def _told(column: Column, digits: int) -> tuple[str]:
    """The last words on a column: its parameters, and the numbers of a sample."""
    told = [how_many(column.parameters, "parameter") + " (frozen)" * column.frozen] if column.parameters else []
    if column.values:
        told.append(vector(column.values, digits=digits))
    if column.deltas:
        told.append(f"δ = {vector(column.deltas, digits=digits)}")
    return ("  ".join(told),)


def _size(column: Column) -> str:
    return "?" if column.size is None else f"{column.size:,}"


def _title(columns: Sequence[Column]) -> str:
    sizes = listed(columns, _size, between=" → ")
    return f"A network {sizes} of {how_many(sum([column.parameters for column in columns]), 'parameter')}"


def _notes(columns: Sequence[Column], look: Look) -> list[str]:
    return list(_lines_told(columns, look))


def _lines_told(columns: Sequence[Column], look: Look) -> Iterator[str]:
    """What is written below: what lines mean, what is left out, and the legend."""
    largest = largest_weight(columns)
    if largest > 0.0:
        yield f"the thickest line is |θ| = {number(largest, digits=3)}; weights below 0 are dashed"
    if any([column.size is not None and column.size > MOST for column in columns]):
        yield "of long columns the first and the last neurons are shown"
    if look.legend:
        yield from LEGEND
    numbers, deltas = any([column.values for column in columns]), any([column.deltas for column in columns])
    if look.legend and (numbers or deltas):
        below = f"; below it {DELTA}" if numbers else f"In a circle stands {DELTA}"
        yield f"{NUMBER if numbers else ''}{below if deltas else ''}."
