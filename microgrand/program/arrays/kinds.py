"""The kinds of array operations that a plan is made of: what each does to blocks of numbers, and how it prints.

A block is an array of shape (k, L): k slots, L lanes; L is 1 where all lanes share the numbers. A kind is plain data;
its `function` is what a library of arrays carries out. `products.py` has more of them.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from microgrand.program.arrays.rows import Rows, index, indexed, listed
from microgrand.table.primitive import Primitive

Function = Callable[..., Any]


class Kind(ABC):
    """One kind of operation, with the plain data that it needs beside its operands.

    pattern  how it prints: its operands stand at {0}, {1}, …
    """

    pattern: ClassVar[str]

    @property
    def name(self) -> str:
        """The row of the table that is carried out, or a few words; empty, where numbers are only moved."""
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
            z = value(*blocks)
            if len(getattr(z, "shape", ())) == 2 and z.shape[0] == self.size and z.shape[1] != 1:  # as most are
                return z
            arrays = [block for block in blocks if hasattr(block, "shape")]
            shape = (self.size, max([array.shape[1] for array in arrays]))
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
