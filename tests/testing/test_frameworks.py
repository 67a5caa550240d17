"""Functions of other frameworks: their right derivatives agree, wrong ones disagree, and some released ones are wrong.

Each law is skipped where its framework is not installed.
"""

import math
from importlib.metadata import version

import mpmath
import pytest

from microgrand.testing import GradientMismatch, Verdict, assert_gradient, check_gradient

PLACES = [-2.0, 0.25, 3.0]
SCALES = [1.0, 1.01, -1.0]  # the first of them makes no derivative wrong; a hundredth shows in single precision


def judged_as(scale):
    """The verdict that a right derivative deserves once it is multiplied by `scale`."""
    return Verdict.AGREE if scale == 1.0 else Verdict.DISAGREE


def check(f, gradient, at, scale, single):
    """The scaled gradient gets the verdict that it deserves, from a judge that knows the precision."""
    report = check_gradient(f, gradient=lambda x: scale * gradient(x), at=at)
    assert report.verdict is judged_as(scale), str(report)
    assert all(finding.judgement.single is single for finding in report.findings), str(report)


# ---- NumPy, derived by hand ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("scale", SCALES)
def test_numpy(scale):
    """The softmax cross-entropy of a linear model has the gradient Xᵀ(p - y)."""
    np = pytest.importorskip("numpy")
    features = np.array([[0.5, -1.0, 2.0], [1.0, 0.0, -0.5], [-2.0, 1.5, 1.0]])
    chosen = np.array([0.0, 1.0, 0.0])

    def cost(w):
        scores = features @ w
        return np.log(np.sum(np.exp(scores))) - chosen @ scores

    def gradient(w):
        weights = np.exp(features @ w)
        return features.T @ (weights / np.sum(weights) - chosen)

    check(cost, gradient, np.array([0.1, -0.4, 0.3]), scale, single=False)


# ---- JAX -------------------------------------------------------------------------------------------------------------
@pytest.fixture
def jax():
    """JAX in its default precision, which is single."""
    module = pytest.importorskip("jax")
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


# ---- PyTorch ---------------------------------------------------------------------------------------------------------
def of_torch(f, bits=64):
    """f and its gradient by PyTorch, as functions of a float or of a list of floats."""
    torch = pytest.importorskip("torch")
    dtype = {32: torch.float32, 64: torch.float64}[bits]

    def value(x):
        return f(torch.tensor(x, dtype=dtype))

    def gradient(x):
        leaf = torch.tensor(x, dtype=dtype, requires_grad=True)
        return torch.autograd.grad(f(leaf), leaf)[0]

    return value, gradient


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("at", [*PLACES, [0.5, -1.0, 2.0]], ids=str)
@pytest.mark.parametrize("bits", [32, 64])
def test_torch(bits, at, scale):
    """Right and wrong are told apart in both precisions, and single precision is recognised."""
    value, gradient = of_torch(lambda x: (x.sin() * (-x).exp()).sum(), bits)
    check(value, gradient, at, scale, single=bits == 32)


# ---- autograd --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("x", PLACES)
def test_autograd(x, scale):
    """Right and wrong are told apart."""
    autograd = pytest.importorskip("autograd")

    def f(x):
        return autograd.numpy.sin(x) * autograd.numpy.exp(-x)

    check(f, autograd.grad(f), x, scale, single=False)


# ---- released derivatives that are wrong -----------------------------------------------------------------------------
KNOWN = {"jax": "0.10.2", "torch": "2.15.0", "autograd": "1.9.1"}  # the releases in which the faults were verified


def skip_if_newer(library):
    """A later release may have mended its faults."""
    pytest.importorskip(library)
    found, known = [
        [int(part) for part in release.partition("+")[0].split(".") if part.isdigit()]
        for release in (version(library), KNOWN[library])
    ]
    if found > known:
        pytest.skip(f"{library} {version(library)} is newer than {KNOWN[library]}, in which this fault was verified")


def assert_fault(f, gradient, domain, true):
    """The search finds a wrong derivative, and where it does its own reference is the true one."""
    with pytest.raises(GradientMismatch) as caught:
        assert_gradient(f, gradient=gradient, domain=domain)
    (x,) = caught.value.at
    (finding,) = caught.value.report.findings
    assert math.isclose(finding.judgement.reference, true(x), rel_tol=1e-9, abs_tol=1e-12), caught.value


def of_jax_special(jax, name):
    """A function of jax.scipy.special and its gradient."""
    special = pytest.importorskip("jax.scipy.special")
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


def test_the_checker_disagrees_with_the_slope_of_a_determinant_by_torch():
    """det [[x, 2], [3, 6]] = 6x - 6; PyTorch has the slope 0 where the determinant is 0."""
    torch = pytest.importorskip("torch")
    skip_if_newer("torch")

    def determinant(x):
        return torch.linalg.det(torch.stack([x, 0 * x + 2, 0 * x + 3, 0 * x + 6]).reshape(2, 2))

    assert_fault(*of_torch(determinant), (-10, 10), lambda x: 6.0)


def test_the_checker_disagrees_with_the_slope_of_the_binary_cross_entropy_by_torch():
    """For the target 1 it is -log p; PyTorch has the slope 0 at p = 1, and bounds it by 10¹² near 0."""
    torch = pytest.importorskip("torch")
    skip_if_newer("torch")

    def cost(p):
        return torch.nn.functional.binary_cross_entropy(p, torch.ones_like(p))

    assert_fault(*of_torch(cost), (0.01, 1), lambda p: -1 / p)
    assert_fault(*of_torch(cost), (1e-30, 1e-13), lambda p: -1 / p)


def test_the_checker_disagrees_with_the_slope_of_chi2_by_autograd():
    """∂ log density/∂x = (df/2 - 1)/x - 1/2; autograd has 0 wherever df is not whole."""
    stats = pytest.importorskip("autograd.scipy.stats")
    autograd = pytest.importorskip("autograd")
    skip_if_newer("autograd")

    def log_density(x):
        return stats.chi2.logpdf(x, 2.5)

    assert_fault(log_density, autograd.grad(log_density), (0.5, 10), lambda x: 0.25 / x - 0.5)


def test_the_checker_disagrees_with_the_slope_of_a_sum_of_some_by_autograd():
    """A sum with `where` adds up the chosen numbers; autograd's derivative counts all of them."""
    autograd = pytest.importorskip("autograd")
    skip_if_newer("autograd")
    np = autograd.numpy

    def first_only(x):
        return np.sum(np.array([x, 2 * x]), where=np.array([True, False]))

    assert_fault(first_only, autograd.grad(first_only), (-5, 5), lambda x: 1.0)
