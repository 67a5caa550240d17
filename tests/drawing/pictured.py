"""Graphs whose pictures the laws look at: common networks, long chains, and random expressions."""

import random
from collections.abc import Callable
from itertools import pairwise

from microgrand import (
    MLP,
    Layer,
    Linear,
    LogSoftmax,
    NegativeLogLikelihood,
    ReLU,
    Sequential,
    Softmax,
    SquaredError,
    Tanh,
    Value,
    dot,
    exp,
    log,
    logsumexp,
    maximum,
    softplus,
    sqrt,
    tanh,
)

Graph = Callable[[], object]


class Residual(Layer):
    """z + f(z)."""

    def __init__(self, inner):
        self.inner = inner

    def forward(self, z):
        return [zi + change for zi, change in zip(z, self.inner(z), strict=True)]


def classifier(inputs: int = 3, classes: int = 2) -> Sequential:
    """The softmax classifier of the lecture."""
    return Sequential(Linear(inputs, classes, bias=True, rng=random.Random(1)), LogSoftmax(), NegativeLogLikelihood())


def perceptron(*sizes: int) -> Sequential:
    """A multilayer perceptron with tanh between its layers, of the given sizes, and the squared error."""
    rng = random.Random(2)
    layers: list[Layer] = []
    for below, above in pairwise(sizes):
        layers += [Linear(below, above, bias=True, rng=rng), Tanh()]
    return Sequential(*layers[:-1], SquaredError())


def samples(network: Sequential, inputs: int, classes: int, count: int) -> object:
    """The summed cost of some samples."""
    rng = random.Random(3)
    costs = [network([rng.uniform(-1.0, 1.0) for _ in range(inputs)], k % classes) for k in range(count)]
    total = costs[0]
    for cost in costs[1:]:
        total = total + cost
    return total


def residual() -> object:
    """Two residual blocks, the second of them around a network of two layers."""
    rng = random.Random(4)
    inner = Sequential(Linear(2, 2, rng=rng), Tanh(), Linear(2, 2, rng=rng))
    network = Sequential(Residual(Linear(2, 2, rng=rng)), Residual(inner), LogSoftmax(), NegativeLogLikelihood())
    return network([0.5, -1.0], 0)


def nested() -> object:
    """Networks in a network in a network."""
    rng = random.Random(5)
    block = Sequential(Sequential(Linear(2, 3, rng=rng), ReLU()), Sequential(Linear(3, 2, bias=True, rng=rng), Tanh()))
    return Sequential(block, Sequential(Linear(2, 2, rng=rng), Softmax()), SquaredError())([0.5, -1.0], [1.0, 0.0])


def chain(length: int) -> Value:
    """A recurrence y ← yx + c of so many steps, with one x in each."""
    y, x = Value(1.0, name="y0"), Value(0.9, name="x")
    for _ in range(length // 2):
        y = y * x + 0.5
    return y


def straight(length: int) -> Value:
    """Functions of one operand, one after another."""
    y = Value(0.3, name="x")
    for k in range(length):
        y = (tanh, exp, softplus, lambda v: v * 0.5)[k % 4](y)
    return y


def expression(seed: int) -> Value:
    """A random expression of 3 to 25 steps, in which about a third of the results are used again."""
    rng = random.Random(seed)
    made: list[Value] = [
        Value(round(rng.uniform(0.2, 2.0), 3), name=rng.choice(["x", "w", "rate", "b"]) + str(k))
        for k in range(rng.randint(1, 5))
    ]
    unary = [tanh, exp, softplus, lambda v: sqrt(v * v + 1.0), lambda v: log(v * v + 0.5), lambda v: -v, lambda v: v**3]
    for _ in range(rng.randint(3, 25)):
        a, b = made[-1], rng.choice(made)
        step = rng.randrange(10)
        if step < 3:
            made.append(tanh(rng.choice(unary)(b)))
        elif step < 5:
            made.append(a * b)
        elif step < 7:
            made.append(a + 0.5 * b)
        elif step < 8:
            made.append(a - b / 3.0)
        elif step < 9:
            made.append(logsumexp([rng.choice(made) for _ in range(rng.randint(2, 4))]))
        else:
            some = [rng.choice(made) for _ in range(rng.randint(2, 4))]
            made.append(tanh(dot(some, [1.5 * a, *some[1:]])))
    return maximum(made[-1], made[0]) if rng.random() < 0.2 else made[-1]


NETWORKS: dict[str, Graph] = {
    "classifier": lambda: classifier()([1.0, 2.0, -0.5], 1),
    "three samples": lambda: samples(classifier(), 3, 2, 3),
    "ten classes": lambda: classifier(2, 10)([0.5, -1.0], 3),
    "perceptron 2-3-1": lambda: perceptron(2, 3, 1)([0.5, -1.0], [1.0]),
    "perceptron 2-4-4-1": lambda: perceptron(2, 4, 4, 1)([0.5, -1.0], [1.0]),
    "perceptron 2-16-16-1": lambda: perceptron(2, 16, 16, 1)([0.5, -1.0], [1.0]),
    "residual": residual,
    "nested": nested,
    "neurons": lambda: MLP(2, [3, 1])([0.5, -1.0]),
}
CHAINS: dict[str, Graph] = {
    "chain of 30": lambda: chain(30),
    "straight chain of 30": lambda: straight(30),
    "chain of 100": lambda: chain(100),
}


def roots(count: int) -> dict[str, tuple[object, int | None]]:
    """Everything, each with a depth at which it is drawn; the random expressions are the first `count` ones."""
    found: dict[str, tuple[object, int | None]] = {}
    for name, make in NETWORKS.items():
        for depth in (1, 2, None):
            found[f"{name}, depth {depth}"] = (make(), depth)
    found |= {name: (make(), None) for name, make in CHAINS.items()}
    return found | {f"expression {seed}": (expression(seed), None) for seed in range(count)}
