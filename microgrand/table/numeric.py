"""Elementary functions of floats, arrays and 50-digit numbers; the operand's type decides which library computes.

On floats every function follows IEEE 754: overflow gives an infinity, NaN gives NaN, and nothing is raised outside the
domain, which the table checks. Functions whose textbook formulas lose accuracy are in `stable.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from math import inf, nan
from typing import Any, Final

from microgrand.table.libraries import library, special
from microgrand.table.numbers import is_plain


class Constant:
    """A constant, as a float or in the precision of the operand it is combined with.

    >>> LN2.like(1.0)
    0.6931471805599453
    """

    def __init__(self, value: float, exact: Callable[[Any], Any]) -> None:
        self.value: Final = value
        self.exact: Final = exact

    def like(self, x: Any) -> Any:
        """The constant in the precision of `x`."""
        context = getattr(x, "context", None)
        return self.value if context is None else self.exact(context)


ONE: Final = Constant(1.0, lambda mp: mp.one)
EXP_MINUS_40: Final = Constant(4.248354255291589e-18, lambda mp: mp.exp(-40))
LN2: Final = Constant(0.6931471805599453, lambda mp: mp.ln(2))
LN4: Final = Constant(1.3862943611198906, lambda mp: mp.ln(4))
LOG2_E: Final = Constant(1.4426950408889634, lambda mp: 1 / mp.ln(2))
LOG10_E: Final = Constant(0.4342944819032518, lambda mp: 1 / mp.ln(10))
DEGREES: Final = Constant(57.29577951308232, lambda mp: 180 / mp.pi)
RADIANS: Final = Constant(0.017453292519943295, lambda mp: mp.pi / 180)
ROOT_HALF: Final = Constant(0.7071067811865476, lambda mp: mp.sqrt(mp.mpf(1) / 2))
TWO_OVER_ROOT_PI: Final = Constant(1.1283791670955126, lambda mp: 2 / mp.sqrt(mp.pi))
ONE_OVER_ROOT_TWO_PI: Final = Constant(0.3989422804014327, lambda mp: 1 / mp.sqrt(2 * mp.pi))


# ---- the elementary functions of the math module, on every kind of number -----------------------------------------


def _elementary(
    name: str,
    at_overflow: Callable[[float], float] | None = None,
    home: Any = library,
    poles: dict[float, float] | None = None,
) -> Any:
    on_float: Final = getattr(math, name)
    infinite: Final = poles or {}

    def function(x: Any) -> Any:
        if not is_plain(x):
            return getattr(home(x), name)(x)
        try:
            return on_float(x)
        except OverflowError:
            return at_overflow(x) if at_overflow is not None else inf
        except ValueError:
            return infinite.get(x, nan)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"math.{name}, on floats, arrays and 50-digit numbers."
    return function


exp = _elementary("exp")
expm1 = _elementary("expm1")
log = _elementary("log", poles={0.0: -inf})
log1p = _elementary("log1p", poles={-1.0: -inf})
log10 = _elementary("log10", poles={0.0: -inf})
sqrt = _elementary("sqrt")
sin = _elementary("sin")
cos = _elementary("cos")
tan = _elementary("tan")
asin = _elementary("asin")
acos = _elementary("acos")
atan = _elementary("atan")
sinh = _elementary("sinh", lambda x: math.copysign(inf, x))
cosh = _elementary("cosh")
tanh = _elementary("tanh")
asinh = _elementary("asinh")
acosh = _elementary("acosh")
atanh = _elementary("atanh", poles={-1.0: -inf, 1.0: inf})
erf = _elementary("erf", home=special)
erfc = _elementary("erfc", home=special)


def exp_of_float(x: float) -> float:
    """e^x on a float, infinite where it overflows."""
    try:
        return math.exp(x)
    except OverflowError:
        return inf


def cbrt(x: Any) -> Any:
    """∛x, negative for negative x."""
    if is_plain(x):
        return _cbrt(x)
    xp = library(x)
    return xp.cbrt(x) if not hasattr(x, "context") else xp.sign(x) * xp.cbrt(abs(x))


def _cbrt(x: float) -> float:
    """∛x within 1 ulp: math.cbrt is off by up to 2.7; one Newton step with the exact residual r³ - x corrects it."""
    if x == 0.0 or x - x != 0.0:
        return x
    mantissa, exponent = math.frexp(x)
    scaled = math.ldexp(mantissa, exponent % 3)
    r = math.cbrt(scaled)
    square, e = two_product(r, r)
    cube, f = two_product(square, r)
    r -= ((cube - scaled) + f + e * r) / (3.0 * square)
    return math.ldexp(r, exponent // 3)


def exp2(x: Any) -> Any:
    """2^x."""
    return power(2.0, x)


def log2(x: Any) -> Any:
    """The logarithm to base 2."""
    if is_plain(x):
        return math.log2(x) if x > 0.0 else -inf if x == 0.0 else nan
    xp = library(x)
    return xp.log2(x) if hasattr(xp, "log2") else xp.log(x, 2)


def atan2(y: Any, x: Any) -> Any:
    """The angle of the point (x, y)."""
    return math.atan2(y, x) if is_plain(x) and is_plain(y) else library(x, y).atan2(y, x)


def hypot(x: Any, y: Any) -> Any:
    """√(x² + y²), without overflow in the squares."""
    return math.hypot(x, y) if is_plain(x) and is_plain(y) else library(x, y).hypot(x, y)


def power(x: Any, y: Any) -> Any:
    """x^y, with x^0 = 1 for every x. Overflow gives an infinity with the sign of the result."""
    return power_of_floats(float(x), float(y)) if is_plain(x) and is_plain(y) else x**y


def power_of_floats(x: float, y: float) -> float:
    """`power` on floats."""
    try:
        return math.pow(x, y)
    except OverflowError:
        return -inf if x < 0.0 and math.fmod(y, 2.0) != 0.0 else inf
    except ValueError:
        return nan if x != 0.0 else math.copysign(inf, x) if abs(math.fmod(y, 2.0)) == 1.0 else inf


def xlogy(x: Any, y: Any) -> Any:
    """x·log y, and 0 where x is 0, log 0 included."""
    return where((x == 0.0) & (y == y), x * 0.0, x * log(y))


# ---- choices ------------------------------------------------------------------------------------------------------


def where(condition: Any, x: Any, y: Any) -> Any:
    """x where the condition is not 0, else y."""
    if is_plain(condition) or not hasattr(condition, "shape"):
        return x if condition != 0.0 else y
    return library(condition).where(condition if "bool" in str(condition.dtype) else condition != 0.0, x, y)


def maximum(x: Any, y: Any) -> Any:
    """The larger operand; NaN if either is NaN."""
    if is_plain(x) and is_plain(y):
        return x if x >= y or x != x else y
    return where((x >= y) | (x != x), x, y)


def minimum(x: Any, y: Any) -> Any:
    """The smaller operand; NaN if either is NaN."""
    if is_plain(x) and is_plain(y):
        return x if x <= y or x != x else y
    return where((x <= y) | (x != x), x, y)


def clip(x: Any, low: Any, high: Any) -> Any:
    """x, but at least `low` and at most `high`."""
    return minimum(maximum(x, low), high)


def sign(x: Any) -> Any:
    """1, 0 or -1; NaN for NaN."""
    return where(x != x, x, (x > 0.0) * 1.0 - (x < 0.0) * 1.0)


# ---- exact sums and products: a rounded result and its rounding error -----------------------------------------------


def carries_errors(x: Any) -> bool:
    """Whether arithmetic on `x` rounds to 53 bits, so that rounding errors have to be corrected."""
    return not hasattr(x, "context")


def two_sum(x: Any, y: Any) -> tuple[Any, Any]:
    """s = x + y rounded, and its rounding error e: x + y = s + e exactly (Knuth, TAOCP 2, 4.2.2, theorem B)."""
    s = x + y
    t = s - x
    return s, _finite((x - (s - t)) + (y - t))


def two_product(x: Any, y: Any) -> tuple[Any, Any]:
    """p = x·y rounded, and its rounding error (Dekker 1971), for |x|, |y| < 2^995; 0 for 50-digit numbers."""
    p = x * y
    if not carries_errors(p):
        return p, p * 0.0
    x_high, x_low = _split(x)
    y_high, y_low = _split(y)
    return p, _finite(((x_high * y_high - p) + x_high * y_low + x_low * y_high) + x_low * y_low)


def _split(x: Any) -> tuple[Any, Any]:
    """x as the sum of two floats of 26 bits each (Veltkamp)."""
    scaled = 134217729.0 * x
    high = scaled - (scaled - x)
    return high, x - high


def _finite(error: Any) -> Any:
    """The rounding error, or 0 where infinities made it NaN."""
    return where(error == error, error, 0.0)
