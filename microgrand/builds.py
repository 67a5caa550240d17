"""Which of the two builds runs: a wheel carries the engine compiled and, beside it, the source it was compiled from.

The source runs where MICROGRAND_PURE=1 is set in the environment before microgrand is imported, so that a debugger can
step into it. `microgrand.COMPILED` tells which build runs.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader

PACKAGE = os.path.dirname(os.path.abspath(__file__))


def choose_the_source() -> None:
    """From now on find this package's modules by their source files alone."""
    sys.path_hooks.insert(0, _sources)
    sys.path_importer_cache.pop(PACKAGE, None)


def _sources(folder: str) -> FileFinder:
    if os.path.abspath(folder) != PACKAGE:
        raise ImportError(f"{folder!r} is not the folder of microgrand")
    return FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES))


if os.environ.get("MICROGRAND_PURE", "0") not in ("", "0"):
    choose_the_source()
