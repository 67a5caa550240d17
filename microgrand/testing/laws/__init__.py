"""The laws that every row of the table keeps, and every row that is added to it at run time.

A law takes a row and operands, looks, and raises `Broken` where it does not hold. Where a row cannot be looked at in
that way (its value takes no arrays, say) the law is left out: an error misleads nobody, a wrong number does.
"""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from microgrand.table.primitive import Primitive
from microgrand.testing.laws.kept_domains import domain_is_kept, ends_are_kept
from microgrand.testing.laws.law import Broken, Law, LeftOut
from microgrand.testing.laws.orders import higher_orders, second_order
from microgrand.testing.laws.partials import kinks_keep_their_convention, partials_are_derivatives, partials_are_exact
from microgrand.testing.laws.values import (
    arrays_give_what_floats_give,
    printed_code_gives_the_value,
    value_is_exact,
    values_and_floats_agree,
)
from microgrand.testing.strategies import anything, at_kinks, extremes, operands

__all__ = ["LAWS", "Broken", "Law", "LeftOut"]


def _moderate(row: Primitive) -> st.SearchStrategy[tuple[Any, ...]]:
    """Operands off the kinks, where formulas count, and not the range of floats."""
    return st.tuples(operands(row, largest=50.0))


def _moderate_or_extreme(row: Primitive) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(operands(row, largest=50.0) | extremes(row))


def _small(row: Primitive) -> st.SearchStrategy[tuple[Any, ...]]:
    """Where derivatives of derivatives are of the size of the value."""
    return st.tuples(operands(row, largest=5.0, smallest=1e-2))


def _and_two_positions(row: Primitive) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(operands(row, largest=5.0, smallest=1e-2), st.integers(0, 5), st.integers(0, 5))


def _two_lists(row: Primitive) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(operands(row, largest=50.0), operands(row, largest=50.0))


# fmt: off
# ruff: noqa: E501  a law is one line
LAWS: Final = (
    Law("the domain is kept",                            domain_is_kept,               lambda row: st.tuples(anything(row))),
    Law("just outside the domain is refused",            ends_are_kept,                _small, 0.05),
    Law("Values and floats give the same",               values_and_floats_agree,      _moderate_or_extreme),
    Law("a partial is the derivative of the value",      partials_are_derivatives,     _moderate_or_extreme),
    Law("a partial at a kink lies between both sides",   kinks_keep_their_convention,  lambda row: st.tuples(at_kinks(row))),
    Law("arrays give what floats give",                  arrays_give_what_floats_give, _two_lists),
    Law("the printed code gives the value",              printed_code_gives_the_value, _moderate, 0.25),
    Law("the derivative of a partial is swept",          second_order,                 _and_two_positions, 0.25),
    Law("the value is as exact as declared",             value_is_exact,               _moderate),
    Law("the partials are as exact as declared",         partials_are_exact,           _moderate),
    Law("derivatives to fourth order are the value's",   higher_orders,                _small, 0.25),
)
