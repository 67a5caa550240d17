"""Laws of training by replay: what is recorded once gives the cost and the gradient that graphs of samples give."""

import os
import random

import numpy
import pytest
from sklearn.datasets import load_digits

import microgrand as mg
from microgrand import (
    BinaryCrossEntropy,
    Hinge,
    Layer,
    Linear,
    LogSoftmax,
    NegativeLogLikelihood,
    NonFiniteError,
    Sequential,
    SquaredError,
    Tanh,
    l2_penalty,
    record,
)
from microgrand.networks.losses import Cost
from microgrand.training import Adam, GradientDescent, Momentum, Objective, SoftmaxClassifier, lbfgs, train
from microgrand.training.objective import FEWEST
from microgrand.training.recorded import Replay

SIZE = 40
COSTS = {
    "classes": (lambda: [LogSoftmax(), NegativeLogLikelihood()], lambda rng: rng.randrange(3)),
    "shares": (lambda: [LogSoftmax(), NegativeLogLikelihood()], lambda rng: [0.5, 0.25, rng.choice([0.25, 0.0])]),
    "bits": (lambda: [BinaryCrossEntropy()], lambda rng: [float(rng.randrange(2)) for _ in range(3)]),
    "signs": (lambda: [Hinge()], lambda rng: [rng.choice([-1.0, 1.0]) for _ in range(3)]),
    "numbers": (lambda: [Tanh(), SquaredError()], lambda rng: [rng.gauss(0.0, 1.0) for _ in range(3)]),
}


def samples(target, size=SIZE, seed=0):
    rng = random.Random(seed)
    return [[rng.gauss(0.0, 1.0) for _ in range(2)] for _ in range(size)], [target(rng) for _ in range(size)]


def network(ending, *before):
    rng = random.Random(3)
    return Sequential(Linear(2, 4, rng=rng), Tanh(), *before, Linear(4, 3, rng=rng), *ending)


def by_graphs(objective, theta, batch=None):
    """The same objective's cost and gradient without a replay."""
    twin = Objective(
        objective.network, objective.xs, objective.ys, weights=objective.weights, penalty=objective.penalty,
        mean=objective.mean,
    )  # fmt: skip
    twin._is_read = True
    return twin(theta, batch)


@pytest.mark.parametrize("mean", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", COSTS)
def test_a_replay_is_what_graphs_of_samples_give(kind, weighted, mean):
    """Cost, gradient and batches of every cost, weighted or not, summed or averaged, with a penalty of either kind."""
    ending, target = COSTS[kind]
    net = network(ending())
    theta = [parameter.data for parameter in net.parameters()]
    x, y = samples(target)
    weights = [0.5 + k % 3 for k in range(SIZE)] if weighted else None
    for penalty in (None, lambda: 0.3 * l2_penalty(net.parameters()), record(lambda t: 0.3 * l2_penalty(t), theta)):
        objective = Objective(net, x, y, weights=weights, penalty=penalty, mean=mean)
        for batch in (None, [3, 1, 4, 15]):
            cost, gradient = objective(theta, batch)
            expected, slopes = by_graphs(objective, theta, batch)
            assert objective._replay is not None
            assert cost == pytest.approx(expected, rel=1e-12)
            assert gradient == pytest.approx(slopes, rel=1e-10, abs=1e-12)
            assert [parameter.grad for parameter in net.parameters()] == pytest.approx(slopes, rel=1e-10, abs=1e-12)
        assert objective.cost() == pytest.approx(by_graphs(objective, theta)[0], rel=1e-12)


@pytest.mark.parametrize("rule", [GradientDescent, Momentum, Adam])
@pytest.mark.parametrize("kind", COSTS)
def test_a_descent_in_batches_is_what_graphs_of_samples_give(kind, rule):
    """With each rule and penalty; between epochs and at the end the parameters hold θ and the last step's gradient."""
    ending, target = COSTS[kind]
    x, y = samples(target)
    for penalty_of in (lambda net: None, lambda net: lambda: 0.3 * l2_penalty(net.parameters())):
        ends = []
        for replayed in (True, False):
            net = network(ending())
            objective = Objective(net, x, y, penalty=penalty_of(net))
            objective._is_read = not replayed
            seen = []
            keep = lambda history, net=net, seen=seen: seen.extend([(t.data, t.grad) for t in net.parameters()])
            history = train(objective, rule(0.01), epochs=3, batch_size=16, seed=5, callback=keep, progress=False)
            assert (objective._replay is not None) == replayed
            ends.append([*history.costs, *numpy.ravel(seen).tolist(), *objective.theta()])
        assert ends[0] == pytest.approx(ends[1], rel=1e-9, abs=1e-11)


class Noise(Layer):
    """A layer that draws lots."""

    def forward(self, z):
        return [zi * random.choice([0.5, 1.0]) for zi in z]


class Branch(Layer):
    """A layer that branches on its numbers."""

    def forward(self, z):
        return [zi if zi > 0 else 0.1 * zi for zi in z]


class Reader(Layer):
    """A layer that takes a number out of the graph."""

    def forward(self, z):
        return [zi * float(z[0].data) for zi in z]


class OwnCost(mg.Layer):
    """A cost without a `target`."""

    takes_target = True

    def forward(self, z, y=None):
        return mg.sum([(zi - y) ** 2 for zi in z])


@pytest.mark.parametrize("layer", [Noise(), Branch(), Reader(), lambda z: [zi * mg.Value(2.0) for zi in z]])
def test_what_cannot_be_replayed_is_not(layer):
    """Layers that draw lots, branch, take numbers out of the graph, or hold hidden Values: graphs are made."""
    x, y = samples(lambda rng: rng.randrange(3))
    objective = Objective(network([LogSoftmax(), NegativeLogLikelihood()], layer), x, y)
    objective(objective.theta())
    assert objective._is_read
    assert objective._replay is None


def test_a_cost_of_one_s_own_is_computed_sample_by_sample():
    """A layer that takes a target in its own way trains as before."""
    x, y = samples(lambda rng: rng.gauss(0.0, 1.0))
    history = train(Objective(network([OwnCost()]), x, y, mean=True), GradientDescent(0.05), epochs=5, progress=False)
    assert history.costs[-1] < history.costs[0]


def test_frozen_parameters_stay_and_may_be_changed():
    """What is frozen has no gradient; its numbers are read at every call, not at the recording."""
    net = network([LogSoftmax(), NegativeLogLikelihood()])
    net.layers[0].freeze()
    x, y = samples(lambda rng: rng.randrange(3))
    objective = Objective(net, x, y)
    for _ in range(2):
        theta = objective.theta()
        cost, gradient = objective(theta)
        expected, slopes = by_graphs(objective, theta)
        assert objective._replay is not None
        assert (cost, len(gradient)) == (pytest.approx(expected, rel=1e-12), 12)
        assert gradient == pytest.approx(slopes, rel=1e-10, abs=1e-12)
        net.layers[0].theta[0][0].data += 1.0


def test_few_samples_are_swept_as_graphs():
    """Below FEWEST samples every number is the graph's own, to the bit; Values among the samples keep their graph."""
    x, y = samples(lambda rng: rng.randrange(3), FEWEST - 1)
    objective = Objective(network([LogSoftmax(), NegativeLogLikelihood()]), x, y)
    theta = objective.theta()
    assert objective(theta) == by_graphs(objective, theta)
    assert objective._replay is None
    x, y = samples(lambda rng: rng.randrange(3))
    assert Replay.of(Objective(objective.network, [[mg.Value(v) for v in row] for row in x], y)) is None


def test_where_the_cost_is_no_number_the_graphs_say_so():
    """A replay that is not finite is told as before: with the layer's own error, or as a cost that is none."""
    x, y = samples(lambda rng: rng.gauss(0.0, 1.0))
    logs = Objective(Sequential(Linear(2, 1, theta=[[1.0, 0.0]]), lambda z: [mg.log(z[0])], SquaredError()), x, y)
    with pytest.raises(mg.DomainError, match="log is defined"):
        logs([1.0, 0.0])
    with pytest.raises(NonFiniteError, match="smaller steps"):
        Objective(Sequential(Linear(2, 1), SquaredError()), x, y)([1e200] * 2)


# ---- Dask ------------------------------------------------------------------------------------------------------------


C = 0.01  # a strong penalty, so that few sweeps lead to the optimum


@pytest.fixture(scope="module")
def digits():
    """Samples, classes and weights."""
    X, y = load_digits(return_X_y=True)
    return X[:600, 16:32] / 16.0, y[:600] % 4, 0.5 + numpy.arange(600) % 2


def fitted(X, y, w=None):
    return SoftmaxClassifier(C=C, tol=1e-8).fit(X, y, w)


def in_blocks(X, y, w):
    """The same as Dask arrays, each cut in its own way."""
    arrays = pytest.importorskip("dask.array", reason="Dask is not installed: pip install dask[array]")
    return arrays.from_array(X, chunks=(350, 9)), arrays.from_array(y, chunks=200), arrays.from_array(w, chunks=400)


def optimum(classifier, X, y, w):
    """The cost of all samples together at the fitted θ."""
    z = X @ classifier.coef_.T + classifier.intercept_
    size = numpy.log(numpy.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1)) + z.max(axis=1)
    return C * (w * (size - z[numpy.arange(len(X)), y])).sum() + 0.5 * (classifier.coef_**2).sum()


def require_the_same(found, expected, X, y, w):
    assert optimum(found, X, y, w) == pytest.approx(optimum(expected, X, y, w), rel=1e-10)
    assert numpy.allclose(found.coef_, expected.coef_, atol=1e-5)
    assert (found.predict(X) == expected.predict(X)).all()
    assert found.explain(X[0]).cost.data == pytest.approx(expected.explain(X[0]).cost.data, rel=1e-5)


def test_blocks_have_the_optimum_of_all_samples(digits):
    """Dask arrays on threads, and the same arrays in memory: one optimum, weighted or not."""
    X, y, w = digits
    blocks = in_blocks(*digits)
    require_the_same(fitted(*blocks), fitted(X, y, w), X, y, w)
    require_the_same(fitted(*blocks[:2]), fitted(X, y), X, y, numpy.ones(len(X)))


def test_two_processes_find_the_optimum_that_one_finds(digits):
    """Dask arrays on a cluster of two processes, and the same arrays in memory: one optimum."""
    blocks = in_blocks(*digits)
    distributed = pytest.importorskip("distributed", reason="Dask's cluster is not installed: pip install distributed")
    two = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0")  # any port that is free
    with two as cluster, distributed.Client(cluster) as client:
        assert len(set(client.run(os.getpid).values()) - {os.getpid()}) == 2
        found = fitted(*blocks)
    require_the_same(found, fitted(*digits), *digits)


def test_what_dask_arrays_cannot_do_is_said(digits):
    """Mini-batches, a network that cannot be recorded, and one class are refused, each in one sentence."""
    arrays = pytest.importorskip("dask.array", reason="Dask is not installed: pip install dask[array]")
    X, y, _ = digits
    blocks = arrays.from_array(X, chunks=(200, 16)), arrays.from_array(y, chunks=200)
    with pytest.raises(ValueError, match="shape"):
        SoftmaxClassifier().fit(blocks[0], blocks[0])
    plain = Sequential(Linear(16, 4), LogSoftmax(), NegativeLogLikelihood())
    with pytest.raises(ValueError, match="leave batch_size out"):
        train(Objective(plain, *blocks), GradientDescent(0.1), epochs=1, batch_size=10, progress=False)
    branching = Sequential(Linear(16, 4), Branch(), LogSoftmax(), NegativeLogLikelihood())
    with pytest.raises(ValueError, match="can be recorded"):
        lbfgs(Objective(branching, *blocks), epochs=1, progress=False)
    one_class = arrays.from_array(numpy.zeros(600, dtype=int), chunks=200)
    with pytest.raises(ValueError, match="one class only"):
        SoftmaxClassifier().fit(blocks[0], one_class)
    history = SoftmaxClassifier(solver="momentum", max_iter=500, tol=1e-2).fit(*blocks).history_
    assert history.costs[-1] < history.costs[0]


def test_where_the_cost_of_blocks_is_no_number_that_is_said(digits):
    """Dask's arrays have no graphs that could tell where: the cost is told, and the advice."""
    arrays = pytest.importorskip("dask.array", reason="Dask is not installed: pip install dask[array]")
    blocks = arrays.from_array(digits[0], chunks=(600, 16)), arrays.from_array(digits[1], chunks=600)
    objective = Objective(Sequential(Linear(16, 4), LogSoftmax(), NegativeLogLikelihood()), *blocks)
    assert objective.cost() > 0.0
    with pytest.raises(NonFiniteError, match=r"^the cost is nan: take smaller steps, or other data$"):
        objective([1e308] * 64)


def test_samples_that_are_values_are_not_replayed():
    """Where the samples are Values themselves, graphs are made, and the gradient reaches them."""
    x, y = samples(lambda rng: rng.gauss(0.0, 1.0))
    values = [[mg.Value(v) for v in row] for row in x]
    costs = [Objective(Sequential(Linear(2, 1, theta=[[1.0, 2.0]]), SquaredError()), xs, y) for xs in (values, x)]
    (found, slopes), (expected, others) = [objective([1.0, 2.0]) for objective in costs]
    assert [objective._replay is None for objective in costs] == [True, False]
    assert (found, slopes) == (pytest.approx(expected), pytest.approx(others))
    assert values[0][0].grad != 0.0


def test_a_penalty_may_be_a_number():
    """A penalty that depends on no parameter is added to the cost, and changes no gradient."""
    x, y = samples(lambda rng: rng.gauss(0.0, 1.0))
    network = Sequential(Linear(2, 1), SquaredError())
    (plain, slopes), (more, others) = [
        Objective(network, x, y, penalty=penalty)([1.0, 2.0]) for penalty in (None, lambda: 3)
    ]
    assert (more, others) == (pytest.approx(plain + 3.0, rel=1e-15), slopes)


def test_a_cost_that_makes_no_numbers_of_its_target_is_not_replayed():
    """A `Cost` of one's own without `target` is computed sample by sample."""

    class Distance(Cost):
        def forward(self, z, y=None):
            return (z[0] - y) ** 2

    x, y = samples(lambda rng: rng.gauss(0.0, 1.0))
    own, ours = [Objective(Sequential(Linear(2, 1), cost), x, y) for cost in (Distance(), SquaredError())]
    (found, slopes), (expected, others) = own([1.0, 2.0]), ours([1.0, 2.0])
    assert (own._replay is None, ours._replay is None) == (True, False)
    assert (found, slopes) == (pytest.approx(expected), pytest.approx(others))


def test_where_a_replay_leaves_the_numbers_the_graphs_say_so():
    """As soon as a replay that was finite is not, the layer's own error is raised, or the cost is told to be none."""
    x, y = samples(lambda rng: rng.gauss(0.0, 1.0))
    x = [[abs(first) + 0.5, second] for first, second in x]
    logs = Objective(Sequential(Linear(2, 1), lambda z: [mg.log(z[0])], SquaredError()), x, y)
    plain = Objective(Sequential(Linear(2, 1), SquaredError()), x, y)
    for objective, theta, error, words in [
        (logs, [-1.0, 0.0], mg.DomainError, r"^log is defined on \(0, ∞\); got -"),
        (plain, [1e200] * 2, NonFiniteError, "take smaller steps"),
    ]:
        assert objective([1.0, 0.0])[0] > 0.0
        assert objective._replay is not None
        with pytest.raises(error, match=words):
            objective(theta)
        with pytest.raises(error, match=words):
            objective.cost(theta)
