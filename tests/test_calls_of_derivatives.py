"""Laws of how derivatives are called: by name, with a second result, on any container; flags have names everywhere."""

import inspect
from collections import OrderedDict, deque, namedtuple
from dataclasses import dataclass
from functools import cached_property

import numpy
import public_names
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgrand import Value, grad, hessian, jacobian, jvp, record, sin, sum, value_and_grad, vjp
from microgrand.nested import flat, places, rebuilt

DERIVATIVES = {"grad": grad, "value_and_grad": value_and_grad, "jacobian": jacobian, "hessian": hessian}
Pair = namedtuple("Pair", "first second")


@dataclass(frozen=True)
class Line:
    """Slope and offset."""

    slope: object
    offset: object = None


def power(x, y=2.0, *, times=1.0):
    """A function with arguments of each kind."""
    return times * x**y


@pytest.mark.parametrize("name", DERIVATIVES)
def test_arguments_reach_f_by_name(name):
    """What is given by name reaches f as it is, and is no argument to differentiate in."""
    derivative = DERIVATIVES[name]
    assert derivative(power)(3.0, y=3.0, times=2.0) == derivative(lambda x: 2.0 * x**3.0)(3.0)
    with pytest.raises(TypeError, match=r"power\(\) got an unexpected keyword argument 'z'"):
        derivative(power)(3.0, z=1.0)
    with pytest.raises(IndexError, match="argument 1, counted from 0, but the function was called with 1 argument"):
        derivative(power, 1)(3.0, y=2.0)
    assert derivative(power, -1)(3.0, 2.0) == derivative(power, 1)(3.0, 2.0)
    with pytest.raises(TypeError, match="argnums is the place of an argument"):
        derivative(power, True)(3.0, 2.0)


def with_more(x):
    """A number, and what was met on the way."""
    return x * x * x, {"half": x / 2.0, "texts": ["as", "it is"], "nothing": None}


def test_a_second_result_is_handed_out():
    """With has_aux f returns a pair; what else it returned comes with numbers in the place of Values."""
    more = {"half": 1.5, "texts": ["as", "it is"], "nothing": None}
    assert grad(with_more, has_aux=True)(3.0) == (27.0, more)
    assert value_and_grad(with_more, has_aux=True)(3.0) == ((27.0, more), 27.0)
    assert jacobian(with_more, has_aux=True)(3.0) == (27.0, more)
    assert hessian(with_more, has_aux=True)(3.0) == (18.0, more)
    assert grad(grad(with_more, has_aux=True), has_aux=True)(3.0) == (18.0, more)
    outside = Value(5.0)
    assert grad(lambda x: (x * x, outside * x), has_aux=True)(3.0)[1].operands[0] is outside
    with pytest.raises(TypeError, match=r"a function returns a pair, \(number, anything else\); got Value"):
        grad(power, has_aux=True)(3.0)
    with pytest.raises(TypeError, match="has_aux is True or False; got 1"):
        grad(power, has_aux=1)


def containers(inner):
    """Containers of what `inner` draws."""
    return st.one_of(
        st.lists(inner, min_size=1, max_size=3), st.builds(Pair, inner, inner), st.builds(Line, inner, inner),
        st.lists(inner, min_size=1, max_size=3).map(deque), st.lists(inner, min_size=1, max_size=2).map(tuple),
        st.dictionaries(st.text(max_size=2), inner, min_size=1, max_size=2),
    )  # fmt: skip


NESTED = st.recursive(st.floats(-2.0, 2.0) | st.just(None), containers, max_leaves=6)


@given(containers(NESTED), st.integers(1, 4))
def test_containers_are_taken_and_handed_out(argument, size):
    """Lists, tuples, named tuples, dicts, deques, dataclasses and None in these: a gradient has the argument's shape,
    and a program of the function the same.
    """
    numbers = flat(argument)

    def total(structure, weights):
        return sum([w * sin(x) for w, x in zip(weights, [*flat(structure), 1.0], strict=False)])

    weights = [float(k) for k in range(1, len(numbers) + 2)]
    slopes = [grad(lambda x, w=w: w * sin(x))(x) for w, x in zip(weights, numbers, strict=False)]
    expected = rebuilt(argument, iter(slopes))
    assert grad(total)(argument, weights) == expected
    assert type(grad(total)(argument, weights)) is type(argument)
    assert len(list(places(argument, "x"))) == len(numbers)
    if numbers:
        assert vjp(lambda x: total(x, weights), argument)[1](1.0) == (expected,)
        along = rebuilt(argument, iter([1.0] * len(numbers)))
        assert jvp(lambda x: total(x, weights), (argument,), (along,))[1] == pytest.approx(numpy.sum(slopes))
        program = record(lambda x: total(x, weights), argument)
        assert program.value_and_grad(argument)[1] == expected
        assert program.value_and_grad(argument)[0] == program(argument)
        lanes = rebuilt(argument, iter([numpy.full(size, x) for x in numbers]))
        assert program(lanes).tolist() == pytest.approx([program(argument)] * size)


@dataclass
class Point:
    """With a property that is kept, and an attribute that is no field."""

    x: object
    y: object

    @cached_property
    def squares(self):
        return self.x * self.x + self.y * self.y


def test_what_a_dataclass_has_computed_is_computed_anew():
    """What it keeps of its old numbers is of no use for new ones."""
    point = Point(1.0, 2.0)
    assert point.squares == 5.0
    assert grad(lambda p: p.squares)(point) == Point(2.0, 4.0)
    assert record(lambda p: p.squares, point)(Point(5.0, 2.0)) == 29.0


def test_none_is_none():
    """Where None was recorded no number is taken, and where a number was, no None."""
    program = record(lambda q, r: q[0] * 10.0 + r, [1.0, None], 1.0)
    assert program([2.0, None], 5.0) == 25.0
    for wrong in ([2.0, 3.0], [2.0, 3]):
        with pytest.raises(ValueError, match=r"q\[1\] was recorded as None; got a number"):
            program(wrong, 5.0)
    with pytest.raises(TypeError, match=r"q\[0\] is a number, or an array of numbers; got None"):
        program([None, None], 5.0)


def test_a_second_result_costs_what_it_holds():
    """Every step of a long chain may be handed out; what has no Values in it stays the object that it is."""
    kept = OrderedDict(a=[1.0] * 3, b=object())

    def chain(x):
        steps = [x]
        for _ in range(3000):
            steps.append(sin(steps[-1]))
        return steps[-1], (steps, kept)

    _, (steps, same) = grad(chain, has_aux=True)(0.5)
    assert {type(each) for each in steps} == {float}
    assert same is kept


def test_a_range_counts_as_a_list():
    """Its gradient is a list; of a deque, one as long at most."""
    assert grad(lambda x: x[1] * x[2])(range(3)) == [0.0, 2.0, 1.0]
    found = grad(lambda x: x[0] * x[1])(deque([2.0, 3.0], maxlen=7))
    assert (found, found.maxlen) == (deque([3.0, 2.0]), 7)


# Flags that may be given by their places, and why.
BY_PLACE = {
    "Interval": "pickles of earlier versions hold them so; what is no flag is refused",
    "Linear": "as in PyTorch; what is no flag is refused",
    "Neuron": "as published by micrograd",
    "Layer": "as published by micrograd",
    "get_params": "as scikit-learn calls it",
    "_get_params_html": "as scikit-learn calls it",
}


def test_flags_have_names():
    """A number in the place of a flag is no flag: those with a default of True or False are given by name alone."""
    seen, placed = 0, set()
    for name, item in public_names.public():
        methods = [(attribute, own) for attribute, own in public_names.attributes(item) if callable(own)]
        for title, call in [(name, item), *methods]:
            if callable(call) and not (isinstance(call, type) and issubclass(call, BaseException)):
                seen += 1
                flags = [each for each in inspect.signature(call).parameters.values() if isinstance(each.default, bool)]
                if any([flag.kind is not flag.KEYWORD_ONLY for flag in flags]):
                    placed.add(name.split(".")[-1] if title == "__init__" else title.split(".")[-1])
    assert seen > 500
    assert placed == set(BY_PLACE)


def test_backward_takes_a_seed():
    """`backward(seed)` gives seed · ∂root/∂node; a flag that has lost its name is refused."""
    x = Value(3.0)
    y = x * x
    y.backward(5.0)
    assert (x.grad, y.grad) == (30.0, 5.0)
    y.backward(seed=numpy.float32(0.5), accumulate=True)
    assert x.grad == 33.0
    with pytest.raises(TypeError, match="backward takes δ of the root, a number; got True: flags are named"):
        y.backward(True)
