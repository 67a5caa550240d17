"""What walks and traces say: every step in words and symbols, every derivation, every line of a trace."""

from collections.abc import Iterator
from typing import Any

from golden import rounded, scenes
from microgrand import derivation, leaves, steps, walkthrough


def of_step(step: Any) -> Iterator[str]:
    yield str(step)
    yield f"    {step.sentence}"
    yield f"    {step.latex}"
    yield f"    nodes {step.nodes}, operands {step.operands}, partials {step.partials}, terms {step.terms}"


def of_root(root: Any, granularities: tuple[str, ...]) -> Iterator[str]:
    for granularity in granularities:
        yield f"-- steps by {granularity}"
        for step in steps(root, granularity, names={}):
            yield from of_step(step)


def walks() -> Iterator[str]:
    """Every scene that is not stale, a descent, and derivations."""
    for name, scene in scenes.GRAPHS.items():
        if name == "stale":
            continue
        root = scene()
        yield f"==== {name}"
        yield from of_root(root, ("node", "edge"))
        for leaf in leaves(root)[:3]:
            found = derivation(root, leaf, names={})
            yield from [f"-- derivation by {leaf.name}", str(found), found.latex]
    for name, scene in scenes.TRACES.items():
        trace = scene()
        yield f"==== {name}: {trace!r}"
        yield str(trace)
        yield from of_root(trace, ("layer", "edge") if name == "one_sample" else ("layer",))
        for leaf in trace.parameters[:2]:
            found = derivation(trace, leaf, names={})
            yield from [f"-- derivation by {leaf.name}", str(found), found.latex]
        walk = walkthrough(trace, names={}, iterations=1 if trace.step is None else 2)
        yield from ["-- a descent", str(walk), repr(walk)]
    yield from ["==== wide", str(scenes.wide())]
    root = scenes.fan_out()
    yield from ["==== fan_out, a descent", str(walkthrough(root, names={}, theta=leaves(root), rate=0.5, iterations=3))]


def text() -> str:
    """All of it."""
    return rounded("\n".join(walks()) + "\n")
