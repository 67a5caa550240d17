"""Stale graphs: a leaf's data was set since they were recorded. `refresh` updates one; before, no derivative is given.

The engine has the time of each change, and asks `is_outdated` of the nodes that are older: see `Marks` in order.py.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from math import nan

from microgrand.compiled.hints import i64
from microgrand.engine.node import CLOCK, Node
from microgrand.engine.order import as_nodes, topological_order

MOST_NOTED = 100_000  # nodes that are noted to have been changed by `refresh`; of more, all count as changed then
_REFRESHED: dict[int, i64] = {}  # when, by id: the id of a node that is gone may be another's, which is then looked at


def refresh(roots: Node | Sequence[Node]) -> None:
    """After a leaf's data was set, recompute the data and partials of the roots and all nodes below them, in place.

    Raises DomainError if a number is outside a function's domain; then no node is changed.

    >>> from microgrand import Value
    >>> x = Value(2.0); y = x * x
    >>> x.data = 3.0
    >>> y.data
    4.0
    >>> y.backward()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    microgrand.errors.GraphError: the graph is stale: a leaf was set to 3.0 after 3·3 (data 4.0) was computed; ...
    >>> refresh(y); y.data, y.partials
    (9.0, (3.0, 3.0))
    """
    fresh: dict[Node, float] = {}
    found = []
    for node in topological_order(roots):
        if not node.is_leaf:
            z, partials = _recomputed(node, _numbers(node, fresh))
            fresh[node] = z
            found.append((node, z, partials))
    now = CLOCK.tick()
    if len(_REFRESHED) + len(found) > MOST_NOTED:
        _REFRESHED.clear()
        CLOCK.refreshed = now
    for node, z, partials in found:  # only now, so that a DomainError above changes no node
        if len(found) <= MOST_NOTED and _bits([z]) != _bits([node._data]):
            _REFRESHED[id(node)] = now
        node._data, node._mark = z, now
        node.made_by(node.operands, partials)


def stale(roots: Node | Sequence[Node], cut: Iterable[Node] = ()) -> list[Node]:
    """The nodes whose recorded data or partials `refresh` would change, in topological order.

    cut  nodes to stop at; their data are not checked

    Raises TypeError if `roots` or `cut` contain anything but nodes.

    >>> from microgrand import Value
    >>> x = Value(2.0); y = x * x; z = y + 1.0
    >>> x.data = 3.0
    >>> [node.data for node in stale(z)]
    [4.0, 5.0]
    """
    fixed = as_nodes(cut)
    fresh: dict[Node, float] = {}
    changed: list[Node] = []
    for node in topological_order(roots, fixed)[len(set(fixed)) :]:
        if not node.is_leaf and _differs(node, _numbers(node, fresh)):
            changed.append(node)
            fresh[node] = _value(node, _numbers(node, fresh))
    return changed


def is_outdated(node: Node, mark: i64) -> bool:
    """Whether a node that had this mark would come out otherwise now. It is computed again if an operand changed."""
    for x in node.operands:
        if isinstance(x, Node) and _changed(x) > float(mark):
            return _differs(node, _numbers(node, {}))
    return False


def _changed(x: Node) -> float:
    """When the number of an operand was changed for the last time; at the latest, if that is not known any more."""
    return x._partial_x if x._primitive is None else float(_REFRESHED.get(id(x), CLOCK.refreshed))


def _numbers(node: Node, fresh: dict[Node, float]) -> list[float]:
    """The numbers of a node's operands: those in `fresh`, where they were recomputed."""
    return [fresh.get(x, x.data) if isinstance(x, Node) else x for x in node.operands]


def _differs(node: Node, xs: Sequence[float]) -> bool:
    """Whether `refresh` would change the data or a used partial of a computed node; xs: the numbers of its operands."""
    try:
        z, partials = _recomputed(node, xs)
    except ValueError:  # an operand has left the domain
        return True
    used = [partial for operand, partial in zip(node.operands, partials, strict=True) if isinstance(operand, Node)]
    return _bits([z, *used]) != _bits([node.data, *node.partials])


def _recomputed(node: Node, xs: Sequence[float]) -> tuple[float, list[float]]:
    """The data and the partials of a computed node, one per operand, at xs. Raises DomainError."""
    row, operands = node.primitive, node.operands
    assert row is not None
    z = row.evaluate(xs, operands)
    return z, [float(slope) for slope in row.slopes(z, xs, operands)]


def _value(node: Node, xs: list[float]) -> float:
    """The value that a node should have; NaN where an operand has left the domain."""
    try:
        return _recomputed(node, xs)[0]
    except ValueError:
        return nan


def _bits(numbers: list[float]) -> bytes:
    """Numbers as bytes, to be compared bit by bit: NaN equals NaN, whatever its sign, and 0.0 differs from -0.0."""
    return array("d", [x if x == x else nan for x in numbers]).tobytes()
