"""What `microgrand check` does: find the functions that words name, and search for a point of a wrong derivative."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from microgrand.domains import REALS
from microgrand.errors import InputError
from microgrand.testing.domains import as_domain
from microgrand.testing.searching import GradientMismatch, NothingJudged, assert_gradient

AGREES, DISAGREES, CANNOT_JUDGE = 0, 1, 3  # exit codes; 2 is bad input


def check(
    function: str, gradient: str | None, domains: Sequence[str], examples: int, seed: int | None
) -> tuple[int, str]:
    """The exit code of a search, and what was found in words.

    function, gradient  `module:function`, importable from the current folder
    domains             `argument=domain`, where a domain is a name such as positive, or low,high
    """
    f = _named(function)
    claimed = _named(gradient) if gradient is not None else None
    try:
        found = assert_gradient(
            f, gradient=claimed, domain=_per_argument(f, domains), max_examples=examples, seed=seed
        )  # fmt: skip
    except GradientMismatch as mismatch:
        return DISAGREES, f"disagree: {mismatch}"
    except NothingJudged as error:
        return CANNOT_JUDGE, f"cannot judge: {error}"
    except (TypeError, ValueError) as error:  # no gradient, or one that does not fit the function
        raise InputError(str(error)) from error
    unjudged = "".join([f"\n{count} could not be judged: {reason}" for reason, count in found.unjudged.most_common()])
    return AGREES, f"agree: at {found.agreed} points{unjudged}"


def _named(words: str) -> Callable[..., Any]:
    """The function that `module:function` names."""
    module, colon, name = words.partition(":")
    if not (module and colon and name):
        raise InputError(f"name a function as module:function; got {words!r}")
    if module.endswith(".py"):
        raise InputError(f"{module} is a file: name the module, {Path(module).stem}:{name}")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found: Any = importlib.import_module(module)
    except Exception as error:  # the module may raise anything
        raise InputError(f"{module} cannot be imported: {type(error).__name__}: {error}") from error
    for part in name.split("."):
        if not hasattr(found, part):
            raise InputError(f"{module} has no {name}")
        found = getattr(found, part)
    if not callable(found):
        raise InputError(f"{words} is no function, but of type {type(found).__name__}")
    function: Callable[..., Any] = found
    return function


def _per_argument(f: Callable[..., Any], domains: Sequence[str]) -> Any:
    """The domain of each argument of `f`."""
    if not domains:
        return REALS
    given = dict([_assignment(words) for words in domains])
    try:
        names = list(inspect.signature(f).parameters)
    except (TypeError, ValueError):
        names = ["x"]
    unknown = [name for name in given if name not in names]
    if unknown:
        raise InputError(f"the function has no argument {unknown[0]!r}, but {', '.join(names)}")
    return [given.get(name, REALS) for name in names]


def _assignment(words: str) -> tuple[str, Any]:
    """`x=positive` or `x=-1,1` as the argument's name and its domain."""
    name, equals, text = words.partition("=")
    if not equals:
        raise InputError(f"a domain is given as argument=domain, such as x=positive or x=-1,1; got {words!r}")
    low, comma, high = text.partition(",")
    try:
        return name, as_domain((float(low), float(high)) if comma else text)
    except ValueError as error:
        raise InputError(f"{words!r}: {error}") from error
