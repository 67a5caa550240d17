"""Programs written for micrograd give the same numbers on microgrand; every shim is short."""

import random
from pathlib import Path

import micrograd_shim
import pytest
from hypothesis import given
from hypothesis import strategies as st

engine, nn = micrograd_shim.MODULES["micrograd.engine"], micrograd_shim.MODULES["micrograd.nn"]
SHIMS = sorted(Path(__file__).parent.glob("*_shim.py"))
STEPS = {  # each makes a new number of two that are there
    "a + b": lambda a, b: a + b, "a - b": lambda a, b: a - b, "a * b": lambda a, b: a * b,
    "a / b²": lambda a, b: a / (b * b + 1),
    "a ** 2": lambda a, b: a**2, "relu": lambda a, b: (a - b).relu(), "-a": lambda a, b: -a + 2,
    "2 * a": lambda a, b: 2 * a, "1 - b": lambda a, b: 1 - b, "3 / b": lambda a, b: 3.0 / (b * b + 2),
}  # fmt: skip
whole = st.integers(0, 2**16)


def run(value, data, steps):
    """The sum of all numbers of a program, each made of two earlier ones, and the grads of those it starts with."""
    numbers = leaves = [value(x) for x in data]
    for name, i, j in steps:
        numbers = [*numbers, STEPS[name](numbers[i % len(numbers)], numbers[j % len(numbers)])]
    total = sum(numbers)
    total.backward()
    return total.data, [leaf.grad for leaf in leaves]


@pytest.mark.parametrize("shim", SHIMS, ids=lambda path: path.stem)
def test_a_shim_is_short(shim):
    """At most 60 lines give another library's names to what microgrand has."""
    assert len(SHIMS) == 3
    assert len(shim.read_text().splitlines()) <= 60


@given(data=st.lists(st.floats(-2.0, 2.0), min_size=2, max_size=3),
       steps=st.lists(st.tuples(st.sampled_from(list(STEPS)), whole, whole), min_size=1, max_size=6))  # fmt: skip
def test_a_graph_has_the_numbers_of_micrograd(data, steps):
    """Any graph of micrograd's operators has micrograd's value and grads, to 1e-9 of their size."""
    theirs = pytest.importorskip("micrograd.engine", reason="micrograd is not installed: pip install micrograd")
    value, grads = run(engine.Value, data, steps)
    value_there, grads_there = run(theirs.Value, data, steps)
    assert value == pytest.approx(value_there, rel=1e-9, abs=1e-9)
    assert grads == pytest.approx(grads_there, rel=1e-9, abs=1e-9)


@given(seed=st.integers(0, 100), x=st.lists(st.floats(-1.0, 1.0), min_size=2, max_size=2))
def test_a_step_of_training_as_in_micrograd(seed, x):
    """The loop of micrograd's demo, zero_grad, backward and `p.data -= …`, has the same costs, step by step."""
    there = pytest.importorskip("micrograd.nn", reason="micrograd is not installed: pip install micrograd")
    costs = []
    for library in (nn, there):
        random.seed(seed)
        model, found = library.MLP(2, [3, 1]), []
        for _ in range(3):
            cost = (1 - model(x)).relu() + 1e-4 * sum(p * p for p in model.parameters())
            model.zero_grad()
            cost.backward()
            for p in model.parameters():
                p.data -= 0.1 * p.grad
            found.append(cost.data)
        costs.append(found)
    assert costs[0] == pytest.approx(costs[1], rel=1e-9, abs=1e-12)
