"""Write the steps of a graph as one formula, with its numbers and names."""

from __future__ import annotations

from typing import Any, Final

from microgrand.table.notation import ATOM, ELLIPSIS, PRODUCT, SIGN

STYLES: Final = ("text", "latex", "python")

LONGEST_NAME: Final = 40  # characters
LONGEST_TEXT: Final = 200  # characters of a formula in plain text
DEEPEST: Final = 200  # steps below the root


def formula(root: Any, style: str = "text", depth: int = 4) -> str:
    r"""The formula that computed `root`, in the style "text", "latex" or "python".

    A node with a name is written as its name, except the root; a leaf without a name as its number; anything more than
    `depth` steps down as an ellipsis. So a graph of any size gives one line.

    Raises ValueError for any other `style`, TypeError for what is no Value.

    >>> from microgrand import Value
    >>> x, y = Value(3.0, name="x"), Value(2.0, name="y")
    >>> formula((x - 2 * y) ** 2)
    '(x - 2·y)^2'
    >>> formula(x / y, "latex")
    '\\frac{x}{y}'
    """
    if style not in STYLES:
        raise ValueError(f"style is one of {', '.join(STYLES)}; got {style!r}")
    if not isinstance(root, (float, int)) and not hasattr(root, "apply_row"):
        raise TypeError(f"formula is of one Value; got {root!r:.60} of type {type(root).__name__}")
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
    """The name, whatever its characters, as one LaTeX symbol."""
    return r"\mathit{" + "".join([_LATEX.get(character, character) for character in name]) + "}"


_LATEX: Final = {"\\": r"\backslash ", "^": r"\hat{}", "~": r"\tilde{}"} | {c: "\\" + c for c in "_{}%&$#"}


def number(x: float, style: str = "text", digits: int = 6) -> str:
    r"""A number as written in a formula: rounded to `digits`, and without `.0` if whole; in style "python", exact.

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
    short = f"{x:.0f}" if x == int(x) and abs(x) < 1e6 else f"{x:.{digits}g}"
    if style == "latex" and "e" in short:
        mantissa, exponent = short.split("e")
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
    return short


def shortened(text: str, most: int = LONGEST_NAME) -> str:
    """The text, cut to `most` characters with an ellipsis at the end if it is longer.

    >>> shortened("a name that goes on", 8)
    'a name …'
    """
    return text if len(text) <= most else text[: most - 1] + ELLIPSIS["text"]
