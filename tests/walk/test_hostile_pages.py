"""Laws of pages in hostile surroundings: small screens, names without end, numbers at the ends of floats, frames without a
size, colours that the system forces upon them.
"""

# ruff: noqa: E501  a line of JavaScript is one line

import math
import os
from html import escape

import pytest
from chromium import skip_without_browser
from drawings import classifier
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from test_stage import PAGE_WIDTHS, SIZES, STILL, random_expression, random_network

import microgrand as mg
from microgrand import (
    Linear,
    LogSoftmax,
    NegativeLogLikelihood,
    Sequential,
    Value,
    exercise,
    topological_order,
    walkthrough,
)
from microgrand.testing import expressions

skip_without_browser()

IS_FAST = os.environ.get("HYPOTHESIS_PROFILE", "fast") == "fast"


def pages(fast, thorough):
    """So many pages, each with many states; a page that fails is not made smaller, which would take minutes."""
    allowed = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture]
    return settings(
        max_examples=fast if IS_FAST else thorough,
        phases=[Phase.generate],
        suppress_health_check=allowed,
        deadline=None,
    )


def resized(page):
    """The page at each size, once it knows of it."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(60)
        yield width


# Shared by what looks for things that are cut off: by how many pixels an element reaches out of what may be seen of it,
# to the left, the top, the right and the bottom. To the right and the bottom of what scrolls one can scroll.
SEEING = """
const isShown = (element) => element.getClientRects().length > 0 && !element.closest("details:not([open]) > p");
const called = (element) => element.localName + (element.id ? `#${element.id}` : "") + (element.getAttribute("class") ? `.${element.getAttribute("class")}` : "");
function cutBy(element, outermost) {
    const box = element.getBoundingClientRect();
    for (let each = element.parentElement; each && outermost.contains(each); each = each.parentElement) {
        const kind = getComputedStyle(each).overflowX, frame = each.getBoundingClientRect();
        if (kind === "visible") continue;
        const scrolls = kind === "auto" || kind === "scroll";
        const [left, top] = scrolls ? [frame.left - each.scrollLeft, frame.top - each.scrollTop] : [frame.left, frame.top];
        const isCut = box.left < left - 1 || box.top < top - 1 || (!scrolls && (box.right > frame.right + 1 || box.bottom > frame.bottom + 1));
        if (isCut) return called(each);
        if (scrolls) return null;
    }
    return null;
}
function endIsLost(element) {
    const text = element.lastChild, range = document.createRange();
    const end = text?.nodeType === 3 ? text.data.trimEnd().length : 0;
    if (!end) return false;
    range.setStart(text, end - 1);
    range.setEnd(text, end);
    return range.getClientRects().length === 0;
}
function overlapping(elements) {
    const boxes = elements.map((element) => [called(element), element.getBoundingClientRect()]);
    return boxes.flatMap(([name, a], k) => boxes.slice(k + 1).filter(([, b]) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1).map(([other]) => [name, other]));
}
"""

# Each scene, each step that asks, without a hint, with one and with two, after a wrong answer: what of the questions does
# not lie in what is seen of the sentence's place; what lies above another; how often it was looked.
QUESTIONS = f"""() => {{
    {SEEING}
    const faults = [];
    let looks = 0;
    data.scenes.forEach((each, k) => {{
        openScene(k);
        frames().forEach((frame, step) => {{
            if (!frame.asks.length) return;
            show(step);
            for (const told of [0, 1, 2]) {{
                if (told) hint();
                check();
                looks += 1;
                for (const fault of unseen()) faults.push([k, step, told, ...fault]);
            }}
        }});
    }});
    return [looks, faults];

    function unseen() {{
        const [form, said] = [$("asked"), $("said")].map((element) => element.getBoundingClientRect());
        const controls = document.querySelector(".controls").getBoundingClientRect();
        const seen = {{
            left: Math.max(form.left, said.left), top: Math.max(form.top, said.top),
            right: Math.min(form.right, said.right), bottom: Math.min(form.bottom, said.bottom, controls.top),
        }};
        const parts = [...$("asked").querySelectorAll("input, label, button, output")];
        const outside = parts.filter((part) => {{
            const box = part.getBoundingClientRect();
            return !part.getClientRects().length || box.left < seen.left - 1 || box.top < seen.top - 1 || box.right > seen.right + 1 || box.bottom > seen.bottom + 1;
        }});
        if (!$("judged").textContent) outside.push($("judged"));
        return [...outside.map((part) => [called(part), "is cut off"]), ...overlapping(parts), ...overlapping([...$("said").children])];
    }}
}}"""


def questions_are_seen(page):
    for _ in resized(page):
        looks, faults = page.evaluate(QUESTIONS)
        assert faults == []
        assert looks > 0


@pages(4, 8)
@given(expression=expressions(inputs=3, max_nodes=10))
def test_all_of_a_question_is_seen(opened, expression):
    """Fields, buttons, and what is said of an answer, lie in what is seen of their place, clear of each other and of the
    controls: at each step, with each hint, after a wrong answer, at three sizes.
    """
    root = expression.root()
    assume(not root.is_leaf)
    questions_are_seen(opened(walkthrough(root, names={}, predict=True), **STILL))


@pages(3, 6)
@given(seed=st.integers(0, 999), level=st.integers(1, 5))
def test_all_of_an_exercise_is_seen(opened, seed, level):
    """The same of exercises."""
    questions_are_seen(opened(exercise(seed, level).walkthrough(), **STILL))


def test_all_that_a_classifier_asks_is_seen(opened):
    """The same of a classifier, where a step asks for six numbers: layer by layer, and inside each layer."""
    theta = [[0.3, -0.7, 0.2], [-0.1, 0.4, 0.9], [0.15, 0.25, -0.35]]
    network = Sequential(Linear(3, 3, theta=theta, bias=True), LogSoftmax(), NegativeLogLikelihood())
    page = opened(walkthrough(network([1.0, 2.0, -0.5], 1), predict=True), **STILL)
    assert page.evaluate("Math.max(...data.scenes.flatMap(({ frames }) => frames.map(({ asks }) => asks.length)))") == 6
    questions_are_seen(page)


PIECES = [
    *("wmi_", "<b>", "</script>", "&amp;", "&#x202e;", '"', "'", "\\", "`${x}`", "%s", "\u05d0\u05d1", "\u0645\u0631", "\u202e"),
    *("👩\u200d👩\u200d👧", "🏳️\u200d🌈", "e\u0301\u0323", "x\u20dd", "\u0a95", "漢字", "ﷺ", "\u00ad", "\u2060", "W"),
]  # fmt: skip


def hostile_names():
    """Names of thirty characters and more, without a space."""
    return st.lists(st.sampled_from(PIECES), min_size=3, max_size=8).map(lambda pieces: ("".join(pieces) * 30)[:60])


# Of what stands beside the picture and above it: what is cut off where one cannot scroll, and what lies upon another. What
# a list of choices does not show while it is closed, it shows when it is open.
CUT = f"""() => {{
    {SEEING}
    const inside = (place) => [...document.querySelectorAll(`${{place}} *`)].filter((each) => isShown(each) && !each.closest("option"));
    const all = ["#panel", "#said", "h1"].flatMap((place) => inside(place)).filter((each) => !each.parentElement.closest("select"));
    const cut = all.flatMap((each) => {{ const by = cutBy(each, document.querySelector("main")); return by ? [[called(each), by]] : []; }});
    cut.push(...all.filter(endIsLost).map((each) => [called(each), each.textContent]));
    const groups = [...document.querySelectorAll("#said, #asked, .ask, .opening, #quotient, #curve, #losses")].map((group) => [...group.children].filter((each) => !each.matches("svg > :not(text)")));
    groups.push([...document.querySelectorAll("#panel :is(button, input, select, label, output, p, svg, figcaption)")]);
    const upon = groups.flatMap((group) => overlapping(group.filter(isShown)));
    return [all.length, cut, upon];
}}"""


def all_is_reached(page):
    for width in resized(page):
        for share in (0.0, 0.3, 1.0):
            page.evaluate("(share) => show(Math.round(share * (frames().length - 1)))", share)
            assert page.evaluate(PAGE_WIDTHS) == [width, width]
            assert page.evaluate("$('panel').scrollWidth <= $('panel').clientWidth")
            looked_at, cut, upon = page.evaluate(CUT)
            assert looked_at > 3
            assert cut == []
            assert upon == []


@pages(3, 6)
@given(
    names=st.lists(hostile_names(), min_size=3, max_size=3, unique=True),
    kind=st.sampled_from(["live", "asks", "descends"]),
)
def test_names_without_end_push_nothing_out_of_sight(opened, names, kind):
    """Whatever leaves and the result are called: neither the page nor the panel scrolls sideways, and beside and above
    the picture nothing lies upon another, or is cut off where one cannot scroll to it.
    """
    x, w = [Value(number, name=name) for number, name in zip((1.5, -0.777), names, strict=False)]
    y = mg.tanh(w * x) * x
    y.name = names[2]
    settings = {"predict": kind == "asks"} | ({"theta": w, "rate": 1e9, "iterations": 3} if kind == "descends" else {})
    all_is_reached(opened(walkthrough(y, names={}, **settings), **STILL))


# The sentences of the page. Numbers that Python has as NaN stand in boxes and formulas as they stand there.
SAID = """[
    ...["sentence", "nudged", "kink", "quotient", "nudgeh", "refusal", "outcome", "count"].map((id) => [id, $(id)?.textContent ?? ""]),
    ...["curve", "losses", "leafslider", "slider"].flatMap((id) => ["aria-label", "aria-valuetext"].map((key) => [id, $(id)?.getAttribute(key) ?? ""])),
    ...[...document.querySelectorAll(".opening, #curve text, #losses text")].map((each) => ["label", each.textContent]),
]"""

# Every leaf at every number, with several h: sentences with words of programs in them, what is drawn outside its frame,
# quotients of two numbers of which one is none and that do not say so; how many curves were drawn.
MOVED = f"""(numbers) => {{
    const faults = [];
    let curves = 0;
    data.leaves.forEach((leaf, k) => {{
        chooseLeaf(k);
        for (const x of numbers) {{
            setLeaf(k, x);
            for (const size of [0, 2, STEPS.length - 1]) {{
                stepSize = size;
                showNudge();
                for (const [id, text] of {SAID}) if (/NaN|undefined|Infinity|null/.test(text)) faults.push([leaf.name, x, size, id, text]);
                if (stopped) continue;
                if (isOneSided(k, size) && !$("quotient").textContent.includes("not defined")) faults.push([leaf.name, x, size, $("quotient").textContent]);
                const drawn = [...$("curve").querySelectorAll("path, circle")];
                curves += drawn.length > 0;
                for (const each of drawn.filter(isOutside)) faults.push([leaf.name, x, size, each.outerHTML]);
            }}
        }}
        setLeaf(k, original[k]);
    }});
    return [curves, faults];

    function isOneSided(k, size) {{
        const x = trail[iteration][0][k];
        const h = STEPS[size] * Math.max(1, 10 ** Math.floor(Math.log10(Math.abs(x) || 1)));
        return [x + h, x - h].some((u) => Number.isNaN(resultAt(k, u)));
    }}

    function isOutside(each) {{
        const {{ width, height }} = $("curve").viewBox.baseVal, box = each.getBBox(), {{ stroke, strokeWidth }} = getComputedStyle(each);
        if (each.getAttribute("d") === "") return false;
        const line = stroke === "none" ? 0 : parseFloat(strokeWidth) / 2;
        const [left, top, right, bottom] = [box.x - line, box.y - line, box.x + box.width + line, box.y + box.height + line];
        return !(left >= 0 && top >= 0 && right <= width && bottom <= height);
    }}
}}"""
ENDS = [0.0, -0.0, 5e-324, -5e-324, 1e300, -1e300, 1.7e308, -1.7e308, 1e154, 1e-300, 1e16, 1.0, -1.0, 710.0]


def moved_anywhere(page, numbers):
    page.keyboard.press("End")
    curves, faults = page.evaluate(MOVED, numbers)
    assert faults == []
    return curves


@pages(5, 12)
@given(
    expression=expressions(inputs=2, max_nodes=8),
    numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.floats(-4.0, 4.0), min_size=6, max_size=6),
)
def test_whatever_a_leaf_becomes_the_nudge_speaks_plainly(opened, expression, numbers):
    """A leaf may be moved anywhere, also out of its domain and to the ends of floats: no sentence holds a word of
    programs, all that is drawn lies inside the curve's frame, and a quotient that is not defined says so.
    """
    root = expression.root()
    assume(len(topological_order(root)) > 2)
    moved_anywhere(opened(walkthrough(root, names={}), **STILL), [*ENDS, *numbers])


ROUGH = {
    "a pole": lambda x, w: (x - w) / (x + w),
    "an end of a domain": lambda x, w: mg.sqrt(x - 1.0) * mg.log(2.25 - w),
    "infinity less infinity": lambda x, w: mg.exp(w * x) - mg.exp(x),
    "a power": lambda x, w: x**w,
    "a flat place": lambda x, w: mg.relu(-x * x) + 1e-12 * w,
    "a long way": lambda x, w: 1e200 * x - 1e200 * w,
}


@pytest.mark.parametrize("shape", ROUGH)
def test_where_a_curve_is_rough_the_nudge_speaks_plainly(opened, shape):
    """The same beside poles, ends of domains, and where numbers overflow; and somewhere there is a curve to be seen."""
    y = ROUGH[shape](Value(1.5, name="x"), Value(0.5, name="w"))
    assert moved_anywhere(opened(walkthrough(y, names={}), **STILL), [*ENDS, 0.5, -0.5, 1.0 + 1e-9, 2.2499]) > 0


GRAPHS = [(random_expression, 5), (random_network, 1), (random_expression, 4), (random_network, 5)]
UNSIZED = [
    "width: 0; height: 0; border: 0",
    "display: none",
    "width: 0; height: 600px",
    "width: 600px; height: 0",
    "width: 1px; height: 1px",
]
LIT_IN_VIEW = """() => {
    const frame = stage().getBoundingClientRect(), tools = $("tools").getBoundingClientRect();
    const all = [...stage().querySelectorAll(".lit, .contributions > *")].map((each) => each.getBoundingClientRect());
    const outside = all.filter((box) => !box.width && !box.height || box.left < frame.left - 1 || box.right > frame.right + 1
        || box.top < frame.top - 1 || box.bottom > frame.bottom + 1 || (box.right > tools.left + 1 && box.bottom > tools.top + 1));
    return [all.length > 0, outside.length];
}"""


@pytest.mark.parametrize(("graph", "seed"), GRAPHS[: 2 if IS_FAST else None])
def test_a_frame_may_get_its_size_later(browser, tmp_path, graph, seed):
    """A page in a frame that has no size, or is not shown, says nothing and throws nothing, also where one steps on, and
    zooms, in it; once the frame has a size, all that is lit is in view.
    """
    shown = escape(walkthrough(graph(seed), names={}).html())
    frames = [f'<iframe sandbox="allow-scripts" style="{style}" srcdoc="{shown}"></iframe>' for style in UNSIZED]
    (tmp_path / "host.html").write_text(f"<!DOCTYPE html><meta charset=utf-8>{''.join(frames)}", encoding="utf-8")
    page = browser.new_context(offline=True, **STILL).new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((tmp_path / "host.html").as_uri())
    shares = (0.0, 0.4, 0.9, 0.6, 0.8, 0.45)
    for (width, height), share in zip([*SIZES, *[SIZES[0]] * 3], shares, strict=True):
        for frame in page.frames[1:]:
            frame.evaluate("(share) => show(Math.round(share * (frames().length - 1)))", share)
            frame.evaluate("(share) => { if (share !== 0.45) { zoomView(1.25); zoomView(0.8); } }", share)
        page.evaluate(RESTYLED, [f"display: block; border: 0; width: {width}px; height: {height}px"] * len(UNSIZED))
        page.wait_for_timeout(250)
        assert [frame.evaluate(LIT_IN_VIEW) for frame in page.frames[1:]] == [[True, 0]] * len(UNSIZED)
        page.evaluate(RESTYLED, UNSIZED)
        page.wait_for_timeout(100)
    page.context.close()
    assert complaints == []


# One lies upon the other, so that all are in sight.
RESTYLED = "(styles) => document.querySelectorAll('iframe').forEach((frame, k) => { frame.style.cssText = `position: fixed; left: 0; top: 0; ${styles[k]}`; })"

# What can be read, and how well: for each text its contrast to what lies behind it, with all opacities; the same of
# arrows and of what is drawn in curves; and the outlines of boxes that are lit and that are not.
LOOK = """() => {
    const probe = document.createElement("i");
    probe.style.cssText = "forced-color-adjust: none; color: Canvas";
    document.body.append(probe);
    const canvas = channels(getComputedStyle(probe).color);
    probe.remove();
    const texts = [...document.querySelectorAll("main *")].filter(isText);
    const lines = [...stage().querySelectorAll(".edge :is(path, polygon), .contributions :is(path, polygon)"), ...document.querySelectorAll("#curve :is(path, circle), #losses :is(path, circle)")];
    return {
        texts: texts.map((each) => [words(each), contrast(inkOf(each), behind(each), dimmed(each))]),
        lines: lines.filter((each) => each.getClientRects().length).map((each) => [each.outerHTML.slice(0, 80), contrast(lineOf(each), canvas, dimmed(each))]),
        lit: outlines(".node.lit"), unlit: outlines(".node:not(.lit)"),
    };

    function words(each) { return each.localName === "input" ? each.value : [...each.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("").trim(); }
    function isText(each) {
        return each.getClientRects().length > 0 && !each.closest("option, select, details:not([open]) > p, [hidden]") && words(each) !== "" && each.type !== "range";
    }
    function channels(color) { const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; }
    function inkOf(each) { const style = getComputedStyle(each); return channels(each.localName === "text" ? style.fill : style.color); }
    function lineOf(each) { const { stroke, fill } = getComputedStyle(each); return channels(stroke === "none" ? fill : stroke); }
    function behind(each) {
        const shape = each.closest(".node")?.querySelector(":is(polygon, path):not([fill=none])");
        if (each.localName === "text" && shape) return channels(getComputedStyle(shape).fill);
        for (let at = each; at; at = at.parentElement) {
            const ground = channels(getComputedStyle(at).backgroundColor);
            if (ground[3] === 1) return ground;
        }
        return canvas;
    }
    function dimmed(each) { let all = 1; for (let at = each; at; at = at.parentElement) all *= Number(getComputedStyle(at).opacity); return all; }
    function luminance(color) {
        const [r, g, b] = color.map((each) => each / 255).map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    }
    function contrast([r, g, b, a], ground, opacity) {
        const mixed = [r, g, b].map((each, k) => each * a * opacity + ground[k] * (1 - a * opacity));
        const [low, high] = [luminance(mixed), luminance(ground.slice(0, 3))].sort((x, y) => x - y);
        return (high + 0.05) / (low + 0.05);
    }
    function outlines(which) {
        return [...stage().querySelectorAll(which)].map((box) => {
            const { stroke } = getComputedStyle([...box.querySelectorAll(":is(polygon, path)")].at(-1));
            return stroke;
        });
    }
}"""
TEXT, DRAWN = 4.5, 3.0  # the least contrast of texts, and of what is drawn


def is_read(page):
    """What a page shows under forced colours can be told apart and read; returns what kinds of arrows it has."""
    look = page.evaluate(LOOK)
    assert len(look["texts"]) > 10
    assert [(text, round(contrast, 2)) for text, contrast in look["texts"] if contrast < TEXT] == []
    assert [(line, round(contrast, 2)) for line, contrast in look["lines"] if contrast < DRAWN] == []
    assert set(look["lit"]) & set(look["unlit"]) == set()
    return len(look["lit"])


FORCED = {
    "classifier, dark": (lambda: walkthrough(classifier()([1.0, 2.0, -0.5], 1)), "dark", ""),
    "classifier, light": (lambda: walkthrough(classifier()([1.0, 2.0, -0.5], 1)), "light", ""),
    "descent, as if light": (lambda: descent(), "dark", "#theme=light"),
    "questions, as if dark": (
        lambda: walkthrough(random_expression(1), names={}, predict=True),
        "light",
        "#theme=dark",
    ),
}


def descent():
    w = Value(1.2, name="w")
    return walkthrough((mg.log(w) - 0.5) ** 2 * Value(0.3, name="x"), theta=w, rate=0.1, iterations=3)


@pytest.mark.parametrize("name", FORCED)
def test_forced_colours_leave_all_to_be_seen(opened, name):
    """Where the system forces its colours upon pages, whatever theme the page has: no lit box is outlined as one that is
    not, every text stands out from what is behind it, and every arrow and curve can be seen, at each step.
    """
    make, scheme, link = FORCED[name]
    page = opened(
        make(), link, color_scheme=scheme, forced_colors="active", viewport={"width": 1280, "height": 800}, **STILL
    )
    counts = []
    for k in range(page.evaluate("frames().length")):
        page.evaluate("k => { show(k); if (isAsked()) check(); }", k)
        counts.append(is_read(page))
    assert min(counts) > 0


def test_forced_colours_leave_what_is_stopped_to_be_read(opened):
    """Also while the picture stays as it was, because a leaf was moved out of its domain."""
    page = opened(
        descent(), forced_colors="active", color_scheme="dark", viewport={"width": 1280, "height": 800}, **STILL
    )
    page.keyboard.press("End")
    page.evaluate("setLeaf(0, -1)")
    assert page.evaluate("stopped")
    assert is_read(page) > 0
    assert math.isfinite(page.evaluate("known[data.root]"))
