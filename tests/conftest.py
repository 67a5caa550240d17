"""Three profiles of the suite, chosen by HYPOTHESIS_PROFILE: `fast` unless told, `thorough` (.ci/run) and `chance`.

The thorough one draws more examples, and runs what is marked `@pytest.mark.thorough(why)` too: graphs of millions of
nodes, long searches, what proves the data and not the package. Both draw the same examples each time and everywhere, so
that a change that is red broke something. `chance` draws more, and others each time: to find what nobody looked for.
"""

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture.providers import Constants, HypothesisProvider

os.environ.setdefault("SCIPY_ARRAY_API", "1")  # read by SciPy: the checks of scikit-learn then skip nothing
for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # the suite runs on all cores: threads that wait for each other slow it down
os.environ.setdefault("MICROGRAND_PROGRESS", "0")  # notebooks and commands that tests start are quiet, too
SETTINGS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much]}
settings.register_profile("fast", max_examples=40, derandomize=True, **SETTINGS)
settings.register_profile("thorough", max_examples=100, derandomize=True, **SETTINGS)
settings.register_profile("chance", max_examples=300, **SETTINGS)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "fast")
settings.load_profile(PROFILE)
if PROFILE != "chance":
    # Hypothesis draws constants of the modules that happen to be loaded: a test alone, the suite, another worker and
    # another build differ in them, and would draw other examples.
    HypothesisProvider._local_constants = Constants()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `thorough`, except in its profiles."""
    if PROFILE in ("thorough", "chance"):
        return
    left_out = [item for item in items if item.get_closest_marker("thorough")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("thorough")]


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Look for doctests in the package only: a file of tests is collected once."""
    found = yield
    return [collector for collector in found if type(collector).__name__ != "DoctestModule"]
