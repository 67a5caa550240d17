"""Laws of the estimator as an object: its network holds its parameters, and its last completed fit made it."""

import copy
import math
import pickle
import warnings

import joblib
import numpy
import pandas
import pytest
import scipy.sparse
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris, load_wine
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

from microgrand.training import SoftmaxClassifier, load, save
from microgrand.training import classifier as module
from microgrand.training.solvers import SOLVERS

X, Y = load_iris(return_X_y=True)
NAMES = ["sepal length", "sepal width", "petal length", "petal width"]


@pytest.fixture(scope="module")
def fitted():
    return SoftmaxClassifier().fit(X, Y)


def test_to_load_parameters_changes_everything(tmp_path):
    """`predict`, `coef_`, `intercept_` and `explain` read the parameters off the network, and so never differ."""
    one, other = SoftmaxClassifier().fit(X, Y), SoftmaxClassifier(C=1e-3).fit(X, Y)
    save(other.network_, tmp_path / "parameters.safetensors")
    load(one.network_, tmp_path / "parameters.safetensors")
    assert (one.coef_ == other.coef_).all()
    assert (one.intercept_ == other.intercept_).all()
    assert (one.predict_proba(X) == other.predict_proba(X)).all()
    for x in X[::30]:
        costs = [one.explain(x, k).cost.data for k in range(3)]
        assert costs == pytest.approx((-one.predict_log_proba([x])[0]).tolist(), rel=1e-12)


def test_two_classes_are_told_apart_by_the_network_too(fitted):
    """For two classes coef_ is θ₂ - θ₁ of the network."""
    pair = SoftmaxClassifier().fit(X[:100], Y[:100])
    linear = pair.network_.layers[0]
    linear.theta[1][2].data += 0.5
    linear.bias[0].data -= 0.25
    before = SoftmaxClassifier().fit(X[:100], Y[:100])
    assert (pair.coef_ - before.coef_)[0] == pytest.approx([0.0, 0.0, 0.5, 0.0], abs=1e-12)
    assert pair.intercept_ - before.intercept_ == pytest.approx([0.25], rel=1e-9)


def snapshot(classifier):
    return {name: pickle.dumps(item) for name, item in vars(classifier).items()}


@pytest.mark.parametrize("ending", [KeyboardInterrupt, MemoryError, ValueError])
@pytest.mark.parametrize("place", ["standardised", "minimise", "_network"])
def test_a_refit_that_does_not_complete_changes_nothing(monkeypatch, place, ending):
    """Wherever `fit` ends early, the estimator is what its last completed fit made it, or unfitted."""

    def end(*arguments, **keywords):
        raise ending("here")

    digits, classes = load_digits(return_X_y=True)
    frame = pandas.DataFrame(digits, columns=[f"pixel {k}" for k in range(64)])
    old, new = SoftmaxClassifier().fit(X, Y), SoftmaxClassifier()
    before, expected = snapshot(old), old.predict_proba(X)
    monkeypatch.setattr(module, place, end)
    for classifier in (old, new):
        with pytest.raises(ending):
            classifier.fit(frame, classes.astype(str))
    assert snapshot(old) == before
    assert (old.predict_proba(X) == expected).all()
    with pytest.raises(NotFittedError):
        new.predict(X)


def test_a_refit_leaves_nothing_of_the_fit_before():
    """After a data frame, an array: no names of features are left; other features and classes are a new network's."""
    classifier = SoftmaxClassifier(tol=1e-3).fit(pandas.DataFrame(X, columns=NAMES), Y)
    assert classifier.feature_names_in_.tolist() == NAMES
    wine, kinds = load_wine(return_X_y=True)
    assert not hasattr(classifier.fit(wine[:130], kinds[:130]), "feature_names_in_")
    assert (classifier.coef_.shape, classifier.classes_.tolist()) == ((1, 13), [0, 1])


def test_copies_are_fitted_and_clones_are_not(fitted):
    """The networks of copies and pickles are their own; clones have the settings alone."""
    for twin in (copy.copy(fitted), copy.deepcopy(fitted), pickle.loads(pickle.dumps(fitted))):
        twin.network_.layers[0].theta[0][0].data += 1.0
        assert (twin.predict_proba(X) != fitted.predict_proba(X)).any()
    weights = {0: 2.0, 1: 0.5}
    fresh = clone(SoftmaxClassifier(class_weight=weights, warm_start=True, n_jobs=1))
    assert (fresh.class_weight, fresh.warm_start, fresh.n_jobs) == (weights, True, 1)
    assert not hasattr(clone(fitted), "network_")
    assert not hasattr(clone(fitted), "coef_")


def by_joblib(classifier, path, **options):
    joblib.dump(classifier, path / "a.joblib")
    return joblib.load(path / "a.joblib", **options)


def by_skops(classifier, path):
    """What skops keeps without running code of a file's; the types that one has to trust are microgrand's own two."""
    skops = pytest.importorskip("skops.io", reason="skops is not installed: pip install skops")
    skops.dump(classifier, path / "a.skops")
    own = skops.get_untrusted_types(file=path / "a.skops")
    assert own == ["microgrand.training.classifier.SoftmaxClassifier", "microgrand.training.loop.History"]
    return skops.load(path / "a.skops", trusted=own)


WAYS = {
    **{f"pickle {k}": lambda classifier, path, k=k: pickle.loads(pickle.dumps(classifier, k)) for k in (0, 2, 5)},
    "copy": lambda classifier, path: copy.copy(classifier),
    "deepcopy": lambda classifier, path: copy.deepcopy(classifier),
    "joblib": by_joblib,
    "joblib, mapped": lambda classifier, path: by_joblib(classifier, path, mmap_mode="r"),
    "skops": by_skops,
}
FITS = {
    "numbers": lambda: SoftmaxClassifier(class_weight={1: 2.0}).fit(X, Y),
    "a pair": lambda: SoftmaxClassifier(fit_intercept=False, C=math.inf, tol=0.1).fit(X[30:], Y[30:] > 1),
    "names": lambda: SoftmaxClassifier().fit(pandas.DataFrame(X, columns=NAMES), pandas.Series(["u", "v", "w"])[Y]),
}


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("way", WAYS)
def test_whatever_keeps_it_keeps_all_of_it(way, fit, tmp_path):
    """Law: copied, pickled, or kept by joblib or skops, an estimator says the same of samples and of itself, bit for
    bit, and can be explained and fitted again.
    """
    classifier = FITS[fit]()
    twin = WAYS[way](classifier, tmp_path)
    frame = pandas.DataFrame(X, columns=NAMES) if fit == "names" else X
    assert twin.predict_proba(frame).tobytes() == classifier.predict_proba(frame).tobytes()
    assert twin.predict(frame).tolist() == classifier.predict(frame).tolist()
    first = frame.iloc[0] if fit == "names" else X[0]
    assert twin.explain(first).delta == classifier.explain(first).delta
    assert (twin.get_params(), twin.history_) == (classifier.get_params(), classifier.history_)
    assert twin.n_iter_.tolist() == classifier.n_iter_.tolist()
    assert vars(twin).keys() == vars(classifier).keys()
    assert twin.network_.named_parameters().keys() == classifier.network_.named_parameters().keys()
    assert twin.fit(X, Y).coef_.tobytes() == FITS[fit]().fit(X, Y).coef_.tobytes()


def test_a_pickle_is_no_larger_than_its_numbers():
    """θ is kept as an array: of 10,000 parameters that is 8 bytes each, and not a node each."""
    wide = SoftmaxClassifier(max_iter=0, tol=10.0).fit(numpy.eye(10, 1000), numpy.arange(10))
    assert len(pickle.dumps(wide)) < 8 * 10_000 + 10_000


def test_settings_wait_for_the_next_fit(fitted):
    """What is set after a fit changes nothing of it; θ and b are set in the network alone."""
    twin = copy.deepcopy(fitted)
    twin.set_params(C=1e-3, fit_intercept=False, class_weight={0: 5.0})
    assert twin.predict_proba(X).tobytes() == fitted.predict_proba(X).tobytes()
    assert twin.intercept_.any()
    assert not twin.fit(X, Y).intercept_.any()
    for name in ("coef_", "intercept_"):
        with pytest.raises(AttributeError, match=f"'{name}' of 'SoftmaxClassifier' object has no setter"):
            setattr(twin, name, 0.0)


@pytest.mark.parametrize("ask", ["predict", "predict_proba", "predict_log_proba", "decision_function"])
@pytest.mark.parametrize("number", [math.nan, math.inf, 1e308])
def test_no_class_is_made_of_numbers_that_are_none(ask, number, fitted):
    """Where θ x + b is not finite, as with parameters that diverged elsewhere, the row is named: no class follows."""
    twin = copy.deepcopy(fitted)
    twin.network_.layers[0].theta[1][3].data = number
    samples = [[0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 2.0]]
    row = 1 if number == 1e308 else 0  # 0 · ∞ is no number
    with pytest.raises(ValueError, match=rf"row {row} has no class: θ x \+ b is .*, which is not finite"):
        getattr(twin, ask)(samples)


def test_a_series_is_explained_by_its_names():
    """The numbers of a pandas Series are looked up by name, in any order; other names are refused, as in `predict`."""
    classifier = SoftmaxClassifier().fit(pandas.DataFrame(X, columns=NAMES), Y)
    for k in (0, 75, 149):
        sample = pandas.Series(X[k], index=NAMES)
        expected = classifier.explain(sample)
        assert expected.z[1] == X[k].tolist()
        for order in ([3, 2, 1, 0], [1, 0, 3, 2]):
            assert classifier.explain(sample.iloc[order]).z == expected.z
    with pytest.raises(ValueError, match="The feature names should match those that were passed during fit"):
        classifier.explain(pandas.Series(X[0], index=["sepal length", "sepal width", "petal length", "width"]))
    unnamed = SoftmaxClassifier().fit(X, Y)
    assert unnamed.explain(pandas.Series(X[0])).z[1] == X[0].tolist()


CONTAINERS = [getattr(scipy.sparse, f"{form}_{kind}") for form in ("csr", "csc", "coo") for kind in ("array", "matrix")]


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("setting", [{}, {"fit_intercept": False}, {"class_weight": "balanced"}])
def test_sparse_samples_are_dense_samples(container, setting):
    """Fitted on a sparse matrix, θ is that of the dense array; predictions and explanations take either."""
    digits, classes = load_digits(return_X_y=True)
    digits, classes = digits[:200, 16:32], classes[:200]
    dense, sparse = [SoftmaxClassifier(C=0.01, **setting).fit(x, classes) for x in (digits, container(digits))]
    assert numpy.abs(sparse.coef_ - dense.coef_).max() < 1e-6
    assert numpy.abs(sparse.intercept_ - dense.intercept_).max() < 1e-5
    assert numpy.allclose(sparse.predict_proba(container(digits)), dense.predict_proba(digits), atol=1e-6)
    row = scipy.sparse.csr_matrix(digits[:1])
    assert sparse.explain(row).z == sparse.explain(digits[0]).z


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("solver", SOLVERS)
def test_every_solver_takes_sparse_samples(solver):
    """On features with zeros the other solvers descend on a sparse matrix as well."""
    digits, classes = load_digits(return_X_y=True)
    classifier = SoftmaxClassifier(solver=solver, max_iter=100).fit(scipy.sparse.csr_matrix(digits), classes)
    assert classifier.history_.costs[-1] < 0.5 * classifier.history_.costs[0]
    assert classifier.score(digits, classes) > 0.9


@pytest.mark.parametrize("class_weight", [{0: 1.0, 1: 5.0, 2: 0.5}, {1: 3.0}, "balanced"])
@pytest.mark.parametrize("weighted", [False, True])
def test_class_weights_are_scikit_learns(class_weight, weighted):
    """A dict and "balanced" weigh classes as in LogisticRegression, beside weights of samples too."""
    x, y = X[20:], Y[20:]
    w = 0.5 + numpy.arange(len(y)) % 3 if weighted else None
    expected = LogisticRegression(class_weight=class_weight, tol=1e-10, solver="newton-cholesky").fit(x, y, w)
    found = SoftmaxClassifier(class_weight=class_weight).fit(x, y, w)
    assert numpy.abs(found.coef_ - expected.coef_).max() < 1e-4
    assert numpy.abs(found.predict_proba(x) - expected.predict_proba(x)).max() < 1e-5


def test_class_weights_of_names_and_of_blocks():
    """Classes may be text; blocks of Dask's have the same weights."""
    arrays = pytest.importorskip("dask.array", reason="Dask is not installed: pip install dask[array]")
    names = numpy.array(["a", "b", "c"])[Y]
    expected = SoftmaxClassifier(class_weight={0: 2.0}).fit(X, Y)
    assert (SoftmaxClassifier(class_weight={"a": 2.0}).fit(X, names).coef_ == expected.coef_).all()
    for class_weight in ({0: 2.0}, "balanced"):
        dense = SoftmaxClassifier(class_weight=class_weight).fit(X[20:], Y[20:])
        blocks = [arrays.from_array(each[20:], chunks=50) for each in (X, Y)]
        assert numpy.allclose(SoftmaxClassifier(class_weight=class_weight).fit(*blocks).coef_, dense.coef_, atol=1e-5)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_warm_start_goes_on():
    """Five epochs and five more are ten; from the optimum there is nothing left to do, in other units neither."""
    setting = {"solver": "gradient-descent", "warm_start": True}
    twice, once = SoftmaxClassifier(**setting, max_iter=5).fit(X, Y), SoftmaxClassifier(**setting, max_iter=10)
    assert numpy.allclose(twice.fit(X, Y).coef_, once.fit(X, Y).coef_, rtol=1e-9, atol=1e-12)
    for classes in (2, 3):
        x, y = X[: 50 * classes], Y[: 50 * classes]
        done = SoftmaxClassifier(warm_start=True).fit(x, y)
        coefficients = done.coef_
        assert done.fit(x, y).n_iter_[0] == 0
        assert numpy.allclose(done.coef_, coefficients, rtol=1e-12)
        assert done.set_params(C=0.9).fit(x, y).n_iter_[0] < SoftmaxClassifier(C=0.9).fit(x, y).n_iter_[0]
    cold = SoftmaxClassifier().fit(X, Y)
    assert cold.fit(X, Y).n_iter_[0] > 0
    assert SoftmaxClassifier(warm_start=True).fit(X, Y).set_params(fit_intercept=False).fit(X, Y).intercept_.any() == 0


def test_a_warm_start_with_other_classes_is_refused():
    """A warm start keeps features and classes, and says so; the estimator stays what it was."""
    classifier = SoftmaxClassifier(warm_start=True).fit(X, Y)
    for x, y in [(X[:100], Y[:100]), (X[:, :3], Y), (X, Y + 1)]:
        with pytest.raises(ValueError, match="a warm start goes on with the classes and features of the last fit"):
            classifier.fit(x, y)
    assert classifier.score(X, Y) > 0.9


@pytest.mark.parametrize("dtype", [numpy.float32, numpy.float64])
def test_probabilities_have_the_precision_of_the_samples(dtype):
    """Samples of 32 bits give probabilities of 32 bits, that are those of 64 but for rounding."""
    classifier = SoftmaxClassifier().fit(X.astype(dtype), Y)
    assert classifier.predict_proba(X.astype(dtype)).dtype == dtype
    assert classifier.decision_function(X.astype(dtype)).dtype == dtype
    assert numpy.abs(classifier.predict_proba(X.astype(dtype)) - classifier.predict_proba(X)).max() < 1e-5


@pytest.mark.parametrize("n_jobs", [1, 2, -1])
def test_a_number_of_threads_changes_no_result(n_jobs):
    """`n_jobs` is accepted, and θ is the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = SoftmaxClassifier(n_jobs=n_jobs).fit(X, Y)
    assert numpy.allclose(found.coef_, SoftmaxClassifier().fit(X, Y).coef_, atol=1e-6)
