"""A trained classifier for tables: what it needs to be used on new ones, as a JSON file of one's own."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from microgrand.errors import InputError
from microgrand.networks.layers import Layer, Linear, LogSoftmax, Sequential, Softmax, Tanh
from microgrand.networks.losses import NegativeLogLikelihood
from microgrand.training.samples import Samples, Scale
from microgrand.training.storage import as_arrays, as_lists, assign, from_lists

FORMAT = "microgrand classifier"
VERSION = 2


class Model(NamedTuple):
    """A classifier and the table that it was trained on.

    features  the names of the columns of numbers, in the order of the network's inputs
    classes   the names of the classes, in the order of its outputs
    target    the name of the column of classes
    scale     how the numbers are standardised before they enter the network
    hidden    the sizes of the hidden layers
    bias      whether the last linear layer has one; hidden layers always have
    network   (linear → tanh →)* linear → log-softmax → NLL
    """

    features: list[str]
    classes: list[str]
    target: str
    scale: Scale
    hidden: list[int]
    bias: bool
    network: Layer

    @staticmethod
    def untrained(samples: Samples, scale: Scale, hidden: Sequence[int], bias: bool, seed: int) -> Model:
        """The model to start from: without hidden layers all classes are equally probable, with them θ is random."""
        sizes = [len(samples.features), *hidden, len(samples.classes)]
        network = classifier(sizes, bias, random.Random(seed))
        return Model(samples.features, samples.classes, samples.target, scale, list(hidden), bias, network)

    def probabilities(self, x: Sequence[float]) -> list[float]:
        """Every class's, for a sample as the table has it, not standardised."""
        scores = self.network(self.scale.apply([x])[0])
        probabilities: list[float] = Softmax()([float(z.data) for z in scores])
        return probabilities

    def to_json(self) -> str:
        """The model as JSON text: format, version, and the fields of this class."""
        fields: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "target": self.target,
            "classes": self.classes,
            "features": self.features,
            "mean": self.scale.mean,
            "deviation": self.scale.deviation,
            "hidden": self.hidden,
            "bias": self.bias,
            "parameters": {name: as_lists(array) for name, array in as_arrays(self.network).items()},
        }
        return json.dumps(fields, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read_model(path: Path) -> Model:
    """The model that a file holds; InputError, in one sentence, for whatever is no such file."""
    try:
        fields = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise InputError(f"there is no file {path}") from None
    except OSError as error:
        raise InputError(f"{path} could not be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON: {error}") from None
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        raise InputError(f"{path} is not a model that `microgrand train` wrote")
    if fields.get("version") != VERSION:
        raise InputError(f"{path} has version {fields.get('version')!r} of the format; this microgrand reads {VERSION}")
    try:
        return _from_fields(fields, str(path))
    except InputError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise InputError(f"{path} is damaged: {type(error).__name__}, {error}") from None


def classifier(sizes: Sequence[int], bias: bool, rng: random.Random) -> Layer:
    """(linear → tanh →)* linear → log-softmax → NLL; hidden layers have biases, the last where `bias` says so."""
    *hidden, last = pairwise(sizes)
    layers: list[Any] = []
    for n_in, n_out in hidden:
        layers += [Linear(n_in, n_out, bias=True, rng=rng), Tanh()]
    zeros = None if hidden else [[0.0] * last[0] for _ in range(last[1])]
    return Sequential(*layers, Linear(*last, bias, theta=zeros, rng=rng), LogSoftmax(), NegativeLogLikelihood())


def _from_fields(fields: dict[str, Any], source: str) -> Model:
    features, classes = [str(name) for name in fields["features"]], [str(name) for name in fields["classes"]]
    scale = Scale([float(v) for v in fields["mean"]], [float(v) for v in fields["deviation"]])
    if len(scale.mean) != len(features) or len(scale.deviation) != len(features):
        raise ValueError("mean and deviation are not as many as the features")
    hidden, bias = [int(size) for size in fields["hidden"]], bool(fields["bias"])
    network = classifier([len(features), *hidden, len(classes)], bias, random.Random(0))
    assign(network, {name: from_lists(rows) for name, rows in fields["parameters"].items()}, source)
    return Model(features, classes, str(fields["target"]), scale, hidden, bias, network)
