"""Laws of the order of words: options may stand anywhere, and an expression may begin with a minus."""

import itertools

import pytest

from microgrand.cli.main import parser
from microgrand.cli.shielding import shielded

GROUPS = {
    "draw": [["-x*y"], ["--legend"], ["-o", "g.dot"], ["--title", "t"]],
    "step": [["-x"], ["--predict"], ["-o", "page.html"], ["--granularity", "edge"]],
    "check": [["math:sin"], ["--gradient", "math:sin"], ["--domain", "x=0,1"], ["--examples", "5"]],
}


@pytest.mark.parametrize("command", GROUPS)
def test_options_stand_anywhere(command):
    """In every order the words are taken for what they are, even if the function is its own claimed derivative."""
    top = parser()
    commands = next(action.choices for action in top._actions if isinstance(action.choices, dict))
    first = None
    for order in itertools.permutations(GROUPS[command]):
        words = [command, *itertools.chain.from_iterable(order)]
        found = vars(top.parse_args(shielded(words, commands)))
        first = first or found
        assert found == first
    assert first["expression" if command != "check" else "function"].strip() == GROUPS[command][0][0]


def test_an_empty_word_is_no_function():
    """It is refused as any other word too many, and raises nothing."""
    top = parser()
    commands = next(action.choices for action in top._actions if isinstance(action.choices, dict))
    assert shielded(["check", "", "math:sin"], commands) == ["check", "math:sin", ""]
    assert shielded([], commands) == []
