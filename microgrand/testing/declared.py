"""The derivative that a function brings along: a rule declared in PyTorch or JAX, or what they differentiate it to."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

from microgrand.nested import rebuilt
from microgrand.table.numbers import is_plain
from microgrand.testing.structures import filled, libraries, parts_of


class Products:
    """The products v·∂f/∂x that a framework's own differentiation gives; called with the arguments of f, and with v.

    f         the function, on arrays of the framework
    pullback  of f, the arguments and the cotangents
    """

    takes_cotangents = True

    def __init__(self, f: Callable[..., Any], pullback: Callable[..., Any]) -> None:
        self._f, self._pullback = f, pullback

    def __call__(self, *arguments: Any) -> Any:
        """v·∂f/∂x; v comes last."""
        *given, cotangents = arguments
        return self._pullback(self._f, given, cotangents)


def with_declared_rule(
    f: Callable[..., Any], gradient: Callable[..., Any] | None, at: Any, kind: str = "products"
) -> tuple[Callable[..., Any], Callable[..., Any] | None, Any]:
    """What is to be called, its gradient, and the point, with what the framework of `f` declares in their places.

    A `torch.autograd.Function` is called by its `apply`, on tensors. Where no gradient is given, that of a function
    of JAX (a `custom_vjp`, a `custom_jvp`, a jitted one) or of PyTorch (of tensors, as an `nn.Module`) is its own.

    kind  of the derivative: "products" with cotangents, products with "tangents", or the "hessian"
    """
    if _is_torch_function(f):
        f, at = _applied(f), _as_tensors(at)
    if gradient is None:
        gradient = _own(f, at, kind)
    return f, gradient, at


def is_declared(f: Any) -> bool:
    """Whether f brings a derivative along that was declared by hand.

    >>> is_declared(abs)
    False
    """
    jax: Any = sys.modules.get("jax")
    return _is_torch_function(f) or (jax is not None and isinstance(f, (jax.custom_vjp, jax.custom_jvp)))


def _own(f: Callable[..., Any], at: Any, kind: str) -> Callable[..., Any] | None:
    """The derivative by the framework of the function, or of the arrays that it is called with; None without one."""
    frameworks = libraries(at)
    if "torch" in frameworks:
        return _by_kind(kind, Products(f, _by_torch), _along_by_torch(f), _hessian_by_torch(f))
    if "jax" in frameworks or type(f).__module__.partition(".")[0] in ("jax", "jaxlib"):
        return _by_kind(kind, Products(f, _by_jax), _along_by_jax(f), _hessian_by_jax(f))
    return None


def _by_kind(kind: str, products: Any, tangents: Any, hessian: Any) -> Callable[..., Any]:
    found: Callable[..., Any] = {"products": products, "tangents": tangents, "hessian": hessian}[kind]
    return found


def _along_by_torch(f: Callable[..., Any]) -> Callable[..., Any]:
    """Products with tangents by PyTorch; the tangents come last, as a tuple where there are several arguments."""
    torch: Any = sys.modules["torch"]
    return lambda *given: torch.func.jvp(f, given[:-1], given[-1] if len(given) > 2 else (given[-1],))[1]


def _along_by_jax(f: Callable[..., Any]) -> Callable[..., Any]:
    """Products with tangents by JAX."""
    jax: Any = sys.modules["jax"]
    return lambda *given: jax.jvp(f, given[:-1], given[-1] if len(given) > 2 else (given[-1],))[1]


def _hessian_by_torch(f: Callable[..., Any]) -> Callable[..., Any]:
    """Second derivatives by PyTorch."""
    torch: Any = sys.modules["torch"]
    return lambda *given: torch.autograd.functional.hessian(f, given)


def _hessian_by_jax(f: Callable[..., Any]) -> Callable[..., Any]:
    """Second derivatives by JAX."""
    jax: Any = sys.modules["jax"]
    return lambda *given: jax.hessian(f, argnums=tuple(range(len(given))))(*given)


def _by_torch(f: Callable[..., Any], arguments: list[Any], cotangents: list[float]) -> Any:
    """The products by PyTorch, in the structure of the arguments."""
    torch: Any = sys.modules["torch"]
    leaves = [part.detach().clone().requires_grad_() for part in _tensors_in(arguments)]
    results = list(_tensors_in(f(*rebuilt(arguments, iter(leaves)))))
    seeds = list(_tensors_in(filled(results, iter(cotangents))))
    steps = [(z, seed.detach()) for z, seed in zip(results, seeds, strict=True) if z.requires_grad]
    outputs, weights = zip(*steps, strict=True) if steps else ((), ())
    found = torch.autograd.grad(outputs, leaves, weights, allow_unused=True) if steps else [None] * len(leaves)
    slopes = [torch.zeros_like(leaf) if slope is None else slope for leaf, slope in zip(leaves, found, strict=True)]
    return rebuilt(arguments, iter(slopes))


def _by_jax(f: Callable[..., Any], arguments: list[Any], cotangents: list[float]) -> Any:
    """The products by JAX."""
    jax: Any = sys.modules["jax"]
    result, pullback = jax.vjp(f, *arguments)
    return pullback(filled(result, iter(cotangents)))


def _tensors_in(structure: Any) -> Iterator[Any]:
    """The tensors of a structure, in order; a plain number is one without dimensions."""
    torch: Any = sys.modules["torch"]
    for part in parts_of(structure):
        yield part if isinstance(part, torch.Tensor) else torch.tensor(part, dtype=torch.float64)


def _is_torch_function(f: Any) -> bool:
    torch: Any = sys.modules.get("torch")
    return torch is not None and isinstance(f, type) and issubclass(f, torch.autograd.Function)


def _applied(function: Any) -> Callable[..., Any]:
    """A `torch.autograd.Function` as a function: its `apply`, with the arguments of its `forward`."""

    def applied(*arguments: Any) -> Any:
        return function.apply(*arguments)

    parameters = list(inspect.signature(function.forward).parameters.values())
    has_context = function.setup_context is sys.modules["torch"].autograd.Function.setup_context
    applied.__signature__ = inspect.Signature(parameters[1:] if has_context else parameters)  # type: ignore[attr-defined]
    applied.__name__ = applied.__qualname__ = function.__name__
    return applied


def _as_tensors(at: Any) -> Any:
    """The point with tensors in double precision in place of plain numbers."""
    torch: Any = sys.modules["torch"]
    parts = [torch.tensor(float(x), dtype=torch.float64) if is_plain(x) else x for x in parts_of(at)]
    return rebuilt(at, iter(parts))
