"""How arguments come to a plan: blocks of neighbouring numbers, as arrays of one precision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from microgrand.program.pieces import Block, Piece


def as_block(block: Block, pieces: Sequence[Piece], xp: Any, dtype: Any, like: Any) -> Any:
    """The numbers of a block: of shape (k, 1) without lanes, else (k, N), or (N, k) where they come as one array."""
    some = pieces[block.start : block.stop]
    if block.whole:
        array = _as(some[0].data, xp, dtype)
        return array if array.ndim == 2 else array.reshape((array.shape[0], -1))
    if block.laned:
        return xp.stack([_as(piece.data, xp, dtype) for piece in some])
    columns = [_column(piece, xp, dtype, like) for piece in some]
    return columns[0] if len(columns) == 1 else xp.concat(columns)


def _column(piece: Piece, xp: Any, dtype: Any, like: Any) -> Any:
    """The numbers of a piece without lanes, one below the other."""
    if piece.shape is None:
        return xp.asarray(piece.data, dtype=dtype, **device_of(like)).reshape((-1, 1))
    return _as(piece.data, xp, dtype).reshape((-1, 1))


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
