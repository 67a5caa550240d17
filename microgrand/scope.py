"""What surrounds the recording of a node: the layer call it is made in, and whoever collects comparisons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, Final
from weakref import ref


class Scope:
    """One call of a layer: the nodes made during it point here, and so a drawing finds the layers without being told.

    It holds the layer's name, the layer itself (weakly: a graph may outlive its network), the enclosing call, and the
    vector that the layer was called on. It never holds the nodes made in it; they hold it.

    name    the layer's
    layer   the layer itself, or None once it is gone
    inputs  the vector
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
        """The layer that was called, or None once it is gone."""
        return self._layer() if self._layer is not None else None

    def __enter__(self) -> Scope:
        if self._token is not None:
            raise RuntimeError(f"{self!r} is entered already: a scope is one call")
        SCOPES.append(self)
        self.outer = _the_scope()
        self._token = _enter(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._token is not None:
            _leave(self._token)
            self._token = None
            SCOPES.pop()

    def __repr__(self) -> str:
        return f"Scope({self.name!r})"


def entered(scope: Scope, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """function(*arguments), called inside the scope."""
    with scope:
        return function(*arguments)


class Guards:
    """Collects, while entered, every comparison of nodes that Python code makes: (primitive, left, right, outcome)."""

    def __init__(self) -> None:
        self.decisions: list[tuple[str, Any, Any, bool]] = []
        self._token: Token[Guards | None] | None = None

    def __enter__(self) -> Guards:
        GUARDS.append(self)
        self._token = _GUARDS.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._token is not None:
            _GUARDS.reset(self._token)
            self._token = None
            GUARDS.pop()


# As many items as scopes and guard collectors are entered, in all threads together (lists append and pop atomically):
# while none is, a node need not look for one. Which of them is entered here, the context variables tell.
SCOPES: Final[list[Scope]] = []
GUARDS: Final[list[Guards]] = []
_SCOPE: Final[ContextVar[Scope | None]] = ContextVar("microgrand_scope", default=None)
_GUARDS: Final[ContextVar[Guards | None]] = ContextVar("microgrand_guards", default=None)
_the_scope: Final = _SCOPE.get  # these are found once, and not once a node
_enter: Final = _SCOPE.set
_leave: Final = _SCOPE.reset


def decided(comparison: str, left: Any, right: Any, outcome: bool) -> bool:
    """Hand `outcome` on, and tell it to whoever collects guards."""
    if GUARDS:
        guards = _GUARDS.get()
        if guards is not None:
            guards.decisions.append((comparison, left, right, outcome))
    return outcome


def current_scope() -> Scope | None:
    """The innermost scope entered on this thread, if any is."""
    return _the_scope()
