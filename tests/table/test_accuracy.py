"""Exactness: every row over the whole double range, and random expressions beside another framework."""

import pytest
from hypothesis import settings

import microgrand
from benchmarks.accuracy import examine
from microgrand import TABLE
from microgrand.table.primitive import Exactness


@pytest.mark.parametrize("row", TABLE.values(), ids=list(TABLE))
def test_values_and_partials_are_exact_over_the_whole_double_range(row):
    """At points log-uniform over all doubles, of which seven in ten or more have a normal value, value and partials
    are as exact as the row says.
    """
    points = 500 if settings.default.max_examples <= 40 else 20 * settings.default.max_examples
    found = examine(row, points, seed=20261123, frameworks=[])
    assert found.counted >= 0.7 * points
    assert found.partial.ulp <= row.exactness.partials, str(found.partial)
    assert found.value.ulp <= row.exactness.value, str(found.value)


def test_a_row_says_why_it_is_less_exact():
    """Partials lie within 4 ulp and values within 2, or the row says why; every public row keeps the 4."""
    less = [row for row in TABLE.values() if row.exactness != Exactness()]
    assert [row.name for row in less if not row.exactness.because] == []
    assert [row.name for row in less if row.exactness.partials > 4.0 and hasattr(microgrand, row.name)] == []


@pytest.mark.thorough("JAX compiles each function that it meets first")
def test_random_expressions_agree_with_jax():
    """Where microgrand and JAX differ by more than 16·2⁻⁵³·Σ|δᵢzᵢ| in random expressions of up to 40 nodes, the exact
    number, to 100 digits, lies within that bound of microgrand's; seven in ten expressions are finite, and compared.
    """
    pytest.importorskip("jax", reason="JAX is not installed: pip install jax")
    from benchmarks.against_jax import compare

    summary = compare(2000, seed=20261123)
    assert summary.checked > 0.7 * (summary.checked + summary.skipped)
    assert [str(case) for case in summary.cases if not case.our_error <= case.bound] == []
