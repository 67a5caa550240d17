"""Formulas of a step as text, as LaTeX and as MathML, with the names of nodes kept apart from the mathematics.

A name may hold anything. In LaTeX it is escaped; on the way to MathML a placeholder stands for it, a character of the
private use area, so that no converter ever reads it. Another stands for a number that a page can compute again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from xml.etree import ElementTree

from microgrand.outer_errors import MissingExtraError
from microgrand.table.formula import named_in_latex, number
from microgrand.table.indices import LOWERED, symbol_in_latex
from microgrand.walk.live import Figure, Live, cut_at_figures, placeholder
from microgrand.walk.mathml import arranged

ELEMENTS = {
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "munder",
    "mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mfenced",
}  # fmt: skip
ATTRIBUTES = {"mathvariant", "stretchy", "fence", "form", "display", "width", "columnalign"}
MOST_ENTRIES, MOST_COLUMNS = 36, 8  # of a matrix that is written out
DIGITS, MATRIX_DIGITS = 6, 4  # of a number, of an entry of a matrix
_FIRST = 0xE000  # of the placeholders of names


@dataclass(frozen=True)
class Formula:
    """One line of mathematics.

    text      as plain text
    template  as LaTeX, with a placeholder for each name that is more than a symbol, and for each figure
    names     these names
    mentions  all that is named in it, symbols too
    figures   the numbers that can be computed again, and how they are written
    """

    text: str
    template: str
    names: tuple[str, ...]
    mentions: frozenset[str]
    figures: tuple[Figure, ...] = ()

    @property
    def latex(self) -> str:
        """The formula as LaTeX."""
        return self._in_numbers().translate(_by_placeholder([named_in_latex(name) for name in self.names]))

    def fixed(self) -> Formula:
        """The same with its numbers as they are now."""
        return replace(self, template=self._in_numbers(), figures=())

    def _in_numbers(self) -> str:
        """The template with its figures written out."""
        texts = [piece if isinstance(piece, str) else Style("latex").written(*piece) for piece in self.pieces()]
        return "".join(texts)

    def pieces(self) -> list[str | Figure]:
        """The template, cut at its figures."""
        return cut_at_figures(self.template, self.figures)

    @property
    def mathml(self) -> str:
        """The formula as MathML, which browsers show by themselves; needs the extra `draw`."""
        return ElementTree.tostring(self.tree(), encoding="unicode")

    def tree(self, live: bool = False) -> ElementTree.Element:
        """The formula as a tree of MathML's elements; where the LaTeX of a row of one's own has none, as text.

        live  whether figures stay placeholders: see `cut_at_figures`
        """
        try:
            from latex2mathml.converter import convert
        except ImportError as error:
            raise MissingExtraError("MathML", "draw", "latex2mathml") from error
        try:
            return self._named(ElementTree.fromstring(convert(self.template if live else self._in_numbers())))
        except Exception:  # a row's LaTeX is whatever its author wrote, and the converter raises whatever it meets
            whole = ElementTree.Element("math")
            ElementTree.SubElement(whole, "mtext").text = self.text
            return whole

    def _named(self, root: ElementTree.Element) -> ElementTree.Element:
        """The tree with its names in the place of the placeholders, and nothing in it but mathematics."""
        names = _by_placeholder(self.names)
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
            if element.tag not in ELEMENTS:
                raise ValueError(f"no element of a formula: {element.tag}")
            element.attrib = {key: value for key, value in element.attrib.items() if key in ATTRIBUTES}
            named = (element.text or "").translate(names)
            if named != (element.text or ""):
                element.text = named
                element.set("mathvariant", "normal")
        arranged(root)
        return root


def _by_placeholder(names: Sequence[str]) -> dict[int, str]:
    """The names by their placeholders, to be put in all at once: a name may hold such a character itself."""
    return {_FIRST + k: name for k, name in enumerate(names)}


class Style:
    """How the parts of a formula are written: as text, or as LaTeX, where placeholders stand for names."""

    def __init__(self, style: str) -> None:
        self.style = style
        self.names: list[str] = []
        self.mentions: set[str] = set()
        self.figures: list[Figure] = []
        latex = style == "latex"
        self.times, self.to, self.ellipsis = (r" \cdot ", r" \leftarrow ", r"\ldots") if latex else ("·", " ← ", "…")
        self.comma, self.thin, self.rate = (r",\quad ", r"\,", r"\eta") if latex else (", ", " ", "η")

    def name(self, name: str) -> str:
        """A name: in LaTeX z²₁ is z^{2}_{1}, and a name of more than a letter and its numbers is a placeholder."""
        self.mentions.add(name)
        if self.style == "text":
            return name
        symbol = symbol_in_latex(name)
        if symbol:
            return symbol
        if name not in self.names:
            self.names.append(name)
        return chr(_FIRST + self.names.index(name))

    def running(self, name: str) -> str:
        """An element of a vector, by the running index k of a sum: z²ₖ."""
        self.mentions.add(name)
        return symbol_in_latex(f"{name}ₖ") or f"{self.name(name)}_{{k}}" if self.style == "latex" else f"{name}ₖ"

    def number(self, x: float, digits: int = DIGITS) -> str:
        """A number; in LaTeX a placeholder where a page can compute it again."""
        return self._figure(Figure(x, digits))

    def factor(self, x: float) -> str:
        """A number as a factor: a negative one in parentheses."""
        return self._figure(Figure(x, DIGITS, 1))

    def base(self, x: float) -> str:
        """A number that something binds to more tightly than a product does: in LaTeX also 3·10⁷ in parentheses."""
        return self._figure(Figure(x, DIGITS, 2))

    def _figure(self, figure: Figure) -> str:
        if self.style == "text" or not isinstance(figure.number, Live):
            return self.written(*figure)
        self.figures.append(figure)
        return placeholder(len(self.figures) - 1)

    def written(self, x: float, digits: int, factor: int) -> str:
        """A figure as it stands; a minus in LaTeX is bound to it by braces, or it would be set as a difference."""
        text = number(x, self.style, digits)
        bound = f"{{{text}}}" if self.style == "latex" and text.startswith("-") else text
        return self.bracketed(bound) if (factor and x < 0) or (factor == 2 and r"\cdot" in text) else bound

    def bracketed(self, inside: str) -> str:
        """Something in parentheses."""
        return rf"\left({inside}\right)" if self.style == "latex" else f"({inside})"

    def partial(self, above: str, below: str) -> str:
        """∂above/∂below."""
        above, below = self.name(above), self.name(below)
        return rf"\frac{{\partial {above}}}{{\partial {below}}}" if self.style == "latex" else f"∂{above}/∂{below}"

    def total(self, above: str, below: str) -> str:
        """dabove/dbelow, the whole derivative, where ∂ is but a part of it."""
        above, below = self.name(above), self.name(below)
        if self.style == "latex":
            return rf"\frac{{\mathrm{{d}} {above}}}{{\mathrm{{d}} {below}}}"
        return f"d{above}/d{below}"

    def delta(self, name: str) -> str:
        """δ of a node: δ(z₃); of a vector zˡ it is δˡ."""
        name = self.name(name)
        return rf"\delta({name})" if self.style == "latex" else f"δ({name})"

    def sum_over(self, index: str) -> str:
        """Σ with its index."""
        return rf"\sum_{{{index.translate(LOWERED)}}} " if self.style == "latex" else f"Σ{index} "

    def vector(self, numbers: Sequence[float]) -> str:
        """A vector on one line; a single number as itself."""
        return self.number(numbers[0]) if len(numbers) == 1 else self.matrix([numbers])

    def factors(self, numbers: Sequence[float]) -> str:
        """A vector as a factor: a single negative number in parentheses."""
        return self.factor(numbers[0]) if len(numbers) == 1 else self.vector(numbers)

    def matrix(self, rows: Sequence[Sequence[float]]) -> str:
        """A matrix, row by row; of a large one its size."""
        latex, size = self.style == "latex", (len(rows), len(rows[0]))
        if size[0] * size[1] > MOST_ENTRIES or size[1] > MOST_COLUMNS:
            return rf"\left[{size[0]} \times {size[1]}\right]" if latex else f"[{size[0]} × {size[1]}]"
        lines = [(" & " if latex else ", ").join([self.number(x, MATRIX_DIGITS) for x in row]) for row in rows]
        return r"\begin{pmatrix}" + r" \\ ".join(lines) + r"\end{pmatrix}" if latex else f"({'; '.join(lines)})"


def formula(build: Callable[[Style], str]) -> Formula:
    """The formula that `build` writes in any style."""
    latex = Style("latex")
    template = build(latex)
    return Formula(build(Style("text")), template, tuple(latex.names), frozenset(latex.mentions), tuple(latex.figures))
