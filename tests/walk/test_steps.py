"""Laws of steps and derivations: they replay the graph and its sweep, bit for bit, in symbols and in numbers."""

import itertools
import random
import re
import sys
import unicodedata
from xml.etree import ElementTree

import pytest
from drawings import classifier
from hypothesis import given
from hypothesis import strategies as st
from test_drawing_names import HOSTILE

from microgrand import (
    GraphError,
    Layer,
    Linear,
    LogSoftmax,
    NegativeLogLikelihood,
    Notation,
    Primitive,
    ReLU,
    Sequential,
    SquaredError,
    Tanh,
    Value,
    derivation,
    leaves,
    refresh,
    sin,
    steps,
    sum,
    sweep,
    tanh,
    topological_order,
    walkthrough,
)
from microgrand.drawing import vertices
from microgrand.testing import expressions
from microgrand.walk.formulas import ELEMENTS


def bits(x):
    return x.hex() if x == x else "nan"


@given(expressions(max_nodes=14))
def test_replaying_the_steps_reproduces_every_value_and_every_delta(drawn):
    """Forward steps give every value in topological order; backward steps every δ, the terms of each adding up to it,
    bit for bit as `.backward()` leaves it; the leaves are given in one step, the first.
    """
    root = drawn.root()
    order = topological_order(root)
    leaves = [k for k, node in enumerate(order) if node.is_leaf]
    computed = [node for node in order if not node.is_leaf]
    root.backward()
    given, *found = steps(root, names={})
    assert given.direction == "forward"
    assert sorted(given.nodes) == leaves
    assert list(map(bits, as_tuple(given.result))) == [bits(order[k].data) for k in given.nodes]
    assert len(found) == len(computed) + len(order)
    for step, node in zip(found, computed, strict=False):
        assert step.direction == "forward"
        assert bits(step.result) == bits(node.data)
        again = node.primitive.apply([x for _, x in step.operands])
        assert bits(again) == bits(node.data)
        assert [bits(x) for _, x in step.partials] == [bits(x) for x in node.partials]
    for step, node in zip(found[len(computed) :], reversed(order), strict=True):
        assert step.direction == "backward"
        assert bits(step.result) == bits(node.grad)
        if node is not root:
            total = 0.0
            for term in step.terms:
                total += term.product
                assert bits(term.delta) == bits(order[term.child].grad)
                assert order[term.child].parents[term.operand] is node
            assert bits(total) == bits(node.grad)


@given(expressions(max_nodes=14))
def test_terms_that_arrive_one_by_one_end_in_the_same_deltas(drawn):
    """Edge by edge there is one step for each edge, and the last word on each node is its δ."""
    root = drawn.root()
    order = topological_order(root)
    root.backward()
    found = [step for step in steps(root, "edge", names={}) if step.direction == "backward"]
    edges = builtins_sum(len(node.parents) for node in order)
    assert len(found) == 1 + edges
    last = {step.nodes[0]: step.result for step in found}
    assert {k: bits(x) for k, x in last.items()} == {k: bits(node.grad) for k, node in enumerate(order)}


def builtins_sum(items):
    total = 0
    for item in items:
        total += item
    return total


def test_the_number_of_steps_grows_with_the_graph_and_no_faster():
    """A chain of n nodes and a leaf has 2n + 2 steps, also where it is deep; a fan-out of a thousand is one sum."""
    x = y = Value(1.0)
    for _ in range(5_000):
        y = y * 0.999
    assert len(steps(y)) == 2 * 5_001
    fan = sum([x * float(k) for k in range(1_000)])
    step = steps(fan)[-1]
    assert len(step.terms) == 1_000
    assert len(step.text) < 500


def test_a_step_says_it_in_symbols_and_in_numbers():
    """The lecture's fan-out: all children's contributions in symbols, then in numbers, then the result."""
    x, w = Value(2.0), Value(-3.0)
    y = w * x + x
    assert [str(step) for step in steps(y)] == [
        "▶ w = -3, x = 2",
        "▶ z₃ = w·x = -3·2 = -6, ∂z₃/∂w = 2, ∂z₃/∂x = -3",
        "▶ y = z₃ + x = -6 + 2 = -4, ∂y/∂z₃ = 1, ∂y/∂x = 1",
        "◀ δ(y) = 1",
        "◀ δ(z₃) = δ(y)·∂y/∂z₃ = 1·1 = 1",
        "◀ δ(x) = δ(y)·∂y/∂x + δ(z₃)·∂z₃/∂x = 1·1 + 1·(-3) = -2",
        "◀ δ(w) = δ(z₃)·∂z₃/∂w = 1·2 = 2",
    ]
    assert steps(y)[-1].latex == (r"\delta(w) = \delta(z_{3}) \cdot \frac{\partial z_{3}}{\partial w} = 1 \cdot 2 = 2")


def test_a_step_says_it_in_words():
    """What is computed from what, and what each use contributes, by the names of the picture."""
    x, w = Value(2.0), Value(-3.0)
    y = w * x + x
    assert [step.sentence for step in steps(y)] == [
        "Given: w and x.",
        "z₃ is computed from w and x. ∂z₃/∂w is a local partial: how much z₃ changes per unit of w, while x is held "
        "fixed.",
        "y is computed from z₃ and x, with the local partials ∂y/∂z₃ and ∂y/∂x.",
        "The backward pass starts at y: δ(y) = ∂y/∂y is one, since y changes with itself one to one. "
        "δ of any box is ∂y/∂box: how much y changes per unit of the number in it.",
        "z₃ is used once, in y: the only contribution to δ(z₃) is δ(y)·∂y/∂z₃.",
        "x is used twice, in y and in z₃: two contributions, δ(y)·∂y/∂x and δ(z₃)·∂z₃/∂x, add up to δ(x).",
        "w is used once, in z₃: the only contribution to δ(w) is δ(z₃)·∂z₃/∂w.",
    ]
    assert [step.sentence for step in steps(y, "edge") if step.name == "δ(x)"] == [
        "y contributes δ(y)·∂y/∂x, the first of two contributions to δ(x).",
        "z₃ contributes δ(z₃)·∂z₃/∂x, the last of two contributions, which add up to δ(x).",
    ]


def test_layer_steps_are_the_lecture_s():
    """z¹ … z⁴, δ⁴ = 1, δˡ from δˡ⁺¹ through the matrix, ∂C/∂θ, and the update; with the numbers of the trace."""
    trace = classifier().trace([1.0, 2.0, -0.5], 1, step=0.1)
    found = {step.name: step for step in steps(trace, "layer")}
    names = ["z¹, θ₁, θ₂", "z²", "z³", "z⁴", "δ⁴", "δ³", "δ²", "∂C/∂θ₂", "∂C/∂θ₁", "δ¹"]
    assert [step.name for step in steps(trace, "layer")] == [*names, "θ₁", "θ₂"]
    for l in (1, 2, 3):
        assert found[f"δ{'⁰¹²³⁴'[l]}"].result == pytest.approx(trace.delta[l], rel=1e-14)
    ((_, matrix),) = found["δ²"].partials
    assert [list(row) for row in matrix] == trace.jacobian[2]
    product = [builtins_sum(trace.delta[3][k] * matrix[k][i] for k in range(2)) for i in range(2)]
    assert found["δ²"].result == pytest.approx(product, rel=1e-14)
    assert found["∂C/∂θ₂"].result == pytest.approx(trace.theta_gradient[1][1], rel=1e-14)
    assert found["θ₂"].result == pytest.approx(trace.updated[1][1], rel=1e-14)
    assert found["δ²"].formula.text == "δ² = δ³·∂z³/∂z² = (0, -1)·(0.81, -0.81; -0.19, 0.19) = (0.19, -0.19)"
    assert found["θ₂"].direction == "update"


def test_the_step_of_a_layer_shows_what_its_first_element_is():
    """A linear layer shows its sum, others their row, in the names that stand around the layer."""
    network = Sequential(Linear(2, 2, bias=True), ReLU(), Linear(2, 1, bias=True), Tanh(), SquaredError())
    found = {step.name: step.formula.text for step in steps(network([1.0, 2.0], [-0.5]), "layer", names={})}
    assert found["z²"].endswith(", z²₁ = Σₖ θ¹₁ₖ·z¹ₖ + b¹₁")
    assert found["z³"].endswith(", z³₁ = relu(z²₁)")
    assert found["z⁴"].startswith("z⁴ = linear(z³; θ³₁, b³) = Σₖ θ³₁ₖ·z³ₖ + b³ = ")
    assert found["z⁵"].startswith("z⁵ = tanh(z⁴) = ")
    assert found["z⁵"].count("tanh") == 1
    assert found["z⁶"].startswith("C = z⁶ = squared error(z⁵) = (z⁵ - (-0.5))^2 = ")
    found = {step.name: step for step in steps(classifier()([1.0, 2.0, -0.5], 1), "layer", names={})}
    assert found["z³"].formula.text.endswith(", z³₁ = z²₁ - log Σₖ e^z²ₖ")
    assert found["z²"].latex.endswith(r"z^{2}_{1} = \sum_{k} \theta_{1k} z^{1}_{k}")
    assert found["z⁴"].formula.text.startswith("C = z⁴ = NLL(z³) = -dot([0, 1], z³) = ")


class Chained(Layer):
    """Outputs of which each is computed from the one before."""

    def __init__(self, count):
        self.count, self.w = count, Value(1.5)

    def forward(self, z):
        found = [tanh(z[0] * self.w)]
        while len(found) < self.count:
            found.append(sin(found[-1] * 3.0) + z[-1])
        return found


class Twice(Layer):
    def forward(self, z):
        return [z[0], z[0], tanh(z[-1])]


def random_graph(seed):
    """Layers called on numbers of one pool, and steps outside layers between them."""
    chance = random.Random(seed)
    pool = [Value(chance.uniform(-1.0, 1.0)) for _ in range(2)]
    for _ in range(chance.randint(2, 6)):
        z = chance.choices(pool, k=chance.randint(1, 3))
        layer = chance.choice(
            [
                None,
                Chained(2),
                Chained(3),
                Tanh(),
                Twice(),
                Linear(len(z), 2, rng=chance),
                Sequential(Chained(2), Tanh()),
            ]
        )
        pool += [z[0] * z[-1] + 0.5] if layer is None else layer(z)
    return pool[-1] if seed % 2 else sum(pool[-3:])


def is_layered(root):
    return any([node.scope is not None for node in topological_order(root)])


LAYERED = [seed for seed in range(20) if is_layered(random_graph(seed))]


def as_tuple(result):
    return result if isinstance(result, tuple) else (result,)


def require_products(found):
    """Σ δ·∂above/∂below of each layer's step, in the records that the formulas are written from, is its result: how
    many products there are.
    """
    backward = [step for step in found if step.direction == "backward"]
    delta = {step.name[2:-1] if "(" in step.name else f"z{step.name[1:]}": as_tuple(step.result) for step in backward}
    for step in backward:
        total = [0.0] * len(as_tuple(step.result))
        for name, matrix in step.partials:
            for above, row in zip(delta[name[1:].partition("/∂")[0]], matrix, strict=True):
                total = [sofar + above * partial for sofar, partial in zip(total, row, strict=True)]
        if step.partials:
            assert as_tuple(step.result) == pytest.approx(total, rel=1e-12, abs=1e-12)
    return len([step for step in backward if step.partials])


@pytest.mark.parametrize("granularity", ["node", "edge", "layer"])
@pytest.mark.parametrize("seed", LAYERED)
def test_sentences_hold_whatever_the_numbers_are(seed, granularity):
    """No sentence holds a number of the graph, and none is another when all leaves are changed."""
    root = random_graph(seed)
    theta = leaves(root)
    before = [step.sentence for step in walkthrough(root, granularity=granularity, theta=theta, names={})]
    for sentence in before:
        assert not re.search(r"\d", re.sub(r"and \d+ more", "", sentence)), sentence
    for k, leaf in enumerate(theta):
        leaf.data = 0.75 - 1.25 * leaf.data if k % 3 else 0.0
    refresh(root)
    after = walkthrough(root, granularity=granularity, theta=theta, rate=-0.1, names={})
    assert [step.sentence for step in after] == before


DEFINED = {"local partial": r"(is a|holds) local partials?: how much", "δ of any box": "δ of any box is"}


@pytest.mark.parametrize("granularity", ["node", "edge", "layer"])
@pytest.mark.parametrize("seed", LAYERED)
def test_the_words_of_a_walk_are_explained_once(seed, granularity):
    """A local partial and δ are explained where they first occur, in each scene, and then used."""
    root = random_graph(seed)
    walk = walkthrough(root, granularity=granularity, theta=leaves(root), rate=0.01, iterations=2, names={})
    told = [frame.step for frame in walk.scenes[0].rounds[0]]
    for scene_of in [told, list(walk), list(steps(root, granularity, names={}))]:
        sentences = [step.sentence for step in scene_of]
        for word, definition in DEFINED.items():
            used = [sentence for sentence in sentences if word in sentence]
            assert [sentence for sentence in used if re.search(definition, sentence)] == used[:1]
        first = next(step for step in scene_of if "δ" in step.sentence)
        assert first.direction == "backward"
        assert "δ of any box is" in first.sentence


def test_the_product_in_each_layer_step_is_its_result():
    """δˡ = Σ δ·∂z/∂zˡ holds in numbers, whatever layers are called on, and if one output is computed from another."""
    roots = [random_graph(seed) for seed in range(60)]
    layered = [root for root in roots if is_layered(root)]
    products = [require_products(steps(root, "layer", names={})) for root in layered]
    assert len(products) > 50
    assert min(products) >= 1


@pytest.mark.parametrize("count", [2, 3])
def test_the_deltas_of_layers_are_those_of_the_trace(count):
    """δˡ holds the other elements of zˡ fixed, also where a layer computes one of them from another."""
    trace = Sequential(Chained(count), LogSoftmax(), NegativeLogLikelihood()).trace([0.5], 1)
    found = {step.name: as_tuple(step.result) for step in steps(trace, "layer", names={})}
    for l in (2, 3):
        assert found[f"δ{'⁰¹²³⁴'[l]}"] == pytest.approx(trace.delta[l], rel=1e-12, abs=1e-15)


def test_an_output_computed_from_another():
    """The equations of u, 3u: ∂C/∂zˡ first, then the total change of both."""

    class Two(Layer):
        def forward(self, z):
            u = tanh(z[0])
            return [u, 3.0 * u]

    cost = NegativeLogLikelihood()(Two()([Value(0.5)]), 1)
    assert [str(step) for step in steps(cost, "layer", names={})][-2:] == [
        "◀ δ² = δ³·∂z³/∂z² = 1·(0, -1) = (0, -1)",
        "◀ δ¹ = δ²·∂z²/∂z¹ = (0, -1)·(0.7864; 2.359) = -2.35934",
    ]


@pytest.mark.parametrize("k", [0, 1, 2])
def test_an_output_that_the_root_does_not_use_has_delta_zero(k):
    """Of a vector only what leads to the root counts; the rest is there, with δ = 0, in steps, page and derivation."""
    network = Sequential(Linear(2, 3, theta=[[0.1, 0.2], [0.3, 0.4], [-0.5, 0.6]]), Tanh())
    root = network([1.0, 2.0])[k]
    found = {step.name: step for step in steps(root, "layer", names={})}
    assert len(found["z²"].result) == 3
    assert [delta != 0.0 for delta in found["δ²"].result] == [place == k for place in range(3)]
    assert len(found["δ²"].nodes) == 1
    assert require_products(list(found.values())) == 2
    row = network.layers[0].theta[k]
    assert derivation(root, row).value == pytest.approx([sweep(root)[theta] for theta in row])
    written = walkthrough(root, theta=row, iterations=2).scenes[0].rounds[-1][-1]
    assert written.step.direction == "update"


def test_single_negative_factors_are_in_parentheses():
    """A product never shows a dot before a minus."""
    network = Sequential(Linear(1, 1, theta=[[-0.5]]), Tanh(), Linear(1, 1, theta=[[-2.0]]))
    found = [*steps(network([0.3])[0], "layer"), *walkthrough(network([0.3])[0], theta=network.parameters())]
    text = " ".join([step.text for step in found])
    assert "·-" not in text
    assert "·(-" in text


@pytest.mark.parametrize(
    "walk", [steps, walkthrough, lambda root: steps(root, "layer"), lambda root: derivation(root, root)]
)
def test_a_stale_graph_is_refused(walk):
    """After a leaf was changed the recorded equations are false: one sentence names the way out, which works."""
    x = Value(2.0)
    root = Tanh()([x * 3.0])[0]
    x.data = 5.0
    with pytest.raises(GraphError, match=r"microgrand\.refresh\(root\)"):
        walk(root)
    refresh(root)
    walk(root)


def test_a_graph_without_layers_has_no_layer_steps():
    """It is refused in a sentence that says what to do."""
    with pytest.raises(ValueError, match=r"no layers .* node by node"):
        steps(Value(1.0) * 2.0, "layer")
    with pytest.raises(ValueError, match="granularity is one of"):
        steps(Value(1.0), "word")
    with pytest.raises(TypeError, match="takes a Value, a trace or a program"):
        steps(3)


@given(expressions(max_nodes=12))
def test_every_formula_is_mathematics(drawn):
    """Every step's MathML is well formed and holds nothing but elements of formulas, its result at the end."""
    for step in steps(drawn.root(), names={}):
        formula = ElementTree.fromstring(step.mathml)
        for element in formula.iter():
            assert element.tag in ELEMENTS
            assert not any(key.startswith("on") or "href" in key for key in element.attrib)
        for number in as_tuple(step.result)[:6]:
            assert f"={in_mathematics(number)}" in "".join(formula.itertext())


def test_a_formula_breaks_between_its_terms_alone():
    """A matrix with its fences is one mrow, stretched by the table; a line may end before =, + and a second matrix."""
    theta = [[0.1 * k, -0.2] for k in range(4)]
    network = Sequential(Linear(2, 4, theta=theta), Tanh(), Linear(4, 2), LogSoftmax(), NegativeLogLikelihood())
    found = steps(network([1.0, 2.0], 0), "layer", names={})
    shapes = {}
    for step in found:
        tree = ElementTree.fromstring(step.mathml)
        around = {child: parent for parent in tree.iter() for child in parent}
        for table in tree.iter("mtable"):
            opening, inside, closing = around[table]
            assert (opening.text, inside, closing.text) == ("(", table, ")")
            assert {fence.get("stretchy") for fence in (opening, closing)} == {"true"}
        for fence in [piece for piece in tree.iter("mo") if piece.text in ("(", ")")]:
            assert fence.get("stretchy") in ("true", "false")
        shapes[step.name] = ["".join(term.itertext()) for term in tree]
    assert [term[0] for term in shapes["δ⁴"]] == ["δ", "=", "·", "="]
    assert len(shapes["z²"]) == 3


def in_mathematics(x):
    """A number as formulas have it: a minus, and a power of ten."""
    mantissa, e, exponent = f"{x:.6g}".partition("e")
    return (f"{mantissa}·10{int(exponent)}" if e else mantissa).replace("-", "−").replace("inf", "∞")


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_hostile_names_are_only_names(name):
    """In MathML a name comes back as text, in LaTeX it is escaped, in a terminal it has no control characters."""
    x = Value(2.0, name=name)
    for step in steps(x * x, names={}):
        tree = ElementTree.fromstring(step.mathml)
        assert {element.tag for element in tree.iter()} <= ELEMENTS
        assert "\x1b" not in step.text
        assert "\n" not in step.text
    shown = steps(x * x, names={})[0].name
    assert shown in "".join(ElementTree.fromstring(steps(x * x, names={})[0].mathml).itertext())


@pytest.mark.parametrize("latex", [r"\frac{", "{}}}{{", r"\begin{x}", "<script>{}</script>", r"\href{{x}}{}"])
def test_the_latex_of_a_row_may_be_anything(latex):
    """What the converter cannot read is shown as text."""
    row = Primitive("odd", lambda x: 2.0 * x, lambda z, x: 2.0, Notation("odd", latex=latex))
    found = steps(row(Value(1.0)), names={})
    assert len(found) == 4
    for step in found:
        assert {element.tag for element in ElementTree.fromstring(step.mathml).iter()} <= ELEMENTS


# ---- derivations -----------------------------------------------------------------------------------------------------


def test_the_lecture_s_double_sum():
    """∂z⁴/∂θ₁ = Σₖ ∂z⁴/∂z³ₖ Σⱼ ∂z³ₖ/∂z²ⱼ ∂z²ⱼ/∂θ₁, term by term, in numbers, with the gradient as its result."""
    network = classifier()
    trace = network.trace([1.0, 2.0, -0.5], 1)
    for k in (0, 1):
        found = derivation(trace, network.layers[0].theta[k])
        assert found.value == pytest.approx(trace.theta_gradient[1][k], rel=1e-14)
    lines = [line.text for line in derivation(trace, network.layers[0].theta[0]).lines]
    assert lines == [
        "∂z⁴/∂θ₁ = Σₖ ∂z⁴/∂z³ₖ Σⱼ ∂z³ₖ/∂z²ⱼ ∂z²ⱼ/∂θ₁",
        "= ∂z⁴/∂z³₁·(∂z³₁/∂z²₁·∂z²₁/∂θ₁ + ∂z³₁/∂z²₂·∂z²₂/∂θ₁) + ∂z⁴/∂z³₂·(∂z³₂/∂z²₁·∂z²₁/∂θ₁ + ∂z³₂/∂z²₂·∂z²₂/∂θ₁)",
        "= 0·(0.809998·(1, 2, -0.5) + (-0.809998)·(0, 0, 0)) + (-1)·((-0.190002)·(1, 2, -0.5) + 0.190002·(0, 0, 0))",
        "= (0.19, 0.38, -0.095)",
    ]
    assert r"\sum_{k}" in derivation(trace, network.layers[0].theta[0]).latex


def test_a_sum_goes_through_the_names_of_the_caller():
    """f(g(u,v), h(u,v)) by its own names."""
    u, v = Value(1.5), Value(0.5)
    g, h = u * v, u + sin(v)
    f = g * h**2
    found = derivation(f, v)
    assert found.lines[0].text == "∂f/∂v = ∂f/∂g·∂g/∂v + ∂f/∂h·∂h/∂v"
    assert found.value == sweep(f)[v]


def test_a_derivation_tells_the_whole_from_its_parts():
    """No symbol stands on both sides: dz/dx is the whole where ∂z/∂x is a term, x⁽¹⁾ and x⁽²⁾ are the slots of x·x."""
    x = Value(3.0, name="x")
    found = {derivation(root, x, names={}).lines[0].text for root in (x * x, x * x + x, tanh(x), tanh(x) * x)}
    assert found == {
        "∂z₂/∂x = ∂z₂/∂x⁽¹⁾ + ∂z₂/∂x⁽²⁾",
        "dz₃/dx = ∂z₃/∂x + ∂z₃/∂z₂·∂z₂/∂x⁽¹⁾ + ∂z₃/∂z₂·∂z₂/∂x⁽²⁾",
        "∂z₂/∂x = 0.00986604",
        "dz₃/dx = ∂z₃/∂x + ∂z₃/∂z₂·∂z₂/∂x",
    }


def _repeats(found):
    """Where one side of a derivation is the side before it once more."""
    sides = [side for line in found.lines for side in line.text.split("= ")]
    stripped = [side.strip() for side in sides if side]
    return [side for before, side in itertools.pairwise(stripped) if before == side]


def test_a_derivation_says_nothing_twice():
    """No side of a derivation repeats the one before: of a single factor it is the symbol and the number."""
    a, b = Value(-3.0, name="a"), Value(2.0, name="b")
    assert [str(derivation(top, b, names={})) for top in (a * b, b)] == ["∂z₃/∂b = -3", "∂b/∂b = 1"]
    network = Sequential(Linear(1, 1, theta=[[2.0]]), Linear(1, 1, theta=[[-3.0]]))
    root = network([5.0])[0]
    lines = [str(derivation(root, theta, names={})).splitlines() for theta in network.parameters()]
    assert lines == [["∂z³/∂θ¹₁ = ∂z³/∂z²·∂z²/∂θ¹₁", "= (-3)·5", "= -15"], ["∂z³/∂θ²₁ = 10"]]

    @given(expressions(max_nodes=8))
    def law(drawn):
        root = drawn.root()
        assert [_repeats(derivation(root, leaf, names={})) for leaf in leaves(root)] == [[] for _ in leaves(root)]

    law()


def test_the_terms_of_a_derivation_add_up_to_the_derivative():
    """Written out, the products of the path's partials sum to the sweep's δ, within rounding."""
    sizes = []

    @given(expressions(max_nodes=8))
    def law(drawn):
        root = drawn.root()
        for leaf in leaves(root):
            found = derivation(root, leaf, names={})
            assert bits(found.value) == bits(sweep(root)[leaf])
            if leaf is not root and not found.note:
                numbers = found.lines[min(1, len(found.lines) - 1)].text.partition("= ")[2]
                terms = [eval(term.replace("·", "*"), {}) for term in numbers.split(" + ")]
                size = builtins_sum(map(abs, terms))
                assert abs(builtins_sum(terms) - found.value) <= 1e-4 * size + 1e-300
                sizes.append(size)

    law()
    assert len([size for size in sizes if size > 0.0]) > 15


def test_with_too_many_paths_it_stays_in_factors():
    """Forty forks have 2^40 terms: the derivation is the backward steps, and says so."""
    x = y = Value(1.0)
    for _ in range(40):
        y = y + y * 0.5
    found = derivation(y, x)
    assert "1,000,000,000 paths are too many" in found.note
    assert found.value == sweep(y)[x]
    assert str(found).endswith(found.note)
    network = Sequential(Linear(2, 8), Tanh(), Linear(8, 2), LogSoftmax(), NegativeLogLikelihood())
    assert "stays in factors" in derivation(network.trace([1.0, 2.0], 0), network.layers[0].theta[0]).note


def test_a_derivation_is_in_the_order_of_its_parameters():
    """Any elements of one row, in any order: each has its own number, and the head names them in that order."""
    network = Sequential(Linear(3, 1, theta=[[3.0, 4.0, 5.0]]), Tanh())
    root, row = network([0.1, 0.2, 0.3])[0], network.layers[0].theta[0]
    row = [theta for theta in row if isinstance(theta, Value)]
    for count in (1, 2, 3):
        for chosen in itertools.permutations(row, count):
            found = derivation(root, chosen, names={"a": row[0], "b": row[1], "c": row[2]})
            assert as_tuple(found.value) == pytest.approx([sweep(root)[theta] for theta in chosen])
            letters = ", ".join("abc"[[theta is each for each in row].index(True)] for theta in chosen)
            head = "θ₁" if chosen == tuple(row) else letters if count == 1 else f"({letters})"
            assert found.lines[0].text.startswith(f"∂root/∂{head} = ")


def test_a_derivation_is_of_one_row():
    """Parameters of several rows are refused, whatever the layers; so are none at all."""
    first, second = Linear(1, 1, theta=[[2.0]]), Linear(1, 1, theta=[[3.0]])
    root = Sequential(first, second)([1.5])[0]
    with pytest.raises(ValueError, match="not of one row"):
        derivation(root, [first.theta[0][0], second.theta[0][0]])
    with pytest.raises(ValueError, match="with respect to one Value"):
        derivation(root, [])


@pytest.mark.parametrize("seed", range(20))
def test_every_number_has_a_derivation(seed):
    """Between layers, inside them, at the root: the derivation with respect to any node ends in the sweep's δ."""
    root = random_graph(seed)
    for node in topological_order(root):
        found = derivation(root, node, names={})
        assert found.value == pytest.approx(sweep(root)[node], rel=1e-12, abs=1e-15)
        assert found.latex


def test_a_long_chain_is_not_swept_once_a_node(monkeypatch):
    """A sum that is too long to be written is not computed first: a chain of any length takes the same few sweeps."""
    from microgrand.walk import derivation as module

    counted = []
    monkeypatch.setattr(sys.modules[module.__module__], "sweep", lambda *given: counted.append(1) or sweep(*given))
    for count in (3, 300, 3_000):
        x = y = Value(1.0)
        for _ in range(count):
            y = y * 0.999
        assert derivation(y, x, names={}).value == sweep(y)[x]
    assert 1 <= len(counted) <= 4
    assert "one path has 3,000 factors" in derivation(y, x, names={}).note


def test_names_may_hold_the_placeholders_of_formulas():
    """Whatever character stands for a name in a formula, a name may hold it."""
    x, w = Value(2.0, name="\ue001b"), Value(3.0, name="\ue000")
    product = steps(x * w, names={})[1]
    assert product.latex.startswith("z_{3} = \\mathit{\ue001b} \\cdot \\mathit{\ue000} =")
    assert "".join(ElementTree.fromstring(product.mathml).itertext()).startswith("z3=\ue001b·\ue000=")


def test_a_derivation_needs_a_path():
    """With respect to what the root does not depend on, it is refused."""
    x, y = Value(1.0), Value(2.0)
    with pytest.raises(GraphError, match="does not depend on y") as caught:
        derivation(tanh(x), y)
    assert "light" not in str(caught.value)
    with pytest.raises(TypeError, match="derivation takes a Value, a trace or a program"):
        derivation(3, y)


def windowed(monkeypatch, size):
    """A drawing looks at this many numbers, not at ten thousand."""
    monkeypatch.setattr(vertices, "WINDOW", size)


def scalar_chain():
    """x → linear → sin → … → sin → linear → cost, where the second linear layer takes the output of the first too."""
    x = Value(0.5, name="x")
    (near,) = Linear(1, 1, theta=[[1.0]])([x])
    far = near
    for _ in range(30):
        far = sin(far)
    return SquaredError()(Linear(2, 1, theta=[[1.0, 2.0]])([near, far]), [0.0])


def test_what_a_drawing_does_not_look_at_is_an_ellipsis(monkeypatch):
    """In a graph larger than a drawing sees, a step names "…" for what is computed there."""
    windowed(monkeypatch, 7)
    found = {step.name: step for step in steps(scalar_chain(), "layer", names={})}
    assert found["z²"].sentence == "The layer linear computes z² from z¹₂, … and θ₁."
    assert found["z²"].formula.text == "z² = linear(z¹₂, …; θ₁) = 1.02965"
    assert found["∂C/∂θ₁"].sentence == "θ₁ is used in z²: the only contribution to ∂C/∂θ₁ is δ²·∂z²/∂θ₁."


def test_node_by_node_what_a_drawing_does_not_look_at_is_called_by_its_place(monkeypatch):
    """What a drawing sees is called as it is there; the rest by names of the user, or by their places, zᵢ."""
    root = classifier()([1.0, 2.0, -0.5], 1)
    assert any(step.name.startswith("z²") for step in steps(root, names={}))
    windowed(monkeypatch, 5)
    names = [step.name for step in steps(root, names={}) if step.direction == "backward"]
    assert [name for name in names if name.startswith("δ(z²")] == ["δ(z²₁)"]
    windowed(monkeypatch, 2)
    names = [step.name for step in steps(root, names={}) if step.direction == "backward"]
    assert {"δ(z₉)", "δ(z₁₀)"} <= set(names)


def test_a_parameter_that_a_drawing_does_not_look_at_is_derived_node_by_node(monkeypatch):
    """The derivation is the same number, written through the nodes where there are no layers to go through."""
    network = Sequential(
        Linear(4, 4, theta=[[0.1 * k - 0.7 for k in range(i, i + 4)] for i in range(0, 16, 4)]),
        Tanh(),
        Linear(4, 1, theta=[[0.9, 1.0, 1.1, 1.2]]),
        SquaredError(),
    )
    root = network([1.0, 2.0, 0.5, -1.0], [3.0])
    theta = network.parameters()[15]
    near = derivation(root, theta, names={})
    windowed(monkeypatch, 8)
    far = derivation(root, theta, names={})
    assert far.value == near.value == sweep(root)[theta]
    assert far.lines[0].text == "∂z⁴/∂θ₄₄ = ∂z⁴/∂u₁·∂u₁/∂z³·∂z³/∂z₂₈·∂z₂₈/∂z₂₇·∂z₂₇/∂θ₄₄"
    assert far.note == ""


def test_a_layer_of_nothing_is_told():
    """A layer that is called on no number, and has no parameter, computes its output from nothing."""

    class Constant(Layer):
        symbol = "constant"

        def forward(self, z):
            return [Value(3.0) * 2.0, Value(4.0) * 2.0]

    root = Sequential(Constant(), Linear(2, 1, theta=[[1.0, 2.0]]), SquaredError())([], [0.0])
    found = {step.name: step.sentence for step in steps(root, "layer", names={})}
    assert found["z¹"] == "The layer constant computes z¹ from nothing."


def test_a_notebook_shows_a_derivation_as_latex():
    """The text is its repr; its LaTeX stands in a line of its own."""
    x = Value(3.0, name="x")
    found = derivation(x * x + x, x, names={})
    assert repr(found) == str(found) == "\n".join(line.text for line in found.lines)
    assert found._repr_latex_() == "$$" + found.latex + "$$"


@pytest.mark.parametrize("latex", [r"\boxed{x}", r"\not", r"\cancel{x}"])
def test_a_formula_holds_mathematics_alone(latex):
    """Where the LaTeX of a row of one's own makes other elements, the formula is its text."""
    row = Primitive("in_a_box", lambda x: x * x, lambda z, x: 2.0 * x, Notation("in_a_box", latex=latex))
    step = steps(row(Value(2.0, name="x")), names={})[1]
    assert step.formula.mathml == f"<math><mtext>{step.formula.text}</mtext></math>"


@pytest.mark.parametrize("size", [10, 12, 14, 10_000])
def test_every_element_of_a_vector_has_its_own_delta(monkeypatch, size):
    """Also those that a drawing does not look at: δ of a vector is that of the sweep, number by number."""
    network = Sequential(
        Linear(2, 6, theta=[[0.1 * k, 0.3] for k in range(6)]),
        Tanh(),
        Linear(6, 1, theta=[[1, 2, 3, 4, 5, 6]]),
        SquaredError(),
    )
    hidden = Sequential(*network.layers[:2])([1.0, 2.0])
    root = Sequential(*network.layers[2:])(hidden, [3.0])
    windowed(monkeypatch, size)
    found = {step.name: step.result for step in steps(root, "layer", names={})}
    expected = tuple(sweep(root)[z] for z in hidden)
    assert 0.0 not in expected
    assert expected in found.values()


@given(st.integers(0, 60), st.sampled_from(["node", "edge"]))
def test_a_prompt_shows_steps_in_ten_lines(size, granularity):
    """However many there are, it tells how many, the first and the last, and how to see the rest, in plain text."""
    y = Value(2.0, name="x")
    for _ in range(size):
        y = y * 0.5 + 1.0
    found = steps(y, granularity)
    text = repr(found)
    count = len(found)
    assert text.startswith(f"<{count} step")
    assert len(text.splitlines()) <= 10
    assert str(found[0]) in text
    assert str(found[-1]) in text
    left_out = count - 2 * 3 if count > 9 else 0
    assert (f"… {left_out} more" in text) == (left_out > 0)
    assert [letter for letter in text + repr(found[0]) if unicodedata.category(letter) == "Co"] == []
