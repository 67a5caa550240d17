"""The DOT text of a graph: what a node and an edge say, and what they look like."""

from __future__ import annotations

from typing import Any

from microgrand.errors import MissingExtraError
from microgrand.graph import stale
from microgrand.node import Node
from microgrand.notation import number
from microgrand.sweep import Adjoints, sweep

LONGEST_NAME = 40
LONGEST_STEP = 30
MOST_LEAVES = 8

# The embedded engine knows this font's widths; nearly every viewer has it, or Verdana, which is as wide.
FONT = "DejaVu Sans"

# Okabe and Ito's colours, which remain apart for the colour-blind; kinds of nodes differ in shape as well.
_GRAPH = {"bgcolor": "white", "fontname": FONT, "nodesep": "0.3", "ranksep": "0.55"}
_NODE = {"shape": "record", "fontname": FONT, "fontsize": "12", "color": "#333333"}
_EDGE = {"fontname": FONT, "fontsize": "11", "color": "#555555", "fontcolor": "#D55E00",
         "arrowsize": "0.7"}  # fmt: skip
_LEAF = {"shape": "Mrecord", "style": "filled", "fillcolor": "#DCEBF7"}
_ROOT = {"style": "filled", "fillcolor": "#FBE8D3", "penwidth": "2"}
_FOLDED = {"shape": "Mrecord", "style": "filled,dashed", "fillcolor": "#F0F5FA"}
_STALE = {"style": "dashed"}


def dot_text(root: Node, order: list[Node], direction: str) -> str:
    """The graph below `root` as DOT text, its nodes in topological order; the same graph gives the same bytes."""
    try:
        from graphviz import Digraph
    except ImportError as error:
        raise MissingExtraError("drawing", "draw", "graphviz") from error
    graph = Digraph(
        graph_attr={**_GRAPH, "rankdir": direction}, node_attr=_NODE, edge_attr=_EDGE, comment="drawn by microgrand"
    )
    adjoints = sweep(root)
    names = _names(order)
    ids = {id(node): f"n{k}" for k, node in enumerate(order)}
    old = {id(node) for node in stale(root)}
    folded = _folded(order)
    hidden = {id(leaf) for leaves in folded.values() for leaf in leaves}
    for node in order:
        if id(node) not in hidden:
            label = _node_label(node, names, adjoints)
            graph.node(ids[id(node)], label, **_look(node, root, id(node) in old))
    for node in order:
        for k, (parent, partial) in enumerate(zip(node.parents, node.partials, strict=True)):
            if id(parent) not in hidden:
                tooltip = f"∂{names[id(node)]}/∂{names[id(parent)]} = {number(partial)}"
                edge = {"id": f"e{ids[id(node)][1:]}_{k}", "tooltip": text(tooltip)}
                graph.edge(ids[id(parent)], ids[id(node)], text(number(partial)), **edge)
        leaves = folded.get(id(node), [])
        if leaves:
            label = f"{names[id(leaves[0])]} … {names[id(leaves[-1])]}"
            graph.node(f"{ids[id(node)]}_leaves", field(label) + "|" + field(f"{len(leaves)} more leaves"), **_FOLDED)
            graph.edge(f"{ids[id(node)]}_leaves", ids[id(node)])
    source: str = graph.source
    return source


def _folded(order: list[Node]) -> dict[int, list[Node]]:
    """For a node with very many leaves of its own, those that are drawn as one: all but the first few and the last."""
    children: dict[int, int] = {}
    for node in order:
        for parent in {id(parent) for parent in node.parents}:
            children[parent] = children.get(parent, 0) + 1
    folded: dict[int, list[Node]] = {}
    for node in order:
        own = {id(parent): parent for parent in node.parents if parent.is_leaf and children[id(parent)] == 1}
        if len(own) > MOST_LEAVES:
            folded[id(node)] = list(own.values())[MOST_LEAVES // 2 : -1]
    return folded


def _look(node: Node, root: Node, is_stale: bool) -> dict[str, str]:
    look = dict(_LEAF) if node.is_leaf else {}
    if node is root:
        look.update(_ROOT)
    if is_stale:
        look["style"] = f"{look['style']},dashed" if "style" in look else _STALE["style"]
    return look


def _names(order: list[Node]) -> dict[int, str]:
    """What each node is called: its name, or zᵢ with i its place in the order."""
    subscripts = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    return {
        id(node): _short(node.name) if node.name else f"z{str(k).translate(subscripts)}"
        for k, node in enumerate(order, 1)
    }


def _node_label(node: Node, names: dict[int, str], adjoints: Adjoints) -> str:
    name = names[id(node)]
    heading = name if node.primitive is None else f"{name} = {_step(node, names)}"
    return "|".join([field(heading), field(number(node.data)), field(f"δ = {number(adjoints[node])}")])


def _step(node: Node, names: dict[int, str]) -> str:
    """The step that made the node, in the names of its operands: "x·w"; plain numbers stand inside it."""
    primitive = node.primitive
    if primitive is None:
        return ""
    operands = [names[id(item)] if isinstance(item, Node) else _constant(item) for item in node.operands]
    step = primitive.notation.write("text", operands)
    return step if len(step) <= LONGEST_STEP else primitive.notation.label


def _constant(x: Any) -> str:
    return f"({number(x)})" if x < 0 else number(x)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def text(label: str) -> str:
    """User text, so that Graphviz shows it verbatim: its escapes, entities and HTML-like labels are all disarmed."""
    cleaned = "".join([_printable(character) for character in label])
    escaped = cleaned.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return _plain(escaped)


def field(label: str) -> str:
    """User text as one field of a record, whose own characters are disarmed too."""
    escaped = text(label)
    for character in "{}|<> ":
        escaped = escaped.replace(character, "\\" + character)
    return _plain(escaped)


def _plain(escaped: str) -> str:
    """The graphviz package takes <…> for HTML-like labels; this marks the text as none."""
    from graphviz import nohtml

    marked: str = nohtml(escaped)
    return marked


def _printable(character: str) -> str:
    if character in "\t\n":
        return " " if character == "\t" else "↵"
    if ord(character) < 32 or 127 <= ord(character) < 160 or 0xD800 <= ord(character) < 0xE000:
        return "\ufffd"
    return character
