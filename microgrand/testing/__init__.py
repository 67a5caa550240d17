"""Tools for trusting a derivative: checks of gradients, and hypothesis strategies of Values and expressions.

`check_gradient` needs no other package, and judges more with mpmath. Whatever draws examples needs hypothesis. Both
come with the extra `testing`: `pip install "microgrand[testing]"`.

"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

from microgrand.testing.checking import check_gradient
from microgrand.testing.estimating import Estimate, Estimates, estimate
from microgrand.testing.expression import Expression
from microgrand.testing.report import Report
from microgrand.testing.verdict import Verdict

if TYPE_CHECKING:  # the names in _LATER, for editors and type checkers
    from microgrand.testing.checking_primitives import PrimitiveFault, check_primitive
    from microgrand.testing.graphs import expressions
    from microgrand.testing.searching import GradientMismatch, NothingJudged, assert_gradient
    from microgrand.testing.strategies import values

# These need hypothesis, which takes a second to load, and are loaded when they are first asked for.
_LATER = {
    "PrimitiveFault": "checking_primitives",
    "check_primitive": "checking_primitives",
    "expressions": "graphs",
    "GradientMismatch": "searching",
    "NothingJudged": "searching",
    "assert_gradient": "searching",
    "values": "strategies",
}

if not TYPE_CHECKING:  # seeing __getattr__, a type checker would accept every misspelled name

    def __getattr__(name: str) -> object:
        """Load a name of _LATER. Then it is an attribute like any other."""
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        loaded = _import_module(f"{__name__}.{_LATER[name]}")
        return globals().setdefault(name, getattr(loaded, name))

    def __dir__() -> list[str]:
        return sorted({*globals(), *_LATER})


__all__ = [
    "Estimate",
    "Estimates",
    "Expression",
    "GradientMismatch",
    "NothingJudged",
    "PrimitiveFault",
    "Report",
    "Verdict",
    "assert_gradient",
    "check_gradient",
    "check_primitive",
    "estimate",
    "expressions",
    "values",
]
