"""Rows of floats: packed as a C array where the engine is compiled (librt's `vec`), and lists where it is not.

A row is made with its length, `vec[float]([0.0] * n)`, which compiles without a list, and then filled.
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
