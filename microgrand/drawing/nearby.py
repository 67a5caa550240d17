"""The nearest of a graph, where it is too large to be looked at whole: an end of it that nothing leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def nearest_first(
    roots: Iterable[T], everything: Iterable[T], below: Callable[[T], Iterable[T]], is_leaf: Callable[[T], bool]
) -> Iterator[T]:
    """All that the roots depend on, the nearest first, each after everything that uses it; leaves after one user.

    Whoever takes the first of these has no arrow from them to what was left, but for arrows from leaves.

    everything  in which users are counted: what the roots depend on
    below       what one item uses, in any order and with repeats

    >>> graph = {"y": ["a", "b"], "a": ["b", "x"], "b": ["c", "x"], "c": ["x"], "x": []}
    >>> "".join(nearest_first("y", graph, graph.__getitem__, "x".__eq__))
    'yabxc'
    """
    waiting: dict[T, int] = {}
    for item in everything:
        for used in set(below(item)):
            waiting[used] = waiting.get(used, 0) + 1
    queue = [root for root in dict.fromkeys(roots) if waiting.get(root, 0) == 0]
    met = set(queue)
    for item in queue:  # which grows while it is read
        yield item
        for used in dict.fromkeys(below(item)):
            waiting[used] -= 1
            if used not in met and (waiting[used] == 0 or is_leaf(used)):
                met.add(used)
                queue.append(used)
