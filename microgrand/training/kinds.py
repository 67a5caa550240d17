"""The kinds of columns that a network learns from: what each is called, what fills it in, and what is kept of it."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of columns.

    name      of one: "number"
    plural    of several, in a sentence
    strategy  by which scikit-learn's SimpleImputer fills in what is missing
    filling   what that is called in a sentence
    fields    of a `Column`, beside its name, its kind and what fills it in
    """

    name: str
    plural: str
    strategy: str
    filling: str
    fields: tuple[str, ...] = ()


NUMBER = Kind("number", "numbers", "median", "the median", ("decimal", "before", "after"))
BOOLEAN = Kind("boolean", "yes or no", "most_frequent", "the most frequent one")
CATEGORY = Kind("category", "categories", "most_frequent", "the most frequent one", ("categories",))
DATE = Kind("date", "dates", "median", "the median", ("format",))
KINDS = {kind.name: kind for kind in (NUMBER, BOOLEAN, CATEGORY, DATE)}
