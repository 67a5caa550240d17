"""Laws of recorded programs: a replay is the function itself, on numbers of any kind."""

import math
import operator
import pickle
import subprocess
import sys

import mpmath
import numpy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rounding import UNIT, bits, bound, function_of, laned, nodes, recorded

import microgrand as mg
from microgrand import GraphError, GuardError, Value, record
from microgrand.program import Program, grouped, optimised, with_common, with_dots, without_dead, without_signs
from microgrand.testing import expressions

SAME_BITS = [without_dead, with_common, without_signs]
REGROUPING = [with_dots, grouped, optimised]


# ---- the replay is the function --------------------------------------------------------------------------------------


@given(expressions(inputs=3, smooth=False))
def test_a_replay_on_floats_is_the_graph_bit_for_bit(expression):
    """At the numbers it was recorded at, a program gives the value that the function gives, and its gradient."""
    program = recorded(expression)
    root = function_of(expression)(*map(Value, expression.inputs))
    assert bits(program(*expression.inputs)) == bits(root.data)
    value, gradient = program.value_and_grad(*expression.inputs, argnums=(0, 1, 2))
    assert bits(value) == bits(root.data)
    with numpy.errstate(all="ignore"):
        eager = mg.grad(function_of(expression), (0, 1, 2))(*expression.inputs)
    assert gradient == pytest.approx(eager, rel=1e-11, abs=1e-290)


@given(expressions(inputs=2, smooth=True), st.lists(st.floats(-4, 4), min_size=2, max_size=2))
def test_a_replay_at_other_numbers_is_the_function_there(expression, others):
    """At other numbers a program gives the function's value there: none of the recorded is kept."""
    expected = value_or_none(expression, others)
    assume(expected is not None)
    assert bits(recorded(expression)(*others)) == bits(expected)


@given(expressions(1, [mg.log, mg.sqrt, mg.acos, mg.mul], max_nodes=6), st.floats(-4, -2))
def test_a_replay_outside_the_domain_is_refused(expression, other):
    """At numbers at which the function is not defined a program raises a DomainError as the function does."""
    assume(value_or_none(expression, [other]) is None)
    with pytest.raises(mg.DomainError):
        recorded(expression)(other)


def value_or_none(expression, numbers):
    """The function's value, or None outside its domain."""
    try:
        return function_of(expression)(*[Value(x) for x in numbers]).data
    except mg.DomainError:
        return None


@given(expressions(inputs=2, smooth=False))
def test_on_arrays_without_regrouping_each_step_is_its_row_on_arrays(expression):
    """regroup=False changes no bit against the rows applied to arrays one after the other."""
    arrays = laned(expression)
    with numpy.errstate(all="ignore"):
        expected = function_of(expression)(*arrays)
    replayed = recorded(expression)(*arrays, regroup=False, allow_nonfinite=True)
    assert replayed.shape == (5,)
    assert bits(replayed.tolist()) == bits(numpy.broadcast_to(expected, (5,)).tolist())


@given(expressions(inputs=3, smooth=True))
def test_with_regrouping_only_the_sums_rounding_differs(expression):
    """Regrouped, the value on arrays is what it is without, but for the rounding of sums in another order."""
    limit = bound(expression.root())
    assume(math.isfinite(limit))
    program = recorded(expression)
    found, alone = [program(*laned(expression), regroup=regroup, allow_nonfinite=True) for regroup in (True, False)]
    assert numpy.all(numpy.abs(found - alone) <= limit + 1e-300)


@given(st.lists(st.tuples(*[st.floats(-1e6, 1e6)] * 2), min_size=1, max_size=30))
def test_a_sum_of_products_keeps_to_the_bound(pairs):
    """|Δ| ≤ 2n·2⁻⁵³·Σ|terms| for a sum of n products written as a loop, on arrays, against the exact sum's rounding."""

    def f(w, x):
        acc = 0.0
        for wi, xi in zip(w, x, strict=True):
            acc = acc + wi * xi
        return acc

    w, x = [list(column) for column in zip(*pairs, strict=True)]
    program = record(f, w, x)
    found = program(numpy.array(w), numpy.tile(x, (3, 1)))
    size = math.fsum([abs(a * b) for a, b in pairs])
    assert numpy.all(numpy.abs(found - f(w, x)) <= 2 * len(pairs) * UNIT * size)


@given(expressions(inputs=2, smooth=True))
def test_lanes_do_not_see_each_other(expression):
    """Every lane is the replay of its own numbers; where a lane has lost its way, the others have not."""
    program = recorded(expression)
    a, b = expression.inputs
    columns = numpy.array([a, 1.0, a]), numpy.array([b, 1.0, b])
    found = program(*columns, regroup=False, allow_nonfinite=True)
    alone = program(*[numpy.array([x]) for x in (a, b)], regroup=False, allow_nonfinite=True)
    limit = bound(expression.root()) + 1e-300
    assume(math.isfinite(limit))
    assert abs(found[0] - alone[0]) <= limit
    assert abs(found[2] - alone[0]) <= limit


@given(expressions(inputs=3, smooth=True))
def test_gradients_on_arrays_are_sums_over_lanes(expression):
    """What all lanes share has its gradient summed over them; what has lanes has one per lane, in any block."""
    program = recorded(expression)
    a, b, c = expression.inputs
    exact = program.value_and_grad(a, b, c, argnums=(0, 1, 2))[1]
    assume(all(abs(slope) < 1e100 for slope in exact))
    lanes = [numpy.full(4, x) for x in (a, b, c)]
    found = program.value_and_grad(a, *lanes[1:], argnums=(0, 1, 2), regroup=False, allow_nonfinite=True)[1]
    own = program.value_and_grad(*lanes, argnums=(0, 1, 2), regroup=False, allow_nonfinite=True)[1]
    assert [x.shape for x in own] == [(4,)] * 3
    assert numpy.ndim(found[0]) == 0
    assert [x.shape for x in found[1:]] == [(4,)] * 2
    assert float(found[0]) == pytest.approx(float(own[0].sum()), rel=1e-12, nan_ok=True)
    for k in (1, 2):
        numpy.testing.assert_array_equal(found[k], own[k])


# ---- passes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", SAME_BITS)
def test_these_passes_change_no_bit(change):
    """Dropping dead steps, sharing common ones and cancelling signs leave every replay as it was, to the bit."""
    changes = []

    @given(expressions(inputs=3, smooth=False))
    def law(expression):
        f = function_of(expression)
        every = record(lambda *xs: nodes(expression, xs), *expression.inputs)
        first = every.with_parts(result=every.result[0])  # the steps after the first one are dead
        twice = record(lambda *xs: -f(*xs) * -f(*xs), *expression.inputs)
        for program in (recorded(expression), recorded(expression).adjoint((0, 1, 2)), first, twice):
            changed = change(program)
            assert changed.result is not None
            assert sum(len(step.members) for step in changed.steps) <= sum(len(step.members) for step in program.steps)
            assert bits(flat(changed(*expression.inputs))) == bits(flat(program(*expression.inputs)))
            changes.append(changed.steps != program.steps)

    law()
    assert changes.count(True) >= 5


@pytest.mark.parametrize("change", REGROUPING)
def test_these_passes_change_only_the_order_of_sums(change):
    """Recognising dot products and grouping leave a replay as it was, but for the rounding of sums."""
    changes = []

    @given(expressions(inputs=3, smooth=True) | expressions(3, [mg.add, mg.mul], max_nodes=25))
    def law(expression):
        limit = bound(expression.root())
        assume(math.isfinite(limit))
        program = recorded(expression)
        changed = change(program)
        assert abs(changed(*expression.inputs) - program(*expression.inputs)) <= limit + 1e-300
        changes.append(changed.steps != program.steps)

    law()
    assert changes.count(True) >= 5


@pytest.mark.parametrize("change", [*SAME_BITS, *REGROUPING])
@given(expression=expressions(inputs=2, smooth=True))
def test_passes_need_not_be_repeated(change, expression):
    """A pass finds nothing more in what it has made: the number of steps stays."""
    once = change(recorded(expression))
    assert len(change(once).steps) == len(once.steps)


def flat(result):
    return list(mg.nested.flat(result))


def test_loops_of_scalars_become_matrix_products():
    """A layer that is written number by number is one group of dots, whatever the order of its loops."""

    def layer(w, x):
        return [mg.tanh(math.fsum([]) + sum([wk * xk for wk, xk in zip(row, x, strict=True)], 0.0)) for row in w]

    program = optimised(record(layer, [[1.0, 2.0, 3.0]] * 4, [1.0, 2.0, 3.0]))
    assert [(step.row.name, len(step.members)) for step in program.steps if step.row.name in {"dot", "tanh"}] == [
        ("dot", 4),
        ("tanh", 4),
    ]


@pytest.mark.parametrize("row", [row for row in mg.TABLE.values() if row.along is not None], ids=lambda row: row.name)
@given(data=st.data())
def test_a_row_along_an_axis_is_the_row(row, data):
    """Of operands along the first axis a row's array form gives what the row gives, at ties and infinities too."""
    edges = st.sampled_from(
        [0.0, 1.0, -1.0, 700.0, -800.0, 1e-300, *([] if len(row.signature.indices) else [math.inf, -math.inf])]
    )
    numbers = st.lists(edges | st.floats(-50.0, 50.0), min_size=1, max_size=4)
    half = data.draw(numbers)
    xs = half * 2 if len(row.signature.lists) == 2 else half
    with numpy.errstate(all="ignore"):
        block = numpy.array(xs)[:, None]
        value, prepared = row.along
        found = value(block if prepared is None else prepared(block))
        for k in range(len(xs)) if len(row.signature.indices) else [None]:
            expected = row.value(*xs) if k is None else row.value(*xs, float(k))
            one = float(found[0]) if k is None else float(found[k][0])
            scale = 1e-12 * (1.0 + max([abs(x) for x in xs if math.isfinite(x)], default=0.0))
            assert one == pytest.approx(expected, rel=1e-12, abs=scale * 1e-3, nan_ok=True)


# ---- any number type -------------------------------------------------------------------------------------------------


@given(expressions(inputs=2, smooth=True))
def test_values_go_through_a_program(expression):
    """On Values a program builds a graph: the same value, the same gradient, and so it can be differentiated again."""
    program = recorded(expression)
    leaves = [Value(x) for x in expression.inputs]
    root = function_of(expression)(*leaves)
    again = [Value(x) for x in expression.inputs]
    z = program(*again)
    assert bits(z.data) == bits(root.data)
    theirs, ours = mg.sweep(root), mg.sweep(z)
    assert [bits(ours.get(x)) for x in again] == [bits(theirs.get(x)) for x in leaves]


def test_a_program_s_program_has_second_derivatives():
    """The adjoint is a program: its own Jacobian is the Hessian, and hvp is that times a vector."""
    f = lambda x: mg.exp(x[0] * x[1]) + x[0] ** 3 * mg.sin(x[1])
    at, v = [0.3, 0.7], [1.0, -2.0]
    program = record(f, at)
    hessian = mg.hessian(f)(at)
    assert numpy.allclose(program.adjoint(0).jacobian(at)[1], hessian, rtol=1e-12)
    assert numpy.allclose(program.hvp(at, v), numpy.array(hessian) @ v, rtol=1e-12)
    lanes = numpy.array([at, [0.1, 0.2]])
    many = program.jacobian(lanes)
    assert many.shape == (2, 2)
    assert numpy.allclose(many[1], mg.grad(f)([0.1, 0.2]), rtol=1e-12)


def test_fifty_digits_go_through_a_program():
    """mpmath's numbers come out as such, with all their digits."""
    program = record(lambda x, y: mg.log(1.0 + mg.exp(x * y)) + mg.erf(x), 0.5, 2.0)
    with mpmath.workdps(50):
        x, y = mpmath.mpf(1) / 3, mpmath.mpf(2) / 7
        exact = mpmath.log(1 + mpmath.exp(x * y)) + mpmath.erf(x)
        assert abs(program(x, y) - exact) < mpmath.mpf(10) ** -47
        slope = program.value_and_grad(x, y)[1]
        assert abs(slope - mpmath.diff(lambda t: mpmath.log(1 + mpmath.exp(t * y)) + mpmath.erf(t), x)) < 1e-40


def softmax_cost(theta, x, t):
    z = [mg.dot(row, x) for row in theta]
    return -sum(t[k] * mg.log_softmax(z, k) for k in range(len(z)))


@pytest.fixture
def softmax():
    rng = numpy.random.default_rng(1)
    W, X, T = rng.normal(size=(3, 4)), rng.normal(size=(50, 4)), numpy.eye(3)[rng.integers(0, 3, 50)]
    return record(softmax_cost, W.tolist(), [0.0] * 4, [1.0, 0.0, 0.0]), W, X, T


def test_jax_traces_a_program(softmax):
    """jax.jit of a program and of its gradient give what NumPy gives; jax.vmap over samples gives the lanes."""
    jax = pytest.importorskip("jax", reason="JAX is not installed: pip install jax")
    program, *arguments = softmax
    with jax.enable_x64(True):
        W, X, T = [jax.numpy.asarray(each) for each in arguments]
        value, gradient = program.value_and_grad(*arguments)
        assert numpy.allclose(jax.jit(program)(W, X, T), value, rtol=1e-13)
        found = jax.jit(program.value_and_grad)(W, X, T)
        assert numpy.allclose(found[0], value, rtol=1e-13)
        assert numpy.allclose(found[1], gradient, rtol=1e-12)
        assert numpy.allclose(jax.vmap(program, in_axes=(None, 0, 0))(W, X, T), value, rtol=1e-13)
        assert numpy.allclose(jax.grad(lambda w: program(w, X, T).sum())(W), gradient, rtol=1e-12)


def test_pytorch_takes_a_program(softmax):
    """Tensors go in and come out, in their own precision."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")
    program, *arguments = softmax
    value, gradient = program.value_and_grad(*arguments)
    for dtype, tolerance in ((torch.float64, 1e-12), (torch.float32, 1e-4)):
        W, X, T = [torch.tensor(each, dtype=dtype) for each in arguments]
        found = program.value_and_grad(W, X, T)
        assert isinstance(found[0], torch.Tensor)
        assert found[1].dtype == dtype
        assert numpy.allclose(found[0].numpy(), value, rtol=tolerance)
        assert numpy.allclose(found[1].numpy(), gradient, rtol=tolerance, atol=tolerance)


# ---- guards ----------------------------------------------------------------------------------------------------------


def branching(x, y):
    return x * y if x > y else mg.exp(x)


PAIRS = st.tuples(st.floats(-3, 3), st.floats(-3, 3))
RIGHT = PAIRS.map(lambda pair: sorted(pair, reverse=True)).filter(lambda pair: pair[0] > pair[1])  # as it was recorded


@given(st.lists(RIGHT, min_size=1, max_size=9))
def test_lanes_of_the_recorded_branch_get_its_number(pairs):
    """Where every lane takes the branch that was recorded, a replay gives the function's value in each."""
    x, y = numpy.array(pairs).T
    assert numpy.array_equal(record(branching, 2.0, 1.0)(x, y), x * y)


@given(st.lists(RIGHT, max_size=4), PAIRS.map(sorted), st.lists(PAIRS, max_size=4))
def test_no_lane_gets_the_other_branch_s_number(before, wrong, after):
    """A replay names the first lane that would take the other branch."""
    program = record(branching, 2.0, 1.0)
    x, y = numpy.array([*before, wrong, *after]).T
    with pytest.raises(GuardError, match=rf"x > y is True; here it is False: .*row {len(before)}\b.*where\(greater"):
        program(x, y)
    with pytest.raises(GuardError, match="x > y is True"):
        program(*wrong)


def test_where_needs_no_guard():
    """A branch written with `where` has none, and is traced by a compiler; one with a guard says what to write."""
    free = record(lambda x: mg.where(mg.greater(x, 0.0), x * x, -x), 1.0)
    assert not free.guards
    assert numpy.array_equal(free(numpy.array([-2.0, 3.0])), [2.0, 9.0])
    jax = pytest.importorskip("jax", reason="JAX is not installed: pip install jax")
    assert jax.jit(free)(jax.numpy.asarray([-2.0, 3.0])).tolist() == [2.0, 9.0]
    with pytest.raises(GuardError, match=r"cannot trace: write where\(greater\("):
        jax.jit(record(branching, 2.0, 1.0))(jax.numpy.asarray([2.0]), jax.numpy.asarray([1.0]))


def test_guards_stand_in_front_of_their_branch():
    """No step of a wrong branch is taken before its guard: the error is about the branch, not about log(-1)."""
    program = record(lambda x: mg.log(x) if x > 0 else -x, 1.0)
    with pytest.raises(GuardError):
        program(-1.0)
    with pytest.raises(GuardError):
        program(numpy.array([-1.0]))
    with pytest.raises(GuardError):
        program(Value(-1.0))


# ---- plain data ------------------------------------------------------------------------------------------------------


@given(expressions(inputs=2, smooth=False))
def test_a_program_survives_pickling(expression):
    """Pickled and read again it is equal, has the same hash and text, and replays to the same bits."""
    program = recorded(expression)
    again = pickle.loads(pickle.dumps(program))
    assert (again, hash(again), str(again)) == (program, hash(program), str(program))
    assert bits(again(*expression.inputs)) == bits(program(*expression.inputs))


def test_the_hash_is_the_same_in_every_process():
    """Two processes with other seeds for Python's own hashes agree on a program's hash."""
    code = "import microgrand as mg; print(hash(mg.record(lambda x, y: mg.tanh(x * y) + 1.0, 0.5, 2.0)))"
    found = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_a_program_cannot_be_changed():
    """No attribute can be set, and a program whose steps do not fit together is not made."""
    program = record(operator.mul, 2.0, 3.0)
    for name in ("title", "steps", "inputs", "size", "other"):
        with pytest.raises(AttributeError, match=f"cannot assign to field '{name}'"):
            setattr(program, name, ())
    step = program.steps[0]
    for members in ((9, 9),), ((0, 2),), ((0,),), ((0, -1),):
        with pytest.raises(GraphError):
            program.with_parts(steps=[step._replace(members=members)])
    with pytest.raises(GraphError, match="no slot"):
        program.with_parts(result=17)


@given(expressions(inputs=2, smooth=True))
def test_a_graph_that_stands_is_recorded_as_its_function_is(expression):
    """record(root) is the function of the leaves that record(f) records."""
    leaves, root = expression.on_values()
    program = record(root, *leaves)
    assert bits(program(*expression.inputs)) == bits(root.data)
    assert program.steps == recorded(expression).steps


def test_the_adjoint_is_drawn():
    """A program and its adjoint are drawn and walked as the graphs they are."""
    program = record(lambda w, x: mg.tanh(w * x), 0.5, 2.0)
    assert "tanh" in mg.draw(program).dot
    assert mg.draw(program.adjoint()).dot
    assert "mul" in str(program.adjoint())


# ---- memory ----------------------------------------------------------------------------------------------------------


def test_memory_is_set_by_the_block_not_by_the_data(softmax):
    """The peak of a gradient over 100 times as many samples is not much more: nothing grows but the given arrays."""
    import tracemalloc

    program, W, X, T = softmax

    def peak(repeats):
        x, t = numpy.tile(X, (repeats, 1)), numpy.tile(T, (repeats, 1))
        chunks = lambda: ((W, x[k : k + 50_000], t[k : k + 50_000]) for k in range(0, len(x), 50_000))
        program.total(chunks(), argnums=0)
        tracemalloc.start()
        program.total(chunks(), argnums=0)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    assert peak(40_000) < 1.5 * peak(2_000) + 2**20


def test_chunks_add_up(softmax):
    """A stream of chunks gives the sums that all samples at once give."""
    program, W, X, T = softmax
    value, gradient = program.value_and_grad(W, X, T)
    total, slopes = program.total(((W, X[k : k + 7], T[k : k + 7]) for k in range(0, 50, 7)), argnums=0)
    assert total == pytest.approx(value.sum(), rel=1e-13)
    assert numpy.allclose(slopes, gradient, rtol=1e-12)
    assert program.total([(W, X, T)]) == pytest.approx(value.sum(), rel=1e-13)


@given(st.integers(0, 3000))
def test_any_number_of_lanes(count):
    """From none to more than a block holds: the lanes are those of the samples one by one."""
    program = record(lambda w, x: mg.exp(w * x), 1.0, 1.0)
    x = numpy.linspace(-1.0, 1.0, count)
    value, slope = program.value_and_grad(0.5, x)
    assert value.shape == (count,)
    assert numpy.allclose(value, numpy.exp(0.5 * x), rtol=1e-15)
    assert slope == pytest.approx(float((x * value).sum()), rel=1e-12, abs=1e-12)


# ---- errors ----------------------------------------------------------------------------------------------------------


def test_errors_say_what_is_wrong(softmax):
    """A missing argument, another shape, unequal lanes, and what is no number: each is told in one sentence."""
    program, W, X, T = softmax
    for arguments, error, words in [
        ((W, X), TypeError, "takes 3 argument"),
        ((W, X[:, :3], T), ValueError, r"x was recorded as a list of 4.*shape \(4,\) or \(N, 4\); got shape \(50, 3\)"),
        ((W, X, T[:7]), ValueError, "unequal numbers of lanes: 7, 50"),
        ((W, X, [1.0, "a", 0.0]), TypeError, r"t\[1\] is a number"),
        ((W, [1.0] * 3, T), ValueError, "x was recorded as a list of 4; got a list of 3"),
        ((W, X * 1j, T), TypeError, "real numbers; got an array of complex ones"),
        (({"a": 1.0}, X, T), ValueError, "theta was recorded as a list of 3; got a dict"),
    ]:
        with pytest.raises(error, match=words):
            program(*arguments)
    with pytest.raises(TypeError, match="returned 'a'"):
        record(lambda x: "a", 1.0)
    with pytest.raises(TypeError, match="record takes"):
        record("x")
    with pytest.raises(ValueError, match="names"):
        record(lambda x: x, 1.0, names=["a", "b"])
    with pytest.raises(TypeError, match="a gradient is of a program that returns one number"):
        record(lambda x: [x, x], 1.0).value_and_grad(1.0)


def test_a_number_that_is_not_finite_is_traced_to_its_birth():
    """NonFiniteError names the first row, and the step in which the number was born, with what it was computed from."""
    program = record(lambda w, x: 2.0 * mg.log(w * x) + 1.0, 1.0, 1.0)
    x = numpy.array([1.0, 2.0, 0.0, -1.0])
    for call in (program, program.value_and_grad):
        with pytest.raises(mg.NonFiniteError, match=r"row 2: z\d+ = log\(z\d+\) is -inf at w·x = 0.0"):
            call(1.0, x)
    assert numpy.isnan(program(1.0, x, allow_nonfinite=True)[3])
    with pytest.raises(mg.NonFiniteError, match=r"row 1: the argument x is nan"):
        program(1.0, numpy.array([1.0, numpy.nan]))


def test_a_row_without_an_array_form_is_named():
    """A primitive whose value is of floats only says so, with its name."""
    floats_only = mg.Primitive("floats_only", lambda x: math.exp(x), lambda z, x: z)
    program = record(lambda x: floats_only(x) * 2.0, 0.5)
    assert program(1.0) == 2.0 * math.e
    with pytest.raises(TypeError, match="floats_only has no form for arrays"):
        program(numpy.array([1.0, 2.0]))


def test_what_is_equal_is_one_program():
    """Programs of one computation are equal, whoever recorded them; those of others are not."""
    f = lambda x, y: mg.tanh(x * y)
    assert record(f, 0.5, 2.0) == record(f, 0.5, 2.0)
    assert isinstance(record(f, 0.5, 2.0), Program)
    assert len({record(f, 0.5, 2.0), record(f, 0.5, 2.0), record(f, 0.5, 3.0)}) == 2
    assert record(lambda x, y: x - y, 1.0, 1.0) != record(lambda x, y: y - x, 1.0, 1.0)


# ---- rows that share a name ------------------------------------------------------------------------------------------


def scaled_by(c):
    return mg.Primitive("scaled", lambda x: c * x, lambda z, x: c)


@pytest.mark.parametrize(
    "change", [lambda program: program, *SAME_BITS, *REGROUPING], ids=lambda change: change.__name__
)
def test_rows_of_one_name_are_two_rows(change):
    """Rows that users declare under one name are told apart: by replays, derivatives and passes."""
    twice, five_times = scaled_by(2.0), scaled_by(5.0)
    program = change(record(lambda x: [twice(x) + 10.0 * five_times(x), five_times(x)], 0.3))
    assert program(0.25) == [13.0, 1.25]
    assert program.jacobian(0.25) == [52.0, 5.0]
    numpy.testing.assert_array_equal(program(numpy.array([0.25, 0.5])), [[13.0, 26.0], [1.25, 2.5]])


def test_programs_of_rows_of_one_name_differ():
    """Programs are equal only if their rows are the same; of one row, they are."""
    twice, five_times = scaled_by(2.0), scaled_by(5.0)
    first, other, again = [
        record(lambda x, row=row: row(x), 0.3).with_parts(title="f") for row in (twice, five_times, twice)
    ]
    assert first != other
    assert first == again
    assert hash(first) == hash(again)
