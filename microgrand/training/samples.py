"""Samples for a classifier: the columns of a table as vectors, with their classes; split, standardised."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from microgrand.outer_errors import InputError, MissingExtraError
from microgrand.shortening import how_many
from microgrand.training.cells import are_booleans, day_or_month_first, is_missing, is_total, number_in
from microgrand.training.columns import (
    NO_ANSWER,
    Choice,
    Column,
    chosen_columns,
    encoded,
    features_of,
    items_of,
    learnt,
    like,
    with_items,
)
from microgrand.training.kinds import CATEGORY, DATE, KINDS, NUMBER
from microgrand.training.tables import Table, read_table, some

EMBEDDED = ("breast_cancer", "iris")
MOST_NUMBERS = 20  # as classes; a column with more measures something


class Samples(NamedTuple):
    """Vectors and their classes.

    x        N vectors of numbers
    y        N classes, as indices into `classes`
    columns  what the numbers were made of
    classes  the names of the classes
    target   the name of the column that held the class
    lines    where each stands in its file
    """

    x: list[list[float]]
    y: list[int]
    columns: list[Column]
    classes: list[str]
    target: str
    lines: list[int]

    @property
    def features(self) -> list[str]:
        """The names of the numbers in a vector."""
        return features_of(self.columns)


class Scale(NamedTuple):
    """How vectors are standardised: (x - mean) / deviation, column by column."""

    mean: list[float]
    deviation: list[float]

    def apply(self, x: Sequence[Sequence[float]]) -> list[list[float]]:
        """The standardised vectors."""
        return [[(v - m) / s for v, m, s in zip(row, self.mean, self.deviation, strict=True)] for row in x]


class Labelled(NamedTuple):
    """The rows of a table that have a class, and what their cells hold, before anything is learnt from them.

    path      where they were read from
    items     of each column, a number or a word for each row; see `items_of`
    y         the class of each row, as an index into `classes`
    may_miss  whether cells may be missing
    notes     what was assumed and left out
    """

    path: Path
    columns: list[Column]
    items: dict[str, list[float | str]]
    y: list[int]
    classes: list[str]
    target: str
    lines: list[int]
    may_miss: bool
    notes: list[str]

    def learnt(self, rows: Sequence[int]) -> list[Column]:
        """The columns, with what is to be learnt of them from these rows; InputError where that is nothing."""
        items = {name: [cells[i] for i in rows] for name, cells in self.items.items()}
        full = with_items(self.columns, items)
        if not full:
            names = some([column.name for column in self.columns])
            raise InputError(
                f"{self.path} has no cell in {names} in the rows to learn from: fill in some, or try another --seed"
            )
        return learnt(full, items, self.may_miss)

    def samples(self, columns: list[Column], rows: Sequence[int]) -> Samples:
        """These rows as vectors."""
        items = {name: [cells[i] for i in rows] for name, cells in self.items.items()}
        y, lines = [self.y[i] for i in rows], [self.lines[i] for i in rows]
        return Samples(encoded(columns, items), y, columns, self.classes, self.target, lines)


def embedded(name: str) -> Path:
    """The path of a data set that ships with the package: "breast_cancer" (569 × 30) or "iris" (150 × 4).

    >>> len(read_labelled(embedded("iris")).y)
    150
    """
    if name not in EMBEDDED:
        raise InputError(f"there is no embedded data set {name!r:.40}: choose from {', '.join(EMBEDDED)}")
    return Path(str(files("microgrand.training").joinpath("datasets", f"{name}.csv")))


def read_labelled(
    path: Path, target: str | None = None, choice: Choice | None = None, may_miss: bool = True
) -> Labelled:
    """The rows of a CSV file with a header line, and their classes.

    target    the column of classes; the last one unless named
    choice    what was said of columns
    may_miss  whether cells may be missing; rows without a class are then left out

    Raises InputError, in one sentence that says line and column, for whatever is not such a file.
    """
    table = read_table(path)
    if target is None:
        target = table.header[-1]
    if target not in table.header:
        hint = f"its columns are {some(table.header)}{like([target], table.header)}"
        raise InputError(f"{path} has no column {target!r:.40}: {hint}")
    table = _with_classes(_without_totals(table, target), target, may_miss)
    labels, spelled = _one_spelling(table.cells(target))
    if target in labels and all([_is_a_cell(name, table.cells(name)) for name in table.header]):
        why = f"{target!r:.40}, the name of the classes in its first line, is one of them"
        raise InputError(f"{path} has no header line: {why}")
    columns, left_out = chosen_columns(table, target, choice or Choice())
    items = {column.name: items_of(table, column, may_miss) for column in columns}
    classes = sorted(set(labels), key=_numbers_first)
    _require_classes(table, target, classes, labels)
    index = {name: k for k, name in enumerate(classes)}
    y, lines = [index[label] for label in labels], [int(line) for line in table.frame.index]
    units = [*_units(table, columns), *_dates(table, columns)]
    notes = [*table.notes, *spelled, *units, *left_out]
    return Labelled(path, columns, items, y, classes, target, lines, may_miss, notes)


class Unlabelled(NamedTuple):
    """The rows of a table that a model is used on.

    x       a vector for each
    labels  the class that the file gives each, None for a row that has none
    lines   where each stands in the file
    notes   what was assumed, filled in, and not known from the training
    """

    x: list[list[float]]
    labels: list[str | None]
    lines: list[int]
    notes: list[str]


def read_vectors(path: Path, columns: Sequence[Column], target: str) -> Unlabelled:
    """All rows of a CSV file as vectors, by what was learnt of the columns of another.

    Raises InputError as `read_labelled` does, and where a column is missing.
    """
    table = read_table(path)
    missing = [column.name for column in columns if column.name not in table.header]
    if missing:
        alike = like(missing, table.header)
        raise InputError(f"{path} has no column {some(missing)}, which the model was trained on{alike}")
    items = {column.name: items_of(table, column, column.missing is not None) for column in columns}
    lines = [int(line) for line in table.frame.index]
    cells = table.cells(target) if target in table.header else []
    labels = [None if is_missing(cell, among_words=True) else cell for cell in cells] or [None] * len(lines)
    notes = [*table.notes, *_without_units(table, columns), *filled(columns, items), *_unseen(columns, items)]
    if cells and None in labels:
        notes.append(f"not judged: {labels.count(None):,} of {how_many(len(labels), 'row')}, without a class")
    return Unlabelled(encoded(columns, items), labels, lines, notes)


def split_rows(y: Sequence[int], test_share: float, seed: int) -> tuple[list[int], list[int]]:
    """The rows to learn from and those to test on, drawn at random: of every class the same share, and at least one.

    y           the class of each row
    test_share  of the rows of each class

    >>> learn, hold_out = split_rows([0, 1] * 50, 0.2, seed=0)
    >>> len(learn), len(hold_out)
    (80, 20)
    """
    draw = random.Random(seed)
    training: list[int] = []
    test: list[int] = []
    for k in range(max(y) + 1):
        members = [i for i, each in enumerate(y) if each == k]
        draw.shuffle(members)
        held_out = min(max(round(test_share * len(members)), 1), len(members) - 1)
        test.extend(members[:held_out])
        training.extend(members[held_out:])
    return sorted(training), sorted(test)


def standardise(training: Samples, *others: Samples) -> tuple[Scale, list[Samples]]:
    """The scale of the training samples, and all samples on that scale; a constant column becomes 0."""
    try:
        from sklearn.preprocessing import StandardScaler
    except ImportError as error:
        raise MissingExtraError("standardising", "train", "scikit-learn") from error
    fitted = StandardScaler().fit(training.x)
    scale = Scale(fitted.mean_.tolist(), fitted.scale_.tolist())
    return scale, [samples._replace(x=scale.apply(samples.x)) for samples in (training, *others)]


def _one_spelling(labels: list[str]) -> tuple[list[str], list[str]]:
    """Labels that are equal as numbers, such as 1 and 1.0, as the shortest of them; and what is told of spellings."""
    numbers: dict[float, set[str]] = {}
    folded: dict[str, set[str]] = {}
    for label in dict.fromkeys(labels):
        if (number := number_in(label)) is not None:
            numbers.setdefault(number, set()).add(label)
        folded.setdefault(label.casefold(), set()).add(label)
    several = [sorted(names, key=lambda name: (len(name), name)) for names in numbers.values() if len(names) > 1]
    notes = [f"one class, as equal numbers: {some(names)}" for names in several]
    notes += [f"classes that differ in capitals alone: {some(sorted(c))}" for c in folded.values() if len(c) > 1]
    short = {name: names[0] for names in several for name in names}
    return [short.get(label, label) for label in labels], notes


def _with_classes(table: Table, target: str, may_miss: bool) -> Table:
    """The table without the rows that have no class; InputError where they may not be missing, or all are."""
    labels = table.cells(target)
    has_class = [not is_missing(label, among_words=True) for label in labels]
    without = [row for row, has in enumerate(has_class) if not has]
    if without and not (may_miss and any(has_class)):
        raise InputError(f"{table.where(without[0], target)}: the class is missing")
    if without:
        which = f"line{'s' * (len(without) != 1)} {', '.join([str(table.frame.index[row]) for row in without[:6]])}"
        more = f", … ({len(without)} in all)" if len(without) > 6 else ""
        table = table._replace(notes=[*table.notes, f"left out: {which}{more}, without a class"])
    return table._replace(frame=table.frame[has_class], styles={})


def _without_totals(table: Table, target: str) -> Table:
    """The table without a last row of totals, which has no class."""
    last = dict(zip(table.header, table.frame.iloc[-1], strict=True))
    if len(table.frame) < 2 or not any(map(is_total, last.values())) or not is_missing(last[target]):
        return table
    note = f"left out: line {table.frame.index[-1]}, which holds totals"
    return table._replace(frame=table.frame.iloc[:-1], styles={}, notes=[*table.notes, note])


def _units(table: Table, columns: Sequence[Column]) -> list[str]:
    """What stands beside the numbers of columns, and was left out."""
    phrases = []
    for column in columns:
        style = table.style(column.name)
        if column.kind == NUMBER.name and style.before + style.after:
            phrases.append(f"{column.name!r:.40} without its {style.before or style.after}")
    return phrases


def _without_units(table: Table, columns: Sequence[Column]) -> list[str]:
    """The units that numbers had in training, and do not have here."""
    phrases = []
    for column in columns:
        style = table.style(column.name)
        if column.kind == NUMBER.name and column.before + column.after and not style.before + style.after:
            phrases.append(f"{column.name!r:.40} has no unit here, and is taken for {column.before or column.after}")
    return phrases


def _dates(table: Table, columns: Sequence[Column]) -> list[str]:
    """How dates were read that may be read in two ways."""
    phrases = []
    for column in columns:
        cells = [cell for cell in table.cells(column.name) if not is_missing(cell)]
        if column.kind == DATE.name and (assumed := day_or_month_first(cells, column.format)):
            phrases.append(f"{column.name!r:.40} {assumed}")
    return phrases


def filled(columns: Sequence[Column], items: Mapping[str, Sequence[float | str]]) -> list[str]:
    """What stands for missing cells, one phrase for each column that has some."""
    phrases = []
    for column in columns:
        count = sum([item == "" or item != item for item in items[column.name]])
        if count:
            fill = f"{column.missing:.6g}" if isinstance(column.missing, float) else repr(column.missing)
            cells = f"{count} missing cell{'s' * (count != 1)}"
            if column.missing == NO_ANSWER:
                phrases.append(f"blank in {column.name!r:.40} is a category of its own, {NO_ANSWER!r}: {cells}")
                continue
            phrases.append(
                f"filled in: {column.name!r:.40}, {fill} for {cells}, {KINDS[column.kind].filling} in training"
            )
    return phrases


def _unseen(columns: Sequence[Column], items: Mapping[str, Sequence[float | str]]) -> list[str]:
    """The categories that were not there in training, one phrase for each column that has some."""
    phrases = []
    for column in columns:
        unseen = sorted({str(item) for item in items[column.name]} - {"", *column.categories})
        if column.kind == CATEGORY.name and unseen:
            phrases.append(
                f"new: {column.name!r:.40} holds {some(unseen)}, not there in training, taken for no category"
            )
    return phrases


def _require_classes(table: Table, target: str, classes: list[str], labels: list[str]) -> None:
    where = f"{table.path}: column {target!r:.40}"
    if len(classes) < 2:
        raise InputError(f"{where} holds one class only, {classes[0]!r:.40}: there is nothing to tell apart")
    counts = Counter(labels)
    lonely = [name for name in classes if counts[name] < 2]
    if _measures(table, target, classes, lonely):
        others = [name for name in table.header if name != target and _could_be_classes(table.cells(name))]
        hint = f" such as {others[-1]!r:.40}" if others else ""
        way_out = f"name a column of classes with --target{hint}, or make a few classes of the numbers"
        raise InputError(f"{where} holds {len(classes)} different numbers: this tells classes apart; {way_out}")
    if lonely:
        raise InputError(
            f"{where} holds {len(lonely)} of {len(classes)} classes only once "
            f"({some(lonely)}): each needs a row to learn from and one to test on"
        )


def _measures(table: Table, target: str, classes: list[str], lonely: list[str]) -> bool:
    """Whether the classes are measurements: numbers that are many, or of which most occur once."""
    style = table.style(target)
    numbers = [style.read(name) for name in classes]
    if None in numbers:
        return False
    is_fractional = any([number is not None and number != round(number) for number in numbers])
    return len(lonely) > len(classes) / 2 or len(classes) > (MOST_NUMBERS / 2 if is_fractional else MOST_NUMBERS)


def _could_be_classes(cells: list[str]) -> bool:
    counts = Counter([cell for cell in cells if not is_missing(cell, among_words=True)])
    is_text = are_booleans(counts) or all([number_in(cell) is None for cell in counts])
    return is_text and 2 <= len(counts) <= MOST_NUMBERS and min(counts.values()) > 1


def _is_a_cell(name: str, cells: list[str]) -> bool:
    """Whether the name of a column may as well be one of its cells."""
    return name in cells or number_in(name) is not None


def _numbers_first(label: str) -> tuple[int, float, str]:
    """Labels that are numbers in their order, then the others by the alphabet."""
    number = number_in(label)
    return (0, number, label) if number is not None else (1, 0.0, label)
