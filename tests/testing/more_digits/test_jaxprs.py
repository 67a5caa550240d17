"""Functions of JAX in many digits: every primitive gives what JAX gives, and nothing that loses digits goes through."""

import functools
import math
import random

import mpmath
import numpy
import pytest
from frameworks import skip_if_newer, skip_without

from microgrand.testing import check_gradient
from microgrand.testing.exact import EXACT, many_digits
from microgrand.testing.functions import numbers_in
from microgrand.testing.more_digits.formulas import Line
from microgrand.testing.more_digits.reruns import Rerun
from microgrand.testing.more_digits.run import DigitsLostError, Run
from microgrand.testing.verdict import Verdict

skip_without("jax", "JAX")
jax = pytest.importorskip("jax")
jnp, lax = jax.numpy, jax.lax
solve_triangular = pytest.importorskip("jax.scipy.linalg").solve_triangular
checkpoint_name = pytest.importorskip("jax.ad_checkpoint").checkpoint_name
jaxprs = pytest.importorskip("microgrand.testing.more_digits.jaxprs")

DIGITS = 60
UNIT = {True: 2.0**-53, False: 2.0**-24}


@pytest.fixture(autouse=True)
def in_single_precision():
    """What other tests chose does not matter here: JAX's own default does, unless a test asks for the double one."""
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", False)
    yield
    jax.config.update("jax_enable_x64", before)


@pytest.fixture(params=[False, True], ids=["single", "double"])
def x64(request):
    """Both precisions of JAX."""
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", request.param)
    yield request.param
    jax.config.update("jax_enable_x64", before)


def first_run(f, *arguments):
    """The outputs of f in many digits at the arguments, and the run."""
    run = Run()
    with many_digits(DIGITS):
        way = jaxprs.as_jax(f, arguments)
        inputs = [EXACT.mpf(float(x)) for x in numbers_in(arguments)]
        return way(run, inputs), run, way, inputs


def plain(exact):
    """A number of many digits as a float."""
    return float(EXACT.nstr(exact, 17))


def slopes(f, x):
    """The left and the right derivative of f at x, in many digits."""
    found = Line(Rerun(f, (x,), [x], [float(f(x))]), {0: 1.0}).slopes({0: 1.0})
    return float(found.left), float(found.right)


def primitives_of(jaxpr):
    """The names of all primitives in a program, and in those inside it."""
    from jax.extend import core

    names = {step.primitive.name for step in jaxpr.eqns}
    inner = [part for step in jaxpr.eqns for part in core.jaxprs_in_params(step.params)]
    return names.union(*[primitives_of(part) for part in inner])


# ---- every primitive -------------------------------------------------------------------------------------------------

SPREAD = numpy.array([0.3, -0.7, 1.9])
INSIDE = numpy.array([0.3, -0.7, 0.9])
POSITIVE = numpy.array([0.3, 0.7, 1.9])
TABLE = numpy.array([[0.5, -1.5, 2.25], [1.75, 0.25, -0.75]])
OTHER = numpy.array([[1.5, -0.5, 0.25], [-2.75, 3.25, 0.75]])
WHICH = numpy.array([[1, 2], [0, 0], [1, 2]])

REALS = (
    "exp", "exp2", "expm1", "sin", "cos", "tan", "asinh", "sinh", "cosh", "tanh", "atan", "erf", "erfc", "logistic",
    "square", "neg", "abs", "sign", "floor", "ceil", "is_finite", "cbrt", "bessel_i0e", "bessel_i1e",
)  # fmt: skip
ONE = {
    **dict.fromkeys(REALS, SPREAD),
    **dict.fromkeys(("asin", "acos", "atanh", "erf_inv"), INSIDE),
    **dict.fromkeys(("log", "log1p", "sqrt", "rsqrt", "lgamma", "digamma"), POSITIVE),
    "acosh": 1.0 + POSITIVE,
}
TWO = ("add", "sub", "mul", "div", "rem", "max", "min", "atan2", "eq", "ne", "lt", "le", "gt", "ge")
SCATTERED = {"scatter": "set", "scatter-add": "add", "scatter-mul": "multiply"}


IMAGE = numpy.sin(numpy.arange(1.0, 33.0)).reshape(1, 2, 4, 4)
KERNEL = numpy.cos(numpy.arange(16.0)).reshape(2, 2, 2, 2)
SQUARE = numpy.array([[2.0, 0.3, 0.1], [0.4, 1.5, -0.2], [-0.3, 0.2, 1.1]])


def pooled(x, combine=lax.max, start=-numpy.inf):
    return lax.reduce_window(x, start, combine, (1, 1, 2, 2), (1, 1, 1, 2), "SAME")


def convolved(x, kernel):
    return lax.conv_general_dilated(x, kernel, (2, 1), ((1, 0), (0, 2)), (1, 2))


def solved_from_the_right(a, b):
    return lax.linalg.triangular_solve(a, b, left_side=False, unit_diagonal=True)


def of_bits(name, x, y):
    return getattr(lax, f"{name}_p").bind(x, y)


def at_indices(how, x, updates):
    return getattr(jnp.asarray(x).at[WHICH[:, 0], WHICH[:, 1]], how)(updates)


EXAMPLES = {
    **{name: (getattr(lax, name), x) for name, x in ONE.items()},
    **{name: (getattr(lax, name), TABLE, OTHER) for name in TWO},
    "add_any": (jax.grad(lambda x: jnp.sum(jnp.sin(x) * x)), SPREAD),
    "pow": (lax.pow, POSITIVE, SPREAD),
    "integer_pow": (lambda x: lax.integer_pow(x, -3) + lax.integer_pow(x, 2), SPREAD),
    "round": (lambda x: (lax.round(4 * x), jnp.round(4 * x)), numpy.array([0.625, -0.375, 0.1])),
    "polygamma": (lambda x: lax.polygamma(jnp.ones_like(x), x), POSITIVE),
    "zeta": (lambda x: lax.zeta(1.5 + x, x), POSITIVE),
    "igamma": (lax.igamma, POSITIVE, POSITIVE[::-1].copy()),
    "igammac": (lax.igammac, POSITIVE, POSITIVE[::-1].copy()),
    "igamma_grad_a": (lax.igamma_grad_a, numpy.array([0.7]), numpy.array([1.3])),
    "regularized_incomplete_beta": (lax.betainc, POSITIVE, POSITIVE + 1, numpy.array([0.2, 0.5, 0.9])),
    "clamp": (lambda x: lax.clamp(-0.5, x, 1.0), SPREAD),
    "select_n": (lambda x, y: jnp.where(x > y, x, y * x), TABLE, OTHER),
    "convert_element_type": (lambda x: (x.astype("int32"), x.astype(bool), x.astype("float16")), jnp.asarray(TABLE)),
    "reduce_precision": (lambda x: lax.reduce_precision(x, 8, 10), 0.5 * TABLE),
    "copy": (lambda x: lax.copy_p.bind(jnp.asarray(x)), TABLE),
    "copy_p": (jnp.copy, TABLE),
    "stop_gradient": (lax.stop_gradient, TABLE),
    "optimization_barrier": (lambda x: lax.optimization_barrier((x, 2 * x)), TABLE),
    "name": (lambda x: checkpoint_name(x, "x"), TABLE),
    "device_put": (lambda x: jax.device_put(x), TABLE),
    "broadcast_in_dim": (lambda x: jnp.broadcast_to(x, (2, 3)), SPREAD),
    "reshape": (lambda x: jnp.reshape(x, (3, 2)), TABLE),
    "transpose": (lambda x: jnp.transpose(x), TABLE),
    "squeeze": (lambda x: jnp.squeeze(x), TABLE[:1]),
    "concatenate": (lambda x, y: jnp.concatenate([x, y], axis=1), TABLE, OTHER),
    "slice": (lambda x: lax.slice(x, (0, 1), (2, 3)), TABLE),
    "dynamic_slice": (lambda x: lax.dynamic_slice(x, (jnp.int32(1), jnp.int32(1)), (1, 2)), TABLE),
    "dynamic_update_slice": (lambda x, y: lax.dynamic_update_slice(x, y[:1, :2], (1, 1)), TABLE, OTHER),
    "gather": (lambda x: (jnp.asarray(x)[WHICH[:, 0], WHICH[:, 1]],
                          jnp.asarray(x).at[7, 9].get(mode="fill", fill_value=-2.5)), TABLE),
    "pad": (lambda x: lax.pad(x, x[0, 0] * 0.5, ((1, 0, 0), (0, 2, 1))), TABLE),
    "rev": (lambda x: lax.rev(x, (1,)), TABLE),
    "split": (lambda x: lax.split(x, (1, 2), axis=1), TABLE),
    "stack": (lambda x, y: jnp.stack([x, y], axis=1), TABLE, OTHER),
    "unstack": (lambda x: jnp.unstack(x, axis=1), TABLE),
    "tile": (lambda x: jnp.tile(x, (2, 2)), TABLE),
    **{name: (functools.partial(at_indices, how), TABLE, SPREAD) for name, how in SCATTERED.items()},
    "scatter-sub": (lambda x, y: jnp.asarray(x).at[WHICH[:, 0], WHICH[:, 1]].subtract(y), TABLE, SPREAD),
    "reduce_sum": (lambda x: jnp.sum(x, axis=1), TABLE),
    "reduce_prod": (lambda x: jnp.prod(x, axis=0), TABLE),
    "reduce_max": (lambda x: jnp.max(x, axis=1), TABLE),
    "reduce_min": (lambda x: jnp.min(x), TABLE),
    "argmax": (lambda x: jnp.argmax(x, axis=1), TABLE),
    "argmin": (lambda x: jnp.argmin(x, axis=0), TABLE),
    "cumsum": (lambda x: lax.cumsum(x, axis=1, reverse=True), TABLE),
    "cumprod": (lambda x: lax.cumprod(x, axis=1), TABLE),
    "cumlogsumexp": (lambda x: lax.cumlogsumexp(x, axis=0), TABLE),
    "cummax": (lambda x: lax.cummax(x, axis=1), TABLE),
    "cummin": (lambda x: lax.cummin(x, axis=1, reverse=True), TABLE),
    "dot_general": (lambda x, y: (x @ y.T, jnp.einsum("bi,bi->b", x, y)), TABLE, OTHER),
    "sort": (lambda x, y: lax.sort((x, y, lax.broadcasted_iota("int32", (2, 3), 1)), dimension=1), TABLE, OTHER),
    "top_k": (lambda x: lax.top_k(x, 2), TABLE),
    **{name: (functools.partial(of_bits, name), TABLE, OTHER) for name in ("eq_to", "lt_to", "le_to")},
    # windows
    "conv_general_dilated": (convolved, IMAGE, KERNEL),
    "reduce_window_sum": (lambda x: lax.reduce_window(x, 0.0, lax.add, (1, 1, 2, 3), (1, 1, 1, 2), "SAME"), IMAGE),
    "reduce_window_max": (pooled, IMAGE),
    "reduce_window_min": (lambda x: -pooled(x, lax.min, numpy.inf), IMAGE),
    "select_and_scatter_add": (jax.grad(lambda x: jnp.sum(pooled(x) ** 2)), IMAGE),
    "select_and_gather_add": (lambda x: jax.jvp(pooled, (x,), (jnp.sin(x),))[1], IMAGE),
    # matrices
    "triangular_solve": (lambda a, b: (solve_triangular(a, b, lower=True, trans=1), solved_from_the_right(a, b)),
                         SQUARE, SQUARE),
    "cholesky": (lambda a: lax.linalg.cholesky(a @ a.T + jnp.eye(3)), SQUARE),
    "lu": (lambda a: lax.linalg.lu(a[::-1]), SQUARE),
    "custom_linear_solve": (lambda a, b: jnp.linalg.solve(a, b[0]), SQUARE, SQUARE),
    # what has programs inside
    "jit": (jax.jit(lambda x: jnp.sin(x) * x + 1), TABLE),
    "cond": (lambda x: lax.cond(jnp.sum(x) > 0, jnp.sin, jnp.cos, x), TABLE),
    "while": (lambda x: lax.while_loop(lambda z: z[0] < 30, lambda z: (z[0] * 2 + x[0, 0], z[1] + 1), (1.0, 0)), TABLE),
    "scan": (lambda x: lax.scan(lambda c, row: (c * row[0] + 1, (c, row)), 0.5, x, reverse=True), TABLE),
    "custom_jvp_call": (jax.nn.relu, TABLE),
    "remat2": (jax.checkpoint(lambda x: jnp.sin(x) * x), TABLE),
}  # fmt: skip
COARSE = {"convert_element_type": 2.0**-11, "reduce_precision": 2.0**-11}  # these round on purpose
OF_OTHER_RELEASES = {"expand_dims", "sharding_constraint"}  # primitives that other releases have, or several devices
squared = jax.custom_vjp(lambda x: x * x)
squared.defvjp(lambda x: (x * x, x), lambda x, v: (3 * x * v,))  # a wrong rule
EXAMPLES["custom_vjp_call"] = (squared, TABLE)


def test_every_primitive_has_an_example():
    """The laws below are held against every primitive that is evaluated, and each example has it in its program."""
    assert set(jaxprs.RULES) - set(EXAMPLES) == OF_OTHER_RELEASES
    for name, (f, *arguments) in EXAMPLES.items():
        assert name in primitives_of(jax.make_jaxpr(f)(*arguments).jaxpr) | {"copy_p"}, name


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_primitive_is_what_jax_gives(x64, name):
    """As floats have it, every output is that of f bit for bit; in many digits it is the same up to roundings.

    At the point itself a later run, without floats, gives the same in many digits by the same decisions.
    """
    f, *arguments = EXAMPLES[name]
    outputs, run, way, inputs = first_run(f, *arguments)
    expected = [float(z) for z in numbers_in(f(*arguments))]
    assert expected
    assert [float(near) for near, _ in outputs] == expected
    assert run.lost == ""
    for near, exact in outputs:
        assert abs(float(near) - exact) <= 64 * COARSE.get(name, UNIT[x64]) * (1 + abs(exact)), (near, exact)
    with many_digits(DIGITS):
        later = Run(run)
        again = way(later, inputs)
    assert again == [(None, exact) for _, exact in outputs]
    assert later.decisions == run.decisions


# ---- whole programs --------------------------------------------------------------------------------------------------

STEPS = [
    jnp.tanh, jnp.sin, jax.nn.softplus, jax.nn.gelu, jax.nn.silu, jnp.arctan, jnp.cumsum, jnp.flip,
    lambda x: jnp.exp(-x * x), lambda x: x / (1 + x * x), lambda x: jnp.log1p(x * x), lambda x: x - jnp.mean(x),
    lambda x: x[::-1] * x,
    lambda x: jnp.where(x > 0.1, x, 0.5 * x), lambda x: jnp.sort(x), jax.nn.softmax, lambda x: jnp.sqrt(1 + x * x),
    lambda x: lax.fori_loop(0, 3, lambda k, z: jnp.cos(z) * x, x), lambda x: jnp.roll(x, 1) * x,
]  # fmt: skip


def composed(seed):
    """A random program on three numbers."""
    source = random.Random(seed)
    chain = [source.choice(STEPS) for _ in range(4)]
    weights = jnp.asarray([source.uniform(-2, 2) for _ in range(3)])
    return lambda x, y, z: weights @ functools.reduce(lambda value, step: step(value), chain, jnp.stack([x, y, z]))


@pytest.mark.parametrize("seed", range(12))
def test_slopes_of_programs_are_those_of_jax(seed):
    """The slope of a random program in many digits is JAX's own derivative, up to its roundings."""
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        f, at = composed(seed), (0.37, -0.81, 0.59)
        line = Line(Rerun(f, at, at, [float(f(*at))]), {1: 1.0})
        found = line.slopes({0: 1.0})
        expected = float(jax.grad(f, argnums=1)(*at))
    finally:
        jax.config.update("jax_enable_x64", before)
    assert found.left == pytest.approx(found.right, rel=1e-20)
    assert float(found.left) == pytest.approx(expected, rel=1e-11, abs=1e-13)


@pytest.mark.parametrize(("f", "x", "left", "right"), [
    (jax.nn.relu, 0.0, 0.0, 1.0), (jnp.abs, 0.0, -1.0, 1.0), (lambda x: jnp.maximum(x, x * x), 1.0, 1.0, 2.0),
    (lambda x: jnp.clip(x, 0.0, 1.0), 1.0, 1.0, 0.0), (lambda x: jnp.where(x < 2, x, 3 * x - 4), 2.0, 1.0, 3.0),
    (lambda x: jnp.max(jnp.stack([x, 2 * x])), 0.0, 1.0, 2.0),
    (lambda x: jnp.sort(jnp.stack([x, -x]))[0], 0.0, 1.0, -1.0),
    (lambda x: lax.cond(x < 1, lambda: 2 * x, lambda: 3 * x - 1), 1.0, 2.0, 3.0),
])  # fmt: skip
def test_kinks_are_seen(f, x, left, right):
    """Where f goes another way on each side of the point, each side has its own slope."""
    assert slopes(f, x) == (left, right)


def test_the_digits_that_floats_lose_are_there():
    """What JAX's single precision rounds to 0 or 1 has its slope in many digits."""
    assert slopes(lambda x: 1 - jnp.tanh(x), 20.0)[0] == pytest.approx(-1 / math.cosh(20.0) ** 2, rel=1e-12)
    assert slopes(lambda x: float(jnp.log(1 / (1 + jnp.exp(-x)))), 53.0)[0] == pytest.approx(math.exp(-53.0), rel=1e-12)
    assert slopes(lambda x: jnp.exp(x) - 1 - x, 2.0**-30)[0] == pytest.approx(2.0**-30, rel=1e-8)


def test_an_input_counts_as_f_sees_it():
    """Single precision takes 1 - 1e-16 for 1: the slope is that at 1, as f and its gradient have it there."""
    formula = Rerun(jnp.arcsin, (1 - 1e-16,), [1 - 1e-16], [float(jnp.arcsin(1 - 1e-16))])
    assert Line(formula, {0: 1.0}).slopes({0: 1.0}).left == math.inf
    assert slopes(jax.nn.relu, 1e-60) == (0.0, 1.0)


def test_gradients_are_run_again_as_functions_are():
    """`jax.grad(f)` in many digits is the slope of f, where f and its gradient make plain floats, too."""
    outputs, _, _, _ = first_run(lambda x: float(jax.grad(lambda y: 1 - jnp.tanh(y))(x)), 20.0)
    assert plain(outputs[0].exact) == pytest.approx(-1 / math.cosh(20.0) ** 2, rel=1e-12)
    assert float(outputs[0].near) == 0.0


def test_outputs_come_in_the_order_of_f():
    """JAX sorts the keys of dicts; outputs in many digits stand where f has put them, and inputs as well."""
    outputs, _, _, _ = first_run(
        lambda p: {"b": p["z"], "a": [p["c"], {"d": 2 * p["z"]}]}, {"z": 1.5, "c": numpy.ones(2)}
    )
    assert [plain(exact) for _, exact in outputs] == [1.5, 1.0, 1.0, 3.0]


# ---- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("f", "why"), [
    (lambda x: x if x > 0 else -x, "branches on a value"),
    (lambda x: math.exp(x) * jnp.sin(x), "ConcretizationTypeError"),
    (lambda x: numpy.sin(x), "TracerArrayConversionError"),
    (lambda x: jnp.abs(jnp.exp(1j * x)), "complex numbers"),
    (lambda x: jnp.linalg.eigvalsh(x * jnp.eye(2)), "primitive eigh cannot be evaluated in many digits"),
    (lambda x: lax.bitcast_convert_type(x, "int32") * 1.0, "primitive bitcast_convert_type"),
    (lambda x: jax.pure_callback(numpy.sin, jax.ShapeDtypeStruct((), "float32"), x), "primitive pure_callback"),
], ids=["branch", "math", "numpy", "complex", "eigh", "bits", "callback"])  # fmt: skip
def test_what_loses_digits_is_refused(f, why):
    """A function that cannot be evaluated in many digits raises, and says why."""
    with pytest.raises(DigitsLostError, match=why):
        first_run(f, 0.5)


def test_a_loop_that_does_not_end_is_left(monkeypatch):
    """A loop may end on floats alone; in many digits it is given up, and the run is lost."""
    monkeypatch.setattr(jaxprs, "MOST_ROUNDS", 10)
    with pytest.raises(DigitsLostError, match="too many rounds"):
        first_run(lambda x: lax.while_loop(lambda z: z < 100, lambda z: z + x, x), 0.5)


def test_whole_numbers_are_not_moved():
    """Where f takes whole numbers for JAX they stay what they are: a run beside the point is lost."""
    _, run, way, inputs = first_run(lambda x, n: x**n, 0.5, 3)
    with many_digits(DIGITS):
        assert way(Run(run), inputs)[0].exact == EXACT.mpf(0.125)
        with pytest.raises(DigitsLostError, match="whole numbers"):
            way(Run(run), [inputs[0], inputs[1] + EXACT.mpf(2) ** -100])


# ---- judged by it ----------------------------------------------------------------------------------------------------


def test_a_wrong_rule_is_found():
    """The formula of a function with a rule of its own is its value; the derivative that the rule gives is judged."""
    report = check_gradient(squared, gradient=jax.grad(squared), at=2.0)
    assert report.verdict is Verdict.DISAGREE
    assert report.findings[0].judgement.reference == pytest.approx(4.0)


def test_a_slope_too_large_for_the_precision_is_infinite():
    """In single precision 1e65 is infinite, of its sign; in double precision it is not."""
    at, gradient = 2.0**-108, jax.grad(jnp.reciprocal)
    assert gradient(at) == -math.inf
    assert check_gradient(jnp.reciprocal, gradient=gradient, at=at).verdict is Verdict.AGREE
    assert check_gradient(jnp.reciprocal, gradient=lambda x: math.inf, at=at).verdict is Verdict.DISAGREE
    assert check_gradient(lambda x: 1 / x, gradient=lambda x: -math.inf, at=at).verdict is Verdict.DISAGREE


# ---- released derivatives of JAX -------------------------------------------------------------------------------------

ELEMENTWISE = (
    "relu", "relu6", "sigmoid", "softplus", "soft_sign", "silu", "log_sigmoid", "leaky_relu", "hard_sigmoid",
    "hard_silu", "hard_tanh", "elu", "celu", "selu", "gelu", "squareplus", "mish", "identity", "sparse_plus",
    "sparse_sigmoid",
)  # fmt: skip
LOOKED_AT = (0.0, 1.0, -1.0, 0.3, -3.0, 24.0, -53.0, 1e-9)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_activations_agree_in_single_precision(name):
    """JAX's own derivatives of activations are right at kinks and where they saturate."""
    f = getattr(jax.nn, name)
    for x in LOOKED_AT:
        report = check_gradient(f, gradient=jax.grad(f), at=x)
        assert report.verdict is Verdict.AGREE, report


FAULTS = {
    "sinc": (jnp.sinc, 1e-20, -3.2898681336964527e-20),  # -inf, by 1/x²
    "hypot": (lambda x: jnp.hypot(x, 0.0), 1e-20, 1.0),  # NaN, by 0/0
    "angle": (jnp.angle, 1e-20, 0.0),  # NaN, by 0/0
    "gelu": (jax.nn.gelu, 1e30, 1.0),  # NaN, by inf·0
    "arcsinh": (jnp.arcsinh, 1e30, 1e-30),  # 0, by 1/inf
    "i0": (jax.scipy.special.i0, 0.0, 0.0),  # 1
    "spence": (jax.scipy.special.spence, 1.0, -1.0),  # 0
    "digamma": (jax.scipy.special.digamma, -8.5, float(mpmath.psi(1, -8.5))),  # 6.8
    "factorial": (jax.scipy.special.factorial, -1.0, 0.0),  # NaN
    "betaln": (lambda x: jax.scipy.special.betaln(x, 2.0), -9.5, -1 / -9.5 - 1 / -8.5),  # NaN
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_of_jax_are_confirmed(name):
    """Where a released derivative of JAX is wrong in single precision, the reference is the right one."""
    skip_if_newer("jax")
    f, x, right = FAULTS[name]
    report = check_gradient(f, gradient=jax.grad(f), at=x)
    assert report.verdict is Verdict.DISAGREE, report
    assert report.findings[0].judgement.reference == pytest.approx(right, rel=1e-5, abs=1e-30)
