"""Parameters as files: safetensors, or JSON for small networks; never pickle, so a file from anywhere is safe to load.

A file holds one array for every name under which a network keeps parameters: "0.theta" of shape (2, 30) for the
`Value`s "0.theta[0][0]" to "0.theta[1][29]". It says nothing of what the layers compute: the network is written in
Python, and its parameters are loaded into it.

>>> import tempfile
>>> from microgrand import Linear, Sequential, Tanh
>>> network, other = [Sequential(Linear(2, 3), Tanh(), Linear(3, 1)) for _ in range(2)]
>>> with tempfile.TemporaryDirectory() as folder:
...     save(network, f"{folder}/network.json")
...     pretrained = load(other, f"{folder}/network.json").freeze()
>>> network([1.0, 2.0]) == pretrained([1.0, 2.0])
True
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Mapping
from hashlib import sha256
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from microgrand.engine.value import Value
from microgrand.files import as_path, write_whole
from microgrand.networks.layers import Layer
from microgrand.outer_errors import InputError, MissingExtraError

FORMAT = "microgrand parameters"
VERSION = 1

READABLE = ("F64", "F32", "F16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8")  # types of safetensors
MOST = 6  # differences that one sentence names

_INDICES = re.compile(r"(\[\d+\])+$")


class Array(NamedTuple):
    """Numbers in rows of rows, row by row, and how many there are along each axis."""

    shape: tuple[int, ...]
    numbers: list[float]


def save(layer: Layer, path: str | PathLike[str]) -> None:
    """Write every parameter of a layer, frozen or not, into a file that ends in .safetensors or .json.

    The file is written whole or not at all: whatever happens meanwhile, the old one or the new one is there.

    Raises InputError for another ending, for JSON where a parameter is NaN or infinite, and where the file cannot be
    written; MissingExtraError where the extra `train` is missing for safetensors.

    path  where to

    >>> import pathlib, tempfile
    >>> from microgrand import Linear
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(Linear(2, 1, theta=[[3.0, 4.0]]), f"{folder}/linear.json")
    ...     layer = load(Linear(2, 1), f"{folder}/linear.json")
    >>> layer.theta
    [[Value(3.0, name='θ₁₁'), Value(4.0, name='θ₁₂')]]
    """
    _require_layer("save", layer)
    path = as_path(path)
    arrays = as_arrays(layer)
    content = _safetensors(arrays) if _ending(path) == ".safetensors" else _json(arrays, path)
    try:
        write_whole({path: content})
    except OSError as error:
        raise InputError(f"{path} could not be written: {error.strerror}") from None


def load(layer: Layer, path: str | PathLike[str]) -> Any:
    """Set every parameter of a layer, frozen or not, to what a file of `save` holds; returns the layer.

    Raises InputError, and changes nothing, for another ending, where there is no such file or it holds something else,
    and where its names or shapes are not the layer's: it says which differ.

    path  of a file that `save` wrote; `save` has an example
    """
    _require_layer("load", layer)
    path = as_path(path)
    read = _from_safetensors if _ending(path) == ".safetensors" else _from_json
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} could not be read: {error.strerror}") from None
    assign(layer, read(content, path), str(path))
    return layer


def _require_layer(function: str, layer: Any) -> None:
    if not isinstance(layer, Layer):
        way_out = f"; {function}_classifier keeps an estimator" if hasattr(layer, "predict_proba") else ""
        raise TypeError(f"the network comes first: {function}(network, path); got {layer!r:.60}{way_out}")


def as_arrays(layer: Layer) -> dict[str, Array]:
    """The numbers of a layer's parameters, by name."""
    return {name: Array(shape, [theta.data for theta in members]) for name, (shape, members) in _grouped(layer).items()}


def assign(layer: Layer, arrays: Mapping[str, Array], source: str) -> None:
    """Set the parameters of a layer to the numbers of the arrays; InputError says how names and shapes differ."""
    own = _grouped(layer)
    differences = [f"{name} is missing" for name in own if name not in arrays]
    differences += [f"{name} is not in the network" for name in arrays if name not in own]
    differences += [
        f"{name} has the shape {arrays[name].shape} instead of {shape}"
        for name, (shape, _) in own.items()
        if name in arrays and arrays[name].shape != shape
    ]
    if differences:
        more = f"; and {len(differences) - MOST} more differences" if len(differences) > MOST else ""
        raise InputError(f"{source} is of another network: {'; '.join(differences[:MOST])}{more}")
    for name, (_, members) in own.items():
        for theta, number in zip(members, arrays[name].numbers, strict=True):
            theta.data = number


def as_lists(array: Array) -> Any:
    """The array as nested lists.

    >>> as_lists(Array((2, 2), [1.0, 2.0, 3.0, 4.0])), as_lists(Array((), [5.0]))
    ([[1.0, 2.0], [3.0, 4.0]], 5.0)
    """
    rows: list[Any] = array.numbers
    for length in reversed(array.shape[1:]):
        rows = [rows[k : k + length] for k in range(0, len(rows), length)]
    return rows if array.shape else rows[0]


def from_lists(rows: Any) -> Array:
    """The array of nested lists of numbers; ValueError where they are no such thing.

    >>> from_lists([[1.0, 2.0], [3.0, 4.0]])
    Array(shape=(2, 2), numbers=[1.0, 2.0, 3.0, 4.0])
    """
    if isinstance(rows, (int, float)) and not isinstance(rows, bool):
        if not math.isfinite(number := float(rows)):
            raise ValueError(f"numbers are finite; got {rows!r}")
        return Array((), [number])
    if not isinstance(rows, list) or not rows:
        raise ValueError(f"numbers, or lists of numbers, were expected; got {rows!r:.60}")
    parts = [from_lists(row) for row in rows]
    if len({part.shape for part in parts}) > 1:
        raise ValueError("the rows are not equally long")
    return Array((len(parts), *parts[0].shape), [number for part in parts for number in part.numbers])


def _grouped(layer: Layer) -> dict[str, tuple[tuple[int, ...], list[Value]]]:
    """The parameters whose names differ in the indices at their end only, as one array where they fill one."""
    groups: dict[str, dict[tuple[int, ...], tuple[str, Value]]] = {}
    for name, theta in layer.named_parameters().items():
        place = _INDICES.search(name)
        indices = tuple([int(index) for index in re.findall(r"\d+", place[0])]) if place else ()
        groups.setdefault(name[: place.start()] if place else name, {})[indices] = (name, theta)
    arrays: dict[str, tuple[tuple[int, ...], list[Value]]] = {}
    for base, members in groups.items():
        shape = tuple([max(column) + 1 for column in zip(*members, strict=False)])
        if len({len(indices) for indices in members}) == 1 and math.prod(shape) == len(members):
            arrays[base] = (shape, [theta for _, theta in members.values()])
        else:
            arrays |= {name: ((), [theta]) for name, theta in members.values()}
    return arrays


def _ending(path: Path) -> str:
    if path.suffix not in (".safetensors", ".json"):
        raise InputError(f"parameters are kept in a file that ends in .safetensors or .json; got {path.name!r}")
    return path.suffix


def checksum(arrays: Mapping[str, Array]) -> str:
    """What tells that a name, a shape or a bit of a number has changed: SHA-256 of all of them."""
    told = sha256()
    for name in sorted(arrays):
        array = arrays[name]
        told.update(f"{name!r}{array.shape}".encode())
        told.update(struct.pack(f"<{len(array.numbers)}d", *array.numbers))
    return told.hexdigest()


def _require(found: Mapping[str, Any], arrays: Mapping[str, Array] | None = None) -> None:
    """Raise a ValueError where a file is of a version not known here, or its numbers are not those of its checksum."""
    version = found.get("version")
    if str(version) != str(VERSION):
        raise ValueError(f"its version is {version!r:.40}, and this microgrand reads version {VERSION}")
    if arrays is not None and found.get("checksum", checksum(arrays)) != checksum(arrays):
        raise ValueError("its checksum is not that of its numbers, so something in it was changed")


def _safetensors(arrays: Mapping[str, Array]) -> bytes:
    numpy, library = _libraries()
    content: bytes = library.save(
        {name: numpy.array(array.numbers, dtype=float).reshape(array.shape) for name, array in arrays.items()},
        metadata={"format": FORMAT, "version": str(VERSION), "checksum": checksum(arrays)},
    )
    return content


def _from_safetensors(content: bytes, path: Path) -> dict[str, Array]:
    """The arrays of a file of microgrand's, or of any other tool's that holds real numbers."""
    _, library = _libraries()
    try:
        header = _header(content)
        about = header.pop("__metadata__", {})
        own = about.get("format") == FORMAT
        if own:
            _require(about)
        for name, tensor in header.items():
            if tensor["dtype"] not in READABLE:
                raise ValueError(f"{name} holds numbers of the type {tensor['dtype']}; convert them to F64")
        tensors = library.load(content)
        arrays = {n: Array(tensor.shape, tensor.astype(float).ravel().tolist()) for n, tensor in tensors.items()}
        if own:
            _require(about, arrays)
    except Exception as error:  # the library has errors of its own, and hands on NumPy's
        raise InputError(f"{path} is no file of safetensors that can be read here: {error}") from None
    return arrays


def _header(content: bytes) -> dict[str, Any]:
    """The types and shapes of a file of safetensors: JSON, after its length in 8 bytes."""
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    if not isinstance(header, dict):
        raise TypeError("its header is no object")
    return header


def _libraries() -> tuple[Any, Any]:
    try:
        import numpy
        import safetensors.numpy
    except ImportError as error:
        package = (error.name or "safetensors").partition(".")[0]
        raise MissingExtraError("a file of safetensors", "train", package) from error
    return numpy, safetensors.numpy


def _json(arrays: Mapping[str, Array], path: Path) -> bytes:
    parameters = {name: as_lists(array) for name, array in arrays.items()}
    fields = {"format": FORMAT, "version": VERSION, "parameters": parameters, "checksum": checksum(arrays)}
    try:
        text = json.dumps(fields, indent=1, allow_nan=False)
    except ValueError:
        raise InputError(f"{path} was not written: JSON has no NaN and no infinity, .safetensors has") from None
    return f"{text}\n".encode()


def _from_json(content: bytes, path: Path) -> dict[str, Array]:
    try:
        data = json.loads(content, object_pairs_hook=_fields)
        if not (isinstance(data, dict) and isinstance(data.get("parameters", {}), dict)):
            raise ValueError("it is no object with 'parameters', an object of arrays by name")
        if data["format"] != FORMAT:
            raise ValueError(f"its format is {data['format']!r:.60}")
        _require(data)
        arrays = {name: from_lists(rows) for name, rows in data["parameters"].items()}
        _require(data, arrays)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        reason = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        raise InputError(f"{path} holds no parameters as JSON: {reason}") from None
    return arrays


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError(f"{max(names, key=names.count)!r:.60} stands in it twice")
    return dict(pairs)
