"""The arguments of a primitive: its operands, its lists of operands, its indices."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, Final

from microgrand.table.numbers import WAYS_OUT, as_number, is_sequence, yes_or_no

_SUBSCRIPTS: Final = str.maketrans("0123456789-,", "₀₁₂₃₄₅₆₇₈₉₋‚")
_COUNTS: Final = {2: "two", 3: "three"}


class Signature:
    """The arguments of a function: single operands, or else lists of equal length; after them, indices.

    operands  the names of operands that are passed one by one
    default   the last operand's value if it is left out
    lists     the names of lists of operands, of equal length. The items of a single list may also be passed one by one
    least     the fewest items that a list may have
    brackets  whether a list is written in brackets: "sum([a, b])", but "max(a, b)"
    indices   the names of whole numbers that choose one of several functions, such as the k of softmax(xs, k). They
              come last, are plain numbers without a δ, and count from 0 if they point into a list

    >>> Signature("x", "y").names(), Signature(lists=("x",), indices=("k",)).names(2)
    (['x', 'y'], ['x₁', 'x₂', 'k'])
    """

    def __init__(
        self,
        *operands: Any,  # Any: what is wrong is said below
        default: Any = None,
        lists: Any = (),
        least: Any = 0,
        brackets: Any = True,
        indices: Any = (),
    ) -> None:
        if not (isinstance(lists, (tuple, list)) and isinstance(indices, (tuple, list))):
            raise TypeError(f"lists and indices of a signature are tuples of names; got {lists!r:.30}, {indices!r:.30}")
        names = (*operands, *lists, *indices)
        if (operands and lists) or len(set(names)) < len(names) or not all([isinstance(each, str) for each in names]):
            raise ValueError(f"a signature has operands or lists, each with a name of its own; got {names!r:.60}")
        if default is not None and (indices or not operands):
            raise ValueError("a default is the last operand's, of a signature without lists and indices")
        self.operands: Final = operands
        self.default: Final = None if default is None else as_number(default)
        self.lists: Final = tuple(lists)
        self.least: Final = _count("least", least)
        self.brackets: Final = yes_or_no("brackets", brackets)
        self.indices: Final = tuple(indices)
        self.arity: Final[int | None] = None if lists else len(operands) + len(self.indices)

    def __reduce__(self) -> tuple[object, ...]:
        names = ("default", "lists", "least", "brackets", "indices")
        return _restored, (self.operands, {name: getattr(self, name) for name in names})

    def __repr__(self) -> str:
        return f"<signature {self._call('f')}>"

    def flat(self, name: str, arguments: Sequence[Any]) -> list[Any]:
        """The arguments of a call as one list: the operands in order, the indices last.

        Raises TypeError for a wrong number of arguments or a missing list, ValueError for lists of different lengths, a
        list that is too short or an index out of range. `name` is the function's name, for these messages.
        """
        if not self.lists:
            return self._one_by_one(name, list(arguments))
        lists, indices = self._lists(name, arguments)
        size = len(lists[0])
        if size < self.least:
            least = "one operand" if self.least == 1 else f"{self.least} operands"
            raise ValueError(f"{name} takes {least} or more; got {size or 'none'}")
        for index, k in zip(self.indices, indices, strict=True):
            if not hasattr(k, "apply_row") and as_number(k) in range(size):
                continue
            raise ValueError(
                f"the index {index} of {self._call(name)} is a whole number, 0 ≤ {index} < {size}; got {k!r}"
            )
        return [item for items in lists for item in items] + [float(k) for k in indices]

    def _one_by_one(self, name: str, operands: list[Any]) -> list[Any]:
        if self.default is not None and len(operands) == len(self.operands) - 1:
            operands.append(self.default)
        if len(operands) != self.arity:
            arguments = f"{self.arity} argument{'s' * (self.arity != 1)}"
            raise TypeError(f"write {self._call(name)}: {name} takes {arguments}; got {_got(name, operands)}")
        return operands

    def _lists(self, name: str, arguments: Sequence[Any]) -> tuple[list[list[Any]], list[Any]]:
        """The lists and the indices among the arguments."""
        count = len(self.lists)
        if count + len(self.indices) == 1:  # the items of a single list may be passed one by one
            single = len(arguments) == 1 and is_sequence(arguments[0])
            return [list(arguments[0] if single else arguments)], []
        if len(arguments) != count + len(self.indices):
            takes = count + len(self.indices)
            raise TypeError(f"write {self._call(name)}: {name} takes {takes} arguments; got {_got(name, arguments)}")
        lists = arguments[:count]
        for items in lists:
            if not hasattr(items, "__len__"):
                raise TypeError(f"{self._rule(name)}; got {items!r:.60} of type {type(items).__name__}")
        if len({len(items) for items in lists}) > 1:
            raise ValueError(f"{self._rule(name)}; got {' and '.join([str(len(items)) for items in lists])}")
        return [list(items) for items in lists], list(arguments[count:])

    def _rule(self, name: str) -> str:
        count = len(self.lists)
        return f"{name} takes {_COUNTS.get(count, count)} lists of one length" if count > 1 else f"{name} takes a list"

    def _call(self, name: str) -> str:
        """A call as text, such as "softmax(xs, k)"."""
        return f"{name}({', '.join([*[f'{each}s' for each in self.lists], *self.operands, *self.indices])})"

    def grouped(self, operands: Sequence[Any]) -> tuple[list[Sequence[Any]], Sequence[Any]]:
        """Split flat operands as a written call shows them: into the lists in brackets, and the rest."""
        if not (self.lists and self.brackets):
            return [], operands
        return self.split(operands)

    def split(self, operands: Sequence[Any]) -> tuple[list[Sequence[Any]], Sequence[Any]]:
        """Split flat operands into the lists that the function takes, and the rest.

        >>> Signature(lists=("w", "x")).split([1.0, 2.0, 3.0, 4.0])
        ([[1.0, 2.0], [3.0, 4.0]], [])
        """
        count = len(self.lists)
        size = (len(operands) - len(self.indices)) // count if count else 0
        return [operands[i * size : (i + 1) * size] for i in range(count)], operands[count * size :]

    def arguments(self, operands: Sequence[Any]) -> list[Any]:
        """Turn flat operands into the arguments of a call: the lists, then the rest.

        >>> Signature(lists=("x",), indices=("k",)).arguments([0.1, 0.2, 1.0])
        [[0.1, 0.2], 1.0]
        """
        lists, rest = self.split(operands)
        return [*[list(items) for items in lists], *rest]

    def index_positions(self, count: int) -> range:
        """The positions of the indices among `count` flat operands."""
        return range(count - len(self.indices), count)

    def names(self, size: int = 2) -> list[str]:
        """The names of the flat operands, for lists of `size` items."""
        items = [f"{name}{subscript(k)}" for name in self.lists for k in range(1, size + 1)]
        return [*items, *self.operands, *self.indices]


def subscript(k: object) -> str:
    """An index as a subscript: the ₁₂ of z₁₂, the ₁‚₂ of θ₁‚₂."""
    return str(k).translate(_SUBSCRIPTS)


def _count(name: str, x: object) -> int:
    number = -1 if isinstance(x, bool) or not hasattr(x, "__index__") else operator.index(x)
    if number < 0:
        raise ValueError(f"{name} of a signature is a whole number, 0 or more; got {x!r:.60}")
    return number


def _restored(operands: tuple[str, ...], settings: dict[str, Any]) -> Signature:
    return Signature(*operands, **settings)


def default_signature(count: int) -> Signature:
    """The signature for `count` single operands, named x, y or x₁, x₂, x₃, …"""
    return Signature(*("x", "y")[:count]) if count < 3 else Signature(*[f"x{subscript(k + 1)}" for k in range(count)])


def _got(name: str, arguments: Sequence[Any]) -> str:
    """How many arguments there are; and what to write, where it is known what was meant by so many."""
    return f"{len(arguments)}{WAYS_OUT.get(f'{name} of {len(arguments)}', '')}"
