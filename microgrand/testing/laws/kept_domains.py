"""The law of the domain: what lies outside is refused with an error that says so, and nothing else is."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from microgrand.errors import DomainError
from microgrand.table.domains import Domain
from microgrand.table.primitive import Primitive
from microgrand.testing.expression import applied
from microgrand.testing.laws.law import Broken, LeftOut, on_values, variable_positions


def domain_is_kept(row: Primitive, xs: list[float]) -> None:
    """Operands outside the domain are a DomainError that names the row; `allows` tells which; others give a number."""
    within = all([_domain(row, k).contains(x) for k, x in enumerate(xs)])
    inside = within and (row.joint is None or bool(row.joint(*xs)))
    allowed = row.allows(*xs)
    if allowed != inside:
        raise Broken(f"whether {row.name} allows them", allowed, inside)
    expected = "a value, for they lie in the domain" if inside else f"“{row.name} is defined …”"
    calls: dict[str, Callable[..., Any]] = {"plain numbers": applied, "Values": on_values}
    for kind, call in calls.items():
        try:
            call(row, xs)
        except DomainError as error:
            if inside or not str(error).startswith(f"{row.name} is defined "):
                raise Broken(f"the error on {kind}", str(error), expected) from None
        except (ArithmeticError, ValueError) as error:
            if isinstance(error, OverflowError) or not all([math.isfinite(x) for x in xs]):
                raise LeftOut(f"the row raises {type(error).__name__}: {error}") from None
            told = f"{type(error).__name__}: {error}"
            raise Broken(f"the error on {kind}", told, "a value, or a domain without these") from None
        else:
            if not inside:
                raise Broken(f"what {kind} outside the domain give", "a value", "a DomainError")


def ends_are_kept(row: Primitive, xs: list[float]) -> None:
    """Just outside each end of each operand's domain the error names the row and the number."""
    outside = [(k, x) for k in variable_positions(row, len(xs)) for x in just_outside(_domain(row, k))]
    if not outside:
        raise LeftOut("the row is defined everywhere")
    for k, x in outside:
        moved = [*xs[:k], x, *xs[k + 1 :]]
        try:
            on_values(row, moved)
        except DomainError as error:
            if not str(error).startswith(f"{row.name} is defined ") or f"got {x!r}" not in str(error):
                raise Broken(f"the error at {moved}", str(error), f"“{row.name} is defined … got {x!r}”") from None
        else:
            raise Broken(f"what {moved} give", "a value", "a DomainError")


def just_outside(domain: Domain) -> list[float]:
    """The floats next to the ends of the domain that do not belong to it.

    >>> from microgrand.table.domains import POSITIVE
    >>> just_outside(POSITIVE)
    [-5e-324, 0.0]
    """
    ends = [(part.low, -math.inf) for part in domain.intervals] + [(part.high, math.inf) for part in domain.intervals]
    nearest = [end if math.isinf(end) else math.nextafter(end, way) for end, way in ends]
    return [x for x in [*nearest, *[end for end, _ in ends]] if not domain.holds(x)]


def _domain(row: Primitive, k: int) -> Domain:
    return row.domains[min(k, len(row.domains) - 1)]
