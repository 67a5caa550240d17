"""How one step is written as plain text, LaTeX or Python, and labelled in a drawing; `formula.py` joins steps."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, Final

from microgrand.table.signature import Signature, subscript

# Precedences, loosest first: an expression is put in parentheses inside one that binds more tightly.
COMPARISON: Final = 0
SUM: Final = 1
PRODUCT: Final = 2
SIGN: Final = 3
POWER: Final = 4
ATOM: Final = 5

LONGEST_LIST: Final = 6  # the most operands that are written without an ellipsis
ELLIPSIS: Final = {"text": "…", "latex": r"\ldots", "python": "..."}


class Notation:
    r"""How one step is written, in three styles, with its drawing label and its precedence.

    `text`, `latex` and `python` are templates with one `{}` per operand. A template without `{}` is the name of a
    function: its operands follow in parentheses, lists of them in brackets. `slots` gives each operand a precedence: an
    operand that binds less tightly is put in parentheses.

    label    of the step in a drawing, by default `text`; `binds`: the precedence of the step itself
    indexed  how it is written where its lists have names: a template of the chosen elements, then of zₖ of each list

    >>> minus = Notation("{} - {}", binds=SUM, slots=(SUM, PRODUCT))
    >>> minus.write("text", ["a", "b"])
    'a - b'
    >>> Notation("tanh", latex=r"\tanh").write("latex", ["x"])
    '\\tanh\\left(x\\right)'
    """

    signature = Signature()  # of the row that declares the notation: it tells which operands form lists

    def __init__(
        self,
        text: str,
        *,
        latex: str = "",
        python: str = "",
        label: str = "",
        binds: int = ATOM,
        slots: Sequence[int] = (),
        indexed: Notation | None = None,
    ) -> None:
        self.text: Final = text
        self.latex: Final = latex or (text if "{}" in text else r"\operatorname{" + text.replace("_", r"\_") + "}")
        self.python: Final = python or text
        self.label: Final = label or text
        self.binds: Final = binds
        self.slots: Final = tuple(slots)
        self.indexed: Final = indexed

    def __repr__(self) -> str:
        return f"Notation({self.text!r})"

    def of(self, signature: Signature) -> Notation:
        """A copy of this notation for a row with this signature."""
        notation = copy(self)
        notation.signature = signature
        return notation

    def slot(self, k: int) -> int:
        """The least precedence at which operand `k` needs no parentheses."""
        return self.slots[k] if k < len(self.slots) else 0

    def shown(self, operands: Sequence[Any], style: str) -> list[tuple[Any, bool]]:
        """Each operand, and whether it is left out: of a long list, only the ends are written."""
        lists, rest = self.signature.grouped(operands)
        size = len(lists[0] if lists else rest)
        long = size > LONGEST_LIST and style != "python"
        return [(x, long and 3 <= k % size < size - 1) for k, x in enumerate(operands)]

    def write(self, style: str, operands: Sequence[str]) -> str:
        """Write the step; its operands are already written in the same style."""
        template = self.latex if style == "latex" else self.python if style == "python" else self.text
        if "{}" in template:
            return template.format(*operands)
        lists, rest = self.signature.grouped(operands)
        return self.applied(style, [f"[{items_text(items, style)}]" for items in lists], rest)

    def applied(self, style: str, lists: Sequence[str], rest: Sequence[str]) -> str:
        """A call, "dot(w, x)", of lists and other operands, all written; an index counts from one: "softmax(x)₁"."""
        template = self.latex if style == "latex" else self.python if style == "python" else self.text
        count = len(rest) - (len(self.signature.indices) if lists and style != "python" else 0)
        inside = ", ".join([*lists, items_text(rest[:count], style)] if count else lists)
        below = ",".join([str(int(k) + 1) if k.isdigit() else k for k in rest[count:]])
        if style == "latex":
            return rf"{template}\left({inside}\right)" + f"_{{{below}}}" * bool(below)
        return f"{template}({inside}){subscript(below)}"


def items_text(operands: Sequence[str], style: str) -> str:
    """Operands separated by commas; a long list keeps only its ends, except in Python code, which must be complete."""
    if len(operands) > LONGEST_LIST and style != "python":
        operands = [*operands[:3], ELLIPSIS[style], operands[-1]]
    return ", ".join(operands)
