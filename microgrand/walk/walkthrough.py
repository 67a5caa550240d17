"""`walkthrough(root)`: the sweep as a player, in a notebook, as one offline page, or as text."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from microgrand.drawing.bundle import Bundle, as_image, bundle_of
from microgrand.drawing.draw import MAX_NODES, require_whole
from microgrand.drawing.names import caller_names
from microgrand.engine.order import as_nodes, topological_order
from microgrand.program import Program
from microgrand.program.derived import guarded
from microgrand.progress import progress
from microgrand.table.numbers import as_number
from microgrand.walk.embedding import framed, write_page
from microgrand.walk.page import final_picture, page
from microgrand.walk.page_data import Story
from microgrand.walk.root import fresh_root
from microgrand.walk.scene import Frame
from microgrand.walk.step import Step
from microgrand.walk.tour import Tour

GRANULARITIES = ("node", "edge", "layer")
MOST_BYTES = 1_600_000  # of a page; a layer that would make it larger stays closed


class Walkthrough:
    """The steps of a sweep, to be played: see `walkthrough`.

    steps       all of them, in order; iterating gives these too
    html()      the player, as one page with everything in it
    save(path)  the same as a file, `.html`
    str(…)      one line a step, for terminals

    In a notebook it shows the player; where no script may run, a picture of the final state.

    >>> from microgrand import Value
    >>> x = Value(3.0); y = x * x
    >>> [step.name for step in walkthrough(y)]
    ['x', 'y', 'δ(y)', 'δ(x)']
    """

    def __init__(self, story: Story, losses: Sequence[float]) -> None:
        self.scenes = tuple(story.scenes)
        self.losses = tuple(losses)
        self._story = story
        self._rounds = [_told(frames, k) for k, frames in enumerate(self.scenes[0].rounds)]
        self.steps: tuple[Step, ...] = tuple([step for steps in self._rounds for step in steps])
        root = self.scenes[0].heading if story.predict else self.scenes[0].root  # its number is asked for, too
        self.title = f"{len(self.steps):,} steps of backpropagation through {root}"

    def html(self) -> str:
        """The player as one page, which needs no network; needs the extra `draw`.

        Layers that would make it too large stay closed.
        """
        return page(self._story, MOST_BYTES)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the player as one file that any browser opens; the file is whole or is not there."""
        return write_page(path, self.html(), "a walkthrough is")

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __str__(self) -> str:
        lines: list[str] = []
        for k, steps in enumerate(self._rounds):
            if len(self._rounds) > 1:
                lines.append(f"iteration {k + 1}: cost {self.losses[k]:.6g}")
            lines += map(str, steps)
        return "\n".join([*lines, *self.scenes[0].view.notes])

    def __repr__(self) -> str:
        return f"<walkthrough: {self.title}; .save(path) writes the page, print(…) the steps>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        if self._story.predict:  # a picture would hold the answers
            return {"text/html": framed(self._story.title, self.html()), "text/plain": self._story.title}, {}
        picture = final_picture(self.scenes[0])
        forms, sizes = bundle_of(picture, str(self))
        return {"text/html": _with_picture(self.html(), picture, self.title), **forms}, sizes


def _told(frames: Sequence[Frame], number: int) -> list[Step]:
    """The steps of an iteration: what leaves were given is told in the first."""
    told = [frame.step for frame in frames if number == 0 or not frame.given]
    return [replace(step, formula=step.formula.fixed()) for step in told]


def walkthrough(
    root: Any,
    *,
    granularity: str | None = None,
    names: Mapping[str, Any] | None = None,
    theta: Any = (),
    rate: float = 0.1,
    iterations: int = 1,
    predict: bool = False,
    max_nodes: int = MAX_NODES,
) -> Walkthrough:
    """Watch backpropagation happen: values forwards, then every δ backwards, step by step.

    root         a Value, or the trace of a network; it is not changed. Of a Value the page computes the steps that were
                 recorded: an `if` of yours is none of them. Of a Program, the page stops where a comparison would come
                 out otherwise than it was recorded
    granularity  "node", "edge" or "layer", as for `steps`; by default layers where there are any, else nodes
    names        as for `draw`
    theta        parameters, a Value or several: after each sweep they take a step of gradient descent; by default those
                 of a trace that was made with a step size, and this is then their rate
    rate         the size η of these steps, θ ← θ - η ∂C/∂θ
    iterations   how often: forward, backward, update θ, repeat; the curve of the cost stands beside the graph
    predict      whether the page asks the reader for each number, and tells it only then
    max_nodes    a larger graph is walked layer by layer, and where it has none, near its root; its layers can be opened

    Raises GraphError if a leaf was changed and the graph not refreshed, DomainError, with the iteration, if a descent
    leaves the domain of a function (after its last step the cost is then NaN), ValueError and TypeError for arguments
    that make no sense.

    >>> from microgrand import Value
    >>> w = Value(3.0)
    >>> cost = (w - 1.0) ** 2
    >>> print(walkthrough(cost, theta=w, rate=0.25, iterations=2))
    iteration 1: cost 4
    ▶ w = 3
    ▶ z₂ = w - 1 = 3 - 1 = 2, ∂z₂/∂w = 1
    ▶ cost = z₂^2 = 2^2 = 4, ∂cost/∂z₂ = 4
    ◀ δ(cost) = 1
    ◀ δ(z₂) = δ(cost)·∂cost/∂z₂ = 1·4 = 4
    ◀ δ(w) = δ(z₂)·∂z₂/∂w = 4·1 = 4
    ● w ← w - η·δ(w) = 3 - 0.25·4 = 2
    iteration 2: cost 1
    ▶ z₂ = w - 1 = 2 - 1 = 1, ∂z₂/∂w = 1
    ▶ cost = z₂^2 = 1^2 = 1, ∂cost/∂z₂ = 2
    ◀ δ(cost) = 1
    ◀ δ(z₂) = δ(cost)·∂cost/∂z₂ = 1·2 = 2
    ◀ δ(w) = δ(z₂)·∂z₂/∂w = 2·1 = 2
    ● w ← w - η·δ(w) = 2 - 0.25·2 = 1.5
    """
    if granularity is not None and granularity not in GRANULARITIES:
        raise ValueError(f"granularity is one of {', '.join(map(repr, GRANULARITIES))}; got {granularity!r:.60}")
    require_whole("iterations", iterations)
    called = caller_names(names, sys._getframe(1).f_locals)
    root, decisions = guarded(root) if isinstance(root, Program) else (root, ())
    top, parameters = fresh_root(root, "walkthrough"), as_nodes(theta)
    if not parameters and getattr(root, "step", None) is not None:
        used = set(topological_order(top))
        parameters, rate = [leaf for leaf in root.parameters if leaf in used], root.step
    count = int(iterations)
    with progress("walking", ["reading the graph", *[f"iteration {k + 1}" for k in range(count)]]) as task:
        tour = Tour(top, called, parameters, _rate(rate), max_nodes, decisions)
        if count > 1 and not tour.theta:
            raise ValueError(f"iterations={count} repeat a descent: theta=… tells which parameters it changes")
        tour.plan(granularity)
        for number in range(count):
            task.next()
            tour.walk(number)
            tour.descend(number, number == count - 1)
    story = Story(f"Backpropagation through {tour.name}", tour.scenes, tour.opens, tour.rounds, count, bool(predict))
    return Walkthrough(story, tour.losses)


def _rate(rate: Any) -> float:
    try:
        return as_number(rate)
    except OverflowError:
        raise ValueError(f"rate is a number that a float can hold; got {rate!r:.60}") from None


def _with_picture(html: str, picture: str, title: str) -> str:
    """What a notebook shows: the picture, and the player in a frame, which hides the picture once it runs."""
    return as_image(picture, title) + framed(title, html, loaded="this.previousElementSibling.style.display='none'")
