"""Laws of the command line's training: samples are read exactly, files are whole, whatever is wrong is said."""

import csv
import errno
import json
import os
import random
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
from command_line import run
from sklearn.datasets import load_breast_cancer, load_iris
from whole_table import read_samples

from microgrand import InputError
from microgrand.files import write_whole
from microgrand.training import History
from microgrand.training.job import train_classifier
from microgrand.training.model import read_model
from microgrand.training.pictured import _narrowed
from microgrand.training.report import told, weights
from microgrand.training.samples import embedded, standardise


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_cell_in_quotes_keeps_its_line_break(tmp_path, end):
    """A class with a line break or a comma in its name, in quotes, is read as it is written, whatever ends a line."""
    path = tmp_path / "table.csv"
    rows = ['0.5,"one\r\nline"', '1.5,"two, three"'] * 2
    path.write_bytes(end.join(["x,kind", *rows, ""]).encode())
    assert sorted(read_samples(path, "kind").classes) == ["one\r\nline", "two, three"]


@pytest.mark.parametrize(("name", "load"), [("breast_cancer", load_breast_cancer), ("iris", load_iris)])
def test_the_embedded_data_are_the_originals(name, load):
    """The shipped tables hold the originals' numbers and classes, bit for bit."""
    samples, original = read_samples(embedded(name)), load()
    assert numpy.array_equal(numpy.array(samples.x), original.data)
    assert [samples.classes[y] for y in samples.y] == [str(original.target_names[y]) for y in original.target]


def test_standardised_columns_have_mean_0_and_deviation_1():
    """The scale is the training samples'; a constant column is left in peace."""
    rng = random.Random(1)
    samples = read_samples(embedded("iris"))._replace(x=[[rng.gauss(5, 3), 7.0, i * 1e8, i] for i in range(150)])
    scale, (training, other) = standardise(samples, samples)
    columns = numpy.array(training.x)
    assert numpy.allclose(columns.mean(0), 0.0, atol=1e-12)
    assert numpy.allclose(columns.std(0), [1.0, 0.0, 1.0, 1.0])
    assert other == training
    assert scale.deviation[1] == 1.0


COMMAND = [sys.executable, "-m", "microgrand"]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


SCREEN = [
    "read ",
    "classes ",
    "rows ",
    "test accuracy ",
    "training accuracy ",
    "test rows of ",
    "which columns matter: |θ₂ - θ₁|",
    "loss.svg, graph.svg and model.json are in microgrand-out",
    "  microgrand predict microgrand-out/model.json --line",
]  # fmt: skip  how lines of the main job's screen begin, in order


def accuracies(screen):
    """The test's and the training's, from what was printed."""
    return [float(number) for number in re.findall(r"^(?:test|training) accuracy +([\d.]+):", screen, re.MULTILINE)]


def test_the_main_job(tmp_path):
    """`microgrand train`: a progress bar on stderr, figures on stdout, three whole files; 0.95 reached. One screen
    tells, in this order, what was read, how good that is, which columns matter, and what opens the page of a sample.
    """
    done = subprocess.run([*COMMAND, "train"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 120
    places = [next(k for k, line in enumerate(lines) if line.startswith(start)) for start in SCREEN]
    assert places == sorted(places)
    assert accuracies(done.stdout)[0] >= 0.95
    assert accuracies(done.stdout)[1] > 0.95
    assert "0.628 is what 'benign' for every row would give" in lines[places[3]]
    assert "after 100 epochs, the last of which changed it by -" in lines[places[4]]
    assert "epoch" in done.stderr
    out = tmp_path / "microgrand-out"
    assert sorted(path.name for path in out.iterdir()) == ["graph.svg", "loss.svg", "model.json"]
    assert (out / "graph.svg").read_text().rstrip().endswith("</svg>")
    assert (out / "loss.svg").read_text().rstrip().endswith("</svg>")
    model = json.loads((out / "model.json").read_text())
    theta = model["parameters"]["0.theta"]
    assert (len(theta), len(theta[0]), model["classes"]) == (2, 30, ["benign", "malignant"])


def test_the_trace_is_printed_where_it_is_asked_for():
    """`--trace` adds every zˡ and δˡ of one sample, and what its inputs are called; without it there is none."""
    plain = run("train", embedded("iris"), "--epochs", 3)
    traced = run("train", embedded("iris"), "--epochs", 3, "--trace")
    more = [line for line in traced.stdout.splitlines() if line not in plain.stdout.splitlines()]
    assert "x = (sepal length (cm), sepal width (cm), petal length (cm), petal width (cm)):" in more[0]
    assert [line.split()[0] for line in more[1:6]] == ["z¹", "z²", "z³", "z⁴", "C"]
    assert any(line.startswith("θ₃ ←") for line in more)


def test_the_line_that_is_printed_last_writes_the_live_page(tmp_path):
    """Of the sample that graph.svg shows, with its columns by name, for data of one's own and for those that ship."""
    (tmp_path / "my iris.csv").write_text(embedded("iris").read_text())
    for table in (["my iris.csv"], []):
        trained = run("train", *table, "--epochs", 3)
        command = shlex.split(trained.stdout.splitlines()[-1])
        assert command[:2] == ["microgrand", "predict"]
        written = run(*command[1:])
        assert (written.returncode, written.stdout) == (0, ""), written.stderr
        page = (tmp_path / "microgrand-out/sample.html").read_text()
        assert "petal length (cm)" in page if table else "worst radius" in page
        assert f"line {command[command.index('--line') + 1]} of" in (tmp_path / "microgrand-out/graph.svg").read_text()


@pytest.mark.parametrize("hidden", ["", "8,4"])
def test_pictures_fit_a_page(hidden, tmp_path):
    """Neither picture is wider than 900 pixels, no text in them is smaller than 9, and no number is left out."""
    layers = ["--hidden", hidden] if hidden else []
    assert run("train", "--epochs", 3, *layers).returncode == 0
    graph = (tmp_path / "microgrand-out/graph.svg").read_text()
    width = int(re.search(r'<svg width="(\d+)"', graph)[1])
    zoom = width / float(re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ', graph)[1])
    assert width <= 900
    assert min(map(float, re.findall(r'font-size="([\d.]+)"', graph))) * zoom >= 9.0
    assert "numbers in all" not in graph
    assert any(name in graph for name in read_model(tmp_path / "microgrand-out/model.json").features)
    loss = (tmp_path / "microgrand-out/loss.svg").read_text()
    assert float(re.search(r'width="([\d.]+)pt"', loss)[1]) <= 600


def test_the_graph_that_is_drawn_has_the_cost_of_the_sample(tmp_path):
    """What inputs add that are not shown stands in the bias: the cost is that of the whole network, for any of them."""
    model = train_classifier(embedded("breast_cancer"), tmp_path, epochs=3).model
    for bias, hidden in ((False, ()), (True, ()), (False, (3,))):
        found = train_classifier(embedded("breast_cancer"), tmp_path, epochs=3, bias=bias, hidden=hidden)
        x = [0.1 * i for i in range(30)]
        network, shown = _narrowed(found.model, x)
        assert len(shown) == 3
        whole, part = found.model.network(x, 1), network([x[i] for i in shown], 1)
        assert part.data == pytest.approx(whole.data, rel=1e-12)
    assert [weight.feature for weight in weights(model)[:3]] == [model.features[i] for i in _narrowed(model, x)[1]]


def test_a_table_of_ones_own(tmp_path):
    """K classes, a named target in the middle, an --out of one's own, a byte order mark and Windows line ends."""
    with open(tmp_path / "own.csv", "w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "kind", "b"])
        writer.writerows([[k + i / 100, f"class {k}", -k] for k in range(4) for i in range(10)])
    done = run("train", "own.csv", "--target", "kind", "--out", "there/deep", "--epochs", 30)
    assert done.returncode == 0, done.stderr
    model = json.loads((tmp_path / "there/deep/model.json").read_text())
    assert (model["features"], model["classes"][3], len(model["parameters"]["0.bias"])) == (["a", "b"], "class 3", 4)


def test_rare_classes_do_not_make_the_model_worse_than_a_guess(tmp_path):
    """With the bias, which is there unless it is refused, a rare class leaves the accuracy at the guess's; without one
    it falls below, and that is said.
    """
    draw = random.Random(1)
    rows = [f"{draw.gauss(0, 1)},{draw.gauss(0, 1)},{'rare' if k % 20 == 0 else 'often'}" for k in range(400)]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,y", *rows]) + "\n")
    plain, without = [run("train", "t.csv", *options).stdout for options in ([], ["--no-bias"])]
    assert accuracies(plain)[0] >= 0.95 > accuracies(without)[0]
    assert ["worse than that guess" in screen for screen in (plain, without)] == [False, True]


@pytest.mark.parametrize("solver", ["gradient-descent", "momentum", "adam", "lbfgs"])
@pytest.mark.parametrize("hidden", ["", "4,3"])
def test_every_solver_trains_and_predicts(solver, hidden, tmp_path):
    """Each solver trains the classifier and a network; `predict` gives the accuracy and the probabilities of its model,
    for columns in any order, with and without the classes.
    """
    layers = ["--hidden", hidden] if hidden else []
    done = run("train", embedded("iris"), "--solver", solver, "--epochs", 40, *layers)
    assert done.returncode == 0, done.stderr
    assert accuracies(done.stdout)[1] > 0.8
    rows = [row[::-1] for row in csv.reader(embedded("iris").read_text().splitlines())]
    for skipped in (0, 1):
        with open(tmp_path / "t.csv", "w", newline="") as file:
            csv.writer(file).writerows([row[skipped:] for row in rows])
        predicted = run("predict", "microgrand-out/model.json", "t.csv")
        assert predicted.returncode == 0, predicted.stderr
        table = list(csv.reader(predicted.stdout.splitlines()))
        assert table[0] == ["species", "p(setosa)", "p(versicolor)", "p(virginica)"]
        assert len(table) == 151
        for name, *shares in table[1:]:
            shares = list(map(float, shares))
            assert sum(shares) == pytest.approx(1.0, abs=3e-6)
            assert name == ["setosa", "versicolor", "virginica"][shares.index(max(shares))]
        hits = sum(row[0] == found[0] for row, found in zip(rows[1:], table[1:], strict=True)) / 150
        assert predicted.stderr == ("" if skipped else f"accuracy: {hits:.3f}\n")


def test_seeds_repeat_networks(tmp_path):
    """The same --seed gives the same model.json, byte for byte, another seed another."""
    for out, seed in (("a", 1), ("b", 1), ("c", 2)):
        done = run("train", embedded("iris"), "--hidden", "3", "--epochs", 3, "--seed", seed, "--out", out)
        assert done.returncode == 0, done.stderr
    a, b, c = [(tmp_path / out / "model.json").read_bytes() for out in "abc"]
    assert a == b != c


def test_bad_tables_are_refused_by_predict_too(tmp_path):
    """A cell that is no number is found in a table to predict as in one to train on."""
    (tmp_path / "good.csv").write_text(GOOD)
    train_classifier(tmp_path / "good.csv", tmp_path, epochs=2)
    (tmp_path / "bad.csv").write_text("b,a\n1,2\n1,two\n")
    done = run("predict", "model.json", "bad.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "bad.csv, line 3, column 'a': 'two' is not a number" in done.stderr
    (tmp_path / "less.csv").write_text("A,b\n1,2\n")
    done = run("predict", "model.json", "less.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "has no column 'a', which the model was trained on; it has 'A', and names are compared letter" in done.stderr


def test_models_are_read_as_they_were_written(tmp_path):
    """A model that is read and written again is the same text."""
    train_classifier(embedded("iris"), tmp_path, epochs=2, hidden=(3, 2), bias=True)
    text = (tmp_path / "model.json").read_text()
    assert read_model(tmp_path / "model.json").to_json() == text


GOOD = "a,b,y\n1,2,u\n2,1,v\n3,4,u\n4,3,v\n"
BAD_FILES = {
    "empty": ("", "bad.csv is empty"),
    "header only": ("a,b,y\n", "has a header line and no rows"),
    "text cell": ("a,b,y\n1,2,u\n1,two,v\n", "line 3, column 'b': 'two' is not a number"),
    "no class": ("a,b,y\n1,2,\n1,2,\n", "line 2, column 'y': the class is missing"),
    "an underscore": ("a,b,y\n1,2,u\n1,5_1,v\n", "line 3, column 'b': '5_1' is not a number: write it without _, 51"),
    "inf": ("a,b,y\n1,2,u\n1,-inf,v\n", "line 3, column 'b': -inf is not a finite number"),
    "infinity": ("a,b,y\n1,2,u\n1,1e999,v\n", "line 3, column 'b': 1e999 is not a finite number"),
    "unequal rows": ("a,b,y\n1,2,u\n1,2,3,v\n", "line 3: the row has 4 cells, the header 3"),
    "one class": ("a,b,y\n1,2,u\n2,1,u\n", "column 'y' holds one class only, 'u'"),
    "lonely class": ("a,b,y\n1,2,u\n2,1,u\n3,3,v\n", "holds 1 of 2 classes only once ('v')"),
    "twice the same column": ("a,a,y\n1,2,u\n2,1,v\n", "two columns named 'a'"),
    "no header": ("1,2.5,u\n2,1.5,v\n3,4.5,u\n", "has the number 2.5 in its first line: a header line with names"),
    "target only": ("y\nu\nv\n", "no column beside the target 'y'"),
    "not text": ("a,b\n\x00\x01", "bad.csv is no text"),
    "damaged": ("\xff\xfe\x00", "begins as text in UTF-16, and is damaged"),
    "too large": ("a,b,y\n1,1,u\n2,2,v\n3,1e308,u\n", "line 4, column 'b': 1e308 is too large to be standardised"),
    "too low": ("a,b,y\n1,1,u\n2,2,v\n3,-1.797e308,u\n", "line 4, column 'b': -1.797e308 is too large to be"),
    "open quote": ('a,b,y\n1,"2,u\n', "a quotation mark is not closed in the row of line 2"),
    "long open quote": ('a,b,y\n1,"2,u\n' + "1,2,v\n" * 30_000, "a quotation mark is not closed in the row of line 2"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_files_are_refused_in_one_sentence(case, tmp_path):
    """Exit code 2, one line on stderr that says what is wrong and where, nothing written."""
    content, message = BAD_FILES[case]
    (tmp_path / "bad.csv").write_bytes(content.encode("latin-1"))
    done = run("train", "bad.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "bad.csv"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.csv"], "there is no file nowhere.csv"),
        (["."], "is a folder: name a CSV file in it"),
        (["good.csv", "--target", "z"], "has no column 'z': its columns are 'a', 'b', 'y'"),
        (["good.csv", "--out", "good.csv"], "good.csv is a file, not a folder"),
        (["good.csv", "--out", "good.csv/in"], "the folder good.csv/in cannot be made: Not a directory"),
        (["good.csv", "--out", "/proc/nothing"], "the folder /proc/nothing cannot be made"),
        (["good.csv", "--out", ""], "--out is empty: name a folder"),
        (["good.csv", "--out", " "], "--out is empty: name a folder"),
        (["good.csv", "--step", "1e300"], "diverged: give a smaller --step than 1e+300"),
        ([embedded("iris"), "--step", "5"], "diverged, the cost rose from 131.833 to"),
        ([embedded("iris"), "--step", "5"], "give a smaller --step than 5"),
        (["good.csv", "--use", "z"], "--use: good.csv has no column 'z'"),
        (["good.csv", "--ignore", "y"], "--ignore names 'y', which is the target"),
        (["good.csv", "--ignore", "a", "--use", "a"], "'a' cannot be both left out by --ignore and taken in"),
        (["good.csv", "--ignore", "a", "--ignore", "b"], "has no column beside the target 'y'"),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence(arguments, message, tmp_path):
    """A missing file, a missing target, a DIR that cannot be: exit code 2 and one sentence; nothing half-written."""
    (tmp_path / "good.csv").write_text(GOOD)
    done = run("train", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "good.csv"]


@pytest.mark.parametrize(
    "rows", [["7,0", "7,1"] * 4, [f"{i},{-i},{i % 2}" for i in range(8)]], ids=["constant", "opposite"]
)
def test_degenerate_features_are_no_trouble(rows, tmp_path):
    """Constant features, and features that cancel, train like others."""
    (tmp_path / "t.csv").write_text(",".join("abc"[: rows[0].count(",")]) + ",y\n" + "\n".join(rows) + "\n")
    done = run("train", "t.csv", "--epochs", 5)
    assert done.returncode == 0, done.stderr
    assert accuracies(done.stdout)[0] >= 0.0


def test_output_that_cannot_be_written_is_said(tmp_path):
    """A full disk behind stdout: exit code 2 and one sentence, no traceback."""
    (tmp_path / "good.csv").write_text(GOOD)
    with open("/dev/full", "w") as full:
        command = [*COMMAND, "train", "good.csv", "--epochs", "2"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert "the output could not be written: No space left" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--epochs", "-1"],
        ["--epochs", "0"],
        ["--seed", "-1"],
        ["--l2", "x"],
        ["--solver", "newton"],
        ["--hidden", "3,0"],
        ["--hidden", ","],
        ["--step", "0"],
        ["--unknown"],
        ["a", "b"],
    ],
)
def test_wrong_options_are_refused(arguments, tmp_path):
    """A wrong option or number of arguments: exit code 2, usage on stderr, nothing written."""
    done = run("train", *arguments)
    assert done.returncode == 2
    assert "usage: microgrand" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_without_permission_is_refused(tmp_path, monkeypatch):
    """A folder that exists and may not be written to is found out before the training."""
    monkeypatch.setattr("os.access", lambda path, mode: path != tmp_path or not mode & os.W_OK)  # root has every right
    monkeypatch.setattr("microgrand.training.job.minimise", None)  # what would train cannot be called
    with pytest.raises(InputError, match="permission denied"):
        train_classifier(embedded("iris"), tmp_path, epochs=1)


def test_a_folder_that_takes_no_files_is_refused(monkeypatch):
    """Where nothing can be written for another reason, that is said after the training."""
    monkeypatch.setattr("os.access", lambda path, mode: True)
    with pytest.raises(InputError, match="nothing could be written into the folder /proc/self: "):
        train_classifier(embedded("iris"), Path("/proc/self"), epochs=1)


def test_files_are_the_old_or_the_new_ones(tmp_path):
    """If one file of several cannot be written, all stay as they were, and no temporary file is left."""
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(OSError, match="nowhere"):
        write_whole({tmp_path / "a": b"new", tmp_path / "nowhere" / "b": b"new"})
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"
    write_whole({tmp_path / "a": b"new", tmp_path / "b": b"too"})
    assert (tmp_path / "a").read_bytes() == b"new"
    assert Path(tmp_path / "b").stat().st_mode & 0o077 == Path(tmp_path / "a").stat().st_mode & 0o077


@pytest.fixture
def interrupts_are_heard():
    """A job in the background ignores SIGINT, and hands that on to what it starts: here it is heard."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_ends_without_a_traceback(tmp_path, interrupts_are_heard):
    """An interrupt during training: exit code 130, one sentence, nothing written."""
    command = [*COMMAND, "train", "--epochs", "100000"]
    job = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    seen = b""
    while b"epoch" not in seen:
        letter = job.stderr.read(1)
        assert letter, seen  # the process has ended
        seen += letter
    job.send_signal(signal.SIGINT)
    _, rest = job.communicate(timeout=30)
    assert job.returncode == 130
    assert b"stopped, nothing was written" in rest
    assert b"Traceback" not in rest
    assert not list((tmp_path / "microgrand-out").iterdir())


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path):
    """A folder is not replaced, nor read, nor is any file beside it changed."""
    (tmp_path / "model.json").mkdir()
    with pytest.raises(IsADirectoryError, match=r"a folder stands in the place of the file: .*model\.json") as error:
        write_whole({tmp_path / "a": b"new", tmp_path / "model.json": b"new"})
    assert error.value.errno == errno.EISDIR
    assert [path.name for path in tmp_path.iterdir()] == ["model.json"]
    with pytest.raises(InputError) as refused:
        read_model(tmp_path / "model.json")
    assert str(refused.value) == f"{tmp_path / 'model.json'} could not be read: Is a directory"


def test_only_some_data_sets_are_embedded():
    """Another name is refused, with those that there are."""
    with pytest.raises(InputError, match=r"^there is no embedded data set 'mnist': choose from breast_cancer, iris$"):
        embedded("mnist")


def test_the_cost_is_told_of_any_number_of_epochs():
    """What the last epoch changed is told where there was one, and where there was something to change."""
    assert [told(History(costs, [])) for costs in ([3.0], [0.0, 0.0], [4.0, 3.0], [5.0, 4.0, 3.0])] == [
        "3 after 0 epochs",
        "0 after 1 epoch",
        "3 after 1 epoch, the last of which changed it by -25 %",
        "3 after 2 epochs, the last of which changed it by -25 %",
    ]
