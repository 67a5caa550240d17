"""Graphs and networks of every shape that drawings and walks tell apart."""

import math
from collections.abc import Iterator
from typing import Any

import microgrand as mg
from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, Sequential, Tanh, Value


def values(**numbers: float) -> list[Value]:
    return [Value(x, name=name) for name, x in numbers.items()]


def neuron() -> Value:
    x, w, b = values(x=2.0, w=-0.5, b=0.25)
    return mg.tanh(w * x + b)


def fan_out() -> Value:
    """One node used three times, an operand twice, numbers between."""
    (x,) = values(x=1.5)
    square = x * x
    return square / (1.0 + square) - 2.0 ** (square - x)


def functions_of_lists() -> Value:
    a, b, c = values(a=1.0, b=-2.0, c=0.5)
    return (
        mg.logsumexp([a, b, c])
        + mg.dot([a, b], [c, 3.0]) * mg.softmax([a, b, c], 1)
        - mg.maximum(a, b)
        + mg.norm([a, c])
    )


def many_leaves() -> Value:
    return mg.sum([Value(0.1 * k, name=f"x[{k}]") for k in range(12)]) * Value(2.0, name="scale")


def long_names() -> Value:
    """Names that are cut, of one node, of a vector's elements, with a line break."""
    name = "a name that goes on and on, longer than anybody would read in a picture or a sentence, and further"
    vector = [Value(0.5 * k, name=f"{name}[{k}]") for k in range(11)]
    return mg.dot(vector, list(reversed(vector))) * Value(2.0, name=f"one\nline, {name}") + mg.exp(
        Value(0.1, name=name)
    )


def named_inside() -> Value:
    """Names in the middle, unnamed leaves, names that need care."""
    u, v = values(u=1.5, v=0.5)
    product = u * v
    product.name = "g & h"
    return product**2.0 + mg.sin(v) * Value(4.0) - mg.relu(product - 1.0)


def plain_numbers() -> Value:
    """Plain numbers as operands, negative ones and ones near 1 among them."""
    x, y = values(x=0.5, y=-1.25)
    total = mg.dot([x, -0.5], [3.0, y]) + mg.sum([x, -0.25, y, 1.0]) * -0.75
    return mg.where(mg.greater(total, -0.5), 1.0 - total, total - 1e-9) ** -1.0 + mg.clip(y, -0.5, 1.0)


def not_finite() -> Value:
    x, y = values(x=1e200, y=-0.0)
    return x * x + 1.0 / (y - 1e-320)


def stale() -> Value:
    x, y = values(x=1.0, y=3.0)
    z = x * y + y
    x.data = 5.0
    return z


def scoped() -> Value:
    """Scopes, one inside the other."""
    x, w = values(x=0.5, w=2.0)
    with mg.Scope("outer"):
        y = x * w
        with mg.Scope("inner"):
            y = mg.exp(y) + x
        y = y * 0.5
    return y - w


def classifier() -> Any:
    return Sequential(Linear(3, 2, theta=[[0.3, -0.7, 0.2], [-0.1, 0.4, 0.9]]), LogSoftmax(), NegativeLogLikelihood())


def one_sample() -> Any:
    return classifier().trace([1.0, 2.0, -0.5], 1, 0.1)


def two_samples() -> Any:
    return classifier().trace([[1.0, 2.0, -0.5], [0.0, -1.0, 0.25]], [1, 0])


def deep() -> Any:
    network = Sequential(
        Linear(2, 3, bias=True, theta=[[0.5, -0.25], [0.125, 1.0], [-0.75, 0.5]]), Tanh(),
        Linear(3, 2, theta=[[0.1, 0.2, 0.3], [-0.3, 0.2, -0.1]]), LogSoftmax(), NegativeLogLikelihood(),
    )  # fmt: skip
    return network.trace([0.75, -0.5], 0, 0.5)


def wide() -> Any:
    """More outputs, inputs and samples than a trace writes."""
    theta = [[(k + j) / 8 - 0.375 for j in range(6)] for k in range(8)]
    network = Sequential(Linear(6, 8, theta=theta), mg.Sigmoid(), Linear(8, 1, theta=[[0.25] * 8]), mg.SquaredError())
    samples = [[0.5 * k - j for j in range(6)] for k in range(6)]
    return network.trace(samples, [0.5, -1.0, 0.0, 1e-9, 2.0, 3.0], 0.01)


GRAPHS = {graph.__name__: graph for graph in (
    neuron, fan_out, functions_of_lists, many_leaves, long_names, named_inside, plain_numbers, not_finite, stale,
    scoped,
)}  # fmt: skip
TRACES = {trace.__name__: trace for trace in (one_sample, two_samples, deep)}


def roots() -> Iterator[tuple[str, Any]]:
    """All of them by name."""
    for name, scene in {**GRAPHS, **TRACES}.items():
        yield name, scene()


def long_chain(length: int) -> Value:
    """More nodes than can be shown."""
    y, x = Value(1.0, name="start"), Value(0.999, name="x")
    for k in range(length):
        y = mg.sin(y * x) if k % 7 == 0 else y * x + math.pi / 4.0
    return y
