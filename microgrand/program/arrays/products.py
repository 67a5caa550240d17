"""Products and sums of many numbers: matrix products, sums along the operands and over the lanes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from microgrand.program.arrays.kinds import Function, Kind
from microgrand.program.arrays.rows import Rows, index, listed

PRODUCT = "a matrix product"


class Product(Kind):
    """A matrix product."""

    @property
    def name(self) -> str:
        return PRODUCT


@dataclass(frozen=True)
class DotAlong(Kind):
    """The products of two arrays, added up along the first axis; of two blocks, or of two stacks of `size` members."""

    size: int

    pattern = "dot({0}, {1})"

    @property
    def name(self) -> str:
        return "dot"

    def function(self, xp: Any) -> Function:
        if self.size == 1:
            return lambda a, b: (a * b).sum(axis=0).reshape(1, -1)
        return lambda a, b: (a * b).sum(axis=0)


@dataclass(frozen=True)
class MatrixTimesBlock(Product):
    """A matrix without lanes, its rows one after the other in a block, times a vector in every lane."""

    size: int
    length: int

    pattern = "{0} @ {1}"

    def function(self, xp: Any) -> Function:
        return lambda matrix, block: matrix.reshape(self.size, self.length) @ block


@dataclass(frozen=True)
class VectorTimesMatrices(Product):
    """A vector without lanes times a matrix in every lane, which is a stack of vectors."""

    size: int
    length: int

    pattern = "{0} @ {1}"

    def function(self, xp: Any) -> Function:
        size, length = self.size, self.length
        return lambda vector, stack: (vector.reshape(1, length) @ stack.reshape(length, -1)).reshape(size, -1)


@dataclass(frozen=True)
class SparseMatrixTimesBlock(Product):
    """A matrix of weights without lanes, most of which are 0, times a vector in every lane: a convolution is one.

    places  for each row and column of the matrix the weight that stands there; their number stands for a 0
    """

    places: tuple[tuple[int, ...], ...]

    pattern = "matrix({0}) @ {1}"

    def function(self, xp: Any) -> Function:
        chosen = index(self.places)

        def product(weights: Any, block: Any) -> Any:
            flat = weights.reshape(-1)
            return xp.concat([flat, xp.zeros_like(flat[:1])])[chosen] @ block

        return product


@dataclass(frozen=True)
class Sums(Product):
    """Sums of some rows of one block: a product with a matrix of zeros and ones.

    terms  of each sum its rows
    width  how many rows the block has
    """

    terms: tuple[tuple[int, ...], ...]
    width: int

    def function(self, xp: Any) -> Function:
        matrix = [[0.0] * self.width for _ in self.terms]
        for line, rows in zip(matrix, self.terms, strict=True):
            for k in rows:
                line[k] += 1.0
        made: dict[Any, Any] = {}  # by precision and device

        def product(block: Any) -> Any:
            key = (str(block.dtype), str(getattr(block, "device", "")))
            if key not in made:
                made[key] = xp.asarray(matrix, dtype=block.dtype)
            return made[key] @ block

        return product

    def text(self, *operands: str) -> str:
        each = [f"Σ {operands[0]}[{listed(rows)}]" for rows in self.terms]
        return ", ".join(each if len(each) <= 2 else [each[0], "…", each[-1]])


# ---- sums over the lanes ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OverLanes(Kind):
    """Each row, summed over the lanes."""

    pattern = "Σ {0}"

    def function(self, xp: Any) -> Function:
        return lambda block: block.sum(axis=1)


@dataclass(frozen=True)
class OnceALane(Kind):
    """What all lanes share, to be counted once a lane."""

    pattern = "Σ {0}"

    def function(self, xp: Any) -> Function:
        return lambda block: block[:, 0]


@dataclass(frozen=True)
class PairsOverLanes(Kind):
    """The products of two rows each, summed over the lanes."""

    pattern = "Σ {0}·{1}"

    def function(self, xp: Any) -> Function:
        return lambda a, b: (a * b).sum(axis=1)


@dataclass(frozen=True)
class EachWithEach(Product):
    """The products of each row of one block with each row of another, or some of them, summed over the lanes."""

    chosen: Rows | None

    def function(self, xp: Any) -> Function:
        if self.chosen is None:
            return lambda a, b: (a @ b.T).reshape(-1)
        chosen = index(self.chosen)
        return lambda a, b: (a @ b.T).reshape(-1)[chosen]

    def text(self, *operands: str) -> str:
        return f"{operands[0]} @ {operands[1]}ᵀ" + ("" if self.chosen is None else f", of it {listed(self.chosen)}")
