"""`Value`: a number that remembers how it was computed, so that its derivatives can be computed."""

from __future__ import annotations

import operator
from collections.abc import Callable
from math import inf, nan
from typing import Any, Final, Never, SupportsFloat

from microgrand.compiled.hints import mypyc_attr
from microgrand.engine.node import Many, Node, data_of, packed
from microgrand.engine.order import LOCK, MARKS
from microgrand.engine.scope import decided
from microgrand.engine.sweep import Adjoints, spread
from microgrand.table.arithmetic import add, div, mul, neg, sub
from microgrand.table.numbers import as_float, as_number, as_seed, refuse_keywords, unknown_operand, yes_or_no
from microgrand.table.primitive import Primitive, declared
from microgrand.unset import is_unset

COMPILED: Final = not __file__.endswith(".py")


@mypyc_attr(acyclic=True)
class Value(Node):
    """A number of the computation graph.

    data  the number z: any real number, stored as a float
    name  the Value's name in errors, formulas and drawings

    Arithmetic and microgrand's functions on Values return new Values that remember their operands and local partials.
    `root.backward()` then stores δ = ∂root/∂node in the `grad` of every node.

    >>> x = Value(3.0, name="x")
    >>> y = x * x + 2 * x
    >>> y.backward()
    >>> y.data, x.grad
    (15.0, 8.0)

    Comparisons (==, <, …) compare the numbers, but Values are hashed by identity: equal Values are different keys.
    float(x) and math.exp(x) would lose the gradient, so they raise a TypeError that says what to write instead.
    """

    __slots__ = ()

    def __init__(self, data: object, name: Any = None, **kwargs: Never) -> None:
        refuse_keywords(kwargs)
        super().__init__(as_number(data), None, None, None, 0.0, 0.0)
        if name is not None:
            setattr(self, "name", name)  # noqa: B010  compiled, `self.name = …` would refuse others in its own words

    def apply_row(self, row: Primitive, operands: list[Any]) -> Any:
        """Apply a row of the table to `operands`, one of which is self; return a new node that remembers this step."""
        xs = data_of(operands)
        z = row.evaluate(xs, operands)
        partials = [as_number(slope) for slope in row.slopes(z, xs, operands)]
        if row.arity == 1:
            return Computed(z, row, operands[0], None, partials[0], 0.0)
        if row.arity == 2:
            return Computed(z, row, operands[0], operands[1], partials[0], partials[1])
        return Computed(z, row, Many(tuple(operands), packed(partials), None), None, 0.0, 0.0)

    def backward(
        self, seed: object = 1.0, *, accumulate: object = False, allow_nonfinite: object = False, **kwargs: Never
    ) -> None:
        """Compute δ = seed · ∂self/∂node for every node of the graph, and store it in `grad`.

        seed             δ of self
        accumulate       add δ to the `grad` of leaves only, instead of setting every `grad`: sums over mini-batches
        allow_nonfinite  accept NaN and infinite adjoints; otherwise a NonFiniteError names the node where the first
                         one arises, and no `grad` is changed

        Without `accumulate`, a second call gives the same numbers. Raises GraphError if the graph is stale: if a leaf
        was set to another number after the graph was computed from it, and `refresh` not called.

        >>> w = Value(2.0)
        >>> loss = (3 * w - 5) ** 2
        >>> loss.backward(); loss.backward(); w.grad
        6.0
        """
        refuse_keywords(kwargs)
        weight, adding = as_seed(seed), yes_or_no("accumulate", accumulate)
        lenient, another = yes_or_no("allow_nonfinite", allow_nonfinite), LOCK._is_owned()
        with LOCK, MARKS.inside(another):
            order = spread([self], [weight], [])
            if not (lenient or all(node._delta - node._delta == 0.0 for node in order)):
                Adjoints(order, [node._delta for node in order]).require_finite()
            for node in order:
                delta = node._delta if node._delta == node._delta else nan  # one of an unset grad would look unset
                if not adding or (node._primitive is None and is_unset(node._grad)):
                    node._grad = delta
                elif node._primitive is None:
                    node._grad += delta

    # ---- arithmetic: the rows of table/arithmetic.py written out for speed: nine tenths of all nodes ----------------
    def __add__(self, other: SupportsFloat) -> Value | Any:
        if isinstance(other, Value):
            return Computed(self._data + other._data, add, self, other, 1.0, 1.0)
        y = _operand(other)
        return NotImplemented if y is None else Computed(self._data + y, add, self, y, 1.0, 0.0)

    def __radd__(self, other: SupportsFloat) -> Value | Any:
        x = _operand(other)
        return NotImplemented if x is None else Computed(x + self._data, add, x, self, 0.0, 1.0)

    def __sub__(self, other: SupportsFloat) -> Value | Any:
        if isinstance(other, Value):
            return Computed(self._data - other._data, sub, self, other, 1.0, -1.0)
        y = _operand(other)
        return NotImplemented if y is None else Computed(self._data - y, sub, self, y, 1.0, 0.0)

    def __rsub__(self, other: SupportsFloat) -> Value | Any:
        x = _operand(other)
        return NotImplemented if x is None else Computed(x - self._data, sub, x, self, 0.0, -1.0)

    def __mul__(self, other: SupportsFloat) -> Value | Any:
        if isinstance(other, Value):
            return Computed(self._data * other._data, mul, self, other, other._data, self._data)
        y = _operand(other)
        if y is None:
            return NotImplemented
        number: float = y
        return Computed(self._data * number, mul, self, y, number, 0.0)

    def __rmul__(self, other: SupportsFloat) -> Value | Any:
        x = _operand(other)
        if x is None:
            return NotImplemented
        number: float = x
        return Computed(number * self._data, mul, x, self, 0.0, number)

    def __truediv__(self, other: SupportsFloat) -> Value | Any:
        if isinstance(other, Value):
            y = other._data
            if y == 0.0:
                return _applied("div", (self, other))
            z = self._data / y
            return Computed(z, div, self, other, 1.0 / y, -(z / y))
        number = _operand(other)
        if number is None or number == 0.0:
            return NotImplemented if number is None else _applied("div", (self, number))
        return Computed(self._data / number, div, self, number, 1.0 / number, 0.0)

    def __rtruediv__(self, other: SupportsFloat) -> Value | Any:
        x = _operand(other)
        if x is None or self._data == 0.0:
            return NotImplemented if x is None else _applied("div", (x, self))
        z = x / self._data
        return Computed(z, div, x, self, 0.0, -(z / self._data))

    def __pow__(self, other: SupportsFloat) -> Value | Any:
        y = other if isinstance(other, Value) else _operand(other)
        return NotImplemented if y is None else _applied("pow", (self, y))

    def __rpow__(self, other: SupportsFloat) -> Value | Any:
        x = _operand(other)
        return NotImplemented if x is None else _applied("pow", (x, self))

    def __neg__(self) -> Value:
        return Computed(-self._data, neg, self, None, -1.0, 0.0)

    def __pos__(self) -> Value:
        return self

    def __abs__(self) -> Value:
        return _applied("abs", (self,))

    # ---- functions as methods ---------------------------------------------------------------------------------------
    def exp(self) -> Value:
        """e^x, as `microgrand.exp`."""
        return _applied("exp", (self,))

    def log(self) -> Value:
        """The natural logarithm, as `microgrand.log`."""
        return _applied("log", (self,))

    def sqrt(self) -> Value:
        """√x, as `microgrand.sqrt`."""
        return _applied("sqrt", (self,))

    def tanh(self) -> Value:
        """The hyperbolic tangent, as `microgrand.tanh`."""
        return _applied("tanh", (self,))

    def sigmoid(self) -> Value:
        """1 / (1 + e^-x), as `microgrand.sigmoid`."""
        return _applied("sigmoid", (self,))

    def relu(self) -> Value:
        """max(x, 0), as `microgrand.relu`."""
        return _applied("relu", (self,))

    # ---- comparisons of the numbers; a recording collects their outcomes --------------------------------------------
    def __eq__(self, other: object) -> Any:
        return _compared("equal", operator.eq, self, other)

    def __ne__(self, other: object) -> Any:
        return _compared("not_equal", operator.ne, self, other)

    def __lt__(self, other: object) -> Any:
        return _compared("less", operator.lt, self, other)

    def __le__(self, other: object) -> Any:
        return _compared("less_equal", operator.le, self, other)

    def __gt__(self, other: object) -> Any:
        return _compared("greater", operator.gt, self, other)

    def __ge__(self, other: object) -> Any:
        return _compared("greater_equal", operator.ge, self, other)

    def __bool__(self) -> bool:
        return decided("not_equal", self, 0.0, self._data != 0.0)

    def __hash__(self) -> int:
        return object.__hash__(self)

    # ---- conversions that would lose the gradient; printing ----------------------------------------------------------
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

    # ---- micrograd's names -------------------------------------------------------------------------------------------
    @property
    def _prev(self) -> frozenset[Node]:
        """The set of parents, under micrograd's name, for code that traverses graphs."""
        return frozenset(self.parents)

    @property
    def _op(self) -> str:
        """The label of the node's primitive, under micrograd's name; empty for a leaf."""
        return "" if self._primitive is None else self._primitive.notation.label


@mypyc_attr(acyclic=True)
class Computed(Value):
    """A Value that a primitive computed; made by operators and rows, never by users."""

    __slots__ = ()

    def __init__(self, data: float, primitive: Primitive, x: object, y: object, dx: float, dy: float) -> None:
        Node.__init__(self, data, primitive, x, y, dx, dy)


_LOSES_GRADIENT: Final = (
    "a float would lose the gradient: use microgrand's function of that name (microgrand.exp(v), not math.exp(v)), "
    "or v.data where only the number is wanted"
)


def _operand(x: Any) -> Any:
    """An operator's other operand as a float; None if it is not a number."""
    if type(x) is float:
        return x
    return as_float(x) if isinstance(x, (float, int)) or hasattr(type(x), "as_integer_ratio") else unknown_operand(x)


def _applied(name: str, operands: tuple[Any, ...]) -> Value:
    """The row of that name, applied to operands among which there is a Value."""
    result: Value = declared(name).call(operands)
    return result


def _compared(name: str, compare: Callable[[float, float], bool], x: Value, other: object) -> Any:
    """Compare by number; return NotImplemented for strings, complex numbers and arrays."""
    if isinstance(other, Value):
        return decided(name, x, other, compare(x._data, other._data))
    try:
        y = as_number(other)
    except TypeError:
        return NotImplemented
    except OverflowError:  # an int too large for a float
        y = inf if isinstance(other, int) and other > 0 else -inf
    return decided(name, x, y, compare(x._data, y))
