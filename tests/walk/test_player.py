"""Laws of the player page in a real browser: what it lights and says is what `steps` says, however one steps."""

# ruff: noqa: E501  a line of JavaScript is one line

import pytest
from chromium import skip_without_browser
from drawings import classifier

from microgrand import Value, log, tanh, walkthrough

skip_without_browser()


def expression():
    x, w, b = Value(2.0, name="x"), Value(0.5, name="w"), Value(-0.25, name="b")
    y = tanh(w * x + b)
    y.name = "y"
    return y


def seen(page):
    """What the page lights and says: the lit boxes and arrows, the one that is computed, the sentence."""
    return page.evaluate(
        """() => ({
            lit: [...document.querySelectorAll('.stage:not([hidden]) .lit')].map(e => e.id.replace(/^s\\d+t?-/, '')).sort(),
            current: [...document.querySelectorAll('.stage:not([hidden]) .current')].map(e => e.id.replace(/^s\\d+t?-/, '')),
            sentence: document.getElementById('sentence').textContent,
            at: Number(document.getElementById('slider').value),
            told: document.getElementById('slider').getAttribute('aria-valuetext'),
            direction: document.getElementById('said').className,
        })"""
    )


def expected(walk, k, scene=0):
    frames = walk.scenes[scene].rounds[0]
    frame = frames[k]
    return {
        "lit": sorted({*frame.boxes, *frame.arrows}),
        "current": list(frame.boxes[: frame.made]),
        "sentence": frame.step.sentence,
        "at": k,
        "told": f"step {k + 1} of {len(frames)}: {frame.step.sentence}",
        "direction": f"said {frame.step.direction}",
    }


def texts(page, box):
    return page.evaluate(
        "box => [...document.querySelectorAll(`.stage:not([hidden]) [id$='-${box}'] text`)].map(e => e.textContent)",
        box,
    )


def test_next_and_previous_show_every_step(opened):
    """Each press shows the next step of `steps`, and back again; at the ends the buttons are off."""
    walk = walkthrough(expression())
    page = opened(walk)
    for k in range(len(walk)):
        assert seen(page) == expected(walk, k)
        assert page.locator("#next").is_disabled() == (k == len(walk) - 1)
        if k < len(walk) - 1:
            page.click("#next")
    for k in range(len(walk) - 2, -1, -1):
        page.click("#previous")
        assert seen(page) == expected(walk, k)
    assert page.locator("#previous").is_disabled()


def test_numbers_fill_in_as_they_are_computed(opened):
    """Before its step a number is unknown; after the last step each box holds its value and its δ, nothing has moved."""
    walk = walkthrough(expression())
    page = opened(walk)
    root = walk.scenes[0].rounds[0][3].boxes[0]
    size = "document.querySelector('.stage svg').getAttribute('viewBox')"
    before = page.evaluate(size)
    assert texts(page, root)[1:] == ["?", "δ = ?"]
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert texts(page, root)[1:] == ["0.6351", "δ = ?"]
    page.keyboard.press("End")
    assert texts(page, root)[1:] == ["0.6351", "δ = 1"]
    assert page.evaluate(size) == before


def test_keys_move_once_also_on_the_slider(opened):
    """Arrow keys, Home and End step; on the slider that has the focus they do not move twice."""
    walk = walkthrough(expression())
    page = opened(walk)
    page.focus("#slider")
    for key, k in [("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", len(walk) - 1), ("Home", 0)]:
        page.keyboard.press(key)
        assert seen(page) == expected(walk, k)


def test_the_slider_goes_anywhere(opened):
    """Whatever step is chosen, the page is the same as after stepping there."""
    walk = walkthrough(expression())
    page = opened(walk)
    for k in (7, 2, 9, 0):
        page.evaluate(
            "k => { const s = document.getElementById('slider'); s.value = k; s.dispatchEvent(new Event('input')); }", k
        )
        assert seen(page) == expected(walk, k)


def test_a_click_on_a_box_leads_to_its_delta(opened):
    """A click, or Enter, on what is computed shows the step that computes its δ; on a leaf, it chooses the leaf."""
    walk = walkthrough(expression())
    page = opened(walk)
    for k in (4, 5, 7):
        box = walk.scenes[0].rounds[0][k].boxes[0]
        page.locator(f".stage:not([hidden]) [data-box={box}] text").first.click()
        assert seen(page) == expected(walk, k)
    page.focus("#s0-n2")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    assert seen(page) == expected(walk, 7)
    assert page.locator("#s0-n2").get_attribute("role") == "button"
    for box, name in (("n1", "x"), ("n3", "b"), ("n0", "w")):
        page.locator(f".stage:not([hidden]) [data-box={box}] text").first.click()
        assert page.evaluate("data.leaves[Number(document.getElementById('leafname').value)].name") == name
        assert [each.get_attribute("data-box") for each in page.locator(".stage:not([hidden]) .chosen").all()] == [box]
        assert seen(page) == expected(walk, 7)


def test_what_can_be_changed_is_told_by_name(opened):
    """What a box is called holds its value and its δ as far as they are known, and whether it can be changed."""
    page = opened(walkthrough(expression()))
    assert page.locator("#s0-n0").get_attribute("aria-label") == "w, 0.5, δ = ?, can be changed"
    page.keyboard.press("End")
    assert page.locator("#s0-n0").get_attribute("aria-label") == "w, 0.5, δ = 1.193, can be changed"
    assert page.locator("#s0-n2").get_attribute("aria-label") == "z₃ = w·x, 1, δ = 0.5966"


def until(page, condition, patience=150):
    """Wait until the page is seen as it should be: its policy forbids to evaluate anything inside it."""
    for _ in range(patience):
        if condition(seen(page)):
            return
        page.wait_for_timeout(100)
    raise AssertionError(seen(page))


def test_play_plays_and_pauses(opened):
    """Play goes on by itself, at the speed that is chosen, to the last step; pressed again, it stops."""
    walk = walkthrough(expression())
    page = opened(walk)
    page.select_option("#speed", "400")
    page.click("#play")
    until(page, lambda shown: shown["at"] >= 2)
    page.click("#play")
    stopped = seen(page)["at"]
    page.wait_for_timeout(900)
    assert seen(page)["at"] == stopped
    page.click("#play")
    until(page, lambda shown: shown["at"] == len(walk) - 1)
    page.wait_for_timeout(600)
    assert page.locator("#play").get_attribute("aria-pressed") == "false"


def test_layers_open(opened):
    """A click on a layer's box shows its inside at the step about the same numbers; the choice leads back to it."""
    walk = walkthrough(classifier()([1.0, 2.0, -0.5], 1))
    page = opened(walk)
    box, scene = next(iter(walk._story.opens[0].items()))
    last = len(walk.scenes[0].rounds[0]) - 1
    for k, step in [(0, 0), (last, len(walk.scenes[scene].rounds[0]) - 1)]:
        page.evaluate("k => show(k)", k)
        page.locator(f".stage:not([hidden]) [data-box={box}] text").first.click()
        assert seen(page) == expected(walk, step, scene)
        page.select_option("#scene", "0")
        assert seen(page) == expected(walk, k)


@pytest.mark.parametrize("scene", [0, 1], ids=["node by node", "term by term"])
def test_contributions_add_up(opened, scene):
    """On a backward step an arrow comes back beside each that is lit, with a number; these numbers, and what was there
    before, make δ.
    """
    x, w = Value(1.5, name="x"), Value(-0.5, name="w")
    y = tanh(w * x) * x + x * x * w
    walk = walkthrough(y)
    page = opened(walk)
    page.select_option("#scene", str(scene))
    deltas = {}
    for k, frame in enumerate(walk.scenes[scene].rounds[0]):
        page.evaluate("k => show(k)", k)
        carried = [text.text_content() for text in page.locator(".stage:not([hidden]) .carried").all()]
        is_backward = frame.step.direction == "backward"
        assert len(carried) == len(frame.arrows) * is_backward
        assert page.locator(".stage:not([hidden]) .contributions path.back").count() == len(carried)
        if is_backward and frame.arrows:
            delta = float(texts(page, frame.boxes[0])[2].removeprefix("δ = "))
            before = deltas.get(frame.boxes[0], 0.0) if scene == 1 else 0.0
            assert before + sum([float(text[2:].strip("()")) for text in carried]) == pytest.approx(delta, abs=3e-3)
            deltas[frame.boxes[0]] = delta
    assert len(deltas) > 5


def settled(page):
    """The address, once it is written."""
    page.wait_for_timeout(400)
    return page.evaluate("location.hash")


def test_a_link_leads_to_a_state(opened):
    """A link with a step and numbers of leaves opens the page there; wherever one steps, the address says so."""
    walk = walkthrough(expression())
    page = opened(walk, "#step=8&w=0.75&x=-3")
    assert seen(page) == expected(walk, 7)
    assert texts(page, "n0")[1] == "0.75"
    assert texts(page, "n1")[1] == "-3"
    assert texts(page, "n2")[1:] == ["-2.25", "δ = 0.02659"]
    page.keyboard.press("ArrowLeft")
    assert settled(page) == "#step=7&w=0.75&x=-3"
    page = opened(walk)
    page.keyboard.press("ArrowRight")
    assert settled(page) == "#step=2"
    page.select_option("#leafname", label="w")
    page.fill("#leafnumber", "1,25")
    page.press("#leafnumber", "Enter")
    assert settled(page) == "#step=2&w=1.25"
    page.click("#leafreset")
    assert settled(page) == "#step=2"


@pytest.mark.parametrize("link", ["#step=999", "#step=-1", "#step=x&w=&b=NaN", "#shown=9&iteration=4", "#%E0%A4%A"])
def test_a_broken_link_opens_the_page(opened, link):
    """Whatever stands in the address, the page opens, at a step that it has."""
    walk = walkthrough(expression())
    page = opened(walk, link)
    scene = page.evaluate("scene")
    assert seen(page) == expected(walk, page.evaluate("at"), scene)


def test_a_hostile_name_does_nothing(opened):
    """A name full of script stands there as text."""
    name = "</script><img src=x onerror=alert(1)>"
    x = Value(2.0, name=name)
    page = opened(walkthrough(x * x, names={}))
    page.keyboard.press("End")
    assert name in page.locator("#formula").text_content()
    assert page.locator("img").count() == 0
    assert name in texts(page, "n0")


def test_250_nodes_are_stepped_through(opened):
    """A graph of 250 nodes is played like a small one."""
    y = Value(1.0, name="y")
    for k in range(124):
        y = tanh(y) * (1.0 + k / 100)
    walk = walkthrough(y)
    page = opened(walk)
    for key, k in [("End", len(walk) - 1), ("Home", 0), ("ArrowRight", 1)]:
        page.keyboard.press(key)
        assert seen(page) == expected(walk, k)


def test_a_link_out_of_the_domain_opens_the_page_as_it_was_saved(opened):
    """Numbers of a link at which the result is not defined are refused, and the page says why."""
    x = Value(2.0, name="x")
    page = opened(walkthrough(log(x) * 3.0), "#x=-1")
    assert "log is defined on" in page.inner_text("#refusal")
    assert page.input_value("#leafnumber") == "2"


def test_leaves_may_be_called_as_what_a_link_tells(opened):
    """A leaf called step is another thing in a link than the step that is shown."""
    step = Value(2.0, name="step")
    page = opened(walkthrough(step * step), "#step=2&leaf.step=5")
    assert page.input_value("#leafnumber") == "5"
    assert page.evaluate("at") == 1


def test_a_link_holds_the_rate_and_the_iterations(opened):
    """What is shown with a rate and a number of iterations of one's own is shown again by its link, also in an open page."""
    w = Value(1.2, name="w")
    page = opened(walkthrough((w - 0.5) ** 2, theta=w, rate=0.1, iterations=3))
    page.evaluate("openLink('rate=0.2&iterations=7&iteration=6&step=3')")
    page.wait_for_timeout(400)
    link, shown = page.evaluate("location.hash"), page.evaluate("[iteration, at, known.slice()]")
    again = opened(walkthrough((w - 0.5) ** 2, theta=w, rate=0.1, iterations=3), link)
    assert again.evaluate("[iteration, at, known.slice()]") == shown
    page.evaluate("location.hash = '#step=2'")
    page.wait_for_timeout(400)
    assert page.evaluate("[iteration, at, iterations]") == [0, 1, 3]


def test_boxes_are_read_in_the_order_of_the_story(opened):
    """Keys and screen readers reach what is given first, and the result after all that it is made of."""
    x, w = Value(2.0, name="x"), Value(0.5, name="w")
    y = x * w + x * x * tanh(x)
    page = opened(walkthrough(y))
    boxes = page.evaluate("[...stage().querySelectorAll('.node')].map((box) => box.dataset.box)")
    made = page.evaluate(
        "frames().filter((frame) => frame.direction === 'forward').flatMap((frame) => frame.boxes.slice(0, frame.made))"
    )
    assert boxes == made


def test_a_number_that_grew_stays_in_its_box(opened):
    """Where a descent diverges, numbers are set narrower than the boxes that were drawn for smaller ones."""
    a, b = Value(-1.2, name="a"), Value(1.0, name="b")
    page = opened(walkthrough((1 - a) ** 2 + 100 * (b - a * a) ** 2, theta=[a, b], rate=0.001, iterations=5))
    page.evaluate("openLink('rate=0.01&iterations=5&iteration=5&step=99')")
    wider = """[...stage().querySelectorAll('.node')].filter((box) => [...box.querySelectorAll('text')].some((text) =>
        text.getComputedTextLength() > box.querySelector('polygon, path').getBBox().width)).map((box) => box.textContent)"""
    assert page.evaluate(wider) == []
