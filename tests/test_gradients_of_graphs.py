"""Laws of `gradients`: derivatives of a graph that is there already, as nodes."""

import numpy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from microgrand import (
    GraphError,
    KinkWarning,
    Value,
    derivation,
    draw,
    formula,
    grad,
    gradients,
    hessian,
    record,
    relu,
    steps,
    sweep,
    tanh,
    topological_order,
)  # fmt: skip
from microgrand.testing import expressions


@given(expressions(inputs=3), st.data())
def test_they_are_the_sweeps_numbers(drawn, data):
    """Of any root in any of its nodes, leaves or not, alone or together: the numbers of `sweep`, which cuts nowhere."""
    leaves = [Value(x) for x in drawn.inputs]
    root = drawn(*leaves)
    nodes = data.draw(st.lists(st.sampled_from(topological_order(root)), min_size=1, max_size=4))
    adjoints = sweep(root)
    assert [each.data for each in gradients(root, nodes)] == [adjoints[node] for node in nodes]
    assert gradients(root, {"one": nodes[0], "none": []}).keys() == {"one", "none"}


@given(expressions(inputs=2))
def test_their_own_gradients_are_the_hessian(drawn):
    """Differentiated once more they are the second derivatives of the function, in its own inputs."""
    leaves = [Value(x) for x in drawn.inputs]
    root = drawn(*leaves)
    slopes = gradients(root, leaves, allow_unused=True)
    found = [[each.data for each in gradients(slope, leaves, allow_unused=True)] for slope in slopes]
    program = record(lambda x: drawn(*x), list(drawn.inputs))
    assume(numpy.isfinite(program.hessian(list(drawn.inputs), allow_nonfinite=True)).all())  # no overflow on the way
    expected = hessian(lambda x: drawn(*x))(list(drawn.inputs))
    assert found == [pytest.approx(row, rel=1e-9, abs=1e-12) for row in expected]


def test_they_are_shown():
    """Steps, pictures, formulas and derivations take them as they take any node; inside `grad` they nest."""
    x, w = Value(3.0, name="x"), Value(2.0, name="w")
    slope = gradients(tanh(w * x), w)
    assert formula(slope) == "tanh′(w·x)·x"
    assert "tanh′" in draw(slope).dot
    assert "∂" in str(derivation(slope, w))
    assert len(steps(slope)) > 3
    assert grad(lambda v: gradients(tanh(v), v))(0.5) == grad(grad(tanh))(0.5)


def test_what_is_no_derivative_is_refused():
    """Numbers, strangers and kinks are told; a stranger's derivative is 0 where that is asked for."""
    x, other = Value(0.0, name="x"), Value(1.0, name="other")
    with pytest.raises(TypeError, match=r"gradients are in Values; got 3\.0 of type float"):
        gradients(x * x, [x, 3.0])
    with pytest.raises(GraphError, match=r"depends on other \(data 1\.0\): leave it out, or take 0 for it"):
        gradients(x * x, [x, other])
    assert gradients(x * x, other, allow_unused=True).data == 0.0
    with pytest.warns(KinkWarning, match="relu"):
        assert gradients(relu(x), x).data == 0.0
    root = x * x
    x.data = 2.0
    with pytest.raises(GraphError, match="stale"):
        gradients(root, x)
