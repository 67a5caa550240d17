"""Programs as text: one slot or step per line, with the kind of each."""

from __future__ import annotations

from collections.abc import Sequence

from microgrand.nested import rebuilt
from microgrand.program.tape import Tape
from microgrand.table.formula import number
from microgrand.table.primitive import Primitive


def listing(program: Tape) -> str:
    """The program, a line per slot or, in a grouped program, per group of slots."""
    lines = [(f"z{k} = {name}", "input") for k, name in enumerate(program.input_names)]
    for name, x in program.parameters:
        lines.append((f"z{len(lines)} = {name} = {number(x)}", "parameter"))
    for x in program.constants:
        lines.append((f"z{len(lines)} = {number(x)}", "constant"))
    for filled, (row, members) in program.numbered():
        size = len(members)
        columns = _operands(program, row, members)
        lines.append((f"{slot_names(range(filled, filled + size))} = {row.notation.write('text', columns)}", row.name))
    width = min(max([len(line) for line, _ in lines], default=0), 60)
    body = [f"{line:<{width}}    {kind}" for line, kind in lines]
    guards = [
        f"only where {comparison.notation.write('text', [f'z{left}', f'z{right}'])} is {outcome}"
        for comparison, left, right, outcome in program.guards
    ]
    result = result_text(program, [f"z{k}" for k in range(program.size)])
    return "\n".join([f"{program.title}({', '.join(program.names)})", *body, *guards, f"return {result}"])


def _operands(program: Tape, row: Primitive, members: Sequence[Sequence[int]]) -> list[str]:
    """What stands for each operand of a group: its slots, or for an index, as the 1 of softmax(z)₁, its number."""
    columns = list(zip(*members, strict=True))
    places = len(columns) - len(row.signature.indices)
    return [
        described(program, column[0])
        if k >= places and len(set(column)) == 1 and column[0] < program.first
        else slot_names(column)
        for k, column in enumerate(columns)
    ]


def result_text(program: Tape, names: Sequence[str]) -> str:
    """The result as Python writes it, with the name of each slot in its place."""
    return str(rebuilt(program.result, iter([_Bare(names[k]) for k in program.outputs])))


def slot_names(column: Sequence[int]) -> str:
    """The slots that one operand has in the members of a group: z4, z4…z19, or the list of them."""
    first, last = column[0], column[-1]
    if all([k == first for k in column]):
        return f"z{first}"
    if list(column) == list(range(first, last + 1)):
        return f"z{first}…z{last}"
    names = [f"z{k}" for k in column]
    return f"({', '.join(names if len(names) < 5 else [*names[:2], '…', names[-1]])})"


def described(program: Tape, slot: int, inline: bool = False) -> str:
    """What fills a slot, in one line: "z7 = log(z3)", an input's name, a constant's number."""
    names = program.input_names
    if slot < len(names):
        return names[slot]
    if slot < len(names) + len(program.parameters):
        return program.parameters[slot - len(names)][0]
    if slot < program.first:
        return number(program.constants[slot - len(names) - len(program.parameters)])
    for filled, (row, members) in program.numbered():
        if slot < filled + len(members):
            operands = [described(program, k, True) if k < program.first else f"z{k}" for k in members[slot - filled]]
            text = row.notation.write("text", operands)
            return text if inline else f"z{slot} = {text}"
    raise IndexError(f"{program.title} has no slot {slot}")


class _Bare:
    """A name that prints without quotes inside lists and tuples."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name
