"""What a prompt shows of something long: its beginning and its end, how much there is, and how to see all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

MOST_ITEMS = 6  # that stand in one line; of more the first ones and the last
MOST_LINES, ENDS = 9, 3  # lines; of more the first and the last so many


def listed(
    items: Sequence[Any],
    write: Callable[[Any], str] = str,
    most: int = MOST_ITEMS,
    between: str = ", ",
    count: str = "in all",
) -> str:
    """Items in one line; of more than `most` the first ones and the last, and between them how many there are.

    No item is written that is not shown.

    >>> listed([1, 2, 3]), listed(range(30), most=4)
    ('1, 2, 3', '0, 1, 2, … 30 in all …, 29')
    """
    if len(items) <= most:
        return between.join([write(item) for item in items])
    ends = [*[write(item) for item in items[: most - 1]], f"… {len(items):,} {count} …", write(items[-1])]
    return between.join(ends)


def few_lines(lines: Sequence[str], all_of_them: str, most: int = MOST_LINES) -> list[str]:
    """Lines; of more than `most` the first and the last ones, how many are left out, and what writes them all.

    >>> few_lines(["a"] * 9, "print(x)") == ["a"] * 9
    True
    >>> few_lines([str(k) for k in range(30)], "print(x)")
    ['0', '1', '2', '… 24 more: print(x) writes all', '27', '28', '29']
    """
    if len(lines) <= most:
        return list(lines)
    return [*lines[:ENDS], f"… {len(lines) - 2 * ENDS:,} more: {all_of_them} writes all", *lines[-ENDS:]]


def how_many(number: int, noun: str) -> str:
    """A number of things.

    >>> how_many(1, "step"), how_many(9001, "step")
    ('1 step', '9,001 steps')
    """
    return f"{number:,} {noun}{'s' * (number != 1)}"
