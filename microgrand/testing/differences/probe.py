"""Calling f safely: only inside its domain, once per argument, and with None where it has no value."""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Complex, Real
from typing import Any

from microgrand.testing.differences.precision import DOUBLE, Precision


class Probe:
    """f from `low` to `high`, remembering what it gave; once it was called `most` times, it has no new values.

    Where f raises, or gives NaN, an infinity, or anything that is no real number, it has no value: None. An exception
    that is no `Exception`, such as KeyboardInterrupt, passes.

    >>> log = Probe(math.log, 0.0, math.inf)
    >>> log(1.0), log(-1.0), log.evaluations
    (0.0, None, 1)
    """

    def __init__(
        self,
        f: Callable[[float], Any],
        low: float,
        high: float,
        *,
        most: int | None = None,
    ) -> None:
        self._f = f
        self._low, self._high = low, high
        self._most = most
        self._format = DOUBLE
        self._values: dict[float, float | None] = {}
        self.evaluations = 0
        self.exhausted = False

    def __call__(self, y: float) -> float | None:
        """f(y), or None."""
        try:
            return self._values[y]
        except KeyError:
            value = self._values[y] = self._evaluated(y) if self._allows(y) else None
            return value

    @property
    def sparing(self) -> bool:
        """Whether f may be called so many times only."""
        return self._most is not None

    def round_to(self, format: Precision) -> None:
        """Call f with numbers of this format from now on."""
        self._format = format

    def point(self, y: float) -> float:
        """The argument nearest to `y` that f can tell from its neighbours."""
        return self._format.nearest(y) if self._format is not DOUBLE else y

    def _allows(self, y: float) -> bool:
        return math.isfinite(y) and self._low <= y <= self._high

    def _evaluated(self, y: float) -> float | None:
        if self.evaluations == self._most:
            self.exhausted = True
            return None
        self.evaluations += 1
        try:
            value = self._f(y)
            if type(value) is not float:
                if isinstance(value, Complex) and not isinstance(value, Real):
                    return None  # float() of NumPy's complex numbers drops the imaginary part
                value = float(value)
        except Exception:
            return None
        return value if math.isfinite(value) else None
