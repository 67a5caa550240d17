"""Which expressions are fit to practise on: their numbers can be computed by hand, and their δ are worth computing."""

from __future__ import annotations

from typing import Final

from microgrand.engine.sweep import sweep
from microgrand.engine.value import Value
from microgrand.table.arithmetic import mul
from microgrand.table.rows import pow, where
from microgrand.walk.exercise_draft import Draft

MOST_NODES: Final = 15
LARGEST: Final = 100.0  # of all values, δ and local partials
SMALLEST: Final = 0.0123  # but for 0. No number met is so close to it that the last bits of a logarithm matter
EXACT_LEVELS: Final = (1, 2)  # their numbers have few digits, and every leaf has a δ


def is_fit(draft: Draft, level: int) -> bool:
    """Whether an expression is one to practise on, at this level."""
    adjoints = sweep(draft.root)
    slopes = [partial for node in draft.steps for partial in node.partials]
    numbers = [*[node.data for node in draft.nodes], *adjoints.deltas, *slopes]
    exact = level in EXACT_LEVELS
    moving = [leaf for leaf in draft.leaves if adjoints.get(leaf) != 0.0]
    return (
        all(map(_is_short if exact else _is_handy, numbers))
        and len(draft.nodes) <= MOST_NODES
        and len(moving) >= (len(draft.leaves) if exact else (len(draft.leaves) + 1) // 2)
        and not all([abs(delta) == 1.0 for delta in adjoints.deltas])
        and not any([_is_dull(node) or _is_at_a_kink(node) for node in draft.steps])
        and (level == 1 or max(draft.uses().values()) > 1)
    )


def _is_short(x: float) -> bool:
    """Whether a number has few digits, and is not 0."""
    return 0.0 < abs(x) <= LARGEST and float(f"{x:.4g}") == x


def _is_handy(x: float) -> bool:
    """Whether a number is 0, or of a size at which some digits suffice."""
    return x == 0.0 or SMALLEST <= abs(x) <= LARGEST


def _is_dull(node: Value) -> bool:
    """Whether a step is x + x, x - x, x / x."""
    return len(node.parents) == 2 and node.parents[0] is node.parents[1] and node.primitive is not mul


def _is_at_a_kink(node: Value) -> bool:
    """Whether a step has no derivative at its operands, or where they are within rounding of such a point.

    Else the last bits of a logarithm would decide, and these differ between platforms. The condition of `where` does
    not count: it jumps, and is never near its jump. Nor does a power with a plain exponent: what a negative number has
    no derivative in is the exponent.
    """
    row = node.primitive
    if row is None or row.kink is None or row is where or (row is pow and len(node.parents) == 1):
        return False
    return bool(row.kink(*[round(x.data if isinstance(x, Value) else x, 3) for x in node.operands]))
