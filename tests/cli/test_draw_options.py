"""Laws of the options of `microgrand draw`: each is what the argument of `draw` with its name is."""

import pytest
from command_line import run

from microgrand import Value, draw, tanh
from microgrand.cli.main import parser

EXPRESSION = ["tanh(w*x)", "w=0.5", "x=2"]


def asked(*options):
    return vars(parser().parse_args(["draw", *EXPRESSION, *options]))


@pytest.mark.parametrize(
    ("option", "name", "argument"),
    [
        ("--style=gates", "style", "gates"),
        ("--direction=BT", "direction", "BT"),
        ("--width=600", "width", 600.0),
        ("--width=none", "width", None),
        ("--digits=7", "digits", 7),
        ("--title=A neuron", "title", "A neuron"),
        ("--legend", "legend", True),
        ("--colors=grey", "colors", "grey"),
        ("--font-size=14", "font_size", 14.0),
    ],
)
def test_each_option_is_an_argument_of_draw(option, name, argument, tmp_path):
    """The file is what `draw` gives for the argument of that name."""
    path = tmp_path / "graph.dot"
    done = run("draw", *EXPRESSION, option, "-o", str(path))
    w, x = Value(0.5, name="w"), Value(2.0, name="x")
    assert (done.returncode, done.stdout) == (0, "")
    assert path.read_text() == draw(tanh(w * x), names={}, **{name: argument}).dot


def test_defaults_are_those_of_draw():
    """Without an option, each argument has the default of `draw`."""
    options = asked()
    assert {
        name: options[name]
        for name in ("style", "direction", "width", "digits", "title", "legend", "colors", "font_size")
    } == {
        name: draw.__kwdefaults__[name]
        for name in ("style", "direction", "width", "digits", "title", "legend", "colors", "font_size")
    }


@pytest.mark.parametrize(
    "option", ["--style=round", "--direction=up", "--width=-3", "--digits=0", "--colors=red", "--font-size=0"]
)
def test_what_makes_no_sense_is_refused(option):
    """Exit code 2, and a message that names the option."""
    done = run("draw", *EXPRESSION, option)
    assert done.returncode == 2
    assert f"argument {option.partition('=')[0]}:" in done.stderr
