"""The sign of an operation on a round gate, in a few characters: ×, σ, ^3, 1 −, max(·, 0)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from microgrand.drawing.names import one_line
from microgrand.drawing.vertices import Vertex
from microgrand.table.primitive import Primitive
from microgrand.table.signature import subscript

LONGEST_SIGN = 20  # characters
MOST_OPERANDS = 4  # that are told one by one


def sign_of(vertex: Vertex, plain: Callable[[float], str]) -> str:
    """The sign of the step that made a vertex; "" for a leaf. Plain numbers, which no wire brings, stand in it.

    plain  writes such a number

    >>> from microgrand import Value
    >>> from microgrand.drawing.vertices import look
    >>> x = Value(2.0)
    >>> for z in (x * 3.0, 1.0 - x, x**3, x.exp()):
    ...     print(sign_of(look([z], lambda node: None, lambda node: False).root, "{:g}".format))
    × 3
    1 −
    ^3
    exp
    """
    row = vertex.primitive
    if row is None:
        return ""
    label, operands = row.notation.label.replace("{}", "·"), vertex.operands
    if row.signature.lists:  # the indices of lists count from 0, as in code; the sign counts from 1
        ends = row.signature.index_positions(len(operands)).start
        label += "".join([subscript(int(k) + 1) for k in operands[ends:] if isinstance(k, float)])
        operands = operands[:ends]
    return one_line(_with_numbers(row, label, operands, plain), LONGEST_SIGN)


def _with_numbers(row: Primitive, label: str, operands: Sequence[Vertex | float], plain: Callable[[float], str]) -> str:
    """The label with the plain numbers among the operands, each in its place."""
    if not any([isinstance(operand, float) for operand in operands]):
        return label
    if len(operands) == 2 and row.notation.text.count("{}") == 2:
        first, second = operands
        if isinstance(first, float):
            return f"{plain(first)} {label}"
        assert isinstance(second, float)  # one of the two is a number
        return f"{label}{plain(second)}" if label == "^" else f"{label} {plain(second)}"
    if len(operands) > MOST_OPERANDS:
        return label
    return f"{label}({', '.join([plain(x) if isinstance(x, float) else '·' for x in operands])})"
