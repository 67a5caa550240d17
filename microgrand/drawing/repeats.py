"""Equal layers in a row as one box, "Residual × 12", where a network has more of them than anybody looks at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from microgrand.drawing.view import Arrow, Box, View

FEWEST = 4  # repeats that are one box
LONGEST = 4  # layers that repeat together
TIMES = " × "
ADVICE = "equal layers in a row are one box"


class _Stage(NamedTuple):
    """A layer in a chain, the box that leads to it and the one that it makes, and those that it uses besides."""

    layer: Box
    below: str
    above: str
    sides: tuple[str, ...]

    @property
    def kind(self) -> tuple[str, str, str, int]:
        """What two equal layers have in common."""
        return self.layer.heading, self.layer.value, self.layer.cluster, len(self.sides)


class _Run(NamedTuple):
    """Layers in a row, `times` the same `period` of them."""

    stages: Sequence[_Stage]
    period: int
    times: int

    @property
    def heading(self) -> str:
        names = [stage.layer.heading for stage in self.stages[: self.period]]
        return (names[0] if len(names) == 1 else f"({' → '.join(names)})") + f"{TIMES}{self.times}"


def folded(view: View, opened: Collection[str] = ()) -> View:
    """The view with one box for each run of equal layers, but for those whose headings are opened."""
    runs = [run for run in _runs(view) if run.heading not in opened]
    if not runs:
        return view
    told = ", ".join(dict.fromkeys([f'"{run.heading}"' for run in runs]))
    for run in runs:
        view = _with_one_box(view, run)
    return view._replace(notes=(*view.notes, f"{ADVICE}; expand={told} shows each"))


def require_runs(view: View, opened: Collection[str]) -> None:
    """Raise a ValueError for what is no heading of a run of equal layers here."""
    known = dict.fromkeys([run.heading for run in _runs(view)])
    for name in opened:
        if name not in known:
            told = f"here it may name {', '.join(known)}" if known else "no equal layers follow each other here"
            raise ValueError(f"expand names {name!r:.60}, which is not in this picture; {told}")


def _runs(view: View) -> list[_Run]:
    """All runs, in the order of the view; none overlap."""
    found: list[_Run] = []
    for chain in _chains(view):
        start = 0
        while start < len(chain):
            run = _run_from(chain[start:])
            if run is not None:
                found.append(run)
            start += len(run.stages) if run is not None else 1
    return found


def _run_from(chain: Sequence[_Stage]) -> _Run | None:
    """The longest run at the start of a chain, the one with the shortest period among equals; None if there is none."""
    kinds = [stage.kind for stage in chain]
    best: _Run | None = None
    for period in range(1, LONGEST + 1):
        times = 1
        while kinds[times * period : (times + 1) * period] == kinds[:period]:
            times += 1
        length = times * period
        if times >= FEWEST and (best is None or length > len(best.stages)):
            best = _Run(chain[:length], period, times)
    return best


def _chains(view: View) -> list[list[_Stage]]:
    """Layers each of which makes what the next one, and nothing else, is applied to."""
    into, out_of = _neighbours(view)
    stages = [stage for box in view.boxes if (stage := _stage(view, box, into, out_of)) is not None]
    next_of = {stage.below: stage for stage in stages if len(out_of[stage.below]) == 1}
    made = {stage.above for stage in stages}
    chains: list[list[_Stage]] = []
    for stage in stages:
        if stage.below in made and stage.below in next_of:
            continue  # it is not the first
        chain = [stage]
        while (after := next_of.get(chain[-1].above)) is not None and after not in chain:
            chain.append(after)
        chains.append(chain)
    return chains


def _stage(view: View, box: Box, into: dict[str, list[Arrow]], out_of: dict[str, list[Arrow]]) -> _Stage | None:
    """The box as a layer of a chain; None if it is none, or has several inputs or outputs."""
    if box.kind != "layer" or len(out_of[box.id]) != 1 or len(into[out_of[box.id][0].head]) != 1:
        return None
    kinds = {each.id: each.kind for each in view.boxes}
    tails = [arrow.tail for arrow in into[box.id]]
    sides = [tail for tail in tails if kinds[tail] in ("parameter", "leaf", "reference") and not into[tail]]
    main = [tail for tail in tails if tail not in sides]
    return _Stage(box, main[0], out_of[box.id][0].head, tuple(sides)) if len(main) == 1 else None


def _neighbours(view: View) -> tuple[dict[str, list[Arrow]], dict[str, list[Arrow]]]:
    into: dict[str, list[Arrow]] = {box.id: [] for box in view.boxes}
    out_of: dict[str, list[Arrow]] = {box.id: [] for box in view.boxes}
    for arrow in view.arrows:
        into[arrow.head].append(arrow)
        out_of[arrow.tail].append(arrow)
    return into, out_of


def _with_one_box(view: View, run: _Run) -> View:
    """The view with one box for a run, and without what only the run uses."""
    first, last = run.stages[0], run.stages[-1]
    layers = {stage.layer.id for stage in run.stages}
    inside = layers | {stage.above for stage in run.stages[:-1]}
    _, out_of = _neighbours(view)
    sides = {side for stage in run.stages for side in stage.sides}
    inside |= {side for side in sides if all([arrow.head in layers for arrow in out_of[side]])}
    sizes = [stage.layer.value.split(" → ") for stage in (first, last)]
    box = first.layer._replace(
        heading=run.heading, value=" → ".join([sizes[0][0], sizes[1][-1]]) if all(map(all, sizes)) else "",
        words=f"{run.times} times in a row: {first.layer.words}", lit=any([stage.layer.lit for stage in run.stages]),
    )  # fmt: skip
    inside.discard(box.id)
    boxes = [box if each.id == box.id else each for each in view.boxes if each.id not in inside]
    return view._replace(boxes=tuple(boxes), arrows=tuple(_around(view, box.id, layers, inside)))


def _around(view: View, box: str, layers: set[str], inside: set[str]) -> Iterator[Arrow]:
    """The arrows of the view, where a box stands for several layers: those inside are gone.

    An arrow that leads to it tells no partial, as that would be of the first layer alone; of several one is left.
    """
    met: set[str] = set()
    for arrow in view.arrows:
        tail, head = [box if end in layers else end for end in (arrow.tail, arrow.head)]
        if tail == head or {tail, head} & inside or (head == box and tail in met):
            continue
        if head == box:
            met.add(tail)
            arrow = arrow._replace(label=(), words="", partial="")
        yield arrow._replace(tail=tail, head=head)
