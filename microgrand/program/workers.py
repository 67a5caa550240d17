"""Workers of a Dask cluster: whether they can carry out what is sent to them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from microgrand.outer_errors import InputError
from microgrand.version import __version__

_KNOWN: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()  # of each client, the workers that were asked


def client() -> Any:
    """The `distributed.Client` that is active, or None: then Dask computes in threads of this process."""
    distributed = sys.modules.get("distributed")  # without the module there is no client either
    if distributed is None:
        return None
    try:
        found = distributed.default_client()
    except ValueError:
        return None
    return None if found.asynchronous else found


def require_workers() -> None:
    """Raise InputError unless all workers of the active cluster have microgrand in the version of this process."""
    active = client()
    if active is None:
        return
    known = _KNOWN.setdefault(active, set())
    new = sorted(set(active.nthreads()) - known)
    if not new:
        return
    for address, version in sorted(active.run(_asked_for_version(), workers=new).items()):
        if version != __version__:
            has = f"microgrand {version}" if version else "no microgrand"
            install = f"distributed.PipInstall(['microgrand=={__version__}'])"
            raise InputError(
                f"the worker {address} has {has}, and what it is sent needs {__version__}: install that version there, "
                f"for instance by client.register_plugin({install})"
            )
    known.update(new)


def _asked_for_version() -> Callable[[], str]:
    """A function that tells the version where it is called; it travels by its code, as microgrand may not be there."""

    def version() -> str:
        from importlib import import_module

        try:
            return str(import_module("microgrand.version").__version__)
        except ImportError:
            return ""

    return version
