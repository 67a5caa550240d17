"""Tables, columns and masked arrays of other libraries, as arrays of NumPy's; none of these libraries is imported."""

from __future__ import annotations

from typing import Any

from microgrand.engine.node import Node

LIBRARIES = ("pandas", "polars", "pyarrow", "dask")  # a type of theirs stands in a module of that name, or below


def as_array_of_numbers(given: Any, name: str) -> Any:
    """A table, a column or a masked array as an array, one row a lane; anything else as it is.

    What is missing becomes NaN. Columns of single precision give an array of single precision.

    Raises TypeError for what holds no numbers, and ValueError for a masked array in which numbers are masked.
    """
    library = type(given).__module__.partition(".")[0]
    if library == "numpy":
        return _unmasked(given, name) if hasattr(given, "mask") else given
    if library not in LIBRARIES and not hasattr(given, "to_numpy"):
        return given
    if library == "pandas" and not (hasattr(given, "dtype") or hasattr(given, "dtypes")):  # a single cell
        return given
    if hasattr(given, "collect") and not hasattr(given, "to_numpy"):
        raise TypeError(
            f"{name} is a {type(given).__name__}, which holds no numbers yet: {name}.collect() makes a table"
        )
    if hasattr(given, "to_dask_array"):
        return given.to_dask_array(lengths=True)
    if library == "dask":
        return given
    import numpy

    array = _of_pandas(given, name) if library == "pandas" else numpy.asarray(given)
    if array.dtype.kind == "O":
        return _of_objects(array, name)
    if array.dtype.kind not in "fiubc":
        raise TypeError(f"{name} holds {array.dtype.name}, and a program takes numbers")
    return array


def _of_objects(array: Any, name: str) -> Any:
    """The array itself if there are Values in it, else its numbers."""
    if any([isinstance(item, Node) for item in array.flat]):
        return array
    texts = [item for item in array.flat if isinstance(item, (str, bytes))]
    if texts:
        raise TypeError(f"{name} holds the text {texts[0]!r:.40}, and a program takes numbers")
    try:
        return array.astype(float)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} holds something else than numbers: {error!s:.100}") from None


def _of_pandas(given: Any, name: str) -> Any:
    """Columns that may be NumPy's, nullable, or Arrow's."""
    import numpy

    several = hasattr(given, "dtypes") and hasattr(given, "columns")
    kinds = list(given.dtypes) if several else [given.dtype]
    if all([isinstance(kind, numpy.dtype) for kind in kinds]):
        return given.to_numpy()
    plain = [kind if isinstance(kind, numpy.dtype) else _numpy_dtype(kind) for kind in kinds]
    for number, kind in enumerate(plain):
        if kind is None or kind.kind not in "fiub":
            where = f"its column {given.columns[number]!r:.40}" if several else name
            raise TypeError(f"{name} is numbers, and {where} is of the type {kinds[number]!s:.40}: leave it out")
    single = all([kind == numpy.float32 for kind in plain])
    return given.to_numpy(dtype=numpy.float32 if single else numpy.float64, na_value=numpy.nan)


def _numpy_dtype(kind: Any) -> Any:
    """NumPy's type of a nullable column, of one of Arrow's or of a sparse one; None where there is none."""
    return getattr(kind, "numpy_dtype", getattr(kind, "subtype", None))


def _unmasked(given: Any, name: str) -> Any:
    masked = int(given.mask.sum())
    if masked:
        raise ValueError(f"{name} is a masked array, of which {masked} are masked: {name}.filled(0.0) fills them in")
    return given.data
