"""Copies and pickles of graphs of any depth: `copy.copy`, `copy.deepcopy` and `pickle` of Values.

Pickle would descend from a node to its parents, and recursion ends at a depth of some hundreds. So the first node that
is met writes its ancestors as one flat list, parents first; each of them is then written alone, since its parents are
known already. Nodes keep their identity: x stays the leaf of z in `loads(dumps((x, z)))`.

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
from microgrand.engine.order import topological_order
from microgrand.engine.scope import Scope
from microgrand.engine.value import Computed, Value
from microgrand.table.primitive import Primitive


class _Writing(threading.local):
    """The nodes that are written without their ancestors on this thread, since these stand before them."""

    def __init__(self) -> None:
        self.alone: set[Node] = set()


_WRITING = _Writing()


class _Ancestors(list[Any]):
    """A flat list of nodes, parents first, each of which is written alone; read back, it is a plain list."""

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return list, (), None, _one_by_one(self)


def _one_by_one(nodes: list[Node]) -> Iterator[Node]:
    """The nodes; they are written alone until the last one is taken, or the pickle is given up."""
    added = set(nodes) - _WRITING.alone
    _WRITING.alone |= added
    try:
        yield from nodes
    finally:
        _WRITING.alone -= added


def _reduced(node: Node) -> tuple[Any, ...]:
    """How pickle and deepcopy take a node apart: its numbers, then its ancestors, then its scope and its step."""
    numbers = (node.data, node.grad, node.name, node.primitive)
    below = () if node.is_leaf or node in _WRITING.alone else (_Ancestors(_ancestors(node)),)
    return _restored, numbers, (*below, node.scope, node.operands, node.operand_partials())


def _ancestors(node: Node) -> list[Node]:
    """Everything that a copy of `node` needs, parents first: what lies below it, and below the inputs of its scopes."""
    roots = [node]
    while True:
        order = topological_order(roots)
        inputs = [item for scope in _scopes(order) for item in scope.inputs if isinstance(item, Node)]
        missing = dict.fromkeys(inputs).keys() - set(order)
        if not missing:
            return [each for each in order if each is not node]
        roots = [*[item for item in inputs if item in missing], *roots]


def _scopes(nodes: list[Node]) -> set[Scope]:
    """The scopes in which the nodes were made, and those around them."""
    found: set[Scope] = set()
    for node in nodes:
        scope = node.scope
        while scope is not None and scope not in found:
            found.add(scope)
            scope = scope.outer
    return found


def _restored(data: float, grad: float, name: str | None, primitive: Primitive | None) -> Value:
    """A node without operands yet."""
    node = Value(data) if primitive is None else Computed(data, primitive, None, None, 0.0, 0.0)
    node.name, node.grad = name, grad
    return node


def _reduced_scope(scope: Scope) -> tuple[Any, ...]:
    """A scope keeps its name, its inputs and the scopes around it; the layer stays behind."""
    return _restored_scope, (scope.name, scope.inputs, scope.outer)


def _restored_scope(name: str, inputs: tuple[Node, ...], outer: Scope | None) -> Scope:
    scope = Scope(name, None, inputs)
    scope.outer = outer
    return scope


_End: type = tuple  # pickles of version 0.1 mark the end of the ancestors with it
copyreg.pickle(Value, _reduced)
copyreg.pickle(Computed, _reduced)
copyreg.pickle(Scope, _reduced_scope)
