"""How arguments come to a plan: blocks of neighbouring numbers, as arrays of one precision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from microgrand.program.arguments import Piece


class Block(NamedTuple):
    """Neighbouring slots whose numbers are of one kind: numbers without lanes, or (N,) arrays, or one array.

    slots        the slots
    laned        whether they have lanes
    whole        whether one array has them all
    start, stop  the pieces that fill them
    """

    slots: range
    laned: bool
    whole: bool
    start: int
    stop: int

    def joins(self, piece: Piece) -> bool:
        """Whether a piece can be part of it."""
        return piece.laned == self.laned and not self.whole and not piece.shape

    @property
    def slot_last(self) -> bool:
        """Whether the array has its samples along the first axis."""
        return self.whole and self.laned

    def array(self, pieces: Sequence[Piece], xp: Any, dtype: Any, like: Any) -> Any:
        """Its numbers: of shape (k, 1) without lanes, else (k, N), or (N, k) where one array has all of them."""
        data = pieces[self.start].data
        if self.slot_last:
            array = _as(data, xp, dtype)
            return array if array.ndim == 2 else array.reshape((array.shape[0], -1))
        if self.laned:
            return xp.stack([_as(piece.data, xp, dtype) for piece in pieces[self.start : self.stop]])
        if self.whole:
            return _as(data, xp, dtype).reshape((-1, 1))
        if any([hasattr(piece.data, "dtype") for piece in pieces[self.start : self.stop]]):
            return xp.stack([xp.asarray(each.data, dtype=dtype).reshape(1) for each in pieces[self.start : self.stop]])
        numbers = [[piece.data] for piece in pieces[self.start : self.stop]]
        return xp.asarray(numbers, dtype=dtype, **device_of(like))


def blocks_of(pieces: Sequence[Piece]) -> list[Block]:
    """The pieces as blocks, neighbours of one kind together."""
    blocks: list[Block] = []
    for k, piece in enumerate(pieces):
        if blocks and blocks[-1].joins(piece):
            last = blocks.pop()
            blocks.append(last._replace(slots=range(last.slots.start, piece.slots.stop), stop=k + 1))
        elif len(piece.slots) > 0:
            blocks.append(Block(piece.slots, piece.laned, bool(piece.shape), k, k + 1))
    return blocks


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
