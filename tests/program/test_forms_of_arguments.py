"""Laws of the form in which numbers arrive: to a program lists, tuples, dicts and arrays of them are the same."""

import itertools
import math
import random
from collections import namedtuple

import numpy
import pytest
from calls import told
from hypothesis import given
from hypothesis import strategies as st
from rounding import bits, function_of

import microgrand as mg
from microgrand import record
from microgrand.nested import flat, rebuilt
from microgrand.program.pieces import layout_of
from microgrand.testing import expressions

COUNT = 6  # numbers in the nesting
LANES = 5
Pair = namedtuple("Pair", "left right")


def nestings(count):
    """Nested lists, tuples and dicts of zeros: so many, and rectangular ones among them."""
    flat = st.sampled_from([[0.0] * count, (0.0,) * count, dict(zip("abcdef", [0.0] * count, strict=False))])
    if count == 1:
        return st.just(0.0) | st.just([0.0])
    halves = st.integers(1, count - 1).flatmap(lambda k: st.tuples(nestings(k), nestings(count - k)))
    grids = [[[0.0] * k for _ in range(count // k)] for k in range(1, count) if count % k == 0]
    return st.one_of(
        flat, st.sampled_from([*grids, [[0.0]] * count]), halves, halves.map(list), halves.map(lambda two: Pair(*two)),
        halves.map(lambda two: {"first": two[0], "second": two[1]}),
    )  # fmt: skip


@st.composite
def forms(draw, example):
    """The same numbers in another form: arrays for what is rectangular, lists for tuples, keys in another order."""
    shape = layout_of(example).shape
    if shape is not None and shape != () and draw(st.booleans()):
        return draw(st.sampled_from(ARRAYS))(numpy.array(example))
    if isinstance(example, dict):
        keys = draw(st.permutations(list(example)))
        return {key: draw(forms(example[key])) for key in keys}
    if isinstance(example, (list, tuple)):
        parts = [draw(forms(part)) for part in example]
        return draw(st.sampled_from([list, tuple]))(parts)
    return draw(st.sampled_from([float, numpy.float64, numpy.array]))(example)


def with_gaps(array):
    """The same numbers at every second place."""
    return numpy.repeat(array, 2, axis=-1)[..., ::2]


ARRAYS = [numpy.asarray, numpy.asfortranarray, with_gaps, lambda array: array[::-1].copy()[::-1]]


def paired(example, form):
    """The numbers of a form, in the order of the example's keys."""
    if isinstance(example, dict):
        return [x for key, part in example.items() for x in paired(part, form[key])]
    if isinstance(example, (list, tuple)):
        return [x for part, item in zip(example, form, strict=True) for x in paired(part, item)]
    return [float(form)]


def kinds(structure):
    """A structure with the type of each part and the order of its keys, and with shapes in the place of its arrays."""
    if isinstance(structure, dict):
        return [(key, kinds(part)) for key, part in structure.items()]
    if isinstance(structure, (list, tuple)):
        return type(structure), [kinds(part) for part in structure]
    return numpy.shape(structure)


@pytest.mark.filterwarnings("ignore::microgrand.KinkWarning")
@given(expressions(inputs=COUNT + 1, smooth=False), nestings(COUNT), st.booleans(), st.data())
def test_every_form_gives_the_same_numbers(expression, nesting, regroup, data):
    """Beside an argument with lanes and without, value, gradient, Jacobian and Hessian products are the same, bit for
    bit, in whatever form the other argument is given; what is taken in it comes in that form.
    """
    *theta, last = expression.inputs
    f = function_of(expression)
    example = rebuilt(nesting, iter(theta))
    program = record(lambda p, x: f(*flat(p), x), example, last)
    form = data.draw(forms(example))
    options = {"regroup": regroup, "allow_nonfinite": True}
    for x in (last, numpy.full(LANES, last)):
        value, slopes = program.value_and_grad(example, x, **options)
        found, gradient = program.value_and_grad(form, x, **options)
        assert bits(numpy.ravel(found).tolist()) == bits(numpy.ravel(value).tolist())
        assert bits(numpy.ravel(program(form, x, **options)).tolist()) == bits(numpy.ravel(found).tolist())
        assert kinds(gradient) == kinds(form)
        assert {type(leaf) for leaf in flat_arrays(gradient)} <= {float, numpy.ndarray}
        assert [leaf for leaf in flat_arrays(gradient) if type(leaf) is numpy.ndarray and leaf.shape == ()] == []
        assert bits(paired(example, gradient)) == bits(flat(slopes))
        product = program.hvp(form, x, form, **options)
        assert bits(paired(example, product)) == bits(flat(program.hvp(example, x, example, **options)))
    alone = program.jacobian(form, last, allow_nonfinite=True)
    assert bits(paired(example, alone)) == bits(flat(program.jacobian(example, last, allow_nonfinite=True)))


@given(expressions(inputs=COUNT + 1, smooth=False), nestings(COUNT), st.data())
def test_every_form_has_the_same_plan(expression, nesting, data):
    """The array operations, and so their time, are the same for every form of an argument without lanes."""
    *theta, last = expression.inputs
    f = function_of(expression)
    example = rebuilt(nesting, iter(theta))
    program = record(lambda p, x: f(*flat(p), x), example, last)
    x = numpy.full(LANES, last)
    for argnums in (None, 0, (1, 0)):
        plan = program.plan(example, x, argnums=argnums)
        assert program.plan(data.draw(forms(example)), x, argnums=argnums) == plan


@given(expressions(inputs=COUNT, smooth=False), nestings(COUNT), st.data())
def test_lanes_may_come_in_columns(expression, nesting, data):
    """Whether N samples come as one array for a whole nesting or as (N,) arrays for its numbers, each step as it was
    recorded gives the same numbers in every lane, bit for bit, and the gradient in the form of the argument.
    """
    example = rebuilt(nesting, iter(expression.inputs))
    f = function_of(expression)
    program = record(lambda p: f(*flat(p)), example)
    columns = rebuilt(example, iter([numpy.full(LANES, x) for x in expression.inputs]))
    options = {"regroup": False, "allow_nonfinite": True}
    value, slopes = program.value_and_grad(columns, **options)
    form = data.draw(joined(example))
    found, gradient = program.value_and_grad(form, **options)
    assert bits(found.tolist()) == bits(value.tolist())
    assert kinds(gradient) == kinds(form)
    by_sample = [[float(column[lane]) for column in flat_arrays(slopes)] for lane in range(LANES)]
    assert bits([numbers_of_lane(gradient, lane) for lane in range(LANES)]) == bits(by_sample)


@st.composite
def joined(draw, example):
    """The example in LANES lanes, as few or as many arrays."""
    shape = layout_of(example).shape
    if shape is not None and draw(st.booleans()):
        return numpy.repeat(numpy.array(example)[None], LANES, axis=0)
    if isinstance(example, dict):
        return {key: draw(joined(part)) for key, part in example.items()}
    if isinstance(example, (list, tuple)):
        return [draw(joined(part)) for part in example]
    return numpy.full(LANES, example)


def flat_arrays(structure):
    """The arrays and numbers inside a structure, in order."""
    if isinstance(structure, dict):
        return [array for part in structure.values() for array in flat_arrays(part)]
    if isinstance(structure, (list, tuple)):
        return [array for part in structure for array in flat_arrays(part)]
    return [structure]


def numbers_of_lane(structure, lane):
    return [x for array in flat_arrays(structure) for x in numpy.ravel(array[lane]).tolist()]


# ---- calls that follow each other ------------------------------------------------------------------------------------


class Own(numpy.ndarray):
    """A class of arrays that NumPy does not know."""


def arrays_for(shape):
    """Arrays for an argument of this shape: with and without lanes, of many types, and of other shapes."""
    for own in (shape, (3, *shape), (4, *shape), (*shape, 2), (3, *shape[::-1]), (0, *shape), (7, *shape[1:]), ()):
        yield numpy.linspace(0.25, 2.0, math.prod(own)).reshape(own)
    right = numpy.linspace(0.25, 2.0, 3 * math.prod(shape)).reshape((3, *shape))
    yield from [right.astype(kind) for kind in ("float32", "int64", "bool", "complex128", "object", ">f8")]
    yield from [numpy.asfortranarray(right), right.view(Own), numpy.ma.masked_greater(right, 1.0), right.tolist()]


@pytest.mark.parametrize("shapes", [[()], [(2, 3)], [(), (2,)], [(2,), ()], [(3, 2), (2, 3)]], ids=str)
def test_a_call_does_not_depend_on_those_before_it(shapes):
    """Calls on arrays of all kinds, right and wrong ones in any order: each gives the value, gradient or error that a
    program gives which was never called before.
    """

    def f(*arguments):
        numbers = list(flat(list(arguments)))
        return mg.dot(numbers, numbers) * mg.exp(-0.1 * mg.sum(numbers))

    examples = [numpy.full(shape, 0.5).tolist() for shape in shapes]
    calls = list(itertools.product(*map(arrays_for, shapes)))
    random.Random(0).shuffle(calls)
    program = record(f, *examples)
    for call in calls:
        for way in (lambda p, call: p(*call), lambda p, call: p.value_and_grad(*call, argnums=len(shapes) - 1)):
            found, fresh = [told(lambda p=p, way=way, call=call: way(p, call)) for p in (program, record(f, *examples))]
            assert found == fresh


# ---- matrix products, whose rounding depends on what they are made of ------------------------------------------------


def network(p, x):
    """A tanh network, number by number."""
    states = x
    for w, b in zip(p["w"], p["b"], strict=True):
        sums = [sum(wk * zk for wk, zk in zip(row, states, strict=True)) for row in w]
        states = [mg.tanh(total + bk) for total, bk in zip(sums, b, strict=True)]
    return sum(states)


def test_matrix_products_are_the_same_for_every_form():
    """Products with weights that come as lists, as rows, as arrays in any order of memory, round alike: value and
    gradient are the same, bit for bit, over thousands of lanes.
    """
    rng = numpy.random.default_rng(0)
    w, b = [rng.normal(size=(7, 3)), rng.normal(size=(5, 7))], [rng.normal(size=7), rng.normal(size=5)]
    lists = {"w": [each.tolist() for each in w], "b": [each.tolist() for each in b]}
    program = record(network, lists, [0.5, -0.25, 1.0])
    X = rng.normal(size=(3000, 3))
    value, slopes = program.value_and_grad(lists, X)
    assert math.isfinite(value.sum())
    alone = record(lambda w, x: network({"w": [w], "b": [[0.5] * 7]}, x), lists["w"][0], [0.5, -0.25, 1.0])
    for form in (w[0], numpy.asfortranarray(w[0]), with_gaps(w[0]), [with_gaps(row) for row in w[0]]):
        found, exact = [alone.value_and_grad(theta, X) for theta in (form, lists["w"][0])]
        assert (found[0] == exact[0]).all()
        assert numpy.array(found[1]).tolist() == exact[1]
    for form in [
        {"w": w, "b": b},
        {"b": tuple(b), "w": [numpy.asfortranarray(w[0]), with_gaps(w[1])]},
        {"w": [list(w[0]), [row.tolist() for row in w[1]]], "b": [tuple(b[0].tolist()), list(b[1])]},
    ]:
        found, gradient = program.value_and_grad(form, X)
        assert (found == value).all()
        assert kinds(gradient) == kinds(form)
        assert bits(paired(lists, gradient)) == bits(flat(slopes))


@pytest.mark.parametrize("kind", [list, tuple, numpy.array])
def test_a_long_argument_costs_as_much_as_its_array(kind):
    """Of ten thousand numbers no part of a replay is made number by number but for taking them in and handing them out:
    the plan has as many operations as for two.
    """
    f = lambda theta, x: mg.dot(theta, [x] * len(theta))
    counts = []
    for size in (2, 10_000):
        program = record(f, [1.0] * size, 1.0)
        counts.append(len(program.plan(kind([1.0] * size), numpy.ones(LANES), argnums=0).operations))
        value, slopes = program.value_and_grad(kind([0.5] * size), numpy.ones(LANES))
        assert (value.tolist(), list(slopes)) == ([size / 2] * LANES, [float(LANES)] * size)
        assert type(slopes) is type(kind([]))
    assert counts[0] == counts[1]
