"""Whether the left and the right derivative differ."""

from __future__ import annotations

from collections.abc import Sequence

from microgrand.testing.differences.intervals import Bound

ENOUGH = 5  # steps in a row


def kinked(left: Sequence[Bound], right: Sequence[Bound]) -> bool:
    """Whether left and right contradict each other over several steps, and never agree sharply at a smaller one.

    That they agree at the smallest steps says nothing if it is only because the noise covers both.
    """
    on_right = {bound.step: bound for bound in right}
    pairs = [(bound, on_right[bound.step]) for bound in left if bound.step in on_right]
    in_a_row = 0
    for k, (a, b) in enumerate(pairs):
        in_a_row = 0 if a.meets(b) else in_a_row + 1
        if in_a_row == ENOUGH:
            gap = abs(a.slope - b.slope)
            return not any([_agree_sharply(*pair, gap) for pair in pairs[: k - ENOUGH + 1]])
    return False


def _agree_sharply(a: Bound, b: Bound, gap: float) -> bool:
    return max(a.error, b.error) < gap / 4 and a.meets(b)
