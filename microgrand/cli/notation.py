"""What people write in mathematics, and how the command reads it: 2x for 2*x, x² for x**2, sin x for sin(x)."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from typing import Final

from microgrand.table.rows import TABLE

_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SIGNS: Final = str.maketrans({"−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "∗": "*", "÷": "/", "^": "**"})
_LOWERED: Final = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_NUMBER: Final = r"(?<![\w.])((?>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))"
_FUNCTIONS: Final = "|".join(sorted([*TABLE, "ln"], key=len, reverse=True))
# Functions by the symbols that pictures and books have for them: σ, Φ, Γ, Σ.
SYMBOLS: Final = {
    row.notation.label: name for name, row in TABLE.items()
    if row.notation.label.isidentifier() and not row.notation.label.isascii()
}  # fmt: skip
_INVERSE: Final = "|".join([name[1:] for name in TABLE if name[0] == "a" and name[1:] in TABLE])

# One after the other; each is a pattern and what stands in its place.
_RULES: Final[list[tuple[str, str | Callable[[re.Match[str]], str]]]] = [
    (r"^\s*[^\W\d]\w*\s*=(?!=)", ""),  # y = … defines nothing here
    (r"([₀-₉])(?=[^\W\d])(?![₀-₉⁰¹²³⁴-⁹])", r"\1*"),
    (r"\w[₀-₉]+", lambda found: found[0].translate(_LOWERED)),
    (rf"\b({'|'.join(SYMBOLS)})(?=\s*\()", lambda found: SYMBOLS[found[1]]),
    (rf"\b({_INVERSE})⁻¹", r"a\1"),
    (r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda found: f"**{found[0].translate(_RAISED)}"),
    (r"\|([^|]+)\|", r"abs(\1)"),
    (r"√\s*([\w.]+)", r"sqrt(\1)"),
    (r"√\s*\(", "sqrt("),
    (r"\bln\b", "log"),
    (rf"\b({_FUNCTIONS})\s+([\w.]+)(?!\s*\()", r"\1(\2)"),
    (rf"{_NUMBER}\s*(?=[^\W\d_]|\()", r"\1*"),
    (r"\)\s*(?=[\w(])", ")*"),
    (rf"\b(?!(?:{_FUNCTIONS})\b)([^\W\d]\w*)\s+(?=[\w(])", r"\1*"),
]


def in_python(text: str) -> str | None:
    """An expression that is written as in mathematics, as the command reads it; None where that is not clear.

    >>> [in_python(each) for each in ("2x", "sin x", "a^2 + b²", "|x| − 3(x + 1)", "y = x x", "σ(√x₁)", "x +")]
    ['2*x', 'sin(x)', 'a**2 + b**2', 'abs(x) - 3*(x + 1)', 'x*x', 'sigmoid(sqrt(x1))', None]
    """
    found = text.translate(_SIGNS)
    for pattern, instead in _RULES:
        found = re.sub(pattern, instead, found)
    found = found.strip()
    return found if found != text.strip() and _is_expression(found) else None


def name_in_python(name: str) -> str | None:
    """A name as the command reads it where it is written as in mathematics: x1 for x₁; None where it is not."""
    found = name.translate(_LOWERED)
    return found if found != name and found.isidentifier() else None


def _is_expression(text: str) -> bool:
    """Whether Python reads it, it has a name, and nothing is called in it but functions of the table."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python's own style
            tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    raised = [each.left for each in ast.walk(tree) if isinstance(each, ast.BinOp)]
    if any([isinstance(each, ast.Name) and (each.id in TABLE or each.id in SYMBOLS) for each in raised]):
        return False  # sin²(x): a function's power has no form here
    calls = [each.func for each in ast.walk(tree) if isinstance(each, ast.Call)]
    names = [each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and each.id not in TABLE]
    return len(names) > 0 and all([isinstance(called, ast.Name) and called.id in TABLE for called in calls])
