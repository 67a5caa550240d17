"""Plain Python run again in many digits: the same floats, the formula's value and slope, nothing changed."""

import contextlib
import copy
import dataclasses
import functools
import itertools
import math
import operator
import pickle
import random
import time
from importlib.machinery import BuiltinImporter

import mpmath
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from microgrand.testing import Verdict, check_gradient
from microgrand.testing.exact import EXACT, many_digits
from microgrand.testing.more_digits import reruns
from microgrand.testing.more_digits.formulas import Line
from microgrand.testing.more_digits.number import Number
from microgrand.testing.more_digits.reruns import Rerun
from microgrand.testing.more_digits.run import DigitsLostError, Run
from microgrand.testing.more_digits.stand_ins import MATH, replacements
from microgrand.testing.more_digits.ways import as_python

# ---- random formulas, as source that Python and mpmath both evaluate -------------------------------------------------
LEAVES = st.just("x")  # functions of constants are constants, which floats round
ONE = st.sampled_from([
    "sin({})", "cos({})", "tanh({})", "exp(-abs({}))", "log(1.0 + {} ** 2)", "sqrt(1.0 + {} * {})", "-{}", "({} + 0.5)",
    "(2.0 * {})",
])  # fmt: skip
TWO = st.sampled_from(["({} + {})", "({} - {})", "({} * {})", "({} / (2.5 + sin({})))", "max({}, {})"])
FORMULAS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(lambda form, a: form.replace("{}", a), ONE, inner)
        | st.builds(lambda form, a, b: form.format(a, b, b), TWO, inner, inner)
    ),
    max_leaves=8,
)


def on_floats(text):
    return eval(f"lambda x: {text}", {**vars(math), "__name__": "formula"})


def rerun(f, *inputs):
    return Rerun(f, inputs, inputs, [f(*inputs)])


def slope(f, *inputs):
    """The left derivative in the first input, by many digits."""
    return float(Line(rerun(f, *inputs), {0: 1.0}).slopes({0: 1.0}).left)


@given(FORMULAS, st.floats(-3.0, 3.0).filter(lambda x: abs(x) > 1e-6))
def test_the_value_and_the_slope_are_those_of_the_formula(text, x):
    """What a run gives is what mpmath gives for the same source, to 50 digits, and so is its slope."""
    again = rerun(on_floats(text), x)
    with mpmath.workdps(80):
        exact = eval(
            f"lambda x: {text}", {name: getattr(mpmath.mp, name, None) for name in dir(mpmath.mp)} | {"max": max}
        )
        here = mpmath.mpf(x)
        assert abs(again.values[0] - exact(here)) <= mpmath.mpf(10) ** -50 * (1 + abs(exact(here)))
        left, right = [(exact(here + h) - exact(here)) / h for h in (-(mpmath.mpf(10) ** -30), mpmath.mpf(10) ** -30)]
        assume(abs(left - right) < 1e-9 * (1 + abs(left)))
        found = Line(again, {0: 1.0}).slopes({0: 1.0})
        assert abs(found.left - left) <= 1e-20 * (1 + abs(left))


# ---- Python as people write it ---------------------------------------------------------------------------------------
RATE = 0.3
TABLE = {"a": [1.0, 2.0], "f": math.exp}


class Model:
    scale = 2.0

    def __init__(self, rate):
        self.rate = rate
        self.calls = []

    @property
    def doubled(self):
        return 2 * self.rate

    @staticmethod
    def squared(x):
        return x * x

    def inner(self, x):
        return math.exp(self.rate * x) - 1

    def __call__(self, x):
        self.calls.append(x)
        return self.inner(x) + self.squared(x) * self.doubled


class Deeper(Model):
    def inner(self, x):
        return super().inner(x) * self.scale


@dataclasses.dataclass(frozen=True)
class Point:
    x: float
    y: float = 1.0

    def norm(self):
        return math.hypot(self.x, self.y)


def counted(function):
    count = 0

    @functools.wraps(function)
    def wrapper(*xs):
        nonlocal count
        count += 1
        return function(*xs)

    return wrapper


@functools.cache
def cached(x):
    return math.sin(x) * x


def recursive(x, n=5):
    return x if n == 0 else math.sin(recursive(x, n - 1)) + RATE


def newton(x):
    y = x
    while abs(y * y - x) > 1e-15 * x:
        y = (y + x / y) / 2
    return y


def guarded(x):
    try:
        return math.log(x)
    except ValueError:
        return -math.inf


def with_generator(x):
    return sum(x**k / math.factorial(k) for k in range(12))


def matching(x):
    match (x > 1.0, TABLE):
        case (True, {"f": f}):
            return f(x)
        case _:
            return x


def with_containers(x):
    rows = [[x, 1.0], [x * x, x]]
    rows[0][1] += x
    named = {"total": sum(itertools.chain.from_iterable(rows)), **TABLE}
    return named["total"] * functools.reduce(operator.mul, rows[1], 1.0)


PYTHON = [
    Model(0.3), Deeper(0.3).inner, lambda x: Point(x).norm(), counted(lambda x: x**3), cached, recursive, newton,
    guarded, with_generator, matching, with_containers, functools.partial(recursive, n=3),
    lambda x: TABLE["f"](x) * TABLE["a"][1], lambda x: min(x, 9.0) + max([x, 1.0], key=abs),
    lambda x: sorted([3.0, x, 1.0])[1], lambda x: math.fsum([x, 1e16, -1e16]),
    lambda x: x % 0.7 + x // 0.7 + divmod(x, 0.9)[1], lambda x: abs(-x) + (x if isinstance(x, float) else 0.0),
    lambda x: float(x) + pow(x, 2) + math.pow(x, 0.5), lambda x: [y := x * x, y + x][1],
    lambda x: math.dist([x], [1.0]), lambda x: math.prod([x, x, 2]), lambda x: math.copysign(x, -1.0),
    lambda x: math.ldexp(*math.frexp(x)), lambda x: math.modf(x)[0], lambda x: x.real + x.conjugate(),
    lambda x, *, k=2: x**k, lambda x: (lambda y: y * x)(x),
]  # fmt: skip


@pytest.mark.parametrize("f", PYTHON, ids=[f"{k}" for k in range(len(PYTHON))])
@given(st.floats(0.2, 5.0))
def test_python_as_people_write_it_gives_the_same_floats(f, x):
    """Near is what f gives, bit for bit, and the digits are no further from it than roundings."""
    again = rerun(f, x)
    assert again._way(Run(), [EXACT.mpf(x)])[0].near == f(x)
    assert abs(float(again.values[0]) - f(x)) <= 1e-12 * abs(f(x)) + 1e-300


@pytest.mark.parametrize("f", PYTHON, ids=[f"{k}" for k in range(len(PYTHON))])
def test_nothing_of_the_users_is_changed(f):
    """Instances, tables, caches and cells are as they were when f has run again."""
    before = copy.deepcopy(TABLE)
    calls = list(f.calls) if isinstance(f, Model) else []
    Rerun(f, (1.25,), [1.25], [f(1.25)])
    assert before == TABLE
    assert getattr(f, "calls", [*calls, 1.25]) == [*calls, 1.25]


# ---- refusals --------------------------------------------------------------------------------------------------------
LOSSES = {
    "float": lambda x: float.hex(x) and x,
    "math.floor of a copy": lambda x: random.Random(hash(x)).random(),
    "hash": lambda x: {x: 1.0}[x],
    "text": lambda x: float(f"{x:.3f}"),
    "str": lambda x: len(str(x)) + x,
    "bytes": lambda x: len(pickle.dumps(x)) + x,
    "ratio": lambda x: x.as_integer_ratio()[0] / x.as_integer_ratio()[1],
    "complex": lambda x: abs(complex(x, 1.0)),
    "index": lambda x: [1.0, 2.0][operator.index(int(x))] if False else operator.index(x),
    "gcd": lambda x: x + math.nextafter(x, 9.0),
}


def python_alone(f, arguments, shape):
    """The one way that does not depend on which frameworks are loaded."""
    return [lambda: as_python(f, arguments, shape)]


def swallowing(f):
    """f, whose errors are caught: a number that was lost in silence would be a wrong digit."""

    def on_floats(x):
        found = 1.0
        with contextlib.suppress(Exception):
            found = f(x)
        return found

    return on_floats


@pytest.mark.parametrize("wrapped", [lambda f: f, swallowing], ids=["raised", "swallowed"])
@pytest.mark.parametrize("name", LOSSES)
def test_what_would_lose_digits_refuses(name, wrapped):
    """A Number that is to become a float, a text, a key or bytes refuses, also where f catches whatever is raised."""
    f = LOSSES[name]
    with pytest.raises(DigitsLostError):
        Rerun(wrapped(f), (1.5,), [1.5], [1.5])


def test_another_function_is_not_believed(monkeypatch):
    """A function that gives other floats when it runs again, or takes too long, is not the formula of f."""
    monkeypatch.setattr(reruns, "ways", python_alone)
    state = []

    def stateful(x):
        state.append(1)
        return x * len(state)

    with pytest.raises(DigitsLostError, match="another value"):
        Rerun(stateful, (1.5,), [1.5], [99.0])

    def slow(x):
        for _ in range(100):
            time.sleep(0.01)
            x = x + 1.0
        return x

    with pytest.raises(DigitsLostError, match="too long"):
        Rerun(slow, (1.5,), [1.5], [101.5], seconds=0.05)


def test_a_global_name_that_f_changes_is_left_alone(monkeypatch):
    """A function that assigns a global name is refused: its runs would not be the same."""
    monkeypatch.setattr(reruns, "ways", python_alone)
    scope = {"count": 0}
    exec("def f(x):\n    global count\n    count += 1\n    return x * 2", scope)
    with pytest.raises(DigitsLostError, match="global"):
        Rerun(scope["f"], (1.5,), [1.5], [3.0])
    assert scope["count"] == 0


# ---- decisions -------------------------------------------------------------------------------------------------------


def test_where_roundings_decide_the_floats_way_is_taken():
    """`1.0 + x == 1.0` is true for floats and false in many digits: the formula is the one that floats evaluate."""
    f = lambda x: x / 2 if 1.0 + x == 1.0 else math.log(1.0 + x)
    assert slope(f, 1e-20) == 0.5
    assert slope(f, 0.5) == pytest.approx(1 / 1.5, rel=1e-15)


@given(st.floats(-5.0, 5.0).filter(lambda x: x == 0.0 or abs(x) > 1e-3))
def test_a_kink_at_the_point_is_seen_from_both_sides(a):
    """|x − a| has the slopes −1 and 1 at a, written with a branch, with max or with abs."""
    for f in (lambda x: x - a if x > a else a - x, lambda x: max(x - a, a - x), lambda x: abs(x - a)):
        found = Line(rerun(f, a), {0: 1.0}).slopes({0: 1.0})
        assert (float(found.left), float(found.right)) == (-1.0, 1.0)


@pytest.mark.parametrize("digits", [1, 2, 3, 4, 8])
@given(st.floats(-2.0, 2.0))
def test_a_rounded_function_is_no_wrong_one(digits, x):
    """The slope of what is rounded, and 0 between the steps, are both not called wrong, whatever the digits are."""
    f = lambda x: round(math.tanh(x), digits)
    assert check_gradient(f, gradient=lambda x: 1 - math.tanh(x) ** 2, at=x).verdict is not Verdict.DISAGREE
    assert check_gradient(f, gradient=lambda x: 0.0, at=x).verdict is not Verdict.DISAGREE


# ---- the functions of math -----------------------------------------------------------------------------------------
UNARY = [
    "exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "sqrt", "cbrt", "sin", "cos", "tan", "sinh", "cosh",
    "tanh", "asin", "acos", "atan", "asinh", "acosh", "atanh", "erf", "erfc", "gamma", "lgamma", "degrees", "radians",
    "fabs",
]  # fmt: skip
LOOSE = {"lgamma": 1e-15}  # where it is 0 it is exact beside 1
BINARY = ["pow", "atan2", "hypot", "fmod", "remainder", "copysign"]


def _held(name, *xs):
    """That the function stands in for math's: the same floats, and digits no further off than its roundings."""
    try:
        expected = getattr(math, name)(*xs)
    except (ArithmeticError, ValueError):
        assume(False)
    run = Run()
    with many_digits(60):
        found = getattr(MATH, name)(*[Number(x, EXACT.mpf(x), run) for x in xs])
        assert found.near == expected
        assert abs(found.exact - EXACT.mpf(expected)) <= 1e-13 * abs(found.exact) + 1e-300 + LOOSE.get(name, 0.0)


@pytest.mark.parametrize("name", UNARY)
@given(x=st.floats(-20.0, 20.0) | st.floats(-1.0, 1.0))
def test_functions_of_one_number_are_those_of_math(name, x):
    """Near is what math gives; the digits agree with it."""
    _held(name, x)


@pytest.mark.parametrize("name", BINARY)
@given(x=st.floats(0.1, 20.0), y=st.floats(0.1, 5.0))
def test_functions_of_two_numbers_are_those_of_math(name, x, y):
    """Near is what math gives; the digits agree with it."""
    _held(name, x, y)


@pytest.mark.parametrize("loader", [BuiltinImporter, math.__spec__.loader])
def test_every_function_of_math_has_a_stand_in(monkeypatch, loader):
    """However Python brings `math` along, as a file or as a part of its binary, each of its functions is replaced."""
    monkeypatch.setattr(math, "__loader__", loader)
    found = replacements.__wrapped__()
    functions = [each for name, each in vars(math).items() if not name.startswith("_") and callable(each)]
    assert len(functions) > 50
    assert [each for each in functions if each not in found] == []
    assert loader not in found
