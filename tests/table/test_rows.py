"""Laws of `check_primitive`: it accepts every row of the table, and says what is wrong with a row that is not right."""

import contextlib
import itertools
import math
import sys
import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import microgrand as mg
from microgrand import TABLE, NonFiniteError, Primitive
from microgrand.table.domains import NON_NEGATIVE, POSITIVE
from microgrand.table.primitive import Kernel
from microgrand.testing import PrimitiveFault, check_primitive
from microgrand.testing.checking_primitives import check_law
from microgrand.testing.laws import LAWS, Broken, LeftOut
from microgrand.testing.laws.orders import second_order
from microgrand.testing.laws.values import value_is_exact

ROWS = pytest.mark.parametrize("row", TABLE.values(), ids=list(TABLE))

# The laws that can be looked at for some rows only: those whose domain ends or has holes, and those with a kink beside
# which there are derivatives from both sides.
ONLY_FOR = {
    "just outside the domain is refused": {
        "acos", "acosh", "asin", "atanh", "beta", "beta_derivative", "cos", "div", "erfinv", "erfinv_slope", "floordiv",
        "lbeta", "log", "log10", "log1p", "log2", "log_softmax", "logit", "mod", "polygamma_rise", "reciprocal", "sin",
        "sinc", "sinc_derivative", "softmax", "softmax_bend", "softmax_complement", "softmax_slope", "softmax_tilt",
        "softmax_tilt_of_three", "sqrt", "tan",
    },
    "a partial at a kink lies between both sides": {
        "abs", "atan2", "clip", "elu", "floordiv", "hypot", "leaky_relu", "maximum", "minimum", "mod", "norm",
        "norm_slope", "pow", "power_term", "relu", "where",
    },
}  # fmt: skip
DERIVATIVE = "a partial is the derivative of the value"
EXPONENTIALS = {name for name in TABLE if "softmax" in name or name == "logsumexp"}


def examples(law, row):
    """How many operand lists to look at: 50 digits take long at the ends of the range, of several exponentials most."""
    few = (10 if row.name in EXPONENTIALS else 4) if law.name == DERIVATIVE else 1
    return settings.default.max_examples // 2 // few


@ROWS
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_every_row_of_the_table_keeps_the_laws(row, law):
    """What microgrand ships passes its own check: exact values and partials, derivatives of derivatives, domains,
    kinks, arrays, printed code. Each law is looked at somewhere, but for those that say nothing of the row.
    """
    report = check_law(row, law, examples(law, row))
    assert (report.points > 0) == (row.name in ONLY_FOR.get(law.name, TABLE)), report


def value_breaks(row, xs):
    """What a row's value breaks of the law on its exactness, at these operands."""
    with contextlib.suppress(LeftOut):
        try:
            value_is_exact(row, xs)
        except Broken as broken:
            yield str(broken)


@given(st.lists(st.floats(-1e3, 1e3) | st.floats(-1e-300, 1e-300), min_size=2, max_size=5))
@example([0.5, 5e-324, 6.0])
@example([0.5, 5e-324, 1e300])
def test_a_product_is_as_exact_as_declared_where_it_underflows_on_the_way(xs):
    """Also of numbers whose products leave the range of normal floats, and come back."""
    assert list(value_breaks(TABLE["prod"], xs)) == []


OF_TWO = [row for row in TABLE.values() if row.arity == len(row.signature.operands) == 2]


def breaks(row, xs, first, second):
    with contextlib.suppress(LeftOut):
        try:
            second_order(row, xs, first, second)
        except Broken as broken:
            yield str(broken)


@pytest.mark.parametrize("row", OF_TWO, ids=lambda row: row.name)
def test_a_derivative_that_cancels_breaks_no_law(row):
    """Where a second derivative is 0 because terms cancel, a sweep finds roundings: that is no fault of the row."""
    pairs = [[x, y] for size in (0.7, 1.0, 3.0) for x in (-size, size) for y in (-size, size)]
    points = [[x, y] for x, y in pairs if row.allows(x, y) and row.allows(x, y + 1e-9)]  # (-1)^y has no slope in y
    assert points
    assert [
        (xs, pair, fault)
        for xs in points
        for pair in itertools.product((0, 1), repeat=2)
        for fault in breaks(row, xs, *pair)
    ] == []


def cube(x):
    return x * x * x


def rounded(x):
    return float(round(x))


def square_root_slope(z, x):
    return 0.5 / z if z else math.inf


def wrong_at_zero(z, x):
    return 2.0 if x == 0.0 else x / abs(x)


def slope_of_the_cube(z, x):
    return 3.0 * x * x


def in_turn(*outcomes):
    """A function that gives these one after the other, and then again: one that changes its mind."""
    turn = itertools.cycle(outcomes)
    return lambda *xs: next(turn)


def cube_on_floats(x):
    return x * x if hasattr(x, "shape") else x * x * x


def detached(z, x):
    return 3.0 * x * getattr(x, "data", x)


class WithoutDomain(Kernel):
    """A compiled row that forgets its domain."""

    def applied(self, arguments):
        return arguments[0] * 1.0


def forgetful():
    row = Primitive("forgetful", lambda x: x * 1.0, lambda z, x: 1.0, domain=POSITIVE)
    row.kernel = WithoutDomain()
    return row


def cubic(name, partial=slope_of_the_cube, value=cube, **others):
    return Primitive(name, value, partial, **others)


DOMAIN = "the domain is kept"
ENDS = "just outside the domain is refused"
SAME = "Values and floats give the same"
KINK = "a partial at a kink lies between both sides"
ARRAYS = "arrays give what floats give"
CODE = "the printed code gives the value"
SWEPT = "the derivative of a partial is swept"
EXACT_VALUE = "the value is as exact as declared"
EXACT_PARTIALS = "the partials are as exact as declared"
ORDERS = "derivatives to fourth order are the value's"
# A row, the law that it breaks, where, and what is said.
FAULTS = [
    (cubic("changeable", joint=in_turn(True, False)), DOMAIN, "(0.0)",
     "whether changeable allows them is False; right is True"),
    (cubic("of_logs", value=mg.log), DOMAIN, "(0.0)",
     "the error on plain numbers is 'log is defined on (0, ∞); got 0.0'; "
     "right is 'a value, for they lie in the domain'"),
    (cubic("other_words", domain=POSITIVE, pole=lambda x: bool(mg.sqrt(x))), DOMAIN, "(-1.0)",
     "the error on plain numbers is 'sqrt is defined on [0, ∞); got -1.0'; right is '“other_words is defined …”'"),
    (Primitive("without_domain", math.sqrt, square_root_slope), DOMAIN, None,
     "; right is 'a value, or a domain without these'"),
    (cubic("too_late", joint=in_turn(False, False, True)), DOMAIN, "(0.0)",
     "what plain numbers outside the domain give is 'a value'; right is 'a DomainError'"),
    (cubic("other_error", domain=POSITIVE, pole=lambda x: bool(mg.sqrt(x))), ENDS, "(1.0)",
     "the error at [-5e-324] is 'sqrt is defined on [0, ∞); got -5e-324'; "
     "right is '“other_error is defined … got -5e-324”'"),
    (Primitive("dice", in_turn(1.0, 2.0, 3.0), lambda z, x: 0.0), SAME, "(0.0)", "the value on Values is "),
    (cubic("half_cube", lambda z, x: 1.5 * x * x), DERIVATIVE, "(1.0)",
     "the partial in operand 1 is 1.5; right is 3.0"),
    (Primitive("kinked", mg.abs, wrong_at_zero, kink=lambda x: x == 0.0), KINK, "(0.0)",
     "the partial in operand 1 at a kink is 2.0; right is 'between -1.0 and 1.0'"),
    (Primitive("kinked_on_floats", math.fabs, wrong_at_zero, kink=lambda x: x == 0.0), KINK, "(0.0)",
     "the partial in operand 1 at a kink is 2.0; right is 'between -1.0 and 1.0'"),
    (cubic("square_on_arrays", value=cube_on_floats), ARRAYS, None,
     "the value on arrays, in the lane of ["),
    (cubic("misprinted", notation=mg.Notation("cubed", python="{} ** 2")), CODE, None,
     "the printed x0 ** 2 is "),
    (cubic("no_code", notation=mg.Notation("cubed", python="{} cubed")), CODE, "(0.0)",
     "the printed code x0 cubed is 'SyntaxError: invalid syntax (<string>, line 1)'; right is 'code that runs'"),
    (cubic("plain_slope", lambda z, x: 3.0 * getattr(x, "data", x) ** 2), SWEPT, None,
     "the derivative of the partial in operand 1 along operand 1 is 0.0; right is "),
    (cubic("coarse", value=lambda x: (x * x * x + 1024.0) - 1024.0), EXACT_VALUE, None,
     "the value (declared within 2 ulp) is "),
    (cubic("almost", lambda z, x: 3.0 * x * x + 1e-18 * x), EXACT_PARTIALS, "(1.0)",
     "the partial in operand 1 with many digits is 3.0; right is 3.0 (0 ulps away)"),
    (cubic("coarse_slope", lambda z, x: (3.0 * x * x + 1024.0) - 1024.0), EXACT_PARTIALS, None,
     "the partial in operand 1 (declared within 4 ulp) is "),
    (cubic("detached_order", detached), ORDERS, None,
     "the derivative of order 2 in operand 1 is "),
]  # fmt: skip
if not mg.COMPILED:  # a compiled row takes compiled kernels only
    FAULTS.append((forgetful(), ENDS, "(1.0)", "what [-5e-324] give is 'a value'; right is 'a DomainError'"))


@pytest.mark.parametrize(("row", "law", "at", "text"), FAULTS, ids=lambda item: getattr(item, "name", None))
def test_a_faulty_row_is_told_which_law_it_breaks(row, law, at, text):
    """Of every way in which a row can break a law there is one that does: the text names the row, the law, the simplest
    operands, what the row gives and what is right.
    """
    with pytest.raises(PrimitiveFault) as caught:
        check_law(row, BY_NAME[law], 100)
    fault = caught.value
    assert (fault.primitive, fault.law) == (row, law)
    assert text in fault.because
    numbers = ", ".join([repr(x) for x in fault.operands])
    assert at in (None, f"({numbers})")
    assert str(fault) == f"{row.name} breaks the law “{law}” at ({numbers}): {fault.because}"


BY_NAME = {law.name: law for law in LAWS}


def test_every_law_can_be_broken():
    """Above there is a faulty row for each law; the check of all laws names the first that a row breaks."""
    broken = [getattr(each, "values", each) for each in FAULTS]
    assert {law for _, law, _, _ in broken} == set(BY_NAME)
    with pytest.raises(PrimitiveFault, match=r"^half_cube breaks the law “a partial is the derivative of the value”"):
        check_primitive(next(row for row, _, _, _ in broken if row.name == "half_cube"))


def noise(x):
    """Noise as large as x itself, whatever x is: no differences show a slope, however far the steps are."""
    return x * (zlib.crc32(x.hex().encode()) / 2.0**31 - 1.0) ** 3


OVERFLOWS = "the row raises OverflowError: math range error"
LEFT_OUT = [
    (Primitive("exp_of_math", math.exp, lambda z, x: z), DOMAIN, OVERFLOWS),
    (Primitive("slope_of_math", lambda x: mg.exp(-x), lambda z, x: -1.0 / math.exp(x)), DERIVATIVE, OVERFLOWS),
    (cubic("cube_everywhere"), ENDS, "the row is defined everywhere"),
    (Primitive("tiny", lambda x: 1e-310 * x, lambda z, x: 1e-310), EXACT_VALUE, "subnormal numbers have lost digits"),
    (Primitive("noise", noise, lambda z, x: 0.0), DERIVATIVE, "no partial can be judged: "),
    (Primitive("end", mg.sqrt, square_root_slope, domain=NON_NEGATIVE, kink=lambda x: x == 0.0), KINK,
     "at this kink there are no derivatives from both sides"),
    (Primitive("cube_of_math", lambda x: math.pow(x, 3.0), slope_of_the_cube), ARRAYS, "the value takes no arrays: "),
    (Primitive("cube_of_math", lambda x: math.pow(x, 3.0), slope_of_the_cube), EXACT_VALUE,
     "the row does not run with many digits: "),
]  # fmt: skip


@pytest.mark.parametrize(("row", "law", "reason"), LEFT_OUT, ids=lambda item: getattr(item, "name", None))
def test_what_cannot_be_looked_at_is_left_out(row, law, reason):
    """Where a row tells nothing about a law it is not faulty: the report says why."""
    assert check_law(row, BY_NAME[law], 30).left_out.startswith(reason)


def test_a_kink_of_floats_is_looked_at():
    """At the kink of a row on floats only, a partial between both sides is right."""
    row = Primitive("abs_of_math", math.fabs, lambda z, x: math.copysign(1.0, x) if x else 0.5, kink=lambda x: x == 0.0)
    assert check_law(row, BY_NAME[KINK], 20).points > 0


def test_without_numpy_arrays_are_left_out(monkeypatch):
    """Where NumPy is not installed the law of arrays says so."""
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(LeftOut, match=r"^NumPy is not installed$"):
        BY_NAME[ARRAYS].holds(mg.tanh, [1.0], [2.0])


def test_an_infinite_slope_inside_the_domain_is_an_error():
    """A partial whose own derivative is infinite where the row is defined on both sides is not passed over."""
    row = cubic("steep_slope", lambda z, x: 3.0 * x * x + mg.sqrt(x - x))
    with pytest.raises(NonFiniteError):
        check_law(row, BY_NAME[ORDERS], 20)


def test_a_row_on_floats_only_is_not_faulty():
    """What a row made of `math` does not run on is left out, and the report says so."""
    row = Primitive("erf_of_math", math.erf, lambda z, x: 2 / math.sqrt(math.pi) * math.exp(-x * x))
    report = check_primitive(row, max_examples=20)
    assert str(report).startswith("erf_of_math keeps every law that could be looked at:\n")
    left_out = [law.law for law in report.laws if not law.points]
    assert "arrays give what floats give" in left_out
    assert DERIVATIVE not in left_out


def test_the_search_is_the_same_every_time():
    """Two checks of one row look at the same operands."""
    assert check_primitive(mg.tanh, max_examples=9) == check_primitive(mg.tanh, max_examples=9)


def test_printed_code_may_use_infinity():
    """`inf` and `nan`, as formulas print them, are known where printed code is tried."""
    code = "where(1.0, minimum({}, inf), nan)"
    row = Primitive("below_all", lambda x: x * 1.0, lambda z, x: 1.0, mg.Notation("below_all", python=code))
    assert check_law(row, BY_NAME[CODE], 20).points > 0
