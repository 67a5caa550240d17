"""Which boxes stand in a row for an index: the elements z²₁, z²₂, … of a vector, θ₁, θ₂, …, x[0], x[1], …"""

from __future__ import annotations

import re

from microgrand.drawing.ranks import ranks_of
from microgrand.drawing.view import View
from microgrand.table.indices import LOWERED

INDEXED = re.compile(r"(.*?[^₀-₉\d.])(?:([₀-₉]+)|\[(\d+)\]|(\d+))$")


def index_of(heading: str) -> tuple[str, int] | None:
    """The vector and the index that the name of a box tells, if it does: z²₃ = … is the third of z²."""
    match = INDEXED.match(heading.partition(" = ")[0])
    if match is None or match[1] == "z":  # zᵢ is numbered by its place in the graph
        return None
    return match[1], int((match[2] or match[3] or match[4]).translate(LOWERED))


def index_rows(view: View) -> dict[str, list[list[str]]]:
    """For each frame, "" for none, the ids of boxes that stand side by side in the order of their index.

    Those elements of a vector are left out of which one is computed from another, or which lie at different depths.
    """
    levels = _levels(view)
    found: dict[tuple[str, str, int], list[tuple[int, str]]] = {}
    for box in view.boxes:
        named = index_of(box.heading)
        if named is not None and box.kind in ("node", "leaf", "input", "parameter", "reference"):
            found.setdefault((box.cluster, named[0], levels[box.id]), []).append((named[1], box.id))
    rows: dict[str, list[list[str]]] = {}
    for (cluster, _, _), members in found.items():
        if len(members) > 1:
            rows.setdefault(cluster, []).append([name for _, name in sorted(members)])
    return rows


def _levels(view: View) -> dict[str, int]:
    """How many arrows lie at most between the leaves and a box; a leaf stands just below the first that uses it."""
    levels = ranks_of(view)
    heads: dict[str, list[str]] = {}
    for arrow in view.arrows:
        heads.setdefault(arrow.tail, []).append(arrow.head)
    leaves = levels.keys() - {arrow.head for arrow in view.arrows}
    return levels | {leaf: min([levels[head] for head in heads.get(leaf, [])], default=1) - 1 for leaf in leaves}
