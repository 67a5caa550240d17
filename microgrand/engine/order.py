"""The topological order of a graph: every node after its parents. Traversals loop over it, and never recurse."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any, Final

from microgrand.compiled.hints import i64
from microgrand.engine.node import CLOCK, Many, Node
from microgrand.table.numbers import is_sequence


def topological_order(roots: Node | Sequence[Node], cut: Iterable[Node] = ()) -> list[Node]:
    """The roots and every node that they depend on, each after its parents.

    The nodes of `cut` come first, and the search does not go below them.

    Raises TypeError if `roots` or `cut` contain anything but nodes.

    >>> from microgrand import Value
    >>> x = Value(2.0); y = x * x; z = y + x
    >>> [node.data for node in topological_order(z)]
    [2.0, 4.0, 6.0]
    """
    tops, fixed = as_nodes(roots), as_nodes(cut)
    another = LOCK._is_owned()
    with LOCK, MARKS.inside(another):
        return MARKS.order(tops, fixed)


def leaves(roots: Node | Sequence[Node]) -> list[Node]:
    """The leaves that the roots depend on, in the order in which they first appear in the expression.

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


class Marks:
    """Marks the nodes that a traversal has met, in `node._mark`. Hold `LOCK` while it is entered.

    Each traversal uses three new marks, larger than all before, so marks left by earlier ones do no harm. It also sets
    `node._delta` to 0.0 in each node it meets. A finaliser or a signal handler may start a traversal inside another on
    the same thread: on exit, the inner traversal restores the nodes that it changed.

    A node is also marked when it is made, and each change of a number has a time on the same scale, `CLOCK`: a node is
    looked at for being out of date where its mark is older than the last change.
    """

    def __init__(self) -> None:
        self.bottom: i64 = 0  # how many nodes of `cut` the order begins with
        self.outdated: Node | None = None  # the first node met, if any, that is out of date
        self.reached: i64 = 2  # the mark of a node that a sweep has reached; before it those that follow
        self._outer: list[tuple[i64, i64, int]] = []  # of each active traversal: bottom, reached, length of _before
        self._before: list[tuple[Node, i64, float]] = []  # nodes that inner traversals changed, with old mark and δ
        self._unknown: list[Node] = []  # met, but out of date or not looked at
        self.checks: Any = None  # answers which nodes are out of date, and what is raised: see checks.py

    def inside(self, another: bool) -> Marks:
        """Enter what this returns; `another`: whether this thread is in a traversal, `LOCK._is_owned()` before."""
        if not another:  # remove what an interrupted traversal may have left
            self._outer.clear()
            self._before.clear()
        return self

    def __enter__(self) -> None:
        self._outer.append((self.bottom, self.reached, len(self._before)))
        self.reached = CLOCK.now = max(self.reached, CLOCK.now) + 3

    def __exit__(self, *error: object) -> None:
        bottom, reached, length = self._outer.pop()
        if self._outer:
            while len(self._before) > length:
                node, mark, delta = self._before.pop()
                node._mark, node._delta = mark, delta
            self.bottom, self.reached = bottom, reached
        else:
            while self._unknown:
                self._unknown.pop()._mark = UNKNOWN

    def order(self, roots: list[Node], cut: list[Node]) -> list[Node]:
        """The nodes of `cut`, then the roots and all nodes below them, each after its parents."""
        order: list[Node] = []
        done, entered, changed = self.reached - 1, self.reached - 2, CLOCK.changed
        self.bottom = 0
        for node in cut:
            if node._mark < entered:
                if node._mark < changed:
                    self._unknown.append(node)
                self._meet(node, entered)
                self.bottom += 1
        first: Node | None = None
        stack = roots[::-1] + cut[::-1]
        while stack:
            node = stack[-1]
            if node._mark < entered and node._primitive is not None:
                if node._mark < changed and self.checks.is_outdated(node, node._mark):
                    self._unknown.append(node)
                    first = node if first is None else first
                self._meet(node, entered)
                _push_operands(stack, node._x, node._y, entered)
                continue
            stack.pop()
            if node._mark < done:
                self._meet(node, done)
                order.append(node)
        self.outdated = first
        return order

    def _meet(self, node: Node, mark: i64) -> None:
        if len(self._outer) > 1:
            self._before.append((node, node._mark, node._delta))
        node._mark = mark
        node._delta = 0.0


def _push_operands(stack: list[Node], x: object, y: object, entered: i64) -> None:
    """Push the operands that are nodes not yet met, the first on top."""
    if isinstance(y, Node) and y._mark < entered:
        stack.append(y)
    if isinstance(x, Node):
        if x._mark < entered:
            stack.append(x)
    elif isinstance(x, Many):
        _push_operands(stack, x.following, None, entered)
        for k in range(len(x.operands) - 1, -1, -1):
            _push_operands(stack, x.operands[k], None, entered)


UNKNOWN: Final = -1  # the mark of a node that may be out of date, whatever the time
LOCK: Final[Any] = threading.RLock()
MARKS: Final = Marks()
