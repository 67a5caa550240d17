"""Rows of floats: packed like a C array where the engine is compiled (librt's `vec`), lists where it is not.

A row is made at its full length and then filled: mypyc compiles `vec[float]([0.0] * n)` without building a list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from librt.vecs import vec as vec
else:

    class vec:  # noqa: N801  its name in librt
        """`vec[float]` makes a packed row in compiled code; here it makes a list."""

        def __class_getitem__(cls, kind):
            return list
