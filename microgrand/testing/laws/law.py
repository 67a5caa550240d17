"""What a law is, how it says that it is broken, and what every law needs: the row on Values, the sizes of its terms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from microgrand.engine.sweep import sweep
from microgrand.engine.value import Value
from microgrand.outer_errors import MissingExtraError
from microgrand.table.primitive import Primitive
from microgrand.testing.blame import ulps_in_words
from microgrand.testing.expression import applied
from microgrand.testing.verdict import Judgement, Verdict

try:
    from hypothesis import strategies as st
except ImportError as error:  # pragma: no cover
    raise MissingExtraError("the laws of primitives", "testing", "hypothesis") from error

SUBNORMAL = 1e-290  # a result below, or one made of terms below, may have lost digits
REFUSALS = (TypeError, AttributeError, NotImplementedError, MissingExtraError)  # of a kind of number


class Broken(AssertionError):  # noqa: N818  it is what a failing test shows
    """A law is broken: what does not hold, what the row gives there, and what is right."""

    def __init__(self, what: str, found: Any, right: Any) -> None:
        both = isinstance(found, float) and isinstance(right, float)
        gap = ulps_in_words(found, right) if both else ""
        super().__init__(f"{what} is {found!r}; right is {right!r}{gap}")


class LeftOut(Exception):  # noqa: N818  nothing is wrong
    """These operands tell nothing about the law, or the row does not run on the numbers that it needs."""


class Law(NamedTuple):
    """One law.

    name   what holds, in words
    holds  holds(row, operands, …) raises Broken where it does not
    drawn  from a row, the strategy of what follows it
    share  of the examples: a costly law is looked at with fewer
    """

    name: str
    holds: Callable[..., None]
    drawn: Callable[[Primitive], st.SearchStrategy[tuple[Any, ...]]]
    share: float = 1.0


def variable_positions(row: Primitive, count: int) -> list[int]:
    """The positions of those of `count` operands that can be Values."""
    chosen = row.signature.index_positions(count)
    return [k for k in range(count) if k not in chosen]


def on_values(row: Primitive, xs: Sequence[float], only: int | None = None) -> tuple[dict[int, Value], Value]:
    """The operands as leaves x0, x1, … by position, and the node; with `only`, that operand alone is a Value."""
    chosen = variable_positions(row, len(xs)) if only is None else [only]
    leaves = {k: Value(xs[k], name=f"x{k}") for k in chosen}
    return leaves, applied(row, [leaves.get(k, x) for k, x in enumerate(xs)])


def slopes(row: Primitive, xs: Sequence[float]) -> tuple[float, dict[int, float]]:
    """The value, and by position the partials, as a sweep gives them."""
    leaves, z = on_values(row, xs)
    found = sweep(z)
    return z.data, {k: found[leaf] for k, leaf in leaves.items()}


def value_scale(row: Primitive, xs: Sequence[float]) -> float:
    """The size of the terms that cancel in the value, if the row names some."""
    return abs(row.value_scale(*xs)) if row.value_scale is not None else 0.0


def partial_scale(row: Primitive, z: float, xs: Sequence[float]) -> float:
    """The size of the terms that cancel in a partial, if the row names some."""
    return abs(row.partial_scale(z, *xs)) if row.partial_scale is not None else 0.0


def need_normal(*numbers: float) -> None:
    """Leave the point out where a number is subnormal, or almost."""
    if any([0.0 < abs(z) < SUBNORMAL for z in numbers]):
        raise LeftOut("subnormal numbers have lost digits")


def refused(call: Callable[[], Any], where: str) -> Any:
    """What the call gives; where the row refuses that kind of number, the law is left out."""
    try:
        return call()
    except REFUSALS as error:
        raise LeftOut(f"the row does not run {where}: {error}") from None


def need_one_judged(judgements: Sequence[Judgement]) -> None:
    """Leave the point out where no claim could be judged."""
    if all([judgement.verdict is Verdict.CANNOT_JUDGE for judgement in judgements]):
        raise LeftOut(
            f"no partial can be judged: {judgements[0].because}" if judgements else "no operand has a partial"
        )
