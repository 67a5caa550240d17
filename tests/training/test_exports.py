"""Tables as people have them: files as programs export them are read as what they hold, or refused in one sentence."""

import json
from pathlib import Path

import numpy
import pytest
from command_line import run
from exports import FILES, ROWS, Read, Refused
from hypothesis import given
from hypothesis import strategies as st
from locale_tables import drawn

from microgrand.training.columns import Choice
from microgrand.training.samples import read_labelled

READ = [name for name, case in FILES.items() if isinstance(case, Read)]
REFUSED = [name for name, case in FILES.items() if isinstance(case, Refused)]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_there_are_files_of_every_kind():
    """33 files at least are read, and a third as many are refused."""
    assert len(READ) >= 33
    assert len(REFUSED) >= 11


@pytest.mark.parametrize("name", READ)
def test_a_file_as_a_program_writes_it_is_read(name):
    """Its columns become these inputs, what was assumed is printed, and the model predicts the same file."""
    case = FILES[name]
    Path("table.csv").write_bytes(case.content)
    done = run("train", "table.csv", "--epochs", 3, *case.options)
    assert (done.returncode, done.stderr.count("microgrand train:")) == (0, 0), done.stderr
    assert [words for words in case.told if words not in done.stdout] == [], done.stdout
    model = json.loads(Path("microgrand-out/model.json").read_text())
    assert model["features"] == case.features
    predicted = run("predict", "microgrand-out/model.json", "table.csv")
    assert (predicted.returncode, case.refused in predicted.stderr) == (2 if case.refused else 0, True)
    assert "new: " not in predicted.stderr
    assert f"{ROWS} rows" in done.stdout


@pytest.mark.parametrize("name", [name for name in READ if FILES[name].first])
def test_its_numbers_are_what_they_say(name):
    """The first row is read as these numbers, whatever stands in, before and after them."""
    case = FILES[name]
    Path("table.csv").write_bytes(case.content)
    use = [word for word in case.options if word != "--use"]
    labelled = read_labelled(Path("table.csv"), None, Choice(use=use))
    rows = range(ROWS)
    assert labelled.samples(labelled.learnt(rows), rows).x[0] == list(case.first)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_in_one_sentence(name):
    """Exit code 2, one line on stderr that says what and where, nothing on stdout, and no file."""
    case = FILES[name]
    Path("table.csv").write_bytes(case.content)
    done = run("train", "table.csv", *case.options)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert case.sentence in done.stderr
    assert len(done.stderr) < 300
    assert [path.name for path in Path().rglob("*") if path.is_file()] == ["table.csv"]


def test_tables_of_all_countries_are_read_as_they_were():
    """Law: whatever marks, units, signs below 0, quotation, blanks, comments and encoding a country and a program
    write, numbers, words, answers and classes come back; dates are left out, and that is told.
    """

    @given(st.integers(0, 2**32))
    def law(seed):
        table = drawn(seed)
        Path("table.csv").write_bytes(table.content)
        labelled = read_labelled(Path("table.csv"), "kind")
        assert [labelled.classes[k] for k in labelled.y] == table.labels
        assert set(labelled.items) == {name for name, items in table.items.items() if items is not None}
        for name, items in table.items.items():
            if items is None:
                assert any(note.startswith(f"left out: {name!r}, dates") for note in labelled.notes)
            else:
                assert numpy.array_equal(numpy.array(labelled.items[name], dtype=object) == items, ~is_nan(items))
                assert numpy.array_equal(is_nan(labelled.items[name]), is_nan(items))

    law()


def is_nan(items):
    return numpy.array([item != item for item in items])
