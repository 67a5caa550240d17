"""Every row of the table: its entry in the manual, its formulas, where it is defined and where it has kinks."""

import math
from collections.abc import Iterator
from typing import Any

from golden import rounded
from microgrand import TABLE, DomainError, Value, formula
from microgrand.manual import entry

TRIED = [-math.inf, -705.0, -2.5, -1.0, -0.0, 0.0, 0.5, 1.0, 3.0, 800.0, math.inf, math.nan]


def operands(row: Any, x: float, others: float, *indices: float) -> list[float]:
    """Operands of the row: x first, then others; of one list there are three, of two lists two in each."""
    size = {0: len(row.signature.operands), 1: 3}.get(len(row.signature.lists), 4)
    return [x, *[others] * (size - 1), *(indices or [1.0] * len(row.signature.indices))]


def written(row: Any) -> Iterator[str]:
    """A step of the row, alone and inside others, in three styles."""
    xs = operands(row, 0.5, 2.0)
    if not row.allows(*xs):
        xs = operands(row, 2.0, 0.5)
    indices = row.signature.index_positions(len(xs))
    nodes = [x if k in indices else Value(x, name=f"x{k}") for k, x in enumerate(xs)]
    step = row.apply(list(nodes))
    long = row.apply([Value(0.5, name=f"v{k}") for k in range(9)]) if row.signature.lists == ("x",) else step
    for style in ("text", "latex", "python"):
        yield f"{style}: " + "   ".join([formula(root, style) for root in (step, -step * 2.0 + step**2.0, long)])
    if row.derivation is not None:
        yield f"in steps: {formula(row.derivation(*nodes), depth=9)}"


def told(row: Any, xs: list[float]) -> str:
    """What the row says at operands: its value, its partials, whether it has a kink; or why it is not defined."""
    try:
        z = row.evaluate(xs, xs)
    except DomainError as error:
        return f"{type(error).__name__}: {error}"
    kink = row.kink is not None and row.kink(*xs)
    scales = [scale(*at) for scale, at in ((row.value_scale, xs), (row.partial_scale, [z, *xs])) if scale is not None]
    slopes = row.slopes(z, xs, [Value(x) for x in xs])
    return f"{z!r} {slopes!r}{' kink' if kink else ''}{f' scales {scales!r}' if scales else ''}"


def text() -> str:
    """All of it."""
    lines = []
    for name, row in TABLE.items():
        notation = row.notation
        lines += ["", f"==== {name}", entry(row), *written(row)]
        lines.append(
            f"label {notation.label!r}, ufunc {row.ufunc!r}, {row.signature.names(3)}, exact {row.exactness!r}"
        )
        for x in TRIED:
            for others in TRIED[3:9:2] if row.arity != 1 else [0.0]:
                xs = operands(row, x, others)
                lines.append(f"{xs!r}: {told(row, xs)}")
        if len(row.signature.indices) == 2:
            for xs in (operands(row, 0.5, -1.0, 0.0, 2.0), operands(row, 0.5, -1.0, 2.0, 1.0)):
                lines.append(f"{xs!r}: {told(row, xs)}")
    return rounded("\n".join(lines[1:]) + "\n")
