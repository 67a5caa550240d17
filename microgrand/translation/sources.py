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

    A line may hold several lambdas; the right one is the one within which the positions of the compiled code lie.
    """
    code = function.__code__
    found = [node for node in _definitions(code.co_filename) if _may_define(node, code)]
    if not found:
        raise TranslationError(f"the source of {function.__qualname__} is not found in {code.co_filename}")
    return min(found, key=_extent)  # of lambdas in one another, the innermost


def surroundings(function: Callable[..., Any]) -> dict[str, Any]:
    """What the names mean that the function does not bind itself: builtins, globals, variables of outer functions."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {**vars(builtins), **function.__globals__, **{name: cell.cell_contents for name, cell in cells}}


@functools.cache
def _definitions(path: str) -> list[ast.FunctionDef | ast.Lambda]:
    tree = ast.parse("".join(linecache.getlines(path)))  # which also knows the cells of notebooks
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.Lambda))]


def _may_define(node: ast.FunctionDef | ast.Lambda, code: CodeType) -> bool:
    """Whether the compiled code may come from this node: of a lambda, whether all of it lies within the body."""
    if isinstance(node, ast.FunctionDef):
        return (node.name, node.lineno) == (code.co_name, code.co_firstlineno)
    if code.co_name != "<lambda>" or [each.arg for each in node.args.args] != [*code.co_varnames[: code.co_argcount]]:
        return False
    (first, start), (last, end) = _extent_of(node.body)
    places = [place for place in code.co_positions() if None not in place and place[2:] != (0, 0)]
    return bool(places) and all(
        (first, start) <= (line, column) and (end_line, end_column) <= (last, end)
        for line, end_line, column, end_column in places
    )


def _extent(node: ast.AST) -> tuple[int, int]:
    """How long a piece of source is, in lines and columns."""
    (first, start), (last, end) = _extent_of(node)
    return last - first, end - start


def _extent_of(node: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
