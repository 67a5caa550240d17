"""How often gradient checkers are right, on the corpus of tests/testing/corpus: `python -m benchmarks.checkers`."""

from __future__ import annotations

import argparse
import csv
import io
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.judges import Answer, Judge, judges
from benchmarks.machine import machine
from microgrand.testing import Verdict

TESTS = Path(__file__).resolve().parent.parent / "tests" / "testing"
DESCRIPTION = """\
Gradient checkers on a corpus of claimed derivatives, which are right, wrong, or beyond judging by evaluations of the
function. Every checker runs with its own defaults and gets inputs of 64 bits; an error other than the one by which it
says that derivatives do not match is no verdict. At a kink every slope from the left to the right one is right.

A checker is asked where it is installed: pip install "microgrand[bench]" torch jax"""

MEANINGS = {
    "right": {Verdict.AGREE: "agree", Verdict.DISAGREE: "called wrong", Verdict.CANNOT_JUDGE: "no verdict"},
    "wrong": {Verdict.DISAGREE: "caught", Verdict.AGREE: "missed", Verdict.CANNOT_JUDGE: "no verdict"},
    "unjudgeable": {
        Verdict.CANNOT_JUDGE: "cannot judge",
        Verdict.AGREE: "claimed to know",
        Verdict.DISAGREE: "claimed to know",
    },
}  # what a verdict on a case of that truth is; the first of each is as it should be


class Outcome(NamedTuple):
    """What a checker said of a case, and how long it took."""

    judge: Judge
    case: Any
    answer: Answer
    seconds: float

    @property
    def meaning(self) -> str:
        """A column of the table: agree, called wrong, no verdict; caught, missed; cannot judge, claimed to know."""
        return MEANINGS[self.case.truth][self.answer.verdict]

    @property
    def is_as_it_should_be(self) -> bool:
        """Whether right was agreed with, wrong caught, and of the rest nothing claimed."""
        return self.meaning == next(iter(MEANINGS[self.case.truth].values()))


def corpus() -> list[Any]:
    """The cases of tests/testing/corpus, which is imported as the tests import it: from the folder `tests/testing`.

    Raises ModuleNotFoundError where the folder is not there, as beside an installed package.
    """
    if not (TESTS / "corpus").is_dir():
        raise ModuleNotFoundError(f"there is no corpus in {str(TESTS)!r}: run this in a checkout of the repository")
    if str(TESTS) not in sys.path:
        sys.path.insert(0, str(TESTS))
    cases: list[Any] = import_module("corpus").CORPUS
    return cases


def score(judge: Judge, cases: Iterable[Any]) -> list[Outcome]:
    """What the checker says of each case."""
    outcomes = []
    for case in cases:
        start = time.perf_counter()
        answer = judge.ask(case)
        outcomes.append(Outcome(judge, case, answer, time.perf_counter() - start))
    return outcomes


def counts(outcomes: Iterable[Outcome]) -> Counter[tuple[str, str]]:
    """How many outcomes there are of each (truth, meaning)."""
    return Counter([(outcome.case.truth, outcome.meaning) for outcome in outcomes])


# ---- the table -------------------------------------------------------------------------------------------------------
COLUMNS = list(dict.fromkeys([(truth, word) for truth, words in MEANINGS.items() for word in words.values()]))
WIDTHS = (10, *[len(word) for _, word in COLUMNS], 7)


def described(scores: Sequence[Sequence[Outcome]], missing: Sequence[str]) -> str:
    """The table for the terminal, with what has to be known to read it."""
    known = [outcome.judge for outcomes in scores for outcome in outcomes[:1]]
    sizes = Counter([outcome.case.truth for outcome in scores[0]])
    return "\n".join(
        [
            _line(["", *_titles(sizes), ""]),
            _line(["checker", *[word for _, word in COLUMNS], "seconds"]),
            _line(["-" * width for width in WIDTHS]),
            *[_line(_cells(outcomes)) for outcomes in scores],
            "",
            ", ".join([f"{judge.name} {judge.version} ({judge.call})" for judge in known]),
            machine(),
            *[f"not asked: {name}: not installed" for name in missing],
        ]
    )


def _titles(sizes: Counter[str]) -> list[str]:
    """Over the first column of each truth how many such cases there are."""
    firsts = dict(reversed(COLUMNS))
    return [f"{sizes[truth]} {truth}" if firsts[truth] == word else "" for truth, word in COLUMNS]


def _cells(outcomes: Sequence[Outcome]) -> list[str]:
    found = counts(outcomes)
    seconds = sum([outcome.seconds for outcome in outcomes])
    return [outcomes[0].judge.name, *[str(found[column]) for column in COLUMNS], f"{seconds:.1f}"]


def _line(cells: Sequence[str]) -> str:
    sides = ["<", *[">"] * (len(cells) - 1)]
    return "  ".join([f"{cell:{side}{width}}" for cell, side, width in zip(cells, sides, WIDTHS, strict=True)]).rstrip()


def detailed(outcomes: Iterable[Outcome]) -> str:
    """A line for each outcome that is not as it should be: what was said, of what, and why."""
    return "\n".join(
        [
            f"{each.judge.name}: {each.case.truth}, {each.meaning}: {each.case.name} ({each.case.why})"
            + (f": {each.answer.reason}" if each.answer.reason else "")
            for each in outcomes
            if not each.is_as_it_should_be
        ]
    )


def as_csv(scores: Iterable[Iterable[Outcome]]) -> str:
    """Every verdict, each with the version of its checker."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["checker", "version", "case", "truth", "verdict", "meaning", "seconds", "reason"])
    for each in [outcome for outcomes in scores for outcome in outcomes]:
        verdict, reason = each.answer
        said = [each.case.name, each.case.truth, verdict, each.meaning, f"{each.seconds:.6f}", reason]
        writer.writerow([each.judge.name, each.judge.version, *said])
    return text.getvalue()


# ---- the command -----------------------------------------------------------------------------------------------------
def main(arguments: Sequence[str] | None = None) -> int:
    """Ask every checker that is there, print the table, and write what is asked for."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.csv is not None and not options.csv.parent.is_dir():
        parser.error(f"there is no folder {str(options.csv.parent)!r} to write {options.csv.name!r} in")
    try:
        cases = chosen(corpus(), options.cases)
    except (LookupError, ModuleNotFoundError) as error:
        parser.error(error.args[0])
    asked, missing = judges()
    scores = []
    for judge in asked:
        print(f"asking {judge.name} …", file=sys.stderr)
        scores.append(score(judge, cases))
    print(described(scores, missing))
    if options.details:
        print("", *[detailed(outcomes) for outcomes in scores if detailed(outcomes)], sep="\n")
    if options.csv is not None:
        try:
            options.csv.write_text(as_csv(scores), encoding="utf-8")
        except OSError as error:
            print(f"{parser.prog}: {error.filename!r} could not be written: {error.strerror}", file=sys.stderr)
            return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.checkers",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--cases", nargs="+", metavar="NAME", help="which cases of the corpus (default: all)")
    parser.add_argument("--details", action="store_true", help="list what each checker misjudges, and what it says")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write every verdict as CSV")
    return parser


def chosen(cases: Sequence[Any], names: Sequence[str] | None) -> list[Any]:
    """The cases with these names, in the order of the corpus; all of them if no names are given.

    Raises LookupError for a name that no case has.
    """
    known = [case.name for case in cases]
    for name in names or ():
        if name not in known:
            close = " or ".join([repr(each) for each in get_close_matches(name, known)])
            raise LookupError(
                f"there is no case {name!r}; {f'did you mean {close}?' if close else 'see tests/testing/corpus'}"
            )
    return [case for case in cases if names is None or case.name in names]


if __name__ == "__main__":
    sys.exit(main())
