"""Layers zˡ⁺¹ = f(zˡ; θ), losses, and networks of them, on scalar nodes.

A layer is called on the vector zˡ, a list of numbers or Values, and gives the vector zˡ⁺¹ (a cost layer gives one
Value). Every call is a `Scope`, so that the nodes made in it know their layer. A `Sequential` of layers is a layer.
Writing one's own is a class with a `forward`:

>>> class Doubling(Layer):
...     def forward(self, z):
...         return [2 * zi for zi in z]
>>> Sequential(Doubling(), Doubling())([1.0, 3.0])
[4.0, 12.0]
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from microgrand import primitives
from microgrand.native import mypyc_attr
from microgrand.notation import subscript
from microgrand.numeric import as_number
from microgrand.primitives import dot
from microgrand.scope import Scope, entered
from microgrand.trace import Trace, traced
from microgrand.value import Value

Vector = Sequence[Any]

# Compiled or not, layers are Python's own classes (`native_class=False`): they are subclassed, and given attributes.


@mypyc_attr(native_class=False)
class Layer:
    """A function of a vector, with parameters θ or none.

    Subclasses write `forward(self, z)`, and `forward(self, z, y)` with `takes_target = True` where the layer is a cost
    of the output z and the target y.

    symbol  how the layer is called in a trace and in a drawing
    """

    symbol = ""
    takes_target = False

    def __call__(self, z: Vector, y: Any = None) -> Any:
        """Compute zˡ⁺¹ = f(zˡ); a layer that ends in a cost takes the target y too."""
        return entered(self.scope(z), self.forward, (z, y) if self.takes_target else (z,))

    def scope(self, z: Vector) -> Scope:
        """The scope of one call on z, to be entered."""
        return Scope(self.symbol or type(self).__name__, self, z)

    def forward(self, z: Vector, y: Any = None) -> Any:
        """What the layer computes; subclasses define it."""
        raise TypeError(f"{type(self).__name__} is a Layer without a forward(self, z)")

    def parameters(self) -> list[Value]:
        """Every parameter θ of the layer, in a fixed order; here those of its attributes, layers among them."""
        found: dict[int, Value] = {}
        _collect(vars(self), found, set())
        return list(found.values())

    def parameter_rows(self) -> list[list[Value]]:
        """The parameters in the rows in which a trace shows them: θ₁, θ₂, …"""
        theta = self.parameters()
        return [theta] if theta else []

    def row_names(self) -> list[str]:
        """What each of the rows is called in a trace and in a drawing."""
        return [f"θ{subscript(k)}" for k in range(1, len(self.parameter_rows()) + 1)]

    def states(self, z: Vector, y: Any = None) -> Iterator[Any]:
        """The vectors that the layer computes on its way: its output alone, unless it is made of layers."""
        yield self.forward(z, y) if self.takes_target else self.forward(z)

    def trace(self, x: Any, y: Any, step: Any = None) -> Trace:
        """Every zˡ, δˡ, ∂zˡ⁺¹/∂zˡ and ∂C/∂θˡ of one sample (x, y), or of N samples: see `Trace`.

        x     a vector, or a list of N vectors
        y     a target, or a list of N targets
        step  the step size of gradient descent: the trace then shows the updated θ; no θ is changed
        """
        return traced(self, x, y, step)


@mypyc_attr(native_class=False)
class Linear(Layer):
    """z²ₖ = Σᵢ θₖᵢ z¹ᵢ (+ bₖ): one row θₖ of parameters per output.

    n_in, n_out  the lengths of input and output
    bias         whether there is a bₖ
    theta        the rows to start from; by default drawn uniformly from ±1/√n_in
    rng          what draws them

    >>> Linear(2, 1, theta=[[2.0, 3.0]])([10.0, 1.0])
    [Value(23.0)]
    """

    symbol = "linear"

    def __init__(
        self,
        n_in: Any,
        n_out: Any,
        bias: object = False,
        *,
        theta: Sequence[Sequence[float]] | None = None,
        rng: random.Random | None = None,
    ) -> None:
        if n_in < 1 or n_out < 1:
            raise ValueError(f"Linear takes lengths of at least 1; got n_in={n_in}, n_out={n_out}")
        if theta is not None and [len(row) for row in theta] != [n_in] * n_out:
            raise ValueError(f"theta has {n_out} rows of {n_in} numbers; got rows of {[len(row) for row in theta]}")
        draw = (rng or random.Random()).uniform
        limit = n_in**-0.5
        rows = theta if theta is not None else [[draw(-limit, limit) for _ in range(n_in)] for _ in range(n_out)]
        self.theta = [
            [Value(number, name=f"theta[{k}][{i}]") for i, number in enumerate(row)] for k, row in enumerate(rows)
        ]
        self.bias = [Value(0.0, name=f"bias[{k}]") for k in range(n_out)] if bias else None

    def forward(self, z: Vector, y: Any = None) -> list[Any]:
        """θz (+ b), one number per row."""
        if len(z) != len(self.theta[0]):
            raise ValueError(f"this Linear takes vectors of length {len(self.theta[0])}; got one of length {len(z)}")
        products = dot.of_rows(self.theta, z)
        return products if self.bias is None else [p + b for p, b in zip(products, self.bias, strict=True)]

    def parameter_rows(self) -> list[list[Value]]:
        """θ₁, …, θₖ, and the bias last."""
        return self.theta if self.bias is None else [*self.theta, self.bias]

    def row_names(self) -> list[str]:
        """θ₁, …, θₖ, and b."""
        names = super().row_names()
        return names if self.bias is None else [*names[:-1], "b"]

    def __repr__(self) -> str:
        bias = ", bias=True" if self.bias is not None else ""
        return f"Linear({len(self.theta[0])}, {len(self.theta)}{bias})"


@mypyc_attr(native_class=False)
class _Elementwise(Layer):
    """f(zᵢ) for each i, with f a row of the table."""

    row = primitives.identity

    def forward(self, z: Vector, y: Any = None) -> list[Any]:
        """The row's value of each element."""
        return self.row.of_each(z)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


@mypyc_attr(native_class=False)
class Sigmoid(_Elementwise):
    """σ(zᵢ) = 1 / (1 + e^-zᵢ)."""

    symbol = "sigmoid"
    row = primitives.sigmoid


@mypyc_attr(native_class=False)
class Tanh(_Elementwise):
    """tanh zᵢ."""

    symbol = "tanh"
    row = primitives.tanh


@mypyc_attr(native_class=False)
class ReLU(_Elementwise):
    """max(zᵢ, 0), with slope 0 at 0."""

    symbol = "relu"
    row = primitives.relu


@mypyc_attr(native_class=False)
class _OfAll(Layer):
    """Outputs that each depend on every input: fₖ(z₁, …, zₙ), the k-th output of a row of the table."""

    row = primitives.softmax

    def forward(self, z: Vector, y: Any = None) -> list[Any]:
        """The row's every output."""
        return [self.row(z, k) for k in range(len(z))]

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


@mypyc_attr(native_class=False)
class Softmax(_OfAll):
    """zₖ ↦ e^zₖ / Σⱼ e^zⱼ."""

    symbol = "softmax"
    row = primitives.softmax


@mypyc_attr(native_class=False)
class LogSoftmax(_OfAll):
    """zₖ ↦ log(e^zₖ / Σⱼ e^zⱼ)."""

    symbol = "log-softmax"
    row = primitives.log_softmax


@mypyc_attr(native_class=False)
class NegativeLogLikelihood(Layer):
    """The cost C = -Σₖ Iₖ(y) zₖ of log-probabilities z and the class y, where Iₖ(y) is 1 for k = y, else 0.

    >>> NegativeLogLikelihood()([-0.1, -2.4], 1)
    2.4
    """

    symbol = "NLL"
    takes_target = True

    def forward(self, z: Vector, y: Any = None) -> Any:
        """-Σₖ Iₖ(y) zₖ; the indicators stay in the graph as plain numbers."""
        return -dot(indicators(y, len(z)), z)

    def __repr__(self) -> str:
        return "NegativeLogLikelihood()"


@mypyc_attr(native_class=False)
class Sequential(Layer):
    """The layers one after another: z² = f₁(z¹), z³ = f₂(z²), …; itself a layer, so networks nest.

    Called without a target, it leaves out the cost at its end: `network(x)` gives the prediction, `network(x, y)` the
    cost.

    >>> network = Sequential(Linear(1, 2, theta=[[1.0], [-1.0]]), LogSoftmax(), NegativeLogLikelihood())
    >>> [round(z.data, 4) for z in network([1.0])], f"{network([1.0], 0):.4f}"
    ([-0.1269, -2.1269], '0.1269')
    """

    symbol = "network"

    def __init__(self, *layers: Any) -> None:
        for layer in layers:
            if not isinstance(layer, Layer):
                raise TypeError(
                    f"a Sequential takes layers one by one; got {layer!r:.60} of type {type(layer).__name__}"
                )
        for layer in layers[:-1]:
            if layer.takes_target:
                raise ValueError(f"a cost comes last: {layer!r} has {layers[-1]!r} after it")
        if not layers:
            raise ValueError("a Sequential has at least one layer")
        self.layers = layers
        self.takes_target = layers[-1].takes_target

    def forward(self, z: Vector, y: Any = None) -> Any:
        """The last of the states; the cost only where there is a target."""
        state = z
        for state in self.states(z, y):  # noqa: B007  the last one is what counts
            pass
        return state

    def states(self, z: Vector, y: Any = None) -> Iterator[Any]:
        """z², z³, …, zᴸ, one after the other."""
        for layer in self.layers:
            if not layer.takes_target:
                z = layer(z)
            elif y is not None or isinstance(layer, Sequential):
                z = layer(z, y)
            else:
                return
            yield z

    def parameter_rows(self) -> list[list[Value]]:
        """The rows of every layer, each once."""
        rows = [row for layer in self.layers for row in layer.parameter_rows()]
        return list({id(row[0]): row for row in rows}.values())

    def __repr__(self) -> str:
        return f"Sequential({', '.join([repr(layer) for layer in self.layers])})"


def indicators(y: Any, classes: Any) -> list[float]:
    """I₀(y), …, I_{K-1}(y): 1.0 at the class y, a whole number from 0 to K - 1, and 0.0 elsewhere.

    >>> indicators(1, 3)
    [0.0, 1.0, 0.0]
    """
    if as_number(y) not in range(classes):
        raise ValueError(f"the class y is a whole number from 0 to {classes - 1}; got {y!r}")
    return [1.0 if k == as_number(y) else 0.0 for k in range(classes)]


def _collect(attribute: Any, found: dict[int, Value], seen: set[int]) -> None:
    """Put the parameters of an attribute into `found`: leaves, layers, and lists, tuples and dicts of them."""
    if isinstance(attribute, Value):
        if attribute.is_leaf:
            found[id(attribute)] = attribute
    elif isinstance(attribute, (Layer, dict, list, tuple)) and id(attribute) not in seen:
        seen.add(id(attribute))
        if isinstance(attribute, Layer):
            attribute = vars(attribute)
        for item in attribute.values() if isinstance(attribute, dict) else attribute:
            _collect(item, found, seen)
