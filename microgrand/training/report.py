"""What `microgrand train` tells a person, on one screen: what was read, how good the model is, and what it goes by."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from microgrand.shortening import how_many, listed
from microgrand.training.kinds import KINDS
from microgrand.training.loop import History
from microgrand.training.model import Model
from microgrand.training.samples import EMBEDDED, Labelled, embedded, filled
from microgrand.training.tables import some

MOST_CLASSES = 8  # of a matrix of confusion; of more the most frequent mistakes are told
MOST_COLUMNS = 6  # that are told to matter
LONGEST_NAME = 28
_BAR = 20  # characters of the longest bar


def what_was_read(labelled: Labelled, model: Model, training: int, test: int, solver: str) -> str:
    """What was read and assumed, before the training."""
    counts = Counter(labelled.y)
    classes = listed([f"{_short(name)} {counts[k]:,}" for k, name in enumerate(labelled.classes)], most=MOST_CLASSES)
    kinds = Counter([column.kind for column in model.columns])
    columns = ", ".join([f"{count:,} of {KINDS[kind].plural}" for kind, count in kinds.items()])
    inputs = f", as {how_many(len(model.features), 'input')}" if len(model.features) != len(model.columns) else ""
    shipped = next((f"{name}, which ships with microgrand" for name in EMBEDDED if embedded(name) == labelled.path), "")
    sizes = "".join([f"{size} → tanh → " for size in model.hidden])
    lines = [
        ("read", f"{shipped or labelled.path}: {how_many(len(labelled.y), 'row')}"),
        ("classes", f"in column {model.target!r:.40}: {classes}"),
        ("columns", f"{len(model.columns):,}: {columns}{inputs}"),
        *[("", note) for note in [*labelled.notes, *unlearnt(labelled, model), *filled(model.columns, labelled.items)]],
        ("network", f"{len(model.features):,} → {sizes}{len(model.classes):,} → log-softmax, by {solver}"),
        ("rows", f"{training:,} to learn from, {test:,} to test on"),
    ]
    return "\n".join([f"{name:<8}  {text}" for name, text in lines])


def unlearnt(labelled: Labelled, model: Model) -> list[str]:
    """The columns that are no input since nothing is known of them where it is learnt."""
    learnt = {column.name for column in model.columns}
    names = [column.name for column in labelled.columns if column.name not in learnt]
    return [f"left out: {some(names)}, without a cell in the rows to learn from"] if names else []


class Judged(NamedTuple):
    """How rows were predicted.

    actual, predicted  the class of each row, as an index
    """

    actual: list[int]
    predicted: list[int]

    @property
    def accuracy(self) -> float:
        """The share of rows whose predicted class is theirs."""
        return sum([a == p for a, p in zip(self.actual, self.predicted, strict=True)]) / len(self.actual)

    def always(self, k: int) -> float:
        """The accuracy of saying this class for every row."""
        return self.actual.count(k) / len(self.actual)


def how_good_it_is(model: Model, training: Judged, test: Judged, history: History) -> str:
    """Accuracy beside that of the most frequent class, and which class was taken for which."""
    (most_frequent, _), *_ = Counter(training.actual).most_common(1)
    guess = f"{test.always(most_frequent):.3f} is what {model.classes[most_frequent]!r:.40} for every row would give"
    is_worse = test.accuracy < test.always(most_frequent)
    lines = [
        f"test accuracy      {test.accuracy:.3f}: {guess}",
        f"training accuracy  {training.accuracy:.3f}: the cost is {told(history)}",
        *(["the model is worse than that guess: these columns, so trained, do not tell the classes"] * is_worse),
        "",
        *confusion(model.classes, test),
    ]
    return "\n".join(lines)


def told(history: History) -> str:
    """The last cost, and what the last epoch changed of it: whether more epochs would."""
    *_, before, cost = [math.inf, *history.costs]
    epochs = f"{history.epochs} epoch{'s' if history.epochs != 1 else ''}"
    if history.epochs == 0 or before == 0.0:
        return f"{cost:.6g} after {epochs}"
    return f"{cost:.6g} after {epochs}, the last of which changed it by {100.0 * (cost - before) / before:.2g} %"


def confusion(classes: Sequence[str], test: Judged) -> list[str]:
    """How many test rows of each class were predicted as which."""
    pairs = Counter(zip(test.actual, test.predicted, strict=True))
    names = [_short(name, 16) for name in classes]
    if len(classes) > MOST_CLASSES:
        wrong = [(count, a, p) for (a, p), count in pairs.items() if a != p]
        most = sorted(wrong, key=lambda each: (-each[0], each[1], each[2]))[:MOST_COLUMNS]
        return [
            "most frequent mistakes",
            *[f"  {count:,} of {names[a]} predicted as {names[p]}" for count, a, p in most],
        ]
    width = max(map(len, names))
    first = max(width + 2, len("test rows of"))
    cells = [[f"{pairs[a, p]:,}" for p in range(len(names))] for a in range(len(names))]
    widths = [max(len(name), *[len(row[p]) for row in cells]) + 2 for p, name in enumerate(names)]
    top = "".join([f"{name:>{size}}" for name, size in zip(names, widths, strict=True)])
    rows = [
        f"  {name:<{first}}" + "".join([f"{cell:>{size}}" for cell, size in zip(row, widths, strict=True)])
        for name, row in zip(names, cells, strict=True)
    ]
    return [f"{'test rows of':<{first + 2}}" + "  predicted as", f"{'':<{first + 2}}{top}", *rows]


class Weight(NamedTuple):
    """How much an input matters: how far a deviation of it moves the scores of the classes apart.

    towards  the class whose score it raises most; empty behind hidden layers, where that depends on the others
    """

    feature: str
    size: float
    towards: str


def weights(model: Model) -> list[Weight]:
    """Every input, the ones that matter most first.

    For two classes the size is |θ₂ - θ₁|, for more the largest less the smallest θ; with hidden layers it is the length
    of the input's column in the first layer's θ.
    """
    found = []
    for feature, column in zip(model.features, zip(*model.first_theta, strict=True), strict=True):
        if model.hidden:
            found.append(Weight(feature, math.hypot(*column), ""))
        else:
            towards = model.classes[column.index(max(column))]
            found.append(Weight(feature, max(column) - min(column), towards))
    return sorted(found, key=lambda weight: -weight.size)


def what_matters(model: Model) -> str:
    """The inputs that matter most, with bars."""
    rule = "|θ₂ - θ₁|" if len(model.classes) == 2 else "largest θ less smallest"
    rule = "length of their θ in the first layer" if model.hidden else rule
    found = weights(model)
    shown = found[:MOST_COLUMNS]
    width = max([len(_short(weight.feature)) for weight in shown])
    lines = [f"which columns matter: {rule}, of {how_many(len(found), 'standardised input')}"]
    for weight in shown:
        bar = "█" * (max(1, round(_BAR * weight.size / shown[0].size)) if weight.size > 0.0 else 0)
        towards = f"  more of it, more {_short(weight.towards)!r}" if weight.towards and weight.size else ""
        lines.append(f"  {_short(weight.feature):<{width}}  {weight.size:<8.3g}  {bar:<{_BAR}}{towards}")
    return "\n".join(lines)


def _short(name: str, longest: int = LONGEST_NAME) -> str:
    one_line = " ".join(name.split())
    return one_line if len(one_line) <= longest else one_line[: longest - 1] + "…"
