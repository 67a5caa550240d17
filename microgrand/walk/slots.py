"""The numbers of a page: each has a slot, and one printed function computes them all from the leaves."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from struct import pack
from typing import Any

from microgrand.engine.node import Node
from microgrand.errors import GraphError
from microgrand.program.program import Program
from microgrand.program.reading import Decision, read
from microgrand.walk.live import Figure, Live

FUNCTION = "numbers"  # the name of the printed function


class Slots:
    """Which number of the page each figure shows.

    A number without a Value of its own gets a slot for each place where it stands: the places are the same in every
    iteration of a descent, and so are the slots.

    >>> from microgrand import Value
    >>> x = Value(3.0); y = x * x
    >>> slots = Slots()
    >>> [slots.of(Figure(Live(each.data, each), 6)) for each in (x, y, x)]
    [0, 1, 0]
    """

    def __init__(self) -> None:
        self._values: list[Any] = []
        self._slots: dict[int | str, int] = {}
        self.floats: list[float] = []

    def of(self, figure: Figure) -> int:
        """The slot of a figure, a new one at its first place."""
        x = figure.number
        value = x.value if isinstance(x, Live) else float(x)
        key = id(value) if isinstance(value, Node) else repr(value)
        if value is not None:
            if key in self._slots:
                return self._slots[key]
            self._slots[key] = len(self._values)
        self._values.append(value)
        self.floats.append(float(x))
        return len(self._values) - 1

    def source(self, leaves: Sequence[Node], eta: Node, decisions: Sequence[Decision]) -> str:
        """The function of the leaves' numbers and of η that returns the number in each slot, as JavaScript.

        decisions  the comparisons that were made on the way: where one comes out otherwise, the function throws

        Raises GraphError where a row cannot be printed, and where a number has no Value.
        """
        if any([value is None for value in self._values]):
            raise GraphError("a row tells its partials as floats only")
        example = [[leaf.data for leaf in leaves], eta.data]
        inputs, names = [*leaves, eta], ["leaves", "eta"]
        program = read(Program, FUNCTION, example, names, inputs, self._values, decisions, parameterised=False)
        return program.source("javascript")


def packed(numbers: Sequence[float]) -> str:
    """Numbers, each in 8 bytes, as text in which none can be read by eye: a page may keep them as answers.

    >>> packed([0.5])
    'AAAAAAAA4D8='
    """
    return b64encode(pack(f"<{len(numbers)}d", *numbers)).decode()
