"""The chain rule on a graph: the reverse sweep that computes every adjoint δ, and its forward twin.

δᵢ = Σₖ δₖ ∂zₖ/∂zᵢ, the sum over the children k of i, from the root (δ = 1) down: `_spread` is that line. It stands a
second time in `differentiable_sweep`, where δ and ∂zₖ/∂zᵢ are Values and can be differentiated again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from microgrand.errors import NonFiniteError
from microgrand.graph import CLOCK, LOCK, as_nodes, topological_order, visited
from microgrand.node import Many, Node
from microgrand.notation import formula
from microgrand.numeric import as_number, is_sequence


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
        self._index: dict[int, int] | None = None

    def __getitem__(self, node: Any) -> float:
        if not isinstance(node, Node):
            raise TypeError(f"adjoints are of Values; got {node!r:.60} of type {type(node).__name__}")
        if self._index is None:
            self._index = {id(each): k for k, each in enumerate(self.order)}
        k = self._index.get(id(node))
        return 0.0 if k is None else self.deltas[k]

    def __iter__(self) -> Iterator[tuple[Node, float]]:
        return iter(zip(self.order, self.deltas, strict=True))

    def __len__(self) -> int:
        return len(self.order)

    def __reduce__(self) -> tuple[object, ...]:
        return Adjoints, (self.order, self.deltas)  # without the index: a copy's nodes are others

    def require_finite(self) -> None:
        """Raise a NonFiniteError that names where a δ turned NaN or infinite first, if one did."""
        for k in range(len(self.order) - 1, -1, -1):
            if self.deltas[k] - self.deltas[k] != 0.0:
                raise NonFiniteError(self._birth(self.order[k], self.deltas[k]))

    def _birth(self, node: Node, delta: float) -> str:
        """The edge on which a finite δ became `delta`, in one sentence."""
        what = f"node {node.name!r}" if node.name is not None else f"node {formula(node, depth=2)}"
        text = f"δ of {what} (data {node.data!r}) turned {delta!r}"
        for child, child_delta in self:
            for operand, partial in zip(child.operands, child.operand_partials(), strict=True):
                if operand is node and child_delta * partial - child_delta * partial != 0.0:
                    text += (
                        f": the local partial of {formula(child, depth=2)} (data {child.data!r}) there is {partial!r}"
                        f", times δ = {child_delta!r}"
                    )
                    return f"{text}; `backward(allow_nonfinite=True)` lets it through"
        return f"{text}; `backward(allow_nonfinite=True)` lets it through"


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
    weights = _weights(seeds, len(tops))
    fixed = as_nodes(cut)
    with LOCK:
        while True:
            order, mark, _ = _swept(tops, weights, fixed)
            deltas = [node._delta for node in order]
            if CLOCK.now == mark:  # else somebody swept in the middle, on this thread: begin again
                return Adjoints(order, deltas)


def sweep_into_grad(root: Node, accumulate: bool, allow_nonfinite: bool) -> None:
    """The same sweep, for `Value.backward`: what it finds goes straight into `grad`."""
    with LOCK:
        while True:
            order, mark, finite = _swept([root], [1.0], [])
            if not (finite or allow_nonfinite):
                Adjoints(order, [node._delta for node in order]).require_finite()
            if accumulate:
                order = [node for node in order if node._primitive is None]
                deltas = [node._delta for node in order]
                if CLOCK.now == mark:
                    for node, delta in zip(order, deltas, strict=True):
                        node._grad += delta
                    return
            else:
                for node in order:
                    node._grad = node._delta
                if CLOCK.now == mark:
                    return


def _swept(tops: list[Node], weights: list[float], fixed: list[Node]) -> tuple[list[Node], int, bool]:
    """The order, with δ left on its nodes; the time; whether every δ is finite.

    Who holds the lock may read the δ until the clock goes on.
    """
    order = visited(tops, fixed)
    mark = CLOCK.now
    for top, weight in zip(tops, weights, strict=True):
        top._delta += weight
    finite = _spread(order, len({id(node) for node in fixed}) if fixed else 0)
    return order, mark, finite


def _weights(seeds: Any, count: int) -> list[float]:
    """One seed per root."""
    weights = [as_number(seed) for seed in seeds] if is_sequence(seeds) else [as_number(seeds)] * count
    if len(weights) != count:
        raise ValueError(f"sweep takes one seed, or one for each root; got {len(weights)} for {count} roots")
    return weights


def _spread(order: list[Node], bottom: int) -> bool:
    """δ from the roots down to `order[bottom]`: each node adds its term to each of its parents.

    Returns whether every δ is finite.
    """
    finite = True
    for k in range(len(order) - 1, bottom - 1, -1):
        node = order[k]
        delta = node._delta
        if delta - delta != 0.0:
            finite = False
        x = node._x
        if isinstance(x, Node):
            x._delta += delta * node._partial_x
        elif isinstance(x, Many):
            _spread_to_many(delta, x)
        y = node._y
        if isinstance(y, Node):
            y._delta += delta * node._partial_y
    return finite


def _spread_to_many(delta: float, many: Many) -> None:
    partials = many.partials
    for k, operand in enumerate(many.operands):
        if isinstance(operand, Node):
            operand._delta += delta * partials[k]
    if many.more is not None:
        _spread_to_many(delta, many.more)


def tangent_sweep(
    roots: Sequence[Any], inputs: Sequence[Any], tangents: Sequence[Any], differentiable: bool = False
) -> list[Any]:
    """The forward twin: żₖ = Σᵢ ∂zₖ/∂zᵢ żᵢ, from the inputs, whose tangents are given, up to the roots.

    differentiable  whether the result is made of Values, to be differentiated again

    >>> from microgrand import Value
    >>> x, y = Value(3.0), Value(2.0)
    >>> tangent_sweep([x * y], [x, y], [1.0, 10.0])
    [32.0]
    """
    along: dict[int, Any] = {id(node): tangent for node, tangent in zip(inputs, tangents, strict=True)}
    for node in topological_order(roots, inputs):
        if id(node) in along or node.primitive is None:
            continue
        operands = node.operands
        partials = node.primitive.partials_on_values(node, operands) if differentiable else node.operand_partials()
        for operand, partial in zip(operands, partials, strict=True):
            if id(operand) in along:
                term = _product(along[id(operand)], partial)
                along[id(node)] = along[id(node)] + term if id(node) in along else term
    return [along.get(id(root), 0.0) for root in roots]


def differentiable_sweep(root: Any, inputs: Sequence[Any]) -> list[Any]:
    """∂root/∂input for each input, as Values that can be differentiated again; 0.0 where the root does not depend.

    The numbers are those of `sweep`: the same terms, added in the same order.
    """
    order = topological_order(root, inputs)
    depends = {id(node) for node in inputs}
    deltas: dict[int, Any] = {id(root): 1.0}
    computed = order[len(depends) :]
    for node in computed:
        if any([id(parent) in depends for parent in node.parents]):
            depends.add(id(node))
    for node in reversed(computed):
        if id(node) not in depends or node.primitive is None:
            continue
        delta = deltas[id(node)]
        partials = node.primitive.partials_on_values(node, node.operands)
        for operand, partial in zip(node.operands, partials, strict=True):
            if id(operand) in depends:
                term = _product(delta, partial)
                deltas[id(operand)] = deltas[id(operand)] + term if id(operand) in deltas else term
    return [deltas.get(id(node), 0.0) for node in inputs]


def _product(delta: Any, partial: Any) -> Any:
    """δ·∂z/∂operand, without a node for a factor that is the plain number 1."""
    if isinstance(partial, float) and partial == 1.0:
        return delta
    if isinstance(delta, float) and delta == 1.0:
        return partial
    return delta * partial
