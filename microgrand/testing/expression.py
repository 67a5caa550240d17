"""`Expression`: a computation graph as plain data, which runs on any kind of number and prints as Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import microgrand
from microgrand import drawing
from microgrand.derivatives import grad
from microgrand.engine.node import Node
from microgrand.engine.order import topological_order
from microgrand.engine.value import Value
from microgrand.table.formula import number
from microgrand.table.numbers import as_number
from microgrand.table.primitive import Primitive
from microgrand.table.rows import TABLE

INDENT = "    "


class Assignment(NamedTuple):
    """A primitive and what it is applied to: the indices of earlier slots (ints) and plain numbers (floats)."""

    row: Primitive
    operands: tuple[int | float, ...]


@dataclass(frozen=True, repr=False)
class Expression:
    """A function of several numbers, as steps over slots, and the numbers it is looked at.

    inputs  the numbers; they fill the first slots
    steps   each fills one more slot; the last slot is the value

    Called with numbers of any kind (floats, Values, arrays, 50-digit numbers), it gives the value of that kind. It
    prints as a function and its call, to be pasted; `Expression.of(f, *inputs)` makes it an Expression again.

    >>> from microgrand import relu
    >>> expression = Expression.of(lambda x, y: relu(x + 2.0 * y) * x, 3.0, 1.0)
    >>> expression(3.0, 1.0), expression.gradient()
    (15.0, (8.0, 6.0))
    >>> expression
    import microgrand as mg
    <BLANKLINE>
    def f(x0, x1):
        z2 = 2.0 * x1
        z3 = x0 + z2
        z4 = mg.relu(z3)
        return z4 * x0
    <BLANKLINE>
    f(3.0, 1.0)
    """

    inputs: tuple[float, ...]
    steps: tuple[Assignment, ...]

    def __post_init__(self) -> None:
        steps = tuple([Assignment(row, tuple(operands)) for row, operands in self.steps])
        object.__setattr__(self, "inputs", tuple([as_number(x) for x in self.inputs]))
        object.__setattr__(self, "steps", steps)
        if not steps:
            raise ValueError("an expression has at least one step")
        for k, (row, operands) in enumerate(steps, start=len(self.inputs)):
            used = [item for item in operands if isinstance(item, int)]
            if not used:
                raise ValueError(
                    f"each step uses a slot; {row.name} is applied to plain numbers only: {operands!r:.60}"
                )
            if not 0 <= min(used) <= max(used) < k:
                raise ValueError(f"a step uses the slots before it, here 0 to {k - 1}; {row.name} uses {used}")

    @classmethod
    def of(cls, f: Callable[..., Any], *inputs: float) -> Expression:
        """What `f` computes at these inputs; a Value that it uses from elsewhere counts as its number."""
        leaves = [Value(x) for x in inputs]
        root = f(*leaves)
        if not isinstance(root, Value):
            raise TypeError(f"an expression is of a function that returns a Value here; this one returned {root!r:.60}")
        return cls.read(leaves, root)

    @classmethod
    def read(cls, leaves: Sequence[Value], root: Value) -> Expression:
        """The graph below `root`, a function of `leaves`."""
        order = [*leaves, *[node for node in topological_order(root, leaves)[len(leaves) :] if not node.is_leaf]]
        slots = {node: k for k, node in enumerate(order)}
        steps = []
        for node in order[len(leaves) :]:
            assert node.primitive is not None  # leaves are left out above
            operands = [slots.get(x, x.data) if isinstance(x, Node) else x for x in node.operands]
            steps.append(Assignment(node.primitive, tuple(operands)))
        return cls(tuple([leaf.data for leaf in leaves]), tuple(steps))

    def at(self, *inputs: float) -> Expression:
        """The same function, looked at other numbers."""
        return Expression(inputs, self.steps)

    def __call__(self, *arguments: Any) -> Any:
        """The value at `arguments`, of whatever kind these are."""
        return self.slots(arguments)[-1]

    def slots(self, arguments: Sequence[Any], call: Callable[[Primitive, list[Any]], Any] | None = None) -> list[Any]:
        """Every slot, where `call(row, operands)`, by default `applied`, applies a row to flat operands."""
        if len(arguments) != len(self.inputs):
            raise TypeError(f"this expression takes {len(self.inputs)} argument(s); got {len(arguments)}")
        slots = list(arguments)
        for row, operands in self.steps:
            items = [slots[item] if isinstance(item, int) else item for item in operands]
            slots.append((call or applied)(row, items))
        return slots

    def on_values(self) -> tuple[list[Value], Value]:
        """The inputs as leaves x0, x1, …, and the root of the graph over them."""
        leaves = [Value(x, name=f"x{k}") for k, x in enumerate(self.inputs)]
        return leaves, self(*leaves)

    def root(self) -> Value:
        """The value, as the root of a graph over leaves x0, x1, …"""
        return self.on_values()[1]

    def gradient(self, *arguments: Any) -> tuple[Any, ...]:
        """The derivative in each argument, at `arguments` or else at the inputs, by microgrand's own sweep."""
        gradient: tuple[Any, ...] = grad(self.__call__, tuple(range(len(self.inputs))))(*(arguments or self.inputs))
        return gradient

    def draw(self, **settings: Any) -> drawing.Drawing:
        """The picture of the graph: see `microgrand.draw`."""
        return drawing.draw(self.root(), **{"names": {}, **settings})

    def __repr__(self) -> str:
        first = len(self.inputs)
        names = [f"x{k}" if k < first else f"z{k}" for k in range(first + len(self.steps))]
        calls = [
            _call(row, [names[item] if isinstance(item, int) else number(item, "python") for item in operands])
            for row, operands in self.steps
        ]
        lines = [f"{name} = {call}" for name, call in zip(names[first:-1], calls[:-1], strict=True)]
        body = [INDENT + line for line in (*lines, f"return {calls[-1]}")]
        call = f"f({', '.join([number(x, 'python') for x in self.inputs])})"
        return "\n".join(["import microgrand as mg", "", f"def f({', '.join(names[:first])}):", *body, "", call])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """The same as a block of its own, for hypothesis and IPython, which would put the first line after a name."""
        with printer.group(indent=len(INDENT)):
            for line in repr(self).splitlines():
                printer.break_()
                printer.text(line)


def applied(row: Primitive, operands: Sequence[Any]) -> Any:
    """The row at flat operands."""
    return row(*row.signature.arguments(operands))


def _call(row: Primitive, items: list[str]) -> str:
    """The step in Python: an operator, a function of microgrand, or one that whoever declared it has under its name."""
    name, template = row.name, row.notation.python
    if TABLE.get(name) is row:
        if "{}" in template and "(" not in template:
            return template.format(*items)
        name = f"mg.{name}" if getattr(microgrand, name, None) is row else f'mg.TABLE["{name}"]'
    groups = [
        f"[{', '.join(item)}]" if isinstance(item, list) else item.removesuffix(".0") if row.signature.lists else item
        for item in row.signature.arguments(items)  # beside lists stand indices, which are whole
    ]
    return f"{name}({', '.join(groups)})"
