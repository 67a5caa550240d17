"""The errors and warnings of what is built on the engine: programs, files, pictures, second derivatives."""

from __future__ import annotations


class GuardError(ValueError):
    """A program was replayed on numbers for which a comparison differs from the recording, so its steps do not apply.

    The message names the comparison and, on arrays, the first index at which it differs.

    >>> from microgrand import record
    >>> record(lambda x: x if x > 0 else -x, 2.0)(-3.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    microgrand.outer_errors.GuardError: <lambda> was recorded where x > 0 is True; here it is False: -3.0 and 0.0; ...
    """


class MissingExtraError(ImportError):
    """A feature needs a package that is not installed; the message holds the command that installs it.

    >>> print(MissingExtraError("a plot", "train", "matplotlib"))
    a plot needs the package 'matplotlib': pip install "microgrand[train]"
    """

    def __init__(self, feature: str, extra: str, module: str) -> None:
        super().__init__(f'{feature} needs the package {module!r}: pip install "microgrand[{extra}]"', name=module)


class InputError(ValueError):
    """A file or an argument given to the command line is wrong; the message is one sentence for the user.

    >>> from microgrand import Linear
    >>> from microgrand.training import load
    >>> load(Linear(2, 1), "parameters.txt")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    microgrand.outer_errors.InputError: parameters are kept in a file that ends in .safetensors or ...
    """


class CollapsedWarning(UserWarning):
    """A graph is too large to draw in full; the message says what the drawing leaves out.

    >>> import warnings
    >>> from microgrand import Value, draw, sin
    >>> with warnings.catch_warnings(record=True, action="always") as told:
    ...     drawing = draw(sin(sin(sin(Value(1.0)))), max_nodes=3)
    >>> print(told[0].message)  # doctest: +ELLIPSIS
    this graph has 4 nodes: ...
    """


class KinkWarning(UserWarning):
    """A derivative of second or higher order passes through a kink, where a row has none and follows its convention.

    The message names the node, its numbers and the convention; `kinks(root)` lists all such nodes.

    >>> import warnings
    >>> from microgrand import grad, relu
    >>> with warnings.catch_warnings(record=True, action="always") as told:
    ...     slope = grad(grad(lambda x: relu(x) * x))(0.0)
    >>> print(told[0].message)  # doctest: +ELLIPSIS
    a derivative of second or higher order passes through a kink: relu(0) has no derivative at (0.0); ...
    """
