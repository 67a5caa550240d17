"""Derivatives of Python functions: gradient, Jacobian, Hessian, and products with them.

Each function here runs `f`, a function of numbers, once on Values, which record the computation. An argument is a
number, an array, or a nested list, tuple or dict of these, and a gradient has the shape of its argument.

Where an argument is an array, of NumPy or another library, `f` is called with a NumPy array of Values: x[0], x[1:],
sum(x), x @ A @ x and NumPy's functions np.sin(x), np.sum(x**2) work on it. Its gradient is an array of its shape in
double precision, whatever its dtype; an array without axes comes to `f` as a Value. An array that `f` returns is
replaced by an array of gradients, of the shape of the result and then of the argument.

Results are numbers. But if an argument is itself a Value, or `f` uses Values from outside, the derivative depends on
these too, and is returned as Values. So derivatives nest to any order, `grad(grad(f))`, and no gradient is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from math import prod
from types import MethodType
from typing import Any

from microgrand.compiled.hints import mypyc_attr
from microgrand.engine.node import Node
from microgrand.engine.order import LOCK, MARKS, topological_order
from microgrand.engine.sweep import Adjoints, differentiable_sweep, spread, tangent_sweep
from microgrand.engine.value import Computed, Value
from microgrand.nested import as_array, flat, flat_like, is_array, positions, rebuilt, stacked
from microgrand.table.arithmetic import identity
from microgrand.table.numbers import as_number


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The gradient of `f`: ∂f/∂x in the shape of the argument x that `argnums` names, or a tuple of gradients.

    f        a function that returns one number; an array of one number, as x.T @ x gives, counts as that number
    argnums  the position of the argument x to differentiate with respect to, or several positions

    Raises NonFiniteError if a derivative is a plain number and is NaN or infinite (Values are checked when they are
    swept themselves), TypeError if `f` does not return one number.

    >>> grad(lambda x: x ** 3)(2.0)
    12.0
    >>> grad(lambda p: p["w"] * p["x"][0])({"w": 2.0, "x": [3.0]})
    {'w': 3.0, 'x': [2.0]}
    >>> import numpy as np
    >>> grad(lambda x: np.sum(np.sin(x) * x[0]))(np.array([0.0, np.pi / 2]))
    array([1., 0.])
    >>> grad(grad(lambda x: x ** 3))(2.0)
    12.0
    """
    return Gradient(f, argnums)


def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., tuple[Any, Any]]:
    """The value of `f` and its gradient, from one run: (f(x), ∂f/∂x). See `grad`.

    f, argnums  as for `grad`; raises the same errors

    With arrays it is what `scipy.optimize.minimize(value_and_grad(f), x0, jac=True)` takes.

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 5.0)
    (10.0, (5.0, 2.0))
    >>> import numpy as np
    >>> value_and_grad(lambda x: x @ x)(np.array([1.0, 2.0]))
    (5.0, array([2., 4.]))
    """
    return ValueAndGradient(f, argnums)


def jacobian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The Jacobian ∂fₖ/∂xᵢ: the result of `f`, with each number replaced by its gradient.

    f        returns a number, an array, or a nested list, tuple or dict of these
    argnums  the position of the argument x to differentiate with respect to, or several positions

    Raises TypeError if `f` returns anything else, NonFiniteError as `grad` does.

    >>> jacobian(lambda x: [x[0] * x[1], x[0]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 0.0]]
    >>> import numpy as np
    >>> jacobian(lambda x: x[0] * x)(np.array([2.0, 3.0]))
    array([[4., 0.],
           [3., 2.]])
    """
    return Jacobian(f, argnums)


def hessian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The Hessian ∂²f/∂xᵢ∂xⱼ: the Jacobian of the gradient.

    f, argnums  as for `grad`; raises the same errors

    >>> hessian(lambda x: x[0] ** 2 * x[1])([3.0, 5.0])
    [[10.0, 6.0], [6.0, 0.0]]
    >>> import numpy as np
    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0]))
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    return jacobian(grad(f, argnums), argnums)


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """f(x) and the function v ↦ vᵀ ∂f/∂x, which takes v in the shape of f(x) and gives one result per argument.

    f, primals  the function, and the arguments x at which it is differentiated

    Raises TypeError if `f` returns anything but numbers, ValueError if the shape of v is not that of f(x).

    >>> value, pull = vjp(lambda x, y: [x * y, x], 2.0, 3.0)
    >>> value, pull([1.0, 10.0])
    ([6.0, 2.0], (13.0, 2.0))
    """
    run = Run(f, primals, tuple(range(len(primals))))
    roots = list(flat(run.result))

    def pull(cotangents: Any) -> tuple[Any, ...]:
        weights = list(flat_like(run.result, cotangents, "cotangents"))
        weighted = [weight * root for weight, root in zip(weights, roots, strict=True)]
        total = identity(weighted[0]) if weighted else 0.0
        for term in weighted[1:]:
            total = total + term
        shaped: tuple[Any, ...] = run.shaped(run.value_and_adjoints(total)[1])
        return shaped

    return rebuilt(run.result, iter([run.plain(root) for root in roots]), as_array), pull


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """f(x) and its derivative along the tangents, ∂f/∂x · ẋ, in the shape of f(x), from one forward sweep.

    f         returns a number, an array, or a nested list, tuple or dict of these
    primals   the tuple of the arguments of `f`
    tangents  ẋ, in the shape of the primals; an array and nested lists of its shape stand for each other

    Raises TypeError if primals or tangents are not tuples, ValueError if their shapes differ.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    for name, arguments in (("primals", primals), ("tangents", tangents)):
        if not isinstance(arguments, (tuple, list)):
            raise TypeError(f"jvp takes its {name} as a tuple, one item per argument of f; got {arguments!r:.60}")
    run = Run(f, tuple(primals), tuple(range(len(primals))))
    directions = list(flat_like(tuple(primals), tuple(tangents), "tangents"))
    roots = list(flat(run.result))
    nested = run.nested or any([isinstance(direction, Node) for direction in directions])
    nodes = [root for root in roots if isinstance(root, Node)]
    changed = iter(tangent_sweep(nodes, run.inputs, directions, nested or run.uses_others(nodes)))
    changes = [next(changed) if isinstance(root, Node) else 0.0 for root in roots]
    values = [run.plain(root) for root in roots]
    return rebuilt(run.result, iter(values), as_array), rebuilt(run.result, iter(changes), as_array)


def hvp(f: Callable[..., Any], x: Any, v: Any) -> Any:
    """The Hessian of `f` at `x` times `v`, in the shape of `x`, by a forward sweep over the gradient.

    f  a function of one argument x that returns one number

    Raises ValueError if v and x differ in shape, TypeError if `f` does not return one number.

    >>> hvp(lambda x: x[0] ** 2 * x[1], [3.0, 5.0], [1.0, 0.0])
    [10.0, 6.0]
    """
    return rebuilt(x, iter(flat(jvp(grad(f), (x,), (v,))[1])), as_array)


@mypyc_attr(native_class=False)
class Derivative:
    """A derivative of a function f, as a function with the same name, docstring and signature.

    f         the function
    argnums   the position of the argument to differentiate with respect to, or several
    """

    def __init__(self: Any, f: Callable[..., Any], argnums: Any) -> None:
        self.__wrapped__ = f  # read by `inspect.signature`
        self.argnums = argnums

    def __getattr__(self: Any, name: str) -> Any:
        if name in ("__name__", "__qualname__"):
            return getattr(self.__wrapped__, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __get__(self: Any, instance: object, owner: object = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self: Any) -> str:
        return f"<{type(self).__name__} of {getattr(self.__wrapped__, '__name__', self.__wrapped__)}>"

    def __call__(self: Any, *arguments: Any) -> Any:
        """Evaluate the derivative at the arguments."""
        raise NotImplementedError


@mypyc_attr(native_class=False)
class ValueAndGradient(Derivative):
    """The function that `value_and_grad` returns."""

    def __call__(self: Any, *arguments: Any) -> Any:
        """(f(x), ∂f/∂x)."""
        run = Run(self.__wrapped__, arguments, self.argnums)
        value, adjoints = run.value_and_adjoints(run.one_number())
        return value, run.shaped(adjoints)


@mypyc_attr(native_class=False)
class Gradient(Derivative):
    """The function that `grad` returns."""

    def __call__(self: Any, *arguments: Any) -> Any:
        """∂f/∂x."""
        run = Run(self.__wrapped__, arguments, self.argnums)
        return run.shaped(run.value_and_adjoints(run.one_number())[1])


@mypyc_attr(native_class=False)
class Jacobian(Derivative):
    """The function that `jacobian` returns."""

    def __call__(self: Any, *arguments: Any) -> Any:
        """∂fₖ/∂xᵢ."""
        run = Run(self.__wrapped__, arguments, self.argnums)
        gradients = iter([run.shaped(run.value_and_adjoints(root)[1]) for root in flat(run.result)])
        return rebuilt(run.result, gradients, run.array_of_gradients)


class Run:
    """One run of `f` on fresh Values in place of the chosen arguments.

    A chosen argument that is already a Value is replaced by its `identity`, a new node that only this run uses. So the
    derivative counts only paths that this run adds (no perturbation confusion), and the result still depends on the
    outer Value.
    """

    def __init__(self, f: Callable[..., Any], arguments: tuple[Any, ...], argnums: Any) -> None:
        self.inputs: list[Node] = []
        self.nested = False
        self._single = not isinstance(argnums, (tuple, list))
        self._chosen = positions(argnums, len(arguments))
        self._shapes = arguments
        lifted = list(arguments)
        for k in self._chosen:
            lifted[k] = self._lifted(arguments[k])
        self.result: Any = f(*lifted)
        for node in self.inputs:
            _settle(node)

    def _lifted(self, argument: Any) -> Any:
        fresh: list[Node] = []
        for number in flat(argument):
            if isinstance(number, Node):
                self.nested = True
                fresh.append(identity(number))
            else:
                fresh.append(Value(number))
        self.inputs.extend(fresh)
        return rebuilt(argument, iter(fresh), as_array)

    def one_number(self) -> Any:
        """The result; raises TypeError unless it is one number or Value, alone or in an array."""
        if isinstance(self.result, Node):
            return self.result
        try:
            numbers: list[Any] = flat(self.result) if is_array(self.result) else [as_number(self.result)]
        except TypeError:
            numbers = []
        if len(numbers) != 1:
            kind = type(self.result).__name__
            shown = f"an array of shape {self.result.shape}" if is_array(self.result) else f"{self.result!r:.60}"
            raise TypeError(
                f"a gradient is of a function that returns one number; this one returned {shown} of type {kind}: "
                "see jacobian"
            )
        return numbers[0]

    def uses_others(self, roots: Sequence[Any]) -> bool:
        """Whether the roots depend on leaves other than the inputs, that is, on Values from outside `f`."""
        below = topological_order([root for root in roots if isinstance(root, Node)], self.inputs)
        return _has_leaves(below, len(self.inputs))

    def value_and_adjoints(self, root: Any) -> tuple[Any, list[Any]]:
        """The value of a root, and ∂root/∂input for every input: numbers, or Values if outside Values occur."""
        if not isinstance(root, Node):
            return root, [_constant(0.0) if self.nested else 0.0 for _ in self.inputs]
        if not self.nested:
            another = LOCK._is_owned()
            with LOCK, MARKS.inside(another):
                order = spread([root], [1.0], self.inputs)
                if not _has_leaves(order, len(self.inputs)):
                    if not all(node._delta - node._delta == 0.0 for node in order):
                        Adjoints(order, [node._delta for node in order]).require_finite()
                    return root.data, [node._delta for node in self.inputs]
        made = differentiable_sweep(root, self.inputs)
        return root, [delta if isinstance(delta, Node) else _constant(delta) for delta in made]

    def plain(self, root: Any) -> Any:
        """The value of a root: a number, or a Value if it depends on outside Values."""
        if isinstance(root, Node) and not (self.nested or self.uses_others([root])):
            return root.data
        return root

    def shaped(self, adjoints: list[Any]) -> Any:
        """The adjoints in the shape of the chosen arguments."""
        items = iter(adjoints)
        gradients = tuple([rebuilt(self._shapes[k], items, as_array) for k in self._chosen])
        return gradients[0] if self._single else gradients

    def array_of_gradients(self, result: Any, gradients: Iterator[Any]) -> Any:
        """The next gradients, one for each number of the array `result`, as arrays of its shape and then their own."""
        shape = tuple(result.shape)
        return stacked(self.shaped([0.0] * len(self.inputs)), list(islice(gradients, prod(shape))), shape)


def _has_leaves(order: list[Node], cut: int) -> bool:
    """Whether an order contains leaves after its first `cut` nodes."""
    return any(order[k]._primitive is None for k in range(cut, len(order)))


def _settle(node: Node) -> None:
    """Turn an input that is a leaf into a constant, after f has run.

    A derivative around this one may reach the input. If the input were still a leaf, the outer derivative would take it
    for a Value from outside, and return Values instead of numbers.
    """
    if node.is_leaf:
        node._primitive, node._x = identity, node._data


def _constant(x: float) -> Value:
    """A constant as a Value. It is not a leaf, since a leaf would be taken for a Value from outside."""
    return Computed(x, identity, x, None, 0.0, 0.0)
