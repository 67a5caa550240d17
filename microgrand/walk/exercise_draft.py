"""What exercises are drawn with: dice that fall the same everywhere, and an expression in the making."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any, Final

from microgrand.engine.value import Value
from microgrand.table.formula import formula
from microgrand.table.primitive import Primitive
from microgrand.table.rows import pow

LEAVES: Final = "xwbacd"
INNER: Final = "uvpqrsghkmn"
RESULT: Final = "f"


class Dice:
    """Choices that a seed determines, on every platform and in every version of Python.

    All are made from `Random.random()`: its numbers are the only ones that Python promises not to change. What
    `choice`, `shuffle` and `randrange` make of them has changed before.
    """

    def __init__(self, seed: int) -> None:
        self._random: Final = Random(seed).random

    def one_of(self, items: Sequence[Any]) -> Any:
        """One of the items."""
        return items[int(self._random() * len(items))]

    def shuffled(self, items: Sequence[Any]) -> list[Any]:
        """The items in another order."""
        left, found = list(items), []
        while left:
            found.append(left.pop(int(self._random() * len(left))))
        return found


class Draft:
    """An expression that is being drawn: its leaves, then its steps one after the other; `result` names the last."""

    def __init__(self, dice: Dice) -> None:
        self.dice: Final = dice
        self.leaves: Final[list[Value]] = []
        self.steps: Final[list[Value]] = []
        self.result: str = RESULT

    def draw_leaves(self, count: int, numbers: Sequence[float]) -> list[Value]:
        """So many leaves, each with a number of its own: where two are equal, nobody sees which factor is which."""
        chosen = self.dice.shuffled(numbers)[:count]
        self.leaves.extend([Value(x, name=name) for x, name in zip(chosen, LEAVES[:count], strict=True)])
        return list(self.leaves)

    def step(self, row: Primitive, *arguments: Any) -> Value:
        """One step more."""
        found: Value = row(*arguments)
        self.steps.append(found)
        return found

    @property
    def root(self) -> Value:
        """What was computed last."""
        return self.steps[-1]

    @property
    def nodes(self) -> list[Value]:
        """Leaves and steps."""
        return [*self.leaves, *self.steps]

    def uses(self) -> Counter[Any]:
        """How often each node is an operand."""
        return Counter([parent for node in self.steps for parent in node.parents])

    def unused(self) -> list[Value]:
        """The nodes that nothing is computed from yet."""
        used = self.uses()
        return [node for node in self.nodes if used[node] == 0]

    def named(self) -> str:
        """Name the steps and the root, and give the whole as one formula, which goes through steps without names."""
        written = f"{self.result} = {formula(self.root, depth=len(self.steps))}"
        for node, name in zip(self.steps, INNER[: len(self.steps) - 1] + self.result, strict=True):
            node.name = name
        return written

    def text(self, remark: str) -> str:
        """The named expression as Python, under a remark: a line for each leaf and each step."""
        leaves = [f"{leaf.name} = Value({leaf.data:g})" for leaf in self.leaves]
        steps = [f"{node.name} = {_python(node)}" for node in self.steps]
        rows = {node.primitive.name for node in self.steps if node.primitive is not None}
        called = [name for name in sorted(rows) if any([f" {name}(" in line for line in steps])]
        head = f"from microgrand import {', '.join(['Value', *called])}"
        return "\n".join([f"# {remark}", head, "", *leaves, *steps])


def _python(node: Value) -> str:
    row = node.primitive
    assert row is not None  # it is a step
    operands = [str(x.name) if isinstance(x, Value) else f"{x:g}" for x in node.operands]
    return "{} ** {}".format(*operands) if row is pow else row.notation.write("python", operands)
