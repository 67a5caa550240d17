"""The picture of a view that can be read in its column: laid out in several ways, of which the best one is taken.

No letter may be smaller than 9 pixels there. Where it would be, the picture says less, a little at a time: arrows give
numbers only, then nothing, and then the graph is seen from further away, with layers as boxes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import ceil, sqrt
from typing import NamedTuple

from microgrand.drawing.layout import Layout
from microgrand.drawing.look import Look
from microgrand.drawing.placing import Shift, placed
from microgrand.drawing.references import UNWRITTEN
from microgrand.drawing.render import layout
from microgrand.drawing.styles import dot_text
from microgrand.drawing.view import View
from microgrand.drawing.wrapping import wrapped
from microgrand.errors import MissingExtraError

PIXELS = 96 / 72  # of a point
LEAST = 9.0  # pixels of a letter's height
TALLEST = 2.5  # a picture's height, in widths of its column
SCREEN = 0.75  # what is seen of it at once
MOST_TRIED = 4  # numbers of rows
FILLED = 0.6  # of a picture's area, that boxes and labels can fill at most
PREFERENCE = {"LR": 1.0, "TB": 0.95, "rows": 0.8}

Views = Callable[[], Iterable[View]]


class Trial(NamedTuple):
    """A picture that was laid out: what it shows, how, and where its labels are moved to, by the ids of arrows.

    dot     the DOT text of the graph alone: its title is written around it
    manner  its direction, or "rows"
    """

    view: View
    look: Look
    dot: str
    layout: Layout | None
    shifts: dict[str, Shift]
    manner: str = "LR"


def fitted(view: View, look: Look, coarser: Views = tuple) -> Trial:
    """The picture that fits into the look's width; without an engine, the one that would be laid out first.

    coarser  gives the same graph with less and less in it
    """
    try:
        if look.width is None:
            return _trial(view, look, look.direction)
        return _best(view, look, look.width, coarser)
    except (MissingExtraError, ValueError):  # no engine is there, or it does not say where it puts things
        return Trial(view, look, _alone(view, look), None, {})


def _best(view: View, look: Look, width: float, coarser: Views) -> Trial:
    nearest: Trial | None = None
    for each in _all(view, coarser):
        for manners in _tried(each, look, width, nearest is None):
            fitting = [trial for trial in manners if _fits(trial, width)]
            if fitting:
                return max(fitting, key=lambda trial: _score(trial, width))
            nearest = max([*([nearest] if nearest else []), *manners], key=lambda trial: _scale(trial, width))
    assert nearest is not None  # the first is always laid out
    return nearest


def _all(view: View, coarser: Views) -> Iterator[View]:
    yield view
    yield from coarser()


def _tried(view: View, look: Look, width: float, is_first: bool) -> Iterator[list[Trial]]:
    """Pictures of a view, those that say most first: in one piece, then wrapped, then with nothing on the arrows."""
    numbers, silent = with_numbers(view), unwritten(view, {arrow.id for arrow in view.arrows})
    for wordings in ([view, numbers], [silent]) if _is_written(view) else ([view],):
        wholes: list[list[Trial]] = []
        for wording in wordings:
            if is_first or not _is_hopeless(wording, look, width):
                wholes.append(_whole(wording, look))
                yield wholes[-1]
                is_first = False
        for whole in wholes:
            if look.direction in ("auto", "LR"):
                yield from _in_rows(whole[0], look, width)


def _is_written(view: View) -> bool:
    return any([arrow.label for arrow in view.arrows]) and not view.tangled


def with_numbers(view: View) -> View:
    """The view with the number of a local partial on its arrow, and no symbol."""
    arrows = [arrow._replace(label=(arrow.partial,) if arrow.partial else arrow.label) for arrow in view.arrows]
    return view._replace(arrows=tuple(arrows))


def unwritten(view: View, ids: set[str]) -> View:
    """The view without what is written on those arrows, and with a note on where it is told."""
    arrows = [arrow._replace(label=()) if arrow.id in ids else arrow for arrow in view.arrows]
    notes = view.notes if UNWRITTEN in view.notes else (*view.notes, UNWRITTEN)
    return view._replace(arrows=tuple(arrows), notes=notes)


def _whole(view: View, look: Look) -> list[Trial]:
    """The view in one piece, in each direction that the look allows."""
    return [_trial(view, look, manner) for manner in (("LR", "TB") if look.direction == "auto" else (look.direction,))]


def _in_rows(line: Trial, look: Look, width: float) -> Iterator[list[Trial]]:
    """The view in rows, in more and more of them while they are too wide, and the picture is not too high."""
    found = line.layout
    if found is None:
        return
    rows = max(ceil(found.width / _widest(found, width)), 2)
    for k in range(rows, rows + MOST_TRIED):
        trials = [_trial(wrapped(line.view, found, each), look, "rows") for each in (k, k + 1)]
        yield trials
        if not any([_is_narrow(trial, width) for trial in trials]):
            continue
        return


def _trial(view: View, look: Look, manner: str) -> Trial:
    """Lay it out, and find places for its labels; those that have none are not written."""
    look = look._replace(direction={"rows": "LR", "auto": "LR"}.get(manner, manner))
    while True:
        dot = _alone(view, look)
        found = layout(dot)
        shifts, homeless = placed(found)
        if not homeless:
            return Trial(view, look, dot, found, shifts, "rows" if manner == "rows" else look.direction)
        view = unwritten(view, homeless)


def _alone(view: View, look: Look) -> str:
    """The DOT text of the graph without a title."""
    return dot_text(view, look._replace(title=""))


def _widest(found: Layout, width: float) -> float:
    """How wide a picture may be, in points, so that its smallest letters can be read in that column."""
    return max(width * found.smallest / LEAST, width / PIXELS)


def _scale(trial: Trial, width: float) -> float:
    return min(1.0, width / PIXELS / trial.layout.width) if trial.layout is not None else 1.0


def _fits(trial: Trial, width: float) -> bool:
    if trial.layout is None:
        return True
    height = trial.layout.height * PIXELS * _scale(trial, width)
    return _is_narrow(trial, width) and height <= TALLEST * width


def _is_narrow(trial: Trial, width: float) -> bool:
    return trial.layout is None or trial.layout.width <= _widest(trial.layout, width)


def _score(trial: Trial, width: float) -> float:
    """Large letters, on one screen."""
    scale = _scale(trial, width)
    height = trial.layout.height * PIXELS * scale if trial.layout is not None else 1.0
    return scale * min(1.0, sqrt(SCREEN * width / height)) * PREFERENCE.get(trial.manner, 1.0)


def _is_hopeless(view: View, look: Look, width: float) -> bool:
    """Whether boxes and labels alone have a larger area than the picture may have; a rough measure of their texts."""
    size = look.font_size
    area = 0.0
    for box in view.boxes:
        lines = [line for line in (box.heading, box.value, box.delta) if line]
        area += (0.6 * size * max([len(line) for line in lines], default=0) + size) * (len(lines) + 0.5) * 1.6 * size
    for arrow in view.arrows:
        if arrow.label:
            area += 0.5 * size * max([len(line) for line in arrow.label]) * len(arrow.label) * size
    largest = width * size / LEAST
    return area > FILLED * largest * TALLEST * largest
