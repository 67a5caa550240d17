"""Laws of the two builds: compiled or plain, microgrand gives the same numbers and the same words."""

import json
import os
import subprocess
import sys

import calls
import public_names
import pytest

import microgrand

pytestmark = pytest.mark.skipif(
    not microgrand.COMPILED, reason="no compiled build is installed: build one, see CONTRIBUTING.md"
)


def told(program, compiled):
    """What a program tells of one build, in a process of its own: what tests before leave in classes is not told."""
    environment = {**os.environ, "MICROGRAND_PURE": "0" if compiled else "1"}
    command = [sys.executable, program.__file__]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    is_compiled, told = json.loads(done.stdout)
    assert is_compiled is compiled
    return told


def differences(program):
    """How much a program tells, and what the plain source, which lies beside the compiled modules, tells otherwise."""
    ours, plain = told(program, True), told(program, False)
    assert [question for question, _ in ours] == [question for question, _ in plain]
    pairs = zip(ours, plain, strict=True)
    return len(ours), [(question, told, there) for (question, told), (_, there) in pairs if told != there]


def test_the_builds_agree():
    """Every row at its edges, random graphs, and wrong calls of every entry point: the same numbers bit for bit, the
    same errors in the same words.
    """
    count, different = differences(calls)
    assert count > 10_000
    assert different == []


def test_the_builds_look_alike():
    """Every public name, its methods and properties, and the types of what it returns have the same names, signatures,
    docstrings, source and `help`, and refuse wrong calls in the same words.
    """
    count, different = differences(public_names)
    assert count > 10_000
    assert different == []


def test_what_is_compiled_is_still_called():
    """A method whose arguments are given by their places runs no Python; by name, the outline puts them in order."""
    x = microgrand.Value(3.0)
    y = x * x
    frames = []
    sys.setprofile(lambda frame, event, argument: frames.append(frame.f_code.co_name) if event == "call" else None)
    y.backward(), type(y).backward(y), y.parents, microgrand.sweep(y)
    y.backward(accumulate=False)
    sys.setprofile(None)
    assert frames == ["backward"]  # the last
    assert microgrand.Value.backward.__code__.co_names == ("compiled_Value_backward",)
    assert x.grad == 6.0


def test_shown_functions_are_pickled_and_copied_by_name():
    """As the functions of a source are."""
    import copy
    import pickle

    for function in (microgrand.grad, microgrand.Value.backward, microgrand.Linear.forward):
        assert pickle.loads(pickle.dumps(function)) is function
        assert copy.deepcopy(function) is copy.copy(function) is function


def test_a_shown_property_is_of_what_can_be_read_and_set():
    """Anything else in the place of the compiled one is a TypeError, as the first look at it would crash."""
    from microgrand.compiled.shown import Property

    for wrong in (3, test_the_builds_agree):
        with pytest.raises(TypeError, match="a property is compiled to what can be read and set; got one of type"):
            Property(property(), wrong)


def test_the_compiled_build_keeps_its_size():
    """A computed node takes 128 bytes on a machine of 64 bits, and the garbage collector does not track it."""
    import gc

    y = microgrand.Value(2.0) * 3.0
    assert sys.getsizeof(y) <= 128
    assert not gc.is_tracked(y)
