"""Laws of exercises in a frame, as notebooks and pages of several show them: what is typed there is judged."""

import pytest
from chromium import launched, skip_without_browser

from microgrand import exercise, exercises

skip_without_browser()


@pytest.fixture(scope="module")
def browser():
    with launched() as found:
        yield found


def shown(browser, write, tmp_path):
    """The first frame of a page, and what the browser's console says meanwhile."""
    write(tmp_path / "page.html")
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto((tmp_path / "page.html").as_uri())
    return page.query_selector("iframe").content_frame(), said


def bundle(item):
    """The HTML that a notebook is given."""
    found = item._repr_mimebundle_()
    return (found[0] if isinstance(found, tuple) else found)["text/html"]


PAGES = {
    "one exercise": lambda path: path.write_text(bundle(exercise(seed=3, level=2))),
    "several": lambda path: exercises(2, seed=3, level=2).save(path),
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("by", ["the button", "Enter"])
def test_what_is_typed_in_a_frame_is_judged(browser, tmp_path, name, by):
    """A wrong number is not yet right, the right one is, by the button and by Enter; the frame may only run scripts."""
    frame, said = shown(browser, PAGES[name], tmp_path)
    frame.wait_for_selector("#next")
    while not frame.evaluate("isAsked()"):
        frame.click("#next")

    def answer(text):
        for k in range(frame.evaluate("frames()[at].asks.length")):
            frame.fill(f"#ask{k}", text(k))
        if by == "Enter":
            frame.press("#ask0", "Enter")
        else:
            frame.click("#check")

    answer(lambda k: "-98765")
    assert "not yet" in frame.text_content("#judged")
    answer(lambda k: str(frame.evaluate("k => known[frames()[at].asks[k][1]]", k)))
    assert frame.text_content("#score").startswith("Right.")
    assert [line for line in said if "Blocked" in line or "rror" in line] == []
