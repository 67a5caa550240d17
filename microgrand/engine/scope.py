"""The context in which a node is recorded: the layer call, and the `Guards` that collect comparisons."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar, Token
from typing import Any, Final
from weakref import ref

from microgrand.compiled.hints import context_value


class Scope:
    """One call of a layer. The nodes made during the call refer to it, which lets drawings show the layers of a graph.

    It refers to the layer weakly, since a graph may outlive its network, and never to the nodes made in it.

    name    the layer's name
    layer   the layer, or None once it is deleted
    inputs  the vector that the layer was called on
    outer   the enclosing call, or None

    >>> from microgrand import Linear, draw
    >>> output = Linear(1, 1, theta=[[2.0]])([3.0])[0]
    >>> output.scope, output.scope.inputs
    (Scope('linear'), (3.0,))
    """

    __slots__ = ("__weakref__", "_layer", "_token", "inputs", "name", "outer")

    def __init__(self, name: Any, layer: object = None, inputs: Iterable[Any] = ()) -> None:
        if not isinstance(name, str):
            raise TypeError(f"a scope's name is a string; got {name!r:.60} of type {type(name).__name__}")
        self.name: str = name
        self.inputs = tuple(inputs)
        self.outer: Scope | None = None
        self._layer = ref(layer) if layer is not None else None
        self._token: Token[Scope | None] | None = None

    @property
    def layer(self) -> object:
        """The layer that was called, or None once it is deleted."""
        return self._layer() if self._layer is not None else None

    def __enter__(self) -> Scope:
        if self._token is not None:
            raise RuntimeError(f"{self!r} is entered already: a scope is one call")
        ENTERED.append(self)
        self.outer = context_value(SCOPE)
        self._token = SCOPE.set(self)
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if self._token is not None:
            SCOPE.reset(self._token)
            self._token = None
            ENTERED.pop()

    def __repr__(self) -> str:
        return f"Scope({self.name!r})"


class Guards:
    """While entered, collects every comparison of nodes in Python code, as (primitive, left, right, outcome)."""

    def __init__(self) -> None:
        self.decisions: list[tuple[str, Any, Any, bool]] = []
        self._token: Token[Guards | None] | None = None

    def __enter__(self) -> Guards:
        self._token = GUARDS.set(self)
        return self

    def __exit__(self, *error: object) -> None:
        if self._token is not None:
            GUARDS.reset(self._token)
            self._token = None


SCOPE: Final[ContextVar[Scope | None]] = ContextVar("microgrand_scope", default=None)
GUARDS: Final[ContextVar[Guards | None]] = ContextVar("microgrand_guards", default=None)
# The entered scopes of all threads. While the list is empty, a new node need not look up its scope.
ENTERED: Final[list[Scope]] = []


def decided(comparison: str, left: Any, right: Any, outcome: bool) -> bool:
    """Return `outcome`, after adding the comparison to the `Guards` entered on this thread, if any."""
    guards = context_value(GUARDS)
    if guards is not None:
        guards.decisions.append((comparison, left, right, outcome))
    return outcome
