"""Rows whose arithmetic on floats is written out: compiled, these run without a Python call or a boxed float.

Networks are made of a handful of functions. Each is a kind of `Primitive` here that knows its value and partials on
floats, by the functions of `stable.py` that its row in the table uses too; a law holds that the two agree, bit for bit.
"""

from __future__ import annotations

import math
from math import inf
from typing import Any

from microgrand import many, stable
from microgrand.node import Many, Primitive, Row, as_row
from microgrand.numeric import exp_of_float, power_of_floats
from microgrand.packed import vec


class Exp(Primitive):
    """e^x; its partial is z."""

    def at(self, x: float) -> float:
        """e^x."""
        return exp_of_float(x)

    def slope(self, z: float, x: float) -> float:
        """e^x."""
        return z


class Log(Primitive):
    """log x; its partial is 1/x."""

    def surely_holds(self, x: float, y: float) -> bool:
        """x > 0."""
        return x > 0.0

    def at(self, x: float) -> float:
        """The natural logarithm of x > 0."""
        return math.log(x)

    def slope(self, z: float, x: float) -> float:
        """1/x."""
        return 1.0 / x


class Log1p(Primitive):
    """log(1 + x); its partial is 1/(1 + x)."""

    def surely_holds(self, x: float, y: float) -> bool:
        """x > -1."""
        return x > -1.0

    def at(self, x: float) -> float:
        """log(1 + x), exact for small x."""
        return math.log1p(x)

    def slope(self, z: float, x: float) -> float:
        """1/(1 + x)."""
        return 1.0 / (1.0 + x)


class Sqrt(Primitive):
    """√x; its partial is 1/(2√x)."""

    def surely_holds(self, x: float, y: float) -> bool:
        """x ≥ 0."""
        return x >= 0.0

    def at(self, x: float) -> float:
        """√x."""
        return math.sqrt(x)

    def slope(self, z: float, x: float) -> float:
        """1/(2z), infinite at 0."""
        return 0.5 / z if z != 0.0 else inf


class Sin(Primitive):
    """sin x; its partial is cos x."""

    def at(self, x: float) -> float:
        """sin x."""
        return math.sin(x)

    def slope(self, z: float, x: float) -> float:
        """cos x."""
        return math.cos(x)


class Cos(Primitive):
    """cos x; its partial is -sin x."""

    def at(self, x: float) -> float:
        """cos x."""
        return math.cos(x)

    def slope(self, z: float, x: float) -> float:
        """-sin x."""
        return -math.sin(x)


class Atan(Primitive):
    """arctan x; its partial is 1/(1 + x²)."""

    def at(self, x: float) -> float:
        """The angle whose tangent is x."""
        return math.atan(x)

    def slope(self, z: float, x: float) -> float:
        """1/(1 + x²)."""
        return 1.0 / (1.0 + x * x)


class Tanh(Primitive):
    """tanh x; its partial is sech²x."""

    def at(self, x: float) -> float:
        """The hyperbolic tangent."""
        return math.tanh(x)

    def slope(self, z: float, x: float) -> float:
        """sech²x."""
        return stable.sech2_of_float(x)


class Sigmoid(Primitive):
    """σ(x); its partial is σ(x)σ(-x)."""

    def at(self, x: float) -> float:
        """1 / (1 + e^-x)."""
        return stable.sigmoid_of_float(x)

    def slope(self, z: float, x: float) -> float:
        """σ(x)σ(-x)."""
        return stable.sigmoid_slope_of_float(x)


class Relu(Primitive):
    """max(x, 0); its partial is 1 for x > 0, else 0."""

    def at(self, x: float) -> float:
        """max(x, 0)."""
        return x if x >= 0.0 or x != x else 0.0

    def slope(self, z: float, x: float) -> float:
        """1 for x > 0, else 0."""
        return 1.0 if x > 0.0 else 0.0


class Pow(Primitive):
    """x^y; its partials are y·x^(y-1) and x^y·log x."""

    def surely_holds(self, x: float, y: float) -> bool:
        """x > 0."""
        return x > 0.0

    def at_pair(self, x: float, y: float) -> float:
        """x^y."""
        return power_of_floats(x, y)

    def slope_x(self, z: float, x: float, y: float) -> float:
        """y·x^(y-1)."""
        return stable.power_term_of_floats(y, x, y, 1.0, 0.0)

    def slope_y(self, z: float, x: float, y: float) -> float:
        """x^y·log x."""
        return stable.power_term_of_floats(1.0, x, y, 0.0, 1.0)


class Sum(Primitive):
    """x₁ + … + xₙ; its partials are 1."""

    def at_many(self, xs: vec[float]) -> float:
        """The sum, from left to right."""
        total = 0.0
        for x in xs:
            total += x
        return total

    def slopes(self, z: float, xs: vec[float]) -> vec[float]:
        """n ones."""
        return vec[float]([1.0] * len(xs))


class Dot(Primitive):
    """w₁x₁ + … + wₙxₙ of the operands w₁ … wₙ, x₁ … xₙ; the partial of each is its partner."""

    def __call__(self, *arguments: Any) -> Any:
        """dot(ws, xs), two vectors of one length."""
        if len(arguments) == 2 and isinstance(arguments[0], (list, tuple)) and isinstance(arguments[1], (list, tuple)):
            left, right = as_row(arguments[0]), as_row(arguments[1])
            if left is not None and right is not None and len(left.operands) == len(right.operands):
                return self._product(left, right)
        return super().__call__(*arguments)

    def of_rows(self, rows: Any, xs: Any) -> list[Any]:
        """A matrix times a vector, Σᵢ wₖᵢxᵢ for each row wₖ: the vector is looked at once."""
        right = as_row(xs)
        products: list[Any] = []
        for row in rows:
            left = as_row(row)
            if left is None or right is None or len(left.operands) != len(right.operands):
                products.append(super().__call__(row, xs))
            else:
                products.append(self._product(left, right))
        return products

    def _product(self, left: Row, right: Row) -> Any:
        ws, xs = left.numbers, right.numbers
        total = 0.0
        for k in range(len(ws)):
            total += ws[k] * xs[k]
        maker = left.maker if left.maker is not None else right.maker  # by identity: 0.0 is a maker
        if maker is None:
            return total
        return maker.outcome(total, self, Many(left.operands, xs, Many(right.operands, ws, None)), None, 0.0, 0.0)

    def at_many(self, xs: vec[float]) -> float:
        """The sum of products, from left to right."""
        half = len(xs) // 2
        total = 0.0
        for k in range(half):
            total += xs[k] * xs[half + k]
        return total

    def slopes(self, z: float, xs: vec[float]) -> vec[float]:
        """x₁ … xₙ, then w₁ … wₙ."""
        half = len(xs) // 2
        slopes = vec[float]([0.0] * len(xs))
        for k in range(half):
            slopes[k] = xs[half + k]
            slopes[half + k] = xs[k]
        return slopes


class LogSumExp(Primitive):
    """log Σ e^xᵢ; its partials are e^xₖ / Σ e^xᵢ."""

    def at_many(self, xs: vec[float]) -> float:
        """m + log1p(Σ e^(xᵢ - m) - 1), m the largest."""
        m = _largest(xs, len(xs))
        return m + math.log1p(_others_than_largest(xs, len(xs), m))

    def slopes(self, z: float, xs: vec[float]) -> vec[float]:
        """Every e^(xₖ - m) / Σ e^(xᵢ - m)."""
        exponentials = _exponentials(xs, len(xs))
        total = math.fsum(exponentials)
        slopes = vec[float]([0.0] * len(xs))
        for k in range(len(xs)):
            slopes[k] = exponentials[k] / total
        return slopes


class LogSoftmax(Primitive):
    """log pₖ of the operands x₁ … xₙ, k; its partials are [j = k] - pⱼ, and 0 for the index."""

    def at_many(self, xs: vec[float]) -> float:
        """(xₖ - m) - log1p(Σ e^(xᵢ - m) - 1), m the largest."""
        n = len(xs) - 1
        m = _largest(xs, n)
        own = xs[int(xs[n])]
        return (0.0 if own == m else own - m) - math.log1p(_others_than_largest(xs, n, m))

    def slopes(self, z: float, xs: vec[float]) -> vec[float]:
        """-pⱼ, and 1 - pₖ as the sum of the others."""
        n = len(xs) - 1
        k = int(xs[n])
        exponentials = _exponentials(xs, n)
        total = math.fsum(exponentials)
        slopes = vec[float]([0.0] * len(xs))
        for i in range(n):
            slopes[i] = -(exponentials[i] / total)
        del exponentials[k]
        slopes[k] = math.fsum(exponentials) / total
        return slopes


def _largest(xs: vec[float], n: int) -> float:
    """The largest of the first n; NaN if one is."""
    largest = xs[0]
    for i in range(1, n):
        if not (largest >= xs[i] or largest != largest):
            largest = xs[i]
    return largest


def _others_than_largest(xs: vec[float], n: int, m: float) -> float:
    """Σ e^(xᵢ - m) of the first n, without one that equals m."""
    terms: list[float] = []
    left_out = False
    for i in range(n):
        if xs[i] == m and not left_out:
            left_out = True
        else:
            terms.append(many.exponential_of_difference(xs[i], m))
    return math.fsum(terms)


def _exponentials(xs: vec[float], n: int) -> list[float]:
    """e^(xₖ - m) for each of the first n."""
    m = _largest(xs, n)
    return [many.exponential_of_difference(xs[k], m) for k in range(n)]
