"""`check_gradient`: is this the derivative of that function at this point? Of any framework: both are called on floats.

A claim is held against the best reference there is: see `references.py`.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Sequence
from functools import cache, cached_property, partial
from math import isfinite, nan
from typing import Any

from microgrand.engine.sweep import sweep
from microgrand.engine.value import Value
from microgrand.table.domains import REALS, Domain
from microgrand.testing.domain_arguments import as_domain
from microgrand.testing.functions import FlatFunction, WrongShape, numbers_in, numbers_like
from microgrand.testing.held import Claim
from microgrand.testing.references import References
from microgrand.testing.report import Finding, Report
from microgrand.testing.verdict import Judgement, Verdict

NO_GRADIENT = (
    "f does not run on microgrand's Values, or its result does not depend on them: "
    "say which gradient is to be checked, or write f with microgrand's functions (microgrand.exp, not math.exp)"
)
RAISED_AT = "raised by the gradient at"
COTANGENTS = 2  # random products in which a vector-Jacobian product is looked at


def check_gradient(
    f: Callable[..., Any], *, gradient: Callable[..., Any] | None = None, at: Any, domain: Any = None
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

    The verdict of the report is `agree`, `disagree` or `cannot judge`. At a kink every derivative from the left to the
    right one agrees.

    Raises TypeError where there is no gradient to check, ValueError for a point outside the domain or a gradient with
    more or fewer numbers than there are inputs, or with other keys.

    >>> import math
    >>> print(check_gradient(math.sin, gradient=math.cos, at=1.0).verdict)
    agree
    >>> print(check_gradient(lambda x, y: x / y, gradient=lambda x, y: (1 / y, x / y**2), at=(3.0, 2.0)))
    derivative  at  claimed  reference  ± error  verdict   by
    ∂f/∂x       3   0.5      0.5        7.0e-16  agree     60-digit evaluation
    ∂f/∂y       2   0.75     -0.75      1.1e-15  disagree  60-digit evaluation
    ∂f/∂y: the claim is outside what the function's own steps give
    verdict: disagree
    """
    return Check(FlatFunction(f, at), gradient, domain).report()


class Check:
    """One gradient at one point.

    function  what is differentiated
    outputs   its values at the point
    """

    def __init__(self, function: FlatFunction, gradient: Callable[..., Any] | None, domain: Any) -> None:
        self.function = function
        self.domains = _per_input(domain, function)
        self.recorded = function.recorded()
        self.gradient = gradient
        self.memo: dict[tuple[float, ...], list[float] | Exception] = {}

    def report(self) -> Report:
        """A finding for each output and input."""
        try:
            outputs = self.outputs(self.function.numbers)
        except Exception as error:  # of whatever kind: f has no value
            return self.unjudged(f"f raised {type(error).__name__}: {error}")
        if not all([isinstance(z, float) and isfinite(z) for z in outputs]):
            return self.unjudged(
                f"f has no finite real value here, but {outputs[0] if len(outputs) == 1 else outputs!r:.60}"
            )
        if self.function(self.function.numbers) != outputs:
            return self.unjudged("noise: f gives another value when it is called again with the same numbers")
        if self.gradient is None and self.recorded is None:
            raise TypeError(NO_GRADIENT)
        try:
            if self.gradient is not None and self.takes_cotangents(self.gradient, outputs):
                return self.of_products(self.gradient, outputs)
            claims = self.own_claims() if self.gradient is None else self.claims(self.gradient, len(outputs))
        except NoClaim as error:
            return self.unjudged(str(error))
        is_vector, inputs = len(outputs) > 1, len(self.function.numbers)
        flat = [claim for row in claims for claim in row]
        formula = cache(partial(self.formula_of, self.gradient, flat) if self.gradient is not None else lambda: None)
        findings = [
            self.finding(f"∂f[{j}]" if is_vector else "∂f", {j: 1.0}, k, claims[j][k], _item(formula, j * inputs + k))
            for j in range(len(outputs))
            for k in range(inputs)
        ]
        return Report(findings)

    # ---- what is claimed -------------------------------------------------------------------------------------------

    def claims(self, gradient: Callable[..., Any], outputs: int) -> list[list[float]]:
        """The claimed Jacobian, one row per output."""
        return self.shaped(self.answer(gradient, self.function.jacobian_shape()), outputs)

    def answer(self, gradient: Callable[..., Any], shape: Any, *cotangents: list[float]) -> list[float]:
        """What the gradient gives at the point, flat, in the order of `shape`; NoClaim where it has no value there.

        Any other error is a fault of its code: it is raised as it is, and told where.
        """
        arguments = (*self.function.arguments, *cotangents)
        try:
            return [_claim(z) for z in numbers_like(shape, gradient(*arguments), "the gradient")]
        except WrongShape:
            raise
        except (ArithmeticError, ValueError, NoNumber) as error:
            raise NoClaim(f"the gradient raised {type(error).__name__}: {error}") from error
        except Exception as error:
            error.add_note(f"{RAISED_AT} {arguments!r}")
            raise

    def own_claims(self) -> list[list[float]]:
        """The Jacobian by microgrand's own sweep."""
        assert self.recorded is not None  # looked at when the check was made
        leaves, outputs, _ = self.recorded
        swept = [sweep(output) if isinstance(output, Value) else None for output in outputs]
        return [[0.0 if adjoints is None else adjoints[leaf] for leaf in leaves] for adjoints in swept]

    def shaped(self, numbers: list[float], rows: int) -> list[list[float]]:
        """Flat numbers as rows, one number per input."""
        inputs = len(self.function.numbers)
        if len(numbers) != rows * inputs:
            several = f" and {rows} outputs" if rows > 1 else ""
            raise ValueError(f"f has {inputs} input(s){several}, but the gradient gives {len(numbers)} number(s)")
        return [numbers[j * inputs : (j + 1) * inputs] for j in range(rows)]

    def takes_cotangents(self, gradient: Callable[..., Any], outputs: list[float]) -> bool:
        """Whether the gradient has to be given one argument more than f."""
        try:
            signature = inspect.signature(gradient)
        except (TypeError, ValueError):
            return False
        arguments = self.function.arguments
        try:
            signature.bind(*arguments)
        except TypeError:
            try:
                signature.bind(*arguments, outputs)
            except TypeError:
                return False
            return True
        return False

    def of_products(self, gradient: Callable[..., Any], outputs: list[float]) -> Report:
        """Findings about products of random cotangents with the Jacobian."""
        source = random.Random(len(outputs))
        findings = []
        for n in range(COTANGENTS):
            cotangents = [source.choice((-1.0, 1.0)) * source.uniform(0.5, 1.5) for _ in outputs]
            claims = self.shaped(self.answer(gradient, self.function.arguments, cotangents), 1)[0]
            weights, formula = (
                dict(enumerate(cotangents)),
                cache(partial(self.formula_of, gradient, claims, cotangents)),
            )
            findings += [
                self.finding(f"∂(v{n}·f)", weights, k, claim, _item(formula, k)) for k, claim in enumerate(claims)
            ]
        return Report(findings)

    # ---- what is so ------------------------------------------------------------------------------------------------

    def finding(self, what: str, weights: dict[int, float], k: int, claim: float, exact: Callable[[], Any]) -> Finding:
        """The claim about the input k, of the outputs in a weighted sum."""
        judgement = self.references.judgement(Claim(claim, weights, {k: 1.0}, exact))
        return Finding(f"{what}/∂{self.function.names[k]}", self.function.numbers[k], judgement)

    @cached_property
    def references(self) -> References:
        """What the claims are held against."""
        values = self.outputs(self.function.numbers)
        return References(self.function, self.domains, values, self.outputs, self.recorded)

    def formula_of(self, gradient: Callable[..., Any], claims: list[float], *cotangents: list[float]) -> Any:
        """The gradient in many digits, flat as the claims are; None where it cannot be had."""
        from microgrand.testing.more_digits.reruns import Rerun
        from microgrand.testing.more_digits.run import DigitsLostError

        arguments = (*self.function.arguments, *cotangents)
        inputs = [*self.function.numbers, *[v for each in cotangents for v in each]]
        try:
            return Rerun(gradient, arguments, inputs, claims).values
        except DigitsLostError:
            return None

    def outputs(self, numbers: Sequence[float]) -> list[float]:
        """The values of f; it is called once at each point."""
        key = tuple(numbers)
        if key not in self.memo:
            try:
                self.memo[key] = self.function(numbers)
            except Exception as error:
                self.memo[key] = error
        found = self.memo[key]
        if isinstance(found, Exception):
            raise found
        return found

    def unjudged(self, because: str) -> Report:
        """A report that says why there is nothing to say."""
        judgement = Judgement(Verdict.CANNOT_JUDGE, nan, nan, nan, None, None, "–", because, 0, False)
        named = zip(self.function.names, self.function.numbers, strict=True)
        return Report([Finding(f"∂f/∂{name}", x, judgement) for name, x in named])


class NoClaim(Exception):  # noqa: N818  told, and not raised to the user
    """The gradient has no value at the point."""


class NoNumber(TypeError):  # noqa: N818  told, and not raised to the user
    """A gradient gave something that is no real number."""


def _item(formula: Callable[[], Any], place: int) -> Callable[[], Any]:
    """One number of a formula, when it is asked for."""

    def item() -> Any:
        found = formula()
        return None if found is None else found[place]

    return item


def _claim(z: Any) -> float:
    try:
        return float(z)
    except TypeError:
        raise NoNumber(f"a derivative is a real number; got {z!r:.60}") from None


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
