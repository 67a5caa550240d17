"""The cells of a plan while it is made: which slots each holds, and the operations that fill them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from microgrand.program.arrays.kinds import Join, Kind, Take
from microgrand.program.arrays.plan import Cell, Operands, Operation
from microgrand.program.arrays.rows import rows_of


class Cells:
    """The cells that stand so far, and the operations in the order in which they are carried out.

    shared      the operations that do not depend on lanes: carried out once, and not for every stretch of lanes
    operations  the others
    laned       of each cell, whether it has lanes
    sizes       of each cell, how many slots it holds
    where       of each slot, its cell and its row there
    """

    def __init__(self) -> None:
        self.shared: list[Operation] = []
        self.operations: list[Operation] = []
        self.laned: list[bool] = []
        self.sizes: list[int] = []
        self.where: dict[int, tuple[Cell, int]] = {}
        self.numbers: dict[Cell, float] = {}  # cells that hold one plain number
        self._known: dict[Any, Cell] = {}

    def new(self, size: int, laned: bool) -> Cell:
        """One more cell."""
        self.sizes.append(size)
        self.laned.append(laned)
        return len(self.sizes) - 1

    def place(self, slots: Sequence[int], cell: Cell) -> None:
        """Let the cell hold these slots."""
        for row, slot in enumerate(slots):
            self.where[slot] = (cell, row)

    def emit(self, kind: Kind, operands: tuple[Cell, ...], size: int) -> Cell:
        """One more operation; the cell that it fills."""
        laned = any([self.laned[cell] for cell in operands])
        out = self.new(size, laned)
        (self.operations if laned else self.shared).append(Operation(out, kind, operands))
        return out

    def remembered(self, key: Any, make: Callable[[], Cell]) -> Cell:
        """The cell that `make` made the first time that this key was met."""
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    def number(self, x: float) -> Cell:
        """A cell that holds a plain number."""
        cell = self.remembered(("number", repr(x)), lambda: self.new(1, False))
        self.numbers[cell] = x
        return cell

    def have_lanes(self, slots: Operands) -> bool:
        """Whether one of the slots has lanes."""
        return any([self.laned[self.where[k][0]] for k in slots])

    def gathered(self, slots: Operands) -> Cell:
        """The cell of a block with these slots as its rows: one that stands, rows of one, or several joined."""
        return self.remembered(slots, lambda: self._gather(slots))

    def _gather(self, slots: Operands) -> Cell:
        runs: list[list[int]] = []
        for slot in slots:
            if runs and self.where[runs[-1][-1]][0] == self.where[slot][0]:
                runs[-1].append(slot)
            else:
                runs.append([slot])
        if len(runs) > 1:
            return self.emit(Join(), tuple([self.gathered(tuple(run)) for run in runs]), len(slots))
        cell = self.where[slots[0]][0]
        rows = [self.where[slot][1] for slot in slots]
        if rows == list(range(self.sizes[cell])):
            return cell
        return self.emit(Take(rows_of(rows)), (cell,), len(slots))

    def drop(self, kept: set[Cell]) -> None:
        """List for each operation on lanes the cells that it is the last to use, except those in `kept`."""
        made = {operation.out for operation in self.operations} - kept
        for k in reversed(range(len(self.operations))):
            operation = self.operations[k]
            last = made & {operation.out, *operation.operands}
            made -= last
            self.operations[k] = operation._replace(dropped=tuple(last - {operation.out}))
