"""What tests of drawings share: graphs to draw, and what a picture says."""

from pathlib import Path
from xml.etree import ElementTree

from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, Sequential, Value, tanh
from microgrand.drawing.colors import stylesheet
from microgrand.drawing.svg import SHRINKING

ROOT = Path(__file__).parent.parent.parent
SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {"svg", "style", "g", "title", "text", "path", "polygon", "polyline", "ellipse"}


def texts(drawing):
    return [item.text for item in ElementTree.fromstring(drawing.svg()).iter(f"{SVG}text")]


def headings(drawing):
    return [box.heading for box in drawing.view.boxes]


def expression():
    x, w, b = Value(2.0, name="x"), Value(-0.5, name="w"), Value(0.25, name="b")
    return tanh(w * x + b) * 2.0


def classifier():
    return Sequential(Linear(3, 2, theta=[[0.3, -0.7, 0.2], [-0.1, 0.4, 0.9]]), LogSoftmax(), NegativeLogLikelihood())


def harmless(svg):
    root = ElementTree.fromstring(svg)
    assert {item.text for item in root.iter(f"{SVG}style")} <= {stylesheet("auto")}
    for item in root.iter():
        assert item.tag.removeprefix(SVG) in SHAPES
        assert not any(key.startswith("on") or "href" in key for key in item.attrib)
        assert item.get("style", SHRINKING) == SHRINKING
