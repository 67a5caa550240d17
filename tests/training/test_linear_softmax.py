"""Laws of the linear classifier's cost: it is that of the layers, for any number of classes, dense or sparse."""

import random

import numpy
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

import microgrand as mg
from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, NonFiniteError, Sequential, Tanh
from microgrand.training import Objective
from microgrand.training.linear_softmax import LinearSoftmax, linear_softmax


def classifier(n, classes, bias):
    linear = Linear(n, classes, bias=bias, rng=random.Random(n))
    for k, b in enumerate(linear.bias or ()):
        b.data = 0.1 * k
    return Sequential(linear, LogSoftmax(), NegativeLogLikelihood())


def by_graphs(objective, theta):
    """The same objective's cost and gradient without a replay."""
    twin = Objective(objective.network, objective.xs, objective.ys, weights=objective.weights)
    twin._is_read = True
    return twin(theta)


@given(st.integers(1, 4), st.integers(2, 5), st.booleans(), st.booleans(), st.booleans(), st.integers(0, 99))
def test_it_is_what_graphs_of_samples_give(n, classes, bias, weighted, shares, seed):
    """Cost and gradient, of classes and of shares of them, dense and sparse, are those of the layers' own graphs."""
    rng = numpy.random.default_rng(seed)
    X = numpy.round(rng.normal(size=(20, n)), 1) * 3.0
    ys = rng.dirichlet(numpy.ones(classes), 20).tolist() if shares else rng.integers(0, classes, 20).tolist()
    weights = rng.uniform(0.0, 2.0, 20).tolist() if weighted else None
    dense = Objective(classifier(n, classes, bias), X.tolist(), ys, weights=weights)
    theta = dense.theta()
    expected, slopes = by_graphs(dense, theta)
    for xs in (X, scipy.sparse.csr_array(X), scipy.sparse.coo_matrix(X)):
        objective = Objective(dense.network, xs, ys, weights=weights)
        cost, gradient = objective(theta)
        assert type(objective._replay.sample) is LinearSoftmax
        assert cost == pytest.approx(expected, rel=1e-12)
        assert objective.cost() == pytest.approx(expected, rel=1e-12)
        assert gradient == pytest.approx(slopes, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("classes", [2, 30, 400])
def test_a_recording_grows_with_the_classes_and_not_their_square(classes):
    """The recording has a few operands per class; many samples are gone through part by part."""
    network = classifier(3, classes, True)
    found = linear_softmax(network, network.parameters(), (3,))
    program = found.program
    slots = range(program.first, program.first + sum([len(members) for _, members in program.steps]))
    assert sum([len(program.operands(slot)) for slot in slots]) <= 6 * classes + 20
    rng = numpy.random.default_rng(0)
    X, y = rng.normal(size=(1000, 3)), rng.integers(0, classes, 1000)
    theta = numpy.array([parameter.data for parameter in network.parameters()])
    cost, gradient = Objective(network, X, y.tolist())(theta.tolist())
    rows, b = theta[: 3 * classes].reshape(classes, 3), theta[3 * classes :]
    z = X @ rows.T + b
    p = numpy.exp(z) / numpy.exp(z).sum(1, keepdims=True)
    delta = p - numpy.eye(classes)[y]
    assert cost == pytest.approx(-numpy.log(p[range(1000), y]).sum(), rel=1e-12)
    assert gradient == pytest.approx([*(delta.T @ X).ravel(), *delta.sum(0)], rel=1e-9, abs=1e-10)


def test_other_networks_are_recorded_as_a_whole():
    """With a hidden layer, a frozen one, a layer of one's own, or shared parameters, it is not that cost."""
    hidden = Sequential(Linear(3, 3), Tanh(), *classifier(3, 2, False).layers)
    frozen = classifier(3, 2, True)
    frozen.layers[0].freeze()
    shared = classifier(3, 2, False)
    shared.layers[0].theta[1] = shared.layers[0].theta[0]

    class Doubled(Linear):
        def forward(self, z, y=None):
            return [2.0 * zk for zk in Linear.forward(self, z)]

    own = Sequential(Doubled(3, 2), LogSoftmax(), NegativeLogLikelihood())
    for network in (hidden, frozen, shared, own):
        assert linear_softmax(network, network.parameters(), (3,)) is None
    assert linear_softmax(classifier(3, 2, True), classifier(3, 2, True).parameters(), (3,)) is None


def test_what_sparse_samples_cannot_do_is_said():
    """Sparse samples take the linear classifier alone; where its cost is no number, that is told."""
    X, y = scipy.sparse.csr_array(numpy.eye(20)), [0, 1] * 10
    network = Sequential(Linear(20, 3), Tanh(), *classifier(3, 2, False).layers)
    with pytest.raises(ValueError, match="sparse samples take linear → log-softmax → NLL with all its parameters"):
        Objective(network, X, y)(mg.training.Objective(network, [[0.0] * 20], [0]).theta())
    with pytest.raises(NonFiniteError, match=r"^the cost is nan: take smaller steps, or other data$"):
        Objective(classifier(20, 2, False), X, y)([numpy.inf] * 40)
