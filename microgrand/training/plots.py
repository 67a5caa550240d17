"""Pictures of a training and of what was learnt, by matplotlib: each function draws into Axes, and returns them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from microgrand.outer_errors import MissingExtraError
from microgrand.training.loop import History

# Okabe & Ito's colours, which colour-blind people tell apart; neighbours in this order differ in lightness too.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
MARKERS = "os^DvPX*"


def plot_loss(history: History | Sequence[float], ax: Any = None) -> Any:
    """The cost C(θ) against the epoch; and the validation samples', where the history has it.

    history  of `train` or `lbfgs`, or the costs alone
    ax       the matplotlib Axes to draw into; new ones by default

    Returns the Axes. Raises MissingExtraError without matplotlib.

    >>> plot_loss([3.0, 2.0, 1.5]).get_ylabel()
    'cost C(θ)'
    """
    costs, validation = history if isinstance(history, History) else (history, [])
    if not hasattr(costs, "__len__") or not costs:
        raise ValueError(f"plot_loss takes a History, or a list of costs, one or more; got {history!r:.60}")
    ax = _axes(ax)
    ax.plot(range(len(costs)), costs, color=COLOURS[0], linewidth=2, label="training")
    if validation:
        ax.plot(range(1, len(validation) + 1), validation, color=COLOURS[5], linewidth=2, ls="--", label="validation")
        ax.legend()
    ax.set(xlabel="epoch", ylabel="cost C(θ)", title="How the cost fell", ylim=(min(0.0, *costs, *validation), None))
    ax.grid(alpha=0.3)
    return ax


def plot_decision_boundary(
    predict: Any, X: Any, y: Sequence[Any] | None = None, *, resolution: int = 100, ax: Any = None
) -> Any:
    """Which class is predicted where, for two features; and the samples X, coloured by their classes y.

    predict     an estimator with a `predict`, or a function that gives the classes of a list of samples
    X           N samples of two numbers
    y           their classes
    resolution  points of the grid along each axis; each is predicted once
    ax          the matplotlib Axes to draw into; new ones by default

    Raises ValueError unless every sample has two numbers.

    >>> plot_decision_boundary(lambda xs: [x[0] > x[1] for x in xs], [[0.0, 1.0], [1.0, 0.0]]).get_title()
    'What is predicted where'
    """
    ax = _axes(ax)
    import numpy  # comes with matplotlib

    X = numpy.asarray(X, dtype=float)
    if X.ndim != 2 or X.shape[1] != 2 or len(X) == 0:
        raise ValueError(f"a decision boundary is drawn for samples of two features; X has the shape {X.shape}")
    margins = 0.1 * numpy.ptp(X, axis=0) + 1e-9
    across, up = numpy.linspace(X.min(0) - margins, X.max(0) + margins, resolution).T
    grid = numpy.stack(numpy.meshgrid(across, up), axis=-1).reshape(-1, 2)
    function: Callable[[Any], Any] = getattr(predict, "predict", predict)
    predicted = numpy.asarray(function(grid)).ravel()
    classes, found = numpy.unique(predicted if y is None else numpy.concatenate([predicted, y]), return_inverse=True)
    regions = found[: len(grid)].reshape(resolution, resolution)
    levels = numpy.arange(len(classes) + 1) - 0.5
    colours = [COLOURS[k % len(COLOURS)] for k in range(len(classes))]
    ax.contourf(across, up, regions, levels=levels, colors=colours, alpha=0.25)
    ax.contour(across, up, regions, levels=levels[1:-1], colors="black", linewidths=1.0)
    for k, name in enumerate(classes if y is not None else []):
        members = X[numpy.asarray(y) == name]
        ax.scatter(*members.T, color=colours[k], marker=MARKERS[k % len(MARKERS)], edgecolor="black", label=str(name))
    names = getattr(predict, "feature_names_in_", ("x₁", "x₂"))
    ax.set(xlabel=names[0], ylabel=names[1], title="What is predicted where")
    if y is not None:
        ax.legend(title="class")
    return ax


def plot_confusion(actual: Sequence[Any], predicted: Sequence[Any], ax: Any = None) -> Any:
    """The confusion matrix: how many samples of each class were predicted as which.

    actual, predicted  the classes of N samples
    ax                 the matplotlib Axes to draw into; new ones by default

    Returns the Axes. Raises MissingExtraError without matplotlib and scikit-learn, ValueError for unequal numbers.

    >>> plot_confusion([0, 1, 1], [0, 1, 0]).get_xlabel()
    'predicted class'
    """
    ax = _axes(ax)
    try:
        from sklearn.metrics import ConfusionMatrixDisplay
    except ImportError as error:
        raise MissingExtraError("a confusion matrix", "train", "scikit-learn") from error
    ConfusionMatrixDisplay.from_predictions(actual, predicted, ax=ax, cmap="Blues", colorbar=False)
    ax.set(xlabel="predicted class", ylabel="class", title="Which class was taken for which")
    return ax


def _axes(ax: Any) -> Any:
    """The Axes given, or the only ones of a new figure."""
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise MissingExtraError("a plot", "train", "matplotlib") from error
    return pyplot.subplots(layout="constrained")[1]
