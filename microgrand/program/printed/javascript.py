"""Programs in JavaScript: a function that needs nothing, in any browser."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from microgrand.program.printed.identifiers import JAVASCRIPT
from microgrand.program.printed.language import (
    ATOM,
    CHOICE,
    EITHER,
    PRODUCT,
    SUM,
    Body,
    Library,
    Term,
    as_node,
    comment,
    functions_in,
    header_lines,
    item_names,
    kinds_of,
    range_of,
    remark,
    statements_of,
    value_and_gradient,
    wrapped,
)
from microgrand.program.printed.statements import origin
from microgrand.program.printed.straight_line import StraightLine
from microgrand.translation.values import BOOL, ELEMENTS, FLOAT, FLOATS, INT, INTS, TranslationError

TAB = "  "
LACKING = functions_in(Path(__file__).with_name("functions.js").read_text(encoding="utf-8"))

# Functions of Python's math that have the same name in Math, and those that are written otherwise.
_SAME = (
    "acos acosh asin asinh atan atan2 atanh cbrt ceil cos cosh exp expm1 floor hypot log log10 log1p log2 sin sinh sqrt"
    " tan tanh trunc"
)
SAME = frozenset(_SAME.split())
OTHERS = {
    "fabs": "Math.abs({0})", "exp2": "Math.pow(2, {0})", "isnan": "(Number.isNaN({0}) ? 1 : 0)",
    "isinf": "(Math.abs({0}) === Infinity ? 1 : 0)", "isfinite": "(Number.isFinite({0}) ? 1 : 0)",
}  # fmt: skip
PLAIN = re.compile(r"[A-Za-z]\w*", re.ASCII)  # a key that needs no quotes


def printed_javascript(program: StraightLine) -> str:
    """The source of a script: one function, which holds the functions of the rows that it uses.

    It takes numbers, arrays and objects, nested as the arguments were that the program was recorded with, and returns
    the result nested in the same way; of a gradient, an object with `value` and `gradient`. It throws RangeError where
    a replay raises DomainError or GuardError. Numbers may differ from a replay's in their last digits, as far as the
    functions of JavaScript's Math do from those of C.

    >>> from microgrand import record
    >>> from microgrand.program.printed.straight_line import straight_line
    >>> print(printed_javascript(straight_line(record(lambda x: x * x + 1.0, 2.0), header=["x² + 1"])))
    // x² + 1
    function f(x) {
      "use strict";
      const z0 = x;
      const z2 = z0 * z0;
      const z3 = z2 + 1;
      return z3;
    }
    <BLANKLINE>
    """
    library = Library(program.functions, LACKING)
    functions = Functions(library)
    body = functions.main(program)
    head = [f"// {line}".rstrip() for line in header_lines(program.header)]
    opening = f"function {program.title}({', '.join([name for name, _ in program.arguments])}) {{"
    if not library.texts:
        return "\n".join([*head, opening, f'{TAB}"use strict";', *body, "}"]) + "\n"
    inner = ["\n\n".join(library.texts), "", "\n".join([f"return {opening}", *body, "};"])]
    lines = [f"{TAB}{line}" if line else "" for line in "\n".join(inner).split("\n")]
    return "\n".join([*head, f"const {program.title} = (() => {{", f'{TAB}"use strict";', "", *lines, "})();"]) + "\n"


class Functions:
    """Writes functions, each when it is first called."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._done: set[str] = set()

    def call(self, name: str) -> str:
        """Write a function of a row, unless that is done; the type that it returns."""
        function = self._library.definitions[name]
        if name not in self._done:
            self._done.add(name)
            parameters, statements = statements_of(function)
            body = JavaScriptBody(self, self._library, statements, [name for name, _ in parameters])
            names = [body.named(*each) for each in parameters]
            body.block(statements)
            above = [f"// {comment(origin(function))}"] if origin(function) else []
            head = f"function {name}({', '.join(names)}) {{"
            self._library.texts.append("\n".join([*above, head, *body.hoisted(), "}"]))
        return ast.unparse(function.returns) if function.returns else FLOAT

    def main(self, program: StraightLine) -> list[str]:
        """The lines of the program itself."""
        body = JavaScriptBody(self, self._library, [])
        read = body.program(program, lambda check: f"throw new RangeError({quoted(check.message)});")
        given = [each for name, nesting in program.arguments for each in _places(name, nesting)]
        opening = [f"const z{slot} = {place};" for slot, place in given if f"z{slot}" in read]
        for slot, name, number in program.parameters:
            if f"z{slot}" in read:
                opening.append(f"const z{slot} = {body.of(as_node(number)).text};{remark('', name)}")
        result = program.result
        if program.derivative == "gradient":
            result = dict(zip(("value", "gradient"), value_and_gradient(program), strict=True))
        returned = wrapped(f"{TAB}return ", _nested(result), ";", TAB * 2)
        return [*[TAB + each for each in opening], *body.lines, *returned]


class JavaScriptBody(Body):
    """The body of one function in JavaScript. A list is an array; several results are returned as an array."""

    tab = TAB
    words = JAVASCRIPT | LACKING.keys()
    symbols: ClassVar[Mapping[str, str]] = {
        "const": "const", "nan": "NaN", "infinity": "Infinity", "True": "true", "False": "false",
        "==": "===", "!=": "!==",
    }  # fmt: skip

    def __init__(
        self, functions: Functions, library: Library, statements: Sequence[ast.stmt], parameters: Sequence[str] = ()
    ) -> None:
        super().__init__(statements, parameters)
        self._functions = functions
        self.library = library
        self._identifiers: dict[str, str] = {}
        self._first: list[str] = []  # what is declared at the top

    def named(self, variable: str, kind: str, first: bool = False) -> str:
        """What a variable is called, from now on; `first` declares it at the top of the function."""
        if variable not in self._identifiers:
            self._identifiers[variable] = self.fresh(variable)
            self._first += [self._identifiers[variable]] if first else []
        self.meanings[variable] = Term(self._identifiers[variable], kind)
        return self._identifiers[variable]

    def hoisted(self) -> list[str]:
        """The lines, after a declaration of the variables that none of them can declare."""
        return [*([f"{self.tab}let {', '.join(self._first)};"] if self._first else []), *self.lines]

    def digits(self, value: float) -> str:
        """A finite float, not negative: 2 and 0.5 and 1e-300."""
        return repr(value).removesuffix(".0")

    # ---- statements ----------------------------------------------------------------------------------
    def _leave(self, value: ast.expr) -> None:
        self.write(f"return {self._several(value) if isinstance(value, ast.Tuple) else self.of(value).text};")

    def _several(self, value: ast.Tuple) -> str:
        return f"[{', '.join([self.of(each).text for each in value.elts])}]"

    def _assign(self, target: ast.Name, value: ast.expr) -> None:
        self.bind([target], self.of(value))

    def _take_apart(self, targets: Sequence[ast.Name], value: ast.expr) -> None:
        self.bind(targets, self.of(value))

    def bind(self, targets: Sequence[ast.Name], term: Term) -> None:
        """`target = term`, or `[a, b] = term`."""
        self.write(f"{self.target(targets, kinds_of(term.kind))} = {term.text};")

    def target(self, targets: Sequence[ast.Name], kinds: Sequence[str]) -> str:
        """What stands before `=`: a declaration, where the variables can be declared there."""
        if len(targets) != len(kinds):
            raise TranslationError(f"{len(targets)} variables are assigned {len(kinds)} results")
        here = all([self.declarations.here(each) for each in targets])
        names = [self.named(each.id, kind, not here) for each, kind in zip(targets, kinds, strict=True)]
        text = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
        constant = all([self.declarations.constant(each.id) for each in targets])
        return f"{'const' if constant else 'let'} {text}" if here else text

    def _loop(self, node: ast.For) -> None:
        names = item_names(node.target)
        match node.iter:
            case ast.Call(func=ast.Name("range"), args=arguments):
                self.over_range(names, [self.of(each) for each in arguments])
            case ast.Call(func=ast.Name("zip"), args=lists):
                terms = [self.of(each) for each in lists]
                k = self.index()
                self.open(f"for (let {k} = 0; {k} < {terms[0].within(ATOM)}.length; {k}++)")
                for name, term in zip(names, terms, strict=True):
                    self.bind([name], Term(f"{term.within(ATOM)}[{k}]", ELEMENTS[term.kind]))
            case ast.Call(func=ast.Name("enumerate"), args=[items]):
                term = self.of(items)
                self.open(f"for ({self.target(names, [INT, ELEMENTS[term.kind]])} of {term.within(ATOM)}.entries())")
            case items:
                term = self.of(items)
                self.open(f"for ({self.target(names, [ELEMENTS[term.kind]])} of {term.text})")
        self.block(node.body)
        self.close()

    def over_range(self, names: Sequence[ast.Name], ends: Sequence[Term]) -> None:
        """Begin a loop over a range. Its own variable counts, where nothing else is assigned to it."""
        start, end, step = range_of(ends)
        own = self.declarations.here(names[0]) and self.declarations.constant(names[0].id)
        k = self.named(names[0].id, INT) if own else self.index()
        change = {1: f"{k}++", -1: f"{k}--"}.get(step, f"{k} += {step}")
        self.open(f"for (let {k} = {start.text}; {k} {'<' if step > 0 else '>'} {end.text}; {change})")
        if not own:
            self.bind(names, Term(k, INT))

    # ---- expressions ---------------------------------------------------------------------------------
    def _floored(self, x: Term, op: ast.operator, y: Term) -> Term:
        if isinstance(op, ast.FloorDiv) and x.kind == INT and y.kind == INT:
            return Term(f"Math.floor({x.within(PRODUCT)} / {y.within(ATOM)})", INT)
        return super()._floored(x, op, y)

    def _item(self, owner: ast.expr, index: ast.expr) -> Term:
        term = self.of(owner)
        if isinstance(index, ast.Slice):
            ends = ["0" if index.lower is None else self.of(index.lower).text]
            ends += [] if index.upper is None else [self.of(index.upper).text]
            return Term(f"{term.within(ATOM)}.slice({', '.join(ends)})", term.kind)
        place = self.of(index)
        if term.kind not in ELEMENTS:
            return Term(f"{term.within(ATOM)}[{place.text}]", kinds_of(term.kind)[place.size or 0])
        text = f".at({place.text})" if place.text[0] == "-" else f"[{place.text}]"
        return Term(f"{term.within(ATOM)}{text}", ELEMENTS[term.kind])

    def _of_a_row(self, function: str, arguments: list[ast.expr]) -> Term:
        terms = [self.of(each).text for each in arguments]
        return Term(f"{function}({', '.join(terms)})", self._functions.call(function))

    def _mathematical(self, function: str, operands: list[Term]) -> Term:
        texts = [each.text for each in operands]
        if function in SAME and len(texts) == (2 if function in ("atan2", "hypot") else 1):
            return Term(f"Math.{function}({', '.join(texts)})", FLOAT)
        if function in OTHERS:
            return Term(OTHERS[function].format(*texts), FLOAT)
        if function == "fmod":
            return Term(f"{operands[0].within(PRODUCT)} % {operands[1].within(PRODUCT + 1)}", FLOAT, PRODUCT)
        if function not in LACKING:
            raise TranslationError(
                f"JavaScript has no math.{function}" + f" of {len(texts)} operands" * (len(texts) > 1)
            )
        return self.lent(function, FLOAT, *operands)

    def _to_float(self, x: ast.expr) -> Term:
        term = self.of(x)
        if term.kind != INT or term.text.endswith(".length"):
            return term._replace(kind=FLOAT, size=None)
        return Term(f"{term.within(SUM)} + 0", FLOAT, SUM)  # a whole number is never -0

    def _to_int(self, x: ast.expr) -> Term:
        return Term(f"Math.trunc({self.of(x).text})", INT)

    def _absolute(self, x: ast.expr) -> Term:
        return Term(f"Math.abs({self.of(x).text})", FLOAT)

    # ---- lists ---------------------------------------------------------------------------------------
    def _length(self, items: ast.expr) -> Term:
        return Term(f"{self.of(items).within(ATOM)}.length", INT)

    def _floats(self, items: ast.expr | None = None) -> Term:
        """`vec[float](…)`: of separate elements, of one element many times, or of a comprehension."""
        match items:
            case None:
                return Term("[]", FLOATS)
            case ast.List(elts=elements):
                return Term(f"[{', '.join([self.of(each).text for each in elements])}]", FLOATS)
            case ast.BinOp(left=ast.List(elts=[element]), right=count):
                return Term(f"Array({self.of(count).text}).fill({self.of(element).text})", FLOATS)
            case ast.ListComp(
                generators=[ast.comprehension(target=ast.Name(item), ifs=[]) as each], elt=ast.Name(same)
            ):
                if item == same:
                    return Term(f"[...{self.of(each.iter).within(ATOM)}]", FLOATS)
            case _:
                pass
        return self.over(items, "map", FLOATS)

    def _whole_numbers(self, items: ast.expr | None = None) -> Term:
        return self._floats(items)._replace(kind=INTS)

    def _of_all(self, items: ast.expr) -> Term:
        return self.over(items, "every", BOOL)

    def _of_any(self, items: ast.expr) -> Term:
        return self.over(items, "some", BOOL)

    def over(self, node: ast.expr | None, method: str, kind: str) -> Term:
        """A comprehension as a method of the list that it runs over."""
        if not isinstance(node, (ast.ListComp, ast.GeneratorExp)) or len(node.generators) != 1:
            raise TranslationError(f"`{'' if node is None else ast.unparse(node):.80}` has no translation")
        (each,) = node.generators
        outer = dict(self.meanings)
        items, parameters = self.items(each)
        text = self.of(node.elt).within(CHOICE)
        if each.ifs:
            test = self.joined([self.of(condition) for condition in each.ifs], ast.And())
            text, method = f"({test.within(EITHER)} ? [{text}] : [])", "flatMap"
        self.meanings = outer
        head = parameters[0] if len(parameters) == 1 else f"({', '.join(parameters)})"
        return Term(f"{items}.{method}({head} => {text})", kind)

    def items(self, each: ast.comprehension) -> tuple[str, list[str]]:
        """What a comprehension runs over, and the parameters of the function that is called for each item."""
        names = [name.id for name in item_names(each.target)]
        match each.iter:
            case ast.Call(func=ast.Name("range"), args=[end]):
                owner, kinds = f"[...Array({self.of(end).text}).keys()]", [INT]
            case ast.Call(func=ast.Name("range")):
                raise TranslationError("a comprehension over a range that does not begin at 0 has no translation")
            case ast.Call(func=ast.Name("enumerate"), args=[items]):
                term = self.of(items)
                owner, kinds, names = term.within(ATOM), [ELEMENTS[term.kind], INT], names[::-1]
            case ast.Call(func=ast.Name("zip"), args=lists):
                terms = [self.of(items) for items in lists]
                k = self.fresh("k")
                for name, term in zip(names[1:], terms[1:], strict=True):
                    self.meanings[name] = Term(f"{term.within(ATOM)}[{k}]", ELEMENTS[term.kind])
                owner, kinds, names = terms[0].within(ATOM), [ELEMENTS[terms[0].kind], INT], [names[0], k]
            case items:
                term = self.of(items)
                owner, kinds = term.within(ATOM), [ELEMENTS[term.kind]]
        parameters = [self.spelt(name) for name in names]
        for name, parameter, kind in zip(names, parameters, kinds, strict=True):
            self.meanings[name] = Term(parameter, kind)
        return owner, parameters

    def _joined_lists(self, left: ast.expr, right: ast.expr) -> Term:
        return Term(f"[...{self.of(left).within(ATOM)}, ...{self.of(right).within(ATOM)}]", FLOATS)

    def _appended(self, left: ast.expr, x: ast.expr) -> Term:
        items = self.of(left)
        return Term(f"[...{items.within(ATOM)}, {self.of(x).text}]", items.kind)

    def _exact_sum(self, items: ast.expr) -> Term:
        return self.lent("exact_sum", FLOAT, self.of(items))

    def _norm(self, items: ast.expr) -> Term:
        return self.lent("euclidean_norm", FLOAT, self.of(items))


# ---- arguments and results -----------------------------------------------------------------------------------------


def quoted(text: str) -> str:
    """Text as a string of JavaScript, which cannot end the `<script>` in which it may stand."""
    escaped = "".join([each if each.isprintable() and each not in '"\\\\' else json.dumps(each)[1:-1] for each in text])
    return '"' + re.sub("<(?=[/!])", r"\\u003c", escaped) + '"'


def _places(place: str, nesting: Any) -> Iterator[tuple[int, str]]:
    """The slots of an argument, and where each stands in it."""
    if isinstance(nesting, int):
        yield nesting, place
    elif isinstance(nesting, dict):
        for key, part in nesting.items():
            yield from _places(f"{place}.{key}" if PLAIN.fullmatch(key) else f"{place}[{quoted(key)}]", part)
    else:
        for k, part in enumerate(nesting):
            yield from _places(f"{place}[{k}]", part)


def _nested(result: Any) -> list[str]:
    """The result as an expression, in pieces; a comma between two may be followed by a new line."""
    if isinstance(result, int):
        return [f"z{result}"]
    pieces = []
    for key, part in result.items() if isinstance(result, dict) else [("", each) for each in result]:
        first, *others = _nested(part)
        pieces += [f"{_named(key)}{first}" if isinstance(result, dict) else first, *others]
    opening, closing = ("{ ", " }") if isinstance(result, dict) else "[]"
    if not pieces:
        return [opening.strip() + closing.strip()]
    pieces[0] = opening + pieces[0]
    pieces[-1] += closing
    return pieces


def _named(key: str) -> str:
    """The key of an object with its colon; in brackets, `__proto__` is a key like any other."""
    return f"{key}: " if PLAIN.fullmatch(key) else f"[{quoted(key)}]: "
