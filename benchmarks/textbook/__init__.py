"""Gradients from textbooks, as people write them, each with its usual domain: data for measuring gradient checkers.

Functions and gradients are written the first way that comes to mind: where floats cancel, saturate or underflow, they
do. Every gradient is right as a formula, which `tests/testing/test_textbook.py` proves in many digits. Imports stand at
the top of each file, and a file imports no more than formulas need, so that `benchmarks.truth` can run it once more
with mpmath's functions in the place of `math`'s, NumPy's and SciPy's.
"""

from benchmarks.textbook import chemistry_and_biology, finance, machine_learning, numerics, physics, statistics
from benchmarks.textbook.gradient import Gradient, Items

TEXTBOOK: dict[str, list[Gradient]] = {
    "statistics": statistics.STATISTICS,
    "physics": physics.PHYSICS,
    "finance": finance.FINANCE,
    "machine learning": machine_learning.MACHINE_LEARNING,
    "chemistry and biology": chemistry_and_biology.CHEMISTRY_AND_BIOLOGY,
    "numerics": numerics.NUMERICS,
}

__all__ = ["TEXTBOOK", "Gradient", "Items"]
