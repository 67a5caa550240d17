"""A program in LLVM's language: its statements, cut into functions, as long functions take long to compile.

Each function computes some of the slots. A number that a later function reads is kept in an array, `work`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from microgrand.program.jit.code import Code
from microgrand.program.jit.entry import Form, entry
from microgrand.program.jit.instructions import Number, number
from microgrand.program.jit.module import Module
from microgrand.program.printed.straight_line import Assignment, Statement, StraightLine
from microgrand.program.tape import slots
from microgrand.translation.values import FLOAT

LONGEST = 4000  # nodes of expressions in one function
FEW = 2000  # numbers that may stand on the stack
ARRAYS = "ptr noalias %x, ptr noalias %out, ptr noalias %work, ptr noalias %value"


class Assembly(NamedTuple):
    """A program in LLVM's language.

    `double @name(double *x, double *out)` returns the value, or 0 where there is none, and writes all other results to
    `out`. Where a check fails, it returns NaN, and all that it writes is NaN. `@name.python` is called by Python.

    inputs, outputs  how many numbers the arrays hold
    has_value        whether there is a value
    shapes           of the arrays that `@name.python` makes
    """

    name: str
    text: str
    inputs: int
    outputs: int
    has_value: bool
    shapes: list[tuple[int, ...]]


def assembled(program: StraightLine, name: str, forms: Callable[[int], Sequence[Form]]) -> Assembly:
    """The program as the function @name.

    forms  in which Python may give the arguments, for so many results
    """
    whole = list(slots(program.result))
    has_value = program.derivative == "gradient" or isinstance(program.result, int)
    value, results = (whole[0], whole[1:]) if has_value else (None, whole)
    parts = list(_cut(_together(program.statements)))
    kept = _kept(parts)
    module = Module(name, program.functions)
    for k, statements in enumerate(parts):
        last = k == len(parts) - 1
        module.add(_Part(module, program, kept, value, results, last).function(f"@{name}.{k}", statements))
    if len(kept) > FEW:
        module.outside("malloc", "ptr", "i64", pure=False)
        module.outside("free", "void", "ptr", pure=False)
    module.add(_whole(name, len(parts), len(results), len(kept)))
    if has_value and not results:
        module.add(_for_scipy(name, len(program.inputs)))
    shapes = entry(module, len(program.inputs), len(results), has_value, forms(len(whole)))
    return Assembly(name, module.text(), len(program.inputs), len(results), has_value, shapes)


def _together(statements: Sequence[Statement]) -> list[Statement]:
    """The statements, those that are about the same list one after the other: they share what they compute of it.

    softmax(xs, 0) and softmax(xs, 1), for example, share the exponentials.
    """
    groups: dict[tuple[int, ...], list[Statement]] = {}
    order: list[list[Statement]] = []
    for each in statements:
        listed = _listed(each)
        key = tuple(listed)
        group = groups.setdefault(key, []) if key else []
        if not group:
            order.append(group)
        group.append(each)
    return [each for group in order for each in group]


def _cut(statements: Sequence[Statement]) -> Iterator[list[Statement]]:
    """The statements in parts that are not too long; one part at least. A list counts once in each part."""
    part: list[Statement] = []
    length = 0
    known: set[int] = set()
    for each in statements:
        listed = set(_listed(each))
        weight = sum([1 for _ in ast.walk(_expression(each))]) - 2 * len(listed & known)
        if part and length + weight > LONGEST:
            yield part
            part, length, known = [], 0, set()
        part.append(each)
        known |= listed
        length += weight
    yield part


def _listed(statement: Statement) -> list[int]:
    """The slots in the lists of a statement."""
    node = _expression(statement)
    lists = [each for each in ast.walk(node) if isinstance(each, ast.List)] if isinstance(node, ast.Call) else []
    return [slot for each in lists for slot in _slots_in(each)]


def _kept(parts: Sequence[Sequence[Statement]]) -> dict[int, int]:
    """The place in `work` of each slot that is read in another part than the one that computes it."""
    computed: dict[int, int] = {}
    kept: dict[int, int] = {}
    for k, part in enumerate(parts):
        for each in part:
            for slot in _slots_in(_expression(each)):
                if computed.get(slot, k) != k and slot not in kept:
                    kept[slot] = len(kept)
            if isinstance(each, Assignment):
                computed[each.slot] = k
    return kept


class _Part:
    """One of the functions: it returns whether all checks hold."""

    def __init__(
        self, module: Module, program: StraightLine, kept: dict[int, int], value: int | None, results: Sequence[int],
        last: bool,
    ) -> None:  # fmt: skip
        self.code = Code(module)
        self.inputs = len(program.inputs)
        self.fixed = {slot: x for slot, _, x in program.parameters}
        self.kept, self.value, self.last = kept, value, last
        self.places: dict[int, list[int]] = {}
        for place, slot in enumerate(results):
            self.places.setdefault(slot, []).append(place)

    def function(self, name: str, statements: Sequence[Statement]) -> str:
        """The text of the function."""
        code = self.code
        holds = number(True)
        for each in statements:
            for slot in _slots_in(_expression(each)):
                self.load(slot)
            if isinstance(each, Assignment):
                self.computed(each.slot, code.as_kind(code.of(each.value), FLOAT))
            else:
                holds = code.joined([holds, code.truth(each.holds)], ast.And())
        if self.last:
            self.pass_on()
        code.write(f"ret i1 {holds.text}")
        return f"define internal i1 {name}({ARRAYS}) nounwind {{\n{code.text()}\n}}"

    def load(self, slot: int) -> None:
        """Make sure that the slot's number is at hand."""
        if f"z{slot}" in self.code.names:
            return
        if slot in self.fixed:
            self.code.names[f"z{slot}"] = number(self.fixed[slot])
            return
        base, place = ("%x", slot) if slot < self.inputs else ("%work", self.kept[slot])
        loaded = self.code.load(FLOAT, self.code.at(base, number(place)))
        self.code.places[loaded.text] = (base, place)
        self.code.names[f"z{slot}"] = loaded

    def computed(self, slot: int, x: Number) -> None:
        """Write a number that has been computed to where it belongs."""
        code = self.code
        code.names[f"z{slot}"] = x
        if slot in self.kept:
            code.store(x, code.at("%work", number(self.kept[slot])))
        self.write(slot, x)

    def write(self, slot: int, x: Number) -> None:
        """Write a result."""
        for place in self.places.get(slot, ()):
            self.code.store(x, self.code.at("%out", number(place)))
        if slot == self.value:
            self.code.store(x, "%value")

    def pass_on(self) -> None:
        """Write the results that are inputs or parameters."""
        first = self.inputs + len(self.fixed)
        for slot in {*self.places, self.value}:
            if slot is not None and slot < first:
                self.load(slot)
                self.write(slot, self.code.names[f"z{slot}"])


def _whole(name: str, parts: int, outputs: int, work: int) -> str:
    """The function that calls the others, one after the other, for as long as their checks hold."""
    apart = "" if parts == 1 else " noinline"  # one function is merged with its caller; several must not be
    lines = ["  %value = alloca double", "  store double 0.0, ptr %value", *_reserved(work)]
    for k in range(parts):
        lines.append(f"  %holds{k} = call i1 @{name}.{k}({ARRAYS.replace(' noalias', '')}){apart}")
        lines += [f"  br i1 %holds{k}, label %after{k}, label %broken", f"after{k}:"]
    lines += ["  %result = load double, ptr %value", *_released(work), "  ret double %result", "broken:"]
    lines += [*_filled_with_nan(outputs), *_released(work), "  ret double 0x7FF8000000000000"]
    head = f"define double @{name}(ptr noalias %x, ptr noalias %out) nounwind {{"
    return "\n".join([head, *lines, "}"])


def _for_scipy(name: str, inputs: int) -> str:
    """The value as scipy.integrate takes it: `double f(int n, double *x)`."""
    return "\n".join([
        f"define double @{name}.scipy(i32 %n, ptr %x) nounwind {{", "  %out = alloca double",
        f"  %right = icmp eq i32 %n, {inputs}", "  br i1 %right, label %call, label %wrong", "call:",
        f"  %value = call double @{name}(ptr %x, ptr %out)", "  ret double %value",
        "wrong:", "  ret double 0x7FF8000000000000", "}",
    ])  # fmt: skip


def _reserved(work: int) -> list[str]:
    """Memory for the numbers that go from one function to another: on the stack, as long as they are few."""
    if work <= FEW:
        return [f"  %work = alloca double, i64 {max(1, work)}"]
    return [
        f"  %work = call ptr @malloc(i64 {8 * work})", "  %none = icmp eq ptr %work, null",
        "  br i1 %none, label %broken, label %begin", "begin:",
    ]  # fmt: skip


def _released(work: int) -> list[str]:
    return ["  call void @free(ptr %work)"] if work > FEW else []


def _filled_with_nan(outputs: int) -> list[str]:
    """A loop over `out`."""
    if not outputs:
        return []
    return [
        "  br label %next", "next:", "  %k = phi i64 [ 0, %broken ], [ %following, %next ]",
        "  %place = getelementptr double, ptr %out, i64 %k", "  store double 0x7FF8000000000000, ptr %place",
        "  %following = add nuw nsw i64 %k, 1", f"  %done = icmp eq i64 %following, {outputs}",
        "  br i1 %done, label %end, label %next", "end:",
    ]  # fmt: skip


def _expression(statement: Statement) -> ast.expr:
    return statement.value if isinstance(statement, Assignment) else statement.holds


def _slots_in(node: ast.expr) -> list[int]:
    """The slots that an expression reads."""
    names = [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
    return [int(name[1:]) for name in names if name[0] == "z" and name[1:].isdigit()]
