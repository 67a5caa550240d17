"""Load pickles of older versions: they name modules that stand elsewhere now.

A pickle holds the path of each class and function that it needs, `microgrand.layers.Linear`. Importing such an old path
gives the module at its new place; nothing is imported before it is asked for.
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
else:  # at run time importlib.abc would load tempfile, random and hashlib, and add nothing that is used here
    Loader = MetaPathFinder = object

# The paths that pickles of version 0.1 name, below `microgrand`.
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
    """Gives the module at its new place for an import of the old path."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = import_module(f"microgrand.{MOVED[spec.name.partition('.')[2]]}")
        self.spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec  # the import has put the old path's in its place


def find_moved_modules() -> None:
    """Let imports find the modules by their old paths, from now on."""
    sys.meta_path.append(_Finder())
    # An import of `microgrand.sweep` would put the module in the place of the function `microgrand.sweep`.
    sys.modules["microgrand.sweep"] = import_module("microgrand.engine.sweep")
