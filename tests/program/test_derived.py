"""Laws of programs made of programs: each computes what the function of the same name in `microgrand` does."""

import math

import numpy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rounding import bound, nodes, recorded

import microgrand as mg
from microgrand import record
from microgrand.testing import expressions

EVERY = (0, 1, 2)


def agree(program, other):
    """Whether two programs give the same at their example, in the same nesting, but for the rounding of their steps."""
    found, expected = program(*program.example), other(*other.example)
    numbers, exact = mg.nested.flat(found), mg.nested.flat(expected)
    both = (program, other)
    limits = [
        sum(bound(each.with_parts(result=each.outputs[k]).as_value()) for each in both) for k in range(len(exact))
    ]
    assume(all(math.isfinite(limit) for limit in limits))
    assert mg.nested.rebuilt(found, iter(exact)) == expected
    return all(abs(x - y) <= limit + 1e-300 for x, y, limit in zip(numbers, exact, limits, strict=True))


def of_function(change, program, argnums):
    """What a function of `microgrand` makes of the program as a function, recorded."""
    return record(change(lambda *xs: program(*xs), argnums), *program.example)


@given(expressions(inputs=3, smooth=True), st.sampled_from([0, 2, (1,), EVERY]))
def test_the_program_of_the_hessian_is_the_hessian(expression, argnums):
    """hessian_program(argnums) computes hessian(f, argnums), in its nesting; `hessian` replays it."""
    program = recorded(expression)
    made = program.hessian_program(argnums)
    assert agree(made, of_function(mg.hessian, program, argnums))
    assert program.hessian(*expression.inputs, argnums=argnums) == made(*expression.inputs)


@given(expressions(inputs=3, smooth=True))
def test_the_hessian_is_symmetric_to_the_bit(expression):
    """One half of it is computed, and stands twice."""
    result = recorded(expression).hessian_program(EVERY).result
    assert result == tuple(zip(*result, strict=True))


@given(expressions(inputs=3, smooth=True), st.integers(1, 6), st.sampled_from([0, 2, (1,), EVERY]))
def test_the_program_of_the_jacobian_is_the_jacobian(expression, count, argnums):
    """jacobian_program(argnums) computes jacobian(f, argnums), in its nesting, whether there are more inputs than
    outputs or fewer.
    """
    program = record(lambda *xs: nodes(expression, xs)[-count:], *expression.inputs)
    assert agree(program.jacobian_program(argnums), of_function(mg.jacobian, program, argnums))


@given(expressions(inputs=3, smooth=True), st.lists(st.floats(-2, 2), min_size=3, max_size=3))
def test_the_program_of_hessian_products_is_the_hessian_times_a_vector(expression, v):
    """hvp_program() computes hvp(f, x, v); v is the last argument."""
    program = record(lambda x: expression(*x), list(expression.inputs))
    made = program.hvp_program().with_parts(example=(list(expression.inputs), v))
    other = record(lambda x, v: mg.hvp(lambda xs: program(xs), x, v), list(expression.inputs), v)
    assert agree(made, other)


@given(expressions(inputs=3, smooth=True), st.sampled_from([0, 2, (1,), EVERY]))
def test_the_adjoint_is_value_and_gradient(expression, argnums):
    """adjoint(argnums) computes value_and_grad(f, argnums), bit for bit."""
    program = recorded(expression)
    other = of_function(mg.value_and_grad, program, argnums)
    assert repr(program.adjoint(argnums)(*expression.inputs)) == repr(other(*expression.inputs))


def test_a_jacobian_takes_as_few_sweeps_as_its_shape_allows():
    """Of many outputs in one input, and of one output in many inputs, the program has few steps for each number."""

    def wide(xs):
        total = 1.0
        for x in xs:
            total = total * x
        return [total]

    def tall(x):
        powers = [x]
        for _ in range(49):
            powers.append(powers[-1] * x)
        return powers

    for f, at in ((wide, [1.5] * 50), (tall, 1.5)):
        program = record(f, at)
        made = program.jacobian_program()
        assert mg.nested.flat(made(at)) == pytest.approx(mg.nested.flat(mg.jacobian(f)(at)), rel=1e-14)
        assert len(made.steps) <= 4 * 50


def cost(p, x):
    """A function of a dict and a list that has second derivatives in both."""
    return mg.exp(p["a"] * x[0]) * p["w"][1] + mg.sin(x[1] * p["w"][0]) ** 2 + x[0] * x[1]


@pytest.mark.parametrize("argnums", [0, 1, (0, 1), (1,)])
def test_a_hessian_has_the_nesting_of_its_arguments(argnums):
    """Of dicts and lists it is nested as `hessian` nests it, with equal numbers."""
    at = {"a": 0.5, "w": [0.25, -1.0]}, [0.75, 1.25]
    found, expected = record(cost, *at).hessian(*at, argnums=argnums), mg.hessian(cost, argnums)(*at)
    assert mg.nested.flat(found) == pytest.approx(mg.nested.flat(expected), rel=1e-14)
    assert mg.nested.rebuilt(expected, iter(mg.nested.flat(found))) == found


@pytest.mark.parametrize("laned", [(True, True), (False, True), (True, False), (False, False)])
def test_a_hessian_on_arrays_has_the_lanes_first_and_then_the_shape_twice(laned):
    """Of arguments of the shapes S and T the parts are of the shapes S + S, S + T, T + S and T + T, in every lane."""
    m, y = [[0.5, -1.0], [0.25, 2.0]], 0.75
    f = lambda m, y: mg.exp(m[0][0] * m[1][1]) * y + m[0][1] * m[1][0] ** 2 * y**3
    program = record(f, m, y)
    lanes = 3
    moved = [(numpy.array(m) + k / 8, y - k / 4) for k in range(lanes)]
    alone = [(a if laned[0] else numpy.array(m), b if laned[1] else y) for a, b in moved]
    given_m = numpy.array([a for a, _ in moved]) if laned[0] else numpy.array(m)
    given_y = numpy.array([b for _, b in moved]) if laned[1] else y
    found = program.hessian(given_m, given_y, argnums=(0, 1))
    exact = numpy.array([mg.nested.flat(mg.hessian(f, (0, 1))(a.tolist(), b)) for a, b in alone]).reshape(lanes, 5, 5)
    parts = ((2, 2), slice(0, 4)), ((), slice(4, 5))
    for i, (rows, down) in enumerate(parts):
        for j, (columns, across) in enumerate(parts):
            part = numpy.asarray(found[i][j])
            assert part.shape == ((lanes,) if any(laned) else ()) + rows + columns
            expected = exact[:, down, across].reshape(lanes, *rows, *columns)
            numpy.testing.assert_allclose(part, expected if any(laned) else expected[0], rtol=1e-12)


def test_a_hessian_is_of_one_number():
    """A program that returns several has none, and the error names the one that has."""
    with pytest.raises(TypeError, match="a gradient is of a program that returns one number"):
        record(lambda x: [x, x], 1.0).hessian(1.0)


@pytest.mark.parametrize("argnums", [(0, 1), [0, 1], ()])
def test_a_hessian_product_is_in_one_argument(argnums):
    """The vector has the shape of one argument: several are refused, however the product is asked for."""
    program = record(lambda x, y: x * x * y, 1.0, 2.0)
    said = "a Hessian times a vector is in one argument"
    with pytest.raises(TypeError, match=said):
        program.hvp(1.0, 2.0, 1.0, argnums=argnums)
    with pytest.raises(TypeError, match=said):
        program.hvp_program(argnums)
    with pytest.raises(TypeError, match=said):
        program.source("c", derivative="hvp", argnums=argnums)


def test_a_hessian_product_takes_a_list_of_one_position():
    """One position in a list or a tuple gives a tuple of one product."""
    program = record(lambda x, y: x * x * y, 1.0, 2.0)
    assert program.hvp_program([0])(1.0, 2.0, 1.0) == program.hvp_program((0,))(1.0, 2.0, 1.0) == (4.0,)
