"""What a primitive declares: the one row of the table that says everything about an elementary function.

Applying it, to floats, arrays and nodes, stands in `node.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from microgrand.along import Along
from microgrand.domains import REALS, Domain
from microgrand.notation import Notation
from microgrand.numeric import as_number, is_sequence


class Exactness(NamedTuple):
    """Within how many units in the last place a row's value and its partials lie, at any operands, and what costs them.

    Counted in units of the exact number, or of the terms where these cancel (`value_scale`, `partial_scale`); results
    that are subnormal do not count.
    """

    value: float = 2.0
    partials: float = 4.0
    because: str = ""


EXACT: Final = Exactness()


class Declaration:
    """An elementary function with its declared partials: one row of the table.

    `Primitive` is the kind that can be applied, and says what the arguments mean.
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
        derivation: Callable[..., Any] | None = None,
        along: Any = None,
        ufunc: Any = "",
        doc: Any = "",
        operand_names: Sequence[str] = (),
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
        self.derivation: Final = derivation if derivation is None else _callable(name, "the derivation", derivation)
        self.along: Final[Along | None] = along if along is None else _instance(name, "along", Along, along)
        self.ufunc: Final[str] = _instance(name, "ufunc", str, ufunc) or name
        self.doc: Final[str] = _instance(name, "doc", str, doc)
        self.operand_names: Final = tuple(operand_names)
        self.bounded: Final = joint is not None or not all([part.everything for part in self.domains])
        if not many and len(self.domains) != len(self.partials):
            raise ValueError(f"{name} declares {len(self.partials)} partials but {len(self.domains)} domains")
        _DECLARED[name] = self

    # mypyc: a class whose subclass can be called has to be callable itself, or the two differ in what lies where.
    def __call__(self, *operands: Any) -> Any:
        """The declared value of operands of any kind, without a look at the domain."""
        return self.value(*operands)

    def allows(self, *numbers: object) -> bool:
        """Whether the numbers lie in the domain."""
        return self._allows([as_number(x) for x in numbers])

    def _allows(self, numbers: list[float]) -> bool:
        last = len(self.domains) - 1
        for k, x in enumerate(numbers):
            if not self.domains[min(k, last)].contains(x):
                return False
        return self.joint is None or bool(self.joint(*numbers))

    def __reduce__(self) -> tuple[object, ...]:
        return declared, (self.name,)

    def __copy__(self) -> Declaration:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Declaration:
        return self


_DECLARED: Final[dict[str, Any]] = {}
_SEALED: Final[set[str]] = set()


def declared(name: str) -> Any:
    """The primitive of that name: the table's, or the latest that was declared."""
    try:
        return _DECLARED[name]
    except KeyError:
        raise LookupError(f"no primitive {name!r} is declared here: import the module that declares it") from None


def seal() -> dict[str, Any]:
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
