"""`check_primitive`: does this row keep every law that microgrand's own table keeps? Also of rows added at run time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from microgrand.progress import progress
from microgrand.shortening import how_many
from microgrand.table.primitive import Primitive
from microgrand.testing.laws import LAWS, Broken, Law, LeftOut
from microgrand.testing.simplest import simplest_failure


class PrimitiveFault(AssertionError):  # noqa: N818  it is what a failing test shows
    """A row breaks a law; the text names the row, the law, the simplest operands, both numbers and their distance.

    primitive  the row
    law        the law, in words
    operands   where it is broken

    `check_primitive` has an example.
    """

    def __init__(self, primitive: Primitive, law: str, operands: Sequence[float], because: str) -> None:
        self.primitive = primitive
        self.law = law
        self.operands = tuple(operands)
        self.because = because
        numbers = ", ".join([repr(x) for x in operands])
        super().__init__(f"{primitive.name} breaks the law “{law}” at ({numbers}): {because}")


class LawReport(NamedTuple):
    """One law that holds: at how many points it was looked at, and why it was not at others."""

    law: str
    points: int
    left_out: str


class PrimitiveReport(NamedTuple):
    """A row that keeps every law; print it to see how many points each was looked at.

    primitive  the row
    laws       one LawReport per law
    """

    primitive: Primitive
    laws: tuple[LawReport, ...]

    def __repr__(self) -> str:
        left_out = sum([not each.points for each in self.laws])
        told = f"{how_many(len(self.laws) - left_out, 'law')} looked at, {left_out} left out"
        return f"<PrimitiveReport of {self.primitive.name}: {told}; print(…) lists them>"

    def __str__(self) -> str:
        width = max([len(each.law) for each in self.laws])
        lines = [
            f"{each.law:{width}}  {each.points:>6} points" if each.points else f"{each.law:{width}}  – {each.left_out}"
            for each in self.laws
        ]
        return "\n".join([f"{self.primitive.name} keeps every law that could be looked at:", *lines])


def check_primitive(primitive: Primitive, *, max_examples: int = 100, seed: int | None = None) -> PrimitiveReport:
    """Look at every law for one row, the table's or one's own.

    The partials are the derivatives of the value, arrays give what floats give, partials can be differentiated, printed
    code runs, the domain is kept: the report lists them.

    primitive     the row
    max_examples  how many operand lists are drawn for each law (a quarter of them for the costly ones), of moderate
                  and extreme size, at the ends of domains, at kinks and ties
    seed          of the search; without one it is the same search every time

    A row that does not run on some kind of number (its value is made of `math`, say, and takes no arrays) is not
    faulty: the report says what was left out, and why. Where it does run, a wrong number is a fault, and so is an error
    inside the declared domain, other than an overflow's.

    Raises PrimitiveFault for the first law that is broken, at the simplest operands that hypothesis finds.

    >>> from microgrand import Primitive
    >>> cube = Primitive("cube", lambda x: x * x * x, lambda z, x: 3.0 * x * x)
    >>> check_primitive(cube).laws[3]
    LawReport(law='a partial is the derivative of the value', points=100, left_out='')
    >>> twice = Primitive("twice", lambda x: x + x, lambda z, x: 1.0)
    >>> try:
    ...     check_primitive(twice)
    ... except PrimitiveFault as fault:
    ...     print(fault.law, fault.because, sep=": ")
    a partial is the derivative of the value: the partial in operand 1 is 1.0; right is 2.0
    """
    if not isinstance(primitive, Primitive):
        raise TypeError(f"check_primitive takes a row, such as microgrand.tanh; got {primitive!r:.60}")
    found = []
    with progress(f"checking {primitive.name}", [law.name for law in LAWS]) as task:
        for law in LAWS:
            found.append(check_law(primitive, law, max_examples, seed))
            task.next()
    return PrimitiveReport(primitive, tuple(found))


def check_law(primitive: Primitive, law: Law, max_examples: int = 100, seed: int | None = None) -> LawReport:
    """Look at one law. Raises PrimitiveFault where it is broken.

    >>> from microgrand import tanh
    >>> check_law(tanh, LAWS[3], max_examples=20).points
    20
    """
    points = 0
    reasons: list[str] = []

    def look(drawn: tuple[Any, ...]) -> None:
        nonlocal points
        try:
            law.holds(primitive, *drawn)
            points += 1
        except LeftOut as reason:
            reasons.append(str(reason))
        except OverflowError as error:
            reasons.append(f"the row raises OverflowError: {error}")
        except Broken as broken:
            raise PrimitiveFault(primitive, law.name, drawn[0], str(broken)) from None

    fault = simplest_failure(look, law.drawn(primitive), max(1, round(law.share * max_examples)), seed, PrimitiveFault)
    if fault is not None:
        raise PrimitiveFault(primitive, fault.law, fault.operands, fault.because)
    return LawReport(law.name, points, reasons[0] if reasons else "" if points else "no such operands were found")
