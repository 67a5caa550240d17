"""A plugin of pytest for runs in Pyodide: what needs a package that has no pure wheel is skipped, and says so.

A file of tests is skipped whole if it imports such a package. In files that import none, tests say themselves on which
platform they cannot run.
"""

from collections.abc import Generator

import pytest

PACKAGES = {"jax", "numpy", "pypdfium2", "scipy", "sklearn", "torch"}
OF_NUMPY = "arrays give what floats give"  # the law of rows that is looked at with NumPy


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Skip a file instead of failing where it imports one of the packages."""
    report = yield
    error = report.call.excinfo.value.__cause__ if report.failed else None
    if isinstance(error, ModuleNotFoundError) and error.name in PACKAGES:
        report.outcome = "skipped"
        report.longrepr = (str(collector.path), 1, f"Skipped: Pyodide lacks {error.name}, which has no pure wheel")
    return report


def pytest_itemcollected(item: pytest.Item) -> None:
    """Skip the law of rows on arrays."""
    if OF_NUMPY in item.name:
        item.add_marker(pytest.mark.skip(reason="Pyodide lacks NumPy, which has no pure wheel"))
