"""Laws of copies: a copy of a graph is the same graph, of any depth, and shares nothing with the original."""

import copy
import pickle
import threading

import pytest
from hypothesis import given

from microgrand import (
    Linear,
    LogSoftmax,
    NegativeLogLikelihood,
    Scope,
    Sequential,
    Value,
    sum,
    sweep,
    topological_order,
)
from microgrand.testing import expressions

PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)
COPIES = {f"pickle {p}": lambda item, p=p: pickle.loads(pickle.dumps(item, p)) for p in PROTOCOLS}
COPIES["plain pickle"] = lambda item: pickle.loads(pickle._dumps(item))
COPIES["deepcopy"] = copy.deepcopy


def described(root):
    """Everything in a graph but the identity of its nodes."""
    order = topological_order(root)
    place = {id(node): k for k, node in enumerate(order)}
    return [
        repr((node.data, node.grad, node.name, node.primitive, node.partials, type(node).__name__))
        + repr([place.get(id(operand), operand) for operand in node.operands])
        for node in order
    ]


@pytest.mark.parametrize("way", COPIES)
@given(expression=expressions(smooth=False))
def test_a_copy_is_the_same_graph(way, expression):
    """A copy has the same nodes, numbers and edges, shares no node with the original, and sweeps alike."""
    inputs, root = expression.on_values()
    root.backward()
    leaf, again = COPIES[way]((inputs[0], root))
    assert described(again) == described(root)
    assert not {id(node) for node in topological_order(again)} & {id(node) for node in topological_order(root)}
    assert sweep(again).get(leaf) == sweep(root).get(inputs[0])


@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize("first", ["leaf", "root"])
def test_nodes_keep_their_identity_in_one_copy(way, first):
    """x stays the leaf of z, in whichever order they are written; so do roots that share interior nodes."""
    x = Value(2.0, name="x")
    shared = x * x
    roots = [shared + 1.0, shared * 3.0]
    pieces = (x, *roots) if first == "leaf" else (*roots, x)
    copied = COPIES[way](pieces)
    x2 = copied[0] if first == "leaf" else copied[-1]
    one, two = [item for item in copied if item is not x2]
    assert one.parents[0] is two.parents[0]
    assert one.parents[0].parents == (x2, x2)


@pytest.mark.parametrize("way", ["pickle 5", "deepcopy"])
@pytest.mark.parametrize("shape", ["left", "many", "both"])
@pytest.mark.parametrize("size", [20_000, pytest.param(300_000, marks=pytest.mark.thorough("deeper than any stack"))])
def test_depth_is_no_limit(way, shape, size):
    """Graphs of any depth are copied without recursion, from a thread whose stack has 13 bytes a node."""
    x = Value(1.0)
    y = x
    for _ in range(size):
        y = {"left": lambda y: y + x, "many": lambda y: sum([y, x, 1.0]), "both": lambda y: (y + y) * 0.5}[shape](y)
    found = []
    threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=lambda: found.append(COPIES[way]((x, y))))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(0)
    x2, y2 = found[0]
    assert y2.data == y.data
    assert sweep(y2)[x2] == sweep(y)[x]


def test_a_shallow_copy_shares_its_operands():
    """copy.copy gives another node with the same operands and partials."""
    x = Value(3.0, name="x")
    y = x * x
    z = copy.copy(y)
    assert z is not y
    assert (z.parents[0] is x, z.data, z.partials, z.primitive) == (True, 9.0, (3.0, 3.0), y.primitive)
    assert copy.copy(x).name == "x"


@pytest.mark.parametrize("way", COPIES)
def test_inputs_that_a_layer_ignores_are_no_limit(way):
    """What a layer was called on may be thousands of nodes deep, though its output does not depend on it."""
    deep = Value(1.0)
    for _ in range(3000):
        with Scope("ignores", None, [deep]):
            made = Value(2.0) * 3.0
        deep = deep + 1.0
    with Scope("ignores", None, [deep]):
        made = made * 2.0
    copied = COPIES[way](made)
    assert (copied.data, copied.scope.inputs[0].data) == (12.0, 3001.0)
    assert copied.parents[0].scope.inputs[0] is copied.scope.inputs[0].parents[0]


@pytest.mark.parametrize("way", COPIES)
def test_scopes_are_copied(way):
    """The copied nodes know the layers by name, and their inputs among the copied nodes; a network copies whole."""
    network = Sequential(Linear(2, 2, theta=[[1.0, 2.0], [3.0, 4.0]]), LogSoftmax(), NegativeLogLikelihood())
    trace = network.trace([1.0, 2.0], 0)
    cost = COPIES[way](trace.cost)
    assert (cost.scope.name, cost.scope.outer.name) == ("NLL", "network")
    assert cost.scope.inputs == cost.parents[0].parents
    again = COPIES[way](network)
    assert again([1.0, 2.0], 0).data == trace.cost.data
    assert again.parameters()[0] is not network.parameters()[0]


def test_a_failed_pickle_leaves_nothing_behind():
    """A pickle that fails in the middle does not change how the next one is written."""
    y = Value(1.0)
    for _ in range(3000):
        y = y * 1.0
    with pytest.raises(TypeError):
        pickle.dumps((y, threading.Lock()))

    class Stop:
        def write(self, data):
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        pickle.Pickler(Stop(), 5).dump(y)
    assert pickle.loads(pickle.dumps(y)).data == 1.0
    assert pickle.loads(pickle.dumps(y.parents[0])).data == 1.0
