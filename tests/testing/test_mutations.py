"""The checker checked: every row's partials are corrupted one by one, and every corruption that shows is caught.

A mutant is a row with the same value and one wrong partial. The law of partials has to refuse it, and `assert_gradient`
of a function that uses it has to fail and to blame that very edge.
"""

import functools
import math
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import microgrand as mg
from microgrand import TABLE, Primitive
from microgrand.testing import GradientMismatch, PrimitiveFault, assert_gradient
from microgrand.testing.checking_primitives import check_law
from microgrand.testing.expression import applied
from microgrand.testing.laws import LAWS, Broken, Law
from microgrand.testing.strategies import at_kinks, operands

LAW = {law.name: law for law in LAWS}
PARTIALS = LAW["a partial is the derivative of the value"]
KINKS = LAW["a partial at a kink lies between both sides"]
VISIBLE = 1e-7  # a partial that is closer to the right one than this, relatively, is not wrong to a checker
SLIPS = {
    "tanh": lambda z, x: 1.0 - z,
    "sigmoid": lambda z, x: z * (1.0 + z),
    "exp": lambda z, x: x,
    "log": lambda z, x: z,
    "sqrt": lambda z, x: 0.5 * z,
    "sin": lambda z, x: -mg.cos(x),
    "cos": lambda z, x: mg.sin(x),
    "tan": lambda z, x: 1.0 - z * z,
    "asin": lambda z, x: mg.reciprocal(1.0 + x * x),
    "atan": lambda z, x: mg.reciprocal(mg.sqrt(1.0 + x * x)),
    "square": lambda z, x: x,
    "reciprocal": lambda z, x: z * z,
    "softplus": lambda z, x: 1.0 - mg.sigmoid(x),
    "relu": lambda z, x: z,
    "abs": lambda z, x: 1.0,
}  # what is written from memory: one slip a row

# The operands whose partial is 0 wherever there is one: zero times anything is no mistake.
FLAT = {
    "sign": [0], "where": [0], "greater": [0, 1], "greater_equal": [0, 1], "less": [0, 1], "less_equal": [0, 1],
    "equal": [0, 1], "not_equal": [0, 1], "floor": [0], "ceil": [0], "trunc": [0], "floordiv": [0, 1],
}  # fmt: skip
SAME = {"add_swapped_0", "add_swapped_1"}  # both partials are 1


class Mutant:
    """A row whose partial in operand k is `wrong(right)`, and the operands at which that shows, if there are any."""

    def __init__(self, row: Primitive, kind: str, k: int, wrong: Callable) -> None:
        self.kind, self.k, self.row = kind, k, row

        def partial(z, *xs):
            return wrong(row.partials[k], z, *xs)

        def partials(z, *xs):
            each = list(row.partials[0](z, *xs))
            if k < len(each):
                each[k] = wrong(lambda z, *xs: row.partials[0](z, *xs)[k], z, *xs)
            return each

        wrong_ones = (
            partials if row.signature.lists else tuple([partial if j == k else p for j, p in enumerate(row.partials)])
        )
        self.mutant = Primitive(
            f"{row.name}_{kind}_{k}", row.value, wrong_ones, row.notation, domain=row.domains, joint=row.joint,
            joint_words=row.joint_words, pole=row.pole, kink=row.kink, value_scale=row.value_scale,
            partial_scale=row.partial_scale, exactness=row.exactness, signature=row.signature,
        )  # fmt: skip

    def shows(self, xs: list[float]) -> bool:
        """Whether the wrong partial differs from the right one, by what a checker can see, at moderate operands."""
        if len(xs) <= self.k or self.k in self.row.signature.index_positions(len(xs)):
            return False
        z = self.row.value(*xs)
        right, wrong = [self.partial(row, z, xs) for row in (self.row, self.mutant)]
        scale = max(abs(right), self.scale(z, xs))
        return (
            math.isfinite(right)
            and abs(right) > 1e-100  # a search lets what is next to nothing pass
            and all([x == 0.0 or abs(x) > 1e-9 for x in xs])  # beside which there are steps
            and abs(z) > 1e-9
            and abs(wrong - right) > VISIBLE * max(scale, abs(wrong))
        )

    def scale(self, z: float, xs: list[float]) -> float:
        return abs(self.row.partial_scale(z, *xs)) if self.row.partial_scale is not None else 0.0

    def partial(self, row: Primitive, z: float, xs: list[float]) -> float:
        return row.partials[0](z, *xs)[self.k] if row.signature.lists else row.partials[self.k](z, *xs)

    def __repr__(self) -> str:
        return self.mutant.name


def mutants() -> list[Mutant]:
    """Every corruption of every partial."""
    found = []
    for row in TABLE.values():
        for k in range(2 if row.signature.lists else len(row.partials)):
            if k in row.signature.index_positions(len(row.partials)):
                continue
            found.append(Mutant(row, "scaled", k, lambda p, z, *xs: p(z, *xs) * (1.0 + 1e-6)))
            found.append(Mutant(row, "negated", k, lambda p, z, *xs: -p(z, *xs)))
            found.append(Mutant(row, "zero", k, lambda p, z, *xs: 0.0 * p(z, *xs)))
            found.append(Mutant(row, "doubled", k, lambda p, z, *xs: 2.0 * p(z, *xs)))
            if not row.signature.lists and len(row.partials) == 2:
                found.append(Mutant(row, "swapped", k, lambda p, z, *xs, row=row, k=k: row.partials[1 - k](z, *xs)))
        if row.name in SLIPS:
            found.append(Mutant(row, "slip", 0, lambda p, z, *xs, row=row: SLIPS[row.name](z, *xs)))
    return found


MUTANTS = mutants()
ROWS = {name: [mutant for mutant in MUTANTS if mutant.row.name == name] for name in TABLE}


@functools.cache
def drawn(row: Primitive, kinks: bool) -> list[list[float]]:
    """Moderate operand lists of a row, off its kinks or at them."""
    found: list[list[float]] = []

    @settings(max_examples=60, phases=[Phase.generate], database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(at_kinks(row) if kinks else operands(row, largest=20.0))
    def collect(xs):
        found.append(xs)

    collect()
    return found


def shown_by(mutant: Mutant) -> tuple[list[float] | None, Law]:
    """The shortest operands at which a mutant shows, if there are any, and the law that it breaks there.

    The third operand of `where` counts only where the condition is 0, which is a kink.
    """
    law = KINKS if (mutant.row.name, mutant.k) == ("where", 2) else PARTIALS
    found = [xs for xs in drawn(mutant.row, law is KINKS) if mutant.shows(xs)]
    return min(found, key=lambda xs: len(repr(xs)), default=None), law


def refused(mutant: Mutant) -> bool:
    """Whether the law is broken at the operands at which the mutant shows."""
    xs, law = shown_by(mutant)
    try:
        law.holds(mutant.mutant, xs)
    except Broken:
        return True
    return False


def blamed(mutant: Mutant) -> tuple[str, int]:
    """The row and the operand that `assert_gradient` blames of a function that uses the mutant."""
    xs, _ = shown_by(mutant)
    chosen = mutant.row.signature.index_positions(len(xs))

    def f(*values):
        items = iter(values)
        return 2.0 * applied(mutant.mutant, [x if k in chosen else next(items) for k, x in enumerate(xs)]) + 1.0

    with pytest.raises(GradientMismatch) as caught:
        assert_gradient(f, domain=[st.just(x) for k, x in enumerate(xs) if k not in chosen])
    edge = caught.value.edges[0]
    return edge.primitive.name, edge.position


def is_flat(mutant: Mutant) -> bool:
    return mutant.k in FLAT.get(mutant.row.name, [])


MUTANTS = mutants()
BY_ROW = {name: [mutant for mutant in MUTANTS if mutant.row.name == name and not is_flat(mutant)] for name in TABLE}
ROWS = [name for name in TABLE if BY_ROW[name]]
SLOW = pytest.mark.thorough("derivatives of gamma and beta take long in many digits")
SMALL = [
    pytest.param(mutant, marks=SLOW if mutant.row.name in ("beta_derivative", "polygamma_rise") else ())
    for mutant in MUTANTS
    if mutant.kind in ("scaled", "slip") and not is_flat(mutant)
]


def test_only_what_changes_no_number_does_not_show():
    """Every mutant shows somewhere, but for those of a partial that is 0, and the exchange of two that are equal."""
    silent = {repr(mutant) for mutant in MUTANTS if shown_by(mutant)[0] is None}
    assert silent == {repr(mutant) for mutant in MUTANTS if is_flat(mutant)} | SAME
    assert {mutant.row.name for mutant in MUTANTS} == set(TABLE)
    assert len(silent) == 92


@pytest.mark.parametrize("name", ROWS)
def test_every_mutant_of_a_row_is_refused(name):
    """At operands at which a wrong partial shows, the law of partials is broken, or at a kink that of kinks."""
    assert [mutant for mutant in BY_ROW[name] if repr(mutant) not in SAME and not refused(mutant)] == []


@pytest.mark.parametrize("mutant", SMALL, ids=repr)
def test_small_mistakes_and_slips_are_found_and_blamed(mutant):
    """A partial wrong by a millionth, or by what is misremembered, is found by a search, and `assert_gradient` blames
    the row and the operand.
    """
    _, law = shown_by(mutant)
    with pytest.raises(PrimitiveFault):
        check_law(mutant.mutant, law, max_examples=40)
    assert blamed(mutant) == (mutant.mutant.name, mutant.k)


@pytest.mark.thorough("the other mistakes are larger, and blamed in the same way")
@pytest.mark.parametrize("name", ROWS)
def test_every_mutant_of_a_row_is_blamed(name):
    """`assert_gradient` of a function with the mutant in it fails, and blames the row and the operand."""
    shown = [mutant for mutant in BY_ROW[name] if repr(mutant) not in SAME]
    assert [blamed(mutant) for mutant in shown] == [(mutant.mutant.name, mutant.k) for mutant in shown]
