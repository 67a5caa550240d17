"""micrograd's networks under micrograd's names, made of microgrand's layers.

`from micrograd.nn import MLP` becomes `from microgrand.nn import MLP`, `from micrograd.engine import Value` becomes
`from microgrand import Value`. As there, weights are drawn from ±1 by the module `random`, biases start at 0, one
output alone is given as a Value and not as a list of one, and the same seed gives the same network.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from microgrand.elsewhere import refuse_to_give
from microgrand.engine.value import Value
from microgrand.networks.layers import Linear, ReLU, Sequential, Vector, require_lengths
from microgrand.shortening import listed

__all__ = ["MLP", "Layer", "Neuron"]

if not TYPE_CHECKING:  # seeing __getattr__, a type checker would accept every misspelled name

    def __getattr__(name: str) -> object:
        """Say what to write in the place of a name of PyTorch's or JAX's nn."""
        refuse_to_give(__name__, name, sys._getframe(1))


class _Network(Sequential):
    """Layers of which a single output is given bare."""

    def __call__(self, z: Vector, y: Any = None) -> Any:
        outputs = super().__call__(z, y)
        return outputs[0] if len(outputs) == 1 else outputs


class Layer(_Network):
    """zₖ = max(wₖ·x + bₖ, 0) for n_out neurons k; without the maximum where `nonlin` is False.

    n_in, n_out  the lengths of input and output

    >>> random.seed(1)
    >>> Layer(2, 3)
    Layer of [ReLUNeuron(2), ReLUNeuron(2), ReLUNeuron(2)]
    """

    def __init__(self, n_in: int, n_out: int, nonlin: bool = True) -> None:
        linear = _linear(n_in, n_out)
        super().__init__(*((linear, ReLU()) if nonlin else (linear,)))

    def __repr__(self) -> str:
        return _of_neurons(*self.layers)


class Neuron(Layer):
    """max(w·x + b, 0); w·x + b where `nonlin` is False.

    n_in  the length of the input

    >>> neuron = Neuron(2, nonlin=False)
    >>> neuron.w[0].data, neuron.w[1].data, neuron.b.data = 2.0, 3.0, 1.0
    >>> neuron, neuron([1.0, -1.0])
    (LinearNeuron(2), Value(0.0))
    """

    def __init__(self, n_in: int, nonlin: bool = True) -> None:
        super().__init__(n_in, 1, nonlin)

    @property
    def w(self) -> list[Value]:
        """The weights."""
        linear: Any = self.layers[0]
        return list(linear.theta[0])

    @property
    def b(self) -> Any:
        """The bias."""
        linear: Any = self.layers[0]
        return linear.bias[0]

    def __repr__(self) -> str:
        return _neuron(*self.layers)


class MLP(_Network):
    """A multi-layer perceptron: linear layers with biases, a ReLU between each two.

    n_in   the length of the input
    sizes  how many outputs each linear layer has

    >>> random.seed(1337)
    >>> model = MLP(2, [16, 16, 1])
    >>> len(model.parameters()), type(model([1.0, -1.0]))
    (337, <class 'microgrand.engine.value.Value'>)
    """

    symbol = "MLP"

    def __init__(self, n_in: int, sizes: Sequence[int]) -> None:
        if not isinstance(sizes, Sequence) or isinstance(sizes, str):
            raise TypeError(f"the sizes of the layers are a list, MLP(2, [16, 1]); got {sizes!r:.60}")
        if not sizes:
            raise ValueError("an MLP has the size of at least one layer, its output's")
        layers: list[Any] = []
        for size, size_in in zip(sizes, [n_in, *sizes], strict=False):
            layers += [ReLU()] if layers else []
            layers.append(_linear(size_in, size))
        super().__init__(*layers)

    def __repr__(self) -> str:
        pairs = [self.layers[k : k + 2] for k in range(0, len(self.layers), 2)]
        return f"MLP of [{listed(pairs, lambda pair: _of_neurons(*pair), count='layers in all')}]"


def _linear(n_in: int, n_out: int) -> Linear:
    """One whose weights are drawn from ±1, row by row, and whose biases are 0."""
    require_lengths(n_in, n_out)
    return Linear(n_in, n_out, bias=True, theta=[[random.uniform(-1, 1) for _ in range(n_in)] for _ in range(n_out)])


def _of_neurons(linear: Any, *relu: Any) -> str:
    return f"Layer of [{listed([_neuron(linear, *relu)] * len(linear.theta))}]"


def _neuron(linear: Any, *relu: Any) -> str:
    return f"{'ReLU' if relu else 'Linear'}Neuron({len(linear.theta[0])})"
