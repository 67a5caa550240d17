"""Write the kernels: for each row of the function table, a class that computes value and partials on floats.

The table says each formula once, for floats, arrays and symbolic operands alike. Compiled as it stands it would look at
the type of every operand at every step. So when a wheel is built, `module_text` reads the rows' functions and writes
typed ones, which mypyc compiles to plain C: see `microgrand/translation/`. A row that cannot be translated stops the
build.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from microgrand.translation.rows import Rows, kernel_name, operands, parameters, takes_two_lists
from microgrand.translation.specializer import shared_calls
from microgrand.translation.values import BOOL, FLOAT, FLOATS, Computed, Known, TranslationError, Value, as_kind, name

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
        "holds": ("ws: vec[float], xs: vec[float]", BOOL),
        "value": ("ws: vec[float], xs: vec[float]", FLOAT),
        "slopes_of_first": ("z: float, ws: vec[float], xs: vec[float]", FLOATS),
        "slopes_of_second": ("z: float, ws: vec[float], xs: vec[float]", FLOATS),
    },
    "ManyOperands": {
        "holds": ("xs: vec[float]", BOOL),
        "value": ("xs: vec[float]", FLOAT),
        "slopes": ("z: float, xs: vec[float]", FLOATS),
    },
}
Z = Computed(name("z"), FLOAT)


def module_text(rows: Mapping[str, Any]) -> str:
    """The text of the module `microgrand/compiled/kernels.py`, for the rows of a table by name."""
    translated = Rows(kernels={})
    classes = []
    for row_name, row in rows.items():
        try:
            classes.append(_kernel_class(translated, row))
        except Exception as reason:
            raise TranslationError(f"the row {row_name!r} of the table cannot be compiled: {reason}") from reason
    definitions = [*_needed(translated.functions, classes), *classes]
    texts = [ast.unparse(ast.fix_missing_locations(each)) for each in definitions]
    attached = [
        f"    declared({row_name!r}).kernel = {kernel_name(row_name)}(declared({row_name!r}))" for row_name in rows
    ]
    return "\n\n\n".join([OPENING.rstrip(), *texts, "\n".join([ATTACH.rstrip(), *attached])]) + "\n"


def _kernel_class(rows: Rows, row: Any) -> ast.ClassDef:
    """The kernel of a row; what it need not override is left to the base class."""
    base = {1: "OneOperand", 2: "TwoOperands"}.get(row.arity, "ManyOperands")
    given, opening = operands(row), list[ast.stmt]()
    if takes_two_lists(row):
        base = "TwoLists"
    elif base == "ManyOperands" and row.arity is not None:  # the operands are named first
        opening = ast.parse("\n".join([f"{each} = xs[{k}]" for k, each in enumerate(parameters(row))])).body
    domain = rows.holds(row, given)
    values: dict[str, Value] = {} if domain == Known(True) else {"holds": domain}
    values |= {"value": rows.call(row, given), **_slopes(rows, row, given)}
    (kernel,) = ast.parse(f"class {kernel_name(row.name)}({base}): pass").body
    assert isinstance(kernel, ast.ClassDef)
    kernel.body = [_method(method, *METHODS[base][method], value, opening) for method, value in values.items()]
    return kernel


def _slopes(rows: Rows, row: Any, given: list[Value]) -> dict[str, Value]:
    """The partials of a row, by the method of its kernel that returns them."""
    if row.arity in (1, 2):
        names = ("slope",) if row.arity == 1 else ("slope_x", "slope_y")
        pairs = zip(names, row.partials, strict=True)
        return {method: rows.call(partial, [Z, *given], f"{row.name}_{method}") for method, partial in pairs}
    if row.arity is not None:
        partials = enumerate(row.partials)
        return {"slopes": [rows.call(partial, [Z, *given], f"{row.name}_slope_{k}") for k, partial in partials]}
    slopes = rows.call(row.partials[0], [Z, *given], f"{row.name}_slopes")
    if not takes_two_lists(row):
        return {"slopes": slopes}
    if not (isinstance(slopes, list) and len(slopes) == 2):
        raise TranslationError("the partials of a row of two lists are not given as [*…, *…]")
    first, second = slopes
    return {"slopes_of_first": [first], "slopes_of_second": [second]}


def _method(method: str, parameters: str, kind: str, value: Value, opening: Sequence[ast.stmt] = ()) -> ast.FunctionDef:
    """A method that returns the value."""
    (whole,) = ast.parse(f"def {method}(self, {parameters}) -> {kind}: pass").body
    assert isinstance(whole, ast.FunctionDef)
    whole.body = [*opening, *shared_calls([ast.Return(as_kind(value, kind))])]
    return whole


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
