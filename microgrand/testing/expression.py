"""`Expression`: a program of numbers that prints as Python, to be pasted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import microgrand
from microgrand import drawing
from microgrand.derivatives import grad
from microgrand.engine.value import Value
from microgrand.program.building import Draft
from microgrand.program.listing import result_text
from microgrand.program.program import Program
from microgrand.program.reading import read
from microgrand.shortening import MOST_LINES
from microgrand.table.formula import number
from microgrand.table.primitive import Primitive
from microgrand.table.rows import TABLE

INDENT = "    "


@dataclass(frozen=True, eq=False, repr=False)
class Expression(Program):
    """A function of several numbers, as a program, and the numbers it is looked at.

    It prints as a function and its call, to be pasted; `Expression.of(f, *inputs)` makes it an Expression again. All
    that programs can do, an expression can: it is called with numbers of any kind (floats, Values, arrays, 50-digit
    numbers), and has derivatives that are expressions.

    >>> from microgrand import relu
    >>> expression = Expression.of(lambda x, y: relu(x + 2.0 * y) * x, 3.0, 1.0)
    >>> expression(3.0, 1.0), expression.gradient()
    (15.0, (8.0, 6.0))
    >>> expression
    import microgrand as mg
    <BLANKLINE>
    def f(x0, x1):
        z3 = 2.0 * x1
        z4 = x0 + z3
        z5 = mg.relu(z4)
        return z5 * x0
    <BLANKLINE>
    f(3.0, 1.0)
    """

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
        return read(cls, "f", [leaf.data for leaf in leaves], _names(len(leaves)), leaves, root, parameterised=False)

    @classmethod
    def draft(cls, inputs: Sequence[float]) -> Draft[Expression]:
        """An expression of these inputs that is written step by step: see `Draft`."""
        return Draft(cls, "f", inputs, _names(len(inputs)), (), len(inputs))

    def at(self, *inputs: float) -> Expression:
        """The same function, looked at other numbers."""
        return self.with_parts(example=tuple(map(float, inputs)))

    def on_values(self) -> tuple[list[Value], Value]:
        """The inputs as leaves x0, x1, …, and the root of the graph over them."""
        leaves = [Value(x, name=name) for x, name in zip(self.inputs, self.names, strict=True)]
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
        text = str(self)
        return text if text.count("\n") <= MOST_LINES else super().__repr__()

    def __str__(self) -> str:
        names = [*self.names, *[number(x, "python") for x in self.constants]]
        names += [f"z{k}" for k in range(self.first, self.size)]
        calls = [_call(row, [names[k] for k in operands]) for row, members in self.steps for operands in members]
        lines = [f"{name} = {call}" for name, call in zip(names[self.first :], calls, strict=True)]
        if calls and self.result == self.size - 1:
            lines[-1] = f"return {calls[-1]}"
        else:
            lines.append(f"return {result_text(self, names)}")
        body = [INDENT + line for line in lines]
        call = f"{self.title}({', '.join([number(x, 'python') for x in self.inputs])})"
        head = f"def {self.title}({', '.join(self.names)}):"
        return "\n".join(["import microgrand as mg", "", head, *body, "", call])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """All of it as a block of its own, for hypothesis and IPython: they would put the first line after a name."""
        with printer.group(indent=len(INDENT)):
            for line in str(self).splitlines():
                printer.break_()
                printer.text(line)


def applied(row: Primitive, operands: Sequence[Any]) -> Any:
    """The row at flat operands."""
    return row(*row.signature.arguments(operands))


def _names(count: int) -> list[str]:
    return [f"x{k}" for k in range(count)]


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
