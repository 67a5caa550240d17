"""Laws of what a picture says without words: shape, thickness, dashes and colour, for every eye and in grey."""

import re
from xml.etree import ElementTree

import pytest
from drawings import SVG, classifier, expression, texts

from microgrand import Linear, Sequential, Tanh, Value, draw, log, refresh
from microgrand.drawing.colors import DARK, GREY, LIGHT, stylesheet
from microgrand.drawing.dot import _SHAPES
from microgrand.drawing.drawing import Drawing
from microgrand.drawing.legend import _MEANINGS

FILLS = ("ground", "leaf", "parameter", "root", "layer", "more")
LINES = ("line", "edge", "frame", "lit", "unlit")
TEXTS = ("ink", "quiet", "partial", "unlit_ink", "value", "delta")
EYES = {  # what is left of red, green and blue, linear, for eyes that lack one kind of cones (Viénot, Brettel 1999)
    "all cones": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deuteranopia": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}


def linear(color):
    parts = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(color, eyes="all cones"):
    seen = [sum(share * part for share, part in zip(row, linear(color), strict=True)) for row in EYES[eyes]]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), seen, strict=True))


def contrast(one, other, eyes="all cones"):
    low, high = sorted([luminance(one, eyes), luminance(other, eyes)])
    return (high + 0.05) / (low + 0.05)


def arrows(drawing):
    """The line of each arrow, by whether it is lit: its width, and whether it is dashed."""
    root = ElementTree.fromstring(drawing.svg())
    lines = {item.get("id"): item.find(f".//{SVG}path") for item in root.iter(f"{SVG}g") if item.get("class") == "edge"}
    return [
        (arrow.lit, float(lines[arrow.id].get("stroke-width", 1.0)), lines[arrow.id].get("stroke-dasharray"))
        for arrow in drawing.view.arrows
    ]


@pytest.mark.parametrize("inks", [LIGHT, DARK, GREY], ids=["light", "dark", "grey"])
@pytest.mark.parametrize("eyes", EYES)
def test_lines_and_letters_can_be_seen(inks, eyes):
    """Every line has a contrast of 3 to the ground, every letter one of 4.5, also for colour-blind eyes."""
    for line in LINES:
        assert contrast(getattr(inks, line), inks.ground, eyes) >= 3.0, line
    for letters in TEXTS:
        assert contrast(getattr(inks, letters), inks.ground, eyes) >= 4.5, letters
    for fill in FILLS:
        assert contrast(inks.ink, getattr(inks, fill), eyes) >= 7.0, fill
        assert contrast(inks.unlit_ink, getattr(inks, fill), eyes) >= 3.0, fill
    assert contrast(inks.value, inks.delta, eyes) >= (3.0 if eyes == "all cones" else 2.4)  # they differ in place, too


def test_kinds_of_boxes_differ_in_shape():
    """No two kinds differ in colour alone: shape, number of outlines or dashes tell them apart."""
    signs = {tuple(sorted({**shape, "margin": ""}.items())) for shape in _SHAPES.values()}
    assert len(signs) == len(_SHAPES)
    assert set(_MEANINGS) == set(_SHAPES)


def test_no_picture_uses_other_colours():
    """In an SVG each fill and stroke is one of the palette's, whatever is drawn: lit, stale, with frames, a legend."""
    x, w = Value(2.0, name="x"), Value(-0.5, name="w")
    stale = w * x + 1.0
    x.data = 3.0
    pictures = [draw(stale, legend=True), draw(stale, to=w), draw(stale, style="gates", to=w)]
    pictures += [draw(classifier()([1.0, 2.0, -0.5], 1), depth=depth, legend=True) for depth in (1, 2)]
    for colors, inks in {"light": LIGHT, "dark": DARK, "grey": GREY}.items():
        for picture in pictures:
            again = Drawing(picture.view, picture.look._replace(colors=colors))
            root = ElementTree.fromstring(again.svg())
            used = {item.get(what) for item in root.iter() for what in ("fill", "stroke")}
            assert used - {None, "none"} <= set(inks), colors


def test_a_light_picture_turns_dark_by_its_own_rules():
    """The rules in an SVG turn it into the one that is drawn dark, colour for colour; on paper it stays light."""
    y = expression()
    light, dark = draw(y, to=y.operands[0]).svg(), draw(y, to=y.operands[0], colors="dark").svg()
    rules = ElementTree.fromstring(light).findtext(f"{SVG}style")
    assert rules == stylesheet("auto")
    assert rules.startswith("@media screen and (prefers-color-scheme:dark){")
    turned = re.sub(r"<style>.*</style>", "", light).replace(' class="microgrand-auto"', "")
    changes = {(what, old): new for what, old, new in re.findall(r'\[(\w+)="([^"]+)"\]\{\w+:([^}]+)\}', rules)}
    turned = re.sub(
        r'(fill|stroke)="([^"]+)"',
        lambda found: f'{found[1]}="{changes.get((found[1], found[2]), found[2])}"', turned,
    )  # fmt: skip
    assert ElementTree.canonicalize(turned) == ElementTree.canonicalize(dark)
    for colors in ("light", "dark", "grey"):
        assert "<style>" not in draw(y, colors=colors).svg()


@pytest.mark.parametrize("colors", ["light", "dark", "grey"])
def test_lit_paths_differ_by_more_than_hue(colors):
    """What is lit is at least three times as thick as what is not, and that is dashed; so it is in grey."""
    x, w, b = Value(2.0, name="x"), Value(-0.5, name="w"), Value(0.25, name="b")
    drawn = arrows(draw(log(w * w * x * x + b), to=w, colors=colors))
    lit = [width for lights, width, dash in drawn if lights and dash is None]
    unlit = [width for lights, width, dash in drawn if not lights and dash is not None]
    assert len(lit) + len(unlit) == len(drawn)
    assert min(lit) >= 3.0 * max(unlit)


def test_what_is_wrong_is_named_in_words():
    """A box says that it is stale, infinite, or not a number; others say nothing of the kind."""
    x = Value(3.0, name="x")
    y = x * 2.0
    x.data = 4.0
    assert [box.state for box in draw(y).view.boxes] == ["", "stale"]
    assert "stale" in texts(draw(y))
    assert str(draw(y)).splitlines()[1].startswith("y = x·2 (stale)")
    refresh(y)
    assert [box.state for box in draw(y).view.boxes] == ["", ""]
    large = Value(1e300) * 1e300
    lost = large - large
    states = [box.state for box in draw(lost, show="value").view.boxes]
    assert states == ["", "infinite", "not a number"]
    assert {"infinite", "not a number"} <= set(texts(draw(lost, show="value")))


def test_a_legend_explains_what_is_there():
    """Each kind of box and of line that a picture has stands in its legend, and none that it has not."""
    network = Sequential(Linear(2, 2, theta=[[0.1, 0.2], [0.3, 0.4]]), Tanh())
    out = network([Value(0.5), -1.0])[0]
    y = expression()
    lit = draw(y, to=y.operands[0], legend=True)
    for drawing in (draw(y, legend=True), lit, draw(out, legend=True), draw(out, depth=1, legend=True)):
        told = set(texts(drawing))
        kinds = {box.kind for box in drawing.view.boxes}
        assert {kind for kind, words in _MEANINGS.items() if words in told} == kinds
        assert any(words.startswith("stale") for words in told) is False
        assert ("what one call of a layer computed" in told) is bool(drawing.view.clusters)
        assert ("no δ flows back" in told) is any([arrow.flow == 0.0 for arrow in drawing.view.arrows])
        assert not any([words.startswith("to …") for words in told])
        assert ("lit: on a path that was asked for" in told) is (drawing is lit)


def test_a_legend_explains_a_picture_in_rows():
    """Where a row leads on in the next one the legend says so; rows are no layers, and their ends no lost δ."""
    x = Value(0.3, name="x")
    for _ in range(9):
        x = 3.7 * x * (1.0 - x)
    drawing = draw(x, legend=True, direction="LR", width=500)
    told = texts(drawing)
    assert "…" in told
    assert any([words.startswith("to …") for words in told])
    assert not {"what one call of a layer computed", "no δ flows back"} & set(told)


def test_a_legend_changes_nothing_above_it():
    """Without a legend the same graph stands in the same place."""
    plain, told = draw(expression()), draw(expression(), legend=True)
    shared = [item for item in texts(told) if item in set(texts(plain))]
    assert shared == texts(plain)


def test_palettes_can_be_told_apart():
    """A light colour has one dark colour: otherwise no rule could turn it."""
    assert len(set(zip(LIGHT, DARK, strict=True))) == len(set(LIGHT))
