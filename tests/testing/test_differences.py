"""The judge by differences: right claims agree, wrong ones do not, and where nobody can tell it says so."""

import functools
import math
import statistics
import struct

import numpy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from microgrand import Value, grad, sweep
from microgrand.testing import expressions
from microgrand.testing.differences import Verdict, judge

AGREE, DISAGREE, CANNOT_JUDGE = Verdict.AGREE, Verdict.DISAGREE, Verdict.CANNOT_JUDGE


def logistic(x):
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))


FUNCTIONS = {
    "exp": (math.exp, math.exp, [0.0, 1.0, -3.0, 50.0, 700.0, 1e-300, -700.0]),
    "log": (math.log, lambda x: 1 / x, [1.0, 2.0, 1e-3, 1e-300, 1e300, 0.999999]),
    "sin": (math.sin, math.cos, [0.0, 1.0, 3.1, 1e-5, 1e-300, 1e3, -2.0]),
    "cos": (math.cos, lambda x: -math.sin(x), [0.0, 1.0, 3.0, 1e-3, 100.0]),
    "tanh": (math.tanh, lambda x: math.cosh(x) ** -2, [0.0, 0.5, -2.0, 8.0]),
    "sqrt": (math.sqrt, lambda x: 0.5 / math.sqrt(x), [1.0, 1e-10, 1e10, 1e-300, 1e300]),
    "x²": (lambda x: x * x, lambda x: 2 * x, [0.0, 1.0, -3.0, 1e100, 1e-100, 1e-150, 0.1]),
    "x³": (lambda x: x**3, lambda x: 3 * x * x, [0.0, 1.0, 1e50, 1e-50]),
    "1/x": (lambda x: 1 / x, lambda x: -1 / (x * x), [1.0, -2.0, 1e-100, 1e100]),
    "3x + 1": (lambda x: 3 * x + 1, lambda x: 3.0, [0.0, 1.0, -1 / 3, 1e20, 1e-300, 1e300]),
    "1e30 x": (lambda x: 1e30 * x, lambda x: 1e30, [0.0, 1.0, 1e-300, 1e20]),
    "1e-30 x": (lambda x: 1e-30 * x, lambda x: 1e-30, [0.0, 1.0, 1e20, -7.0]),
    "x": (lambda x: x, lambda x: 1.0, [0.0, 5e-324, -5e-324, 1e-310, 1.7e308, -1.79e308, 2.0**-1022]),
    "2.5": (lambda x: 2.5, lambda x: 0.0, [0.0, 1.0, 1e10, -1e-10]),
    "0": (lambda x: 0.0, lambda x: 0.0, [0.0, 1.0, 1e-300]),
    "atan": (math.atan, lambda x: 1 / (1 + x * x), [0.0, 1.0, 1e3, -1e5]),
    "asin": (math.asin, lambda x: 1 / math.sqrt((1 - x) * (1 + x)), [0.0, 0.5, 0.999, 1 - 1e-9]),
    "expm1": (math.expm1, math.exp, [0.0, 1e-10, 1e-200]),
    "logistic": (logistic, lambda x: logistic(x) * logistic(-x), [0.0, 2.0, -20.0, 10.0]),
    "x log x": (lambda x: x * math.log(x), lambda x: math.log(x) + 1, [1.0, 0.3, 1e-5, 1e-100]),
    "exp(−x²)": (lambda x: math.exp(-x * x), lambda x: -2 * x * math.exp(-x * x), [0.0, 1.0, -3.0, 5.0]),
    "sin 1000x": (lambda x: math.sin(1e3 * x), lambda x: 1e3 * math.cos(1e3 * x), [0.0, 1.0, -2.0]),
    "sin 1e30x": (lambda x: math.sin(1e30 * x), lambda x: 1e30 * math.cos(1e30 * x), [0.0, 1e-30, 3e-31]),
    "1000 + sin": (lambda x: 1e3 + math.sin(x), math.cos, [0.0, 1.0, 5.0]),
    "Rosenbrock": (lambda x: 100 * (2 - x * x) ** 2 + (1 - x) ** 2,
                   lambda x: -400 * x * (2 - x * x) - 2 * (1 - x), [0.0, 1.0, -1.2, 1.4142]),
}  # fmt: skip
CASES = {f"{name} at {x!r}": (f, slope(x), x) for name, (f, slope, xs) in FUNCTIONS.items() for x in xs}

# What is wrong with a derivative, most often.
MISTAKES = {
    "sign": lambda slope: -slope,
    "factor 2": lambda slope: 2 * slope,
    "forgotten": lambda slope: 0.0,
    "a percent": lambda slope: 1.01 * slope,
    "a millionth": lambda slope: slope * (1 + 1e-6),
    "NaN": lambda slope: math.nan,
    "infinity": lambda slope: math.inf,
}


@functools.cache
def judged(case, mistake=None):
    """What is judged of a case with its own slope, or with a wrong one."""
    f, slope, x = CASES[case]
    return judge(f, x, MISTAKES[mistake](slope) if mistake else slope)


@pytest.mark.parametrize("case", CASES)
def test_a_right_derivative_agrees(case):
    """The derivative by the calculus book agrees, for slopes and arguments of every size."""
    judgement, (_, slope, _) = judged(case), CASES[case]
    assert judgement.verdict is AGREE
    assert not judgement.single
    assert abs(judgement.reference - slope) <= judgement.error + 1e-7 * abs(slope)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_derivative_disagrees(mistake):
    """Each mistake is caught wherever the slope is not 0, a relative error of a millionth included.

    But not where x is the smallest float itself: no step is small beside it.
    """
    cases = [case for case, (_, slope, x) in CASES.items() if slope != 0.0 and abs(x) != 5e-324]
    assert [case for case in cases if judged(case, mistake).verdict is not DISAGREE] == []
    assert len(cases) > 80


@pytest.mark.parametrize("claim", [1e-3, -1e-6, 1.0])
@pytest.mark.parametrize(("f", "x"), [(math.cos, 0.0), (lambda x: x * x, 0.0), (lambda x: (x - 1) ** 2, 1.0)])
def test_a_slope_of_zero_is_told_from_a_small_one(f, x, claim):
    """Where the derivative is 0 a small claim disagrees."""
    assert judge(f, x, 0.0).verdict is AGREE
    assert judge(f, x, claim).verdict is DISAGREE


@given(expressions(inputs=1))
def test_the_engines_gradients_are_not_called_wrong(expression):
    """A gradient that the engine computed is not wrong, where the roundings of the steps are small beside the value,
    and beside what x does to it. Elsewhere differences of floats tell what the roundings do.
    """
    leaves, root = expression.on_values()
    adjoints, x = sweep(root), expression.inputs[0]
    slope, roundings = adjoints.get(leaves[0]), sum([abs(delta * node.data) for node, delta in adjoints])
    assume(roundings < 1e2 * min(abs(slope * x), abs(root.data)))
    judgement = judge(expression, x, slope)
    assert judgement.verdict is not DISAGREE, judgement


SMOOTH = [
    lambda x: math.sin(x) * math.exp(-x / 3),
    lambda x: math.log1p(x * x) + x,
    lambda x: x**3 - 2 * x + 0.3,
    lambda x: math.tanh(x) + math.cos(2 * x),
]


@given(
    st.sampled_from(SMOOTH), st.floats(0.1, 3), st.integers(-60, 60), st.integers(-200, 200), st.sampled_from([1, 2])
)
def test_powers_of_two_change_nothing(f, x, a, b, factor):
    """Scaling argument and value by powers of two, and the claim along, leaves the verdict as it was."""
    claim = factor * _slope(f, x)
    assume(abs(claim) > 1e-2)
    scaled = judge(lambda y: math.ldexp(f(math.ldexp(y, a)), b), math.ldexp(x, -a), math.ldexp(claim, a + b))
    assert scaled.verdict is judge(f, x, claim).verdict is (AGREE if factor == 1 else DISAGREE)


def _slope(f, x):
    """f′(x) from four values, to ten digits."""
    h = 2.0**-10
    return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)


MIRRORED = [*SMOOTH, abs, math.floor, lambda x: max(x, 0.5)]


@pytest.mark.parametrize("f", MIRRORED)
def test_a_mirror_image_gets_the_same_verdict(f):
    """f(−x) with the opposite claim is judged like f(x)."""
    places = [(x, claim) for x in (0.0, 0.5, -0.5, 1.0, 2.3, -1e-3) for claim in (0, 1, -2)]
    mirrored = [judge(lambda y: f(-y), -x, -claim).verdict for x, claim in places]
    assert mirrored == [judge(f, x, claim).verdict for x, claim in places]


KINKS = {
    "abs": (abs, 0.0, -1.0, 1.0),
    "relu": (lambda x: max(x, 0.0), 0.0, 0.0, 1.0),
    "relu elsewhere": (lambda x: max(x - 0.3, 0.0), 0.3, 0.0, 1.0),
    "maximum": (lambda x: max(math.sin(x), 1 - math.cos(x)), 0.0, 0.0, 1.0),
    "a weak one": (lambda x: math.exp(x) + 1e-3 * abs(x - 1), 1.0, math.e - 1e-3, math.e + 1e-3),
    "steep": (lambda x: 1e20 * abs(x), 0.0, -1e20, 1e20),
}


@pytest.mark.parametrize("case", KINKS)
def test_at_a_kink_the_hull_of_both_sides_agrees(case):
    """At a kink any claim from the left to the right derivative agrees, one beyond disagrees; both are reported."""
    f, x, low, high = KINKS[case]
    for share in (0.0, 0.25, 0.5, 1.0):
        judgement = judge(f, x, low + share * (high - low))
        assert judgement.verdict is AGREE
        assert (judgement.left, judgement.right) == pytest.approx((low, high), rel=1e-6, abs=1e-9)
    for share in (-0.5, 1.5, 3.0):
        assert judge(f, x, low + share * (high - low)).verdict is DISAGREE


@pytest.mark.parametrize("claim", [0.0, 1.0])
@pytest.mark.parametrize(("f", "x"), [(math.floor, 2.0), (lambda x: math.copysign(1.0, x), 0.0),
                                      (lambda x: x + (x >= 0.5), 0.5)])  # fmt: skip
def test_nobody_judges_at_a_jump(f, x, claim):
    """Where f jumps at x there is no verdict, and the reason says so."""
    judgement = judge(f, x, claim)
    assert judgement.verdict is CANNOT_JUDGE
    assert "discontinuity" in judgement.because


@pytest.mark.parametrize("x", [2.5, -7.3, 0.7, 1.999])
def test_between_a_few_jumps_the_slope_is_zero(x):
    """floor has slope 0 between whole numbers; it may be meant for x, which a slope of 1 is of, but no large one is."""
    assert judge(math.floor, x, 0.0).verdict is AGREE
    assert judge(math.floor, x, 1.0).verdict is CANNOT_JUDGE
    assert judge(math.floor, x, 1e5).verdict is DISAGREE


def test_an_infinite_slope_agrees_with_the_infinity_of_its_sign():
    """√x at 0 has the slope ∞, the cube root as well, and no finite claim is right."""
    for f in (math.sqrt, math.cbrt):
        assert judge(f, 0.0, math.inf, low=0.0).verdict is AGREE
        assert judge(f, 0.0, -math.inf, low=0.0).verdict is DISAGREE
        assert judge(f, 0.0, 1.0, low=0.0).verdict is DISAGREE


def hashed(x):
    """A number in [−1, 1] that has nothing to do with its neighbours."""
    (bits,) = struct.unpack("<Q", struct.pack("<d", x))
    return ((bits * 0x9E3779B97F4A7C15 >> 20) % 2**32) / 2**31 - 1


def noisy_exponential(size):
    return lambda y: math.exp(y) * (1 + size * hashed(y))


@given(st.floats(0.1, 3), st.integers(-13, -4))
def test_through_noise_right_is_told_from_wrong(x, digits):
    """With noise of a ten-thousandth or less the right derivative agrees, and one of twice the size does not."""
    noisy = noisy_exponential(10.0**digits)
    assert judge(noisy, x, math.exp(x)).verdict is AGREE
    assert judge(noisy, x, 2 * math.exp(x)).verdict is DISAGREE


@given(st.floats(0.1, 3), st.sampled_from([1e-3, 1e-2]))
def test_noise_makes_no_right_derivative_wrong(x, size):
    """With noise of a thousandth or a hundredth a right derivative does not disagree, nor does a wrong one agree."""
    noisy = noisy_exponential(size)
    assert judge(noisy, x, math.exp(x)).verdict is not DISAGREE
    assert judge(noisy, x, 2 * math.exp(x)).verdict is not AGREE


@given(st.floats(0.1, 3), st.sampled_from([10.0, -3.0, 0.0]))
def test_a_function_of_noise_alone_has_no_verdict(x, claim):
    """On noise without a trend nothing can be judged that it may hide."""
    assert judge(hashed, x, claim).verdict is CANNOT_JUDGE


@given(st.floats(0.1, 3))
def test_ripples_are_seen(x):
    """The slope of a quick ripple agrees, and one of twice the size does not; a quicker one is not called wrong."""
    claim = 1e8 * math.cos(1e8 * x)
    assert judge(lambda y: math.sin(1e8 * y), x, claim).verdict is AGREE
    assert judge(lambda y: math.sin(1e8 * y), x, 2 * claim).verdict is DISAGREE
    assert judge(lambda y: math.sin(1e9 * y), x, 1e9 * math.cos(1e9 * x)).verdict is not DISAGREE


CANCELLING = {
    "1 − cos x": (lambda x: 1 - math.cos(x), math.sin, [1e-2, 1e-3, 1e-4]),
    "eˣ − 1": (lambda x: math.exp(x) - 1, math.exp, [1e-2, 1e-5, 1e-8]),
    "(1 − cos x)/x": (lambda x: (1 - math.cos(x)) / x, lambda x: 0.5 - x * x / 8, [1e-2, 1e-3, 1e-4]),
    "log(1 + x)/x": (lambda x: math.log(1 + x) / x, lambda x: 2 * x / 3 - 3 * x * x / 4 - 0.5, [1e-3, 1e-5]),
    "x − sin x": (lambda x: x - math.sin(x), lambda x: 2 * math.sin(x / 2) ** 2, [1e-1, 1e-2]),
}
CANCELLING_CASES = [
    pytest.param(f, slope(x), x, id=f"{name} at {x!r}") for name, (f, slope, xs) in CANCELLING.items() for x in xs
]


@pytest.mark.parametrize(("f", "slope", "x"), CANCELLING_CASES)
def test_the_slope_of_a_rounding_is_not_the_slope(f, slope, x):
    """Where f cancels it is seen above its roundings: the right slope agrees, others do not, not even that of a step.

    Between two of its own steps (1 − cos x)/x has the slope of c/x, which is −½, where the right one is ½.
    """
    assert judge(f, x, slope).verdict is AGREE
    for wrong in (2 * slope, -slope, 1.001 * slope, -f(x) / x):
        assert judge(f, x, wrong).verdict is not AGREE
    assert judge(f, x, 3 * slope).verdict is DISAGREE


@given(st.sampled_from(CANCELLING_CASES), st.integers(-52, -2), st.sampled_from([1.0, 3.0]), st.booleans())
def test_just_inside_an_end_the_verdict_is_as_in_the_middle(case, near, factor, below):
    """However close an end of the domain is, right and wrong are told apart as far from it."""
    f, slope, x = case.values
    ends = {"low" if below else "high": x - math.copysign(math.ldexp(x, near), 1 if below else -1)}
    expected = AGREE if factor == 1.0 else DISAGREE
    assert judge(f, x, factor * slope).verdict is expected
    assert judge(f, x, factor * slope, **ends).verdict in (expected, CANNOT_JUDGE)


SATURATED = {
    "1 − tanh x": (lambda x: 1 - math.tanh(x), lambda x: -(math.cosh(x) ** -2), [20.0, 24.0, 100.0]),
    "−log(1 + e⁻ˣ)": (lambda x: math.log(1 / (1 + math.exp(-x))), lambda x: logistic(-x), [38.0, 53.0, 300.0]),
    "1 − erf x": (lambda x: 1 - math.erf(x), lambda x: -2 / math.sqrt(math.pi) * math.exp(-x * x), [6.0, 7.0, 20.0]),
    "erf x": (math.erf, lambda x: 2 / math.sqrt(math.pi) * math.exp(-x * x), [-6.5, -7.0, 6.8]),
}
SATURATED_CASES = [
    pytest.param(f, slope(x), x, id=f"{name} at {x!r}") for name, (f, slope, xs) in SATURATED.items() for x in xs
]


@pytest.mark.parametrize(("f", "slope", "x"), SATURATED_CASES)
def test_where_f_has_saturated_to_a_constant_nobody_judges_a_small_slope(f, slope, x):
    """The slope that f's floats have lost neither agrees nor disagrees, whatever its sign; a large one is wrong."""
    for claim in (slope, -slope):
        assert judge(f, x, claim).verdict is CANNOT_JUDGE
    assert judge(f, x, 0.5).verdict is DISAGREE


def test_it_says_from_where_to_where_f_is_flat():
    """That f is flat to rounding is told with the range in which it has one value."""
    because = judge(lambda x: 1 - math.tanh(x), 24.0, -5.7e-21).because
    assert because.startswith("flat to rounding: f has one value from 19.05")


ROUNDINGS = {
    "to 1 digit": lambda z: round(z, 1),
    "to 4 digits": lambda z: round(z, 4),
    "to 9 digits": lambda z: round(z, 9),
    "to a quarter": lambda z: math.floor(4 * z + 0.5) / 4,
    "cut at 1000ths": lambda z: int(z * 1000) / 1000,
    "to single precision": lambda z: float(numpy.float32(z)),
    "to half precision": lambda z: float(numpy.float16(z)),
}


@given(st.sampled_from(SMOOTH), st.sampled_from(list(ROUNDINGS.values())), st.floats(0.1, 3), st.booleans())
def test_a_right_derivative_of_a_rounded_function_is_never_called_wrong(f, rounding, x, of_argument):
    """Whatever is rounded, argument or result, and however coarsely, what is right without is not called wrong."""
    slope = _slope(f, x)
    rounded = (lambda y: f(rounding(y))) if of_argument else (lambda y: rounding(f(y)))
    judgement = judge(rounded, x, slope)
    assert judgement.verdict is not DISAGREE, judgement
    if judgement.verdict is AGREE:
        assert judgement.error <= 0.01 * abs(slope) * (1 + 1e-9)


@given(st.sampled_from(SMOOTH), st.floats(0.1, 3))
def test_a_coarse_function_is_judged_above_its_steps(f, x):
    """In steps of 10⁻⁶ f's slope is told from one that is a percent off, and the judgement says that f is coarse."""
    slope = _slope(f, x)
    assume(abs(slope) > 0.1)
    judgement = judge(lambda y: round(f(y), 6), x, slope)
    assert judgement.verdict is AGREE
    assert "coarse: f moves in steps of" in judgement.because
    assert judge(lambda y: round(f(y), 6), x, 1.01 * slope).verdict is DISAGREE


@given(
    st.sampled_from([f for f, *_ in [*CANCELLING.values(), *SATURATED.values()]]),
    st.floats(-8, 2),
    st.sampled_from([1.0, -1 / 3, 1e-20, 1e-9]),
)
def test_nothing_agrees_whose_error_exceeds_the_slope(f, exponent, claim):
    """An agreement is of a slope that is known to a percent, or of 0."""
    judgement = judge(f, 10.0**exponent, claim)
    if judgement.verdict is AGREE:
        assert judgement.error <= 0.01 * max(abs(judgement.reference), abs(claim)) * (1 + 1e-9)
    else:
        assert judgement.because != ""


@given(st.floats(0.1, 3), st.integers(-13, -7), st.sampled_from([150, 1000, -300]))
def test_noise_excuses_no_slope_that_is_a_hundred_times_too_large(x, digits, factor):
    """However noisy f is, a claim that its slope excludes a hundredfold is wrong."""
    assert judge(noisy_exponential(10.0**digits), x, factor * math.exp(x)).verdict is DISAGREE


@given(st.sampled_from(SMOOTH), st.floats(0.1, 3), st.floats(-12, -1), st.sampled_from([1.0, 0.1, -2.0]))
def test_a_jump_close_by_is_none_of_the_slope(f, x, exponent, size):
    """Near a jump the right derivative is not called wrong, nor is what a secant across it shows agreed with."""
    at = x + 10.0**exponent
    slope, jumping = _slope(f, x), lambda y: f(y) + size * (y >= at)
    assert judge(jumping, x, slope).verdict is not DISAGREE
    assert judge(jumping, x, slope + size / (at - x)).verdict is not AGREE


@pytest.mark.parametrize("case", CASES)
def test_a_few_evaluations_are_enough_for_what_is_smooth(case):
    """Of 40 evaluations no more are made; with them no right derivative is called wrong, and no wrong one right."""
    f, slope, x = CASES[case]
    right, wrong = (judge(f, x, claim, most_evaluations=40) for claim in (slope, 2 * slope + (slope == 0)))
    assert max(right.evaluations, wrong.evaluations) <= 40
    assert right.verdict is not DISAGREE
    assert wrong.verdict is not AGREE


UNIT = {"low": -1.0, "high": 1.0}
NON_NEGATIVE = {"low": 0.0}
EDGES = {
    "x√x at 0": (lambda x: x * math.sqrt(x), NON_NEGATIVE, 0.0, 0.0),
    "√ near 0": (math.sqrt, NON_NEGATIVE, 1e-12, 5e5),
    "log near 0": (math.log, {"low": 5e-324}, 1e-12, 1e12),
    "x log x": (lambda x: x * math.log(x), {"low": 5e-324}, 1e-6, math.log(1e-6) + 1),
    "asin near 1": (math.asin, UNIT, 1 - 2.0**-20, (2.0**-19 - 2.0**-40) ** -0.5),
    "exp at 1, from below": (math.exp, UNIT, 1.0, math.e),
    "exp at −1, from above": (math.exp, UNIT, -1.0, 1 / math.e),
    "1/x beside 0": (lambda x: 1 / x, {"high": -5e-324}, -1e-3, -1e6),
}


@pytest.mark.parametrize("case", EDGES)
def test_edges_are_judged_from_inside(case):
    """At and near an edge of the domain right and wrong are told apart, and f is called nowhere outside."""
    f, ends, x, slope = EDGES[case]

    def watched(y):
        called.append(y)
        return f(y)

    called = []
    assert judge(watched, x, slope, **ends).verdict is AGREE
    assert judge(watched, x, 1.5 * slope + (slope == 0.0), **ends).verdict is DISAGREE
    assert [y for y in called if not ends.get("low", -math.inf) <= y <= ends.get("high", math.inf)] == []
    assert len(called) > 10


@pytest.mark.parametrize("x", [-1.0, 1.0])
def test_at_an_edge_the_method_is_one_sided(x):
    """At the edge itself only one side is looked at, and the judgement says so."""
    assert judge(math.exp, x, math.exp(x), **UNIT).method == "one-sided differences"
    assert judge(math.exp, x, math.exp(x)).method == "central differences"


@given(st.floats(-5, 5), st.floats(1e-3, 5), st.floats(1e-3, 1), st.floats(-3, 3))
def test_f_is_called_inside_its_domain_only(low, width, share, claim):
    """Wherever x is in its domain, f is called inside only, and each call is counted."""
    called = []
    judgement = judge(lambda y: called.append(y) or math.sin(y), low + share * width, claim, low=low, high=low + width)
    assert [y for y in called if not low <= y <= low + width] == []
    assert judgement.evaluations == len(called) > 1


def single(f):
    """f as single precision computes it."""
    return lambda x: float(numpy.float32(f(numpy.float32(x))))


SINGLES = {
    "exp": (numpy.exp, math.exp, [0.0, 1.0, -3.0, 20.0, 0.1]),
    "log": (numpy.log, lambda x: 1 / x, [1.0, 2.0, 1e-3, 1e20, 0.7]),
    "sin": (numpy.sin, math.cos, [0.0, 1.0, 3.1, 1e-5, 0.1]),
    "tanh": (numpy.tanh, lambda x: math.cosh(x) ** -2, [0.0, 0.5, -2.0]),
    "x²": (lambda x: x * x, lambda x: 2 * x, [1.0, -3.0, 0.1, 1e5]),
    "1/x": (lambda x: 1 / x, lambda x: -1 / (x * x), [1.0, -2.0, 0.3]),
    "3x + 1": (lambda x: 3 * x + 1, lambda x: 3.0, [0.0, 1.0, 0.3, -100.0]),
    "10 + sin": (lambda x: 10 + numpy.sin(x), math.cos, [1.0, 2.0, 0.3]),
}
SINGLE_CASES = [
    pytest.param(f, slope(x), x, id=f"{name} at {x!r}") for name, (f, slope, xs) in SINGLES.items() for x in xs
]


@pytest.mark.parametrize(("f", "slope", "x"), SINGLE_CASES)
def test_single_precision_is_recognised(f, slope, x):
    """Functions computed in single precision are judged as such: right ones agree, an error of a percent is caught."""
    judgement = judge(single(f), x, float(numpy.float32(slope)))
    assert (judgement.verdict, judgement.single) == (AGREE, True)
    assert judgement.because == "computed in single precision"
    for wrong in (1.01 * slope, -slope, 2 * slope, 0.0):
        assert judge(single(f), x, wrong).verdict is DISAGREE


@pytest.mark.parametrize("x", [0.0, 1.0, 0.3])
def test_whichever_of_argument_and_result_is_rounded(x):
    """Single precision is recognised where only the argument, or only the result, is of it."""
    for f in (lambda y: math.exp(float(numpy.float32(y))), lambda y: float(numpy.float32(math.exp(y)))):
        judgement = judge(f, x, math.exp(x))
        assert (judgement.verdict, judgement.single) == (AGREE, True)


@pytest.mark.parametrize("f", [math.floor, lambda x: 2.5, lambda x: float(x > 0), lambda x: x, lambda x: x * x,
                               lambda x: 3.5e9 + x])  # fmt: skip
@pytest.mark.parametrize("x", [0.0, 0.5, 3.0, 1e-300, 1e20])
def test_doubles_are_not_taken_for_singles(f, x):
    """Whole numbers, constants, switches and exact products are not mistaken for single precision."""
    assert not judge(f, x, 1.0).single


@pytest.mark.parametrize("nothing", [lambda x: math.nan, lambda x: math.inf, lambda x: complex(x, 0.0), lambda x: None,
                                     lambda x: numpy.complex64(x), lambda x: 1 / 0])  # fmt: skip
def test_without_a_value_at_x_there_is_no_verdict(nothing):
    """NaN, infinity, a complex number, anything that is no number, and an exception are no value."""
    judgement = judge(nothing, 1.0, 1.0)
    assert (judgement.verdict, judgement.evaluations) == (CANNOT_JUDGE, 1)
    assert math.isnan(judgement.reference)


@pytest.mark.parametrize("x", [math.nan, math.inf, 2.0, -1.0 - 2.0**-52])
def test_outside_the_domain_f_is_not_even_called(x):
    """Where x is no number of the domain, f is not called."""
    judgement = judge(lambda y: pytest.fail("called"), x, 1.0, **UNIT)
    assert (judgement.verdict, judgement.evaluations) == (CANNOT_JUDGE, 0)
    assert judgement.because == "x is outside the domain"


@pytest.mark.parametrize("convert", [float, numpy.float64, lambda x: numpy.array(x), Value])
def test_results_are_whatever_float_takes(convert):
    """f may return NumPy's numbers; a Value refuses to be made a float and so is no value."""
    expected = CANNOT_JUDGE if convert is Value else AGREE
    assert judge(lambda x: convert(math.sin(x)), 1.0, math.cos(1.0)).verdict is expected


def test_an_interrupt_passes():
    """What is no Exception is not swallowed."""

    def interrupted(x):
        if x != 1.0:
            raise KeyboardInterrupt
        return x

    with pytest.raises(KeyboardInterrupt):
        judge(interrupted, 1.0, 1.0)


def test_a_verdict_reads_as_it_is_spelled():
    """str(verdict) is the words that a report prints."""
    assert [str(verdict) for verdict in Verdict] == ["agree", "disagree", "cannot judge"]


def test_it_judges_the_engine_itself():
    """microgrand's own gradient of a microgrand function agrees."""
    assert judge(lambda x: (Value(x).tanh() * x).data, 0.7, grad(lambda x: x.tanh() * x)(0.7)).verdict is AGREE


def test_a_verdict_takes_few_evaluations():
    """The median verdict takes at most 120 evaluations of f."""
    both = [judged(case, mistake) for case in CASES for mistake in (None, "factor 2")]
    assert statistics.median([judgement.evaluations for judgement in both]) <= 120


def test_an_edge_that_single_precision_rounds_outside_is_not_judged():
    """Where f is of single precision, and x rounded to it is no number of the domain, there is no value at x."""
    judgement = judge(single(numpy.exp), 0.7, math.exp(0.7), low=0.7, high=2.0)
    assert (judgement.verdict, judgement.because) == (CANNOT_JUDGE, "f has no finite value at x")
