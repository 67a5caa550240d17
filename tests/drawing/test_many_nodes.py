"""Laws of pictures of more nodes than are asked for: as many as allowed are shown, and arrows lead forwards."""

import random
import warnings
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgrand import CollapsedWarning, Value, draw, sin, topological_order
from microgrand.drawing.nearby import nearest_first
from microgrand.table.indices import plain

FOR_OTHERS = ("more", "reference")  # kinds of boxes that stand for others


def chain(steps):
    """One leaf leads to every step."""
    y, x = Value(1.0), Value(0.999)
    for _ in range(steps):
        y = y * x
    return y


def tree(leaves):
    level = [Value(1.0 + k / leaves) for k in range(leaves)]
    while len(level) > 1:
        level = [a * b for a, b in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def wide(terms):
    total = Value(0.0)
    for k in range(terms):
        total = total + sin(Value(k / terms)) * 0.5
    return total


def tangled(seed, steps):
    """Steps that take any earlier ones: some are used by far later ones, as skip connections are."""
    choose = random.Random(seed)
    pool = [Value(choose.uniform(0.5, 1.5)) for _ in range(20)]
    for _ in range(steps):
        a, b = choose.choice(pool[-40:]), choose.choice(pool)
        pool.append(choose.choice([lambda a, b: a * b * 0.5, lambda a, b: a + b, lambda a, b: sin(a)])(a, b))
    total = pool[-1]
    for each in pool[:-1]:
        total = total + each
    return total


def drawn(root, most):
    with warnings.catch_warnings(action="ignore", category=CollapsedWarning):
        return draw(root, names={}, max_nodes=most, width=None)


def require_forward(view):
    """Arrows lead from earlier numbers to later ones, and from what is not shown to none that it is computed from."""
    kinds = {box.id: box.kind for box in view.boxes}
    place = {box.id: plain(box.heading.partition(" = ")[0])[1:] for box in view.boxes}
    for arrow in view.arrows:
        if kinds[arrow.head] == "more":
            assert kinds[arrow.tail] == "leaf"
        elif kinds[arrow.tail] not in FOR_OTHERS:
            assert int(place[arrow.tail]) < int(place[arrow.head])


@pytest.mark.parametrize(
    "root", [chain(700), tree(1_024), wide(500), tangled(1, 900)], ids=["chain", "tree", "wide", "any"]
)
def test_as_many_are_shown_as_were_asked_for(root):
    """Of any graph of more than 250 numbers nearly 250 are shown, in boxes of their own, and it can be laid out."""
    drawing = drawn(root, 250)
    shown = [box for box in drawing.view.boxes if box.kind not in FOR_OTHERS]
    assert 200 <= len(shown) <= 250
    assert drawing.svg().count('class="node"') == len(drawing.view.boxes)


@given(st.integers(0, 10_000), st.integers(5, 60), st.integers(1, 80))
def test_arrows_lead_forwards(seed, steps, most):
    """Whatever is left out, no arrow runs backwards; what is shown is whole: each box has an arrow for each operand."""
    root = tangled(seed, steps)
    view = drawn(root, most).view
    require_forward(view)
    shown = Counter(box.kind in FOR_OTHERS for box in view.boxes)[False]
    assert min(most, len(topological_order(root))) * 0.8 <= shown <= max(most, 1)
    heads = Counter(arrow.head for arrow in view.arrows)
    assert all(heads[box.id] > 0 for box in view.boxes if box.kind in ("node", "root"))


def test_an_arrow_from_what_is_not_shown_says_nothing():
    """It stands for several numbers, and has no partial of its own; it is as thick as the most that flows along it."""
    for root in (chain(400), wide(12_000)):  # of the second some numbers are not even looked at
        view = drawn(root, 100).view
        rest = {box.id for box in view.boxes if box.kind == "more" or box.heading == "…"}
        arrows = [arrow for arrow in view.arrows if arrow.tail in rest]
        assert arrows
        assert all(arrow.label == () and arrow.words == "" and arrow.flow > 0.0 for arrow in arrows)


def test_what_is_left_out_stands_where_it_is_used():
    """Where it is used in many places, a small dashed box stands at each, and no arrow crosses the picture."""
    view = drawn(tree(1_024), 60).view
    marks = [box for box in view.boxes if box.kind == "reference"]
    assert {box.heading for box in marks} == {"…"}
    leading = Counter(arrow.tail for arrow in view.arrows)
    assert all(leading[box.id] == 1 for box in marks)
    assert next(leading[box.id] for box in view.boxes if box.kind == "more") == 1


@given(st.integers(0, 10_000), st.integers(1, 40))
def test_the_nearest_end_a_graph(seed, most):
    """The first few that are named nearest are used by none that is not among them, but for leaves."""
    root = tangled(seed, 30)
    order = topological_order(root)
    near = list(nearest_first([root], order, lambda node: node.parents, lambda node: node.is_leaf))
    assert set(near) == set(order)
    assert len(near) == len(order)
    first = set(near[:most])
    left_out = [node for node in order if node not in first]
    assert [parent for node in left_out for parent in node.parents if parent in first and not parent.is_leaf] == []
