"""Laws of drawings of large graphs: they collapse by themselves, and say so."""

import pytest
from drawings import classifier, headings, texts

from microgrand import CollapsedWarning, Linear, Sequential, Tanh, Value, draw, sum, topological_order


def chain(length):
    y, x = Value(1.0, name="y0"), Value(0.999, name="x")
    for _ in range(length // 2):
        y = y * x + 0.001
    return y


def own(view):
    """The boxes that stand for numbers of their own: neither for the rest, nor for another box."""
    return [box for box in view.boxes if box.kind not in ("more", "reference")]


def test_a_large_graph_collapses_and_says_so():
    """Past `max_nodes` what is far from the root is one box that counts it, beside the named leaves; a warning, the
    picture and the text all say so.
    """
    y = chain(2_000)
    with pytest.warns(CollapsedWarning, match="this graph has 2,002 nodes: .* not shown"):
        drawing = draw(y, width=None)
    shown = len(own(drawing.view))
    assert f"… {2_002 - shown:,} more" in headings(drawing)
    assert f"{2_002 - shown:,} far from the root are not shown" in texts(drawing)
    assert {"x", "y0"} <= set(headings(drawing))
    assert str(drawing).splitlines()[-1] == f"{2_002 - shown:,} far from the root are not shown"


@pytest.mark.parametrize("most", [1, 5, 50, 300])
def test_no_more_than_max_nodes_are_shown(most):
    """A bushy graph shows at most `max_nodes` boxes beside the one for the rest, and counts every node."""
    level = [Value(float(k)) for k in range(512)]
    while len(level) > 1:
        level = [a * b for a, b in zip(level[::2], level[1::2], strict=True)]
    with pytest.warns(CollapsedWarning):
        view = draw(level[0], max_nodes=most, names={}).view
    shown = own(view)
    assert len(shown) <= most
    assert f"… {1023 - len(shown):,} more" in [box.heading for box in view.boxes]


def test_layers_collapse_first():
    """A large network is drawn at the depth at which it can be read, with a warning, and no node is hidden."""
    network = Sequential(Linear(2, 16, bias=True), Tanh(), Linear(16, 16, bias=True), Tanh(), Linear(16, 1, bias=True))
    out = network([0.5, -1.0])[0]
    with pytest.warns(CollapsedWarning, match="layers are drawn as boxes, at depth 1"):
        drawing = draw(out)
    assert [box.heading for box in drawing.view.boxes if box.kind == "layer"] == ["linear", "tanh"] * 2 + ["linear"]
    assert {"θ³ (16 × 16)", "b³ (16)"} <= set(headings(drawing))
    assert "layers are drawn as boxes, at depth 1" in texts(drawing)


def test_far_layers_collapse_too():
    """A hundred calls of a network in one cost: what is near is shown, the rest is counted."""
    network = classifier()
    total = sum([network([1.0, 2.0, float(k)], 0) for k in range(100)])
    with pytest.warns(CollapsedWarning, match="layers .* far from the root"):
        view = draw(total, names={}, max_nodes=60).view
    assert len(own(view)) <= 60
    assert any(box.heading.endswith(" more") for box in view.boxes)


def test_a_graph_beyond_the_window_is_counted_exactly():
    """Of 20,002 nodes those that are not looked at are counted, and named leaves far away are shown."""
    with pytest.warns(CollapsedWarning):
        drawing = draw(chain(20_000))
    assert f"… {20_002 - len(own(drawing.view)):,} more" in headings(drawing)
    assert "y0" in headings(drawing)


def boxes(drawing):
    return [(box.heading, box.value, box.delta) for box in drawing.view.boxes]


def sum_of_leaves(size):
    return sum([Value(float(k), name=f"x[{k}]") for k in range(size)])


def test_many_leaves_of_one_node_are_one_box():
    """Thirty leaves of one sum are one box, with the ends of the list of their values and of their δ."""
    drawing = draw(sum_of_leaves(30), names={})
    vector = ("x", "(0, 1, … 30 numbers in all …, 29)", "δ = (1, 1, … 30 numbers in all …, 1)")
    assert boxes(drawing) == [vector, ("z₃₁ = Σ", "435", "δ = 1")]


def test_of_very_many_leaves_the_first_are_one_box():
    """Of twenty thousand leaves the nearest to the root are one box, and the rest is counted."""
    with pytest.warns(CollapsedWarning):
        drawing = draw(sum_of_leaves(20_000), names={})
    (more, *_), vector, (_, value, delta) = boxes(drawing)
    assert more == "… 10,001 more"
    assert vector == ("x", "(0, 1, … 9,999 numbers in all …, 9998)", "δ = (1, 1, … 9,999 numbers in all …, 1)")
    assert (value, delta) == ("2e+08", "δ = 1")


def test_long_arrows_become_references():
    """Where a leaf would lead to half of a long drawing, its far uses stand for themselves; none is lost."""
    x, y = Value(0.5, name="x"), Value(1.0)
    for _ in range(60):
        y = y * x
    view = draw(y).view
    references = [box.id for box in view.boxes if box.kind == "reference"]
    assert len(references) > 40
    assert len(view.arrows) == 120
    assert str(draw(y)).count("∂x =") == 60
    assert texts(draw(y)).count("x") == len(references) + 1


def test_a_number_that_is_shown_is_not_counted_as_hidden():
    """The output of a layer whose box is far away stands in a box of its own, and is not among those not shown."""
    network = classifier()
    costs = sum([network([0.1 * k, 0.2, -0.3], k % 2) for k in range(400)])
    with pytest.warns(CollapsedWarning) as told:
        view = draw(costs, names={}).view
    size = len(topological_order(costs))
    shown = len([box for box in view.boxes if box.delta])
    assert shown > 200
    assert f"{size - shown:,} far from the root are not shown" in str(told[0].message)
