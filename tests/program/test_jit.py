"""Laws of programs in machine code: they are the replay, in every form of arguments, for Python, numba, C and SciPy."""

import copy
import ctypes
import gc
import inspect
import math
import pickle
import random
import subprocess
import sys
import textwrap
import threading
import tracemalloc
from collections import namedtuple
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from printed_rows import HOSTILE, REFUSED, ROWS, STATEMENTS, apart, differ, of_statements, outcome, points, program_of

import microgrand as mg
from microgrand import DomainError, GraphError, GuardError, Primitive, Signature, Value, record
from microgrand.nested import flat
from microgrand.program.jit import assembly, entry
from microgrand.program.jit.assembly import Assembly
from microgrand.program.jit.entry import form_of
from microgrand.testing import expressions

numba = pytest.importorskip("numba")
from microgrand.program.jit.native import source_of  # noqa: E402

NOTHING = np.empty(0)
DERIVATIVES = ["gradient", "jacobian", "hessian", "hvp", None]


def rosenbrock(x):
    return mg.sum([100.0 * (b - a * a) ** 2 + (1.0 - a) ** 2 for a, b in pairwise(x)])


def raw_outcome(compiled, xs):
    """The value that the raw form returns; where it is NaN, a refusal or NaN."""
    return compiled.raw(np.array(xs, dtype=np.float64), NOTHING)


def agree(value, expected):
    """Whether a raw value is that of a replay: NaN where that refuses."""
    return math.isnan(value) if expected == REFUSED else not differ([value], expected)


# ---- numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_is_the_replay(row):
    """Of each row, at any numbers, machine code returns what the replay does, to 4 units in the last place; or NaN."""
    program = program_of(row)
    compiled = program.compiled(None)
    cases = [(xs, outcome(program, xs)) for xs in points(row)]
    assert [(xs, expected) for xs, expected in cases if not agree(raw_outcome(compiled, xs), expected)] == []
    assert len({str(expected) for _, expected in cases}) > 1


def changed_in_a_loop(*xs):
    ys = xs[1:]
    zs = [y * 2.0 for y in ys]
    s = math.fsum(zs)
    for k, y in enumerate(ys):
        s = s + math.fsum(zs) * 0.5
        zs[k] = y - s
    t = math.fsum(zs)
    zs[0] = 7.0
    return s + t * math.fsum(zs)


def another_list_each_time(*xs):
    ys = [x for x in xs]  # noqa: C416  what is tested
    for x in xs:
        ys = [y * x for y in ys]
        if x > 1.0:
            ys = [y - 1.0 for y in ys]
    return math.fsum(ys)


def one_name_for_several_things(*xs):
    x = xs[0]
    for x in xs:
        x = x * 2.0
    for k in range(3):
        x = x + k
    return x


def first_above(*xs):
    for x in xs:
        if x > 1.0:
            return x
    return -1.0


def left_early(*xs):
    return first_above(*xs) - 2.0 * first_above(*xs[1:])


OWN = [*STATEMENTS, changed_in_a_loop, another_list_each_time, one_name_for_several_things, left_early]


@pytest.mark.parametrize("function", OWN, ids=lambda function: function.__name__)
def test_rows_of_ones_own_are_the_replay(function):
    """A row that a user declares is compiled from its source: branches, loops, lists, caught errors."""
    program, numbers = of_statements(function)
    compiled = program.compiled(None)
    assert [xs for xs in numbers if not agree(raw_outcome(compiled, xs), outcome(program, xs))] == []


@pytest.mark.filterwarnings("ignore::microgrand.KinkWarning")  # some are drawn on one
@settings(max_examples=12, deadline=None)
@given(expressions(inputs=3, smooth=False, max_nodes=12), st.sampled_from(DERIVATIVES))
def test_expressions_are_the_replay(expression, derivative):
    """Random expressions, and all their derivatives, are those of a replay, and raise the same errors."""
    program = record(lambda xs: expression(*xs), list(expression.inputs))
    compiled, replayed = program.compiled(derivative), replay_of(program, derivative)
    more = [[0.5, -1.0, 2.0]] if derivative == "hvp" else []
    for shift in (0.0, 0.125, -3.0):
        xs = [x + shift for x in expression.inputs]
        assert not far(ended(compiled, xs, *more), ended(replayed, xs, *more))


def test_long_sums_are_exact():
    """A sum that Python rounds once is right to a unit, whatever cancels in it; and so is a norm."""
    row = Primitive(
        "exact", lambda *xs: math.fsum(xs), lambda z, *xs: [1.0] * len(xs), signature=Signature(lists=("x",))
    )
    chosen = random.Random(1)
    sums, norms = [record(f, [1.0] * 60).compiled(None).raw for f in (row, mg.norm)]
    for _ in range(50):
        large = [chosen.gauss(0.0, 1.0) * 2.0 ** chosen.randrange(-40, 60) for _ in range(29)]
        xs = [*large, *[-x * (1.0 + chosen.choice([0.0, 2e-16])) for x in large], 1.0, 1e-20]
        chosen.shuffle(xs)
        assert apart(sums(np.array(xs), NOTHING), math.fsum(xs)) <= 1.0
        assert apart(norms(np.array(xs), NOTHING), math.hypot(*xs)) <= 1.0
    scaled = [x * 1e-320 for x in xs]
    assert apart(norms(np.array(scaled), NOTHING), math.hypot(*scaled)) <= 1.0


def replay_of(program, derivative):
    """The method that replays a derivative."""
    replayed = {None: program, "gradient": program.value_and_grad}.get(derivative) or getattr(program, derivative)
    return partial(replayed, allow_nonfinite=True)  # machine code hands out what it finds


def ended(f, *arguments):
    """What f returns, or the error that it raises, in words."""
    try:
        return f(*arguments)
    except (DomainError, GuardError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


def far(found, expected):
    """Whether two results differ by more than rounding, or two errors do."""
    if isinstance(expected, str) or isinstance(found, str):
        return not (isinstance(found, str) and found == expected)
    numbers = flat(expected)
    largest = max([abs(x) for x in numbers if math.isfinite(x)], default=1.0)
    return any(
        not (math.isnan(x) and math.isnan(y)) and not math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-12 * largest)
        for x, y in zip(flat(found), numbers, strict=True)
    )


@pytest.mark.filterwarnings("ignore::microgrand.KinkWarning")  # some are drawn on one
def test_lists_are_read_where_they_stand():
    """Rows of lists are the same of inputs that are neighbours, of constants, of parameters, of computed numbers."""
    w = Value(0.75, name="w")

    def f(x):
        near, apart = x[1:5], [x[4], x[0], x[2]]
        return (
            mg.dot(near, [0.5, -1.0, 2.0, 0.25]) + mg.dot(x[:4], near) + mg.mean(x) * mg.maximum(apart)
            + mg.norm([w, *near]) + mg.logsumexp([x[0], 1.0, x[1] * x[1]]) - mg.log_softmax(x, 2) + mg.softmax(near, 1)
            + mg.prod([x[3]]) + mg.sum([3.0, 4.0]) + mg.minimum([x[2], x[2]])
            + mg.softmax(apart, 0) * mg.softmax(apart, 2)
        )  # fmt: skip

    program = record(f, [0.1, 0.4, -0.3, 1.2, 0.9])
    for derivative in DERIVATIVES:
        more = [[1.0, 0.0, -2.0, 0.5, 3.0]] if derivative == "hvp" else []
        xs = [0.3, -0.6, 0.8, 1.5, -0.2]
        assert not far(program.compiled(derivative)(xs, *more), replay_of(program, derivative)(xs, *more))


def long_program(n):
    """A program of some thousand steps, in which early numbers are read late."""

    def f(x):
        values = list(x)
        for k in range(n):
            values.append(mg.sin(values[k]) * values[-1] - values[k // 2] + 0.5)
        return mg.sum(values[-20:]) + mg.sqrt(values[1])

    return record(f, [0.3, 0.7, -0.2])


@pytest.mark.parametrize("few", [0, 10**6], ids=["on the heap", "on the stack"])
def test_a_program_may_be_cut_anywhere(few, monkeypatch):
    """In many functions or in one, and wherever stands what goes between them, a program gives the same numbers."""
    program = long_program(60)
    whole = program.compiled()
    monkeypatch.setattr(assembly, "LONGEST", 40)
    monkeypatch.setattr(assembly, "FEW", few)
    cut = long_program(60).with_parts(title=f"cut_{few}").compiled()
    assert [cut([x, 0.5, 0.1]) for x in (0.2, 0.4)] == [whole([x, 0.5, 0.1]) for x in (0.2, 0.4)]
    assert not far(whole([0.2, 0.5, 0.1]), program.value_and_grad([0.2, 0.5, 0.1]))
    for compiled in (cut, whole):
        out = np.zeros(3)
        assert math.isnan(compiled.raw(np.array([0.2, -0.5, 0.1]), out))
        assert np.isnan(out).all()


# ---- arguments ------------------------------------------------------------------------------------------------------

Point = namedtuple("Point", "x y")
STRUCTURES = {
    "numbers": (lambda x, y: x * y + mg.exp(x), (0.5, 2.0)),
    "a list": (rosenbrock, ([1.0, 0.5, -0.5, 2.0, 0.25],)),
    "a tuple": (lambda x: x[0] * x[1], ((2.0, 3.0),)),
    "two lists": (lambda w, x: mg.tanh(mg.dot(w, x)), ([0.5, -1.0], [2.0, 0.25])),
    "a list and a number": (lambda x, t: x[0] * t + x[1], ([1.0, 2.0], 3.0)),
    "a matrix": (lambda w: mg.sum([a * a for row in w for a in row]), ([[1.0, 2.0, 0.5], [3.0, 4.0, -1.0]],)),
    "a tall matrix": (lambda w: mg.sum([row[0] * row[1] for row in w]), ([[1.0, 2.0]] * 5,)),
    "a dict": (lambda p: p["a"][0] * p["b"], ({"a": [1.0, 2.0], "b": 3.0},)),
    "a nesting": (lambda p: p[0] * p[1][0] + p[1][1][0], ([1.0, (2.0, [3.0])],)),
    "nothing": (lambda: Value(2.0, name="w") * 3.0, ()),
    "an empty list": (lambda x, t: t * t, ([], 2.0)),
}
GIVEN = {
    "as recorded": lambda x: x,
    "arrays": lambda x: np.array(x) if rectangular(x) else x,
    "tuples": lambda x: tuple(x) if isinstance(x, list) else x,
    "lists": lambda x: list(x) if isinstance(x, tuple) else x,
    "whole numbers": lambda x: np.array(x).astype(int) if rectangular(x) else 2 if isinstance(x, float) else x,
    "single precision": lambda x: np.array(x, dtype=np.float32) if rectangular(x) else x,
    "every second number": lambda x: np.repeat(np.array(x), 2, axis=0)[::2] if rectangular(x) else x,
    "the other order in memory": lambda x: np.asfortranarray(np.array(x)) if rectangular(x) else x,
    "numbers of NumPy": lambda x: np.float64(x) if isinstance(x, float) else list(np.array(x)) if rectangular(x) else x,
    "Values": lambda x: [Value(item) for item in x] if rectangular(x) and np.ndim(x) == 1 else x,
    "a named tuple": lambda x: Point(*x) if isinstance(x, (list, tuple)) and len(x) == 2 else x,
    "lanes": lambda x: np.array([x, x]) if rectangular(x) else x,
    "not enough": lambda x: x[1:] if isinstance(x, (list, tuple)) else x,
    "too deep": lambda x: [x],
    "not enough in an array": lambda x: np.array(x)[1:] if rectangular(x) else x,
    "a dict": lambda x: {"b": 2.0, "a": (1.0, 3.0)} if isinstance(x, dict) else x,
}


def rectangular(x):
    """Whether it is a list that is the same as an array."""
    return (
        isinstance(x, (list, tuple))
        and len(x) > 0
        and len({np.shape(item) for item in x if not uneven(item)}) == 1
        and not any(uneven(item) for item in x)
    )


def uneven(x):
    return isinstance(x, (list, tuple)) and not rectangular(x)


@pytest.mark.parametrize(
    ("derivative", "structure"),
    [(each, structure) for each in DERIVATIVES for structure, (_, at) in STRUCTURES.items() if at or each is None],
)
def test_arguments_may_be_given_as_in_a_replay(structure, derivative):
    """In whatever form arguments are given, the result is a replay's, down to the types, or the error is."""
    f, at = STRUCTURES[structure]
    program = record(f, *at)
    compiled, replayed = program.compiled(derivative), replay_of(program, derivative)
    forms = []
    for given_as in GIVEN.values():
        arguments = [given_as(x) for x in at]
        more = arguments[:1] if derivative == "hvp" else []
        expected = described(replayed, *arguments, *more)
        assert described(compiled, *arguments, *more) == expected
        forms.append(expected)
    assert (len(set(forms)) > 1) == bool(at)


def described(f, *arguments):
    """The result in words that are equal if the results are, down to the types; or the error."""
    try:
        return shape(f(*arguments))
    except (ValueError, ArithmeticError) as error:
        return f"{type(error).__name__}: {error}"


def shape(x):
    """A result in words, its numbers to ten digits."""
    if isinstance(x, dict):
        return f"{{{', '.join([f'{key}: {shape(item)}' for key, item in x.items()])}}}"
    if isinstance(x, (list, tuple)):
        return f"{type(x).__name__}[{', '.join([shape(item) for item in x])}]"
    if isinstance(x, np.ndarray):
        return f"array{x.shape}{x.dtype}{[f'{item:.10g}' for item in x.ravel().tolist()]}"
    return f"{type(x).__name__} {x.data if isinstance(x, Value) else x:.10g}"


@pytest.mark.parametrize(
    "wrong", [["1.0", 2.0], [None, 2.0], [[1.0, "a"], 2.0], [[1.0, 2.0]], [[1.0, 2.0], 2.0, 3.0], []]
)
def test_what_is_no_number_is_told_as_in_a_replay(wrong):
    """Of what is no number, and of arguments that are missing or too many, the error is that of a replay."""
    program = record(lambda x, t: x[0] * x[1] * t, [1.0, 2.0], 3.0)
    for derivative in ("gradient", None):
        with pytest.raises((TypeError, ValueError)) as expected:
            replay_of(program, derivative)(*wrong)
        with pytest.raises(type(expected.value)) as found:
            program.compiled(derivative)(*wrong)
        assert str(found.value) == str(expected.value)


def test_several_arguments_may_be_differentiated_in():
    """With several positions the gradient is a tuple, in whatever forms the arguments are."""
    program = record(lambda w, b, x: mg.tanh(w[0] * x + w[1] * b), [1.0, 2.0], 0.5, 3.0)
    for argnums in ((0, 1), (2,), (1, 0), -1):
        compiled = program.compiled(argnums=argnums)
        for w in ([0.1, 0.2], np.array([0.1, 0.2])):
            expected = program.value_and_grad(w, 0.5, 3.0, argnums=argnums)
            assert shape(compiled(w, 0.5, 3.0)) == shape(expected)


def test_the_usual_forms_never_reach_python(monkeypatch):
    """Floats, lists and arrays of float64 are taken apart by machine code: the replay is not asked."""
    program = record(lambda x, t: rosenbrock(x) * t, [1.0, 2.0, 0.5, 0.25], 3.0)
    compiled = [program.compiled(derivative) for derivative in ("gradient", "jacobian", "hessian", None)]
    expected = [shape(f([1.0, 2.0, 3.0, 4.0], 2.0)) for f in compiled]
    monkeypatch.setattr("microgrand.program.jit.compiling.replay", None)
    assert [shape(f([1.0, 2.0, 3.0, 4.0], 2.0)) for f in compiled] == expected
    assert all(f(np.array([1.0, 2.0, 3.0, 4.0]), np.float64(2.0)) is not None for f in compiled)


def test_errors_are_those_of_the_replay():
    """Outside a domain, and where a branch would go the other way, the error says what a replay's does."""
    logarithm = record(lambda x: mg.log(x[0]) + x[1], [1.0, 2.0])
    branch = record(lambda x: x * x if x > 1.0 else -x, 2.0)
    for program, wrong in ((logarithm, [-1.0, 2.0]), (branch, 0.5)):
        for derivative in ("gradient", None):
            expected = ended(replay_of(program, derivative), wrong)
            assert isinstance(expected, str)
            assert ended(program.compiled(derivative), wrong) == expected
    assert branch.compiled()(3.0) == (9.0, 6.0)
    assert math.isnan(logarithm.compiled()([math.nan, 2.0])[0])
    with pytest.raises(TypeError, match=r"<lambda>\(\) takes no keyword arguments"):
        branch.compiled()(x=2.0)


def test_what_cannot_be_compiled_is_told():
    """An unknown derivative, a row without a source, a gradient of several numbers: each is refused in one sentence."""
    program = record(lambda x: [x, x * x], 2.0)
    with pytest.raises(ValueError, match="a derivative is one of"):
        program.compiled("slope")
    with pytest.raises(TypeError, match="a gradient is of a program that returns one number"):
        program.compiled()
    hidden = Primitive("hidden_row", eval("lambda x: x + 1.0"), lambda z, x: 1.0)
    with pytest.raises(GraphError, match="source"):
        record(lambda x: hidden(x), 1.0).compiled()
    far_index = Primitive(
        "far_index", lambda *xs: xs[int(xs[0])], lambda z, *xs: list(xs), signature=Signature(lists=("x",))
    )
    with pytest.raises(GraphError, match="cannot be compiled: an index"):
        record(lambda xs: far_index(xs), [1.0, 2.0]).compiled(None)


# ---- other callers --------------------------------------------------------------------------------------------------


def test_the_raw_form_is_called_by_numba():
    """In a function that numba compiles, `raw` fills the gradient and returns the value; other sizes raise an error."""
    program = record(rosenbrock, [1.0, 2.0, 3.0])
    raw = program.compiled().raw

    @numba.njit
    def descend(x, steps):
        slopes = np.empty_like(x)
        for _ in range(steps):
            value = raw(x, slopes)
            x -= 1e-3 * slopes
        return value, slopes

    x = np.array([1.1, 0.9, 1.2])
    at = x.copy()
    value, slopes = descend(x, 1)
    assert not far((value, slopes), program.value_and_grad(at))
    assert descend(x, 1000)[0] < 1e-2 * value
    with pytest.raises(ValueError, match="takes arrays of 3 and 3 numbers"):
        raw(at, np.empty(2))


@pytest.mark.parametrize("derivative", ["jacobian", "hessian", "hvp", None])
def test_the_raw_form_gives_all_numbers_in_order(derivative):
    """Of several numbers, `raw` returns 0 and writes them in the order in which they stand in the result."""
    result = [lambda x: [x[0] * x[1], mg.exp(x[1])], rosenbrock][derivative in ("hessian", "hvp")]
    program = record(result, [1.0, 2.0])
    compiled = program.compiled(derivative)
    more = [[0.5, 0.25]] if derivative == "hvp" else []
    expected = flat(compiled([0.5, 0.75], *more))
    out = np.empty(len(expected))
    assert compiled.raw(np.array([0.5, 0.75, *flat(more)]), out) == 0.0
    assert out.tolist() == expected


def test_the_address_is_called_from_c():
    """`double f(const double *x, double *out)` stands at the address."""
    program = record(rosenbrock, [1.0, 2.0, 3.0])
    compiled = program.compiled()
    numbers = ctypes.c_double * 3
    f = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.POINTER(ctypes.c_double), ctypes.POINTER(ctypes.c_double))(
        compiled.address
    )
    x, out = numbers(0.5, 0.25, 2.0), numbers()
    assert (f(x, out), list(out)) == compiled([0.5, 0.25, 2.0])


def test_scipy_integrates_the_low_level_callable():
    """`quad` and `nquad` call the machine code; what is not one number alone is refused."""
    integrate = pytest.importorskip("scipy.integrate")
    bell = record(lambda x: mg.exp(-x * x), 0.5)
    assert integrate.quad(bell.compiled(None).low_level_callable, -8.0, 8.0)[0] == pytest.approx(math.sqrt(math.pi))
    plane = record(lambda x, y: x * y * y, 1.0, 1.0).compiled(None).low_level_callable
    assert integrate.nquad(plane, [(0.0, 2.0), (0.0, 3.0)])[0] == pytest.approx(18.0)
    with pytest.raises(TypeError, match="functions of one number"):
        _ = bell.compiled().low_level_callable


def test_scipy_minimises_with_the_gradient():
    """`scipy.optimize.minimize(f, x0, jac=True)` takes a compiled program as it is."""
    optimize = pytest.importorskip("scipy.optimize")
    program = record(rosenbrock, [0.0] * 5)
    found = optimize.minimize(program.compiled(), np.full(5, 0.5), jac=True, method="BFGS")
    assert found.x == pytest.approx([1.0] * 5, abs=1e-4)


# ---- memory, threads, copies ----------------------------------------------------------------------------------------


def test_calls_leave_nothing_behind():
    """However often it is called, with success or an error, no object is held or lost."""
    program = record(lambda x, t: mg.log(x[0]) * t + x[1] + x[2] + x[3], [1.0, 2.0, 3.0, 4.0], 0.5)
    compiled = [program.compiled(derivative) for derivative in ("gradient", "hessian", "jacobian")]
    usual, wrong = [1.5, 2.5, 3.5, 4.5], [-1.5, 2.5, 3.5, "x"]
    array, refused = np.array(usual), np.array([-1.0, 2.0, 3.0, 4.0])
    held = [usual, usual[0], array, refused, wrong, program, np.ndarray, np.empty]

    def calls():
        for f in compiled:
            for given_x in (usual, array):
                f(given_x, 0.25)
            with pytest.raises(TypeError):
                f(wrong, 0.25)
        with pytest.raises(DomainError):
            compiled[0](refused, 0.25)

    calls()
    gc.collect()
    before, objects = [sys.getrefcount(x) for x in held], len(gc.get_objects())
    tracemalloc.start()
    calls()
    size, _ = tracemalloc.get_traced_memory()
    for _ in range(300):
        calls()
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - size
    tracemalloc.stop()
    after = [sys.getrefcount(x) for x in held]
    assert [abs(x - y) < 50 for x, y in zip(after, before, strict=True)] == [True] * len(held)
    assert len(gc.get_objects()) < objects + 300
    assert grown < 300 * 40


def test_the_result_is_new_each_time():
    """An array that is returned belongs to the caller."""
    compiled = record(rosenbrock, [1.0, 2.0]).compiled()
    x = np.array([0.5, 0.25])
    first, second = compiled(x)[1], compiled(x)[1]
    assert first is not second
    assert sys.getrefcount(first) == sys.getrefcount(np.empty(2))
    first[:] = 7.0
    assert (compiled(x)[1] == second).all()
    assert x.tolist() == [0.5, 0.25]


def test_it_outlives_what_it_came_from():
    """The function that Python calls keeps its machine code; a copy, and one that was pickled, compute the same."""
    x = [0.5, 0.25, 2.0]
    compiled = record(rosenbrock, x).compiled()
    expected = compiled(x)
    assert pickle.loads(pickle.dumps(compiled))(x) == copy.copy(compiled)(x) == copy.deepcopy(compiled)(x) == expected
    function = compiled.func
    del compiled
    gc.collect()
    assert function(x) == expected
    assert repr(record(rosenbrock, x).compiled("hvp")) == "<compiled rosenbrock(x): hvp>"


def test_it_is_compiled_once():
    """The same program is not compiled a second time, nor is an equal one; another derivative is."""
    program, equal = [record(rosenbrock, [1.0, 2.0]) for _ in range(2)]
    assert program.compiled() is program.compiled("gradient", 0)
    assert program.compiled().raw is equal.compiled().raw
    expected = program.compiled()([0.5, 0.25])
    del program._derived["compiled", "gradient", 0, None]
    gc.collect()
    assert equal.compiled()([0.5, 0.25]) == expected
    assert program.compiled() is not program.compiled(None)


def test_threads_may_share_it():
    """Threads that compile and call at the same time get the numbers that one alone would."""
    program = record(rosenbrock, [1.0, 2.0, 3.0])
    xs = [[k / 10.0, 0.5, 1.0] for k in range(8)]
    found = [None] * len(xs)

    def work(k):
        compiled = program.compiled("hessian")
        found[k] = [compiled(xs[k]) for _ in range(200)][-1]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(len(xs))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [program.hessian(x) for x in xs]


# ---- what is kept in files ------------------------------------------------------------------------------------------

SCRIPT = """
import sys
import microgrand as mg
import numpy
import microgrand.program.jit.compiling as module
written = []
assembled = module.assembled
module.assembled = lambda *parts: written.append(parts) or assembled(*parts)
program = mg.record(lambda x: mg.log(x[0]) * x[1] - mg.softmax(x, 1), [1.0, 2.0])
f = program.compiled("hessian", cache=sys.argv[1])
out = numpy.empty(4)
f.raw(numpy.array([1.5, 0.5]), out)
print(len(written), f([1.5, 0.5]), out.tolist(), f.address > 0)
"""


def test_machine_code_is_kept_for_other_processes(tmp_path):
    """A second process finds the machine code in the folder: it translates nothing, and computes the same."""
    command = [sys.executable, "-c", textwrap.dedent(SCRIPT), str(tmp_path / "kept")]
    first, *others = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert first[0] == "1"
    assert others == ["0" + first[1:]]


def test_processes_may_share_a_folder(tmp_path):
    """Processes that compile the same at the same time do not get in each other's way."""
    command = [sys.executable, "-c", textwrap.dedent(SCRIPT), str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    results = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len({result[1:] for result in results}) == 1


def test_a_row_that_has_changed_is_compiled_anew(tmp_path):
    """Two rows of one name have machine code of their own, also in one folder."""

    def program(value):
        return record(lambda x: Primitive("own_row", value, lambda z, x: 1.0)(x), 2.0)

    assert [program(f).compiled(None, cache=tmp_path)(3.0) for f in (lambda x: x + 1.0, lambda x: x * 2.0)] == [
        4.0,
        6.0,
    ]


@pytest.mark.parametrize("wrong", ["", "x = 1\n", "TITLE = 2\n# sha256 of what stands above: 0\n"])
def test_a_broken_file_is_written_anew(tmp_path, wrong):
    """What stands in a module's place and is not what was written there is written again."""
    record(lambda x: x * 7.0, 1.0).compiled(None, cache=tmp_path)
    gc.collect()
    (path,) = tmp_path.glob("*.py")
    whole = path.read_text()
    path.write_text(wrong)
    assert record(lambda x: x * 7.0, 1.0).compiled(None, cache=tmp_path)(2.0) == 14.0
    assert path.read_text() == whole


def test_the_cache_is_a_folder(tmp_path):
    """What is no path, and a path of a file, is told in a sentence."""
    (tmp_path / "file").write_text("")
    with pytest.raises(TypeError, match="cache is the path of a folder, not True"):
        record(lambda x: x, 1.0).compiled(cache=True)
    with pytest.raises(NotADirectoryError, match=r"but .*file is a file"):
        record(lambda x: x, 1.0).compiled(cache=tmp_path / "file")


def test_it_tells_what_it_takes():
    """It has the name of the program and its arguments, by position; the name stands in the error for a keyword."""
    compiled = record(rosenbrock, [1.0, 2.0]).compiled("hvp")
    assert (compiled.__name__, str(inspect.signature(compiled))) == ("rosenbrock", "(x, vector, /)")
    with pytest.raises(TypeError, match=r"rosenbrock\(\) takes no keyword arguments"):
        compiled(x=[1.0, 2.0])


def test_numba_that_compiles_nothing_is_told(monkeypatch):
    """Where NUMBA_DISABLE_JIT is set, a sentence says so."""
    monkeypatch.setattr(numba.config, "DISABLE_JIT", True)
    with pytest.raises(RuntimeError, match="while NUMBA_DISABLE_JIT is set"):
        record(lambda x: x, 1.0).compiled()


@pytest.mark.parametrize("package", ["numba", "llvmlite"])
def test_only_a_missing_package_is_told_as_missing(monkeypatch, package):
    """Another error of an import is seen as it is."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(mg.MissingExtraError, match="pip install"):
        record(lambda x: x, 1.0).compiled()
    monkeypatch.delitem(sys.modules, package)
    monkeypatch.setattr(sys, "meta_path", [Refusing(package)])
    with pytest.raises(ImportError, match=r"^NumPy is too new$"):
        record(lambda x: x, 1.0).compiled()


class Refusing:
    """Finds one package, which cannot be imported."""

    def __init__(self, package):
        self.package = package

    def find_spec(self, name, path=None, target=None):
        if name == self.package:
            raise ImportError("NumPy is too new")


def test_scipy_that_is_missing_is_told(monkeypatch):
    """The callable for SciPy needs it."""
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(mg.MissingExtraError, match="low_level_callable needs the package 'scipy'"):
        _ = record(lambda x: x * 3.0, 1.0).compiled(None).low_level_callable


@pytest.mark.parametrize("x", [-0.5, 0.5, 0.0, -0.0])
def test_quotients_of_zero_have_pythons_sign(x):
    """x // y that is 0 has the sign of x / y."""
    down = Primitive("down", lambda x: x // 1.0, lambda z, x: 0.0)
    turned = Primitive("turned", lambda x: x // -1.0, lambda z, x: 0.0)
    assert [str(record(row, 1.0).compiled(None)(x)) for row in (down, turned)] == [str(x // 1.0), str(x // -1.0)]


@pytest.mark.parametrize("title", HOSTILE)
def test_a_program_may_be_called_anything(title):
    """Whatever a program is called, what numba compiles of it is Python."""
    names = {}
    exec(source_of(Assembly("name", "", 1, 2, False, []), title), names)
    with pytest.raises(ValueError, match="takes arrays of 1 and 2 numbers"):
        names["raw"](np.empty(2), np.empty(2))


def test_forms_that_are_too_large_are_left_to_python():
    """Of very many lists no form is made; the result is the same."""
    rows = [[float(k), 1.0 + k % 3] for k in range(entry.MOST)]
    assert form_of([rows], 0.0) is None
    program = record(lambda w: mg.sum([a * b for a, b in w]), rows)
    assert program.compiled()(rows) == program.value_and_grad(rows)


def test_nothing_is_read_from_memory_of_another_layout(monkeypatch):
    """Where floats, lists or arrays lie in memory otherwise, the arguments are taken apart by Python."""
    assert entry.layout_is_known()
    others = dict.fromkeys(("DATA", "DIMENSIONS", "DTYPE", "FLAGS"), entry.HEAD + 24) | {"SIZE": entry.HEAD + 8}
    for field, offset in others.items():  # where addresses stand, none of which is what is looked for
        with monkeypatch.context() as changed:
            changed.setattr(entry, field, offset)
            assert not entry.layout_is_known.__wrapped__(), field
    monkeypatch.setattr(entry, "layout_is_known", lambda: False)
    assert form_of([[0.0, 1.0]], 0.0) is None
    program = record(lambda x: x[0] * x[1] * 7.0, [2.0, 3.0])
    for x in ([4.0, 5.0], np.array([4.0, 5.0])):
        assert shape(program.compiled()(x)) == shape(program.value_and_grad(x))
