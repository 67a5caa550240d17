"""The distributions of scipy.stats on Arrays and Numbers, by their formulas."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any, NamedTuple

import numpy as np

from microgrand.testing.exact import EXACT
from microgrand.testing.more_digits.array_ufuncs import elementwise
from microgrand.testing.more_digits.arrays import (
    as_twin,
    dtype_in,
    holds_twin,
    near_in,
    rounded,
    run_in,
    twin,
)
from microgrand.testing.more_digits.exact_functions import FUNCTIONS
from microgrand.testing.more_digits.stand_ins import SCIPY_UNIT


class Formulas(NamedTuple):
    """A distribution in its standard place and scale: functions of x and of its shape parameters.

    density  or the probability of x where x is a whole number
    below    the probability of at most x; None where there is no formula
    support  between which x the density is other than 0
    """

    density: Callable[..., Any]
    below: Callable[..., Any] | None
    support: tuple[float, float] = (-inf, inf)


def _normal(z: Any) -> Any:
    return EXACT.exp(-z * z / 2) / EXACT.sqrt(2 * EXACT.pi)


def _gamma(x: Any, a: Any) -> Any:
    return x ** (a - 1) * EXACT.exp(-x) / EXACT.gamma(a)


def _student(x: Any, v: Any) -> Any:
    size = EXACT.gamma((v + 1) / 2) / EXACT.gamma(v / 2) / EXACT.sqrt(v * EXACT.pi)
    return size * (1 + x * x / v) ** (-(v + 1) / 2)


def _student_below(x: Any, v: Any) -> Any:
    tail = FUNCTIONS["betainc"](v / 2, EXACT.mpf(1) / 2, v / (v + x * x)) / 2
    return tail if x < 0 else 1 - tail


def _beta(x: Any, a: Any, b: Any) -> Any:
    return x ** (a - 1) * (1 - x) ** (b - 1) / EXACT.beta(a, b)


DISTRIBUTIONS = {
    "norm": Formulas(_normal, FUNCTIONS["ndtr"]),
    "expon": Formulas(lambda x: EXACT.exp(-x), lambda x: 1 - EXACT.exp(-x), (0.0, inf)),
    "gamma": Formulas(_gamma, lambda x, a: FUNCTIONS["igamma"](a, x), (0.0, inf)),
    "chi2": Formulas(lambda x, v: _gamma(x / 2, v / 2) / 2, lambda x, v: FUNCTIONS["igamma"](v / 2, x / 2), (0.0, inf)),
    "beta": Formulas(_beta, lambda x, a, b: FUNCTIONS["betainc"](a, b, x), (0.0, 1.0)),
    "t": Formulas(_student, _student_below),
    "lognorm": Formulas(
        lambda x, s: _normal(EXACT.log(x) / s) / (s * x), lambda x, s: FUNCTIONS["ndtr"](EXACT.log(x) / s), (0.0, inf)
    ),
    "logistic": Formulas(lambda x: 1 / (2 + EXACT.exp(x) + EXACT.exp(-x)), FUNCTIONS["sigmoid"]),
    "cauchy": Formulas(lambda x: 1 / (EXACT.pi * (1 + x * x)), lambda x: EXACT.mpf(1) / 2 + EXACT.atan(x) / EXACT.pi),
    "uniform": Formulas(lambda x: EXACT.mpf(1), lambda x: x, (0.0, 1.0)),
    "weibull_min": Formulas(
        lambda x, c: c * x ** (c - 1) * EXACT.exp(-(x**c)), lambda x, c: 1 - EXACT.exp(-(x**c)), (0.0, inf)
    ),
    "pareto": Formulas(lambda x, b: b / x ** (b + 1), lambda x, b: 1 - x**-b, (1.0, inf)),
    "poisson": Formulas(lambda k, mu: mu**k * EXACT.exp(-mu) / EXACT.gamma(k + 1), None, (0.0, inf)),
    "binom": Formulas(lambda k, n, p: EXACT.binomial(n, k) * p**k * (1 - p) ** (n - k), None, (0.0, inf)),
}
SHAPES = {
    "gamma": 1,
    "chi2": 1,
    "beta": 2,
    "t": 1,
    "lognorm": 1,
    "weibull_min": 1,
    "pareto": 1,
    "poisson": 1,
    "binom": 2,
}
METHODS = {  # of the density, or of the probability below; which of the two it is of
    "pdf": ("density", lambda p: p),
    "logpdf": ("density", EXACT.log),
    "pmf": ("density", lambda p: p),
    "logpmf": ("density", EXACT.log),
    "cdf": ("below", lambda p: p),
    "logcdf": ("below", EXACT.log),
    "sf": ("below", lambda p: 1 - p),
    "logsf": ("below", lambda p: EXACT.log(1 - p)),
}


class Distribution:
    """What stands in for a distribution of scipy.stats, or a frozen one: with plain numbers it is what it was."""

    def __init__(self, original: Any, args: tuple[Any, ...] = (), named: dict[str, Any] | None = None) -> None:
        self._original = original
        self._args = args
        self._named = named or {}

    def __call__(self, *args: Any, **named: Any) -> Distribution:
        """Freeze the parameters."""
        return Distribution(self._original, args, named)

    def __getattr__(self, name: str) -> Any:
        frozen = bool(self._args or self._named)
        if name not in METHODS or self._original.name not in DISTRIBUTIONS:
            if holds_twin((self._args, self._named)):
                raise run_in((self._args, self._named)).lose(f"f uses scipy.stats.{self._original.name}.{name}")
            return getattr(self._original(*self._args, **self._named) if frozen else self._original, name)
        return lambda x, *args, **named: self._called(name, (x, *self._args, *args), {**self._named, **named})

    def _called(self, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        native = getattr(self._original, name)
        if not holds_twin((args, named)):
            return native(*args, **named)
        run = run_in((args, named))
        x, *parameters = [as_twin(a, run) for a in args]
        count = SHAPES.get(self._original.name, 0)
        shapes, rest = parameters[:count], [*parameters[count:], None, None]
        loc, scale = named.get("loc", rest[0]), named.get("scale", rest[1])
        if len(shapes) < count or set(named) - {"loc", "scale"}:
            raise run.lose("f gives the shape of a distribution by name")
        exact = self._exact(name, x, shapes, loc, scale)
        near = native(*near_in(args), **near_in(named)) if run.is_first else None
        return twin(near, rounded(near, exact, run, SCIPY_UNIT), run, dtype_in(list(args)))

    def _exact(self, name: str, x: Any, shapes: list[Any], loc: Any, scale: Any) -> Any:
        formulas = DISTRIBUTIONS[self._original.name]
        kind, then = METHODS[name]
        formula = getattr(formulas, kind)
        run = run_in([x, *shapes, loc, scale])
        if formula is None or (name.endswith("pdf") and formulas.below is None):
            raise run.lose(f"f uses scipy.stats.{self._original.name}.{name}")
        place = x if loc is None else np.subtract(x, loc)
        place = place if scale is None else np.divide(place, scale)
        width = scale if name.endswith("pdf") and scale is not None else 1

        low, high = formulas.support

        def value(z: Any, width: Any, *shape: Any) -> Any:
            return then(formula(z, *shape) / width) if low <= z <= high else EXACT.nan

        values = elementwise(value, [place, width, *shapes], run)
        values = np.where(np.less(place, low), then(EXACT.mpf(0)), values) if low > -inf else values
        end = then(EXACT.mpf(kind == "below"))
        return np.where(np.greater(place, high), end, values) if high < inf else values


def of_stats(item: Any) -> Distribution | None:
    """What stands in for a distribution of scipy.stats, or a frozen one; None if nothing does."""
    module = type(item).__module__
    if not module.startswith("scipy.stats"):
        return None
    if hasattr(item, "dist") and hasattr(item, "kwds"):
        return Distribution(item.dist, item.args, item.kwds)
    return Distribution(item) if getattr(item, "name", "") in DISTRIBUTIONS and hasattr(item, "cdf") else None
