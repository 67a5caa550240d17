"""Laws of drawings: what is recorded is what is shown."""

import builtins
import importlib.util
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from drawings import ROOT, SVG, classifier, expression, harmless, texts
from hypothesis import given

from microgrand import (
    CollapsedWarning,
    Drawing,
    GraphError,
    Value,
    dot,
    draw,
    leaves,
    refresh,
    sin,
    sum,
    sweep,
    topological_order,
)
from microgrand.drawing.dot import _SHAPES
from microgrand.table.formula import number
from microgrand.testing import expressions


def pictures():
    spec = importlib.util.spec_from_file_location("draw_pictures", ROOT / "docs" / "draw_pictures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.PICTURES


def boundless(drawing):
    """The same, for any width: an engine's measures decide nothing."""
    return Drawing(drawing.view, drawing.look._replace(width=None))


@pytest.mark.parametrize("name", ["expression", "gates", "classifier-layers", "classifier-nodes"])
def test_the_dot_text_is_golden(name):
    """The DOT text of the README's pictures, to the letter, where no column is to be fitted."""
    assert boundless(pictures()[name]()).dot == (ROOT / "tests" / "drawing" / "golden" / f"{name}.dot").read_text()


def test_the_same_graph_gives_the_same_bytes_in_any_process():
    """DOT text depends on the graph and its names alone, whatever the seed of Python's hashes."""
    code = f"import sys; sys.path.insert(0, {str(ROOT / 'docs')!r}); from draw_pictures import PICTURES\n"
    code += "from microgrand import Drawing; drawing = PICTURES['classifier-nodes']()\n"
    code += "print(Drawing(drawing.view, drawing.look._replace(width=None)).dot, end='')"
    golden = (ROOT / "tests" / "drawing" / "golden" / "classifier-nodes.dot").read_text()
    for seed in ("0", "1"):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                              env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"})  # fmt: skip
        assert done.stdout == golden


def test_the_picture_shows_what_the_text_says():
    """Names, steps, values, δ and partials all stand in the SVG, and in the text for terminals."""
    y = expression()
    shown = texts(draw(y))
    expected = {"x", "w", "b", "z₃ = w·x", "z₅ = z₃ + b", "z₆ = tanh(z₅)", "y = z₆·2", "2", "δ = 1", "∂y/∂z₆", "= 2"}
    assert expected <= set(shown)
    assert str(draw(y)).splitlines()[-1].split() == [
        "y",
        "=",
        "z₆·2",
        "=",
        "-1.27",
        "δ",
        "=",
        "1",
        "∂y/∂z₆",
        "=",
        "2",
    ]


@given(expressions(max_nodes=14))
def test_every_node_and_every_edge_is_shown(drawn):
    """Each node is a box with its own value and δ, each operand that is a node an arrow with its partial."""
    root = drawn.root()
    view = draw(root, names={}, max_nodes=10_000).view
    order = topological_order(root)
    adjoints = sweep(root)
    assert len(view.boxes) == len(order)
    assert len(view.arrows) == sum(len(node.parents) for node in order)
    for box, node in zip(view.boxes, order, strict=True):
        assert box.delta == f"δ = {number(adjoints[node], digits=4)}"
        assert box.value == number(node.data, digits=4)
    assert len(str(draw(root, names={}, max_nodes=10_000)).splitlines()) == len(order)


def test_parallel_edges_are_kept():
    """x·x has two arrows."""
    x = Value(3.0)
    y = x * x
    assert [arrow.words for arrow in draw(y).view.arrows] == ["∂y/∂x⁽¹⁾ = 3", "∂y/∂x⁽²⁾ = 3"]
    assert draw(y).dot.count("->") == 2


def test_what_is_not_asked_for_is_not_shown():
    """`show` chooses what is written: values, δ, partials."""
    y = expression()
    assert set(texts(draw(y, show=()))) == {"x", "w", "b", "z₃ = w·x", "z₅ = z₃ + b", "z₆ = tanh(z₅)", "y = z₆·2"}
    shown = {show: " ".join(texts(draw(y, show=show))) for show in ("value", "delta", "partial")}
    for show, words in {"value": "-1.27", "delta": "δ = 1", "partial": "∂y/∂z₆"}.items():
        assert [name for name, text in shown.items() if words in text] == [show]


def test_arrows_are_as_thick_as_what_flows_along_them():
    """An arrow's width grows with |δₖ ∂zₖ/∂zᵢ|; one along which nothing flows is dotted."""
    a, b, c, d = Value(1.0), Value(1.0), Value(1.0), Value(1.0)
    y = sum([a * 1.0, b * 3.0, c * 2.0, d * 0.0])
    lines = [line for line in draw(y).dot.splitlines() if "->" in line and "/∂" in line]
    widths = {name: re.search(rf"∂z.+/∂{name}.*", line) and re.search(r"penwidth=([\d.]+)", line)
              for line in lines for name in "abcd" if f"/∂{name}\\n" in line}  # fmt: skip
    assert float(widths["a"][1]) < float(widths["c"][1]) < float(widths["b"][1])
    assert widths["d"] is None
    assert [line for line in lines if "/∂d\\n" in line and "style=dotted" in line]


def test_kinds_of_boxes_differ_without_their_colours():
    """No two of nodes, leaves, inputs, parameters, the root and layers have the same outline."""
    looks = {kind: _SHAPES[kind] for kind in ("node", "leaf", "input", "parameter", "root", "layer", "more")}
    outlines = [(look.get("shape", "record"), look.get("peripheries"), look.get("style")) for look in looks.values()]
    assert len(set(outlines)) == len(outlines)
    kinds = {box.heading: box.kind for box in draw(classifier().trace([1.0, 2.0, 3.0], 0).cost, names={}).view.boxes}
    assert kinds["θ₁"] == "parameter"
    assert kinds["z¹ = x"] == "input"
    assert [heading for heading, kind in kinds.items() if kind == "root"] == ["C = z⁴ = -u₁"]


def test_drawing_reads_and_writes_no_grad():
    """A drawing's δ are those of its own root, whatever `.grad` holds."""
    x = Value(3.0, name="x")
    y = x * x
    (y * 100.0).backward()
    assert "δ = 6" in texts(draw(y))
    assert x.grad == 600.0


def test_stale_nodes_are_marked():
    """After a leaf is changed and before `refresh`, what depends on it is dashed, and nothing else."""
    x, w = Value(3.0, name="x"), Value(2.0, name="w")
    y = x * x + w * w
    assert "dashed" not in draw(y).dot
    x.data = 4.0
    assert [box.heading for box in draw(y).view.boxes if box.stale] == ["z₂ = x·x", "y = z₂ + z₄"]
    assert "(stale)" in str(draw(y))
    refresh(y)
    assert "dashed" not in draw(y).dot


def test_paths_are_lit():
    """`to` lights what depends on it and the arrows between, and tells how many paths there are."""
    x, w = Value(2.0), Value(3.0)
    a = x * w
    y = a * x + sin(w)
    view = draw(y, to=x).view
    assert {box.heading.partition(" ")[0] for box in view.boxes if box.lit} == {"x", "a", "z₄", "y"}
    assert {arrow.words.partition(" ")[0] for arrow in view.arrows if arrow.lit} == {
        "∂a/∂x",
        "∂z₄/∂a",
        "∂z₄/∂x",
        "∂y/∂z₄",
    }
    assert view.notes == ("lit: 2 paths to the root, the terms of the chain rule's sum",)
    assert "#c04a00" in draw(y, to=x).svg()
    with pytest.raises(GraphError, match="no path to light"):
        draw(a, to=y)


@given(expressions(max_nodes=10))
def test_lit_paths_are_the_terms_of_the_chain_rule(drawn):
    """For each leaf the number of paths that is told is the number of terms."""
    root = drawn.root()
    for leaf in leaves(root):
        paths = {id(leaf): 1}
        for node in topological_order(root):
            if node is not leaf:
                paths[id(node)] = builtins.sum(paths.get(id(parent), 0) for parent in node.parents)
        note = draw(root, names={}, to=leaf, max_nodes=10_000).view.notes[-1]
        assert note.startswith(f"lit: {paths[id(root)]:,} path")


def test_exponentially_many_paths_are_counted_in_time():
    """A thousand doublings have 2^1000 paths."""
    y = x = Value(1.0)
    for _ in range(1000):
        y = y + y
    with pytest.warns(CollapsedWarning):
        assert "more than 1,000,000,000 paths" in draw(y, to=x).view.notes[-1]


def test_two_drawings_stand_side_by_side():
    """A graph before and after a step: both are there, each in its frame, and the picture is harmless."""
    x = Value(3.0)
    y = x * x
    before = draw(y)
    x.data = 2.0
    refresh(y)
    both = before.beside(draw(y))
    assert str(both).splitlines()[0] == "before"
    above = {item.text: float(item.get("y")) for item in ElementTree.fromstring(both.svg()).iter(f"{SVG}text")}
    assert above["before"] < above["after"]
    assert [box.value for box in both.view.boxes] == ["3", "9", "2", "4"]
    harmless(both.svg())
    cost = classifier()([1.0, 2.0, 3.0], 0)
    harmless(draw(cost).beside(draw(cost, depth=1)).svg())


def test_very_many_parallel_edges_are_one_arrow():
    """A thousand uses of one node by one step are one arrow that counts them."""
    x = Value(1.0)
    (arrow,) = draw(dot([x] * 500, [x] * 500)).view.arrows
    assert arrow.label[1] == "× 1,000"
