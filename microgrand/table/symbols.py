"""How vectors and the elements and rows of parameters are written: (1, 0.5), θ²₁, θ²₁₃."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from microgrand.shortening import listed
from microgrand.table.formula import number
from microgrand.table.indices import SUBSCRIPTS, superscript
from microgrand.table.signature import subscript

UNKNOWN: Final = "?"
SHOWN: Final = 4  # how many numbers of a long vector are written


def vector(
    numbers: Sequence[float | None], shown: int = SHOWN, digits: int = 4, write: Callable[..., str] = number
) -> str:
    """Numbers as a vector on one line. Of a long vector, `shown` numbers are written, and how many it has in all.

    None stands for a number that is not known yet.

    >>> vector([1.0, 0.5]), vector([0.0] * 30)
    ('(1, 0.5)', '(0, 0, 0, … 30 numbers in all …, 0)')
    """
    most = shown if len(numbers) > shown + 1 else len(numbers)

    def text(x: float | None) -> str:
        return UNKNOWN if x is None else write(x, digits=digits)

    return f"({listed(numbers, text, most, count='numbers in all')})"


def element_name(row: str, k: int, size: tuple[int, int]) -> str:
    """The name of element k of a row of parameters, of `size` rows and columns: θ²₁₃ for the third of θ²₁.

    >>> element_name("θ₁", 3, (2, 3)), element_name("θ₁", 12, (2, 30)), element_name("b", 2, (1, 2))
    ('θ₁₃', 'θ₁‚₁₂', 'b₂')
    """
    indexed = row[-1:] in SUBSCRIPTS
    return row + subscript(f",{k}" if indexed and max(size) > 9 else k)


def row_name(name: str, layer: object) -> str:
    """The name of a row of parameters with its layer's number: θ²₁ for θ₁ of layer 2. A layer "" has no number.

    >>> row_name("θ₁", 2), row_name("weights", 2), row_name("b", ""), row_name("", 3)
    ('θ²₁', 'weights²', 'b', 'θ³')
    """
    indexed = name[:1] in ("θ", "b") and all([character in SUBSCRIPTS for character in name[1:]])
    return f"{name[:1]}{superscript(layer)}{name[1:]}" if indexed else f"{name or 'θ'}{superscript(layer)}"
