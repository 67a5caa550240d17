"""Programs made of programs: value and gradient, Jacobian, Hessian products.

A program is run on Values, and the sweeps of `sweep.py` do the rest: the chain rule stands nowhere a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Generic

from microgrand.engine.scope import Guards
from microgrand.engine.sweep import differentiable_sweep, tangent_sweep
from microgrand.engine.value import Value
from microgrand.nested import flat, places, positions, rebuilt
from microgrand.program.reading import Decision, read
from microgrand.program.replay_on_numbers import on_values
from microgrand.program.tape import SomeTape, Tape
from microgrand.table.rows import sum as total


class _Example(Generic[SomeTape]):
    """A program on fresh Values at its example, with the comparisons that were made then."""

    def __init__(self, program: SomeTape) -> None:
        self.program = program
        self.inputs = [Value(x, name=name) for x, name in zip(program.inputs, program.input_names, strict=True)]
        self.nodes = on_values(program, self.inputs)
        self.outputs = [self.nodes[slot] for slot in program.outputs]
        self.decisions: list[Decision] = [
            (guard.comparison.name, self.nodes[guard.left], self.nodes[guard.right], guard.outcome)
            for guard in program.guards
        ]
        bounds = [0]
        for argument in program.example:
            bounds.append(bounds[-1] + sum([1 for _ in flat(argument)]))
        self._ranges = list(pairwise(bounds))

    def root(self) -> Any:
        if isinstance(self.program.result, int):
            return self.outputs[0]
        raise TypeError(
            f"a gradient is of a program that returns one number; {self.program.title} returns {self.program.result}: "
            "see jacobian"
        )

    def chosen(self, argnums: int | Sequence[int]) -> list[Any]:
        """The inputs of the arguments to differentiate in."""
        found = positions(argnums, len(self._ranges))
        return [node for k in found for node in self.inputs[slice(*self._ranges[k])]]

    def shaped(self, items: Sequence[Any], argnums: int | Sequence[int]) -> Any:
        """One item per chosen input, in the shape of the arguments."""
        along = iter(items)
        gradients = tuple([rebuilt(self.program.example[k], along) for k in positions(argnums, len(self._ranges))])
        return gradients if isinstance(argnums, (tuple, list)) else gradients[0]

    def written(self, result: Any, more: Sequence[Any] = (), example: Any = (), names: Sequence[str] = ()) -> SomeTape:
        """The program that returns `result`, of this program's arguments and of `more`."""
        return read(
            type(self.program), self.program.title, [*self.program.example, *example], [*self.program.names, *names],
            [*self.inputs, *more], result, self.decisions,
        )  # fmt: skip


def adjoint(program: SomeTape, argnums: int | Sequence[int]) -> SomeTape:
    """The program of (value, gradient)."""

    def make() -> SomeTape:
        example = _Example(program)
        root = example.root()
        return _collecting(example, lambda: (root, example.shaped(_gradient(root, example.chosen(argnums)), argnums)))

    return _kept(program, ("adjoint", as_key(argnums)), make)


def jacobian(program: SomeTape, argnums: int | Sequence[int]) -> SomeTape:
    """The program of the Jacobian: the result with a gradient in the place of each number."""

    def make() -> SomeTape:
        example = _Example(program)
        chosen = example.chosen(argnums)
        return _collecting(example, lambda: rebuilt(
            program.result, iter([example.shaped(_gradient(root, chosen), argnums) for root in example.outputs])
        ))  # fmt: skip

    return _kept(program, ("jacobian", as_key(argnums)), make)


def hvp(program: SomeTape, argnum: int) -> SomeTape:
    """The program of the Hessian times a vector, which is one more argument: a tangent sweep over the gradient."""

    def make() -> SomeTape:
        example = _Example(program)
        argument = program.example[positions(argnum, len(program.example))[0]]
        along = [Value(0.0, name=place) for place in places(argument, "v")]

        def product() -> Any:
            chosen = example.chosen(argnum)
            slopes = _gradient(example.root(), chosen)
            nodes = [slope for slope in slopes if isinstance(slope, Value)]
            changes = iter(tangent_sweep(nodes, chosen, along, differentiable=True))
            return example.shaped([next(changes) if isinstance(s, Value) else 0.0 for s in slopes], argnum)

        direction = rebuilt(argument, iter([0.0] * len(along)))
        return _collecting(example, product, along, [direction], ["v"])

    return _kept(program, ("hvp", argnum), make)


def as_value(program: Tape) -> Any:
    """The result as a Value at the example's numbers; of several outputs, their sum."""
    example = _Example(program)
    for name, place in zip(places(program.result, "result"), range(len(example.outputs)), strict=True):
        node = example.outputs[place]
        if isinstance(node, Value) and node.name is None and len(example.outputs) > 1:
            node.name = name
    return example.outputs[0] if len(example.outputs) == 1 else total(example.outputs)


def _collecting(example: _Example[SomeTape], make: Any, *more: Any) -> SomeTape:
    """The program of what `make` computes; a partial that compares Values adds guards."""
    with Guards() as guards:
        result = make()
    example.decisions.extend(guards.decisions)
    return example.written(result, *more)


def _gradient(root: Any, inputs: Sequence[Any]) -> list[Any]:
    return differentiable_sweep(root, inputs) if isinstance(root, Value) else [0.0] * len(inputs)


def as_key(argnums: int | Sequence[int]) -> Any:
    """`argnums` as something to look up by."""
    return tuple(argnums) if isinstance(argnums, (tuple, list)) else argnums


def _kept(program: SomeTape, key: Any, make: Any) -> SomeTape:
    made: SomeTape = program.derived(key, make)
    return made
