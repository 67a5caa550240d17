"""Rounding to whole numbers, and the quotient and remainder of a division that rounds down, as Python's // and %."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from microgrand.table.libraries import library, with_more_bits
from microgrand.table.numbers import is_plain


def trunc(x: Any) -> Any:
    """x rounded towards 0."""
    if is_plain(x):
        return trunc_of_float(float(x))
    return library(x).trunc(x) if not hasattr(x, "context") else x.context.sign(x) * x.context.floor(abs(x))


def trunc_of_float(x: float) -> float:
    """`trunc` on a float: infinities, NaN and the sign of 0 stay."""
    return math.copysign(abs(x) - math.fmod(abs(x), 1.0), x) if x - x == 0.0 else x


def floor(x: Any) -> Any:
    """The largest whole number up to x."""
    if not is_plain(x):
        return library(x).floor(x)
    down = trunc_of_float(float(x))
    return down - 1.0 if down > x else down


def ceil(x: Any) -> Any:
    """The smallest whole number from x on."""
    if not is_plain(x):
        return library(x).ceil(x)
    up = trunc_of_float(float(x))
    return math.copysign(up + 1.0, x) if up < x else up


def floordiv(x: Any, y: Any) -> Any:
    """⌊x / y⌋, the whole number q of x = q·y + r."""
    if is_plain(x) and is_plain(y):
        return float(x) // float(y) if y != 0.0 else math.nan
    return x // y if not (hasattr(x, "context") or hasattr(y, "context")) else _divided(x, y, _whole_part)


def mod(x: Any, y: Any) -> Any:
    """The remainder r = x - ⌊x / y⌋·y, which has the sign of y."""
    if is_plain(x) and is_plain(y):
        return float(x) % float(y) if y != 0.0 else math.nan
    return x % y if not (hasattr(x, "context") or hasattr(y, "context")) else _divided(x, y, _rest)


def _divided(x: Any, y: Any, divide: Callable[[Any, Any], Any]) -> Any:
    """The division of 50-digit numbers, with as many digits as the whole part of the quotient has."""
    mp = (x if hasattr(x, "context") else y).context
    with with_more_bits(mp, mp.prec + max(0, mp.mag(x) - mp.mag(y)) if x != 0.0 else 0):
        return divide(mp.convert(x), mp.convert(y))


def _whole_part(x: Any, y: Any) -> Any:
    return x.context.floor(x / y)


def _rest(x: Any, y: Any) -> Any:
    return x - y * x.context.floor(x / y)
