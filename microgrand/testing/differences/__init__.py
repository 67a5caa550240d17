"""Judging a derivative by evaluating the function alone: difference quotients that know their own error.

The function is opaque, one float in and one float out. The slope over a step h is wrong for two reasons: f bends, the
more the larger h is (truncation), and f is rounded, which counts the more the smaller h is (noise). Quotients over
many steps, extrapolated to h = 0, show both, so that each gives an interval in which the derivative lies; it is where
the intervals of all steps meet, up to the first step where they contradict each other.

f may also move in steps of its own: of a rounding, a table, a solver. Between two of these it is smooth, and its slope
there is not the one that is meant. So where f leaves the curve that it follows from x on by a jump, it is asked
whether it jumps everywhere; then the jumps are noise, and larger quotients speak.
"""

from microgrand.testing.differences.judging import judge
from microgrand.testing.differences.verdict import Judgement, Verdict

__all__ = ["Judgement", "Verdict", "judge"]
