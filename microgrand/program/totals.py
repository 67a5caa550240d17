"""Sums of a program over chunks of lanes that need not be in memory together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from microgrand.errors import DomainError, NonFiniteError
from microgrand.nested import rebuilt
from microgrand.outer_errors import GuardError
from microgrand.program import derived, replay
from microgrand.program.arguments import Arguments
from microgrand.program.tape import Tape
from microgrand.progress import progress
from microgrand.table.numbers import yes_or_no


def total(program: Tape, chunks: Iterable[tuple[Any, ...]], argnums: Any, allow_nonfinite: object) -> Any:
    """See `Program.total`."""
    lenient = yes_or_no("allow_nonfinite", allow_nonfinite)
    costs: list[list[float]] = [[] for _ in program.outputs]
    sums: Any = None
    last = None
    with progress(f"summing {program.title}", "chunk", len(chunks) if isinstance(chunks, Sequence) else 0) as task:
        for number, chunk in enumerate(chunks):
            values, slopes = _of_chunk(program, chunk, argnums, number, lenient)
            for cost, value in zip(costs, values, strict=True):
                cost.append(value)
            sums = slopes if sums is None else [a + b for a, b in zip(sums, slopes, strict=True)]
            last = chunk
            task.next()
    if last is None:
        raise ValueError(f"{program.title}.total takes one chunk or more; got none")
    totals = [_exact_sum(cost) for cost in costs]
    if not (lenient or all([_is_finite(x) for x in (*totals, *sums)])):
        raise NonFiniteError(f"all chunks together: {replay.OVERFLOWS}")
    value = rebuilt(program.result, iter(totals))
    return value if argnums is None else (value, Arguments(program, last).shaped(iter(sums), argnums))


def _exact_sum(numbers: list[float]) -> float:
    """The sum, rounded once; where it overflows, or infinities stand in it, as IEEE has it."""
    try:
        return math.fsum(numbers)
    except (OverflowError, ValueError):
        return sum(numbers)


def _of_chunk(
    program: Tape, chunk: tuple[Any, ...], argnums: Any, number: int, lenient: bool
) -> tuple[list[float], list[Any]]:
    """The sums of one chunk. An error tells its number, counted from 0, and the row in it."""
    try:
        values, slopes = _sums(program, chunk, argnums)
        if not (lenient or all([_is_finite(x) for x in (*values, *slopes)])):
            _tell_the_row(program, chunk, argnums)
    except (GuardError, NonFiniteError, DomainError) as error:
        raise type(error)(f"chunk {number}: {error}") from None
    return values, slopes


def _is_finite(x: Any) -> bool:
    return math.isfinite(x) if isinstance(x, float) else replay.all_finite([x])


def _tell_the_row(program: Tape, chunk: tuple[Any, ...], argnums: Any) -> NoReturn:
    """Raise the NonFiniteError of a chunk whose sums are not finite."""
    if argnums is None:
        replay.replay(program, chunk, True, False)
    else:
        replay.value_and_grad(program, chunk, argnums, True, False)
    raise NonFiniteError(replay.OVERFLOWS)


def summed(program: Tape, arguments: Sequence[Any], argnums: Any = None) -> tuple[float, list[Any]]:
    """Σ value over the lanes, and the sums of the gradient, one item per number and per array, raw where non-finite."""
    (value,), slopes = _sums(program, arguments, argnums)
    return value, slopes


def _sums(program: Tape, arguments: Sequence[Any], argnums: Any) -> tuple[list[float], list[Any]]:
    """`summed`, of each output."""
    given = Arguments(program, arguments)
    pieces = [] if argnums is None else given.chosen(argnums)
    if any([piece.laned for piece in pieces]):
        raise ValueError(f"{program.title} is summed over its lanes; a gradient in an argument with lanes is no sum")
    asked = program if argnums is None else derived.adjoint(program, argnums)
    count = len(program.outputs)
    question = replay.Question(asked, (*replay.values(count, True), *replay.gradients(pieces, count, True)))
    items = list(replay.asked(question, [replay.VALUE] * count + pieces, given, True, True))
    return [float(value) for value in items[:count]], items[count:]
