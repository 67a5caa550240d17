"""Laws of the memory that training takes: samples of single precision are converted a stretch at a time."""

import tracemalloc

import numpy
import pytest

from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, Sequential, Tanh
from microgrand.training import Objective

MB = 2**20
NETWORKS = {
    "linear": lambda: Sequential(Linear(8, 3), LogSoftmax(), NegativeLogLikelihood()),
    "with a hidden layer": lambda: Sequential(
        Linear(8, 2), Tanh(), Linear(2, 3), LogSoftmax(), NegativeLogLikelihood()
    ),
}


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_mapped_file_of_single_precision_stays_where_it_is(kind, tmp_path):
    """Cost and gradient are those of the same numbers in double precision, bit for bit, in a fixed amount of memory."""
    network = NETWORKS[kind]()
    taken = []
    for count in (20_000, 400_000):
        x = numpy.memmap(tmp_path / str(count), dtype="float32", mode="w+", shape=(count, 8))
        x[:] = numpy.linspace(-1.0, 1.0, count)[:, None] * numpy.arange(1.0, 9.0)
        y = numpy.arange(count) % 3
        objective = Objective(network, x, y)
        theta = [0.1 * (k % 7 - 3) for k in range(len(objective.parameters))]
        assert objective(theta) == Objective(network, x.astype(float), y)(theta)
        tracemalloc.start()
        objective(theta)
        taken.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert max(taken) < 8 * MB
