"""Laws of walkthroughs: what they show is what `steps` says, in one offline page that is safe and small."""

import json
import math
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from drawings import SHAPES, SVG, classifier
from test_drawing_names import HOSTILE

from microgrand import (
    DomainError,
    GraphError,
    Layer,
    Linear,
    LogSoftmax,
    NegativeLogLikelihood,
    Sequential,
    Tanh,
    Value,
    log,
    sin,
    steps,
    sum,
    tanh,
    topological_order,
    walkthrough,
)
from microgrand.cli.main import main
from microgrand.drawing.render import svg
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
    assert [frame["sentence"] for frame in frames] == [step.sentence for step in walk]
    assert [frame["direction"] for frame in frames] == [step.direction for step in walk]


def test_after_the_last_step_every_number_is_written():
    """What the frames write, one after the other, ends in the values and δ of the drawing; before, all are unknown."""
    from microgrand import draw

    y = expression()
    scene = walkthrough(y).scenes[0]
    state = {(each.name, each.line): each.text for each in scene.blank}
    assert {text for (name, line), text in state.items() if name.startswith("n")} == {"?", "δ = ?"}
    for frame in scene.rounds[0]:
        state |= {(each.name, each.line): each.text for each in frame.written}
    for box in draw(y).view.boxes:
        assert state[box.id, 1] == box.value
        assert state[box.id, 2] == box.delta
    for arrow in draw(y).view.arrows:
        assert tuple(state[arrow.id, k] for k in range(len(arrow.label))) == arrow.label


def test_each_step_lights_its_box_and_what_it_uses():
    """Forwards the operands and the arrows from them, backwards the children and the arrows to them."""
    walk = walkthrough(expression())
    headings = {box.id: box.heading.partition(" ")[0] for box in walk.scenes[0].view.boxes}
    lit = [[headings[name] for name in frame.boxes] for frame in walk.scenes[0].rounds[0]]
    assert lit == [["w", "x", "b"], ["z₃", "w", "x"], ["z₅", "z₃", "b"], ["z₆", "z₅"],
                   ["z₆"], ["z₅", "z₆"], ["b", "z₅"], ["z₃", "z₅"], ["x", "z₃"], ["w", "z₃"]]  # fmt: skip


def test_a_network_is_walked_layer_by_layer_and_each_layer_opens():
    """Layers first; behind the box of each its inside, with the steps of its nodes; then all nodes, and all terms."""
    walk = walkthrough(classifier()([1.0, 2.0, -0.5], 1))
    assert [scene.title for scene in walk.scenes] == [
        "layer by layer", "inside layer 1, linear", "inside layer 2, log-softmax", "inside layer 3, NLL",
        "node by node", "term by term",
    ]  # fmt: skip
    assert [step.name for step in walk][:4] == ["z¹, θ₁, θ₂", "z²", "z³", "z⁴"]
    inside = [str(frame.step) for frame in walk.scenes[2].rounds[0]]
    assert any(line.startswith("▶ z³₁ = log_softmax(") for line in inside)
    scenes = data_of(walk.html())["scenes"]
    assert sorted(scenes[0]["opens"].values()) == [1, 2, 3]
    assert [scene.get("closes") for scene in scenes] == [None, 0, 0, 0, None, None]


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
    assert len(walk.scenes[0].rounds) == 4
    updates = [step for step in walk if step.direction == "update"]
    assert len(updates) == 8
    assert updates[-2].result == pytest.approx([leaf.data for leaf in theta[:3]], rel=1e-12)
    assert data_of(walk.html())["iterations"] == 4
    assert str(walk).count("iteration ") == 4


def test_a_trace_with_a_step_shows_its_update():
    """The lecture's trace, step size included, is one iteration."""
    trace = classifier().trace([1.0, 2.0, -0.5], 1, step=0.1)
    updates = [step for step in walkthrough(trace) if step.direction == "update"]
    assert updates[0].result == pytest.approx(trace.updated[1][0])


def test_a_parameter_given_twice_takes_one_step():
    """θ is a set: the walk with [w, w] is the walk with w."""
    w = Value(3.0, name="w")
    cost = (w - 1.0) ** 2
    once, twice = [walkthrough(cost, theta=theta, rate=0.25, iterations=3) for theta in (w, [w, w])]
    assert str(once) == str(twice)
    assert once.losses == twice.losses


def test_a_trace_walks_the_parameters_that_its_cost_uses():
    """A layer may hold a parameter that it does not use: the trace's step moves the others, and nobody asked for it."""

    class Unused(Layer):
        def __init__(self):
            self.a, self.b = Value(1.0), Value(2.0)

        def forward(self, z):
            return [item * self.a for item in z]

    trace = Sequential(Unused(), LogSoftmax(), NegativeLogLikelihood()).trace([1.0, 2.0], 0, step=0.1)
    updates = [step for step in walkthrough(trace) if step.direction == "update"]
    assert [step.result for step in updates] == [pytest.approx(trace.updated[1][0][0])]


def test_part_of_a_row_is_updated_alone():
    """Of a row of which some parameters are given, only these take a step."""
    network = classifier()
    row = network.layers[0].theta[0]
    walk = walkthrough(network([1.0, 2.0, -0.5], 1), theta=[row[2], row[0]])
    assert len([step for step in walk if step.direction == "update"]) == 2


def test_parameters_far_from_the_root_take_their_steps(monkeypatch):
    """Beyond what a drawing looks at, θ is not shown, but it is trained, with layers and without."""
    monkeypatch.setattr("microgrand.drawing.vertices.WINDOW", 60)
    network = classifier()
    theta = network.parameters()
    numbers = [Value(0.1 * k) for k in range(30)]
    for cost, parameters in (
        (network([1.0, 2.0, -0.5], 1), theta),
        (sum([number * number for number in numbers]), numbers),
    ):
        expected = walkthrough(cost, theta=parameters, iterations=3).losses
        far = cost
        for _ in range(100):
            far = far + 0.0
        walk = walkthrough(far, theta=parameters, iterations=3)
        assert walk.losses == expected
        assert walk.html()


def test_the_last_step_of_a_descent_may_leave_the_domain():
    """What was walked stays whole, and the cost is then NaN; a step before the last is refused with its iteration."""
    w = Value(0.5, name="w")
    walk = walkthrough(log(w), theta=w, rate=1.0)
    assert walk.losses[0] == log(0.5)
    assert math.isnan(walk.losses[1])
    assert walk.html()
    with pytest.raises(DomainError, match="iteration 2 of the descent: log is defined on"):
        walkthrough(log(w), theta=w, rate=1.0, iterations=2)


@pytest.mark.parametrize("rate", [0.1, -0.1, 0.0, math.nan])
def test_the_words_of_an_update_are_true(rate):
    """They are the same whatever η is, and say for which it goes downhill; nodes and rows are told alike."""
    layer = Linear(1, 1, theta=[[3.0]])
    z = layer([1.0])[0]
    words = (
        "changes by -η·{}, a step of gradient descent: downhill for a small positive step size η, "
        "uphill for a negative one; where {} is zero, {} stays."
    )
    for root in (z * z, Tanh()([z * z])[0]):
        updates = [step for step in walkthrough(root, theta=layer.theta[0], rate=rate) if step.direction == "update"]
        assert [step.sentence for step in updates] == ["θ₁ " + words.format("∂root/∂θ₁", "∂root/∂θ₁", "θ₁")]


@pytest.mark.parametrize("symbol", [*HOSTILE, "\ud800", "q" * 10_000], ids=lambda symbol: ascii(symbol)[:20])
def test_what_layers_and_rows_are_called_is_data(symbol, tmp_path):
    """Any symbol, any name of a row: shortened, printable, and no element is made of it."""

    class Named(Layer):
        def __init__(self):
            self.w = Value(2.0)

        def forward(self, z):
            return [tanh(item * self.w) for item in z]

        def row_names(self):
            return [symbol]

    layer = Named()
    layer.symbol = symbol
    walk = walkthrough(Sequential(layer, Tanh())([Value(1.0)])[0], names={})
    page = walk.save(tmp_path / "page.html").read_text()
    assert "q" * 100 not in page
    pictures = [drawn for drawn in re.findall(r"<svg.*?</svg>", page, re.DOTALL) if 'class="graph"' in drawn]
    assert len(pictures) == 2 * len({scene.drawing for scene in walk.scenes})
    for drawn in pictures:
        for element in ElementTree.fromstring(drawn).iter():
            assert element.tag.removeprefix(SVG) in SHAPES


def test_each_scene_is_drawn_once(monkeypatch):
    """The page of many samples takes no longer than its drawings: none is drawn again because another does not fit."""
    drawn = []
    monkeypatch.setattr("microgrand.walk.page.svg", lambda *given: drawn.append(1) or svg(*given))
    samples = [[0.1 * k, -0.2 * k, 0.3] for k in range(12)]
    walk = walkthrough(classifier().trace(samples, [0, 1] * 6, step=0.1))
    assert len(walk.scenes) < 36
    assert len(walk.html().encode()) < 2_000_000
    assert 1 <= len(drawn) <= 2 * len({scene.drawing for scene in walk.scenes})


def test_a_descent_copies_its_graph_once(monkeypatch):
    """However long the graph, to copy it takes as many traversals."""
    counted = []
    monkeypatch.setattr(
        "microgrand.copying.topological_order", lambda *given: counted.append(1) or topological_order(*given)
    )
    for length in (10, 400):
        x = y = Value(1.0)
        for _ in range(length):
            y = y * 0.99
        walkthrough(y, theta=x)
    assert 1 <= len(counted) <= 4


def test_elements_that_the_root_does_not_use_follow_a_descent():
    """A vector is shown as it is now, also where a part of it does not count."""
    theta = Value(1.0)
    root = Sequential(lambda z: [theta * z[0], theta * (2.0 * z[0])], Tanh())([0.5])[0]
    walk = walkthrough(root, theta=theta, rate=1.0, iterations=3)
    vectors = [step.result for step in walk if step.name == "z²"]
    assert len(vectors) == 3
    assert len(set(vectors)) == 3
    assert all(second == 2.0 * first for first, second in vectors)


@pytest.mark.parametrize(("given", "words"), [
    ({"max_nodes": None}, "max_nodes is a whole number"), ({"max_nodes": 1.5}, "max_nodes is a whole number"),
    ({"iterations": None}, "iterations is a whole number"), ({"iterations": -(10**400)}, "iterations is a whole"),
    ({"rate": 10**400}, "rate is a number that a float can hold"),
])  # fmt: skip
def test_numbers_that_make_no_sense_are_refused(given, words):
    """One sentence names the argument."""
    x = Value(1.0)
    with pytest.raises(ValueError, match=words):
        walkthrough(x * x, theta=x, **given)
    assert len(walkthrough(x * x, theta=x, max_nodes=10**400)) == 5


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
    with pytest.raises(TypeError, match="walkthrough takes a Value, a trace or a program"):
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
    assert b"default-src 'none'" in pages.pop()


def test_a_large_graph_is_walked_where_it_can_be_read():
    """A deep network layer by layer, a long chain near its root; the page stays small."""
    network = Sequential(Linear(2, 16, bias=True), Tanh(), Linear(16, 16, bias=True), Tanh(), Linear(16, 1, bias=True))
    walk = walkthrough(network([0.5, -1.0])[0])
    assert walk.scenes[0].title == "layer by layer"
    assert len(walk.html().encode()) < 2_000_000
    y = Value(1.0)
    for _ in range(3_000):
        y = y * 0.999
    assert len(walkthrough(y)) <= 2 * 250


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_hostile_names_are_data(name):
    """A name stands in the page as data and as text of the drawing: no element, no attribute is made of it."""
    x = Value(2.0, name=name)
    html = walkthrough(x * x, names={}).html()
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)[1]
    assert not set("<>&\u2028\u2029") & set(data)
    for element in ElementTree.fromstring(
        re.search(r'<svg(?! viewBox="0 0 16 16").*?</svg>', html, re.DOTALL)[0]
    ).iter():
        assert element.tag.removeprefix(SVG) in SHAPES
        assert not any(key.startswith("on") or "href" in key for key in element.attrib)
    formulas = json.loads(data)["formulas"]
    while formulas:
        tag, *inside = formulas.pop()
        assert tag in ELEMENTS
        attributes = [each for each in inside if isinstance(each, dict)]
        assert not any(key.startswith("on") for each in attributes for key in each)
        formulas += [each for each in inside if isinstance(each, list) and isinstance(each[0], str)]


def test_a_notebook_shows_the_player_and_a_picture():
    """The bundle of front ends: the final picture, a sandboxed frame that hides it, SVG, PNG, and text."""
    walk = walkthrough(expression())
    bundle, _ = walk._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/svg+xml", "image/png", "text/plain"}
    assert bundle["text/plain"] == str(walk)
    assert 'sandbox="allow-scripts"' in bundle["text/html"]
    assert "allow-same-origin" not in bundle["text/html"]
    assert bundle["text/html"].startswith('<img alt="10 steps of backpropagation through z₆ = 0.635149"')
    shown = [item.text for item in ElementTree.fromstring(bundle["image/svg+xml"]).iter(f"{SVG}text")]
    assert "δ = 1.193" in shown


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


def test_layers_are_opened_as_far_as_a_page_has_room(monkeypatch):
    """Layers can be opened from the first on, then comes the graph, until all drawings have as many boxes as fit."""
    root = classifier()([1.0, 2.0, -0.5], 1)
    whole = walkthrough(root)
    boxes = [len(whole.scenes[k].view.boxes) for k in sorted({scene.drawing for scene in whole.scenes})]
    assert len(boxes) == 5
    first = boxes[0] + boxes[1]
    module = sys.modules["microgrand.walk.tour"]
    for room, count in [(math.inf, 6), (first, 2), (first - 1, 1), (boxes[0], 1)]:
        monkeypatch.setattr(module, "MOST_BOXES", room)
        found = walkthrough(root)
        assert [scene.title for scene in found.scenes] == [scene.title for scene in whole.scenes[:count]]
        assert len(data_of(found.html())["scenes"]) == count
