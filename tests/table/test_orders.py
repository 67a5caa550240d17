"""Second and third derivatives are as exact as first ones, at every row and over its whole domain."""

import math
from itertools import islice

import pytest
from hypothesis import settings

from benchmarks.orders import EPS, LIMIT, OF_GAMMA, derivatives, over_the_limit, points, right_by_differences
from benchmarks.points import differentiable, draw
from microgrand import TABLE, acos, asin, atanh, beta, gelu, grad, hessian, hypot, jvp, norm, softmax

SEED = 20261130
ROWS = pytest.mark.parametrize("row", TABLE.values(), ids=list(TABLE))
LINEAR = {  # every second derivative is 0
    "identity", "neg", "add", "sub", "degrees", "radians", "relu", "abs", "sign", "floor", "ceil", "trunc", "floordiv",
    "mod", "maximum", "minimum", "clip", "where", "sum", "mean", "mul", "square", "dot", "one_minus_square",
    "greater", "greater_equal", "less", "less_equal", "equal", "not_equal",
}  # fmt: skip


def found_at_points(row, most):
    """Derivatives at points over the whole domain: the fewer, the more there are at each."""
    drawn = [xs for xs in points(row, 4 * most, SEED) if not row.signature.lists or len(xs) <= 6]
    share = {1: 2, 2: 4}.get(differentiable(row, drawn[0]) if not row.signature.lists else 3, 10)
    at_points = ([each for order in (2, 3) for each in derivatives(row, xs, order)] for xs in drawn)
    chosen = islice(filter(None, at_points), (most - 8) // share // (4 if row.name in OF_GAMMA else 1))
    return [each for found in chosen for each in found]


def points_of(row):
    """At how many points: at one in the fast profile."""
    return 1 if settings.default.max_examples <= 40 else 2 if row.name in OF_GAMMA else 3


def distance_from_one(xs):
    return max([abs(math.log(abs(x))) for x in xs if x != 0.0], default=math.inf)


@ROWS
def test_second_and_third_derivatives_keep_their_digits(row):
    """Mixed ones too, and of the rows that stand in derivatives only: each is within 64 eps of |d| + Σ|xᵢ·∂d/∂xᵢ|,
    what one rounding of each operand costs. Left out are kinks, and derivatives that are no normal float.
    """
    found = found_at_points(row, settings.default.max_examples)
    assert bool(found) == (row.name not in LINEAR)
    assert over_the_limit(found) == []


@pytest.mark.parametrize("row", [row for row in TABLE.values() if row.name not in LINEAR], ids=lambda row: row.name)
def test_they_are_the_derivatives_of_the_value(row):
    """The graph of nested sweeps, evaluated in many digits, is what differences of the row's value alone give; its
    program, replayed on floats and printed as Python, is as exact as the sweep itself.
    """
    drawn = sorted(
        [
            xs
            for xs in draw(row, 400, SEED + 1)
            if 2 <= len(xs) - len(row.signature.indices) <= 4 or not row.signature.lists
        ],
        key=distance_from_one,
    )
    at_points = (
        [each for order in (2, 3) for each in list(derivatives(row, xs, order))[:3]]
        for xs in islice(drawn, 20, None, 20)
    )
    found = [each for there in islice(filter(None, at_points), points_of(row)) for each in there]
    assert found
    for each in found:
        right = right_by_differences(row, each.right)
        assert abs(each.right.value - right) <= 4.0 * EPS * each.right.scale, str(each)
        inputs = each.expression.inputs
        printed = {}
        exec(each.expression.source("python"), printed)
        for again in (each.expression(*inputs), printed["f"](*inputs)):
            assert each.right.error(again) <= LIMIT, str(each)


@pytest.mark.parametrize("x", [1e-300, 1e-17, 1e-12, 1e-6, 0.3])
def test_slopes_near_0_are_those_of_the_series(x):
    """Of asin, acos, atanh and gelu, whose partials are even there: two terms of a difference that are nearly equal."""
    rest = 1.0 + 1.5 * x * x + 1.875 * x**4 + 2.1875 * x**6 if x < 0.01 else (1.0 - x * x) ** -1.5
    assert grad(grad(asin))(x) == pytest.approx(x * rest, rel=1e-14)
    assert grad(grad(acos))(x) == pytest.approx(-x * rest, rel=1e-14)
    assert grad(grad(atanh))(x) == pytest.approx(2.0 * x / (1.0 - x * x) ** 2, rel=1e-14)
    third = (x**3 - 4.0 * x) * math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
    assert grad(grad(grad(gelu)))(x) == pytest.approx(third, rel=1e-13)


@pytest.mark.parametrize("ratio", [1e-150, 1e-9, 1e-3, 1.0])
def test_a_norm_bends_as_much_as_its_other_operands_are_long(ratio):
    """∂²√(x² + y²)/∂y² = x²/√(x² + y²)³, by grad of grad, by hessian, forwards over reverse, of either operand."""
    right = ratio**2 / (1.0 + ratio**2) ** 1.5
    assert grad(grad(hypot, 1), 1)(ratio, 1.0) == pytest.approx(right, rel=1e-14)
    assert grad(grad(hypot))(1.0, ratio) == pytest.approx(right, rel=1e-14)
    assert hessian(norm)([1.0, ratio])[0][0] == pytest.approx(right, rel=1e-14)
    assert jvp(grad(hypot), (1.0, ratio), (1.0, 0.0))[1] == pytest.approx(right, rel=1e-14)


def test_nearly_equal_shares_keep_their_bend():
    """∂²p/∂x² of the softmax of (x, y) is p(1 - p)(1 - 2p), which is -(x - y)/8 near x = y; of three nearly equal
    operands, 1 - 3p is what is left.
    """
    assert grad(grad(lambda x: softmax([x, 1e-30], 0)))(3e-30) == pytest.approx(-0.25e-30, rel=1e-14)
    mixed = grad(grad(grad(lambda x, y, z: softmax([x, y, z], 2), 0), 1), 0)(4e-30, 1e-30, 1e-30)
    assert mixed == pytest.approx(2.0 / 27.0 * -2e-30, rel=1e-13)


def test_mixed_derivatives_of_beta_keep_their_digits_near_its_poles():
    """∂²B/∂x∂y at 0 is 2ζ(3), though B is 1/x + 1/y there, and each term of the product rule some 10⁶⁰."""
    assert jvp(lambda y: grad(beta)(1e-20, y), (1e-20,), (1.0,))[1] == pytest.approx(2.4041138063191885, rel=1e-14)
