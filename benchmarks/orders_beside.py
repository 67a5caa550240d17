"""The second or third derivatives of rows beside those by JAX, PyTorch and autograd: the table of `--order`."""

from __future__ import annotations

import datetime
import math
import warnings
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy

import microgrand
from benchmarks import orders
from benchmarks.frameworks import Framework, installed
from benchmarks.orders import LIMIT, Derivative, derivatives
from microgrand import TABLE, Primitive

WIDTHS = (24, 8, 15, 15, 15, 15)


class Count(NamedTuple):
    """Of one library: how many derivatives of a row lie beyond the bound, and the worst error in eps."""

    beyond: int
    worst: float

    def __str__(self) -> str:
        if self.worst <= LIMIT:
            return f"{self.worst:.1f}"
        return f"{'inf' if math.isinf(self.worst) else f'{self.worst:.2g}'} ({self.beyond})"


def table(names: Sequence[str], order: int, points: int, seed: int) -> None:
    """Print a line for each row that has derivatives of that order, and how many rows keep the bound."""
    libraries = installed()
    print(_line(["row", "number", "microgrand", *[each.name if each else "-" for each in libraries]]))
    lines = []
    for name in names:
        found = [each for xs in _points(TABLE[name], points, seed) for each in derivatives(TABLE[name], xs, order)]
        if found:
            counts = [counted(found, [each.found for each in found])]
            counts += [by_library(each, TABLE[name], found) if each else None for each in libraries]
            lines.append(counts)
            print(_line([name, str(len(found)), *["-" if each is None else str(each) for each in counts]]), flush=True)
    for k, name in enumerate(["microgrand", *[each.name for each in libraries if each]]):
        having = [each for line in lines if (each := line[k]) is not None]
        beyond = len([each for each in having if each.beyond])
        print(f"{name}: {beyond} of {len(having)} rows beyond {LIMIT:g} eps of |d| + Σ|xᵢ·∂d/∂xᵢ|, order {order}")
    packages = " ".join([f"{each.package} {each.version}" for each in libraries if each])
    print(
        f"microgrand {microgrand.__version__}, {packages}, mpmath {version('mpmath')}; {points} points a row; "
        f"seed {seed}, {datetime.date.today()}; in brackets how many derivatives lie beyond"
    )


def _points(row: Primitive, points: int, seed: int) -> list[list[float]]:
    """Lists of two operands: a list of n has nᵏ derivatives of order k."""
    drawn = orders.points(row, points, seed)
    lists = len(row.signature.lists)
    return [xs for xs in drawn if len(xs) - len(row.signature.indices) == 2 * lists] if lists else drawn


def counted(derivatives_found: Sequence[Derivative], numbers: Sequence[float]) -> Count:
    """The errors of `numbers`, what a library gives for these derivatives."""
    errors = [each.right.error(number) for each, number in zip(derivatives_found, numbers, strict=True)]
    return Count(len([error for error in errors if not error <= LIMIT]), max(errors))


def by_library(library: Framework, row: Primitive, found: Sequence[Derivative]) -> Count | None:
    """None if the library has no such function, or no derivative of it of that order."""
    function = library.functions.get(row.name)
    if function is None or (row.signature.indices and not row.signature.lists):
        return None
    groups: dict[tuple[float, ...], list[int]] = {}
    for k, each in enumerate(found):
        groups.setdefault((*each.right.indices, *_chosen(row, each)), []).append(k)
    numbers = [math.nan] * len(found)
    for places in groups.values():
        first = found[places[0]]
        columns = numpy.array([found[k].right.xs[: len(first.expression.inputs)] for k in places]).T
        try:
            with warnings.catch_warnings(), numpy.errstate(all="ignore"):
                warnings.simplefilter("ignore")  # of overflow, where that is right
                results = NESTED[library.package](row, function, columns, _chosen(row, first), first.right.indices)
        except (NotImplementedError, TypeError, RuntimeError):  # no derivative, or none of that order
            return None
        for k, result in zip(places, numpy.broadcast_to(results, len(places)).tolist(), strict=True):
            numbers[k] = result
    return counted(found, numbers)


def _chosen(row: Primitive, each: Derivative) -> list[float]:
    """The indices of the row: of a softmax, which output."""
    return each.right.xs[len(each.expression.inputs) :]


def _called(row: Primitive, function: Callable[..., Any], stack: Callable[..., Any], xs: Any, chosen: Any) -> Any:
    """The library's function of single operands: one of a list takes them side by side."""
    if not row.signature.lists:
        return function(*xs)
    half = len(xs) // len(row.signature.lists)
    return function(*[stack(xs[k : k + half], -1) for k in range(0, len(xs), half)], *chosen)


def _by_jax(row: Primitive, function: Any, columns: Any, chosen: Sequence[float], indices: Sequence[int]) -> Any:
    import jax

    def nested(*xs: Any) -> Any:
        return _called(row, function, jax.numpy.stack, xs, [int(k) for k in chosen])

    for k in indices:
        nested = jax.grad(nested, argnums=k)
    return jax.vmap(nested)(*columns)


def _by_torch(row: Primitive, function: Any, columns: Any, chosen: Sequence[float], indices: Sequence[int]) -> Any:
    import torch

    inputs = [torch.tensor(each, requires_grad=True) for each in columns]
    which = [torch.full((columns.shape[1],), int(k)) for k in chosen]
    result = _called(row, function, torch.stack, inputs, which)
    for k in indices:
        (result,) = torch.autograd.grad(
            result.sum(), inputs[k], create_graph=True, allow_unused=True, materialize_grads=True
        )
    return result.detach().numpy()


def _by_autograd(row: Primitive, function: Any, columns: Any, chosen: Sequence[float], indices: Sequence[int]) -> Any:
    import autograd

    def nested(*xs: Any) -> Any:
        return _called(row, function, autograd.numpy.stack, xs, chosen)

    for k in indices:
        nested = autograd.elementwise_grad(nested, k)
    return nested(*columns)


NESTED = {"jax": _by_jax, "torch": _by_torch, "autograd": _by_autograd}


def _line(cells: Sequence[str]) -> str:
    return "".join([f"{cell:{'<' if k == 0 else '>'}{WIDTHS[k]}}" for k, cell in enumerate(cells)])
