"""Coordinates in which features that depend on each other do not: in them L-BFGS takes a fifth of the steps."""

from __future__ import annotations

from typing import Any, NamedTuple

from microgrand.training.standard import by_stretches

WIDEST = 32  # features per class: of more, to look at their products costs more epochs than it saves
FLATTEST = 1e-10  # of the largest curvature: what is less is taken for that


class Coordinates(NamedTuple):
    """φ = θ R, row by row of θ; biases stay. R is symmetric, so that gradients go the other way: ∂C/∂θ = ∂C/∂φ R.

    root     R
    inverse  R⁻¹
    split    how many of the numbers θ stand in rows; those after them are biases
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
    """R = √(XᵀX/W + S²/(hW)), in whose coordinates the cost of a softmax classifier has the same curvature all around.

    That is so at θ = 0, where W h XᵀX/W is the curvature of the cost in each row of θ (Böhning, 1992), and S² that of
    the penalty.

    x          standardised samples as rows, an array of NumPy's; for others, and for many features, there is None
    weights    theirs, or None
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
    """XᵀX, or XᵀWX, added up over stretches of samples."""
    parts = by_stretches(lambda x, w: x.T @ x if w is None else (x.T * w) @ x, x, weights)
    return sum(parts[1:], parts[0])
