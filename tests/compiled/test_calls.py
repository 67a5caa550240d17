"""Laws of the calls that test_builds.py compares: they are about microgrand, and none fails by a slip of its own."""

import calls
import pytest


def refusals(kind):
    """How many calls of a kind are answered, and which others there are, each with the error that it raised."""
    told = [(name, calls.told(call)) for name, call in kind()]
    refused = [(name, text.partition(":")[0]) for name, text in told if calls.is_refused(text)]
    return len(told) - len(refused), refused


def test_rows_are_refused_only_outside_their_domains():
    """Thousands of rows at edge operands are answered, and every other is a domain error."""
    answered, refused = refusals(calls.rows)
    assert answered > 8_000
    assert {error for _, error in refused} == {"DomainError", "DivisionByZeroError"}


def test_every_graph_is_answered():
    """Whatever is done with the random graphs and layers can be done."""
    answered, refused = refusals(calls.graphs)
    assert answered == 1_200
    assert refused == []


def test_wrong_calls_are_refused():
    """Most wrong calls are refused, and some are right ones after all. An attribute that is missing or cannot be set is
    one of those that are asked for on purpose.
    """
    answered, refused = refusals(calls.wrong_calls)
    assert 400 < answered < 700
    assert len(refused) > 4_000
    kinds = {"TypeError", "ValueError", "OverflowError", "DomainError", "GraphError", "LookupError", "AttributeError"}
    assert {error for _, error in refused} == kinds
    without_attribute = [name for name, error in refused if error == "AttributeError"]
    assert [name for name in without_attribute if " = " not in name and "formula(" not in name] == []


def test_a_misspelt_call_is_no_answer():
    """What is told of an error begins with its type, and is taken for no answer."""
    with pytest.raises(NameError):
        calls.told(lambda: misspelt)  # noqa: F821
    assert calls.is_refused(calls.told(lambda: calls.no_such_name))
    assert not calls.is_refused(calls.told(lambda: "TypeError: a text"))
