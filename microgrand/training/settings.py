"""The settings of `SoftmaxClassifier`, each with its rule."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any

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


RULES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "C": ("a number above 0", lambda C: _is_real(C) and C > 0.0),
    "fit_intercept": ("True or False", _is_truth),
    "class_weight": ("None, 'balanced', or a dict that gives classes a finite weight from 0 up", _are_class_weights),
    "tol": ("a number from 0 up", lambda tol: _is_real(tol) and tol >= 0.0),
    "max_iter": ("a whole number from 0 up", lambda count: _is_whole(count) and count >= 0),
    "step": (
        "None, or a finite number above 0",
        lambda step: step is None or (_is_real(step) and 0.0 < step < math.inf),
    ),
    "warm_start": ("True or False", _is_truth),
    "n_jobs": ("None, or a whole number other than 0", lambda jobs: jobs is None or (_is_whole(jobs) and jobs != 0)),
    "verbose": (
        "True or False, or a whole number",
        lambda verbose: isinstance(verbose, Integral) or _is_truth(verbose),
    ),
}


def require_settings(settings: Mapping[str, Any]) -> None:
    """Raise a ValueError for a setting that breaks its rule, and for one that the solver would ignore."""
    for name, (rule, holds) in RULES.items():
        if not holds(settings[name]):
            kind = f" of type {type(settings[name]).__name__}"
            raise ValueError(f"{name} is {rule}; got {settings[name]!r:.60}{kind}")
    solver, step = settings["solver"], settings["step"]
    if not isinstance(solver, str) or solver not in SOLVERS:
        raise ValueError(f"there is no solver {solver!r:.60}: choose from {', '.join(SOLVERS)}")
    if solver == "lbfgs" and step is not None:
        raise ValueError(f"lbfgs finds its own steps: leave out step={step!r}, or choose another solver")
