"""`assert_gradient`: hypothesis looks for a point at which a gradient is wrong, and for the simplest one."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from microgrand.engine.value import Value
from microgrand.errors import MissingExtraError
from microgrand.table.domains import REALS, Domain
from microgrand.table.primitive import Primitive
from microgrand.testing.blame import JudgedEdge, faulty_edges, ulps_in_words
from microgrand.testing.checking import Check
from microgrand.testing.domain_arguments import as_domain
from microgrand.testing.functions import FlatFunction
from microgrand.testing.report import Report
from microgrand.testing.simplest import simplest_failure
from microgrand.testing.strategies import points
from microgrand.testing.verdict import Verdict

try:
    from hypothesis import strategies as st
except ImportError as error:  # pragma: no cover
    raise MissingExtraError("drawing examples", "testing", "hypothesis") from error


class GradientMismatch(AssertionError):  # noqa: N818  it is what a failing test shows
    """A gradient is wrong; the text holds the input, both derivatives, the error and, where it is known, the edge.

    at      the arguments at which it is wrong
    report  what `check_gradient` found there
    edges   the wrong local partials, the worst first, where the gradient is microgrand's own

    >>> try:
    ...     assert_gradient(lambda x: x * x, gradient=lambda x: 3 * x, domain=(1, 5))
    ... except GradientMismatch as mismatch:
    ...     print(mismatch.at, mismatch.report.verdict)
    (1.0,) disagree
    """

    def __init__(self, at: tuple[Any, ...], report: Report, edges: list[JudgedEdge]) -> None:
        self.at = at
        self.report = report
        self.edges = edges
        super().__init__(_described(at, report, edges))


class NothingJudged(AssertionError):  # noqa: N818  it is what a failing test shows
    """At none of the points could the gradient be judged, so that nothing was tested.

    >>> import random
    >>> try:
    ...     assert_gradient(lambda x: random.random(), gradient=lambda x: 0.0, domain=(1, 5))
    ... except NothingJudged as nothing:
    ...     print("nothing was tested")
    nothing was tested
    """


class Search(NamedTuple):
    """What a search without a counterexample found.

    agreed    at how many points the gradient agrees
    unjudged  how many points could not be judged, by the reason
    """

    agreed: int
    unjudged: Counter[str]


def assert_gradient(
    f: Callable[..., Any],
    *,
    gradient: Callable[..., Any] | None = None,
    domain: Any = REALS,
    max_examples: int = 100,
    seed: int | None = None,
) -> Search:
    """Look for a point at which `gradient` is not the derivative of `f`: simple ones, ends, tails, ties, tiny, huge.

    f, gradient   as `check_gradient` takes them
    domain        where to look: a Domain, an Interval, a pair (low, high), a name such as "positive", or a hypothesis
                  strategy of arguments; one for all arguments, a list of one per argument, or a dict of one for
                  each argument that it names (the others may lie anywhere)
    max_examples  how many points to look at
    seed          of the search; without one it is the same search every time

    Raises GradientMismatch at the simplest point that hypothesis finds, NothingJudged where not one of the points could
    be judged. A test is one line:

    >>> import math
    >>> def test_sine():
    ...     assert_gradient(math.sin, gradient=math.cos, domain=(-10, 10))
    >>> test_sine()
    >>> assert_gradient(lambda x: x**3, gradient=lambda x: 2 * x**2, domain=(-10, 10))
    Traceback (most recent call last):
        ...
    microgrand.testing.searching.GradientMismatch: the gradient is wrong at (1.0,):
    ∂f/∂x is claimed as 2.0; it is 3.0 (2.3e+15 ulps away) by 50-digit evaluation
    """
    strategies, domains, tied = _arguments(f, domain)
    tally: Counter[str] = Counter()

    def agrees(arguments: tuple[Any, ...]) -> None:
        check = Check(FlatFunction(f, arguments), gradient, domains)
        report = check.report()
        if report.verdict is Verdict.DISAGREE:
            raise GradientMismatch(arguments, report, _edges(check) if gradient is None else [])
        tally["" if report.verdict is Verdict.AGREE else _reason(report)] += 1

    mismatch = simplest_failure(agrees, _with_ties(strategies, tied), max_examples, seed, GradientMismatch)
    if mismatch is not None:
        raise GradientMismatch(mismatch.at, mismatch.report, mismatch.edges)
    agreed = tally.pop("", 0)
    if not agreed:
        reasons = "; ".join([f"{count} × {reason}" for reason, count in tally.most_common(3)])
        raise NothingJudged(f"none of the {sum(tally.values())} points could be judged: {reasons}")
    return Search(agreed, tally)


def _arguments(f: Callable[..., Any], domain: Any) -> tuple[list[st.SearchStrategy[Any]], list[Domain], list[Domain]]:
    """What to draw each argument from, where it may be moved to from there, and where a tie may put it."""
    if isinstance(domain, dict):
        domain = _by_name(f, domain)
    is_pair = isinstance(domain, tuple) and all([isinstance(x, (int, float)) for x in domain])
    each = list(domain) if isinstance(domain, (list, tuple)) and not is_pair else [domain] * _count(f)
    strategies = [item if isinstance(item, st.SearchStrategy) else points(item) for item in each]
    domains = [REALS if isinstance(item, st.SearchStrategy) else as_domain(item) for item in each]
    tied = [Domain() if isinstance(item, st.SearchStrategy) else as_domain(item) for item in each]
    return strategies, domains, tied


def _by_name(f: Callable[..., Any], domains: dict[str, Any]) -> list[Any]:
    """The domain of each argument of `f`, from those that are named."""
    try:
        names = list(inspect.signature(f).parameters)
    except (TypeError, ValueError):  # a built-in that tells nothing
        names = ["x"]
    unknown = [name for name in domains if name not in names]
    if unknown:
        raise ValueError(f"the function has no argument {unknown[0]!r}, but {', '.join(names) or 'none'}")
    return [domains.get(name, REALS) for name in names]


def _count(f: Callable[..., Any]) -> int:
    """How many arguments `f` has to be given."""
    if isinstance(f, Primitive) and f.arity is not None:
        arity: int = f.arity
        return arity
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):  # a built-in that tells nothing
        return 1
    needed = [
        parameter
        for parameter in parameters
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    return len(needed) or 1


@st.composite
def _with_ties(draw: Any, strategies: list[st.SearchStrategy[Any]], domains: list[Domain]) -> tuple[Any, ...]:
    """One argument from each; now and then one is the same as the one before it, where kinks are, if it may be."""
    drawn: list[Any] = []
    for strategy, domain in zip(strategies, domains, strict=True):
        own = draw(strategy)  # also where it is not used, so that a tie can shrink to none
        tied = draw(st.sampled_from([False] * 7 + [True]))
        may_be = bool(drawn) and isinstance(drawn[-1], float) and domain.holds(drawn[-1])
        drawn.append(drawn[-1] if tied and may_be else own)
    return tuple(drawn)


def _edges(check: Check) -> list[JudgedEdge]:
    """The wrong edges of the graph that f recorded."""
    assert check.recorded is not None  # else there would be no gradient to be wrong
    _, outputs, _ = check.recorded
    return [edge for output in outputs if isinstance(output, Value) for edge in faulty_edges(output)]


def _reason(report: Report) -> str:
    return next(
        finding.judgement.because
        for finding in report.findings
        if finding.judgement.verdict is Verdict.CANNOT_JUDGE
    )  # fmt: skip


def _described(at: tuple[Any, ...], report: Report, edges: list[JudgedEdge]) -> str:
    lines = [f"the gradient is wrong at {at!r}:"]
    for finding in report.findings:
        found = finding.judgement
        if found.verdict is Verdict.DISAGREE:
            truth = (
                f"it is {found.reference!r}{ulps_in_words(found.claim, found.reference)}"
                if found.left is None or found.right is None
                else f"it lies between {found.left!r} and {found.right!r}"
            )
            lines.append(f"{finding.what} is claimed as {found.claim!r}; {truth} by {found.method}")
    lines += [f"the faulty edge: {edges[0]}"] if edges else []
    if any([finding.what.startswith("∂(v") for finding in report.findings]):
        lines.append("(the gradient takes one argument more than f, and so is given cotangents v, to return v·∂f/∂x)")
    return "\n".join(lines)
