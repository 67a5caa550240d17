"""Laws of the two builds: compiled or plain, microgrand gives the same numbers and the same words."""

import json
import os
import subprocess
import sys

import calls
import pytest

import microgrand

pytestmark = pytest.mark.skipif(
    not microgrand.COMPILED, reason="no compiled build is installed: build one, see CONTRIBUTING.md"
)


@pytest.fixture(scope="module")
def plain():
    """What the plain source tells, which lies beside the compiled modules."""
    environment = {**os.environ, "MICROGRAND_PURE": "1"}
    done = subprocess.run([sys.executable, calls.__file__], env=environment, capture_output=True, text=True, check=True)
    compiled, told = json.loads(done.stdout)
    assert compiled is False
    return told


def test_the_builds_agree(plain):
    """Every row at its edges, random graphs, and wrong calls of every entry point: the same numbers bit for bit, the
    same errors in the same words.
    """
    ours = calls.tell_all()
    assert len(ours) == len(plain) > 10_000
    different = [(name, told, there) for (name, told), (_, there) in zip(ours, plain, strict=True) if told != there]
    assert different == []


def test_the_compiled_build_keeps_its_size():
    """A computed node takes 128 bytes on a machine of 64 bits, and the garbage collector does not track it."""
    import gc

    y = microgrand.Value(2.0) * 3.0
    assert sys.getsizeof(y) <= 128
    assert not gc.is_tracked(y)
