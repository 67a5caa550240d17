"""Laws of pictures that fit: what is tried to make one readable in its column, and what is said of it."""

import copy
import pickle
import re

import pictured
import pytest
from drawings import texts

from microgrand import Value, draw, refresh, tanh
from microgrand.drawing import fitting, render
from microgrand.drawing.layout import Rect, layout_of
from microgrand.drawing.look import Look
from microgrand.drawing.order import index_of, index_rows
from microgrand.drawing.placing import placed
from microgrand.drawing.references import UNWRITTEN
from microgrand.drawing.wrapping import wrapped

NAMES = sorted(pictured.NETWORKS)
RANDOM = [pictured.expression(seed) for seed in range(12)]


def fit_of(root, **settings):
    return draw(root, names={}, **settings).fit


def test_a_small_picture_is_as_large_as_it_is():
    """What fits from left to right is drawn so, at its natural size: 16 pixels a letter."""
    drawing = draw(tanh(Value(1.0, name="x")), names={})
    assert (drawing.fit.manner, drawing.fit.view) == ("LR", drawing.view)
    width, height = [int(side) for side in re.findall(r'(?:width|height)="(\d+)"', drawing.svg())[:2]]
    box = [float(side) for side in re.search(r'viewBox="([^"]*)"', drawing.svg())[1].split()]
    assert (width, height) == pytest.approx((box[2] * 4 / 3, box[3] * 4 / 3), abs=1.0)


@pytest.mark.parametrize("direction", ["LR", "TB", "RL", "BT"])
def test_a_direction_that_is_given_is_taken(direction):
    """Asked for one, no other is tried: the arrows run that way, in rows if need be where it is LR."""
    for root in (pictured.chain(30), pictured.NETWORKS["nested"](), Value(1.0) * 2.0):
        fit = fit_of(root, direction=direction)
        assert fit.look.direction == direction
        assert fit.manner in (direction, *["rows"] * (direction == "LR"))


def test_without_a_width_nothing_is_overruled():
    """With width=None every box, label and note is the view's, however wide the picture becomes."""
    for name in ("three samples", "perceptron 2-4-4-1"):
        drawing = draw(pictured.NETWORKS[name](), names={}, width=None)
        assert drawing.fit.view.boxes == drawing.view.boxes
        assert drawing.fit.view.notes == drawing.view.notes
        assert drawing.fit.layout.width > 1_000
        assert drawing.fit.manner == "LR"


def test_what_cannot_be_read_collapses_and_says_so():
    """A depth is a wish: 168 boxes would be too small, so layers are closed, and a note says at which width; without a
    width the wish is granted.
    """
    root = pictured.NETWORKS["perceptron 2-16-16-1"]()
    drawing = draw(root, names={}, depth=2)
    told = "drawn at depth 1, so that its text can be read at 900 px; width=None shows all"
    assert len(drawing.view.boxes) > 100
    assert len(drawing.fit.view.boxes) < 50
    assert told in drawing.fit.view.notes
    assert told in texts(drawing)
    assert told not in str(drawing)  # a terminal has no such width
    everything = draw(root, names={}, depth=2, width=None)
    assert everything.fit.view.boxes == everything.view.boxes


def test_a_graph_without_layers_collapses_to_what_is_near_its_root():
    """Of three hundred steps those are shown that fit, the rest is counted, and a note says why."""
    drawing = draw(pictured.straight(240), names={}, width=400)
    assert any([box.heading.endswith(" more") for box in drawing.fit.view.boxes])
    assert [note for note in drawing.fit.view.notes if "so that its text can be read at 400 px" in note]
    assert drawing.fit.view.boxes != drawing.view.boxes


def test_a_picture_shows_the_numbers_of_when_it_was_made():
    """A drawing that is laid out after its graph has changed shows what it was: then it does not collapse further."""
    x = Value(1.0, name="x")
    y = x
    for _ in range(120):
        y = y * 1.01
    before = draw(y, names={}, width=200)
    x.data = 5.0
    refresh(y)
    assert {box.id: box.value for box in before.view.boxes}.items() >= {
        box.id: box.value for box in before.fit.view.boxes if box.kind != "reference"
    }.items()
    assert not [note for note in before.fit.view.notes if "drawn with" in note]
    assert [note for note in draw(y, names={}, width=200).fit.view.notes if "drawn with" in note]


def test_partials_are_thinned_before_anything_is_hidden():
    """First all is said, then one line on each arrow, then nothing there, with a note; the boxes stay."""
    drawing = draw(pictured.chain(30), names={})
    short = fitting.shortened(drawing.view)
    assert {len(arrow.label) for arrow in drawing.view.arrows} == {2}
    assert {len(arrow.label) for arrow in short.arrows} == {1}
    assert [arrow.label[0] for arrow in short.arrows] == [arrow.label[1][2:] for arrow in drawing.view.arrows]
    silent = fitting.unwritten(short, {arrow.id for arrow in short.arrows})
    assert {arrow.label for arrow in silent.arrows} == {()}
    assert [arrow.words for arrow in silent.arrows] == [arrow.words for arrow in drawing.view.arrows]
    assert silent.notes.count(UNWRITTEN) == fitting.unwritten(silent, set()).notes.count(UNWRITTEN) == 1
    shown = {box.id for box in drawing.fit.view.boxes if box.kind != "reference"}
    assert shown == {box.id for box in drawing.view.boxes}


@pytest.mark.parametrize("length", [300.0, 600.0, 1000.0])
def test_rows_lose_nothing(length):
    """Cut into rows a view keeps its boxes and arrows; an arrow from another row starts at a box with that name, and
    each row stands below the one before it.
    """
    for root in [pictured.chain(30), pictured.NETWORKS["nested"](), *RANDOM]:
        view = draw(root, names={}).view
        line = render.layout(fitting.dot_text(view, Look(direction="LR")))
        rows = wrapped(view, line, length)
        heads = {box.id: box.heading.partition(" = ")[0] for box in rows.boxes}
        boxes = {box.id: box for box in view.boxes}
        assert {box.id for box in rows.boxes} >= set(boxes)
        arrows = {arrow.id: arrow for arrow in rows.arrows}
        for arrow in view.arrows:
            kept = arrows.pop(arrow.id)
            assert (kept.head, kept.label) == (arrow.head, arrow.label)
            assert heads[kept.tail] == boxes[arrow.tail].heading.partition(" = ")[0]
        assert {heads[arrow.head] for arrow in arrows.values()} <= {"…"}
        found = render.layout(fitting.dot_text(rows, Look(direction="LR")))
        spans: dict[int, list[Rect]] = {}
        for box in rows.boxes:
            spans.setdefault(int(box.cluster.rpartition("row")[2]), []).append(found.boxes[box.id])
        for row in range(1, len(spans)):
            assert max([rect.bottom for rect in spans[row - 1]]) <= min([rect.top for rect in spans[row]])


@pytest.mark.parametrize("direction", ["LR", "TB", "RL", "BT"])
@pytest.mark.parametrize("name", NAMES)
def test_elements_of_a_vector_stand_in_order(name, direction):
    """z²₁, z²₂, …, θ₁, θ₂, … stand from the top down, or from left to right, in every direction."""
    view = draw(pictured.NETWORKS[name](), names={}, depth=9).view
    found = render.layout(fitting.dot_text(view, Look(direction=direction)))
    for rows in index_rows(view).values():
        for row in rows:
            places = [found.boxes[box].top if direction in ("LR", "RL") else found.boxes[box].left for box in row]
            assert places == sorted(places)
            assert len(row) > 1


def test_the_index_of_a_box_is_read_from_its_name():
    """Upper and lower indices, brackets and digits; zᵢ is numbered by its place in the graph, and is no element."""
    assert index_of("z²₁₀ = z₃ + b₁") == ("z²", 10)
    assert index_of("θ³₂") == ("θ³", 2)
    assert index_of("x[12]") == ("x", 12)
    assert index_of("b7") == ("b", 7)
    assert [index_of(name) for name in ("z₇ = x·w", "x", "1.5", "z²⁽³⁾", "")] == [None] * 5


@pytest.mark.parametrize("steps", [12, 20, 28])
def test_no_straight_arrow_crosses_what_a_box_says(steps):
    """Arrows that are too long to be led around the boxes run behind them; in rows they are short enough to be led."""
    x, r = Value(0.2, name="x"), Value(3.7, name="r")
    for _ in range(steps):
        x = r * x * (1.0 - x)
    for direction in ("auto", "LR", "TB"):
        fit = fit_of(x, direction=direction)
        assert ("splines=line" in fit.dot) is fit.view.tangled
        assert ("outputorder=edgesfirst" in fit.dot) is fit.view.tangled
        assert not (fit.manner == "rows" and fit.view.tangled)


def test_labels_keep_off_everything():
    """Each label has a place of its own: on no box, label, arrowhead, title or line of a frame, and near its arrow."""
    seen = 0
    for root in [*[make() for name, make in pictured.NETWORKS.items() if "16" not in name], *RANDOM]:
        view = draw(root, names={}, depth=9).view
        for direction in ("LR", "TB"):
            found = render.layout(fitting.dot_text(view, Look(direction=direction)))
            shifts, homeless = placed(found)
            assert shifts.keys() | homeless == found.labels.keys()
            there = {name: found.labels[name].moved(*shift) for name, shift in shifts.items()}
            taken = [*found.boxes.values(), *found.heads, *found.said]
            for name, rect in there.items():
                others = [other for key, other in there.items() if key != name]
                assert not any([rect.meets(other) for other in [*taken, *others]])
                assert all([rect.lies_in(frame) or not rect.meets(frame) for frame in found.frames])
                seen += 1
    assert seen > 500


def test_a_label_without_a_place_is_told_by_its_arrow():
    """Where every place near an arrow is taken its label is not written; the picture says where it is told."""
    around = {f"n{k}": Rect(float(60 * (k % 5)), float(30 * (k // 5)), 60.0 * (k % 5) + 59, 30.0 * (k // 5) + 29)
              for k in range(25)}  # fmt: skip
    bare = layout_of({"bb": "0,0,300,150"})
    full = bare._replace(boxes=around, labels={"e": Rect(120.0, 70.0, 160.0, 80.0)},
                         curves={"e": [(100.0, 75.0), (120.0, 75.0), (150.0, 75.0), (180.0, 75.0)]})  # fmt: skip
    assert placed(full) == ({}, {"e"})
    assert placed(full._replace(boxes={}))[1] == set()


def test_a_picture_is_no_wider_than_its_column():
    """The SVG's own width is at most the column's, with the height that belongs to it; a PNG is as large."""
    for width in (300, 900):
        drawing = draw(pictured.chain(30), names={}, width=width)
        across, down = [int(side) for side in re.findall(r'(?:width|height)="(\d+)"', drawing.svg())[:2]]
        box = [float(side) for side in re.search(r'viewBox="([^"]*)"', drawing.svg())[1].split()]
        assert across <= width
        assert across / down == pytest.approx(box[2] / box[3], rel=0.02)
        pixels = drawing.png(zoom=1.0)
        assert int.from_bytes(pixels[16:20], "big") == pytest.approx(across, abs=1)


def test_an_engine_that_does_not_say_where_things_are_draws_the_first_layout(monkeypatch):
    """Without an engine there is still DOT text: the view from left to right, with all that it says."""
    monkeypatch.setattr(render, "_laid_out", lambda dot, form: "<svg/>")
    drawing = draw(pictured.NETWORKS["nested"](), names={})
    assert drawing.fit.layout is None
    assert drawing.dot == fitting.dot_text(drawing.view, drawing.look)


def test_a_drawing_can_be_copied_and_pickled():
    """A copy shows the same; what is pickled is the view, without the graph behind it."""
    drawing = draw(pictured.chain(10), names={})
    assert pickle.loads(pickle.dumps(drawing)).svg() == copy.deepcopy(drawing).svg() == drawing.svg()
