"""How time and memory grow with a graph, and what importing microgrand costs: `python -m benchmarks.growth`.

A chain y ← y·x of 10³ to 10⁷ nodes is built, swept and released, each length in a process of its own. Bytes per node
are what the memory of the process grows by while the chain is built: nodes and their numbers, as the system counts.
The start-up time is that of a process that imports microgrand, less that of one that does nothing, interleaved.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import time
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.engines import ENGINES
from benchmarks.machine import machine
from benchmarks.speed import noise, shown
from benchmarks.worker import Worker, start

BUILDS = ("microgrand compiled", "microgrand plain")
LONGEST = 10_000_000
SHORTEST_WEIGHED = 100_000  # nodes: a shorter chain fits into memory that the process has anyway


class Growth(NamedTuple):
    """A chain of `nodes`: ns per node for each phase, and bytes per node."""

    nodes: int
    build: float
    backward: float
    release: float
    size: float


def chain(nodes: int) -> Growth:
    """Build, sweep and release a chain in this process: the median of many, where it is short."""
    times = []
    size = 0.0
    for k in range(max(1, 200_000 // nodes)):
        gc.collect()
        build, backward, release, grown = _once(nodes)
        times.append((build, backward, release))
        if k == 0:  # later ones find the memory of the first
            size = grown / nodes
    build, backward, release = [statistics.median(phase) * 1e9 / nodes for phase in zip(*times, strict=True)]
    return Growth(nodes, build, backward, release, size)


def _once(nodes: int) -> tuple[float, float, float, int]:
    from microgrand import Value

    y = x = Value(1.0 + 1e-9, name="x")
    before = _resident()
    starting = time.perf_counter()
    for _ in range(nodes):
        y = y * x
    built = time.perf_counter()
    grown = _resident() - before
    sweeping = time.perf_counter()
    y.backward()
    swept = time.perf_counter()
    y = x
    released = time.perf_counter()
    return built - starting, swept - sweeping, released - swept, grown


def _resident() -> int:
    """The memory of this process in bytes; 0 where the system is not Linux."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def measured(build: str, nodes: int) -> Growth:
    """`chain` in a fresh process with that build of microgrand."""
    program = f"import json; from benchmarks.growth import chain; print(json.dumps(chain({nodes})))"
    output, _ = start(program, ENGINES[build].pure).communicate()
    return Growth(*json.loads(output))


def startup(build: str, rounds: int) -> list[float]:
    """Milliseconds that `import microgrand` takes, above a bare interpreter, in each round."""
    differences = []
    for _ in range(rounds):
        bare, full = [_lifetime(program, build) for program in ("pass", "import microgrand")]
        differences.append((full - bare) * 1e3)
    return differences


def _lifetime(program: str, build: str) -> float:
    starting = time.perf_counter()
    start(program, ENGINES[build].pure).communicate()
    return time.perf_counter() - starting


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table for each build that there is, and its start-up time."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__.splitlines()[0])
    parser.add_argument("--longest", type=int, default=LONGEST, metavar="N", help="default: %(default)s nodes")
    parser.add_argument(
        "--rounds", type=int, default=20, metavar="N", help="of the start-up time, default: %(default)s"
    )
    options = parser.parse_args(arguments)
    if options.longest < 1000 or options.rounds < 1:
        parser.error("a chain has at least 1000 nodes, and there is at least one round")
    lengths = [10**k for k in range(3, 10) if 10**k <= options.longest]
    for build in BUILDS:
        worker = Worker(build)
        worker.close()
        if worker.version is None:
            print(f"{build}: {worker.missing}\n")
            continue
        print(f"{build} {worker.version}\n{'nodes':>12} {'build':>9} {'backward':>9} {'release':>9} {'bytes/node':>11}")
        for nodes in lengths:
            print(described(measured(build, nodes)), flush=True)
        times = startup(build, options.rounds)
        print(f"import microgrand: {statistics.median(times):.0f} ms ± {noise(times):.0%}, above a bare interpreter\n")
    print(f"ns per node; medians; {machine()}")


def described(growth: Growth) -> str:
    """One line of the table."""
    size = f"{growth.size:.0f}" if growth.nodes >= SHORTEST_WEIGHED and growth.size else "–"
    phases = " ".join([f"{shown(each):>9}" for each in (growth.build, growth.backward, growth.release)])
    return f"{growth.nodes:>12,} {phases} {size:>11}"


if __name__ == "__main__":
    main()
