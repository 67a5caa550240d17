"""How exact every row of the table is, beside JAX, PyTorch and autograd: `python -m benchmarks.accuracy`.

For each row points are drawn all over its domain; the value and each local partial, as the engine records them, are
compared with the exact numbers, and so are the same partials by the other libraries at the same points. An error is
counted in units in the last place (ulp) of the exact number, or, where terms cancel, of the terms: the row's
`value_scale` and `partial_scale`.

With `--order 2` or `3` it is the second or third derivatives, each in one operand, by nested gradients: see
`benchmarks.orders`, which says in what errors are counted there, and what is left out.

Left out are the kinks, and what is no normal float: a point whose exact value overflows or is subnormal, a partial that
is. There only NaN, or a number where none belongs, is an error (inf).
"""

from __future__ import annotations

import argparse
import datetime
import math
import multiprocessing
import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.metadata import version
from typing import NamedTuple

import numpy

import microgrand
from benchmarks import orders, orders_beside
from benchmarks.frameworks import Framework, installed, partials
from benchmarks.points import differentiable, draw
from benchmarks.reference import Measure, exact, measure
from microgrand import TABLE, Primitive, Value

LIMIT = 4.0  # ulp: what a row may not exceed


class Point(NamedTuple):
    """One point: the operands, what the engine records there, and the exact numbers ready for measuring."""

    xs: list[float]
    value: float
    partials: list[float]
    exact_value: Measure
    exact_partials: list[Measure]


class Worst(NamedTuple):
    """The largest errors of a row in ulp, and the point of the larger of the two."""

    value_ulp: float
    partial_ulp: float
    worst_point: list[float]


class Error(NamedTuple):
    """One error, where it was made, what was computed and what is exact; operand is None for the value."""

    ulp: float
    xs: list[float]
    operand: int | None
    got: float
    exact: float

    def __str__(self) -> str:
        what = "value" if self.operand is None else f"partial {self.operand}"
        point = ", ".join([repr(x) for x in self.xs])
        return f"{what} at ({point}): got {self.got!r}, exact {self.exact!r}, {shown(self.ulp)} ulp"


NO_ERROR = Error(0.0, [], None, 0.0, 0.0)


class Result(NamedTuple):
    """What was found for a row: the worst value and partial, how many points counted, each library's worst partial."""

    name: str
    counted: int
    value: Error
    partial: Error
    others: list[Error | None]


# ---- measuring microgrand ------------------------------------------------------------------------------------------
def worst(row: Primitive, points: int, seed: int) -> Worst:
    """The worst error of the row's value and of its partials at `points` random points, and the point of the larger."""
    found = examine(row, points, seed, [])
    larger = found.value if found.value.ulp > found.partial.ulp else found.partial
    return Worst(found.value.ulp, found.partial.ulp, larger.xs)


def examine(row: Primitive, points: int, seed: int, frameworks: Sequence[Framework | None]) -> Result:
    """Worst errors of a row, by microgrand and by each of `frameworks`, at the same random points."""
    evaluated = [evaluate(row, xs) for xs in draw(row, points, seed)]
    smooth = [point for point in evaluated if point.exact_value.usable]
    value = _worst(value_errors(evaluated))
    own = _worst(partial_errors(smooth, [point.partials for point in smooth]))
    others = [None if each is None else by_framework(each, row, smooth) for each in frameworks]
    return Result(row.name, len(smooth), value, own, others)


def evaluate(row: Primitive, xs: list[float]) -> Point:
    """What the engine would record at `xs`, and what is exact there."""
    own = differentiable(row, xs)
    operands = [*[Value(x) for x in xs[:own]], *xs[own:]]
    value = row.evaluate(xs, operands)
    recorded = row.slopes(value, xs, operands)[:own]
    exact_value, exact_partials = exact(row, xs, own)
    value_scale = abs(float(row.value_scale(*xs))) if row.value_scale else 0.0
    partial_scale = abs(float(row.partial_scale(value, *xs))) if row.partial_scale else 0.0
    measures = [measure(each, partial_scale) for each in exact_partials]
    return Point(xs, value, recorded, measure(exact_value, value_scale), measures)


def value_errors(points: Iterable[Point]) -> Iterator[Error]:
    """The error of the value at each point."""
    for point in points:
        yield _error(point.xs, None, point.value, point.exact_value)


def partial_errors(points: Iterable[Point], found: Iterable[Sequence[float]]) -> Iterator[Error]:
    """The error of each of the partials `found` at each point."""
    for point, numbers in zip(points, found, strict=True):
        for k, measured in enumerate(point.exact_partials):
            yield _error(point.xs, k, numbers[k], measured)


def _error(xs: list[float], operand: int | None, got: float, measured: Measure) -> Error:
    return Error(ulps(got, measured), xs, operand, got, measured.nearest)


def ulps(got: float, measured: Measure) -> float:
    """How far `got` is from the exact number, in its units."""
    if measured.usable:
        error = abs((got - measured.nearest) / measured.unit - measured.rest)
        return error if math.isfinite(error) else math.inf
    if math.isinf(measured.unit):  # terms that overflow may add up to anything
        return 0.0
    if math.isinf(measured.nearest):
        return 0.0 if got * math.copysign(1.0, measured.nearest) >= 1.797e308 else math.inf
    return 0.0 if abs(got) <= 2.0**-1021 else math.inf


def _worst(errors: Iterable[Error]) -> Error:
    return max(errors, key=lambda error: error.ulp, default=NO_ERROR)


# ---- measuring the others ------------------------------------------------------------------------------------------
def by_framework(framework: Framework, row: Primitive, points: Sequence[Point]) -> Error | None:
    """The worst partial of `framework`'s own function at these points; None if it has none."""
    by_length: dict[int, list[Point]] = {}
    for point in points:
        by_length.setdefault(len(point.xs), []).append(point)
    found = NO_ERROR
    for group in by_length.values():
        with warnings.catch_warnings(), numpy.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # of overflow, where that is right
            matrix = partials(framework, row, numpy.array([point.xs for point in group]))
        if matrix is None:
            return None
        found = max(found, _worst(partial_errors(group, matrix.tolist())), key=lambda error: error.ulp)
    return found


# ---- the table -----------------------------------------------------------------------------------------------------
def shown(ulp: float) -> str:
    """An error as a reader wants it: 1.9, 250, 2.5e17, inf."""
    return f"{ulp:.2g}" if ulp >= 1000.0 else f"{ulp:.0f}" if ulp >= 100.0 else f"{ulp:.1f}"


def _cell(error: Error | None) -> str:
    if error is None:
        return "-"
    return "NaN" if math.isnan(error.got) else shown(error.ulp)


HEAD = ("row", "points", "value ulp", "partial ulp", "JAX", "PyTorch", "autograd", "worst point")
WIDTHS = (19, 8, 10, 12, 9, 9, 9, 0)


def _line(cells: Sequence[str]) -> str:
    sides = ["<", *[">"] * (len(cells) - 2), "<"]
    return "  ".join([f"{cell:{side}{width}}" for cell, side, width in zip(cells, sides, WIDTHS, strict=True)])


def described(result: Result) -> str:
    """One line of the table."""
    larger = result.value if result.value.ulp > result.partial.ulp else result.partial
    point = ", ".join([f"{x:.6g}" for x in larger.xs])
    numbers = [_cell(result.value), _cell(result.partial), *[_cell(error) for error in result.others]]
    return _line([result.name, str(result.counted), *numbers, point])


def summary(results: Sequence[Result], points: int, seed: int) -> str:
    """What was measured with what, and how many rows keep within 4 and within 2 ulp."""
    exactness = [max(result.value.ulp, result.partial.ulp) for result in results]
    within = " and ".join([f"{_count(exactness, limit)} within {limit:g} ulp" for limit in (LIMIT, 2.0)])
    packages = " ".join([f"{each.package} {each.version}" for each in installed() if each is not None])
    return (
        f"microgrand {microgrand.__version__}, {packages}, mpmath {version('mpmath')}; {points} points a row, "
        f"of which those with a normal value count; seed {seed}, {datetime.date.today()}; "
        f"of {len(results)} rows {within}"
    )


def _count(exactness: Sequence[float], limit: float) -> int:
    return len([ulp for ulp in exactness if ulp <= limit])


def _examined(points: int, seed: int, name: str) -> Result:
    """One row, in a process that finds the libraries by itself."""
    return examine(TABLE[name], points, seed, installed())


def _results(names: Sequence[str], points: int, seed: int, jobs: int) -> Iterator[Result]:
    work = partial(_examined, points, seed)
    if jobs == 1:
        yield from map(work, names)
        return
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(work, names)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, then every error beyond the limit."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help="rows to measure (all of them)")
    parser.add_argument("--points", type=int, metavar="N", help="points a row (100,000; of a higher order 200)")
    parser.add_argument("--order", type=int, choices=(1, *orders.ORDERS), default=1, help="of the derivatives (1)")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--jobs", type=int, default=1, metavar="J", help="processes (1)")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.rows if name not in TABLE]
    if unknown:
        parser.error(f"no row of the table is called {unknown[0]!r}; the rows are {', '.join(TABLE)}")
    if options.order > 1:
        orders_beside.table(options.rows or list(TABLE), options.order, options.points or 200, options.seed)
        return
    points = options.points or 100_000
    print(_line(HEAD))
    results = []
    for result in _results(options.rows or list(TABLE), points, options.seed, options.jobs):
        results.append(result)
        print(described(result), flush=True)
    for result in results:
        for error in (result.value, result.partial):
            if error.ulp > LIMIT:
                print(f"{result.name}: {error}")
    print(summary(results, points, options.seed))


if __name__ == "__main__":
    main()
