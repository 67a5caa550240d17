"""A corpus of claimed derivatives to score gradient checkers with: right ones, wrong ones, and some beyond judging."""

from corpus import (
    edges,
    kinks,
    many_inputs,
    programs,
    scales,
    single_precision,
    smooth,
    tails,
    unjudgeable,
    vector_outputs,
)
from corpus.cases import Case

JUDGEABLE = (smooth, programs, scales, tails, edges, kinks, many_inputs, vector_outputs, single_precision)

CORPUS: list[Case] = [
    *[case for module in JUDGEABLE for case in (*module.RIGHT, *module.WRONG)],
    *unjudgeable.UNJUDGEABLE,
]

__all__ = ["CORPUS", "Case"]
