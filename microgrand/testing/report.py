"""What a check of a gradient found: one finding per input and output, and the verdict over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from microgrand.shortening import how_many
from microgrand.testing.verdict import Judgement, Verdict

MOST_NAMES = 4  # of wrong derivatives in a message
COLUMNS = ("derivative", "at", "claimed", "reference", "± error", "verdict", "by")


class Finding(NamedTuple):
    """What was found about one derivative.

    what       which one: ∂f/∂x, ∂f[1]/∂x, ∂(v·f)/∂x for a product with cotangents v, ∂f·v for one with a direction v
    at         the input; NaN for a direction of several
    judgement  the verdict, and what it rests on
    """

    what: str
    at: float
    judgement: Judgement


class Report:
    """The findings, and their verdict: disagree if one disagrees, else cannot judge if one cannot, else agree.

    `print(report)` shows them as a table; `report.findings` holds them.

    >>> from microgrand.testing import check_gradient
    >>> report = check_gradient(lambda x: x * x, gradient=lambda x: 3 * x, at=2.0)
    >>> report, report.verdict, report.findings[0].at
    (<Report: disagree, 1 derivative; print(…) writes the table>, <Verdict.DISAGREE: 'disagree'>, 2.0)
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)

    @property
    def verdict(self) -> Verdict:
        """The verdict over all findings."""
        verdicts = {finding.judgement.verdict for finding in self.findings}
        for verdict in (Verdict.DISAGREE, Verdict.CANNOT_JUDGE):
            if verdict in verdicts:
                return verdict
        return Verdict.AGREE

    @property
    def evaluations(self) -> int:
        """How often the function was called."""
        return sum([finding.judgement.evaluations for finding in self.findings])

    def __repr__(self) -> str:
        return f"<Report: {self.verdict}, {how_many(len(self.findings), 'derivative')}; print(…) writes the table>"

    def __str__(self) -> str:
        rows = [COLUMNS, *[_row(finding) for finding in self.findings]]
        widths = [max([len(row[k]) for row in rows]) for k in range(len(COLUMNS))]
        lines = ["  ".join([cell.ljust(width) for cell, width in zip(row, widths, strict=True)]) for row in rows]
        notes = [
            f"{finding.what}: {finding.judgement.because}" for finding in self.findings if finding.judgement.because
        ]
        declined = dict.fromkeys([finding.judgement.declined for finding in self.findings])
        notes += [f"not in 60 digits: {' '.join(reason.split())}" for reason in declined if reason]
        return "\n".join([line.rstrip() for line in [*lines, *notes, f"verdict: {self.verdict}"]])


def in_five_lines(
    at: tuple[Any, ...], report: Report, edges: Sequence[str], seed: int | None, hint: str = ""
) -> str:  # fmt: skip
    """What a failing test shows: where, what is claimed, what is right, which part is wrong, and how to repeat it.

    edges  the wrong steps of a graph, the worst first
    hint   what else is to be known
    """
    wrong = [finding for finding in report.findings if finding.judgement.verdict is Verdict.DISAGREE]
    first, found = wrong[0], wrong[0].judgement
    is_missing = found.claim != found.claim
    names = ", ".join([finding.what for finding in wrong[:MOST_NAMES]]) + (" …" if len(wrong) > MOST_NAMES else "")
    lines = [
        f"at {at!r} the gradient is wrong",
        f"{first.what} is claimed as {found.claim!r}" + (f": {found.because}" if is_missing else ""),
        _right(found),
        f"the faulty edge: {edges[0]}" if edges else f"wrong are {len(wrong)} of {len(report.findings)}: {names}{hint}",
        f"check_gradient(…, at={at!r}) looks there again, assert_gradient(…, seed={seed}) searches again",
    ]
    return "\n".join(lines)


def _right(found: Judgement) -> str:
    """The right derivative with its error."""
    if found.reference != found.reference:
        return "it is not known, for nothing tells what is claimed"
    error = f" ± {found.error:.1e}" if found.error == found.error else ""
    if found.left is not None and found.right is not None:
        return f"it lies between {found.left!r} and {found.right!r}{error}, by {found.method}"
    return f"it is {found.reference!r}{error}, by {found.method}"


def _row(finding: Finding) -> tuple[str, ...]:
    judgement = finding.judgement
    if judgement.left is not None and judgement.right is not None:
        reference = f"[{min(judgement.left, judgement.right):.10g}, {max(judgement.left, judgement.right):.10g}]"
    else:
        reference = "–" if judgement.reference != judgement.reference else f"{judgement.reference:.12g}"
    error = "–" if judgement.error != judgement.error else f"{judgement.error:.1e}"
    at = "–" if finding.at != finding.at else f"{finding.at:.6g}"
    numbers = (at, f"{judgement.claim:.12g}", reference, error)
    return (finding.what, *numbers, str(judgement.verdict), judgement.method)
