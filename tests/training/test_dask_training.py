"""Laws of training on Dask's samples: loaded once, checked as NumPy's are, the same bits wherever they lie."""

import os
import signal
import warnings

import numpy
import pytest
from calls import told
from hypothesis import given, settings
from hypothesis import strategies as st

from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, NonFiniteError, Sequential, SquaredError, Tanh
from microgrand.program.dask_arrays import Graph
from microgrand.training import Objective, SoftmaxClassifier, blockwise, lbfgs

arrays = pytest.importorskip("dask.array", reason="Dask is not installed: pip install dask[array]")
distributed = pytest.importorskip("distributed", reason="Dask's cluster is not installed: pip install distributed")

C = 0.01  # a strong penalty, so that few sweeps lead to the optimum
FEW = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def samples(count=60, seed=0):
    rng = numpy.random.default_rng(seed)
    y = rng.integers(0, 3, count)
    return rng.normal(size=(count, 2)) + y[:, None], y, rng.uniform(0.5, 2.0, count)


def in_blocks(x, length=13):
    return arrays.from_array(x, chunks=(length, *numpy.shape(x)[1:]))


def counted(x, loaded, length=13):
    """The same as a Dask array that tells which of its blocks are loaded."""

    def load(block, block_info=None):
        loaded.append(block_info[0]["chunk-location"][0])
        return block

    return in_blocks(x, length).map_blocks(load, dtype=x.dtype, meta=x[:0])


@FEW
@pytest.mark.parametrize("solver", ["lbfgs", "momentum"])
def test_every_block_is_loaded_once(solver):
    """However many epochs there are: X, y and weights are kept where they are."""
    loaded = [[], [], []]
    X, y, w = [counted(each, some) for each, some in zip(samples(), loaded, strict=True)]
    fitted = SoftmaxClassifier(solver=solver, max_iter=5, tol=0.0).fit(X, y, w)
    assert fitted.n_iter_[0] == 5
    assert [sorted(some) for some in loaded] == [[0, 1, 2, 3, 4]] * 3


@FEW
def test_where_memory_is_too_small_that_is_told_once(monkeypatch):
    """One warning says that blocks are loaded again, and what to do; the numbers are the same."""
    X, y, _ = samples()
    kept = SoftmaxClassifier(max_iter=3).fit(in_blocks(X), in_blocks(y))
    monkeypatch.setattr(blockwise, "_room", lambda: 100.0)
    loaded = []
    with warnings.catch_warnings(record=True, action="always") as given_warnings:
        found = SoftmaxClassifier(max_iter=3).fit(counted(X, loaded), in_blocks(y))
    memory = [str(each.message) for each in given_warnings if "memory" in str(each.message)]
    assert len(memory) == 1
    assert "they are loaded again at every epoch, unless there are more workers" in memory[0]
    assert len(loaded) > 15
    assert (found.coef_ == kept.coef_).all()


@settings(max_examples=20)
@given(st.integers(1, 400))
def test_one_sweep_takes_one_task_a_block(blocks):
    """And one for each sixteen, to add them up, and so on, to the root."""
    X, y = numpy.zeros((blocks, 2)), numpy.arange(blocks) % 2
    objective = Objective(_softmax(2, 2), in_blocks(X, 1), in_blocks(y, 1))
    objective([0.0] * 4)
    counts = []
    with pytest.MonkeyPatch.context() as patch:
        own = Graph.computed
        patch.setattr(Graph, "computed", lambda graph, key: (counts.append(len(graph.tasks)), own(graph, key))[1])
        objective([0.1] * 4)
    assert counts[0] <= blocks + blocks / 15 + 3


def _softmax(n_in, n_out):
    theta = [[0.0] * n_in for _ in range(n_out)]
    return Sequential(Linear(n_in, n_out, theta=theta), LogSoftmax(), NegativeLogLikelihood())


# ---- checks ----------------------------------------------------------------------------------------------------------


def _with(array, place, item):
    changed = numpy.array(array, dtype=object if isinstance(item, str) else float)
    changed[place] = item
    return changed


FAULTS = {
    "nan in X": lambda X, y, w, k: (_with(X, (k, 1), numpy.nan), y, w),
    "infinity in X": lambda X, y, w, k: (_with(X, (k, 0), -numpy.inf), y, w),
    "a word in X": lambda X, y, w, k: (_with(X, (k, 0), "a"), y, w),
    "complex X": lambda X, y, w, k: (X * 1j, y, w),
    "nan in y": lambda X, y, w, k: (X, _with(y, k, numpy.nan), w),
    "infinity in y": lambda X, y, w, k: (X, _with(y, k, numpy.inf), w),
    "continuous y": lambda X, y, w, k: (X, y + 0.5, w),
    "one that is no class": lambda X, y, w, k: (X, _with(y, k, 0.25), w),
    "one class": lambda X, y, w, k: (X, 0 * y, w),
    "a negative weight": lambda X, y, w, k: (X, y, _with(w, k, -1.0)),
    "nan among the weights": lambda X, y, w, k: (X, y, _with(w, k, numpy.nan)),
    "no weight": lambda X, y, w, k: (X, y, 0.0 * w),
    "fewer classes than samples": lambda X, y, w, k: (X, y[1:], w),
    "several classes a sample": lambda X, y, w, k: (X, numpy.stack([y, y], axis=1), w),
    "no matrix": lambda X, y, w, k: (X[:, 0], y, w),
    "one sample": lambda X, y, w, k: (X[:1], y[:1], w[:1]),
    "no feature": lambda X, y, w, k: (X[:, :0], y, w),
    "nothing wrong": lambda X, y, w, k: (X, y, w),
    "one weight for all": lambda X, y, w, k: (X, y, 2.0),
}


@settings(max_examples=5)
@given(st.integers(0, 59), st.integers(5, 60))
@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_refused_is_refused_in_the_same_words(fault, k, length):
    """Whatever NumPy's samples are refused for, in whatever block it stands; and what is taken of these is taken."""
    X, y, w = FAULTS[fault](*samples(), k)
    blocks = [each if numpy.ndim(each) == 0 else in_blocks(each, length) for each in (X, y, w)]
    fit = SoftmaxClassifier(C=C, tol=1e-3).fit
    expected, *found = [
        told(lambda given=each: fit(*given)).splitlines()[0] for each in ((X, y, w), blocks, (blocks[0], y, w))
    ]  # what follows on other lines may be the numbers themselves
    assert found == [expected] * 2
    refused = expected.startswith(("ValueError", "TypeError"))
    assert refused == (fault not in ("nothing wrong", "one weight for all"))


def test_many_classes_are_warned_of_as_numpys_are():
    """Where more than half of the samples have a class of their own: in the whole, and not in a small block."""
    X, _, _ = samples(60)
    fit = SoftmaxClassifier(C=C, tol=1e-2).fit
    with pytest.warns(UserWarning, match="unique classes is greater than 50%"):
        fit(in_blocks(X), in_blocks(numpy.arange(60) % 40))
    fit(in_blocks(X, 30), in_blocks(numpy.concatenate([numpy.arange(25), numpy.arange(35) % 5])))


def test_a_sample_that_is_no_number_is_named_where_a_cost_is_recorded():
    """A network that must be recorded on the first sample and the last does not blame itself for what they hold."""
    X, y, _ = samples()
    network = Sequential(Linear(2, 2), Tanh(), Linear(2, 1), SquaredError())
    for place in (0, 59):
        objective = Objective(network, in_blocks(_with(X, (place, 0), numpy.nan)), in_blocks(y * 1.0))
        with pytest.raises(NonFiniteError, match=rf"^sample {place} holds a number that is not finite"):
            objective.cost()


@settings(max_examples=5)
@given(st.sampled_from(["array", "list", "Series", "Dask array", "cut in another way"]), st.booleans())
def test_classes_and_weights_come_in_any_form(form, weighted):
    """In memory or Dask's, whatever their chunks: the same bits."""
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    X, y, w = samples()
    forms = {"array": numpy.asarray, "list": list, "Series": pandas.Series, "Dask array": in_blocks,
             "cut in another way": lambda each: in_blocks(each, 7)}  # fmt: skip
    found, expected = [
        SoftmaxClassifier(C=C).fit(in_blocks(X), make(y), make(w) if weighted else None)
        for make in (forms[form], in_blocks)
    ]
    assert (found.coef_ == expected.coef_).all()
    assert (found.classes_ == [0, 1, 2]).all()


# ---- predictions -----------------------------------------------------------------------------------------------------

METHODS = ("predict", "predict_proba", "predict_log_proba", "decision_function")


@settings(max_examples=10)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=5), st.sampled_from(METHODS), st.sampled_from([2, 3]),
       st.sampled_from(["float64", "float32", "int64"]), st.booleans())  # fmt: skip
def test_predictions_of_dasks_samples_stay_dasks(lengths, method, classes, kind, words):
    """Lazy, in the same blocks, of the same type and the same bits as NumPy's, block by block."""
    X, y, _ = samples()
    y = y % classes
    fitted = SoftmaxClassifier(C=C).fit(X, numpy.array(["a", "b", "c"])[y] if words else y)
    new = (10.0 * samples(sum(lengths), 1)[0]).astype(kind)
    loaded = []
    found = getattr(fitted, method)(counted(new, loaded, (tuple(lengths))))
    assert (type(found), loaded) == (arrays.Array, [])
    assert found.chunks[0] == tuple(lengths)
    ends = numpy.cumsum([0, *lengths])
    expected = numpy.concatenate(
        [getattr(fitted, method)(new[start : start + size]) for start, size in zip(ends, lengths, strict=False)]
    )
    numbers = found.compute()
    assert (found.shape, found.dtype) == (numbers.shape, numbers.dtype) == (expected.shape, expected.dtype)
    assert (numbers == expected).all()
    assert sorted(loaded) == list(range(len(lengths)))


def test_names_of_a_frame_are_kept_and_looked_at():
    """Those of a Dask frame are those of the features; other names, and NaN, are refused as pandas' are."""
    frames = pytest.importorskip("dask.dataframe", reason="frames are not installed: pip install dask[dataframe]")
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    X, y, _ = samples()
    frame = pandas.DataFrame({"age": X[:, 0], "height": X[:, 1], "kind": y})
    blocks = frames.from_pandas(frame, npartitions=4)
    names = ["age", "height"]
    found = SoftmaxClassifier(C=C).fit(blocks[names], blocks["kind"])
    assert found.feature_names_in_.tolist() == names
    assert found.n_features_in_ == 2
    in_memory = SoftmaxClassifier(C=C).fit(frame[names], frame["kind"])
    assert numpy.allclose(found.coef_, in_memory.coef_, atol=1e-6)
    assert (found.predict(blocks[names]).compute() == in_memory.predict(frame[names])).all()
    missing = frame[names].mask(frame["age"] > 1.0)
    for wrong, lazy in [
        (frame[["height", "age"]], blocks[["height", "age"]]),
        (frame[["age"]], blocks[["age"]]),
        (missing, frames.from_pandas(missing, npartitions=1)),
    ]:
        expected = told(lambda wrong=wrong: in_memory.predict(wrong))
        assert expected.startswith("ValueError")
        assert told(lambda lazy=lazy: found.predict(lazy).compute()) == expected
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        found.predict(in_blocks(X))


# ---- clusters --------------------------------------------------------------------------------------------------------


def two_processes():
    return distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0")


def test_a_worker_that_dies_changes_no_bit():
    """Threads, two processes, and two of which one is killed in the middle of the fit: the same numbers."""
    X, y, w = samples(200)
    blocks = in_blocks(X), in_blocks(y), in_blocks(w)

    def trained(after_each=None):
        objective = Objective(_softmax(2, 3), *blocks[:2], weights=blocks[2])
        history = lbfgs(objective, epochs=8, tolerance=0.0, callback=after_each, progress=False)
        return history.costs, objective.theta()

    expected = trained()
    assert len(expected[0]) > 5
    with two_processes() as cluster, distributed.Client(cluster) as client:
        assert trained() == expected
        (first, *_), seen = client.run(os.getpid).values(), []

        def kill(history):
            seen.append(len(history.costs))
            if len(seen) == 3:
                os.kill(first, signal.SIGKILL)

        assert trained(kill) == expected
        client.wait_for_workers(2)
        assert first not in client.run(os.getpid).values()


def test_a_classifier_of_a_cluster_is_that_of_threads():
    """Bit for bit, and so are its predictions."""
    X, y, w = samples(200)
    blocks = in_blocks(X), in_blocks(y), in_blocks(w)
    expected = SoftmaxClassifier(C=C, tol=1e-3).fit(*blocks)
    with two_processes() as cluster, distributed.Client(cluster):
        found = SoftmaxClassifier(C=C, tol=1e-3).fit(*blocks)
        assert (found.predict_proba(blocks[0]).compute() == expected.predict_proba(X)).all()
    assert (found.coef_ == expected.coef_).all()
    assert (found.intercept_ == expected.intercept_).all()
