"""Laws of the table on arrays: a row does to every lane what it does to a float."""

import math

import mpmath
import numpy
import pytest

from benchmarks.points import draw
from microgrand import TABLE, Value, hypot, mul

LOOSE = dict.fromkeys(
    ("erfc", "normal_cdf", "log_normal_cdf", "normal_hazard", "gelu", "erfinv_slope", "power_term"),
    500.0,
)  # SciPy's erfc and erfinv, and NumPy's power of a product


def units(found, right):
    """How far apart two floats are, in units in the last place of the second."""
    if math.isnan(right) or math.isnan(found):
        return 0.0 if math.isnan(right) and math.isnan(found) else math.inf
    if found == right:
        return 0.0
    return abs(found - right) / max(math.ulp(right), 2.0**-1022)


@pytest.mark.parametrize("row", TABLE.values(), ids=list(TABLE))
def test_a_row_on_arrays_is_the_row_on_floats(row):
    """Over the whole range each lane is within a few units in the last place of the value on floats."""
    by_count = {}
    for xs in draw(row, 120, seed=1):
        by_count.setdefault((len(xs), *xs[len(xs) - len(row.signature.indices) :]), []).append(xs)
    worst = 0.0
    for (count, *indices), lists in by_count.items():
        columns = [numpy.array(column) for column in zip(*lists, strict=True)]
        columns[count - len(indices) :] = indices
        with numpy.errstate(all="ignore"):
            lanes = numpy.broadcast_to(row.value(*columns), (len(lists),)).tolist()
        found = [units(lane, row.evaluate(xs, xs)) for lane, xs in zip(lanes, lists, strict=True)]
        worst = max([worst, *found])
    assert worst <= LOOSE.get(row.name, 8.0)


def test_a_value_beside_a_50_digit_number_takes_it_as_a_float():
    """A step of a Value and a 50-digit number is recorded on floats, in either order, with its partial."""
    x = Value(4.0)
    for node in (hypot(mpmath.mpf(3), x), hypot(x, mpmath.mpf(3))):
        assert (node.data, node.partials) == (5.0, (0.8,))
        assert {type(operand) for operand in node.operands} == {Value, float}
    assert mul(x, mpmath.mpf(1) / 3).data == 4.0 * float(mpmath.mpf(1) / 3)
