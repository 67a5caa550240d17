"""Laws of grad and its kin: exact on known functions, nested to any order, in the shape of the arguments."""

import math
from collections import namedtuple

import pytest
from hypothesis import given

from microgrand import (
    NonFiniteError,
    Value,
    cos,
    exp,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    sin,
    sweep,
    tanh,
    value_and_grad,
    vjp,
)
from microgrand.derivatives import Derivative
from microgrand.testing import expressions


@given(expressions(inputs=3, smooth=False))
def test_grad_is_the_sweep(expression):
    """grad(f)(x) are the adjoints that a sweep gives, and value_and_grad adds the value."""
    inputs, root = expression.on_values()
    value, gradient = value_and_grad(lambda xs: expression(*xs))(list(expression.inputs))
    adjoints = sweep(root)
    assert value == root.data
    assert gradient == [adjoints.get(leaf) for leaf in inputs]
    assert all(type(item) is float for item in gradient)


@pytest.mark.parametrize("order", range(6))
def test_any_order(order):
    """The n-th derivative of sin, of e^2x and of x⁵ is exact."""
    functions = {
        "sin": (sin, math.sin(0.3 + order * math.pi / 2)),
        "exp": (lambda x: exp(2 * x), 2.0**order * math.exp(0.6)),
        "pow": (lambda x: x**5, math.perm(5, order) * 0.3 ** (5 - order) if order <= 5 else 0.0),
    }
    for f, exact in functions.values():
        derivative = f
        for _ in range(order):
            derivative = grad(derivative)
        assert math.isclose(derivative(0.3), exact, rel_tol=1e-13, abs_tol=1e-15)


def test_perturbations_are_not_confused():
    """A derivative inside a function that is differentiated: each sees its own variable only."""
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x + y)(x))(1.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x * y)(2.0))(3.0) == 6.0
    assert grad(lambda x: grad(lambda y: y**2 * x)(x))(3.0) == 12.0
    assert type(grad(lambda x: x * grad(lambda y: x * y * y)(2.0))(3.0)) is float
    assert jvp(lambda x: x * jvp(lambda y: x * y, (2.0,), (1.0,))[1], (3.0,), (1.0,))[1] == 6.0


def test_values_from_outside_stay_in_the_graph():
    """A derivative that depends on Values found outside is made of Values: no gradient is lost."""
    w = Value(3.0, name="w")
    slope = grad(lambda x: w * x * x)(2.0)
    assert slope.data == 12.0
    slope.backward()
    assert w.grad == 4.0
    assert type(grad(lambda x: x * 2.0)(1.0)) is float


def test_gradients_have_the_shape_of_their_argument():
    """Numbers, lists, tuples, named tuples and dicts, nested; one argument or several."""
    Point = namedtuple("Point", "x y")

    def f(p, q):
        return p["a"] * p["b"][0] + q.x * q.y + p["b"][1][0]

    point = ({"a": 2.0, "b": [3.0, (4.0,)]}, Point(5.0, 6.0))
    assert grad(f)(*point) == {"a": 3.0, "b": [2.0, (1.0,)]}
    assert grad(f, argnums=(1, 0))(*point) == (Point(6.0, 5.0), {"a": 3.0, "b": [2.0, (1.0,)]})
    assert grad(f, argnums=-1)(*point) == Point(6.0, 5.0)


def test_products_agree_with_the_matrix():
    """jvp, vjp and hvp are the products with the Jacobian and the Hessian."""

    def f(x):
        return [x[0] * x[1], sin(x[0]), x[1] ** 3]

    def g(x):
        return x[0] ** 2 * x[1] + cos(x[1])

    x, v, u = [0.5, 2.0], [1.0, -3.0], [2.0, 0.5, 1.0]
    J, H = jacobian(f)(x), hessian(g)(x)
    assert jvp(f, (x,), (v,))[1] == pytest.approx([sum(a * b for a, b in zip(row, v, strict=True)) for row in J])
    value, pull = vjp(f, x)
    assert value == [1.0, math.sin(0.5), 8.0]
    assert pull(u)[0] == pytest.approx([sum(u[k] * J[k][i] for k in range(3)) for i in range(2)])
    assert hvp(g, x, v) == pytest.approx([sum(a * b for a, b in zip(row, v, strict=True)) for row in H])
    assert H[0][1] == H[1][0] == 1.0


def test_shapes_are_matched_by_key():
    """Tangents and cotangents belong to the numbers that stand in the same place, not at the same count."""

    def f(d):
        return {"p": d["a"] * 10 + d["b"], "q": d["b"]}

    at = {"a": 1.0, "b": 2.0}
    assert jvp(f, (at,), ({"b": 1.0, "a": 0.0},))[1] == {"p": 1.0, "q": 1.0}
    assert vjp(f, at)[1]({"q": 1.0, "p": 0.0}) == ({"a": 0.0, "b": 1.0},)
    with pytest.raises(ValueError, match="tangents come in the shape"):
        jvp(f, (at,), ({"a": 1.0, "c": 0.0},))
    with pytest.raises(ValueError, match="argnums names an argument twice"):
        grad(lambda x, y: x * y, argnums=(0, -2))(1.0, 2.0)


def test_constants_have_derivative_zero():
    """A function that ignores its argument, or returns a plain number, has gradient 0.0."""
    assert grad(lambda x: 3.0)(1.0) == 0.0
    assert grad(lambda x, y: y * 1.0, argnums=(0, 1))(1.0, 2.0) == (0.0, 1.0)
    assert jacobian(lambda x: [x, 2.0])(1.0) == [1.0, 0.0]
    assert grad(grad(lambda x: 3.0 * x))(1.0) == 0.0


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: grad(lambda x: [x])(1.0),
            TypeError,
            "returns one number; this one returned .* of type list: jacobian",
        ),
        (lambda: grad(lambda x: "a")(1.0), TypeError, "returns one number; this one returned 'a'"),
        (lambda: grad(lambda x: x)("a"), TypeError, "expected a number or a Value; got 'a'"),
        (lambda: grad(lambda x: x, argnums=1)(1.0), IndexError, "names argument 1, .* called with 1"),
        (lambda: grad(lambda x: x**0.5)(0.0), NonFiniteError, "turned inf"),
        (
            lambda: jvp(lambda x: x, (1.0,), (1.0, 2.0)),
            ValueError,
            r"tangents come in the shape \(1.0,\); got \(1.0, 2.0\)",
        ),
        (
            lambda: vjp(lambda x: x, 1.0)[1]([1.0, 2.0]),
            ValueError,
            r"cotangents come in the shape .*; got \[1.0, 2.0\]",
        ),
    ],
)
def test_wrong_calls_say_what_was_expected(call, kind, message):
    """A wrong function, argument or tangent is refused in one sentence."""
    with pytest.raises(kind, match=message):
        call()


def test_derivatives_tell_of_what_they_are():
    """A derivative prints as what it is and of which function; what has no name of its own is shown as it prints."""
    assert repr(grad(math.sin)) == "<Gradient of sin>"
    assert repr(value_and_grad(math.sin)) == "<ValueAndGradient of sin>"
    assert repr(jacobian(grad(math.sin))) == "<Jacobian of sin>"
    assert repr(grad(tanh)) == "<Gradient of <primitive tanh>>"
    with pytest.raises(NotImplementedError):
        Derivative(math.sin, 0)(1.0)
