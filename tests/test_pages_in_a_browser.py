"""Laws of what a page of the documentation runs in the browser of who reads it."""

import math
import re
import shutil
from pathlib import Path

import pytest
from chromium import launched, skip_without_browser

from microgrand import record

ROOT = Path(__file__).parent.parent
skip_without_browser()
VALLEYS = [(3.0, 2.0), (-2.805118, 3.131313), (-3.779310, -3.283186), (3.584428, -1.848127)]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The HTML of the page, with the printed file where the built documentation has it, and the network off."""
    text = (ROOT / "docs/how-to/run-in-a-browser.md").read_text(encoding="utf-8")
    site = tmp_path_factory.mktemp("site")
    (site / "how-to").mkdir()
    shutil.copytree(ROOT / "docs/_static", site / "_static")
    file = site / "how-to" / "run-in-a-browser.html"
    html = "".join(re.findall(r"^```{raw} html\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))
    file.write_text(f"<!doctype html><meta charset='utf-8'>{html}", encoding="utf-8")
    complaints = []
    with launched() as browser:
        page = browser.new_context(offline=True).new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(file.as_uri())
        yield page
    assert complaints == []


def himmelblau(x, y):
    """The function of the page."""
    return (x * x + y - 11.0) ** 2 + (x + y * y - 7.0) ** 2


@pytest.mark.parametrize("point", [(0.0, 0.0), (1.5, -2.25), (-4.0, 3.0)])
def test_the_page_computes_value_and_gradient(page, point):
    """The function that the page has loaded gives, in the browser, what the program gives in Python."""
    found = page.evaluate("([x, y]) => himmelblau(x, y)", list(point))
    value, gradient = record(himmelblau, 0.0, 0.0).value_and_grad(*point, argnums=(0, 1))
    assert found["value"] == pytest.approx(value, rel=1e-13)
    assert found["gradient"] == pytest.approx(list(gradient), rel=1e-13)


@pytest.mark.parametrize("place", [(0.9, 0.1), (0.1, 0.1), (0.1, 0.9), (0.9, 0.9)])
def test_a_click_descends_into_a_valley(page, place):
    """From a click into each quarter the path ends in the valley there, and the page says so."""
    box = page.locator("#descent svg").bounding_box()
    x, y = [box[side] + part * box[length] for side, length, part in zip("xy", ("width", "height"), place, strict=True)]
    page.mouse.click(x, y)
    said = page.locator("#descent output").text_content()
    found = [float(number) for number in re.findall(r"[xy] = (-?[\d.]+)", said)]
    nearest = min(VALLEYS, key=lambda valley: math.dist(valley, found))
    assert found == pytest.approx(nearest, abs=1e-3)
    assert (nearest[0] > 0.0, nearest[1] > 0.0) == (place[0] > 0.5, place[1] < 0.5)
    path = page.locator("#descent polyline").get_attribute("points").split()
    assert len(path) > 100
    assert [float(number) for number in path[-1].split(",")] == pytest.approx([found[0], -found[1]], abs=1e-4)
