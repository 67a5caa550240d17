"""Recording: from a Python function, or from a graph that stands, to a `Program`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from microgrand.engine.node import Node
from microgrand.engine.order import leaves as leaves_of
from microgrand.engine.scope import Guards
from microgrand.engine.value import Value
from microgrand.nested import as_array, as_lists, flat, places, rebuilt, without_arrays
from microgrand.program.program import Program
from microgrand.program.reading import name_of, read
from microgrand.progress import progress


def record(f: Any, *example: Any, names: Sequence[str] | None = None) -> Program:
    """What `f` computes, as a Program: `f` is run once on Values, at the example's numbers.

    f        a function of numbers that returns a number or a nested list, tuple, dict or array of numbers; or a graph
             that stands already: its root, or a nesting of roots
    example  the arguments to record at: numbers, or nested lists, tuples, dicts and arrays of numbers. For an array `f`
             is called with a NumPy array of Values; the program keeps it as nested lists. A Value among the arguments
             stands for itself: it becomes an input, wherever `f` finds it. Of a graph, the Values that become inputs;
             by default all its leaves do
    names    what the arguments are called; by default as f's parameters, and as the leaves of a graph

    A comparison of Values that Python code makes becomes a guard. Leaves that `f` finds outside its arguments become
    parameters, with the numbers they have now.

    >>> from microgrand import Value
    >>> record(lambda x: abs(x) if x < 0 else x * x, 3.0)
    <program <lambda>(x): 1 step, 1 guard; print(…) lists them>
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
    inputs = flat(lifted)
    title = getattr(f, "__name__", type(f).__name__)
    with progress(f"recording {title}", ("running it", "reading its steps")) as task:
        with Guards() as guards:
            result = f(*lifted)
        task.next()
        numbers = rebuilt(list(example), iter([node.data for node in inputs]), as_lists)
        return read(Program, title, numbers, called, inputs, _outputs(result, title), guards.decisions)


def _lifted(argument: Any, name: str) -> Any:
    """The argument with Values in the place of its numbers."""
    pairs = zip(flat(argument), places(without_arrays(argument), name), strict=True)
    nodes = [x if isinstance(x, Node) else Value(x, name=place) for x, place in pairs]
    return rebuilt(argument, iter(nodes), as_array)


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
    called = [f"x{k}" if not isinstance(x, Node) else name_of(x, k, "x") for k, x in enumerate(example)]
    numbers = rebuilt(list(example), iter([node.data for node in inputs]), as_lists)
    with progress("recording a graph", ("reading its steps",)):
        return read(Program, "graph", numbers, called if names is None else names, inputs, without_arrays(root))


def _argument_names(f: Callable[..., Any], count: int) -> tuple[str, ...]:
    """f's own names for its arguments, where it tells them."""
    try:
        kinds = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        kinds = ()  # type: ignore[assignment]
    own = [each.name for each in kinds if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    return tuple([own[k] if k < len(own) else f"x{k}" for k in range(count)])


def _outputs(result: Any, title: str) -> Any:
    """The result, if it is made of numbers, with nested lists in the place of arrays."""
    try:
        return without_arrays(result)
    except TypeError:
        raise TypeError(
            f"record takes a function of numbers that returns numbers; {title} returned {result!r:.60} "
            f"of type {type(result).__name__}"
        ) from None
