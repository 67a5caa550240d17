"""What a reader can change on a page: the leaves of a graph, each with a range, and the rate of a descent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from microgrand.engine.node import Node
from microgrand.errors import GraphError
from microgrand.program.reading import Decision
from microgrand.table.domains import Interval
from microgrand.walk.live import Figure, LiveNumbers
from microgrand.walk.node_steps import NodeSteps
from microgrand.walk.slots import Slots

REACH = 2.0  # a slider goes so far to both sides, in sizes of its number
INSIDE = 1e-3  # of the reach: how near it comes to an end that does not belong to the domain
DIGITS = 6


class Leaf(NamedTuple):
    """A leaf that a page can change.

    low, high  the ends of its slider
    start      its number
    value, delta, after  its number, its δ, and what a step of gradient descent makes of it: None for no parameter
    """

    node: Node
    name: str
    low: float
    high: float
    start: float
    value: Figure
    delta: Figure
    after: Figure | None


class Leaves:
    """The leaves of a graph, and the numbers that they lead to.

    all   in topological order
    eta   the rate of a descent, as a leaf, and its number
    root  the number that is differentiated; `root_name`: what it is called
    why   what keeps a page from computing the numbers again; "" if nothing does
    """

    def __init__(
        self,
        steps: NodeSteps,
        numbers: LiveNumbers,
        theta: Sequence[Node],
        rate: float,
        decisions: Sequence[Decision] = (),
    ) -> None:
        self.eta, self.rate, self._decisions = numbers.eta, rate, decisions
        self.root_name = steps.cost
        self.root = Figure(numbers.value(steps.order[-1]), DIGITS)
        eta = numbers.rate(rate)
        used = _uses(steps.order)
        changed = set(theta)
        self.all: list[Leaf] = []
        for k, node in enumerate(steps.order):
            if node.is_leaf:
                value, delta = numbers.value(node), numbers.delta(node)
                after = Figure(value - eta * delta, DIGITS) if node in changed else None
                low, high = reach(node.data, used.get(node, ()))
                figures = Figure(value, DIGITS), Figure(delta, DIGITS), after
                self.all.append(Leaf(node, steps.names[k], low, high, node.data, *figures))
        self.why = numbers.why or self._unprintable()

    def figures(self) -> Iterator[Figure]:
        """All numbers of the leaves, and the root's."""
        yield self.root
        for leaf in self.all:
            yield from [each for each in (leaf.value, leaf.delta, leaf.after) if each is not None]

    def source(self, slots: Slots) -> str:
        """The function that computes the number in each slot, as JavaScript."""
        return slots.source([leaf.node for leaf in self.all], self.eta, self._decisions)

    def _unprintable(self) -> str:
        """Why there is no such function; "" if there is one."""
        slots = Slots()
        for figure in self.figures():
            slots.of(figure)
        try:
            self.source(slots)
        except GraphError as error:
            return str(error).partition("\n")[0]  # the next line tells a file of the author's
        return ""


def _uses(order: Sequence[Node]) -> Mapping[Node, list[Interval]]:
    """For each leaf, what parts of domains it lies in, as an operand."""
    found: dict[Node, list[Interval]] = {}
    for node in order:
        if node.primitive is None:
            continue
        domains = node.primitive.domains
        for k, operand in enumerate(node.operands):
            if isinstance(operand, Node) and operand.is_leaf and domains:
                domain = domains[min(k, len(domains) - 1)]
                found.setdefault(operand, []).extend([part for part in domain.intervals if part.contains(operand.data)])
    return found


def reach(x: float, parts: Sequence[Interval]) -> tuple[float, float]:
    """The ends of a slider around x: twice its size to both sides, rounded, but inside these parts of domains.

    >>> reach(0.5, ()), reach(300.0, ())
    ((-1.5, 2.5), (-300.0, 900.0))
    >>> reach(2.0, [Interval(0.0, float("inf"), open_low=True)])
    (0.004, 6.0)
    """
    if x - x != 0.0:
        return -1.0, 1.0
    size = REACH * max(1.0, abs(x))
    low, high = x - size, x + size
    for part in parts:
        inner = INSIDE * size
        low = max(low, part.low + inner if part.open_low else part.low)
        high = min(high, part.high - inner if part.open_high else part.high)
    return min(low, x), max(high, x)
