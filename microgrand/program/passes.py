"""Passes: from a program to one of the same arguments and result that takes fewer steps. They change no bit of it.

Those of `arrays/` make larger steps, and add sums up in another order.
"""

from __future__ import annotations

from microgrand.program.building import Draft
from microgrand.program.tape import SomeTape
from microgrand.table.arithmetic import mul, neg
from microgrand.table.primitive import Primitive
from microgrand.table.rows import dot


def without_dead(program: SomeTape) -> SomeTape:
    """Leave out the steps that neither the result nor a guard depends on.

    >>> from microgrand import record
    >>> program = record(lambda x: [x * x, x + 1.0], 2.0)
    >>> without_dead(program.with_parts(result=program.result[1])).steps
    (Application(row=<primitive add>, members=((0, 1),)),)
    """
    needed = bytearray(program.size)
    for slot in program.ends:
        needed[slot] = 1
    for filled, (_, members) in reversed(list(program.numbered())):
        for slot, operands in enumerate(members, filled):
            if needed[slot]:
                for k in operands:
                    needed[k] = 1
    draft, place = Draft.like(program)
    for filled, (row, members) in program.numbered():
        kept = [k for k in range(len(members)) if needed[filled + k]]
        new = draft.step(row, *[tuple([place[j] for j in members[k]]) for k in kept]) if kept else 0
        place.extend([-1] * len(members))
        for at, k in enumerate(kept, new):
            place[filled + k] = at
    return draft.finished_like(program, place)


def with_common(program: SomeTape) -> SomeTape:
    """Compute once what several steps compute: the same row of the same slots.

    >>> from microgrand import exp, record
    >>> print(with_common(record(lambda x: exp(x) + exp(x), 0.0)))
    <lambda>(x)
    z0 = x          input
    z1 = exp(z0)    exp
    z2 = z1 + z1    add
    return z2
    """
    draft, place = Draft.like(program)
    known: dict[tuple[Primitive, tuple[int, ...]], int] = {}
    for _, (row, members) in program.numbered():
        for operands in members:
            key = (row, tuple([place[k] for k in operands]))
            slot = known.get(key)
            if slot is None:
                slot = known[key] = draft.step(row, key[1])
            place.append(slot)
    return draft.finished_like(program, place)


def without_signs(program: SomeTape) -> SomeTape:
    """Drop two signs that cancel: (-a)(-b) = ab, in products and in `dot`s. What was negated is -a, or -1 times a.

    >>> from microgrand import record
    >>> print(without_dead(without_signs(record(lambda x, y: -x * -y, 2.0, 3.0))))
    <lambda>(x, y)
    z0 = x        input
    z1 = y        input
    z2 = z0·z1    mul
    return z2
    """
    draft, place = Draft.like(program)
    minus_one = {draft.constant(x) for x in program.constants if x == -1.0}
    negated: dict[int, int] = {}
    for _, (row, members) in program.numbered():
        for operands in members:
            moved_operands = [place[k] for k in operands]
            half = len(operands) // 2
            if row is mul or row is dot:
                for i, (a, b) in enumerate(zip(moved_operands[:half], moved_operands[half:], strict=True)):
                    if a in negated and b in negated:
                        moved_operands[i], moved_operands[half + i] = negated[a], negated[b]
            slot = draft.step(row, tuple(moved_operands))
            if row is neg or (row is mul and moved_operands[0] in minus_one):
                negated[slot] = moved_operands[-1]
            place.append(slot)
    return draft.finished_like(program, place)
