"""`StraightLine`: a program as one statement after another, in typed plain code: what every language prints.

An expression is a node of Python's `ast`, in which the number in slot 3 is called z3. It is made from the source of the
row's own function, by `microgrand.translation`, so that no formula is written down for a language.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from microgrand.nested import rebuilt
from microgrand.program.needs import ALWAYS, Alternatives, needs
from microgrand.program.printed.decided import decided
from microgrand.program.printed.identifiers import Identifiers
from microgrand.program.tape import Guard, Tape, slots
from microgrand.table.primitive import Primitive
from microgrand.table.rows import TABLE
from microgrand.translation.rows import Rows, operands, parameters
from microgrand.translation.values import (
    BOOL,
    FLOAT,
    FLOATS,
    Known,
    as_float,
    as_kind,
    call,
    literal,
    name,
    translating,
)


class Assignment(NamedTuple):
    """z7 = value; `comment` is the step as a listing writes it."""

    slot: int
    value: ast.expr
    comment: str


class Check(NamedTuple):
    """What must hold before the next statement: an operand lies in its row's domain, or a branch is the recorded one.

    number   of the check, from 1
    holds    an expression of the type bool; NaN lies in every domain
    message  what is wrong where it does not hold
    """

    number: int
    holds: ast.expr
    message: str


Statement = Assignment | Check


class StraightLine(NamedTuple):
    """A program, ready to be printed.

    title       the name of the function: an identifier in every language
    arguments   of each its name, an identifier too, and its slots, nested as the argument is
    inputs      what each input is called, in order: "w", "x[0]"; for comments only
    parameters  slot, name and number of each leaf whose number is fixed
    functions   what the statements call, each function after those that it calls
    statements  in order
    result      a slot, or a nested list, tuple or dict of slots
    header      what the function computes, in lines of prose
    derivative  what the result is: "gradient" stands for a pair of value and gradient, None for the value
    """

    title: str
    arguments: list[tuple[str, Any]]
    inputs: list[str]
    parameters: list[tuple[int, str, float]]
    functions: list[ast.FunctionDef]
    statements: list[Statement]
    result: Any
    header: list[str]
    derivative: str | None = None


def straight_line(program: Tape, derivative: str | None = None, header: Sequence[str] = ()) -> StraightLine:
    """The program as statements. Raises TranslationError where the source of a row cannot be read.

    >>> from microgrand import record
    >>> [ast.unparse(each.value) for each in straight_line(record(lambda x: x * x + 1.0, 2.0)).statements]
    ['z0 * z0', 'z2 + 1.0']
    """
    code = _Code()
    statements = list(_numbered(_statements(program, code)))
    names = Identifiers()
    title = names.of("f" if program.title.startswith("<") else program.title, "f")
    filled = iter(range(len(program.inputs)))
    arguments = [
        (names.of(called, "x"), rebuilt(argument, filled))
        for called, argument in zip(program.names, program.example, strict=True)
    ]
    first = len(program.inputs)
    fixed = [(first + k, called, number) for k, (called, number) in enumerate(program.parameters)]
    return StraightLine(
        title, arguments, program.input_names, fixed, code.called(), statements, program.result,
        list(header), derivative,
    )  # fmt: skip


class _Template(NamedTuple):
    """An expression of operands, by their names."""

    parameters: dict[str, str]
    node: ast.expr

    def of(self, items: Sequence[ast.expr]) -> ast.expr:
        """The expression of these operands: of a row that takes lists, the items of one after those of the other."""
        kinds = list(self.parameters.values())
        if FLOATS in kinds:
            size = len(items) // len(kinds)
            starts = range(0, size * len(kinds), size or 1)
            lists = [items[start : start + size] for start in starts] if items else [items] * len(kinds)
            items = [call(FLOATS, ast.List(list(each), ast.Load())) for each in lists]
        found: ast.expr = _replaced(self.node, dict(zip(self.parameters, items, strict=True)))
        return found


class _Code:
    """The rows of a program as templates, each translated once."""

    def __init__(self) -> None:
        self._rows = Rows()
        self._values: dict[Primitive, _Template] = {}
        self._tests: dict[Primitive, _Template | None] = {}

    def value(self, row: Primitive) -> _Template:
        """The value of a row."""
        if row not in self._values:
            with translating(row.name):
                node = as_float(self._rows.call(row, operands(row)))
            self._values[row] = self._template(row, node, f"float_{row.name}", FLOAT)
        return self._values[row]

    def test(self, row: Primitive) -> _Template | None:
        """Whether operands lie in the domain; None where they always do."""
        if row not in self._tests:
            holds = self._rows.holds(row, operands(row)) if row.bounded else Known(True)
            known = isinstance(holds, Known)
            node = as_kind(holds, BOOL)
            self._tests[row] = None if known else self._template(row, node, f"float_{row.name}_holds", BOOL)
        return self._tests[row]

    def _template(self, row: Primitive, node: ast.expr, title: str, kind: str) -> _Template:
        """An expression as a template; a call, where a list would be written twice or looped over."""
        takes = parameters(row)
        mentioned = [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
        loops = any(isinstance(each, ast.comprehension) for each in ast.walk(node))
        lists = [each for each, of in takes.items() if of == FLOATS]
        if loops or any(mentioned.count(each) > 1 for each in lists):
            title = self._rows.free_name(title)
            head = ", ".join([f"{each}: {of}" for each, of in takes.items()])
            (function,) = ast.parse(f"def {title}({head}) -> {kind}: pass").body
            assert isinstance(function, ast.FunctionDef)
            function.body = [ast.Return(node)]
            self._rows.functions[title] = function
            node = call(title, *[name(each) for each in takes])
        return _Template(takes, node)

    def called(self) -> list[ast.FunctionDef]:
        """The functions that the templates call, and those that these call, each after those that it calls."""
        functions = self._rows.functions
        needed: set[str] = set()
        waiting: list[ast.AST] = [each.node for each in [*self._values.values(), *self._tests.values()] if each]
        while waiting:
            mentioned = {each.id for each in ast.walk(waiting.pop()) if isinstance(each, ast.Name)}
            called = mentioned & (functions.keys() - needed)
            needed |= called
            waiting += [functions[each] for each in called]
        return [ast.fix_missing_locations(functions[each]) for each in functions if each in needed]


def _statements(program: Tape, code: _Code) -> Iterator[Statement]:
    """The statements of a program, the checks not numbered yet."""
    after = program.guards_after
    conditions = program.derived("needs", lambda: needs(program))
    later: dict[int, list[Check]] = {}  # checks that stand after the slot with which it is known if they are needed
    for slot in sorted({slot for slot in slots(program.result) if program.is_constant(slot)}):
        yield Assignment(slot, _operand(program, slot), "")
    yield from [_of_guard(program, guard, code) for guard in after.get(program.first - 1, [])]
    for filled, (row, members) in program.numbered():
        for slot, used in enumerate(members, filled):
            items = [_operand(program, k) for k in used]
            text = row.notation.write("text", [ast.unparse(each) for each in items])
            test = code.test(row)
            holds = ast.Constant(True) if test is None else decided(test.of(items))
            value = code.value(row).of(items)
            if not (isinstance(holds, ast.Constant) and holds.value):
                ways = conditions.get(slot, ALWAYS)
                check = Check(0, _if_needed(program, holds, ways), f"{_rule(row)}: z{slot} = {text}")
                known = max([k for way in ways for k, _ in way], default=-1)
                if known > slot:
                    later.setdefault(known, []).append(check)
                else:
                    yield check
                if ways != ALWAYS and TABLE.get(row.name) is not row:  # a user's row may raise outside its domain
                    value = ast.IfExp(holds, value, literal(math.nan))
            yield Assignment(slot, value, text)
            yield from later.get(slot, [])
            yield from [_of_guard(program, guard, code) for guard in after.get(slot, [])]


def _if_needed(program: Tape, holds: ast.expr, ways: Alternatives) -> ast.expr:
    """That a test holds, or that in each of the ways in which the step is needed one condition does not."""
    if ways == ALWAYS:
        return holds
    unneeded = [
        _joined(ast.Or(), [_opposite(program, *condition) for condition in sorted(way)])
        for way in sorted(ways, key=sorted)
    ]
    return ast.BoolOp(ast.Or(), [_joined(ast.And(), unneeded), holds])


def _opposite(program: Tape, slot: int, other_than_zero: bool) -> ast.expr:
    return ast.Compare(_operand(program, slot), [ast.Eq() if other_than_zero else ast.NotEq()], [literal(0.0)])


def _joined(op: ast.boolop, tests: list[ast.expr]) -> ast.expr:
    return tests[0] if len(tests) == 1 else ast.BoolOp(op, tests)


def _numbered(statements: Iterator[Statement]) -> Iterator[Statement]:
    """The statements with the checks numbered; what was checked before is not checked again."""
    done: set[str] = set()
    for each in statements:
        if isinstance(each, Assignment):
            yield each
        elif (text := ast.unparse(each.holds)) not in done:
            done.add(text)
            yield each._replace(number=len(done))


def _operand(program: Tape, slot: int) -> ast.expr:
    """A slot as an operand: a constant is written as its number."""
    at = slot - (program.first - len(program.constants))
    return literal(program.constants[at]) if program.is_constant(slot) else name(f"z{slot}")


def _of_guard(program: Tape, guard: Guard, code: _Code) -> Check:
    sides = [_operand(program, guard.left), _operand(program, guard.right)]
    holds = _as_test(code.value(guard.comparison).of(sides))
    holds = holds if guard.outcome else ast.UnaryOp(ast.Not(), holds)
    text = guard.comparison.notation.write("text", [ast.unparse(each) for each in sides])
    return Check(0, holds, f"{program.title} was recorded where {text} is {guard.outcome}; here it is not")


def _as_test(x: ast.expr) -> ast.expr:
    """Whether x is not 0: of `1.0 if a < b else 0.0`, the comparison."""
    if isinstance(x, ast.IfExp) and [ast.unparse(each) for each in (x.body, x.orelse)] == ["1.0", "0.0"]:
        return x.test
    return ast.Compare(x, [ast.NotEq()], [literal(0.0)])


def _rule(row: Primitive) -> str:
    """Where a row is defined, in words."""
    where = " or ".join(dict.fromkeys([str(domain) for domain in row.domains if not domain.everything]))
    return f"{row.name} is defined on {where}" if where else f"{row.name} is defined {row.joint_words}"


def _replaced(node: Any, by: dict[str, ast.expr]) -> Any:
    """A copy of an expression, with expressions in the place of names."""
    if isinstance(node, ast.Name):
        return by.get(node.id, node)
    if isinstance(node, list):
        return [_replaced(each, by) for each in node]
    if not isinstance(node, ast.AST) or not node._fields or isinstance(node, ast.Constant):
        return node
    return type(node)(*[_replaced(getattr(node, field, None), by) for field in node._fields])
