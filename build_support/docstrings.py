"""Give compiled functions, methods and classes the docstrings of their source, which mypyc (2.4.1) leaves out.

It writes their signatures where CPython looks for docstrings, and a filler for the classes that are Python's own. The C
that it made is completed here. Where another version writes something else nothing is found, and nothing changed.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

FUNCTION = re.compile(r'(\(PyCFunction\)CPyPy_(\w+),[^"]*?PyDoc_STR\()("[^"]*")(\))')
NATIVE_CLASS = re.compile(r'(PyTypeObject CPyType_(\w+)_template_ = \{[^}]*?\.tp_doc = PyDoc_STR\()(NULL|"[^"]*")(\))')
OTHER_CLASS = re.compile(
    r"CPyStatics\[\d+\](; /\* 'mypyc filler docstring' \*/(?:(?!filler docstring).)*?CPyType_(\w+) = \(PyTypeObject)",
    re.DOTALL,
)


METHOD_OBJECT = re.compile(
    r"(\w+?)___(\w+)_([A-Z]\w*)_obj"
)  # what a method of the other classes is: "layers___trace_Layer_obj"


def add_docstrings(c_file: Path, sources: Sequence[Path]) -> None:
    """Write the docstrings of the source files into the C that mypyc made of them."""
    docstrings = {name: text for source in sources for name, text in _docstrings(source)}

    def after_signature(found: re.Match[str]) -> str:
        before, name, signature, after = found.groups()
        name = METHOD_OBJECT.sub(r"\1___\3___\2", name)
        if name not in docstrings:
            return found[0]
        return before + ("" if signature == "NULL" else f"{signature} ") + _literal(docstrings[name]) + after

    def in_place_of_filler(found: re.Match[str]) -> str:
        rest, name = found.groups()
        return f"PyUnicode_FromString({_literal(docstrings[name])}){rest}" if name in docstrings else found[0]

    text = c_file.read_text(encoding="utf-8")
    for pattern in (FUNCTION, NATIVE_CLASS):
        text = pattern.sub(after_signature, text)
    c_file.write_text(OTHER_CLASS.sub(in_place_of_filler, text), encoding="utf-8")


def _docstrings(source: Path) -> Iterator[tuple[str, str]]:
    """Every docstring below the module's, with the name in C of what it belongs to: ("value___Value", "A number …")."""

    def below(node: ast.Module | ast.ClassDef | ast.FunctionDef, name: str) -> Iterator[tuple[str, str]]:
        for child in node.body:
            if isinstance(child, ast.ClassDef | ast.FunctionDef):
                text = ast.get_docstring(child)
                if text:
                    yield f"{name}___{child.name}", text
                yield from below(child, f"{name}___{child.name}")

    return below(ast.parse(source.read_text(encoding="utf-8")), source.stem)


def _literal(text: str) -> str:
    """A string of C's."""
    from mypyc.codegen.cstring import c_string_initializer

    return c_string_initializer(inspect.cleandoc(text).encode("utf-8"))
