"""Carrying out a plan on arrays, a stretch of lanes at a time: what is in work stays in the processor's caches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from microgrand.errors import GuardError
from microgrand.program.arguments import Arguments, Piece
from microgrand.program.arrays.operations import Operation
from microgrand.program.arrays.passes import optimised
from microgrand.program.arrays.plan import Part, Plan, as_often
from microgrand.program.replay_on_numbers import broken
from microgrand.program.tape import Tape
from microgrand.table.arrays import library, quietly

CACHE = 2**17  # numbers that are in work at once: 1 MiB
FEWEST, MOST = 512, 65536  # lanes of a stretch


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
        return xp.asarray(numbers, dtype=dtype, **_device(like))


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


class _Prepared(NamedTuple):
    """A plan, and how the arguments come to its blocks."""

    plan: Plan
    blocks: list[Block]


def computed(program: Tape, given: Arguments, parts: tuple[Part, ...], exact: bool) -> list[Any]:
    """What is asked of a program on these arguments: per part an array (k,) if it is summed, else (k, L).

    Raises GuardError where a comparison comes out otherwise than recorded, in any lane.
    """
    arrays = given.arrays()
    xp = library(arrays[0])
    key = (given.signature, parts, exact, xp.__name__)
    prepared = program.derived(key, lambda: _prepared(program, given, parts, exact, xp))
    run = _Run(prepared, given, xp, _dtype(arrays, xp), arrays[0])
    return quietly(run.results, []) if xp.__name__ == "numpy" else run.results()


def _prepared(program: Tape, given: Arguments, parts: Sequence[Part], exact: bool, xp: Any) -> _Prepared:
    """The plan for the program, or for the optimised one, which has the same outputs."""
    target: Tape = program if exact else program.derived("optimised", lambda: optimised(program))
    blocks = blocks_of(given.pieces)
    return _Prepared(Plan(target, [(block.slots, block.laned) for block in blocks], parts, exact, xp), blocks)


class _Run:
    """One run of a plan."""

    def __init__(self, prepared: _Prepared, given: Arguments, xp: Any, dtype: Any, like: Any) -> None:
        self.plan, self.blocks = prepared
        self.leaves = [block.array(given.pieces, xp, dtype, like) for block in self.blocks]
        self.lanes, self.xp = given.lanes, xp
        kind = (dtype, getattr(like, "device", None))
        if kind not in self.plan.standing:
            self.plan.standing[kind] = _standing(self.plan, len(self.leaves), xp, dtype, like)
        self.cells = self.plan.standing[kind].copy()
        self.totals: list[Any] = [None] * len(self.plan.parts)
        self.pieces: list[list[Any]] = [[] for _ in self.plan.parts]

    def results(self) -> list[Any]:
        for k, leaf in enumerate(self.leaves):
            if not self.blocks[k].laned:
                self.cells[k] = leaf
        self._carry_out(self.plan.shared)
        for start, stop in self._stretches():
            self._lay(start, stop)
            self._carry_out(self.plan.operations)
            if self.plan.guards:
                self._check_guards(start)
            self._collect(stop - start)
        return [self._result(k, part) for k, part in enumerate(self.plan.parts)]

    def _stretches(self) -> Iterator[tuple[int, int]]:
        """Ranges of lanes; one range where the library traces, and a loop would be unrolled."""
        lanes = self.lanes if self.lanes is not None else 1
        size = min(max(CACHE // max(self.plan.width, 1), FEWEST), MOST)
        count = 1 if "jax" in self.xp.__name__ else max(-(-lanes // size), 1)
        for k in range(count):
            yield k * lanes // count, (k + 1) * lanes // count

    def _lay(self, start: int, stop: int) -> None:
        """Put these lanes of the inputs into their cells."""
        for k, (block, leaf) in enumerate(zip(self.blocks, self.leaves, strict=True)):
            if block.slot_last:
                rows = leaf[start:stop].T
                laid_out = k in self.plan.laid_out and self.xp.__name__ == "numpy"
                self.cells[k] = self.xp.ascontiguousarray(rows) if laid_out else rows
            elif block.laned:
                self.cells[k] = leaf[:, start:stop]

    def _carry_out(self, operations: Sequence[Operation]) -> None:
        cells = self.cells
        out = -1
        try:
            for out, function, operands, _, dropped in operations:
                cells[out] = function(*[cells[k] for k in operands])
                for k in dropped:
                    cells[k] = None
        except (TypeError, ValueError, AttributeError) as error:
            row = next(operation.row for operation in operations if operation.out == out)
            kinds = ", ".join(sorted({type(leaf).__name__ for leaf in self.leaves}))
            raise TypeError(
                f"{row} has no form for arrays ({kinds}): its value, as its row declares it, raised {error!s:.200}; "
                "written with microgrand's own functions it would have one"
            ) from error

    def _check_guards(self, start: int) -> None:
        program = self.plan.program
        for guard, left, right in self.plan.guards:
            sides = [self.cells[left], self.cells[right]]
            wrong = (guard.comparison.value(*sides) != 0.0) != guard.outcome
            try:
                lane = int(wrong[0].argmax()) if bool(wrong.any()) else -1
            except Exception as error:
                raise GuardError(
                    f"{program.title} has a guard, which a compiler cannot trace: write "
                    f"where({guard.comparison.name}(…), …) in the place of the comparison"
                ) from error
            if lane >= 0:
                a, b = [side[0, min(lane, side.shape[1] - 1)] for side in sides]
                raise GuardError(broken(program, guard, a, b, None if self.lanes is None else start + lane))

    def _collect(self, lanes: int) -> None:
        for number, where, function, operands, _ in self.plan.sums:
            found = function(*[self.cells[k] for k in operands])
            if function is as_often:
                found = found * float(lanes)
            self.totals[number] = self._added(self.totals[number], number, where, found)
        for number, cell in self.plan.outputs:
            self.pieces[number].append(self._spread(self.cells[cell], lanes))

    def _added(self, total: Any, number: int, where: Any, found: Any) -> Any:
        """total[where] += found; out of place for libraries that trace."""
        size = len(self.plan.parts[number].outputs)
        if found.shape[0] == size and isinstance(where, slice):
            return found if total is None else total + found
        if total is None:
            total = self.xp.zeros(size, dtype=found.dtype, **_device(found))
        if hasattr(total, "at"):
            return total.at[where].add(found)
        total[where] += found
        return total

    def _spread(self, block: Any, lanes: int) -> Any:
        """The block with all lanes, where these share its numbers."""
        if self.lanes is None or block.shape[1] == lanes:
            return block
        return self.xp.broadcast_to(block, (block.shape[0], lanes))

    def _result(self, number: int, part: Part) -> Any:
        if part.summed:
            return self.totals[number]
        pieces = self.pieces[number]
        return pieces[0] if len(pieces) == 1 else self.xp.concat(pieces, axis=1) if pieces else None


def _standing(plan: Plan, first: int, xp: Any, dtype: Any, like: Any) -> list[Any]:
    """The cells as every run finds them: filled where they hold parameters, constants and plain numbers."""
    cells: list[Any] = [None] * len(plan.cells.sizes)
    for cell, x in plan.cells.numbers.items():
        cells[cell] = x
    for k, numbers in enumerate([[number for _, number in plan.program.parameters], plan.program.constants], first):
        cells[k] = xp.asarray([[x] for x in numbers] or [[0.0]], dtype=dtype, **_device(like))
    return cells


def _as(data: Any, xp: Any, dtype: Any) -> Any:
    return data if data.dtype == dtype else xp.asarray(data, dtype=dtype)


def _dtype(arrays: Sequence[Any], xp: Any) -> Any:
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


def _device(like: Any) -> dict[str, Any]:
    """Where PyTorch keeps the array; the others see to that themselves."""
    return {"device": like.device} if type(like).__module__.startswith("torch") else {}
