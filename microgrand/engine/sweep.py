"""The chain rule on a graph: the reverse sweep that computes every adjoint δ, and its forward twin.

δᵢ = Σₖ δₖ ∂zₖ/∂zᵢ, the sum over the children k of i, from the root (δ = 1) down: `flow` is one term of that sum, and
`spread` adds them all. `accumulate` does the same where δ and ∂zₖ/∂zᵢ are no floats: Values, which can be
differentiated again, or numbers of 50 digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from microgrand.compiled.hints import i64
from microgrand.compiled.packed import vec
from microgrand.engine.node import Node
from microgrand.engine.order import LOCK, PLACES, as_nodes, topological_order
from microgrand.errors import NonFiniteError
from microgrand.table.formula import formula
from microgrand.table.numbers import as_number, is_sequence


def sweep(roots: Node | Sequence[Node], seeds: float | Sequence[float] = 1.0, cut: Iterable[Node] = ()) -> Adjoints:
    """δ of every node below the root; nothing that anyone can see is changed.

    roots  one node, or several, whose weighted sum Σ seed·root is then what is differentiated
    seeds  δ of the root, or of each of the roots
    cut    nodes to stop at: they are treated as leaves

    Raises TypeError where `roots` or `cut` are no nodes, ValueError for another number of seeds than of roots.

    >>> from microgrand import Value
    >>> x = Value(3.0); y = x * x + x
    >>> sweep(y)[x], x.grad
    (7.0, 0.0)
    """
    tops = as_nodes(roots)
    order, delta = swept(tops, _one_for_each(seeds, len(tops)), as_nodes(cut))
    return Adjoints(order, list(delta))


def swept(tops: list[Node], seeds: list[float], cut: list[Node]) -> tuple[list[Node], vec[float]]:
    """The topological order, and δ of each node in it."""
    with LOCK, PLACES:
        order = PLACES.assign(tops, cut)
        delta = vec[float]([0.0] * len(order))
        for top, seed in zip(tops, seeds, strict=True):
            delta[top._place - PLACES.start] += seed
        spread(order, delta, PLACES.start, PLACES.bottom)
    return order, delta


def spread(order: list[Node], delta: vec[float], start: i64, bottom: int) -> None:
    """Let δ flow from the roots down: each node, before its parents, adds its term to the δ of each of them.

    start   the place of the first node: `node._place - start` is a node's index in the order
    bottom  how many nodes at the start of the order are leaves, or treated as such
    """
    for k in range(len(order) - 1, bottom - 1, -1):
        node = order[k]
        if node._many is not None:
            partials = node._many.partials
            for i, parent in enumerate(node._many.operands):
                flow(delta, start, delta[k], parent, partials[i])
        elif node._primitive is not None:
            flow(delta, start, delta[k], node._x, node._partial_x)
            flow(delta, start, delta[k], node._y, node._partial_y)


def flow(delta: vec[float], start: i64, child_delta: float, parent: object, partial: float) -> None:
    """The chain rule along one edge. An operand that is a plain number has no δ."""
    if isinstance(parent, Node):
        delta[parent._place - start] += child_delta * partial


def all_finite(delta: vec[float]) -> bool:
    """Whether no δ is NaN or infinite."""
    return all(each - each == 0.0 for each in delta)


def _one_for_each(seeds: Any, count: int) -> list[float]:
    """One seed per root."""
    found = [as_number(seed) for seed in seeds] if is_sequence(seeds) else [as_number(seeds)] * count
    if len(found) != count:
        raise ValueError(f"sweep takes one seed, or one for each root; got {len(found)} for {count} roots")
    return found


class Adjoints:
    """What a sweep found: δ = ∂root/∂node for every node that the root depends on.

    order   the nodes, each after its parents
    deltas  their adjoints, in the same order

    `adjoints[node]` is the adjoint of one node, 0.0 for one that the root does not depend on. Iterating gives pairs
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
        return Adjoints, (self.order, self.deltas)  # without the places, which are keyed by the nodes themselves

    def require_finite(self) -> None:
        """Raise a NonFiniteError that names the node whose δ turned NaN or infinite first, if one did."""
        for k in range(len(self.order) - 1, -1, -1):
            if self.deltas[k] - self.deltas[k] != 0.0:
                raise NonFiniteError(self._birth(self.order[k], self.deltas[k]))

    def _birth(self, node: Node, delta: float) -> str:
        """One sentence that names the edge on which a finite δ became `delta`."""
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
    """The chain rule along all edges of one node: pairs of a parent and ∂node/∂parent, a number of any kind.

    delta  what is known of each δ, by node; it may lack parents that nothing has flowed to yet
    """
    for parent, partial in edges:
        _add(delta, parent, _product(delta[node], partial))


def differentiable_sweep(root: Any, inputs: Sequence[Any]) -> list[Any]:
    """∂root/∂input for each input, as Values that can be differentiated again; 0.0 where the root does not depend.

    The numbers are those of `sweep`: the same terms, added in the same order.
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
    """The forward twin: żₖ = Σᵢ ∂zₖ/∂zᵢ żᵢ, from the inputs, whose tangents are given, up to the roots.

    differentiable  whether the result consists of Values that can be differentiated again

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
    """The edges of a node, with its partials recorded as Values by the formulas of its row."""
    if node.primitive is None:
        return []
    slopes = node.primitive.slopes(node, node.operands, node.operands)
    return [(x, slope) for x, slope in zip(node.operands, slopes, strict=True) if isinstance(x, Node)]


def _add(sums: dict[Any, Any], key: Any, term: Any) -> None:
    """Add to one of the sums; the first term makes no node."""
    sums[key] = sums[key] + term if key in sums else term


def _product(delta: Any, partial: Any) -> Any:
    """δ·∂z/∂operand; a factor that is the plain number 1 makes no node."""
    if isinstance(partial, float) and partial == 1.0:
        return delta
    if isinstance(delta, float) and delta == 1.0:
        return partial
    return delta * partial
