"""The hypothesis strategy of random graphs: `expressions`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from microgrand.engine.node import Node, data_of
from microgrand.engine.value import Value
from microgrand.outer_errors import MissingExtraError
from microgrand.table.domains import REALS, Domain
from microgrand.table.numbers import is_sequence
from microgrand.table.primitive import Primitive
from microgrand.table.rows import TABLE
from microgrand.testing.domain_arguments import brought_inside
from microgrand.testing.expression import Expression, applied
from microgrand.testing.strategies import MODERATE, numbers, orders

try:
    from hypothesis import reject
    from hypothesis import strategies as st
except ImportError as error:  # pragma: no cover
    raise MissingExtraError("drawing examples", "testing", "hypothesis") from error

MOST_OPERANDS = 4  # in each list of a row of many operands
MOST_TRIES = 5
STEEPEST = 1e300  # no adjoint is larger

# Of operands, the simplest first; some stand twice, so that they are drawn more often.
_KINDS = st.sampled_from(["input", "number", "shared", *["step"] * 5, *["shared"] * 2])
_NUMBERS = st.one_of([numbers(REALS, largest) for largest in (4.0, 50.0, MODERATE)])


def expressions(
    inputs: int = 2, primitives: Sequence[Primitive] | None = None, max_nodes: int = 12, *, smooth: bool = True
) -> st.SearchStrategy[Expression]:
    """Random graphs together with the numbers they are looked at; nodes are shared, numbers stand among the operands.

    inputs      how many arguments the expression takes; it need not use all of them
    primitives  the rows it is made of, yours or the table's; by default the whole table
    max_nodes   the largest number of nodes, the inputs among them
    smooth      whether kinks are avoided

    At its inputs every step of an `Expression` is inside its row's domain, and its value, its partials and every
    adjoint are finite. Numbers and structure shrink together. A sequence of primitives that cannot be applied to
    anything leaves hypothesis without an example, as it will say.

    Raises TypeError for what is no primitive, ValueError for counts that make no sense.

    >>> from hypothesis import find
    >>> from microgrand import tanh
    >>> find(expressions(1, [tanh]), lambda expression: "tanh" in repr(expression))
    import microgrand as mg
    <BLANKLINE>
    def f(x0):
        return mg.tanh(x0)
    <BLANKLINE>
    f(0.0)
    """
    rows = _rows(primitives)
    for name, number in (("inputs", inputs), ("max_nodes", max_nodes)):
        if not isinstance(number, int):
            raise TypeError(f"{name} is a whole number; got {number!r:.60} of type {type(number).__name__}")
    for name, number, least in (("inputs", inputs, 1), ("max_nodes", max_nodes, inputs + 1)):
        if number < least:
            raise ValueError(f"{name} is at least {least}; got {number}")
    return _expressions(inputs, rows, st.sampled_from(rows), max_nodes - inputs, smooth)


def _rows(primitives: Any) -> tuple[Primitive, ...]:
    if not (primitives is None or is_sequence(primitives)):
        raise TypeError(f"primitives is a sequence of rows; got {primitives!r:.60}")
    rows = tuple(TABLE.values()) if primitives is None else tuple(primitives)
    for row in rows:
        if not isinstance(row, Primitive):
            raise TypeError(
                f"primitives are rows such as microgrand.tanh; got {row!r:.60} of type {type(row).__name__}"
            )
    if not rows:
        raise ValueError("primitives holds at least one row; None stands for the whole table")
    return rows


@st.composite
def _expressions(draw: Any, inputs: int, rows: tuple[Primitive, ...], any_row: Any, steps: int, smooth: bool) -> Any:
    """What is drawn next never depends on numbers, so that numbers and structure shrink together."""
    for _ in range(MOST_TRIES):
        draft = _Draft([draw(_NUMBERS) for _ in range(inputs)], rows, any_row, steps, smooth)
        root = draw(draft.any_step)
        if not root.is_leaf:
            return Expression.read([draft.placed(k, REALS) for k in range(inputs)], root)
    return reject()


class _Draft:
    """A graph while it is drawn.

    numbers  one for each input
    leaves   the inputs that are used; on its first use the number is brought into the domain of that operand
    nodes    the steps so far
    left     how many more there may be
    reach    by node, Σ |∂node/∂n| over all nodes n, along every path: no adjoint of this node as a root is larger
    """

    def __init__(
        self, numbers: list[float], rows: tuple[Primitive, ...], any_row: Any, steps: int, smooth: bool
    ) -> None:
        self.numbers = numbers
        self.rows = rows
        self.smooth = smooth
        self.left = steps
        self.leaves: dict[int, Value] = {}
        self.nodes: list[Value] = []
        self.reach: dict[Node, float] = {}
        self.any_row = any_row  # strategies, made once: hypothesis looks at each new one for long
        self.any_step = _step(self)
        self.any_operand = _operand(self)

    def placed(self, item: int | float | Value, domain: Domain) -> Any:
        """The operand: a plain number and an input that is used for the first time are brought into the domain."""
        if isinstance(item, int):
            if item not in self.leaves:
                self.leaves[item] = Value(brought_inside(self.numbers[item], domain))
            return self.leaves[item]
        return brought_inside(item, domain) if isinstance(item, float) else item

    def applied(self, row: Primitive, operands: list[Any]) -> Value:
        """The row at the operands; where it has no value, or no gradient, the next row of its shape that has."""
        first = self.rows.index(row)
        for other in (*self.rows[first:], *self.rows[:first]):
            if _shape(other) == _shape(row) and self.is_usable(other, operands):
                made = self.recorded(other, operands)
                if made is not None:
                    return made
        return next(item for item in operands if isinstance(item, Value))

    def is_usable(self, row: Primitive, operands: list[Any]) -> bool:
        """Whether the row is defined there, and, if that is asked for, smooth."""
        xs = data_of(operands)
        return row.allows(*xs) and not (self.smooth and row.kink is not None and row.kink(*xs))

    def recorded(self, row: Primitive, operands: list[Any]) -> Value | None:
        """One more node, unless it or an adjoint is not finite."""
        try:
            node: Value = applied(row, operands)
        except (ValueError, ArithmeticError):  # a row of one's own may raise where it overflows
            return None
        pairs = zip(node.parents, node.partials, strict=True)
        reach = 1.0 + sum([abs(partial) * self.reach.get(parent, 1.0) for parent, partial in pairs])
        if not (math.isfinite(node.data) and reach < STEEPEST):
            return None
        self.nodes.append(node)
        self.reach[node] = reach
        return node


def _shape(row: Primitive) -> tuple[Any, ...]:
    """Rows of one shape can be applied to the same operands."""
    return row.arity, len(row.signature.lists), len(row.signature.indices)


@st.composite
def _step(draw: Any, draft: _Draft) -> Value:
    """A row applied to operands that are drawn before it, steps of their own among them."""
    draft.left -= 1
    row = draw(draft.any_row)
    items = _many(draw, draft, row) if row.signature.lists else _few(draw, draft, row)
    domains = [*row.domains, *[row.domains[-1]] * (len(items) - len(row.domains))]
    operands = [draft.placed(item, domain) for item, domain in zip(items, domains, strict=True)]
    if not any([isinstance(item, Value) for item in operands]):
        k = min(set(range(len(operands))) - set(row.signature.index_positions(len(operands))))
        operands[k] = draft.placed(0, domains[k])
    return draft.applied(row, operands)


def _few(draw: Any, draft: _Draft, row: Primitive) -> list[Any]:
    """One operand for each partial of the row."""
    indices = row.signature.index_positions(len(row.partials))
    return [draw(orders() if k in indices else draft.any_operand) for k in range(len(row.partials))]


def _many(draw: Any, draft: _Draft, row: Primitive) -> list[Any]:
    """Lists of one length, one after the other, and the indices that follow them."""
    column = st.tuples(*[draft.any_operand] * max(len(row.signature.lists), 1))
    columns = draw(st.lists(column, min_size=1, max_size=MOST_OPERANDS))
    indices = [float(draw(st.integers(0, len(columns) - 1))) for _ in range(len(row.signature.indices))]
    return [item for group in zip(*columns, strict=True) for item in group] + indices


@st.composite
def _operand(draw: Any, draft: _Draft) -> Any:
    """An input (its index), a plain number (a float), a node that is there already, or a new step."""
    match draw(_KINDS):
        case "number":
            return draw(_NUMBERS)
        case "shared" if draft.nodes:
            return draft.nodes[-1 - draw(st.integers(0, len(draft.nodes) - 1))]
        case "step" if draft.left > 0:
            return draw(draft.any_step)
    return draw(st.integers(0, len(draft.numbers) - 1))
