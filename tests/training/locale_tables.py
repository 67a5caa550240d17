"""Tables drawn at random, by the habits of countries and programs, each with what must be read of it."""

import gzip
import math
import random
from typing import Any, NamedTuple


class Locale(NamedTuple):
    """How a country writes numbers and tables.

    thousands  what may divide thousands
    """

    decimal: str
    thousands: tuple[str, ...]
    separators: str
    currencies: tuple[str, ...]


LOCALES = (
    Locale(".", (",", ""), ",;\t|~^", ("$", "£", "US$", "A$", "USD")),
    Locale(".", ("'", "’", ""), ";,\t", ("CHF", "Fr.")),
    Locale(".", (",", ""), ":,", ("₹", "Rs.", "INR")),
    Locale(",", (".", ""), ";\t|,", ("€", "EUR", "R$")),
    Locale(",", ("\u00a0", "\u202f", " ", ""), ";\t", ("€", "kr", "SEK", "zł")),
)
BELOW = ("-{}", "−{}", "({})", "{}-")  # how numbers below 0 are written
UNITS = ("", "", "%", "kg", "°C", "km/h", "m²")
MISSING = ("", "NA", "n/a", "NULL", "#N/A", ".")
WORDS = (
    ("red", "green"), ("São Paulo", "Zürich", "Oslo"), ("a, b", "c; d", 'say "x"'), ("A1", "B2"),
    ("1-5", "6-10", ">10"), ("O-", "AB+", "A-"), ("Level 1", "Level 2"), ("x|y", "~z", ":w"),
)  # fmt: skip
YES_AND_NO = (("Yes", "No"), ("ja", "nein"), ("TRUE", "FALSE"), ("oui", "non"), ("t", "f"))
DATES = ("{y}-{m:02}-{d:02}", "{d:02}.{m:02}.{y}", "{m:02}/{d:02}/{y}", "{y}{m:02}{d:02}")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")


class Drawn(NamedTuple):
    """A file and what it holds.

    items   what each column holds, as `items_of` gives it; None of dates, which are left out
    labels  the class of each row, in the column "kind", which may stand anywhere
    """

    content: bytes
    items: dict[str, list[Any] | None]
    labels: list[str]


def drawn(seed: int) -> Drawn:
    """A table of its own for each seed."""
    chosen = random.Random(seed)
    locale = chosen.choice(LOCALES)
    rows = chosen.randint(20, 50)
    columns, items = {}, {}
    for name in chosen.sample(["age", "größe", "city", "ratio %", "x 2", "when", "Zip Code"], chosen.randint(2, 5)):
        make = numbers if not columns else chosen.choice([numbers, numbers, words, yes_and_no, dates])
        cells, items[name] = make(chosen, locale, rows)
        columns[name] = with_gaps(chosen, cells, items[name])
    labels = chosen.choices(chosen.choice([("cat", "dog", "bird"), ("0", "1"), ("größer", "kleiner")]), k=rows - 6)
    labels += [*sorted(set(labels)), *sorted(set(labels)), *labels[: 6 - 2 * len(set(labels))]]
    columns = dict(chosen.sample([*columns.items(), ("kind", labels)], len(columns) + 1))
    return Drawn(written(chosen, locale, columns), items, labels)


def numbers(chosen: random.Random, locale: Locale, rows: int) -> tuple[list[str], list[Any]]:
    """With one or two digits after the mark, as three may be thousands; some are a bare 0."""
    digits, largest = chosen.randint(1, 2), 10.0 ** chosen.randint(1, 7)
    values = [0.0 if k % 7 == 1 else round(chosen.uniform(-largest, largest), digits) for k in range(rows)]
    marks = str.maketrans({",": chosen.choice(locale.thousands), ".": locale.decimal})
    unit, gap = chosen.choice([*UNITS, *locale.currencies]), chosen.choice(["", " ", "\u00a0"])
    is_before, below = unit in locale.currencies and chosen.random() < 0.5, chosen.choice(BELOW)
    with_unit = f"{unit}{gap}{{}}" if is_before else f"{{}}{gap}{unit}" if unit else "{}"
    is_sign_outside = chosen.random() < 0.5 or (below == "{}-" and not gap)  # -$5.00, and not $-5.00; 5.00-% is neither

    def cell(value: float) -> str:
        number, sign = f"{abs(value):,.{digits}f}".translate(marks), below if value < 0.0 else "{}"
        text = sign.format(with_unit.format(number)) if is_sign_outside else with_unit.format(sign.format(number))
        return text if value else "0"

    return [cell(value) for value in values], values


def words(chosen: random.Random, locale: Locale, rows: int) -> tuple[list[str], list[Any]]:
    """Those of a few that may hold what elsewhere is a mark."""
    cells = chosen.choices(chosen.choice(WORDS), k=rows)
    return cells, list(cells)


def yes_and_no(chosen: random.Random, locale: Locale, rows: int) -> tuple[list[str], list[Any]]:
    """In one of several languages, both of them."""
    yes, no = chosen.choice(YES_AND_NO)
    values = [k % 2.0 if k < 4 else float(chosen.random() < 0.5) for k in range(rows)]
    return [yes if value else no for value in values], values


def dates(chosen: random.Random, locale: Locale, rows: int) -> tuple[list[str], None]:
    """By one of several forms."""
    form = chosen.choice(DATES)
    return [form.format(y=2024, m=chosen.randint(1, 12), d=chosen.randint(1, 28)) for _ in range(rows)], None


def with_gaps(chosen: random.Random, cells: list[str], items: list[Any] | None) -> list[str]:
    """The cells; in some columns every ninth is missing, of the items too."""
    gap = chosen.choice(MISSING)
    if chosen.random() < 0.6:
        return cells
    if items is not None:
        items[4::9] = ["" if isinstance(item, str) else math.nan for item in items[4::9]]
    return [gap if k % 9 == 4 else cell for k, cell in enumerate(cells)]


def written(chosen: random.Random, locale: Locale, columns: dict[str, list[str]]) -> bytes:
    """The columns as the file of a program with habits of its own."""
    separator, end = chosen.choice(locale.separators), chosen.choice(["\n", "\r\n"])
    numbered, quoted, padded, longer, said, commented, spaced, packed = [chosen.random() < 0.2 for _ in range(8)]
    columns = {"": [str(k) for k in range(len(columns["kind"]))], **columns} if numbered else columns
    lines = [f"sep={separator}"] * said + ["# station 7"] * commented
    for row in [list(columns), *zip(*columns.values(), strict=True)]:
        needs = [quoted or separator in cell or '"' in cell for cell in row]
        cells = ['"' + cell.replace('"', '""') + '"' if need else cell for cell, need in zip(row, needs, strict=True)]
        lines += [(separator + " " * padded).join([*cells, *["", ""] * longer]), *[""] * spaced]
    text = end.join([*lines, ""])
    encoding = chosen.choice(ENCODINGS)
    is_possible = text.encode(encoding, errors="replace").decode(encoding) == text
    content = text.encode(encoding if is_possible else "utf-8")
    return gzip.compress(content) if packed else content
