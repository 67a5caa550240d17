"""Laws of walkthroughs: what they show is what `steps` says, in one offline page that is safe and small."""

import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from drawings import SHAPES, SVG, classifier
from test_drawing_names import HOSTILE

from microgrand import (
    GraphError,
    Linear,
    LogSoftmax,
    NegativeLogLikelihood,
    Sequential,
    Tanh,
    Value,
    sin,
    steps,
    tanh,
    walkthrough,
)
from microgrand.cli import main
from microgrand.training import GradientDescent, Objective, train
from microgrand.walk.formulas import ELEMENTS


def expression():
    x, w, b = Value(2.0, name="x"), Value(0.5, name="w"), Value(-0.25, name="b")
    return tanh(w * x + b)


def data_of(html):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)[1])


@pytest.mark.parametrize("granularity", ["node", "edge"])
def test_a_walkthrough_shows_the_steps(granularity):
    """Its steps, its text and its page are those of `steps`, in order."""
    y = expression()
    walk = walkthrough(y, granularity=granularity)
    assert [str(step) for step in walk] == [str(step) for step in steps(y, granularity)] == str(walk).splitlines()
    frames = data_of(walk.html())["scenes"][0]["frames"]
    assert [frame["text"] for frame in frames] == [step.formula.text for step in walk]
    assert [frame["direction"] for frame in frames] == [step.direction for step in walk]


def test_after_the_last_step_every_number_is_written():
    """What the frames write, one after the other, ends in the values and δ of the drawing; before, all are unknown."""
    from microgrand import draw

    y = expression()
    scene = walkthrough(y).scenes[0]
    state = {(name, line): text for name, line, text in scene.blank}
    assert {text for (name, line), text in state.items() if name.startswith("n")} == {"?", "δ = ?"}
    for frame in scene.frames:
        state |= {(name, line): text for name, line, text in frame.written}
    for box in draw(y).view.boxes:
        assert state[box.id, 1] == box.value
        assert state[box.id, 2] == box.delta
    for arrow in draw(y).view.arrows:
        assert tuple(state[arrow.id, k] for k in range(len(arrow.label))) == arrow.label


def test_each_step_lights_its_box_and_what_it_uses():
    """Forwards the operands and the arrows from them, backwards the children and the arrows to them."""
    walk = walkthrough(expression())
    headings = {box.id: box.heading.partition(" ")[0] for box in walk.scenes[0].view.boxes}
    lit = [[headings[name] for name in frame.boxes] for frame in walk.scenes[0].frames]
    assert lit == [["w"], ["x"], ["z₃", "w", "x"], ["b"], ["z₅", "z₃", "b"], ["z₆", "z₅"],
                   ["z₆"], ["z₅", "z₆"], ["b", "z₅"], ["z₃", "z₅"], ["x", "z₃"], ["w", "z₃"]]  # fmt: skip


def test_a_network_is_walked_layer_by_layer_and_each_layer_opens():
    """Layers first; behind the box of each layer its inside, whose steps are those of its nodes."""
    walk = walkthrough(classifier()([1.0, 2.0, -0.5], 1))
    assert [scene.title for scene in walk.scenes] == [
        "all layers", "inside layer 1, linear", "inside layer 2, log-softmax", "inside layer 3, NLL",
    ]  # fmt: skip
    assert [step.name for step in walk][:6] == ["z¹", "θ₁", "θ₂", "z²", "z³", "z⁴"]
    inside = [str(frame.step) for frame in walk.scenes[2].frames]
    assert any(line.startswith("▶ z³₁ = log_softmax(") for line in inside)
    assert sorted(data_of(walk.html())["scenes"][0]["opens"].values()) == [1, 2, 3]


def test_training_is_seen():
    """Several iterations: forward, backward, update; the costs are those of descent, the graph is not changed."""
    network = classifier()
    theta = network.parameters()
    before = [leaf.data for leaf in theta]
    cost = network([1.0, 2.0, -0.5], 1)
    walk = walkthrough(cost, theta=theta, rate=0.5, iterations=4)
    assert [leaf.data for leaf in theta] == before
    history = train(Objective(network, [[1.0, 2.0, -0.5]], [1]), GradientDescent(0.5), epochs=4, progress=False)
    assert walk.losses == pytest.approx(history.costs, rel=1e-12)
    assert [frame.round for frame in walk.scenes[0].frames][-1] == 3
    updates = [step for step in walk if step.direction == "update"]
    assert len(updates) == 8
    assert updates[-2].result == pytest.approx([leaf.data for leaf in theta[:3]], rel=1e-12)
    assert walk.html().count("<ellipse") >= 5
    assert str(walk).count("iteration ") == 4


def test_a_trace_with_a_step_shows_its_update():
    """The lecture's trace, step size included, is one iteration."""
    trace = classifier().trace([1.0, 2.0, -0.5], 1, step=0.1)
    updates = [step for step in walkthrough(trace) if step.direction == "update"]
    assert updates[0].result == pytest.approx(trace.updated[1][0])


def test_what_cannot_be_walked_is_refused():
    """Parameters that are no leaves of this graph, numbers of iterations, other things than Values."""
    x = Value(1.0)
    y = x * 2.0
    for theta in (Value(3.0), y):
        with pytest.raises((ValueError, GraphError), match="leaves that the root depends on"):
            walkthrough(y, theta=theta)
    with pytest.raises(ValueError, match="iterations is a whole number"):
        walkthrough(y, theta=x, iterations=0)
    with pytest.raises(ValueError, match="granularity is one of"):
        walkthrough(y, granularity="words")
    with pytest.raises(TypeError, match="takes a Value or a trace"):
        walkthrough(3)
    with pytest.raises(ValueError, match=r"saved as \.html"):
        walkthrough(y).save("page.svg")


def test_the_page_is_one_small_file(tmp_path):
    """250 nodes stay below 2 MB; the page names nothing outside itself, and is the same in every process."""
    y = Value(1.0, name="y")
    for k in range(124):
        y = sin(y) * (1.0 + k / 100)
    walk = walkthrough(y)
    page = walk.save(tmp_path / "page.html").read_text()
    assert len(walk) == 2 * 249
    assert len(page.encode()) < 2_000_000
    assert "://" not in re.sub(r"http://www\.w3\.org/(2000/svg|1998/Math/MathML)", "", page)
    assert "default-src 'none'" in page
    code = "import sys; from microgrand import *; x = Value(1.0, name='x'); sys.stdout.write(walkthrough(x*x).html())"
    pages = set()
    for seed in ("1", "2"):
        around = {"PYTHONHASHSEED": seed, "PYTHONUTF8": "1", "PYTHONPATH": ":".join(sys.path)}
        pages.add(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=around).stdout)
    assert len(pages) == 1


def test_a_large_graph_is_walked_where_it_can_be_read():
    """A deep network layer by layer, a long chain near its root; the page stays small."""
    network = Sequential(Linear(2, 16, True), Tanh(), Linear(16, 16, True), Tanh(), Linear(16, 1, True))
    walk = walkthrough(network([0.5, -1.0])[0])
    assert walk.scenes[0].title == "all layers"
    assert len(walk.html().encode()) < 2_000_000
    y = Value(1.0)
    for _ in range(3_000):
        y = y * 0.999
    assert len(walkthrough(y)) < 100


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_hostile_names_are_data(name):
    """A name stands in the page as data and as text of the drawing: no element, no attribute is made of it."""
    x = Value(2.0, name=name)
    html = walkthrough(x * x, names={}).html()
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)[1]
    assert not set("<>&\u2028\u2029") & set(data)
    for element in ElementTree.fromstring(re.search(r"<svg.*?</svg>", html, re.DOTALL)[0]).iter():
        assert element.tag.removeprefix(SVG) in SHAPES
        assert not any(key.startswith("on") or "href" in key for key in element.attrib)
    formulas = [frame["formula"] for frame in json.loads(data)["scenes"][0]["frames"]]
    while formulas:
        tag, attributes, _, children = formulas.pop()
        assert tag in ELEMENTS
        assert not any(key.startswith("on") for key in attributes)
        formulas += children


def test_a_notebook_shows_the_player_and_a_picture():
    """The bundle of front ends: the final picture, a sandboxed frame that hides it, SVG, and text."""
    walk = walkthrough(expression())
    bundle = walk._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/svg+xml", "text/plain"}
    assert bundle["text/plain"] == str(walk)
    assert 'sandbox="allow-scripts"' in bundle["text/html"]
    assert "allow-same-origin" not in bundle["text/html"]
    assert bundle["text/html"].startswith('<img alt="12 steps of backpropagation through z₆ = 0.635149"')
    shown = [item.text for item in ElementTree.fromstring(bundle["image/svg+xml"]).iter(f"{SVG}text")]
    assert "δ = 1.19317" in shown


def test_the_command_steps(tmp_path, capsys):
    """`microgrand step` prints the steps, or writes the page; bad input is one sentence and exit code 2."""
    assert main(["step", "tanh(w*x + b)", "x=2", "w=0.5", "b=-0.25"]) == 0
    assert capsys.readouterr().out.splitlines() == str(walkthrough(expression(), names={})).splitlines()
    assert main(["step", "-x*x", "x=3", "--granularity", "edge", "-o", str(tmp_path / "page.html")]) == 0
    assert "steps of backpropagation through" in capsys.readouterr().err
    assert (tmp_path / "page.html").read_text().startswith("<!DOCTYPE html>")
    nowhere = ["x*x", "x=1", "-o", str(tmp_path / "nowhere" / "page.html")]
    for bad in (["x*"], ["x", "x=1", "y=2"], ["x*x", "x=1", "-o", "page.png"], nowhere):
        assert main(["step", *bad]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith("microgrand step: ")


def test_a_walk_of_one_number():
    """A leaf alone: it is given, and its δ is 1."""
    assert [str(step) for step in walkthrough(Value(2.0, name="x"))] == ["▶ x = 2", "◀ δ(x) = 1"]
    network = Sequential(Linear(1, 2, theta=[[1.0], [2.0]]), LogSoftmax(), NegativeLogLikelihood())
    assert len(walkthrough(network([1.0], 0))) > 5
