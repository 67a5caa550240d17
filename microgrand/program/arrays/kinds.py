"""The kinds of array operations that a plan is made of: what each does to blocks of numbers, and how it prints.

A block is an array of shape (k, L): k slots, L lanes; L is 1 where all lanes share the numbers. A kind is plain data;
its `function` is what a library of arrays carries out.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from microgrand.table.primitive import Primitive

Function = Callable[..., Any]
Rows = range | tuple[int, ...]  # rows of a block: evenly spaced ones are a range

PRODUCT = "a matrix product"
LONGEST = 8  # the most rows that are printed one by one


class Kind(ABC):
    """One kind of operation, with the plain data that it needs beside its operands.

    pattern  how it prints: its operands stand at {0}, {1}, …
    """

    pattern: ClassVar[str]

    @property
    def name(self) -> str:
        """The row of the table that is carried out, or PRODUCT; empty, where numbers are only moved."""
        return ""

    @abstractmethod
    def function(self, xp: Any) -> Function:
        """What it does to the blocks of its operands, in the array library `xp`."""

    def text(self, *operands: str) -> str:
        """It and its operands, which are written already."""
        return self.pattern.format(*operands)


# ---- numbers that are moved ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Take(Kind):
    """Some rows of a block."""

    rows: Rows

    def function(self, xp: Any) -> Function:
        return operator.itemgetter(indexed(self.rows, xp))

    def text(self, *operands: str) -> str:
        return f"{operands[0]}[{listed(self.rows)}]"


@dataclass(frozen=True)
class Join(Kind):
    """The rows of several blocks, one below the other."""

    def function(self, xp: Any) -> Function:
        def joined(*blocks: Any) -> Any:
            lanes = max([block.shape[1] for block in blocks])
            return xp.concat([
                block if block.shape[1] == lanes else xp.broadcast_to(block, (block.shape[0], lanes))
                for block in blocks
            ])  # fmt: skip

        return joined

    def text(self, *operands: str) -> str:
        return f"join({', '.join(operands)})"


@dataclass(frozen=True)
class Stack(Kind):
    """The operands of several members as one array of shape (operand, member, lane)."""

    count: int
    size: int

    def function(self, xp: Any) -> Function:
        return lambda block: block.reshape(self.count, self.size, -1)

    def text(self, *operands: str) -> str:
        return f"stack({operands[0]}, {self.count} × {self.size})"


# ---- rows of the table -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Value(Kind):
    """The value of a row, of one block per operand."""

    row: Primitive

    @property
    def name(self) -> str:
        return self.row.name

    def function(self, xp: Any) -> Function:
        value: Function = self.row.value
        return value

    def text(self, *operands: str) -> str:
        return self.row.notation.write("text", operands)


@dataclass(frozen=True)
class SumOfProducts(Value):
    """A `dot` of one block per operand, in fewer steps than its value takes."""

    def function(self, xp: Any) -> Function:
        def total(*blocks: Any) -> Any:
            half = len(blocks) // 2
            result = blocks[0] * blocks[half]
            for k in range(1, half):
                result = result + blocks[k] * blocks[half + k]
            return result

        return total


@dataclass(frozen=True)
class Spread(Kind):
    """Another kind's result, spread over all slots and lanes, where a choice among operands has left it smaller."""

    kind: Kind
    size: int

    @property
    def name(self) -> str:
        return self.kind.name

    def function(self, xp: Any) -> Function:
        value = self.kind.function(xp)

        def spread(*blocks: Any) -> Any:
            arrays = [block for block in blocks if hasattr(block, "shape")]
            shape = (self.size, max([array.shape[1] for array in arrays]))
            z = value(*blocks)
            if getattr(z, "shape", None) == shape:
                return z
            return xp.broadcast_to(z if hasattr(z, "shape") else xp.asarray([[z]], dtype=arrays[0].dtype), shape)

        return spread

    def text(self, *operands: str) -> str:
        return self.kind.text(*operands)


@dataclass(frozen=True)
class Prepared(Kind):
    """The first stage of a row of many operands, which several rows may share."""

    row: Primitive

    @property
    def name(self) -> str:
        return str(self.row.along.prepared.__name__)

    def function(self, xp: Any) -> Function:
        prepared: Function = self.row.along.prepared
        return prepared

    def text(self, *operands: str) -> str:
        return f"{self.name}({operands[0]})"


@dataclass(frozen=True)
class Along(Kind):
    """The value of a row of many operands, which lie along the first axis, for each of several members."""

    row: Primitive
    size: int

    @property
    def name(self) -> str:
        return self.row.name

    def function(self, xp: Any) -> Function:
        value = self.row.along.value
        return lambda stack: value(stack).reshape(self.size, -1)

    def text(self, *operands: str) -> str:
        return f"{self.name}({operands[0]})"


@dataclass(frozen=True)
class AlongAll(Along):
    """Functions of one vector that differ in their index: all outputs at once, or some of them."""

    outputs: Rows | None

    def function(self, xp: Any) -> Function:
        value: Function = self.row.along.value
        if self.outputs is None:
            return value
        chosen = index(self.outputs)
        return lambda shared: value(shared)[chosen]

    def text(self, *operands: str) -> str:
        return super().text(*operands) + ("" if self.outputs is None else f"[{listed(self.outputs)}]")


# ---- sums and products -----------------------------------------------------------------------------------------------


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


class Product(Kind):
    """A matrix product."""

    @property
    def name(self) -> str:
        return PRODUCT


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


# ---- rows of blocks --------------------------------------------------------------------------------------------------


def rows_of(places: Sequence[int]) -> Rows:
    """The places as a range, where they are evenly spaced.

    >>> rows_of([2, 3, 4]), rows_of([3, 1]), rows_of([0, 0, 1])
    (range(2, 5), range(3, -1, -2), (0, 0, 1))
    """
    first, last = places[0], places[-1]
    step = places[1] - first if len(places) > 1 else 1
    spaced = range(first, last + step, step) if step else range(0)
    return spaced if list(spaced) == list(places) else tuple(places)


def indexed(rows: Rows, xp: Any) -> Any:
    """What to index an array with: a slice, where the library has such, else an array of places."""
    if isinstance(rows, range) and (rows.step > 0 or xp.__name__ == "numpy"):
        return slice(rows.start, rows.stop if rows.stop >= 0 else None, rows.step)
    return index(rows)


def index(places: Any) -> Any:
    """Places as an array to index with."""
    import numpy

    return numpy.asarray(places, dtype=numpy.intp)


def listed(rows: Rows) -> str:
    """The rows as they are printed: 2…7, or one by one, of many the first and the last.

    >>> listed(range(2, 8)), listed(range(3, -1, -1)), listed((0, 0, 5))
    ('2…7', '3…0', '0, 0, 5')
    """
    if isinstance(rows, range) and abs(rows.step) == 1 and len(rows) > 1:
        return f"{rows[0]}…{rows[-1]}"
    return shortened([str(k) for k in rows])


def shortened(items: Sequence[str]) -> str:
    """The items, separated by commas; of many the first and the last."""
    return ", ".join(items if len(items) <= LONGEST else [*items[:3], "…", items[-1]])
