"""The statements of a row's functions in fewer forms, and where their variables are declared in C and JavaScript.

What is left is `return`, `if`, `for`, and assignments to one variable, to one element, or of a call's several results.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence

from microgrand.translation.values import TranslationError

OURS = "microgrand."  # how the docstring of a function begins that was translated from one of this package

# What an infinite result of finite operands means in Python: an overflow, or for these functions a pole.
POLES = frozenset(["atanh", "log", "log10", "log1p", "log2"])
CATCHES = {
    "OverflowError": {"OverflowError", "ArithmeticError", "Exception"},
    "ValueError": {"ValueError", "Exception"},
}


def origin(function: ast.FunctionDef) -> str:
    """The function from which this one was translated: "microgrand.table.numeric.exp"."""
    return ast.get_docstring(function) or ""


def simplified(function: ast.FunctionDef) -> list[ast.stmt]:
    """The statements of a function, without `try`, assignments of several values at once, and its docstring.

    C and JavaScript raise no errors: there exp(1000) is infinite and log(-1) is NaN, which is also what the functions
    of this package return where Python's math raises. So of their `try` only the call is left; in other functions a
    condition takes its place.

    >>> (function,) = ast.parse('''
    ... def f(x):
    ...     try:
    ...         return math.exp(x)
    ...     except OverflowError:
    ...         return -1.0
    ... ''').body
    >>> print(ast.unparse(simplified(function)))
    outcome = math.exp(x)
    if outcome - outcome != 0.0 and outcome == outcome and (x - x == 0.0):
        return -1.0
    return outcome
    """
    return list(_simplified(function.body, origin(function).startswith(OURS), _fresh_names(function)))


def _simplified(statements: Sequence[ast.stmt], ours: bool, fresh: Callable[[str], str]) -> Iterator[ast.stmt]:
    for each in statements:
        match each:
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case ast.If():
                body, orelse = [list(_simplified(block, ours, fresh)) for block in (each.body, each.orelse)]
                yield ast.If(each.test, body, orelse)
            case ast.For(orelse=[]):
                yield ast.For(each.target, each.iter, list(_simplified(each.body, ours, fresh)), [])
            case ast.Try(orelse=[], finalbody=[]):
                yield from _simplified(each.body if ours else list(_without_errors(each, fresh)), ours, fresh)
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                yield from _one_by_one(targets, values, fresh)
            case ast.Assign(targets=[_]) | ast.Return(value=ast.expr()):
                yield each
            case _:
                raise TranslationError(f"the statement `{ast.unparse(each):.80}` has no translation")


def _one_by_one(targets: list[ast.expr], values: list[ast.expr], fresh: Callable[[str], str]) -> Iterator[ast.stmt]:
    """`a, b = x, y` as `a = x` and `b = y`, with variables between where a later value reads an earlier target."""
    names = [ast.unparse(each) for each in targets]
    independent = not any([names[j] in names_in(values[k]) for k in range(len(names)) for j in range(k)])
    held = names if independent else [fresh(f"new_{each}") for each in names]
    yield from [_assigned(*pair) for pair in zip(held, values, strict=True)]
    if not independent:
        yield from [_assigned(target, _parsed(each)) for target, each in zip(names, held, strict=True)]


def _without_errors(node: ast.Try, fresh: Callable[[str], str]) -> Iterator[ast.stmt]:
    """`try` around one call of a function of math, with conditions on the result where Python would raise an error."""
    match node.body:
        case [ast.Return(value=ast.Call(func=ast.Attribute(ast.Name("math"), function), args=operands))]:
            target = None
        case [ast.Assign([ast.Name(target)], ast.Call(ast.Attribute(ast.Name("math"), function), operands))]:
            pass
        case _:
            raise TranslationError(f"`{ast.unparse(node):.80}`: only one call of a function of math can be tried")
    held = [fresh("operand") for _ in operands]
    names = [ast.unparse(each) if _simple(each) else name for each, name in zip(operands, held, strict=True)]
    yield from [_assigned(*pair) for pair in zip(held, operands, strict=True) if not _simple(pair[1])]
    outcome = fresh("outcome")
    yield _assigned(outcome, _parsed(f"math.{function}({', '.join(names)})"))
    chain: list[ast.stmt] = [ast.Return(_parsed(outcome)) if target is None else _assigned(target, _parsed(outcome))]
    for error, condition in reversed(list(_failures(function, outcome, names))):
        handler = next((each for each in node.handlers if _caught(each) & CATCHES[error]), None)
        if handler is not None and target is None:
            chain = [ast.If(_parsed(condition), handler.body, []), *chain]
        elif handler is not None:
            chain = [ast.If(_parsed(condition), handler.body, chain)]
    yield from chain


def _failures(function: str, outcome: str, operands: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The errors that a function of Python's math raises, with the condition on what C returns."""
    finite = " and ".join([f"{x} - {x} == 0.0" for x in operands])
    infinite = f"{outcome} - {outcome} != 0.0 and {outcome} == {outcome} and {finite}"
    if function == "pow":
        yield "OverflowError", f"{infinite} and {operands[0]} != 0.0"
        yield "ValueError", f"{infinite} and {operands[0]} == 0.0"
    else:
        yield "ValueError" if function in POLES else "OverflowError", infinite
    yield "ValueError", " and ".join([f"{outcome} != {outcome}", *[f"{x} == {x}" for x in operands]])


def _caught(handler: ast.ExceptHandler) -> set[str]:
    return {"Exception"} if handler.type is None else names_in(handler.type)


def _simple(node: ast.expr) -> bool:
    return isinstance(node, (ast.Name, ast.Constant))


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _assigned(target: str, value: ast.expr) -> ast.Assign:
    return ast.Assign([ast.Name(target, ast.Store())], value, lineno=0)


def _fresh_names(function: ast.FunctionDef) -> Callable[[str], str]:
    """Gives out names that the function does not use."""
    taken = names_in(function) | {each.arg for each in function.args.args}

    def fresh(base: str) -> str:
        made, number = base, 2
        while made in taken:
            made, number = f"{base}_{number}", number + 1
        taken.add(made)
        return made

    return fresh


def names_in(node: ast.AST) -> set[str]:
    """The names that occur in a piece of code, except those of the items of its comprehensions."""
    every = list(ast.walk(node))
    targets = [each.target for each in every if isinstance(each, ast.comprehension)]
    items = {inner.id for each in targets for inner in ast.walk(each) if isinstance(inner, ast.Name)}
    return {each.id for each in every if isinstance(each, ast.Name)} - items


class Declarations:
    r"""Where to declare the variables of a function: a block of C or JavaScript hides what is declared in it.

    changed  the lists of which an element is assigned

    >>> loop = ast.parse("for x in xs:\n    y = x * x\n    t = t + y\n").body[0]
    >>> found = Declarations([loop])
    >>> [(name, found.constant(name)) for name in ("x", "y", "t")]
    [('x', True), ('y', True), ('t', False)]
    >>> [found.here(each.targets[0]) for each in loop.body]
    [True, False]
    """

    def __init__(self, statements: Iterable[ast.stmt], parameters: Iterable[str] = ()) -> None:
        self.changed: set[str] = set()
        self._uses: dict[str, list[tuple[tuple[int, ...], ast.expr | None]]] = {}  # the block of each, what it assigns
        for each in parameters:
            self._store(ast.Name(each), ())
        self._blocks = 0
        self._block(statements, ())
        self._declaring: set[int] = set()
        self._constant: set[str] = set()
        for variable, uses in self._uses.items():
            self._place(variable, uses)

    def here(self, target: ast.expr) -> bool:
        """Whether this assignment can declare the variable: it stands before and around all uses of what it assigns."""
        return id(target) in self._declaring

    def constant(self, variable: str) -> bool:
        """Whether the variable never changes once it is declared."""
        return variable in self._constant

    def _place(self, variable: str, uses: list[tuple[tuple[int, ...], ast.expr | None]]) -> None:
        """Find the assignments around all uses of what they assign; none, if any use is not inside one of them."""
        declaring: list[ast.expr] = []
        around: tuple[int, ...] | None = None
        again = False
        for block, target in uses:
            if around is not None and block[: len(around)] == around:
                again = again or target is not None
            elif target is None:
                return
            else:
                around = block
                declaring.append(target)
        self._declaring.update([id(each) for each in declaring])
        if not again:
            self._constant.add(variable)

    def _block(self, statements: Iterable[ast.stmt], block: tuple[int, ...]) -> None:
        for each in statements:
            match each:
                case ast.If():
                    self._read(each.test, block)
                    self._block(each.body, self._inner(block))
                    self._block(each.orelse, self._inner(block))
                case ast.For():
                    self._read(each.iter, block)
                    inside = self._inner(block)
                    self._store(each.target, inside)
                    self._block(each.body, inside)
                case ast.Assign(targets=[target], value=value):
                    self._read(value, block)
                    self._store(target, block)
                case ast.Return(value=ast.expr() as value):
                    self._read(value, block)

    def _inner(self, block: tuple[int, ...]) -> tuple[int, ...]:
        self._blocks += 1
        return (*block, self._blocks)

    def _read(self, node: ast.AST, block: tuple[int, ...]) -> None:
        for each in names_in(node):
            self._uses.setdefault(each, []).append((block, None))

    def _store(self, target: ast.expr, block: tuple[int, ...]) -> None:
        if isinstance(target, ast.Tuple):
            for each in target.elts:
                self._store(each, block)
        elif isinstance(target, ast.Name):
            self._uses.setdefault(target.id, []).append((block, target))
        else:
            self._read(target, block)
            self.changed |= names_in(target.value) if isinstance(target, ast.Subscript) else set()
