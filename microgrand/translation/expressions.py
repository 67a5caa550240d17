"""Translate expressions on floats, evaluating what is known beforehand."""

from __future__ import annotations

import ast
import builtins
import math
import operator
from collections.abc import Callable
from typing import Any

from microgrand.table.rows import pow as power
from microgrand.translation.operations import (
    BUILTINS,
    OPERATOR_FUNCTIONS,
    QUESTIONS,
    arithmetic,
    chosen,
    compared,
    comprehension_at_run_time,
    joint_test,
    known_slice,
    looked_up,
    loop,
    mathematical,
    power_of_whole_numbers,
    question,
    to_float,
    unary,
)
from microgrand.translation.stand_ins import SUM, larger, largest, smaller, smallest
from microgrand.translation.values import (
    BOOL,
    ELEMENTS,
    FLOAT,
    INT,
    INTS,
    Computed,
    Known,
    Loop,
    Run,
    TranslationError,
    Value,
    as_float,
    as_index,
    as_kind,
    as_test,
    call,
    elements,
    is_condition,
    is_int,
    is_known,
    is_list_at_run_time,
    name,
    nodes_of,
    shown,
)


class Expressions:
    """The expressions of one function.

    specialize  translates the call of another function
    meanings    what the names mean that the function does not bind
    local       what its parameters and variables mean
    counters    the whole numbers that loops count
    growing     the whole numbers that may grow from round to round of a loop
    """

    def __init__(self, specialize: Callable[..., Value], meanings: dict[str, Any], local: dict[str, Value]) -> None:
        self.specialize = specialize
        self.meanings = meanings
        self.local = local
        self.lines: list[ast.stmt] = []
        self.counters: set[str] = set()
        self.growing: set[str] = set()

    def of(self, node: ast.expr) -> Value:
        """The value of an expression."""
        match node:
            case ast.Constant(value=value):
                return Known(value)
            case ast.Name(id=variable):
                return self.local[variable] if variable in self.local else Known(self.meanings[variable])
            case ast.Attribute(value=owner, attr=attribute):
                return Known(getattr(self.known(owner), attribute))
            case ast.Tuple(elts=items) | ast.List(elts=items):
                return self.spread(items)
            case ast.UnaryOp(op=op, operand=operand):
                return unary(op, self.of(operand))
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.power(self.of(left), self.of(right))
            case ast.BinOp(left=left, op=op, right=right):
                x, y = self.of(left), self.of(right)
                if is_int(x) and is_int(y):
                    self.check_growth(op, x, y)
                return arithmetic(x, op, y)
            case ast.BoolOp(op=op, values=values):
                return self.boolean(op, values)
            case ast.Compare():
                return self.comparison(node)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.choice(as_test(self.of(test)), body, orelse)
            case ast.Subscript(value=owner, slice=index):
                return self.item(self.of(owner), index)
            case (
                ast.ListComp(generators=[ast.comprehension(target=target, iter=over, ifs=tests)], elt=element)
                | ast.GeneratorExp(generators=[ast.comprehension(target=target, iter=over, ifs=tests)], elt=element)
            ):
                return self.comprehension(target, self.of(over), tests, element)
            case ast.Call(func=function, args=arguments, keywords=keywords):
                if any(each.arg != "strict" for each in keywords):
                    raise TranslationError(f"the call `{ast.unparse(node):.80}` has keyword arguments")
                return self.call(self.known(function), self.spread(arguments))
        raise TranslationError(f"the expression `{ast.unparse(node):.80}` has no translation")

    def known(self, node: ast.expr) -> Any:
        """The object that an expression means, which has to be known beforehand."""
        value = self.of(node)
        if isinstance(value, Known):
            return value.value
        raise TranslationError(f"`{ast.unparse(node)}` is not known beforehand")

    def spread(self, nodes: list[ast.expr]) -> list[Value]:
        """The elements of a list, or the arguments of a call; `*items` stands for all elements of items."""
        values: list[Value] = []
        for each in nodes:
            values += elements(self.of(each.value)) if isinstance(each, ast.Starred) else [self.of(each)]
        return values

    # ---- conditions ------------------------------------------------------------------------------
    def boolean(self, op: ast.boolop, nodes: list[ast.expr]) -> Value:
        """`and` or `or`: a condition if its operands are, else the operand that decides.

        What follows an operand that is known to decide is not looked at.
        """
        decisive = isinstance(op, ast.Or)
        values: list[Value] = []
        for each in nodes:
            values.append(self.of(each))
            if is_known(values[-1]) and as_test(values[-1]) == Known(decisive):
                break
        if all(is_condition(each) for each in values):
            return joint_test([as_test(each) for each in values], op)
        result = values.pop()
        for each in reversed(values):
            if not is_known(each):
                kept = Known(decisive) if is_condition(each) else each
                result = chosen(as_test(each), *((kept, result) if decisive else (result, kept)))
        return result

    def comparison(self, node: ast.Compare) -> Known | Computed:
        """`a < b < c`, as `a < b and b < c`."""
        values = [self.of(each) for each in (node.left, *node.comparators)]
        pairs = zip(values, node.ops, values[1:], strict=False)
        return joint_test([compared(x, op, y) for x, op, y in pairs], ast.And())

    def choice(self, test: Known | Computed, x: ast.expr, y: ast.expr) -> Value:
        """`x if test else y`."""
        if isinstance(test, Known):
            return self.of(x if test.value else y)
        return chosen(test, self.of(x), self.of(y))

    # ---- lists -----------------------------------------------------------------------------------
    def item(self, owner: Value, index: ast.expr) -> Value:
        """`owner[index]` or `owner[low:high]`."""
        if isinstance(index, ast.Slice) and index.step is None:
            ends = [None if end is None else self.of(end) for end in (index.lower, index.upper)]
            if is_list_at_run_time(owner):
                nodes = [None if end is None else as_index(end) for end in ends]
                return Computed(ast.Subscript(owner.node, ast.Slice(*nodes), ast.Load()), owner.kind)
            return known_slice(elements(owner), ends)
        position = self.of(index)
        if is_list_at_run_time(owner):
            return Computed(ast.Subscript(owner.node, as_index(position), ast.Load()), ELEMENTS[owner.kind])
        if not isinstance(position, Known):
            raise TranslationError(f"`{ast.unparse(index)}` indexes a list whose elements have separate variables")
        if isinstance(owner, Known):
            return Known(owner.value[position.value])
        (item,) = known_slice(elements(owner), [position, Known(position.value + 1 or None)])
        return item

    def comprehension(self, target: ast.expr, over: Value, tests: list[ast.expr], element: ast.expr) -> Value:
        """`[element for target in over if tests]`, unrolled where the length is known."""
        outer, lines = dict(self.local), len(self.lines)
        if isinstance(over, list) and len(over) == 1 and isinstance(over[0], Run):
            over = over[0].items
        if is_list_at_run_time(over) or isinstance(over, Loop):
            self.declare(target, over.kinds if isinstance(over, Loop) else (ELEMENTS[over.kind],))
            conditions = [as_kind(self.of(each), BOOL) for each in tests]
            item = self.of(element)
            result: Value = comprehension_at_run_time(target, over.node, conditions, item)
        else:
            result = []
            for each in elements(over):
                if isinstance(each, Run) or not isinstance(target, ast.Name):
                    raise TranslationError(f"a comprehension over {shown(over)} has no translation")
                self.local[target.id] = each
                if all(self.known(test) for test in tests):
                    result.append(self.of(element))
        if len(self.lines) != lines:
            raise TranslationError(f"`{ast.unparse(element)}` needs statements within a comprehension")
        self.local = outer
        return result

    def declare(self, target: ast.expr, kinds: tuple[str, ...] | list[str]) -> list[str]:
        """Say of what type the variables of a target are, and return their names."""
        targets = target.elts if isinstance(target, ast.Tuple) else [target]
        names = [each.id for each in targets if isinstance(each, ast.Name)]
        self.local.update({each: Computed(name(each), kind) for each, kind in zip(names, kinds, strict=True)})
        self.counters |= {each for each, kind in zip(names, kinds, strict=True) if kind == INT}
        return names

    def check_growth(self, op: ast.operator, x: Value, y: Value) -> None:
        """Refuse whole numbers that double in a loop, or are multiplied and no counters: they outgrow 64 bits."""
        found = [{each.id for each in nodes_of(value) if isinstance(each, ast.Name)} for value in (x, y)]
        lists = {each for each, value in self.local.items() if is_list_at_run_time(value)}
        doubled = isinstance(op, (ast.Add, ast.Sub)) and all(names & self.growing for names in found)
        if doubled or (isinstance(op, ast.Mult) and not found[0] | found[1] <= {INT, "len"} | lists | self.counters):
            raise TranslationError("a whole number may grow too large for 64 bits: start it as a float")

    # ---- calls -----------------------------------------------------------------------------------
    def call(self, function: Any, arguments: list[Value]) -> Value:
        """A call: of what Python itself defines here, of other functions by `specialize`."""
        owner = getattr(function, "__self__", None)
        if any(function is each for each in QUESTIONS):
            return question(function, arguments)
        if function in (max, min):
            return self.extreme(function, arguments)
        if function is sum:
            return self.sum(arguments)
        if function in (builtins.pow, operator.pow, operator.ipow) and len(arguments) == 2:
            return self.power(*arguments)
        if function is round:
            raise TranslationError("round() has no translation: it rounds decimal digits")
        if function in BUILTINS:
            return BUILTINS[function](*arguments)
        if function in OPERATOR_FUNCTIONS:
            return arithmetic(arguments[0], OPERATOR_FUNCTIONS[function](), arguments[1])
        if function in (range, enumerate, zip):
            return loop(function, arguments)
        if function is math.frexp:
            x = self.named("operand", arguments[0])
            return [Computed(call("frexp_mantissa", x), FLOAT), Computed(call("frexp_exponent", x), INT)]
        if owner is math:
            return Computed(mathematical(function.__name__, arguments), FLOAT)
        if isinstance(owner, dict) and function.__name__ == "get":
            return looked_up(owner, *arguments)
        return self.specialize(function, arguments)

    def power(self, x: Value, y: Value) -> Value:
        """`x**y`: on floats the row `pow`, which is infinite or NaN where Python raises an error."""
        whole = power_of_whole_numbers(x, y)
        return self.specialize(power, [x, y]) if whole is None else whole

    def extreme(self, function: Any, arguments: list[Value]) -> Value:
        """`max` or `min` of several numbers, or of the items of a list."""
        if len(arguments) == 1 and is_list_at_run_time(arguments[0]):
            return self.specialize(largest if function is max else smallest, arguments)
        items = elements(arguments[0]) if len(arguments) == 1 else arguments
        if not items:
            raise TranslationError(f"{function.__name__}() of nothing has no translation")
        if any(isinstance(each, Run) for each in items):
            return self.specialize(largest if function is max else smallest, [items])
        result = items[0]
        for each in items[1:]:
            result = self.specialize(larger if function is max else smaller, [to_float(result), to_float(each)])
        return result

    def sum(self, arguments: list[Value]) -> Value:
        """`sum(items)`, in the steps of the Python that translates."""
        if len(arguments) != 1:
            raise TranslationError("sum() with a start has no translation")
        items = arguments[0] if is_list_at_run_time(arguments[0]) else elements(arguments[0])
        if any(is_int(each) for each in items) if isinstance(items, list) else items.kind == INTS:
            raise TranslationError("sum() of whole numbers has no translation: write them as floats")
        return self.specialize(SUM, [items]) if items else Known(0.0)

    def named(self, variable: str, value: Value) -> ast.expr:
        """A float that may be written twice: a variable that holds it."""
        node = as_float(value)
        if isinstance(node, ast.Name):
            return node
        while variable in self.local:
            variable += "_"
        self.lines.append(ast.Assign([ast.Name(variable, ast.Store())], node))
        self.local[variable] = Computed(name(variable), FLOAT)
        return name(variable)
