"""A trained classifier for tables: what it needs to be used on new ones, as a JSON file of one's own."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from microgrand.networks.layers import Layer, Linear, LogSoftmax, Sequential, Tanh
from microgrand.networks.losses import NegativeLogLikelihood
from microgrand.outer_errors import InputError
from microgrand.training.columns import Column, features_of
from microgrand.training.contract import FORMAT, VERSION, checksum, fault_of, read_fields
from microgrand.training.estimator_record import EstimatorRecord
from microgrand.training.kinds import KINDS
from microgrand.training.samples import Samples, Scale
from microgrand.training.storage import as_arrays, as_lists, assign, from_lists


class Model(NamedTuple):
    """A classifier and the table that it was trained on.

    columns    of the table, in the order of the network's inputs: a column of words becomes several of them
    classes    the names of the classes, in the order of the network's outputs
    target     the name of the column of classes
    scale      how the inputs are standardised before they enter the network
    hidden     the sizes of the hidden layers
    bias       whether the last linear layer has one; hidden layers always have
    network    (linear → tanh →)* linear → log-softmax → NLL
    estimator  what is kept of the estimator that this was; None for a model that the command trained
    """

    columns: list[Column]
    classes: list[str]
    target: str
    scale: Scale
    hidden: list[int]
    bias: bool
    network: Layer
    estimator: EstimatorRecord | None = None

    @staticmethod
    def untrained(samples: Samples, scale: Scale, hidden: Sequence[int], bias: bool, seed: int) -> Model:
        """The model to start from: without hidden layers all classes are equally probable, with them θ is random."""
        sizes = [len(samples.features), *hidden, len(samples.classes)]
        network = classifier(sizes, bias, random.Random(seed))
        return Model(samples.columns, samples.classes, samples.target, scale, list(hidden), bias, network)

    @property
    def features(self) -> list[str]:
        """The names of the network's inputs."""
        return features_of(self.columns)

    @property
    def first_theta(self) -> list[list[float]]:
        """The parameters of the first linear layer, a row for each of its outputs."""
        layer: Any = self.network
        return [[theta.data for theta in row] for row in layer.layers[0].theta]

    def scores(self, x: Sequence[Sequence[float]]) -> Any:
        """Every class's, for standardised samples, as an array: what `network` gives for one, and for many at once."""
        import numpy

        arrays = {name: numpy.array(as_lists(array)) for name, array in as_arrays(self.network).items()}
        z = numpy.asarray(x, dtype=float)
        for k in range(len(self.hidden) + 1):
            z = (numpy.tanh(z) if k else z) @ arrays[f"{2 * k}.theta"].T + arrays.get(f"{2 * k}.bias", 0.0)
        return z

    def predictions(self, x: Sequence[Sequence[float]]) -> list[tuple[int, list[float]]]:
        """The most probable class of each sample, by its index, and every class's probability.

        The samples are as the table has them, not standardised. Probabilities are NaN where a number is out of range.
        The class is that of the largest score: probabilities that differ by less than their rounding are equal.
        """
        import numpy

        with numpy.errstate(all="ignore"):
            scores = self.scores(self.scale.apply(x))
            shares = numpy.exp(scores - scores.max(axis=1, keepdims=True))
            found = (shares / shares.sum(axis=1, keepdims=True)).tolist()
        return list(zip(scores.argmax(axis=1).tolist(), found, strict=True))

    def to_json(self) -> str:
        """The model as JSON text: format, version, the fields of this class, and a checksum of all of them.

        Raises InputError for what a file could not be read back with, such as parameters that are not finite.
        """
        fields: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "target": self.target,
            "classes": self.classes,
            "columns": [_record(column) for column in self.columns],
            "features": self.features,
            "mean": self.scale.mean,
            "deviation": self.scale.deviation,
            "hidden": self.hidden,
            "bias": self.bias,
            "parameters": {name: as_lists(array) for name, array in as_arrays(self.network).items()},
            "estimator": None if self.estimator is None else self.estimator._asdict(),
        }
        fields["checksum"] = checksum(fields)
        if fault := fault_of(fields):
            raise InputError(f"the model cannot be kept in a file: {fault}")
        return json.dumps(fields, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read_model(path: Path) -> Model:
    """The model that a file holds; InputError, in one sentence, for whatever is no such file."""
    fields = read_fields(path)
    columns, classes, hidden = fields["columns"], fields["classes"], fields["hidden"]
    network = classifier([len(features_of(columns)), *hidden, len(classes)], fields["bias"], random.Random(0))
    assign(network, {name: from_lists(rows) for name, rows in fields["parameters"].items()}, str(path))
    scale = Scale([float(v) for v in fields["mean"]], [float(v) for v in fields["deviation"]])
    return Model(columns, classes, fields["target"], scale, hidden, fields["bias"], network, fields["estimator"])


def classifier(sizes: Sequence[int], bias: bool, rng: random.Random) -> Layer:
    """(linear → tanh →)* linear → log-softmax → NLL; hidden layers have biases, the last where `bias` says so."""
    *hidden, last = pairwise(sizes)
    layers: list[Any] = []
    for n_in, n_out in hidden:
        layers += [Linear(n_in, n_out, bias=True, rng=rng), Tanh()]
    zeros = None if hidden else [[0.0] * last[0] for _ in range(last[1])]
    return Sequential(*layers, Linear(*last, bias=bias, theta=zeros, rng=rng), LogSoftmax(), NegativeLogLikelihood())


def _record(column: Column) -> dict[str, Any]:
    """The column as a file keeps it: what its kind needs."""
    kept = {field: getattr(column, field) for field in ("name", "kind", "missing", *KINDS[column.kind].fields)}
    return {field: list(item) if isinstance(item, tuple) else item for field, item in kept.items()}
