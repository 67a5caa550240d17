"""Laws of the kernels before they are compiled: the text that a build writes computes what the table says."""

import json
import subprocess
import sys
from pathlib import Path

import calls
import pytest

import microgrand

PROGRAM = Path(__file__).with_name("with_kernels.py")


@pytest.mark.skipif(microgrand.COMPILED, reason="a compiled build has its kernels: test_builds.py compares them")
def test_rows_with_kernels_tell_what_rows_without_tell():
    """With the kernels of all rows, run by Python, every call gives the same number, bit for bit, or error."""
    done = subprocess.run([sys.executable, PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with_kernels, without = json.loads(done.stdout), calls.tell_all()
    assert len(with_kernels) == len(without) > 10_000
    assert [
        (name, told, there) for (name, told), (_, there) in zip(without, with_kernels, strict=True) if told != there
    ] == []
