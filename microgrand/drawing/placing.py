"""Where the labels of arrows stand: beside their arrow, and on nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from microgrand.drawing.layout import PAD, Layout, Rect

Shift = tuple[float, float]

LIFT = 3.0  # points between a label and the arrow below it, where engines leave none
GAP = 1.5  # points between a label and what it must not touch
STEP, FURTHEST = 5.0, 12  # how far a label is moved at most, in steps of so many points
NEAR = 16.0  # points from a label to its own arrow, at most
SQUARE = 60.0  # points, of a side
CLOSE_BY = 30.0  # points, within which a place is looked for that its arrow does not cross


def placed(layout: Layout) -> tuple[dict[str, Shift], set[str]]:
    """How far each label moves from where the engine has put it, by the arrow's id; and those without a free place."""
    room = _Room(layout)
    homeless = {name for name in layout.labels if not room.place(name)}
    return room.shifts, homeless


class _Grid:
    """Rectangles, by the squares of the picture that they reach into."""

    def __init__(self) -> None:
        self._in: dict[tuple[int, int], list[Rect]] = {}

    def put(self, rect: Rect) -> None:
        """Add one."""
        for square in _squares(rect):
            self._in.setdefault(square, []).append(rect)

    def take_away(self, rect: Rect) -> None:
        """Remove one that was added."""
        for square in _squares(rect):
            self._in[square].remove(rect)

    def has(self, place: Rect) -> bool:
        """Whether one of them meets this place."""
        return any([place.meets(rect) for square in _squares(place) for rect in self._in.get(square, ())])


def _squares(rect: Rect) -> list[tuple[int, int]]:
    across = range(int(rect.left // SQUARE), int(rect.right // SQUARE) + 1)
    return [(x, y) for x in across for y in range(int(rect.top // SQUARE), int(rect.bottom // SQUARE) + 1)]


class _Room:
    """What of a picture is taken."""

    def __init__(self, layout: Layout) -> None:
        self.shifts: dict[str, Shift] = {}
        self._labels = layout.labels
        self._frames = layout.frames
        self._fixed = _Grid()
        for rect in (*layout.boxes.values(), *layout.heads, *layout.said):
            self._fixed.put(rect)
        self._canvas = Rect(-PAD, -PAD, layout.width - PAD, layout.height - PAD)
        self._taken = _Grid()
        for rect in layout.labels.values():
            self._taken.put(rect.moved(0.0, -LIFT))
        self._lines = {name: list(_along(curve)) for name, curve in layout.curves.items()}

    def place(self, name: str) -> bool:
        """Take a free place for a label, beside all arrows if there is one near by; say whether there is one."""
        crossed: Shift | None = None
        self._taken.take_away(self._labels[name].moved(0.0, -LIFT))
        for shift in _shifts():
            there = self._labels[name].moved(*shift)
            if not self._is_free(there) or not self._is_near(there, name, shift):
                continue
            if not self._is_crossed(there, name):
                self._take(name, shift)
                return True
            crossed = crossed or shift
            if abs(shift[0]) + abs(shift[1]) > CLOSE_BY:
                break
        if crossed is None:
            return False
        self._take(name, crossed)
        return True

    def _take(self, name: str, shift: Shift) -> None:
        self.shifts[name] = shift
        self._taken.put(self._labels[name].moved(*shift))

    def _is_free(self, there: Rect) -> bool:
        room = there.wider(GAP)
        return (
            there.lies_in(self._canvas)
            and not self._fixed.has(room)
            and not self._taken.has(room)
            and not any([room.meets(frame) and not room.lies_in(frame) for frame in self._frames])
        )

    def _is_near(self, there: Rect, name: str, shift: Shift) -> bool:
        """Whether its own arrow passes close by."""
        reach = there.wider(NEAR)
        return shift == (0.0, -LIFT) or any([_holds(reach, point) for point in self._lines[name]])

    def _is_crossed(self, there: Rect, name: str) -> bool:
        """Whether its own arrow, which it is next to, passes under it."""
        return any([_holds(there, point) for point in self._lines[name]])


def _shifts() -> Iterator[Shift]:
    """A little up, then further and further away, sideways first."""
    yield 0.0, -LIFT
    for k in range(1, FURTHEST + 1):
        far = k * STEP
        for dx, dy in [(far, 0.0), (-far, 0.0), (0.0, far / 2), (0.0, -far / 2)]:
            yield dx, dy - LIFT
        for dx, dy in [(far, far / 2), (far, -far / 2), (-far, far / 2), (-far, -far / 2)]:
            yield dx, dy - LIFT


def _holds(rect: Rect, point: tuple[float, float]) -> bool:
    return rect.left <= point[0] <= rect.right and rect.top <= point[1] <= rect.bottom


def _along(curve: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Points along a chain of cubic curves."""
    for k in range(0, len(curve) - 3, 3):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve[k : k + 4]
        for i in range(17):
            t, s = i / 16, 1 - i / 16
            a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
            yield a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3
