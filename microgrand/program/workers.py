"""Workers of a Dask cluster: whether they can carry out what is sent to them, and how they compute."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from microgrand.outer_errors import InputError
from microgrand.version import __version__

_KNOWN: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()  # of each client, the workers that were asked
_LOCK = Lock()
_INSIDE: list[Any] = []  # the limit of threads, and None for each that is inside of it


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


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep matrix products to one thread, as Dask starts its workers: on more, BLAS adds in another order.

    Without threadpoolctl, which comes with scikit-learn, nothing is changed. Of several threads of Python's that ask
    for it at once the first one in limits, and the last one out gives the threads back.
    """
    with _LOCK:
        if not _INSIDE and (pools := _pools()) is not None:
            _INSIDE.append(pools.limit(limits=1, user_api="blas"))
        _INSIDE.append(None)
    try:
        yield
    finally:
        with _LOCK:
            _INSIDE.pop()
            if len(_INSIDE) == 1 and _INSIDE[0] is not None:
                _INSIDE.pop().restore_original_limits()


def _pools() -> Any:
    """The libraries with threads of their own in this process; to find them takes a millisecond."""
    import numpy  # noqa: F401  # its BLAS is among those that are found

    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController()
