"""Laws of layers, networks and traces; the lecture's classifier, number by number."""

import copy
import math
import pickle
import random

import numpy
import pytest

import microgrand
from microgrand import (
    BinaryCrossEntropy,
    Hinge,
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
    dot,
    draw,
    steps,
    sweep,
)
from microgrand.networks.layers import Function
from microgrand.training import Objective

THETA = [[0.3, -0.7, 0.2], [-0.1, 0.4, 0.9]]
X = [[1.0, 2.0, -0.5], [0.25, -1.5, 3.0], [-2.0, 0.5, 1.0]]
Y = [0, 1, 1]


def classifier(theta=THETA):
    return Sequential(Linear(len(theta[0]), len(theta), theta=theta), LogSoftmax(), NegativeLogLikelihood())


def close(found, expected):
    return math.isclose(found, expected, rel_tol=1e-15, abs_tol=1e-16)


@pytest.mark.parametrize(("x", "y"), [*zip(X, Y, strict=True)])
def test_the_lecture_number_by_number(x, y):
    """Every zˡ, δˡ, ∂z³ₖ/∂z²ⱼ and ∂C/∂θ of the 2-class softmax equals the hand-derived formula to 1e-15."""
    trace = classifier().trace(x, y)
    z2 = [sum(t * v for t, v in zip(row, x, strict=True)) for row in THETA]
    e = [math.exp(z) for z in z2]
    p = [each / (e[0] + e[1]) for each in e]
    z3 = [math.log(each) for each in p]
    indicator = [1.0 if k == y else 0.0 for k in range(2)]
    assert all(map(close, trace.z[1], x))
    assert all(map(close, trace.z[2], z2))
    assert all(map(close, trace.z[3], z3))
    assert close(trace.z[4][0], -(indicator[0] * z3[0] + indicator[1] * z3[1]))
    assert trace.delta[4] == [1.0]
    assert all(map(close, trace.delta[3], [-i for i in indicator]))
    assert all(map(close, trace.delta[2], [p[k] - indicator[k] for k in range(2)]))
    for k in range(2):
        for j in range(2):
            assert close(trace.jacobian[2][k][j], (1.0 if j == k else 0.0) - p[j])
        for i in range(3):
            assert close(trace.jacobian[1][k][i], THETA[k][i])
            assert close(trace.theta_gradient[1][k][i], (p[k] - indicator[k]) * x[i])
    for i in range(2):
        assert close(trace.delta[2][i], sum(trace.delta[3][k] * trace.jacobian[2][k][i] for k in range(2)))
    for i in range(3):
        assert close(trace.delta[1][i], sum(trace.delta[2][k] * trace.jacobian[1][k][i] for k in range(2)))


def test_the_cost_is_the_double_sum():
    """C(θ) = -Σᵢ [I₀(y⁽ⁱ⁾) log p₀ + I₁(y⁽ⁱ⁾) log p₁], a sum over the samples; the trace of N samples shows it."""
    expected = 0.0
    for x, y in zip(X, Y, strict=True):
        e = [math.exp(sum(t * v for t, v in zip(row, x, strict=True))) for row in THETA]
        expected -= (y == 0) * math.log(e[0] / (e[0] + e[1])) + (y == 1) * math.log(e[1] / (e[0] + e[1]))
    network = classifier()
    trace = network.trace(X, Y, step=0.1)
    assert close(trace.cost.data, expected)
    assert close(Objective(network, X, Y).as_value().data, expected)
    trace.cost.backward()
    for row, slopes, updated in zip(network.layers[0].theta, trace.theta_gradient[1], trace.updated[1], strict=True):
        for theta, slope, new in zip(row, slopes, updated, strict=True):
            assert math.isclose(theta.grad, slope, rel_tol=1e-14)
            assert new == theta.data - 0.1 * slope
    assert "-Σᵢ(I₀(y) z³₁ + I₁(y) z³₂), y = 0, 1, 1" in str(trace)
    assert [len(z) for z in trace.z[2]] == [2, 2, 2]


def test_the_trace_prints_as_the_lecture_writes():
    """A golden table: quantity, formula, numbers; the update of θ comes last."""
    network = Sequential(Linear(2, 2, theta=[[0.1, 0.2], [-0.3, 0.4]]), LogSoftmax(), NegativeLogLikelihood())
    assert str(network.trace([1.0, -2.0], 0, step=0.1)) == (
        "z¹       x                                (1, -2)\n"
        "z²       linear(z¹)                       (-0.3, -1.1)\n"
        "z³       log-softmax(z²)                  (-0.3711, -1.171)\n"
        "z⁴       NLL(z³)                          0.371101\n"
        "C        -(I₀(y) z³₁ + I₁(y) z³₂), y = 0  0.371101\n"
        "δ⁴       ∂C/∂z⁴                           1\n"
        "∂z⁴/∂z³  local Jacobian                   [(-1, 0)]\n"
        "δ³       Σₖ δ⁴ₖ ∂z⁴ₖ/∂z³                  (-1, 0)\n"
        "∂z³/∂z²  local Jacobian                   [(0.31, -0.31), (-0.69, 0.69)]\n"
        "δ²       Σₖ δ³ₖ ∂z³ₖ/∂z²                  (-0.31, 0.31)\n"
        "∂z²/∂z¹  local Jacobian                   [(0.1, 0.2), (-0.3, 0.4)]\n"
        "δ¹       Σₖ δ²ₖ ∂z²ₖ/∂z¹                  (-0.124, 0.06201)\n"
        "∂C/∂θ₁   Σₖ δ²ₖ ∂z²ₖ/∂θ₁                  (-0.31, 0.6201)\n"
        "∂C/∂θ₂   Σₖ δ²ₖ ∂z²ₖ/∂θ₂                  (0.31, -0.6201)\n"
        "θ₁ ←     θ₁ - 0.1 ∂C/∂θ₁                  (0.131, 0.138)\n"
        "θ₂ ←     θ₂ - 0.1 ∂C/∂θ₂                  (-0.331, 0.462)"
    )


@pytest.mark.parametrize("step", [0.1, 1e-6])
def test_a_trace_shows_that_its_update_changes_something(step):
    """Where a number of θ looks the same after its update, the change itself stands beside it."""
    network = Sequential(Linear(2, 2, theta=[[0.1, 0.2], [-0.3, 0.4]]), LogSoftmax(), NegativeLogLikelihood())
    trace = network.trace([1.0, -2.0], 0, step=step)
    for (name, _, told), old, new in zip(trace.rows()[-2:], trace.theta[1], trace.updated[1], strict=True):
        alike = [f"{a:.4g}" == f"{b:.4g}" for a, b in zip(old, new, strict=True)]
        changes = [float(text) for text in told.partition(", changed by ")[2].strip("()").split(", ") if text]
        assert name.endswith("←")
        right = [b - a for a, b in zip(old, new, strict=True)] if any(alike) else []
        assert changes == pytest.approx(right, rel=1e-3)


class Residual(Layer):
    """zᵢ + f(z)ᵢ."""

    symbol = "residual"

    def __init__(self, inner):
        self.inner = inner

    def forward(self, z):
        return [zi + change for zi, change in zip(z, self.inner(z), strict=True)]


class Mixture(Layer):
    """Σₑ gₑ(z) fₑ(z)."""

    def __init__(self, gate, *experts):
        self.gate, self.experts = gate, experts

    def forward(self, z):
        share, outputs = self.gate(z), [expert(z) for expert in self.experts]
        return [dot(share, column) for column in zip(*outputs, strict=True)]


def powers(z):
    return [zi**k for zi in z for k in (1, 2, 3)]


def networks():
    rng = random.Random(3)
    deep = [Linear(3, 4, bias=True, rng=rng), Tanh(), Linear(4, 3, rng=rng), Sigmoid(), Linear(3, 3, rng=rng)]
    nested = Sequential(Sequential(*deep[:2]), Sequential(*deep[2:], ReLU()))
    ending = LogSoftmax(), NegativeLogLikelihood()
    return {
        "linear": classifier(),
        "deep": Sequential(*deep, LogSoftmax(), NegativeLogLikelihood()),
        "nested": Sequential(nested, Sequential(LogSoftmax(), NegativeLogLikelihood())),
        "softmax": Sequential(Linear(3, 3, rng=rng), Softmax(), LogSoftmax(), NegativeLogLikelihood()),
        "polynomial": Sequential(powers, Linear(9, 3, rng=rng), *ending),
        "repeated": Sequential(Linear(3, 2, rng=rng), lambda z: [z[0], z[1], z[0]], Linear(3, 2, rng=rng), *ending),
        "entangled": Sequential(Linear(3, 1, rng=rng), lambda z: [z[0], 3.0 * z[0]], Tanh(), *ending),
        "rows of the table": Sequential(microgrand.tanh, microgrand.softplus, Linear(3, 2, rng=rng), SquaredError()),
        "residual": Sequential(
            Residual(Sequential(Linear(3, 3, rng=rng), Tanh())), LogSoftmax(), NegativeLogLikelihood()
        ),
        "mixture": Sequential(
            Mixture(Sequential(Linear(3, 2, rng=rng), Softmax()), Linear(3, 3, rng=rng), Linear(3, 3, rng=rng)), *ending
        ),
        "frozen": Sequential(
            Linear(3, 3, rng=rng).freeze(), Linear(3, 2, rng=rng), LogSoftmax(), NegativeLogLikelihood()
        ),
        "shared": Sequential(shared := Linear(3, 3, rng=rng), Tanh(), shared, LogSoftmax(), NegativeLogLikelihood()),
    }


@pytest.mark.parametrize("name", networks())
def test_layer_by_layer_is_node_by_node(name):
    """δ and ∂C/∂θ computed layer by layer equal those of one sweep over all nodes, shared parameters added up."""
    network = networks()[name]
    trace = network.trace(X[0], [1, 0] if name == "rows of the table" else 1)
    adjoints = sweep(trace.cost)
    whole = {}
    for layer, slopes in zip(trace.layers, range(1, trace.L), strict=True):
        rows = layer.parameter_rows()
        for row, values in zip(rows, trace.theta_gradient.get(slopes, []), strict=True):
            for theta, value in zip(row, values, strict=True):
                whole[id(theta)] = whole.get(id(theta), 0.0) + value
    for theta in network.parameters():
        assert math.isclose(whole[id(theta)], adjoints[theta], rel_tol=1e-13, abs_tol=1e-16)
    for l in range(1, trace.L):
        for i, delta in enumerate(trace.delta[l]):
            product = sum(trace.delta[l + 1][k] * row[i] for k, row in enumerate(trace.jacobian[l]))
            assert math.isclose(delta, product, rel_tol=1e-12, abs_tol=1e-15)


def test_nodes_know_their_layer():
    """Every node made in a network knows the layer call that made it, and that call the network around it."""
    network = classifier()
    cost = network(X[0], 0)
    chain = []
    scope = cost.scope
    while scope is not None:
        chain.append(scope.layer)
        scope = scope.outer
    assert chain == [network.layers[2], network]
    assert network.layers[0].theta[0][0].scope is None


def test_a_network_without_target_predicts():
    """network(x) leaves the cost out, network(x, y) includes it; a network nested in a network does the same."""
    network = classifier()
    assert len(network(X[0])) == 2
    assert isinstance(network(X[0], 0), Value)
    outer = Sequential(network)
    assert [z.data for z in outer(X[0])] == [z.data for z in network(X[0])]
    assert outer(X[0], 0).data == network(X[0], 0).data


def test_parameters_are_found_in_every_layer_once():
    """`.parameters()` finds θ in lists, dicts and layers, each once and in a fixed order; a layer is five lines."""

    class Polynomial(Layer):
        def __init__(self):
            self.powers = {"square": Value(2.0), "rest": [Value(3.0), (Value(4.0),)]}
            self.seen = Value(1.0) * 2.0

        def forward(self, z):
            return [zi * zi * self.powers["square"] + zi * self.powers["rest"][0] for zi in z]

    layer = Polynomial()
    assert [theta.data for theta in layer.parameters()] == [2.0, 3.0, 4.0]
    network = Sequential(layer, layer, Linear(1, 1))
    assert len(network.parameters()) == 4
    assert network([1.0])[0].data == pytest.approx(65 * network.parameters()[3].data, rel=1e-14)


@pytest.mark.parametrize("name", networks())
def test_networks_of_any_kind_are_drawn_and_walked(name):
    """What a network computes can be drawn by layers and by nodes, and walked, whatever its layers are."""
    network = networks()[name]
    y = [1, 0] if name == "rows of the table" else 1
    trace = network.trace(X[0], y)
    for depth in (1, 2, 3):
        assert draw(trace, depth=depth, max_nodes=2000).svg().rstrip().endswith("</svg>")
    last = [step for step in steps(trace, "layer") if step.direction == "backward"][-1]
    assert last.text
    assert f"{network.layers[0].symbol or 'Mixture'} (layer) " in str(draw(trace, depth=1))


def test_names_of_parameters():
    """A parameter is named by where it is found: number of the layer, attribute, indices; a shared one by the first."""
    inner = Linear(2, 2, bias=True)
    network = Sequential(inner, Sequential(Tanh(), Residual(Linear(2, 2))), Mixture(inner, Linear(2, 1), Linear(2, 1)))
    assert list(network.named_parameters()) == [
        "0.theta[0][0]", "0.theta[0][1]", "0.theta[1][0]", "0.theta[1][1]", "0.bias[0]", "0.bias[1]",
        "1.1.inner.theta[0][0]", "1.1.inner.theta[0][1]", "1.1.inner.theta[1][0]", "1.1.inner.theta[1][1]",
        "2.experts[0].theta[0][0]", "2.experts[0].theta[0][1]", "2.experts[1].theta[0][0]", "2.experts[1].theta[0][1]",
    ]  # fmt: skip
    assert network.named_parameters()["1.1.inner.theta[1][0]"] is network.layers[1].layers[1].inner.theta[1][0]


def same(found, expected):
    """Whether they are the same Values, and not merely equal ones."""
    return list(map(id, found)) == list(map(id, expected))


def test_frozen_parameters_are_no_parameters():
    """`parameters()` are those that training changes; frozen ones keep their names, and come back with `unfreeze`."""
    first, second = Linear(2, 3, bias=True), Linear(3, 1)
    network = Sequential(first, Residual(Sequential(Linear(3, 3), Tanh())), second)
    whole = network.parameters()
    assert network.layers[1].freeze() is network.layers[1]
    assert same(network.parameters(), first.parameters() + second.parameters())
    assert same(network.named_parameters().values(), whole)
    assert network.freeze().parameters() == []
    second.unfreeze()
    assert same(network.parameters(), second.parameters())
    assert same(network.unfreeze().parameters(), whole)


@pytest.mark.parametrize("whole_list", [True, False])
@pytest.mark.parametrize("frozen_first", [True, False])
def test_what_a_frozen_layer_shares_is_frozen(whole_list, frozen_first):
    """A parameter of a frozen layer is frozen wherever else it is used, as a list or on its own."""
    free, frozen = Linear(2, 2), Linear(2, 2)
    frozen.theta = free.theta if whole_list else [list(row) for row in free.theta]
    frozen.freeze()
    network = Sequential(*((frozen, free) if frozen_first else (free, frozen)))
    assert network.parameters() == []
    assert len(network.named_parameters()) == 4


def test_copies_and_pickles_keep_what_is_frozen():
    """A copy and a pickle of a network have parameters of their own, with the same numbers, and as many frozen."""
    network = networks()["frozen"]
    for twin in (copy.deepcopy(network), pickle.loads(pickle.dumps(network))):
        assert [t.data for t in twin.parameters()] == [t.data for t in network.parameters()]
        assert len(twin.parameters()) == 6
        assert not {id(t) for t in twin.named_parameters().values()} & {id(t) for t in network.parameters()}


def test_gradients_of_a_reused_layer_add_up():
    """A layer that stands twice in a network has the gradient of two layers with the same numbers, added."""
    rng = random.Random(5)
    rows = [[rng.uniform(-1, 1) for _ in range(3)] for _ in range(3)]
    once, twice = Linear(3, 3, theta=rows), [Linear(3, 3, theta=rows), Linear(3, 3, theta=rows)]
    ending = (LogSoftmax(), NegativeLogLikelihood())
    Sequential(once, Tanh(), once, *ending)(X[0], 2).backward()
    Sequential(twice[0], Tanh(), twice[1], *ending)(X[0], 2).backward()
    for theta, a, b in zip(once.parameters(), *[layer.parameters() for layer in twice], strict=True):
        assert math.isclose(theta.grad, a.grad + b.grad, rel_tol=1e-13, abs_tol=1e-16)


def test_networks_nest_deeply():
    """Fifty networks, each the only layer of the next, compute what the innermost does, and find its parameters."""
    network = inner = Linear(2, 1, theta=[[2.0, 3.0]])
    for _ in range(50):
        network = Sequential(network)
    assert network([1.0, 1.0])[0].data == 5.0
    assert same(network.parameters(), inner.parameters())


def test_functions_are_layers():
    """A function, or a row of the table, stands in a network as it is; a single number is a vector of one."""
    network = Sequential(powers, lambda z: sum(z), microgrand.exp, iter)
    assert network([Value(0.0)])[0].data == 1.0
    assert repr(network) == "Sequential(powers, function, exp, iter)"


def test_the_module_random_seeds_layers():
    """`random.seed` makes a network repeatable; a generator of one's own does without it."""
    draws = []
    for _ in range(2):
        random.seed(7)
        draws.append([t.data for t in Linear(3, 2).parameters()])
    assert draws[0] == draws[1]
    assert [t.data for t in Linear(3, 2, rng=random.Random(7)).parameters()] == draws[0]


def test_a_trace_leaves_frozen_layers_as_they_are():
    """The update of a trace is of the layers that training changes."""
    trace = networks()["frozen"].trace(X[0], 1, step=0.1)
    assert list(trace.updated) == [2]
    assert set(trace.theta_gradient) == {1, 2}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Linear(0, 1), "two lengths, whole numbers from 1 up"),
        (lambda: Linear(2, 1, theta=[[1.0]]), "1 rows of 2 numbers, one row per output; got 1 of 1"),
        (lambda: Linear(2, 1)([1.0]), "vectors of length 2; got one of length 1"),
        (lambda: NegativeLogLikelihood()([0.1, 0.2], 2), "whole number from 0 to 1; got 2"),
        (lambda: NegativeLogLikelihood()([0.1, 0.2], 0.5), "whole number from 0 to 1; got 0.5"),
        (lambda: Sequential(), "at least one layer"),
        (lambda: Sequential(NegativeLogLikelihood(), Tanh()), "a cost comes last"),
        (lambda: Sequential(Linear(1, 2), LogSoftmax()).trace([1.0], 0), "whose last layer is a cost"),
        (lambda: classifier().trace(X, [0]), "got 3 samples and 1 targets"),
        (lambda: classifier().trace([], []), "got an empty list"),
        (lambda: Sequential(Tanh), r"takes layers, not their classes: write Tanh\(…\); got <class"),
        (lambda: Sequential([Tanh(), Tanh()]), "one by one; got"),
        (
            lambda: Sequential(lambda z: None)([1.0]),
            "a layer gives a vector, a list of numbers or Values; function gave None",
        ),
        (lambda: Tanh()(1.0), "a layer is called on a vector, a list of numbers or Values; got 1.0"),
        (lambda: Sequential(Tanh())(Value(1.0)), "a layer is called on a vector"),
        (lambda: Layer()([1.0]), r"a Layer without a forward\(self, z\)"),
    ],
)
def test_wrong_calls_say_what_was_expected(call, message):
    """A wrong length, target or order of layers is refused in one sentence."""
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_the_log_softmax_is_stable():
    """Logits of ±1e4 give finite costs and exact slopes."""
    cost = classifier([[1e4], [-1e4]])([1.0], 1)
    cost.backward()
    assert cost.data == 2e4
    assert microgrand.log_softmax([Value(1e4), Value(-1e4)], 0).data == 0.0


LAYERS = {
    Linear: (2, 2),
    Sigmoid: (),
    Tanh: (),
    ReLU: (),
    Softmax: (),
    LogSoftmax: (),
    Function: (powers,),
    Sequential: (Tanh(), ReLU()),
    NegativeLogLikelihood: (),
    BinaryCrossEntropy: (),
    Hinge: (),
    SquaredError: (),
}


def seeded(kind, *arguments):
    """A layer whose parameters are drawn alike every time."""
    random.seed(1)
    return kind(*arguments)


@pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.__name__)
def test_every_layer_can_be_subclassed(kind):
    """A class derived from any layer is made, called, drawn by name, and may extend what it derives from."""

    class Derived(kind):
        symbol = "derived"

        def __init__(self, *arguments):
            super().__init__(*arguments)
            self.calls = 0

        def forward(self, z, y=None):
            self.calls += 1
            return super().forward(z, y) if self.takes_target else super().forward(z)

    layer, original = [seeded(each, *LAYERS[kind]) for each in (Derived, kind)]
    y = {"NegativeLogLikelihood": 1, "Hinge": [1, -1]}.get(kind.__name__, [1, 0])
    z = [Value(-0.5), Value(-2.0)]
    found, expected = [[each(z, y)] if layer.takes_target else each(z) for each in (layer, original)]
    assert [zk.data for zk in found] == [zk.data for zk in expected]
    assert layer.calls == 1
    scope = found[0].scope.outer if kind is Sequential else found[0].scope  # there the last of the layers is innermost
    assert scope.layer is layer
    assert scope.name == ("powers" if kind is Function else "derived")
    assert repr(layer)


def test_a_layer_by_itself_has_one_state():
    """The states of a layer are its output; a cost alone is a network of one layer, and has a trace."""
    assert [[zi.data for zi in z] for z in Linear(2, 1, theta=[[1.0, 2.0]]).states([3.0, 4.0])] == [[11.0]]
    assert list(SquaredError().states([3.0, 4.0], [1.0, 1.0])) == [13.0]
    trace = SquaredError().trace([3.0, 4.0], [1.0, 1.0])
    assert (trace.cost, trace.delta, trace.jacobian) == (13.0, {2: [1.0], 1: [4.0, 6.0]}, {1: [[4.0, 6.0]]})


def test_a_number_among_the_outputs_changes_with_nothing():
    """Where a layer puts out a plain number, its row and its column of the Jacobians are 0, and δ passes by it."""
    network = Sequential(
        Linear(2, 1, theta=[[1.0, 2.0]]), lambda z: [z[0], 1.0], Linear(2, 1, theta=[[1.0, 2.0]]), SquaredError()
    )
    trace = network.trace([1.0, 2.0], [3.0])
    assert trace.jacobian == {1: [[1.0, 2.0]], 2: [[1.0], [0.0]], 3: [[1.0, 0.0]], 4: [[8.0]]}
    assert trace.delta[2] == [8.0]


def test_what_a_vector_raises_itself_is_not_taken_for_another_error():
    """A layer called on a vector whose items cannot be read raises what that raises."""

    class Torn:
        def __iter__(self):
            raise TypeError("the second half is missing")

    with pytest.raises(TypeError, match=r"^the second half is missing$"):
        Linear(2, 1)(Torn())
    with pytest.raises(TypeError, match=r"^a layer is called on a vector, a list of numbers or Values; got 3$"):
        Linear(2, 1)(3)


def test_biases_are_added_to_arrays_too():
    """A Linear takes a vector of arrays, a number for each of N samples: each has the output that it has alone."""
    layer = Linear(2, 1, bias=True, theta=[[1.0, 2.0]])
    layer.bias[0].data = 0.5
    (found,) = layer([numpy.array([1.0, 2.0]), numpy.array([3.0, 4.0])])
    assert [z.data for z in found] == [layer(x)[0].data for x in ([1.0, 3.0], [2.0, 4.0])] == [7.5, 10.5]


def test_a_list_of_one_sample_is_no_sample():
    """A vector is one sample, of one number too; a list of vectors is many, of one too."""
    one = Sequential(Linear(1, 2, theta=[[1.0], [-1.0]]), LogSoftmax(), NegativeLogLikelihood())
    alone, listed = one.trace([0.5], 0), one.trace([[0.5]], [0])
    assert (alone.many, alone.z[1]) == (False, [0.5])
    assert (listed.many, listed.z[1]) == (True, [[0.5]])
    assert alone.cost.data == listed.cost.data
