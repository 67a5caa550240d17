"""Load pickles of older versions, in which modules have paths that have changed since.

A pickle holds the path of each class and function that it needs, such as `microgrand.layers.Linear`. Importing an old
path returns the module at its new path, and loads that module only then.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.abc import Loader, MetaPathFinder
else:  # only type checkers need importlib.abc, which at run time would load tempfile, random and hashlib
    Loader = MetaPathFinder = object

# The old paths, in pickles of version 0.1, and the new ones, all below `microgrand`.
MOVED = {
    "declaration": "table.primitive",
    "domains": "table.domains",
    "layers": "networks.layers",
    "losses": "networks.losses",
    "notation": "table.notation",
    "scope": "engine.scope",
    "sweep": "engine.sweep",
    "trace": "networks.trace",
}


class _Finder(MetaPathFinder):
    """Finds the modules of `MOVED` by their old paths."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, _, module = fullname.partition(".")
        return ModuleSpec(fullname, _Loader()) if package == "microgrand" and module in MOVED else None


class _Loader(Loader):
    """Returns the module at its new path when its old path is imported."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = import_module(f"microgrand.{MOVED[spec.name.partition('.')[2]]}")
        self.spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec  # the import has replaced the module's spec by the old path's


def find_moved_modules() -> None:
    """Make the old paths importable."""
    sys.meta_path.append(_Finder())
    # Importing `microgrand.sweep` would replace the function of that name by the module: register it beforehand.
    sys.modules["microgrand.sweep"] = import_module("microgrand.engine.sweep")
