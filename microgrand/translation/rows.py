"""The rows of the table as code on floats: the expression of the value, and of whether operands are in the domain."""

from __future__ import annotations

import ast
import functools
import linecache
import math
from collections.abc import Mapping
from importlib.util import find_spec
from math import inf
from pathlib import Path
from typing import Any

from microgrand.table.domains import Domain
from microgrand.table.many_operands import first_half, second_half
from microgrand.table.primitive import Primitive
from microgrand.table.rows import TABLE
from microgrand.translation.operations import BUILTINS, half, joint_test
from microgrand.translation.specializer import Specializer, flat
from microgrand.translation.values import (
    BOOL,
    FLOAT,
    FLOATS,
    Computed,
    Known,
    Run,
    Value,
    as_test,
    call,
    elements,
    literal,
    name,
)

KERNELS = "microgrand.compiled.kernels"  # a module that only a wheel has
EACH = "x"  # an item of a list, in the test of all


def parameters(row: Primitive) -> dict[str, str]:
    """What the operands of a row are called in its code, and their types: lists of floats, or one float each.

    >>> from microgrand import atan2, dot
    >>> parameters(atan2), parameters(dot)
    ({'x': 'float', 'y': 'float'}, {'ws': 'vec[float]', 'xs': 'vec[float]'})
    """
    if takes_two_lists(row):
        return {"ws": FLOATS, "xs": FLOATS}
    if row.arity is None:
        return {"xs": FLOATS}
    return {("xy"[k] if row.arity <= 2 else f"x{k}"): FLOAT for k in range(row.arity)}


def takes_two_lists(row: Primitive) -> bool:
    """Whether a row takes two lists and nothing else; of other lists, indices are the last items."""
    return len(row.signature.lists) == 2 and not row.signature.indices


def operands(row: Primitive) -> list[Value]:
    """The operands of a row, as the specializer takes them."""
    named = [Computed(name(each), kind) for each, kind in parameters(row).items()]
    return [Run(each) if each.kind == FLOATS else each for each in named]


class Rows(Specializer):
    """Translates rows, and whatever these call.

    kernels  the classes from which a row's code is taken, by its name; other rows are translated from their functions.
             By default those of a wheel, in which the functions of the table are compiled and have no source
    """

    def __init__(self, kernels: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self._kernels = _kernels_of_the_wheel() if kernels is None else kernels

    def call(self, function: Any, arguments: list[Value], title: str = "") -> Value:
        """The value of `function(*arguments)`, of a row or of any other function."""
        kernel = self._kernel(function)
        if kernel is None:
            return super().call(function, arguments, title)
        return super().call(kernel.value, [Known(None), *_as_kernels_take(function, arguments)], function.name)

    def holds(self, row: Primitive, given: list[Value]) -> Known | Computed:
        """Whether operands lie in the domain, as `Domain.contains` has it: NaN does."""
        kernel = self._kernel(row)
        if kernel is not None and hasattr(kernel, "holds"):
            arguments = [Known(None), *_as_kernels_take(row, given)]
            return as_test(super().call(kernel.holds, arguments, f"{row.name}_holds"))
        tests = [_in_domain(row.domain_of(k), each) for k, each in enumerate(given)]
        if row.joint is not None:
            tests.append(as_test(super().call(row.joint, given, f"{row.name}_joint")))
        return joint_test(tests, ast.And())

    def _kernel(self, function: Any) -> Any:
        """The kernel of a row of the table, where there is one."""
        named = getattr(function, "name", None)
        return self._kernels.get(named) if isinstance(named, str) and TABLE.get(named) is function else None


def _in_domain(domain: Domain, x: Value) -> Known | Computed:
    if domain.everything:
        return Known(True)
    if isinstance(x, Run):
        each = ast.comprehension(ast.Name(EACH, ast.Store()), x.items.node, [], 0)
        return Computed(call("all", ast.GeneratorExp(_in_intervals(domain, name(EACH)), [each])), BOOL)
    if isinstance(x, Known):
        return Known(domain.holds(x.value))
    return Computed(_in_intervals(domain, x.node), BOOL)


def _in_intervals(domain: Domain, x: ast.expr) -> ast.expr:
    is_nan = ast.Compare(x, [ast.NotEq()], [x])
    return ast.BoolOp(ast.Or(), [is_nan, *[_in_interval(part, x) for part in domain.intervals]])


def _in_interval(interval: Any, x: ast.expr) -> ast.expr:
    """`low ≤ x < high` or the like; an infinite end that belongs to the interval excludes nothing."""
    parts, comparisons = [x], list[ast.cmpop]()
    if interval.open_low or interval.low > -inf:
        parts.insert(0, literal(interval.low))
        comparisons.append(ast.Lt() if interval.open_low else ast.LtE())
    if interval.open_high or interval.high < inf:
        parts.append(literal(interval.high))
        comparisons.append(ast.Lt() if interval.open_high else ast.LtE())
    return ast.Compare(parts[0], comparisons, parts[1:])


# ---- the table of a wheel ------------------------------------------------------------------------------------------


def kernel_name(row_name: str) -> str:
    """What the class of a row's kernel is called."""
    return "".join([part.capitalize() for part in row_name.split("_")]) + "Kernel"


def kernels_of(text: str) -> dict[str, Any]:
    """The kernels in the text of their module, by row: classes in plain Python, whose methods have a source."""
    linecache.cache[FILE] = (len(text), None, text.splitlines(keepends=True), FILE)
    tree = ast.parse(text)
    tree.body = [each for each in tree.body if not (isinstance(each, ast.ImportFrom) and each.module in COMPILERS)]
    module = {**STAND_INS, "__name__": KERNELS}
    exec(compile(tree, FILE, "exec"), module)
    module.update(exact_sum=math.fsum, joined=_joined, appended=_appended)
    return {row_name: kernel for row_name in TABLE if (kernel := module.get(kernel_name(row_name))) is not None}


@functools.cache
def _kernels_of_the_wheel() -> dict[str, Any]:
    """The kernels of a wheel; none in a plain build."""
    found = find_spec(KERNELS)
    if found is None or found.origin is None:
        return {}
    return kernels_of(Path(found.origin).with_name("kernels.py").read_text(encoding="utf-8"))


def _as_kernels_take(row: Primitive, given: list[Value]) -> list[Value]:
    """The operands of a row as the methods of its kernel take them: one or two, or lists."""
    if takes_two_lists(row):
        items = flat(given)
        half_way = len(items) // 2
        return [as_one(items[:half_way]), as_one(items[half_way:])]
    if row.arity is None:
        return [as_one(flat(given))]
    return given if row.arity <= 2 else [given]


def as_one(items: list[Value]) -> Value:
    """A list of which only the vec is known as that vec."""
    return items[0].items if len(items) == 1 and isinstance(items[0], Run) else items


class _Vec:
    """`vec[float]`, of which a list of items is made."""

    def __class_getitem__(cls, kind: type) -> Any:
        return _items


def _items(items: Any = ()) -> Any:
    return items


def _joined(left: Any, right: Any) -> Any:
    return [*left, *right]


def _appended(left: Any, x: Any) -> Any:
    return [*left, x]


FILE = "<kernels>"
COMPILERS = ("librt.vecs", "mypy_extensions", "microgrand.compiled.kernel", "microgrand.table.primitive")
BASES = dict.fromkeys(("OneOperand", "TwoOperands", "TwoLists", "ManyOperands"), object)
STAND_INS: dict[str, Any] = {**BASES, "vec": _Vec, "i64": int}
BUILTINS.update({
    first_half: lambda runs: half(runs, 0), second_half: lambda runs: half(runs, 1),
    _items: lambda items=(): items, _joined: lambda left, right: [*elements(left), *elements(right)],
    _appended: lambda left, x: [*elements(left), x],
})  # fmt: skip
