"""How one group of steps is carried out on blocks: a row of the table on whole columns, or a matrix product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from microgrand.program.arrays.operations import PRODUCT, Cell, Cells, Operands, index
from microgrand.table.arithmetic import add, div, mul, sub
from microgrand.table.primitive import Primitive
from microgrand.table.rows import TABLE, dot
from microgrand.table.rows import sum as total

SPARSEST = 8  # a matrix product may compute so many times as many products as are asked for
ARITHMETIC = (add, sub, mul, div)  # their value has the shape of both operands; others may choose one of theirs
FEW = 4  # operands that are quicker taken one by one than gathered into one array


class Forms:
    """The array forms of the steps of one program.

    cells      where the operations are written
    constants  each constant's number, by its slot
    exact      whether the order of every sum is kept
    """

    def __init__(self, cells: Cells, constants: dict[int, float], exact: bool) -> None:
        self.cells, self.constants, self.exact = cells, constants, exact

    def step(self, row: Primitive, members: Sequence[Operands]) -> Cell:
        """The row applied to the operands of each member: a block with one row a member."""
        if row.along is None or self.exact:
            return self.by_columns(row, members)
        if row is dot:
            return self.products(members)
        if row is total:
            return self.totals(members)
        return self.along(row, members)

    # ---- operand by operand ----------------------------------------------------------------------------------------

    def by_columns(self, row: Primitive, members: Sequence[Operands]) -> Cell:
        """The row's value, of one block per operand."""
        columns = list(zip(*members, strict=True))
        same = [len(set(column)) == 1 for column in columns]
        if all(same) and (len(members) > 1 or all([column[0] in self.constants for column in columns])):
            same = [False] * len(columns)  # some operand has all members, as an array of the run's precision
        operands = tuple([self._column(column, one) for column, one in zip(columns, same, strict=True)])
        plain = [cell in self.cells.numbers for cell in operands]
        fills = row in ARITHMETIC or (row is TABLE.get(row.name) and not any(plain))
        function = _sum_of_products if row is dot and not self.exact else row.value
        if not fills:
            function = self._filling(function, len(members))
        return self.cells.emit(row.name, function, operands, len(members))

    def _column(self, column: Operands, same: bool) -> Cell:
        if same and column[0] in self.constants:
            return self.cells.number(self.constants[column[0]])
        return self.cells.gathered(column[:1] if same else column)

    def _filling(self, value: Callable[..., Any], size: int) -> Callable[..., Any]:
        """The value, spread over all slots and lanes, where a choice among operands has left it smaller."""
        xp = self.cells.xp

        def filled(*blocks: Any) -> Any:
            arrays = [block for block in blocks if hasattr(block, "shape")]
            shape = (size, max([array.shape[1] for array in arrays]))
            z = value(*blocks)
            if getattr(z, "shape", None) == shape:
                return z
            return xp.broadcast_to(z if hasattr(z, "shape") else xp.asarray([[z]], dtype=arrays[0].dtype), shape)

        return filled

    # ---- many operands along one axis ------------------------------------------------------------------------------

    def along(self, row: Primitive, members: Sequence[Operands]) -> Cell:
        """A row of many operands, gathered along the first axis."""
        assert row.along is not None
        value, prepared = row.along
        count, size = len(members[0]), len(members)
        if len(row.signature.indices) == 1:
            xs = members[0][:-1]  # which all members share: `grouped` puts only such together
            outputs = [int(self.constants[operands[-1]]) for operands in members]
            chosen = None if outputs == list(range(count - 1)) else index(outputs)
            function = value if chosen is None else lambda shared: value(shared)[chosen]
            return self.cells.emit(row.name, function, (self._prepared(prepared, self.cells.gathered(xs)),), size)
        function = lambda stack: value(stack).reshape(size, -1)
        return self.cells.emit(row.name, function, (self._prepared(prepared, self._stacked(members)),), size)

    def _prepared(self, prepared: Callable[[Any], Any] | None, cell: Cell) -> Cell:
        if prepared is None:
            return cell
        emit = self.cells.emit
        return self.cells.remembered((prepared, cell), lambda: emit(prepared.__name__, prepared, (cell,), 1))

    def _stacked(self, columns: Sequence[Operands]) -> Cell:
        """The operands of several members as one array of shape (operand, member, lane)."""
        count, size = len(columns[0]), len(columns)
        cell = self.cells.gathered(tuple([operands[k] for k in range(count) for operands in columns]))
        if size == 1:
            return cell
        return self.cells.emit("", lambda block: block.reshape(count, size, -1), (cell,), size)

    # ---- sums and products -----------------------------------------------------------------------------------------

    def totals(self, members: Sequence[Operands]) -> Cell:
        """Sums: of many subsets of the same slots, one product with a matrix of zeros and ones."""
        count, size = len(members[0]), len(members)
        slots = tuple(dict.fromkeys([k for operands in members for k in operands]))
        if size > 1 and count > 2 and len(slots) <= SPARSEST * count:
            place = {slot: k for k, slot in enumerate(slots)}
            matrix = [[0.0] * len(slots) for _ in members]
            for line, operands in zip(matrix, members, strict=True):
                for k in operands:
                    line[place[k]] += 1.0
            return self.cells.emit(PRODUCT, _times(matrix, self.cells.xp), (self.cells.gathered(slots),), size)
        if count <= FEW:
            return self.by_columns(total, members)
        return self.along(total, members)

    def products(self, members: Sequence[Operands]) -> Cell:
        """`dot`s: one matrix product where they share a vector, or where one side has no lanes."""
        half, size = len(members[0]) // 2, len(members)
        lefts, rights = [operands[:half] for operands in members], [operands[half:] for operands in members]
        cell = self._with_shared_vector(lefts, rights[0]) if len(set(rights)) == 1 else None
        for one, other in ((lefts, rights), (rights, lefts)):
            cell = self._with_sparse_matrix(one, other) if cell is None else cell
        if cell is not None:
            return cell
        if half <= FEW:
            return self.by_columns(dot, members)
        return self.cells.emit("dot", _sum_along, (self._stacked(lefts), self._stacked(rights)), size)

    def _with_shared_vector(self, vectors: Sequence[Operands], shared: Operands) -> Cell | None:
        """The products of many vectors with one: a matrix times a vector in every lane."""
        gathered, emit = self.cells.gathered, self.cells.emit
        half, size = len(shared), len(vectors)
        matrix = tuple([k for vector in vectors for k in vector])
        if not self.cells.have_lanes(matrix):
            return emit(PRODUCT, lambda m, v: m.reshape(size, half) @ v, (gathered(matrix), gathered(shared)), size)
        if not self.cells.have_lanes(shared):
            cells = gathered(shared), self._stacked(vectors)
            return emit(PRODUCT, lambda v, m: (v.reshape(1, half) @ m.reshape(half, -1)).reshape(size, -1), cells, size)
        if size == 1:
            return emit("dot", lambda a, b: _sum_along(a, b).reshape(1, -1), (gathered(matrix), gathered(shared)), 1)
        return None

    def _with_sparse_matrix(self, weights: Sequence[Operands], vectors: Sequence[Operands]) -> Cell | None:
        """A matrix product of weights without lanes, and the slots of all vectors together: a convolution is one."""
        half, size = len(weights[0]), len(weights)
        slots = tuple(dict.fromkeys([k for operands in vectors for k in operands]))
        every = tuple([k for operands in weights for k in operands])
        repeats = any([len(set(operands)) < half for operands in vectors])
        if size == 1 or repeats or self.cells.have_lanes(every) or len(slots) > SPARSEST * half:
            return None
        place = {slot: k for k, slot in enumerate(slots)}
        nowhere = len(every)  # a zero is put there
        picked = [[nowhere] * len(slots) for _ in vectors]
        for i, operands in enumerate(vectors):
            for t, k in enumerate(operands):
                picked[i][place[k]] = i * half + t
        chosen, xp = index(picked), self.cells.xp

        def product(numbers: Any, block: Any) -> Any:
            flat = numbers.reshape(-1)
            return xp.concat([flat, xp.zeros_like(flat[:1])])[chosen] @ block

        return self.cells.emit(PRODUCT, product, (self.cells.gathered(every), self.cells.gathered(slots)), size)


def _sum_of_products(*blocks: Any) -> Any:
    half = len(blocks) // 2
    result = blocks[0] * blocks[half]
    for k in range(1, half):
        result = result + blocks[k] * blocks[half + k]
    return result


def _sum_along(a: Any, b: Any) -> Any:
    return (a * b).sum(axis=0)


def _times(matrix: list[list[float]], xp: Any) -> Callable[[Any], Any]:
    """matrix @ block, in the precision of the block."""
    made: dict[Any, Any] = {}

    def product(block: Any) -> Any:
        key = (str(block.dtype), str(getattr(block, "device", "")))
        if key not in made:
            made[key] = xp.asarray(matrix, dtype=block.dtype)
        return made[key] @ block

    return product
