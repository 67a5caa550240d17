"""The errors that microgrand raises on purpose; each states the rule, the offending value and the way out."""

from __future__ import annotations


class DomainError(ValueError):
    """A primitive was applied outside the set on which it is defined.

    >>> import microgrand
    >>> microgrand.log(-1.0)
    Traceback (most recent call last):
        ...
    microgrand.errors.DomainError: log is defined on (0, ∞); got -1.0
    """


class DivisionByZeroError(DomainError, ZeroDivisionError):
    """Division by zero, or a negative power of zero: a `DomainError` that is also a `ZeroDivisionError`.

    >>> import microgrand
    >>> microgrand.reciprocal(0.0)
    Traceback (most recent call last):
        ...
    microgrand.errors.DivisionByZeroError: reciprocal is defined on (-∞, 0) ∪ (0, ∞); got 0.0
    """


class NonFiniteError(ArithmeticError):
    """An adjoint δ turned NaN or infinite during a sweep; the message names the node where this happened first.

    >>> from microgrand import Value, sqrt
    >>> sqrt(Value(0.0, name="x")).backward()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    microgrand.errors.NonFiniteError: δ of node 'x' (data 0.0) turned inf: the local partial of sqrt(x) ...
    """


class GraphError(ValueError):
    """A rule about graphs was broken: for example, the data of a computed node was set.

    >>> from microgrand import Value
    >>> y = Value(2.0) * 3.0
    >>> y.data = 1.0  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    microgrand.errors.GraphError: the data of a computed node cannot be set (this one is 2·3): set a leaf's and call ...
    """
