"""autograd's public names on top of microgrand: its wrappers, its checker, primitives of one's own, and its NumPy."""

from functools import partial
from types import SimpleNamespace

import numpy as np

import microgrand as mg
from microgrand.testing import check_gradient

by_place = lambda made: lambda fun, argnum=0: made(fun, argnum)
grad, value_and_grad, jacobian, hessian = map(by_place, (mg.grad, mg.value_and_grad, mg.jacobian, mg.hessian))
grad_and_aux = by_place(lambda fun, k: mg.grad(fun, k, has_aux=True))
elementwise_grad = by_place(lambda fun, k: mg.grad(lambda *xs: np.sum(fun(*xs)), k))
hessian_tensor_product = lambda fun: partial(mg.hvp, fun)
tensor_jacobian_product = lambda fun: lambda x, v: np.tensordot(v, mg.jacobian(fun)(x), np.ndim(v))
make_jvp = lambda fun: lambda x: lambda v: mg.jvp(fun, (x,), (v,))
make_hvp = lambda fun: lambda x: (partial(mg.hvp, fun, x), mg.grad(fun)(x))
half_square = lambda y: 0.5 * np.sum(y**2)
make_ggnvp = lambda f, g=half_square: lambda x: lambda v: mg.vjp(f, x)[1](mg.hvp(g, *mg.jvp(f, (x,), (v,))))[0]
checkpoint = lambda fun: fun
isbox = lambda x: isinstance(x, mg.Value)
check_equivalent = partial(np.testing.assert_allclose, rtol=1e-6, atol=1e-6)


class primitive:  # noqa: N801  autograd's spelling
    """A function whose partials are declared after it: one row, which takes arrays item by item."""

    def __init__(self, fun):
        self.fun, self.partials = fun, {}

    def __call__(self, *xs):
        return mg.Primitive(self.fun.__name__, self.fun, [self.partials[k] for k in range(len(xs))])(*xs)

    def defgrad(self, made, argnum=0):
        self.partials[argnum] = lambda z, *xs: made(z, *xs)(1.0)

    def defvjp(self, vjp, argnum=0):
        self.partials[argnum] = lambda z, *xs: vjp(1.0, z, None, None, *xs)

    def defvjp_is_zero(self, argnums):
        self.partials = {k: lambda z, *xs: 0.0 for k in argnums}


def check_grads(fun, modes=("fwd", "rev"), order=2):
    """A function of the point that asserts the derivatives of `fun` there."""
    ways = [{"fwd": {"mode": "forward"}, "rev": {}}[mode] for mode in modes] + [{"order": 2}] * (order > 1)
    reports = lambda at: [check_gradient(fun, at=at, **way) for way in ways]
    return lambda *at: check_equivalent([str(each.verdict) == "agree" for each in reports(at)], True)


defvjp = lambda fun, *makers: [fun.defgrad(made, k) for k, made in enumerate(makers)]
quick_grad_check = lambda fun, x, extra=(): check_grads(fun, ["rev"], order=1)(x, *extra)
chosen = lambda c, x, y: np.where(c, x, y) if isinstance(x, np.ndarray) or not isinstance(c, bool) else x if c else y
where = lambda condition, x=None, y=None: np.where(condition) if x is None else chosen(condition, x, y)
numpy = SimpleNamespace(**vars(np) | {"random": np.random, "sinc": mg.sinc, "where": where})
MODULES = ["autograd", *(f"autograd.{name}" for name in ("core", "extend", "test_util", "tracer", "util"))]
