"""Programs as people write them for autograd give the same numbers on microgrand, under autograd's names."""

import autograd_shim
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microgrand import Value, grad
from microgrand.testing import check_gradient

autograd = pytest.importorskip("autograd", reason="autograd is not installed: pip install autograd")

A = numpy.arange(12.0).reshape(3, 4) / 10
PROGRAMS = {  # of a library, of its NumPy, and of an array of four numbers
    "a gradient": lambda ag, np, x: ag.grad(lambda x: np.sum(np.sin(x) * x[0]))(x),
    "of a number": lambda ag, np, x: ag.grad(lambda y: 3.0 * y**3 / (1.0 + y * y))(float(x[0])),
    "of a gradient": lambda ag, np, x: ag.grad(ag.grad(lambda y: np.tanh(y) ** 2))(float(x[0])),
    "and its value": lambda ag, np, x: ag.value_and_grad(lambda x: np.dot(x, x))(x),
    "of two arguments": lambda ag, np, x: ag.grad(lambda a, b, c=1.0: np.sum(a * np.cosh(b)) * c, [1, 0])(x, x, c=3.),
    "of a dict": lambda ag, np, x: ag.grad(lambda p: np.sum(p["w"] ** 2) * p["b"])({"w": x, "b": 2.0}),
    "of a list": lambda ag, np, x: ag.grad(lambda p: np.sum(np.dot(p[0], p[1])))([A, x]),
    "and what else": lambda ag, np, x: ag.grad_and_aux(lambda x: (np.sum(np.dot(A, x) ** 2), x**2))(x),
    "item by item": lambda ag, np, x: ag.elementwise_grad(lambda x: np.exp(-x) * x)(x),
    "a Jacobian": lambda ag, np, x: ag.jacobian(lambda x: np.tanh(np.dot(A, x)))(x),
    "a Hessian": lambda ag, np, x: ag.hessian(lambda x: np.sum(np.dot(A, x) ** 3))(x),
    "a Hessian times a vector": lambda ag, np, x: ag.hessian_tensor_product(lambda x: np.sum(x**3))(x, x + 1.0),
    "the same of a point": lambda ag, np, x: ag.make_hvp(lambda x: np.sum(np.cos(x)))(x)[0](x + 1.0),
    "a row times a Jacobian": lambda ag, np, x: ag.tensor_jacobian_product(lambda x: np.roll(np.sin(x), 1))(x, x + 1.0),
    "forward": lambda ag, np, x: ag.make_jvp(lambda x: np.exp(np.dot(A, x)))(x)(x + 1.0),
    "of Gauss and Newton": lambda ag, np, x: ag.make_ggnvp(lambda x: np.tanh(np.dot(A, x)))(x)(x + 1.0),
    "a checkpoint": lambda ag, np, x: ag.grad(lambda x: np.sum(ag.checkpoint(lambda a, b: a * b)(x, x)))(x),
    "a loop": lambda ag, np, x: ag.grad(lambda x: sum(np.sin(k * x[k]) for k in range(4)))(x),
    "a branch": lambda ag, np, x: ag.grad(lambda y: np.sin(y) if y > 0 else y**2)(float(x[0])),
    "a choice": lambda ag, np, x: ag.grad(lambda x: np.sum(np.where(x > 0.0, x**3, x)))(x),
    "logistic regression": lambda ag, np, x: ag.grad(lambda w: -np.sum(np.log(1.0 / (1.0 + np.exp(-np.dot(A, w))))))(x),
}  # fmt: skip
FUNCTIONS = {  # of NumPy, with where they are drawn
    "sin cos tan sinh cosh tanh arctan arcsinh exp exp2 expm1 square negative": (-1.5, 1.5),
    "log log2 log10 log1p sqrt reciprocal abs absolute fabs sign sinc": (0.1, 4.0),
    "arcsin arccos arctanh": (-0.9, 0.9), "arccosh": (1.1, 4.0), "rad2deg deg2rad degrees radians": (-9.0, 9.0),
}  # fmt: skip
FUNCTIONS_OF_TWO = ["add", "subtract", "multiply", "divide", "true_divide", "power", "mod", "maximum", "minimum",
                    "arctan2", "logaddexp"]  # fmt: skip
numbers = st.floats(-1.5, 1.5).filter(lambda x: abs(x) > 0.01)  # where no function here has a kink


def numbers_of(found):
    """The numbers in a result, in order; a number has the shape of an array without axes."""
    if isinstance(found, dict):
        found = list(found.values())
    if isinstance(found, (list, tuple)):
        return [number for each in found for number in numbers_of(each)]
    return [(numpy.shape(found), *numpy.ravel(found).tolist())]


@pytest.mark.parametrize("name", PROGRAMS)
@settings(max_examples=10)
@given(x=st.lists(numbers, min_size=4, max_size=4).map(numpy.array))
def test_a_program_gives_the_numbers_of_autograd(name, x):
    """Written once for both, it has the same results in the same shapes, to 1e-9 of their size."""
    ours = numbers_of(PROGRAMS[name](autograd_shim, autograd_shim.numpy, x))
    theirs = numbers_of(PROGRAMS[name](autograd, autograd.numpy, x))
    assert [shape for shape, *_ in ours] == [shape for shape, *_ in theirs]
    for (_, *mine), (_, *given_there) in zip(ours, theirs, strict=True):
        assert mine == pytest.approx(given_there, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", [name for names in FUNCTIONS for name in names.split()])
@pytest.mark.filterwarnings("ignore:Output seems independent of input")  # autograd says it of slopes that are constant
@settings(max_examples=10)
@given(share=st.floats(0.0, 1.0))
def test_numpys_functions_have_the_slopes_of_autograd(name, share):
    """Value, slope and slope of the slope of a function of NumPy are those of autograd, to 1e-9 of their size."""
    low, high = next(domain for names, domain in FUNCTIONS.items() if name in names.split())
    x = low + share * (high - low)
    ours, theirs = getattr(autograd_shim.numpy, name), getattr(autograd.numpy, name)
    assert float(ours(x)) == pytest.approx(float(theirs(x)), rel=1e-9)
    assert grad(ours)(x) == pytest.approx(autograd.grad(theirs)(x), rel=1e-9, abs=1e-9)
    second = autograd.grad(autograd.grad(theirs))(x)
    assert grad(grad(ours))(x) == pytest.approx(second, rel=1e-8, abs=1e-7)


@pytest.mark.parametrize("name", FUNCTIONS_OF_TWO)
@settings(max_examples=10)
@given(x=st.floats(0.1, 1.4), y=st.floats(1.6, 3.0))
def test_numpys_functions_of_two_have_the_slopes_of_autograd(name, x, y):
    """Both partials are those of autograd, to 1e-9 of their size."""
    ours, theirs = getattr(autograd_shim.numpy, name), getattr(autograd.numpy, name)
    numpy.testing.assert_allclose(grad(ours, (0, 1))(x, y), autograd.grad(theirs, (0, 1))(x, y), rtol=1e-9, atol=1e-9)


@given(x=numbers, y=numbers)
def test_a_primitive_has_the_partials_that_are_declared_for_it(x, y):
    """As in autograd's `defvjp`: what it is told, and not what the function computes."""

    @autograd_shim.primitive
    def weighed(x, y):
        return x * y

    autograd_shim.defvjp(weighed, lambda ans, x, y: lambda g: g * 7.0 * x, lambda ans, x, y: lambda g: g * ans)
    assert autograd_shim.grad(weighed, [0, 1])(x, y) == (7.0 * x, x * y)
    assert autograd_shim.isbox(weighed(Value(x), y))


def test_a_checker_finds_a_wrong_partial():
    """`check_grads` fails where a declared partial is not the derivative, and passes where it is."""

    @autograd_shim.primitive
    def cube(x):
        return x * x * x

    for factor, is_right in ((2.0, False), (3.0, True)):
        cube.defgrad(lambda ans, x, factor=factor: lambda g: g * factor * x * x)
        told = str(check_gradient(lambda x: cube(x), at=1.5).verdict)
        assert told == ("agree" if is_right else "disagree")
    autograd_shim.check_grads(cube)(1.5)
    cube.defgrad(lambda ans, x: lambda g: g * x * x)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        autograd_shim.check_grads(cube)(1.5)


def test_what_else_comes_as_an_array_of_numbers():
    """With has_aux an array of Values that f returns beside its result becomes an array of floats."""
    x = numpy.array([1.0, 2.0])
    _, squares = grad(lambda x: (x @ x, x**2), has_aux=True)(x)
    assert squares.dtype == float
    assert squares.tolist() == [1.0, 4.0]
    _, (names, nothing) = grad(lambda x: (x @ x, (numpy.array(["a", None], object), None)), has_aux=True)(x)
    assert (names.tolist(), nothing) == (["a", None], None)


def test_the_second_derivatives_of_several_arrays_are_checked_each_in_its_place():
    """microgrand's own Hessian of a function of two arrays agrees, of one result and of an array of them."""
    at = (numpy.array([2.0, 3.0]), numpy.array([5.0, 7.0]))
    for f in (lambda x, y: x @ y, lambda x, y: x * y * y):
        assert str(check_gradient(f, at=at, order=2).verdict) == "agree"
