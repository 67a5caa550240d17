"""Copy and pickle graphs of any depth: `copy.copy`, `copy.deepcopy` and `pickle` of Values.

By itself, pickle would recurse from a node to its parents, and fail at a depth of a few hundred. So the first node met
writes its ancestors as one flat list, parents first, and each ancestor is written without its own, which precede it.
Nodes keep their identity: x is still the leaf of z in `loads(dumps((x, z)))`.

>>> import copy, pickle
>>> from microgrand import Value
>>> x = Value(2.0, name="x"); z = x * x
>>> x2, z2 = pickle.loads(pickle.dumps((x, z)))
>>> z2.parents[0] is x2, copy.deepcopy(z).parents[0].name
(True, 'x')
"""

from __future__ import annotations

import copyreg
import threading
from collections.abc import Iterator
from typing import Any

from microgrand.engine.node import Node
from microgrand.engine.order import UNKNOWN, topological_order
from microgrand.engine.scope import Scope
from microgrand.engine.value import Computed, Value
from microgrand.table.primitive import Primitive
from microgrand.unset import is_unset


class _Writing(threading.local):
    """The nodes that this thread writes without their ancestors, because the ancestors are already written."""

    def __init__(self) -> None:
        self.alone: set[Node] = set()


_WRITING = _Writing()


class _Ancestors(list[Any]):
    """A flat list of nodes, parents first, each written without its ancestors. It is read back as a plain list."""

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return list, (), None, _one_by_one(self)


def _one_by_one(nodes: list[Node]) -> Iterator[Node]:
    """Yield the nodes. Until the last is taken, or pickling fails, they are written without their ancestors."""
    added = set(nodes) - _WRITING.alone
    _WRITING.alone |= added
    try:
        yield from nodes
    finally:
        _WRITING.alone -= added


def _reduced(node: Node) -> tuple[Any, ...]:
    """Take a node apart for pickle and deepcopy: its numbers, its ancestors, its scope, its operands and partials."""
    numbers = (node.data, None if is_unset(node._grad) else node._grad, node.name, node.primitive)
    below = () if node.is_leaf or node in _WRITING.alone else (_Ancestors(_ancestors(node)),)
    return _restored, numbers, (*below, node.scope, node.operands, node.operand_partials)


def _ancestors(node: Node) -> list[Node]:
    """The nodes that a copy of `node` needs, parents first: its ancestors, its scopes' inputs, and their ancestors."""
    roots = [node]
    while True:
        order = topological_order(roots)
        inputs = [item for scope in _scopes(order) for item in scope.inputs if isinstance(item, Node)]
        missing = dict.fromkeys(inputs).keys() - set(order)
        if not missing:
            return [each for each in order if each is not node]
        roots = [*[item for item in inputs if item in missing], *roots]


def _scopes(nodes: list[Node]) -> set[Scope]:
    """The scopes in which the nodes were made, and the scopes around these."""
    found: set[Scope] = set()
    for node in nodes:
        scope = node.scope
        while scope is not None and scope not in found:
            found.add(scope)
            scope = scope.outer
    return found


def _restored(data: float, grad: float | None, name: str | None, primitive: Primitive | None) -> Value:
    """A new node, whose operands `Node.__setstate__` adds later. It may have been stale when it was copied."""
    node = Value(data) if primitive is None else Computed(data, primitive, None, None, 0.0, 0.0)
    node.name, node.grad, node._mark = name, grad, UNKNOWN
    return node


def _reduced_scope(scope: Scope) -> tuple[Any, ...]:
    """Take a scope apart: its name, its inputs and the scope around it. The layer is not copied."""
    return _restored_scope, (scope.name, scope.inputs, scope.outer)


def _restored_scope(name: str, inputs: tuple[Node, ...], outer: Scope | None) -> Scope:
    scope = Scope(name, None, inputs)
    scope.outer = outer
    return scope


_End: type = tuple  # pickles of version 0.1 use this name to mark the end of the ancestors
copyreg.pickle(Value, _reduced)
copyreg.pickle(Computed, _reduced)
copyreg.pickle(Scope, _reduced_scope)
