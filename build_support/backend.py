"""The build backend: setuptools' own, except that a wheel asks for mypy where it can be compiled, and only there.

An editable install runs the plain source: a stale compiled module beside edited source would be a trap.
"""

from __future__ import annotations

import os
from typing import Any

from compilation import MYPYC, obstacle
from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403  the other hooks are setuptools' as they are


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """What a wheel is built with, besides setuptools."""
    required: list[str] = build_meta.get_requires_for_build_wheel(config_settings)
    return required if obstacle() else [*required, MYPYC]


def prepare_metadata_for_build_editable(*arguments: Any, **settings: Any) -> str:
    """The metadata of an editable install: those of the plain source, which needs nothing to run."""
    os.environ["MICROGRAND_PURE"] = "1"
    return str(build_meta.prepare_metadata_for_build_editable(*arguments, **settings))


def build_editable(*arguments: Any, **settings: Any) -> str:
    """An editable install."""
    os.environ["MICROGRAND_PURE"] = "1"
    return str(build_meta.build_editable(*arguments, **settings))
