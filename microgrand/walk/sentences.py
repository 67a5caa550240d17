"""What the steps of a walk say: sentences made of names alone, which stay true whatever the numbers are.

The words of a walk are explained where they first occur: a local partial, δ, and the matrix of a layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SHOWN = 6  # names of a long list
COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: "a, b and c"."""
    if not names:
        return "nothing"
    if len(names) > SHOWN:
        return f"{', '.join(names[: SHOWN - 1])} and {len(names) - SHOWN + 1:,} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def count(n: int) -> str:
    """A number of things, in words as far as these are short."""
    return COUNTS[n] if n < len(COUNTS) else f"{n:,}"


def times(n: int) -> str:
    """How often: "once", "twice", "three times"."""
    return ("never", "once", "twice")[n] if n < 3 else f"{count(n)} times"


# ---- forward ----


def given(*parts: tuple[str, Sequence[str], str]) -> str:
    """What is given: "Given: the input z¹; the parameters θ₁ and b¹, which training changes."

    parts  what some names are together, these names, and what is said of them; left out where there is no name
    """
    told = [_together(kind, names) + then for kind, names, then in parts if names]
    return f"Given: {'; '.join(told)}."


def _together(kind: str, names: Sequence[str]) -> str:
    return (f"the {kind}{'s' * (len(names) > 1)} " if kind else "") + listed(names)


def computed(name: str, sources: Sequence[str], partials: Sequence[str]) -> str:
    """A value is computed, with its local partials."""
    return f"{name} is computed from {listed(sources)}, with the local partial{_s(partials)} {listed(partials)}."


def on_kink(name: str, row: Any) -> str:
    """A value is computed where its row has no derivative."""
    return f"Here {row.name} has a kink, and {name} no derivative; the partials follow a convention: {row.doc}."


def first_computed(name: str, sources: Sequence[str], partial: str, below: str, others: Sequence[str]) -> str:
    """A value is computed, the first of a walk.

    partial  one of its local partials, which is explained
    below    what it is in, in words
    others   what is held fixed meanwhile
    """
    fixed = f", while {listed(others)} {'is' if len(others) == 1 else 'are'} held fixed" if others else ""
    means = f"{partial} is a local partial: how much {name} changes per unit of {below}{fixed}."
    return f"{name} is computed from {listed(sources)}. {means}"


def first_computed_of_vector(name: str, sources: Sequence[str], partial: str, below: str) -> str:
    """The same where the partials are told in all numbers of a box together."""
    means = f"how much {name} changes per unit of each number of {below}, while all others are held fixed"
    return f"{name} is computed from {listed(sources)}. {partial} holds local partials: {means}."


def from_layers(name: str, layers: Sequence[str], sources: Sequence[str]) -> str:
    """A vector is computed by one layer, or by several."""
    does = "The layer {} computes" if len(layers) == 1 else "The layers {} compute"
    return f"{does.format(listed(layers))} {name} from {listed(sources)}."


# ---- backward ----


def start(delta: str, cost: str, root: str) -> str:
    """The first δ, of the root; where there are layers it has two names, C and that of the last zˡ."""
    why = f"{root} changes with itself one to one" if cost == root else f"{cost} is {root} itself"
    return f"The backward pass starts at {root}: {delta} = ∂{cost}/∂{root} is one, since {why}."


def start_in_vector(delta: str, element: str) -> str:
    """The first δ, where the root is an element of a vector."""
    return f"The backward pass starts at {element}, the result: its number in {delta} is one, every other is zero."


def what_delta_is(root: str) -> str:
    """What δ is, node by node."""
    return f"δ of any box is ∂{root}/∂box: how much {root} changes per unit of the number in it."


def what_delta_is_of_vectors(root: str) -> str:
    """What δ is, layer by layer."""
    means = f"how much {root} changes per unit of each number in it"
    return f"δ of any box is {means}: δˡ = ∂{root}/∂zˡ for a vector zˡ, and ∂{root}/∂θ for parameters θ."


def what_a_matrix_is(matrix: str, above: str, below: str) -> str:
    """What ∂zˡ⁺¹/∂zˡ is."""
    row = f"how much that number changes per unit of each number of {below}"
    return f"{matrix} is a matrix, with a row for each number of {above}: {row}."


def delta(name: str, delta: str, often: int, users: Sequence[str], contributions: Sequence[str]) -> str:
    """A δ is the sum of what all uses contribute."""
    uses = f"{name} is used {times(often)}, in {' and in '.join(users)}" if len(users) < 3 else ""
    uses = uses or f"{name} is used {times(often)}, in {listed(users)}"
    return f"{uses}: {_sum(delta, contributions)}."


def delta_of_vector(name: str, delta: str, users: Sequence[str], contributions: Sequence[str], hidden: bool) -> str:
    """A δ of a layer's output or parameters."""
    more = ["what is not shown"] * hidden
    return f"{name} is used in {listed([*users, *more])}: {_sum(delta, [*contributions, *more])}."


def _sum(delta: str, contributions: Sequence[str]) -> str:
    if len(contributions) == 1:
        return f"the only contribution to {delta} is {contributions[0]}"
    return f"{count(len(contributions))} contributions, {listed(contributions)}, add up to {delta}"


def arrived(user: str, delta: str, contribution: str, before: int, among: int) -> str:
    """One contribution to a δ, of so many, after so many."""
    if among == 1:
        return f"{user} contributes {contribution}, the only contribution to {delta}."
    if before == among - 1:
        return f"{user} contributes {contribution}, the last of {count(among)} contributions, which add up to {delta}."
    which = "the first" if before == 0 else "one more"
    return f"{user} contributes {contribution}, {which} of {count(among)} contributions to {delta}."


# ---- update ----


def updated(name: str, delta: str) -> str:
    """A step of gradient descent: true for every η, also a negative one."""
    means = "downhill for a small positive step size η, uphill for a negative one"
    return f"{name} changes by -η·{delta}, a step of gradient descent: {means}; where {delta} is zero, {name} stays."


def _s(names: Sequence[str]) -> str:
    return "s" * (len(names) > 1)
