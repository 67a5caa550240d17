"""What `microgrand check` does: find the functions that words name, and search for a point of a wrong derivative.

Of a module alone it lists the derivatives in it: see `listing.py`.
"""

from __future__ import annotations

import difflib
import importlib
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from microgrand.cli.listing import listing
from microgrand.outer_errors import InputError
from microgrand.shortening import how_many
from microgrand.table.domains import REALS
from microgrand.testing.checking import NO_GRADIENT
from microgrand.testing.claims import RAISED_AT
from microgrand.testing.domain_arguments import as_domain
from microgrand.testing.searching import OF_ARRAYS, GradientMismatch, NothingJudged, assert_gradient

NUMBER = re.compile(r"(?<=(?:got|but) )\S+")  # which does not tell one reason from another
AGREES, DISAGREES, CANNOT_JUDGE = 0, 1, 3  # exit codes; 2 is bad input


def check(
    function: str,
    gradient: str | None,
    domains: Sequence[str],
    examples: int,
    seed: int | None,
    order: int = 1,
    mode: str = "reverse",
    budget: float | None = None,
    shapes: Sequence[tuple[int, ...]] = (),
) -> tuple[int, str]:
    """The exit code of a search, and what was found in words; of a module without a function, what can be checked.

    function, gradient  `module:function`, importable from the current folder
    domains             `argument=domain`, where a domain is a name such as positive, or low,high
    order, mode         of the derivative, as `check_gradient` takes them
    budget              seconds that the search may take
    shapes              of the array that each argument is; none for numbers
    """
    if ":" not in function:
        if gradient is not None or domains:
            raise InputError(f"name a function as module:function; got {function!r}")
        return AGREES, listing(_module(function, "f"))
    f = _named(function)
    claimed = _named(gradient) if gradient is not None else None
    try:
        named = dict([_assignment(words) for words in domains])
        found = assert_gradient(
            f, gradient=claimed, domain=named or REALS, shape=list(shapes) or None, max_examples=examples, seed=seed,
            budget=budget, order=order, mode=mode,
        )  # fmt: skip
    except GradientMismatch as mismatch:
        return DISAGREES, f"disagree: {mismatch}"
    except NothingJudged as error:
        return CANNOT_JUDGE, f"cannot judge: {error}"
    except Exception as error:  # no gradient, one that does not fit the function, one that is faulty code
        raise InputError(_told(error, claimed is None, function)) from error
    reasons: Counter[str] = Counter()
    for reason, count in found.unjudged.items():
        reasons[NUMBER.sub("…", reason)] += count
    unjudged = "".join([f"\n{count} could not be judged: {reason}" for reason, count in reasons.most_common()])
    return AGREES, f"agree: at {how_many(found.agreed, 'point')}{unjudged}"


def _told(error: Exception, without_gradient: bool, function: str) -> str:
    """An error of the search in one sentence: where the gradient raised it, its kind and the point too."""
    if without_gradient and str(error) == NO_GRADIENT:
        return NO_GRADIENT.replace("f does not", f"{function} does not").replace(
            "say which gradient is to be checked", "name its derivative, --gradient MODULE:FUNCTION"
        )
    notes = getattr(error, "__notes__", [])
    where = [note for note in notes if note.startswith(RAISED_AT)]
    told = f"{type(error).__name__}: {error}, {where[0]}" if where else str(error)
    if any([note.endswith(OF_ARRAYS) for note in notes]):
        return f"{function} raises on a number, {told}: if it takes an array, say of which shape, as in --shape 3"
    return told


def _named(words: str) -> Callable[..., Any]:
    """The function that `module:function` names."""
    module, colon, name = words.partition(":")
    if not (module and colon and name):
        raise InputError(f"name a function as module:function; got {words!r}")
    found: Any = _module(module, name)
    for part in name.split("."):
        if not hasattr(found, part):
            near = difflib.get_close_matches(part, dir(found), 1)
            raise InputError(f"{module} has no {name}" + (f": did you mean {near[0]}?" if near else ""))
        found = getattr(found, part)
    if not callable(found):
        raise InputError(f"{words} is no function, but of type {type(found).__name__}")
    function: Callable[..., Any] = found
    return function


def _module(module: str, name: str) -> ModuleType:
    """The module of that name, in which a function is looked for."""
    if module.startswith(".") or "/" in module:
        raise InputError(f"name the module without a path, as `import` takes it; got {module!r}")
    if module.endswith(".py"):
        raise InputError(f"{module} is a file: name the module, {Path(module).stem}:{name}")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        return importlib.import_module(module)
    except Exception as error:  # the module may raise anything
        raise InputError(f"{module} cannot be imported: {type(error).__name__}: {error}") from error


def _assignment(words: str) -> tuple[str, Any]:
    """`x=positive` or `x=-1,1` as the argument's name and its domain."""
    name, equals, text = words.partition("=")
    if not equals:
        raise InputError(f"a domain is given as argument=domain, such as x=positive or x=-1,1; got {words!r}")
    low, comma, high = text.partition(",")
    try:
        ends = (float(low), float(high)) if comma else None
    except ValueError:
        raise InputError(f"the ends of a domain are numbers, as in x=-1,1; got {words!r}") from None
    try:
        return name, as_domain(ends or text)
    except ValueError as error:
        raise InputError(f"{words!r}: {error}") from error
