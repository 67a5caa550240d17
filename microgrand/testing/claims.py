"""What a gradient claims at a point: its numbers, in the order of the inputs, and why some of them are none."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from math import nan
from typing import Any, NamedTuple

from microgrand.testing.functions import FlatFunction, WrongShape, binds, lacks_value, listed_number, unwarned
from microgrand.testing.structures import copied, numbers_like

RAISED_AT = "raised by the gradient at"


class Claimed(NamedTuple):
    """The numbers of a gradient, flat.

    numbers  NaN where there is none
    because  why some are NaN; empty where none is
    """

    numbers: list[float]
    because: str


class Gradient:
    """A gradient, called at the point of a function.

    takes_cotangents  whether it has to be given one argument more than the function

    >>> gradient = Gradient(lambda x, y: (1 / y, None), FlatFunction(lambda x, y: x / y, (3.0, 2.0)))
    >>> gradient.claimed()
    Claimed(numbers=[0.5, nan], because='the gradient gives None')
    """

    def __init__(self, gradient: Callable[..., Any], function: FlatFunction) -> None:
        self.call = gradient
        self._function = function
        self.takes_cotangents = _takes_one_more(gradient, function.arguments)

    def claimed(self, cotangents: Sequence[float] | None = None) -> Claimed:
        """What it gives at the point, in the order of the inputs, output by output; or for the cotangents.

        It is handed copies. Where it raises an error of arithmetic no number is claimed; any other error is a fault
        of its code, which is raised as it is, with a note that says where. Raises WrongShape for too many or too few
        numbers, for dicts of other keys, and for what is no number.
        """
        function = self._function
        if cotangents is None:
            return self.given(function.jacobian_shape(), len(function.numbers) * function.count)
        return self.given(function.arguments, len(function.numbers), list(cotangents))

    def given(self, shape: Any, expected: int, *more: Any) -> Claimed:
        """The same, for numbers of another shape.

        expected  how many there are
        more      what it takes after the arguments
        """
        function = self._function
        try:
            given = unwarned(self.call, *function.copies(), *copied(more))
        except Exception as error:
            if not lacks_value(error):
                error.add_note(f"{RAISED_AT} {function.copies()!r}")
                raise
            return Claimed([nan] * expected, f"the gradient raised {type(error).__name__}: {error}")
        if given is None:
            return Claimed([nan] * expected, "the gradient gives None")
        self._refuse_another_shape(shape, given)
        found = [_number(z) for z in numbers_like(shape, given, "the gradient")]
        if len(found) != expected:
            raise WrongShape(_miscounted(function, expected, len(found)))
        return Claimed([number for number, _ in found], next((reason for _, reason in found if reason), ""))

    def _refuse_another_shape(self, shape: Any, given: Any) -> None:
        """Raises WrongShape where the gradient of one number in one array is an array of another shape."""
        arguments = self._function.arguments
        expected, found = (getattr(x, "shape", None) for x in (arguments[0], given))
        is_single = len(arguments) == 1 and self._function.count == 1 and shape is arguments
        if is_single and expected and found and tuple(found) not in (tuple(expected), (1, *expected)):
            raise WrongShape(f"the gradient has the shape {tuple(found)}, and the argument {tuple(expected)}")


def _number(z: Any) -> tuple[float, str]:
    """The claim as a float; NaN, and why, where it is no real number. Raises WrongShape for what is no number."""
    z = listed_number(z)
    if z is None:
        return nan, "the gradient gives None"
    if isinstance(z, complex):
        return nan, f"a derivative is a real number; got {z!r:.60}"
    if not hasattr(z, "__float__"):
        raise WrongShape(f"the gradient gives {z!r:.60} of type {type(z).__name__}, where a number is expected")
    number = float(z)
    return number, "" if number == number else "the gradient gives NaN"


def _miscounted(function: FlatFunction, expected: int, found: int) -> str:
    several = f" and {function.count} outputs" if function.count > 1 and expected != len(function.numbers) else ""
    wanted = "" if expected == len(function.numbers) * function.count else f", {expected} are expected"
    return f"f has {len(function.numbers)} input(s){several}, but the gradient gives {found} number(s){wanted}"


def _takes_one_more(gradient: Callable[..., Any], arguments: tuple[Any, ...]) -> bool:
    if hasattr(gradient, "takes_cotangents"):
        return bool(gradient.takes_cotangents)
    try:
        signature = inspect.signature(gradient)
    except (TypeError, ValueError):
        return False
    return not binds(signature, arguments) and binds(signature, (*arguments, []))
