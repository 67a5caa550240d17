"""`Module`: the functions of LLVM's that make up a program, and what is known of the plain functions they come from."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from microgrand.program.jit.instructions import WORDS, Number
from microgrand.program.jit.lacking import LACKING
from microgrand.program.printed.statements import simplified
from microgrand.translation.values import FLOAT

PURE = "nounwind willreturn readnone"  # of C's math: the result depends on the operands alone


class Module:
    """The text of a module, function by function.

    prefix  begins the name of every function and constant in it
    """

    def __init__(self, prefix: str, functions: Sequence[ast.FunctionDef]) -> None:
        self.prefix = prefix
        self._definitions = {each.name: each for each in (*LACKING, *functions)}
        self._bodies: dict[str, list[ast.stmt]] = {}
        self._texts: list[str] = []
        self._written: set[str] = set()
        self._outside: dict[str, str] = {}
        self._constants: dict[tuple[Number, ...], str] = {}

    def text(self) -> str:
        """The whole module."""
        return "\n\n".join(["\n".join(self._outside.values()), *self._texts]) + "\n"

    def constants(self, items: tuple[Number, ...]) -> str:
        """The address of constants."""
        if items not in self._constants:
            word = WORDS[items[0].kind]
            own = self._constants[items] = f"@{self.prefix}.constants.{len(self._constants)}"
            listed = ", ".join([f"{word} {each.text}" for each in items])
            self._texts.append(f"{own} = private unnamed_addr constant [{len(items)} x {word}] [{listed}]")
        return self._constants[items]

    def add(self, text: str) -> None:
        """Add a function or a constant."""
        self._texts.append(text)

    def is_ours(self, name: str) -> bool:
        """Whether there is a plain function of this name."""
        return name in self._definitions

    def parameters(self, name: str) -> list[tuple[str, str]]:
        """The parameters of a plain function: name and type."""
        arguments = self._definitions[name].args.args
        return [(each.arg, ast.unparse(each.annotation) if each.annotation else FLOAT) for each in arguments]

    def body(self, name: str) -> list[ast.stmt]:
        """The statements of a plain function, without errors and docstring."""
        if name not in self._bodies:
            self._bodies[name] = simplified(self._definitions[name])
        return self._bodies[name]

    def returns(self, name: str) -> list[str]:
        """The types of what a function of numbers returns: one, or those of a tuple's items."""
        returned = self._definitions[name].returns
        text = ast.unparse(returned) if returned is not None else FLOAT
        return text.removeprefix("tuple[").removesuffix("]").split(", ") if text.startswith("tuple[") else [text]

    def lend(self, name: str, write: Callable[[str, str], str]) -> str:
        """The name here of a plain function of numbers, which is written unless that is done."""
        own = f"@{self.prefix}.{name}"
        if name not in self._written:
            self._written.add(name)
            self._texts.append(write(own, name))
        return own

    def outside(self, name: str, result: str, *operands: str, pure: bool = True) -> str:
        """The name of a function of C's or of LLVM's own, which is declared."""
        takes = ", ".join(operands)
        self._outside[name] = f"declare {result} @{name}({takes}) {PURE if pure else 'nounwind'}"
        return f"@{name}"

    def variable(self, name: str) -> str:
        """The address of a variable of C's, which is declared."""
        self._outside[name] = f"@{name} = external global i8"
        return f"@{name}"
