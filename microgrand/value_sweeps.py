"""Sweeps whose adjoints are Values, which can be differentiated again: the reverse sweep and the forward sweep.

The chain rule is that of `engine/sweep.py`, δᵢ = Σₖ δₖ ∂zₖ/∂zᵢ, with partials that the rows record as Values, or that
are numbers. What a row did not select gets no term: see selections.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from microgrand.checks import fresh_order
from microgrand.engine.node import Node
from microgrand.kinks import squared
from microgrand.selections import AtTheNumbers, is_recording, selection
from microgrand.table.rows import equal, where


def add_terms(sums: dict[Any, Any], terms: Iterable[tuple[Any, Any]]) -> None:
    """Add terms, pairs of a node and a number of any kind, to the sums by node; the first term makes no new node."""
    for node, term in terms:
        sums[node] = sums[node] + term if node in sums else term


def differentiable_sweep(root: Any, inputs: Sequence[Any], cut: bool = True) -> list[Any]:
    """∂root/∂input for each input, as a Value that can be differentiated again; 0.0 if there is no dependence.

    cut  whether the sweep stops at the inputs; if not, an input may be computed from another

    The results equal those of `sweep` exactly: the same terms are added in the same order.
    """
    depends = set(inputs)
    computed = fresh_order(root, inputs)[len(depends) :] if cut else fresh_order(root)
    for node in computed:
        if not depends.isdisjoint(node.parents):
            depends.add(node)
    chosen = selection(computed)
    delta: dict[Any, Any] = {root: 1.0}
    for node in reversed(computed):
        if node in delta and not depends.isdisjoint(node.parents):
            add_terms(delta, chosen.back(node, edges_to_differentiate(node), delta[node], depends))
    return [delta.get(node, 0.0) for node in inputs]


def tangent_sweep(
    roots: Sequence[Any], inputs: Sequence[Any], tangents: Sequence[Any], differentiable: bool = False
) -> list[Any]:
    """The forward sweep: tangents żₖ = Σᵢ ∂zₖ/∂zᵢ żᵢ, from those of the inputs, which are given, up to the roots.

    differentiable  whether the results are Values, which can be differentiated again

    >>> from microgrand import Value
    >>> x, y = Value(3.0), Value(2.0)
    >>> tangent_sweep([x * y], [x, y], [1.0, 10.0])
    [32.0]
    """
    tangent: dict[Any, Any] = dict(zip(inputs, tangents, strict=True))
    computed = fresh_order(roots, inputs)[len(tangent) :]
    chosen = selection(computed) if differentiable else AtTheNumbers()
    for node in computed:
        if not tangent.keys().isdisjoint(node.parents):
            numbers = zip(node.parents, node.partials, strict=True)
            edges = edges_to_differentiate(node) if differentiable else list(numbers)
            add_terms(tangent, chosen.forth(node, edges, tangent))
    return [tangent.get(root, 0.0) for root in roots]


def edges_to_differentiate(node: Node) -> list[tuple[Any, Any]]:
    """The edges of a node for a sweep that is differentiated again.

    Of a square of |x|, hypot or norm they reach past it: at 0, where it has no derivative, the square's slopes 2xᵢ
    have one, and are added; they are 0 there, and nothing else changes.
    """
    below = squared(node)
    row = None if below is None else below.primitive
    edges = edges_of_values(node)
    if row is None or below is None or not row.root_of_squares:
        return edges
    inputs: list[Any] = list(below.parents)
    if is_recording():
        return edges + [(x, where(equal(below, 0.0), 2.0 * x, 0.0)) for x in inputs]
    return edges + [(x, 2.0 * x) for x in inputs if below.data == 0.0]


def edges_of_values(node: Node) -> list[tuple[Any, Any]]:
    """The edges (parent, partial) of a node, with the partials recorded as Values by the formulas of its row."""
    row: Any = node.primitive  # which a leaf lacks; but a leaf depends on nothing, and is not asked
    slopes = row.slopes(node, node.operands, node.operands)
    return [(x, slope) for x, slope in zip(node.operands, slopes, strict=True) if isinstance(x, Node)]
