"""Laws of live pages, saved to disk and opened with the network off: changed in the page, they show what Python shows."""

# ruff: noqa: E501  a line of JavaScript is one line

import math
import os
import random
import struct

import pytest
from chromium import skip_without_browser
from live_pages import change, differences, expected, shown, slide

import microgrand as mg
from benchmarks.points import draw
from microgrand import DomainError, Value, walkthrough
from microgrand.table.formula import number

skip_without_browser()

ROWS = list(mg.TABLE.values())
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "fast")
TOGETHER = 8 if PROFILE == "fast" else 1  # rows in one page
TRIED = 1 if PROFILE == "fast" else 6  # further points of each row
SMALLEST, LARGEST = 1e-3, 60.0  # of operands: between, rows are neither saturated nor trivial


# ---- one way to write a number ---------------------------------------------------------------------------------------
def numbers_of_all_sizes(count):
    chosen = random.Random(3)
    bits = [struct.unpack("<d", chosen.randbytes(8))[0] for _ in range(count)]
    sizes = [chosen.choice([1.0, -1.0]) * 10.0 ** chosen.uniform(-8.0, 8.0) for _ in range(count)]
    ties = [sign * (k + 0.5) * 2.0**power for k in range(120) for power in range(-24, 25, 4) for sign in (1.0, -1.0)]
    decimal = [(k + 0.5) * 10.0**-power for k in range(0, 2000, 37) for power in range(9)]
    whole = [m * 10**power + 0.5 for m in (1, 12345, 99999, 999999) for power in range(3)] + [100000.5, 100001.5]
    ends = [m * 10.0**power for m in (1.0, 9.9999995, 9.9995, 0.99995) for power in range(-7, 19)]
    special = [0.0, -0.0, math.nan, math.inf, -math.inf, 5e-324, 1.7976931348623157e308, 1e-5, 1e16, 2.0**53, 1e6]
    return [*bits, *sizes, *ties, *decimal, *whole, *ends, *special, *[-x for x in ends]]


def text_of(x):
    """A number as text that JavaScript reads back to the bit."""
    return repr(x).replace("inf", "Infinity").replace("nan", "NaN")


def test_numbers_are_written_as_python_writes_them(opened):
    """The page's one formatting function is `number`, character for character, for 3, 4 and 6 digits."""
    page = opened(walkthrough(Value(2.0, name="x") * 3.0))
    xs = numbers_of_all_sizes(3000 if PROFILE == "fast" else 100_000)
    found = page.evaluate(
        "xs => xs.map(x => [3, 4, 6].map(digits => written(Number(x), digits)))", list(map(text_of, xs))
    )
    wanted = [[number(x, digits=digits) for digits in (3, 4, 6)] for x in xs]
    assert [each for each in zip(xs, found, wanted, strict=True) if each[1] != each[2]] == []
    assert len(xs) > 6000


# ---- every row -------------------------------------------------------------------------------------------------------
def operands_of(row, count):
    """So many points of a row, of moderate size, where it, its partials and their sizes are finite."""
    size, chosen = _count(row), random.Random(row.name)
    drawn = [xs[:size] for seed in range(4) for xs in draw(row, 120, seed) if len(xs) >= size]
    found = [xs for xs in drawn if _is_moderate(xs)] + [
        [chosen.gauss(0.0, 2.0) for _ in range(size)] for _ in range(20)
    ]
    usable = [xs for xs in found if _is_finite(row, xs)]
    assert len(usable) >= count, row.name
    return usable[:count]


def _count(row):
    return 3 * len(row.signature.lists) if row.signature.lists else row.arity - len(row.signature.indices)


def _is_moderate(xs):
    return all([SMALLEST <= abs(x) <= LARGEST for x in xs])


def _is_finite(row, xs):
    try:
        y = applied(row, [Value(x) for x in xs])
    except (DomainError, OverflowError):
        return False
    return abs(y.data) < 1e12 and all([abs(x) < 1e12 for x in y.partials])


def applied(row, leaves):
    """A row of its leaves: lists of three, and of what is an index the second."""
    indices = [1] * len(row.signature.indices)
    lists = len(row.signature.lists)
    if not lists:
        return row(*leaves, *indices)
    size = len(leaves) // lists
    return row(*[leaves[k * size : (k + 1) * size] for k in range(lists)], *indices)


def graph_of(rows, points):
    """The sum of rows, each of leaves of its own, whose names tell its place; and the leaves."""
    leaves = [[Value(x, name=f"{'abcdefgh'[k]}{i}") for i, x in enumerate(xs)] for k, xs in enumerate(points)]
    parts = [applied(row, own) for row, own in zip(rows, leaves, strict=True)]
    root = parts[0] if len(parts) == 1 else mg.sum(parts)
    root.name = "y"
    return root, leaves


def test_every_row_can_be_live():
    """No row of the table keeps a page from computing its numbers."""
    why = {row.name: walkthrough(graph_of([row], operands_of(row, 1))[0])._story.rounds[0].why for row in ROWS}
    assert {name: each for name, each in why.items() if each} == {}
    assert len(why) > 60


GROUPS = [ROWS[k : k + TOGETHER] for k in range(0, len(ROWS), TOGETHER)]


@pytest.mark.parametrize("rows", GROUPS, ids=lambda rows: rows[0].name)
def test_rows_follow_their_leaves(opened, rows):
    """Whatever numbers are typed for the leaves, or chosen with the sliders, every box, arrow, sentence and formula of
    every step is what a fresh graph gives in Python.
    """
    points = list(zip(*[operands_of(row, TRIED + 1) for row in rows], strict=True))
    root, leaves = graph_of(rows, points[0])
    page = opened(walkthrough(root))
    assert differences(shown(page), expected(walkthrough(root))) == []
    for each in points[1:]:
        for leaf, x in zip(sum(leaves, []), sum(each, []), strict=True):
            change(page, leaf.name, x)
        assert differences(shown(page), expected(walkthrough(graph_of(rows, each)[0]))) == []
    slid = [[slide(page, own[0].name, 0.53), *xs[1:]] for own, xs in zip(leaves, points[-1], strict=True)]
    assert slid != points[-1]
    assert differences(shown(page), expected(walkthrough(graph_of(rows, slid)[0]))) == []
