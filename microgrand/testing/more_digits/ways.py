"""The ways in which a function can be run again in many digits: as plain Python, with NumPy, by JAX, by PyTorch."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from microgrand.testing.functions import filled, numbers_in
from microgrand.testing.more_digits.lifting import lifted
from microgrand.testing.more_digits.number import Number, exact_of, near_of
from microgrand.testing.more_digits.run import DigitsLostError, Run


class Output(NamedTuple):
    """One output of a run: as floats have it (None in runs beside the point), and in many digits."""

    near: Any
    exact: Any


class Way(Protocol):
    """A function that can be run in many digits.

    Called with a run and with the inputs in many digits, flat, it gives the outputs, flat, in the order in which f
    returns them. It raises DigitsLostError where it cannot go on; what f itself raises passes.
    """

    def __call__(self, run: Run, inputs: Sequence[Any]) -> list[Output]: ...


def as_python(f: Callable[..., Any], arguments: tuple[Any, ...]) -> Way:
    """Plain Python, with `math` and NumPy."""
    again = lifted(f)
    numbers = list(numbers_in(arguments))

    def run_again(run: Run, inputs: Sequence[Any]) -> list[Output]:
        nears = numbers if run.is_first else [None] * len(numbers)
        twins = [Number(near, exact, run) for near, exact in zip(nears, inputs, strict=True)]
        return [Output(near_of(z), exact_of(z)) for z in numbers_in(again(*filled(arguments, iter(twins))))]

    return run_again


def ways(f: Callable[..., Any], arguments: tuple[Any, ...]) -> list[Callable[[], Way]]:
    """The ways that may be tried, in turn: those of frameworks where they are loaded."""
    found: list[Callable[[], Way]] = [lambda: as_python(f, arguments)]
    if "jax" in sys.modules:
        from microgrand.testing.more_digits.jaxprs import as_jax

        found.append(lambda: as_jax(f, arguments))
    if "torch" in sys.modules:
        from microgrand.testing.more_digits.torch_graphs import as_torch

        found.append(lambda: as_torch(f, arguments))
    return found


__all__ = ["DigitsLostError", "Output", "Way", "as_python", "ways"]
