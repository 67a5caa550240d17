"""A gradient of many inputs, judged along random directions: as few products as tell whether all of it is right.

A wrong component shows in a product with a random direction, and one product more tells which it is. Where several are
wrong, halving the direction again and again finds one of them: log₂ n products in the place of n.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from math import fsum, isfinite, nan
from statistics import median
from typing import Any, NamedTuple, Protocol

from microgrand.table.domains import Domain
from microgrand.testing.domain_arguments import inward_signs
from microgrand.testing.held import Claim
from microgrand.testing.report import Finding
from microgrand.testing.verdict import Judgement, Verdict

DIRECTIONS = 3  # a wrong component is missed only where it is small in all of them
RANGE = 1e-30  # components smaller than this part of the largest one are not told from nothing


class Judge(Protocol):
    """What claims are held against: see `References`."""

    def glance(self, claim: Claim) -> Judgement:
        """A first look."""

    def judgement(self, claim: Claim) -> Judgement:
        """The verdict."""


class Row(NamedTuple):
    """The claimed derivatives of one output in all the inputs.

    name     of the output, "∂f"
    names    of the inputs
    numbers  the inputs
    domains  where each is meant to be
    weights  of the outputs in the sum that is differentiated
    claims   one per input
    formula  the claims in many digits, when they are asked for; None where these are not to be had
    """

    name: str
    names: Sequence[str]
    numbers: Sequence[float]
    domains: Sequence[Domain]
    weights: Mapping[int, float]
    claims: Sequence[float]
    formula: Callable[[], Sequence[Any] | None]

    def along(self, direction: Mapping[int, float]) -> Claim:
        """The product of the claims with a direction, as a claim."""

        def exact() -> Any:
            formula = self.formula()
            return None if formula is None else sum([weight * formula[k] for k, weight in direction.items()])

        number = fsum([weight * self.claims[k] for k, weight in direction.items()])
        return Claim(number, self.weights, direction, exact)


def findings(row: Row, references: Judge, directions: int = DIRECTIONS) -> list[Finding]:
    """Findings along random directions; where one disagrees, about the inputs whose components are wrong."""
    return _Search(row, references).findings(directions)


class _Search:
    """The claims of a row, and what they are held against."""

    def __init__(self, row: Row, references: Judge) -> None:
        self.row = row
        self.references = references

    def findings(self, directions: int) -> list[Finding]:
        """Findings along directions, or about inputs."""
        row = self.row
        source = random.Random(len(row.claims))
        found = []
        for n in range(directions):
            direction = self.direction(source)
            judgement = self.references.glance(self.row.along(direction))
            if judgement.verdict is Verdict.DISAGREE and (wrong := self.wrong_ones(direction, judgement)):
                return wrong
            if judgement.verdict is not Verdict.AGREE:
                judgement = self.references.judgement(self.row.along(direction))
            if judgement.verdict is Verdict.DISAGREE:
                because = "along this direction the claim is wrong, and in no input alone"
                judgement = judgement._replace(verdict=Verdict.CANNOT_JUDGE, because=because)
            found.append(Finding(f"{row.name}·v{n + 1}, {len(row.claims)} inputs", nan, judgement))
        return found

    def direction(self, source: random.Random) -> dict[int, float]:
        """A random direction to which each input adds about as much, as far as the claims tell; at ends, inside."""
        sizes = [abs(claim) for claim in self.row.claims if isfinite(claim) and claim]
        typical = median(sizes) if sizes else 1.0
        floor = RANGE * max(sizes, default=1.0)
        shares = [max(abs(claim) or typical, floor) if isfinite(claim) else typical for claim in self.row.claims]
        least = min(shares)
        ways = [inward_signs(x, domain) for x, domain in zip(self.row.numbers, self.row.domains, strict=True)]
        return {
            k: source.choice(signs) * source.uniform(0.5, 1.5) * least / share
            for k, (share, signs) in enumerate(zip(shares, ways, strict=True))
        }

    def wrong_ones(self, direction: Mapping[int, float], seen: Judgement) -> list[Finding]:
        """The inputs whose components are wrong, where they are found.

        If one component alone is wrong, by δ, the claim is off by δ·vₖ along the direction, and by δ·vₖ·(1 + k/n) along
        one in which each weight is that much larger: so two products tell which one it is, as far as they are exact.
        """
        count, gap = len(self.row.claims), seen.claim - seen.reference
        tilted = self.references.glance(
            self.row.along({k: weight * (1.0 + k / count) for k, weight in direction.items()})
        )
        place = ((tilted.claim - tilted.reference) / gap - 1.0) * count if gap else nan
        blur = 4.0 * (seen.error + tilted.error) / abs(gap) * count + 0.5 if gap else nan
        near = {k: weight for k, weight in direction.items() if abs(k - place) <= blur}
        return (self.halved(near) if near else []) or self.halved(direction)

    def halved(self, direction: Mapping[int, float]) -> list[Finding]:
        """The input at which halving the direction ends, always to a half that is wrong: none if it is not."""
        ks = list(direction)
        while len(ks) > 1:
            half = ks[: len(ks) // 2]
            seen = self.references.glance(self.row.along({k: direction[k] for k in half}))
            ks = half if seen.verdict is Verdict.DISAGREE else ks[len(half) :]
        judgement = self.references.judgement(self.row.along({ks[0]: 1.0}))
        if judgement.verdict is not Verdict.DISAGREE:
            return []
        return [Finding(f"{self.row.name}/∂{self.row.names[ks[0]]}", self.row.numbers[ks[0]], judgement)]
