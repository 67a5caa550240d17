"""Translate one function's body into statements on floats, evaluating what is known beforehand.

Statements and loops are here, expressions in `expressions.py`, calls of other functions in `specializer.py`.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from microgrand.translation.expressions import Expressions
from microgrand.translation.values import (
    BOOL,
    ELEMENTS,
    FLOAT,
    INT,
    Computed,
    Known,
    Loop,
    Run,
    TranslationError,
    Value,
    as_float,
    as_index,
    as_kind,
    as_test,
    call,
    described,
    elements,
    is_list_at_run_time,
    is_number,
    kind_of,
    name,
    nodes_of,
)

NUMBERS = frozenset([FLOAT, INT, BOOL])
RESULT = "return"  # which no variable is called


class WidenedError(Exception):
    """A variable is a whole number or a truth in one place and a float in another: its function is translated again."""


def copied(row: Computed) -> Computed:
    """A vec of the same elements, where the vec is that of a variable."""
    if not isinstance(row.node, ast.Name):
        return row
    items = ast.ListComp(name("item"), [ast.comprehension(ast.Name("item", ast.Store()), row.node, [], 0)])
    return Computed(call(row.kind, items), row.kind)


def _changed_by(node: ast.AST) -> list[str]:
    """The list that a node changes, `items[…] = …` or `items.append`, if it does."""
    match node:
        case ast.Subscript(value=ast.Name(id=items), ctx=ast.Store()) | ast.Attribute(ast.Name(id=items), "append"):
            return [items]
    return []


def _is_of(variable: str, lists: Sequence[str]) -> bool:
    """Whether a variable is one of these, or of their elements: items_0, or items_0_1."""
    return any(variable == each or variable.startswith(f"{each}_") for each in lists)


class Body(Expressions):
    """A function while it is translated: the statements written so far and what its variables mean.

    floats  the variables that hold floats wherever they hold numbers; also RESULT, what is returned.
            `WidenedError` is raised when one is added
    lines   the statements of the block that is being written
    kind    the type that the function returns, known after its first `return`
    result  the value that the function returns, where the whole translation is one `return`
    """

    def __init__(
        self,
        specialize: Callable[..., Value],
        meanings: dict[str, Any],
        local: dict[str, Value],
        statements: Sequence[ast.stmt],
        floats: set[str],
    ) -> None:
        super().__init__(specialize, meanings, local)
        self.floats = floats
        self.kind = ""
        self.result: Value = None
        every = [node for each in statements for node in ast.walk(each)]
        stored = [each.id for each in every if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]
        self.bindings = Counter([*stored, *local])
        self.parameters = frozenset(local)
        self.changed = {each for node in every for each in _changed_by(node)}
        for parameter, value in list(local.items()):
            if self.bindings[parameter] > 1 and is_number(value):
                self.local[parameter] = self.variable(parameter, value)
        if not self.run(statements):
            raise TranslationError("the function may end without a return")
        if not (len(self.lines) == 1 and isinstance(self.lines[0], ast.Return)):
            self.result = None

    # ---- statements: each method says whether control never passes beyond it ---------------------
    def run(self, statements: Sequence[ast.stmt]) -> bool:
        """Translate the statements, up to the first that surely returns."""
        return any(self.statement(each) for each in statements)

    def statement(self, node: ast.stmt) -> bool:
        """Translate one statement."""
        match node:
            case ast.Return(value=ast.expr() as value):
                return self.leave(self.of(value))
            case ast.If():
                return self.branch(node)
            case ast.For(orelse=[]):
                self.loop(node)
                return False
            case ast.Try(orelse=[], finalbody=[]):
                return self.guard(node)
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                self.bind(target, self.of(value))
                return False
            case ast.AugAssign(target=ast.Name() | ast.Subscript()):
                old = ast.parse(ast.unparse(node.target), mode="eval").body
                self.bind(node.target, self.of(ast.BinOp(old, node.op, node.value)))
                return False
            case ast.Expr(value=ast.Constant()):  # a docstring
                return False
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name() as items, attr="append"), args=[item])):
                self.append(items, self.of(item))
                return False
        text = " ".join(ast.unparse(node).split())
        raise TranslationError(f"the statement `{text:.80}` has no translation")

    def block(self, statements: Sequence[ast.stmt], lines: list[ast.stmt]) -> bool:
        """Translate an indented block into `lines`.

        Control may pass it over, or come back to its beginning: so no variable may mean something else after it.
        """
        outer, self.lines = self.lines, lines
        before = dict(self.local)
        returns = self.run(statements)
        if not lines:
            lines.append(ast.Pass())
        self.lines = outer
        if returns:
            self.local = before
        for variable, value in before.items():
            if described(self.local[variable]) != described(value):
                self.widen(variable, [self.local[variable], value])
                raise TranslationError(f"`{variable}` means one thing before a condition or loop and another after it")
        return returns

    def widen(self, variable: str, values: list[Value]) -> None:
        """Begin again with floats where a variable holds numbers of different types."""
        kinds = {each.kind for each in values if isinstance(each, Computed)}
        if variable not in self.floats and len(kinds) == 2 and kinds <= NUMBERS:
            self.floats.add(variable)
            raise WidenedError

    def leave(self, value: Value) -> bool:
        """`return value`: every return of a function has one type."""
        kind = FLOAT if is_number(value) else kind_of(value)
        if RESULT in self.floats and kind in NUMBERS:
            kind, value = FLOAT, Computed(as_float(value), FLOAT)
        if self.kind not in ("", kind):
            self.widen(RESULT, [Computed(name(RESULT), each) for each in (self.kind, kind)])
            raise TranslationError(f"the function returns {self.kind} in one place and {kind} in another")
        self.kind = kind
        self.result = value
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], Run):
            value = copied(value[0].items)
        self.lines.append(ast.Return(as_kind(value, kind)))
        return True

    def branch(self, node: ast.If) -> bool:
        """`if`: only the branch that is taken, where that is known."""
        test = as_test(self.of(node.test))
        if isinstance(test, Known):
            return self.run(node.body if test.value else node.orelse)
        if self.has_just_left(test):
            return self.run(node.orelse)
        body: list[ast.stmt] = []
        orelse: list[ast.stmt] = []
        returns = self.block(node.body, body)
        if node.orelse:
            returns = self.block(node.orelse, orelse) and returns
        self.lines.append(ast.If(test.node, body, orelse))
        return returns and bool(node.orelse)

    def has_just_left(self, test: Computed) -> bool:
        """Whether the line above returns if the condition is true, so that here it is false."""
        above = self.lines[-1] if self.lines else None
        if not isinstance(above, ast.If) or not isinstance(above.body[-1], ast.Return):
            return False
        return ast.unparse(above.test) == ast.unparse(test.node)

    def loop(self, node: ast.For) -> None:
        """`for`: unrolled, unless the number of rounds is known only at run time."""
        over = self.of(node.iter)
        if is_list_at_run_time(over) or isinstance(over, Loop):
            body: list[ast.stmt] = []
            head, first = self.loop_head(node.target, over)
            self.block(node.body, body)
            self.lines.append(ast.For(*head, [*first, *body], []))
            return
        items = elements(over)
        if self.variables_in(items) & self.stored(node):
            raise TranslationError(f"the loop over `{ast.unparse(node.iter)}` changes what it runs over")
        for each in items:
            if isinstance(each, Run):
                raise TranslationError(f"the loop over `{ast.unparse(node.iter)}` mixes known and unknown lengths")
            self.bind(node.target, each)
            self.run(node.body)

    def loop_head(self, target: ast.expr, over: Computed | Loop) -> tuple[tuple[ast.expr, ast.expr], list[ast.stmt]]:
        """What stands between `for` and `in`, and after it; and statements with which the loop's body begins.

        A loop over a slice runs over indices instead: mypyc would copy the slice.
        """
        if isinstance(over, Computed) and isinstance(over.node, ast.Subscript) and isinstance(target, ast.Name):
            piece, items = over.node.slice, over.node.value
            if isinstance(piece, ast.Slice) and piece.upper is None and isinstance(items, ast.Name) and piece.lower:
                (position,) = self.declare(ast.Name(f"{target.id}_position"), [INT])
                self.declare(target, [ELEMENTS[over.kind]])
                item = ast.Assign([target], ast.Subscript(items, name(position), ast.Load()))
                return (name(position), call("range", piece.lower, call("len", items))), [item]
        kinds = over.kinds if isinstance(over, Loop) else (ELEMENTS[over.kind],)
        self.declare(target, kinds)
        return (target, over.node), []

    def guard(self, node: ast.Try) -> bool:
        """`try … except`."""
        body: list[ast.stmt] = []
        returns = self.block(node.body, body)
        handlers = []
        for each in node.handlers:
            lines: list[ast.stmt] = []
            returns = self.block(each.body, lines) and returns
            handlers.append(ast.ExceptHandler(each.type, None, lines))
        self.lines.append(ast.Try(body, handlers, [], []))
        return returns

    def append(self, items: ast.Name, item: Value) -> None:
        """`items.append(item)`: appending makes a new vec, which usually shares the old one's memory."""
        grown = self.of(items)
        if not self.is_own_vec(items):
            raise TranslationError(f"`{items.id}.append` needs a list that starts as `[]`")
        self.lines.append(ast.Assign([grown.node], call("append", grown.node, as_kind(item, ELEMENTS[grown.kind]))))

    # ---- assignment ------------------------------------------------------------------------------
    def bind(self, target: ast.expr, value: Value) -> None:
        """`target = value`."""
        match target:
            case ast.Name(id=variable):
                self.local[variable] = self.variable(variable, value)
            case ast.Tuple(elts=[ast.Starred(value=ast.Name() as first), *rest]):
                if self.variables_in([value]) & self.stored(target):
                    raise TranslationError(f"`{ast.unparse(target)}` takes a list apart into itself")
                *front, value = self.split(value, len(rest))
                self.bind(first, value)
                for each, item in zip(rest, front, strict=True):
                    self.bind(each, item)
            case ast.Tuple(elts=targets) if all(isinstance(each, ast.Name) for each in targets):
                self.bind_together([each.id for each in targets if isinstance(each, ast.Name)], value)
            case ast.Subscript(value=ast.Name() as items, slice=index) if self.is_own_vec(items):
                item = as_kind(value, ELEMENTS[self.of(items).kind])
                place = ast.Subscript(self.of(items).node, as_index(self.of(index)), ast.Store())
                self.lines.append(ast.Assign([place], item))
            case _:
                raise TranslationError(f"the assignment to `{ast.unparse(target)}` has no translation")

    def note_growth(self, variable: str, value: Value) -> None:
        """Keep in mind that a whole number may grow from round to round of a loop: it is assigned more than once."""
        if kind_of(value) != INT:
            return
        nodes = list(nodes_of(value))
        names = {each.id for each in nodes if isinstance(each, ast.Name)}
        if self.bindings[variable] > 1 and any(isinstance(each, ast.Mult) for each in nodes):
            raise TranslationError(f"the whole number `{variable}` may grow too large for 64 bits: start it as a float")
        if self.bindings[variable] > 1 or names & self.growing:
            self.growing.add(variable)
            self.counters.discard(variable)

    def is_own_vec(self, items: ast.Name) -> bool:
        """Whether a variable holds a vec that this function has made, and may change."""
        return items.id not in self.parameters and is_list_at_run_time(self.of(items))

    @staticmethod
    def stored(node: ast.AST) -> set[str]:
        """The variables to which a statement assigns."""
        return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}

    @staticmethod
    def variables_in(values: list[Value]) -> set[str]:
        """The names that computed values read."""
        return {each.id for value in values for each in nodes_of(value) if isinstance(each, ast.Name)}

    def split(self, value: Value, count: int) -> list[Value]:
        """The last `count` elements of a list, and then a list of those before them."""
        items = list(elements(value))
        last: list[Value] = []
        for _ in range(count):
            if not items:
                raise TranslationError("a list is too short to be unpacked")
            if isinstance(items[-1], Run):  # only the last Run can be taken apart: what is before it stays
                row = items.pop().items
                missing = count - len(last)
                places = [ast.Subscript(row.node, ast.Constant(k - missing), ast.Load()) for k in range(missing)]
                last = [*[Computed(each, ELEMENTS[row.kind]) for each in places], *last]
                before = ast.Subscript(row.node, ast.Slice(None, ast.Constant(-missing)), ast.Load())
                items.append(Run(Computed(before, row.kind)))
                break
            last.insert(0, items.pop())
        return [*last, items]

    def bind_together(self, variables: list[str], value: Value) -> None:
        """`a, b = value`: in one statement, for the right side may read the variables."""
        if isinstance(value, Computed) and value.kind.startswith("tuple["):
            kinds = [each.kind for each in elements(value)]
            right = value.node
        else:
            items = elements(value)
            kinds = [kind_of(each) for each in items]
            right = ast.Tuple([as_kind(*pair) for pair in zip(items, kinds, strict=True)], ast.Load())
        self.declare(ast.Tuple([name(each) for each in variables]), kinds)
        self.counters -= set(variables)
        tainted = bool(self.variables_in([value]) & self.growing)
        whole = [each for each, kind in zip(variables, kinds, strict=True) if kind == INT]
        self.growing |= {each for each in whole if tainted or self.bindings[each] > 1}
        left = ast.Tuple([ast.Name(each, ast.Store()) for each in variables], ast.Store())
        self.lines.append(ast.Assign([left], right))

    def variable(self, variable: str, value: Value) -> Value:
        """What a variable means after an assignment, which is written down unless the value is known for good."""
        once = self.bindings[variable] == 1
        if variable in self.floats and (is_number(value) or getattr(value, "kind", "") in NUMBERS):
            value = Computed(as_float(value), FLOAT)
        if isinstance(value, Loop) or (isinstance(value, Known) and (once or not is_number(value))):
            return value
        self.widen(variable, [self.local.get(variable), Computed(name(variable), kind_of(value))])
        self.note_growth(variable, value)
        node = value.node if isinstance(value, Computed) else None
        if once and isinstance(node, ast.Name) and self.bindings[node.id] <= 1:  # two names for what never changes
            return value
        if isinstance(value, list) and value and not any(isinstance(each, Run) for each in value):
            return self.pieces(variable, value)
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0].items.node, ast.Name):
            row = value[0].items
            if self.bindings[row.node.id] <= 1 and not {variable, row.node.id} & self.changed:
                return row  # a copy of what never changes
            value = copied(row)
        kind = kind_of(value)
        if not (isinstance(node, ast.Name) and node.id == variable):
            self.lines.append(ast.Assign([ast.Name(variable, ast.Store())], as_kind(value, kind)))
        return Computed(name(variable), kind)

    def pieces(self, variable: str, items: list[Value]) -> list[Value]:
        """A variable for each element of a list; they are assigned together where one is read after it has changed."""
        names = [f"{variable}_{k}" for k in range(len(items))]
        for each in names:  # like the list itself: what is assigned once may be called by two names
            self.bindings[each] = max(self.bindings[each], self.bindings[variable])
        if not any(_is_of(read, names[:k]) for k, each in enumerate(items) for read in self.variables_in([each])):
            return [self.variable(*pair) for pair in zip(names, items, strict=True)]
        kinds = [kind_of(each) for each in items]
        if not NUMBERS.issuperset(kinds):
            raise TranslationError(f"the list `{variable}` is made of its own lists")
        self.bind_together(names, items)
        return [Computed(name(each), kind) for each, kind in zip(names, kinds, strict=True)]
