"""Laws of drawings of networks: layers, vectors, parameters, what unfolds and what is folded."""

import gc
import math
import weakref
from itertools import pairwise

import pytest
from drawings import classifier, harmless, headings
from hypothesis import assume, given
from hypothesis import strategies as st

from microgrand import (
    TABLE,
    Layer,
    Linear,
    LogSoftmax,
    NegativeLogLikelihood,
    Sequential,
    Tanh,
    Value,
    dot,
    draw,
    logsumexp,
    sin,
    sum,
    sweep,
)


def test_depth_one_shows_the_layers_of_the_lecture():
    """z¹ → linear → z² → log-softmax → z³ → NLL → z⁴, with θ beside, and with the δˡ and ∂C/∂θ of the trace."""
    trace = classifier().trace([1.0, 2.0, -0.5], 1)
    drawing = draw(trace, depth=1)
    boxes = {box.id: box for box in drawing.view.boxes}
    steps = {(boxes[arrow.tail].heading, boxes[arrow.head].heading) for arrow in drawing.view.arrows}
    chain = ["z¹ = x", "linear", "z²", "log-softmax", "z³", "NLL", "C = z⁴"]
    assert steps == {*pairwise(chain), ("θ₁", "linear"), ("θ₂", "linear")}
    by_heading = {box.heading: box for box in boxes.values()}
    for l in (1, 2, 3):
        heading = "z¹ = x" if l == 1 else f"z{'⁰¹²³⁴'[l]}"
        assert by_heading[heading].value == vector(trace.z[l])
        assert by_heading[heading].delta == f"δ{'⁰¹²³⁴'[l]} = {vector(trace.delta[l])}"
    assert by_heading["θ₂"].delta == f"∂C/∂θ₂ = {vector(trace.theta_gradient[1][1])}"
    words = {arrow.words for arrow in drawing.view.arrows}
    assert f"∂z³/∂z² = {'; '.join(map(vector, trace.jacobian[2]))}" in words
    assert f"∂z²/∂z¹ = {'; '.join(map(vector, trace.jacobian[1]))}" in words


def vector(numbers):
    return "(" + ", ".join(f"{x:.4g}" for x in numbers) + ")"


def test_depth_two_shows_the_nodes_within():
    """Each layer is a frame around its nodes, which are called zˡₖ; plain inputs are shown too."""
    cost = classifier()([1.0, 2.0, -0.5], 1)
    drawing = draw(cost, depth=2)
    assert [cluster.label for cluster in drawing.view.clusters] == [
        "linear: z¹ → z²",
        "log-softmax: z² → z³",
        "NLL: z³ → cost",
    ]
    assert {"z¹", "z²₁ = dot(θ₁, z¹)", "z³₂ = log_softmax(z²)₂", "cost = -u₁"} <= set(headings(drawing))
    assert drawing.dot == draw(cost).dot


def test_networks_in_networks_unfold_level_by_level():
    """depth=1 shows an inner network as one box, depth=2 its layers, depth=3 the nodes in these."""
    inner = Sequential(Linear(2, 2, theta=[[1.0, 0.5], [0.0, 1.0]]), Tanh())
    network = Sequential(inner, Linear(2, 2, theta=[[1.0, 2.0], [3.0, 4.0]]), LogSoftmax(), NegativeLogLikelihood())
    cost = network([0.5, -0.5], 0)
    layers = [[box.heading for box in draw(cost, depth=d).view.boxes if box.kind == "layer"] for d in (1, 2, 3)]
    assert layers == [["network", "linear", "log-softmax", "NLL"], ["linear", "tanh"], []]
    frames = [[cluster.label.partition(":")[0] for cluster in draw(cost, depth=d).view.clusters] for d in (1, 2, 3)]
    assert frames == [[], ["network", "linear", "log-softmax", "NLL"],
                      ["network", "linear", "tanh", "linear", "log-softmax", "NLL"]]  # fmt: skip
    opened = draw(cost, depth=1, expand=inner)
    assert [cluster.label for cluster in opened.view.clusters] == ["network: z¹ → z³"]
    boxes = [box.heading for box in opened.view.boxes if box.kind == "layer"]
    assert boxes == ["linear", "tanh", "linear", "log-softmax", "NLL"]


def test_a_layer_is_opened_by_its_name():
    """`expand` opens one layer of a drawing of layers."""
    drawing = draw(classifier()([1.0, 2.0, 3.0], 0), depth=1, expand="log-softmax")
    assert [cluster.label for cluster in drawing.view.clusters] == ["log-softmax: z² → z³"]
    assert [box.heading for box in drawing.view.boxes if box.kind == "layer"] == ["linear", "NLL"]


def test_shared_layers_share_their_parameters():
    """A layer that is called twice has one box of parameters, with arrows to both calls."""
    layer = Linear(1, 1, theta=[[2.0]])
    y = Sequential(layer, Tanh(), layer)([0.5])[0]
    view = draw(y, depth=1).view
    parameters = [box.id for box in view.boxes if box.kind == "parameter"]
    assert len(parameters) == 1
    assert len([arrow for arrow in view.arrows if arrow.tail == parameters[0]]) == 2


def test_layers_are_drawn_when_their_network_is_gone():
    """A graph may outlive its network: the boxes show the same, the parameters are still told apart."""

    def shown(cost):
        return [(box.kind, box.heading, box.value, box.delta) for box in draw(cost, depth=1).view.boxes]

    def with_its_network():
        network = classifier()
        cost = network([1.0, 2.0, -0.5], 1)
        return cost, shown(cost), weakref.ref(network)

    cost, before, network = with_its_network()
    gc.collect()
    assert network() is None
    assert shown(cost) == before
    assert [heading for kind, heading, *_ in before if kind == "parameter"] == ["θ₁", "θ₂"]


class Residual(Layer):
    def __init__(self, inner):
        self.inner = inner

    def forward(self, z):
        return [a + b for a, b in zip(self.inner(z), z, strict=True)]


class Experts(Layer):
    def __init__(self, *experts):
        self.experts = experts
        self.gate = Linear(2, 2, theta=[[1.0, 0.0], [0.0, 1.0]])

    def forward(self, z):
        share = self.gate(z)
        first, second = self.experts[0](z[:1]), self.experts[1](z)
        return [first[0] * share[0] + second[0] * share[1]]


@pytest.mark.parametrize("depth", [1, 2, 3, None])
@pytest.mark.parametrize("plain", [True, False])
def test_layers_of_any_shape_are_drawn_completely(depth, plain):
    """With residual blocks, branches, slices and unused inputs every arrow has two boxes, δ are the sweep's, and the
    root is reached from every box.
    """
    network = Sequential(
        Residual(Sequential(Linear(2, 2, theta=[[1.0, 2.0], [0.5, -1.0]]), Tanh())),
        Experts(Linear(1, 1, theta=[[3.0]]), Linear(2, 1, bias=True, theta=[[1.0, 1.0]])),
    )
    x = [0.5, -0.25] if plain else [Value(0.5, name="x[0]"), Value(-0.25, name="x[1]")]
    y = network(x)[0] * 2.0 + 1.0
    view = draw(y, depth=depth).view
    ids = {box.id for box in view.boxes}
    assert len(ids) == len(view.boxes)
    reached = {next(box.id for box in view.boxes if box.kind == "root")}
    for _ in view.boxes:
        reached |= {arrow.tail for arrow in view.arrows if arrow.head in reached}
    assert reached == ids
    assert {arrow.head for arrow in view.arrows} <= ids
    harmless(draw(y, depth=depth).svg())


def test_functions_of_many_operands_unfold():
    """`expand` shows a node as the steps of its derivation, by its name, as a row, as a Value; deeper where asked."""
    a, b = Value(1.0), Value(2.0)
    y = logsumexp([a, b])
    steps = ["a", "z₃.₁ = exp(a)", "b", "z₃.₂ = exp(b)", "z₃.₃ = sum([z₃.₁, z₃.₂])", "y = log(z₃.₃)"]
    for expand in ("logsumexp", logsumexp, y, [y], ("logsumexp",)):
        assert sorted(headings(draw(y, expand=expand))) == sorted(steps)
    assert "z₃.₃ = z₃.₁ + z₃.₂" in headings(draw(y, expand=("logsumexp", "sum")))


@pytest.mark.parametrize("row", [row for row in TABLE.values() if row.derivation is not None], ids=lambda row: row.name)
@given(data=st.data())
def test_a_derivation_is_the_function_in_steps(row, data):
    """Value and slopes of a row's derivation are those of the row, within the roundings of its steps."""
    size = data.draw(st.integers(1, 4))
    xs = [Value(data.draw(st.floats(-5.0, 5.0))) for _ in range(size * max(len(row.signature.lists), 1))]
    assume(not row.root_of_squares or max(abs(x.data) for x in xs) >= 1e-3)  # its slope at the origin is a convention
    operands = [*xs, *[float(data.draw(st.integers(0, size - 1))) for _ in range(len(row.signature.indices))]]
    whole, derived = row.apply(list(operands)), row.derivation(*operands)
    assert math.isclose(whole.data, derived.data, rel_tol=1e-12, abs_tol=1e-12)
    for x in xs:
        assert math.isclose(sweep(whole)[x], sweep(derived)[x], rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("xs", [[1000.0, 1001.0], [-1000.0, -1001.0]])
def test_derivations_are_shifted_where_exponentials_would_leave_the_floats(xs):
    """Operands of a thousand unfold into finite numbers."""
    values = [Value(x) for x in xs]
    for root in (logsumexp(values), TABLE["softmax"](values, 0), TABLE["log_softmax"](values, 0)):
        drawing = draw(root, expand=root, names={})
        assert "∞" not in str(drawing)
        assert "NaN" not in str(drawing)
        assert len(drawing.view.boxes) > 3


def test_what_cannot_unfold_is_refused():
    """Names that are not in the graph, and rows without steps, are refused in a sentence that says what there is."""
    x = Value(1.0)
    y = sin(sum([x, x]))
    with pytest.raises(ValueError, match=r"expand names 'dot', which is not in this graph; here it may name sum"):
        draw(y, expand="dot")
    with pytest.raises(ValueError, match="sin has no steps"):
        draw(y, expand="sin")
    with pytest.raises(ValueError, match="not in this graph"):
        draw(y, expand=Value(2.0) * 2.0)


class Pick(Layer):
    def forward(self, z):
        return [z[1]]


@pytest.mark.parametrize("x", [[1, 2, 3], [True, False, True], [1.0, 2.0, 3.0]])
def test_plain_inputs_of_any_kind_are_shown(x):
    """Whole numbers and truth values are inputs like floats: one box, with arrows to what uses it."""
    for depth in (None, 1, 2):
        view = draw(classifier()(x, 0), depth=depth).view
        inputs = [box.id for box in view.boxes if box.kind == "input"]
        assert len(inputs) == 1
        assert any(arrow.tail == inputs[0] for arrow in view.arrows)


def test_the_two_vectors_of_a_dot_are_two_boxes():
    """Parameters and inputs that are used by the same step are not one box."""
    xs = [Value(float(k), name=f"x[{k}]") for k in range(12)]
    assert headings(draw(Sequential(Linear(12, 1), Tanh())(xs)[0], depth=2))[:2] == ["θ₁", "z¹ = x"]
    ws = [Value(1.0, name=f"w[{k}]") for k in range(12)]
    assert headings(draw(dot(ws, xs)))[:2] == ["w", "x"]


def test_a_vector_is_shown_whole_or_not_by_its_name():
    """Where something else uses one θ of a row, or the root leaves out elements of zˡ, the box still holds all of it,
    with δ = 0 for what is not used.
    """
    layer = Linear(2, 1, theta=[[1.0, 2.0]])
    x = [Value(1.0, name="x"), Value(2.0, name="y")]
    boxes = {box.heading: box for box in draw(layer(x)[0] + layer.theta[0][0] ** 2, depth=1).view.boxes}
    assert boxes["θ₁"].value == "(1, 2)"
    assert boxes["θ₁"].delta == "∂C/∂θ₁ = (3, 2)"
    network = Sequential(Linear(2, 3, theta=[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), Tanh(), Pick())
    view = draw(network(x)[0], depth=1).view
    boxes = {box.heading: box for box in view.boxes}
    assert boxes["z²"].delta == "δ² = (0, 0.07065, 0)"
    assert "∂z²/∂z¹ = (1, 0); (0, 1); (1, 1)" in [arrow.words for arrow in view.arrows]


def test_names_of_rows_are_kept_whole():
    """A layer may call its rows what it likes; a wrong count is refused in a sentence."""

    class Named(Layer):
        def __init__(self, names):
            self.w, self.names = Value(2.0), names

        def forward(self, z):
            return [self.w * each for each in z]

        def row_names(self):
            return self.names

    network = Sequential(Named(["weights"]), Named(["weights"]))
    assert {"weights¹", "weights²"} <= set(headings(draw(network([1.0])[0], depth=1)))
    wrong = Named(["a", "b"])
    with pytest.raises(ValueError, match="1 rows of parameters, but row_names"):
        draw(wrong([1.0])[0], depth=1)


def test_vectors_are_numbered_in_the_order_of_computation():
    """A residual block's frames: its inside lies between its input and its output."""
    network = Sequential(Residual(Sequential(Linear(2, 2), Tanh())), LogSoftmax(), NegativeLogLikelihood())
    frames = [cluster.label for cluster in draw(network([1.0, 2.0], 0)).view.clusters]
    assert frames == ["Residual: z¹ → z⁴", "network: z¹ → z³", "linear: z¹ → z²", "tanh: z² → z³",
                      "log-softmax: z⁴ → z⁵", "NLL: z⁵ → z⁶"]  # fmt: skip


def test_layers_that_are_called_on_anything_are_drawn():
    """A layer of a matrix, or of words, or whose repr fails, is drawn without a vector."""

    class Odd(Layer):
        def __init__(self, x):
            self.x = x

        def forward(self, z):
            return [self.x * 2.0]

        def __repr__(self):
            raise ZeroDivisionError

    x = Value(1.0, name="x")
    for z in ([[x, x], [x, x]], ["the", "cat"], [None]):
        layer = Odd(x)
        assert "Odd" in str(draw(layer(z)[0] + 1.0, depth=1))


def test_a_stale_node_is_not_unfolded():
    """The steps of a node would be those of other numbers than it was computed from."""
    a, b = Value(1.0), Value(2.0)
    y = logsumexp([a, b])
    a.data = 50.0
    assert len(draw(y, expand="logsumexp").view.boxes) == 3


def test_the_last_step_of_a_derivation_unfolds_too():
    """dot is a sum of products, and the sum is a chain of additions."""
    x, y = Value(1.0), Value(2.0)
    z = dot([x, y, x], [1.0, 2.0, 3.0])
    assert any(" + " in heading for heading in headings(draw(z, expand=("dot", "sum"))))
