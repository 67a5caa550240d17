"""`estimate`: a derivative with its error, of first or second order, for whoever has no claim about it yet.

It is told by the best reference there is, see `references.py`: f's formula in many digits, or else differences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from math import isfinite, nan
from typing import Any, NamedTuple

from microgrand.nested import rebuilt
from microgrand.progress import progress
from microgrand.shortening import how_many
from microgrand.testing.checking import Check
from microgrand.testing.declared import with_declared_rule
from microgrand.testing.functions import FlatFunction
from microgrand.testing.held import METHOD, Claim
from microgrand.testing.references import LEAPS, References
from microgrand.testing.second_order import SecondDerivatives, named
from microgrand.testing.structures import filled, without_arrays
from microgrand.testing.verdict import Judgement

COLUMNS = ("derivative", "at", "estimate", "± error", "by")


class Estimate(NamedTuple):
    """A derivative and its error.

    value        the derivative; at a kink the middle between both sides; NaN where nothing tells it
    error        the true one is believed to be no farther from the value; at a kink, from its side
    method       how it was found
    declined     why no better method told it, or why none did; empty where there was nothing better
    left, right  the one-sided derivatives at a kink, None elsewhere

    >>> import math
    >>> found = estimate(math.tanh, at=0.5)
    >>> found.value, found.error < 1e-15, found.method
    (0.7864477329659274, True, '60-digit evaluation')
    """

    value: float
    error: float
    method: str
    declined: str = ""
    left: float | None = None
    right: float | None = None

    def __str__(self) -> str:
        if self.left is not None and self.right is not None:
            told = f"from {self.left!r} on the left to {self.right!r} on the right, ± {self.error:.1e}"
        else:
            told = f"{self.value!r} ± {self.error:.1e}"
        return f"{told}, by {self.method}" if isfinite(self.error) else f"not to be told: {self.declined}"


class Estimates:
    """The derivatives of several inputs or outputs, and their errors; print them as a table.

    value  as a gradient, Jacobian or Hessian holds them: rows are lists, and each row has the shape of the argument,
           or of the tuple of them
    error  in the same structure
    items  each as an `Estimate`, by its name

    It is made of the items, of the `points`, one input for each, and of `structured`, which arranges numbers.

    >>> found = estimate(lambda x, y: x * y**2, at=(3.0, 2.0))
    >>> found.value, found.items["∂f/∂y"].value
    ((4.0, 12.0), 12.0)
    >>> print(found)
    derivative  at  estimate  ± error  by
    ∂f/∂x       3   4         4.4e-16  60-digit evaluation
    ∂f/∂y       2   12        1.3e-15  60-digit evaluation
    """

    def __init__(
        self, items: dict[str, Estimate], points: Sequence[float], structured: Callable[[Iterator[float]], Any]
    ) -> None:
        self.items = items
        self.value = structured(iter([item.value for item in items.values()]))
        self.error = structured(iter([item.error for item in items.values()]))
        self._points = points

    def __repr__(self) -> str:
        return f"<Estimates: {how_many(len(self.items), 'derivative')}; print(…) writes the table>"

    def __str__(self) -> str:
        named_items = zip(self.items.items(), self._points, strict=True)
        rows = [COLUMNS, *[_row(name, item, x) for (name, item), x in named_items]]
        widths = [max([len(row[k]) for row in rows]) for k in range(len(COLUMNS))]
        lines = ["  ".join([cell.ljust(width) for cell, width in zip(row, widths, strict=True)]) for row in rows]
        notes = [f"{name}: {item.declined}" for name, item in self.items.items() if item.declined]
        return "\n".join([line.rstrip() for line in [*lines, *notes]])


def estimate(f: Callable[..., Any], *, at: Any, order: int = 1, domain: Any = None) -> Estimate | Estimates:
    """The derivative of `f` at a point, with its error: an `Estimate`, or `Estimates` of several inputs or outputs.

    f       takes one number, several, or sequences of numbers; returns a number or a sequence of numbers
    at      the point: one number, or the tuple of the arguments
    order   1 for the gradient or Jacobian, 2 for the second derivative or the Hessian
    domain  where f is meant, as for `check_gradient`

    Raises ValueError for a point at which f has no finite value, or one that changes from call to call.

    >>> import math
    >>> print(estimate(math.sin, at=1.0))
    0.5403023058681398 ± 6.0e-17, by 60-digit evaluation
    >>> print(estimate(abs, at=0.0))
    from -1.0 on the left to 1.0 on the right, ± 1.1e-16, by 60-digit evaluation
    >>> estimate(math.sin, at=1.0, order=2).value
    -0.8414709848078965
    """
    if order not in (1, 2):
        raise ValueError(f"order is 1 or 2; got {order!r:.60}")
    f, _, at = with_declared_rule(f, None, at)
    function = FlatFunction(f, at)
    check = Check(function, None, domain)
    trouble = check.trouble()
    if trouble:
        raise ValueError(f"there is nothing to estimate at {at!r:.60}: {trouble}")
    triples = []
    with progress("estimating", _stages(function, order)) as task:
        for each in (_first if order == 1 else _second)(check.references):
            triples.append(each)
            task.next()
    names, points, found = zip(*triples, strict=True)
    if check.fault is not None:
        raise check.fault
    if len(found) == 1:
        single: Estimate = found[0]
        return single

    def structured(numbers: Iterator[float]) -> Any:
        return function.per_output(_nested(function.arguments, numbers, order) for _ in repeat(None))

    return Estimates(dict(zip(names, found, strict=True)), points, structured)


def _stages(function: FlatFunction, order: int) -> list[str]:
    """What is estimated one after the other, of each output: its derivatives in each input, or in each two."""
    inside = function.names if order == 1 else [f"{a}, {b}" for a in function.names for b in function.names]
    return inside * function.count


def _first(references: References) -> Iterator[tuple[str, float, Estimate]]:
    """Each derivative of first order, with its name and its input."""
    function = references.function
    for output in range(function.count):
        f = "f" if function.count == 1 else f"f[{output}]"
        for k, x in enumerate(function.numbers):
            yield f"∂{f}/∂{function.names[k]}", x, _slope(references, output, k)


def _second(references: References) -> Iterator[tuple[str, float, Estimate]]:
    """Each derivative of second order, with its name and its input; the same for both orders of the inputs."""
    function, known = references.function, SecondDerivatives(references)
    for output in range(function.count):
        found: dict[tuple[int, int], Estimate] = {}
        for i in range(len(function.numbers)):
            for j, x in enumerate(function.numbers):
                if (j, i) not in found:
                    found[i, j] = _estimate(known.judgement(_unclaimed(output, j), {i: 1.0}))
                else:
                    found[i, j] = found[j, i]
                yield named(function, output, i, j), x, found[i, j]


def _slope(references: References, output: int, k: int) -> Estimate:
    """One derivative of first order. Where f moves in steps, between which its formula is flat, floats tell."""
    claim = _unclaimed(output, k)
    found = references.judgement(claim)
    if found.method == METHOD and references.leaps(claim):
        found = references.by_floats(claim)._replace(declined=LEAPS)
    if found.method != METHOD and isfinite(found.reference):  # a claim that agrees is looked at most closely
        found = references.by_floats(claim._replace(number=found.reference))._replace(declined=found.declined)
    return _estimate(found)


def _unclaimed(output: int, k: int) -> Claim:
    """A claim of nothing, of one output in one input: what is held against it is the reference."""
    return Claim(nan, {output: 1.0}, {k: 1.0}, lambda: None)


def _estimate(found: Judgement) -> Estimate:
    declined = found.declined if isfinite(found.error) else found.because
    return Estimate(found.reference, found.error, found.method, declined, found.left, found.right)


def _nested(arguments: Any, items: Iterator[float], order: int) -> Any:
    """The next numbers as a gradient holds them, or as a Hessian does: with a gradient in the place of each number."""
    if order == 1:
        found = filled(arguments, items)
    else:
        found = rebuilt(without_arrays(arguments), (_nested(arguments, items, 1) for _ in repeat(None)))
    return found if len(found) > 1 else found[0]


def _row(name: str, item: Estimate, x: float) -> tuple[str, ...]:
    if item.left is not None and item.right is not None:
        told = f"[{min(item.left, item.right):.10g}, {max(item.left, item.right):.10g}]"
    else:
        told = "–" if item.value != item.value else f"{item.value:.12g}"
    return name, f"{x:.6g}", told, "–" if item.error != item.error else f"{item.error:.1e}", item.method
