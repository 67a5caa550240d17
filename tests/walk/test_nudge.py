"""Laws of the nudge: what it says of f(x ± h) is so, and its quotient comes to δ as h shrinks."""

import math
import re
from itertools import pairwise

import pytest
from chromium import skip_without_browser
from live_pages import alike, change

import microgrand as mg
from microgrand import Value, walkthrough
from microgrand.table.formula import number

skip_without_browser()

FUNCTIONS = {
    "tanh": (lambda x, w: mg.tanh(w * x) * 2.0 + x, 0.75),
    "exp": (lambda x, w: mg.exp(-w * x * x), -1.25),
    "large": (lambda x, w: x * x * w / 100.0, 350.0),
    "flat": (lambda x, w: w * 2.0 + mg.relu(-x * x), 1.5),
}
W = 0.5
STEPS = (1.0, 0.5, 0.1, 0.05, 0.01, 0.001, 1e-4)  # of h, in the size of the leaf


def at(f, x):
    return f(Value(x), Value(W)).data


def delta_of(f, x):
    leaf = Value(x)
    f(leaf, Value(W)).backward()
    return leaf.grad


def opened_at(opened, name):
    f, x = FUNCTIONS[name]
    y = f(Value(x, name="x"), Value(W, name="w"))
    y.name = "y"
    page = opened(walkthrough(y))
    page.select_option("#leafname", label="x")
    return page, f, x


def moved(change):
    return "stays" if change == 0.0 else f"{'up' if change > 0 else 'down'} by {number(abs(change), digits=3)}"


def quotient(page):
    """The quotient that is shown, without its symbols."""
    text = page.locator("#quotient").text_content().replace("−", "-").replace("·10", "e")
    return float(re.search(r"2h=(-?[\d.]+(?:e-?\d+)?)", text)[1])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_a_nudge_says_is_so(opened, name):
    """At every h, after the leaf was changed too: how far the result moves, what δ says, and the quotient."""
    page, f, x = opened_at(opened, name)
    for start in (x, x * 0.9):
        change(page, "x", start)
        delta = delta_of(f, start)
        for step in range(7):
            page.evaluate("k => { stepSize = k; showNudge(); }", step)
            h = STEPS[step] * max(1.0, 10.0 ** math.floor(math.log10(abs(start))))
            told = f"x up by {number(h, digits=3)}: y {moved(at(f, start + h) - at(f, start))}. "
            told += f"δ says: {moved(h * delta)}."
            assert alike(page.locator("#nudged").text_content(), told)
            assert alike(page.locator("#nudgeh").text_content(), number(h, digits=3))
            slope = (at(f, start + h) - at(f, start - h)) / (2.0 * h)
            assert quotient(page) == pytest.approx(slope, rel=2e-5, abs=1e-9)
            assert f"δ(x) = {number(delta)}" in page.locator("#quotient").text_content()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_quotient_comes_to_delta(opened, name):
    """Each press of the button makes h smaller, and the quotient's distance to δ with it, as h²."""
    page, f, x = opened_at(opened, name)
    delta = delta_of(f, x)
    page.evaluate("() => { stepSize = 0; showNudge(); }")
    errors = []
    for _ in range(6):
        errors.append(abs(quotient(page) - delta))
        page.click("#nudgebutton")
    last = quotient(page)
    assert last == pytest.approx(delta, rel=1e-5, abs=1e-9)
    assert [pair for pair in pairwise(errors) if pair[1] > pair[0] + 2e-6 * abs(delta)] == []


def test_where_the_result_is_not_defined_the_nudge_says_so(opened):
    """Beside the end of a domain one of the two points is outside: the nudge says so, and shows no number."""
    y = mg.sqrt(Value(0.0005, name="x") * 1.0)
    y.name = "y"
    page = opened(walkthrough(y))
    assert "NaN" not in page.locator("#nudged").text_content()
    z = mg.acosh(Value(1.5, name="x")) * mg.log(2.25 - Value(1.5, name="u"))
    z.name = "z"
    page = opened(walkthrough(z))
    page.select_option("#leafname", label="u")
    page.evaluate("() => { stepSize = 0; showNudge(); }")
    assert page.locator("#nudged").text_content() == "u up by 1: z is not defined there"
    assert math.isfinite(page.evaluate("known[data.root]"))


def test_the_nudge_is_met_before_any_formula(opened):
    """The first step of a page shows no formula; where the panel is not beside the picture, it shows the nudge in its
    place, within what is seen, and the same words as the panel.
    """
    walks = [walkthrough(f(Value(x, name="x"), Value(W, name="w"))) for f, x in FUNCTIONS.values()]
    for walk in walks:
        for width, height in ((1280, 800), (900, 700), (390, 844)):
            page = opened(walk, viewport={"width": width, "height": height})
            assert page.locator("#formula math").count() == 0
            place = page.locator(".panel #nudged" if width > 1099 else "#formula span").bounding_box()
            assert 0 <= place["y"] <= place["y"] + place["height"] <= height
            button = page.locator("#nudgebutton" if width > 1099 else "#formula button")
            before = page.locator("#nudged").text_content()
            button.click()
            assert page.locator("#nudged").text_content() != before
            assert page.locator("#formula span").text_content() == page.locator("#nudged").text_content()
            page.click("#next")
            assert page.locator("#formula math").count() == 1


KINKED = {
    "relu": (lambda x: mg.relu(x) * 2.0, 0.0, (0.0, 2.0)),
    "abs": (lambda x: 3.0 * abs(x - 1.5) + x, 1.5, (-2.0, 4.0)),
    "maximum": (lambda x: mg.maximum(x * x, 4.0), 2.0, (0.0, 4.0)),
    "large": (lambda x: abs(x - 350.0) * 1e-3 + 5e3, 350.0, (-1e-3, 1e-3)),
}


@pytest.mark.parametrize("kind", KINKED)
def test_a_kink_is_told_where_it_is_and_nowhere_else(opened, kind):
    """At a kink the nudge tells the slopes on both sides and δ; beside it, it does not."""
    f, x, slopes = KINKED[kind]
    leaf = Value(x, name="x")
    y = f(leaf)
    y.backward()
    page = opened(walkthrough(y))
    page.select_option("#leafname", label="x")
    told = [number(each, digits=3) for each in (*slopes, leaf.grad)]
    words = "A kink: the slope is {} on the left and {} on the right; δ is {}.".format(*told)
    assert alike(page.locator("#kink").text_content(), words)
    for beside in (x + 0.01 * max(1.0, x), x - 0.01 * max(1.0, x)):
        change(page, "x", beside)
        assert page.locator("#kink").text_content() == ""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_kink_where_a_function_is_smooth(opened, name):
    """However a smooth function bends, and however large its result is, rounding is never called a kink."""
    page, _, x = opened_at(opened, name)
    for share in range(-20, 21):
        change(page, "x", x + x * share / 10.0)
        assert page.locator("#kink").text_content() == ""


def mapped(x, times):
    for _ in range(times):
        x = 3.7 * x * (1.0 - x)
    return x


FAST = {
    "wave": lambda x: mg.sin(1e3 * x),
    "fast wave": lambda x: mg.sin(1e6 * x) + x,
    "faster wave": lambda x: mg.sin(1e9 * x),
    "steep": lambda x: mg.tanh(2e5 * (x - 0.2)),
    "map": lambda x: mapped(x, 20),
    "long map": lambda x: mapped(x, 60),
}


@pytest.mark.parametrize("name", FAST)
def test_no_kink_where_a_function_moves_fast(opened, name):
    """A function that turns within the steps of the nudge is called smooth all the same."""
    y = FAST[name](Value(0.2, name="x"))
    page = opened(walkthrough(y))
    page.select_option("#leafname", label="x")
    for k in range(12):
        change(page, "x", 0.2 + 0.01 * k * k)
        assert page.locator("#kink").text_content() == ""
