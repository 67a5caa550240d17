"""Time and memory for many samples: `python -m benchmarks.scale`.

The logistic cost Σ log(1 + e^(-y θx)) and its gradient, and a softmax classifier of three classes: over arrays, over a
file of single precision that is mapped, with 1 GiB for all else, and over Dask arrays on two workers, of which one is
killed in the middle. Beside them NumPy, written by hand, and scikit-learn. Every line is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.machine import machine
from benchmarks.worker import start

FEATURES = 10
EPOCHS = 10
CHUNK = 100_000  # samples of a Dask chunk
ROOM = 2**30  # bytes that a process may take beside the file that it maps
KILLED = 4  # the epoch in which a worker is killed


class Cost(NamedTuple):
    """What a measurement took, and what it found: a few numbers, by which two can be compared.

    seconds  without reading and starting
    memory   the most bytes at once, over what there was before, without pages of files; in all processes
    failed   why there is nothing, if so
    """

    seconds: float = 0.0
    memory: float = 0.0
    found: Sequence[float] = ()
    failed: str = ""


# ---- what is measured ------------------------------------------------------------------------------------------------


def samples(count: int, kind: str = "float64") -> tuple[Any, Any]:
    """Vectors and their classes, 0, 1 and 2; the same for the same count."""
    import numpy

    rng = numpy.random.default_rng(0)
    y = rng.integers(0, 3, count)
    x = rng.standard_normal((count, FEATURES), dtype=kind)
    x += y[:, None].astype(kind)
    return x, y


def theta() -> Any:
    """Where cost and gradient are computed."""
    import numpy

    return numpy.linspace(-0.1, 0.1, FEATURES)


def replayed(x: Any, y: Any) -> Sequence[float]:
    """The logistic cost and its gradient, by microgrand."""
    from microgrand import dot, record, softplus

    program = record(lambda w, x, y: softplus(-y * dot(w, x)), [0.0] * FEATURES, [1.0] * FEATURES, 1.0)
    value, gradient = program.total([(theta(), x, y)], argnums=0)
    return [value, *gradient.tolist()]


def by_hand(x: Any, y: Any) -> Sequence[float]:
    """The same, as one would write it with NumPy."""
    import numpy

    margin = y * (x @ theta())
    cost = numpy.logaddexp(0.0, -margin).sum()
    return [float(cost), *(-(y / (1.0 + numpy.exp(margin))) @ x).tolist()]


def arrays(count: int, cost: Callable[[Any, Any], Sequence[float]]) -> Cost:
    """The logistic cost over arrays."""
    x, y = samples(count)
    signs = (y % 2) * 2.0 - 1.0
    cost(x[:1000], signs[:1000])  # plans are made
    return taken(lambda: cost(x, signs))


def mapped(count: int, cost: Callable[[Any, Any], Sequence[float]], folder: str) -> Cost:
    """The same over a mapped file of single precision, with little room."""
    import numpy

    path = Path(folder, f"{count}.float32")
    if not path.exists():
        file = numpy.memmap(path, dtype="float32", mode="w+", shape=(count, FEATURES))
        for k in range(0, count, 1_000_000):
            file[k : k + 1_000_000] = samples(min(1_000_000, count - k), "float32")[0]
        file.flush()
    x = numpy.memmap(path, dtype="float32", mode="r", shape=(count, FEATURES))
    signs = numpy.where(numpy.arange(count) % 2, 1.0, -1.0).astype("float32")
    cost(x[:1000], signs[:1000])
    with_little_room()
    return taken(lambda: cost(x, signs))


def with_little_room() -> None:
    """Let this process take so much memory and no more; files that are mapped to be read do not count."""
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (ROOM, ROOM))


def classified(count: int, make: Callable[[], Any]) -> Cost:
    """A classifier's fit."""
    import warnings

    warnings.simplefilter("ignore")  # few epochs do not suffice
    x, y = samples(count)
    classifier = make()
    return taken(lambda: classifier.fit(x, y).coef_[0].tolist())


def ours() -> Any:
    """microgrand's classifier."""
    from microgrand.training import SoftmaxClassifier

    return SoftmaxClassifier(max_iter=EPOCHS, tol=0.0)


def scikit_learns() -> Any:
    """scikit-learn's, of the same cost."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=EPOCHS, tol=0.0)


def on_a_cluster(count: int, killed: bool) -> Cost:
    """The same cost of three classes, without its penalty, over Dask arrays on two workers, of which one may die."""
    import dask.array
    import numpy
    from distributed import Client, LocalCluster

    from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, Sequential
    from microgrand.training import Objective, lbfgs

    rows = min(CHUNK, count // 4)
    ids = dask.array.arange(count, chunks=rows)
    x = ids.map_blocks(lambda ids: samples(len(ids))[0], chunks=((*ids.chunks[0],), FEATURES), new_axis=1, dtype=float,
                       meta=numpy.empty((0, 0)))  # fmt: skip
    y = ids.map_blocks(lambda ids: samples(len(ids))[1], dtype=int, meta=numpy.empty(0, int))
    network = Sequential(Linear(FEATURES, 3, theta=[[0.0] * FEATURES] * 3), LogSoftmax(), NegativeLogLikelihood())
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster, Client(cluster) as client:
        processes = list(client.run(os.getpid).values())

        def kill(history: Any) -> None:
            if killed and len(history.costs) == KILLED:
                os.kill(processes[0], signal.SIGKILL)

        def fit() -> Sequence[float]:
            history = lbfgs(Objective(network, x, y), epochs=EPOCHS, tolerance=0.0, callback=kill, progress=False)
            return [history.costs[-1], *[theta.data for theta in network.parameters()]]

        return taken(fit, processes)


LINES: dict[str, Callable[[int, str], Cost]] = {
    "logistic cost, arrays: microgrand": lambda count, folder: arrays(count, replayed),
    "logistic cost, arrays: NumPy by hand": lambda count, folder: arrays(count, by_hand),
    "logistic cost, mapped file: microgrand": lambda count, folder: mapped(count, replayed, folder),
    "logistic cost, mapped file: NumPy by hand": lambda count, folder: mapped(count, by_hand, folder),
    "classifier, arrays: microgrand": lambda count, folder: classified(count, ours),
    "classifier, arrays: scikit-learn": lambda count, folder: classified(count, scikit_learns),
    "classifier, Dask, two workers": lambda count, folder: on_a_cluster(count, False),
    "classifier, Dask, one is killed": lambda count, folder: on_a_cluster(count, True),
}


# ---- how it is measured ----------------------------------------------------------------------------------------------


def taken(call: Callable[[], Sequence[float]], others: Sequence[int] = ()) -> Cost:
    """What a call takes, in this process and in the others, whose ids are given."""
    with Watch([os.getpid(), *others]) as watch:
        starting = time.perf_counter()
        found = call()
        seconds = time.perf_counter() - starting
    return Cost(seconds, watch.most, found)


class Watch:
    """Looks every few milliseconds how much memory processes take together; Linux alone tells that."""

    def __init__(self, processes: Sequence[int]) -> None:
        self.processes = processes
        self.before = self._memory()
        self.most = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.005):
            self.most = max(self.most, self._memory() - self.before)

    def _memory(self) -> float:
        return sum([_private(process) for process in self.processes])


def _private(process: int) -> float:
    """The bytes that a process has for itself, without the pages of files; 0 for one that is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum([1024.0 * int(line.split()[1]) for line in lines if line.startswith("RssAnon")])


def measured(name: str, count: int, folder: str) -> Cost:
    """One line, in a process of its own."""
    if not sys.platform.startswith("linux"):
        return Cost(failed="memory is told by Linux alone")
    program = f"from benchmarks.scale import answer; answer({name!r}, {count}, {folder!r})"
    output, _ = start(program, False).communicate()
    return Cost(**json.loads(output)) if output else Cost(failed="the process was ended")


def answer(name: str, count: int, folder: str) -> None:
    """Measure in this process, and print what it took as JSON."""
    try:
        cost = LINES[name](count, folder)
    except MemoryError:
        cost = Cost(failed=f"out of memory ({ROOM / 2**30:g} GiB)")
    except ImportError as error:
        cost = Cost(failed=f"{error.name} is not installed")
    print(json.dumps(cost._asdict()))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table: for every number of samples a line for each way."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, nargs="+", default=[10**5, 10**6, 10**7], metavar="N",
                        help="default: %(default)s")  # fmt: skip
    options = parser.parse_args(arguments)
    if min(options.samples) < 1000:
        parser.error("there are 1,000 samples at least")
    print(f"{'':42} {'samples':>11} {'MB of data':>10} {'seconds':>8} {'MB more':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for count in options.samples:
            for name in LINES:
                print(described(name, count, measured(name, count, folder)), flush=True)
    print(f"{FEATURES} features, {EPOCHS} epochs; MB more: at the peak, over the data, in all processes; {machine()}")


def described(name: str, count: int, cost: Cost) -> str:
    """One line of the table."""
    data = count * FEATURES * (4 if "mapped" in name else 8) / 1e6
    numbers = cost.failed or f"{cost.seconds:8.2f} {cost.memory / 1e6:8.0f}"
    return f"{name:42} {count:11,} {data:10,.0f} {numbers}"


if __name__ == "__main__":
    main()
