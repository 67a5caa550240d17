"""Specialize Python functions: from the source of a function on anything, make a function on floats.

A call is translated for the types of its arguments and for those of them that are known beforehand. So
`is_plain(x)` is true, `maximum(x, 0.0)` compares with 0, and `power_term(1.0, x, y, 0.0, 1.0)` has lost the branches
of other n and m. A function that comes down to one expression is written in line where it is called.
"""

from __future__ import annotations

import ast
import builtins
import copy
import inspect
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from microgrand.translation.expressions import Expressions
from microgrand.translation.sources import definition, surroundings
from microgrand.translation.statements import Body, WidenedError
from microgrand.translation.values import (
    FLOATS,
    Computed,
    Known,
    Loop,
    Run,
    TranslationError,
    Value,
    as_floats,
    call,
    is_number,
    name,
    nodes_of,
    shown,
)

# What no generated function may be called: names of Python's, and those that the generated module gives to others.
TAKEN = frozenset(dir(builtins))


class Specialized(NamedTuple):
    """A function for one combination of argument types and known arguments.

    result  what it returns, in terms of its parameters, where one expression says that
    """

    name: str
    parameters: list[str]
    kind: str
    result: Value


class Specializer:
    """Translates calls, each combination of function and known arguments once.

    functions  what has been written: functions of the generated module, by name
    """

    def __init__(self) -> None:
        self.functions: dict[str, ast.FunctionDef] = {}
        self._done: dict[Any, Specialized] = {}
        self._kept: list[Any] = []  # objects named by `id` in the keys of _done

    def call(self, function: Any, arguments: list[Value], title: str = "") -> Value:
        """The value of `function(*arguments)`; a function without a name is called `title`."""
        if is_row(function):
            if takes_lists(function):
                arguments = flat(arguments)
            title, function = title or function.name, function.value
            if not inspect.isfunction(function):  # operator.neg
                return Expressions(self.call, {}, {}).call(function, arguments)
        if inspect.ismethod(function):
            function, arguments = function.__func__, [Known(function.__self__), *arguments]
        if not inspect.isfunction(function):
            raise TranslationError(f"a call of {function!r:.60} has no translation")
        node = definition(function)
        bound = bound_arguments(function, node.args, arguments)
        key = (function, tuple([self._shape(each) for each in bound.values()]))
        opened: list[tuple[str, Computed]] = []
        local = {parameter: _opened(parameter, value, opened) for parameter, value in bound.items()}
        if key not in self._done:
            self._done[key] = self._specialized(function, node, local, opened, title)
        return self._applied(self._done[key], [each for _, each in opened])

    def _specialized(
        self, function: Any, node: ast.FunctionDef | ast.Lambda, local: dict[str, Value], opened: list[Any], title: str
    ) -> Specialized:
        """Translate the function for parameters that mean `local`."""
        statements: list[ast.stmt] = [ast.Return(node.body)] if isinstance(node, ast.Lambda) else node.body
        try:
            body = self._body(function, local, statements)
        except TranslationError as reason:
            place = f"{function.__code__.co_filename}:{function.__code__.co_firstlineno}"
            raise reason if "\n" in str(reason) else TranslationError(f"{reason}\n  in {place}") from None
        written = self.free_name(title if function.__name__ == "<lambda>" else function.__name__)
        head = ", ".join([f"{parameter}: {value.kind}" for parameter, value in opened])
        (whole,) = ast.parse(f"def {written}({head}) -> {body.kind}: pass").body
        assert isinstance(whole, ast.FunctionDef)
        origin = ast.Expr(ast.Constant(f"{function.__module__}.{function.__qualname__}"))
        whole.body = [origin, *shared_calls(body.lines)]
        self.functions[written] = whole
        return Specialized(written, [parameter for parameter, _ in opened], body.kind, body.result)

    def _body(self, function: Any, local: dict[str, Value], statements: list[ast.stmt]) -> Body:
        """The translated statements; again and again, until each variable that has to hold floats does."""
        floats: set[str] = set()
        while True:
            before = dict(self.functions), dict(self._done)
            try:
                return Body(self.call, surroundings(function), dict(local), statements, floats)
            except WidenedError:
                self.functions, self._done = before

    def _applied(self, function: Specialized, arguments: list[Computed]) -> Value:
        """The call of a specialized function, in line where that computes nothing twice."""
        nodes = [each.node for each in arguments]
        if function.result is not None:
            uses = _names(function.result)
            twice = [node for parameter, node in zip(function.parameters, nodes, strict=True) if uses[parameter] > 1]
            if uses["for"] == 0 and all(isinstance(each, (ast.Name, ast.Constant)) for each in twice):
                return _replaced(function.result, dict(zip(function.parameters, nodes, strict=True)))
        return Computed(call(function.name, *nodes), function.kind)

    def free_name(self, title: str) -> str:
        """A name for a function that no other has, nor any variable: those do not begin so."""
        base = written = f"float_{title.strip('_').removeprefix('float_')}"
        number = 2
        while written in self.functions or written in TAKEN:
            written, number = f"{base}_{number}", number + 1
        return written

    def _shape(self, value: Value) -> Any:
        """What a specialization depends on: types, and what is known."""
        if isinstance(value, list):
            return tuple([self._shape(each) for each in value])
        if isinstance(value, Run):
            return ("run", value.items.kind)
        if isinstance(value, Computed):
            return value.kind
        if is_number(value):
            return (type(value.value).__name__, repr(value.value))
        if isinstance(value, Known):
            self._kept.append(value.value)
            return ("object", id(value.value))
        raise TranslationError(f"{shown(value)} is an argument of a function")


# ---- what a row of the table looks like ----------------------------------------------------------
def is_row(function: Any) -> bool:
    """Whether the function is a row of the table."""
    return hasattr(function, "partials") and hasattr(function, "value")


def takes_lists(row: Any) -> bool:
    """Whether the operands of a row are lists, which its functions take one after the other, indices last."""
    return bool(row.signature.lists)


# ---- arguments -----------------------------------------------------------------------------------
def flat(arguments: list[Value]) -> list[Value]:
    """The operands of a row that takes lists: `softmax([a, b], k)` has the operands a, b, k."""
    result: list[Value] = []
    for each in arguments:
        vec = isinstance(each, Computed) and each.kind == FLOATS
        result += each if isinstance(each, list) else [Run(each)] if vec else [each]
    return result


def bound_arguments(function: Callable[..., Any], declared: ast.arguments, arguments: list[Value]) -> dict[str, Value]:
    """The arguments by parameter, with defaults; `*xs` gets a list."""
    names = [each.arg for each in declared.args]
    if declared.kwonlyargs or declared.kwarg or declared.posonlyargs:
        raise TranslationError("parameters other than positional ones have no translation")
    missing = len(names) - len(arguments)
    if missing > 0:
        arguments = [*arguments, *[Known(each) for each in (function.__defaults__ or ())[-missing:]]]
    if len(arguments) < len(names) or (len(arguments) > len(names) and not declared.vararg):
        raise TranslationError(f"{function.__name__} is called with {len(arguments)} arguments")
    bound = {parameter: _one_vec(each) for parameter, each in zip(names, arguments, strict=False)}
    if declared.vararg:
        rest = arguments[len(names) :]
        bound[declared.vararg.arg] = rest[0].items if len(rest) == 1 and isinstance(rest[0], Run) else rest
    return bound


def _one_vec(argument: Value) -> Value:
    """A list of unknown length is made one vec before the call."""
    if isinstance(argument, list) and any(isinstance(each, Run) for each in argument):
        return Computed(as_floats(argument), FLOATS)
    if isinstance(argument, Run):
        raise TranslationError("`*` of a list of unknown length stands for a named parameter")
    return argument


def _opened(parameter: str, value: Value, opened: list[tuple[str, Computed]]) -> Value:
    """What a parameter means within the function; what is computed is added to `opened`, as a parameter of its own."""
    if isinstance(value, Computed):
        opened.append((parameter, value))
        return Computed(name(parameter), value.kind)
    if isinstance(value, Run):
        return Run(_opened(parameter, value.items, opened))
    if isinstance(value, list):
        return [_opened(f"{parameter}_{k}", each, opened) for k, each in enumerate(value)]
    if isinstance(value, Loop):
        raise TranslationError("a range is an argument of a function")
    return value


# ---- expressions ---------------------------------------------------------------------------------
def _names(value: Value) -> Counter[str]:
    """How often each name occurs in a value, and under "for" how often a comprehension."""
    nodes = list(nodes_of(value))
    loops = [each for each in nodes if isinstance(each, ast.comprehension)]
    return Counter([*[each.id for each in nodes if isinstance(each, ast.Name)], *["for" for _ in loops]])


def _replaced(value: Value, by: dict[str, ast.expr]) -> Value:
    """The value with expressions in the place of names."""
    if isinstance(value, list):
        return [_replaced(each, by) for each in value]
    if isinstance(value, Run):
        return Run(_replaced(value.items, by))
    if isinstance(value, Computed):
        return Computed(_Replacing(by).visit(copy.deepcopy(value.node)), value.kind)
    return value


class _Replacing(ast.NodeTransformer):
    def __init__(self, by: dict[str, ast.expr]) -> None:
        self.by = by

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self.by.get(node.id, node))


# ---- shared calls --------------------------------------------------------------------------------
def shared_calls(statements: list[ast.stmt]) -> list[ast.stmt]:
    """The statements, with a call that one of them makes twice made once, into a variable."""
    result: list[ast.stmt] = []
    for statement in statements:
        for part in ("body", "orelse", "handlers"):
            inner = getattr(statement, part, [])
            if part == "handlers":
                for handler in inner:
                    handler.body = shared_calls(handler.body)
            elif inner:
                setattr(statement, part, shared_calls(inner))
        if isinstance(statement, (ast.Return, ast.Assign)) and statement.value is not None:
            result += _with_shared_calls(statement)
        else:
            result.append(statement)
    return result


def _with_shared_calls(statement: ast.Return | ast.Assign) -> list[ast.stmt]:
    before: list[ast.stmt] = []
    assert statement.value is not None
    while True:
        certain = [ast.unparse(each) for each in _certain_calls(statement.value)]
        every = Counter([ast.unparse(each) for each in ast.walk(statement.value) if isinstance(each, ast.Call)])
        twice = [each for each in certain if every[each] > 1]
        if not twice:
            return [*before, statement]
        repeated = min(twice, key=len)  # the innermost first
        variable = f"shared_{len(before) + 1}"
        before.append(ast.Assign([ast.Name(variable, ast.Store())], ast.parse(repeated, mode="eval").body))
        statement.value = _Sharing(repeated, variable).visit(copy.deepcopy(statement.value))


def _certain_calls(node: ast.AST) -> Iterable[ast.Call]:
    """The calls of float functions that are made whatever the conditions of the expression are."""
    if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("math.", "float_", "exact_", "euclidean_")):
        yield node
    if isinstance(node, (ast.IfExp, ast.BoolOp)):
        yield from _certain_calls(node.test if isinstance(node, ast.IfExp) else node.values[0])
    elif not isinstance(node, (ast.ListComp, ast.GeneratorExp)):
        for each in ast.iter_child_nodes(node):
            yield from _certain_calls(each)


class _Sharing(ast.NodeTransformer):
    def __init__(self, repeated: str, variable: str) -> None:
        self.repeated, self.variable = repeated, variable

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if ast.unparse(node) == self.repeated:
            return name(self.variable)
        self.generic_visit(node)
        return node
