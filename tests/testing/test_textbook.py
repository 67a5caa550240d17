"""Laws of the textbook: every gradient is right as a formula, and has a value wherever its function has one."""

from collections import Counter

import numpy
import pytest

from benchmarks import truth
from benchmarks.textbook import TEXTBOOK
from benchmarks.textbook.gradient import points

GRADIENTS = [gradient for gradients in TEXTBOOK.values() for gradient in gradients]
RIGHT = 1e-13  # of a formula in many digits; its literals have 53 bits
POINTS = 12
MIDDLES = slice(2, None)  # points that are not the ends

pytestmark = pytest.mark.thorough("it proves the data, not the package")


def names(gradients):
    return [gradient.name for gradient in gradients]


def twin(gradient):
    """The same gradient in many digits."""
    (field,) = [field for field, gradients in TEXTBOOK.items() if gradient in gradients]
    module = truth.twin(f"benchmarks.textbook.{field.replace(' ', '_')}")
    lists = [each for each in vars(module).values() if isinstance(each, list)]
    return next(each for items in lists for each in items if getattr(each, "name", None) == gradient.name)


def partials(gradient, arguments):
    """The numbers of a gradient at arguments, or the error that it raises."""
    try:
        return truth.numbers(gradient(*arguments))
    except (ArithmeticError, ValueError) as error:
        return repr(error)


def has_a_value(f, arguments):
    """Whether f has a finite value there, in floats."""
    try:
        found = f(*arguments)
    except (ArithmeticError, ValueError):
        return False
    return bool(numpy.isfinite(found))


def wrong_in_many_digits(gradient):
    """The points at which the formula of the gradient is not the derivative of the formula of f."""
    exact = twin(gradient)
    wrong = []
    for arguments in points(gradient, POINTS, seed=0):
        slopes = truth.gradient(exact.f, arguments)
        inputs = [truth.MANY.mpf(float(x)) for x in truth.numbers(arguments)]
        claims = partials(exact.gradient, truth.rebuilt(arguments, iter(inputs)))
        if isinstance(claims, str) or len(claims) != len(slopes):
            wrong += [(arguments, claims)] if None not in slopes else []
        else:
            wrong += [
                (arguments, float(claim), [float(end) for end in ends])
                for claim, ends in zip(claims, slopes, strict=True)
                if ends is not None and truth.distance(claim, ends) > RIGHT
            ]
    return wrong


@pytest.mark.parametrize("gradient", GRADIENTS, ids=names(GRADIENTS))
def test_a_gradient_is_right_as_a_formula(gradient):
    """In many digits it lies between the left and the right derivative of its function, all over the domain."""
    assert wrong_in_many_digits(gradient) == []


@pytest.mark.parametrize("gradient", GRADIENTS, ids=names(GRADIENTS))
def test_a_gradient_has_a_value_where_its_function_has_one(gradient):
    """In floats, all over the domain, both are finite or the function is not."""
    with numpy.errstate(all="ignore"):
        alone = [
            (arguments, found)
            for arguments in points(gradient, 200, seed=1)
            if has_a_value(gradient.f, arguments)
            and (isinstance(found := partials(gradient.gradient, arguments), str) or not numpy.isfinite(found).all())
        ]
    assert alone == []


@pytest.mark.parametrize("gradient", GRADIENTS, ids=names(GRADIENTS))
def test_floats_compute_the_formula(gradient):
    """At most points of the domain the function's floats are its formula's value, to one in a hundred."""
    exact, near = twin(gradient), 0
    drawn = points(gradient, 22, seed=2)[MIDDLES]
    for arguments in drawn:
        inputs = [truth.MANY.mpf(float(x)) for x in truth.numbers(arguments)]
        there = truth.value(exact.f, arguments, inputs)
        here = gradient.f(*arguments) if has_a_value(gradient.f, arguments) else None
        near += here is not None and there is not None and abs(here - there) <= 0.01 * abs(there) + 1e-300
    assert near >= len(drawn) / 2


def test_there_are_gradients_of_every_field():
    """200 and more, 20 and more of each field, each with a name of its own."""
    assert len(GRADIENTS) >= 200
    assert min([len(gradients) for gradients in TEXTBOOK.values()]) >= 20
    assert [name for name, count in Counter(names(GRADIENTS)).items() if count > 1] == []
