"""Laws of `check_primitive`: it accepts every row of the table, and says what is wrong with a row that is not right."""

import math

import pytest
from hypothesis import settings

import microgrand as mg
from microgrand import TABLE, Primitive
from microgrand.testing import PrimitiveFault, check_primitive
from microgrand.testing.checking_primitives import check_law
from microgrand.testing.laws import LAWS

ROWS = pytest.mark.parametrize("row", TABLE.values(), ids=list(TABLE))

# The laws that can be looked at for some rows only: those whose domain ends or has holes, and those with a kink beside
# which there are derivatives from both sides.
ONLY_FOR = {
    "just outside the domain is refused": {
        "acos", "acosh", "asin", "atanh", "cos", "div", "log", "log10", "log1p", "log2", "log_softmax", "reciprocal",
        "sin", "softmax", "softmax_complement", "softmax_slope", "sqrt", "tan",
    },
    "a partial at a kink lies between both sides": {
        "abs", "atan2", "clip", "elu", "hypot", "leaky_relu", "maximum", "minimum", "norm", "pow", "power_term", "relu",
        "where",
    },
}  # fmt: skip
DERIVATIVE = "a partial is the derivative of the value"
EXPONENTIALS = {"softmax", "softmax_slope", "softmax_complement", "log_softmax", "logsumexp"}


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


def cube(x):
    return x * x * x


def rounded(x):
    return float(round(x))


def square_root_slope(z, x):
    return 0.5 / z if z else math.inf


def wrong_at_zero(z, x):
    return 2.0 if x == 0.0 else x / abs(x)


FAULTS = [
    (
        Primitive("half_cube", cube, lambda z, x: 1.5 * x * x),
        DERIVATIVE,
        "is 1.5; right is 3.0",
    ),
    (
        Primitive("misprinted", cube, lambda z, x: 3.0 * x * x, mg.Notation("cubed", python="{} ** 2")),
        "the printed code gives the value",
        "right is",
    ),
    (
        Primitive("kinked", mg.abs, wrong_at_zero, kink=lambda x: x == 0.0),
        "a partial at a kink lies between both sides",
        "right is 'between -1.0 and 1.0'",
    ),
    (
        Primitive("without_domain", math.sqrt, square_root_slope),
        "the domain is kept",
        "a value, or a domain",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("row", "law", "text"), FAULTS, ids=lambda item: getattr(item, "name", None))
def test_a_faulty_row_is_told_which_law_it_breaks(row, law, text):
    """The text names the row, the law, the simplest operands and both numbers."""
    with pytest.raises(PrimitiveFault) as caught:
        check_primitive(row)
    assert caught.value.law == law
    assert text in str(caught.value)
    assert row.name in str(caught.value)


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
