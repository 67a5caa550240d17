"""Laws of where a search looks: at the numbers that code holds, and at what relates two inputs."""

import functools
import math
import random

import pytest
from hypothesis import find, settings

from microgrand.table.domains import REALS
from microgrand.testing.domain_arguments import as_domain
from microgrand.testing.literals import MOST, literals
from microgrand.testing.places import Places, specials
from microgrand.testing.search_space import SearchSpace

EDGE = 709.25


def with_default(x, edge=0.0625):
    return x > edge


def with_global(x):
    return x > EDGE


def with_nested(x):
    def inner(y):
        return y > 17.5

    return inner(x)


def calling(x):
    return with_default(x) and with_global(x)


def in_closure(edge, *more):
    return lambda x: x > edge and more


@functools.wraps(with_default)
def wrapping(*xs):
    return with_default(*xs)


class Callable:
    def __init__(self):
        self.edge = 6.5

    def __call__(self, x):
        return x > self.edge + 2.25

    def method(self, x):
        return x in (self.edge, 8.75)


HELD = [
    (lambda x: x > 3.25 or x in (4.5, -2), {3.25, 4.5, -2.0}),
    (with_default, {0.0625}),
    (with_global, {709.25}),
    (with_nested, {17.5}),
    (calling, {0.0625, 709.25}),
    (in_closure(11.5), {11.5}),
    (in_closure(11.5, {"a": [12.5, (13.5,)]}, with_global), {11.5, 12.5, 13.5, 709.25}),
    (functools.partial(with_default, edge=5.75), {5.75, 0.0625}),
    (wrapping, {0.0625}),
    (Callable(), {6.5, 2.25}),
    (Callable().method, {6.5, 8.75}),
    (lambda x: math.sin(math.pi * x), {math.pi}),
    (math.sin, set()),
    (None, set()),
]


@pytest.mark.parametrize(("function", "numbers"), HELD)
def test_the_numbers_of_code_are_found(function, numbers):
    """Constants, nested functions, defaults, globals, closures, attributes, and functions that are called."""
    assert set(literals([function])) == numbers


def test_a_table_of_numbers_does_not_take_the_place_of_everything_else():
    """Of many numbers the ones with the fewest digits are kept."""
    table = [k / 7 for k in range(1, 200)]
    found = literals([in_closure(0.5, *[table[k : k + 9] for k in range(0, 190, 9)])])
    assert len(found) == MOST
    assert 0.5 in found


@pytest.mark.parametrize("edge", [0.70715, -3.3, 1e-5])
def test_a_number_of_the_code_is_drawn(edge):
    """Hypothesis draws it, and both of its neighbours, within 300 examples."""
    space = SearchSpace(math.sin, in_closure(edge), (-10, 10), None)
    few = settings(max_examples=300, database=None, derandomize=True)
    for x in (edge, math.nextafter(edge, -math.inf), math.nextafter(edge, math.inf)):
        assert find(space.strategy, lambda xs, x=x: xs == (x,), settings=few) == (x,)


def test_special_numbers_lie_in_the_domain():
    """None is outside of it, and the neighbours of a number on its end that are inside are there."""
    found = specials(as_domain((0.0, 3.0)), [3.0, 1e300])
    assert all(0.0 <= x <= 3.0 for x in found)
    assert {3.0, math.nextafter(3.0, 0.0)} <= set(found)


RELATED = {
    "a tie": lambda x, y: x == y,
    "mirrored": lambda x, y: x == -y != 0,
    "next to each other": lambda x, y: math.nextafter(x, y) == y != x,
    "close": lambda x, y: 0 < abs(x - y) < 1e-3,
    "a sum of the code": lambda x, y: x + y == 4.5,
    "a product of the code": lambda x, y: x != 1 and x * y == 4.5,
    "both small whole numbers": lambda x, y: x == int(x) and y == int(y) and x != y,
    "far apart": lambda x, y: abs(x) > 1e9 * abs(y) > 0,
}


@pytest.mark.parametrize("relation", RELATED)
def test_two_inputs_are_related(relation):
    """Among a thousand points some are tied, mirrored, neighbours, or what numbers of the code make of each other."""
    points = Places([REALS] * 2, [4.5]).drawn(random.Random(1), 1000)
    assert sum(RELATED[relation](*point) for point in points) > 2


def test_three_inputs_come_in_every_order():
    """Ordered tuples, all the same, and two of three the same are among the points."""
    points = list(Places([as_domain((-5, 5))] * 3, []).drawn(random.Random(1), 1000))
    for way in (lambda x, y, z: x < y < z, lambda x, y, z: x > y > z, lambda x, y, z: x == z != y):
        assert sum(way(*point) for point in points) > 10
