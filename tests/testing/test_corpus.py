"""Laws of the corpus: what is called right, wrong or beyond judging is so, by 500 digits and by floats."""

import math
from collections import Counter

import mpmath
import numpy
import pytest
from corpus import CORPUS

DIGITS = 500  # so that a step of |x|·10⁻⁴⁵ leaves hundreds of digits, however small the slope is
STEP_DIGITS = 45
SMALLEST_FLOAT = 5e-324
JUDGEABLE = [case for case in CORPUS if case.truth != "unjudgeable"]
RIGHT = [case for case in CORPUS if case.truth == "right"]
WRONG = [case for case in CORPUS if case.truth == "wrong"]
UNJUDGEABLE = [case for case in CORPUS if case.truth == "unjudgeable"]


def names(cases):
    return [case.name for case in cases]


def arguments(case):
    return case.at if isinstance(case.at, tuple) else (case.at,)


def numbers(structure):
    """The numbers of nested lists and tuples, in order."""
    if isinstance(structure, (list, tuple)):
        return [number for item in structure for number in numbers(item)]
    return [structure]


def rebuilt(structure, items):
    """The same nesting with other numbers."""
    if isinstance(structure, (list, tuple)):
        return type(structure)([rebuilt(item, items) for item in structure])
    return next(items)


def inside(case, k, x):
    domain = case.domain[k] if isinstance(case.domain, tuple) else case.domain
    return domain is None or any([part.low <= x <= part.high for part in domain.intervals])


def along(f, case, k, number):
    """shift ↦ the outputs of `f` with the k-th input shifted; None where it is not defined, or no real number."""
    point = [number(x) for x in numbers(arguments(case))]

    def outputs(shift):
        inputs = [*point[:k], point[k] + shift, *point[k + 1 :]]
        if not inside(case, k, inputs[k]):
            return None
        try:
            values = numbers(f(*rebuilt(arguments(case), iter(inputs))))
        except (ValueError, ArithmeticError):
            return None
        real = [not isinstance(value, (complex, mpmath.mpc)) and mpmath.isfinite(value) for value in values]
        return values if all(real) else None

    return outputs


def secants(outputs, left, right):
    """The slope of every output between two shifts; None where it is not defined."""
    here, there = outputs(left), outputs(right)
    if here is None or there is None or left == right:
        return None
    return [(b - a) / (right - left) for a, b in zip(here, there, strict=True)]


def hulls(case, k):
    """For every output the interval from the left to the right derivative in the k-th input, in 500 digits."""
    outputs = along(case.exact, case, k, mpmath.mpf)
    step = abs(mpmath.mpf(numbers(case.at)[k]) or 1) / mpmath.mpf(10) ** STEP_DIGITS
    ends = []
    for side in (-1, 1):
        coarse, fine = secants(outputs, 0, side * step), secants(outputs, 0, side * step / 1024)
        if fine is not None:
            ends.append([one_sided(a, b) for a, b in zip(coarse, fine, strict=True)])
    return [(min([low for low, _ in sides]), max([high for _, high in sides])) for sides in zip(*ends, strict=True)]


def one_sided(coarse, fine):
    """Bounds on a one-sided derivative, from the quotients at one step and at a thousandth of it.

    Their difference bounds what the second one lacks; but where it is by far the larger, the slope is infinite.
    """
    if abs(fine) > 2 * abs(coarse) > 0:
        return mpmath.sign(fine) * mpmath.inf, mpmath.sign(fine) * mpmath.inf
    return fine - abs(fine - coarse), fine + abs(fine - coarse)


def claims(case):
    """(k, low, high, claim) for every partial: the input's number, its interval of slopes, and what is claimed."""
    claimed = numbers(case.gradient(*arguments(case)))
    count = len(numbers(case.at))
    columns = [hulls(case, k) for k in range(count)]
    return [(i % count, *columns[i % count][i // count], claim) for i, claim in enumerate(claimed)]


def distance(low, high, claim):
    """How far the claim lies outside; infinite if it is no finite number."""
    return max(low - claim, claim - high, 0) if math.isfinite(claim) else mpmath.inf


def shown_by_floats(case, k, output, target, tolerance):
    """Whether quotients of floats, of one side or central, come within the tolerance of the target thrice in a row."""
    x = float(numbers(case.at)[k])
    outputs = along(case.f, case, k, float)
    low, high = math.frexp(math.ulp(x) if x else 2.0**-100)[1], math.frexp(max(abs(x), 1.0))[1] + 3
    for left, right in ((0, 1), (-1, 0), (-1, 1)):
        run = 0
        for exponent in range(low, high):
            found = secants(outputs, x + left * 2.0**exponent - x, x + right * 2.0**exponent - x)
            run = run + 1 if found is not None and abs(found[output] - target) <= tolerance else 0
            if run == 3:
                return True
    return False


pytestmark = pytest.mark.thorough("it proves the data, not the package")


def test_every_case_has_a_name_of_its_own():
    """Names are unique slugs, and every case says why it is there."""
    assert [name for name, count in Counter(names(CORPUS)).items() if count > 1] == []
    assert [name for name in names(CORPUS) if name != name.lower() or " " in name] == []
    assert names(case for case in CORPUS if not case.why) == []


def test_there_are_enough_cases():
    """At least 70 right, 70 wrong and 24 unjudgeable ones, and none of another kind."""
    counts = Counter([case.truth for case in CORPUS])
    assert counts.keys() == {"right", "wrong", "unjudgeable"}
    assert counts["right"] >= 70
    assert counts["wrong"] >= 70
    assert counts["unjudgeable"] >= 24


def test_a_claim_has_one_partial_per_input_and_output():
    """The gradient has the arguments' structure, the Jacobian one such row per output."""
    assert names(case for case in CORPUS if not is_of_the_right_shape(case)) == []


def is_of_the_right_shape(case):
    rows = case.gradient(*arguments(case))
    shape = case.at if isinstance(case.at, tuple) and len(case.at) > 1 else arguments(case)[0]
    outputs = case.f(*arguments(case)) if case.exact is not None else None
    if not isinstance(outputs, list):
        return sizes(rows) == sizes(shape)
    return len(rows) == len(outputs) and all([sizes(row) == sizes(shape) for row in rows])


def sizes(structure):
    """How many numbers each part of a structure holds."""
    return [len(numbers(part)) for part in (structure if isinstance(structure, (list, tuple)) else [structure])]


def test_the_function_is_what_its_exact_twin_says():
    """At the point f is finite and equals `exact` to a few roundings, of 32-bit numbers at worst."""
    with mpmath.workdps(DIGITS):
        assert names(case for case in JUDGEABLE if not has_the_value_of_its_twin(case)) == []


def has_the_value_of_its_twin(case):
    exact = along(case.exact, case, 0, mpmath.mpf)(0)
    got = along(case.f, case, 0, float)(0)
    return all([abs(x - y) <= 1e-6 * abs(y) + SMALLEST_FLOAT for x, y in zip(got, exact, strict=True)])


def test_right_is_right():
    """Every partial lies between the left and the right derivative, to a relative 1e-9 (1e-6 if it has 32 bits)."""
    with mpmath.workdps(DIGITS):
        assert names(case for case in RIGHT if not all([is_right(*partial) for partial in claims(case)])) == []


def is_right(_, low, high, claim):
    tolerance = 1e-6 if isinstance(claim, numpy.float32) else 1e-9
    size = max(abs(low), abs(high), abs(float(claim)))
    return distance(low, high, float(claim)) <= tolerance * size + SMALLEST_FLOAT


def test_wrong_is_wrong():
    """Some partial lies outside left and right derivative by a relative 5e-7 or more, or is not finite."""
    with mpmath.workdps(DIGITS):
        assert names(case for case in WRONG if not any([is_wrong(*partial) for partial in claims(case)])) == []


def is_wrong(_, low, high, claim):
    return not distance(low, high, claim) / max(abs(low), abs(high), abs(claim), SMALLEST_FLOAT) < 5e-7


def test_what_is_wrong_shows_in_floats():
    """Evaluations of f alone give some slope ten times as exactly as it takes to see that the claim is wrong.

    An infinite slope they cannot give; that it is none of the finite ones is seen by its growth.
    """
    with mpmath.workdps(DIGITS):
        hidden = (case for case in WRONG if not any([shows(case, *partial) for partial in enumerate(claims(case))]))
        assert names(hidden) == []


def shows(case, i, partial):
    """Whether floats tell the i-th partial from the claim."""
    k, low, high, claim = partial
    gap = distance(low, high, claim)
    if mpmath.isinf(low):
        return math.isfinite(claim)
    end = low if claim < low else high
    tolerance = gap / 10 if mpmath.isfinite(gap) else (abs(end) + 1e-6) / 10
    return gap > 0 and shown_by_floats(case, k, i // len(numbers(case.at)), end, tolerance)


def test_what_is_beyond_judging_shows_no_slope():
    """In some input the quotients of f, where there are any, do not settle, or f does not move though claimed to."""
    assert names(case for case in UNJUDGEABLE if shows_its_slopes(case)) == []


def shows_its_slopes(case):
    claimed = numbers(case.gradient(*arguments(case)))
    return all([settles(case, k, claim) for k, claim in enumerate(claimed)])


def settles(case, k, claim):
    """Whether quotients over a million-fold range of steps agree to 10 %, and with a claim of 0 if f stands still."""
    outputs = along(case.f, case, k, float)
    scale = max(abs(numbers(case.at)[k]), 1.0)
    found = [secants(outputs, 0.0, side * scale * 2.0**-j) for side in (-1, 1) for j in range(8, 30)]
    slopes = [quotient[0] for quotient in found if quotient is not None]
    if not slopes:
        return False
    return max(slopes) - min(slopes) <= 0.1 * max(map(abs, slopes)) and (any(slopes) or claim == 0)
