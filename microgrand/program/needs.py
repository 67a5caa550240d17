"""Where a step of a program is needed: what `where` does not select may be undefined, and is no error."""

from __future__ import annotations

from microgrand.program.tape import Tape
from microgrand.table.arithmetic import add
from microgrand.table.rows import equal, not_equal, where

Condition = tuple[int, bool]  # a slot, and whether its number must be other than 0
Alternatives = frozenset[frozenset[Condition]]  # a slot is needed where all conditions of one of these sets hold

ALWAYS: Alternatives = frozenset([frozenset()])
MOST = 40  # alternatives of one slot; one with more counts as always needed
DEEPEST = 50  # how many conditions stand in a set, and how many steps back one is traced
CONDITIONS = (add, equal, not_equal, where)  # the rows that make one condition of others: see selections.py


def needs(program: Tape) -> dict[int, Alternatives]:
    """When the number in a slot is needed, for the slots that are not always needed.

    Each way from a slot to the result, or to a guard, passes branches of `where`. The slot is needed where all branches
    of one of the ways are taken.

    >>> from microgrand import greater, record, sqrt, where
    >>> program = record(lambda x: where(greater(x, 0.0), sqrt(x), 1.0), 4.0)
    >>> {slot: [sorted(each) for each in ways] for slot, ways in needs(program).items() if slot > 2}
    {4: [[(3, True)]]}
    """
    if not any(row is where for row, _ in program.steps):
        return {}
    ways: dict[int, Alternatives] = dict.fromkeys(program.ends, ALWAYS)
    tracing = _Tracing(program)
    for first, (row, members) in reversed(list(program.numbered())):
        for slot, operands in reversed(list(enumerate(members, first))):
            above = ways.setdefault(slot, ALWAYS)  # what nothing uses is computed, and checked, all the same
            for place, operand in enumerate(operands):
                through = above
                if row is where and place > 0:
                    taken = tracing.implied((operands[0], place == 1))
                    through = _simplified(frozenset([way | taken for way in above]))
                ways[operand] = _simplified(ways.get(operand, frozenset()) | through)
    return {slot: each for slot, each in ways.items() if each != ALWAYS}


def _simplified(ways: Alternatives) -> Alternatives:
    """The alternatives without those that follow from others; ALWAYS, where they are too many."""
    kept = frozenset([way for way in ways if not any([other < way for other in ways])])
    return kept if len(kept) <= MOST and all([len(way) <= DEEPEST for way in kept]) else ALWAYS


class _Tracing:
    """Traces conditions to what they were made of."""

    def __init__(self, program: Tape) -> None:
        self._program = program
        self._steps = {
            slot: (row, operands)
            for first, (row, members) in program.numbered() if row in CONDITIONS
            for slot, operands in enumerate(members, first)
        }  # fmt: skip
        self._known: dict[Condition, frozenset[Condition]] = {}

    def implied(self, condition: Condition, depth: int = 0) -> frozenset[Condition]:
        """All conditions that follow from one: of `a and b` from both, of `a or b` what follows from each, of z ≠ 0 z.

        An "and" is recorded as where(a, b, 0), an "or" as a + b.
        """
        if condition not in self._known:
            self._known[condition] = self._traced(condition, depth)
        return self._known[condition]

    def _traced(self, condition: Condition, depth: int) -> frozenset[Condition]:
        slot, outcome = condition
        row, operands = self._steps.get(slot, (None, ()))
        own, deeper = frozenset([condition]), depth + 1
        if row is None or depth == DEEPEST:
            return own
        if row in (equal, not_equal) and self._is_zero(operands[1]):
            return self.implied((operands[0], outcome is (row is not_equal)), deeper)
        if not outcome:
            return own
        first, second = [self.implied((slot, True), deeper) for slot in operands[:2]]
        if row is where and self._is_zero(operands[2]):
            return first | second
        return own | (first & second) if row is add else own

    def _is_zero(self, slot: int) -> bool:
        at = slot - (self._program.first - len(self._program.constants))
        return self._program.is_constant(slot) and self._program.constants[at] == 0.0
