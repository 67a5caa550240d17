"""Laws of plans: the array operations of a replay, as data that is carried out, compared and printed."""

import pickle
import re

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rounding import bits, laned, recorded
from test_steps_on_arrays import CASES

import microgrand as mg
from microgrand import record
from microgrand.program import replay
from microgrand.program.arguments import Arguments
from microgrand.program.arrays import Plan, carrying_out
from microgrand.testing import expressions

XP = numpy.zeros(1).__array_namespace__()


def carried_out(program, plan, arguments, regroup):
    """What a plan gives, of which nothing is known but its pickled data."""
    given = Arguments(program, arguments)
    target = carrying_out._target(program, not regroup)
    read = pickle.loads(pickle.dumps(plan))
    return carrying_out.carried_out(carrying_out.bound(read, target, XP), given, XP)


def is_complete(text):
    """Whether each cell and each result in a printed plan stands to the left of a line before it is used."""
    filled = set()
    for line in text.splitlines()[1:]:
        left, equals, right = re.match(r"(?:([cr]\d+)(?:\[.*?\])? (\+?=) )?(.*)", line).groups()
        if not set(re.findall(r"\b[cr]\d+\b", right)) <= filled:
            return False
        if left in filled and equals == "=":
            return False
        filled.add(left)
    return True


@given(expressions(inputs=3, smooth=False), st.booleans(), st.sampled_from([None, 0, (0, 1, 2)]))
def test_a_plan_carried_out_is_the_replay(expression, regroup, argnums):
    """What is carried out of a plan that was pickled and read again is the replay, bit for bit."""
    program = recorded(expression)
    arguments = [*expression.inputs[:1], *laned(expression)[1:]]
    plan = program.plan(*arguments, argnums=argnums, regroup=regroup)
    options = {"regroup": regroup, "allow_nonfinite": True}
    if argnums is None:
        found = carried_out(program, plan, arguments, regroup)
        expected = [program(*arguments, **options)]
    else:
        found = carried_out(program.adjoint(argnums), plan, arguments, regroup)
        value, slopes = program.value_and_grad(*arguments, argnums=argnums, **options)
        expected = [value, *(slopes if argnums else [slopes])]
    assert bits(flat(found)) == bits(flat(expected))


def flat(parts):
    return [number for part in parts for number in numpy.ravel(part).tolist()]


@given(expressions(inputs=2, smooth=False), st.booleans())
def test_equal_programs_have_equal_plans(expression, regroup):
    """Plans of one computation, recorded twice, are equal, and print the same; so does one that was pickled."""
    plans = [recorded(expression).plan(regroup=regroup) for _ in range(2)]
    again = pickle.loads(pickle.dumps(plans[0]))
    assert plans[0] == plans[1] == again
    assert str(plans[0]) == str(plans[1]) == str(again)


@given(expressions(inputs=2, smooth=False), st.booleans(), st.sampled_from([None, 0, (0, 1)]))
def test_a_plan_prints_every_operation(expression, regroup, argnums):
    """Each operation is a line, with the cell that it fills to its left, and on its right cells that are filled."""
    plan = recorded(expression).plan(argnums=argnums, regroup=regroup)
    text = str(plan)
    assert is_complete(text)
    for operation in (*plan.shared, *plan.operations):
        assert f"\nc{operation.out} = " in text


@pytest.mark.parametrize("regroup", [True, False])
@pytest.mark.parametrize(("f", "at", "laned", "rows"), CASES)
def test_every_kind_of_operation_prints(f, at, laned, rows, regroup):
    """Whatever way a step is carried out, its plan is complete as text, and equal to itself when it is read again."""
    given = [numpy.array([argument] * 2 if has else argument) for argument, has in zip(at, laned, strict=True)]
    plan = record(f, *at).plan(*given, regroup=regroup)
    assert is_complete(str(plan))
    assert pickle.loads(pickle.dumps(plan)) == plan


def test_plans_of_other_arguments_differ():
    """Which arguments have lanes is part of the plan; without arguments all but the first have."""
    program = record(lambda w, x: mg.tanh(w * x), 0.5, 2.0)
    lanes = numpy.zeros(3)
    plans = [program.plan(lanes, lanes), program.plan(1.0, lanes), program.plan(lanes, 1.0), program.plan(1.0, 1.0)]
    assert [sum(plan == other for other in plans) for plan in plans] == [1, 1, 1, 1]
    assert program.plan() == plans[1]
    assert isinstance(plans[0], Plan)
    assert record(lambda x: x * x, 1.0).plan().laned[0]
    nested = record(lambda p, x: p["a"] * x["b"][0], {"a": 1.0}, {"b": [2.0]})
    assert nested.plan().laned[:2] == (False, True)
    assert not nested.plan({"a": 1.0}, {"b": [2.0]}).operations


def test_a_guard_prints_and_many_rows_are_shortened():
    """A comparison is told in the plan; of many rows the first and the last are."""
    text = str(record(lambda x: x[0] * 2.0 if x[0] > x[1] else x[1], [3.0, 1.0]).plan())
    assert re.search(r"only where c\d > c\d is True\n", text)
    weights = [3.0 + k for k in range(20)]
    assert "= 3, 0, 4, …, 22" in str(record(lambda x: sum(w * x for w in weights), 1.0).plan(regroup=False))


def test_of_an_outer_product_a_part_may_be_summed():
    """Where a gradient needs some of the products of two blocks, these are taken, each in its place."""

    def cost(w, x):
        return mg.tanh(mg.dot(w[0], x[:2])) * mg.tanh(mg.dot(w[1], x[1:]))

    w, x = [[0.5, -1.0], [2.0, 0.75]], numpy.array([[1.0, 0.25, 3.0], [-0.5, 0.75, 1.0], [0.125, 2.0, -1.0]])
    program = record(cost, w, [0.0, 0.0, 0.0])
    assert re.search(r"c\d+ @ c\d+ᵀ, of it 0, 1, 4, 5 ", str(program.plan(w, x, argnums=0)))
    alone = numpy.array([mg.grad(cost)(w, row.tolist()) for row in x])
    numpy.testing.assert_allclose(program.value_and_grad(w, x)[1], alone.sum(axis=0), rtol=1e-14)


def test_a_plan_cannot_be_changed():
    """It is a frozen record, like the program it is of."""
    plan = record(lambda x: x + 1.0, 1.0).plan()
    with pytest.raises(AttributeError, match="cannot assign to field 'operations'"):
        plan.operations = ()
    assert replay.plan(record(lambda x: x + 1.0, 1.0), (), None, True) == plan
