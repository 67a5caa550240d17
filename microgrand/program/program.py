"""`Program`: a recorded computation as plain immutable data, one step of the table's rows after another."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from microgrand.errors import GraphError
from microgrand.nested import flat, places
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


class Guard(NamedTuple):
    """A comparison that Python code made while it was recorded: the branch taken is right where `outcome` holds."""

    comparison: Primitive
    left: int
    right: int
    outcome: bool


class Program:
    """What a function computes: steps over slots, each of them one number.

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

    Programs are made by `record`; equal ones have one hash, in every process. Raises GraphError where a step uses a
    slot that is not filled yet, or does not suit its row.

    >>> from microgrand import record, tanh
    >>> program = record(lambda w, x: tanh(w * x + 1.0), 0.5, 2.0)
    >>> print(program)
    <lambda>(w, x)
    z0 = w           input
    z1 = x           input
    z2 = 1           constant
    z3 = z0·z1       mul
    z4 = z3 + z2     add
    z5 = tanh(z4)    tanh
    return z5
    >>> program(0.0, 1.0)
    0.7615941559557649
    """

    __slots__ = (
        "__weakref__", "_derived", "_digest", "constants", "example", "first", "guards", "inputs", "names", "outputs",
        "parameters", "result", "size", "steps", "title",
    )  # fmt: skip

    title: str
    example: tuple[Any, ...]
    names: tuple[str, ...]
    parameters: tuple[tuple[str, float], ...]
    constants: tuple[float, ...]
    steps: tuple[Application, ...]
    result: Any
    guards: tuple[Guard, ...]
    inputs: tuple[float, ...]  # the example's numbers, one per input slot
    outputs: tuple[int, ...]  # the result's slots, in order
    first: int  # slot of the steps
    size: int  # slots in all
    _derived: dict[Any, Any]
    _digest: str

    def __init__(
        self,
        title: str,
        example: Sequence[Any],
        names: Sequence[str],
        parameters: Iterable[tuple[str, float]],
        constants: Iterable[float],
        steps: Iterable[Application],
        result: Any,
        guards: Iterable[Guard] = (),
    ) -> None:
        parts = {
            "title": title,
            "example": tuple(example),
            "names": tuple(names),
            "parameters": tuple([(name, as_number(number)) for name, number in parameters]),
            "constants": tuple([as_number(number) for number in constants]),
            "steps": tuple(steps),
            "result": result,
            "guards": tuple(guards),
        }
        for part, content in parts.items():
            object.__setattr__(self, part, content)
        object.__setattr__(self, "inputs", tuple(flat(self.example)))
        object.__setattr__(self, "outputs", tuple(slots(self.result)))
        first = len(self.inputs) + len(self.parameters) + len(self.constants)
        object.__setattr__(self, "first", first)
        object.__setattr__(self, "size", first + sum([len(members) for _, members in self.steps]))
        object.__setattr__(self, "_derived", {})
        object.__setattr__(self, "_digest", "")
        _check(self)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Program cannot be changed: {name} stays as it was recorded")

    @property
    def input_names(self) -> list[str]:
        """Where each input stands among the arguments: "x[0]"."""
        pairs = zip(self.names, self.example, strict=True)
        return [place for name, argument in pairs for place in places(argument, name)]

    def numbered(self) -> Iterator[tuple[int, Application]]:
        """Every step, with the slot that its first member fills."""
        slot = self.first
        for step in self.steps:
            yield slot, step
            slot += len(step.members)

    def is_constant(self, slot: int) -> bool:
        """Whether a slot holds a plain number."""
        return self.first - len(self.constants) <= slot < self.first

    def operands(self, slot: int) -> tuple[int, ...]:
        """The slots that a slot is computed from; none, for one that is not computed."""
        for filled, (_, members) in self.numbered():
            if filled <= slot < filled + len(members):
                return members[slot - filled]
        return ()

    # ---- replay --------------------------------------------------------------------------------------------------

    def __call__(self, *arguments: Any, regroup: bool = True, allow_nonfinite: bool = False) -> Any:
        """The recorded function of other numbers: the result, in the structure that it was recorded with.

        arguments        in the structure of the example. Each number is a number of any kind (a float, a Value, one of
                         mpmath's) or an array of shape (N,), one lane per sample: then the result has N lanes. Where
                         the example nests numbers in the shape S, an array of shape S or (N, *S) stands for them
        regroup          whether, on arrays, sums may be added up in another order: without it the steps are applied as
                         they were recorded, which is slower
        allow_nonfinite  whether NaN and infinite results of arrays are let through

        Raises TypeError for a missing argument, ValueError for one of another structure and for unequal numbers of
        lanes, GuardError where a comparison comes out otherwise than it was recorded, DomainError as the recorded
        function itself does on floats, and NonFiniteError, which names row and step, on arrays.

        >>> import numpy
        >>> from microgrand import record
        >>> program = record(lambda w, x: w * x[0] + x[1], 1.0, [0.0, 0.0])
        >>> program(2.0, numpy.array([[1.0, 0.5], [2.0, 0.5], [3.0, 0.5]]))
        array([2.5, 4.5, 6.5])
        """
        from microgrand.program.replay import replayed

        return replayed(self, arguments, regroup, allow_nonfinite)

    def value_and_grad(
        self, *arguments: Any, argnums: int | Sequence[int] = 0, regroup: bool = True, allow_nonfinite: bool = False
    ) -> tuple[Any, Any]:
        """The value, and its gradient in the shape of the argument that `argnums` names, or a tuple of such.

        The value keeps its lanes, and so does the gradient in a number that has lanes; in a number that all lanes share
        it is summed over the lanes, as the gradient of what N samples cost together.

        >>> import numpy
        >>> from microgrand import record
        >>> cost = record(lambda w, x: (w * x - 1.0) ** 2, 1.0, 0.0)
        >>> cost.value_and_grad(0.5, numpy.array([1.0, 2.0, 4.0]))
        (array([0.25, 0.  , 1.  ]), 7.0)
        """
        from microgrand.program.replay import value_and_gradient

        return value_and_gradient(self, arguments, argnums, regroup, allow_nonfinite)

    def jacobian(
        self, *arguments: Any, argnums: int | Sequence[int] = 0, regroup: bool = True, allow_nonfinite: bool = False
    ) -> Any:
        """The result with, in the place of each number, its gradient, in the shape of the argument; lanes are kept.

        >>> from microgrand import record
        >>> record(lambda x: [x[0] * x[1], x[0]], [1.0, 1.0]).jacobian([2.0, 3.0])
        [[3.0, 2.0], [1.0, 0.0]]
        """
        from microgrand.program.replay import jacobian_of

        return jacobian_of(self, arguments, argnums, regroup, allow_nonfinite)

    def hvp(self, *arguments: Any, argnums: int = 0, regroup: bool = True, allow_nonfinite: bool = False) -> Any:
        """The Hessian in the argument `argnums` times a vector in its shape, which comes last among the arguments.

        What is summed over the lanes and what is not is as in `value_and_grad`.

        >>> from microgrand import record
        >>> record(lambda x: x[0] ** 2 * x[1], [1.0, 1.0]).hvp([3.0, 5.0], [1.0, 0.0])
        [10.0, 6.0]
        """
        from microgrand.program.replay import hessian_product

        return hessian_product(self, arguments, argnums, regroup, allow_nonfinite)

    def total(self, chunks: Iterable[tuple[Any, ...]], argnums: int | Sequence[int] | None = None) -> Any:
        """Σ value over all lanes of all chunks; with `argnums`, that and the sum of the gradients.

        chunks  tuples of arguments, made one at a time: what does not fit into memory streams through

        >>> import numpy
        >>> from microgrand import record
        >>> cost = record(lambda w, x: (w * x - 1.0) ** 2, 1.0, 0.0)
        >>> cost.total(((0.5, numpy.array([x, 2.0 * x])) for x in (1.0, 2.0)), argnums=0)
        (1.25, 7.0)
        """
        from microgrand.program.replay import totalled

        return totalled(self, chunks, argnums)

    # ---- programs made of this one -------------------------------------------------------------------------------

    def derived(self, key: Any, make: Callable[[], Any]) -> Any:
        """What `make` gives, made once and kept as long as the program: derivatives, plans."""
        if key not in self._derived:
            self._derived[key] = make()
        return self._derived[key]

    def adjoint(self, argnums: int | Sequence[int] = 0) -> Program:
        """The program of value and gradient: (f(x), ∂f/∂x), from the sweep over this program's own steps.

        >>> from microgrand import record
        >>> print(record(lambda w, x: w * x * x, 1.0, 1.0).adjoint())
        <lambda>(w, x)
        z0 = w        input
        z1 = x        input
        z2 = z0·z1    mul
        z3 = z2·z1    mul
        z4 = z1·z1    mul
        return (z3, z4)
        """
        from microgrand.program.derived import adjoint_of

        return adjoint_of(self, argnums)

    def parameterised(self) -> Program:
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
            place, example=([*numbers], *self.example), names=("parameters", *self.names), parameters=()
        )

    def renumbered(self, place: dict[int, int], **others: Any) -> Program:
        """The same steps over other slots, `place` telling the new number of each old one; `others` as in the class."""
        steps = [step.moved(place) for step in self.steps]
        guards = [guard._replace(left=place[guard.left], right=place[guard.right]) for guard in self.guards]
        return self.with_parts(steps=steps, result=moved(self.result, place), guards=guards, **others)

    def with_parts(self, **others: Any) -> Program:
        """The program with some of its parts replaced."""
        parts = ("title", "example", "names", "parameters", "constants", "steps", "result", "guards")
        return Program(**{part: others.get(part, getattr(self, part)) for part in parts})

    def bind(self, numbers: Sequence[float]) -> Program:
        """The program with other numbers for its parameters, in the order of `parameters`."""
        names = [name for name, _ in self.parameters]
        if len(numbers) != len(names):
            raise ValueError(f"{self.title} has {len(names)} parameters; got {len(numbers)} numbers")
        return self.with_parts(parameters=list(zip(names, numbers, strict=True)))

    def as_value(self) -> Any:
        """The result as a Value at the example's numbers, to be drawn and walked; of several outputs, their sum."""
        from microgrand.program.derived import example_graph

        return example_graph(self)

    # ---- plain data ----------------------------------------------------------------------------------------------

    @property
    def digest(self) -> str:
        """64 hexadecimal digits that tell this program from every other, the same in every process."""
        if not self._digest:
            content = (self.title, self.example, self.names, self.parameters, self.constants, self.result, self.guards)
            text = hashlib.sha256(repr(content).encode())
            for row, members in self.steps:
                text.update(f"{row.name}{members}".encode())
            object.__setattr__(self, "_digest", text.hexdigest())
        return self._digest

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, Program) else NotImplemented

    def __hash__(self) -> int:
        return int(self.digest[:15], 16)

    def __reduce__(self) -> tuple[Any, ...]:
        return Program, (
            self.title, self.example, self.names, self.parameters, self.constants, self.steps, self.result, self.guards,
        )  # fmt: skip

    def __repr__(self) -> str:
        guards = f", {len(self.guards)} guards" if self.guards else ""
        return f"<program {self.title}({', '.join(self.names)}): {len(self.steps):,} steps{guards}>"

    def __str__(self) -> str:
        from microgrand.program.listing import listing

        return listing(self)


def slots(result: Any) -> list[int]:
    """The slots of a nested result, in order."""
    if not isinstance(result, (list, tuple, dict)):
        return [result]
    found: list[int] = []
    for item in result.values() if isinstance(result, dict) else result:
        if type(item) is int:  # as most are
            found.append(item)
        else:
            found.extend(slots(item))
    return found


def moved(result: Any, place: Any) -> Any:
    """The result with the slot place[k] for each slot k."""
    from microgrand.nested import rebuilt

    return rebuilt(result, iter([place[k] for k in slots(result)]))


def _check(program: Program) -> None:
    """Raise a GraphError unless every slot is filled before it is used, and every row has the operands it takes."""
    if len(program.names) != len(program.example):
        raise GraphError(f"{program.title} has {len(program.example)} arguments and {len(program.names)} names")
    for filled, (row, members) in program.numbered():
        for operands in members:
            if row.arity is not None and len(operands) != row.arity:
                raise GraphError(f"{row.name} takes {row.arity} operand(s); step z{filled} has {len(operands)}")
            if operands and not 0 <= min(operands) <= max(operands) < filled:
                raise GraphError(f"step z{filled} = {row.name}{operands} uses a slot that is not filled before it")
    used = [*program.outputs, *[slot for guard in program.guards for slot in (guard.left, guard.right)]]
    for slot in used:
        if not isinstance(slot, int) or not 0 <= slot < program.size:
            raise GraphError(f"there is no slot {slot!r} to return or to compare: {program.title} has {program.size}")


Step = Application  # its name in pickles of version 0.1
