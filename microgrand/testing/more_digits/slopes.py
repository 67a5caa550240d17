"""One-sided derivatives of a function that can be evaluated in many digits, by differences of its values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from microgrand.testing.exact import EXACT

FINER = 1024  # the second step, as a fraction of the first
REFINEMENTS = 2
MUCH_FINER = 10**15
LOGARITHMS = 4.98  # log(MUCH_FINER) / log(FINER)
CANCELLED = 2.0**20  # roundings of the last digit: a difference of no more is none
SETTLED = 2.0**-40  # of the slope: two quotients that differ by more ask for finer steps
GROWING = 8.0  # a quotient that grows so much from one step to the finer one has no limit
APART = EXACT.mpf(10) ** -20  # one-sided derivatives that differ by more of their size are two


class Side(NamedTuple):
    """A one-sided derivative, and how far the two quotients that it was made of were apart."""

    slope: Any
    truncation: Any


class Slopes(NamedTuple):
    """The derivative at a point.

    left, right  the one-sided derivatives, infinite where quotients grow; None on a side where there are no values
    truncation   how far they may be off: next to nothing, except where the second derivative is infinite, or where so
                 many digits cancel that none are left
    kink         whether they differ
    """

    left: Any
    right: Any
    truncation: Any
    kink: bool

    @property
    def is_settled(self) -> bool:
        """Whether more digits would not tell more: a slope of 0 may be one of which they show nothing."""
        size = max([abs(side) for side in self.sides])
        return bool(size > 0 and self.truncation <= SETTLED * size)

    @property
    def sides(self) -> list[Any]:
        """The one or two one-sided derivatives."""
        return [side for side in (self.left, self.right) if side is not None]


def slopes(value: Callable[[Any], Any], step: Any, sides: tuple[bool, bool] = (True, True)) -> Slopes | None:
    """The derivatives of `value` at 0 from the left and from the right; None where it has values on neither side.

    value  of a number in many digits, a number in many digits; None where it has none
    step   over which differences are taken, and finer ones
    sides  whether the left and the right side may be looked at

    >>> from microgrand.testing.exact import many_digits
    >>> with many_digits(60):
    ...     [EXACT.nstr(side, 3) for side in slopes(lambda t: abs(3 * t), EXACT.mpf(10) ** -20).sides]
    ['-3.0', '3.0']
    """
    here = value(EXACT.mpf(0))
    if here is None:
        return None
    left, right = (
        one_sided(value, here, sign * step) if may else None for sign, may in zip((-1, 1), sides, strict=True)
    )
    known = [side for side in (left, right) if side is not None]
    if not known:
        return None
    truncation = max([side.truncation for side in known])
    size = max([abs(side.slope) for side in known])
    kink = len(known) == 2 and bool(abs(known[0].slope - known[1].slope) > APART * size + 4 * truncation)
    return Slopes(left and left.slope, right and right.slope, truncation, kink)


def one_sided(value: Callable[[Any], Any], here: Any, step: Any) -> Side | None:
    """The derivative toward the side of the step; None where there are no values.

    Where a step is too coarse for a function so steep or so rough, quotients grow, are missing or disagree: finer ones
    tell.
    """
    found = before = _quotient(value, here, step)
    steady = 0  # how often the quotient grew as a logarithm does
    for _ in range(REFINEMENTS):
        if found is not None and found.truncation <= SETTLED * abs(found.slope) < EXACT.inf:
            break
        step /= MUCH_FINER
        finer = _quotient(value, here, step)
        if found is None or EXACT.isinf(found.slope) or (finer is not None and finer.truncation <= found.truncation):
            found = finer
        steady += _grows_as_a_logarithm(before, finer)
        before = finer
    if before is not None and steady == REFINEMENTS:
        return Side(EXACT.inf * EXACT.sign(before.slope), EXACT.mpf(0))
    return found


def _grows_as_a_logarithm(before: Side | None, finer: Side | None) -> bool:
    """Whether each factor of the step adds as much to the quotient, as for x·log x at 0.

    >>> from microgrand.testing.exact import many_digits
    >>> with many_digits(200):
    ...     one_sided(lambda t: t * EXACT.log(t) if t else t, EXACT.mpf(0), EXACT.mpf(10) ** -45).slope
    mpf('-inf')
    """
    if before is None or finer is None or EXACT.isinf(before.slope) or EXACT.isinf(finer.slope):
        return False
    rise = abs(finer.slope) - abs(before.slope)
    return bool(before.truncation < 2 * rise / LOGARITHMS < 4 * before.truncation)


def _quotient(value: Callable[[Any], Any], here: Any, step: Any) -> Side | None:
    """The derivative by two differences, over a step and over a finer one."""
    beside, close = value(step), value(step / FINER)
    if beside is None or close is None:
        return None
    coarse, fine = (beside - here) / step, (close - here) / (step / FINER)
    blur = CANCELLED * EXACT.eps * abs(here) * FINER / abs(step)  # where even so many digits cancel
    if abs(fine) <= blur and abs(coarse) <= blur:
        return Side(EXACT.mpf(0), blur)
    if abs(fine) > GROWING * abs(coarse):
        return Side(EXACT.inf * EXACT.sign(fine), EXACT.mpf(0))
    return Side(fine + (fine - coarse) / (FINER - 1), abs(fine - coarse) + blur)
