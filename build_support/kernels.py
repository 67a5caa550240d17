"""Write the kernels: for each row of the function table, a class that computes value and partials on floats.

The table says each formula once, for floats, arrays and symbolic operands alike. Compiled as it stands it would look at
the type of every operand at every step. So when a wheel is built, `module_text` reads the rows' functions and writes
typed ones, which mypyc compiles to plain C: see `partial_evaluation/`. A row that cannot be translated stops the build.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from partial_evaluation.operations import BUILTINS, half, joint_test
from partial_evaluation.specializer import Specializer, shared_calls, takes_lists
from partial_evaluation.values import (
    BOOL,
    FLOAT,
    FLOATS,
    Computed,
    Known,
    Run,
    TranslationError,
    Value,
    as_kind,
    as_test,
    literal,
    name,
)

OPENING = '''"""Value and partials of every row of the table, on floats. Written by build_support/kernels.py."""

from __future__ import annotations

import math
from typing import Final

from librt.vecs import append, vec
from microgrand.compiled.kernel import ManyOperands, OneOperand, TwoLists, TwoOperands
from microgrand.table.primitive import declared
from mypy_extensions import i64

NAN: Final = 1e309 - 1e309


# ---- helpers of the translation; `c_functions.py` gives mypyc the first five in C -----------
def frexp_mantissa(x: float) -> float:
    return math.frexp(x)[0]


def frexp_exponent(x: float) -> i64:
    return i64(math.frexp(x)[1])


def exact_sum(xs: vec[float]) -> float:
    return math.fsum([x for x in xs])


def euclidean_norm(xs: vec[float]) -> float:
    return math.hypot(*[x for x in xs])


def write_at(xs: vec[float], start: i64, part: vec[float]) -> float:
    for k in range(i64(len(part))):
        xs[start + k] = part[k]
    return 0.0


def joined(left: vec[float], right: vec[float]) -> vec[float]:
    result = vec[float]([0.0] * (i64(len(left)) + i64(len(right))))
    write_at(result, i64(0), left)
    write_at(result, i64(len(left)), right)
    return result


def appended(left: vec[float], x: float) -> vec[float]:
    n: i64 = len(left)
    result = vec[float]([x] * (n + 1))
    for k in range(n):
        result[k] = left[k]
    return result
'''

ATTACH = '''def attach() -> None:
    """Give each row its kernel."""
'''

# The methods of a kernel by its base class in compiled/kernel.py: the parameters of each, and the type it returns.
METHODS = {
    "OneOperand": {
        "holds": ("x: float", BOOL),
        "value": ("x: float", FLOAT),
        "slope": ("z: float, x: float", FLOAT),
    },
    "TwoOperands": {
        "holds": ("x: float, y: float", BOOL),
        "value": ("x: float, y: float", FLOAT),
        "slope_x": ("z: float, x: float, y: float", FLOAT),
        "slope_y": ("z: float, x: float, y: float", FLOAT),
    },
    "TwoLists": {
        "value": ("ws: vec[float], xs: vec[float]", FLOAT),
        "slopes_of_first": ("z: float, ws: vec[float], xs: vec[float]", FLOATS),
        "slopes_of_second": ("z: float, ws: vec[float], xs: vec[float]", FLOATS),
    },
    "ManyOperands": {
        "value": ("xs: vec[float]", FLOAT),
        "slopes": ("z: float, xs: vec[float]", FLOATS),
    },
}
Z = Computed(name("z"), FLOAT)


def module_text(rows: Mapping[str, Any]) -> str:
    """The text of the module `microgrand/compiled/kernels.py`, for the rows of a table by name."""
    from microgrand.table.many_operands import first_half, second_half

    BUILTINS.update({first_half: lambda runs: half(runs, 0), second_half: lambda runs: half(runs, 1)})
    specializer = Specializer()
    classes = []
    for row_name, row in rows.items():
        try:
            classes.append(_kernel_class(specializer, row))
        except Exception as reason:
            raise TranslationError(f"the row {row_name!r} of the table cannot be compiled: {reason}") from reason
    definitions = [*_needed(specializer.functions, classes), *classes]
    texts = [ast.unparse(ast.fix_missing_locations(each)) for each in definitions]
    attached = [
        f"    declared({row_name!r}).kernel = {_class_name(row_name)}(declared({row_name!r}))" for row_name in rows
    ]
    return "\n\n\n".join([OPENING.rstrip(), *texts, "\n".join([ATTACH.rstrip(), *attached])]) + "\n"


def _kernel_class(specializer: Specializer, row: Any) -> ast.ClassDef:
    """The kernel of a row; what it need not override is left to the base class."""
    base = {1: "OneOperand", 2: "TwoOperands"}.get(row.arity, "ManyOperands")
    if len(row.signature.lists) == 2 and not row.signature.indices:
        base, values = "TwoLists", _on_two_lists(specializer, row)
    elif takes_lists(row):
        values = _on_lists(specializer, row)
    elif base == "ManyOperands":
        values = _on_many(specializer, row)
    else:
        values = _on_one_or_two(specializer, row)
    (kernel,) = ast.parse(f"class {_class_name(row.name)}({base}): pass").body
    assert isinstance(kernel, ast.ClassDef)
    kernel.body = [_method(method, *METHODS[base][method], *value) for method, value in values.items()]
    return kernel


def _on_one_or_two(specializer: Specializer, row: Any) -> dict[str, tuple[Value, ...]]:
    """What each method returns, of a row of one or two operands."""
    operands = [Computed(name("xy"[k]), FLOAT) for k in range(row.arity)]
    domain = _in_domain(specializer, row, operands)
    values: dict[str, tuple[Value, ...]] = {} if domain == Known(True) else {"holds": (domain,)}
    values["value"] = (specializer.call(row, operands),)
    for method, partial in zip(("slope",) if row.arity == 1 else ("slope_x", "slope_y"), row.partials, strict=True):
        values[method] = (specializer.call(partial, [Z, *operands], f"{row.name}_{method}"),)
    return values


def _on_many(specializer: Specializer, row: Any) -> dict[str, tuple[Any, ...]]:
    """The same of a row with a fixed number of operands that is more than two: they are named first."""
    names = [f"x{k}" for k in range(row.arity)]
    operands = [Computed(name(each), FLOAT) for each in names]
    opening = ast.parse("\n".join([f"{each} = xs[{k}]" for k, each in enumerate(names)])).body
    slopes = [
        specializer.call(partial, [Z, *operands], f"{row.name}_slope_{k}") for k, partial in enumerate(row.partials)
    ]
    return {"value": (specializer.call(row, operands), opening), "slopes": (slopes, opening)}


def _on_lists(specializer: Specializer, row: Any) -> dict[str, tuple[Value, ...]]:
    """The same of a row that takes lists."""
    operands = [Run(Computed(name("xs"), FLOATS))]
    (partials,) = row.partials
    slopes = specializer.call(partials, [Z, *operands], f"{row.name}_slopes")
    return {"value": (specializer.call(row, operands),), "slopes": (slopes,)}


def _on_two_lists(specializer: Specializer, row: Any) -> dict[str, tuple[Value, ...]]:
    """The same of a row that takes two lists, whose row gives the partials of one list after those of the other."""
    operands = [Run(Computed(name("ws"), FLOATS)), Run(Computed(name("xs"), FLOATS))]
    (partials,) = row.partials
    slopes = specializer.call(partials, [Z, *operands], f"{row.name}_slopes")
    if not (isinstance(slopes, list) and len(slopes) == 2):
        raise TranslationError("the partials of a row of two lists are not given as [*…, *…]")
    first, second = slopes
    value = specializer.call(row, operands)
    return {"value": (value,), "slopes_of_first": ([first],), "slopes_of_second": ([second],)}


def _method(method: str, parameters: str, kind: str, value: Value, opening: Sequence[ast.stmt] = ()) -> ast.FunctionDef:
    """A method that returns the value."""
    (whole,) = ast.parse(f"def {method}(self, {parameters}) -> {kind}: pass").body
    assert isinstance(whole, ast.FunctionDef)
    whole.body = [*opening, *shared_calls([ast.Return(as_kind(value, kind))])]
    return whole


def _in_domain(specializer: Specializer, row: Any, operands: list[Computed]) -> Known | Computed:
    """Whether operands lie in the domain, as `Domain.contains` has it: NaN does."""
    tests: list[Known | Computed] = []
    for domain, x in zip(row.domains, operands, strict=True):
        if not domain.everything:
            is_nan = ast.Compare(x.node, [ast.NotEq()], [x.node])
            parts = [_in_interval(part, x.node) for part in domain.intervals]
            tests.append(Computed(ast.BoolOp(ast.Or(), [is_nan, *parts]), BOOL))
    if row.joint is not None:
        tests.append(as_test(specializer.call(row.joint, operands, f"{row.name}_joint")))
    return joint_test(tests, ast.And())


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


def _needed(functions: dict[str, ast.FunctionDef], classes: list[ast.ClassDef]) -> list[ast.FunctionDef]:
    """The functions that the classes call, and those that these call, in the order in which they were written."""
    needed: set[str] = set()
    waiting: list[ast.AST] = [*classes]
    while waiting:
        mentioned = {each.id for each in ast.walk(waiting.pop()) if isinstance(each, ast.Name)}
        called = mentioned & (functions.keys() - needed)
        needed |= called
        waiting += [functions[each] for each in called]
    return [each for title, each in functions.items() if title in needed]


def _class_name(row_name: str) -> str:
    return "".join([part.capitalize() for part in row_name.split("_")]) + "Kernel"
