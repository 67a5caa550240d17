"""How often the checker is right about claims that nobody chose for it: `python -m benchmarks.claims`.

Four parts, each of which may be left out: searches of textbook gradients, which are right; searches of the same with
slips; points of random programs; and the same points as other checkers judge them.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import statistics
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from importlib import import_module
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, NamedTuple

import numpy
from hypothesis import strategies as st

from benchmarks import programs, truth
from benchmarks.judges import MICROGRAND, Answer, Judge, in_one_line, judges
from benchmarks.machine import machine
from benchmarks.programs import Claim
from benchmarks.slips import Slip, inside, slips
from benchmarks.textbook import TEXTBOOK, Gradient, Items
from microgrand.testing import GradientMismatch, NothingJudged, Verdict, assert_gradient, check_gradient

DESCRIPTION = """\
How often the checker is right about claims that nobody chose for it:

--textbook N  searches of textbook gradients, which are right: how many are called wrong
--slips N     searches of the same gradients with slips: how many are caught
--points N    claims about random programs at single points, right, grossly and slightly wrong
--beside N    such claims, of functions of one number, as other checkers judge them that are installed

The truth is told by the same source in many digits. 0 leaves a part out; the defaults take two minutes."""

SHOWS = 1e-8  # the slope of f shows in its values where it moves them by so much, over |x|
SHARE = 0.1  # of the domain in which a slip has to show
TOLERANCE = 1e-7  # relative: closer than this is right
LONGEST = 300


class Outcome(NamedTuple):
    """What was said of a claim.

    part, name, why  which one it is
    truth            "right" or "wrong"
    meaning          "agree", "called wrong", "caught", "missed", "missed, within the stated error", "no verdict", or
                     "raised"
    reason           in the checker's own words
    """

    part: str
    name: str
    why: str
    truth: str
    meaning: str
    reason: str

    @property
    def is_misjudged(self) -> bool:
        """Whether right was called wrong, wrong was agreed with, or the checker itself failed."""
        return self.meaning in ("called wrong", "missed", "raised")


# ---- searches --------------------------------------------------------------------------------------------------------
class Entry(NamedTuple):
    """A textbook gradient, and the module that it stands in."""

    gradient: Gradient
    module: ModuleType


def textbook(number: int, source: random.Random) -> list[Entry]:
    """So many gradients, drawn from all fields; all of them, in their order, if there are no more."""
    entries = [
        Entry(gradient, import_module(f"{truth.FORMULAS}.{field.replace(' ', '_')}"))
        for field, gradients in TEXTBOOK.items()
        for gradient in gradients
    ]
    return entries if number >= len(entries) else source.sample(entries, number)


def drawn_from(gradient: Gradient) -> Any:
    """The domain as `assert_gradient` takes it."""
    if not isinstance(gradient.domain, list):
        return gradient.domain
    return [_items(each) if isinstance(each, Items) else each for each in gradient.domain]


def _items(items: Items) -> st.SearchStrategy[Any]:
    lists = st.lists(st.floats(items.low, items.high), min_size=items.size, max_size=items.size)
    return lists.map(numpy.array) if items.array else lists


def searched(gradient: Gradient, claimed: Callable[..., Any], seed: int) -> tuple[str, str]:
    """How a search ends, "passed", "mismatch", "nothing judged" or "raised", and what it says."""
    try:
        with warnings.catch_warnings(), numpy.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            assert_gradient(gradient.f, gradient=claimed, domain=drawn_from(gradient), seed=seed)
    except GradientMismatch as mismatch:
        return "mismatch", in_one_line(mismatch)
    except NothingJudged as nothing:
        return "nothing judged", in_one_line(nothing)
    except Exception as error:  # a fault of the checker's, to be told with the others
        return "raised", in_one_line(error)
    return "passed", ""


RIGHT = {"passed": "agree", "mismatch": "called wrong", "nothing judged": "no verdict", "raised": "raised"}
WRONG = {"passed": "missed", "mismatch": "caught", "nothing judged": "no verdict", "raised": "raised"}


def of_textbook(entries: Iterable[Entry], seeds: int) -> Iterator[Outcome]:
    """Searches of right gradients."""
    for gradient, _ in entries:
        for seed in range(seeds):
            end, reason = searched(gradient, gradient.gradient, seed)
            yield Outcome("textbook", gradient.name, f"seed {seed}", "right", RIGHT[end], reason)


def of_slips(chosen: Iterable[tuple[Entry, Slip]], seeds: int) -> Iterator[Outcome]:
    """Searches of wrong ones."""
    for (gradient, module), slip in chosen:
        for seed in range(seeds):
            end, reason = searched(gradient, slip.function(module), seed)
            yield Outcome("slips", f"{gradient.name}: {_last_line(slip)}", slip.kind, "wrong", WRONG[end], reason)


def _last_line(slip: Slip) -> str:
    return slip.text.splitlines()[-1].strip()


def telling_slips(number: int, source: random.Random) -> list[tuple[Entry, Slip]]:
    """So many slips that show in the values of f, of as many kinds as there are."""
    kinds: dict[str, list[tuple[Entry, Slip]]] = {}
    for entry in textbook(sys.maxsize, source):
        for slip in slips(entry.gradient, entry.module, source):
            kinds.setdefault(slip.kind, []).append((entry, slip))
    for found in kinds.values():
        source.shuffle(found)
    chosen: list[tuple[Entry, Slip]] = []
    while len(chosen) < number and any(kinds.values()):
        for found in kinds.values():
            while found and not shows(*found[-1]):
                found.pop()
            chosen += [found.pop()] if found else []
    return chosen[:number]


def shows(entry: Entry, slip: Slip) -> bool:
    """Whether values of f show the slip in a tenth of the domain, or of the region in which it is made."""
    gradient, module = entry
    wrong = slip.function(module)
    drawn = inside(gradient, slip, 60)
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        number = sum([_shows_at(gradient, wrong, arguments, slip.size) for arguments in drawn])
    return number >= SHARE * len(drawn)


def _shows_at(gradient: Gradient, wrong: Callable[..., Any], arguments: tuple[Any, ...], size: float) -> bool:
    try:
        value = float(gradient.f(*arguments))
        pairs = list(zip(*[truth.numbers(each(*arguments)) for each in (gradient.gradient, wrong)], strict=True))
    except (ArithmeticError, ValueError):
        return False
    least = max(0.4 * size, gradient.resolution, 2e-5)
    return any(
        [
            abs(b - a) > least * max(abs(a), abs(b)) and abs(a) * abs(x) > SHOWS * abs(value) + 1e-250
            for (a, b), x in zip(pairs, truth.numbers(arguments), strict=True)
        ]
    )


# ---- points ----------------------------------------------------------------------------------------------------------
def of_points(claims: Iterable[Claim]) -> Iterator[Outcome]:
    """Claims about random programs, judged one by one."""
    for claim in claims:
        try:
            report = check_gradient(claim.f, gradient=claim.gradient, at=claim.at)
        except Exception as error:  # a fault of the checker's, to be told with the others
            yield Outcome("points", claim.name, claim.why, claim.truth, "raised", in_one_line(error))
            continue
        reasons = []
        within = True
        for finding, claimed, ends in zip(report.findings, claim.claimed, claim.slopes, strict=True):
            found = finding.judgement
            if found.verdict == report.verdict:
                reasons.append(f"{claimed!r} at {claim.at}: {found.reference!r} ± {found.error:.1e}; {found.because}")
            gap = truth.distance(claimed, ends) * max(abs(ends[0]), abs(ends[1]), abs(claimed))
            within = within and gap <= found.error + TOLERANCE * abs(claimed)
        meaning = _meaning(claim.truth, report.verdict)
        is_excused = meaning == "missed" and within
        text = f"{reasons[0]}; true: {[float(low) for low, _ in claim.slopes]}"
        yield Outcome(
            "points",
            claim.name,
            claim.why,
            claim.truth,
            f"{meaning}, within the stated error" if is_excused else meaning,
            text,
        )


def _meaning(kind: str, verdict: Verdict) -> str:
    if verdict is Verdict.CANNOT_JUDGE:
        return "no verdict"
    if kind == "right":
        return "agree" if verdict is Verdict.AGREE else "called wrong"
    return "caught" if verdict is Verdict.DISAGREE else "missed"


# ---- beside other checkers -------------------------------------------------------------------------------------------
def by_scipy(case: Any) -> Answer:
    """SciPy estimates: a claim outside its own error, and a relative 1e-7, disagrees."""
    differentiate = import_module("scipy.differentiate")

    def f(xs: Any) -> Any:
        return numpy.vectorize(partial(_number_or_nan, case.f), otypes=[float])(xs)

    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = differentiate.derivative(f, case.at[0])
    if not found.success or not numpy.isfinite(found.df):
        return Answer(Verdict.CANNOT_JUDGE, f"status {found.status}")
    claim = float(case.gradient(*case.at))
    tolerance = max(float(found.error), TOLERANCE * max(abs(claim), abs(float(found.df))))
    agrees = abs(claim - float(found.df)) <= tolerance
    return Answer(Verdict.AGREE if agrees else Verdict.DISAGREE, f"{found.df} ± {found.error}")


def _number_or_nan(f: Callable[[float], float], x: float) -> float:
    try:
        found = f(float(x))
    except (ArithmeticError, ValueError):
        return numpy.nan
    return numpy.nan if isinstance(found, complex) else found


def asked() -> tuple[list[Judge], list[str]]:
    """microgrand, SciPy and the other checkers that are installed, and the names of those that are not."""
    found, missing = judges()
    try:
        import_module("scipy.differentiate")
    except ImportError:
        return found, ["SciPy", *missing]
    return [MICROGRAND, Judge("SciPy", "derivative", version("scipy"), by_scipy), *found[1:]], missing


class Score(NamedTuple):
    """How a checker did on claims at points: its answers, evaluations of f, and seconds, in their order."""

    judge: Judge
    meanings: list[tuple[str, str]]
    evaluations: list[int]
    seconds: list[float]

    def count(self, meaning: str, *whys: str) -> int:
        """How many claims of these kinds were judged so."""
        return sum([said == meaning and why in whys for why, said in self.meanings])


def score(judge: Judge, claims: Sequence[Claim]) -> Score:
    """Ask about every claim twice: once with a clock, once counting calls of f."""
    made = Score(judge, [], [], [])
    for claim in claims:
        start = time.perf_counter()
        try:
            verdict = judge.ask(claim).verdict
        except Exception:  # a fault of the checker's: no verdict
            verdict = Verdict.CANNOT_JUDGE
        made.seconds.append(time.perf_counter() - start)
        made.meanings.append((claim.why, _meaning(claim.truth, verdict)))
        made.evaluations.append(calls(claim.f, partial(judge.ask, claim)))
    return made


def calls(f: Callable[..., Any], run: Callable[[], Any]) -> int:
    """How often `f` itself is called, by floats: not its source when it is run in many digits."""
    number = 0

    def hook(frame: FrameType, event: str, _: Any) -> None:
        nonlocal number
        number += event == "call" and frame.f_code is f.__code__ and frame.f_globals is f.__globals__

    sys.setprofile(hook)
    try:
        run()
    except Exception:  # told where the clock ran
        pass
    finally:
        sys.setprofile(None)
    return number


# ---- what is printed -------------------------------------------------------------------------------------------------
def searches_described(title: str, outcomes: Sequence[Outcome]) -> str:
    """How many searches ended in which way, and of slips of which kind."""
    lines = [f"{title}: {len(outcomes)} searches: {_counted(outcomes)}"]
    kinds = list(dict.fromkeys([outcome.why for outcome in outcomes]))
    if outcomes[0].truth == "wrong":
        lines += [f"  {kind:<26}{_counted([each for each in outcomes if each.why == kind])}" for kind in kinds]
    return "\n".join(lines)


def points_described(outcomes: Sequence[Outcome]) -> str:
    """How many claims were judged in which way, and of 100,000."""
    lines = []
    for kind in ("right", "wrong"):
        found = [outcome for outcome in outcomes if outcome.truth == kind]
        lines.append(f"points: {len(found):,} {kind} claims: {_counted(found)}")
        amiss = sum([outcome.is_misjudged for outcome in found])
        lines.append(f"  misjudged of 100,000: {amiss / max(len(found), 1) * 1e5:.0f}")
    return "\n".join(lines)


def _counted(outcomes: Iterable[Outcome]) -> str:
    return ", ".join(
        [f"{number} {meaning}" for meaning, number in Counter([each.meaning for each in outcomes]).items()]
    )


def beside_described(scores: Sequence[Score], missing: Sequence[str]) -> str:
    """The table of all checkers: medians of evaluations and milliseconds a claim."""
    gross, fine = ("zero", *programs.GROSS), tuple(programs.FINE)
    sizes = Counter([kind for why, _ in scores[0].meanings for kind in ("right", "gross", "fine")
                     if why in {"right": ("right",), "gross": gross, "fine": fine}[kind]])  # fmt: skip
    head = ("checker", "false alarms", "gross missed", "fine missed", "no verdict", "evaluations", "ms")
    rows = [head, ("", *[f"of {sizes[kind]}" for kind in ("right", "gross", "fine")], f"of {sizes.total()}", "", "")]
    for each in scores:
        missed = [each.count("missed", *kinds) for kinds in (gross, fine)]
        silent = each.count("no verdict", "right", *gross, *fine)
        numbers = [each.count("called wrong", "right"), *missed, silent, f"{statistics.median(each.evaluations):.0f}"]
        rows.append((each.judge.name, *[str(x) for x in numbers], f"{1000 * statistics.median(each.seconds):.1f}"))
    widths = [max([len(row[k]) for row in rows]) for k in range(len(head))]
    lines = ["  ".join([f"{cell:{'<' if k == 0 else '>'}{widths[k]}}" for k, cell in enumerate(row)]) for row in rows]
    known = ", ".join([f"{each.judge.name} {each.judge.version} ({each.judge.call})" for each in scores])
    return "\n".join(
        [*[line.rstrip() for line in lines], known, *[f"not asked: {name}: not installed" for name in missing]]
    )


def misjudged_described(outcomes: Iterable[Outcome], most: int) -> str:
    """A paragraph for each misjudged claim, so many of each part at most."""
    shown: Counter[str] = Counter()
    lines = []
    for each in outcomes:
        shown[each.part] += each.is_misjudged
        if each.is_misjudged and shown[each.part] <= most:
            lines.append(
                f"{each.part}, {each.truth}, {each.why}: {each.meaning}: {each.reason[:LONGEST]}\n    {each.name}"
            )
    return "\n".join(lines)


def as_csv(outcomes: Iterable[Outcome]) -> str:
    """Every outcome."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Outcome._fields)
    writer.writerows(outcomes)
    return text.getvalue()


# ---- the command -----------------------------------------------------------------------------------------------------
def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts that are asked for, print what was found, and write it where that is asked for."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.csv is not None and not options.csv.parent.is_dir():
        parser.error(f"there is no folder {str(options.csv.parent)!r} to write {options.csv.name!r} in")
    outcomes: list[Outcome] = []
    if options.textbook:
        chosen = textbook(options.textbook, random.Random(options.seed))
        outcomes += _searched("textbook", of_textbook(chosen, options.seeds))
    if options.slips:
        wrong = telling_slips(options.slips, random.Random(options.seed))
        outcomes += _searched("slips", of_slips(wrong, 1))
    if options.points:
        found = watched(of_points(islice(programs.claims(random.Random(options.seed)), options.points)))
        print(points_described(found), flush=True)
        outcomes += found
    if options.beside:
        claims = (claim for claim in programs.claims(random.Random(options.seed + 1)) if len(claim.at) == 1)
        some = list(islice(claims, options.beside))
        known, missing = asked()
        print(beside_described([score(judge, some) for judge in known], missing), flush=True)
    print(machine())
    print(misjudged_described(outcomes, options.show))
    if options.csv is not None:
        options.csv.write_text(as_csv(outcomes), encoding="utf-8")
    return 0


def _searched(title: str, outcomes: Iterable[Outcome]) -> list[Outcome]:
    found = watched(outcomes)
    print(searches_described(title, found), flush=True)
    return found


def watched(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes; a line on standard error for each that is amiss, as soon as it is there."""
    found = []
    for each in outcomes:
        found.append(each)
        if each.is_misjudged:
            line = f"{each.part} {len(found)}: {each.meaning}: {each.name.splitlines()[-1]}: {each.reason}"
            print(line[:LONGEST], file=sys.stderr, flush=True)
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.claims",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="searches of each textbook gradient (1)")
    for part, size in {"textbook": 60, "slips": 60, "points": 2000, "beside": 200}.items():
        parser.add_argument(f"--{part}", type=int, default=size, metavar="N", help=f"how many ({size})")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="other claims (0)")
    parser.add_argument(
        "--show", type=int, default=20, metavar="N", help="list so many misjudged ones of each part (20)"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write every outcome as CSV")
    return parser


if __name__ == "__main__":
    sys.exit(main())
