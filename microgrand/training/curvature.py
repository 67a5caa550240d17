"""Decorrelates features for L-BFGS: it takes few steps where the cost curves alike in all directions."""

from __future__ import annotations

from typing import Any, NamedTuple

from microgrand.training.standard import by_stretches

WIDEST = 32  # features per class: with more, computing XᵀX takes longer than the epochs that it saves
FLATTEST = 1e-10  # of the largest curvature: smaller ones are raised to this, since rounding hides them


class Coordinates(NamedTuple):
    """φ = θ R for each row of θ; biases do not change. R is symmetric, so ∂C/∂θ = ∂C/∂φ R.

    root     R
    inverse  R⁻¹
    split    how many numbers the rows of θ have together; biases follow them
    """

    root: Any
    inverse: Any
    split: int

    def forth(self, theta: Any) -> Any:
        """φ of θ; ∂C/∂θ of ∂C/∂φ."""
        return self._turned(theta, self.root)

    def back(self, phi: Any) -> Any:
        """θ of φ; ∂C/∂φ of ∂C/∂θ."""
        return self._turned(phi, self.inverse)

    def _turned(self, numbers: Any, matrix: Any) -> Any:
        import numpy

        rows = numpy.asarray(numbers)[: self.split].reshape(-1, len(matrix)) @ matrix
        return numpy.concatenate([rows.ravel(), numbers[self.split :]])


def round_coordinates(x: Any, weights: Any, classes: int, shrinkage: Any) -> Coordinates | None:
    """R = √(XᵀX/W + S²/(hW)), the root of the curvature at θ = 0, divided by hW; None where it is not worth computing.

    W is the sum of the weights. At θ = 0 the Hessian of a softmax classifier's cost in a row of θ is h XᵀX (Böhning,
    1992), with h = (K - 1)/K² for K classes, and that of the penalty is S². In coordinates φ = θ R their sum is a
    multiple of the identity.

    x          standardised samples as rows; for anything but a NumPy array the result is None, as for many features
    weights    their weights, or None for 1 each
    shrinkage  the diagonal of S

    >>> import numpy
    >>> x = numpy.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, -1.0]])
    >>> found = round_coordinates(x, None, 2, numpy.zeros(2))
    >>> (found.root @ found.root).round(3).tolist()
    [[1.0, 0.333], [0.333, 1.0]]
    """
    import numpy

    if not isinstance(x, numpy.ndarray) or x.shape[1] > WIDEST * classes:
        return None
    size = float(len(x) if weights is None else weights.sum())
    bend = (classes - 1) / classes**2  # h
    curvature = _products(x, weights) / size + numpy.diag(shrinkage**2) / (bend * size)
    along, axes = numpy.linalg.eigh(curvature)
    if not (numpy.isfinite(along).all() and along[-1] > 0.0):
        return None
    roots = numpy.sqrt(numpy.maximum(along, FLATTEST * along[-1]))
    return Coordinates((axes * roots) @ axes.T, (axes / roots) @ axes.T, classes * x.shape[1])


def _products(x: Any, weights: Any) -> Any:
    """XᵀX, or Σᵢ wᵢ xᵢ xᵢᵀ with weights."""
    parts = by_stretches(lambda x, w: x.T @ x if w is None else (x.T * w) @ x, x, weights)
    return sum(parts[1:], parts[0])
