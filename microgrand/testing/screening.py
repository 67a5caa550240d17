"""A coarse look at a gradient, at a thousand points: where it does not fit the rise of f it is looked at in earnest."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from math import inf, isfinite
from typing import Any, NamedTuple

from microgrand.table.domains import Domain
from microgrand.testing.functions import FlatFunction, lacks_value
from microgrand.testing.structures import filled, numbers_like

# By precision: how far beside a point f is looked at, relative to it, and how much of f is taken for roundings.
STEPS = {"float64": (2.0**-18, 2.0**-46), "float32": (2.0**-8, 2.0**-20), "float16": (2.0**-4, 2.0**-8),
         "bfloat16": (2.0**-3, 2.0**-5)}  # fmt: skip
FITS = 1e-3  # of the slope
LEAST = 1e-150  # a step whose square has digits


class Suspect(NamedTuple):
    """A point at which the gradient does not seem to fit, and by how much of the slope."""

    gap: float
    numbers: tuple[float, ...]


class Screen:
    """A function and a gradient of the same structure, whatever the point.

    function  at any point
    claimed   the gradient as a function of the arguments and, where it takes them, of cotangents
    products  whether it takes cotangents
    domains   of the inputs

    >>> from microgrand.table.domains import REALS
    >>> screen = Screen(FlatFunction(lambda x: x * x, 1.0), lambda x: 2 * x if x != 3 else 0.0, False, [REALS])
    >>> [suspect.numbers for suspect in screen.suspects([(2.0,), (3.0,)], 10)]
    [(3.0,)]
    """

    def __init__(
        self, function: FlatFunction, claimed: Callable[..., Any], products: bool, domains: Sequence[Domain]
    ) -> None:
        self._function, self._claimed, self._products, self._domains = function, claimed, products, domains
        self._source = random.Random(len(domains))
        self._step, self._rounding = STEPS[function.precision]

    def suspects(self, points: Iterable[tuple[float, ...]], most: int) -> list[Suspect]:
        """The points with the largest gaps, the largest first."""
        found = [Suspect(gap, numbers) for numbers in points if (gap := self._gap(numbers)) > 0.0]
        return sorted(found, key=lambda suspect: -suspect.gap)[:most]

    def _gap(self, numbers: Sequence[float]) -> float:
        """How far the claim is off the slopes to both sides of the point, along a direction of chance."""
        here = self._total(numbers)
        if here is None:
            return 0.0
        direction = [self._source.choice((-1.0, 1.0)) * self._source.uniform(0.5, 1.5) for _ in numbers]
        sizes = [max(abs(x), LEAST) if x else 1.0 for x in numbers]
        direction = [along * size for along, size in zip(direction, sizes, strict=True)]
        slopes = [slope for side in (-1.0, 1.0) if (slope := self._slope(numbers, here, direction, side)) is not None]
        if not slopes:
            return 0.0
        claim = self._claim(numbers, direction)
        if claim is None or not isfinite(claim):
            return inf
        size = max(map(abs, [claim, *slopes]))
        allowed = FITS * size + self._rounding * abs(here) / self._step
        off = max(min(slopes) - claim, claim - max(slopes)) - allowed
        return off / size if off > 0.0 else 0.0

    def _slope(
        self, numbers: Sequence[float], here: float, direction: Sequence[float], side: float
    ) -> float | None:  # fmt: skip
        """The slope to one side; None where f has no value there, or the domain ends."""
        step = side * self._step
        moved = [x + step * along for x, along in zip(numbers, direction, strict=True)]
        if not all([domain.contains(x) for domain, x in zip(self._domains, moved, strict=True)]):
            return None
        there = self._total(moved)
        return None if there is None else (there - here) / step

    def _total(self, numbers: Sequence[float]) -> float | None:
        """The sum of the outputs; None where it is no finite number."""
        try:
            total = sum(self._function(numbers))
        except Exception as error:
            if not lacks_value(error):
                raise
            return None
        return total if isinstance(total, float) and isfinite(total) else None

    def _claim(self, numbers: Sequence[float], direction: Sequence[float]) -> float | None:
        """The claimed slope of the sum of the outputs along the direction; None where there is none."""
        function = self._function
        arguments = filled(function.arguments, iter(numbers))
        rows = 1 if self._products else function.count
        try:
            given = self._claimed(*arguments, *([[1.0] * function.count] if self._products else []))
            shape = arguments if self._products else function.jacobian_shape()
            claims = [float(z) for z in numbers_like(shape, given, "the gradient")]
            return sum([claim * along for claim, along in zip(claims, [*direction] * rows, strict=True)])
        except Exception:  # of whatever kind: it is met again, and told, where the point is looked at in earnest
            return None
