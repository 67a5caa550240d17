"""Where derivatives go wrong: at the numbers in their code, at ties, at the ends of domains, and right beside these."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, permutations
from math import copysign, inf, isfinite, nextafter
from typing import Final

from microgrand.table.domains import Domain
from microgrand.testing.domain_arguments import LARGEST, pieces

SMALL: Final = [k / 2 for k in range(-20, 21)]  # whole numbers and halves
BESIDE: Final = [2.0**-40, 2.0**-26, 2.0**-13, 2.0**-6, 0.25]  # relative distances from a special number
TINY: Final = [5e-324, 1e-300, 1e-100, 1e-30, 1e-16, 1e-12, 1e-9, 1e-6, 1e-3]  # absolute ones from 0
MOST: Final = 800  # special numbers
TURNS: Final = [math.pi / 2, math.pi, 2 * math.pi]  # where sines and cosines turn


def specials(domain: Domain, literals: Sequence[float]) -> list[float]:
    """The numbers of a domain at which code may change its way, given the numbers in it, the plainest first.

    These are the literals themselves and what a condition on a simple term of x makes of them (x² < c, |x - a| < b,
    a < x < b), each with its neighbours on both sides.

    >>> from microgrand.testing.domain_arguments import as_domain
    >>> specials(as_domain((0, 10)), [3.0])[:3]
    [3.0, 2.9999999999999996, 3.0000000000000004]
    """
    found = [*_plain(literals), *_derived(literals)]
    return list(dict.fromkeys([x for x in found if isfinite(x) and domain.contains(x)]))[:MOST]


def _plain(literals: Sequence[float]) -> Iterator[float]:
    """The literals with their neighbours and others ever farther away, and what lies between two of them."""
    for c in literals:
        yield from _around(c, BESIDE if c else TINY)
    for a, b in pairwise(sorted(literals)):
        yield (a + b) / 2
    for c in literals:
        yield from _around(-c, BESIDE[2:3])


def _derived(literals: Sequence[float]) -> Iterator[float]:
    """What a condition on a simple function of x, or on two numbers, makes of the literals."""
    for c in literals:
        root = math.sqrt(abs(c))
        for centre in (root, -root, 1 / c if c else 0.0):
            yield from _around(centre, BESIDE[1:3])
        yield from (root / 2, c / 2, 2 * c)
        if 0.0 < c <= 700.0:
            for centre in (math.log(c), math.exp(c)):
                yield from _around(centre, BESIDE[1:3])
    for a, b in permutations(literals, 2):
        yield from (a + b / 2, a - b / 2, *_around(a + b, ()), *_around(a - b, ()), a * b, a / b if b else 0.0)
    for turn in TURNS:
        yield from _around(turn, BESIDE[1:3])


def _around(centre: float, shares: Sequence[float]) -> Iterator[float]:
    """A number, its neighbours, and others at these distances: relative ones, or from 0 absolute ones."""
    yield from (centre, nextafter(centre, -inf), nextafter(centre, inf))
    for share in shares:
        distance = abs(centre or 1.0) * share
        yield from (centre - distance, centre + distance)


# What a second number may be, given a first one and any other: ties, mirrored, close by, and as simple conditions on
# the two of them have it.
RELATIONS: Final[tuple[Callable[[float, float], float], ...]] = (
    lambda x, c: x,
    lambda x, c: -x,
    lambda x, c: nextafter(x, copysign(inf, c)),
    lambda x, c: x + copysign(2.0**-13, c),
    lambda x, c: x + copysign(2.0**-26 * max(abs(x), 1.0), c),
    lambda x, c: x + c,
    lambda x, c: c - x,
    lambda x, c: x * c,
    lambda x, c: c / x if x else x,
    lambda x, c: x * x,
    lambda x, c: math.sqrt(abs(c * c - x * x)) if abs(c) < 1e150 and abs(x) < 1e150 else x,
)


class Places:
    """Numbers to look at, one for each input, drawn from a source of random numbers.

    domains   of the inputs
    literals  the numbers in the code

    >>> from microgrand.testing.domain_arguments import as_domain
    >>> found = list(Places([as_domain((0, 10))] * 2, [3.0]).drawn(random.Random(1), 500))
    >>> len(found), (3.0, 3.0) in found, (2.0, -2.0) in found
    (500, True, False)
    """

    def __init__(self, domains: Sequence[Domain], literals: Sequence[float]) -> None:
        self._domains = domains
        chosen = {domain: specials(domain, literals) for domain in domains}
        self._specials = [chosen[domain] for domain in domains]
        plain = set(_plain(literals))
        self._plain = [[x for x in each if x in plain] for each in self._specials]
        self._pieces = [pieces(domain) for domain in domains]
        self._small = [[x for x in SMALL if domain.contains(x)] for domain in domains]

    def drawn(self, source: random.Random, count: int) -> Iterator[tuple[float, ...]]:
        """So many points: the special numbers of a single input one by one, and then chosen by chance."""
        if len(self._domains) == 1:
            alone = [*self._small[0], *self._specials[0]][: count // 2]
            yield from [(x,) for x in alone]
            count -= len(alone)
        for _ in range(count):
            yield self._point(source)

    def _point(self, source: random.Random) -> tuple[float, ...]:
        if all(self._plain) and source.random() < 0.25:
            return tuple([source.choice(plain) for plain in self._plain])
        numbers = [self._number(source, k) for k in range(len(self._domains))]
        if len(numbers) > 1 and source.random() < 0.6:
            return tuple(self._related(source, numbers))
        return tuple(numbers)

    def _related(self, source: random.Random, numbers: list[float]) -> list[float]:
        """The numbers in order, or one of them put where another one and a special number say, if it may be there."""
        if len(numbers) > 2 and source.random() < 0.4:
            moved = sorted(numbers, reverse=source.random() < 0.5)
        else:
            k, j = source.sample(range(len(numbers)), 2)
            moved = list(numbers)
            moved[k] = source.choice(RELATIONS)(numbers[j], self._number(source, k) or 1.0)
        fits = all([isfinite(x) and domain.contains(x) for x, domain in zip(moved, self._domains, strict=True)])
        return moved if fits else numbers

    def _number(self, source: random.Random, k: int) -> float:
        """A number for the input k: special, small, anywhere in its domain, of any size, or close to an end."""
        kind = source.random()
        if kind < 0.45 and self._specials[k]:
            plainest_first = self._specials[k]
            place = int(len(plainest_first) * source.random() * source.random() * source.random())
            return plainest_first[place]
        if kind < 0.6 and self._small[k]:
            return source.choice(self._small[k])
        low, high = source.choice(self._pieces[k])
        if kind < 0.75:
            near, far = max(low, -1e3), min(high, 1e3)
            return source.uniform(near, far) if near <= far else low
        if kind < 0.9:
            return min(max(copysign(2.0 ** source.uniform(-60, 60), source.uniform(-1, 1)), low), high)
        end, inward = source.choice([(low, 1.0), (high, -1.0)])
        if abs(end) == LARGEST:
            return copysign(10.0 ** source.uniform(0, 308), end)
        inside: float = end + inward * min(high - low, max(abs(end), 1.0)) * 2.0 ** source.uniform(-52, 0)
        return min(max(inside, low), high)
