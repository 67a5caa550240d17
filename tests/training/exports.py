"""Files as programs export them, each with what must be read of it, or why it is refused.

Every file is of the same kind: numbers, words, yes or no, and a class in the last column, for rows that differ.
"""

import gzip
import io
import random
from typing import NamedTuple

import pandas

ROWS = 24
RNG = random.Random(1)
AGE = [round(RNG.uniform(18, 80), 1) for _ in range(ROWS)]
TOWN = [("Bonn", "Oslo", "Rome")[k % 3] for k in range(ROWS)]
SMOKES = [bool(k % 4 < 2) for k in range(ROWS)]
KIND = ["ill" if k % 2 else "well" for k in range(ROWS)]
NUMBERS_AND_WORDS = ["age", "town=Bonn", "town=Oslo", "town=Rome"]
ALL = [*NUMBERS_AND_WORDS, "smokes"]


class Read(NamedTuple):
    """What a file holds, and must be read as.

    features  the inputs that its columns become
    told      words of what is printed of it: what was assumed, left out and filled in
    options   given on the command line
    first     the first row as it must be read, where it is not that of the others: the numbers before standardising
    refused   what `predict` says of the same file, all rows of which it would predict
    """

    content: bytes
    features: list[str] = ALL
    told: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    first: tuple[float, ...] = ()
    refused: str = ""


class Refused(NamedTuple):
    """What a file holds, and what the sentence says about it."""

    content: bytes
    sentence: str
    options: tuple[str, ...] = ()


def lines(separator, header, *columns, end="\n"):
    """A table: its header, and a line for each row of the columns."""
    rows = [separator.join(map(str, row)) for row in zip(*columns, strict=True)]
    return end.join([separator.join(header), *rows, ""])


def comma(numbers):
    return [str(number).replace(".", ",") for number in numbers]


def words(yes, no):
    return [yes if smokes else no for smokes in SMOKES]


def quoted(items):
    return [f'"{item}"' for item in items]


def with_gaps(items, gap):
    """The items, the third and the fifth of them missing."""
    return [gap if k in (2, 4) else item for k, item in enumerate(items)]


HEADER = ["age", "town", "smokes", "kind"]
PLAIN = lines(",", HEADER, AGE, TOWN, words("yes", "no"), KIND)
GERMAN = lines(
    ";", HEADER, comma(AGE), [town.replace("Bonn", "Köln") for town in TOWN], words("Ja", "Nein"), KIND, end="\r\n"
)
GERMAN_FEATURES = ["age", "town=Köln", "town=Oslo", "town=Rome", "smokes"]
FRAME = pandas.DataFrame({"age": AGE, "town": TOWN, "smokes": SMOKES, "kind": KIND})
COUNT = list(range(1, ROWS + 1))
LARGE = [1000 + 37 * k for k in range(ROWS)]
DAYS = [f"2024-01-{k + 1:02}" for k in range(ROWS)]
GAIN = [(-1) ** (k + 1) * (1235.5 + k) for k in range(ROWS)]
SUMMED = [*COUNT[1:], sum(COUNT[1:])]
FILLED = "filled in: 'age', "

FILES = {
    # ---- spreadsheets ----
    "Excel, Germany, CSV UTF-8": Read(GERMAN.encode("utf-8-sig"), GERMAN_FEATURES, ("semicolons", "decimal commas")),
    "Excel, Germany, CSV": Read(GERMAN.encode("cp1252"), GERMAN_FEATURES, ("Windows-1252", "semicolons")),
    "Excel, Unicode text": Read(GERMAN.replace(";", "\t").encode("utf-16"), GERMAN_FEATURES, ("UTF-16", "tabs")),
    "Excel, with sep=": Read(f"sep=;\r\n{GERMAN}".encode("cp1252"), GERMAN_FEATURES, ("semicolons",)),
    "Excel, France": Read(
        lines(";", HEADER, [f"{n // 1000}\u00a0{n % 1000:03},50" for n in LARGE], TOWN, words("oui", "non"), KIND)
        .encode(),
        ALL, ("decimal commas",), first=(1000.5, 1, 0, 0, 1),
    ),
    "Excel, Switzerland": Read(
        lines(";", HEADER, [f"{n // 1000}'{n % 1000:03}.50" for n in LARGE], TOWN, words("ja", "nein"), KIND).encode(),
        ALL, ("semicolons",), first=(1000.5, 1, 0, 0, 1),
    ),
    "Excel, thousands": Read(
        lines(",", HEADER, quoted([f"{n:,}" for n in LARGE]), TOWN, words("TRUE", "FALSE"), KIND).encode(),
        ALL, ("commas between thousands: 1,000 is 1000",), first=(1000, 1, 0, 0, 1),
    ),
    "Excel, thousands that may be decimals": Read(
        lines(";", HEADER, [f"{n:,}" for n in LARGE], TOWN, words("TRUE", "FALSE"), KIND).encode(),
        ALL, ("decimal commas: 1,000 is 1.000",), first=(1.0, 1, 0, 0, 1),
    ),
    "Excel, points between thousands": Read(
        lines(";", ["age", "pay", "kind"], comma(AGE), [f"{n:,}".replace(",", ".") for n in LARGE], KIND).encode(),
        ["age", "pay"], ("decimal commas, as in 1,5",), first=(AGE[0], 1000),
    ),
    "Excel, points between thousands alone": Read(
        lines(";", ["age", "pay", "kind"], COUNT, [980, 990, *[f"{n:,}".replace(",", ".") for n in LARGE[2:]]], KIND)
        .encode(),
        ["age", "pay"], ("points between thousands: 1.074 is 1074",), first=(1, 980),
    ),
    "Excel, units beside thousands that may be decimals": Read(
        lines(";", ["pay", "share", "kind"], [f"{n:,} €" for n in LARGE], [f"{n:,} %" for n in LARGE], KIND).encode(),
        ["pay", "share"], ("decimal commas: 1,000 is 1.000", "'pay' without its €", "'share' without its %"),
        first=(1.0, 1.0),
    ),
    "Excel, units beside points between thousands": Read(
        lines(";", ["pay", "kind"], [f"{n:,} €".replace(",", ".") for n in LARGE], KIND).encode(),
        ["pay"], ("points between thousands: 1.000 is 1000", "'pay' without its €"), first=(1000,),
    ),
    "Switzerland, without cents": Read(
        lines(";", ["pay", "kind"], [f"CHF {n // 1000}'{n % 1000:03}.-" for n in LARGE], KIND).encode(),
        ["pay"], ("'pay' without its CHF",), first=(1000,),
    ),
    "codes with leading zeros": Read(
        lines(",", ["zip", "age", "kind"], [f"{n:05}" for n in LARGE], AGE, KIND).encode(),
        ["zip", "age"], ("read as numbers: 'zip', where 01000 is 1000; --category zip takes them for names",),
        first=(1000, AGE[0]),
    ),
    "Excel, a decimal comma in the only other column": Read(
        lines(";", ["age", "kind"], comma(AGE), KIND).encode(), ["age"], ("semicolons", "decimal commas"),
        first=(AGE[0],),
    ),
    "a box to tick": Read(
        lines(",", ["age", "box", "kind"], AGE, ["X" if k % 3 else "" for k in COUNT], KIND).encode(),
        ["age", "box=(missing)", "box=X"],
        ("blank in 'box' is a category of its own, '(missing)': 8 missing cells",), first=(AGE[0], 0, 1),
    ),
    "yes or blank": Read(
        lines(",", ["age", "smokes", "kind"], AGE, words("Yes", ""), KIND).encode(),
        ["age", "smokes=(missing)", "smokes=Yes"], ("blank in 'smokes' is a category of its own",),
    ),
    "a hashtag in front": Read(
        lines(",", ["tag", "age", "kind"], ["#fun", "#not"] * (ROWS // 2), AGE, KIND).encode(),
        ["tag=#fun", "tag=#not", "age"],
    ),
    "names that scikit-learn does not take": Read(
        lines(",", ["my__score", "remainder", "n_jobs", "kind"], AGE, COUNT, LARGE, KIND).encode(),
        ["my__score", "remainder", "n_jobs"],
    ),
    "a long text": Read(
        lines(",", ["age", "shape", "kind"], AGE, [f'"{k} {"0 1, " * 40_000}"' for k in COUNT], KIND).encode(),
        ["age"], ("left out: 'shape', text that is another one in most rows",),
    ),
    "text in UTF-32": Read(("\ufeff" + PLAIN).encode("utf-32-be"), ALL, ("UTF-32",)),
    "Excel, percent": Read(
        lines(",", HEADER, [f"{k}%" for k in COUNT], TOWN, words("Yes", "No"), KIND).encode(),
        ALL, ("'age' without its %",), first=(1, 1, 0, 0, 1),
    ),
    "Excel, currency": Read(
        lines(",", HEADER, quoted([f"${n:,}.25" for n in LARGE]), TOWN, words("Yes", "No"), KIND).encode(),
        ALL, ("'age' without its $",), first=(1000.25, 1, 0, 0, 1),
    ),
    "Excel, currency by its code": Read(
        lines(";", HEADER, [f"CHF {n // 1000}'{n % 1000:03}.50" for n in LARGE], TOWN, words("ja", "nein"), KIND)
        .encode(),
        ALL, ("'age' without its CHF",), first=(1000.5, 1, 0, 0, 1),
    ),
    "Excel, Brazil": Read(
        lines(";", HEADER, [f"R$ {n // 1000}.{n % 1000:03},50" for n in LARGE], TOWN, words("sim", "não"), KIND)
        .encode(),
        ALL, ("decimal commas", "'age' without its R$"), first=(1000.5, 1, 0, 0, 1),
    ),
    "Excel, accounting": Read(
        lines(",", ["gain", "kind"], quoted([f"${n:,.2f}" if n > 0 else f"(${-n:,.2f})" for n in GAIN]), KIND)
        .encode(),
        ["gain"], ("'gain' without its $", "read as numbers below 0: 'gain', where ($1,235.50) is -1235.5"),
        first=(-1235.5,),
    ),
    "Excel, a minus before the currency": Read(
        lines(",", ["gain", "kind"], [f"${n:.2f}" if n > 0 else f"-${-n:.2f}" for n in GAIN], KIND).encode(),
        ["gain"], ("'gain' without its $",), first=(-1235.5,),
    ),
    "SAP": Read(
        lines(";", ["gain", "kind"], comma([f"{n:.2f}" if n > 0 else f"{-n:.2f}-" for n in GAIN]), KIND)
        .encode(),
        ["gain"], ("decimal commas", "'gain', where 1235,50- is -1235.5"), first=(-1235.5,),
    ),
    "percent, and bare zeros": Read(
        lines(",", ["share", "kind"], ["0" if k % 4 == 0 else f"{k}%" for k in COUNT], KIND).encode(),
        ["share"], ("'share' without its %",), first=(1,),
    ),
    "dates without signs": Read(
        lines(",", ["day", *HEADER], [day.replace("-", "") for day in DAYS], AGE, TOWN, words("yes", "no"), KIND)
        .encode(),
        ALL, ("left out: 'day', dates; --use day takes it in",),
    ),
    "Excel, with errors": Read(
        lines(",", HEADER, with_gaps(AGE, "#DIV/0!"), with_gaps(TOWN, "#N/A"), words("TRUE", "FALSE"), KIND).encode(),
        ALL, (FILLED, "for 2 missing cells", "filled in: 'town', "),
    ),
    "Excel, blank columns and rows": Read(
        (lines(";", [*HEADER, "", ""], comma(AGE), TOWN, words("WAHR", "FALSCH"), KIND, [""] * ROWS, [""] * ROWS)
         + ";;;;;\n" * 5).encode(),
        ALL, ("left out: 2 columns without a name and without cells",),
    ),
    "Excel, separators at the end": Read(PLAIN.replace("\n", ",\n").encode(), ALL),
    "Excel, Mac": Read(PLAIN.replace("\n", "\r").encode(), ALL),
    "LibreOffice": Read(
        lines(",", quoted(HEADER), AGE, quoted(TOWN), quoted(words("TRUE", "FALSE")), quoted(KIND)).encode(), ALL,
    ),
    "Google Sheets": Read(
        (lines(",", HEADER, AGE, TOWN, words("TRUE", "FALSE"), KIND, end="\r\n") + ",,,\r\n" * 3).encode(), ALL,
    ),
    "Numbers, all in quotes": Read(
        lines(",", quoted(HEADER), quoted(AGE), quoted(TOWN), quoted(words("Yes", "No")), quoted(KIND)).encode(), ALL,
    ),
    "with a line of totals": Read(
        lines(",", HEADER, AGE, TOWN, words("yes", "no"), KIND).encode() + b"Total,,,\n",
        ALL, (f"left out: line {ROWS + 2}, which holds totals",),
        refused=f"line {ROWS + 2}, column 'age': 'Total' is not a number: leave out the line, if it holds totals",
    ),
    "with a line of totals that has a class": Read(
        lines(",", ["name", "age", "pay", "kind"], [f"Ann {k}" for k in COUNT[1:]] + ["Total"],
              SUMMED, [2 * n for n in SUMMED], KIND).encode(),
        ["age", "pay"],
        (f"line {ROWS + 1} holds 'Total'; it is learnt from as any other: leave it out, if it holds totals",),
    ),
    "a total without a word": Read(
        lines(",", ["age", "pay", "kind"], SUMMED, [2 * n for n in SUMMED], KIND).encode(),
        ["age", "pay"], (f"line {ROWS + 1} holds in 'age' the sum of the others; it is learnt from as any other",),
    ),
    # ---- statistics ----
    "R, write.csv": Read(
        lines(",", quoted(["", *HEADER]), quoted(COUNT), with_gaps(AGE, "NA"), quoted(TOWN), words("TRUE", "FALSE"),
              quoted(KIND)).encode(),
        ALL, ("column 1, which has no name, the number of the row", FILLED),
    ),
    "R, write.csv2": Read(
        lines(";", quoted(["", *HEADER]), quoted(COUNT), comma(AGE), quoted(TOWN), words("TRUE", "FALSE"),
              quoted(KIND)).encode(),
        ALL, ("semicolons", "the number of the row"),
    ),
    "R, write.table": Read(
        (" ".join(quoted(HEADER)) + "\n" + lines(" ", ["-"] * 5, quoted([f"row {k}" for k in COUNT]), AGE, quoted(TOWN),
                                                 words("TRUE", "FALSE"), quoted(KIND)).split("\n", 1)[1]).encode(),
        ALL, ("blanks between cells", "the name of the row"),
    ),
    "SPSS": Read(
        lines(";", ["caseid", *HEADER], COUNT, comma(with_gaps(AGE, "#NULL!")), TOWN, words("Yes", "No"), KIND).encode(
            "utf-8-sig"),
        ALL, ("left out: 'caseid', an id", "--use caseid", FILLED),
    ),
    "SAS, PROC EXPORT": Read(
        lines(",", ["born", *HEADER], [f"{k:02}JAN1980" for k in COUNT], with_gaps(AGE, "."), TOWN, words("Y", "N"),
              KIND).encode(),
        ALL, ("left out: 'born', dates", FILLED),
    ),
    "Stata, export delimited": Read(
        lines(",", ["id", *HEADER], COUNT, with_gaps(AGE, ""), TOWN, words("yes", "no"), KIND).encode(),
        ALL, ("left out: 'id', an id", FILLED),
    ),
    "Weka, CSV": Read(
        lines(",", HEADER, with_gaps(AGE, "?"), with_gaps(TOWN, "?"), words("t", "f"), KIND).encode(),
        ALL, (FILLED, "filled in: 'town'"),
    ),
    "Matlab, writetable": Read(
        lines(",", HEADER, with_gaps(AGE, "NaN"), TOWN, words("1", "0"), KIND).encode(), ALL, (FILLED,),
    ),
    # ---- libraries and databases ----
    "pandas, to_csv": Read(FRAME.to_csv().encode(), ALL, ("column 1, which has no name, the number of the row",)),
    "pandas, read and written again": Read(
        pandas.read_csv(io.StringIO(FRAME.to_csv())).to_csv(index=False).encode(), ALL, ("the number of the row",),
    ),
    "pandas, rows drawn": Read(FRAME.sample(frac=1.0, random_state=1).to_csv().encode(), ALL, ("number of the row",)),
    "pandas, csv.gz": Read(gzip.compress(FRAME.to_csv(index=False).encode()), ALL),
    "MySQL, mysql -B": Read(
        lines("\t", HEADER, with_gaps(AGE, "NULL"), TOWN, words("1", "0"), KIND).encode(), ALL, ("tabs", FILLED),
    ),
    "MySQL, with \\N": Read(
        lines("\t", HEADER, with_gaps(AGE, "\\N"), TOWN, words("1", "0"), KIND).encode(), ALL, ("tabs", FILLED),
    ),
    "PostgreSQL, COPY … CSV HEADER": Read(
        lines(",", HEADER, with_gaps(AGE, ""), TOWN, words("t", "f"), KIND).encode(), ALL, (FILLED,),
    ),
    "a database, with bars": Read(PLAIN.replace(",", "|").encode(), ALL, ("vertical bars between cells",)),
    "with tildes, and rows that end empty": Read(
        lines("~", ["kind", "age", "town"], KIND, AGE, with_gaps(TOWN, "")).encode(),
        NUMBERS_AND_WORDS, ("tildes between cells", "filled in: 'town', "), ("--target", "kind"),
    ),
    "with tildes": Read(PLAIN.replace(",", "~").encode(), ALL, ("tildes between cells",)),
    "Unix, /etc/passwd": Read(PLAIN.replace(",", ":").encode(), ALL, ("colons between cells",)),
    "written by hand, with blanks": Read(
        (lines(", ", ["age", "town", "kind"], AGE, quoted([f"{town}, city" for town in TOWN]), KIND)).encode(),
        ["age", "town=Bonn, city", "town=Oslo, city", "town=Rome, city"], first=(AGE[0], 1, 0, 0),
    ),
    "NumPy, savetxt with a header": Read(
        (lines(",", ["# age", "pay", "kind"], AGE, LARGE, [k % 2 for k in COUNT])).encode(), ["age", "pay"],
    ),
    "a logger": Read(
        ("# station 7\n# in degrees\n" + lines(",", ["time", "age", "kind"], [f"{d} 12:00:00" for d in DAYS], AGE, KIND)
         .replace("\n", "\n# restarted\n", 7)).encode(),
        ["age"], ("9 lines of comments, which begin with #", "left out: 'time', dates"),
    ),
    "a logger, with blanks": Read(
        lines(" ", [f"{name:>8}" for name in ("age", "pay", "kind")], [f"{age:>8}" for age in AGE],
              [f"{pay:>8}" for pay in LARGE], [f"{kind:>8}" for kind in KIND]).encode(),
        ["age", "pay"], ("blanks between cells",), first=(AGE[0], 1000),
    ),
    # ---- columns ----
    "dates, German": Read(
        lines(";", ["tag", *HEADER], [f"{k}.1.2024" for k in COUNT], comma(AGE), TOWN, words("Ja", "Nein"), KIND)
        .encode(),
        ALL, ("left out: 'tag', dates; --use tag takes it in",),
    ),
    "dates, asked for": Read(
        lines(",", ["day", *HEADER], DAYS, AGE, TOWN, words("yes", "no"), KIND).encode(),
        ["day", *ALL], ("of dates",), ("--use", "day"), (19723, AGE[0], 1, 0, 0, 1),
    ),
    "ids and names": Read(
        lines(",", ["PatientID", "name", *HEADER], COUNT, [f"Ann {k}" for k in COUNT], AGE, TOWN, words("yes", "no"),
              KIND).encode(),
        ALL, ("'PatientID', an id", "'name', text that is another one in most rows (24 in 24)"),
    ),
    "an id, asked for": Read(
        lines(",", ["id", "age", "kind"], COUNT, AGE, KIND).encode(), ["id", "age"], (), ("--use", "id"),
    ),
    "a code that is no number": Read(
        lines(",", ["age", "code", "kind"], AGE, [k % 3 for k in COUNT], KIND).encode(),
        ["age", "code=0", "code=1", "code=2"], (), ("--category", "code"),
    ),
    "a constant and an empty column": Read(
        lines(",", ["one", "none", *HEADER], ["7"] * ROWS, [""] * ROWS, AGE, TOWN, words("yes", "no"), KIND).encode(),
        ["one", *ALL], ("left out: 'none', which is empty",),
    ),
    "missing in many ways": Read(
        lines(",", HEADER, [{3: "NA", 5: "n/a", 7: "-", 9: "?", 11: "", 13: "null"}.get(k, age)
                            for k, age in enumerate(AGE)], TOWN, words("yes", "no"), KIND).encode(),
        ALL, ("for 6 missing cells, the median in training",),
    ),
    "rows without a class": Read(
        (PLAIN + "30.5,Oslo,yes,\n31.5,Rome,no,NA\n").encode(), ALL, ("left out: lines 26, 27, without a class",),
    ),
    "a class of one row": Read(
        (PLAIN + "30.5,Oslo,yes,rare\n").encode(), ALL, ("left out: line 26, the only row of its class: 'rare'",),
    ),
    "NA among the classes": Read(
        (PLAIN + "30.5,Oslo,yes,NA\n").encode(), ALL,
        ("left out: line 26, without a class: 'NA' is taken for none, for a class by --category kind",),
    ),
    "words that may say that one is missing": Read(
        lines(",", ["age", "group", "kind"], AGE, ["-" if k % 3 else "a" for k in COUNT], KIND).encode(),
        ["age", "group=-", "group=a"], ("a category of its own in 'group': '-'",),
    ),
    "groups that are numbers and words": Read(
        lines(",", ["age", "group", "kind"], AGE, ["12AB"[k % 4] for k in COUNT], KIND).encode(),
        ["age", "group=1", "group=2", "group=A", "group=B"],
        ("categories in 'group', where words are too: '2', '1'",),
    ),
    "rows without a cell": Read(PLAIN.replace("\n", "\n,,,\n", 3).encode(), ALL, ("left out: 3 rows without a cell",)),
    "the target in front": Read(
        lines(",", HEADER[::-1], KIND, words("yes", "no"), TOWN, AGE).encode(),
        ["smokes", "town=Bonn", "town=Oslo", "town=Rome", "age"], (), ("--target", "kind"),
    ),
    "a target of two numbers": Read(
        lines(",", HEADER, AGE, TOWN, words("yes", "no"), [k % 2 for k in COUNT]).encode(), ALL, ("0 12, 1 12",),
    ),
    "minus signs of a typesetter": Read(
        lines(",", ["age", "pay", "kind"], [f"−{a}" for a in AGE], LARGE, KIND).encode(), ["age", "pay"],
        first=(-AGE[0], 1000),
    ),
    "a column that is called #": Read(
        lines(",", ["#", *HEADER], COUNT, AGE, TOWN, words("yes", "no"), KIND).encode(),
        ALL, ("the number of the row",),
    ),
    # ---- what stays refused ----
    "commas that are decimal and separate": Refused(
        lines(",", ["age", "kind"], comma(AGE), KIND).encode(), "line 2: the row has 3 cells, the header 2",
    ),
    "a spreadsheet": Refused(b"PK\x03\x04\x14\x00", "is a spreadsheet or another archive: save its table as CSV"),
    "a web page": Refused(b"<html><table>", "is a web page or XML: save its table as CSV"),
    "Weka, ARFF": Refused(b"% iris\n@RELATION iris\n@DATA\n5.1,a\n", "an ARFF file of Weka: save its table as CSV"),
    "Stata, dta": Refused(b"<stata_dta><header>", "is a file of Stata: write its table as CSV"),
    "a gzip file that is cut": Refused(gzip.compress(PLAIN.encode())[:40], "compressed by gzip, and damaged"),
    "MySQL, INTO OUTFILE": Refused(
        PLAIN.split("\n", 1)[1].replace(",", "\t").encode(), f"has the number {AGE[0]} in its first line",
    ),
    "without a header, of words": Refused(
        lines(",", ["3", "Rome", "yes", "ill"], LARGE, TOWN, words("yes", "no"), KIND).encode(),
        "has no header line: 'ill', the name of the classes in its first line, is one of them",
    ),
    "a measured target": Refused(
        lines(",", [*HEADER[:0:-1], "age"], KIND, words("yes", "no"), TOWN, AGE).encode(),
        "column 'age' holds 24 different numbers: this tells classes apart; name a column of classes with --target",
    ),
    "the target in front, not named": Refused(
        lines(",", ["kind", "pay"], KIND, LARGE).encode(), "with --target such as 'kind', or make a few classes",
    ),
    "comments in the last column": Refused(
        lines(",", ["age", "kind", "text"], AGE, KIND, [f"text {k}" for k in COUNT]).encode(),
        "each needs a row to learn from and one to test on; name a column of classes with --target such as 'kind'",
    ),
    "many numbers as classes": Refused(
        lines(",", ["age", "digit"], AGE * 4, [k % 26 for k in COUNT * 4]).encode(),
        "--category digit takes them for names of classes",
    ),
    "numbers below a limit": Refused(
        lines(",", ["age", "kind"], ["<5" if k == 3 else k for k in COUNT], KIND).encode(),
        "line 4, column 'age': '<5' is not a number: write the number alone, 5; --category age takes words",
    ),
    "numbers with more": Refused(
        lines(",", ["age", "kind"], ["90+" if k % 3 else k for k in COUNT], KIND).encode(),
        "write the number alone, 90",
    ),
    "about a number": Refused(
        lines(",", ["age", "kind"], [f"~{k}" if k % 3 else k for k in COUNT], KIND).encode(),
        "write the number alone, 1",
    ),
    "a minus after a whole number": Refused(
        lines(",", ["age", "kind"], [k if k % 3 else f"{k}-" for k in COUNT], KIND).encode(),
        "'3-' is not a number: write the minus in front, -3",
    ),
    "two currencies": Refused(
        lines(",", ["pay", "kind"], [f"{'$€'[k % 2]}{k}" for k in COUNT], KIND).encode(),
        "line 3, column 'pay': '$2' is not in the unit of '€1': write all numbers of the column in one unit, or alone",
    ),
    "percent and shares": Refused(
        lines(",", ["share", "kind"], [f"{k}%" if k % 3 else k / 100 for k in COUNT], KIND).encode(),
        "line 4, column 'share': '0.03' is not in the unit of '1%': write all numbers of the column in one unit",
    ),
    "a separator that is none": Refused(
        PLAIN.replace(",", "§").encode(), "no column beside the target 'age§town§smokes§kind': no separator was found",
    ),
    "Cyrillic, of one byte a letter": Refused(
        lines(",", ["возраст", "класс"], AGE, KIND).encode("cp1251"),
        "is text neither in UTF-8 nor in Windows-1252: save it as UTF-8",
    ),
    "Japanese, of two bytes a letter": Refused(
        lines(",", ["年齢", "クラス"], AGE, KIND).encode("shift-jis"),
        "is text neither in UTF-8 nor in Windows-1252: save it as UTF-8",
    ),
    "two columns of one name": Refused(lines(",", ["a", "a", "b"], AGE, AGE, KIND).encode(), "two columns named 'a'"),
    "a column without a name": Refused(
        lines(",", ["age", "", "kind"], AGE, TOWN, KIND).encode(), "without a name, number 2 in its header line",
    ),
    "a title above the header": Refused(
        ("Report\n" + PLAIN).encode(), "no separator was found, of commas, semicolons, tabs, vertical bars, blanks",
    ),
    "a title of two words above the header": Refused(
        ("Report 2024\n" + PLAIN).encode(), "leave out what stands above the header line, if it is not the first",
    ),
    "a note below the table": Refused(
        (PLAIN + "Source: WHO\n").encode(),
        f"line {ROWS + 2}: the row has 1 cell, the header 4: leave out the line, if it is a note",
    ),
    "quotation marks in a cell": Refused(
        lines(",", ["text", "kind"], ['"say \\"yes\\""'] * ROWS, KIND).encode(),
        "more follows a closing quotation mark in the row of line 2: write those in a cell twice",
    ),
    "a long row": Refused(
        (PLAIN + "1,Oslo,yes,no,ill\n").encode(), f"line {ROWS + 2}: the row has 5 cells, the header 4",
    ),
    "a word among numbers": Refused(
        lines(",", ["age", "kind"], [*AGE[:-1], "old"], KIND).encode(), f"line {ROWS + 1}, column 'age': 'old' is not",
    ),
    "a comma among points": Refused(
        lines(";", ["age", "kind"], [*AGE[:-1], "1,5"], KIND).encode(), "'1,5' is not a number: write it with a point",
    ),
    "missing, and refused": Refused(
        lines(",", ["age", "kind"], with_gaps(AGE, "NA"), KIND).encode(), "line 4, column 'age': the number is missing",
        ("--missing", "refuse"),
    ),
    "no class, and refused": Refused(
        (PLAIN + "30.5,Oslo,yes,\n").encode(), "line 26, column 'kind': the class is missing", ("--missing", "refuse"),
    ),
}  # fmt: skip
