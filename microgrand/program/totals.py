"""Sums of a program over chunks of lanes that need not be in memory together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from microgrand.errors import NonFiniteError
from microgrand.nested import rebuilt
from microgrand.program import derived, replay
from microgrand.program.arguments import Arguments
from microgrand.program.dask_arrays import Chunks, naming_chunk
from microgrand.program.pairwise import Pairwise, added, pairwise
from microgrand.program.tape import Tape
from microgrand.program.threads import one_thread
from microgrand.progress import progress
from microgrand.table.numbers import yes_or_no


def total(program: Tape, chunks: Iterable[tuple[Any, ...]], argnums: Any, allow_nonfinite: object) -> Any:
    """See `Program.total`."""
    asked = _Sums(program, argnums, yes_or_no("allow_nonfinite", allow_nonfinite))
    costs: list[list[float]] = []
    slopes = Pairwise(added)
    last: Any = None
    count = len(chunks) if isinstance(chunks, Sequence) else 0
    with one_thread(), progress(f"summing {program.title}", "chunk", count) as task:
        for number, chunk in enumerate(chunks):
            last = Arguments.of(program, chunk)
            of_chunk = asked.of_dask(last) if last.on_dask else asked.of_chunk(last, number)
            costs.extend(of_chunk[0])
            slopes.add(of_chunk[1])
            task.next()
    if last is None:
        raise ValueError(f"{program.title}.total takes one chunk or more; got none")
    totals, sums = [exact_sum(list(cost)) for cost in zip(*costs, strict=True)], slopes.result()
    if not (asked.lenient or all([_is_finite(x) for x in (*totals, *sums)])):
        raise NonFiniteError(f"all chunks together: {replay.OVERFLOWS}")
    value = rebuilt(program.result, iter(totals))
    return value if argnums is None else (value, last.shaped(iter(sums), argnums))


def exact_sum(numbers: list[float]) -> float:
    """The sum, rounded once; where it overflows, or infinities stand in it, as IEEE has it."""
    try:
        return math.fsum(numbers)
    except (OverflowError, ValueError):
        return sum(numbers)


OfChunks = tuple[list[list[float]], list[Any]]  # the values of each chunk, one an output; the sums of their gradients


class _Sums:
    """The sums of a program over chunks, each of which is asked for by itself.

    lenient  whether NaN and infinite sums are let through
    """

    def __init__(self, program: Tape, argnums: Any, lenient: bool) -> None:
        self.program, self.argnums, self.lenient = program, argnums, lenient

    def of_chunk(self, given: Arguments, number: int | None = None) -> OfChunks:
        """The sums of one chunk. An error tells its number, counted from 0, and the row in it."""
        with naming_chunk(number):
            values, slopes = _sums(self.program, given, self.argnums)
            if not (self.lenient or all([_is_finite(x) for x in (*values, *slopes)])):
                _tell_the_row(self.program, given, self.argnums)
        return [values], slopes

    def of_dask(self, given: Arguments) -> OfChunks:
        """The sums of the chunks of Dask arrays, each taken where it lies."""
        chunks = Chunks(given)
        tasks = chunks.tasks(_Sums.of_chunk, self)
        found: OfChunks = chunks.graph.computed(chunks.graph.reduced(_merged, tasks))
        return found


def _merged(some: list[OfChunks]) -> OfChunks:
    """Neighbouring chunks together."""
    return [values for chunks, _ in some for values in chunks], pairwise([slopes for _, slopes in some], added)


def _is_finite(x: Any) -> bool:
    return math.isfinite(x) if isinstance(x, float) else replay.all_finite([x])


def _tell_the_row(program: Tape, given: Arguments, argnums: Any) -> NoReturn:
    """Raise the NonFiniteError of a chunk whose sums are not finite."""
    _answers(program, given, argnums, False, False)
    raise NonFiniteError(replay.OVERFLOWS)


def summed(program: Tape, arguments: Sequence[Any], argnums: Any = None) -> tuple[float, list[Any]]:
    """Σ value over the lanes, and the sums of the gradient, one item per number and per array, raw where non-finite."""
    (value,), slopes = _sums(program, Arguments.of(program, arguments), argnums)
    return value, slopes


def _sums(program: Tape, given: Arguments, argnums: Any) -> tuple[list[float], list[Any]]:
    """`summed`, of each output."""
    items = _answers(program, given, argnums, True, True)
    count = len(program.outputs)
    return [float(value) for value in items[:count]], items[count:]


def _answers(program: Tape, given: Arguments, argnums: Any, sums: bool, lenient: bool) -> list[Any]:
    """The values, with their lanes or as sums, and after them the sums of the gradient."""
    pieces = [] if argnums is None else given.chosen(argnums)
    if any([piece.laned for piece in pieces]):
        raise ValueError(f"{program.title} is summed over its lanes; a gradient in an argument with lanes is no sum")
    asked = program if argnums is None else derived.adjoint(program, argnums)
    count = len(program.outputs)
    question = replay.Question(asked, (*replay.values(count, sums), *replay.gradients(pieces, count, True)))
    return list(replay.asked(question, [replay.VALUE] * count + pieces, given, True, lenient))
