"""Laws of the public strategies: what is drawn lies where it should, everything turns up, and it shrinks."""

import math
import os
import random
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import Phase, find, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

import microgrand
from microgrand import TABLE, Domain, Interval, Primitive, Signature, hypothesis_hook, topological_order
from microgrand.engine.node import data_of
from microgrand.testing import expressions, values
from microgrand.testing.domain_arguments import NAMED, as_domain, brought_inside
from microgrand.testing.strategies import extremes

ROOT = Path(__file__).parent.parent.parent
PACKAGE = Path(microgrand.__file__).parent
# With every health check on, and without shrinking.
SEARCH = settings(max_examples=1500, phases=[Phase.generate], database=None, suppress_health_check=[])


def drawn(strategy, number=1500, start=20261124):
    """That many examples, always the same ones for the same start."""
    found = []

    @seed(start)
    @settings(SEARCH, max_examples=number, derandomize=False)
    @given(strategy)
    def collect(example):
        found.append(example)

    collect()
    return found


@pytest.fixture(scope="module")
def many():
    """Expressions of the whole table."""
    return drawn(expressions())


def uses(expression):
    """By slot, how many steps use it."""
    return Counter(k for _, (operands,) in expression.steps for k in set(operands))


def has_shared_step(expression):
    return any(count > 1 for slot, count in uses(expression).items() if slot >= expression.first)


# ---- values ----------------------------------------------------------------------------------------------------------
PLACES = [*NAMED, (-2.0, 3.0), (0.0, 0.0), (1e300, 2e300), Interval(-1, 1, open_low=True), Domain(Interval(5, 6))]


@pytest.mark.parametrize("place", PLACES, ids=str)
@given(data=st.data())
def test_values_lie_in_their_domain(place, data):
    """A drawn Value is a leaf whose data are finite, in the domain, and of no larger magnitude than asked for."""
    leaf = data.draw(values(place))
    assert leaf.is_leaf
    assert math.isfinite(leaf.data)
    assert as_domain(place).holds(leaf.data)
    assert abs(data.draw(values("positive", largest=2.0)).data) <= 2.0


def test_values_reach_ends_and_tails():
    """Among a thousand Values are the ends, what is within 10⁻¹² of one, subnormal and huge ones, of both signs."""
    inside = [leaf.data for leaf in drawn(values((-1.0, 1.0)), 1000)]
    assert {-1.0, 1.0, 0.0} <= set(inside)
    assert any(0.0 < 1.0 - abs(x) < 1e-12 for x in inside)
    everywhere = [leaf.data for leaf in drawn(values(), 1000)]
    for sign in (1.0, -1.0):
        sizes = [sign * x for x in everywhere if sign * x > 0.0]
        assert min(sizes) < 2.0**-1022
        assert max(sizes) > 1e300
        assert any(1e-200 < x < 1e-20 for x in sizes)
        assert any(1e20 < x < 1e200 for x in sizes)


def test_values_shrink_to_simple_numbers():
    """The simplest Value is 0, or 1 where 0 is not in the domain; one above 2.5 is 3."""
    assert find(values(), lambda leaf: True).data == 0.0
    assert find(values("positive"), lambda leaf: True).data == 1.0
    assert find(values(), lambda leaf: leaf.data > 2.5).data == 3.0


@pytest.mark.parametrize("place", NAMED)
@given(x=st.floats(-1e6, 1e6))
def test_numbers_are_brought_inside(place, x):
    """A number is brought into any domain, and stays where it is if it lies inside."""
    domain = NAMED[place]
    assert domain.holds(brought_inside(x, domain))
    assert (brought_inside(x, domain) == x) is domain.holds(x)
    for far in (Domain(Interval(1000, 2000)), Domain(Interval(1e9, math.inf)), Domain(Interval(-math.inf, -1e9))):
        assert far.holds(brought_inside(x, far))


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: values("postive"), ValueError, "no domain is called 'postive'; there are reals, finite, positive, "),
        (
            lambda: values(3),
            TypeError,
            r"a Domain, an Interval, a pair \(low, high\) or the name .*; got 3 of type int",
        ),
        (lambda: values((1, 2, 3)), TypeError, r"got \(1, 2, 3\) of type tuple"),
        (lambda: values((1, "2")), TypeError, "expected a number or a Value; got '2'"),
        (lambda: values((2.0, 1.0)), ValueError, r"no finite float lies in \[2, 1\]"),
        (lambda: values((math.nan, 1.0)), ValueError, "no finite float lies in"),
        (lambda: values(Domain()), ValueError, "a domain without intervals is empty"),
        (lambda: values((3, 4), largest=2.0), ValueError, r"no float of magnitude up to 2.0 lies in \[3, 4\]"),
        (lambda: values(largest="a"), TypeError, "expected a number or a Value; got 'a'"),
        (lambda: expressions(inputs=0), ValueError, "inputs is at least 1; got 0"),
        (lambda: expressions(inputs=1.5), TypeError, "inputs is a whole number; got 1.5 of type float"),
        (lambda: expressions(inputs=3, max_nodes=3), ValueError, "max_nodes is at least 4; got 3"),
        (lambda: expressions(primitives=[math.exp]), TypeError, "rows such as microgrand.tanh; got <built-in"),
        (lambda: expressions(primitives=microgrand.tanh), TypeError, "a sequence of rows; got <primitive tanh>"),
        (lambda: expressions(primitives=[]), ValueError, "at least one row; None stands for the whole table"),
    ],
)
def test_what_is_asked_for_wrongly_is_said_in_a_sentence(call, kind, message):
    """A wrong domain, size or row is refused before anything is drawn, and the sentence says what is taken."""
    with pytest.raises(kind, match=message):
        call()


# ---- expressions: what is drawn --------------------------------------------------------------------------------------
@given(expressions(inputs=3, max_nodes=9))
@settings(max_examples=300)
def test_expressions_are_inside_their_domains(expression):
    """At its inputs every step of an expression is inside its row's domain and off its kinks; every number and every
    adjoint is finite; all steps count for the last; there are no more nodes than asked for.
    """
    leaves, root = expression.on_values()
    order = topological_order(root)
    for node in order:
        assert math.isfinite(node.data)
        if not node.is_leaf:
            row, numbers = node.primitive, data_of(node.operands)
            assert row.allows(*numbers)
            assert not (row.kink and row.kink(*numbers))
    root.backward()  # raises where an adjoint is not finite
    assert len([node for node in order if not node.is_leaf]) == len(expression.steps)
    assert len(leaves) == 3
    assert len(expression.inputs) + len(expression.steps) <= 9


def test_every_row_occurs(many):
    """Among expressions of the whole table, every row occurs; so do 1 step and as many as there may be."""
    assert {row.name for expression in many for row, _ in expression.steps} == set(TABLE)
    assert {len(expression.steps) for expression in many} == set(range(1, 11))


def test_shared_nodes_repeats_and_plain_numbers_occur(many):
    """One expression in ten shares a computed node; x·x, several lists and plain numbers among operands occur."""
    steps = [(row, operands, expression) for expression in many for row, (operands,) in expression.steps]
    assert len([expression for expression in many if has_shared_step(expression)]) > len(many) / 10
    assert any(operands[0] == operands[-1] and row.name == "mul" for row, operands, _ in steps)
    assert any(
        [each.is_constant(k) for k in operands] == [True, False] for row, operands, each in steps if row.arity == 2
    )
    assert any(len(operands) > 2 for row, operands, _ in steps if row.name == "dot")
    assert any(len(uses(expression).keys() & {0, 1}) == 2 for expression in many)


def test_kinks_occur_where_they_are_let_in():
    """With smooth=False some steps stand at a kink, and every adjoint is finite all the same."""
    at_kinks = 0
    for expression in drawn(expressions(smooth=False), 200):
        root = expression.root()
        root.backward()
        steps = [node for node in topological_order(root) if not node.is_leaf and node.primitive.kink is not None]
        at_kinks += any(node.primitive.kink(*data_of(node.operands)) for node in steps)
    assert at_kinks > 4


def test_large_graphs_are_drawn():
    """With room for 80 nodes, graphs of more than 12 steps are drawn, and no health check fails."""
    assert max(len(expression.steps) for expression in drawn(expressions(max_nodes=80), 300)) > 12


def test_the_same_seed_draws_the_same():
    """What is drawn depends on hypothesis' seed alone."""
    first, again, other = [list(map(repr, drawn(expressions(), 50, start))) for start in (1, 1, 2)]
    assert first == again != other


# ---- expressions: rows of one's own ----------------------------------------------------------------------------------
def rows_of_ones_own():
    cube = Primitive("own_cube", lambda x: x * x * x, lambda z, x: 3.0 * x * x, domain=Domain(Interval(1000, 1010)))
    raises = Primitive("own_exp", math.exp, lambda z, x: z)  # an OverflowError from 710 on
    pairs = Primitive(
        "own_pairs",
        lambda *xs: sum(xs[: len(xs) // 2]) * sum(xs[len(xs) // 2 :]),
        lambda z, *xs: [sum(xs[len(xs) // 2 :])] * (len(xs) // 2) + [sum(xs[: len(xs) // 2])] * (len(xs) // 2),
        signature=Signature(lists=("xs", "ys")),
    )
    return cube, raises, pairs


def test_rows_of_ones_own_are_drawn():
    """Rows that are not the table's, one of a faraway domain, one that raises, one of two lists, are drawn like any."""
    rows = rows_of_ones_own()
    found = drawn(expressions(primitives=rows), 100)
    assert {row for expression in found for row, _ in expression.steps} == set(rows)
    assert find(expressions(primitives=rows[:1]), lambda expression: True).inputs == (1005.0, 0.0)


# ---- expressions: what they shrink to --------------------------------------------------------------------------------
def simplest(condition, seed=1):
    """What a search ends in, where no single change is simpler."""
    return find(
        expressions(), condition, random=random.Random(seed), settings=settings(max_examples=20_000, database=None)
    )


def is_tanh_of_sum(expression):
    first = expression.first
    return any(
        row.name == "tanh" and slot >= first and expression.steps[slot - first].row.name in ("add", "sum")
        for row, ((slot, *_),) in expression.steps
    )


def test_structure_and_numbers_shrink():
    """The simplest expression is one step at 0; with a large input it is one step at a whole number; a graph with a
    shared step has at most three.
    """
    code = "\n".join(str(simplest(lambda expression: True)).splitlines()[2:])
    assert code == "def f(x0, x1):\n    return mg.identity(x0)\n\nf(0.0, 0.0)"
    large = simplest(lambda expression: expression.inputs[1] > 1000.0 and expression.gradient()[1] > 0.0)
    assert len(large.steps) == 1
    assert large.inputs[1] == int(large.inputs[1])
    assert len(simplest(has_shared_step).steps) <= 3


@pytest.mark.thorough("three searches of ten seconds each")
def test_two_steps_shrink_to_two():
    """tanh of a sum is two steps."""
    # Where one search ends depends on which numbers hypothesis found in the modules that happen to be loaded.
    assert min([len(simplest(is_tanh_of_sum, seed).steps) for seed in (1, 2, 3)]) == 2


# ---- the entry point -------------------------------------------------------------------------------------------------
def test_annotated_values_are_drawn_once_installed(tmp_path):
    """With the entry point that pyproject.toml declares, `from_type(Value)` and annotated arguments draw Values."""
    hook = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]["hypothesis"]
    home = tmp_path / "microgrand-0.dist-info"
    home.mkdir()
    (home / "METADATA").write_text("Metadata-Version: 2.1\nName: microgrand\nVersion: 0\n")
    (home / "entry_points.txt").write_text("[hypothesis]\n" + "".join([f"{k} = {v}\n" for k, v in hook.items()]))
    body = (
        "from hypothesis import find, strategies as st\n"
        "from microgrand import Value\n"
        "def product(x: Value, y: Value) -> Value: return x * y\n"
        "print(find(st.from_type(Value), lambda x: x.data > 0.5), find(st.builds(product), lambda z: z.data < -3))\n"
    )
    path = os.pathsep.join([str(tmp_path), str(PACKAGE.parent)])
    for first in ("import hypothesis", "import microgrand.testing", "import microgrand"):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", f"{first}\n{body}"],
            env={**os.environ, "PYTHONPATH": path},
            cwd=tmp_path,  # and not where an older installation may describe itself
            capture_output=True,
            text=True,
        )
        assert (done.stdout, done.stderr) == ("Value(1.0) Value(-4.0)\n", ""), first


def test_the_hook_registers_the_strategy():
    """After the hook has run, an annotation `Value` draws what `values()` draws."""
    hypothesis_hook.register()
    assert find(st.from_type(microgrand.Value), lambda leaf: leaf.data > 0.5).data == 1.0


# ---- rows that have no value ----------------------------------------------------------------------------------------
def test_operands_at_which_a_row_raises_are_not_drawn():
    """A row that raises where it would overflow is given no such operands, which others are."""
    of_tanh, of_exp = [[x for (x,) in drawn(extremes(row), 200)] for row in (microgrand.tanh, rows_of_ones_own()[1])]
    assert max(of_tanh) > 1e300
    assert 1.0 < max(of_exp) < 709.8


def test_rows_without_a_value_leave_nothing_to_draw():
    """Of rows that have a finite value nowhere there is no expression, and hypothesis says so."""
    nowhere = Primitive("own_nowhere", lambda x: x * math.inf, lambda z, x: math.inf)
    with pytest.raises(Unsatisfiable):
        find(expressions(1, [nowhere]), lambda expression: True, settings=settings(max_examples=5, database=None))
