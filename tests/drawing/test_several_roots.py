"""Laws of pictures of several roots: what they share is drawn once, and each has its own δ."""

import math

import pytest
from drawings import headings, texts
from hypothesis import given

from microgrand import Linear, Sequential, Tanh, Value, draw, record, sweep
from microgrand.drawing.vertices import MOST_SWEPT
from microgrand.testing import expressions


def two():
    x, w = Value(3.0, name="x"), Value(-2.0, name="w")
    a = w * x
    return [a, a + x]


def deltas(box):
    return tuple(float(number) for number in box.delta.removeprefix("δ = ").strip("()").split(", "))


@given(expressions(max_nodes=8), expressions(max_nodes=8))
def test_each_root_has_its_own_delta(first, second):
    """δ of a box is ∂root/∂z for each root, in the order of the roots; one root alone has the picture that it has."""
    a = first.root()
    b = a * second.root()
    sweeps = [sweep(root) for root in (a, b)]
    drawing = draw([a, b], names={}, digits=17)
    for box, node in zip(drawing.view.boxes, sweeps[1].order, strict=True):
        for told, each in zip(deltas(box), sweeps, strict=True):
            assert math.isclose(told, each.get(node), rel_tol=1e-12)
    assert str(draw([a], names={})) == str(draw(a, names={}))


def test_what_roots_share_is_drawn_once():
    """Four numbers are four boxes, of which two are roots; the picture says whose δ stands where."""
    drawing = draw(two(), names={})
    assert headings(drawing) == ["w", "x", "z₃ = w·x", "z₄ = z₃ + x"]
    assert [box.kind for box in drawing.view.boxes] == ["leaf", "leaf", "root", "root"]
    assert [box.delta for box in drawing.view.boxes] == ["δ = (3, 3)", "δ = (-2, -1)", "δ = (1, 1)", "δ = (0, 1)"]
    assert "δ has one number for each root: those of z₃ and z₄" in texts(drawing)
    assert drawing.view.title == "A gradient graph of 4 nodes: z₃ = -6, z₄ = -3 from w = -2, x = 3"


def test_a_root_that_is_given_twice_is_one():
    """`draw([y, y])` is `draw(y)`."""
    root = two()[1]
    assert str(draw([root, root], names={})) == str(draw(root, names={}))


def test_an_arrow_is_as_thick_as_the_largest_flow():
    """Of several roots the one counts along whose δ most flows back."""
    x = Value(2.0)
    view = draw([x * 3.0, x * -5.0], names={}).view
    assert [arrow.flow for arrow in view.arrows] == [3.0, 5.0]
    shared = x * 4.0
    view = draw([shared * 3.0, shared * -5.0], names={}).view
    assert view.arrows[0].flow == 4.0 * 5.0


def test_of_many_roots_no_delta_is_told():
    """With more than a few roots values and partials are shown, no δ, no thickness, and the picture says so."""
    x = Value(2.0)
    view = draw([x * float(k) for k in range(MOST_SWEPT + 1)], names={}).view
    assert [box.delta for box in view.boxes] == [""] * (MOST_SWEPT + 2)
    assert not view.weighed
    assert view.notes == ("δ is not shown: it would be 4 numbers in each box, one for each root",)


def test_a_program_has_its_outputs_for_roots():
    """A program of value and gradient is drawn with both, and not with their sum; one output is one root."""
    program = record(lambda w, x: w * x * x, 2.0, 3.0)
    view = draw(program.adjoint(), names={}).view
    assert [(box.value, box.delta) for box in view.boxes if box.kind == "root"] == [
        ("18", "δ = (1, 0)"), ("9", "δ = (0, 1)"),
    ]  # fmt: skip
    assert len(view.boxes) == 5
    assert [box.delta for box in draw(program, names={}).view.boxes if box.kind == "root"] == ["δ = 1"]


@pytest.mark.parametrize("depth", [None, 1])
def test_the_outputs_of_a_network_are_drawn_together(depth):
    """A layer's outputs are one box, or several; either has a vector of δ for each."""
    z = Sequential(Linear(2, 2, theta=[[0.1, 0.2], [0.3, 0.4]]), Tanh())([Value(3.0), Value(-2.0)])
    view = draw(z, depth=depth, names={}).view
    roots = [box.delta for box in view.boxes if box.kind == "root"]
    assert roots == (["δ = (1, 0)", "δ = (0, 1)"] if depth is None else ["δ = (1, 0); (0, 1)"])


def test_no_root_is_refused():
    """An empty list has no picture."""
    with pytest.raises(ValueError, match=r"^draw takes one root or more; got none$"):
        draw([])
    with pytest.raises(TypeError, match="draw takes a Value, a trace or a program; got 3"):
        draw([Value(1.0), 3])
