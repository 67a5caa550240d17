"""Nested arguments and results as flat lists of numbers, and back: lists, dicts, arrays and tensors of any library."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import islice
from math import prod
from typing import Any

from microgrand.engine.value import Value
from microgrand.nested import as_array, rebuilt
from microgrand.table.numbers import is_plain


class WrongShape(ValueError):  # noqa: N818  it is told as a ValueError
    """A result has dicts where others were expected, or others where dicts were, so that keys are missing."""


# From coarse to fine, each with the smallest normal number that it has.
SMALLEST_NORMAL = {
    "bfloat16": 2.0**-126,
    "float16": 2.0**-14,
    "float32": 2.0**-126,
    "float64": 2.0**-1022,
}
_FINENESS = list(SMALLEST_NORMAL)


def numbers_in(structure: Any) -> Iterator[Any]:
    """The numbers of nested lists, tuples, dicts, arrays and tensors, in order.

    Those of arrays come as Python's, others of whatever kind they are.

    >>> list(numbers_in([1.0, (2.0, {"b": 3.0, "a": 4j})]))
    [1.0, 2.0, 3.0, 4j]
    """
    for part in parts_of(structure):
        if is_array(part):
            yield from numbers_in(listed(part))
        else:
            yield part


def numbers_like(shape: Any, structure: Any, who: str) -> Iterator[Any]:
    """The numbers of `structure` in the order of `shape`: what stands in a dict is found by its key.

    What holds one item only may be left out, or be there, in either.

    who  gave the structure, for the error about it

    >>> list(numbers_like({"b": 0.0, "a": (0.0, 0.0)}, {"a": [2.0, 3.0], "b": 1.0}, "f"))
    [1.0, 2.0, 3.0]
    """
    structure = listed(structure)
    if isinstance(shape, dict) and isinstance(structure, dict):
        if shape.keys() != structure.keys():
            raise WrongShape(f"{who} gives a dict of {_keys(structure)}; expected are {_keys(shape)}")
        for key, part in shape.items():
            yield from numbers_like(part, structure[key], who)
        return
    parts = _items(shape)
    if isinstance(shape, dict) and len(shape) > 1 and _is_sequence(structure) and len(structure) == len(shape):
        raise WrongShape(f"{who} gives {structure!r:.60}, in which nothing tells the keys {_keys(shape)} apart")
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
    """The same nesting with other numbers, in new lists and arrays.

    An array or a tensor stays one of its library, shape and precision, one that holds whole numbers gets floats, and
    one that has to hold Values, or other objects, becomes an array of NumPy's.

    >>> import numpy
    >>> filled({"w": numpy.array([1, 2], dtype=numpy.float32), "b": 3}, iter([0.5, 1.5, 2.5]))
    {'w': array([0.5, 1.5], dtype=float32), 'b': 2.5}
    """
    return rebuilt(structure, _filled_parts(structure, numbers))


def copied(structure: Any) -> Any:
    """The same numbers in new lists and arrays.

    >>> at = [1.0, {"b": [2]}]
    >>> copied(at) == at, copied(at) is at
    (True, False)
    """
    return filled(structure, iter(list(numbers_in(structure))))


def without_arrays(structure: Any) -> Any:
    """The same nesting with lists in the place of arrays."""
    return rebuilt(structure, (listed(part) for part in parts_of(structure)))


def listed(part: Any) -> Any:
    """An array as nested lists; anything else as it is."""
    if not is_array(part):
        return part
    return (part.detach() if hasattr(part, "detach") else part if hasattr(part, "tolist") else as_numpy(part)).tolist()


def as_numpy(part: Any) -> Any:
    """An array of another library as one of NumPy's."""
    import numpy

    return numpy.asarray(part)


def is_array(part: Any) -> bool:
    """Whether it is an array with numbers inside; one without dimensions is a number."""
    return not isinstance(part, (dict, list, tuple, Value)) and getattr(part, "shape", ()) != ()


def precision_of(structure: Any) -> str:
    """The coarsest precision of the numbers in a structure, by the type of each: plain floats have double precision.

    >>> import numpy
    >>> precision_of([1.0, numpy.float32(2.0)])
    'float32'
    """
    names = [name for part in parts_of(structure) if (name := type_name(part)) in SMALLEST_NORMAL]
    return reduce(coarser, names, "float64")


def coarser(name: str, other: str) -> str:
    """The coarser one of two precisions."""
    return min(name, other, key=_FINENESS.index)


def type_name(part: Any) -> str:
    """What the library of an array or of its number calls the type of the numbers: "float32"; else an empty text."""
    return str(getattr(part, "dtype", "")).rpartition(".")[2]


def library(part: Any) -> str:
    """The package that an array or one of its numbers comes from, "numpy", "torch", "jax"; else an empty text.

    >>> library(1.0)
    ''
    """
    if is_plain(part) or isinstance(part, Value) or not hasattr(part, "dtype"):
        return ""
    return {"jaxlib": "jax", "ml_dtypes": "numpy"}.get(name := type(part).__module__.partition(".")[0], name)


def libraries(structure: Any) -> set[str]:
    """The packages that the arrays in a structure come from."""
    return {library(part) for part in parts_of(structure)} - {""}


def _filled_parts(structure: Any, numbers: Iterator[Any]) -> Iterator[Any]:
    for part in parts_of(structure):
        shape = tuple(getattr(part, "shape", ())) if library(part) else ()
        items = list(islice(numbers, prod(shape)))
        if library(part) and all([is_plain(item) or isinstance(item, complex) for item in items]):
            yield _array_like(part, items, shape)
        elif is_array(part):
            yield _array_of_objects(part, items, shape)
        else:
            yield items[0]


def _array_like(old: Any, items: list[Any], shape: tuple[int, ...]) -> Any:
    """A new array of the library and precision of the old one; a number of NumPy's for a number of NumPy's."""
    name, is_complex = type_name(old), any([isinstance(item, complex) for item in items])
    kept = name in SMALLEST_NORMAL and not is_complex
    if library(old) == "torch":
        torch: Any = sys.modules["torch"]
        wanted = old.dtype if kept else torch.complex128 if is_complex else torch.float64
        made = torch.tensor(items, dtype=wanted, device=old.device).reshape(shape)
        return made.requires_grad_() if old.requires_grad else made
    if library(old) == "jax":
        jnp: Any = sys.modules["jax"].numpy
        return jnp.asarray(items, dtype=old.dtype if kept else None).reshape(shape)
    import numpy

    held = numpy.array(items, dtype=old.dtype if kept else complex if is_complex else float).reshape(shape)
    if isinstance(old, numpy.generic):
        return held[()]
    if isinstance(old, numpy.ndarray):
        return held
    return sys.modules[type(old).__module__.partition(".")[0]].asarray(held)  # another library of the array standard


def _array_of_objects(old: Any, items: list[Any], shape: tuple[int, ...]) -> Any:
    """An array of NumPy's that holds Values, on which NumPy's functions are microgrand's, or other objects."""
    if any([isinstance(item, Value) for item in items]):
        return as_array(old, iter(items))
    import numpy

    return numpy.fromiter(items, dtype=object, count=len(items)).reshape(shape)


def parts_of(structure: Any) -> Iterator[Any]:
    """The numbers and arrays in nested lists, tuples and dicts, in order."""
    items = _items(structure)
    if items is None:
        yield structure
    else:
        for item in items:
            yield from parts_of(item)


def _items(structure: Any) -> Sequence[Any] | None:
    """What a dict, a list or a tuple holds, in order; None for anything else."""
    if isinstance(structure, dict):
        return list(structure.values())
    return structure if _is_sequence(structure) else None


def _holds_a_dict(structure: Any) -> bool:
    return isinstance(structure, dict) or any([_holds_a_dict(item) for item in _items(structure) or ()])


def _is_sequence(structure: Any) -> bool:
    return isinstance(structure, (list, tuple))


def _keys(structure: Iterable[Any]) -> str:
    return ", ".join([repr(key) for key in structure]) or "no keys"
