"""Laws of the value: exactness, and the same number by whatever way a row is applied."""

from __future__ import annotations

import math
from typing import Any

import mpmath

from microgrand.table.formula import formula
from microgrand.table.primitive import Primitive
from microgrand.table.rows import TABLE
from microgrand.testing.domain_arguments import SMALLEST_NORMAL
from microgrand.testing.exact import exact_value, ulps
from microgrand.testing.expression import Expression, applied
from microgrand.testing.laws.law import (
    REFUSALS,
    Broken,
    LeftOut,
    need_normal,
    on_values,
    refused,
    value_scale,
    variable_positions,
)

ARRAY_ULPS = 512  # as far as NumPy's and SciPy's own functions are exact
TINY = 1e-30  # whose powers leave the range of floats


def value_is_exact(row: Primitive, xs: list[float]) -> None:
    """The value is as exact as the row says, where it is a normal float."""
    z = float(row.value(*xs))
    exact = refused(lambda: exact_value(row, xs), "with many digits")
    need_normal(z)
    if not ulps(z, exact, value_scale(row, xs)) <= row.exactness.value:
        raise Broken(f"the value (declared within {row.exactness.value:g} ulp)", z, float(exact))


def values_and_floats_agree(row: Primitive, xs: list[float]) -> None:
    """On Values a row gives what its own functions give on floats, bit for bit; a plain number has the partial 0."""
    leaves, z = on_values(row, xs)
    _same("the value on Values", z.data, float(row.value(*xs)))
    _same("the value on plain numbers", applied(row, xs), z.data)
    rule = row.partials
    own = rule[0](z.data, *xs) if row.signature.lists else [partial(z.data, *xs) for partial in rule]
    recorded = dict(zip(leaves, z.partials, strict=True))
    for k, partial in recorded.items():
        _same(f"the recorded partial in operand {k + 1}", partial, float(own[k]))
        _same_beside_plain_numbers(row, xs, k, z.data, partial)


def _same_beside_plain_numbers(row: Primitive, xs: list[float], k: int, z: float, partial: float) -> None:
    """Operand k alone is a Value: value and partial stay, and the partials of the others are 0."""
    _, alone = on_values(row, xs, only=k)
    _same(f"the value where operand {k + 1} alone is a Value", alone.data, z)
    _same(f"the partial where operand {k + 1} alone is a Value", alone.partials, (partial,))
    if not row.signature.lists:
        others = [slope for j, slope in enumerate(alone.operand_partials) if j != k]
        _same("the partials of plain numbers", others, [0.0] * len(others))


def arrays_give_what_floats_give(row: Primitive, xs: list[float], others: list[float]) -> None:
    """Two lanes of an array give the floats' values, as far as NumPy's and SciPy's own functions are exact."""
    try:
        import numpy
    except ImportError:
        raise LeftOut("NumPy is not installed") from None
    lanes = [xs, others if len(others) == len(xs) and row.allows(*others) else xs]
    own = variable_positions(row, len(xs))
    lanes = [xs, [y if k in own else x for k, (x, y) in enumerate(zip(*lanes, strict=True))]]
    arrays = [numpy.array([lane[k] for lane in lanes]) if k in own else x for k, x in enumerate(xs)]
    try:
        got = applied(row, arrays)
    except (*REFUSALS, ValueError) as error:
        raise LeftOut(f"the value takes no arrays: {error}") from None
    _same("the shape on arrays of two lanes", getattr(got, "shape", ()), (2,))
    for lane, z in zip(lanes, got, strict=True):
        right = float(row.value(*lane))
        if not (ulps(float(z), mpmath.mpf(right), value_scale(row, lane)) <= ARRAY_ULPS or right != right):
            if abs(right) < SMALLEST_NORMAL and abs(float(z)) <= abs(right):
                continue  # SciPy's erfc is 0 where its result is no normal number
            if any([0.0 < abs(x) < TINY for x in lane]):
                raise LeftOut("a product within leaves the range of floats on arrays; on floats it is scaled")
            raise Broken(f"the value on arrays, in the lane of {lane}", float(z), right)


def printed_code_gives_the_value(row: Primitive, xs: list[float]) -> None:
    """The printed Python, evaluated, gives the value bit for bit: that of a formula, and that of an Expression."""
    leaves, z = on_values(row, xs)
    names = {**TABLE, row.name: row, "inf": math.inf, "nan": math.nan}
    printed = formula(z, "python")
    _same(f"the printed {printed}", _run(printed, {**names, **{f"x{k}": xs[k] for k in leaves}}), z.data)
    *lines, call = repr(Expression.read(list(leaves.values()), z)).splitlines()
    _same("the printed expression", _run(call, names, "\n".join(lines)), z.data)


def _run(code: str, names: dict[str, Any], before: str = "") -> float:
    try:
        exec(before, names)
        return float(eval(code, names))
    except Exception as error:  # of whatever kind: the notation is no Python
        raise Broken(f"the printed code {code}", f"{type(error).__name__}: {error}", "code that runs") from None


def _same(what: str, found: Any, right: Any) -> None:
    if repr(found) != repr(right):
        raise Broken(what, found, right)
