"""Structural zeros in sweeps whose adjoints are Values: no δ flows to an operand that a row did not select.

Where `where`, `maximum`, `relu` and their kin select, the partial of what was not selected is no number but nothing at
all: what was computed there may be infinite or undefined, and 0·∞ would be NaN. At given numbers such edges are left
out: `AtTheNumbers`. What is recorded must hold for other numbers too: `Recorded` writes the condition into the graph.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from microgrand.engine.node import Node
from microgrand.engine.scope import GUARDS
from microgrand.engine.sweep import passes
from microgrand.table.primitive import Primitive
from microgrand.table.rows import TABLE, not_equal, where

Edge = tuple[Any, Any]  # a parent, and ∂node/∂parent

PROBES = (-1e4, -1.0, 0.0, 0.5, 1e4)  # operands at which the rows are tried that are to be finite everywhere


def is_recording() -> bool:
    """Whether `Guards` are entered on this thread: then what is computed is to hold for other numbers too."""
    return GUARDS.get() is not None


def selection(order: Sequence[Node]) -> AtTheNumbers | Recorded:
    """What tells the terms of a sweep over these nodes, in topological order."""
    return Recorded(order) if is_recording() else AtTheNumbers()


class AtTheNumbers:
    """The terms at the numbers that the graph has now."""

    def back(self, node: Node, edges: Sequence[Edge], delta: Any, into: Container[Any]) -> Iterator[Edge]:
        """What flows back along the edges of a node: pairs of a parent and its term δ·∂node/∂parent.

        into  the parents that are asked for
        """
        for parent, slope in self._selected(node, edges):
            if parent in into:
                yield parent, times(delta, slope)

    def forth(self, node: Node, edges: Sequence[Edge], tangents: Mapping[Any, Any]) -> Iterator[Edge]:
        """What flows forth along the edges: pairs of the node and a term, tangent·∂node/∂parent, where there is one."""
        for parent, slope in self._selected(node, edges):
            if parent in tangents:
                yield node, times(tangents[parent], slope)

    def _selected(self, node: Node, edges: Sequence[Edge]) -> Sequence[Edge]:
        if not selects(node):
            return edges
        return [edge for edge, partial in zip(edges, node.partials, strict=True) if passes(node, partial)]


class Recorded:
    """The terms at all numbers: what may be infinite is kept out by `where`, under the condition that δ arrives there.

    Most rows are finite wherever their operands are, and products with a δ of 0 are then 0 by themselves: conditions
    are written only where that is not sure.
    """

    def __init__(self, order: Sequence[Node]) -> None:
        self._steep: set[Node] = set()  # nodes which, or whose slopes, may be infinite or undefined at finite inputs
        for node in order:
            if node.primitive is not None and not (is_tame(node) and self._steep.isdisjoint(node.parents)):
                self._steep.add(node)
        self._under: set[Node] = set()  # nodes from which a steep one is computed
        for node in reversed(order):
            if node in self._under or node in self._steep:
                self._under.update(node.parents)
        self._shaky: set[Node] = set()  # nodes whose δ may be infinite
        # The conditions under which δ arrives at a node and, for each dict of tangents, these do. None: always.
        self._reached: dict[Any, Any] = {}

    def back(self, node: Node, edges: Sequence[Edge], delta: Any, into: Container[Any]) -> Iterator[Edge]:
        """As `AtTheNumbers.back`."""
        condition = self._reached.get(node)
        selecting, steep = selects(node), node in self._steep
        for parent, slope in edges:
            if parent not in into or (selecting and _is_zero(slope)):
                continue
            term, passing = times(delta, slope), condition
            if selecting and isinstance(slope, Node):
                passing = _both(condition, slope)
                if node in self._shaky:
                    term = where(passing, term, 0.0)
            elif condition is not None and steep:
                term = where(condition, term, 0.0)
            if parent in self._steep:
                self._arrives(parent, passing)
            if steep or node in self._shaky:
                self._shaky.add(parent)
            yield parent, term

    def forth(self, node: Node, edges: Sequence[Edge], tangents: Mapping[Any, Any]) -> Iterator[Edge]:
        """As `AtTheNumbers.forth`."""
        selecting, steep, key = selects(node), node in self._steep, id(tangents)
        for parent, slope in edges:
            if parent not in tangents or (selecting and _is_zero(slope)):
                continue
            condition = self._reached.get((key, parent))
            term, passing = times(tangents[parent], slope), condition
            if selecting and isinstance(slope, Node):
                passing = not_equal(slope, 0.0)  # asked first: it hides what the condition below may come from
                passing = passing if condition is None else where(passing, condition, 0.0)
                if parent in self._steep:
                    term = where(passing, term, 0.0)
            elif condition is not None and steep:
                term = where(condition, term, 0.0)
            if node in self._under:
                self._arrives((key, node), passing)
            yield node, term

    def _arrives(self, key: Any, condition: Any) -> None:
        """Note that something arrives there under one more condition."""
        if key not in self._reached:
            self._reached[key] = condition
        elif self._reached[key] is not None:
            self._reached[key] = None if condition is None else self._reached[key] + condition


def selects(node: Node) -> bool:
    """Whether a partial of 0 of this node is a structural zero: its row selects among its operands."""
    row = node.primitive
    return row is not None and row.selects


def _both(condition: Any, slope: Any) -> Any:
    """1 where something arrives at a node and the slope selects the operand, else 0."""
    passing = not_equal(slope, 0.0)
    return passing if condition is None else where(condition, passing, 0.0)


def _is_zero(slope: Any) -> bool:
    return isinstance(slope, float) and slope == 0.0


def times(delta: Any, partial: Any) -> Any:
    """δ·∂z/∂operand; no node is made if a factor is the plain number 1."""
    if isinstance(partial, float) and partial == 1.0:
        return delta
    return partial if isinstance(delta, float) and delta == 1.0 else delta * partial


def is_tame(node: Node) -> bool:
    """Whether a step and its partials are finite at all finite operands, products beyond 1.8e308 aside.

    This is tried out, at very small and very large operands; plain numbers stay as they are, the exponent of x**2 for
    example. Of rows that users declare it is not known.

    >>> from microgrand import Value, sqrt
    >>> x = Value(0.5)
    >>> is_tame(x * x), is_tame(x**2), is_tame(sqrt(x)), is_tame(1.0 / x), is_tame(x / 3.0)
    (True, True, False, False, True)
    """
    row: Any = node.primitive
    operands = node.operands
    if row.arity is None:  # of long lists, two items stand for all
        indices = len(row.signature.indices)
        fixed = (None,) * (2 * len(row.signature.lists)) + (0.0,) * indices
    else:
        fixed = tuple([None if isinstance(x, Node) else x for x in operands])
    known = _TAME.get((row, fixed))
    if known is None:
        own = TABLE.get(row.name) is row
        known = own and all(_is_finite(row, fixed, xs) for xs in _probes(fixed))
        if len(_TAME) < MOST_KNOWN:
            _TAME[row, fixed] = known
    return known


MOST_KNOWN = 10_000
_TAME: dict[tuple[Primitive, tuple[float | None, ...]], bool] = {}


def _probes(fixed: tuple[float | None, ...]) -> Iterator[tuple[float, ...]]:
    return product(*[PROBES if x is None else (x,) for x in fixed])


def _is_finite(row: Primitive, fixed: tuple[float | None, ...], xs: tuple[float, ...]) -> bool:
    """Whether the value at xs, and the partials in what is not fixed, are finite numbers."""
    try:
        if not row.allows(*xs):
            return False
        z = row.value(*xs)
        slopes = row.partials[0](z, *xs) if row.signature.lists else [partial(z, *xs) for partial in row.partials]
        used = [slope for slope, number in zip(slopes, fixed, strict=True) if number is None]
        return all(math.isfinite(number) for number in (z, *used))
    except (ArithmeticError, ValueError):
        return False
