"""`check_gradient`: is this the derivative of that function at this point? Of any framework: both are called on floats.

A claim is judged by the best reference there is: where f runs on microgrand's Values, the graph that it records,
evaluated with many digits (`digits.py`); else values of f around the point (`differences/`), made sharper by a complex
step where f takes complex numbers.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Sequence
from functools import partial
from math import isclose, isfinite, nan
from typing import Any

from microgrand.engine.node import Node
from microgrand.engine.order import topological_order
from microgrand.engine.sweep import sweep
from microgrand.engine.value import Value
from microgrand.table.domains import REALS, Domain
from microgrand.testing import digits
from microgrand.testing.complexstep import sharpened
from microgrand.testing.differences import judge
from microgrand.testing.domain_arguments import as_domain, part_around
from microgrand.testing.expression import Expression
from microgrand.testing.functions import FlatFunction, WrongShape, numbers_in, numbers_like
from microgrand.testing.report import Finding, Report
from microgrand.testing.verdict import Judgement, Verdict

NO_GRADIENT = (
    "f does not run on microgrand's Values, or its result does not depend on them: "
    "say which gradient is to be checked, or write f with microgrand's functions (microgrand.exp, not math.exp)"
)
RAISED_AT = "raised by the gradient at"
COTANGENTS = 2  # random products in which a vector-Jacobian product is looked at
SHIFTS = (2.0**-9, -(2.0**-6))  # where the recorded graph has to give what f gives, relative to the inputs
SAME = 1e-9
ROUNDINGS = 8 * 2.0**-53  # a sum over paths is off by so much of their size


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
    ∂f/∂x       3   0.5      0.5        7.0e-16  agree     50-digit evaluation
    ∂f/∂y       2   0.75     -0.75      1.1e-15  disagree  50-digit evaluation
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
        is_vector = len(outputs) > 1
        findings = [
            self.finding(f"∂f[{j}]" if is_vector else "∂f", partial(self.output, j), j, k, claims[j][k])
            for j in range(len(outputs))
            for k in range(len(self.function.numbers))
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
            for k, claim in enumerate(claims):
                findings.append(
                    self.finding(f"∂(v{n}·f)", partial(self.weighted, cotangents), None, k, claim)
                )  # fmt: skip
        return Report(findings)

    # ---- what is so ------------------------------------------------------------------------------------------------

    def finding(
        self, what: str, output: Callable[[Sequence[float]], float], j: int | None, k: int, claim: float
    ) -> Finding:
        """The claim about one output and the input k."""
        x = self.function.numbers[k]
        judgement = None if j is None else self.by_digits(j, k, claim)
        if judgement is None:

            def along(number: float) -> float:
                return output([*self.function.numbers[:k], number, *self.function.numbers[k + 1 :]])

            low, high = part_around(x, self.domains[k])
            judgement = sharpened(judge(along, x, claim, low=low, high=high), along, x)
        return Finding(f"{what}/∂{self.function.names[k]}", x, judgement)

    def by_digits(self, j: int, k: int, claim: float) -> Judgement | None:
        """The judgement by the recorded graph; None where f records none, or not the same function."""
        expression = self.expression(j)
        if expression is None or not self.is_faithful(expression, j):
            return None
        found = digits.slopes(expression, k, self.domains[k])
        if found is None or self.recorded is None:
            return None
        leaves, outputs, _ = self.recorded
        rounding = ROUNDINGS * size_of_paths(outputs[j], leaves[k])
        found = found._replace(noise=found.noise + rounding)
        return digits.judged(claim, found, digits.natural_slope(expression, k))

    def expression(self, j: int) -> Expression | None:
        """The graph of output j as data, if f recorded one and did not branch."""
        if self.recorded is None:
            return None
        leaves, outputs, branched = self.recorded
        if branched or not isinstance(outputs[j], Value) or outputs[j].is_leaf:
            return None
        return Expression.read(leaves, outputs[j])

    def is_faithful(self, expression: Expression, j: int) -> bool:
        """Whether the graph gives what f gives, at the point and beside it: f may take its Values' numbers out."""
        for shift in (0.0, *SHIFTS):
            numbers = [x + shift * (x or 1.0) for x in self.function.numbers]
            if not all([domain.holds(x) for domain, x in zip(self.domains, numbers, strict=True)]):
                continue
            try:
                here, there = expression(*numbers), self.output(j, numbers)
            except Exception:  # beyond where f is defined, which says nothing
                continue
            if not isclose(here, there, rel_tol=SAME, abs_tol=0.0) and not here != here != there:
                return False
        return True

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

    def output(self, j: int, numbers: Sequence[float]) -> float:
        """The value of output j."""
        return self.outputs(numbers)[j]

    def weighted(self, cotangents: Sequence[float], numbers: Sequence[float]) -> float:
        """v·f."""
        return sum([v * z for v, z in zip(cotangents, self.outputs(numbers), strict=True)])

    def unjudged(self, because: str) -> Report:
        """A report that says why there is nothing to say."""
        judgement = Judgement(Verdict.CANNOT_JUDGE, nan, nan, nan, None, None, "–", because, 0, False)
        named = zip(self.function.names, self.function.numbers, strict=True)
        return Report([Finding(f"∂f/∂{name}", x, judgement) for name, x in named])


class NoClaim(Exception):  # noqa: N818  told, and not raised to the user
    """The gradient has no value at the point."""


class NoNumber(TypeError):  # noqa: N818  told, and not raised to the user
    """A gradient gave something that is no real number."""


def _claim(z: Any) -> float:
    try:
        return float(z)
    except TypeError:
        raise NoNumber(f"a derivative is a real number; got {z!r:.60}") from None


def size_of_paths(root: Value, leaf: Value) -> float:
    """Σ |Π partials| over the paths from the leaf to the root: beside it, whoever adds the paths up has roundings.

    >>> x = Value(3.0)
    >>> size_of_paths(2.0 * x - 5.0 * x, x)
    7.0
    """
    sizes: dict[Node, float] = {root: 1.0}
    for node in reversed(topological_order(root)):
        size = sizes.get(node, 0.0)
        for parent, along in zip(node.parents, node.partials, strict=True):
            sizes[parent] = sizes.get(parent, 0.0) + abs(along) * size
    return sizes.get(leaf, 0.0)


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
