"""`check_gradient`: is this the derivative of that function at this point? Of any framework: both are called on floats.

A claim is held against the best reference there is: see `references.py`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from functools import cache, cached_property, partial
from itertools import repeat
from math import isfinite, isnan, nan
from typing import Any

from microgrand.engine.sweep import sweep
from microgrand.engine.value import Value
from microgrand.program.program import Program
from microgrand.progress import Progress, progress
from microgrand.table.domains import REALS, Domain
from microgrand.testing.claims import Claimed, Gradient
from microgrand.testing.declared import with_declared_rule
from microgrand.testing.domain_arguments import as_domain
from microgrand.testing.forward import directions, own_product, tangent
from microgrand.testing.functions import FlatFunction, lacks_value
from microgrand.testing.held import Claim
from microgrand.testing.many_inputs import DIRECTIONS, Row, findings
from microgrand.testing.references import References
from microgrand.testing.report import Finding, Report
from microgrand.testing.second_order import SecondDerivatives, hessian_shape, own_hessian
from microgrand.testing.structures import numbers_in
from microgrand.testing.verdict import Judgement, Verdict

NO_GRADIENT = (
    "f does not run on microgrand's Values, or its result does not depend on them: "
    "say which gradient is to be checked, or write f with microgrand's functions (microgrand.exp, not math.exp)"
)
FLUSHES = "f takes numbers below the smallest normal one for 0"
KINDS = {(1, "reverse"): "products", (1, "forward"): "tangents", (2, "reverse"): "hessian"}
FEW_INPUTS = 32  # so many are looked at one by one
MOST_MISSING = 3  # of many inputs, for which nothing is claimed, that are told
MOST_REMEMBERED = 1_000_000  # numbers in the arguments of f whose values are kept
SLOW = 0.05  # seconds: what takes longer is called FEWEST_CALLS times, unless a budget says otherwise
FEWEST_CALLS = 36
OFTEN = 200  # calls of f for one claim, if nothing limits them
COTANGENTS = 2  # random products in which a vector-Jacobian product is looked at


def check_gradient(
    f: Callable[..., Any],
    *,
    gradient: Callable[..., Any] | None = None,
    at: Any,
    domain: Any = None,
    order: int = 1,
    mode: str = "reverse",
    budget: float | None = None,
) -> Report:
    """Whether `gradient` is the derivative of `f` at a point; print the report to see what it rests on.

    f         takes one number, several, or sequences of numbers; returns a number or a sequence of numbers
    gradient  called as f is, it returns the derivative: a number for one input, else the partials in the order of the
              inputs (those in a dict are found by their keys), and for a sequence of outputs the rows of the Jacobian.
              Where it takes one argument more, that is a list of cotangents v, one per output, and it returns v·∂f/∂x.
              By default microgrand's own, where `f` runs on Values
    at        the point: one number, or the tuple of the arguments
    domain    where f is meant: a Domain, an Interval, a pair (low, high), a name such as "positive"; or a list of
              these, one per argument. Nowhere else is f called; by default it may be called on all reals
    order     2 for the derivative of the derivative: then `gradient` returns the second derivative, or for several
              inputs the Hessian, nested as microgrand's `hessian` gives it
    mode      "forward" for a product with a direction: then `gradient` takes one argument more, a direction v in the
              shape of the argument, or the tuple of them for several, and returns ∂f/∂x·v in the shape of the result.
              It is judged along random directions
    budget    seconds that one claim may take. Without it a function that takes more than a twentieth of a second is
              called some 40 times at the most, and if it has several inputs it is judged along one random direction

    The verdict of the report is `agree`, `disagree` or `cannot judge`. At a kink every derivative from the left to the
    right one agrees.

    Raises TypeError where there is no gradient to check, ValueError for a point outside the domain or a gradient with
    more or fewer numbers than there are inputs, or with other keys.

    >>> import math
    >>> print(check_gradient(math.sin, gradient=math.cos, at=1.0).verdict)
    agree
    >>> print(check_gradient(lambda x, y: x / y, gradient=lambda x, y: (1 / y, x / y**2), at=(3.0, 2.0)))
    derivative  at  claimed  reference  ± error  verdict   by
    ∂f/∂x       3   0.5      0.5        5.6e-17  agree     60-digit evaluation
    ∂f/∂y       2   0.75     -0.75      8.3e-17  disagree  60-digit evaluation
    verdict: disagree
    >>> print(check_gradient(math.sin, gradient=lambda x: -math.sin(x), at=1.0, order=2).verdict)
    agree
    >>> print(check_gradient(math.sin, gradient=lambda x, v: v * math.sin(x), at=1.0, mode="forward").verdict)
    disagree
    """
    if budget is not None and not (isinstance(budget, (int, float)) and budget > 0):
        raise ValueError(f"budget is a number of seconds above 0; got {budget!r}")
    refuse_no_function(gradient)
    f, gradient, at = with_declared_rule(f, gradient, at, kind_of(order, mode))
    check = Check(FlatFunction(f, at), gradient, domain, budget)
    with progress("checking", check.function.names) as check.task:
        return check.report(order, mode)


def kind_of(order: int, mode: str) -> str:
    """The kind of derivative that is judged. Raises ValueError where there is none such."""
    if (order, mode) not in KINDS:
        raise ValueError(f'order is 1 or 2, and mode, for order 1, "reverse" or "forward"; got {order!r}, {mode!r}')
    return KINDS[order, mode]


def refuse_no_function(gradient: Any) -> None:
    """Raises TypeError for a gradient that cannot be called."""
    if gradient is not None and not callable(gradient):
        raise TypeError(f"gradient is a function; got {gradient!r:.60} of type {type(gradient).__name__}")


class Check:
    """One gradient at one point.

    function  what is differentiated
    outputs   its values at the point
    """

    def __init__(
        self, function: FlatFunction, gradient: Callable[..., Any] | None, domain: Any, budget: float | None = None
    ) -> None:
        self.function = function
        self.domains = _per_input(domain, function)
        self.gradient = gradient
        self.budget = budget
        self.task: Progress | None = None
        self.looks_beyond_ends = False
        self.most_evaluations: int | None = None
        self.memo: dict[tuple[float, ...], list[float] | Exception] = {}
        self.fault: Exception | None = None  # which f raised and which is no error of arithmetic

    @cached_property
    def recorded(self) -> tuple[list[Value], list[Any], bool] | None:
        """What f records of microgrand's Values, with which it is only called where nothing else serves."""
        return self.function.recorded()

    def report(self, order: int = 1, mode: str = "reverse") -> Report:
        """A finding for each output and input, or pair of inputs, or direction."""
        trouble = self.trouble()
        if trouble:
            return self.unjudged(trouble)
        if order == 2:
            return Report(self.of_second_order())
        if mode == "forward":
            return Report(self.of_directions())
        if self.gradient is None:
            return Report(self.of_rows(self.own_claims(), lambda: None))
        gradient = Gradient(self.gradient, self.function)
        if gradient.takes_cotangents:
            return Report(self.of_products(gradient))
        claimed = gradient.claimed()
        return Report(self.of_rows(claimed, partial(self.formula_of, self.gradient, claimed.numbers)))

    def trouble(self) -> str:
        """Why nothing can be said of a derivative at the point; empty where something can."""
        start = time.monotonic()
        try:
            outputs = self.outputs(self.function.numbers)
        except Exception as error:
            if not lacks_value(error):
                raise
            return f"f raised {type(error).__name__}: {error}"
        if not all([isinstance(z, float) and isfinite(z) for z in outputs]):
            return f"f has no finite real value here, but {outputs[0] if len(outputs) == 1 else outputs!r:.60}"
        if not outputs:
            return "f returns no number"
        self.limit(time.monotonic() - start)
        if not self.function.is_steady(outputs, *([1] if self.most_evaluations else [])):
            return "noise: f gives another value when it is called again with the same numbers"
        return FLUSHES if self.function.flushes() else ""

    def limit(self, seconds: float) -> None:
        """Decide how often f may be called, of which one call takes so long."""
        if self.budget is not None and self.budget < OFTEN * seconds:
            self.most_evaluations = max(int(self.budget / seconds), FEWEST_CALLS)
        elif self.budget is None and seconds > SLOW:
            self.most_evaluations = FEWEST_CALLS

    # ---- what is claimed -------------------------------------------------------------------------------------------

    def own_claims(self) -> Claimed:
        """The Jacobian by microgrand's own sweep."""
        leaves, outputs, _ = self.records()
        swept = [sweep(output) if isinstance(output, Value) else None for output in outputs]
        return Claimed([0.0 if adjoints is None else adjoints.get(leaf) for adjoints in swept for leaf in leaves], "")

    def of_rows(self, claimed: Claimed, formula: Callable[[], Any]) -> list[Finding]:
        """Findings about the Jacobian."""
        inputs, outputs = len(self.function.numbers), self.function.count
        names = [f"∂f[{j}]" if outputs > 1 else "∂f" for j in range(outputs)]
        at_last = cache(formula)
        return [
            finding
            for j, name in enumerate(names)
            for finding in self.of_row(name, {j: 1.0}, claimed, j * inputs, at_last)
        ]

    def of_row(
        self, name: str, weights: dict[int, float], claimed: Claimed, first: int, formula: Callable[[], Any]
    ) -> list[Finding]:
        """Findings about one gradient, whose claims begin at a place: input by input, or along directions if many."""
        inputs = range(len(self.function.numbers))
        numbers = claimed.numbers[first : first + len(inputs)]
        missing = [k for k in inputs if not isfinite(numbers[k])]
        few = FEW_INPUTS if self.most_evaluations is None else 1
        if len(inputs) <= few or missing:
            looked_at = inputs if len(inputs) <= few else missing[:MOST_MISSING]
            return [self.finding(name, weights, k, claimed, first + k, formula) for k in looked_at]

        def in_digits() -> Any:
            found = formula()
            return None if found is None else found[first : first + len(inputs)]

        row = Row(name, self.function.names, self.function.numbers, self.domains, weights, numbers, in_digits)
        found = findings(row, self.references, DIRECTIONS if self.most_evaluations is None else 1)
        if self.fault is not None:
            raise self.fault
        return found

    def of_products(self, gradient: Gradient) -> list[Finding]:
        """Findings about products of random cotangents with the Jacobian.

        Of a single output it is the gradient that is judged, by the cotangent 1, and then what another cotangent makes
        of it: a rule may forget its cotangent.
        """
        count = self.function.count
        source = random.Random(count)
        if count == 1:
            return self.of_product("∂f", gradient, [1.0]) + self.of_product("∂(v·f)", gradient, [-1.5])
        found: list[Finding] = []
        for n in range(COTANGENTS):
            cotangents = [source.choice((-1.0, 1.0)) * source.uniform(0.5, 1.5) for _ in range(count)]
            found += self.of_product(f"∂(v{n}·f)", gradient, cotangents)
        return found

    def of_product(self, name: str, gradient: Gradient, cotangents: list[float]) -> list[Finding]:
        """Findings about the product of cotangents with the Jacobian."""
        claimed = gradient.claimed(cotangents)
        formula = cache(partial(self.formula_of, gradient.call, claimed.numbers, cotangents))
        return self.of_row(name, dict(enumerate(cotangents)), claimed, 0, formula)

    def of_second_order(self) -> list[Finding]:
        """Findings about the Hessian of each output."""
        known = SecondDerivatives(self.references)
        if self.gradient is None:
            found = known.findings(own_hessian(self.records(), self.function.arguments), lambda: None)
        else:
            count = len(self.function.numbers) ** 2 * self.function.count
            claimed = Gradient(self.gradient, self.function).given(hessian_shape(self.function), count)
            found = known.findings(claimed, partial(self.formula_of, self.gradient, claimed.numbers))
        if self.fault is not None:
            raise self.fault
        return found

    def of_directions(self) -> list[Finding]:
        """Findings about products of the Jacobian with random directions, as forward mode gives them."""
        function = self.function
        findings = []
        for n, weights in enumerate(directions(function.numbers, self.domains)):
            along = tangent(function, weights)
            if self.gradient is None:
                claimed, formula = own_product(self.records(), weights), cache(lambda: None)
            else:
                shape = function.per_output(repeat(0.0))
                claimed = Gradient(self.gradient, function).given(shape, function.count, along)
                formula = cache(partial(self.formula_of, self.gradient, claimed.numbers, along))
            for j in range(function.count):
                f = f"∂f[{j}]" if function.count > 1 else "∂f"
                what, at = (
                    (f"{f}·v{n}", nan) if len(weights) > 1 else (f"{f}/∂{function.names[0]}", function.numbers[0])
                )
                findings.append(self.finding_along(what, at, {j: 1.0}, dict(enumerate(weights)), claimed, j, formula))
        return findings

    def records(self) -> tuple[list[Value], list[Any], bool]:
        """What f records of microgrand's Values. Raises TypeError where it takes none."""
        if self.recorded is None:
            raise TypeError(NO_GRADIENT)
        return self.recorded

    # ---- what is so ------------------------------------------------------------------------------------------------

    def finding(
        self, what: str, weights: dict[int, float], k: int, claimed: Claimed, place: int, formula: Callable[[], Any]
    ) -> Finding:
        """The claim about the input k, of the outputs in a weighted sum."""
        what, x = f"{what}/∂{self.function.names[k]}", self.function.numbers[k]
        return self.finding_along(what, x, weights, {k: 1.0}, claimed, place, formula)

    def finding_along(
        self,
        what: str,
        x: float,
        weights: dict[int, float],
        direction: dict[int, float],
        claimed: Claimed,
        place: int,
        formula: Callable[[], Any],
    ) -> Finding:
        """The claim about a direction, of the outputs in a weighted sum.

        place    of the claim among all that are claimed
        formula  the gradient in many digits, in the same order, when it is asked for
        """

        def exact() -> Any:
            found = formula()
            return None if found is None else found[place]

        claim = Claim(claimed.numbers[place], weights, direction, exact)
        judgement = self.missing(claim, claimed.because) if isnan(claim.number) else self.references.judgement(claim)
        if self.fault is not None:
            raise self.fault  # whatever the judges made of it
        if self.task is not None:
            self.task.next()
        return Finding(what, x, judgement)

    def missing(self, claim: Claim, because: str) -> Judgement:
        """Nothing is claimed: that is wrong where f has a slope, and right where it has none."""
        found = self.references.judgement(claim._replace(number=0.0, exact=lambda: None))
        if isfinite(found.reference):
            again = self.references.judgement(claim._replace(number=found.reference, exact=lambda: None))
            if again.verdict is Verdict.AGREE and again.left is None:
                return again._replace(verdict=Verdict.DISAGREE, claim=nan, because=because)
        return found._replace(verdict=Verdict.CANNOT_JUDGE, claim=nan, because=because)

    @cached_property
    def references(self) -> References:
        """What the claims are held against."""
        values = self.outputs(self.function.numbers)
        is_own = self.gradient is None or self.function.on_values or isinstance(self.function.f, Program)
        found = References(
            self.function, self.domains, values, self.outputs, lambda: self.recorded, is_own, self.most_evaluations,
            self.budget,
        )  # fmt: skip
        found.looks_beyond_ends = self.looks_beyond_ends
        return found

    def formula_of(self, gradient: Callable[..., Any], claims: list[float], *more: Any) -> Any:
        """The gradient in many digits, flat as the claims are; None where it cannot be had."""
        from microgrand.testing.more_digits.reruns import Rerun
        from microgrand.testing.more_digits.run import DigitsLostError

        arguments = (*self.function.arguments, *more)
        inputs = [*self.function.numbers, *numbers_in(list(more))]
        try:
            return Rerun(gradient, arguments, inputs, claims).finest_values()
        except DigitsLostError:
            return None

    def outputs(self, numbers: Sequence[float]) -> list[float]:
        """The values of f; it is called once at each point, and no more once it has raised what is not arithmetic."""
        if self.fault is not None:
            raise self.fault
        key = tuple(numbers)
        if len(self.memo) * len(key) > MOST_REMEMBERED:
            self.memo.clear()
        if key not in self.memo:
            try:
                self.memo[key] = self.function(numbers)
            except Exception as error:
                if not lacks_value(error) and not any([isinstance(x, complex) for x in numbers]):
                    self.fault = error
                    raise
                self.memo[key] = error
        found = self.memo[key]
        if isinstance(found, Exception):
            raise found
        return found

    def refused(self, because: str) -> Report:
        """A report on a gradient of which nothing tells what it claims."""
        return self._report(Verdict.DISAGREE, because)

    def unjudged(self, because: str) -> Report:
        """A report that says why there is nothing to say."""
        return self._report(Verdict.CANNOT_JUDGE, because)

    def _report(self, verdict: Verdict, because: str) -> Report:
        judgement = Judgement(verdict, nan, nan, nan, None, None, "–", because, 0, False)
        named = zip(self.function.names, self.function.numbers, strict=True)
        return Report([Finding(f"∂f/∂{name}", x, judgement) for name, x in named])


def _per_input(domain: Any, function: FlatFunction) -> list[Domain]:
    """The domain of each input: one for all, or a list of one per argument."""
    count = len(function.arguments)
    given = domain if isinstance(domain, list) or _is_tuple_of_domains(domain, count) else [domain] * count
    if len(given) != count:
        raise ValueError(f"f has {count} argument(s), but there are {len(given)} domains")
    per_argument = [REALS if each is None else as_domain(each) for each in given]
    domains = [
        domain
        for domain, argument in zip(per_argument, function.arguments, strict=True)
        for _ in numbers_in(argument)
    ]  # fmt: skip
    for name, x, each in zip(function.names, function.numbers, domains, strict=True):
        if not each.holds(x):
            raise ValueError(f"the point lies outside the domain: {name} = {x!r} is not in {each}")
    return domains


def _is_tuple_of_domains(domain: Any, count: int) -> bool:
    """Whether it is one domain per argument; a pair of numbers is one interval."""
    return isinstance(domain, tuple) and len(domain) == count and not all([isinstance(x, (int, float)) for x in domain])
