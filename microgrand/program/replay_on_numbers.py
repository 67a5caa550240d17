"""Replay on one number per slot: floats, Values, mpmath's. One loop serves all; `how` applies a row to operands.

Arrays take another way, many slots at a time: the room `arrays`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from microgrand.engine.node import Node
from microgrand.engine.sweep import accumulate
from microgrand.engine.value import Value
from microgrand.errors import DomainError, GuardError
from microgrand.program.listing import described
from microgrand.program.tape import Guard, Tape
from microgrand.table.primitive import Primitive

Code = list[tuple[Callable[..., Any], tuple[int, ...]]]


def on_numbers(program: Tape, inputs: Sequence[Any]) -> list[Any]:
    """The number in every slot, for inputs of any kind. Raises GuardError, and on floats DomainError."""
    if any([isinstance(x, Node) for x in inputs]):
        return _run(program, "values", _on_values, [*inputs, *_parameters(program), *program.constants])
    leaves = [*inputs, *[number for _, number in program.parameters], *program.constants]
    if all([type(x) is float for x in inputs]):
        return _run(program, "floats", _on_floats, leaves)
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
                edges = zip(operands, _slopes(row, z[slot], [z[k] for k in operands]), strict=True)
                accumulate(delta, slot, [(k, slope) for k, slope in edges if not program.is_constant(k)])
    return [delta.get(k, 0.0) for k in range(len(program.inputs))]


def _slopes(row: Primitive, z: Any, xs: Sequence[Any]) -> Sequence[Any]:
    """∂z/∂operand for each operand, of the kind of numbers that xs are."""
    slopes: Sequence[Any] = row.partials[0](z, *xs) if row.signature.lists else [p(z, *xs) for p in row.partials]
    return slopes


def without_checks(program: Tape, inputs: Sequence[float]) -> list[float]:
    """The float in every slot as IEEE has it: no domain and no guard is looked at."""
    return filled(program, inputs, lambda row, operands: row.value(*operands))


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
        raise type(error)(f"{error}, in step {described(program, len(z))}") from None
    return z


def _stretches(program: Tape, how: Callable[[Primitive], Callable[..., Any]]) -> list[tuple[Code, list[Guard]]]:
    """The steps, one apart from the other, cut where a guard can be checked."""
    after: dict[int, list[Guard]] = {}
    for guard in program.guards:
        after.setdefault(max(guard.left, guard.right, program.first - 1), []).append(guard)
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


def _hold(program: Tape, guard: Guard, z: list[Any]) -> None:
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
        f"where({guard.comparison.name}(…), …), which keeps both"
    )
