"""What a node stores, what a primitive is, and how a primitive is applied to nodes.

A `Node` is one number zₖ of the graph together with the step that made it: the primitive, the operands it was applied
to, and the local partials ∂zₖ/∂zᵢ. A `Primitive` is an elementary function with its declared partials, one row of the
table in `primitives.py`. Calling the primitive on nodes records a new node.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from microgrand.domains import REALS, Domain
from microgrand.errors import DivisionByZeroError, DomainError, GraphError
from microgrand.native import mypyc_attr
from microgrand.notation import Notation, formula
from microgrand.numeric import as_number, is_array_of_objects, is_general_number, is_sequence, quietly
from microgrand.packed import vec
from microgrand.scope import SCOPES, Scope, current_scope


@mypyc_attr(acyclic=True)
class Node:
    """One number of the graph and the step that made it.

    Up to two operands and their partials stand in the node itself, `_x`, `_y` and `_partial_x`, `_partial_y`; those of
    a many-operand primitive stand in `_many`. The partial of a plain number is never looked at. `_mark`
    and `_delta` belong to whichever sweep holds the lock of `graph.py`.
    """

    __slots__ = (
        "_data", "_delta", "_grad", "_many", "_mark", "_name", "_partial_x", "_partial_y", "_primitive",
        "_scope", "_x", "_y",
    )  # fmt: skip

    def __init__(
        self,
        data: float,
        primitive: Primitive | None,
        x: Node | float | None,
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
        self._many: Many | None = None
        self._name: str | None = None
        self._scope: Scope | None = current_scope() if SCOPES else None
        self._mark = 0
        self._delta = 0.0

    def outcome(
        self, data: float, primitive: Primitive, x: Node | float | None, y: Node | float | None, dx: float, dy: float
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
        if self._many is not None:
            return tuple(self._many.operands)
        if self._x is None:
            return ()
        return (self._x,) if self._y is None else (self._x, self._y)

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
        if self._many is not None:
            return list(self._many.partials)
        if self._x is None:
            return []
        return [self._partial_x] if self._y is None else [self._partial_x, self._partial_y]

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """Put back what a copy of the node was made without, since its parents come first: see `copying.py`."""
        *_, scope, operands, partials = state
        self._scope = scope
        if len(operands) > 2 or (self._primitive is not None and self._primitive.many):
            self._many = Many(list(operands), packed(partials))
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
        if self._many is not None:
            self._many = Many(self._many.operands, packed(partials))
        else:
            self._partial_x = partials[0]
            self._partial_y = partials[1] if len(partials) > 1 else 0.0


@mypyc_attr(acyclic=True)
class Many:
    """The operands of a many-operand primitive, in order, and their partials."""

    __slots__ = ("operands", "partials")

    def __init__(self, operands: list[Node | float], partials: vec[float]) -> None:
        self.operands = operands
        self.partials = partials


def nodes_among(items: Any) -> list[Node]:
    """Those of the items that are nodes."""
    return [item for item in items if isinstance(item, Node)]


def packed(numbers: Sequence[float]) -> vec[float]:
    """The numbers as a packed row."""
    row = vec[float]([0.0] * len(numbers))
    for k, x in enumerate(numbers):
        row[k] = x
    return row


class Exactness(NamedTuple):
    """Within how many units in the last place a row's value and its partials lie, at any operands, and what costs them.

    Counted in units of the exact number, or of the terms where these cancel (`value_scale`, `partial_scale`); results
    that are subnormal do not count.
    """

    value: float = 2.0
    partials: float = 4.0
    because: str = ""


EXACT: Final = Exactness()


class Primitive:
    """An elementary function with its declared partials: one row of the table.

    name      how it is called, also in printed code
    value     value(x, …) = z, on floats, arrays, and whatever else its own functions accept
    partials  one function partial(z, x, …) = ∂z/∂operand per operand, written with the table's own functions, so that
              they run on floats, arrays and Values (second order then costs nothing); a single function serves a
              one-operand primitive; for `many` operands it returns the sequence of all partials
    notation  how a step is written and drawn; by default as a function of that name
    domain    where each operand may lie (one Domain, or one per operand)
    joint     what must hold of the operands together, as a predicate, and in words
    pole      a predicate: which operands outside the domain are a division by zero
    kink      a predicate: at these operands no derivative exists, and the partials follow the row's convention
    whole     which operands are whole numbers that choose a function (the k of softmax); these are never Values
    value_scale    where the terms of the value cancel: their size, (x, …) -> number, against which its error counts
    partial_scale  where the terms of a partial cancel: their size, (z, x, …) -> number, against which its error counts
    exactness how exact it is, where that is less than value within 2 ulp and partials within 4, and why
    many      whether it takes any number of operands, one by one or as one sequence
    spread    turns public arguments into the flat list of operands, where that is not what `many` says
    ufunc     NumPy's name for it, where that differs
    doc       what it computes, in one line

    A primitive is a function of Values, plain numbers and arrays: on Values it records a node.

    >>> cube = Primitive("cube", lambda x: x * x * x, lambda z, x: 3 * x * x)
    >>> cube(2.0)
    8.0
    """

    def __init__(
        self,
        name: Any,
        value: Callable[..., Any],
        partials: Callable[..., Any] | tuple[Callable[..., Any], ...],
        notation: Notation | None = None,
        *,
        domain: Any = REALS,  # Any: what is wrong is told below, and not in the words of the compiler
        joint: Callable[..., bool] | None = None,
        joint_words: Any = "",
        pole: Callable[..., bool] | None = None,
        kink: Callable[..., bool] | None = None,
        whole: Sequence[int] = (),
        value_scale: Callable[..., Any] | None = None,
        partial_scale: Callable[..., Any] | None = None,
        exactness: Any = EXACT,
        many: object = False,
        spread: Callable[..., list[Any]] | None = None,
        ufunc: Any = "",
        doc: Any = "",
    ) -> None:
        if not isinstance(name, str) or not name.isidentifier():
            raise ValueError(f"a primitive's name is a Python identifier; got {name!r:.60}")
        if name in _SEALED:
            raise ValueError(f"{name!r} is a row of microgrand's own table: give yours another name")
        self.name: Final[str] = name
        self.value: Final = _callable(name, "value", value)
        self.partials: Final[tuple[Callable[..., Any], ...]] = tuple(
            [_callable(name, "a partial", each) for each in (partials if isinstance(partials, tuple) else (partials,))]
        )
        self.notation: Final = (
            _instance(name, "notation", Notation, notation) if notation is not None else Notation(name)
        )
        self.whole: Final = tuple(whole)
        self.value_scale: Final = value_scale
        self.partial_scale: Final = partial_scale
        self.exactness: Final[Exactness] = _instance(name, "exactness", Exactness, exactness)
        self.many: Final = bool(many)
        self.arity: Final = None if many else len(self.partials)
        self._single: Final = not many and len(self.partials) == 1
        self._paired: Final = not many and len(self.partials) == 2 and spread is None
        domains = domain if isinstance(domain, tuple) else (domain,) * (1 if many else len(self.partials))
        self.domains: Final[tuple[Domain, ...]] = tuple([_instance(name, "a domain", Domain, each) for each in domains])
        self.joint: Final = joint
        self.joint_words: Final[str] = _instance(name, "joint_words", str, joint_words)
        self.pole: Final = pole
        self.kink: Final = kink
        self.spread: Final = spread if spread is not None or not many else spread_out
        self.ufunc: Final[str] = _instance(name, "ufunc", str, ufunc) or name
        self.doc: Final[str] = _instance(name, "doc", str, doc)
        self._bounded: Final = joint is not None or not all([part.everything for part in self.domains])
        if not many and len(self.domains) != len(self.partials):
            raise ValueError(f"{name} declares {len(self.partials)} partials but {len(self.domains)} domains")
        _DECLARED[name] = self

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __call__(self, *arguments: Any) -> Any:
        """The value on plain numbers and arrays; on Values, a new Value that records this step."""
        if self._single and len(arguments) == 1:
            x = arguments[0]
            if isinstance(x, Node):
                return self.of_node(x)
            if isinstance(x, float):
                if self._bounded and not self.surely_holds(x, 0.0):
                    self._check([x], [x])
                return self.at(x)
        elif self._paired and len(arguments) == 2:
            return self.of_pair(arguments[0], arguments[1])
        operands = list(self.spread(*arguments) if self.spread is not None else arguments)
        if self.arity is not None and len(operands) != self.arity:
            raise TypeError(f"{self.name} takes {self.arity} operand(s); got {len(operands)}")
        return self.of_many(operands) if self.many else self._on_flat(operands)

    def of_node(self, x: Node) -> Node:
        """A primitive of one operand on a node."""
        a = x._data
        if self._bounded and not self.surely_holds(a, 0.0):
            self._check([a], [x])
        z = self.at(a)
        return x.outcome(z, self, x, None, self.slope(z, a), 0.0)

    def of_pair(self, x: Any, y: Any) -> Any:
        """A primitive of two operands, nodes or floats (or anything else, which goes the longer way)."""
        if isinstance(x, Node):
            a = x._data
        elif isinstance(x, float):
            a = x
        else:
            return self._on_flat([x, y])
        if isinstance(y, Node):
            b = y._data
        elif isinstance(y, float):
            b = y
        else:
            return self._on_flat([x, y])
        if self._bounded and not self.surely_holds(a, b):
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
        maker: Node | None = None
        xs = vec[float]([0.0] * len(operands))
        for k, operand in enumerate(operands):
            if isinstance(operand, Node):
                maker = operand
                xs[k] = operand._data
            elif isinstance(operand, float):
                xs[k] = operand
            else:
                return self._on_flat(operands)
        if self._bounded:
            self._check(list(xs), operands)
        z = self.at_many(xs)
        if maker is None:
            return z
        node = maker.outcome(z, self, None, None, 0.0, 0.0)
        node._many = Many(operands, self.slopes(z, xs))
        return node

    def _on_flat(self, operands: list[Any]) -> Any:
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
            node = maker.outcome(data, self, None, None, 0.0, 0.0)
            node._many = Many(operands, packed(partials))
            return node
        if len(operands) == 1:
            return maker.outcome(data, self, operands[0], None, partials[0], 0.0)
        return maker.outcome(data, self, operands[0], operands[1], partials[0], partials[1])

    def numbers(self, operands: Sequence[Any]) -> list[float]:
        """The operands' data."""
        return [operand._data if isinstance(operand, Node) else operand for operand in operands]

    def evaluate(self, numbers: list[float], operands: Sequence[Any]) -> float:
        """The value on floats, after a look at the domain; `operands` are there for the error's text."""
        if self._bounded:
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
            return self._on_flat([x if isinstance(x, Node) else as_number(x) for x in operands])
        import numpy

        return numpy.frompyfunc(lambda *each: self._on_flat(list(each)), len(operands), 1)(
            *[_boxed(x) if isinstance(x, Node) else x for x in operands]
        )

    def allows(self, *numbers: object) -> bool:
        """Whether the numbers lie in the domain."""
        return self._allows([as_number(x) for x in numbers])

    def _allows(self, numbers: list[float]) -> bool:
        last = len(self.domains) - 1
        for k, x in enumerate(numbers):
            if not self.domains[min(k, last)].contains(x):
                return False
        return self.joint is None or bool(self.joint(*numbers))

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

    def __reduce__(self) -> tuple[object, ...]:
        return declared, (self.name,)

    def __copy__(self) -> Primitive:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Primitive:
        return self


def as_name(name: Any) -> str | None:
    """The name of a node, if it is one."""
    if name is not None and not isinstance(name, str):
        raise TypeError(f"a name is a string; got {name!r:.60} of type {type(name).__name__}")
    return name


_DECLARED: Final[dict[str, Primitive]] = {}
_SEALED: Final[set[str]] = set()


def declared(name: str) -> Primitive:
    """The primitive of that name: the table's, or the latest that was declared."""
    try:
        return _DECLARED[name]
    except KeyError:
        raise LookupError(f"no primitive {name!r} is declared here: import the module that declares it") from None


def seal() -> dict[str, Primitive]:
    """The primitives declared so far, by name; from now on these names cannot be declared again."""
    _SEALED.update(_DECLARED)
    return dict(_DECLARED)


def _callable(name: str, part: str, item: Any) -> Any:
    if not callable(item):
        raise TypeError(
            f"{part} of the primitive {name!r} is a function; got {item!r:.60} of type {type(item).__name__}"
        )
    return item


def _instance(name: str, part: str, kind: type, item: Any) -> Any:
    if not isinstance(item, kind):
        raise TypeError(
            f"{part} of the primitive {name!r} is a {kind.__name__}; got {item!r:.60} of type {type(item).__name__}"
        )
    return item


def spread_out(*arguments: Any) -> list[Any]:
    """The operands of a many-operand primitive: `f([a, b])` and `f(a, b)` both have the operands a and b."""
    return list(arguments[0]) if len(arguments) == 1 and is_sequence(arguments[0]) else list(arguments)


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
