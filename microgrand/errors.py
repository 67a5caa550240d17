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


class GuardError(ValueError):
    """A program was replayed on numbers for which a comparison differs from the recording, so its steps do not apply.

    The message names the comparison and, on arrays, the first index at which it differs.

    >>> from microgrand import record
    >>> record(lambda x: x if x > 0 else -x, 2.0)(-3.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    microgrand.errors.GuardError: <lambda> was recorded where x > 0 is True; here it is False: -3.0 and 0.0; ...
    """


class MissingExtraError(ImportError):
    """A feature needs a package that is not installed; the message holds the command that installs it.

    >>> print(MissingExtraError("a plot", "train", "matplotlib"))
    a plot needs the package 'matplotlib': pip install "microgrand[train]"
    """

    def __init__(self, feature: str, extra: str, module: str) -> None:
        super().__init__(f'{feature} needs the package {module!r}: pip install "microgrand[{extra}]"', name=module)


class CollapsedWarning(UserWarning):
    """A graph is too large to draw in full; the message says what the drawing leaves out.

    >>> import warnings
    >>> from microgrand import Value, draw, sin
    >>> with warnings.catch_warnings(record=True, action="always") as told:
    ...     drawing = draw(sin(sin(sin(Value(1.0)))), max_nodes=3)
    >>> print(told[0].message)  # doctest: +ELLIPSIS
    this graph has 4 nodes: ...
    """


class InputError(ValueError):
    """A file or an argument given to the command line is wrong; the message is one sentence for the user.

    >>> from microgrand import Linear
    >>> from microgrand.training import load
    >>> load(Linear(2, 1), "parameters.txt")
    Traceback (most recent call last):
        ...
    microgrand.errors.InputError: parameters are kept in a file that ends in .safetensors or .json; got 'parameters.txt'
    """
