"""Which edge of a graph is wrong: the primitive whose local partial is not the derivative of its value."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from microgrand.engine.node import Node, data_of
from microgrand.engine.order import topological_order
from microgrand.table.formula import formula
from microgrand.table.primitive import Primitive
from microgrand.testing.differences import judge
from microgrand.testing.domain_arguments import part_around, sides_inside
from microgrand.testing.expression import Expression, applied
from microgrand.testing.held import judged_by_graph
from microgrand.testing.verdict import Judgement, Verdict

MOST_ULPS = 1e6  # that are counted


class JudgedEdge(NamedTuple):
    """One edge of a graph, from a node to one of its operands, and what was found about its local partial.

    primitive  what computed the node
    position   which operand it is, from 0
    operands   what the primitive was applied to
    step       the node's formula
    judgement  of the recorded partial
    """

    primitive: Primitive
    position: int
    operands: tuple[float, ...]
    step: str
    judgement: Judgement

    def __str__(self) -> str:
        found = self.judgement
        gap = ulps_in_words(found.claim, found.reference)
        numbers = ", ".join([repr(x) for x in self.operands])
        return (
            f"the partial of {self.primitive.name} in operand {self.position + 1} at ({numbers}) is recorded as "
            f"{found.claim!r}, the derivative is {found.reference!r}{gap}, in {self.step}"
        )


def faulty_edges(root: Node) -> list[JudgedEdge]:
    """The edges below `root` whose recorded partial is not the derivative of the node's own value, the worst first.

    >>> from microgrand import Primitive, Value
    >>> cube = Primitive("cube", lambda x: x * x * x, lambda z, x: 2 * x * x)
    >>> [(edge.primitive.name, edge.judgement.claim) for edge in faulty_edges(cube(Value(2.0)) + 1.0)]
    [('cube', 8.0)]
    """
    edges = [edge for node in topological_order(root) for edge in _edges(node)]
    wrong = [edge for edge in edges if edge.judgement.verdict is Verdict.DISAGREE]
    return sorted(wrong, key=lambda edge: -_relative_error(edge.judgement))


def judged_partial(row: Primitive, operands: tuple[float, ...], k: int, partial: float) -> Judgement:
    """Whether `partial` is ∂value/∂operand k of a row: by its value alone, with many digits or else on floats."""
    chosen = row.signature.index_positions(len(operands))
    draft = Expression.draft(operands)
    expression = draft.finished(draft.apply(row, [x if j in chosen else j for j, x in enumerate(operands)]))
    domain = row.domains[min(k, len(row.domains) - 1)]
    found = judged_by_graph(expression, k, sides_inside(operands[k], domain), partial)
    if found is not None:
        return found

    def along(x: float) -> Any:
        return applied(row, [*operands[:k], x, *operands[k + 1 :]])

    low, high = part_around(operands[k], domain)
    return judge(along, operands[k], partial, low=low, high=high)


def ulps_in_words(claim: float, reference: float) -> str:
    """The distance of the two in units in the last place of the reference; nothing where it is seen at once."""
    if reference == 0.0 or not (math.isfinite(claim) and math.isfinite(reference)):
        return ""
    distance = abs(claim - reference) / math.ulp(reference)
    return f" ({distance:.2g} ulps away)" if distance < MOST_ULPS else ""


def _edges(node: Node) -> list[JudgedEdge]:
    row = node.primitive
    if row is None:
        return []
    numbers = tuple(data_of(node.operands))
    return [
        JudgedEdge(row, k, numbers, formula(node, depth=2), judged_partial(row, numbers, k, partial))
        for k, (operand, partial) in enumerate(zip(node.operands, node.operand_partials, strict=True))
        if isinstance(operand, Node)
    ]


def _relative_error(judgement: Judgement) -> float:
    gap = abs(judgement.claim - judgement.reference)
    return gap / max(abs(judgement.claim), abs(judgement.reference), 5e-324) if gap == gap else math.inf
