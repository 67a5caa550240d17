"""A trained classifier as a JSON file: its parameters, and what is needed to use them on new samples."""

from __future__ import annotations

import json
from typing import Any

from microgrand.layers import Linear
from microgrand.training.samples import Samples, Scale

FORMAT = "microgrand softmax classifier"
VERSION = 1


def model_json(linear: Linear, scale: Scale, samples: Samples) -> str:
    """The model as JSON text: format, classes, features, target, mean, deviation, theta, bias."""
    model: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "target": samples.target,
        "classes": samples.classes,
        "features": samples.features,
        "mean": scale.mean,
        "deviation": scale.deviation,
        "theta": [[theta.data for theta in row] for row in linear.theta],
        "bias": None if linear.bias is None else [b.data for b in linear.bias],
    }
    return json.dumps(model, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
