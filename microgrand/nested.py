"""Nested lists, tuples and dicts of numbers: take them apart, and rebuild them with other numbers."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

from microgrand.engine.node import Node
from microgrand.table.numbers import as_number


def flat(structure: Any) -> list[Any]:
    """The numbers of a nested list, tuple or dict, in order. Values are kept; other numbers become floats.

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
    else:
        found.append(structure if isinstance(structure, Node) else as_number(structure))


def rebuilt(structure: Any, items: Iterator[Any]) -> Any:
    """A structure of the same shape, with `items` in place of its numbers.

    >>> rebuilt({"w": [1, 2], "b": 3.0}, iter("xyz"))
    {'w': ['x', 'y'], 'b': 'z'}
    """
    if isinstance(structure, dict):
        return {key: rebuilt(item, items) for key, item in structure.items()}
    if isinstance(structure, list):
        return [rebuilt(item, items) if isinstance(item, (list, tuple, dict)) else next(items) for item in structure]
    if isinstance(structure, tuple):
        parts = [rebuilt(item, items) for item in structure]
        return type(structure)(*parts) if hasattr(structure, "_fields") else tuple(parts)
    return next(items)


def flat_like(shape: Any, structure: Any, what: str) -> Iterator[Any]:
    """The numbers of `structure` in the order of `shape`. Raises ValueError if their nesting or keys differ."""
    if isinstance(shape, dict) and isinstance(structure, dict) and shape.keys() == structure.keys():
        for key, item in shape.items():
            yield from flat_like(item, structure[key], what)
    elif isinstance(shape, (list, tuple)) and isinstance(structure, (list, tuple)) and len(shape) == len(structure):
        for item, other in zip(shape, structure, strict=True):
            yield from flat_like(item, other, what)
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
