"""Laws of structural zeros: what a row did not select gets no δ, whatever was computed there."""

import math

import numpy
import pytest
from hidden_branches import POINTS, defined, masked, near
from hypothesis import given
from hypothesis import strategies as st

from microgrand import (
    DomainError,
    GraphError,
    NonFiniteError,
    Primitive,
    Value,
    clip,
    grad,
    greater,
    hessian,
    jacobian,
    jvp,
    kinks,
    less_equal,
    log,
    maximum,
    minimum,
    record,
    relu,
    sqrt,
    sweep,
    where,
)  # fmt: skip
from microgrand.value_sweeps import differentiable_sweep, tangent_sweep

pytestmark = pytest.mark.filterwarnings("ignore::microgrand.KinkWarning")  # some are drawn where relu has one


@given(masked())
def test_what_is_hidden_changes_no_derivative(functions):
    """Gradient and Hessian of a function that hides a branch are those of the same function with Python's own `if`."""
    by_row, by_if = functions
    for x, y in POINTS:
        if defined(by_row, x, y):
            assert near(grad(by_row, (0, 1))(x, y), grad(by_if, (0, 1))(x, y)), (x, y)
            assert near(hessian(lambda v: by_row(v[0], v[1]))([x, y]), hessian(lambda v: by_if(v[0], v[1]))([x, y])), (
                x,
                y,
            )


@given(masked())
def test_programs_hide_it_too(functions):
    """The same holds in every lane of a program's gradient, Jacobian, Hessian and Hessian product."""
    by_row, by_if = functions
    lanes = numpy.array(POINTS).T
    program = record(lambda v: by_row(v[0], v[1]), [1.0, 0.1])
    single = lambda v: by_if(v[0], v[1])
    slopes = [grad(single)(list(point)) for point in POINTS]
    curvatures = numpy.array([hessian(single)(list(point)) for point in POINTS])
    assert near(numpy.array(program.value_and_grad([*lanes])[1]).T, slopes)
    assert near(numpy.array(program.jacobian([*lanes])).T, slopes)
    assert near(numpy.moveaxis(numpy.array(program.hessian([*lanes])), -1, 0), curvatures)
    assert near(numpy.array(program.hvp([*lanes], [1.0, -2.0])).T, curvatures @ [1.0, -2.0])


@given(masked())
def test_programs_hide_it_on_single_numbers(functions):
    """So it does on single numbers: what `where` does not take may be undefined there, and is no DomainError."""
    by_row, by_if = functions
    program = record(lambda v: by_row(v[0], v[1]), [1.0, 0.1])
    single = lambda v: by_if(v[0], v[1])
    for x, y in POINTS:
        assert near(program([x, y]), by_if(x, y))
        assert near(program.value_and_grad([x, y])[1], grad(single)([x, y]))
        assert near(program.hessian([x, y]), hessian(single)([x, y]))


@given(st.integers(0, 2), st.integers(0, 2), st.floats(-2.0, 2.0))
def test_what_is_needed_is_checked(first, second, x):
    """A step outside its domain is a DomainError where any branch that is taken needs it, or a condition does."""
    steep = lambda x: log(x + 1.0)
    ways = [
        lambda s, x: where(greater(x, 0.0), s, x),
        lambda s, x: s,
        lambda s, x: where(greater(s, 0.0), greater(log(x + 1.0), 1.0), 0.0),
    ]
    program = record(lambda x: ways[first](steep(x), x) + ways[second](steep(x), x), 1.0)
    if x > -1.0 or first == second == 0:
        assert math.isfinite(program(x))
    elif x < -1.0:
        with pytest.raises(DomainError, match=r"log is defined on \(0, ∞\); got -.*, in step z\d+ = log"):
            program(x)


def test_machine_code_hides_it_too():
    """Compiled programs answer where the hidden branch is undefined, and refuse what is needed."""
    compiled = record(lambda x: where(greater(x, 0.0), sqrt(x), 2.0 * x), 1.0).compiled()
    assert (compiled(4.0), compiled(-3.0)) == ((2.0, 0.25), (-6.0, 2.0))
    with pytest.raises(DomainError, match="log is defined"):
        record(lambda x: where(greater(x, 0.0), sqrt(x), log(1.0 + x)), 1.0).compiled()(-3.0)


@given(masked())
def test_a_recorded_gradient_hides_it_too(functions):
    """A gradient taken inside what is recorded holds in other lanes than that of the recording."""
    by_row, by_if = functions
    program = record(lambda x, y: grad(by_row, (0, 1))(x, y), 1.0, 0.1)
    lanes = numpy.array(POINTS).T
    assert near(numpy.array(program(*lanes)).T, [grad(by_if, (0, 1))(*point) for point in POINTS])


@given(masked())
def test_no_sweep_differs(functions):
    """The sweeps of numbers and of Values, backward and forward, agree on what is hidden."""
    by_row, by_if = functions
    for x, y in POINTS:
        if defined(by_row, x, y):
            inputs = [Value(x), Value(y)]
            root = by_row(*inputs)
            expected = grad(by_if, (0, 1))(x, y)
            assert near([sweep(root).get(leaf) for leaf in inputs], expected)
            assert near([getattr(each, "data", each) for each in differentiable_sweep(root, inputs)], expected)
            assert near([tangent_sweep([root], [leaf], [1.0])[0] for leaf in inputs], expected)
            forward = [tangent_sweep([root], [leaf], [1.0], differentiable=True)[0] for leaf in inputs]
            assert near([getattr(each, "data", each) for each in forward], expected)


@pytest.mark.parametrize("row", ["maximum", "minimum", "clip", "relu"])
def test_operands_that_lose_get_nothing(row):
    """An infinite slope below an operand that was not chosen does no harm: of maximum, minimum, clip and relu."""
    steep = lambda x: -sqrt(x)
    f = {
        "maximum": lambda x: maximum(1.0 + x, steep(x)),
        "minimum": lambda x: minimum(x - 1.0, sqrt(x)),
        "clip": lambda x: clip(steep(x), 1.0 + x, 2.0),
        "relu": lambda x: relu(steep(x) - 1.0) + x,
    }[row]
    assert grad(f)(0.0) == 1.0
    assert record(f, 1.0).value_and_grad(numpy.array([0.0]))[1].tolist() == [1.0]


def test_a_zero_that_is_a_number_stays_one():
    """√x·√x at 0 is 0·∞: it is told, and no 0 is made of it; so is 0·√x."""
    for f in (lambda x: sqrt(x) * sqrt(x), lambda x: 0.0 * sqrt(x)):
        with pytest.raises(NonFiniteError):
            grad(f)(0.0)
        for zero in (0.0, numpy.array([0.0])):
            with pytest.raises(NonFiniteError, match="allow_nonfinite=True lets it through"):
                record(f, 1.0).value_and_grad(zero)


def test_an_overflow_that_goes_nowhere_is_not_told():
    """δ of maximum(1e-200, x) overflows at x = 0, where no δ flows on to x: its derivative is 0."""
    f = lambda x: log(1.0 / maximum(1e-200, x))
    assert (grad(f)(0.0), grad(f)(2.0)) == (0.0, -0.5)
    assert record(f, 1.0).value_and_grad(numpy.array([0.0, 2.0]))[1].tolist() == [0.0, -0.5]


def test_rows_of_ones_own_select_whatever_their_slopes_are():
    """Slopes of either sign, and tiny ones, count as selected: two ways to a node never cancel to none."""
    taken = Primitive(
        "taken_with_any_slope", lambda x, y: -1e-200 * x * (x > 0.0) - y * (x <= 0.0),
        (lambda z, x, y: -1e-200 * greater(x, 0.0), lambda z, x, y: -1.0 * less_equal(x, 0.0)), selects=True,
    )  # fmt: skip
    minus = Primitive(
        "minus_where_positive", lambda x: -x * (x > 0.0), lambda z, x: -1.0 * greater(x, 0.0), selects=True
    )
    both = lambda root: minus(root) + relu(root) * 3.0
    for f in (lambda x: both(sqrt(x)), lambda x: taken(taken(sqrt(x), 0.0), 1.0) * 1e300):
        lanes = record(f, 4.0).value_and_grad(numpy.array([4.0, 1.0]))[1]
        assert lanes.tolist() == pytest.approx([grad(f)(4.0), grad(f)(1.0)], rel=1e-12)


def test_rows_that_select_may_be_hidden_themselves():
    """The shares of a maximum or minimum of what is not defined are hidden with it, in gradients and Hessians."""
    for hidden, f in (
        (0.0, lambda x: where(greater(x, 0.0), maximum(sqrt(x), 0.1), 0.0)),
        (1.0, lambda x: where(greater(x, 0.0), minimum(log(x), 9.0) * x, x)),
    ):
        program, lanes = record(f, 1.0), numpy.array([4.0, -4.0])
        assert program.value_and_grad(lanes)[1].tolist() == pytest.approx([grad(f)(4.0), hidden])
        assert program.hessian(lanes)[1] == 0.0


STALE = {
    "jvp": lambda y: jvp(lambda x: x * y, (1.0,), (1.0,)),
    "a gradient in a Value": lambda y: grad(lambda x: x * x * y)(Value(3.0)),
    "a gradient in a number": lambda y: grad(lambda x: x * y)(3.0),
    "a Jacobian in Values": lambda y: jacobian(lambda x: [x[0] * y])([Value(3.0)]),
    "kinks": kinks,
}


@pytest.mark.parametrize("ask", STALE)
def test_stale_values_from_outside_are_refused(ask):
    """Whatever differentiates a function that uses a Value from outside refuses it where it is stale."""
    x = Value(2.0, name="x")
    y = x * x
    x.data = 3.0
    with pytest.raises(GraphError, match=r"the graph is stale: x was set to 3\.0"):
        STALE[ask](y)
