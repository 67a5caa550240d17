"""What stands in for the functions of `math`, for builtins and for SciPy's special functions, on Numbers.

Called with plain numbers each does what the one that it stands in for does.
"""

from __future__ import annotations

import builtins
import functools
import math
import sys
import types
from collections.abc import Callable, Iterable
from typing import Any

from microgrand.testing.exact import EXACT
from microgrand.testing.more_digits.exact_functions import FUNCTIONS
from microgrand.testing.more_digits.number import Number, applied, decided, is_real, whole

# By the names of `math`, where they are others than those in FUNCTIONS.
OF_MATH = {"fabs": "absolute"}
SAME_NAME = (
    "exp", "exp2", "expm1", "log1p", "log2", "log10", "sqrt", "cbrt", "sin", "cos", "tan", "sinh", "cosh", "tanh",
    "asin", "acos", "atan", "atan2", "asinh", "acosh", "atanh", "erf", "erfc", "gamma", "lgamma", "pow", "degrees",
    "radians",
)  # fmt: skip

SCIPY_UNIT = 2.0**-36  # SciPy tests most of its functions to some 1e-11 of their size

SAME_IN_SCIPY = (
    "erf", "erfc", "erfinv", "gamma", "exp2", "expm1", "log1p", "cbrt", "ndtr", "log_ndtr", "ndtri", "logit", "xlogy",
    "xlog1py", "entr", "rel_entr", "kl_div", "cosm1", "exprel", "jv", "iv", "beta", "betaln", "poch", "betainc",
    "expi", "exp1", "boxcox", "huber", "pseudo_huber", "radians",
)  # fmt: skip

# SciPy's special functions by the names that FUNCTIONS has for them.
OF_SCIPY = {
    **{name: name for name in SAME_IN_SCIPY},
    "gammaln": "lgamma", "loggamma": "lgamma", "psi": "digamma", "digamma": "digamma", "expit": "sigmoid",
    "log_expit": "log_sigmoid", "softplus": "softplus", "i0": "bessel_i0", "i1": "bessel_i1", "i0e": "bessel_i0e",
    "i1e": "bessel_i1e", "j0": "bessel_j0", "j1": "bessel_j1", "gammainc": "igamma", "gammaincc": "igammac",
}  # fmt: skip


def on_numbers(original: Callable[..., Any], name: str, unit: float = 0.0) -> Callable[..., Any]:
    """The function `name` of FUNCTIONS on Numbers, `original` on all else; `unit` as in `applied`."""
    in_digits = FUNCTIONS[name]

    def stand_in(*xs: Any, **named: Any) -> Any:
        if named or not (any([isinstance(x, Number) for x in xs]) and all([is_real(x) for x in xs])):
            return original(*xs, **named)
        return applied(original, in_digits, *xs, unit=unit)

    stand_in.__name__ = getattr(original, "__name__", name)
    return stand_in


# ---- math ------------------------------------------------------------------------------------------------------------


def _log(x: Any, *base: Any) -> Any:
    return applied(math.log, lambda x, *base: FUNCTIONS["log"](x) / (EXACT.log(base[0]) if base else 1), x, *base)


def _copysign(size: Any, sign: Any) -> Any:
    negative = decided(lambda x: math.copysign(1.0, x) < 0, lambda x: x < 0, sign)
    return -abs(size) if negative else abs(size)


def _fmod(x: Any, y: Any) -> Any:
    count = whole(lambda x, y: float(round((x - math.fmod(x, y)) / y)), lambda x, y: float(int(x / y)), x, y)
    return applied(math.fmod, lambda x, y: x - y * count, x, y)


def _remainder(x: Any, y: Any) -> Any:
    count = whole(
        lambda x, y: float(round((x - math.remainder(x, y)) / y)), lambda x, y: float(int(EXACT.nint(x / y))), x, y
    )
    return applied(math.remainder, lambda x, y: x - y * count, x, y)


def _modf(x: Any) -> tuple[Any, Any]:
    return x - int(x), float(int(x))


def _ldexp(x: Any, exponent: int) -> Any:
    return applied(lambda x: math.ldexp(x, exponent), lambda x: x * EXACT.mpf(2) ** exponent, x)


def _frexp(x: Any) -> tuple[Any, int]:
    exponent = whole(lambda x: math.frexp(x)[1], lambda x: int(EXACT.mag(x)) if x else 0, x)
    return _ldexp(x, -exponent), exponent


def _sum(xs: Iterable[Any], start: Any = 0) -> Any:
    """The builtin, on floats too, which sums floats otherwise than one after the other."""
    numbers = [start, *xs]
    plain = all([isinstance(x, (Number, int, float)) for x in numbers])
    if not (plain and any([isinstance(x, Number) for x in numbers])):
        return builtins.sum(numbers[1:], start)
    return applied(lambda start, *xs: builtins.sum(xs, start), lambda *xs: builtins.sum(xs), *numbers)


def _fsum(xs: Iterable[Any]) -> Any:
    return applied(lambda *xs: math.fsum(xs), lambda *xs: builtins.sum(xs, EXACT.mpf(0)), *xs)


def _prod(xs: Iterable[Any], *, start: Any = 1) -> Any:
    for x in xs:
        start = start * x
    return start


def _hypot(*xs: Any) -> Any:
    return applied(math.hypot, lambda *xs: EXACT.sqrt(builtins.sum([x * x for x in xs])), *xs)


def _dist(xs: Iterable[Any], ys: Iterable[Any]) -> Any:
    return _hypot(*[x - y for x, y in zip(xs, ys, strict=True)])


def _sumprod(xs: Iterable[Any], ys: Iterable[Any]) -> Any:
    return _fsum([x * y for x, y in zip(xs, ys, strict=True)])


def _isclose(a: Any, b: Any, *, rel_tol: float = 1e-09, abs_tol: float = 0.0) -> bool:
    def in_digits(a: Any, b: Any) -> bool:
        return bool(abs(a - b) <= max(rel_tol * max(abs(a), abs(b)), abs_tol))

    return decided(lambda a, b: math.isclose(a, b, rel_tol=rel_tol, abs_tol=abs_tol), in_digits, a, b)


def _is(question: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """A question about special values, answered by floats in the first run; a Number is finite."""
    of_digits = question(1.0)
    return lambda x: decided(question, lambda _: of_digits, x)


def _is_integer(x: Any) -> Any:
    return x.is_integer() if isinstance(x, Number) else float.is_integer(x)


MATH = types.SimpleNamespace(
    **{
        **{name: item for name, item in vars(math).items() if not name.startswith("_")},
        **{name: on_numbers(getattr(math, name), name) for name in SAME_NAME if hasattr(math, name)},
        **{name: on_numbers(getattr(math, name), other) for name, other in OF_MATH.items()},
        "log": _log, "copysign": _copysign, "fmod": _fmod, "remainder": _remainder, "modf": _modf, "ldexp": _ldexp,
        "frexp": _frexp, "fsum": _fsum, "prod": _prod, "hypot": _hypot, "dist": _dist, "sumprod": _sumprod,
        "isclose": _isclose, "isfinite": _is(math.isfinite), "isnan": _is(math.isnan), "isinf": _is(math.isinf),
    }
)  # fmt: skip


# ---- builtins --------------------------------------------------------------------------------------------------------


class _FloatType(type):
    """Makes a Number an instance of the float that stands in, as a float is."""

    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, (float, Number))

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, (float, Number))

    def __getattr__(cls, name: str) -> Any:
        return getattr(float, name)

    @property
    def dtype(cls) -> Any:
        """Where f writes dtype=float, NumPy asks for this."""
        return sys.modules["numpy"].dtype(float)


class Float(metaclass=_FloatType):
    """`float`, which gives back what is more than a float: a Number, or what another framework traces with."""

    def __new__(cls, x: Any = 0.0) -> Any:
        """The number as a float, unless it is more than that."""
        if type(x).__module__.partition(".")[0] == "torch":
            return x.item()  # a Number where there are more digits
        return float(x) if isinstance(x, (int, float, str, bytes)) or _is_settled(x) else x

    is_integer = staticmethod(_is_integer)


def _is_settled(x: Any) -> bool:
    """Whether it is a number of NumPy, or another one that is neither a Number nor traced."""
    return type(x).__module__ in ("numpy", "fractions", "decimal")


def _pow(x: Any, y: Any, modulus: Any = None) -> Any:
    return x**y if modulus is None else pow(x, y, modulus)


BUILTINS: dict[Any, Any] = {float: Float, sum: _sum, pow: _pow}


# ---- what is found by itself, as `from math import exp` leaves it ----------------------------------------------------


def of_scipy(function: Any) -> Callable[..., Any] | None:
    """What stands in for a special function of SciPy; None where there is none in many digits."""
    name = OF_SCIPY.get(getattr(function, "__name__", ""))
    return None if name is None else on_numbers(function, name, SCIPY_UNIT)


@functools.cache
def replacements() -> dict[Any, Any]:
    """Modules and functions, and what stands in for each."""
    # Its loader is no function of it: where math is a part of Python's binary, as on Windows, that is a class.
    public = {name: original for name, original in vars(math).items() if not name.startswith("_")}
    of_math = {original: getattr(MATH, name) for name, original in public.items() if callable(original)}
    return {math: MATH, **of_math, **BUILTINS}
