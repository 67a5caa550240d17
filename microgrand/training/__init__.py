"""Training networks: what is minimised, by which rule, and what comes of it; a classifier for scikit-learn; files.

>>> from microgrand.training import Adam, Objective, train
"""

from typing import TYPE_CHECKING, Any

from microgrand.training.lbfgs import lbfgs
from microgrand.training.loop import History, train
from microgrand.training.objective import Objective
from microgrand.training.optimisers import Adam, GradientDescent, Momentum, Optimiser
from microgrand.training.plots import plot_confusion, plot_decision_boundary, plot_loss
from microgrand.training.storage import load, save

if TYPE_CHECKING:
    from microgrand.training.classifier import SoftmaxClassifier
    from microgrand.training.classifier_files import load_classifier, save_classifier

__all__ = [
    "Adam",
    "GradientDescent",
    "History",
    "Momentum",
    "Objective",
    "Optimiser",
    "SoftmaxClassifier",
    "lbfgs",
    "load",
    "load_classifier",
    "plot_confusion",
    "plot_decision_boundary",
    "plot_loss",
    "save",
    "save_classifier",
    "train",
]


def __getattr__(name: str) -> Any:
    """The names that need scikit-learn, which takes a second to load."""
    if name not in ("SoftmaxClassifier", "load_classifier", "save_classifier"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from microgrand.training import classifier_files

    return getattr(classifier_files, name)
