"""Replays of a program, of its value and of its derivatives: on numbers one by one, on arrays by a plan."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from microgrand.errors import NonFiniteError
from microgrand.nested import rebuilt
from microgrand.program import derived
from microgrand.program.arguments import Arguments, Piece, layout_of
from microgrand.program.arrays import Part, Plan, computed, plan_of
from microgrand.program.listing import described
from microgrand.program.replay_on_numbers import gradient_on_numbers, on_numbers, without_checks
from microgrand.program.tape import Tape
from microgrand.table.arrays import library, quietly


class Question(NamedTuple):
    """What is asked: a program's outputs in order, each as the value, or as the gradient in a piece.

    pieces  None for the value, one number; else a piece without its numbers
    """

    program: Tape
    pieces: list[Piece | None]
    parts: tuple[Part, ...]


Run = Callable[[Tape, list[Any]], list[Any]]  # the outputs of a program for one number per input, in order


def outputs_on_numbers(program: Tape, inputs: list[Any]) -> list[Any]:
    """The outputs of a program, in order, for inputs of any kind."""
    z = on_numbers(program, inputs)
    return [z[slot] for slot in program.outputs]


def replay(
    program: Tape, arguments: Sequence[Any], regroup: bool, allow_nonfinite: bool, run: Run = outputs_on_numbers
) -> Any:
    """See `Program.__call__`; `run` is what computes where every slot is one number, here and below."""
    given = Arguments(program, arguments)
    question = program.derived("replay", lambda: _question(program, [None] * len(program.outputs), False))
    return rebuilt(program.result, iter(_answered(question, given, regroup, allow_nonfinite, run)))


def value_and_grad(
    program: Tape, arguments: Sequence[Any], argnums: Any, regroup: bool, allow_nonfinite: bool,
    run: Run = outputs_on_numbers,
) -> tuple[Any, Any]:  # fmt: skip
    """See `Program.value_and_grad`."""
    given = Arguments(program, arguments)
    make = lambda: _question(derived.adjoint(program, argnums), [None, *given.chosen(argnums)], True)
    question = program.derived(("gradient", derived.as_key(argnums), given.signature), make)
    if given.many_digits:
        z = on_numbers(program, given.numbers())
        delta = gradient_on_numbers(program, z, program.outputs[0])
        return z[program.outputs[0]], given.shaped(_picked(delta, question.pieces[1:]), argnums)
    value, *slopes = _answered(question, given, regroup, allow_nonfinite, run)
    return value, given.shaped(slopes, argnums)


def jacobian(
    program: Tape, arguments: Sequence[Any], argnums: Any, regroup: bool, allow_nonfinite: bool,
    run: Run = outputs_on_numbers,
) -> Any:  # fmt: skip
    """See `Program.jacobian`."""
    given = Arguments(program, arguments)
    pieces = given.chosen(argnums)
    count = len(program.outputs)
    if given.many_digits:
        z = on_numbers(program, given.numbers())
        deltas = [gradient_on_numbers(program, z, root) for root in program.outputs]
        slopes = [item for delta in deltas for item in _picked(delta, pieces)]
    else:
        question = _question(derived.jacobian(program, argnums), pieces * count, False)
        slopes = _answered(question, given, regroup, allow_nonfinite, run)
    per_output = [slopes[k * len(pieces) : (k + 1) * len(pieces)] for k in range(count)]
    return rebuilt(program.result, iter([given.shaped(items, argnums) for items in per_output]))


def hessian(
    program: Tape, arguments: Sequence[Any], argnums: Any, regroup: bool, allow_nonfinite: bool,
    run: Run = outputs_on_numbers,
) -> Any:  # fmt: skip
    """See `Program.hessian`."""
    given = Arguments(program, arguments)
    pieces = given.chosen(argnums)
    count = sum([len(piece.slots) for piece in pieces])
    question = _question(derived.hessian(program, argnums), pieces * count, False)
    along = iter(_answered(question, given, regroup, allow_nonfinite, run))
    gradients = []
    for piece in pieces:
        rows = [[next(along) for _ in pieces] for _ in piece.slots]
        columns = [_stacked(column, piece, given.lanes) for column in zip(*rows, strict=True)]
        gradients.append(given.shaped(columns, argnums))
    return given.shaped(gradients, argnums)


def hvp(
    program: Tape, arguments: Sequence[Any], argnum: int, regroup: bool, allow_nonfinite: bool,
    run: Run = outputs_on_numbers,
) -> Any:  # fmt: skip
    """See `Program.hvp`."""
    if not arguments:
        raise TypeError(f"{program.title}.hvp takes the arguments, and a vector in the shape of one of them; got none")
    product = derived.hvp(program, argnum)
    given = Arguments(product, arguments)
    question = _question(product, given.chosen(argnum), True)
    return given.shaped(_answered(question, given, regroup, allow_nonfinite, run), argnum)


def total(program: Tape, chunks: Iterable[tuple[Any, ...]], argnums: Any) -> Any:
    """See `Program.total`."""
    values: list[float] = []
    sums: Any = None
    for chunk in chunks:
        value, slopes = summed(program, chunk, argnums)
        values.append(value)
        sums = slopes if sums is None else [a + b for a, b in zip(sums, slopes, strict=True)]
        last = chunk
    if not values:
        raise ValueError(f"{program.title}.total takes one chunk or more; got none")
    if argnums is None:
        return math.fsum(values)
    return math.fsum(values), Arguments(program, last).shaped(sums, argnums)


def summed(program: Tape, arguments: Sequence[Any], argnums: Any = None) -> tuple[float, list[Any]]:
    """Σ value over the lanes, and per piece of the chosen arguments the sum of its gradient, raw where non-finite."""
    given = Arguments(program, arguments)
    pieces = [] if argnums is None else given.chosen(argnums)
    if any([piece.laned for piece in pieces]):
        raise ValueError(f"{program.title} is summed over its lanes; a gradient in an argument with lanes is no sum")
    question = _question(program if argnums is None else derived.adjoint(program, argnums), [None, *pieces], True, True)
    if given.one_by_one:
        value, *slopes = _answered(question, given, True, True)
        return value, slopes
    (value,), *slopes = computed(question.program, given, question.parts, False)
    return float(value), [_item(slope, piece, True) for slope, piece in zip(slopes, pieces, strict=True)]


def plan(program: Tape, arguments: Sequence[Any], argnums: Any, regroup: bool) -> Plan:
    """See `Program.plan`."""
    given = Arguments(program, arguments or _first_shared(program))
    if argnums is None:
        question = _question(program, [None] * len(program.outputs), False)
    else:
        question = _question(derived.adjoint(program, argnums), [None, *given.chosen(argnums)], True)
    return plan_of(question.program, given, question.parts, not regroup)


def _first_shared(program: Tape) -> list[Any]:
    """Arrays with one lane each for all arguments but the first, as θ is shared by samples; a single one has a lane."""
    import numpy

    found = []
    for k, example in enumerate(program.example):
        lanes = (1,) if k > 0 or len(program.example) == 1 else ()
        shape, size = layout_of(example)
        if shape is None:
            found.append(rebuilt(example, iter([numpy.zeros(lanes)] * size)))
        else:
            found.append(numpy.zeros((*lanes, *shape)))
    return found


def _question(program: Tape, pieces: Sequence[Piece | None], sums: bool, sum_value: bool = False) -> Question:
    """The question for these outputs.

    sums  whether the gradient in what has no lanes is summed over them
    """
    parts = []
    at = 0
    for piece in pieces:
        size = 1 if piece is None else len(piece.slots)
        parts.append(Part(range(at, at + size), sum_value if piece is None else sums and not piece.laned))
        at += size
    forms = [None if piece is None else piece._replace(data=None) for piece in pieces]
    return Question(program, forms, tuple(parts))


def _answered(
    question: Question, given: Arguments, regroup: bool, allow_nonfinite: bool, run: Run = outputs_on_numbers
) -> list[Any]:
    """One item per piece of the question."""
    program, pieces, parts = question
    if given.one_by_one:
        along = iter(run(program, given.numbers()))
        return [next(along) if piece is None else _taken(along, piece) for piece in pieces]
    found = computed(program, given, parts, not regroup)
    if not allow_nonfinite and not _all_finite(found):
        found = computed(program, given, parts, True) if regroup else found
        if not _all_finite(found):
            raise NonFiniteError(_birth(program, given, parts))
    lanes = given.lanes is not None
    items = zip(found, pieces, parts, strict=True)
    return [_item(block, piece, part.summed, lanes) for block, piece, part in items]


def _picked(delta: Sequence[Any], pieces: Sequence[Piece | None]) -> list[Any]:
    """The adjoints of these pieces' numbers, of all that there are."""
    return [_taken(iter(delta[piece.slots.start : piece.slots.stop]), piece) for piece in pieces if piece is not None]


def _taken(along: Any, piece: Piece) -> Any:
    """The gradient in a piece whose numbers were taken one by one."""
    if piece.shape is None:
        return next(along)
    import numpy

    return numpy.asarray([next(along) for _ in piece.slots], dtype=numpy.float64).reshape(piece.shape)


def _item(block: Any, piece: Piece | None, summed: bool, lanes: bool = True) -> Any:
    """A part as it is handed out: (k,) sums in the piece's shape, (k, N) lanes with the samples first."""
    shape = () if piece is None or piece.shape is None else piece.shape
    if not summed and lanes:
        return block.reshape(-1) if shape == () else block.T.reshape((block.shape[1], *shape))
    item = block.reshape(shape)
    return item.item() if shape == () and type(item).__module__ == "numpy" else item


def _stacked(items: Sequence[Any], piece: Piece, lanes: int | None) -> Any:
    """One item per number of a piece, as one array if the piece is one: its axes come first, or after that of lanes."""
    if piece.shape is None:
        return items[0]
    xp = library(piece.data)
    axis = 0 if lanes is None else 1
    stack = xp.stack([xp.asarray(item) for item in items], axis=axis)
    return stack.reshape((*stack.shape[:axis], *piece.shape, *stack.shape[axis + 1 :]))


def _all_finite(blocks: Sequence[Any]) -> bool:
    """Whether all numbers are finite; a compiler that traces is not asked."""
    try:
        return bool(quietly(_finite, [block for block in blocks if block is not None]))
    except Exception:  # a tracer has no truth value, and each library has an error of its own for that
        return True


def _finite(*blocks: Any) -> bool:
    """Whether all numbers are finite: those of a finite sum are; a sum of finite numbers may overflow."""
    return all([math.isfinite(block.sum()) or bool(library(block).isfinite(block).all()) for block in blocks])


def _birth(program: Tape, given: Arguments, parts: tuple[Part, ...]) -> str:
    """The first row with a number that is not finite, and the step in which it was born, in one sentence."""
    lane = 0 if given.lanes is None else _first_offending(program, given, parts)
    z = without_checks(program, given.of_lane(lane))
    born = [k for k, x in enumerate(z) if not math.isfinite(x)]
    if not born:
        return f"{program.title}: a sum over the rows is not finite; allow_nonfinite=True lets it through"
    step = described(program, born[0])
    filled = f"the argument {step}" if born[0] < program.first else step
    operands = [f"{described(program, k, True)} = {z[k]!r}" for k in program.operands(born[0])[:4]]
    at = f" at {', '.join(operands)}" if operands else ""
    where = f"row {lane}: " if given.lanes is not None else ""
    return f"{where}{filled} is {z[born[0]]!r}{at}; allow_nonfinite=True lets it through"


def _first_offending(program: Tape, given: Arguments, parts: tuple[Part, ...]) -> int:
    """The first lane that is not finite, by halves. No part is summed: a sum of finite numbers may overflow."""
    low, high = 0, given.lanes or 1
    asked = tuple([Part(part.outputs, False) for part in parts])
    while high - low > 1:
        middle = (low + high) // 2
        if _all_finite(computed(program, given.stretch(low, middle), asked, True)):
            low = middle
        else:
            high = middle
    return low
