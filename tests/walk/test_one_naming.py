"""Laws of names: in a scene a number has one name, and no other has it, wherever it is written."""

import gc
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgrand import (
    Layer,
    Linear,
    LogSoftmax,
    NegativeLogLikelihood,
    ReLU,
    Sequential,
    Softmax,
    SquaredError,
    Tanh,
    Value,
    draw,
    steps,
    walkthrough,
)
from microgrand import sum as total
from microgrand.drawing.draw import compose
from microgrand.drawing.names import caller_names
from microgrand.table.indices import plain

INDEXED = re.compile(r"[A-Za-zθδ]\w*[⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉][⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉⁽⁾‚.,]*(?<![.,])(?!\w)")


class Residual(Layer):
    def __init__(self, inner):
        self.inner = inner

    def forward(self, z):
        return [zi + change for zi, change in zip(z, self.inner(z), strict=True)]


class Scaled(Layer):
    symbol = "scaled"

    def __init__(self, factor):
        self.factor = Value(factor)

    def forward(self, z):
        return [self.factor * each * each for each in z]


class Heads(Layer):
    """Two layers on one vector."""

    def __init__(self, first, second):
        self.first, self.second = first, second

    def forward(self, z):
        return [a * b for a, b in zip(self.first(z), self.second(z), strict=True)]


def shift(z):
    return [each - 0.5 for each in z]


def layers(rng, size, depth):
    """Some layers in a row that keep the size, or end with another; and that size."""
    found = []
    for _ in range(rng.randint(1, 3)):
        kind = rng.choice(["linear", "elementwise", "softmax", "residual", "nested", "own", "function", "heads"])
        if kind == "linear":
            new = rng.randint(1, 3)
            found.append(Linear(size, new, bias=rng.random() < 0.5, rng=rng))
            size = new
        elif kind == "heads":
            found.append(Heads(Linear(size, size, bias=True, rng=rng), Linear(size, size, rng=rng)))
        elif kind in ("residual", "nested") and depth < 2:
            inner, after = layers(rng, size, depth + 1)
            if kind == "residual":
                found.append(Residual(Sequential(*inner, *([Linear(after, size, rng=rng)] if after != size else []))))
            else:
                found.append(Sequential(*inner))
                size = after
        else:
            found.append({"softmax": Softmax(), "own": Scaled(0.5), "function": shift}.get(kind, Tanh()))
    return found, size


def inputs(rng, size):
    return [rng.choice([float, Value, lambda x: Value(x, name=f"x{rng.randint(1, 9)}")])(k + 0.5) for k in range(size)]


def random_root(seed):
    """A cost of a random network on one to three samples."""
    rng = random.Random(seed)
    size = rng.randint(1, 3)
    found, after = layers(rng, size, 0)
    cost = rng.choice(["nll", "squared", "none"])
    if cost == "nll":
        network = Sequential(*found, Linear(after, 2, rng=rng), LogSoftmax(), NegativeLogLikelihood())
        target = 1
    else:
        network, target = Sequential(*found, Linear(after, 1, bias=True, rng=rng), ReLU(), SquaredError()), [0.25]
    samples = rng.randint(1, 3)
    if cost == "none" and rng.random() < 0.5:  # a cost of its own for each sample
        body = Sequential(*found, Linear(after, 1, rng=rng))
        return sum(SquaredError()(body(inputs(rng, size)), [0.5]) for _ in range(samples))
    if cost == "none":
        return sum(network(inputs(rng, size), target) for _ in range(samples)) * 2.0
    if rng.random() < 0.5:
        return network.trace([inputs(rng, size) for _ in range(samples)], [target] * samples)
    return network.trace(inputs(rng, size), target)


def standing(view):
    """Everything that is named in a picture; and the vectors that are one box."""
    found = set()
    vectors = set()
    for box in view.boxes:
        names = {re.sub(r" \(.*\)$", "", head) for head in box.heading.split(" = ")}
        listed = re.fullmatch(r".* = \((.*)\)", box.heading)
        found |= set(listed[1].split(", ")) if listed else set()
        found |= set(re.split(" … |, ", box.heading)) if len(names) == 1 else set()
        vectors |= names if box.value.startswith("(") else set()
        delta = box.delta.partition(" = ")[0]
        found |= names | {delta} | set(re.split(r"/?∂", delta))
    for arrow in view.arrows:
        found |= set(re.split(r"/?∂", arrow.words.partition(" = ")[0]))
    for cluster in view.clusters:
        found |= set(re.split(r": | → | \(", cluster.label))
    return found, vectors


def missing(names, view):
    """Those of the names that do not stand in a picture, nor belong to an element of a vector that does."""
    found, vectors = standing(view)
    return [name for name in names if name not in found and vectors.isdisjoint(prefixes(name))]


def prefixes(name):
    """z² for z²₁, θ₁ and θ for θ₁₂."""
    index = re.search(r"[₀₁₂₃₄₅₆₇₈₉‚]*$", name)
    return {name[:k].rstrip("‚") for k in range(index.start(), len(name))}


SEEDS = st.integers(0, 10**6)


@given(SEEDS, st.sampled_from([None, "node", "edge", "layer"]))
def test_every_name_in_a_step_stands_in_its_picture(seed, granularity):
    """Every name in a step's formula and sentence stands in the picture of its scene."""
    for scene in walkthrough(random_root(seed), granularity=granularity, names={}).scenes:
        names = [
            box.heading.split(" = ")[0] for box in scene.view.boxes if box.kind not in ("layer", "reference", "more")
        ]
        assert len(set(names)) == len(names), names
        for step in [frame.step for frames in scene.rounds for frame in frames]:
            named = step.formula.mentions | set(INDEXED.findall(step.sentence))
            assert missing(named, scene.view) == [], step.text


@given(SEEDS)
def test_a_name_has_one_number(seed):
    """In a scene no two numbers have one name, and a step's names have the numbers that the picture shows."""
    root = random_root(seed)
    composed = compose(root, caller_names({}, {}))
    names = composed.grouping.names.of
    assert len(set(names.values())) == len(names)
    numbers = {names[vertex]: (vertex.data, vertex.delta) for vertex in composed.seen.vertices}
    for step in steps(root, names={}):
        told = {name: data for name, data in step.operands if name}
        assert told == {name: numbers[name][0] for name in told}, step.text
        for term in step.terms:
            assert term.delta == numbers[term.name][1], step.text


def test_many_equal_names_are_told_apart():
    """Thousands of numbers of one name, or without any, have names of their own, soon found."""
    named, nameless = [Value(1.0, name="x") for _ in range(4_000)], [Value(2.0) for _ in range(4_000)]
    composed = compose(total(named) + total(nameless), caller_names({}, {}), max_nodes=10_000)
    names = composed.grouping.names.of.values()
    assert len(set(names)) == len(names) == 8_003
    assert "x⁽⁴⁰⁰⁰⁾" in names


@given(SEEDS)
def test_steps_are_named_as_the_picture_of_the_whole_graph(seed):
    """`steps` and `draw` call everything alike, and a derivation too."""
    root = random_root(seed)
    view = draw(root, names={}, max_nodes=10_000).view
    for step in steps(root, names={}):
        assert missing(step.formula.mentions, view) == [], step.text


@given(st.sampled_from(["z2", "z_3", "z₂", "u1", "Z2"]), st.integers(2, 4))
def test_no_automatic_name_is_like_one_of_the_users(name, length):
    """A name that is made up differs from each of the user's in more than the look of its index."""
    own = Value(2.0, name=name)
    root = own
    for _ in range(length):
        root = root * own + 1.0
    composed = compose(root, caller_names({}, {}))
    made_up = [name for vertex, name in composed.grouping.names.of.items() if not vertex.named]
    assert made_up
    assert plain(name) not in map(plain, made_up)


@pytest.mark.parametrize("depth", [1, None])
def test_a_cost_with_a_name_is_called_so(depth):
    """The cost's own name is its only one, C where it has none: layers then call it z⁴ as well, and its box says so."""
    network = Sequential(Linear(2, 2), LogSoftmax(), NegativeLogLikelihood())
    for name in ("loss", "C"):
        cost = network([1.0, 2.0], 1)
        heading = draw(cost, names={name: cost}, depth=depth).view.boxes[-1].heading
        assert heading.split(" = ")[0] == name
        assert heading.count(name) == 1
        steps_of = [step.text for step in walkthrough(cost, names={name: cost})]
        assert any(f"∂{name}/∂θ₁ = " in text for text in steps_of)
    assert draw(cost, names={}, depth=depth).view.boxes[-1].heading.startswith("C = z⁴")


def test_an_arrow_from_a_vector_tells_the_derivative_in_all_of_it():
    """∂u/∂z² has a number for each element of z², in order: of one that is used twice the sum, 0 of one that is not."""
    z = Sequential(Linear(1, 2, theta=[[1.0], [2.0]]))([3.0])
    root = z[0] * z[0] + z[1]
    words = {arrow.words for arrow in draw(root, names={}, depth=1).view.arrows}
    assert {"∂u₁/∂z² = (6, 0)", "∂C/∂z²₂ = 1"} <= words
    assert [step.text for step in steps(root, "layer", names={}) if "δ² = " in step.text] == [
        "◀ δ² = δ(u₁)·∂u₁/∂z² + δ(C)·∂C/∂z² = 1·(6, 0) + 1·(0, 1) = (6, 1)"
    ]


def test_a_vector_in_another_order_has_another_name():
    """A layer that is called on another's output from the last to the first has an input of its own."""
    first, second, third = Linear(2, 2), Linear(2, 1), Linear(2, 1)
    z = first([1.0, 2.0])
    root = second(z)[0] * third(z[::-1])[0]
    grouping = compose(root, caller_names({}, {})).grouping
    assert len(set(grouping.named.values())) == len(grouping.named)


def test_samples_are_told_apart_also_where_each_has_a_cost_of_its_own():
    """The third sample's vectors have the numbers of the first's, and its own upper index."""
    body = Sequential(Linear(2, 2), Tanh(), Linear(2, 1))
    samples = [[1.0, 2.0], [2.0, -1.0], [0.0, 1.0]]
    cost = sum(SquaredError()(body(x), [1.0]) for x in samples)
    for depth in (1, None):
        names = {box.heading.split(" = ")[0] for box in draw(cost, names={}, depth=depth).view.boxes}
        levels = {re.sub("⁽.*", "", name) for name in names if "⁽" in name}
        assert {f"{level}⁽{s}⁾" for level in levels for s in "¹²³"} <= {re.sub("⁾.*", "⁾", name) for name in names}
        assert "z²⁽³⁾" in {re.sub("⁾.*", "⁾", name) for name in names}


def test_equal_names_of_several_numbers_are_told_apart():
    """Numbers of one name get an upper index; operands that are used twice are told apart by their places."""
    first, second = Value(1.0, name="x"), Value(2.0, name="x")
    assert [step.name for step in steps(first * second, names={})][:1] == ["x, x⁽²⁾"]
    lines = str(draw(first * first, names={}))
    assert "⁽¹⁾ = 1" in lines
    assert "⁽²⁾ = 1" in lines


def test_names_for_some_leave_the_variables_to_the_others():
    """`names` for some numbers leaves to the others the names of the caller's variables; an empty one does not."""
    x, y = Value(1.0), Value(2.0)
    root = x * y
    assert [step.name for step in steps(root, names={"width": x})][:2] == ["width, y", "root"]
    assert [step.name for step in steps(root, names={})][:2] == ["z₁, z₂", "z₃"]


def test_frozen_layers_are_told():
    """Boxes, frames and steps say what is frozen, and of nothing else that it is; in a walk with updates as well."""
    network = Sequential(Linear(2, 2, bias=True), Tanh(), Linear(2, 2), LogSoftmax(), NegativeLogLikelihood())
    network.layers[0].freeze()
    trace = network.trace([1.0, 2.0], 1, step=0.1)
    closed = {box.heading for box in draw(trace, depth=1).view.boxes if box.state == "frozen"}
    assert closed == {"linear", "θ¹₁", "θ¹₂", "b¹"}
    opened = draw(trace).view
    assert {box.heading for box in opened.boxes if box.state == "frozen"} == {"θ¹₁", "θ¹₂", "b¹₁", "b¹₂"}
    assert [frame.label.partition(":")[0] for frame in opened.clusters][:2] == ["linear (frozen)", "tanh"]
    told = [step.sentence for step in walkthrough(trace) if "frozen" in step.sentence]
    training = "the parameters θ³₁ and θ³₂, which training changes"
    assert told == [f"Given: the input z¹; {training}; θ¹₁, θ¹₂ and b¹, which are frozen."]


def test_a_graph_that_outlives_its_network_keeps_its_names():
    """The names of a scene do not depend on whether the network is still there."""
    network = Sequential(Linear(2, 2, bias=True), Tanh(), Linear(2, 1, bias=True), SquaredError())
    root = network([1.0, 2.0], [0.5])
    before = [step.text for step in walkthrough(root, names={})]
    del network
    gc.collect()
    assert [step.text for step in walkthrough(root, names={})] == before
