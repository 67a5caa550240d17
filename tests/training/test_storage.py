"""Laws of parameters as files: what is saved is loaded, bit for bit; nothing else is; a file is always whole."""

import json
import math
import random
import signal
import subprocess
import sys
import time

import calls
import numpy
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from microgrand import InputError, Layer, Linear, LogSoftmax, NegativeLogLikelihood, Sequential, Tanh, Value
from microgrand.training import GradientDescent, Objective, load, save, train
from microgrand.training.storage import as_arrays

ENDINGS = [".safetensors", ".json"]


class Odd(Layer):
    """Parameters in every kind of place: alone, ragged, by key."""

    def __init__(self, rng):
        self.scale = Value(rng.random())
        self.ragged = [[Value(rng.random())], [Value(rng.random()), Value(rng.random())]]
        self.gates = {"left": [Value(rng.random())], "right": Value(rng.random())}
        self.inner = [Linear(2, 2, bias=True, rng=rng), Tanh(), Linear(2, 1, rng=rng)]

    def forward(self, z):
        return [self.scale * zi for zi in z]


def network(seed=1):
    rng = random.Random(seed)
    return Sequential(Odd(rng), Linear(2, 3, bias=True, rng=rng), Tanh(), Sequential(Linear(3, 2, rng=rng)))


def numbers(layer):
    return {name: theta.data for name, theta in layer.named_parameters().items()}


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_saved_is_loaded(ending, tmp_path):
    """Another network of the same shape has, once loaded, the same numbers under the same names, frozen or not."""
    first, second = network(1), network(2)
    first.layers[1].freeze()
    save(first, tmp_path / f"theta{ending}")
    assert numbers(first) != numbers(second)
    assert load(second, str(tmp_path / f"theta{ending}")) is second
    assert numbers(first) == numbers(second)


@pytest.mark.parametrize("ending", ENDINGS)
@given(theta=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_every_float_survives(ending, theta, tmp_path_factory):
    """Numbers come back bit for bit: subnormal ones, -0.0, the largest."""
    path = tmp_path_factory.mktemp("theta") / f"theta{ending}"
    save(Linear(len(theta), 1, theta=[theta]), path)
    found = load(Linear(len(theta), 1), path).theta[0]
    assert [t.data.hex() for t in found] == [number.hex() for number in theta]


def test_safetensors_are_read_by_their_own_library(tmp_path):
    """A file of safetensors holds one float64 array per name, for any reader; arrays of 32 bits are loaded as well."""
    save(Sequential(Linear(2, 3, bias=True, theta=[[1, 2], [3, 4], [5, 6]])), tmp_path / "a.safetensors")
    arrays = safetensors.numpy.load_file(tmp_path / "a.safetensors")
    assert {name: (array.shape, str(array.dtype)) for name, array in arrays.items()} == {
        "0.theta": ((3, 2), "float64"),
        "0.bias": ((3,), "float64"),
    }
    assert arrays["0.theta"].tolist() == [[1, 2], [3, 4], [5, 6]]
    halves = {"0.theta": numpy.full((3, 2), 0.5, "float32"), "0.bias": numpy.arange(3)}
    safetensors.numpy.save_file(halves, tmp_path / "b.safetensors")
    found = load(Sequential(Linear(2, 3, bias=True)), tmp_path / "b.safetensors")
    assert [t.data for t in found.parameters()] == [0.5] * 6 + [0.0, 1.0, 2.0]


def test_infinite_numbers_need_safetensors(tmp_path):
    """NaN and infinities survive in safetensors, and are refused by JSON, which has none."""
    layer = Linear(2, 1, theta=[[math.inf, math.nan]])
    save(layer, tmp_path / "a.safetensors")
    first, second = load(Linear(2, 1), tmp_path / "a.safetensors").theta[0]
    assert (first.data, math.isnan(second.data)) == (math.inf, True)
    with pytest.raises(InputError, match=r"JSON has no NaN and no infinity, \.safetensors has"):
        save(layer, tmp_path / "a.json")
    assert not (tmp_path / "a.json").exists()


@pytest.mark.parametrize("ending", ENDINGS)
def test_another_network_is_told_apart(ending, tmp_path):
    """Names that are missing, names too many and other shapes are all told in one sentence, and nothing is changed."""
    path = tmp_path / f"theta{ending}"
    save(Sequential(Linear(2, 3, bias=True), Tanh(), Linear(3, 2)), path)
    other = Sequential(Linear(2, 3), Linear(3, 3), Linear(3, 2))
    before = numbers(other)
    with pytest.raises(InputError) as error:
        load(other, path)
    for part in ("1.theta is missing", "0.bias is not in the network", "is of another network"):
        assert part in str(error.value)
    with pytest.raises(InputError, match=r"2.theta has the shape \(2, 3\) instead of \(3, 3\)"):
        load(Sequential(Linear(2, 3, bias=True), Tanh(), Linear(3, 3)), path)
    assert numbers(other) == before


BAD = {
    "a.json": [b"", b"{", b"[]", b'{"format": "other", "version": 1}', b"\xff", b'{"format": "microgrand parameters"}'],
    "a.safetensors": [b"", b"\x00" * 8, b"not safetensors at all", b"\xff" * 64],
}


@pytest.mark.parametrize(("name", "content"), [(name, content) for name in BAD for content in BAD[name]])
def test_other_files_are_refused(name, content, tmp_path):
    """A file that holds something else is an InputError of one line."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as error:
        load(Linear(1, 1), tmp_path / name)
    assert name in str(error.value)
    assert "\n" not in str(error.value)


def test_bad_numbers_in_json_are_refused(tmp_path):
    """Text, truth values, ragged rows and nothing at all are no numbers."""
    save(Sequential(Linear(2, 2)), tmp_path / "a.json")
    fields = json.loads((tmp_path / "a.json").read_text())
    for theta in ("x", [["x", 1], [1, 1]], [[1], [1, 2]], [], [[True, 1], [1, 1]], None):
        (tmp_path / "a.json").write_text(json.dumps({**fields, "parameters": {"0.theta": theta}}))
        with pytest.raises(InputError, match=r"a\.json"):
            load(Sequential(Linear(2, 2)), tmp_path / "a.json")


@pytest.mark.parametrize("dtype", ["bool", "complex64"])
def test_numbers_that_are_not_real_are_refused(dtype, tmp_path):
    """A file of safetensors with truth values or complex numbers is refused, naming the array and its type."""
    safetensors.numpy.save_file({"theta": numpy.ones((1, 2), dtype)}, tmp_path / "a.safetensors")
    with pytest.raises(InputError, match=r"theta holds numbers of the type (BOOL|C64)"):
        load(Linear(2, 1), tmp_path / "a.safetensors")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_later_version_is_told(ending, tmp_path, monkeypatch):
    """It says its version, and which one is read here."""
    path = tmp_path / f"a{ending}"
    monkeypatch.setattr("microgrand.training.storage.VERSION", 2)
    save(Linear(2, 1), path)
    monkeypatch.undo()
    with pytest.raises(InputError, match=r"its version is '?2'?, and this microgrand reads version 1"):
        load(Linear(2, 1), path)


@given(ending=st.sampled_from(ENDINGS), place=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_is_noticed(ending, tmp_path_factory, place, bit):
    """Whichever bit of a file is flipped, it loads as the same numbers or is refused in one sentence."""
    path = tmp_path_factory.mktemp("flipped") / f"a{ending}"
    layer = Linear(2, 3, bias=True, theta=[[0.1, 2e300], [-3.5, 4e-310], [0.0, 7.0]])
    save(layer, path)
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1 << bit
    path.write_bytes(content)
    other = Linear(2, 3, bias=True)
    before = numbers(other)
    outcome = calls.told(lambda: load(other, path) is other)
    assert outcome.startswith(("True", "InputError: "))
    assert "\n" not in outcome
    assert numbers(other) == (numbers(layer) if outcome == "True" else before)


def test_a_file_of_an_earlier_microgrand_has_no_checksum(tmp_path):
    """It is loaded all the same; a field that stands twice is not, nor a number that no float holds."""
    save(Linear(2, 1, theta=[[1.0, 2.0]]), tmp_path / "a.json")
    fields = json.loads((tmp_path / "a.json").read_text())
    del fields["checksum"]
    (tmp_path / "a.json").write_text(json.dumps(fields))
    assert list(numbers(load(Linear(2, 1), tmp_path / "a.json")).values()) == [1.0, 2.0]
    for text, words in (('{"format": 1, "format": 2}', "'format' stands in it twice"), ("1" + "0" * 400, "too large")):
        content = text if "{" in text else json.dumps(fields).replace("1.0", text)
        (tmp_path / "a.json").write_text(content)
        with pytest.raises(InputError, match=words):
            load(Linear(2, 1), tmp_path / "a.json")


def test_wrong_places_are_refused(tmp_path):
    """Another ending, a folder that is not there, a file that is not there: an InputError."""
    for name, message in [("a.pickle", "ends in .safetensors or .json; got 'a.pickle'"), ("no/a.json", "could not be")]:
        for call in (save, load):
            with pytest.raises(InputError, match=message):
                call(Linear(1, 1), tmp_path / name)


def test_a_pretrained_network_is_a_frozen_layer(tmp_path):
    """What one network has learnt is loaded into another, as a layer that its training leaves alone."""
    rng = random.Random(3)
    ending = LogSoftmax(), NegativeLogLikelihood()
    xs, ys = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(30)], [i % 2 for i in range(30)]
    features = Sequential(Linear(2, 3, rng=rng), Tanh())
    train(
        Objective(Sequential(features, Linear(3, 2), *ending), xs, ys), GradientDescent(0.01), epochs=3, progress=False
    )
    save(features, tmp_path / "features.safetensors")
    pretrained = load(Sequential(Linear(2, 3), Tanh()), tmp_path / "features.safetensors").freeze()
    whole = Sequential(pretrained, Linear(3, 2), *ending)
    train(Objective(whole, xs, ys), GradientDescent(0.01), epochs=3, progress=False)
    assert numbers(pretrained) == numbers(features)
    assert len(whole.parameters()) == 6


def test_shared_parameters_are_saved_once(tmp_path):
    """A layer that stands twice in a network has one array, and is shared again after loading."""
    shared = Linear(2, 2)
    save(Sequential(shared, Tanh(), shared), tmp_path / "a.json")
    again = Linear(2, 2)
    load(Sequential(again, Tanh(), again), tmp_path / "a.json")
    assert numbers(again) == numbers(shared)
    assert list(as_arrays(Sequential(shared, Tanh(), shared))) == ["0.theta"]


WRITER = """
import sys
from microgrand import Linear
from microgrand.training import save
layers = [Linear(200, 5, theta=[[float(k)] * 200] * 5) for k in (1, 2)]
for layer in layers:
    save(layer, sys.argv[1])
print("started", flush=True)
while True:
    for layer in layers:
        save(layer, sys.argv[1])
"""


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.thorough("each kill takes a new process"))])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_killed_process_leaves_a_whole_file(ending, kills, tmp_path):
    """A process killed at any moment while it overwrites a file again and again leaves the old one or the new one."""
    path = tmp_path / f"theta{ending}"
    rng = random.Random(8)
    for _ in range(kills):
        job = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
        assert job.stdout.readline() == b"started\n"
        time.sleep(rng.uniform(0.0, 0.1))
        job.send_signal(signal.SIGKILL)
        job.communicate(timeout=30)
        found = {t.data for t in load(Linear(200, 5), path).parameters()}
        assert found in ({1.0}, {2.0})
