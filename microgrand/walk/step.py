"""What a step of the sweep is: a plain record, with what is computed, from what, in words and as a formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from microgrand.shortening import few_lines, how_many
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


@dataclass(frozen=True, repr=False)
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

    def __repr__(self) -> str:
        return f"<step {self.text}>"


class Steps(list[Step]):
    r"""All steps of a sweep, in order: a list that tells at a prompt how many there are, and the first and the last.

    >>> from microgrand import Value, steps
    >>> x = Value(3.0)
    >>> steps(2.0 * (2.0 * (2.0 * (2.0 * x))))
    <10 steps
    ▶ x = 3
    ▶ z₂ = 2·x = 2·3 = 6, ∂z₂/∂x = 2
    ▶ z₃ = 2·z₂ = 2·6 = 12, ∂z₃/∂z₂ = 2
    … 4 more: print(*steps(…), sep="\n") writes all
    ◀ δ(z₃) = δ(z₄)·∂z₄/∂z₃ = 2·2 = 4
    ◀ δ(z₂) = δ(z₃)·∂z₃/∂z₂ = 4·2 = 8
    ◀ δ(x) = δ(z₂)·∂z₂/∂x = 8·2 = 16>
    """

    def __repr__(self) -> str:
        lines = few_lines([str(each) for each in self], 'print(*steps(…), sep="\\n")')
        return "\n".join([f"<{how_many(len(self), 'step')}", *lines]) + ">"
