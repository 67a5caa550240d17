"""How a row travels to another process: a row of the table by its name, one of a user's as Python's functions do.

A row that stands in a module that can be imported is pickled by the names of module and row, and the other process
imports it. What stands elsewhere, in a notebook or inside a function, is pickled by value, by cloudpickle, which Dask,
joblib and Ray bring along; a second pickle of the same row arrives as the same row.
"""

from __future__ import annotations

import copyreg
import os
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any

from microgrand.table.primitive import Primitive, declared
from microgrand.table.rows import TABLE

SETTINGS = (
    "signature", "domain", "joint", "joint_words", "pole", "kink", "selects", "root_of_squares", "value_scale",
    "partial_scale", "exactness", "derivation", "along", "ufunc", "doc",
)  # fmt: skip
_BY_KEY: dict[bytes, Primitive] = {}  # rows of users that were sent from here or have arrived here
_KEYS: dict[Primitive, bytes] = {}


class _Writing(threading.local):
    """The rows that this thread is writing: inside its own content a row stands by its key."""

    def __init__(self) -> None:
        self.rows: set[Primitive] = set()


class _Arriving(threading.local):
    """The keys of the rows whose content this thread is reading."""

    def __init__(self) -> None:
        self.keys: set[bytes] = set()


_WRITING = _Writing()
_ARRIVING = _Arriving()


def reduced(row: Primitive) -> tuple[Callable[..., Primitive], tuple[Any, ...]]:
    """What pickle calls to get the row again, and its arguments.

    Raises PicklingError for a row that stands in no module, where cloudpickle is not installed.
    """
    if TABLE.get(row.name) is row:
        return declared, (row.name,)
    place = _place(row)
    if place is not None and place[0] != "__main__":
        return imported, (row.name, *place)
    key = _KEYS.setdefault(row, os.urandom(16))
    _BY_KEY[key] = row
    return arrived, (row.name, key, _by_value(row, place), place)


def imported(name: str, module: str, attribute: str) -> Primitive:
    """The row that a module declares."""
    row = getattr(import_module(module), attribute, None)
    if not isinstance(row, Primitive):
        raise LookupError(f"{module}.{attribute}, where the primitive {name!r} was declared, is {row!r:.60} here")
    return row


def arrived(name: str, key: bytes, content: bytes | None, place: tuple[str, str] | None) -> Any:
    """A row that was sent by value; or without cloudpickle, from another process' main module."""
    if key in _BY_KEY:
        return _BY_KEY[key]
    if key in _ARRIVING.keys:
        return _Later(key)
    row: Any = None
    if content is not None:
        row = _declared_anew(name, key, content)
    elif place is not None:
        row = getattr(sys.modules["__main__"], place[1], None)
    if not isinstance(row, Primitive):
        raise LookupError(
            f"the primitive {name!r} was declared in another process' main module: declare it in a module that both "
            "import, or install cloudpickle there"
        )
    _BY_KEY[key] = row
    _KEYS[row] = key
    return row


class _Later:
    """A row inside its own content, for its partials to call once it is there."""

    def __init__(self, key: bytes) -> None:
        self.key = key

    def __call__(self, *operands: Any) -> Any:
        return _BY_KEY[self.key](*operands)

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(_BY_KEY[self.key])


def _declared_anew(name: str, key: bytes, content: bytes) -> Primitive:
    """The row made of its content."""
    import pickle

    _ARRIVING.keys.add(key)
    try:
        value, partials, notation, settings = pickle.loads(content)
    finally:
        _ARRIVING.keys.discard(key)
    return Primitive(name, value, partials, notation, **settings)


def _place(row: Primitive) -> tuple[str, str] | None:
    """The module, and the name in it, by which the row can be imported; None if there is none.

    It is mostly the module of its functions; a row that another module's function has made stands elsewhere.
    """
    own = [getattr(function, "__module__", None) or "" for function in (row.value, *row.partials)]
    for module in dict.fromkeys([*own, *sys.modules]):
        for attribute, item in list(getattr(sys.modules.get(module), "__dict__", {}).items()):
            if item is row:
                return module, attribute
    return None


def _by_value(row: Primitive, place: tuple[str, str] | None) -> bytes | None:
    """What the row was declared with, as cloudpickle writes it."""
    pickler = _cloudpickle()
    if pickler is None and place is None:
        from pickle import PicklingError

        raise PicklingError(
            f"the primitive {row.name!r} stands in no module that another process could import: declare it at the top "
            "of one, or install cloudpickle"
        )
    if pickler is None or row in _WRITING.rows:
        return None
    settings = {name: getattr(row, name) for name in SETTINGS if name != "domain"}
    _WRITING.rows.add(row)
    try:
        content: bytes = pickler.dumps((row.value, row.partials, row.notation, {**settings, "domain": row.domains}))
    finally:
        _WRITING.rows.discard(row)
    return content


def _cloudpickle() -> Any:
    """The module cloudpickle, or joblib's copy of it; None where there is neither."""
    for name in ("cloudpickle", "joblib.externals.cloudpickle"):
        try:
            return import_module(name)
        except ModuleNotFoundError:
            continue
    return None


copyreg.pickle(Primitive, reduced)
