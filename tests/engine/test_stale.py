"""Laws of `stale` and `refresh`, over every row of the table."""

import contextlib
import copy
import math
import pickle

import pytest
from calls import NUMBERS, told
from hypothesis import given
from hypothesis import strategies as st

import microgrand
import microgrand.training
from microgrand import TABLE, DomainError, GraphError, Value, leaves, refresh, sin, stale, sweep, topological_order
from microgrand.unset import UnsetGrad


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


# ---- derivatives of a stale graph are refused ------------------------------------------------------------------------
THEN = ["nothing", "refresh", "traverse", "sweep", "copy"]
ASKED = {
    "backward": lambda root: root.backward(),
    "backward, adding": lambda root: root.backward(accumulate=True),
    "sweep": sweep,
    "steps": microgrand.steps,
    "derivation": lambda root: microgrand.derivation(root, leaves(root)[0]),
}


@st.composite
def small_graphs(draw):
    """Two leaves and, node by node, up to four steps of what stands before, the last of which is the root."""
    nodes = [Value(2.0), Value(3.0)]
    for _ in range(draw(st.integers(2, 4))):
        x, y = draw(st.sampled_from(nodes[-3:])), draw(st.sampled_from(nodes))
        nodes.append(draw(st.sampled_from([lambda x, y: x * y, lambda x, y: sin(x), lambda x, y: x / y]))(x, y))
    return nodes


@given(small_graphs(), st.data())
def test_what_is_stale_is_refused_and_what_is_fresh_is_not(nodes, data):
    """Whatever was set, refreshed in part, traversed or copied: `sweep` refuses just if `stale` finds something."""
    for _ in range(data.draw(st.integers(1, 2))):
        leaf, node = nodes[data.draw(st.integers(0, 1))], data.draw(st.sampled_from(nodes[2:]))
        before, leaf.data = leaf.data, data.draw(st.sampled_from([0.5, -2.0, leaf.data]))
        if data.draw(st.integers(0, 4)) == 4:
            leaf.data = before
        then = data.draw(st.sampled_from(THEN))
        some = data.draw(st.lists(st.sampled_from(nodes), max_size=4))
        if then == "refresh":
            refresh(node)
        if then == "traverse":
            topological_order(nodes[-1], some)
        if then == "sweep":
            told(lambda root=nodes[-1], some=some: sweep(root, cut=some))
        if then == "copy":
            nodes = copy.deepcopy(nodes)
    refused = told(lambda: sweep(nodes[-1]))
    assert bool(stale(nodes[-1])) == ("the graph is stale" in refused)


@pytest.mark.parametrize("ask", ASKED)
def test_every_derivative_of_a_stale_graph_is_refused(ask):
    """A graph in which a leaf was set since it was recorded is refused, however often, and nothing changes."""
    x = Value(2.0, name="x")
    y = x * x
    x.data = 5.0
    for _ in range(2):
        with pytest.raises(GraphError, match=r"(?s)stale.*microgrand\.refresh\(root\)"):
            ASKED[ask](y)
        assert isinstance(x.grad, UnsetGrad)
    refresh(y)
    ASKED[ask](y)
    assert sweep(y)[x] == 10.0


def test_the_leaf_that_was_set_is_named():
    """The sentence names the leaf, its number now, and the step that was computed from another."""
    x, w = Value(2.0, name="x"), Value(3.0, name="w")
    y = w * x + 1.0
    w.data = 4.0
    with pytest.raises(GraphError, match=r"w was set to 4\.0 after w·x \(data 6\.0\) was computed"):
        y.backward()


def test_a_loop_around_a_graph_that_was_built_before_it_is_refused():
    """Descending on a graph that is not recorded again would repeat the first gradient: the second turn says so."""
    w = Value(0.0, name="w")
    loss = (w - 3.0) ** 2
    loss.backward()
    w.data -= 0.1 * w.grad
    with pytest.raises(GraphError, match="w was set to"):
        loss.backward()
    for _ in range(3):
        refresh(loss)
        loss.backward()
        w.data -= 0.1 * w.grad
    assert w.data == pytest.approx(3.0 * (1.0 - 0.8**4))


def test_what_was_recorded_can_still_be_asked_for():
    """`allow_stale=True` gives the derivatives at the numbers of the recording."""
    x = Value(2.0)
    y = x * x
    x.data = 5.0
    assert sweep(y, allow_stale=True)[x] == 4.0


def test_other_graphs_are_not_looked_at_again():
    """A change of one graph's leaf recomputes nothing in another graph that was recorded before."""
    calls = []
    counted = microgrand.Primitive("counted_here", lambda x: calls.append(x) or x, lambda z, x: 1.0)
    x, other = Value(2.0), Value(3.0)
    y = counted(x) * 2.0
    for k in range(3):
        other.data = float(k)
        y.backward()
    assert calls == [2.0]


# ---- a grad that was never set ---------------------------------------------------------------------------------------
def test_a_grad_is_unset_until_a_sweep_reaches_the_node():
    """Before `backward()` a grad is a NaN that says so; after it a node that was reached has a plain number."""
    x, stranger = Value(2.0), Value(1.0)
    y = x * 0.0
    assert "unset: call backward()" in repr(x.grad)
    assert f"{x.grad}" == repr(x.grad)
    assert f"{x.grad:.4f}" == "nan"
    assert math.isnan(x.grad + 1.0)
    y.backward()
    assert repr(x.grad) == "0.0"
    assert "unset" in repr(stranger.grad)
    x.grad = None
    assert "unset" in repr(x.grad)
    x.grad = math.nan
    assert repr(x.grad) == "nan"


def test_adding_begins_at_an_unset_grad():
    """`backward(accumulate=True)` sets an unset grad, and adds to one that is set."""
    x = Value(3.0)
    (x * x).backward(accumulate=True)
    assert x.grad == 6.0
    (x * x).backward(accumulate=True)
    assert x.grad == 12.0


def test_an_unset_grad_survives_copies():
    """A copied or pickled Value has an unset grad where the first had one, and no other."""
    x, y = Value(3.0), Value(4.0)
    (2.0 * y).backward()
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        x2, y2 = pickle.loads(pickle.dumps((x, y), protocol))
        assert isinstance(x2.grad, UnsetGrad)
        assert y2.grad == 2.0
    assert isinstance(pickle.loads(pickle.dumps(x.grad)), UnsetGrad)
    assert isinstance(copy.deepcopy(x).grad, UnsetGrad)


def test_a_rule_does_not_move_what_has_no_grad():
    """An optimiser refuses parameters whose grad is unset, and moves none."""
    w, b = Value(1.0, name="w"), Value(2.0, name="b")
    (w * w).backward()
    with pytest.raises(GraphError, match=r"b has no grad yet: call backward\(\)"):
        microgrand.training.GradientDescent(0.1).update([w, b])
    assert (w.data, b.data) == (1.0, 2.0)


def test_a_copy_of_a_stale_graph_is_refused():
    """A graph that was stale when it was copied or pickled is stale in the copy; a fresh one is not."""
    x = Value(2.0)
    root = sin(x * x)
    fresh = pickle.dumps(root)
    x.data = 5.0
    for stale_copy in (copy.deepcopy(root), pickle.loads(pickle.dumps(root))):
        with pytest.raises(GraphError, match="the graph is stale"):
            stale_copy.backward()
    pickle.loads(fresh).backward()
    assert refresh(root) is None
    copy.deepcopy(root).backward()


def test_a_refresh_elsewhere_recomputes_nothing_here():
    """After another graph was refreshed, what this one was computed by is not asked again."""
    calls = []
    counted = microgrand.Primitive("counted_there", lambda x: calls.append(x) or x, lambda z, x: 1.0)
    x, other = Value(2.0), Value(3.0)
    y, elsewhere = counted(counted(x)) * 2.0, other * other
    for k in range(3):
        other.data = float(k)
        refresh(elsewhere)
        y.backward()
    assert len(calls) == 2


def test_the_leaf_that_was_set_is_named_from_afar():
    """Where a part was refreshed, the leaf below it is named, and not one beside it that was never set."""
    x, z = Value(2.0, name="x"), Value(3.0, name="z")
    y = x * x
    w = y * z
    x.data = 5.0
    refresh(y)
    with pytest.raises(GraphError, match=r"x was set to 5\.0 after x·x·z"):
        w.backward()


def test_a_nan_of_an_unset_grad_is_a_nan():
    """What was computed with an unset grad is not unset: a sweep that reaches a node always sets its grad."""
    x = Value(2.0)
    x.data -= 0.1 * x.grad
    y = x * x
    y.backward(allow_nonfinite=True)
    assert repr(x.grad) == "nan"
    (3.0 * x).backward(accumulate=True, allow_nonfinite=True)
    assert repr(x.grad) == "nan"
