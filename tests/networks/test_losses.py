"""Laws of the costs: they are what their formulas say, stable for any z, and their gradients are right."""

import math

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgrand import (
    BinaryCrossEntropy,
    Hinge,
    Linear,
    LogSoftmax,
    NegativeLogLikelihood,
    Sequential,
    SquaredError,
    Value,
    grad,
    l1_penalty,
    l2_penalty,
)
from microgrand.networks.losses import Cost
from microgrand.testing import check_gradient


def exact_cross_entropy(z, y):
    z, y = mpmath.mpf(z), mpmath.mpf(y)
    return y * mpmath.log1p(mpmath.exp(-z)) + (1 - y) * mpmath.log1p(mpmath.exp(z))


def exact_cross_entropy_slope(z, y):
    return 1 / (1 + mpmath.exp(-mpmath.mpf(z))) - mpmath.mpf(y)


LOGITS = st.floats(-1e4, 1e4) | st.sampled_from([0.0, -0.0, 1e4, -1e4, 40.0, -40.0, 1e300, -1e300])
SHARES = st.sampled_from([0.0, 1.0, 0.5]) | st.floats(0, 1)


@given(LOGITS, SHARES)
def test_binary_cross_entropy_is_exact(z, y):
    """BinaryCrossEntropy is within 1e-14 of its formula in arithmetic of 50 digits, its slope within 1e-14 of its
    terms, for logits of any size: where y is 0 or 1 nothing cancels, and the slope too keeps every digit.
    """
    logit = Value(z)
    cost = BinaryCrossEntropy()([logit], y)
    cost.backward()
    with mpmath.workdps(50):
        expected, slope = exact_cross_entropy(z, y), exact_cross_entropy_slope(z, y)
        assert abs(cost.data - expected) <= 1e-14 * abs(expected) + 1e-307
        largest = abs(slope) if y in (0.0, 1.0) else max(y, 1 - y)
        assert abs(logit.grad - slope) <= 1e-14 * largest + 1e-307


@given(st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=5), st.data())
def test_log_softmax_and_likelihood_are_stable(z, data):
    """-log softmax(z)ᵧ is within 1e-13 of the exact number for logits of ±1e4, and δ² = softmax(z) - I(y)."""
    y = data.draw(st.integers(0, len(z) - 1))
    logits = [Value(zk) for zk in z]
    cost = Sequential(LogSoftmax(), NegativeLogLikelihood())(logits, y)
    cost.backward()
    with mpmath.workdps(50):
        weights = [mpmath.exp(mpmath.mpf(zk) - mpmath.mpf(max(z))) for zk in z]
        expected = mpmath.log(mpmath.fsum(weights)) + mpmath.mpf(max(z)) - mpmath.mpf(z[y])
        assert abs(cost.data - expected) <= 1e-13 * max(1, abs(expected))
        for k, logit in enumerate(logits):
            assert abs(logit.grad - (weights[k] / mpmath.fsum(weights) - (k == y))) <= 1e-13


COSTS = {
    "binary cross-entropy": (BinaryCrossEntropy(), [0.5, -2.0, 3.0], [1, 0, 0.25]),
    "hinge": (Hinge(), [0.5, -2.0, 0.25], [1, 1, -1]),
    "squared error": (SquaredError(), [0.5, -2.0, 3.0], [1.0, 0.0, 4.0]),
    "negative log-likelihood": (NegativeLogLikelihood(), [-0.5, -2.0, -3.0], 1),
}


@pytest.mark.parametrize("name", COSTS)
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_gradients_of_costs(name, scale):
    """The gradient of every cost is what differences of its values show, for logits of ±1e4 as well."""
    cost, z, y = COSTS[name]
    at = [scale * zk for zk in z]
    slopes = grad(lambda z: cost(z, y))
    report = check_gradient(lambda z: cost(z, y), gradient=slopes, at=(at,))
    assert report.verdict == "agree", report


@pytest.mark.parametrize("name", COSTS)
def test_costs_of_numbers_are_numbers(name):
    """On plain numbers a cost gives the number that it gives on Values, and a vector of one takes a bare target."""
    cost, z, y = COSTS[name]
    assert cost(z, y) == cost([Value(zk) for zk in z], y).data
    if name != "negative log-likelihood":
        assert cost(z[:1], y[0]) == cost(z[:1], y[:1])


def test_formulas():
    """Hinge, squared error and penalties are their textbook formulas."""
    assert Hinge()([0.5, -2.0], [1, -1]) == 0.5
    assert Hinge()([3.0], 1) == 0.0
    assert SquaredError()([1.0, 2.0], [0.0, 4.0]) == 5.0
    theta = [Value(3.0), Value(-4.0)]
    assert (l1_penalty(theta).data, l2_penalty(theta).data) == (7.0, 12.5)
    l2_penalty(theta).backward()
    assert [t.grad for t in theta] == [3.0, -4.0]
    assert BinaryCrossEntropy()([math.inf], 1) == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Hinge()([1.0], 0), "the targets y are -1 or 1; got 0"),
        (lambda: BinaryCrossEntropy()([1.0], 2), "the targets y are numbers from 0 to 1; got 2"),
        (lambda: BinaryCrossEntropy()([1.0], math.nan), "from 0 to 1; got nan"),
        (lambda: SquaredError()([1.0, 2.0], [1.0]), r"as many as the outputs, 2; got \[1.0\]"),
        (lambda: SquaredError()([1.0, 2.0], 1.0), "as many as the outputs, 2; got 1.0"),
        (lambda: NegativeLogLikelihood()([-1.0, -2.0], 2), "a whole number from 0 to 1; got 2"),
        (lambda: Sequential(Hinge(), Linear(1, 1)), "a cost comes last: Hinge"),
    ],
)
def test_wrong_targets_are_refused(call, message):
    """A target that is none, or too few or too many of them: a ValueError that states the rule and the target."""
    with pytest.raises(ValueError, match=message):
        call()


def test_a_cost_of_ones_own_need_not_give_numbers_for_its_target():
    """A cost that says nothing about targets takes them as they are, and is written by its name."""

    class Distance(Cost):
        def forward(self, z, y=None):
            return sum([(zi - y) ** 2 for zi in z])

    assert Distance().target(3.0, 2) is None
    assert Distance()([1.0, 2.0], 3.0) == 5.0
    assert repr(Distance()) == "Distance()"
