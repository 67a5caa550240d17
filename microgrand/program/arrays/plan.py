"""`Plan`: which array operations a program takes on arrays, as plain data that prints itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from microgrand.program.arrays.kinds import Kind, Prepared
from microgrand.program.arrays.products import Product
from microgrand.program.arrays.rows import Rows, listed
from microgrand.program.tape import Guard
from microgrand.shortening import how_many
from microgrand.table.formula import number

Cell = int  # a block's place among the blocks
Operands = tuple[int, ...]


class Part(NamedTuple):
    """What is asked of a plan: some outputs, each with its lanes or summed over them."""

    outputs: range
    summed: bool


class Operation(NamedTuple):
    """cells[out] = kind(*[cells[k] for k in operands]).

    dropped  the cells that nothing needs after it
    """

    out: Cell
    kind: Kind
    operands: tuple[Cell, ...]
    dropped: tuple[Cell, ...] = ()


class Sum(NamedTuple):
    """Something summed over the lanes: of part number `part`, total[where] += kind(*[cells[k] for k in operands])."""

    part: int
    where: Rows
    kind: Kind
    operands: tuple[Cell, ...]


@dataclass(frozen=True, repr=False)
class Plan:
    """The operations for one program, and one way in which its inputs have lanes or not.

    title       what the program and its arguments are called
    leaves      what the first cells hold: each block of inputs, the parameters, the constants
    parameters, constants  their numbers
    sizes       of each cell, how many slots it holds
    laned       of each cell, whether it has lanes
    numbers     the cells that hold one plain number, with it
    shared      the operations that do not depend on lanes: carried out once, and not for every stretch of lanes
    operations  the others, in order
    parts       what is asked
    outputs     the cells of the parts that keep their lanes
    sums        what the other parts are made of
    guards      the cells that are compared

    >>> from microgrand import dot, logsumexp, record, tanh
    >>> program = record(lambda w, x: logsumexp([tanh(dot(each, x)) for each in w]), [[0.5, 1.0]] * 16, [1.0, 2.0])
    >>> print(program.plan(argnums=0))
    <lambda>(w, x)
    c0 = w[0][0]…w[15][1]    [32]
    c1 = x[0]…x[1]           [2 × lanes]
    c3 = 0, 1, 2, …, 15      [16]
    c4 = c0 @ c1             [16 × lanes]
    c5 = tanh(c4)            [16 × lanes]
    c6 = tanh′(c4)           [16 × lanes]
    c7 = exponentials(c5)    [1 × lanes]
    c8 = logsumexp(c7)       [1 × lanes]
    c9 = softmax(c7)         [16 × lanes]
    c10 = c9·c6              [16 × lanes]
    r1[0…31] += c10 @ c1ᵀ    [32]
    return c8, r1
    """

    title: str
    leaves: tuple[str, ...]
    parameters: tuple[float, ...]
    constants: tuple[float, ...]
    sizes: tuple[int, ...]
    laned: tuple[bool, ...]
    numbers: tuple[tuple[Cell, float], ...]
    shared: tuple[Operation, ...]
    operations: tuple[Operation, ...]
    parts: tuple[Part, ...]
    outputs: tuple[tuple[int, Cell], ...]
    sums: tuple[Sum, ...]
    guards: tuple[tuple[Guard, Cell, Cell], ...]

    @cached_property
    def width(self) -> int:
        """How many numbers are made in a lane."""
        return sum([self.sizes[operation.out] for operation in self.operations])

    @cached_property
    def elementwise(self) -> frozenset[Cell]:
        """The cells that something else than a matrix product reads: they had better lie lane by lane."""
        readers = [(each.kind, each.operands) for some in (self.operations, self.sums) for each in some]
        return frozenset([k for kind, operands in readers if not isinstance(kind, Product) for k in operands])

    @cached_property
    def prepared(self) -> frozenset[Cell]:
        """The cells that hold a first stage of a row of many operands, in a form that this row knows."""
        return frozenset([each.out for each in (*self.shared, *self.operations) if isinstance(each.kind, Prepared)])

    def __repr__(self) -> str:
        operations = how_many(len(self.shared) + len(self.operations), "operation")
        return f"<plan of {self.title}: {operations} on arrays; print(…) lists them>"

    def __str__(self) -> str:
        lines = [(f"c{k} = {leaf}", self._shape(k)) for k, leaf in enumerate(self.leaves) if leaf]
        for operation in (*self.shared, *self.operations):
            applied = operation.kind.text(*map(self._name, operation.operands))
            lines.append((f"c{operation.out} = {applied}", self._shape(operation.out)))
        for guard, left, right in self.guards:
            compared = guard.comparison.notation.write("text", [self._name(left), self._name(right)])
            lines.append((f"only where {compared} is {guard.outcome}", ""))
        for each in self.sums:
            summed = each.kind.text(*map(self._name, each.operands))
            lines.append((f"r{each.part}[{listed(each.where)}] += {summed}", f"[{len(each.where)}]"))
        width = min(max([len(line) for line, shape in lines if shape], default=0), 60)
        body = [f"{line:<{width}}    {shape}".rstrip() for line, shape in lines]
        cells = dict(self.outputs)
        results = [self._name(cells[k]) if k in cells else f"r{k}" for k, part in enumerate(self.parts) if part.outputs]
        return "\n".join([self.title, *body, f"return {', '.join(results)}"])

    @cached_property
    def _plain(self) -> dict[Cell, str]:
        return {cell: number(x) for cell, x in self.numbers}

    def _name(self, cell: Cell) -> str:
        return self._plain.get(cell, f"c{cell}")

    def _shape(self, cell: Cell) -> str:
        return f"[{self.sizes[cell]} × lanes]" if self.laned[cell] else f"[{self.sizes[cell]}]"


def leaf_text(names: Sequence[str]) -> str:
    """What a block of these numbers is called: w[0]…w[5]."""
    return names[0] if len(names) == 1 else f"{names[0]}…{names[-1]}" if names else ""
