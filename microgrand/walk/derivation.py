"""`derivation(root, with_respect_to=theta)`: one derivative as the sum that the chain rule writes, term by term."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from microgrand.drawing.draw import root_of
from microgrand.drawing.groups import Group
from microgrand.drawing.names import caller_names
from microgrand.drawing.vertices import paths_to
from microgrand.graph import as_nodes
from microgrand.node import Node
from microgrand.sweep import sweep
from microgrand.walk.formulas import Formula, Style, formula
from microgrand.walk.layers import LayerSteps
from microgrand.walk.nodes import NodeSteps

MOST_FACTORS = 40  # of a sum that is written out
INDICES = "ₗₖⱼᵢₘₙ"


@dataclass(frozen=True, repr=False)
class Derivation:
    """A derivative, expanded by the chain rule.

    lines  the formulas: symbols first, then the same in numbers
    value  the derivative: a number, or one for each of several parameters
    note   what is left in factors, and why; "" if nothing is
    """

    lines: tuple[Formula, ...]
    value: float | tuple[float, ...]
    note: str

    @property
    def latex(self) -> str:
        """The lines as LaTeX, one below the other."""
        return r"\begin{aligned}" + r" \\ ".join([line.latex for line in self.lines]) + r"\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"$${self.latex}$$"

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return "\n".join([*[line.text for line in self.lines], *([self.note] if self.note else [])])


def derivation(root: Any, with_respect_to: Any, *, names: Mapping[str, Any] | None = None) -> Derivation:
    """∂root/∂θ by the chain rule, in symbols and in numbers: a term for each path from θ to the root.

    root             a Value, or the trace of a network
    with_respect_to  θ, a Value; or several that are one row of parameters
    names            as for `draw`: the sum goes through those nodes that have names, or through all if none has

    Where the graph is a chain of layers, it is the lecture's double sum, Σₖ ∂z⁴/∂z³ₖ Σⱼ ∂z³ₖ/∂z²ⱼ ∂z²ⱼ/∂θ. With more
    terms than can be read it stays in factors, and says so.

    Raises GraphError if the root does not depend on θ.

    >>> from microgrand import Value, sin
    >>> u, v = Value(1.5), Value(0.5)
    >>> g, h = u * v, u + sin(v)
    >>> f = g * h ** 2
    >>> print(derivation(f, u))
    ∂f/∂u = ∂f/∂g·∂g/∂u + ∂f/∂h·∂h/∂u
    = 3.91813·0.5 + 2.96914·1
    = 4.9282
    """
    called = caller_names(names, sys._getframe(1).f_locals)
    top, theta = root_of(root), as_nodes(with_respect_to)
    steps = NodeSteps(top, called)
    paths = paths_to(steps.order, theta)
    if any([node.scope is not None for node in steps.order]):
        return _of_layers(LayerSteps(root, called), steps, theta)
    if len(theta) != 1:
        raise ValueError(f"a derivation is with respect to one Value, or to a row of a layer; got {len(theta)} Values")
    return _of_names(steps, theta[0], paths, called)


# ---- through the nodes that have names -------------------------------------------------------------------------------

Factor = tuple[str, str, float]  # above, below, ∂above/∂below


def _of_names(steps: NodeSteps, theta: Node, paths: dict[int, int], called: Callable[[Node], str | None]) -> Derivation:
    """The sum over all paths through the nodes that have names, or, if none has, through all nodes."""
    root = steps.order[-1]
    lit = [node for node in steps.order if id(node) in paths]
    stops = [node for node in lit if called(node)]
    if not any([node is not root and node is not theta for node in stops]):
        stops = lit
    stops = [node for node in stops if node is not root and node is not theta]
    above = _partials_above([theta, *stops, root])
    name = {id(node): steps.names[steps.place[id(node)]] for node in lit}
    value = steps.deltas[steps.place[id(theta)]]
    terms = _terms(theta, root, above, name)
    if terms is not None:
        return _written_out(name[id(root)], name[id(theta)], terms, value)
    lines = [steps.delta(steps.place[id(node)]).formula for node in reversed(lit)]
    count = paths[id(root)]
    return Derivation(tuple(lines), value, f"{count:,} paths are too many to be written out: it stays in factors")


def _partials_above(stops: Sequence[Node]) -> dict[int, list[tuple[Node, float]]]:
    """For each stop the stops that use it without another in between, with the partials in it, by id of node."""
    above: dict[int, list[tuple[Node, float]]] = {}
    for node in stops[1:]:
        below = [each for each in stops if each is not node]
        deltas = sweep(node, 1.0, below)
        reached = {id(each) for each in _used(node, below)}
        for each in below:
            if id(each) in reached:
                above.setdefault(id(each), []).append((node, deltas[each]))
    return above


def _used(node: Node, stops: Sequence[Node]) -> list[Node]:
    """The stops that a node is computed from, with no other in between."""
    known = {id(stop): stop for stop in stops}
    found: dict[int, Node] = {}
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        for parent in waiting.pop().parents:
            if id(parent) in known:
                found[id(parent)] = parent
            elif id(parent) not in seen:
                seen.add(id(parent))
                waiting.append(parent)
    return list(found.values())


def _terms(
    theta: Node, root: Node, above: dict[int, list[tuple[Node, float]]], name: dict[int, str]
) -> list[list[Factor]] | None:
    """The factors of every path, the root's first; None if there are too many."""
    finished: list[list[Factor]] = []
    growing: list[tuple[Node, list[Factor]]] = [(theta, [])]
    while growing:
        node, factors = growing.pop(0)
        if node is root:
            finished.append(factors)
            continue
        for child, partial in above.get(id(node), []):
            growing.append((child, [(name[id(child)], name[id(node)], partial), *factors]))
        if sum([len(each) for _, each in growing]) + sum([len(each) for each in finished]) > MOST_FACTORS:
            return None
    return finished


def _written_out(root: str, theta: str, terms: list[list[Factor]], value: float) -> Derivation:
    def symbols(style: Style) -> str:
        products = [style.times.join([style.partial(top, below) for top, below, _ in term]) for term in terms]
        return f"{style.partial(root, theta)} = {' + '.join(products) or '1'}"

    def numbers(style: Style) -> str:
        products = [style.times.join([style.factor(partial) for _, _, partial in term]) for term in terms]
        return f"= {' + '.join(products) or '1'}"

    lines = (formula(symbols), formula(numbers), formula(lambda style: f"= {style.number(value)}"))
    return Derivation(lines, value, "")


# ---- through a chain of layers ---------------------------------------------------------------------------------------


class Chain(NamedTuple):
    """θ → z² → z³ → … → zᴸ, each computed from the one before by one layer.

    names     what the vectors are called, from the first that θ acts on to the root
    elements  what their elements are called
    matrices  ∂(vector)/∂(the one before), a row for each element; the first is in θ
    """

    names: list[str]
    elements: list[list[str]]
    matrices: list[list[list[float]]]

    @property
    def size(self) -> int:
        """How many factors the whole sum has."""
        return math.prod([len(each) for each in self.elements]) * len(self.names)


def _of_layers(layers: LayerSteps, steps: NodeSteps, theta: Sequence[Node]) -> Derivation:
    """Σₖ ∂z⁴/∂z³ₖ Σⱼ ∂z³ₖ/∂z²ⱼ ∂z²ⱼ/∂θ, where the layers that follow θ are a chain; else, or if it is long, factors."""
    deltas = [steps.deltas[steps.place[id(node)]] for node in theta]
    value = deltas[0] if len(deltas) == 1 else tuple(deltas)
    group = layers.group_of(theta[0])
    chain = _chain(layers, group)
    if chain is None or chain.size > MOST_FACTORS:
        why = (
            "more than one path of layers leads to the root"
            if chain is None
            else "its terms are too many to be written out"
        )
        lines = [step.formula for each, step in layers.backward() if layers.depends_on(each, group)]
        return Derivation(tuple(lines), value, f"{why}: it stays in factors")
    wanted = {id(node) for node in theta}
    columns = [k for k, vertex in enumerate(group.vertices) if id(vertex.node) in wanted]
    below = layers.name(group) if len(columns) == len(group.vertices) else steps.names[steps.place[id(theta[0])]]
    lines = [
        formula(lambda style: _summed(style, chain, below)),
        formula(lambda style: f"= {_symbols(style, chain, below, len(chain.names) - 1, 0)}"),
        formula(lambda style: f"= {_numbers(style, chain, columns, len(chain.names) - 1, 0)}"),
        formula(lambda style: f"= {style.vector(deltas)}"),
    ]
    return Derivation(tuple(lines), value, "")


def _chain(layers: LayerSteps, group: Group) -> Chain | None:
    """The layers from a row of parameters to the root, if each leads to the next alone."""
    chain = Chain([], [], [])
    while not layers.is_root(group):
        onward = layers.onward(group)
        if len(onward) != 1 or onward[0].head.layer is None:
            return None
        chain.matrices.append(layers.matrix(onward[0]))
        group = layers.above(onward[0])
        chain.names.append(layers.name(group))
        chain.elements.append([layers.element_name(vertex) for vertex in group.vertices])
    return chain


def _summed(style: Style, chain: Chain, below: str) -> str:
    """The sum with indices: ∂z⁴/∂θ = Σₖ ∂z⁴/∂z³ₖ Σⱼ ∂z³ₖ/∂z²ⱼ ∂z²ⱼ/∂θ."""
    indexed = [
        name if len(elements) == 1 else name + INDICES[k % len(INDICES)]
        for k, (name, elements) in enumerate(zip(chain.names[::-1], chain.elements[::-1], strict=True))
    ]
    parts = []
    for k, (above, lower) in enumerate(zip(indexed, [*indexed[1:], below], strict=True)):
        index = INDICES[(k + 1) % len(INDICES)]
        total = style.sum_over(index) if lower.endswith(index) else ""
        parts.append(total + style.partial(above, lower))
    return f"{style.partial(indexed[0], below)} = {style.thin.join(parts)}"


def _symbols(style: Style, chain: Chain, below: str, level: int, k: int) -> str:
    """∂z/∂θ of the k-th element of a vector, in symbols."""
    own = chain.elements[level][k]
    if level == 0:
        return style.partial(own, below)
    products = [
        (style.partial(own, lower), _symbols(style, chain, below, level - 1, j))
        for j, lower in enumerate(chain.elements[level - 1])
    ]
    return _nested(style, products)


def _numbers(style: Style, chain: Chain, columns: Sequence[int], level: int, k: int) -> str:
    """The same in numbers."""
    row = chain.matrices[level][k]
    if level == 0:
        numbers = [row[column] for column in columns]
        return style.factor(numbers[0]) if len(numbers) == 1 else style.vector(numbers)
    return _nested(
        style, [(style.factor(partial), _numbers(style, chain, columns, level - 1, j)) for j, partial in enumerate(row)]
    )


def _nested(style: Style, products: Sequence[tuple[str, str]]) -> str:
    """A sum of products, in each of which the second factor may be a sum itself."""
    return " + ".join(
        [first + style.times + (style.bracketed(second) if " + " in second else second) for first, second in products]
    )
