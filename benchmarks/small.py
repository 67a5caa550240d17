"""What small things cost: `python -m benchmarks.small`.

Three prices that a program of a few numbers pays, each beside what it replaces: `value_and_grad` of a function of two
numbers beside the same graph swept by hand; a row of the table on a plain float beside `math`; and `import microgrand`
beside a bare interpreter. The two sides of a ratio take turns in one process. Each build of microgrand has a process of
its own.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import json
import math
import statistics
import sys
from collections.abc import Sequence
from timeit import Timer
from typing import Any, NamedTuple

from benchmarks.engines import ENGINES
from benchmarks.growth import startup
from benchmarks.machine import machine
from benchmarks.speed import noise
from benchmarks.worker import Worker, start

BUILDS = ("microgrand compiled", "microgrand plain")
POINT = [-1.2, 1.0]
ROWS = ("exp", "log", "sin", "sqrt", "tanh", "erf")


class Price(NamedTuple):
    """Nanoseconds of a call in each round: microgrand's, and of what it is compared with."""

    name: str
    ours: list[float]
    theirs: list[float]


def rosenbrock(x: Any) -> Any:
    """Rosenbrock's function of two numbers."""
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


def by_hand(numbers: Sequence[float]) -> tuple[float, list[float]]:
    """Its value and gradient, with leaves and a sweep."""
    from microgrand import Value

    x = [Value(number) for number in numbers]
    root = rosenbrock(x)
    root.backward()
    return root.data, [leaf.grad for leaf in x]


def prices(rounds: int, calls: int) -> list[Price]:
    """Measure in this process; a round takes the mean of `calls` calls."""
    import microgrand

    names = {"microgrand": microgrand, "math": math, "gc": gc, "f": rosenbrock, "by_hand": by_hand, "point": POINT}
    names["derivative"] = microgrand.value_and_grad(rosenbrock)
    pairs = [
        ("value_and_grad(f)(x) / by hand", "microgrand.value_and_grad(f)(point)", "by_hand(point)"),
        ("g(x), g = value_and_grad(f) / by hand", "derivative(point)", "by_hand(point)"),
        *[(f"{row}(0.5) / math.{row}(0.5)", f"microgrand.{row}(0.5)", f"math.{row}(0.5)") for row in ROWS],
    ]
    return [_price(name, Timer(ours, "gc.enable()", globals=names), Timer(theirs, "gc.enable()", globals=names),
                   rounds, calls) for name, ours, theirs in pairs]  # fmt: skip


def _price(name: str, ours: Timer, theirs: Timer, rounds: int, calls: int) -> Price:
    """The two in turns."""
    times = [(ours.timeit(calls) * 1e9 / calls, theirs.timeit(calls) * 1e9 / calls) for _ in range(rounds)]
    return Price(name, *[list(column) for column in zip(*times, strict=True)])


def measured(build: str, rounds: int, calls: int) -> list[Price]:
    """`prices` in a fresh process with that build of microgrand."""
    program = f"import json; from benchmarks.small import prices; print(json.dumps(prices({rounds}, {calls})))"
    output, _ = start(program, ENGINES[build].pure).communicate()
    return [Price(*price) for price in json.loads(output)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table for each build that there is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.small", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="default: %(default)s")
    parser.add_argument("--calls", type=int, default=5000, metavar="N", help="in a round, default: %(default)s")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.calls < 1:
        parser.error("there is at least one round, and at least one call in a round")
    for build in BUILDS:
        worker = Worker(build)
        worker.close()
        if worker.version is None:
            print(f"{build}: {worker.missing}\n")
            continue
        print(f"{f'{build} {worker.version}':38} {'ns':>9} {'theirs':>9} {'ratio':>7} {'noise':>6}")
        for price in measured(build, options.rounds, options.calls):
            print(described(price), flush=True)
        times = startup(build, options.rounds)
        print(f"import microgrand: {statistics.median(times):.0f} ms ± {noise(times):.0%}, above a bare interpreter\n")
    if sys.dont_write_bytecode:
        print("PYTHONDONTWRITEBYTECODE is set: an import compiles each file whose bytecode is not cached yet")
    print(f"medians of {options.rounds} rounds in turns; {machine()}; {datetime.date.today().isoformat()}")


def described(price: Price) -> str:
    """One line of the table."""
    ratios = [ours / theirs for ours, theirs in zip(price.ours, price.theirs, strict=True)]
    ours, theirs = statistics.median(price.ours), statistics.median(price.theirs)
    return f"{price.name:38} {ours:9,.0f} {theirs:9,.0f} {statistics.median(ratios):7.2f} {noise(ratios):6.0%}"


if __name__ == "__main__":
    main()
