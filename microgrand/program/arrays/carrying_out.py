"""Carrying out a plan on arrays, a stretch of lanes at a time: what is in work stays in the processor's caches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from microgrand.outer_errors import GuardError
from microgrand.program.arguments import Arguments
from microgrand.program.arrays.blocks import device_of, dtype_of, laned_block, shared_block
from microgrand.program.arrays.kinds import Function
from microgrand.program.arrays.passes import optimised
from microgrand.program.arrays.plan import Cell, Part, Plan
from microgrand.program.arrays.planning import planned
from microgrand.program.arrays.rows import indexed
from microgrand.program.replay_on_numbers import broken
from microgrand.program.tape import Tape
from microgrand.table.arrays import quietly
from microgrand.table.libraries import library

CACHE = 2**17  # numbers that are in work at once: 1 MiB
FEWEST, MOST = 512, 65536  # lanes of a stretch

Step = tuple[Cell, Function, tuple[Cell, ...], tuple[Cell, ...]]


class Bound(NamedTuple):
    """A plan with what its operations are in one array library.

    program             whose plan it is
    shared, operations  of each operation the cell that it fills, the function, the operands, the cells to drop
    sums                of each sum the part, the places, the function, the operands
    standing            the cells before a run, by precision and device
    """

    plan: Plan
    program: Tape
    shared: list[Step]
    operations: list[Step]
    sums: list[tuple[int, Any, Function, tuple[Cell, ...]]]
    standing: dict[Any, list[Any]]


def computed(program: Tape, given: Arguments, parts: tuple[Part, ...], exact: bool) -> list[Any]:
    """What is asked of a program on these arguments: per part an array (k,) if it is summed, else (k, L).

    Raises GuardError where a comparison comes out otherwise than recorded, in any lane.
    """
    xp = library(given.arrays()[0])
    key = (given.signature, parts, exact, xp.__name__)
    make = lambda: bound(plan_of(program, given, parts, exact), _target(program, exact), xp)
    return carried_out(program.derived(key, make), given, xp)


def plan_of(program: Tape, given: Arguments, parts: Sequence[Part], exact: bool) -> Plan:
    """The plan for a program on such arguments."""
    return planned(_target(program, exact), [(block.slots, block.laned) for block in given.blocks], parts, exact)


def _target(program: Tape, exact: bool) -> Tape:
    """The program that a plan is made for: the optimised one, which has the same outputs, or itself."""
    target: Tape = program if exact else program.derived("optimised", lambda: optimised(program))
    return target


def bound(plan: Plan, target: Tape, xp: Any) -> Bound:
    """The plan, to be carried out in an array library; `target` is the program that it is the plan for."""
    shared, operations = [
        [(each.out, each.kind.function(xp), each.operands, each.dropped) for each in some]
        for some in (plan.shared, plan.operations)
    ]
    sums = [(part, indexed(where, xp), kind.function(xp), operands) for part, where, kind, operands in plan.sums]
    return Bound(plan, target, shared, operations, sums, {})


def carried_out(bound: Bound, given: Arguments, xp: Any) -> list[Any]:
    """The parts that the plan was made for, of these arguments: see `computed`."""
    return quietly(_results, [bound, given, xp]) if xp.__name__ == "numpy" else _results(bound, given, xp)


def _results(bound: Bound, given: Arguments, xp: Any) -> list[Any]:
    arrays = given.arrays()
    return _Run(bound, given, xp, dtype_of(arrays, xp), arrays[0]).results()


class _Run:
    """One run of a plan."""

    def __init__(self, bound: Bound, given: Arguments, xp: Any, dtype: Any, like: Any) -> None:
        self.bound, self.plan, self.given = bound, bound.plan, given
        self.lanes, self.xp, self.dtype = given.lanes, xp, dtype
        self.is_numpy = xp.__name__ == "numpy"
        self.narrow = self.is_numpy and dtype != xp.float64
        kind = (dtype, getattr(like, "device", None))
        if kind not in bound.standing:
            bound.standing[kind] = _standing(self.plan, len(given.blocks), xp, dtype, like)
        self.cells = bound.standing[kind].copy()
        for k, block in enumerate(given.blocks):
            if not block.laned:
                self.cells[k] = shared_block(block, given.pieces, xp, dtype, like)
        self.totals: list[Any] = [None] * len(self.plan.parts)
        self.pieces: list[list[Any]] = [[] for _ in self.plan.parts]

    def results(self) -> list[Any]:
        self._carry_out(self.bound.shared)
        for start, stop in self._stretches():
            self._lay(slice(start, stop))
            self._carry_out(self.bound.operations)
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

    def _lay(self, lanes: slice) -> None:
        """Put these lanes of the inputs into their cells."""
        for k, block in enumerate(self.given.blocks):
            if block.laned:
                lane_by_lane = self.is_numpy and k in self.plan.elementwise
                self.cells[k] = laned_block(block, self.given.pieces, self.xp, self.dtype, lanes, lane_by_lane)

    def _carry_out(self, operations: Sequence[Step]) -> None:
        cells = self.cells
        out = -1
        try:
            for out, function, operands, dropped in operations:
                cells[out] = function(*[cells[k] for k in operands])
                if self.narrow:
                    self._narrow(out)
                for k in dropped:
                    cells[k] = None
        except (TypeError, ValueError, AttributeError) as error:
            row = next(each.kind.name for each in (*self.plan.shared, *self.plan.operations) if each.out == out)
            kinds = ", ".join(sorted({type(array).__name__ for array in self.given.arrays()}))
            raise TypeError(
                f"{row} has no form for arrays ({kinds}): its value, as its row declares it, raised {error!s:.200}; "
                "written with microgrand's own functions it would have one"
            ) from error

    def _narrow(self, out: Cell) -> None:
        """Bring a cell back to the precision of the run, where a row has computed it in double precision."""
        found = self.cells[out]
        if out not in self.plan.prepared and found.dtype != self.dtype:
            self.cells[out] = found.astype(self.dtype)

    def _check_guards(self, start: int) -> None:
        program = self.bound.program
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
        for number, where, function, operands in self.bound.sums:
            found = function(*[self.cells[k] for k in operands])
            if not any([self.plan.laned[k] for k in operands]):
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
            total = self.xp.zeros(size, dtype=found.dtype, **device_of(found))
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
    cells: list[Any] = [None] * len(plan.sizes)
    for cell, x in plan.numbers:
        cells[cell] = x
    for k, numbers in enumerate([plan.parameters, plan.constants], first):
        cells[k] = xp.asarray([[x] for x in numbers] or [[0.0]], dtype=dtype, **device_of(like))
    return cells
