"""Draw the README's pictures: `python docs/draw_pictures.py` writes them beside this file.

The picture of the player is a screenshot: it needs the package playwright, and a Chromium.
"""

import shutil
import tempfile
from pathlib import Path

from microgrand import Drawing, Linear, LogSoftmax, NegativeLogLikelihood, Sequential, Value, draw, tanh, walkthrough

HERE = Path(__file__).parent


def expression() -> Drawing:
    """An expression of six nodes."""
    x, w, b = Value(2.0), Value(0.5), Value(-0.25)
    y = tanh(w * x + b)
    return draw(y)


def classifier(depth: int) -> Drawing:
    """The two-class softmax classifier on one sample: its layers, or the nodes within them."""
    network = Sequential(
        Linear(3, 2, theta=[[0.3, -0.7, 0.2], [-0.1, 0.4, 0.9]]), LogSoftmax(), NegativeLogLikelihood()
    )
    return draw(network.trace([1.0, 2.0, -0.5], 1), depth=depth)


PICTURES = {
    "expression": expression,
    "classifier-layers": lambda: classifier(1),
    "classifier-nodes": lambda: classifier(2),
}


def player() -> None:
    """The player, in the middle of the sweep."""
    from playwright.sync_api import sync_playwright

    x, w = Value(2.0), Value(-3.0)
    y = tanh(w * x + x * 2.5)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        saved = walkthrough(y, names={"x": x, "w": w, "y": y}).save(Path(folder) / "page.html")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1100, "height": 520})
        page.goto(saved.as_uri())
        for _ in range(10):
            page.keyboard.press("ArrowRight")
        page.wait_for_timeout(500)
        page.screenshot(path=HERE / "player.png")
        browser.close()


if __name__ == "__main__":
    for name, picture in PICTURES.items():
        picture().save(HERE / f"{name}.svg")
    player()
