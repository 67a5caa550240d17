"""Laws of tables: whatever style they are written in, they are read as they were; columns become what they should."""

import gzip
import math
import re
from datetime import datetime
from pathlib import Path

import numpy
import pandas
import pytest
import scipy.special
from command_line import run
from exports import FILES
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from whole_table import read_samples

from microgrand import InputError
from microgrand.shortening import how_many
from microgrand.training.cells import DATE_FORMATS, NumberStyle, date_format, days, style_of
from microgrand.training.columns import Choice, Column, encoded, features_of, learnt
from microgrand.training.defaults import TEST_SHARE
from microgrand.training.job import predict_table, train_classifier
from microgrand.training.model import Model, read_model
from microgrand.training.report import Judged, confusion, weights
from microgrand.training.samples import Samples, Scale, read_labelled, read_vectors, split_rows, standardise
from microgrand.training.tables import read_table


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def outcome(act):
    """What comes of it: a result, or the sentence of an InputError."""
    try:
        return act()
    except InputError as error:
        return error


# ---- styles ------------------------------------------------------------------------------------------------------

WORDS = ["mañana", "größe", "a, b; c|d", 'say "x"']
NUMBERS = st.one_of(
    st.integers(-(10**6), 10**6).map(float),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 2)),
)


@st.composite
def styles(draw):
    """A separator, a decimal mark, an encoding, an end of lines, whether all is quoted, whether it is compressed."""
    separator = draw(st.sampled_from([",", ";", "\t", "|", "~", "^", ":"]))
    decimal = draw(st.sampled_from([".", ","]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-be", "utf-32", "utf-32-be"]))
    return (
        separator,
        decimal,
        encoding,
        draw(st.sampled_from(["\n", "\r\n", "\r"])),
        draw(st.booleans()),
        draw(st.booleans()),
    )


def test_what_is_written_in_any_style_is_read_as_it_was():
    """Law: numbers, words and classes come back from every separator, decimal mark, encoding, end of lines and quoting,
    compressed or not.
    """

    @given(
        st.lists(st.tuples(NUMBERS, st.sampled_from(WORDS), st.sampled_from("uv")), min_size=8, max_size=20),
        styles(),
    )  # fmt: skip
    def law(rows, style):
        separator, decimal, encoding, end, quoted, compressed = style
        assume(min([[kind for _, _, kind in rows].count(k) for k in "uv"]) >= 2)
        assume(any(x != round(x) for x, _, _ in rows))  # else no decimal mark is in the file
        frame = pandas.DataFrame(rows, columns=["größe", "wort", "art"])
        text = frame.to_csv(
            sep=separator, decimal=decimal, index=False, quoting=1 if quoted else 0, lineterminator="\n"
        )
        mark = "\ufeff" if encoding.endswith("-be") else ""
        content = (mark + text.replace("\n", end)).encode(encoding)
        Path("table.csv").write_bytes(gzip.compress(content) if compressed else content)
        samples = read_samples(Path("table.csv"))
        words = sorted({word for _, word, _ in rows})
        assert samples.classes == ["u", "v"]
        assert samples.x == [[x, *[float(word == w) for w in words]] for x, word, _ in rows]
        assert [samples.classes[y] for y in samples.y] == [kind for _, _, kind in rows]
        assert samples.lines == list(range(2, len(rows) + 2))

    law()


CELLS = st.text('ab1"#,; \n', max_size=6).map(str.strip)


def as_written(cell, quoted):
    """A cell of a CSV file, in quotation marks where it needs them, or where it is to have them."""
    return '"' + cell.replace('"', '""') + '"' if quoted or re.search(r'^["#]|[,\n]', cell) else cell


def test_comments_and_lines_are_told_whatever_is_quoted():
    """Law: between rows, and nowhere else, a line that begins with # is a comment; a row stands in its first line;
    a quotation mark within a cell is a letter, and one after blanks opens it.
    """

    @given(
        st.lists(st.tuples(CELLS, CELLS, st.booleans(), st.integers(0, 2)), min_size=1, max_size=8),
        st.sampled_from(["", " ", "  "]),
    )  # fmt: skip
    def law(rows, blanks):
        lines, cells, numbers = ["name,x,y"], [], []
        for k, (a, b, quoted, comments) in enumerate(rows):
            lines.extend(['# a "note", of a person'] * comments)
            numbers.append("\n".join(lines).count("\n") + 2)
            cells.append([a or "a", b, f"{k}"])
            lines.append(f",{blanks}".join([as_written(cell, quoted) for cell in cells[-1]]))
        Path("table.csv").write_text("\n".join(lines) + "\n")
        table = read_table(Path("table.csv"))
        assert table.frame.to_numpy().tolist() == cells
        assert list(table.frame.index) == numbers
        count = sum([comments for _, _, _, comments in rows])
        assert any(note.startswith(f"{count} line") for note in table.notes) == (count > 0)

    law()


def test_one_rule_says_what_a_number_is():
    """Classes are in the order of their numbers, with a comma as with a point; what is no number comes later, and is
    equal to none.
    """
    labels = ["b", "1_0", "10", "9", "1,5", "-2"]
    Path("t.csv").write_text("a;y\n" + "".join([f"{k};{label}\n" for k, label in enumerate(labels * 2)]))
    train_classifier(Path("t.csv"), Path("out"), epochs=1)
    model = read_model(Path("out/model.json"))
    assert model.classes == ["-2", "1,5", "9", "10", "1_0", "b"]
    Path("u.csv").write_text("a,y\n1,1.5\n1,10.0\n1,9_0\n1,0x9\n")
    assert predict_table(model, Path("u.csv")).unseen == ["0x9", "9_0"]


def test_a_number_is_read_as_python_reads_it():
    """Law: a number in any of its spellings is the float of it; nothing else is one, not even what `float` takes."""

    @given(st.floats(allow_nan=False, allow_infinity=False), st.booleans())
    def law(x, comma):
        text = repr(x).replace(".", ",") if comma else repr(x)
        assert NumberStyle("," if comma else ".").read(text) == x

    law()
    read = NumberStyle().read
    assert [read(text) for text in ("5_1", "nan", "0x10", "٣", "1 2", "--1", "1,2", "1,2345", "", "e5", "1e")] == [
        None
    ] * 11
    assert [read(text) for text in ("1,234.5", "−2", "+.5", "3.", "1e3")] == [1234.5, -2.0, 0.5, 3.0, 1000.0]


@pytest.mark.parametrize(
    ("cells", "otherwise", "read"),
    [
        (["1.234", "2.5"], ",", [1.234, 2.5]), (["1,234", "2,5"], ".", [1.234, 2.5]), (["1.234"], ",", [1234.0]),
        (["1,234"], ".", [1234.0]), (["1.234.567"], ".", [1234567.0]), (["0,123"], ".", [0.123]),
        (["5 kg", "1,5 kg"], ".", [5.0, 1.5]), (["€5", "€6"], ".", [5.0, 6.0]), (["5kg", "6g"], ".", [None, None]),
        (["5%", "6%"], ".", [5.0, 6.0]),
    ],
)  # fmt: skip
def test_the_style_of_a_column_is_told_by_its_cells(cells, otherwise, read):
    """The decimal mark where a cell tells it, that of the file where none does; a unit where all cells have it."""
    style = style_of(cells, otherwise)
    assert [style.read(cell) for cell in cells] == read


@pytest.mark.parametrize(
    ("cell", "form", "day"),
    [
        ("1970-01-02", "%Y-%m-%d", 1.0), ("2.1.1970", "%d.%m.%Y", 1.0), ("1/2/1970", "%m/%d/%Y", 1.0),
        ("13/1/1970", "%d/%m/%Y", 12.0), ("02JAN1970", "%d%b%Y", 1.0), ("1970-01-02 12:00", "%Y-%m-%d %H:%M", 1.5),
        ("1970-01-02T12:00:00Z", "%Y-%m-%dT%H:%M:%S%z", 1.5), ("12:00", "%H:%M", 0.5), ("30.2.1970", None, math.nan),
        ("noon", None, math.nan),
    ],
)  # fmt: skip
def test_dates_are_days(cell, form, day):
    """A date is the number of days since 1970, a time of day a part of one; a day that no calendar has is no date."""
    assert date_format([cell]) == form
    assert numpy.array_equal(days([cell], form or "%d.%m.%Y"), [day], equal_nan=True)


DAY_AND_MONTH = [form for _, form in DATE_FORMATS if {"%d", "%m"} <= set(re.findall("%.", form)) and ":" not in form]


@pytest.mark.parametrize("form", [*DAY_AND_MONTH, "%m/%d/%Y %I:%M %p", "%d-%m-%YT%H:%M:%S%z"])
def test_day_and_month_are_told_where_they_may_be_exchanged(form):
    """Law: where all dates are dates in two ways, and not the same ones, what was assumed is told; elsewhere nothing.

    Dates with a point have the day first, and those that begin with the year the month: nobody writes them otherwise.
    """
    is_odd = not form.startswith(("%Y", "%d."))

    @given(st.lists(st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)), min_size=2, max_size=6))
    def law(moments):
        cells = [moment.strftime(form) for moment in moments]
        Path("t.csv").write_text(
            "d;y\n" + "".join([f"{cell};{'uv'[k % 2]}\n" for k, cell in enumerate([*cells, *cells, *cells, *cells])])
        )
        labelled = read_labelled(Path("t.csv"), None, Choice(use=["d"]))
        told = [note for note in labelled.notes if note.startswith("'d' with the ")]
        can_be_exchanged = is_odd and all(moment.day <= 12 for moment in moments)
        assert (told != []) == (can_be_exchanged and any(moment.day != moment.month for moment in moments))

    law()
    Path("t.csv").write_text("d,y\n" + "01/01/2023,u\n02/03/2023,v\n" * 2)
    assert "'d' with the month first: 02/03/2023 is taken for 2023-02-03" in (
        read_labelled(Path("t.csv"), None, Choice(use=["d"])).notes
    )


# ---- columns -----------------------------------------------------------------------------------------------------

GAPS = st.lists(st.tuples(
    st.one_of(st.just(math.nan), NUMBERS), st.sampled_from(["", "Oslo", "Rome", "Bonn"]),
    st.sampled_from([math.nan, 0.0, 1.0]),
), min_size=3, max_size=12)  # fmt: skip
COLUMNS = [Column("x"), Column("town", "category"), Column("smokes", "boolean")]


def test_columns_become_what_scikit_learn_makes_of_them():
    """Law: filled in, as categories and standardised, the columns are those of SimpleImputer, OneHotEncoder and
    StandardScaler in a ColumnTransformer, for rows that were not seen, too. Blanks among words are a category where
    they are many, or the only other answer.
    """

    @given(GAPS, GAPS)
    def law(seen, later):
        items, more = [
            dict(zip(("x", "town", "smokes"), map(list, zip(*rows, strict=True)), strict=True))
            for rows in (seen, later)
        ]
        assume(all(any(item == item and item != "" for item in cells) for cells in items.values()))
        columns = learnt(COLUMNS, items, may_miss=True)
        towns = items["town"]
        blank_is_an_answer = 5 * towns.count("") > len(towns) or (len(set(towns)) == 2 and "" in towns)
        filling = {"strategy": "constant", "fill_value": "(missing)"} if blank_is_an_answer else {}
        theirs = make_pipeline(
            ColumnTransformer([
                ("x", SimpleImputer(strategy="median"), ["x"]),
                ("town", make_pipeline(SimpleImputer(missing_values="", **{"strategy": "most_frequent"} | filling),
                                       OneHotEncoder(handle_unknown="ignore", sparse_output=False)), ["town"]),
                ("smokes", SimpleImputer(strategy="most_frequent"), ["smokes"]),
            ]),
            StandardScaler(),
        ).fit(frame(items))  # fmt: skip
        training, test = [Samples(encoded(columns, each), [], columns, [], "", []) for each in (items, more)]
        _, standardised = standardise(training, test)
        for found, each in zip(standardised, (items, more), strict=True):
            assert numpy.allclose(found.x, theirs.transform(frame(each)), rtol=1e-12, atol=1e-12)

    law()


def frame(items):
    return pandas.DataFrame(items).astype({"x": float, "town": object, "smokes": float})


TABLE = "size,town,smokes,kind\n" + "".join(
    [f"{k}.5,{('Oslo', 'Rome', 'Bonn')[k % 3]},{('yes', 'no')[k % 2]},{'ab'[k % 2]}\n" for k in range(12)]
)


@pytest.fixture
def model(tmp_path):
    """A model of three columns, read from its file."""
    (tmp_path / "table.csv").write_text(TABLE)
    train_classifier(tmp_path / "table.csv", tmp_path / "out", epochs=5)
    return read_model(tmp_path / "out/model.json")


def test_columns_may_stand_in_another_order_and_beside_others(model, tmp_path):
    """Law: the predictions depend on the names of the columns alone."""
    table = pandas.read_csv("table.csv")
    expected = predict_table(model, Path("table.csv"))
    table.assign(more=1)[["kind", "more", "smokes", "town", "size"]].to_csv("other.csv", sep=";", decimal=",")
    assert predict_table(model, Path("other.csv")).table == expected.table


def test_there_is_a_prediction_for_each_row(model):
    """Law: a file to predict keeps all its rows, whatever words are in them; those that have a class are judged, and
    how many have none is told.
    """
    towns = st.sampled_from(["Oslo", "average", "Total:", "mean", "", "NA"])

    @given(st.lists(st.tuples(NUMBERS, towns, st.sampled_from(["a", "b", "sum", "", "NA"])), min_size=1, max_size=6))
    def law(rows):
        frame = pandas.DataFrame(rows, columns=["size", "town", "kind"]).assign(smokes="yes")
        frame.to_csv("labelled.csv", index=False)
        frame.drop(columns="kind").to_csv("bare.csv", index=False)
        labelled, bare = predict_table(model, Path("labelled.csv")), predict_table(model, Path("bare.csv"))
        assert labelled.table == bare.table
        predicted = [line.split(",")[0] for line in bare.table.splitlines()[1:]]
        assert len(predicted) == len(rows)
        pairs = [(kind, found) for (_, _, kind), found in zip(rows, predicted, strict=True) if kind not in ("", "NA")]
        assert labelled.share == (numpy.mean([kind == found for kind, found in pairs]) if pairs else None)
        assert bare.share is None
        assert set(labelled.unseen) == {kind for kind, _ in pairs} - {"a", "b"}
        some_have_none = len(pairs) < len(rows)
        told = [f"not judged: {len(rows) - len(pairs)} of {how_many(len(rows), 'row')}, without a class"]
        assert labelled.notes[len(bare.notes) :] == told * some_have_none

    law()


def test_a_column_of_which_nothing_can_be_learnt_is_told(tmp_path):
    """A column whose cells are all in rows to test on is no input, and that is told; without another, it is refused."""
    y = [k % 2 for k in range(40)]
    _, hold_out = split_rows(y, TEST_SHARE, seed=1)
    x = ["7.5" if k in hold_out[:3] else "" for k in range(40)]
    frame = pandas.DataFrame({"x": x, "z": range(40), "y": y})
    frame.to_csv("two.csv", index=False)
    told = []
    found = train_classifier(Path("two.csv"), tmp_path / "out", epochs=1, tell=told.append)
    assert found.model.features == ["z"]
    assert "left out: 'x', without a cell in the rows to learn from" in told[0]
    frame.drop(columns="z").to_csv("one.csv", index=False)
    assert str(outcome(lambda: train_classifier(Path("one.csv"), tmp_path / "none", epochs=1))) == (
        "one.csv has no cell in 'x' in the rows to learn from: fill in some, or try another --seed"
    )


def test_numbers_to_predict_are_read_as_those_to_train_on(tmp_path):
    """Where a file does not tell its decimal mark it is that of the training; another unit is refused, none is told."""
    weights_and_pay = [f"{k},5 kg;{k}.500;{'uv'[k % 2]}" for k in range(1, 9)]
    Path("t.csv").write_text("\n".join(["weight;pay;y", *weights_and_pay]) + "\n")
    train_classifier(Path("t.csv"), tmp_path, epochs=1)
    model = read_model(tmp_path / "model.json")
    assert [(c.decimal, c.after) for c in model.columns] == [(",", "kg"), (",", "")]
    for text, vector in [("weight;pay\n1,250 kg;1.500\n", [1.25, 1500.0]), ("weight;pay\n7;900\n", [7.0, 900.0])]:
        Path("u.csv").write_text(text)
        rows = read_vectors(Path("u.csv"), model.columns, model.target)
        assert rows.x == [vector]
        assert ("'weight' has no unit here, and is taken for kg" in rows.notes) == ("kg" not in text)
    for cells, sentence in [
        ("80000 g;1", "'80000 g' is in g, and the model was trained on numbers in kg"),
        ("80;$1", "'$1' is in $, and the model was trained on numbers without a unit"),
    ]:
        Path("u.csv").write_text(f"weight;pay\n{cells}\n")
        assert sentence in str(outcome(lambda: predict_table(model, Path("u.csv"))))


def test_one_column_with_decimal_commas_is_predicted(tmp_path):
    """A file of one column has no separator: its commas are decimal."""
    Path("t.csv").write_text("age;y\n" + "".join([f"{k},5;{'uv'[k % 2]}\n" for k in range(8)]))
    train_classifier(Path("t.csv"), tmp_path, epochs=1)
    Path("u.csv").write_text("age\n30,5\n31,7\n")
    assert read_vectors(Path("u.csv"), read_model(tmp_path / "model.json").columns, "y").x == [[30.5], [31.7]]


def test_a_class_is_one_class_in_all_its_spellings():
    """Classes that are equal as numbers are one; those that differ in capitals alone are two, and told."""
    Path("t.csv").write_text("a,y\n" + "".join([f"{k},{('1', '1.0', 'No', 'no')[k % 4]}\n" for k in range(12)]))
    labelled = read_labelled(Path("t.csv"))
    assert (labelled.classes, labelled.y.count(0)) == (["1", "No", "no"], 6)
    assert {"one class, as equal numbers: '1', '1.0'", "classes that differ in capitals alone: 'No', 'no'"} <= set(
        labelled.notes
    )


def test_what_was_not_seen_in_training_is_told(model):
    """A town that was not there is none of the towns; a gap is filled in; a word that is neither yes nor no is not."""
    Path("new.csv").write_text("size,town,smokes\n1.5,Paris,yes\n,,no\n")
    done = run("predict", "out/model.json", "new.csv")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 3)
    assert done.stderr.splitlines() == [
        f"filled in: 'size', {model.columns[0].missing:.6g} for 1 missing cell, the median in training",
        f"filled in: 'town', {model.columns[1].missing!r} for 1 missing cell, the most frequent one in training",
        "new: 'town' holds 'Paris', not there in training, taken for no category",
    ]
    x = [1.5, 0.0, 0.0, 0.0, 1.0]
    assert done.stdout.splitlines()[1].split(",")[1:] == [f"{p:.6g}" for p in model.predictions([x])[0][1]]
    Path("new.csv").write_text("size,town,smokes\n1.5,Oslo,perhaps\n")
    assert str(outcome(lambda: predict_table(model, Path("new.csv")))) == (
        "new.csv, line 2, column 'smokes': 'perhaps' is neither yes nor no"
    )


@pytest.mark.parametrize("hidden", [(), (3,), (3, 2)])
@pytest.mark.parametrize("bias", [True, False])
def test_scores_of_many_samples_are_those_of_the_network(hidden, bias):
    """Law: the scores of samples at once, and their probabilities, are what the network's nodes give one by one."""
    columns = [Column("a"), Column("b")]
    model = Model.untrained(Samples([], [], columns, ["u", "v", "w"], "y", []), Scale([1.0, 2.0], [2.0, 0.5]), hidden,
                            bias, 1)  # fmt: skip
    for k, theta in enumerate(model.network.parameters()):
        theta.data = math.sin(k + 1.0)

    @given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=4))
    def law(rows):
        x = model.scale.apply(rows)
        one_by_one = [[z.data for z in model.network(row)] for row in x]
        scores = model.scores(x)
        log_sums = scipy.special.logsumexp(scores, axis=1, keepdims=True)
        assert numpy.allclose(scores - log_sums, one_by_one, rtol=1e-9, atol=1e-9)
        found = [probabilities for _, probabilities in model.predictions(rows)]
        assert numpy.allclose(found, numpy.exp(one_by_one), rtol=1e-9, atol=1e-9)

    law()


def test_a_mix_of_numbers_and_words_is_told_from_mistakes():
    """Tickets are left out as ids are, a few groups are categories; a word or two among numbers is refused, with advice
    that whoever trains can take.
    """
    words = {"ticket": [f"A/5 {k} 1" if k % 3 == 0 else str(k) for k in range(24)], "group": ["1", "2", "A", "B"] * 6}
    pandas.DataFrame(words | {"y": ["u", "v"] * 12}).to_csv("t.csv", index=False)
    labelled = read_labelled(Path("t.csv"))
    assert [(column.name, column.kind) for column in labelled.columns] == [("group", "category")]
    pandas.DataFrame({"age": [*range(23), "old"], "y": ["u", "v"] * 12}).to_csv("t.csv", index=False)
    assert "--category age takes words, --ignore none" in str(outcome(lambda: read_labelled(Path("t.csv"))))


def test_numbers_far_from_the_training_are_told(model):
    """Where a probability would be NaN, the line is named."""
    model.network.layers[0].theta[0][0].data = 1e300
    Path("far.csv").write_text("size,town,smokes\n1e149,Oslo,yes\n")
    assert "far.csv, line 2: its numbers are so far from" in str(outcome(lambda: predict_table(model, Path("far.csv"))))


def test_classes_that_are_numbers_are_compared_as_numbers(tmp_path):
    """A class 1 is right for a row of class 1.0, as pandas writes it where others are missing."""
    Path("t.csv").write_text("a,y\n" + "".join([f"{k},{k % 2}\n" for k in range(10)]))
    train_classifier(Path("t.csv"), tmp_path, epochs=1)
    Path("u.csv").write_text("a,y\n1,1.0\n2,0.0\n3,2\n")
    found = predict_table(read_model(tmp_path / "model.json"), Path("u.csv"))
    Path("v.csv").write_text("a,y\n1,1\n2,0\n3,2\n")
    assert found == predict_table(read_model(tmp_path / "model.json"), Path("v.csv"))
    assert found.unseen == ["2"]


def test_a_page_is_of_a_row_that_there_is(model):
    """`predict --line --page`: both or none; the line is one of the file's, and the page ends in .html."""
    for words, message in [
        (["--line", 3], "a page is of one row: name both"), (["--page", "a.html"], "a page is of one row: name both"),
        (["--line", 1, "--page", "a.html"], "has no row in line 1: its rows stand in lines 2 to 13"),
        (["--line", 2, "--page", "a.pdf"], "a walkthrough is saved as .html; got 'a.pdf'"),
        (["--line", 2, "--page", "no/a.html"], "no/a.html cannot be written"),
    ]:  # fmt: skip
        done = run("predict", "out/model.json", "table.csv", *words)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
        assert message in done.stderr
    Path("new.csv").write_text("size,town,smokes\n1.5,Oslo,yes\n")
    assert run("predict", "out/model.json", "new.csv", "--line", 2, "--page", "a.html").returncode == 0
    assert weights(model)[0].feature in Path("a.html").read_text()


@pytest.mark.parametrize(
    "labels",
    [
        st.lists(st.integers(0, 60).map(str), min_size=21, max_size=40, unique=True),
        st.lists(st.sampled_from(["NA", "-", "?", "K", "null", "n/a", "U"]), min_size=2, max_size=5, unique=True),
    ],
    ids=["numbers", "NA"],
)  # fmt: skip
def test_classes_are_taken_as_they_stand_where_that_is_asked_for(labels, tmp_path):
    """Law: numbers that are many, and words such as NA, are classes where --category names the target, and are judged
    as such; otherwise that is refused, or the words that are taken for none are told.
    """

    @given(labels)
    def law(classes):
        Path("t.csv").write_text("x,y\n" + "".join([f"{k},{name}\n" for k, name in enumerate(classes * 5)]))
        found = train_classifier(Path("t.csv"), tmp_path, choice=Choice(category=["y"]), epochs=1)
        assert sorted(found.model.classes) == sorted(classes)
        predicted = predict_table(found.model, Path("t.csv"))
        assert (predicted.unseen, predicted.notes) == ([], [])
        rows = [line.split(",")[0] for line in predicted.table.splitlines()[1:]]
        assert predicted.share == pytest.approx(numpy.mean([a == b for a, b in zip(rows, classes * 5, strict=True)]))
        plain = outcome(lambda: read_labelled(Path("t.csv")))
        told = str(plain) if isinstance(plain, InputError) else " ".join(plain.notes)
        assert ("--category y takes them" in told) == classes[0].isdigit()
        missing = {"NA", "?", "null", "n/a"} & set(classes)
        assert ("is taken for none" in told) == (0 < len(missing) <= len(classes) - 2)

    law()


def test_a_row_of_totals_that_has_a_class_is_told():
    """Law: a row whose numbers are the sums of all others is named, wherever it stands, and no other row is."""

    @given(
        st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 99)), min_size=5, max_size=12), st.integers(0, 12),
        st.booleans(),
    )  # fmt: skip
    def law(rows, place, has_total):
        place = min(place, len(rows))
        totals = [tuple(map(sum, zip(*rows, strict=True)))] if has_total else []
        assume(has_total or not any(2 * row[k] == sum(r[k] for r in rows) for row in rows for k in (0, 1)))
        every = [*rows[:place], *totals, *rows[place:]]
        Path("t.csv").write_text("a,b,y\n" + "".join([f"{a},{b},{'uv'[k % 2]}\n" for k, (a, b) in enumerate(every)]))
        told = [note for note in read_labelled(Path("t.csv")).notes if "the sum of the others" in note]
        assert [note.split()[1] for note in told] == [str(place + 2)] * has_total

    law()


def test_a_class_in_other_capitals_is_told_in_prediction(model):
    """The class that the model has is named beside the one that it was not trained on."""
    Path("new.csv").write_text("size,town,smokes,kind\n1.5,Oslo,yes,A\n2.5,Oslo,yes,c\n")
    assert "was not trained on 'A', 'c'; it has 'a', and names are compared letter by letter" in (
        run("predict", "out/model.json", "new.csv").stderr
    )


@pytest.mark.parametrize("name", ["epochs", "step", "l2", "bias", "hidden", "seed", "may_miss", "solver"])
@pytest.mark.parametrize("wrong", [-1, math.nan, "x", [0], {}])
def test_a_wrong_setting_is_refused_in_one_sentence(name, wrong, tmp_path, model):
    """Whatever a setting cannot be is refused by its name, before anything is read."""
    found = outcome(lambda: train_classifier(tmp_path / "none.csv", tmp_path, **{name: wrong}))
    assert isinstance(found, InputError)
    assert str(found).startswith(f"there is no {name} " if name == "solver" else f"{name} is ")


# ---- whatever a file holds ---------------------------------------------------------------------------------------


def test_a_file_that_is_edited_is_read_or_refused():
    """Law: of whatever a file holds samples are made, all of them finite, or it is refused in one sentence that one can
    read; nothing else is raised.
    """
    contents = [case.content for case in FILES.values()]
    seen = []

    @given(
        st.sampled_from(contents),
        st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 3), st.binary(max_size=4)), max_size=4),
    )
    def law(content, edits):
        for place, length, new in edits:
            content = content[: place % (len(content) + 1)] + new + content[place % (len(content) + 1) + length :]
        Path("edited.csv").write_bytes(content)
        found = outcome(lambda: read_samples(Path("edited.csv")))
        seen.append(type(found))
        if isinstance(found, InputError):
            assert len(str(found)) < 400
        else:
            assert all(map(math.isfinite, [number for row in found.x for number in row]))
            assert {len(row) for row in found.x} == {len(found.features)}

    law()
    assert {InputError, Samples} <= set(seen)


# ---- the report --------------------------------------------------------------------------------------------------


def test_splits_have_every_class_on_both_sides():
    """Law: every row is on one side, and every class of two rows or more on both."""

    @given(st.lists(st.integers(0, 3), min_size=1, max_size=30), st.floats(0.05, 0.95), st.integers(0, 9))
    def law(y, share, seed):
        y = [*y, *range(4), *range(4)]
        training, test = split_rows(y, share, seed)
        assert split_rows(y, share, seed) == (training, test)
        assert sorted([*training, *test]) == list(range(len(y)))
        assert {y[i] for i in training} == {y[i] for i in test} == {0, 1, 2, 3}

    law()
    assert split_rows([0] * 50, 0.2, 1) != split_rows([0] * 50, 0.2, 2)


def test_confusions_are_counted():
    """A matrix for a few classes, with a row for each; for many the most frequent mistakes."""
    few = confusion(["a", "b"], Judged([0, 0, 1], [0, 1, 1]))
    assert [line.split() for line in few[2:]] == [["a", "1", "1"], ["b", "0", "1"]]
    names = [f"class {k}" for k in range(10)]
    many = confusion(names, Judged([0, 0, 0, 3, 4], [1, 1, 2, 3, 5]))
    assert many == [
        "most frequent mistakes", "  2 of class 0 predicted as class 1", "  1 of class 0 predicted as class 2",
        "  1 of class 4 predicted as class 5",
    ]  # fmt: skip


def test_weights_tell_how_far_an_input_moves_the_classes_apart():
    """|θ₂ - θ₁| of two classes, the largest less the smallest of more, with the class that gains most; the length of an
    input's θ before hidden layers. The largest come first.
    """
    samples = Samples([], [], [Column("a"), Column("b")], ["u", "v"], "y", [])
    model = Model.untrained(samples, Scale([0.0] * 2, [1.0] * 2), (), False, 1)
    for row, numbers in zip(model.network.layers[0].theta, ([1.0, 3.0], [-1.0, 4.5]), strict=True):
        for theta, number in zip(row, numbers, strict=True):
            theta.data = number
    assert weights(model) == [("a", 2.0, "u"), ("b", 1.5, "v")]
    hidden = Model.untrained(samples, Scale([0.0] * 2, [1.0] * 2), (3,), False, 1)
    theta = numpy.array(hidden.first_theta)
    assert {w.feature: w.size for w in weights(hidden)} == pytest.approx(
        dict(zip("ab", numpy.linalg.norm(theta, axis=0), strict=True))
    )


def test_what_is_left_out_may_be_taken_in():
    """Whatever is left out with a reason is an input where `use` names it, and what `ignore` names is none."""
    Path("t.csv").write_text(
        "id,day,note,a,kind\n" + "".join([f"{k},2024-01-0{k},n{k},{k}.5,{'uv'[k % 2]}\n" for k in range(1, 9)])
    )
    plain = read_labelled(Path("t.csv"))
    assert [column.name for column in plain.columns] == ["a"]
    assert len([note for note in plain.notes if note.startswith("left out: ")]) == 3
    chosen = read_labelled(Path("t.csv"), None, Choice(use=["id", "day", "note"], ignore=["a"]))
    assert [(column.name, column.kind) for column in chosen.columns] == [
        ("id", "number"),
        ("day", "date"),
        ("note", "category"),
    ]
    assert len(features_of(chosen.learnt(range(8)))) == 10
