"""What every way of running a function in many digits gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from microgrand.testing.more_digits.run import Run


class Output(NamedTuple):
    """One output of a run: as floats have it (None in runs beside the point), and in many digits."""

    near: Any
    exact: Any


class Way(Protocol):
    """A function that can be run in many digits.

    Called with a run and with the inputs in many digits, flat, it gives the outputs, flat, in the order in which f
    returns them. It raises DigitsLostError where it cannot go on; what f itself raises passes.
    """

    def __call__(self, run: Run, inputs: Sequence[Any]) -> list[Output]:
        """The outputs."""
