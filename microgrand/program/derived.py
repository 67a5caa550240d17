"""Programs made of programs: value and gradient, Jacobian, Hessian, Hessian products.

A program is run on Values, and the sweeps of `sweep.py` do the rest: the chain rule stands nowhere a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Generic

from microgrand.engine.order import topological_order
from microgrand.engine.scope import Guards
from microgrand.engine.value import Value
from microgrand.nested import flat, places, positions, rebuilt
from microgrand.program.passes import with_common, without_dead
from microgrand.program.reading import Decision, read
from microgrand.program.replay_on_numbers import on_values
from microgrand.program.tape import SomeTape, Tape
from microgrand.selections import Recorded
from microgrand.table.rows import sum as total
from microgrand.value_sweeps import add_terms, differentiable_sweep, edges_to_differentiate, tangent_sweep


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
    """The program of the Jacobian: the result with a gradient in the place of each number.

    It comes from one sweep for each output or, where there are fewer inputs, from the tangents of all inputs.
    """

    def make() -> SomeTape:
        example = _Example(program)
        chosen = example.chosen(argnums)

        def slopes() -> Any:
            if len(chosen) < len(example.outputs):
                rows = _forward(example.outputs, chosen)
            else:
                rows = [_gradient(root, chosen) for root in example.outputs]
            return rebuilt(program.result, iter([example.shaped(row, argnums) for row in rows]))

        return _without_repeats(_collecting(example, slopes))

    return _kept(program, ("jacobian", as_key(argnums)), make)


def hessian(program: SomeTape, argnums: int | Sequence[int]) -> SomeTape:
    """The program of the Hessian: the gradient with its own gradient in the place of each number.

    It comes from the tangents of all inputs, through the gradient. The matrix is symmetric: one triangle is computed.
    """

    def make() -> SomeTape:
        example = _Example(program)
        chosen = example.chosen(argnums)

        def curvatures() -> Any:
            found = _forward(_gradient(example.root(), chosen), chosen)
            count = range(len(chosen))
            rows = [[found[max(i, j)][min(i, j)] for j in count] for i in count]
            return example.shaped([example.shaped(row, argnums) for row in rows], argnums)

        return _without_repeats(_collecting(example, curvatures))

    return _kept(program, ("hessian", as_key(argnums)), make)


def hvp(program: SomeTape, argnum: int) -> SomeTape:
    """The program of the Hessian times a vector, which is one more argument: a tangent sweep over the gradient.

    Raises TypeError for several arguments: the vector has the shape of one.
    """
    if len(positions(argnum, len(program.example))) != 1:
        raise TypeError(
            f"a Hessian times a vector is in one argument, whose shape the vector has; got argnums={argnum}"
        )

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

    return _kept(program, ("hvp", as_key(argnum)), make)


def derivative(program: SomeTape, kind: str | None, argnums: int | Sequence[int] = 0) -> SomeTape:
    """The program of a derivative by name: "gradient" (with the value), "jacobian", "hessian", "hvp"; None for itself.

    Raises ValueError for another name.
    """
    made: dict[Any, Any] = {"gradient": adjoint, "jacobian": jacobian, "hessian": hessian, "hvp": hvp}
    if kind is None:
        return program
    if not isinstance(kind, str) or kind not in made:
        raise ValueError(f"a derivative is one of {', '.join(map(repr, made))}; got {kind!r:.60}")
    found: SomeTape = made[kind](program, argnums)
    return found


def as_value(program: Tape) -> Any:
    """The result as a Value at the example's numbers; of several outputs, their sum."""
    return guarded(program)[0]


def guarded(program: Tape) -> tuple[Any, list[Decision]]:
    """The same, and the comparisons that were made on the way."""
    example = _Example(program)
    outputs = _named_outputs(program, example)
    return outputs[0] if len(outputs) == 1 else total(outputs), example.decisions


def as_values(program: Tape) -> list[Any]:
    """The outputs at the example's numbers, without those that are plain numbers."""
    return [output for output in _named_outputs(program, _Example(program)) if isinstance(output, Value)]


def _named_outputs(program: Tape, example: _Example[Any]) -> list[Any]:
    """The outputs at the example's numbers, named by their places where there are several."""
    for name, place in zip(places(program.result, "result"), range(len(example.outputs)), strict=True):
        node = example.outputs[place]
        if isinstance(node, Value) and node.name is None and len(example.outputs) > 1:
            node.name = name
    return list(example.outputs)


def _collecting(example: _Example[SomeTape], make: Any, *more: Any) -> SomeTape:
    """The program of what `make` computes; a partial that compares Values adds guards."""
    with Guards() as guards:
        result = make()
    example.decisions.extend(guards.decisions)
    return example.written(result, *more)


def _gradient(root: Any, inputs: Sequence[Any]) -> list[Any]:
    """∂root/∂input for each input."""
    return differentiable_sweep(root, inputs) if isinstance(root, Value) else [0.0] * len(inputs)


def _forward(roots: Sequence[Any], inputs: Sequence[Any]) -> list[list[Any]]:
    """∂root/∂input for each root and each input, by one pass from the inputs up, with a tangent for each of them.

    A node has those that differ from 0: of a function that is a sum of many small terms this is a few.
    """
    tangents: dict[Any, dict[Any, Any]] = {x: {x: 1.0} for x in inputs}  # of each input, by node
    below: dict[Any, list[Any]] = {node: [node] for node in inputs}
    computed = topological_order([root for root in roots if isinstance(root, Value)], inputs)[len(inputs) :]
    chosen = Recorded(computed)
    for node in computed:
        if not below.keys().isdisjoint(node.parents):
            edges = edges_to_differentiate(node)
            below[node] = list(dict.fromkeys([x for parent in node.parents for x in below.get(parent, ())]))
            for x in below[node]:
                add_terms(tangents[x], chosen.forth(node, edges, tangents[x]))
    return [[tangents[x].get(root, 0.0) for x in inputs] for root in roots]


def _without_repeats(program: SomeTape) -> SomeTape:
    """Each sweep records the partials that it passes: those that several have passed are computed once."""
    return without_dead(with_common(program))


def as_key(argnums: int | Sequence[int]) -> Any:
    """`argnums` as something to look up by."""
    return tuple(argnums) if isinstance(argnums, (tuple, list)) else argnums


def _kept(program: SomeTape, key: Any, make: Any) -> SomeTape:
    made: SomeTape = program.derived(key, make)
    return made
