"""Laws that every row of the table keeps; domain and kink are read from the row."""

import math
import pickle

import mpmath
import numpy
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import microgrand
from microgrand import (
    TABLE,
    Domain,
    DomainError,
    Interval,
    NonFiniteError,
    Notation,
    Primitive,
    Value,
    draw,
    formula,
    grad,
    jvp,
    sweep,
)
from microgrand.testing.exact import (
    differenced_partial,
    exact_partial,
    exact_value,
    one_sided_partials,
    ulps,
)
from microgrand.testing.expression import public_arguments
from microgrand.testing.strategies import operands

ROWS = pytest.mark.parametrize("row", TABLE.values(), ids=list(TABLE))


def differentiable(row, xs):
    """How many operands can be Values: not the index of a softmax, nor the order of a derivative."""
    return len(xs) - row.notation.trailing - len(row.whole)


def on_values(row, xs):
    """The operands as Values, and the node made of them."""
    own = differentiable(row, xs)
    leaves = [Value(x, name=f"x{k}") for k, x in enumerate(xs[:own])]
    return leaves, row_on(row, [*leaves, *xs[own:]])


def row_on(row, flat):
    """The row called on flat operands, through its public arguments."""
    if not row.many:
        return row(*flat)
    groups, trailing = row.notation.groups, row.notation.trailing
    if not groups:
        return row(flat)
    size = (len(flat) - trailing) // groups
    lists = [flat[i * size : (i + 1) * size] for i in range(groups)]
    return row(*lists, *flat[groups * size :])


def partials(row, xs):
    leaves, z = on_values(row, xs)
    found = sweep(z)
    return [found[leaf] for leaf in leaves]


def value_scale(row, xs):
    """The size of the terms that cancel in the value, if some do."""
    return abs(row.value_scale(*xs)) if row.value_scale is not None else 0.0


def law_value(row, xs):
    """The value is as exact as the row says, where it is a normal float."""
    _, z = on_values(row, xs)
    assume(z.data == 0.0 or abs(z.data) > 1e-290)
    assert ulps(z.data, exact_value(row, xs), value_scale(row, xs)) <= row.exactness.value


def law_partials(row, xs):
    _, z = on_values(row, xs)
    assume(z.data == 0.0 or abs(z.data) > 1e-290)
    for k, partial in enumerate(partials(row, xs)):
        exact = exact_partial(row, xs, k)
        if 0 < abs(exact) < 1e-290:
            continue  # a subnormal result, or one made of subnormal terms
        differenced = differenced_partial(row, xs, k)
        if mpmath.isfinite(exact):
            assert abs(exact - differenced) <= abs(exact) * mpmath.mpf(10) ** -25 + mpmath.mpf(10) ** -40
        scale = abs(row.partial_scale(z.data, *xs)) if row.partial_scale is not None else 0.0
        if math.isinf(scale):
            continue  # terms that overflow may add up to anything
        assert ulps(partial, exact, scale) <= row.exactness.partials, (k, partial, exact)


def law_higher_orders(row, xs):
    """To fourth order, the derivatives in each operand are those of the value: backwards by grad, forwards by jvp."""
    for k in range(differentiable(row, xs)):

        def backwards(t, k=k):
            return row_on(row, [*xs[:k], t, *xs[k + 1 :]])

        forwards = backwards
        scale = abs(row.value(*xs))
        for order in range(1, 5):
            backwards, forwards = grad(backwards), forward_derivative(forwards)
            try:
                found = backwards(xs[k]), forwards(xs[k])
            except NonFiniteError:
                assert not all(row.allows(*xs[:k], x, *xs[k + 1 :]) for x in (xs[k] - 1e-9, xs[k] + 1e-9))
                break  # an infinite slope, at the closed end of the domain
            exact = differenced_partial(row, xs, k, order)
            scale = abs(exact) + order * scale * (1.0 + 1.0 / abs(xs[k]))
            for derivative in found:
                assert abs(derivative - exact) <= 1e-12 * scale, (k, order, derivative, exact)


def forward_derivative(f):
    return lambda x: jvp(f, (x,), (1.0,))[1]


def law_arrays(row, xs):
    """Two lanes of an array give the floats' values, as far as NumPy's and SciPy's own functions are exact."""
    own = differentiable(row, xs)
    lanes = [numpy.array([x, x]) for x in xs[:own]] + xs[own:]
    got = row_on(row, lanes)
    z = row.value(*xs)
    assert got.shape == (2,)
    assert ulps(float(got[1]), mpmath.mpf(z), value_scale(row, xs)) <= 512


def law_printed_code(row, xs):
    """The printed Python, evaluated, gives the value bit for bit."""
    leaves, z = on_values(row, xs)
    space = {**TABLE, row.name: row, "inf": math.inf, "nan": math.nan}
    printed = eval(formula(z, "python"), space, {leaf.name: leaf.data for leaf in leaves})
    assert repr(float(printed)) == repr(z.data)


def law_direct(row, xs):
    """What a row writes out for floats gives the row's own value and partials, bit for bit."""
    leaves, z = on_values(row, xs)
    assert repr(z.data) == repr(float(row.value(*xs)))
    own = row.partials[0](z.data, *xs) if row.many else [partial(z.data, *xs) for partial in row.partials]
    assert repr(z.partials) == repr(tuple([float(partial) for partial in own[: len(leaves)]]))


LAWS = [law_direct, law_value, law_partials, law_higher_orders, law_arrays, law_printed_code]


@ROWS
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__.removeprefix("law_"))
def test_rows_keep(row, law):
    """Every row, at operands in its domain and off its kinks: value and partials are exact, derivatives are partials of
    partials, arrays give what floats give, printed code gives the value.
    """
    higher = law is law_higher_orders

    @settings(max_examples=settings.default.max_examples // 4 if higher else settings.default.max_examples)
    @given(operands(row, largest=5.0 if higher else 50.0, smallest=1e-2 if higher else 0.0))
    def check(xs):
        law(row, xs)

    check()


@pytest.mark.parametrize("row", [row for row in TABLE.values() if row.kink is not None], ids=lambda row: row.name)
@given(data=st.data())
def test_kinks_keep_their_convention(row, data):
    """At a kink the partial lies between the left and the right derivative, where these exist."""
    xs = data.draw(operands(row, largest=50.0, smooth=False))
    if len(xs) > 1 and data.draw(st.booleans()):
        xs[1] = xs[0]
    elif data.draw(st.booleans()):
        xs[0] = 0.0
    assume(row.allows(*xs) and row.kink is not None and row.kink(*xs))
    _, _z = on_values(row, xs)
    for k, partial in enumerate(partials(row, xs)):
        neighbours = [[*xs[:k], math.nextafter(xs[k], way), *xs[k + 1 :]] for way in (-math.inf, math.inf)]
        if all(row.allows(*each) for each in neighbours) and math.isfinite(partial):
            left, right = one_sided_partials(row, xs, k)
            if max(abs(left), abs(right)) < 1e20:  # else a jump, whose partial is that of both sides
                assert min(left, right) - 1e-9 <= partial <= max(left, right) + 1e-9


@ROWS
@given(data=st.data())
def test_numpys_floats_are_stored_as_pythons(row, data):
    """Where a NumPy float is among the operands, the node's own numbers are Python floats all the same."""
    xs = data.draw(operands(row))
    items = [numpy.float64(x) for x in xs]
    items[data.draw(st.integers(0, len(xs) - 1 - row.notation.trailing))] = Value(xs[0])
    assume(row.allows(*row.numbers(items)))
    node = row(*public_arguments(row, items))
    if isinstance(node, Value):  # a whole operand is never one
        assert {type(number) for number in (node.data, *node.operand_partials())} == {float}


@ROWS
def test_outside_the_domain_is_refused(row):
    """Just outside every end of the domain a DomainError names the row, the domain and the operand."""
    for k, domain in enumerate(row.domains):
        for outside in just_outside(domain):
            own = len(row.domains) if not row.many else 3 * max(row.notation.groups, 1)
            xs = [inside(row.domains[min(i, len(row.domains) - 1)]) for i in range(own)]
            xs[k] = outside
            with pytest.raises(DomainError, match=rf"^{row.name} is defined .*got {re_number(outside)}"):
                row_on(row, [Value(xs[0]), *xs[1:], *[0] * row.notation.trailing])


def just_outside(domain):
    """The floats next to the ends of the domain that do not belong to it."""
    ends = [(part.low, -math.inf) for part in domain.intervals] + [(part.high, math.inf) for part in domain.intervals]
    nearest = [end if math.isinf(end) else math.nextafter(end, way) for end, way in ends]
    return [x for x in [*nearest, *[end for end, _ in ends]] if not domain.holds(x)]


def inside(domain):
    return 0.5 if domain.holds(0.5) else 1.5


def re_number(x):
    return repr(x).replace(".", r"\.").replace("+", r"\+")


def test_a_row_added_at_run_time_works_everywhere():
    """A row and nothing else: evaluated, differentiated twice, drawn, printed,
    pickled, and held by every law.
    """
    row = Primitive(
        "soft_step",
        lambda x: x / (1.0 + abs(x)),
        lambda z, x: 1.0 / ((1.0 + microgrand.abs(x)) * (1.0 + microgrand.abs(x))),
        Notation("soft_step", latex=r"\operatorname{soft}", label="soft"),
        domain=Domain(Interval(-1e3, 1e3)),
        kink=lambda x: x == 0.0,
    )
    assert row(3.0) == 0.75
    assert grad(row)(3.0) == 1 / 16
    assert math.isclose(grad(grad(row))(3.0), -2 / 64)
    assert "soft_step(x)" in draw(row(Value(3.0, name="x"))).dot.replace("\\ ", " ")
    assert formula(row(Value(3.0, name="x")), "latex") == r"\operatorname{soft}\left(x\right)"
    assert pickle.loads(pickle.dumps(row)) is row
    for law in LAWS:
        test_rows_keep(row, law)


@pytest.mark.parametrize("count", [2, 3, "many"])
def test_rows_of_several_operands_added_at_run_time_work_everywhere(count):
    """As one of one operand does: evaluated, differentiated, drawn, printed, pickled, held by every law."""
    names = {2: "sum_of_squares", 3: "sum_of_three_squares", "many": "sum_of_all_squares"}
    slope = [lambda z, *xs, k=k: 2.0 * xs[k] for k in range(3)]
    row = Primitive(
        names[count],
        lambda *xs: microgrand.many.dot(*xs, *xs),
        (lambda z, *xs: [2.0 * x for x in xs]) if count == "many" else tuple(slope[:count]),
        many=count == "many",
        value_scale=lambda *xs: microgrand.many.dot(*xs, *xs),
    )
    xs = [1.0, 2.0, 3.0][: 3 if count == "many" else count]
    assert row(*xs) == {2: 5.0, 3: 14.0, "many": 14.0}[count]
    assert grad(lambda x: row(x, *xs[1:]))(1.5) == 3.0
    assert f"{names[count]}(a" in draw(row(Value(1.0, name="a"), *xs[1:])).dot.replace("\\ ", " ")
    assert pickle.loads(pickle.dumps(row)) is row
    assert refreshed(row, xs) == row(4.0, *xs[1:])
    for law in LAWS:
        test_rows_keep(row, law)


def refreshed(row, xs):
    """What refresh makes of the row's node when the first operand is changed to 4."""
    leaf = Value(xs[0])
    node = row(leaf, *xs[1:])
    leaf.data = 4.0
    microgrand.refresh(node)
    return node.data


def test_a_row_of_many_operands_gives_a_partial_for_each():
    """A row whose partials are fewer or more than its operands is refused where it is first used."""
    row = Primitive("one_partial", lambda *xs: xs[0] + xs[1], lambda z, *xs: [1.0], many=True)
    with pytest.raises(ValueError, match="one_partial has 2 operands, but its row gives 1 partials"):
        row(Value(1.0), Value(2.0))


def test_latex_is_well_formed():
    """Roots take their radicand in braces, numbers with exponents stay one factor, names are escaped."""
    x = Value(2.0, name="x%_1")
    assert formula(microgrand.sqrt(x + 1.0), "latex") == r"\sqrt{\mathit{x\%\_1} + 1}"
    assert formula(Value(1e-9) ** 2, "latex") == r"{\left(1 \cdot 10^{-9}\right)}^{2}"


def test_the_table_is_sealed():
    """A row of one's own cannot take the name of one of the table's; re-running one's own declaration is fine."""
    with pytest.raises(ValueError, match="'tanh' is a row of microgrand's own table"):
        Primitive("tanh", lambda x: x, lambda z, x: 1.0)
    first = Primitive("twice_declared", lambda x: x, lambda z, x: 1.0)
    second = Primitive("twice_declared", lambda x: x, lambda z, x: 1.0)
    assert pickle.loads(pickle.dumps(first)) is second
    with pytest.raises(LookupError, match="no primitive 'never' is declared"):
        microgrand.declaration.declared("never")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: microgrand.exp(), r"exp takes 1 operand"),
        (lambda: microgrand.hypot(1.0), r"hypot takes 2 operand"),
        (lambda: microgrand.dot([1.0], [1.0, 2.0]), r"two lists of one length; got 1 and 2"),
        (lambda: microgrand.dot(Value(1.0), [1.0]), r"two lists of one length; got Value\(1.0\) of type Value"),
        (lambda: microgrand.jvp(abs, 2.0, 1.0), r"primals as a tuple, one item per argument of f; got 2.0"),
        (lambda: microgrand.Sequential([microgrand.Tanh()]), r"one by one; got \[Tanh\(\)\]"),
        (lambda: microgrand.softmax([1.0, 2.0], 2), r"whole number, 0 ≤ k < 2; got 2"),
        (lambda: microgrand.softmax([1.0, 2.0], 0.5), r"whole number, 0 ≤ k < 2; got 0.5"),
        (lambda: microgrand.logsumexp([]), r"one operand or more; got none"),
        (lambda: microgrand.exp("1"), r"expected a number or a Value; got '1' of type str"),
        (lambda: microgrand.exp(None), r"expected a number or a Value; got None"),
        (lambda: microgrand.exp(1j), r"expected a number or a Value; got 1j of type complex"),
        (lambda: microgrand.sum("abc"), r"expected a number or a Value; got 'abc'"),
    ],
)
def test_wrong_calls_are_refused(call, message):
    """A wrong number or kind of operands is a TypeError or ValueError that says what was expected."""
    with pytest.raises((TypeError, ValueError), match=message):
        call()
