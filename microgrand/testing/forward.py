"""Products with directions, ∂f/∂x·v, as forward mode gives them: along which ones they are looked at."""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import frexp, ldexp
from typing import Any

from microgrand.engine.value import Value
from microgrand.table.domains import Domain
from microgrand.testing.claims import Claimed
from microgrand.testing.domain_arguments import inward_signs
from microgrand.testing.functions import FlatFunction
from microgrand.testing.structures import filled
from microgrand.value_sweeps import tangent_sweep

DIRECTIONS = 2  # products with a wrong Jacobian are right along a plane of directions, which two random ones miss

LARGEST = 100  # as an exponent, of a component of a direction: products with larger ones overflow


def directions(numbers: Sequence[float], domains: Sequence[Domain]) -> list[list[float]]:
    """Random directions, of which each moves every input, in proportion to its size; two numbers for a single input.

    At the ends of domains they point inside.
    """
    if len(numbers) == 1:
        return [[1.0], [-1.5]]
    source = random.Random(len(numbers))
    signs = [inward_signs(x, domain) for x, domain in zip(numbers, domains, strict=True)]
    sizes = [ldexp(1.0, min(frexp(x)[1], LARGEST)) if x else 1.0 for x in numbers]
    return [
        [source.choice(may) * source.uniform(0.5, 1.5) * size for may, size in zip(signs, sizes, strict=True)]
        for _ in range(DIRECTIONS)
    ]


def tangent(function: FlatFunction, direction: Sequence[float]) -> Any:
    """A direction in the shape of the argument, or in the tuple of them.

    >>> tangent(FlatFunction(lambda x, y: x * y[0], (1.0, [2.0])), [3.0, 4.0])
    (3.0, [4.0])
    """
    found = filled(function.arguments, iter(direction))
    return found if len(found) > 1 else found[0]


def own_product(recorded: tuple[list[Value], list[Any], bool], direction: Sequence[float]) -> Claimed:
    """The product by microgrand's own forward sweep."""
    leaves, outputs, _ = recorded
    nodes = [output for output in outputs if isinstance(output, Value)]
    swept = iter(tangent_sweep(nodes, leaves, direction))
    return Claimed([next(swept) if isinstance(output, Value) else 0.0 for output in outputs], "")
