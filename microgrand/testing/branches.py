"""The slopes around a point in which branches in several inputs meet, as at a tie of three."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from microgrand.testing.exact import EXACT, many_digits
from microgrand.testing.more_digits.formulas import Beside, Formula, Line

LEAST_ROUNDS, MOST_ROUNDS = 16, 128  # points beside, which see the branches
CLOSER = 1.0 / 64.0  # where each is looked at once more, as a part of its distance
PAIRS = 8  # of random moves: one pair alone misses up to a third of the ties of three
SAME = 1e-9  # of their size: slopes that differ by more are of several branches


def slopes_around(
    formula: Formula, weights: Mapping[int, float], direction: Mapping[int, float], sides: Sequence[tuple[bool, bool]]
) -> Iterator[Any]:
    """The slope of each branch that is met beside the point, along the direction.

    A branch has the same slope closer to the point, and there f tends to its value at the point: what oscillates, bends
    or leaps has none.

    weights    of the outputs in the sum that is differentiated
    sides      whether each input may be moved down and up
    """
    chosen = Random(0)
    signs = [[sign for sign, inside in zip((-1, 1), each, strict=True) if inside] for each in sides]
    if len(signs) < 2 or not all(signs) or _moves_add_up(formula, weights, signs):
        return
    rounds = max(LEAST_ROUNDS, min(len(signs), MOST_ROUNDS))
    here = _value(formula, weights, direction)
    for k in range(rounds):
        shift = [chosen.choice(each) * chosen.uniform(0.5, 1.0) for each in signs]
        for moved in direction:
            shift[moved] = _at_rank(k / (rounds - 1), shift[:moved] + shift[moved + 1 :], signs[moved], shift[moved])
        far, near = [Beside(formula, [part * share for part in shift]) for share in (1.0, CLOSER)]
        before, after = [Line(point, direction).slopes(weights) for point in (far, near)]
        values = [_value(point, weights, direction) for point in (far, near)]
        if before is None or after is None or None in (*values, here):
            continue
        is_straight = not (before.kink or after.kink) and abs(after.left - before.left) <= SAME * abs(before.left)
        if is_straight and abs(values[1] - here) <= 2.0 * CLOSER * abs(values[0] - here):
            yield after.left


def _moves_add_up(formula: Formula, weights: Mapping[int, float], signs: Sequence[Sequence[int]]) -> bool:
    """Whether f changes along v + w by the sum of its changes along v and along w, as it does where it has a gradient.

    This takes a tenth of the time of the slopes around the point, which are then not needed at most points.
    """
    chosen = Random(0)
    here = _value(formula, weights, {})
    for k in range(PAIRS):
        ways = (max, min) if k == 0 else (chosen.choice, chosen.choice)  # first all inputs up, and all down
        v, w = [[way(each) * chosen.uniform(0.5, 1.0) for each in signs] for way in ways]
        both = [a + b for a, b in zip(v, w, strict=True)]
        there = [_value(Beside(formula, shift), weights, {}) for shift in (v, w, both)]
        if None in (here, *there):
            return False
        along_v, along_w, along_both = [each - here for each in there]
        if not abs(along_v + along_w - along_both) <= SAME * max(abs(along_v), abs(along_w), abs(along_both)):
            return False
    return True


def _at_rank(share: float, others: Sequence[float], signs: Sequence[int], otherwise: float) -> float:
    """A place for an input among the others, from below all of them to above all: so each order of them comes up."""
    ends = [-1.1, *sorted(others), 1.1]
    k = round(share * len(others))
    place = (ends[k] + ends[k + 1]) / 2
    return place if place and (1 if place > 0 else -1) in signs else otherwise


def _value(formula: Formula, weights: Mapping[int, float], direction: Mapping[int, float]) -> Any:
    with many_digits(formula.most_digits):
        return Line(formula, direction).value(weights, EXACT.mpf(0))
