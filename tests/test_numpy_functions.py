"""Laws of NumPy's functions on Values: on one, on an array without axes and on arrays of objects, with gradients."""

import math

import numpy
import pytest

from microgrand import TABLE, Value, grad, hypot, sin, sqrt, sweep
from microgrand.table.ufuncs import row_of

UFUNCS = {item.__name__: item for item in vars(numpy).values() if isinstance(item, numpy.ufunc)}
ROWS = {name: row_of(name) for name in UFUNCS if row_of(name) is not None}
ON_OBJECTS = [name for name in ROWS if any("O" in kinds.split("->")[0] for kinds in UFUNCS[name].types)]
# Of objects `sign` compares, and gives a whole number, which has slope 0 all the same.
ANSWERS = ("greater", "greater_equal", "less", "less_equal", "equal", "not_equal")  # are bools, of no gradient


def test_most_functions_of_the_table_have_one_of_numpys():
    """What follows holds of many functions."""
    assert len(ROWS) > 45
    assert len(ON_OBJECTS) > 40
    assert set(ROWS) - set(ON_OBJECTS) == {"float_power", "logaddexp"}  # for these NumPy takes no objects at all


def operands(name, k):
    """Numbers in the domain of a function, other ones for each k."""
    low = 1.0 if name == "arccosh" else 0.0
    return [low + (k + 1) / 16 + 0.25 * place for place in range(UFUNCS[name].nin)]


@pytest.mark.parametrize("name", sorted(set(ON_OBJECTS) - {*ANSWERS, "sign"}))
def test_a_function_works_on_one_and_on_arrays_of_objects(name):
    """Values and slopes of np.f(v), of an array without axes, and of arrays with one or two, are those of the row."""
    row, f = ROWS[name], UFUNCS[name]
    for shape in ((), (3,), (2, 2)):
        count = math.prod(shape)
        leaves = [[Value(x) for x in operands(name, k)] for k in range(count)]
        arrays = [numpy.array([each[place] for each in leaves] + [None])[:-1].reshape(shape) for place in range(f.nin)]
        found = numpy.asarray(f(*arrays))
        alone = f(*leaves[0])
        assert found.shape == shape
        for each, z in zip([leaves[0], *leaves], [alone, *found.ravel()], strict=True):
            expected = row(*each)
            assert z.data == expected.data
            assert [sweep(z).get(x) for x in each] == [sweep(expected).get(x) for x in each]


@pytest.mark.parametrize("name", ANSWERS)
def test_comparisons_answer(name):
    """Those of Values are bools, those of arrays are arrays of bools."""
    v, w = Value(0.5), Value(0.25)
    f = UFUNCS[name]
    assert f(v, w) is bool(f(0.5, 0.25))
    assert f(numpy.array([v, w]), 0.5).tolist() == f([0.5, 0.25], 0.5).tolist()


TOTALS = {
    "sum": numpy.sum, "mean": numpy.mean, "prod": numpy.prod, "var": numpy.var, "std": numpy.std, "max": numpy.max,
    "min": numpy.min, "norm": numpy.linalg.norm, "dot": lambda x: numpy.dot(x, x), "vdot": lambda x: numpy.vdot(x, x),
    "where": lambda x: numpy.where(x > 0.3, x, 2.0 * x).sum(), "clip": lambda x: numpy.clip(x, 0.3, 0.6).sum(),
    "sort": lambda x: (numpy.sort(x) * [1.0, 2.0, 3.0]).sum(), "median": numpy.median, "ptp": numpy.ptp,
    "cumsum": lambda x: numpy.cumsum(x)[1], "cumprod": lambda x: numpy.cumprod(x)[2],
    "diff": lambda x: numpy.diff(x)[0],
    "einsum": lambda x: numpy.einsum("i,i", x, x), "outer": lambda x: numpy.outer(x, x).sum(),
    "average": lambda x: numpy.average(x, weights=[1.0, 2.0, 3.0]), "trapezoid": numpy.trapezoid,
    "convolve": lambda x: numpy.convolve(x, x)[2], "polyval": lambda x: numpy.polyval(x, 2.0),
    "hypot.reduce": numpy.hypot.reduce, "kron": lambda x: numpy.kron(x, x)[1], "sinc": lambda x: numpy.sinc(x).sum(),
    "cross": lambda x: numpy.cross(x, x[::-1])[0], "tensordot": lambda x: numpy.tensordot(x, x, 1)[()],
}  # fmt: skip


@pytest.mark.parametrize("name", TOTALS)
def test_functions_of_whole_arrays_keep_every_gradient(name):
    """Of an array of objects, a NumPy function gives the value that it gives of floats, and the slopes of that."""
    f, at = TOTALS[name], numpy.array([0.5, 0.25, 0.75])
    leaves = [Value(x) for x in at]
    root = f(numpy.array(leaves))
    assert root.data == pytest.approx(f(at), rel=1e-14)
    for k, leaf in enumerate(leaves):
        step = 1e-5 * numpy.eye(3)[k]
        assert sweep(root).get(leaf) == pytest.approx((f(at + step) - f(at - step)) / 2e-5, rel=1e-7, abs=1e-8)


def test_functions_that_numpy_makes_of_ones_own():
    """`vectorize` and `frompyfunc` of microgrand's functions take and return Values."""
    v = Value(0.5)
    for made in (numpy.vectorize(sin, otypes=[object]), numpy.frompyfunc(sin, 1, 1)):
        z = made(numpy.array([v, Value(0.25)]))[0] * v
        assert sweep(z)[v] == grad(lambda x: sin(x) * x)(0.5)
        assert (made(numpy.array([0.5, 0.25])) * v)[0].data == sin(0.5) * 0.5


LOSING = [numpy.fmod, numpy.logical_xor, lambda x, y: numpy.rint(x), lambda x, y: numpy.round(x)]


@pytest.mark.parametrize("call", LOSING)
def test_what_would_lose_the_gradient_says_so(call):
    """In the same words for a Value, where NumPy asks it, and for an array of objects."""
    array = numpy.array([Value(0.5), Value(0.25)])
    with pytest.raises(TypeError, match=r"on a Value would lose the gradient: use microgrand's functions, or v\.data"):
        call(array, array)


def test_questions_are_answered_by_the_number():
    """Whether a Value is finite, infinite, NaN or negative."""
    v = Value(-0.5)
    assert [bool(f(v)) for f in (numpy.isfinite, numpy.isinf, numpy.isnan, numpy.signbit)] == [True, False, False, True]
    assert [z.data for z in numpy.divmod(Value(7.5), Value(2.0))] == [3.0, 1.5]
    assert numpy.conjugate(v) is numpy.positive(v) is v


def test_the_methods_are_for_numpy_alone():
    """`dir` of a Value lists none of them: they are no second way to write a function."""
    listed = set(dir(Value(1.0)))
    assert listed & {"sin", "arctan2", "hypot", "rint", "conjugate"} == set()
    assert {"exp", "log", "sqrt", "tanh"} <= listed
    assert Value(3.0).hypot(Value(4.0)).primitive is hypot
    assert TABLE["sqrt"] is sqrt
