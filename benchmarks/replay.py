"""How fast a recorded program runs: `python -m benchmarks.replay`.

Value and gradient by replay, in turns with the same written by hand in NumPy; a classifier's training, in turns with
scikit-learn's; the time to a first gradient, in turns with jax.jit's; one sample of a million nodes, in turns with its
recording. A ratio is formed within a round; then medians are taken over the rounds.
"""

from __future__ import annotations

import argparse
import datetime
import statistics
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.machine import machine
from benchmarks.speed import noise

TICKS = (0.05, 0.1, 0.2, 0.5, 1.0, 1.5)
SHORT = 0.2  # seconds that a measurement is repeated for, at least


class Duel(NamedTuple):
    """Two ways to the same numbers.

    ours      by microgrand
    theirs    the yardstick
    error     how far their numbers are apart, relatively
    limit     what the ratio ours / theirs should not exceed
    within    what the error may be: more where both stop at a tolerance
    """

    name: str
    yardstick: str
    ours: Callable[[], Any]
    theirs: Callable[[], Any]
    error: Callable[[], float]
    limit: float
    within: float = 1e-8


class Comparison(NamedTuple):
    """Seconds, medians over the rounds; the ratio is the median of the rounds' ratios."""

    name: str
    yardstick: str
    ours: float
    theirs: float
    ratio: float
    noise: float
    limit: float


# ---- a softmax classifier ------------------------------------------------------------------------------------------


def softmax(name: str, X: Any, y: Any) -> Duel:
    """Cost and gradient over all samples, of layers recorded at one sample."""
    import numpy

    from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, Sequential, record

    n, k = X.shape[1], int(y.max()) + 1
    network = Sequential(Linear(n, k), LogSoftmax(), NegativeLogLikelihood())
    program = record(lambda theta, x, t: network(x, t), network.layers[0].theta, [0.0] * n, [1.0] + [0.0] * (k - 1))
    theta, target = numpy.random.default_rng(0).normal(size=(k, n)) * 0.1, numpy.eye(k)[y]

    def error() -> float:
        cost, slopes = by_hand(X, target, theta)
        value, gradient = program.value_and_grad(theta, X, target)
        return max(abs(value.sum() / cost - 1.0), numpy.abs(gradient - slopes).max() / numpy.abs(slopes).max())

    return Duel(
        f"softmax {len(X):,} × {n} × {k}", "NumPy by hand", lambda: program.value_and_grad(theta, X, target),
        lambda: by_hand(X, target, theta), error, 1.5,
    )  # fmt: skip


def by_hand(X: Any, target: Any, theta: Any) -> tuple[float, Any]:
    """The same as one would write it in NumPy."""
    import numpy

    z = X @ theta.T
    z -= z.max(axis=1, keepdims=True)
    e = numpy.exp(z)
    total = e.sum(axis=1, keepdims=True)
    cost = -numpy.sum(target * (z - numpy.log(total)))
    delta = e / total - target
    return float(cost), delta.T @ X


def drawn(N: int = 60_000, n: int = 784, K: int = 10) -> tuple[Any, Any]:
    """Samples in the shape of small pictures: four fifths of the numbers are 0, the others depend on the class."""
    import numpy

    rng = numpy.random.default_rng(1)
    y = rng.integers(0, K, N)
    strokes = rng.normal(size=(K, n))
    X = numpy.maximum(0.35 * strokes[y] + rng.normal(size=(N, n)) - 0.9, 0.0)
    return X / X.max(), y


def shipped(name: str) -> tuple[Any, Any]:
    """A data set of scikit-learn's, standardised."""
    from sklearn import datasets
    from sklearn.preprocessing import StandardScaler

    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    return StandardScaler().fit_transform(X), y


# ---- a network that is written number by number ----------------------------------------------------------------------


def cost_of_one(tanh: Callable[[Any], Any]) -> Callable[..., Any]:
    """The tanh network 2-16-16-1 as a loop over numbers; the same code runs on Values and on JAX's tracers."""

    def layer(w: Any, b: Any, z: Any) -> list[Any]:
        states = []
        for row, acc in zip(w, b, strict=True):
            for wk, zk in zip(row, z, strict=True):
                acc = acc + wk * zk
            states.append(tanh(acc))
        return states

    def cost(w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any, x: Any, y: Any) -> Any:
        acc = b3
        for wk, zk in zip(w3, layer(w2, b2, layer(w1, b1, x)), strict=True):
            acc = acc + wk * zk
        return (acc - y) * (acc - y)

    return cost


def weights() -> list[Any]:
    """θ of the tanh network."""
    import numpy

    rng = numpy.random.default_rng(0)
    return [rng.normal(size=(16, 2)), rng.normal(size=16), rng.normal(size=(16, 16)) / 4.0, rng.normal(size=16),
            rng.normal(size=16) / 4.0, 0.1]  # fmt: skip


def as_lists(arrays: Sequence[Any]) -> list[Any]:
    """Arrays as nested lists."""
    return [getattr(array, "tolist", lambda number=array: number)() for array in arrays]


def network(N: int = 50_000) -> Duel:
    """Value and gradient of the tanh network in all six parts of θ, which are arrays."""
    return in_form(f"tanh 2-16-16-1, {N:,} samples", weights(), lambda *parts: parts, N)


def in_form(name: str, theta: Sequence[Any], parts_of: Callable[..., Sequence[Any]], N: int = 50_000) -> Duel:
    """Value and gradient of the tanh network in θ, whose numbers have some form.

    theta     the arguments that are θ
    parts_of  from these to the six parts
    """
    import numpy

    from microgrand import record, tanh

    X = numpy.random.default_rng(1).normal(size=(N, 2))
    y = numpy.sin(X.sum(axis=1))
    cost, argnums = cost_of_one(tanh), tuple(range(len(theta)))
    of_theta = lambda *arguments: cost(*parts_of(*arguments[:-2]), *arguments[-2:])
    program = record(of_theta, *theta, [0.0, 0.0], 0.0)
    ours = lambda: program.value_and_grad(*theta, X, y, argnums=argnums)

    def theirs() -> Any:
        w1, b1, w2, b2, w3, b3 = weights()
        z1 = numpy.tanh(X @ w1.T + b1)
        z2 = numpy.tanh(z1 @ w2.T + b2)
        residual = z2 @ w3 + b3 - y
        d3 = 2.0 * residual
        d2 = numpy.outer(d3, w3) * (1.0 - z2 * z2)
        d1 = d2 @ w2 * (1.0 - z1 * z1)
        slopes = d1.T @ X, d1.sum(axis=0), d2.T @ z1, d2.sum(axis=0), d3 @ z2, d3.sum()
        return numpy.sum(residual * residual), slopes

    def error() -> float:
        (value, found), (cost, slopes) = ours(), theirs()
        pairs = [(value.sum(), cost), *zip(parts_of(*found), slopes, strict=True)]
        return max([float(numpy.max(numpy.abs(numpy.array(a) - b)) / numpy.max(numpy.abs(b))) for a, b in pairs])

    return Duel(name, "NumPy by hand", ours, theirs, error, 1.5)


def from_flat(theta: Any) -> list[Any]:
    """The six parts of θ, of its 337 numbers in a row."""
    rows = lambda start, count, size: [theta[start + k * size : start + (k + 1) * size] for k in range(count)]
    return [rows(0, 16, 2), theta[32:48], rows(48, 16, 16), theta[304:320], theta[320:336], theta[336]]


def forms() -> Iterator[Callable[[], Duel]]:
    """The tanh network with θ in every form that its numbers may have."""
    import numpy

    six = weights()
    lists = as_lists(six)
    row = numpy.concatenate([numpy.ravel(part) for part in six])
    names = ("w1", "b1", "w2", "b2", "w3", "b3")
    of_dict = lambda theta: list(theta.values())
    for name, theta, parts_of in [
        ("θ: six arrays", six, lambda *parts: parts),
        ("θ: six nested lists", lists, lambda *parts: parts),
        ("θ: one array", [row], from_flat),
        ("θ: one list", [row.tolist()], from_flat),
        ("θ: one tuple", [tuple(row.tolist())], from_flat),
        ("θ: one list of NumPy's numbers", [list(row)], from_flat),
        ("θ: a dict of arrays", [dict(zip(names, six, strict=True))], of_dict),
        ("θ: a dict of nested lists", [dict(zip(names, lists, strict=True))], of_dict),
    ]:
        yield lambda name=name, theta=theta, parts_of=parts_of: in_form(name, theta, parts_of)


def first_gradient() -> Duel:
    """From the Python function to its first gradient: recording, adjoint, plan, replay, against trace and compile."""
    import jax
    import numpy

    from microgrand import record, tanh

    jax.config.update("jax_enable_x64", True)
    theta, x, y = as_lists(weights()), [0.3, -0.2], 0.5
    arrays = [numpy.asarray(part) for part in theta]

    def ours() -> Any:
        program = record(cost_of_one(tanh), *theta, x, y)
        return program.value_and_grad(*arrays, numpy.asarray([x]), numpy.asarray([y]), argnums=(0, 1, 2, 3, 4, 5))

    def theirs() -> Any:
        compiled = jax.jit(jax.value_and_grad(cost_of_one(jax.numpy.tanh), argnums=(0, 1, 2, 3, 4, 5)))
        return jax.block_until_ready(compiled(*theta, x, y))

    def error() -> float:
        (_, mine), (_, other) = ours(), theirs()
        pairs = zip(mine, other, strict=True)
        return max([float(numpy.max(numpy.abs(numpy.asarray(a) - numpy.asarray(b)))) for a, b in pairs])

    return Duel("tanh 2-16-16-1, to the first gradient", "jax.jit", ours, theirs, error, 0.1)


# ---- training, and one large sample --------------------------------------------------------------------------------


def fit(X: Any, y: Any, limit: float = 1.5) -> Duel:
    """SoftmaxClassifier.fit, of scikit-learn's own objective, to a cost that is no higher than where that stops.

    The tolerances mean different things: ours is of standardised features.
    """
    import numpy
    from scipy.special import logsumexp
    from sklearn.linear_model import LogisticRegression

    from microgrand.training import SoftmaxClassifier

    ours = lambda: SoftmaxClassifier(tol=3e-5).fit(X, y)
    theirs = lambda: LogisticRegression(max_iter=1000).fit(X, y)

    def error() -> float:
        costs = []
        for found in (ours(), theirs()):
            z = found.decision_function(X)
            z = numpy.stack([0.0 * z, z], axis=1) if z.ndim == 1 else z
            cost = logsumexp(z, axis=1).sum() - z[numpy.arange(len(y)), y].sum()
            costs.append(cost + 0.5 * numpy.sum(found.coef_**2))
        return float(max(costs[0] / costs[1] - 1.0, 0.0))

    return Duel(f"fit {len(X):,} × {X.shape[1]} × {y.max() + 1}", "scikit-learn", ours, theirs, error, limit, 1e-4)


def correlated(N: int = 1_000_000, n: int = 30) -> tuple[Any, Any]:
    """Samples of two classes, whose features are mixtures of others, of unit size."""
    import numpy

    rng = numpy.random.default_rng(2)
    X = rng.normal(size=(N, n)) @ rng.normal(size=(n, n)) / numpy.sqrt(n)
    z = X @ rng.normal(size=n)
    return X, (rng.random(N) * (1.0 + numpy.exp(-z)) < 1.0).astype(int)


def batches(X: Any, y: Any, size: int = 128, step: float = 1e-3) -> Duel:
    """An epoch of a softmax classifier's descent in small batches, in turns with the same loop written in NumPy."""
    import random

    import numpy

    from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, Sequential
    from microgrand.training import GradientDescent, Objective, train

    (N, n), K = X.shape, int(y.max()) + 1
    target = numpy.eye(K)[y]

    def ours() -> Any:
        network = Sequential(Linear(n, K, theta=[[0.0] * n] * K), LogSoftmax(), NegativeLogLikelihood())
        objective = Objective(network, X, y)
        train(objective, GradientDescent(step), epochs=1, batch_size=size, seed=1, progress=False)
        return numpy.reshape(objective.theta(), (K, n))

    def theirs() -> Any:
        theta, cost = numpy.zeros((K, n)), 0.0
        order = numpy.random.default_rng(random.Random(1).getrandbits(128)).permutation(N)
        for start in range(0, N, size):
            some = order[start : start + size]
            more, slopes = by_hand(X[some], target[some], theta)
            cost += more
            theta -= step * slopes
        by_hand(X, target, theta)  # the cost at the end, which ours tells too
        return theta

    return Duel(f"batches of {size}, {N:,} × {n} × {K}", "NumPy by hand", ours, theirs,
                lambda: float(abs(ours() - theirs()).max()), 1.5)  # fmt: skip


def large(nodes: int = 1_000_000) -> Duel:
    """One sample: new numbers through the program, or the graph recorded again."""
    from microgrand import Value, record, tanh

    def chain(x: Any, y: Any) -> Any:
        z = x
        for _ in range(nodes // 4):
            z = tanh(z * y) + x * 0.5
        return z

    program = record(chain, 0.3, 0.7)
    ours, theirs = lambda: program(0.2, 0.9), lambda: chain(Value(0.2), Value(0.9))
    return Duel(f"one sample, {nodes:,} nodes", "the graph recorded again", ours, theirs,
                lambda: abs(ours() - theirs().data), 1.0 / 3.0)  # fmt: skip


def duels() -> Iterator[Callable[[], Duel]]:
    """Each is made when its turn comes, so that no two are in memory together."""
    yield lambda: softmax("breast cancer", *shipped("breast_cancer"))
    yield lambda: softmax("digits", *shipped("digits"))
    yield lambda: softmax("drawn", *drawn())
    yield network
    if find_spec("jax") is not None:
        yield first_gradient
    yield lambda: fit(*shipped("digits"))
    yield lambda: fit(*drawn())
    yield lambda: fit(*correlated(), limit=0.65)
    yield lambda: batches(*correlated())
    yield large


def measured(duel: Duel, rounds: int) -> Comparison:
    """The two in turns."""
    error = duel.error()
    if error > duel.within:
        raise AssertionError(f"{duel.name}: the two ways differ by {error:.1e}")
    pairs = [(seconds(duel.ours), seconds(duel.theirs)) for _ in range(rounds)]
    ours, theirs = [list(column) for column in zip(*pairs, strict=True)]
    ratios = [a / b for a, b in pairs]
    return Comparison(
        duel.name, duel.yardstick, statistics.median(ours), statistics.median(theirs), statistics.median(ratios),
        noise(ratios), duel.limit,
    )  # fmt: skip


def seconds(call: Callable[[], Any]) -> float:
    """The time of one call, over as many as take a while."""
    count = 0
    start = time.perf_counter()
    while True:
        call()
        count += 1
        taken = time.perf_counter() - start
        if taken > SHORT:
            return taken / count


def described(each: Comparison) -> str:
    """One line of the table."""
    kept = "" if each.ratio <= each.limit else "  above its limit"
    return (
        f"{each.name:38} {each.yardstick:25} {each.ours * 1e3:11,.3f} {each.theirs * 1e3:11,.3f} {each.ratio:7.3f} "
        f"{each.limit:7.3f} {each.noise:6.0%}{kept}"
    )


def save(comparisons: Sequence[Comparison], file: Path, footer: str) -> None:
    """The ratios as a bar chart, their limits as marks."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    with matplotlib.rc_context({"font.size": 9, "font.family": "sans-serif", "svg.hashsalt": "microgrand"}):
        figure, axis = pyplot.subplots(figsize=(9.0, 0.9 + 0.42 * len(comparisons)), layout="constrained")
        places = range(len(comparisons))
        axis.barh(places, [each.ratio for each in comparisons], height=0.62, color="#0072B2")
        for k, each in enumerate(comparisons):
            axis.plot([each.limit] * 2, [k - 0.38, k + 0.38], color="#D55E00", linewidth=2.0)
            axis.text(each.ratio * 0.96, k, f"{each.ratio:.2f}×", va="center", ha="right", fontsize=8, color="white")
        axis.set_yticks(places, [f"{each.name}\nagainst {each.yardstick}" for each in comparisons], fontsize=8)
        axis.invert_yaxis()
        axis.set_xscale("log")
        axis.set_xlim(0.03, 1.8)
        axis.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
        axis.minorticks_off()
        axis.axvline(1.0, color="#555555", linewidth=0.8, zorder=0)
        axis.spines[["top", "right"]].set_visible(False)
        axis.set_xlabel(
            f"time by replay / time of the yardstick (logarithmic); orange: the limit\n{footer}", fontsize=8
        )
        figure.savefig(file, dpi=160, metadata={"Date": None} if file.suffix == ".svg" else None)
        pyplot.close(figure)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, and draw it where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="default: %(default)s")
    parser.add_argument("--chart", type=Path, metavar="FILE", help="write a bar chart: .svg, .png or .pdf")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("there is at least one round")
    if options.chart is not None and not options.chart.parent.is_dir():
        parser.error(f"there is no folder {str(options.chart.parent)!r} to write {options.chart.name!r} in")
    warnings.simplefilter("ignore")  # scikit-learn and ours, where an iteration limit ends the descent
    print(f"{'':38} {'yardstick':25} {'replay, ms':>11} {'theirs, ms':>11} {'ratio':>7} {'limit':>7} {'noise':>6}")
    comparisons = []
    for make in duels():
        comparisons.append(measured(make(), options.rounds))
        print(described(comparisons[-1]), flush=True)
    print("\nthe tanh network, its 337 parameters in every form")
    for make in forms():
        print(described(measured(make(), options.rounds)), flush=True)
    footer = f"medians of {options.rounds} rounds in turns; {machine()}; {datetime.date.today().isoformat()}"
    print(footer)
    if options.chart is not None:
        save(comparisons, options.chart, footer)


if __name__ == "__main__":
    main()
