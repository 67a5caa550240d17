"""Laws of pages that ask: right answers are taken, wrong ones are not, and no answer stands on the page before its time."""

# ruff: noqa: E501  a line of JavaScript is one line

import math
import os
import random
import re
from fractions import Fraction

import pytest
from chromium import skip_without_browser
from live_pages import change

import microgrand as mg
from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, Sequential, Tanh, Value, walkthrough
from microgrand.cli import main
from microgrand.table.formula import number

skip_without_browser()

GEOMETRY = re.compile(r'\s(?:d|points|x|y|width|height|viewBox|transform|cx|cy|r|style|font-size|stroke-width)="[^"]*"')
DECIMAL = re.compile(r"(?<![\w.])\d+\.\d+(?:e[+-]?\d+)?(?![\w.])")
FEWEST = 3  # digits that give a number away

# Of each step that asks: its place, and for each number its label and what it is.
ASKED = "frames().map((frame, k) => [k, frame.asks.map(([label, slot]) => [label, known[slot]])]).filter(([, asks]) => asks.length)"
# The numbers that are written by steps which ask nothing: what is given, and the values and derivatives of layers.
TOLD = """frames().filter((frame) => !frame.asks.length).flatMap((frame) => frame.written)
    .flatMap(([name, line, ...pieces]) => pieces.filter(Array.isArray).map(([slot]) => known[slot]))"""
# What a step writes once it is answered, the derivatives of a layer among it.
WRITTEN = """(k) => frames()[k].written.flatMap(([name, line, ...pieces]) => pieces.filter(Array.isArray).map(([slot]) => known[slot]))"""
# All that stands in the document, in fields too.
DOCUMENT = """() => document.documentElement.outerHTML + "\\n" + location.hash + "\\n"
    + [...document.querySelectorAll("input, output, select")].map((each) => each.value).join("\\n")"""


def expression(seed, shift=0.0):
    """An expression of leaves with three digits and no round numbers; the same at other leaves where shifted."""
    draw = random.Random(seed)
    x, w, b = [Value(round(draw.uniform(0.4, 1.4) + shift, 3), name=name) for name in "xwb"]
    inner = draw.choice([mg.tanh, mg.sin, mg.exp, mg.sigmoid, mg.softplus])
    outer = draw.choice([mg.square, mg.atan, mg.log1p, mg.sqrt, mg.sigmoid])
    y = outer(inner(w * x + b) * draw.choice([x, b, w])) + draw.choice([x, b]) * 0.375
    y.name = "y"
    return y


def network(seed, shift=0.0):
    draw = random.Random(seed)
    theta = [[[round(draw.uniform(-0.9, 0.9) + shift, 3) for _ in range(2)] for _ in range(2)] for _ in range(2)]
    layers = Sequential(
        Linear(2, 2, theta=theta[0]), Tanh(), Linear(2, 2, theta=theta[1]), LogSoftmax(), NegativeLogLikelihood()
    )
    return layers([0.713 + shift, -0.457 + shift], 1)


def training(seed, shift=0.0):
    y = expression(seed, shift)
    return y, [leaf for leaf in mg.topological_order(y) if leaf.is_leaf]


def unsigned(texts):
    return {float(text): _digits(text) for text in texts if _digits(text) >= FEWEST}


def _digits(text):
    return len(text.partition("e")[0].replace(".", "").lstrip("0"))


def decimals(html):
    """The decimals that stand in a document, but for where things stand in a drawing; with how many digits each has."""
    return unsigned(DECIMAL.findall(GEOMETRY.sub("", html)))


def given_away(html, secret, known, background):
    """Which secret numbers stand in a document, to three digits or more: where they are no known ones, and not there
    whatever the leaves are.
    """
    stands = {x: digits for x, digits in decimals(html).items() if x not in background}
    hidden = [x for x in secret if _digits(number(abs(x), digits=6)) >= FEWEST and not _is_among(x, known)]
    return [(secret_one, x) for secret_one in hidden for x, digits in stands.items() if _tells(x, digits, secret_one)]


def _is_among(x, known):
    return any([math.isclose(abs(x), abs(each), rel_tol=2e-3) for each in known])


def _tells(x, digits, secret):
    unit = 10.0 ** (math.floor(math.log10(x)) - digits + 1) if x > 0.0 else 0.0
    return abs(abs(secret) - x) < unit


def answer(page, texts):
    for k, text in enumerate(texts):
        page.fill(f"#ask{k}", text)
    page.click("#check")


def is_asked(page):
    return page.evaluate("isAsked()")


def leaks(page, walk, background):
    """What is given away at each step, before the answer, and after each hint, when all before it are answered."""
    asked = page.evaluate(ASKED)
    leaves = walk._story.rounds[0].all
    known = [x for leaf in leaves for x in (leaf.start, leaf.low, leaf.high)] + page.evaluate(TOLD)
    found = []
    for i, (k, asks) in enumerate(asked):
        page.evaluate("k => show(k)", k)
        secret = [x for _, later in asked[i:] for _, x in later]
        assert is_asked(page)
        for _ in range(3):
            found += [(k, *each) for each in given_away(page.evaluate(DOCUMENT), secret, known, background)]
            page.click("#hint")
        assert not is_asked(page)
        known += [x for _, x in asks] + page.evaluate(WRITTEN, k)
    return found, len(asked)


@pytest.mark.parametrize("seed", range(4 if os.environ.get("HYPOTHESIS_PROFILE", "fast") == "fast" else 10))
def test_no_answer_is_given_away(opened, seed):
    """Before its answer is given, no digits of a number stand in the document: not in a text, an attribute, a title, a
    name, a field, the data or the script; not to three digits, nor after a hint. After it they do.
    """
    walk = walkthrough(expression(seed), predict=True)
    background = decimals(walkthrough(expression(seed, 0.1234), predict=True).html())
    page = opened(walk)
    found, asked = leaks(page, walk, background)
    assert found == []
    assert asked > 6
    root = page.evaluate("known[data.root]")
    assert given_away(page.evaluate(DOCUMENT), [root], [], background) != []


def test_no_answer_of_a_network_is_given_away(opened):
    """The same of a network, layer by layer."""
    walk = walkthrough(network(1), predict=True)
    page = opened(walk)
    found, asked = leaks(page, walk, decimals(walkthrough(network(1, 0.0567), predict=True).html()))
    assert found == []
    assert asked > 3


def test_no_answer_of_a_descent_is_given_away(opened):
    """The curve of the cost waits for the answers."""
    settings = {"rate": 0.0625, "iterations": 3, "predict": True}
    y, theta = training(2)
    walk = walkthrough(y, theta=theta, **settings)
    other, moved = training(2, 0.1234)
    background = decimals(walkthrough(other, theta=moved, **settings).html())
    page = opened(walk)
    found, _ = leaks(page, walk, background)
    assert found == []
    assert page.locator("#losses circle").count() == 4


def two_digits(x):
    return number(float(f"{x:.1e}"), digits=6) if 1e-3 < abs(x) < 1e4 else f"{x:.1e}"


SPELLINGS = {
    "exact": repr,
    "six digits": number,
    "two digits": two_digits,
    "a comma": lambda x: number(x).replace(".", ","),
    "a true minus": lambda x: number(x).replace("-", "−"),
    "blanks": lambda x: f"  {number(x)} ",
    "a fraction": lambda x: " {} / {} ".format(*Fraction(x).limit_denominator(10**7).as_integer_ratio()),
    "a power of ten": lambda x: f"{x:.4e}".replace("e", "·10^"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_right_answer_is_taken(opened, spelling):
    """The right numbers are taken, as people write them: also to two digits, with a comma, or with a true minus."""
    x, w = Value(-1.234, name="x"), Value(0.777, name="w")
    page = opened(walkthrough(mg.exp(w * x) * x * 1e-3 + w, predict=True))
    asked = page.evaluate(ASKED)
    assert min([each for _, asks in asked for _, each in asks]) < 0.0
    for k, asks in asked:
        page.evaluate("k => show(k)", k)
        answer(page, [SPELLINGS[spelling](each) for _, each in asks])
        assert not is_asked(page), asks
    count = sum(len(asks) for _, asks in asked)
    assert page.locator("#score").text_content().endswith(f"All answered: {count} of {count} right.")


WRONG = {
    "the sign": lambda x: repr(-x),
    "a tenth too much": lambda x: repr(1.1 * x),
    "one digit": lambda x: f"{x:.0e}" if x != round(x) else "17",
    "zero": lambda x: "0",
    "nothing": lambda x: "",
    "a word": lambda x: "Infinity",
    "a fraction of nothing": lambda x: "1/0",
    "a fraction, one in 50 too much": lambda x: f"{Fraction(1.02 * x)}",
    "half a fraction": lambda x: f"{x!r}/",
    "two numbers": lambda x: f"{x!r} {x!r}",
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_answer_is_not_taken(opened, mistake):
    """A wrong number is not taken, and the field says that it is wrong; nothing is given away by that."""
    x, w = Value(-1.234, name="x"), Value(0.777, name="w")
    walk = walkthrough(mg.exp(w * x) * x + w, predict=True)
    page = opened(walk)
    for k, asks in page.evaluate(ASKED):
        page.evaluate("k => show(k)", k)
        answer(page, [WRONG[mistake](each) for _, each in asks])
        assert is_asked(page)
        assert page.locator("#ask0").get_attribute("aria-invalid") == "true"
        assert page.locator("#judged").text_content() != ""
    assert page.locator("#score").text_content().startswith("0 of ")


def test_one_wrong_among_right_ones_is_told(opened):
    """Of several numbers each field says whether it is right; all must be."""
    x, w = Value(-1.234, name="x"), Value(0.777, name="w")
    page = opened(walkthrough(w * x, predict=True))
    page.evaluate("show(1)")
    asks = page.evaluate(ASKED)[0][1]
    assert len(asks) == 3
    answer(page, [repr(asks[0][1]), "17", repr(asks[2][1])])
    assert [page.locator(f"#ask{k}").get_attribute("aria-invalid") for k in range(3)] == ["false", "true", "false"]
    assert is_asked(page)


def test_hints_lead_to_the_answer_and_the_score_counts(opened):
    """First the symbols, then the numbers that make it, then the answer; the score tells what was right, helped, told."""
    x, w = Value(1.5, name="x"), Value(0.777, name="w")
    y = mg.tanh(w * x)
    y.name = "y"
    page = opened(walkthrough(y, predict=True))
    formula = page.locator("#formula")
    page.evaluate("show(1)")
    said = [formula.text_content()]
    for _ in range(3):
        page.click("#hint")
        said.append(formula.text_content())
    assert said == ["z3", "z3=w·x", "z3=w·x=0.777·1.5", "z3=w·x=0.777·1.5=1.1655,∂z3∂w=1.5,∂z3∂x=0.777"]
    page.evaluate("show(2)")
    page.click("#hint")
    answer(page, [repr(each) for _, each in page.evaluate(ASKED)[1][1]])
    page.evaluate("show(3)")
    answer(page, ["1"])
    counts = [len(asks) for _, asks in page.evaluate(ASKED)]
    assert counts[:3] == [3, 2, 1]
    assert page.locator("#score").text_content() == f"Right. 1 of {sum(counts)} right, 2 with a hint, 3 told."


def test_what_is_asked_follows_the_leaves(opened):
    """After a leaf was changed, the right answer is that of its new number."""
    x, w = Value(1.5, name="x"), Value(0.777, name="w")
    page = opened(walkthrough(w * x, predict=True))
    change(page, "x", -2.5)
    page.evaluate("show(1)")
    answer(page, [number(0.777 * 1.5), "1.5", "0.777"])
    assert is_asked(page)
    answer(page, [number(-0.777 * 2.5), "-2.5", "0.777"])
    assert not is_asked(page)


def test_play_waits_at_a_question(opened):
    """The steps do not play past a question that waits for its answer."""
    page = opened(walkthrough(expression(0), predict=True))
    page.select_option("#speed", "400")
    page.click("#play")
    page.wait_for_timeout(2000)
    assert page.evaluate("at") == 1
    assert page.locator("#play").get_attribute("aria-pressed") == "false"


def test_only_a_page_that_predicts_asks(opened):
    """Without `predict` nothing is asked, and all numbers are shown."""
    page = opened(walkthrough(expression(0)))
    assert page.evaluate(ASKED) == []
    assert page.locator("#asked").count() == 0


def test_the_command_writes_a_page_that_asks(browser, tmp_path):
    """`microgrand step … -o page.html --predict` writes such a page."""
    path = tmp_path / "page.html"
    assert main(["step", "tanh(w*x)", "w=0.777", "x=1.5", "-o", str(path), "--predict"]) == 0
    page = browser.new_page()
    page.goto(path.as_uri())
    page.evaluate("show(1)")
    assert is_asked(page)
    answer(page, ["1.17", "1.5", "0.777"])
    assert not is_asked(page)
    page.close()


def test_no_arrow_tells_that_it_carries_nothing(opened):
    """Before the answers are given, every arrow is drawn alike: the dots of one that carries 0 come with its δ."""
    x, w = Value(0.0, name="x"), Value(2.0, name="w")
    page = opened(walkthrough(mg.relu(w * x - 1.0) + x * w, predict=True))
    assert page.locator(".edge path[stroke-dasharray]").count() == 0
    assert page.locator(".edge.nothing").count() == 0
    page.evaluate("frames().forEach((frame, k) => { show(k); if (isAsked()) answered('given'); })")
    assert page.locator(".edge.nothing").count() > 0


def test_what_one_scene_asks_no_other_tells(opened):
    """Layers, nodes and terms ask for the same numbers; an answer given in one is known in all, and counts there."""
    network = Sequential(Linear(2, 2, theta=[[0.37, -0.71], [-0.13, 0.49]]), LogSoftmax(), NegativeLogLikelihood())
    page = opened(walkthrough(network.trace([1.3, -0.7], 1), predict=True))
    asking = "frames().every((frame) => frame.direction !== 'forward' || frame.nodes[0] === frames()[0].nodes[0] || frame.asks.length > 0)"
    assert page.evaluate(asking)
    page.evaluate("openScene(data.scenes.findIndex(({ title }) => title === 'node by node'))")
    page.evaluate("frames().forEach((frame, k) => { show(k); if (isAsked()) answered('right'); })")
    assert page.evaluate("allAnswered()")
    known = page.evaluate("answers.size")
    page.evaluate("openScene(data.scenes.findIndex(({ title }) => title === 'term by term'))")
    told = int(page.inner_text("#score").replace("All answered: ", "").split(" ")[0])
    assert 0 < told <= known


def test_keys_alone_lead_from_question_to_question(opened):
    """Enter checks, the next question takes the focus, and a wrong answer keeps it."""
    x, w = Value(3.0, name="x"), Value(2.0, name="w")
    page = opened(walkthrough(w * x, predict=True))
    page.keyboard.press("ArrowRight")
    for k, answer in enumerate(("6", "3", "2")):
        page.fill(f"#ask{k}", answer)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "next"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "ask0"
