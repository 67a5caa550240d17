"""Laws of gradient descent on a page: its iterations are those of Python, at any rate, start and number of them."""

import math

import pytest
from chromium import skip_without_browser
from drawings import classifier
from live_pages import change, differences, expected, shown

import microgrand as mg
from microgrand import Value, walkthrough

skip_without_browser()
RATE, COUNT = 0.25, 4


def cost_of(w, b):
    """A squared error of one neuron, and its parameters."""
    w, b = Value(w, name="w"), Value(b, name="b")
    cost = (mg.tanh(w * 1.5 + b) - 0.3) ** 2 + 0.1 * w**2
    cost.name = "cost"
    return cost, [w, b]


def neuron(w=0.8, b=-0.5, rate=RATE, iterations=COUNT):
    cost, theta = cost_of(w, b)
    return walkthrough(cost, theta=theta, rate=rate, iterations=iterations)


def move(page, slider, x):
    page.evaluate(
        "([id, x]) => { const e = document.getElementById(id); e.value = x; e.dispatchEvent(new Event('input')); }",
        [slider, x],
    )


def descent_differs(page, walk, count):
    """Where the iterations of a page differ from those of a walk, scene by scene as far as the walk tells it."""
    found = []
    for iteration in range(count):
        page.evaluate("k => openIteration(k, 0)", iteration)
        wanted = expected(walk, iteration)
        found += differences(shown(page)[: len(wanted)], wanted)
        assert page.locator("#iterationcount").text_content() == f"{iteration + 1} of {count}"
    return found


def losses_differ(page, walk):
    pairs = zip(page.evaluate("costs()"), walk.losses, strict=True)
    return [pair for pair in pairs if not math.isclose(*pair, rel_tol=1e-12)]


def test_every_iteration_is_pythons(opened):
    """All numbers of all iterations, and the cost after each, are those of `walkthrough(…, iterations=n)`."""
    walk = neuron()
    page = opened(walk)
    assert descent_differs(page, walk, COUNT) == []
    assert losses_differ(page, walk) == []
    assert len(walk.losses) == COUNT + 1


def test_a_network_is_trained(opened):
    """The same of a network, in its layers."""
    network = classifier()
    walk = walkthrough(network([1.0, 2.0, -0.5], 1), theta=network.parameters(), rate=0.5, iterations=3)
    page = opened(walk)
    assert descent_differs(page, walk, 3) == []
    assert losses_differ(page, walk) == []


def test_another_rate_start_and_number_make_another_descent(opened):
    """After the rate, the number of iterations, or the start is changed, the page is as one that was made so."""
    page = opened(neuron())
    page.evaluate("openIteration(2, 0)")
    move(page, "rate", "85")
    rate = page.evaluate("rate")
    assert rate != RATE
    wanted = expected(neuron(rate=rate), 2)
    assert differences(shown(page)[: len(wanted)], wanted) == []
    assert descent_differs(page, neuron(rate=rate), COUNT) == []
    move(page, "howmany", "6")
    walk = neuron(rate=rate, iterations=6)
    assert descent_differs(page, walk, 6) == []
    change(page, "w", -0.4)
    walk = neuron(w=-0.4, rate=rate, iterations=6)
    assert descent_differs(page, walk, 6) == []
    assert losses_differ(page, walk) == []
    move(page, "howmany", "2")
    assert descent_differs(page, neuron(w=-0.4, rate=rate, iterations=2), 2) == []


def test_next_leads_into_the_next_iteration(opened):
    """Stepping on goes through all iterations, each but the first without what was given, and back again."""
    walk = neuron(iterations=3)
    page = opened(walk)
    place = "[iteration, at, first()]"
    passed = [page.evaluate(place)]
    while not page.locator("#next").is_disabled():
        page.keyboard.press("ArrowRight")
        passed.append(page.evaluate(place))
    assert len(passed) == len(walk)
    assert {iteration for iteration, _, _ in passed} == {0, 1, 2}
    assert [at for iteration, at, first in passed if at < first] == []
    for expected_place in reversed(passed[:-1]):
        page.keyboard.press("ArrowLeft")
        assert page.evaluate(place) == expected_place
    assert page.locator("#previous").is_disabled()


def test_a_descent_out_of_a_domain_ends_there(opened):
    """Where a step leads out of a domain, the page names the row and the iteration, and shows those before it."""
    w = Value(2.0, name="w")
    walk = walkthrough(mg.log(w) + w, theta=w, rate=0.1, iterations=5)
    page = opened(walk)
    assert page.locator("#refusal").text_content() == ""
    change(page, "w", 0.3)
    with pytest.raises(mg.DomainError, match="iteration 2 "):
        walkthrough(mg.log(start := Value(0.3)) + start, theta=start, rate=0.1, iterations=5)
    told = page.locator("#refusal").text_content()
    assert "log" in told
    assert "iteration 1" in told
    assert page.evaluate("trail.length") == 1
