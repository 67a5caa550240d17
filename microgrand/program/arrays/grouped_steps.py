"""The pass that puts steps together: one row, applied to many operands at once, is one operation on arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from microgrand.nested import flat
from microgrand.program.building import Draft
from microgrand.program.tape import SomeTape, Tape
from microgrand.table.primitive import Primitive
from microgrand.table.rows import dot

Operands = tuple[int, ...]


def grouped(program: SomeTape) -> SomeTape:
    """Group the steps of one row that do not depend on each other, and whose operands come from the same groups.

    `dot`s that share a vector, and functions of one vector that differ in their index, are groups too.

    >>> from microgrand import record, tanh
    >>> print(grouped(record(lambda x: [tanh(xi) * xi for xi in x], [1.0, 2.0, 3.0])))
    <lambda>(x)
    z0 = x[0]              input
    z1 = x[1]              input
    z2 = x[2]              input
    z3…z5 = tanh(z0…z2)    tanh
    z6…z8 = z3…z5·z0…z2    mul
    return [z6, z7, z8]
    """
    draft, place = Draft.like(program)
    place.extend([-1] * (program.size - program.first))
    origin: dict[int, Hashable] = _origins(program)
    for steps in _levels(program):
        moved = [(slot, row, tuple([place[k] for k in operands])) for slot, row, operands in steps]
        moved = [(slot, row, _ordered(operands, origin) if row is dot else operands) for slot, row, operands in moved]
        halves = Counter([half for _, row, operands in moved if row is dot for half in _halves(operands)])
        groups: dict[tuple[Primitive, Hashable], list[tuple[Operands, int]]] = {}
        for slot, row, operands in moved:
            key, operands = _key(row, operands, origin, halves)
            groups.setdefault((row, key), []).append((operands, slot))
        for (row, _), members in groups.items():
            members.sort(key=lambda member: [max(k, ~k) for k in member[0]])  # a constant is ~k, the k-th that was met
            first = draft.step(row, *[operands for operands, _ in members])
            for new, (_, slot) in enumerate(members, first):
                place[slot] = new
                origin[new] = first
    return draft.finished_like(program, place)


def _levels(program: Tape) -> list[list[tuple[int, Primitive, Operands]]]:
    """The steps by how many others they wait for, one after the other; those of one level do not need each other."""
    level = [0] * program.first
    levels: list[list[tuple[int, Primitive, Operands]]] = []
    for filled, (row, members) in program.numbered():
        for slot, operands in enumerate(members, filled):
            here = 1 + max([level[k] for k in operands], default=0)
            level.append(here)
            if here > len(levels):
                levels.append([])
            levels[here - 1].append((slot, row, operands))
    return levels


def _origins(program: Tape) -> dict[int, Hashable]:
    """Where each leaf slot comes from: one of the arguments, or the parameters. A constant is its own."""
    counts = [sum(1 for _ in flat(argument)) for argument in program.example]
    sources = [f"argument {k}" for k, count in enumerate(counts) for _ in range(count)]
    return dict(enumerate([*sources, *["parameters"] * len(program.parameters)]))


def _key(
    row: Primitive, operands: Operands, origin: dict[int, Hashable], halves: Counter[Operands]
) -> tuple[Hashable, Operands]:
    """What the members of a group have in common, and the operands as the group has them."""
    if row is dot:
        left, right = _halves(operands)
        if halves[left] > halves[right]:
            left, right = right, left
        shared: Hashable = (
            right if halves[right] > 1 else (origin.get(left[0], left[0]), origin.get(right[0], right[0]))
        )
        return (len(left), shared), (*left, *right)
    if len(row.signature.indices) == 1 and row.along is not None:
        return operands[:-1], operands
    # An index is a constant, and its own origin: members of a group have the same.
    return tuple([origin.get(k, k) for k in operands]), operands


def _ordered(operands: Operands, origin: dict[int, Hashable]) -> Operands:
    """The products of a `dot`, by where their factors come from: so those of several have theirs in the same order."""

    def source(k: int) -> str:
        return str(origin.get(k, "constants"))

    pairs = [(b, a) if source(a) > source(b) else (a, b) for a, b in zip(*_halves(operands), strict=True)]
    pairs.sort(key=lambda pair: (source(pair[0]), source(pair[1])))
    return (*[a for a, _ in pairs], *[b for _, b in pairs])


def _halves(operands: Operands) -> tuple[Operands, Operands]:
    half = len(operands) // 2
    return operands[:half], operands[half:]
