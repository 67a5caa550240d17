"""Tools for trusting a derivative: checks of gradients, and hypothesis strategies of Values and expressions.

They need the extra `testing`: `pip install "microgrand[testing]"`.

"""

from microgrand.testing.checking import check_gradient
from microgrand.testing.checking_primitives import PrimitiveFault, check_primitive
from microgrand.testing.expression import Expression
from microgrand.testing.graphs import expressions
from microgrand.testing.report import Report
from microgrand.testing.searching import GradientMismatch, NothingJudged, assert_gradient
from microgrand.testing.strategies import values
from microgrand.testing.verdict import Verdict

__all__ = [
    "Expression",
    "GradientMismatch",
    "NothingJudged",
    "PrimitiveFault",
    "Report",
    "Verdict",
    "assert_gradient",
    "check_gradient",
    "check_primitive",
    "expressions",
    "values",
]
