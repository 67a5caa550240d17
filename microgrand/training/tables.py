"""Tables as programs export them: what separates the cells, the text's encoding, comments and blank columns are found.

The cells stay text, with the numbers of their lines. Whatever was assumed about a file is told.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from microgrand.outer_errors import InputError, MissingExtraError
from microgrand.training.cells import NumberStyle, bare_number, decimal_marks, is_missing, number_in, style_of

# What files begin with that are no text, what they are then, and the way out.
OTHER_FILES = {
    b"PK\x03\x04": "a spreadsheet or another archive: save its table as CSV",
    b"\xd0\xcf\x11\xe0": "a spreadsheet: save its table as CSV",
    b"BZh": "compressed by bzip2: unpack it first",
    b"Rar!": "an archive: unpack it first",
    b"7z\xbc\xaf": "an archive: unpack it first",
    b"\xfd7zXZ": "compressed by xz: unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed by zstd: unpack it first",
    b"PAR1": "a Parquet file: write its table as CSV",
    b"SQLite format 3": "a database: export a table of it as CSV",
    b"%PDF": "a PDF, which holds no table",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"\x89HDF": "an HDF5 file: write its table as CSV",
    b"\x93NUMPY": "a NumPy file: write its table as CSV, with a header line",
    b"$FL2": "a file of SPSS: save its table as CSV",
    b"$FL3": "a file of SPSS: save its table as CSV",
    b"<stata_dta>": "a file of Stata: write its table as CSV, export delimited",
    b"MATLAB 5.0": "a file of Matlab: write its table as CSV, writetable",
    b"<": "a web page or XML: save its table as CSV",
    b"{": "JSON: write its table as CSV",
    b"[{": "JSON: write its table as CSV",
    b"@relation": "an ARFF file of Weka: save its table as CSV",
}
GZIP = b"\x1f\x8b"
MARKS = {  # what text begins with by which its encoding is known; that of UTF-32 begins as that of UTF-16 does
    codecs.BOM_UTF32_LE: "UTF-32", codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16",
}  # fmt: skip
MOST_BYTES = 2**30  # of an unpacked file
SEPARATORS = {
    ",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars", " ": "blanks", "~": "tildes", "^": "carets",
    ":": "colons",
}  # fmt: skip
RARE = "~^: "  # separators where nothing else separates; blanks may stand beside another one
UNNAMED = re.compile(r"(?:Unnamed: \d+)?")  # how pandas calls a column that has no name, when it reads and writes it
_ERROR = re.compile(r"#(?:N/?A|NULL!|DIV/0!|VALUE!|NUM!|REF!|NAME\?)", re.IGNORECASE)  # in a cell, of spreadsheets
_FOREIGN = re.compile("[À-ÿ]{4}|(?:[‚ƒ].){3}")  # in no word of Western Europe: Cyrillic, Greek, Chinese; Japanese
_FAULTS = {  # what the csv module says, what it means, and the way out
    "unexpected end of data": ("a quotation mark is not closed", ""),
    "separator expected after '\"'": ("more follows a closing quotation mark", ": write those in a cell twice"),
}
_ONE_THOUSAND = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
LONGEST = 120  # characters of names that one sentence lists
SNIFFED = 500  # rows from which the separator is told


class Table(NamedTuple):
    """A table of text, and what was assumed to read it.

    path     where it was read from
    frame    a pandas DataFrame of text without blanks around it; its index holds the numbers of the lines
    decimal  the decimal mark of its numbers, where a column does not tell
    notes    what was assumed and what was left out, one phrase each
    styles   how the numbers of columns are written, as far as that was asked for
    counted  how often each cell stands in columns, as far as that was asked for
    """

    path: Path
    frame: Any
    decimal: str
    notes: list[str]
    styles: dict[str, NumberStyle]
    counted: dict[str, Counter[str]]

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        return list(self.frame.columns)

    def cells(self, name: str) -> list[str]:
        """The cells of a column."""
        return list(self.frame[name])

    def counts(self, name: str) -> Counter[str]:
        """The distinct cells of a column, in their order, and how often each stands in it."""
        if name not in self.counted:
            self.counted[name] = Counter(self.cells(name))
        return self.counted[name]

    def without(self, rows: Sequence[int], why: str) -> Table:
        """The table without these rows, counted from 0, of which a note says why."""
        if not rows:
            return self
        named = ", ".join([str(self.frame.index[row]) for row in rows[:6]])
        more = f", … ({len(rows)} in all)" if len(rows) > 6 else ""
        note = f"left out: line{'s' * (len(rows) != 1)} {named}{more}{why}"
        frame = self.frame.drop(index=self.frame.index[list(rows)])
        return Table(self.path, frame, self.decimal, [*self.notes, note], {}, {})

    def where(self, row: int, name: str) -> str:
        """How a sentence names a cell: the file, the line and the column."""
        return f"{self.path}, line {self.frame.index[row]}, column {name!r:.40}"

    def style(self, name: str, otherwise: str = "") -> NumberStyle:
        """How the numbers of a column are written.

        otherwise  the decimal mark where the column does not tell; that of the table unless given
        """
        if name not in self.styles:
            cells = [cell for cell in self.counts(name) if not is_missing(cell)]
            self.styles[name] = style_of(cells, otherwise or self.decimal)
        return self.styles[name]


def read_table(path: Path) -> Table:
    """The table of a CSV file with a header line, however its program separates, encodes and compresses it.

    Raises InputError, in one sentence that says where, for whatever is not such a file.
    """
    text, notes = _text(path)
    lines = list(io.StringIO(text, newline=""))
    separator = _declared_separator(lines) or _sniffed_separator(lines)
    comments = _take_comments(lines, separator)
    rows, blank = _split(path, lines, separator)
    header = _take_header(path, rows, comments, separator)
    _fit_rows(path, header, rows)
    frame, left_out = _without_blanks(_frame(header, rows))
    _require_header(path, list(frame.columns))
    if not len(frame):
        raise InputError(f"{path} has a header line and no rows")
    decimal, told = _decimal(frame, separator)
    if separator != "," and len(header) > 1:
        notes.append(f"{SEPARATORS.get(separator, repr(separator))} between cells")
    if blank:
        notes.append(f"left out: {blank} row{'s' * (blank != 1)} without a cell")
    if comments:
        notes.append(f"{len(comments)} line{'s' * (len(comments) != 1)} of comments, which begin with #")
    return Table(path, frame, decimal, [*notes, *told, *left_out], {}, {})


def some(names: Sequence[Any]) -> str:
    """Names as a sentence has them: of many, and of long ones, the first ones, and how many there are.

    >>> some(["a", "b"]), some(list("abcdefgh"))
    ("'a', 'b'", "'a', 'b', 'c', 'd', 'e', 'f', … (8 in all)")
    """
    shown = [f"{name!r:.40}" for name in names[:6]]
    while len(shown) > 1 and len(", ".join(shown)) > LONGEST:
        shown.pop()
    return ", ".join(shown) + (f", … ({len(names)} in all)" if len(names) > len(shown) else "")


def data_frame(columns: dict[str, list[Any]], index: Sequence[Any] | None = None) -> Any:
    """A pandas DataFrame; MissingExtraError without pandas."""
    try:
        import pandas
    except ImportError as error:
        raise MissingExtraError("reading a table", "train", "pandas") from error
    return pandas.DataFrame(columns, index=index, dtype=object)


# ---- from bytes to text ------------------------------------------------------------------------------------------


def _text(path: Path) -> tuple[str, list[str]]:
    """The text of a file, and what was assumed about its bytes."""
    content = _unpacked(path, _content(path))
    start = content[3:] if content.startswith(codecs.BOM_UTF8) else content
    while start[:1] == b"%" and not start.startswith(b"%PDF"):  # Weka's comments
        start = start.partition(b"\n")[2]
    for beginning, what in OTHER_FILES.items():
        if start[: len(beginning)].lower() == beginning.lower():
            raise InputError(f"{path} is {what}")
    text, encoding = _decoded(path, content)
    if re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", text):
        raise InputError(f"{path} is no text: a CSV file is expected")
    if not text.strip():
        raise InputError(f"{path} is empty: it needs a header line, and rows with a class")
    return text, [f"the text is in {encoding}"] if encoding else []


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"there is no file {path}") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder: name a CSV file in it") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _unpacked(path: Path, content: bytes) -> bytes:
    if not content.startswith(GZIP):
        return content
    try:
        with gzip.open(io.BytesIO(content)) as file:
            unpacked = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise InputError(f"{path} is compressed by gzip, and damaged: it cannot be unpacked") from None
    if len(unpacked) > MOST_BYTES:
        raise InputError(f"{path} is larger than {MOST_BYTES // 2**30} GiB when it is unpacked: take some of its rows")
    return unpacked


def _decoded(path: Path, content: bytes) -> tuple[str, str]:
    """The text, and the name of its encoding where that is not UTF-8."""
    for mark, encoding in MARKS.items():
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding
            except UnicodeDecodeError:
                raise InputError(f"{path} begins as text in {encoding}, and is damaged") from None
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        pass
    text = content.decode("cp1252", errors="replace")
    if "\ufffd" in text or _FOREIGN.search(text):
        raise InputError(f"{path} is text neither in UTF-8 nor in Windows-1252: save it as UTF-8")
    return text, "Windows-1252, as it is not UTF-8; save it as UTF-8 if its words look wrong"


# ---- from text to rows -------------------------------------------------------------------------------------------


def _is_comment(line: str) -> bool:
    return line.startswith("#") and not _ERROR.match(line)


def _take_comments(lines: list[str], separator: str) -> list[str]:
    """The comments; blank lines stand in their place, and keep the count."""
    comments = []
    for k, (line, is_comment) in enumerate(list(_marked(lines, separator))):
        if is_comment:
            comments.append(line[1:])
            lines[k] = "\n"
    return comments


def _marked(lines: Iterable[str], separator: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is a comment: one that begins with #, outside quotation marks.

    A line such as #5,1,a below a header is none, where it has as many cells and no blank after the sign.
    """
    is_quoted = False
    width = 0  # of the header
    start = f"(^|{re.escape(separator)}) *"  # of a cell: quotation marks that stand elsewhere, as in 5", open nothing
    closed = re.compile(rf'{start}"(?:[^"]|"")*"(?!")')
    opened = re.compile(f'{start}"')
    for line in lines:
        is_row = width > 1 and line[:1] == "#" and not line[1:2].isspace() and _width(line, separator) == width
        is_comment = not is_quoted and _is_comment(line) and not is_row
        yield line, is_comment
        if not is_comment:
            width = width or _width(line, separator)
            if '"' in line:
                is_quoted = opened.search(closed.sub(r"\1", f'"{line}' if is_quoted else line)) is not None


def _width(line: str, separator: str) -> int:
    """How many cells a line has."""
    return len(next(_reader([line], separator, strict=False), []))


def _declared_separator(lines: list[str]) -> str | None:
    """What a first line `sep=;` says, as Excel writes and reads it."""
    declared = re.fullmatch(r'"?sep=(.)"?\s*', lines[0]) if lines else None
    if declared is not None:
        lines[0] = "\n"
    return declared[1] if declared is not None else None


def _sniffed_separator(lines: Sequence[str]) -> str:
    """The separator that makes the most rows as long as the others and the header.

    Of equal ones it is the one with the most cells. A header that is shorter or longer by one counts half, as some
    programs write names of rows without a name above them; one cell in every row counts least. Blanks and the other
    rare ones separate only where nothing else does. Empty cells at the end of a row count as far as the header goes.
    """
    scores = dict.fromkeys(SEPARATORS, (0.1, 1))
    for separator in SEPARATORS:
        if not any([separator in line for line in lines]):
            continue
        rows: list[int] = []
        written = (line for line, is_comment in _marked(lines, separator) if not is_comment)
        for row in _reader(written, separator, strict=False):
            if any(row):
                rows.append(max(len(_trimmed(row)), min(len(row), rows[0]) if rows else 0))
            if len(rows) == SNIFFED:
                break
        rows = rows or [1]
        width, count = Counter(rows[1:] or rows).most_common(1)[0]
        share = count / len(rows[1:] or rows)
        is_alike = rows[0] == width
        worth = 0.1 if is_alike and width == 1 else 1.0 if is_alike else 0.5
        fits = is_alike or (rows[0] > 1 and abs(rows[0] - width) == 1)
        scores[separator] = (worth * share if fits else 0.0, width)
    best = max([separator for separator in SEPARATORS if separator not in RARE], key=scores.__getitem__)
    rare = [separator for separator in RARE if scores[separator][0] in (0.5, 1.0)]  # every row is as long as the others
    return rare[0] if rare and scores[best][0] < 0.25 else best


def _reader(lines: Iterable[str], separator: str, strict: bool = True, is_padded: bool = True) -> Any:
    """The rows of lines; `is_padded` allows for blanks before quotation marks that open a cell."""
    csv.field_size_limit(MOST_BYTES)  # of the process: there is none for a reader
    if separator == " ":
        lines = (line.strip() + "\n" for line in lines)
    return csv.reader(lines, delimiter=separator, strict=strict, skipinitialspace=is_padded)


def _split(path: Path, lines: Sequence[str], separator: str) -> tuple[list[tuple[int, list[str]]], int]:
    """The rows that hold something, each with the number of its first line; and how many others stand between them.

    A quotation mark after blanks opens a cell where all of them can.
    """
    try:
        rows = list(_numbered(path, lines, separator, is_padded=True))
    except InputError:
        rows = list(_numbered(path, lines, separator, is_padded=separator == " "))
    full = [k for k, (_, row) in enumerate(rows) if any(row)]
    return [rows[k] for k in full], (full[-1] + 1 - len(full) if full else 0)


def _numbered(path: Path, lines: Sequence[str], separator: str, is_padded: bool) -> Iterator[tuple[int, list[str]]]:
    """The rows, without blanks around their cells, each with the number of its first line."""
    first = 1
    reader = _reader(lines, separator, is_padded=is_padded)
    try:
        for row in reader:
            if len(row) > 1 or any(row):
                yield first, [cell.strip() for cell in row]
            first = reader.line_num + 1
    except csv.Error as error:
        what, way_out = _FAULTS.get(str(error).replace(f"'{separator}'", "separator"), (str(error), ""))
        raise InputError(f"{path} cannot be read as CSV text: {what} in the row of line {first}{way_out}") from None


def _trimmed(row: list[str]) -> list[str]:
    """The row without the empty cells at its end."""
    end = len(row)
    while end and not row[end - 1].strip():
        end -= 1
    return row[:end]


# ---- from rows to a frame ----------------------------------------------------------------------------------------


def _take_header(path: Path, rows: list[tuple[int, list[str]]], comments: list[str], separator: str) -> list[str]:
    """The names in the first line, or in the comment before it where the first line holds numbers."""
    if not rows:
        raise InputError(f"{path} is empty: it needs a header line, and rows with a class")
    first = rows[0][1]
    named = [[cell.strip() for cell in next(_reader([line], separator, strict=False), [])] for line in comments]
    alike = [names for names in named if len(names) == len(first) > 1 and not _numbers(names)]
    if alike and _numbers(first):
        comments.pop(named.index(alike[-1]))
        return alike[-1]
    del rows[0]
    return first


def _fit_rows(path: Path, header: list[str], rows: list[tuple[int, list[str]]]) -> None:
    """Make the header and all rows equally long, or say which row is too long or too short.

    Cut is what is empty beyond the header. Where each row begins with a name of its own, for which the header has none,
    as R writes it, the header begins with an empty one.
    """
    width = len(header)
    if width > 1 and rows and all([len(row) == width + 1 and row[-1] for _, row in rows]) and _are_names(rows):
        header.insert(0, "")
        return
    for line, row in rows:
        del row[max(width, len(_trimmed(row))) :]
        if len(row) != width:
            cells = f"{len(row)} cell{'s' * (len(row) != 1)}"
            above = ": leave out what stands above the header line, if it is not the first" * (line == rows[0][0])
            below = ": leave out the line, if it is a note" * (line == rows[-1][0] != rows[0][0] and len(row) < width)
            raise InputError(f"{path}, line {line}: the row has {cells}, the header {width}{above}{below}")


def _are_names(rows: list[tuple[int, list[str]]]) -> bool:
    """Whether rows begin with names: words that differ, or their numbers in some order, and not parts of 30,5."""
    names = [row[0] for _, row in rows]
    numbers = _numbers(names)
    counted = {str(k) for k in range(1, len(rows) + 1)}
    return _are_distinct(names) and (not numbers or set(names) == counted)


def _frame(header: list[str], rows: list[tuple[int, list[str]]]) -> Any:
    """The cells in a frame, whose names of columns may still be empty or equal."""
    columns: dict[Any, list[str]] = {k: [row[k] for _, row in rows] for k in range(len(header))}
    frame = data_frame(columns, [line for line, _ in rows])
    frame.columns = header
    return frame


def _without_blanks(frame: Any) -> tuple[Any, list[str]]:
    """The frame without columns that hold nothing, without those that name or count the rows, and what was left out."""
    notes = []
    keep = []
    blank = 0
    for k, name in enumerate(frame.columns):
        cells = list(frame.iloc[:, k])
        is_empty = all(map(is_missing, cells))
        is_index = bool(UNNAMED.fullmatch(name)) and not is_empty and _are_distinct(cells)
        if is_index:
            what = "the number of the row" if all(map(str.isdigit, cells)) else "the name of the row"
            notes.append(f"left out: column {k + 1}, which has no name, {what}")
        is_blank = is_empty and not name
        blank += is_blank
        if not is_index and not is_blank:
            keep.append(k)
    if blank:
        notes.append(f"left out: {blank} column{'s' * (blank != 1)} without a name and without cells")
    return frame.iloc[:, keep], notes


def _decimal(frame: Any, separator: str) -> tuple[str, list[str]]:
    """The decimal mark of the table, and what is told of it."""
    columns = [list(frame.iloc[:, k]) for k in range(frame.shape[1])]
    cells = {cell for column in columns for cell in column if "," in cell}
    if not cells:
        return _points(columns, separator)
    marks = decimal_marks(cells)
    marks |= {"."} if any(["." in decimal_marks(column[:SNIFFED]) for column in columns]) else set()
    if marks == {","}:
        return ",", ["decimal commas, as in 1,5"]
    unclear = sorted(filter(re.compile(r"[+-]?[1-9]\d{0,2},\d{3}").fullmatch, map(bare_number, cells)))
    if marks or not unclear:
        return ".", []
    if separator == ";":
        return ",", [f"decimal commas: {unclear[0]} is {unclear[0].replace(',', '.')}"]
    return ".", [f"commas between thousands: {unclear[0]} is {unclear[0].replace(',', '')}"]


def _points(columns: list[list[str]], separator: str) -> tuple[str, list[str]]:
    """What points are in a table without commas: between thousands, where it is written as where commas are decimal.

    There, semicolons separate the cells; no point can only be decimal; and some column has several points, each of
    them before three digits.
    """
    if separator != ";":
        return ".", []
    marks = decimal_marks({cell for column in columns for cell in column if "." in cell})
    if "." in marks:
        return ".", []
    pointed = [[bare_number(cell) for cell in dict.fromkeys(column) if "." in cell] for column in columns]
    thousands = [cells for cells in pointed if cells and all([_ONE_THOUSAND.fullmatch(cell) for cell in cells])]
    if not thousands:
        return ".", []
    example = max(thousands, key=len)
    if len(example) == 1 and not marks:
        return ".", [f"decimal points: {example[0]} is {float(example[0]):g}"]
    return ",", [f"points between thousands: {example[0]} is {example[0].replace('.', '')}"]


def _require_header(path: Path, header: list[str]) -> None:
    """Raise an InputError for a first line that holds no names."""
    if not header:
        raise InputError(f"{path} has no column that has a name and holds something")
    numbers = [name for name in _numbers(header) if not name.isdigit()]
    if numbers:
        raise InputError(
            f"{path} has the number {numbers[0]:.40} in its first line: a header line with names is expected"
        )
    if "" in header:
        where = header.index("") + 1
        raise InputError(
            f"{path} has a column without a name, number {where} in its header line: name it or leave it out"
        )
    if len(set(header)) < len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise InputError(f"{path} has two columns named {twice!r:.40} in its header line")


def _are_distinct(cells: Sequence[str]) -> bool:
    return len(set(cells)) == len(cells)


def _numbers(cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells if number_in(cell) is not None]
