"""What the public face gives survives pickling and copying, on both builds."""

import copy
import pickle

import pytest

import microgrand
from microgrand import Domain, Interval, Notation, Signature, Value


def square(x):
    """x times x, to be differentiated."""
    return x * x


OBJECTS = [
    Interval(0.0, 1.0, open_low=True), Domain(Interval(0.0, 1.0), Interval(2.0, 3.0)), Notation("f", label="F"),
    Signature("x", "slope", default=0.5), Signature(lists=("x",), indices=("k",)), microgrand.add.notation,
    microgrand.softmax, microgrand.grad(square), microgrand.value_and_grad(square), microgrand.jacobian(square, (0,)),
]  # fmt: skip
COPIES = {"pickled": lambda item: pickle.loads(pickle.dumps(item)), "copied": copy.copy, "deep": copy.deepcopy}


def described(item):
    """What an object is, so that a copy can be compared with it."""
    if isinstance(item, Domain):
        return repr(item)
    if isinstance(item, Interval):
        return repr(item), item.holds(0.0)
    if isinstance(item, Signature):
        return item.names(), item.default, item.arity, item.brackets
    if isinstance(item, Notation):
        return item.text, item.label, item.slots, item.signature.names()
    return item(3.0) if item is not microgrand.softmax else item


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("item", OBJECTS, ids=[repr(each)[:40] for each in OBJECTS])
def test_a_copy_is_what_was_copied(item, how):
    """A copy says and gives the same."""
    assert described(COPIES[how](item)) == described(item)


def test_a_derivative_looks_like_its_function():
    """`grad(f)` has f's name and signature, is bound as a method is, and may be given attributes."""
    import inspect

    gradient = microgrand.grad(square)
    assert (gradient.__name__, gradient.__qualname__) == ("square", "square")
    assert str(inspect.signature(gradient)) == "(x)"
    gradient.note = "mine"
    assert gradient.note == "mine"

    class Model:
        slope = microgrand.grad(lambda self, x: self.scale * x * x, 1)
        scale = 2.0

    assert Model().slope(3.0) == 12.0


@pytest.mark.parametrize(
    "declare",
    [lambda: Signature("x", lists=("w",)), lambda: Signature(3), lambda: Signature("x", "x")],
)
def test_a_signature_that_makes_no_sense_is_refused(declare):
    """Operands and lists exclude each other; names are strings, each given once."""
    with pytest.raises(ValueError, match="each with a name of its own"):
        declare()


def test_spellings_of_one_call_give_one_node():
    """Whole numbers and tuples do as floats and lists do, also where a kernel takes the operands."""
    x, y = Value(0.5), Value(2.0)
    pairs = [
        (microgrand.pow(y, 2), microgrand.pow(y, 2.0)),
        (microgrand.maximum(x, 0), microgrand.maximum([x, 0.0])),
        (microgrand.clip(x, 0, 1), microgrand.clip(x, 0.0, 1.0)),
        (microgrand.leaky_relu(x), microgrand.leaky_relu(x, 0.01)),
        (microgrand.dot((x, 2), (y, x)), microgrand.dot([x, 2.0], [y, x])),
        (microgrand.softmax((x, y), 1), microgrand.softmax([x, y], 1.0)),
    ]
    for one, other in pairs:
        assert (one.data, one.partials) == (other.data, other.partials)
        assert list(map(type, one.operands)) == list(map(type, other.operands))
