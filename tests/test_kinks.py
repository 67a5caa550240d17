"""Laws of kinks: which nodes sit on one, what second derivatives say of it, and what is smooth all the same."""

import math
import warnings

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

import microgrand as mg
from microgrand import (
    TABLE,
    KinkWarning,
    Value,
    clip,
    draw,
    grad,
    greater,
    hessian,
    hvp,
    hypot,
    jvp,
    kinks,
    log,
    maximum,
    norm,
    record,
    relu,
    sin,
    sqrt,
    square,
    steps,
    where,
)  # fmt: skip

SQUARES = {
    "n**2": lambda n: n**2,
    "n·n": lambda n: n * n,
    "square(n)": square,
}
ROOTS = {"abs": lambda x: abs(x[0]), "hypot": lambda x: hypot(x[0], x[1]), "norm": norm}


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("form", SQUARES)
def test_squares_of_norms_are_smooth(form, root):
    """The Hessian of |x|², hypot² and norm² is that of Σ xᵢ² everywhere, at 0 too, however the square is written."""
    f = lambda x: SQUARES[form](ROOTS[root](x)) * 3.0 + sin(x[1])
    plain = lambda x: (x[0] * x[0] + (0.0 if root == "abs" else x[1] * x[1])) * 3.0 + sin(x[1])
    program = record(f, [1.0, 2.0])
    for at in ([0.0, 0.0], [0.0, 1.0], [-0.0, 0.5], [3.0, -4.0]):
        assert numpy.allclose(hessian(f)(at), hessian(plain)(at), rtol=1e-14)
        assert numpy.allclose(program.hessian(at), hessian(plain)(at), rtol=1e-14)
        assert numpy.allclose(hvp(f, at, [1.0, 2.0]), hvp(plain, at, [1.0, 2.0]), rtol=1e-14)
        assert grad(f)(at) == pytest.approx(grad(plain)(at), rel=1e-14)
    lanes = [numpy.array([0.0, 3.0]), numpy.array([0.0, -4.0])]
    assert numpy.allclose(numpy.array(program.hessian(lanes))[..., 0], hessian(plain)([0.0, 0.0]), rtol=1e-14)


KINKED = {
    "relu": (lambda x: relu(x) * x, "relu"),
    "abs": (lambda x: abs(x) + x * x, "abs"),
    "maximum": (lambda x: maximum(x * x, x), "maximum"),
    "clip": (lambda x: clip(x, 0.0, 1.0) * x, "clip"),
    "where at a tie": (lambda x: where(greater(x, 0.0), x * x, x), "greater"),
    "a norm that is used besides": (lambda x: norm([x]) ** 2 + norm([x]), "norm"),
}


@pytest.mark.parametrize("name", KINKED)
@pytest.mark.parametrize("order", [lambda f: grad(grad(f)), lambda f: lambda x: hessian(lambda v: f(v[0]))([x])])
def test_a_second_derivative_at_a_kink_is_told(name, order):
    """One warning names the node, its operands and the convention; away from the kink there is none."""
    f, row = KINKED[name]
    with pytest.warns(KinkWarning, match=r"a kink: .* has no derivative at \(.*; its convention: ") as told:
        order(f)(0.0)
    assert len(told) == 1
    assert TABLE[row].doc in str(told[0].message)
    assert told[0].filename == __file__
    assert order(f)(0.75) is not None
    with warnings.catch_warnings(action="error"):
        grad(f)(0.0)


@pytest.mark.parametrize("name", KINKED)
def test_programs_tell_it_at_single_numbers(name):
    """Hessians, and products with them, of a program say it at the numbers that they are asked for, at no others."""
    f, row = KINKED[name]
    program = record(f, 0.75)
    for ask in (lambda x: program.hessian(x), lambda x: program.hvp(x, 1.0)):
        with pytest.warns(KinkWarning, match=r"has no derivative at \(.*; its convention: ") as told:
            ask(0.0)
        assert [TABLE[row].doc in str(each.message) for each in told] == [True]
        assert told[0].filename == __file__
        with warnings.catch_warnings(action="error"):
            assert math.isfinite(ask(0.75))


def test_kinks_are_told_beside_undefined_branches():
    """A branch that is not taken may be undefined: the kink of the other is told all the same."""
    program = record(lambda x: where(greater(x, 0.0), log(x), abs(x + 4.0)), 2.0)
    with pytest.warns(KinkWarning, match=r"\|x \+ 4\|"):
        program.hessian(-4.0)


@given(st.sampled_from(sorted(KINKED)), st.floats(-2.0, 2.0))
def test_kinks_are_listed_where_the_rows_have_them(name, x):
    """`kinks` lists nodes of the row that has the kink, just where its predicate holds of the operands."""
    f, row = KINKED[name]
    for at in (x, 0.0):
        found = kinks(f(Value(at)))
        node = TABLE[row]
        numbers = [[operand.data if isinstance(operand, Value) else operand for operand in z.operands] for z in found]
        assert {z.primitive for z in found} <= {node}
        assert all(node.kink(*each) for each in numbers)
        assert bool(found) == (at == 0.0 or (name == "maximum" and at == 1.0) or (name == "clip" and at in (0.0, 1.0)))


def test_what_is_not_met_is_not_listed():
    """Kinks below an operand that was not selected do not count, nor a comparison away from its tie."""
    x = Value(0.0)
    assert kinks(where(greater(x + 1.0, 0.0), x, abs(x))) == []
    assert kinks(maximum(x + 1.0, relu(x))) == []
    assert kinks([x, x * 2.0]) == []
    with pytest.raises(TypeError, match="expected a Value"):
        kinks(3.0)


def test_pictures_and_steps_mark_kinks():
    """A node on a kink says so in its box and in the step that computes it; one that is not does not."""
    on, off = relu(Value(0.0, name="x")), relu(Value(1.0, name="x"))
    assert "on a kink" in draw(on).dot
    assert "on a kink" not in draw(off).dot
    assert "Here relu has a kink" in " ".join([step.sentence for step in steps(on)])
    assert "kink" not in " ".join([step.sentence for step in steps(off)])


def test_a_page_whose_numbers_change_marks_none():
    """A live page computes its numbers anew: what it says of a kink would be false after a move."""
    page = mg.walkthrough(relu(Value(0.0, name="x")) * 2.0).html()
    assert "relu has a kink" not in page
    assert "on a kink" not in page


def test_recordings_do_not_warn():
    """A derivative that is recorded is asked for at other numbers: nothing is told of those of the recording."""
    with warnings.catch_warnings(action="error"):
        assert record(grad(relu), 0.0)(2.0) == 1.0
        assert jvp(relu, (0.0,), (1.0,)) == (0.0, 0.0)
        assert grad(lambda x: sqrt(x * x + 1.0))(0.0) == 0.0


def test_what_does_not_depend_on_the_inputs_warns_of_nothing():
    """A kink in numbers that the derivative is not taken in is none of its own."""
    w = Value(0.0)
    with warnings.catch_warnings(action="error"):
        assert grad(grad(lambda x: x * x + relu(w)))(1.0) == 2.0
        assert hessian(lambda v: v[0] ** 2 + abs(w))([1.0])[0][0] == 2.0
