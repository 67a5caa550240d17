"""Layers zˡ⁺¹ = f(zˡ; θ) on scalar nodes, and networks of layers. The costs are in `losses.py`.

A layer is called on the vector zˡ, a list of numbers or Values, and returns the vector zˡ⁺¹; a cost returns one number.
Each call opens a `Scope`, so that the nodes made in it know their layer. A `Sequential` of layers is itself a layer.

Your own layer, if it has no parameters, is a function of the vector:

>>> def powers(z):
...     return [zi**k for zi in z for k in (1, 2, 3)]
>>> Sequential(powers, Linear(3, 1, theta=[[1.0, 1.0, 1.0]]))([2.0])
[Value(14.0)]

Otherwise it is a class with a `forward`, whose parameters are found in its attributes. A residual block:

>>> class Residual(Layer):
...     def __init__(self, inner):
...         self.inner = inner
...     def forward(self, z):
...         return [zi + change for zi, change in zip(z, self.inner(z))]
>>> block = Residual(Sequential(Linear(2, 2, theta=[[0.0, 1.0], [1.0, 0.0]]), ReLU()))
>>> [zi.data for zi in block([3.0, -4.0])], list(block.named_parameters())[:2]
([3.0, -1.0], ['inner.0.theta[0][0]', 'inner.0.theta[0][1]'])

A mixture of two experts, zˡ⁺¹ = Σₑ gₑ(zˡ) fₑ(zˡ):

>>> class Mixture(Layer):
...     def __init__(self, gate, *experts):
...         self.gate, self.experts = gate, experts
...     def forward(self, z):
...         share, outputs = self.gate(z), [expert(z) for expert in self.experts]
...         return [dot(share, column) for column in zip(*outputs)]
>>> gate = Sequential(Linear(1, 2, theta=[[0.0], [0.0]]), Softmax())
>>> Mixture(gate, Linear(1, 1, theta=[[2.0]]), Linear(1, 1, theta=[[4.0]]))([1.0])
[Value(3.0)]
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from microgrand.compiled.hints import mypyc_attr
from microgrand.elsewhere import tell_names
from microgrand.engine.node import Node
from microgrand.engine.scope import Scope
from microgrand.engine.value import Value
from microgrand.networks.trace import Trace, traced
from microgrand.shortening import how_many, listed
from microgrand.table import rows as primitives
from microgrand.table.numbers import is_sequence
from microgrand.table.primitive import Primitive, applied_to_each
from microgrand.table.rows import dot
from microgrand.table.signature import subscript
from microgrand.table.symbols import element_name

Vector = Sequence[Any]

LONGEST_INSIDE = 60  # characters of a layer inside another, at a prompt

# Even when compiled, layers are ordinary Python classes (`native_class=False`), so that users can subclass them and set
# attributes. A class with few or no subclasses in this file annotates `self: Any`: mypyc 2.4.1 assumes that it knows
# all subclasses, and would reject instances of any others.


@mypyc_attr(native_class=False)
class Layer:
    """A function of a vector, with or without parameters θ.

    Subclasses define `forward(self, z)`. A cost of the output z and the target y sets `takes_target = True` and defines
    `forward(self, z, y)`.

    symbol  the layer's name in traces and drawings
    frozen  whether training leaves the layer's own parameters alone: see `freeze`

    >>> class Scaled(Layer):
    ...     def __init__(self):
    ...         self.scale = Value(2.0)
    ...
    ...     def forward(self, z):
    ...         return [self.scale * each for each in z]
    >>> layer = Scaled()
    >>> layer([1.0, 3.0]), layer.named_parameters()
    ([Value(2.0), Value(6.0)], {'scale': Value(2.0)})
    """

    symbol = ""
    takes_target = False
    frozen = False

    def __call__(self, z: Vector, y: Any = None) -> Any:
        """Compute zˡ⁺¹ = f(zˡ); a layer that ends in a cost takes the target y too, and any other refuses it."""
        if y is not None and not self.takes_target:
            raise TypeError(f"{self!r:.80} ends in no cost, and so takes no target; got {y!r:.60}")
        with self.scope(z):
            return self.forward(z, y) if self.takes_target else self.forward(z)

    def length_after(self, length: int | None) -> int | None:
        """The length of the output for an input of such a length; None for what is not known before the call.

        Raises ValueError where the layer takes no input of that length. A `Sequential` asks its layers when it is made.

        >>> Linear(3, 2).length_after(3), Tanh().length_after(3), Layer().length_after(3)
        (2, 3, None)
        """
        return None

    def require_before(self, layer: Any) -> None:
        """Raise ValueError if this layer cannot take what the layer before it in a `Sequential` gives."""

    def scope(self, z: Vector) -> Scope:
        """The `Scope` of one call on z, to be used in a `with` statement."""
        try:
            return Scope(self.symbol or type(self).__name__, self, z)
        except TypeError:
            if hasattr(z, "__iter__"):
                raise
        raise TypeError(f"a layer is called on a vector, a list of numbers or Values; got {z!r:.60}")

    def forward(self, z: Vector, y: Any = None) -> Any:
        """Compute the layer's output; subclasses define this method."""
        raise TypeError(f"{type(self).__name__} is a Layer without a forward(self, z)")

    def attributes(self) -> Iterator[tuple[str, Any]]:
        """The attributes in which parameters and layers are looked up, with their names."""
        yield from vars(self).items()

    def parameters(self) -> list[Value]:
        """Every θ that training changes, each once, in a fixed order; those of frozen layers are left out."""
        found, frozen = _found(self)
        return [theta for key, (_, theta) in found.items() if key not in frozen]

    def named_parameters(self) -> dict[str, Value]:
        """Every θ, frozen or not, by its path: "1.theta[0][3]" is in layer 1 of a network, counted from 0.

        A parameter that is found on several paths has the first.
        """
        return dict(_found(self)[0].values())

    def freeze(self) -> Layer:
        """Exclude the parameters of this layer, and of all layers in it, from training. Returns the layer.

        A parameter shared with a frozen layer is frozen too.

        >>> network = Sequential(Linear(2, 3).freeze(), Linear(3, 1))
        >>> len(network.parameters()), len(network.named_parameters())
        (3, 9)
        """
        self._set_frozen(True)
        return self

    def unfreeze(self) -> Layer:
        """Undo `freeze` for this layer and all layers in it. Returns the layer."""
        self._set_frozen(False)
        return self

    def _set_frozen(self, frozen: bool) -> None:
        for layer in _layers_in(self):
            layer.frozen = frozen

    def zero_grad(self) -> None:
        """Set the `grad` of every parameter to 0. Only `backward(accumulate=True)` needs this, to begin a new sum."""
        for theta in self.named_parameters().values():
            theta._grad = 0.0  # not `grad`: mypyc 2.4.1 passes its setter an unboxed float

    def parameter_rows(self) -> list[list[Value]]:
        """The parameters in rows θ₁, θ₂, …, as a trace shows them."""
        theta = list(self.named_parameters().values())
        return [theta] if theta else []

    def row_names(self) -> list[str]:
        """The name of each row of parameters in traces and drawings."""
        return [f"θ{subscript(k)}" for k in range(1, len(self.parameter_rows()) + 1)]

    def states(self, z: Vector, y: Any = None) -> Iterator[Any]:
        """The vectors that the layer computes: only its output by default, one per layer in a `Sequential`."""
        yield self.forward(z, y) if self.takes_target else self.forward(z)

    def trace(self, x: Any, y: Any, step: Any = None) -> Trace:
        """Every zˡ, δˡ, ∂zˡ⁺¹/∂zˡ and ∂C/∂θˡ of one sample (x, y), or of N samples: see `Trace`.

        x     a vector, or a list of N vectors
        y     a target, or a list of N targets
        step  a step size of gradient descent: the trace then also shows the updated θ; the θ themselves do not change
        """
        return traced(self, x, y, step)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: a layer of {how_many(len(self.named_parameters()), 'parameter')}>"


tell_names(Layer)


@mypyc_attr(native_class=False)
class Linear(Layer):
    """z²ₖ = Σᵢ θₖᵢ z¹ᵢ (+ bₖ): one row θₖ of parameters per output.

    n_in, n_out  the lengths of input and output
    bias         whether to add bₖ, which starts at 0
    theta        the initial rows of parameters; by default drawn uniformly between -1/√n_in and 1/√n_in
    rng          the `random.Random` that draws them; by default the module `random`

    >>> Linear(2, 1, theta=[[2.0, 3.0]])([10.0, 1.0])
    [Value(23.0)]
    """

    symbol = "linear"
    theta: list[list[Value]]
    bias: list[Value] | None

    def __init__(
        self: Any,
        n_in: Any,
        n_out: Any,
        bias: object = False,
        *,
        theta: Sequence[Sequence[float]] | None = None,
        rng: random.Random | None = None,
    ) -> None:
        require_lengths(n_in, n_out)
        if bias is not True and bias is not False:
            raise TypeError(f"bias is True or False, whether to add b; got {bias!r:.60}")
        if theta is not None and not (is_sequence(theta) and all([is_sequence(row) for row in theta])):
            raise TypeError(f"theta has {n_out} rows of {n_in} numbers, one row per output; got {theta!r:.60}")
        if theta is not None and [len(row) for row in theta] != [n_in] * n_out:
            got = f"{len(theta)} of {', '.join(sorted({str(len(row)) for row in theta}))}"
            raise ValueError(f"theta has {n_out} rows of {n_in} numbers, one row per output; got {got}")
        if rng is not None and not hasattr(rng, "uniform"):
            raise TypeError(f"rng draws the numbers, such as random.Random(1); got {rng!r:.60}")
        draw = random.uniform if rng is None else rng.uniform
        limit = n_in**-0.5
        rows = theta if theta is not None else [[draw(-limit, limit) for _ in range(n_in)] for _ in range(n_out)]
        size = n_out, n_in
        self.theta = [
            [Value(number, name=element_name(f"θ{subscript(k)}", i, size)) for i, number in enumerate(row, 1)]
            for k, row in enumerate(rows, 1)
        ]
        self.bias = [Value(0.0, name=f"b{subscript(k)}") for k in range(1, n_out + 1)] if bias else None

    def length_after(self: Any, length: int | None) -> int | None:
        """One number per row of θ; raises ValueError unless the input is as long as a row."""
        if length not in (None, len(self.theta[0])):
            raise ValueError(f"{self!r} takes vectors of length {len(self.theta[0])}, and is given {length} numbers")
        return len(self.theta)

    def forward(self: Any, z: Vector, y: Any = None) -> list[Any]:
        """θz (+ b), one number per row of θ."""
        if len(z) != len(self.theta[0]):
            raise ValueError(f"this Linear takes vectors of length {len(self.theta[0])}; got one of length {len(z)}")
        products = applied_to_each(dot, self.theta, z)
        return products if self.bias is None else [_added(p, b) for p, b in zip(products, self.bias, strict=True)]

    def parameter_rows(self: Any) -> list[list[Value]]:
        """The rows θ₁, …, θₖ, and the bias last."""
        return self.theta if self.bias is None else [*self.theta, self.bias]

    def row_names(self: Any) -> list[str]:
        """The names θ₁, …, θₖ, and b."""
        names = Layer.row_names(self)
        return names if self.bias is None else [*names[:-1], "b"]

    def __repr__(self: Any) -> str:
        bias = ", bias=True" if self.bias is not None else ""
        return f"Linear({len(self.theta[0])}, {len(self.theta)}{bias})"


@mypyc_attr(native_class=False)
class _Elementwise(Layer):
    """f(zᵢ) for each i, with f a row of the table."""

    row = primitives.tanh

    def forward(self, z: Vector, y: Any = None) -> list[Any]:
        """The list of all f(zᵢ)."""
        row: Primitive = self.row  # declared, so that mypyc calls the row as compiled code
        return [row.call((zi,)) for zi in z]

    def length_after(self: Any, length: int | None) -> int | None:
        """As many as are given."""
        return length

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


@mypyc_attr(native_class=False)
class Sigmoid(_Elementwise):
    """σ(zᵢ) = 1 / (1 + e^-zᵢ).

    >>> Sigmoid()([0.0, 2.0])
    [0.5, 0.8807970779778823]
    """

    symbol = "sigmoid"
    row = primitives.sigmoid


@mypyc_attr(native_class=False)
class Tanh(_Elementwise):
    """tanh zᵢ.

    >>> Tanh()([0.0, 2.0])
    [0.0, 0.9640275800758169]
    """

    symbol = "tanh"
    row = primitives.tanh


@mypyc_attr(native_class=False)
class ReLU(_Elementwise):
    """max(zᵢ, 0), with slope 0 at 0.

    >>> ReLU()([-1.0, 2.0])
    [0.0, 2.0]
    """

    symbol = "relu"
    row = primitives.relu


@mypyc_attr(native_class=False)
class _OfAll(Layer):
    """fₖ(z₁, …, zₙ) for each k, with f a row of the table that takes a list and the index k."""

    row = primitives.softmax

    def forward(self: Any, z: Vector, y: Any = None) -> list[Any]:
        """The list of all fₖ(z₁, …, zₙ)."""
        row: Primitive = self.row  # declared, so that mypyc calls the row as compiled code
        return [row.call((z, k)) for k in range(len(z))]

    def length_after(self: Any, length: int | None) -> int | None:
        """As many as are given."""
        return length

    def __repr__(self: Any) -> str:
        return f"{type(self).__name__}()"


@mypyc_attr(native_class=False)
class Softmax(_OfAll):
    """zₖ ↦ e^zₖ / Σⱼ e^zⱼ.

    >>> Softmax()([0.0, 2.0])
    [0.11920292202211755, 0.8807970779778823]
    """

    symbol = "softmax"
    row = primitives.softmax


@mypyc_attr(native_class=False)
class LogSoftmax(_OfAll):
    """zₖ ↦ log(e^zₖ / Σⱼ e^zⱼ).

    >>> [round(z, 4) for z in LogSoftmax()([0.0, 2.0])]
    [-2.1269, -0.1269]
    """

    symbol = "log-softmax"
    row = primitives.log_softmax


@mypyc_attr(native_class=False)
class Function(Layer):
    """A layer made of a function of the vector. A `Sequential` turns its functions into such layers.

    function  takes the list zˡ and returns the list zˡ⁺¹; or a row of the table, which is applied to each element
    symbol    the layer's name in traces and drawings; by default the function's name

    >>> Sequential(Linear(1, 2, theta=[[1.0], [-1.0]]), primitives.exp, sum)([0.0])
    [Value(2.0)]
    """

    function: Callable[..., Any]

    def __init__(self: Any, function: Callable[..., Any], symbol: str = "") -> None:
        self.function = function
        name = function.name if isinstance(function, Primitive) else getattr(function, "__name__", "<")
        self.symbol = symbol or ("function" if name.startswith("<") else name)

    def forward(self: Any, z: Vector, y: Any = None) -> Any:
        """function(z), or a row's value for each element of z."""
        return [self.function(zi) for zi in z] if isinstance(self.function, Primitive) else self.function(z)

    def __repr__(self: Any) -> str:
        return str(self.symbol)


@mypyc_attr(native_class=False)
class Sequential(Layer):
    """Apply layers in order: z² = f₁(z¹), z³ = f₂(z²), … A `Sequential` is itself a layer, so networks nest.

    If one of the layers occurs twice, its parameters are shared, and their gradients add up. If the last layer is a
    cost, `network(x, y)` returns the cost, and `network(x)` skips the last layer and returns the prediction.

    >>> from microgrand.networks.losses import NegativeLogLikelihood
    >>> network = Sequential(Linear(1, 2, theta=[[1.0], [-1.0]]), LogSoftmax(), NegativeLogLikelihood())
    >>> [round(z.data, 4) for z in network([1.0])], f"{network([1.0], 0):.4f}"
    ([-0.1269, -2.1269], '0.1269')
    """

    symbol = "network"
    layers: tuple[Layer, ...]

    def __init__(self: Any, *layers: Any) -> None:
        if not layers:
            raise ValueError("a Sequential has at least one layer")
        self.layers = tuple([_as_layer(layer) for layer in layers])
        for layer, following in zip(self.layers[:-1], self.layers[1:], strict=True):
            if layer.takes_target:
                raise ValueError(f"a cost comes last: {layer!r} has {layers[-1]!r} after it")
            following.require_before(layer)
        self.takes_target = self.layers[-1].takes_target
        self.length_after(None)

    def length_after(self: Any, length: int | None) -> int | None:
        """What the last layer gives; raises ValueError where one gives another length than the next one takes."""
        for layer in self.layers:
            length = layer.length_after(length)
        return length

    def forward(self: Any, z: Vector, y: Any = None) -> Any:
        """The last of the `states`: the prediction, or the cost if there is a target y."""
        state = z
        for state in self.states(z, y):  # noqa: B007  only the last state is needed
            pass
        return state

    def states(self: Any, z: Vector, y: Any = None) -> Iterator[Any]:
        """z², z³, …, zᴸ in order. Without a target y, the cost is left out."""
        for layer in self.layers:
            if not layer.takes_target:
                z = _vector(layer(z), layer)
            elif y is not None or isinstance(layer, Sequential):
                z = layer(z, y)
            else:
                return
            yield z

    def attributes(self: Any) -> Iterator[tuple[str, Any]]:
        """The layers, named by their numbers from 0, then any other attributes of a subclass."""
        for k, layer in enumerate(self.layers):
            yield str(k), layer
        for name, item in vars(self).items():
            if name != "layers":
                yield name, item

    def parameter_rows(self: Any) -> list[list[Value]]:
        """The rows of parameters of every layer, each once."""
        rows = [row for layer in self.layers for row in layer.parameter_rows()]
        return list({id(row[0]): row for row in rows}.values())

    def row_names(self: Any) -> list[str]:
        """The names θ₁, θ₂, … through all layers; and b, or of several b₁, b₂, … ."""
        named = [pair for each in self.layers for pair in zip(each.parameter_rows(), each.row_names(), strict=False)]
        biases = [name == "b" for name in {id(row[0]): name[:1] for row, name in named}.values()]
        counts = [biases[: k + 1].count(bias) for k, bias in enumerate(biases)]
        several = sum(biases) > 1
        return [
            "b" + subscript(k) * several if bias else f"θ{subscript(k)}" for bias, k in zip(biases, counts, strict=True)
        ]

    def __repr__(self: Any) -> str:
        return f"Sequential({listed(self.layers, _inside, count='in .layers')})"


def _inside(layer: Any) -> str:
    """A layer inside another: in full, or its kind and size."""
    text = repr(layer)
    return text if len(text) <= LONGEST_INSIDE else Layer.__repr__(layer)


def require_lengths(n_in: Any, n_out: Any) -> None:
    """Raise ValueError unless both are lengths of vectors."""
    if not all([hasattr(length, "__index__") and length >= 1 for length in (n_in, n_out)]):
        raise ValueError(f"Linear takes two lengths, whole numbers from 1 up; got n_in={n_in!r}, n_out={n_out!r}")


def _added(p: Any, b: Any) -> Any:
    if isinstance(p, Value):  # compiled, this is a direct call of Value's own addition
        return p + b
    return p + b


def _as_layer(item: Any) -> Layer:
    if isinstance(item, Layer):
        return item
    if isinstance(item, type):
        raise TypeError(f"a Sequential takes layers, not their classes: write {item.__name__}(…); got {item!r:.60}")
    if not callable(item):
        raise TypeError(
            f"a Sequential takes layers and functions, one by one; got {item!r:.60} of type {type(item).__name__}"
        )
    return Function(item)


def _vector(z: Any, layer: Layer) -> Any:
    """A layer's output as a vector; a single number becomes a vector of length 1."""
    if isinstance(z, (list, tuple)):
        return z
    if isinstance(z, (Node, int, float)):
        return [z]
    try:
        return list(z)
    except TypeError:
        raise TypeError(f"a layer gives a vector, a list of numbers or Values; {layer!r:.60} gave {z!r:.60}") from None


def _found(layer: Layer) -> tuple[dict[int, tuple[str, Value]], set[int]]:
    """Every parameter of a layer by its identity, with its name; and the identities of the frozen ones."""
    found: dict[int, tuple[str, Value]] = {}
    frozen: set[int] = set()
    _collect(layer, "", layer.frozen, found, frozen, set())
    return found, frozen


def _collect(
    item: Any,
    name: str,
    held: bool,
    found: dict[int, tuple[str, Value]],
    frozen: set[int],
    seen: set[tuple[int, bool]],
) -> None:
    """Collect the parameters in `item`: a leaf, a layer, or a list, tuple or dict of these.

    held  whether the layer that has `item` as an attribute is frozen
    """
    if isinstance(item, Value):
        if item.is_leaf:
            found.setdefault(id(item), (name, item))
            if held:
                frozen.add(id(item))
        return
    held = item.frozen if isinstance(item, Layer) else held
    if not isinstance(item, (Layer, dict, list, tuple)) or (id(item), held) in seen:
        return
    seen.add((id(item), held))
    if isinstance(item, Layer):
        for key, part in item.attributes():
            _collect(part, f"{name}.{key}" if name else key, held, found, frozen, seen)
    else:
        for index, part in item.items() if isinstance(item, dict) else enumerate(item):
            _collect(part, f"{name}[{index}]", held, found, frozen, seen)


def _layers_in(item: Any, seen: set[int] | None = None) -> Iterator[Layer]:
    """Every layer in `item` and in its attributes, each once."""
    seen = set() if seen is None else seen
    if isinstance(item, (Layer, dict, list, tuple)) and id(item) not in seen:
        seen.add(id(item))
        if isinstance(item, Layer):
            yield item
            parts: Any = [part for _, part in item.attributes()]
        else:
            parts = item.values() if isinstance(item, dict) else item
        for part in parts:
            yield from _layers_in(part, seen)
