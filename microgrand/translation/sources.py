"""Find the source of a function object, as the `ast` node that defines it."""

from __future__ import annotations

import ast
import builtins
import functools
import linecache
from collections.abc import Callable
from types import CodeType
from typing import Any

from microgrand.translation.values import TranslationError


def definition(function: Callable[..., Any]) -> ast.FunctionDef | ast.Lambda:
    """The `def` or `lambda` of the function.

    A line may hold several lambdas; the right one is the one whose body the compiled code names as a position.
    """
    code = function.__code__
    found = [node for node in _definitions(code.co_filename) if _defines(node, code)]
    if len(found) != 1:
        raise TranslationError(f"the source of {function.__qualname__} is not found in {code.co_filename}")
    return found[0]


def surroundings(function: Callable[..., Any]) -> dict[str, Any]:
    """What the names mean that the function does not bind itself: builtins, globals, variables of outer functions."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {**vars(builtins), **function.__globals__, **{name: cell.cell_contents for name, cell in cells}}


@functools.cache
def _definitions(path: str) -> list[ast.FunctionDef | ast.Lambda]:
    tree = ast.parse("".join(linecache.getlines(path)))  # which also knows the cells of notebooks
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.Lambda))]


def _defines(node: ast.FunctionDef | ast.Lambda, code: CodeType) -> bool:
    if isinstance(node, ast.FunctionDef):
        return (node.name, node.lineno) == (code.co_name, code.co_firstlineno)
    if code.co_name != "<lambda>" or len(node.args.args) != code.co_argcount:
        return False
    body = node.body
    return (body.lineno, body.end_lineno, body.col_offset, body.end_col_offset) in set(code.co_positions())
