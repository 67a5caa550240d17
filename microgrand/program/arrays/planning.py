"""From a program to the plan for it: which array operations to carry out, on what, in which order.

A group of steps is one operation on blocks, a group of `dot`s one matrix product. What lanes share is computed once.
"""

from __future__ import annotations

from collections.abc import Sequence

from microgrand.program.arrays import products
from microgrand.program.arrays.cells import Cells
from microgrand.program.arrays.plan import Cell, Operands, Part, Plan, Sum, leaf_text
from microgrand.program.arrays.rows import rows_of, shortened
from microgrand.program.arrays.steps import Forms
from microgrand.program.tape import Guard, Tape
from microgrand.table.arithmetic import mul
from microgrand.table.formula import number
from microgrand.table.rows import dot


def planned(program: Tape, inputs: Sequence[tuple[range, bool]], parts: Sequence[Part], exact: bool) -> Plan:
    """The plan for a program.

    inputs  per block of inputs its slots, and whether it has lanes
    parts   what is asked
    exact   whether each step is carried out alone, and each sum in the order in which it was recorded
    """
    return _Planning(program, inputs, parts, exact).plan()


class _Planning:
    """A plan while it is made.

    The first cells hold the blocks of inputs; the next two the parameters and the constants.
    """

    def __init__(self, program: Tape, inputs: Sequence[tuple[range, bool]], parts: Sequence[Part], exact: bool) -> None:
        self.program, self.parts, self.exact = program, parts, exact
        self.cells = Cells()
        self.leaves: list[str] = []
        names = [*program.input_names, *[name for name, _ in program.parameters]]
        for slots, laned in [*inputs, *[(slots, False) for slots in _leaves(program)]]:
            self.cells.place(slots, self.cells.new(len(slots), laned))
            self.leaves.append(leaf_text(names[slots.start : slots.stop]))
        self.leaves[-1] = shortened([number(x) for x in program.constants])
        self.sums: list[Sum] = []
        self.outputs: list[tuple[int, Cell]] = []
        self.guards: list[tuple[Guard, Cell, Cell]] = []

    def plan(self) -> Plan:
        self._build()
        kept = {cell for _, cell in self.outputs} | {k for each in self.sums for k in each.operands}
        self.cells.drop(kept | {k for _, left, right in self.guards for k in (left, right)})
        program, cells = self.program, self.cells
        title = f"{program.title}({', '.join(program.names)})"
        return Plan(
            title, tuple(self.leaves), tuple([x for _, x in program.parameters]), program.constants,
            tuple(cells.sizes), tuple(cells.laned), tuple(cells.numbers.items()), tuple(cells.shared),
            tuple(cells.operations), tuple(self.parts), tuple(self.outputs), tuple(self.sums), tuple(self.guards),
        )  # fmt: skip

    def _build(self) -> None:
        slots = [[self.program.outputs[k] for k in part.outputs] for part in self.parts]
        contracted = {} if self.exact else self._contracted(slots)
        needed = self._needed(slots, contracted)
        constants = _leaves(self.program)[1]
        forms = Forms(self.cells, dict(zip(constants, self.program.constants, strict=True)), self.exact)
        for filled, (row, members) in self.program.numbered():
            kept = [k for k in range(len(members)) if needed[filled + k]]
            for some in [[k] for k in kept] if self.exact else [kept] if kept else []:
                cell = forms.step(row, [members[k] for k in some])
                self.cells.place([filled + k for k in some], cell)
        for k, part in enumerate(self.parts):
            if part.summed:
                self._sum(k, slots[k], contracted)
            elif slots[k]:
                self.outputs.append((k, self.cells.gathered(tuple(slots[k]))))
        for guard in self.program.guards:
            self.guards.append((guard, self.cells.gathered((guard.left,)), self.cells.gathered((guard.right,))))

    def _contracted(self, slots: Sequence[Sequence[int]]) -> dict[int, tuple[int, Operands]]:
        """The slots that are summed over the lanes as products of slots, with the step that made them."""
        laned = self._slots_with_lanes()
        wanted = {k for part, some in zip(self.parts, slots, strict=True) if part.summed for k in some if laned[k]}
        found: dict[int, tuple[int, Operands]] = {}
        for filled, (row, members) in self.program.numbered():
            if row is mul or row is dot:
                for slot, operands in enumerate(members, filled):
                    if slot in wanted and all([laned[k] for k in operands]):
                        found[slot] = (filled, operands)
        return found

    def _slots_with_lanes(self) -> bytearray:
        laned = bytearray(self.program.size)
        for slot, (cell, _) in self.cells.where.items():
            laned[slot] = self.cells.laned[cell]
        for filled, (_, members) in self.program.numbered():
            for slot, operands in enumerate(members, filled):
                laned[slot] = any([laned[k] for k in operands])
        return laned

    def _needed(self, slots: Sequence[Sequence[int]], contracted: dict[int, tuple[int, Operands]]) -> bytearray:
        needed = bytearray(self.program.size)
        asked = zip(self.parts, slots, strict=True)
        ends = [slot for part, some in asked for slot in some if not (part.summed and slot in contracted)]
        ends.extend([k for guard in self.program.guards for k in (guard.left, guard.right)])
        ends.extend([k for _, operands in contracted.values() for k in operands])
        for slot in ends:
            needed[slot] = 1
        for filled, (_, members) in reversed(list(self.program.numbered())):
            for slot, operands in enumerate(members, filled):
                if needed[slot]:
                    for k in operands:
                        needed[k] = 1
        return needed

    def _sum(self, part: int, slots: Sequence[int], contracted: dict[int, tuple[int, Operands]]) -> None:
        """Sum the slots of a part over the lanes: products as a matrix product, whatever else as it is."""
        factors: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
        plain = []
        for at, slot in enumerate(slots):
            if slot not in contracted:
                plain.append(at)
                continue
            step, operands = contracted[slot]
            half = len(operands) // 2
            for t in range(half):
                factors.setdefault((step, t), []).append((at, operands[t], operands[half + t]))
        for pairs in factors.values():
            self._contract(part, pairs)
        if plain:
            cell = self.cells.gathered(tuple([slots[at] for at in plain]))
            kind = products.OverLanes() if self.cells.laned[cell] else products.OnceALane()
            self.sums.append(Sum(part, rows_of(plain), kind, (cell,)))

    def _contract(self, part: int, pairs: Sequence[tuple[int, int, int]]) -> None:
        """Σ over the lanes of left·right for each pair (place, left, right)."""
        gathered = self.cells.gathered
        lefts, rights = list(dict.fromkeys([a for _, a, _ in pairs])), list(dict.fromkeys([b for _, _, b in pairs]))
        where = rows_of([at for at, _, _ in pairs])
        if len(lefts) * len(rights) > 2 * len(pairs):
            cells = gathered(tuple([a for _, a, _ in pairs])), gathered(tuple([b for _, _, b in pairs]))
            self.sums.append(Sum(part, where, products.PairsOverLanes(), cells))
            return
        row, column = {a: k for k, a in enumerate(lefts)}, {b: k for k, b in enumerate(rights)}
        picked = [row[a] * len(rights) + column[b] for _, a, b in pairs]
        every = picked == list(range(len(lefts) * len(rights)))
        kind = products.EachWithEach(None if every else rows_of(picked))
        self.sums.append(Sum(part, where, kind, (gathered(tuple(lefts)), gathered(tuple(rights)))))


def _leaves(program: Tape) -> list[range]:
    """The slots of the parameters, and of the constants."""
    first, last = len(program.inputs), program.first
    return [range(first, last - len(program.constants)), range(last - len(program.constants), last)]
