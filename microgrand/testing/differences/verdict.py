"""What a judge says of a claimed derivative: one of three verdicts, and what it rests on."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """Whether the claim is the derivative.

    >>> print(Verdict.CANNOT_JUDGE)
    cannot judge
    """

    AGREE = "agree"
    DISAGREE = "disagree"
    CANNOT_JUDGE = "cannot judge"


class Judgement(NamedTuple):
    """A verdict on one claimed derivative of a function of one number.

    verdict      agree, disagree or cannot judge
    claim        the derivative as claimed
    reference    the derivative as the judge found it; NaN where it found none
    error        the judge's estimate of the error of its own reference
    left, right  the one-sided derivatives at a kink, None elsewhere; at a kink every claim from the one to the other
                 agrees
    method       how the reference was found
    because      the reason in plain words; empty where claim and reference simply agree
    evaluations  how often the function was called
    single       whether the function was recognised as computed in single precision, or coarser, and judged as such
    declined     why no better reference spoke; empty where there is none to be had
    """

    verdict: Verdict
    claim: float
    reference: float
    error: float
    left: float | None
    right: float | None
    method: str
    because: str
    evaluations: int
    single: bool
    declined: str = ""
