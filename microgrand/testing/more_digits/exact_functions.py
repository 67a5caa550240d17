"""Functions of real numbers in many digits, by the names that NumPy, JAX, PyTorch, SciPy and `math` have for them.

Each takes numbers of mpmath and gives one, or raises ValueError where it has no real value. What is evaluated is what
the name means and not how a library computes it: log1p(x) is log(1 + x) here, for no digit is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from microgrand.testing.exact import EXACT

LARGEST_EXPONENT = 20_000  # of two: exp of a larger number would take more memory than there is


def real(z: Any) -> Any:
    """The number, if it is a real one.

    >>> print(real(EXACT.mpc(0.5, 0.0)))
    0.5
    """
    if isinstance(z, EXACT.mpc):
        if z.imag != 0:
            raise ValueError("no real number")
        z = z.real
    if EXACT.isnan(z):
        raise ValueError("no number")
    return z


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, refusing arguments of such size that it would not end."""

    def called(*xs: Any) -> Any:
        for x in xs:
            if x and EXACT.isfinite(x) and EXACT.mag(x) > LARGEST_EXPONENT:
                raise OverflowError("too large a number for many digits")
        return real(function(*xs))

    return called


def _power(x: Any, y: Any) -> Any:
    if x == 0:
        if y < 0:
            raise ZeroDivisionError("0 to a negative power")
        return EXACT.mpf(1 if y == 0 else 0)
    if EXACT.isfinite(x) and EXACT.isfinite(y) and abs(EXACT.mag(x)) * abs(y) > 2**40:
        raise OverflowError("too large a power for many digits")
    if y == EXACT.floor(y) and abs(y) < 2**20:
        return x ** int(EXACT.floor(y))
    return x**y


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + EXACT.exp(-x))


def _log_sum_exp(x: Any, y: Any) -> Any:
    if x < y:
        x, y = y, x
    return x if EXACT.isinf(x) else x + EXACT.log(1 + EXACT.exp(y - x))


def _sinc(x: Any) -> Any:
    return EXACT.mpf(1) if x == 0 else EXACT.sin(EXACT.pi * x) / (EXACT.pi * x)


def _x_log_y(x: Any, y: Any) -> Any:
    return EXACT.mpf(0) if x == 0 else x * EXACT.log(y)


def _entropy(x: Any) -> Any:
    return EXACT.mpf(0) if x == 0 else -x * EXACT.log(x)


def _kl_div(x: Any, y: Any) -> Any:
    return y if x == 0 else x * EXACT.log(x / y) - x + y


def _normal_quantile(p: Any) -> Any:
    return EXACT.sqrt(2) * EXACT.erfinv(2 * p - 1)


def _log_gamma(x: Any) -> Any:
    """log |Γ(x)|."""
    return EXACT.log(abs(EXACT.gamma(x))) if x < 0 else EXACT.loggamma(x)


def _cube_root(x: Any) -> Any:
    return -EXACT.cbrt(-x) if x < 0 else EXACT.cbrt(x)


def _normal_cdf(x: Any) -> Any:
    return EXACT.erfc(-x / EXACT.sqrt(2)) / 2


def _incomplete_gamma(a: Any, x: Any, low: Any, high: Any) -> Any:
    if x < 0 or a <= 0:
        raise ValueError("no real value")
    return EXACT.gammainc(a, low, high, regularized=True)


def _huber(delta: Any, x: Any) -> Any:
    return x * x / 2 if abs(x) <= delta else delta * (abs(x) - delta / 2)


OF_MPMATH = (
    "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "asinh", "acosh", "atanh",
    "sqrt", "erf", "erfc", "gamma", "hypot", "expm1",
)  # fmt: skip

FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: _guarded(function)
    for name, function in {
        **{name: getattr(EXACT, name) for name in OF_MPMATH},
        "exp2": lambda x: EXACT.mpf(2) ** x,
        "log1p": EXACT.log1p,
        "log2": lambda x: EXACT.log(x, 2),
        "log10": lambda x: EXACT.log(x, 10),
        "cbrt": _cube_root,
        "atan2": EXACT.atan2,
        "pow": _power,
        "lgamma": _log_gamma,
        "digamma": EXACT.digamma,
        "polygamma": lambda n, x: EXACT.psi(int(EXACT.nint(n)), x),
        "erfinv": EXACT.erfinv,
        "sigmoid": _sigmoid,
        "logit": lambda x: EXACT.log(x / (1 - x)),
        "log_sigmoid": lambda x: -EXACT.log1p(EXACT.exp(-x)),
        "softplus": lambda x: EXACT.log1p(EXACT.exp(x)),
        "logaddexp": _log_sum_exp,
        "logaddexp2": lambda x, y: _log_sum_exp(x * EXACT.ln2, y * EXACT.ln2) / EXACT.ln2,
        "ndtr": _normal_cdf,
        "log_ndtr": lambda x: EXACT.log(_normal_cdf(x)),
        "ndtri": _normal_quantile,
        "sinc": _sinc,
        "xlogy": _x_log_y,
        "xlog1py": lambda x, y: _x_log_y(x, 1 + y),
        "entr": _entropy,
        "rel_entr": lambda x, y: EXACT.mpf(0) if x == 0 else x * EXACT.log(x / y),
        "kl_div": _kl_div,
        "cosm1": lambda x: EXACT.cos(x) - 1,
        "exprel": lambda x: EXACT.mpf(1) if x == 0 else (EXACT.exp(x) - 1) / x,
        "bessel_i0": lambda x: EXACT.besseli(0, x),
        "bessel_i1": lambda x: EXACT.besseli(1, x),
        "bessel_i0e": lambda x: EXACT.besseli(0, x) * EXACT.exp(-abs(x)),
        "bessel_i1e": lambda x: EXACT.besseli(1, x) * EXACT.exp(-abs(x)),
        "bessel_j0": lambda x: EXACT.besselj(0, x),
        "bessel_j1": lambda x: EXACT.besselj(1, x),
        "jv": EXACT.besselj,
        "iv": EXACT.besseli,
        "beta": EXACT.beta,
        "betaln": lambda x, y: _log_gamma(x) + _log_gamma(y) - _log_gamma(x + y),
        "poch": EXACT.rf,
        "zeta": EXACT.zeta,
        "igamma": lambda a, x: _incomplete_gamma(a, x, 0, x),
        "igammac": lambda a, x: _incomplete_gamma(a, x, x, EXACT.inf),
        "betainc": lambda a, b, x: EXACT.betainc(a, b, 0, x, regularized=True),
        "lambertw": lambda x: EXACT.lambertw(x),
        "expi": EXACT.ei,
        "exp1": EXACT.e1,
        "boxcox": lambda x, k: EXACT.log(x) if k == 0 else (_power(x, k) - 1) / k,
        "radians": lambda x: x * EXACT.pi / 180,
        "degrees": lambda x: x * 180 / EXACT.pi,
        "huber": _huber,
        "pseudo_huber": lambda d, x: d * d * (EXACT.sqrt(1 + (x / d) ** 2) - 1),
        "add": lambda x, y: x + y,
        "subtract": lambda x, y: x - y,
        "multiply": lambda x, y: x * y,
        "divide": lambda x, y: x / y,
        "negative": lambda x: -x,
        "absolute": abs,
        "square": lambda x: x * x,
        "reciprocal": lambda x: 1 / x,
    }.items()
}  # fmt: skip
