"""Laws of the command line's training: samples are read exactly, files are whole, whatever is wrong is said."""

import csv
import errno
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
from command_line import run
from sklearn.datasets import load_breast_cancer, load_iris

from microgrand import InputError
from microgrand.files import write_whole
from microgrand.training import History
from microgrand.training.job import _told, train_classifier
from microgrand.training.model import read_model
from microgrand.training.samples import embedded, read_samples, split, standardise


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


def test_splits_keep_every_class_and_lose_no_sample():
    """A split is stratified, exhaustive, and the same for the same seed."""
    samples = read_samples(embedded("iris"))
    training, test = split(samples, 0.2, seed=4)
    assert [training.y.count(k) for k in range(3)] == [40, 40, 40]
    assert sorted(training.x + test.x) == sorted(samples.x)
    assert split(samples, 0.2, seed=4) == (training, test)
    assert split(samples, 0.2, seed=5) != (training, test)


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


def test_the_main_job(tmp_path):
    """`microgrand train`: a progress bar on stderr, figures and trace on stdout, three whole files; 0.95 reached."""
    done = subprocess.run([*COMMAND, "train"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert float(lines[0].removeprefix("training accuracy: ")) > 0.95
    assert float(lines[1].removeprefix("test accuracy: ")) >= 0.95
    cost, told = lines[2].removeprefix("cost: ").split(" ", 1)
    assert float(cost) > 0
    assert told.startswith("after 100 epochs, the last of which changed it by -")
    assert any(line.startswith("δ²  ") for line in lines)
    assert any(line.startswith("θ₂ ←") for line in lines)
    assert "epoch" in done.stderr
    out = tmp_path / "microgrand-out"
    assert sorted(path.name for path in out.iterdir()) == ["graph.svg", "loss.svg", "model.json"]
    assert (out / "graph.svg").read_text().rstrip().endswith("</svg>")
    assert (out / "loss.svg").read_text().rstrip().endswith("</svg>")
    model = json.loads((out / "model.json").read_text())
    theta = model["parameters"]["0.theta"]
    assert (len(theta), len(theta[0]), model["classes"]) == (2, 30, ["benign", "malignant"])


def test_a_table_of_ones_own(tmp_path):
    """K classes, a named target in the middle, an --out of one's own, a byte order mark and Windows line ends."""
    with open(tmp_path / "own.csv", "w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "kind", "b"])
        writer.writerows([[k + i / 100, f"class {k}", -k] for k in range(4) for i in range(10)])
    done = run("train", "own.csv", "--target", "kind", "--out", "there/deep", "--epochs", 30, "--bias")
    assert done.returncode == 0, done.stderr
    model = json.loads((tmp_path / "there/deep/model.json").read_text())
    assert (model["features"], model["classes"][3], len(model["parameters"]["0.bias"])) == (["a", "b"], "class 3", 4)


@pytest.mark.parametrize("solver", ["gradient-descent", "momentum", "adam", "lbfgs"])
@pytest.mark.parametrize("hidden", ["", "4,3"])
def test_every_solver_trains_and_predicts(solver, hidden, tmp_path):
    """Each solver trains the classifier and a network; `predict` gives the accuracy and the probabilities of its model,
    for columns in any order, with and without the classes.
    """
    layers = ["--hidden", hidden] if hidden else []
    done = run("train", embedded("iris"), "--solver", solver, "--epochs", 40, *layers)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.splitlines()[0].removeprefix("training accuracy: ")) > 0.8
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


def damaged(change):
    def write(path):
        fields = json.loads(path.read_text())
        change(fields)
        path.write_text(json.dumps(fields))

    return write


BAD_MODELS = {
    "missing": (lambda path: path.unlink(), "there is no file model.json"),
    "not JSON": (lambda path: path.write_text("{"), "model.json is not JSON"),
    "binary": (lambda path: path.write_bytes(b"\xff\x00"), "model.json is not JSON"),
    "other JSON": (lambda path: path.write_text("[1]"), "is not a model that `microgrand train` wrote"),
    "version": (
        damaged(lambda fields: fields.update(version=1)),
        "has version 1 of the format; this microgrand reads 2",
    ),
    "no mean": (damaged(lambda fields: fields.pop("mean")), "model.json is damaged: KeyError, 'mean'"),
    "text": (damaged(lambda fields: fields["mean"].__setitem__(0, "x")), "is damaged: ValueError"),
    "short": (damaged(lambda fields: fields["mean"].pop()), "not as many as the features"),
    "no theta": (damaged(lambda fields: fields["parameters"].pop("0.theta")), "0.theta is missing"),
    "shape": (damaged(lambda fields: fields["parameters"]["0.theta"].pop()), "has the shape (1, 2) instead of (2, 2)"),
    "ragged": (damaged(lambda fields: fields["parameters"]["0.theta"][0].pop()), "the rows are not equally long"),
    "hidden": (damaged(lambda fields: fields.update(hidden=["a"])), "is damaged: ValueError"),
    "zero": (damaged(lambda fields: fields.update(hidden=[0])), "is damaged: ValueError"),
    "columns": (damaged(lambda fields: fields.update(features=["a", "c"])), "has no column 'c', which the model was"),
}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model.json that was trained on GOOD, as text."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "good.csv").write_text(GOOD)
    train_classifier(folder / "good.csv", folder, epochs=2)
    return (folder / "model.json").read_text()


@pytest.mark.parametrize("case", BAD_MODELS)
def test_bad_models_are_refused_in_one_sentence(case, model, tmp_path):
    """`predict`: exit code 2, one line on stderr that says what is wrong, nothing on stdout."""
    (tmp_path / "good.csv").write_text(GOOD)
    (tmp_path / "model.json").write_text(model)
    assert run("predict", "model.json", "good.csv").returncode == 0
    change, message = BAD_MODELS[case]
    change(tmp_path / "model.json")
    done = run("predict", "model.json", "good.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_bad_tables_are_refused_by_predict_too(model, tmp_path):
    """A cell that is no number is found in a table to predict as in one to train on."""
    (tmp_path / "model.json").write_text(model)
    (tmp_path / "bad.csv").write_text("b,a\n1,2\n1,two\n")
    done = run("predict", "model.json", "bad.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "bad.csv, line 3, column 'a': 'two' is not a number" in done.stderr


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
    "missing cell": ("a,b,y\n1,2,u\n1,,v\n", "line 3, column 'b': the number is missing"),
    "missing class": ("a,b,y\n1,2,u\n1,2,\n", "line 3, column 'y': the class is missing"),
    "nan": ("a,b,y\n1,2,u\n1,nan,v\n", "line 3, column 'b': nan is not a finite number"),
    "infinity": ("a,b,y\n1,2,u\n1,1e999,v\n", "line 3, column 'b': 1e999 is not a finite number"),
    "unequal rows": ("a,b,y\n1,2,u\n1,2,3,v\n", "line 3: the row has 4 cells, the header 3"),
    "one class": ("a,b,y\n1,2,u\n2,1,u\n", "column 'y' holds one class only, 'u'"),
    "lonely class": ("a,b,y\n1,2,u\n2,1,u\n3,3,v\n", "holds 1 of 2 classes only once ('v')"),
    "twice the same column": ("a,a,y\n1,2,u\n2,1,v\n", "two columns named 'a'"),
    "semicolons": ("a;b;y\n1;2;u\n2;1;v\n", "separates its cells by semicolons: commas are expected"),
    "tabs": ("a\tb\ty\n1\t2\tu\n", "separates its cells by tabs: commas are expected"),
    "no header": ("1,2.5,u\n2,1.5,v\n3,4.5,u\n", "has the number 2.5 in its first line: a header line with names"),
    "target only": ("y\nu\nv\n", "no column beside the target 'y'"),
    "not text": ("\xff\xfe\x00\x01", "cannot be read as CSV text"),
    "too large": ("a,b,y\n1,1.7e308,u\n2,-1.7e308,v\n3,1e308,u\n4,-1.7e308,v\n", "column 'b' are too large"),
    "open quote": ('a,b,y\n1,"2,u\n', "cannot be read as CSV text"),
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
        (["."], "cannot be read as CSV text: Is a directory"),
        (["good.csv", "--target", "z"], "has no column 'z': its columns are 'a', 'b', 'y'"),
        (["good.csv", "--out", "good.csv"], "good.csv is a file, not a folder"),
        (["good.csv", "--out", "good.csv/in"], "the folder good.csv/in cannot be made: Not a directory"),
        (["good.csv", "--out", "/proc/nothing"], "the folder /proc/nothing cannot be made"),
        (["good.csv", "--step", "1e300"], "diverged: give a smaller --step than 1e+300"),
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
    assert (done.returncode, done.stdout[:19]) == (0, "training accuracy: ")


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


def test_ctrl_c_ends_without_a_traceback(tmp_path):
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
    assert [_told(History(costs, [])) for costs in ([3.0], [0.0, 0.0], [4.0, 3.0], [5.0, 4.0, 3.0])] == [
        "3 after 0 epochs",
        "0 after 1 epoch",
        "3 after 1 epoch, the last of which changed it by -25 %",
        "3 after 2 epochs, the last of which changed it by -25 %",
    ]
