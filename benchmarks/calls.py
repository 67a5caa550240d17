"""What a call of a small function costs, with all its derivatives: `python -m benchmarks.calls`.

Rosenbrock's function, an option's price, an ODE's right-hand side and a softmax cost, computed as a graph, as a
replayed program, by `program.compiled`, by CasADi, by JAX, and by hand-written C. First everyone computes each case
once, and all have to find the same numbers. Then they take turns: a ratio is formed within a round, and medians are
taken over the rounds.

The last lines say which limits are kept. A call of the compiled program from Python should take no longer than plain
floats take for the value alone, and a fifth of that from ten numbers on; a tenth of what CasADi takes, and a fifteenth
of what `jax.jit` takes. Called from C, it should take at most twice as long as C that is written by hand.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import statistics
from collections.abc import Mapping, Sequence
from importlib import metadata
from importlib.util import find_spec
from itertools import product
from timeit import Timer
from typing import Any, NamedTuple

from benchmarks.callers import CALLERS, Caller
from benchmarks.engines import NotAvailableError
from benchmarks.machine import machine
from benchmarks.small_functions import CASES, Case
from benchmarks.speed import noise

FLOATS, LIST, ARRAY, LOOP = (
    "plain floats, the value alone", "compiled, a list", "compiled, an array", "compiled, looped over in C",
)  # fmt: skip
WITHIN = 1e-10  # relative difference between two who compute the same


class Limit(NamedTuple):
    """Something that should be at most so many times as large as something else."""

    ours: str
    theirs: str
    most: float


class Outcome(NamedTuple):
    """What was measured for a case.

    seconds  of a call, by caller, one number a round
    first    seconds to the first result, by caller
    missing  why others were not measured
    """

    seconds: dict[str, list[float]]
    first: dict[str, float]
    missing: dict[str, str]


def limits(case: Case) -> list[Limit]:
    """What is asked of the compiled program."""
    return [
        Limit(LIST, FLOATS, case.limit),
        Limit(ARRAY, FLOATS, case.limit),
        Limit(ARRAY, "CasADi", 1.0 / 10.0),
        Limit(ARRAY, "jax.jit", 1.0 / 15.0),
        Limit(LOOP, "C by hand, looped over in C", 2.0),
    ]


def callers(case: Case) -> tuple[dict[str, Caller], dict[str, str]]:
    """Who computes the case here, each made ready; and why others do not."""
    made, missing = {}, {}
    for name, make in CALLERS.items():
        try:
            made[name] = make(case)
        except NotAvailableError as error:
            missing[name] = str(error)
    return made, missing


def difference(case: Case, made: Mapping[str, Caller]) -> float:
    """How far any two are apart, relative to the largest number that each found."""
    expected = made["graph, built and swept"].answer
    worst = 0.0
    for caller in made.values():
        for found, right in zip(caller.answer, expected, strict=True):
            if found and right:
                largest = max([abs(x) for x in right])
                worst = max(worst, *[abs(a - b) / largest for a, b in zip(found, right, strict=True)])
    return worst


def measured(case: Case, rounds: int, seconds: float) -> Outcome:
    """All callers in turns.

    seconds  how long each is called in a round
    """
    made, missing = callers(case)
    apart = difference(case, made)
    if not apart <= WITHIN:
        raise AssertionError(f"{case.name}: what was found differs by {apart:.1e}")
    timers = {name: _Timed(caller, seconds) for name, caller in made.items()}
    times: dict[str, list[float]] = {name: [] for name in timers}
    for _, (name, timer) in product(range(rounds), timers.items()):
        times[name].append(timer.once())
    return Outcome(times, {name: caller.first for name, caller in made.items()}, missing)


class _Timed:
    """A caller, and how often it is called to fill the time."""

    def __init__(self, caller: Caller, seconds: float) -> None:
        self._timer = Timer("call(x)", "gc.enable()", globals={"call": caller.call, "x": caller.x, "gc": gc})
        self._per_call = caller.repeats
        self._calls = 1
        while self._timer.timeit(self._calls) < seconds:
            self._calls *= 2

    def once(self) -> float:
        """Seconds of a call, in one round."""
        return self._timer.timeit(self._calls) / (self._calls * self._per_call)


def table(case: Case, outcome: Outcome) -> str:
    """The case's part of the table."""
    what = "Jacobian" if case.derivative == "jacobian" else "value and gradient"
    lines = [f"{f'{case.name}, {what}':44} {'µs':>10} {'× floats':>9} {'noise':>6} {'first, s':>9}"]
    for name, times in outcome.seconds.items():
        relative = _ratios(outcome, name, FLOATS)
        lines.append(f"  {name:42} {statistics.median(times) * 1e6:10,.3f} {statistics.median(relative):9.3f} "
                     f"{noise(relative):6.0%} {outcome.first[name]:9.4f}")  # fmt: skip
    return "\n".join(lines + [f"  {name:42} not measured: {why}" for name, why in outcome.missing.items()])


def _ratios(outcome: Outcome, ours: str, theirs: str) -> list[float]:
    return [a / b for a, b in zip(outcome.seconds[ours], outcome.seconds[theirs], strict=True)]


def judged(case: Case, outcome: Outcome) -> list[str]:
    """A line for each limit that can be judged."""
    lines = []
    for limit in limits(case):
        if limit.ours in outcome.seconds and limit.theirs in outcome.seconds:
            ratio = statistics.median(_ratios(outcome, limit.ours, limit.theirs))
            verdict = "kept" if ratio <= limit.most else "NOT kept"
            lines.append(
                f"{case.name:27} {limit.ours:27} / {limit.theirs:29} {ratio:8.4f} {limit.most:8.4f}  {verdict}"
            )
    return lines


def warm_up() -> None:
    """Load numba and JAX, so that the first case does not pay for it."""
    tiny: Any = Case("warm-up", lambda m, x: x[0] * x[0], [1.0], "", 1.0)
    for name in (LIST, "jax.jit"):
        try:
            CALLERS[name](tiny)
        except NotAvailableError:
            continue


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table for each case, and the limits."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.calls", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", nargs="+", choices=list(CASES), metavar="NAME", default=list(CASES),
                        help=f"which of {', '.join(map(repr, CASES))} (default: all)")  # fmt: skip
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="default: %(default)s")
    parser.add_argument("--seconds", type=float, default=0.05, metavar="S",
                        help="how long each is called in a round (default: %(default)s)")  # fmt: skip
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("there is at least one round")
    warm_up()
    verdicts = []
    for case in [CASES[name] for name in options.cases]:
        outcome = measured(case, options.rounds, options.seconds)
        print(table(case, outcome), end="\n\n", flush=True)
        verdicts += judged(case, outcome)
    print(f"{'':27} {'':59} {'ratio':>8} {'limit':>8}", *verdicts, sep="\n")
    kept = len([line for line in verdicts if line.endswith("  kept")])
    print(f"{kept} of {len(verdicts)} limits are kept; first: from the Python function to its first result")
    print(versions())
    print(f"medians of {options.rounds} rounds in turns; {machine()}; {datetime.date.today().isoformat()}")


def versions() -> str:
    """What is installed, microgrand with its build."""
    from microgrand import COMPILED

    build = "compiled" if COMPILED else "plain"
    found = [f"{name} {metadata.version(name)}" for name in ("numba", "casadi", "jax") if find_spec(name)]
    return ", ".join([f"microgrand {metadata.version('microgrand')} {build}", *found])


if __name__ == "__main__":
    main()
