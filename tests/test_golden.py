"""What microgrand says does not change unseen: see tests/golden."""

from importlib import import_module

import pytest
from golden import HERE, TEXTS

REASONS = (
    " agree; ", " disagree; ", " cannot judge; ", "central differences", "one-sided differences", "least squares",
    "computed in single precision", "f has no finite value at x", "x is outside the domain", "f jumps at x",
    "f has too few values", "the slope of f is infinite on one side", "is infinite, of the other sign",
    "the claim is not finite, f's slope is", "the claim is not finite and the differences are too coarse",
    "coarse: f moves in steps of 0.0002", "the claim is the slope between two steps of f",
    "the differences are too coarse", "flat to rounding: f has one value from",
    "computed in half precision", "computed in bfloat16",
    "x is so small that no step is small beside it", "noise: f is mostly noise here", "evaluations are too few to tell",
    "f has no slope that its differences settle on", "noise: too few steps show that the claim is wrong",
    "a kink: the claim is between the left and the right derivative",
)  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_said_is_what_was_said(name):
    """The text is the one that was kept, line by line; after a change that is meant: `python -m golden`, in tests."""
    kept = (HERE / f"{name}.txt").read_text(encoding="utf-8")
    assert import_module(f"golden.{name}").text().splitlines() == kept.splitlines()


def test_every_verdict_and_reason_is_among_the_judgements():
    """The judgements that are kept reach every verdict, every method and every reason of the judge."""
    judgements = (HERE / "judgements.txt").read_text(encoding="utf-8")
    assert [reason for reason in REASONS if reason not in judgements] == []
