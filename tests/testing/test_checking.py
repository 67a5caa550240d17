"""Laws of `check_gradient`: right when it speaks, on functions of any structure."""

import functools
import math
import subprocess
import sys
import warnings
from collections import Counter

import numpy
import pytest
from corpus import CORPUS
from corpus.cases import opaque
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

import microgrand as mg
from microgrand import nested
from microgrand.table.domains import POSITIVE, Domain, Interval
from microgrand.testing import Verdict, check_gradient, expressions
from microgrand.testing.functions import numbers_in

EXPECTED = {"right": Verdict.AGREE, "wrong": Verdict.DISAGREE, "unjudgeable": Verdict.CANNOT_JUDGE}


def verdict(f, gradient, at, domain=None):
    return str(check_gradient(f, gradient=gradient, at=at, domain=domain).verdict)


@pytest.mark.parametrize("truth", EXPECTED)
def test_the_verdict_on_the_corpus_is_the_truth(truth):
    """A right derivative agrees, a wrong one disagrees, and of what nobody can tell the verdict is `cannot judge`."""
    cases = [case for case in CORPUS if case.truth == truth]
    reports = {
        case.name: check_gradient(case.f, gradient=case.gradient, at=case.at, domain=case.domain) for case in cases
    }
    assert {name: str(report) for name, report in reports.items() if report.verdict is not EXPECTED[truth]} == {}
    assert len(reports) >= 24


# Near a zero of such a partial the row promises digits of another size, and many digits would rightly miss them.
TRUE_TO_THEMSELVES = [row for row in mg.TABLE.values() if row.partial_scale is None]


@given(expressions(inputs=2, primitives=TRUE_TO_THEMSELVES, max_nodes=9))
def test_no_right_derivative_of_a_graph_is_called_wrong(expression):
    """microgrand's own gradient of a random graph is never called wrong by many digits, where no product underflows."""
    _, root = expression.on_values()
    numbers = [abs(x) for node in mg.topological_order(root) for x in (node.data, *node.partials)]
    assume(all(x == 0.0 or x > 1e-30 for x in numbers))
    report = check_gradient(expression, at=expression.inputs)
    assert report.verdict is not Verdict.DISAGREE, report


def test_right_derivatives_of_graphs_agree():
    """Of random graphs nine in ten can be judged, and the gradients of these agree."""
    verdicts = Counter()

    @settings(phases=[Phase.generate])
    @given(expressions(inputs=2, max_nodes=9))
    def judge_one(expression):
        verdicts[check_gradient(expression, at=expression.inputs).verdict] += 1

    judge_one()
    assert verdicts[Verdict.AGREE] > 0.9 * verdicts.total()


@given(expressions(inputs=1, max_nodes=7), st.sampled_from([1 + 1e-6, 1.5, 2.0, -1.0]))
def test_no_wrong_derivative_of_a_graph_agrees(expression, factor):
    """Where the right gradient of a graph agrees by many digits, one that is wrong by 1e-6 or more does not."""
    (x,), (slope,) = expression.inputs, expression.gradient()
    assume(abs(slope) > 1e-300)  # one that is no ordinary float has few digits
    report = check_gradient(expression, at=x)
    assume(report.verdict is Verdict.AGREE and report.findings[0].judgement.method == "60-digit evaluation")
    found = report.findings[0].judgement
    assume(found.left is None and abs(slope * (factor - 1)) > 1.2e-7 * abs(slope * factor) + 2 * found.error)
    wrong = check_gradient(expression, gradient=lambda x: slope * factor, at=x)
    assert wrong.verdict is Verdict.DISAGREE, wrong


@pytest.mark.parametrize("tanh", [math.tanh, mg.tanh])
@given(st.floats(-30, 30), st.integers(-900, 900), st.integers(-60, 60))
def test_verdicts_do_not_depend_on_scale(tanh, x, a, b):
    """2ᵃ·tanh(2ᵇ·t/16) is judged alike in all units, however small its slope: there is no absolute tolerance, by
    differences of floats or by many digits. What underflows has no slope to be seen.
    """
    assume(x == 0.0 or abs(x) > 1e-300)
    size, unit = 2.0**a, 2.0**b

    def f(t):
        return size * tanh(t * unit / 16)

    def slope(t):
        return size * unit / 16 / math.cosh(t * unit / 16) ** 2

    t = x / unit
    assume(1e-300 < abs(slope(t)) < 1e300)
    assert verdict(f, slope, t) == "agree"
    assert verdict(f, lambda t: 1.00001 * slope(t), t) == "disagree"


STRUCTURES = [
    (lambda x: x * x, lambda x: 2 * x, 3.0, ["∂f/∂x"]),
    (lambda x: x * x, lambda x: 2 * x, 3, ["∂f/∂x"]),
    (lambda x, y: x * y, lambda x, y: (y, x), (3.0, 2.0), ["∂f/∂x", "∂f/∂y"]),
    (lambda xs: xs[0] * xs[1], lambda xs: [xs[1], xs[0]], ([3.0, 2.0],), ["∂f/∂xs[0]", "∂f/∂xs[1]"]),
    (lambda w, b: w[0] * w[1] + b, lambda w, b: ([w[1], w[0]], 1.0), ([3.0, 2.0], 1.0),
     ["∂f/∂w[0]", "∂f/∂w[1]", "∂f/∂b"]),
    (lambda p: p["b"] * p["a"] ** 2, lambda p: {"a": 12.0, "b": 9.0}, ({"b": 2.0, "a": 3.0},),
     ["∂f/∂p['b']", "∂f/∂p['a']"]),
    (lambda x, y: [x * y, x + y], lambda x, y: [(y, x), (1.0, 1.0)], (3.0, 2.0),
     ["∂f[0]/∂x", "∂f[0]/∂y", "∂f[1]/∂x", "∂f[1]/∂y"]),
    (lambda x: [x, x * x], lambda x: [1.0, 2 * x], 3.0, ["∂f[0]/∂x", "∂f[1]/∂x"]),
    (lambda x, y: [x * y, x], lambda x, y, v: (v[0] * y + v[1], v[0] * x), (3.0, 2.0),
     ["∂(v0·f)/∂x", "∂(v0·f)/∂y", "∂(v1·f)/∂x", "∂(v1·f)/∂y"]),
]  # fmt: skip


@pytest.mark.parametrize(("f", "gradient", "at", "names"), STRUCTURES)
def test_arguments_and_results_may_have_any_structure(f, gradient, at, names):
    """Numbers, sequences and dicts go in and come out; each input and output is judged, and each is found out."""
    report = check_gradient(f, gradient=gradient, at=at)
    assert report.verdict is Verdict.AGREE, report
    assert [finding.what for finding in report.findings] == names

    @functools.wraps(gradient)  # a gradient that takes one argument more is given cotangents
    def spoiled(*arguments):
        return nested.rebuilt(given := gradient(*arguments), (2.0 * x + 1.0 for x in numbers_in(given)))

    spoiled_report = check_gradient(f, gradient=spoiled, at=at)
    assert [finding.what for finding in spoiled_report.findings] == names
    assert {finding.judgement.verdict for finding in spoiled_report.findings} == {Verdict.DISAGREE}


KEYS = st.permutations(["b", "c", "a"])


@given(KEYS, KEYS, st.sampled_from([1.0, -1.0]))
def test_a_dict_is_matched_by_its_keys(keys, others, scale):
    """Inputs come in the order of the point's keys; a gradient's dicts may hold theirs in any other order."""
    numbers, slopes = {"a": 2.0, "b": 3.0, "c": [0.5, 4.0]}, {"a": 3.0, "b": 2.0, "c": [4.0, 0.5]}
    at = {key: numbers[key] for key in keys}
    report = check_gradient(
        lambda p: p["a"] * p["b"] + p["c"][0] * p["c"][1],
        gradient=lambda p: {key: slopes[key] for key in others} | {"a": scale * slopes["a"]},
        at=at,
    )
    assert [finding.what for finding in report.findings] == [f"∂f/∂{place}" for place in mg.nested.places(at, "p")]
    wrong = [finding.what for finding in report.findings if finding.judgement.verdict is not Verdict.AGREE]
    assert wrong == ([] if scale == 1.0 else ["∂f/∂p['a']"])


@given(KEYS, KEYS, KEYS)
def test_rows_and_results_in_a_dict_are_matched_by_their_keys(keys, others, inner):
    """Each call of f, and the gradient, may hold the outputs in an order of its own, and the inputs in each row."""
    point = {"a": 2.0, "b": 3.0, "c": 5.0}
    square = {"a": 4.0, "b": 6.0, "c": 10.0}
    calls = []

    def f(p, q):
        calls.append(p)
        return {key: p[key] ** 2 + q for key in (keys if len(calls) % 2 else others)}

    def gradient(p, q):
        return {out: ({key: square[key] * (key == out) for key in inner}, 1.0) for out in others}

    assert verdict(f, gradient, (point, 1.0)) == "agree"


@pytest.mark.parametrize("gradient", [lambda p: {"a": 1.0, "z": 1.0}, lambda p: [1.0, {"y": 1.0, "z": 1.0}]])
def test_a_dict_with_other_keys_is_refused(gradient):
    """Where a gradient's dict does not have the keys of the point nothing tells which number belongs where."""
    with pytest.raises(ValueError, match="the gradient gives"):
        check_gradient(lambda p: p["a"] + p["b"], gradient=gradient, at={"a": 1.0, "b": 2.0})


def test_numpy_arrays_are_arguments_and_results():
    """An array may be an argument, and what f and its gradient return."""
    at = (numpy.array([0.5, 2.0]),)
    assert verdict(lambda x: numpy.sum(numpy.sin(x)), numpy.cos, at) == "agree"
    assert verdict(lambda x: numpy.sum(numpy.sin(x)), numpy.sin, at) == "disagree"
    assert verdict(lambda x: numpy.cumsum(x), lambda x: numpy.tril(numpy.ones((2, 2))), at) == "agree"


@pytest.mark.parametrize(("scale", "expected"), [(1.0, "agree"), (1.01, "disagree"), (-1.0, "disagree")])
def test_a_model_in_numpy_is_judged(scale, expected):
    """The softmax cross-entropy of a linear model has the gradient Xᵀ(p - y), in double precision."""
    features = numpy.array([[0.5, -1.0, 2.0], [1.0, 0.0, -0.5], [-2.0, 1.5, 1.0]])
    chosen = numpy.array([0.0, 1.0, 0.0])

    def cost(w):
        scores = features @ w
        return numpy.log(numpy.sum(numpy.exp(scores))) - chosen @ scores

    def gradient(w):
        weights = numpy.exp(features @ w)
        return scale * features.T @ (weights / numpy.sum(weights) - chosen)

    report = check_gradient(cost, gradient=gradient, at=numpy.array([0.1, -0.4, 0.3]))
    assert str(report.verdict) == expected
    assert {finding.judgement.single for finding in report.findings} == {False}


def test_without_a_gradient_microgrand_s_own_is_checked():
    """By default the gradient is microgrand's own, by methods of Values too, at infinite slopes and kinks too."""
    assert verdict(lambda x: (x * x).tanh() + mg.exp(x), None, 0.3) == "agree"
    assert verdict(lambda x: mg.sqrt(x), None, 0.0) == "agree"
    assert verdict(lambda x: mg.relu(x) + mg.abs(x), None, 0.0) == "agree"
    assert verdict(lambda x: x if x > 0 else 2 * x, None, 0.0) == "agree"
    with pytest.raises(TypeError, match="say which gradient"):
        check_gradient(math.sin, at=1.0)


@pytest.mark.parametrize("x", [1e-300, -1e-200, 5e-324, 1e-120])
def test_what_cancels_beyond_many_digits_is_no_infinite_slope(x):
    """x·sin x + e^(-x²) is 1 but for terms that no number of digits shows for tiny x: its slope is 0 there."""
    report = check_gradient(lambda x: mg.sin(x) * x + mg.exp(-x * x), at=x)
    assert (report.verdict, report.findings[0].judgement.reference) == (Verdict.AGREE, pytest.approx(0.0, abs=1e-200))


def test_an_infinite_slope_that_rounding_makes_finite_is_not_judged():
    """Where the exact slope is infinite, and that of the rounded steps is not, a finite claim is not called wrong; a
    slope that is infinite however the steps are rounded is known.
    """
    assert check_gradient(lambda x: mg.sqrt(mg.cos(mg.acos(x))), at=0.0).verdict is Verdict.CANNOT_JUDGE
    assert verdict(lambda x: mg.sqrt(2.0 * x), lambda x: 1.0, 0.0) == "disagree"


def test_what_is_steeper_than_a_step_is_fine_has_a_finite_slope():
    """log(1 + cs) at c = 0 has the slope s, however large s is beside the numbers that the function is called with."""
    term = mg.TABLE["power_term"]
    f = lambda c, x: mg.log1p(term(c, x, c, 2.0, 1.0))
    assert check_gradient(f, at=(0.0, 1.401298464324817e-45)).verdict is Verdict.AGREE
    assert verdict(lambda x: mg.log1p(1e70 * x) + 0.0 * mg.exp(x), lambda x: 1e70, 0.0) == "agree"


CANCELLING = [
    (lambda x: x / mg.erf(x), 4.2575149116041246e-29),
    (lambda x, y: x / (x + y), (1.0, 5.13e-45)),
    (lambda x: mg.softmax([x, x, -22.0], 0), 0.0),
    (lambda x, y: mg.log_softmax([y, x, y], 0), (0.0, 21.0)),
    (lambda x, y: mg.atan2(x, mg.hypot(x, y)), (1.0, 1e-8)),
]


@pytest.mark.parametrize(("f", "at"), CANCELLING)
def test_what_cancels_in_a_sweep_is_not_called_wrong(f, at):
    """Where the terms of the chain rule cancel, what is left of them agrees: it is judged by what they were."""
    assert check_gradient(f, at=at).verdict is Verdict.AGREE


def test_a_narrow_domain_is_no_noise():
    """Where f may be looked at nearby only, a wrong claim is wrong all the same."""
    assert verdict(math.tan, lambda x: 1.0, 1.0, (0.75, 1.25)) == "disagree"


def test_outside_the_domain_of_f_there_is_nothing_to_judge():
    """A point that f refuses, and a derivative that is no real number, are reasons, not errors."""
    assert "f raised DomainError" in str(check_gradient(mg.log1p, at=-3.0))
    report = check_gradient(math.cbrt, gradient=lambda x: x ** (-2 / 3) / 3, at=-1.0)
    assert "a derivative is a real number; got (" in str(report)


def test_a_number_taken_out_of_a_value_is_noticed():
    """Where f uses v.data, its graph is not f: the reference then comes from differences, and microgrand is wrong."""
    report = check_gradient(lambda v: v * v.data, at=3.0)
    assert report.findings[0].judgement.method != "60-digit evaluation"
    assert report.verdict is Verdict.DISAGREE


def test_a_wrong_partial_of_a_row_is_seen_by_many_digits():
    """A row's formula cannot hide behind itself: only values are used as the reference."""
    cube = mg.Primitive("cube_with_a_slip", lambda x: x * x * x, lambda z, x: 3 * x * x * (1 + 1e-6))
    report = check_gradient(lambda x: mg.sin(cube(x)), at=0.7)
    assert report.verdict is Verdict.DISAGREE
    assert report.findings[0].judgement.method == "60-digit evaluation"


def test_a_row_that_knows_floats_only_is_judged_by_differences():
    """A value written with `math` gives nothing with many digits; then differences of floats are the reference."""
    erf = mg.Primitive("erf_on_floats", math.erf, lambda z, x: 2 / math.sqrt(math.pi) * math.exp(-(x**2)))
    report = check_gradient(lambda x: erf(x) * 2.0, at=0.7)
    assert (report.verdict, report.findings[0].judgement.method) == (Verdict.AGREE, "central differences")


def test_the_complex_step_is_used_where_a_function_takes_complex_numbers():
    """An analytic function of Python's operators that is no graph is judged by the complex step."""
    found = check_gradient(opaque(lambda x: x**3), gradient=lambda x: 3 * x * x, at=1.1).findings[0].judgement
    assert (found.method, found.verdict) == ("complex step", Verdict.AGREE)
    assert abs(found.reference - 3.63) <= 1e-13


def test_f_is_called_once_at_a_point_and_never_outside_the_domain():
    """Probes stay in the domain and are remembered, also for several outputs."""
    seen = []

    def f(x):
        seen.append(x)
        assert x > 0.0
        return [math.log(x), x]

    assert verdict(f, lambda x: [1 / x, 1.0], 1e-3, POSITIVE) == "agree"
    probes = [x for x in seen if isinstance(x, float)]
    assert all([probes.count(x) == 1 for x in probes if x != 1e-3])  # there it is seen to give the same each time


@pytest.mark.parametrize("domain", ["positive", (0.0, 9.0), Interval(0, 9), Domain(Interval(0, 9)), ["positive"]])
def test_a_domain_is_named_in_many_ways(domain):
    """A name, a pair, an Interval, a Domain, or a list of one per argument."""
    assert verdict(math.log, lambda x: 1 / x, 2.0, domain) == "agree"


def reciprocal(x):
    return 1 / x


def one(x, y):
    return 1.0


def nothing_taken():
    return 1.0


WRONG_CALLS = [
    ((3.0, None, 1.0, None), TypeError, "f is a function; got 3.0"),
    ((math.sin, lambda x: (1.0, 2.0), 1.0, None), ValueError, "1 input(s), but the gradient gives 2"),
    ((one, one, (1.0, 2.0), None), ValueError, "2 input(s), but the gradient gives 1"),
    ((math.log, reciprocal, -1.0, "positive"), ValueError, "outside the domain"),
    ((math.log, reciprocal, 1.0, "postive"), ValueError, "no domain is called"),
    ((math.log, reciprocal, (), None), ValueError, "at least one number"),
    ((one, one, (1.0, 2.0), ["positive"]), ValueError, "2 argument(s), but there are 1 domains"),
    ((math.log, reciprocal, "1", None), TypeError, "at holds numbers; got '1'"),
    ((math.log, nothing_taken, 1.0, None), TypeError, "nothing_taken() takes 0 positional arguments but 1 was given"),
]


@pytest.mark.parametrize(("call", "kind", "text"), WRONG_CALLS)
def test_a_wrong_call_is_told_in_one_sentence(call, kind, text):
    """What cannot be checked raises, and says why."""
    f, gradient, at, domain = call
    with pytest.raises(kind) as caught:
        check_gradient(f, gradient=gradient, at=at, domain=domain)
    assert text in str(caught.value)


def test_an_error_of_arithmetic_is_a_missing_value():
    """Where f raises one there is nothing to judge; a gradient that raises one where f has a slope is wrong."""
    report = check_gradient(lambda x: 1 / x, gradient=lambda x: -1 / x**2, at=0.0)
    assert "f raised ZeroDivisionError" in str(report)
    report = check_gradient(lambda x: x * x, gradient=lambda x: 1 / x, at=0.0)
    assert (str(report.verdict), "the gradient raised" in str(report)) == ("disagree", True)
    with pytest.raises(KeyboardInterrupt):
        check_gradient(interrupted, gradient=lambda x: 1.0, at=0.0)


def interrupted(x):
    raise KeyboardInterrupt


def test_a_report_is_a_table():
    """Printed, a report has a line for each derivative, the reasons, and the verdict."""
    report = check_gradient(lambda x, y: x * abs(y), gradient=lambda x, y: (abs(y), x / 2), at=(2.0, 0.0))
    assert str(report).splitlines()[1:] == [
        "∂f/∂x       2   0        0          0.0e+00  agree    60-digit evaluation",
        "∂f/∂y       0   1        [-2, 2]    2.2e-16  agree    60-digit evaluation",
        "∂f/∂y: a kink: the claim is between the left and the right derivative",
        "verdict: agree",
    ]


def test_a_gradient_may_be_a_function_that_tells_no_signature():
    """What Python does not tell the arguments of is called as f is."""
    assert verdict(lambda x: x * math.log(x) - x, math.log, 2.0) == "agree"
    assert verdict(lambda x: x * math.log(x), math.log, 2.0) == "disagree"


def test_a_step_of_values_from_outside_counts_as_its_number():
    """A graph with a step that uses none of the inputs is evaluated with many digits; its gradient agrees."""
    w = mg.Value(0.5)
    report = check_gradient(lambda x: mg.exp(w) * x * x, at=1.5)
    assert (report.verdict, report.findings[0].judgement.method) == (Verdict.AGREE, "60-digit evaluation")


def test_a_report_counts_the_calls_of_f():
    """`evaluations` is how often f was called for all the findings; many digits call it not at all."""
    f = opaque(lambda x, y: math.sin(x) * y)
    report = check_gradient(f, gradient=lambda x, y: (math.cos(x) * y, math.sin(x)), at=(1.0, 2.0))
    each = [finding.judgement.evaluations for finding in report.findings]
    assert report.evaluations == sum(each) > 20
    assert check_gradient(mg.tanh, at=1.0).evaluations == 0


@pytest.mark.parametrize("x", [1e-6, 1.0, 1e6])
def test_a_number_taken_out_of_a_value_is_noticed_at_any_scale(x):
    """A function that takes its Values' numbers out is no graph beside x, however small or large x is: it is judged by
    evaluating it, and its gradient, in which a part is missing, is wrong.
    """
    report = check_gradient(lambda v: v * v.data + 1e-3 * v, at=x)
    assert report.verdict is Verdict.DISAGREE
    assert "differences" in report.findings[0].judgement.method


WITHOUT_PACKAGES = """
import sys
sys.modules.update(hypothesis=None, mpmath=None, numpy=None)
import math
import subprocess
import sys
from microgrand.testing import Verdict, check_gradient
assert check_gradient(math.sin, gradient=math.cos, at=1.0).verdict is Verdict.AGREE
report = check_gradient(lambda x: x * x, gradient=lambda x: x, at=1.0)
assert report.verdict is Verdict.DISAGREE
print(report.findings[0].judgement.declined)
try:
    from microgrand.testing import assert_gradient
except ImportError as error:
    print(error)
"""


def test_a_check_needs_no_other_package():
    """Without hypothesis, mpmath and NumPy a gradient is checked on floats; a search says what it needs."""
    done = subprocess.run([sys.executable, "-c", WITHOUT_PACKAGES], capture_output=True, text=True, check=False)
    assert (done.stdout.splitlines(), done.stderr) == (
        [
            "exact evaluation needs the package 'mpmath': pip install \"microgrand[testing]\"",
            "drawing examples needs the package 'hypothesis': pip install \"microgrand[testing]\"",
        ],
        "",
    )


def channel_rate(v):
    return 0.1 * v / (1 - math.exp(-v / 10))


def its_derivative(v):
    e = math.exp(-v / 10)
    return 0.1 / (1 - e) - 0.01 * v * e / (1 - e) ** 2


def test_a_gradient_that_is_lost_in_its_roundings_is_not_called_wrong():
    """Right beside 0 this derivative from a textbook is 10¹³ on floats, and its formula is off as well, for 0.01 is not
    a hundredth: nothing is said there. Elsewhere it is right, and a thousandth more is wrong.
    """
    tiny = check_gradient(channel_rate, gradient=its_derivative, at=-7e-15)
    assert tiny.findings[0].judgement.because == "the gradient is lost in its own roundings"
    assert tiny.verdict is Verdict.CANNOT_JUDGE
    assert check_gradient(channel_rate, gradient=its_derivative, at=-7.0).verdict is Verdict.AGREE
    wrong = check_gradient(channel_rate, gradient=lambda v: 1.001 * its_derivative(v), at=-7.0)
    assert wrong.verdict is Verdict.DISAGREE


def test_a_rule_that_forgets_its_cotangent_or_its_direction_is_wrong():
    """Of one input and one output too: the product with 1 does not show whether anything is multiplied."""
    forgets, keeps = lambda x, v: math.cos(x), lambda x, v: math.cos(x) * (v[0] if isinstance(v, list) else v)
    for mode in ("reverse", "forward"):
        assert check_gradient(math.sin, gradient=forgets, at=1.0, mode=mode).verdict is Verdict.DISAGREE
        assert check_gradient(math.sin, gradient=keeps, at=1.0, mode=mode).verdict is Verdict.AGREE


def test_a_gradient_of_another_shape_is_refused():
    """As many numbers in an array of another shape tell nothing of which is which."""
    f = lambda w: (w * numpy.arange(6.0).reshape(3, 2)).sum()
    for shape in ((6,), (2, 3)):
        with pytest.raises(ValueError, match="shape"):
            check_gradient(f, gradient=lambda w, shape=shape: numpy.arange(6.0).reshape(shape), at=numpy.ones((3, 2)))


def test_warnings_that_are_errors_change_no_verdict():
    """What NumPy warns of is judged by its values, under -W error too."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = check_gradient(
            lambda v: numpy.tanh(v).sum(), gradient=lambda v: 1 / numpy.cosh(v) ** 2, at=numpy.array([800.0])
        )
    assert report.verdict is Verdict.AGREE


def test_f_is_called_with_numbers_alone_where_a_gradient_is_given():
    """What f keeps of its calls are floats: it is not tried on microgrand's Values where nothing asks for them."""
    kept = []

    def f(x):
        kept.append(x)
        return x * x

    check_gradient(f, gradient=lambda x: 2 * x, at=1.5)
    assert {type(x) for x in kept} == {float}


def test_what_is_no_function_and_what_gives_nothing_is_told():
    """One sentence for a gradient that cannot be called, for a budget of nothing, and for an f without a number."""
    with pytest.raises(TypeError, match="gradient is a function"):
        check_gradient(math.sin, gradient=0.5, at=1.0)
    with pytest.raises(ValueError, match="budget"):
        check_gradient(math.sin, gradient=math.cos, at=1.0, budget=0)
    assert "returns no number" in str(check_gradient(lambda x: [], gradient=lambda x: [], at=1.0))
