"""Programs in Python: a function that needs nothing but `math`."""

from __future__ import annotations

import ast
import math
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from microgrand.program.printed.straight_line import Assignment, Statement, StraightLine

WIDTH = 110
INDENT = "    "


def printed_python(program: StraightLine) -> str:
    """The source of a module: the functions of the rows that are used, and the function that the program is.

    It returns the same numbers as a replay on floats, bit for bit, and raises ValueError where that raises DomainError
    or GuardError.
    """
    functions = [ast.unparse(plain(each)) for each in program.functions]
    return "\n\n\n".join([_opening(program), *functions, _function(program)]) + "\n"


def _opening(program: StraightLine) -> str:
    lines = [part for line in program.header for part in textwrap.wrap(line, WIDTH)]
    safe = [re.sub(r"[^ -~\u00a1-\ud7ff]", "�", line).replace("\\", "\\\\").replace('"', '\\"') for line in lines]
    return '"""' + "\n".join([*safe, '"""', "", "import math"])


def _function(program: StraightLine) -> str:
    names = [name for name, _ in program.arguments]
    lines = [f"def {program.title}({', '.join(names)}):"]
    for name, nesting in program.arguments:
        lines += [INDENT + line for line in _taken_apart(name, nesting)]
    lines += [f"{INDENT}z{slot} = {number!r}  # {_comment(name)}" for slot, name, number in program.parameters]
    lines += [INDENT + line for each in program.statements for line in _statement(each)]
    returned = _nested(program.result)
    return "\n".join([*lines, *_broken(f"{INDENT}return ", returned)])


def _statement(statement: Statement) -> Iterator[str]:
    expression = statement.value if isinstance(statement, Assignment) else statement.holds
    text = ast.unparse(plain(expression))
    if not isinstance(statement, Assignment):
        yield f"if not ({text}):"
        yield f"{INDENT}raise ValueError({_quoted(statement.message)})"
    else:
        told = _letters(text) == _letters(statement.comment) or not statement.comment
        yield f"z{statement.slot} = {text}" + ("" if told else f"  # {_comment(statement.comment)}")


def _taken_apart(name: str, nesting: Any) -> Iterator[str]:
    """Statements that assign the numbers of an argument to its slots."""
    if isinstance(nesting, int):
        yield f"z{nesting} = {name}"
    elif isinstance(nesting, dict):
        for key, part in nesting.items():
            yield from _taken_apart(f"{name}[{key!r}]", part)
    elif nesting and all([isinstance(part, int) for part in nesting]):
        targets = [f"z{part}" for part in nesting]
        yield from _broken("", [f"[{targets[0]}", *targets[1:-1], f"{targets[-1]}] = {name}"] if targets[1:] else
                           [f"[{targets[0]}] = {name}"])  # fmt: skip
    else:
        for k, part in enumerate(nesting):
            yield from _taken_apart(f"{name}[{k}]", part)


def _nested(result: Any) -> list[str]:
    """The result as an expression, in pieces between which a line may be broken."""
    if isinstance(result, int):
        return [f"z{result}"]
    if isinstance(result, dict):
        parts = [[f"{key!r}: {pieces[0]}", *pieces[1:]] for key, pieces in
                 [(key, _nested(part)) for key, part in result.items()]]  # fmt: skip
        opening, closing = "{", "}"
    else:
        parts = [_nested(part) for part in result]
        opening, closing = ("[", "]") if isinstance(result, list) else ("(", ",)" if len(parts) == 1 else ")")
    pieces = [piece for part in parts for piece in part]
    if not pieces:
        return [opening + closing.replace(",", "")]
    pieces[0] = opening + pieces[0]
    pieces[-1] += closing
    return pieces


def _broken(start: str, pieces: Sequence[str]) -> list[str]:
    """The pieces, with commas between them, in lines that are not too long."""
    lines, line = [], start + pieces[0]
    for piece in pieces[1:]:
        if len(line) + len(piece) > WIDTH:
            lines.append(line + ",")
            line = INDENT * 2 + piece
        else:
            line += ", " + piece
    return [*lines, line]


def _comment(text: str) -> str:
    """Text that stays on its line."""
    return re.sub(r"[^ -~\u00a1-\ud7ff]", "�", text)


def _quoted(text: str) -> str:
    """Text as a string of Python, in double quotes."""
    return '"' + repr(f"'{text}").removeprefix("\"'").removesuffix('"').replace('\\"', '"').replace('"', '\\"') + '"'


def _letters(text: str) -> str:
    """A step without what a listing and Python write otherwise."""
    return re.sub(r"float_|math\.|[ ()*·]", "", text)


def plain(node: Any) -> Any:
    """A copy of code in which the types that a compiler takes are Python's own: lists, whole numbers."""
    if isinstance(node, list):
        return [plain(each) for each in node]
    if isinstance(node, ast.Name):
        return _expression("math.nan") if node.id == "NAN" else node
    if isinstance(node, ast.Constant):
        return _expression("math.inf") if node.value == math.inf else node
    if isinstance(node, ast.arg):
        return ast.arg(node.arg)
    if not isinstance(node, ast.AST) or not node._fields:
        return node
    made = type(node)(*[plain(getattr(node, field, None)) for field in node._fields])
    if isinstance(made, ast.FunctionDef):
        made.returns = None
    if isinstance(made, ast.stmt):
        made.lineno = 0  # which `ast.unparse` asks for
    return _called(made) if isinstance(made, ast.Call) else made


def _called(node: ast.Call) -> ast.expr:
    """A call of what only compiled code has, in Python."""
    called = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
    if called in ("i64", "vec[float]", "vec[i64]"):
        return node.args[0] if node.args else ast.List([], ast.Load())
    if called not in _IN_PYTHON:
        return node
    return _expression(_IN_PYTHON[called].format(*[f"({ast.unparse(each)})" for each in node.args]))


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


# What the functions of rows call beside `math`.
_IN_PYTHON = {
    "exact_sum": "math.fsum({0})", "euclidean_norm": "math.hypot(*{0})", "frexp_mantissa": "math.frexp({0})[0]",
    "frexp_exponent": "math.frexp({0})[1]", "joined": "{0} + {1}", "appended": "{0} + [{1}]",
    "append": "{0} + [{1}]",
}  # fmt: skip
