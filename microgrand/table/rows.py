"""The table: one row for each elementary function. The rest of microgrand takes functions and partials from here.

A row declares value, partials, notation, domain and kink. A partial is a function (z, x, y) -> ∂z/∂operand, output
first, written with the table's own functions: so one row is evaluated on floats, replayed on arrays, and differentiated
again on Values. A partial whose plain formula would lose digits has its own row, such as `sech2`: see `stable.py`.
"""
# ruff: noqa: E501  a row of the table is one line

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Sequence
from math import inf
from typing import Any, Final

from microgrand.table import many_operands as many
from microgrand.table import normal, numbers, numeric, rounding, stable
from microgrand.table import reductions as along
from microgrand.table import sinc as of_sinc
from microgrand.table.arithmetic import add, infix, mul, quotient
from microgrand.table.by_name import RowsByName
from microgrand.table.domains import FINITE, NON_NEGATIVE, NON_ZERO, POSITIVE, REALS, Domain, Interval
from microgrand.table.gamma_rows import beta as beta
from microgrand.table.gamma_rows import digamma as digamma
from microgrand.table.gamma_rows import gamma as gamma
from microgrand.table.gamma_rows import lbeta as lbeta
from microgrand.table.gamma_rows import lgamma as lgamma
from microgrand.table.notation import ATOM, COMPARISON, POWER, PRODUCT, SUM, Notation
from microgrand.table.numbers import is_plain
from microgrand.table.numeric import (
    DEGREES,
    LN2,
    LN4,
    LOG2_E,
    LOG10_E,
    ONE,
    ONE_OVER_ROOT_TWO_PI,
    RADIANS,
    TWO_OVER_ROOT_PI,
)
from microgrand.table.primitive import Exactness, Primitive, Recorder, seal
from microgrand.table.reductions import Along
from microgrand.table.signature import Signature
from microgrand.table.slopes_written import POWER_TERM, bell_of, derivative_of, slope_of

# ---- signatures that several rows share ------------------------------------------------------------------------------
LIST: Final = Signature(lists=("x",))
AT_LEAST_ONE: Final = Signature(lists=("x",), least=1)
ONE_BY_ONE: Final = Signature(lists=("x",), least=1, brackets=False)
TWO_LISTS: Final = Signature(lists=("w", "x"))
CHOSEN: Final = Signature(lists=("x",), indices=("k",))
CHOSEN_TWICE: Final = Signature(lists=("x",), indices=("j", "k"))
CHOSEN_THRICE: Final = Signature(lists=("x",), indices=("i", "j", "k"))


# ---- derivations: functions of many operands, in elementary steps ------------------------------------------------------
def _chain(row: Any, xs: Sequence[Any]) -> Any:
    """((x₁ ∘ x₂) ∘ x₃) ∘ …"""
    result = xs[0]
    for x in xs[1:]:
        result = row(result, x)
    return result


def _of_products(*operands: Any) -> Any:
    """w₁x₁ + … + wₙxₙ."""
    half = len(operands) // 2
    return sum([mul(w, x) for w, x in zip(operands[:half], operands[half:], strict=True)])


def _number(x: Any) -> Any:
    """The number of an operand that is a node or a plain number."""
    return x if isinstance(x, float) else x.data


def _shift(xs: Sequence[Any]) -> float:
    """The number to subtract from every exponent: 0.0, unless some e^x would overflow or all would underflow."""
    largest = max([_number(x) for x in xs])
    return largest if largest - largest == 0.0 and not -700.0 < largest < 700.0 else 0.0


def _of_exponentials(*xs: Any) -> Any:
    """log(e^x₁ + … + e^xₙ)."""
    shift = _shift(xs)
    return log(sum([exp(x) for x in xs])) if shift == 0.0 else shift + log(sum([exp(x - shift) for x in xs]))


def _share_of_exponentials(*operands: Any) -> Any:
    """e^xₖ / (e^x₁ + … + e^xₙ)."""
    *xs, k = operands
    shift = _shift(xs)
    exponentials = [exp(x) if shift == 0.0 else exp(x - shift) for x in xs]
    return exponentials[int(k)] / sum(exponentials)


# ---- partials of many operands ---------------------------------------------------------------------------------------
def _probabilities(xs: Sequence[Any]) -> list[Any]:
    """Every pₖ: computed together on numbers, as one node each on Values."""
    if any([isinstance(x, Recorder) for x in xs]):
        return [softmax(xs, k) for k in range(len(xs))]
    return many.softmax_all(*xs)


def _softmax_partials(z: Any, *operands: Any) -> list[Any]:
    """∂pₖ/∂xⱼ = pₖ([j = k] - pⱼ): computed together on numbers, as one node each on Values; 0 for the index k."""
    *xs, k = operands
    if any([isinstance(x, Recorder) for x in xs]):
        return [*[softmax_slope(xs, j, k) for j in range(len(xs))], 0.0]
    return [*many.softmax_slopes(xs, int(k)), 0.0]


def _softmax_slope_partials(z: Any, *operands: Any) -> list[Any]:
    """∂/∂xᵢ of ∂pₖ/∂xⱼ for every i: computed together on numbers, as one node each on Values; 0 for the indices."""
    *xs, j, k = operands
    if any([isinstance(x, Recorder) for x in xs]):
        return [*[softmax_bend(xs, i, j, k) for i in range(len(xs))], 0.0, 0.0]
    return [*many.softmax_slope_slopes(xs, int(j), int(k)), 0.0, 0.0]


def _softmax_bend_partials(z: Any, *operands: Any) -> list[Any]:
    """∂/∂xₗ of z = ∂²pₖ/∂xᵢ∂xⱼ for every l, of products in which no factor cancels; 0 for the indices."""
    *xs, i, j, k = operands
    slopes = [_softmax_turn(z, xs, int(i), int(j), int(k), l) for l in range(len(xs))]
    return [*slopes, 0.0, 0.0, 0.0]


def _softmax_turn(z: Any, xs: Sequence[Any], i: int, j: int, k: int, l: int) -> Any:
    """∂z/∂xₗ of z = ∂²pₖ/∂xᵢ∂xⱼ, which is symmetric in i, j, k: a occurs most often among them, b is the other."""
    if i != j and i != k and j != k:
        return z * softmax_tilt_of_three(xs, l) if l == i or l == j or l == k else -3.0 * z * softmax(xs, l)
    a = j if j == k else i
    b = k if i == j else j if i == k else i
    tilt = softmax_tilt(xs, a)
    if l == a or b == a:
        return softmax_slope(xs, a, b if l == a else l) * (tilt * tilt - 2.0 * softmax_slope(xs, a, a))
    if l == b:
        return z * softmax_tilt(xs, b) - 2.0 * square(softmax_slope(xs, a, b))
    return softmax_bend(xs, a, b, l) * softmax_tilt_of_three(xs, a)


def _less_shares(m: float) -> Callable[..., Any]:
    """∂/∂xⱼ of 1 - m·pₖ = -m·∂pₖ/∂xⱼ; 0 for the index k."""
    return lambda z, *operands: [-m * slope for slope in _softmax_partials(z, *operands)]


def _log_softmax_partials(z: Any, *operands: Any) -> list[Any]:
    """∂log pₖ/∂xⱼ = [j = k] - pⱼ."""
    *xs, k = operands
    if any([isinstance(x, Recorder) for x in xs]):
        slopes = [-softmax(xs, j) for j in range(len(xs))]
        slopes[int(k)] = softmax_complement(xs, int(k))
        return [*slopes, 0.0]
    return [*many.log_softmax_slopes(xs, int(k)), 0.0]


def _shares(z: Any, *xs: Any) -> list[Any]:
    """∂max/∂xⱼ = 1/t for each of the t operands that equal the maximum, 0 for the others."""
    ties = [equal(x, z) for x in xs]
    count = sum(ties)
    return [quotient(tie, count) for tie in ties]


def _products_of_others(z: Any, *xs: Any) -> list[Any]:
    """∂(x₁·…·xₙ)/∂xⱼ, the product of the others, computed without division: a zero is harmless."""
    return many.products_of_others(xs)


def _dot_partials(z: Any, *operands: Any) -> list[Any]:
    """∂(w·x)/∂wⱼ = xⱼ, ∂(w·x)/∂xⱼ = wⱼ."""
    return [*many.second_half(operands), *many.first_half(operands)]


def _over_norm(z: Any, *xs: Any) -> list[Any]:
    """∂‖x‖/∂xⱼ = xⱼ/‖x‖: computed together on numbers, as one node each on Values."""
    if any([isinstance(x, Recorder) for x in xs]):
        return [norm_slope(xs, j) for j in range(len(xs))]
    return many.norm_slopes(z, xs)


def _norm_slope_partials(z: Any, *operands: Any) -> list[Any]:
    """∂/∂xⱼ of z = xₖ/‖x‖ = uₖ: -uₖuⱼ/‖x‖; where j = k, Σ over i ≠ k of uᵢ²/‖x‖, as 1 - uₖ² cancels; 0 for k."""
    *xs, k = operands
    if not any([isinstance(x, Recorder) for x in xs]):
        return [*many.norm_slope_slopes(z, xs, int(k)), 0.0]
    size = norm(xs)
    size = where(equal(size, 0.0), 1.0, size)
    units = _over_norm(size, *xs)
    slopes = [-(quotient(z, size) * u) for u in units]
    others = [quotient(u, size) * u for u in [*units[: int(k)], *units[int(k) + 1 :]]]
    slopes[int(k)] = sum(others) if others else 0.0
    return [*slopes, 0.0]


def _power_term_in_x(z: Any, c: Any, x: Any, y: Any, n: Any, m: Any) -> Any:
    """∂/∂x of c·x^(y-n)·(log x)^m = c(y-n)·x^(y-n-1)·(log x)^m + cm·x^(y-n-1)·(log x)^(m-1)."""
    first = _multiple_of_power_term(y - n, c, x, y, n + 1.0, m)
    return first if m == 0.0 else first + _multiple_of_power_term(m, c, x, y, n + 1.0, m - 1.0)


def _larger_of_both_terms(c: Any, x: Any, y: Any, n: Any, m: Any) -> Any:
    """The larger magnitude of `_power_term_in_x`'s two terms: where they cancel, errors are measured against it."""
    first = abs(_multiple_of_power_term(y - n, c, x, y, n + 1.0, m))
    return first if m == 0.0 else maximum(first, abs(_multiple_of_power_term(m, c, x, y, n + 1.0, m - 1.0)))


def _multiple_of_power_term(s: Any, c: Any, x: Any, y: Any, n: Any, m: Any) -> Any:
    """sc·x^(y-n)·(log x)^m, also where sc overflows and the result does not."""
    factor = c * s
    if is_plain(factor) and factor - factor != 0.0 and c - c == 0.0:
        return c * power_term(s, x, y, n, m)
    return power_term(factor, x, y, n, m)


def _near(x: Any) -> Any:
    """x clipped to ±60. Beyond, e^(-x²/2) is 0, and its products with a larger x would overflow or become 0·∞."""
    return clip(x, -60.0, 60.0)


def _silu_bend(z: Any, x: Any) -> Any:
    """(σ + x·σ′)′ = σ′·(2 - x·tanh(x/2)), with σ′ as two factors √σ′, which underflow later than σ′."""
    near = clip(x, -1400.0, 1400.0)
    factor = sigmoid_slope_root(near)
    return factor * (2.0 - near * tanh(0.5 * near)) * factor


def _slope_of_exp2(z: Any, x: Any) -> Any:
    """2^x·log 2, also where 2^x overflows and this does not."""
    return exp2(x - 1.0) * LN4.like(x) if is_plain(z) and z == inf else z * LN2.like(x)


def _step(x: Any, y: Any) -> Any:
    """1 where x > y, 0 where x < y, ½ where they tie."""
    return 0.5 * (greater(x, y) + greater_equal(x, y))


# ---- domains and kinks that several rows share -------------------------------------------------------------------------
ABOVE_MINUS_ONE: Final = Domain(Interval(-1.0, inf, open_low=True))
FROM_ONE: Final = Domain(Interval(1.0, inf))
CLOSED_UNIT: Final = Domain(Interval(-1.0, 1.0))
BETWEEN_ZERO_AND_ONE: Final = Domain(Interval(0.0, 1.0, open_low=True, open_high=True))
OPEN_UNIT: Final = Domain(Interval(-1.0, 1.0, open_low=True, open_high=True))


def _at_zero(x: float, *others: float) -> bool:
    return x == 0.0


def _at_zero_divisor(x: float, y: float) -> bool:
    return y == 0.0


def _at_whole_number(x: float) -> bool:
    return x // 1.0 == x


def _at_whole_quotient(x: float, y: float) -> bool:
    """Whether x / y is whole, or so large that it is whole within the rounding of y."""
    return y != 0.0 and (x % y == 0.0 or builtins.abs(x) > 2.0**53 * builtins.abs(y))


def _at_tie(x: float, y: float) -> bool:
    return x == y


def _at_tied_maximum(*xs: float) -> bool:
    return list(xs).count(max(xs)) > 1


def _at_tied_minimum(*xs: float) -> bool:
    return list(xs).count(min(xs)) > 1


def _all_zero(*xs: float) -> bool:
    return not any([x != 0.0 for x in xs])


def no_partial(z: Any, x: Any, *others: Any) -> float:
    """0, also at NaN: the partial in an operand that is only compared, or that only selects a result."""
    return 0.0


def _function(name: str, latex: str, label: str = "", indexed: Notation | None = None) -> Notation:
    return Notation(name, latex=latex, label=label or name, indexed=indexed)


def _brackets(left: str, right: str, name: str) -> Notation:
    """⌊x⌋ or ⌈x⌉."""
    latex = rf"\left\l{name} {{}} \right\r{name}"
    return Notation(left + "{}" + right, latex=latex, python=name + "({})", label=f"{left}x{right}")


def _running(text: str, latex: str, binds: int = PRODUCT) -> Notation:
    """A sum over the index k of named lists."""
    return Notation(text, latex=latex, binds=binds)


# fmt: off
# ---- powers ------------------------------------------------------------------------------------------------------------
pow: Final[Primitive] = Primitive("pow", numeric.power, (lambda z, x, y: power_term(y, x, y, 1.0, 0.0), lambda z, x, y: power_term(1.0, x, y, 0.0, 1.0)),
    infix("{}^{}", "^", POWER, (ATOM, POWER), "{{{}}}^{{{}}}", "pow({}, {})"), ufunc="power",
    joint=lambda x, y: x > 0.0 or (y >= 0.0 if x == 0.0 else y // 1.0 == y) or x != x or y != y,
    joint_words="for x > 0, for x = 0 with y ≥ 0, and for x < 0 with a whole y",
    pole=lambda x, y: x == 0.0 and y < 0.0, kink=lambda x, y: x <= 0.0, doc="x^y; 0^0 = 1")

power_term: Final[Primitive] = Primitive("power_term", stable.power_term,
    (lambda z, c, x, y, n, m: power_term(1.0, x, y, n, m), _power_term_in_x, lambda z, c, x, y, n, m: power_term(c, x, y, n, m + 1.0), no_partial, no_partial), POWER_TERM,
    kink=lambda c, x, y, n, m: x <= 0.0, partial_scale=lambda z, c, x, y, n, m: _larger_of_both_terms(c, x, y, n, m),
    exactness=Exactness(6.0, 6.0, "slopes of slopes of pow: powers, logarithms and factors are each rounded"), signature=Signature("c", "x", "y", indices=("n", "m")), doc="c·x^(y-n)·(log x)^m: all derivatives of x^y are sums of terms of this form")

square: Final[Primitive] = Primitive("square", lambda x: x * x, lambda z, x: 2.0 * x,
    infix("{}^2", "x²", POWER, (ATOM,), "{{{}}}^2", "square({})"), doc="x²")

reciprocal: Final[Primitive] = Primitive("reciprocal", lambda x: numbers.quotient(1.0, x), lambda z, x: -square(z),
    infix("1 / {}", "1/", PRODUCT, (POWER,), r"\frac{{1}}{{{}}}", "reciprocal({})"),
    domain=NON_ZERO, pole=_at_zero, doc="1 / x")

sqrt: Final[Primitive] = Primitive("sqrt", numeric.sqrt, lambda z, x: quotient(0.5, z + 0.0),
    Notation("sqrt", latex=r"\sqrt{{{}}}", label="√"), domain=NON_NEGATIVE, doc="√x")

cbrt: Final[Primitive] = Primitive("cbrt", numeric.cbrt, lambda z, x: root_slope(x),
    Notation("cbrt", latex=r"\sqrt[3]{{{}}}", label="∛"), doc="∛x, infinitely steep at 0")

root_slope: Final[Primitive] = Primitive("root_slope", stable.root_slope, lambda z, x: quotient(z / -1.5, x), slope_of("cbrt", r"\operatorname{cbrt}", "root_slope"),
    kink=_at_zero, doc="1 / (3∛x²), the slope of ∛x")

one_minus_square: Final[Primitive] = Primitive("one_minus_square", stable.one_minus_square, lambda z, x: -2.0 * x,
    infix("1 - {}^2", "1 - x²", SUM, (ATOM,), "1 - {{{}}}^2", "one_minus_square({})"), doc="1 - x², exact where x is near ±1")

# ---- exponentials and logarithms ---------------------------------------------------------------------------------------
exp: Final[Primitive]   = Primitive("exp",   numeric.exp,   lambda z, x: z,                        _function("exp", r"\exp"), doc="e^x")
expm1: Final[Primitive] = Primitive("expm1", numeric.expm1, lambda z, x: exp(x),                   doc="e^x - 1, exact for small x")
exp2: Final[Primitive]  = Primitive("exp2",  numeric.exp2,  _slope_of_exp2,                          doc="2^x")
log: Final[Primitive]   = Primitive("log",   numeric.log,   lambda z, x: quotient(1.0, x),         _function("log", r"\log"), domain=POSITIVE, doc="the natural logarithm")
log1p: Final[Primitive] = Primitive("log1p", numeric.log1p, lambda z, x: quotient(1.0, 1.0 + x),   domain=ABOVE_MINUS_ONE, doc="log(1 + x), exact for small x")
log2: Final[Primitive]  = Primitive("log2",  numeric.log2,  lambda z, x: quotient(LOG2_E.like(x), x),  _function("log2", r"\log_2"), domain=POSITIVE, doc="the logarithm to base 2")
log10: Final[Primitive] = Primitive("log10", numeric.log10, lambda z, x: quotient(LOG10_E.like(x), x), _function("log10", r"\log_{10}"), domain=POSITIVE, doc="the logarithm to base 10")

xlogy: Final[Primitive] = Primitive("xlogy", numeric.xlogy,
    (lambda z, x, y: power_term(1.0, y, 0.0, 0.0, 1.0), lambda z, x, y: where(equal(y, 0.0), 0.0, x / where(equal(y, 0.0), 1.0, y))),
    infix("{}·log({})", "x·log y", PRODUCT, (PRODUCT,), r"{} \cdot \log\left({}\right)", "xlogy({}, {})"),
    joint=lambda x, y: y > 0.0 or (x == 0.0 and y == 0.0) or x != x or y != y, joint_words="for y > 0, and for x = y = 0",
    kink=lambda x, y: y == 0.0, doc="x·log y, and 0 for x = 0, as entropies need it; at y = 0 its slope in y is 0")
logaddexp: Final[Primitive] = Primitive("logaddexp", stable.logaddexp, (lambda z, x, y: share_of_two(x, y), lambda z, x, y: share_of_two(y, x)),
    value_scale=lambda x, y: many.largest(builtins.abs(x), builtins.abs(y)), exactness=Exactness(3.0, because="as logsumexp"), doc="log(e^x + e^y)")
share_of_two: Final[Primitive] = Primitive("share_of_two", stable.share_of_two, (lambda z, x, y: share_slope(x, y), lambda z, x, y: -share_slope(x, y)),
    Notation("share", latex=r"\operatorname{share}", python="share_of_two"), exactness=Exactness(3.0, because="as softmax"), doc="e^x / (e^x + e^y), the slope of logaddexp in x")
share_slope: Final[Primitive] = Primitive("share_slope", stable.share_slope, (lambda z, x, y: -z * tanh(0.5 * (x - y)), lambda z, x, y: z * tanh(0.5 * (x - y))),
    Notation("share′", latex=r"\operatorname{share}'", python="share_slope"), exactness=Exactness(4.0, 6.0, "a product of two shares"), doc="e^(x + y) / (e^x + e^y)², the slope of share_of_two in x")

# ---- trigonometric -----------------------------------------------------------------------------------------------------
sin: Final[Primitive]  = Primitive("sin",  numeric.sin,  lambda z, x: cos(x),                _function("sin", r"\sin"), domain=FINITE, doc="sin x, x in radians")
cos: Final[Primitive]  = Primitive("cos",  numeric.cos,  lambda z, x: -sin(x),               _function("cos", r"\cos"), domain=FINITE, doc="cos x, x in radians")
tan: Final[Primitive]  = Primitive("tan",  numeric.tan,  lambda z, x: 1.0 + square(z),       _function("tan", r"\tan"), domain=FINITE, doc="tan x, x in radians")
asin: Final[Primitive] = Primitive("asin", numeric.asin, lambda z, x: quotient(1.0, sqrt(one_minus_square(x))),  _function("asin", r"\arcsin"), domain=CLOSED_UNIT, ufunc="arcsin", doc="the angle in [-π/2, π/2] whose sine is x")
acos: Final[Primitive] = Primitive("acos", numeric.acos, lambda z, x: -quotient(1.0, sqrt(one_minus_square(x))), _function("acos", r"\arccos"), domain=CLOSED_UNIT, ufunc="arccos", doc="the angle in [0, π] whose cosine is x")
atan: Final[Primitive] = Primitive("atan", numeric.atan, lambda z, x: atan_slope(x), _function("atan", r"\arctan"), ufunc="arctan", doc="the angle in [-π/2, π/2] whose tangent is x")
atan_slope: Final[Primitive] = Primitive("atan_slope", stable.atan_slope, lambda z, x: -2.0 * (clip(x, -1e200, 1e200) * z) * z, slope_of("atan", r"\arctan", "atan_slope"), exactness=Exactness(2.0, 6.0, "a product of two slopes of atan"), doc="1 / (1 + x²), the slope of atan")
atan2: Final[Primitive] = Primitive("atan2", numeric.atan2, (lambda z, y, x: quotient(x, hypot(x, y)) / hypot(x, y), lambda z, y, x: -quotient(y, hypot(x, y)) / hypot(x, y)),
    ufunc="arctan2", joint=lambda y, x: x != 0.0 or y != 0.0, joint_words="away from the origin", kink=lambda y, x: y == 0.0 and x < 0.0, signature=Signature("y", "x"), doc="the angle of the point (x, y), in (-π, π]; the origin has none")

degrees: Final[Primitive] = Primitive("degrees", lambda x: x * DEGREES.like(x), lambda z, x: DEGREES.like(x), doc="an angle in radians, as degrees: 180x/π")
radians: Final[Primitive] = Primitive("radians", lambda x: x * RADIANS.like(x), lambda z, x: RADIANS.like(x), doc="an angle in degrees, as radians: πx/180")
sinc: Final[Primitive] = Primitive("sinc", of_sinc.sinc, lambda z, x: sinc_derivative(x, 1.0), domain=FINITE, partial_scale=lambda z, x: of_sinc.sinc_scale(x, 1.0), exactness=Exactness(3.0, because="the sine and two quotients are each rounded"), doc="sin πx / (πx), and 1 at 0: with the π, as in NumPy")
sinc_derivative: Final[Primitive] = Primitive("sinc_derivative", of_sinc.sinc_derivative, (lambda z, x, n: sinc_derivative(x, n + 1.0), no_partial), derivative_of("sinc", r"\operatorname{sinc}", "sinc_derivative"), domain=(FINITE, REALS), joint=lambda x, n: n <= of_sinc.HIGHEST_ORDER, joint_words="up to order 12", value_scale=of_sinc.sinc_scale, partial_scale=lambda z, x, n: of_sinc.sinc_scale(x, n + 1.0), exactness=Exactness(12.0, 12.0, "sums of terms that cancel, to a part"), signature=Signature("x", indices=("n",)), doc="the n-th derivative of sinc in x")

# ---- hyperbolic --------------------------------------------------------------------------------------------------------
sinh: Final[Primitive]  = Primitive("sinh",  numeric.sinh,  lambda z, x: cosh(x),                       _function("sinh", r"\sinh"), doc="(e^x - e^-x) / 2")
cosh: Final[Primitive]  = Primitive("cosh",  numeric.cosh,  lambda z, x: sinh(x),                       _function("cosh", r"\cosh"), doc="(e^x + e^-x) / 2")
tanh: Final[Primitive]  = Primitive("tanh",  numeric.tanh,  lambda z, x: sech2(x),                      _function("tanh", r"\tanh"), doc="sinh x / cosh x")
sech2: Final[Primitive] = Primitive("sech2", stable.sech2,  lambda z, x: -2.0 * z * tanh(x), slope_of("tanh", r"\tanh", "sech2"), exactness=Exactness(3.0, because="e^-2|x| and the square are rounded"), doc="1 / cosh²x, the slope of tanh")
asinh: Final[Primitive] = Primitive("asinh", numeric.asinh, lambda z, x: 1.0 / hypot(1.0, x),           _function("asinh", r"\operatorname{arsinh}"), ufunc="arcsinh", doc="the inverse of sinh")
acosh: Final[Primitive] = Primitive("acosh", numeric.acosh, lambda z, x: quotient(1.0, sqrt(x - 1.0) * sqrt(x + 1.0)), _function("acosh", r"\operatorname{arcosh}"), domain=FROM_ONE, ufunc="arccosh", doc="the inverse of cosh")
atanh: Final[Primitive] = Primitive("atanh", numeric.atanh, lambda z, x: quotient(1.0, one_minus_square(x)), _function("atanh", r"\operatorname{artanh}"), domain=OPEN_UNIT, ufunc="arctanh", doc="the inverse of tanh")

# ---- probability -------------------------------------------------------------------------------------------------------
sigmoid: Final[Primitive]       = Primitive("sigmoid",       stable.sigmoid,       lambda z, x: sigmoid_slope(x),     _function("sigmoid", r"\sigma", "σ"), doc="1 / (1 + e^-x)")
sigmoid_slope: Final[Primitive] = Primitive("sigmoid_slope", stable.sigmoid_slope, lambda z, x: -z * tanh(0.5 * x), slope_of("σ", r"\sigma", "sigmoid_slope"), exactness=Exactness(3.0, because="e^-|x| and the square are rounded"), doc="σ(x)σ(-x), the slope of σ")
sigmoid_slope_root: Final[Primitive] = Primitive("sigmoid_slope_root", stable.sigmoid_slope_root, lambda z, x: -0.5 * z * tanh(0.5 * x), Notation("√σ′({})", latex=r"\sqrt{{\sigma'\left({}\right)}}", python="sigmoid_slope_root({})", label="√σ′"), exactness=Exactness(4.0, 6.0, "a division by a rounded cosh"), doc="1 / (2cosh(x/2)), the root of the slope of σ")
log_sigmoid: Final[Primitive]   = Primitive("log_sigmoid",   stable.log_sigmoid,   lambda z, x: sigmoid(-x),          doc="log σ(x)")
softplus: Final[Primitive]      = Primitive("softplus",      stable.softplus,      lambda z, x: sigmoid(x),           doc="log(1 + e^x)")
erf: Final[Primitive]           = Primitive("erf",           numeric.erf,          lambda z, x: bell(x) * TWO_OVER_ROOT_PI.like(x),  doc="2/√π ∫₀ˣ e^(-t²) dt")
erfc: Final[Primitive]          = Primitive("erfc",          numeric.erfc,         lambda z, x: bell(x) * -TWO_OVER_ROOT_PI.like(x), exactness=Exactness(3.0, because="math.erfc itself"), doc="1 - erf x, exact where erf x is near 1")
bell: Final[Primitive]          = Primitive("bell",          stable.bell,          lambda z, x: -2.0 * (_near(x) * z), bell_of("", "-x^2", "bell"), doc="e^(-x²)")
half_bell: Final[Primitive]     = Primitive("half_bell",     stable.half_bell,     lambda z, x: -_near(x) * z, bell_of("", "-x^2/2", "half_bell"), doc="e^(-x²/2)")
x_half_bell: Final[Primitive]   = Primitive("x_half_bell",   stable.x_half_bell,   lambda z, x: half_bell(x) * one_minus_square(_near(x)), bell_of("x·", "-x^2/2", "x_half_bell"), exactness=Exactness(2.0, 1000.0, "beyond 37.5 e^(-x²/2) is subnormal, and x² times it is not"), doc="x·e^(-x²/2), which keeps its digits where e^(-x²/2) has lost them")
normal_cdf: Final[Primitive]    = Primitive("normal_cdf",    stable.normal_cdf,    lambda z, x: half_bell(x) * ONE_OVER_ROOT_TWO_PI.like(x), Notation("Φ", latex=r"\Phi", python="normal_cdf"), ufunc="ndtr", exactness=Exactness(4.0, because="math.erfc itself"), doc="Φ(x), the normal distribution function")

log_normal_cdf: Final[Primitive] = Primitive("log_normal_cdf", normal.log_normal_cdf, lambda z, x: normal_hazard(x), Notation("log Φ", latex=r"\log \Phi", python="log_normal_cdf"), exactness=Exactness(3.0, because="Φ is rounded, and its logarithm"), ufunc="log_ndtr", doc="log Φ(x), exact where Φ(x) is near 0 or 1")
normal_hazard: Final[Primitive] = Primitive("normal_hazard", normal.normal_hazard, lambda z, x: normal_hazard_derivative(x, 1.0), Notation("φ/Φ", latex=r"\frac{\varphi}{\Phi}", python="normal_hazard"), partial_scale=lambda z, x: normal.hazard_derivative_scale(x, 1.0), exactness=Exactness(5.0, 8.0, "math.erfc, and e^(-x²/2)"), doc="φ(x)/Φ(x), the slope of log Φ, φ the normal density")
normal_hazard_derivative: Final[Primitive] = Primitive("normal_hazard_derivative", normal.normal_hazard_derivative, (lambda z, x, n: normal_hazard_derivative(x, n + 1.0), no_partial), derivative_of("(φ/Φ)", r"\left(\frac{\varphi}{\Phi}\right)", "normal_hazard_derivative"), joint=lambda x, n: n <= normal.HIGHEST_ORDER and n // 1.0 == n, joint_words="for whole orders up to 8", value_scale=normal.hazard_derivative_scale, partial_scale=lambda z, x, n: normal.hazard_derivative_scale(x, n + 1.0), exactness=Exactness(32.0, 32.0, "sums of terms that cancel, to a part"), signature=Signature("x", indices=("n",)), doc="the n-th derivative of φ/Φ in x")
logit: Final[Primitive]         = Primitive("logit",         stable.logit,         lambda z, x: 1.0 / (x * (1.0 - x)), domain=BETWEEN_ZERO_AND_ONE, doc="log(x / (1 - x)), the inverse of σ")
erfinv: Final[Primitive]        = Primitive("erfinv",        normal.erfinv,        lambda z, x: erfinv_slope(x), Notation("erf⁻¹", latex=r"\operatorname{erf}^{-1}", python="erfinv"), domain=OPEN_UNIT, partial_scale=lambda z, x: normal.erfinv_slope_scale(x), doc="the number whose erf is x")
erfinv_slope: Final[Primitive]  = Primitive("erfinv_slope",  normal.erfinv_slope,  lambda z, x: 2.0 * erfinv(x) * square(z), slope_of("erf⁻¹", r"\left(\operatorname{erf}^{-1}\right)", "erfinv_slope"), domain=OPEN_UNIT, value_scale=normal.erfinv_slope_scale, partial_scale=lambda z, x: 2.0 * normal.erfinv_slope_scale(x) * z, exactness=Exactness(4.0, 12.0, "it is as exact as its logarithm"), doc="√π/2·e^(y²) of y = erf⁻¹ x, the slope of erf⁻¹")

# ---- networks ----------------------------------------------------------------------------------------------------------
relu: Final[Primitive]       = Primitive("relu", lambda x: numeric.maximum(x, 0.0), lambda z, x: greater(x, 0.0), selects=True, kink=_at_zero, doc="x for x > 0, else 0; relu′(0) = 0")
leaky_relu: Final[Primitive] = Primitive("leaky_relu", lambda x, slope: numeric.where(x > 0.0, x, slope * x),
    (lambda z, x, slope: where(greater(x, 0.0), 1.0, slope), lambda z, x, slope: where(greater(x, 0.0), 0.0, x)),
    kink=_at_zero, signature=Signature("x", "slope", default=0.01), doc="x for x > 0, else slope·x; at 0 the slope is the left one")
elu: Final[Primitive]        = Primitive("elu", stable.elu,
    (lambda z, x, alpha: where(greater(x, 0.0), 1.0, alpha * exp(0.5 * minimum(x, 0.0)) * exp(0.5 * minimum(x, 0.0))), lambda z, x, alpha: expm1(minimum(x, 0.0))),
    kink=_at_zero, signature=Signature("x", "alpha", default=1.0), doc="x for x > 0, else α(e^x - 1); at 0 the slope is the left one, α")
silu: Final[Primitive]       = Primitive("silu", stable.silu, lambda z, x: silu_slope(x), partial_scale=lambda z, x: maximum(sigmoid(x), abs(x * sigmoid_slope(x))), exactness=Exactness(3.0, because="σ(x) alone costs 1.9 ulp"), doc="x·σ(x)")
silu_slope: Final[Primitive] = Primitive("silu_slope", stable.silu_slope, _silu_bend, slope_of("silu", r"\operatorname{silu}", "silu_slope"), partial_scale=lambda z, x: 2.0 * sigmoid_slope(x), value_scale=lambda x: maximum(sigmoid(x), abs(x * sigmoid_slope(x))), exactness=Exactness(4.0, 8.0, "σ and σ′ are each rounded, and the factors of σ″ are seven"), doc="σ(x) + x·σ′(x), the slope of silu")
gelu: Final[Primitive]       = Primitive("gelu", stable.gelu, lambda z, x: normal_cdf(x) + x_half_bell(x) * ONE_OVER_ROOT_TWO_PI.like(x), partial_scale=lambda z, x: maximum(normal_cdf(x), abs(x_half_bell(x)) * ONE_OVER_ROOT_TWO_PI.like(x)), exactness=Exactness(4.0, because="math.erfc itself, times x"), doc="x·Φ(x), exact")
softsign: Final[Primitive]   = Primitive("softsign", stable.softsign, lambda z, x: 1.0 / (1.0 + abs(x)) / (1.0 + abs(x)), doc="x / (1 + |x|)")

# ---- kinks and choices -------------------------------------------------------------------------------------------------
abs: Final[Primitive]     = Primitive("abs", operator.abs, lambda z, x: sign(x),
    Notation("|{}|", latex=r"\left|{}\right|", python="abs({})", label="|x|"), ufunc="absolute", root_of_squares=True, kink=_at_zero, doc="|x|; its slope at 0 is 0")
sign: Final[Primitive]    = Primitive("sign", numeric.sign, no_partial, selects=True, kink=_at_zero, doc="1, 0 or -1; its slope is 0, at the jump too")
floor: Final[Primitive]   = Primitive("floor", rounding.floor, no_partial, _brackets("⌊", "⌋", "floor"), selects=True, kink=_at_whole_number, doc="the largest whole number up to x; its slope is 0, at the jumps too")
ceil: Final[Primitive]    = Primitive("ceil",  rounding.ceil,  no_partial, _brackets("⌈", "⌉", "ceil"), selects=True, kink=_at_whole_number, doc="the smallest whole number from x on; its slope is 0, at the jumps too")
trunc: Final[Primitive]   = Primitive("trunc", rounding.trunc, no_partial, selects=True, kink=lambda x: x // 1.0 == x != 0.0, doc="x without what is behind the point; its slope is 0, at the jumps too")
floordiv: Final[Primitive] = Primitive("floordiv", rounding.floordiv, (no_partial, no_partial), infix("⌊{} / {}⌋", "⌊x/y⌋", PRODUCT, (PRODUCT, POWER), r"\left\lfloor \frac{{{}}}{{{}}} \right\rfloor", "{} // {}"),
    selects=True, domain=(FINITE, NON_ZERO), pole=_at_zero_divisor, kink=_at_whole_quotient, ufunc="floor_divide", doc="x // y, the quotient rounded down; its slopes are 0, at the jumps too")
mod: Final[Primitive]     = Primitive("mod", rounding.mod, (lambda z, x, y: 1.0, lambda z, x, y: -floordiv(x, y)), infix("{} mod {}", "mod", PRODUCT, (PRODUCT, POWER), r"{} \bmod {}", "{} % {}"),
    domain=(FINITE, NON_ZERO), pole=_at_zero_divisor, kink=_at_whole_quotient, ufunc="remainder", doc="x % y = x - y·⌊x / y⌋, which has the sign of y; where it jumps its slopes are those of either side")
maximum: Final[Primitive] = Primitive("maximum", many.largest,  _shares, _function("maximum", r"\max", "max"), signature=ONE_BY_ONE, along=Along(along.largest), selects=True, kink=_at_tied_maximum, doc="the largest operand; those that tie share the slope equally")
minimum: Final[Primitive] = Primitive("minimum", many.smallest, _shares, _function("minimum", r"\min", "min"), signature=ONE_BY_ONE, along=Along(along.smallest), selects=True, kink=_at_tied_minimum, doc="the smallest operand; those that tie share the slope equally")
clip: Final[Primitive]    = Primitive("clip", numeric.clip,
    (lambda z, x, low, high: _step(x, low) * _step(high, x) * greater(high, low), lambda z, x, low, high: _step(low, x), lambda z, x, low, high: _step(x, low) * _step(x, high)),
    joint=lambda x, low, high: low <= high or low != low or high != high, joint_words="for low ≤ high",
    selects=True, kink=lambda x, low, high: x == low or x == high or low == high, signature=Signature("x", "low", "high"), doc="x, but at least low and at most high; at a tie both share the slope")
where: Final[Primitive]   = Primitive("where", numeric.where,
    (no_partial, lambda z, c, x, y: not_equal(c, 0.0), lambda z, c, x, y: equal(c, 0.0)), selects=True, kink=_at_zero, signature=Signature("c", "x", "y"), doc="x where the condition is not 0, else y")

greater: Final[Primitive]       = Primitive("greater",       lambda x, y: (x > y) * 1.0,  (no_partial, no_partial), infix("{} > {}", ">", COMPARISON, (SUM, SUM), python="greater({}, {})"),                  selects=True, kink=_at_tie, doc="1 where x > y, else 0")
greater_equal: Final[Primitive] = Primitive("greater_equal", lambda x, y: (x >= y) * 1.0, (no_partial, no_partial), infix("{} ≥ {}", "≥", COMPARISON, (SUM, SUM), r"{} \ge {}", "greater_equal({}, {})"),   selects=True, kink=_at_tie, doc="1 where x ≥ y, else 0")
less: Final[Primitive]          = Primitive("less",          lambda x, y: (x < y) * 1.0,  (no_partial, no_partial), infix("{} < {}", "<", COMPARISON, (SUM, SUM), python="less({}, {})"),                     selects=True, kink=_at_tie, doc="1 where x < y, else 0")
less_equal: Final[Primitive]    = Primitive("less_equal",    lambda x, y: (x <= y) * 1.0, (no_partial, no_partial), infix("{} ≤ {}", "≤", COMPARISON, (SUM, SUM), r"{} \le {}", "less_equal({}, {})"),      selects=True, kink=_at_tie, doc="1 where x ≤ y, else 0")
equal: Final[Primitive]         = Primitive("equal",         lambda x, y: (x == y) * 1.0, (no_partial, no_partial), infix("{} = {}", "=", COMPARISON, (SUM, SUM), python="equal({}, {})"),                    selects=True, kink=_at_tie, doc="1 where x = y, else 0")
not_equal: Final[Primitive]     = Primitive("not_equal",     lambda x, y: (x != y) * 1.0, (no_partial, no_partial), infix("{} ≠ {}", "≠", COMPARISON, (SUM, SUM), r"{} \ne {}", "not_equal({}, {})"),       selects=True, kink=_at_tie, doc="1 where x ≠ y, else 0")

# ---- many operands -----------------------------------------------------------------------------------------------------
hypot: Final[Primitive] = Primitive("hypot", many.norm, _over_norm, signature=ONE_BY_ONE, derivation=lambda *xs: sqrt(sum([square(x) for x in xs])), root_of_squares=True, kink=_all_zero, doc="√(x₁² + … + xₙ²), the norm of operands that are not in a list; its slopes at the origin are 0")
norm_slope: Final[Primitive] = Primitive("norm_slope", many.norm_slope, _norm_slope_partials, Notation("norm′", latex=r"\operatorname{norm}'", python="norm_slope"), signature=CHOSEN, kink=lambda *operands: _all_zero(*operands[:-1]), exactness=Exactness(2.0, 6.0, "the norm divides three times"), doc="norm_slope(xs, k) = xₖ / √(x₁² + … + xₙ²), the slope of the norm in x_k; 0 at the origin")
norm: Final[Primitive]  = Primitive("norm", many.norm, _over_norm, _function("norm", r"\operatorname{norm}", "‖x‖"), signature=LIST, derivation=lambda *xs: sqrt(sum([square(x) for x in xs])), root_of_squares=True, kink=_all_zero, doc="√(x₁² + … + xₙ²); its slopes at the origin are 0")
sum: Final[Primitive]   = Primitive("sum",  many.total,   lambda z, *xs: [1.0] * len(xs),           _function("sum",  r"\sum", "Σ", _running("Σₖ {}", r"\sum_{{k}} {}")),  signature=LIST, along=Along(along.total), derivation=lambda *xs: _chain(add, xs), value_scale=lambda *xs: many.total(*[abs(x) for x in xs]), doc="x₁ + … + xₙ, added from left to right")
mean: Final[Primitive]  = Primitive("mean", many.mean,    lambda z, *xs: [quotient(ONE.like(z), len(xs))] * len(xs), _function("mean", r"\operatorname{mean}"), signature=AT_LEAST_ONE, along=Along(along.mean), derivation=lambda *xs: sum(xs) / float(len(xs)), value_scale=lambda *xs: many.mean(*[abs(x) for x in xs]), exactness=Exactness(3.0, because="each addition and the division are rounded"), doc="(x₁ + … + xₙ) / n")
prod: Final[Primitive]  = Primitive("prod", many.product, _products_of_others,                      _function("prod", r"\prod", "Π"), signature=LIST, along=Along(along.product), derivation=lambda *xs: _chain(mul, xs), value_scale=many.product_scale, exactness=Exactness(2.5, because="four roundings of five operands"), doc="x₁ · … · xₙ")
dot: Final[Primitive]   = Primitive("dot",  many.dot,     _dot_partials, _function("dot", r"\operatorname{dot}", "", _running("Σₖ {}·{}", r"\sum_{{k}} {} {}")), signature=TWO_LISTS, along=Along(along.dot), derivation=_of_products, value_scale=lambda *operands: many.dot(*[abs(x) for x in operands]), exactness=Exactness(2.5, because="each product and each sum is rounded"), doc="w₁x₁ + … + wₙxₙ, added from left to right")
logsumexp: Final[Primitive]   = Primitive("logsumexp",   many.logsumexp,   lambda z, *xs: _probabilities(xs), _function("logsumexp", r"\operatorname{logsumexp}", "log Σ exp", _running("log Σₖ e^{}", r"\log \sum_{{k}} e^{{{}}}")), signature=AT_LEAST_ONE, along=Along(along.logsumexp, along.exponentials), derivation=_of_exponentials, value_scale=lambda *xs: abs(maximum(xs)), exactness=Exactness(3.0, because="exp, sum, log and the largest operand are each rounded"), doc="log Σ e^xᵢ; where all operands are -∞ it is -∞, and their slopes are equal")
softmax: Final[Primitive]     = Primitive("softmax",     many.softmax,     _softmax_partials,     _function("softmax", r"\operatorname{softmax}", "", _running("e^{} / Σₖ e^{}", r"\frac{{e^{{{}}}}}{{\sum_{{k}} e^{{{}}}}}")), signature=CHOSEN, along=Along(along.softmax, along.exponentials), derivation=_share_of_exponentials, domain=FINITE, exactness=Exactness(3.0, because="e^(x - m) is rounded, and so is their sum"), doc="softmax(xs, k) = e^xₖ / Σ e^xᵢ, its k-th output")
log_softmax: Final[Primitive] = Primitive("log_softmax", many.log_softmax, _log_softmax_partials, _function("log_softmax", r"\operatorname{log\,softmax}", "log softmax", _running("{} - log Σₖ e^{}", r"{} - \log \sum_{{k}} e^{{{}}}", SUM)), signature=CHOSEN, along=Along(along.log_softmax, along.exponentials), derivation=lambda *operands: operands[int(operands[-1])] - logsumexp(operands[:-1]), domain=FINITE, doc="log_softmax(xs, k) = log(e^xₖ / Σ e^xᵢ), its k-th output")
softmax_slope: Final[Primitive] = Primitive("softmax_slope", many.softmax_slope, _softmax_slope_partials, Notation("softmax′", latex=r"\operatorname{softmax}'", python="softmax_slope"), signature=CHOSEN_TWICE, domain=FINITE, partial_scale=lambda z, *operands: abs(z), exactness=Exactness(4.0, 6.0, "a product of three factors, each as inexact as softmax"), doc="softmax_slope(xs, j, k), the slope of softmax(xs, k) in x_j")
softmax_bend: Final[Primitive] = Primitive("softmax_bend", many.softmax_bend, _softmax_bend_partials, Notation("softmax″", latex=r"\operatorname{softmax}''", python="softmax_bend"), signature=CHOSEN_THRICE, domain=FINITE, partial_scale=lambda z, *operands: many.softmax_slopes(operands[:-3], int(operands[-1]))[int(operands[-1])], exactness=Exactness(6.0, 12.0, "a product of four factors, each as inexact as softmax"), doc="softmax_bend(xs, i, j, k), the slope of softmax_slope(xs, j, k) in x_i")
softmax_tilt: Final[Primitive] = Primitive("softmax_tilt", many.softmax_tilt, _less_shares(2.0), Notation("1 - 2·softmax", latex=r"1 - 2 \operatorname{softmax}", python="softmax_tilt", binds=SUM), signature=CHOSEN, domain=FINITE, value_scale=many.tilt_scale, exactness=Exactness(4.0, 6.0, "as softmax"), doc="1 - 2·softmax(xs, k), exact also where it is near 0, as for two equal operands")
softmax_tilt_of_three: Final[Primitive] = Primitive("softmax_tilt_of_three", many.softmax_tilt_of_three, _less_shares(3.0), Notation("1 - 3·softmax", latex=r"1 - 3 \operatorname{softmax}", python="softmax_tilt_of_three", binds=SUM), signature=CHOSEN, domain=FINITE, value_scale=many.tilt_scale, exactness=Exactness(4.0, 6.0, "as softmax"), doc="1 - 3·softmax(xs, k), exact also where it is near 0, as for three equal operands")
softmax_complement: Final[Primitive] = Primitive("softmax_complement", many.softmax_complement, _less_shares(1.0), Notation("1 - softmax", latex=r"1 - \operatorname{softmax}", python="softmax_complement", binds=SUM), signature=CHOSEN, along=Along(along.softmax_complement, along.exponentials), derivation=lambda *operands: 1.0 - softmax(operands[:-1], operands[-1]), domain=FINITE, exactness=Exactness(3.0, because="as softmax"), doc="1 - softmax(xs, k), exact where that is small")

TABLE: Final[dict[str, Primitive]] = RowsByName(seal())
