"""The softmax classifier as a scikit-learn estimator, which lets its samples be explained."""

from __future__ import annotations

import math
import warnings
from typing import Any

from microgrand.errors import MissingExtraError
from microgrand.networks.layers import Linear, LogSoftmax, Sequential
from microgrand.networks.losses import NegativeLogLikelihood, l2_penalty
from microgrand.networks.trace import Trace
from microgrand.program import Program, record
from microgrand.training.blockwise import is_dask
from microgrand.training.objective import Objective
from microgrand.training.solvers import SOLVERS, minimise, safe_step

try:
    import numpy
    from scipy.special import log_softmax
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
except ImportError as missing:
    raise MissingExtraError("SoftmaxClassifier", "train", "scikit-learn") from missing


class SoftmaxClassifier(ClassifierMixin, BaseEstimator):
    """Logistic regression of two or K classes, trained on scalar nodes: scikit-learn's `LogisticRegression`, explained.

    It minimises C(θ) + P(θ)/C, where C(θ) = -Σᵢ wᵢ log softmax(θ x⁽ⁱ⁾ + b)ᵧ₍ᵢ₎ and the penalty P is ½ Σ θ² over all K
    rows of θ, and ½ Σ (θ₂ - θ₁)² for two classes, whose probabilities depend on that difference alone. Biases are not
    penalised. These are scikit-learn's own objectives, and so its `C`, `coef_` and `intercept_`.

    C              the inverse weight of the penalty, > 0; `math.inf` for none
    fit_intercept  whether every class has a bias bₖ
    solver         "lbfgs", "gradient-descent", "momentum" or "adam"
    tol            training ends where no component of the gradient exceeds it, per sample
    max_iter       epochs at most; a `ConvergenceWarning` tells that they did not suffice
    step           of the solvers other than "lbfgs"; one that cannot diverge, by default
    verbose        whether a progress bar is drawn

    After `fit`: `classes_`; `coef_` and `intercept_`, a row and a number for every class, and for two classes of the
    second only, as against the first; `n_iter_`; `n_features_in_`, `feature_names_in_`; `network_`, the trained network
    with its cost; `history_`, how the cost fell.

    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = SoftmaxClassifier().fit(X[:100], y[:100])
    >>> classifier.coef_.shape, classifier.score(X[:100], y[:100])
    ((1, 4), 1.0)
    >>> f"{classifier.explain(X[0]).cost.data:.3f}"
    '0.016'
    """

    def __init__(
        self,
        *,
        C: float = 1.0,
        fit_intercept: bool = True,
        solver: str = "lbfgs",
        tol: float = 1e-5,
        max_iter: int = 1000,
        step: float | None = None,
        verbose: bool = False,
    ) -> None:
        self.C = C
        self.fit_intercept = fit_intercept
        self.solver = solver
        self.tol = tol
        self.max_iter = max_iter
        self.step = step
        self.verbose = verbose

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> SoftmaxClassifier:
        """Train on samples X of shape (N, n) and their N classes y, each counted `sample_weight` times.

        Dask arrays X, y (and `sample_weight`) stay where they are: their blocks give their parts of cost and gradient,
        on the cluster where a `distributed.Client` is active.
        """
        self._require_parameters()
        X, targets, weights = (self._of_blocks if is_dask(X) else self._of_arrays)(X, y, sample_weight)
        if len(self.classes_) < 2:
            raise ValueError(f"there is nothing to tell apart: y holds one class only, {self.classes_[0]!r}")
        zeros = numpy.zeros((len(self.classes_), X.shape[1])).tolist()
        linear = Linear(X.shape[1], len(self.classes_), bool(self.fit_intercept), theta=zeros)
        self.network_ = Sequential(linear, LogSoftmax(), NegativeLogLikelihood())
        self.history_ = self._minimised(X, targets, weights)
        self._read_off(linear)
        return self

    def decision_function(self, X: Any) -> Any:
        """θ x + b of every class, of shape (N, K); for two classes the second's less the first's, of shape (N,)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=numpy.float64, reset=False)
        scores = X @ self.coef_.T + self.intercept_
        return scores.ravel() if len(self.classes_) == 2 else scores

    def predict_log_proba(self, X: Any) -> Any:
        """The logarithm of every class's probability, of shape (N, K)."""
        scores = self.decision_function(X)
        if len(self.classes_) == 2:
            scores = numpy.column_stack([numpy.zeros_like(scores), scores])
        return log_softmax(scores, axis=1)

    def predict_proba(self, X: Any) -> Any:
        """Every class's probability, of shape (N, K)."""
        return numpy.exp(self.predict_log_proba(X))

    def predict(self, X: Any) -> Any:
        """The most probable class of every sample."""
        scores = self.decision_function(X)
        return self.classes_[(scores > 0.0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)]

    def explain(self, x: Any, y: Any = None) -> Trace:
        """Every zˡ, δˡ, ∂zˡ⁺¹/∂zˡ and ∂C/∂θˡ of one sample: to print, to `draw`, for `walkthrough`.

        x  the sample's n numbers
        y  the class that the cost is of; the most probable one by default
        """
        check_is_fitted(self)
        row = getattr(x, "to_numpy", lambda: x)()
        if numpy.ndim(row) != 1:
            raise ValueError(f"explain takes one sample, a vector; got an array of shape {numpy.shape(row)}")
        (x,) = validate_data(
            self, numpy.reshape(row, (1, -1)), dtype=numpy.float64, reset=False, skip_check_array=False
        )
        if y is None:
            target = int(numpy.argmax([float(z.data) for z in self.network_(x.tolist())]))
        elif y in self.classes_:
            target = int(numpy.flatnonzero(self.classes_ == y)[0])
        else:
            raise ValueError(f"there is no class {y!r}: the classes are {', '.join(map(repr, self.classes_.tolist()))}")
        return self.network_.trace(x.tolist(), target)

    def _require_parameters(self) -> None:
        if not self.C > 0.0:
            raise ValueError(f"C is a number above 0; got {self.C!r}")
        if self.solver not in SOLVERS:
            raise ValueError(f"there is no solver {self.solver!r}: choose from {', '.join(SOLVERS)}")

    def _of_arrays(self, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Any]:
        """Samples, numbers of their classes, and weights, looked at; `classes_` is set."""
        X, y = validate_data(self, X, y, dtype=numpy.float64, ensure_min_samples=2)
        check_classification_targets(y)
        self.classes_, targets = numpy.unique(y, return_inverse=True)
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        return X, targets.tolist(), weights

    def _of_blocks(self, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Any]:
        """The same of Dask arrays; data frames are taken as arrays."""
        X, y, weights = [
            array.to_dask_array(lengths=True) if hasattr(array, "to_dask_array") else array
            for array in (X, y, sample_weight)
        ]
        if not is_dask(y) or not (weights is None or is_dask(weights)):
            raise TypeError("with X as a Dask array, y and sample_weight are Dask arrays too")
        if X.ndim != 2 or y.ndim != 1:
            raise ValueError(f"fit takes X of shape (N, n) and y of shape (N,); got {X.shape} and {y.shape}")
        self.n_features_in_ = X.shape[1]
        unique: Any = numpy.unique
        classes = self.classes_ = unique(y).compute()
        return X, y.map_blocks(lambda block: numpy.searchsorted(classes, block), dtype=int), weights

    def _minimised(self, X: Any, targets: Any, weights: Any) -> Any:
        objective = Objective(self.network_, X, targets, weights=weights, penalty=self._penalty())
        step = self.step
        if step is None and self.solver != "lbfgs":
            heavy = 1.0 if weights is None else math.sqrt(weights.max())
            ones = X[:, :1] * 0.0 + 1.0
            rows = heavy * (numpy.concatenate([X, ones], axis=1) if self.fit_intercept else X)
            step = safe_step(rows, (2.0 if len(self.classes_) == 2 else 1.0) / self.C, self.solver)
        history = minimise(
            objective, self.solver, epochs=self.max_iter, step=step, tolerance=self.tol, progress=bool(self.verbose)
        )
        if history.epochs >= self.max_iter:
            warnings.warn(
                f"{self.solver} did not converge within max_iter={self.max_iter} epochs: scale the features, "
                "or allow for more",
                ConvergenceWarning,
                stacklevel=3,
            )
        return history

    def _penalty(self) -> Program | None:
        """P(θ)/C as a function of all parameters, the rows of θ and then the biases."""
        rows, n = len(self.classes_), self.n_features_in_

        def penalty(parameters: Any) -> Any:
            theta = [parameters[k * n : (k + 1) * n] for k in range(rows)]
            pair = [b - a for a, b in zip(*theta, strict=True)] if rows == 2 else None
            return 1.0 / self.C * l2_penalty(parameters[: rows * n] if pair is None else pair)

        return None if math.inf == self.C else record(penalty, [0.0] * (rows * n + rows * bool(self.fit_intercept)))

    def _read_off(self, linear: Linear) -> None:
        theta = numpy.array([[number.data for number in row] for row in linear.theta])
        biases = numpy.array([b.data for b in linear.bias] if linear.bias is not None else [0.0] * len(theta))
        pair = len(theta) == 2
        self.coef_ = theta[1:] - theta[:1] if pair else theta
        self.intercept_ = biases[1:] - biases[:1] if pair else biases
        self.n_iter_ = numpy.array([self.history_.epochs], dtype=numpy.int32)
