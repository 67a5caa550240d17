"""How the rows are written that stand in derivatives only: 3·x^2 for a term of the slope of x³, σ′(x) for that of σ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from microgrand.table.formula import number
from microgrand.table.indices import superscript
from microgrand.table.notation import ATOM, POWER, PRODUCT, Notation


class WrittenNotation(Notation):
    """A notation that no template can write: `writes` is given the style, "text" or "latex", and the operands."""

    def __init__(
        self,
        writes: Callable[[str, Sequence[str]], str],
        python: str,
        label: str,
        binds: int,
        slots: Sequence[int] | None = None,
    ) -> None:
        around = PRODUCT if binds == PRODUCT else ATOM
        super().__init__(python, label=label, binds=binds, slots=(around, ATOM, POWER) if slots is None else slots)
        self.writes = writes

    def write(self, style: str, operands: Sequence[str]) -> str:
        """Write the step; its operands are already written in the same style."""
        return super().write(style, operands) if style == "python" else self.writes(style, operands)


def _power_term(style: str, operands: Sequence[str]) -> str:
    """c·x^(y-n)·(log x)^m, without the factors that are 1."""
    c, x, y, n, m = operands
    latex = style == "latex"
    log = rf"\log\left({x}\right)" if latex else f"log({x})"
    powers = [_power(x, _difference(y, n), latex), _power(log, m, latex)]
    factors = [factor for factor in [c, *powers] if factor != "1"]
    return (r" \cdot " if latex else "·").join(factors) or "1"


def _difference(y: str, n: str) -> str:
    if n == "0":
        return y
    return number(float(y) - float(n)) if _is_number(y) and _is_number(n) else f"({y} - {n})"


def _power(base: str, exponent: str, latex: bool) -> str:
    if exponent in ("0", "1"):
        return base if exponent == "1" else "1"
    if latex:
        return f"{{{base}}}^{{{exponent}}}"
    return f"{base}^({exponent})" if exponent.startswith("-") else f"{base}^{exponent}"


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).lstrip("-").isdigit()


def slope_of(function: str, latex: str, python: str) -> Notation:
    """The derivative of a function of one operand: σ′(x)."""
    primed = latex.replace("{", "{{").replace("}", "}}") + r"'\left({}\right)"
    return Notation(f"{function}′({{}})", latex=primed, python=f"{python}({{}})", label=f"{function}′")


def derivative_of(function: str, latex: str, python: str) -> Notation:
    """The n-th derivative of a function of one operand, whose order is the row's last operand: ψ′(x), ψ⁽⁴⁾(x)."""

    def written(style: str, operands: Sequence[str]) -> str:
        *xs, n = operands
        short = n in _PRIMES
        inside = ", ".join(xs)
        if style == "latex":
            return latex + ("'" * int(n) if short else f"^{{({n})}}") + rf"\left({inside}\right)"
        return f"{function}{_PRIMES[n] if short else f'⁽{superscript(n)}⁾'}({inside})"

    return WrittenNotation(written, python, f"{function}⁽ⁿ⁾", ATOM, slots=())


def derivative_in_both(function: str, latex: str, python: str) -> Notation:
    """The derivative in x and in y, whose orders are the row's last operands: B⁽¹˒²⁾(x, y)."""

    def written(style: str, operands: Sequence[str]) -> str:
        *xs, n, m = operands
        inside = ", ".join(xs)
        if style == "latex":
            return rf"{latex}^{{({n},{m})}}\left({inside}\right)"
        return f"{function}⁽{superscript(n)}˒{superscript(m)}⁾({inside})"

    return WrittenNotation(written, python, f"{function}⁽ⁿ˒ᵐ⁾", ATOM, slots=())


_PRIMES: Final = {"0": "", "1": "′", "2": "″", "3": "‴"}


def bell_of(before: str, exponent: str, python: str) -> Notation:
    """e^(-x²) and the like, after a factor."""

    def written(style: str, operands: Sequence[str]) -> str:
        x = operands[0]
        if style == "latex":
            inside = exponent.replace("x", f"{{{x}}}")
            return rf"{x} \cdot e^{{{inside}}}" if before else f"e^{{{inside}}}"
        return f"{x}·exp({exponent.replace('x', x)})" if before else f"exp({exponent.replace('x', x)})"

    return WrittenNotation(written, python, f"{before}e^({exponent})", PRODUCT if before else ATOM)


POWER_TERM: Final = WrittenNotation(_power_term, "power_term", "c·x^(y-n)", PRODUCT)
