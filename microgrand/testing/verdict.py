"""The verdicts under the name that they are imported by elsewhere."""

from microgrand.testing.differences.verdict import Judgement, Verdict

__all__ = ["Judgement", "Verdict"]
