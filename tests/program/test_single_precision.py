"""Laws of arrays of single precision: they stay what they are, and are converted no more than a stretch at a time."""

import tracemalloc

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from printed_rows import program_of, size_of

from benchmarks.points import draw
from microgrand import TABLE, exp, logsumexp, record, softmax, tanh

SINGLE = numpy.float32
MB = 2**20
AT_ONCE = 8 * MB  # what the stretches of a replay may take together


def lanes_of(row, size):
    """An array of single precision for each operand: numbers of all sizes in the row's domain."""
    usable = [xs for xs in draw(row, 60, 1) if len(xs) == size and max(map(abs, xs), default=0.0) < 1e30]
    return numpy.array(usable or [[0.5 + 0.1 * k for k in range(size)]]).T.astype(SINGLE)


@pytest.mark.parametrize("regroup", [True, False])
@pytest.mark.parametrize("name", TABLE)
def test_every_row_keeps_single_precision(name, regroup):
    """Values and gradients have the precision of the lanes, without a warning of NumPy's; warnings are errors here."""
    row = TABLE[name]
    size = size_of(row, 3)
    program = program_of(row)
    lanes = lanes_of(row, size)
    settings = {"regroup": regroup, "allow_nonfinite": True}
    values = program(*lanes, **settings)
    again, gradients = program.value_and_grad(*lanes, argnums=tuple(range(size)), **settings)
    assert [each.dtype for each in (values, again, *gradients)] == [SINGLE] * (size + 2)
    assert numpy.array_equal(values, again, equal_nan=True)


@settings(max_examples=20)
@given(st.sampled_from(["float32", "float16"]), st.sampled_from([list, tuple]), st.booleans())
def test_a_network_keeps_the_precision_of_its_samples(kind, make, regroup):
    """θ as plain numbers, constants that overflow in that precision, and sums of lanes: all of one precision."""
    program = record(
        lambda w, x: logsumexp([w[0] * x[0], tanh(x[1])]) + softmax([x[0], w[1]], 0) + exp(x[1] - 1e300), [0.5, 0.25],
        [1.0, 2.0],
    )  # fmt: skip
    x = numpy.linspace(-2.0, 2.0, 40).reshape(20, 2).astype(kind)
    theta = make([0.5, 0.25])
    values, gradient = program.value_and_grad(theta, x, argnums=1, regroup=regroup)
    assert (values.dtype, gradient.dtype) == (kind, kind)
    wide, slopes = program.value_and_grad(theta, x.astype(float), argnums=1, regroup=regroup)
    tolerance = 8.0 * float(numpy.finfo(kind).eps)
    assert numpy.allclose(values, wide, rtol=tolerance, atol=tolerance)
    assert numpy.allclose(gradient, slopes, rtol=tolerance, atol=tolerance)


PROGRAM = record(lambda w, x: tanh(w[0] * x[0] + w[1] * x[1] + w[2] * x[2]), [0.5, 0.25, -1.0], [1.0, 2.0, 3.0])
FORMS = {
    "rows beside θ of double precision": lambda rows: (numpy.array([0.5, 0.25, -1.0]), rows),
    "columns": lambda rows: ([0.5, 0.25, -1.0], list(numpy.asfortranarray(rows).T)),
    "columns beside θ of double precision": lambda rows: (numpy.array([0.5, 0.25, -1.0]), list(rows.T)),
}


@pytest.mark.parametrize("form", FORMS)
def test_samples_are_converted_a_stretch_at_a_time(form, tmp_path):
    """However many lanes there are, also in a file that is mapped: beside the values, a fixed amount of memory."""
    taken = []
    for lanes in (10**5, 10**6):
        file = numpy.memmap(tmp_path / f"{lanes}", dtype=SINGLE, mode="w+", shape=(lanes, 3))
        arguments = FORMS[form](file)
        PROGRAM.value_and_grad(*arguments)  # plans are made
        tracemalloc.start()
        values, _ = PROGRAM.value_and_grad(*arguments)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        taken.append(peak - 2 * values.nbytes)  # in stretches, and as one
    assert max(taken) < AT_ONCE
