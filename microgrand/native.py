"""What mypyc, which compiles the engine, is told about a class; without it, and at run time, this says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_extensions import mypyc_attr as mypyc_attr
else:  # so that nothing but Python is needed to run

    def mypyc_attr(**told):
        """A decorator that leaves its class as it is."""
        return lambda kind: kind
