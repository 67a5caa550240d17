"""Laws of the player page in a real browser: what it lights and says is what `steps` says, however one steps."""

# ruff: noqa: E501  a line of JavaScript is one line

import pytest
from chromium import launched, skip_without_browser
from drawings import classifier

from microgrand import Value, tanh, walkthrough

skip_without_browser()


@pytest.fixture(scope="module")
def browser():
    with launched() as browser:
        yield browser


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a walkthrough from disk, with the network off; afterwards no request but the file's, and no complaint."""
    contexts, asked, complaints = [], [], []

    def opened(walk, **settings):
        context = browser.new_context(offline=True, **settings)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(walk.save(tmp_path / f"page{len(contexts)}.html").as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
    assert all(url.startswith("file://") for url in asked)
    assert len(asked) == len(contexts)


def expression():
    x, w, b = Value(2.0, name="x"), Value(0.5, name="w"), Value(-0.25, name="b")
    y = tanh(w * x + b)
    y.name = "y"
    return y


def seen(page):
    """What the page lights and says: the lit boxes and arrows, the one that is computed, the sentence."""
    return page.evaluate(
        """() => ({
            lit: [...document.querySelectorAll('.stage:not([hidden]) .lit')].map(e => e.id.replace(/^s\\d+-/, '')).sort(),
            current: [...document.querySelectorAll('.stage:not([hidden]) .current')].map(e => e.id.replace(/^s\\d+-/, '')),
            sentence: document.getElementById('sentence').textContent,
            at: Number(document.getElementById('slider').value),
            told: document.getElementById('slider').getAttribute('aria-valuetext'),
            direction: document.getElementById('said').className,
        })"""
    )


def expected(walk, k, scene=0):
    frame = walk.scenes[scene].frames[k]
    return {
        "lit": sorted({*frame.boxes, *frame.arrows}),
        "current": [frame.boxes[0]],
        "sentence": frame.step.sentence,
        "at": k,
        "told": f"step {k + 1} of {len(walk.scenes[scene].frames)}: {frame.step.formula.text}",
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
    root = walk.scenes[0].frames[3].boxes[0]
    where = page.evaluate("document.querySelector('.stage svg').getBoundingClientRect().toJSON()")
    assert texts(page, root)[1:] == ["?", "δ = ?"]
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert texts(page, root)[1:] == ["0.6351", "δ = ?"]
    page.keyboard.press("End")
    assert texts(page, root)[1:] == ["0.6351", "δ = 1"]
    assert page.evaluate("document.querySelector('.stage svg').getBoundingClientRect().toJSON()") == where


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
    """A click, or Enter, on a node shows the step that computes its δ; pointing at it shows its formula."""
    walk = walkthrough(expression())
    page = opened(walk)
    for k in (4, 6, 9):
        box = walk.scenes[0].frames[k].boxes[0]
        page.locator(f"#s0-{box} text").first.click()
        assert seen(page) == expected(walk, k)
    box = walk.scenes[0].frames[1].boxes[0]
    page.focus(f"#s0-{box}")
    page.keyboard.press("Enter")
    assert seen(page) == expected(walk, 7)
    assert page.locator(f"#s0-{box} title").first.text_content().startswith("z₃ = w·x = 0.5·2 = 1")
    assert page.locator(f"#s0-{box}").get_attribute("role") == "button"


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
    """A click on a layer's box shows its inside; the choice beside the slider leads back."""
    walk = walkthrough(classifier()([1.0, 2.0, -0.5], 1))
    page = opened(walk)
    box, scene = next(iter(walk._opens[0].items()))
    page.locator(f"#s0-{box} text").first.click()
    assert seen(page) == expected(walk, 0, scene)
    page.keyboard.press("End")
    assert seen(page) == expected(walk, len(walk.scenes[scene].frames) - 1, scene)
    page.select_option("#scene", "0")
    assert seen(page) == expected(walk, 0)


def test_training_moves_along_its_loss_curve(opened):
    """The point of the iteration that is shown is marked, and θ keeps what the update wrote."""
    network = classifier()
    walk = walkthrough(network([1.0, 2.0, -0.5], 1), theta=network.parameters(), rate=0.5, iterations=3)
    page = opened(walk)
    first = next(k for k, frame in enumerate(walk.scenes[0].frames) if frame.round == 1)
    page.evaluate(f"show({first})")
    assert page.evaluate("[...document.querySelectorAll('.loss .now')].map(e => e.id)") == ["loss1"]
    theta = next(frame for frame in walk.scenes[0].frames if frame.step.direction == "update")
    assert texts(page, theta.boxes[0])[1] == theta.written[0][2]
    assert "?" in texts(page, theta.boxes[0])[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_colour_schemes_can_be_read(opened, scheme):
    """Text stands out from its ground, 4.5 to 1 at least, in either scheme; what is lit is thicker, not only coloured."""
    page = opened(walkthrough(expression()), color_scheme=scheme)
    page.keyboard.press("End")
    page.wait_for_timeout(300)
    contrast = """() => {
        const light = (colour) => {
            const [r, g, b] = colour.match(/\\d+/g).slice(0, 3).map(c => c / 255)
                .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ground = light(getComputedStyle(document.body).backgroundColor);
        const texts = [...document.querySelectorAll('.sentence, .keys, .count')].map(e => getComputedStyle(e).color);
        const drawn = [...document.querySelectorAll('.stage text')].map(e => getComputedStyle(e).fill);
        return Math.min(...[...texts, ...drawn].map(light).map(l => (Math.max(l, ground) + 0.05) / (Math.min(l, ground) + 0.05)));
    }"""
    assert page.evaluate(contrast) > 4.5
    widths = "e => parseFloat(getComputedStyle(e.querySelector('polygon, path')).strokeWidth)"
    lit = page.locator(".stage .current").first.evaluate(widths)
    assert lit > page.locator(".stage .node:not(.lit)").first.evaluate(widths)


def test_a_hostile_name_does_nothing(opened):
    """A name full of script stands there as text."""
    name = "</script><img src=x onerror=alert(1)>"
    x = Value(2.0, name=name)
    page = opened(walkthrough(x * x, names={}))
    page.keyboard.press("End")
    assert name in page.locator("#formula").text_content()
    assert page.locator("img").count() == 0
    assert name in texts(page, "n0")


@pytest.mark.parametrize(("width", "height"), [(948, 620), (1280, 800), (400, 800)], ids=["notebook", "page", "phone"])
def test_what_is_computed_is_in_sight(opened, width, height):
    """At every step the lit box lies in the window, and its text is tall enough to be read, whatever the window."""
    x, w, b = Value(2.0, name="x"), Value(0.5, name="w"), Value(0.25, name="b")
    wide = tanh(w * x + b) + 0.1 * (w * w + b * b) + tanh(x * w) * tanh(w * b)
    for walk in (walkthrough(wide, granularity="edge"), walkthrough(classifier().trace([1.0, 2.0, -0.5], 1, step=0.5))):
        page = opened(walk, viewport={"width": width, "height": height})
        for _ in walk.steps:
            left, top, right, bottom, text = page.evaluate(
                """() => {
                    const box = document.querySelector('.stage:not([hidden]) .current');
                    const at = box.getBoundingClientRect(), text = box.querySelector('text').getBoundingClientRect();
                    return [at.left, at.top, at.right, at.bottom, text.height];
                }"""
            )
            assert left >= 0.0
            assert top >= 0.0
            assert right <= width + 1.0
            assert bottom <= height + 1.0
            assert text >= 10.0
            page.keyboard.press("ArrowRight")


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
