"""Samples for a classifier: read from CSV, checked cell by cell, split, standardised."""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from microgrand.errors import InputError

EMBEDDED = ("breast_cancer", "iris")


class Samples(NamedTuple):
    """Vectors and their classes.

    x         N vectors of numbers
    y         N classes, as indices into `classes`
    features  the names of the columns of x
    classes   the names of the classes
    target    the name of the column that held the class
    """

    x: list[list[float]]
    y: list[int]
    features: list[str]
    classes: list[str]
    target: str


class Scale(NamedTuple):
    """How vectors are standardised: (x - mean) / deviation, column by column."""

    mean: list[float]
    deviation: list[float]

    def apply(self, x: Sequence[Sequence[float]]) -> list[list[float]]:
        """The standardised vectors."""
        return [[(v - m) / s for v, m, s in zip(row, self.mean, self.deviation, strict=True)] for row in x]


def embedded(name: str) -> Path:
    """The path of a data set that ships with the package: "breast_cancer" (569 × 30) or "iris" (150 × 4).

    >>> len(read_samples(embedded("iris")).x)
    150
    """
    if name not in EMBEDDED:
        raise InputError(f"there is no embedded data set {name!r}: choose from {', '.join(EMBEDDED)}")
    return Path(str(files("microgrand.training").joinpath("datasets", f"{name}.csv")))


def read_samples(path: Path, target: str | None = None) -> Samples:
    """The samples of a CSV file with a header line: one column of classes, every other one of numbers.

    target  the column of classes; the last one unless named

    Raises InputError, in one sentence that says row and column, for whatever is not such a file.
    """
    header, rows = _read_table(path)
    if target is None:
        target = header[-1]
    if target not in header:
        raise InputError(f"{path} has no column {target!r}: its columns are {_some(header)}")
    at = header.index(target)
    features = header[:at] + header[at + 1 :]
    if not features:
        raise InputError(f"{path} has no column beside the target {target!r}: there is nothing to learn from")
    labels = []
    x = []
    for line, row in rows:
        labels.append(row[at].strip())
        if not labels[-1]:
            raise InputError(f"{path}, line {line}, column {target!r}: the class is missing")
        numbers = row[:at] + row[at + 1 :]
        x.append([_number(path, line, name, cell) for name, cell in zip(features, numbers, strict=True)])
    classes = sorted(set(labels), key=_numbers_first)
    _require_classes(path, target, classes, labels)
    index = {name: k for k, name in enumerate(classes)}
    return Samples(x, [index[label] for label in labels], features, classes, target)


def read_vectors(path: Path, features: Sequence[str], target: str) -> tuple[list[list[float]], list[str] | None]:
    """The named columns of a CSV file as vectors, in this order; and the column of classes, if it has one.

    Raises InputError as `read_samples` does, and where a column is missing.
    """
    header, rows = _read_table(path)
    missing = [name for name in features if name not in header]
    if missing:
        raise InputError(f"{path} has no column {_some(missing)}, which the model was trained on")
    places = [header.index(name) for name in features]
    x = [[_number(path, line, header[at], row[at]) for at in places] for line, row in rows]
    return x, [row[header.index(target)].strip() for _, row in rows] if target in header else None


def split(samples: Samples, test_share: float, seed: int) -> tuple[Samples, Samples]:
    """Training and test samples: of every class the same share, drawn at random, at least one of each in training.

    >>> train, test = split(read_samples(embedded("iris")), 0.2, seed=0)
    >>> len(train.x), len(test.x)
    (120, 30)
    """
    draw = random.Random(seed)
    training: list[int] = []
    test: list[int] = []
    for k in range(len(samples.classes)):
        members = [i for i, y in enumerate(samples.y) if y == k]
        draw.shuffle(members)
        held_out = min(max(round(test_share * len(members)), 1), len(members) - 1)
        test.extend(members[:held_out])
        training.extend(members[held_out:])
    return _chosen(samples, sorted(training)), _chosen(samples, sorted(test))


def standardise(training: Samples, *others: Samples) -> tuple[Scale, list[Samples]]:
    """The scale of the training samples, and all samples on that scale; a constant column becomes 0."""
    columns = list(zip(*training.x, strict=True))
    scales = [_column_scale(*pair) for pair in zip(training.features, columns, strict=True)]
    scale = Scale([mean for mean, _ in scales], [deviation for _, deviation in scales])
    return scale, [samples._replace(x=scale.apply(samples.x)) for samples in (training, *others)]


def _column_scale(name: str, column: Sequence[float]) -> tuple[float, float]:
    """Mean and deviation; a constant column has deviation 1, and becomes 0."""
    if min(column) == max(column):
        return column[0], 1.0
    largest = max([abs(v) for v in column])
    mean = math.fsum([v / largest for v in column]) / len(column) * largest
    deviation = math.hypot(*[v - mean for v in column]) / math.sqrt(len(column))
    if not math.isfinite(deviation):
        raise InputError(f"the numbers of column {name!r} are too large to be standardised: give it in another unit")
    return mean, deviation if deviation > 0.0 else 1.0


def _chosen(samples: Samples, indices: list[int]) -> Samples:
    return samples._replace(x=[samples.x[i] for i in indices], y=[samples.y[i] for i in indices])


def _read_table(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and every row with the number of its line; rows must be as long as the header."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            lines = [(reader.line_num, row) for row in reader if row]
    except FileNotFoundError:
        raise InputError(f"there is no file {path}") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{path} cannot be read as CSV text: {reason}") from None
    if not lines:
        raise InputError(f"{path} is empty: it needs a header line and rows of numbers with a class")
    header = [name.strip() for name in lines[0][1]]
    _require_header(path, header)
    if len(lines) == 1:
        raise InputError(f"{path} has a header line and no rows")
    for line, row in lines[1:]:
        if len(row) != len(header):
            raise InputError(f"{path}, line {line}: the row has {len(row)} cells, the header {len(header)}")
    return header, lines[1:]


def _require_header(path: Path, header: list[str]) -> None:
    """Raise an InputError for a first line that holds no names: of data, or of cells that no comma separates."""
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        mark = "semicolons" if ";" in header[0] else "tabs"
        raise InputError(f"{path} separates its cells by {mark}: commas are expected")
    numbers = [name for name in header if not name.isdigit() and _numbers_first(name)[0] == 0]
    if numbers:
        raise InputError(f"{path} has the number {numbers[0]} in its first line: a header line with names is expected")
    if len(set(header)) < len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise InputError(f"{path} has two columns named {twice!r} in its header line")


def _number(path: Path, line: int, column: str, cell: str) -> float:
    where = f"{path}, line {line}, column {column!r}"
    if not cell.strip():
        raise InputError(f"{where}: the number is missing")
    try:
        number = float(cell)
    except ValueError:
        raise InputError(f"{where}: {cell.strip()[:40]!r} is not a number") from None
    if not math.isfinite(number):
        raise InputError(f"{where}: {cell.strip()} is not a finite number")
    return number


def _require_classes(path: Path, target: str, classes: list[str], labels: list[str]) -> None:
    if len(classes) < 2:
        only = f"holds one class only, {classes[0]!r}: there is nothing to tell apart"
        raise InputError(f"{path}: column {target!r} {only}")
    lonely = [name for name in classes if labels.count(name) < 2]
    if lonely:
        raise InputError(
            f"{path}: column {target!r} holds {len(lonely)} of {len(classes)} classes only once "
            f"({_some(lonely)}): each needs a row to learn from and one to test on"
        )


def _numbers_first(label: str) -> tuple[int, float, str]:
    """Labels that are numbers in their order, then the others by the alphabet."""
    try:
        number = float(label)
    except ValueError:
        number = math.nan
    return (0, number, label) if math.isfinite(number) else (1, 0.0, label)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join([repr(name) for name in names[:6]])
    return shown + (f", … ({len(names)} in all)" if len(names) > 6 else "")
