"""Replays of a program, of its value and of its derivatives: on numbers one by one, on arrays by a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from math import isfinite
from typing import Any, NamedTuple

from microgrand.engine.value import Value
from microgrand.errors import NonFiniteError
from microgrand.kinks import warn_of_kinks
from microgrand.nested import as_array, rebuilt
from microgrand.program import derived
from microgrand.program.arguments import Arguments
from microgrand.program.arrays import Part, Plan, computed, plan_of
from microgrand.program.dask_arrays import Job, by_chunks, dask_library
from microgrand.program.listing import described
from microgrand.program.pieces import Piece, blocks_of, is_dask, is_numpy, layout_of
from microgrand.program.replay_on_numbers import as_graph, gradient_on_numbers, on_numbers, taken, without_checks
from microgrand.program.tape import Tape
from microgrand.table.arrays import quietly
from microgrand.table.libraries import library
from microgrand.table.numbers import yes_or_no


class Question(NamedTuple):
    """What is asked: a program's outputs, in parts that are computed together."""

    program: Tape
    parts: tuple[Part, ...]


OVERFLOWS = "a sum over the rows is not finite; allow_nonfinite=True lets it through"
Run = Callable[[Tape, list[Any]], list[Any]]  # the outputs of a program for one number per input, in order


def outputs_on_numbers(program: Tape, inputs: list[Any]) -> list[Any]:
    """The outputs of a program, in order, for inputs of any kind."""
    z = on_numbers(program, inputs)
    return [z[slot] for slot in program.outputs]


VALUE = Piece([0.0], range(1), None, None)  # a value is handed out as the gradient in one number is


def replay(
    program: Tape, arguments: Sequence[Any], regroup: bool, allow_nonfinite: bool, run: Run = outputs_on_numbers
) -> Any:
    """See `Program.__call__`; `run` is what computes where every slot is one number, here and below."""
    given = Arguments.of(program, arguments)
    question = program.derived("replay", lambda: Question(program, values(len(program.outputs), False)))
    pieces = [VALUE] * len(program.outputs)
    let_through = (
        yes_or_no("allow_nonfinite", allow_nonfinite) or given.one_by_one
    )  # a number is handed out as any function of math gives it
    return rebuilt(program.result, asked(question, pieces, given, regroup, let_through, run))


def value_and_grad(
    program: Tape, arguments: Sequence[Any], argnums: Any, regroup: bool, allow_nonfinite: bool,
    run: Run = outputs_on_numbers,
) -> tuple[Any, Any]:  # fmt: skip
    """See `Program.value_and_grad`."""
    given = Arguments.of(program, arguments)
    pieces = given.chosen(argnums)
    question = _of_gradient(program, given, argnums)
    if given.many_digits:
        z = on_numbers(program, given.numbers())
        delta = gradient_on_numbers(program, z, program.outputs[0])
        return z[program.outputs[0]], given.shaped(_picked(delta, pieces), argnums)
    items = asked(question, [VALUE, *pieces], given, regroup, allow_nonfinite, run)
    return next(items), given.shaped(items, argnums)


def rows_of_gradient(program: Tape, arguments: Sequence[Any], argnums: Any) -> list[Any]:
    """`value_and_grad` on arrays as it is computed, raw where it is not finite.

    The values are an array (1, N), and so is each gradient, (k, N), or (k,) where it is summed over the lanes. This is
    for loops in which what `value_and_grad` does around that would take as long as the computation itself.
    """
    given = Arguments.of(program, arguments)
    question = _of_gradient(program, given, argnums)
    return computed(question.program, given, question.parts, False)


def _of_gradient(program: Tape, given: Arguments, argnums: Any) -> Question:
    def make() -> Question:
        parts = (*values(1, False), *gradients(given.chosen(argnums), 1, True))
        return Question(derived.adjoint(program, argnums), parts)

    question: Question = program.derived(("gradient", derived.as_key(argnums), given.signature), make)
    return question


def jacobian(
    program: Tape, arguments: Sequence[Any], argnums: Any, regroup: bool, allow_nonfinite: bool,
    run: Run = outputs_on_numbers,
) -> Any:  # fmt: skip
    """See `Program.jacobian`."""
    given = Arguments.of(program, arguments)
    pieces = given.chosen(argnums)
    count = len(program.outputs)
    if given.many_digits:
        z = on_numbers(program, given.numbers())
        deltas = [gradient_on_numbers(program, z, root) for root in program.outputs]
        items: Iterator[Any] = chain.from_iterable([_picked(delta, pieces) for delta in deltas])
    else:
        question = Question(derived.jacobian(program, argnums), gradients(pieces * count, 0, False))
        items = asked(question, pieces * count, given, regroup, allow_nonfinite, run)
    return rebuilt(program.result, iter([given.shaped(items, argnums) for _ in range(count)]))


def hessian(
    program: Tape, arguments: Sequence[Any], argnums: Any, regroup: bool, allow_nonfinite: bool,
    run: Run = outputs_on_numbers,
) -> Any:  # fmt: skip
    """See `Program.hessian`."""
    given = Arguments.of(program, arguments)
    pieces = given.chosen(argnums)
    every = pieces * sum([len(piece.slots) for piece in pieces])
    question = Question(derived.hessian(program, argnums), gradients(every, 0, False))
    items = asked(question, every, given, regroup, allow_nonfinite, run)
    _warn_of_kinks(program, given, pieces)
    width = sum([piece.items for piece in pieces])
    found = []
    for piece in pieces:
        rows = [list(islice(items, width)) for _ in piece.slots]
        if piece.shape is not None:
            rows = [[_stacked(column, piece, given.lanes) for column in zip(*rows, strict=True)]]
        found.extend([given.shaped(iter(row), argnums) for row in rows])
    return given.shaped(iter(found), argnums)


def hvp(
    program: Tape, arguments: Sequence[Any], argnum: int, regroup: bool, allow_nonfinite: bool,
    run: Run = outputs_on_numbers,
) -> Any:  # fmt: skip
    """See `Program.hvp`."""
    if not arguments:
        raise TypeError(f"{program.title}.hvp takes the arguments, and a vector in the shape of one of them; got none")
    product = derived.hvp(program, argnum)
    given = Arguments.of(product, arguments)
    pieces = given.chosen(argnum)
    question = Question(product, gradients(pieces, 0, True))
    items = asked(question, pieces, given, regroup, allow_nonfinite, run)
    _warn_of_kinks(program, given, pieces)
    return given.shaped(items, argnum)


def plan(program: Tape, arguments: Sequence[Any], argnums: Any, regroup: bool) -> Plan:
    """See `Program.plan`."""
    given = Arguments(program, arguments or _first_shared(program))
    if argnums is None:
        question = Question(program, values(len(program.outputs), False))
    else:
        parts = gradients(given.chosen(argnums), 1, True)
        question = Question(derived.adjoint(program, argnums), (*values(1, False), *parts))
    return plan_of(question.program, given, question.parts, not regroup)


def _first_shared(program: Tape) -> list[Any]:
    """Arrays with one lane each for all arguments but the first, as θ is shared by samples; a single one has a lane."""
    import numpy

    found = []
    for k, example in enumerate(program.example):
        lanes = (1,) if k > 0 or len(program.example) == 1 else ()
        layout = layout_of(example)
        if layout.shape is None:
            found.append(rebuilt(example, iter([numpy.zeros(lanes)] * layout.size)))
        else:
            found.append(numpy.zeros((*lanes, *layout.shape)))
    return found


def values(count: int, sums: bool) -> tuple[Part, ...]:
    """The parts for so many values, which come first among the outputs."""
    return tuple([Part(range(k, k + 1), sums) for k in range(count)])


def gradients(pieces: Sequence[Piece], at: int, sums: bool) -> tuple[Part, ...]:
    """The parts for the gradients in these pieces, whose first output is number `at`: those of one kind together.

    sums  whether the gradient in what has no lanes is summed over them
    """
    parts = []
    for block in blocks_of(pieces):
        size = sum([len(piece.slots) for piece in pieces[block.start : block.stop]])
        parts.append(Part(range(at, at + size), sums and not block.laned))
        at += size
    return tuple(parts)


def asked(
    question: Question,
    pieces: Sequence[Piece],
    given: Arguments,
    regroup: bool,
    allow_nonfinite: bool,
    run: Run = outputs_on_numbers,
) -> Iterator[Any]:
    """An item for each number and each array of the pieces, which are what the question's outputs belong to."""
    found = _answered(question, given, regroup, allow_nonfinite, run)
    return _items(question, found, pieces, given)


def _answered(question: Question, given: Arguments, regroup: bool, allow_nonfinite: bool, run: Run) -> list[Any]:
    """What each part of the question is: a list of numbers, sums as an array (k,), or lanes as an array (k, N)."""
    program, parts = question
    lenient = yes_or_no("allow_nonfinite", allow_nonfinite)
    if given.one_by_one:
        z = run(program, given.numbers())
        checked = not lenient and run is outputs_on_numbers  # machine code hands out what it finds
        if checked and set(map(type, z)) == {float} and not all(map(isfinite, z)):
            raise NonFiniteError(_birth(program, given, parts))
        return [z[part.outputs.start : part.outputs.stop] for part in parts]
    if given.on_dask:
        return by_chunks(Job(_of_arrays, _require_finite, question, (regroup, lenient)), given)
    return _of_arrays(question, given, regroup, lenient)


def _of_arrays(question: Question, given: Arguments, regroup: bool, lenient: bool) -> list[Any]:
    """`_answered` where there are arrays, of a library that computes at once."""
    program, parts = question
    found = computed(program, given, parts, not regroup)
    if not lenient and not all_finite(found):
        found = computed(program, given, parts, True) if regroup else found
        if not all_finite(found):
            raise NonFiniteError(_birth(program, given, parts))
    return found


def _require_finite(sums: Sequence[Any], regroup: bool, lenient: bool) -> None:
    """Raise NonFiniteError where finite sums of chunks overflow together."""
    if not (lenient or all_finite(sums)):
        raise NonFiniteError(f"all chunks together: {OVERFLOWS}")


def _items(question: Question, found: Sequence[Any], pieces: Sequence[Piece], given: Arguments) -> Iterator[Any]:
    """What was found, as it is handed out: the items of one piece after the other."""
    answers = zip(question.parts, found, strict=True)
    left = 0
    for piece in pieces:
        size = len(piece.slots)
        if size == 0:
            yield piece.data  # an array without numbers, and so is its gradient
        else:
            if left == 0:
                part, block = next(answers)
                left = len(part.outputs)
            start = len(part.outputs) - left
            rows = block if left == size == len(part.outputs) else block[start : start + size]
            yield from _handed_out(rows, piece, given.lanes is not None and not part.summed)
            left -= size


def _handed_out(rows: Any, piece: Piece, lanes: bool) -> Sequence[Any]:
    """One item per number of a piece, or one array: with lanes along its first axis, if the rows have lanes."""
    shape = piece.shape
    if isinstance(rows, list):
        return rows if shape is None else [as_array(piece.data, iter(rows))]
    if shape is None:
        if lanes:
            return list(rows)
        flat = rows.reshape(-1)
        return flat.tolist() if is_numpy(flat) else list(flat)
    if lanes:
        return [rows.reshape(-1) if shape == () else rows.T.reshape((rows.shape[1], *shape))]
    return [rows.reshape(shape)]


def _picked(delta: Sequence[Any], pieces: Sequence[Piece]) -> Iterator[Any]:
    """The adjoints of these pieces' numbers, of all that there are."""
    for piece in pieces:
        yield from _handed_out(list(delta[piece.slots.start : piece.slots.stop]), piece, False)


def _warn_of_kinks(program: Tape, given: Arguments, pieces: Sequence[Piece]) -> None:
    """Give a KinkWarning if second derivatives at single numbers meet a kink."""
    numbers = given.numbers()[: len(program.inputs)] if given.one_by_one else []
    kinked = [(step.row.kink, step.members) for step in program.steps if step.row.kink is not None]
    if not kinked or not numbers or not all([type(x) is float for x in numbers]):
        return
    z = without_checks(program, numbers)
    if any([kink(*[z[k] for k in operands]) for kink, members in kinked for operands in members]):
        inputs = [Value(x, name=name) for x, name in zip(numbers, program.input_names, strict=True)]
        root = as_graph(program, inputs)[program.outputs[0]]
        if isinstance(root, Value):  # else it depends on nothing
            warn_of_kinks(root, [inputs[k] for piece in pieces for k in piece.slots])


def _stacked(items: Sequence[Any], piece: Piece, lanes: int | None) -> Any:
    """One item per number of an array, as one array: its axes come first, or after that of the lanes."""
    xp = dask_library() if any(map(is_dask, items)) else library(piece.data)
    axis = 0 if lanes is None else 1
    stack = xp.stack([xp.asarray(item) for item in items], axis=axis)
    shape: Any = piece.shape
    return stack.reshape((*stack.shape[:axis], *shape, *stack.shape[axis + 1 :]))


def all_finite(blocks: Sequence[Any]) -> bool:
    """Whether all numbers are finite; a compiler that traces is not asked."""
    try:
        return bool(quietly(_finite, [block for block in blocks if block is not None]))
    except Exception:  # a tracer has no truth value, and each library has an error of its own for that
        return True


def _finite(*blocks: Any) -> bool:
    """Whether all numbers are finite: those of a finite sum are; a sum of finite numbers may overflow."""
    return all([isfinite(block.sum()) or bool(library(block).isfinite(block).all()) for block in blocks])


def _birth(program: Tape, given: Arguments, parts: tuple[Part, ...]) -> str:
    """The first row with a number that is not finite, and the step in which it was born, in one sentence."""
    lane = 0 if given.lanes is None else _first_offending(program, given, parts)
    z = without_checks(program, given.of_lane(lane))
    slot = _birthplace(
        program, z, [k for part in parts for k in program.outputs[part.outputs.start : part.outputs.stop]]
    )
    if slot is None:
        return f"{program.title}: {OVERFLOWS}"
    step = described(program, slot)
    filled = f"the argument {step}" if slot < program.first else step
    moving = [k for k in program.operands(slot) if not program.is_constant(k)]
    operands = [f"{described(program, k, True)} = {z[k]!r}" for k in moving[:4]]
    at = f" at {', '.join(operands)}" if operands else ""
    where = f"row {lane}: " if given.lanes is not None else ""
    return f"{where}{filled} is {z[slot]!r}{at}; allow_nonfinite=True lets it through"


def _birthplace(program: Tape, z: Sequence[float], outputs: Sequence[int]) -> int | None:
    """The slot where the first output that is not finite became so: all that it is computed from is finite."""
    slot = next((k for k in outputs if not isfinite(z[k])), None)
    steps = {} if slot is None else dict(program.computed())
    while slot is not None and slot in steps:
        below = next((k for k in taken(*steps[slot], z) if not isfinite(z[k])), None)
        if below is None:
            return slot
        slot = below
    return slot


def _first_offending(program: Tape, given: Arguments, parts: tuple[Part, ...]) -> int:
    """The first lane that is not finite, by halves. No part is summed: a sum of finite numbers may overflow."""
    low, high = 0, given.lanes or 1
    asked = tuple([Part(part.outputs, False) for part in parts])
    while high - low > 1:
        middle = (low + high) // 2
        if all_finite(computed(program, given.stretch(low, middle), asked, True)):
            low = middle
        else:
            high = middle
    return low
