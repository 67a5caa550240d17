"""Laws of the elementary functions on floats: IEEE 754 at the ends, exact sums and products, and no digit lost."""

import math
from fractions import Fraction

import mpmath
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgrand.table import numeric

ENDS = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.0, 5e-324, 1e308, -1e308, 800.0, -800.0, math.inf, -math.inf, math.nan]
NAMES = {
    "exp": "exp", "expm1": "expm1", "log": "log", "log1p": "log1p", "log10": "log10", "log2": "log2", "sqrt": "sqrt",
    "sin": "sin", "cos": "cos", "tan": "tan", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "sinh": "sinh",
    "cosh": "cosh", "tanh": "tanh", "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh", "cbrt": "cbrt",
    "exp2": "exp2", "sign": "sign",
}  # fmt: skip
TWO = {"power": "power", "atan2": "arctan2", "hypot": "hypot", "maximum": "maximum", "minimum": "minimum"}
MODERATE = st.floats(-1e150, 1e150).filter(lambda x: x == 0.0 or abs(x) > 1e-130)


def same(x, y):
    """Whether two floats are both NaN, or have one sign and are equal to a few roundings."""
    if math.isnan(x) or math.isnan(y):
        return math.isnan(x) and math.isnan(y)
    return math.copysign(1.0, x) == math.copysign(1.0, y) and (x == y or math.isclose(x, y, rel_tol=1e-15))


@pytest.mark.parametrize("name", NAMES)
def test_one_operand_at_the_ends(name):
    """At zeros, infinities, NaN, outside the domain and where they overflow, functions give what NumPy's give."""
    with numpy.errstate(all="ignore"):
        expected = [float(getattr(numpy, NAMES[name])(x)) for x in ENDS]
    found = [getattr(numeric, name)(x) for x in ENDS]
    assert [(x, a, b) for x, a, b in zip(ENDS, found, expected, strict=True) if not same(a, b)] == []


@pytest.mark.parametrize("name", TWO)
def test_two_operands_at_the_ends(name):
    """So do those of two operands, in every combination."""
    pairs = [(x, y) for x in ENDS for y in ENDS if x != 0.0 or y != 0.0 or name not in ("maximum", "minimum")]
    if name == "power":
        pairs = [(x, y) for x, y in pairs if y != 0.5]  # for which NumPy takes the square root, that of -∞ too
    with numpy.errstate(all="ignore"):
        expected = [float(getattr(numpy, TWO[name])(x, y)) for x, y in pairs]
    found = [getattr(numeric, name)(x, y) for x, y in pairs]
    assert [(at, a, b) for at, a, b in zip(pairs, found, expected, strict=True) if not same(a, b)] == []


@given(x=MODERATE, y=MODERATE)
def test_sums_and_products_are_exact(x, y):
    """A rounded sum and its error, a rounded product and its error, add up to the exact ones; on arrays as well."""
    for function, exact in (
        (numeric.two_sum, Fraction(x) + Fraction(y)),
        (numeric.two_product, Fraction(x) * Fraction(y)),
    ):
        rounded, error = function(x, y)
        assert rounded == float(exact)
        assert Fraction(rounded) + Fraction(error) == exact
        assert [float(part[0]) for part in function(numpy.array([x]), numpy.array([y]))] == [rounded, error]


@pytest.mark.parametrize("function", [numeric.two_sum, numeric.two_product])
def test_the_error_of_what_is_not_finite_is_zero(function):
    """Where a sum or a product is infinite or NaN it has no error."""
    for x, y in ((math.inf, 1.0), (math.nan, 1.0), (math.inf, -math.inf), (1e308, 1e308)):
        assert function(x, y)[1] == 0.0


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_cube_roots_are_within_one_unit(x):
    """∛x is off by less than one unit in the last place."""
    with mpmath.workdps(40):
        exact = mpmath.sign(x) * mpmath.cbrt(abs(mpmath.mpf(x)))
        assert abs(numeric.cbrt(x) - exact) < math.ulp(numeric.cbrt(x))


@pytest.mark.parametrize(
    "name",
    [
        "DEGREES",
        "EXP_MINUS_40",
        "LN2",
        "LN4",
        "LOG2_E",
        "RADIANS",
        "LOG10_E",
        "ROOT_HALF",
        "TWO_OVER_ROOT_PI",
        "ONE_OVER_ROOT_TWO_PI",
    ],
)
def test_constants_are_the_nearest_floats(name):
    """A constant is its 50-digit value, rounded once; beside a 50-digit number it has 50 digits."""
    constant = getattr(numeric, name)
    with mpmath.workdps(50):
        exact = constant.like(mpmath.mpf(1))
        assert constant.like(1.0) == float(exact)
        assert abs(exact - constant.value) > 0
        assert abs(exact - constant.value) <= math.ulp(constant.value) / 2
