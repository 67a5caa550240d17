"""Laws of releasing graphs: whatever holds the last reference, the memory comes back and no other is touched."""

import subprocess
import sys

import pytest
import release_scenarios
from release_scenarios import EXIT_CODES, SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
def test_graphs_are_released(name):
    """A process that lets graphs go in this way neither crashes nor complains, and keeps none of their memory."""
    if name == "without_memory":
        pytest.importorskip("_testcapi", reason="Python's _testcapi is not installed: apt install libpython3-testsuite")
    command = [sys.executable, release_scenarios.__file__, name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (EXIT_CODES.get(name, 0), "", "")
