"""The sweep node by node: what is computed at each, from what, and what its children contribute to each δ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property

from microgrand.drawing.groups import Group, Grouping
from microgrand.drawing.names import one_line
from microgrand.drawing.numbers import Numbers
from microgrand.drawing.regions import Regions, key_of
from microgrand.drawing.scene_names import slots
from microgrand.drawing.vertices import Vertex, look
from microgrand.engine.node import Node
from microgrand.kinks import is_on_kink
from microgrand.table.notation import SIGN, Notation, items_text
from microgrand.table.signature import subscript
from microgrand.walk import sentences
from microgrand.walk.formulas import Style, formula
from microgrand.walk.step import Step, Term

SHOWN = 6  # terms of a long sum, partials of a long list


class NodeSteps:
    """The steps of a graph, node by node.

    order     its nodes in topological order, the root last
    deltas    their δ
    names     what they are called, as in the drawing of `grouping`: by default of the whole graph
    numbers   where the steps take their numbers from: by default the graph as it stands
    first     whether this is the first pass of a walk, which explains its words
    """

    def __init__(
        self,
        root: Node,
        called: Callable[[Node], str | None],
        grouping: Grouping | None = None,
        numbers: Numbers | None = None,
        first: bool = True,
    ) -> None:
        self.first = first
        self._grouping = grouping if grouping is not None else whole_graph(root, called)
        self._places: dict[Group, dict[Node, int]] = {}
        adjoints = self._grouping.seen.adjoints
        self.order = adjoints.order
        self.numbers = numbers if numbers is not None else Numbers(adjoints)
        self._fixed = numbers is None  # else a page computes them anew, and kinks come and go
        self.deltas = [self.numbers.delta(node) for node in self.order]
        self.place = {node: k for k, node in enumerate(self.order)}
        self.names = [self._named(k, node, called) for k, node in enumerate(self.order, 1)]

    def _named(self, k: int, node: Node, called: Callable[[Node], str | None]) -> str:
        vertex = self._grouping.seen.of.get(node)
        name = self._grouping.names.of[vertex] if vertex is not None else called(node)
        return one_line(name or f"z{subscript(k)}")

    def forward(self) -> list[Step]:
        """One step for all leaves together, and one for each value that is computed, in topological order."""
        leaves = [k for k, node in enumerate(self.order) if not node.parents]
        computed = [k for k, node in enumerate(self.order) if node.parents]
        return [self._given(leaves), *[self.computed(k, self.first and k == computed[0]) for k in computed]]

    def backward(self) -> list[Step]:
        """One step for each δ, from the root down: the sum of what all children contribute."""
        return [self.delta(k) for k in range(len(self.order) - 1, -1, -1)]

    def arriving(self) -> list[Step]:
        """One step for each term, as the sweep adds it to a δ that other terms may have reached before."""
        root = len(self.order) - 1
        found = [self.delta(root)]
        so_far: dict[int, float] = {}
        arrived: Counter[int] = Counter()
        for k in range(root, -1, -1):
            for i, term in self._contributed(k):
                found.append(self._arrived(i, term, arrived[i], so_far.get(i)))
                so_far[i] = so_far.get(i, 0.0) + term.product
                arrived[i] += 1
        return found

    @cached_property
    def _terms(self) -> list[list[Term]]:
        """For each node what its children contribute, in the order in which the sweep adds it up."""
        terms: list[list[Term]] = [[] for _ in self.order]
        for k in range(len(self.order) - 1, -1, -1):
            for i, term in self._contributed(k):
                terms[i].append(term)
        return terms

    def _contributed(self, k: int) -> list[tuple[int, Term]]:
        """For each operand of a node that is a node: its place, and the term that it gets."""
        node = self.order[k]
        found = enumerate(zip(node.parents, self.numbers.partials(node), self._slots(node), strict=True))
        return [
            (self.place[parent], Term(k, j, self.names[k], self.deltas[k], partial, below))
            for j, (parent, partial, below) in found
        ]

    def computed(self, k: int, explained: bool = False) -> Step:
        """The step that computes the k-th value, which is no leaf; the first of a walk explains what a partial is."""
        node, name = self.order[k], self.names[k]
        assert node.primitive is not None  # it has parents
        notation = node.primitive.notation
        value, of = self.numbers.value(node), self.numbers.value
        operands = [(self._name_of(x), of(x)) if isinstance(x, Node) else ("", x) for x in node.operands]
        partials = list(zip(self._slots(node), self.numbers.partials(node), strict=True))

        lists = self._lists(node)
        told = self._told(node)
        called = [self.cost, name] if k == len(self.order) - 1 and self.cost != name else [name]

        def write(style: Style) -> str:
            symbols = [style.name(own) if own else style.number(x) for own, x in operands]
            numbers = [operand_text(style, notation, i, x) for i, (_, x) in enumerate(operands)]
            steps = [
                applied(style, notation, symbols, [style.name(each) if each else "" for each in lists]),
                notation.write(style.style, numbers),
                style.number(value),
            ]
            slopes = [f"{style.partial(name, below)} = {style.vector(x)}" for below, x in told[:SHOWN]]
            more = [style.ellipsis] if len(told) > SHOWN else []
            return style.comma.join([" = ".join([*map(style.name, called), *steps]), *slopes, *more])

        sentence = self._computed_in_words(node, name, told, explained)
        if self._fixed and is_on_kink(node):
            sentence += f" {sentences.on_kink(name, node.primitive)}"
        slopes = tuple([(f"∂{name}/∂{below}", x) for below, x in partials])
        return Step("forward", name, (k,), value, tuple(operands), slopes, (), sentence, formula(write))

    def _computed_in_words(
        self, node: Node, name: str, told: Sequence[tuple[str, Sequence[float]]], explained: bool
    ) -> str:
        parents = [self._box_of(parent)[0] for parent in node.parents]
        sources = list(dict.fromkeys([*parents, *self._constants(node)]))
        partials = [f"∂{name}/∂{below}" for below, _ in told]
        if not explained:
            return sentences.computed(name, sources, partials)
        slot, numbers = told[0]
        if len(numbers) > 1:
            return sentences.first_computed_of_vector(name, sources, partials[0], slot)
        below = slot if slot in sources else f"{slot}, the first {parents[0]}"
        others = [*[each for each, _ in told[1:]], *self._constants(node)]
        return sentences.first_computed(name, sources, partials[0], below, others)

    def _constants(self, node: Node) -> list[str]:
        """The names of the lists of operands that are plain numbers only."""
        vertex = self._grouping.seen.of.get(node)
        if vertex is None or vertex.primitive is None:
            return []
        lists = vertex.primitive.signature.grouped(vertex.operands)[0]
        named = zip(self._lists(node), lists, strict=True)
        return [name for name, items in named if name and not any([isinstance(x, Vertex) for x in items])]

    def _given(self, leaves: Sequence[int]) -> Step:
        """The step that gives these leaves; those that are one box together."""
        boxes: dict[str, list[int]] = {}
        for k in leaves:
            boxes.setdefault(self._given_box(self.order[k]), []).append(k)
        places = [k for together in boxes.values() for k in together]
        numbers = [[self.numbers.value(self.order[k]) for k in together] for together in boxes.values()]
        return given_step(tuple(places), list(boxes), numbers, sentences.given(("", list(boxes), "")))

    def _given_box(self, leaf: Node) -> str:
        """What the box of a leaf is called, if there is nothing but leaves of this graph in it; else the leaf."""
        name, places = self._box_of(leaf)
        vertex = self._grouping.seen.of.get(leaf)
        items = self._grouping.of[vertex].items if vertex is not None and places else []
        whole = all([isinstance(x, Vertex) and x.is_leaf and x.node in self.place for x in items])
        return name if whole else self._name_of(leaf)

    def _lists(self, node: Node) -> list[str]:
        """The names in the scene of the lists of operands of a node; "" of those that have none."""
        vertex = self._grouping.seen.of.get(node)
        if vertex is None or vertex.primitive is None:
            return []
        lists = vertex.primitive.signature.grouped(vertex.operands)[0]
        return [self._grouping.named.get(key_of(items), "") for items in lists]

    def _told(self, node: Node) -> list[tuple[str, list[float]]]:
        """The partials as the picture tells them: in each parent, or together in several that are one box."""
        found: dict[str, list[float]] = {}
        boxes = [self._box_of(parent) for parent in node.parents]
        uses = Counter([name for name, _ in boxes])
        edges = zip(boxes, node.parents, self._slots(node), self.numbers.partials(node), strict=True)
        for (name, places), parent, slot, partial in edges:
            if len(places) > 1 and uses[name] > 1:
                row, place = found.setdefault(name, [0.0] * len(places)), places[parent]
                row[place] = row[place] + partial if row[place] != 0.0 else partial
            else:
                found[slot] = [*found.get(slot, []), partial]
        return list(found.items())

    @property
    def cost(self) -> str:
        """What the root is called in ∂C/∂θ, where there are layers; else its name."""
        return one_line(self._grouping.names.cost) if self._grouping.regions.all else self.names[-1]

    def _box_of(self, node: Node) -> tuple[str, dict[Node, int]]:
        """What the box of a node is called, and the places of the nodes in it: none where it stands alone."""
        vertex = self._grouping.seen.of.get(node)
        group = self._grouping.of.get(vertex) if vertex is not None else None
        if group is None or group.kind != "vector" or len(group.vertices) < 2:
            return self._name_of(node), {}
        if group not in self._places:
            self._places[group] = {each.node: k for k, each in enumerate(group.vertices)}
        return one_line(group.name), self._places[group]

    def _slots(self, node: Node) -> list[str]:
        """What the parents are called below a ∂; one that is used twice is told apart by place: x⁽¹⁾, x⁽²⁾."""
        return slots([self._name_of(parent) for parent in node.parents])

    def _name_of(self, node: Node) -> str:
        return self.names[self.place[node]]

    def delta(self, k: int) -> Step:
        """The step that computes the k-th δ."""
        own, delta, terms = self.names[k], self.deltas[k], self._terms[k]

        def write(style: Style) -> str:
            parts = [style.delta(own), *([_symbols(style, terms), _numbers(style, terms)] if terms else [])]
            return " = ".join([*parts, style.number(delta)])

        if k == len(self.order) - 1:
            sentence = sentences.start(f"δ({own})", self.cost, own)
            sentence += f" {sentences.what_delta_is(self.cost)}" * self.first
        else:
            users = list(dict.fromkeys([term.name for term in terms]))
            sentence = sentences.delta(own, f"δ({own})", len(terms), users, [_contribution(term) for term in terms])
        return Step("backward", f"δ({own})", (k,), delta, (), (), tuple(terms), sentence, formula(write))

    def updated(self, k: int, rate: float) -> Step:
        """The step of gradient descent for the k-th node, a parameter: θ ← θ - η·δ(θ)."""
        own, data, delta = self.names[k], self.numbers.value(self.order[k]), self.deltas[k]
        rate = self.numbers.rate(rate)
        new = data - rate * delta

        def write(style: Style) -> str:
            symbols = f"{style.name(own)} - {style.rate}{style.times}{style.delta(own)}"
            numbers = f"{style.number(data)} - {style.factor(rate)}{style.times}{style.factor(delta)}"
            return f"{style.name(own)}{style.to}{symbols} = {numbers} = {style.number(new)}"

        sentence = sentences.updated(own, f"δ({own})")
        return Step("update", own, (k,), new, (), (), (), sentence, formula(write))

    def _arrived(self, k: int, term: Term, count: int, before: float | None) -> Step:
        own = self.names[k]
        after = term.product + (0.0 if before is None else before)

        def write(style: Style) -> str:
            start = "" if before is None else f"{style.number(before)} + "
            sums = [start + _symbols(style, [term]), start + _numbers(style, [term]), style.number(after)]
            return style.delta(own) + style.to + " = ".join(sums)

        sentence = sentences.arrived(term.name, f"δ({own})", _contribution(term), count, len(self._terms[k]))
        return Step("backward", f"δ({own})", (k,), after, (), (), (term,), sentence, formula(write))


def given_step(nodes: tuple[int, ...], names: Sequence[str], numbers: Sequence[Sequence[float]], sentence: str) -> Step:
    """The step that gives what is not computed, all at once: of very many the first few are written."""

    def write(style: Style) -> str:
        known = [f"{style.name(own)} = {style.vector(each)}" for own, each in zip(names, numbers, strict=True)]
        return style.comma.join([*known[:SHOWN], *[style.ellipsis] * (len(names) > SHOWN)])

    name = ", ".join([*names[:SHOWN], *["…"] * (len(names) > SHOWN)])
    result = plain([x for row in numbers for x in row])
    return Step("forward", name, nodes, result, (), (), (), sentence, formula(write))


def plain(numbers: Sequence[float]) -> float | tuple[float, ...]:
    """The result of a step: one number, or several."""
    return numbers[0] if len(numbers) == 1 else tuple(numbers)


def operand_text(style: Style, notation: Notation, k: int, x: float) -> str:
    """The k-th operand as a number: a negative one in parentheses, where it would be misread without."""
    if "{}" not in notation.text:
        return style.number(x)
    return style.base(x) if notation.slot(k) >= SIGN else style.factor(x) if k > 0 else style.number(x)


def _contribution(term: Term) -> str:
    return f"δ({term.name})·∂{term.name}/∂{term.slot}"


def _symbols(style: Style, terms: Sequence[Term]) -> str:
    """Σ δ(child)·∂child/∂own."""
    return _added(style, terms, lambda term: style.delta(term.name) + style.times + style.partial(term.name, term.slot))


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


def whole_graph(root: Node, called: Callable[[Node], str | None]) -> Grouping:
    """The graph with no layer closed, as `draw` shows it."""
    seen = look([root], called, lambda node: False)
    regions = Regions(seen)
    regions.fold(None, lambda region: False)
    return Grouping(seen, regions)


def applied(style: Style, notation: Notation, operands: Sequence[str], lists: Sequence[str]) -> str:
    """A step: its lists by their names, where they have one."""
    if not lists:
        return notation.write(style.style, operands)
    given, rest = notation.signature.grouped(operands)
    written = [name or f"[{items_text(items, style.style)}]" for name, items in zip(lists, given, strict=True)]
    return notation.applied(style.style, written, rest)
