"""Laws of training: descent reaches the optimum that an independent solver finds; samples are read exactly."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy
import pytest
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer, load_iris

from microgrand import InputError, Linear, LogSoftmax, NegativeLogLikelihood, Sequential
from microgrand.files import write_whole
from microgrand.training.descent import cost_of, gradient_descent
from microgrand.training.job import safe_step, train_classifier
from microgrand.training.samples import embedded, read_samples, split, standardise


@pytest.mark.parametrize(("name", "load"), [("breast_cancer", load_breast_cancer), ("iris", load_iris)])
def test_the_embedded_data_are_the_originals(name, load):
    """The shipped tables hold the originals' numbers and classes, bit for bit."""
    samples, original = read_samples(embedded(name)), load()
    assert numpy.array_equal(numpy.array(samples.x), original.data)
    assert [samples.classes[y] for y in samples.y] == [str(original.target_names[y]) for y in original.target]


def classifier(samples):
    rows = [[0.0] * len(samples.features) for _ in samples.classes]
    return Sequential(Linear(len(rows[0]), len(rows), theta=rows), LogSoftmax(), NegativeLogLikelihood())


def independent_optimum(x, y, classes, l2):
    """θ of the same cost, written in NumPy from its definition and minimised by scipy."""
    x, one_hot = numpy.array(x), numpy.eye(classes)[y]

    def cost(theta):
        z = x @ theta.reshape(classes, -1).T
        log_p = z - numpy.log(numpy.exp(z - z.max(1, keepdims=True)).sum(1, keepdims=True)) - z.max(1, keepdims=True)
        slope = (numpy.exp(log_p) - one_hot).T @ x + l2 * theta.reshape(classes, -1)
        return -(one_hot * log_p).sum() + l2 / 2 * (theta @ theta), slope.ravel()

    found = minimize(cost, numpy.zeros(classes * x.shape[1]), jac=True, method="L-BFGS-B", tol=1e-14)
    return found.x.reshape(classes, -1), found.fun


@pytest.mark.parametrize(("name", "l2", "epochs"), [("breast_cancer", 300.0, 90), ("iris", 20.0, 120)])
def test_descent_reaches_the_penalised_optimum(name, l2, epochs):
    """With an L2 penalty θ₂ - θ₁ (every difference of rows) agrees to 1e-4 with an independent minimiser's."""
    samples = read_samples(embedded(name))
    _, (samples,) = standardise(samples)
    network = classifier(samples)
    step = 1.8 * safe_step(samples.x, l2)
    history = gradient_descent(network, samples.x, samples.y, step=step, epochs=epochs, l2=l2, progress=False)
    theta = numpy.array([[t.data for t in row] for row in network.layers[0].theta])
    expected, optimum = independent_optimum(samples.x, samples.y, len(samples.classes), l2)
    assert numpy.abs((theta[1:] - theta[0]) - (expected[1:] - expected[0])).max() < 1e-4
    assert history[-1] == pytest.approx(optimum, rel=1e-7)


def test_the_penalty_is_half_the_sum_of_squares():
    """cost_of adds l2/2 · Σθ², as a node of the graph."""
    network = Sequential(Linear(2, 2, theta=[[1.0, 2.0], [3.0, 4.0]]), LogSoftmax(), NegativeLogLikelihood())
    plain, penalised = cost_of(network, [[1.0, 1.0]], [0]), cost_of(network, [[1.0, 1.0]], [0], l2=0.5)
    assert penalised.data == pytest.approx(plain.data + 0.25 * 30.0, rel=1e-15)


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


def run(*arguments, cwd, **settings):
    return subprocess.run(
        [sys.executable, "-m", "microgrand", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, **settings
    )


def test_the_main_job(tmp_path):
    """`microgrand train`: a progress bar on stderr, figures and trace on stdout, three whole files; 0.95 reached."""
    done = run("train", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert float(lines[0].removeprefix("training accuracy: ")) > 0.95
    assert float(lines[1].removeprefix("test accuracy: ")) >= 0.95
    assert float(lines[2].removeprefix("cost: ")) > 0
    assert any(line.startswith("δ²  ") for line in lines)
    assert any(line.startswith("θ₂ ←") for line in lines)
    assert "epoch" in done.stderr
    out = tmp_path / "microgrand-out"
    assert sorted(path.name for path in out.iterdir()) == ["graph.svg", "loss.svg", "model.json"]
    assert (out / "graph.svg").read_text().rstrip().endswith("</svg>")
    assert (out / "loss.svg").read_text().rstrip().endswith("</svg>")
    model = json.loads((out / "model.json").read_text())
    assert (len(model["theta"]), len(model["theta"][0]), model["classes"]) == (2, 30, ["benign", "malignant"])


def test_a_table_of_ones_own(tmp_path):
    """K classes, a named target in the middle, an --out of one's own, a byte order mark and Windows line ends."""
    with open(tmp_path / "own.csv", "w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "kind", "b"])
        writer.writerows([[k + i / 100, f"class {k}", -k] for k in range(4) for i in range(10)])
    done = run("train", "own.csv", "--target", "kind", "--out", "there/deep", "--epochs", 30, "--bias", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    model = json.loads((tmp_path / "there/deep/model.json").read_text())
    assert (model["features"], model["classes"][3], len(model["bias"])) == (["a", "b"], "class 3", 4)


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
    "target only": ("y\nu\nv\n", "no column beside the target 'y'"),
    "not text": ("\xff\xfe\x00\x01", "cannot be read as CSV text"),
    "too large": ("a,b,y\n1,1.7e308,u\n2,-1.7e308,v\n3,1e308,u\n4,-1.7e308,v\n", "column 'b' are too large"),
    "open quote": ('a,b,y\n1,"2,u\n', "cannot be read as CSV text"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_files_are_refused_in_one_sentence(case, tmp_path):
    """Exit code 2, one line on stderr that says what is wrong and where, no traceback, nothing written."""
    content, message = BAD_FILES[case]
    (tmp_path / "bad.csv").write_bytes(content.encode("latin-1"))
    done = run("train", "bad.csv", cwd=tmp_path)
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
        (["good.csv", "--step", "1e300"], "diverged with a step of 1e+300: give a smaller --step"),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence(arguments, message, tmp_path):
    """A missing file, a missing target, a DIR that cannot be: exit code 2 and one sentence; nothing half-written."""
    (tmp_path / "good.csv").write_text(GOOD)
    done = run("train", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "good.csv"]


@pytest.mark.parametrize(
    "rows", [["7,0", "7,1"] * 4, [f"{i},{-i},{i % 2}" for i in range(8)]], ids=["constant", "opposite"]
)
def test_degenerate_features_are_no_trouble(rows, tmp_path):
    """Constant features, and features that cancel, train without a traceback."""
    (tmp_path / "t.csv").write_text(",".join("abc"[: rows[0].count(",")]) + ",y\n" + "\n".join(rows) + "\n")
    done = run("train", "t.csv", "--epochs", 5, cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


def test_output_that_cannot_be_written_is_said(tmp_path):
    """A full disk behind stdout: exit code 2 and one sentence, no traceback."""
    (tmp_path / "good.csv").write_text(GOOD)
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "microgrand", "train", "good.csv", "--epochs", "2"],
            cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    assert done.returncode == 2
    assert "the output could not be written: No space left" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["--epochs", "-1"], ["--l2", "x"], ["--step", "0"], ["--unknown"], ["a", "b"]])
def test_wrong_options_are_refused(arguments, tmp_path):
    """A wrong option or number of arguments: exit code 2, usage on stderr, no traceback."""
    done = run("train", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "usage: microgrand" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_refused(tmp_path):
    """A folder that exists and may not be written to is found out before the training."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    with pytest.raises(InputError, match="permission denied"):
        train_classifier(embedded("iris"), folder, epochs=1)


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
    job = subprocess.Popen(
        [sys.executable, "-m", "microgrand", "train", "--epochs", "100000"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    seen = b""
    while b"epoch" not in seen:
        seen += job.stderr.read(1)
    time.sleep(0.5)
    job.send_signal(signal.SIGINT)
    _, rest = job.communicate(timeout=30)
    assert job.returncode == 130
    assert b"stopped, nothing was written" in rest
    assert b"Traceback" not in rest
    assert not list((tmp_path / "microgrand-out").iterdir())
