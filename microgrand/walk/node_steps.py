"""The sweep node by node: what is computed at each, from what, and what its children hand back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from microgrand.drawing.groups import Grouping
from microgrand.drawing.names import one_line
from microgrand.drawing.regions import Regions
from microgrand.drawing.vertices import WINDOW, look
from microgrand.engine.node import Node
from microgrand.engine.sweep import sweep
from microgrand.table.notation import SIGN, Notation
from microgrand.table.symbols import subscript
from microgrand.walk.formulas import Style, formula
from microgrand.walk.step import Step, Term

SHOWN = 6  # terms of a long sum, partials of a long list


class NodeSteps:
    """The steps of a graph, node by node.

    order   its nodes in topological order, the root last
    deltas  their δ
    names   what they are called, as in a drawing
    """

    def __init__(self, root: Node, called: Callable[[Node], str | None]) -> None:
        adjoints = sweep(root)
        self.order = adjoints.order
        self.deltas = adjoints.deltas
        self.place = {node: k for k, node in enumerate(self.order)}
        symbols = _elements(root, called)
        self.names = [
            one_line(called(node) or symbols.get(node) or f"z{subscript(k)}") for k, node in enumerate(self.order, 1)
        ]

    def forward(self) -> list[Step]:
        """One step for each value, in topological order."""
        return [self.computed(k) for k in range(len(self.order))]

    def backward(self) -> list[Step]:
        """One step for each δ, from the root down: the sum of what all children hand back."""
        return [self.delta(k) for k in range(len(self.order) - 1, -1, -1)]

    def arriving(self) -> list[Step]:
        """One step for each term, as the sweep adds it to a δ that other terms may have reached before."""
        root = len(self.order) - 1
        found = [self.delta(root)]
        so_far: dict[int, float] = {}
        for k in range(root, -1, -1):
            for i, term in self._handed_back(k):
                found.append(self._arrived(i, term, so_far.get(i)))
                so_far[i] = so_far.get(i, 0.0) + term.product
        return found

    @cached_property
    def _terms(self) -> list[list[Term]]:
        """For each node what its children hand back, in the order in which the sweep adds it up."""
        terms: list[list[Term]] = [[] for _ in self.order]
        for k in range(len(self.order) - 1, -1, -1):
            for i, term in self._handed_back(k):
                terms[i].append(term)
        return terms

    def _handed_back(self, k: int) -> list[tuple[int, Term]]:
        """For each operand of a node that is a node: its place, and the term that it gets."""
        node = self.order[k]
        pairs = enumerate(zip(node.parents, node.partials, strict=True))
        return [
            (self.place[parent], Term(k, j, self.names[k], self.deltas[k], partial)) for j, (parent, partial) in pairs
        ]

    def computed(self, k: int) -> Step:
        """The step that computes the k-th value."""
        return self._computed(k) if self.order[k].parents else self._given(k)

    def _given(self, k: int) -> Step:
        name, data = self.names[k], self.order[k].data
        written = formula(lambda style: f"{style.name(name)} = {style.number(data)}")
        return Step("forward", name, (k,), data, (), (), (), f"{name} is given: nothing is computed here.", written)

    def _computed(self, k: int) -> Step:
        node, name = self.order[k], self.names[k]
        assert node.primitive is not None  # it has parents
        notation = node.primitive.notation
        operands = [(self._name_of(x), x.data) if isinstance(x, Node) else ("", x) for x in node.operands]
        partials = list(zip([self._name_of(parent) for parent in node.parents], node.partials, strict=True))

        def write(style: Style) -> str:
            symbols = [style.name(own) if own else style.number(x) for own, x in operands]
            numbers = [_operand(style, notation, i, x) for i, (_, x) in enumerate(operands)]
            steps = [
                notation.write(style.style, symbols),
                notation.write(style.style, numbers),
                style.number(node.data),
            ]
            slopes = [f"{style.partial(name, below)} = {style.number(x)}" for below, x in partials[:SHOWN]]
            more = [style.ellipsis] if len(partials) > SHOWN else []
            return style.comma.join([f"{style.name(name)} = {' = '.join(steps)}", *slopes, *more])

        parents = listed(list(dict.fromkeys([below for below, _ in partials])))
        sentence = f"{name} is computed from {parents}; how much it changes with each is kept, as a local partial."
        slopes = tuple([(f"∂{name}/∂{below}", x) for below, x in partials])
        return Step("forward", name, (k,), node.data, tuple(operands), slopes, (), sentence, formula(write))

    def _name_of(self, node: Node) -> str:
        return self.names[self.place[node]]

    def delta(self, k: int) -> Step:
        """The step that computes the k-th δ."""
        own, delta, terms = self.names[k], self.deltas[k], self._terms[k]

        def write(style: Style) -> str:
            parts = [style.delta(own), *([_symbols(style, own, terms), _numbers(style, terms)] if terms else [])]
            return " = ".join([*parts, style.number(delta)])

        if k == len(self.order) - 1:
            sentence = f"The sweep starts at the root: {own} changes with itself one to one."
        elif len(terms) == 1:
            sentence = f"{own} is used once, in {terms[0].name}, which hands back its δ times the local partial."
        else:
            uses = f"{own} is used {len(terms):,} times" if terms else f"{own} is not used"
            sentence = f"{uses}; each use hands back its δ times the local partial, and these add up."
        return Step("backward", f"δ({own})", (k,), delta, (), (), tuple(terms), sentence, formula(write))

    def updated(self, k: int, rate: float) -> Step:
        """The step of gradient descent for the k-th node, a parameter: θ ← θ - η δ(θ)."""
        own, data, delta = self.names[k], self.order[k].data, self.deltas[k]
        new = data - rate * delta

        def write(style: Style) -> str:
            symbols = f"{style.name(own)} - {style.factor(rate)}{style.times}{style.delta(own)}"
            numbers = f"{style.number(data)} - {style.factor(rate)}{style.times}{style.factor(delta)}"
            return f"{style.name(own)}{style.to}{symbols} = {numbers} = {style.number(new)}"

        sentence = f"{own} {direction_of(rate, [delta], 'the root')}"
        return Step("update", own, (k,), new, (), (), (), sentence, formula(write))

    def _arrived(self, k: int, term: Term, before: float | None) -> Step:
        own = self.names[k]
        after = (before or 0.0) + term.product

        def write(style: Style) -> str:
            start = "" if before is None else f"{style.number(before)} + "
            sums = [start + _symbols(style, own, [term]), start + _numbers(style, [term]), style.number(after)]
            return style.delta(own) + style.to + " = ".join(sums)

        which = "the first term of its δ" if before is None else "one more term, which is added to its δ"
        sentence = f"{term.name} hands back its δ times the local partial to {own}: {which}."
        return Step("backward", f"δ({own})", (k,), after, (), (), (term,), sentence, formula(write))


def direction_of(rate: float, deltas: Sequence[float], root: str) -> str:
    """Where a step of gradient descent goes, in words that follow the name of the parameter."""
    if all([rate * delta == 0.0 for delta in deltas]):
        return "stays where it is: the step has no length."
    if any([rate * delta != rate * delta for delta in deltas]):
        return "takes a step that is no number."
    if rate < 0.0:
        return f"takes a step along its derivative, uphill, since η is negative: {root} rises, if the step is small."
    return f"takes a step against its derivative, downhill: {root} falls, if the step is small."


def _operand(style: Style, notation: Notation, k: int, x: float) -> str:
    """The k-th operand as a number: a negative one in parentheses, where it would be misread without."""
    infix = "{}" in notation.text
    return style.factor(x) if infix and (k > 0 or notation.slot(k) >= SIGN) else style.number(x)


def _symbols(style: Style, own: str, terms: Sequence[Term]) -> str:
    """Σ δ(child)·∂child/∂own."""
    return _added(style, terms, lambda term: style.delta(term.name) + style.times + style.partial(term.name, own))


def _numbers(style: Style, terms: Sequence[Term]) -> str:
    """The same sum in numbers."""
    return _added(style, terms, lambda term: style.factor(term.delta) + style.times + style.factor(term.partial))


def _added(style: Style, terms: Sequence[Term], write: Callable[[Term], str]) -> str:
    """The terms of a sum; of very many the first and the last."""
    ends = terms if len(terms) <= SHOWN else [*terms[: SHOWN - 2], terms[-1]]
    return sum_text(style, [write(term) for term in ends], len(terms))


def sum_text(style: Style, written: Sequence[str], count: int) -> str:
    """A sum of so many terms, of which all are written, or the first and the last."""
    if len(written) > SHOWN:
        written = [*written[: SHOWN - 2], written[-1]]
    return " + ".join([*written[:-1], *[style.ellipsis] * (count > len(written)), *written[-1:]])


def _elements(root: Node, called: Callable[[Node], str | None]) -> dict[Node, str]:
    """zˡₖ for the elements of the vectors between layers; none in a graph larger than a drawing sees."""
    if root.scope is None and all([parent.scope is None for parent in root.parents]):
        return {}
    seen = look(root, called, lambda node: False)
    if seen.size > WINDOW:
        return {}
    regions = Regions(seen)
    regions.fold(None, lambda region: False)
    symbols = Grouping(seen, regions).symbols
    return {vertex.node: symbols[vertex] for vertex in seen.vertices if vertex in symbols}


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: "a, b and c"."""
    if not names:
        return "nothing"
    if len(names) > SHOWN:
        return f"{', '.join(names[: SHOWN - 1])} and {len(names) - SHOWN + 1:,} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
