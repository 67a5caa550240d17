"""Laws of pictures of networks: neurons in columns, weights by thickness and sign, and the numbers of a sample."""

import pickle
import random
import re
from itertools import pairwise
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy
import pytest
from drawings import SVG, harmless, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from microgrand import (
    BinaryCrossEntropy,
    Layer,
    Linear,
    LogSoftmax,
    NegativeLogLikelihood,
    ReLU,
    Sequential,
    Sigmoid,
    Softmax,
    SquaredError,
    Tanh,
    Value,
    draw,
    sin,
)
from microgrand.drawing.colors import LIGHT
from microgrand.table.formula import number

COLUMN = 900.0  # pixels
PIXELS = 96 / 72
WIDEST = 0.64  # of a letter, in its height


def numbers_in(attribute):
    return [float(x) for x in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", attribute)]


def parts(drawing):
    """Every neuron and every line that has an id: where it stands, and how it looks."""
    neurons, lines = {}, {}
    for group in ElementTree.fromstring(drawing.svg()).iter(f"{SVG}g"):
        name = group.get("id", "")
        shape = next(iter([*group.iter(f"{SVG}ellipse"), *group.iter(f"{SVG}path")]), None)
        if re.fullmatch(r"c\d+_\d+", name):
            place = [float(shape.get(side)) for side in ("cx", "cy", "rx")]
            said = [text.text for text in group.iter(f"{SVG}text")]
            neurons[name] = SimpleNamespace(place=place, said=said, dash=shape.get("stroke-dasharray", ""))
        if re.fullmatch(r"w\d+_\d+_\d+|b\d+_\d+", name):
            dash = shape.get("stroke-dasharray", "")
            lines[name] = SimpleNamespace(
                dash=dash, width=float(shape.get("stroke-width", "1")), ink=shape.get("stroke")
            )
    return neurons, lines


def style(line):
    """Solid, dashed or dotted: a dot is the shorter."""
    return "solid" if not line.dash else "dotted" if numbers_in(line.dash)[0] < 2 else "dashed"


def network(*sizes, seed=1, bias=False, activation=Tanh):
    rng = random.Random(seed)
    layers = []
    for before, after in pairwise(sizes):
        layers += [Linear(before, after, bias=bias, rng=rng), activation()]
        for b in layers[-2].bias or []:
            b.data = rng.uniform(-1, 1)
    return Sequential(*layers[:-1])


shapes = st.lists(st.integers(1, 6), min_size=2, max_size=4)


@settings(max_examples=25)
@given(shapes, st.sampled_from(["LR", "RL", "TB", "BT"]), st.integers(0, 9))
def test_neurons_stand_in_order(sizes, direction, seed):
    """Each column's neurons follow each other by their index, and the columns by their layer, in every direction."""
    neurons, _ = parts(draw(network(*sizes, seed=seed), direction=direction))
    forwards, along = (1 if direction in ("LR", "TB") else -1), (0 if direction in ("LR", "RL") else 1)
    places = [[neurons[f"c{k}_{i}"].place for i in range(size)] for k, size in enumerate(sizes)]
    for column in places:
        assert all([before[1 - along] < after[1 - along] for before, after in pairwise(column)])
    assert all([forwards * (after[0][along] - before[0][along]) > 0 for before, after in pairwise(places)])
    assert len(neurons) == sum(sizes)


@settings(max_examples=25)
@given(shapes, st.booleans(), st.integers(0, 99))
def test_every_weight_is_a_line_whose_dash_tells_its_sign(sizes, bias, seed):
    """Below 0 it is dashed and of another colour, 0 is dotted, and the larger |θ| is, the thicker is the line."""
    net = network(*sizes, seed=seed, bias=bias)
    net.layers[0].theta[0][0].data = 0.0
    _, lines = parts(draw(net, colors="light"))
    found = {}
    for k, layer in enumerate(net.layers[::2], 1):
        found |= {f"w{k}_{j}_{i}": theta.data for j, row in enumerate(layer.theta) for i, theta in enumerate(row)}
        found |= {f"b{k}_{j}": b.data for j, b in enumerate(layer.bias or [])}
    assert found.keys() == lines.keys()
    for name, theta in found.items():
        told = (
            ("dotted", LIGHT.unlit)
            if theta == 0.0
            else ("solid", LIGHT.value)
            if theta > 0.0
            else ("dashed", LIGHT.lit)
        )
        assert (style(lines[name]), lines[name].ink) == told
    by_size = sorted(found, key=lambda name: abs(found[name]))
    assert all([lines[a].width <= lines[b].width + 0.02 for a, b in pairwise(by_size)])
    assert lines[by_size[-1]].width == (4.0 if found[by_size[-1]] else 0.4)


@settings(max_examples=20)
@given(shapes, st.integers(0, 99))
def test_with_a_sample_every_neuron_has_its_activation_and_its_delta(sizes, seed):
    """In the circles stand zˡ and δˡ of the trace of that sample."""
    net = Sequential(*network(*sizes, seed=seed).layers, SquaredError())
    rng = random.Random(seed)
    x, y = [rng.uniform(-2, 2) for _ in range(sizes[0])], [rng.uniform(-2, 2) for _ in range(sizes[-1])]
    trace = net.trace(x, y)
    neurons, _ = parts(draw(net, sample=x, target=y))
    levels = [
        1,
        *range(3, 2 * len(sizes) - 2, 2),
        2 * len(sizes) - 2,
        2 * len(sizes) - 1,
    ]  # after each tanh, and the cost
    for k, l in enumerate(levels):
        for i, (z, delta) in enumerate(zip(trace.z[l], trace.delta[l], strict=True)):
            assert neurons[f"c{k}_{i}"].said == [number(z, digits=4), number(delta, digits=4)]


def test_without_a_target_there_are_activations_alone():
    """A sample without a target goes as far as the prediction; the cost stays C."""
    net = Sequential(Linear(2, 2, theta=[[1.0, 0.0], [0.0, 2.0]]), LogSoftmax(), NegativeLogLikelihood())
    neurons, _ = parts(draw(net, sample=[0.5, 1.0]))
    assert [neurons[f"c1_{i}"].said for i in range(2)] == [["0.5"], ["2"]]
    assert neurons["c3_0"].said == ["C"]


@pytest.mark.parametrize("sample", [[0.5, 1.0], (0.5, 1), numpy.array([0.5, 1.0]), [Value(0.5), Value(1.0)]])
def test_a_sample_is_any_vector(sample):
    """A list, a tuple, an array, and Values."""
    assert draw(network(2, 3), sample=sample).dot == draw(network(2, 3), sample=[0.5, 1.0]).dot


def test_functions_of_each_number_are_signs_in_the_neurons():
    """tanh, σ and rows of the table stand in the circles of the linear layer before them; softmax is a column."""
    for layer, sign in ((Tanh(), "tanh"), (Sigmoid(), "σ"), (ReLU(), "relu"), (sin, "sin")):
        neurons, _ = parts(draw(Sequential(Linear(2, 3), layer, Softmax())))
        assert [neurons[f"c1_{i}"].said for i in range(3)] == [[sign]] * 3
        assert "c2_2" in neurons
        assert "c3_0" not in neurons


def test_long_columns_are_folded():
    """Of 64 neurons the first and the last are drawn, and how many are left out."""
    drawing = draw(network(64, 32, 10))
    neurons, _ = parts(drawing)
    assert {"c0_0", "c0_63", "c1_31", "c2_9"} <= set(neurons)
    shown = {k: len([name for name in neurons if name.startswith(f"c{k}_")]) for k in range(3)}
    assert {f"… {64 - shown[0]} more", f"… {32 - shown[1]} more"} <= set(texts(drawing))
    assert shown[2] == 10


@pytest.mark.parametrize("sizes", [(2, 16, 16, 1), (64, 32, 10), (2, 4, 4, 4, 4, 4, 1), (4, 8, 3)])
@pytest.mark.parametrize("numbered", [False, True])
def test_it_can_be_read_in_a_column(sizes, numbered):
    """At 900 pixels no letter is under 9; numbers are inside their circle, and no two circles or headings meet."""
    net = network(*sizes, bias=True)
    drawing = draw(net, sample=[0.1] * sizes[0]) if numbered else draw(net)
    root = ElementTree.fromstring(drawing.svg())
    across = numbers_in(root.get("viewBox"))[2]
    scale = min(1.0, COLUMN / (across * PIXELS))
    words = list(root.iter(f"{SVG}text"))
    assert min([float(text.get("font-size")) for text in words]) * PIXELS * scale >= 9.0
    neurons, _ = parts(drawing)
    for neuron in neurons.values():
        assert all([len(line) * WIDEST * 10.2 <= 2.0 * neuron.place[2] for line in neuron.said])
    for (x, y, radius), (other_x, other_y, _) in pairwise([neuron.place for neuron in neurons.values()]):
        assert (x - other_x) ** 2 + (y - other_y) ** 2 > (2 * radius) ** 2
    headings = [text for text in words if text.text and text.text.startswith("z")]
    ends = sorted([(float(h.get("x")), len(h.text) * WIDEST * 6.0) for h in headings])
    assert len(ends) == len(sizes)
    assert all([a + half < b - other for (a, half), (b, other) in pairwise(ends)])


def test_frozen_layers_look_frozen():
    """Their lines are grey, dashed below 0 as ever, their neurons dotted, and the heading says so."""
    net = Sequential(Linear(2, 3).freeze(), Tanh(), Linear(3, 1, theta=[[1.0, 1.0, 1.0]]))
    drawing = draw(net, colors="light")
    neurons, lines = parts(drawing)
    assert "(frozen)" in texts(drawing)
    assert {line.ink for name, line in lines.items() if name.startswith("w1_")} == {LIGHT.unlit}
    for j, row in enumerate(net.layers[0].theta):
        for i, theta in enumerate(row):
            assert style(lines[f"w1_{j}_{i}"]) == ("dashed" if theta.data < 0.0 else "solid")
    assert {bool(neurons[f"c1_{i}"].dash) for i in range(3)} == {True}
    assert not neurons["c2_0"].dash
    assert str(drawing).count("(frozen)") == 1


class Mixed(Layer):
    """A layer whose steps nobody knows."""

    symbol = "mixed"

    def __init__(self):
        self.scale = Value(0.5)

    def forward(self, z):
        return [sum(z[1:], z[0]) * self.scale]


def test_networks_within_networks_are_blocks():
    """What is inside is not shown, unless `depth` opens it; sizes go through it all the same."""
    inner = Sequential(Linear(3, 2), Tanh())
    drawing = draw(Sequential(Linear(2, 3), inner, Linear(2, 1)))
    neurons, lines = parts(drawing)
    assert "network" in texts(drawing)
    assert len(neurons) == 2 + 3 + 2 + 1
    assert not [name for name in lines if name.startswith("w2_")]
    opened, lines = parts(draw(Sequential(Linear(2, 3), inner, Linear(2, 1)), depth=2))
    assert len(opened) == 2 + 3 + 2 + 1
    assert len([name for name in lines if name.startswith("w2_")]) == 6


def test_layers_of_unknown_steps_are_blocks():
    """A user's layer is one block with its name and parameters; what follows tells its size, or a sample does."""
    drawing = draw(Sequential(Linear(2, 3), Mixed(), Linear(1, 2)))
    assert str(drawing).splitlines()[2].split() == ["z³", "mixed", "1", "1", "parameter"]
    assert "?" in texts(draw(Sequential(Linear(2, 3), Mixed())))
    assert "?" not in texts(draw(Sequential(Linear(2, 3), Mixed()), sample=[1.0, 2.0]))


def test_a_network_without_sizes_asks_for_a_sample():
    """Functions alone do not tell how many numbers they take; with a sample they are drawn."""
    with pytest.raises(ValueError, match=r"does not tell its sizes; give it a sample: draw\(network, sample="):
        draw(Sequential(Tanh(), Softmax()))
    assert len(parts(draw(Sequential(Tanh(), Softmax()), sample=[0.1, 0.2]))[0]) == 6


def test_what_makes_no_sense_is_refused():
    """A target without a sample or without a cost, a sample that is no vector, layers that do not match."""
    with pytest.raises(ValueError, match="a target is of a sample"):
        draw(network(2, 1), target=[1.0])
    with pytest.raises(ValueError, match="ends in a cost"):
        draw(network(2, 1), sample=[1.0, 2.0], target=[1.0])
    with pytest.raises(TypeError, match="sample is a vector"):
        draw(network(2, 1), sample=3.0)
    with pytest.raises(ValueError, match="takes vectors of length 2"):
        draw(network(2, 1), sample=[3.0])
    with pytest.raises(ValueError, match="depth is a whole number"):
        draw(network(2, 1), depth=0)
    with pytest.raises(TypeError, match="sample and target are of a network"):
        draw(Value(1.0), sample=[1.0])
    with pytest.raises(TypeError, match="stands by itself"):
        draw(network(2, 1)).beside(draw(network(2, 1)))


def test_weights_that_are_no_numbers_are_dotted():
    """NaN and infinite weights are drawn, and do not hide the sizes of the others."""
    layer = Linear(2, 1, theta=[[float("nan"), 1.0]])
    _, lines = parts(draw(layer))
    assert [style(lines[f"w1_0_{i}"]) for i in range(2)] == ["dotted", "solid"]
    assert lines["w1_0_1"].width == 4.0


def test_names_of_layers_are_shown_verbatim():
    """Whatever a layer is called, its name reaches the picture to the letter, and nothing else."""
    for name in ("{a|b}", "<b>x</b>", r"\N\l", "a&lt;b", 'q"uote'):
        layer = Mixed()
        layer.symbol = name
        drawing = draw(Sequential(Linear(2, 3), layer, Linear(1, 1)), colors="light")
        assert name in texts(drawing)
        harmless(drawing.svg())


def test_the_same_network_gives_the_same_bytes_and_survives_a_pickle():
    """The text depends on sizes and parameters alone, and so does what is saved and loaded."""
    drawing = draw(network(2, 3, 1), title="three")
    assert drawing.dot == draw(network(2, 3, 1), title="three").dot
    assert pickle.loads(pickle.dumps(drawing)).svg() == drawing.svg()


def test_the_text_lists_layers_with_sizes_and_parameters():
    """For terminals: one line for each column, and how many parameters there are."""
    net = Sequential(Linear(2, 3, bias=True), ReLU(), Linear(3, 1).freeze(), BinaryCrossEntropy())
    assert str(draw(net)).splitlines() == [
        "z¹  input          2",
        "z³  linear, relu   3  9 parameters",
        "z⁴  linear         1  3 parameters (frozen)",
        "z⁵  cross-entropy  1",
        "12 parameters",
    ]


def test_the_picture_says_how_large_the_thickest_line_is():
    """And, on request, what circles and lines mean."""
    layer = Linear(2, 1, theta=[[0.25, -1.5]])
    assert "the thickest line is |θ| = 1.5; weights below 0 are dashed" in texts(draw(layer))
    assert not [line for line in texts(draw(layer)) if line.startswith("A circle")]
    assert [line for line in texts(draw(layer, legend=True)) if line.startswith("A circle")]


def test_the_legend_explains_the_numbers_that_are_there():
    """Of a sample its numbers, δ with a target; what `show` leaves out is neither written nor explained."""
    net = Sequential(Linear(2, 1), SquaredError())
    for show, target, value, delta in (
        (("value", "delta"), None, True, False),
        (("value", "delta"), [1.0], True, True),
        ("value", [1.0], True, False),
        ("delta", [1.0], False, True),
        ((), [1.0], False, False),
    ):
        drawing = draw(net, sample=[1.0, 2.0], target=target, show=show, legend=True)
        said = " ".join(texts(drawing))
        assert ("stands its number" in said, "δ, the derivative" in said) == (value, delta)
        assert len([x for x in parts(drawing)[0]["c0_0"].said if x]) == value + delta


@pytest.mark.parametrize("given", [{"to": Value(1.0)}, {"expand": "tanh"}, {"style": "gates"}])
def test_arguments_of_graphs_are_refused(given):
    """What means nothing for a network is an error."""
    with pytest.raises(ValueError, match="is for graphs, not for a network"):
        draw(network(2, 1), **given)


@pytest.mark.parametrize(("name", "wrong"), [("show", "foo"), ("max_nodes", 0)])
def test_wrong_values_are_errors_as_they_are_for_a_graph(name, wrong):
    """A network refuses what a graph refuses."""
    with pytest.raises(ValueError, match=name):
        draw(network(2, 1), **{name: wrong})
