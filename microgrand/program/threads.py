"""Threads: one for each stretch of samples, in place of those with which BLAS multiplies matrices."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from threading import Lock
from typing import Any, TypeVar, cast

from microgrand.table.arrays import quietly

_LOCK = Lock()
_INSIDE: list[Any] = []  # the limit of threads, and None for each that is inside of it
FEWEST = 4  # items for which threads are worth their start

Item = TypeVar("Item")
Found = TypeVar("Found")


def in_threads(function: Callable[[Item], Found], items: Sequence[Item]) -> list[Found]:
    """[function(item) for item in items], on as many threads as BLAS has, of which each then has one.

    So all of NumPy's loops over large arrays run in parallel, not only matrix products, and BLAS does not wait for a
    thread that another process delays. The results have the same bits on any number of threads. NumPy's warnings are
    off: the caller checks for numbers that are not finite.
    """

    def call(item: Item) -> Found:
        return cast("Found", quietly(function, [item]))

    groups = 1 if len(items) < FEWEST else min(threads_of_blas(), len(items))
    with one_thread() if len(items) >= FEWEST else nullcontext():
        first = [call(item) for item in items[:1]]  # alone, so that plans are made once
        size = -(-len(items) // groups)
        stretches = [items[max(start, 1) : start + size] for start in range(0, len(items), max(size, 1))]
        if groups == 1:
            return first + [call(item) for item in items[1:]]
        with ThreadPoolExecutor(groups) as pool:
            found = pool.map(lambda some: [call(item) for item in some], stretches)
            return first + [each for some in found for each in some]


def threads_of_blas() -> int:
    """How many threads a matrix product has; 1 where threadpoolctl is missing, which comes with scikit-learn."""
    pools = _pools()
    found = [] if pools is None else [pool["num_threads"] for pool in pools.info() if pool["user_api"] == "blas"]
    return max(found, default=1)


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
    """The libraries with threads of their own in this process."""
    import numpy  # noqa: F401  # its BLAS is among those that are found

    return _pools_of(len(sys.modules))


@lru_cache(maxsize=1)
def _pools_of(modules: int) -> Any:
    """Looked for once, as that takes milliseconds, and again when there are more modules, which may bring some."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController()
