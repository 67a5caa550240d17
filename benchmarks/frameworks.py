"""The same functions in JAX, PyTorch and HIPS autograd, where these are installed: one small table each.

A row of few operands maps to a function of as many arrays; a row of many operands to a function of arrays whose last
axis holds the operands (and, for one output of a softmax, of an array of indices). `digamma` is left out: far below 0
the slope of JAX's takes as many steps as its operand is large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy

from microgrand import Primitive


class Framework(NamedTuple):
    """A library that differentiates.

    name       as it is written in a table's head
    package    whose version counts
    functions  its function for each row that it has one for
    partials   (function, arguments, how many of these are differentiated) -> the partials, elementwise
    """

    name: str
    package: str
    functions: Mapping[str, Callable[..., Any]]
    partials: Callable[[Callable[..., Any], list[Any], int], list[Any]]

    @property
    def version(self) -> str:
        """What is installed."""
        return version(self.package)


def installed() -> list[Framework | None]:
    """JAX, PyTorch and autograd, in this order; None for one that is not installed."""
    return [_if_installed(make) for make in (jax_framework, torch_framework, autograd_framework)]


def _if_installed(make: Callable[[], Framework]) -> Framework | None:
    try:
        return make()
    except ImportError:
        return None


def partials(framework: Framework, row: Primitive, matrix: Any) -> Any:
    """The row's partials by `framework`, one line per point and one column per operand; None if it has no such row.

    matrix  one line per point, its operands side by side
    """
    function = framework.functions.get(row.name)
    if function is None or (row.signature.indices and not row.signature.lists):
        return None
    trailing = len(row.signature.indices)
    own = matrix.shape[1] - trailing
    columns = numpy.ascontiguousarray(matrix[:, :own])
    if row.signature.lists:
        arguments = numpy.split(columns, max(len(row.signature.lists), 1), axis=1)
    else:
        arguments = [columns[:, k] for k in range(own)]
    indices = [matrix[:, own + k].astype(int) for k in range(trailing)]
    try:
        found = framework.partials(function, [*arguments, *indices], len(arguments))
    except NotImplementedError:  # a function without a derivative, as autograd has some
        return None
    return numpy.concatenate([numpy.asarray(each).reshape(len(matrix), -1) for each in found], axis=1)


def _same_name(library: Any, names: Iterable[str]) -> dict[str, Callable[..., Any]]:
    return {name: getattr(library, name) for name in names if hasattr(library, name)}


ELEMENTARY = (
    *("sqrt", "cbrt", "square", "reciprocal", "abs", "sign", "where"),
    *("floor", "ceil", "trunc", "logaddexp", "sinc"),
    *("exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "sinh", "cosh", "tanh"),
)
ARITHMETIC: dict[str, Callable[..., Any]] = {
    "neg": lambda x: -x,
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "pow": lambda x, y: x**y,
    "dot": lambda ws, xs: (ws * xs).sum(-1),
}
INVERSES = {
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "atan2": "arctan2",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
}


def jax_framework() -> Framework:
    """JAX with 64-bit floats: `jax.grad` under `jax.vmap`."""
    jax = import_module("jax")
    jax.config.update("jax_enable_x64", True)
    jnp, nn, special = jax.numpy, jax.nn, jax.scipy.special
    last = {"axis": -1}
    functions = {
        **ARITHMETIC,
        **_same_name(jnp, ELEMENTARY),
        **{name: getattr(jnp, theirs) for name, theirs in INVERSES.items()},
        **_same_name(nn, ("sigmoid", "log_sigmoid", "softplus", "relu", "leaky_relu", "elu", "silu")),
        **_same_name(special, ("erf", "erfc")),
        **_same_name(special, ("gamma", "beta", "erfinv", "logit", "xlogy")),
        "lgamma": special.gammaln,
        "lbeta": special.betaln,
        "mod": jnp.mod,
        "floordiv": jnp.floor_divide,
        "degrees": jnp.degrees,
        "radians": jnp.radians,
        "hypot": lambda xs: jnp.linalg.norm(xs, **last),
        "log_normal_cdf": special.log_ndtr,
        "normal_cdf": special.ndtr,
        "gelu": lambda x: nn.gelu(x, approximate=False),
        "softsign": nn.soft_sign,
        "where": lambda c, x, y: jnp.where(c != 0.0, x, y),
        "clip": jnp.clip,
        "maximum": lambda xs: jnp.max(xs, **last),
        "minimum": lambda xs: jnp.min(xs, **last),
        "norm": lambda xs: jnp.linalg.norm(xs, **last),
        "sum": lambda xs: jnp.sum(xs, **last),
        "mean": lambda xs: jnp.mean(xs, **last),
        "prod": lambda xs: jnp.prod(xs, **last),
        "logsumexp": lambda xs: nn.logsumexp(xs, **last),
        "softmax": lambda xs, k: nn.softmax(xs, **last)[k],
        "log_softmax": lambda xs, k: nn.log_softmax(xs, **last)[k],
    }

    def differentiate(function: Callable[..., Any], arguments: list[Any], own: int) -> list[Any]:
        return list(jax.vmap(jax.grad(function, argnums=tuple(range(own))))(*arguments))

    return Framework("JAX", "jax", functions, differentiate)


def torch_framework() -> Framework:
    """PyTorch in float64: its reverse mode on the sum over all points."""
    torch = import_module("torch")
    special, nn = torch.special, torch.nn.functional

    def chosen(outputs: Any, k: Any) -> Any:
        return outputs.gather(-1, k[:, None])[:, 0]

    functions = {
        **ARITHMETIC,
        **_same_name(torch, ELEMENTARY),
        **_same_name(torch, INVERSES),
        **_same_name(torch, ("sigmoid", "erf", "erfc", "relu")),
        **_same_name(nn, ("softplus", "silu", "gelu", "softsign")),
        "log_sigmoid": nn.logsigmoid,
        **_same_name(special, ("erfinv", "logit", "xlogy")),
        "lgamma": special.gammaln,
        "mod": torch.remainder,
        "floordiv": torch.floor_divide,
        "degrees": torch.rad2deg,
        "radians": torch.deg2rad,
        "hypot": lambda xs: torch.linalg.vector_norm(xs, dim=-1),
        "log_normal_cdf": special.log_ndtr,
        "normal_cdf": special.ndtr,
        "where": lambda c, x, y: torch.where(c != 0.0, x, y),
        "clip": torch.clamp,
        "maximum": lambda xs: torch.amax(xs, -1),
        "minimum": lambda xs: torch.amin(xs, -1),
        "norm": lambda xs: torch.linalg.vector_norm(xs, dim=-1),
        "sum": lambda xs: xs.sum(-1),
        "mean": lambda xs: xs.mean(-1),
        "prod": lambda xs: xs.prod(-1),
        "logsumexp": lambda xs: torch.logsumexp(xs, -1),
        "softmax": lambda xs, k: chosen(torch.softmax(xs, -1), k),
        "log_softmax": lambda xs, k: chosen(torch.log_softmax(xs, -1), k),
    }

    def differentiate(function: Callable[..., Any], arguments: list[Any], own: int) -> list[Any]:
        inputs = [torch.tensor(each, requires_grad=k < own) for k, each in enumerate(arguments)]
        outcome = function(*inputs).sum()
        return list(torch.autograd.grad(outcome, inputs[:own], allow_unused=True, materialize_grads=True))

    return Framework("PyTorch", "torch", functions, differentiate)


def autograd_framework() -> Framework:
    """HIPS autograd: `elementwise_grad`."""
    autograd = import_module("autograd")
    anp, linalg = import_module("autograd.numpy"), import_module("autograd.numpy.linalg")
    special, normal = import_module("autograd.scipy.special"), import_module("autograd.scipy.stats").norm
    last = {"axis": -1}
    functions = {
        **ARITHMETIC,
        **_same_name(anp, ELEMENTARY),
        **{name: getattr(anp, theirs) for name, theirs in INVERSES.items()},
        **_same_name(special, ("erf", "erfc")),
        "sigmoid": special.expit,
        **_same_name(special, ("gamma", "beta", "erfinv", "logit")),
        "lgamma": special.gammaln,
        "lbeta": special.betaln,
        "mod": anp.mod,
        "degrees": anp.degrees,
        "radians": anp.radians,
        "hypot": lambda xs: linalg.norm(xs, **last),
        "normal_cdf": normal.cdf,
        "where": lambda c, x, y: anp.where(c != 0.0, x, y),
        "clip": anp.clip,
        "maximum": lambda xs: anp.max(xs, **last),
        "minimum": lambda xs: anp.min(xs, **last),
        "norm": lambda xs: linalg.norm(xs, **last),
        "sum": lambda xs: anp.sum(xs, **last),
        "mean": lambda xs: anp.mean(xs, **last),
        "prod": lambda xs: anp.prod(xs, **last),
        "logsumexp": lambda xs: special.logsumexp(xs, **last),
    }

    def differentiate(function: Callable[..., Any], arguments: list[Any], own: int) -> list[Any]:
        return [autograd.elementwise_grad(function, k)(*arguments) for k in range(own)]

    return Framework("autograd", "autograd", functions, differentiate)
