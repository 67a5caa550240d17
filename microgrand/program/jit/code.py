"""Typed plain code in LLVM's language: statements, expressions, lists, calls.

Every list has a length that is known now, so that a function of lists is written into the function that calls it, with
its loops, for these lengths; lists stand in memory on the stack. A function of numbers becomes a function of LLVM's.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from microgrand.program.jit.arithmetic import OTHER, Arithmetic
from microgrand.program.jit.instructions import WORDS, Number, Numbers, Term, number
from microgrand.program.jit.module import Module
from microgrand.translation.values import BOOL, FLOAT, FLOATS, INT, INTS, TranslationError

CHEAP = frozenset(["abs", "float", "i64", "int", "len"])  # what is called at no cost


class Code(Arithmetic):
    """The code of a function of LLVM's, while it is written.

    names   what each variable of the plain code is here
    places  of registers that were loaded, from where: the address of an array, and an index
    """

    def __init__(self, module: Module) -> None:
        super().__init__(module)
        self.names: dict[str, Term] = {}
        self.places: dict[str, tuple[str, int]] = {}
        self._calls: dict[str, list[Any]] = {}  # of each list in memory, the known calls it was given to
        self._cells: dict[str, tuple[str, str]] = {}  # variables that are assigned more than once: address and type
        self._leave: Callable[[Term], None] = lambda value: None
        self._often: Counter[str] = Counter()  # how often each variable is assigned
        self._changed: set[str] = set()  # lists of which an item is replaced
        self._nested: set[str] = set()  # variables that are assigned in a branch or a loop
        self._loops = False  # whether there are loops in the plain function

    # ---- statements ----------------------------------------------------------------------------------
    def run(self, statements: Sequence[ast.stmt], leave: Callable[[Term], None]) -> None:
        """Write the statements of a plain function; `leave` is what is done with the value that it returns."""
        self._leave = leave
        self._often, self._changed = _assignments(statements)
        self._nested = _assigned_in_blocks(statements)
        self._loops = _loops(statements)
        self._cells = {}
        for variable in sorted(self._nested & self.names.keys()):
            if isinstance(self.names[variable], Numbers):
                self.names[variable] = self.filled(self.names[variable])
        self.block(statements)

    def block(self, statements: Sequence[ast.stmt]) -> None:
        """Write statements; what stands after a `return` is left out."""
        for each in statements:
            if self.ended:
                return
            match each:
                case ast.Return(value=ast.expr() as value):
                    self._leave(self.of(value))
                    self.ended = True
                case ast.If():
                    self.branch(each)
                case ast.For():
                    self.loop(each)
                case ast.Assign(targets=[ast.Name(id=variable) as target], value=ast.Call() | ast.Subscript() as value):
                    found = self.of(value)
                    changed = variable in self._changed and isinstance(found, Numbers) and not found.fresh
                    self.bind(target, self.filled(found) if changed else found)
                case ast.Assign(targets=[target], value=value):
                    self.assign(target, self.of(value))
                case _:
                    raise TranslationError(f"the statement `{ast.unparse(each):.80}` has no translation")

    def branch(self, node: ast.If) -> None:
        """`if` and `else`."""
        test = self.truth(node.test)
        if test.value is not None:
            self.block(node.body if test.value else node.orelse)
            return
        then, otherwise, after = self.label(), self.label(), self.label()
        self.fork(test, then, otherwise)
        self.depth += 1
        ends = []
        for label, statements in ((then, node.body), (otherwise, node.orelse)):
            self.begin(label)
            self.block(statements)
            self.jump(after)
            ends.append(self.ended)
        self.depth -= 1
        if not all(ends):
            self.begin(after)

    def loop(self, node: ast.For) -> None:
        """`for target in iterable`; unrolled where an index is computed from the target, as it has to be known."""
        numbers, items = self.looped(node.iter)

        def once(k: Number) -> None:
            self.bind(node.target, items(k))
            self.block(node.body)

        self.each(numbers, once, unrolled=_indices_are_computed(node))

    def looped(self, iterable: ast.expr) -> tuple[range, Callable[[Number], Term]]:
        """What is looped over: the indices, and the item at an index."""
        match iterable:
            case ast.Call(func=ast.Name(id="range"), args=bounds):
                return range(*[_known(self.of(each)) for each in bounds]), lambda k: k
            case ast.Call(func=ast.Name(id="enumerate"), args=[inner]):
                numbers, items = self.looped(inner)
                return numbers, lambda k: (k, items(k))
            case ast.Call(func=ast.Name(id="zip"), args=lists):
                parts = [self.looped(each) for each in lists]
                shortest = min([numbers for numbers, _ in parts], key=len)
                return shortest, lambda k: tuple([items(k) for _, items in parts])
        whole = self.of(iterable)
        if not isinstance(whole, Numbers):
            raise TranslationError(f"the loop over `{ast.unparse(iterable):.80}` has no translation")
        if whole.size > 1:
            whole = self.in_memory(whole)
        return range(whole.size), lambda k: self.item(whole, k)

    def assign(self, target: ast.expr, value: Term) -> None:
        """`target = value`."""
        match target:
            case ast.Subscript(value=ast.Name(id=variable), slice=index):
                whole = self.names[variable]
                if not (isinstance(whole, Numbers) and whole.fresh):
                    raise TranslationError(f"`{ast.unparse(target)}` is assigned in a list that other code may hold")
                self.store(self.as_kind(value, whole.kind), self.at(whole.address, self.index(whole, self.of(index))))
                self.forget(whole.root)
            case _:
                self.bind(target, value)

    def bind(self, target: ast.expr, value: Term) -> None:
        """Let a variable, or a tuple of variables, stand for a value."""
        match target:
            case ast.Tuple(elts=targets):
                parts = value if isinstance(value, tuple) and not isinstance(value, (Number, Numbers)) else ()
                if len(parts) != len(targets):
                    raise TranslationError(f"`{ast.unparse(target)}` is assigned {len(parts)} values")
                for each, part in zip(targets, parts, strict=True):
                    self.bind(each, part)
            case ast.Name(id=variable) if self._often[variable] < 2:
                self.names[variable] = self.ready(value)
            case ast.Name(id=variable) if isinstance(value, Number):
                if variable not in self._cells:
                    self._cells[variable] = (self.reserve(value.kind), value.kind)
                address, kind = self._cells[variable]
                self.store(self.as_kind(value, kind), address)
            case ast.Name(id=variable) if variable in self._nested:
                self.rewrite(variable, value)
            case ast.Name(id=variable):
                self.names[variable] = self.ready(value)

    def rewrite(self, variable: str, value: Numbers) -> None:
        """Assign a list that is another one after a branch or in a loop: it has memory of its own, and one length."""
        if variable not in self.names:
            self.names[variable] = self.room(value.size, value.kind)
        own: Numbers = self.names[variable]
        if (own.size, own.kind) != (value.size, value.kind):
            raise TranslationError(f"the list `{variable}`, whose length depends on a condition, has no translation")
        self.copy(value, own.address)
        self.forget(own.root)

    def forget(self, root: str) -> None:
        """What has been computed from a list holds no longer: the list has changed."""
        for key in self._calls.pop(root, ()):
            self.known.pop(key, None)

    # ---- expressions ---------------------------------------------------------------------------------
    def of(self, node: ast.expr) -> Term:
        """An expression."""
        match node:
            case ast.Name(id="NAN"):
                return number(float("nan"))
            case ast.Name(id=variable):
                return self.variable(variable)
            case ast.Constant(value=value):
                return number(value)  # type: ignore[arg-type]
            case ast.Tuple(elts=parts):
                return tuple([self.of(each) for each in parts])
            case ast.UnaryOp(op=op, operand=operand):
                return self.unary(op, operand)
            case ast.BinOp(left=left, op=op, right=right):
                return self.binary(self.of(left), op, self.of(right))
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                terms = [self.of(each) for each in (left, *comparators)]
                tests = [self.compared(*each) for each in zip(terms, ops, terms[1:], strict=False)]
                return self.joined(tests, ast.And())
            case ast.BoolOp(op=op, values=values):
                return self.joined([self.truth(each) for each in values], op)
            case ast.IfExp():
                return self.choice(node)
            case ast.Subscript(value=owner, slice=index):
                return self.subscript(self.of(owner), index)
            case ast.Call(func=function, args=arguments):
                return self.called(ast.unparse(function), arguments)
        raise TranslationError(f"the expression `{ast.unparse(node):.80}` has no translation")

    def variable(self, name: str) -> Term:
        """What a variable stands for now."""
        if name in self._cells:
            address, kind = self._cells[name]
            return self.load(kind, address)
        return self.names[name]

    def truth(self, node: ast.expr) -> Number:
        """An expression as a condition."""
        return self.as_kind(self.of(node), BOOL)

    def unary(self, op: ast.unaryop, operand: ast.expr) -> Number:
        """`-x` or `not x`."""
        if isinstance(op, ast.Not):
            return self.negated(self.truth(operand))
        x: Number = self.of(operand)
        if x.value is not None:
            return number(-x.value)
        return self.made(f"fneg double {x.text}" if x.kind == FLOAT else f"sub i64 0, {x.text}", x.kind)

    def choice(self, node: ast.IfExp) -> Term:
        """`x if test else y`: only one of the two is computed, if that takes the call of a function."""
        test = self.truth(node.test)
        if test.value is not None:
            return self.of(node.body if test.value else node.orelse)
        if self.is_list(node.body):
            return self.chosen_list(test, self.of(node.body), self.of(node.orelse))
        if _cheap(node.body) and _cheap(node.orelse):
            x, y = self.alike(self.of(node.body), self.of(node.orelse))
            word = WORDS[x.kind]
            return self.made(f"select i1 {test.text}, {word} {x.text}, {word} {y.text}", x.kind)
        then, otherwise, after = self.label(), self.label(), self.label()
        self.fork(test, then, otherwise)
        ends = []
        self.depth += 1
        for label, side in ((then, node.body), (otherwise, node.orelse)):
            self.begin(label)
            ends.append((self.of(side), self.here))
            self.jump(after)
        self.depth -= 1
        self.begin(after)
        return self.merged(ends)

    # ---- lists ---------------------------------------------------------------------------------------
    def subscript(self, whole: Term, index: ast.expr) -> Term:
        """`whole[index]` or `whole[low:high]`."""
        if not isinstance(whole, Numbers):
            return whole[_known(self.of(index))]
        if not isinstance(index, ast.Slice):
            return self.item(whole, self.index(whole, self.of(index)))
        low = 0 if index.lower is None else _known(self.of(index.lower))
        high = whole.size if index.upper is None else _known(self.of(index.upper))
        kept = range(whole.size)[low:high]
        if whole.items is not None:
            return Numbers(len(kept), whole.items[kept.start : kept.stop], kind=whole.kind)
        part = whole._replace(size=len(kept), address=self.at(whole.address, number(kept.start), whole.kind))
        return self.filled(part) if whole.fresh else part

    def index(self, whole: Numbers, k: Number) -> Number:
        """An index, which has to be known now to lie in the list."""
        if k.value is not None and -whole.size <= k.value < whole.size:
            return number(int(k.value) % whole.size)
        if k.below is None or k.below > whole.size:
            raise TranslationError("an index that is not known beforehand to lie in its list has no translation")
        return k

    def item(self, whole: Numbers, k: Number) -> Number:
        """The item at an index."""
        if whole.items is not None and k.value is not None:
            return whole.items[int(k.value)]
        return self.load(whole.kind, self.at(self.in_memory(whole).address, k, whole.kind))

    def in_memory(self, whole: Numbers) -> Numbers:
        """The list with its items in memory."""
        if whole.items is None or whole.address:
            return whole
        key = (whole.items, whole.kind)
        if key not in self.known:
            address = self.neighbours(whole.items) or self.filled(whole).address
            if self.depth:
                return whole._replace(address=address)
            self.known[key] = whole._replace(address=address)
        found: Numbers = self.known[key]
        return found

    def neighbours(self, items: tuple[Number, ...]) -> str:
        """The address of items that stand in memory anyway, one after the other: constants, inputs; or else ""."""
        if items and all([each.value is not None for each in items]):
            return self.module.constants(items)
        places = [self.places.get(each.text, ("", -1)) for each in items]
        if not places or not places[0][0]:
            return ""
        base, first = places[0]
        if places != [(base, first + k) for k in range(len(items))]:
            return ""
        return self.at(base, number(first))

    def is_list(self, node: ast.expr) -> bool:
        """Whether an expression is a list."""
        match node:
            case ast.Name(id=variable):
                return isinstance(self.names.get(variable), Numbers)
            case ast.Subscript(value=owner, slice=ast.Slice()):
                return self.is_list(owner)
            case ast.IfExp(body=body):
                return self.is_list(body)
            case ast.Call(func=function):
                name = ast.unparse(function)
                lists = (FLOATS, INTS, "joined", "appended", "append")
                return name in lists or (self.module.is_ours(name) and self.module.returns(name)[0] in (FLOATS, INTS))
        return False

    def chosen_list(self, test: Number, x: Numbers, y: Numbers) -> Numbers:
        """One of two lists, of one length."""
        if x.size != y.size or x.kind != y.kind:
            raise TranslationError("a list whose length or type depends on a condition has no translation")
        texts = [f"ptr {self.in_memory(each).address}" for each in (x, y) if each.size]
        address = self.made(f"select i1 {test.text}, {', '.join(texts)}", INT).text if texts else ""
        return Numbers(x.size, None if texts else (), address, x.kind)

    def filled(self, whole: Numbers) -> Numbers:
        """A copy of a list, in memory of its own."""
        made = self.room(whole.size, whole.kind)
        self.copy(whole, made.address)
        return made

    def room(self, size: int, kind: str) -> Numbers:
        """Memory for a list."""
        address = self.reserve(kind, size)
        return Numbers(size, None, address, kind, fresh=True, root=address)

    def copy(self, whole: Numbers, address: str) -> None:
        """Write the items of a list to an address."""
        if whole.items is None:
            self.each(range(whole.size), lambda k: self.store(self.item(whole, k), self.at(address, k, whole.kind)))
        else:
            for k, item in enumerate(whole.items):
                self.store(item, self.at(address, number(k), whole.kind))

    def listed(self, kind: str, node: ast.expr | None) -> Numbers:
        """`vec[float](…)`: a list of items, of one item repeated, or of what is computed for each item of another."""
        match node:
            case None:
                return Numbers(0, (), kind=kind)
            case ast.List(elts=items):
                return Numbers(len(items), tuple([self.as_kind(self.of(each), kind) for each in items]), kind=kind)
            case ast.BinOp(left=ast.List(elts=[item]), op=ast.Mult(), right=count):
                size = _known(self.of(count))
                value = self.as_kind(self.of(item), kind)
                made = self.room(size, kind)
                self.each(range(size), lambda k: self.store(value, self.at(made.address, k, kind)))
                return made
            case ast.ListComp(elt=element, generators=[ast.comprehension(target, iterable, [])]):
                return self.computed(kind, element, target, iterable)
        return self.of(node)  # type: ignore[no-any-return]

    def computed(self, kind: str, element: ast.expr, target: ast.expr, iterable: ast.expr) -> Numbers:
        """`[element for target in iterable]`."""
        numbers, items = self.looped(iterable)
        made = self.room(len(numbers), kind)
        regular = numbers.start == 0 and numbers.step == 1

        def once(k: Number) -> None:
            with self.inside(target, items(k)):
                place = k if regular else number(numbers.index(_known(k)))
                self.store(self.as_kind(self.of(element), kind), self.at(made.address, place, kind))

        self.each(numbers, once, unrolled=not regular or _indices_are_computed(element, target))
        return made

    def chained(self, left: Numbers, right: Numbers) -> Numbers:
        """A list and another after it."""
        if left.items is not None and right.items is not None:
            return Numbers(left.size + right.size, left.items + right.items, kind=left.kind)
        made = self.room(left.size + right.size, left.kind)
        self.copy(left, made.address)
        self.copy(right, self.at(made.address, number(left.size), left.kind))
        return made

    def tested(self, every: bool, node: ast.expr) -> Number:
        """`all(…)` or `any(…)`; of items that are known one by one, without a loop."""
        if not (isinstance(node, (ast.GeneratorExp, ast.ListComp)) and len(node.generators) == 1):
            raise TranslationError(f"the test `{ast.unparse(node):.80}` has no translation")
        op = ast.And() if every else ast.Or()
        (generator,) = node.generators

        def test_of(item: Term) -> Number:
            with self.inside(generator.target, item):
                counts = self.joined([self.truth(each) for each in generator.ifs], ast.And())
                test = self.truth(node.elt)
                return self.joined([self.negated(counts), test] if every else [counts, test], OTHER[type(op)])

        if isinstance(generator.iter, ast.Name):
            whole = self.of(generator.iter)
            if isinstance(whole, Numbers) and whole.items is not None:
                return self.joined([test_of(each) for each in whole.items], op)
        numbers, items = self.looped(generator.iter)
        result = self.reserve(BOOL)
        self.store(number(every), result)

        def once(k: Number) -> None:
            self.store(self.joined([self.load(BOOL, result), test_of(items(k))], op), result)

        self.each(numbers, once, unrolled=_indices_are_computed(node.elt, generator.target))
        return self.load(BOOL, result)

    @contextmanager
    def inside(self, target: ast.expr, value: Term) -> Iterator[None]:
        """Inside a comprehension, its variables hide others of the same name."""
        names, cells, often = dict(self.names), dict(self._cells), self._often
        for each in [each.id for each in ast.walk(target) if isinstance(each, ast.Name)]:
            self._cells.pop(each, None)
        self._often = Counter()
        self.bind(target, value)
        self._often = often
        yield
        self.names, self._cells = names, cells

    # ---- calls ---------------------------------------------------------------------------------------
    def called(self, function: str, arguments: list[ast.expr]) -> Term:
        """The call of a function of a row, of math, or of Python's own."""
        if self.module.is_ours(function):
            return self.ours(function, [self.of(each) for each in arguments])
        match function, arguments:
            case (("vec[float]" | "vec[i64]"), _):
                return self.listed(FLOAT if function == FLOATS else INT, arguments[0] if arguments else None)
            case (("all" | "any"), [test]):
                return self.tested(function == "all", test)
        given = [self.of(each) for each in arguments]
        match function, given:
            case "abs", [x]:
                return self.mathematical("fabs", [x])
            case "float", [x]:
                return self.as_kind(x, FLOAT)
            case "int", [x]:
                return number(int(x.value)) if x.value is not None else self.made(f"fptosi double {x.text} to i64", INT)
            case "i64", [x]:
                return x
            case "len", [whole]:
                return number(whole.size)
            case "joined", [left, right]:
                return self.chained(left, right)
            case (("appended" | "append"), [whole, x]):
                return self.chained(whole, Numbers(1, (x,)))
            case "frexp_mantissa", [x]:
                return self.frexp(x)[0]
            case "frexp_exponent", [x]:
                return self.frexp(x)[1]
        if function.startswith("math."):
            return self.mathematical(function.removeprefix("math."), given)
        raise TranslationError(f"the function {function} has no translation")

    def ours(self, name: str, given: list[Term]) -> Term:
        """The call of a plain function: of lists, in place, unless the same call has been made before."""
        parameters = self.module.parameters(name)
        kinds = [kind for _, kind in parameters]
        returns = self.module.returns(name)
        if not {FLOATS, INTS} & {*kinds, *returns}:
            own = self.module.lend(name, self.function)
            numbers = [self.as_kind(x, kind) for x, kind in zip(given, kinds, strict=True)]
            if len(returns) == 1:
                return self.call(own, returns[0], *numbers)
            taken = ", ".join([f"{WORDS[each.kind]} {each.text}" for each in numbers])
            word = f"{{ {', '.join([WORDS[kind] for kind in returns])} }}"
            whole = self.register(f"call {word} {own}({taken})")
            parts = [self.register(f"extractvalue {word} {whole}, {k}") for k in range(len(returns))]
            return tuple([Number(part, kind) for part, kind in zip(parts, returns, strict=True)])
        key = (name, tuple([self.handed(each) for each in given]))
        lists = [each for each in given if isinstance(each, Numbers) and each.items is None]
        lasting = not lists or (not self.depth and all([each.root for each in lists]))  # a list may change in a loop
        if lasting and key in self.known:
            return self.known[key]
        result = self.handed(self.in_place(name, dict(zip([each for each, _ in parameters], given, strict=True))))
        if lasting and not self.depth:
            self.known[key] = result
            for each in lists:
                self._calls.setdefault(each.root, []).append(key)
        return result

    def function(self, own: str, name: str) -> str:
        """A plain function of numbers as a function of LLVM's."""
        takes, returns = self.module.parameters(name), self.module.returns(name)
        result = WORDS[returns[0]] if len(returns) == 1 else f"{{ {', '.join([WORDS[each] for each in returns])} }}"
        code = Code(self.module)
        for k, (variable, kind) in enumerate(takes):
            code.names[variable] = Number(f"%a{k}", kind)
        given = ", ".join([f"{WORDS[kind]} %a{k}" for k, (_, kind) in enumerate(takes)])
        code.run(self.module.body(name), lambda value: code.write(f"ret {result} {code.packed(value, returns)}"))
        return f"define internal {result} {own}({given}) nounwind {{\n{code.text()}\n}}"

    def handed(self, value: Term) -> Term:
        """A value that goes into a function or comes out of one: other code may hold its lists, too."""
        if isinstance(value, Numbers):
            return value._replace(fresh=False)
        return value if isinstance(value, Number) else tuple([self.handed(each) for each in value])

    def ready(self, value: Term) -> Term:
        """What a variable stands for: a list that may be looped over is written to memory once, before the loop."""
        several = isinstance(value, Numbers) and value.size > 1
        return self.in_memory(value) if several and self._loops and not self.depth else value

    def in_place(self, name: str, given: dict[str, Term]) -> Term:
        """The statements of a function, here; the value that it returns."""
        body = self.module.body(name)
        outer = self.names, self._cells, self._often, self._changed, self._nested, self._loops, self._leave, self.ended
        self._loops = _loops(body)
        self.names = {name: self.ready(self.handed(value)) for name, value in given.items()}
        results: list[tuple[Term, str]] = []
        after = self.label()
        early = _returns(body) > 1 or not isinstance(body[-1], ast.Return)

        def leave(value: Term) -> None:
            results.append((value, self.here))
            if early:
                self.jump(after)

        depth = self.depth
        self.depth += early
        self.run(body, leave)
        self.depth = depth
        self.names, self._cells, self._often, self._changed, self._nested, self._loops, self._leave, self.ended = outer
        if not early:
            return results[0][0]
        if not all([isinstance(value, Number) for value, _ in results]):
            raise TranslationError(f"{name} returns lists at several places")
        self.begin(after)
        return self.merged(results)


def _known(x: Number) -> int:
    """A whole number that has to be known now."""
    if not isinstance(x.value, int):
        raise TranslationError("a length that is not known beforehand has no translation")
    return x.value


def _indices_are_computed(node: ast.For | ast.expr, target: ast.expr | None = None) -> bool:
    """Whether a loop has an index that is computed from what it loops over."""
    target = node.target if isinstance(node, ast.For) else target
    names = {each.id for each in ast.walk(target) if isinstance(each, ast.Name)} if target is not None else set()
    indices = [each.slice for each in ast.walk(node) if isinstance(each, ast.Subscript)]
    computed = [each for each in indices if not isinstance(each, ast.Name)]
    return any([isinstance(inner, ast.Name) and inner.id in names for each in computed for inner in ast.walk(each)])


def _cheap(node: ast.expr) -> bool:
    """Whether an expression takes no call of a function."""
    return all([ast.unparse(each.func) in CHEAP for each in ast.walk(node) if isinstance(each, ast.Call)])


def _assignments(statements: Sequence[ast.stmt]) -> tuple[Counter[str], set[str]]:
    """How often each variable is assigned, and which are lists of which an item is.

    A variable that only loops assign has one meaning at a time: it counts once.
    """
    every = [each for statement in statements for each in ast.walk(statement)]
    targets = [target for each in every if isinstance(each, ast.Assign) for target in each.targets]
    assigned = Counter([each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)
                        and isinstance(each.ctx, ast.Store)])  # fmt: skip
    looped = Counter([each.id for loop in every if isinstance(loop, ast.For) for each in ast.walk(loop.target)
                      if isinstance(each, ast.Name)])  # fmt: skip
    often = Counter({name: assigned[name] + count if assigned[name] else 1 for name, count in looped.items()})
    changed = {each.value.id for each in every if isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Store)
               and isinstance(each.value, ast.Name)}  # fmt: skip
    return assigned | often, changed


def _assigned_in_blocks(statements: Sequence[ast.stmt]) -> set[str]:
    """The variables that are assigned in a branch or a loop."""
    blocks = [inner for each in statements if isinstance(each, (ast.If, ast.For)) for inner in ast.walk(each)]
    return {each.id for each in blocks if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}


def _loops(statements: Sequence[ast.stmt]) -> bool:
    return any([isinstance(each, (ast.For, ast.ListComp)) for line in statements for each in ast.walk(line)])


def _returns(statements: Sequence[ast.stmt]) -> int:
    return sum([isinstance(each, ast.Return) for statement in statements for each in ast.walk(statement)])
