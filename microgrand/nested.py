"""Nested lists, tuples, dicts and their kin of numbers and arrays: take them apart, rebuild them with other numbers.

Their kin are named tuples, dataclasses, deques and ranges; None within any of these holds no number, and stays.
"""

from __future__ import annotations

import operator
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from importlib import import_module
from itertools import islice
from math import prod
from typing import Any

from microgrand.engine.node import Node
from microgrand.table.numbers import as_number, is_plain


def flat(structure: Any) -> list[Any]:
    """The numbers of a nested list, tuple, dict, kin of these, or array, in order. Values stay, others become floats.

    Raises TypeError for what is no number.

    >>> flat({"w": [1, 2], "b": 3.0})
    [1.0, 2.0, 3.0]
    """
    found: list[Any] = []
    _collect(structure, found)
    return found


def _collect(structure: Any, found: list[Any]) -> None:
    if type(structure) is float or isinstance(structure, Node):
        found.append(structure)
    elif (parts := parts_of(structure)) is not None:
        for item in parts:
            if item is not None:
                _collect(item, found)
    elif not is_plain(structure) and is_array(structure):
        found.extend(_arrays().numbers_of(structure))
    else:
        found.append(as_number(structure))


def parts_of(structure: Any) -> Collection[Any] | None:
    """What stands in a list, tuple, dict, deque, range or dataclass, in order; None for anything else."""
    if isinstance(structure, (list, tuple, deque, range)):
        return structure
    if isinstance(structure, dict):
        return structure.values()
    names = _fields(structure)
    return None if names is None else [getattr(structure, name) for name in names]


def _fields(structure: Any) -> list[str] | None:
    """The names of the fields of a dataclass; None for anything else."""
    if not hasattr(type(structure), "__dataclass_fields__"):
        return None
    from dataclasses import fields  # takes as long to import as all of microgrand

    return [field.name for field in fields(structure)]


def with_parts(structure: Any, parts: list[Any]) -> Any:
    """The structure with other parts; a list, for a range."""
    if isinstance(structure, dict):
        return dict(zip(structure, parts, strict=True))
    if isinstance(structure, tuple):
        return type(structure)._make(parts) if hasattr(structure, "_make") else tuple(parts)
    if isinstance(structure, deque):
        return deque(parts, structure.maxlen)
    if isinstance(structure, (list, range)):
        return parts
    made = object.__new__(type(structure))  # no copy: what it holds beside its fields was computed from the old ones
    for name, part in zip(_fields(structure) or (), parts, strict=True):
        object.__setattr__(made, name, part)  # of a frozen one too
    return made


def is_array(x: object) -> bool:
    """Whether `x` is an array of NumPy or another library; a single number of NumPy's is none."""
    if not (hasattr(x, "__array_namespace__") or (hasattr(x, "dtype") and hasattr(x, "reshape"))):
        return False
    numpy: Any = sys.modules.get("numpy")
    return numpy is None or not isinstance(x, numpy.generic)


def rebuilt(structure: Any, items: Iterator[Any], array: Callable[[Any, Iterator[Any]], Any] | None = None) -> Any:
    """A structure of the same shape, with `items` in place of its numbers.

    array  what makes the new array, given an old one and the items; by default an array is replaced by one item

    >>> rebuilt({"w": [1, 2], "b": 3.0}, iter("xyz"))
    {'w': ['x', 'y'], 'b': 'z'}
    """
    if isinstance(structure, Node):
        return next(items)
    parts = parts_of(structure)
    if parts is not None:
        return with_parts(structure, [
            next(items) if type(x) is float or isinstance(x, Node) else None if x is None else rebuilt(x, items, array)
            for x in parts
        ])  # fmt: skip
    if array is not None and not is_plain(structure) and is_array(structure):
        return array(structure, items)
    return next(items)


def as_array(old: Any, items: Iterator[Any]) -> Any:
    """The next items as an array of the same shape: of Values, or else of numbers in double precision."""
    shape = tuple(old.shape)
    return _arrays().filled(list(islice(items, prod(shape))), shape, old)


def as_lists(old: Any, items: Iterator[Any]) -> Any:
    """The next items as nested lists of the shape of an array."""
    return _nested_lists(tuple(old.shape), items)


def _nested_lists(shape: tuple[int, ...], items: Iterator[Any]) -> Any:
    return [_nested_lists(shape[1:], items) for _ in range(shape[0])] if shape else next(items)


def without_arrays(structure: Any) -> Any:
    """The structure with nested lists in place of its arrays."""
    return rebuilt(structure, iter(flat(structure)), as_lists)


def stacked(pattern: Any, parts: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """Structures like `pattern` as one, in which each number and each array is an array of all of them.

    shape  comes first in the shape of each; it has as many places as there are parts

    >>> stacked({"w": 0.0}, [{"w": 1.0}, {"w": 2.0}], (2, 1))
    {'w': array([[1.],
           [2.]])}
    """
    inner = parts_of(pattern)
    if inner is not None:
        of_each = zip(*[parts_of(part) or () for part in parts], strict=True)
        return with_parts(pattern, [
            None if item is None else stacked(item, same, shape) for item, same in zip(inner, of_each, strict=True)
        ])  # fmt: skip
    whole = (*shape, *tuple(getattr(pattern, "shape", ())))
    return _arrays().filled([number for part in parts for number in flat(part)], whole, pattern)


def _arrays() -> Any:
    """The module of arrays, which imports NumPy: it is not needed before there is one."""
    return import_module("microgrand.value_arrays")


def flat_like(shape: Any, structure: Any, what: str) -> Iterator[Any]:
    """The numbers of `structure` in the order of `shape`. Raises ValueError if their nesting or keys differ.

    An array and nested lists of its shape are alike.
    """
    inner, others = parts_of(shape), parts_of(structure)
    if isinstance(shape, dict) or isinstance(structure, dict):
        alike = isinstance(shape, dict) and isinstance(structure, dict) and shape.keys() == structure.keys()
        others = [structure[key] for key in shape] if alike else None
    if inner is not None and others is not None and len(inner) == len(others):
        for item, other in zip(inner, others, strict=True):
            if item is not None:
                yield from flat_like(item, other, what)
    elif is_array(shape) or is_array(structure):
        shape, structure = [without_arrays(each) if is_array(each) else each for each in (shape, structure)]
        yield from flat_like(shape, structure, what)
    elif inner is not None or others is not None:
        raise ValueError(f"{what} come in the shape {shape!r:.60}; got {structure!r:.60}")
    else:
        yield from flat(structure)


def places(structure: Any, name: str) -> Iterator[str]:
    """The path of each number in the structure called `name`, in order.

    >>> list(places({"w": [1, 2], "b": 3.0}, "p"))
    ["p['w'][0]", "p['w'][1]", "p['b']"]
    """
    parts = None if isinstance(structure, Node) else parts_of(structure)
    if parts is None:
        yield name
        return
    if isinstance(structure, dict):
        steps = [f"[{key!r}]" for key in structure]
    elif isinstance(structure, (list, tuple, deque, range)):
        steps = [f"[{k}]" for k in range(len(structure))]
    else:
        steps = [f".{field}" for field in _fields(structure) or ()]
    for step, item in zip(steps, parts, strict=True):
        if type(item) is float or isinstance(item, Node):
            yield name + step
        elif item is not None:
            yield from places(item, name + step)


def positions(argnums: Any, count: int) -> tuple[int, ...]:
    """The positions of the arguments that `argnums` names, counted from 0. Raises an error if one is repeated."""
    several = argnums if isinstance(argnums, (tuple, list)) else [argnums]
    found = []
    for k in several:
        if not hasattr(k, "__index__") or isinstance(k, bool):
            raise TypeError(f"argnums is the place of an argument, or several, counted from 0; got {argnums!r:.60}")
        k = operator.index(k)
        if not -count <= k < count:
            called = f"{count} argument{'s' * (count != 1)}" if count else "none: grad(f)(3.0)"
            raise IndexError(f"argnums names argument {k}, counted from 0, but the function was called with {called}")
        found.append(k % count)
    if len(set(found)) < len(found):
        raise ValueError(f"argnums names an argument twice: {tuple(several)}")
    return tuple(found)
