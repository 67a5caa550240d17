"""What the text in a cell of a table says: a number, a word for yes or no, a date, or that something is missing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

# What programs write where a number or a word is missing, in small letters: R, pandas, Excel, SPSS, SAS, Weka, MySQL.
MISSING = frozenset(
    ["", "na", "n/a", "nan", "null", "(null)", "none", "nil", "missing", "<na>", "k.a.", "?", "-", "--", "–", "—", ".",
     "\\n", "#n/a", "#na", "#null!", "#div/0!", "#value!", "#num!", "#ref!", "#name?", "1.#qnan", "-1.#ind"]
)  # fmt: skip
# Of these, what may as well be a word of a column of words: the answer "none", or a dash for a group of its own.
WORDS = frozenset(["none", "nil", "missing", "-", "--", "–", "—"])
YES_AND_NO = (
    ("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f"), ("on", "off"), ("ja", "nein"), ("j", "n"), ("ja", "nee"),
    ("wahr", "falsch"), ("oui", "non"), ("o", "n"), ("vrai", "faux"), ("si", "no"), ("sí", "no"), ("sì", "no"),
    ("vero", "falso"), ("sim", "não"), ("tak", "nie"),
)  # fmt: skip
YES = frozenset([yes for yes, _ in YES_AND_NO])
NO = frozenset([no for _, no in YES_AND_NO])
LARGEST_CELL = 1e150  # squares of larger numbers leave the range of floats, and a deviation is a root of squares
LONGEST_NUMBER = 400  # characters of a cell that may hold one: the largest float has 309 digits

TOTALS = frozenset(["total", "totals", "sum", "grand total", "summe", "gesamt", "average", "mean", "somme", "suma"])

_SIGN = "[A-Z]{0,3}[$€£¥₠-⃀]"  # of a currency: $, R$, US$, €, ₹
_CODES = (  # of currencies, and what they are called for short; other words before a number name what it counts
    "AED AUD ARS BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KES KRW MAD MXN MYR NGN "
    "NOK NZD PEN PHP PKR PLN RMB RON RSD RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR kr Kr Fr SFr Rs Rp zł Kč Ft лв руб"
)
_MONEY = rf"{_SIGN}|(?:{'|'.join(_CODES.split())})\.?"
_AFFIXES = re.compile(
    rf"({_MONEY})?\s*([+-]?(?=[\d.,]).*\d[.,]?)\s*((?:{_SIGN}|[%‰€$£¥°]|[^\W\d_]).{{0,4}})?", re.DOTALL
)
_UNITS = re.compile(rf"[%‰]|{_MONEY}")
_IN_PARENTHESES = re.compile(r"([^()\d]*)\(([^()]+)\)([^()\d]*)")  # ($5.00) and $(5.00)
_SIGN_APART = re.compile(r"([+-])\s*(\D.*)", re.DOTALL)  # -$5.00
_SIGN_AFTER = re.compile(r"(.*\d[.,]\d.*)-(\s\D*)?", re.DOTALL)  # 5.00- and 5.00- kg, but not the grade 2-, 5.5-inch
_NO_CENTS = re.compile(r"(?<=\d)[.,](?:--?|[–—])(?!\S)")  # CHF 12.- and 12,-
_BARE_ZERO = re.compile(r"[+-]?0*[.,]?0+")
_GROUPS = {".": ",'’ \u00a0\u202f", ",": ".'’ \u00a0\u202f"}  # between thousands, by the decimal mark
_NUMBERS = {
    mark: re.compile(
        rf"[+-]?(?:(?:\d{{1,3}}(?:[{groups}]\d{{3}})+|\d+)(?:[{mark}]\d*)?|[{mark}]\d+)(?:[eE][+-]?\d+)?", re.ASCII
    )
    for mark, groups in _GROUPS.items()
}
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})+")  # 1,234,567
_ONE_THOUSAND = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")  # 1,234 and 1.234 may be either
COMPACT_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")  # 20240131, a number as well
_DATES = (  # how a date may look, and strptime's name for it; what reads the other way round comes later
    (r"\d{4}-\d\d?-\d\d?", "%Y-%m-%d"), (r"\d{4}/\d\d?/\d\d?", "%Y/%m/%d"), (r"\d\d?\.\d\d?\.\d{4}", "%d.%m.%Y"),
    (r"\d\d?\.\d\d?\.\d\d", "%d.%m.%y"), (r"\d\d?/\d\d?/\d{4}", "%m/%d/%Y"), (r"\d\d?/\d\d?/\d{4}", "%d/%m/%Y"),
    (r"\d\d?/\d\d?/\d\d", "%m/%d/%y"), (r"\d\d?/\d\d?/\d\d", "%d/%m/%y"), (r"\d\d?-\d\d?-\d{4}", "%d-%m-%Y"),
    (r"\d\d?-\d\d?-\d{4}", "%m-%d-%Y"),
    (r"\d\d?-[A-Za-z]{3}-\d{4}", "%d-%b-%Y"), (r"\d\d?-[A-Za-z]{3}-\d\d", "%d-%b-%y"),
    (COMPACT_DATE.pattern, "%Y%m%d"), (r"\d\d?[A-Za-z]{3}\d{4}", "%d%b%Y"), (r"[A-Za-z]{3} \d\d?, \d{4}", "%b %d, %Y"),
)  # fmt: skip
_TIMES = (
    (r"\d\d?:\d\d:\d\d\.\d{1,6}", "%H:%M:%S.%f"), (r"\d\d?:\d\d:\d\d", "%H:%M:%S"), (r"\d\d?:\d\d", "%H:%M"),
    (r"\d\d?:\d\d:\d\d [AP]M", "%I:%M:%S %p"), (r"\d\d?:\d\d [AP]M", "%I:%M %p"),
)  # fmt: skip
DATE_FORMATS = tuple(
    [(re.compile(date), name) for date, name in _DATES]
    + [
        (re.compile(f"{date}{between}{time}{zone}"), f"{name}{between}{time_name}{zone_name}")
        for date, name in _DATES
        for between in (" ", "T")
        for time, time_name in _TIMES
        for zone, zone_name in (("", ""), (r"(?:Z|[+-]\d\d:?\d\d)", "%z"))
    ]
    + [(re.compile(time), name) for time, name in _TIMES]
)


def is_missing(cell: str, among_words: bool = False) -> bool:
    """Whether a cell says that something is missing.

    among_words  whether the column is of words, of which "none" may be one

    >>> is_missing(""), is_missing("N/A"), is_missing("0"), is_missing("None"), is_missing("None", among_words=True)
    (True, True, False, True, False)
    """
    word = cell.lower()
    return word in MISSING and not (among_words and word in WORDS)


def is_total(cell: str) -> bool:
    """Whether a cell says that its row sums up those above it."""
    return cell.rstrip(":").lower() in TOTALS


def as_boolean(cell: str) -> float | None:
    """1 for yes, 0 for no, in one of several languages; None for another word.

    >>> as_boolean("TRUE"), as_boolean("Nein"), as_boolean("maybe")
    (1.0, 0.0, None)
    """
    word = cell.lower()
    return 1.0 if word in YES else 0.0 if word in NO else None


def are_booleans(cells: Iterable[str]) -> bool:
    """Whether all cells are of one pair of words for yes and no.

    >>> are_booleans(["yes", "No"]), are_booleans(["yes", "false"])
    (True, False)
    """
    words = {cell.lower() for cell in cells}
    return any([words <= set(pair) for pair in YES_AND_NO])


class NumberStyle(NamedTuple):
    """How the numbers of a column are written.

    decimal  the mark before the digits after the point: a point or a comma
    before   what stands before each number: nothing, or a currency
    after    what stands after each number: nothing, a percent sign, or a unit

    A bare 0 needs no unit. Numbers below 0 may be written as accountants write them.
    """

    decimal: str = "."
    before: str = ""
    after: str = ""

    def read(self, cell: str) -> float | None:
        """The number in a cell, perhaps infinite; None where there is none.

        >>> NumberStyle(",").read("1.234,5"), NumberStyle(after="%").read("50 %"), NumberStyle().read("5_1")
        (1234.5, 50.0, None)
        >>> [NumberStyle(before="$").read(cell) for cell in ("-$5.00", "($5.00)", "$5.00-", "$5.-", "0")]
        [-5.0, -5.0, -5.0, 5.0, 0.0]
        """
        if self.decimal == "." and _PLAIN.fullmatch(cell):  # nearly all cells of nearly all files
            return float(cell)
        bare = _without_affixes(cell)
        if bare is None or bare[0] not in ("", self.before) or bare[2] not in ("", self.after):
            return None
        return _plain_number(bare[1], self.decimal)


def number_in(cell: str) -> float | None:
    """The number in a cell, whatever its column holds, with a decimal point or else a comma; None where there is none.

    >>> number_in("1,5"), number_in("-2e3"), number_in("1_0"), number_in("5 kg"), number_in("nan")
    (1.5, -2000.0, None, None, None)
    """
    if _PLAIN.fullmatch(cell):
        return float(cell)
    text = cell.replace("−", "-")
    number = _plain_number(text, ".")
    return number if number is not None else _plain_number(text, ",")


def style_of(cells: Sequence[str], otherwise: str = ".") -> NumberStyle:
    """How numbers are written in a column, from its cells that are not missing.

    otherwise  the decimal mark where the cells do not tell, as "1,234" does not

    >>> style_of(["1,5", "20"]), style_of(["1,234"]), style_of(["1,234"], ",").read("1,234")
    (NumberStyle(decimal=',', before='', after=''), NumberStyle(decimal='.', before='', after=''), 1.234)
    """
    if otherwise == "." and all(map(_PLAIN.fullmatch, cells)):
        return NumberStyle()
    parts = [found for cell in cells if (found := _without_affixes(cell)) is not None]
    affixes = {(before, after) for before, text, after in parts if before or after or not _BARE_ZERO.fullmatch(text)}
    before, after = affixes.pop() if len(affixes) == 1 else ("", "")
    marks = decimal_marks([text for _, text, _ in parts])
    return NumberStyle(marks.pop() if len(marks) == 1 else otherwise, before, after)


def units_of(cells: Iterable[str]) -> dict[str, str]:
    """The currencies and percent signs beside the numbers in cells, "" for none, each with a cell that has it.

    Empty where some cell holds anything else. A bare 0 needs no unit.

    >>> units_of(["$5", "0", "7", "6 €"]), units_of(["$5", "5 kg"])
    ({'$': '$5', '': '7', '€': '6 €'}, {})
    """
    found: dict[str, str] = {}
    for cell in cells:
        parts = _without_affixes(cell)
        unit = "" if parts is None else parts[0] + parts[2]
        if parts is None or (unit and not _UNITS.fullmatch(unit)):
            return {}
        if unit or not _BARE_ZERO.fullmatch(parts[1]):
            found.setdefault(unit, cell)
    return found


def has_accountants_sign(cell: str) -> bool:
    """Whether a cell holds a number below 0 whose sign is not the first thing in it.

    >>> has_accountants_sign("($5.00)"), has_accountants_sign("5.00-"), has_accountants_sign("-5.00")
    (True, True, False)
    """
    if _PLAIN.fullmatch(cell):
        return False
    cell = cell.replace("−", "-")
    return _sign_apart(cell)[0] == "-" and cell[0] != "-" and _without_affixes(cell) is not None


def bare_number(cell: str) -> str:
    """The number in a cell as it is written, without what stands before and after it; empty where there is none.

    >>> bare_number("$1,234"), bare_number("1.234 kg"), bare_number("kg")
    ('1,234', '1.234', '')
    """
    parts = _without_affixes(cell)
    return parts[1] if parts is not None else ""


def decimal_marks(cells: Iterable[str]) -> set[str]:
    """The marks, of point and comma, that some cell has and that cannot divide thousands there.

    >>> decimal_marks(["1,5", "2"]), decimal_marks(["1,234", "1.234"]), decimal_marks(["1.234,5"])
    ({','}, set(), {','})
    """
    found = [_without_affixes(cell) for cell in cells]
    return {mark for parts in found if parts is not None and (mark := _decimal_mark(parts[1])) is not None}


def date_format(cells: Sequence[str]) -> str | None:
    """The format, as strptime has it, of which all cells are dates or times; None where there is none.

    >>> date_format(["31.12.2023", "1.1.2024"]), date_format(["12/31/2023"]), date_format(["1.5"])
    ('%d.%m.%Y', '%m/%d/%Y', None)
    """
    for pattern, name in DATE_FORMATS:
        if all([pattern.fullmatch(cell) for cell in cells]) and _are_of_format(cells, name):
            return name
    return None


def day_or_month_first(cells: Iterable[str], name: str) -> str:
    """What was assumed to read dates by this format, where day and month may as well stand the other way round.

    >>> day_or_month_first(["01/01/2023", "03/02/2023"], "%m/%d/%Y")
    'with the month first: 03/02/2023 is taken for 2023-03-02'
    >>> day_or_month_first(["01/31/2023"], "%m/%d/%Y"), day_or_month_first(["2.3.2023"], "%d.%m.%Y")
    ('', '')
    """
    swapped = name.translate(str.maketrans("dm", "md"))
    if swapped not in [form for _, form in DATE_FORMATS]:
        return ""
    distinct = list(dict.fromkeys(cells))
    read, otherwise = days(distinct, name), days(distinct, swapped)
    unlike = [cell for cell, a, b in zip(distinct, read, otherwise, strict=True) if a != b]
    if not unlike or not all(map(math.isfinite, otherwise)):
        return ""
    first = "month" if name.startswith("%m") else "day"
    day = datetime.strptime(unlike[0], name).date()
    return f"with the {first} first: {unlike[0]} is taken for {day}"


def days(cells: Sequence[str], name: str) -> list[float]:
    """The number that each cell becomes; NaN where it does not fit the format, as `strptime` has it.

    A date becomes the days since 1970-01-01, with the time of day as a fraction; a time alone becomes that fraction.
    """
    import pandas

    read = pandas.to_datetime(list(cells), format=name, errors="coerce", utc=True)
    start = pandas.Timestamp("1900-01-01" if "%d" not in name else "1970-01-01", tz="UTC")
    return [float(day) for day in (read - start) / pandas.Timedelta(days=1)]


def _are_of_format(cells: Sequence[str], name: str) -> bool:
    return all([math.isfinite(day) for day in days(cells, name)])


def _without_affixes(cell: str) -> tuple[str, str, str] | None:
    """What stands before the number in a cell, the number, and what stands after it; None where there is no number."""
    if len(cell) > LONGEST_NUMBER:
        return None
    sign, bare = _sign_apart(_NO_CENTS.sub("", cell.replace("−", "-")))
    found = _AFFIXES.fullmatch(bare)
    if found is None:
        return None
    before, text, after = found[1] or "", sign + found[2], found[3] or ""
    exponent = re.fullmatch(r"[eE][+-]?\d+", after)
    return (before, text + after, "") if exponent else (before, text, after)


def _sign_apart(cell: str) -> tuple[str, str]:
    """The sign of a number that stands elsewhere than right before its digits, and the cell without that."""
    if found := _IN_PARENTHESES.fullmatch(cell):
        return "-", "".join(found.groups()).strip()
    if found := _SIGN_APART.fullmatch(cell):
        return found[1], found[2]
    if found := _SIGN_AFTER.fullmatch(cell):
        return "-", found[1].rstrip() + (found[2] or "")
    return "", cell


def _plain_number(text: str, decimal: str) -> float | None:
    """The number, without marks between thousands; None where the text is no such number."""
    if _NUMBERS[decimal].fullmatch(text) is None:
        return None
    bare = re.sub(f"[{_GROUPS[decimal]}]", "", text)
    return float(bare.replace(decimal, "."))


def _decimal_mark(text: str) -> str | None:
    """The mark that can only be decimal in this number; None where it has none, or where it may divide thousands."""
    if divided := _THOUSANDS.fullmatch(text):
        return "," if divided[1] == "." else "."
    marks = [mark for mark in text if mark in ".,"]
    if not marks or marks.count(marks[-1]) > 1 or _ONE_THOUSAND.fullmatch(text):
        return None
    return marks[-1]
