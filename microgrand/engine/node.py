"""`Node`: one number of the graph, and the step that made it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from microgrand.compiled.hints import context_value, i64, mypyc_attr
from microgrand.compiled.packed import vec
from microgrand.compiled.release import release_in_a_loop
from microgrand.engine.scope import ENTERED, SCOPE, Scope
from microgrand.errors import GraphError
from microgrand.table.formula import formula
from microgrand.table.numbers import as_number
from microgrand.table.primitive import Primitive
from microgrand.table.rounded_division import Rounded
from microgrand.unset import UNSET, shown


class Clock:
    """When numbers were changed, on the scale of the marks: a node with a mark below `changed` may be out of date."""

    def __init__(self) -> None:
        self.now: i64 = 0
        self.changed: i64 = 0  # when the data of any leaf was set, or a graph refreshed, for the last time
        self.refreshed: i64 = 0  # when any computed node may have been changed for the last time: see stale.py

    def tick(self) -> i64:
        """Note that a number changes now."""
        self.now += 1
        self.changed = self.now
        return self.now


CLOCK: Final = Clock()
_NO_GRAD: Final[float] = UNSET  # compiled, a number of C, which is read faster


@mypyc_attr(acyclic=True)
class Node(Rounded):
    """One number zₖ of the graph and the step that made it: a primitive, its operands, the local partials ∂zₖ/∂zᵢ.

    One or two operands and their partials are stored in the node itself, as x and y; if there are more, x is a `Many`,
    which holds them all. The partial of a plain number is never used. Parents are made before their children, so a
    graph has no cycles. Nodes are hashed by identity: in sets and dicts, nodes of equal data are distinct.
    """

    __slots__ = (
        "_data", "_delta", "_grad", "_mark", "_name", "_partial_x", "_partial_y", "_primitive", "_scope", "_x", "_y",
    )  # fmt: skip

    def __init__(self, data: float, primitive: Primitive | None, x: Any, y: Any, dx: float, dy: float) -> None:
        self._mark: i64 = CLOCK.now  # set by the last traversal that met the node, as is `_delta`: see order.py
        self._delta = 0.0
        self._primitive = primitive
        self._x: Node | float | Many | None = x
        self._y: Node | float | None = y
        self._partial_x = dx
        self._partial_y = dy
        self._data = data
        self._grad = _NO_GRAD
        self._name: str | None = None
        self._scope: Scope | None = context_value(SCOPE) if ENTERED else None

    @property
    def data(self) -> float:
        """The number z. It can be set on a leaf only; `refresh` then recomputes the nodes that depend on the leaf."""
        return self._data

    @data.setter
    def data(self, data: object) -> None:
        if self._primitive is not None:
            raise GraphError(
                f"the data of a computed node cannot be set (this one is {formula(self)}): "
                "set a leaf's and call microgrand.refresh(root), or make a new Value"
            )
        self._data = as_number(data)
        self._partial_x = float(CLOCK.tick())  # a leaf has no partial: the field keeps when it was set

    @property
    def grad(self) -> Any:
        """δ = ∂root/∂(this node) from the last `backward()` that reached it; a NaN before, and if set to None."""
        if self._grad == self._grad:
            return self._grad
        return shown(self._grad)

    @grad.setter
    def grad(self, grad: object) -> None:
        self._grad = _NO_GRAD if grad is None else as_number(grad)

    @property
    def name(self) -> str | None:
        """The node's name in errors, formulas and drawings."""
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
        """The layer call in which this node was made; None outside layers."""
        return self._scope

    @property
    def operands(self) -> tuple[Any, ...]:
        """The operands of the primitive, nodes and plain numbers, in order."""
        x = self._x
        if isinstance(x, Many):
            return x.all_operands()
        return () if x is None else (x,) if self._y is None else (x, self._y)

    @property
    def parents(self) -> tuple[Node, ...]:
        """The operands that are nodes, in order and with repeats: `x*x` has two parents."""
        return tuple([operand for operand in self.operands if isinstance(operand, Node)])

    @property
    def partials(self) -> tuple[float, ...]:
        """The local partials ∂z/∂(parent), one per parent, in the order of `parents`."""
        pairs = zip(self.operands, self.operand_partials, strict=True)
        return tuple([partial for operand, partial in pairs if isinstance(operand, Node)])

    @property
    def operand_partials(self) -> list[float]:
        """One partial per operand; that of a plain number is never used, and may be 0.0."""
        if isinstance(self._x, Many):
            return self._x.all_partials()
        return [self._partial_x, self._partial_y][: len(self.operands)]

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """Add scope, operands and partials to a copied node, which is created without them: see copying.py."""
        *_, self._scope, operands, partials = state
        self.made_by(operands, partials)

    def made_by(self, operands: Sequence[Any], partials: Sequence[float]) -> None:
        """Store the operands of the step that made this node, and one partial for each."""
        if len(operands) > 2 or (self._primitive is not None and self._primitive.arity is None):
            self._x = Many(tuple(operands), packed(partials), None)
        elif operands:
            self._x, self._partial_x = operands[0], partials[0]
            if len(operands) > 1:
                self._y, self._partial_y = operands[1], partials[1]


def data_of(operands: Sequence[Any]) -> list[float]:
    """The numbers of operands that are nodes or plain numbers."""
    return [operand._data if isinstance(operand, Node) else operand for operand in operands]


@mypyc_attr(acyclic=True)
class Many:
    """The operands and partials of a step of many; `following`: a further list, stored once for all steps with it."""

    __slots__ = ("following", "operands", "partials")

    def __init__(self, operands: tuple[Any, ...], partials: vec[float], following: Many | None) -> None:
        self.operands = operands
        self.partials = partials
        self.following = following

    def all_operands(self) -> tuple[Any, ...]:
        """The operands of this list and the following ones."""
        return self.operands if self.following is None else self.operands + self.following.all_operands()

    def all_partials(self) -> list[float]:
        """The partials of this list and the following ones."""
        return list(self.partials) if self.following is None else [*self.partials, *self.following.all_partials()]


def packed(numbers: Sequence[float]) -> vec[float]:
    """The numbers as a packed array of floats."""
    array = vec[float]([0.0] * len(numbers))
    for k, x in enumerate(numbers):
        array[k] = x
    return array


release_in_a_loop(Node, "_x", "_y", "_scope")
