"""Draw the README's pictures: `python docs/draw_pictures.py` writes them into `docs/pictures`.

The picture of the player is made of screenshots: it needs the packages playwright and pillow, and a Chromium.
"""

import shutil
import tempfile
from io import BytesIO
from pathlib import Path

from microgrand import Drawing, Linear, LogSoftmax, NegativeLogLikelihood, Sequential, Value, draw, tanh, walkthrough

PICTURES_FOLDER = Path(__file__).parent / "pictures"


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
    """The player, all steps of the sweep one after the other."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    x, w, b = Value(2.0), Value(0.5), Value(-0.25)
    y = tanh(w * x + b)
    walked = walkthrough(y, names={"x": x, "w": w, "b": b, "y": y})
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        saved = walked.save(Path(folder) / "page.html")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 900, "height": 560})
        page.goto(saved.as_uri())
        frames = []
        for _ in walked.steps:
            page.wait_for_timeout(500)
            screenshot = Image.open(BytesIO(page.screenshot()))
            frames.append(screenshot.convert("P", palette=Image.Palette.ADAPTIVE, colors=64))
            page.keyboard.press("ArrowRight")
        browser.close()
    durations = [1200] * (len(frames) - 1) + [5000]
    frames[0].save(PICTURES_FOLDER / "steps.gif", save_all=True, append_images=frames[1:], duration=durations, loop=0)


if __name__ == "__main__":
    for name, picture in PICTURES.items():
        picture().save(PICTURES_FOLDER / f"{name}.svg")
    player()
