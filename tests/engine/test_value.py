"""Laws of `Value`: its arithmetic is the table's, it compares by number, and it never loses a gradient silently."""

import math
import operator
import sys
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import microgrand
from microgrand import DivisionByZeroError, DomainError, GraphError, Value

if sys.platform != "emscripten":
    import numpy
NEEDS_NUMPY = pytest.mark.skipif(sys.platform == "emscripten", reason="Pyodide lacks NumPy, which has no pure wheel")
OPERATORS = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "pow": operator.pow,
}
ANY = st.floats(allow_nan=True, allow_infinity=True)


def record(node):
    """Everything a node stores of its step, as text: NaN equals NaN, and 0.0 differs from -0.0."""
    return repr((node.data, node.primitive, [getattr(x, "name", x) for x in node.operands], node.partials))


def outcome(apply, left, right):
    """What is recorded, or why the operands are refused, as text."""
    try:
        return record(apply(left, right))
    except DomainError as error:
        return repr(error)


@pytest.mark.parametrize("name", OPERATORS)
@given(x=ANY, y=ANY, kinds=st.sampled_from(["VV", "Vf", "fV"]))
def test_operators_are_the_rows_of_the_table(name, x, y, kinds):
    """An operator's hand-written fast path gives the table's row, bit for bit, or the same error."""
    left = Value(x, name="x") if kinds[0] == "V" else x
    right = Value(y, name="y") if kinds[1] == "V" else y
    assert outcome(OPERATORS[name], left, right) == outcome(microgrand.TABLE[name], left, right)


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "tanh", "sigmoid", "relu", "__abs__", "__neg__"])
def test_methods_are_the_rows_of_the_table(name):
    """A function as a method records what the function records."""
    row = microgrand.TABLE[name.strip("_")]
    for x in (0.75, 2.5):
        assert record(getattr(Value(x, name="x"), name)()) == record(row(Value(x, name="x")))


@given(x=ANY)
def test_negation_is_the_row_of_the_table(x):
    """-v is the row `neg`, bit for bit."""
    assert record(-Value(x, name="x")) == record(microgrand.neg(Value(x, name="x")))


def test_repeated_operands_are_kept():
    """`x*x` has two parents and two partials; their terms add up."""
    x = Value(3.0)
    y = x * x
    y.backward()
    assert y.parents == (x, x)
    assert all(parent is x for parent in y.parents)
    assert y.partials == (3.0, 3.0)
    assert x.grad == 6.0


def test_a_plain_number_is_an_operand_and_not_a_node():
    """`x*2` keeps 2.0 among its operands, and only x among its parents."""
    x = Value(3.0)
    y = 2 * x
    assert y.operands == (2.0, x)
    assert y.parents == (x,)
    assert y.partials == (2.0,)


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_comparisons_are_by_number(a, b):
    """Every comparison of Values, or of a Value and a number, is that of their numbers."""
    for compare in (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge):
        assert compare(Value(a), Value(b)) == compare(a, b)
        assert compare(Value(a), b) == compare(a, b)
        assert compare(a, Value(b)) == compare(a, b)
    assert bool(Value(a)) == bool(a)
    assert (Value(1.0) == "1") is False


def test_hash_is_by_identity():
    """A thousand equal Values are a thousand keys."""
    assert len({Value(1.0) for _ in range(1000)}) == 1000


@pytest.mark.parametrize("lose", [float, int, math.exp, math.sqrt, complex], ids=lambda f: f.__name__)
def test_what_would_lose_the_gradient_names_the_way_out(lose):
    """float(v), int(v), math.exp(v) … raise a TypeError that names microgrand's functions and v.data."""
    with pytest.raises(TypeError, match=r"microgrand\.exp\(v\).*v\.data"):
        lose(Value(2.0))
    with pytest.raises(TypeError, match="no useful derivative"):
        round(Value(2.0))


@pytest.mark.parametrize("other", ["1", None, 1j, [1.0], object()], ids=lambda x: type(x).__name__)
def test_what_is_no_number_is_refused(other):
    """Strings, None, complex numbers and lists are refused by arithmetic and by the constructor."""
    for apply in OPERATORS.values():
        with pytest.raises(TypeError):
            apply(Value(1.0), other)
        with pytest.raises(TypeError):
            apply(other, Value(1.0))
    with pytest.raises(TypeError, match="expected a number or a Value"):
        Value(other)


def of_numpy(kind, number):
    """A number of NumPy's as a parameter of a test; without NumPy, which Pyodide lacks, the test is skipped."""
    made = number if sys.platform == "emscripten" else getattr(numpy, kind)(number)
    return pytest.param(made, marks=NEEDS_NUMPY, id=f"numpy.{kind}({number})")


NUMBERS = [True, 2, Fraction(1, 2), of_numpy("float32", 0.5), of_numpy("int64", 3), of_numpy("array", 2.0)]


@pytest.mark.parametrize("number", NUMBERS, ids=repr)
def test_every_real_number_is_data(number):
    """Every real number of Python's or NumPy's makes a Value, and is kept as a float."""
    assert type(Value(number).data) is float
    assert Value(number).data == float(number)
    assert microgrand.exp(number) == math.exp(number)


@pytest.mark.parametrize("number", [*NUMBERS, Decimal("0.5")], ids=repr)
def test_numbers_are_operands_on_either_side(number):
    """Every real number of Python's or NumPy's is an operand of operators and comparisons, on either side."""
    x = Value(3.0)
    for apply in OPERATORS.values():
        left, right = apply(x, number), apply(number, x)
        assert (left.data, right.data) == (apply(3.0, float(number)), apply(float(number), 3.0))
        assert left.parents == right.parents == (x,)
    plain = float(number)
    assert (x > number, number < x, x == number) == (plain < 3.0, plain < 3.0, plain == 3.0)
    assert type(number < x) is bool


@NEEDS_NUMPY
def test_arrays_work_element_by_element():
    """NumPy arrays on either side, and NumPy's own functions, keep the gradient; what has no row says so."""
    x = Value(2.0)
    for made in (x * numpy.array([1.0, 2.0]), numpy.array([1.0, 2.0]) * x, numpy.multiply([1.0, 2.0], x)):
        assert [z.data for z in made] == [2.0, 4.0]
        assert all(z.parents == (x,) for z in made)
    assert numpy.exp(x).parents == (x,)
    assert numpy.arctan2(x, 1.0).primitive is microgrand.atan2
    assert [z.data for z in microgrand.maximum(x, numpy.array([1.0, 3.0]))] == [2.0, 3.0]
    assert [z.data for z in microgrand.exp(numpy.array([x, Value(0.0)]))] == [math.exp(2.0), 1.0]
    assert (numpy.array([1.0, 3.0]) < x).tolist() == (x > numpy.array([1.0, 3.0])).tolist() == [True, False]
    with pytest.raises(TypeError, match=r"numpy\.rint on a Value would lose the gradient"):
        numpy.rint(x)
    with pytest.raises(TypeError, match="would lose the gradient"):
        numpy.add.reduce(numpy.array([1.0]), initial=x, out=x)


def test_pythons_own_sum_and_abs_record_too():
    """sum([…]) and abs(v) of the builtins give Values with gradients."""
    x, y = Value(-2.0), Value(5.0)
    total = sum([x, y, x]) + abs(x)
    total.backward()
    assert (total.data, x.grad, y.grad) == (3.0, 1.0, 1.0)


def test_formatting_shows_the_number():
    """f"{v:.3f}" formats the number; repr shows the name."""
    assert f"{Value(1 / 3):.3f}" == "0.333"
    assert f"{Value(2.0, name='x')}" == repr(Value(2.0, name="x")) == "Value(2.0, name='x')"


def test_nodes_are_immutable_but_for_data_of_leaves_grad_and_name():
    """Setting anything else, or the data of a computed node, is refused with the way out."""
    x = Value(2.0)
    y = (x * x + 1.0) * 2.0
    x.data = 3
    assert x.data == 3.0
    assert type(x.data) is float
    x.name, y.grad = "x", 5.0
    with pytest.raises(GraphError, match=r"this one is \(x·x \+ 1\)·2.*microgrand\.refresh"):
        y.data = 1.0
    with pytest.raises(TypeError, match="a name is a string; got 1"):
        x.name = 1
    for attribute in ("parents", "operands", "partials", "primitive", "scope", "something"):
        with pytest.raises(AttributeError):
            setattr(y, attribute, ())


@pytest.mark.parametrize(
    ("apply", "message"),
    [
        (lambda p: microgrand.log(p), r"log is defined on \(0, ∞\); got -1.0 at node 'p' = x - 2·y"),
        (lambda p: p**0.5, r"pow is defined for x > 0, .*; got -1.0 at node 'p' = x - 2·y and 0.5"),
        (lambda p: microgrand.sqrt(p), r"sqrt is defined on \[0, ∞\); got -1.0 at node 'p'"),
        (lambda p: microgrand.clip(p, 1.0, -1.0), r"clip is defined for low ≤ high; got -1.0 .* and 1.0 and -1.0"),
    ],
)
def test_domain_errors_teach(apply, message):
    """A DomainError names the row, its domain, the offending number, its node, and how that was computed."""
    x, y = Value(3.0, name="x"), Value(2.0, name="y")
    p = x - 2 * y
    p.name = "p"
    with pytest.raises(DomainError, match=message):
        apply(p)


def test_division_by_zero_is_both_errors():
    """x/0 and 0**-1 are DomainErrors and ZeroDivisionErrors; deep graphs still give one line."""
    deep = Value(0.0)
    for _ in range(5000):
        deep = deep + deep
    for divide in (lambda: 1.0 / deep, lambda: Value(1.0) / 0, lambda: Value(0.0) ** -1, lambda: deep / deep):
        with pytest.raises(DivisionByZeroError) as caught:
            divide()
        assert isinstance(caught.value, ZeroDivisionError)
        assert len(str(caught.value).splitlines()) == 1
        assert len(str(caught.value)) < 300


def test_overflow_is_infinite_and_nan_passes():
    """What overflows is infinite, as in arrays; NaN operands pass through every row's domain."""
    assert microgrand.exp(Value(1000.0)).data == math.inf
    assert (Value(1e200) * 1e200).data == math.inf
    assert (Value(-1e200) ** 3).data == -math.inf
    assert math.isnan(microgrand.log(Value(math.nan)).data)
    assert math.isnan((Value(math.nan) / Value(2.0)).data)


def test_a_plus_sign_makes_no_node():
    """+v is v itself."""
    v = Value(2.0)
    assert (+v) is v
