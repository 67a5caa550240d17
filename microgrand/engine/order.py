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
    """Gives each node below some roots its place in an order, `node._place`; entered while `LOCK` is held.

    Places count on from traversal to traversal: a node is in the order of this one if its place is not below `start`.
    So whatever an earlier traversal left behind does no harm, even if it was interrupted. A finaliser or a signal
    handler may start a traversal in the middle of another, on the same thread: when the inner one leaves, it puts back
    what it changed.
    """

    def __init__(self) -> None:
        self.start: i64 = 1  # the place of the first node in the order of the traversal under way
        self.bottom = 0  # how many nodes of `cut` that order begins with
        self._next: i64 = 1
        self._outer: list[tuple[i64, i64]] = []  # start and next before each traversal under way
        self._before: list[tuple[Node, i64]] = []  # nodes that inner traversals met, with their places until then

    def __enter__(self) -> None:
        self._outer.append((self.start, self._next))
        self._next += 1  # the number between means that a node's operands are being placed
        self.start = self._next

    def __exit__(self, *error: object) -> None:
        start, following = self._outer.pop()
        if self._outer:
            while self._before and self._before[-1][0]._place >= following:
                node, place = self._before.pop()
                node._place = place
            self.start, self._next = start, following

    def assign(self, roots: list[Node], cut: list[Node]) -> list[Node]:
        """The nodes below the roots, each after its parents, with their places in this list; first those of `cut`."""
        order: list[Node] = []
        entered = self.start - 1
        for node in cut:
            if node._place < self.start:
                self._append(order, node)
        self.bottom = len(order)
        stack = roots[::-1]
        while stack:
            node = stack[-1]
            if node._place < entered and node._primitive is not None:
                if len(self._outer) > 1:
                    self._before.append((node, node._place))
                node._place = entered
                _push_operands(stack, node, self.start)
            else:
                stack.pop()
                if node._place < self.start:
                    self._append(order, node)
        return order

    def _append(self, order: list[Node], node: Node) -> None:
        if len(self._outer) > 1:
            self._before.append((node, node._place))
        node._place = self._next
        self._next += 1
        order.append(node)


def _push_operands(stack: list[Node], node: Node, start: i64) -> None:
    """Put the operands that are nodes without a place on the stack, the first on top."""
    if node._many is not None:
        for operand in node._many.operands[::-1]:
            if isinstance(operand, Node) and operand._place < start:
                stack.append(operand)
        return
    x, y = node._x, node._y
    if isinstance(y, Node) and y._place < start:
        stack.append(y)
    if isinstance(x, Node) and x._place < start:
        stack.append(x)


LOCK: Final = threading.RLock()
PLACES: Final = Places()
