"""`Node`: one number of the graph, and the step that made it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from microgrand.compiled.hints import i64, mypyc_attr
from microgrand.compiled.packed import vec
from microgrand.engine.scope import Scope, current_scope
from microgrand.errors import GraphError
from microgrand.table.formula import formula
from microgrand.table.numbers import as_number
from microgrand.table.primitive import Primitive, Recorder


@mypyc_attr(acyclic=True)
class Node(Recorder):
    """One number zₖ of the graph and the step that made it: a primitive, its operands, the local partials ∂zₖ/∂zᵢ.

    One or two operands and their partials stand in the node itself, as x and y; a step of more keeps them in `_many`.
    The partial of a plain number is never used. Parents are older than their children, so a graph has no cycles.
    Nodes are hashed by identity: sets and dicts tell nodes of equal data apart.
    """

    __slots__ = (
        "_data", "_grad", "_many", "_name", "_partial_x", "_partial_y", "_place", "_primitive", "_scope", "_x", "_y",
    )  # fmt: skip

    def __init__(
        self, data: float, primitive: Primitive | None, x: Any, y: Any, dx: float, dy: float, many: Many | None = None
    ) -> None:
        self._data = data
        self._grad = 0.0
        self._primitive = primitive
        self._x: Node | float | None = x
        self._y: Node | float | None = y
        self._partial_x = dx
        self._partial_y = dy
        self._many = many
        self._name: str | None = None
        self._scope: Scope | None = current_scope()
        self._place: i64 = 0  # in the order of the traversal that is under way: see order.py

    @property
    def data(self) -> float:
        """The number z. Only a leaf's may be set; `refresh` then recomputes what was computed from it."""
        return self._data

    @data.setter
    def data(self, data: object) -> None:
        if self._primitive is not None:
            raise GraphError(
                f"the data of a computed node cannot be set (this one is {formula(self)}): "
                "set a leaf's and call microgrand.refresh(root), or make a new Value"
            )
        self._data = as_number(data)

    @property
    def grad(self) -> float:
        """δ = ∂root/∂(this node), as the last `backward()` left it; 0.0 before any."""
        return self._grad

    @grad.setter
    def grad(self, grad: object) -> None:
        self._grad = as_number(grad)

    @property
    def name(self) -> str | None:
        """What the node is called in errors, formulas and drawings."""
        return self._name

    @name.setter
    def name(self, name: Any) -> None:
        if name is not None and not isinstance(name, str):
            raise TypeError(f"a name is a string; got {name!r:.60} of type {type(name).__name__}")
        self._name = name

    @property
    def is_leaf(self) -> bool:
        """Whether the node was made from a number, not computed."""
        return self._primitive is None

    @property
    def primitive(self) -> Primitive | None:
        """The primitive that computed this node; None for a leaf."""
        return self._primitive

    @property
    def scope(self) -> Scope | None:
        """The call of a layer in which this node was made; None outside layers."""
        return self._scope

    @property
    def operands(self) -> tuple[Any, ...]:
        """What the primitive was applied to, nodes and plain numbers, in order."""
        if self._many is not None:
            return self._many.operands
        if self._x is None:
            return ()
        return (self._x,) if self._y is None else (self._x, self._y)

    @property
    def parents(self) -> tuple[Node, ...]:
        """Those operands that are nodes, in order and with repeats: `x*x` has two."""
        return tuple([operand for operand in self.operands if isinstance(operand, Node)])

    @property
    def partials(self) -> tuple[float, ...]:
        """The local partials ∂z/∂(parent), one per parent, in the order of `parents`."""
        pairs = zip(self.operands, self.operand_partials(), strict=True)
        return tuple([partial for operand, partial in pairs if isinstance(operand, Node)])

    def operand_partials(self) -> list[float]:
        """One partial per operand; that of a plain number is 0 where the row computes none."""
        if self._many is not None:
            return list(self._many.partials)
        return [self._partial_x, self._partial_y][: len(self.operands)]

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """Complete a copy, which is made before its operands are known: see copying.py."""
        *_, self._scope, operands, partials = state
        self.made_by(operands, partials)

    def made_by(self, operands: Sequence[Any], partials: Sequence[float]) -> None:
        """Store the operands of the step that made this node, and one partial for each."""
        if len(operands) > 2 or (self._primitive is not None and self._primitive.arity is None):
            self._many = Many(tuple(operands), packed(partials))
        elif operands:
            self._x, self._partial_x = operands[0], partials[0]
            if len(operands) > 1:
                self._y, self._partial_y = operands[1], partials[1]


def data_of(operands: Sequence[Any]) -> list[float]:
    """The numbers of operands that are nodes or plain numbers."""
    return [operand._data if isinstance(operand, Node) else operand for operand in operands]


@mypyc_attr(acyclic=True)
class Many:
    """The operands of a step that takes a list of them, or more than two, and one partial for each."""

    __slots__ = ("operands", "partials")

    def __init__(self, operands: tuple[Any, ...], partials: vec[float]) -> None:
        self.operands = operands
        self.partials = partials


def packed(numbers: Sequence[float]) -> vec[float]:
    """The numbers as a packed row."""
    row = vec[float]([0.0] * len(numbers))
    for k, x in enumerate(numbers):
        row[k] = x
    return row
