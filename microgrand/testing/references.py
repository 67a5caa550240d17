"""Which reference speaks of a claimed derivative: the formula of f in many digits, or else values of f on floats.

A claim is held against the slope of f's *formula*, so that neither f's roundings nor the claim's own are judged. The
formula is to be had where f records a graph, or where its code can be run again in many digits (`more_digits/`); of
what is opaque, differences of floats tell (`differences/`), made sharper by a complex step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from math import inf, isclose, isfinite
from statistics import median
from typing import Any

from microgrand.engine.value import Value
from microgrand.outer_errors import MissingExtraError
from microgrand.table.domains import Domain
from microgrand.testing.complexstep import sharpened
from microgrand.testing.differences import judge
from microgrand.testing.domain_arguments import part_around, sides_inside
from microgrand.testing.expression import Expression
from microgrand.testing.functions import FlatFunction
from microgrand.testing.held import DOUBLE, Claim, Held, noise_of_paths
from microgrand.testing.verdict import Judgement, Verdict

SHIFTS = (2.0**-9, -(2.0**-6))  # where the recorded graph has to give what f gives, relative to the inputs
SAME = 1e-9
RUNS = 20  # of f in many digits, for a claim that is wrong
BETWEEN = "a kink in several inputs: the claim is between the slopes beside the point"
LEAPS = "f leaps close by: it rounds, or goes another way"


class References:
    """What is known of a function at a point, to hold claims against.

    function   what is differentiated
    domains    where each input is meant to be
    values     of the outputs at the point
    outputs    f on floats, flat to flat
    recorded   asked for, the inputs as Values, the outputs, and whether the code branched; None where f takes none
    is_own     whether the graph that f records is the best reference, and not f's code run again
    most_evaluations  of f on floats for one claim; None for as many as it takes
    budget     seconds that f may run again, all in all; None for a few
    """

    def __init__(
        self,
        function: FlatFunction,
        domains: Sequence[Domain],
        values: Sequence[float],
        outputs: Callable[[Sequence[float]], Sequence[float]],
        recorded: Callable[[], tuple[list[Value], list[Any], bool] | None],
        is_own: bool,
        most_evaluations: int | None = None,
        budget: float | None = None,
    ) -> None:
        self.function = function
        self.domains = domains
        self.values = values
        self.outputs = outputs
        self._recorded = recorded
        self._is_own = is_own
        self._budget = budget
        self.most_evaluations = most_evaluations
        self.looks_beyond_ends = False  # whether a kink at an end of the domain is one
        self.declined = ""  # why there is no formula

    def judgement(self, claim: Claim) -> Judgement:
        """The verdict on a claim by the best reference there is."""
        if self.formula is None:
            return self.by_floats(claim)._replace(declined=self.declined)
        from microgrand.testing.more_digits.run import DigitsLostError

        try:
            found = self._by_formula(claim, self.sides(claim.direction))
            if found is not None and found.verdict is Verdict.DISAGREE:
                found = self._by_formula(claim, self.sides(claim.direction), finest=True)
                found = self._beyond_the_end(claim) or found if self.looks_beyond_ends else found
            if found is not None and found.verdict is Verdict.DISAGREE:
                found = self._between_branches(claim) or found
            if found is None:
                return self.by_floats(claim)._replace(declined="in many digits f has no values beside x")
            if found.verdict is Verdict.DISAGREE and isfinite(claim.number) and self._is_rerun:
                return self._confirmed(claim, found)
            return found
        except DigitsLostError as lost:  # beside the point the code may go ways that it does not go at it
            return self.by_floats(claim)._replace(declined=str(lost))

    def _beyond_the_end(self, claim: Claim) -> Judgement | None:
        """The agreement with a kink at an end of the domain, from whose other side a gradient may take its slope."""
        if all(self.sides(claim.direction)):
            return None
        found = self._by_formula(claim, (True, True), finest=True)
        return found if found is not None and found.verdict is Verdict.AGREE else None

    def _between_branches(self, claim: Claim) -> Judgement | None:
        """The agreement with a claim at a point where branches in several inputs meet, as at a tie of three.

        There f has no gradient, whatever its slope along one input: the claim is to be between the slopes around.
        """
        from microgrand.testing.branches import SAME, slopes_around
        from microgrand.testing.more_digits.slopes import Slopes

        sides = [sides_inside(*each) for each in zip(self.function.numbers, self.domains, strict=True)]
        low, high = inf, -inf
        for slope in slopes_around(self.formula, claim.weights, claim.direction, sides):
            low, high = min(low, slope), max(high, slope)
            if high - low > SAME * max(abs(low), abs(high)):
                branches = Slopes(low, high, 0, True)
                found = Held(claim, branches, lambda: 0.0, lambda: 0.0, self._format).judgement()
                if found.verdict is Verdict.AGREE:
                    return found._replace(because=BETWEEN)
        return None

    def hidden_slope(self) -> float:
        """A slope that f's roundings hide: as far as they move its value, over |x| or 1."""
        if not self._is_rerun:
            return 0.0
        distance = min([max(abs(x), 1.0) for x in self.function.numbers])
        return float(self.formula.spread_of_values()) / distance

    def glance(self, claim: Claim) -> Judgement:
        """The verdict toward one side of the point and without a second look: what agrees agrees, the rest may not."""
        from microgrand.testing.more_digits.run import DigitsLostError

        left, right = self.sides(claim.direction)
        try:
            found = None if self.formula is None else self._by_formula(claim, (left and not right, right))
        except DigitsLostError:
            found = None
        return self.by_floats(claim)._replace(declined=self.declined) if found is None else found

    # ---- the formula -------------------------------------------------------------------------------------------------

    @cached_property
    def formula(self) -> Any:
        """f in many digits: a `Graph` or a `Rerun`; None where there is none, and `declined` says why."""
        try:
            from microgrand.testing.more_digits.reruns import SECONDS, Rerun
            from microgrand.testing.more_digits.run import DigitsLostError
        except MissingExtraError as missing:
            self.declined = str(missing)
            return None
        graph = self._graph() if self._is_own else None
        if graph is not None:
            return graph
        function, seconds = self.function, SECONDS if self._budget is None else self._budget / RUNS
        try:
            return Rerun(function.f, function.arguments, function.numbers, self.values, seconds, function.shape)
        except DigitsLostError as lost:
            self.declined = str(lost)
            return None if self._is_own else self._graph()

    @property
    def _is_rerun(self) -> bool:
        return hasattr(self.formula, "jumps_beside")

    @property
    def _format(self) -> tuple[float, float]:
        """The unit roundoff and the smallest normal number of the format that f computes in."""
        return (self.formula.first.unit, self.formula.first.smallest) if self._is_rerun else DOUBLE

    def _graph(self) -> Any:
        """The recorded graphs of the outputs; None where f records none, branched, or does not compute the same."""
        recorded = self._recorded()
        if recorded is None:
            return None
        from microgrand.testing.more_digits.graphs import Graph

        leaves, outputs, branched = recorded
        if branched:
            return None
        expressions = [Expression.read(leaves, z) if isinstance(z, Value) and not z.is_leaf else None for z in outputs]
        if None in expressions or not all([self._is_faithful(e, j) for j, e in enumerate(expressions) if e]):
            return None
        graph = Graph([e for e in expressions if e])
        return graph if graph.is_evaluated() else None

    def _is_faithful(self, expression: Expression, j: int) -> bool:
        """Whether the graph gives what f gives, at the point and beside it: f may take its Values' numbers out."""
        for shift in (0.0, *SHIFTS):
            numbers = [x + shift * (x or 1.0) for x in self.function.numbers]
            if not all([domain.holds(x) for domain, x in zip(self.domains, numbers, strict=True)]):
                continue
            try:
                here, there = expression(*numbers), self.outputs(numbers)[j]
            except Exception:  # beyond where f is defined, which says nothing
                continue
            if not isclose(here, there, rel_tol=SAME, abs_tol=0.0) and not here != here != there:
                return False
        return True

    def _by_formula(self, claim: Claim, sides: tuple[bool, bool], finest: bool = False) -> Judgement | None:
        """The verdict by the slopes of the formula toward these sides; None where it has none."""
        from microgrand.testing.more_digits.formulas import Line

        line = Line(self.formula, claim.direction)
        found = line.slopes(claim.weights, sides, finest)
        if found is None:
            return None
        return Held(
            claim, found, partial(self._noise, claim, line, found), partial(self._natural_slope, claim), self._format
        ).judgement()

    def sides(self, direction: Mapping[int, float]) -> tuple[bool, bool]:
        """Whether the domain goes on toward the left and the right side of the point, along the direction."""
        moved = [(sides_inside(self.function.numbers[k], self.domains[k]), weight) for k, weight in direction.items()]
        ends = [sides if weight > 0 else sides[::-1] for sides, weight in moved if weight]
        return all([left for left, _ in ends]), all([right for _, right in ends])

    def _confirmed(self, claim: Claim, found: Judgement) -> Judgement:
        """A claim that the formula rules out, unless f moves in steps or searches: then floats tell."""
        if self.leaps(claim):
            return self.by_floats(claim)._replace(declined=LEAPS)
        by_floats = self.by_floats(claim)
        if by_floats.verdict is Verdict.AGREE:
            other = self.by_floats(claim._replace(number=found.reference))
            if other.verdict is Verdict.DISAGREE:
                because = "the formula in many digits and f on floats have different slopes"
                return found._replace(verdict=Verdict.CANNOT_JUDGE, because=because)
        return found

    def leaps(self, claim: Claim) -> bool:
        """Whether f moves in steps close by, between which its formula has another slope than f seems to have."""
        if not self._is_rerun:
            return False
        return bool(self.formula.first.rounds or self.formula.jumps_beside(claim.direction, claim.weights))

    # ---- roundings ---------------------------------------------------------------------------------------------------

    def _noise(self, claim: Claim, line: Any, found: Any) -> float:
        """How far roundings inside f move its derivative: a gradient without a formula may lack as much."""
        noise: float = line.spread(claim.weights, found)
        recorded = None if self._is_rerun else self._recorded()
        if recorded is not None:
            leaves, outputs, _ = recorded
            noise += sum(
                abs(w * v) * noise_of_paths(outputs[j], leaves[k])
                for j, w in claim.weights.items()
                for k, v in claim.direction.items()
            )
        return noise

    def _natural_slope(self, claim: Claim) -> float:
        """The slope of a line from 0 to the largest number that f computes on its way."""
        from microgrand.testing.more_digits.graphs import natural_slope

        if self._is_rerun:
            largest: float = self.formula.first.largest
            return largest / min([abs(self.function.numbers[k]) or 1.0 for k in claim.direction])
        return max([natural_slope(self.formula.expressions[j], claim.direction) for j in claim.weights])

    # ---- floats ------------------------------------------------------------------------------------------------------

    def by_floats(self, claim: Claim) -> Judgement:
        """The verdict by differences of floats."""
        numbers, direction = self.function.numbers, claim.direction
        if list(direction.values()) == [1.0]:
            k = next(iter(direction))
            x = start = numbers[k]
            low, high = part_around(x, self.domains[k])
        else:
            # The point lies at `start` of a line whose numbers are about as large as the inputs are: so are its steps.
            k = None
            sizes = [abs(numbers[k] / weight) for k, weight in direction.items() if weight and numbers[k]]
            x = start = median(sizes) if sizes else 1.0
            low, high = [start + end for end in self.reach(direction)]

        def along(t: float) -> float:
            if k is None:
                moved = [z + (t - start) * direction.get(i, 0.0) for i, z in enumerate(numbers)]
            else:
                moved = [t if i == k else z for i, z in enumerate(numbers)]
            outputs = self.outputs(moved)
            return sum([weight * outputs[j] for j, weight in claim.weights.items()])

        precision = None if k is None else self.function.precision
        found = judge(
            along, x, claim.number, low=low, high=high, precision=precision, most_evaluations=self.most_evaluations
        )
        return sharpened(found, along, x)

    def reach(self, direction: Mapping[int, float]) -> tuple[float, float]:
        """How far the domain goes on in both senses of a direction."""
        ends = []
        for k, weight in direction.items():
            x = self.function.numbers[k]
            low, high = part_around(x, self.domains[k])
            ends.append(sorted([(low - x) / weight, (high - x) / weight]))
        return max([low for low, _ in ends]), min([high for _, high in ends])
