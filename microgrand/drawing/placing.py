"""Where the labels of arrows stand: beside their arrow, and on nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from microgrand.drawing.layout import PAD, Layout, Rect

Shift = tuple[float, float]

LIFT = 3.0  # points between a label and the arrow below it, where engines leave none
GAP = 1.5  # points between a label and what it must not touch
STEP, FURTHEST = 5.0, 12  # how far a label is moved at most, in steps of so many points
NEAR = 16.0  # points from a label to its own arrow, at most


def placed(layout: Layout) -> tuple[dict[str, Shift], set[str]]:
    """How far each label moves from where the engine has put it, by the arrow's id; and those without a free place."""
    shifts: dict[str, Shift] = {}
    homeless: set[str] = set()
    fixed = [*layout.boxes.values(), *layout.heads, *layout.said]
    canvas = Rect(-PAD, -PAD, layout.width - PAD, layout.height - PAD)
    taken: dict[str, Rect] = {name: rect.moved(0.0, -LIFT) for name, rect in layout.labels.items()}
    for name, rect in layout.labels.items():
        others = [other for key, other in taken.items() if key != name]
        for dx, dy in _shifts():
            there = rect.moved(dx, dy - LIFT)
            if _is_free(there, fixed, others, layout.frames, canvas) and (
                (dx, dy) == (0.0, 0.0) or _is_near(there, layout.curves[name])
            ):
                shifts[name] = (dx, dy - LIFT)
                taken[name] = there
                break
        else:
            homeless.add(name)
            del taken[name]
    return shifts, homeless


def _shifts() -> Iterator[Shift]:
    """Nowhere, then further and further away, sideways first."""
    yield 0.0, 0.0
    for k in range(1, FURTHEST + 1):
        far = k * STEP
        yield from [(far, 0.0), (-far, 0.0), (0.0, far / 2), (0.0, -far / 2)]
        yield from [(far, far / 2), (far, -far / 2), (-far, far / 2), (-far, -far / 2)]


def _is_free(there: Rect, fixed: list[Rect], others: list[Rect], frames: list[Rect], canvas: Rect) -> bool:
    room = there.wider(GAP)
    return (
        there.lies_in(canvas)
        and not any([room.meets(rect) for rect in fixed])
        and not any([there.meets(rect) for rect in others])
        and not any([room.meets(frame) and not room.lies_in(frame) for frame in frames])
    )


def _is_near(there: Rect, curve: list[tuple[float, float]]) -> bool:
    """Whether the arrow passes close by; a curve is given by its control points, which lie about as near."""
    reach = there.wider(NEAR)
    return any([reach.left <= x <= reach.right and reach.top <= y <= reach.bottom for x, y in _along(curve)])


def _along(curve: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Points along a chain of cubic curves."""
    for k in range(0, len(curve) - 3, 3):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve[k : k + 4]
        for i in range(9):
            t, s = i / 8, 1 - i / 8
            a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
            yield a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3
