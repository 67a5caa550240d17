"""Laws of rows in pickles: a row of a user's arrives wherever Python's own functions do, and by value elsewhere."""

import importlib
import multiprocessing
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

import pytest

import microgrand as mg
from microgrand import pickled_rows

MODULE = """
from microgrand import Primitive
cube = Primitive("cube_of_a_module", lambda x: x * x * x, lambda z, x: 3.0 * x * x)
"""
SENDING = """
import pickle, sys
import microgrand as mg
domain = mg.Domain(mg.Interval(0.0, 9.0))
square = mg.Primitive("square_of_a_script", lambda x: x * x, lambda z, x: 2.0 * x, domain=domain)
sys.stdout.buffer.write(pickle.dumps(mg.record(lambda x: square(x) + 1.0, 2.0)))
"""
RECEIVING = """
import pickle, sys
program = pickle.load(sys.stdin.buffer)
print(program.value_and_grad(3.0), program.steps[0].row.domains)
"""


def shifted():
    """A row that stands in no module."""
    return mg.Primitive("shifted_square", lambda x: x * x + 1.0, lambda z, x: 2.0 * x, doc="x² + 1")


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module, which other processes find too, that declares a row."""
    (tmp_path / "declares_a_cube.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return importlib.import_module("declares_a_cube")


def run(script, given=b""):
    """What a fresh Python writes."""
    done = subprocess.run([sys.executable, "-c", script], input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_a_row_comes_back_as_itself(module):
    """In one process pickles give the row itself, whatever declares the same name later."""
    for row in (mg.exp, module.cube, shifted()):
        content = pickle.dumps(row)
        if row.name == "shifted_square":
            assert shifted() is not row
        assert pickle.loads(content) is row


def test_programs_reach_spawned_processes(module):
    """With a row of an imported module, and with one that stands nowhere, a program's numbers are the same there."""
    for row in (module.cube, shifted(), mg.exp):
        program = mg.record(lambda x, row=row: 2.0 * row(x), 2.0)
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            assert list(pool.map(program, [1.0, 2.0])) == [program(1.0), program(2.0)]


def test_a_script_sends_its_rows():
    """A row of one script's main module arrives in another script, with its domain."""
    assert run(RECEIVING, run(SENDING)).decode().split() == ["(10.0,", "6.0)", "(Domain(Interval(0.0,", "9.0,",
                                                             "open_low=False,", "open_high=False)),)"]  # fmt: skip


def test_a_row_may_use_itself():
    """A partial that is written with the row itself, or with another that uses it, arrives with it."""
    own = mg.Primitive("own_exp", lambda x: mg.exp(x), lambda z, x: own(x))
    even = mg.Primitive("even_part", lambda x: mg.cosh(x), lambda z, x: odd(x))
    odd = mg.Primitive("odd_part", lambda x: mg.sinh(x), lambda z, x: even(x))
    program = mg.record(lambda x: own(x) * even(x), 0.5)
    content = pickle.dumps([program, own, even])
    assert pickle.loads(content)[1] is own
    script = "import pickle, sys; print(pickle.load(sys.stdin.buffer)[0].hessian(0.5))"
    assert float(run(script, content)) == pytest.approx(program.hessian(0.5), rel=1e-15)


def test_a_row_that_another_module_made_is_found(module, monkeypatch):
    """It stands where it can be imported from, whatever module its functions are of."""
    row = shifted()
    monkeypatch.setattr(module, "made_elsewhere", row, raising=False)
    assert pickled_rows._place(row) == (module.__name__, "made_elsewhere")


def test_the_same_row_arrives_once():
    """Two pickles of one row, read where it was not declared, give one row."""
    row = shifted()
    contents = [pickle.dumps(row), pickle.dumps([row])]
    key = pickled_rows._KEYS.pop(row)
    del pickled_rows._BY_KEY[key]
    first, (second,) = [pickle.loads(content) for content in contents]
    assert first is second is not row
    assert (first(3.0), first.doc, repr(first.domains)) == (row(3.0), row.doc, repr(row.domains))


def test_without_cloudpickle_there_is_a_sentence(monkeypatch):
    """Sending a row that stands in no module, and asking for one that is not there, say what to do."""
    monkeypatch.setitem(sys.modules, "cloudpickle", None)
    monkeypatch.setitem(sys.modules, "joblib.externals.cloudpickle", None)
    with pytest.raises(pickle.PicklingError, match=r"'shifted_square' stands in no module .* or install cloudpickle"):
        pickle.dumps(shifted())
    with pytest.raises(LookupError, match="'far' was declared in another process' main module: declare it in a module"):
        pickled_rows.arrived("far", b"nothing here", None, ("__main__", "far_away"))
    with pytest.raises(LookupError, match=r"math\.pi, where the primitive 'far' was declared, is 3\.14"):
        pickled_rows.imported("far", "math", "pi")
