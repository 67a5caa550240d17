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
from collections.abc import Iterable
from typing import Any

from microgrand.graph import topological_order
from microgrand.node import Node, Primitive
from microgrand.scope import Scope
from microgrand.value import Outcome, Value


class _Placed(threading.local):
    """The nodes, by id, whose ancestors are being written on this thread: these are written alone."""

    def __init__(self) -> None:
        self.ids: set[int] = set()


_PLACED = _Placed()


class _Ancestors(list[Any]):
    """A flat list of nodes, parents first; from when it is reduced until its `_End` is, they are written alone."""

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        _PLACED.ids.update([id(node) for node in self])
        return _Ancestors, (), None, iter(self)

    def __del__(self) -> None:  # after a pickle that failed in the middle, and wrote no `_End`
        _PLACED.ids.difference_update([id(node) for node in self])


class _End:
    """Follows the ancestors in a pickle, and ends what they began."""

    def __init__(self, ancestors: Iterable[Node] = ()) -> None:
        self._ancestors = ancestors

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        _PLACED.ids.difference_update([id(node) for node in self._ancestors])
        return _End, ()


def _reduced(node: Node) -> tuple[Any, ...]:
    """How pickle and deepcopy take a node apart: its numbers, then what lies below it, then its operands."""
    numbers = (node.data, node.grad, node.name, node.primitive)
    below: tuple[Any, ...] = ()
    if node.parents and id(node) not in _PLACED.ids:
        ancestors = _Ancestors(_ancestors(node))
        below = (ancestors, _End(ancestors))
    return _restored, numbers, (*below, node.scope, node.operands, node.operand_partials())


def _ancestors(node: Node) -> list[Node]:
    """Everything that a copy of `node` needs, parents first: what lies below it, and below the inputs of its scopes."""
    roots = [node]
    while True:
        order = topological_order(roots)
        placed = {id(each) for each in order}
        inputs = {id(item): item for scope in _scopes(order) for item in scope.inputs if isinstance(item, Node)}
        missing = [item for key, item in inputs.items() if key not in placed]
        if not missing:
            return [each for each in order if each is not node]
        roots = [*missing, *roots]


def _scopes(nodes: list[Node]) -> list[Scope]:
    """The scopes in which the nodes were made, and those around them."""
    found: dict[int, Scope] = {}
    for node in nodes:
        scope = node.scope
        while scope is not None and id(scope) not in found:
            found[id(scope)] = scope
            scope = scope.outer
    return list(found.values())


def _restored(data: float, grad: float, name: str | None, primitive: Primitive | None) -> Value:
    """A node without operands yet."""
    node = Value(data) if primitive is None else Outcome(data, primitive, None, None, 0.0, 0.0)
    node.name = name
    node.grad = grad
    return node


def _reduced_scope(scope: Scope) -> tuple[Any, ...]:
    """A scope keeps its name, its inputs and the scopes around it; the layer stays behind."""
    return _restored_scope, (scope.name, scope.inputs, scope.outer)


def _restored_scope(name: str, inputs: tuple[Node, ...], outer: Scope | None) -> Scope:
    scope = Scope(name, None, inputs)
    scope.outer = outer
    return scope


copyreg.pickle(Value, _reduced)
copyreg.pickle(Outcome, _reduced)
copyreg.pickle(Scope, _reduced_scope)
