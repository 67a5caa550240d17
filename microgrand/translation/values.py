"""What is known of a value beforehand: all of it, or only its type and the expression that computes it.

The expressions are nodes of Python's `ast`, so that they can be searched, replaced and printed without parsing text.
"""

from __future__ import annotations

import ast
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

# The types of generated code, as it spells them. A list of floats becomes a vec, which mypyc stores as a C array.
FLOAT, BOOL, INT, FLOATS, INTS = "float", "bool", "i64", "vec[float]", "vec[i64]"
ELEMENTS = {FLOATS: FLOAT, INTS: INT}


class TranslationError(Exception):
    """The source uses a construct that this package cannot translate."""


@contextmanager
def translating(what: str) -> Iterator[None]:
    """While this is translated: an error names it."""
    try:
        yield
    except TranslationError as reason:
        raise TranslationError(f"{what}: {reason}") from None


class Known(NamedTuple):
    """A value known beforehand: a number, a function, a class, None."""

    value: Any


class Computed(NamedTuple):
    """A value known only at run time: the expression that computes it, and its type."""

    node: ast.expr
    kind: str


class Run(NamedTuple):
    """Several neighbouring elements of a list, of which only the vec that holds them is known."""

    items: Computed


class Loop(NamedTuple):
    """An iterable of unknown length, as it stands after `in`, and the types of what it yields."""

    node: ast.expr
    kinds: tuple[str, ...]


# A list or tuple whose elements are told apart beforehand is a Python list of these.
Value = Any  # Known | Computed | Run | Loop | list[Value]


def name(text: str) -> ast.Name:
    """A variable, as an expression."""
    return ast.Name(text, ast.Load())


def call(function: str, *arguments: ast.expr) -> ast.expr:
    """The call of a function or constructor; `function` may be dotted or subscripted, as `vec[float]` is."""
    return ast.Call(ast.parse(function, mode="eval").body, list(arguments), [])


def binary(left: ast.expr, operator: ast.operator, right: ast.expr) -> ast.expr:
    """`left operator right`, as an expression."""
    return ast.BinOp(left, operator, right)


def literal(number: float) -> ast.expr:
    """A float, as an expression that mypyc turns into a C constant."""
    if number != number:
        return name("NAN")
    magnitude = ast.Constant(abs(float(number)))
    return ast.UnaryOp(ast.USub(), magnitude) if math.copysign(1.0, number) < 0.0 else magnitude


def is_number(value: Value) -> bool:
    """Whether the value is a number known beforehand."""
    return isinstance(value, Known) and isinstance(value.value, (int, float))


def is_known(value: Value) -> bool:
    """Whether it is known beforehand if a condition holds that the value stands for."""
    return isinstance(value, (Known, list))


def is_condition(value: Value) -> bool:
    """Whether the value is true or false, and no number."""
    return isinstance(value.value, bool) if isinstance(value, Known) else getattr(value, "kind", "") == BOOL


def is_list_at_run_time(value: Value) -> bool:
    """Whether the value is a vec."""
    return isinstance(value, Computed) and value.kind in ELEMENTS


def kind_of(value: Value) -> str:
    """The type of the variable that would hold the value."""
    if isinstance(value, Computed):
        return value.kind
    if is_number(value):
        return INT if type(value.value) is int else FLOAT
    if isinstance(value, list):
        if not value or any(isinstance(each, Run) for each in value):
            return FLOATS
        return f"tuple[{', '.join([kind_of(each) for each in value])}]"
    raise TranslationError(f"{shown(value)} is not a number or a list of numbers")


def as_kind(value: Value, kind: str) -> ast.expr:
    """The expression of the value, converted to the type."""
    if kind == FLOAT:
        return as_float(value)
    if kind == INT:
        return as_int(value)
    if kind == BOOL:
        test = as_test(value)
        return ast.Constant(test.value) if isinstance(test, Known) else test.node
    if kind == FLOATS:
        return as_floats(value)
    if isinstance(value, list):
        return ast.Tuple([as_kind(each, kind_of(each)) for each in value], ast.Load())
    if isinstance(value, Computed) and value.kind == kind:
        return value.node
    raise TranslationError(f"{shown(value)} stands where the type is {kind}")


def as_float(value: Value) -> ast.expr:
    """The expression of a number as a float."""
    if is_number(value):
        if abs(value.value) > sys.float_info.max and abs(value.value) != math.inf:
            raise TranslationError("a whole number is larger than every float")
        return literal(float(value.value))
    if isinstance(value, Computed):
        if value.kind == FLOAT:
            return value.node
        if value.kind == BOOL:
            return ast.IfExp(value.node, literal(1.0), literal(0.0))
        if value.kind == INT:
            return call("float", value.node)
    raise TranslationError(f"{shown(value)} stands where a number is needed")


def as_int(value: Value) -> ast.expr:
    """The expression of a whole number."""
    if isinstance(value, Known) and type(value.value) is int:
        if abs(value.value) >= 2**63:
            raise TranslationError(f"the whole number {value.value:.3g} is too large for 64 bits: write it as a float")
        return call(INT, ast.Constant(value.value))
    if isinstance(value, Computed) and value.kind == INT:
        return value.node
    raise TranslationError(f"{shown(value)} stands where a whole number is needed")


def is_int(value: Value) -> bool:
    """Whether the value is a whole number, known or not."""
    return type(value.value) is int if isinstance(value, Known) else isinstance(value, Computed) and value.kind == INT


def as_index(value: Value) -> ast.expr:
    """The expression of an index; a known one is written as it is, negative or not."""
    return ast.Constant(value.value) if isinstance(value, Known) and type(value.value) is int else as_int(value)


def as_test(value: Value) -> Known | Computed:
    """The value as `if` reads it: known to be true or false, or a bool at run time."""
    if isinstance(value, list):
        if any(isinstance(each, Run) for each in value):
            raise TranslationError("a list of unknown length stands where a condition is needed")
        return Known(bool(value))
    if isinstance(value, Known):
        return Known(bool(value.value))
    if isinstance(value, Computed) and value.kind == BOOL:
        return value
    return Computed(ast.Compare(as_float(value), [ast.NotEq()], [literal(0.0)]), BOOL)


def as_floats(value: Value) -> ast.expr:
    """The expression of a list of floats as one vec."""
    if isinstance(value, Computed) and value.kind == FLOATS:
        return value.node
    if not isinstance(value, list):
        raise TranslationError(f"{shown(value)} stands where a list of numbers is needed")
    if not any(isinstance(each, Run) for each in value):
        items = ast.List([as_float(each) for each in value], ast.Load())
        return call(FLOATS, items) if value else call(FLOATS)
    parts = [each.items.node if isinstance(each, Run) else as_floats([each]) for each in value]
    result = parts[0]
    for each, part in zip(value[1:], parts[1:], strict=True):
        result = call("joined", result, part) if isinstance(each, Run) else call("appended", result, as_float(each))
    return result


def elements(value: Value) -> list[Value]:
    """The elements of a list that are told apart beforehand."""
    if isinstance(value, list):
        return value
    if isinstance(value, Known) and isinstance(value.value, Sequence):
        return [Known(each) for each in value.value]
    if is_list_at_run_time(value):
        return [Run(value)]
    if isinstance(value, Computed) and value.kind.startswith("tuple["):
        kinds = value.kind[len("tuple[") : -1].split(", ")
        return [Computed(ast.Subscript(value.node, ast.Constant(k), ast.Load()), kind) for k, kind in enumerate(kinds)]
    raise TranslationError(f"{shown(value)} stands where a list is needed")


def nodes_of(value: Value) -> Iterable[ast.AST]:
    """All nodes of the expressions in a value."""
    if isinstance(value, list):
        for each in value:
            yield from nodes_of(each)
    elif isinstance(value, Run):
        yield from ast.walk(value.items.node)
    elif isinstance(value, (Computed, Loop)):
        yield from ast.walk(value.node)


def described(value: Value) -> str:
    """The value in words that are equal exactly if the values are."""
    if isinstance(value, list):
        return f"[{', '.join([described(each) for each in value])}]"
    if isinstance(value, Run):
        return f"*{described(value.items)}"
    if isinstance(value, Computed):
        return f"{ast.unparse(value.node)}: {value.kind}"
    if isinstance(value, Loop):
        return f"each {ast.unparse(value.node)}"
    return repr(value.value) if is_number(value) else f"object {id(value.value)}"


def shown(value: Value) -> str:
    """The value as an error message quotes it."""
    if isinstance(value, Computed):
        return f"`{ast.unparse(value.node)}`"
    if isinstance(value, Known):
        return f"{value.value!r:.60}"
    return f"a {type(value).__name__.lower()}"
