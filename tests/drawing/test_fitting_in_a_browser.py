"""The law of pictures that fit, measured in a browser: at 900 pixels all can be read, and nothing covers anything."""

import os
import warnings

import pictured
import pytest
from chromium import launched, skip_without_browser
from looked_at import COLUMN, MEASURE, faults

from microgrand import CollapsedWarning, draw
from microgrand.drawing.order import index_of

skip_without_browser()
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE", "fast") != "fast"
EXPRESSIONS = 200 if THOROUGH else 25


@pytest.fixture(scope="module")
def page():
    with launched() as browser:
        page = browser.new_page(viewport={"width": 1000, "height": 800})
        page.set_content("<!doctype html><body style='margin:0'></body>")
        yield page


@pytest.fixture(scope="module")
def measured(page):
    """What a browser says of each picture, by its name."""
    drawn = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CollapsedWarning)
        for name, (root, depth) in pictured.roots(EXPRESSIONS).items():
            drawn[name] = draw(root, names={}, depth=depth).svg()
    return dict(zip(drawn, page.evaluate(MEASURE, list(drawn.values())), strict=True))


def test_every_picture_can_be_read_at_900_pixels(measured):
    """No letter is under 9 pixels, nothing is cut off, no label lies over a box, a label, an arrowhead or a line."""
    assert {name: found for name, picture in measured.items() if (found := faults(picture))} == {}
    assert len(measured) >= EXPRESSIONS + 30


def test_elements_of_vectors_stand_in_order_on_the_screen(measured):
    """z²₁, z²₂, … of one row or column stand in the order of their index."""
    rows = 0
    for name, picture in measured.items():
        found = {}
        for words, rect in picture["boxes"]:
            at = index_of(words[0]) if words else None
            for side in (0, 1) if at is not None and len(words) > 1 else ():  # a reference has its name alone
                found.setdefault((at[0], side, round(rect[side] + rect[side + 2])), []).append((at[1], rect[1 - side]))
        if name.startswith("expression"):  # its names x0, w1 are no vector's
            continue
        for (vector, _, _), row in found.items():
            if vector == "u":  # what is computed inside layers is numbered through all of them
                continue
            assert [index for _, index in sorted([(place, index) for index, place in row])] == sorted(
                [index for index, _ in row]
            )
            rows += len(row) > 1
    assert rows > 40


def test_the_measure_sees_what_is_wrong(page):
    """Drawn without regard to width a network has small letters there; labels that are moved lie over boxes."""
    root = pictured.NETWORKS["perceptron 2-4-4-1"]()
    wide = draw(root, names={}, width=None).svg()
    drawing = draw(pictured.expression(1), names={})
    moved = draw(pictured.expression(1), names={})
    head = next(iter(drawing.fit.layout.boxes.values()))
    for name, rect in drawing.fit.layout.labels.items():
        moved.fit.shifts[name] = (head.left - rect.left, head.top - rect.top)
    small, over, right = [faults(each) for each in page.evaluate(MEASURE, [wide, moved.svg(), drawing.svg()])]
    assert any(["px high" in words for words in small])
    assert any(["over box" in words for words in over])
    assert right == []


@pytest.mark.parametrize("column", [900, 390])
@pytest.mark.parametrize("manner", ["inline", "image"])
def test_a_picture_shrinks_with_its_column_and_never_grows(page, column, manner):
    """In a narrower column a picture is as wide as that, with the height that belongs to it; in a wider one it keeps
    its own size. So it is inside the page and, where the page says so, as an image.
    """
    for root in (pictured.chain(30), pictured.expression(4)):
        drawing = draw(root, names={})
        own = page.evaluate(SIZE, [drawing.svg(), 5_000, "inline"])
        shown = page.evaluate(SIZE, [drawing.svg(), column, manner])
        assert own[0] <= COLUMN
        assert shown[0] == pytest.approx(min(own[0], column), abs=0.6)
        assert shown[0] / shown[1] == pytest.approx(own[0] / own[1], rel=0.01)


SIZE = """
async ([picture, width, manner]) => {
  const column = document.body;
  column.innerHTML = `<div style="width:${width}px"></div>`;
  if (manner === "inline") column.firstChild.innerHTML = picture;
  else {
    const image = new Image();
    image.style = "max-width: 100%; height: auto";
    image.src = "data:image/svg+xml," + encodeURIComponent(picture);
    column.firstChild.append(image);
    await image.decode();
  }
  const shown = column.firstChild.firstElementChild.getBoundingClientRect();
  return [shown.width, shown.height];
}
"""
