"""The order of a graph: every node after its parents. Every traversal is a loop along this list, never a recursion."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any, Final

from microgrand.compiled.hints import i64
from microgrand.engine.node import Node
from microgrand.table.numbers import is_sequence


def topological_order(roots: Node | Sequence[Node], cut: Iterable[Node] = ()) -> list[Node]:
    """Every node that the roots depend on, the roots included, each after its parents.

    The nodes of `cut` come first and stand for themselves: the search does not go below them.

    Raises TypeError where `roots` or `cut` are no nodes.

    >>> from microgrand import Value
    >>> x = Value(2.0); y = x * x; z = y + x
    >>> [node.data for node in topological_order(z)]
    [2.0, 4.0, 6.0]
    """
    tops, fixed = as_nodes(roots), as_nodes(cut)
    with LOCK, PLACES:
        return PLACES.assign(tops, fixed)


def leaves(roots: Node | Sequence[Node]) -> list[Node]:
    """The leaves that the roots depend on, in the order in which the expression meets them.

    roots  one node, or several; raises TypeError for anything else

    >>> from microgrand import Value
    >>> x, y = Value(2.0), Value(3.0)
    >>> leaves(x * y + x)
    [Value(2.0), Value(3.0)]
    """
    return [node for node in topological_order(roots) if node.is_leaf]


def as_nodes(items: Any) -> list[Node]:
    """One node, or several, as a list. Raises TypeError for anything else."""
    found = [items] if isinstance(items, Node) or not is_sequence(items) else list(items)
    for node in found:
        if not isinstance(node, Node):
            raise TypeError(f"expected a Value, or several; got {node!r:.60} of type {type(node).__name__}")
    return found


class Places:
    """Gives each node its place in an order, as `node._place`; to be used while `LOCK` is held and this is entered.

    `order[node._place] is node` tells whether a node is in an order. So places of earlier traversals do no harm, and
    an interrupt leaves nothing to clean up. A finaliser or a signal handler may start a traversal in the middle of
    another one, on the same thread: it puts the places that it changed back when it leaves.
    """

    def __init__(self) -> None:
        self._changed: list[list[tuple[Node, i64]]] = []  # for each traversal under way: nodes, and their places before

    def __enter__(self) -> None:
        self._changed.append([])

    def __exit__(self, *error: object) -> None:
        for node, place in reversed(self._changed.pop()):
            node._place = place

    def assign(self, roots: list[Node], cut: list[Node]) -> list[Node]:
        """The nodes below the roots, each after its parents, with their places in this list; first those of `cut`."""
        order: list[Node] = []
        for node in cut:
            if not is_placed(node, order):
                self._append(order, node)
        stack: list[Node | None] = [*reversed(roots)]
        while stack:
            top = stack.pop()
            if top is None:  # the parents of the node below it are placed
                closing = stack.pop()
                assert closing is not None
                self._append(order, closing)
            elif not is_placed(top, order):
                stack.append(top)
                stack.append(None)
                for operand in reversed(top.operands):  # so that the first is on top
                    _push(stack, operand, order)
        return order

    def _append(self, order: list[Node], node: Node) -> None:
        if len(self._changed) > 1:
            self._changed[-1].append((node, node._place))
        node._place = len(order)
        order.append(node)


def is_placed(node: Node, order: list[Node]) -> bool:
    """Whether the node is in the order."""
    return node._place < len(order) and order[node._place] is node


def _push(stack: list[Node | None], operand: object, order: list[Node]) -> None:
    """Put an operand on the stack if it is a node that is not placed yet."""
    if isinstance(operand, Node) and not is_placed(operand, order):
        stack.append(operand)


LOCK: Final = threading.RLock()
PLACES: Final = Places()
