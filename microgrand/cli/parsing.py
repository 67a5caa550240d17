"""An expression as text, and what it computes: parsed against a list of what is allowed, and never run as Python."""

from __future__ import annotations

import ast
import difflib
import math
import re
import unicodedata
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from microgrand.cli.notation import SYMBOLS, in_python, name_in_python
from microgrand.engine.value import Value
from microgrand.errors import DivisionByZeroError
from microgrand.outer_errors import InputError
from microgrand.table.arithmetic import add, div, mul, neg, sub
from microgrand.table.primitive import Primitive
from microgrand.table.rows import TABLE, floordiv, mod, pow

_OPERATORS: Final[dict[type, Primitive]] = {
    ast.Add: add, ast.Sub: sub, ast.Mult: mul, ast.Div: div, ast.Pow: pow, ast.FloorDiv: floordiv, ast.Mod: mod,
}  # fmt: skip
_COMPARISONS: Final[dict[type, str]] = {
    ast.Gt: "greater", ast.GtE: "greater_equal", ast.Lt: "less", ast.LtE: "less_equal",
    ast.Eq: "equal", ast.NotEq: "not_equal",
}  # fmt: skip
_OTHER_NAMES: Final = {
    "ln": "log", "max": "maximum", "min": "minimum", "arcsin": "asin", "arccos": "acos", "arctan": "atan",
    "fabs": "abs", "power": "pow",
}  # fmt: skip
_CONSTANTS: Final = {"pi": repr(math.pi), "π": repr(math.pi), "e": repr(math.e)}
_INSTEAD: Final[dict[type, str]] = {  # what Python has and an expression has not, and what to write
    ast.IfExp: "there is no if here: write where(x > 0, a, b)",
    ast.BoolOp: "there is no and, or: comparisons give 1 or 0, so multiply them, (x > 0)*(x < 1)",
    ast.Subscript: "a name is one number, and has no items: write x0 and x1 for x[0] and x[1]",
    ast.Attribute: "names have no dots: write x_y for x.y",
    ast.Constant: "text is no number: write names and numbers without quotation marks",
    ast.Compare: "compare two numbers at a time: (0 < x)*(x < 1)",
}
_TOO_DEEP: Final = "the expression is nested too deeply to be read: write a long sum as sum([a, b, c])"
_ALLOWED: Final = "numbers, names, + - * / // % **, comparisons, lists, and the functions of microgrand's table"


class ExpressionError(InputError):
    """An expression that cannot be read; the message points at the column."""

    def __init__(self, text: str, column: int, why: str) -> None:
        start = max(column - 60, 0)
        cut = "".join([c if c.isprintable() else "\ufffd" for c in text[start : start + 100]])
        super().__init__(f"column {column + 1}: {why}\n  {cut}\n  {' ' * (column - start)}^")
        self.column = column


def evaluate(text: str, values: Mapping[str, float]) -> tuple[Value, dict[str, Value]]:
    """The root of what an expression computes, and the leaf of each name in it.

    text    Python's arithmetic and comparisons on numbers and names, and calls of the functions of the table
    values  the number of each name

    Raises ExpressionError, which tells the column, for what is not allowed there, for names without a number, and
    where a function is not defined; InputError for numbers whose name is not in the expression.

    >>> root, leaves = evaluate("log(1 + exp(-y*x))", {"x": 0.0, "y": 1.0})
    >>> root.data, list(leaves)
    (0.6931471805599453, ['y', 'x'])
    """
    text = " ".join(text.splitlines()).replace("\t", " ").rstrip()
    if not text:
        raise InputError("the expression is empty")
    given = {unicodedata.normalize("NFKC", name): number for name, number in values.items()}
    reader = _Reader(text, given)
    try:
        result = reader.read(_parsed(text))
    except RecursionError:
        raise InputError(_TOO_DEEP) from None
    unused = [name for name in given if name not in reader.leaves]
    if unused:
        raise InputError(f"{unused[0]} is given, but does not occur in the expression")
    if isinstance(result, list):
        raise InputError("the expression is a list: a graph has one number at its root")
    if not isinstance(result, Value):
        raise InputError("the expression has no name in it, so there is nothing to differentiate in: write x, and x=2")
    return result, reader.leaves


def numbers_of(assignments: Sequence[str]) -> dict[str, float]:
    """The numbers that words such as "x=2" give to names; whatever is wrong with them is an InputError.

    >>> numbers_of(["x=2", "rate=1e-3"])
    {'x': 2.0, 'rate': 0.001}
    """
    numbers: dict[str, float] = {}
    for words in assignments:
        name, equals, number = words.partition("=")
        name = name.strip()
        if not equals or not name.isidentifier():
            meant = name_in_python(name) if equals else None
            way_out = f": write {meant}={number}" if meant else ""
            raise InputError(f"numbers are given as name=number, such as x=2; got {words!r:.60}{way_out}")
        if name in numbers:
            raise InputError(f"{name} is given twice")
        try:
            numbers[name] = float(number)
        except ValueError:
            way_out = ": write a point, no comma" if "," in number else ": write 0.5 for 1/2" if "/" in number else ""
            raise InputError(f"{name} is a number; got {number!r:.60}{way_out}") from None
    return numbers


def _parsed(text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python's own style
            return ast.parse(text.lstrip(), mode="eval").body
    except SyntaxError as error:
        offset = error.offset or len(text) + 1  # 0 stands for the end
        column = min(offset - 1 + len(text) - len(text.lstrip()), len(text))
        raise ExpressionError(text, column, _no_expression(text, error.msg)) from None
    except MemoryError:  # too deep for Python's own parser
        raise InputError(_TOO_DEEP) from None
    except ValueError as error:  # a NUL in the text
        raise InputError(f"the expression cannot be read: {error}") from None


def _no_expression(text: str, why: str) -> str:
    meant = in_python(text)
    if meant is None and re.search(r"(?<![<>=!:])=(?!=)", text):
        return "an expression has no =: the numbers stand after it, x=3; == compares"
    return f"this is no expression{f'; write {meant}' if meant else f': {why}'}"


class _Reader:
    """Computes an expression, and collects the leaves it meets."""

    def __init__(self, text: str, given: Mapping[str, float]) -> None:
        self.leaves: dict[str, Value] = {}
        self._text = text
        self._given = given
        self._start = len(text) - len(text.lstrip())

    def read(self, item: ast.expr) -> Any:
        """The Value, or number, or list of these, that a part of the expression computes."""
        match item:
            case ast.Constant(value=bool()) | ast.Constant(value=complex()):
                raise self._error(item, f"{item.value!r} is no real number")
            case ast.Constant(value=int() | float() as number):
                return self._number(item, number)
            case ast.Name():
                return self._named(item)
            case ast.UnaryOp(op=ast.UAdd()):
                return self.read(item.operand)
            case ast.UnaryOp(op=ast.USub()):
                operand = self.read(item.operand)
                return self._applied(item, neg, [operand])
            case ast.BinOp() if type(item.op) in _OPERATORS:
                return self._chain(item)
            case ast.BinOp(op=ast.BitXor()):
                raise self._error(item.right, f"^ is no power here: write {in_python(self._text) or '**'}")
            case ast.Compare(ops=[operator], comparators=[right]) if type(operator) in _COMPARISONS:
                row = TABLE[_COMPARISONS[type(operator)]]
                return self._applied(item, row, [self.read(item.left), self.read(right)])
            case ast.List() | ast.Tuple():
                return [self.read(each) for each in item.elts]
            case ast.Call():
                return self._called(item)
        raise self._error(item, _INSTEAD.get(type(item), f"allowed are {_ALLOWED}"))

    def _chain(self, item: ast.BinOp) -> Any:
        """A chain such as a + b + c + d, from its first operand on: Python nests it as deeply as it is long."""
        chain = [item]
        while isinstance(left := chain[-1].left, ast.BinOp) and type(left.op) in _OPERATORS:
            chain.append(left)
        result = self.read(chain[-1].left)
        for each in reversed(chain):
            result = self._applied(each, _OPERATORS[type(each.op)], [result, self.read(each.right)])
        return result

    def _number(self, item: ast.expr, number: int | float) -> float:
        try:
            return float(number)
        except OverflowError:
            raise self._error(item, "this number is larger than any float") from None

    def _named(self, item: ast.Name) -> Value:
        if item.id not in self._given:
            if item.id in TABLE:
                raise self._error(item, f"{item.id} is a function: write {item.id}(…)")
            if "·" in item.id and (meant := in_python(self._text)):  # which Python takes for a letter
                raise self._error(item, f"this is no expression; write {meant}")
            number = _CONSTANTS.get(item.id, "…")
            raise self._error(item, f"{item.id} has no number: add {item.id}={number}")
        if item.id not in self.leaves:
            self.leaves[item.id] = Value(self._given[item.id], name=item.id)
        return self.leaves[item.id]

    def _called(self, item: ast.Call) -> Any:
        name = item.func.id if isinstance(item.func, ast.Name) else None
        if isinstance(item.func, ast.Attribute) and item.func.attr in TABLE:
            raise self._error(item.func, f"functions have no dots before them: write {item.func.attr}(…)")
        if name not in TABLE:
            near = [_OTHER_NAMES[name]] if name in _OTHER_NAMES else difflib.get_close_matches(name or "", TABLE, 1)
            meant = in_python(self._text) if name is None or name in SYMBOLS else None
            guess = (
                f": write {meant}" if meant else f": did you mean {near[0]}?" if near else f"; allowed are {_ALLOWED}"
            )
            raise self._error(item.func, f"{name or 'this'} is no function of the table{guess}")
        if item.keywords:
            raise self._error(item.keywords[0].value, "functions take their operands by position")
        operands = [self.read(each) for each in item.args]
        self._require_lists(item, TABLE[name], operands)
        return self._applied(item, TABLE[name], operands)

    def _require_lists(self, item: ast.Call, row: Primitive, operands: Sequence[Any]) -> None:
        """Refuse single operands where a function takes lists; one that takes a list alone takes its elements too."""
        lists, rest = len(row.signature.lists), len(row.signature.indices)
        if lists + rest < 2 or lists == 0:
            return
        taken = [isinstance(operand, list) for operand in operands]
        if taken != [True] * lists + [False] * rest:
            form = ", ".join([*["[…]"] * lists, *["k"] * rest])
            index = ", and k counts from 0" if rest else ""
            raise self._error(item, f"write {row.name}({form}): the brackets are lists{index}")

    def _applied(self, item: ast.expr, row: Callable[..., Any], operands: Sequence[Any]) -> Any:
        try:
            return row(*operands)
        except DivisionByZeroError as error:
            raise self._error(item, "here is a division by zero") from error
        except (TypeError, ValueError, OverflowError) as error:  # outside the domain, too few operands, a list
            raise self._error(item, str(error)) from error

    def _error(self, item: ast.expr, why: str) -> ExpressionError:
        """The error that points at a part of the expression; ast counts bytes, people count characters."""
        before = self._text.lstrip().encode()[: item.col_offset].decode(errors="ignore")
        return ExpressionError(self._text, self._start + len(before), why)
