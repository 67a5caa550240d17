"""Laws of an `Expression`: it prints as code that runs, and runs on any kind of number."""

import math
import pickle
import re
import textwrap

import mpmath
import numpy
import pytest
from hypothesis import given, seed, settings

import microgrand
from microgrand import Primitive, Value
from microgrand.testing import Expression, expressions


def run(code, **names):
    """The function that printed code defines, and the value of its last line."""
    block, call = code.rstrip().rsplit("\n", 1)
    exec(block, names)
    return names["f"], eval(call, names)


@given(expressions(inputs=3, smooth=False))
@settings(max_examples=300)
def test_printed_code_runs(expression):
    """The printed function and call run as they stand and give the value bit for bit, and the gradient; from the
    function comes the expression again.
    """
    f, value = run(str(expression))
    assert repr(value) == repr(expression(*expression.inputs)) == repr(expression.root().data)
    assert repr(microgrand.grad(f, (0, 1, 2))(*expression.inputs)) == repr(expression.gradient())
    again = Expression.of(f, *expression.inputs)
    assert again == expression
    assert str(again) == str(expression)


def test_hypothesis_prints_what_can_be_pasted():
    """In hypothesis' report of a failure the expression stands as a block that runs."""

    @seed(1)
    @settings(max_examples=1500, database=None, derandomize=False)
    @given(expression=expressions())
    def fails(expression):
        assert "softmax(" not in str(expression)

    with pytest.raises(AssertionError) as failure:
        fails()
    report = "\n".join(failure.value.__notes__)
    block = textwrap.dedent(re.search(r"expression=\n(.*?),\n\)", report, re.DOTALL).group(1))
    assert block.startswith("import microgrand as mg\n")
    assert block.endswith("f(0.0, 0.0)")
    assert run(block)[1] == 1.0


def test_expressions_run_on_any_number():
    """Called with floats, Values, arrays and 50-digit numbers, an expression gives its value as such."""
    expression = Expression.of(lambda x, y: microgrand.tanh(x * y) + microgrand.logsumexp([x, y, 1.0]), 0.5, 2.0)
    exact = math.tanh(1.0) + math.log(math.exp(0.5) + math.exp(2.0) + math.e)
    assert expression(0.5, 2.0) == pytest.approx(exact, rel=1e-15)
    assert expression(Value(0.5), Value(2.0)).data == expression.root().data == expression(0.5, 2.0)
    array = expression(numpy.array([0.5, 2.0]), numpy.array([2.0, 0.5]))
    assert array == pytest.approx([exact, exact], rel=1e-15)
    with mpmath.workdps(50):
        many_digits = expression(mpmath.mpf("0.5"), mpmath.mpf(2))
        assert abs(many_digits - (mpmath.tanh(1) + mpmath.log(mpmath.exp(0.5) + mpmath.exp(2) + mpmath.e))) < 1e-48
    assert [leaf.name for leaf in expression.on_values()[0]] == ["x0", "x1"]


def test_expressions_are_differentiated_moved_drawn_and_copied():
    """The gradient is that of the inputs or of other numbers, `at` looks elsewhere, `draw` gives the picture; an
    expression cannot be changed, and a pickled one is equal.
    """
    expression = Expression.of(lambda x, y: x * x * y, 3.0, 5.0)
    assert expression.gradient() == (30.0, 9.0)
    assert expression.gradient(1.0, 1.0) == expression.at(1, 1).gradient() == (2.0, 1.0)
    assert (expression.at(1, 1).inputs, expression.at(1, 1).steps) == ((1.0, 1.0), expression.steps)
    assert expression.draw(direction="TB").dot == microgrand.draw(expression.root(), direction="TB").dot
    with pytest.raises(AttributeError):
        expression.inputs = (1.0, 2.0)
    assert hash(expression) == hash(expression.at(3.0, 5.0))
    assert pickle.loads(pickle.dumps(expression)) == expression


def test_values_from_elsewhere_count_as_numbers():
    """A Value that a function finds outside is a plain number of its expression."""
    w = Value(2.0, name="w")
    expression = Expression.of(lambda x: w * x, 3.0)
    assert (expression.constants, expression.steps[0].members) == ((2.0,), ((1, 0),))
    assert Expression.of(lambda x: w * x + 2.0, 3.0) == Expression.of(lambda x: 2.0 * x + 2.0, 3.0)
    assert Expression.of(lambda x: microgrand.exp(w) * x, 3.0)(5.0) == math.exp(2.0) * 5.0


def test_an_expression_is_drafted_of_slots_and_plain_numbers():
    """Among the operands of a step slots are whole numbers, and plain numbers floats."""
    assert finished([5.0], microgrand.sub, [7.0, 0]) == Expression.of(lambda x: 7.0 - x, 5.0)


def test_whatever_is_returned_is_printed():
    """An input, a step that is not the last, and nested results, as those of derivatives are: the printed code runs,
    and returns them.
    """
    given_back = Expression.of(lambda x: x, 3.0)
    assert run(str(given_back))[1] == 3.0
    expression = Expression.of(lambda x, y: microgrand.exp(x * y) * y, 0.5, 2.0)
    first = expression.with_parts(result=expression.first)
    assert run(str(first))[1] == first(0.5, 2.0) == 1.0
    for derivative in (expression.adjoint((0, 1)), expression.hessian_program((0, 1))):
        assert isinstance(derivative, Expression)
        assert run(str(derivative))[1] == derivative(0.5, 2.0)
    assert str(expression) == repr(expression)  # it is short


def test_rows_of_ones_own_print_under_their_name():
    """Code with a row that is not the table's runs where that row has its name; a row that is not public comes from
    the table.
    """
    cube = Primitive("own_cube", lambda x: x * x * x, lambda z, x: 3.0 * x * x)
    expression = Expression.of(lambda x: microgrand.TABLE["bell"](cube(x)), 0.5)
    assert "z1 = own_cube(x0)" in str(expression)
    assert 'return mg.TABLE["bell"](z1)' in str(expression)
    assert run(str(expression), own_cube=cube)[1] == math.exp(-(0.125**2))


def finished(inputs, row, operands):
    draft = Expression.draft(inputs)
    return draft.finished(draft.apply(row, operands))


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: finished([1.0], microgrand.exp, [1]), ValueError, "step z1 = exp.* uses a slot that is not filled"),
        (lambda: Expression.of(lambda x: 3.0, 1.0), TypeError, "a function that returns a Value here; .* returned 3.0"),
        (lambda: Expression.of(lambda x: -x, 1.0)(1.0, 2.0), TypeError, r"takes 1 argument\(s\), x0; got 2"),
    ],
)
def test_what_is_no_expression_is_refused_in_a_sentence(call, kind, message):
    """Steps that cannot be taken, and a wrong number of arguments, are refused, and the sentence says what is."""
    with pytest.raises(kind, match=message):
        call()
