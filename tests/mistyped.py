"""What a person has at the prompt in the tables of mistakes, and what every sentence about a mistake keeps."""

import math
import random

import pytest

import microgrand as mg
import microgrand.testing
import microgrand.training

MOST_LINES, MOST_CHARACTERS = 2, 300
INSIDE = ("__init__", "__call__", "object at 0x", "'NoneType' object", "Computed", "unsupported operand", "mypyc")


def at_the_prompt() -> dict[str, object]:
    """The names that the lines of the tables use, as after `from microgrand import *`."""
    names = {name: getattr(mg, name) for name in mg.__all__}
    for package in (mg.training, mg.testing):
        names |= {name: getattr(package, name) for name in package.__all__}
    a, b = mg.Value(2.0, name="a"), mg.Value(3.0, name="b")
    network = mg.Sequential(mg.Linear(2, 2), mg.LogSoftmax(), mg.NegativeLogLikelihood())
    objective = mg.training.Objective(network, [[0.0, 1.0], [1.0, 0.0]], [0, 1])
    program = mg.record(lambda x, y: x * y, 2.0, 3.0)
    return names | {
        "mg": mg, "math": math, "random": random, "a": a, "b": b, "linear": mg.Linear(2, 3), "network": network,
        "objective": objective, "program": program,
    }  # fmt: skip


def sentence_about(typed: str, kind: type[Exception], **more: object) -> str:
    """The sentence of the error, of this kind, that a line gets at the prompt."""
    with pytest.raises(kind) as caught:
        exec(typed, at_the_prompt() | more)
    return str(caught.value)


def what_is_wrong_with(sentence: str) -> list[str]:
    """In what a sentence about a mistake fails: it is short, and speaks of nothing that its reader has not met."""
    lines = sentence.splitlines()
    found = [f"{len(lines)} lines"] if len(lines) > MOST_LINES else []
    found += [f"{len(sentence)} characters"] if len(sentence) > MOST_CHARACTERS else []
    return found + [f"speaks of {word}" for word in INSIDE if word in sentence]
