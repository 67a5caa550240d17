"""Tests of which a part is known when the code is printed: whether `x ** 2.0` is defined does not depend on x."""

from __future__ import annotations

import ast

OPERATIONS = (ast.Compare, ast.BinOp, ast.UnaryOp)


def decided(test: ast.expr) -> ast.expr:
    """The test without what is known of it, such as comparisons of two numbers; a constant, where all is known.

    >>> def of(text): return ast.unparse(decided(ast.parse(text, mode="eval").body))
    >>> of("x > 0.0 or (2.0 >= 0.0 if x == 0.0 else 2.0 // 1.0 == 2.0) or x != x")
    'True'
    >>> of("x > 0.0 or (0.5 >= 0.0 if x == 0.0 else 0.5 // 1.0 == 0.5) or 0.5 != 0.5")
    'x > 0.0 or x == 0.0'
    """
    match test:
        case ast.BoolOp(op=op, values=values):
            return _joined([decided(each) for each in values], op)
        case ast.IfExp():
            return _chosen(decided(test.test), decided(test.body), decided(test.orelse))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _opposite(decided(operand))
    if isinstance(test, OPERATIONS) and not any(isinstance(each, (ast.Name, ast.Call)) for each in ast.walk(test)):
        return ast.Constant(_value(test))
    return test


def _joined(tests: list[ast.expr], op: ast.boolop) -> ast.expr:
    """The conjunction or disjunction of tests, of which the order does not matter."""
    decisive = isinstance(op, ast.Or)
    unknown = [each for each in tests if _known(each) is None]
    if any([_known(each) is decisive for each in tests]):
        return ast.Constant(decisive)
    if not unknown:
        return ast.Constant(not decisive)
    return unknown[0] if len(unknown) == 1 else ast.BoolOp(op, unknown)


def _chosen(test: ast.expr, body: ast.expr, orelse: ast.expr) -> ast.expr:
    """`body if test else orelse`."""
    if _known(test) is not None:
        return body if _known(test) else orelse
    if _known(body) is None or _known(orelse) is None:
        return ast.IfExp(test, body, orelse)
    if _known(body) == _known(orelse):
        return body
    return test if _known(body) else _opposite(test)


def _opposite(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test) if _known(test) is None else ast.Constant(not _known(test))


def _known(test: ast.expr) -> bool | None:
    """Whether a test holds, where that is known."""
    return test.value if isinstance(test, ast.Constant) and isinstance(test.value, bool) else None


def _value(node: ast.expr) -> float:
    """The value of an expression of numbers: a number, or whether a comparison holds."""
    value: float = eval(compile(ast.fix_missing_locations(ast.Expression(node)), "test", "eval"), {"__builtins__": {}})
    return value
