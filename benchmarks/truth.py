"""Formulas in many digits: the same source, run with mpmath's functions in the place of `math`'s, NumPy's and SciPy's.

Nothing of microgrand takes part: a file or a text of formulas is executed once more, with another `import`. Derivatives
are one-sided difference quotients over so small a step, in so many digits, that they are exact to a hundred.
"""

from __future__ import annotations

import builtins
import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType, SimpleNamespace
from typing import Any

import numpy
from mpmath.ctx_mp import MPContext

from benchmarks.reference import context

DIGITS = 400  # so that a step of |x|·10⁻⁶⁰ leaves hundreds of digits, however small the slope is
STEP_DIGITS = 60
SMALLEST_FLOAT = 5e-324
FORMULAS = "benchmarks.textbook"  # modules below it are run anew too

MANY = context(DIGITS)
UNBOUNDED = MPContext()  # special functions use exponentials of complex numbers
UNBOUNDED.dps = DIGITS
Interval = tuple[Any, Any]


# ---- functions on numbers of many digits -----------------------------------------------------------------------------
def _named(context: Any, names: str) -> dict[str, Any]:
    return {name: getattr(context, name) for name in names.split()}


def _copysign(x: Any, y: Any) -> Any:
    return abs(x) if y >= 0 else -abs(x)


def _prod(xs: Iterable[Any]) -> Any:
    product = MANY.one
    for x in xs:
        product *= x
    return product


MATH = SimpleNamespace(
    **_named(MANY, "acos acosh asin asinh atan atan2 atanh ceil cos cosh erf erfc exp expm1 fabs floor gamma hypot"),
    **_named(MANY, "log10 log1p pi power sin sinh sqrt tan tanh"),
    log=lambda x, base=None: MANY.log(x) if base is None else MANY.log(x) / MANY.log(base),
    log2=lambda x: MANY.log(x) / MANY.log(2),
    lgamma=lambda x: MANY.re(MANY.loggamma(x)),
    pow=lambda x, y: x**y,
    e=MANY.exp(1),
    prod=_prod,
    copysign=_copysign,
    fsum=sum,
)

SPECIAL = SimpleNamespace(
    airy=lambda x: (UNBOUNDED.airyai(x), UNBOUNDED.airyai(x, derivative=1)),
    betainc=lambda a, b, x: UNBOUNDED.betainc(a, b, 0, x, regularized=True),
    dawsn=lambda x: UNBOUNDED.sqrt(UNBOUNDED.pi) / 2 * UNBOUNDED.exp(-x * x) * UNBOUNDED.erfi(x),
    ellipe=UNBOUNDED.ellipe,
    ellipk=UNBOUNDED.ellipk,
    expi=UNBOUNDED.ei,
    expit=lambda x: 1 / (1 + UNBOUNDED.exp(-x)),
    gammainc=lambda a, x: UNBOUNDED.gammainc(a, 0, x, regularized=True),
    i0=lambda x: UNBOUNDED.besseli(0, x),
    i1=lambda x: UNBOUNDED.besseli(1, x),
    j0=lambda x: UNBOUNDED.besselj(0, x),
    j1=lambda x: UNBOUNDED.besselj(1, x),
    jv=UNBOUNDED.besselj,
    lambertw=UNBOUNDED.lambertw,
    ndtri=lambda p: UNBOUNDED.sqrt(2) * UNBOUNDED.erfinv(2 * p - 1),
    polygamma=UNBOUNDED.psi,
    psi=lambda x: UNBOUNDED.psi(0, x),
)


def _elementwise(function: Callable[..., Any], count: int = 1) -> Any:
    return numpy.frompyfunc(function, count, 1)


NUMPY = SimpleNamespace(
    array=lambda xs: numpy.array(xs, dtype=object),
    float16=MANY.mpf,  # precision is no part of a formula
    float32=MANY.mpf,
    sum=numpy.sum,
    logaddexp=_elementwise(lambda x, y: MANY.log(MANY.exp(x) + MANY.exp(y)), 2),
    **{name: _elementwise(getattr(MANY, name)) for name in ("cosh", "exp", "log", "log1p", "tanh")},
)

STAND_INS = {"math": MATH, "numpy": NUMPY, "scipy": SimpleNamespace(special=SPECIAL)}


# ---- running source anew ---------------------------------------------------------------------------------------------
def _imported(name: str, *where: Any) -> Any:
    """What `import` gives to formulas that are run in many digits."""
    if name in STAND_INS:
        return STAND_INS[name]
    return twin(name) if name.startswith(FORMULAS) else __import__(name, *where)


BUILTINS = {
    **vars(builtins),
    "__import__": _imported,
    "float": MANY.convert,
    "round": lambda x, _=0: x,  # f is rounded, the formula is not
}


@cache
def twin(name: str) -> ModuleType:
    """A module of formulas in many digits."""
    found = importlib.import_module(name)
    made = ModuleType(name)
    assert found.__file__ is not None  # it is a file of this package
    run(compile(Path(found.__file__).read_text(encoding="utf-8"), found.__file__, "exec"), vars(made))
    return made


def run(code: CodeType, names: dict[str, Any]) -> None:
    """Execute source in many digits; `names` are its global names."""
    names["__builtins__"] = BUILTINS
    exec(code, names)


# ---- derivatives -----------------------------------------------------------------------------------------------------
def numbers(structure: Any) -> list[Any]:
    """The numbers of nested lists, tuples and arrays, in order."""
    if isinstance(structure, (list, tuple, numpy.ndarray)):
        return [number for item in structure for number in numbers(item)]
    return [structure]


def rebuilt(structure: Any, items: Iterator[Any]) -> Any:
    """The same nesting with other numbers; arrays become arrays of objects."""
    if isinstance(structure, numpy.ndarray):
        return numpy.array([next(items) for _ in structure], dtype=object)
    if isinstance(structure, (list, tuple)):
        return type(structure)([rebuilt(item, items) for item in structure])
    return next(items)


def value(f: Callable[..., Any], arguments: tuple[Any, ...], inputs: Sequence[Any]) -> Any:
    """f at these inputs, in the structure of `arguments`; None where it has no finite real value."""
    try:
        found = f(*rebuilt(arguments, iter(inputs)))
    except (ArithmeticError, ValueError):
        return None
    return found if _is_real(found) else None


def _is_real(number: Any) -> bool:
    return not isinstance(number, (complex, MANY.mpc, UNBOUNDED.mpc)) and bool(MANY.isfinite(number))


def gradient(f: Callable[..., Any], arguments: tuple[Any, ...]) -> list[Interval | None]:
    """For each input an interval that holds its left and its right derivative; None where there is none.

    Where the two are one, the interval is as narrow as the step allows.
    """
    inputs = [MANY.mpf(float(x)) for x in numbers(arguments)]
    return [_partial(f, arguments, inputs, k) for k in range(len(inputs))]


def _partial(f: Callable[..., Any], arguments: tuple[Any, ...], inputs: list[Any], k: int) -> Interval | None:
    step = (abs(inputs[k]) or MANY.one) * MANY.mpf(10) ** -STEP_DIGITS
    ends: list[Any] = []
    for h in (-step, step):
        values = [value(f, arguments, [*inputs[:k], inputs[k] + n * h / 4, *inputs[k + 1 :]]) for n in (0, 1, 2, 4)]
        if None not in values:
            ends += _one_sided(values, h)
    return (min(ends), max(ends)) if ends else None


def _one_sided(values: list[Any], h: Any) -> tuple[Any, Any]:
    """Bounds on the slope, from values at 0, h/4, h/2 and h.

    The quotients of second order over h/2 and over h differ by more than the first is off.
    """
    here, quarter, half, whole = values
    fine, coarse = (4 * quarter - half - 3 * here) * 2 / h, (4 * half - whole - 3 * here) / h
    error = abs(fine - coarse)
    return fine - error, fine + error


def distance(claim: Any, interval: Interval) -> Any:
    """How far a claim lies outside, relative to the larger of both; infinite if it is no finite number.

    What is smaller than all floats is zero.
    """
    low, high = interval
    if not _is_real(claim):
        return MANY.inf
    size = max(abs(low), abs(high), abs(claim))
    return max(low - claim, claim - high, 0) / size if size > SMALLEST_FLOAT else MANY.zero
