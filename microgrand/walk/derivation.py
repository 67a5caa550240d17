"""`derivation(root, with_respect_to=theta)`: one derivative as the sum that the chain rule writes, term by term."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from microgrand.drawing.groups import Group
from microgrand.drawing.names import caller_names, one_line
from microgrand.drawing.scene_names import slots
from microgrand.drawing.vertices import MOST_PATHS, paths_to
from microgrand.engine.node import Node
from microgrand.engine.order import as_nodes
from microgrand.engine.sweep import sweep
from microgrand.errors import GraphError
from microgrand.progress import progress
from microgrand.shortening import MOST_LINES, few_lines
from microgrand.walk.formulas import Formula, Style, formula
from microgrand.walk.layer_steps import LayerSteps
from microgrand.walk.node_steps import NodeSteps
from microgrand.walk.root import fresh_root

MOST_FACTORS = 40  # of a sum that is written out
INDICES = "ₗₖⱼᵢₘₙ"


@dataclass(frozen=True, repr=False)
class Derivation:
    """A derivative, expanded by the chain rule.

    lines  the formulas: symbols first, then the same in numbers
    value  the derivative: a number, or one for each of several parameters
    note   what is left in factors, and why; "" if nothing is

    >>> from microgrand import Value
    >>> x = Value(3.0); y = x * x + x
    >>> found = derivation(y, x)
    >>> found.value, found.note
    (7.0, '')
    """

    lines: tuple[Formula, ...]
    value: float | tuple[float, ...]
    note: str

    @property
    def latex(self) -> str:
        """The lines as LaTeX, one below the other."""
        return r"\begin{aligned}&" + r" \\ &\quad ".join([line.latex for line in self.lines]) + r"\end{aligned}"

    def _repr_latex_(self) -> str | None:
        """For notebooks; a longer one is shown as a prompt shows it."""
        return f"$${self.latex}$$" if len(self.lines) <= MOST_LINES else None

    def __repr__(self) -> str:
        return "\n".join(few_lines(self._texts(), "print(…)"))

    def __str__(self) -> str:
        return "\n".join(self._texts())

    def _texts(self) -> list[str]:
        return [*[line.text for line in self.lines], *([self.note] if self.note else [])]


def derivation(root: Any, with_respect_to: Any, *, names: Mapping[str, Any] | None = None) -> Derivation:
    """∂root/∂θ by the chain rule, in symbols and in numbers: a term for each path from θ to the root.

    root             a Value, or the trace of a network
    with_respect_to  θ, a Value; or several, in any order, that are of one row of parameters, or of one vector zˡ
    names            as for `draw`: the sum goes through those nodes that have names, or through all if none has

    Where the graph is a chain of layers, it is the lecture's double sum, Σₖ ∂z⁴/∂z³ₖ Σⱼ ∂z³ₖ/∂z²ⱼ ∂z²ⱼ/∂θ; for a Value
    inside a layer the sum goes node by node. With more terms than can be read it stays in factors, and says so.

    Raises GraphError if the root does not depend on θ, and if a leaf was changed and the graph not refreshed;
    ValueError for several Values that are not of one row.

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
    top, theta = fresh_root(root, "derivation"), as_nodes(with_respect_to)
    with progress("deriving", ("reading the graph",)):
        return _found(top, theta, called)


def _found(top: Node, theta: Sequence[Node], called: Callable[[Node], str | None]) -> Derivation:
    """The derivation, through layers where θ is between them, else through the nodes that have names."""
    steps = NodeSteps(top, called)
    for node in theta:
        if node not in steps.place:
            what = one_line(called(node) or repr(node))
            raise GraphError(f"the root does not depend on {what}, so there is no path for the chain rule to go along")
    layers = LayerSteps(top, called, nodes=steps) if any([node.scope is not None for node in steps.order]) else None
    if layers is not None and theta and _is_shown(layers, theta):
        return _of_layers(layers, steps, theta)
    if len(theta) != 1:
        got = f"{len(theta)} Values that are not of one row" if theta else "none"
        raise ValueError(f"a derivation is with respect to one Value, or several of one row of a layer; got {got}")
    return _of_names(steps, theta[0], paths_to(steps.order, theta), called)


def _is_shown(layers: LayerSteps, theta: Sequence[Node]) -> bool:
    """Whether these are elements of one vector between layers, or of one row: those inside a layer are not."""
    if any([node not in layers.composed.seen.of for node in theta]):
        return False
    group = layers.group_of(theta[0])
    if any([layers.group_of(node) is not group for node in theta]):
        return False
    alone = len(theta) == 1 and group.is_entangled  # the root changes with it also through other elements
    return group.kind != "layer" and not layers.is_root(group) and not alone


# ---- through the nodes that have names -------------------------------------------------------------------------------

Factor = tuple[str, str, float]  # above, below, ∂above/∂below


def _of_names(
    steps: NodeSteps, theta: Node, paths: dict[Node, int], called: Callable[[Node], str | None]
) -> Derivation:
    """The sum over all paths through the nodes that have names, or, if none has, through all nodes."""
    root = steps.order[-1]
    lit = [node for node in steps.order if node in paths]
    stops = [node for node in lit if called(node)]
    if not any([node is not root and node is not theta for node in stops]):
        stops = lit
    stops = [node for node in stops if node is not root and node is not theta]
    name = {node: steps.names[steps.place[node]] for node in lit}
    value = steps.deltas[steps.place[theta]]
    readable = len(stops) < MOST_FACTORS  # each of them is in a term
    terms = _terms(theta, root, _partials_above([theta, *stops, root], name), name) if readable else None
    if terms is not None:
        return _written_out(name[root], name[theta], terms, value)
    lines = [steps.delta(steps.place[node]).formula for node in reversed(lit)]
    return Derivation(tuple(lines), value, f"{_too_many(paths[root], len(lit) - 1)}: it stays in factors")


def _too_many(paths: int, nodes: int) -> str:
    """Why a sum is not written out."""
    if paths == 1:
        return f"its one path has {nodes:,} factors, too many to be written out"
    return f"{'more than ' * (paths >= MOST_PATHS)}{paths:,} paths are too many to be written out"


def _partials_above(stops: Sequence[Node], name: dict[Node, str]) -> dict[Node, list[tuple[Node, str, float]]]:
    """For each stop the stops that use it without another in between: each with its name there, and the partial in it.

    A child that uses it twice, and nothing without a name, has two partials, in x⁽¹⁾ and in x⁽²⁾.
    """
    above: dict[Node, list[tuple[Node, str, float]]] = {}
    for node in stops[1:]:
        below = [each for each in stops if each is not node]
        deltas = sweep(node, 1.0, below)
        reached = set(_used(node, below))
        called = slots([name.get(parent, "") for parent in node.parents])
        edges = list(zip(node.parents, called, node.partials, strict=True))
        for each in below:
            own = [(node, slot, partial) for parent, slot, partial in edges if parent is each]
            if len(own) > 1 and reached.issuperset(node.parents):
                above.setdefault(each, []).extend(own)
            elif each in reached:
                above.setdefault(each, []).append((node, name[each], deltas[each]))
    return above


def _used(node: Node, stops: Sequence[Node]) -> list[Node]:
    """The stops that a node is computed from, with no other in between."""
    known = set(stops)
    found: dict[Node, None] = {}
    seen: set[Node] = set()
    waiting = [node]
    while waiting:
        for parent in waiting.pop().parents:
            if parent in known:
                found[parent] = None
            elif parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return list(found)


def _terms(
    theta: Node, root: Node, above: dict[Node, list[tuple[Node, str, float]]], name: dict[Node, str]
) -> list[list[Factor]] | None:
    """The factors of every path, the root's first; None if there are too many."""
    finished: list[list[Factor]] = []
    growing: list[tuple[Node, list[Factor]]] = [(theta, [])]
    while growing:
        node, factors = growing.pop(0)
        if node is root:
            finished.append(factors)
            continue
        for child, below, partial in above.get(node, []):
            growing.append((child, [(name[child], below, partial), *factors]))
        if sum([len(each) for _, each in growing]) + sum([len(each) for each in finished]) > MOST_FACTORS:
            return None
    return finished


def _written_out(root: str, theta: str, terms: list[list[Factor]], value: float) -> Derivation:
    """The sum in symbols and in numbers; dz/dx on the left, where ∂z/∂x on the right is but a part of it."""
    direct = any([[factor[:2] for factor in term] == [(root, theta)] for term in terms])

    def whole(style: Style) -> str:
        return style.total(root, theta) if direct and len(terms) > 1 else style.partial(root, theta)

    def symbols(style: Style) -> str:
        products = [style.times.join([style.partial(top, below) for top, below, _ in term]) for term in terms]
        return " + ".join(products) or "1"

    def numbers(style: Style) -> str:
        products = [style.times.join([style.factor(partial) for _, _, partial in term]) for term in terms]
        return " + ".join(products) or "1"

    sides = [whole, symbols, *[numbers] * (sum([len(term) for term in terms]) > 1), lambda style: style.number(value)]
    return Derivation(_equal(sides), value, "")


def _equal(sides: Sequence[Callable[[Style], str]]) -> tuple[Formula, ...]:
    """first = second, and below it = third, and so on; no side that is the one before it once more."""
    texts = [side(Style("text")) for side in sides]
    first, second, *others = [side for k, side in enumerate(sides) if k == 0 or texts[k] != texts[k - 1]]
    start = formula(lambda style: f"{first(style)} = {second(style)}")
    return start, *[formula(_line(side)) for side in others]


def _line(side: Callable[[Style], str]) -> Callable[[Style], str]:
    return lambda style: f"= {side(style)}"


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
    group = layers.group_of(theta[0])
    places = {vertex.node: k for k, vertex in enumerate(group.vertices)}
    columns = [places[node] for node in theta]
    deltas = [group.deltas[column] for column in columns]
    value = deltas[0] if len(deltas) == 1 else tuple(deltas)
    whole = columns == list(range(len(group.items)))
    below = layers.row_name(group, columns) or _listed([steps.names[steps.place[node]] for node in theta])
    chain = _chain(layers, group)
    if chain is None or chain.size > MOST_FACTORS:
        why = (
            "more than one path of layers leads to the root"
            if chain is None
            else "its terms are too many to be written out"
        )
        above = layers.leading_on(group)
        lines = [step.formula for (each,), step in layers.backward() if each in above]
        if not whole:
            lines.append(formula(lambda style: f"{style.partial(layers.cost, below)} = {style.vector(deltas)}"))
        return Derivation(tuple(lines), value, f"{why}: it stays in factors")
    top = len(chain.names) - 1
    sides: list[Callable[[Style], str]] = [
        lambda style: style.partial(chain.names[top], below),
        *[lambda style: _summed(style, chain, below)] * any([len(each) > 1 for each in chain.elements]),
        lambda style: _symbols(style, chain, below, top, 0),
        *[lambda style: _numbers(style, chain, columns, top, 0)] * (top > 0),
        lambda style: style.vector(deltas),
    ]
    return Derivation(_equal(sides), value, "")


def _chain(layers: LayerSteps, group: Group) -> Chain | None:
    """The layers from a row of parameters to the root, if each leads to the next alone."""
    chain = Chain([], [], [])
    while not layers.is_root(group):
        above, far = layers.above(group)
        if len(above) != 1 or far or above[0].kind != "vector" or group.kind == "more":
            return None
        chain.matrices.append(layers.matrix(above[0], group))
        group = above[0]
        chain.names.append(layers.name(group))
        chain.elements.append([layers.element_name(vertex) for vertex in group.vertices])
    return chain


def _listed(names: Sequence[str]) -> str:
    """Several parameters below a ∂."""
    return names[0] if len(names) == 1 else f"({', '.join(names)})"


def _summed(style: Style, chain: Chain, below: str) -> str:
    """The sum with indices: Σₖ ∂z⁴/∂z³ₖ Σⱼ ∂z³ₖ/∂z²ⱼ ∂z²ⱼ/∂θ."""
    indexed = [
        name if len(elements) == 1 else name + INDICES[k % len(INDICES)]
        for k, (name, elements) in enumerate(zip(chain.names[::-1], chain.elements[::-1], strict=True))
    ]
    parts = []
    for k, (above, lower) in enumerate(zip(indexed, [*indexed[1:], below], strict=True)):
        index = INDICES[(k + 1) % len(INDICES)]
        total = style.sum_over(index) if lower.endswith(index) else ""
        parts.append(total + style.partial(above, lower))
    return style.thin.join(parts)


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
