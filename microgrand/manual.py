"""What `help(tanh)` says: the manual entry of a row, made of what the row declares; what the type of a node is called.

A row is an object of its class, and Python shows the class's docstring for it. The classes of rows are given a
descriptor instead: of the class it gives the docstring, of a row its own entry.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from microgrand.engine.node import Node
from microgrand.engine.value import Computed, Value
from microgrand.table.formula import formula
from microgrand.table.primitive import Primitive

TRIED = (0.5, 2.0, 1.0, 0.25)  # numbers of an example: some of them lie in every domain


class Manual:
    """The docstring of a class of rows, and the entry of each row."""

    def __init__(self, docstring: str | None) -> None:
        self.docstring = docstring

    def __get__(self, row: Any, kind: type) -> str | None:
        return self.docstring if row is None else entry(row)


def describe() -> None:
    """From now on every row has its entry as its docstring, and errors and reprs call a computed Value a Value."""
    Primitive.__doc__ = Manual(Primitive.__doc__)  # type: ignore[assignment]
    Computed.__name__ = Computed.__qualname__ = Value.__name__


def entry(row: Any) -> str:
    """What a row computes, its partials, where it is defined, how exact it is, and an example."""
    names = _names(row)
    numbers = next(_examples(row, names), None)
    head = f"{row.name}({', '.join(_arguments(row, names))})" + (f": {row.doc}" if row.doc else "")
    paragraphs = [[head], _partials(row, names, numbers) if numbers else [], _facts(row)]
    if numbers and is_public(row):
        call = ", ".join(_arguments(row, [repr(x) for x in numbers]))
        paragraphs.append(
            [f">>> from microgrand import {row.name}", f">>> {row.name}({call})", repr(row.apply(numbers))]
        )
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)


def is_public(row: Any) -> bool:
    """Whether `from microgrand import …` gives the row; the others are there for the partials of these."""
    return vars(sys.modules["microgrand"]).get(row.name) is row


def _names(row: Any) -> list[str]:
    """What the operands are called; of rows that take many, there are two, or two in each list."""
    names: list[str] = row.signature.names(2)
    return names


def _arguments(row: Any, operands: Sequence[str]) -> list[str]:
    """How the call with these operands is written: one by one, or in lists, and after them what chooses from them."""
    return [f"[{', '.join(each)}]" if isinstance(each, list) else each for each in row.signature.arguments(operands)]


def _chooses(row: Any, k: int, count: int) -> bool:
    """Whether operand k of so many is a whole number that chooses a function."""
    return k in row.signature.index_positions(count)


def _examples(row: Any, names: Sequence[str]) -> Iterator[list[float]]:
    """Operands at which the row is defined, different ones first, and no kinks."""
    count = len(names)
    tried = [(0, 1) if _chooses(row, k, count) else TRIED[k % 4 :] + TRIED[: k % 4] for k in range(count)]
    for numbers in product(*tried):
        if row.allows(*numbers) and (row.kink is None or not row.kink(*numbers)):
            yield list(numbers)


def _partials(row: Any, names: Sequence[str], numbers: Sequence[float]) -> list[str]:
    """∂z/∂operand as formulas, and what the helpers in them compute; nothing where they do not run on Values."""
    operands: list[Any] = [
        x if _chooses(row, k, len(names)) else Value(x, name=name)
        for k, (x, name) in enumerate(zip(numbers, names, strict=True))
    ]
    try:
        z = row.apply(list(operands))
        z.name = "z"
        partials = row.slopes(z, operands, operands)
    except Exception:  # a user's row, whatever it does: its partials may be meant for floats alone
        return []
    named = [(name, partial) for name, x, partial in zip(names, operands, partials, strict=True) if isinstance(x, Node)]
    helpers = {step.primitive.name: step.primitive for _, partial in named for step in _steps_in(partial)}
    return [
        *(f"∂z/∂{name} = {formula(p) if isinstance(p, Node) else f'{p:g}'}" for name, p in named),
        *(f"{name}: {helper.doc}" for name, helper in helpers.items() if helper is not row and not is_public(helper)),
    ]


def _steps_in(partial: Any) -> Iterator[Any]:
    """The steps of a partial's formula: it ends at what has a name."""
    if isinstance(partial, Node) and not partial.is_leaf and partial.name is None:
        yield partial
        for operand in partial.operands:
            yield from _steps_in(operand)


def _facts(row: Any) -> list[str]:
    """Domain, errors, kinks and exactness, in sentences."""
    domains = [str(domain) for domain in row.domains]
    where = row.joint_words or "on " + (
        domains[0] if len(set(domains)) == 1 else " × ".join(f"({d})" if "∪" in d else d for d in domains)
    )
    errors = "DomainError at ±∞" if where == "on (-∞, ∞)" else "DomainError elsewhere"
    if row.pole is not None:
        errors = "DivisionByZeroError where that would divide by zero, " + errors
    facts = [f"Defined {where}" + (f"; raises {errors}." if row.bounded else ".")]
    if row.kink is not None:
        facts.append("Where it has no derivative, the slope is by convention: see “Kinks” in the documentation.")
    exact = row.exactness
    because = f" ({exact.because})" if exact.because else ""
    facts.append(
        f"Declared exact to {exact.value:g} units in the last place, its partials to {exact.partials:g}{because}."
    )
    return facts
