"""The slope from many values at once: noise shrinks with the root of their number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from microgrand.testing.differences.reference import Reference
from microgrand.testing.differences.standards import MANY
from microgrand.testing.differences.step_sizes import length
from microgrand.testing.differences.surroundings import Surroundings

POINTS = 48
SCALES = range(4)  # powers of two times the reference's best step
DEGREES = range(1, 10, 2)
SURE = 5  # standard deviations


class Fit(NamedTuple):
    """A slope, fitted to values up to 2ᵏ away from x, k = `step`."""

    error: float
    slope: float
    step: int


def averaged(around: Surroundings, reference: Reference) -> Fit | None:
    """The most certain fit inside the reference's interval that one at another scale confirms; None if not sharper."""
    fits = sorted([fit for k in SCALES for fit in _fits(around, reference.step + k)])
    for fit in fits:
        if reference.low <= fit.slope <= reference.high and any([_confirms(other, fit) for other in fits]):
            return fit if fit.error < reference.error else None
    return None


def _confirms(other: Fit, fit: Fit) -> bool:
    close = abs(fit.slope - other.slope) <= fit.error + other.error
    return other.step != fit.step and close and other.error <= MANY * fit.error


def _fits(around: Surroundings, step: int) -> Iterator[Fit]:
    """Fits of several degrees within one step; their errors: noise, and how the slope still moved with the degree."""
    if step > 1022:
        return
    values = [around.at(t * length(step)) for t in _nodes()]
    rises = [value - around.value for value in values if value is not None]
    if len(rises) < POINTS:
        return
    scale = max(map(abs, rises)) or 1.0
    rises = [rise / scale for rise in rises]
    least = around.noise.of(around.value) / 4 / scale
    slopes: list[float] = []
    for degree in DEGREES:
        slope, deviation = _fitted(rises, degree, least)
        slopes.append(slope)
        if len(slopes) > 2:
            error = SURE * deviation + abs(slope - slopes[-2]) + abs(slopes[-2] - slopes[-3])
            error = max(error, around.noise.quantum / 2 / scale)  # steps of f may be in step with the nodes
            yield Fit(error / length(step) * scale, slope / length(step) * scale, step)


def _fitted(rises: list[float], degree: int, least: float) -> tuple[float, float]:
    """The slope at 0 of the polynomial of least squares on the nodes, and its standard deviation.

    On these nodes the Chebyshev polynomials are orthogonal, Σᵢ Tⱼ(tᵢ)Tₖ(tᵢ) = n/2 for j = k > 0: so a coefficient is a
    sum, and T′ₖ(0) = ±k for odd k.
    """
    coefficients = [2 / POINTS * sum([r * t for r, t in zip(rises, _chebyshev(k), strict=True)])
                    for k in range(degree + 1)]  # fmt: skip
    slope = sum([coefficients[k] * k * (-1) ** (k // 2) for k in range(1, degree + 1, 2)])
    explained = POINTS / 2 * (sum([c * c for c in coefficients]) - coefficients[0] ** 2 / 2)
    residual = max(sum([rise * rise for rise in rises]) - explained, 0.0)
    deviation = max(math.sqrt(residual / (POINTS - degree - 1)), least)
    return slope, deviation * math.sqrt(2 / POINTS * sum([k * k for k in range(1, degree + 1, 2)]))


@cache
def _nodes() -> list[float]:
    """The zeros of T₄₈."""
    return [math.cos((i + 0.5) * math.pi / POINTS) for i in range(POINTS)]


@cache
def _chebyshev(k: int) -> list[float]:
    """Tₖ at the nodes."""
    return [math.cos(k * (i + 0.5) * math.pi / POINTS) for i in range(POINTS)]
