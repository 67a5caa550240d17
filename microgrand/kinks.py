"""Kinks: nodes whose operands lie where their row has no derivative, and its partials follow a convention."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Container, Sequence

from microgrand.checks import fresh_order
from microgrand.engine.node import Node, data_of
from microgrand.engine.order import as_nodes
from microgrand.engine.sweep import passes
from microgrand.outer_errors import KinkWarning
from microgrand.table.arithmetic import mul
from microgrand.table.formula import formula
from microgrand.table.rows import equal, no_partial, not_equal, pow, square, where


def kinks(roots: Node | Sequence[Node]) -> list[Node]:
    """The nodes on a kink that the roots' derivatives meet, parents first; `node.primitive.doc` has the convention.

    roots  one node, or several; raises TypeError for anything else, GraphError if the graph is stale

    relu(x) at 0, |x| at 0, a maximum of equal operands, a comparison at a tie. Left out are nodes below an operand that
    was not selected, and |x|, hypot and norm at 0 where all that is used of them is their square, which is smooth.

    >>> from microgrand import Value, relu
    >>> x = Value(0.0, name="x")
    >>> kinks(relu(x) + relu(x + 1.0))
    [Value(0.0)]
    """
    return _found(as_nodes(roots))


def warn_of_kinks(root: Node, inputs: Sequence[Node], what: str = "a derivative of second or higher order") -> None:
    """Give a KinkWarning, at the line of the user's that is running, if derivatives in the inputs meet kinks."""
    found = _found([root], inputs)
    if found:
        more = f" (and {len(found) - 1:,} more: see microgrand.kinks)" if len(found) > 1 else ""
        level, frame = 1, sys._getframe()
        while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("microgrand."):
            level, frame = level + 1, frame.f_back
        text = f"{what} passes through a kink: {told_kink(found[0])}{more}"
        warnings.warn(text, KinkWarning, stacklevel=level)


def _found(roots: list[Node], inputs: Sequence[Node] = ()) -> list[Node]:
    """The nodes on a kink that the roots' derivatives in the inputs meet; without inputs, in all leaves."""
    order = fresh_order(roots, inputs)[len(inputs) :]
    met, flat = _met(order, roots), _flat(order, set(inputs))
    found = [node for node in order if node in met and is_on_kink(node, flat)]
    if not found:
        return []
    smoothed = {node: True for node in found if node.primitive is not None and node.primitive.root_of_squares}
    for user in order:
        for parent in user.parents:
            if parent in smoothed and squared(user) is not parent:
                smoothed[parent] = False
    tops = set(roots)
    return [node for node in found if not smoothed.get(node) or node in tops]


def _flat(order: Sequence[Node], inputs: set[Node]) -> set[Node]:
    """The nodes that do not change with the inputs, or only by jumps."""
    flat: set[Node] = set()
    for node in order:
        constant = bool(inputs) and node.is_leaf and node not in inputs
        if constant or _is_step(node) or (node.parents and flat.issuperset(node.parents)):
            flat.add(node)
    return flat


def is_on_kink(node: Node, flat: Container[Node] = ()) -> bool:
    """Whether the node's row has no derivative at its operands.

    flat  nodes that are constant around these numbers; comparisons are, away from their ties

    Operands that are constant cannot come upon a kink: of `where` it is the condition that counts, which a comparison
    has mostly computed. Nor does an equality, which singles out a point on purpose, or a plain exponent, in which a
    power of a negative number has no derivative.
    """
    row, operands = node.primitive, node.operands
    if row is None or row.kink is None or row is equal or row is not_equal:
        return False
    if row is pow and not isinstance(operands[1], Node):
        return False
    moving = operands[:1] if row is where else operands
    if not any([isinstance(x, Node) and x not in flat and not _is_step(x) for x in moving]):
        return False
    return bool(row.kink(*data_of(operands)))


def squared(node: Node) -> Node | None:
    """The node of which this one is the square: n**2, n·n or square(n); None if it is none."""
    row, operands = node.primitive, node.operands
    if row is pow:
        squares = not isinstance(operands[1], Node) and operands[1] == 2.0
    else:
        squares = row is square or (row is mul and operands[0] is operands[1])
    return operands[0] if squares and isinstance(operands[0], Node) else None


def told_kink(node: Node) -> str:
    """What a node's kink is, in words: the step, its operands, and the convention."""
    row = node.primitive
    assert row is not None
    at = ", ".join([repr(x) for x in data_of(node.operands)])
    return f"{node.name or formula(node, depth=2)} has no derivative at ({at}); its convention: {row.doc or row.name}"


def _is_step(node: Node) -> bool:
    """Whether a row jumps and is else constant, such as a comparison."""
    row = node.primitive
    return row is not None and all([partial is no_partial for partial in row.partials])


def _met(order: Sequence[Node], roots: list[Node]) -> set[Node]:
    """The nodes on which the roots' derivatives depend, and the comparisons that choose."""
    met = set(roots)
    for node in reversed(order):
        if node in met and not _is_step(node):
            for parent, partial in zip(node.parents, node.partials, strict=True):
                if passes(node, partial) or _is_step(parent):
                    met.add(parent)
    return met
