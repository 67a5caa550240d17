"""A gradient of the textbook: a function, its gradient, and where people use it."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy


class Items(NamedTuple):
    """The domain of an argument that is a list of `size` numbers, or an array of them."""

    size: int
    low: float
    high: float
    array: bool = False


Interval = tuple[float, float]
Domain = Interval | list[Interval | Items]


class Gradient(NamedTuple):
    """A function and its gradient, as people write them.

    f, gradient  as `assert_gradient` takes them
    domain       one interval for all arguments, both ends inside; or a list of one interval, or Items, per argument
    resolution   the smallest relative error that values of f can show, where they are coarse
    """

    name: str
    f: Callable[..., Any]
    gradient: Callable[..., Any]
    domain: Domain
    resolution: float = 0.0


# ---- points of the domain --------------------------------------------------------------------------------------------
def points(gradient: Gradient, count: int, seed: int) -> list[tuple[Any, ...]]:
    """Arguments all over the domain: its ends, then numbers drawn evenly, close to an end, and small ones."""
    source = random.Random(seed)
    arguments = inspect.signature(gradient.f).parameters
    domains = gradient.domain if isinstance(gradient.domain, list) else [gradient.domain] * len(arguments)
    return [tuple([_argument(source, domain, k) for domain in domains]) for k in range(count)]


def _argument(source: random.Random, domain: Interval | Items, k: int) -> Any:
    if not isinstance(domain, Items):
        return _number(source, *domain, k)
    drawn = [_number(source, domain.low, domain.high, k) for _ in range(domain.size)]
    return numpy.array(drawn) if domain.array else drawn


def _number(source: random.Random, low: float, high: float, k: int) -> float:
    inwards = (high - low) * 10.0 ** source.uniform(-9, 0)
    choices = (low + (high - low) * source.random(), low + inwards, high - inwards, inwards * source.choice((-1, 1)))
    drawn = (low, high)[k] if k < 2 else choices[k % 4]
    return float(min(max(drawn, low), high))
