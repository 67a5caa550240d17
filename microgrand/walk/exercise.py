"""`exercise(seed, level)`: an expression to practise the chain rule on; `exercises(count, …)`: a page of them."""

from __future__ import annotations

import operator
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from microgrand.drawing.bundle import Bundle
from microgrand.engine.value import Value
from microgrand.progress import progress
from microgrand.shortening import how_many
from microgrand.walk.embedding import framed, write_page
from microgrand.walk.exercise_levels import LEVELS, draw_expression
from microgrand.walk.practice_page import practice_page
from microgrand.walk.steps import steps
from microgrand.walk.walkthrough import Walkthrough, walkthrough

SEEDS: Final = 1_000_000  # how many there are to choose from where none is given: short enough to be typed
BITS: Final = 32  # of the seeds of the second and all further exercises of a page
TRIES: Final = 20  # to find an expression that is not on the page yet


@dataclass(frozen=True, repr=False)
class Exercise:
    """An expression to practise the chain rule on: see `exercise`.

    seed, level  what gives this exercise again
    title        the expression in one line
    text         the same as Python, a line for each number and each step
    value        its root, a Value
    names        each Value by its name: the leaves x, w, b, …, the steps u, v, …, and the root
    solution     every step, forward and backward, in words

    In a notebook it shows the page that asks for every number.

    >>> found = exercise(seed=1, level=2)
    >>> found.value.backward()
    >>> found.title, found.names["x"].data, found.names["x"].grad
    ('f = w·x·x - b^3', -3.0, -6.0)
    """

    seed: int
    level: int
    title: str
    text: str
    value: Value = field(compare=False)
    names: Mapping[str, Value] = field(compare=False)

    @property
    def solution(self) -> str:
        """Every value, local partial and δ, a line for each step: forward, then backward."""
        return "\n".join([str(step) for step in steps(self.value, names={})])

    def as_value(self) -> Value:
        """Its root: so `draw`, `steps`, `derivation` and `walkthrough` take the exercise, and show its solution."""
        return self.value

    def walkthrough(self) -> Walkthrough:
        """The player that asks for every number before it shows it."""
        return walkthrough(self.value, names={}, predict=True)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write this player as one file that any browser opens, `.html`."""
        return self.walkthrough().save(path)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<exercise: {self.title}; .save(path) writes the page, print(…) the code>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        # without the picture of a walkthrough, which holds the answers
        return {"text/html": framed(self.title, self.walkthrough().html()), "text/plain": self.text}, {}


class Exercises(tuple[Exercise, ...]):
    """Several exercises for one page, as `exercises` makes them: a tuple, whose `iterable` may be of different levels.

    >>> Exercises([exercise(seed=1), exercise(seed=1, level=3)])
    <2 exercises, levels 1, 3; .save(path) writes the page, print(…) the code>
    """

    __slots__ = ()

    @property
    def title(self) -> str:
        """How many there are, and of which levels."""
        levels = sorted({each.level for each in self})
        noun = "level" if len(levels) == 1 else "levels"
        return f"{how_many(len(self), 'exercise')}, {noun} {', '.join(map(str, levels))}"

    def html(self) -> str:
        """One page with the players of all, each under its title."""
        pages = []
        with progress("writing the page", [each.title for each in self]) as task:
            for each in self:
                pages.append((each.title, each.walkthrough().html()))
                task.next()
        return practice_page(self.title, pages)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write this page as one file that any browser opens, `.html`; the file is whole or is not there."""
        return write_page(path, self.html(), "exercises are")

    def __str__(self) -> str:
        return "\n\n".join([each.text for each in self])

    def __repr__(self) -> str:
        return f"<{self.title}; .save(path) writes the page, print(…) the code>"


def exercise(seed: int | None = None, level: int = 1) -> Exercise:
    """An expression to practise the chain rule on, with numbers that can be computed by hand.

    seed   a whole number from 0 up, which gives the same exercise everywhere, every time; None for any exercise
    level  1: sums, products and squares; 2: also a quotient or a power, and a number that is used twice; 3: a neuron
           with tanh, exp, log, …; 4: a network of two hidden neurons and its cost; 5: rows of the whole table

    Raises TypeError for a seed or a level that is no whole number, ValueError for a seed below 0 and for any other
    level.

    >>> print(exercise(seed=1, level=2))
    # exercise(seed=1, level=2)
    from microgrand import Value
    <BLANKLINE>
    x = Value(-3)
    w = Value(1)
    b = Value(-2)
    u = w * x
    v = u * x
    p = b ** 3
    f = v - p
    """
    chosen = _whole("seed", seed, 0) if seed is not None else secrets.randbelow(SEEDS)
    return _drawn(chosen, _whole("level", level, 1, len(LEVELS)))


def exercises(count: int, seed: int | None = None, level: int = 1) -> Exercises:
    r"""So many exercises of one level, for one page: `exercises(5, seed=1, level=2).save("practice.html")`.

    count        how many; they are different, as far as the level has so many expressions
    seed, level  as for `exercise`; the first is `exercise(seed, level)`, each of the others has a seed of its own

    Raises TypeError for what is no whole number, ValueError for a count below 1, a seed below 0 and any other level.

    >>> print(*[each.title for each in exercises(3, seed=1, level=2)], sep="\n")
    f = w·x·x - b^3
    f = x + (b - w / x)
    f = x·(b - w)·x^3
    """
    most = _whole("count", count, 1)
    found = [exercise(seed, level)]
    draw = Random(found[0].seed).random  # of the methods of Random, only this one stays the same: see Dice
    while len(found) < most:
        titles = {each.title for each in found}
        for _ in range(TRIES):
            another = _drawn(int(draw() * 2**BITS), found[0].level)
            if another.title not in titles:
                break
        found.append(another)
    return Exercises(found)


def _drawn(seed: int, level: int) -> Exercise:
    draft = draw_expression(seed, level)
    title = draft.named()
    text = draft.text(f"exercise(seed={seed}, level={level})")
    return Exercise(seed, level, title, text, draft.root, {str(node.name): node for node in draft.nodes})


def _whole(name: str, number: Any, low: int, high: int | None = None) -> int:
    """The number as an int. Raises TypeError for what is no whole number, ValueError for one out of range."""
    rule = f"{name} is a whole number from {low} " + ("up" if high is None else f"to {high}")
    try:
        found = operator.index(number)
    except TypeError:
        raise TypeError(f"{rule}; got {number!r:.60}") from None
    if found < low or (high is not None and found > high):
        raise ValueError(f"{rule}; got {number!r:.60}")
    return found
