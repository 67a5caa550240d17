"""Random expression graphs with shared nodes, defined for all inputs, from seeds that stay the same."""

from __future__ import annotations

import math
import random

from microgrand import TABLE
from microgrand.testing import Expression

MOST_NODES = 40
MOST_INPUTS = 4

ANYWHERE = (
    *("neg", "tanh", "sigmoid", "sin", "cos", "softplus", "softsign", "erf", "erfc", "relu", "abs", "atan", "asinh"),
    *("silu", "gelu", "log_sigmoid", "normal_cdf", "identity", "square"),
)
BINARY = ("add", "sub", "mul", "add", "sub", "mul", "maximum", "minimum", "hypot")
MANY = ("sum", "mean", "logsumexp", "norm", "prod", "softmax", "log_softmax", "dot")
OF_BOUNDED = ("exp", "expm1", "exp2", "sinh", "cosh", "asin", "acos", "atanh", "tan")
OF_POSITIVE = ("log", "sqrt", "log2", "log10", "log1p", "reciprocal", "cbrt")


# ---- drawing an expression -----------------------------------------------------------------------------------------
class Draft:
    """An expression while it is drawn."""

    def __init__(self, source: random.Random) -> None:
        self.source = source
        self.program = Expression.draft([0.0] * source.randint(1, MOST_INPUTS))

    @property
    def slots(self) -> int:
        """How many slots there are so far, the constants' not counted."""
        return self.program.size

    def add(self, name: str, *operands: int | float) -> int:
        """One more step; its slot."""
        return self.program.apply(TABLE[name], operands)

    def slot(self) -> int:
        """Any slot, half of the time one of the last four."""
        first = max(0, self.slots - 4) if self.source.random() < 0.5 else 0
        return self.source.randrange(first, self.slots)

    def item(self) -> int | float:
        """A slot, or one time in five a plain number."""
        return self.number(-3.0, 3.0) if self.source.random() < 0.2 else self.slot()

    def number(self, low: float, high: float) -> float:
        """A plain number of three decimals, never 0."""
        return round(self.source.uniform(low, high), 3) or 1.0

    def unused(self) -> list[int]:
        """The slots that no step uses."""
        used = {item for _, members in self.program.steps for operands in members for item in operands}
        return [k for k in range(self.slots) if k not in used]


def draw(source: random.Random) -> Expression:
    """An expression of at most `MOST_NODES` nodes, all of which its last step depends on, looked at 0."""
    draft = Draft(source)
    size = source.randint(draft.slots + 2, MOST_NODES - 4)  # a move adds up to three steps, the last one joins
    while draft.slots < size:
        source.choice((_unary, _binary, _binary, _many, _quotient, _bounded, _positive, _power))(draft)
    return draft.program.finished(
        draft.add(source.choice(("sum", "sum", "mean", "logsumexp", "norm")), *draft.unused())
    )


def _unary(draft: Draft) -> None:
    draft.add(draft.source.choice(ANYWHERE), draft.slot())


def _binary(draft: Draft) -> None:
    operands = [draft.slot(), draft.item()]
    draft.source.shuffle(operands)
    draft.add(draft.source.choice(BINARY), *operands)


def _many(draft: Draft) -> None:
    name = draft.source.choice(MANY)
    count = draft.source.randint(1, 4)
    operands = [draft.slot(), *[draft.item() for _ in range(count * max(len(TABLE[name].signature.lists), 1) - 1)]]
    indices = [float(draft.source.randrange(count)) for _ in range(len(TABLE[name].signature.indices))]
    draft.add(name, *operands, *indices)


def _above_zero(draft: Draft) -> int:
    """A slot that is at least a positive number."""
    positive = draft.add(draft.source.choice(("square", "softplus", "abs", "sigmoid")), draft.slot())
    return draft.add("add", positive, draft.number(0.1, 3.0))


def _between_ones(draft: Draft) -> int:
    """A slot well inside (-1, 1)."""
    inside = draft.add(draft.source.choice(("tanh", "sin", "erf", "softsign")), draft.slot())
    return draft.add("mul", inside, draft.number(0.1, 0.95))


def _quotient(draft: Draft) -> None:
    draft.add("div", draft.item(), _above_zero(draft))


def _bounded(draft: Draft) -> None:
    draft.add(draft.source.choice(OF_BOUNDED), _between_ones(draft))


def _positive(draft: Draft) -> None:
    draft.add(draft.source.choice(OF_POSITIVE), _above_zero(draft))


def _power(draft: Draft) -> None:
    if draft.source.random() < 0.5:
        draft.add("pow", draft.slot(), float(draft.source.randint(2, 3)))
    else:
        draft.add("pow", _above_zero(draft), draft.number(-2.5, 3.5))


def point(source: random.Random, inputs: int) -> list[float]:
    """Inputs of ordinary size, now and then a large or a small one."""
    return [_input(source) for _ in range(inputs)]


def _input(source: random.Random) -> float:
    kind = source.randrange(8)
    if kind == 0:
        return source.choice((1.0, -1.0)) * math.pow(10.0, source.uniform(-6.0, 0.0))
    return source.uniform(-30.0, 30.0) if kind == 1 else source.uniform(-3.0, 3.0)
