"""Laws of training: rules do what their formulas say, the loop goes through every sample, optima are the real ones."""

import math
import random

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from whole_table import read_samples

from microgrand import (
    DomainError,
    Hinge,
    Linear,
    LogSoftmax,
    NegativeLogLikelihood,
    NonFiniteError,
    Sequential,
    SquaredError,
    Tanh,
    Value,
    l1_penalty,
    l2_penalty,
)
from microgrand.training import Adam, GradientDescent, Momentum, Objective, Optimiser, lbfgs, train
from microgrand.training.samples import embedded, standardise
from microgrand.training.solvers import SOLVERS, minimise, safe_step

GRADIENTS = st.lists(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=2), min_size=1, max_size=6)


@given(GRADIENTS)
def test_rules_follow_their_formulas(gradients):
    """Each rule changes θ as its formula, written out in NumPy from the papers, does."""
    g = numpy.array(gradients)
    steps = {rule: [rule.change(list(row)) for row in gradients] for rule in (GradientDescent(0.1), Momentum(0.1, 0.5))}
    plain, heavy = steps.values()
    assert numpy.allclose(plain, -0.1 * g, rtol=1e-14)
    speeds = [-0.1 * sum(0.5 ** (t - s) * g[s] for s in range(t + 1)) for t in range(len(g))]
    assert numpy.allclose(heavy, speeds, rtol=1e-12, atol=1e-12)
    adam = Adam(0.01, betas=(0.8, 0.9), epsilon=1e-6)
    for t in range(1, len(g) + 1):
        weights = [numpy.array([(1 - b) * b ** (t - s) for s in range(1, t + 1)]) / (1 - b**t) for b in (0.8, 0.9)]
        m, v = weights[0] @ g[:t], weights[1] @ g[:t] ** 2
        found = adam.change(gradients[t - 1])
        assert numpy.allclose(found, -0.01 * m / (numpy.sqrt(v) + 1e-6), rtol=1e-10, atol=1e-12)


@given(GRADIENTS)
def test_rules_move_arrays_as_lists(gradients):
    """θ in an array moves to the bits to which it moves in a list; a rule of one's own is asked with lists."""

    class Own(Adam):
        def change(self, gradient):
            assert type(gradient) is list
            return Adam.change(self, gradient)

    for make in (lambda: GradientDescent(0.1), lambda: Momentum(0.1, 0.5), lambda: Adam(0.01), lambda: Own(0.01)):
        of_lists, of_arrays = make(), make()
        theta, row = [1.0, -2.0], numpy.array([1.0, -2.0])
        for gradient in gradients:
            theta, row = of_lists.moved(theta, gradient), of_arrays.moved(row, numpy.array(gradient))
            assert list(row) == theta


@given(GRADIENTS, st.data())
def test_rules_remember_lists_and_arrays_alike(gradients, data):
    """A rule that meets lists and arrays in turn, as a training may, moves θ as if all were lists."""
    for make in (lambda: Momentum(0.1, 0.5), lambda: Adam(0.01)):
        of_lists, of_both = make(), make()
        theta = both = [1.0, -2.0]
        for gradient in gradients:
            theta = of_lists.moved(theta, gradient)
            both = of_both.moved(both, numpy.array(gradient) if data.draw(st.booleans()) else gradient)
        assert list(both) == theta


def test_wrong_numbers_of_changes_and_of_parameters_are_told():
    """A rule whose change is too short or too long, and a θ that is, are errors; nothing is spread over θ."""

    class Short(Optimiser):
        def change(self, gradient):
            return numpy.array([0.5])

    x, y = cloud()
    objective = Objective(classifier(2), x, y)
    with pytest.raises(ValueError, match=r"^the change of Short\(1\) has 1 numbers, and θ has 4$"):
        train(objective, Short(1.0), epochs=1, progress=False)
    for wrong in (numpy.zeros(3), numpy.zeros(5)):
        with pytest.raises(ValueError, match=r"^θ has 4 numbers, one per parameter; got "):
            objective.value_and_grad(wrong)


def test_weights_that_add_up_to_nothing_are_told():
    """A batch of samples without weight is no step; where no sample has any, lbfgs says so."""
    x, y = cloud()
    nothing = Objective(classifier(2), x, y, weights=[0.0] * len(x))
    with pytest.raises(ValueError, match="the weights of the samples add up to 0"):
        lbfgs(nothing, progress=False)
    mean = Objective(classifier(2), x, y, weights=[1.0] + [0.0] * (len(x) - 1), mean=True)
    with pytest.raises(ValueError, match="there is no mean of samples whose weights add up to 0"):
        train(mean, GradientDescent(0.1), epochs=1, batch_size=1, progress=False)
    some = Objective(classifier(2), x, y, weights=[1.0] + [0.0] * (len(x) - 1))
    history = train(some, GradientDescent(0.1), epochs=2, batch_size=1, tolerance=1e-9, progress=False)
    assert history.costs[-1] < history.costs[0]


@pytest.mark.parametrize("rule", [GradientDescent, Momentum, Adam])
def test_update_is_change(rule):
    """`update` gives parameters the change that `change` gives numbers, from their `grad`."""
    theta, twin = [Value(1.0), Value(-2.0)], rule(0.1)
    optimiser = rule(0.1)
    for slopes in ([1.0, 2.0], [-0.5, 0.25]):
        before = [t.data for t in theta]
        for t, slope in zip(theta, slopes, strict=True):
            t.grad = slope
        optimiser.update(theta)
        assert [t.data for t in theta] == [b + c for b, c in zip(before, twin.change(slopes), strict=True)]


def classifier(features, classes=2):
    return Sequential(
        Linear(features, classes, theta=[[0.0] * features] * classes), LogSoftmax(), NegativeLogLikelihood()
    )


def cloud(n=40, seed=2):
    rng = random.Random(seed)
    ys = [i % 2 for i in range(n)]
    return [[rng.gauss(2 * y - 1, 1.5), rng.gauss(0, 1)] for y in ys], ys


def independent_optimum(x, y, classes, l2):
    """θ of the same cost, written in NumPy from its definition and minimised by scipy."""
    x, one_hot = numpy.array(x), numpy.eye(classes)[y]

    def cost(theta):
        z = x @ theta.reshape(classes, -1).T
        log_p = z - numpy.log(numpy.exp(z - z.max(1, keepdims=True)).sum(1, keepdims=True)) - z.max(1, keepdims=True)
        slope = (numpy.exp(log_p) - one_hot).T @ x + l2 * theta.reshape(classes, -1)
        return -(one_hot * log_p).sum() + l2 / 2 * (theta @ theta), slope.ravel()

    found = minimize(cost, numpy.zeros(classes * x.shape[1]), jac=True, method="L-BFGS-B", tol=1e-14)
    return found.x.reshape(classes, -1), found.fun


@pytest.mark.parametrize(("name", "l2", "epochs"), [("breast_cancer", 300.0, 90), ("iris", 20.0, 120)])
@pytest.mark.parametrize("solver", ["gradient-descent", "momentum", "lbfgs"])
def test_solvers_reach_the_penalised_optimum(name, l2, epochs, solver):
    """With an L2 penalty θ agrees to 1e-4 with an independent minimiser's, and its cost to 1e-7."""
    samples = read_samples(embedded(name))
    _, (samples,) = standardise(samples)
    network = classifier(len(samples.features), len(samples.classes))
    theta = network.parameters()
    objective = Objective(network, samples.x, samples.y, penalty=lambda: l2 * l2_penalty(theta))
    step = (1.8 if solver == "gradient-descent" else 0.5) * safe_step(samples.x, l2)
    history = minimise(objective, solver, epochs=2 * epochs, step=step, tolerance=1e-9, progress=False)
    expected, optimum = independent_optimum(samples.x, samples.y, len(samples.classes), l2)
    found = numpy.array(objective.theta()).reshape(expected.shape)
    assert numpy.abs(found - expected).max() < 1e-4
    assert history.costs[-1] == pytest.approx(optimum, rel=1e-7)


@pytest.mark.parametrize("solver", SOLVERS)
def test_every_solver_lowers_the_cost(solver):
    """From θ = 0 each solver gets below the starting cost, and says how by a history as long as its epochs."""
    x, y = cloud()
    objective = Objective(classifier(2), x, y)
    history = minimise(objective, solver, epochs=25, step=safe_step(x, 0.0, solver), tolerance=0.0, progress=False)
    assert history.costs[0] == pytest.approx(40 * math.log(2), rel=1e-12)
    assert history.costs[-1] < 0.95 * history.costs[0]
    assert history.costs[-1] == pytest.approx(objective.cost(), rel=1e-12)
    assert 1 <= history.epochs <= 25


def test_an_objective_is_its_definition():
    """C(θ) = Σ wᵢ C(x⁽ⁱ⁾) + penalty, or with mean its quotient by Σ wᵢ, and so is its gradient; as one Value too."""
    x, y = cloud(150)
    weights = [0.5 + (i % 3) for i in range(150)]
    network = classifier(2)
    theta = network.parameters()
    at = [0.3, -0.2, 0.7, 0.1]
    for mean in (False, True):
        objective = Objective(network, x, y, weights=weights, penalty=lambda: l1_penalty(theta), mean=mean)
        cost, gradient = objective(at)
        z = numpy.array(x) @ numpy.array(at).reshape(2, 2).T
        log_p = z - numpy.log(numpy.exp(z).sum(1, keepdims=True))
        per = sum(weights) if mean else 1.0
        expected = -(log_p[range(150), y] * weights).sum() / per + 1.3
        slope = (numpy.array(weights)[:, None] * (numpy.exp(log_p) - numpy.eye(2)[y])).T @ numpy.array(x) / per
        assert cost == pytest.approx(expected, rel=1e-12)
        assert gradient == pytest.approx((slope.ravel() + numpy.sign(at)).tolist(), rel=1e-10)
        assert objective.cost() == pytest.approx(cost, rel=1e-15)
        whole = objective.as_value()
        whole.backward()
        assert whole.data == pytest.approx(cost, rel=1e-13)
        assert [t.grad for t in theta] == pytest.approx(gradient, rel=1e-12)


@given(st.integers(1, 12), st.integers(0, 5))
def test_batches_add_up(batch_size, seed):
    """Where θ does not move, an epoch's mini-batches cost together what all samples cost, and none is left out."""
    x, y = cloud(10)
    network = classifier(2)
    objective = Objective(network, x, y, penalty=lambda: l2_penalty(network.parameters()))
    objective.assign([0.3, -0.2, 0.7, 0.1])
    whole = objective.cost()
    still = GradientDescent(1e-300)
    history = train(objective, still, epochs=2, batch_size=batch_size, seed=seed, progress=False)
    assert history.costs == pytest.approx([whole] * 3, rel=1e-12)


def test_seeds_repeat_mini_batches():
    """The same seed gives the same training, another seed another; mini-batches lower the cost as well."""
    ends = []
    for seed in (1, 1, 2):
        objective = Objective(classifier(2), *cloud(), mean=True)
        ends.append(train(objective, Momentum(0.1), epochs=5, batch_size=8, seed=seed, progress=False).costs)
    assert ends[0] == ends[1] != ends[2]
    assert ends[0][-1] < math.log(2)


def test_early_stopping_keeps_the_best():
    """With patience, training ends once the validation cost has not fallen for so long, at the θ of its lowest."""
    x, y = cloud(12)
    network = Sequential(Linear(2, 8, bias=True, rng=random.Random(1)), Tanh(), *classifier(8).layers)
    validation = Objective(network, *cloud(60, seed=9), mean=True)
    history = train(
        Objective(network, x, y, mean=True), Adam(0.1), epochs=500, validation=validation, patience=5, progress=False
    )
    assert history.epochs == len(history.validation) < 500
    assert min(history.validation) == history.validation[-6] == pytest.approx(validation.cost(), rel=1e-15)
    objective = Objective(classifier(2), x, y)
    diverging = train(objective, GradientDescent(3.0), epochs=50, patience=4, progress=False)
    assert diverging.costs[-1] == min(diverging.costs) == pytest.approx(objective.cost(), rel=1e-15)


def test_a_tolerance_ends_training():
    """Training is over once no component of the gradient exceeds the tolerance, per sample."""
    x, y = cloud()
    network = classifier(2)
    objective = Objective(network, x, y, penalty=lambda: l2_penalty(network.parameters()))
    for solver in ("gradient-descent", "lbfgs"):
        objective.assign([0.0] * 4)
        step = safe_step(x, 1.0)
        history = minimise(objective, solver, epochs=10_000, step=step, tolerance=1e-4, progress=False)
        assert history.epochs < 1000
        assert max(map(abs, objective(objective.theta())[1])) <= 1.01e-4 * 40


@pytest.mark.parametrize("solver", ["gradient-descent", "lbfgs"])
def test_callbacks_see_and_end(solver):
    """A callback is called after every epoch, with θ as that epoch left it; where it returns True, training ends."""
    network = classifier(2)
    objective = Objective(network, *cloud())
    seen = []

    def callback(history):
        seen.append((history.epochs, objective.cost()))
        return len(seen) == 3

    history = minimise(objective, solver, epochs=50, step=0.01, tolerance=0.0, callback=callback, progress=False)
    assert len(seen) == history.epochs == 3
    assert seen[-1][1] == pytest.approx(history.costs[-1], rel=1e-12)
    assert sorted({cost for _, cost in seen}, reverse=True) == [cost for _, cost in seen]


def test_frozen_layers_stay():
    """Training changes no parameter of a frozen layer, by any solver."""
    first = Linear(2, 3, rng=random.Random(4)).freeze()
    network = Sequential(first, Tanh(), Linear(3, 2, rng=random.Random(5)), LogSoftmax(), NegativeLogLikelihood())
    before = {name: theta.data for name, theta in network.named_parameters().items()}
    for solver in SOLVERS:
        minimise(Objective(network, *cloud()), solver, epochs=3, step=0.01, tolerance=0.0, progress=False)
    after = {name: theta.data for name, theta in network.named_parameters().items()}
    assert {name for name in before if before[name] == after[name]} == {name for name in before if name[0] == "0"}


def test_regression_and_support_vectors():
    """Squared error finds the least-squares line; the hinge separates what can be separated."""
    line = Sequential(Linear(1, 1, bias=True, theta=[[0.0]]), SquaredError())
    lbfgs(Objective(line, [[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 5.0, 8.0]), tolerance=1e-10, progress=False)
    assert [t.data for t in line.parameters()] == pytest.approx([2.3, 0.8], rel=1e-6)
    x, y = [[2.0, 1.0], [3.0, 0.0], [-2.0, 0.0], [-1.0, -3.0]], [1, 1, -1, -1]
    machine = Sequential(Linear(2, 1, theta=[[0.0, 0.0]]), Hinge())
    assert train(Objective(machine, x, y), GradientDescent(0.1), epochs=30, progress=False).costs[-1] == 0.0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda o: GradientDescent(0.0), ValueError, "step is a finite number above 0; got 0.0"),
        (lambda o: Adam(math.nan), ValueError, "step is a finite number above 0; got nan"),
        (lambda o: Momentum(0.1, 1.0), ValueError, "momentum is a number from 0 to below 1; got 1.0"),
        (lambda o: Adam(betas=(0.9, 1.5)), ValueError, "β₂ is a number from 0 to below 1; got 1.5"),
        (lambda o: Optimiser(1.0).change([1.0]), TypeError, "without a change"),
        (lambda o: train(o, GradientDescent(1.0), epochs=-1), ValueError, "epochs is .* from 0 up; got -1"),
        (lambda o: train(o, GradientDescent(1.0), epochs=1, batch_size=0), ValueError, "batch_size is .*; got 0"),
        (lambda o: train(o, GradientDescent(1.0), epochs=1, patience=0), ValueError, "from 1 up; got 0"),
        (lambda o: lbfgs(o, tolerance=-1.0), ValueError, "tolerance is a number from 0 up; got -1.0"),
        (lambda o: Objective(o.network, [], []), ValueError, r"takes samples, and as many targets.*got \[0, 0, 0\]"),
        (lambda o: Objective(o.network, [[1.0, 2.0]], [0, 1]), ValueError, r"got \[1, 2, 1\]"),
        (lambda o: Objective(o.network.layers[0], [[1.0, 2.0]], [0]), ValueError, "ends in none"),
        (lambda o: Objective(Sequential(NegativeLogLikelihood()), [[1.0]], [0]), ValueError, "nothing to train"),
        (lambda o: minimise(o, "newton", epochs=1, step=1.0, tolerance=0.0), ValueError, "choose from lbfgs, "),
        (
            lambda o: minimise(o, "adam", epochs=1, step=None, tolerance=0.0),
            ValueError,
            "^adam takes a step: a number above 0$",
        ),
        (lambda o: o([1e308, 1e308, -1e308, -1e308]), DomainError, r"log_softmax is defined on .*; got inf"),
        (
            lambda o: Objective(Sequential(Linear(1, 1), SquaredError()), [[1.0]], [0.0])([1e200]),
            NonFiniteError,
            "the cost is inf",
        ),
    ],
)
def test_wrong_arguments_are_refused(call, error, message):
    """What cannot be trained, and rules that cannot train, are refused in one sentence."""
    with pytest.raises(error, match=message):
        call(Objective(classifier(2), *cloud()))


@pytest.mark.parametrize("rule", [GradientDescent(0.25), Optimiser(0.25)])
def test_a_rule_is_written_by_its_name_and_its_step(rule):
    """The repr is the call that makes the rule, also of a rule of one's own."""
    assert repr(rule) == f"{type(rule).__name__}(0.25)"


def test_the_cost_is_asked_at_any_numbers():
    """The cost at other θ is that of a network that has these, and the network has them from then on."""
    network = Sequential(Linear(1, 1, theta=[[1.0]]), SquaredError())
    objective = Objective(network, [[1.0], [2.0]], [[2.0], [4.0]])
    assert (objective.cost(), objective.cost([2.0]), objective.cost()) == (5.0, 0.0, 0.0)
    assert objective.theta() == [2.0]
