"""Samples for a classifier: the columns of a table as vectors, with their classes; split, standardised."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from microgrand.outer_errors import InputError, MissingExtraError
from microgrand.shortening import how_many
from microgrand.training.cells import (
    are_booleans,
    day_or_month_first,
    has_accountants_sign,
    is_missing,
    is_total,
    number_in,
)
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
    typed,
    with_items,
)
from microgrand.training.kinds import CATEGORY, DATE, KINDS, NUMBER
from microgrand.training.tables import SEPARATORS, Table, read_table, some

EMBEDDED = ("breast_cancer", "iris")
_LEADING_ZEROS = re.compile(r"0+[1-9]\d*")  # a number, or a code
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
    if len(table.header) == 1:
        names = ", ".join(SEPARATORS.values())
        raise InputError(
            f"{path} has no column beside the target {table.header[0]!r:.40}: no separator was found, of {names}; one "
            "stands between the names in the first line"
        )
    if target is None:
        target = table.header[-1]
    if target not in table.header:
        hint = f"its columns are {some(table.header)}{like([target], table.header)}"
        raise InputError(f"{path} has no column {target!r:.40}: {hint}")
    choice = choice or Choice()
    table = _with_classes(_without_totals(table, target), target, choice, may_miss)
    labels, spelled = _one_spelling(table.cells(target))
    if target in labels and all([_is_a_cell(name, table.cells(name)) for name in table.header]):
        why = f"{target!r:.40}, the name of the classes in its first line, is one of them"
        raise InputError(f"{path} has no header line: {why}")
    table, labels = _without_lonely(table, labels)
    columns, left_out = chosen_columns(table, target, choice)
    items = {column.name: items_of(table, column, may_miss) for column in columns}
    _require_classes(table, target, labels, choice)
    classes = sorted(set(labels), key=_numbers_first)
    index = {name: k for k, name in enumerate(classes)}
    y, lines = [index[label] for label in labels], [int(line) for line in table.frame.index]
    units = [*_units(table, columns), *_dates(table, columns), *_words(table, columns, choice)]
    notes = [*table.notes, *spelled, *units, *left_out, *_totals(table, columns, items)]
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


def read_vectors(path: Path, columns: Sequence[Column], target: str, classes: Collection[str] = ()) -> Unlabelled:
    """All rows of a CSV file as vectors, by what was learnt of the columns of another.

    classes  that are known, of which NA may be one

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
    labels = [None if is_missing(cell, True) and cell not in classes else cell for cell in cells] or [None] * len(lines)
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


def _with_classes(table: Table, target: str, choice: Choice, may_miss: bool) -> Table:
    """The table without the rows that have no class; InputError where they may not be missing, or all are.

    NA is a class, of Namibia, where the target is chosen as a category, as whatever else is in its cells.
    """
    labels = table.cells(target)
    are_chosen = target in choice.category
    has_class = [label != "" if are_chosen else not is_missing(label, among_words=True) for label in labels]
    without = [row for row, has in enumerate(has_class) if not has]
    if without and not (may_miss and any(has_class)):
        raise InputError(f"{table.where(without[0], target)}: the class is missing")
    words = sorted({labels[row] for row in without} - {""})
    taken = f": {some(words)} is taken for none, for a class by --category {typed(target)}" if words else ""
    return table.without(without, f", without a class{taken}")


def _without_lonely(table: Table, labels: list[str]) -> tuple[Table, list[str]]:
    """The table without the rows whose class occurs once, where most classes do not, and the labels of the others."""
    counts = Counter(labels)
    lonely = [row for row, label in enumerate(labels) if counts[label] == 1]
    if 2 * len(lonely) > len(counts) or len(counts) - len(lonely) < 2:
        return table, labels
    why = f", {'each ' * (len(lonely) > 1)}the only row of its class: {some([labels[row] for row in lonely])}"
    return table.without(lonely, why), [label for label in labels if counts[label] > 1]


def _without_totals(table: Table, target: str) -> Table:
    """The table without a last row of totals, which has no class."""
    last = dict(zip(table.header, table.frame.iloc[-1], strict=True))
    if len(table.frame) < 2 or not any(map(is_total, last.values())) or not is_missing(last[target]):
        return table
    return table.without([len(table.frame) - 1], ", which holds totals")


def _units(table: Table, columns: Sequence[Column]) -> list[str]:
    """What stands beside the numbers of columns, and was left out, and numbers in a spelling that may mean another."""
    phrases = []
    for column in columns:
        if column.kind != NUMBER.name:
            continue
        style = table.style(column.name)
        if style.before + style.after:
            phrases.append(f"{column.name!r:.40} without its {style.before or style.after}")
        for is_odd, what, way_out in (
            (has_accountants_sign, "read as numbers below 0", ""),
            (_LEADING_ZEROS.fullmatch, "read as numbers", f"; --category {typed(column.name)} takes them for names"),
        ):
            if cell := next(filter(is_odd, table.counts(column.name)), None):
                phrases.append(
                    f"{what}: {column.name!r:.40}, where {cell:.40} is {style.read(cell) or 0.0:.12g}{way_out}"
                )
    return phrases


def _without_units(table: Table, columns: Sequence[Column]) -> list[str]:
    """The units that numbers had in training, and do not have here."""
    phrases = []
    for column in columns:
        style = table.style(column.name)
        if column.kind == NUMBER.name and column.before + column.after and not style.before + style.after:
            phrases.append(f"{column.name!r:.40} has no unit here, and is taken for {column.before or column.after}")
    return phrases


def _words(table: Table, columns: Sequence[Column], choice: Choice) -> list[str]:
    """The categories that elsewhere say that something is missing, and those that are numbers."""
    phrases = []
    for column in columns:
        if column.kind != CATEGORY.name or column.name in choice.category:
            continue
        cells = [cell for cell in table.counts(column.name) if not is_missing(cell, among_words=True)]
        if words := list(filter(is_missing, cells)):
            phrases.append(f"a category of its own in {column.name!r:.40}: {some(words)}")
        if numbers := [cell for cell in cells if number_in(cell) is not None]:
            phrases.append(f"categories in {column.name!r:.40}, where words are too: {some(numbers)}")
    return phrases


def _totals(table: Table, columns: Sequence[Column], items: Mapping[str, Sequence[float | str]]) -> list[str]:
    """The rows that have a class, and may be totals of the others, by a word or by their numbers."""
    found: dict[int, str] = {}
    numbers = [column.name for column in columns if column.kind == NUMBER.name]
    for name in numbers:
        if (row := _sum_of_others(items[name])) is not None:
            found.setdefault(row, f"in {name!r:.40} the sum of the others")
    for name in [name for name in table.header if name not in numbers]:
        words = {cell: count for cell, count in table.counts(name).items() if is_total(cell)}
        if sum(words.values()) == 1:
            (word,) = words
            found[table.cells(name).index(word)] = repr(word)
    way_out = "it is learnt from as any other: leave it out, if it holds totals"
    return [f"line {table.frame.index[row]} holds {what}; {way_out}" for row, what in sorted(found.items())]


def _sum_of_others(numbers: Sequence[Any]) -> int | None:
    """The row whose number is the sum of all others, of which four at least are not 0."""
    full = [number for number in numbers if number == number and number != 0.0]
    half = math.fsum(full) / 2.0
    if len(full) < 5 or half == 0.0:
        return None
    low, high = sorted([half * (1.0 - 1e-9), half * (1.0 + 1e-9)])
    return next((row for row, number in enumerate(numbers) if low <= number <= high), None)


def _dates(table: Table, columns: Sequence[Column]) -> list[str]:
    """How dates were read that may be read in two ways."""
    phrases = []
    for column in columns:
        cells = [cell for cell in table.counts(column.name) if not is_missing(cell)]
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


def _require_classes(table: Table, target: str, labels: list[str], choice: Choice) -> None:
    where = f"{table.path}: column {target!r:.40}"
    counts = Counter(labels)
    if len(counts) < 2:
        raise InputError(f"{where} holds one class only, {labels[0]!r:.40}: there is nothing to tell apart")
    lonely = sorted([name for name in counts if counts[name] == 1], key=_numbers_first)
    if target not in choice.category and _measures(table, target, list(counts), lonely):
        way_out = f"{_other_target(table, target)}, or make a few classes of the numbers"
        if 2 * len(lonely) <= len(counts):
            way_out += f"; --category {typed(target)} takes them for names of classes"
        raise InputError(f"{where} holds {len(counts)} different numbers: this tells classes apart; {way_out}")
    if lonely:
        way_out = f"; {_other_target(table, target)}" if 2 * len(lonely) > len(counts) else ""
        raise InputError(
            f"{where} holds {len(lonely)} of {len(counts)} classes only once "
            f"({some(lonely)}): each needs a row to learn from and one to test on{way_out}"
        )


def _other_target(table: Table, target: str) -> str:
    """The way out for a target that holds no classes."""
    others = [name for name in table.header if name != target and _could_be_classes(table.counts(name))]
    return "name a column of classes with --target" + (f" such as {others[-1]!r:.40}" if others else "")


def _measures(table: Table, target: str, classes: list[str], lonely: list[str]) -> bool:
    """Whether the classes are measurements: numbers that are many, or of which most occur once."""
    style = table.style(target)
    numbers = [style.read(name) for name in classes]
    if None in numbers:
        return False
    is_fractional = any([number is not None and number != round(number) for number in numbers])
    return len(lonely) > len(classes) / 2 or len(classes) > (MOST_NUMBERS / 2 if is_fractional else MOST_NUMBERS)


def _could_be_classes(cells: Mapping[str, int]) -> bool:
    counts = {cell: count for cell, count in cells.items() if not is_missing(cell, among_words=True)}
    is_text = are_booleans(counts) or all([number_in(cell) is None for cell in counts])
    return is_text and 2 <= len(counts) <= MOST_NUMBERS and min(counts.values()) > 1


def _is_a_cell(name: str, cells: list[str]) -> bool:
    """Whether the name of a column may as well be one of its cells."""
    return name in cells or number_in(name) is not None


def _numbers_first(label: str) -> tuple[int, float, str]:
    """Labels that are numbers in their order, then the others by the alphabet."""
    number = number_in(label)
    return (0, number, label) if number is not None else (1, 0.0, label)
