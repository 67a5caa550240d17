"""One claimed derivative of the corpus, and the three kinds there are: right, wrong, and beyond judging.

A function of the corpus is mostly written once, as `formula(m, x, …)`: with m = `math` it computes on floats, which is
what a checker sees; with m = `mpmath` on numbers of as many digits as one likes, which is how the tests know the truth.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, NamedTuple

import mpmath

from microgrand.table.domains import Domain
from microgrand.testing.functions import numbers_in

Domains = Domain | tuple[Domain, ...] | None


class Case(NamedTuple):
    """A function, a claim about its derivative at one point, and what is true of the claim.

    name      a slug of its own
    f         a function of floats, sequences of floats or several of these; returns a float or a list of floats
    gradient  the claim: called as f is, it gives the partial where f takes one float; else the partials in the
              structure of the arguments (of the only argument, if that is a sequence); a list of these, the rows of
              the Jacobian, where f returns a list
    at        the point: a float, or the tuple of arguments
    domain    where f may be called, one per argument if there are several; None where f itself says so, or everywhere
    truth     'right', 'wrong', or 'unjudgeable' where evaluations of f cannot tell
    why       what a checker stumbles over, or what the slip is
    exact     f on mpmath's numbers, where there is such a thing
    """

    name: str
    f: Callable[..., Any]
    gradient: Callable[..., Any]
    at: Any
    domain: Domains
    truth: str
    why: str
    exact: Callable[..., Any] | None = None


def right(
    name: str, formula: Callable[..., Any], gradient: Callable[..., Any], at: Any, why: str, domain: Domains = None
) -> Case:
    """A claim that a checker ought to agree with."""
    return Case(name, partial(formula, math), gradient, at, domain, "right", why, partial(formula, mpmath))


def wrong(
    name: str, formula: Callable[..., Any], gradient: Callable[..., Any], at: Any, why: str, domain: Domains = None
) -> Case:
    """A claim that a checker ought to disagree with: what is wrong about it shows in evaluations."""
    return Case(name, partial(formula, math), gradient, at, domain, "wrong", why, partial(formula, mpmath))


def opaque(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f` as it would be if it were written in C: called with floats, and not to be run on other numbers."""

    @wraps(f)
    def on_floats(*xs: Any) -> Any:
        for x in numbers_in(xs):
            float.hex(x.real)
        return f(*xs)

    return on_floats


def unjudgeable(
    name: str, f: Callable[..., Any], gradient: Callable[..., Any], at: Any, why: str, domain: Domains = None
) -> Case:
    """A claim of which evaluations of `f` tell nothing either way; all that can be had of f are these."""
    return Case(name, opaque(f), gradient, at, domain, "unjudgeable", why)
