"""Random expression graphs, with shared nodes and numbers among the operands, for the laws of graph and sweep."""

from typing import Any, NamedTuple

from hypothesis import strategies as st

import microgrand
from microgrand import Value

# Rows that are defined on all reals and keep numbers moderate, so that any graph of them can be evaluated.
UNARY = ("neg", "tanh", "sigmoid", "sin", "softplus", "softsign", "erf", "relu", "abs", "identity")
BINARY = ("add", "sub", "mul", "maximum", "minimum", "hypot")
MANY = ("sum", "mean", "logsumexp", "norm")


class Expression(NamedTuple):
    """Steps over slots: the first slots are the inputs; an operand is a slot's index, or a plain number."""

    inputs: list[float]
    steps: list[tuple[str, list[Any]]]

    def build(self, inputs: list[Any]) -> list[Any]:
        """Every slot, evaluated on whatever the inputs are."""
        slots = list(inputs)
        for name, operands in self.steps:
            items = [slots[item] if isinstance(item, int) else item for item in operands]
            row = microgrand.TABLE[name]
            slots.append(row(items) if row.many else row(*items))
        return slots

    def on_values(self) -> tuple[list[Value], Value]:
        """The inputs as Values and the last slot, a Value that depends on what it depends on."""
        leaves = [Value(x, name=f"x{k}") for k, x in enumerate(self.inputs)]
        root = self.build(leaves)[-1]
        return leaves, root if isinstance(root, Value) else leaves[0] * 0.0 + root


NUMBERS = st.floats(-3, 3).map(lambda x: round(x, 3))


@st.composite
def expressions(draw: Any, inputs: int = 3, max_steps: int = 12) -> Expression:
    """An expression whose last step hangs together with many others."""
    values = draw(st.lists(NUMBERS, min_size=inputs, max_size=inputs))
    steps: list[tuple[str, list[Any]]] = []
    for k in range(draw(st.integers(1, max_steps))):
        slot = st.integers(0, inputs + k - 1)
        name = draw(st.sampled_from(UNARY + BINARY + MANY))
        size = 1 if name in UNARY else 2 if name in BINARY else draw(st.integers(1, 4))
        operands = [draw(slot), *[draw(st.one_of(slot, NUMBERS)) for _ in range(size - 1)]]
        steps.append((name, operands))
    return Expression(values, steps)
