"""From difference quotients over several steps to the slope at step 0, with its two errors: truncation and noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from operator import mul
from typing import NamedTuple

MOST_ORDER = 6
LARGEST_RATIO = 1000  # as an exponent: beyond it a power of two overflows, and the weight is 0 all the same


class Quotient(NamedTuple):
    """The difference quotient of f over the step 2ᵏ, k = `step`, and how much of it may be noise."""

    step: int
    slope: float
    noise: float


class Window(NamedTuple):
    """An extrapolated slope from the quotients at `step` and the next larger ones, with its two errors."""

    step: int
    slope: float
    truncation: float
    noise: float


class Series:
    """The quotients of one kind (left, right or central) over ascending steps, extrapolated from each step on.

    power  the error of a quotient is a series in the step to this power: 1 for one-sided, 2 for central ones
    """

    def __init__(self, quotients: Sequence[Quotient], power: int) -> None:
        orders = _extrapolated(quotients, power)
        self._choices = [choices for j in range(len(quotients)) if (choices := _choices(quotients, orders, j))]

    def windows(self, noise_scale: float) -> list[Window]:
        """From each step the order with the least sum of errors, if the noise is so many times what it seems."""
        return [min(choices, key=lambda w: w.truncation + noise_scale * w.noise) for choices in self._choices]


@lru_cache(maxsize=4096)
def weights(steps: tuple[int, ...], power: int) -> tuple[float, ...]:
    """What each quotient counts in the polynomial through all of them, at step 0: wᵢ = ∏ₖ 1/(1 − (hᵢ/hₖ)ᵖ).

    Only the ratios of the steps enter, for the square of a small step underflows; what Neville's scheme computes
    recursively is written out, since the noise needs |wᵢ|.

    >>> weights((0, 1), 2)
    (1.3333333333333333, -0.3333333333333333)
    """
    found = []
    for i in steps:
        product = 1.0
        for k in steps:
            if k != i:
                product /= 1.0 - math.ldexp(1.0, min(power * (i - k), LARGEST_RATIO))
        found.append(product)
    return tuple(found)


def _extrapolated(quotients: Sequence[Quotient], power: int) -> list[list[tuple[float, float]]]:
    """By order, and then by first quotient: the extrapolated slope and its noise."""
    steps = [quotient.step for quotient in quotients]
    slopes = [quotient.slope for quotient in quotients]
    noises = [quotient.noise for quotient in quotients]
    orders = [list(zip(slopes, noises, strict=True))]
    for order in range(1, MOST_ORDER + 1):
        row = []
        for j in range(len(steps) - order):
            first = steps[j]
            end = j + order + 1
            ws = weights(tuple([step - first for step in steps[j:end]]), power)
            row.append((sum(map(mul, ws, slopes[j:end])), sum(map(abs, map(mul, ws, noises[j:end])))))
        orders.append(row)
    return orders


def _choices(quotients: Sequence[Quotient], orders: list[list[tuple[float, float]]], j: int) -> list[Window]:
    """The windows from quotient j on, one per order; the truncation is how far the two of the order below are off."""
    found = []
    for below, row in pairwise(orders):
        if j >= len(row):
            break
        slope, noise = row[j]
        truncation = max(abs(slope - below[j][0]), abs(slope - below[j + 1][0]))
        if math.isfinite(truncation + noise):
            found.append(Window(quotients[j].step, slope, truncation, noise))
    return found
