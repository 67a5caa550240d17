"""The chain rule on a graph: the reverse sweep, which computes every adjoint δ, and the forward sweep.

δᵢ = Σₖ δₖ ∂zₖ/∂zᵢ, summed over the children k of i, from the root (δ = 1) down. `flow` adds one term of this sum, and
`spread` adds them all. `accumulate` does the same where δ and ∂zₖ/∂zᵢ are not floats, but Values, which can be
differentiated again, or 50-digit numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from microgrand.compiled.hints import i64
from microgrand.engine.node import Many, Node
from microgrand.engine.order import LOCK, MARKS, as_nodes, topological_order
from microgrand.errors import NonFiniteError
from microgrand.table.formula import formula
from microgrand.table.numbers import as_number, is_sequence


def sweep(roots: Node | Sequence[Node], seeds: float | Sequence[float] = 1.0, cut: Iterable[Node] = ()) -> Adjoints:
    """δ of the root and every node below it. No `grad` is changed.

    roots  one node, or several: then Σ seed·root is differentiated
    seeds  δ of the root, or of each of the roots
    cut    nodes to stop at: they are treated as leaves

    Raises TypeError if `roots` or `cut` contain anything but nodes, ValueError if seeds and roots differ in number.

    >>> from microgrand import Value
    >>> x = Value(3.0); y = x * x + x
    >>> sweep(y)[x], x.grad
    (7.0, 0.0)
    """
    tops, fixed = as_nodes(roots), as_nodes(cut)
    weights = _one_for_each(seeds, len(tops))
    another = LOCK._is_owned()
    with LOCK, MARKS.inside(another):
        order = spread(tops, weights, fixed)
        return Adjoints(order, [node._delta for node in order])


def spread(tops: list[Node], seeds: list[float], cut: list[Node]) -> list[Node]:
    """Compute δ from the roots down: each node, before its parents, adds its δ·partial to the δ of each parent.

    Returns the topological order. `node._delta` holds δ until the next traversal: read it before releasing `LOCK` and
    `MARKS`.
    """
    order = MARKS.order(tops, cut)
    for k, top in enumerate(tops):
        top._delta += seeds[k]
    count: i64 = len(order)
    for i in range(count - 1, MARKS.bottom - 1, -1):
        node = order[i]
        many = node._x
        while isinstance(many, Many):
            for j, parent in enumerate(many.operands):
                flow(node, parent, many.partials[j])
            many = many.following
        flow(node, node._x, node._partial_x)
        flow(node, node._y, node._partial_y)
    return order


def flow(node: Node, parent: object, partial: float) -> None:
    """The chain rule along one edge. An operand that is a plain number has no δ."""
    if isinstance(parent, Node):
        parent._delta += node._delta * partial


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

    `adjoints[node]` is the adjoint of one node, or 0.0 if the root does not depend on the node. Iterating gives pairs
    (node, δ), parents first.

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
        if not isinstance(node, Node):
            raise TypeError(f"adjoints are of Values; got {node!r:.60} of type {type(node).__name__}")
        if self._places is None:
            self._places = {each: k for k, each in enumerate(self.order)}
        k = self._places.get(node)
        return 0.0 if k is None else self.deltas[k]

    def __iter__(self) -> Iterator[tuple[Node, float]]:
        return iter(zip(self.order, self.deltas, strict=True))

    def __len__(self) -> int:
        return len(self.order)

    def __reduce__(self) -> tuple[object, ...]:
        return Adjoints, (self.order, self.deltas)  # without `_places`, which is rebuilt when needed

    def require_finite(self) -> None:
        """Raise a NonFiniteError if any δ is NaN or infinite; it names the first one in the order of the sweep."""
        for k in range(len(self.order) - 1, -1, -1):
            if self.deltas[k] - self.deltas[k] != 0.0:
                raise NonFiniteError(self._birth(self.order[k], self.deltas[k]))

    def _birth(self, node: Node, delta: float) -> str:
        """The error message: the node, and the edge on which its finite δ became `delta`."""
        what = f"node {node.name!r}" if node.name is not None else f"node {formula(node, depth=2)}"
        text = f"δ of {what} (data {node.data!r}) turned {delta!r}"
        for child, child_delta in self:
            for parent, partial in zip(child.parents, child.partials, strict=True):
                if parent is node and child_delta * partial - child_delta * partial != 0.0:
                    step = f"{formula(child, depth=2)} (data {child.data!r})"
                    text += f": the local partial of {step} there is {partial!r}, times δ = {child_delta!r}"
                    return f"{text}; `backward(allow_nonfinite=True)` lets it through"
        return f"{text}; `backward(allow_nonfinite=True)` lets it through"


# ---- δ and partials that are Values, or other numbers ----------------------------------------------------------------
def accumulate(delta: dict[Any, Any], node: Any, edges: Iterable[tuple[Any, Any]]) -> None:
    """The chain rule along all edges of one node: pairs (parent, ∂node/∂parent), with partials of any kind.

    delta  the sum so far for the δ of each node; a parent without a term yet is missing
    """
    for parent, partial in edges:
        _add(delta, parent, _product(delta[node], partial))


def differentiable_sweep(root: Any, inputs: Sequence[Any]) -> list[Any]:
    """∂root/∂input for each input, as a Value that can be differentiated again; 0.0 if there is no dependence.

    The results equal those of `sweep` exactly: the same terms are added in the same order.
    """
    order = topological_order(root, inputs)
    depends = set(inputs)
    computed = order[len(depends) :]
    for node in computed:
        if not depends.isdisjoint(node.parents):
            depends.add(node)
    delta: dict[Any, Any] = {root: 1.0}
    for node in reversed(computed):
        if node in depends:
            accumulate(delta, node, [edge for edge in edges_of_values(node) if edge[0] in depends])
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
    for node in topological_order(roots, inputs)[len(tangent) :]:
        if not tangent.keys().isdisjoint(node.parents):
            edges = edges_of_values(node) if differentiable else zip(node.parents, node.partials, strict=True)
            for parent, partial in edges:
                if parent in tangent:
                    _add(tangent, node, _product(tangent[parent], partial))
    return [tangent.get(root, 0.0) for root in roots]


def edges_of_values(node: Node) -> list[tuple[Any, Any]]:
    """The edges (parent, partial) of a node, with the partials recorded as Values by the formulas of its row."""
    row: Any = node.primitive  # which a leaf lacks; but a leaf depends on nothing, and is not asked
    slopes = row.slopes(node, node.operands, node.operands)
    return [(x, slope) for x, slope in zip(node.operands, slopes, strict=True) if isinstance(x, Node)]


def _add(sums: dict[Any, Any], key: Any, term: Any) -> None:
    """Add a term to `sums[key]`; the first term makes no new node."""
    sums[key] = sums[key] + term if key in sums else term


def _product(delta: Any, partial: Any) -> Any:
    """δ·∂z/∂operand; no node is made if a factor is the plain number 1."""
    if isinstance(partial, float) and partial == 1.0:
        return delta
    if isinstance(delta, float) and delta == 1.0:
        return partial
    return delta * partial
