"""Laws of second derivatives and of forward mode: the verdicts of `check_gradient(…, order=2)` and `mode="forward"`."""

import itertools
import math

import mpmath
import numpy
import pytest
from corpus.cases import opaque
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import microgrand as mg
from microgrand.testing import GradientMismatch, Verdict, assert_gradient, check_gradient, expressions
from microgrand.testing.differences.curvature import curvature
from microgrand.testing.more_digits.derivatives import Derivative
from microgrand.testing.more_digits.formulas import Line
from microgrand.testing.more_digits.graphs import Graph

TRUE_TO_THEMSELVES = [row for row in mg.TABLE.values() if row.partial_scale is None]

# f, f″ and a point.
TEXTBOOK = {
    "sine": (math.sin, lambda x: -math.sin(x), 1.0),
    "power": (lambda x: x**5, lambda x: 20 * x**3, -1.5),
    "logarithm": (math.log, lambda x: -1 / x**2, 3e-5),
    "tanh": (math.tanh, lambda x: -2 * math.tanh(x) / math.cosh(x) ** 2, 0.7),
    "sigmoid": (lambda x: 1 / (1 + math.exp(-x)), lambda x: -math.tanh(x / 2) / (4 * math.cosh(x / 2) ** 2), 2.0),
    "a cancelling one": (lambda x: (1 - math.cos(x)) / x, lambda x: -x / 4, 1e-9),
    "a straight line": (lambda x: 3 * x - 1, lambda x: 0.0, 0.3),
    "a table of NumPy": (lambda x: float(numpy.exp(-x * x)), lambda x: (4 * x * x - 2) * math.exp(-x * x), 0.3),
}


def verdict(f, hessian, at):
    return str(check_gradient(f, gradient=hessian, at=at, order=2).verdict)


@pytest.mark.parametrize("name", TEXTBOOK)
def test_second_derivatives_are_judged(name):
    """A right second derivative agrees, and one that is off by 1e-4, or by its sign, does not."""
    f, second, at = TEXTBOOK[name]
    assert verdict(f, second, at) == "agree"
    assert verdict(f, lambda x: second(x) * (1 + 1e-4) + (second(x) == 0.0), at) == "disagree"
    assert verdict(f, lambda x: -second(x) - (second(x) == 0.0), at) == "disagree"


@pytest.mark.parametrize("name", set(TEXTBOOK) - {"a cancelling one"})
def test_second_derivatives_of_what_is_opaque_are_judged_by_floats(name):
    """Where f cannot be run again in many digits, a right one agrees, and one that is twice as large does not."""
    f, second, at = TEXTBOOK[name]
    report = check_gradient(opaque(f), gradient=second, at=at, order=2)
    assert str(report.verdict) == "agree"
    assert report.findings[0].judgement.method == "second differences"
    assert verdict(opaque(f), lambda x: 2 * second(x) + 1, at) == "disagree"


@settings(max_examples=settings.default.max_examples // 5)
@given(expressions(inputs=2, primitives=TRUE_TO_THEMSELVES, max_nodes=7))
def test_no_right_hessian_of_a_graph_is_called_wrong(expression):
    """microgrand's own second derivatives of a random graph are never called wrong."""
    report = check_gradient(expression, at=expression.inputs, order=2)
    assert report.verdict is not Verdict.DISAGREE, report


@settings(max_examples=settings.default.max_examples // 20)
@given(expressions(inputs=2, primitives=TRUE_TO_THEMSELVES, max_nodes=5), st.sampled_from([1.5, -1.0, 1 + 1e-5]))
def test_no_wrong_hessian_of_a_graph_agrees(expression, factor):
    """Where the right Hessian agrees by many digits, one with a wrong mixed derivative does not."""
    report = check_gradient(expression, at=expression.inputs, order=2)
    assume(report.verdict is Verdict.AGREE)
    found = report.findings[1].judgement
    assume(found.left is None and abs(found.claim) > 1e-200 and math.isfinite(found.claim))
    second = [finding.judgement.claim for finding in report.findings]
    wrong = [[second[0], second[1] * factor], [second[2], second[3]]]
    assert verdict(expression, lambda *xs: wrong, expression.inputs) == "disagree"


def test_a_hessian_is_nested_as_hessian_nests_it():
    """Over lists, dicts and arrays, one or several: what `hessian` gives agrees, and its transposed blocks do not."""

    def of_lists(x, y):
        return x[0] ** 2 * x[1] * y

    def of_arrays(x, y):
        return numpy.sum(x**3) * y[0] * y[1] ** 2 * x[0]

    lists, arrays = ([1.5, 0.5], 2.0), (numpy.array([1.5, 0.5, 0.25]), numpy.array([2.0, 3.0]))
    assert verdict(of_lists, mg.hessian(of_lists, (0, 1)), lists) == "agree"
    assert verdict(of_arrays, mg.hessian(of_arrays, (0, 1)), arrays) == "agree"
    assert (
        verdict(lambda p: p["a"] * p["b"] ** 2, mg.hessian(lambda p: p["a"] * p["b"] ** 2), {"a": 2.0, "b": 3.0})
        == "agree"
    )
    (xx, _), (yx, yy) = mg.hessian(of_arrays, (0, 1))(*arrays)
    assert verdict(of_arrays, lambda x, y: ((xx, yx.T[::-1]), (yx, yy)), arrays) == "disagree"
    assert verdict(lambda x: [x**2, x**3], lambda x: [2.0, 6 * x], 2.0) == "agree"
    assert verdict(lambda x: [x**2, x**3], lambda x: [2.0, 3 * x], 2.0) == "disagree"


def test_large_hessians_are_judged_along_random_directions():
    """Of many inputs a right one agrees in few products, and of a wrong one the entry is found."""

    def f(x):
        return mg.exp(sum([a * b for a, b in itertools.pairwise(x)]) / len(x))

    at = ([0.1 + 0.01 * k for k in range(30)],)
    report = check_gradient(f, at=at, order=2)
    assert (str(report.verdict), len(report.findings)) == ("agree", 3)
    hessian = mg.hessian(f)(*at)
    hessian[3][7] *= 1.01
    wrong = check_gradient(f, gradient=lambda x: hessian, at=at, order=2).findings
    assert [each.what for each in wrong if each.judgement.verdict is Verdict.DISAGREE] == ["∂²f/∂x[3]/∂x[7]"]


def test_at_a_bend_of_the_derivative_every_number_between_agrees():
    """relu(x)² has the second derivatives 0 and 2 at 0: claims between agree. At a kink there is none to be judged."""
    bent = {
        claim: verdict(lambda x: mg.relu(x) ** 2, lambda x, claim=claim: claim, 0.0)
        for claim in (-0.1, 0.0, 1.0, 2.0, 2.1)
    }
    assert bent == {-0.1: "disagree", 0.0: "agree", 1.0: "agree", 2.0: "agree", 2.1: "disagree"}
    assert verdict(abs, lambda x: 0.0, 0.0) == "cannot judge"


def test_a_hessian_that_gives_nothing_is_wrong():
    """None, NaN and errors of arithmetic disagree where there is a second derivative."""
    for nothing in (lambda x: None, lambda x: math.nan, lambda x: 1 / 0):
        assert verdict(math.exp, nothing, 1.0) == "disagree"
    with pytest.raises(ValueError, match=r"f has 2 input\(s\), but the gradient gives 2 number\(s\), 4 are expected"):
        verdict(lambda x, y: x * y, lambda x, y: (1.0, 2.0), (1.0, 2.0))


# ---- by floats -----------------------------------------------------------------------------------------------------
@given(expressions(inputs=1, primitives=TRUE_TO_THEMSELVES, max_nodes=7))
def test_the_error_of_a_second_difference_is_no_smaller_than_it_is(expression):
    """Of random graphs the second derivative by values alone is as close to that by many digits as it says."""
    (x,) = expression.inputs
    graph = Graph([expression])
    assume(1e-8 < abs(x) < 1e8 and graph.is_evaluated())
    truth = Line(Derivative(graph, {0: 1.0}), {0: 1.0}).slopes({0: 1.0})
    found = curvature(expression, x)
    assume(truth is not None and not truth.kink and truth.left is not None and found is not None and found.left is None)
    assert abs(found.value - float(truth.left)) <= found.error + 1e-15 * abs(float(truth.left))


# Functions that mislead differences: written for `math` and for mpmath, a point, and how sharp an error is to be had.
MISLEADING = {
    "quick waves": (lambda m, x: m.sin(1000 * x), 1.6215, 1e-6),
    "a step": (lambda m, x: m.tanh(10000 * (x - 1)), 1.0003, 1e-6),
    "nearly saturated": (lambda m, x: 50 + m.tanh(x**6), 1.6, math.inf),
    "nearly saturated, by another function": (lambda m, x: 55 + m.erf(x**6), 1.33, math.inf),
    "the tail of a sum": (lambda m, x: m.erf(3.6 * x), -1.4685, math.inf),
}


@pytest.mark.parametrize("name", MISLEADING)
def test_misleading_functions_get_wide_errors(name):
    """Where waves fall in step with the points, or f is flat to rounding farther out, the error says so."""
    f, x, sharp = MISLEADING[name]
    with mpmath.workdps(40):
        truth = float(mpmath.diff(lambda x: f(mpmath, x), mpmath.mpf(x), 2))
    found = curvature(lambda x: f(math, x), x)
    assert abs(found.value - truth) <= found.error <= sharp * abs(truth)


def test_second_differences_stay_inside():
    """f is called between the ends alone, and at an end the inner half tells."""
    seen = []

    def root(x):
        seen.append(x)
        return math.sqrt(x - 1.0) ** 3 + x * x

    found = curvature(root, 2.0, low=2.0, high=3.0)
    assert min(seen) == 2.0
    assert max(seen) <= 3.0
    assert abs(found.value - 2.75) <= found.error < 1e-5


# ---- forward mode --------------------------------------------------------------------------------------------------
def test_forward_mode_is_judged_along_random_directions():
    """A right product with a direction agrees, one with a wrong partial does not, on numbers and arrays alike."""

    def f(x, y):
        return [x / y, x * y]

    def product(x, y, v):
        return [v[0] / y - v[1] * x / y**2, v[0] * y + v[1] * x]

    def slip(x, y, v):
        return [v[0] / y - v[1] * x / y**2, v[0] * y - v[1] * x]

    at = (3.0, 2.0)
    assert check_gradient(f, gradient=product, at=at, mode="forward").verdict is Verdict.AGREE
    report = check_gradient(f, gradient=slip, at=at, mode="forward")
    assert [str(each.judgement.verdict) for each in report.findings] == ["agree", "disagree"] * 2
    assert "∂f[1]·v0    –" in str(report)
    array = numpy.array([1.0, -2.0, 0.5])
    right = check_gradient(lambda x: x * x[0], gradient=lambda x, v: v * x[0] + x * v[0], at=array, mode="forward")
    wrong = check_gradient(lambda x: x * x[0], gradient=lambda x, v: v * x[0] + v * v[0], at=array, mode="forward")
    assert (str(right.verdict), str(wrong.verdict)) == ("agree", "disagree")


def test_directions_point_into_the_domain():
    """At a corner of a domain, where only one way leads inside, a product is judged all the same."""
    corner = {"at": (0.0, 1.0), "domain": (0.0, 1.0), "mode": "forward"}
    assert str(check_gradient(lambda x, y: mg.sin(x + 2 * y), **corner).verdict) == "agree"
    wrong = check_gradient(lambda x, y: math.sin(x + 2 * y), gradient=lambda x, y, v: v[0] + 2 * v[1], **corner)
    assert str(wrong.verdict) == "disagree"


@given(expressions(inputs=3, primitives=TRUE_TO_THEMSELVES, max_nodes=9))
def test_no_forward_sweep_of_a_graph_is_called_wrong(expression):
    """microgrand's own products with directions are never called wrong."""
    report = check_gradient(expression, at=expression.inputs, mode="forward")
    assert report.verdict is not Verdict.DISAGREE, report


def test_searches_find_wrong_second_derivatives_and_products():
    """`assert_gradient` takes the order and the mode, and finds where a claim is wrong."""
    assert (
        assert_gradient(math.tanh, gradient=lambda x: -2 * math.tanh(x) * (1 - math.tanh(x) ** 2), order=2).agreed > 90
    )
    assert assert_gradient(lambda x, y: mg.sin(x * y), mode="forward", domain=(-5, 5), max_examples=20).agreed == 20
    with pytest.raises(GradientMismatch, match="∂²f/∂x² is claimed as"):
        assert_gradient(math.sin, gradient=lambda x: -math.sin(x) if x < 7 else math.sin(x), order=2, domain=(0, 9))
    with pytest.raises(GradientMismatch, match="∂f·v0 is claimed as"):
        assert_gradient(lambda x, y: x * y, gradient=lambda x, y, v: v[0] * y, mode="forward", domain=(-5, 5))


@pytest.mark.parametrize("options", [{"order": 3}, {"mode": "sideways"}, {"order": 2, "mode": "forward"}], ids=str)
def test_other_orders_and_modes_are_refused(options):
    """One sentence says which there are."""
    with pytest.raises(ValueError, match=r"^order is 1 or 2, and mode, for order 1, \"reverse\" or \"forward\"; got "):
        check_gradient(math.sin, gradient=math.cos, at=1.0, **options)
