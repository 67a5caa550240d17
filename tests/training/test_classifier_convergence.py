"""Laws of convergence: whatever units, offsets and weights the samples have, the optimum is reached, or it is told."""

import math
import re

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from microgrand.training import SoftmaxClassifier
from microgrand.training.curvature import round_coordinates
from microgrand.training.solvers import SOLVERS


def by_newton(X, y, w, C, fit_intercept):
    """Probabilities at the optimum of the same cost and penalty, by Newton's method in NumPy: an independent minimiser.

    θ has K - 1 free rows for two classes, as against the first, and K rows for more. Every column is divided by its
    size, which changes the penalty's share alone.
    """
    K = y.max() + 1
    mean = X.mean(0) * fit_intercept
    size = numpy.abs(X - mean).max(0)
    rows = numpy.hstack([(X - mean) / size, numpy.ones((len(X), 1)) * fit_intercept])
    shrinkage = numpy.append(1.0 / (C * size**2), 0.0)
    free = numpy.eye(K)[1:] if K == 2 else numpy.eye(K)
    theta = numpy.zeros((len(free), rows.shape[1]))

    def probabilities(theta):
        z = rows @ (free.T @ theta).T
        e = numpy.exp(z - z.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)

    def cost(theta):
        return -(w * numpy.log(probabilities(theta)[range(len(y)), y])).sum() + (shrinkage * theta**2).sum() / 2

    for _ in range(60):
        p = probabilities(theta)
        slope = (free @ (w[:, None] * (p - numpy.eye(K)[y])).T @ rows + shrinkage * theta).ravel()
        curved = numpy.einsum("i,ik,kl->ikl", w, p, numpy.eye(K)) - numpy.einsum("i,ik,il->ikl", w, p, p)
        hessian = numpy.einsum("ikl,ak,bl,im,in->ambn", curved, free, free, rows, rows).reshape(theta.size, -1)
        hessian += numpy.diag(numpy.tile(shrinkage, len(free)))
        root = numpy.sqrt(numpy.where(numpy.diag(hessian) > 0.0, numpy.diag(hessian), 1.0))
        inverse = numpy.linalg.pinv(hessian / root / root[:, None], rcond=1e-13, hermitian=True)
        step = -(inverse @ (slope / root) / root).reshape(theta.shape)
        while cost(theta + step) > cost(theta) + 1e-12 * abs(cost(theta)) and numpy.abs(step).max() > 1e-14:
            step = step / 2
        theta = theta + step
    return probabilities(theta)


@st.composite
def problems(draw):
    """Samples whose features have units of 1e-12 to 1e12 and offsets up to 1e6 of them; classes; weights; settings."""
    rng = numpy.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, K = draw(st.integers(1, 4)), draw(st.integers(2, 4))
    units = 10.0 ** numpy.array(draw(st.lists(st.integers(-12, 12), min_size=n, max_size=n)))
    offsets = numpy.array(draw(st.lists(st.sampled_from([0.0, 1.0, -1e3, 1e6]), min_size=n, max_size=n)))
    fit_intercept = draw(st.booleans())
    X = (rng.normal(size=(20 * K, n)) + offsets * fit_intercept) * units
    y = numpy.append(numpy.arange(K), rng.integers(0, K, 19 * K))
    w = rng.choice([0.5, 1.0, 3.0], len(y)) if draw(st.booleans()) else numpy.ones(len(y))
    return X, y, w, {"C": 10.0 ** draw(st.integers(-3, 3)), "fit_intercept": fit_intercept}


@settings(max_examples=40, deadline=None)
@given(problems())
def test_probabilities_are_those_of_the_optimum_in_any_units(problem):
    """Without a warning, probabilities agree to 1e-6 with those of an independent minimiser of the same cost."""
    X, y, w, setting = problem
    found = SoftmaxClassifier(**setting).fit(X, y, w)
    assert numpy.abs(found.predict_proba(X) - by_newton(X, y, w, **setting)).max() < 1e-6


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("unit", [1e-12, 1e-3, 1.0, 1e6, 1e12, 1e150])
def test_a_unit_changes_the_penalty_alone(unit, classes):
    """In another unit, with C divided by its square, θ is LogisticRegression's in the first, divided by the unit."""
    X, y = [array[: 50 * classes] for array in load_iris(return_X_y=True)]
    C = 0.5
    expected = LogisticRegression(C=C, tol=1e-10, solver="newton-cholesky").fit(X, y)
    found = SoftmaxClassifier(C=C / unit**2).fit(X * unit, y)
    assert numpy.allclose(found.coef_ * unit, expected.coef_, atol=1e-5, rtol=1e-5)
    assert numpy.allclose(found.intercept_, expected.intercept_, atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize(("offset", "digits"), [(1e4, 1e-9), (1.7e9, 1e-5)])
def test_an_offset_is_taken_up_by_the_biases(offset, digits):
    """Unix times, and the like: coefficients are those without the offset, and probabilities but for its rounding."""
    rng = numpy.random.default_rng(0)
    X = numpy.round(rng.normal(size=(200, 3)), 2)
    y = (X @ [1.0, -2.0, 0.5] + rng.logistic(size=200) > 0.3).astype(int)
    plain = SoftmaxClassifier().fit(X, y)
    moved = SoftmaxClassifier().fit(X + offset, y)
    assert numpy.allclose(moved.coef_, plain.coef_, atol=1e-6)
    assert numpy.abs(moved.predict_proba(X + offset) - plain.predict_proba(X)).max() < max(digits, 1e-7)


def test_features_of_very_different_units_converge():
    """Features of size 1e6 and 1e-6 beside each other, without a penalty, have the optimum of the same in one unit."""
    rng = numpy.random.default_rng(1)
    X = rng.normal(size=(300, 2))
    y = (X.sum(1) + rng.logistic(size=300) > 0.0).astype(int)
    expected = SoftmaxClassifier(C=math.inf).fit(X, y)
    found = SoftmaxClassifier(C=math.inf).fit(X * [1e6, 1e-6], y)
    assert numpy.allclose(found.coef_ * [1e6, 1e-6], expected.coef_, atol=1e-6)


@pytest.mark.parametrize("load", [load_digits, load_breast_cancer])
def test_the_default_tolerance_gives_four_digits(load):
    """On digits and breast cancer as they are, θ is LogisticRegression's optimum to 1e-4, with all defaults."""
    X, y = load(return_X_y=True)
    expected = LogisticRegression(solver="newton-cholesky", tol=1e-11, max_iter=1000).fit(X, y)
    found = SoftmaxClassifier().fit(X, y)
    assert numpy.abs(found.coef_ - expected.coef_).max() < 1e-4
    assert numpy.abs(found.predict_proba(X) - expected.predict_proba(X)).max() < 1e-4


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_last_permitted_epoch_may_be_the_one_that_converges(solver):
    """With as many epochs as it takes there is no warning, with a few less there is, for every solver."""
    X, y = load_iris(return_X_y=True)
    setting = {"solver": solver, "C": 0.01, "tol": 1e-3}
    needed = int(SoftmaxClassifier(**setting, max_iter=5000).fit(X, y).n_iter_[0])
    last = SoftmaxClassifier(**setting, max_iter=needed).fit(X, y)
    assert last.n_iter_[0] == needed
    with pytest.warns(ConvergenceWarning, match=rf"{solver} did not converge within max_iter={needed // 2} epochs"):
        SoftmaxClassifier(**setting, max_iter=needed // 2).fit(X, y)


def test_where_rounding_ends_the_descent_that_is_told():
    """A tolerance below what the arithmetic can tell is not reached in silence."""
    X, y = load_iris(return_X_y=True)
    with pytest.warns(ConvergenceWarning, match=r"for rounding ended the descent: the gradient is .*, and tol=1e-18"):
        SoftmaxClassifier(tol=1e-18).fit(X, y)


@pytest.mark.parametrize(("solver", "accuracy"), [("gradient-descent", 0.85), ("momentum", 0.93)])
def test_one_heavy_sample_starves_no_solver(solver, accuracy):
    """Where one sample weighs 1e4, the others are learned too, and what is left to be learned is told."""
    X, y = load_iris(return_X_y=True)
    weights = numpy.ones(150)
    weights[10] = 1e4
    with pytest.warns(ConvergenceWarning, match=f"{solver} did not converge within max_iter=1000 epochs"):
        found = SoftmaxClassifier(solver=solver).fit(X, y, weights)
    assert found.score(X, y) > accuracy


@pytest.mark.parametrize("solver", ["gradient-descent", "momentum", "adam"])
@pytest.mark.parametrize("step", [1e3, 1e300])
def test_a_step_that_is_too_large_is_an_error(solver, step):
    """A descent that ends above its beginning, or leaves the numbers, diverged: the way out is a smaller step."""
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match=rf"{solver} diverged.*: give a smaller step than {re.escape(f'{step:g}')}$"):
        SoftmaxClassifier(solver=solver, step=step, max_iter=51).fit(X, y)


def test_a_step_that_swings_is_told():
    """Where the cost rises again below its beginning, the warning asks for a smaller step."""
    X, y = load_iris(return_X_y=True)
    with pytest.warns(ConvergenceWarning, match=r"gradient-descent did not converge .*, give a smaller step$"):
        SoftmaxClassifier(solver="gradient-descent", step=0.1, max_iter=20).fit(X, y)


def test_numbers_that_cannot_be_centred_are_refused():
    """Differences that overflow are an error that names the feature."""
    with pytest.raises(ValueError, match="the numbers of feature 1 are too large to be centred: give it in another"):
        SoftmaxClassifier().fit([[0.0, -1.7e308], [1.0, 1.7e308], [0.5, 1.7e308]], [0, 1, 1])


# ---- features that depend on each other ------------------------------------------------------------------------------


def mixtures(condition, K, seed):
    """Samples of 12 features, mixed by a matrix of this condition, and classes by whose scores of one size they are."""
    rng = numpy.random.default_rng(seed)
    axes, _ = numpy.linalg.qr(rng.normal(size=(12, 12)))
    sizes = numpy.geomspace(1.0, 1.0 / condition, 12)
    scores = rng.normal(size=(600, 12))
    X = (scores * sizes) @ axes.T
    z = scores @ rng.normal(size=(12, K)) + rng.gumbel(size=(600, K))
    return X, z.argmax(axis=1)


@pytest.mark.parametrize("condition", [1.0, 1e2, 1e4, 1e6])
@pytest.mark.parametrize("C", [1.0, 1e6, math.inf])
@pytest.mark.parametrize("K", [2, 4])
def test_features_that_depend_on_each_other_cost_few_steps(K, C, condition):
    """The optimum is reached, without a warning, in two hundred steps at most, also where a feature stands there twice
    and another is constant; without coordinates of its own the descent needs thousands.
    """
    for seed in range(3):
        X, y = mixtures(condition, K, seed)
        for x in (X, numpy.hstack([X, X[:, :3], numpy.ones((600, 1))])):
            assert SoftmaxClassifier(C=C).fit(x, y).n_iter_[0] <= 200


@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("K", [2, 5])
def test_in_its_coordinates_the_cost_is_round(K, weighted, biased):
    """In the coordinates φ the Hessian of cost and penalty, in the mean over the rows of θ, is a multiple of 1, at any
    θ; and they are linear: back and forth gives θ again, and gradients go the other way.
    """
    X, _ = mixtures(30.0, K, 1)
    w = numpy.random.default_rng(0).uniform(0.5, 2.0, 600) if weighted else numpy.ones(600)
    shrinkage = numpy.linspace(0.5, 3.0, 12)
    for size in (0.0, 0.5):
        theta = size * numpy.random.default_rng(1).normal(size=12 * K + K * biased)
        found = round_coordinates(X, w if weighted else None, theta, shrinkage, K)
        assert found.to_theta(found.to_phi(theta)) == pytest.approx(theta, rel=1e-9, abs=1e-9)
        assert found.to_theta(theta) @ found.to_phi(theta) == pytest.approx(theta @ theta, rel=1e-9)
        columns = numpy.hstack([X, numpy.ones((600, 1))]) if biased else X
        scores = X @ theta[: 12 * K].reshape(K, 12).T + (theta[12 * K :] if biased else 0.0)
        p = numpy.exp(scores) / numpy.exp(scores).sum(axis=1, keepdims=True)
        hessian = (columns.T * (w * (p * (1.0 - p)).mean(axis=1))) @ columns
        hessian[range(12), range(12)] += shrinkage**2
        round_one = (K - 1) / K**2 * w.sum() * numpy.eye(len(hessian))
        assert found.inverse @ hessian @ found.inverse == pytest.approx(round_one, abs=1e-6 * w.sum())
    assert round_coordinates(numpy.ones((5, 64 * K)), None, numpy.zeros(64 * K * K), numpy.ones(64 * K), K) is None


@pytest.mark.parametrize("C", [1.0, 1e4, math.inf])
def test_a_feature_that_stands_there_twice_has_equal_coefficients(C):
    """Of all θ with the lowest cost, those of least norm are found: the descent adds nothing along flat directions."""
    X, y = mixtures(10.0, 3, 4)
    twice = numpy.hstack([X, X[:, :2]])
    coefficients = SoftmaxClassifier(C=C).fit(twice, y).coef_
    assert coefficients[:, 12:] == pytest.approx(coefficients[:, :2], rel=1e-6, abs=1e-7)


def test_a_fit_without_a_step_moves_nothing():
    """A warm start that is allowed no epoch, or is where it wants to be, leaves θ as it is, to the last bit."""
    X, y = mixtures(1e3, 2, 5)
    classifier = SoftmaxClassifier(C=1e3, warm_start=True).fit(X, y)
    before = classifier.coef_.tolist()
    assert classifier.set_params(tol=1e-6).fit(X, y).coef_ == pytest.approx(numpy.array(before), rel=1e-14)
    assert classifier.n_iter_[0] == 0


def test_weights_whose_sum_overflows_are_told():
    """The sum of all weights is a number, or that is said."""
    X, y = mixtures(1.0, 2, 6)
    with pytest.raises(ValueError, match="the weights of the samples add up to more than a number can hold"):
        SoftmaxClassifier().fit(X, y, numpy.full(600, 1e308))
