"""Laws of `stale` and `refresh`, over every row of the table."""

import contextlib
import math

import pytest
from calls import NUMBERS

import microgrand
from microgrand import TABLE, DomainError, Value, stale


def nodes(row):
    """The row at edge operands, some of them Values and some plain numbers."""
    count = row.arity or 2 * len(row.signature.lists) + len(row.signature.indices)
    indices = row.signature.index_positions(count)
    for k in range(len(NUMBERS)):
        xs = [1.0 if j in indices else float(NUMBERS[(k + 3 * j) % len(NUMBERS)]) for j in range(count)]
        for varies in ({0}, set(range(count)), {count - 1 - len(indices)}):
            operands = [Value(x) if j in varies and j not in indices else x for j, x in enumerate(xs)]
            with contextlib.suppress(DomainError):
                yield row(*row.signature.arguments(operands))


@pytest.mark.parametrize("row", TABLE.values(), ids=list(TABLE))
def test_a_fresh_node_is_not_stale(row):
    """What a row has just computed, `refresh` would leave as it is: at edges and NaN too, whichever operands vary."""
    fresh = list(nodes(row))
    assert [node for node in fresh if stale(node)] == []
    assert len(fresh) > 9
    assert any([math.isnan(getattr(x, "data", x)) for node in fresh for x in node.operands])


def test_a_changed_leaf_makes_what_was_computed_from_it_stale():
    """`stale` names the nodes above a changed leaf, and no others; after `refresh` there are none."""
    x, y = Value(2.0), Value(3.0)
    both = microgrand.tanh(x) * y
    alone = y * y
    root = both + alone
    x.data = 0.5
    assert set(stale(root)) == {both.parents[0], both, root}
    microgrand.refresh(root)
    assert stale(root) == []
