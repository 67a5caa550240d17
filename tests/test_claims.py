"""Laws of what measures the checker: slips are wrong, programs have the slopes that are said, nobody is favoured."""

import csv
import io
import math
import random
from contextlib import suppress
from importlib import import_module
from itertools import islice
from types import FunctionType

import numpy
import pytest

from benchmarks import claims, programs, truth
from benchmarks.programs import Program
from benchmarks.slips import definition, inside, slips
from benchmarks.textbook import TEXTBOOK
from benchmarks.textbook.gradient import points
from microgrand.testing import Verdict

ENTRIES = claims.textbook(10_000, random.Random(0))
IDS = [gradient.name for gradient, _ in ENTRIES]
SOME = [
    entry for entry in ENTRIES if entry.gradient.name in ("annuity", "gravity", "variance", "elu", "log-cosh in NumPy")
]
SLOPES = {}


def fields(entry):
    """The module of a gradient in many digits."""
    return truth.twin(entry.module.__name__)


def exact_twin(entry):
    lists = [each for each in vars(fields(entry)).values() if isinstance(each, list)]
    return next(each for items in lists for each in items if getattr(each, "name", None) == entry.gradient.name)


def true_slopes(entry, arguments):
    """The slopes at a point; computed once for all slips."""
    key = (entry.gradient.name, str(arguments))
    if key not in SLOPES:
        SLOPES[key] = truth.gradient(exact_twin(entry).f, arguments)
    return SLOPES[key]


def gap(entry, slip, arguments):
    """How far a slip is from the derivative, in many digits; 0 where one of them has no value."""
    inputs = [truth.MANY.mpf(float(x)) for x in truth.numbers(arguments)]
    try:
        claimed = truth.numbers(slip.function(fields(entry))(*truth.rebuilt(arguments, iter(inputs))))
    except (ArithmeticError, ValueError):
        return 0
    pairs = zip(claimed, true_slopes(entry, arguments), strict=True)
    return max([truth.distance(z, ends) for z, ends in pairs if ends is not None], default=0)


def same(found, expected):
    return numpy.array_equal(numpy.array(truth.numbers(found)), numpy.array(truth.numbers(expected)), equal_nan=True)


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_a_gradient_is_read_from_its_source(entry):
    """What slips are made in is the gradient: to the bit, it gives the same."""
    gradient, module = entry
    names = dict(vars(module))
    exec(programs.ast.unparse(definition(gradient, module)), names)
    drawn = points(gradient, 8, seed=3)[2:]
    with numpy.errstate(all="ignore"):
        pairs = [(told(names["gradient"], at), told(gradient.gradient, at)) for at in drawn]
    assert [pair for pair in pairs if not same(*pair)] == []


def told(gradient, arguments):
    """What a gradient gives, NaN where it raises."""
    try:
        return gradient(*arguments)
    except (ArithmeticError, ValueError):
        return [math.nan]


@pytest.mark.parametrize("entry", SOME, ids=lambda entry: entry.gradient.name)
def test_slips_are_of_every_kind(entry):
    """A gradient is given each slip that it can have, and each is a text of its own."""
    made = slips(*entry, random.Random(0))
    kinds = {slip.kind for slip in made}
    assert {"sign", "twice", "half", "1 % off", "1e-4 off", "in the upper tail", "in a band"} <= kinds
    assert len({slip.text for slip in made}) == len(made)


@pytest.mark.thorough("it proves the data, not the package")
@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_a_slip_that_shows_is_wrong(entry):
    """In many digits it is off by a third of its size, or by 1e-5, somewhere in the domain."""
    showing = [slip for slip in slips(*entry, random.Random(0)) if claims.shows(entry, slip)]
    right = [slip for slip in showing if not is_wrong(entry, slip)]
    assert right == []


def is_wrong(entry, slip):
    """Whether it is off at one of some points, as far as it is said to be."""
    least = max(0.3 * slip.size, 1e-5)
    return any([gap(entry, slip, at) > least for at in inside(entry.gradient, slip, 10)[2:]])


def test_most_slips_show():
    """Of every kind at least half, and 80 in 100 of all."""
    shown = {}
    for field in ("finance", "physics"):
        for entry in [each for each in ENTRIES if each.gradient in TEXTBOOK[field]]:
            for slip in slips(*entry, random.Random(0)):
                shown.setdefault(slip.kind, []).append(claims.shows(entry, slip))
    assert [kind for kind, found in shown.items() if sum(found) < len(found) / 2] == []
    assert sum([sum(found) for found in shown.values()]) >= 0.8 * sum([len(found) for found in shown.values()])


def test_a_program_has_the_slopes_that_are_claimed():
    """Quotients of floats are near the right claims of random programs, where they are near anything."""
    right = [claim for claim in islice(programs.claims(random.Random(3)), 300) if claim.truth == "right"]
    assert len(right) > 80
    assert sum([is_near_a_quotient(claim) for claim in right]) >= 0.9 * len(right)


def is_near_a_quotient(claim):
    """Whether the first partial is near a quotient of floats over some step, from one side or the other."""
    x, *others = claim.at
    quotients = []
    for step in [side * (abs(x) or 1.0) * 10.0**-k for k in (3, 5, 7) for side in (1, -1)]:
        with suppress(ArithmeticError, ValueError, TypeError):
            quotients.append((claim.f(x + step, *others) - claim.f(x, *others)) / (x + step - x))
    return any([math.isclose(quotient, claim.claimed[0], rel_tol=0.02, abs_tol=1e-6) for quotient in quotients])


def test_a_wrong_claim_is_outside_the_slopes():
    """Of every claim that is called wrong some partial is off, of one that is called right none."""
    for claim in islice(programs.claims(random.Random(4)), 200):
        gaps = [truth.distance(z, ends) for z, ends in zip(claim.claimed, claim.slopes, strict=True)]
        assert (max(gaps) > 1e-7) == (claim.truth == "wrong")


def test_branches_are_compared():
    """A comparison that comes out otherwise in many digits is seen, one inside `max` too."""
    chosen = Program("def f(x):\n    return x if x + 1e-17 > 1 else -x")
    larger = Program("def f(x):\n    return max(x + 1e-17, 1)")
    assert [program.takes_the_same_branches((1.0,)) for program in (chosen, larger)] == [False, False]
    assert [program.takes_the_same_branches((0.5,)) for program in (chosen, larger)] == [True, True]


def test_calls_are_counted_of_f_alone():
    """Calls of the function count; those of its code among other names do not."""

    def f(x):
        return x * x

    again = FunctionType(f.__code__, {})
    assert claims.calls(f, lambda: [f(1.0), f(2.0), again(3.0)]) == 2


def claim(f, claimed, at=0.7):
    """A claim as a checker is asked about it."""
    return programs.Claim("", f, lambda _: claimed, (at,), None, "", "", (claimed,), [], True)


def test_scipy_is_asked_fairly():
    """It agrees with right claims, disagrees with wrong ones, and is silent where its estimate fails."""
    asked = [(math.sin, math.cos(0.7)), (math.sin, -0.7), (lambda x: 1.0 if x > 0.7 else 0.0, 0.0)]
    found = [claims.by_scipy(claim(f, claimed)).verdict for f, claimed in asked]
    assert found == [Verdict.AGREE, Verdict.DISAGREE, Verdict.CANNOT_JUDGE]


def test_the_command_tells_each_part(tmp_path, capsys):
    """Each part has its line, each checker its line, and the file a line for every search and claim."""
    file = tmp_path / "claims.csv"
    sizes = ["--textbook", "2", "--slips", "3", "--points", "6", "--beside", "3"]
    assert claims.main([*sizes, "--csv", str(file)]) == 0
    printed = capsys.readouterr().out
    assert "textbook: 2 searches" in printed
    assert "slips: 3 searches" in printed
    assert [judge.name for judge in claims.asked()[0] if f"\n{judge.name}  " not in printed] == []
    lines = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))
    assert [line[0] for line in lines] == ["part", *["textbook"] * 2, *["slips"] * 3, *["points"] * 6]


def test_a_missing_folder_is_said_in_a_sentence(capsys):
    """Nothing is measured, and the exit code is 2."""
    with pytest.raises(SystemExit) as stop:
        claims.main(["--csv", "no/such/folder/claims.csv"])
    assert stop.value.code == 2
    assert "there is no folder 'no/such/folder' to write 'claims.csv' in" in capsys.readouterr().err


def test_every_field_is_a_module():
    """A gradient stands in the file of its field."""
    assert {module.__name__ for _, module in ENTRIES} == {
        f"benchmarks.textbook.{field.replace(' ', '_')}" for field in TEXTBOOK
    }
    assert all([import_module(module.__name__) is module for _, module in ENTRIES])
