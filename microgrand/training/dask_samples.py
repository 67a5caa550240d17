"""Samples of Dask's, looked at as scikit-learn looks at arrays, and predictions that stay Dask's.

Every check is scikit-learn's own, on each block where it lies: what is refused, and in which words, is the same.
"""

from __future__ import annotations

from typing import Any

from microgrand.program.dask_arrays import Graph
from microgrand.program.pieces import is_dask
from microgrand.program.workers import require_workers
from microgrand.training.blockwise import aligned, kept


def looked_at(classifier: Any, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Any, Any]:
    """Samples, the numbers of their classes, weights, and the classes; `n_features_in_` and the names are set.

    X is a Dask array or frame; the others may be so too, or stand in memory. All are kept where they are computed.
    """
    import numpy
    from sklearn.utils.multiclass import check_classification_targets

    require_workers()
    frame = X
    X, y, weights = [_as_array(each, X) for each in (X, y, sample_weight)]
    _check_shapes(classifier, frame, X, y, weights)
    X, y, weights = kept(*aligned(X, y[:, 0] if y.ndim == 2 else y, weights))
    found = _of_blocks(type(classifier).__name__, X, y, weights)
    classes = numpy.unique(numpy.concatenate([kinds for kinds, _ in found]))
    check_classification_targets(numpy.resize(classes, X.shape[0]))
    if weights is not None:
        _check_weights(numpy.asarray([largest for _, largest in found]))
    return X, y.map_blocks(_numbers_of, classes=classes, dtype=int), weights, classes


def lazily(classifier: Any, method: str, X: Any) -> Any:
    """What a method of the classifier gives for Dask's samples, as a Dask array: one task a block."""
    import numpy
    from sklearn.utils.validation import check_is_fitted

    check_is_fitted(classifier)
    require_workers()
    _check_columns(classifier, X, False)
    X = X.to_dask_array() if hasattr(X, "to_dask_array") else X
    X = X.rechunk({1: -1})
    classifier = _without_names(classifier)
    one = getattr(classifier, method)(numpy.zeros((1, X.shape[1]), X.dtype))  # what it gives for a sample
    graph = Graph([X])
    held = graph.held(classifier)
    calls = [(_of_block, held, method, one[:0], (X.name, i, 0)) for i in range(X.numblocks[0])]
    return graph.array(calls, (X.chunks[0], *[(size,) for size in one.shape[1:]]), 0, one.dtype)


def _of_block(classifier: Any, method: str, empty: Any, x: Any) -> Any:
    return getattr(classifier, method)(x) if len(x) else empty


def _without_names(classifier: Any) -> Any:
    """The classifier for blocks, which have no names: those of the whole are looked at before."""
    from sklearn.base import clone

    bare = clone(classifier)
    names = ("classes_", "n_features_in_", "network_")
    bare.__dict__.update({name: getattr(classifier, name) for name in names})
    return bare


# ---- checks ----------------------------------------------------------------------------------------------------------


def _as_array(given: Any, X: Any) -> Any:
    """A Dask array, for a Dask frame, and for what stands in memory; None for None."""
    import dask.array
    import numpy

    if given is None:
        return None
    if hasattr(given, "to_dask_array"):
        return given.to_dask_array(lengths=True)
    if is_dask(given):
        return given.compute_chunk_sizes() if any([size != size for size in given.shape]) else given
    if numpy.ndim(given) == 0:  # one weight for all
        return dask.array.full(len(X), float(given))
    return dask.array.from_array(numpy.asarray(given), chunks=-1, name=False)


def _check_shapes(classifier: Any, frame: Any, X: Any, y: Any, weights: Any) -> None:
    """Raise scikit-learn's errors of shapes and names, which need no number to be known."""
    import numpy
    from sklearn.utils.validation import validate_data

    x, targets = [numpy.broadcast_to(0.0, array.shape) for array in (X, y)]
    validate_data(classifier, x, targets, dtype=numpy.float64, ensure_all_finite=False, ensure_min_samples=2)
    _check_columns(classifier, frame, True)
    if weights is not None and weights.shape != X.shape[:1]:
        raise ValueError(f"sample_weight has a number for each of the {X.shape[0]} samples; got shape {weights.shape}")


def _check_columns(classifier: Any, X: Any, reset: bool) -> None:
    """Set or check the number of the features, and their names: those of a Dask frame are its columns."""
    import numpy
    from sklearn.utils.validation import _check_feature_names, _check_n_features

    pattern = getattr(X, "_meta", X) if hasattr(X, "to_dask_array") else numpy.empty((0, *X.shape[1:]))
    _check_feature_names(classifier, pattern, reset=reset)
    _check_n_features(classifier, pattern, reset=reset)


def _of_blocks(name: str, X: Any, y: Any, weights: Any) -> list[tuple[Any, float]]:
    """The classes of every block, and its largest weight; all numbers of the blocks are checked."""
    graph = Graph([each for each in (X, y, weights) if each is not None])
    tasks = [
        graph.task(_checked, name, (X.name, i, 0), (y.name, i), None if weights is None else (weights.name, i))
        for i in range(X.numblocks[0])
    ]
    found: list[tuple[Any, float]] = graph.computed(
        graph.reduced(_joined, [graph.task(_listed, each) for each in tasks])
    )
    return found


def _checked(name: str, x: Any, y: Any, weights: Any) -> tuple[Any, float]:
    """The classes of a block, and its largest weight."""
    import numpy
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_X_y

    if len(x) == 0:
        return y[:0], 0.0
    _, y = check_X_y(x, y, dtype=numpy.float64, estimator=name, ensure_min_samples=0)
    classes = numpy.unique(y)
    check_classification_targets(numpy.repeat(classes, 2))  # of a few samples, many classes are no reason to warn
    if weights is not None:
        _check_weights(numpy.append(weights, 1.0))  # in one block all may be 0
    return classes, 1.0 if weights is None else float(numpy.max(weights))


def _check_weights(weights: Any) -> None:
    import numpy
    from sklearn.utils.validation import _check_sample_weight

    _check_sample_weight(weights, numpy.empty((len(weights), 1)), ensure_non_negative=True)


def _listed(item: Any) -> list[Any]:
    return [item]


def _joined(lists: list[list[Any]]) -> list[Any]:
    return [item for items in lists for item in items]


def _numbers_of(y: Any, classes: Any) -> Any:
    import numpy

    return numpy.searchsorted(classes, y)
