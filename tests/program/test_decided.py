"""Laws of tests of which a part is known when code is printed."""

import ast
import math

from hypothesis import given
from hypothesis import strategies as st

from microgrand.program.printed.decided import decided

NUMBERS = st.sampled_from(["0.0", "-0.0", "2.0", "0.5", "1e309", "x", "y", "2.0 // 1.0", "x * 0.5"])
COMPARISONS = st.builds("({} {} {})".format, NUMBERS, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), NUMBERS)
TESTS = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {} or {})".format, inner, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(not {})".format, inner),
    ),
    max_leaves=8,
)
VALUES = st.sampled_from([0.0, -0.0, 0.5, 1.0, 2.0, -3.0, math.inf, -math.inf, math.nan])


def value(node, **variables):
    return eval(compile(ast.fix_missing_locations(ast.Expression(node)), "test", "eval"), variables)


@given(TESTS, VALUES, VALUES)
def test_what_is_left_decides_the_same(text, x, y):
    """At any numbers, what is left of a test holds exactly where the test does."""
    assert value(decided(parsed(text)), x=x, y=y) == value(parsed(text), x=x, y=y)


@given(TESTS)
def test_nothing_is_left_of_what_is_known(text):
    """No comparison without a variable is left, except in the constant that a test of numbers alone becomes."""
    left = decided(parsed(text))
    comparisons = [each for each in ast.walk(left) if isinstance(each, ast.Compare)]
    assert [ast.unparse(each) for each in comparisons if not names(each)] == []
    assert isinstance(left, ast.Constant) >= (not names(parsed(text)))


def parsed(text):
    return ast.parse(text, mode="eval").body


def names(node):
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
