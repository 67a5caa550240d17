"""What to do after a leaf's number was changed: the numbers computed from it stand as they were until `refresh`."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from microgrand.engine.node import Node
from microgrand.engine.order import as_nodes, topological_order


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
    fresh: dict[Node, float] = {}
    recomputed = [(node, *_recomputed(node, fresh)) for node in topological_order(roots) if not node.is_leaf]
    for node, z, partials in recomputed:  # only now: where a domain is left, no node is changed
        node._data = z
        node.made_by(node.operands, partials)


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
    fresh: dict[Node, float] = {}
    changed: list[Node] = []
    for node in topological_order(roots, fixed)[len(set(fixed)) :]:
        if node.is_leaf:
            continue
        try:
            z, partials = _recomputed(node, fresh)
        except ValueError:  # an operand has left the domain
            fresh[node] = float("nan")
            changed.append(node)
            continue
        if _bits(z, partials) != _bits(node.data, node.operand_partials()):
            changed.append(node)
    return changed


def _recomputed(node: Node, fresh: dict[Node, float]) -> tuple[float, list[float]]:
    """The data and partials of a computed node as they would be now.

    fresh  the recomputed data of the nodes before it; this node's are added
    """
    row, operands = node.primitive, node.operands
    assert row is not None
    xs = [fresh.get(x, x.data) if isinstance(x, Node) else x for x in operands]
    z = row.evaluate(xs, operands)
    fresh[node] = z
    return z, [float(slope) for slope in row.slopes(z, xs, operands)]


def _bits(z: float, partials: list[float]) -> bytes:
    """Numbers as bytes, to be compared bit by bit: NaN equals NaN, and 0.0 differs from -0.0."""
    return array("d", [z, *partials]).tobytes()
