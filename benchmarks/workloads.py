"""What is measured: programs of scalars, each written once and run by every engine, plain floats among them.

A workload is a list of numbers, the leaves to be differentiated, and a program on them. The program has two steps:
`prepare(engine, leaves)` sorts the leaves into rows and layers, and the function that it returns computes the root;
only the latter is timed. All other numbers of a program are plain numbers and stay operands.

Its size is counted in elementary operations: the nodes that it records in microgrand. A workload with layers, or with
`dot`, is credited with the operations of its twin that is written with operators, so that the two can be compared.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from benchmarks import table
from benchmarks.engines import Engine, NotAvailableError

Program = Callable[[Engine, Sequence[Any]], Callable[[], Any]]
OnSamples = Callable[[Sequence[Any], Engine, Sequence[Any]], Callable[[], Any]]


class Instance(NamedTuple):
    """A workload of one size: the numbers of its leaves, and the program on them."""

    numbers: list[float]
    prepare: Program


class Workload(NamedTuple):
    """Something to be computed and differentiated.

    name      how it is chosen and listed
    title     what it is, in a few words
    instance  the numbers and the program for a size
    size      what is measured, in samples, terms or steps
    small     what is measured instead by an engine that would take too long
    twin      the workload that does the same with operators, whose operations count
    """

    name: str
    title: str
    instance: Callable[[int], Instance]
    size: int
    small: int
    twin: str | None = None


# ---- a tanh network 2-16-16-1 and its squared error ------------------------------------------------------------------
WIDTHS = (2, 16, 16, 1)


class Rows(NamedTuple):
    """The parameters of one affine layer: a row and a bias for each output."""

    theta: list[list[Any]]
    bias: list[Any]


def network(size: int, program: OnSamples) -> Instance:
    """Squared error of the network on `size` samples, written with operators, with `dot` or with layers."""
    source = random.Random(1)
    samples = [([source.uniform(-1, 1) for _ in range(WIDTHS[0])], source.choice([-1.0, 1.0])) for _ in range(size)]
    count = sum([(n + 1) * m for n, m in pairwise(WIDTHS)])
    numbers = [source.uniform(-0.5, 0.5) for _ in range(count)]
    return Instance(numbers, partial(program, samples))


def _affine_layers(leaves: Sequence[Any]) -> list[Rows]:
    left = iter(leaves)
    return [
        Rows([[next(left) for _ in range(n)] for _ in range(m)], [next(left) for _ in range(m)])
        for n, m in pairwise(WIDTHS)
    ]


def _network(samples: Sequence[Any], engine: Engine, leaves: Sequence[Any]) -> Callable[[], Any]:
    tanh = engine.tanh
    *hidden, last = _affine_layers(leaves)

    def affine(rows: Rows, z: Sequence[Any]) -> list[Any]:
        outputs = []
        for row, bias in zip(rows.theta, rows.bias):  # noqa: B905  of one length, and timed
            total = row[0] * z[0]
            for w, x in zip(row[1:], z[1:]):  # noqa: B905
                total = total + w * x
            outputs.append(total + bias)
        return outputs

    def cost() -> Any:
        total = 0.0
        for x, target in samples:
            z = x
            for rows in hidden:
                z = [tanh(a) for a in affine(rows, z)]
            error = affine(last, z)[0] - target
            total = total + error * error
        return total

    return cost


def _network_of_dots(samples: Sequence[Any], engine: Engine, leaves: Sequence[Any]) -> Callable[[], Any]:
    """The network written with `dot(w, z) + b`. An engine without `dot`, plain floats too, runs it with operators."""
    dot, tanh = engine.dot, engine.tanh
    if dot is None:
        return _network(samples, engine, leaves)
    *hidden, last = _affine_layers(leaves)

    def affine(rows: Rows, z: Sequence[Any]) -> list[Any]:
        return [dot(w, z) + b for w, b in zip(rows.theta, rows.bias)]  # noqa: B905  of one length, and timed

    def cost() -> Any:
        total = 0.0
        for x, target in samples:
            z = x
            for rows in hidden:
                z = [tanh(a) for a in affine(rows, z)]
            error = affine(last, z)[0] - target
            total = total + error * error
        return total

    return cost


def _network_of_layers(samples: Sequence[Any], engine: Engine, leaves: Sequence[Any]) -> Callable[[], Any]:
    layers = engine.layers
    if layers is None:
        return _network(samples, engine, leaves)
    stack: list[Any] = []
    for rows in _affine_layers(leaves):
        stack += [_linear(layers, rows.theta, rows.bias), layers.Tanh()]
    predict = layers.Sequential(*stack[:-1])

    def cost() -> Any:
        total = 0.0
        for x, target in samples:
            error = predict(x)[0] - target
            total = total + error * error
        return total

    return cost


def _linear(layers: Any, theta: list[list[Any]], bias: list[Any] | None) -> Any:
    """A Linear layer on leaves that exist already."""
    layer = layers.Linear(len(theta[0]), len(theta), theta=[[0.0] * len(row) for row in theta])
    layer.theta, layer.bias = theta, bias
    return layer


# ---- the cost of a softmax classifier --------------------------------------------------------------------------------
FEATURES, CLASSES = 30, 2


def softmax(size: int, with_layers: bool) -> Instance:
    """C(θ) = -Σᵢ log(e^(xᵀθ_y) / Σₖ e^(xᵀθₖ)) over `size` samples of 30 features."""
    source = random.Random(2)
    samples = [([source.gauss(0.0, 1.0) for _ in range(FEATURES)], source.randrange(CLASSES)) for _ in range(size)]
    numbers = [source.uniform(-0.3, 0.3) for _ in range(FEATURES * CLASSES)]
    return Instance(numbers, partial(_softmax_of_layers if with_layers else _softmax, samples))


def _softmax(samples: Sequence[Any], engine: Engine, leaves: Sequence[Any]) -> Callable[[], Any]:
    exp, log = engine.exp, engine.log
    theta = [leaves[k * FEATURES : (k + 1) * FEATURES] for k in range(CLASSES)]

    def exponential(row: Sequence[Any], x: Sequence[float]) -> Any:
        total = row[0] * x[0]
        for w, xi in zip(row[1:], x[1:]):  # noqa: B905  of one length, and timed
            total = total + w * xi
        return exp(total)

    def cost() -> Any:
        total = 0.0
        for x, y in samples:
            exponentials = [exponential(row, x) for row in theta]
            total = total - log(exponentials[y] / (exponentials[0] + exponentials[1]))
        return total

    return cost


def _softmax_of_layers(samples: Sequence[Any], engine: Engine, leaves: Sequence[Any]) -> Callable[[], Any]:
    layers = engine.layers
    if layers is None:
        return _softmax(samples, engine, leaves)
    theta = [list(leaves[k * FEATURES : (k + 1) * FEATURES]) for k in range(CLASSES)]
    classify = layers.Sequential(
        _linear(layers, theta, None), layers.LogSoftmax(), layers.NegativeLogLikelihood()
    )  # fmt: skip

    def cost() -> Any:
        total = 0.0
        for x, y in samples:
            total = total + classify(x, y)
        return total

    return cost


# ---- powers and quotients; functions; the whole table ------------------------------------------------------------
SHARED_LEAVES = 20


def powers(size: int) -> Instance:
    """A sum of `size` terms of powers and quotients, of 20 leaves."""
    numbers = _between(3, 0.5, 2.0, SHARED_LEAVES)

    def prepare(engine: Engine, leaves: Sequence[Any]) -> Callable[[], Any]:
        pairs = _pairs(leaves, size)

        def total() -> Any:
            total = 0.0
            for x, y in pairs:
                total = total + (x**3 / (1.0 + y**2) + (x / y) ** 1.5 - 2.0 / y**0.5)
            return total

        return total

    return Instance(numbers, prepare)


def functions(size: int) -> Instance:
    """A sum of `size` terms of eight elementary functions, of 20 leaves."""
    numbers = _between(4, 0.5, 2.0, SHARED_LEAVES)

    def prepare(engine: Engine, leaves: Sequence[Any]) -> Callable[[], Any]:
        exp, log, sqrt, sin, cos, atan, tanh, log1p = (
            engine.exp, engine.log, engine.sqrt, engine.sin, engine.cos, engine.atan, engine.tanh, engine.log1p,
        )  # fmt: skip
        pairs = _pairs(leaves, size)

        def total() -> Any:
            total = 0.0
            for x, y in pairs:
                total = total + (sin(x) * cos(y) + exp(-x) * log(y) + atan(sqrt(x)) + tanh(y) * log1p(x))
            return total

        return total

    return Instance(numbers, prepare)


def whole_table(size: int) -> Instance:
    """A sum of `size` terms, each a function drawn uniformly from the whole table, of 24 leaves.

    The terms are added by the table's `sum`, one operation: with `+` after each, half of all operations would be
    additions. They are called one by one, those of as many arguments after each other, so that a call is `f(x, y)`, as
    in a program, and not the slower `f(*arguments)`.
    """
    numbers = table.leaf_numbers(random.Random(6))

    def prepare(engine: Engine, leaves: Sequence[Any]) -> Callable[[], Any]:
        functions = engine.table
        if functions is None:
            raise NotAvailableError("it has no such functions: some of microgrand's table are missing")
        calls: dict[int, list[list[Any]]] = {1: [], 2: [], 3: []}
        for name, arguments in table.drawn(random.Random(611), leaves, size):
            calls[len(arguments)].append([functions[name], *arguments])
        ones, twos, threes = calls.values()
        add = functions["sum"]

        def total() -> Any:
            terms = [f(x) for f, x in ones]
            terms += [f(x, y) for f, x, y in twos]
            terms += [f(x, y, z) for f, x, y, z in threes]
            return add(terms)

        return total

    return Instance(numbers, prepare)


def _between(seed: int, low: float, high: float, count: int) -> list[float]:
    source = random.Random(seed)
    return [source.uniform(low, high) for _ in range(count)]


def _pairs(leaves: Sequence[Any], count: int) -> list[tuple[Any, Any]]:
    """`count` pairs of leaves, each leaf in many of them."""
    n = len(leaves)
    return [(leaves[k % n], leaves[(k + 1 + k // n) % n]) for k in range(count)]


# ---- deep and wide ---------------------------------------------------------------------------------------------------
def chain(size: int) -> Instance:
    """y ← y·x, `size` times: as deep as it is long."""

    def prepare(engine: Engine, leaves: Sequence[Any]) -> Callable[[], Any]:
        start, x = leaves

        def product() -> Any:
            y = start
            for _ in range(size):
                y = y * x
            return y

        return product

    return Instance([1.0, 1.0 + 1e-7], prepare)


def wide(size: int) -> Instance:
    """Σ c·x over `size` leaves, added pairwise: as wide as it is long, and shallow."""
    source = random.Random(5)
    numbers = [source.uniform(-1.0, 1.0) for _ in range(size)]
    weights = [source.uniform(-1.0, 1.0) for _ in range(size)]

    def prepare(engine: Engine, leaves: Sequence[Any]) -> Callable[[], Any]:
        def total() -> Any:
            terms = [c * x for c, x in zip(weights, leaves)]  # noqa: B905  of one length, and timed
            while len(terms) > 1:
                odd = terms[-1:] if len(terms) % 2 else []
                terms = [a + b for a, b in zip(terms[::2], terms[1::2])] + odd  # noqa: B905  the odd one stays
            return terms[0]

        return total

    return Instance(numbers, prepare)


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("network", "tanh network 2-16-16-1, operators", partial(network, program=_network), 30, 1),
        Workload("network-dot", "the same network, dot", partial(network, program=_network_of_dots), 30, 1, "network"),
        Workload(
            "network-layers", "the same network, layers", partial(network, program=_network_of_layers), 30, 1, "network"
        ),
        Workload("softmax", "softmax cost 60 × 30, operators", partial(softmax, with_layers=False), 60, 4),
        Workload("softmax-layers", "the same cost, layers", partial(softmax, with_layers=True), 60, 4, "softmax"),
        Workload("powers", "powers and quotients", powers, 400, 20),
        Workload("functions", "eight elementary functions", functions, 400, 20),
        Workload("table", "functions drawn uniformly from the whole table", whole_table, 400, 120),
        Workload("chain", "chain y·x·x·…, 10⁶ deep", chain, 1_000_000, 1_000),
        Workload("wide", "wide sum of 50,000 leaves", wide, 50_000, 200),
    )
}


def operations(workload: Workload, size: int) -> int:
    """How many elementary operations it is: the nodes that the program records, or its twin with operators."""
    from benchmarks.engines import microgrand_engine
    from microgrand import Value, topological_order

    numbers, prepare = WORKLOADS[workload.twin or workload.name].instance(size)
    root = prepare(microgrand_engine(), [Value(x) for x in numbers])()
    return len([node for node in topological_order(root) if not node.is_leaf])
