"""The second derivative as second differences of values show it, with an error that is meant to be believed."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from microgrand.testing.differences.extrapolation import Quotient, Series, Window
from microgrand.testing.differences.noise import table_estimate
from microgrand.testing.differences.probe import Probe

DOUBLE = 53  # the digits of double precision
ROUNDINGS = 4.0  # that a value is off by, at least, and by which an estimate of its noise may be low
DEPTH = 0.57  # of the digits: the smallest step is so many halvings below |x|, or nothing is left of a difference
WIDEST = 3  # the largest step, 2³, or |x|/2 where that is more
CLOSE, HALF_WAY, FAR = 7, 2, 10  # of the points between which noise shows: see _spacings
POINTS = 10
ODD = 7  # so many times that, for powers of two fall in step with the roundings inside f
SHARP = 1e-3  # an error of so little of the slope is not of steps, between which f is flat
SAFETY = 2.0  # what two orders of an extrapolation differ by may be less than its error
LEFT, CENTRAL, RIGHT = (-2, -1, 0), (-1, 0, 1), (0, 1, 2)  # where a second difference takes its three values


class Curvature(NamedTuple):
    """A second derivative.

    value, error  the true one is believed to be no farther from the value than the error
    left, right   the one-sided ones where they differ, None elsewhere
    evaluations   how often f was called
    """

    value: float
    error: float
    left: float | None
    right: float | None
    evaluations: int


def curvature(
    f: Callable[[float], Any], x: float, *, low: float = -math.inf, high: float = math.inf, digits: int = DOUBLE
) -> Curvature | None:
    """f″(x) from values of f alone; None where there are too few of them.

    f          is called with floats; where it raises, or returns anything but a finite real number, it has no value
    low, high  where f is meant, both included: it is called nowhere else
    digits     binary ones that f computes with, such as 24 in single precision

    >>> found = curvature(math.exp, 1.0)
    >>> abs(found.value - math.e) < found.error < 1e-5
    True
    >>> curvature(lambda x: x * abs(x), 0.0)[2:4]
    (-2.0, 2.0)
    """
    probe = Probe(f, low, high)
    if probe(x) is None:
        return None
    close, *farther = _spacings(digits)
    fine = _at_noise(probe, x, _noise(probe, x, [close]), digits)
    if fine is None or (fine.left is None and fine.error <= SHARP * abs(fine.value)):
        return fine
    coarse = _at_noise(
        probe, x, _noise(probe, x, [close, *farther]), digits
    )  # f may move in steps, and look flat between them
    if coarse is None:
        return fine
    apart = abs(coarse.value - fine.value)
    return fine._replace(
        error=fine.error if apart <= fine.error else apart + coarse.error, evaluations=probe.evaluations
    )


def _at_noise(probe: Probe, x: float, noise: float, digits: int) -> Curvature | None:
    """The second derivative, if values are as uncertain as that."""
    series = [_windows(probe, x, places, noise, digits) for places in (LEFT, CENTRAL, RIGHT)]
    debts = _debts(series)
    left, central, right = (_narrowest(windows, debts) for windows in series)
    if left is not None and right is not None and _are_apart(left, right):
        error = max(left.error, right.error)
        return Curvature(left.value / 2 + right.value / 2, error, left.value, right.value, probe.evaluations)
    known = [each for each in (central, left, right) if each is not None]
    if not known:
        return None
    best = min(known, key=lambda each: each.error)
    doubts = [abs(each.value - best.value) for each in known if _are_apart(each, best)]
    return Curvature(best.value, max([best.error, *doubts]), None, None, probe.evaluations)


class _Found(NamedTuple):
    value: float
    error: float


def _are_apart(one: _Found, other: _Found) -> bool:
    return abs(one.value - other.value) > one.error + other.error


def _spacings(digits: int) -> list[int]:
    """Of the points between which noise shows, as exponents, relative to |x|: of a few ulps, and wider ones."""
    return [CLOSE - digits, HALF_WAY - digits // 2, -FAR]


def _steps(x: float, digits: int) -> list[int]:
    """The exponents of the steps: |x| and below it, and around 1, for f may not tell a tiny x from 0."""
    top, depth = (math.frexp(x)[1] - 2 if x else WIDEST), round(DEPTH * digits)
    near_x = range(max(top - depth, -1000), top + 1)
    near_one = range(max(top + 1, -depth), WIDEST + 1)
    return [*near_x, *near_one]


def _noise(probe: Probe, x: float, spacings: Sequence[int]) -> float:
    """How uncertain values of f around x are: the most that tables of differences show at these distances."""
    top = math.frexp(x)[1] if x else 0
    found = [0.0]
    for spacing in spacings:
        points = [x + (k - POINTS // 2) * ODD * math.ldexp(1.0, top + spacing) for k in range(POINTS)]
        values = [value for value in map(probe, points) if value is not None]
        if len(values) == POINTS:
            found.append(table_estimate(values))
    return ROUNDINGS * max(found)


def _windows(probe: Probe, x: float, places: Sequence[int], noise: float, digits: int) -> list[Window]:
    """Second derivatives from each step on, extrapolated to step 0."""
    quotients = list(_quotients(probe, x, places, noise, digits))
    return Series(quotients, 2 if places is CENTRAL else 1).windows(1.0)


def _quotients(probe: Probe, x: float, places: Sequence[int], noise: float, digits: int) -> Iterator[Quotient]:
    """The second differences over ascending steps, as far as f has values there."""
    for step in _steps(x, digits):
        h = math.ldexp(1.0, step)
        (a, fa), (b, fb), (c, fc) = ((x + k * h, probe(x + k * h)) for k in places)
        if fa is None or fb is None or fc is None or not a < b < c:
            continue
        bent = 2.0 * ((fc - fb) / (c - b) - (fb - fa) / (b - a)) / (c - a)
        uncertain = max(noise, ROUNDINGS * math.ldexp(1.0, -digits) * max(abs(fa), abs(fb), abs(fc)))
        yield Quotient(step, bent, ROUNDINGS * uncertain / h / h)


def _debts(series: Iterable[Sequence[Window]]) -> Callable[[int], float]:
    """What a step lacks at least: as much as any smaller one was seen to lack beyond its noise, on whatever side."""
    lacking = sorted([(window.step, window.truncation - window.noise) for windows in series for window in windows])
    steps = [step for step, _ in lacking]
    most = list(accumulate([debt for _, debt in lacking], max, initial=0.0))
    return lambda step: most[bisect_right(steps, step)]


def _narrowest(windows: Sequence[Window], debts: Callable[[int], float]) -> _Found | None:
    """The sharpest one of the windows, from the smallest step up to where two of them contradict each other."""
    low, high = -math.inf, math.inf
    best: _Found | None = None
    for window in windows:
        error = SAFETY * max(window.truncation, debts(window.step)) + window.noise
        if window.slope + error < low or window.slope - error > high:
            break
        low, high = max(low, window.slope - error), min(high, window.slope + error)
        if best is None or error < best.error:
            best = _Found(window.slope, error)
    return best
