"""`source`: a program, or a derivative of it, as source code in one of several languages."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from microgrand.errors import GraphError
from microgrand.nested import parts_of, positions
from microgrand.program import derived
from microgrand.program.passes import with_common, without_dead
from microgrand.program.printed.c import printed_c
from microgrand.program.printed.javascript import printed_javascript
from microgrand.program.printed.python import printed_python
from microgrand.program.printed.straight_line import StraightLine, straight_line
from microgrand.program.tape import Tape
from microgrand.translation.values import TranslationError

PRINTED: dict[str, Callable[[StraightLine], str]] = {
    "python": printed_python, "c": printed_c, "javascript": printed_javascript,
}  # fmt: skip
KEYS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "python": (
        lambda key: _is_literal(key),
        "a key in Python's source is a string, a number, None, or a tuple of such",
    ),
    "javascript": (lambda key: type(key) is str, "a key in JavaScript is a string"),
}  # what a dict's key may be; C has the numbers alone
MOST_NAMES = 40  # inputs that a header lists


def source(program: Tape, language: str, derivative: str | None, argnums: int | Sequence[int]) -> str:
    """See `Program.source`."""
    if not isinstance(language, str) or language not in PRINTED:
        raise ValueError(f"programs are printed in {', '.join(map(repr, PRINTED))}; got {language!r:.60}")
    line = prepared(program, derivative, argnums)
    if language in KEYS:
        _check_nesting(program, language, [[nesting for _, nesting in line.arguments], line.result])
    try:
        return PRINTED[language](line)
    except TranslationError as reason:
        raise GraphError(f"{program.title} cannot be printed: {reason}") from None


def prepared(program: Tape, derivative: str | None, argnums: int | Sequence[int]) -> StraightLine:
    """The statements of a program's value, or of a derivative: each number that is needed, computed once."""
    whole = derived.derivative(program, derivative, argnums)
    steps = without_dead(with_common(whole))
    try:
        return straight_line(steps, derivative, _header(program, whole, derivative, argnums))
    except TranslationError as reason:
        raise GraphError(f"{program.title} cannot be printed: {reason}") from None


def _check_nesting(program: Tape, language: str, nesting: Any) -> None:
    """Raise a GraphError for a structure, or a dict's key, that cannot be written in the language."""
    printable, words = KEYS[language]
    if isinstance(nesting, dict):
        for key in nesting:
            if not printable(key):
                raise GraphError(f"{program.title} cannot be printed: {words}; got the key {key!r:.60}")
    parts = parts_of(nesting)
    if language != "c" and (nesting is None or not (parts is None or isinstance(nesting, (list, tuple, dict)))):
        kind = "None" if nesting is None else f"a {type(nesting).__name__}"
        raise GraphError(
            f"{program.title} cannot be printed: it has {kind}; printed code takes and returns numbers, lists, tuples "
            "and dicts"
        )
    for part in parts or ():
        _check_nesting(program, language, part)


def _is_literal(key: Any) -> bool:
    """Whether a key is what its repr says: strings, numbers, tuples of them."""
    if isinstance(key, tuple):
        return type(key) is tuple and all([_is_literal(part) for part in key])
    return key is None or type(key) in (str, int, bool) or (type(key) is float and math.isfinite(key))


def _header(program: Tape, whole: Tape, derivative: str | None, argnums: int | Sequence[int]) -> list[str]:
    """What the code computes, in sentences."""
    chosen = () if derivative is None else positions(argnums, len(program.example))
    names = ", ".join([program.names[k] for k in chosen])
    what = {
        None: "the value",
        "gradient": f"the value, and its gradient in {names}",
        "jacobian": f"the Jacobian in {names}",
        "hessian": f"the Hessian in {names}",
        "hvp": f"the Hessian in {names} times the vector v",
    }[derivative]
    count = len(whole.inputs)
    listed = ", ".join(whole.input_names[:MOST_NAMES]) + (", …" if count > MOST_NAMES else "")
    return [
        f"{program.title}({', '.join(whole.names)}): {what}.",
        f"The numbers of its arguments, in order: {listed} ({count:,})." if count else "It has no arguments.",
        "Printed by microgrand from a recorded program: the operations in it, and the branches that were taken.",
    ]
