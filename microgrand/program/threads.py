"""Runs a function of stretches of samples on several threads, with BLAS on one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import Any, TypeVar, cast

from microgrand.table.arrays import quietly

FEWEST = 4  # items: with fewer, starting threads takes longer than it saves

Item = TypeVar("Item")
Found = TypeVar("Found")


def in_threads(function: Callable[[Item], Found], items: Sequence[Item]) -> list[Found]:
    """[function(item) for item in items], on as many threads as BLAS has; BLAS itself then uses one in each.

    So all of NumPy's loops over large arrays run in parallel, not only matrix products, and BLAS does not wait for a
    thread that another process delays. The results have the same bits on any number of threads. NumPy's warnings are
    off: the caller checks for numbers that are not finite.
    """

    def call(item: Item) -> Found:
        return cast("Found", quietly(function, [item]))

    groups = 1 if len(items) < FEWEST else min(threads_of_blas(), len(items))
    with one_thread():
        first = [call(item) for item in items[:1]]  # alone, so that plans are made once
        if groups == 1:
            return first + [call(item) for item in items[1:]]
        size = -(-len(items) // groups)
        stretches = [items[max(start, 1) : start + size] for start in range(0, len(items), size)]
        with ThreadPoolExecutor(groups) as pool:
            try:
                found = [pool.submit(lambda some: [call(item) for item in some], stretch) for stretch in stretches]
            except RuntimeError:  # Python is shutting down, and starts no threads any more
                return first + [call(item) for item in items[1:]]
            return first + [each for future in found for each in future.result()]


def threads_of_blas() -> int:
    """How many threads a matrix product has; 1 where threadpoolctl is missing, which comes with scikit-learn."""
    pools = _pools()
    found = [] if pools is None else [pool["num_threads"] for pool in pools.info() if pool["user_api"] == "blas"]
    return max(found, default=1)


class Limit:
    """One thread for some BLAS libraries while anybody asks for it. Without threadpoolctl nothing is changed.

    When several Python threads ask at once, the first sets the limit and the last restores it.

    part  a word in the paths of the libraries; "" for all of them
    """

    def __init__(self, part: str) -> None:
        self.part = part
        self._held: Any = None  # the libraries and their limiter, while there is a limit
        self._forget()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._in_child)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """A context in which the limit holds."""
        with self._lock:
            if self._callers == 0:
                self._set()
            self._callers += 1
        try:
            yield
        finally:
            with self._lock:
                self._callers -= 1
                if self._callers == 0:
                    self._restore()

    def _set(self) -> None:
        pools = _pools()
        if pools is not None:
            _let_any_thread_set_limits(pools)
            paths = [pool["filepath"] for pool in pools.info() if self.part in pool["filepath"]]
            self._held = pools, pools.select(filepath=paths, user_api="blas").limit(limits=1, user_api="blas")

    def _restore(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            pools, limiter = held
            _let_any_thread_set_limits(pools)
            limiter.restore_original_limits()
            _let_any_thread_set_limits(pools)

    def _forget(self) -> None:
        self._lock = Lock()
        self._callers = 0

    def _in_child(self) -> None:
        """The threads that asked for the limit are not in the child of a fork, where the lock may be held for good."""
        self._forget()
        self._restore()


one_thread = Limit("")  # as Dask starts its workers: on several, BLAS adds in another order
one_thread_for_scipy = Limit("scipy.libs")


def _let_any_thread_set_limits(pools: Any) -> None:
    """From version 3.8 on, threadpoolctl ignores every Python thread but the one that has set a limit before."""
    for library in pools.lib_controllers:
        if hasattr(library, "clear_controlling_thread"):
            library.clear_controlling_thread(force=True)


def _pools() -> Any:
    """The thread pools of the libraries that are loaded, or None without threadpoolctl."""
    import numpy  # noqa: F401  # its BLAS is among those that are found

    return _pools_of(len(sys.modules))


@lru_cache(maxsize=1)
def _pools_of(modules: int) -> Any:
    """Cached, as the search takes milliseconds; repeated when modules were imported, as these may load libraries."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController()
