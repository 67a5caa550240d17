"""Hypothesis as a search: the simplest drawn example at which something fails, without what it prints around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from microgrand.errors import MissingExtraError

try:
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from hypothesis import strategies as st
    from hypothesis.errors import Unsatisfiable
except ImportError as error:  # pragma: no cover
    raise MissingExtraError("drawing examples", "testing", "hypothesis") from error

Failure = TypeVar("Failure", bound=Exception)


def simplest_failure(
    look: Callable[[Any], None], drawn: st.SearchStrategy[Any], count: int, seed: int | None, kind: type[Failure]
) -> Failure | None:
    """What `look` raises, of that kind, at the simplest of `count` examples; None where nothing is found or drawn.

    Without a seed it is the same search every time.

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

    try:
        (search if seed is None else seeded(seed)(search))()
    except kind:
        return found[0]
    except Unsatisfiable:
        pass
    return None
