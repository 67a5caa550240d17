"""The body of a function in C: lists are arrays on the stack, whose lengths are known when the code is printed."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar, NamedTuple

from microgrand.program.printed.identifiers import C
from microgrand.program.printed.language import PREFIX, Body, Library, Term, item_names, kinds_of, range_of
from microgrand.translation.values import BOOL, ELEMENTS, FLOAT, FLOATS, INT, INTS, TranslationError

TAB = "    "
TYPES = {FLOAT: "double", BOOL: "int", INT: "long"}

# The functions of Python's math that math.h has by the same name, and by another.
_SAME = (
    "acos acosh asin asinh atan atanh cbrt ceil cos cosh erf erfc exp exp2 expm1 fabs floor isfinite isinf isnan lgamma"
    " log log10 log1p log2 sin sinh sqrt tan tanh trunc"
)
ONE_OPERAND = frozenset(_SAME.split())
TWO_OPERANDS = frozenset(["atan2", "copysign", "fmod", "hypot", "pow", "remainder"])
OTHERS = {"gamma": "tgamma", "ldexp": "scalbln"}
MAKE_LISTS = frozenset([FLOATS, INTS, "joined", "appended", "append"])


class Output(NamedTuple):
    """What a variable or a pointer holds: its type, and the length of a list."""

    kind: str
    size: int | None = None

    def parameter(self, name: str) -> str:
        """The parameter through which a function returns it."""
        return f"{self.element} {name}[{self.size or ''}]" if self.kind in ELEMENTS else f"{self.element} *{name}"

    def declared(self, name: str, start: str = "") -> str:
        """The declaration of a variable that holds it."""
        end = f"[{self.size or 1}]" if self.kind in ELEMENTS else start
        return f"{self.element} {name}{end};"

    @property
    def element(self) -> str:
        """The type of the number, or of each number in the list."""
        return TYPES[ELEMENTS.get(self.kind, self.kind)]


class Instance(NamedTuple):
    """A function for lists of certain lengths.

    outputs  what it returns through its last parameters; empty where it returns one number
    """

    name: str
    kind: str
    outputs: tuple[Output, ...]


class Head(NamedTuple):
    """The head of a loop.

    counter  the variable that counts its rounds
    rounds   how many there are, where that is known and the first is 0
    items    what the variables of the loop are in each round
    """

    text: str
    counter: str
    rounds: int | None
    items: list[tuple[ast.Name, Term]]


class CBody(Body):
    """The body of one function in C.

    A function returns lists, and several results, through pointers that it is given.

    instance  finds the function of a row for lists of given lengths
    outputs   the results that are returned through pointers, known after the first `return`
    results   what these pointers are called
    """

    tab = TAB
    words = C
    symbols: ClassVar[Mapping[str, str]] = {
        "const": "const double", "nan": "NAN", "infinity": "INFINITY", "True": "1", "False": "0",
    }  # fmt: skip

    def __init__(
        self,
        instance: Callable[[str, tuple[int, ...]], Instance],
        library: Library,
        statements: Sequence[ast.stmt],
        kind: str,
        parameters: Sequence[str] = (),
    ) -> None:
        super().__init__(statements, parameters)
        self.instance = instance
        self.library = library
        kinds = kinds_of(kind)
        pointers = [f"result_{k}" for k in range(len(kinds))] if len(kinds) > 1 else ["result"]
        self.outputs: list[Output] = []
        self.results = [self.fresh(each) for each in pointers] if len(kinds) > 1 or kind in ELEMENTS else []
        self._first: list[str] = []  # declarations at the top
        self._held: dict[str, tuple[str, Output]] = {}  # what variables are called, and what they hold

    def parameter(self, variable: str, kind: str, lengths: Iterator[int]) -> tuple[str, str]:
        """A parameter's identifier, and its declaration."""
        output = Output(kind, next(lengths) if kind in ELEMENTS else None)
        name = self.fresh(variable)
        self._held[variable] = name, Output(kind)  # a list without its length: it cannot be assigned
        self.meanings[variable] = Term(name, kind, size=output.size)
        if kind not in ELEMENTS:
            return name, f"{output.element} {name}"
        return name, f"const {output.parameter(name)}"

    def finished(self) -> list[str]:
        """The lines, after the declarations at the top, without a `return` that only says that this is the end."""
        last = self.lines[:-1] if self.lines[-1] == f"{TAB}return;" else self.lines
        return [*[f"{TAB}{each}" for each in self._first], *last]

    # ---- statements ----------------------------------------------------------------------------------
    def _leave(self, value: ast.expr) -> None:
        if not self.results:
            self.write(f"return {self.of(value).text};")
            return
        if isinstance(value, ast.Tuple):
            outputs = [self.put(*pair) for pair in zip(value.elts, self.results, strict=True)]
        elif len(self.results) > 1:
            outputs = self.call_into(value, self.results)
        else:
            outputs = [self.put(value, self.results[0])]
        if self.outputs and outputs != self.outputs:
            raise TranslationError(f"lists of several lengths are returned, such as `{ast.unparse(value):.80}`")
        self.outputs = outputs
        self.write("return;")

    def put(self, value: ast.expr, pointer: str) -> Output:
        """Have a pointer hold a result."""
        if self.is_list(value):
            return self.fill(value, pointer)
        term = self.of(value)
        self.write(f"*{pointer} = {term.text};")
        return Output(term.kind)

    def _assign(self, target: ast.Name, value: ast.expr) -> None:
        if self.is_list(value):
            self.assign_list(target, value)
        else:
            self.bind(target, self.of(value))

    def bind(self, target: ast.Name, term: Term) -> None:
        """`target = term`, of a number. A whole number that is known, and does not change, needs no variable."""
        if not self.declarations.here(target):
            self.write(f"{self.changed(target.id, Output(term.kind))} = {term.text};")
        elif self.declarations.constant(target.id) and term.size is not None:
            self.meanings[target.id] = term
        else:
            constant = "const " if self.declarations.constant(target.id) else ""
            self.write(f"{constant}{TYPES[term.kind]} {self.named(target.id, term.kind)} = {term.text};")

    def named(self, variable: str, kind: str) -> str:
        """What a variable that holds a number is called, from now on."""
        name = self._held[variable][0] if variable in self._held else self.fresh(variable)
        return self.hold(variable, name, Output(kind))

    def hold(self, variable: str, name: str, output: Output) -> str:
        """From now on a variable has this name in C."""
        self._held[variable] = name, output
        self.meanings[variable] = Term(name, output.kind, size=output.size)
        return name

    def changed(self, variable: str, output: Output) -> str:
        """What a variable is called that is assigned again, or that is declared at the top of the function."""
        if variable not in self._held:
            name = self.hold(variable, self.fresh(variable), output)
            self._first.append(output.declared(name, " = 0"))
        name, held = self._held[variable]
        if held != output:
            raise TranslationError(f"`{variable}` is assigned something of another type or length, or is a parameter")
        return self.hold(variable, name, output)

    def assign_list(self, target: ast.Name, value: ast.expr) -> None:
        """`target = value`, of a list: an array of its own, unless it is part of another list and neither changes."""
        changed, here = self.declarations.changed, self.declarations.here(target)
        whole = value.value if isinstance(value, ast.Subscript) else value
        shared = isinstance(whole, ast.Name) and here and not {target.id, whole.id} & changed
        if shared and self.declarations.constant(target.id) and self.declarations.constant(ast.unparse(whole)):
            self.meanings[target.id] = self.of(value)
        elif here:
            term = self.filled(value, target.id)
            self.hold(target.id, term.text, Output(term.kind, term.size))
        else:
            term = self.filled(value, f"new_{target.id}")
            name = self.changed(target.id, Output(term.kind, term.size))
            self.copy(term, name, "")

    def _take_apart(self, targets: Sequence[ast.Name], value: ast.expr) -> None:
        held = []
        for target in targets:
            free = self.declarations.here(target)
            held.append(self.fresh(target.id if free else f"new_{target.id}"))
        outputs = self.call_into(value, held, declared=True)
        for target, name, output in zip(targets, held, outputs, strict=True):
            if self.declarations.here(target):
                self.hold(target.id, name, output)
            elif output.kind in ELEMENTS:
                self.copy(Term(name, output.kind, size=output.size), self.changed(target.id, output), "")
            else:
                self.write(f"{self.changed(target.id, output)} = {name};")

    def call_into(self, value: ast.expr, names: Sequence[str], declared: bool = False) -> list[Output]:
        """Have a function of several results, or of a list, write them into variables, which are declared if told."""
        if not isinstance(value, ast.Call) or ast.unparse(value.func) not in self.library.definitions:
            raise TranslationError(f"the results of `{ast.unparse(value):.80}` are taken apart")
        instance, texts = self.prepared(ast.unparse(value.func), value.args)
        for name, output in zip(names, instance.outputs, strict=True):
            if declared:
                self.write(output.declared(name))
            texts.append(name if output.kind in ELEMENTS or not declared else f"&{name}")
        self.write(f"{instance.name}({', '.join(texts)});")
        return list(instance.outputs)

    # ---- loops ---------------------------------------------------------------------------------------
    def _loop(self, node: ast.For) -> None:
        head = self.head(node.iter, node.target, substituted=False)
        self.open(head.text)
        for target, term in head.items:
            self.bind(target, term)
        self.block(node.body)
        self.close()

    def head(self, over: ast.expr, target: ast.expr, substituted: bool) -> Head:
        """A loop: its head, the number of its rounds where that is known, and what its variables are in each round.

        The variable that counts the rounds is one of the loop's, where that never changes otherwise.
        """
        names = item_names(target)
        ends, counts, lists = list[Term](), list[ast.Name](), list[Term]()
        match over:
            case ast.Call(func=ast.Name("range"), args=arguments):
                ends, counts = [self.of(each) for each in arguments], names[:1]
            case ast.Call(func=ast.Name("enumerate"), args=[items]):
                counts, lists = names[:1], [self.array(items)]
            case ast.Call(func=ast.Name("zip"), args=several):
                lists = [self.array(each) for each in several]
            case _:
                lists = [self.array(over)]
        if len(names) != len(counts) + len(lists) or len({each.size for each in lists}) > 1:
            raise TranslationError(f"the loop over `{ast.unparse(over):.80}` has no translation")
        ends = ends or [Term(str(lists[0].size), INT, size=lists[0].size)]
        start, end, step = range_of(ends)
        own = not substituted and any([self.declarations.here(each) for each in counts])
        own = own and self.declarations.constant(counts[0].id)
        k = self.named(counts[0].id, INT) if own else self.index()
        sign, change = "<" if step > 0 else ">", {1: f"{k}++", -1: f"{k}--"}.get(step, f"{k} += {step}")
        meant = [(each, Term(k, INT)) for each in counts if not own]
        for name, each in zip(names[len(counts) :], lists, strict=True):
            meant.append((name, Term(f"{each.text}[{k}]", ELEMENTS[each.kind])))
        rounds = max(end.size, 0) if start.size == 0 and step == 1 and end.size is not None else None
        return Head(f"for (long {k} = {start.text}; {k} {sign} {end.text}; {change})", k, rounds, meant)

    def over(self, each: ast.comprehension) -> Head:
        """The loop of a comprehension; from now on its variables mean what they are in each round."""
        head = self.head(each.iter, each.target, substituted=True)
        self.meanings.update({target.id: term for target, term in head.items})
        return head

    def decided(self, items: ast.expr, start: str, op: ast.boolop) -> Term:
        """`all(…)` or `any(…)`: a variable that a loop sets."""
        if not isinstance(items, ast.GeneratorExp) or len(items.generators) != 1 or items.generators[0].ifs:
            raise TranslationError(f"`{ast.unparse(items):.80}` has no translation")
        outer = dict(self.meanings)
        name = self.fresh("every" if isinstance(op, ast.And) else "some")
        head = self.over(items.generators[0])
        self.write(f"int {name} = {start};")
        self.open(head.text)
        self.write(f"{name} = {self.joined([Term(name, BOOL), self.of(items.elt)], op).text};")
        self.close()
        self.meanings = outer
        return Term(name, BOOL)

    def _of_all(self, items: ast.expr) -> Term:
        return self.decided(items, "1", ast.And())

    def _of_any(self, items: ast.expr) -> Term:
        return self.decided(items, "0", ast.Or())

    # ---- lists ---------------------------------------------------------------------------------------
    def is_list(self, node: ast.expr) -> bool:
        """Whether an expression is a list."""
        match node:
            case ast.Name(id=variable):
                return variable in self.meanings and self.meanings[variable].kind in ELEMENTS
            case ast.Subscript(slice=index):
                return isinstance(index, ast.Slice)
            case ast.IfExp(body=body):
                return self.is_list(body)
            case ast.Call(func=function):
                name = ast.unparse(function)
                definition = self.library.definitions.get(name)
                returned = "" if definition is None or definition.returns is None else ast.unparse(definition.returns)
                return name in MAKE_LISTS or returned in ELEMENTS
        return False

    def array(self, node: ast.expr) -> Term:
        """A list as a variable, or as a place in one."""
        term = self.of(node)
        return term if re.fullmatch(r"\w+|\(\w+ \+ \d+\)", term.text) else self.filled(node, "items")

    def filled(self, node: ast.expr, name: str) -> Term:
        """A list as an array of its own."""
        target = self.fresh(name)
        if (literal := _elements(node)) is not None:
            kind, elements = literal
            terms = [self.of(each).text for each in elements]
            self.write(f"{Output(kind, len(terms)).declared(target)[:-1]} = {{{', '.join(terms or ['0.0'])}}};")
            return Term(target, kind, size=len(terms))
        outer, self.lines = self.lines, []
        output = self.fill(node, target)
        filling, self.lines = self.lines, outer
        self.write(output.declared(target))
        self.lines += filling
        return Term(target, output.kind, size=output.size)

    def fill(self, node: ast.expr, target: str) -> Output:
        """Write a list into an array; its type and length."""
        if (literal := _elements(node)) is not None:
            kind, elements = literal
            for k, each in enumerate(elements):
                self.write(f"{target}[{k}] = {self.of(each).text};")
            return Output(kind, len(elements))
        match node:
            case ast.Call(func=function, args=[ast.BinOp(left=ast.List(elts=[element]), right=count)]):
                return self.repeat(element, self.of(count), target, ast.unparse(function))
            case ast.Call(func=function, args=[ast.ListComp(generators=[ast.comprehension(ifs=[])]) as comprehension]):
                return self.comprehend(comprehension, target, ast.unparse(function))
            case ast.Call(func=ast.Name("joined" | "appended"), args=[left, right]):
                first = self.copy(self.array(left), target, "")
                if not self.is_list(right):
                    self.write(f"{target}[{first.size}] = {self.of(right).text};")
                    return first._replace(size=(first.size or 0) + 1)
                second = self.copy(self.array(right), target, f" + {first.size}")
                return first._replace(size=(first.size or 0) + (second.size or 0))
            case ast.Call(func=ast.Name(function)) if function in self.library.definitions:
                (output,) = self.call_into(node, [target])
                return output
            case ast.Name() | ast.Subscript() | ast.IfExp():
                return self.copy(self.of(node), target, "")
        raise TranslationError(
            f"the length of the list `{ast.unparse(node):.80}` is not known when the code is printed"
        )

    def copy(self, items: Term, target: str, offset: str) -> Output:
        """Copy a list into an array."""
        k = self.index()
        self.open(f"for (long {k} = 0; {k} < {items.size}; {k}++)")
        self.write(f"{target}[{k}{offset}] = {items.within(PREFIX + 1)}[{k}];")
        self.close()
        return Output(items.kind, items.size)

    def repeat(self, element: ast.expr, count: Term, target: str, kind: str) -> Output:
        """`[element] * count`."""
        if count.size is None:
            raise TranslationError("the length of a list is not known when the code is printed")
        k = self.index()
        self.open(f"for (long {k} = 0; {k} < {count.size}; {k}++)")
        self.write(f"{target}[{k}] = {self.of(element).text};")
        self.close()
        return Output(kind, count.size)

    def comprehend(self, items: ast.ListComp, target: str, kind: str) -> Output:
        """`[element for … in …]`."""
        outer = dict(self.meanings)
        head = self.over(items.generators[0])
        if head.rounds is None:
            raise TranslationError(f"the list `{ast.unparse(items):.80}` has no translation")
        self.open(head.text)
        self.write(f"{target}[{head.counter}] = {self.of(items.elt).text};")
        self.close()
        self.meanings = outer
        return Output(kind, head.rounds)

    def listed(self, function: str, *arguments: ast.expr) -> Term:
        """The call of what makes a list, within an expression."""
        node = ast.Call(ast.parse(function, mode="eval").body, list(arguments), [])
        literal = _elements(node)
        if literal is None:
            return self.filled(node, "items")
        kind, elements = literal
        items = ", ".join([self.of(each).text for each in elements])
        return Term(f"(const {TYPES[ELEMENTS[kind]]}[]){{{items or 0}}}", kind, size=len(elements))

    def _floats(self, *items: ast.expr) -> Term:
        return self.listed(FLOATS, *items)

    def _whole_numbers(self, *items: ast.expr) -> Term:
        return self.listed(INTS, *items)

    def _joined_lists(self, left: ast.expr, right: ast.expr) -> Term:
        return self.listed("joined", left, right)

    def _appended(self, left: ast.expr, x: ast.expr) -> Term:
        return self.listed("appended", left, x)

    def _length(self, items: ast.expr) -> Term:
        return self.constant(self.of(items).size)

    def _exact_sum(self, items: ast.expr) -> Term:
        term = self.of(items)
        return self.lent("exact_sum", FLOAT, term, self.constant(term.size))

    def _norm(self, items: ast.expr) -> Term:
        term = self.of(items)
        return self.lent("euclidean_norm", FLOAT, term, self.constant(term.size))

    # ---- expressions ---------------------------------------------------------------------------------
    def _choice(self, test: Term, x: Term, y: Term) -> Term:
        if x.kind in ELEMENTS and x.size != y.size:
            raise TranslationError(f"`{x.text}` and `{y.text}` are lists of several lengths")
        return super()._choice(test, x, y)

    def _item(self, owner: ast.expr, index: ast.expr) -> Term:
        if isinstance(owner, ast.Call) and not self.is_list(owner):
            return self.part(owner, index)
        items = self.array(owner)
        size = items.size or 0
        if isinstance(index, ast.Slice):
            ends = [None if end is None else self.of(end).size for end in (index.lower, index.upper)]
            if None in [end for end, given in zip(ends, (index.lower, index.upper), strict=True) if given is not None]:
                raise TranslationError("a slice whose ends are not known has no translation")
            start, end, _ = slice(*ends).indices(size)
            return Term(f"({items.text} + {start})" if start else items.text, items.kind, size=max(end - start, 0))
        place = self.of(index)
        text = str(size + place.size) if place.size is not None and place.size < 0 else place.text
        return Term(f"{items.text}[{text}]", ELEMENTS[items.kind])

    def part(self, owner: ast.Call, index: ast.expr) -> Term:
        """One of the results of a function that returns several."""
        function = self.library.definitions[ast.unparse(owner.func)]
        kinds = kinds_of(ast.unparse(function.returns) if function.returns else FLOAT)
        names = [self.fresh("part") for _ in kinds]
        outputs = self.call_into(owner, names, declared=True)
        chosen = self.of(index).size or 0
        return Term(names[chosen], outputs[chosen].kind, size=outputs[chosen].size)

    def _of_a_row(self, function: str, arguments: list[ast.expr]) -> Term:
        node = ast.Call(ast.Name(function, ast.Load()), arguments, [])
        if self.is_list(node):
            return self.filled(node, "items")
        instance, texts = self.prepared(function, arguments)
        return Term(f"{instance.name}({', '.join(texts)})", instance.kind)

    def prepared(self, function: str, arguments: list[ast.expr]) -> tuple[Instance, list[str]]:
        """The function for lists as long as the arguments are, and the arguments."""
        terms = [self.of(each) for each in arguments]
        sizes = tuple([each.size or 0 for each in terms if each.kind in ELEMENTS])
        return self.instance(function, sizes), [each.text for each in terms]

    def _mathematical(self, function: str, operands: list[Term]) -> Term:
        name = OTHERS.get(function, function)
        known = (ONE_OPERAND | {"gamma"}, TWO_OPERANDS | {"ldexp"})
        if not 1 <= len(operands) <= 2 or function not in known[len(operands) - 1]:
            of = f" of {len(operands)} operands" if len(operands) > 1 else ""
            raise TranslationError(f"C has no math.{function}{of}")
        return Term(f"{name}({', '.join([each.text for each in operands])})", FLOAT)

    def _to_float(self, x: ast.expr) -> Term:
        term = self.of(x)
        if term.size is not None:
            return self.constant(float(term.size))
        return Term(f"(double){term.within(PREFIX)}", FLOAT, PREFIX) if term.kind == INT else term

    def _to_int(self, x: ast.expr) -> Term:
        return Term(f"(long){self.of(x).within(PREFIX)}", INT, PREFIX)

    def _absolute(self, x: ast.expr) -> Term:
        return Term(f"fabs({self.of(x).text})", FLOAT)


def _elements(node: ast.expr) -> tuple[str, list[ast.expr]] | None:
    """The type and the elements of a list that is written out."""
    match node:
        case ast.Call(func=ast.Subscript() as function, args=[]):
            return ast.unparse(function), []
        case ast.Call(func=ast.Subscript() as function, args=[ast.List(elts=elements)]):
            return ast.unparse(function), elements
    return None
