"""Laws of rounding: on Values % and // are Python's, and their slopes those of steps."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from microgrand import DivisionByZeroError, Value, grad
from microgrand.table import rounding

NUMBERS = st.floats(-1e6, 1e6) | st.integers(-20, 20).map(float) | st.sampled_from([0.0, -0.0, 5e-324, 1e300, -1e300])
ENDS = [0.0, -0.0, 0.5, -0.5, 2.0, -2.5, 1e300, 5e-324, math.inf, -math.inf, math.nan]


@given(NUMBERS, NUMBERS)
def test_operators_are_pythons(x, y):
    """On one Value or two, %, // and divmod give what they give on floats, bit for bit."""
    assume(y != 0.0)
    for left, right in ((Value(x), Value(y)), (x, Value(y)), (Value(x), y)):
        found = (left % right, left // right, *divmod(left, right))
        assert [repr(node.data) for node in found] == [repr(z) for z in (x % y, x // y, *divmod(x, y))]


@given(NUMBERS)
def test_functions_of_math_give_values(x):
    """math.floor, math.ceil and math.trunc of a Value are Values with the whole number, whose slope is 0."""
    for function in (math.floor, math.ceil, math.trunc):
        leaf = Value(x)
        node = function(leaf)
        assert node.data == function(x)
        assert node.partials == (0.0,)


@pytest.mark.parametrize("name", ["floor", "ceil", "trunc"])
def test_ends_are_numpys(name):
    """At zeros of either sign, infinities and NaN, rounding gives what NumPy's does."""
    found = [getattr(rounding, name)(x) for x in ENDS]
    assert [repr(x) for x in found] == [repr(float(getattr(numpy, name)(x))) for x in ENDS]


@given(st.floats(-100.0, 100.0), st.floats(0.1, 10.0))
def test_slopes_of_a_remainder(x, y):
    """x % y has the slope 1 in x and -(x // y) in y, and so has x - y·(x // y)."""
    for f in (lambda x, y: x % y, lambda x, y: x - y * (x // y), lambda x, y: divmod(x, y)[1]):
        assert grad(f, (0, 1))(x, y) == (1.0, -(x // y))


@pytest.mark.parametrize("operation", [lambda v: v % 0, lambda v: v // 0.0, lambda v: divmod(1, v - v)])
def test_a_division_by_zero_is_told(operation):
    """Where Python raises ZeroDivisionError, so does a Value."""
    with pytest.raises(DivisionByZeroError, match=r"^(mod|floordiv) is defined on .* in operand 2; got 0\.0"):
        operation(Value(2.0))


@pytest.mark.parametrize("operation", [lambda v: v % "a", lambda v: None // v, lambda v: divmod(v, [1.0])])
def test_what_is_no_number_is_refused(operation):
    """A string, None or a list beside a Value, with the words that it gets beside + and *."""
    with pytest.raises(TypeError, match=r"^expected a number or a Value; got .* of type (str|NoneType|list): "):
        operation(Value(2.0))


def test_what_may_know_values_is_asked():
    """Any other object beside a Value is Python's to refuse, or its own to answer; fractions are numbers."""

    class Asked:
        def __rmod__(self, other):
            return "mod"

        def __rdivmod__(self, other):
            return "divmod"

    v = Value(7.0)
    assert (v % Asked(), divmod(v, Asked())) == ("mod", "divmod")
    with pytest.raises(TypeError, match=r"unsupported operand type\(s\) for //: 'Value' and 'Asked'"):
        v // Asked()
    assert (v % Fraction(5, 2), Decimal(9) // v, divmod(v, Decimal(2))) == (2.0, 1.0, (3.0, 1.0))
