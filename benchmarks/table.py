"""The workload `table`: every public function of microgrand's table, and what plain floats compute for it.

The yardstick of a function is what a Python programmer would write for floats. Arithmetic and comparisons are those of
`operator`, whose True counts as 1. What `math` has is `math`'s, `norm` as `math.hypot` of the list. What `math` lacks
is the shortest expression that computes it, in `math`'s functions and without a guard against overflow: 1 / (1 + e^-x)
for `sigmoid`, log(1 + e^x) for `softplus`, x·(1 + erf(x/√2)) / 2 for `gelu`, a conditional expression for `relu`,
`leaky_relu`, `elu` and `where`; `min` and `max` for `clip`, `minimum` and `maximum`; the built-in `sum` for `sum`,
`mean` and `dot`, and, of exponentials, for `logsumexp`, `softmax` and `log_softmax`; for `digamma` a recurrence and a
series.
"""

from __future__ import annotations

import math
import operator
import random
from collections.abc import Callable, Sequence
from itertools import accumulate
from operator import mul
from statistics import NormalDist
from typing import Any, NamedTuple

exp, expm1, log, log1p, erf = math.exp, math.expm1, math.log, math.log1p, math.erf
ROOT_HALF = math.sqrt(0.5)
NORMAL = NormalDist()


def beta(x: float, y: float) -> float:
    """Γ(x)·Γ(y) / Γ(x + y)."""
    return math.gamma(x) * math.gamma(y) / math.gamma(x + y)


def digamma(x: float) -> float:
    """ψ(x) for x > 0: twelve steps up, and Stirling's series there."""
    u = 1.0 / (x + 12.0) ** 2
    series = u * (1.0 / 12.0 - u * (1.0 / 120.0 - u * (1.0 / 252.0 - u * (1.0 / 240.0 - u / 132.0))))
    return log(x + 12.0) - 0.5 / (x + 12.0) - series - sum([1.0 / (x + k) for k in range(12)])


# ---- what a function is applied to -----------------------------------------------------------------------------------
# A pool has four leaves. Its sign ± means that every second leaf is negative.
REAL, OTHER, POSITIVE, UNIT, BEYOND, PART = "real", "other", "positive", "unit", "beyond", "part"
POOLS = {  # the range of the absolute values, and the sign
    REAL:     (0.25, 2.0, "±"),
    OTHER:    (0.25, 2.0, "±"),  # for second operands, so that no two operands are the same leaf
    POSITIVE: (0.50, 2.0, "+"),
    UNIT:     (0.10, 0.9, "±"),  # inside (-1, 1)
    BEYOND:   (1.10, 3.0, "+"),  # inside (1, ∞)
    PART:     (0.10, 0.9, "+"),  # inside (0, 1)
}  # fmt: skip
POOL_SIZE = 4
LIST = "list"  # four leaves of the eight in REAL and OTHER
INDEX = "index"  # the place of one of them, a plain number
CONDITION = "condition"  # 0.0 or 1.0, a plain number
LOW, HIGH = "low", "high"  # -1.0 and 1.0, plain numbers


class TableFunction(NamedTuple):
    """A function as plain floats compute it, and the kinds of its arguments."""

    on_floats: Callable[..., Any]
    kinds: tuple[str, ...]


def _function(on_floats: Callable[..., Any], *kinds: str) -> TableFunction:
    return TableFunction(on_floats, kinds)


# fmt: off
FUNCTIONS = {
    # arithmetic
    "identity":      _function(lambda x: x,                                              REAL),
    "neg":           _function(operator.neg,                                             REAL),
    "add":           _function(operator.add,                                             REAL, OTHER),
    "sub":           _function(operator.sub,                                             REAL, OTHER),
    "mul":           _function(operator.mul,                                             REAL, OTHER),
    "div":           _function(operator.truediv,                                         REAL, POSITIVE),
    "pow":           _function(operator.pow,                                             POSITIVE, REAL),
    "square":        _function(lambda x: x * x,                                          REAL),
    "reciprocal":    _function(lambda x: 1.0 / x,                                        POSITIVE),
    "sqrt":          _function(math.sqrt,                                                POSITIVE),
    "cbrt":          _function(math.cbrt,                                                REAL),

    # exponentials and logarithms
    "exp":           _function(math.exp,                                                 REAL),
    "expm1":         _function(math.expm1,                                               REAL),
    "exp2":          _function(math.exp2,                                                REAL),
    "log":           _function(math.log,                                                 POSITIVE),
    "log1p":         _function(math.log1p,                                               UNIT),
    "log2":          _function(math.log2,                                                POSITIVE),
    "log10":         _function(math.log10,                                               POSITIVE),
    "xlogy":         _function(lambda x, y: x * log(y),                                  REAL, POSITIVE),
    "logaddexp":     _function(lambda x, y: log(exp(x) + exp(y)),                        REAL, OTHER),

    # trigonometric and hyperbolic
    "sin":           _function(math.sin,                                                 REAL),
    "cos":           _function(math.cos,                                                 REAL),
    "tan":           _function(math.tan,                                                 UNIT),
    "asin":          _function(math.asin,                                                UNIT),
    "acos":          _function(math.acos,                                                UNIT),
    "atan":          _function(math.atan,                                                REAL),
    "atan2":         _function(math.atan2,                                               REAL, OTHER),
    "degrees":       _function(math.degrees,                                             REAL),
    "radians":       _function(math.radians,                                             REAL),
    "sinc":          _function(lambda x: math.sin(math.pi * x) / (math.pi * x),          REAL),
    "sinh":          _function(math.sinh,                                                REAL),
    "cosh":          _function(math.cosh,                                                REAL),
    "tanh":          _function(math.tanh,                                                REAL),
    "asinh":         _function(math.asinh,                                               REAL),
    "acosh":         _function(math.acosh,                                               BEYOND),
    "atanh":         _function(math.atanh,                                               UNIT),

    # of probability and of networks
    "sigmoid":       _function(lambda x: 1.0 / (1.0 + exp(-x)),                          REAL),
    "log_sigmoid":   _function(lambda x: -log1p(exp(-x)),                                REAL),
    "softplus":      _function(lambda x: log1p(exp(x)),                                  REAL),
    "erf":           _function(math.erf,                                                 REAL),
    "erfc":          _function(math.erfc,                                                REAL),
    "erfinv":        _function(lambda x: NORMAL.inv_cdf((1.0 + x) / 2.0) * ROOT_HALF,    UNIT),
    "normal_cdf":    _function(lambda x: 0.5 * math.erfc(-x * ROOT_HALF),                REAL),
    "log_normal_cdf": _function(lambda x: log(0.5 * math.erfc(-x * ROOT_HALF)),          REAL),
    "logit":         _function(lambda x: log(x / (1.0 - x)),                             PART),
    "gamma":         _function(math.gamma,                                               POSITIVE),
    "lgamma":        _function(math.lgamma,                                              POSITIVE),
    "digamma":       _function(digamma,                                                  POSITIVE),
    "beta":          _function(beta,                                                     POSITIVE, BEYOND),
    "lbeta":         _function(lambda x, y: log(beta(x, y)),                             POSITIVE, BEYOND),
    "relu":          _function(lambda x: x if x > 0.0 else 0.0,                          REAL),
    "leaky_relu":    _function(lambda x: x if x > 0.0 else 0.01 * x,                     REAL),
    "elu":           _function(lambda x: x if x > 0.0 else expm1(x),                     REAL),
    "silu":          _function(lambda x: x / (1.0 + exp(-x)),                            REAL),
    "gelu":          _function(lambda x: 0.5 * x * (1.0 + erf(x * ROOT_HALF)),           REAL),
    "softsign":      _function(lambda x: x / (1.0 + abs(x)),                             REAL),

    # kinks and choices
    "abs":           _function(abs,                                                      REAL),
    "sign":          _function(lambda x: (x > 0.0) - (x < 0.0),                          REAL),
    "floor":         _function(math.floor,                                               REAL),
    "ceil":          _function(math.ceil,                                                REAL),
    "trunc":         _function(math.trunc,                                               REAL),
    "mod":           _function(operator.mod,                                             REAL, POSITIVE),
    "floordiv":      _function(operator.floordiv,                                        REAL, POSITIVE),
    "maximum":       _function(max,                                                      REAL, OTHER),
    "minimum":       _function(min,                                                      REAL, OTHER),
    "clip":          _function(lambda x, low, high: min(max(x, low), high),              REAL, LOW, HIGH),
    "where":         _function(lambda c, x, y: x if c else y,                            CONDITION, REAL, OTHER),
    "greater":       _function(operator.gt,                                              REAL, OTHER),
    "greater_equal": _function(operator.ge,                                              REAL, OTHER),
    "less":          _function(operator.lt,                                              REAL, OTHER),
    "less_equal":    _function(operator.le,                                              REAL, OTHER),
    "equal":         _function(operator.eq,                                              REAL, OTHER),
    "not_equal":     _function(operator.ne,                                              REAL, OTHER),

    # many operands
    "hypot":         _function(math.hypot,                                               REAL, OTHER),
    "norm":          _function(lambda xs: math.hypot(*xs),                               LIST),
    "sum":           _function(sum,                                                      LIST),
    "mean":          _function(lambda xs: sum(xs) / len(xs),                             LIST),
    "prod":          _function(math.prod,                                                LIST),
    "dot":           _function(lambda ws, xs: sum(map(mul, ws, xs)),                     LIST, LIST),
    "logsumexp":     _function(lambda xs: log(sum(map(exp, xs))),                        LIST),
    "softmax":       _function(lambda xs, k: exp(xs[k]) / sum(map(exp, xs)),             LIST, INDEX),
    "log_softmax":   _function(lambda xs, k: xs[k] - log(sum(map(exp, xs))),             LIST, INDEX),
}
# fmt: on


# ---- drawing terms ---------------------------------------------------------------------------------------------------
class Term(NamedTuple):
    """A function by name, and the arguments that it is applied to."""

    name: str
    arguments: list[Any]


def leaf_numbers(source: random.Random) -> list[float]:
    """The numbers of all leaves, pool after pool."""
    numbers = []
    for low, high, sign in POOLS.values():
        for k in range(POOL_SIZE):
            size = source.uniform(low, high)
            numbers.append(-size if sign == "±" and k % 2 else size)
    return numbers


def drawn(source: random.Random, leaves: Sequence[Any], count: int) -> list[Term]:
    """`count` terms: functions drawn uniformly from all of them, and arguments of the kinds they take."""
    ends = list(accumulate([POOL_SIZE] * len(POOLS)))
    pools = {kind: leaves[end - POOL_SIZE : end] for kind, end in zip(POOLS, ends, strict=True)}
    names = source.choices(list(FUNCTIONS), k=count)
    return [Term(name, [_argument(source, pools, kind) for kind in FUNCTIONS[name].kinds]) for name in names]


def _argument(source: random.Random, pools: dict[str, Sequence[Any]], kind: str) -> Any:
    if kind in pools:
        return source.choice(pools[kind])
    if kind == LIST:
        return source.sample([*pools[REAL], *pools[OTHER]], POOL_SIZE)
    if kind == INDEX:
        return source.randrange(POOL_SIZE)
    if kind == CONDITION:
        return source.choice([0.0, 1.0])
    return -1.0 if kind == LOW else 1.0
