"""A network as columns of neurons, one for each vector zˡ: its sizes and parameters, and, of a sample, its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from microgrand.drawing.names import one_line
from microgrand.engine.node import Node
from microgrand.engine.sweep import sweep
from microgrand.engine.value import Value
from microgrand.networks.layers import Function, Layer, Linear, LogSoftmax, ReLU, Sequential, Sigmoid, Softmax, Tanh
from microgrand.table.indices import superscript
from microgrand.table.numbers import as_number, is_sequence
from microgrand.table.primitive import Primitive


class Column(NamedTuple):
    """One vector zˡ, and the layers that make it: a linear layer and the functions of each number after it are one.

    name     zˡ, after the last of them
    layers   what they are called; none for the input
    size     how many numbers the vector has; None if the network does not tell
    joined   how they join it to the column before: "weights", "each" to each, "all" to all, "block" of steps unknown
    sign     of the function that each number has gone through, or ""
    theta    the rows of weights, of a linear layer
    bias     one number for each neuron, or none
    parameters  how many parameters the layers have
    frozen   whether training leaves them alone
    cost     whether it is the cost
    values   the numbers of the vector, of a sample
    deltas   ∂C/∂ of each
    """

    name: str
    layers: tuple[str, ...]
    size: int | None
    joined: str = "all"
    sign: str = ""
    theta: tuple[tuple[float, ...], ...] = ()
    bias: tuple[float, ...] = ()
    parameters: int = 0
    frozen: bool = False
    cost: bool = False
    values: tuple[float, ...] = ()
    deltas: tuple[float, ...] = ()


def columns_of(network: Layer, sample: Any = None, target: Any = None, depth: int | None = None) -> list[Column]:
    """The columns of a network, the input first.

    sample  a vector: its numbers are in the columns
    target  of that sample, for a network that ends in a cost
    depth   how many networks within networks are opened; by default none but the outermost

    Raises ValueError for a network that tells none of its sizes and has no sample, and for a target without a cost.

    >>> from microgrand import Linear, Tanh, Sequential
    >>> network = Sequential(Linear(2, 3), Tanh(), Linear(3, 1))
    >>> [(column.name, column.layers, column.size) for column in columns_of(network)]
    [('z¹', (), 2), ('z³', ('linear', 'tanh'), 3), ('z⁴', ('linear',), 1)]
    """
    layers = _opened(network, 1 if depth is None else int(depth))
    states, deltas = _numbers(network, layers, sample, target)
    sizes = [len(state) if state is not None else None for state in states] if sample is not None else []
    sizes = sizes or _sizes(layers)
    if not any(sizes):
        raise ValueError(f"{network!r:.60} does not tell its sizes; give it a sample: draw(network, sample=[…])")
    columns = [Column("z¹", (), sizes[0], values=states[0] or (), deltas=deltas[0])]
    for l, layer in enumerate(layers, 2):
        column = _column(layer, l, sizes[l - 1])._replace(values=states[l - 1] or (), deltas=deltas[l - 1])
        before = columns[-1]
        if column.joined == "each" and before.joined in ("weights", "each") and before.layers:
            columns[-1] = column._replace(
                layers=(*before.layers, *column.layers), joined=before.joined, theta=before.theta, bias=before.bias,
                parameters=before.parameters, frozen=before.frozen,
            )  # fmt: skip
        else:
            columns.append(column)
    _require_matching(columns)
    return columns


def _opened(network: Any, depth: int) -> list[Layer]:
    """The layers of a network; those of networks within it, too, down to a depth."""
    if depth < 1 or not _is_plain_sequence(network):
        return [network]
    return [inner for layer in network.layers for inner in _opened(layer, depth - 1)]


def _is_plain_sequence(layer: Layer) -> bool:
    """Whether it applies its layers one after the other, and does nothing else."""
    return isinstance(layer, Sequential) and type(layer).forward is Sequential.forward


def _column(layer: Layer, l: int, size: int | None) -> Column:
    """The column of the vector that a layer makes."""
    called = one_line(layer.symbol or type(layer).__name__)
    named = list(layer.named_parameters().values())
    frozen = bool(named) and not layer.parameters()
    size = 1 if layer.takes_target else size
    own = Column(f"z{superscript(l)}", (called,), size)
    column = own._replace(parameters=len(named), frozen=frozen, cost=layer.takes_target)
    if isinstance(layer, Linear):
        theta = tuple([tuple([weight.data for weight in row]) for row in layer.theta])
        bias = tuple([b.data for b in layer.bias]) if layer.bias is not None else ()
        return column._replace(joined="weights", theta=theta, bias=bias)
    row = _row_of_each(layer)
    if row is not None:
        return column._replace(joined="each", sign=one_line(row.notation.label))
    known = isinstance(layer, (Softmax, LogSoftmax)) or (layer.takes_target and not isinstance(layer, Sequential))
    return column._replace(joined="all" if known else "block")


def _row_of_each(layer: Layer) -> Primitive | None:
    """The function that a layer applies to each number by itself, if it does that."""
    if isinstance(layer, (Sigmoid, Tanh, ReLU)):
        return layer.row
    function = layer.function if isinstance(layer, Function) else None
    return function if isinstance(function, Primitive) and function.arity == 1 else None


# ---- sizes -----------------------------------------------------------------------------------------------------------
def _sizes(layers: Sequence[Layer]) -> list[int | None]:
    """The length of z¹ and of what each layer makes, as far as linear layers tell."""
    sizes: list[int | None] = [None]
    for layer in layers:
        sizes.append(_made(layer, sizes[-1]))
    for k in range(len(layers) - 1, -1, -1):
        if sizes[k] is None:
            sizes[k] = _taken(layers[k], sizes[k + 1])
    for k, layer in enumerate(layers):
        if sizes[k + 1] is None:
            sizes[k + 1] = _made(layer, sizes[k])
    return sizes


def _made(layer: Layer, size: int | None) -> int | None:
    """The length of what a layer makes of so many numbers."""
    if layer.takes_target:
        return 1
    if isinstance(layer, Linear):
        return len(layer.theta)
    if _is_plain_sequence(layer):
        return _sizes_within(layer, size)[-1]
    return size if _row_of_each(layer) is not None or isinstance(layer, (Softmax, LogSoftmax)) else None


def _taken(layer: Layer, size: int | None) -> int | None:
    """The length of what a layer takes, where it makes so many numbers."""
    if isinstance(layer, Linear):
        return len(layer.theta[0])
    if _is_plain_sequence(layer):
        return _sizes_within(layer, None)[0]
    return size if _row_of_each(layer) is not None or isinstance(layer, (Softmax, LogSoftmax)) else None


def _sizes_within(network: Any, size: int | None) -> list[int | None]:
    sizes = _sizes(network.layers)
    return sizes if size is None or sizes[-1] is not None else [size, *[_made(layer, size) for layer in network.layers]]


def _require_matching(columns: Sequence[Column]) -> None:
    for before, column in pairwise(columns):
        if column.theta and before.size is not None and len(column.theta[0]) != before.size:
            raise ValueError(
                f"a layer of the network takes {len(column.theta[0])} numbers, but {before.name} has {before.size}"
            )


# ---- the numbers of a sample -----------------------------------------------------------------------------------------
Numbers = tuple[float, ...]


def _numbers(
    network: Layer, layers: Sequence[Layer], sample: Any, target: Any
) -> tuple[list[Numbers | None], list[Numbers]]:
    """For each vector its numbers, and ∂C/∂ of each; nothing without a sample, and no δ without a target."""
    none: tuple[list[Numbers | None], list[Numbers]] = ([None] * (len(layers) + 1), [()] * (len(layers) + 1))
    if target is not None and (sample is None or not layers[-1].takes_target):
        raise ValueError(f"a target is of a sample, and of a network that ends in a cost; got target={target!r:.60}")
    if sample is None:
        return none
    if not is_sequence(sample):
        raise TypeError(f"sample is a vector, a list of numbers; got {sample!r:.60} of type {type(sample).__name__}")
    first = [item if isinstance(item, Node) else Value(as_number(item)) for item in sample]
    vectors: list[Any] = [first, *Sequential(*layers).states(first, target)]
    vectors = [state if isinstance(state, (list, tuple)) else [state] for state in vectors]
    states: list[Numbers | None] = [
        tuple([item.data if isinstance(item, Node) else as_number(item) for item in vector]) for vector in vectors
    ]
    if target is None:
        return [*states, *none[0][len(states) :]], none[1]
    root = vectors[-1][0]
    adjoints = sweep(root, allow_stale=True) if isinstance(root, Node) else None
    return states, [
        tuple([adjoints.get(item) if adjoints is not None and isinstance(item, Node) else 0.0 for item in vector])
        for vector in vectors
    ]
