"""Points at which a row is measured: log-uniform over all normal floats, and wherever functions tend to go wrong."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from microgrand import Domain, Interval, Primitive
from microgrand.table.domains import REALS

SMALLEST = 2.0**-1022  # below it floats lose digits, and some frameworks flush them to zero
LARGEST = 1.797e308
NATURAL = (1e-3, 800.0)  # where exp, tanh, erf, … are neither saturated nor trivial
LANDMARKS = (1.0, -1.0, *[k * math.pi / 2 for k in (-3, -2, -1, 1, 2, 3, 200)])  # roots and extremes of many rows
LARGEST_ORDER = 3  # of a row's derivatives that are rows themselves
MOST_OPERANDS = 5


def draw(row: Primitive, count: int, seed: int) -> list[list[float]]:
    """`count` operand lists inside the row's domain and off its kinks, the same ones for the same seed."""
    source = random.Random(f"{row.name} {seed}")
    return [_usable(row, source) for _ in range(count)]


def differentiable(row: Primitive, xs: list[float]) -> int:
    """How many operands have a partial: not the index of a softmax, nor the order of a derivative."""
    return len(xs) - len(row.signature.indices)


def _usable(row: Primitive, source: random.Random) -> list[float]:
    for _ in range(1000):
        for xs in _candidates(row, source):
            if row.allows(*xs) and all([math.isfinite(x) for x in xs]) and not (row.kink and row.kink(*xs)):
                return xs
    raise ValueError(f"no point was found at which {row.name} is defined and smooth")


def _candidates(row: Primitive, source: random.Random) -> Iterator[list[float]]:
    """A draw, and what it becomes when its operands are put in order, which a joint condition may ask for."""
    if row.name == "pow":
        xs = _power(source)
    elif row.name == "power_term":
        xs = [signed(source, 1e-3, 1e3), *_power(source)]
    elif row.name == "beta_derivative":  # whose mixed derivatives take seconds far out, in 50 digits
        xs = [size(source, 1e-6, 1e6) for _ in range(2)]
    elif row.signature.lists:
        xs = _many(row, source)
    else:
        xs = _few(row, source)
    for k in row.signature.index_positions(len(row.partials)) if not row.signature.lists else ():
        xs[k:] = [float(source.randint(0, LARGEST_ORDER))]
    yield xs
    if row.joint is not None:
        yield [xs[0], *sorted(xs[1:])]


# ---- one operand ---------------------------------------------------------------------------------------------------
def size(source: random.Random, low: float = SMALLEST, high: float = LARGEST) -> float:
    """A log-uniform magnitude."""
    return math.exp(source.uniform(math.log(low), math.log(high)))


def signed(source: random.Random, low: float = SMALLEST, high: float = LARGEST) -> float:
    """A log-uniform magnitude with either sign."""
    return source.choice((1.0, -1.0)) * size(source, low, high)


def _operand(domain: Domain, source: random.Random) -> float:
    while True:
        part = source.choice(domain.intervals)
        x = _anywhere(part, source)
        if domain.holds(x) and math.isfinite(x):
            return x


def _anywhere(part: Interval, source: random.Random) -> float:
    """A third anywhere, a third where functions live, a sixth near special points, a sixth plain numbers."""
    kind = source.randrange(6)
    if kind < 2:
        return signed(source)
    if kind < 4:
        bounded = math.isfinite(part.low) and math.isfinite(part.high)
        return source.uniform(part.low, part.high) if bounded else signed(source, *NATURAL)
    if kind == 4:
        return _near_a_landmark(part, source)
    return source.choice((source.uniform(-30.0, 30.0), source.randint(-40, 40) / 2))


def _near_a_landmark(part: Interval, source: random.Random) -> float:
    """The ends of the domain, the roots: exactly there, or away from them by 10⁻¹⁶ … 10⁻¹ of their size."""
    ends = [end for end in (part.low, part.high) if math.isfinite(end) and end != 0.0]
    landmark = source.choice(ends or LANDMARKS)
    return landmark * (1.0 + source.choice((0.0, signed(source, 1e-16, 0.1), signed(source, 1e-16, 0.1))))


# ---- several operands ----------------------------------------------------------------------------------------------
def _few(row: Primitive, source: random.Random) -> list[float]:
    """Independent operands, or, in a third of the draws, each close to the first: almost equal, or of like size."""
    xs = [_operand(domain, source) for domain in row.domains]
    if source.randrange(3) == 0:
        spread = source.choice((1e-3, 10.0))
        xs[1:] = [xs[0] * (1.0 + signed(source, spread * 1e-13, spread)) for _ in xs[1:]]
    return xs


def _power(source: random.Random) -> list[float]:
    """x, and an exponent that mostly keeps x^y finite: t / log x for a moderate t, or a small half-integer."""
    x = abs(_operand(REALS, source)) or 1.0
    if source.randrange(2) and x != 1.0:
        return [x, signed(source, 1e-3, 740.0) / math.log(x)]
    return [x, source.choice((source.randint(-8, 8) / 2, source.uniform(-4.0, 4.0), _operand(REALS, source)))]


def _many(row: Primitive, source: random.Random) -> list[float]:
    """One to five operands per list, and after the lists an index."""
    count = source.randint(1, MOST_OPERANDS)
    total = count * max(len(row.signature.lists), 1)
    if row.name == "prod":
        xs = [signed(source, 10.0 ** (-307 / total), 10.0 ** (307 / total)) for _ in range(total)]
    else:
        xs = _side_by_side(row.domains[0], total, source)
    return [*xs, *[float(source.randrange(count)) for _ in range(len(row.signature.indices))]]


def _side_by_side(domain: Domain, total: int, source: random.Random) -> list[float]:
    """Operands that have nothing to do with each other, that are of like size, or that differ by moderate amounts."""
    kind = source.randrange(3)
    if kind == 0:
        return [_operand(domain, source) for _ in range(total)]
    if kind == 1:
        scale = size(source, 1e-300, 1e300)
        return [signed(source, scale * 1e-2, scale * 1e2) for _ in range(total)]
    base = source.choice((signed(source, *NATURAL), signed(source, 1e-3, 1e18)))
    return [base + signed(source, *NATURAL) for _ in range(total)]
