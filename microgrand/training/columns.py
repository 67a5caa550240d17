"""The columns of a table as inputs of a network: numbers stay, words become categories, what is missing is filled in.

What a column holds is decided once, when a model is trained, and kept with the model as a `Column`; `encoded` is the
one place that makes numbers of cells by it, in training as in prediction.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from microgrand.outer_errors import InputError, MissingExtraError
from microgrand.training.cells import (
    COMPACT_DATE,
    LARGEST_CELL,
    NumberStyle,
    are_booleans,
    as_boolean,
    date_format,
    days,
    is_missing,
    is_total,
    units_of,
)
from microgrand.training.kinds import BOOLEAN, CATEGORY, DATE, KINDS, NUMBER
from microgrand.training.tables import Table, data_frame, some

MOST_CATEGORIES = 50  # of a column of words; one with more names its rows rather than groups of them
MOST_FILLED = 0.2  # of the cells of a column of words: where more are missing, that may say something
MOST_MISTAKES = 0.05  # of the cells of a column of numbers: more words than these are no mistakes
SMALL_MIX = "a few numbers and words"
NO_ANSWER = "(missing)"  # the category of missing cells
QUALIFIED = re.compile(r"(?:[<>≤≥~≈]=?|about|ca\.?|over|under) ?([\d.,]+)|([\d.,]+) ?\+")  # <5, ~78, 90+
IDENTIFIER = re.compile(
    r"(?i:id|ids|idx|index|key|uuid|guid|obs|_n_|#|no\.?|nr\.?|num|number|row|case|record"
    r"|(?:case|client|customer|item|order|passenger|patient|person|record|sample|subject|user)[ _]?id"
    r"|row[ _]?(?:id|no|nr|num|number|names?)|(?:.*[ _.-])?id|id[ _.-].*)|.*[a-z]I[dD]"
)


class Column(NamedTuple):
    """What a column of a table holds, and how its cells become numbers.

    name        in the header
    kind        the name of one of `KINDS`
    missing     what stands for a missing cell: a number, or of words one of them; None where none may be missing
    categories  of words: those that it has, each with a number of its own, which is 1 for its cells and 0 for others
    format      of dates: how they are written, as `strptime` has it
    decimal, before, after  of numbers: how they are written, as `NumberStyle` has it
    """

    name: str
    kind: str = NUMBER.name
    missing: float | str | None = None
    categories: tuple[str, ...] = ()
    format: str = ""
    decimal: str = "."
    before: str = ""
    after: str = ""

    @property
    def features(self) -> list[str]:
        """The names of the numbers that it becomes.

        >>> Column("age").features, Column("town", "category", categories=("Oslo", "Rome")).features
        (['age'], ['town=Oslo', 'town=Rome'])
        """
        if self.kind != CATEGORY.name:
            return [self.name]
        return [f"{self.name}={category}" for category in self.categories]

    def encode(self, item: float | str) -> list[float]:
        """The numbers that an item becomes, as `items_of` makes it of a cell.

        NaN and "" are missing, and become what `missing` does; an unknown category is 0 in every place.

        >>> Column("town", "category", "Oslo", ("Oslo", "Rome")).encode("Rome"), Column("age", missing=28.0).encode(5.0)
        ([0.0, 1.0], [5.0])
        """
        if item == "" or item != item:
            item = self.missing if self.missing is not None else math.nan
        if self.kind == CATEGORY.name:
            return [float(item == category) for category in self.categories]
        return [float(item)]


class Choice(NamedTuple):
    """What a person says of columns: the names of those that

    use       are learnt from though they look like ids or dates
    ignore    are left out
    category  are categories though they hold numbers; of the target, that its cells are classes as they stand
    """

    use: Collection[str] = ()
    ignore: Collection[str] = ()
    category: Collection[str] = ()


def features_of(columns: Sequence[Column]) -> list[str]:
    """The names of the inputs that the columns become."""
    return [feature for column in columns for feature in column.features]


def encoded(columns: Sequence[Column], items: Mapping[str, Sequence[float | str]]) -> list[list[float]]:
    """A vector for each row, of what the cells of the columns hold; see `items_of`."""
    rows = zip(*[items[column.name] for column in columns], strict=True)
    return [[x for column, item in zip(columns, row, strict=True) for x in column.encode(item)] for row in rows]


def chosen_columns(table: Table, target: str, choice: Choice) -> tuple[list[Column], list[str]]:
    """The columns to learn from, and what was left out and why.

    Raises InputError for a column that is neither of numbers nor of words, and where none is left.
    """
    _require_names(table, target, choice)
    columns: list[Column] = []
    notes: list[str] = []
    for name in table.header:
        if name == target or name in choice.ignore:
            continue
        column, why = _described(table, name, choice)
        if all(map(is_missing, table.counts(name))):
            notes.append(f"left out: {name!r:.40}, which is empty")
        elif why and name not in choice.use:
            notes.append(f"left out: {name!r:.40}, {why}; --use {typed(name)} takes it in")
        else:
            columns.append(column)
    if not columns:
        left_out = f" that can be learnt from ({notes[0].removeprefix('left out: ')})" if notes else ""
        raise InputError(
            f"{table.path} has no column beside the target {target!r:.40}{left_out}"
            + ("" if left_out else ": there is nothing to learn from")
        )
    return columns, notes


def items_of(table: Table, column: Column, may_miss: bool) -> list[float | str]:
    """What each cell of a column holds: a number, NaN if it is missing; of categories a word, "" if it is missing.

    Raises InputError, with line and column, for what the column cannot hold.
    """
    if column.name not in table.header:
        raise InputError(f"{table.path} has no column {column.name!r:.40}")
    is_text = column.kind == CATEGORY.name
    missing = [cell for cell in table.counts(column.name) if is_missing(cell, is_text)]
    if missing and not may_miss:
        raise InputError(f"{_first(table, column.name, missing[0])}: the {column.kind} is missing")
    found: dict[str, float | str] = dict.fromkeys(missing, "" if is_text else math.nan)
    present = [cell for cell in table.counts(column.name) if cell not in found]
    if is_text:
        found.update(zip(present, present, strict=True))
    elif present:
        read = _reader(table, column)
        if column.kind == NUMBER.name:
            _require_unit(table, column, present[0])
        found.update(zip(present, map(read, present), strict=True))
    return [found[cell] for cell in table.cells(column.name)]


def _require_unit(table: Table, column: Column, cell: str) -> None:
    """Raise an InputError where the numbers have another unit than those that a model was trained on."""
    style = table.style(column.name)
    if (style.before, style.after) not in (("", ""), (column.before, column.after)):
        unit = style.before or style.after
        theirs = f"in {column.before or column.after}" if column.before + column.after else "without a unit"
        where = _first(table, column.name, cell)
        raise InputError(f"{where}: {cell!r:.40} is in {unit}, and the model was trained on numbers {theirs}")


def with_items(columns: Sequence[Column], items: Mapping[str, Sequence[float | str]]) -> list[Column]:
    """The columns of which some row holds something: of the others nothing can be learnt."""
    return [column for column in columns if any([item == item and item != "" for item in items[column.name]])]


def learnt(columns: Sequence[Column], items: Mapping[str, Sequence[float | str]], may_miss: bool) -> list[Column]:
    """The columns with their categories, and with what fills in for missing cells; see `with_items`.

    That goes by their kind. Of words, missing cells are a category of their own, `NO_ANSWER`, where they are many, or
    where there is no other category: a box to tick is left blank for no.
    """
    transformer = _transformer(columns, items).fit(_as_frame(columns, items))
    found = []
    for k, column in enumerate(columns):
        step = transformer.named_transformers_[str(k)]
        is_text = column.kind == CATEGORY.name
        imputer, categories = (step[0], tuple(step[1].categories_[0])) if is_text else (step, ())
        fill = imputer.statistics_[0]
        fill = (fill if is_text else float(fill)) if may_miss else None
        found.append(column._replace(missing=fill, categories=tuple(map(str, categories))))
    return found


def _is_blank_an_answer(cells: Sequence[float | str]) -> bool:
    missing = cells.count("")
    return missing > MOST_FILLED * len(cells) or (missing > 0 and len(set(cells)) == 2)


def _transformer(columns: Sequence[Column], items: Mapping[str, Sequence[float | str]]) -> Any:
    """The scikit-learn transformer whose fit finds what fills in for missing cells, and the categories."""
    try:
        from sklearn.compose import ColumnTransformer
        from sklearn.impute import SimpleImputer
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import OneHotEncoder
    except ImportError as error:
        raise MissingExtraError("training", "train", "scikit-learn") from error
    steps = []  # named by their places, as scikit-learn does not take all names that columns have
    for k, column in enumerate(columns):
        is_text = column.kind == CATEGORY.name
        strategy = KINDS[column.kind].strategy
        if is_text and _is_blank_an_answer(items[column.name]):
            strategy = "constant"
        step = SimpleImputer(missing_values="" if is_text else math.nan, strategy=strategy, fill_value=NO_ANSWER)
        if is_text:
            step = make_pipeline(step, OneHotEncoder(handle_unknown="ignore", sparse_output=False))
        steps.append((str(k), step, [column.name]))
    return ColumnTransformer(steps)


def _as_frame(columns: Sequence[Column], items: Mapping[str, Sequence[float | str]]) -> Any:
    """The items as a pandas DataFrame, numbers as floats."""
    frame = data_frame({column.name: list(items[column.name]) for column in columns})
    return frame.astype({column.name: float for column in columns if column.kind != CATEGORY.name})


# ---- what a column holds -----------------------------------------------------------------------------------------


def _described(table: Table, name: str, choice: Choice) -> tuple[Column, str]:
    """The column, its kind told by its cells; and why it is left out unless `use` names it, or "" where it is not.

    Raises InputError for a cell that is no number, in a column where most are.
    """
    counts = table.counts(name)
    distinct = [cell for cell in counts if not is_missing(cell)]
    count = sum(map(counts.__getitem__, distinct))
    if name in choice.category:
        return Column(name, CATEGORY.name), ""
    style = table.style(name)
    numbers = [cell for cell in distinct if style.read(cell) is not None or _is_infinite(cell)]
    if len(numbers) == len(distinct) and not (len(distinct) > 1 and all(map(COMPACT_DATE.fullmatch, distinct))):
        is_id = IDENTIFIER.fullmatch(name) and len(distinct) == count > 1
        column = Column(name, decimal=style.decimal, before=style.before, after=style.after)
        return column, "an id, another one in every row" if is_id else ""
    if are_booleans(distinct) and len({cell.lower() for cell in distinct}) > 1:
        return Column(name, BOOLEAN.name), ""
    if (form := date_format(distinct)) is not None:
        return Column(name, DATE.name, format=form), "dates" if "%d" in form else "times of day"
    _require_one_unit(table, name, distinct)
    qualified = [cell for cell in distinct if numbers and QUALIFIED.fullmatch(cell)]
    if 2 * sum(map(counts.__getitem__, [*numbers, *qualified])) >= count:
        if not (why := _why_no_numbers(counts, distinct, style)):
            read = _number_reader(table, Column(name), f"; --category {typed(name)} takes words, --ignore none")
            read(next(cell for cell in distinct if style.read(cell) is None and not _is_infinite(cell)))
        if why != SMALL_MIX:
            return Column(name, CATEGORY.name), why
    return Column(name, CATEGORY.name), _why_no_categories(table, name)


def _require_one_unit(table: Table, name: str, distinct: list[str]) -> None:
    """Raise an InputError for amounts in several currencies, for percents among other numbers."""
    if len(units := units_of(distinct)) > 1:
        one, other, *_ = units.values()
        way_out = f"write all numbers of the column in one unit, or alone; --ignore {typed(name)} leaves it out"
        raise InputError(f"{_first(table, name, other)}: {other!r:.40} is not in the unit of {one!r:.40}: {way_out}")


def _why_no_numbers(counts: Mapping[str, int], distinct: list[str], style: NumberStyle) -> str:
    """Why a column that is mostly of numbers is none of numbers; "" where its words may be mistakes.

    A ticket may be 17599 or A/5 21171, and a group 1, 2 or B: there are several words, or many.
    """
    words = {
        cell for cell in distinct if style.read(cell) is None and not _is_infinite(cell) and not _meant(cell, style)
    }
    if len(words) < 2:
        return ""
    count = sum(map(counts.__getitem__, distinct))
    if 3 * len(distinct) <= count and len(distinct) <= MOST_CATEGORIES:
        return SMALL_MIX
    are_many = sum(map(counts.__getitem__, words)) > MOST_MISTAKES * count
    return "numbers and words, others in most rows" if are_many and 2 * len(distinct) > count else ""


def _why_no_categories(table: Table, name: str) -> str:
    counts = [many for cell, many in table.counts(name).items() if not is_missing(cell, among_words=True)]
    count = len(counts)
    if count > sum(counts) / 2 and count > 2:
        return f"text that is another one in most rows ({count} in {sum(counts)})"
    return f"text with {count} different words, more than {MOST_CATEGORIES}" if count > MOST_CATEGORIES else ""


def _require_names(table: Table, target: str, choice: Choice) -> None:
    for option, names in (("use", choice.use), ("ignore", choice.ignore), ("category", choice.category)):
        unknown = [name for name in names if name not in table.header]
        if unknown:
            alike = like(unknown, table.header)
            raise InputError(f"--{option}: {table.path} has no column {some(unknown)}{alike}")
        if target in names and option != "category":
            raise InputError(
                f"--{option} names {target!r:.40}, which is the target: the class is no column to learn from"
            )
    both = sorted(set(choice.ignore) & {*choice.use, *choice.category})
    if both:
        raise InputError(f"{both[0]!r:.40} cannot be both left out by --ignore and taken in")


def like(missing: Sequence[str], header: Sequence[str]) -> str:
    """A hint at names that differ from the missing ones in capitals and blanks alone."""
    wanted = {_folded(name) for name in missing}
    found = [name for name in header if _folded(name) in wanted]
    return f"; it has {some(found)}, and names are compared letter by letter" if found else ""


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).casefold()


def typed(name: str) -> str:
    """The name of a column as it is typed after an option."""
    return name if re.fullmatch(r"[\w.-]+", name) else repr(name)


# ---- cells that are numbers --------------------------------------------------------------------------------------


def _reader(table: Table, column: Column) -> Any:
    """What reads a cell of the column; InputError, with its line, for one that it cannot hold."""
    if column.kind == NUMBER.name:
        return _number_reader(table, column)
    return _boolean_reader(table, column) if column.kind == BOOLEAN.name else _date_reader(table, column)


def _number_reader(table: Table, column: Column, more: str = "") -> Any:
    name = column.name
    style = table.style(name, column.decimal)

    def read(cell: str) -> float:
        number = style.read(cell)
        if number is not None and abs(number) <= LARGEST_CELL:
            return number
        where = _first(table, name, cell)
        if _is_infinite(cell) or number in (math.inf, -math.inf):
            raise InputError(f"{where}: {cell[:40]} is not a finite number")
        if number is None:
            meant = _meant(cell, style) or ", as others of the column are: correct it, or mark it as missing, NA"
            raise InputError(f"{where}: {cell[:40]!r} is not a number{meant}{more}")
        other = "give the column in another unit, or leave the cell empty if it marks a missing number"
        raise InputError(f"{where}: {cell[:40]} is too large to be standardised: {other}")

    return read


def _boolean_reader(table: Table, column: Column) -> Any:
    def read(cell: str) -> float:
        found = as_boolean(cell)
        if found is None and table.style(column.name).read(cell) in (0.0, 1.0):
            found = table.style(column.name).read(cell)
        if found is None:
            raise InputError(f"{_first(table, column.name, cell)}: {cell[:40]!r} is neither yes nor no")
        return found

    return read


def _date_reader(table: Table, column: Column) -> Any:
    cells = list(table.counts(column.name))
    read_at_once = dict(zip(cells, days(cells, column.format), strict=True))

    def read(cell: str) -> float:
        if not math.isfinite(read_at_once[cell]):
            where = _first(table, column.name, cell)
            raise InputError(f"{where}: {cell[:40]!r} is no date of the form {column.format}")
        return read_at_once[cell]

    return read


def _first(table: Table, name: str, cell: str) -> str:
    """Where a column holds this cell for the first time."""
    return table.where(table.cells(name).index(cell), name)


def _is_infinite(cell: str) -> bool:
    return cell.lower().lstrip("+-−") in ("inf", "infinity", "∞")


def _meant(cell: str, style: NumberStyle) -> str:
    """What to do about a cell that is no number, or "" where that is not known."""
    if style.decimal == "." and re.fullmatch(r"[+-]?\d+,\d+", cell):
        return f": write it with a point, {cell.replace(',', '.')}"
    if style.decimal == "," and re.fullmatch(r"[+-]?\d+\.\d+", cell):
        return f": write it with a comma, {cell.replace('.', ',')}"
    if re.fullmatch(r"\d+(?:_\d+)+", cell):
        return f": write it without _, {cell.replace('_', '')}"
    if is_total(cell):
        return ": leave out the line, if it holds totals"
    if qualified := QUALIFIED.fullmatch(cell):
        return f": write the number alone, {qualified[1] or qualified[2]}"
    if re.fullmatch(r"\d+ ?[-−]", cell):
        return f": write the minus in front, -{cell.rstrip(' -−')}"
    if re.fullmatch(r"\D?[\d.]+\D{1,3}|\D[\d.]+", cell):
        return ", as others of the column are: leave out the unit"
    return ""
