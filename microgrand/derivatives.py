"""Derivatives of Python functions: gradient, Jacobian, Hessian, and products with them.

Every function here takes `f`, a function of numbers, and gives a function of numbers: `f` is run once on Values, which
record what it does. An argument is a number or a nested list, tuple or dict of numbers, and a gradient has the shape of
its argument.

Numbers in, numbers out. But where an argument is itself a Value, or `f` uses Values from outside, the derivative
depends on them too and comes as Values: so derivatives nest to any order, `grad(grad(f))`, and no gradient is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from microgrand.engine.node import Node
from microgrand.engine.order import topological_order
from microgrand.engine.sweep import Adjoints, all_finite, differentiable_sweep, swept, tangent_sweep
from microgrand.engine.value import Computed, Value
from microgrand.nested import flat, flat_like, positions, rebuilt
from microgrand.table.arithmetic import identity
from microgrand.table.numbers import as_number


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The gradient of `f`: ∂f/∂x in the shape of the argument x that `argnums` names, or a tuple of such.

    f        returns one number
    argnums  the position of the argument to differentiate in, or several positions

    Raises NonFiniteError where a derivative in plain numbers is NaN or infinite (one made of Values is left to
    their own sweep), TypeError if `f` does not return one number.

    >>> grad(lambda x: x ** 3)(2.0)
    12.0
    >>> grad(lambda p: p["w"] * p["x"][0])({"w": 2.0, "x": [3.0]})
    {'w': 3.0, 'x': [2.0]}
    >>> grad(grad(lambda x: x ** 3))(2.0)
    12.0
    """
    return Gradient(f, argnums)


def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., tuple[Any, Any]]:
    """The value of `f` and its gradient, from one run: (f(x), ∂f/∂x). See `grad`.

    f, argnums  as for `grad`, and so are the errors raised

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 5.0)
    (10.0, (5.0, 2.0))
    """
    return ValueAndGradient(f, argnums)


def jacobian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The Jacobian ∂fₖ/∂xᵢ: the result of `f` with, in the place of each number, the gradient of that number.

    f  returns a number or a nested list, tuple or dict of numbers

    argnums  the position of the argument to differentiate in, or several positions

    Raises TypeError where `f` returns something else, NonFiniteError as `grad` does.

    >>> jacobian(lambda x: [x[0] * x[1], x[0]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 0.0]]
    """
    return Jacobian(f, argnums)


def hessian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The Hessian ∂²f/∂xᵢ∂xⱼ: the Jacobian of the gradient.

    f, argnums  as for `grad`, and so are the errors raised

    >>> hessian(lambda x: x[0] ** 2 * x[1])([3.0, 5.0])
    [[10.0, 6.0], [6.0, 0.0]]
    """
    return jacobian(grad(f, argnums), argnums)


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """f(x) and the function v ↦ vᵀ ∂f/∂x, which takes cotangents in the shape of f(x); one result per argument.

    f, primals  the function, and the arguments it is looked at

    Raises TypeError where `f` returns something else than numbers, or the cotangents have another shape than f(x).

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

    return rebuilt(run.result, iter([run.plain(root) for root in roots])), pull


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """f(x) and its derivative along the tangents, ∂f/∂x · ẋ, both in the shape of f(x); one forward sweep.

    f         returns a number or a nested list, tuple or dict of numbers
    primals   the tuple of its arguments
    tangents  ẋ, in the shape of the primals

    Raises TypeError where primals or tangents are no tuples, or their shapes differ.

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
    return rebuilt(run.result, iter(values)), rebuilt(run.result, iter(changes))


def hvp(f: Callable[..., Any], x: Any, v: Any) -> Any:
    """The Hessian of `f` at `x` times `v`, in the shape of `x`, without a Hessian: a forward sweep over the gradient.

    f  of one argument x; returns one number

    Raises TypeError where v has another shape than x, or `f` does not return one number.

    >>> hvp(lambda x: x[0] ** 2 * x[1], [3.0, 5.0], [1.0, 0.0])
    [10.0, 6.0]
    """
    return jvp(grad(f), (x,), (v,))[1]


class Derivative:
    """A function made of another one, f, whose name and signature it has.

    f         the function
    argnums   the position of the argument to differentiate in, or several positions
    """

    def __init__(self, f: Callable[..., Any], argnums: Any) -> None:
        self.__wrapped__ = f  # where `inspect.signature` looks
        self.argnums: Final = argnums

    @property
    def __name__(self) -> str:
        return str(getattr(self.__wrapped__, "__name__", type(self.__wrapped__).__name__))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.__name__}>"

    def __call__(self, *arguments: Any) -> Any:
        """The derivative at these arguments."""
        raise NotImplementedError


class ValueAndGradient(Derivative):
    """What `value_and_grad` gives."""

    def __call__(self, *arguments: Any) -> Any:
        """(f(x), ∂f/∂x)."""
        run = Run(self.__wrapped__, arguments, self.argnums)
        value, adjoints = run.value_and_adjoints(run.one_number())
        return value, run.shaped(adjoints)


class Gradient(Derivative):
    """What `grad` gives."""

    def __call__(self, *arguments: Any) -> Any:
        """∂f/∂x."""
        run = Run(self.__wrapped__, arguments, self.argnums)
        return run.shaped(run.value_and_adjoints(run.one_number())[1])


class Jacobian(Derivative):
    """What `jacobian` gives."""

    def __call__(self, *arguments: Any) -> Any:
        """∂fₖ/∂xᵢ."""
        run = Run(self.__wrapped__, arguments, self.argnums)
        rows = [run.shaped(run.value_and_adjoints(root)[1]) for root in flat(run.result)]
        return rebuilt(run.result, iter(rows))


class Run:
    """One run of `f` on fresh Values in the place of the chosen arguments.

    An argument that is a Value already is wrapped in an `identity` of it, a node that nobody else holds. So a path from
    f's result to the argument is told apart from paths that existed before (no perturbation confusion), and the outer
    graph stays connected.
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
        return rebuilt(argument, iter(fresh))

    def one_number(self) -> Any:
        """The result, if it is one number or Value."""
        if not isinstance(self.result, Node):
            try:
                as_number(self.result)
            except TypeError:
                raise TypeError(
                    f"a gradient is of a function that returns one number; this one returned {self.result!r:.60} "
                    f"of type {type(self.result).__name__}: see jacobian"
                ) from None
        return self.result

    def uses_others(self, roots: Sequence[Any]) -> bool:
        """Whether the roots depend on leaves other than the inputs: Values that `f` found outside."""
        below = topological_order([root for root in roots if isinstance(root, Node)], self.inputs)
        return _has_leaves(below, len(self.inputs))

    def value_and_adjoints(self, root: Any) -> tuple[Any, list[Any]]:
        """The value of a root, and ∂root/∂input for every input: numbers, unless they depend on Values from outside."""
        if not isinstance(root, Node):
            return root, [_constant(0.0) if self.nested else 0.0 for _ in self.inputs]
        if not self.nested:
            order, delta = swept([root], [1.0], self.inputs)
            if not _has_leaves(order, len(self.inputs)):
                if not all_finite(delta):
                    Adjoints(order, list(delta)).require_finite()
                return root.data, [delta[k] for k in range(len(self.inputs))]  # a cut order begins with the cut
        made = differentiable_sweep(root, self.inputs)
        return root, [delta if isinstance(delta, Node) else _constant(delta) for delta in made]

    def plain(self, root: Any) -> Any:
        """The value of a root: a number, unless it depends on Values from outside."""
        if isinstance(root, Node) and not (self.nested or self.uses_others([root])):
            return root.data
        return root

    def shaped(self, adjoints: list[Any]) -> Any:
        """The adjoints in the shape of the chosen arguments."""
        items = iter(adjoints)
        gradients = tuple([rebuilt(self._shapes[k], items) for k in self._chosen])
        return gradients[0] if self._single else gradients


def _has_leaves(order: list[Node], cut: int) -> bool:
    """Whether there are leaves in an order beyond the nodes at which it was cut."""
    return any(order[k]._primitive is None for k in range(cut, len(order)))


def _settle(node: Node) -> None:
    """Turn an input, once f has run, into a constant.

    A derivative around this one may meet the input. As a leaf it would be taken for a Value from outside, and the
    derivative would come as Values instead of numbers.
    """
    if node.is_leaf:
        node._primitive, node._x = identity, node._data


def _constant(x: float) -> Value:
    """A Value that depends on nothing, yet is no leaf, so that it is not taken for a Value from outside."""
    return Computed(x, identity, x, None, 0.0, 0.0)
