"""Laws of `estimate`: the derivative is as close as its error says, in the structure of a gradient or a Hessian."""

import math
import random

import numpy
import pytest
from corpus.cases import opaque
from hypothesis import assume, given, settings

import microgrand as mg
from microgrand.testing import Estimate, estimate, expressions

TRUE_TO_THEMSELVES = [row for row in mg.TABLE.values() if row.partial_scale is None]

# f, its first and second derivative, and a point.
FUNCTIONS = {
    "sine": (math.sin, math.cos, lambda x: -math.sin(x), 1.0),
    "power": (lambda x: x**5, lambda x: 5 * x**4, lambda x: 20 * x**3, -1.5),
    "logarithm": (math.log, lambda x: 1 / x, lambda x: -1 / x**2, 3e-5),
    "exponential": (math.exp, math.exp, math.exp, -20.0),
    "straight line": (lambda x: 3 * x - 1, lambda x: 3.0, lambda x: 0.0, 0.3),
}


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_estimates_are_as_close_as_they_say(name, order):
    """By the formula to 15 digits, and of an opaque function by floats to 4 and within the error."""
    f, *derivatives, at = FUNCTIONS[name]
    truth = derivatives[order - 1](at)
    sharp, wide = estimate(f, at=at, order=order), estimate(opaque(f), at=at, order=order)
    assert math.isclose(sharp.value, truth, rel_tol=1e-15)
    assert sharp.method == "60-digit evaluation"
    assert sharp.declined == ""
    assert abs(wide.value - truth) <= wide.error + 1e-15 * abs(truth)
    assert wide.error <= 1e-4 * abs(truth) + 1e-12
    assert wide.declined != ""


@pytest.mark.parametrize("at", [(1.5, 0.3), (-2.0, 40.0), (0.0, 1.0), (1e-3, 7.0)], ids=str)
def test_mixed_second_derivatives_are_as_close_as_they_say(at):
    """By floats, from the curvatures along two diagonals, in proportion to inputs of different sizes."""

    def f(x, y):
        return math.sin(x * y) + x * x * y

    x, y = at
    truth = math.cos(x * y) - x * y * math.sin(x * y) + 2 * x
    found = estimate(opaque(f), at=at, order=2)
    assert found.value[0][1] == found.value[1][0]
    assert abs(found.value[0][1] - truth) <= found.error[0][1] < 1e-3 * max(1.0, abs(truth))


@settings(max_examples=25)
@given(expressions(inputs=2, primitives=TRUE_TO_THEMSELVES, max_nodes=7))
def test_estimates_of_graphs_have_errors_that_hold(expression):
    """Of a random graph the floats' estimate is off from that by many digits by no more than both errors."""
    sharp, wide = (estimate(f, at=expression.inputs) for f in (expression, opaque(expression)))
    pairs = list(zip(sharp.items.values(), wide.items.values(), strict=True))
    assume(all(math.isfinite(one.value) and one.left is None and other.left is None for one, other in pairs))
    assume(all(1e-8 < abs(x) < 1e8 for x in expression.inputs))
    gaps = [abs(one.value - other.value) - one.error - other.error - 1e-15 * abs(one.value) for one, other in pairs]
    assert [gap for gap in gaps if gap > 0.0] == []


def test_several_inputs_and_outputs_are_structured_as_gradients_are():
    """A gradient has the shape of its argument, or is the tuple of them; there is one for each output, or input."""
    array, table = numpy.array([1.0, 2.0]), {"a": 1.0, "b": [2.0]}
    assert estimate(lambda x, y: x * y**2, at=(3.0, 2.0)).value == (4.0, 12.0)
    assert estimate(lambda x, y: x * y**2, at=(3.0, 2.0), order=2).value == ((0.0, 4.0), (4.0, 6.0))
    assert estimate(lambda x: [x**2, x**3], at=2.0).value == [4.0, 12.0]
    assert estimate(lambda p: p["a"] ** 2 * p["b"][0], at=table).value == {"a": 4.0, "b": [1.0]}
    assert numpy.array_equal(estimate(lambda x: x * x[0], at=array).value, [[2.0, 0.0], [2.0, 1.0]])
    assert numpy.array_equal(estimate(lambda x: x[0] ** 2 * x[1], at=array, order=2).value, [[4.0, 2.0], [2.0, 0.0]])


def test_estimates_agree_with_the_derivatives_of_the_package():
    """Gradients, Jacobians and Hessians of microgrand's come in the same structure, and with the same numbers."""

    def f(x, y):
        return mg.sin(x[0] * y) * x[1]

    at = ([0.5, 2.0], 3.0)
    gradient, hessian = estimate(f, at=at).value, estimate(f, at=at, order=2).value
    assert mg.nested.flat(gradient) == pytest.approx(mg.nested.flat(mg.grad(f, (0, 1))(*at)))
    assert mg.nested.flat(hessian) == pytest.approx(mg.nested.flat(mg.hessian(f, (0, 1))(*at)))


def test_a_table_names_each_derivative_with_its_error():
    """Printed, several come as a table, and why no better method told one stands below it."""
    found = estimate(opaque(lambda x, y: x * y), at=(3.0, 2.0))
    first, *_, last = str(found).splitlines()
    assert first.split() == ["derivative", "at", "estimate", "±", "error", "by"]
    assert last.startswith("∂f/∂y: ")
    assert len(str(found).splitlines()) == 5
    assert repr(found) == "<Estimates: 2 derivatives; print(…) writes the table>"
    assert [type(item) for item in found.items.values()] == [Estimate, Estimate]


def test_a_kink_has_a_derivative_on_each_side():
    """At a kink both one-sided derivatives are told, of first order at a bend of f and of second at a bend of f′."""
    for f in (abs, opaque(abs)):
        found = estimate(f, at=0.0)
        assert (found.left, found.right) == pytest.approx((-1.0, 1.0))
        assert "on the left" in str(found)
    for f in (lambda x: x * abs(x), opaque(lambda x: x * abs(x))):
        found = estimate(f, at=0.0, order=2)
        assert (found.left, found.right) == pytest.approx((-2.0, 2.0))
    assert str(estimate(abs, at=0.0, order=2)) == "not to be told: f has a kink here, and no second derivative"


def test_a_function_that_moves_in_steps_is_estimated_over_them():
    """The formula of a rounded function is flat: differences over many steps tell its slope, and not sharply."""
    found = estimate(lambda x: round(math.tanh(x), 4), at=0.5)
    assert abs(found.value - (1 - math.tanh(0.5) ** 2)) <= found.error < 0.1
    assert found.declined == "f leaps close by: it rounds, or goes another way"


def test_a_function_is_called_inside_its_domain_alone():
    """At an end of the domain the derivative is that from inside."""
    seen = []

    @opaque
    def f(x):
        seen.append(x)
        return x**1.5 if x >= 0.0 else 1 / 0

    found = estimate(f, at=1.0, domain=(1.0, 2.0)), estimate(f, at=1.0, order=2, domain=(1.0, 2.0))
    assert [abs(each.value - truth) <= each.error for each, truth in zip(found, (1.5, 0.75), strict=True)] == [
        True,
        True,
    ]
    assert min([x.real for x in seen]) == 1.0  # also of a complex step


def test_where_there_is_nothing_to_estimate_one_sentence_says_so():
    """No value, a value that changes, and another order raise ValueError."""
    with pytest.raises(ValueError, match=r"^there is nothing to estimate at -1.0: f raised ValueError: "):
        estimate(math.log, at=-1.0)
    with pytest.raises(ValueError, match=r"^there is nothing to estimate at 1.0: noise: f gives another value"):
        estimate(lambda x: x + random.random(), at=1.0)
    with pytest.raises(ValueError, match=r"^order is 1 or 2; got 3$"):
        estimate(math.sin, at=1.0, order=3)
