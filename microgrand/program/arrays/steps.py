"""How one group of steps is carried out on blocks: a row of the table on whole columns, or a matrix product."""

from __future__ import annotations

from collections.abc import Sequence

from microgrand.program.arrays import kinds, products
from microgrand.program.arrays.cells import Cells
from microgrand.program.arrays.plan import Cell, Operands
from microgrand.program.arrays.rows import rows_of
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
        kind = kinds.SumOfProducts(row) if row is dot and not self.exact else kinds.Value(row)
        return self.cells.emit(kind if fills else kinds.Spread(kind, len(members)), operands, len(members))

    def _column(self, column: Operands, same: bool) -> Cell:
        if same and column[0] in self.constants:
            return self.cells.number(self.constants[column[0]])
        return self.cells.gathered(column[:1] if same else column)

    # ---- many operands along one axis ------------------------------------------------------------------------------

    def along(self, row: Primitive, members: Sequence[Operands]) -> Cell:
        """A row of many operands, gathered along the first axis."""
        size = len(members)
        if len(row.signature.indices) == 1:
            xs = members[0][:-1]  # which all members share: `grouped` puts only such together
            outputs = [int(self.constants[operands[-1]]) for operands in members]
            every = outputs == list(range(len(xs)))
            kind: kinds.Along = kinds.AlongAll(row, size, None if every else rows_of(outputs))
            return self.cells.emit(kind, (self._prepared(row, self.cells.gathered(xs)),), size)
        return self.cells.emit(kinds.Along(row, size), (self._prepared(row, self._stacked(members)),), size)

    def _prepared(self, row: Primitive, cell: Cell) -> Cell:
        prepared = row.along.prepared
        if prepared is None:
            return cell
        return self.cells.remembered((prepared, cell), lambda: self.cells.emit(kinds.Prepared(row), (cell,), 1))

    def _stacked(self, columns: Sequence[Operands]) -> Cell:
        """The operands of several members as one array of shape (operand, member, lane)."""
        count, size = len(columns[0]), len(columns)
        cell = self.cells.gathered(tuple([operands[k] for k in range(count) for operands in columns]))
        return cell if size == 1 else self.cells.emit(kinds.Stack(count, size), (cell,), size)

    # ---- sums and products -----------------------------------------------------------------------------------------

    def totals(self, members: Sequence[Operands]) -> Cell:
        """Sums: of many subsets of the same slots, one product with a matrix of zeros and ones."""
        count, size = len(members[0]), len(members)
        slots = tuple(dict.fromkeys([k for operands in members for k in operands]))
        if size > 1 and count > 2 and len(slots) <= SPARSEST * count:
            place = {slot: k for k, slot in enumerate(slots)}
            terms = tuple([tuple([place[k] for k in operands]) for operands in members])
            return self.cells.emit(products.Sums(terms, len(slots)), (self.cells.gathered(slots),), size)
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
        return self.cells.emit(products.DotAlong(size), (self._stacked(lefts), self._stacked(rights)), size)

    def _with_shared_vector(self, vectors: Sequence[Operands], shared: Operands) -> Cell | None:
        """The products of many vectors with one: a matrix times a vector in every lane."""
        gathered, emit = self.cells.gathered, self.cells.emit
        half, size = len(shared), len(vectors)
        matrix = tuple([k for vector in vectors for k in vector])
        if not self.cells.have_lanes(matrix):
            return emit(products.MatrixTimesBlock(size, half), (gathered(matrix), gathered(shared)), size)
        if not self.cells.have_lanes(shared):
            return emit(products.VectorTimesMatrices(size, half), (gathered(shared), self._stacked(vectors)), size)
        if size == 1:
            return emit(products.DotAlong(1), (gathered(matrix), gathered(shared)), 1)
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
        kind = products.SparseMatrixTimesBlock(tuple(map(tuple, picked)))
        return self.cells.emit(kind, (self.cells.gathered(every), self.cells.gathered(slots)), size)
