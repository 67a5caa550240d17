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
from typing import Any, Final, Never

from microgrand.compiled.hints import mypyc_attr
from microgrand.engine.node import Node
from microgrand.engine.order import LOCK, MARKS, topological_order
from microgrand.engine.sweep import Adjoints, spread
from microgrand.engine.value import Computed, Value
from microgrand.errors import GraphError
from microgrand.kinks import warn_of_kinks
from microgrand.nested import as_array, flat, flat_like, is_array, parts_of, positions, rebuilt, stacked, with_parts
from microgrand.selections import is_recording
from microgrand.table.arithmetic import identity
from microgrand.table.formula import formula
from microgrand.table.numbers import as_number, refuse_keywords, yes_or_no
from microgrand.value_sweeps import differentiable_sweep, tangent_sweep


def grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, *, has_aux: object = False, **kwargs: Never
) -> Callable[..., Any]:
    """The gradient of `f`: ∂f/∂x in the shape of the argument x that `argnums` names, or a tuple of gradients.

    f        a function that returns one number; an array of one number, as x.T @ x gives, counts as that number
    argnums  the position of the argument x to differentiate with respect to, or several positions; -1 is the last
    has_aux  whether `f` returns a pair, of that number and of something else: then the result is the pair of the
             gradient and of what else `f` returned, with numbers in the place of Values

    Arguments that are given by name reach `f` as they are. Those that are chosen are given by their places.

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
    refuse_keywords(kwargs)
    return Gradient(f, argnums, has_aux=has_aux)


def value_and_grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, *, has_aux: object = False, **kwargs: Never
) -> Callable[..., tuple[Any, Any]]:
    """The value of `f` and its gradient, from one run: (f(x), ∂f/∂x). See `grad`.

    f, argnums  as for `grad`; raises the same errors
    has_aux     whether `f` returns a pair: then the result is that pair and the gradient of its first

    With arrays it is what `scipy.optimize.minimize(value_and_grad(f), x0, jac=True)` takes.

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 5.0)
    (10.0, (5.0, 2.0))
    >>> import numpy as np
    >>> value_and_grad(lambda x: x @ x)(np.array([1.0, 2.0]))
    (5.0, array([2., 4.]))
    """
    refuse_keywords(kwargs)
    return ValueAndGradient(f, argnums, has_aux=has_aux)


def jacobian(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, *, has_aux: object = False, **kwargs: Never
) -> Callable[..., Any]:
    """The Jacobian ∂fₖ/∂xᵢ: the result of `f`, with each number replaced by its gradient.

    f                 returns a number, an array, or a nested list, tuple or dict of these
    argnums, has_aux  as for `grad`

    Raises TypeError if `f` returns anything else, NonFiniteError as `grad` does.

    >>> jacobian(lambda x: [x[0] * x[1], x[0]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 0.0]]
    >>> import numpy as np
    >>> jacobian(lambda x: x[0] * x)(np.array([2.0, 3.0]))
    array([[4., 0.],
           [3., 2.]])
    """
    refuse_keywords(kwargs)
    return Jacobian(f, argnums, has_aux=has_aux)


def hessian(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, *, has_aux: object = False, **kwargs: Never
) -> Callable[..., Any]:
    """The Hessian ∂²f/∂xᵢ∂xⱼ: the Jacobian of the gradient.

    f, argnums, has_aux  as for `grad`; raises the same errors

    >>> hessian(lambda x: x[0] ** 2 * x[1])([3.0, 5.0])
    [[10.0, 6.0], [6.0, 0.0]]
    >>> import numpy as np
    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0]))
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    refuse_keywords(kwargs)
    return jacobian(grad(f, argnums, has_aux=has_aux), argnums, has_aux=has_aux)


def gradients(root: Any, nodes: Any, *, allow_unused: object = False, **kwargs: Never) -> Any:
    """∂root/∂node for each node, as Values that can be differentiated again.

    root          a Value
    nodes         a Value that the root was computed from, or nested lists, tuples and dicts of such; the result has
                  their shape
    allow_unused  whether a node may be one that the root does not depend on; its derivative is then 0

    This is `grad` for a graph that is there already, what `create_graph=True` asks for elsewhere. Its results are nodes
    as any others: they can be swept, drawn and stepped through. Raises TypeError for anything but Values, GraphError
    for a node that the root does not depend on, and if the graph is stale; gives a KinkWarning as `grad(grad(f))` does.

    >>> from microgrand import Value, derivation
    >>> x = Value(3.0, name="x")
    >>> slope = gradients(x * x * x, x)
    >>> slope, gradients(slope, x)
    (Value(27.0), Value(18.0))
    """
    refuse_keywords(kwargs)
    if not isinstance(root, Node):
        raise TypeError(f"gradients are of a Value; got {root!r:.60} of type {type(root).__name__}")
    inputs = flat(nodes)
    for each in inputs:
        if not isinstance(each, Node):
            raise TypeError(f"gradients are in Values; got {each!r:.60} of type {type(each).__name__}")
    found = differentiable_sweep(root, inputs, cut=False)
    used = inputs if yes_or_no("allow_unused", allow_unused) else set(topological_order(root))
    for node in inputs:
        if node not in used:
            raise GraphError(
                f"nothing that was differentiated depends on {formula(node, depth=2)} (data {node.data!r}): "
                "leave it out, or take 0 for it with allow_unused=True"
            )
    if not is_recording():
        warn_of_kinks(root, inputs, "a derivative that can be differentiated again")
    return rebuilt(nodes, iter([delta if isinstance(delta, Node) else _constant(delta) for delta in found]), as_array)


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
    has_aux   whether f returns a pair, of which only the first is differentiated
    """

    has_aux = False  # of those that an earlier version has pickled

    def __init__(self: Any, f: Callable[..., Any], argnums: Any, *, has_aux: object = False) -> None:
        if not callable(f):
            way_out = ": of a graph it is microgrand.gradients(y, x)" if isinstance(f, Node) else ""
            raise TypeError(f"derivatives are of functions: grad(f)(3.0); got {f!r:.60} in the place of f{way_out}")
        self.__wrapped__ = f  # read by `inspect.signature`
        self.argnums = argnums
        self.has_aux = yes_or_no("has_aux", has_aux)

    def _run(self: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Run:
        return Run(self.__wrapped__, arguments, self.argnums, keywords, self.has_aux)

    def __getattr__(self: Any, name: str) -> Any:
        if name in ("__name__", "__qualname__"):
            return getattr(self.__wrapped__, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __get__(self: Any, instance: object, owner: object = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self: Any) -> str:
        return f"<{type(self).__name__} of {getattr(self.__wrapped__, '__name__', self.__wrapped__)}>"

    def __call__(self: Any, /, *arguments: Any, **keywords: Any) -> Any:
        """Evaluate the derivative at the arguments; those that are given by name reach f as they are."""
        raise NotImplementedError


@mypyc_attr(native_class=False)
class ValueAndGradient(Derivative):
    """The function that `value_and_grad` returns."""

    def __call__(self: Any, /, *arguments: Any, **keywords: Any) -> Any:
        """(f(x), ∂f/∂x)."""
        run = self._run(arguments, keywords)
        value, adjoints = run.value_and_adjoints(run.one_number())
        return run.with_aux(value), run.shaped(adjoints)


@mypyc_attr(native_class=False)
class Gradient(Derivative):
    """The function that `grad` returns."""

    def __call__(self: Any, /, *arguments: Any, **keywords: Any) -> Any:
        """∂f/∂x."""
        run = self._run(arguments, keywords)
        return run.with_aux(run.gradient(run.one_number()))


@mypyc_attr(native_class=False)
class Jacobian(Derivative):
    """The function that `jacobian` returns."""

    def __call__(self: Any, /, *arguments: Any, **keywords: Any) -> Any:
        """∂fₖ/∂xᵢ."""
        run = self._run(arguments, keywords)
        roots = list(flat(run.result))
        gradients = _with_progress(run, roots) if len(roots) >= MANY else [run.gradient(root) for root in roots]
        return run.with_aux(rebuilt(run.result, iter(gradients), run.array_of_gradients))


MANY: Final = 200  # rows of a Jacobian that may take long


def _with_progress(run: Run, roots: list[Any]) -> list[Any]:
    """The gradient of each root; what takes long tells how far it has come."""
    from microgrand.progress import progress

    found = []
    with progress("differentiating", "row", len(roots)) as task:
        for root in roots:
            found.append(run.gradient(root))
            task.next()
    return found


class Run:
    """One run of `f` on fresh Values in place of the chosen arguments.

    A chosen argument that is already a Value is replaced by its `identity`, a new node that only this run uses. So the
    derivative counts only paths that this run adds (no perturbation confusion), and the result still depends on the
    outer Value.
    """

    def __init__(
        self, f: Callable[..., Any], arguments: tuple[Any, ...], argnums: Any,
        keywords: Any = None, has_aux: bool = False,
    ) -> None:  # fmt: skip
        if not callable(f):
            raise TypeError(f"derivatives are of functions; got {f!r:.60} in the place of f")
        self.inputs: list[Node] = []
        self.nested = False
        self._single = not isinstance(argnums, (tuple, list))
        self._chosen = positions(argnums, len(arguments))
        self._shapes = arguments
        lifted = list(arguments)
        for k in self._chosen:
            lifted[k] = self._lifted(arguments[k])
        try:
            self.result: Any = f(*lifted, **(keywords or {}))
        except TypeError as error:
            if any([isinstance(argument, (list, tuple)) or is_array(argument) for argument in arguments]):
                error.add_note(
                    "f was called with the lists or arrays that were given: of a function of a number take grad(f)(x)"
                )
            raise
        self._has_aux, self._aux = has_aux, None
        if has_aux:
            self.result, self._aux = _pair(self.result)
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
            several = "jacobian(f) has a slope for each of several numbers, and sum makes them one"
            raise TypeError(
                f"a gradient is of a function that returns one number; this one returned {shown} of type {kind}: "
                + ("it has no return" if self.result is None else several)
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
        if self.nested and not is_recording():  # it will be differentiated again
            warn_of_kinks(root, self.inputs)
        made = differentiable_sweep(root, self.inputs)
        return root, [delta if isinstance(delta, Node) else _constant(delta) for delta in made]

    def with_aux(self, found: Any) -> Any:
        """What was found; with has_aux, the pair of it and of what else `f` returned, with numbers for Values.

        Values that depend on others than the inputs stay.
        """
        if not self._has_aux:
            return found
        nodes = _nodes_in(self._aux)
        others: set[Node] = set()
        for node in topological_order(nodes, self.inputs)[len(self.inputs) :]:
            if node.is_leaf or not others.isdisjoint(node.parents):
                others.add(node)
        numbers = {node: node.data for node in nodes if not (self.nested or node in others)}
        return found, _replaced(self._aux, numbers)

    def gradient(self, root: Any) -> Any:
        """∂root/∂x in the shape of the chosen arguments."""
        return self.shaped(self.value_and_adjoints(root)[1])

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


def _nodes_in(item: Any) -> list[Node]:
    """The Values in containers and arrays of anything."""
    if isinstance(item, Node):
        return [item]
    parts = item.ravel().tolist() if is_array(item) and item.dtype == object else parts_of(item) or ()
    return [node for part in parts if type(part) is not float for node in _nodes_in(part)]


def _replaced(item: Any, by: dict[Node, float]) -> Any:
    """The same with numbers in the place of these Values; what has none in it stays the object that it is."""
    if isinstance(item, Node):
        return by.get(item, item)
    if by.keys().isdisjoint(_nodes_in(item)):
        return item
    if is_array(item):
        return as_array(item, iter([_replaced(part, by) for part in item.ravel().tolist()]))
    return with_parts(item, [_replaced(part, by) for part in parts_of(item) or ()])


def _pair(result: Any) -> tuple[Any, Any]:
    """What a function with `has_aux` returned, in two."""
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise TypeError(f"with has_aux=True a function returns a pair, (number, anything else); got {result!r:.60}")
    return result[0], result[1]


def _constant(x: float) -> Value:
    """A constant as a Value. It is not a leaf, since a leaf would be taken for a Value from outside."""
    return Computed(x, identity, x, None, 0.0, 0.0)
