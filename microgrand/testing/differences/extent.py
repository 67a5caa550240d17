"""How much f varies over the distances at which it is naturally looked at."""

from __future__ import annotations

from collections.abc import Iterator

from microgrand.testing.differences.surroundings import LEFT, RIGHT, Surroundings


def natural_range(around: Surroundings) -> float:
    """The most by which f differs from f(x), there or, in a narrow domain, where it was looked at."""
    return max([rise for _, rise in _rises(around)], default=around.range)


def least_secant(around: Surroundings) -> float:
    """The least slope of a secant from x over which f moves at all; 0.0 if it nowhere does."""
    return min([rise / distance for distance, rise in _rises(around) if rise], default=0.0)


def _rises(around: Surroundings) -> Iterator[tuple[float, float]]:
    """Distances, and |f − f(x)| there."""
    size = abs(around.x)
    for distance in (size / 2, 2 * size, 8 * size, 1.0, 8.0):
        for side in (LEFT, RIGHT):
            value = around.at(side * distance) if distance else None
            if value is not None:
                yield distance, abs(value - around.value)
