"""How arguments come to a plan: blocks of neighbouring numbers, as arrays of one precision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from microgrand.program.pieces import Block, Piece


def shared_block(block: Block, pieces: Sequence[Piece], xp: Any, dtype: Any, like: Any) -> Any:
    """The numbers of a block without lanes, of shape (k, 1)."""
    columns = [_column(piece, xp, dtype, like) for piece in pieces[block.start : block.stop]]
    return columns[0] if len(columns) == 1 else xp.concat(columns)


def laned_block(block: Block, pieces: Sequence[Piece], xp: Any, dtype: Any, lanes: slice, lane_by_lane: bool) -> Any:
    """Some lanes of a block, of shape (k, L); of all that there are, no more than these are converted or copied.

    lane_by_lane  whether the numbers of a slot had better follow each other in memory
    """
    some = pieces[block.start : block.stop]
    if not block.whole:
        rows = [_as(piece.data[lanes], xp, dtype) for piece in some]
        return rows[0].reshape((1, -1)) if len(rows) == 1 else xp.stack(rows)
    rows = some[0].data[lanes]
    if not lane_by_lane and xp.__name__ == "numpy":
        rows = in_order(rows, dtype)
    rows = (rows if rows.ndim == 2 else rows.reshape((rows.shape[0], -1))).T
    return xp.ascontiguousarray(rows, dtype=dtype) if lane_by_lane else _as(rows, xp, dtype)


def _column(piece: Piece, xp: Any, dtype: Any, like: Any) -> Any:
    """The numbers of a piece without lanes, one below the other."""
    if piece.shape is None:
        return xp.asarray(piece.data, dtype=dtype, **device_of(like)).reshape((-1, 1))
    data = in_order(piece.data, dtype) if xp.__name__ == "numpy" else _as(piece.data, xp, dtype)
    return data.reshape((-1, 1))


def in_order(array: Any, dtype: Any) -> Any:
    """An array of NumPy's, row after row in memory and aligned: matrix products round by how their operands lie.

    What comes from another process need not be aligned, and would then not be multiplied by BLAS either.
    """
    import numpy

    return numpy.require(array, dtype, ["C", "A"])


def _as(data: Any, xp: Any, dtype: Any) -> Any:
    return data if data.dtype == dtype else xp.asarray(data, dtype=dtype)


def dtype_of(arrays: Sequence[Any], xp: Any) -> Any:
    """What all arrays are computed in: their widest floating type, or double precision where none is floating."""
    widest = arrays[0].dtype
    for array in arrays[1:]:
        if array.dtype != widest:
            widest = xp.result_type(widest, array.dtype)
    if getattr(widest, "kind", "") == "f" or xp.isdtype(widest, "real floating"):
        return widest
    if xp.isdtype(widest, "complex floating"):
        raise TypeError("a program is replayed on real numbers; got an array of complex ones")
    return xp.float64


def device_of(like: Any) -> dict[str, Any]:
    """Where PyTorch keeps the array; the others see to that themselves."""
    return {"device": like.device} if type(like).__module__.startswith("torch") else {}
