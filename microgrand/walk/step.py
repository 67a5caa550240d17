"""What a step of the sweep is: a plain record, with what is computed, from what, in words and as a formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from microgrand.walk.formulas import Formula

ARROWS = {"forward": "▶", "backward": "◀", "update": "●"}


@dataclass(frozen=True)
class Term:
    """What one child contributes to a δ: δ(child)·∂child/∂node, as `product`.

    child    its place in the topological order, and what it is called
    operand  which of its operands that are nodes this is, from 0
    slot     what the node is called as this operand: x⁽¹⁾ and x⁽²⁾ of x·x, else as always
    """

    child: int
    operand: int
    name: str
    delta: float
    partial: float
    slot: str

    @property
    def product(self) -> float:
        """δ·∂z."""
        return self.delta * self.partial


@dataclass(frozen=True)
class Step:
    """One step of the sweep.

    direction  "forward": a value is computed, or, in the first step, all leaves are given; "backward": a δ is computed;
               "update": a parameter changes, by gradient descent
    name       of what is computed: "z₃", "δ(z₃)"
    nodes      the places in the topological order, from 0, of what is computed, as far as the root uses it
    result     its number, or its numbers; an element of a vector that the root does not use is among them, with δ = 0
    operands   forward: the numbers that the step was applied to, with their names; plain numbers are called ""
    partials   the local partials, with what they are called; those of a layer as rows of numbers, with its δ
    terms      backward: what each child contributes, in the order in which the sweep adds it up
    sentence   what happens, in words
    formula    the same in symbols and in numbers

    >>> from microgrand import Value, steps
    >>> x = Value(3.0); y = x * x
    >>> last = steps(y)[-1]
    >>> last.direction, last.name, last.result, len(last.terms)
    ('backward', 'δ(x)', 6.0, 2)
    """

    direction: str
    name: str
    nodes: tuple[int, ...]
    result: float | tuple[float, ...]
    operands: tuple[tuple[str, Any], ...]
    partials: tuple[tuple[str, Any], ...]
    terms: tuple[Term, ...]
    sentence: str
    formula: Formula

    @property
    def text(self) -> str:
        """The step in one line."""
        return f"{ARROWS[self.direction]} {self.formula.text}"

    @property
    def latex(self) -> str:
        """The formula as LaTeX."""
        return self.formula.latex

    @property
    def mathml(self) -> str:
        """The formula as MathML."""
        return self.formula.mathml

    def __str__(self) -> str:
        return self.text
