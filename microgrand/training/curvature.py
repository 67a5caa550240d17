"""Decorrelates features for L-BFGS: it takes few steps where the cost curves alike in all directions."""

from __future__ import annotations

from typing import Any, NamedTuple

from microgrand.program.threads import in_threads, one_thread
from microgrand.training.standard import stretches

WIDEST = 32  # features per class: with more, computing XᵀX takes longer than the epochs that it saves
FLATTEST = 1e-10  # of the largest eigenvalue: smaller ones are raised to it, as rounding hides them


class Coordinates(NamedTuple):
    """φ = (θ b) R, for each row of θ with its bias b, if there are biases. R is symmetric, so ∂C/∂(θ b) = ∂C/∂φ R.

    root     R
    inverse  R⁻¹
    rows     how many rows there are
    width    how long a row of θ is; all biases follow the rows
    """

    root: Any
    inverse: Any
    rows: int
    width: int

    def to_phi(self, theta: Any) -> Any:
        """φ of θ; ∂C/∂θ of ∂C/∂φ."""
        return self._turned(theta, self.root)

    def to_theta(self, phi: Any) -> Any:
        """θ of φ; ∂C/∂φ of ∂C/∂θ."""
        return self._turned(phi, self.inverse)

    def _turned(self, numbers: Any, matrix: Any) -> Any:
        import numpy

        split = self.rows * self.width
        columns = [numpy.reshape(part, (self.rows, -1)) for part in (numbers[:split], numbers[split:]) if len(part)]
        turned = numpy.hstack(columns) @ matrix
        return numpy.concatenate([turned[:, : self.width].ravel(), turned[:, self.width :].ravel()])


def round_coordinates(x: Any, weights: Any, theta: Any, shrinkage: Any, classes: int) -> Coordinates | None:
    """Coordinates whose R is √(XᵀHX/(hW) + S²/(hW)); None for many features, and for anything but a NumPy array.

    The Hessian of a softmax classifier's cost in a row of θ is Σᵢ wᵢ pₖ(1 - pₖ) xᵢxᵢᵀ, and that of the penalty S². H
    has the mean over all rows k on its diagonal, which is h = (K - 1)/K² at θ = 0 (Böhning, 1992), and W = Σᵢ wᵢ. So in
    these coordinates the cost curves alike in all directions, in the mean over the rows.

    x          standardised samples as rows
    weights    their weights, or None for 1 each
    theta      where the Hessian is looked at: the rows of θ one after the other, then the biases, if there are any
    shrinkage  the diagonal of S
    classes    K

    >>> import numpy
    >>> x = numpy.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, -1.0]])
    >>> found = round_coordinates(x, None, numpy.zeros(4), numpy.zeros(2), classes=2)
    >>> (found.root @ found.root).round(3).tolist()
    [[1.0, 0.333], [0.333, 1.0]]
    """
    import numpy

    if not isinstance(x, numpy.ndarray) or x.shape[1] > WIDEST * classes:
        return None
    width = x.shape[1]
    size = float(len(x) if weights is None else weights.sum())
    rows, biases = numpy.reshape(theta[: classes * width], (classes, width)), theta[classes * width :]

    def hessian(some: slice) -> Any:
        part = x[some]
        scores = part @ rows.T + (biases if len(biases) else 0.0)
        shares = numpy.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        bend = (shares * (1.0 - shares)).mean(axis=1) * (1.0 if weights is None else weights[some])
        columns = numpy.hstack([part, numpy.ones((len(part), 1))]) if len(biases) else part
        return (columns.T * bend) @ columns

    steepest = size * (classes - 1) / classes**2  # hW
    curvature = sum(in_threads(hessian, stretches(x))) / steepest
    curvature[range(width), range(width)] += shrinkage**2 / steepest
    if not numpy.isfinite(curvature).all():
        return None
    with one_thread():
        along, axes = numpy.linalg.eigh(curvature)
        nothing = along <= len(along) * 2.0**-52 * along[-1]  # the cost does not depend on what lies along these axes
        roots = numpy.sqrt(numpy.where(nothing, along[-1], numpy.maximum(along, FLATTEST * along[-1])))
        return Coordinates((axes * roots) @ axes.T, (axes / roots) @ axes.T, classes, width)
