"""Operators, built-in functions and functions of `math`, on values that may be known beforehand."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from microgrand.translation.values import (
    BOOL,
    ELEMENTS,
    FLOAT,
    FLOATS,
    INT,
    INTS,
    Computed,
    Known,
    Loop,
    Run,
    TranslationError,
    Value,
    as_float,
    as_floats,
    as_int,
    as_kind,
    as_test,
    binary,
    call,
    elements,
    is_int,
    is_list_at_run_time,
    is_number,
    kind_of,
    literal,
)

ARITHMETIC: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
}  # fmt: skip
COMPARISONS: dict[type, Callable[..., bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne, ast.Is: operator.is_, ast.IsNot: operator.is_not,
}  # fmt: skip
OPERATOR_FUNCTIONS = {function: node for node, function in ARITHMETIC.items()}
LARGEST_FACTOR = 1000  # by which a whole number at run time may be multiplied
LARGEST_POWER = 2000  # bits
# An object of each type, to ask once and for all what isinstance and hasattr say of it.
EXAMPLES: dict[str, object] = {FLOAT: 0.0, BOOL: False, INT: 0, FLOATS: [], INTS: []}


# ---- operators -----------------------------------------------------------------------------------
def unary(op: ast.unaryop, value: Value) -> Value:
    """`-x`, `+x` or `not x`."""
    if isinstance(op, ast.Not):
        test = as_test(value)
        return Known(not test.value) if isinstance(test, Known) else Computed(ast.UnaryOp(op, test.node), BOOL)
    if isinstance(op, ast.UAdd):
        return value if is_int(value) or isinstance(value, Known) else Computed(as_float(value), FLOAT)
    if not isinstance(op, ast.USub):
        raise TranslationError(f"the operator {type(op).__name__} has no translation")
    if is_number(value):
        return Known(-value.value)
    if is_int(value):
        return Computed(ast.UnaryOp(op, as_int(value)), INT)
    return Computed(ast.UnaryOp(op, as_float(value)), FLOAT)


def arithmetic(x: Value, op: ast.operator, y: Value) -> Value:
    """`x op y`: of numbers, of lists, or of conditions (`|`, `&`)."""
    if isinstance(op, (ast.BitOr, ast.BitAnd)):
        return joint_test([as_test(x), as_test(y)], ast.Or() if isinstance(op, ast.BitOr) else ast.And())
    if type(op) not in ARITHMETIC:
        raise TranslationError(f"the operator {type(op).__name__} has no translation")
    if isinstance(x, list):
        return list_arithmetic(x, op, y)
    if is_number(x) and is_number(y):
        try:
            return Known(ARITHMETIC[type(op)](x.value, y.value))
        except ArithmeticError:
            pass  # raised again at run time
    if is_int(x) and is_int(y) and not isinstance(op, ast.Div):
        if isinstance(op, ast.Mult):
            small_product(x, y)
        return Computed(binary(as_int(x), op, as_int(y)), INT)
    if isinstance(op, ast.Mult) and 1.0 in [each.value for each in (x, y) if is_number(each)]:
        return Computed(as_float(y if isinstance(x, Known) else x), FLOAT)
    return Computed(binary(as_float(x), op, as_float(y)), FLOAT)


def small_product(x: Value, y: Value) -> None:
    """Refuse a product of whole numbers that may not fit in 64 bits: Python's grow, those of machine code wrap."""
    factors = [each.value for each in (x, y) if isinstance(each, Known)]
    if not factors or abs(factors[0]) > LARGEST_FACTOR:
        raise TranslationError("a product of whole numbers has no translation, as it may be too large: use floats")


def power_of_whole_numbers(x: Value, y: Value) -> Value:
    """`x**y` where Python computes it exactly; None where it is a power of floats."""
    if not (is_int(x) and is_int(y)):
        return None
    if isinstance(x, Known) and isinstance(y, Known):
        if x.value == 0 > y.value or abs(y.value) * x.value.bit_length() > LARGEST_POWER:
            raise TranslationError(f"{x.value}**{y.value} has no translation")
        return Known(x.value**y.value)
    if isinstance(x, Known) and x.value != 0 and abs(x.value) & (abs(x.value) - 1) == 0:
        return None  # ±2, ±4, …: the floats are exact
    raise TranslationError("a power of whole numbers has no translation, as it may be too large: use floats")


def chosen(test: Known | Computed, x: Value, y: Value) -> Value:
    """`x if test else y`."""
    if isinstance(test, Known):
        return x if test.value else y
    kinds = {FLOAT if is_number(each) else kind_of(each) for each in (x, y)}
    kind = kinds.pop() if len(kinds) == 1 else FLOAT
    return Computed(ast.IfExp(test.node, as_kind(x, kind), as_kind(y, kind)), kind)


def list_arithmetic(x: list[Value], op: ast.operator, y: Value) -> Value:
    """`[a] * n` or `[a] + [b]`."""
    if isinstance(op, ast.Add):
        return [*x, *elements(y)]
    if isinstance(op, ast.Mult) and isinstance(y, Known):
        return x * y.value
    if isinstance(op, ast.Mult) and len(x) == 1 and not isinstance(x[0], Run):
        kind = INT if is_int(x[0]) else FLOAT
        kinds = {element: items for items, element in ELEMENTS.items()}
        repeated = binary(ast.List([as_kind(x[0], kind)], ast.Load()), op, as_int(y))
        return Computed(call(kinds[kind], repeated), kinds[kind])
    raise TranslationError("this arithmetic on lists has no translation")


def compared(x: Value, op: ast.cmpop, y: Value) -> Known | Computed:
    """`x op y`, a comparison."""
    if type(op) not in COMPARISONS:
        raise TranslationError(f"the comparison {type(op).__name__} has no translation")
    if isinstance(x, Known) and isinstance(y, Known):
        return Known(COMPARISONS[type(op)](x.value, y.value))
    if isinstance(op, (ast.Is, ast.IsNot)):  # a number is no other object
        return Known(isinstance(op, ast.IsNot))
    if isinstance(x, Computed) and x.kind == BOOL and y == Known(0.0) and isinstance(op, ast.NotEq):
        return x
    left, right = (as_int(x), as_int(y)) if is_int(x) and is_int(y) else (as_float(x), as_float(y))
    return Computed(ast.Compare(left, [op], [right]), BOOL)


def joint_test(tests: list[Known | Computed], op: ast.boolop) -> Known | Computed:
    """The conjunction or disjunction of conditions, without those that decide nothing."""
    decisive = isinstance(op, ast.Or)
    if Known(decisive) in tests:
        return Known(decisive)
    unknown = [each.node for each in tests if isinstance(each, Computed)]
    if not unknown:
        return Known(not decisive)
    return Computed(ast.BoolOp(op, unknown) if len(unknown) > 1 else unknown[0], BOOL)


# ---- lists ---------------------------------------------------------------------------------------
def known_slice(items: list[Value], ends: list[Any]) -> list[Value]:
    """`items[low:high]` where the elements that are cut off have separate variables."""
    if not all(end is None or isinstance(end, Known) for end in ends):
        raise TranslationError("the ends of this slice are not known beforehand")
    low, high = [None if end is None else end.value for end in ends]
    counted = [items[:end] if end >= 0 else items[end:] for end in (low, high) if end is not None]
    if any(isinstance(each, Run) for passed in counted for each in passed):
        raise TranslationError("this slice begins or ends within elements of unknown number")
    return items[low:high]


def comprehension_at_run_time(target: ast.expr, over: ast.expr, conditions: list[ast.expr], item: Value) -> Value:
    """A comprehension as a vec; of conditions, as what `any` and `all` take."""
    generators = [ast.comprehension(target, over, conditions, 0)]
    if isinstance(item, Known) and isinstance(item.value, bool):
        return [Run(Computed(ast.Constant(item.value), BOOL))]
    if isinstance(item, Computed) and item.kind == BOOL:
        return [Run(Computed(ast.GeneratorExp(item.node, generators), BOOL))]
    kind = INTS if is_int(item) else FLOATS
    return Computed(call(kind, ast.ListComp(as_kind(item, ELEMENTS[kind]), generators)), kind)


def some_or_all(function: Callable[..., bool], items: Value) -> Known | Computed:
    """`any(items)` or `all(items)`."""
    op = ast.Or() if function is any else ast.And()
    tests: list[Known | Computed] = []
    for each in elements(items):
        if not isinstance(each, Run):
            tests.append(as_test(each))
        elif isinstance(each.items.node, ast.GeneratorExp):
            tests.append(Computed(call(function.__name__, each.items.node), BOOL))
        elif isinstance(each.items.node, ast.Constant) and each.items.node.value == (function is all):
            tests.append(Known(function is all))  # of any number of elements, also of none
        else:
            raise TranslationError(f"{function.__name__}() of this list has no translation")
    return joint_test(tests, op)


def loop(function: Callable[..., Any], arguments: list[Value]) -> Loop:
    """`range(…)`, `enumerate(…)` or `zip(…)`, natively compiled loops."""
    if function is range:
        return Loop(call("range", *[as_int(each) for each in arguments]), (INT,))
    nodes = [as_floats(each) if isinstance(each, list) else each.node for each in arguments]
    kinds = tuple([FLOAT if isinstance(each, list) else ELEMENTS[each.kind] for each in arguments])
    return Loop(call(function.__name__, *nodes), (INT, *kinds) if function is enumerate else kinds)


# ---- functions that Python defines ---------------------------------------------------------------
def question(function: Callable[..., Any], arguments: list[Value]) -> Known:
    """isinstance, hasattr or getattr: the answer for all objects of the operand's type."""
    first, *rest = arguments
    example = first.value if isinstance(first, Known) else EXAMPLES[kind_of(first)]
    others = [tuple([x.value for x in each]) if isinstance(each, list) else each.value for each in rest]
    return Known(function(example, *others))


def length(items: Value) -> Value:
    """`len(items)`."""
    if is_list_at_run_time(items):
        return Computed(call(INT, call("len", items.node)), INT)
    parts = elements(items)
    runs = [each for each in parts if isinstance(each, Run)]
    result: Value = Known(len(parts) - len(runs))
    for each in runs:
        more = length(each.items)
        result = more if result == Known(0) else arithmetic(result, ast.Add(), more)
    return result


def half(items: Value, k: int) -> Value:
    """One of the two lists of unknown length that `items` is made of."""
    if not (isinstance(items, list) and len(items) == 2 and all(isinstance(each, Run) for each in items)):
        raise TranslationError("there are no two lists to take one of")
    return items[k].items


def absolute(x: Value) -> Value:
    """`abs(x)`."""
    return Known(abs(x.value)) if is_number(x) else Computed(call("abs", as_float(x)), FLOAT)


def to_float(x: Value) -> Value:
    """`float(x)`."""
    return Known(float(x.value)) if is_number(x) else Computed(as_float(x), FLOAT)


def to_int(x: Value) -> Value:
    """`int(x)`."""
    if is_int(x):
        return x
    return Known(int(x.value)) if is_number(x) else Computed(call(INT, call("int", as_float(x))), INT)


def mathematical(function: str, arguments: list[Value]) -> ast.expr:
    """A function of the math module, called at run time only: another machine's may differ in the last bit."""
    if function == "fsum":
        return call("exact_sum", as_floats(arguments[0]))
    if function == "hypot" and (len(arguments) != 2 or any(isinstance(each, Run) for each in arguments)):
        return call("euclidean_norm", as_floats(arguments))
    if function == "ldexp":
        return call("math.ldexp", as_float(arguments[0]), as_int(arguments[1]))
    return call(f"math.{function}", *[as_float(each) for each in arguments])


def looked_up(table: dict[float, float], key: Value, default: Value) -> Value:
    """`table.get(key, default)`, as a chain of comparisons."""
    result = default
    for known_key, value in table.items():
        test = compared(key, ast.Eq(), Known(known_key))
        if isinstance(test, Known):
            result = Known(value) if test.value else result
        else:
            result = Computed(ast.IfExp(test.node, literal(value), as_float(result)), FLOAT)
    return result


QUESTIONS: tuple[Any, ...] = (isinstance, hasattr, getattr)
BUILTINS: dict[Any, Callable[..., Value]] = {
    len: length,
    abs: absolute,
    operator.abs: absolute,
    operator.neg: lambda x: unary(ast.USub(), x),
    float: to_float,
    int: to_int,
    any: lambda items: some_or_all(any, items),
    all: lambda items: some_or_all(all, items),
}
