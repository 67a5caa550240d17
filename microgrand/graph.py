"""The graph below a root: its topological order, its leaves, which nodes are stale, recomputing it.

Every traversal is a loop, so a graph may be as deep as memory allows. Two threads, or a sweep interrupted by Ctrl-C, do
no harm: the marks that a traversal leaves on nodes are numbers that no later traversal uses, under one lock.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterable, Sequence
from math import nan
from typing import Any, Final

from microgrand.node import Many, Node
from microgrand.numeric import is_sequence

# Held while a traversal's marks and a sweep's δ stand on the nodes.
LOCK: Final = threading.RLock()


class Clock:
    """Hands out the numbers with which traversals mark the nodes they have met."""

    def __init__(self) -> None:
        self.now = 0

    def tick(self) -> int:
        """Two fresh numbers: the one returned marks nodes that are entered, its successor those that are done."""
        self.now += 2
        return self.now - 1


CLOCK: Final = Clock()


def topological_order(roots: Node | Sequence[Node], cut: Iterable[Node] = ()) -> list[Node]:
    """Every node that the roots depend on, the roots included, each after its parents.

    The nodes of `cut` come first and stand for themselves: the search does not go below them.

    Raises TypeError where `roots` or `cut` are no nodes.

    >>> from microgrand import Value
    >>> x = Value(2.0); y = x * x; z = y + x
    >>> [node.data for node in topological_order(z)]
    [2.0, 4.0, 6.0]
    """
    with LOCK:
        return visited(as_nodes(roots), as_nodes(cut))


def as_nodes(items: Any) -> list[Node]:
    """One node, or several, as a list; whatever else it is is refused."""
    found = [items] if isinstance(items, Node) or not is_sequence(items) else list(items)
    for node in found:
        if not isinstance(node, Node):
            raise TypeError(f"expected a Value, or several; got {node!r:.60} of type {type(node).__name__}")
    return found


def visited(roots: list[Node], cut: list[Node]) -> list[Node]:
    """The topological order, for whoever holds the lock; every node met has δ = 0.

    A finaliser or a signal handler may traverse in the middle of a traversal, on the same thread; then begin again.
    """
    while True:
        entered = CLOCK.tick()
        order = _visited_once(roots, cut, entered)
        if CLOCK.now == entered + 1:
            return order


def _visited_once(roots: list[Node], cut: list[Node], entered: int) -> list[Node]:
    done = entered + 1
    order: list[Node] = []
    for node in cut:
        if node._mark != done:
            node._mark = done
            node._delta = 0.0
            order.append(node)
    stack = roots[::-1]
    while stack:
        node = stack[-1]
        mark = node._mark
        if mark == entered:
            node._mark = done
            order.append(node)
            stack.pop()
        elif mark == done:
            stack.pop()
        else:
            node._mark = entered
            node._delta = 0.0
            below = len(stack)
            x = node._x
            if isinstance(x, Many):
                _enter_many(x, done, stack)
            else:
                _enter_two(x, node._y, done, stack, order)
            if len(stack) == below:
                node._mark = done
                order.append(node)
                stack.pop()
    return order


def _enter_many(many: Many, done: int, stack: list[Node]) -> None:
    """Put the operands that are new on the stack, the first on top."""
    if many.more is not None:
        _enter_many(many.more, done, stack)
    operands = many.operands
    for k in range(len(operands) - 1, -1, -1):
        operand = operands[k]
        if isinstance(operand, Node) and operand._mark != done:
            stack.append(operand)


def _enter_two(x: Node | float | None, y: Node | float | None, done: int, stack: list[Node], order: list[Node]) -> None:
    """Put the operands that are new on the stack, x on top; a leaf whose turn it is goes into the order at once."""
    above = False
    if isinstance(x, Node) and x._mark != done:
        if x._primitive is not None:
            above = True
        else:
            x._mark = done
            x._delta = 0.0
            order.append(x)
    if isinstance(y, Node) and y._mark != done:
        if above or y._primitive is not None:
            stack.append(y)
        else:
            y._mark = done
            y._delta = 0.0
            order.append(y)
    if above and isinstance(x, Node):
        stack.append(x)


def leaves(roots: Node | Sequence[Node]) -> list[Node]:
    """The leaves that the roots depend on, in the order in which the expression meets them.

    roots  one node, or several; raises TypeError for anything else

    >>> from microgrand import Value
    >>> x, y = Value(2.0), Value(3.0)
    >>> leaves(x * y + x)
    [Value(2.0), Value(3.0)]
    """
    return [node for node in topological_order(roots) if node.is_leaf]


def refresh(roots: Node | Sequence[Node]) -> None:
    """Recompute, in place, every number that the roots were computed from, after a leaf's data was changed.

    Raises DomainError where a number leaves the domain of a function; then no node is changed.

    >>> from microgrand import Value
    >>> x = Value(2.0); y = x * x
    >>> x.data = 3.0
    >>> y.data
    4.0
    >>> refresh(y); y.data, y.partials
    (9.0, (3.0, 3.0))
    """
    fresh: dict[int, float] = {}
    recomputed = [_recomputed(node, fresh) for node in topological_order(roots)]
    for node, z, partials in recomputed:  # all of them or, where a domain is left, none
        node.rewrite(z, partials)


def stale(roots: Node | Sequence[Node], cut: Iterable[Node] = ()) -> list[Node]:
    """The nodes whose recorded data or partials `refresh` would change, in topological order.

    cut  nodes to stop at: their data are taken as they stand

    Raises TypeError where `roots` or `cut` are no nodes.

    >>> from microgrand import Value
    >>> x = Value(2.0); y = x * x; z = y + 1.0
    >>> x.data = 3.0
    >>> [node.data for node in stale(z)]
    [4.0, 5.0]
    """
    fixed = as_nodes(cut)
    fresh = {id(node): node.data for node in fixed}
    changed: list[Node] = []
    for node in topological_order(roots, fixed)[len(fresh) :]:
        try:
            _, z, partials = _recomputed(node, fresh)
        except ValueError:  # outside a domain now, or above a node that is
            changed.append(node)
            continue
        if _bits(z, partials) != _bits(node.data, node.operand_partials()):
            changed.append(node)
    return changed


def _bits(z: float, partials: list[float]) -> bytes:
    """Numbers to be compared bit by bit: NaN equals NaN, and 0.0 differs from -0.0."""
    return array("d", [z, *partials]).tobytes()


def _recomputed(node: Node, fresh: dict[int, float]) -> tuple[Node, float, list[float]]:
    """The node with its data and partials as they would be now; `fresh` holds the data of the nodes before it."""
    primitive = node.primitive
    if primitive is None:
        fresh[id(node)] = node.data
        return node, node.data, []
    operands = node.operands
    numbers = [fresh.get(id(operand), nan) if isinstance(operand, Node) else operand for operand in operands]
    z = primitive.evaluate(numbers, operands)
    fresh[id(node)] = z
    return node, z, primitive.local_partials(z, numbers, operands)
