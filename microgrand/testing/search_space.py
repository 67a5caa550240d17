"""Where a search looks: which arguments a function is called with, and from where their numbers are drawn."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from math import isclose, isfinite, prod
from typing import Any

from microgrand.outer_errors import MissingExtraError
from microgrand.table.domains import REALS, Domain
from microgrand.table.primitive import Primitive
from microgrand.testing.declared import is_declared
from microgrand.testing.domain_arguments import LARGEST, as_domain
from microgrand.testing.literals import literals
from microgrand.testing.places import RELATIONS, Places, specials
from microgrand.testing.strategies import points
from microgrand.testing.structures import filled, numbers_in, precision_of

try:
    from hypothesis import assume
    from hypothesis import strategies as st
except ImportError as error:  # pragma: no cover
    raise MissingExtraError("drawing examples", "testing", "hypothesis") from error

LARGEST_NUMBERS = {"float64": LARGEST, "float32": 3.4028234663852886e38, "float16": 65504.0,
                   "bfloat16": 3.3895313892515355e38}  # fmt: skip
SAME = 1e-5  # as exact as single precision
RELATED = 8  # one in so many numbers is put where another one says


class SearchSpace:
    """The arguments that f may be called with.

    arguments      an example of them, which tells their structure; None where strategies of the user's draw them
    is_of_numbers  whether they are single numbers because nobody said otherwise
    domains        of each argument
    inputs         the domains of each number in the arguments
    strategy       which draws the arguments
    places         where to look closer; None where there are strategies of the user's
    """

    def __init__(
        self, f: Callable[..., Any], gradient: Callable[..., Any] | None, domain: Any, like: tuple[Any, ...] | None
    ) -> None:
        """Where `like` is None, f takes single numbers."""
        each = _per_argument(f, domain, like)
        if any([isinstance(item, st.SearchStrategy) for item in each]):
            if like is not None:
                raise TypeError("a strategy draws whole arguments: say either a strategy, or like= or shape=")
            self.arguments = self.places = None
            self.is_of_numbers = False
            self.inputs: list[Domain] = []
            self.domains = [REALS if isinstance(item, st.SearchStrategy) else as_domain(item) for item in each]
            self.strategy = _of_all(f, domain, len(each)) if isinstance(domain, st.SearchStrategy) else _mixed(each)
            return
        self.is_of_numbers = like is None
        self.arguments = like or (0.0,) * len(each)
        if len(each) != len(self.arguments):
            raise ValueError(f"f has {len(self.arguments)} argument(s), but there are {len(each)} domains")
        self.domains = [as_domain(item) for item in each]
        numbers = literals([f, gradient])
        largest = LARGEST_NUMBERS[precision_of(self.arguments)]
        self.inputs = [
            domain
            for domain, argument in zip(self.domains, self.arguments, strict=True)
            for _ in numbers_in(argument)
        ]  # fmt: skip
        self.places = Places(self.inputs, numbers)
        strategies = {domain: _numbers(domain, numbers, largest) for domain in self.inputs}
        self.strategy = _related([strategies[domain] for domain in self.inputs], self.inputs).map(self._structured)

    def with_numbers(self, numbers: Sequence[float]) -> tuple[Any, ...] | None:
        """Arguments of these numbers; None where the precision of the arrays has moved one out of its domain."""
        found = filled(self.arguments, iter(numbers))
        held = [float(x) for x in numbers_in(found)]
        inside = all([isfinite(x) and domain.contains(x) for x, domain in zip(held, self.inputs, strict=True)])
        return tuple(found) if inside else None

    def _structured(self, numbers: Sequence[float]) -> tuple[Any, ...]:
        found = self.with_numbers(numbers)
        assume(found is not None)
        return found or ()


def _numbers(domain: Domain, found: Sequence[float], largest: float) -> st.SearchStrategy[float]:
    """Numbers of a domain, among which are those in the code, and what is close to them."""
    chosen = [x for x in specials(domain, found) if abs(x) <= largest]
    drawn = points(domain, largest)
    return drawn | st.sampled_from(chosen) | st.sampled_from(chosen[:24]) if chosen else drawn


@st.composite
def _related(draw: Any, strategies: list[st.SearchStrategy[float]], domains: list[Domain]) -> list[float]:
    """One number from each; now and then one is where the one before it says, at a tie say, if it may be there."""
    drawn: list[float] = []
    for strategy, domain in zip(strategies, domains, strict=True):
        own = draw(strategy)  # also where it is not used, so that a tie can shrink to none
        how = draw(st.sampled_from([None] * (RELATED - 2) + [0, 1])) if drawn else None
        tied = own if how is None else RELATIONS[draw(st.integers(0, len(RELATIONS) - 1)) if how else 0](drawn[-1], own)
        drawn.append(tied if isfinite(tied) and domain.contains(tied) else own)
    return drawn


@st.composite
def _of_all(draw: Any, f: Callable[..., Any], strategy: st.SearchStrategy[Any], count: int) -> tuple[Any, ...]:
    """Arguments from one strategy of the user's: it draws the tuple of them, if f takes that so, or else each."""
    first = draw(strategy)
    if count > 1 and isinstance(first, tuple) and len(first) == count and _takes(f, first):
        return first
    return (first, *[draw(strategy) for _ in range(count - 1)])


def _takes(f: Callable[..., Any], arguments: tuple[Any, ...]) -> bool:
    """Whether the arguments are of types that f takes."""
    try:
        f(*arguments)
    except (TypeError, AttributeError):
        return False
    except Exception:  # beyond where f is defined
        return True
    return True


@st.composite
def _mixed(draw: Any, each: list[Any]) -> tuple[Any, ...]:
    """Arguments of which some are drawn from strategies of the user's; a plain number may be that before it."""
    drawn: list[Any] = []
    for item in each:
        is_strategy = isinstance(item, st.SearchStrategy)
        own = draw(item if is_strategy else points(item))
        tied = draw(st.sampled_from([False] * (RELATED - 1) + [True]))
        may_be = bool(drawn) and isinstance(drawn[-1], float) and not is_strategy and as_domain(item).holds(drawn[-1])
        drawn.append(drawn[-1] if tied and may_be else own)
    return tuple(drawn)


def example(f: Callable[..., Any], like: Any, shape: Any) -> tuple[Any, ...] | None:
    """The arguments that `like` or `shape` describes; None where neither is given, and f takes plain numbers."""
    if like is not None and shape is not None:
        raise TypeError("say either like= or shape=")
    if like is not None:
        return like if isinstance(like, tuple) else (like,)
    if shape is None:
        return (0.0,) * _count(f) if is_declared(f) else None
    try:
        import numpy
    except ImportError as error:
        raise MissingExtraError("an array of a shape", "array", "numpy") from error
    shapes = shape if isinstance(shape, list) else [shape]
    return tuple([numpy.zeros(each) if prod(_axes(each)) and _axes(each) else 0.0 for each in shapes])


def _axes(shape: Any) -> tuple[int, ...]:
    return shape if isinstance(shape, tuple) else (shape,)


def _per_argument(f: Callable[..., Any], domain: Any, example: tuple[Any, ...] | None) -> list[Any]:
    """The domain or the strategy of each argument."""
    if isinstance(domain, dict):
        return _by_name(f, domain)
    is_pair = isinstance(domain, tuple) and all([isinstance(x, (int, float)) for x in domain])
    if isinstance(domain, (list, tuple)) and not is_pair:
        return list(domain)
    return [domain] * (_count(f) if example is None else len(example))


def _by_name(f: Callable[..., Any], domains: dict[str, Any]) -> list[Any]:
    """The domain of each argument of `f`, from those that are named."""
    try:
        names = list(inspect.signature(f).parameters)
    except (TypeError, ValueError):  # a built-in that tells nothing
        names = ["x"]
    unknown = [name for name in domains if name not in names]
    if unknown:
        raise ValueError(f"the function has no argument {unknown[0]!r}, but {', '.join(names) or 'none'}")
    return [domains.get(name, REALS) for name in names]


def _count(f: Callable[..., Any]) -> int:
    """How many arguments `f` has to be given."""
    if isinstance(f, Primitive) and f.arity is not None:
        arity: int = f.arity
        return arity
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):  # a built-in that tells nothing
        return 1
    needed = [
        parameter
        for parameter in parameters
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    return len(needed) or 1


def arrays_in_disguise(f: Callable[..., Any], gradient: Callable[..., Any] | None) -> tuple[Any, ...] | None:
    """The arguments of a function that is meant for arrays, and of which a search of single numbers says little.

    It takes an array and returns fewer numbers, or numbers that depend on several of the array's, and its gradient
    takes an array and returns as many. None for any other function.
    """
    numpy: Any = sys.modules.get("numpy")
    if numpy is None or gradient is None:
        return None
    array = numpy.linspace(0.25, 0.625, 7)  # of a length that is not that of constants in f
    value, slope, alone = _on_array(f, array), _on_array(gradient, array), _on_array(f, array[-1])
    if not value or not slope or not alone or len(slope) < len(array):
        return None
    is_elementwise = len(value) == len(array) and isclose(value[-1], alone[-1], rel_tol=SAME)
    return None if is_elementwise else (numpy.zeros(3),)


def _on_array(function: Callable[..., Any], x: Any) -> list[float] | None:
    """The numbers that a function of one argument returns; None where it does not take an array."""
    try:
        return [float(z) for z in numbers_in(function(x))]
    except Exception:  # it is not for arrays
        return None


__all__ = ["SearchSpace", "arrays_in_disguise", "example"]
