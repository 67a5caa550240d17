"""The build backend: setuptools' own, except that a wheel asks for mypy where it can be compiled, and only there."""

from __future__ import annotations

from typing import Any

from compilation import MYPYC, obstacle
from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403  the other hooks are setuptools' as they are


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """What a wheel is built with, besides setuptools."""
    required: list[str] = build_meta.get_requires_for_build_wheel(config_settings)
    return required if obstacle() else [*required, MYPYC]
