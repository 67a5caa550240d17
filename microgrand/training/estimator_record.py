"""What a model file keeps of the estimator that was saved: what its classes are in Python, and its settings.

A file names classes by text, as a table does. An estimator's classes may be numbers or truth values as well, so their
type is kept, and each text has to be the one that Python writes for such a class.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, NamedTuple

from microgrand.training.settings import RULES, require_settings

TYPES: dict[str, tuple[str, Callable[[str], Any], Callable[[Any], bool]]] = {  # of NumPy's kind, of a text, range
    "bool": ("b", {"True": True, "False": False}.__getitem__, lambda item: True),
    "int64": ("i", int, lambda item: -(2**63) <= item < 2**63),
    "uint64": ("u", int, lambda item: 0 <= item < 2**64),
    "float64": ("f", float, math.isfinite),
    "str": ("U", str, lambda item: not item.endswith("\0")),  # which NumPy would cut off
    "object": ("O", str, lambda item: True),
}
SETTINGS = [*RULES, "solver"]


class EstimatorRecord(NamedTuple):
    """What is kept of an estimator, as JSON has it.

    dtype     the name of one of `TYPES`: what the classes are
    named     whether the features had names
    settings  the arguments of its constructor; C is null for no penalty, and classes that have a weight are texts
    """

    dtype: str
    named: bool
    settings: dict[str, Any]

    def classes(self, names: Sequence[str]) -> list[Any]:
        """The classes of these names; ValueError for a name that is none of such a class."""
        _, of_text, is_in_range = TYPES[self.dtype]
        classes = []
        for name in names:
            try:
                item = of_text(name)
                is_class = str(item) == name and is_in_range(item)
            except (ValueError, KeyError):
                is_class = False
            if not is_class:
                raise ValueError(f"{name!r:.60} is no class of the type {self.dtype}")
            classes.append(item)
        if len(set(classes)) < len(classes):
            raise ValueError("two of the classes are equal numbers")
        return classes

    def arguments(self, names: Sequence[str]) -> dict[str, Any]:
        """The arguments of the constructor; ValueError for one that breaks its rule."""
        arguments = dict(self.settings)
        if arguments["C"] is None:
            arguments["C"] = math.inf
        if isinstance(arguments["class_weight"], dict):
            arguments["class_weight"] = _renamed(arguments["class_weight"], names, self.classes(names))
        require_settings(arguments)
        return arguments


def recorded_estimator(classes: Any, named: bool, settings: Mapping[str, Any]) -> tuple[list[str], EstimatorRecord]:
    """The names of the classes in an array, and the record of the estimator; ValueError for what no file keeps."""
    dtype = next((name for name, (kind, _, _) in TYPES.items() if kind == classes.dtype.kind), "")
    items = classes.tolist()
    names = [str(item) for item in items]
    if not dtype or EstimatorRecord(dtype, named, {}).classes(names) != items:
        raise ValueError(f"its classes are of the type {classes.dtype}; give them as text or whole numbers")
    kept = {name: _plain(settings[name]) for name in SETTINGS}
    kept["C"] = None if kept["C"] == math.inf else kept["C"]
    if isinstance(kept["class_weight"], Mapping):
        weights = _renamed(kept["class_weight"], items, names)
        kept["class_weight"] = {name: _plain(weight) for name, weight in weights.items()}
    record = EstimatorRecord(dtype, named, kept)
    record.arguments(names)
    return names, record


def _renamed(weights: Mapping[Any, Any], classes: Sequence[Any], others: Sequence[Any]) -> dict[Any, Any]:
    """The weights of classes by what these are called otherwise."""
    other = dict(zip(classes, others, strict=True))
    unknown = [each for each in weights if each not in other]
    if unknown:
        raise ValueError(f"class_weight has {unknown[0]!r:.60}, which is none of the classes")
    return {other[each]: weight for each, weight in weights.items()}


def _plain(setting: Any) -> Any:
    """The setting as a number of Python's, if it is one of NumPy's or a fraction."""
    if isinstance(setting, bool) or type(setting).__name__ == "bool":
        return bool(setting)
    if isinstance(setting, Real):
        return int(setting) if isinstance(setting, Integral) else float(setting)
    return str(setting) if isinstance(setting, str) else setting
