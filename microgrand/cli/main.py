"""The command line: `microgrand train`, `predict`, `draw`, `step`, `exercise` and `check`."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import microgrand
from microgrand.errors import InputError, MissingExtraError

_HOW = (
    "show", "style", "direction", "width", "digits", "title", "legend", "colors", "font_size", "max_nodes", "expand",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is the command's, or 2 for bad input, which one sentence on stderr tells."""
    top = parser()
    options, rest = top.parse_known_args(_shielded(sys.argv[1:] if arguments is None else arguments))
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
    except OSError as error:  # nobody reads the output any more, or there is no room for it
        sys.stdout = None  # else Python would try again at exit, and complain
        print(f"microgrand {options.command}: the output could not be written: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"microgrand {options.command}: stopped, nothing was written", file=sys.stderr)
        return 130


def _train(options: argparse.Namespace) -> int:
    from microgrand.training.job import train_classifier
    from microgrand.training.samples import embedded

    report = train_classifier(
        Path(options.csv) if options.csv is not None else embedded("breast_cancer"),
        Path(options.out),
        target=options.target,
        solver=options.solver,
        epochs=options.epochs,
        step=options.step,
        l2=options.l2,
        bias=options.bias,
        hidden=options.hidden,
        seed=options.seed,
    )
    print(report, flush=True)
    print(f"\nloss.svg, graph.svg and model.json are in {options.out}", file=sys.stderr)
    return 0


def _predict(options: argparse.Namespace) -> int:
    from microgrand.training.job import predict_table
    from microgrand.training.model import read_model

    table, accuracy = predict_table(read_model(Path(options.model)), Path(options.csv))
    print(table, flush=True)
    if accuracy is not None:
        print(f"accuracy: {accuracy:.3f}", file=sys.stderr)
    return 0


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

    text = practise(options.level, options.seed, options.count, options.out)
    print(text, file=sys.stdout if options.out is None else sys.stderr, flush=True)
    return 0


def _shielded(arguments: Sequence[str]) -> list[str]:
    """The arguments as argparse takes them for what they are.

    A blank stands before an expression that begins with a minus, which is no option: "-x*y"; and the function that
    `check` is to check before the options, for `--domain` takes all that follows it for domains.
    """
    found = list(arguments)
    if found[:1] == ["check"]:
        pairs = zip(found[1:], found, strict=False)
        functions = [word for word, before in pairs if ":" in word and "=" not in word and before[0] != "-"]
        return ["check", *functions, *[word for word in found[1:] if word not in functions]]
    if len(found) > 1 and found[0] in ("draw", "step"):
        for k, word in enumerate(found[1:], 1):
            signed = len(word) > 1 and word[0] == "-" and word[1] != "-"
            if signed and word[:2] != "-o" and word != "-h" and not found[k - 1].startswith("-"):
                found[k] = f" {word}"
    return found


def parser() -> argparse.ArgumentParser:
    """What the command line is read by, and what the documentation shows of it."""
    top = argparse.ArgumentParser(prog="microgrand", description="Scalar computation graphs, seen and trusted.")
    top.add_argument("--version", action="version", version=f"microgrand {microgrand.__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_train(commands)
    _add_predict(commands)
    _add_draw(commands)
    _add_step(commands)
    _add_exercise(commands)
    _add_check(commands)
    for command in commands.choices.values():
        command.set_defaults(command_parser=command)  # which tells its own usage where an argument is wrong
    return top


def _add_train(commands: Any) -> None:
    from microgrand.training.solvers import SOLVERS

    train = commands.add_parser(
        "train",
        help="train a classifier on a CSV file",
        description="Train a softmax classifier, or a network that ends in one, print its accuracy and the layered "
        "trace of one test sample, and write loss.svg, graph.svg and model.json.",
    )
    train.add_argument("csv", nargs="?", metavar="CSV", help="a file with a header line (default: breast cancer "
                       "Wisconsin, 569 × 30, which ships with microgrand)")  # fmt: skip
    train.add_argument("--target", metavar="COLUMN", help="the column of classes (default: the last)")
    train.add_argument("--out", metavar="DIR", default="microgrand-out", help="where files go (default: %(default)s)")
    train.add_argument("--solver", choices=SOLVERS, help="(default: "
                       "gradient-descent; adam with hidden layers)")  # fmt: skip
    train.add_argument("--epochs", type=_whole, default=100, metavar="N", help="at most (default: %(default)s)")
    train.add_argument("--step", type=_positive, metavar="S", help="step size on the summed cost (default: one that "
                       "suits the solver); lbfgs finds its own")  # fmt: skip
    train.add_argument("--l2", type=_not_negative, default=1.0, metavar="L", help="weight of the penalty L/2·Σθ² "
                       "(default: %(default)s; without one, separable data have no optimum)")  # fmt: skip
    train.add_argument("--bias", action="store_true", help="give every class a bias")
    train.add_argument("--hidden", type=_sizes, default=(), metavar="SIZES", help="the sizes of hidden layers, such as "
                       "16,16, with tanh after each (default: none)")  # fmt: skip
    train.add_argument("--seed", type=int, default=1, metavar="N", help="of the split, and of the parameters of "
                       "networks with hidden layers (default: %(default)s)")  # fmt: skip
    train.set_defaults(run=_train)


def _add_predict(commands: Any) -> None:
    predict = commands.add_parser(
        "predict",
        help="classify the rows of a CSV file",
        description="Write, for every row of a CSV file, the most probable class and the probability of each as CSV to "
        "stdout. If the file has the column of classes, the share that is right goes to stderr.",
    )
    predict.add_argument("model", metavar="MODEL", help="the model.json that `microgrand train` wrote")
    predict.add_argument("csv", metavar="CSV", help="a file with the columns that the model was trained on, in any "
                         "order")  # fmt: skip
    predict.set_defaults(run=_predict)


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
    draw.add_argument("--show", type=_words, default=("value", "delta", "partial"), metavar="WHAT", help="some of "
                      "value,delta,partial (default: all)")  # fmt: skip
    _add_look(draw)
    draw.add_argument("--max-nodes", type=_one_or_more, default=250, metavar="N", help="a larger graph collapses "
                      "(default: %(default)s)")  # fmt: skip
    draw.add_argument("--expand", type=_words, default=(), metavar="ROWS", help="functions of many operands that are "
                      "shown step by step, such as logsumexp,dot")  # fmt: skip
    draw.add_argument("--to", type=_words, default=(), metavar="NAMES", help="light every path from these to the root")
    draw.set_defaults(run=_draw)


def _add_look(draw: Any) -> None:
    from microgrand.drawing.look import COLORS, DIRECTIONS, FONT_SIZE, STYLES, WIDTH
    from microgrand.drawing.words import DIGITS

    draw.add_argument("--style", choices=STYLES, default=STYLES[0], help="boxes, or round gates with values above the "
                      "wires and derivatives below them (default: %(default)s)")  # fmt: skip
    draw.add_argument("--direction", choices=DIRECTIONS, default=DIRECTIONS[0], help="LR for left to right, TB for top "
                      "to bottom, RL, BT, or what fits (default: %(default)s)")  # fmt: skip
    draw.add_argument("--width", type=_width, default=WIDTH, metavar="PIXELS", help="the width in which it is to be "
                      "read, or none for any (default: %(default)g)")  # fmt: skip
    draw.add_argument("--digits", type=_one_or_more, default=DIGITS, metavar="N", help="significant digits of numbers "
                      "(default: %(default)s)")  # fmt: skip
    draw.add_argument("--title", default="", metavar="TEXT", help="written above the picture")
    draw.add_argument("--legend", action="store_true", help="explain the signs of the picture below it")
    draw.add_argument("--colors", choices=COLORS, default=COLORS[0], help="auto is light, or dark where the reader's "
                      "screen is (default: %(default)s)")  # fmt: skip
    draw.add_argument("--font-size", type=_positive, default=FONT_SIZE, metavar="POINTS", help="of the text in boxes "
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
    exercise.add_argument("--seed", type=_whole, metavar="N", help="the same seed gives the same exercises (default: "
                          "others every time)")  # fmt: skip
    exercise.add_argument("--count", type=_one_or_more, default=1, metavar="N", help="how many (default: %(default)s)")
    exercise.add_argument("-o", "--out", metavar="FILE", help="a file that ends in .html")
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
    check.add_argument("function", metavar="MODULE[:FUNCTION]", help="of floats, importable from the current folder")
    check.add_argument("--gradient", metavar="MODULE:FUNCTION", help="its derivative (default: the one that it brings "
                       "along, or microgrand's own, for a function that runs on Values)")  # fmt: skip
    check.add_argument("--order", type=int, choices=(1, 2), default=1, help="2 for the second derivative, or the "
                       "Hessian (default: %(default)s)")  # fmt: skip
    check.add_argument("--mode", choices=("reverse", "forward"), default="reverse", help="forward for a derivative "
                       "that takes a direction v too, and returns the product (default: %(default)s)")  # fmt: skip
    check.add_argument("--domain", nargs="+", action="extend", default=[], metavar="ARGUMENT=DOMAIN", help="where to "
                       "look: low,high, or one of "
                       "positive, non_negative, non_zero, open_unit, closed_unit, … (default: all reals)")  # fmt: skip
    check.add_argument("--examples", type=_one_or_more, default=100, metavar="N", help="default: %(default)s")
    check.add_argument("--seed", type=_whole, metavar="N", help="of the search (default: the same search every time)")
    check.add_argument("--budget", type=_positive, metavar="SECONDS", help="after which no further point is looked at")
    check.set_defaults(run=_check)


def _width(text: str) -> float | None:
    return None if text == "none" else _positive(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple([word.strip() for word in text.split(",") if word.strip()])


def _sizes(text: str) -> tuple[int, ...]:
    return tuple([_one_or_more(size) for size in text.split(",")])


def _one_or_more(text: str) -> int:
    number = _whole(text)
    if number == 0:
        raise argparse.ArgumentTypeError("expected a whole number from 1 up; got 0")
    return number


def _whole(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a whole number; got {text!r}") from None
    if number < 0:
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 up; got {text}")
    return number


def _positive(text: str) -> float:
    number = _not_negative(text)
    if number == 0.0:
        raise argparse.ArgumentTypeError(f"expected a number above 0; got {text}")
    return number


def _not_negative(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number; got {text!r}") from None
    if not 0.0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a finite number from 0 up; got {text}")
    return number
