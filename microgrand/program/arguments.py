"""The arguments of a replay: numbers and arrays, fitted to the slots of a program."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any

from microgrand.engine.node import Node
from microgrand.nested import positions
from microgrand.program.pieces import Piece, blocks_of, is_dask, layout_of, pieces_of, placed
from microgrand.program.tape import Tape


class Arguments:
    """What a program is replayed on.

    pieces     in the order of the slots
    blocks     neighbouring pieces of one kind
    lanes      N, how many lanes there are; None where all is one sample
    signature  what a plan depends on: of each block the slots, and whether and how it has lanes

    Raises TypeError and ValueError as `Program.__call__`.
    """

    def __init__(self, program: Tape, given: Sequence[Any]) -> None:
        if len(given) != len(program.example):
            missing = f"{program.title} takes {len(program.example)} argument(s), {', '.join(program.names)}"
            raise TypeError(f"{missing}; got {len(given)}")
        self._layouts = program.derived("layouts", lambda: [layout_of(example) for example in program.example])
        self.given = list(given)
        self._of_argument: list[list[Piece]] = []
        slot = 0
        for layout, argument, name in zip(self._layouts, self.given, program.names, strict=True):
            self._of_argument.append(pieces_of(layout, argument, name, slot))
            slot += layout.size
        self.pieces = [piece for pieces in self._of_argument for piece in pieces]
        self.blocks = blocks_of(self.pieces)
        self.lanes = self._lanes()
        self.signature = tuple([(block.slots.stop, block.laned, block.whole) for block in self.blocks])

    @staticmethod
    def of(program: Tape, given: Sequence[Any]) -> Arguments:
        """`Arguments(program, given)`, faster for NumPy arrays: their layout is checked once for each set of shapes.

        Small mini-batches call this thousands of times.
        """
        kinds = _kinds(given)
        if kinds is None:
            return Arguments(program, given)
        before: Arguments = program.derived(("arguments", kinds), lambda: Arguments(program, given)._empty())
        again = before._of_arrays(given)
        return Arguments(program, given) if again is None else again

    def _empty(self) -> Arguments:
        """Without its arrays, which would stay in memory."""
        return self.with_arrays([None] * len(self.pieces))

    def _of_arrays(self, arrays: Sequence[Any]) -> Arguments | None:
        """These arguments with other arrays, one for each argument; None where the shapes or lanes do not fit."""
        lanes = None
        pieces = []
        for piece, array in zip(self.pieces, arrays, strict=True):
            if piece.lanes is None:
                if array.shape != piece.shape:
                    return None
            elif lanes is None:
                lanes = len(array)
            elif lanes != len(array):
                return None
            pieces.append(Piece(array, piece.slots, piece.shape, None if piece.lanes is None else lanes))
        part = copy(self)
        part.given, part.pieces, part.lanes = list(arrays), pieces, lanes
        part._of_argument = [[piece] for piece in pieces]
        return part

    def __copy__(self) -> Arguments:
        twin = object.__new__(Arguments)  # a fifth of the time that copy takes without this
        twin.__dict__.update(self.__dict__)
        return twin

    def _lanes(self) -> int | None:
        sizes = {piece.lanes for piece in self.pieces if piece.lanes is not None}
        if not sizes:
            return None
        if len(sizes) > 1:
            raise ValueError(f"the arguments have unequal numbers of lanes: {', '.join(map(str, sorted(sizes)))}")
        if any([isinstance(number, Node) for number in self._unusual()]):
            raise TypeError("a program is replayed on Values, or on arrays with lanes; got both")
        return sizes.pop()

    def _unusual(self) -> list[Any]:
        """The numbers that are no floats: Values, and numbers of many digits."""
        pieces = [piece.data for piece in self.pieces if piece.shape is None]
        return [number for numbers in pieces for number in numbers if type(number) is not float]

    @property
    def one_by_one(self) -> bool:
        """Whether each slot is one number, and no array operation is needed."""
        return not any([piece.is_array for piece in self.pieces])

    def arrays(self) -> list[Any]:
        """The pieces that are arrays."""
        return [piece.data for piece in self.pieces if piece.shape is not None]

    @property
    def many_digits(self) -> bool:
        """Whether mpmath's numbers are among the arguments."""
        return self.lanes is None and any([hasattr(number, "context") for number in self._unusual()])

    def numbers(self) -> list[Any]:
        """One number per input slot."""
        found: list[Any] = []
        for piece in self.pieces:
            found.extend(piece.data if piece.shape is None else piece.data.ravel().tolist())
        return found

    def of_lane(self, lane: int) -> list[float]:
        """The numbers of one lane."""
        found: list[float] = []
        for piece in self.pieces:
            data = piece.data if piece.lanes is None else piece.data[lane]
            found.extend([float(x) for x in (data if piece.shape is None else data.reshape(-1))])
        return found

    def stretch(self, start: int, stop: int) -> Arguments:
        """The same arguments with some of the lanes."""
        part = copy(self)
        part.pieces = [
            piece if piece.lanes is None else piece._replace(data=piece.data[start:stop], lanes=stop - start)
            for piece in self.pieces
        ]
        part.lanes = stop - start
        return part

    def with_arrays(self, arrays: Sequence[Any]) -> Arguments:
        """The same arguments with other arrays of the same kinds, as many as `arrays()`, and the lanes that these have.

        None stands for an array that is not there yet.
        """
        part, left = copy(self), iter(arrays)
        part.given = []  # the old arrays do not travel along
        part._of_argument = [[_filled(piece, left) for piece in pieces] for pieces in self._of_argument]
        part.pieces = [piece for pieces in part._of_argument for piece in pieces]
        part.lanes = next((piece.lanes for piece in part.pieces if piece.laned), None)
        return part

    @property
    def on_dask(self) -> bool:
        """Whether there are Dask arrays."""
        return any([is_dask(array) for array in self.arrays()])

    def chosen(self, argnums: int | Sequence[int]) -> list[Piece]:
        """The pieces of the arguments to differentiate in."""
        return [piece for k in positions(argnums, len(self._of_argument)) for piece in self._of_argument[k]]

    def shaped(self, items: Iterator[Any], argnums: int | Sequence[int]) -> Any:
        """The next items, one per number and per array of the chosen arguments, in the structure of these."""
        parts = tuple([placed(self._layouts[k], self.given[k], items) for k in positions(argnums, len(self.given))])
        return parts if isinstance(argnums, (tuple, list)) else parts[0]


def _kinds(given: Sequence[Any]) -> Any:
    """Of each argument the lengths of its axes but the first; None where one is no array of NumPy's own numbers."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return None
    kinds = []
    for each in given:
        if type(each) is not numpy.ndarray or each.dtype.kind not in "fiub" or each.ndim == 0:
            return None
        kinds.append(each.shape[1:])
    return tuple(kinds)


def _filled(piece: Piece, arrays: Iterator[Any]) -> Piece:
    """The piece with the next array, if it is one."""
    if piece.shape is None:
        return piece
    array = next(arrays)
    return piece._replace(data=array, lanes=len(array) if piece.laned and array is not None else piece.lanes)
