"""Write outlines: the source of a module in which each function does nothing but call what it was compiled to.

mypyc (2.4.1) gives its functions signatures without annotations or none, no docstrings, names of its own, and its own
words for wrong calls. So a wheel carries an outline of each module whose names people call, and
`microgrand/compiled/outlined.py` puts the functions of the outline in the place of the compiled ones. They stand on the
lines of the source, where Python looks for their text and their comments.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

# How an outline calls what a property was compiled to, by the decorator of the source.
ACCESS = {"property": ".__get__", "setter": ".__set__"}

# What mypyc's C does with arguments that do not fit, where no outline is called first, and what it does instead. Calls
# of classes and of objects, and pow with three arguments, are handed to functions of `refusals.h`. An operator looks up
# the method of the other operand, and refuses: that is left to CPython.
REFUSED = {
    r'(if \(!CPyArg_ParseTupleAndKeywords\(args, kw, "[^"]*", "__init__", [^\n]*\n\s*return) NULL;': (
        r"\1 refused_init(self, args, kw);"
    ),
    r"(if \(!CPyArg_ParseStackAndKeywords\w*\(args, PyVectorcall_NARGS\(nargs\), [^\n]*\n\s*return) NULL;": (
        r"\1 refused_call(self, args, nargs, kwnames);"
    ),
    r"return CPy_CallReverseOpMethod\([^\n]*\);": "Py_RETURN_NOTIMPLEMENTED;",
    r"(CPyDunder___pow__[^{]*\{(?:(?!CPyDunder).)*?if \(obj_mod != Py_None\) \{\s*)goto typefail2;": (
        r"\1return refused_power(obj_left, obj_right, obj_mod);"
    ),
}


def refuse_in_words_of_python(c_file: Path) -> None:
    """Have the C that mypyc made leave it to Python to refuse what does not fit."""
    text = c_file.read_text(encoding="utf-8")
    for ours, pythons in REFUSED.items():
        text = re.sub(ours, pythons, text, flags=re.DOTALL)
    c_file.write_text(text, encoding="utf-8")


def outline(source: str) -> str:
    """The outline of a module: its functions and classes, on their lines."""
    lines = source.splitlines()
    kept = {1: "from __future__ import annotations", **dict(_kept(ast.parse(source), lines, "compiled"))}
    return "".join([kept.get(number, "") + "\n" for number in range(1, len(lines) + 1)])


def _kept(parent: ast.Module | ast.ClassDef, lines: list[str], name: str) -> Iterator[tuple[int, str]]:
    """What an outline has of a module or class: numbers of lines, and what stands there."""
    for item in parent.body:
        if isinstance(item, ast.ClassDef):
            yield item.lineno, f"class {item.name}:"
            yield from _copied(item.body[0], lines)  # the docstring
            yield from _kept(item, lines, f"{name}_{item.name}")
        elif isinstance(item, ast.FunctionDef) and (name != "compiled" or not item.name.startswith("_")):
            yield from _function(item, lines, f"{name}_{item.name}")
        elif isinstance(item, ast.AnnAssign) and isinstance(parent, ast.ClassDef):
            yield item.lineno, f"{' ' * item.col_offset}{ast.unparse(item.target)}: {ast.unparse(item.annotation)}"


def _function(function: ast.FunctionDef, lines: list[str], name: str) -> Iterator[tuple[int, str]]:
    """A function's head and docstring, and a call of what it was compiled to."""
    start = min([function.lineno, *[each.lineno for each in function.decorator_list]])
    body = function.body[0 if ast.get_docstring(function) is None else 1 :]
    end = body[0].lineno if body else function.end_lineno or start
    for number in range(start, end):
        yield number, lines[number - 1]
    is_generator = any([isinstance(each, ast.Yield | ast.YieldFrom) for each in ast.walk(function)])
    called = name + "".join([ACCESS.get(ast.unparse(each).rpartition(".")[2], "") for each in function.decorator_list])
    call = f"{called}({', '.join(_passed_on(function.args))})"
    before = " " * body[0].col_offset if body else f"{lines[end - 1]}; "  # there may be nothing but a docstring
    yield end, f"{before}{'yield from' if is_generator else 'return'} {call}"


def _passed_on(parameters: ast.arguments) -> Iterator[str]:
    """The arguments of a call that passes all parameters on."""
    yield from [each.arg for each in [*parameters.posonlyargs, *parameters.args]]
    if parameters.vararg:
        yield f"*{parameters.vararg.arg}"
    yield from [f"{each.arg}={each.arg}" for each in parameters.kwonlyargs]
    if parameters.kwarg:
        yield f"**{parameters.kwarg.arg}"


def _copied(item: ast.stmt, lines: list[str]) -> Iterator[tuple[int, str]]:
    """The lines of a statement as they are."""
    for number in range(item.lineno, (item.end_lineno or item.lineno) + 1):
        yield number, lines[number - 1]
