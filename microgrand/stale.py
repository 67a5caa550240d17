"""Update a graph after a leaf's data was set: until `refresh`, the numbers computed from the leaf are out of date."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from math import nan

from microgrand.engine.node import Node
from microgrand.engine.order import as_nodes, topological_order


def refresh(roots: Node | Sequence[Node]) -> None:
    """After a leaf's data was set, recompute the data and partials of the roots and all nodes below them, in place.

    Raises DomainError if a number is outside a function's domain; then no node is changed.

    >>> from microgrand import Value
    >>> x = Value(2.0); y = x * x
    >>> x.data = 3.0
    >>> y.data
    4.0
    >>> refresh(y); y.data, y.partials
    (9.0, (3.0, 3.0))
    """
    fresh: dict[Node, float] = {}
    recomputed = [(node, *_recomputed(node, fresh)) for node in topological_order(roots) if not node.is_leaf]
    for node, z, partials in recomputed:  # only now, so that a DomainError above changes no node
        node._data = z
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
        if node.is_leaf:
            continue
        try:
            z, partials = _recomputed(node, fresh)
        except ValueError:  # an operand has left the domain
            fresh[node] = nan
            changed.append(node)
            continue
        used = [partial for operand, partial in zip(node.operands, partials, strict=True) if isinstance(operand, Node)]
        if _bits([z, *used]) != _bits([node.data, *node.partials]):
            changed.append(node)
    return changed


def _recomputed(node: Node, fresh: dict[Node, float]) -> tuple[float, list[float]]:
    """The data and partials that `refresh` would store in a computed node.

    fresh  the recomputed data of earlier nodes, such as its operands; this node's is added
    """
    row, operands = node.primitive, node.operands
    assert row is not None
    xs = [fresh.get(x, x.data) if isinstance(x, Node) else x for x in operands]
    z = row.evaluate(xs, operands)
    fresh[node] = z
    return z, [float(slope) for slope in row.slopes(z, xs, operands)]


def _bits(numbers: list[float]) -> bytes:
    """Numbers as bytes, to be compared bit by bit: NaN equals NaN, whatever its sign, and 0.0 differs from -0.0."""
    return array("d", [x if x == x else nan for x in numbers]).tobytes()
