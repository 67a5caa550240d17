"""`Draft`: a program that is being written, step by step; whoever makes a program writes it here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from struct import pack
from typing import Any, Generic

from microgrand.program.tape import Application, Guard, SomeTape, moved, slots
from microgrand.table.primitive import Primitive


class Draft(Generic[SomeTape]):
    """Steps over slots, where a constant has its slot as soon as it is met: -1, -2, … until the program is finished.

    kind                               what it will be: a Tape, a Program
    title, example, names, parameters  as in `Tape`
    """

    def __init__(
        self,
        kind: type[SomeTape],
        title: str,
        example: Sequence[Any],
        names: Sequence[str],
        parameters: Sequence[tuple[str, float]],
        leaves: int,
    ) -> None:
        self.kind = kind
        self.title, self.example, self.names, self.parameters = title, example, names, parameters
        self.steps: list[Application] = []
        self.leaves = leaves  # the slots of inputs and parameters
        self.size = leaves
        self._constants: dict[bytes, int] = {}
        self._numbers: list[float] = []

    @classmethod
    def like(cls, program: SomeTape) -> tuple[Draft[SomeTape], list[int]]:
        """A draft with the program's inputs and parameters, and for each of its leaf slots the slot here."""
        leaves = program.first - len(program.constants)
        draft = Draft(type(program), program.title, program.example, program.names, program.parameters, leaves)
        return draft, [*range(leaves), *[draft.constant(x) for x in program.constants]]

    def constant(self, x: float) -> int:
        """The slot of a plain number; the same bits have the same slot."""
        slot = self._constants.setdefault(pack("d", x), ~len(self._numbers))
        if slot == ~len(self._numbers):
            self._numbers.append(x)
        return slot

    def step(self, row: Primitive, *members: tuple[int, ...]) -> int:
        """Apply a row; the slot that its first member fills."""
        self.steps.append(Application(row, members))
        self.size += len(members)
        return self.size - len(members)

    def apply(self, row: Primitive, operands: Sequence[int | float]) -> int:
        """Apply a row to slots, which are ints, and plain numbers, which are floats; the slot that is filled."""
        return self.step(row, tuple([k if isinstance(k, int) else self.constant(k) for k in operands]))

    def finished(self, result: Any, guards: Iterable[Guard] = ()) -> SomeTape:
        """The program that returns `result`, a slot or a nesting of slots. Constants that nothing uses are left out."""
        guards = list(guards)
        used = {k for _, members in self.steps for operands in members for k in operands if k < 0}
        used.update([k for guard in guards for k in (guard.left, guard.right) if k < 0])
        place = _Places(self.leaves, sorted(used | {k for k in slots(result) if k < 0}, reverse=True))
        return self.kind(
            self.title, tuple(self.example), tuple(self.names), tuple(self.parameters),
            tuple([self._numbers[~k] for k in place.constants]), tuple([step.moved(place) for step in self.steps]),
            moved(result, place), tuple([g._replace(left=place[g.left], right=place[g.right]) for g in guards]),
        )  # fmt: skip

    def finished_like(self, program: SomeTape, place: Sequence[int]) -> SomeTape:
        """The program that returns what `program` does and has its guards, whose slots have moved."""
        guards = [Guard(g.comparison, place[g.left], place[g.right], g.outcome) for g in program.guards]
        return self.finished(moved(program.result, place), guards)


class _Places:
    """The final number of each slot of a draft: constants move in between the leaves and the steps."""

    def __init__(self, leaves: int, constants: Sequence[int]) -> None:
        self.leaves, self.constants = leaves, constants
        self._of_constant = {k: leaves + i for i, k in enumerate(constants)}
        self._shift = len(constants)

    def __getitem__(self, k: int) -> int:
        if k < 0:
            return self._of_constant[k]
        return k if k < self.leaves else k + self._shift
