"""The command line: `microgrand train`, `predict`, `draw`, `step`, `exercise` and `check`."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from typing import Any

import microgrand
from microgrand.cli.argument_types import one_or_more, positive, sizes, whole, width, words
from microgrand.cli.shielding import shielded
from microgrand.cli.train import add_predict, add_train
from microgrand.outer_errors import InputError, MissingExtraError

_HOW = (
    "show", "style", "direction", "width", "digits", "title", "legend", "colors", "font_size", "max_nodes", "expand",
)  # fmt: skip
BROKEN_PIPE = 141  # what shells tell of a program that ends because nobody reads on


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is the command's, or 2 for bad input, which one sentence on stderr tells."""
    top, commands = _parsers()
    options, rest = top.parse_known_args(shielded(sys.argv[1:] if arguments is None else arguments, commands))
    if rest and hasattr(options, "assignments") and not any([word.startswith("-") for word in rest]):
        options.assignments += rest  # numbers after an option: EXPR -o FILE x=2
    elif rest:
        options.command_parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        return int(options.run(options))
    except (InputError, MissingExtraError) as error:
        print(f"microgrand {options.command}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # `| head` has read enough
        sys.stdout = None  # else Python would try again at exit, and complain
        return BROKEN_PIPE
    except OSError as error:  # there is no room for the output
        sys.stdout = None  # else Python would try again at exit, and complain
        print(f"microgrand {options.command}: the output could not be written: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"microgrand {options.command}: stopped, nothing was written", file=sys.stderr)
        return 130


def _check(options: argparse.Namespace) -> int:
    from microgrand.cli.check import check

    code, text = check(
        options.function,
        options.gradient,
        options.domain,
        options.examples,
        options.seed,
        options.order,
        options.mode,
        options.budget,
        options.shape,
    )
    print(text, flush=True)
    return code


def _draw(options: argparse.Namespace) -> int:
    from microgrand.cli.draw import draw_expression

    text = draw_expression(
        options.expression,
        options.assignments,
        options.out,
        to=options.to,
        how={name: getattr(options, name) for name in _HOW},
    )
    print(text, file=sys.stdout if options.out is None else sys.stderr, flush=True)
    return 0


def _step(options: argparse.Namespace) -> int:
    from microgrand.cli.step import step_through

    text = step_through(options.expression, options.assignments, options.out, options.granularity, options.predict)
    print(text, file=sys.stdout if options.out is None else sys.stderr, flush=True)
    return 0


def _exercise(options: argparse.Namespace) -> int:
    from microgrand.cli.exercise import practise

    text = practise(options.level, options.seed, options.count, options.out, options.solutions)
    print(text, file=sys.stdout if options.out is None else sys.stderr, flush=True)
    return 0


def parser() -> argparse.ArgumentParser:
    """What the command line is read by, and what the documentation shows of it."""
    return _parsers()[0]


def _parsers() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """The parser of the whole command line, and that of each command."""
    top = argparse.ArgumentParser(prog="microgrand", description="Scalar computation graphs, seen and trusted.")
    top.add_argument("--version", action="version", version=f"microgrand {microgrand.__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add_train(commands)
    add_predict(commands)
    _add_draw(commands)
    _add_step(commands)
    _add_exercise(commands)
    _add_check(commands)
    for command in commands.choices.values():
        command.set_defaults(command_parser=command)  # which tells its own usage where an argument is wrong
    return top, commands.choices


def _add_draw(commands: Any) -> None:
    draw = commands.add_parser(
        "draw",
        help="draw the graph of an expression",
        description="Draw the graph of an expression, with values, derivatives and local partials. Without -o the text "
        "form goes to stdout. Exit code 2: bad input.",
        epilog="example: microgrand draw 'log(1 + exp(-y*(w*x + b)))' x=2 y=1 w=0.5 b=0 -o graph.svg",
    )
    _add_expression(draw)
    draw.add_argument("-o", "--out", metavar="FILE", help="a file that ends in .svg, .png, .dot or .pdf")
    draw.add_argument("--show", type=words, default=("value", "delta", "partial", "kink"), metavar="WHAT",
                      help="some of value,delta,partial,kink (default: all)")  # fmt: skip
    _add_look(draw)
    draw.add_argument("--max-nodes", type=one_or_more, default=250, metavar="N", help="a larger graph collapses "
                      "(default: %(default)s)")  # fmt: skip
    draw.add_argument("--expand", type=words, default=(), metavar="ROWS", help="functions of many operands that are "
                      "shown step by step, such as logsumexp,dot")  # fmt: skip
    draw.add_argument("--to", type=words, default=(), metavar="NAMES", help="light every path from these to the root")
    draw.set_defaults(run=_draw)


def _add_look(draw: Any) -> None:
    from microgrand.drawing.look import COLORS, DIRECTIONS, FONT_SIZE, STYLES, WIDTH
    from microgrand.drawing.words import DIGITS

    draw.add_argument("--style", choices=STYLES, default=STYLES[0], help="boxes, or round gates with values above the "
                      "wires and derivatives below them (default: %(default)s)")  # fmt: skip
    draw.add_argument("--direction", choices=DIRECTIONS, default=DIRECTIONS[0], help="LR for left to right, TB for top "
                      "to bottom, RL, BT, or what fits (default: %(default)s)")  # fmt: skip
    draw.add_argument("--width", type=width, default=WIDTH, metavar="PIXELS", help="the width in which it is to be "
                      "read, or none for any (default: %(default)g)")  # fmt: skip
    draw.add_argument("--digits", type=one_or_more, default=DIGITS, metavar="N", help="significant digits of numbers "
                      "(default: %(default)s)")  # fmt: skip
    draw.add_argument("--title", default="", metavar="TEXT", help="written above the picture")
    draw.add_argument("--legend", action="store_true", help="explain the signs of the picture below it")
    draw.add_argument("--colors", choices=COLORS, default=COLORS[0], help="auto is light, or dark where the reader's "
                      "screen is (default: %(default)s)")  # fmt: skip
    draw.add_argument("--font-size", type=positive, default=FONT_SIZE, metavar="POINTS", help="of the text in boxes "
                      "(default: %(default)g)")  # fmt: skip


def _add_step(commands: Any) -> None:
    step = commands.add_parser(
        "step",
        help="step through the derivatives of an expression",
        description="Step through an expression: its values forwards, then every derivative backwards, each as a sum. "
        "Without -o the steps go to stdout; with it, one offline page plays them. Exit code 2: bad input.",
        epilog="example: microgrand step 'tanh(w*x + b)' x=2 w=0.5 b=-0.25 -o page.html",
    )
    _add_expression(step)
    step.add_argument("-o", "--out", metavar="FILE", help="a file that ends in .html")
    step.add_argument("--granularity", choices=("node", "edge"), default="node", help="a derivative at a time, or a "
                      "term at a time (default: %(default)s)")  # fmt: skip
    step.add_argument("--predict", action="store_true", help="let the page ask for every number before it shows it")
    step.set_defaults(run=_step)


def _add_exercise(commands: Any) -> None:
    exercise = commands.add_parser(
        "exercise",
        help="make expressions to practise the chain rule on",
        description="Make expressions to practise the chain rule on, with numbers that can be computed by hand. "
        "Without -o they go to stdout, as Python; with it, one offline page asks for every number. Exit code 2: bad "
        "input.",
        epilog="example: microgrand exercise --level 2 --count 5 --seed 1 -o practice.html",
    )
    exercise.add_argument("--level", type=int, choices=range(1, 6), default=1, help="1: sums, products and squares; 2: "
                          "also a quotient or a power, and a number that is used twice; 3: a neuron; 4: a network and "
                          "its cost; 5: the whole table (default: %(default)s)")  # fmt: skip
    exercise.add_argument("--seed", type=whole, metavar="N", help="the same seed gives the same exercises (default: "
                          "others every time)")  # fmt: skip
    exercise.add_argument("--count", type=one_or_more, default=1, metavar="N", help="how many (default: %(default)s)")
    exercise.add_argument("-o", "--out", metavar="FILE", help="a file that ends in .html")
    exercise.add_argument("--solutions", action="store_true", help="below each, every step of its backward pass, as "
                          "comments; the same seed without it makes the sheet of questions")  # fmt: skip
    exercise.set_defaults(run=_exercise)


def _add_expression(command: Any) -> None:
    command.add_argument("expression", metavar="EXPR", help="arithmetic and the functions of microgrand's table, on "
                         "names")  # fmt: skip
    command.add_argument("assignments", nargs="*", metavar="NAME=NUMBER", help="the number of each name")


def _add_check(commands: Any) -> None:
    check = commands.add_parser(
        "check",
        help="search for a point at which a derivative is wrong",
        description="Search for arguments at which a gradient is not the derivative of a function, and print the "
        "simplest one found. Of a module alone, list the derivatives in it, and the command that checks each: those "
        "of JAX's custom_vjp and custom_jvp, PyTorch's autograd.Function, microgrand's Primitive, and of functions "
        "beside one that is called as their derivative, such as f and f_gradient. Exit code 0: the "
        "derivative agrees wherever it could be judged, or the list; 1: it is wrong; 2: bad input, or nothing to list; "
        "3: it could be judged nowhere.",
    )
    check.add_argument("function", metavar="MODULE[:FUNCTION]", help="of floats or of NumPy's arrays, "
                       "importable from the current folder")  # fmt: skip
    check.add_argument("--gradient", metavar="MODULE:FUNCTION", help="its derivative (default: the one that it brings "
                       "along, or microgrand's own, for a function that runs on Values)")  # fmt: skip
    check.add_argument("--order", type=int, choices=(1, 2), default=1, help="2 for the second derivative, or the "
                       "Hessian (default: %(default)s)")  # fmt: skip
    check.add_argument("--mode", choices=("reverse", "forward"), default="reverse", help="forward for a derivative "
                       "that takes a direction v too, and returns the product (default: %(default)s)")  # fmt: skip
    check.add_argument("--domain", nargs="+", action="extend", default=[], metavar="ARGUMENT=DOMAIN", help="where to "
                       "look: low,high, or one of "
                       "positive, non_negative, non_zero, open_unit, closed_unit, … (default: all reals)")  # fmt: skip
    check.add_argument("--shape", nargs="+", type=sizes, default=[], metavar="SHAPE", help="of the array that each "
                       "argument is, such as 3 or 2,3 (default: numbers)")  # fmt: skip
    check.add_argument("--examples", type=one_or_more, default=100, metavar="N", help="default: %(default)s")
    check.add_argument("--seed", type=whole, metavar="N", help="of the search (default: the same search every time)")
    check.add_argument("--budget", type=positive, metavar="SECONDS", help="after which no further point is looked at")
    check.set_defaults(run=_check)
