"""A function under test: called on floats or on Values, with inputs and outputs as flat lists of numbers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any

from microgrand.engine.scope import Guards
from microgrand.engine.value import Value
from microgrand.nested import places, rebuilt
from microgrand.table.numbers import as_number


class WrongShape(ValueError):  # noqa: N818  it is told as a ValueError
    """A result has dicts where others were expected, so that nothing tells which number belongs where."""


class FlatFunction:
    """`f` at a point, with whatever structure its arguments and its result have.

    f         of numbers, sequences of numbers or several of these, to a number or a sequence
    at        one number, or the tuple of arguments
    numbers   the inputs at the point, flat; a dict's in the order in which it holds its keys
    names     what each input is called: x, or x[1] inside a sequence
    on_values whether `f` computes on microgrand's Values only (it calls their methods, say), and not on floats
    """

    def __init__(self, f: Callable[..., Any], at: Any) -> None:
        if not callable(f):
            raise TypeError(f"f is a function; got {f!r:.60} of type {type(f).__name__}")
        self.f = f
        self.arguments = at if isinstance(at, tuple) else (at,)
        self.numbers = [_input(x) for x in numbers_in(self.arguments)]
        if not self.numbers:
            raise ValueError(f"at holds at least one number; got {at!r:.60}")
        named = zip(self.arguments, _parameters(f), strict=False)
        self.names = [place for argument, name in named for place in places(_without_arrays(argument), name)]
        self._shape: Any = None  # the result of the first call, which tells where each output belongs
        self.on_values = not self._takes(float) and self._takes(Value)

    def __call__(self, numbers: Sequence[Any]) -> list[Any]:
        """The outputs, flat."""
        outputs = self._outputs(map(Value, numbers) if self.on_values else iter(numbers))
        return [z if isinstance(z, complex) else _real(z) for z in outputs]

    def recorded(self) -> tuple[list[Value], list[Any], bool] | None:
        """The inputs as Values, the outputs, and whether the code branched by comparing; None where `f` takes none."""
        leaves = [Value(x, name=name) for x, name in zip(self.numbers, self.names, strict=True)]
        try:
            with Guards() as guards:
                outputs = self._outputs(iter(leaves))
        except Exception:  # whatever a function of another framework says to a Value
            return None
        if not any([isinstance(output, Value) for output in outputs]):
            return None
        return leaves, outputs, bool(guards.decisions)

    def jacobian_shape(self) -> Any:
        """The shape of a Jacobian: that of the result, with the arguments in the place of each number."""
        return rebuilt(self._shape, repeat(self.arguments))

    def _outputs(self, items: Iterator[Any]) -> list[Any]:
        """What `f` returns for these inputs, flat; the keys of a dict in the order in which it first returned them."""
        result = self.f(*filled(self.arguments, items))
        if self._shape is None:
            self._shape = _without_arrays(result)
        return list(numbers_like(self._shape, result, "f"))

    def _takes(self, kind: type) -> bool:
        """Whether `f` does not refuse this kind of number; what else may be wrong shows later."""
        try:
            outputs = self._outputs(map(kind, self.numbers))
            return all([isinstance(output, Value) or _real(output) is not None for output in outputs])
        except (TypeError, AttributeError):
            return False
        except Exception:  # the kind is right, the point is not
            return kind is float


def numbers_in(structure: Any) -> Iterator[Any]:
    """The numbers of nested lists, tuples, dicts and arrays, in order and of whatever kind they are.

    >>> list(numbers_in([1.0, (2.0, {"b": 3.0, "a": 4j})]))
    [1.0, 2.0, 3.0, 4j]
    """
    for part in _parts(structure):
        if _is_array(part):
            yield from numbers_in(part.tolist())
        else:
            yield part


def numbers_like(shape: Any, structure: Any, who: str) -> Iterator[Any]:
    """The numbers of `structure` in the order of `shape`: what stands in a dict is found by its key.

    What holds one item only may be left out, or be there, in either.

    who  gave the structure, for the error about it

    >>> list(numbers_like({"b": 0.0, "a": (0.0, 0.0)}, {"a": [2.0, 3.0], "b": 1.0}, "f"))
    [1.0, 2.0, 3.0]
    """
    structure = structure.tolist() if _is_array(structure) else structure
    if isinstance(shape, dict) and isinstance(structure, dict):
        if shape.keys() != structure.keys():
            raise WrongShape(f"{who} gives a dict of {_keys(structure)}; expected are {_keys(shape)}")
        for key, part in shape.items():
            yield from numbers_like(part, structure[key], who)
        return
    parts = _items(shape)
    if parts is not None and _is_sequence(structure) and len(parts) == len(structure):
        for part, item in zip(parts, structure, strict=True):
            yield from numbers_like(part, item, who)
    elif parts is not None and len(parts) == 1:
        yield from numbers_like(parts[0], structure, who)
    elif (items := _items(structure)) is not None and len(items) == 1:
        yield from numbers_like(shape, items[0], who)
    elif _holds_a_dict(structure):
        raise WrongShape(f"{who} gives {structure!r:.60}, with a dict where none is expected")
    else:
        yield from numbers_in(structure)


def filled(structure: Any, numbers: Iterator[Any]) -> Any:
    """The same nesting with other numbers; an array becomes an array of these."""
    return rebuilt(structure, _filled_parts(structure, numbers))


def _filled_parts(structure: Any, numbers: Iterator[Any]) -> Iterator[Any]:
    for part in _parts(structure):
        if _is_array(part):
            import numpy

            yield numpy.array(rebuilt(part.tolist(), numbers))
        else:
            yield next(numbers)


def _without_arrays(structure: Any) -> Any:
    """The same nesting with lists in the place of arrays."""
    return rebuilt(structure, (part.tolist() if _is_array(part) else part for part in _parts(structure)))


def _parts(structure: Any) -> Iterator[Any]:
    """The numbers and arrays in nested lists, tuples and dicts, in order."""
    items = _items(structure)
    if items is None:
        yield structure
    else:
        for item in items:
            yield from _parts(item)


def _items(structure: Any) -> Sequence[Any] | None:
    """What a dict, a list or a tuple holds, in order; None for anything else."""
    if isinstance(structure, dict):
        return list(structure.values())
    return structure if _is_sequence(structure) else None


def _holds_a_dict(structure: Any) -> bool:
    return isinstance(structure, dict) or any([_holds_a_dict(item) for item in _items(structure) or ()])


def _is_sequence(structure: Any) -> bool:
    return isinstance(structure, (list, tuple))


def _is_array(structure: Any) -> bool:
    """Whether it is an array with numbers inside; one without dimensions is a number."""
    return not isinstance(structure, (dict, list, tuple, Value)) and getattr(structure, "shape", ()) != ()


def _keys(structure: Iterable[Any]) -> str:
    return ", ".join([repr(key) for key in structure]) or "no keys"


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
