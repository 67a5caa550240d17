"""x % y, x // y and divmod of what records its steps, and what math.floor, math.ceil and math.trunc give of it."""

from __future__ import annotations

from typing import Any

from microgrand.compiled.hints import mypyc_attr
from microgrand.table.numbers import unknown_operand
from microgrand.table.primitive import Recorder, declared


@mypyc_attr(acyclic=True)
class Rounded(Recorder):
    """The operators whose rows round: math.floor(v) is a node too, so that v - math.floor(v) has the slope 1."""

    __slots__ = ()

    def __mod__(self, other: Any) -> Any:
        return _applied("mod", self, other)

    def __rmod__(self, other: Any) -> Any:
        return _applied("mod", other, self)

    def __floordiv__(self, other: Any) -> Any:
        return _applied("floordiv", self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return _applied("floordiv", other, self)

    def __divmod__(self, other: Any) -> Any:
        quotient = _applied("floordiv", self, other)
        return quotient if quotient is NotImplemented else (quotient, _applied("mod", self, other))

    def __rdivmod__(self, other: Any) -> Any:
        quotient = _applied("floordiv", other, self)
        return quotient if quotient is NotImplemented else (quotient, _applied("mod", other, self))

    def __floor__(self) -> Any:
        return declared("floor").call((self,))

    def __ceil__(self) -> Any:
        return declared("ceil").call((self,))

    def __trunc__(self) -> Any:
        return declared("trunc").call((self,))


def _applied(name: str, x: Any, y: Any) -> Any:
    """The row of that name on x and y; NotImplemented if one is no number, but may know Values."""
    if not all([isinstance(v, Recorder) or hasattr(type(v), "as_integer_ratio") or unknown_operand(v) for v in (x, y)]):
        return NotImplemented
    return declared(name).call((x, y))
