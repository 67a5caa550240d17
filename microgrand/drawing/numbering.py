"""The numbers of the vectors between layers: z¹, z², …, and z²⁽³⁾, where a network was called on several samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from microgrand.drawing.regions import Items, Region, Regions, key_of
from microgrand.drawing.vertices import Seen, Vertex
from microgrand.table.indices import letter, superscript

Slot = tuple[str, tuple[tuple[int, int], ...]]  # what the vectors of all samples at one place have in common


class Place(NamedTuple):
    """Where a call of a layer stands.

    path     which layer of which network it calls: the same for every sample
    samples  for which sample; longer than one number where a network in a network is called on several vectors, too
    """

    path: tuple[tuple[int, int], ...]
    samples: tuple[int, ...]


class Vector(NamedTuple):
    """A vector between layers: its number l, its name zˡ or zˡ⁽ˢ⁾, its items."""

    level: int
    name: str
    items: Items


def numbered(regions: Regions, seen: Seen) -> tuple[list[Vector], dict[Region, int]]:
    """The inputs and outputs of the calls that are shown, by number and sample; and the number of each call's input."""
    places = places_of(regions, seen)
    found: dict[tuple[Any, ...], tuple[Slot, tuple[int, ...], Items]] = {}

    def meet(slot: Slot, samples: tuple[int, ...], items: Items) -> None:
        key = key_of(items)
        first, known, _ = found.get(key, (slot, samples, items))
        found[key] = first, samples if known == samples else (), items  # what samples share belongs to none

    finest = regions.finest()
    makers = _makers(finest)
    called: dict[frozenset[Vertex | float], tuple[Any, ...]] = {}
    for region in [region for region in finest if region.inputs]:
        elements, key = frozenset(region.inputs), key_of(region.inputs)
        maker = makers.get(elements)
        if maker is not None and called.setdefault(elements, key) == key:
            meet(("to", places[maker].path), places[maker].samples, region.inputs)
        else:  # given, or the elements of a layer's output in another order
            meet(("from", places[region].path), places[region].samples, region.inputs)
    covered = {item for _, _, items in found.values() for item in items}
    for region in finest:
        rest = [vertex for vertex in region.outputs if vertex not in covered]
        if rest:
            meet(("to", places[region].path), places[region].samples, rest)
    levels = _levels(seen, [(slot, items) for slot, _, items in found.values()])
    vectors = [Vector(levels[slot], _name(levels[slot], samples), items) for slot, samples, items in found.values()]
    own = {region: levels[found[key_of(region.inputs)][0]] for region in finest if region.inputs}
    return sorted(vectors, key=lambda vector: vector.level), own


def _makers(finest: Sequence[Region]) -> dict[frozenset[Vertex | float], Region]:
    """The call that computes a vector, by its elements: of a layer that is called on each sample, one for each."""
    makers: dict[frozenset[Vertex | float], Region] = {}
    for region in finest:
        makers.setdefault(frozenset(region.outputs), region)
    return makers


def _levels(seen: Seen, vectors: Sequence[tuple[Slot, Items]]) -> dict[Slot, int]:
    """1, 2, … in the order in which the vectors of the first sample are computed."""
    turn: dict[Vertex | float, int] = {vertex: k for k, vertex in enumerate(seen.vertices) if not vertex.is_leaf}
    first: dict[Slot, int] = {}
    for slot, items in vectors:
        computed = max([turn.get(item, -1) for item in items], default=-1)
        first[slot] = min(first.get(slot, computed), computed)
    return {slot: l for l, slot in enumerate(sorted(first, key=lambda slot: first[slot]), 1)}


def _name(level: int, samples: tuple[int, ...]) -> str:
    """zˡ, or zˡ⁽ˢ⁾ for sample s."""
    index = f"⁽{','.join([superscript(s) for s in samples])}⁾" if samples else ""
    return f"z{superscript(level)}{index}"


def levels_of_rows(numbers: Sequence[int], layers: Sequence[Sequence[Items]]) -> list[str]:
    """What tells layers' parameters apart: the number of the layer's input, and a letter where several share it.

    numbers  of the layers' inputs, 0 where there is none
    layers   for each layer its rows of parameters
    """
    keys = [tuple([key_of(row) for row in rows]) for rows in layers]
    if len({key for key in keys if key}) < 2:
        return [""] * len(layers)
    found: dict[tuple[Any, ...], int] = {}
    letters: dict[int, dict[tuple[Any, ...], str]] = {}
    for level, key in zip(numbers, keys, strict=True):
        own = letters.setdefault(found.setdefault(key, level), {})
        if key:
            own.setdefault(key, letter(len(own)))
    shared = {level: own for level, own in letters.items() if len(own) > 1}
    return [f"{found[key] or ''}{shared.get(found[key], {}).get(key, '')}" for key in keys]


def places_of(regions: Regions, seen: Seen) -> dict[Region, Place]:
    """The place of every call.

    Calls of one layer, side by side, are samples if none is computed from another: else they are steps in time, each
    with numbers of its own.
    """
    bit = {region: 1 << k for k, region in enumerate(regions.all)}
    made_from = _made_from(regions, seen, bit)
    siblings: dict[Region | None, list[Region]] = {}
    for region in regions.all:
        siblings.setdefault(region.outer, []).append(region)
    places: dict[Region, Place] = {}
    for outer in [None, *regions.all]:
        around = places[outer] if outer is not None else Place((), ())
        for turn, calls in enumerate(_by_layer(siblings.get(outer, []))):
            given = _given(calls, made_from)
            apart = len(calls) > 1 and all([not given & bit[call] for call in calls])
            for k, call in enumerate(calls):
                samples = (*around.samples, k + 1) if apart else around.samples
                places[call] = Place((*around.path, (turn, 0 if apart else k)), samples)
    _follow(regions, places)
    return places


def _follow(regions: Regions, places: dict[Region, Place]) -> None:
    """Let equal layers without parameters, each called on the output of another sample, count as one."""
    makers = _makers(regions.all)
    first: dict[tuple[Any, ...], Place] = {}
    for call in regions.all:
        maker = makers.get(frozenset(call.inputs))
        if maker is None or maker.outer is not call.outer or not places[maker].samples or places[call].samples:
            continue
        layer: Any = call.scope.layer
        if getattr(layer, "named_parameters", dict)():
            continue
        place = first.setdefault((call.outer, places[maker].path, type(layer), call.scope.name), places[call])
        places[call] = Place(place.path, places[maker].samples)


def _by_layer(calls: Sequence[Region]) -> list[list[Region]]:
    """The calls by the layer that was called, told by the scopes' reference to it, which outlives the layer."""
    found: dict[int, list[Region]] = {}
    for call in calls:
        layer = call.scope._layer
        found.setdefault(id(call if layer is None else layer), []).append(call)
    return list(found.values())


def _given(calls: Sequence[Region], made_from: dict[Vertex, int]) -> int:
    """The calls, as bits, in which what these are called on is computed."""
    given = 0
    for call in calls:
        for item in call.inputs:
            if isinstance(item, Vertex):
                given |= made_from.get(item, 0)
    return given


def _made_from(regions: Regions, seen: Seen, bit: dict[Region, int]) -> dict[Vertex, int]:
    """For each vertex the calls that it is computed in or from, as the bits of one number."""
    found: dict[Vertex, int] = {}
    for vertex in seen.vertices:
        calls = 0
        for parent, _ in vertex.edges:
            calls |= found.get(parent, 0)
        around = regions.of.get(vertex)
        while around is not None:
            calls |= bit[around]
            around = around.outer
        found[vertex] = calls
    return found
