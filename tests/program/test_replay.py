"""Laws of a replay's arguments, of its derivatives, and of what it says where it cannot answer."""

import math
import operator

import mpmath
import numpy
import pytest

import microgrand as mg
from microgrand import GraphError, GuardError, NonFiniteError, Primitive, Signature, Value, record
from microgrand.program.listing import described, slot_names


def cost(w, x):
    return w["a"] * x[0] + mg.exp(w["b"][0]) * x[1] - w["b"][1] * w["b"][1] * x[0]


AT = {"a": 0.5, "b": [0.25, -1.0]}
X = [1.5, 2.0]


# ---- arguments -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "w",
    [
        {"a": numpy.array(0.5), "b": numpy.array([0.25, -1.0])},
        {"a": numpy.float64(0.5), "b": (0.25, -1)},
        {"b": [0.25, -1.0], "a": 0.5},
        {"b": numpy.array([[0.25, -1.0]] * 3), "a": numpy.array([0.5] * 3)},
        {"a": numpy.array([0.5] * 3), "b": [numpy.array([0.25] * 3), numpy.array(-1.0)]},
    ],
    ids=["arrays without lanes", "other numbers", "another order", "lanes", "lanes of single numbers"],
)
@pytest.mark.parametrize("x", [X, numpy.array(X), [numpy.array([1.5] * 3), 2.0], numpy.array([X] * 3)], ids=repr)
def test_arrays_may_stand_for_any_part_of_an_argument(w, x):
    """In a dict or a list each number, and each nesting of numbers, may be an array, and keys may come in any order;
    every lane is what numbers give, and a gradient comes in the argument's own structure, found by the same keys, and
    summed over the lanes where it has none.
    """
    program = record(cost, AT, X)
    value, exact = program.value_and_grad(AT, X, argnums=(0, 1))
    found, gradient = program.value_and_grad(w, x, argnums=(0, 1))
    parts = list(paired([w, x], gradient, exact))
    count = max([len(part) for part, _, _ in parts if part.shape[:1] == (3,)], default=None)
    numpy.testing.assert_allclose(found, numpy.full(() if count is None else (count,), value), rtol=1e-15)
    assert numpy.shape(found) == (() if count is None else (count,))
    for part, slope, expected in parts:
        times = 1 if count is None or part.shape[:1] == (count,) else count
        assert numpy.shape(slope) == part.shape
        numpy.testing.assert_allclose(slope, numpy.broadcast_to(expected, part.shape) * times, rtol=1e-15)


def paired(given, found, exact):
    """Each number or array among the arguments with what was found for it, and what is right."""
    if isinstance(given, dict):
        assert list(found) == list(given)
        for key, part in given.items():
            yield from paired(part, found[key], exact[key])
    elif isinstance(given, (list, tuple)):
        for three in zip(given, found, exact, strict=True):
            yield from paired(*three)
    else:
        yield numpy.asarray(given), found, exact


@pytest.mark.parametrize("kind", [int, numpy.int32, bool])
def test_whole_numbers_are_computed_as_floats(kind):
    """Arrays of whole numbers and of truth values are computed in double precision."""
    program = record(lambda x: mg.exp(x) / 3.0, 1.0)
    found = program(numpy.array([0, 1, 1]).astype(kind))
    assert found.dtype == numpy.float64
    assert found.tolist() == [program(0.0), program(1.0), program(1.0)]


NUMBER_AND_LIST = record(lambda w, x: w * x[0] * x[1], 1.0, [1.0, 2.0])
WRONG = [
    (lambda: NUMBER_AND_LIST(Value(1.0), numpy.ones((3, 2))), TypeError,
     "a program is replayed on Values, or on arrays with lanes; got both"),
    (lambda: NUMBER_AND_LIST([1.0, 2.0], [1.0, 2.0]), ValueError,
     "w was recorded as a number; got a list of 2: numpy.asarray(w) has a lane for each of its items"),
    (lambda: NUMBER_AND_LIST(1.0, 2.0), ValueError,
     "x was recorded as a list of 2; got a number"),
    (lambda: NUMBER_AND_LIST(1.0, {"a": 2.0, "b": 3.0}), ValueError,
     "x was recorded as a list of 2; got a dict with the keys 'a', 'b'"),
    (lambda: NUMBER_AND_LIST(numpy.ones((3, 2)), [1.0, 2.0]), ValueError,
     "w was recorded as a number, and takes an array of shape () or (N,); got shape (3, 2)"),
    (lambda: NUMBER_AND_LIST(1.0, [numpy.ones((3, 2)), 1.0]), ValueError,
     "x[0] was recorded as a number, and takes an array of shape () or (N,); got shape (3, 2)"),
    (lambda: record(cost, AT, X)({"a": 1.0, "b": numpy.ones(3)}, X), ValueError,
     "w['b'] was recorded as a list of 2, and takes an array of shape (2,) or (N, 2); got shape (3,)"),
    (lambda: record(cost, AT, X)(numpy.ones(3), X), ValueError,
     "w was recorded as a dict with the keys 'a', 'b', and cannot be given as an array; got shape (3,)"),
    (lambda: NUMBER_AND_LIST("a", [1.0, 2.0]), TypeError,
     "w is a number, or an array of numbers; got 'a'"),
    (lambda: NUMBER_AND_LIST.hvp(), TypeError,
     "<lambda>.hvp takes the arguments, and a vector in the shape of one of them; got none"),
    (lambda: NUMBER_AND_LIST.total([]), ValueError,
     "<lambda>.total takes one chunk or more; got none"),
    (lambda: NUMBER_AND_LIST.total([(1.0, numpy.ones((3, 2)))], argnums=1), ValueError,
     "<lambda> is summed over its lanes; a gradient in an argument with lanes is no sum"),
    (lambda: NUMBER_AND_LIST.with_parts(names=("w",)), GraphError,
     "<lambda> has 2 arguments and 1 names"),
    (lambda: record(Value(1.0, name="v") * 2.0, 1.0), TypeError,
     "of a graph that stands, record takes Values as its inputs, and no plain numbers"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "sentence"), WRONG, ids=[sentence for _, _, sentence in WRONG])
def test_a_wrong_call_is_told_in_one_sentence(call, kind, sentence):
    """What does not fit is refused with the rule, the offending argument and what it was recorded as."""
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == sentence


def test_an_input_stands_once():
    """One Value as two arguments is refused: a gradient could not be told apart."""
    x = Value(1.0)
    for call in (lambda: record(operator.mul, x, x), lambda: record(x * 2.0, x, x)):
        with pytest.raises(GraphError) as caught:
            call()
        assert str(caught.value) == "a Value stands twice among the arguments: each input is a number of its own"


def test_a_function_without_a_signature_has_numbered_arguments():
    """Where Python does not tell a function's arguments, they are x0, x1 and so on."""
    program = record(max, 1.0, 3.0)
    assert program.names == ("x0", "x1")
    assert (program(2.0, 5.0), len(program.guards)) == (5.0, 1)


# ---- parameters ------------------------------------------------------------------------------------------------------


def test_parameters_are_shown_and_bound():
    """Leaves from outside stand in the text as parameters; `bind` gives them other numbers, and refuses too few."""
    w, b = Value(3.0, name="w"), Value(0.5)
    program = record(lambda x: mg.log(w * x + b), 1.0)
    assert str(program).splitlines() == [
        "<lambda>(x)",
        "z0 = x               input",
        "z1 = w = 3           parameter",
        "z2 = theta1 = 0.5    parameter",
        "z3 = z1·z0           mul",
        "z4 = z3 + z2         add",
        "z5 = log(z4)         log",
        "return z5",
    ]
    other = program.bind([2.0, -1.0])
    assert (program(2.0), other(2.0)) == (math.log(6.5), math.log(3.0))
    assert other.parameters == (("w", 2.0), ("theta1", -1.0))
    with pytest.raises(ValueError, match=r"^<lambda> has 2 parameters; got 1 numbers$"):
        program.bind([2.0])
    with pytest.raises(mg.DomainError, match=r"got -7.0, in step z5 = log\(z4\)$"):
        other(-3.0)


def test_a_slot_is_described_by_what_fills_it():
    """An input by its place, a parameter by its name, a constant by its number, a step as a formula."""
    w = Value(3.0, name="w")
    program = record(lambda x: mg.tanh(w * x[1] + 2.0), [1.0, 4.0])
    texts = [described(program, slot) for slot in range(program.size)]
    assert texts == ["x[0]", "x[1]", "w", "2", "z4 = w·x[1]", "z5 = z4 + 2", "z6 = tanh(z5)"]
    assert described(program, 6, inline=True) == "tanh(z5)"
    with pytest.raises(IndexError, match=r"^<lambda> has no slot 7$"):
        described(program, 7)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ([4], "z4"), ([4, 4, 4], "z4"), ([4, 5, 6], "z4…z6"), ([4, 6], "(z4, z6)"), ([6, 5, 4, 9], "(z6, z5, z4, z9)"),
        ([4, 6, 8, 10, 13], "(z4, z6, …, z13)"),
    ],
)  # fmt: skip
def test_the_slots_of_a_group_are_written_short(column, text):
    """One slot, a run of them, up to four of any kind, or the first two and the last."""
    assert slot_names(column) == text


# ---- guards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [0.5, Value(0.5), numpy.array([2.0, 0.5]), mpmath.mpf("0.5")], ids=type)
def test_a_guard_of_a_step_is_checked_before_its_branch(given):
    """A comparison of something computed is checked as soon as both sides are known, before any step of the branch."""

    def f(x):
        y = x - 1.0
        return mg.log(y) if y > 0.0 else y

    where = r", row 1" if isinstance(given, numpy.ndarray) else ""
    sentence = (
        f"f was recorded where x - 1 > 0 is True; here it is False: -0.5 and 0.0{where}; record the other branch too, "
        "or write where(greater(…), …, …), which keeps both"
    )
    program = record(f, 3.0)
    with pytest.raises(GuardError) as caught:
        program(given)
    assert str(caught.value) == sentence
    assert program(2.0) == 0.0


# ---- derivatives -----------------------------------------------------------------------------------------------------


def outputs(x, y):
    return {"a": mg.exp(x[0] * y), "b": [mg.sin(x[1]) / y, x[0] * x[0]]}


def test_a_jacobian_has_fifty_digits_where_its_numbers_have_them():
    """On mpmath's numbers each row of a Jacobian is the derivative, with their digits, in the arguments' shape."""
    program = record(outputs, [0.5, 0.25], 2.0)
    with mpmath.workdps(50):
        x, y = [mpmath.mpf(1) / 3, mpmath.mpf(1) / 7], mpmath.mpf(3) / 2
        found = program.jacobian(x, y, argnums=(0, 1))
        e = mpmath.exp(x[0] * y)
        exact = {
            "a": ([y * e, 0], x[0] * e),
            "b": [([0, mpmath.cos(x[1]) / y], -mpmath.sin(x[1]) / y**2), ([2 * x[0], 0], 0)],
        }
        assert list(found) == ["a", "b"]
        for (rows, last), (right, last_right) in zip([found["a"], *found["b"]], [exact["a"], *exact["b"]], strict=True):
            assert abs(last - last_right) < mpmath.mpf(10) ** -48
            assert [abs(a - b) < mpmath.mpf(10) ** -48 for a, b in zip(rows, right, strict=True)] == [True, True]


def test_without_lanes_arrays_are_numbers():
    """NumPy's arrays without lanes give, bit for bit, what numbers give; a gradient comes as an array of the shape."""
    program = record(
        lambda m, y: mg.exp(m[0][0] * y[1]) - m[1][1] / y[0] * m[1][0], [[0.5, 1.0], [2.0, 3.0]], [4.0, 5.0]
    )
    m, y = [[0.3, 0.1], [0.7, 0.9]], [1.1, 1.3]
    value, slopes = program.value_and_grad(m, y, argnums=(0, 1))
    found, gradient = program.value_and_grad(numpy.array(m), numpy.array(y), argnums=(0, 1))
    assert (found, [each.tolist() for each in gradient]) == (value, list(slopes))
    assert [(each.shape, each.dtype) for each in gradient] == [((2, 2), numpy.float64), ((2,), numpy.float64)]
    assert program(numpy.array(m), y) == value
    assert program.jacobian(numpy.array(m), y).tolist() == program.jacobian(m, y)
    assert program.hvp(numpy.array(m), y, numpy.eye(2)).tolist() == program.hvp(m, y, [[1.0, 0.0], [0.0, 1.0]])


@pytest.mark.parametrize("argnums", [None, 0, (0, 1)])
def test_a_chunk_may_be_one_sample(argnums):
    """Samples given one by one, as numbers, add up to what one array of all of them gives."""
    program = record(lambda w, b, x: mg.tanh(w[0] * x + w[1]) * b, [1.0, 2.0], 0.5, 1.0)
    xs = [0.25, -1.0, 2.0]
    w, b = [0.5, -0.75], 3.0
    total = program.total([(w, b, x) for x in xs], argnums=argnums)
    exact = program.total([(w, b, numpy.array(xs))], argnums=argnums)
    assert flat(total) == pytest.approx(flat(exact), rel=1e-15)
    assert flat(total)[0] == math.fsum([program(w, b, x) for x in xs])


def flat(nested):
    return [float(x) for x in mg.nested.flat(nested)]


def test_a_sum_of_gradients_lies_where_its_inputs_lie():
    """Summed gradients of which some are products of lanes and others are not, in any order of the inputs, are the sums
    of the samples' own.
    """

    def f(w, x):
        return (
            w[0] * x[0]
            + mg.exp(w[1] * 0.5)
            + w[2] * x[1]
            + w[3] * 3.0
            + mg.sin(w[4] * x[0])
            + mg.sin(w[4] * x[1])
            + w[5]
        )

    program = record(f, [1.0] * 6, [1.0, 1.0])
    w, x = [0.5, -1.0, 2.0, 0.25, 0.75, -0.5], numpy.array([[1.0, 2.0], [0.5, -1.0], [-2.0, 3.0]])
    alone = numpy.array([program.value_and_grad(w, row.tolist())[1] for row in x])
    for given in (w, numpy.array(w)):
        numpy.testing.assert_allclose(program.value_and_grad(given, x)[1], alone.sum(axis=0), rtol=1e-14)
    jax = pytest.importorskip("jax", reason="JAX is not installed: pip install jax")
    with jax.enable_x64(True):
        for given in ([jax.numpy.asarray(each) for each in w], jax.numpy.asarray(w)):
            value, slopes = program.value_and_grad(given, jax.numpy.asarray(x))
            numpy.testing.assert_allclose(value, [program(w, row.tolist()) for row in x], rtol=1e-14)
            numpy.testing.assert_allclose(slopes, alone.sum(axis=0), rtol=1e-14)


def test_indices_of_ones_own_rows_are_numbers():
    """A row of one's own with an index takes it as a number on arrays too, several of them in one program."""
    kth = Primitive(
        "kth_square", lambda *operands: operands[int(operands[-1])] ** 2.0,
        lambda z, *xs: [2.0 * x if j == int(xs[-1]) else 0.0 for j, x in enumerate(xs[:-1])] + [0.0],
        signature=Signature(lists=("x",), indices=("k",)),
    )  # fmt: skip
    program = record(lambda xs: kth(xs, 0) + 3.0 * kth(xs, 1) - kth(xs, 2), [1.0, 2.0, 3.0])
    lanes = [numpy.array([1.0, 2.0]), numpy.array([3.0, 4.0]), numpy.array([5.0, 6.0])]
    assert program(lanes).tolist() == [program([1.0, 3.0, 5.0]), program([2.0, 4.0, 6.0])]


# ---- numbers that are not finite -------------------------------------------------------------------------------------


def test_finite_numbers_are_never_refused():
    """Lanes that are finite are handed out, whatever their sum; the first that is not finite is named all the same."""
    program = record(lambda x: x * 1.0, 1.0)
    huge = numpy.array([1e308, 1e308, 1e308, 1.0, 2.0])
    for regroup in (True, False):
        assert program(huge, regroup=regroup).tolist() == huge.tolist()
        with pytest.raises(NonFiniteError) as caught:
            program(numpy.array([*huge, math.inf, 1.0]), regroup=regroup)
        assert str(caught.value) == "row 5: the argument x is inf; allow_nonfinite=True lets it through"


def test_a_sum_that_overflows_is_told_as_such():
    """Where every lane's gradient is finite and their sum is not, the sentence says so, and names no row; a row that
    is not finite is named after any that only add up to too much.
    """
    program = record(lambda w, x: w * x, 1.0, 1.0)
    x = numpy.array([1e308, 1e308])
    with pytest.raises(NonFiniteError) as caught:
        program.value_and_grad(1.0, x)
    sentence = "<lambda>: a sum over the rows is not finite; allow_nonfinite=True lets it through"
    assert str(caught.value) == sentence
    assert program.value_and_grad(1.0, x, allow_nonfinite=True)[1] == math.inf
    with pytest.raises(NonFiniteError, match=r"^row 4: the argument x is inf"):
        program.value_and_grad(1.0, numpy.array([1e308, 1e308, 1e308, 1.0, math.inf, 1.0]))
