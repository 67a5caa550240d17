"""`Primitive`: one row of the table, an elementary function with its declared partials, and how it is applied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from keyword import iskeyword
from typing import Any, Final, NamedTuple, NoReturn

from microgrand.compiled.hints import mypyc_attr
from microgrand.errors import DivisionByZeroError, DomainError
from microgrand.table.arrays import elementwise
from microgrand.table.domains import REALS, Domain
from microgrand.table.formula import formula
from microgrand.table.notation import Notation
from microgrand.table.numbers import as_number, is_general_number
from microgrand.table.signature import Signature, default_signature


class Exactness(NamedTuple):
    """The largest errors of a row's value and partials at any operands, in units in the last place, with their cause.

    The unit is that of the exact result or, where terms cancel, of the terms: see `value_scale`, `partial_scale`.
    Subnormal results do not count.
    """

    value: float = 2.0
    partials: float = 4.0
    because: str = ""


EXACT: Final = Exactness()


@mypyc_attr(acyclic=True)
class Recorder:
    """An operand that records each step it takes part in, by `apply_row`. The base class of the engine's nodes."""

    __slots__ = ()

    def apply_row(self, row: Primitive, operands: list[Any]) -> Any:
        """Apply the row to `operands`, one of which is this recorder, and record the step."""
        raise TypeError(f"{type(self).__name__} records no steps")


class Kernel:
    """One row, compiled for floats and nodes so that no float is boxed; `compiled/` attaches a kernel to each row."""

    def applied(self, arguments: tuple[Any, ...]) -> Any:
        """The row's result; None if the row itself has to handle these arguments."""
        return None

    def applied_to_each(self, lists: list[Any], last: list[Any]) -> list[Any] | None:
        """[row(each, last) for each in lists]; None if the row itself has to handle these arguments."""
        return None


class Primitive:
    """An elementary function with its declared partials: one row of the table.

    Called on floats or arrays, a primitive returns its value; called on Values, it records a node.

    name      a Python identifier, also used in printed code
    value     value(x, …) = z, on floats, arrays, and any other operands that its code accepts
    partials  a tuple or list with one function partial(z, x, …) = ∂z/∂operand per operand, or a single function if
              there is one operand. If the signature has lists, a single function returns the sequence of all partials.
              Written with the table's own functions, partials also run on arrays and Values, which gives second
              derivatives
    notation  how a step is written and drawn; by default as a call of the function `name`
    signature  the operands, single ones or lists, and the indices; by default x, or x and y, and so on
    domain    where each operand may lie (one Domain, or one per operand)
    joint     a predicate that the operands must satisfy together; `joint_words` puts it in words, as in "for x > y"
    pole      a predicate: whether operands outside the domain divide by zero
    kink      a predicate: whether no derivative exists at the operands; the partials then follow the row's convention
    selects   whether the row selects among its operands: a partial of 0 then means that the operand was not selected,
              and no δ flows to it, whatever was computed there; otherwise 0 is a number like any other, and 0·∞ is NaN
    root_of_squares  whether z = √(x₁² + … + xₙ²): then z² is smooth where z = 0, and its second derivatives exist
    value_scale    if terms of the value cancel: (x, …) -> the terms' size, against which the error is measured
    partial_scale  the same for the partials: (z, x, …) -> the size of the terms
    exactness  the largest errors and their cause, if they exceed 2 ulp for the value or 4 ulp for the partials
    derivation  the textbook's steps to the same value, (x, …) -> z, for drawings and walks that unfold the function;
              they need not be numerically stable
    along     an `Along`: the same value of one array of all operands, in fewer operations than one by one
    ufunc     NumPy's name for the function, if it is not `name`
    doc       what the function computes, in one line

    Raises ValueError if the name is taken or is no identifier, or if the numbers of domains and partials differ;
    TypeError if an argument has the wrong type. When called: DomainError outside the domain, DivisionByZeroError at a
    pole, TypeError for a wrong number of operands.

    >>> from microgrand import Value
    >>> cube = Primitive("cube", lambda x: x * x * x, lambda z, x: 3 * x * x)
    >>> x = Value(2.0)
    >>> y = cube(x)
    >>> y.backward()
    >>> cube(2.0), y, x.grad
    (8.0, Value(8.0), 12.0)
    """

    def __init__(
        self,
        name: Any,
        value: Callable[..., Any],
        partials: Callable[..., Any] | Sequence[Callable[..., Any]],
        notation: Notation | None = None,
        *,
        signature: Any = None,  # Any: the checks below give clearer errors than compiled code
        domain: Any = REALS,
        joint: Callable[..., bool] | None = None,
        joint_words: Any = "",
        pole: Callable[..., bool] | None = None,
        kink: Callable[..., bool] | None = None,
        selects: Any = False,
        root_of_squares: Any = False,
        value_scale: Callable[..., Any] | None = None,
        partial_scale: Callable[..., Any] | None = None,
        exactness: Any = EXACT,
        derivation: Callable[..., Any] | None = None,
        along: Any = None,
        ufunc: Any = "",
        doc: Any = "",
    ) -> None:
        if not isinstance(name, str) or not name.isidentifier() or iskeyword(name):
            raise ValueError(f"a primitive's name is a Python identifier, and no keyword; got {name!r:.60}")
        if name in _SEALED:
            raise ValueError(f"{name!r} is a row of microgrand's own table: give yours another name")
        self.name: Final[str] = name
        self.value: Final = _callable(name, "value", value)
        each = partials if isinstance(partials, (tuple, list)) else (partials,)
        self.partials: Final[tuple[Callable[..., Any], ...]] = tuple([_callable(name, "a partial", f) for f in each])
        takes = default_signature(len(self.partials)) if signature is None else signature
        self.signature: Final[Signature] = _instance(name, "signature", Signature, takes)
        self.arity: Final[int | None] = self.signature.arity
        written = Notation(name) if notation is None else _instance(name, "notation", Notation, notation)
        self.notation: Final[Notation] = written.of(self.signature)
        domains = domain if isinstance(domain, tuple) else (domain,) * (self.arity or 1)
        self.domains: Final[tuple[Domain, ...]] = tuple([_instance(name, "a domain", Domain, each) for each in domains])
        if not self.domains:
            raise ValueError(f"{name} declares no domain: leave the argument out where all numbers are allowed")
        self.joint: Final = _optional(name, "joint", joint)
        self.joint_words: Final[str] = _instance(name, "joint_words", str, joint_words)
        self._intervals: Final = not all([part.everything for part in self.domains])
        self.bounded: Final = joint is not None or self._intervals
        self.pole: Final = _optional(name, "pole", pole)
        self.kink: Final = _optional(name, "kink", kink)
        self.selects: Final[bool] = _instance(name, "selects", bool, selects)
        self.root_of_squares: Final[bool] = _instance(name, "root_of_squares", bool, root_of_squares)
        self.value_scale: Final = _optional(name, "value_scale", value_scale)
        self.partial_scale: Final = _optional(name, "partial_scale", partial_scale)
        self.exactness: Final[Exactness] = _instance(name, "exactness", Exactness, exactness)
        self.derivation: Final = _optional(name, "the derivation", derivation)
        _optional(name, "along.value", getattr(along, "value", along))
        self.along: Final = along
        self.ufunc: Final[str] = _instance(name, "ufunc", str, ufunc) or name
        self.doc: Final[str] = _instance(name, "doc", str, doc)
        self.kernel: Kernel | None = None
        counts = {len(self.partials), len(self.domains), self.arity}
        if self.arity is not None and len(counts) > 1:
            raise ValueError(
                f"{name} takes {self.arity} operand(s), but declares {len(self.partials)} partials and "
                f"{len(self.domains)} domains"
            )
        _DECLARED[name] = self

    def __call__(self, *arguments: Any) -> Any:
        """The value on plain numbers and arrays; on Values, a new Value that records this step."""
        return self.call(arguments)

    def call(self, arguments: tuple[Any, ...]) -> Any:
        """The same of the arguments in a tuple, which compiled code calls without a detour through Python."""
        if self.kernel is not None:
            result = self.kernel.applied(arguments)
            if result is not None:
                return result
        single = len(arguments) == self.arity
        return self.apply(list(arguments) if single else self.signature.flat(self.name, arguments))

    def apply(self, operands: list[Any]) -> Any:
        """`__call__` with the operands in one list: numbers, nodes or arrays."""
        recorder: Recorder | None = None
        for k, operand in enumerate(operands):
            if type(operand) is float:
                continue
            if isinstance(operand, Recorder):
                recorder = operand
            elif is_general_number(operand):
                return elementwise(self.value, self.apply, operands)
            else:
                operands[k] = as_number(operand)
        return self.evaluate(operands, operands) if recorder is None else recorder.apply_row(self, operands)

    def evaluate(self, xs: Sequence[float], operands: Sequence[Any]) -> float:
        """The value at xs, the numbers of `operands`. Raises DomainError, naming the operand, outside the domain."""
        if self.bounded and not self._holds(xs):
            self._refuse(xs, operands)
        return as_number(self.value(*xs))

    def slopes(self, z: Any, xs: Sequence[Any], operands: Sequence[Any]) -> list[Any]:
        """One partial ∂z/∂operand per operand, at xs. A plain number has no δ, so its partial may be given as 0.0.

        If xs are nodes, the partials are nodes too, which can be differentiated again.
        """
        if self.signature.lists:
            found = list(self.partials[0](z, *xs))
            if len(found) != len(xs):
                raise ValueError(f"{self.name} has {len(xs)} operands, but its row gives {len(found)} partials")
            return found
        return [
            partial(z, *xs) if isinstance(operand, Recorder) else 0.0
            for partial, operand in zip(self.partials, operands, strict=True)
        ]

    def allows(self, *numbers: object) -> bool:
        """Whether the numbers lie in the domain."""
        return self._holds([as_number(x) for x in numbers])

    def domain_of(self, k: int) -> Domain:
        """The domain of operand k; operands beyond the declared domains have the last one."""
        return self.domains[k] if k < len(self.domains) else self.domains[-1]

    def _holds(self, xs: Sequence[float]) -> bool:
        if self._intervals:
            for k, x in enumerate(xs):
                if not self.domain_of(k).contains(x):
                    return False
        return self.joint is None or bool(self.joint(*xs))

    def _refuse(self, xs: Sequence[float], operands: Sequence[Any]) -> NoReturn:
        """Raise the error that names the rule and the operands that break it."""
        outside = [k for k, x in enumerate(xs) if not self.domain_of(k).contains(x)]
        if outside:
            k = outside[0]
            which = f" in operand {k + 1}" if len(self.domains) > 1 else ""
            text = f"{self.name} is defined on {self.domain_of(k)}{which}; got {_described(xs[k], operands[k])}"
        else:
            got = " and ".join([_described(x, operand) for x, operand in zip(xs, operands, strict=True)])
            rule = f"defined {self.joint_words}" if self.joint_words else "not defined there"
            text = f"{self.name} is {rule}; got {got}"
        raise DivisionByZeroError(text) if self.pole is not None and self.pole(*xs) else DomainError(text)

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __copy__(self) -> Primitive:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Primitive:
        return self


def applied_to_each(row: Primitive, lists: Any, last: Any) -> list[Any]:
    """[row(each, last) for each in lists]; with `dot` as the row, this is a matrix times a vector."""
    if row.kernel is not None and isinstance(lists, list) and isinstance(last, list):
        results = row.kernel.applied_to_each(lists, last)
        if results is not None:
            return results
    return [row.call((each, last)) for each in lists]


_DECLARED: Final[dict[str, Primitive]] = {}
_SEALED: Final[set[str]] = set()


def declared(name: str) -> Primitive:
    """The primitive with this name: a row of microgrand's table, or the user's latest declaration.

    Raises LookupError if there is none.
    """
    row = _DECLARED.get(name)
    if row is None:
        raise LookupError(f"no primitive {name!r} is declared here: import the module that declares it")
    return row


def declared_for_ufunc(ufunc: str) -> Primitive | None:
    """The row of the table that computes the same as NumPy's function of this name; None if there is none."""
    return next((row for row in _DECLARED.values() if row.ufunc == ufunc and row.name in _SEALED), None)


def seal() -> dict[str, Primitive]:
    """Return the primitives declared so far, by name, and prevent these names from being declared again."""
    _SEALED.update(_DECLARED)
    return dict(_DECLARED)


def _callable(name: str, part: str, item: Any) -> Any:
    if not callable(item):
        raise TypeError(
            f"{part} of the primitive {name!r} is a function; got {item!r:.60} of type {type(item).__name__}"
        )
    return item


def _optional(name: str, part: str, item: Any) -> Any:
    return None if item is None else _callable(name, part, item)


def _instance(name: str, part: str, kind: type, item: Any) -> Any:
    if not isinstance(item, kind):
        raise TypeError(
            f"{part} of the primitive {name!r} is a {kind.__name__}; got {item!r:.60} of type {type(item).__name__}"
        )
    return item


def _described(x: float, operand: Any) -> str:
    """An offending operand as an error shows it: its number, its node's name, and the node's formula."""
    if not isinstance(operand, Recorder):
        return f"{x!r}"
    node: Any = operand
    named = f" at node {node.name!r}" if node.name is not None else ""
    return f"{x!r}{named}" if node.is_leaf else f"{x!r}{named} = {formula(node)}"
