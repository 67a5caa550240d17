"""Recording: from a Python function, or from a graph that stands, to a `Program`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from microgrand.engine.node import Node
from microgrand.engine.order import leaves as leaves_of
from microgrand.engine.order import topological_order
from microgrand.engine.scope import Guards
from microgrand.engine.value import Value
from microgrand.errors import GraphError
from microgrand.nested import flat, places, rebuilt
from microgrand.program.building import Draft
from microgrand.program.program import Guard, Program
from microgrand.table.numbers import as_number
from microgrand.table.rows import TABLE

Decision = tuple[str, Any, Any, bool]


def record(f: Any, *example: Any, names: Sequence[str] | None = None) -> Program:
    """What `f` computes, as a Program: `f` is run once on Values, at the example's numbers.

    f        a function of numbers that returns a number or a nested list, tuple or dict of numbers; or a graph that
             stands already: its root, or a nesting of roots
    example  the arguments to record at: numbers, or nested lists, tuples and dicts of numbers. A Value among them
             stands for itself: it becomes an input, wherever `f` finds it. Of a graph, the Values that become inputs;
             by default all its leaves do
    names    what the arguments are called; by default as f's parameters, and as the leaves of a graph

    A comparison of Values that Python code makes becomes a guard. Leaves that `f` finds outside its arguments become
    parameters, with the numbers they have now.

    >>> from microgrand import Value
    >>> record(lambda x: abs(x) if x < 0 else x * x, 3.0)
    <program <lambda>(x): 1 steps, 1 guards>
    >>> x = Value(2.0, name="x")
    >>> record(x * x + 1.0)(5.0)
    26.0

    Raises TypeError where `f` returns something else than numbers, or takes other arguments.
    """
    if not callable(f):
        return _of_graph(f, example, names)
    called = _argument_names(f, len(example)) if names is None else tuple(names)
    if len(called) != len(example):
        raise ValueError(f"record was given {len(example)} arguments and {len(called)} names")
    lifted = [_lifted(argument, name) for argument, name in zip(example, called, strict=True)]
    with Guards() as guards:
        result = f(*lifted)
    inputs = [node for argument in lifted for node in flat(argument)]
    numbers = [rebuilt(argument, iter([node.data for node in flat(argument)])) for argument in lifted]
    title = getattr(f, "__name__", type(f).__name__)
    return written(title, numbers, called, inputs, _outputs(result, title), guards.decisions)


def written(
    title: str,
    example: Sequence[Any],
    names: Sequence[str],
    inputs: Sequence[Node],
    result: Any,
    decisions: Iterable[Decision] = (),
) -> Program:
    """The graph below `result`, a nesting of Values and numbers, as a program of the inputs.

    What is compared comes first, so that no step of a wrong branch is replayed before its guard.
    """
    if len({id(node) for node in inputs}) < len(inputs):
        raise GraphError("a Value stands twice among the arguments: each input is a number of its own")
    decisions = list(decisions)
    roots = [x for _, left, right, _ in decisions for x in (left, right)] + list(flat(result))
    order = topological_order([x for x in roots if isinstance(x, Node)], inputs)
    outside = [node for node in order[len(inputs) :] if node.is_leaf]
    parameters = [(_name(node, k), node.data) for k, node in enumerate(outside)]
    draft = Draft(title, example, names, parameters, len(inputs) + len(outside))
    slots: dict[int, int] = {id(node): k for k, node in enumerate([*inputs, *outside])}
    constant = draft.constant
    for node in order[len(inputs) :]:
        row = node.primitive
        if row is not None:
            operands = tuple([slots[id(x)] if isinstance(x, Node) else constant(x) for x in node.operands])
            slots[id(node)] = draft.step(row, operands)

    def slot(x: Any) -> int:
        return slots[id(x)] if isinstance(x, Node) else constant(x)

    guards = [Guard(TABLE[name], slot(left), slot(right), outcome) for name, left, right, outcome in decisions]
    unique = list(dict.fromkeys([guard for guard in guards if guard.left >= 0 or guard.right >= 0]))
    return draft.finished(rebuilt(result, iter([slot(x) for x in flat(result)])), unique)


def _lifted(argument: Any, name: str) -> Any:
    """The argument with Values in the place of its numbers."""
    pairs = zip(flat(argument), places(argument, name), strict=True)
    return rebuilt(argument, iter([x if isinstance(x, Node) else Value(x, name=place) for x, place in pairs]))


def _of_graph(root: Any, example: Sequence[Any], names: Sequence[str] | None) -> Program:
    try:
        roots = list(flat(root))
    except TypeError:
        raise TypeError(f"record takes a function, or the root of a graph; got {root!r:.60}") from None
    inputs = [x for argument in example for x in flat(argument)]
    if not all([isinstance(x, Node) for x in inputs]):
        raise TypeError("of a graph that stands, record takes Values as its inputs, and no plain numbers")
    if not example:
        inputs = list(leaves_of([x for x in roots if isinstance(x, Node)]))
        example = inputs
    called = [f"x{k}" if isinstance(x, (list, tuple, dict)) else _name(x, k, "x") for k, x in enumerate(example)]
    numbers = [rebuilt(argument, iter([node.data for node in flat(argument)])) for argument in example]
    return written("graph", numbers, called if names is None else names, inputs, root)


def _argument_names(f: Callable[..., Any], count: int) -> tuple[str, ...]:
    """f's own names for its arguments, where it tells them."""
    try:
        kinds = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        kinds = ()  # type: ignore[assignment]
    own = [each.name for each in kinds if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    return tuple([own[k] if k < len(own) else f"x{k}" for k in range(count)])


def _name(node: Node, k: int, letter: str = "theta") -> str:
    return node.name if node.name is not None else f"{letter}{k}"


def _outputs(result: Any, title: str) -> Any:
    """The result, if it is made of numbers; arrays of Values as lists of them."""
    result = result.tolist() if hasattr(result, "tolist") and getattr(result, "shape", ()) != () else result
    try:
        for x in flat(result):
            isinstance(x, Node) or as_number(x)
    except TypeError:
        raise TypeError(
            f"record takes a function of numbers that returns numbers; {title} returned {result!r:.60} "
            f"of type {type(result).__name__}"
        ) from None
    return result
