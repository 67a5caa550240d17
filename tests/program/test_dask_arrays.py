"""Laws of Dask arrays: what a program returns for them is what it returns for NumPy's, lazily, one call a chunk."""

import itertools
import subprocess
import sys

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microgrand import GuardError, NonFiniteError, dot, exp, log, record, tanh
from microgrand.outer_errors import InputError
from microgrand.program import replay, workers
from microgrand.program.pairwise import pairwise

arrays = pytest.importorskip("dask.array", reason="Dask is not installed: pip install dask[array]")
dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed", reason="Dask's cluster is not installed: pip install distributed")

MODEL = record(lambda w, x, y: (tanh(w[0] * x[0] + w[1] * x[1]) - y) * exp(0.1 * w[0]), [0.5, -0.25], [1.0, 2.0], 0.5)
cuts = st.lists(st.integers(1, 7), min_size=1, max_size=40)  # the lengths of chunks
ASKED = {
    "value": lambda *arguments: MODEL(*arguments),
    "gradient in θ": lambda *arguments: MODEL.value_and_grad(*arguments),
    "gradient in lanes": lambda *arguments: MODEL.value_and_grad(*arguments, argnums=(1, 2)),
    "gradient in both": lambda *arguments: MODEL.value_and_grad(*arguments, argnums=(0, 1)),
    "jacobian": lambda *arguments: MODEL.jacobian(*arguments),
    "hessian": lambda *arguments: MODEL.hessian(*arguments),
    "hessian in lanes": lambda *arguments: MODEL.hessian(*arguments, argnums=1),
    "hvp": lambda *arguments: MODEL.hvp(*arguments, [1.0, -2.0]),
    "as recorded": lambda *arguments: MODEL(*arguments, regroup=False),
}
THETAS = {"list": list, "array": numpy.asarray, "Dask array": lambda theta: arrays.from_array(numpy.asarray(theta))}


def leaves(found):
    """The numbers and arrays of a nesting, in order."""
    return [leaf for item in found for leaf in leaves(item)] if isinstance(found, (list, tuple)) else [found]


def samples(lengths, seed=0):
    rng = numpy.random.default_rng(seed)
    return rng.normal(size=(sum(lengths), 2)), rng.normal(size=sum(lengths))


def cluster(**options):
    return distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0",
                                    **options)  # fmt: skip


@pytest.fixture(scope="module")
def two_processes():
    with cluster() as started, distributed.Client(started, set_as_default=False) as client:
        yield client


@settings(max_examples=10)
@given(cuts, st.sampled_from(sorted(ASKED)), st.sampled_from(sorted(THETAS)), st.booleans())
def test_dask_arrays_give_what_numpys_give(lengths, asked, theta, in_memory):
    """In every question, whatever the chunks, in the same structure: lanes bit for bit, with the chunks of the
    arguments; sums over the lanes up to rounding. All of it is Dask's. A NumPy array may stand beside Dask's.
    """
    x, y = samples(lengths)
    expected = leaves(ASKED[asked](numpy.array([0.5, -0.25]) if theta != "list" else [0.5, -0.25], x, y))
    blocks = arrays.from_array(x, chunks=(tuple(lengths), 1)), y if in_memory else arrays.from_array(y, chunks=3)
    found = leaves(ASKED[asked](THETAS[theta]([0.5, -0.25]), *blocks))
    assert [type(leaf) for leaf in found] == [arrays.Array] * len(expected)
    for leaf, number in zip(found, expected, strict=True):
        assert leaf.shape == numpy.shape(number)
        numbers = leaf.compute()
        assert (leaf.dtype, leaf.shape) == (numbers.dtype, numbers.shape)
        if numpy.ndim(number) and leaf.shape[0] == len(x) and len(x) > 2:
            assert leaf.chunks[0] == tuple(lengths)
            assert (numbers == number).all()
        else:
            numpy.testing.assert_allclose(numbers, number, rtol=1e-12, atol=1e-12)


@settings(max_examples=10)
@given(cuts)
def test_each_chunk_is_one_call(lengths):
    """Nothing is computed before it is asked for; then every chunk is looked at once, for value and gradient."""
    x, y = samples(lengths)
    loaded, answered = [], []

    def load(block, block_info=None):
        loaded.append(block_info[0]["chunk-location"])
        return block

    own = replay._of_arrays
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay, "_of_arrays", lambda *each: answered.append(each) or own(*each))
        source = arrays.from_array(x, chunks=(tuple(lengths), 2)).map_blocks(load, dtype=float)
        found = MODEL.value_and_grad([0.5, -0.25], source, y)
        assert (loaded, answered) == ([], [])
        dask.compute(*found, scheduler="synchronous")
    assert len(answered) == len(lengths)
    assert sorted(loaded) == [(k, 0) for k in range(len(lengths))]


@settings(max_examples=10)
@given(cuts)
def test_totals_are_the_same_bits_wherever_they_are_computed(two_processes, lengths):
    """Chunk after chunk in one process, Dask's chunks in its threads, and those on a cluster of two processes."""
    x, y = samples(lengths)
    ends = numpy.cumsum([0, *lengths])
    theta = [0.5, -0.25]
    one_by_one = ((theta, x[a:b], y[a:b]) for a, b in itertools.pairwise(ends))
    value, gradient = MODEL.total(one_by_one, argnums=0)
    blocks = arrays.from_array(x, chunks=(tuple(lengths), 2)), arrays.from_array(y, chunks=5)
    with dask.config.set(scheduler="threads"):
        assert MODEL.total([(theta, *blocks)], argnums=0) == (value, gradient)
        assert [float(each) for each in MODEL.value_and_grad(theta, *blocks)[1]] == gradient
    with two_processes.as_current():
        assert MODEL.total([(theta, *blocks)], argnums=0) == (value, gradient)


@given(st.integers(1, 300), st.integers(1, 4))
def test_pairs_are_the_same_in_groups(count, power):
    """Terms that are added one by one, and in groups of 2ᵏ neighbours, are added in the same pairs."""
    write = "({}+{})".format
    terms = [str(k) for k in range(count)]
    whole = pairwise(terms, write)
    while len(terms) > 1:
        terms = [pairwise(terms[k : k + 2**power], write) for k in range(0, len(terms), 2**power)]
    assert terms == [whole]


@given(cuts, st.data())
def test_what_is_wrong_in_a_chunk_is_told_with_chunk_and_row(lengths, data):
    """A number that is not finite, and a comparison that comes out otherwise, when the numbers are computed."""
    chunk = data.draw(st.integers(0, len(lengths) - 1))
    row = data.draw(st.integers(0, lengths[chunk] - 1))
    x = numpy.ones(sum(lengths))
    x[sum(lengths[:chunk]) + row] = -1.0
    blocks = arrays.from_array(x, chunks=(tuple(lengths),))
    for error, program in [
        (NonFiniteError, record(lambda w, x: w * log(x), 1.0, 1.0)),
        (GuardError, record(lambda w, x: w * x if x > 0.0 else x, 1.0, 1.0)),
    ]:
        for lazy in (program(2.0, blocks), program.value_and_grad(2.0, blocks)[1]):
            with pytest.raises(error, match=rf"^chunk {chunk}: .*row {row}\b"):
                lazy.compute()
        with pytest.raises(error, match=rf"^chunk {chunk}: .*row {row}\b"):
            program.total([(2.0, blocks)], argnums=0)
    assert numpy.isnan(record(lambda w, x: w * log(x), 1.0, 1.0)(2.0, blocks, allow_nonfinite=True).compute().sum())


def test_sums_that_overflow_together_say_so():
    """Each chunk's sum is finite, and their sum is not."""
    program = record(lambda w, x: w * x, 1.0, 1.0)
    blocks = arrays.from_array(numpy.array([1e308, 1e308]), chunks=1)
    with pytest.raises(NonFiniteError, match=r"^all chunks together: a sum over the rows is not finite"):
        program.value_and_grad(1.0, blocks)[1].compute()
    assert program.value_and_grad(1.0, blocks, allow_nonfinite=True)[1].compute() == numpy.inf


def test_chunks_of_unknown_lengths_are_refused_with_the_way_out():
    """A selection has chunks of unknown lengths; the call that the sentence names finds them."""
    x = arrays.from_array(numpy.arange(1.0, 9.0), chunks=3)
    program = record(lambda w, x: w * x, 1.0, 1.0)
    some = x[x > 3.0]
    with pytest.raises(ValueError, match=r"x has chunks of unknown lengths: x\.compute_chunk_sizes\(\) finds them"):
        program(2.0, some)
    assert program(2.0, some.compute_chunk_sizes()).compute().tolist() == [8.0, 10.0, 12.0, 14.0, 16.0]


def test_a_frame_is_taken_as_its_array():
    """A Dask frame and its columns give what their arrays give."""
    frames = pytest.importorskip("dask.dataframe", reason="frames are not installed: pip install dask[dataframe]")
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    x, y = samples([7, 5])
    frame = frames.from_pandas(pandas.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": y}), npartitions=3)
    found = MODEL([0.5, -0.25], frame[["a", "b"]], frame["y"])
    assert (found.compute() == MODEL([0.5, -0.25], x, y)).all()


# ---- workers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lacking", "told"),
    [("raise ImportError", "no microgrand"), ("__version__ = '0.0.9'", "microgrand 0.0.9")],
    ids=["without", "another version"],
)
def test_a_worker_that_cannot_compute_is_named_before_work_is_sent(tmp_path, lacking, told):
    """Its address, what it has, what it needs, and the call that installs it."""
    (tmp_path / "microgrand").mkdir()
    (tmp_path / "microgrand" / "__init__.py").write_text("")
    (tmp_path / "microgrand" / "version.py").write_text(lacking)
    x = arrays.ones(4, chunks=2)
    program = record(lambda w, x: w * x, 1.0, 1.0)
    with cluster(env={"PYTHONPATH": str(tmp_path)}) as started, distributed.Client(started) as client:
        client.run(lambda path: (sys.path.insert(0, path), sys.modules.pop("microgrand", None)), str(tmp_path))
        needed = workers.__version__
        with pytest.raises(InputError, match=rf"^the worker tcp://\S+ has {told}, .* needs {needed}: .*PipInstall"):
            program(2.0, x)
    assert program(2.0, x).compute().tolist() == [2.0] * 4


def test_dask_is_imported_for_dask_arrays_alone():
    """A replay on NumPy's arrays loads nothing of Dask."""
    code = (
        "import sys, numpy; from microgrand import record; record(lambda w, x: w * x, 1.0, 1.0)"
        ".value_and_grad(2.0, numpy.ones(3)); print([name for name in sys.modules if name.startswith('dask')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("order", ["C", "F", "columns of a wider array"])
def test_totals_depend_neither_on_threads_nor_on_where_numbers_lie(two_processes, order):
    """However many threads BLAS may have, in whatever order the numbers of a chunk stand in memory, and wherever they
    arrive in that of another process.
    """
    limits = pytest.importorskip("threadpoolctl", reason="threadpoolctl is not installed").threadpool_limits
    rng = numpy.random.default_rng(0)
    x = rng.normal(size=(5000, 100))
    wide = numpy.zeros((5000, 150))
    wide[:, :100] = x
    program = record(lambda w, x: tanh(dot(w, x)), [0.5] * 100, [1.0] * 100)
    with limits(1):
        expected = program.total([([0.5] * 100, x)], argnums=0)
    laid = wide[:, :100] if order == "columns of a wider array" else numpy.asarray(x, order=order)
    for threads in (1, 2, 4):
        with limits(threads):
            assert program.total([([0.5] * 100, laid)], argnums=0) == expected
            blocks = arrays.from_array(laid, chunks=5000)
            with dask.config.set(scheduler="threads"):
                assert program.total([([0.5] * 100, blocks)], argnums=0) == expected
            with two_processes.as_current():
                assert program.total([([0.5] * 100, blocks)], argnums=0) == expected
