"""The arguments of a replay: numbers and arrays, fitted to the slots of a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any, NamedTuple

from microgrand.engine.node import Node
from microgrand.nested import positions, rebuilt
from microgrand.program.tape import Tape
from microgrand.table.arrays import holds_objects
from microgrand.table.numbers import as_number

Shape = tuple[int, ...]


class Piece(NamedTuple):
    """One number, or one array that stands for several.

    data   the number or the array
    slots  the slots it fills
    shape  of the array without its lanes; None for a number
    lanes  N, or None where there are no lanes
    """

    data: Any
    slots: range
    shape: Shape | None
    lanes: int | None

    @property
    def laned(self) -> bool:
        """Whether it has lanes."""
        return self.lanes is not None

    @property
    def is_array(self) -> bool:
        """Whether it needs array operations: whether it has lanes, or belongs to a library that is not NumPy."""
        return self.lanes is not None or (self.shape is not None and not _is_numpy(self.data))


class Layout(NamedTuple):
    """How an argument could be given as one array.

    shape  () for a number, None for what is not rectangular
    size   how many numbers it has
    """

    shape: Shape | None
    size: int


class Arguments:
    """What a program is replayed on.

    pieces     in the order of the slots
    lanes      N, how many lanes there are; None where all is one sample
    signature  what a plan depends on: of each piece its shape, and whether it has lanes

    Raises TypeError and ValueError as `Program.__call__`.
    """

    def __init__(self, program: Tape, given: Sequence[Any]) -> None:
        if len(given) != len(program.example):
            missing = f"{program.title} takes {len(program.example)} argument(s), {', '.join(program.names)}"
            raise TypeError(f"{missing}; got {len(given)}")
        layouts = program.derived("layouts", lambda: _layouts(program.example))
        self._ordered = [
            example if shape is None else None for example, (shape, _) in zip(program.example, layouts, strict=True)
        ]
        self.given = [_as_nested(argument) for argument in given]
        self.pieces: list[Piece] = []
        self._starts = [0]  # where each argument's pieces start
        for k, argument in enumerate(self.given):
            if _is_array(argument):
                shape, slots = layouts[k]
                self.pieces.append(_array_piece(program.example[k], shape, slots, argument, program.names[k]))
            else:
                self.pieces.extend(_pieces(program.example[k], argument, program.names[k], layouts[k][1].start))
            self._starts.append(len(self.pieces))
        self.lanes = self._lanes()
        self.signature = tuple([(piece.shape, piece.lanes is None) for piece in self.pieces])

    def _lanes(self) -> int | None:
        sizes = {piece.lanes for piece in self.pieces if piece.lanes is not None}
        if not sizes:
            return None
        if len(sizes) > 1:
            raise ValueError(f"the arguments have unequal numbers of lanes: {', '.join(map(str, sorted(sizes)))}")
        if any([isinstance(piece.data, Node) for piece in self.pieces]):
            raise TypeError("a program is replayed on Values, or on arrays with lanes; got both")
        return sizes.pop()

    @property
    def one_by_one(self) -> bool:
        """Whether each slot is one number, and no array operation is needed."""
        return not any([piece.is_array for piece in self.pieces])

    def arrays(self) -> list[Any]:
        """The pieces that are arrays."""
        return [piece.data for piece in self.pieces if piece.shape is not None or piece.lanes is not None]

    @property
    def many_digits(self) -> bool:
        """Whether mpmath's numbers are among the arguments."""
        return self.lanes is None and any([hasattr(piece.data, "context") for piece in self.pieces])

    def numbers(self) -> list[Any]:
        """One number per input slot."""
        found: list[Any] = []
        for piece in self.pieces:
            found.extend(piece.data.ravel().tolist() if piece.shape is not None else [piece.data])
        return found

    def of_lane(self, lane: int) -> list[float]:
        """The numbers of one lane."""
        found: list[float] = []
        for piece in self.pieces:
            data = piece.data if piece.lanes is None else piece.data[lane]
            found.extend([float(x) for x in data.reshape(-1)] if hasattr(data, "reshape") else [float(data)])
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

    def chosen(self, argnums: int | Sequence[int]) -> list[Piece]:
        """The pieces of the arguments to differentiate in."""
        starts = self._starts
        return [x for k in positions(argnums, len(self.given)) for x in self.pieces[starts[k] : starts[k + 1]]]

    def shaped(self, items: Sequence[Any], argnums: int | Sequence[int]) -> Any:
        """One item per chosen piece, in the structure of the arguments."""
        along = iter(items)
        parts = tuple([self._rebuilt(k, along) for k in positions(argnums, len(self.given))])
        return parts if isinstance(argnums, (tuple, list)) else parts[0]

    def _rebuilt(self, k: int, items: Iterator[Any]) -> Any:
        """The k-th argument with these items, which come in the order of the slots; a dict has the keys as given."""
        given, ordered = self.given[k], self._ordered[k]
        if ordered is None:
            return rebuilt(given, items)
        return _in_order(given, rebuilt(_in_order(ordered, given), items))


def layout_of(example: Any) -> Layout:
    """The shape of a nesting of numbers as an array, and how many they are.

    >>> layout_of([[1.0, 2.0], [3.0, 4.0]]), layout_of([[1.0, 2.0], 3.0]).shape
    (Layout(shape=(2, 2), size=4), None)
    """
    if not isinstance(example, (list, tuple, dict)):
        return Layout((), 1)
    parts = [layout_of(item) for item in (example.values() if isinstance(example, dict) else example)]
    shapes = {part.shape for part in parts}
    inner = shapes.pop() if len(shapes) == 1 and not isinstance(example, dict) else None
    return Layout(None if inner is None else (len(parts), *inner), sum([part.size for part in parts]))


def _as_nested(argument: Any) -> Any:
    """The argument; a data frame as its array, an array of Values as nested lists."""
    if not _is_numpy(argument):
        argument = argument.to_numpy() if hasattr(argument, "to_numpy") else argument
    return argument.tolist() if holds_objects(argument) else argument


def _in_order(example: Any, given: Any) -> Any:
    """The argument with the keys of its dicts in the order of the example's."""
    if isinstance(example, dict) and isinstance(given, dict) and example.keys() == given.keys():
        return {key: _in_order(part, given[key]) for key, part in example.items()}
    if isinstance(example, (list, tuple)) and isinstance(given, (list, tuple)) and len(example) == len(given):
        parts = [_in_order(part, item) for part, item in zip(example, given, strict=True)]
        if isinstance(given, list):
            return parts
        return type(given)(*parts) if hasattr(given, "_fields") else tuple(parts)
    return given


def _layouts(example: Sequence[Any]) -> list[tuple[Shape | None, range]]:
    """How each argument could be given as one array: its shape, if it is rectangular, and its slots."""
    found = []
    filled = 0
    for argument in example:
        shape, size = layout_of(argument)
        found.append((shape, range(filled, filled + size)))
        filled += size
    return found


def _pieces(example: Any, given: Any, name: str, filled: int) -> Iterator[Piece]:
    """The pieces of one argument, whose first slot is `filled`."""
    if _is_array(given):
        shape, size = layout_of(example)
        yield _array_piece(example, shape, range(filled, filled + size), given, name)
    elif isinstance(example, dict) and isinstance(given, dict) and example.keys() == given.keys():
        for key, part in example.items():
            for piece in _pieces(part, given[key], f"{name}[{key!r}]", filled):
                filled += len(piece.slots)
                yield piece
    elif isinstance(example, (list, tuple)) and isinstance(given, (list, tuple)) and len(example) == len(given):
        for k, part in enumerate(example):
            for piece in _pieces(part, given[k], f"{name}[{k}]", filled):
                filled += len(piece.slots)
                yield piece
    elif isinstance(example, (dict, list, tuple)) or isinstance(given, (dict, list, tuple)):
        raise ValueError(f"{name} was recorded as {_kind(example)}; got {_kind(given)}")
    else:
        yield Piece(given if isinstance(given, Node) or hasattr(given, "context") else _number(given, name),
                    range(filled, filled + 1), None, None)  # fmt: skip


def _array_piece(example: Any, shape: Shape | None, slots: range, given: Any, name: str) -> Piece:
    own = tuple(given.shape)
    if shape is not None and own[1:] == shape and own:
        return Piece(given, slots, shape, own[0])
    if own == shape:
        if own == () and _is_numpy(given):
            return Piece(as_number(given), slots, None, None)
        return Piece(given, slots, shape, None)
    wanted = "cannot be given as an array" if shape is None else f"takes an array of shape {shape} or {('N', *shape)}"
    raise ValueError(f"{name} was recorded as {_kind(example)}, and {wanted.replace(repr('N'), 'N')}; got shape {own}")


def _number(given: Any, name: str) -> float:
    try:
        return as_number(given)
    except TypeError:
        raise TypeError(f"{name} is a number, or an array of numbers; got {given!r:.60}") from None


def _kind(structure: Any) -> str:
    if isinstance(structure, dict):
        return f"a dict with the keys {', '.join(map(repr, structure))}"
    if isinstance(structure, (list, tuple)):
        return f"a {type(structure).__name__} of {len(structure)}"
    return "a number"


def _is_array(x: Any) -> bool:
    return hasattr(x, "shape") and hasattr(x, "dtype")


def _is_numpy(x: Any) -> bool:
    return type(x).__module__ == "numpy"
