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
    """A quotient, or a negative power of zero, was asked for: a `DomainError` that is also a `ZeroDivisionError`."""


class NonFiniteError(ArithmeticError):
    """An adjoint δ turned NaN or infinite during a sweep; the message names the node where that was born."""


class GraphError(ValueError):
    """A graph, or something said about one, breaks a rule: a computed node's data was set, say."""


class GuardError(ValueError):
    """A program was replayed where a comparison comes out otherwise than when it was recorded: its steps are not those.

    The message names the comparison, and on arrays the first row where it comes out otherwise.
    """


class MissingExtraError(ImportError):
    """A feature needs a package that is not installed; the message holds the command that installs it."""

    def __init__(self, feature: str, extra: str, module: str) -> None:
        super().__init__(f'{feature} needs the package {module!r}: pip install "microgrand[{extra}]"', name=module)


class CollapsedWarning(UserWarning):
    """A graph is too large for a picture; what the picture does not show is told."""


class InputError(ValueError):
    """A file or an argument given to the command line is wrong; the message is one sentence for the person at it."""
