"""Rows of a block, as plain data: evenly spaced ones are a range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Rows = range | tuple[int, ...]

LONGEST = 8  # the most rows that are printed one by one


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
