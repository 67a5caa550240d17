"""How fast microgrand is beside other engines: `python -m benchmarks`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from benchmarks.chart import save
from benchmarks.engines import ENGINES
from benchmarks.speed import as_csv, described, measure
from benchmarks.workloads import WORKLOADS

PICTURES = (".svg", ".png", ".pdf")
DESCRIPTION = """\
Value and gradient of scalar programs, workloads × engines, in nanoseconds per elementary operation: forward, backward,
release of the graph, total, and the ratio to plain floats that compute the value only.

An engine is measured where it is installed. The extra `bench` brings micrograd, xad and autograd; PyTorch and JAX are
large, and picked up once installed (pip install torch jax). A compiled microgrand is measured where one is installed
from a wheel; the plain one is the source beside this folder."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, and write it where that is asked for."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.chart is not None and find_spec("matplotlib") is None:
        parser.error('a chart needs matplotlib: pip install "microgrand[draw]"')
    for file in (options.csv, options.chart):  # an hour's measurement should not be lost to a mistyped folder
        if file is not None and not file.parent.is_dir():
            parser.error(f"there is no folder {str(file.parent)!r} to write {file.name!r} in")

    def tell(name: str) -> None:
        print(f"measuring {name} …", file=sys.stderr)

    try:
        results = measure(options.workloads, options.engines, options.rounds, options.seconds, options.limit, tell)
    except KeyboardInterrupt:
        print("python -m benchmarks: stopped, nothing was written", file=sys.stderr)
        return 130
    print(described(results))
    try:
        if options.csv is not None:
            options.csv.write_text(as_csv(results), encoding="utf-8")
        if options.chart is not None:
            save(results, options.chart)
    except OSError as error:
        print(f"python -m benchmarks: {error.filename!r} could not be written: {error.strerror}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workloads", type=_workload, nargs="+", metavar="NAME", default=list(WORKLOADS),
                        help=f"which of {', '.join(WORKLOADS)} (default: all)")  # fmt: skip
    parser.add_argument("--engines", type=_engine, nargs="+", metavar="NAME", default=list(ENGINES),
                        help=f"which of {', '.join([_spelled(name) for name in ENGINES])} (default: all; plain-floats "
                        "always run)")  # fmt: skip
    parser.add_argument("--rounds", type=_rounds, default=7, metavar="N", help="default: %(default)s")
    parser.add_argument("--seconds", type=_seconds, default=0.1, metavar="S",
                        help="how long an engine repeats a workload in a round (default: %(default)s)")  # fmt: skip
    parser.add_argument("--limit", type=_seconds, default=2.0, metavar="S",
                        help="an engine that would take longer than this is given a small instance (default: "
                        "%(default)s)")  # fmt: skip
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the table as CSV")
    parser.add_argument("--chart", type=_picture, metavar="FILE", help="write a bar chart: .svg, .png or .pdf")
    return parser


def _spelled(name: str) -> str:
    return name.lower().replace(" ", "-")


def _workload(text: str) -> str:
    if text not in WORKLOADS:
        raise argparse.ArgumentTypeError(f"there is no workload {text!r}; there are {', '.join(WORKLOADS)}")
    return text


def _engine(text: str) -> str:
    for name in ENGINES:
        if _spelled(name) == _spelled(text):
            return name
    names = ", ".join([_spelled(name) for name in ENGINES])
    raise argparse.ArgumentTypeError(f"there is no engine {text!r}; there are {names}")


def _rounds(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 up; got {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0.0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number of seconds, 0 or more; got {text!r}")
    return number


def _picture(text: str) -> Path:
    if Path(text).suffix not in PICTURES:
        raise argparse.ArgumentTypeError(f"a chart is a file with the ending {', '.join(PICTURES)}; got {text!r}")
    return Path(text)


if __name__ == "__main__":
    sys.exit(main())
