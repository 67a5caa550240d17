"""Laws of the functions of many operands: no step on the way overflows or cancels where the result does not."""

import math
import random
import re
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgrand import TABLE, Primitive
from microgrand.table import many_operands, stable

SIZES = [1e-320, 1e-308, 1e-200, 1e-30, 0.3, 1.0, -7.0, 1e30, -1e200, 1e308]
TINY, HUGE = Fraction(2) ** -1022, Fraction(2) ** 1023


@given(st.lists(st.sampled_from(SIZES), min_size=1, max_size=7))
def test_products_of_others_are_products(xs):
    """The product of all operands but one is right to a rounding per factor, in whatever order they come, wherever it
    is a normal float; where it is larger than any it is infinite.
    """
    for k, found in enumerate(many_operands.products_of_others(xs)):
        exact = Fraction(1)
        for x in [*xs[:k], *xs[k + 1 :]]:
            exact *= Fraction(x)
        if TINY <= abs(exact) <= HUGE:
            assert abs(Fraction(found) - exact) <= len(xs) * Fraction(2) ** -53 * abs(exact)
        elif abs(exact) > 2 * HUGE:
            assert found == (math.inf if exact > 0 else -math.inf)
        elif abs(exact) < TINY:
            assert abs(found) <= float(TINY)


def shares(count):
    """Operands of a softmax, seldom of like size."""
    chosen = random.Random(count)
    return [[chosen.uniform(-30.0, 30.0) * chosen.choice([0.01, 1.0]) for _ in range(count)] for _ in range(60)]


@pytest.mark.parametrize("count", [2, 3, 8, 40])
def test_shares_and_their_slopes_keep_their_digits(count):
    """Shares, complements and slopes of a softmax are within three units in the last place, of forty operands too."""
    with mpmath.workdps(60):
        for xs in shares(count):
            exact = [mpmath.exp(x) for x in xs]
            whole = mpmath.fsum(exact)
            for k in (0, count - 1):
                assert many_operands.softmax(*xs, k) == pytest.approx(float(exact[k] / whole), rel=7e-16, abs=0)
                others = whole - exact[k]
                assert many_operands.softmax_complement(*xs, k) == pytest.approx(
                    float(others / whole), rel=7e-16, abs=0
                )
                slopes = [-exact[k] * e / whole**2 for e in exact]
                slopes[k] = exact[k] * others / whole**2
                found = many_operands.softmax_slopes(xs, k)
                assert found == pytest.approx([float(slope) for slope in slopes], rel=7e-16, abs=0)


@given(st.floats(0.0, 1.0))
def test_e_over_a_square_keeps_its_digits(e):
    """e/(1 + e)² is within two units in the last place: the rounding of 1 + e does not count twice."""
    exact = Fraction(e) / (1 + Fraction(e)) ** 2
    assert abs(Fraction(stable._over_square(e)) - exact) <= 2 * Fraction(math.ulp(float(exact)))


@pytest.mark.parametrize(("count", "names"), [(1, ["x"]), (2, ["x", "y"]), (3, ["x₁", "x₂", "x₃"])])
def test_operands_without_a_signature_have_the_usual_names(count, names):
    """x, or x and y; from three operands on they are numbered."""
    row = Primitive(f"of_{count}", lambda *xs: sum(xs), tuple([lambda z, *xs: 1.0] * count))
    assert row.signature.names() == names


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.notation.indexed is not None])
def test_the_running_form_of_a_row_is_its_value(name):
    """Σₖ as a row is written, with the items of its lists put in by hand, is what the row computes."""
    row, xs, ys = TABLE[name], [0.5, -1.25, 2.0], [3.0, 0.25, -0.5]
    lists, chosen = [xs, ys][: len(row.signature.lists)], [1] * len(row.signature.indices)
    text = row.notation.indexed.write("text", [*["xs[1]"] * len(chosen), *["xs[k]", "ys[k]"][: len(lists)]])
    code = re.sub(r"Σₖ (\S+)", r"sum([\1 for k in range(3)])", text.replace("·", "*"))
    code = re.sub(r"e\^(\w\w\[.\])", r"exp(\1)", code).replace("log sum([", "log_sum([")
    known = {"xs": xs, "ys": ys, "exp": math.exp, "log_sum": lambda items: math.log(math.fsum(items))}
    assert row(*lists, *chosen) == pytest.approx(eval(code, known), rel=1e-14)
