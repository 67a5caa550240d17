"""The softmax classifier as a scikit-learn estimator, which lets its samples be explained."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Mapping
from contextlib import nullcontext
from copy import copy
from typing import Any

from microgrand.errors import DomainError, NonFiniteError
from microgrand.networks.layers import Linear, LogSoftmax, Sequential
from microgrand.networks.losses import NegativeLogLikelihood
from microgrand.networks.trace import Trace
from microgrand.outer_errors import MissingExtraError
from microgrand.program.pieces import is_dask
from microgrand.training.blockwise import kept
from microgrand.training.curvature import round_coordinates
from microgrand.training.dask_samples import lazily, looked_at
from microgrand.training.loop import History
from microgrand.training.objective import Objective
from microgrand.training.recorded import is_sparse
from microgrand.training.settings import require_settings
from microgrand.training.solvers import minimise, safe_step
from microgrand.training.standard import Shrinkage, Standard, standardised

try:
    import numpy
    from scipy.sparse import hstack
    from scipy.special import log_softmax
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
    from threadpoolctl import threadpool_limits
except ImportError as missing:
    raise MissingExtraError("SoftmaxClassifier", "train", "scikit-learn") from missing

FLOATS = (numpy.float64, numpy.float32)  # that probabilities are given in: those of X


class SoftmaxClassifier(ClassifierMixin, BaseEstimator):
    """Logistic regression of two or K classes, trained on scalar nodes: scikit-learn's `LogisticRegression`, explained.

    It minimises C(θ) + P(θ)/C, where C(θ) = -Σᵢ wᵢ log softmax(θ x⁽ⁱ⁾ + b)ᵧ₍ᵢ₎ and the penalty P is ½ Σ θ² over all K
    rows of θ, and ½ Σ (θ₂ - θ₁)² for two classes, whose probabilities depend on that difference alone. Biases are not
    penalised. These are scikit-learn's own objectives, and so its `C`, `coef_` and `intercept_`.

    C              the inverse weight of the penalty, > 0; `math.inf` for none
    fit_intercept  whether every class has a bias bₖ
    class_weight   what the weight of a sample is multiplied by: a dict of classes, where the others have 1; or
                   "balanced", which gives all classes the same weight together
    solver         "lbfgs", "gradient-descent", "momentum" or "adam"
    tol            training ends where no component of the gradient exceeds it, per sample, for standardised features
    max_iter       epochs at most; a `ConvergenceWarning` tells that they, or the arithmetic, did not suffice
    step           of the solvers other than "lbfgs", on the summed cost; one that cannot diverge, by default
    warm_start     whether `fit` goes on from the θ and b that the network has, with the same features and classes
    n_jobs         how many threads NumPy may multiply on, -1 for all processors; as many as it likes, by default
    verbose        whether a progress bar is drawn

    The descent is in features that are centred (where there are biases, and X is not sparse) and divided by their
    deviation, so that units and offsets do not matter; "lbfgs" also decorrelates them (up to 32 features per class, of
    dense arrays), so that correlated features cost few epochs more. Cost and penalty, and so θ and b, are those of X.

    After `fit`: `classes_`; `coef_` and `intercept_`, a row and a number for every class, and for two classes of the
    second only, as against the first; `n_iter_`; `n_features_in_`, `feature_names_in_`; `network_`, the trained network
    with its cost, which holds the parameters: `coef_` and `intercept_` are read off it, and to change or load its
    parameters changes all predictions; `history_`, how the cost fell. A `fit` that fails or is interrupted changes
    nothing of this. `save_classifier` keeps it in a file; so do pickle, joblib and skops.

    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = SoftmaxClassifier().fit(X[:100], y[:100])
    >>> classifier.coef_.shape, classifier.score(X[:100], y[:100])
    ((1, 4), 1.0)
    >>> f"{classifier.explain(X[0]).cost.data:.3f}"
    '0.016'
    """

    network_: Sequential

    def __init__(
        self,
        *,
        C: float = 1.0,
        fit_intercept: bool = True,
        class_weight: Mapping[Any, float] | str | None = None,
        solver: str = "lbfgs",
        tol: float = 1e-9,
        max_iter: int = 1000,
        step: float | None = None,
        warm_start: bool = False,
        n_jobs: int | None = None,
        verbose: bool | int = False,
    ) -> None:
        self.C = C
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.solver = solver
        self.tol = tol
        self.max_iter = max_iter
        self.step = step
        self.warm_start = warm_start
        self.n_jobs = n_jobs
        self.verbose = verbose

    @property
    def coef_(self) -> Any:
        """θ as an array, of shape (K, n); for two classes θ₂ - θ₁, of shape (1, n)."""
        rows, _ = self._parameters()
        return rows[1:] - rows[:1] if len(rows) == 2 else rows

    @property
    def intercept_(self) -> Any:
        """b as an array of shape (K,), 0 without biases; for two classes b₂ - b₁, of shape (1,)."""
        rows, biases = self._parameters()
        biases = biases if len(biases) else numpy.zeros(len(rows))
        return biases[1:] - biases[:1] if len(rows) == 2 else biases

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> SoftmaxClassifier:
        """Train on samples X of shape (N, n) and their N classes y, each counted `sample_weight` times.

        X may be a sparse matrix, and stays sparse. A Dask array or frame X is loaded once, and stays where it is: its
        blocks give their parts of cost and gradient, on the cluster where a `distributed.Client` is active; y and
        `sample_weight` are Dask's too, or stand in memory. What is predicted for Dask's samples is a Dask array.

        Raises ValueError for wrong settings and samples, and where a `step` is so large that the descent diverges.
        """
        fitted = copy(self)
        fitted._fit(X, y, sample_weight)
        self.__dict__ = (
            fitted.__dict__
        )  # all at once: whatever ends `fit` before this line leaves the estimator as it was
        return self

    def decision_function(self, X: Any) -> Any:
        """θ x + b of every class, of shape (N, K); for two classes the second's less the first's, of shape (N,)."""
        if is_dask(X):
            return lazily(self, "decision_function", X)
        scores = self._scores(X)
        return scores[:, 1] - scores[:, 0] if len(self.classes_) == 2 else scores

    def predict_log_proba(self, X: Any) -> Any:
        """The logarithm of every class's probability, of shape (N, K)."""
        return lazily(self, "predict_log_proba", X) if is_dask(X) else log_softmax(self._scores(X), axis=1)

    def predict_proba(self, X: Any) -> Any:
        """Every class's probability, of shape (N, K)."""
        return numpy.exp(self.predict_log_proba(X))

    def predict(self, X: Any) -> Any:
        """The most probable class of every sample."""
        if is_dask(X):
            return lazily(self, "predict", X)
        scores = self._scores(X)
        return self.classes_[scores.argmax(axis=1)]

    def explain(self, x: Any, y: Any = None) -> Trace:
        """Every zˡ, δˡ, ∂zˡ⁺¹/∂zˡ and ∂C/∂θˡ of one sample: to print, to `draw`, for `walkthrough`.

        x  the sample's n numbers; of a pandas Series they are looked up by the names of the features
        y  the class that the cost is of; the most probable one by default
        """
        check_is_fitted(self)
        (x,) = validate_data(self, self._row(x), dtype=numpy.float64, reset=False, skip_check_array=False)
        if y is None:
            target = int(numpy.argmax([float(z.data) for z in self.network_(x.tolist())]))
        elif y in self.classes_:
            target = int(numpy.flatnonzero(self.classes_ == y)[0])
        else:
            raise ValueError(f"there is no class {y!r}: the classes are {', '.join(map(repr, self.classes_.tolist()))}")
        return self.network_.trace(x.tolist(), target)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """The attributes, with arrays of θ and b in the place of `network_`: every tool keeps those, in less room."""
        state = dict(super().__getstate__())
        if state.pop("network_", None) is not None:
            state["theta"], state["b"] = self._parameters()
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Settings that are newer than a pickle have their defaults; one of version 0.1 may hold the network itself."""
        stored = {name: item for name, item in state.items() if name not in ("coef_", "intercept_", "theta", "b")}
        if "theta" in state:
            stored["network_"] = _network(state["theta"], state["b"])
        super().__setstate__(SoftmaxClassifier().get_params() | stored)

    def _row(self, x: Any) -> Any:
        """One sample as a table of one row, its features in the order in which they were fitted."""
        names = getattr(self, "feature_names_in_", None)
        if names is not None and hasattr(x, "to_frame") and hasattr(x, "index"):
            row = x.to_frame().T
            return row[list(names)] if sorted(map(str, x.index)) == sorted(names) else row
        x = x.toarray().ravel() if is_sparse(x) and 1 in x.shape else getattr(x, "to_numpy", lambda: x)()
        if numpy.ndim(x) != 1:
            raise ValueError(f"explain takes one sample, a vector; got an array of shape {numpy.shape(x)}")
        return numpy.reshape(x, (1, -1))

    def _scores(self, X: Any) -> Any:
        """θ x + b of every class, of shape (N, K). Raises ValueError where one is not finite: no class follows."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=FLOATS, reset=False)
        rows, biases = self._parameters()
        with numpy.errstate(over="ignore", invalid="ignore"):
            scores = (X @ rows.T + (biases if len(biases) else 0.0)).astype(X.dtype, copy=False)
        if not numpy.isfinite(scores).all():
            row = int(numpy.flatnonzero(~numpy.isfinite(scores).all(axis=1))[0])
            raise ValueError(f"row {row} has no class: θ x + b is {scores[row].tolist()!r:.60}, which is not finite")
        return scores

    def _parameters(self) -> tuple[Any, Any]:
        """The numbers θ, of shape (K, n), and b, of shape (K,), or (0,) without biases, that the network has."""
        linear: Any = self.network_.layers[0]
        rows = numpy.array([[theta.data for theta in row] for row in linear.theta])
        return rows, numpy.array([b.data for b in linear.bias or ()])

    def _fit(self, X: Any, y: Any, sample_weight: Any) -> None:
        require_settings(self.get_params(deep=False))
        before = vars(self).copy()
        X, targets, weights = (self._of_blocks if is_dask(X) else self._of_arrays)(X, y, sample_weight)
        classes = len(self.classes_)
        weights = self._weighted(targets, weights)
        with nullcontext() if self.n_jobs is None else threadpool_limits(_threads(self.n_jobs), "blas"):
            centred = bool(self.fit_intercept) and not is_sparse(X)
            standard, x = standardised(X, weights, classes, self.C, centred)
            if is_dask(x):
                (x,), X = kept(x), None  # one of the two is enough
            inner = _network(*standard.inward(*self._start(before, classes, self.n_features_in_)))
            penalty = None if math.inf == self.C else Shrinkage(inner.parameters(), classes, standard.shrinkage)
            objective = Objective(inner, x, targets, weights=weights, penalty=penalty)
            self.history_ = self._minimised(objective, standard)
        self.network_ = inner
        self.network_ = _network(*standard.outward(*self._parameters()))
        self.n_iter_ = numpy.array([self.history_.epochs], dtype=numpy.int32)

    def _of_arrays(self, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Any]:
        """Samples, numbers of their classes, and weights, looked at; `classes_` is set."""
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=FLOATS, ensure_min_samples=2)
        check_classification_targets(y)
        self.classes_, targets = numpy.unique(y, return_inverse=True)
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        return X, targets, weights

    def _of_blocks(self, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Any]:
        """The same of Dask arrays and frames."""
        X, targets, weights, self.classes_ = looked_at(self, X, y, sample_weight)
        return X, targets, weights

    def _weighted(self, targets: Any, weights: Any) -> Any:
        """The weights of the samples, times those of their classes; at least two classes have one above 0."""
        classes = self.classes_.tolist()
        totals = numpy.asarray(numpy.bincount(targets, weights, len(classes)))
        if not numpy.isfinite(totals.sum()):
            raise ValueError("the weights of the samples add up to more than a number can hold: give smaller ones")
        factors = _factors(self.class_weight, classes, totals)
        left = [each for each, weight in zip(classes, totals * factors, strict=True) if weight > 0.0]
        if len(left) < 2:
            only = f"one class only, {left[0]!r}" if left else "no class"
            raise ValueError(
                f"there is nothing to tell apart: y holds {only}{', with a weight above 0' * (len(classes) > 1)}"
            )
        if self.class_weight is None:
            return weights
        of_samples = targets.map_blocks(factors.__getitem__, dtype=float) if is_dask(targets) else factors[targets]
        return of_samples if weights is None else weights * of_samples

    def _start(self, before: Mapping[str, Any], classes: int, n: int) -> tuple[Any, Any]:
        """The θ and b that the descent begins at: 0, or for a warm start what the network has."""
        rows, biases = numpy.zeros((classes, n)), numpy.zeros(classes * bool(self.fit_intercept))
        if not self.warm_start or "network_" not in before:
            return rows, biases
        if not numpy.array_equal(before["classes_"], self.classes_) or before["n_features_in_"] != n:
            last = f"{before['classes_'].tolist()} and {before['n_features_in_']}"
            raise ValueError(
                f"a warm start goes on with the classes and features of the last fit, {last}; "
                f"got {self.classes_.tolist()} and {n}: set warm_start=False"
            )
        rows, own = self._parameters()
        return rows, own if len(own) == len(biases) else biases

    def _minimised(self, objective: Objective, standard: Standard) -> History:
        """Descend, and warn or raise an error where that did not lead to the lowest point."""
        step = self.step
        if step is None and self.solver != "lbfgs":
            pair = 2.0 if len(self.classes_) == 2 else 1.0
            rows = _weighted_rows(objective, bool(self.fit_intercept))
            step = safe_step(rows, pair * float((standard.shrinkage**2).max()), self.solver)
        try:
            history = minimise(
                objective,
                self.solver,
                epochs=self.max_iter,
                step=step,
                tolerance=self.tol,
                coordinates=lambda theta: round_coordinates(
                    objective.xs, objective.weights, theta, standard.shrinkage, len(self.classes_)
                ),
                progress=bool(self.verbose),
            )
            if self.solver != "lbfgs":  # which has looked at the gradient there
                objective(objective.theta())
        except (NonFiniteError, DomainError) as error:
            if self.step is None:
                raise
            raise ValueError(f"{self.solver} diverged: give a smaller step than {self.step:g}") from error
        if self.step is not None and history.costs[-1] > objective.weight() * math.log(len(self.classes_)):
            why = f"the cost rose to {history.costs[-1]:g}, above that of θ = 0"
            raise ValueError(f"{self.solver} diverged, {why}: give a smaller step than {self.step:g}")
        steepest = max([abs(theta.grad) for theta in objective.parameters]) / objective.weight()
        if steepest > self.tol:
            warnings.warn(self._not_converged(history, steepest), ConvergenceWarning, stacklevel=4)
        return history

    def _not_converged(self, history: History, steepest: float) -> str:
        found = f"the gradient is {steepest:.2g} per sample, and tol={self.tol:g}"
        if history.epochs < self.max_iter:
            return f"{self.solver} did not converge, for rounding ended the descent: {found}"
        way_out = "allow for more"
        if self.solver != "lbfgs":
            way_out += ", give a smaller step" if history.costs[-1] > min(history.costs) else ", or take lbfgs"
        return f"{self.solver} did not converge within max_iter={self.max_iter} epochs: {found}: {way_out}"


def _threads(jobs: int) -> int:
    """How many threads so many jobs are; -1 is one for each processor, -2 one less."""
    return jobs if jobs > 0 else max((os.cpu_count() or 1) + 1 + jobs, 1)


def _network(rows: Any, biases: Any) -> Sequential:
    """linear → log-softmax → NLL with these parameters."""
    linear = Linear(rows.shape[1], len(rows), bias=len(biases) > 0, theta=rows.tolist())
    for b, number in zip(linear.bias or (), biases.tolist(), strict=True):
        b.data = number
    return Sequential(linear, LogSoftmax(), NegativeLogLikelihood())


def _factors(class_weight: Mapping[Any, float] | str | None, classes: list[Any], totals: Any) -> Any:
    """The weight of each class, whose samples weigh so much in total."""
    if class_weight is None:
        return numpy.ones(len(classes))
    if isinstance(class_weight, str):  # "balanced"
        return totals.sum() / (len(classes) * numpy.where(totals > 0.0, totals, math.inf))
    unknown = [key for key in class_weight if key not in classes]
    if unknown:
        raise ValueError(
            f"class_weight has {unknown[0]!r}, which is none of the classes {', '.join(map(repr, classes))}"
        )
    return numpy.array([float(class_weight.get(each, 1.0)) for each in classes])


def _weighted_rows(objective: Objective, bias: bool) -> Any:
    """The samples as rows, with a 1 for the bias, each times the root of its weight."""
    X, weights = objective.xs, objective.weights
    ones = numpy.ones((X.shape[0], 1)) if is_sparse(X) else X[:, :1] * 0.0 + 1.0
    rows: Any = X
    if bias:
        rows = hstack([X, ones]).tocsr() if is_sparse(X) else numpy.concatenate([X, ones], axis=1)
    if weights is None:
        return rows
    roots = numpy.sqrt(weights)[:, None]
    return rows.multiply(roots).tocsr() if is_sparse(rows) else rows * roots
