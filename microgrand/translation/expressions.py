"""Translate expressions on floats, evaluating what is known beforehand."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any

from microgrand.translation.operations import (
    BUILTINS,
    OPERATOR_FUNCTIONS,
    QUESTIONS,
    arithmetic,
    compared,
    comprehension_at_run_time,
    joint_test,
    known_slice,
    looked_up,
    loop,
    mathematical,
    question,
    unary,
)
from microgrand.translation.values import (
    BOOL,
    ELEMENTS,
    FLOAT,
    INT,
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
    is_list_at_run_time,
    is_number,
    kind_of,
    name,
    shown,
)


class Expressions:
    """The expressions of one function.

    specialize  translates the call of another function
    meanings    what the names mean that the function does not bind
    local       what its parameters and variables mean
    """

    def __init__(self, specialize: Callable[..., Value], meanings: dict[str, Any], local: dict[str, Value]) -> None:
        self.specialize = specialize
        self.meanings = meanings
        self.local = local
        self.lines: list[ast.stmt] = []

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
            case ast.BinOp(left=left, op=op, right=right):
                return arithmetic(self.of(left), op, self.of(right))
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
    def boolean(self, op: ast.boolop, nodes: list[ast.expr]) -> Known | Computed:
        """`and` or `or`: what follows a decisive operand is not looked at."""
        decisive = isinstance(op, ast.Or)
        tests: list[Known | Computed] = []
        for each in nodes:
            tests.append(as_test(self.of(each)))
            if tests[-1] == Known(decisive):
                break
        return joint_test(tests, op)

    def comparison(self, node: ast.Compare) -> Known | Computed:
        """`a < b < c`, as `a < b and b < c`."""
        values = [self.of(each) for each in (node.left, *node.comparators)]
        pairs = zip(values, node.ops, values[1:], strict=False)
        return joint_test([compared(x, op, y) for x, op, y in pairs], ast.And())

    def choice(self, test: Known | Computed, x: ast.expr, y: ast.expr) -> Value:
        """`x if test else y`."""
        if isinstance(test, Known):
            return self.of(x if test.value else y)
        chosen = [self.of(x), self.of(y)]
        kinds = {FLOAT if is_number(each) else kind_of(each) for each in chosen}
        kind = kinds.pop() if len(kinds) == 1 else FLOAT
        return Computed(ast.IfExp(test.node, as_kind(chosen[0], kind), as_kind(chosen[1], kind)), kind)

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
        return names

    # ---- calls -----------------------------------------------------------------------------------
    def call(self, function: Any, arguments: list[Value]) -> Value:
        """A call: of what Python itself defines here, of other functions by `specialize`."""
        owner = getattr(function, "__self__", None)
        if any(function is each for each in QUESTIONS):
            return question(function, arguments)
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
