"""A function under test: called on floats or on Values, with inputs and outputs as flat lists of numbers."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from math import copysign
from typing import Any

from microgrand.engine.scope import Guards
from microgrand.engine.value import Value
from microgrand.nested import places, rebuilt
from microgrand.table.numbers import as_number
from microgrand.testing.structures import (
    SMALLEST_NORMAL,
    WrongShape,
    coarser,
    copied,
    filled,
    libraries,
    numbers_in,
    numbers_like,
    precision_of,
    without_arrays,
)

__all__ = ["FlatFunction", "WrongShape", "filled", "lacks_value", "numbers_in", "numbers_like"]

NEAR_SUBNORMAL = 2.0**10  # times the smallest normal number: steps from there reach subnormal ones
TIMES = 8  # a function that changes half the time is seen to do so in 255 of 256 cases


def unwarned(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function returns, also where warnings are errors: what NumPy warns of, its values show.

    >>> def f(x):
    ...     warnings.warn("overflow", RuntimeWarning)
    ...     return x
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error")
    ...     unwarned(f, 2.0)
    2.0
    """
    try:
        return function(*arguments)
    except RuntimeWarning:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            return function(*arguments)


class FlatFunction:
    """`f` at a point, with whatever structure its arguments and its result have.

    f          of numbers, sequences of numbers or several of these, to a number or a sequence
    at         one number, or the tuple of arguments
    numbers    the inputs at the point, flat; a dict's in the order in which it holds its keys
    names      what each input is called: x, or x[1] inside a sequence
    on_values  whether `f` computes on microgrand's Values only (it calls their methods, say), and not on floats
    precision  "float64", "float32", "float16" or "bfloat16": the coarsest one that inputs and outputs come in
    """

    def __init__(self, f: Callable[..., Any], at: Any) -> None:
        if not callable(f):
            raise TypeError(f"f is a function; got {f!r:.60} of type {type(f).__name__}")
        self.f = f
        self.arguments = _fitting(f, at)
        self.numbers = [_input(x) for x in numbers_in(self.arguments)]
        if not self.numbers:
            raise ValueError(f"at holds at least one number; got {at!r:.60}")
        named = zip(self.arguments, _parameters(f), strict=False)
        self.names = [place for argument, name in named for place in places(without_arrays(argument), name)]
        self.precision = precision_of(self.arguments)
        self._libraries = libraries(self.arguments)
        self._shape: Any = None  # the result of the first call, which tells where each output belongs
        refusal = self._refusal(float)
        self.on_values = refusal is not None and self._refusal(Value) is None
        if refusal is not None and not self.on_values:
            raise refusal

    def __call__(self, numbers: Sequence[Any]) -> list[Any]:
        """The outputs, flat. What `f` raises passes, and `lacks_value` tells what it means."""
        outputs = self._outputs(map(Value, numbers) if self.on_values else iter(numbers))
        return [z if isinstance(z, complex) else _real(z) for z in outputs]

    @property
    def shape(self) -> Any:
        """The nesting of what f returns, with its numbers; None before it was called."""
        return self._shape

    @property
    def count(self) -> int:
        """How many outputs there are."""
        return len(list(numbers_in(self._shape)))

    def copies(self) -> tuple[Any, ...]:
        """The arguments at the point, for code that may change them."""
        return tuple(copied(self.arguments))

    def is_steady(self, outputs: Sequence[Any], times: int = TIMES) -> bool:
        """Whether f gives these outputs each time that it is called at the point.

        >>> import random
        >>> FlatFunction(lambda x: x + random.choice([0.0, 1.0]), 2.0).is_steady([2.0], times=99)
        False
        """
        return all([self(self.numbers) == outputs for _ in range(times)])

    def flushes(self) -> bool:
        """Whether an input is so small that f takes it, or a number close to it, for 0.

        JAX and others take subnormal numbers for 0, which have fewer digits than others. Python does not. Where f
        does not tell a normal number from 0 either, nothing is known.
        """
        smallest = SMALLEST_NORMAL[self.precision]
        tiny = [k for k, x in enumerate(self.numbers) if 0.0 < abs(x) <= NEAR_SUBNORMAL * smallest]
        if not tiny or not self._libraries:
            return False
        sizes = {k: copysign(smallest, self.numbers[k]) for k in tiny}
        points = [[sizes[k] * share if k in sizes else x for k, x in enumerate(self.numbers)] for share in (0, 0.25, 4)]
        try:
            zero, subnormal, normal = [self(point) for point in points]
            return zero == subnormal != normal
        except Exception as error:
            if not lacks_value(error):
                raise
            return False

    def recorded(self) -> tuple[list[Value], list[Any], bool] | None:
        """The inputs as Values, the outputs, and whether the code branched by comparing; None where `f` takes none."""
        if self._libraries & {"torch", "jax"}:  # whose arrays hold no Values
            return None
        leaves = [Value(x, name=name) for x, name in zip(self.numbers, self.names, strict=True)]
        try:
            with Guards() as guards:
                outputs = self._outputs(iter(leaves))
        except Exception as error:
            if not self._refuses_values(error):
                raise
            return None
        if not any([isinstance(output, Value) for output in outputs]):
            return None
        return leaves, outputs, bool(guards.decisions)

    def jacobian_shape(self) -> Any:
        """The shape of a Jacobian: that of the result, with the arguments in the place of each number."""
        return self.per_output(repeat(self.arguments))

    def per_output(self, parts: Iterator[Any]) -> Any:
        """The shape of the result, with these parts in the place of its numbers."""
        return rebuilt(self._shape, parts)

    def _outputs(self, items: Iterator[Any]) -> list[Any]:
        """What `f` returns for these inputs, flat; the keys of a dict in the order in which it first returned them."""
        result = unwarned(self.f, *filled(self.arguments, items))
        if self._shape is None:
            self._shape = without_arrays(result)
            self.precision = coarser(self.precision, precision_of(result))
            self._libraries |= libraries(result)
        return list(numbers_like(self._shape, result, "f"))

    def _refusal(self, kind: type) -> Exception | None:
        """What `f` says to this kind of number if it is not for it; what else may be wrong shows later."""
        try:
            for output in self._outputs(map(kind, self.numbers)):
                _real(output)
        except Exception as error:
            if lacks_value(error):  # the kind is right, the point is not
                return None if kind is float else error
            if not (isinstance(error, (TypeError, AttributeError)) or (kind is Value and self._refuses_values(error))):
                raise
            return error
        return None

    def _refuses_values(self, error: Exception) -> bool:
        """Whether an error is what `f` says to Values: one of Python's, or of a class of its own that comes again.

        An error that does not come again, as a timeout's, was not about Values.
        """
        if isinstance(error, (OSError, MemoryError, RecursionError)):
            return False
        if type(error).__module__ == "builtins":
            return True
        try:
            self._outputs(map(Value, self.numbers))
        except Exception as again:
            return type(again) is type(error)
        return False


def lacks_value(error: Exception) -> bool:
    """Whether an error means that a function has no real value at a point, as outside its domain.

    These are errors of arithmetic, and numbers that have become complex where real ones are expected. Anything else
    is a fault of the code, or was meant for somebody else (a timeout): it is to be raised.

    >>> lacks_value(ZeroDivisionError()), lacks_value(NameError())
    (True, False)
    """
    if isinstance(error, TypeError):
        return "complex" in str(error)
    of_matrices = any([each.__name__ == "LinAlgError" for each in type(error).__mro__])
    if type(error) is RuntimeError:  # PyTorch has no other name for a number out of range
        return _raised_in(error).startswith("torch.")
    return of_matrices or isinstance(error, (ArithmeticError, ValueError, RuntimeWarning))


def _raised_in(error: Exception) -> str:
    """The name of the module whose code raised an error."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return "" if step is None else str(step.tb_frame.f_globals.get("__name__", ""))


def _fitting(f: Callable[..., Any], at: Any) -> tuple[Any, ...]:
    """The arguments that `at` means. Raises TypeError where f does not take as many."""
    arguments = at if isinstance(at, tuple) else (at,)
    try:
        signature = inspect.signature(f)
    except (TypeError, ValueError):  # a built-in that tells nothing
        return arguments
    if arguments and not binds(signature, arguments):
        count = len([p for p in signature.parameters.values() if p.default is p.empty])
        if isinstance(at, list) and binds(signature, at):
            raise TypeError(f"f takes {count} arguments: write at={tuple(at)!r}")
        if len(arguments) > 1 and binds(signature, [arguments]):
            raise TypeError(f"f takes one argument: write at=({list(at)!r},)")
        raise TypeError(f"f takes {count} argument(s), but `at` holds {len(arguments)}: {at!r:.60}")
    return arguments


def binds(signature: inspect.Signature, arguments: Sequence[Any]) -> bool:
    """Whether a function of that signature takes these arguments."""
    try:
        signature.bind(*arguments)
    except TypeError:
        return False
    return True


def _input(x: Any) -> float:
    try:
        return as_number(listed_number(x))
    except TypeError:
        raise TypeError(f"at holds numbers; got {x!r:.60} of type {type(x).__name__}") from None


def listed_number(x: Any) -> Any:
    """A number of an array library, or its array without dimensions, as Python's number; anything else as it is."""
    if getattr(x, "shape", None) == () and hasattr(x, "item"):
        return (x.detach() if hasattr(x, "detach") else x).item()
    return x


def _real(x: Any) -> Any:
    """The number as a float, a Value's data; a complex one as it is. Raises TypeError for what is none."""
    x = x.data if isinstance(x, Value) else listed_number(x)
    if type(x) is float or isinstance(x, complex):
        return x
    try:
        return as_number(x)
    except TypeError:
        raise TypeError(f"f returns numbers; got {x!r:.60} of type {type(x).__name__}") from None


def _parameters(f: Callable[..., Any]) -> list[str]:
    """The names of the arguments as far as `f` tells them, and x0, x1, … as far as it does not."""
    known: list[str] = []
    try:
        for parameter in inspect.signature(f).parameters.values():
            if parameter.kind not in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
                break
            known.append(parameter.name)
    except (TypeError, ValueError):  # a built-in that tells nothing
        pass
    return known + [f"x{k}" for k in range(len(known), 1000)]
