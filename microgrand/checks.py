"""What a sweep refuses, and the sentences about it: a stale graph, and adjoints that are not finite."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from microgrand.compiled.hints import i64
from microgrand.engine.node import Node
from microgrand.engine.order import LOCK, MARKS, as_nodes, leaves
from microgrand.engine.sweep import passes
from microgrand.errors import GraphError, NonFiniteError
from microgrand.stale import is_outdated
from microgrand.table.formula import formula


def fresh_order(roots: Any, cut: Iterable[Node] = ()) -> list[Node]:
    """As `topological_order`; raises GraphError if the graph is stale."""
    tops, fixed = as_nodes(roots), as_nodes(cut)
    another = LOCK._is_owned()
    with LOCK, MARKS.inside(another):
        order = MARKS.order(tops, fixed)
        if MARKS.outdated is not None:
            raise MARKS.checks.stale(MARKS.outdated)
        return order


class Checks:
    """The answers to what a traversal asks: see `Marks` in order.py."""

    def is_outdated(self, node: Node, mark: i64) -> bool:
        """Whether a node that had this mark would come out otherwise now."""
        return is_outdated(node, mark)

    def stale(self, node: Node) -> Exception:
        """The leaf that was set, the step that is out of date, and what to do."""
        last = max(leaves(node), key=lambda leaf: leaf._partial_x)  # when it was set; 0.0 if it never was
        what = f"{last.name or 'a leaf'} was set to {last.data!r}" if last._partial_x > 0.0 else "a leaf was set"
        return GraphError(
            f"the graph is stale: {what} after {formula(node, depth=2)} (data {node.data!r}) was computed; "
            "call microgrand.refresh(root) first, or compute the root anew from its leaves"
        )

    def nonfinite(self, order: list[Node], deltas: list[float]) -> Exception | None:
        """The node whose δ turned NaN or infinite first, of those that pass it on to a leaf; None if none does."""
        arriving: dict[Node, float] = {}  # parents first
        for node, delta in zip(order, deltas, strict=True):
            if delta - delta != 0.0:
                edges = zip(node.parents, node.partials, strict=True)
                passed = [parent for parent, partial in edges if passes(node, partial)]
                if not node.parents or not arriving.keys().isdisjoint(passed):
                    arriving[node] = delta
        if not arriving:
            return None
        node, delta = arriving.popitem()
        text = f"δ of {_called(node)} (data {node.data!r}) turned {delta!r}{_cause(node, order, deltas)}"
        return NonFiniteError(f"{text}; `backward(allow_nonfinite=True)` lets it through")


def _called(node: Node) -> str:
    return f"node {node.name!r}" if node.name is not None else f"node {formula(node, depth=2)}"


def _cause(node: Node, order: list[Node], deltas: list[float]) -> str:
    """The edge on which a finite δ became one that is not; "" if it was the sum that overflowed."""
    for child, delta in zip(order, deltas, strict=True):
        for parent, partial in zip(child.parents, child.partials, strict=True):
            if parent is node and delta * partial - delta * partial != 0.0:
                step = f"{formula(child, depth=2)} (data {child.data!r})"
                return f": the local partial of {step} there is {partial!r}, times δ = {delta!r}"
    return ""


def answer_the_engine() -> None:
    """Let the engine's traversals ask here."""
    MARKS.checks = Checks()
