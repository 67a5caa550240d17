"""The picture of a view that can be read in its column: laid out in several ways, of which the best one is taken.

No letter may be smaller than 9 pixels there. Where it would be, the picture says less, a little at a time: one line on
each arrow, then nothing there, and then the graph is seen from further away, with layers as boxes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import sqrt
from typing import NamedTuple

from microgrand.drawing.layout import Layout
from microgrand.drawing.look import Look
from microgrand.drawing.placing import Shift, placed
from microgrand.drawing.references import UNWRITTEN, untangled
from microgrand.drawing.render import layout
from microgrand.drawing.styles import dot_text
from microgrand.drawing.view import Arrow, View
from microgrand.drawing.wrapping import wrapped
from microgrand.outer_errors import MissingExtraError
from microgrand.progress import progress

PIXELS = 96 / 72  # of a point
LEAST = 9.0  # pixels of a letter's height
TALLEST = 2.5  # a picture's height, in widths of its column
SCREEN = 0.75  # what is seen of it at once
CLOSE = 1.5  # times the size that fits: with less said, it may
COLUMNS = 0.85  # of a row's width: the columns of several rows do not quite agree
LED_IN = 120.0  # points of a row for what leads into it and out of it
MOST_TRIED = 5  # lengths of rows
MOST_LABELS = 80  # on arrows
MOST_IN_ROWS = 200  # on those of several rows, which are shorter
FILLED = 0.5  # of a picture's area, that boxes and labels can fill at most
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
        with progress("drawing", ("laying it out",)):
            if look.width is None:
                return _boundless(view, look)
            return _best(view, look, look.width, coarser)
    except (MissingExtraError, ValueError):  # no engine is there, or it does not say where it puts things
        return Trial(view, look, _alone(view, look), None, {})


def _boundless(view: View, look: Look) -> Trial:
    """The picture of all that the view says, with its labels in free places as far as there are any."""
    look = look._replace(direction="LR" if look.direction == "auto" else look.direction)
    dot = _alone(view, look)
    found = layout(dot)
    return Trial(view, look, dot, found, placed(found)[0], look.direction)


def _best(view: View, look: Look, width: float, coarser: Views) -> Trial:
    nearest: Trial | None = None
    last = view
    for last in _all(view, coarser):
        for trials in _tried(last, look, width):
            fitting = [trial for trial in trials if _fits(trial, width)]
            if fitting:
                return max(fitting, key=lambda trial: _score(trial, width))
            nearest = max([*([nearest] if nearest else []), *trials], key=lambda trial: _scale(trial, width))
    return nearest or _boundless(unwritten(last, {arrow.id for arrow in last.arrows}), look)


def _all(view: View, coarser: Views) -> Iterator[View]:
    yield view
    yield from coarser()


def _tried(view: View, look: Look, width: float) -> Iterator[list[Trial]]:
    """Pictures of a view, those that say most first: in one piece, then in rows, then with nothing on the arrows."""
    labels = len([arrow for arrow in view.arrows if arrow.label]) if not view.tangled else 0
    wordings = [view, shortened(view)] if 0 < labels <= MOST_LABELS else []
    silent = unwritten(view, {arrow.id for arrow in view.arrows}) if labels > 0 else view
    for stage in (wordings, [silent]):
        whole: list[Trial] = []
        for wording in stage:
            manners = [trial.manner for trial in whole if _is_close(trial, width)] if whole else _manners(look)
            if manners and not _is_hopeless(wording, look, width):
                trials = [_trial(wording, look, manner) for manner in manners]
                yield trials
                whole = whole or trials
        if whole and look.direction in ("auto", "LR"):
            yield from _in_rows(stage[-1], whole[0], look, width)


def shortened(view: View) -> View:
    """The view with one line on each arrow: the number of its local partial; the symbol, where there are several."""
    arrows = [arrow._replace(label=_short(arrow)) if len(arrow.label) > 1 else arrow for arrow in view.arrows]
    return view._replace(arrows=tuple(arrows))


def _short(arrow: Arrow) -> tuple[str, ...]:
    return (arrow.partial or arrow.label[0].removesuffix(" ="),)


def unwritten(view: View, ids: set[str]) -> View:
    """The view without what is written on those arrows, and with a note on where it is told."""
    arrows = [arrow._replace(label=()) if arrow.id in ids else arrow for arrow in view.arrows]
    notes = view.notes if UNWRITTEN in view.notes else (*view.notes, UNWRITTEN)
    return view._replace(arrows=tuple(arrows), notes=notes)


def _manners(look: Look) -> tuple[str, ...]:
    """The directions in which a view is laid out in one piece; the first is from left to right, if that is allowed."""
    return ("LR", "TB") if look.direction == "auto" else (look.direction,)


def _in_rows(view: View, line: Trial, look: Look, width: float) -> Iterator[list[Trial]]:
    """The view in rows, in shorter and shorter ones while these are too wide; `line` is the same in one piece."""
    if line.layout is None:
        return
    most = _widest(line.layout, width)
    length = most * COLUMNS - LED_IN
    known: set[View] = set()
    for _ in range(MOST_TRIED):
        rows = wrapped(view, line.layout, length)
        if rows in known:
            length *= 0.9
            continue
        known.add(rows)
        if rows.tangled and not untangled(rows).tangled:  # its arrows are shorter now, and may say something
            rows = untangled(rows)
            if len([arrow for arrow in rows.arrows if arrow.label]) <= MOST_IN_ROWS:
                yield [_trial(shortened(rows), look, "rows")]
            rows = unwritten(rows, {arrow.id for arrow in rows.arrows})
        trial = _trial(rows, look, "rows")
        yield [trial]
        found = trial.layout
        if found is None or found.height * max(1.0, found.width / most) > TALLEST * most:
            return  # shorter rows would make it too high
        length *= min(most / found.width, 0.95)


def _trial(view: View, look: Look, manner: str) -> Trial:
    """Lay it out, and find places for its labels; those that have none are not written."""
    look = look._replace(direction="LR" if manner == "rows" else manner)
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
    return trial.layout.width <= _widest(trial.layout, width) and _height(trial, width) <= TALLEST * width


def _height(trial: Trial, width: float) -> float:
    """In pixels, at that width."""
    return trial.layout.height * PIXELS * _scale(trial, width) if trial.layout is not None else 1.0


def _is_close(trial: Trial, width: float) -> bool:
    """Whether it would fit if it said somewhat less."""
    found = trial.layout
    if found is None:
        return False
    return found.width <= CLOSE * _widest(found, width) and _height(trial, width) <= CLOSE * TALLEST * width


def _score(trial: Trial, width: float) -> float:
    """Large letters, on one screen."""
    return (
        _scale(trial, width)
        * min(1.0, sqrt(SCREEN * width / _height(trial, width)))
        * PREFERENCE.get(trial.manner, 1.0)
    )


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
