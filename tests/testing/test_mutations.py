"""The checker checked: every row's partials are corrupted one by one, and every corruption that shows is caught.

A mutant is a row with the same value and one wrong partial. `check_primitive` has to refuse it, and `assert_gradient`
of a function that uses it has to fail and to blame that very edge. `pytest -s -n 0 tests/test_mutations.py` prints the
counts.
"""

import math
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample, Unsatisfiable

import microgrand as mg
from microgrand import TABLE, Primitive
from microgrand.testing import GradientMismatch, PrimitiveFault, assert_gradient
from microgrand.testing.checking_primitives import check_law
from microgrand.testing.expression import applied
from microgrand.testing.laws import LAWS
from microgrand.testing.strategies import operands

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
TRIED = Counter()


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
            and right != 0.0
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


@pytest.fixture(scope="module", autouse=True)
def told():
    """Print the counts once all mutants were tried."""
    yield
    words = ", ".join([f"{count} {what}" for what, count in sorted(TRIED.items())])
    print(f"\nmutants: {words}")  # noqa: T201


@pytest.mark.parametrize("mutant", mutants(), ids=repr)
def test_every_mutant_that_changes_a_number_is_caught_and_blamed(mutant):
    """The law of partials refuses it, and `assert_gradient` fails and blames the row and the operand."""
    quiet = settings(max_examples=200, derandomize=True, database=None, deadline=None)
    try:
        xs = find(operands(mutant.row, largest=20.0), mutant.shows, settings=quiet)
    except (NoSuchExample, Unsatisfiable):
        TRIED["that change no number"] += 1
        return
    TRIED["caught"] += 1
    law = next(law for law in LAWS if law.name == "a partial is the derivative of the value")
    with pytest.raises(PrimitiveFault):
        check_law(mutant.mutant, law, max_examples=200)
    chosen = mutant.row.signature.index_positions(len(xs))

    def f(*values):
        items = iter(values)
        return 2.0 * applied(mutant.mutant, [x if k in chosen else next(items) for k, x in enumerate(xs)]) + 1.0

    near = [st.floats(x, x + 1e-3 * abs(x)) | st.just(x) for k, x in enumerate(xs) if k not in chosen]
    with pytest.raises(GradientMismatch) as caught:
        assert_gradient(f, domain=near, max_examples=20)
    blamed = caught.value.edges[0]
    assert (blamed.primitive.name, blamed.position) == (mutant.mutant.name, mutant.k)
