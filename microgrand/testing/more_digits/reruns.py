"""The formula that a function of any framework is: its own code run again, once it has proved to be the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from microgrand.testing.exact import EXACT, many_digits, released
from microgrand.testing.functions import lacks_value
from microgrand.testing.more_digits.formulas import ROUNDINGS, SAFETY, Formula
from microgrand.testing.more_digits.run import DigitsLostError, Run
from microgrand.testing.more_digits.ways import ways

SECONDS = 2.0  # a first run may take
ROUNDED = 64.0  # times the spread of a few roundings: what floats and many digits may differ by
HALVINGS = 64
NEAR = (-40, -24, -8)  # relative distances, as powers of two, at which the code may go another way


def _is_pythons(error: Exception) -> bool:
    """Whether an error is what Python says to numbers that code was not written for: not a timeout, and the like."""
    return type(error).__module__ == "builtins" and not isinstance(error, (OSError, MemoryError))


class Rerun(Formula):
    """A function run again in many digits, at a point.

    first    the run at the point itself
    largest  the largest number that was met on the way

    Raises DigitsLostError, with the reason, where it cannot be run so, or is not seen to be the same function.
    """

    def __init__(
        self,
        f: Callable[..., Any],
        arguments: tuple[Any, ...],
        inputs: Sequence[float],
        values: Sequence[float],
        seconds: float = SECONDS,
        shape: Any = None,
    ) -> None:
        """Run it at the point.

        arguments  of f, in whose structure the inputs stand
        inputs     the numbers among them, flat
        values     what f gives there, flat
        seconds    that the first run may take
        shape      of what f gives
        """
        self.inputs = inputs
        reasons = []
        for way in ways(f, arguments, shape):
            try:
                self._way = way()
                self._prove(values, seconds)
                return
            except DigitsLostError as lost:
                reasons.append(str(lost))
            except Exception as error:  # of code that was never meant for these numbers
                if not self._comes_again(error, values, seconds):
                    raise
                reasons.append(f"{type(error).__name__} in many digits: {error}")
        raise DigitsLostError(reasons[-1] if len(reasons) == 1 else "; ".join(dict.fromkeys(reasons)))

    def _comes_again(self, error: Exception, values: Sequence[float], seconds: float) -> bool:
        """Whether an error is what the code says to these numbers; one that rings once, as a timeout's, is not."""
        if isinstance(error, (OSError, MemoryError)):
            return False
        if _is_pythons(error):
            return True
        try:
            self._prove(values, seconds)
        except Exception as again:
            return type(again) is type(error)
        return False

    def outputs(self, inputs: Sequence[Any], seed: int | None = None) -> list[Any]:
        """What the code gives; None where it raises, as outside a domain."""
        run = Run(self.first, rounding=None if seed is None else random.Random(seed))
        return self._outputs(run, inputs)

    def jumps_beside(self, direction: Mapping[int, float], weights: Mapping[int, float]) -> bool:
        """Whether f leaps close by, where its code goes another way: it rounds, looks up a table, or searches.

        Its slope between the steps is not what anybody claims who takes the steps for roundings.
        """
        with many_digits(self.digits):
            return any([self._jumps(direction, weights, sign) for sign in (1, -1)])

    def _jumps(self, direction: Mapping[int, float], weights: Mapping[int, float], sign: int) -> bool:
        scale = min([abs(self.inputs[k]) or 1.0 for k in direction])
        inside = EXACT.mpf(0)
        here, before = self._seen(direction, inside, weights)
        for exponent in NEAR:
            outside = sign * EXACT.mpf(scale) * EXACT.mpf(2) ** exponent
            there, after = self._seen(direction, outside, weights)
            if there == here:
                inside, before = outside, after
                continue
            for _ in range(HALVINGS):
                middle = (inside + outside) / 2
                between, value = self._seen(direction, middle, weights)
                if between == here:
                    inside, before = middle, value
                else:
                    outside, after = middle, value
            if before is None or after is None:
                return False
            rise = abs(after - before)
            return bool(rise > EXACT.mpf(2) ** -HALVINGS * max(abs(before), abs(after), scale))
        return False

    def _seen(self, direction: Mapping[int, float], t: Any, weights: Mapping[int, float]) -> tuple[list[Any], Any]:
        """The decisions at a step along the direction, and the value there."""
        moved = [EXACT.mpf(x) + t * direction.get(k, 0.0) for k, x in enumerate(self.inputs)]
        run = Run(self.first)
        outputs = self._outputs(run, moved)
        parts = [(weight, outputs[j]) for j, weight in weights.items()]
        value = None if any([z is None for _, z in parts]) else EXACT.fsum([weight * z for weight, z in parts])
        return run.decisions, value

    def _outputs(self, run: Run, inputs: Sequence[Any]) -> list[Any]:
        try:
            found = [exact if EXACT.isfinite(exact) else None for _, exact in self._way(run, inputs)]
        except Exception as error:
            if not (lacks_value(error) or _is_pythons(error)):
                raise
            if not lacks_value(error):
                raise DigitsLostError(f"{type(error).__name__} in many digits: {error}") from error
            found = []
        if run.lost:
            raise DigitsLostError(run.lost)
        return found if len(found) == self._count else [None] * self._count

    def finest_values(self) -> list[Any]:
        """The outputs at the point, in as many digits as show the smallest slope that a float can be."""
        with many_digits(self.most_digits):
            found = self.outputs([EXACT.mpf(x) for x in self.inputs])
            return [few if many is None else released(many) for few, many in zip(self.values, found, strict=True)]

    def spread_of_values(self) -> float:
        """How far the output that moves most moves when every step of f is rounded otherwise; 0 where nobody knows."""
        with many_digits(self.digits):
            points = [EXACT.mpf(x) for x in self.inputs]
            try:
                values = self.outputs(points)
                spread = [] if None in values else self._spread(points, values)
            except Exception:  # rounded otherwise, f may go a way on which it raises whatever it likes
                return 0.0
            return SAFETY * float(released(max(spread, default=EXACT.mpf(0))))

    def _prove(self, values: Sequence[float], seconds: float) -> None:
        """See that the run gives what f gives: the same floats, and in many digits no more than roundings off."""
        self._count = len(values)
        self.first = Run(seconds=seconds)
        with many_digits(self.digits):
            points = [EXACT.mpf(x) for x in self.inputs]
            found = self._way(self.first, points)
            if self.first.lost:
                raise DigitsLostError(self.first.lost)
            if len(found) != len(values):
                raise DigitsLostError(f"in many digits f gives {len(found)} numbers, and {len(values)} on floats")
            spread: list[Any] = []
            for j, ((near, exact), value) in enumerate(zip(found, values, strict=True)):
                same = near is not None and float(near) == value
                gap = abs(EXACT.mpf(value) - exact)
                if same and gap <= 16 * self.first.unit * abs(exact):
                    continue
                spread = spread or self._spread(points, [exact for _, exact in found])
                allowed = ROUNDED * (spread[j] + self.first.unit * abs(exact)) + self.first.smallest
                if not gap <= allowed:
                    raise DigitsLostError("in many digits f has another value")
            self.values = [released(exact) for _, exact in found]

    def _spread(self, points: Sequence[Any], values: Sequence[Any]) -> list[Any]:
        """How far the values move when every step is rounded otherwise."""
        if self.outputs(points) != list(values):
            raise DigitsLostError("f gives another value when it is run again in many digits")
        others = [self.outputs(points, seed) for seed in range(ROUNDINGS)]
        return [
            max([abs(other[j] - value) for other in others if other[j] is not None], default=EXACT.mpf(0))
            for j, value in enumerate(values)
        ]
