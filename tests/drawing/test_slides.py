"""Laws of pictures for slides and papers: PDF with its text as text, titles, letters, directions, and what is shown."""

import re
import sys
import warnings
from xml.etree import ElementTree

import pypdfium2
import pytest
from drawings import SVG, classifier, expression, harmless, texts

from microgrand import MissingExtraError, MissingGlyphWarning, Value, draw
from microgrand.drawing import render
from microgrand.drawing.look import FONT_SIZE


def words_of(pdf):
    """The text that a reader can select in the only page."""
    return pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded()


def size_of(svg):
    return [float(side) for side in ElementTree.fromstring(svg).get("viewBox").split()[2:]]


def places(drawing):
    """Where each box stands, by the first text in it."""
    boxes = [item for item in ElementTree.fromstring(drawing.svg()).iter(f"{SVG}g") if item.get("class") == "node"]
    words = [box.find(f".//{SVG}text") for box in boxes]
    return {item.text: (float(item.get("x")), float(item.get("y"))) for item in words}


@pytest.fixture
def bare(monkeypatch):
    """A machine without the system's `dot`."""
    monkeypatch.setenv("PATH", "")


def test_the_text_of_a_pdf_is_text(bare):
    """Every text of the picture can be selected in the PDF, Greek letters, indices and ∂ among them, without `dot`."""
    drawing = draw(classifier()([1.0, 2.0, -0.5], 1), depth=1, title="A classifier of two kinds", legend=True)
    found = re.sub(r"\s", "", words_of(drawing.pdf()))
    for text in texts(drawing):
        assert re.sub(r"\s", "", text) in found
    assert {"θ", "∂", "δ", "²"} <= set(found)


def test_the_font_of_a_pdf_is_in_it(bare):
    """DejaVu Sans is embedded, and the same drawing gives the same bytes."""
    drawing = draw(expression())
    assert b"/FontFile2" in drawing.pdf()
    assert b"DejaVuSans" in drawing.pdf()
    assert drawing.pdf() == drawing.pdf()


def test_a_pdf_shows_what_an_svg_shows(bare):
    """The page has the natural size of the picture, in points, and is not empty: boxes are where they are."""
    drawing = draw(expression(), width=None)
    page = pypdfium2.PdfDocument(drawing.pdf())[0]
    assert page.get_size() == pytest.approx(size_of(drawing.svg()), abs=1.0)
    pixels = page.render(scale=1).to_numpy()
    assert 0.01 < (pixels < 128).mean() < 0.5


def test_without_a_converter_the_system_s_dot_is_asked_for(bare, monkeypatch):
    """Where svglib is missing, and `dot` too, one sentence says what to install."""
    monkeypatch.setitem(sys.modules, "svglib.svglib", None)
    with pytest.raises(MissingExtraError, match=r"^drawing as PDF needs the package 'svglib': pip install "):
        draw(expression()).pdf()


def test_a_picture_has_its_title():
    """The title stands above everything, in SVG and PDF and in the DOT text, broken into lines where it is long."""
    title = "One neuron & its δ: w·x + b through tanh, <twice> and for all readers"
    drawing = draw(expression(), title=title, direction="TB")
    root = ElementTree.fromstring(drawing.svg())
    heads = [item for item in root.iter(f"{SVG}text") if item.get("font-weight") == "bold"]
    assert " ".join(item.text for item in heads) == title
    top = float(root.get("viewBox").split()[1])
    drawn = root.find(f"{SVG}g")
    down = float(re.findall(r"translate\(\S+ (\S+)\)", drawn.get("transform"))[0])
    highest = min(float(item.get("y")) + down for item in drawn.iter(f"{SVG}text"))
    assert all(top < float(item.get("y")) < highest - FONT_SIZE for item in heads)
    assert title.replace(" ", "") in re.sub(r"\s", "", words_of(drawing.pdf()))
    assert title.replace("&", "&amp;") in drawing.dot
    harmless(drawing.svg())
    assert draw(expression(), title="").svg() == draw(expression()).svg()


def test_letters_have_the_size_that_is_asked_for():
    """Text in boxes is as large as `font_size` says, that on arrows ten twelfths of it."""
    for size in (8.0, FONT_SIZE, 20.0):
        root = ElementTree.fromstring(draw(expression(), font_size=size, width=None).svg())
        found = {float(item.get("font-size")) for item in root.iter(f"{SVG}text")}
        assert found == {round(size, 2), round(size * 10 / 12, 2)}


def test_a_picture_runs_in_the_direction_that_is_asked_for():
    """From leaf to root: rightwards, leftwards, downwards or upwards; DOT says the same."""
    for direction, axis, sign in (("LR", 0, 1), ("RL", 0, -1), ("TB", 1, 1), ("BT", 1, -1)):
        drawing = draw(expression(), direction=direction)
        found = places(drawing)
        assert sign * (found["z₇ = z₆·2"][axis] - found["w"][axis]) > 50
        assert f"rankdir={direction}" in drawing.dot


@pytest.mark.parametrize("direction", ["LR", "RL", "TB", "BT"])
def test_title_and_legend_stand_inside_the_picture(direction):
    """Whatever the direction, all text lies within the view box: title above, legend below the boxes."""
    drawing = draw(expression(), title="A neuron", legend=True, direction=direction)
    root = ElementTree.fromstring(drawing.svg())
    left, top, width, height = [float(side) for side in root.get("viewBox").split()]
    legend = next(item for item in root.iter(f"{SVG}g") if item.get("class") == "legend")
    x, y = [float(each) for each in re.findall(r"translate\((\S+) (\S+)\)", legend.get("transform"))[0]]
    scale = float(re.findall(r"scale\((\S+)\)", legend.get("transform"))[0])
    for item in legend.iter(f"{SVG}text"):
        assert left < x + scale * float(item.get("x")) < left + width
        assert y < y + scale * float(item.get("y")) < top + height


def test_what_is_not_shown_leaves_no_trace():
    """Without δ no arrow is thicker than another or dotted: neither tells what a reader was not shown."""
    x = Value(0.0)
    y = (x * 3.0) * 0.0 + x * 5.0
    for show in (("value",), ("value", "partial"), ()):
        drawing = draw(y, show=show, width=None)
        lines = [
            (item.find(f".//{SVG}path").get("stroke-width"), item.find(f".//{SVG}path").get("stroke-dasharray"))
            for item in ElementTree.fromstring(drawing.svg()).iter(f"{SVG}g") if item.get("class") == "edge"
        ]  # fmt: skip
        assert len(set(lines)) == 1
    shown = draw(y, width=None).dot
    assert "style=dotted" in shown
    assert len(set(re.findall(r"penwidth=([\d.]+)", shown))) > 1


def test_a_character_without_a_glyph_is_told(monkeypatch):
    """A PNG or a PDF in which a character would be an empty box comes with a warning that names it; an SVG has none."""
    monkeypatch.setattr("microgrand.drawing.glyphs._system_fonts", list)
    drawing = draw(Value(1.0, name="漢 🦊") * 2.0)
    with pytest.warns(MissingGlyphWarning, match="^no font that can be used here has 漢 🦊: install a font"):
        drawing.png()
    with pytest.warns(MissingGlyphWarning, match="^no font that can be used here has 漢 🦊: save it as SVG or PNG"):
        drawing.pdf()
    with warnings.catch_warnings(action="error"):
        drawing.svg()
        drawing._repr_mimebundle_()
        draw(expression(), names={"θ₁₂": Value(1.0)}, title="∂C/∂θ², δ⁽³⁾ → ∞").png()
        draw(expression(), title="z\u0301 of a neuron").pdf()


def test_a_png_has_the_glyphs_of_all_fonts(monkeypatch):
    """A PNG takes from another font of the system what DejaVu Sans lacks; a PDF holds DejaVu Sans alone."""
    monkeypatch.setattr("microgrand.drawing.glyphs._system_fonts", lambda: ["other.ttf"])
    monkeypatch.setattr("microgrand.drawing.glyphs.glyphs", lambda path: {"漢"} if path == "other.ttf" else set("=1δ "))
    drawing = draw(Value(1.0, name="漢"))
    with warnings.catch_warnings(action="error"):
        drawing.png()
    with pytest.warns(MissingGlyphWarning, match="has 漢: save"):
        drawing.pdf()


def test_the_warning_points_at_the_caller(monkeypatch, tmp_path):
    """It names the line of the user's that drew or saved the picture."""
    monkeypatch.setattr("microgrand.drawing.glyphs._system_fonts", list)
    drawing = draw(Value(1.0, name="漢"))
    for make in (drawing.png, drawing.pdf, lambda: drawing.save(tmp_path / "g.png")):
        with pytest.warns(MissingGlyphWarning) as told:
            make()
        assert told[0].filename == __file__


def test_a_png_of_few_colours_is_the_same_picture():
    """For notebooks a PNG is kept small: a third of the bytes, the same size, and hardly another pixel."""
    image = pytest.importorskip("PIL.Image")
    from io import BytesIO

    import numpy

    whole = draw(expression()).png(zoom=1.0)
    small = render.in_few_colors(whole)
    assert len(small) < len(whole) / 2
    one, other = [numpy.asarray(image.open(BytesIO(each)).convert("RGB"), dtype=float) for each in (whole, small)]
    assert one.shape == other.shape
    assert abs(one - other).mean() < 2.0


def test_a_title_keeps_its_lines():
    """Each line of a title begins a line of the picture."""
    drawing = draw(expression(), title="First\nSecond line")
    assert {"First", "Second line"} <= set(texts(drawing))
    assert all([line in words_of(drawing.pdf()) for line in ("First", "Second line")])


def test_errors_name_their_argument():
    """A wrong argument is told by its name."""
    for given, kind, told in (
        ({"font_size": "a"}, TypeError, "font_size is a number above 0; got 'a'"),
        ({"to": "x"}, TypeError, "to names Values of the graph; got 'x'"),
        ({"legend": "yes"}, TypeError, "legend is True or False; got 'yes'"),
        ({"expand": "zzz"}, ValueError, "expand names 'zzz', but nothing in this graph has steps to be shown in"),
    ):
        with pytest.raises(kind, match=told):
            draw(Value(1.0) + 2.0, **given)
