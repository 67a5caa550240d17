"""A gradient of many inputs: right ones agree, and a wrong component is found, however many there are."""

import math
import tracemalloc

import pytest
from corpus.cases import opaque
from hypothesis import given
from hypothesis import strategies as st

from microgrand.testing import Verdict, check_gradient
from microgrand.testing.checking import FEW_INPUTS


def value(w):
    """log Σ eˣ + Σ x²/2 over the inputs."""
    return math.log(sum([math.exp(x) for x in w])) + sum([x * x for x in w]) / 2


def gradient(w):
    total = sum([math.exp(x) for x in w])
    return [math.exp(x) / total + x for x in w]


POINTS = st.lists(st.floats(-3.0, 3.0), min_size=FEW_INPUTS + 1, max_size=40)
WAYS = pytest.mark.parametrize("f", [value, opaque(value)], ids=["formula", "floats"])


@WAYS
@given(POINTS)
def test_a_right_gradient_of_many_inputs_agrees(f, w):
    """Along random directions nothing is wrong with it, whatever the sizes of its components."""
    report = check_gradient(f, gradient=gradient, at=(w,))
    assert (report.verdict, len(report.findings)) == (Verdict.AGREE, 3)


@WAYS
@given(POINTS, st.data())
def test_a_wrong_component_is_found(f, w, data):
    """One component that is off by a hundredth of its size and of 1 is named, and nothing else."""
    k = data.draw(st.integers(0, len(w) - 1))

    def wrong(w):
        given = gradient(w)
        given[k] += 0.01 * (1.0 + abs(given[k]))
        return given

    report = check_gradient(f, gradient=wrong, at=(w,))
    assert [finding.what for finding in report.findings] == [f"∂f/∂w[{k}]"]


@given(POINTS, st.data())
def test_of_several_wrong_components_one_is_found(w, data):
    """Where several are wrong one of them is named."""
    ks = data.draw(st.sets(st.integers(0, len(w) - 1), min_size=2, max_size=8))

    def wrong(w):
        return [x + 1.0 + k if k in ks else x for k, x in enumerate(gradient(w))]

    report = check_gradient(value, gradient=wrong, at=(w,))
    assert report.verdict is Verdict.DISAGREE
    assert {finding.what for finding in report.findings} <= {f"∂f/∂w[{k}]" for k in ks}


def test_a_component_that_is_missing_is_told():
    """None among many numbers is wrong, and named."""
    report = check_gradient(value, gradient=lambda w: [*gradient(w)[:-1], None], at=([0.1] * 50,))
    assert (report.verdict, report.findings[0].what) == (Verdict.DISAGREE, "∂f/∂w[49]")


def test_kinks_in_many_inputs_agree_with_any_slope_between():
    """Σ|x| at 0 has in each input the slopes from -1 to 1."""
    slopes = [math.sin(k) for k in range(50)]
    f = lambda w: sum([abs(x) for x in w])
    assert check_gradient(f, gradient=lambda w: slopes, at=([0.0] * 50,)).verdict is not Verdict.DISAGREE
    assert check_gradient(f, gradient=lambda w: [3.0] * 50, at=([0.0] * 50,)).verdict is Verdict.DISAGREE


@pytest.mark.thorough
def test_memory_grows_with_the_number_of_inputs_only():
    """A check of 2,000 inputs remembers less than 100 numbers for each of them."""
    w = [math.sin(k) for k in range(2000)]
    tracemalloc.start()
    check_gradient(opaque(value), gradient=gradient, at=(w,))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2000 * 100 * 32 + 20e6


def test_at_the_ends_of_a_domain_directions_lead_inside():
    """At a corner of the domain a right gradient of many inputs agrees, and a wrong one does not."""
    at = ([3.0] * 20 + [-3.0] * 20,)
    f = lambda w: sum([x * x for x in w])
    assert check_gradient(f, gradient=lambda w: [2 * x for x in w], at=at, domain=(-3, 3)).verdict is Verdict.AGREE
    assert check_gradient(f, gradient=lambda w: [-2 * x for x in w], at=at, domain=(-3, 3)).verdict is Verdict.DISAGREE


def test_infinite_slopes_among_many_are_looked_at_one_by_one():
    """1/x of a subnormal number is infinite, and so is the derivative of its logarithm."""
    at = ([5e-324, 1.0] * 20,)
    report = check_gradient(lambda w: sum(map(math.log, w)), gradient=lambda w: [math.inf, 1.0] * 20, at=at)
    assert report.verdict is Verdict.AGREE
