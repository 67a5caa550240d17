"""The settings of `SoftmaxClassifier` and of `microgrand train`, each with its rule."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any

from microgrand.outer_errors import InputError
from microgrand.training.solvers import SOLVERS


def _is_real(setting: Any) -> bool:
    return isinstance(setting, Real) and not isinstance(setting, bool)


def _is_whole(setting: Any) -> bool:
    return isinstance(setting, Integral) and not isinstance(setting, bool)


def _is_truth(setting: Any) -> bool:
    return setting in (True, False) if isinstance(setting, Integral) or type(setting).__name__ == "bool" else False


def _are_class_weights(setting: Any) -> bool:
    if isinstance(setting, Mapping):
        return all([_is_real(weight) and 0.0 <= weight < math.inf for weight in setting.values()])
    return setting is None or (isinstance(setting, str) and setting == "balanced")


def _is_step(setting: Any) -> bool:
    return setting is None or (_is_real(setting) and 0.0 < setting < math.inf)


def _are_sizes(setting: Any) -> bool:
    return isinstance(setting, (list, tuple)) and all([_is_whole(size) and size > 0 for size in setting])


STEP = ("None, or a finite number above 0", _is_step)
RULES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "C": ("a number above 0", lambda C: _is_real(C) and C > 0.0),
    "fit_intercept": ("True or False", _is_truth),
    "class_weight": ("None, 'balanced', or a dict that gives classes a finite weight from 0 up", _are_class_weights),
    "tol": ("a finite number from 0 up", lambda tol: _is_real(tol) and 0.0 <= tol < math.inf),
    "max_iter": ("a whole number from 0 to 10¹⁸", lambda count: _is_whole(count) and 0 <= count <= 10**18),
    "step": STEP,
    "warm_start": ("True or False", _is_truth),
    "n_jobs": ("None, or a whole number other than 0", lambda jobs: jobs is None or (_is_whole(jobs) and jobs != 0)),
    "verbose": (
        "True or False, or a whole number",
        lambda verbose: isinstance(verbose, Integral) or _is_truth(verbose),
    ),
}

COMMAND_RULES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "epochs": ("a whole number from 1 up", lambda epochs: _is_whole(epochs) and epochs > 0),
    "step": STEP,
    "l2": ("a finite number from 0 up", lambda l2: _is_real(l2) and 0.0 <= l2 < math.inf),
    "bias": ("True or False", _is_truth),
    "hidden": ("a list of whole numbers from 1 up", _are_sizes),
    "seed": ("a whole number from 0 up", lambda seed: _is_whole(seed) and seed >= 0),
    "may_miss": ("True or False", _is_truth),
}


def require_settings(settings: Mapping[str, Any]) -> None:
    """Raise a ValueError for a setting that breaks its rule, and for one that the solver would ignore."""
    if broken := _broken(settings, RULES):
        raise ValueError(broken)
    if unlike := _unlike(settings["solver"], settings["step"]):
        raise ValueError(unlike)


def require_command_settings(settings: Mapping[str, Any]) -> None:
    """Raise an InputError for a setting of `train_classifier` that breaks its rule; see `require_settings`."""
    if broken := _broken(settings, COMMAND_RULES):
        raise InputError(broken)
    if settings["solver"] is not None and (unlike := _unlike(settings["solver"], settings["step"])):
        raise InputError(unlike)


def _broken(settings: Mapping[str, Any], rules: Mapping[str, tuple[str, Callable[[Any], bool]]]) -> str:
    """What is wrong with the first setting that breaks its rule."""
    for name, (rule, holds) in rules.items():
        if not holds(settings[name]):
            return f"{name} is {rule}; got {settings[name]!r:.60} of type {type(settings[name]).__name__}"
    return ""


def _unlike(solver: Any, step: Any) -> str:
    """What is wrong with a solver and its step."""
    if not isinstance(solver, str) or solver not in SOLVERS:
        return f"there is no solver {solver!r:.60}: choose from {', '.join(SOLVERS)}"
    if solver == "lbfgs" and step is not None:
        return f"lbfgs finds its own steps: leave out step={step!r}, or choose another solver"
    return ""
