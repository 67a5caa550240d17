"""Choose which build runs: the compiled modules of a wheel, or their Python source, which the wheel also contains.

The source runs if MICROGRAND_PURE=1 is set in the environment before microgrand is imported; a debugger can then step
into it. `microgrand.COMPILED` tells which build runs. Compiled modules look like their source: see outlined.py.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from typing import Any

from microgrand.compiled.outlined import OUTLINES, OutlinedLoader

SOURCE = (SourceFileLoader, SOURCE_SUFFIXES)
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def choose_source() -> None:
    """Make all later imports of the package's modules load their source files."""
    _load_with(SOURCE)


def choose_compiled() -> None:
    """Make all later imports load compiled modules where there are some, each shown as its source."""
    _load_with((OutlinedLoader, EXTENSION_SUFFIXES), SOURCE)


def _load_with(*loaders: Any) -> None:
    def finder(folder: str) -> FileFinder:
        if not _is_inside(folder):
            raise ImportError(f"{folder!r} is not a folder of microgrand")
        return FileFinder(folder, *loaders)

    sys.path_hooks.insert(0, finder)
    for folder in [path for path in sys.path_importer_cache if _is_inside(path)]:
        del sys.path_importer_cache[folder]


def _is_inside(folder: str) -> bool:
    return f"{os.path.abspath(folder)}{os.sep}".startswith(f"{PACKAGE}{os.sep}")


if os.environ.get("MICROGRAND_PURE", "0") not in ("", "0"):
    choose_source()
elif os.path.isdir(OUTLINES):
    choose_compiled()
