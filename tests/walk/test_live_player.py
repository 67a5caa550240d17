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
from microgrand import (
    DomainError,
    Linear,
    LogSoftmax,
    NegativeLogLikelihood,
    ReLU,
    Sequential,
    SquaredError,
    Tanh,
    Value,
    walkthrough,
)
from microgrand.nested import flat
from microgrand.table.formula import number

skip_without_browser()

ROWS = list(mg.TABLE.values())
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "fast")
TOGETHER = 8 if PROFILE == "fast" else 4  # rows in one page
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
    xs = numbers_of_all_sizes(3000 if PROFILE == "fast" else 30_000)
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
        for leaf, x in zip(flat(leaves), flat(list(each)), strict=True):
            change(page, leaf.name, x)
        assert differences(shown(page), expected(walkthrough(graph_of(rows, each)[0]))) == []
    slid = [[slide(page, own[0].name, 0.53), *xs[1:]] for own, xs in zip(leaves, points[-1], strict=True)]
    assert slid != points[-1]
    assert differences(shown(page), expected(walkthrough(graph_of(rows, slid)[0]))) == []


# ---- expressions and networks ----------------------------------------------------------------------------------------
UNARY = [mg.tanh, mg.exp, mg.log, mg.sqrt, mg.sin, mg.relu, mg.sigmoid, mg.square, mg.softplus, mg.abs, lambda x: -x]
BINARY = [mg.add, mg.sub, mg.mul, mg.div, mg.maximum, mg.hypot, lambda x, y: mg.where(mg.greater(x, y), x, y * 2.0)]


def random_expression(seed, xs):
    """An expression of three leaves, x, w and b, of which each is used; the same one for the same seed."""
    draw = random.Random(seed)
    nodes = [Value(x, name=name) for x, name in zip(xs, "xwb", strict=True)]
    for k in range(4 + seed % 4):
        operand = nodes[k] if k < 3 else draw.choice(nodes)
        f = draw.choice(UNARY) if k % 2 else draw.choice(BINARY)
        nodes.append(f(nodes[-1], operand) if f in BINARY else f(nodes[-1]))
    root = nodes[-1] * nodes[2] + nodes[0]
    root.name = "y"
    return root


def walked(seed, xs):
    """The walk through such an expression; None where it is not defined."""
    try:
        return walkthrough(random_expression(seed, xs), names={})
    except DomainError:
        return None


@pytest.mark.parametrize("seed", range(5 if PROFILE == "fast" else 30))
def test_random_expressions_follow_their_leaves(opened, seed):
    """The same of random expressions; where Python raises a DomainError, the page says so and keeps what it showed."""
    draw = random.Random(f"points {seed}")
    points = [[round(draw.uniform(-2.0, 2.0), 3) for _ in "xwb"] for _ in range(60)]
    first = next(xs for xs in points if walked(seed, xs) is not None)
    page = opened(walked(seed, first))
    now, last = list(first), list(first)
    used = page.evaluate("data.leaves.map((leaf) => 'xwb'.indexOf(leaf.name))")
    for xs in [*points[:2], first]:
        for k, x in [(k, xs[k]) for k in used]:
            now[k] = x
            change(page, "xwb"[k], x)
            last = list(now) if walked(seed, now) is not None else last
        assert (last != now) == bool(page.locator("#refusal").text_content())
        assert differences(shown(page), expected(walked(seed, last))) == []


def classifier(seed):
    """A classifier of two or three linear layers."""
    draw = random.Random(seed)
    middle = [
        layer for _ in range(1 + seed % 2) for layer in (Linear(2, 2, bias=True, rng=draw), draw.choice([Tanh, ReLU])())
    ]
    return Sequential(*middle, Linear(2, 3, rng=draw), LogSoftmax(), NegativeLogLikelihood())


def regression(seed):
    """A network with a squared error, on two samples."""
    draw = random.Random(seed)
    return Sequential(Linear(2, 3, rng=draw), Tanh(), Linear(3, 1, bias=True, rng=draw), SquaredError())


NETWORKS = {
    "classifier": lambda: classifier(0)([Value(0.5), -1.5], 2),
    "deep": lambda: classifier(1)([0.5, -1.5], 0),
    "samples": lambda: regression(3).trace([[1.0, -0.5], [0.25, 2.0]], [[0.5], [-1.0]]),
}


@pytest.mark.parametrize("kind", NETWORKS)
def test_networks_follow_their_leaves(opened, kind):
    """The same of networks: with their layers closed, in the inside of each, by nodes and by edges; of two samples."""
    root = NETWORKS[kind]()
    walk = walkthrough(root)
    page = opened(walk)
    assert {"layer by layer", "node by node", "term by term"} <= {scene.title for scene in walk.scenes}
    leaves = walk._story.rounds[0].all
    chosen = random.Random(kind)
    for leaf in chosen.sample(leaves, 3):
        leaf.node.data = round(leaf.node.data + chosen.uniform(-1.0, 1.0), 3)
        change(page, leaf.name, leaf.node.data)
    mg.refresh(getattr(root, "cost", root))
    assert differences(shown(page), expected(walkthrough(root))) == []


# ---- outside a domain ------------------------------------------------------------------------------------------------
OUTSIDE = {
    "log": (lambda x: mg.log(x) * 2.0, 3.0, -1.0),
    "sqrt": (lambda x: mg.sqrt(x) + x, 2.0, -0.5),
    "div": (lambda x: 3.0 / x, 2.0, 0.0),
    "acosh": (lambda x: mg.acosh(x), 2.0, 0.5),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_outside_a_domain_the_picture_stays(opened, name):
    """A number at which a row is not defined: the page names the row and shows what it showed; back inside, it goes on."""
    f, inside, outside = OUTSIDE[name]
    with pytest.raises(DomainError):
        f(Value(outside))
    page = opened(walkthrough(f(Value(inside, name="x"))))
    before = shown(page)
    change(page, "x", outside)
    assert name in page.locator("#refusal").text_content()
    assert shown(page) == before
    change(page, "x", inside + 1.0)
    assert page.locator("#refusal").text_content() == ""
    assert differences(shown(page), expected(walkthrough(f(Value(inside + 1.0, name="x"))))) == []


OF_ONES_OWN = {
    "partials of floats": mg.Primitive("own_slope", lambda x: x * x, lambda z, x: math.pow(x, 1.0) * 2.0),
    "a function of C": mg.Primitive("own_gamma", math.lgamma, lambda z, x: 2.0 * x),
    "a value without translation": mg.Primitive("own_round", lambda x: float(round(x)), lambda z, x: 2.0 * x),
    "a value without source": mg.Primitive("own_text", eval("lambda x: x + 1.0"), lambda z, x: 2.0 * x),
}


@pytest.mark.parametrize("kind", OF_ONES_OWN)
def test_a_row_without_javascript_fixes_the_numbers(opened, kind):
    """Where a row of one's own cannot be printed, the page names it in one line, and plays what Python computed, a
    descent too.
    """
    x = Value(1.5, name="x")
    y = OF_ONES_OWN[kind](x) * x
    y.name = "y"
    walk = walkthrough(y, theta=x, rate=0.05, iterations=3)
    page = opened(walk)
    note = page.locator("#leaf .note").text_content()
    assert note.startswith("The numbers of this page are fixed: ")
    assert OF_ONES_OWN[kind].name in note
    assert "\n" not in note
    assert __file__ not in page.content()
    for iteration in range(3):
        page.evaluate("k => openIteration(k, 0)", iteration)
        assert differences(shown(page), expected(walk, iteration, live=False)) == []


def test_where_python_would_branch_otherwise_the_page_stops(opened):
    """A comparison of a recorded function that would come out otherwise: the page says so, and shows what it showed."""
    program = mg.record(lambda x, y: mg.log(x) * y if y > 1.0 else y, 2.0, 3.0, names=["x", "y"])
    page = opened(walkthrough(program))
    before = shown(page)
    change(page, "y", 0.5)
    assert page.locator("#refusal").text_content() != ""
    assert shown(page) == before
    change(page, "y", 1.5)
    assert page.locator("#refusal").text_content() == ""
    assert [each["lines"] for each in shown(page)[0]] != [each["lines"] for each in before[0]]
