"""Domains as they are asked for: as an object, as a pair of ends, by the name of one that microgrand declares."""

from __future__ import annotations

from math import inf, nextafter
from typing import Any, Final

from microgrand.table import domains
from microgrand.table import rows as primitives
from microgrand.table.domains import Domain, Interval

LARGEST: Final = 1.7976931348623157e308  # the largest float
SMALLEST_NORMAL: Final = 2.0**-1022
SIDE: Final = 1e-9  # relative: how close to a point its sides are looked for inside the domain

NAMED: Final[dict[str, Domain]] = {
    name.lower(): item
    for module in (domains, primitives)
    for name, item in vars(module).items()
    if isinstance(item, Domain)
}


def as_domain(domain: Any) -> Domain:
    """The domain that is meant by a Domain, an Interval, a pair (low, high) with both ends in it, or a name.

    Raises TypeError for anything else, ValueError for an unknown name and for a domain in which no finite float lies.

    >>> print(as_domain((-1, 1)), as_domain("positive"))
    [-1, 1] (0, ∞)
    """
    meant = _meant(domain)
    if not meant.intervals:
        raise ValueError("a domain without intervals is empty")
    if not pieces(meant):
        swapped = [part for part in meant.intervals if part.low > part.high]
        way_out = f": its ends are swapped, {swapped[0].high:g} comes first" if swapped else ""
        raise ValueError(f"no finite float lies in {meant}{way_out}")
    return meant


def _meant(domain: Any) -> Domain:
    match domain:
        case Domain():
            return domain
        case Interval():
            return Domain(domain)
        case str() if domain in NAMED:
            return NAMED[domain]
        case str():
            raise ValueError(f"no domain is called {domain!r}; there are {', '.join(NAMED)}")
        case (low, high):
            return Domain(Interval(low, high))
    raise TypeError(
        f"a domain is a Domain, an Interval, a pair (low, high) or the name of one ({', '.join(NAMED)}); "
        f"got {domain!r:.60} of type {type(domain).__name__}"
    )


def pieces(domain: Domain, largest: float = LARGEST, smallest: float = 0.0) -> list[tuple[float, float]]:
    """The least and the greatest float of each part of the domain, of magnitude from `smallest` to `largest`.

    >>> pieces(as_domain("non_zero"), largest=10.0)
    [(-10.0, -5e-324), (5e-324, 10.0)]
    """
    sides = [(-largest, -smallest), (smallest, largest)] if smallest else [(-largest, largest)]
    found = [(max(_least(part), low), min(_greatest(part), high)) for part in domain.intervals for low, high in sides]
    return [(low, high) for low, high in found if low <= high]


def part_around(x: float, domain: Domain) -> tuple[float, float]:
    """The least and the greatest float of that part of the domain which holds `x`; an empty one if none does.

    >>> part_around(2.0, as_domain("non_zero")), part_around(0.0, as_domain("non_zero"))
    ((5e-324, inf), (inf, -inf))
    """
    parts = [part for part in domain.intervals if part.contains(x)]
    return min([_least(part) for part in parts], default=inf), max([_greatest(part) for part in parts], default=-inf)


def sides_inside(x: float, domain: Domain) -> tuple[bool, bool]:
    """Whether the domain goes on below and above `x`.

    >>> sides_inside(0.0, as_domain("non_negative"))
    (False, True)
    """
    beside = abs(x) * SIDE or SMALLEST_NORMAL
    return domain.holds(x - beside), domain.holds(x + beside)


def inward_signs(x: float, domain: Domain) -> list[float]:
    """The signs of steps from `x` that stay inside the domain: both, or the one that leads inside from an end.

    >>> inward_signs(0.0, as_domain("non_negative")), inward_signs(1.0, as_domain("non_negative"))
    ([1.0], [-1.0, 1.0])
    """
    left, right = sides_inside(x, domain)
    return [-1.0, 1.0] if left is right else [-1.0 if left else 1.0]


def _least(part: Interval) -> float:
    return nextafter(part.low, inf) if part.open_low else part.low


def _greatest(part: Interval) -> float:
    return nextafter(part.high, -inf) if part.open_high else part.high


def brought_inside(x: float, domain: Domain) -> float:
    """`x` where it lies in the domain, else a number of the domain that is as simple, if there is one.

    >>> [brought_inside(x, as_domain("open_unit")) for x in (0.5, 1.0, -4.0)]
    [0.5, 0.0, -0.25]
    """
    for simple in (x, -x, 1.0 + x, 1.0 - x, 1.0 / x if x else x):
        if domain.contains(simple):
            return simple
    low, high = pieces(domain)[0]
    if high == LARGEST:
        return min(low + abs(x), high)
    if low == -LARGEST:
        return max(high - abs(x), low)
    return low + (high - low) * (0.5 + 0.5 * x / (1.0 + abs(x)))
