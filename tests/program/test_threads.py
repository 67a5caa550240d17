"""Laws of threads: what is computed on several is what one computes, and BLAS has its own back afterwards."""

import os
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest

from microgrand.program.threads import in_threads, one_thread, threads_of_blas
from microgrand.training import SoftmaxClassifier

threadpoolctl = pytest.importorskip("threadpoolctl", reason="threadpoolctl is not installed")


def counts():
    return [each["num_threads"] for each in threadpoolctl.threadpool_info() if each["user_api"] == "blas"]


def limits(threads):
    return threadpoolctl.threadpool_limits(threads, "blas")


pytestmark = pytest.mark.skipif(not counts(), reason="NumPy's BLAS is none that threadpoolctl knows, such as Apple's")


@pytest.mark.parametrize("order", ["AaBb", "ABab", "ABba", "ABbaAa"])
def test_python_threads_that_ask_together_get_their_threads_back(order):
    """A and B begin to ask for one thread, a and b end: there is one while anybody asks, and all come back after that,
    in whatever order, and whatever thread asks; then another thread can set limits of its own.
    """
    with limits(2):
        before = counts()
        asking, workers = {}, {name: ThreadPoolExecutor(1) for name in "AB"}
        for step in order:
            name = step.upper()
            if step == name:
                asking[name] = one_thread()
                workers[name].submit(asking[name].__enter__).result()
            else:
                workers[name].submit(asking.pop(name).__exit__, None, None, None).result()
            assert (set(counts()) == {1}) == bool(asking)
        for name in list(asking):
            workers[name].submit(asking.pop(name).__exit__, None, None, None).result()
        assert counts() == before
        with limits(1):
            assert set(counts()) == {1}
        assert counts() == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_fork_gets_the_threads_back():
    """A child that is forked while another thread asks for one thread has all of them, and can ask itself."""
    code = (
        "import os, threading, threadpoolctl, numpy\n"
        "from microgrand.program.threads import one_thread, threads_of_blas\n"
        "threadpoolctl.threadpool_limits(2, 'blas')\n"
        "inside, over = threading.Event(), threading.Event()\n"
        "def ask():\n"
        "    with one_thread():\n"
        "        inside.set(); over.wait()\n"
        "asker = threading.Thread(target=ask); asker.start(); inside.wait()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    before = threads_of_blas()\n"
        "    with one_thread(): here = threads_of_blas()\n"
        "    os._exit(0 if (before, here) == (2, 1) else 1)\n"
        "_, status = os.waitpid(child, 0); over.set(); asker.join()\n"
        "print(os.waitstatus_to_exitcode(status), threads_of_blas())\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("0 2\n", "")


def test_a_fit_may_outlive_the_main_thread():
    """Python starts no threads any more once the main thread has ended: the fit goes on alone."""
    code = (
        "import threading, time, numpy\n"
        "from microgrand.training import SoftmaxClassifier\n"
        "x = numpy.random.default_rng(0).normal(size=(200_000, 4)); y = (x[:, 0] > 0.5).astype(int)\n"
        "def work():\n"
        "    threading.main_thread().join()\n"
        "    print(SoftmaxClassifier(tol=1e-3).fit(x, y).score(x, y) > 0.9)\n"
        "threading.Thread(target=work).start()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("True\n", "")


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
    assert {inside for _, _, inside in found} <= {1}


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
@pytest.mark.parametrize("count", [5_000, 40_000, 80_000])
def test_a_fit_has_the_same_bits_on_any_number_of_threads(count, weighted, kind):
    """Of few stretches and of many; single precision is fitted as the same numbers in double precision."""
    rng = numpy.random.default_rng(0)
    y = rng.integers(0, 2, count)
    x = (rng.normal(size=(count, 5)) + y[:, None]).astype(kind)
    weights = rng.uniform(size=count) if weighted else None
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
