"""The numbers that the code of functions holds: a branch that goes wrong begins at one of them, or between two."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from microgrand.testing.domain_arguments import LARGEST

MOST = 24  # of more the simplest are kept, so that a table of numbers does not take the place of everything else
MOST_ITEMS = 16  # of a list in a closure
DEEPEST = 3  # calls from the function that is looked at


def literals(functions: Iterable[Callable[..., Any] | None]) -> list[float]:
    """The finite numbers in the code of functions and of those that they call, the ones with the fewest digits first.

    Looked at are constants, also in nested functions, default values, and numbers under global names and in closures.
    What a library defines is not: only functions of the same package.

    >>> edge = 0.25
    >>> literals([lambda x: x if x > edge else 3 * x])
    [3.0, 0.25]
    """
    found: dict[float, None] = {}
    seen: set[int] = set()
    for function in functions:
        for number in _in_function(function, seen, DEEPEST):
            found[number] = None
    return sorted(found, key=lambda c: (len(repr(abs(c))), abs(c)))[:MOST]


def _in_function(function: Any, seen: set[int], deep: int) -> Iterator[float]:
    """The numbers in a function of whatever kind: Python's, a method, a partial one, one that wraps another."""
    if id(function) in seen:
        return
    seen.add(id(function))
    if isinstance(function, functools.partial):
        for item in (function.func, *function.args, *function.keywords.values()):
            yield from _in_object(item, seen, deep, "")
    elif isinstance(function, MethodType):
        yield from _in_function(function.__func__, seen, deep)
        yield from _in_object(list(getattr(function.__self__, "__dict__", {}).values()), seen, deep, "")
    elif isinstance(function, FunctionType):
        yield from _in_python(function, seen, deep)
    elif callable(wrapped := getattr(function, "__wrapped__", None)):
        yield from _in_function(wrapped, seen, deep)
    elif not isinstance(function, (BuiltinFunctionType, type, type(None))):
        yield from _in_function(getattr(type(function), "__call__", None), seen, deep)  # noqa: B004  it is taken apart
        yield from _in_object(list(getattr(function, "__dict__", {}).values()), seen, deep, "")


def _in_python(function: FunctionType, seen: set[int], deep: int) -> Iterator[float]:
    yield from _in_code(function.__code__)
    package = _package(function)
    names = set(_names(function.__code__))
    held = [*_closure(function), *[function.__globals__[name] for name in sorted(names & function.__globals__.keys())]]
    for item in (*held, *(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
        yield from _in_object(item, seen, deep, package)
    for module in [item for item in held if isinstance(item, ModuleType)]:  # math.pi
        constants = [vars(module).get(name) for name in sorted(names)]
        yield from [item for item in constants if isinstance(item, float)]
    yield from _in_function(getattr(function, "__wrapped__", None), seen, deep)


def _closure(function: FunctionType) -> Iterator[Any]:
    """What the function found in those around it."""
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # a name that has no value yet
            yield cell.cell_contents


def _names(code: CodeType) -> Iterator[str]:
    """The global names and attributes in the code, nested functions included."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _in_code(code: CodeType) -> Iterator[float]:
    """The numbers among the constants, nested functions included."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _in_code(constant)
        else:
            yield from _in_object(constant, set(), 0, "")


def _in_object(item: Any, seen: set[int], deep: int, package: str) -> Iterator[float]:
    """The numbers in what a name of the code means: a number, a few of them, or a function of the same package."""
    if isinstance(item, (int, float)):
        if not isinstance(item, bool) and abs(item) <= LARGEST:
            yield float(item)
    elif isinstance(item, (list, tuple, set, frozenset, dict)):
        for inner in list(item.values() if isinstance(item, dict) else item)[:MOST_ITEMS]:
            yield from _in_object(inner, seen, deep, package)
    elif callable(item) and deep and package in ("", _package(item)):
        yield from _in_function(item, seen, deep - 1)


def _package(function: Any) -> str:
    return str(getattr(function, "__module__", None) or "").partition(".")[0]
