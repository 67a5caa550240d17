"""`source`: a program, or a derivative of it, as source code in one of several languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from microgrand.errors import GraphError
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
MOST_NAMES = 40  # inputs that a header lists


def source(program: Tape, language: str, derivative: str | None, argnums: int | Sequence[int]) -> str:
    """See `Program.source`."""
    if language not in PRINTED:
        raise ValueError(f"programs are printed in {', '.join(map(repr, PRINTED))}; got {language!r:.60}")
    line = prepared(program, derivative, argnums)
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


def _header(program: Tape, whole: Tape, derivative: str | None, argnums: int | Sequence[int]) -> list[str]:
    """What the code computes, in sentences."""
    chosen = [] if derivative is None else [argnums] if isinstance(argnums, int) else argnums
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
