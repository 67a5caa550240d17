"""Where functions overflow, underflow, end, jump or bend: what is returned there, row by row."""

import doctest
import math
import sys
from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

import microgrand
from microgrand import NonFiniteError, Value, grad, jvp, sweep

INF, NAN = math.inf, math.nan
HUGE = 1.7e308


def value_and_slopes(row, *operands):
    leaves = [Value(x) for x in operands]
    root = row(*leaves)
    adjoints = sweep(root)
    return root.data, *[adjoints.get(leaf) for leaf in leaves]


FINITE_WHERE_IT_CAN_BE = {
    "sigmoid(-800)": (microgrand.sigmoid, [-800.0], 0.0),
    "sigmoid(800)": (microgrand.sigmoid, [800.0], 1.0),
    "softplus(800)": (microgrand.softplus, [800.0], 800.0),
    "softplus(-800)": (microgrand.softplus, [-800.0], 0.0),
    "log_sigmoid(-1e300)": (microgrand.log_sigmoid, [-1e300], -1e300),
    "hypot": (microgrand.hypot, [1e200, 1e200], math.sqrt(2) * 1e200),
    "norm": (lambda *xs: microgrand.norm(xs), [1e200, 1e200, 1e200], math.sqrt(3) * 1e200),
    "norm of tiny ones": (lambda *xs: microgrand.norm(xs), [3e-200, 4e-200], 5e-200),
    "logsumexp of 1e4s": (lambda *xs: microgrand.logsumexp(xs), [1e4, 1e4], 1e4 + math.log(2)),
    "logsumexp of -1e300": (lambda *xs: microgrand.logsumexp(xs), [-1e300, -1e300], -1e300),
    "log_softmax": (lambda *xs: microgrand.log_softmax(xs, 1), [1e4, -1e4], -2e4),
    "softmax": (lambda *xs: microgrand.softmax(xs, 0), [HUGE, -HUGE], 1.0),
    "tanh": (microgrand.tanh, [HUGE], 1.0),
    "atan": (microgrand.atan, [HUGE], math.pi / 2),
    "asinh": (microgrand.asinh, [-HUGE], -math.asinh(HUGE)),
    "acosh": (microgrand.acosh, [HUGE], math.acosh(HUGE)),
    "softsign": (microgrand.softsign, [-HUGE], -1.0),
    "silu": (microgrand.silu, [-HUGE], 0.0),
    "gelu": (microgrand.gelu, [HUGE], HUGE),
    "erfc": (microgrand.erfc, [HUGE], 0.0),
    "elu": (lambda x: microgrand.elu(x), [-HUGE], -1.0),
    "atan2": (microgrand.atan2, [1e-300, 1e300], 0.0),
    "power": (microgrand.pow, [1e-300, 1e-300], 1.0),
    "sqrt of the smallest": (microgrand.sqrt, [5e-324], math.sqrt(5e-324)),
}


@pytest.mark.parametrize("case", FINITE_WHERE_IT_CAN_BE)
def test_huge_and_tiny_arguments_overflow_only_where_the_result_does(case):
    """Where value and slopes are finite, no step on the way overflows or turns NaN."""
    row, operands, expected = FINITE_WHERE_IT_CAN_BE[case]
    value, *slopes = value_and_slopes(row, *operands)
    assert value == pytest.approx(expected, rel=1e-15, abs=1e-300)
    assert all(math.isfinite(slope) for slope in slopes)


OF_ONE = [row for row in microgrand.TABLE.values() if row.arity == 1]
NOT_BEYOND_ONE = {"asin", "acos", "atanh", "erfinv", "erfinv_slope", "logit"}
NOT_BELOW_ZERO = {"sqrt", "log", "log1p", "log2", "log10", "acosh", "gamma", "lgamma", "digamma"}
GROWING = {"square", "one_minus_square", "exp", "expm1", "exp2", "sinh", "cosh", "gamma"}  # too fast for 1e160
GROWING_TO_THE_LEFT = {"square", "one_minus_square", "sinh", "cosh", "log_normal_cdf"}
GROWING_MORE_THAN_X = {"degrees", "lgamma"}
AT_JUMPS = {"floor", "ceil", "trunc"}  # each large float is a whole number
NOT_AT_INFINITY = {"sin", "cos", "tan", "sinc"}


def slopes_far_out(row, x):
    """The derivatives to third order, backwards and forwards."""
    backwards = forwards = row
    found = []
    for _ in range(3):
        backwards, forwards = grad(backwards), forward_derivative(forwards)
        found += [backwards(x), forwards(x)]
    return found


def forward_derivative(f):
    return lambda x: jvp(f, (x,), (1.0,))[1]


@pytest.mark.parametrize("x", [HUGE, -HUGE, 1e160, -1e160])
def test_far_out_derivatives_are_no_nan(x):
    """Where a row of one operand has a finite value at ±1.7e308, its derivatives to third order are numbers too; all
    rows have one there but those that grow too fast and those whose domain ends before.
    """
    finite = [row for row in OF_ONE if row.allows(x) and math.isfinite(row(x)) and not (row.kink and row.kink(x))]
    without = AT_JUMPS | NOT_BEYOND_ONE | (GROWING_TO_THE_LEFT | NOT_BELOW_ZERO if x < 0.0 else GROWING)
    without = without | GROWING_MORE_THAN_X if math.isinf(60.0 * x) else without
    assert {row.name for row in finite} == {row.name for row in OF_ONE} - without
    assert [row.name for row in finite if not all([math.isfinite(slope) for slope in slopes_far_out(row, x)])] == []


@pytest.mark.parametrize("x", [INF, -INF])
def test_slopes_at_infinity_are_no_nan(x):
    """At ±∞ value and slope of a row of one operand are their limits, finite or infinite, but not NaN, where there are
    limits and no kink.
    """
    smooth = [row for row in OF_ONE if row.allows(x) and row.kink is None]
    without = NOT_BEYOND_ONE | NOT_AT_INFINITY | (NOT_BELOW_ZERO if x < 0.0 else set())
    assert {row.name for row in smooth} == {row.name for row in OF_ONE if row.kink is None} - without
    assert [row.name for row in smooth if any([math.isnan(number) for number in value_and_slopes(row, x)])] == []


POWERS = {
    (0.0, 0.0): (1.0, 0.0, -INF),
    (0.0, 0.5): (0.0, INF, 0.0),
    (0.0, 1.0): (0.0, 1.0, 0.0),
    (0.0, 2.0): (0.0, 0.0, 0.0),
    (-2.0, 3.0): (-8.0, 12.0, NAN),
    (-2.0, -1.0): (-0.5, -0.25, NAN),
    (2.0, 0.0): (1.0, 0.0, math.log(2.0)),
    (1.0, HUGE): (1.0, HUGE, 0.0),
    (INF, 2.0): (INF, INF, INF),
    (2.0, -2000.0): (0.0, -0.0, 0.0),
    (2.0, 2000.0): (INF, INF, INF),
    (-2.0, 2001.0): (-INF, INF, NAN),
    (1e-310, 1e-300): (1.0, 1e10, math.log(1e-310)),
}


@pytest.mark.parametrize("operands", POWERS, ids=str)
def test_powers(operands):
    """0⁰, fractional and negative powers of 0, negative bases, overflow: value and both slopes."""
    found = value_and_slopes(microgrand.pow, *operands)
    assert found == pytest.approx(POWERS[operands], rel=1e-13, nan_ok=True)


@pytest.mark.parametrize(
    ("row", "at", "slope"),
    [
        (microgrand.sqrt, 0.0, INF),
        (microgrand.cbrt, 0.0, INF),
        (microgrand.asin, 1.0, INF),
        (microgrand.acos, -1.0, -INF),
        (microgrand.acosh, 1.0, INF),
    ],
    ids=lambda item: getattr(item, "name", ""),
)
def test_closed_ends_have_a_value_and_an_infinite_slope(row, at, slope):
    """The value at a domain's closed end exists; the infinite slope is recorded, and reported where it was born."""
    x = Value(at, name="x")
    y = row(x)
    z = y * 3.0 + 1.0
    assert math.isfinite(y.data)
    assert y.partials == (slope,)
    with pytest.raises(NonFiniteError, match=r"δ of node 'x' .* turned -?inf: the local partial of \w+\(x\)"):
        z.backward()


COMPARISONS = {"greater": 0.0, "greater_equal": 0.0, "less": 0.0, "less_equal": 0.0, "equal": 0.0, "not_equal": 1.0}


def operands_of_nan(row):
    """NaN for each operand of a row but its indices; in lists a number beside it."""
    if row.signature.lists:
        return [*[[Value(NAN), Value(1.0)] for _ in row.signature.lists], *[0] * len(row.signature.indices)]
    indices = row.signature.index_positions(len(row.partials))
    return [1.0 if k in indices else Value(NAN) for k in range(len(row.partials))]


@pytest.mark.parametrize("row", microgrand.TABLE.values(), ids=list(microgrand.TABLE))
def test_nan_passes_through(row):
    """Of NaN a row gives NaN and never an error; a comparison is false of it, and ≠ is true."""
    expected = COMPARISONS.get(row.name, NAN)
    assert row(*operands_of_nan(row)).data == pytest.approx(expected, nan_ok=True)


def test_arrays_overflow_silently_as_floats_do():
    """On arrays, as on floats, what overflows is infinite, and no warning is given."""
    with numpy.errstate(all="raise"):
        assert microgrand.exp(numpy.array([1000.0, 0.0])).tolist() == [INF, 1.0]
        assert microgrand.sigmoid(numpy.array([-800.0, 800.0])).tolist() == [0.0, 1.0]
        assert microgrand.softsign(numpy.array([INF, -INF])).tolist() == [1.0, -1.0]
        assert numpy.isnan(microgrand.log(numpy.array([-1.0])))[0]


def test_erf_of_an_array_without_scipy_says_what_to_install(monkeypatch):
    """NumPy has no erf; where SciPy is missing, one sentence holds the command that installs it."""
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(microgrand.MissingExtraError, match=r"'scipy': pip install .microgrand\[array\]"):
        microgrand.erf(numpy.array([0.5]))
    assert microgrand.erf(0.5) == math.erf(0.5)


@given(
    st.sampled_from([row for row in microgrand.TABLE.values() if row.bounded and not row.signature.indices]), st.data()
)
def test_beyond_its_domain_no_value_raises(row, data):
    """A row's formula on floats raises nothing outside its domain: a branch that is not taken may lie there."""
    numbers = st.sampled_from([-INF, -1e300, -2.5, -1.0, -0.0, 0.0, 0.5, 1.0, 3.0, 1e300, INF])
    size = row.arity or 2 * len(row.signature.lists)
    assert isinstance(row.value(*data.draw(st.lists(numbers, min_size=size, max_size=size))), float)


def test_slopes_of_conditions_are_zero():
    """Comparisons and sign have slope 0 everywhere; a choice passes the slope of the branch it took."""
    x = Value(2.0)
    for row in (microgrand.greater, microgrand.less_equal, microgrand.equal):
        assert row(x, 2.0).partials == (0.0,)
    assert grad(lambda x: microgrand.where(microgrand.greater(x, 0.0), x * 3.0, x * 5.0))(-1.0) == 5.0
    assert grad(lambda x: microgrand.where(microgrand.greater(x, 0.0), x * 3.0, x * 5.0))(1.0) == 3.0


def test_ties_are_shared():
    """t operands that tie for the maximum have slope 1/t each."""
    leaves = [Value(x) for x in (1.0, 3.0, 3.0, 3.0)]
    assert microgrand.maximum(leaves).partials == (0.0, 1 / 3, 1 / 3, 1 / 3)
    assert microgrand.minimum(*leaves).partials == (1.0, 0.0, 0.0, 0.0)
    assert microgrand.clip(Value(1.0), Value(1.0), Value(2.0)).partials == (0.5, 0.5, 0.0)


def test_the_page_on_kinks_is_true():
    """Every example of docs/explanation/kinks.md, and every convention in its table, is what happens."""
    page = Path(__file__).parent.parent.parent / "docs" / "explanation" / "kinks.md"
    failed, tried = doctest.testfile(str(page), module_relative=False)
    assert (failed, tried) == (0, 8)
    assert value_and_slopes(microgrand.mod, 6.0, 3.0) == (0.0, 1.0, -2.0)
    assert value_and_slopes(microgrand.xlogy, 0.0, 0.0) == (0.0, -INF, 0.0)
    assert value_and_slopes(microgrand.logaddexp, -INF, -INF) == (-INF, 0.5, 0.5)
    assert value_and_slopes(lambda *xs: microgrand.logsumexp(xs), -INF, -INF, -INF) == (-INF, 1 / 3, 1 / 3, 1 / 3)
    assert grad(microgrand.leaky_relu)(0.0) == 0.01
    assert grad(lambda x: microgrand.elu(x, 1.5))(0.0) == 1.5
    assert value_and_slopes(microgrand.hypot, 0.0, 0.0) == (0.0, 0.0, 0.0)
    assert grad(lambda x: microgrand.relu(x) - microgrand.relu(-x))(0.0) == 0.0
