"""Laws of the steps on arrays: whatever has lanes and whatever has none, each lane is the function there."""

import math

import numpy
import pytest

import microgrand as mg
from microgrand import record
from microgrand.program.arrays.carrying_out import Bound

LANES = 4
PRODUCT = "a matrix product"


def operations(program):
    """The rows that the program's plans carry out on arrays, and its matrix products; what only moves numbers is not
    named.
    """
    plans = [made.plan for made in program._derived.values() if isinstance(made, Bound)]
    return [each.kind.name for plan in plans for each in (*plan.shared, *plan.operations) if each.kind.name]


def steps_that_differ(w, x):
    """dots of which no two share a vector."""
    return [mg.dot(each, other) for each, other in zip(w, x, strict=True)]


def dots_with_windows(w, x):
    """dots whose vectors overlap."""
    return [mg.dot(each, x[k : k + len(each)]) for k, each in enumerate(w)]


def dots_with_repeats(w, x):
    """dots of which one has a factor twice."""
    return [mg.dot(w[0], [x[0], *x[:4]]), mg.dot(w[1], x[::-1])]


def dots_with_one(w, x):
    """dots that share a vector: a matrix times a vector."""
    return [mg.dot(row, x) for row in w]


def the_same_twice(w, x):
    """Two dots that are one as soon as their factors are put in order."""
    return [mg.dot(w, x), mg.dot(x, w)]


def sums_of_some(w, x):
    """Sums of overlapping operands."""
    return [mg.sum([*w[:k], *w[k + 1 :], x]) for k in range(len(w))]


def sums_far_apart(w, x):
    """So many sums without a common operand that a matrix would be nearly all zeros."""
    return [mg.sum(row) * x for row in w]


def of_constants(w, x):
    """A sum of constants, 9, in which a common factor is taken out."""
    return 2.0 * w + 3.0 * w + 4.0 * w - x


def chosen(w, x):
    """Functions of one vector that differ in their index, in another order than that."""
    return [mg.softmax(w, 2) * x, mg.softmax(w, 0), mg.log_softmax(w, 1), mg.log_softmax(w, 0), mg.log_softmax(w, 2)]


LISTS = [[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]]
LONG = [[0.5, -1.0, 2.0, 3.0, -0.125], [1.5, 0.25, -0.75, 1.0, 2.5]]
CASES = [  # the function, its arguments, which of them have lanes, what is carried out
    (steps_that_differ, (LONG, LONG[::-1]), (True, True), ["dot"]),
    (steps_that_differ, (LISTS, LISTS[::-1]), (True, True), ["dot"]),
    (steps_that_differ, (LONG, LONG[::-1]), (True, False), [PRODUCT]),
    (steps_that_differ, (LONG, LONG[::-1]), (False, True), [PRODUCT]),
    (dots_with_windows, (LISTS, [1.0, 2.0, 3.0, 4.0]), (False, True), [PRODUCT]),
    (dots_with_windows, (LISTS, [1.0, 2.0, 3.0, 4.0]), (True, False), [PRODUCT]),
    (dots_with_windows, (LISTS, [1.0, 2.0, 3.0, 4.0]), (True, True), ["dot"]),
    (dots_with_windows, ([[0.5, 2.0], [1.5, -1.0]], LISTS[0]), (False, True), [PRODUCT]),
    (dots_with_repeats, (LONG, LONG[0]), (False, True), ["dot"]),
    (dots_with_one, (LISTS, LISTS[0]), (False, True), [PRODUCT]),
    (dots_with_one, (LISTS, LISTS[0]), (True, False), [PRODUCT]),
    (dots_with_one, (LISTS, LISTS[0]), (True, True), ["dot"]),
    (dots_with_one, (LONG, LONG[0]), (True, True), ["dot"]),
    (dots_with_one, (LONG[:1], LONG[1]), (True, True), ["dot"]),
    (the_same_twice, (LONG[0], LONG[1]), (True, True), ["dot"]),
    (the_same_twice, (LISTS[0], LISTS[1]), (True, True), ["dot"]),
    (sums_of_some, (LISTS[0], 0.5), (True, False), [PRODUCT]),
    (sums_of_some, (LISTS[0][:2], 0.5), (True, True), ["add"]),
    (sums_far_apart, (LISTS * 2, 0.5), (True, False), [PRODUCT, "mul"]),
    (sums_far_apart, ([LISTS[0]] * 9, 0.5), (True, False), ["sum", "mul"]),
    (sums_far_apart, ([LONG[0]] * 9, 0.5), (True, False), ["sum", "mul"]),
    (of_constants, (0.5, 1.0), (True, True), ["sum", "mul", "sub"]),
    (chosen, (LISTS[0], 0.5), (True, True), None),
]


def varied(nested, lane):
    """Other numbers in each lane."""
    if isinstance(nested, list):
        return [varied(item, lane) for item in nested]
    return nested * (1.0 + lane / 8) + lane / 4


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(("f", "at", "laned", "rows"), CASES)
def test_each_lane_is_the_function(f, at, laned, rows, swapped):
    """Whatever way a step is carried out, every lane of its value and of its Jacobian is that of the function at this
    lane's numbers, but for rounding; what can be a matrix product is one, whichever argument comes first.
    """
    if swapped:
        f, at, laned = (lambda x, w, f=f: f(w, x)), at[::-1], laned[::-1]
    program = record(f, *at)
    lanes = [
        [varied(argument, lane) if has else argument for argument, has in zip(at, laned, strict=True)]
        for lane in range(LANES)
    ]
    given = [
        numpy.array([lane[k] for lane in lanes]) if has else numpy.array(argument)
        for k, (argument, has) in enumerate(zip(at, laned, strict=True))
    ]
    expected = [f(*lane) for lane in lanes]
    for regroup in (True, False):
        found = program(*given, regroup=regroup)
        together = numpy.array(found).T if isinstance(found, list) else found
        numpy.testing.assert_allclose(together, expected, rtol=1e-13, atol=1e-15)
        if regroup and rows is not None:
            assert operations(program) == rows
    for k in range(2):
        found = flat(program.jacobian(*given, argnums=k), LANES)
        slopes = [flat(program.jacobian(*lane, argnums=k)) for lane in lanes]
        numpy.testing.assert_allclose(found, slopes, rtol=1e-12, atol=1e-14)


def flat(result, lanes=None):
    """All numbers; with `lanes` one row a lane, in which what has no lanes is repeated."""
    if lanes is None:
        return list(mg.nested.flat(result))
    parts = [numpy.asarray(part) for part in (result if isinstance(result, list) else [result])]
    return numpy.concatenate(
        [
            part.reshape(lanes, -1) if part.shape[:1] == (lanes,) else numpy.tile(part.ravel(), (lanes, 1))
            for part in parts
        ],
        axis=1,
    )


@pytest.mark.parametrize("regroup", [True, False])
@pytest.mark.parametrize(("f", "at", "laned", "rows"), CASES)
def test_single_precision_stays_single(f, at, laned, rows, regroup):
    """Arrays in single precision give results in single precision, steps on constants alone included."""
    given = [numpy.array([argument] * LANES if has else argument, dtype=numpy.float32)
             for argument, has in zip(at, laned, strict=True)]  # fmt: skip
    found = record(f, *at)(*given, regroup=regroup)
    assert {part.dtype for part in (found if isinstance(found, list) else [found])} == {numpy.dtype(numpy.float32)}


def test_a_value_that_is_smaller_than_its_operands_is_spread():
    """A row may return one number for all lanes, or choose one of its operands: each lane and each member has it."""
    constant = mg.Primitive("seven", lambda x: 7.0, lambda z, x: 0.0)
    second = mg.Primitive("second", lambda x, y: y, (lambda z, x, y: 0.0, lambda z, x, y: 1.0))
    program = record(lambda x, y: [*[constant(each) for each in x], *[second(each, y) for each in x]], [1.0, 2.0], 3.0)
    x, y = numpy.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), -2.5
    for regroup in (True, False):
        found = program(x, y, regroup=regroup)
        assert [part.tolist() for part in found] == [[7.0] * 3] * 2 + [[-2.5] * 3] * 2
        assert program(x.astype(numpy.float32), y, regroup=regroup)[0].dtype == numpy.float32


def test_a_number_along_the_axis_is_one_for_the_members_that_share_it():
    """Functions of one vector that differ in their index only are one operation, in the order of the result."""
    program = record(lambda x: [mg.softmax(x, k) for k in (2, 0, 1)], [1.0, 2.0, 3.0])
    x = numpy.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])
    found = numpy.array(program(x)).T
    exact = [[math.exp(row[k]) / sum(map(math.exp, row)) for k in (2, 0, 1)] for row in x]
    numpy.testing.assert_allclose(found, exact, rtol=1e-14)
    assert [row for row in operations(program) if row == "softmax"] == ["softmax"]
