"""Laws of the plots: they show the numbers that they are given, in Axes that may be one's own."""

import matplotlib
import numpy
import pytest
from matplotlib.figure import Figure
from sklearn.datasets import load_iris

from microgrand.training import History, SoftmaxClassifier, plot_confusion, plot_decision_boundary, plot_loss

matplotlib.use("Agg")


@pytest.fixture
def axes():
    return Figure().add_subplot()


def test_the_loss_is_the_history(axes):
    """The curve's points are the costs, before each epoch and after the last; the validation's stand one later."""
    assert plot_loss(History([3.0, 2.0, 1.0], [2.5, 2.25]), ax=axes) is axes
    training, validation = axes.get_lines()
    assert training.get_xydata().tolist() == [[0, 3], [1, 2], [2, 1]]
    assert validation.get_xydata().tolist() == [[1, 2.5], [2, 2.25]]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["training", "validation"]
    assert plot_loss([2.0, 1.0]).get_xlabel() == "epoch"
    matplotlib.pyplot.close("all")


@pytest.mark.parametrize("classes", [2, 3])
def test_the_boundary_is_where_predictions_change(classes, axes):
    """The regions' colours are the predicted classes at the grid's points; every class has a colour and a marker."""
    X, y = [array[: 50 * classes] for array in load_iris(return_X_y=True)]
    names = numpy.array(["setosa", "versicolor", "virginica"])[y]
    classifier = SoftmaxClassifier().fit(X[:, 2:], names)
    asked = []

    def predict(grid):
        asked.append(grid)
        return classifier.predict(grid)

    assert plot_decision_boundary(predict, X[:, 2:], names, resolution=20, ax=axes) is axes
    (grid,) = asked
    assert grid.shape == (400, 2)
    assert (grid.min(0) < X[:, 2:].min(0)).all()
    assert (grid.max(0) > X[:, 2:].max(0)).all()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == sorted(set(names))
    scattered = [points for points in axes.collections if len(points.get_offsets()) == 50]
    assert len(scattered) == classes
    other = plot_decision_boundary(classifier, X[:, 2:], resolution=10)
    assert other.get_legend() is None
    matplotlib.pyplot.close("all")


def test_the_confusion_matrix_counts(axes):
    """The numbers in the squares are how many samples of the row's class were taken for the column's."""
    assert plot_confusion(["a", "a", "b", "b", "b"], ["a", "b", "b", "b", "a"], ax=axes) is axes
    assert [text.get_text() for text in axes.texts] == ["1", "1", "1", "2"]


@pytest.mark.parametrize("X", [[[1.0, 2.0, 3.0]], [1.0, 2.0], numpy.zeros((0, 2))])
def test_a_boundary_needs_two_features(X):
    """Anything but N samples of two numbers is refused, with the shape that it has."""
    with pytest.raises(ValueError, match="for samples of two features; X has the shape"):
        plot_decision_boundary(lambda grid: grid[:, 0] > 0, X, ax=Figure().add_subplot())
