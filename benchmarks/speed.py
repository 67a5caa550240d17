"""Value and gradient by each engine, in nanoseconds per elementary operation, and as a ratio to plain floats.

Interleaved: in each round every engine runs the workload, one process after the other and never two at a time, so that
whatever slows the machine down for a while slows all of them. A ratio is formed within a round; then medians are taken
over the rounds. The noise of a timing is half the interquartile range of its totals, relative to their median.
"""

from __future__ import annotations

import csv
import datetime
import io
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from benchmarks.engines import ENGINES
from benchmarks.machine import machine
from benchmarks.worker import Worker
from benchmarks.workloads import WORKLOADS, Workload, operations

BASE = "plain floats"
OURS = ("microgrand compiled", "microgrand plain")
PHASES = ("forward", "backward", "release")


class Timing(NamedTuple):
    """One engine on one workload: medians over the rounds, in ns per elementary operation.

    failed      why there are no figures; else empty
    operations  how many the measured instance has; fewer than the other engines' where the full one takes too long
    ratio       total to plain floats' forward, in the same round
    to_ours     total to microgrand's, compiled if there is one, in the same round
    noise       half the interquartile range of the totals, relative to their median
    """

    workload: str
    engine: str
    version: str
    failed: str = ""
    operations: int = 0
    forward: float = 0.0
    backward: float = 0.0
    release: float = 0.0
    total: float = 0.0
    ratio: float = 0.0
    to_ours: float = 0.0
    noise: float = 0.0


class Results(NamedTuple):
    """What was measured, on what, and which engines could not be."""

    timings: list[Timing]
    missing: dict[str, str]
    rounds: int
    machine: str
    date: str


class Size(NamedTuple):
    """The instance of a workload that an engine is given."""

    size: int
    operations: int


def measure(
    workloads: Sequence[str],
    engines: Sequence[str],
    rounds: int,
    seconds: float = 0.1,
    limit: float = 2.0,
    tell: Callable[[str], None] = lambda text: None,
) -> Results:
    """Measure the workloads on the engines, plain floats always among them.

    rounds   how often each engine runs each workload
    seconds  how long it repeats the workload within a round, at least
    limit    the seconds that one repetition may take; beyond, the small instance is measured
    tell     is told what is being measured
    """
    workers = {name: Worker(name) for name in ENGINES if name in engines or name == BASE}
    try:
        missing = {name: worker.missing for name, worker in workers.items() if worker.version is None}
        present = {name: worker for name, worker in workers.items() if worker.version is not None}
        timings = []
        for name in workloads:
            tell(name)
            timings += _on_workload(WORKLOADS[name], present, rounds, seconds, limit)
    finally:
        for worker in workers.values():
            worker.close()
    return Results(timings, missing, rounds, machine(), str(datetime.date.today()))


def _on_workload(
    workload: Workload, workers: Mapping[str, Worker], rounds: int, seconds: float, limit: float
) -> list[Timing]:
    small = Size(workload.small, operations(workload, workload.small))
    full = Size(workload.size, operations(workload, workload.size))
    timings: dict[str, Timing] = {}
    sizes: dict[str, Size] = {}
    found: dict[str, list[list[float]]] = {name: [] for name in workers}
    for name, worker in workers.items():
        timings[name] = Timing(workload.name, name, worker.version or "")
        sizes[name], failed = _chosen_size(worker, workload.name, small, full, limit)
        timings[name] = timings[name]._replace(failed=failed, operations=sizes[name].operations)
    for _ in range(rounds):
        for name, worker in workers.items():
            if not timings[name].failed:
                answer = worker.ask(workload.name, sizes[name].size, seconds)
                if "failed" in answer:
                    timings[name] = timings[name]._replace(failed=answer["failed"])
                else:
                    found[name].append([answer[phase] * 1e9 / sizes[name].operations for phase in PHASES])
    ours = next((found[name] for name in OURS if name in timings and not timings[name].failed), [])
    return [
        timing if timing.failed else _summed_up(timing, found[name], found[BASE], ours)
        for name, timing in timings.items()
    ]


def _chosen_size(worker: Worker, name: str, small: Size, full: Size, limit: float) -> tuple[Size, str]:
    """The instance that can be run within the limit, after warming up; and why it cannot be run at all."""
    for _ in range(2):  # the first time a library may compile something
        answer = worker.ask(name, small.size)
        if "failed" in answer:
            return small, answer["failed"]
    expected = sum([answer[phase] for phase in PHASES]) * full.operations / small.operations
    if expected > limit:
        return small, ""
    return full, worker.ask(name, full.size).get("failed", "")


def _summed_up(
    timing: Timing,
    rounds: Sequence[Sequence[float]],
    base: Sequence[Sequence[float]],
    ours: Sequence[Sequence[float]],
) -> Timing:
    forward, backward, release = [statistics.median(phase) for phase in zip(*rounds, strict=True)]
    totals = [sum(phases) for phases in rounds]
    ratios = [total / floats[0] for total, floats in zip(totals, base, strict=True)]
    to_ours = [total / sum(phases) for total, phases in zip(totals, ours, strict=False)]  # none without microgrand
    return timing._replace(
        forward=forward,
        backward=backward,
        release=release,
        total=statistics.median(totals),
        ratio=statistics.median(ratios),
        to_ours=statistics.median(to_ours) if to_ours else 0.0,
        noise=noise(totals),
    )


def noise(numbers: Sequence[float]) -> float:
    """Half the interquartile range, relative to the median.

    >>> noise([90.0, 95.0, 100.0, 105.0, 200.0])
    0.05
    """
    if len(numbers) < 2:
        return 0.0
    low, _, high = statistics.quantiles(numbers, n=4, method="inclusive")
    return (high - low) / 2 / statistics.median(numbers)


# ---- the table -------------------------------------------------------------------------------------------------------
HEAD = ("workload", "engine", "operations", "forward", "backward", "release", "total", "ratio", "to ours", "noise")
WIDTHS = (15, 23, 10, 9, 9, 8, 9, 8, 8, 7)


def described(results: Results) -> str:
    """The table for the terminal, with what has to be known to read it."""
    notes: list[str] = []
    lines = [_line(HEAD), _line(["-" * width for width in WIDTHS])]
    before = ""
    for timing in results.timings:
        if before not in ("", timing.workload):
            lines.append("")
        lines.append(_line(_cells(timing, timing.workload != before, notes)))
        before = timing.workload
    return "\n".join([*lines, "", *[f"[{k}] {note}" for k, note in enumerate(notes, 1)], *_below(results)])


def _line(cells: Sequence[str]) -> str:
    sides = ["<", "<", *[">"] * (len(cells) - 2)]
    return " ".join([f"{cell:{side}{width}}" for cell, side, width in zip(cells, sides, WIDTHS, strict=True)]).rstrip()


def _cells(timing: Timing, is_first: bool, notes: list[str]) -> list[str]:
    note = ENGINES[timing.engine].note if timing.failed == "" else f"{timing.engine}: {timing.failed}"
    if note and not timing.failed:
        note = f"{timing.engine}: {note}"
    if note and note not in notes:
        notes.append(note)
    engine = f"{timing.engine} [{notes.index(note) + 1}]" if note else timing.engine
    head = [timing.workload if is_first else "", engine]
    if timing.failed:
        return [*head, *["–"] * (len(HEAD) - len(head))]
    backward = ["–", "–"] if timing.engine == BASE else [shown(timing.backward), shown(timing.release)]
    figures = [f"{timing.operations:,}", shown(timing.forward), *backward, shown(timing.total)]
    to_ours = shown(timing.to_ours) if timing.to_ours else "–"
    return [*head, *figures, shown(timing.ratio), to_ours, f"± {timing.noise:.0%}"]


def shown(number: float) -> str:
    """A time or a ratio as a reader wants it: 0.08, 7.4, 152, 12,400."""
    digits = 2 if number < 0.995 else 1 if number < 100 else 0 if number < 10_000 else -2
    return f"{round(number, digits):,.{max(digits, 0)}f}"


def _below(results: Results) -> list[str]:
    versions = {timing.engine: timing.version for timing in results.timings}
    names = list(dict.fromkeys([timing.workload for timing in results.timings]))
    return [
        *[f"{name}: {WORKLOADS[name].title}" for name in names],
        "Nanoseconds per elementary operation; ratio: total to plain floats, which compute the value only; to ours: "
        "total to microgrand's, the compiled one's where there is one.",
        "operations: of the instance measured, a smaller one where the full one would take seconds. A workload with "
        "layers or dot counts the operations of its twin with operators, and an engine without them runs that twin.",
        f"Medians of {results.rounds} interleaved rounds; noise: half the interquartile range of the total.",
        f"{results.machine}; {', '.join([f'{name} {version}' for name, version in versions.items() if name != BASE])}"
        f"; {results.date}",
        *[f"not measured: {name}: {reason}" for name, reason in results.missing.items()],
    ]


def as_csv(results: Results) -> str:
    """The timings, each with versions, machine and date."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*Timing._fields, "rounds", "machine", "date"])
    for timing in results.timings:
        writer.writerow([*_numbers(timing), results.rounds, results.machine, results.date])
    return text.getvalue()


def _numbers(timing: Timing) -> list[Any]:
    if timing.failed:
        return [*timing[:4], *[""] * (len(timing) - 4)]
    return [f"{field:.6g}" if isinstance(field, float) else field for field in timing]
