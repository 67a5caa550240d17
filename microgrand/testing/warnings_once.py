"""Warnings of a function that is called at hundreds of points: each is given once."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def once_each() -> Iterator[None]:
    """Give each warning that comes meanwhile once, at the end: by its text, its kind and its line.

    >>> with warnings.catch_warnings(record=True) as given:
    ...     warnings.simplefilter("always")
    ...     with once_each():
    ...         for _ in range(3):
    ...             warnings.warn("large")
    >>> len(given)
    1
    """
    seen: dict[tuple[object, ...], warnings.WarningMessage] = {}
    try:
        with warnings.catch_warnings(record=True) as given:
            yield
    finally:
        for each in given:
            seen.setdefault((str(each.message), each.category, each.filename, each.lineno), each)
        for each in seen.values():
            warnings.warn_explicit(each.message, each.category, each.filename, each.lineno, source=each.source)
