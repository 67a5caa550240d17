"""Laws of the graph and its sweeps: order, identity, purity, depth, what happens in between."""

import gc
import math
import pickle
import re
import sys
import threading

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from release_scenarios import memory_in_use, on_a_small_stack

import microgrand
from microgrand import (
    DomainError,
    GraphError,
    NonFiniteError,
    Value,
    leaves,
    refresh,
    stale,
    sum,
    sweep,
    topological_order,
)
from microgrand.engine.order import MARKS
from microgrand.engine.scope import Guards, Scope
from microgrand.testing import expressions
from microgrand.unset import UnsetGrad
from microgrand.value_sweeps import differentiable_sweep, tangent_sweep


@given(expressions(inputs=3, smooth=False))
def test_parents_come_first(expression):
    """In topological order every node stands once, after its parents, and the root is last."""
    _, root = expression.on_values()
    order = topological_order(root)
    place = {id(node): k for k, node in enumerate(order)}
    assert len(place) == len(order)
    assert order[-1] is root
    assert all(place[id(parent)] < place[id(node)] for node in order for parent in node.parents)
    assert leaves(root) == [node for node in order if not node.parents]


@given(expressions(inputs=3, smooth=False))
def test_every_delta_is_the_sum_over_children(expression):
    """δᵢ = Σₖ δₖ ∂zₖ/∂zᵢ for every node, and 1 for the root."""
    _, root = expression.on_values()
    adjoints = sweep(root)
    terms = {id(node): [] for node in adjoints.order}
    for node, delta in adjoints:
        for parent, partial in zip(node.parents, node.partials, strict=True):
            terms[id(parent)].append(delta * partial)
    for node, delta in adjoints:
        added = [1.0] if node is root else terms[id(node)]
        assert math.isclose(delta, math.fsum(added), rel_tol=0.0, abs_tol=1e-12 * math.fsum(map(abs, added)))
    assert adjoints.get(Value(1.0)) == 0.0
    with pytest.raises(GraphError, match="depends on 1 "):
        adjoints[Value(1.0)]


@given(expressions(inputs=3, smooth=False))
def test_every_sweep_gives_the_same_numbers(expression):
    """`sweep`, `.backward()` (once or twice), the differentiable and the forward sweep agree; the sweep is pure."""
    inputs, root = expression.on_values()
    adjoints = sweep(root)
    assert all(isinstance(node.grad, UnsetGrad) for node in adjoints.order)
    for _ in range(2):
        root.backward()
        assert [node.grad for node in adjoints.order] == adjoints.deltas
    again = differentiable_sweep(root, inputs)
    assert [getattr(delta, "data", delta) for delta in again] == [adjoints.get(leaf) for leaf in inputs]
    partials = [abs(partial) for node in adjoints.order for partial in node.partials]
    assume(all(partial == 0.0 or partial > 1e-30 for partial in partials))  # then no product of nine underflows
    sizes = sizes_along_paths(adjoints.order)
    for leaf in inputs:
        forward = tangent_sweep([root], [leaf], [1.0])[0]
        assert math.isclose(forward, adjoints.get(leaf), abs_tol=1e-12 * sizes.get(id(leaf), 0.0))


def sizes_along_paths(order):
    """Σ |Π partials| over the paths from a node up to the root: what cancels in its δ was of this size."""
    sizes = {id(node): 0.0 for node in order} | {id(order[-1]): 1.0}
    for node in reversed(order):
        for parent, partial in zip(node.parents, node.partials, strict=True):
            sizes[id(parent)] += abs(partial) * sizes[id(node)]
    return sizes


def test_accumulating_adds_on_leaves():
    """`backward(accumulate=True)` adds δ to the `grad` of leaves and leaves the others alone."""
    x = Value(2.0)
    y = x * x
    y.backward(accumulate=True)
    y.backward(accumulate=True)
    assert x.grad == 8.0
    assert isinstance(y.grad, UnsetGrad)


def test_a_thousand_equal_values_are_told_apart():
    """The engine never compares nodes by their numbers: each of a thousand equal leaves gets its own δ."""
    many = [Value(1.0) for _ in range(1000)]
    root = sum([k * leaf for k, leaf in enumerate(many)])
    root.backward()
    assert [leaf.grad for leaf in many] == [float(k) for k in range(1000)]
    assert len(topological_order(root)) == 2001


def after_a_change(expression, by):
    """The graph of an expression whose first leaf was changed; the same recorded anew, or else the error of that."""
    inputs, root = expression.on_values()
    assert stale(root) == []
    inputs[0].data += by
    try:
        return root, expression.at(*[leaf.data for leaf in inputs]).root(), None
    except DomainError as error:
        return root, None, error


@given(expressions(inputs=3, smooth=False), st.sampled_from([0.5, -3.0]))
def test_refresh_recomputes_what_recording_would_compute(expression, by):
    """After a leaf is changed, `stale` names what changed, and `refresh` gives what a new recording gives."""
    root, fresh, error = after_a_change(expression, by)
    assume(error is None)
    changed, before = stale(root), used(root)
    refresh(root)
    assert len(changed) == len([node for node, old in zip(used(root), before, strict=True) if node != old])
    assert stored(root) == stored(fresh)
    assert stale(root) == []


@given(expressions(1, [microgrand.log, microgrand.sqrt, microgrand.acos, microgrand.mul], max_nodes=6))
def test_refresh_raises_what_recording_would_raise(expression):
    """Where a domain is left, the error of `refresh` begins as that of a new recording."""
    root, _, error = after_a_change(expression, by=-100.0)
    assume(error is not None)
    with pytest.raises(type(error), match=f"^{re.escape(str(error)[:20])}"):
        refresh(root)


def used(root):
    """The numbers of every node that anything else depends on, as text: its data and the partials of its parents."""
    return [repr((node.data, node.partials)) for node in topological_order(root)]


def stored(root):
    """The numbers of every node, those that no δ is multiplied with among them, as text: NaN equals NaN."""
    return [repr((node.data, node.operand_partials)) for node in topological_order(root)]


plain_only = pytest.mark.skipif(
    microgrand.COMPILED, reason="compiled code has no lines at which a tracer could step in"
)


def test_refresh_is_all_or_nothing():
    """Where a changed leaf leaves a domain, `refresh` raises and changes no number; `stale` and drawings still work."""
    x = Value(2.0)
    w = x * x
    root = w + microgrand.log(x)
    x.data = -3.0
    with pytest.raises(ValueError, match="log is defined"):
        refresh(root)
    assert w.data == 4.0
    assert len(stale(root)) == 3
    assert "dashed" in microgrand.draw(root).dot


def test_formulas_of_wide_graphs_are_short():
    """A node of a hundred thousand operands, each a node of a thousand, is written in one short line."""
    wide = sum([sum([Value(1.0)] * 1000)] * 100_000)
    assert len(microgrand.formula(wide)) <= 200
    assert microgrand.formula(wide, "text", depth=10**9).count("\n") == 0


def test_adjoints_survive_copies():
    """A pickled or copied `Adjoints` answers for the copied nodes, also after it was asked."""
    x = Value(3.0)
    adjoints = sweep(x * x)
    assert adjoints[x] == 6.0
    again, leaf = pickle.loads(pickle.dumps((adjoints, x)))
    assert again[leaf] == 6.0


def test_a_scope_is_entered_once():
    """Entering a scope that is entered already is refused, and leaves nothing behind."""
    scope = Scope("once")
    with scope, pytest.raises(RuntimeError, match="entered already"), scope:
        pass
    assert (Value(1.0) * 2.0).scope is None


SHAPES = {
    "left": lambda y, x: y + x,
    "right": lambda y, x: x + y,
    "both": lambda y, x: y * 0.5 + y * 0.5,
    "one-operand": lambda y, x: -y,
    "many": lambda y, x: sum([y, x, 1.0]),
}


def deep(shape, size):
    x = Value(1.0)
    y = x
    for _ in range(size):
        y = SHAPES[shape](y, x)
    return x, y


SIZES = [20_000, pytest.param(1_000_000, marks=pytest.mark.thorough("a graph of a million nodes"))]


@pytest.mark.parametrize("shape", SHAPES)
def test_deep_graphs_are_built_swept_refreshed_and_freed(shape):
    """Depth is limited by memory alone: a thread whose stack has 13 bytes a node does all without recursion."""

    def work():
        x, y = deep(shape, 20_000)
        y.backward()
        assert x.grad == sweep(y)[x]
        refresh(y)
        assert len(microgrand.formula(y)) < 200
        del x, y
        done.append(True)

    done = []
    on_a_small_stack(work)
    assert done == [True]


@pytest.mark.parametrize("size", SIZES)
def test_a_long_chain_gives_its_memory_back(size):
    """A chain of additions builds, sweeps and is freed, node by node."""
    x, y = deep("left", size)
    y.backward()
    assert (y.data, x.grad) == (size + 1.0, size + 1.0)
    before = memory_in_use()
    del y
    assert before - memory_in_use() > 0.999 * size


@pytest.mark.parametrize("size", SIZES)
def test_one_node_may_have_any_number_of_operands(size):
    """A node of a million operands is as good as a chain."""
    many = [Value(1.0) for _ in range(size)]
    root = sum(many)
    root.backward()
    assert root.data == size
    assert {leaf.grad for leaf in many} == {1.0}
    assert len(microgrand.formula(root)) < 200


def test_nonfinite_is_reported_where_it_was_born():
    """`backward` names the node whose δ first was NaN or infinite, and changes no grad; it can be let through."""
    x = Value(0.0, name="x")
    s = microgrand.sqrt(x)
    y = (s + 1.0) * 2.0
    with pytest.raises(NonFiniteError, match=r"δ of node 'x' \(data 0.0\) turned inf: the local partial of sqrt\(x\)"):
        y.backward()
    assert isinstance(s.grad, UnsetGrad)
    y.backward(allow_nonfinite=True)
    assert x.grad == math.inf


def test_a_sum_that_overflows_has_no_edge_to_name():
    """Where every term of a δ is finite and their sum is not, the message names the node, and no edge."""
    x = Value(2.0, name="x")
    with pytest.raises(NonFiniteError) as caught:
        (x * 1e308 + x * 1e308).backward()
    sentence = "δ of node 'x' (data 2.0) turned inf; `backward(allow_nonfinite=True)` lets it through"
    assert str(caught.value) == sentence
    assert isinstance(x.grad, UnsetGrad)


@pytest.mark.skipif(sys.platform == "emscripten", reason="Pyodide lacks threads")
def test_threads_do_not_disturb_each_other():
    """Threads that sweep graphs with shared interior nodes each get their own adjoints."""
    x = Value(1.5)
    shared = x
    for _ in range(300):
        shared = microgrand.sin(shared) + x * 0.01
    roots = [shared * float(k) for k in range(1, 9)]
    expected = [sweep(root)[x] for root in roots]
    wrong = []

    def work(k):
        for _ in range(30):
            if sweep(roots[k])[x] != expected[k]:
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    old = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(old)
    assert wrong == []


def is_interrupted(call, after):
    """Whether the call was still at work when it was interrupted after so many lines."""

    def stop(frame, event, argument):
        nonlocal after
        after -= 1
        if after == 0:
            raise KeyboardInterrupt
        return stop

    before = sys.gettrace()
    sys.settrace(stop)
    try:
        call()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


@plain_only
def test_an_interrupt_leaves_nothing_to_clean_up():
    """A sweep stopped in the middle, wherever, leaves the next one right."""
    x, y = deep("both", 200)
    expected = sweep(y)[x]
    for after in [*range(1, 60), *range(50, 2500, 377)]:
        assert is_interrupted(lambda: sweep(y), after)
        assert sweep(y)[x] == expected
        assert MARKS._outer == MARKS._before == []
    assert not is_interrupted(lambda: sweep(y), 10**9)


@plain_only
def test_a_sweep_inside_a_sweep_is_harmless():
    """A finaliser or signal handler that sweeps in the middle of a sweep disturbs neither."""
    x, y = deep("both", 100)
    expected = sweep(y)[x]
    inner = []

    def meddle(frame, event, argument):
        if frame.f_code.co_name == "spread" and len(inner) < 3:
            sys.settrace(before)
            inner.append(sweep(y * 3.0)[x])
        return meddle

    before = sys.gettrace()
    sys.settrace(meddle)
    try:
        outer = sweep(y)[x]
    finally:
        sys.settrace(before)
    assert outer == expected
    assert inner == [3.0 * expected] * len(inner)
    assert inner


def test_a_finaliser_that_sweeps_is_harmless():
    """Finalisers that sweep, run whenever the garbage collector wants to, disturb no sweep of the same nodes."""
    x, y = deep("both", 100)
    expected = sweep(y)[x]
    inner = []

    class Sweeps:
        def __init__(self):
            self.itself = self

        def __del__(self):
            inner.append(sweep(y * 3.0)[x])

    threshold = gc.get_threshold()
    try:
        for k in range(1, 60):
            Sweeps()
            gc.set_threshold(k)
            assert sweep(y)[x] == expected
    finally:
        gc.set_threshold(*threshold)
    gc.collect()
    assert inner == [3.0 * expected] * 59


def test_scopes_are_found_on_nodes():
    """Nodes made inside a scope point to it, the innermost; those made outside to none; an error leaves none behind."""
    x = Value(1.0)
    with Scope("outer") as outer:
        y = x + 1.0
        with Scope("inner", inputs=[y]) as inner:
            z = y * 2.0
    with pytest.raises(RuntimeError), Scope("failing"):
        raise RuntimeError
    assert (x.scope, y.scope, z.scope, (x * x).scope) == (None, outer, inner, None)
    assert inner.outer is outer
    assert inner.inputs == (y,)


def test_comparisons_are_told_to_whoever_records():
    """While guards are collected, every comparison and truth value of a Value is told, with its outcome."""
    x = Value(2.0)
    with Guards() as guards:
        assert x > 1.0
        assert not x == Value(3.0)  # noqa: SIM201  the comparison itself is what is told
        assert x
    assert x < 5.0
    assert [(name, outcome) for name, _, _, outcome in guards.decisions] == [
        ("greater", True),
        ("equal", False),
        ("not_equal", True),
    ]
    assert guards.decisions[0][1] is x
