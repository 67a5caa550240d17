"""Tools for trusting a derivative: exact references and hypothesis strategies. Needs the extra `testing`."""

from microgrand.testing.expression import Expression
from microgrand.testing.graphs import expressions
from microgrand.testing.strategies import values

__all__ = ["Expression", "expressions", "values"]
