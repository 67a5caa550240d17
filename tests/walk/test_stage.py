"""Laws of the page's stage: what a step lights is in view, at any size; letters can be read; keys and themes work."""

# ruff: noqa: E501  a line of JavaScript is one line

import random
from itertools import pairwise

import numpy as np
import pypdfium2
import pytest
from chromium import skip_without_browser
from drawings import classifier, expression

from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, Sequential, Tanh, Value, tanh, walkthrough
from microgrand.drawing.colors import DARK, LIGHT

skip_without_browser()
SIZES = [(1280, 800), (900, 700), (390, 844)]
STILL = {"reduced_motion": "reduce"}  # nothing glides: where a thing is, is where it stays


def random_expression(seed):
    """An expression of 4 to 24 nodes, with long arrows and nodes that are used twice."""
    draw = random.Random(seed)
    nodes = [Value(draw.uniform(0.3, 1.5), name=name) for name in "xyw"]
    for _ in range(4 + 5 * seed):
        a, b = nodes[-1], draw.choice(nodes)
        nodes.append(draw.choice([lambda a=a, b=b: a * b, lambda a=a, b=b: a + b, lambda a=a, b=b: tanh(a - b)])())
    return nodes[-1]


def random_network(seed):
    """A classifier of one to three linear layers, on one sample."""
    draw = random.Random(seed)
    sizes = [draw.randint(2, 4) for _ in range(2 + seed % 3)]
    layers = [layer for pair in pairwise(sizes) for layer in (Linear(*pair, bias=True), Tanh())]
    network = Sequential(*layers[:-1], LogSoftmax(), NegativeLogLikelihood())
    return network([draw.uniform(-1.0, 1.0) for _ in range(sizes[0])], 1)


GRAPHS = [(random_expression, seed) for seed in range(5)] + [(random_network, seed) for seed in range(5)]

CROWDED = GRAPHS[3:5]


def training():
    network = classifier()
    return walkthrough(network([1.0, 2.0, -0.5], 1), theta=network.parameters(), rate=0.5, iterations=3)


WALKS = {
    "expression": lambda: walkthrough(expression()),
    "classifier": lambda: walkthrough(classifier()([1.0, 2.0, -0.5], 1)),
    "training": training,
}

# The steps from the one that is shown to the last, by the button: of each, what is lit and out of view, or under the
# buttons of the stage; and the height of the smallest letters.
STEPPED = """() => {
    const next = document.getElementById("next"), steps = [];
    const covered = document.getElementById("tools").getBoundingClientRect();
    for (;;) {
        const stage = document.querySelector(".stage:not([hidden])"), frame = stage.getBoundingClientRect();
        const outside = [...stage.querySelectorAll(".lit, .contributions > *")].filter((element) => {
            const box = element.getBoundingClientRect();
            return box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1
                || (box.right > covered.left + 1 && box.bottom > covered.top + 1);
        });
        const letters = [...stage.querySelectorAll("text")].map(text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a);
        steps.push({lit: stage.querySelectorAll(".lit").length, outside: outside.map((each) => each.id || each.outerHTML), letters: Math.min(...letters)});
        if (next.disabled) return steps;
        next.click();
    }
}"""
SHOWN_PART = """() => {
    const drawing = document.querySelector(".stage:not([hidden]) svg").getBoundingClientRect();
    return [drawing.left, drawing.top, drawing.width].map(Math.round);
}"""
# In each scene, of each step: how many contributions it writes, those that cover one another, those that an arrow crosses.
WRITTEN_OVER = """() => data.scenes.flatMap((each, k) => {
    const covers = (one, other) => Math.min(one.x + one.width, other.x + other.width) > Math.max(one.x, other.x) + 1
        && Math.min(one.y + one.height, other.y + other.height) > Math.max(one.y, other.y) + 3;
    const crosses = (path, box) => Array.from({length: 80}, (_, n) => path.getPointAtLength(path.getTotalLength() * (n + 0.5) / 80))
        .some(({x, y}) => x > box.x + 2 && x < box.x + box.width - 2 && y > box.y + 4 && y < box.y + box.height - 4);
    openScene(k);
    return frames().map((frame, i) => {
        show(i);
        const boxes = [...stage().querySelectorAll(".carried")].map((text) => text.getBBox());
        const arrows = [...stage().querySelectorAll(".edge.lit path")];
        return [boxes.length, boxes.filter((box, n) => boxes.slice(0, n).some((other) => covers(box, other))).length,
            boxes.filter((box) => arrows.some((path) => crosses(path, box))).length];
    });
})"""
PAGE_WIDTHS = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"


def stepped(page, scene=0):
    page.evaluate(f"openScene({scene}); document.getElementById('slider').focus()")
    page.keyboard.press("Home")
    page.wait_for_timeout(60)  # a stage learns of its new size with the next picture
    return page.evaluate(STEPPED)


@pytest.mark.parametrize(("graph", "seed"), GRAPHS)
def test_all_that_is_lit_is_in_view(opened, graph, seed):
    """At each step every lit box and arrow lies inside the stage, clear of its buttons, at three sizes, in three scenes."""
    walk = walkthrough(graph(seed), names={})
    page = opened(walk, **STILL)
    scenes = page.evaluate("data.scenes.length")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for scene in sorted({0, (scenes - 1) // 2, scenes - 1}):
            steps = stepped(page, scene)
            assert len(steps) > 3
            assert min(step["lit"] for step in steps) > 0
            assert [step["outside"] for step in steps if step["outside"]] == []


@pytest.mark.parametrize(("graph", "seed"), GRAPHS)
def test_contributions_stand_apart(opened, graph, seed):
    """At no step is a contribution written over another one, in whichever direction the graph is drawn; where the graph
    is not crowded, no arrow of the step crosses it either.
    """
    page = opened(walkthrough(graph(seed), names={}), **STILL)
    for width, height in (SIZES[0], SIZES[2]):
        page.set_viewport_size({"width": width, "height": height})
        written, covered, crossed = map(list, zip(*page.evaluate(WRITTEN_OVER), strict=True))
        assert max(written) > 1
        assert sum(covered) == 0
        assert sum(crossed) <= (0.05 * sum(written) if (graph, seed) in CROWDED else 0)


@pytest.mark.parametrize("name", ["expression", "classifier"])
def test_letters_are_large_enough(opened, name):
    """At 1280 × 720 no letter of the drawing is smaller than 12 pixels, at any step."""
    page = opened(WALKS[name](), viewport={"width": 1280, "height": 720}, **STILL)
    assert min(step["letters"] for step in stepped(page)) >= 11.99


@pytest.mark.parametrize("name", WALKS)
def test_no_page_is_wider_than_its_window(opened, name):
    """The page never scrolls sideways, and at 1280 pixels not at all; there the controls stand in one row."""
    page = opened(WALKS[name](), **STILL)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.keyboard.press("5")
        assert page.evaluate(PAGE_WIDTHS) == [width, width]
    page.set_viewport_size({"width": 1280, "height": 720})
    assert page.evaluate("document.documentElement.scrollHeight") == 720
    shown = "[...document.querySelectorAll('.controls > :not([hidden])')].map(e => e.getBoundingClientRect())"
    assert page.evaluate(f"new Set({shown}.map(r => Math.round(r.top + r.height / 2))).size") == 1


@pytest.mark.parametrize("name", WALKS)
def test_nothing_moves_but_the_drawing(opened, name):
    """From step to step the stage, the controls and the panel stay where they are, at all three sizes."""
    page = opened(WALKS[name](), **STILL)
    places = "['.controls', '.stages', '.panel'].map(s => document.querySelector(s).getBoundingClientRect()).map(r => [r.left, r.top])"
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.keyboard.press("Home")
        first = page.evaluate(places)
        for _ in range(8):
            page.keyboard.press("ArrowRight")
            assert page.evaluate(places) == first


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", WALKS)
def test_axe_finds_nothing(opened, name, scheme):
    """The rules of axe-core find no fault, in either theme, on a wide page and on a phone, forwards and backwards."""
    from axe_playwright_python.sync_playwright import Axe

    page = opened(WALKS[name](), color_scheme=scheme, **STILL)
    for width, height in (SIZES[0], SIZES[2]):
        page.set_viewport_size({"width": width, "height": height})
        for key in ("Home", "8"):
            page.keyboard.press(key)
            found = Axe().run(page).response["violations"]
            assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []


def test_an_image_has_nothing_inside_that_takes_the_focus(opened):
    """Each box is a button with a name, and no element around it says that it is one image."""
    page = opened(WALKS["expression"]())
    boxes = page.locator(".stage:not([hidden]) .node")
    assert boxes.evaluate_all("boxes => boxes.every(box => box.tabIndex === 0 && box.ariaLabel)")
    assert boxes.evaluate_all("boxes => boxes.filter(box => box.closest('[role=img]')).length") == 0


def test_keys_zoom_pan_and_fit(opened):
    """+ and - zoom, 0 fits all of the drawing, shift and an arrow key pan; none of them steps."""
    page = opened(walkthrough(random_expression(4), names={}), viewport={"width": 1280, "height": 800}, **STILL)
    at = page.locator("#slider").input_value()
    page.keyboard.press("0")
    whole = page.evaluate(SHOWN_PART)
    page.keyboard.press("+")
    larger = page.evaluate(SHOWN_PART)
    assert larger[2] == pytest.approx(1.25 * whole[2], abs=2)
    page.keyboard.press("+")
    before = page.evaluate(SHOWN_PART)
    for there, back, side in [("Right", "Left", 0), ("Down", "Up", 1)]:
        page.keyboard.press(f"Shift+Arrow{back}")
        page.keyboard.press(f"Shift+Arrow{back}")
        start = page.evaluate(SHOWN_PART)
        page.keyboard.press(f"Shift+Arrow{there}")
        assert page.evaluate(SHOWN_PART)[side] < start[side]
        page.keyboard.press(f"Shift+Arrow{back}")
        assert page.evaluate(SHOWN_PART)[side] == start[side]
    page.keyboard.press("-")
    assert page.evaluate(SHOWN_PART)[2] < before[2]
    page.keyboard.press("0")
    assert page.evaluate(SHOWN_PART) == whole
    assert page.locator("#slider").input_value() == at


def test_digits_jump_and_space_plays(opened):
    """5 leads to the middle; space plays and pauses, also where a button or a box has the focus, and scrolls nothing."""
    page = opened(WALKS["expression"](), viewport={"width": 900, "height": 500}, **STILL)
    last = int(page.locator("#slider").get_attribute("max"))
    page.keyboard.press("5")
    assert int(page.locator("#slider").input_value()) == pytest.approx(last / 2, abs=0.5)
    for place in ("#next", "#fit", "#theme", ".stage:not([hidden]) .node >> nth=0"):
        page.focus(place)
        at = page.locator("#slider").input_value()
        page.keyboard.press("Space")
        assert page.locator("#play").get_attribute("aria-pressed") == "true"
        page.keyboard.press("Space")
        assert page.locator("#play").get_attribute("aria-pressed") == "false"
        assert page.locator("#slider").input_value() == at
        page.evaluate("document.activeElement.blur()")
        scrolled = page.evaluate("scrollY")
        page.keyboard.press("Space")
        page.keyboard.press("Space")
        page.wait_for_timeout(100)
        assert page.evaluate("scrollY") == scrolled


def test_what_is_written_into_a_field_is_no_key(opened):
    """A digit, a sign or a letter that is typed into a field stays there."""
    page = opened(WALKS["expression"](), **STILL)
    at, part = page.locator("#slider").input_value(), page.evaluate(SHOWN_PART)
    page.fill("#leafnumber", "")
    page.focus("#leafnumber")
    page.keyboard.type("-1.50+f ")
    assert page.locator("#leafnumber").input_value() == "-1.50+f "
    assert (page.locator("#slider").input_value(), page.evaluate(SHOWN_PART)) == (at, part)


def test_the_wheel_pans_and_zooms(opened):
    """A wheel moves a drawing that is larger than the stage, and scrolls the page where there is nothing to move; with ctrl it zooms."""
    page = opened(WALKS["classifier"](), viewport={"width": 900, "height": 500}, **STILL)
    box = page.locator(".stages").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 100)
    before = page.evaluate(SHOWN_PART)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -40)
    page.keyboard.up("Control")
    page.wait_for_timeout(100)
    zoomed = page.evaluate(SHOWN_PART)
    assert zoomed[2] > before[2]
    page.mouse.wheel(30, 30)
    page.wait_for_timeout(100)
    panned = page.evaluate(SHOWN_PART)
    assert panned[:2] != zoomed[:2]
    assert page.evaluate("scrollY") == 0
    page.keyboard.press("0")
    page.mouse.wheel(0, 100)
    page.wait_for_timeout(100)
    assert page.evaluate("scrollY") > 0


def test_a_drag_is_no_click(opened):
    """A mouse that is pressed and moved pans the drawing, and chooses nothing; one that is not moved chooses the box."""
    page = opened(walkthrough(random_expression(4), names={}), viewport={"width": 900, "height": 700}, **STILL)
    at, part = page.locator("#slider").input_value(), page.evaluate(SHOWN_PART)
    box = page.locator(".stage:not([hidden]) .node.lit text").first.bounding_box()
    page.mouse.move(box["x"] + 3, box["y"] + 3)
    page.mouse.down()
    page.mouse.move(box["x"] - 120, box["y"] - 60, steps=4)
    page.mouse.up()
    assert page.evaluate(SHOWN_PART)[:2] != part[:2]
    assert page.locator("#slider").input_value() == at


def test_two_fingers_zoom(opened):
    """Two fingers that part enlarge the drawing around the place between them."""
    page = opened(WALKS["classifier"](), viewport={"width": 390, "height": 844}, has_touch=True, **STILL)
    before = page.evaluate(SHOWN_PART)
    session = page.context.new_cdp_session(page)
    box = page.locator(".stages").bounding_box()
    x, y = box["x"] + 150, box["y"] + 150
    for kind, apart in [("touchStart", 40), ("touchMove", 60), ("touchMove", 80), ("touchEnd", None)]:
        fingers = [] if apart is None else [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
    assert page.evaluate(SHOWN_PART)[2] > 1.5 * before[2]


def test_the_overview_leads_anywhere(opened):
    """A drawing that is far larger than the stage has an overview, with a box for each box; a press there leads there."""
    page = opened(walkthrough(random_expression(4), names={}), viewport={"width": 390, "height": 844}, **STILL)
    assert page.locator("#overview .box").count() == page.locator(".stage:not([hidden]) .node").count()
    assert page.locator("#overview .lit").count() > 0
    box = page.locator("#overview").bounding_box()
    lefts = []
    for share in (0.1, 0.9):
        page.mouse.click(box["x"] + share * box["width"], box["y"] + share * box["height"])
        lefts.append(page.evaluate(SHOWN_PART))
    assert lefts[1][0] + lefts[1][1] < lefts[0][0] + lefts[0][1]
    assert opened(WALKS["expression"](), **STILL).locator("#overview").is_hidden()


GROUND = "getComputedStyle(document.documentElement).backgroundColor"


def test_the_theme_is_the_systems_or_the_readers(opened):
    """A page is as dark as the system; its address, its switch and the page around it may say otherwise."""
    grounds = {
        scheme: opened(WALKS["expression"](), color_scheme=scheme).evaluate(GROUND) for scheme in ("light", "dark")
    }
    assert grounds["light"] != grounds["dark"]
    page = opened(WALKS["expression"](), link="#theme=dark", color_scheme="light")
    assert page.evaluate(GROUND) == grounds["dark"]
    for wanted in ("auto", "light", "dark"):
        page.click("#theme")
        assert page.locator("#theme").text_content() == wanted
        assert page.evaluate(GROUND) == grounds["light" if wanted != "dark" else "dark"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_frame_is_as_dark_as_the_page_around(browser, tmp_path, scheme):
    """In a notebook the page follows the notebook's ground, whatever the system says, and when that changes, too."""
    host = tmp_path / "host.html"
    style = "body { background: #fff } body[data-theme=dark] { background: rgb(17, 17, 17) }"
    shown = WALKS["expression"]()._repr_mimebundle_()[0]["text/html"]
    host.write_text(f"<!DOCTYPE html><meta charset=utf-8><style>{style}</style><div>{shown}</div>", encoding="utf-8")
    page = browser.new_context(offline=True, color_scheme=scheme).new_page()
    page.goto(host.as_uri())
    frame = page.frames[1]
    for theme in ("light", "dark", "light"):
        page.evaluate("theme => { document.body.dataset.theme = theme; }", theme)
        frame.locator(f":root[data-theme={theme}]").wait_for(state="attached", timeout=5000)
        assert (frame.evaluate(GROUND) == "rgb(255, 255, 255)") == (theme == "light")
    page.context.close()


def test_f_takes_the_whole_screen_and_gives_it_back(opened):
    """F toggles full screen, and the button says which it is; where that is refused, the page puts its title away."""
    page = opened(WALKS["expression"](), **STILL)
    for pressed in ("true", "false"):
        page.keyboard.press("f")
        page.wait_for_timeout(200)
        assert page.locator("#fullscreen").get_attribute("aria-pressed") == pressed
        assert page.evaluate("Boolean(document.fullscreenElement)") == (pressed == "true")
    page.evaluate(
        "() => { document.documentElement.requestFullscreen = () => Promise.reject(new TypeError('refused')); }"
    )
    for hidden in (True, False):
        page.keyboard.press("f")
        page.wait_for_timeout(100)
        assert page.locator("h1").is_hidden() == hidden


def test_paper_has_every_step(opened, tmp_path):
    """A printed page holds each step with its sentence, light also where the screen is dark; afterwards all is as before."""
    walk = WALKS["expression"]()
    page = opened(walk, link="#theme=dark", color_scheme="dark", **STILL)
    page.keyboard.press("5")
    at = page.locator("#slider").input_value()
    page.pdf(path=tmp_path / "steps.pdf", print_background=True)
    paper = pypdfium2.PdfDocument(tmp_path / "steps.pdf")
    text = " ".join([leaf.get_textpage().get_text_range() for leaf in paper])
    flat = " ".join(text.split())
    assert [f"step {k + 1}" for k in range(len(walk)) if f"step {k + 1} " not in flat] == []
    assert np.median(paper[0].render().to_numpy()) == 255
    assert page.locator("#paper").count() == 0
    assert page.locator("#slider").input_value() == at


@pytest.mark.parametrize(("scheme", "inks"), [("light", LIGHT), ("dark", DARK)])
def test_roles_keep_their_colours(opened, scheme, inks):
    """Leaves, parameters, layers and the root are filled as in a drawing, in either theme, and stay so at every step."""
    page = opened(WALKS["classifier"](), color_scheme=scheme, **STILL)
    fills = "() => [...document.querySelectorAll('.stage:not([hidden]) .node')].map(e => [e.dataset.role, getComputedStyle(e.querySelector('polygon, path')).fill])"
    first = page.evaluate(fills)
    assert {role for role, _ in first} >= set(ROLES)
    assert [(role, fill) for role, fill in first if role in ROLES and fill != rgb(ROLES[role](inks))] == []
    for _ in range(8):
        page.keyboard.press("ArrowRight")
        assert page.evaluate(fills) == first


ROLES = {
    "input": lambda inks: inks.leaf,
    "parameter": lambda inks: inks.parameter,
    "layer": lambda inks: inks.layer,
    "root": lambda inks: inks.root,
    "node": lambda inks: inks.ground,
}


def rgb(ink):
    """A colour as browsers write it."""
    return f"rgb({int(ink[1:3], 16)}, {int(ink[3:5], 16)}, {int(ink[5:], 16)})"
