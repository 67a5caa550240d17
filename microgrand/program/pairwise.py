"""Sums of many terms in pairs: the same bits whether one process adds them one by one, or a cluster in groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from microgrand.table.arrays import quietly

TOGETHER = 16  # terms that one task of a cluster adds: a power of two, which keeps the pairs


class Pairwise:
    """Σ terms, added as a balanced tree of pairs; of n terms about log₂ n sums are held.

    Neighbours are added first, then sums of two, of four, and so on; what is left at the end is added from the right.
    Groups of 2ᵏ neighbours that are added so, and then their sums, give the same tree.

    >>> total = Pairwise(lambda a, b: f"({a}+{b})")
    >>> for term in "abcdefg":
    ...     total.add(term)
    >>> total.result()
    '(((a+b)+(c+d))+((e+f)+g))'
    """

    def __init__(self, added: Callable[[Any, Any], Any]) -> None:
        self._added = added
        self._sums: list[tuple[int, Any]] = []  # how many terms each is of, fewer and fewer

    def add(self, term: Any) -> None:
        """One term more."""
        size = 1
        while self._sums and self._sums[-1][0] == size:
            _, before = self._sums.pop()
            term = self._added(before, term)
            size *= 2
        self._sums.append((size, term))

    def result(self) -> Any:
        """The sum of all terms; None where there is none."""
        found = None
        for _, before in reversed(self._sums):
            found = before if found is None else self._added(before, found)
        return found


def pairwise(terms: Iterable[Any], added: Callable[[Any, Any], Any]) -> Any:
    """The sum of the terms, as `Pairwise` adds them."""
    total = Pairwise(added)
    for term in terms:
        total.add(term)
    return total.result()


def added(some: list[Any], others: list[Any]) -> list[Any]:
    """The sums of two lists of numbers or arrays, place by place; one that overflows is infinite, without a warning."""
    sums: list[Any] = quietly(lambda *both: [a + b for a, b in zip(*both, strict=True)], [some, others])
    return sums
