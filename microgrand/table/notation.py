"""How one step is written: as plain text, as LaTeX, as Python; and the label of a drawing.

`formula.py` puts the steps of a graph together.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, Final

from microgrand.table.signature import Signature

# How tightly an expression holds together; a looser one is put in parentheses inside a tighter one.
COMPARISON: Final = 0
SUM: Final = 1
PRODUCT: Final = 2
SIGN: Final = 3
POWER: Final = 4
ATOM: Final = 5

LONGEST_LIST: Final = 6  # operands that are all written
ELLIPSIS: Final = {"text": "…", "latex": r"\ldots", "python": "..."}


class Notation:
    r"""How one step is written, in three styles, with its drawing label and its precedence.

    `text`, `latex` and `python` are templates with one `{}` per operand; a template without a `{}` is the name of a
    function, and the operands follow it in parentheses, lists of them in brackets. `slots` gives, per operand, the
    precedence below which that operand is put in parentheses.

    label   what a drawing calls the step; by default as `text`
    binds   the precedence of the step itself

    >>> minus = Notation("{} - {}", binds=SUM, slots=(SUM, PRODUCT))
    >>> minus.write("text", ["a", "b"])
    'a - b'
    >>> Notation("tanh", latex=r"\tanh").write("latex", ["x"])
    '\\tanh\\left(x\\right)'
    """

    signature = Signature()  # of the row that declares the notation: which operands stand in lists

    def __init__(
        self,
        text: str,
        *,
        latex: str = "",
        python: str = "",
        label: str = "",
        binds: int = ATOM,
        slots: Sequence[int] = (),
    ) -> None:
        name = r"\operatorname{" + text.replace("_", r"\_") + "}"
        self.text: Final = text
        self.latex: Final = latex or (text if "{}" in text else name)
        self.python: Final = python or text
        self.label: Final = label or text
        self.binds: Final = binds
        self.slots: Final = tuple(slots)

    def of(self, signature: Signature) -> Notation:
        """The same notation for a row with this signature."""
        notation = copy(self)
        notation.signature = signature
        return notation

    def slot(self, k: int) -> int:
        """The least precedence that operand `k` needs to stand without parentheses."""
        return self.slots[k] if k < len(self.slots) else 0

    def shown(self, operands: Sequence[Any], style: str) -> list[tuple[Any, bool]]:
        """The operands, and for each whether it is left out of a long list, whose ends alone are written."""
        lists, rest = self.signature.grouped(operands)
        size = len(lists[0]) if lists else len(rest)
        long = size > LONGEST_LIST and style != "python"
        return [(x, long and 3 <= k % size < size - 1) for k, x in enumerate(operands)]

    def write(self, style: str, operands: Sequence[str]) -> str:
        """The step with its operands, each already written in the same style."""
        template = self.latex if style == "latex" else self.python if style == "python" else self.text
        if "{}" in template:
            return template.format(*operands)
        lists, rest = self.signature.grouped(operands)
        return self.applied(style, [f"[{_listed(items, style)}]" for items in lists], rest)

    def applied(self, style: str, lists: Sequence[str], rest: Sequence[str]) -> str:
        """The function of lists and what follows them, all of it already written: "dot(w, x)"."""
        template = self.latex if style == "latex" else self.python if style == "python" else self.text
        inside = ", ".join([*lists, _listed(rest, style)] if rest else lists)
        return rf"{template}\left({inside}\right)" if style == "latex" else f"{template}({inside})"


def _listed(operands: Sequence[str], style: str) -> str:
    """Operands side by side; a long list keeps its ends, except in Python, which must stay exact."""
    if len(operands) > LONGEST_LIST and style != "python":
        operands = [*operands[:3], ELLIPSIS[style], operands[-1]]
    return ", ".join(operands)
