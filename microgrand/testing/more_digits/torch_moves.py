"""Operators of PyTorch that put numbers elsewhere, add them up, or do so with weights: carried out in many digits.

PyTorch says itself where numbers go, whatever the operator: it is given the places of the numbers instead of these, as
floats in double precision, which count exactly up to 2⁵³.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy
import torch
from torch.utils._pytree import tree_flatten, tree_unflatten

from microgrand.testing.exact import EXACT
from microgrand.testing.more_digits.run import DigitsLostError
from microgrand.testing.more_digits.twins import filled

Exactly = Callable[[Any], Any]  # from a tensor to its numbers in many digits
LARGEST_SUM = 2_000  # numbers, each of which is followed by itself


def moved(operator: Any, exact: Exactly, args: Any, kwargs: Any, mixed: bool = False) -> Any:
    """The numbers where an operator puts them; 0 where it puts none of them.

    exact  gives a tensor's numbers
    mixed  whether tensors of whole numbers are numbers too, and not places
    """
    places = _Places(exact, mixed)
    given = [places.of(x, name) for x, name in _named_leaves(operator, args, kwargs)]
    return places.looked_up(_called(operator, given, args, kwargs))


class _Places:
    """Numbers in a row, 0 the first of them, and tensors of the places in this row."""

    def __init__(self, exact: Exactly, mixed: bool) -> None:
        self._exact = exact
        self._mixed = mixed
        self._numbers = [EXACT.mpf(0)]

    def of(self, x: Any, name: str) -> Any:
        """The places of a tensor's numbers, or of a number that is to be put somewhere; else x."""
        if isinstance(x, (int, float)) and (name == "value" or (self._mixed and name in ("self", "other"))):
            self._numbers.append(EXACT.mpf(x))
            return float(len(self._numbers) - 1)
        if not isinstance(x, torch.Tensor) or not (x.is_floating_point() or (self._mixed and name != "condition")):
            return x
        first = len(self._numbers)
        self._numbers += [EXACT.mpf(number) for number in self._exact(x).ravel().tolist()]
        return torch.arange(first, len(self._numbers), dtype=torch.float64).reshape(x.shape)

    def looked_up(self, places: Any) -> Any:
        """The numbers in these places."""
        return filled([self._numbers[int(k)] for k in places.ravel().tolist()], tuple(places.shape))


def summed(operator: Any, exact: Exactly, args: Any, kwargs: Any) -> Any:
    """The numbers where an operator puts them, each times what it is multiplied by; what meets in a place is added.

    exact  gives a tensor's numbers

    Raises DigitsLostError for very many numbers.
    """
    leaves = [x for x, _ in _named_leaves(operator, args, kwargs)]
    blank = [torch.zeros(x.shape, dtype=torch.float64) if _is_numbers(x) else x for x in leaves]
    if sum([x.numel() for x in leaves if _is_numbers(x)]) > LARGEST_SUM:
        raise DigitsLostError(f"PyTorch's operator {operator.name()} has too many numbers for many digits")
    total: Any = 0
    for k, leaf in enumerate(leaves):
        if not _is_numbers(leaf):
            continue
        for place, number in enumerate(exact(leaf).ravel()):
            unit = torch.zeros(leaf.numel(), dtype=torch.float64)
            unit[place] = 1.0
            found = _called(operator, [*blank[:k], unit.reshape(leaf.shape), *blank[k + 1 :]], args, kwargs)
            total = total + found.numpy().astype(object) * number
    return total if isinstance(total, numpy.ndarray) else filled([total], ())


def _is_numbers(x: Any) -> bool:
    return isinstance(x, torch.Tensor) and x.is_floating_point()


def _called(operator: Any, leaves: list[Any], args: Any, kwargs: Any) -> Any:
    new_args, new_kwargs = tree_unflatten(leaves, tree_flatten((tuple(args), kwargs))[1])
    return operator(*new_args, **{name: x for name, x in new_kwargs.items() if name != "dtype"})


def _named_leaves(operator: Any, args: Any, kwargs: Any) -> Iterator[tuple[Any, str]]:
    """What an operator is given, flat, each with the name of the parameter."""
    names = [x.name for x in operator._schema.arguments]
    for name, x in [*zip(names, args, strict=False), *kwargs.items()]:
        for leaf in tree_flatten(x)[0]:
            yield leaf, name


# ---- convolutions ----------------------------------------------------------------------------------------------------


def convolved(exact: Exactly, args: Any) -> Any:
    """A convolution: for each weight the numbers that meet it, in their places, times the weight.

    args  of PyTorch's operator: input, weight, bias, stride, padding, dilation, transposed, output_padding, groups
    """
    x, weight, bias, *settings = args
    total = sum(
        [w * move(x) for w, move in _taps(exact, weight, settings)], filled([], (0,)) if not weight.numel() else 0
    )
    if bias is None:
        return total
    return total + exact(bias).reshape(-1, *[1] * (x.ndim - 2))


def convolved_back(exact: Exactly, args: Any) -> tuple[Any, Any, Any]:
    """The adjoints of input, weight and bias in a convolution, each None where PyTorch gives none.

    args  of PyTorch's operator: grad_output, input, weight, bias_sizes, stride …, groups, output_mask
    """
    grad, x, weight, _, *settings, wanted = args
    upstream = exact(grad)
    to_input = to_weight = to_bias = None
    if wanted[0]:
        to_input = sum([w * back(x) for w, back in _taps_back(exact, grad, weight, settings)])
    if wanted[1]:
        sums = [(upstream * move(x)).sum() for _, move in _taps(exact, weight, settings)]
        to_weight = filled(sums, tuple(weight.shape))
    if wanted[2]:
        to_bias = upstream.sum(axis=(0, *range(2, grad.ndim)))
    return to_input, to_weight, to_bias


def _taps(exact: Exactly, weight: Any, settings: Any) -> Iterator[tuple[Any, Callable[[Any], Any]]]:
    """Each weight, and the move of an input that this weight alone makes."""
    for w, unit in _units(exact, weight):

        def forward(x: Any, unit: Any = unit) -> Any:
            return _by(exact, x, lambda places: _convolution(places, unit, None, *settings))

        yield w, forward


def _taps_back(exact: Exactly, grad: Any, weight: Any, settings: Any) -> Iterator[tuple[Any, Callable[[Any], Any]]]:
    """Each weight, and the move of an output's adjoint that this weight alone makes."""
    for w, unit in _units(exact, weight):

        def back(x: Any, unit: Any = unit) -> Any:
            blank = torch.zeros(x.shape, dtype=torch.float64)
            mask = [True, False, False]
            return _by(exact, grad, lambda places: _backward(places, blank, unit, None, *settings, mask)[0])

        yield w, back


def _units(exact: Exactly, weight: Any) -> Iterator[tuple[Any, Any]]:
    """Each weight, and the weights that are 1 in its place and 0 elsewhere."""
    for place, w in enumerate(exact(weight).ravel()):
        unit = torch.zeros(math.prod(weight.shape), dtype=torch.float64)
        unit[place] = 1.0
        yield w, unit.reshape(weight.shape)


def _by(exact: Exactly, x: Any, move: Callable[[Any], Any]) -> Any:
    places = _Places(exact, mixed=False)
    return places.looked_up(move(places.of(x, "")).round())


_convolution = torch.ops.aten.convolution.default
_backward = torch.ops.aten.convolution_backward.default
