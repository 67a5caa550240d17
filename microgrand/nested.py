"""Nested lists, tuples and dicts of numbers and arrays: take them apart, and rebuild them with other numbers."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import islice
from math import prod
from typing import Any

from microgrand.engine.node import Node
from microgrand.table.numbers import as_number, is_plain


def flat(structure: Any) -> list[Any]:
    """The numbers of a nested list, tuple, dict or array, in order. Values are kept; other numbers become floats.

    Raises TypeError for what is no number.

    >>> flat({"w": [1, 2], "b": 3.0})
    [1.0, 2.0, 3.0]
    """
    found: list[Any] = []
    _collect(structure, found)
    return found


def _collect(structure: Any, found: list[Any]) -> None:
    if type(structure) is float:
        found.append(structure)
    elif isinstance(structure, (list, tuple)):
        for item in structure:
            _collect(item, found)
    elif isinstance(structure, dict):
        for item in structure.values():
            _collect(item, found)
    elif isinstance(structure, Node):
        found.append(structure)
    elif not is_plain(structure) and is_array(structure):
        found.extend(_arrays().numbers_of(structure))
    else:
        found.append(as_number(structure))


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
    if isinstance(structure, dict):
        return {key: rebuilt(item, items, array) for key, item in structure.items()}
    if isinstance(structure, list):
        return [next(items) if type(x) is float or isinstance(x, Node) else rebuilt(x, items, array) for x in structure]
    if isinstance(structure, tuple):
        parts = [rebuilt(item, items, array) for item in structure]
        return type(structure)(*parts) if hasattr(structure, "_fields") else tuple(parts)
    if array is not None and not isinstance(structure, Node) and not is_plain(structure) and is_array(structure):
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
    if isinstance(pattern, dict):
        return {key: stacked(item, [part[key] for part in parts], shape) for key, item in pattern.items()}
    if isinstance(pattern, (list, tuple)):
        items = [stacked(item, [part[k] for part in parts], shape) for k, item in enumerate(pattern)]
        if isinstance(pattern, list):
            return items
        return type(pattern)(*items) if hasattr(pattern, "_fields") else tuple(items)
    whole = (*shape, *tuple(getattr(pattern, "shape", ())))
    return _arrays().filled([number for part in parts for number in flat(part)], whole, pattern)


def _arrays() -> Any:
    """The module of arrays, which imports NumPy: it is not needed before there is one."""
    return import_module("microgrand.value_arrays")


def flat_like(shape: Any, structure: Any, what: str) -> Iterator[Any]:
    """The numbers of `structure` in the order of `shape`. Raises ValueError if their nesting or keys differ.

    An array and nested lists of its shape are alike.
    """
    if isinstance(shape, dict) and isinstance(structure, dict) and shape.keys() == structure.keys():
        for key, item in shape.items():
            yield from flat_like(item, structure[key], what)
    elif isinstance(shape, (list, tuple)) and isinstance(structure, (list, tuple)) and len(shape) == len(structure):
        for item, other in zip(shape, structure, strict=True):
            yield from flat_like(item, other, what)
    elif is_array(shape) or is_array(structure):
        shape, structure = [without_arrays(each) if is_array(each) else each for each in (shape, structure)]
        yield from flat_like(shape, structure, what)
    elif isinstance(shape, (dict, list, tuple)) or isinstance(structure, (dict, list, tuple)):
        raise ValueError(f"{what} come in the shape {shape!r:.60}; got {structure!r:.60}")
    else:
        yield from flat(structure)


def places(structure: Any, name: str) -> Iterator[str]:
    """The path of each number in the structure called `name`, in order.

    >>> list(places({"w": [1, 2], "b": 3.0}, "p"))
    ["p['w'][0]", "p['w'][1]", "p['b']"]
    """
    if isinstance(structure, dict):
        for key, item in structure.items():
            yield from places(item, f"{name}[{key!r}]")
    elif isinstance(structure, (list, tuple)):
        for k, item in enumerate(structure):
            yield from places(item, f"{name}[{k}]")
    else:
        yield name


def positions(argnums: Any, count: int) -> tuple[int, ...]:
    """The positions of the arguments that `argnums` names, counted from 0. Raises an error if one is repeated."""
    several = argnums if isinstance(argnums, (tuple, list)) else [argnums]
    found = []
    for k in map(operator.index, several):
        if not -count <= k < count:
            raise IndexError(f"argnums names argument {k}, but the function was called with {count}")
        found.append(k % count)
    if len(set(found)) < len(found):
        raise ValueError(f"argnums names an argument twice: {tuple(several)}")
    return tuple(found)
