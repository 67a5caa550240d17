"""A program as a user writes it, typed strictly, in which every public name is used: see test_manual.py."""

from __future__ import annotations

import math
import random
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import microgrand as mg
from microgrand import nn, testing, training
from microgrand.training import SoftmaxClassifier

SMOOTH: list[mg.Primitive] = [
    mg.acos, mg.asin, mg.asinh, mg.atan, mg.atanh, mg.cbrt, mg.cos, mg.cosh, mg.erf, mg.erfc, mg.exp, mg.exp2, mg.expm1,
    mg.gelu, mg.identity, mg.log, mg.log10, mg.log1p, mg.log2, mg.log_sigmoid, mg.neg, mg.reciprocal, mg.relu,
    mg.sigmoid, mg.sign, mg.silu, mg.sin, mg.sinh, mg.softplus, mg.softsign, mg.sqrt, mg.square, mg.tan, mg.tanh,
    mg.abs, mg.elu, mg.leaky_relu, mg.ceil, mg.degrees, mg.digamma, mg.erfinv, mg.floor, mg.gamma, mg.lgamma, mg.logit,
    mg.log_normal_cdf, mg.normal_cdf, mg.radians, mg.sinc, mg.trunc,
]  # fmt: skip
OF_TWO: list[mg.Primitive] = [
    mg.add, mg.atan2, mg.div, mg.equal, mg.greater, mg.greater_equal, mg.hypot, mg.less, mg.less_equal, mg.maximum,
    mg.minimum, mg.mul, mg.not_equal, mg.pow, mg.sub, mg.beta, mg.floordiv, mg.lbeta, mg.logaddexp, mg.mod, mg.xlogy,
]  # fmt: skip
OF_A_LIST: list[mg.Primitive] = [mg.logsumexp, mg.mean, mg.norm, mg.prod, mg.sum]
LAYERS: list[mg.Layer] = [mg.Sigmoid(), mg.Tanh(), mg.ReLU(), mg.Softmax(), mg.LogSoftmax()]
COSTS: list[mg.Layer] = [mg.BinaryCrossEntropy(), mg.Hinge(), mg.NegativeLogLikelihood(), mg.SquaredError()]


def differentiate() -> list[float]:
    """Every function of the table, and derivatives of Python functions."""
    x, y = mg.Value(0.25, name="x"), mg.Value(0.5, name="y")
    total: mg.Value = mg.acosh(x + 1.0) + mg.clip(x, 0.0, 1.0) + mg.where(x > y, x, y) + mg.dot([x, y], [y, 2.0])
    for row in SMOOTH:
        total = total + row(x)
    for row in OF_TWO:
        total = total + row(x, y)
    for row in OF_A_LIST:
        total = total + row([x, y])
    total = total + mg.softmax([x, y], 0) + mg.log_softmax([x, y], 1)
    total.backward()
    adjoints: mg.Adjoints = mg.sweep(total)
    assert adjoints[x] == x.grad
    assert set(SMOOTH) <= set(mg.TABLE.values())
    x.data = 0.5
    assert len(mg.stale(total)) > 1
    mg.refresh(total)
    assert mg.leaves(total) == [x, y]
    assert mg.kinks(mg.relu(x - x))[0].primitive is mg.relu
    assert adjoints.get(mg.Value(1.0)) == 0.0
    assert len(mg.topological_order(total)) > 60

    def f(xs: Sequence[mg.Value]) -> mg.Value:
        return xs[0] ** 2 * xs[1]

    at, along = [3.0, 5.0], [1.0, 0.0]
    value, pull = mg.vjp(f, at)
    assert mg.grad(f)(at) == mg.value_and_grad(f)(at)[1] == pull(1.0)[0] == mg.jacobian(f)(at)
    assert [slope.data for slope in mg.gradients(x * y, [x, y])] == [y.data, x.data]
    assert mg.hvp(f, at, along) == [row[0] for row in mg.hessian(f)(at)]
    return [x.grad, y.grad, value, *mg.jvp(f, (at,), (along,))]


def declare() -> mg.Primitive:
    """A primitive of one's own, its notation and its domain."""
    positive = mg.Domain(mg.Interval(0.0, math.inf, open_low=True))
    notation = mg.Notation("logarithmic_square", latex=r"\log^2", indexed=None)
    signature = mg.Signature("x")
    row = mg.Primitive(
        "logarithmic_square",
        lambda x: mg.log(x) * mg.log(x),
        lambda z, x: 2.0 * mg.log(x) / x,
        notation,
        signature=signature,
        domain=positive,
    )
    report = testing.check_primitive(row, max_examples=20)
    assert report.laws
    assert mg.formula(row(mg.Value(2.0, name="x"))) == "logarithmic_square(x)"
    return row


def fail() -> list[str]:
    """The errors, caught by their names."""
    told: list[str] = []
    x = mg.Value(0.0)
    program: mg.Program = mg.record(lambda x: x if x > 0.0 else -x, 1.0)
    with tempfile.TemporaryDirectory() as folder:
        attempts: list[tuple[Callable[[], object], type[Exception]]] = [
            (lambda: mg.log(-1.0), mg.DomainError),
            (lambda: mg.reciprocal(0.0), mg.DivisionByZeroError),
            (lambda: mg.sqrt(x).backward(), mg.NonFiniteError),
            (lambda: mg.derivation(x, mg.Value(1.0)), mg.GraphError),
            (lambda: program(-1.0), mg.GuardError),
            (lambda: training.load(mg.Linear(1, 1), Path(folder, "none.json")), mg.InputError),
        ]
        for attempt, kind in attempts:
            try:
                attempt()
            except kind as error:
                told.append(str(error))
            else:
                raise RuntimeError(f"there should have been a {kind.__name__}")
    missing: mg.MissingExtraError = mg.MissingExtraError("a plot", "train", "matplotlib")
    return [*told, str(missing)]


def look() -> list[str]:
    """Pictures, steps, derivations."""
    x, w = mg.Value(2.0), mg.Value(-3.0)
    y = w * x + x
    drawing: mg.Drawing = mg.draw([y, x], legend=True, title="A line", colors="grey", font_size=14, digits=3)
    walked: mg.Walkthrough = mg.walkthrough(y)
    found: mg.Derivation = mg.derivation(y, x)
    each: Sequence[mg.Step] = mg.steps(y)
    practice: mg.Exercise = mg.exercise(seed=1, level=2)
    page: mg.Exercises = mg.exercises(2, seed=1, level=2)
    assert page[0] == practice
    for _ in range(300):
        y = y + 1.0
    with warnings.catch_warnings(record=True, action="always") as warned:
        mg.draw(y)
        mg.draw(mg.Value(1.0, name="\U000107a5")).pdf()
    assert [each.category for each in warned] == [mg.CollapsedWarning, mg.MissingGlyphWarning]
    assert issubclass(mg.KinkWarning, UserWarning)
    assert list(walked) == list(each)
    return [str(drawing), str(walked), str(found), f"compiled: {mg.COMPILED}"]


def train() -> list[float]:
    """Networks, costs, optimisers, files, plots."""
    rng = random.Random(0)
    network = mg.Sequential(mg.Linear(2, 2, rng=rng), mg.LogSoftmax(), mg.NegativeLogLikelihood())
    trace: mg.Trace = network.trace([1.0, 2.0], 0)
    scope: mg.Scope | None = network([1.0, 2.0])[0].scope
    assert scope is not None
    assert len(trace.z) == 4
    assert all(len(layer([1.0, 2.0])) == 2 for layer in LAYERS)
    assert len(COSTS) == 4
    xs, ys = [[-1.0, 0.5], [1.0, 0.25]] * 4, [0, 1] * 4
    parameters = network.parameters()
    penalised = training.Objective(
        network, xs, ys, penalty=lambda: 0.1 * mg.l2_penalty(parameters) + 0.01 * mg.l1_penalty(parameters)
    )
    rules: list[training.Optimiser] = [training.GradientDescent(0.1), training.Momentum(0.1), training.Adam(0.1)]
    history: training.History | None = None
    for rule in rules:
        history = training.train(penalised, rule, epochs=2, progress=False)
    assert history is not None
    costs = training.lbfgs(training.Objective(network, xs, ys, mean=True), epochs=2, progress=False).costs
    with tempfile.TemporaryDirectory() as folder:
        training.save(network, Path(folder, "network.json"))
        training.load(network, Path(folder, "network.json"))
    training.plot_loss(history)
    training.plot_confusion(ys, ys)
    training.plot_decision_boundary(lambda points: [int(point[0] > 0.0) for point in points], xs, ys, resolution=5)
    classifier = SoftmaxClassifier().fit(xs, ys)
    with tempfile.TemporaryDirectory() as folder:
        training.save_classifier(classifier, Path(folder, "classifier.json"), target="kind")
        classifier = training.load_classifier(Path(folder, "classifier.json"))
    accuracy = float(classifier.score(xs, ys))
    model: mg.MLP = nn.MLP(2, [3, 1])
    return [
        accuracy,
        *history.costs,
        *costs,
        model([1.0, 2.0]).data,
        nn.Neuron(2)([1.0, 2.0]).data,
        len(nn.Layer(2, 3)([1.0, 2.0])),
    ]


def trust() -> list[str]:
    """Checks of derivatives, and strategies."""
    slope: testing.Estimate | testing.Estimates = testing.estimate(math.sin, at=0.0)
    assert slope.value == 1.0
    report: testing.Report = testing.check_gradient(math.sin, gradient=math.cos, at=1.0)
    assert report.verdict is testing.Verdict.AGREE
    told: list[str] = []
    try:
        testing.assert_gradient(lambda x: x * x, gradient=lambda x: x, domain=(1, 5), max_examples=20)
    except testing.GradientMismatch as error:
        told.append(str(error))
    assert len(told) == 1
    assert issubclass(testing.NothingJudged, AssertionError)
    assert issubclass(testing.PrimitiveFault, AssertionError)
    expression: testing.Expression = testing.Expression.of(lambda x: mg.tanh(x * x), 2.0)
    assert testing.values("positive") is not None
    assert testing.expressions(1) is not None
    return [*told, repr(expression)]
