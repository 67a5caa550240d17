"""Random expression graphs with shared nodes, defined for all inputs: plain data that runs on any kind of number."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from microgrand import TABLE, Value

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

Step = tuple[str, list[Any]]


class Expression(NamedTuple):
    """Steps over slots: the first slots are the inputs; an operand is a slot's index, or a plain number (a float)."""

    inputs: int
    steps: list[Step]

    def build(self, inputs: Sequence[Any], call: Callable[[str, list[Any]], Any]) -> list[Any]:
        """Every slot, where `call(name, operands)` applies a row to flat operands."""
        slots = list(inputs)
        for name, operands in self.steps:
            slots.append(call(name, [slots[item] if isinstance(item, int) else item for item in operands]))
        return slots

    def on_values(self, numbers: Sequence[float]) -> tuple[list[Value], Value]:
        """The inputs as Values, and the last slot."""
        leaves = [Value(x, name=f"x{k}") for k, x in enumerate(numbers)]
        root = self.build(leaves, on_rows)[-1]
        assert isinstance(root, Value)  # the last step joins all that no other step uses, inputs among them
        return leaves, root

    def code(self, numbers: Sequence[float]) -> str:
        """The expression at `numbers` as a Python program that prints value and gradient."""
        lines = ["import microgrand as mg", *[f"s{k} = mg.Value({x!r})" for k, x in enumerate(numbers)]]
        for k, (name, operands) in enumerate(self.steps, start=self.inputs):
            items = [f"s{item}" if isinstance(item, int) else repr(item) for item in operands]
            lines.append(f"s{k} = mg.{TABLE[name].notation.write('python', items)}" if _is_called(name) else
                         f"s{k} = mg.TABLE[{name!r}]({', '.join(items)})")  # fmt: skip
        last = self.inputs + len(self.steps) - 1
        leaves = ", ".join([f"s{k}.grad" for k in range(self.inputs)])
        return "\n".join([*lines, f"s{last}.backward()", f"print(s{last}.data, {leaves})"])


def _is_called(name: str) -> bool:
    """Whether the row is written as a function call in Python."""
    return "{}" not in TABLE[name].notation.python


def on_rows(name: str, operands: list[Any]) -> Any:
    """The row applied to flat operands, through its public arguments."""
    row = TABLE[name]
    return row(*grouped(name, operands)) if row.many else row(*operands)


def grouped(name: str, operands: list[Any]) -> list[Any]:
    """The operands of a many-operand row as its public arguments: lists, then what follows them."""
    notation = TABLE[name].notation
    groups = max(notation.groups, 1)
    size = (len(operands) - notation.trailing) // groups
    return [*[operands[i * size : (i + 1) * size] for i in range(groups)], *operands[groups * size :]]


# ---- drawing an expression -----------------------------------------------------------------------------------------
class Draft:
    """An expression while it is drawn."""

    def __init__(self, source: random.Random) -> None:
        self.source = source
        self.inputs = source.randint(1, MOST_INPUTS)
        self.steps: list[Step] = []

    @property
    def slots(self) -> int:
        """How many slots there are so far."""
        return self.inputs + len(self.steps)

    def add(self, name: str, *operands: int | float) -> int:
        """One more step; its slot."""
        self.steps.append((name, list(operands)))
        return self.slots - 1

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
        used = {item for _, operands in self.steps for item in operands if isinstance(item, int)}
        return [k for k in range(self.slots) if k not in used]


def draw(source: random.Random) -> Expression:
    """An expression of at most `MOST_NODES` nodes, all of which its last step depends on."""
    draft = Draft(source)
    size = source.randint(draft.inputs + 2, MOST_NODES - 4)  # a move adds up to three steps, the last one joins
    while draft.slots < size:
        source.choice((_unary, _binary, _binary, _many, _quotient, _bounded, _positive, _power))(draft)
    draft.add(source.choice(("sum", "sum", "mean", "logsumexp", "norm")), *draft.unused())
    return Expression(draft.inputs, draft.steps)


def _unary(draft: Draft) -> None:
    draft.add(draft.source.choice(ANYWHERE), draft.slot())


def _binary(draft: Draft) -> None:
    operands = [draft.slot(), draft.item()]
    draft.source.shuffle(operands)
    draft.add(draft.source.choice(BINARY), *operands)


def _many(draft: Draft) -> None:
    name = draft.source.choice(MANY)
    count = draft.source.randint(1, 4)
    operands = [draft.slot(), *[draft.item() for _ in range(count * max(TABLE[name].notation.groups, 1) - 1)]]
    indices = [float(draft.source.randrange(count)) for _ in range(TABLE[name].notation.trailing)]
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
