"""Replay on one number per slot: floats, Values, mpmath's. One loop serves all; `how` applies a row to operands.

Arrays take another way, many slots at a time: the room `arrays`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from microgrand.engine.node import Node
from microgrand.engine.value import Value
from microgrand.errors import DomainError
from microgrand.outer_errors import GuardError
from microgrand.program.listing import described
from microgrand.program.tape import Guard, Tape
from microgrand.table.primitive import Primitive
from microgrand.table.rows import where
from microgrand.value_sweeps import add_terms

Code = list[tuple[Callable[..., Any], tuple[int, ...]]]


def on_numbers(program: Tape, inputs: Sequence[Any]) -> list[Any]:
    """The number in every slot, for inputs of any kind. Raises GuardError, and on floats DomainError."""
    if any([isinstance(x, Node) for x in inputs]):
        return _run(program, "values", _on_values, [*inputs, *_parameters(program), *program.constants])
    leaves = [*inputs, *[number for _, number in program.parameters], *program.constants]
    if all([type(x) is float for x in inputs]):
        try:
            return _run(program, "floats", _on_floats, [*leaves])
        except DomainError:
            if not any([row is where for row, _ in program.steps]):
                raise
        return _where_needed(program, inputs)
    return _run(program, "general", _on_general, leaves)


def on_values(program: Tape, inputs: Sequence[Value]) -> list[Any]:
    """The Value in every slot, or the plain number in a constant's; the parameters are fresh leaves."""
    return _run(program, "values", _on_values, [*inputs, *_parameters(program), *program.constants])


def gradient_on_numbers(program: Tape, z: Sequence[Any], root: int) -> list[Any]:
    """δ of every input slot, where z are the numbers in all slots: the sweep, with as many digits as these have.

    (The adjoint program would do for less: its constants, 2/√π among them, are floats.)
    """
    delta: dict[int, Any] = {root: 1.0}
    for filled, (row, members) in reversed(list(program.numbered())):
        for slot, operands in reversed(list(enumerate(members, filled))):
            if slot in delta:
                for k, slope in zip(operands, _slopes(row, z[slot], [z[j] for j in operands]), strict=True):
                    if not (program.is_constant(k) or (row.selects and slope == 0.0)):
                        add_terms(delta, [(k, delta[slot] * slope)])
    return [delta.get(k, 0.0) for k in range(len(program.inputs))]


def _slopes(row: Primitive, z: Any, xs: Sequence[Any]) -> Sequence[Any]:
    """∂z/∂operand for each operand, of the kind of numbers that xs are."""
    slopes: Sequence[Any] = row.partials[0](z, *xs) if row.signature.lists else [p(z, *xs) for p in row.partials]
    return slopes


def without_checks(program: Tape, inputs: Sequence[float]) -> list[float]:
    """The float in every slot as IEEE has it, NaN outside a domain: no domain and no guard is looked at."""
    return filled(program, inputs, _as_ieee)


def as_graph(program: Tape, inputs: Sequence[Value]) -> list[Any]:
    """The Value in every slot; a plain NaN where a step is undefined, in a branch that `where` does not take."""
    return filled(program, inputs, _applied_or_nan)


def _applied_or_nan(row: Primitive, operands: list[Any]) -> Any:
    try:
        return row.apply(operands)
    except (ValueError, ArithmeticError):
        return math.nan


def _as_ieee(row: Primitive, xs: Sequence[float]) -> float:
    try:
        value: float = row.value(*xs)
    except (ValueError, ArithmeticError):  # of a row that someone declared with functions of Python's math
        return math.nan
    return value


def _where_needed(program: Tape, inputs: Sequence[float]) -> list[float]:
    """The float in every slot, where a step may be undefined if only branches use it that `where` does not take."""
    z = without_checks(program, inputs)
    errors: dict[int, Exception] = {}  # by slot, of the first undefined step that its number comes from
    _hold_after(program, program.first - 1, z, errors)
    for slot, (row, operands) in program.computed():
        used = taken(row, operands, z)
        error = next((errors[k] for k in used if k in errors), None) or _refused(program, slot, row, operands, z)
        if error is not None:
            errors[slot] = error
        _hold_after(program, slot, z, errors)
    for slot in program.outputs:
        if slot in errors:
            raise errors[slot]
    return z


def taken(row: Primitive, operands: Sequence[int], z: Sequence[float]) -> Sequence[int]:
    """The operands on which a step's number depends: of `where` the condition, and the branch that it chooses."""
    return (operands[0], operands[1 if z[operands[0]] != 0.0 else 2]) if row is where else operands


def _refused(program: Tape, slot: int, row: Primitive, operands: Sequence[int], z: Sequence[float]) -> Exception | None:
    """The error of a step that is undefined."""
    xs = [z[k] for k in operands]
    try:
        row.evaluate(xs, xs)
    except DomainError as error:
        return _in_step(program, slot, error)
    except (ValueError, ArithmeticError) as error:  # of a row that someone declared
        return error
    return None


def _hold_after(program: Tape, slot: int, z: Sequence[float], errors: Mapping[int, Exception]) -> None:
    for guard in program.guards_after.get(slot, ()):
        for side in (guard.left, guard.right):
            if side in errors:
                raise errors[side]
        _hold(program, guard, z)


def filled(program: Tape, inputs: Sequence[Any], apply: Callable[[Primitive, list[Any]], Any]) -> list[Any]:
    """The number in every slot, where apply(row, operands) applies a row to its operands; no guard is looked at."""
    z = [*inputs, *[number for _, number in program.parameters], *program.constants]
    for row, members in program.steps:
        for operands in members:
            z.append(apply(row, [z[k] for k in operands]))
    return z


def _parameters(program: Tape) -> list[Value]:
    return [Value(number, name=name) for name, number in program.parameters]


def _run(program: Tape, kind: str, how: Callable[[Primitive], Callable[..., Any]], leaves: list[Any]) -> list[Any]:
    """Fill the slots, stretch by stretch, each guard being checked as soon as what it compares is known."""
    stretches: list[tuple[Code, list[Guard]]] = program.derived(kind, lambda: _stretches(program, how))
    z = leaves
    fill = z.append
    try:
        for code, guards in stretches:
            for apply, operands in code:
                if len(operands) == 2:
                    i, j = operands
                    fill(apply(z[i], z[j]))
                elif len(operands) == 1:
                    fill(apply(z[operands[0]]))
                else:
                    fill(apply(*[z[i] for i in operands]))
            for guard in guards:
                _hold(program, guard, z)
    except DomainError as error:
        raise _in_step(program, len(z), error) from None
    return z


def _in_step(program: Tape, slot: int, error: DomainError) -> DomainError:
    return type(error)(f"{error}, in step {described(program, slot)}")


def _stretches(program: Tape, how: Callable[[Primitive], Callable[..., Any]]) -> list[tuple[Code, list[Guard]]]:
    """The steps, one apart from the other, cut where a guard can be checked."""
    after = program.guards_after
    stretches: list[tuple[Code, list[Guard]]] = [([], after.get(program.first - 1, []))]
    code: Code = []
    applied: dict[Primitive, Callable[..., Any]] = {}
    slot = program.first
    for row, members in program.steps:
        apply = applied.get(row)
        if apply is None:
            apply = applied[row] = how(row)
        for operands in members:
            code.append((apply, operands))
            if slot in after:
                stretches.append((code, after[slot]))
                code = []
            slot += 1
    return [*stretches, (code, [])]


def _on_floats(row: Primitive) -> Callable[..., Any]:
    if row.bounded:
        return lambda *xs: row.evaluate(list(xs), xs)
    value: Callable[..., Any] = row.value
    return value


def _on_values(row: Primitive) -> Callable[..., Any]:
    return lambda *operands: row.apply(list(operands))


def _on_general(row: Primitive) -> Callable[..., Any]:
    value: Callable[..., Any] = row.value
    return value


def _hold(program: Tape, guard: Guard, z: Sequence[Any]) -> None:
    left, right = [x.data if isinstance(x, Node) else x for x in (z[guard.left], z[guard.right])]
    if (guard.comparison.value(left, right) != 0.0) != guard.outcome:
        raise GuardError(broken(program, guard, left, right))


def broken(program: Tape, guard: Guard, left: Any, right: Any, row: int | None = None) -> str:
    """The sentence that says which comparison came out otherwise, and where."""
    asked = guard.comparison.notation.write(
        "text", [described(program, k, inline=True) for k in (guard.left, guard.right)]
    )
    where = "" if row is None else f", row {row}"
    return (
        f"{program.title} was recorded where {asked} is {guard.outcome}; here it is {not guard.outcome}: "
        f"{float(left)!r} and {float(right)!r}{where}; record the other branch too, or write "
        f"where({guard.comparison.name}(…), …, …), which keeps both"
    )
