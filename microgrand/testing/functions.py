"""A function under test: called on floats or on Values, with inputs and outputs as flat lists of numbers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from microgrand.engine.scope import Guards
from microgrand.engine.value import Value
from microgrand.table.numbers import as_number


class Function:
    """`f` at a point, with whatever structure its arguments and its result have.

    f         of numbers, sequences of numbers or several of these, to a number or a sequence
    at        one number, or the tuple of arguments
    numbers   the inputs at the point, flat
    names     what each input is called: x, or x[1] inside a sequence
    on_values whether `f` computes on microgrand's Values only (it calls their methods, say), and not on floats
    """

    def __init__(self, f: Callable[..., Any], at: Any) -> None:
        if not callable(f):
            raise TypeError(f"f is a function; got {f!r:.60} of type {type(f).__name__}")
        self.f = f
        self.arguments = at if isinstance(at, tuple) else (at,)
        self.numbers = [_input(x) for argument in self.arguments for x in flat(argument)]
        if not self.numbers:
            raise ValueError(f"at holds at least one number; got {at!r:.60}")
        self.names = [name for each in zip(self.arguments, _parameters(f), strict=False) for name in _named(*each)]
        self.on_values = not self._takes(float) and self._takes(Value)

    def __call__(self, numbers: Sequence[Any]) -> list[Any]:
        """The outputs, flat."""
        outputs = flat(self.result(map(Value, numbers) if self.on_values else iter(numbers)))
        return [z if isinstance(z, complex) else _real(z) for z in outputs]

    def result(self, items: Iterator[Any]) -> Any:
        """What `f` returns for these in the place of its inputs."""
        return self.f(*rebuilt(self.arguments, items))

    def recorded(self) -> tuple[list[Value], list[Any], bool] | None:
        """The inputs as Values, the outputs, and whether the code branched by comparing; None where `f` takes none."""
        leaves = [Value(x, name=name) for x, name in zip(self.numbers, self.names, strict=True)]
        try:
            with Guards() as guards:
                outputs = list(flat(self.result(iter(leaves))))
        except Exception:  # whatever a function of another framework says to a Value
            return None
        if not any([isinstance(output, Value) for output in outputs]):
            return None
        return leaves, outputs, bool(guards.decisions)

    def _takes(self, kind: type) -> bool:
        """Whether `f` does not refuse this kind of number; what else may be wrong shows later."""
        try:
            outputs = list(flat(self.result(map(kind, self.numbers))))
            return all([isinstance(output, Value) or _real(output) is not None for output in outputs])
        except (TypeError, AttributeError):
            return False
        except Exception:  # the kind is right, the point is not
            return kind is float


def flat(structure: Any) -> Iterator[Any]:
    """The numbers of nested lists, tuples, dicts (by key) and arrays, in order.

    >>> list(flat([1.0, (2.0, {"b": 4.0, "a": 3.0})]))
    [1.0, 2.0, 3.0, 4.0]
    """
    if isinstance(structure, dict):
        structure = [structure[key] for key in sorted(structure)]
    elif not isinstance(structure, (list, tuple, Value)) and getattr(structure, "shape", ()) != ():
        structure = structure.tolist()
    if isinstance(structure, (list, tuple)):
        for item in structure:
            yield from flat(item)
    else:
        yield structure


def rebuilt(structure: Any, items: Iterator[Any]) -> Any:
    """The same nesting with other numbers; an array becomes nested lists where these are no floats."""
    if isinstance(structure, dict):
        made = {key: rebuilt(structure[key], items) for key in sorted(structure)}
        return {key: made[key] for key in structure}
    if isinstance(structure, (list, tuple)):
        parts = [rebuilt(item, items) for item in structure]
        return type(structure)(*parts) if hasattr(structure, "_fields") else type(structure)(parts)
    if getattr(structure, "shape", ()) != ():
        import numpy

        parts = [rebuilt(item, items) for item in structure.tolist()]
        return numpy.array(parts)
    return next(items)


def _input(x: Any) -> float:
    try:
        return as_number(x)
    except TypeError:
        raise TypeError(f"at holds numbers; got {x!r:.60} of type {type(x).__name__}") from None


def _real(x: Any) -> float:
    """The number as a float; a Value's data."""
    return x.data if isinstance(x, Value) else float(x)


def _parameters(f: Callable[..., Any]) -> list[str]:
    """The names of the arguments as far as `f` tells them, and x0, x1, … as far as it does not."""
    known: list[str] = []
    try:
        for parameter in inspect.signature(f).parameters.values():
            if parameter.kind not in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
                break
            known.append(parameter.name)
    except (TypeError, ValueError):  # a built-in that tells nothing
        pass
    return known + [f"x{k}" for k in range(len(known), 1000)]


def _named(argument: Any, name: str) -> list[str]:
    if isinstance(argument, dict):
        return [each for key in sorted(argument) for each in _named(argument[key], f"{name}[{key!r}]")]
    if not isinstance(argument, (list, tuple)) and getattr(argument, "shape", ()) != ():
        argument = argument.tolist()
    if isinstance(argument, (list, tuple)):
        return [each for k, item in enumerate(argument) for each in _named(item, f"{name}[{k}]")]
    return [name]
