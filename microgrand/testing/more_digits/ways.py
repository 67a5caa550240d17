"""The ways in which a function can be run again in many digits: as plain Python, with NumPy, by JAX, by PyTorch."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from typing import Any

from microgrand.testing.functions import filled, numbers_in
from microgrand.testing.more_digits.lifting import LEFT_AS_THEY_ARE, lifted, parts_of_code
from microgrand.testing.more_digits.number import Number, exact_of, near_of
from microgrand.testing.more_digits.protocol import Output, Way
from microgrand.testing.more_digits.run import DigitsLostError, Run
from microgrand.testing.structures import numbers_like

MOST_SEEN = 10_000  # things that are looked at for a library


def as_python(f: Callable[..., Any], arguments: tuple[Any, ...], shape: Any = None) -> Way:
    """Plain Python, with `math` and NumPy.

    shape  of the result, where dicts in it may have their keys in another order each time
    """
    if "numpy" in sys.modules:
        from microgrand.testing.more_digits.numpy_module import filled_with_arrays, stand_in

        fill, again = filled_with_arrays, lifted(f, stand_in)
    else:
        fill, again = filled, lifted(f)
    numbers = list(numbers_in(arguments))

    def run_again(run: Run, inputs: Sequence[Any]) -> list[Output]:
        nears = numbers if run.is_first else [None] * len(numbers)
        twins = [Number(near, exact, run) for near, exact in zip(nears, inputs, strict=True)]
        with run.going_on():
            result = again(*fill(arguments, iter(twins)))
            outputs = numbers_like(shape, result, "f") if isinstance(result, dict) and shape else numbers_in(result)
            return [Output(near_of(z), exact_of(z)) for z in outputs]

    return run_again


def uses(f: Any, library: str) -> bool:
    """Whether code or arguments come from a library, as far as names, closures and attributes tell.

    JAX and PyTorch run many a function that is not theirs, in another precision than floats have.

    >>> import json
    >>> uses(json.dumps, "json"), uses(len, "json")
    (True, False)
    """
    seen: set[int] = set()
    waiting = [f]
    while waiting and len(seen) < MOST_SEEN:
        item = waiting.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        homes = {_home(item), _home(type(item))}
        if library in homes or f"{library}lib" in homes:
            return True
        if _home(item) not in LEFT_AS_THEY_ARE or isinstance(item, partial):
            waiting += parts_of_code(item)
    return False


def _home(item: Any) -> str:
    """The package that a module, a function or a class belongs to."""
    name = item.__name__ if isinstance(item, ModuleType) else getattr(item, "__module__", None)
    return name.partition(".")[0] if isinstance(name, str) else ""


def ways(f: Callable[..., Any], arguments: tuple[Any, ...], shape: Any = None) -> list[Callable[[], Way]]:
    """The ways that may be tried, in turn: those of frameworks where they are loaded."""
    found: list[Callable[[], Way]] = [lambda: as_python(f, arguments, shape)]
    if "jax" in sys.modules and uses((f, arguments), "jax"):
        from microgrand.testing.more_digits.jaxprs import as_jax

        found.append(lambda: as_jax(f, arguments))
    if "torch" in sys.modules and uses((f, arguments), "torch"):
        from microgrand.testing.more_digits.torch_tensors import as_torch

        found.append(lambda: as_torch(f, arguments))
    return found


__all__ = ["DigitsLostError", "Output", "Way", "as_python", "ways"]
