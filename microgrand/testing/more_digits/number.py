"""`Number`: one number held twice, as f's own floats have it and in many digits."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from microgrand.testing.exact import EXACT
from microgrand.testing.more_digits.exact_functions import FUNCTIONS
from microgrand.testing.more_digits.run import DigitsLostError, Run

KEPT = "f keeps a number from one call to the next"
OUTSIDE = "in many digits f has no real value where floats have one"


class Number:
    """A real number on its way through a function: all that a float can do, or a refusal to lose digits.

    near   as floats have it, of whatever type f made it (float, numpy.float32); None in runs beside the point
    exact  in many digits
    run    the run that it belongs to

    >>> from microgrand.testing.exact import many_digits
    >>> with many_digits(30):
    ...     z = (1 + Number(1e-20, EXACT.mpf(1e-20), Run())) - 1
    ...     z.near, float(EXACT.nstr(z.exact, 5))
    (0.0, 1e-20)
    """

    __slots__ = ("exact", "near", "run")

    def __init__(self, near: Any, exact: Any, run: Run) -> None:
        self.near = near
        self.exact = exact
        self.run = run

    # ---- arithmetic ------------------------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Any:
        return _operated(operator.add, "add", self, other)

    def __radd__(self, other: Any) -> Any:
        return _operated(operator.add, "add", other, self)

    def __sub__(self, other: Any) -> Any:
        return _operated(operator.sub, "subtract", self, other)

    def __rsub__(self, other: Any) -> Any:
        return _operated(operator.sub, "subtract", other, self)

    def __mul__(self, other: Any) -> Any:
        return _operated(operator.mul, "multiply", self, other)

    def __rmul__(self, other: Any) -> Any:
        return _operated(operator.mul, "multiply", other, self)

    def __truediv__(self, other: Any) -> Any:
        return _operated(operator.truediv, "divide", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _operated(operator.truediv, "divide", other, self)

    def __pow__(self, other: Any) -> Any:
        return _operated(operator.pow, "pow", self, other)

    def __rpow__(self, other: Any) -> Any:
        return _operated(operator.pow, "pow", other, self)

    def __neg__(self) -> Any:
        return applied(operator.neg, FUNCTIONS["negative"], self)

    def __abs__(self) -> Any:
        return applied(abs, FUNCTIONS["absolute"], self)

    def __pos__(self) -> Number:
        return self

    def __floordiv__(self, other: Any) -> Any:
        return _floored(self, other)[0] if is_real(other) else NotImplemented

    def __rfloordiv__(self, other: Any) -> Any:
        return _floored(other, self)[0] if is_real(other) else NotImplemented

    def __mod__(self, other: Any) -> Any:
        return _floored(self, other)[1] if is_real(other) else NotImplemented

    def __rmod__(self, other: Any) -> Any:
        return _floored(other, self)[1] if is_real(other) else NotImplemented

    def __divmod__(self, other: Any) -> Any:
        return _floored(self, other) if is_real(other) else NotImplemented

    def __rdivmod__(self, other: Any) -> Any:
        return _floored(other, self) if is_real(other) else NotImplemented

    # ---- decisions -------------------------------------------------------------------------------------------------

    def __lt__(self, other: Any) -> Any:
        return _compared(operator.lt, self, other)

    def __le__(self, other: Any) -> Any:
        return _compared(operator.le, self, other)

    def __gt__(self, other: Any) -> Any:
        return _compared(operator.gt, self, other)

    def __ge__(self, other: Any) -> Any:
        return _compared(operator.ge, self, other)

    def __eq__(self, other: object) -> Any:
        return _compared(operator.eq, self, other)

    def __ne__(self, other: object) -> Any:
        return _compared(operator.ne, self, other)

    def __bool__(self) -> bool:
        return decided(lambda x: x != 0, lambda x: x != 0, self)

    def __int__(self) -> Any:
        return whole(int, lambda x: int(EXACT.floor(x)) if x >= 0 else int(EXACT.ceil(x)), self)

    __trunc__ = __int__

    def __floor__(self) -> Any:
        return whole(math.floor, lambda x: int(EXACT.floor(x)), self)

    def __ceil__(self) -> Any:
        return whole(math.ceil, lambda x: int(EXACT.ceil(x)), self)

    def __round__(self, digits: int | None = None) -> Any:
        if digits is None:
            return whole(round, lambda x: int(EXACT.nint(x)), self)
        scale = EXACT.mpf(10) ** digits
        count = whole(lambda x: int(EXACT.nint(EXACT.mpf(round(x, digits)) * scale)),
                      lambda x: int(EXACT.nint(x * scale)), self)  # fmt: skip
        near = None if self.near is None else round(self.near, digits)
        return Number(near, EXACT.mpf(count) / scale, self.run)

    def is_integer(self) -> bool:
        """Whether it is a whole number."""
        return decided(lambda x: bool(x == math.floor(x)), lambda x: bool(x == EXACT.floor(x)), self)

    # ---- what a float has besides ----------------------------------------------------------------------------------

    @property
    def real(self) -> Number:
        """Itself."""
        return self

    @property
    def imag(self) -> float:
        """Nothing."""
        return 0.0

    def conjugate(self) -> Number:
        """Itself."""
        return self

    def item(self) -> Number:
        """Itself, for code that takes numbers out of arrays of one."""
        return self

    def __copy__(self) -> Number:
        return self

    def __deepcopy__(self, memo: Any) -> Number:
        return self

    @classmethod
    def __torch_function__(cls, *call: Any) -> Any:
        """Lets PyTorch's functions take Numbers; a mode turns these into tensors, and without it they refuse."""
        return NotImplemented

    # ---- refusals --------------------------------------------------------------------------------------------------

    def _refuse(self, into: str) -> NoReturn:
        raise self.run.lose(f"f makes {into} of a number on its way")

    def __float__(self) -> NoReturn:
        self._refuse("a plain float")

    def __complex__(self) -> NoReturn:
        self._refuse("a complex number")

    def __index__(self) -> NoReturn:
        self._refuse("an index")

    def __hash__(self) -> NoReturn:
        self._refuse("a key or a hash")

    def __str__(self) -> NoReturn:
        self._refuse("a text")

    def __format__(self, form: str) -> NoReturn:
        self._refuse("a text")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        self._refuse("bytes")

    def as_integer_ratio(self) -> NoReturn:
        """Refused: it would be a ratio of what floats have."""
        self._refuse("a ratio of integers")

    def hex(self) -> NoReturn:
        """Refused: a text."""
        self._refuse("a text")

    def __repr__(self) -> NoReturn:
        self._refuse("a text")


def is_real(x: Any) -> bool:
    """Whether it is a number that a Number can be combined with; arrays are not."""
    return isinstance(x, (Number, int, float)) or (getattr(x, "shape", None) == () and _is_numpy_real(x))


def _is_numpy_real(x: Any) -> bool:
    return getattr(getattr(x, "dtype", None), "kind", "none") in "biufV" and hasattr(x, "item")


def exact_of(x: Any) -> Any:
    """In many digits; a plain number is exactly what it is."""
    if isinstance(x, Number):
        return x.exact
    return EXACT.mpf(x if isinstance(x, int) else float(x))


def near_of(x: Any) -> Any:
    """As floats have it."""
    return x.near if isinstance(x, Number) else x


def run_of(xs: Iterable[Any]) -> Run | None:
    """The run of the Numbers among them; None where there is none. f may have kept a Number from an earlier run."""
    found = None
    for x in xs:
        if isinstance(x, Number):
            if found is not None and x.run is not found:
                found.lose(KEPT)
                raise x.run.lose(KEPT)
            found = x.run
    return found


def applied(on_floats: Callable[..., Any], in_digits: Callable[..., Any], *xs: Any, unit: float = 0.0) -> Any:
    """A function of real numbers, on floats and in many digits; what floats raise is raised.

    unit  how far it may be off on floats, of its size, where that is more than a rounding
    """
    run = run_of(xs)
    if run is None:
        return on_floats(*xs)
    near = on_floats(*map(near_of, xs)) if run.is_first else None
    if isinstance(near, complex):
        raise run.lose("f makes a complex number on its way")
    try:
        exact = in_digits(*map(exact_of, xs))
    except DigitsLostError:
        raise
    except (ArithmeticError, ValueError, NotImplementedError) as error:
        if run.is_first:
            raise run.lose(OUTSIDE) from error
        raise ValueError("math domain error") from error
    return Number(near, run.noted(near, exact, unit), run)


def decided(on_floats: Callable[..., bool], in_digits: Callable[..., bool], *xs: Any) -> bool:
    """A decision about real numbers."""
    return bool(whole(on_floats, in_digits, *xs))


def whole(on_floats: Callable[..., Any], in_digits: Callable[..., Any], *xs: Any) -> Any:
    """A whole number that real ones are turned into: a decision, for it moves in steps."""
    run = run_of(xs)
    if run is None:
        return on_floats(*xs)
    near = on_floats(*map(near_of, xs)) if run.is_first else None
    return run.decided(near, in_digits(*map(exact_of, xs)))


def _operated(operation: Callable[..., Any], name: str, a: Any, b: Any) -> Any:
    return applied(operation, FUNCTIONS[name], a, b) if is_real(a) and is_real(b) else NotImplemented


def _compared(comparison: Callable[..., Any], a: Any, b: Any) -> Any:
    return decided(comparison, comparison, a, b) if is_real(b) else NotImplemented


def _floored(a: Any, b: Any) -> tuple[Any, Any]:
    """a // b and a % b: how often b goes into a is a decision, but no rounding of a."""
    count = whole(lambda a, b: float(a // b), lambda a, b: float(int(EXACT.floor(a / b))), a, b)
    rest = applied(operator.mod, lambda a, b: a - b * count, a, b)
    return count, rest
