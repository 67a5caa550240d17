"""The rows of arithmetic: the primitives that `+`, `-`, `*` and `/` on Values record."""
# ruff: noqa: E501  a row of the table is one line

from __future__ import annotations

import operator
from typing import Final

from microgrand.table import numbers
from microgrand.table.domains import NON_ZERO, REALS
from microgrand.table.notation import ATOM, POWER, PRODUCT, SIGN, SUM, Notation
from microgrand.table.primitive import Primitive


def infix(text: str, label: str, binds: int, slots: tuple[int, ...], latex: str = "", python: str = "") -> Notation:
    """The notation of an operator, such as "{} + {}"."""
    return Notation(text, label=label, binds=binds, slots=slots, latex=latex, python=python)


_quotient_partials: Final = (lambda z, x, y: quotient(1.0, y), lambda z, x, y: -quotient(z, y))

# fmt: off
identity: Final[Primitive] = Primitive("identity", lambda x: x * 1.0, lambda z, x: 1.0, Notation("{}", python="identity({})", label="=", slots=(ATOM,)), doc="x itself, as a new node")

neg: Final[Primitive] = Primitive("neg", operator.neg, lambda z, x: -1.0,
    infix("-{}", "−", SIGN, (POWER,)), ufunc="negative", doc="-x")

add: Final[Primitive] = Primitive("add", operator.add, (lambda z, x, y: 1.0, lambda z, x, y: 1.0),
    infix("{} + {}", "+", SUM, (SUM, PRODUCT)), doc="x + y")

sub: Final[Primitive] = Primitive("sub", operator.sub, (lambda z, x, y: 1.0, lambda z, x, y: -1.0),
    infix("{} - {}", "−", SUM, (SUM, PRODUCT)), ufunc="subtract", doc="x - y")

mul: Final[Primitive] = Primitive("mul", operator.mul, (lambda z, x, y: y, lambda z, x, y: x),
    infix("{}·{}", "×", PRODUCT, (PRODUCT, POWER), r"{} \cdot {}", "{} * {}"), ufunc="multiply", doc="x·y")

div: Final[Primitive] = Primitive("div", numbers.quotient, _quotient_partials,
    infix("{} / {}", "/", PRODUCT, (PRODUCT, POWER), r"\frac{{{}}}{{{}}}"), ufunc="divide",
    domain=(REALS, NON_ZERO), pole=lambda x, y: y == 0.0, doc="x / y")

quotient: Final[Primitive] = Primitive("quotient", numbers.quotient, _quotient_partials,
    infix("{} / {}", "/", PRODUCT, (PRODUCT, POWER), r"\frac{{{}}}{{{}}}", "quotient({}, {})"),
    kink=lambda x, y: y == 0.0, doc="x / y as in IEEE 754, infinite for x ≠ 0 and y = 0: for slopes at the closed end of a domain")
