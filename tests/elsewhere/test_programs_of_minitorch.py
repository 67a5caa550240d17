"""Programs as people write them in minitorch's course on scalars run on microgrand, under minitorch's names."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from minitorch_shim import (
    Context,
    Scalar,
    ScalarFunction,
    ScalarHistory,
    central_difference,
    derivative_check,
    operators,
)

numbers = st.floats(-3.0, 3.0)
FUNCTIONS = {
    "a line": lambda x, y: 3 * x - y / 4 + 1,
    "a quotient": lambda x, y: x / (y + 5.0),
    "numbers on the left": lambda x, y: 2.0 / (x + 4.0) + (1.0 - y),
    "a neuron": lambda x, y: (x * 0.5 + y * -1.5 + 0.25).sigmoid(),
    "a hidden layer": lambda x, y: ((x * y + 1).relu() * 2 + (y - x).relu()).relu(),
    "a cost": lambda x, y: -((x * y).sigmoid() + 1e-3).log(),
    "a bell": lambda x, y: (-(x * x) - y * y).exp(),
    "a choice": lambda x, y: (x < y) * x + (x > y) * y,
    "the same twice": lambda x, y: x * x * y + x,
}


class Product(ScalarFunction):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, d_output):
        x, y = ctx.saved_values
        return d_output * y, d_output * x


class Tripled(ScalarFunction):
    @staticmethod
    def forward(ctx, x):
        return 3 * x

    @staticmethod
    def backward(ctx, d_output):
        return (2 * d_output,)  # wrong, on purpose


def along_all_paths(scalar, d_output, leaf):
    """The derivative as the course computes it: the chain rule again and again, down to the leaf."""
    return math.fsum(
        [slope if x.node is leaf.node else along_all_paths(x, slope, leaf) for x, slope in scalar.chain_rule(d_output)]
    )


@pytest.mark.parametrize("name", FUNCTIONS)
@given(x=numbers, y=numbers)
def test_a_function_of_scalars_has_its_derivative(name, x, y):
    """`derivative_check` agrees, and `backward` gives what the chain rule gives along all paths."""
    assume(x != y)  # where a choice leaps
    a, b = Scalar(x), Scalar(y)
    derivative_check(FUNCTIONS[name], a, b)
    z = FUNCTIONS[name](a, b)
    z.backward(d_output=5)
    for leaf in (a, b):
        assert leaf.derivative == pytest.approx(along_all_paths(z, 5, leaf), rel=1e-12, abs=1e-300)


@given(x=numbers, y=numbers, d=numbers)
def test_a_function_of_ones_own_has_the_derivative_that_it_declares(x, y, d):
    """`apply` takes Scalars and numbers; the derivative is what `backward` says, and not what `forward` computes."""
    a, b = Scalar(x), Scalar(y)
    z = Product.apply(Product.apply(a, 2), b)
    z.backward(d)
    assert z.data == x * 2 * y
    assert (a.derivative, b.derivative) == pytest.approx((d * 2 * y, d * 2 * x), rel=1e-15)
    Tripled.apply(a).backward(d)
    assert a.derivative == 2 * d


def test_a_wrong_backward_is_found():
    """`derivative_check` fails where `backward` is not the derivative of `forward`."""
    derivative_check(Product.apply, Scalar(2.0), Scalar(3.0))
    with pytest.raises(AssertionError, match="disagree"):
        derivative_check(Tripled.apply, Scalar(2.0))


@given(x=numbers, y=numbers)
def test_a_scalar_is_made_of_its_history(x, y):
    """A history of a function and its inputs gives the Scalar that `apply` gives; one without a function, a leaf."""
    made = Scalar(0.0, ScalarHistory(Product, ctx=Context(), inputs=[Scalar(x), Scalar(y)]))
    assert made.data == x * y
    assert [slope for _, slope in made.chain_rule(d_output=1.0)] == [y, x]
    assert Scalar(x, ScalarHistory(), name="x").chain_rule(1.0) == []


@given(x=numbers, y=numbers)
def test_comparisons_are_scalars_without_a_slope(x, y):
    """<, > and == give 1.0 or 0.0, and no derivative flows through them."""
    a, b = Scalar(x), Scalar(y)
    for found, expected in (((a < b), x < y), ((a > b), x > y), ((a == b), x == y)):
        assert found.data == float(expected)
        found.backward()
        assert (a.derivative, b.derivative) == (0.0, 0.0)


@given(x=st.floats(0.1, 5.0), d=numbers)
def test_operators_are_functions_of_floats_with_their_slopes(x, d):
    """Each `…_back` is d times the slope, and the central difference gives that slope."""
    for name, slope in (("log", 1.0 / x), ("inv", -1.0 / x**2), ("relu", 1.0)):
        assert getattr(operators, f"{name}_back")(x, d) == pytest.approx(d * slope, rel=1e-12)
        assert central_difference(getattr(operators, name), x) == pytest.approx(slope, rel=1e-6)
    assert central_difference(operators.mul, x, d, arg=1) == pytest.approx(x, rel=1e-6)
    assert operators.relu_back(-x, d) == 0.0


@given(xs=st.lists(numbers, max_size=5))
def test_operators_on_lists(xs):
    """`addLists`, `negList`, `sum` and `prod` do what their names say, of an empty list too."""
    assert operators.addLists(xs, operators.negList(xs)) == [0.0] * len(xs)
    assert operators.sum(xs) == pytest.approx(sum(xs), abs=1e-12)
    assert operators.prod([1.0, *xs]) == pytest.approx(math.prod(xs), rel=1e-12, abs=1e-300)
