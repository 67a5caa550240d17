"""Workers of a Dask cluster: whether they can carry out what is sent to them, and how they compute."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any

from microgrand.outer_errors import InputError
from microgrand.version import __version__

_KNOWN: set[Any] = set()  # clients, each with the workers that were asked


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
    workers = active.nthreads()
    key = (active.id, *sorted(workers))
    if key in _KNOWN:
        return
    for address, version in sorted(active.run(_asked_for_version()).items()):
        if version != __version__:
            has = f"microgrand {version}" if version else "no microgrand"
            install = f"distributed.PipInstall(['microgrand=={__version__}'])"
            raise InputError(
                f"the worker {address} has {has}, and what it is sent needs {__version__}: install that version there, "
                f"for instance by client.register_plugin({install})"
            )
    _KNOWN.add(key)


def _asked_for_version() -> Callable[[], str]:
    """A function that tells the version where it is called; it travels by its code, as microgrand may not be there."""

    def version() -> str:
        from importlib import import_module

        try:
            return str(import_module("microgrand.version").__version__)
        except ImportError:
            return ""

    return version


def one_thread() -> AbstractContextManager[Any]:
    """Keep matrix products to one thread, as Dask starts its workers: on more, BLAS adds in another order.

    Without threadpoolctl, which comes with scikit-learn, nothing is changed.
    """
    import numpy  # noqa: F401  # its BLAS is among those that are found

    pools = _pools()
    limit: AbstractContextManager[Any] = nullcontext() if pools is None else pools.limit(limits=1, user_api="blas")
    return limit


@lru_cache(maxsize=1)
def _pools() -> Any:
    """The libraries with threads of their own in this process; to find them takes a millisecond."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController()
