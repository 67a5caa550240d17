"""`assert_gradient`: look for a point at which a gradient is wrong, and for the simplest one.

First hypothesis draws points, each of which is judged. Then a coarse look is taken at ten times as many others, and
where the gradient does not seem to fit it is judged too.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from microgrand.engine.value import Value
from microgrand.progress import Progress, progress
from microgrand.shortening import how_many
from microgrand.table.domains import REALS
from microgrand.testing.blame import JudgedEdge, faulty_edges
from microgrand.testing.checking import Check, kind_of, refuse_no_function
from microgrand.testing.claims import Gradient
from microgrand.testing.declared import Products, with_declared_rule
from microgrand.testing.functions import FlatFunction, WrongShape
from microgrand.testing.held import OFF
from microgrand.testing.report import Finding, Report, in_five_lines
from microgrand.testing.screening import Screen
from microgrand.testing.search_space import SearchSpace, arrays_in_disguise, example
from microgrand.testing.simplest import simplest_failure, simplified
from microgrand.testing.verdict import Verdict
from microgrand.testing.warnings_once import once_each

NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?|-?\d+e[-+]?\d+")
GLANCES = 10  # coarse looks for each point that is judged
GLANCING = 2.0  # seconds at most
ARRAYS = 20  # points that are judged besides, of a function that takes arrays too
SUSPECTS = 12  # of which so many are judged
OF_ARRAYS = "to search arrays say shape= or like="
NEXT_TO_NOTHING = 2.0**-511  # the root of the smallest normal number: formulas are clamped lest they overflow


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

    def __init__(
        self, at: tuple[Any, ...], report: Report, edges: list[JudgedEdge], seed: int | None = None, hint: str = ""
    ) -> None:
        self.at = at
        self.report = report
        self.edges = edges
        super().__init__(in_five_lines(at, report, [str(edge) for edge in edges], seed, hint))

    def __reduce__(self) -> tuple[Any, ...]:
        return GradientMismatch, (self.at, self.report, self.edges)


class _Named(GradientMismatch):
    """The same under a name without a module: so there is room for the point in pytest's summary."""


_Named.__qualname__ = _Named.__name__ = "GradientMismatch"
_Named.__module__ = "builtins"


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
    glanced   at how many more points a coarse look found nothing
    cancelled at how many of the points where it agrees the gradient's formula is right, and its floats are off

    >>> import math
    >>> print(assert_gradient(math.sin, gradient=math.cos, domain=(-10, 10), max_examples=50))
    agrees at 50 points, and by a coarse look at 500 more
    """

    agreed: int
    unjudged: Counter[str]
    glanced: int = 0
    cancelled: int = 0

    def __repr__(self) -> str:
        left_out = how_many(sum(self.unjudged.values()), "point")
        return f"<Search: agrees at {how_many(self.agreed, 'point')}, {left_out} left out; print(…) says more>"

    def __str__(self) -> str:
        left_out = "".join([f"; {count} left out: {reason}" for reason, count in self.unjudged.most_common()])
        glanced = f", and by a coarse look at {self.glanced} more" if self.glanced else ""
        cancelled = f"; at {self.cancelled} of them its own floats cancel" if self.cancelled else ""
        return f"agrees at {how_many(self.agreed, 'point')}{cancelled}{glanced}{left_out}"


def assert_gradient(
    f: Callable[..., Any],
    *,
    gradient: Callable[..., Any] | None = None,
    domain: Any = REALS,
    like: Any = None,
    shape: Any = None,
    max_examples: int = 100,
    seed: int | None = None,
    budget: float | None = None,
    order: int = 1,
    mode: str = "reverse",
) -> Search:
    """Look for a point at which `gradient` is not the derivative of `f`: simple ones, ends, tails, ties, tiny, huge.

    f, gradient   as `check_gradient` takes them
    domain        where to look: a Domain, an Interval, a pair (low, high), a name such as "positive", or a hypothesis
                  strategy of arguments; one for all arguments, a list of one per argument, or a dict of one for
                  each argument that it names (the others may lie anywhere). A strategy for all may draw tuples of them
    like          an example of the argument, or the tuple of the arguments: arrays and tensors of its shape and
                  precision are drawn, lists as long, dicts of its keys
    shape         of the array of NumPy's that f takes; a list of one per argument
    max_examples  how many points to judge
    seed          of the search; without one it is the same search every time
    budget        seconds after which no further point is looked at; one is in any case
    order, mode   2 for second derivatives, "forward" for products with directions, as `check_gradient` takes them

    Numbers in the code of f and of the gradient, and what is next to them, are looked at on purpose: a branch that
    goes wrong begins there. A function that reduces arrays is searched on some, besides single numbers. A gradient that
    gives no number where f has a slope is wrong, as is one of another shape.

    Raises GradientMismatch at the simplest point that is found, NothingJudged where not one of the points could be
    judged. A test is one line:

    >>> import math
    >>> def test_sine():
    ...     assert_gradient(math.sin, gradient=math.cos, domain=(-10, 10))
    >>> test_sine()
    >>> assert_gradient(lambda x: x**3, gradient=lambda x: 2 * x**2, domain=(-10, 10))
    Traceback (most recent call last):
        ...
    GradientMismatch: at (1.0,) the gradient is wrong
    ∂f/∂x is claimed as 2.0
    it is 3.0 ± 3.3e-16, by 60-digit evaluation
    wrong are 1 of 1: ∂f/∂x
    check_gradient(…, at=(1.0,)) looks there again, assert_gradient(…, seed=None) searches again
    """
    __tracebackhide__ = True  # pytest shows the line of the test
    if not (isinstance(max_examples, int) and max_examples > 0):
        raise ValueError(f"max_examples is a whole number above 0; got {max_examples!r}")
    if not (seed is None or isinstance(seed, int)):
        raise TypeError(f"seed is a whole number; got {seed!r:.60} of type {type(seed).__name__}")
    if budget is not None and not (isinstance(budget, (int, float)) and budget > 0):
        raise ValueError(f"budget is a number of seconds above 0; got {budget!r}")
    refuse_no_function(gradient)
    f, gradient, like = with_declared_rule(f, gradient, example(f, like, shape), kind_of(order, mode))
    search = _Searching(f, gradient, SearchSpace(f, gradient, domain, like), budget, order, mode)
    with once_each(), progress("searching", "point", max_examples) as search.task:
        mismatch = search.drawn(max_examples, seed) or search.glanced(max_examples, seed) or search.on_arrays(seed)
    if mismatch is not None:
        raise _Named(mismatch.at, mismatch.report, mismatch.edges, seed, search.hint())
    return search.summary()


class _Searching:
    """One search: what was found so far."""

    def __init__(
        self,
        f: Callable[..., Any],
        gradient: Callable[..., Any] | None,
        space: SearchSpace,
        budget: float | None,
        order: int,
        mode: str,
    ) -> None:
        self.f, self.gradient, self.space = f, gradient, space
        self.order, self.mode = order, mode
        self.end = None if budget is None else time.monotonic() + budget
        self.task: Progress | None = None
        self.tally: Counter[str] = Counter()
        self.glances = 0
        self.cancelled = 0
        self.looked_at: FlatFunction | None = None
        self.judged: FlatFunction | None = None  # at a point where the gradient agrees

    def look(self, arguments: tuple[Any, ...]) -> None:
        """Judge one point. Raises GradientMismatch where the gradient is wrong."""
        if self.is_over():
            return
        if self.task is not None:
            self.task.next()
        function = self.at(arguments)
        self.looked_at = function
        check = Check(function, self.gradient, self.space.domains)
        check.looks_beyond_ends = True  # a search goes to the ends on purpose, where a gradient may mean the other side
        try:
            report = check.report(self.order, self.mode)
        except WrongShape as error:
            raise GradientMismatch(arguments, check.refused(str(error)), []) from error
        if report.verdict is Verdict.DISAGREE and all([_is_next_to_nothing(check, each) for each in report.findings]):
            self.tally["claim and derivative differ by next to nothing"] += 1
            return
        if report.verdict is Verdict.DISAGREE:
            raise GradientMismatch(arguments, report, _edges(check) if self.gradient is None and self.is_plain else [])
        self.cancelled += any([OFF in finding.judgement.because for finding in report.findings])
        self.judged = function if report.verdict is Verdict.AGREE else self.judged
        self.tally["" if report.verdict is Verdict.AGREE else _reason(report)] += 1

    def at(self, arguments: tuple[Any, ...]) -> FlatFunction:
        """The function at a point; what it raises says how to search arrays."""
        try:
            return FlatFunction(self.f, arguments)
        except Exception as error:
            if self.space.is_of_numbers:
                error.add_note(f"raised by f at {arguments!r}; {OF_ARRAYS}")
            raise

    def drawn(self, count: int, seed: int | None) -> GradientMismatch | None:
        """A mismatch among points that hypothesis draws."""
        return simplest_failure(self.look, self.space.strategy, count, seed, GradientMismatch)

    def glanced(self, count: int, seed: int | None) -> GradientMismatch | None:
        """A mismatch among points at which a coarse look finds that the gradient does not seem to fit."""
        space = self.space
        if space.places is None or self.gradient is None or self.judged is None or not self.is_plain:
            return None
        products = Gradient(self.gradient, self.judged).takes_cotangents
        screen = Screen(self.judged, self.gradient, products, space.inputs)
        points = self.in_time(space.places.drawn(random.Random(seed or 0), GLANCES * count))
        for suspect in screen.suspects(points, SUSPECTS):
            failure = self.failure(suspect.numbers)
            if failure is not None:
                return simplified(suspect.numbers, self.failure) or failure
        return None

    def on_arrays(self, seed: int | None) -> GradientMismatch | None:
        """A mismatch on arrays, where f takes them too and is more than a function of each of their numbers."""
        if not self.space.is_of_numbers or not self.is_plain:
            return None
        arrays = arrays_in_disguise(self.f, self.gradient)
        if arrays is None:
            return None
        self.space = SearchSpace(self.f, self.gradient, self.space.domains[0], arrays)
        return self.drawn(ARRAYS, seed)

    def failure(self, numbers: Sequence[float]) -> GradientMismatch | None:
        """How the gradient is wrong at these numbers; None where it is not, or where they are not to be looked at."""
        arguments = self.space.with_numbers(numbers)
        if arguments is None:
            return None
        try:
            self.look(arguments)
        except GradientMismatch as mismatch:
            return mismatch
        return None

    def hint(self) -> str:
        """What a gradient may not have meant."""
        gradient, function = self.gradient, self.looked_at
        if gradient is None or function is None or isinstance(gradient, Products) or not self.is_plain:
            return ""
        if not Gradient(gradient, function).takes_cotangents:
            return ""
        return " (the gradient takes one argument more than f, and so is given cotangents v, to return v·∂f/∂x)"

    def in_time(self, points: Iterable[tuple[float, ...]]) -> Iterator[tuple[float, ...]]:
        """The points, as long as there is time to look at them."""
        end = time.monotonic() + GLANCING
        for point in points:
            if time.monotonic() > end or self.is_over():
                return
            self.glances += 1
            yield point

    @property
    def is_plain(self) -> bool:
        """Whether the gradient is one of first order, and not a product with directions."""
        return (self.order, self.mode) == (1, "reverse")

    def is_over(self) -> bool:
        """Whether the budget is spent; one point is looked at in any case."""
        return self.end is not None and self.looked_at is not None and time.monotonic() > self.end

    def summary(self) -> Search:
        """What was found where nothing was wrong. Raises NothingJudged where nothing was found at all."""
        agreed = self.tally.pop("", 0)
        if not agreed:
            reasons = "; ".join([f"{count} × {reason}" for reason, count in self.tally.most_common(3)])
            raise NothingJudged(f"none of the {sum(self.tally.values())} points could be judged: {reasons}")
        return Search(agreed, self.tally, self.glances, self.cancelled)


def _edges(check: Check) -> list[JudgedEdge]:
    """The wrong edges of the graph that f recorded."""
    assert check.recorded is not None  # else there would be no gradient to be wrong
    _, outputs, _ = check.recorded
    return [edge for output in outputs if isinstance(output, Value) for edge in faulty_edges(output)]


def _is_next_to_nothing(check: Check, finding: Finding) -> bool:
    """Whether nothing is wrong but what roundings of constants hide, or what a formula lacks that is clamped."""
    found = finding.judgement
    if found.verdict is not Verdict.DISAGREE:
        return True
    return abs(found.claim - found.reference) <= max(NEXT_TO_NOTHING, check.references.hidden_slope())


def _reason(report: Report) -> str:
    """Why a point could not be judged, without the numbers, which are others at each point."""
    reasons = [each.judgement.because for each in report.findings if each.judgement.verdict is Verdict.CANNOT_JUDGE]
    return NUMBER.sub("…", reasons[0])
