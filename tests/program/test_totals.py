"""Laws of sums over chunks: the same as in one piece, with chunk and row of what goes wrong."""

import math

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgrand import GuardError, NonFiniteError, exp, log, record

numbers = st.floats(-3.0, 3.0)
chunked = st.lists(st.lists(numbers, min_size=1, max_size=5), min_size=1, max_size=4)


@given(chunked, numbers)
def test_chunks_are_summed_as_one(chunks, w):
    """Value and gradient are those of all lanes at once; of several outputs each has its own sum."""
    program = record(lambda w, x: exp(w * x) - x, 1.0, 1.0)
    arguments = [(w, numpy.array(chunk)) for chunk in chunks]
    whole = numpy.concatenate([x for _, x in arguments])
    value, slope = program.total(arguments, argnums=0)
    expected, expected_slope = program.value_and_grad(w, whole)
    assert value == pytest.approx(expected.sum(), rel=1e-12, abs=1e-9)
    assert slope == pytest.approx(expected_slope, rel=1e-12, abs=1e-9)
    assert program.total(iter(arguments)) == value
    assert program.total(arguments[::-1]) == value  # bit for bit
    several = record(lambda w, x: {"a": w * x, "b": [x, x * x]}, 1.0, 1.0)
    found, alone = several.total(arguments), several(w, whole)
    assert found["a"] == pytest.approx(alone["a"].sum(), rel=1e-12, abs=1e-9)
    assert found["b"] == pytest.approx([each.sum() for each in alone["b"]], rel=1e-12, abs=1e-9)


@given(chunked, st.data(), st.sampled_from([math.nan, math.inf, 0.0]))
def test_a_row_that_is_not_finite_is_named(chunks, data, wrong):
    """With its chunk and its place in it, in values as in gradients; allow_nonfinite lets it through."""
    at = data.draw(st.integers(0, len(chunks) - 1))
    row = data.draw(st.integers(0, len(chunks[at]) - 1))
    arguments = [(1.0, numpy.abs(chunk) + 0.5) for chunk in chunks]
    arguments[at][1][row] = wrong
    program = record(lambda w, x: w * log(x), 1.0, 1.0)
    for argnums in (None, 0):
        with pytest.raises(NonFiniteError, match=rf"^chunk {at}: row {row}: .* is (nan|inf|-inf)"):
            program.total(arguments, argnums)
        let_through = program.total(arguments, argnums, allow_nonfinite=True)
        assert not math.isfinite(let_through if argnums is None else let_through[0])


@given(chunked, st.data())
def test_a_broken_guard_is_named(chunks, data):
    """So is the row in which a comparison comes out otherwise."""
    at = data.draw(st.integers(0, len(chunks) - 1))
    row = data.draw(st.integers(0, len(chunks[at]) - 1))
    arguments = [(1.0, numpy.abs(chunk) + 0.5) for chunk in chunks]
    arguments[at][1][row] = -1.0
    with pytest.raises(GuardError, match=rf"^chunk {at}: .*, row {row}"):
        record(lambda w, x: w * x if x > 0.0 else x, 1.0, 1.0).total(arguments, argnums=0)


def test_what_cannot_be_summed_is_refused():
    """No chunk at all, a gradient of several outputs or in what has lanes; a sum that overflows says so."""
    program = record(lambda w, x: w * x, 1.0, 1.0)
    x = numpy.array([1e308, 1e308])
    with pytest.raises(ValueError, match="takes one chunk or more; got none"):
        program.total([])
    with pytest.raises(TypeError, match="a gradient is of a program that returns one number"):
        record(lambda w, x: [w, x], 1.0, 1.0).total([(1.0, x)], argnums=0)
    with pytest.raises(ValueError, match="a gradient in an argument with lanes is no sum"):
        program.total([(1.0, x)], argnums=1)
    twice = [(1.0, numpy.array([1.5e308])), (1.0, numpy.array([1e308]))]
    for argnums in (None, 0):
        with pytest.raises(NonFiniteError, match=r"^all chunks together: a sum over the rows is not finite"):
            program.total(twice, argnums)
    assert program.total(twice, allow_nonfinite=True) == math.inf
    opposite = [(1.0, numpy.array([sign * math.inf])) for sign in (1.0, -1.0)]
    assert math.isnan(program.total(opposite, allow_nonfinite=True))
    with pytest.raises(TypeError, match="allow_nonfinite is True or False; got 'no'"):
        program.total(twice, allow_nonfinite="no")
    with pytest.raises(NonFiniteError, match=r"^chunk 1: a sum over the rows is not finite; allow_nonfinite=True"):
        program.total([(1.0, x / 4.0), (1.0, x)])
