"""Hypothesis as a search: the simplest drawn example at which something fails, without what it prints around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from microgrand.outer_errors import MissingExtraError

try:
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from hypothesis import strategies as st
    from hypothesis.errors import HypothesisException, Unsatisfiable
except ImportError as error:  # pragma: no cover
    raise MissingExtraError("drawing examples", "testing", "hypothesis") from error

Failure = TypeVar("Failure", bound=Exception)

MOST_TRIALS = 60  # of simpler numbers


class _Passing(BaseException):
    """Carries an exception that is no failure through hypothesis, which would try it again and again."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def simplest_failure(
    look: Callable[[Any], None], drawn: st.SearchStrategy[Any], count: int, seed: int | None, kind: type[Failure]
) -> Failure | None:
    """What `look` raises, of that kind, at the simplest of `count` examples; None where nothing is found or drawn.

    Without a seed it is the same search every time. What else `look` raises passes at once.

    >>> def look(x):
    ...     if x > 2.5:
    ...         raise ArithmeticError(x)
    >>> simplest_failure(look, st.floats(0.0, 100.0), 100, None, ArithmeticError)
    ArithmeticError(3.0)
    """
    found: list[Failure] = []

    @settings(
        max_examples=count, deadline=None, database=None, derandomize=seed is None, report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink), print_blob=False,
    )  # fmt: skip
    @given(drawn)
    def search(example: Any) -> None:
        try:
            look(example)
        except kind as failure:
            found[:] = [failure]
            raise
        except HypothesisException:
            raise
        except Exception as error:
            raise _Passing(error) from None

    try:
        (search if seed is None else seeded(seed)(search))()
    except kind:
        return found[0]
    except _Passing as passing:
        raise passing.error from None
    except Unsatisfiable:
        pass
    return None


def simplified(
    numbers: Sequence[float], failure: Callable[[Sequence[float]], Failure | None]
) -> Failure | None:  # fmt: skip
    """What `failure` gives at simpler numbers than these; None where it gives nothing there.

    One number after the other is replaced by one of fewer digits, together with those that are equal to it.

    >>> simplified([3.0728, 3.0728], lambda xs: ArithmeticError(xs) if xs[0] == xs[1] > 2.5 else None)
    ArithmeticError([3.0, 3.0])
    """
    found, current, trials = None, list(numbers), 0
    for x in dict.fromkeys(numbers):
        for simpler in _simpler(x):
            trials += 1
            moved = [simpler if z == x else z for z in current]
            if trials <= MOST_TRIALS and (failed := failure(moved)) is not None:
                found, current = failed, moved
                break
    return found


def _simpler(x: float) -> Iterator[float]:
    """0 and 1, and the number with fewer digits, the fewest first."""
    shorter = [float(int(x)) if abs(x) < 1e6 else x, *[float(f"{x:.{digits}g}") for digits in range(1, 17)]]
    for simpler in dict.fromkeys([0.0, 1.0, *shorter]):
        if simpler != x and len(repr(simpler)) < len(repr(x)):
            yield simpler
