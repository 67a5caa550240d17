"""JAX's primitives on windows, in many digits: convolutions, sums and largest numbers of windows, and their slopes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy

from microgrand.testing.exact import EXACT
from microgrand.testing.more_digits.jax_primitives import Rule, Step, in_double_precision, place_of_best, summed
from microgrand.testing.more_digits.twins import Twins, filled


def _convolution(step: Step) -> list[Any]:
    """Sums of products of an array with a kernel: which item goes with which is asked with one item of the kernel each.

    An array of places, convolved with a kernel of zeros and a single one, is the places that this item meets.
    """
    array, kernel = step.exacts
    params = {**step.params, "preferred_element_type": None}
    places = numpy.arange(1.0, 1.0 + array.size).reshape(array.shape)
    single = numpy.eye(kernel.size).reshape(kernel.size, *kernel.shape)
    with in_double_precision():
        met = jax.vmap(lambda one: step.bind(places, one, **params)[0])(single)
    shape = met.shape[1:]
    rows = numpy.asarray(met).round().astype(int).reshape(kernel.size, -1)
    numbers, weights = [EXACT.mpf(0), *array.ravel()], list(kernel.ravel())
    found = [
        summed(step, [step.noted_number(numbers[k] * weight) for k, weight in zip(row, weights, strict=True) if k])
        for row in rows.T
    ]
    return [filled(found, shape)]


def windows(shape: Sequence[int], params: dict[str, Any]) -> Any:
    """For each window the places of its items in the flat array, -1 for those that lie outside.

    >>> windows((4,), {"window_dimensions": (2,), "window_strides": (2,), "padding": ((1, 1),)}).tolist()
    [[-1, 0], [1, 2], [3, -1]]
    """
    count = len(shape)
    ones = (1,) * count
    spread, apart = params.get("base_dilation", ones), params.get("window_dilation", ones)
    places, inside = numpy.zeros((1, 1), dtype=int), numpy.ones((1, 1), dtype=bool)
    outer: list[int] = []
    for axis, size in enumerate(shape):
        width, stride = params["window_dimensions"][axis], params["window_strides"][axis]
        before, after = params["padding"][axis]
        reach = (width - 1) * apart[axis] + 1
        rounds = (max((size - 1) * spread[axis] + 1, 0) + before + after - reach) // stride + 1
        at = numpy.arange(rounds)[:, None] * stride + numpy.arange(width)[None, :] * apart[axis] - before
        valid = (at % spread[axis] == 0) & (at >= 0) & (at // spread[axis] < size)
        places = _crossed(places * size, at // spread[axis], numpy.add)
        inside = _crossed(inside, valid, numpy.logical_and)
        outer.append(rounds)
    return numpy.where(inside, places, -1).reshape(*outer, -1)


def _crossed(rows: Any, more: Any, combine: Callable[..., Any]) -> Any:
    """Each window with each along another axis, and each of its items with each there."""
    found = combine(rows[:, None, :, None], more[None, :, None, :])
    return found.reshape(rows.shape[0] * more.shape[0], -1)


def _window_sum(step: Step) -> list[Any]:
    (array,) = step.exacts
    numbers = array.ravel()
    rows = windows(array.shape, step.params)
    found = [summed(step, [numbers[k] for k in row if k >= 0]) for row in rows.reshape(-1, rows.shape[-1])]
    return [filled(found, rows.shape[:-1])]


def _chosen_places(step: Step, array: Twins, sign: int) -> Any:
    """Where the largest item of each window stands, or the smallest one: a decision; -1 in a window without items."""
    rows = windows(array.exact.shape, step.params)
    exact = array.exact.ravel()
    near = None if array.near is None else numpy.asarray(array.near).ravel()
    found = []
    for row in rows.reshape(-1, rows.shape[-1]):
        inside = [int(k) for k in row if k >= 0]
        few = None if near is None or not inside else place_of_best(sign, [near[k] for k in inside])
        many = place_of_best(sign, [exact[k] for k in inside]) if inside else -1
        found.append(inside[step.run.decided(few, many)] if inside else -1)
    return numpy.array(found, dtype=int).reshape(rows.shape[:-1])


def _largest_in_windows(sign: int) -> Rule:
    def rule(step: Step) -> list[Any]:
        (array,) = step.operands
        places = _chosen_places(step, array, sign)
        numbers = [*array.exact.ravel(), -sign * EXACT.inf]
        return [filled([numbers[k] for k in places.ravel()], places.shape)]

    return rule


def _sign_of_choice(step: Step) -> int:
    return 1 if step.params["select_prim"].name == "ge" else -1


def _brought_to_the_largest(step: Step) -> list[Any]:
    """What belongs to a window is added where its largest item stands: the slope of a largest number."""
    source, array = step.operands
    found = numpy.array([EXACT.mpf(0)] * array.exact.size, dtype=object)
    places = _chosen_places(step, array, _sign_of_choice(step))
    for place, number in zip(places.ravel(), source.exact.ravel(), strict=True):
        found[place] = step.noted_number(found[place] + number)
    return [found.reshape(array.exact.shape)]


def _taken_from_the_largest(step: Step) -> list[Any]:
    """From another array what stands where the largest item of each window does."""
    other, array = step.operands
    places = _chosen_places(step, array, _sign_of_choice(step))
    numbers = [*other.exact.ravel(), EXACT.mpf(0)]
    return [filled([numbers[k] for k in places.ravel()], places.shape)]


RULES: dict[str, Rule] = {
    "conv_general_dilated": _convolution,
    "reduce_window_sum": _window_sum,
    "reduce_window_max": _largest_in_windows(1),
    "reduce_window_min": _largest_in_windows(-1),
    "select_and_scatter_add": _brought_to_the_largest,
    "select_and_gather_add": _taken_from_the_largest,
}
