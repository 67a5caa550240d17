"""The chain rule on a graph: the reverse sweep, which computes every adjoint δ.

δᵢ = Σₖ δₖ ∂zₖ/∂zᵢ, summed over the children k of i, from the root (δ = 1) down. `flow` adds one term of this sum, and
`spread` adds them all. Sweeps whose δ are Values, which can be differentiated again, are in `value_sweeps.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from microgrand.compiled.hints import i64
from microgrand.engine.node import Many, Node
from microgrand.engine.order import LOCK, MARKS, as_nodes
from microgrand.errors import GraphError
from microgrand.table.formula import formula
from microgrand.table.numbers import as_number, is_sequence, yes_or_no


def sweep(
    roots: Node | Sequence[Node],
    seeds: float | Sequence[float] = 1.0,
    cut: Iterable[Node] = (),
    *,
    allow_stale: object = False,
) -> Adjoints:
    """δ of the root and every node below it. No `grad` is changed.

    roots        one node, or several: then Σ seed·root is differentiated
    seeds        δ of the root, or of each of the roots
    cut          nodes to stop at: they are treated as leaves
    allow_stale  differentiate the graph as it was recorded, though a leaf was set to another number since

    Raises TypeError if `roots` or `cut` contain anything but nodes, ValueError if seeds and roots differ in number,
    GraphError if the graph is stale: see `refresh`.

    >>> from microgrand import Value
    >>> x = Value(3.0); y = x * x + x
    >>> sweep(y)[x]
    7.0
    """
    tops, fixed = as_nodes(roots), as_nodes(cut)
    weights = _one_for_each(seeds, len(tops))
    another = LOCK._is_owned()
    with LOCK, MARKS.inside(another):
        order = spread(tops, weights, fixed, yes_or_no("allow_stale", allow_stale))
        return Adjoints(order, [node._delta for node in order])


def spread(tops: list[Node], seeds: list[float], cut: list[Node], allow_stale: bool = False) -> list[Node]:
    """Compute δ from the roots down: each node, before its parents, adds its δ·partial to the δ of each parent.

    A node that no δ reaches, because a row above it selected another operand, passes nothing on: 0·∞ would be NaN.

    Returns the topological order. `node._delta` holds δ until the next traversal: read it before releasing `LOCK` and
    `MARKS`.
    """
    order = MARKS.order(tops, cut)
    if MARKS.outdated is not None and not allow_stale:
        raise MARKS.checks.stale(MARKS.outdated)
    reached: i64 = MARKS.reached
    for k, top in enumerate(tops):
        top._delta += seeds[k]
        top._mark = reached
    count: i64 = len(order)
    for i in range(count - 1, MARKS.bottom - 1, -1):
        node = order[i]
        if node._mark != reached:
            continue
        many = node._x
        while isinstance(many, Many):
            for j, parent in enumerate(many.operands):
                flow(node, parent, many.partials[j], reached)
            many = many.following
        flow(node, node._x, node._partial_x, reached)
        flow(node, node._y, node._partial_y, reached)
    return order


def flow(node: Node, parent: object, partial: float, reached: i64) -> None:
    """The chain rule along one edge. No δ goes to a plain number, nor to an operand that the row did not select."""
    if isinstance(parent, Node) and (partial != 0.0 or passes(node, partial)):
        parent._delta += node._delta * partial
        parent._mark = reached


def passes(node: Node, partial: float) -> bool:
    """Whether δ flows along an edge: not where the row selects among its operands, and did not select this one."""
    row = node._primitive
    return partial != 0.0 or row is None or not row.selects


def _one_for_each(seeds: Any, count: int) -> list[float]:
    """One seed per root; a single number serves all roots."""
    found = [as_number(seed) for seed in seeds] if is_sequence(seeds) else [as_number(seeds)] * count
    if len(found) != count:
        raise ValueError(f"sweep takes one seed, or one for each root; got {len(found)} for {count} roots")
    return found


class Adjoints:
    """The result of a sweep: δ = ∂root/∂node for every node that the root depends on.

    order   the nodes, each after its parents
    deltas  their adjoints, in the same order

    `adjoints[node]` is one of them, and iterating gives (node, δ) in order. A node on which the root does not depend is
    refused with a GraphError; `adjoints.get(node)` is 0.0 for it.

    >>> from microgrand import Value
    >>> x = Value(3.0); y = x * x
    >>> adjoints = sweep(y)
    >>> adjoints[x], [delta for _, delta in adjoints]
    (6.0, [6.0, 1.0])
    """

    def __init__(self, order: list[Node], deltas: list[float]) -> None:
        self.order: Final = order
        self.deltas: Final = deltas
        self._places: dict[Node, int] | None = None

    def __getitem__(self, node: Any) -> float:
        k = self._place(node)
        if k is None:
            raise GraphError(
                f"nothing that was differentiated depends on {formula(node, depth=2)} (data {node.data!r}): "
                "differentiate a root that was computed from it, or take adjoints.get(node), which is 0.0 for it"
            )
        return self.deltas[k]

    def get(self, node: Any, default: float = 0.0) -> float:
        """δ of a node, or `default` if no root depends on it."""
        k = self._place(node)
        return default if k is None else self.deltas[k]

    def _place(self, node: Any) -> int | None:
        if not isinstance(node, Node):
            raise TypeError(f"adjoints[v] takes the Value v itself; got {node!r:.60} of type {type(node).__name__}")
        if self._places is None:
            self._places = {each: k for k, each in enumerate(self.order)}
        return self._places.get(node)

    def __iter__(self) -> Iterator[tuple[Node, float]]:
        return iter(zip(self.order, self.deltas, strict=True))

    def __len__(self) -> int:
        return len(self.order)

    def __repr__(self) -> str:
        return f"<adjoints: δ of {len(self.order):,} node(s); adjoints[node] is one, list(adjoints) gives all>"

    def __reduce__(self) -> tuple[object, ...]:
        return Adjoints, (self.order, self.deltas)  # without `_places`, which is rebuilt when needed

    def require_finite(self) -> None:
        """Raise a NonFiniteError if a NaN or an infinity comes to a leaf; it names the node whose δ turned so first."""
        error = MARKS.checks.nonfinite(self.order, self.deltas)
        if error is not None:
            raise error
