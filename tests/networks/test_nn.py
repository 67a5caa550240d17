"""Laws of micrograd's names: what runs there runs here, with the same numbers where micrograd is right."""

import random

import pytest

from microgrand import MLP, Layer, Sequential, Value, draw, nn, steps, topological_order


def test_the_published_networks():
    """A neuron, a layer and an MLP are what micrograd's are: ReLU between layers, none at the end, one output bare."""
    random.seed(4)
    model = nn.MLP(3, [4, 4, 1])
    assert len(model.parameters()) == 3 * 4 + 4 + 4 * 4 + 4 + 4 + 1
    assert repr(model).startswith("MLP of [Layer of [ReLUNeuron(3), ReLUNeuron(3), ")
    assert repr(model).endswith("Layer of [LinearNeuron(4)]]")
    z = [Value(2.0), Value(3.0), Value(-1.0)]
    for linear in (model.layers[0], model.layers[2]):
        z = [
            (sum(w * x for w, x in zip(row, z, strict=True)) + b).relu()
            for row, b in zip(linear.theta, linear.bias, strict=True)
        ]
    last = model.layers[4]
    expected = sum(w * x for w, x in zip(last.theta[0], z, strict=True)) + last.bias[0]
    assert model([2.0, 3.0, -1.0]).data == pytest.approx(expected.data, rel=1e-14)
    assert isinstance(nn.MLP(2, [3])([1.0, 2.0]), list)
    assert isinstance(MLP(2, [3, 1])([1.0, 2.0]), Value)
    assert isinstance(nn.Neuron(2)([1.0, 2.0]), Value)


def test_they_are_layers():
    """An MLP stands in a network as a layer, and is drawn and walked as one."""
    network = Sequential(MLP(2, [3, 1]), nn.Layer(1, 2))
    assert isinstance(network.layers[0], Layer)
    outputs = network([1.0, -1.0])
    assert len(outputs) == 2
    assert "MLP" in str(draw(outputs[0], depth=1))
    assert list(steps(MLP(2, [3, 1])([1.0, -1.0])))


def test_gradients_accumulate_and_are_cleared():
    """`zero_grad` sets every `grad` to 0, of a network, a layer, a neuron."""
    for model in (nn.MLP(2, [2, 1]), nn.Layer(2, 1), nn.Neuron(2)):
        for theta in model.parameters():
            theta.data = 1.0
        out = model([1.0, 2.0])
        out.backward()
        out.backward(accumulate=True)
        assert model.parameters()[-1].grad == 2.0
        model.zero_grad()
        assert {p.grad for p in model.parameters()} == {0.0}


def test_graphs_are_walked_by_micrograds_names():
    """`_prev` holds the parents and `_op` the operation, for reading only; leaves have none."""
    x, y = Value(2.0), Value(3.0)
    z = (x * y + x).relu()
    seen, stack = set(), [z]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(node._prev)
    assert len(seen) == len(topological_order(z)) == 5
    assert (z._op, x._op, (x * y)._op, (x + y)._op) == ("relu", "", "×", "+")
    assert (x * x)._prev == {x}
    for name in ("_prev", "_op"):
        with pytest.raises(AttributeError):
            setattr(z, name, None)


def test_the_same_seed_gives_micrograds_network():
    """With the same seed, an MLP has micrograd's own parameters, and the same outputs and gradients to 1e-12."""
    theirs = pytest.importorskip("micrograd.nn", reason="micrograd is not installed: pip install micrograd")
    from micrograd import engine

    random.seed(1337)
    their_model = theirs.MLP(2, [16, 16, 1])
    random.seed(1337)
    model = MLP(2, [16, 16, 1])
    for x in ([0.5, -1.5], [2.0, 1.0], [-0.25, 0.75]):
        ours, its = model(x), their_model([engine.Value(v) for v in x])
        assert ours.data == pytest.approx(its.data, rel=1e-12)
        their_model.zero_grad()
        its.backward()
        ours.backward()
        linear = model.layers[2]
        for row, bias, neuron in zip(linear.theta, linear.bias, their_model.layers[1].neurons, strict=True):
            found = [t.grad for t in (*row, bias)]
            assert found == pytest.approx([t.grad for t in (*neuron.w, neuron.b)], rel=1e-11, abs=1e-13)


def test_wrong_sizes_are_refused():
    """An MLP without a layer, or of no outputs, is refused."""
    with pytest.raises(ValueError, match="at least one layer"):
        MLP(2, [])
    with pytest.raises(ValueError, match="two lengths, whole numbers from 1 up"):
        MLP(2, [0])
