"""All passes, one after the other: what is replayed on arrays."""

from __future__ import annotations

from microgrand.program.arrays.dots import with_dots
from microgrand.program.arrays.grouped_steps import grouped
from microgrand.program.passes import with_common, without_dead, without_signs
from microgrand.program.tape import SomeTape


def optimised(program: SomeTape) -> SomeTape:
    """The program in as few array operations as the passes find.

    >>> from microgrand import record
    >>> def layer(w, x):
    ...     return [wk[0] * x[0] + wk[1] * x[1] for wk in w]
    >>> [(step.row.name, len(step.members)) for step in optimised(record(layer, [[1.0, 2.0]] * 3, [1.0, 1.0])).steps]
    [('dot', 3)]
    """
    return grouped(without_dead(with_dots(without_signs(with_common(without_dead(program))))))
