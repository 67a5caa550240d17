"""The pass that finds dot products in code that was written number by number.

`acc = acc + w * x`, again and again, is a sum of products, and so is what the sweep adds up in an adjoint: each becomes
one `dot`. A factor that most of its products have in common is taken out: Σ aₖb = b Σ aₖ.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import Generic

from microgrand.program.building import Draft
from microgrand.program.tape import SomeTape
from microgrand.table.arithmetic import add, mul
from microgrand.table.rows import dot
from microgrand.table.rows import sum as total

Term = tuple[int, int | None]  # a product of two slots, or one slot


def with_dots(program: SomeTape) -> SomeTape:
    """Make one `dot`, or one `sum`, of every tree of additions whose inner results nothing else uses.

    >>> from microgrand import record
    >>> def f(w, x):
    ...     acc = 0.0
    ...     for wi, xi in zip(w, x):
    ...         acc = acc + wi * xi
    ...     return acc
    >>> print(with_dots(record(f, [1.0, 2.0], [3.0, 4.0])))
    f(w, x)
    z0 = w[0]                       input
    z1 = w[1]                       input
    z2 = x[0]                       input
    z3 = x[1]                       input
    z4 = 0                          constant
    z5 = dot([z0, z1], [z2, z3])    dot
    z6 = z4 + z5                    add
    return z6
    """
    return _Sums(program).program()


class _Sums(Generic[SomeTape]):
    """The program, rewritten: sums stay open, as their terms, until a step needs the number."""

    def __init__(self, source: SomeTape) -> None:
        self.source = source
        self.draft, self.place = Draft.like(source)
        self.place.extend([-1] * (source.size - source.first))
        self.open: dict[int, deque[Term]] = {}
        self.uses = Counter([k for _, members in source.steps for operands in members for k in operands])
        self.uses.update(source.ends)

    def program(self) -> SomeTape:
        for filled, (row, members) in self.source.numbered():
            for slot, operands in enumerate(members, filled):
                if not self.uses[slot]:
                    continue
                if row is mul or row is dot:
                    half = len(operands) // 2
                    pairs = zip(operands[:half], operands[half:], strict=True)
                    self.open[slot] = deque([(self.closed(a), self.closed(b)) for a, b in pairs])
                elif row is add or row is total:
                    self.open[slot] = self.joined(operands)
                else:
                    self.place[slot] = self.draft.step(row, tuple([self.closed(k) for k in operands]))
        for slot in self.source.ends:
            self.closed(slot)
        return self.draft.finished_like(self.source, self.place)

    def joined(self, operands: tuple[int, ...]) -> deque[Term]:
        """The terms of a sum, those of an operand among them that is an open sum, and that nothing else uses."""
        terms: deque[Term] = deque()
        for k in operands:
            alone = k in self.open and self.uses[k] == 1
            theirs: deque[Term] = self.open.pop(k) if alone else deque([(self.closed(k), None)])
            if len(theirs) > len(terms):
                theirs.extendleft(list(terms)[::-1])
                terms = theirs
            else:
                terms.extend(theirs)
        return terms

    def closed(self, slot: int) -> int:
        """The slot in the draft; an open sum is written now."""
        if slot in self.open:
            self.place[slot] = self.written(self.open.pop(slot))
        return self.place[slot]

    def written(self, terms: deque[Term]) -> int:
        products = [(a, b) for a, b in terms if b is not None]
        others = [a for a, b in terms if b is None]
        if len(products) > 2:
            products = self.factored(products)
        if products:
            others.append(self.of_products(products))
        return self.sum_of(others)

    def of_products(self, products: list[tuple[int, int]]) -> int:
        if len(products) == 1:
            return self.draft.step(mul, products[0])
        return self.draft.step(dot, (*[a for a, _ in products], *[b for _, b in products]))

    def sum_of(self, slots: list[int]) -> int:
        if len(slots) == 1:
            return slots[0]
        return self.draft.step(add if len(slots) == 2 else total, tuple(slots))

    def factored(self, products: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The products, with those that share the factor which more than half of them have made one."""
        common, count = Counter([k for pair in products for k in set(pair)]).most_common(1)[0]
        if 2 * count <= len(products):
            return products
        partners = [b if a == common else a for a, b in products if common in (a, b)]
        rest = [pair for pair in products if common not in pair]
        return [(common, self.sum_of(partners)), *rest]
