"""The costs C(z, y) of a network on one sample, and penalties on θ.

Every cost is a layer that takes a target, comes last in a `Sequential`, and is numerically stable for every z. The cost
of N samples, their sum or mean, is the `Objective` of `microgrand.training`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from microgrand.compiled.hints import mypyc_attr
from microgrand.engine.node import Node
from microgrand.networks.layers import Layer, Sigmoid, Softmax, Vector
from microgrand.table.numbers import as_number, is_sequence
from microgrand.table.rows import abs as magnitude
from microgrand.table.rows import dot, relu, softplus, square
from microgrand.table.rows import sum as total


@mypyc_attr(native_class=False)
class Cost(Layer):
    """A layer that returns one number, the cost of the vector z for the target y.

    In place of y, the costs of this file also accept the n numbers that `target` returns, even as Values. So the cost
    can be recorded on one sample as a function of the target, and replayed on all the others.
    """

    takes_target = True
    wrong_before: type[Layer] | None = None
    takes = ""

    def require_before(self: Any, layer: Any) -> None:
        """Raise ValueError after a layer whose output this cost would take for something else."""
        if self.wrong_before is not None and isinstance(layer, self.wrong_before):
            raise ValueError(f"{type(self).__name__} takes {self.takes}; got {layer!r} before it")

    def target(self: Any, y: Any, n: Any) -> list[Any] | None:
        """The target y as n numbers, one per output; None if the cost does not use a target of this form."""
        return None

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


@mypyc_attr(native_class=False)
class NegativeLogLikelihood(Cost):
    """C = -Σₖ Iₖ(y) zₖ of log-probabilities z and the class y, where Iₖ(y) is 1 for k = y, else 0.

    y may also be a list of numbers from 0 to 1, such as the probability of each class: C = -Σₖ yₖ zₖ.

    >>> NegativeLogLikelihood()([-0.1, -2.4], 1)
    2.4
    """

    symbol = "NLL"
    wrong_before = Softmax
    takes = "log-probabilities, of LogSoftmax()"

    def forward(self: Any, z: Vector, y: Any = None) -> Any:
        """-Σₖ Iₖ(y) zₖ; the graph holds the indicators as plain numbers."""
        return -dot(self.target(y, len(z)), z)

    def target(self: Any, y: Any, n: Any) -> list[Any] | None:
        """The indicators Iₖ(y), or the numbers y if they are given."""
        return targets(y, n, "numbers from 0 to 1", _is_share) if is_sequence(y) else indicators(y, n)


@mypyc_attr(native_class=False)
class BinaryCrossEntropy(Cost):
    """C = -Σₖ [yₖ log σ(zₖ) + (1 - yₖ) log(1 - σ(zₖ))] of logits z and targets y, numbers from 0 to 1.

    C is computed as Σₖ [yₖ softplus(-zₖ) + (1 - yₖ) softplus(zₖ)], in which nothing overflows or cancels.

    >>> BinaryCrossEntropy()([0.0], 1), BinaryCrossEntropy()([1e4, -1e4], [1, 1])
    (0.6931471805599453, 10000.0)
    """

    symbol = "cross-entropy"
    wrong_before = Sigmoid
    takes = "logits, and applies σ itself: leave Sigmoid() out"

    def forward(self: Any, z: Vector, y: Any = None) -> Any:
        """Two terms per logit; a term of weight 0 is left out."""
        terms = []
        for logit, target in zip(z, self.target(y, len(z)), strict=True):
            for weight, side in ((target, -1.0), (1.0 - target, 1.0)):
                if isinstance(weight, Node) or weight != 0.0:
                    terms.append(_times(weight, softplus(_times(side, logit))))
        return _summed(terms)

    def target(self: Any, y: Any, n: Any) -> list[Any] | None:
        """The targets, numbers from 0 to 1."""
        return targets(y, n, "numbers from 0 to 1", _is_share)


@mypyc_attr(native_class=False)
class Hinge(Cost):
    """C = Σₖ max(0, 1 - yₖ zₖ) of scores z and targets y, each -1 or 1: the cost of a support vector machine.

    >>> Hinge()([0.25], 1), Hinge()([0.25], -1)
    (0.75, 1.25)
    """

    symbol = "hinge"

    def forward(self: Any, z: Vector, y: Any = None) -> Any:
        """One term per score."""
        signs = self.target(y, len(z))
        return _summed([relu(1.0 - _times(sign, score)) for score, sign in zip(z, signs, strict=True)])

    def target(self: Any, y: Any, n: Any) -> list[Any] | None:
        """The targets, each -1 or 1."""
        return targets(y, n, "-1 or 1", _is_sign)


@mypyc_attr(native_class=False)
class SquaredError(Cost):
    """C = Σₖ (zₖ - yₖ)² of predictions z and targets y.

    >>> SquaredError()([1.0, 3.0], [1.5, 1.0])
    4.25
    """

    symbol = "squared error"

    def forward(self: Any, z: Vector, y: Any = None) -> Any:
        """The sum of the squares of the residuals zₖ - yₖ."""
        squares = [square(zk - yk) for zk, yk in zip(z, self.target(y, len(z)), strict=True)]
        return squares[0] if len(squares) == 1 else total(squares)

    def target(self: Any, y: Any, n: Any) -> list[Any] | None:
        """The targets, any numbers."""
        return targets(y, n, "numbers", _is_any)


def l1_penalty(theta: Sequence[Any]) -> Any:
    """Σ |θ|.

    theta  parameters θ, as `network.parameters()` gives them, or numbers; raises TypeError for anything else

    >>> l1_penalty([3.0, -4.0])
    7.0
    """
    return total([magnitude(parameter) for parameter in _parameters(theta)])


def l2_penalty(theta: Sequence[Any]) -> Any:
    """½ Σ θ², whose gradient is θ.

    theta  parameters θ, as `network.parameters()` gives them, or numbers; raises TypeError for anything else

    >>> l2_penalty([3.0, -4.0])
    12.5
    """
    return 0.5 * dot(_parameters(theta), theta)


def _parameters(theta: Any) -> Any:
    if not is_sequence(theta):
        raise TypeError(f"a penalty is of parameters, as network.parameters() gives them; got {theta!r:.60}")
    return theta


def indicators(y: Any, classes: Any) -> list[float]:
    """I₀(y), …, I_{K-1}(y): 1.0 at the class y, a whole number from 0 to K - 1, and 0.0 elsewhere.

    >>> indicators(1, 3)
    [0.0, 1.0, 0.0]
    """
    if as_target(y, f"the class y is a whole number from 0 to {classes - 1}") not in range(classes):
        raise ValueError(f"the class y is a whole number from 0 to {classes - 1}; got {y!r}")
    return [1.0 if k == as_number(y) else 0.0 for k in range(classes)]


def as_target(y: Any, rule: str) -> float:
    """A target as a float. Raises TypeError, which states the rule, for what is no number."""
    try:
        return as_number(y)
    except TypeError:
        way_out = "a cost is called with its target, cost(z, y)" if y is None else f"of type {type(y).__name__}"
        raise TypeError(f"{rule}; got {y!r:.60}{': ' if y is None else ' '}{way_out}") from None


def targets(y: Any, n: Any, rule: str, holds: Callable[[float], bool]) -> list[Any]:
    """The targets y of n outputs as a list. Raises ValueError unless all satisfy `holds`, which `rule` puts in words.

    A target that is a Value is an input of a recording, and is not checked.
    """
    many = hasattr(y, "__len__") and not isinstance(y, str)
    if (len(y) if many else 1) != n:
        raise ValueError(f"the targets y are as many as the outputs, {n}; got {y!r:.60}")
    each = f"the targets y are {rule}"
    numbers = [yk if isinstance(yk, Node) else as_target(yk, each) for yk in (y if many else [y])]
    if not all([isinstance(yk, Node) or holds(yk) for yk in numbers]):
        raise ValueError(f"the targets y are {rule}; got {y!r:.60}")
    return numbers


def _is_share(y: float) -> bool:
    return 0.0 <= y <= 1.0


def _is_sign(y: float) -> bool:
    return y == 1.0 or y == -1.0


def _is_any(y: float) -> bool:
    return True


def _times(weight: Any, z: Any) -> Any:
    """weight · z, without a node for a weight of 1 or -1."""
    if isinstance(weight, Node):
        return weight * z
    if weight == 1.0:
        return z
    return -z if weight == -1.0 else weight * z


def _summed(terms: list[Any]) -> Any:
    return terms[0] if len(terms) == 1 else total(terms)
