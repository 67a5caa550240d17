"""Random programs of plain Python, and claims about their derivatives: branches, loops, helpers, closures.

A program is source text, so that it is run twice: in floats, as a checker sees it, and in many digits, which tell the
truth. A point counts where both take the same branches.
"""

from __future__ import annotations

import ast
import linecache
import math
import random
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import count
from typing import Any, NamedTuple

from benchmarks import truth

IMPORTS = "from math import asinh, atan, cos, cosh, erf, exp, expm1, log, log1p, sin, sinh, sqrt, tanh"
UNARY = [
    "sin({})", "cos({})", "tanh({})", "exp({})", "exp(-{0} * {0})", "expm1({})", "atan({})", "asinh({})", "erf({})",
    "cosh({})", "sinh({})", "log({})", "log(1 + {0} * {0})", "log1p({})", "sqrt({})", "sqrt(1 + {0} * {0})", "abs({})",
    "1 / (1 + exp(-{}))", "{} ** 2", "{} ** 3", "abs({}) ** 1.5", "-{}", "1 / {}", "{0} * {0}",
]  # fmt: skip
BINARY = [
    "({} + {})", "({} + {})", "({} - {})", "({} - {})", "({} * {})", "({} * {})", "({} / {})",
    "({0} / (1 + {1} * {1}))", "max({}, {})", "min({}, {})", "({0} if {0} > {1} else {1} * {1})",
]  # fmt: skip
numbered = count()


# ---- writing ---------------------------------------------------------------------------------------------------------
class Writer:
    """Writes one random program; its source says which."""

    def __init__(self, source: random.Random) -> None:
        self.source = source
        self.arguments = ["x"] if source.random() < 0.7 else ["x", "y"]
        self.names = list(self.arguments)
        self.helpers: list[str] = []

    def program(self) -> str:
        """A module that defines `f`."""
        lines = [self.helper(name) for name in self.source.choice(([], [], ["h"], ["g", "h"]))]
        body = [line for _ in range(self.source.randint(1, 4)) for line in self.statement()]
        body.append(f"return {self.expression(3)}")
        signature = f"def f({', '.join(self.arguments)}):"
        if self.source.random() < 0.25:  # a closure over a number
            body[-1] = body[-1].replace("return ", "return scale * ")
            lines += ["def scaled(scale):", f"    {signature}", *[f"        {line}" for line in body], "    return f"]
            lines.append(f"f = scaled({self.literal()})")
        else:
            lines += [signature, *[f"    {line}" for line in body]]
        return "\n".join([IMPORTS, ast.unparse(ast.parse("\n".join(lines)))])

    def helper(self, name: str) -> str:
        """A function of one number."""
        self.names, names = ["a"], self.names
        text = f"def {name}(a):\n    return {self.expression(2)}"
        self.names = names
        self.helpers.append(name)
        return text

    def statement(self) -> list[str]:
        """An assignment to a new name, by a formula, a branch or a loop."""
        write = self.source.choice((self.assignment, self.assignment, self.branch, self.loop, self.search))
        name = f"t{len(self.names)}"
        lines = write(name)
        self.names.append(name)
        return lines

    def assignment(self, name: str) -> list[str]:
        """`t = …`."""
        return [f"{name} = {self.expression(3)}"]

    def branch(self, name: str) -> list[str]:
        """`if …: t = …`, `else: t = …`."""
        test = f"{self.expression(1)} > {self.literal()}"
        return [f"if {test}:", f"    {name} = {self.expression(2)}", "else:", f"    {name} = {self.expression(2)}"]

    def loop(self, name: str) -> list[str]:
        """`for k in range(…): t = …`."""
        start, step = self.expression(1), self.expression(2)
        return [
            f"{name} = {start}",
            f"for k in range({self.source.randint(2, 5)}):",
            f"    {name} = sin({name}) + {step}",
        ]

    def search(self, name: str) -> list[str]:
        """A loop that ends sooner or later, `while t > 2: …`."""
        return [f"{name} = abs({self.expression(1)})", f"while {name} > 2:", f"    {name} = sqrt({name})"]

    def expression(self, depth: int) -> str:
        """A formula of the names there are."""
        if depth == 0 or self.source.random() < 0.1:
            return self.source.choice(self.names) if self.source.random() < 0.85 else self.literal()
        kind = self.source.random()
        if kind < 0.45:
            return self.source.choice(BINARY).format(self.expression(depth - 1), self.expression(depth - 1))
        if kind < 0.9 or not self.helpers:
            return "(" + self.source.choice(UNARY).format("(" + self.expression(depth - 1) + ")") + ")"
        return f"{self.source.choice(self.helpers)}({self.expression(depth - 1)})"

    def literal(self) -> str:
        """A number as people write them."""
        return str(self.source.choice((1, 2, 3, 0.5, round(self.source.uniform(0.1, 5), 1))))


# ---- running ---------------------------------------------------------------------------------------------------------
class Program:
    """A program that defines `f`, in floats and in many digits."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.file = f"<program {next(numbered)}>"
        linecache.cache[self.file] = (len(text), None, text.splitlines(keepends=True), self.file)

    @cached_property
    def on_floats(self) -> Callable[..., float]:
        """What a checker sees."""
        names: dict[str, Any] = {}
        exec(compile(self.text, self.file, "exec"), names)
        found: Callable[..., float] = names["f"]
        return found

    @cached_property
    def in_many_digits(self) -> Callable[..., Any]:
        """What tells the truth."""
        names: dict[str, Any] = {}
        truth.run(compile(self.text, self.file, "exec"), names)
        found: Callable[..., Any] = names["f"]
        return found

    def takes_the_same_branches(self, at: tuple[float, ...]) -> bool:
        """Whether every comparison at the point comes out the same in floats and in many digits."""
        code = compile(ast.fix_missing_locations(Traced().visit(ast.parse(self.text))), self.file, "exec")
        traces: list[list[bool]] = [[], []]
        on_floats, exactly = [dict[str, Any](traced=tracer(trace)) for trace in traces]
        exec(code, on_floats)
        truth.run(code, exactly)
        on_floats["f"](*at)
        exactly["f"](*[truth.MANY.mpf(x) for x in at])
        return traces[0] == traces[1]


class Traced(ast.NodeTransformer):
    """Hands the result of every comparison to `traced`; those inside `abs`, `min` and `max` too."""

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """`a > b` as `traced(a > b)`."""
        self.generic_visit(node)
        return ast.Call(ast.Name("traced", ast.Load()), [node], [])

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """`max(a, b)` as `a if traced(a > b) else b`."""
        self.generic_visit(node)
        written = {
            "abs": "({0} if traced({0} > 0) else -{0})",
            "max": "({0} if traced({0} > {1}) else {1})",
            "min": "({1} if traced({0} > {1}) else {0})",
        }.get(ast.unparse(node.func))
        if written is None:
            return node
        return ast.parse(written.format(*[f"({ast.unparse(each)})" for each in node.args]), mode="eval").body


def tracer(trace: list[bool]) -> Callable[[bool], bool]:
    """A function that keeps what it is given."""

    def traced(outcome: bool) -> bool:
        trace.append(bool(outcome))
        return outcome

    return traced


# ---- claims ----------------------------------------------------------------------------------------------------------
class Claim(NamedTuple):
    """A claimed gradient of a program at a point, in the shape of a case of the corpus.

    truth     "right" or "wrong"
    why       what was done to the right one, such as "twice"
    slopes    the true interval of each partial
    is_near   whether f's floats are near the formula's value there, to one in a million
    """

    name: str
    f: Callable[..., float]
    gradient: Callable[..., Any]
    at: tuple[float, ...]
    domain: None
    truth: str
    why: str
    claimed: tuple[float, ...]
    slopes: list[truth.Interval]
    is_near: bool


Change = Callable[[float], float]
GROSS: dict[str, Change] = {
    "sign": lambda d: -d,
    "twice": lambda d: 2 * d,
    "half": lambda d: d / 2,
    "zero": lambda d: 0.0,
}
FINE: dict[str, Change] = {"1 %": lambda d: 1.01 * d, "1e-4": lambda d: d + 1e-4 * d, "1e-6": lambda d: d - 1e-6 * d}


def claims(source: random.Random) -> Iterator[Claim]:
    """Without an end: of each point of each program a right claim, a grossly wrong and a slightly wrong one."""
    while True:
        program = Program(Writer(source).program())
        for at in [_point(source, program) for _ in range(3)]:
            found = _truth(program, at)
            if found is not None:
                yield from _claims(program, at, *found, source)


def _point(source: random.Random, program: Program) -> tuple[float, ...]:
    """Numbers of many sizes; some at a number of the program's source, or next to it."""
    literals = [node.value for node in ast.walk(ast.parse(program.text)) if isinstance(node, ast.Constant)]
    numbers = [float(each) for each in literals if isinstance(each, (int, float))] or [1.0]
    return tuple(
        [
            source.choice(
                (
                    source.gauss(0, 2),
                    source.choice((-1, 1)) * 10 ** source.uniform(-1, 1.5),
                    source.choice((-1, 1)) * 10 ** source.uniform(-9, 3),
                    source.choice(numbers) * (1 + source.choice((0, 1e-13, -1e-9, 1e-5))),
                )
            )
            for _ in range(program.on_floats.__code__.co_argcount)
        ]
    )


def _truth(program: Program, at: tuple[float, ...]) -> tuple[list[truth.Interval], bool] | None:
    """The slopes at a point; None where f has no value, or another one in many digits."""
    try:
        here = program.on_floats(*at)
        if isinstance(here, complex) or not math.isfinite(here) or not program.takes_the_same_branches(at):
            return None
    except (ArithmeticError, ValueError, TypeError):  # TypeError: a comparison of complex numbers
        return None
    exact = truth.value(program.in_many_digits, at, [truth.MANY.mpf(x) for x in at])
    slopes = truth.gradient(program.in_many_digits, at)
    if exact is None or None in slopes or not all([max(map(abs, ends)) < 1e300 for ends in slopes if ends]):
        return None
    return [ends for ends in slopes if ends is not None], bool(abs(here - exact) <= 1e-6 * abs(exact))


def _claims(
    program: Program, at: tuple[float, ...], slopes: list[truth.Interval], is_near: bool, source: random.Random
) -> Iterator[Claim]:
    right = tuple([float((low + high) / 2) for low, high in slopes])

    def claim(kind: str, why: str, claimed: tuple[float, ...]) -> Claim:
        def gradient(*_: float) -> Any:
            return claimed if len(claimed) > 1 else claimed[0]

        return Claim(program.text, program.on_floats, gradient, at, None, kind, why, claimed, slopes, is_near)

    yield claim("right", "right", right)
    k = source.randrange(len(right))
    for slips in (GROSS, FINE):
        why, slip = source.choice(list(slips.items()))
        wrong = slip(right[k]) if abs(right[k]) > 1e-300 else source.choice((-1.0, 1.0)) if slips is GROSS else right[k]
        if truth.distance(wrong, slopes[k]) > 1e-7:
            yield claim("wrong", why, (*right[:k], wrong, *right[k + 1 :]))
