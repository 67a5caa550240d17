"""Laws of the estimator: scikit-learn's own checks, scikit-learn's own optima, and a trace that adds up."""

import math
import pickle
import warnings

import numpy
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import microgrand
from microgrand import draw, sweep, walkthrough
from microgrand.training import SoftmaxClassifier
from microgrand.training.solvers import SOLVERS

LOADERS = {"breast_cancer": load_breast_cancer, "iris": load_iris, "wine": load_wine, "digits": load_digits}


@parametrize_with_checks(
    [SoftmaxClassifier(solver=solver, max_iter=1000 if solver == "lbfgs" else 100) for solver in SOLVERS]
    + [SoftmaxClassifier(fit_intercept=False, C=10.0), SoftmaxClassifier(class_weight="balanced")],
    expected_failed_checks=lambda estimator: (
        {}
        if estimator.fit_intercept
        else {"check_class_weight_classifiers": "no weights turn a line through 0 into another"}
    ),
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # other solvers than L-BFGS are slow
def test_scikit_learn_accepts_it(estimator, check):
    """Every check that scikit-learn makes of an estimator passes, by every solver."""
    check(estimator)


def data(name):
    X, y = LOADERS[name](return_X_y=True)
    return StandardScaler().fit_transform(X), y


def objective(coef, intercept, X, y, C):
    """scikit-learn's: C Σ loss + ½ |coef|², written in NumPy."""
    z = X @ coef.T + intercept
    if z.shape[1] == 1:
        z = numpy.hstack([numpy.zeros_like(z), z])
    log_p = z - z.max(1, keepdims=True)
    log_p = log_p - numpy.log(numpy.exp(log_p).sum(1, keepdims=True))
    return -C * log_p[range(len(y)), y].sum() + (coef**2).sum() / 2


CASES = [
    *[(name, 1.0, intercept) for name in ("breast_cancer", "iris", "wine") for intercept in (True, False)],
    *[(name, 0.01, True) for name in ("breast_cancer", "iris", "wine", "digits")],
    ("digits", 1.0, True),
]


@pytest.mark.parametrize(("name", "C", "fit_intercept"), CASES)
def test_it_reaches_scikit_learns_optimum(name, C, fit_intercept):
    """Coefficients agree with LogisticRegression's, by a second-order solver, to 1e-4, the objective to 1e-8."""
    X, y = data(name)
    if name == "digits" and not microgrand.COMPILED:  # interpreted, all of them would take minutes
        X, y = X[:200], y[:200]
    expected = LogisticRegression(C=C, fit_intercept=fit_intercept, solver="newton-cg", tol=1e-9, max_iter=1000).fit(
        X, y
    )
    found = SoftmaxClassifier(C=C, fit_intercept=fit_intercept, tol=1e-9).fit(X, y)
    assert found.coef_.shape == expected.coef_.shape
    assert numpy.abs(found.coef_ - expected.coef_).max() < 1e-4
    assert numpy.abs(found.intercept_ - expected.intercept_).max() < 1e-4
    optimum = objective(expected.coef_, expected.intercept_, X, y, C)
    assert objective(found.coef_, found.intercept_, X, y, C) == pytest.approx(optimum, rel=1e-8)
    assert numpy.allclose(found.predict_proba(X), expected.predict_proba(X), atol=1e-4)
    assert numpy.allclose(found.decision_function(X), expected.decision_function(X), atol=1e-2)
    assert found.score(X, y) == expected.score(X, y)


@pytest.mark.parametrize("solver", ["gradient-descent", "momentum", "adam", "lbfgs"])
def test_every_solver_comes_to_the_same(solver):
    """All solvers reach the same coefficients on a well-conditioned problem, to their tolerance."""
    X, y = data("iris")
    expected = SoftmaxClassifier(C=0.01, tol=1e-9).fit(X, y)
    found = SoftmaxClassifier(C=0.01, solver=solver, tol=1e-6, max_iter=2000).fit(X, y)
    assert numpy.abs(found.coef_ - expected.coef_).max() < 1e-3
    assert found.n_iter_[0] < 2000


@pytest.mark.parametrize("classes", [2, 3])
def test_weights_count_samples(classes):
    """A sample of weight 2 counts as two, one of weight 0 as none."""
    X, y = [array[: 50 * classes] for array in data("iris")]
    weights = numpy.arange(len(y)) % 3
    found = SoftmaxClassifier(tol=1e-8).fit(X, y, weights)
    expected = SoftmaxClassifier(tol=1e-8).fit(numpy.repeat(X, weights, axis=0), numpy.repeat(y, weights))
    assert numpy.abs(found.coef_ - expected.coef_).max() < 1e-5


def test_pipelines_searches_and_pickles():
    """It stands in a pipeline, is searched over, cloned and pickled; names of classes may be text."""
    X, y = load_iris(return_X_y=True)
    names = numpy.array(["setosa", "versicolor", "virginica"])[y]
    search = GridSearchCV(
        make_pipeline(StandardScaler(), SoftmaxClassifier()), {"softmaxclassifier__C": [0.1, 1.0]}, cv=3
    )
    search.fit(X, names)
    assert search.best_score_ > 0.9
    best = search.best_estimator_
    twin = pickle.loads(pickle.dumps(best))
    assert (twin.predict(X) == best.predict(X)).all()
    assert set(best.predict(X)) == set(names)
    assert clone(SoftmaxClassifier(C=3.0)).get_params()["C"] == 3.0
    assert "SoftmaxClassifier" in SoftmaxClassifier()._repr_html_()


def test_a_trained_models_trace_adds_up():
    """On a trained model δ² by layers is δ² by nodes, to the last bit: both are sweeps over the same nodes, the one cut
    at z³; and by hand, δ² = softmax(z²) - I(y), ∂C/∂θₖ = δ²ₖ x, within 2 ulp of their terms.
    """
    X, y = data("breast_cancer")
    classifier = SoftmaxClassifier().fit(X, y)
    for x, label in zip(X[:50], y[:50], strict=True):
        trace = classifier.explain(x, label)
        adjoints = sweep(trace.cost)
        cost = trace.cost
        z3 = cost.parents[0].parents
        z2 = z3[0].parents
        assert [z.data for z in z2] == trace.z[2]
        assert [adjoints[z] for z in z3] == trace.delta[3]
        assert [adjoints[z] for z in z2] == trace.delta[2]
        p = numpy.exp(trace.z[3])
        for k in range(2):
            assert math.isclose(trace.delta[2][k], p[k] - (k == label), rel_tol=0, abs_tol=3e-16)
            for i, slope in enumerate(trace.theta_gradient[1][k]):
                assert math.isclose(slope, trace.delta[2][k] * x[i], rel_tol=3e-16)
                assert adjoints[classifier.network_.layers[0].theta[k][i]] == slope


def test_explanations_are_drawn_and_walked():
    """`explain` gives the most probable class's trace; `draw` and `walkthrough` take it; wrong calls are refused."""
    X, y = load_iris(return_X_y=True)
    classifier = SoftmaxClassifier().fit(X, y)
    trace = classifier.explain(X[0])
    assert trace.targets == (0,)
    assert math.isclose(trace.cost.data, -classifier.predict_log_proba(X[:1])[0, 0], rel_tol=1e-12)
    assert "linear" in str(draw(trace, depth=1))
    assert len(list(walkthrough(trace))) > 5
    assert classifier.explain(X[0], 2).cost.data > trace.cost.data
    for call, message in [
        (lambda: classifier.explain(X[:2]), r"one sample, a vector; got an array of shape \(2, 4\)"),
        (lambda: classifier.explain(X[0], 7), "there is no class 7: the classes are 0, 1, 2"),
        (lambda: classifier.explain(X[0][:2]), "X has 2 features"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"C": 0.0}, "C is a number above 0; got 0.0 of type float"),
        ({"C": math.nan}, "C is a number above 0; got nan of type float"),
        ({"C": "1"}, "C is a number above 0; got '1' of type str"),
        ({"C": True}, "C is a number above 0; got True of type bool"),
        ({"fit_intercept": "no"}, "fit_intercept is True or False; got 'no' of type str"),
        ({"class_weight": "equal"}, "class_weight is None, 'balanced', or a dict .*; got 'equal' of type str"),
        (
            {"class_weight": {0: -1.0}},
            "class_weight is None, 'balanced', or a dict .* from 0 up; got {0: -1.0} of type",
        ),
        ({"class_weight": {2: 1.0}}, "class_weight has 2, which is none of the classes 0, 1"),
        ({"class_weight": {0: 0.0}}, "y holds one class only, 1, with a weight above 0"),
        ({"solver": "newton"}, "there is no solver 'newton': choose from lbfgs"),
        ({"solver": ["adam"]}, r"there is no solver \['adam'\]: choose from lbfgs"),
        ({"solver": "adam", "step": -1.0}, "step is None, or a finite number above 0; got -1.0 of type float"),
        ({"solver": "adam", "step": "x"}, "step is None, or a finite number above 0; got 'x' of type str"),
        ({"solver": "lbfgs", "step": 0.1}, "lbfgs finds its own steps: leave out step=0.1, or choose another solver"),
        ({"tol": -1.0}, "tol is a finite number from 0 up; got -1.0 of type float"),
        ({"tol": math.inf}, "tol is a finite number from 0 up; got inf of type float"),
        ({"tol": math.nan}, "tol is a finite number from 0 up; got nan of type float"),
        ({"tol": "x"}, "tol is a finite number from 0 up; got 'x' of type str"),
        ({"max_iter": -1}, "max_iter is a whole number from 0 to 10¹⁸; got -1 of type int"),
        ({"max_iter": 1.5}, "max_iter is a whole number from 0 to 10¹⁸; got 1.5 of type float"),
        ({"warm_start": 2}, "warm_start is True or False; got 2 of type int"),
        ({"n_jobs": 0}, "n_jobs is None, or a whole number other than 0; got 0 of type int"),
        ({"verbose": "loud"}, "verbose is True or False, or a whole number; got 'loud' of type str"),
    ],
)
def test_wrong_settings_are_refused(settings, message):
    """Settings are judged by `fit`, in one sentence."""
    with pytest.raises(ValueError, match=message):
        SoftmaxClassifier(**settings).fit([[0.0], [1.0]], [0, 1])


def test_no_convergence_is_told():
    """Where max_iter did not suffice, a ConvergenceWarning says so, and the classifier can be used all the same."""
    X, y = data("iris")
    with pytest.warns(ConvergenceWarning, match="did not converge within max_iter=2 epochs"):
        classifier = SoftmaxClassifier(max_iter=2).fit(X, y)
    assert classifier.score(X, y) > 0.5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        SoftmaxClassifier(C=0.1, max_iter=200).fit(X, y)


def test_without_a_penalty():
    """C = ∞ leaves the penalty out: a sample's probability is the share of its class among those like it."""
    X, y = [[0.0]] * 4 + [[1.0]] * 4, [0, 0, 0, 1, 0, 1, 1, 1]
    classifier = SoftmaxClassifier(C=math.inf, tol=1e-10).fit(X, y)
    assert classifier.predict_proba([[0.0], [1.0]]).ravel() == pytest.approx([0.75, 0.25, 0.25, 0.75], rel=1e-6)
