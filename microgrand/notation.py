"""How formulas are written: as plain text, as LaTeX, as Python; and the label of a drawing.

A row of the table says how *its* step is written (`Notation`); `formula` puts the steps of a graph together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

# How tightly an expression holds together; a looser one is put in parentheses inside a tighter one.
COMPARISON: Final = 0
SUM: Final = 1
PRODUCT: Final = 2
SIGN: Final = 3
POWER: Final = 4
ATOM: Final = 5

STYLES: Final = ("text", "latex", "python")

LONGEST_LIST: Final = 6  # operands that are all written
LONGEST_NAME: Final = 40
DEEPEST: Final = 200  # steps that a formula may go down
LONGEST_TEXT: Final = 200  # characters of a formula in an error's one line
UNKNOWN: Final = "?"
SHOWN: Final = 4  # numbers of a long vector

ELLIPSIS: Final = {"text": "…", "latex": r"\ldots", "python": "..."}


class Notation:
    r"""How one step is written, in three styles, with its drawing label and its precedence.

    `text`, `latex` and `python` are templates with one `{}` per operand; a template without a `{}` is the name of a
    function, and the operands follow it in parentheses. `slots` gives, per operand, the precedence below which that
    operand is put in parentheses.

    label     what a drawing calls the step; by default as `text`
    binds     the precedence of the step itself
    groups    of a function of many operands: how many lists these are written as, 0 for none
    trailing  how many operands follow the lists

    >>> minus = Notation("{} - {}", binds=SUM, slots=(SUM, PRODUCT))
    >>> minus.write("text", ["a", "b"])
    'a - b'
    >>> Notation("tanh", latex=r"\tanh").write("latex", ["x"])
    '\\tanh\\left(x\\right)'
    """

    def __init__(
        self,
        text: str,
        *,
        latex: str = "",
        python: str = "",
        label: str = "",
        binds: int = ATOM,
        slots: Sequence[int] = (),
        groups: int = 0,
        trailing: int = 0,
    ) -> None:
        name = r"\operatorname{" + text.replace("_", r"\_") + "}"
        self.text: Final = text
        self.latex: Final = latex or (text if "{}" in text else name)
        self.python: Final = python or text
        self.label: Final = label or text
        self.binds: Final = binds
        self.slots: Final = tuple(slots)
        self.groups: Final = groups  # of a many-operand function: how many lists its operands are written as,
        self.trailing: Final = trailing  # and how many operands follow the lists

    def slot(self, k: int) -> int:
        """The least precedence that operand `k` needs to stand without parentheses."""
        return self.slots[k] if k < len(self.slots) else 0

    def shown(self, operands: Sequence[Any], style: str) -> list[tuple[Any, bool]]:
        """The operands, and for each whether it is left out of a long list, whose ends alone are written."""
        size = (len(operands) - self.trailing) // self.groups if self.groups else len(operands)
        long = size > LONGEST_LIST and style != "python"
        return [(x, long and 3 <= k % size < size - 1) for k, x in enumerate(operands)]

    def write(self, style: str, operands: Sequence[str]) -> str:
        """The step with its operands, each already written in the same style."""
        template = self.latex if style == "latex" else self.python if style == "python" else self.text
        if "{}" in template:
            return template.format(*operands)
        lists, rest = self.grouped(operands)
        return self.applied(style, [f"[{_listed(items, style)}]" for items in lists], rest)

    def grouped(self, operands: Sequence[Any]) -> tuple[list[Sequence[Any]], Sequence[Any]]:
        """The lists that the operands are written as, and the operands that follow them."""
        size = (len(operands) - self.trailing) // self.groups if self.groups else 0
        return [operands[i * size : (i + 1) * size] for i in range(self.groups)], operands[self.groups * size :]

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


def number(x: float, style: str = "text") -> str:
    r"""A number as it is written inside a formula: whole numbers without their `.0`, Python exactly.

    >>> number(2.0), number(0.1), number(2.0, "python"), number(1e-9, "latex")
    ('2', '0.1', '2.0', '1 \\cdot 10^{-9}')
    """
    if style == "python":
        if x != x:
            return "nan"
        return repr(x) if x - x == 0.0 else ("inf" if x > 0.0 else "-inf")
    if x != x:
        return "NaN" if style == "text" else r"\mathrm{NaN}"
    if x - x != 0.0:
        infinity = "∞" if style == "text" else r"\infty"
        return infinity if x > 0.0 else "-" + infinity
    short = f"{x:.0f}" if x == int(x) and abs(x) < 1e6 else f"{x:.6g}"
    if style == "latex" and "e" in short:
        mantissa, exponent = short.split("e")
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
    return short


def shortened(text: str, most: int = LONGEST_NAME) -> str:
    """The text, or its beginning and an ellipsis, `most` characters together.

    >>> shortened("a name that goes on", 8)
    'a name …'
    """
    return text if len(text) <= most else text[: most - 1] + ELLIPSIS["text"]


def vector(numbers: Sequence[float | None], shown: int = SHOWN) -> str:
    """Numbers as a vector on one line; one with many more than are shown keeps its ends, and tells its length.

    None stands for a number that is not known yet.

    >>> vector([1.0, 0.5]), vector([0.0] * 30)
    ('(1, 0.5)', '(0, 0, 0, … 30 numbers …, 0)')
    """
    long = len(numbers) > shown + 1
    texts = [
        UNKNOWN if x is None else _short_number(x) for x in ([*numbers[: shown - 1], numbers[-1]] if long else numbers)
    ]
    if long:
        texts.insert(shown - 1, f"… {len(numbers):,} numbers …")
    return "(" + ", ".join(texts) + ")"


def _short_number(x: float) -> str:
    return f"{x:.4g}" if x - x == 0.0 else number(x)


def superscript(l: object) -> str:
    """The number of a layer as it is written: the ² of z²."""
    return str(l).translate(_SUPERSCRIPTS)


def subscript(k: object) -> str:
    """The number of an element as it is written: the ₁₂ of z₁₂."""
    return str(k).translate(_SUBSCRIPTS)


def row_name(name: str, layer: object) -> str:
    """A row of parameters of the layer with that number: θ²₁ for θ₁; "" for the number changes nothing.

    >>> row_name("θ₁", 2), row_name("weights", 2), row_name("b", "")
    ('θ²₁', 'weights²', 'b')
    """
    indexed = name[:1] in ("θ", "b") and all([character in "₀₁₂₃₄₅₆₇₈₉" for character in name[1:]])
    return f"{name[:1]}{superscript(layer)}{name[1:]}" if indexed else f"{name or 'θ'}{superscript(layer)}"


def formula(root: Any, style: str = "text", depth: int = 4) -> str:
    r"""How `root` was computed, in `style`, one of "text", "latex", "python".

    A node with a name stands as its name (the root itself is spelled out), a leaf without one as its number, and
    whatever lies deeper than `depth` steps as an ellipsis, so that a graph of any size gives one line.

    Raises ValueError for another style, TypeError for what is no node.

    >>> from microgrand import Value
    >>> x, y = Value(3.0, name="x"), Value(2.0, name="y")
    >>> formula((x - 2 * y) ** 2)
    '(x - 2·y)^2'
    >>> formula(x / y, "latex")
    '\\frac{x}{y}'
    """
    if style not in STYLES:
        raise ValueError(f"style is one of {', '.join(STYLES)}; got {style!r}")
    written = _written(root, style, min(depth, DEEPEST), 0, True)
    too_long = style == "text" and len(written) > LONGEST_TEXT
    return written[: LONGEST_TEXT - 1] + ELLIPSIS[style] if too_long else written


def _written(item: Any, style: str, depth: int, slot: int, spelled_out: bool) -> str:
    if isinstance(item, (float, int)):
        text = number(float(item), style)
        return _parenthesised(text, SIGN if item < 0 else PRODUCT if "cdot" in text else ATOM, slot, style)
    if item.name is not None and not spelled_out:
        return _name(item.name, style)
    if item.is_leaf:
        return _name(item.name, style) if item.name is not None else _written(item.data, style, 0, slot, False)
    if depth == 0:
        return ELLIPSIS[style]
    notation = item.primitive.notation
    operands = [
        ELLIPSIS[style] if hidden else _written(operand, style, depth - 1, notation.slot(k), False)
        for k, (operand, hidden) in enumerate(notation.shown(item.operands, style))
    ]
    return _parenthesised(notation.write(style, operands), notation.binds, slot, style)


def _parenthesised(text: str, binds: int, slot: int, style: str) -> str:
    if binds >= slot:
        return text
    return rf"\left({text}\right)" if style == "latex" else f"({text})"


def _name(name: str, style: str) -> str:
    if style == "text":
        return shortened(name.replace("\n", "↵"))
    if style == "python" or (len(name) == 1 and name.isalnum()):
        return name
    return named_in_latex(name)


def named_in_latex(name: str) -> str:
    """A name of any characters as one symbol of LaTeX."""
    return r"\mathit{" + "".join([_LATEX.get(character, character) for character in name]) + "}"


_LATEX: Final = {"\\": r"\backslash ", "^": r"\hat{}", "~": r"\tilde{}"} | {c: "\\" + c for c in "_{}%&$#"}
_SUPERSCRIPTS: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUBSCRIPTS: Final = str.maketrans("0123456789-", "₀₁₂₃₄₅₆₇₈₉₋")
