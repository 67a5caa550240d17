"""Whether the suite sees what breaks the package: `python -m benchmarks.mutation`.

Mutants of the package, drawn by a seed, are tested one by one in copies of the tree. First the whole suite runs once
on the unchanged copy and notes which tests run which line (`--map` keeps that for another time). A mutant is then met
by the tests that run its line, those that killed others of its file first, then the short ones; it is *killed* by the
first that fails or takes far longer than before. One that is still alive after `--seconds` of tests has *survived*,
though others of the suite might have killed it. A line that no test runs is met by the tests that run its file.

What the tests themselves leave out is told too: an assertion that no test comes to decides nothing.

Survivors that no test could kill are in `equivalent_mutants.txt` beside this file, each with the reason.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import json
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from benchmarks.machine import machine
from benchmarks.mutants import Mutant, sample

HOME = Path(__file__).parent.parent
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.txt")
JUDGED = [
    "microgrand/engine", "microgrand/table", "microgrand/networks/losses.py", "microgrand/networks/trace.py",
    "microgrand/drawing/words.py", "microgrand/testing/differences", "microgrand/testing/checking.py",
]  # fmt: skip
OPTIONS = ["-q", "-n", "0", "-p", "no:cacheprovider", "-p", "no:randomly", "--tb=no", "--no-header",
           "-W", "ignore::pytest.PytestAssertRewriteWarning"]  # fmt: skip
LOADED = ["pytest", "numpy", "mpmath", "scipy.special"]  # once for all mutants; hypothesis would load microgrand
FATES = ("killed", "equivalent", "survived")
AT_LEAST = 20.0  # seconds that a test may take before it counts as endless; more where it took long before


class Verdict(NamedTuple):
    """What became of a mutant: killed by a test, endless in one, or survived so many tests."""

    mutant: Mutant
    killer: str | None
    tests: int
    seconds: float


class Killers:
    """Which tests run a line, and how long each takes; learns which ones kill."""

    def __init__(self, tests: Sequence[tuple[str, float]], lines: dict[str, dict[str, list[int]]]) -> None:
        self._tests = [name for name, _ in tests]
        self._lines = lines
        self.seconds = dict(tests)
        self._kills: dict[str, Counter[str]] = defaultdict(Counter)
        self._lock = Lock()

    def killed(self, mutant: Mutant, test: str) -> None:
        """Try this test early on other mutants of the file."""
        with self._lock:
            self._kills[mutant.file][_function(test)] += 1

    def of(self, mutant: Mutant) -> list[str]:
        """The tests to try, the likely killers first: one of each function before a second of any."""
        lines = self._lines.get(mutant.file, {})
        places = lines.get(str(mutant.line)) or sorted({place for some in lines.values() for place in some})
        tests = [self._tests[place] for place in places]
        with self._lock:
            kills = Counter(self._kills[mutant.file])
        by_function = defaultdict(list)
        for test in sorted(tests, key=lambda test: self.seconds.get(test, 0.1)):
            by_function[_function(test)].append(test)
        rank = {test: k for some in by_function.values() for k, test in enumerate(some)}
        return sorted(tests, key=lambda test: (
            rank[test] // (1 + kills[_function(test)]), -kills[_function(test)], self.seconds.get(test, 0.1), test
        ))  # fmt: skip


def _function(test: str) -> str:
    return test.partition("[")[0]


class Chosen:
    """A plugin of pytest: these tests in this order, until one fails or the time is over; says so through a pipe."""

    def __init__(self, tests: list[str], seconds: float, told: Any) -> None:
        self._place = {test: k for k, test in enumerate(tests)}
        self._end = time.monotonic() + seconds
        self._told = told

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Keep what was chosen, in the order of the choice."""
        items[:] = sorted([item for item in items if item.nodeid in self._place], key=lambda i: self._place[i.nodeid])

    def pytest_collectreport(self, report: Any) -> None:
        """A file that can no longer be imported is a kill."""
        if report.failed:
            self._told.send(("failed", report.nodeid))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Say which test begins, so that an endless one has a name."""
        self._told.send(("began", nodeid))

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Say which test failed."""
        if report.failed:
            self._told.send(("failed", report.nodeid))

    def pytest_runtest_teardown(self, item: Any) -> None:
        """Stop once the time is over."""
        if time.monotonic() > self._end:
            item.session.shouldstop = "the time is over"


def run(copy: str, tests: list[str], seconds: float, told: Any) -> None:
    """Run tests in a copy of the tree, in this process."""
    os.chdir(copy)
    sys.dont_write_bytecode = True  # what is compiled of a mutant could be taken for the file that comes after it
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.environ["PYTHONPATH"] = copy
    sys.path.insert(0, copy)
    if "microgrand" in sys.modules:
        raise RuntimeError("microgrand is loaded before it is changed")
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        import pytest

        files = list(dict.fromkeys([test.partition("::")[0] for test in tests]))
        status = pytest.main([*OPTIONS, "-x", *files], plugins=[Chosen(tests, seconds, told)])
    told.send(("ended", str(int(status))))


def meet(mutant: Mutant, copy: Path, tests: Killers, seconds: float) -> Verdict:
    """Put the mutant into the copy and let the tests try to kill it."""
    path = copy / mutant.file
    source = path.read_bytes()
    path.write_bytes(mutant.applied(source))
    started = time.monotonic()
    order = tests.of(mutant)
    met = 0
    try:
        for some, limit in ((order[:40], seconds), (order[40:], seconds)):
            left = limit - (time.monotonic() - started)
            if not some or left <= 0:
                break
            killer, count = _met(copy, some, left, tests)
            met += count
            if killer is not None:
                tests.killed(mutant, killer)
                return Verdict(mutant, killer, met, time.monotonic() - started)
    finally:
        path.write_bytes(source)
    return Verdict(mutant, None, met, time.monotonic() - started)


def _met(copy: Path, some: list[str], seconds: float, tests: Killers) -> tuple[str | None, int]:
    """The first test that fails or does not end, if there is one, and how many were begun."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LOADED)
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=run, args=(str(copy), some, seconds, there))
    process.start()
    there.close()
    now, begun, patience = "collecting", 0, 60.0
    try:
        while here.poll(patience):
            what, name = here.recv()
            if what == "failed":
                return name, begun
            if what == "ended":
                return (None if name in ("0", "2", "5") else f"pytest ended with {name}"), begun
            now, begun, patience = name, begun + 1, AT_LEAST + 10.0 * tests.seconds.get(name, 0.1)
        return f"endless: {now}", begun
    except EOFError:
        return f"crashed: {now}", begun
    finally:
        process.kill()
        process.join()


def copied(folder: Path) -> Path:
    """A copy of the committed and changed files of this tree."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=HOME, capture_output=True, check=True
    )
    for name in listed.stdout.decode().splitlines():
        if (HOME / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(HOME / name, folder / name)
    return folder


def mapped(copy: Path, workers: int) -> dict[str, Any]:
    """Run the whole suite on the unchanged copy: which tests run each line of the package, and how long each takes."""
    from xml.etree import ElementTree

    from coverage import CoverageData

    command = [sys.executable, "-m", "pytest", *OPTIONS, "-n", str(workers), "--cov=microgrand", "--cov=tests",
               "--cov-context=test", "--cov-report=", "--junitxml=times.xml", "-o", "junit_family=xunit1"]  # fmt: skip
    subprocess.run(
        command, cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)}, check=False, stdout=subprocess.DEVNULL
    )
    seconds, failed = {}, []
    for case in ElementTree.parse(copy / "times.xml").iter("testcase"):
        name = f"{case.get('file')}::{case.get('name')}"
        seconds[name] = float(case.get("time", "0"))
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(name)
    if failed:
        print(f"left out, since they fail on the unchanged tree: {', '.join(failed)}", file=sys.stderr)
    data = CoverageData(str(copy / ".coverage"))
    data.read()
    for place in never_met(copy, {path: set(data.lines(path) or ()) for path in data.measured_files()}):
        print(f"no test met the assertion at {place}", file=sys.stderr)
    names = sorted(set(seconds) - set(failed))
    place = {name: k for k, name in enumerate(names)}
    lines: dict[str, dict[str, list[int]]] = {}
    for path in data.measured_files():
        if not Path(path).is_relative_to(copy / "microgrand"):
            continue
        lines[str(Path(path).relative_to(copy))] = {
            str(line): sorted({place[test] for test in (name.rpartition("|")[0] for name in some) if test in place})
            for line, some in data.contexts_by_lineno(path).items()
        }
    return {"tests": [(name, seconds[name]) for name in names], "lines": lines}


def never_met(copy: Path, run: dict[str, set[int]]) -> list[str]:
    """Where in the tests an assertion stands that the whole suite never came to: a law that nothing decides."""
    places = []
    for path in sorted((copy / "tests").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in sorted([node for node in ast.walk(tree) if isinstance(node, ast.Assert)], key=lambda n: n.lineno):
            if run.get(str(path), set()).isdisjoint(range(node.lineno, (node.end_lineno or node.lineno) + 1)):
                places.append(f"{path.relative_to(copy)}:{node.lineno}")
    return places


def equivalent() -> dict[str, str]:
    """The mutants that change nothing that matters, and why: a line with the reason, then a line for each."""
    reasons, why = {}, ""
    for line in EQUIVALENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            why = line[2:]
        elif line:
            reasons[line] = why
    return reasons


def table(verdicts: list[Verdict]) -> str:
    """Killed, equivalent and surviving mutants by folder, and the share of those killed that are not equivalent."""
    reasons = equivalent()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict in verdicts:
        place = verdict.mutant.file.removeprefix("microgrand/").rpartition("/")[0] or "(top)"
        fate = "killed" if verdict.killer else "equivalent" if verdict.mutant.known_as in reasons else "survived"
        for where in (place, "all"):
            counts[where][fate] += 1
    lines = [" ".join([" " * 20, *[f"{title:>10}" for title in (*FATES, "killed of those that count")]])]
    for where in [*sorted(set(counts) - {"all"}), "all"]:
        count = counts[where]
        able = count["killed"] + count["survived"]
        share = f"{count['killed'] / able:.1%}" if able else "–"
        lines.append(" ".join([f"{where:20}", *[f"{count[fate]:>10}" for fate in FATES], f"{share:>26}"]))
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw, test, and print the table and the survivors; 1 if fewer than 95 % of what counts was killed."""
    parser = _parser()
    options = parser.parse_args(arguments)
    files = {str(path.relative_to(HOME)) for name in options.of for path in _python(HOME / name)}
    chosen = sample(HOME, sorted(files), options.count, options.seed)
    if not chosen or options.workers < 1:
        parser.error(
            "there is nothing to break: --of names files or folders of this tree, --count and --workers are 1 up"
        )
    with tempfile.TemporaryDirectory() as folder:
        copies = [copied(Path(folder) / f"copy{k}") for k in range(options.workers)]
        tests = _killers(options.map, copies)
        _require_green(chosen[0], copies, tests)
        verdicts = _judged(chosen, copies, tests, options.seconds)
    reasons = equivalent()
    survivors = [verdict.mutant for verdict in verdicts if verdict.killer is None]
    print(f"\n{table(verdicts)}\n\nsurvivors:")
    for mutant in sorted(survivors):
        print(f"{mutant}\n    {reasons.get(mutant.known_as, mutant.known_as)}")
    print(f"\nseed {options.seed}; {options.seconds:.0f} s of tests for each; {machine()}")
    left = [mutant for mutant in survivors if mutant.known_as not in reasons]
    return int(len(left) > 0.05 * (len(verdicts) - len(survivors) + len(left)))


def _python(path: Path) -> list[Path]:
    return [path] if path.suffix == ".py" and path.is_file() else list(path.rglob("*.py"))


def _killers(kept: Path | None, copies: Sequence[Path]) -> Killers:
    """The map of tests that was kept, or a new one."""
    if kept is not None and kept.exists():
        known = json.loads(kept.read_text(encoding="utf-8"))
    else:
        known = mapped(copies[0], len(copies))
        if kept is not None:
            kept.write_text(json.dumps(known), encoding="utf-8")
    return Killers(known["tests"], known["lines"])


def _require_green(mutant: Mutant, copies: Sequence[Path], tests: Killers) -> None:
    """Raise RuntimeError if tests fail on an unchanged copy: they would kill every mutant."""
    for copy in copies:
        unchanged = meet(mutant._replace(start=0, end=0, becomes=""), copy, tests, seconds=5.0)
        if unchanged.killer is not None:
            raise RuntimeError(f"the unchanged tree fails: {unchanged}")


def _judged(chosen: Sequence[Mutant], copies: Sequence[Path], tests: Killers, seconds: float) -> list[Verdict]:
    """Every mutant met, as many at a time as there are copies; each is printed when its fate is known."""
    free = list(copies)

    def judge(mutant: Mutant) -> Verdict:
        copy = free.pop()
        try:
            verdict = meet(mutant, copy, tests, seconds)
        finally:
            free.append(copy)
        print(f"{verdict.killer or 'SURVIVED'} ({verdict.tests}, {verdict.seconds:.0f} s)  {mutant}", flush=True)
        return verdict

    with ThreadPoolExecutor(len(copies)) as pool:
        return list(pool.map(judge, chosen))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.mutation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=400, metavar="N", help="mutants, default: %(default)s")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), metavar="N",
                        help="which ones; by chance if it is not given, and printed")  # fmt: skip
    parser.add_argument("--of", nargs="+", default=JUDGED, metavar="PATH", help=f"default: {' '.join(JUDGED)}")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="S", help="of tests, default: %(default)s")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="default: %(default)s")
    parser.add_argument(
        "--map", type=Path, metavar="FILE", help="where the map of tests is kept, or was, of this same tree"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
