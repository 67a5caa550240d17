"""Hints for mypyc, which compiles the engine. At run time they do nothing, and nothing but Python is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_extensions import i64 as i64
    from mypy_extensions import mypyc_attr as mypyc_attr
else:
    i64 = int  # compiled: a machine integer

    def mypyc_attr(**settings):
        """Return a decorator that leaves its class unchanged."""
        return lambda kind: kind
