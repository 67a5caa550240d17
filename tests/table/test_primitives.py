"""Laws of declaring and calling rows, the table's and one's own; test_rows.py holds the laws of their numbers."""

import math
import pickle

import numpy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import microgrand
from microgrand import (
    TABLE,
    Domain,
    Interval,
    Notation,
    Primitive,
    Signature,
    Value,
    draw,
    formula,
    grad,
)
from microgrand.engine.node import data_of
from microgrand.table import numbers
from microgrand.table.primitive import Kernel, Recorder, applied_to_each
from microgrand.testing import check_primitive
from microgrand.testing.strategies import operands


@pytest.mark.parametrize("row", TABLE.values(), ids=list(TABLE))
@given(data=st.data())
def test_numpys_floats_are_stored_as_pythons(row, data):
    """Where a NumPy float is among the operands, the node's own numbers are Python floats all the same."""
    xs = data.draw(operands(row))
    items = [numpy.float64(x) for x in xs]
    items[data.draw(st.integers(0, len(xs) - 1 - len(row.signature.indices)))] = Value(xs[0])
    assume(row.allows(*data_of(items)))
    node = row(*row.signature.arguments(items))
    assert {type(number) for number in (node.data, *node.operand_partials)} == {float}


def test_a_row_added_at_run_time_works_everywhere():
    """A row and nothing else: evaluated, differentiated twice, drawn, printed, pickled, and held by every law."""
    row = Primitive(
        "soft_step",
        lambda x: x / (1.0 + abs(x)),
        lambda z, x: 1.0 / ((1.0 + microgrand.abs(x)) * (1.0 + microgrand.abs(x))),
        Notation("soft_step", latex=r"\operatorname{soft}", label="soft"),
        domain=Domain(Interval(-1e3, 1e3)),
        kink=lambda x: x == 0.0,
    )
    assert row(3.0) == 0.75
    assert grad(row)(3.0) == 1 / 16
    assert math.isclose(grad(grad(row))(3.0), -2 / 64)
    assert "soft_step(x)" in draw(row(Value(3.0, name="x"))).dot.replace("\\ ", " ")
    assert formula(row(Value(3.0, name="x")), "latex") == r"\operatorname{soft}\left(x\right)"
    assert pickle.loads(pickle.dumps(row)) is row
    assert all(law.points for law in check_primitive(row, max_examples=40).laws)


@pytest.mark.parametrize("count", [2, 3, "many"])
def test_rows_of_several_operands_added_at_run_time_work_everywhere(count):
    """As one of one operand does: evaluated, differentiated, drawn, printed, pickled, held by every law."""
    names = {2: "sum_of_squares", 3: "sum_of_three_squares", "many": "sum_of_all_squares"}
    slope = [lambda z, *xs, k=k: 2.0 * xs[k] for k in range(3)]
    row = Primitive(
        names[count],
        lambda *xs: microgrand.table.many_operands.dot(*xs, *xs),
        (lambda z, *xs: [2.0 * x for x in xs]) if count == "many" else tuple(slope[:count]),
        signature=Signature(lists=("x",), brackets=False) if count == "many" else None,
        value_scale=lambda *xs: microgrand.table.many_operands.dot(*xs, *xs),
    )
    xs = [1.0, 2.0, 3.0][: 3 if count == "many" else count]
    assert row(*xs) == {2: 5.0, 3: 14.0, "many": 14.0}[count]
    assert grad(lambda x: row(x, *xs[1:]))(1.5) == 3.0
    assert f"{names[count]}(a" in draw(row(Value(1.0, name="a"), *xs[1:])).dot.replace("\\ ", " ")
    assert pickle.loads(pickle.dumps(row)) is row
    assert refreshed(row, xs) == row(4.0, *xs[1:])
    check_primitive(row, max_examples=40)


def refreshed(row, xs):
    """What refresh makes of the row's node when the first operand is changed to 4."""
    leaf = Value(xs[0])
    node = row(leaf, *xs[1:])
    leaf.data = 4.0
    microgrand.refresh(node)
    return node.data


def test_a_row_of_many_operands_gives_a_partial_for_each():
    """A row whose partials are fewer or more than its operands is refused where it is first used."""
    row = Primitive("one_partial", lambda *xs: xs[0] + xs[1], lambda z, *xs: [1.0], signature=Signature(lists=("x",)))
    with pytest.raises(ValueError, match="one_partial has 2 operands, but its row gives 1 partials"):
        row(Value(1.0), Value(2.0))


def test_latex_is_well_formed():
    """Roots take their radicand in braces, numbers with exponents stay one factor, names are escaped."""
    x = Value(2.0, name="x%_1")
    assert formula(microgrand.sqrt(x + 1.0), "latex") == r"\sqrt{\mathit{x\%\_1} + 1}"
    assert formula(Value(1e-9) ** 2, "latex") == r"{\left(1 \cdot 10^{-9}\right)}^{2}"


def test_the_table_is_sealed():
    """A row of one's own cannot take the name of one of the table's; re-running one's own declaration is fine."""
    with pytest.raises(ValueError, match="'tanh' is a row of microgrand's own table"):
        Primitive("tanh", lambda x: x, lambda z, x: 1.0)
    first = Primitive("twice_declared", lambda x: x, lambda z, x: 1.0)
    second = Primitive("twice_declared", lambda x: x, lambda z, x: 1.0)
    assert pickle.loads(pickle.dumps(first)) is first
    assert microgrand.table.primitive.declared("twice_declared") is second
    with pytest.raises(LookupError, match="no primitive 'never' is declared"):
        microgrand.table.primitive.declared("never")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: microgrand.exp(), r"exp takes 1 argument; got 0"),
        (lambda: microgrand.atan2(1.0), r"atan2 takes 2"),
        (lambda: microgrand.dot([1.0], [1.0, 2.0]), r"two lists of one length; got 1 and 2"),
        (lambda: microgrand.dot(Value(1.0), [1.0]), r"two lists of one length; got Value\(1.0\) of type Value"),
        (lambda: microgrand.jvp(abs, 2.0, 1.0), r"primals as a tuple, one item per argument of f; got 2.0"),
        (lambda: microgrand.Sequential([microgrand.Tanh()]), r"one by one; got \[Tanh\(\)\]"),
        (lambda: microgrand.softmax([1.0, 2.0], 2), r"whole number, 0 ≤ k < 2; got 2"),
        (lambda: microgrand.softmax([1.0, 2.0], 0.5), r"whole number, 0 ≤ k < 2; got 0.5"),
        (lambda: microgrand.logsumexp([]), r"one operand or more; got none"),
        (lambda: microgrand.exp("1"), r"expected a number or a Value; got '1' of type str"),
        (lambda: microgrand.exp(None), r"expected a number or a Value; got None"),
        (lambda: microgrand.exp(1j), r"expected a number or a Value; got 1j of type complex"),
        (lambda: microgrand.sum("abc"), r"expected a number or a Value; got 'abc'"),
    ],
)
def test_wrong_calls_are_refused(call, message):
    """A wrong number or kind of operands is a TypeError or ValueError that says what was expected."""
    with pytest.raises((TypeError, ValueError), match=message):
        call()


def test_what_records_no_steps_is_told():
    """An operand of a class that does not say how it records is refused by its name."""
    with pytest.raises(TypeError, match=r"^Recorder records no steps$"):
        microgrand.exp(Recorder())


def test_formulas_are_written_in_three_styles():
    """Any other style is refused; NaN and infinities are written as names that Python code can define."""
    x = Value(math.nan)
    assert [formula(x, style) for style in ("text", "latex", "python")] == ["NaN", r"\mathrm{NaN}", "nan"]
    with pytest.raises(ValueError, match=r"^style is one of text, latex, python; got 'html'$"):
        formula(x, "html")


def test_a_row_without_a_kernel_for_its_operands_goes_its_usual_way():
    """A kernel that gives nothing changes nothing, at one call as at one for each list."""
    row = Primitive("first_of_two", lambda *xs: xs[0], lambda z, *xs: [1.0, 0.0], signature=Signature(lists=("x", "y")))
    row.kernel = Kernel()
    assert row([3.0], [1.0]) == 3.0
    assert row([Value(3.0)], [1.0]).partials == (1.0,)
    assert applied_to_each(row, [[3.0], [5.0]], [1.0]) == [3.0, 5.0]


@pytest.mark.skipif(microgrand.COMPILED, reason="compiled, the class of kernels has no subclasses in Python")
def test_a_kernel_is_asked_first():
    """What the kernel of a row gives is the result; 0 is a result, and nothing else is computed."""

    class Given(Kernel):
        def applied(self, arguments):
            return 0.0 if arguments == (3.0,) else None

        def applied_to_each(self, lists, last):
            return [] if last == [1.0] else None

    row = Primitive("asked_first", lambda *xs: xs[0], lambda z, *xs: [1.0], signature=Signature(lists=("x", "y")))
    row.kernel = Given()
    assert row(3.0) == 0.0
    assert row([3.0], [4.0]) == 3.0
    assert applied_to_each(row, [[3.0]], [1.0]) == []
    assert applied_to_each(row, [[3.0]], [4.0]) == [3.0]


@pytest.mark.parametrize(
    ("item", "several"),
    [
        ([], True), ((1.0,), True), ((x for x in [1.0]), True), (numpy.array([2.0]), True), (range(3), True),
        (2.0, False), ("12", False), (numpy.array(2.0), False), (numpy.float64(2.0), False), (Value(1.0), False),
    ],
)  # fmt: skip
def test_a_sequence_of_operands_is_told_from_one_operand(item, several):
    """Lists, tuples, generators and arrays with an axis are several operands; a number is one, as an array too."""
    assert numbers.is_sequence(item) is several
