"""Laws of threads: what is computed on several is what one computes, and BLAS has its own back afterwards."""

import warnings

import numpy
import pytest

from microgrand.program.threads import in_threads, one_thread, threads_of_blas
from microgrand.training import SoftmaxClassifier

threadpoolctl = pytest.importorskip("threadpoolctl", reason="threadpoolctl is not installed")


def counts():
    return [each["num_threads"] for each in threadpoolctl.threadpool_info() if each["user_api"] == "blas"]


def limits(threads):
    return threadpoolctl.threadpool_limits(threads, "blas")


def test_threads_that_ask_together_get_their_threads_back():
    """Matrix products have one thread while anybody needs that, in whatever order they come and go."""
    before = counts()
    first, second = one_thread(), one_thread()
    first.__enter__()
    second.__enter__()
    assert set(counts()) <= {1}
    first.__exit__(None, None, None)
    assert set(counts()) <= {1}
    second.__exit__(None, None, None)
    assert counts() == before


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("items", [0, 1, 3, 4, 100])
def test_items_come_in_order_on_any_number_of_threads(items, threads):
    """As a loop gives them; inside there is one thread of BLAS for each, and no warning of NumPy's."""
    with limits(threads), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert threads_of_blas() == threads
        before = counts()
        found = in_threads(lambda k: (k, float(numpy.exp(numpy.array([1e4 + k]))[0]), max(counts())), range(items))
        assert counts() == before
    assert [k for k, _, _ in found] == list(range(items))
    assert {x for _, x, _ in found} <= {numpy.inf}
    assert {inside for _, _, inside in found} <= ({1} if items >= 4 else {threads})


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_is_that_of_its_item(threads):
    """What a function raises for an item comes out, and BLAS has its threads back."""
    with limits(threads):
        before = counts()
        with pytest.raises(ZeroDivisionError):
            in_threads(lambda k: 1 // (k - 20), range(50))
        assert counts() == before


@pytest.mark.parametrize("kind", ["float64", "float32"])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_fit_has_the_same_bits_on_any_number_of_threads(weighted, kind):
    """Of samples that are many stretches; single precision is fitted as the same numbers in double precision."""
    rng = numpy.random.default_rng(0)
    y = rng.integers(0, 2, 80_000)
    x = (rng.normal(size=(80_000, 5)) + y[:, None]).astype(kind)
    weights = rng.uniform(size=80_000) if weighted else None
    found = []
    for threads in (1, 2, 3):
        with limits(threads):
            classifier = SoftmaxClassifier().fit(x, y, weights)
        found.append([*classifier.coef_.ravel().tolist(), *classifier.intercept_.tolist()])
    assert found[1:] == found[:-1]
    assert found[0] == [
        *(again := SoftmaxClassifier().fit(x.astype(float), y, weights)).coef_.ravel(),
        *again.intercept_,
    ]
