"""Arithmetic in LLVM's instructions: operators, comparisons, conversions, and the functions of Python's math."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from microgrand.program.jit.instructions import INT_OF_C, WORDS, Instructions, Number, Term, number
from microgrand.program.jit.module import Module
from microgrand.translation.values import BOOL, FLOAT, INT, TranslationError

ARITHMETIC: dict[type, tuple[str, str]] = {
    ast.Add: ("fadd", "add"), ast.Sub: ("fsub", "sub"), ast.Mult: ("fmul", "mul"), ast.Div: ("fdiv", "sdiv"),
}  # fmt: skip
COMPARISONS: dict[type, tuple[str, str]] = {
    ast.Lt: ("olt", "slt"), ast.LtE: ("ole", "sle"), ast.Gt: ("ogt", "sgt"), ast.GtE: ("oge", "sge"),
    ast.Eq: ("oeq", "eq"), ast.NotEq: ("une", "ne"),
}  # fmt: skip
INTRINSICS = frozenset(["sqrt", "floor", "ceil", "trunc", "copysign", "fabs", "fma"])  # LLVM has them
OF_C = frozenset([
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "erf", "erfc", "exp", "exp2",
    "expm1", "hypot", "lgamma", "log", "log10", "log1p", "log2", "pow", "remainder", "sin", "sinh", "tan", "tanh",
    "tgamma",
])  # fmt: skip
IN_C = {"gamma": "tgamma"}  # what C calls otherwise than Python does
OTHER: dict[type, ast.boolop] = {ast.And: ast.Or(), ast.Or: ast.And()}
_OF_WHOLE_NUMBERS: dict[type, Any] = {
    ast.Add: int.__add__, ast.Sub: int.__sub__, ast.Mult: int.__mul__, ast.FloorDiv: int.__floordiv__,
    ast.Mod: int.__mod__,
}  # fmt: skip
_OF_TWO: dict[type, Callable[[Any, Any], bool]] = {
    ast.Lt: lambda x, y: x < y, ast.LtE: lambda x, y: x <= y, ast.Gt: lambda x, y: x > y, ast.GtE: lambda x, y: x >= y,
    ast.Eq: lambda x, y: x == y, ast.NotEq: lambda x, y: x != y,
}  # fmt: skip


class Arithmetic(Instructions):
    """What is computed with numbers.

    module  to which functions are added that the instructions call
    """

    def __init__(self, module: Module) -> None:
        super().__init__()
        self.module = module

    def ours(self, name: str, given: list[Term]) -> Term:
        """The call of a plain function."""
        raise NotImplementedError

    def negated(self, test: Number) -> Number:
        """`not test`."""
        return number(not test.value) if test.value is not None else self.made(f"xor i1 {test.text}, true", BOOL)

    def binary(self, x: Number, op: ast.operator, y: Number) -> Number:
        """`x op y`, of two floats or of two whole numbers."""
        whole = x.kind == y.kind == INT and not isinstance(op, ast.Div)
        if whole and x.value is not None and y.value is not None:
            return number(_OF_WHOLE_NUMBERS[type(op)](x.value, y.value))
        kind = INT if whole else FLOAT
        x, y = self.as_kind(x, kind), self.as_kind(y, kind)
        if type(op) in ARITHMETIC:
            return self.made(f"{ARITHMETIC[type(op)][whole]} {WORDS[kind]} {x.text}, {y.text}", kind)
        if not isinstance(op, (ast.FloorDiv, ast.Mod)):
            raise TranslationError(f"the operator {type(op).__name__} has no translation")
        name = "quotient" if isinstance(op, ast.FloorDiv) else "remainder"
        return self.whole_division(x, y, name) if whole else self.ours(f"floor_{name}", [x, y])

    def whole_division(self, x: Number, y: Number, name: str) -> Number:
        """`x // y` or `x % y` of whole numbers, rounded down."""
        rest = self.made(f"srem i64 {x.text}, {y.text}", INT)
        signs = self.made(f"xor i64 {rest.text}, {y.text}", INT)
        opposite = self.made(f"icmp slt i64 {signs.text}, 0", BOOL)
        down = self.joined([opposite, self.made(f"icmp ne i64 {rest.text}, 0", BOOL)], ast.And())
        if name == "quotient":
            quotient = self.made(f"sdiv i64 {x.text}, {y.text}", INT)
            one = self.made(f"zext i1 {down.text} to i64", INT)
            return self.made(f"sub i64 {quotient.text}, {one.text}", INT)
        shift = self.made(f"select i1 {down.text}, i64 {y.text}, i64 0", INT)
        return self.made(f"add i64 {rest.text}, {shift.text}", INT)

    def compared(self, x: Number, op: ast.cmpop, y: Number) -> Number:
        """`x op y`, a comparison."""
        if x.value is not None and y.value is not None:
            return number(_OF_TWO[type(op)](x.value, y.value))
        ordered, whole = COMPARISONS[type(op)]
        if x.kind == y.kind != FLOAT:
            return self.made(f"icmp {whole} {WORDS[x.kind]} {x.text}, {y.text}", BOOL)
        return self.made(f"fcmp {ordered} double {self.as_kind(x, FLOAT).text}, {self.as_kind(y, FLOAT).text}", BOOL)

    def joined(self, tests: Sequence[Number], op: ast.boolop) -> Number:
        """The conjunction or disjunction of conditions."""
        decides = isinstance(op, ast.Or)
        if any([each.value is decides for each in tests]):
            return number(decides)
        open_ones = [each for each in tests if each.value is None]
        if not open_ones:
            return number(not decides)
        result = open_ones[0]
        for each in open_ones[1:]:
            result = self.made(f"{'or' if decides else 'and'} i1 {result.text}, {each.text}", BOOL)
        return result

    # ---- types ---------------------------------------------------------------------------------------
    def as_kind(self, x: Number, kind: str) -> Number:
        """A number as one of another type."""
        if x.kind == kind:
            return x
        if kind == FLOAT:
            if x.value is not None:
                return number(float(x.value))
            return self.made(f"{'uitofp' if x.kind == BOOL else 'sitofp'} {WORDS[x.kind]} {x.text} to double", FLOAT)
        if kind == BOOL:
            return self.compared(x, ast.NotEq(), number(0.0 if x.kind == FLOAT else 0))
        raise TranslationError(f"a {x.kind} stands where the type is {kind}")

    def alike(self, x: Number, y: Number) -> tuple[Number, Number]:
        """Two numbers as numbers of one type."""
        return (x, y) if x.kind == y.kind else (self.as_kind(x, FLOAT), self.as_kind(y, FLOAT))

    def packed(self, value: Term, kinds: Sequence[str]) -> str:
        """What a function returns as one thing."""
        if len(kinds) == 1:
            return self.as_kind(value, kinds[0]).text
        word = f"{{ {', '.join([WORDS[kind] for kind in kinds])} }}"
        made = "undef"
        for k, (part, kind) in enumerate(zip(value, kinds, strict=True)):
            made = self.register(f"insertvalue {word} {made}, {WORDS[kind]} {self.as_kind(part, kind).text}, {k}")
        return made

    # ---- functions -----------------------------------------------------------------------------------
    def mathematical(self, function: str, operands: list[Term]) -> Number:
        """The call of a function of Python's math."""
        if function == "fmod":
            x, y = operands
            return self.made(f"frem double {x.text}, {y.text}", FLOAT)
        if function == "ldexp":
            exponent = self.register(f"trunc i64 {operands[1].text} to i32")
            ldexp = self.module.outside("ldexp", "double", "double", "i32")
            return self.made(f"call double {ldexp}(double {operands[0].text}, i32 {exponent})", FLOAT)
        if function in ("isfinite", "isinf", "isnan"):
            return self.ours(f"is_{function[2:]}", operands)  # type: ignore[no-any-return]
        name = f"llvm.{function}.f64" if function in INTRINSICS else IN_C.get(function, function)
        if name not in OF_C and function not in INTRINSICS:
            raise TranslationError(f"the function math.{function} has no translation")
        floats = [self.as_kind(x, FLOAT) for x in operands]
        return self.call(self.module.outside(name, "double", *["double"] * len(floats)), FLOAT, *floats)

    def frexp(self, x: Number) -> tuple[Number, Number]:
        """The mantissa and the exponent of a number, as `math.frexp` has them."""
        if ("frexp", x) in self.known:
            found: tuple[Number, Number] = self.known["frexp", x]
            return found
        address = self.reserve(INT_OF_C)
        self.write(f"store i32 0, ptr {address}")
        frexp = self.module.outside("frexp", "double", "double", "ptr", pure=False)
        mantissa = Number(self.register(f"call double {frexp}(double {x.text}, ptr {address})"))
        exponent = Number(self.register(f"sext i32 {self.register(f'load i32, ptr {address}')} to i64"), INT)
        if not self.depth:
            self.known["frexp", x] = (mantissa, exponent)
        return mantissa, exponent
