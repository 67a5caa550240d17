"""Where a value is too large for a float its slopes may be none: each that is a float is as exact as elsewhere."""

import math

import pytest

from benchmarks.accuracy import ulps
from benchmarks.points import differentiable, draw
from benchmarks.reference import exact, measure
from microgrand import TABLE, Value, hypot, norm

FARTHEST = (1.79e308, -1.79e308, 5e-324, -5e-324)  # where an operand may be when a value is infinite
# Rows whose value overflows somewhere, as far as one operand alone can make it.
OVERFLOWING = {
    "mul", "div", "quotient", "lgamma", "digamma", "polygamma", "gamma", "polygamma_rise", "beta", "beta_derivative",
    "pow", "power_term", "square", "reciprocal", "exp", "expm1", "exp2", "xlogy", "degrees", "sinh", "cosh",
    "log_normal_cdf", "dot", "prod", "leaky_relu", "floordiv",
}  # fmt: skip


def overflows(row, xs):
    """Whether the value at operands inside the domain is infinite."""
    return row.allows(*xs) and math.isinf(row.evaluate(xs, xs))


def first_overflow(row, xs, k, end):
    """The operands with the k-th moved towards `end`, as far as needed for the value to overflow."""
    near, far = xs[k], end
    while (middle := near / 2 + far / 2) not in (near, far):
        if overflows(row, [*xs[:k], middle, *xs[k + 1 :]]):
            far = middle
        else:
            near = middle
    return [*xs[:k], far, *xs[k + 1 :]]


def just_beyond(row):
    """Operands at which the value has just overflown, and the count of those that have partials."""
    for xs in draw(row, 12, seed=3):
        own = differentiable(row, xs)
        for k, end in [(k, end) for k in range(own) for end in FARTHEST]:
            if not overflows(row, xs) and overflows(row, [*xs[:k], end, *xs[k + 1 :]]):
                found = first_overflow(row, xs, k, end)
                for ys in (found, [*xs[:k], found[k] * (1.0 + 1e-9), *xs[k + 1 :]]):
                    if overflows(row, ys) and math.isfinite(ys[k]):
                        yield ys, own


@pytest.mark.parametrize("name", TABLE)
def test_slopes_outlive_their_value(name):
    """Just beyond the operands at which a value overflows, the partials that are floats are as exact as declared."""
    row, wrong, looked = TABLE[name], [], 0
    for xs, own in just_beyond(row):
        leaves = [*[Value(x) for x in xs[:own]], *xs[own:]]
        found = row.slopes(row.evaluate(xs, leaves), xs, leaves)
        for slope, right in zip(found[:own], exact(row, xs, own)[1], strict=True):
            if not hasattr(right, "imag") or right.imag == 0:
                measured = measure(right.real)
                looked += 1
                if measured.usable and abs(measured.nearest) < 1.79e308 and ulps(float(slope), measured) > 8.0:
                    wrong.append((xs, slope, measured.nearest))
    assert wrong == []
    assert (looked > 0) >= (name in OVERFLOWING)


def test_a_norm_that_overflows_has_slopes():
    """hypot(1.7e308, 1.7e308) is infinite, and its slopes are √½ each."""
    for node in (hypot(Value(1.7e308), Value(-1.7e308)), norm([Value(1.7e308), Value(-1.7e308)])):
        assert node.data == math.inf
        assert node.partials == pytest.approx((math.sqrt(0.5), -math.sqrt(0.5)), rel=1e-15)
