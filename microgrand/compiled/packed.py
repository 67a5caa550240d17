"""Arrays of floats: in compiled code, librt's `vec`, packed like a C array; in plain Python, lists.

Create an array at its full length, then fill it: mypyc compiles `vec[float]([0.0] * n)` without building a list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from librt.vecs import vec as vec
else:

    class vec:  # noqa: N801  its name in librt
        """`vec[float]` makes a packed array in compiled code; here it makes a list."""

        def __class_getitem__(cls, kind):
            return list
