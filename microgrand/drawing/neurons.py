"""The DOT text of a network's columns: neurons as circles in order, weights as lines, thick where |θ| is large.

Everything has its place before the engine draws it, which only leads the lines: so neurons stand in index order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf
from typing import Any, NamedTuple

from microgrand.drawing.colors import Palette, palette
from microgrand.drawing.columns import Column
from microgrand.drawing.dot import FONT, text
from microgrand.drawing.fitting import LEAST
from microgrand.drawing.look import Look
from microgrand.drawing.wires import DELTA, VALUE, ink_class
from microgrand.outer_errors import MissingExtraError
from microgrand.table.formula import number
from microgrand.table.signature import subscript

MOST = 16  # neurons of a column that are all drawn
FIRST, LAST = 6, 2  # those that are drawn of a longer one
THINNEST, FAINT = 0.4, 0.5  # points, of the line of a small weight, and of one without a weight
THICKEST = {32: 4.0, 128: 2.5}  # points, of the largest, by how many lines lead into a column at most
_STEEPEST = 0.3  # of the longest column's length, from one column to the next at least
_PLAIN = 2.4  # the diameter of neurons without numbers, in heights of letters
_APART = 1.25  # from one neuron to the next, in diameters
_LETTER = 0.64  # the width of the widest letters, in their height
_NARROWEST, _GAP = 4.5, 1.2  # the least space between columns, and between their headings, in heights of letters
_LINE = 1.25  # from one line of text to the next, in heights of letters
_ROWS = 3.0  # heights of letters between columns, where they lie
_INCH = 72.0
_SMALL = 0.85  # letters in neurons, in those of headings


class Spot(NamedTuple):
    """A neuron that is drawn: its index k, and how far from the middle of its column it stands; or what is left out."""

    k: int
    across: float
    left_out: int = 0


def neurons_text(columns: Sequence[Column], look: Look, digits: int, notes: Sequence[str] = ()) -> str:
    """The columns as DOT text; the same columns give the same bytes.

    digits  significant digits of activations and δ
    notes   what is written below
    """
    try:
        from graphviz import Digraph
    except ImportError as error:
        raise MissingExtraError("drawing", "draw", "graphviz") from error
    inks, size = palette(look.colors), f"{look.font_size:g}"
    # The notes begin with a blank line, which has a space: the embedded engine traps where the first line is empty.
    caption = {"label": text("\n".join(["\u00a0", *notes])), "labelloc": "b"} if notes else {}
    graph = Digraph(
        graph_attr={"layout": "neato", "splines": "line", "overlap": "true", "pad": "0.15", "outputorder": "edgesfirst",
                    "bgcolor": inks.ground, "fontname": FONT, "fontcolor": inks.quiet, "fontsize": size, **caption},
        node_attr={"fontname": FONT, "fontsize": size, "color": inks.line},
        edge_attr={"arrowhead": "none", "color": inks.unlit, "penwidth": f"{FAINT:g}"}, comment="drawn by microgrand",
    )  # fmt: skip
    _Picture(columns, look, digits, inks).write(graph)
    source: str = graph.source
    return source


def largest_weight(columns: Sequence[Column]) -> float:
    """The largest |θ| that is finite: its line is the thickest."""
    weights = [abs(weight) for column in columns for row in (*column.theta, column.bias) for weight in row]
    return max([weight for weight in weights if weight - weight == 0.0], default=0.0)


def spots(size: int) -> list[Spot]:
    """Where the neurons of a column stand, in index order; of a long one the first, the last, and what is between."""
    if size <= MOST:
        found = [Spot(k, float(k)) for k in range(size)]
    else:
        found = [Spot(k, float(k)) for k in range(FIRST)]
        found.append(Spot(-1, float(FIRST), size - FIRST - LAST))
        found += [Spot(size - LAST + k, float(FIRST + 1 + k)) for k in range(LAST)]
    middle = (len(found) - 1) / 2.0
    return [spot._replace(across=spot.across - middle) for spot in found]


class _Picture:
    """Where everything of one picture stands, and how it looks."""

    def __init__(self, columns: Sequence[Column], look: Look, digits: int, inks: Palette) -> None:
        self._columns = columns
        self._digits = digits
        self._inks = inks
        self._colors = look.colors
        self._letter = look.font_size
        self._direction = "LR" if look.direction == "auto" else look.direction
        self._width = look.width
        self._sideways = self._direction in ("LR", "RL")
        self._largest = largest_weight(columns)
        longest = max([len(self._number(x)) for c in columns for x in (*c.values, *c.deltas)], default=0)
        self._diameter = max(_PLAIN, longest * _LETTER * _SMALL + 0.3) * self._letter
        self._spots = [spots(column.size) if column.size is not None else [] for column in columns]
        furthest = max([spot.across for group in self._spots for spot in group], default=0.0)
        self._half = furthest * self._diameter * _APART + 0.5 * self._diameter
        most = max([sum(map(len, column.theta)) for column in columns])
        self._thickest = next((thick for lines, thick in THICKEST.items() if most <= lines), 1.5)
        if look.direction == "auto" and self._length() > self._room():
            self._direction, self._sideways = "TB", False
        self._places = list(self._along())

    def write(self, graph: Any) -> None:
        """Write lines first, the faint ones below the others, then blocks and neurons, then headings."""
        lines = [line for k in range(1, len(self._columns)) for line in self._lines(k)]
        for _, tail, head, style in sorted(lines, key=lambda line: line[0]):
            graph.edge(tail, head, **style)
        for k, column in enumerate(self._columns):
            if column.joined == "block":
                self._write_block(graph, k, column)
            self._write_neurons(graph, k, column)
            if column.bias:
                self._write_unit(graph, k)
            self._write_heading(graph, k, column)

    # ---- places ----

    def _along(self) -> Iterator[tuple[float, float]]:
        """For each column where the block before it stands, if there is one, and where its neurons stand."""
        steps = [self._step(*pair) for pair in pairwise(self._columns)]
        spare = self._spare()
        yield 0.0, 0.0
        place = 0.0
        for step, column in zip(steps, self._columns[1:], strict=True):
            wanted = _STEEPEST * 2.0 * self._half * (column.joined in ("weights", "all"))
            step = max(step, min(wanted, step + spare))
            block = place + step
            place = block + step if column.joined == "block" else block
            yield block, place

    def _step(self, before: Column, column: Column) -> float:
        """From one column to the next, at least: as far as their headings need, if these stand above them."""
        if not self._sideways:
            return _ROWS * self._letter + self._diameter
        longest = max([len(line) for each in (before, column) for line in self._heading(each)])
        most = max(self._diameter * 1.2, longest * _LETTER * self._letter)
        return most + max(_GAP, _NARROWEST * (column.joined == "weights")) * self._letter

    def _length(self) -> float:
        """From the first column to the last, at least."""
        pairs = list(pairwise(self._columns))
        return sum([self._step(*pair) * (1 + (pair[1].joined == "block")) for pair in pairs])

    def _room(self) -> float:
        """The length at which letters can just be read in the picture's column."""
        if self._width is None:
            return inf
        return self._width * _SMALL * self._letter / LEAST - 10.0 * self._letter

    def _spare(self) -> float:
        """What each step may be longer, for lines that are less steep, so that the letters can still be read."""
        if self._width is None or not self._sideways:
            return self._half
        return max(0.0, (self._room() - self._length()) / max(1, len(self._columns) - 1))

    def _position(self, along: float, across: float) -> str:
        """A place in the picture; `across` grows with the index."""
        x, y = {
            "LR": (along, -across), "RL": (-along, -across), "TB": (across, -along), "BT": (across, along),
        }[self._direction]  # fmt: skip
        return f"{x / _INCH:.4f},{y / _INCH:.4f}!"

    def _across(self, spot: Spot) -> float:
        return spot.across * self._diameter * _APART

    # ---- neurons ----

    def _write_neurons(self, graph: Any, k: int, column: Column) -> None:
        along = self._places[k][1]
        if column.size is None:
            self._write_circle(graph, f"c{k}_0", self._position(along, 0.0), "?", "of a length that is not known")
        for spot in self._spots[k]:
            where = self._position(along, self._across(spot))
            if spot.left_out:
                label = f"… {spot.left_out:,} more"
                ground = {"style": "filled", "fillcolor": self._inks.ground, "color": self._inks.ground}
                graph.node(f"c{k}_more", text(label), shape="box", margin="0.02", width="0", height="0", pos=where,
                           fontcolor=self._inks.quiet, **ground)  # fmt: skip
                continue
            label, kinds = self._inside(column, spot.k)
            self._write_circle(graph, f"c{k}_{spot.k}", where, label, self._words(column, spot.k), kinds,
                               column.frozen)  # fmt: skip

    def _write_circle(
        self, graph: Any, id: str, where: str, label: str, words: str, kinds: Sequence[str] = (), frozen: bool = False
    ) -> None:
        size = f"{self._diameter / _INCH:.4f}"
        graph.node(
            id, text(label), id=id, shape="circle", fixedsize="true", width=size, height=size, pos=where,
            style="filled,dotted" if frozen else "filled", fillcolor=self._inks.ground,
            fontsize=f"{self._letter * _SMALL:g}", tooltip=text(words), penwidth="1.5" if frozen else "1",
            **({"class": ink_class(self._colors, kinds)} if kinds else {"fontcolor": self._inks.ink}),
        )  # fmt: skip

    def _inside(self, column: Column, index: int) -> tuple[str, list[str]]:
        """What is written in a neuron: its number and its δ, or else the sign of its function."""
        numbers = [(kind, each[index]) for kind, each in ((VALUE, column.values), (DELTA, column.deltas)) if each]
        if numbers:
            return "\n".join([self._number(x) for _, x in numbers]), [kind for kind, _ in numbers]
        return ("C" if column.cost else column.sign if len(column.sign) <= 4 else ""), []

    def _words(self, column: Column, index: int) -> str:
        name = column.name if column.size == 1 else f"{column.name}{subscript(index + 1)}"
        told = [f"{name} = {self._number(column.values[index])}" if column.values else name]
        told += [f"δ = {self._number(column.deltas[index])}"] if column.deltas else []
        told += [f"b = {self._number(column.bias[index])}"] if column.bias else []
        return " | ".join(told)

    def _number(self, x: float) -> str:
        return number(x, digits=self._digits)

    def _write_unit(self, graph: Any, k: int) -> None:
        """The unit beside the column before, whose weights are the biases: it always says 1."""
        size = f"{0.6 * self._diameter / _INCH:.4f}"
        graph.node(
            f"b{k}", "1", id=f"b{k}", shape="square", fixedsize="true", width=size, height=size,
            pos=self._position(self._places[k - 1][1], self._below(k - 1)), style="filled", fillcolor=self._inks.layer,
            fontsize=f"{self._letter * _SMALL:g}", fontcolor=self._inks.ink, tooltip="its weights are the biases",
        )  # fmt: skip

    def _below(self, k: int) -> float:
        """Where the place after the last neuron of a column is."""
        last = self._spots[k][-1].across if self._spots[k] else 0.0
        return (last + 1.0) * self._diameter * _APART

    def _write_block(self, graph: Any, k: int, column: Column) -> None:
        ends = [abs(self._across(spot)) for j in (k - 1, k) for spot in self._spots[j]]
        long, wide = 2.0 * max(ends, default=0.0) + self._diameter, 2.0 * self._letter
        size = (wide, long) if self._sideways else (long, wide)
        dotted = ",dotted" if column.frozen else ""
        graph.node(
            f"k{k}", "", id=f"k{k}", shape="box", fixedsize="true", width=f"{size[0] / _INCH:.4f}",
            height=f"{size[1] / _INCH:.4f}", pos=self._position(self._places[k][0], 0.0),
            style=f"rounded,filled{dotted}", fillcolor=self._inks.layer, tooltip=text(", ".join(column.layers)),
        )  # fmt: skip

    # ---- headings ----

    def _heading(self, column: Column) -> list[str]:
        size = "?" if column.size is None else f"{column.size:,}"
        frozen = ["(frozen)"] if column.frozen else []
        return [*(column.layers or ("input",)), *frozen, f"{column.name} ({size})"]

    def _write_heading(self, graph: Any, k: int, column: Column) -> None:
        lines = self._heading(column)
        along = sum(self._places[k]) / 2.0 if column.joined == "block" else self._places[k][1]
        if self._sideways:
            across = -self._half - (len(lines) * _LINE / 2.0 + 0.8) * self._letter
        else:
            across = -self._half - (max([len(line) for line in lines]) * _LETTER / 2.0 + 0.8) * self._letter
        graph.node(f"h{k}", text("\n".join(lines)), shape="plaintext", margin="0", width="0", height="0",
                   fontcolor=self._inks.ink, pos=self._position(along, across))  # fmt: skip

    # ---- lines ----

    def _lines(self, k: int) -> Iterator[tuple[float, str, str, dict[str, str]]]:
        """The lines into a column: how thick, from where, to where, and how they look."""
        column = self._columns[k]
        tails, heads = self._ids(k - 1), self._ids(k)
        if column.joined == "weights":
            yield from self._weights(k, column, tails, heads)
        elif column.joined == "block":
            yield from [(0.0, tail, f"k{k}", {}) for tail in tails.values()]
            yield from [(0.0, f"k{k}", head, {}) for head in heads.values()]
        elif column.joined == "each" and column.size is not None:
            yield from [(0.0, tails[i], heads[i], {}) for i in heads if i in tails]
        else:
            yield from [(0.0, tail, head, {}) for tail in tails.values() for head in heads.values()]

    def _ids(self, k: int) -> dict[int, str]:
        """The neurons of a column that are drawn, by their index."""
        if self._columns[k].size is None:
            return {0: f"c{k}_0"}
        return {spot.k: f"c{k}_{spot.k}" for spot in self._spots[k] if not spot.left_out}

    def _weights(
        self, k: int, column: Column, tails: dict[int, str], heads: dict[int, str]
    ) -> Iterator[tuple[float, str, str, dict[str, str]]]:
        for j, head in heads.items():
            for i, tail in tails.items():
                named = f"θ{subscript(j + 1)}{subscript(i + 1) if len(column.theta[j]) < 10 else f', {i + 1}'}"
                yield self._weighted(f"w{k}_{j}_{i}", tail, head, column.theta[j][i], named, column.frozen)
            if column.bias:
                yield self._weighted(f"b{k}_{j}", f"b{k}", head, column.bias[j], f"b{subscript(j + 1)}", column.frozen)

    def _weighted(
        self, id: str, tail: str, head: str, weight: float, named: str, frozen: bool
    ) -> tuple[float, str, str, dict[str, str]]:
        """One weight: thick where it is large, dashed and of another colour where it is negative, dotted where it is 0.

        What is frozen is grey.
        """
        finite = weight - weight == 0.0
        share = abs(weight) / self._largest if finite and self._largest > 0.0 else float(not finite)
        color = self._inks.unlit if frozen or weight == 0.0 else self._inks.lit if weight < 0.0 else self._inks.value
        style = "dotted" if weight == 0.0 or not finite else "dashed" if weight < 0.0 else "solid"
        width = f"{THINNEST + (self._thickest - THINNEST) * share:.2f}"
        words = text(f"{named} = {number(weight)}")
        return share, tail, head, {"id": id, "color": color, "style": style, "penwidth": width, "tooltip": words}
