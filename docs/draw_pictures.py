"""Draw the pictures of the documents: `python docs/draw_pictures.py` writes them into `docs/pictures`.

The picture of the player is made of screenshots: it needs the packages playwright and pillow, and a Chromium.
"""

import math
import shutil
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from microgrand import Drawing, Linear, LogSoftmax, NegativeLogLikelihood, Sequential, Value, draw, tanh, walkthrough
from microgrand.drawing import render

PICTURES_FOLDER = Path(__file__).parent / "pictures"


DRAGS, DRAGGED = 24, 120  # pictures of a number that is dragged, and how many milliseconds each is shown


def expression(style: str = "boxes") -> Drawing:
    """An expression of six nodes."""
    x, w, b = Value(2.0), Value(0.5), Value(-0.25)
    y = tanh(w * x + b)
    return draw(y, style=style)


def classifier(depth: int) -> Drawing:
    """The two-class softmax classifier on one sample: its layers, or the nodes within them."""
    network = Sequential(
        Linear(3, 2, theta=[[0.3, -0.7, 0.2], [-0.1, 0.4, 0.9]]), LogSoftmax(), NegativeLogLikelihood()
    )
    return draw(network.trace([1.0, 2.0, -0.5], 1), depth=depth)


PICTURES = {
    "expression": expression,
    "gates": lambda: expression("gates"),
    "classifier-layers": lambda: classifier(1),
    "classifier-nodes": lambda: classifier(2),
}

# Which reference speaks of a claimed derivative, and what it says.
JUDGING = r"""
digraph {
  graph [margin=0.1 nodesep=0.3 ranksep=0.35]
  node [fontname="DejaVu Sans" fontsize=13 shape=box style="filled,rounded" color="#333333"
        fillcolor="#EEEEEE" margin="0.15,0.08"]
  edge [fontname="DejaVu Sans" fontsize=12 color="#333333"]

  value   [label="Has f a finite value at x,\nand the same one when it is called again?"]
  digits  [label="Can f be evaluated in 60 digits?\nas a graph of microgrand's Values,\n"
                 + "or by running its code again:\nPython, NumPy, SciPy, JAX, PyTorch"]
  slope   [label="Is the claim the slope of f\nin 60 digits?"]
  own     [label="Is the gradient's own formula,\nin 60 digits, that slope?"]
  steps   [label="Does f round or jump close by,\nso that its formula has other\nslopes than its values?"]
  floats  [label="Differences of float values:\nis a step seen that is larger than\nthe steps in which f itself moves?"]
  inside  [label="Is the claim within the\nerror of the differences?"]

  node [shape=box style="filled" fillcolor="#F5F5F5" margin="0.15,0.08"]
  nothing [label="cannot judge:\nno value, noise"]
  coarse  [label="cannot judge:\nflat, coarse, noise, jump"]
  node [fillcolor="#D9F0E5"]
  agree   [label="agree"]
  lost    [label="agree, and its floats\nare off by so much"]
  near    [label="agree"]
  node [fillcolor="#FBE3C8"]
  wrong   [label="disagree"]
  outside [label="disagree"]

  value -> nothing [label="  no"]
  value -> digits [label="  yes"]
  digits -> slope [label="  yes"]
  digits -> floats [label="  no"]
  slope -> agree [label="  yes"]
  slope -> own [label="  no"]
  own -> lost [label="  yes"]
  own -> steps [label="  no"]
  steps -> wrong [label="  no"]
  steps -> floats [label="  yes" constraint=false]
  floats -> coarse [label="  no"]
  floats -> inside [label="  yes"]
  inside -> near [label="  yes"]
  inside -> outside [label="  no"]
}
"""


def judging() -> None:
    """How a claimed derivative is judged, as a tree of questions."""
    title = "How a claimed derivative is judged: in 60 digits where that can be had, else by differences of floats"
    (PICTURES_FOLDER / "judging.svg").write_text(render.svg(JUDGING, title))


def player() -> None:
    """The player: all steps of the sweep one after the other, and then a number that is dragged."""
    from playwright.sync_api import sync_playwright

    x, w, b = Value(2.0), Value(0.5), Value(-0.25)
    y = tanh(w * x + b)
    walked = walkthrough(y, names={"x": x, "w": w, "b": b, "y": y})
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        saved = walked.save(Path(folder) / "page.html")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1160, "height": 640})
        page.goto(saved.as_uri())
        frames = []
        for _ in walked.steps:
            page.wait_for_timeout(500)
            frames.append(_photographed(page))
            page.keyboard.press("ArrowRight")
        frames += _dragged(page)
        browser.close()
    durations = [1000] * len(walked.steps) + [DRAGGED] * (len(frames) - len(walked.steps) - 1) + [3000]
    frames[0].save(PICTURES_FOLDER / "steps.gif", save_all=True, append_images=frames[1:], duration=durations, loop=0)


def _dragged(page: Any) -> list[Any]:
    """What is seen while a slider is dragged there and back."""
    place = page.locator("#leafslider").bounding_box()
    ways = [0.5 + 0.4 * math.sin(2.0 * math.pi * k / DRAGS) for k in range(DRAGS + 1)]
    points = [(place["x"] + 8 + way * (place["width"] - 16), place["y"] + place["height"] / 2) for way in ways]
    page.mouse.move(*points[0])
    page.mouse.down()
    frames = []
    for point in points:
        page.mouse.move(*point)
        page.wait_for_timeout(120)
        frames.append(_photographed(page, point))
    page.mouse.up()
    return frames


def _photographed(page: Any, pointer: tuple[float, float] | None = None) -> Any:
    """What the page shows, and the pointer, which no screenshot shows."""
    from PIL import Image, ImageDraw

    screenshot = Image.open(BytesIO(page.screenshot()))
    if pointer is not None:
        left, top = pointer
        arrow = [(0, 0), (0, 17), (4, 13), (7, 19), (10, 18), (7, 12), (12, 12)]
        ImageDraw.Draw(screenshot).polygon([(left + dx, top + dy) for dx, dy in arrow], fill="black", outline="white")
    return screenshot.convert("P", palette=Image.Palette.ADAPTIVE, colors=64)


if __name__ == "__main__":
    for name, picture in PICTURES.items():
        picture().save(PICTURES_FOLDER / f"{name}.svg")
    judging()
    player()
