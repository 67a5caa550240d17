"""How far from the leaves each box of a picture stands."""

from __future__ import annotations

from microgrand.drawing.view import View


def ranks_of(view: View) -> dict[str, int]:
    """How many arrows lie between each box and the furthest leaf below it."""
    above: dict[str, list[str]] = {box.id: [] for box in view.boxes}
    waiting = dict.fromkeys(above, 0)
    for arrow in view.arrows:
        above[arrow.tail].append(arrow.head)
        waiting[arrow.head] += 1
    ranks = dict.fromkeys(above, 0)
    ready = [box for box, count in waiting.items() if count == 0]
    for box in ready:  # which grows while it is read
        for head in above[box]:
            ranks[head] = max(ranks[head], ranks[box] + 1)
            waiting[head] -= 1
            if waiting[head] == 0:
                ready.append(head)
    return ranks
