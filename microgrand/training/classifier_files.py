"""A fitted `SoftmaxClassifier` as a file: the JSON that `microgrand train` writes, and `microgrand predict` reads."""

from __future__ import annotations

from os import PathLike
from typing import Any

from microgrand.files import as_path, write_whole
from microgrand.outer_errors import InputError, MissingExtraError
from microgrand.training.classifier import SoftmaxClassifier
from microgrand.training.columns import Column
from microgrand.training.estimator_record import recorded_estimator
from microgrand.training.kinds import BOOLEAN, NUMBER
from microgrand.training.model import Model, read_model
from microgrand.training.samples import Scale
from microgrand.training.standard import Standard
from microgrand.training.tables import some

try:
    import numpy
    from sklearn.exceptions import NotFittedError
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler
except ImportError as missing:
    raise MissingExtraError("SoftmaxClassifier", "train", "scikit-learn") from missing


def save_classifier(classifier: Any, path: str | PathLike[str], target: str = "class") -> None:
    """Write a fitted classifier as JSON: its θ and b, classes, names of features, and settings, with a checksum.

    `load_classifier` gives a classifier with the same probabilities, bit for bit. `microgrand predict` takes the file
    too, with tables that have a column for every feature, called x0, x1, … where the features had no names. What a fit
    tells of itself, `n_iter_` and `history_`, is not kept.

    classifier  a `SoftmaxClassifier`, or a pipeline of `StandardScaler` and one: the file then keeps its mean and
                deviation
    path        where to, in a file that ends in .json; it is written whole or not at all
    target      what the column of classes is called in tables; no feature is called so

    Raises scikit-learn's NotFittedError for a classifier that is not fitted, TypeError for what is none, and InputError
    where a file cannot keep it (classes that are dates, a feature without a name, numbers beyond 1e300), or cannot be
    written.

    >>> import tempfile
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = SoftmaxClassifier(C=0.5).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_classifier(classifier, f"{folder}/iris.json")
    ...     loaded = load_classifier(f"{folder}/iris.json")
    >>> loaded, bool((loaded.predict_proba(X) == classifier.predict_proba(X)).all())
    (SoftmaxClassifier(C=0.5), True)
    """
    path = as_path(path)
    if path.suffix != ".json":
        raise InputError(f"a classifier is kept in a file that ends in .json; got {path.name!r:.60}")
    try:
        content = _model(*_parts(classifier), target).to_json().encode()
        write_whole({path: content})
    except OSError as error:
        raise InputError(f"{path} could not be written: {error.strerror}") from None


def load_classifier(path: str | PathLike[str]) -> SoftmaxClassifier:
    """The classifier in a file of `save_classifier` or of `microgrand train`, fitted: it takes X as it was given then.

    A file that keeps a mean and a deviation gives θ and b for features as they are, which changes probabilities by
    their rounding. Its settings are those of the pipeline: to fit it again, put it behind a `StandardScaler`. What
    `microgrand train` wrote has classes that are text, in their order by the alphabet, and the constructor's defaults.
    Columns of yes and no are features that are 1 and 0.

    path  of the file; `save_classifier` has an example

    Raises InputError, in one sentence, for whatever is no such file, and for models that are no `SoftmaxClassifier`:
    those with hidden layers, and with columns of words or dates, which `microgrand predict` reads.
    """
    path = as_path(path)
    model = read_model(path)
    if reason := _why_no_estimator(model):
        raise InputError(f"{path} has {reason}, and a SoftmaxClassifier has none: use `microgrand predict`")
    record = model.estimator
    settings = record.arguments(model.classes) if record else {}
    classes = numpy.array(record.classes(model.classes) if record else model.classes, record.dtype if record else "O")
    theta, b = _of_features(model)
    if not (numpy.isfinite(theta).all() and numpy.isfinite(b).all()):
        raise InputError(f"{path} has a scale by which θ and b are not finite for features as they are")
    order = numpy.argsort(classes)
    state = {"classes_": classes[order], "theta": theta[order], "b": b[order] if len(b) else b}
    if record is None or record.named:
        state["feature_names_in_"] = numpy.array(model.features, dtype=object)
    classifier = SoftmaxClassifier()
    classifier.__setstate__({**settings, **state, "n_features_in_": len(model.columns)})
    return classifier


def _parts(estimator: Any) -> tuple[Any, SoftmaxClassifier]:
    """The scaler, or None, and the classifier, both fitted."""
    steps = [step for _, step in estimator.steps] if isinstance(estimator, Pipeline) else [estimator]
    *scalers, last = steps
    if [type(step) for step in scalers] not in ([], [StandardScaler]) or type(last) is not SoftmaxClassifier:
        raise TypeError(
            "save_classifier takes a SoftmaxClassifier, or a pipeline of StandardScaler and one; "
            f"got {' → '.join([type(step).__name__ for step in steps])}"
        )
    if not all([hasattr(step, "n_features_in_") for step in steps]):
        raise NotFittedError("the classifier is not fitted, so there is nothing to save: call fit first")
    return (scalers[0] if scalers else None), last


def _model(scaler: Any, classifier: SoftmaxClassifier, target: str) -> Model:
    """The model that a file of the classifier holds."""
    n = classifier.n_features_in_
    names = getattr(classifier if scaler is None else scaler, "feature_names_in_", None)
    features = [f"x{i}" for i in range(n)] if names is None else [str(name) for name in names]
    if target in features:
        raise InputError(f"a feature is called {target!r:.60} too: give save_classifier another target")
    mean = scaler.mean_.tolist() if scaler is not None and scaler.with_mean else [0.0] * n
    deviation = scaler.scale_.tolist() if scaler is not None and scaler.with_std else [1.0] * n
    try:
        classes, record = recorded_estimator(classifier.classes_, names is not None, classifier.get_params(deep=False))
    except ValueError as error:
        raise InputError(f"the classifier cannot be kept in a file: {error}") from None
    linear: Any = classifier.network_.layers[0]
    return Model(
        columns=[Column(name) for name in features],
        classes=classes,
        target=target,
        scale=Scale(mean, deviation),
        hidden=[],
        bias=linear.bias is not None,
        network=classifier.network_,
        estimator=record,
    )


def _why_no_estimator(model: Model) -> str:
    """What a model has that a `SoftmaxClassifier` has not; "" where that is nothing."""
    if model.hidden:
        return "hidden layers"
    others = [column for column in model.columns if column.kind not in (NUMBER.name, BOOLEAN.name)]
    return f"the {others[0].kind} columns {some([column.name for column in others])}" if others else ""


def _of_features(model: Model) -> tuple[Any, Any]:
    """θ and b for features as they are, as arrays."""
    layer: Any = model.network
    linear = layer.layers[0]
    theta = numpy.array([[each.data for each in row] for row in linear.theta])
    b = numpy.array([each.data for each in linear.bias or ()])
    mean, deviation = numpy.array(model.scale.mean), numpy.array(model.scale.deviation)
    if mean.any() and not len(b):
        b = numpy.zeros(len(theta))
    with numpy.errstate(all="ignore"):
        return Standard(mean, deviation, None).outward(theta, b)
