"""How a program runs on arrays: which array operations, on what, in which order.

A group of steps is one operation on blocks, a group of `dot`s one matrix product. What lanes share is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from microgrand.program.arrays.operations import PRODUCT, Cell, Cells, Operands, index
from microgrand.program.arrays.steps import Forms
from microgrand.program.tape import Tape
from microgrand.table.arithmetic import mul
from microgrand.table.rows import dot


class Part(NamedTuple):
    """What is asked of a plan: some outputs, each with its lanes or summed over them."""

    outputs: range
    summed: bool


class Sum(NamedTuple):
    """Something summed over the lanes: of part number `part`, acc[where] += function(*blocks)."""

    part: int
    where: Any
    function: Callable[..., Any]
    operands: tuple[Cell, ...]
    product: bool


class Plan:
    """The operations for one program, one way in which its inputs have lanes or not, and one array library.

    program  whose steps are carried out
    inputs   per block of inputs its slots, and whether it has lanes
    parts    what is asked
    exact    whether each step is carried out alone, and each sum in the order in which it was recorded
    xp       the array namespace

    The first cells hold the blocks of inputs; the next two the parameters and the constants. `outputs` are the cells of
    the parts that keep their lanes, `sums` what the others need, `guards` the cells that are compared.
    """

    def __init__(
        self, program: Tape, inputs: Sequence[tuple[range, bool]], parts: Sequence[Part], exact: bool, xp: Any
    ) -> None:
        self.program, self.parts, self.exact = program, parts, exact
        self.cells = Cells(xp)
        for slots, laned in [*inputs, *[(slots, False) for slots in _leaves(program)]]:
            self.cells.place(slots, self.cells.new(len(slots), laned))
        self.sums: list[Sum] = []
        self.outputs: list[tuple[int, Cell]] = []
        self.guards: list[tuple[Any, Cell, Cell]] = []
        self._build()
        kept = {cell for _, cell in self.outputs} | {k for each in self.sums for k in each.operands}
        self.cells.drop(kept | {k for _, left, right in self.guards for k in (left, right)})
        self.operations, self.shared = self.cells.operations, self.cells.shared
        self.width = sum([self.cells.sizes[operation.out] for operation in self.operations])  # numbers made in a lane
        self.laid_out = self._elementwise()
        self.standing: dict[Any, list[Any]] = {}  # the cells before a run, by precision and device

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
        for number, part in enumerate(self.parts):
            if part.summed:
                self._sum(number, slots[number], contracted)
            elif slots[number]:
                self.outputs.append((number, self.cells.gathered(tuple(slots[number]))))
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

    def _sum(self, number: int, slots: Sequence[int], contracted: dict[int, tuple[int, Operands]]) -> None:
        """Sum the slots of a part over the lanes: products as a matrix product, whatever else as it is."""
        products: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
        plain = []
        for at, slot in enumerate(slots):
            if slot not in contracted:
                plain.append(at)
                continue
            step, operands = contracted[slot]
            half = len(operands) // 2
            for t in range(half):
                products.setdefault((step, t), []).append((at, operands[t], operands[half + t]))
        for pairs in products.values():
            self._contract(number, pairs)
        if plain:
            cell = self.cells.gathered(tuple([slots[at] for at in plain]))
            function = over_lanes if self.cells.laned[cell] else as_often
            self.sums.append(Sum(number, _stretch(plain), function, (cell,), False))

    def _contract(self, number: int, pairs: Sequence[tuple[int, int, int]]) -> None:
        """Σ over the lanes of left·right for each pair (place, left, right)."""
        gathered = self.cells.gathered
        lefts, rights = list(dict.fromkeys([a for _, a, _ in pairs])), list(dict.fromkeys([b for _, _, b in pairs]))
        where = _stretch([at for at, _, _ in pairs])
        if len(lefts) * len(rights) > 2 * len(pairs):
            cells = gathered(tuple([a for _, a, _ in pairs])), gathered(tuple([b for _, _, b in pairs]))
            self.sums.append(Sum(number, where, lambda a, b: (a * b).sum(axis=1), cells, False))
            return
        row, column = {a: k for k, a in enumerate(lefts)}, {b: k for k, b in enumerate(rights)}
        picked = [row[a] * len(rights) + column[b] for _, a, b in pairs]
        chosen = None if picked == list(range(len(lefts) * len(rights))) else index(picked)
        some = _outer if chosen is None else lambda a, b: _outer(a, b)[chosen]
        self.sums.append(Sum(number, where, some, (gathered(tuple(lefts)), gathered(tuple(rights))), True))

    def _elementwise(self) -> set[Cell]:
        """The cells that something else than a matrix product reads: they had better lie lane by lane."""
        used = {k for operation in self.operations if operation.row != PRODUCT for k in operation.operands}
        return used | {k for each in self.sums if not each.product for k in each.operands}


def _outer(a: Any, b: Any) -> Any:
    """Σ over the lanes of each row of `a` times each row of `b`."""
    return (a @ b.T).reshape(-1)


def over_lanes(block: Any) -> Any:
    """Σ over the lanes of each row."""
    return block.sum(axis=1)


def as_often(block: Any) -> Any:
    """What all lanes share, for the caller to count once a lane."""
    return block[:, 0]


def _leaves(program: Tape) -> list[range]:
    """The slots of the parameters, and of the constants."""
    first, last = len(program.inputs), program.first
    return [range(first, last - len(program.constants)), range(last - len(program.constants), last)]


def _stretch(places: Sequence[int]) -> Any:
    """Places in a sum as a slice, where they follow each other, else as an index."""
    if list(places) == list(range(places[0], places[0] + len(places))):
        return slice(places[0], places[0] + len(places))
    return index(places)
