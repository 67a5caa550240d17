"""One run of a function in many digits: what it decided on its way, and where it lost them."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Outcome = TypeVar("Outcome")

# The unit roundoff and the smallest normal number of the formats that numbers on the way may have.
FORMATS = {
    "float": (2.0**-53, 2.0**-1022),
    "float64": (2.0**-53, 2.0**-1022),
    "float32": (2.0**-24, 2.0**-126),
    "float16": (2.0**-11, 2.0**-14),
    "bfloat16": (2.0**-8, 2.0**-126),
}


class DigitsLostError(TypeError):
    """The function turns a number of many digits into something that has fewer: it cannot be run again this way."""


class Run:
    """The decisions of one run, and whether it can be believed.

    A function decides when it compares, rounds to whole numbers or takes a sign. In the first run, at the point itself,
    each number is held twice, as floats have it and in many digits, and so is each decision. Where the two differ, f's
    own roundings decide (`if 1.0 + x == 1.0`): then the floats' outcome counts, here and in the later runs beside the
    point, since it is the formula which floats evaluate there.

    first      the run at the point itself; None for that run
    decisions  the outcomes in order
    muddy      the floats' outcome of each decision, by its place, on which the two differ
    lost       why the run cannot be believed; empty as long as it can. It is noted here as well as raised, for f may
               catch whatever is raised
    unit       the unit roundoff of the coarsest format on the way
    smallest   the smallest normal number of that format
    largest    the largest number on the way, as floats have it
    rounds     whether a number was rounded to a whole one
    """

    def __init__(
        self, first: Run | None = None, *, rounding: random.Random | None = None, seconds: float = math.inf
    ) -> None:
        """Begin a run.

        rounding  where it is given each number is off by a random part of the unit roundoff
        seconds   that the run may take
        """
        self.first = first
        self._rounding = rounding
        self._end = time.monotonic() + seconds
        self.unit: float = FORMATS["float"][0] if first is None else first.unit
        self.smallest: float = FORMATS["float"][1] if first is None else first.smallest
        self.largest = 0.0
        self.rounds = False
        self.decisions: list[Any] = []
        self.muddy: dict[int, Any] = {}
        self.lost = ""
        self._apart = False  # whether this run has left the way of the first one

    @property
    def is_first(self) -> bool:
        """Whether numbers are held as floats too."""
        return self.first is None

    def decided(self, near: Outcome | None, exact: Outcome) -> Outcome:
        """The outcome of a decision; `near` is the floats' one, which later runs have not.

        >>> run = Run()
        >>> run.decided(True, False), Run(run).decided(None, False)
        (True, True)
        """
        place = len(self.decisions)
        self.rounds = self.rounds or type(exact) is int
        outcome = exact
        if self.first is None:
            if near is not None and near != exact:
                outcome = self.muddy[place] = near
        elif not self._apart:
            outcome = self.first.muddy.get(place, exact)
            self._apart = place >= len(self.first.decisions) or self.first.decisions[place] != outcome
        self.decisions.append(outcome)
        return outcome

    def noted(self, near: Any, exact: Any, unit: float = 0.0) -> Any:
        """The number in many digits, once it has been seen how floats have it; off by a rounding if that is asked for.

        unit  how far what computed `near` may be off, of its size, where that is more than a rounding
        """
        if self.first is None:
            format = FORMATS.get(type(near).__name__)
            if format is not None and format[0] > self.unit:
                self.unit, self.smallest = format
            size = abs(float(near)) if near is not None else 0.0
            if self.largest < size < math.inf:
                self.largest = size
            if time.monotonic() > self._end:
                raise self.lose("f takes too long in many digits")
        if self._rounding is not None:
            relative = self._rounding.uniform(-1.0, 1.0) * max(unit, self.unit)
            exact = exact * (1 + type(exact)(relative)) + self._rounding.random() * self.smallest
        return exact

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Inside, `current_run` is this run."""
        before = _RUNNING.set(self)
        try:
            yield
        finally:
            _RUNNING.reset(before)

    def uncounted(self, seconds: float) -> None:
        """Seconds that the run may take besides: a framework has compiled something, and will not again."""
        self._end += seconds

    def lose(self, why: str) -> DigitsLostError:
        """Note that digits are lost; the error to be raised says why."""
        self.lost = self.lost or why
        return DigitsLostError(why)


_RUNNING: ContextVar[Run | None] = ContextVar("_RUNNING", default=None)


def current_run() -> Run | None:
    """The run that is going on, for what f makes without a number of the run's."""
    return _RUNNING.get()
