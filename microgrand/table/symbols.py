"""How vectors, layers, elements and rows of parameters are written: (1, 0.5), z², z₁₂, θ²₁."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from microgrand.table.formula import number

UNKNOWN: Final = "?"
SHOWN: Final = 4  # how many numbers of a long vector are written


def vector(numbers: Sequence[float | None], shown: int = SHOWN, digits: int = 4) -> str:
    """Numbers as a vector on one line. Of a long vector, `shown` numbers are written, and its length.

    None stands for a number that is not known yet.

    >>> vector([1.0, 0.5]), vector([0.0] * 30)
    ('(1, 0.5)', '(0, 0, 0, … 30 numbers …, 0)')
    """
    long = len(numbers) > shown + 1
    written = [*numbers[: shown - 1], numbers[-1]] if long else numbers
    texts = [UNKNOWN if x is None else _short_number(x, digits) for x in written]
    if long:
        texts.insert(shown - 1, f"… {len(numbers):,} numbers …")
    return "(" + ", ".join(texts) + ")"


def _short_number(x: float, digits: int) -> str:
    return f"{x:.{digits}g}" if x - x == 0.0 else number(x)


def superscript(l: object) -> str:
    """A layer's number as a superscript: the ² of z²."""
    return str(l).translate(_SUPERSCRIPTS)


def subscript(k: object) -> str:
    """An element's number as a subscript: the ₁₂ of z₁₂."""
    return str(k).translate(_SUBSCRIPTS)


def row_name(name: str, layer: object) -> str:
    """The name of a row of parameters with its layer's number: θ²₁ for θ₁ of layer 2. A layer "" has no number.

    >>> row_name("θ₁", 2), row_name("weights", 2), row_name("b", ""), row_name("", 3)
    ('θ²₁', 'weights²', 'b', 'θ³')
    """
    indexed = name[:1] in ("θ", "b") and all([character in "₀₁₂₃₄₅₆₇₈₉" for character in name[1:]])
    return f"{name[:1]}{superscript(layer)}{name[1:]}" if indexed else f"{name or 'θ'}{superscript(layer)}"


_SUPERSCRIPTS: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUBSCRIPTS: Final = str.maketrans("0123456789-", "₀₁₂₃₄₅₆₇₈₉₋")
