"""What C and JavaScript have in common: operators, statements, names, and text that stays inside its comment."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from microgrand.program.printed.statements import Declarations, simplified
from microgrand.program.printed.straight_line import Assignment, Check, Statement, StraightLine
from microgrand.translation.values import BOOL, FLOAT, INT, TranslationError, translating

WIDTH = 110

# How strongly operators bind, in C and in JavaScript, from the weakest on.
CHOICE, EITHER, BOTH, EQUALITY, ORDER, SUM, PRODUCT, PREFIX, ATOM = range(9)
ARITHMETIC: dict[type, tuple[str, int]] = {
    ast.Add: ("+", SUM), ast.Sub: ("-", SUM), ast.Mult: ("*", PRODUCT), ast.Div: ("/", PRODUCT),
}  # fmt: skip
COMPARISONS: dict[type, tuple[str, int]] = {
    ast.Lt: ("<", ORDER), ast.LtE: ("<=", ORDER), ast.Gt: (">", ORDER), ast.GtE: (">=", ORDER),
    ast.Eq: ("==", EQUALITY), ast.NotEq: ("!=", EQUALITY),
}  # fmt: skip


class Term(NamedTuple):
    """An expression as text, its type, and how strongly its outermost operator binds.

    size  of a whole number its value, of a list its length, where that is known when the code is printed

    >>> [Term("x + y", FLOAT, SUM).within(strength) for strength in (ORDER, SUM, PRODUCT)]
    ['x + y', 'x + y', '(x + y)']
    """

    text: str
    kind: str
    strength: int = ATOM
    size: int | None = None

    def within(self, strength: int) -> str:
        """The text as an operand of an operator that binds so strongly."""
        return self.text if self.strength >= strength else f"({self.text})"


# ---- functions -----------------------------------------------------------------------------------------------------


class Library:
    """The functions that printed code calls: those of rows, and those that the language itself lacks.

    definitions  functions of rows, by name
    texts        what has been printed, each function after those that it calls
    """

    def __init__(self, functions: Sequence[ast.FunctionDef], lacking: Mapping[str, str]) -> None:
        self.definitions = {each.name: each for each in functions}
        self.texts: list[str] = []
        self._lacking = lacking
        self._lent: set[str] = set()

    def lend(self, name: str) -> str:
        """Print a function that the language lacks, after those that it calls, unless that is done; its name."""
        if name not in self._lent:
            self._lent.add(name)
            text = self._lacking[name]
            for each in re.findall(r"\w+", text):
                if each in self._lacking:
                    self.lend(each)
            self.texts.append(text)
        return name


def functions_in(text: str) -> dict[str, str]:
    r"""The functions in a file of C or JavaScript, by name: each in a paragraph of its own, with its comment.

    >>> functions_in("// A file.\n\n// x twice\nfunction twice(x) {\n  return x + x;\n}\n").keys()
    dict_keys(['twice'])
    """
    paragraphs = re.split(r"\n\n(?=\S)", text.strip())
    found = [(re.search(r"^(?:function|static .*?)[ *](\w+)\(", each, re.MULTILINE), each) for each in paragraphs]
    return {match[1]: each for match, each in found if match}


# ---- the body of a function ----------------------------------------------------------------------------------------


class Body:
    """The body of a function in one of the languages, while it is written.

    meanings  what each variable of the Python code is there
    lines     what has been written
    """

    tab: ClassVar[str]
    words: ClassVar[frozenset[str]]  # which no variable may be called
    symbols: ClassVar[Mapping[str, str]]  # how the language writes what others write differently
    library: Library

    def __init__(self, statements: Sequence[ast.stmt], parameters: Sequence[str] = ()) -> None:
        self.meanings: dict[str, Term] = {}
        self.lines: list[str] = []
        self.depth = 1
        self._heads: list[str] = []  # of the blocks around
        self.declarations = Declarations(statements, parameters)
        self._taken = set(self.words)
        self._numbers: dict[str, int] = {}

    # ---- text ----------------------------------------------------------------------------------------
    def write(self, line: str, remark: str = "") -> None:
        """Add a line, as far in as the block is, and broken where it is too long; and a comment behind it."""
        pieces = [line] if '"' in line else line.split(", ")
        self.lines += wrapped(self.tab * self.depth, pieces, "", self.tab * (self.depth + 1))
        self.lines[-1] += remark

    def open(self, head: str) -> None:
        """Begin a block: `head {`."""
        self.write(f"{head} {{")
        self.depth += 1
        self._heads.append(head)

    def close(self) -> None:
        """End a block."""
        self._heads.pop()
        self.depth -= 1
        self.write("}")

    def index(self) -> str:
        """The name of a variable that counts the rounds of a loop; loops that are not inside each other share it."""
        used = set(re.findall(r"\w+", " ".join(self._heads))) | self._taken
        return next(each for k in range(99) if (each := "ijk"[k % 3] + "_" * (k // 3)) not in used)

    def spelt(self, variable: str) -> str:
        """An identifier for a variable, that means nothing else in the language."""
        text = "".join([each if each.isascii() else f"u{ord(each):x}" for each in variable])
        return f"{text}_" if text in self.words else text

    def fresh(self, base: str) -> str:
        """An identifier that no other variable of the function has."""
        base = made = self.spelt(base)
        while made in self._taken:
            self._numbers[base] = self._numbers.get(base, 1) + 1
            made = f"{base}_{self._numbers[base]}"
        self._taken.add(made)
        return made

    # ---- statements ----------------------------------------------------------------------------------
    def program(self, program: StraightLine, refusal: Callable[[Check], str]) -> set[str]:
        """Write the statements on which the result or a check depends; the slots that are read, also by the result.

        refusal  what is done where a check fails
        """
        slots = [*range(len(program.inputs)), *[slot for slot, _, _ in program.parameters]]
        slots += [each.slot for each in program.statements if isinstance(each, Assignment)]
        self.meanings = {f"z{slot}": Term(f"z{slot}", FLOAT) for slot in slots}
        read = {f"z{slot}" for slot in slots_of(program.result)}
        kept: list[list[str]] = []
        for target, lines, reads in reversed([self._of_program(each, refusal) for each in program.statements]):
            if not target or target in read:
                kept.append(lines)
                read |= reads
        self.lines = [line for lines in reversed(kept) for line in lines]
        return read

    def _of_program(self, statement: Statement, refusal: Callable[[Check], str]) -> tuple[str, list[str], set[str]]:
        """A statement of a program: the slot that it fills, its lines, and the slots that it reads."""
        self.lines = []
        with translating(statement.message if isinstance(statement, Check) else statement.comment):
            code = self.of(statement.holds if isinstance(statement, Check) else statement.value)
        reads = set(re.findall(r"\bz[0-9]+\b", "\n".join([*self.lines, code.text])))
        if isinstance(statement, Check):
            self.open(f"if ({self.unary(ast.Not(), code).text})")
            self.write(refusal(statement))
            self.close()
            return "", self.lines, reads
        line = f"{self.symbols['const']} z{statement.slot} = {code.text};"
        self.write(line, remark(code.text, statement.comment))
        return f"z{statement.slot}", self.lines, reads

    def block(self, statements: Sequence[ast.stmt]) -> None:
        """Write simplified statements."""
        for each in statements:
            match each:
                case ast.Return(value=ast.expr() as value):
                    self._leave(value)
                case ast.If():
                    self.branch(each)
                case ast.For():
                    self._loop(each)
                case ast.Assign(targets=[ast.Name() as target], value=value):
                    self._assign(target, value)
                case ast.Assign(targets=[ast.Tuple() as target], value=value):
                    self._take_apart(item_names(target), value)
                case ast.Assign(targets=[ast.Subscript() as target], value=value):
                    text = self.of(value).text
                    self.write(f"{self.of(target).text} = {text};")

    def branch(self, node: ast.If) -> None:
        """`if` and `else`."""
        self.open(f"if ({self.of(node.test).text})")
        self.block(node.body)
        self.close()
        if node.orelse:
            self.lines.pop()
            self.open("} else")
            self.block(node.orelse)
            self.close()

    def _leave(self, value: ast.expr) -> None:
        """`return value`."""
        raise NotImplementedError

    def _loop(self, node: ast.For) -> None:
        """`for … in …`."""
        raise NotImplementedError

    def _assign(self, target: ast.Name, value: ast.expr) -> None:
        """`target = value`."""
        raise NotImplementedError

    def _take_apart(self, targets: Sequence[ast.Name], value: ast.expr) -> None:
        """`a, b = value`, of a function's several results."""
        raise NotImplementedError

    # ---- expressions ---------------------------------------------------------------------------------
    def of(self, node: ast.expr) -> Term:
        """An expression."""
        match node:
            case ast.Name(id="NAN"):
                return Term(self.symbols["nan"], FLOAT)
            case ast.Name(id=variable):
                return self.meanings[variable]
            case ast.Constant(value=value):
                return self.constant(value)
            case ast.UnaryOp(op=op, operand=operand):
                return self.unary(op, self.of(operand))
            case ast.BinOp(left=left, op=op, right=right):
                return self.binary(self.of(left), op, self.of(right))
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                terms = [self.of(each) for each in (left, *comparators)]
                pairs = zip(terms, ops, terms[1:], strict=False)
                return self.joined([self.compared(x, op, y) for x, op, y in pairs], ast.And())
            case ast.BoolOp(op=op, values=values):
                return self.joined([self.of(each) for each in values], op)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._choice(self.of(test), self.of(body), self.of(orelse))
            case ast.Subscript(value=owner, slice=index):
                return self._item(owner, index)
            case ast.Call(func=function, args=arguments):
                return self.called(ast.unparse(function), arguments)
        raise TranslationError(f"the expression `{ast.unparse(node):.80}` has no translation")

    def constant(self, value: object) -> Term:
        """A number, or a truth."""
        if isinstance(value, bool):
            return Term(self.symbols[str(value)], BOOL)
        if isinstance(value, int):
            return Term(str(value), INT, ATOM if value >= 0 else PREFIX, value)
        if isinstance(value, float) and value == value:
            magnitude = self.symbols["infinity"] if value - value != 0.0 else self.digits(abs(value))
            return Term(f"-{magnitude}", FLOAT, PREFIX) if repr(value)[0] == "-" else Term(magnitude, FLOAT)
        raise TranslationError(f"the constant {value!r} has no translation")

    def digits(self, value: float) -> str:
        """A finite float, not negative."""
        return repr(value)

    def unary(self, op: ast.unaryop, x: Term) -> Term:
        """`-x` or `not x`."""
        if isinstance(op, ast.Not):
            return Term(f"!{x.within(PREFIX)}", BOOL, PREFIX)
        if x.kind == INT and x.size is not None:
            return self.constant(-x.size)
        return Term(f"-{x.within(PREFIX)}" if x.text[0] != "-" else f"-({x.text})", x.kind, PREFIX)

    def binary(self, x: Term, op: ast.operator, y: Term) -> Term:
        """`x op y`, of two floats or of two whole numbers."""
        whole = x.kind == INT and y.kind == INT
        if whole and x.size is not None and y.size is not None and not isinstance(op, ast.Div):
            return self.constant(_OF_WHOLE_NUMBERS[type(op)](x.size, y.size))
        if type(op) in ARITHMETIC:
            sign, strength = ARITHMETIC[type(op)]
            return Term(f"{x.within(strength)} {sign} {y.within(strength + 1)}", INT if whole else FLOAT, strength)
        return self._floored(x, op, y)

    def _floored(self, x: Term, op: ast.operator, y: Term) -> Term:
        """`x // y` or `x % y`, which round towards -∞, by functions that the languages lack."""
        whole = x.kind == INT and y.kind == INT
        name = f"{'whole' if whole else 'floor'}_{'quotient' if isinstance(op, ast.FloorDiv) else 'remainder'}"
        return Term(f"{self.library.lend(name)}({x.text}, {y.text})", INT if whole else FLOAT)

    def compared(self, x: Term, op: ast.cmpop, y: Term) -> Term:
        """`x op y`, a comparison."""
        sign, strength = COMPARISONS[type(op)]
        sign = self.symbols.get(sign, sign)
        return Term(f"{x.within(strength + 1)} {sign} {y.within(strength + 1)}", BOOL, strength)

    def joined(self, tests: list[Term], op: ast.boolop) -> Term:
        """The conjunction or disjunction of conditions."""
        if len(tests) == 1:
            return tests[0]
        sign, strength = ("||", EITHER) if isinstance(op, ast.Or) else ("&&", BOTH)
        return Term(f" {sign} ".join([each.within(EQUALITY) for each in tests]), BOOL, strength)

    def _choice(self, test: Term, x: Term, y: Term) -> Term:
        """`x if test else y`."""
        size = x.size if x.size == y.size else None
        return Term(f"{test.within(EITHER)} ? {x.within(EITHER)} : {y.within(CHOICE)}", x.kind, CHOICE, size)

    def _item(self, owner: ast.expr, index: ast.expr) -> Term:
        """`owner[index]` or `owner[low:high]`."""
        raise NotImplementedError

    # ---- calls ---------------------------------------------------------------------------------------
    def called(self, function: str, arguments: list[ast.expr]) -> Term:
        """The call of a function of a row, of math, or of Python's own."""
        if function in self.library.definitions:
            return self._of_a_row(function, arguments)
        if function.startswith("math."):
            return self._mathematical(function.removeprefix("math."), [self.of(each) for each in arguments])
        method = getattr(self, _METHODS.get(function, ""), None)
        if method is None:
            raise TranslationError(f"the function {function} has no translation")
        result: Term = method(*arguments)
        return result

    def _of_a_row(self, function: str, arguments: list[ast.expr]) -> Term:
        """The call of a function of a row."""
        raise NotImplementedError

    def _mathematical(self, function: str, operands: list[Term]) -> Term:
        """The call of a function of Python's math."""
        raise NotImplementedError

    def lent(self, function: str, kind: str, *operands: Term) -> Term:
        """The call of a function that the language lacks."""
        return Term(f"{self.library.lend(function)}({', '.join([each.text for each in operands])})", kind)

    def _mantissa(self, x: ast.expr) -> Term:
        """The first of the two numbers that `math.frexp` returns."""
        return self.lent("frexp_mantissa", FLOAT, self.of(x))

    def _exponent(self, x: ast.expr) -> Term:
        """The second."""
        return self.lent("frexp_exponent", INT, self.of(x))

    def _whole_number(self, x: ast.expr) -> Term:
        """`i64(x)`, of a whole number."""
        return self.of(x)


_OF_WHOLE_NUMBERS: dict[type, Any] = {
    ast.Add: int.__add__, ast.Sub: int.__sub__, ast.Mult: int.__mul__, ast.FloorDiv: int.__floordiv__,
    ast.Mod: int.__mod__,
}  # fmt: skip
_METHODS = {
    "float": "_to_float", "int": "_to_int", "i64": "_whole_number", "len": "_length", "abs": "_absolute",
    "all": "_of_all", "any": "_of_any", "vec[float]": "_floats", "vec[i64]": "_whole_numbers",
    "joined": "_joined_lists", "appended": "_appended", "append": "_appended",
    "exact_sum": "_exact_sum", "euclidean_norm": "_norm", "frexp_mantissa": "_mantissa", "frexp_exponent": "_exponent",
}  # fmt: skip


def item_names(target: ast.expr) -> list[ast.Name]:
    """The variables that stand before `=`, or after `for`."""
    targets = target.elts if isinstance(target, ast.Tuple) else [target]
    names = [each for each in targets if isinstance(each, ast.Name)]
    if len(names) != len(targets):
        raise TranslationError(f"the assignment to `{ast.unparse(target)}` has no translation")
    return names


def range_of(ends: Sequence[Term]) -> tuple[Term, Term, int]:
    """Start, end and step of a range."""
    step = ends[2].size if len(ends) > 2 else 1
    if not step:
        raise TranslationError("a range whose step is not known has no translation")
    return (ends[0] if len(ends) > 1 else Term("0", INT, size=0)), ends[min(len(ends), 2) - 1], step


def kinds_of(kind: str) -> list[str]:
    """The types of the results that a function returns together."""
    return kind[len("tuple[") : -1].split(", ") if kind.startswith("tuple[") else [kind]


# ---- the program itself --------------------------------------------------------------------------------------------


def slots_of(nesting: Any) -> Iterator[int]:
    """The slots of a nested list, tuple or dict, in order."""
    waiting = [nesting]
    while waiting:
        each = waiting.pop()
        if isinstance(each, int):
            yield each
        else:
            waiting.extend(reversed(list(each.values() if isinstance(each, dict) else each)))


def value_and_gradient(program: StraightLine) -> tuple[int, Any]:
    """The slot of the value, and those of the gradient."""
    value, gradient = program.result
    return value, gradient


def as_node(number: float) -> ast.expr:
    """A float as an expression."""
    return ast.parse("NAN" if number != number else repr(number).replace("inf", "1e309"), mode="eval").body


# ---- text of users -------------------------------------------------------------------------------------------------


def comment(text: str) -> str:
    r"""Text that cannot end a comment, a line, or the `<script>` in which it may stand.

    >>> print(comment("a */ b\n</script>"))
    a * / b�< /script>
    """
    line = "".join([each if each.isprintable() else "�" for each in text])
    broken = re.sub(r"[*<](?=[/!])|/(?=\*)|\?(?=\?)", r"\g<0> ", line)
    return f"{broken} ." if broken.endswith("\\") else broken  # C joins a line that ends so with the next one


def header_lines(header: Sequence[str]) -> list[str]:
    """What stands on top of printed code, in lines that are not too long."""
    return [part for line in header for part in textwrap.wrap(comment(line), WIDTH) or [""]]


def remark(code: str, step: str) -> str:
    """A comment that says which step a statement is, unless the statement says so itself.

    >>> remark("float_tanh(z0)", "tanh(z0)"), remark("z0 * 2.0", "2·z0")
    ('', '  // 2·z0')
    """
    if not step or _letters(code) == _letters(step):
        return ""
    return f"  // {comment(step if len(step) <= WIDTH else step[:WIDTH] + '…')}"


def _letters(text: str) -> str:
    """A step without what a listing and a language write otherwise."""
    return re.sub(r"float_|Math\.|_of_\d+|\.0\b|const double|[ ()*·\[\]{}]", "", text)


def wrapped(start: str, pieces: Sequence[str], end: str, indent: str) -> list[str]:
    """The pieces with commas between them, in lines that are not too long; none ends before the first piece.

    >>> wrapped("  return [", ["z0", "z1"], "];", "    ")
    ['  return [z0, z1];']
    >>> [len(line) for line in wrapped("  return ", ["z0 + " * 30, "z1"], ";", "    ")]
    [160, 7]
    """
    lines, line = [], start
    for k, piece in enumerate(pieces):
        part = piece + (", " if k < len(pieces) - 1 else end)
        if k and len(line) + len(part) > WIDTH:
            lines.append(line.rstrip())
            line = indent
        line += part
    return [*lines, line] if pieces else [start + end]


def statements_of(function: ast.FunctionDef) -> tuple[list[tuple[str, str]], list[ast.stmt]]:
    """The parameters of a function with their types, and its statements, simplified."""
    parameters = [(each.arg, ast.unparse(each.annotation) if each.annotation else FLOAT) for each in function.args.args]
    return parameters, simplified(function)
