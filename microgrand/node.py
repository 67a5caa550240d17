"""What a node stores, what a primitive is, and how a primitive is applied to nodes.

A `Node` is one number zₖ of the graph together with the step that made it: the primitive, the operands it was applied
to, and the local partials ∂zₖ/∂zᵢ. A `Primitive` is an elementary function with its declared partials, one row of the
table in `primitives.py`. Calling the primitive on nodes records a new node.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from microgrand.declaration import Declaration
from microgrand.errors import DivisionByZeroError, DomainError, GraphError
from microgrand.native import mypyc_attr
from microgrand.notation import formula
from microgrand.numeric import as_number, is_array_of_objects, is_general_number, quietly
from microgrand.packed import vec
from microgrand.scope import SCOPES, Scope, current_scope


@mypyc_attr(acyclic=True)
class Node:
    """One number of the graph and the step that made it.

    Up to two operands and their partials stand in the node itself, `_x`, `_y` and `_partial_x`, `_partial_y`; where
    there may be more, `_x` is a `Many`. The partial of a plain number is never looked at. `_mark` and `_delta` belong
    to whichever sweep holds the lock of `graph.py`.
    """

    __slots__ = (
        "_data", "_delta", "_grad", "_mark", "_name", "_partial_x", "_partial_y", "_primitive", "_scope", "_x", "_y",
    )  # fmt: skip

    def __init__(
        self,
        data: float,
        primitive: Primitive | None,
        x: Node | float | Many | None,
        y: Node | float | None,
        partial_x: float,
        partial_y: float,
    ) -> None:
        self._data = data
        self._grad = 0.0
        self._primitive = primitive
        self._x = x
        self._y = y
        self._partial_x = partial_x
        self._partial_y = partial_y
        self._name: str | None = None
        self._scope: Scope | None = current_scope() if SCOPES else None
        self._mark = 0
        self._delta = 0.0

    def outcome(
        self, data: float, primitive: Primitive, x: Node | float | Many, y: Node | float | None, dx: float, dy: float
    ) -> Node:
        """A new node of this node's kind: what `primitive` made of operands among which this node is one."""
        return Node(data, primitive, x, y, dx, dy)

    @property
    def data(self) -> float:
        """The number z. Only a leaf's may be set; `refresh` then recomputes what was computed from it."""
        return self._data

    @data.setter
    def data(self, data: object) -> None:
        if self._primitive is not None:
            raise GraphError(
                f"the data of a computed node cannot be set (this one is {formula(self)}): "
                "set a leaf's and call microgrand.refresh(root), or make a new Value"
            )
        self._data = as_number(data)

    @property
    def grad(self) -> float:
        """δ = ∂root/∂(this node), as the last `backward()` left it; 0.0 before any."""
        return self._grad

    @grad.setter
    def grad(self, grad: object) -> None:
        self._grad = as_number(grad)

    @property
    def name(self) -> str | None:
        """What the node is called in errors, formulas and drawings."""
        return self._name

    @name.setter
    def name(self, name: Any) -> None:
        self._name = as_name(name)

    @property
    def is_leaf(self) -> bool:
        """Whether the node was made from a number, and not computed."""
        return self._primitive is None

    @property
    def primitive(self) -> Primitive | None:
        """What computed this node; None for a leaf."""
        return self._primitive

    @property
    def scope(self) -> Scope | None:
        """The call of a layer in which this node was made; None outside layers."""
        return self._scope

    @property
    def operands(self) -> tuple[Node | float, ...]:
        """What the primitive was applied to, nodes and plain numbers, in order."""
        x = self._x
        if isinstance(x, Many):
            return x.all_operands()
        if x is None:
            return ()
        return (x,) if self._y is None else (x, self._y)

    @property
    def parents(self) -> tuple[Node, ...]:
        """Those operands that are nodes, in order and with repeats: `x*x` has two."""
        return tuple([operand for operand in self.operands if isinstance(operand, Node)])

    @property
    def partials(self) -> tuple[float, ...]:
        """The local partials ∂z/∂(parent), one per parent, in the order of `parents`."""
        pairs = zip(self.operands, self.operand_partials(), strict=True)
        return tuple([partial for operand, partial in pairs if isinstance(operand, Node)])

    def operand_partials(self) -> list[float]:
        """One partial per operand; that of a plain number is 0."""
        x = self._x
        if isinstance(x, Many):
            return x.all_partials()
        if x is None:
            return []
        return [self._partial_x] if self._y is None else [self._partial_x, self._partial_y]

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """Put back what a copy of the node was made without, since its parents come first: see `copying.py`."""
        *_, scope, operands, partials = state
        self._scope = scope
        if len(operands) > 2 or (self._primitive is not None and self._primitive.many):
            self._x = Many(tuple(operands), packed(partials), None)
        elif operands:
            self._x = operands[0]
            self._partial_x = partials[0]
            if len(operands) > 1:
                self._y = operands[1]
                self._partial_y = partials[1]

    def rewrite(self, data: float, partials: list[float]) -> None:
        """Put recomputed numbers in the place of the recorded ones; a leaf stays as it is."""
        if self._primitive is None:
            return
        self._data = data
        if isinstance(self._x, Many):
            self._x = Many(self.operands, packed(partials), None)
        else:
            self._partial_x = partials[0]
            self._partial_y = partials[1] if len(partials) > 1 else 0.0


@mypyc_attr(acyclic=True)
class Many:
    """The operands of a many-operand primitive, in order, and their partials; `more` are those that follow.

    They are tuples, and the numbers packed, so that a row or a vector that many nodes have among their operands stands
    in memory once, and the garbage collector soon leaves it alone.
    """

    __slots__ = ("more", "operands", "partials")

    def __init__(self, operands: tuple[Node | float, ...], partials: vec[float], more: Many | None) -> None:
        self.operands = operands
        self.partials = partials
        self.more = more

    def all_operands(self) -> tuple[Node | float, ...]:
        """The operands, those of `more` among them."""
        return self.operands if self.more is None else self.operands + self.more.all_operands()

    def all_partials(self) -> list[float]:
        """The partials, those of `more` among them."""
        return list(self.partials) if self.more is None else list(self.partials) + self.more.all_partials()


@mypyc_attr(acyclic=True)
class Row:
    """Operands as they are applied: the nodes and floats, their numbers, and one of the nodes, if any is one."""

    __slots__ = ("maker", "numbers", "operands")

    def __init__(self, operands: tuple[Node | float, ...], numbers: vec[float], maker: Node | None) -> None:
        self.operands = operands
        self.numbers = numbers
        self.maker = maker


def as_row(items: Any) -> Row | None:
    """Nodes and floats as a row; None where anything else is among the items."""
    operands: tuple[Any, ...] = tuple(items)
    maker: Node | None = None
    numbers = vec[float]([0.0] * len(operands))
    for k, operand in enumerate(operands):
        if isinstance(operand, Node):
            maker = operand
            numbers[k] = operand._data
        elif isinstance(operand, float):
            numbers[k] = float(operand)  # NumPy's is a float too, of a kind of its own
        else:
            return None
    return Row(operands, numbers, maker)


def packed(numbers: Sequence[float]) -> vec[float]:
    """The numbers as a packed row."""
    row = vec[float]([0.0] * len(numbers))
    for k, x in enumerate(numbers):
        row[k] = x
    return row


class Primitive(Declaration):
    """A declared function that can be applied: to floats, to arrays and the like, and to nodes: then it records one.

    name      how it is called, also in printed code
    value     value(x, …) = z, on floats, arrays, and whatever else its own functions accept
    partials  one function partial(z, x, …) = ∂z/∂operand per operand, written with the table's own functions, so that
              they run on floats, arrays and Values (second order then costs nothing); a single function serves a
              one-operand primitive; for `many` operands it returns the sequence of all partials
    notation  how a step is written and drawn; by default as a function of that name
    domain    where each operand may lie (one Domain, or one per operand)
    joint     what must hold of the operands together, as a predicate; `joint_words` says it, "for x > y"
    pole      a predicate: which operands outside the domain are a division by zero
    kink      a predicate: at these operands no derivative exists, and the partials follow the row's convention
    whole     which operands are whole numbers that choose a function (the k of softmax); these are never Values
    value_scale    where the terms of the value cancel: their size, (x, …) -> number, against which its error counts
    partial_scale  where the terms of a partial cancel: their size, (z, x, …) -> number, against which its error counts
    exactness  how exact it is, where that is less than value within 2 ulp and partials within 4, and why
    many      whether it takes any number of operands, one by one or as one sequence
    spread    turns public arguments into the flat list of operands, where that is not what `many` says
    derivation  the same value (x, …) -> z in several steps, for a picture or a walk that unfolds it: clear where
              `value` is stable
    along     the same value on one array of all operands, where that takes fewer operations than one by one
    ufunc     NumPy's name for it, where that differs
    doc       what it computes, in one line
    operand_names  what the operands are called in its manual entry, where that is not x, or x and y

    Raises ValueError for a name that is taken or no identifier, and for another number of domains than of partials;
    TypeError for what is no function, notation or domain. When applied: DomainError outside the domain,
    DivisionByZeroError at a pole, TypeError for another number of operands.

    >>> from microgrand import Value
    >>> cube = Primitive("cube", lambda x: x * x * x, lambda z, x: 3 * x * x)
    >>> x = Value(2.0)
    >>> y = cube(x)
    >>> y.backward()
    >>> cube(2.0), y, x.grad
    (8.0, Value(8.0), 12.0)
    """

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __call__(self, *arguments: Any) -> Any:
        """The value on plain numbers and arrays; on Values, a new Value that records this step."""
        if self._single and len(arguments) == 1:
            x = arguments[0]
            if isinstance(x, Node):
                return self.of_node(x)
            if isinstance(x, float):
                if self.bounded and not self.surely_holds(x, 0.0):
                    self._check([x], [x])
                return self.at(x)
        elif self._paired and len(arguments) == 2:
            return self.of_pair(arguments[0], arguments[1])
        operands = list(self.spread(*arguments) if self.spread is not None else arguments)
        if self.arity is not None and len(operands) != self.arity:
            raise TypeError(f"{self.name} takes {self.arity} operand(s); got {len(operands)}")
        return self.of_many(operands) if self.many else self.of_flat(operands)

    def of_node(self, x: Node) -> Node:
        """A primitive of one operand on a node."""
        a = x._data
        if self.bounded and not self.surely_holds(a, 0.0):
            self._check([a], [x])
        z = self.at(a)
        return x.outcome(z, self, x, None, self.slope(z, a), 0.0)

    def of_pair(self, x: Any, y: Any) -> Any:
        """A primitive of two operands, nodes or floats (or anything else, which goes the longer way)."""
        if isinstance(x, Node):
            a = x._data
        elif isinstance(x, float):
            a = float(x)
        else:
            return self.of_flat([x, y])
        if isinstance(y, Node):
            b = y._data
        elif isinstance(y, float):
            b = float(y)
        else:
            return self.of_flat([x, y])
        if self.bounded and not self.surely_holds(a, b):
            self._check([a, b], [x, y])
        z = self.at_pair(a, b)
        if isinstance(x, Node):
            dy = self.slope_y(z, a, b) if isinstance(y, Node) else 0.0
            return x.outcome(z, self, x, y, self.slope_x(z, a, b), dy)
        return y.outcome(z, self, x, y, 0.0, self.slope_y(z, a, b)) if isinstance(y, Node) else z

    # What a kind of row may write out for floats: see `direct.py`.

    def surely_holds(self, x: float, y: float) -> bool:
        """Whether the operands lie in the domain; where it is not certain, no, and `allows` has the last word."""
        return self.joint is None and self.domains[0].contains(x) and (self._single or self.domains[1].contains(y))

    def at(self, x: float) -> float:
        """The value of one operand."""
        return float(self.value(x))

    def slope(self, z: float, x: float) -> float:
        """The partial of one operand."""
        return float(self.partials[0](z, x))

    def at_pair(self, x: float, y: float) -> float:
        """The value of two operands."""
        return float(self.value(x, y))

    def slope_x(self, z: float, x: float, y: float) -> float:
        """The partial in the first of two operands."""
        return float(self.partials[0](z, x, y))

    def slope_y(self, z: float, x: float, y: float) -> float:
        """The partial in the second of two operands."""
        return float(self.partials[1](z, x, y))

    def at_many(self, xs: vec[float]) -> float:
        """The value of many operands."""
        return float(self.value(*xs))

    def slopes(self, z: float, xs: vec[float]) -> vec[float]:
        """The partials of many operands."""
        slopes = self.partials[0](z, *xs)
        if len(slopes) != len(xs):
            raise ValueError(f"{self.name} has {len(xs)} operands, but its row gives {len(slopes)} partials")
        return packed([float(slope) for slope in slopes])

    def of_many(self, operands: list[Any]) -> Any:
        """A primitive of many operands, nodes or floats (or anything else, which goes the longer way)."""
        row = as_row(operands)
        if row is None:
            return self.of_flat(operands)
        xs = row.numbers
        if self.bounded:
            self._check(list(xs), operands)
        z = self.at_many(xs)
        if row.maker is None:
            return z
        return row.maker.outcome(z, self, Many(row.operands, self.slopes(z, xs), None), None, 0.0, 0.0)

    def of_each(self, xs: Any) -> list[Any]:
        """A primitive of one operand on each of a vector's: [f(x) for x in xs]."""
        return [self.of_node(x) if isinstance(x, Node) else self(x) for x in xs]

    def of_flat(self, operands: list[Any]) -> Any:
        """The primitive of operands in one list, nodes among them or not."""
        maker: Node | None = None
        numbers: list[float] = []
        for k, operand in enumerate(operands):
            if isinstance(operand, Node):
                maker = operand
                numbers.append(operand._data)
            elif isinstance(operand, (float, int)) or not is_general_number(operand):
                operands[k] = as_number(operand)
                numbers.append(operands[k])
            else:
                return self._on_general_numbers(operands)
        data = self.evaluate(numbers, operands)
        if maker is None:
            return data
        return self._record(maker, data, numbers, operands)

    def _record(self, maker: Node, data: float, numbers: list[float], operands: list[Any]) -> Node:
        partials = self.local_partials(data, numbers, operands)
        if self.many or len(operands) > 2:
            return maker.outcome(data, self, Many(tuple(operands), packed(partials), None), None, 0.0, 0.0)
        if len(operands) == 1:
            return maker.outcome(data, self, operands[0], None, partials[0], 0.0)
        return maker.outcome(data, self, operands[0], operands[1], partials[0], partials[1])

    def numbers(self, operands: Sequence[Any]) -> list[float]:
        """The operands' data."""
        return [operand._data if isinstance(operand, Node) else operand for operand in operands]

    def evaluate(self, numbers: list[float], operands: Sequence[Any]) -> float:
        """The value on floats, after a look at the domain; `operands` are there for the error's text."""
        if self.bounded:
            self._check(numbers, operands)
        return float(self.value(*numbers))

    def local_partials(self, z: float, numbers: list[float], operands: Sequence[Any]) -> list[float]:
        """∂z/∂operand for each operand on floats; 0.0 where the operand is a plain number, which has no δ."""
        if self.many:
            return list(self.slopes(z, packed(numbers)))
        return [
            float(partial(z, *numbers)) if isinstance(operand, Node) else 0.0
            for partial, operand in zip(self.partials, operands, strict=True)
        ]

    def partials_on_values(self, z: Any, operands: Sequence[Any]) -> list[Any]:
        """∂z/∂operand for each operand as Values, so that they can be differentiated; 0.0 for a plain number."""
        if self.many:
            return list(self.partials[0](z, *operands))
        return [
            partial(z, *operands) if isinstance(operand, Node) else 0.0
            for partial, operand in zip(self.partials, operands, strict=True)
        ]

    def _on_general_numbers(self, operands: list[Any]) -> Any:
        """The value on arrays, 50-digit numbers and the like: no domain is looked at, as NumPy looks at none.

        Where Values are among them, or inside an array, the row is applied element by element, broadcast as NumPy does.
        """
        holds_values = any([isinstance(x, Node) or is_array_of_objects(x) for x in operands])
        if not holds_values:
            return quietly(self.value, operands)
        if not any([hasattr(x, "__array_namespace__") for x in operands]):
            return self.of_flat([x if isinstance(x, Node) else as_number(x) for x in operands])
        import numpy

        return numpy.frompyfunc(lambda *each: self.of_flat(list(each)), len(operands), 1)(
            *[_boxed(x) if isinstance(x, Node) else x for x in operands]
        )

    def _check(self, numbers: list[float], operands: Sequence[Any]) -> None:
        if self._allows(numbers):
            return
        last = len(self.domains) - 1
        text = f"{self.name} is defined {self.joint_words}; got " + " and ".join(
            [_described(x, operand) for x, operand in zip(numbers, operands, strict=True)]
        )
        for k, x in enumerate(numbers):
            domain = self.domains[min(k, last)]
            if not domain.contains(x):
                which = f" in operand {k + 1}" if last > 0 else ""
                text = f"{self.name} is defined on {domain}{which}; got {_described(x, operands[k])}"
                break
        if self.pole is not None and self.pole(*numbers):
            raise DivisionByZeroError(text)
        raise DomainError(text)


def as_name(name: Any) -> str | None:
    """The name of a node, if it is one."""
    if name is not None and not isinstance(name, str):
        raise TypeError(f"a name is a string; got {name!r:.60} of type {type(name).__name__}")
    return name


def _boxed(node: Node) -> Any:
    """A node inside an array of no dimensions, which NumPy broadcasts without asking the node."""
    import numpy

    box = numpy.empty((), dtype=object)
    box[()] = node
    return box


def _described(x: float, operand: Node | float) -> str:
    """An offending operand in one line: its number, its node's name, and how that was computed."""
    if not isinstance(operand, Node):
        return f"{x!r}"
    named = f" at node {operand._name!r}" if operand._name is not None else ""
    return f"{x!r}{named}" if operand.is_leaf else f"{x!r}{named} = {formula(operand)}"
