"""Rules that turn gradients into steps of θ: each says how θ changes, the loop is shared and stands in `loop.py`.

In a loop of one's own a rule updates the parameters from the `grad` that `backward()` left:

>>> from microgrand import Value
>>> w, rule = Value(2.0), Momentum(0.25)
>>> for _ in range(3):
...     ((w - 1.0) ** 2).backward()
...     rule.update([w])
>>> w.data
0.27
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from numbers import Real
from operator import add, index
from typing import Any

from microgrand.elsewhere import tell_names
from microgrand.errors import GraphError
from microgrand.unset import UnsetGrad


class Optimiser:
    """θ ← θ + change(∂C/∂θ). A rule remembers earlier gradients, so every training takes a rule of its own.

    step  > 0, the size of a step; each rule says of what

    A rule of one's own is a class with a `change`:

    >>> class SignDescent(Optimiser):
    ...     def change(self, gradient):
    ...         return [-self.step if slope > 0.0 else self.step for slope in gradient]
    >>> SignDescent(0.25).change([4.0, -0.5])
    [-0.25, 0.25]
    """

    def __init__(self, step: float) -> None:
        self.step = positive("step", step)

    def change(self, gradient: Sequence[float]) -> list[float]:
        """What is added to θ after this gradient; subclasses define it."""
        raise TypeError(f"{type(self).__name__} is an Optimiser without a change(self, gradient)")

    def update(self, parameters: Sequence[Any]) -> None:
        """Change the data of the parameters by what their `grad` demands. Raises GraphError if one has none."""
        if not isinstance(parameters, Iterable) or not all([hasattr(each, "grad") for each in parameters]):
            raise TypeError(f"update takes the parameters, network.parameters(); got {parameters!r:.60}")
        unset = [parameter for parameter in parameters if isinstance(parameter.grad, UnsetGrad)]
        if unset:
            name = unset[0].name or "a parameter"
            raise GraphError(f"{name} has no grad yet: call backward() on a cost that depends on it, then update")
        changes = self.change([parameter.grad for parameter in parameters])
        for parameter, change in zip(parameters, changes, strict=True):
            parameter.data += change

    def moved(self, theta: Any, gradient: Any) -> Any:
        """θ + change(∂C/∂θ): a list, or an array where the gradient is one; a rule of one's own sees lists only."""
        if type(self).__module__ != __name__:
            theta, gradient = as_list(theta), as_list(gradient)
        change = self.change(gradient)
        if len(change) != len(theta):
            raise ValueError(f"the change of {self!r} has {len(change)} numbers, and θ has {len(theta)}")
        return _componentwise(add, theta, change)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.step:g})"


tell_names(Optimiser)


class GradientDescent(Optimiser):
    """θ ← θ - step · ∂C/∂θ.

    step  > 0, of the cost as it is: of a *sum* over N samples an N-th of what it would be of their mean

    >>> from microgrand import Value
    >>> w = Value(2.0)
    >>> ((w - 1.0) ** 2).backward()
    >>> GradientDescent(0.25).update([w]); w.data
    1.5
    """

    def change(self, gradient: Sequence[float]) -> list[float]:
        """-step · ∂C/∂θ."""
        return _componentwise(lambda g: -self.step * g, gradient)


class Momentum(Optimiser):
    """v ← momentum · v - step · ∂C/∂θ, θ ← θ + v: a ball that rolls downhill (Polyak, 1964).

    step      > 0
    momentum  the share of its speed that the ball keeps at every step, 0 ≤ momentum < 1

    >>> rule = Momentum(0.25, momentum=0.5)
    >>> rule.change([1.0]), rule.change([1.0])
    ([-0.25], [-0.375])
    """

    def __init__(self, step: float, momentum: float = 0.9) -> None:
        super().__init__(step)
        self.momentum = share("momentum", momentum)
        self._velocity: list[float] | None = None

    def change(self, gradient: Sequence[float]) -> list[float]:
        """The new speed v."""
        before = _zeros(gradient) if self._velocity is None else self._velocity
        self._velocity = _componentwise(lambda v, g: self.momentum * v - self.step * g, before, gradient)
        return self._velocity


class Adam(Optimiser):
    """m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², θ ← θ - step · m̂ / (√v̂ + ε), where g = ∂C/∂θ.

    m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ) undo the start from 0 (Kingma & Ba, 2015, algorithm 1). A step of θ is at
    most about `step` long in every component, whatever the scale of the cost.

    step     > 0
    betas    β₁ and β₂, how much of the past is kept, 0 ≤ β < 1
    epsilon  ε > 0

    >>> [round(change, 6) for change in Adam(0.25).change([4.0, -0.01])]
    [-0.25, 0.25]
    """

    def __init__(self, step: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), epsilon: float = 1e-8) -> None:
        super().__init__(step)
        if not isinstance(betas, (tuple, list)) or len(betas) != 2:
            raise TypeError(f"betas is a pair, such as (0.9, 0.999); got {betas!r:.60}")
        self.betas = (share("β₁", betas[0]), share("β₂", betas[1]))
        self.epsilon = positive("epsilon", epsilon)
        self._time = 0
        self._mean: Any = None
        self._square: Any = None

    def change(self, gradient: Sequence[float]) -> list[float]:
        """-step · m̂ / (√v̂ + ε)."""
        if self._time == 0:
            self._mean = self._square = _zeros(gradient)
        first, second = self.betas
        self._time += 1
        self._mean = _componentwise(lambda m, g: first * m + (1.0 - first) * g, self._mean, gradient)
        self._square = _componentwise(lambda v, g: second * v + (1.0 - second) * g * g, self._square, gradient)
        scale = self.step / (1.0 - first**self._time)
        unbiased = 1.0 - second**self._time
        return _componentwise(lambda m, v: -scale * m / (_root(v / unbiased) + self.epsilon), self._mean, self._square)


# ---- numbers in lists, or in an array --------------------------------------------------------------------------------


def as_list(numbers: Any) -> Any:
    """An array as a list; a list as it is."""
    return numbers.tolist() if hasattr(numbers, "tolist") else numbers


def _componentwise(formula: Callable[..., Any], *rows: Any) -> list[float]:
    """The formula of every component: of an array at once, of lists one by one."""
    if hasattr(rows[-1], "dtype"):
        import numpy

        return formula(*[numpy.asarray(row) for row in rows])  # type: ignore[no-any-return]
    return [formula(*numbers) for numbers in zip(*rows, strict=True)]


def _zeros(row: Any) -> list[float]:
    return [0.0] * len(row)


def _root(x: Any) -> Any:
    return x**0.5 if hasattr(x, "dtype") else math.sqrt(x)  # NumPy's power ½ is its root


# ---- what a rule takes -----------------------------------------------------------------------------------------------


def positive(name: str, number: float) -> float:
    """The number, if it is finite and above 0; else an error."""
    if not 0.0 < _number(name, number) < math.inf:
        raise ValueError(f"{name} is a finite number above 0; got {number!r}")
    return float(number)


def from_zero(name: str, number: float) -> float:
    """The number, if it is 0 or above; else an error."""
    if not _number(name, number) >= 0.0:
        raise ValueError(f"{name} is a number from 0 up; got {number!r}")
    return float(number)


def share(name: str, number: float) -> float:
    """The number, if it is from 0 to below 1; else an error."""
    if not 0.0 <= _number(name, number) < 1.0:
        raise ValueError(f"{name} is a number from 0 to below 1; got {number!r}")
    return float(number)


def whole(name: str, number: Any, least: int) -> int:
    """The number, if it is a whole one from `least` up; else an error."""
    if not hasattr(number, "__index__"):
        raise TypeError(f"{name} is a whole number from {least} up; got {number!r:.60} of type {type(number).__name__}")
    if number < least:
        raise ValueError(f"{name} is a whole number from {least} up; got {number}")
    return index(number)


def _number(name: str, number: Any) -> float:
    if isinstance(number, (list, tuple)):
        raise TypeError(f"{name} is one number; got {number!r:.60}: the parameters go to rule.update(parameters)")
    if not isinstance(number, Real):
        raise TypeError(f"{name} is a number; got {number!r:.60} of type {type(number).__name__}")
    return float(number)
