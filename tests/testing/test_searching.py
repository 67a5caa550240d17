"""Laws of `assert_gradient`: it finds wrong derivatives, shrinks them, and says which edge is wrong."""

import contextlib
import math
import os
import pickle
import random
import struct
import subprocess
import sys
import time
import warnings
import zlib

import numpy
import pytest
from hypothesis import strategies as st
from small_regions import REGIONS, spoiled

import microgrand as mg
from microgrand.testing import GradientMismatch, NothingJudged, Verdict, assert_gradient, check_gradient

RIGHT = [
    (math.sin, math.cos, (-10, 10)),
    (math.exp, math.exp, (-30, 30)),
    (math.log, lambda x: 1 / x, "positive"),
    (lambda x, y: x * y, lambda x, y: (y, x), (-1e3, 1e3)),
    (math.asin, lambda x: 1 / math.sqrt((1 - x) * (1 + x)) if abs(x) < 1 else math.inf, (-1.0, 1.0)),
    (lambda x: mg.relu(x) - mg.abs(x), None, "reals"),
    (lambda x, y: mg.maximum(x, y) * mg.tanh(x), None, "reals"),
    (lambda x, y: mg.hypot(x, y), None, "reals"),
    (lambda xs: mg.logsumexp(xs), None, [st.lists(st.floats(-30, 30), min_size=1, max_size=4)]),
]


@pytest.mark.parametrize(("f", "gradient", "domain"), RIGHT)
def test_right_derivatives_pass(f, gradient, domain):
    """No counterexample is found where there is none, and most points can be judged."""
    found = assert_gradient(f, gradient=gradient, domain=domain, max_examples=40)
    assert found.agreed > 2 * found.unjudged.total()


def larger(x, y):
    return max(x, y)


def wrong_where_equal(x, y):
    return (2.0, -1.0) if x == y else (float(x > y), float(y > x))


WRONG = [
    (lambda x: x**3, lambda x: 2 * x * x, (-10, 10), (1.0,)),
    (lambda x: x * x, lambda x: 2 * x if x != 3 else 0.0, (-10, 10), (3.0,)),
    (lambda x: x, lambda x: 0.0 if x > 5e4 else 1.0, "reals", (50001.0,)),
    (larger, wrong_where_equal, (-5, 5), (0.0, 0.0)),
    (lambda x, y: x / y, lambda x, y: (1 / y, -x / y), (1, 9), (1.0, 2.0)),
    (lambda xs: sum(xs), lambda xs: [1.0] * (len(xs) - 1) + [2.0], [st.lists(st.floats(-9, 9), min_size=1)], ([0.0],)),
]  # fmt: skip


@pytest.mark.parametrize(("f", "gradient", "domain", "simplest"), WRONG)
def test_wrong_derivatives_are_found_and_shrunk(f, gradient, domain, simplest):
    """A slip at edges, ties or a single simple number is found; what is raised is the simplest input."""
    with pytest.raises(GradientMismatch) as caught:
        assert_gradient(f, gradient=gradient, domain=domain, max_examples=500)
    mismatch = caught.value
    assert mismatch.at == simplest
    assert check_gradient(f, gradient=gradient, at=mismatch.at).verdict is Verdict.DISAGREE
    assert repr(mismatch.at) in str(mismatch)
    assert "is claimed as" in str(mismatch)
    assert not getattr(mismatch, "__notes__", [])


def test_a_derivative_that_is_wrong_in_a_tail_is_found():
    """A slip where x is tiny is found, at a tiny number."""
    with pytest.raises(GradientMismatch) as caught:
        assert_gradient(math.log, gradient=lambda x: 1 / x if x > 1e-9 else 1e9, domain="positive", max_examples=500)
    assert 0.0 < caught.value.at[0] <= 1e-9


TAILS = {  # f, its slope, and beyond which x both are far below 1
    "normal": (lambda x: math.exp(-x * x / 2), lambda x: -x * math.exp(-x * x / 2), 9.0),
    "softplus": (lambda x: math.log1p(math.exp(-x)), lambda x: -math.exp(-x) / (1 + math.exp(-x)), 40.0),
    "erfc": (math.erfc, lambda x: -2 / math.sqrt(math.pi) * math.exp(-x * x), 7.0),
    "decay": (lambda x: math.exp(-x / 3), lambda x: -math.exp(-x / 3) / 3, 120.0),
    "power": (lambda x: (1 + x) ** -12, lambda x: -12 * (1 + x) ** -13, 90.0),
    "inverse": (lambda x: 6.67e-11 / (1e4 + x), lambda x: -6.67e-11 / (1e4 + x) ** 2, 1.0),
}


@pytest.mark.parametrize("factor", [-1.0, 2.0, 0.5])
@pytest.mark.parametrize("unit", [1e-100, 1e-30, 1.0, 1e20])
@pytest.mark.parametrize("name", TAILS)
def test_a_slip_is_found_however_small_f_is(name, unit, factor):
    """What f's own floats show counts, in whatever unit and however far out; there the right slope passes."""
    plain, its_slope, far = TAILS[name]

    def f(x):
        return unit * plain(x)

    def slope(x):
        return unit * its_slope(x)

    def slipped(x):
        return slope(x) if x < far else factor * slope(x)

    assert assert_gradient(f, gradient=slope, domain=(0.0, 2 * far), max_examples=30).agreed > 20
    with pytest.raises(GradientMismatch):
        assert_gradient(f, gradient=slipped, domain=(0.0, 2 * far), max_examples=30)


def test_what_roundings_of_f_hide_is_no_mismatch():
    """Where 1 + eˣ is 1 in floats, 0 may be claimed as the slope of its logarithm; where it is not, 0 is wrong."""
    for end, is_hidden in ((-38.0, True), (-20.0, False)):

        def slope(x, end=end):
            return 0.0 if x < end else 1 / (1 + math.exp(-x))

        def search(slope=slope):
            assert_gradient(lambda x: math.log(1 + math.exp(x)), gradient=slope, domain=(-60.0, 60.0))

        if is_hidden:
            search()
        else:
            with pytest.raises(GradientMismatch):
                search()


def of_order(k):
    """The k-th smallest of some numbers; its gradient, which takes the first of equal ones."""

    def gradient(*xs):
        chosen = sorted(range(len(xs)), key=xs.__getitem__)[k]
        return tuple([float(i == chosen) for i in range(len(xs))])

    return lambda *xs: sorted(xs)[k], gradient


NO_TIES = {  # f, a claimed gradient, where it is wrong
    "a leap beside": (lambda x, y: x if y > 0 else 5 * x, lambda x, y: (1.0 if y >= 0 else 5.0, 0.0), (1.0, 0.0)),
    "a leap beside, between": (lambda x, y: x if y > 0 else 5 * x, lambda x, y: (3.0, 0.0), (1.0, 0.0)),
    "what is rounded": (lambda x, y: x * math.floor(y), lambda x, y: (1.5, 0.0), (1.0, 2.0)),
    "oscillation": (lambda x, y: (x * x * mg.sin(1 / x) if x else 0.0 * x) + y, lambda x, y: (0.5, 1.0), (0.0, 1.0)),
    "steep and smooth": (lambda x, y: 1e200 * x * x + y, lambda x, y: (1e150, 1.0), (0.0, 1.0)),
    "a saddle": (lambda x, y: x * y, lambda x, y: (1e-3, 0.0), (0.0, 0.0)),
    "outside": (lambda x, y: abs(x) + abs(y), lambda x, y: (1.5, 0.0), (0.0, 0.0)),
}  # fmt: skip


@pytest.mark.parametrize("kind", NO_TIES)
def test_only_branches_that_meet_are_taken_for_a_tie(kind):
    """Where f leaps, oscillates or bends beside the point no wrong claim is called a kink in several inputs."""
    f, gradient, at = NO_TIES[kind]
    report = check_gradient(f, gradient=gradient, at=at)
    assert report.findings[0].judgement.verdict is Verdict.DISAGREE


@pytest.mark.parametrize("size", [5, 9, 15, 25])
def test_a_median_agrees_where_all_are_equal(size):
    """However many inputs tie, the gradient of their median is one at the middle one; twice that is wrong."""

    def gradient(v, times=1.0):
        slopes = numpy.zeros(size)
        slopes[numpy.argsort(v, kind="stable")[size // 2]] = times
        return slopes

    at = numpy.ones(size)
    assert check_gradient(numpy.median, gradient=gradient, at=at).verdict is Verdict.AGREE
    assert check_gradient(numpy.median, gradient=lambda v: gradient(v, 2.0), at=at).verdict is Verdict.DISAGREE


@pytest.mark.parametrize(("count", "k"), [(3, 1), (4, 1), (5, 2), (5, 3)])
def test_a_tie_of_several_is_no_mismatch(count, k):
    """Where branches in several inputs meet f has no gradient: a claim between the slopes around agrees, one that is
    none of these is wrong.
    """
    f, gradient = of_order(k)
    names = ", ".join("abcde"[:count])
    named = eval(f"lambda {names}: f({names})", {"f": f})
    search = {"domain": (-2.0, 2.0), "max_examples": 40}
    report = check_gradient(named, gradient=gradient, at=(0.0,) * count)
    assert report.verdict is Verdict.AGREE
    assert "a kink in several inputs" in str(report)
    assert assert_gradient(named, gradient=gradient, **search).agreed > 30
    for slip in (lambda *xs: tuple([2.0 * each for each in gradient(*xs)]),
                 lambda *xs: gradient(*[-x for x in xs]) if len(set(xs)) == 1 else (1.0,) * count):  # fmt: skip
        with pytest.raises(GradientMismatch):
            assert_gradient(named, gradient=slip, **search)


def test_microgrands_own_gradient_at_a_tie_of_several_agrees():
    """The gradient of nested maxima and minima is between the slopes around, wherever they tie."""
    assert assert_gradient(lambda a, b, c: mg.maximum(mg.minimum(a, b), c), domain=(-2, 2)).agreed > 50


def test_the_search_is_the_same_every_time():
    """Without a seed a search repeats itself; with one, that one is repeated."""

    def found(seed):
        seen = []

        def f(x):
            seen.extend([x] if isinstance(x, float) else [])
            return x

        assert_gradient(f, gradient=lambda x: 1.0, seed=seed, max_examples=10)
        return seen

    first, again, of_seven, again_of_seven, of_eight = [found(seed) for seed in (None, None, 7, 7, 8)]
    assert first == again
    assert of_seven == again_of_seven != of_eight
    assert len(first) > 10


def test_the_faulty_edge_is_named():
    """Where f is a graph, the text names the primitive, the operand and the step whose partial is wrong."""
    ratio = mg.Primitive("ratio", lambda x, y: x / y, (lambda z, x, y: 1 / y, lambda z, x, y: x / (y * y)))
    with pytest.raises(GradientMismatch, match="the faulty edge: the partial of ratio in operand 2 at ") as caught:
        assert_gradient(lambda x, y: mg.sin(ratio(x, mg.exp(y))) + x * y, domain=(-3, 3))
    (edge,) = caught.value.edges
    assert (edge.primitive, edge.position) == (ratio, 1)


def test_a_search_that_can_judge_nothing_fails():
    """Noise is no derivative: a test that could judge no point does not pass."""
    f = lambda x: float(zlib.crc32(repr(x).encode()))
    with pytest.raises(NothingJudged, match=r"none of the \d+ points could be judged"):
        assert_gradient(f, gradient=lambda x: 1.0, domain=(-1000, 1000), max_examples=20)


def raises(x):
    return 2 * x + 0 * math.log(x)


MISSING = [
    (raises, "the gradient raised ValueError: "),
    (lambda x: 2 * x if x > -1 else None, "the gradient gives None"),
    (lambda x: None, "the gradient gives None"),
    (lambda x: 2 * x if x < 1 else math.nan, "the gradient gives NaN"),
    (lambda x: 2 * x if x < 1 else (2 * x, 0.0), r"f has 1 input\(s\), but the gradient gives 2 number\(s\)"),
    (lambda x: 2 * x if x < 1 else {"x": 2 * x, "y": 0.0}, "with a dict where none is expected"),
    (lambda x: str(2 * x), "of type str, where a number is expected"),
    (lambda x: 2 * x if x < 1 else complex(2 * x, 1.0), "a derivative is a real number; got "),
]


@pytest.mark.parametrize(("gradient", "reason"), MISSING)
def test_a_gradient_without_a_number_is_wrong(gradient, reason):
    """Where f has a slope, a gradient that raises, or gives no number, or too many, is wrong, and the text says why."""
    with pytest.raises(GradientMismatch, match=reason):
        assert_gradient(lambda x: x * x, gradient=gradient, domain=(-5, 5))


@pytest.mark.parametrize(
    ("f", "gradient"),
    [
        (math.sqrt, lambda x: 0.5 / math.sqrt(x)),
        (abs, lambda x: x / abs(x)),
        (lambda x: 1 / x, lambda x: -1 / x**2),
        (math.log, lambda x: None if x <= 0 else 1 / x),
    ],
)
def test_a_gradient_may_lack_a_number_where_f_has_no_slope(f, gradient):
    """At a kink, at an infinite slope and where f itself has no value nothing has to be claimed."""
    found = assert_gradient(f, gradient=gradient, domain=(-1e3, 1e3))
    assert found.agreed > 20


def test_an_error_in_the_gradient_tells_where():
    """A fault of the gradient's code is raised as it is, with the point at which it was met."""
    with pytest.raises(NameError) as caught:
        assert_gradient(lambda x: x * x, gradient=lambda x: 2 * y, domain=(1, 5))  # noqa: F821
    assert "raised by the gradient at (1.0,)" in caught.value.__notes__


def test_domains_may_be_named():
    """A dict gives a domain to each argument that it names; a name that is none is refused."""
    assert assert_gradient(
        lambda x, n: x**n,
        gradient=lambda x, n: (n * x ** (n - 1), x**n * math.log(x)),
        domain={"x": (0.5, 2), "n": (0, 3)},
        max_examples=20,
    ).agreed
    with pytest.raises(ValueError, match="no argument 'y', but x"):
        assert_gradient(lambda x: x, gradient=lambda x: 1.0, domain={"y": (0, 1)})


def test_what_f_warns_of_is_told_once():
    """However often f is called, and however the search ends, each of its warnings is given once."""

    def f(x):
        warnings.warn("of f", UserWarning, stacklevel=1)
        return x * x

    for slope, kind in ((2.0, None), (3.0, GradientMismatch)):
        with warnings.catch_warnings(record=True) as given:
            warnings.simplefilter("always")
            with contextlib.nullcontext() if kind is None else pytest.raises(kind):
                assert_gradient(f, gradient=lambda x, slope=slope: slope * x, domain=(-9, 9), max_examples=30)
        assert [str(each.message) for each in given] == ["of f"]


def test_one_strategy_may_draw_pairs_for_each_argument():
    """Where f takes pairs, a strategy of pairs draws one for each argument."""
    pairs = st.tuples(st.floats(0.5, 5.0), st.floats(0.5, 5.0))

    def slopes(p, q):
        return (q[0], q[1]), (p[0], p[1])

    def f(p, q):
        return p[0] * q[0] + p[1] * q[1]

    assert assert_gradient(f, gradient=slopes, domain=pairs, max_examples=20).agreed >= 20


def test_what_f_raises_when_it_is_rounded_otherwise_is_no_error_of_the_search():
    """Only at the point itself does f go the way that the search has seen."""

    def f(x):
        near = x * 3 / 3
        return 2 * x if near == x else struct.unpack("d", struct.pack("d", near))[0] * 2

    with pytest.raises(GradientMismatch):
        assert_gradient(f, gradient=lambda x: 3.0, domain=(1.0, 9.0), max_examples=30)


@pytest.mark.parametrize("drawn", [st.tuples(st.floats(0.1, 5.0), st.floats(-5.0, 5.0)), st.floats(0.1, 5.0)])
def test_one_strategy_may_draw_all_arguments(drawn):
    """A strategy of tuples draws the arguments together, one of numbers each of them."""
    seen = []

    def f(x, y):
        seen.append((x, y))
        return x * y

    assert assert_gradient(f, gradient=lambda x, y: (y, x), domain=drawn, max_examples=20).agreed >= 20
    assert all([x > 0.05 for x, _ in seen if isinstance(x, float)])


def test_a_wrong_call_is_no_mismatch():
    """A missing gradient and an unknown domain raise before anything is searched."""
    with pytest.raises(TypeError, match="say which gradient"):
        assert_gradient(math.sin)
    with pytest.raises(ValueError, match="no domain is called 'postive'"):
        assert_gradient(math.log, gradient=lambda x: 1 / x, domain="postive")


def test_a_function_that_tells_no_arguments_has_one_called_x():
    """A built-in without a signature takes one argument, which a dict of domains calls x."""
    assert assert_gradient(math.log, gradient=lambda x: 1 / x, domain={"x": (1, 9)}, max_examples=10).agreed == 10
    with pytest.raises(ValueError, match=r"^the function has no argument 'y', but x$"):
        assert_gradient(math.log, gradient=lambda x: 1 / x, domain={"y": (1, 9)})


# ---- small regions --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", REGIONS)
def test_a_gradient_that_is_wrong_in_a_small_region_is_found(name):
    """Found is a slip at a single number, at ties, between two close numbers of the code, in a tail or in a corner."""
    region = REGIONS[name]
    with pytest.raises(GradientMismatch) as caught:
        assert_gradient(region.f, gradient=spoiled(region), domain=region.domain, seed=1)
    assert region.inside(*caught.value.at)


@pytest.mark.parametrize("name", [*REGIONS][::7])
def test_a_gradient_that_is_right_in_a_small_region_passes(name):
    """Looking there calls no right gradient wrong."""
    region = REGIONS[name]
    found = assert_gradient(region.f, gradient=spoiled(region, lambda slope: slope), domain=region.domain, seed=1)
    assert found.agreed > 70
    assert found.glanced > 100


# ---- what pytest shows ----------------------------------------------------------------------------------------------
WITH_A_SLIP = """
import math
from microgrand.testing import assert_gradient

def test_quotient():
    assert_gradient(lambda x, y: x / y, gradient=lambda x, y: (1 / y, x / y**2), domain=(1, 9), seed=5)
"""


def test_a_failing_test_shows_five_lines(tmp_path):
    """Under pytest a failure is the line of the test, and five lines with the point, the claim, the right derivative
    and its error, which of them is wrong, and the seed; the summary holds the point.
    """
    (tmp_path / "test_slip.py").write_text(WITH_A_SLIP)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", "test_slip.py"]
    environment = {**os.environ, "COLUMNS": "80", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment, check=False)
    said = done.stdout.splitlines()
    errors = [line[1:].strip() for line in said if line.startswith("E   ")]
    assert [line.partition(" ± ")[0] for line in errors] == [
        "GradientMismatch: at (1.0, 1.0) the gradient is wrong",
        "∂f/∂y is claimed as 1.0",
        "it is -1.0",
        "wrong are 1 of 2: ∂f/∂y",
        "check_gradient(…, at=(1.0, 1.0)) looks there again, assert_gradient(…, seed=5) searches again",
    ]
    (summary,) = [line for line in said if line.startswith("FAILED")]
    assert "GradientMismatch: at (1.0, 1.0)" in summary
    assert [line for line in said if ".py:" in line and line != summary] == ["test_slip.py:6: GradientMismatch"]


def test_a_mismatch_can_be_pickled():
    """It keeps its point and its report on the way to another process."""
    with pytest.raises(GradientMismatch) as caught:
        assert_gradient(lambda x: x * x, gradient=lambda x: x, domain=(1, 5))
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.at, str(again.report)) == (caught.value.at, str(caught.value.report))


# ---- what is not swallowed ------------------------------------------------------------------------------------------
class StoppedError(Exception):
    """Raised by whoever stops a test from outside."""


@pytest.mark.parametrize(
    "kind", [StoppedError, TimeoutError, MemoryError, RecursionError, AssertionError, KeyError, OSError]
)
@pytest.mark.parametrize("who", ["f", "the gradient"])
def test_an_error_that_is_not_arithmetic_leaves_the_search(kind, who):
    """Whatever f or the gradient raises, unless it is arithmetic, ends the search as it is, at the first time."""
    raised = []

    def rarely(name):
        def call(x):
            if name == who and isinstance(x, float) and x > 2.5:
                raised.append(x)
                raise kind("from outside")
            return x * x if name == "f" else 2 * x

        return call

    with pytest.raises(kind, match="from outside"):
        assert_gradient(rarely("f"), gradient=rarely("the gradient"), domain=(1, 5))
    assert len(raised) < 4


@pytest.mark.parametrize("call", range(1, 25))
def test_an_error_that_comes_once_is_not_taken_for_an_answer(call):
    """An alarm that rings while f is called leaves the checker, whatever f was called for."""
    calls = []

    def f(x):
        calls.append(x)
        if len(calls) == call:
            raise StoppedError
        return zlib.crc32(repr(float(x)).encode()) / 2**40 + float(x)

    with pytest.raises(StoppedError):
        check_gradient(f, gradient=lambda x: 1.0, at=1.0)


@pytest.mark.parametrize("seed", range(100))
def test_a_function_of_chance_is_not_judged(seed):
    """A function that drops half of its values at random, as dropout does, is seen to do so: the checker does not call
    its gradient right or wrong.
    """
    source = random.Random(seed)
    report = check_gradient(lambda x: 2 * x * source.randint(0, 1), gradient=lambda x: 1.0, at=1.5)
    assert report.verdict is Verdict.CANNOT_JUDGE


# ---- how f is called ------------------------------------------------------------------------------------------------
def test_the_gradient_is_handed_copies():
    """A gradient that changes its argument spoils neither the point nor f, which is called as if it had not."""
    at = {"w": [1.0, 2.0], "b": numpy.array([3.0])}

    def gradient(p):
        found = {"w": [2 * x for x in p["w"]], "b": 2 * p["b"]}
        p["w"].clear()
        p["b"][:] = 0.0
        return found

    report = check_gradient(lambda p: sum([x * x for x in p["w"]]) + float(sum(p["b"] ** 2)), gradient=gradient, at=at)
    assert report.verdict is Verdict.AGREE, report
    assert (at["w"], at["b"].tolist()) == ([1.0, 2.0], [3.0])


@pytest.mark.parametrize("kind", ["float64", "float32", "float16"])
def test_an_array_is_searched_in_its_own_precision(kind):
    """Arrays like the example are drawn: f and the gradient get its shape and precision; a slip is found there."""
    seen = set()

    def f(x):
        seen.add((x.shape, x.dtype.name))
        return numpy.sum(x * x)

    like = numpy.zeros((2, 2), dtype=kind)
    assert assert_gradient(f, gradient=lambda x: 2 * x, like=like, domain=(-8, 8), max_examples=20).agreed > 10
    assert seen - {((2, 2), "object")} == {((2, 2), kind)}
    with pytest.raises(GradientMismatch) as caught:
        assert_gradient(f, gradient=lambda x: 2 * x * (x != x[0, 0]), like=like, domain=(1, 8), max_examples=20)
    assert (caught.value.at[0].shape, caught.value.at[0].dtype.name) == ((2, 2), kind)


def test_arrays_of_a_shape_are_searched():
    """`shape` is that of the array, or of one per argument; a search of a function on arrays says which it was."""
    found = assert_gradient(
        lambda w, b: numpy.sum(numpy.sin(w)) * b, shape=[(3,), ()], max_examples=30, domain=(-3, 3),
        gradient=lambda w, b: (numpy.cos(w) * b, numpy.sum(numpy.sin(w))),
    )  # fmt: skip
    assert found.agreed == 30


ON_ARRAYS = [
    (lambda x: numpy.log(numpy.sum(numpy.exp(x))), lambda x: numpy.exp(x) / numpy.sum(numpy.exp(x)),
     lambda x: numpy.exp(2 * x) / numpy.sum(numpy.exp(2 * x))),
    (lambda x: numpy.mean(x * x), lambda x: 2 * x / numpy.size(x), lambda x: 2 * x),
    (lambda x: numpy.sum([x, x**2]), lambda x: 1 + 2 * x, lambda x: 1 + 2 * x * (1 if numpy.size(x) == 1 else 3)),
]  # fmt: skip


@pytest.mark.parametrize(("f", "gradient", "wrong"), ON_ARRAYS)
def test_a_function_on_arrays_is_not_searched_on_single_numbers_alone(f, gradient, wrong):
    """Where a gradient is right on single numbers, which say little of f, and wrong on arrays, it is found to be."""
    assert assert_gradient(f, gradient=gradient, domain=(-5, 5)).agreed > 100
    with pytest.raises(GradientMismatch) as caught:
        assert_gradient(f, gradient=wrong, domain=(-5, 5))
    assert caught.value.at[0].shape == (3,)
    assert assert_gradient(f, gradient=wrong, domain=(-5, 5), shape=()).agreed >= 100


def test_what_a_function_on_arrays_raises_on_a_number_says_how_to_search_it():
    """A method of arrays that a number lacks is an error with a note."""
    with pytest.raises(AttributeError) as caught:
        assert_gradient(lambda x: x.sum(), gradient=lambda x: 1.0, domain=(-5, 5))
    assert caught.value.__notes__ == ["raised by f at (0.0,); to search arrays say shape= or like="]


@pytest.mark.parametrize(("slowness", "points"), [(0.002, range(2, 100)), (1.0, range(1, 2))])
def test_a_budget_ends_a_search(monkeypatch, slowness, points):
    """After so many seconds no further point is looked at; what was found until then counts, one point at least."""
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])

    def slow(x):
        clock[0] += slowness
        return x * x

    found = assert_gradient(slow, gradient=lambda x: 2 * x, domain=(1, 5), budget=0.3)
    assert found.agreed in points
    assert found.glanced == 0
