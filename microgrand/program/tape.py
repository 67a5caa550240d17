"""`Tape`: a computation as plain immutable data, one step of the table's rows after another.

Whatever is done with a program is a function of this record: replay, derivatives, listing, printing, passes. `Program`,
in `program.py`, is a tape that has these functions as methods.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, NamedTuple, Self, TypeVar

from microgrand.errors import GraphError
from microgrand.nested import flat, parts_of, places, rebuilt
from microgrand.progress import progress
from microgrand.shortening import how_many, listed
from microgrand.table.numbers import as_number
from microgrand.table.primitive import Primitive


class Application(NamedTuple):
    """One step: a row of the table applied to the slots of its operands.

    members  the operands' slots: one tuple or, in a grouped program, several, each of which fills a slot of its own
    """

    row: Primitive
    members: tuple[tuple[int, ...], ...]

    def moved(self, place: Any) -> Application:
        """The same step over the slots place[k] for each slot k."""
        return Application(self.row, tuple([tuple([place[k] for k in operands]) for operands in self.members]))

    def __repr__(self) -> str:
        members = listed(self.members, lambda operands: f"({listed(operands)})", count="in .members")
        return f"Application(row={self.row!r}, members=({members},))"


class Guard(NamedTuple):
    """A comparison that Python code made while it was recorded: the branch taken is right where `outcome` holds."""

    comparison: Primitive
    left: int
    right: int
    outcome: bool


@dataclass(frozen=True, eq=False, repr=False)
class Tape:
    """Steps over slots, each of them one number.

    The slots are numbered from 0: first the inputs, then the parameters, then the constants; after these every member
    of every step fills one more.

    title       what the function is called
    example     the arguments it was recorded at: numbers, or nested lists, tuples and dicts of numbers
    names       what each argument is called
    parameters  the leaves that the function found outside its arguments: a pair (name, number) each
    constants   the plain numbers
    steps       what is computed
    result      the slot of the value, or a nested list, tuple or dict of slots
    guards      the comparisons on which the choice of these steps rests

    Equal tapes have one hash, in every process. Raises GraphError where a step uses a slot that is not filled yet, or
    does not suit its row.
    """

    title: str
    example: tuple[Any, ...]
    names: tuple[str, ...]
    parameters: tuple[tuple[str, float], ...]
    constants: tuple[float, ...]
    steps: tuple[Application, ...]
    result: Any
    guards: tuple[Guard, ...] = ()
    _derived: dict[Any, Any] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("example", "names", "steps", "guards"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        parameters = tuple([(name, as_number(number)) for name, number in self.parameters])
        object.__setattr__(self, "parameters", parameters)
        object.__setattr__(self, "constants", tuple([as_number(number) for number in self.constants]))
        check(self)

    # ---- what the parts say ------------------------------------------------------------------------------------------

    @cached_property
    def inputs(self) -> tuple[float, ...]:
        """The example's numbers, one per input slot."""
        return tuple(flat(self.example))

    @cached_property
    def outputs(self) -> tuple[int, ...]:
        """The result's slots, in order."""
        return tuple(slots(self.result))

    @cached_property
    def first(self) -> int:
        """The first slot that a step fills."""
        return len(self.inputs) + len(self.parameters) + len(self.constants)

    @cached_property
    def size(self) -> int:
        """How many slots there are."""
        return self.first + sum([len(members) for _, members in self.steps])

    @property
    def input_names(self) -> list[str]:
        """Where each input stands among the arguments: "x[0]"."""
        pairs = zip(self.names, self.example, strict=True)
        return [place for name, argument in pairs for place in places(argument, name)]

    @property
    def ends(self) -> list[int]:
        """The slots that must be filled: the result's, and those that are compared."""
        return [*self.outputs, *[k for guard in self.guards for k in (guard.left, guard.right)]]

    @cached_property
    def guards_after(self) -> dict[int, list[Guard]]:
        """The guards by the slot after which both sides are known: `first - 1` for all before the steps."""
        found: dict[int, list[Guard]] = {}
        for guard in self.guards:
            found.setdefault(max(guard.left, guard.right, self.first - 1), []).append(guard)
        return found

    def numbered(self) -> Iterator[tuple[int, Application]]:
        """Every step, with the slot that its first member fills."""
        slot = self.first
        for step in self.steps:
            yield slot, step
            slot += len(step.members)

    def computed(self) -> Iterator[tuple[int, tuple[Primitive, tuple[int, ...]]]]:
        """Every slot that a step fills, with the row and the slots of its operands."""
        for first, (row, members) in self.numbered():
            for slot, operands in enumerate(members, first):
                yield slot, (row, operands)

    def is_constant(self, slot: int) -> bool:
        """Whether a slot holds a plain number."""
        return self.first - len(self.constants) <= slot < self.first

    def operands(self, slot: int) -> tuple[int, ...]:
        """The slots that a slot is computed from; none, for one that is not computed."""
        for filled, (_, members) in self.numbered():
            if filled <= slot < filled + len(members):
                return members[slot - filled]
        return ()

    # ---- tapes made of this one --------------------------------------------------------------------------------------

    def derived(self, key: Any, make: Callable[[], Any]) -> Any:
        """What `make` gives, made once and kept as long as the tape: derivatives, plans."""
        if key not in self._derived:
            with progress(f"preparing {self.title}", ("derivatives and plans",)):
                self._derived[key] = make()
        return self._derived[key]

    def with_parts(self, **others: Any) -> Self:
        """The program with some of its parts replaced."""
        return replace(self, **others)

    def renumbered(self, place: Any, **others: Any) -> Self:
        """The same steps over the slots place[k] for each slot k; `others` are parts to replace."""
        steps = [step.moved(place) for step in self.steps]
        guards = [guard._replace(left=place[guard.left], right=place[guard.right]) for guard in self.guards]
        return self.with_parts(steps=steps, result=moved(self.result, place), guards=guards, **others)

    def parameterised(self) -> Self:
        """The program as a function of its parameters too: they become the first argument, a list.

        >>> from microgrand import Value, record
        >>> w = Value(3.0, name="w")
        >>> program = record(lambda x: w * x, 1.0)
        >>> program(2.0), program.parameterised()([10.0], 2.0)
        (6.0, 20.0)
        """
        numbers = [number for _, number in self.parameters]
        at = len(self.inputs)
        order = [*range(at, at + len(numbers)), *range(at), *range(at + len(numbers), self.size)]
        place = {old: new for new, old in enumerate(order)}
        return self.renumbered(
            place, example=(numbers, *self.example), names=("parameters", *self.names), parameters=()
        )

    def bind(self, numbers: Sequence[float]) -> Self:
        """The program with other numbers for its parameters, in the order of `parameters`."""
        names = [name for name, _ in self.parameters]
        if len(numbers) != len(names):
            raise ValueError(f"{self.title} has {len(names)} parameters; got {len(numbers)} numbers")
        return self.with_parts(parameters=list(zip(names, numbers, strict=True)))

    # ---- plain data --------------------------------------------------------------------------------------------------

    @cached_property
    def digest(self) -> str:
        """64 hexadecimal digits that tell this program from every other of the same rows, the same in every process.

        A row counts by its name, which another row that a user declares may have too.
        """
        content = (self.title, self.example, self.names, self.parameters, self.constants, self.result, self.guards)
        text = hashlib.sha256(repr(content).encode())
        for row, members in self.steps:
            text.update(f"{row.name}{members}".encode())
        return text.hexdigest()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tape):
            return NotImplemented
        return self.digest == other.digest and [row for row, _ in self.steps] == [row for row, _ in other.steps]

    def __hash__(self) -> int:
        return int(self.digest[:15], 16)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple([getattr(self, part.name) for part in fields(self) if part.init])

    def __repr__(self) -> str:
        guards = f", {how_many(len(self.guards), 'guard')}" if self.guards else ""
        steps = how_many(len(self.steps), "step")
        return f"<program {self.title}({listed(self.names)}): {steps}{guards}; print(…) lists them>"


SomeTape = TypeVar("SomeTape", bound=Tape)


def slots(result: Any) -> list[int]:
    """The slots of a nested result, in order."""
    parts = parts_of(result)
    if parts is None:
        return [result]
    found: list[int] = []
    for item in parts:
        if type(item) is int:  # as most are
            found.append(item)
        elif item is not None:
            found.extend(slots(item))
    return found


def moved(result: Any, place: Any) -> Any:
    """The result with the slot place[k] for each slot k."""
    return rebuilt(result, iter([place[k] for k in slots(result)]))


def check(tape: Tape) -> None:
    """Raise a GraphError unless every slot is filled before it is used, and every row has the operands it takes."""
    if len(tape.names) != len(tape.example):
        raise GraphError(f"{tape.title} has {len(tape.example)} arguments and {len(tape.names)} names")
    for filled, (row, members) in tape.numbered():
        for operands in members:
            if row.arity is not None and len(operands) != row.arity:
                raise GraphError(f"{row.name} takes {row.arity} operand(s); step z{filled} has {len(operands)}")
            if operands and not 0 <= min(operands) <= max(operands) < filled:
                raise GraphError(f"step z{filled} = {row.name}{operands} uses a slot that is not filled before it")
    for slot in tape.ends:
        if not isinstance(slot, int) or not 0 <= slot < tape.size:
            raise GraphError(f"there is no slot {slot!r} to return or to compare: {tape.title} has {tape.size}")
