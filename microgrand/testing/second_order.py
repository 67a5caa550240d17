"""Second derivatives at a point: how a claimed one, ∂²f/∂x∂y, is held against f's formula, or else against its values.

The formula of f in many digits is differentiated, which gives a formula again, and claims are held against the slopes
of that. Of what is opaque, second differences of floats tell.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import cache
from itertools import repeat
from math import frexp, fsum, inf, isfinite, isnan, ldexp, nan
from typing import Any, NamedTuple

from microgrand.engine.sweep import sweep
from microgrand.engine.value import Value
from microgrand.nested import rebuilt
from microgrand.testing.claims import Claimed
from microgrand.testing.differences.curvature import Curvature, curvature
from microgrand.testing.domain_arguments import part_around
from microgrand.testing.functions import FlatFunction
from microgrand.testing.held import DOUBLE, NEXT_TO_NOTHING, SHARP, TOLERANCES, Claim, Held
from microgrand.testing.many_inputs import DIRECTIONS, Row
from microgrand.testing.many_inputs import findings as findings_of
from microgrand.testing.references import References
from microgrand.testing.report import Finding
from microgrand.testing.structures import numbers_in, parts_of
from microgrand.testing.verdict import Judgement, Verdict
from microgrand.value_sweeps import differentiable_sweep

METHOD = "second differences"
DIGITS = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}
BENT = "f has a kink here, and no second derivative"
MANY = 20  # inputs, from which on products of the Hessian with random directions are judged
CLEARLY = 4.0  # times the error: a claim that is farther off is wrong by floats alone


class SecondDerivatives:
    """The second derivatives of a function at a point, to hold claims against.

    references  what is known of the function there
    """

    def __init__(self, references: References) -> None:
        self.references = references
        self.function = references.function
        self._bent = cache(self._bent_along)

    def findings(self, claimed: Claimed, formula: Callable[[], Any]) -> list[Finding]:
        """A finding for each output and each pair of inputs.

        claimed  in the order of `places`
        formula  the same in many digits, when it is asked for; None where that is not to be had
        """
        count, order, at_last = len(self.function.numbers), places(self.function.arguments), cache(formula)
        found = []
        for output in range(self.function.count):
            table = [[output * len(order) + order[i, j] for j in range(count)] for i in range(count)]
            is_finite = all([isfinite(claimed.numbers[place]) for row in table for place in row])
            if count > MANY and is_finite and self.references.formula is not None:
                found += self._along_directions(output, table, claimed, at_last)
            else:
                pairs = [(i, j) for i in range(count) for j in range(count)]
                found += [self._finding(output, i, j, claimed, table[i][j], at_last) for i, j in pairs]
        return found

    def _along_directions(
        self, output: int, table: list[list[int]], claimed: Claimed, formula: Callable[[], Any]
    ) -> list[Finding]:
        """Findings about products of a large Hessian with random directions; where they are wrong, about its rows.

        table  where the claims stand
        """
        function, count = self.function, len(table)
        f, source = "f" if function.count == 1 else f"f[{output}]", random.Random(count)

        def products(name: str, first: dict[int, float], exact: Callable[[], Any]) -> list[Finding]:
            claims = [
                fsum([weight * claimed.numbers[table[i][j]] for i, weight in first.items()]) for j in range(count)
            ]  # fmt: skip
            row = Row(name, function.names, function.numbers, self.references.domains, {output: 1.0}, claims, exact)
            return findings_of(row, _Slope(self, first), 1)

        def row_of(i: int) -> list[Finding]:
            def exact() -> Any:
                found = formula()
                return None if found is None else [found[place] for place in table[i]]

            return products(f"∂²{f}/∂{function.names[i]}", {i: 1.0}, exact)

        found = []
        for n in range(DIRECTIONS):
            first = {i: source.choice((-1.0, 1.0)) * source.uniform(0.5, 1.5) for i in range(count)}
            found += products(f"∂(∂{f}·u{n + 1})", first, lambda: None)
        if all([each.judgement.verdict is Verdict.AGREE for each in found]):
            return found
        return [each for i in range(count) for each in row_of(i)]

    def judgement(self, claim: Claim, first: Mapping[int, float]) -> Judgement:
        """The verdict on a claim of the derivative, along its direction, of that along the first one."""
        references = self.references
        declined = references.declined
        if references.formula is not None:
            from microgrand.testing.more_digits.run import DigitsLostError

            try:
                found = self._by_formula(claim, first)
                if found is not None:
                    return found
                declined = "f leaps close by, or has no values beside x in many digits"
            except DigitsLostError as lost:
                declined = str(lost)
        return self._by_floats(claim, first)._replace(declined=declined or references.declined)

    def _finding(
        self, output: int, i: int, j: int, claimed: Claimed, place: int, formula: Callable[[], Any]
    ) -> Finding:
        def exact() -> Any:
            found = formula()
            return None if found is None else found[place]

        claim, first = Claim(claimed.numbers[place], {output: 1.0}, {j: 1.0}, exact), {i: 1.0}
        judgement = (
            self._missing(claim, first, claimed.because) if isnan(claim.number) else self.judgement(claim, first)
        )
        return Finding(named(self.function, output, i, j), self.function.numbers[j], judgement)

    def _missing(self, claim: Claim, first: Mapping[int, float], because: str) -> Judgement:
        """Nothing is claimed: that is wrong where there is a second derivative."""
        found = self.judgement(claim._replace(number=0.0, exact=lambda: None), first)
        known = isfinite(found.reference) and found.left is None and found.error <= SHARP * abs(found.reference)
        return found._replace(verdict=Verdict.DISAGREE if known else Verdict.CANNOT_JUDGE, claim=nan, because=because)

    # ---- the formula -------------------------------------------------------------------------------------------------

    def _by_formula(self, claim: Claim, first: Mapping[int, float]) -> Judgement | None:
        """The verdict by the formula; None where it has no second derivative, or f is not the same close by."""
        formula, weights = self.references.formula, claim.weights
        directions = [dict(items) for items in {tuple(first.items()), tuple(claim.direction.items())}]
        if any([self._bent(tuple(each.items()), tuple(weights.items())) for each in directions]):
            nothing = (nan, nan, None, None)
            return Judgement(Verdict.CANNOT_JUDGE, claim.number, *nothing, METHOD, BENT, 0, False)
        found = self._slopes(first, claim.direction, weights)
        is_rerun = hasattr(formula, "jumps_beside")
        if found is None or (is_rerun and any([formula.jumps_beside(each, weights) for each in directions])):
            return None
        format = (formula.first.unit, formula.first.smallest) if is_rerun else DOUBLE
        line, natural = self._line_of(first, claim.direction, self.references.sides(first)), self._natural(claim, first)
        return Held(claim, found, lambda: line.spread(weights, found), lambda: natural, format).judgement()

    def _slopes(self, first: Mapping[int, float], along: Mapping[int, float], weights: Mapping[int, float]) -> Any:
        """The left and the right derivative, along the second direction, of that along the first; None without any.

        Where the first derivative bends, as that of relu(x)² does, its differences have to stay on one side.
        """
        inside, outside = self.references.sides(first), self.references.sides(along)
        found = self._line_of(first, along, inside).slopes(weights, outside)
        if found is None or all([abs(side) < inf for side in found.sides]):
            return found
        alone = [(left, not left) for left, may in zip((True, False), inside, strict=True) if may]
        others = [self._line_of(first, along, sides).slopes(weights, outside) for sides in alone]
        for side in ("left", "right"):
            finite = [z for other in others if other and (z := getattr(other, side)) is not None and abs(z) < inf]
            if finite and abs(getattr(found, side)) == inf:
                found = found._replace(**{side: finite[0]})
        return found._replace(kink=len(found.sides) == 2 and found.left != found.right)

    def _line_of(self, first: Mapping[int, float], along: Mapping[int, float], sides: tuple[bool, bool]) -> Any:
        """The derivative along the first direction, differenced on these sides, along the second."""
        from microgrand.testing.more_digits.derivatives import Derivative
        from microgrand.testing.more_digits.formulas import Line

        return Line(Derivative(self.references.formula, first, sides), along)

    def _bent_along(self, direction: tuple[tuple[int, float], ...], weights: tuple[tuple[int, float], ...]) -> bool:
        """Whether outputs have a kink along a direction, also one at an end of the domain."""
        from microgrand.testing.more_digits.formulas import Line

        found = Line(self.references.formula, dict(direction)).slopes(dict(weights))
        return found is not None and found.kink

    def _natural(self, claim: Claim, first: Mapping[int, float]) -> float:
        """The second derivative beside which that of f may be next to nothing."""
        size = max([abs(self.references.values[output]) for output in claim.weights])
        for direction in (first, claim.direction):
            size *= max([abs(weight) / (abs(self.function.numbers[k]) or 1.0) for k, weight in direction.items()])
        return size

    # ---- floats ------------------------------------------------------------------------------------------------------

    def _by_floats(self, claim: Claim, first: Mapping[int, float]) -> Judgement:
        """The verdict by second differences of floats, for two inputs."""
        found = None
        if len(first) == len(claim.direction) == 1:
            found = self.curvature(next(iter(first)), next(iter(claim.direction)), claim.weights)
        if found is None:
            nothing = (nan, nan, None, None)
            return Judgement(
                Verdict.CANNOT_JUDGE, claim.number, *nothing, METHOD, "f has too few values around x", 0, False
            )
        return _held(claim, found, self.function.precision, self._natural(claim, first))

    def curvature(self, i: int, j: int, weights: Mapping[int, float]) -> Curvature | None:
        """∂²/∂xᵢ∂xⱼ of a sum of outputs by floats; for two inputs, from the curvatures along both diagonals."""
        if i == j:
            return self._along({i: 1.0}, weights)
        sizes = [ldexp(1.0, frexp(self.function.numbers[k])[1] - 1 if self.function.numbers[k] else 0) for k in (i, j)]
        rising, falling = (self._along({i: sizes[0], j: sign * sizes[1]}, weights) for sign in (1.0, -1.0))
        if rising is None or falling is None:
            return None
        scale = 4.0 * sizes[0] * sizes[1]
        bends = [
            (each.right - each.left) for each in (rising, falling) if each.left is not None and each.right is not None
        ]
        error = (rising.error + falling.error + sum([abs(bend) for bend in bends])) / scale
        return Curvature(
            (rising.value - falling.value) / scale, error, None, None, rising.evaluations + falling.evaluations
        )

    def _along(self, direction: Mapping[int, float], weights: Mapping[int, float]) -> Curvature | None:
        """The second derivative along a direction."""
        numbers, digits = self.function.numbers, DIGITS[self.function.precision]
        single = next(iter(direction)) if len(direction) == 1 else None

        def value(moved: list[float]) -> float:
            outputs = self.references.outputs(moved)
            return sum([weight * outputs[k] for k, weight in weights.items()])

        if single is not None:
            x = numbers[single]
            low, high = part_around(x, self.references.domains[single])
            return curvature(
                lambda t: value([t if k == single else z for k, z in enumerate(numbers)]),
                x, low=low, high=high, digits=digits,
            )  # fmt: skip
        low, high = self.references.reach(direction)
        return curvature(
            lambda t: value([z + t * direction.get(k, 0.0) for k, z in enumerate(numbers)]),
            0.0, low=low, high=high, digits=digits,
        )  # fmt: skip


class _Slope:
    """The derivative along a direction, to hold claims about its own derivatives against, as `References` does.

    known, first  the second derivatives, and the direction
    """

    def __init__(self, known: SecondDerivatives, first: Mapping[int, float]) -> None:
        self._known = known
        self._first = first

    def judgement(self, claim: Claim) -> Judgement:
        """The verdict on a claim."""
        return self._known.judgement(claim, self._first)

    glance = judgement


def _held(claim: Claim, found: Curvature, precision: str, natural: float) -> Judgement:
    """A claim held against second differences, whose error is wide: they rule out only what is clearly off."""
    exact = claim.exact()
    number = claim.number if exact is None else float(exact)
    sides = [found.value] if found.left is None or found.right is None else [found.left, found.right]
    low, high = min(sides), max(sides)
    size = max(abs(low), abs(high), abs(number))
    off = max(low - number, number - high, 0.0) - TOLERANCES[2.0 ** -DIGITS[precision]] * size
    sharp = found.error <= max(SHARP * size, NEXT_TO_NOTHING * natural)
    verdict, because = Verdict.CANNOT_JUDGE, "second differences are too coarse here"
    if off <= found.error and sharp:
        verdict, because = Verdict.AGREE, ""
    elif off > CLEARLY * found.error or off != off:
        verdict, because = Verdict.DISAGREE, "the claim is outside what second differences show"
    return Judgement(
        verdict, claim.number, found.value, found.error, found.left, found.right, METHOD, because, found.evaluations,
        precision != "float64",
    )  # fmt: skip


class Block(NamedTuple):
    """Where the inputs of one number or array stand among all."""

    start: int
    size: int


def places(arguments: Any) -> dict[tuple[int, int], int]:
    """Where ∂²f/∂xᵢ∂xⱼ stands in a Hessian as `hessian` gives it: for several arrays, a block for each two of them.

    >>> places(([1.0, 2.0],))
    {(0, 0): 0, (0, 1): 1, (1, 0): 2, (1, 1): 3}
    """
    blocks, start = [], 0
    for part in parts_of(arguments):
        blocks.append(Block(start, len(list(numbers_in(part)))))
        start += blocks[-1].size
    found: dict[tuple[int, int], int] = {}
    for rows in blocks:
        for columns in blocks:
            for i in range(rows.start, rows.start + rows.size):
                for j in range(columns.start, columns.start + columns.size):
                    found[i, j] = len(found)
    return found


def hessian_shape(function: FlatFunction) -> Any:
    """The shape of a Hessian: the arguments in the place of each number of the arguments, for each output."""
    once = rebuilt(function.arguments, repeat(function.arguments))
    return function.per_output(repeat(once))


def own_hessian(recorded: tuple[list[Value], list[Any], bool], arguments: Any) -> Claimed:
    """The second derivatives by microgrand's own sweep of its own sweep, output by output, in the order of `places`."""
    leaves, outputs, _ = recorded
    order = places(arguments)
    found = [0.0] * (len(outputs) * len(order))
    for n, output in enumerate(outputs):
        slopes = differentiable_sweep(output, leaves) if isinstance(output, Value) else []
        for i, slope in enumerate(slopes):
            adjoints = sweep(slope) if isinstance(slope, Value) else None
            for j, leaf in enumerate(leaves):
                found[n * len(order) + order[i, j]] = 0.0 if adjoints is None else adjoints.get(leaf)
    return Claimed(found, "")


def named(function: FlatFunction, output: int, i: int, j: int) -> str:
    """∂²f/∂x², ∂²f[1]/∂x∂y."""
    f = "f" if function.count == 1 else f"f[{output}]"
    x, y = function.names[i], function.names[j]
    return f"∂²{f}/∂{x}²" if i == j else f"∂²{f}/∂{x}∂{y}"
