"""Hints for mypyc, which compiles the engine. In plain Python they do nothing, and need no other package."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

T = TypeVar("T")


def context_value(variable: ContextVar[T]) -> T:
    """The value of a context variable. Compiled code reads it in C, since every node made in a layer needs one."""
    return variable.get()


if TYPE_CHECKING:
    from mypy_extensions import i64 as i64
    from mypy_extensions import mypyc_attr as mypyc_attr
else:
    i64 = int  # compiled: a machine integer

    def mypyc_attr(**settings):
        """Return a decorator that leaves its class unchanged."""
        return lambda kind: kind
