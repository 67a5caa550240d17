"""Mutants of a source file: the same text with one expression or statement changed, as a slip would change it.

What exists in 2026 was tried first: mutmut changes only what stands inside functions, and most of the table is lambdas
of a module; cosmic-ray changes no text, no argument and no statement, and runs all tests for every mutant.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

SWAPS: dict[type[ast.AST], list[type[ast.AST]]] = {
    ast.Lt: [ast.LtE, ast.GtE], ast.LtE: [ast.Lt, ast.Gt], ast.Gt: [ast.GtE, ast.LtE], ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.Is: [ast.IsNot], ast.IsNot: [ast.Is], ast.In: [ast.NotIn],
    ast.NotIn: [ast.In], ast.Add: [ast.Sub], ast.Sub: [ast.Add], ast.Mult: [ast.Div], ast.Div: [ast.Mult],
    ast.Pow: [ast.Mult], ast.FloorDiv: [ast.Mult], ast.Mod: [ast.FloorDiv], ast.BitAnd: [ast.BitOr],
    ast.BitOr: [ast.BitAnd], ast.And: [ast.Or], ast.Or: [ast.And],
}  # fmt: skip
MOST_SHOWN = 80  # characters of the line, by which a mutant is known


class Mutant(NamedTuple):
    """One change of a file: the text from `start` to `end`, in bytes, becomes another one; it begins on a line."""

    file: str
    line: int
    on: str
    start: int
    end: int
    was: str
    becomes: str

    def __str__(self) -> str:
        was, becomes = [" ".join(text.split()) for text in (self.was, self.becomes)]
        return f"{self.file}:{self.line}  {was}  →  {becomes or '(nothing)'}"

    @property
    def known_as(self) -> str:
        """The same without the number of the line, which other changes of the file move."""
        return " ".join(f"{self.file}: {self.on}: {self.was} → {self.becomes}".split())

    def applied(self, source: bytes) -> bytes:
        """The file's text with the change."""
        return source[: self.start] + self.becomes.encode() + source[self.end :]


def sample(root: Path, files: list[str], count: int, seed: int) -> list[Mutant]:
    """`count` different mutants of the files, drawn from all places where there is something to change, by the seed.

    A place, an expression or a statement, is drawn first, then one of its changes: so operators with many swaps weigh
    no more than others.
    """
    chosen = random.Random(seed)
    places = [place for file in sorted(files) for place in mutants(root, file)]
    chosen.shuffle(places)
    drawn = (chosen.choice(place) for place in places)
    return list(islice((change for change in drawn if _is_another(root, change)), count))


def mutants(root: Path, file: str) -> list[list[Mutant]]:
    """For every place of a file that can be changed, the changes; without docstrings, annotations and imports."""
    source = (root / file).read_bytes()
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    places = []
    for node in _running(ast.parse(source)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        was = source[start:end].decode()
        on = lines[node.lineno - 1].decode().strip()[:MOST_SHOWN]
        changes = [Mutant(file, node.lineno, on, start, end, was, text) for text in _changes(node) if text != was]
        if changes:
            places.append(changes)
    return places


def _is_another(root: Path, mutant: Mutant) -> bool:
    """Whether the change gives a program, and not the same one."""
    source = (root / mutant.file).read_bytes()
    try:
        return ast.dump(ast.parse(mutant.applied(source))) != ast.dump(ast.parse(source))
    except SyntaxError:
        return False


def _running(tree: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """The expressions and statements that are executed when the program runs."""
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns", "decorator_list", "type_params", "bases", "format_spec"):
            continue
        items = value if isinstance(value, list) else [value]
        for k, item in enumerate(items):
            if not isinstance(item, ast.AST) or isinstance(item, (ast.Import, ast.ImportFrom)):
                continue
            text_alone = isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)
            if text_alone or (isinstance(item, ast.If) and ast.unparse(item.test) == "TYPE_CHECKING"):
                continue
            if isinstance(item, ast.Constant) and isinstance(tree, ast.JoinedStr):
                continue  # a piece of text has no place of its own before Python 3.12; `_changes` of the whole has it
            if isinstance(item, ast.keyword) and item.arg == "strict":
                continue  # zip(…, strict=True) asserts what holds anyway
            if isinstance(item, (ast.expr, ast.stmt)) and not (field == "targets" and k == 0):
                yield item
            yield from _running(item)


def _changes(node: ast.expr | ast.stmt) -> Iterator[str]:
    """What a place may become."""
    match node:
        case ast.Compare():
            for k, operator in enumerate(node.ops):
                for other in SWAPS.get(type(operator), []):
                    yield f"({_with(node, ops=[*node.ops[:k], other(), *node.ops[k + 1 :]])})"
        case ast.BinOp() | ast.BoolOp():
            for other in SWAPS.get(type(node.op), []):
                yield f"({_with(node, op=other())})"
            if isinstance(node, ast.BoolOp):
                yield from [f"({ast.unparse(value)})" for value in node.values]
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield f"({ast.unparse(node.operand)})"
        case ast.Constant(value=bool() as value):
            yield str(not value)
        case ast.Constant(value=int() | float() as value):
            yield from [repr(value + 1), repr(value / 2 if isinstance(value, float) and value else value - 1)]
        case ast.Constant(value=str() as value):
            yield "''" if value else "'?'"
        case ast.JoinedStr():
            for k, piece in enumerate(node.values):
                if isinstance(piece, ast.Constant):
                    yield f"({_with(node, values=[*node.values[:k], *node.values[k + 1 :]])})"
        case ast.IfExp():
            yield f"({ast.unparse(node.body)})"
            yield f"({ast.unparse(node.orelse)})"
        case ast.Call():
            yield from _other_calls(node)
        case ast.Subscript(slice=ast.Slice()) if isinstance(node.ctx, ast.Load):
            yield ast.unparse(node.value)
        case ast.ListComp() | ast.GeneratorExp() | ast.SetComp() | ast.DictComp():
            for k, part in enumerate(node.generators):
                if part.ifs:
                    without = ast.comprehension(part.target, part.iter, [], part.is_async)
                    yield _with(node, generators=[*node.generators[:k], without, *node.generators[k + 1 :]])
        case ast.Expr() | ast.AugAssign() | ast.Raise():
            yield "pass"
        case ast.Assign() if any(isinstance(target, (ast.Attribute, ast.Subscript)) for target in node.targets):
            yield "pass"
        case ast.Return() if node.value is not None and not isinstance(node.value, ast.Constant):
            yield "return None"
        case ast.Break():
            yield "continue"
        case ast.Continue():
            yield "break"


def _other_calls(node: ast.Call) -> Iterator[str]:
    """A call with an argument left out, or two exchanged."""
    for k, argument in enumerate(node.args):
        if len(node.args) > 1 and not isinstance(argument, ast.Starred):
            yield _with(node, args=[*node.args[:k], *node.args[k + 1 :]])
    for k in range(len(node.args) - 1 if ast.unparse(node.func) not in ("max", "min") else 0):
        yield _with(node, args=[*node.args[:k], node.args[k + 1], node.args[k], *node.args[k + 2 :]])
    for k, keyword in enumerate(node.keywords):
        if keyword.arg != "strict":
            yield _with(node, keywords=[*node.keywords[:k], *node.keywords[k + 1 :]])


def _with(node: ast.AST, **fields: object) -> str:
    """The node as text, with other fields."""
    return ast.unparse(type(node)(**{**dict(ast.iter_fields(node)), **fields}))
