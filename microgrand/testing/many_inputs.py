"""A gradient of many inputs, judged along random directions: as few products as tell whether all of it is right.

A wrong component shows in a product with a random direction, and one product more tells which it is. Where several are
wrong, halving the direction again and again finds some of them: 2·log₂ n products for each, in the place of n.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from math import fsum, isfinite, nan
from statistics import median
from typing import Any

from microgrand.testing.held import Claim
from microgrand.testing.report import Finding
from microgrand.testing.verdict import Judgement, Verdict

DIRECTIONS = 3  # a wrong component is missed only where it is small in all of them
MOST_NAMED = 2  # wrong components that are searched for by halving
RANGE = 1e-30  # components smaller than this part of the largest one are not told from nothing


class Component:
    """What all findings about one output have in common.

    name     of the output, "∂f"
    names    of the inputs
    numbers  the inputs
    weights  of the outputs in the sum that is differentiated
    claims   one per input
    formula  the claims in many digits, when they are asked for; None where these are not to be had
    glance   a first judgement on a claim; what agrees in it is done with
    judged   the judgement
    """

    def __init__(
        self,
        name: str,
        names: Sequence[str],
        numbers: Sequence[float],
        weights: Mapping[int, float],
        claims: Sequence[float],
        formula: Callable[[], Sequence[Any] | None],
        glance: Callable[[Claim], Judgement],
        judged: Callable[[Claim], Judgement],
    ) -> None:
        self.name = name
        self.names = names
        self.numbers = numbers
        self.weights = weights
        self.claims = claims
        self.formula = formula
        self.glance = glance
        self.judged = judged

    def findings(self, directions: int = DIRECTIONS) -> list[Finding]:
        """Findings along directions; where one disagrees, about the inputs whose components are wrong."""
        source = random.Random(len(self.claims))
        found = []
        for n in range(directions):
            direction = self.direction(source)
            judgement = self.glance(self.claim(direction))
            if judgement.verdict is Verdict.DISAGREE and (wrong := self.wrong_ones(direction, judgement)):
                return wrong
            if judgement.verdict is not Verdict.AGREE:
                judgement = self.judged(self.claim(direction))
            if judgement.verdict is Verdict.DISAGREE:
                because = "along this direction the claim is wrong, and in no input alone"
                judgement = judgement._replace(verdict=Verdict.CANNOT_JUDGE, because=because)
            found.append(Finding(f"{self.name}·v{n + 1}, {len(self.claims)} inputs", nan, judgement))
        return found

    def direction(self, source: random.Random) -> dict[int, float]:
        """A random direction to which each input adds about as much, as far as the claims tell."""
        sizes = [abs(claim) for claim in self.claims if isfinite(claim) and claim]
        typical = median(sizes) if sizes else 1.0
        floor = RANGE * max(sizes, default=1.0)
        shares = [max(abs(claim) or typical, floor) if isfinite(claim) else typical for claim in self.claims]
        least = min(shares)
        return {
            k: source.choice((-1.0, 1.0)) * source.uniform(0.5, 1.5) * least / share for k, share in enumerate(shares)
        }

    def claim(self, direction: Mapping[int, float]) -> Claim:
        """The product of the claims with a direction."""

        def exact() -> Any:
            formula = self.formula()
            return None if formula is None else sum([weight * formula[k] for k, weight in direction.items()])

        number = fsum([weight * self.claims[k] for k, weight in direction.items()])
        return Claim(number, self.weights, direction, exact)

    def wrong_ones(self, direction: Mapping[int, float], seen: Judgement) -> list[Finding]:
        """The inputs whose components are wrong, where they are found.

        If one component alone is wrong, by δ, the claim is off by δ·vₖ along the direction, and by δ·vₖ·(1 + k/n) along
        one in which each weight is that much larger: so two products tell which one it is, as far as they are exact.
        """
        count, gap = len(self.claims), seen.claim - seen.reference
        tilted = self.glance(self.claim({k: weight * (1.0 + k / count) for k, weight in direction.items()}))
        place = ((tilted.claim - tilted.reference) / gap - 1.0) * count if gap else nan
        blur = 4.0 * (seen.error + tilted.error) / abs(gap) * count + 0.5 if gap else nan
        near = {k: weight for k, weight in direction.items() if abs(k - place) <= blur}
        return (self.halved(near) if near else []) or self.halved(direction)

    def wrong_one(self, k: int) -> Finding | None:
        """The input k, if its component is wrong."""
        judgement = self.judged(self.claim({k: 1.0}))
        if judgement.verdict is not Verdict.DISAGREE:
            return None
        return Finding(f"{self.name}/∂{self.names[k]}", self.numbers[k], judgement)

    def halved(self, direction: Mapping[int, float]) -> list[Finding]:
        """Some of the inputs whose components are wrong, by halving the direction."""
        found: list[Finding] = []
        waiting = [list(direction)]
        while waiting and len(found) < MOST_NAMED:
            ks = waiting.pop()
            if len(ks) == 1:
                found += [finding for finding in [self.wrong_one(ks[0])] if finding is not None]
            elif self.glance(self.claim({k: direction[k] for k in ks})).verdict is Verdict.DISAGREE:
                waiting += [ks[len(ks) // 2 :], ks[: len(ks) // 2]]
        return found
