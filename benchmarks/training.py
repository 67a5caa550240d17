"""How fast a classifier is trained: `python -m benchmarks.training`.

An epoch of a softmax classifier's descent, cost and gradient of all samples, on breast cancer (569 × 30, 2 classes) and
digits (1797 × 64, 10 classes), in turns with the yardstick: plain Python floats that compute the same cost, and no
gradient. Each build of microgrand runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import math
import operator
import statistics
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from benchmarks.engines import ENGINES
from benchmarks.machine import machine
from benchmarks.speed import noise
from benchmarks.worker import Worker, start

BUILDS = ("microgrand compiled", "microgrand plain")
DATA = ("breast_cancer", "digits")


class Pace(NamedTuple):
    """Seconds of an epoch in each round: by microgrand, and by plain floats, whose costs agree to `error`."""

    epoch: list[float]
    floats: list[float]
    error: float


def pace(name: str, rounds: int) -> Pace:
    """Measure in this process, on standardised features, at a θ that is not 0."""
    objective, x, y = problem(name)
    theta = [0.01 * (i % 7 - 3) for i in range(len(objective.parameters))]
    rows = [theta[i : i + len(x[0])] for i in range(0, len(theta), len(x[0]))]
    error = abs(objective(theta)[0] / floats(rows, x, y) - 1.0)
    epochs, yardsticks = [], []
    for _ in range(rounds):
        starting = time.perf_counter()
        objective(theta)
        middle = time.perf_counter()
        floats(rows, x, y)
        yardsticks.append(time.perf_counter() - middle)
        epochs.append(middle - starting)
    return Pace(epochs, yardsticks, error)


def problem(name: str) -> tuple[Any, list[list[float]], list[int]]:
    """The objective of a data set that scikit-learn ships, its vectors and its classes."""
    from sklearn import datasets
    from sklearn.preprocessing import StandardScaler

    from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, Sequential
    from microgrand.training import Objective

    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    x, classes = StandardScaler().fit_transform(X).tolist(), y.tolist()
    network = Sequential(Linear(len(x[0]), max(classes) + 1), LogSoftmax(), NegativeLogLikelihood())
    return Objective(network, x, classes), x, classes


def floats(theta: Sequence[Sequence[float]], x: Sequence[Sequence[float]], y: Sequence[int]) -> float:
    """The cost as one would write it in plain Python."""
    cost = 0.0
    for sample, target in zip(x, y, strict=True):
        z = [sum(map(operator.mul, row, sample)) for row in theta]
        largest = max(z)
        cost += largest + math.log(sum([math.exp(zk - largest) for zk in z])) - z[target]
    return cost


def measured(build: str, name: str, rounds: int) -> Pace:
    """`pace` in a fresh process with that build of microgrand."""
    program = f"import json; from benchmarks.training import pace; print(json.dumps(pace({name!r}, {rounds})))"
    output, _ = start(program, ENGINES[build].pure).communicate()
    return Pace(*json.loads(output))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table for each build that there is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="default: %(default)s")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("there is at least one round")
    print(f"{'':20} {'data':14} {'ms/epoch':>9} {'epochs/s':>9} {'/ floats':>9} {'noise':>6}")
    for build in BUILDS:
        worker = Worker(build)
        worker.close()
        if worker.version is None:
            print(f"{build}: {worker.missing}")
            continue
        for name in DATA:
            print(described(build, name, measured(build, name, options.rounds)), flush=True)
    print(f"medians; / floats: the time of plain Python floats for the cost alone is 1; {machine()}")


def described(build: str, name: str, pace: Pace) -> str:
    """One line of the table."""
    epoch, yardstick = statistics.median(pace.epoch), statistics.median(pace.floats)
    numbers = f"{epoch * 1e3:9.1f} {1.0 / epoch:9.1f} {epoch / yardstick:9.1f} {noise(pace.epoch):6.0%}"
    return f"{build:20} {name:14} {numbers}"


if __name__ == "__main__":
    main()
