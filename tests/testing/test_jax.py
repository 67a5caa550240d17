"""Functions of JAX: their right derivatives agree, wrong ones disagree, and some released ones are wrong."""

import math

import mpmath
import pytest
from frameworks import PLACES, SCALES, assert_fault, check, skip_if_newer, skip_without

from microgrand.testing import GradientMismatch, Verdict, assert_gradient, check_gradient
from microgrand.testing.functions import FlatFunction

skip_without("jax", "JAX")


@pytest.fixture
def jax():
    """JAX in its default precision, which is single."""
    import jax as module

    before = module.config.jax_enable_x64
    module.config.update("jax_enable_x64", False)
    yield module
    module.config.update("jax_enable_x64", before)


@pytest.fixture
def jax64(jax):
    """JAX in double precision."""
    jax.config.update("jax_enable_x64", True)
    return jax


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("x", PLACES)
def test_jax_in_single_precision(jax, x, scale):
    """By default JAX computes in single precision; it is recognised, and right and wrong are told apart in it."""

    def f(x):
        return jax.numpy.sin(x) * jax.numpy.exp(-x)

    check(jax.jit(f), jax.jit(jax.grad(f)), x, scale, single=True)


@pytest.mark.parametrize("scale", [*SCALES, 1.0 + 1e-6])
@pytest.mark.parametrize("x", PLACES)
def test_jax_in_double_precision(jax64, x, scale):
    """In double precision even a millionth part too much is seen."""

    def f(x):
        return jax64.numpy.sin(x) * jax64.numpy.exp(-x)

    check(jax64.jit(f), jax64.jit(jax64.grad(f)), x, scale, single=False)


def test_jax_on_sequences(jax64):
    """An array and a number as arguments, a tuple of derivatives in return."""
    jnp = jax64.numpy

    def cost(w, b):
        return jax64.nn.softplus(-(jnp.asarray(w) @ jnp.array([1.0, -2.0]) + b))

    report = check_gradient(cost, gradient=jax64.grad(cost, argnums=(0, 1)), at=(jnp.array([0.5, 0.25]), 0.1))
    assert [finding.what for finding in report.findings] == ["∂f/∂w[0]", "∂f/∂w[1]", "∂f/∂b"]
    assert report.verdict is Verdict.AGREE, str(report)


def test_jax_s_dicts_are_matched_by_their_keys(jax64):
    """JAX sorts the keys of dicts that pass through it; each partial is judged as that of its own key."""
    at = {"w": jax64.numpy.array([0.5, 0.25]), "b": 0.125}

    def cost(p):
        return jax64.numpy.sum(jax64.numpy.sin(jax64.numpy.asarray(p["w"]))) * p["b"]

    gradient = jax64.jit(jax64.grad(cost))
    assert list(gradient(at)) == ["b", "w"]
    report = check_gradient(cost, gradient=gradient, at=at)
    assert [finding.what for finding in report.findings] == ["∂f/∂p['w'][0]", "∂f/∂p['w'][1]", "∂f/∂p['b']"]
    assert report.verdict is Verdict.AGREE, str(report)
    jacobian = jax64.jacobian(lambda p: jax64.numpy.sin(jax64.numpy.asarray(p["w"])))
    columns = check_gradient(lambda p: jax64.numpy.sin(p["w"]), gradient=jacobian, at={"w": at["w"]})
    assert columns.verdict is Verdict.AGREE, str(columns)


def test_jax_is_searched(jax64):
    """A search agrees with the right derivative, and finds the point where a wrong one differs."""
    tanh = jax64.jit(jax64.numpy.tanh)
    assert not assert_gradient(tanh, gradient=jax64.jit(jax64.grad(tanh)), domain=(0.1, 5), max_examples=50).unjudged
    with pytest.raises(GradientMismatch):
        assert_gradient(tanh, gradient=lambda x: 1.0 - tanh(x), domain=(0.1, 5))


@pytest.mark.parametrize(("slope", "expected"), [(3, Verdict.AGREE), (2, Verdict.DISAGREE)])
def test_the_rule_of_a_custom_function_is_its_gradient(jax64, slope, expected):
    """A `custom_vjp` and a `custom_jvp` are checked by their names alone, on numbers and on arrays."""
    by_vjp = jax64.custom_vjp(lambda x: x**3)
    by_vjp.defvjp(lambda x: (x**3, x), lambda x, v: (slope * x * x * v,))
    by_jvp = jax64.custom_jvp(lambda x: x**3)
    by_jvp.defjvp(lambda xs, ts: (xs[0] ** 3, slope * xs[0] ** 2 * ts[0]))
    for f in (by_vjp, by_jvp, jax64.jit(by_vjp)):
        for at in (1.5, jax64.numpy.array([1.5, -2.0])):
            report = check_gradient(f, at=at)
            assert {finding.judgement.verdict for finding in report.findings} == {expected}


def test_custom_functions_are_searched(jax64):
    """By their names alone, too: a right rule passes, and a wrong one is found."""
    assert assert_gradient(jax64.nn.relu, domain=(-5, 5), max_examples=20).agreed > 5
    f = jax64.custom_jvp(lambda x, y: x * jax64.numpy.sin(y))
    f.defjvp(lambda xs, ts: (xs[0] * jax64.numpy.sin(xs[1]), ts[0] * jax64.numpy.sin(xs[1]) + ts[1] * xs[0]))
    with pytest.raises(GradientMismatch, match="∂f/∂y is claimed as"):
        assert_gradient(f, domain=(-5, 5))


def test_numbers_that_jax_flushes_are_left_out(jax):
    """JAX takes 1e-310, and in single precision 1e-40, for 0, where relu has a kink: that is no fault of a gradient."""
    f = jax.jit(jax.nn.relu)
    assert check_gradient(f, at=1e-40).verdict is Verdict.CANNOT_JUDGE
    found = assert_gradient(f, gradient=jax.jit(jax.grad(f)), domain=(-1, 1), max_examples=50)
    assert "f takes numbers below the smallest normal one for 0" in found.unjudged
    assert found.agreed > 10
    assert "left out: f takes numbers below the smallest normal one for 0" in str(found)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_f_gets_arrays_as_they_were_given(jax, dtype):
    """An array of JAX keeps its shape and precision, which is noted."""
    seen = set()

    def f(x):
        seen.add((x.dtype.name, x.shape))
        return (x * x).sum()

    function = FlatFunction(f, jax.numpy.ones((2, 1), dtype=dtype))
    assert (function([1.5, 2.0]), function.precision) == ([6.25], dtype)
    assert seen == {(dtype, (2, 1))}


# ---- released derivatives that are wrong -----------------------------------------------------------------------------
def of_jax_special(jax, name):
    """A function of jax.scipy.special and its gradient."""
    from jax.scipy import special

    skip_if_newer("jax")
    f = getattr(special, name)
    return jax.jit(f), jax.jit(jax.grad(f))


def test_the_checker_disagrees_with_the_slope_of_i0_by_jax(jax64):
    """I₀ is even and smooth, with I₀' = I₁; at 0 JAX has 1: I₀ is e^|x| times a factor that has a kink as well."""
    assert_fault(*of_jax_special(jax64, "i0"), (-5, 5), lambda x: mpmath.besseli(1, x))


@pytest.mark.parametrize("domain", [(0.5, 3), (1.25, 2)], ids=["around 1", "up to 2"])
def test_the_checker_disagrees_with_the_slope_of_spence_by_jax(jax64, domain):
    """spence' = log x / (1 - x), and -1 at 1; JAX has 0 at 1, where it puts in a constant, and NaN from there to 2."""
    true = {1.0: -1.0}
    assert_fault(*of_jax_special(jax64, "spence"), domain, lambda x: true.get(x) or math.log(x) / (1 - x))


def test_the_checker_disagrees_with_the_slope_of_digamma_by_jax(jax64):
    """digamma' is the trigamma function; JAX sums a series for positive numbers, at negative ones too."""
    assert_fault(*of_jax_special(jax64, "digamma"), (-20, -9), lambda x: mpmath.psi(1, x))
