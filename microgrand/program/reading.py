"""From the nodes of a graph to the steps of a program: `read`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from microgrand.engine.node import Node
from microgrand.engine.order import topological_order
from microgrand.errors import GraphError
from microgrand.nested import flat, rebuilt
from microgrand.program.building import Draft
from microgrand.program.tape import Guard, SomeTape
from microgrand.table.rows import TABLE

Decision = tuple[str, Any, Any, bool]  # a comparison's name, both sides, and how it came out


def read(
    kind: type[SomeTape],
    title: str,
    example: Sequence[Any],
    names: Sequence[str],
    inputs: Sequence[Node],
    result: Any,
    decisions: Iterable[Decision] = (),
    parameterised: bool = True,
) -> SomeTape:
    """The graph below `result`, a nesting of Values and numbers, as a program of the inputs.

    kind           what is made: a Tape, a Program
    inputs         the nodes whose numbers the example has, in order
    decisions      the comparisons that were made on the way
    parameterised  whether other leaves become parameters; if not, they count as plain numbers

    What is compared comes first, so that no step of a wrong branch is replayed before its guard.
    """
    if len({id(node) for node in inputs}) < len(inputs):
        raise GraphError("a Value stands twice among the arguments: each input is a number of its own")
    decisions = list(decisions)
    roots = [x for _, left, right, _ in decisions for x in (left, right)] + list(flat(result))
    order = topological_order([x for x in roots if isinstance(x, Node)], inputs)
    others = [node for node in order[len(inputs) :] if node.is_leaf]
    outside = others if parameterised else []
    parameters = [(name_of(node, k, "theta"), node.data) for k, node in enumerate(outside)]
    draft = Draft(kind, title, example, names, parameters, len(inputs) + len(outside))
    slots: dict[int, int] = {id(node): k for k, node in enumerate([*inputs, *outside])}
    constant = draft.constant
    if not parameterised:
        slots.update({id(node): constant(node.data) for node in others})
    for node in order[len(inputs) :]:
        row = node.primitive
        if row is not None:
            operands = tuple([slots[id(x)] if isinstance(x, Node) else constant(x) for x in node.operands])
            slots[id(node)] = draft.step(row, operands)

    def slot(x: Any) -> int:
        return slots[id(x)] if isinstance(x, Node) else constant(x)

    guards = [Guard(TABLE[name], slot(left), slot(right), outcome) for name, left, right, outcome in decisions]
    unique = list(dict.fromkeys([guard for guard in guards if guard.left >= 0 or guard.right >= 0]))
    return draft.finished(rebuilt(result, iter([slot(x) for x in flat(result)])), unique)


def name_of(node: Node, k: int, letter: str) -> str:
    """The node's own name, or a letter and the number k."""
    return node.name if node.name is not None else f"{letter}{k}"
