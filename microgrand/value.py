"""`Value`: a number that remembers how it was computed, and the derivative of anything computed from it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from math import inf
from typing import Any, Final, cast

from microgrand import primitives
from microgrand.native import mypyc_attr
from microgrand.node import Many, Node, Primitive, as_name
from microgrand.numeric import as_number
from microgrand.primitives import TABLE, add, div, mul, neg, pow, sub
from microgrand.scope import decided
from microgrand.sweep import sweep_into_grad

COMPILED: Final = not __file__.endswith(".py")


@mypyc_attr(acyclic=True)
class Value(Node):
    """A number of the computation graph.

    data  the number z: anything real, kept as a float
    name  what it is called in errors, formulas and drawings

    Arithmetic and microgrand's functions on Values give new Values that remember their operands and local partials;
    `backward()` then computes δ = ∂root/∂node for every one of them, into `grad`.

    >>> x = Value(3.0, name="x")
    >>> y = x * x + 2 * x
    >>> y.backward()
    >>> y.data, x.grad
    (15.0, 8.0)

    Comparisons (==, <, …) compare the numbers; the hash is the object's, so that a thousand equal Values are a thousand
    keys. float(x) and math.exp(x) would lose the gradient: they raise a TypeError that names the way out.
    """

    __slots__ = ()

    def __init__(self, data: object, name: Any = None) -> None:
        if isinstance(data, Node):
            raise TypeError(f"a Value is made from a number; got {data!r:.60}: take its number, v.data")
        super().__init__(as_number(data), None, None, None, 0.0, 0.0)
        if name is not None:
            self._name = as_name(name)

    def outcome(
        self, data: float, primitive: Primitive, x: Node | float | Many, y: Node | float | None, dx: float, dy: float
    ) -> Node:
        """A computed Value: what `primitive` made of operands among which this one is."""
        return Outcome(data, primitive, x, y, dx, dy)

    # ---- arithmetic: the table's rows written out, since these are nine tenths of all nodes ------------------------

    def __add__(self, other: Value | float | int) -> Value:
        if isinstance(other, Value):
            return Outcome(self._data + other._data, add, self, other, 1.0, 1.0)
        if isinstance(other, (float, int)):
            operand = _plain(other)
            y: float = operand
            return Outcome(self._data + y, add, self, operand, 1.0, 0.0)
        return NotImplemented

    def __radd__(self, other: Value | float | int) -> Value:
        if isinstance(other, (float, int)):
            operand = _plain(other)
            x: float = operand
            return Outcome(x + self._data, add, operand, self, 0.0, 1.0)
        return NotImplemented

    def __sub__(self, other: Value | float | int) -> Value:
        if isinstance(other, Value):
            return Outcome(self._data - other._data, sub, self, other, 1.0, -1.0)
        if isinstance(other, (float, int)):
            operand = _plain(other)
            y: float = operand
            return Outcome(self._data - y, sub, self, operand, 1.0, 0.0)
        return NotImplemented

    def __rsub__(self, other: Value | float | int) -> Value:
        if isinstance(other, (float, int)):
            operand = _plain(other)
            x: float = operand
            return Outcome(x - self._data, sub, operand, self, 0.0, -1.0)
        return NotImplemented

    def __mul__(self, other: Value | float | int) -> Value:
        if isinstance(other, Value):
            return Outcome(self._data * other._data, mul, self, other, other._data, self._data)
        if isinstance(other, (float, int)):
            operand = _plain(other)
            y: float = operand
            return Outcome(self._data * y, mul, self, operand, y, 0.0)
        return NotImplemented

    def __rmul__(self, other: Value | float | int) -> Value:
        if isinstance(other, (float, int)):
            operand = _plain(other)
            x: float = operand
            return Outcome(x * self._data, mul, operand, self, 0.0, x)
        return NotImplemented

    def __truediv__(self, other: Value | float | int) -> Value:
        if isinstance(other, Value):
            y = other._data
            if y != 0.0:
                z = self._data / y
                return Outcome(z, div, self, other, 1.0 / y, -(z / y))
        elif isinstance(other, (float, int)):
            operand = _plain(other)
            y = operand
            if y != 0.0:
                return Outcome(self._data / y, div, self, operand, 1.0 / y, 0.0)
        else:
            return NotImplemented
        return _recorded(div, self, other)

    def __rtruediv__(self, other: Value | float | int) -> Value:
        if isinstance(other, (float, int)):
            operand = _plain(other)
            x: float = operand
            y = self._data
            if y != 0.0:
                z = x / y
                return Outcome(z, div, operand, self, 0.0, -(z / y))
            return _recorded(div, operand, self)
        return NotImplemented

    def __pow__(self, other: Value | float | int) -> Value:
        if isinstance(other, Value):
            return _recorded(pow, self, other)
        if isinstance(other, (float, int)):
            return _recorded(pow, self, _plain(other))
        return NotImplemented

    def __rpow__(self, other: Value | float | int) -> Value:
        if isinstance(other, (float, int)):
            return _recorded(pow, _plain(other), self)
        return NotImplemented

    def __neg__(self) -> Value:
        return Outcome(-self._data, neg, self, None, -1.0, 0.0)

    def __pos__(self) -> Value:
        return self

    def __abs__(self) -> Value:
        return _of(primitives.abs, self)

    # ---- functions that people chain -----------------------------------------------------------------------------

    def exp(self) -> Value:
        """e^x, as `microgrand.exp`."""
        return _of(primitives.exp, self)

    def log(self) -> Value:
        """The natural logarithm, as `microgrand.log`."""
        return _of(primitives.log, self)

    def sqrt(self) -> Value:
        """√x, as `microgrand.sqrt`."""
        return _of(primitives.sqrt, self)

    def tanh(self) -> Value:
        """The hyperbolic tangent, as `microgrand.tanh`."""
        return _of(primitives.tanh, self)

    def sigmoid(self) -> Value:
        """1 / (1 + e^-x), as `microgrand.sigmoid`."""
        return _of(primitives.sigmoid, self)

    def relu(self) -> Value:
        """max(x, 0), as `microgrand.relu`."""
        return _of(primitives.relu, self)

    # ---- comparisons: by number; each is told to whoever records guards ---------------------------------------------

    def __eq__(self, other: object) -> bool:
        y = _comparable(other)
        return NotImplemented if y is None else decided("equal", self, _side(other, y), self._data == y)

    def __ne__(self, other: object) -> bool:
        y = _comparable(other)
        return NotImplemented if y is None else decided("not_equal", self, _side(other, y), self._data != y)

    def __lt__(self, other: object) -> bool:
        y = _comparable(other)
        return NotImplemented if y is None else decided("less", self, _side(other, y), self._data < y)

    def __le__(self, other: object) -> bool:
        y = _comparable(other)
        return NotImplemented if y is None else decided("less_equal", self, _side(other, y), self._data <= y)

    def __gt__(self, other: object) -> bool:
        y = _comparable(other)
        return NotImplemented if y is None else decided("greater", self, _side(other, y), self._data > y)

    def __ge__(self, other: object) -> bool:
        y = _comparable(other)
        return NotImplemented if y is None else decided("greater_equal", self, _side(other, y), self._data >= y)

    def __bool__(self) -> bool:
        return decided("not_equal", self, 0.0, self._data != 0.0)

    def __hash__(self) -> int:
        return object.__hash__(self)

    # ---- what would lose the gradient, and how to say what was meant -----------------------------------------------

    def __float__(self) -> float:
        raise TypeError(_LOSES_GRADIENT)

    def __int__(self) -> int:
        raise TypeError(_LOSES_GRADIENT)

    def __complex__(self) -> complex:
        raise TypeError(_LOSES_GRADIENT)

    def __round__(self, digits: object = None) -> Value:
        raise TypeError("rounding has no useful derivative: round(v.data), or format the number, f'{v:.3f}'")

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else repr(self)

    def __repr__(self) -> str:
        named = f", name={self._name!r}" if self._name is not None else ""
        return f"Value({self._data!r}{named})"

    def __array_ufunc__(self, ufunc: Any, method: str, *operands: Any, **settings: Any) -> Any:
        """NumPy's own functions and operators on Values, elementwise: np.exp(v), array * v."""
        row = _BY_UFUNC.get(ufunc.__name__)
        if method != "__call__" or settings or row is None:
            raise TypeError(
                f"numpy.{ufunc.__name__} on a Value would lose the gradient: use microgrand's functions, or v.data"
            )
        if ufunc.__name__ in _COMPARISONS:
            return _compared(_COMPARISONS[ufunc.__name__], *operands)
        return row(*[_as_array(operand) if isinstance(operand, (list, tuple)) else operand for operand in operands])

    # ---- micrograd's names, to be read -----------------------------------------------------------------------------

    @property
    def _prev(self) -> frozenset[Node]:
        """The parents, each once: micrograd's name, for code that walks graphs."""
        return frozenset(self.parents)

    @property
    def _op(self) -> str:
        """What computed the node, as a drawing labels it; empty for a leaf. micrograd's name."""
        return "" if self._primitive is None else self._primitive.notation.label

    # ---- the sweep ------------------------------------------------------------------------------------------------

    def backward(self, accumulate: object = False, allow_nonfinite: object = False) -> None:
        """Compute δ = ∂self/∂node for every node of the graph, into `grad`.

        accumulate       add to the `grad` of leaves instead of setting it everywhere: for summing over mini-batches
        allow_nonfinite  let NaN and infinite adjoints through; else a NonFiniteError names where the first was born,
                         and no `grad` is changed

        Calling it twice gives the same numbers.

        >>> w = Value(2.0)
        >>> loss = (3 * w - 5) ** 2
        >>> loss.backward(); loss.backward(); w.grad
        6.0
        """
        sweep_into_grad(self, bool(accumulate), bool(allow_nonfinite))


@mypyc_attr(acyclic=True)
class Outcome(Value):
    """A Value that a primitive made; users never write one."""

    __slots__ = ()

    def __init__(
        self,
        data: float,
        primitive: Primitive,
        x: Node | float | Many | None,
        y: Node | float | None,
        partial_x: float,
        partial_y: float,
    ) -> None:
        Node.__init__(self, data, primitive, x, y, partial_x, partial_y)


_LOSES_GRADIENT: Final = (
    "a float would lose the gradient: use microgrand's functions on Values (microgrand.exp(v), not math.exp(v)), "
    "or v.data where only the number is wanted"
)

_BY_UFUNC: Final[dict[str, Primitive]] = {row.ufunc: row for row in TABLE.values()} | {"float_power": pow}
_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "less": operator.lt,
    "less_equal": operator.le,
    "equal": operator.eq,
    "not_equal": operator.ne,
}


def _of(row: Primitive, x: Value) -> Value:
    made = row.of_node(x)
    assert isinstance(made, Value)
    return made


def _recorded(row: Primitive, x: object, y: object) -> Value:
    """The row on operands that the lines above leave: a zero divisor, powers."""
    made = row.of_pair(x, y)
    assert isinstance(made, Value)
    return made


def _plain(x: Any) -> Any:
    """The plain number of an operator as a float: this very object, as a rule, and not another like it."""
    return x if type(x) is float else float(x)


def _comparable(other: object) -> float | None:
    """The number to compare with, or None if `other` is none: strings, complex numbers, arrays."""
    if isinstance(other, Value):
        return other._data
    try:
        return as_number(other)
    except TypeError:
        return None
    except OverflowError:  # a whole number beyond all floats
        return inf if cast(int, other) > 0 else -inf


def _side(other: object, number: float) -> Node | float:
    return other if isinstance(other, Value) else number


def _as_array(items: Any) -> Any:
    """A list given to a NumPy function beside a Value, as NumPy itself would read it."""
    import numpy

    return numpy.asarray(items)


def _compared(compare: Callable[[Any, Any], bool], x: Any, y: Any) -> Any:
    """A NumPy comparison by number, as Python's own: a bool, or an array of bools."""
    x, y = [operand.item() if getattr(operand, "shape", None) == () else operand for operand in (x, y)]
    if not hasattr(x, "shape") and not hasattr(y, "shape"):
        return compare(x, y)
    array, bare, swapped = (x, y, False) if hasattr(x, "shape") else (y, x, True)
    import numpy

    outcomes = [compare(bare, item) if swapped else compare(item, bare) for item in array.ravel().tolist()]
    return numpy.array(outcomes, dtype=bool).reshape(array.shape)
