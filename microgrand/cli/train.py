"""`microgrand train` and `microgrand predict`: their options, and what they print."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

from microgrand.cli.argument_types import not_negative, one_or_more, positive, sizes, whole
from microgrand.outer_errors import InputError

DEFAULT = "breast_cancer"


def _train(options: argparse.Namespace) -> int:
    """Train a classifier, and tell what was read, how good it is, and where its files are."""
    from microgrand.training.columns import Choice
    from microgrand.training.job import train_classifier

    if not options.out.strip():
        raise InputError("--out is empty: name a folder, or leave it out for microgrand-out")
    found = train_classifier(
        _table(options.csv),
        Path(options.out),
        target=options.target,
        choice=Choice(options.use, options.ignore, options.category),
        may_miss=options.missing == "fill",
        solver=options.solver,
        epochs=options.epochs,
        step=options.step,
        l2=options.l2,
        bias=options.bias,
        hidden=options.hidden,
        seed=options.seed,
        tell=lambda text: print(text, flush=True),
    )
    print(f"\n{found}\n")
    if options.trace:
        print(f"line {found.line}, layer by layer; x = ({', '.join(found.model.features)}):\n{found.trace}\n")
    model = str(Path(options.out, "model.json"))
    page = str(Path(options.out, "sample.html"))
    table = [] if options.csv is None else [options.csv]
    again = shlex.join(["microgrand", "predict", model, *table, "--line", str(found.line), "--page", page])
    print(
        f"loss.svg, graph.svg and model.json are in {options.out}; the live page of the graph of one sample:\n  {again}"
    )
    sys.stdout.flush()
    return 0


def _predict(options: argparse.Namespace) -> int:
    """Classify the rows of a file, or write the page of one of them."""
    from microgrand.training.columns import like
    from microgrand.training.job import predict_table, write_page
    from microgrand.training.model import read_model
    from microgrand.training.tables import some

    if Path(options.model).suffix.lower() == ".csv":
        raise InputError(f"the model comes first: microgrand predict {options.csv or 'model.json'} {options.model}")
    if (options.line is None) != (options.page is None):
        raise InputError("a page is of one row: name both, such as --line 2 --page sample.html")
    model = read_model(Path(options.model))
    if options.page is not None:
        print(write_page(model, _table(options.csv), options.line, Path(options.page)), file=sys.stderr)
        return 0
    found = predict_table(model, _table(options.csv))
    print(found.table, flush=True)
    for note in found.notes:
        print(note, file=sys.stderr)
    if found.share is not None:
        print(f"accuracy: {found.share:.3f}", file=sys.stderr)
    if found.unseen:
        named = f"{some(found.unseen)}{like(found.unseen, model.classes)}"
        print(f"the model was not trained on {named}: no row of such a class can be right", file=sys.stderr)
    return 0


def add_train(commands: Any) -> None:
    """The options of `microgrand train`."""
    from microgrand.training.defaults import EPOCHS, L2, SEED
    from microgrand.training.solvers import SOLVERS

    train = commands.add_parser(
        "train",
        help="train a classifier on a CSV file",
        description="Train a softmax classifier, or a network that ends in one. Printed are what was read and assumed, "
        "the accuracy, which class was taken for which, and which columns matter; written are loss.svg, graph.svg and "
        "model.json.",
    )
    train.add_argument("csv", nargs="?", metavar="CSV", help="a file with a header line, perhaps compressed by gzip; "
                       "its separator, decimal mark and encoding are found (default: breast cancer Wisconsin, 569 × "
                       "30, which ships with microgrand)")  # fmt: skip
    _add_columns(train)
    train.add_argument("--out", metavar="DIR", default="microgrand-out", help="where files go (default: %(default)s)")
    train.add_argument("--trace", action="store_true", help="also print the layered trace of one test sample")
    train.add_argument("--solver", choices=SOLVERS, help="without hidden layers, lbfgs gets to the lowest cost in tens "
                       "of epochs, where gradient-descent takes thousands (default: gradient-descent; adam with hidden "
                       "layers)")  # fmt: skip
    train.add_argument("--epochs", type=one_or_more, default=EPOCHS, metavar="N", help="at most (default: %(default)s)")
    train.add_argument("--step", type=positive, metavar="S", help="step size on the summed cost (default: one that "
                       "suits the solver); lbfgs finds its own")  # fmt: skip
    train.add_argument("--l2", type=not_negative, default=L2, metavar="L", help="weight of the penalty L/2·Σθ² "
                       "(default: %(default)s; without one, separable data have no optimum)")  # fmt: skip
    train.add_argument("--bias", action=argparse.BooleanOptionalAction, default=True, help="give every class a bias, "
                       "which says how frequent it is, or none (default: one)")  # fmt: skip
    train.add_argument("--hidden", type=sizes, default=(), metavar="SIZES", help="the sizes of hidden layers, such as "
                       "16,16, with tanh after each (default: none)")  # fmt: skip
    train.add_argument("--seed", type=whole, default=SEED, metavar="N", help="of the split, and of the parameters of "
                       "networks with hidden layers (default: %(default)s)")  # fmt: skip
    train.set_defaults(run=_train)


def _add_columns(train: Any) -> None:
    """The options that say what columns are."""
    train.add_argument("--target", metavar="COLUMN", help="the column of classes (default: the last)")
    train.add_argument("--use", action="append", default=[], metavar="COLUMN", help="learn from this column though it "
                       "looks like an id, or holds dates; may be given several times")  # fmt: skip
    train.add_argument("--ignore", action="append", default=[], metavar="COLUMN", help="leave this column out; may be "
                       "given several times")  # fmt: skip
    train.add_argument("--category", action="append", default=[], metavar="COLUMN", help="take the numbers of this "
                       "column for names of categories; of the target, take its numbers, NA and the like for classes; "
                       "may be given several times")  # fmt: skip
    train.add_argument("--missing", choices=("fill", "refuse"), default="fill", help="missing cells are filled in, by "
                       "the median of numbers and the most frequent category, and rows without a class left out; or "
                       "they are refused (default: %(default)s)")  # fmt: skip


def add_predict(commands: Any) -> None:
    """The options of `microgrand predict`."""
    predict = commands.add_parser(
        "predict",
        help="classify the rows of a CSV file",
        description="Write, for every row of a CSV file, the most probable class and the probability of each as CSV to "
        "stdout. Of rows that have a class, the share that is right goes to stderr.",
    )
    predict.add_argument("model", metavar="MODEL", help="the model.json that `microgrand train` wrote")
    predict.add_argument("csv", nargs="?", metavar="CSV", help="a file with the columns that the model was trained on, "
                         "in any order (default: the data that ship with microgrand)")  # fmt: skip
    predict.add_argument("--line", type=one_or_more, metavar="N", help="of one row, in line N of the file, write the "
                         "page instead")  # fmt: skip
    predict.add_argument("--page", metavar="FILE", help="a file that ends in .html: the live page of the steps of that "
                         "row, for any browser")  # fmt: skip
    predict.set_defaults(run=_predict)


def _table(csv: str | None) -> Path:
    from microgrand.training.samples import embedded

    return embedded(DEFAULT) if csv is None else Path(csv)
