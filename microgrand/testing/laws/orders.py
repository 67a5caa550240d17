"""Laws of the derivatives of partials: by Values they are the derivatives of the numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from microgrand.derivatives import grad, jvp
from microgrand.engine.sweep import sweep
from microgrand.engine.value import Value
from microgrand.errors import NonFiniteError
from microgrand.table.primitive import Primitive
from microgrand.testing.differences import judge
from microgrand.testing.domain_arguments import part_around, sides_inside
from microgrand.testing.exact import differenced_partial
from microgrand.testing.expression import Expression, applied
from microgrand.testing.held import judged_by_graph, noise_of_paths
from microgrand.testing.laws.law import Broken, need_one_judged, refused, variable_positions
from microgrand.testing.verdict import Judgement, Verdict

HIGHEST_ORDER = 4


def second_order(row: Primitive, xs: list[float], first: int, second: int) -> None:
    """The derivative of a partial, swept through Values, is the derivative of the numbers that the partial gives."""
    own = variable_positions(row, len(xs))
    k, i = own[first % len(own)], own[second % len(own)]
    leaves = {j: Value(xs[j], name=f"x{j}") for j in own}
    slope = refused(lambda: _partial_on(row, k, [leaves.get(j, x) for j, x in enumerate(xs)]), "on Values")
    claim = sweep(slope).get(leaves[i]) if isinstance(slope, Value) else 0.0
    judgement = _by_digits(row, list(leaves.values()), slope, own.index(i), i, claim)
    if judgement is None:
        judgement = _by_differences(row, xs, k, i, claim)
    if judgement.verdict is Verdict.DISAGREE:
        what = f"the derivative of the partial in operand {k + 1} along operand {i + 1}"
        raise Broken(what, claim, judgement.reference)
    need_one_judged([judgement])


def _partial_on(row: Primitive, k: int, operands: Sequence[Any]) -> Any:
    """The partial in operand k of operands among which are Values."""
    return row.slopes(applied(row, operands), operands, operands)[k]


def _by_digits(row: Primitive, leaves: list[Value], slope: Any, index: int, i: int, claim: float) -> Judgement | None:
    """The judgement by the graph that the partial recorded, evaluated with many digits."""
    if not isinstance(slope, Value) or slope.is_leaf:
        return None
    expression = Expression.read(leaves, slope)
    sides = sides_inside(expression.inputs[index], row.domains[min(i, len(row.domains) - 1)])
    return judged_by_graph(expression, index, sides, claim, noise_of_paths(slope, leaves[index]))


def _by_differences(row: Primitive, xs: list[float], k: int, i: int, claim: float) -> Judgement:
    """The judgement by what the partial gives on floats around."""

    def along(x: float) -> float:
        moved = [*xs[:i], x, *xs[i + 1 :]]
        z = row.value(*moved)
        return float(row.partials[0](z, *moved)[k] if row.signature.lists else row.partials[k](z, *moved))

    low, high = part_around(xs[i], row.domains[min(i, len(row.domains) - 1)])
    return judge(along, xs[i], claim, low=low, high=high)


def higher_orders(row: Primitive, xs: list[float]) -> None:
    """To fourth order, the derivatives in each operand are those of the value: backwards by grad, forwards by jvp."""
    for k in variable_positions(row, len(xs)):
        backwards = forwards = _along(row, xs, k)
        scale = abs(row.value(*xs))
        for order in range(1, HIGHEST_ORDER + 1):
            backwards, forwards = grad(backwards), _forward_derivative(forwards)
            try:
                found = [refused(partial(each, xs[k]), "on Values") for each in (backwards, forwards)]
            except NonFiniteError:
                if all([row.allows(*xs[:k], x, *xs[k + 1 :]) for x in (xs[k] - 1e-9, xs[k] + 1e-9)]):
                    raise
                break  # an infinite slope, at the closed end of the domain
            exact = refused(partial(differenced_partial, row, xs, k, order), "with many digits")
            scale = abs(exact) + order * scale * (1.0 + 1.0 / abs(xs[k]))
            for derivative in found:
                if not abs(derivative - exact) <= 1e-12 * scale:
                    raise Broken(f"the derivative of order {order} in operand {k + 1}", derivative, float(exact))


def _along(row: Primitive, xs: list[float], k: int) -> Callable[[Any], Any]:
    """The row as a function of operand k."""
    return lambda x: applied(row, [*xs[:k], x, *xs[k + 1 :]])


def _forward_derivative(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: jvp(f, (x,), (1.0,))[1]
