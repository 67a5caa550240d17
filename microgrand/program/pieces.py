"""What a program is given, as pieces that fill its slots: beyond this file, no form of numbers differs from another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, cast

from microgrand.engine.node import Node
from microgrand.nested import as_array, parts_of, with_parts
from microgrand.program.tables import as_array_of_numbers
from microgrand.table.arrays import holds_objects
from microgrand.table.numbers import as_number, is_plain

Shape = tuple[int, ...]


class Layout(NamedTuple):
    """The structure of an argument, as it was recorded.

    shape  of the array that may be given instead: () for a number, None where the nesting is not rectangular
    size   how many numbers it has
    parts  of a dict, a list and their kin, () for None; None for a number
    kind   what it is, in words
    """

    shape: Shape | None
    size: int
    parts: Any
    kind: str


def layout_of(example: Any) -> Layout:
    """The layout of a nesting of numbers.

    >>> layout_of([[1.0, 2.0], [3.0, 4.0]]).shape, layout_of([[1.0, 2.0], 3.0]).shape
    ((2, 2), None)
    """
    if isinstance(example, dict):
        named = {key: _layout_within(item) for key, item in example.items()}
        size = sum([part.size for part in named.values()])
        return Layout(None, size, named, f"a dict with the keys {', '.join(map(repr, example))}")
    inner = parts_of(example)
    if inner is not None:
        parts = [_layout_within(item) for item in inner]
        shapes = {part.shape for part in parts}
        inner = shapes.pop() if len(shapes) == 1 else None
        shape = None if inner is None else (len(parts), *inner)
        return Layout(shape, sum([part.size for part in parts]), parts, _kind(example))
    return Layout((), 1, None, "a number")


def _layout_within(item: Any) -> Layout:
    return NOTHING if item is None else layout_of(item)


NOTHING = Layout(None, 0, (), "None")  # stands within structures, and holds no number


class Piece(NamedTuple):
    """Numbers of one argument that follow each other and have no lanes, or one array.

    data   a list of numbers, or the array
    slots  the slots they fill
    shape  of the array without its lanes; None for numbers
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
    def items(self) -> int:
        """How many items stand for it in a gradient: one per number, or one array."""
        return len(self.slots) if self.shape is None else 1

    @property
    def is_array(self) -> bool:
        """Whether it needs array operations: whether it has lanes, or belongs to a library that is not NumPy."""
        return self.lanes is not None or (self.shape is not None and not is_numpy(self.data))


class Block(NamedTuple):
    """Neighbouring slots whose numbers are of one kind: without lanes, or (N,) arrays, or one array with lanes.

    slots        the slots
    laned        whether they have lanes
    whole        whether they come as one array with lanes along its first axis, and have others after it
    start, stop  the pieces that fill them
    """

    slots: range
    laned: bool
    whole: bool
    start: int
    stop: int

    def joins(self, piece: Piece) -> bool:
        """Whether a piece can be part of it."""
        return piece.laned == self.laned and not (self.laned and (self.whole or piece.shape))


def blocks_of(pieces: Sequence[Piece]) -> list[Block]:
    """The pieces as blocks, neighbours of one kind together."""
    blocks: list[Block] = []
    for k, piece in enumerate(pieces):
        if blocks and blocks[-1].joins(piece):
            last = blocks.pop()
            blocks.append(last._replace(slots=range(last.slots.start, piece.slots.stop), stop=k + 1))
        elif len(piece.slots) > 0:
            blocks.append(Block(piece.slots, piece.laned, piece.laned and bool(piece.shape), k, k + 1))
    return blocks


def pieces_of(layout: Layout, given: Any, name: str, slot: int) -> list[Piece]:
    """The pieces of the argument called `name`, whose first slot is `slot`.

    Raises TypeError for what is no number, ValueError for another structure than the layout's.
    """
    found = _Pieces(slot)
    found.add(layout, given, name)
    found.close()
    return found.pieces


class _Pieces:
    """The pieces that are found so far, and the numbers of the next."""

    def __init__(self, slot: int) -> None:
        self.pieces: list[Piece] = []
        self.slot = slot
        self.numbers: list[Any] = []

    def add(self, layout: Layout, given: Any, name: str) -> None:
        """All that there is in `given`, in the order of the layout."""
        parts = layout.parts
        if parts is None and isinstance(given, float):
            self.numbers.append(float(given))
        elif layout is NOTHING and given is None:
            pass
        elif isinstance(parts, list) and (inner := _items(given)) is not None and len(parts) == len(inner):
            for k, (part, item) in enumerate(zip(parts, inner, strict=True)):
                if type(item) is float and part.parts is None:  # as most are
                    self.numbers.append(item)
                else:
                    self.add(part, item, f"{name}[{k}]")
        elif isinstance(parts, dict) and isinstance(given, dict) and parts.keys() == given.keys():
            for key, part in parts.items():
                self.add(part, given[key], f"{name}[{key!r}]")
        elif is_array(given := as_array_of_numbers(given, name)):
            self.add_array(layout, given, name)
        elif parts is not None or layout is NOTHING or parts_of(given) is not None:
            raise ValueError(f"{name} was recorded as {layout.kind}; got {_kind(given)}{_way_out(layout, given, name)}")
        else:
            self.numbers.append(given if isinstance(given, Node) or hasattr(given, "context") else _number(given, name))

    def add_array(self, layout: Layout, given: Any, name: str) -> None:
        """An array; one of objects, which may be Values, as nested lists."""
        own, shape = tuple(given.shape), layout.shape
        if is_dask(given) and any([size != size for size in own]):
            raise ValueError(f"{name} has chunks of unknown lengths: {name}.compute_chunk_sizes() finds them")
        if holds_objects(given):
            self.add(layout, given.tolist(), name)
        elif own == shape == () and is_numpy(given):
            self.numbers.append(as_number(given))
        elif shape is not None and own in (shape, own[:1] + shape):
            self.close()
            slots = range(self.slot, self.slot + layout.size)
            self.pieces.append(Piece(given, slots, shape, own[0] if len(own) > len(shape) else None))
            self.slot = slots.stop
        else:
            raise ValueError(f"{name} was recorded as {layout.kind}, and {_takes(shape)}; got shape {own}")

    def close(self) -> None:
        """Make a piece of the numbers."""
        if self.numbers:
            slots = range(self.slot, self.slot + len(self.numbers))
            self.pieces.append(Piece(self.numbers, slots, None, None))
            self.slot, self.numbers = slots.stop, []


def placed(layout: Layout, given: Any, items: Iterator[Any]) -> Any:
    """The structure of an argument with an item in place of each number and of each array.

    The items follow the slots; a dict has its keys in the order in which they were given.
    """
    if isinstance(given, dict):
        found = {key: placed(part, given[key], items) for key, part in layout.parts.items()}
        return {key: found[key] for key in given}
    if given is None:
        return None
    if is_array(given) and not holds_objects(given):
        return next(items)
    inner = _items(given)
    if inner is not None:
        pairs = zip(layout.parts, inner, strict=True)
        return with_parts(
            given,
            [next(items) if part.parts is None else placed(part, item, items) for part, item in pairs],
        )
    if holds_objects(given) and holds_objects(given := as_array_of_numbers(given, "an argument")):
        return as_array(given, items)
    return next(items)


def is_array(x: Any) -> bool:
    """Whether it has a shape and a type of its numbers: an array, also one number of NumPy's."""
    return hasattr(x, "shape") and hasattr(x, "dtype")


def is_numpy(x: Any) -> bool:
    """Whether it is an array of NumPy's."""
    return type(x).__module__ == "numpy"


def is_dask(x: Any) -> bool:
    """Whether it is a Dask array or frame; Dask itself is not imported for that."""
    return type(x).__module__.startswith("dask.")


def _number(given: Any, name: str) -> float:
    try:
        return as_number(given)
    except TypeError:
        raise TypeError(f"{name} is a number, or an array of numbers; got {given!r:.60}") from None


def _kind(structure: Any) -> str:
    if isinstance(structure, dict):
        return f"a dict with the keys {', '.join(map(repr, structure))}"
    parts = _items(structure)
    if parts is not None:
        return f"a {type(structure).__name__} of {len(parts)}"
    number = is_plain(structure) or isinstance(structure, Node) or hasattr(structure, "context")
    kind = type(structure).__name__
    return "a number" if number else f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}"


def _way_out(layout: Layout, given: Any, name: str) -> str:
    """What to write where a list has one item a lane: lists are taken as they were recorded, arrays may have lanes."""
    items = _items(given)
    alike = layout.shape is not None and items and _shape(items[0]) == layout.shape
    return f": numpy.asarray({name}) has a lane for each of its items" if alike else ""


def _shape(item: Any) -> Shape | None:
    """The shape of nested lists, as far as their first items tell."""
    inner = _items(item)
    below = () if inner is None else _shape(inner[0]) if inner else None
    return None if below is None else below if inner is None else (len(inner), *below)


def _items(structure: Any) -> Sequence[Any] | None:
    """What stands in order in a structure, but for a dict's; None for anything else."""
    if isinstance(structure, (list, tuple)):  # as most are
        return structure
    return None if isinstance(structure, (dict, Node)) else cast("Sequence[Any] | None", parts_of(structure))


def _takes(shape: Shape | None) -> str:
    if shape is None:
        return "cannot be given as an array"
    laned = repr(("N", *shape)).replace("'N'", "N")
    return f"takes an array of shape {shape} or {laned}"
