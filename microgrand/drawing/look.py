"""How a picture looks, whatever it shows: its style, direction, width, letters and colours."""

from __future__ import annotations

from typing import Any, NamedTuple

from microgrand.table.numbers import as_number

STYLES = ("boxes", "gates")
DIRECTIONS = ("auto", "LR", "TB", "RL", "BT")
COLORS = ("auto", "light", "dark", "grey")
WIDTH = 900.0  # of a notebook's column, in pixels
FONT_SIZE = 12.0  # points


class Look(NamedTuple):
    """How a picture looks.

    style      "boxes", or "gates": round gates with the value above each wire and the gradient below it
    direction  "LR", "TB", "RL" or "BT"; "auto" takes what fits
    width      the column that it is to be read in, in pixels; None for any
    font_size  of the text in boxes, in points
    colors     "light", "dark" or "grey"; "auto" is light, or dark where the reader's screen is
    title      written above the picture; "" for none
    legend     whether it explains its own signs
    """

    style: str = "boxes"
    direction: str = "auto"
    width: float | None = WIDTH
    font_size: float = FONT_SIZE
    colors: str = "auto"
    title: str = ""
    legend: bool = False

    def checked(self) -> Look:
        """The same, after a look at each argument; ValueError and TypeError for those that make no sense."""
        _one_of("style", self.style, STYLES)
        _one_of("direction", self.direction, DIRECTIONS)
        _one_of("colors", self.colors, COLORS)
        width = None if self.width is None else _positive("width", self.width)
        if not isinstance(self.title, str):
            raise TypeError(f"title is a string; got {self.title!r:.60} of type {type(self.title).__name__}")
        if not isinstance(self.legend, bool):
            raise TypeError(f"legend is True or False; got {self.legend!r:.60}")
        return self._replace(width=width, font_size=_positive("font_size", self.font_size))


def _one_of(name: str, given: Any, known: tuple[str, ...]) -> None:
    if given not in known:
        raise ValueError(f"{name} is one of {', '.join(map(repr, known))}; got {given!r:.60}")


def _positive(name: str, given: Any) -> float:
    wrong = f"{name} is a number above 0; got {given!r:.60}"
    try:
        number = as_number(given)
    except TypeError:
        raise TypeError(wrong) from None
    if not 0.0 < number < float("inf"):
        raise ValueError(wrong)
    return number
