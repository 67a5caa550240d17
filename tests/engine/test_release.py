"""Laws of releasing graphs: whatever holds the last reference, the memory comes back and no other is touched."""

import subprocess
import sys

import pytest
import release_scenarios
from release_scenarios import EXIT_CODES, LACKING, SCENARIOS

HERE = sys.platform == "emscripten"  # no process can be started: a scenario runs in this one, and a crash ends it


@pytest.mark.parametrize("name", SCENARIOS)
def test_graphs_are_released(name, monkeypatch):
    """A process that lets graphs go in this way neither crashes nor complains, and keeps none of their memory."""
    if HERE and name in LACKING:
        pytest.skip(f"Pyodide lacks {LACKING[name]}")
    if name == "without_memory":
        pytest.importorskip("_testcapi", reason="Python's _testcapi is not installed: apt install libpython3-testsuite")
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    assert (run_here if HERE else run)(name) == (EXIT_CODES.get(name, 0), "", "")


def run(name):
    """What a process that runs the scenario ends with, and what it prints."""
    command = [sys.executable, release_scenarios.__file__, name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


def run_here(name):
    """The same of this process; `main` raises SystemExit where memory was not released."""
    release_scenarios.main(name)
    return 0, "", ""
