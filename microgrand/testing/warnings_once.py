"""Warnings of a function that is called at hundreds of points: each is shown once."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def once_each() -> Iterator[None]:
    """Show each warning that comes meanwhile once: by its text, its kind and its line.

    >>> with warnings.catch_warnings(record=True) as given:
    ...     warnings.simplefilter("always")
    ...     with once_each():
    ...         for _ in range(3):
    ...             warnings.warn("large")
    >>> len(given)
    1
    """
    shown, seen = warnings.showwarning, set[Any]()

    def once(
        message: Any, category: type[Warning], filename: str, lineno: int, file: Any = None, line: Any = None
    ) -> None:
        key = (str(message), category, filename, lineno)
        if key not in seen:
            seen.add(key)
            shown(message, category, filename, lineno, file, line)

    warnings.showwarning = once
    try:
        yield
    finally:
        warnings.showwarning = shown
