"""Laws of arrays as arguments: the numbers that lists give, in arrays of the argument's shape; what SciPy asks for."""

import itertools
import math
import operator
import subprocess
import sys
import textwrap

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

import microgrand
from microgrand import TABLE, Value, grad, hessian, hvp, jacobian, jvp, record, tanh, value_and_grad, vjp
from microgrand.nested import flat, without_arrays
from microgrand.testing import expressions
from microgrand.testing.strategies import operands

pytestmark = pytest.mark.filterwarnings("ignore::microgrand.KinkWarning")  # expressions that are drawn have kinks

COUNT = 6  # of the numbers of an argument
SHAPES = [(6,), (2, 3), (3, 2), (6, 1), (1, 2, 3)]


def with_gaps(x):
    """The same numbers at every second place of an array."""
    wide = numpy.full((*x.shape[:-1], 2 * x.shape[-1]), math.nan)
    wide[..., ::2] = x
    return wide[..., ::2]


FORMS = {  # an array of float64 in another form
    "as it is": lambda x: x,
    "Fortran's order": numpy.asfortranarray,
    "with gaps": with_gaps,
    "of objects": lambda x: x.astype(object),
    "of long doubles": lambda x: x.astype(numpy.longdouble),
    "masked nowhere": numpy.ma.asarray,
    "read only": lambda x: numpy.frombuffer(x.tobytes()).reshape(x.shape),
}


def told(call):
    """The result with lists in the place of arrays, or the error of numbers that the call raises."""
    try:
        return repr(without_arrays(call()))
    except (ArithmeticError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


def nested(numbers, shape):
    """Numbers as nested lists of that shape."""
    return numpy.array(numbers, dtype=object).reshape(shape).tolist()


# ---- an array is a list ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@given(expression=expressions(inputs=COUNT, smooth=False), shape=st.sampled_from(SHAPES))
def test_an_array_gives_what_a_list_gives(form, expression, shape):
    """Value, gradient, Jacobian, Hessian and products with them: bit for bit what nested lists of the same numbers
    give, whatever the shape, the order in memory and the type of the array; and the same errors.
    """

    def f(x):
        return expression(*flat_values(x))

    def several(x):
        return [f(x), flat_values(x)[-1], 2.0]

    lists = nested(expression.inputs, shape)
    array = FORMS[form](numpy.array(expression.inputs).reshape(shape))
    along = nested([0.5, -1.0, 0.0, 2.0, 1.0, -0.25], shape)
    direction = numpy.array(along)
    pairs = [
        (lambda: value_and_grad(f)(lists), lambda: value_and_grad(f)(array)),
        (lambda: grad(f)(lists), lambda: grad(f)(array)),
        (lambda: jacobian(several)(lists), lambda: jacobian(several)(array)),
        (lambda: hessian(f)(lists), lambda: hessian(f)(array)),
        (lambda: hvp(f, lists, along), lambda: hvp(f, array, direction)),
        (lambda: hvp(f, lists, direction), lambda: hvp(f, array, along)),
        (lambda: jvp(several, (lists,), (along,)), lambda: jvp(several, (array,), (direction,))),
        (lambda: vjp(several, lists)[1]([1.0, 2.0, 3.0]), lambda: vjp(several, array)[1](numpy.arange(1.0, 4.0))),
    ]
    for by_list, by_array in pairs:
        assert told(by_array) == told(by_list)


def flat_values(x):
    """The numbers inside nested lists or an array, as `f` finds them."""
    return [item for part in x for item in flat_values(part)] if hasattr(x, "__len__") else [x]


@pytest.mark.parametrize("kind", [int, bool, numpy.uint8, numpy.float16, numpy.float32, numpy.longdouble])
def test_whatever_its_type_an_array_is_differentiated_in_double_precision(kind):
    """Whole numbers, truth values and short floats are taken as they are, and their gradient is not rounded to them."""
    x = numpy.array([1, 0, 1]).astype(kind)
    assert [type(number) for number in flat(x)] == [float] * 3
    found = grad(lambda x: microgrand.exp(x[0] / 3.0) * x[1] + tanh(x[2]) ** 2)(x)
    assert found.dtype == numpy.float64
    assert found.tolist() == grad(lambda x: microgrand.exp(x[0] / 3.0) * x[1] + tanh(x[2]) ** 2)([1.0, 0.0, 1.0])


@given(of_f=st.lists(st.integers(0, 3), max_size=3), of_x=st.lists(st.integers(0, 3), max_size=3))
def test_shapes(of_f, of_x):
    """A gradient has the shape of the argument, a Jacobian that of the result and then that of the argument, a Hessian
    the argument's twice; a product has the shape of what it is taken in. No axis and no number are shapes, too.
    """
    x = numpy.arange(1.0, 1.0 + math.prod(of_x)).reshape(of_x)
    factors = numpy.arange(2.0, 2.0 + math.prod(of_f)).reshape(of_f)
    one = lambda x: (x * x).sum() if of_x else x * x
    f = lambda x: one(x) * factors
    shape_of_f, shape = tuple(of_f), tuple(of_x)
    expected = numpy.multiply.outer(factors, 2.0 * x)
    assert_same(grad(one)(x), 2.0 * x)
    assert_same(jacobian(f)(x), expected)
    assert_same(hessian(one)(x), 2.0 * numpy.eye(x.size).reshape(shape * 2))
    assert_same(hvp(one, x, x), 2.0 * x)
    assert_same(jvp(f, (x,), (x,))[1], numpy.sum(2.0 * x * x) * factors)
    value, pull = vjp(f, x)
    assert_same(value, numpy.sum(x * x) * factors)
    assert_same(pull(numpy.ones(shape_of_f))[0], expected.reshape(shape_of_f + shape).sum(axis=tuple(range(len(of_f)))))


def assert_same(found, expected):
    """An array of doubles of that shape, with these numbers."""
    assert isinstance(found, (numpy.ndarray, float))
    assert numpy.asarray(found).dtype == numpy.float64
    numpy.testing.assert_array_equal(found, expected, strict=numpy.shape(expected) != ())


def test_an_array_is_a_leaf_of_a_structure():
    """In lists, tuples and dicts each array has a gradient of its own; in a Jacobian each number or array of the result
    has the structure of the arguments, whose numbers and arrays come in the shape of the result and then their own.
    """
    at = {"w": numpy.array([[1.0, 2.0], [3.0, 4.0]]), "b": [5.0, (numpy.array([6.0]),)]}

    def f(d):
        return {"z": d["w"] @ d["w"][0] * d["b"][0], "c": d["b"][1][0][0] * d["b"][0]}

    def total(d):
        return f(d)["z"].sum() * f(d)["c"]

    found = grad(total)(at)
    assert (found["w"].shape, type(found["b"][0]), found["b"][1][0].shape) == ((2, 2), float, (1,))
    jacobi = jacobian(f)(at)
    shapes = {key: (part["w"].shape, numpy.shape(part["b"][0]), part["b"][1][0].shape) for key, part in jacobi.items()}
    assert shapes == {"z": ((2, 2, 2), (2,), (2, 1)), "c": ((2, 2), (), (1,))}
    numpy.testing.assert_array_equal(jacobi["z"]["b"][0], at["w"] @ at["w"][0])
    numpy.testing.assert_array_equal(found["w"], 30.0 * jacobi["z"]["w"].sum(axis=0))
    by_two = jacobian(lambda x, y: x * y, argnums=(1, 0))(numpy.array([1.0, 2.0]), 3.0)
    assert [part.tolist() for part in by_two] == [[1.0, 2.0], [[3.0, 0.0], [0.0, 3.0]]]
    curves = hessian(lambda x, y: x @ x * y, argnums=(0, 1))(numpy.array([1.0, 2.0]), 3.0)
    assert without_arrays(curves) == (([[6.0, 0.0], [0.0, 6.0]], [2.0, 4.0]), ([2.0, 4.0], 0.0))


def test_arrays_nest():
    """A derivative inside a function that is differentiated gives arrays of Values, through which gradients flow."""
    x = numpy.array([0.5, 2.0, -1.0])
    f = lambda x: numpy.sum(x**3) * x[0]
    inner = lambda x: grad(f)(x) @ numpy.array([1.0, 10.0, 100.0])
    assert_same(grad(inner)(x), hessian(f)(x) @ numpy.array([1.0, 10.0, 100.0]))
    assert_same(jacobian(grad(inner))(x), hessian(inner)(x))
    assert_same(hvp(f, x, numpy.eye(3)[1]), hessian(f)(x)[1])
    w = Value(3.0)
    slope = grad(lambda x: w * x @ x)(x)
    assert [type(each) is not float for each in slope] == [True] * 3
    slope.sum().backward()
    assert w.grad == 2.0 * x.sum()


def test_an_array_may_hold_values():
    """An array of Values is an argument; its gradient is an array of Values, which depend on them."""
    values = [Value(2.0), Value(3.0)]
    found = grad(lambda x: x[0] ** 2 * x[1])(numpy.array(values))
    assert (found.shape, [each.data for each in found]) == ((2,), [12.0, 4.0])
    found[0].backward()
    assert [each.grad for each in values] == [6.0, 4.0]


def test_an_array_of_one_number_counts_as_that_number():
    """A function may return its one number in an array, as x.T @ x does; the value is a float."""
    x = numpy.array([[1.0], [2.0]])
    value, found = value_and_grad(lambda x: x.T @ x)(x)
    assert (type(value), value, found.tolist()) == (float, 5.0, [[2.0], [4.0]])
    assert value_and_grad(lambda x: numpy.array(3.0))(x)[1].tolist() == [[0.0], [0.0]]
    assert value_and_grad(lambda x: numpy.float64(3.0))(x)[0] == 3.0


def test_without_axes_an_array_is_a_number_to_f():
    """f is called with a Value, and the gradient is an array without axes; a single number of NumPy's is a number."""
    given = []
    found = grad(lambda x: given.append(x) or x**3)(numpy.array(2.0))
    assert (found.shape, float(found), type(given[0])) == ((), 12.0, Value)
    assert grad(grad(lambda x: x**3))(numpy.array(2.0)).item() == 12.0
    assert [type(grad(lambda x: x * x)(kind(3))) for kind in (numpy.float64, numpy.float32, numpy.int8)] == [float] * 3


def test_the_callers_array_stays_as_it_is():
    """f may write into its argument; the array that was given, and what the gradient is taken in, stay the same."""

    def f(x):
        x *= 2.0
        x[0] = x[0] * x[1]
        return x[0] + x[1]

    x = numpy.array([3.0, 5.0])
    assert (grad(f)(x).tolist(), x.tolist()) == ([20.0, 14.0], [3.0, 5.0])
    assert record(f, x).value_and_grad(x)[1].tolist() == [20.0, 14.0]
    assert record(f, x).example == ([3.0, 5.0],)


# ---- NumPy's functions -----------------------------------------------------------------------------------------------

A = numpy.array([[2.0, -1.0, 0.5], [0.25, 3.0, 1.0], [0.0, 1.5, -2.0]])
PAIRS = {  # as one writes it in NumPy, and number by number
    "a quadratic form": (lambda x: x @ A @ x, lambda x: sum(x[i] * A[i, j] * x[j] for i in range(3) for j in range(3))),
    "a product": (lambda x: (A @ x)[1], lambda x: sum(A[1, j] * x[j] for j in range(3))),
    "a sum": (lambda x: numpy.sum(x**2), lambda x: sum(each**2 for each in x)),
    "its own sum": (lambda x: (x * x).sum(), lambda x: sum(each * each for each in x)),
    "Python's sum": (lambda x: sum(x) / len(x), lambda x: (x[0] + x[1] + x[2]) / 3.0),
    "slices": (lambda x: numpy.sum((x[1:] - x[:-1] ** 2) ** 2), lambda x: (x[1] - x[0]**2)**2 + (x[2] - x[1]**2)**2),
    "a reversed one": (lambda x: x[::-1] @ x, lambda x: 2.0 * x[0] * x[2] + x[1] * x[1]),
    "a mask": (lambda x: x[x > 0.0].sum(), lambda x: x[0] + x[2]),
    "chosen places": (lambda x: x[[0, 2]].prod(), lambda x: x[0] * x[2]),
    "a mean": (lambda x: numpy.mean(x), lambda x: (x[0] + x[1] + x[2]) / 3.0),
    "a deviation": (lambda x: numpy.std(x), lambda x: microgrand.sqrt(
        sum((each - (x[0] + x[1] + x[2]) / 3.0) ** 2 for each in x) / 3.0)),
    "a norm": (lambda x: numpy.linalg.norm(x), lambda x: microgrand.sqrt(sum(each * each for each in x))),
    "a dot": (lambda x: numpy.dot(x, numpy.sin(x)), lambda x: sum(each * microgrand.sin(each) for each in x)),
    "a choice": (lambda x: numpy.sum(numpy.cos(numpy.where(x > 0.0, x, 2.0 * x))),
                 lambda x: microgrand.cos(x[0]) + microgrand.cos(2.0 * x[1]) + microgrand.cos(x[2])),
    "one beside the other": (lambda x: numpy.sum(numpy.exp(numpy.concatenate([x, x[:1]]))),
                             lambda x: 2.0 * microgrand.exp(x[0]) + microgrand.exp(x[1]) + microgrand.exp(x[2])),
    "outer": (lambda x: numpy.outer(x, x)[0].sum(), lambda x: x[0] * x[0] + x[0] * x[1] + x[0] * x[2]),
    "sums so far": (lambda x: numpy.cumsum(x)[1], lambda x: x[0] + x[1]),
    "in place": (lambda x: numpy.add(x, 1.0, out=x).sum(), lambda x: sum(x) + 3.0),
    "the largest": (lambda x: numpy.max(x) + x.min(), lambda x: x[2] + x[1]),
    "by a Value": (lambda x: numpy.sin(x[0] * x).sum() + numpy.sum(numpy.cos(x * x[1])),
                   lambda x: sum(microgrand.sin(x[0] * each) + microgrand.cos(each * x[1]) for each in x)),
    "by microgrand": (lambda x: numpy.log1p(tanh(x) ** 2).sum(),
                      lambda x: sum(microgrand.log1p(tanh(each) ** 2) for each in x)),
    "in rows": (lambda x: numpy.sqrt(numpy.stack([x, x]) ** 2).sum(axis=0)[0], lambda x: 2.0 * x[0]),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_what_is_written_for_numpy_is_differentiated(name):
    """Indices, slices, masks, products, reductions and functions on the array: the gradient is that of the same
    function written number by number, but for the order of sums.
    """
    in_numpy, by_numbers = PAIRS[name]
    x = [0.75, -0.5, 1.25]
    value, slopes = value_and_grad(in_numpy)(numpy.array(x))
    expected, exact = value_and_grad(by_numbers)(x)
    assert value == pytest.approx(expected, rel=1e-14)
    assert slopes.tolist() == pytest.approx(exact, rel=1e-14, abs=1e-15)


COMPARED = {"greater", "greater_equal", "less", "less_equal", "equal", "not_equal"}  # on Values they give truth values
UFUNCS = [row for row in TABLE.values() if isinstance(getattr(numpy, row.ufunc, None), numpy.ufunc)]


@pytest.mark.parametrize("row", [row for row in UFUNCS if row.name not in COMPARED], ids=lambda row: row.name)
@given(data=st.data())
def test_a_function_of_numpys_is_the_row_of_each_number(row, data):
    """For every row that computes what a function of NumPy's does, that function on the array applies the row to each
    number: the same value and the same partials, bit for bit.
    """
    function = getattr(numpy, row.ufunc)
    line = operands(row, largest=100.0).filter(lambda xs: len(xs) == function.nin)
    lines = data.draw(st.lists(line, min_size=3, max_size=3))
    columns = [numpy.array(column) for column in zip(*lines, strict=True)]
    argnums = tuple(range(len(columns)))
    for k, line in enumerate(lines):
        found = told(lambda k=k: value_and_grad(lambda *xs: function(*xs)[k], argnums)(*columns))
        assert found == told(lambda line=line, k=k: spread(value_and_grad(row, argnums)(*line), k))


def spread(value_and_gradient, k):
    """What a function of numbers gives, as the same of arrays of three of which number k alone is looked at."""
    value, gradient = value_and_gradient
    return value, tuple([[slope if place == k else 0.0 for place in range(3)] for slope in gradient])


# ---- SciPy -----------------------------------------------------------------------------------------------------------


def rosenbrock(x):
    return numpy.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def rosenbrock_by_numbers(x, a=1.0, b=100.0):
    return sum(b * (y - x * x) ** 2 + (a - x) ** 2 for x, y in itertools.pairwise(x))


@pytest.mark.parametrize("x0", [[-1.2, 1.0, 0.5], numpy.array([-1.2, 1.0, 0.5], dtype=numpy.float32), (3, 2)], ids=repr)
@pytest.mark.parametrize("f", [rosenbrock, rosenbrock_by_numbers])
@pytest.mark.parametrize("method", ["CG", "BFGS", "L-BFGS-B", "Newton-CG", "trust-exact", "trust-ncg", "hessp"])
def test_scipy_minimises(method, f, x0):
    """value_and_grad(f) is what `minimize` takes with jac=True, hessian(f) its Hessian, hvp its Hessian products."""
    optimize = pytest.importorskip("scipy.optimize", reason="SciPy is not installed: pip install scipy")
    second = {"Newton-CG", "trust-exact", "trust-ncg"}
    more = {"hess": hessian(f)} if method in second else {}
    if method == "hessp":
        method, more = "trust-krylov", {"hessp": lambda x, p: hvp(f, x, p)}
    found = optimize.minimize(value_and_grad(f), x0, jac=True, method=method, tol=1e-6, **more)
    assert found.x.tolist() == pytest.approx([1.0] * len(x0), abs=1e-3)


def test_scipy_passes_more_arguments():
    """What `args` adds reaches f as it is, and is not differentiated."""
    optimize = pytest.importorskip("scipy.optimize", reason="SciPy is not installed: pip install scipy")
    found = optimize.minimize(value_and_grad(rosenbrock_by_numbers), [0.5, 0.5], args=(2.0, 10.0), jac=True)
    assert found.x.tolist() == pytest.approx([2.0, 4.0], rel=1e-4)


@pytest.mark.parametrize("kind", [list, tuple, numpy.array])
def test_scipy_solves_equations(kind):
    """jacobian(f) is what `least_squares`, `root` and `solve_ivp` take, whether f returns a list or an array."""
    optimize = pytest.importorskip("scipy.optimize", reason="SciPy is not installed: pip install scipy")
    integrate = pytest.importorskip("scipy.integrate", reason="SciPy is not installed: pip install scipy")
    residuals = lambda x, a: kind([x[0] - 1.0, a * (x[1] - x[0] ** 2)])
    slopes = jacobian(residuals)
    least = optimize.least_squares(residuals, [3.0, 2.0], jac=slopes, args=(10.0,))
    assert least.x.tolist() == pytest.approx([1.0, 1.0])
    for method in ("hybr", "lm"):
        found = optimize.root(residuals, [3.0, 2.0], jac=slopes, args=(10.0,), method=method)
        assert found.x.tolist() == pytest.approx([1.0, 1.0])
    swing = lambda t, y: kind([y[1], -y[0]])
    there = integrate.solve_ivp(swing, (0.0, math.pi), [1.0, 0.0], method="Radau", jac=jacobian(swing, 1), rtol=1e-8)
    assert there.y[:, -1].tolist() == pytest.approx([-1.0, 0.0], abs=1e-5)


# ---- other libraries, and none ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["jax.numpy", "array_api_strict", "torch"])
def test_arrays_of_other_libraries(module):
    """f is called with a NumPy array of Values; the gradient comes in the library of the argument, with the numbers
    that a list gives, as precise as the library's own floats.
    """
    library = pytest.importorskip(module, reason="PyTorch is not installed: pip install torch")
    x = library.asarray([0.5, 2.0])
    f = lambda x: numpy.sum(numpy.sin(x) * x[0])
    for found, expected in [
        (grad(f)(x), grad(f)(numpy.array([0.5, 2.0]))),
        (hessian(f)(x), hessian(f)(numpy.array([0.5, 2.0]))),
        (hvp(f, x, library.asarray([1.0, 0.0])), hvp(f, numpy.array([0.5, 2.0]), [1.0, 0.0])),
    ]:
        assert type(found) is type(x)
        numpy.testing.assert_allclose(numpy.asarray(found), expected, rtol=1e-6)


def fresh(code):
    """A new Python runs this code without a word."""
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_arrays_there_is_no_numpy():
    """Derivatives of functions of numbers and lists do not import NumPy."""
    fresh("""
        import sys
        from microgrand import grad, hessian, hvp, jacobian, jvp, vjp
        f = lambda x: x[0] * x[1]["a"]
        at = (1, {"a": 2.0})
        grad(f)(at), hessian(f)(at), hvp(f, at, at), jacobian(f)(at), jvp(f, (at,), (at,)), vjp(f, at)[1](1.0)
        assert "numpy" not in sys.modules
    """)


def test_where_numpy_is_missing_an_array_says_so():
    """An array of another library needs NumPy, too, and one sentence says how to get it."""
    fresh("""
        import sys
        sys.modules["numpy"] = None
        from microgrand import MissingExtraError, grad

        class Tensor:
            shape, dtype, reshape = (2,), "float64", None

        try:
            grad(lambda x: x[0])(Tensor())
        except MissingExtraError as error:
            said = str(error)
        assert said == "an array as an argument needs the package 'numpy': pip install \\"microgrand[array]\\"", said
    """)


# ---- recordings ------------------------------------------------------------------------------------------------------


@given(expressions(inputs=COUNT, smooth=False), st.sampled_from(SHAPES))
def test_an_array_is_an_example(expression, shape):
    """A recording at an array is the one at nested lists; where f returns an array, it returns nested lists."""
    array = numpy.array(expression.inputs).reshape(shape)
    f = lambda x: expression(*flat_values(x))
    by_array, by_list = record(f, array), record(f, array.tolist())
    assert by_array.digest == by_list.digest
    assert repr(without_arrays(by_array.value_and_grad(array))) == repr(by_list.value_and_grad(array.tolist()))
    doubled = record(lambda x: {"z": 2.0 * x}, array)
    assert doubled(array) == {"z": (2.0 * array).tolist()}


def test_a_graph_may_stand_in_an_array():
    """The roots and the inputs of a graph that stands may be arrays of Values."""
    x = numpy.array([Value(1.0), Value(2.0)])
    program = record(numpy.array([x[0] * x[1], x[1]]), x)
    assert program(numpy.array([3.0, 4.0])) == [12.0, 4.0]


# ---- what is no array of numbers -------------------------------------------------------------------------------------

WRONG = [
    (numpy.array(["a", "b"]), "expected an array of real numbers or of Values; got one of <U1"),
    (numpy.array([1j]), "expected an array of real numbers or of Values; got one of complex128"),
    (numpy.zeros(2, dtype="M8[s]"), "expected an array of real numbers or of Values; got one of datetime64[s]"),
    (numpy.array([[1.0], [2.0, 3.0]], dtype=object),
     "expected a number or a Value; got [1.0] of type list: write it for each item, [… for x in xs]"),
    (numpy.array([None]),
     "expected a number or a Value; got None of type NoneType: a function without a return gives None"),
    (numpy.ma.array([1.0, 2.0], mask=[False, True]),
     "expected an array of numbers; this one has masked entries, which are none: fill them"),
]  # fmt: skip


@pytest.mark.parametrize(("array", "sentence"), WRONG, ids=[sentence for _, sentence in WRONG])
def test_what_is_no_array_of_numbers_is_refused_in_one_sentence(array, sentence):
    """Text, complex numbers, dates, lists of several lengths, nothing at all, and masked entries are no numbers."""
    for call in (grad(operator.itemgetter(0)), lambda x: jvp(lambda y: y, (x,), (x,)), lambda x: record(sum, x)):
        with pytest.raises(TypeError) as caught:
            call(array)
        assert str(caught.value) == sentence


def test_a_wrong_result_or_direction_is_told_by_its_shape():
    """A gradient of several numbers, and directions of another shape, are refused in one sentence."""
    x = numpy.array([1.0, 2.0])
    for call, kind, sentence in [
        (lambda: grad(lambda x: x * x)(x), TypeError,
         "a gradient is of a function that returns one number; this one returned an array of shape (2,) of type "
         "ValueArray: jacobian(f) has a slope for each of several numbers, and sum makes them one"),
        (lambda: jvp(lambda x: x, (x,), (numpy.ones(3),)), ValueError,
         "tangents come in the shape [1.0, 2.0]; got [1.0, 1.0, 1.0]"),
        (lambda: hvp(lambda x: x @ x, x, 1.0), ValueError, "tangents come in the shape [1.0, 2.0]; got 1.0"),
        (lambda: vjp(lambda x: numpy.sin(0.0 * x), x)[1](numpy.ones((1, 2))), ValueError,
         "cotangents come in the shape [Value(0.0), Value(0.0)]; got [[1.0, 1.0]]"),
    ]:  # fmt: skip
        with pytest.raises(kind) as caught:
            call()
        assert str(caught.value) == sentence


def test_an_array_without_numbers_has_such_a_gradient():
    """An empty array is an argument without numbers, as an empty list is."""
    assert grad(lambda x: x.sum() + 1.0)(numpy.zeros((0, 3))).shape == (0, 3)
    assert jacobian(lambda x: x)(numpy.zeros(0)).shape == (0, 0)
