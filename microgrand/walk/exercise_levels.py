"""The expressions that exercises are made of: for each level how one is drawn.

An expression is drawn with its numbers, then looked at as a whole; one that is not fit is thrown away, and the next is
drawn. So the rules say what an exercise is, and not how one is found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from microgrand.engine.value import Value
from microgrand.errors import DomainError
from microgrand.table.arithmetic import add, div, mul, sub
from microgrand.table.primitive import Primitive
from microgrand.table.rows import TABLE, cos, exp, log, pow, relu, sigmoid, sin, softplus, sqrt, tanh, where
from microgrand.walk.exercise_draft import Dice, Draft
from microgrand.walk.exercise_fit import is_fit

COST: Final = "C"  # what the root of a network is called

WHOLE: Final = (-5, -4, -3, -2, -1, 1, 2, 3, 4, 5)
HALVES: Final = (-3, -2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2, 3)
QUARTERS: Final = (-2, -1.5, -0.5, 0.25, 0.5, 0.75, 1, 1.5, 2, 3)

SUMS: Final = (add, sub, mul)
ELEMENTARY: Final = (tanh, sigmoid, relu, exp, log, sin, cos, sqrt, softplus)
HIDDEN: Final = (tanh, sigmoid, relu)
COMPARISONS: Final = tuple(
    [TABLE[each] for each in ("greater", "greater_equal", "less", "less_equal", "equal", "not_equal")]
)


def _sums_and_squares(draft: Draft) -> None:
    """+, ·, − and squares; every leaf is used once."""
    terms = draft.draw_leaves(draft.dice.one_of((2, 3, 3)), WHOLE)
    if len(terms) == 2:
        terms[0] = draft.step(mul, draft.dice.one_of((2, 3, 4)), terms[0])
    _join(draft, terms, [draft.dice.one_of(SUMS) for _ in terms[1:]], draft.dice.one_of((None, 2, 2)))


def _quotients_and_powers(draft: Draft) -> None:
    """The same with a division or a third power, and one leaf that is used twice."""
    leaves = draft.draw_leaves(3, WHOLE)
    terms = draft.dice.shuffled([*leaves, leaves[0]])
    division = draft.dice.one_of((True, False))
    rows = [div if division else draft.dice.one_of(SUMS), *[draft.dice.one_of(SUMS) for _ in terms[2:]]]
    _join(draft, terms, draft.dice.shuffled(rows), draft.dice.one_of((None, 2)) if division else 3)


def _join(draft: Draft, terms: list[Value], rows: Sequence[Primitive], power: int | None) -> None:
    """Join neighbours among the terms by these rows, until one is left; at some moment one is raised to the power."""
    moment = draft.dice.one_of(range(len(rows) + 1)) if power else None
    for k in range(len(rows) + 1):
        if k == moment:
            place = draft.dice.one_of(range(len(terms)))
            terms[place] = draft.step(pow, terms[place], power)
        if k < len(rows):
            place = draft.dice.one_of(range(len(terms) - 1))
            terms[place : place + 2] = [draft.step(rows[k], *terms[place : place + 2])]


def _neuron(draft: Draft) -> None:
    """A neuron with an elementary function, and after it once more a number that the neuron was given."""
    x, w, b = draft.draw_leaves(3, HALVES)
    sum_ = draft.step(add, draft.step(mul, w, x), b)
    out = draft.step(draft.dice.one_of(ELEMENTARY), sum_)
    again = draft.dice.one_of((x, w, b))
    last = draft.dice.one_of((*SUMS, "penalty", "error"))
    if last == "penalty":
        draft.step(add, out, draft.step(pow, again, 2))
    elif last == "error":
        draft.step(pow, draft.step(sub, out, again), 2)
    else:
        draft.step(last, out, again)


def _network(draft: Draft) -> None:
    """One input, two hidden neurons, and the square of the error; weights at the output, or biases in the neurons."""
    x, w, b, a, c = draft.draw_leaves(5, HALVES)
    row, step = draft.dice.one_of(HIDDEN), draft.step
    sums = [step(mul, w, x), step(mul, a, x)]
    biased = draft.dice.one_of((True, False))
    if biased:
        sums = [step(add, each, bias) for each, bias in zip(sums, (b, c), strict=True)]
    hidden = [step(row, each) for each in sums]
    if not biased:
        hidden = [step(mul, weight, each) for each, weight in zip(hidden, (b, c), strict=True)]
    step(pow, step(sub, step(draft.dice.one_of((add, add, sub)), *hidden), draft.dice.one_of((1, 2, 3))), 2)
    draft.result = COST


def _whole_table(draft: Draft) -> None:
    """Two or three rows of the whole table, each on what arithmetic has made of the leaves and of each other."""
    draft.draw_leaves(draft.dice.one_of((3, 4)), QUARTERS)
    rows = drawable_rows()
    for _ in range(draft.dice.one_of((2, 3))):
        draft.step(draft.dice.one_of(SUMS), *_operands(draft, 2))
        _apply(draft, draft.dice.one_of(rows))
    while len(left := draft.unused()) > 1:
        draft.step(draft.dice.one_of(SUMS), *draft.dice.shuffled(left)[:2])


def _apply(draft: Draft, row: Primitive) -> None:
    """The row as a step of the draft."""
    takes = row.signature
    if row is where:
        condition = draft.step(draft.dice.one_of(COMPARISONS), *_operands(draft, 2))
        draft.step(row, condition, *[x for x in _operands(draft, 3) if x is not condition][:2])
    elif takes.lists:
        size = 2 if len(takes.lists) > 1 else draft.dice.one_of((2, 3))
        operands = _operands(draft, size * len(takes.lists))
        lists = [operands[k : k + size] for k in range(0, len(operands), size)]
        draft.step(row, *lists, *[draft.dice.one_of(range(size)) for _ in takes.indices])
    else:
        draft.step(row, *_operands(draft, len(takes.operands) - (takes.default is not None)))


def _operands(draft: Draft, count: int) -> list[Value]:
    """So many different nodes; one of them is not used yet, where there is such a node."""
    first = draft.dice.one_of(draft.unused() or draft.nodes)
    others = [node for node in draft.dice.shuffled(draft.nodes) if node is not first]
    return draft.dice.shuffled([first, *others[: count - 1]])


# Rows that are added to the table are not added here, for what a seed gives depends on all of them.
DRAWN: Final = (
    "neg", "add", "sub", "mul", "div", "pow", "square", "reciprocal", "sqrt", "cbrt", "exp", "expm1", "exp2",
    "log", "log1p", "log2", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh",
    "asinh", "acosh", "atanh", "sigmoid", "log_sigmoid", "softplus", "erf", "erfc", "relu", "leaky_relu", "elu",
    "silu", "gelu", "softsign", "abs", "sign", "maximum", "minimum", "clip", "where", "hypot", "norm", "sum",
    "mean", "prod", "dot", "logsumexp", "softmax", "log_softmax",
)  # fmt: skip
LEVELS: Final[dict[int, Callable[[Draft], None]]] = {
    1: _sums_and_squares, 2: _quotients_and_powers, 3: _neuron, 4: _network, 5: _whole_table,
}  # fmt: skip


def draw_expression(seed: int, level: int) -> Draft:
    """The first expression of the level that the dice give and that is fit to practise on."""
    dice = Dice(seed)
    while True:
        draft = Draft(dice)
        try:
            LEVELS[level](draft)
        except DomainError:  # the numbers do not fit a row: draw others
            continue
        if is_fit(draft, level):
            return draft


def drawable_rows() -> list[Primitive]:
    """The rows that level 5 draws from, in an order that stays: a seed that was handed out gives what it gave."""
    return [TABLE[name] for name in DRAWN]
