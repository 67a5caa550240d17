"""Claims that fooled a checker once, by kind: single points for `check_gradient`, searches for `assert_gradient`.

`checker_cases.json` holds them as source text, with the truth about each: "right" or "wrong".
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from microgrand.testing import GradientMismatch, NothingJudged, Verdict, assert_gradient, check_gradient

CASES = json.loads((Path(__file__).parent / "checker_cases.json").read_text(encoding="utf-8"))
POINTS, SEARCHES = CASES["points"], CASES["searches"]
COARSE = ("round(", "int(", "float16")  # f moves in steps on purpose
OPAQUE = ("sc.", "np.", "torch.", "random.")  # f calls code that is not Python's


def ids(cases):
    """The kind of each case, or its name, numbered where there are several."""
    names = [case.get("kind", case.get("name")).split(":")[0].replace(" ", "-") for case in cases]
    seen = Counter()
    return [f"{name}-{seen.update([name]) or seen[name]}" for name in names]


def function(text):
    """The function that a case's text writes down."""
    names = {"torch": pytest.importorskip("torch", reason="torch is not installed")} if "torch." in text else {}
    exec(CASES["names"].replace("; ", "\n"), names)
    return eval(text, names)


def domain(case):
    """Where a case's function is meant: a pair, or a name; None where nothing is said."""
    return tuple(case["domain"]) if isinstance(case["domain"], list) else case["domain"]


def may_be_silent(case):
    """Whether only values of f can tell about its slope, because it is no plain Python or moves in steps."""
    return any([word in case["f"] for word in (*COARSE, *OPAQUE)])


def verdict(case):
    """What `check_gradient` says at a case's point."""
    f, gradient = function(case["f"]), function(f"lambda x: {case['claim']}")
    return check_gradient(f, gradient=gradient, at=case["at"], domain=domain(case)).verdict


def outcome(case, seed):
    """How a search ends: "passed", "nothing judged", or the text of the mismatch that it found."""
    f, gradient = function(case["f"]), function(case["gradient"])
    try:
        assert_gradient(f, gradient=gradient, domain=eval(case["domain"]), seed=seed)
    except GradientMismatch as mismatch:
        return str(mismatch)
    except NothingJudged:
        return "nothing judged"
    return "passed"


@pytest.mark.parametrize("case", POINTS, ids=ids(POINTS))
def test_a_point_is_judged_right(case):
    """A right claim agrees; it may be beyond judging where f is opaque or coarse. A wrong one disagrees."""
    expected = {Verdict.DISAGREE} if case["truth"] == "wrong" else {Verdict.AGREE}
    if case["truth"] == "right" and may_be_silent(case):
        expected.add(Verdict.CANNOT_JUDGE)
    assert verdict(case) in expected


def passes(case, seed):
    """Whether the search ends as it should: it passes, or finds nothing to judge in a function that moves in steps."""
    expected = {"passed", "nothing judged"} if any([word in case["f"] for word in COARSE]) else {"passed"}
    found = outcome(case, seed)
    assert found in expected, found


@pytest.mark.parametrize("case", SEARCHES, ids=ids(SEARCHES))
def test_a_right_gradient_passes_a_search(case):
    """The search that runs without a seed finds no fault in a gradient that has none."""
    passes(case, None)


@pytest.mark.thorough("the same search, by other seeds")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("case", SEARCHES, ids=ids(SEARCHES))
def test_a_right_gradient_passes_every_search(case, seed):
    """Whatever the seed, a search finds no fault in a gradient that has none."""
    passes(case, seed)


def test_there_are_cases_of_every_kind():
    """48 points of nine kinds, both right and wrong ones among them, and 24 searches."""
    assert (len(POINTS), len(SEARCHES)) == (48, 24)
    assert {case["truth"] for case in POINTS} == {"right", "wrong"}
    assert len({case["kind"] for case in POINTS}) == 9
