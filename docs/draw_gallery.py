"""Draw the pictures of `docs/gallery.md`: `python docs/draw_gallery.py` draws those of microgrand and those by hand.

`--others PYTHON` also draws those of torchviz and torchview, with a Python in which both are installed, and Graphviz's
`dot`. The pictures by hand are files, `docs/pictures/gallery/*-by-hand.svg`: only their PNGs are drawn here. Then the
table of sizes in `docs/gallery.md` is written anew.
"""

import argparse
import json
import re
import subprocess
import warnings
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

from microgrand import (
    BinaryCrossEntropy,
    Drawing,
    Layer,
    Linear,
    LogSoftmax,
    NegativeLogLikelihood,
    ReLU,
    Sequential,
    SquaredError,
    Tanh,
    Value,
    draw,
    sigmoid,
)
from microgrand.drawing import render

PAGE = Path(__file__).parent / "gallery.md"
FOLDER = Path(__file__).parent / "pictures" / "gallery"
SIDE, WHOLE = 400, 832  # pixels of the page: of two pictures side by side, and of one alone
PIXELS = 96 / 72  # of a point
WIDE = ("-nodes", "-layers", "-gates")  # endings of the names of pictures that stand alone
NEURON_INPUT, INPUT = (-1.0, -2.0), [1.0, -0.5]


class Residual(Layer):
    """zˡ⁺¹ = zˡ + inner(zˡ)."""

    def __init__(self, inner: Layer) -> None:
        self.inner = inner

    def forward(self, z: Any, y: Any = None) -> list[Any]:
        """Add what the inner layers change."""
        return [before + change for before, change in zip(z, self.inner(z), strict=True)]


def neuron() -> Value:
    """One neuron of two inputs, as in the lecture CS231n."""
    x1, x2 = [Value(number, name=f"x{k}") for k, number in enumerate(NEURON_INPUT, 1)]
    w1, w2, b = Value(2.0, name="w1"), Value(-3.0, name="w2"), Value(-3.0, name="b")
    y = sigmoid(w1 * x1 + w2 * x2 + b)
    y.name = "y"
    return y


def softmax() -> Sequential:
    """The classifier of two classes."""
    return Sequential(Linear(3, 2, theta=[[0.3, -0.7, 0.2], [-0.1, 0.4, 0.9]]), LogSoftmax(), NegativeLogLikelihood())


def perceptron(activation: type[Layer], *sizes: int) -> Sequential:
    """Linear layers with biases, an activation between each two."""
    rng, layers = Random(1), []
    for inputs, outputs in pairwise(sizes):
        layers += [Linear(inputs, outputs, bias=True, rng=rng), activation()]
    return Sequential(*layers[:-1])


def with_error(network: Sequential) -> Sequential:
    """The network with the squared error as its last layer."""
    return Sequential(*network.layers, SquaredError())


def residual() -> Sequential:
    """A residual block and the squared error."""
    rng = Random(1)
    inner = Sequential(Linear(2, 2, bias=True, rng=rng), ReLU(), Linear(2, 2, bias=True, rng=rng))
    return Sequential(Residual(inner), SquaredError())


def logistic() -> Sequential:
    """Logistic regression."""
    return Sequential(Linear(2, 1, theta=[[1.0, -1.0]], bias=True), BinaryCrossEntropy())


def three_samples() -> Drawing:
    """Logistic regression on three samples."""
    network = logistic()
    trace = network.trace([[1.0, 2.0], [2.0, 0.5], [-1.0, 1.0]], [0, 1, 0])
    return draw(trace, style="gates", depth=1, width=WHOLE)


PICTURES: dict[str, Callable[[], Drawing]] = {
    "neuron-circuit": lambda: draw(neuron(), style="gates", width=SIDE),
    "neuron-nodes": lambda: draw(neuron(), width=WHOLE),
    "softmax-circles": lambda: draw(softmax(), sample=[1.0, 2.0, -0.5], target=1, width=SIDE),
    "softmax-gates": lambda: draw(softmax().trace([1.0, 2.0, -0.5], 1), style="gates", width=WHOLE),
    "mlp-circles": lambda: draw(
        with_error(perceptron(Tanh, 2, 4, 4, 1)), sample=INPUT, target=[1.0], direction="TB", digits=3, width=SIDE
    ),
    "mlp-layers": lambda: draw(with_error(perceptron(Tanh, 2, 4, 4, 1)).trace(INPUT, [1.0]), depth=1, width=WHOLE),
    "wide-circles": lambda: draw(perceptron(ReLU, 2, 16, 16, 1), width=SIDE),
    "wide-layers": lambda: draw(with_error(perceptron(ReLU, 2, 16, 16, 1)).trace(INPUT, [1.0]), depth=1, width=WHOLE),
    "residual-boxes": lambda: draw(residual().trace(INPUT, [1.0, 0.0]), depth=2, width=SIDE, show=("value", "partial")),
    "residual-layers": lambda: draw(residual().trace(INPUT, [1.0, 0.0]), depth=3, direction="TB", width=WHOLE),
    "logistic-circles": lambda: draw(logistic(), width=SIDE),
    "logistic-gates": three_samples,
}


def shown(name: str) -> int:
    """How many pixels wide the page shows a picture."""
    return WHOLE if name.endswith(WIDE) else SIDE


def draw_own() -> None:
    """Draw the pictures of microgrand, as SVG and PNG."""
    for name, picture in PICTURES.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what collapses says so in the picture
            drawing = picture()
            (FOLDER / f"{name}.svg").write_text(drawing.svg(), encoding="utf-8")
            save_png(name, drawing.png())


def draw_by_hand() -> None:
    """Draw the PNGs of the pictures that were drawn by hand."""
    for path in sorted(FOLDER.glob("*-by-hand.svg")):
        save_png(path.stem, render.png(lambda path=path: path.read_text(encoding="utf-8"), "", 2.0))


def draw_others(python: str) -> None:
    """Draw the pictures of torchviz and torchview, as their users see them: by Graphviz's `dot`."""
    script = Path(__file__).with_name("draw_gallery_others.py")
    told = subprocess.run([python, str(script)], check=True, capture_output=True).stdout
    for name, dot in json.loads(told).items():
        (FOLDER / f"{name}.svg").write_bytes(by_dot(dot, "-Tsvg"))
        save_png(name, by_dot(dot, "-Tpng", "-Gdpi=192"))


def by_dot(dot: str, *options: str) -> bytes:
    """What Graphviz's `dot` draws."""
    return subprocess.run(["dot", *options], input=dot.encode(), check=True, capture_output=True).stdout


def save_png(name: str, picture: bytes) -> None:
    """Save a picture of two pixels for each of the page, on white paper as wide as its place there.

    A picture that is narrower than its place is not made larger, so that letters can be compared.
    """
    from PIL import Image

    image, width = Image.open(BytesIO(picture)).convert("RGBA"), 2 * shown(name)
    image.thumbnail((width, 100_000))
    paper = Image.new("RGB", (width, image.height), "white")
    paper.paste(image, ((width - image.width) // 2, 0), image)
    paper.quantize(128, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)


def measured(path: Path) -> tuple[int, int, int, float, float]:
    """Of an SVG: boxes and circles, width and height, and its smallest text in a column of 900 pixels and on the page.

    All in pixels; text in a column is as large as the picture in its natural size, or smaller where that is too wide.
    """
    svg = ElementTree.parse(path).getroot()
    across, down = [float(number) for number in svg.get("viewBox").split()[2:]]
    unit = float(re.match(r"[\d.]+", svg.get("width")).group()) / across
    unit *= PIXELS if svg.get("width").endswith("pt") else 1.0
    width, height, text = across * unit, down * unit, smallest_text(svg, unit)
    in_column = [text * min(1.0, column / width) for column in (900, shown(path.stem))]
    return boxes(svg), round(width), round(height), *in_column


def smallest_text(element: ElementTree.Element, unit: float, size: float = 0.0) -> float:
    """The font size of the smallest text in an element, in pixels, if one unit of the SVG has so many."""
    scale = re.search(r"scale\(([\d.]+)", element.get("transform", ""))
    unit, size = unit * float(scale.group(1) if scale else 1.0), float(element.get("font-size", size))
    if tag(element) == "text":
        return size * unit
    return min([smallest_text(inner, unit, size) for inner in element], default=float("inf"))


def boxes(svg: ElementTree.Element) -> int:
    """How many boxes, gates and circles have an outline."""
    nodes = [group for group in svg.iter() if tag(group) == "g" and "node" in group.get("class", "").split()]
    return sum([any([outlined(shape) for shape in group.iter()]) for group in nodes])


def outlined(shape: ElementTree.Element) -> bool:
    """Whether an element is a shape with a line around it."""
    shapes = ("polygon", "ellipse", "path", "circle", "rect")
    return tag(shape) in shapes and shape.get("stroke", "none") not in ("none", "transparent")


def tag(element: ElementTree.Element) -> str:
    """The name of an element, without its namespace."""
    return element.tag.rpartition("}")[2]


def table_of_sizes() -> str:
    """The table of the page: a row for each picture that it shows, in the page's order."""
    rows = ["| picture | boxes | width × height | smallest text at 900 px | on this page |", "|---|--:|--:|--:|--:|"]
    for name in re.findall(r"\(pictures/gallery/([\w-]+)\.png\)", PAGE.read_text(encoding="utf-8")):
        count, width, height, wide, here = measured(FOLDER / f"{name}.svg")
        rows.append(f"| {name} | {count} | {width} × {height} | {wide:.1f} | {here:.1f} |")
    return "\n".join(rows)


def write_sizes() -> None:
    """Put the table of sizes into the page."""
    before, start, rest = PAGE.read_text(encoding="utf-8").partition("<!-- sizes -->\n")
    _, end, after = rest.partition("<!-- end of sizes -->")
    PAGE.write_text(f"{before}{start}\n{table_of_sizes()}\n\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Draw the pictures of docs/gallery.md.")
    parser.add_argument("--others", metavar="PYTHON", help="a Python with torch, torchviz and torchview")
    others = parser.parse_args().others
    draw_own()
    draw_by_hand()
    if others:
        draw_others(others)
    write_sizes()
