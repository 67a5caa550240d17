"""What a model file has to be: every field's type, shape, range and relation to the others, checked before use."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from microgrand.outer_errors import InputError
from microgrand.training.columns import Column, features_of
from microgrand.training.estimator_record import SETTINGS, TYPES, EstimatorRecord
from microgrand.training.kinds import CATEGORY, KINDS

FORMAT = "microgrand classifier"
VERSION = 4
READ = (2, 3, 4)  # versions; the second kept columns of numbers alone, and no checksum; the third no estimator
LARGEST_FIELD = 1e300  # of a number in a file: products of larger ones overflow

_OF_VERSION_2 = ["target", "classes", "features", "mean", "deviation", "hidden", "bias", "parameters"]
_FIELDS = {
    2: _OF_VERSION_2,
    3: [*_OF_VERSION_2, "columns", "checksum"],
    4: [*_OF_VERSION_2, "columns", "checksum", "estimator"],
}
_MOST_DIGITS = 400  # of a whole number; Python refuses to read one of more than 4,300
_SIZES = 10**6  # the most neurons of a layer


class _FaultError(Exception):
    """A field, and what is wrong with it."""


def checksum(fields: dict[str, Any]) -> str:
    """What tells that any field of a file was changed: the SHA-256 of all the others, whatever their order."""
    rest = {name: value for name, value in fields.items() if name != "checksum"}
    return sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def read_fields(path: Path) -> dict[str, Any]:
    """The fields of a model file, all of them checked: `columns` as a list of `Column`, `estimator` as its record.

    Raises InputError, in one sentence that names the field and its fault, for whatever is no such file.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"there is no file {path}") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} could not be read: {getattr(error, 'strerror', None) or error}") from None
    try:
        return _checked(_parsed(content, path))
    except _FaultError as fault:
        raise InputError(f"{path} is damaged: {fault}") from None


def fault_of(fields: dict[str, Any]) -> str:
    """What `read_fields` would say of these fields in a file; "" where they are a model's."""
    try:
        _checked(fields)
    except _FaultError as fault:
        return str(fault)
    return ""


def shapes(sizes: Sequence[int], bias: bool) -> dict[str, tuple[int, ...]]:
    """The names and shapes of the parameters of a network of these sizes; see `model.classifier`.

    >>> shapes([3, 2], bias=False)
    {'0.theta': (2, 3)}
    """
    found: dict[str, tuple[int, ...]] = {}
    for k, (n_in, n_out) in enumerate(pairwise(sizes)):
        found[f"{2 * k}.theta"] = (n_out, n_in)
        if bias or k < len(sizes) - 2:
            found[f"{2 * k}.bias"] = (n_out,)
    return found


# ---- from bytes to fields ----------------------------------------------------------------------------------------


def _parsed(content: bytes, path: Path) -> dict[str, Any]:
    writers = "that `microgrand train` wrote, or `save_classifier`"
    try:
        fields = json.loads(content, object_pairs_hook=_once, parse_int=_whole, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        what = "it is nested too deeply" if isinstance(error, RecursionError) else f"{error}"
        raise InputError(f"{path} is not JSON, and no model {writers}: {what:.120}") from None
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        raise InputError(f"{path} is not a model {writers}")
    version = fields.get("version")
    if type(version) is not int or version not in READ:
        read = f"{', '.join(map(str, READ[:-1]))} and {READ[-1]}"
        later = ", a later one" if type(version) is int and version > VERSION else ""
        raise InputError(f"{path} has version {version!r:.40} of the format{later}; this microgrand reads {read}")
    return fields


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise _FaultError(f"the field {twice!r:.60} stands in it twice")
    return dict(pairs)


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise _FaultError(f"it holds a whole number of {len(text.lstrip('-')):,} digits")
    return int(text)


def _no_constant(text: str) -> float:
    raise _FaultError(f"it holds {text}, and all numbers of a model are finite")


# ---- the contract ------------------------------------------------------------------------------------------------


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    version = fields["version"]
    _require_names(fields, ["format", "version", *_FIELDS[version]], "")
    _require_text("target", fields["target"])
    _require_names_of_things("classes", fields["classes"], 2)
    if version == 2:
        _require_names_of_things("features", fields["features"], 1)
        columns = [Column(name) for name in fields["features"]]
    else:
        columns = _columns(fields["columns"])
        if fields["features"] != features_of(columns):
            raise _FaultError("'features' are not those that 'columns' become")
    if fields["target"] in [column.name for column in columns]:
        raise _FaultError(f"'target' is {fields['target']!r:.60}, which is a feature as well")
    count = len(features_of(columns))
    _require_numbers("mean", fields["mean"], (count,))
    _require_numbers("deviation", fields["deviation"], (count,), lambda number: number > 0.0, "above 0")
    _require_sizes(fields["hidden"])
    if not isinstance(fields["bias"], bool):
        raise _FaultError(f"'bias' is true or false; got {fields['bias']!r:.60}")
    _require_parameters(fields["parameters"], [count, *fields["hidden"], len(fields["classes"])], fields["bias"])
    estimator = _estimator(fields["estimator"], fields["classes"]) if version > 3 else None
    if version > 2 and fields["checksum"] != checksum(fields):
        raise _FaultError("'checksum' is not that of the other fields, so one of them was changed; train again")
    return {**fields, "columns": columns, "estimator": estimator}


def _require_names(fields: dict[str, Any], expected: list[str], where: str) -> None:
    missing = [name for name in expected if name not in fields]
    if missing:
        raise _FaultError(f"{where}{missing[0]!r} is missing")
    unknown = [name for name in fields if name not in expected]
    if unknown:
        raise _FaultError(f"{where}there is no field {unknown[0]!r:.60} in this version")


def _require_text(field: str, text: Any) -> None:
    if not isinstance(text, str) or not text:
        raise _FaultError(f"{field!r} is a name; got {text!r:.60}")
    if not text.isascii() and text.encode(errors="replace").decode() != text:
        raise _FaultError(f"{field!r} holds {text!r:.60}, which is no text")


def _require_names_of_things(field: str, names: Any, least: int) -> None:
    if not isinstance(names, list) or len(names) < least:
        raise _FaultError(f"{field!r} is a list of {least} names or more; got {names!r:.60}")
    for name in names:
        _require_text(field, name)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise _FaultError(f"{field!r} holds {twice!r:.60} twice")


def _columns(records: Any) -> list[Column]:
    if not isinstance(records, list) or not records:
        raise _FaultError(f"'columns' is a list of one column or more; got {records!r:.60}")
    columns = [_column(record, f"column {k}: ") for k, record in enumerate(records, 1)]
    _require_names_of_things("columns", [column.name for column in columns], 1)
    return columns


def _column(record: Any, where: str) -> Column:
    kind = KINDS.get(record["kind"]) if isinstance(record, dict) and isinstance(record.get("kind"), str) else None
    if kind is None:
        raise _FaultError(f"{where}'kind' is one of {', '.join(KINDS)}; got {record!r:.60}")
    _require_names(record, ["name", "kind", "missing", *kind.fields], where)
    _require_text("columns", record["name"])
    column = Column(record["name"], kind.name, record["missing"])
    if "categories" in kind.fields:
        _require_names_of_things("categories", record["categories"], 1)
        column = column._replace(categories=tuple(record["categories"]))
    if "format" in kind.fields:
        _require_text("format", record["format"])
        column = column._replace(format=record["format"])
    if "decimal" in kind.fields:
        column = _written(column, record)
    if column.missing is None:
        return column
    if kind is CATEGORY and column.missing not in column.categories:
        raise _FaultError(f"{where}'missing' is one of its categories; got {column.missing!r:.60}")
    if kind is not CATEGORY:
        _require_numbers(f"{where}missing", column.missing, ())
        column = column._replace(missing=float(column.missing))
    return column


def _written(column: Column, record: dict[str, Any]) -> Column:
    """The column with how its numbers are written."""
    if record["decimal"] not in (".", ","):
        raise _FaultError(f"'decimal' is a point or a comma; got {record['decimal']!r:.60}")
    for field in ("before", "after"):
        if record[field] != "":
            _require_text(field, record[field])
    return column._replace(decimal=record["decimal"], before=record["before"], after=record["after"])


def _estimator(record: Any, classes: list[str]) -> EstimatorRecord | None:
    """The estimator that the model was saved from; None for a model of the command's."""
    if record is None:
        return None
    if not isinstance(record, dict):
        raise _FaultError(f"'estimator' is null, or what is kept of one; got {record!r:.60}")
    _require_names(record, list(EstimatorRecord._fields), "in 'estimator', ")
    dtype, named, settings = [record[name] for name in EstimatorRecord._fields]
    if not isinstance(dtype, str) or dtype not in TYPES:
        raise _FaultError(f"'dtype' is one of {', '.join(TYPES)}; got {dtype!r:.60}")
    if not isinstance(named, bool):
        raise _FaultError(f"'named' is true or false; got {named!r:.60}")
    if not isinstance(settings, dict):
        raise _FaultError(f"'settings' has a name for each setting; got {settings!r:.60}")
    _require_names(settings, SETTINGS, "in 'settings', ")
    found = EstimatorRecord(dtype, named, settings)
    try:
        found.classes(classes)
        found.arguments(classes)
    except ValueError as error:
        raise _FaultError(f"in 'estimator', {error}") from None
    return found


def _require_sizes(sizes: Any) -> None:
    if not isinstance(sizes, list):
        raise _FaultError(f"'hidden' is a list of sizes; got {sizes!r:.60}")
    for size in sizes:
        if type(size) is not int or not 1 <= size <= _SIZES:
            raise _FaultError(f"'hidden' holds whole numbers from 1 to {_SIZES:,}; got {size!r:.60}")


def _require_parameters(parameters: Any, sizes: list[int], bias: bool) -> None:
    if not isinstance(parameters, dict):
        raise _FaultError(f"'parameters' has a name for each array; got {parameters!r:.60}")
    expected = shapes(sizes, bias)
    _require_names(parameters, list(expected), "in 'parameters', ")
    for name, shape in expected.items():
        _require_numbers(name, parameters[name], shape)


def _require_numbers(
    field: str,
    numbers: Any,
    shape: tuple[int, ...],
    holds: Callable[[float], bool] = lambda number: True,
    range_: str = "finite",
) -> None:
    """Raise a fault unless these are finite numbers in rows of this shape, of which all are in the range."""
    if shape:
        if not isinstance(numbers, list) or len(numbers) != shape[0]:
            got = f"{len(numbers)}" if isinstance(numbers, list) else f"{numbers!r:.60}"
            raise _FaultError(f"{field!r} has {shape[0]} {'rows' if shape[1:] else 'numbers'}; got {got}")
        for row in numbers:
            _require_numbers(field, row, shape[1:], holds, range_)
        return
    if type(numbers) not in (int, float):
        raise _FaultError(f"{field!r} holds numbers; got {numbers!r:.60}")
    if not (-LARGEST_FIELD <= numbers <= LARGEST_FIELD and math.isfinite(numbers) and holds(numbers)):
        raise _FaultError(f"{field!r} holds {numbers!r:.40}, and its numbers are {range_}")
