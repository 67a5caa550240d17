"""What help() and the types say: every public name is explained, its example runs, and a typed program can use it."""

import ast
import doctest
import enum
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import user_program

import microgrand
from microgrand import TABLE, Primitive, nn, testing, training

# These are found, and not made by their users: what they hold is told, and not how they are made.
FOUND = {"Adjoints", "Derivation", "Drawing", "Expression", "Program", "Report", "Scope", "Trace", "Walkthrough"}

MODULES = {
    "microgrand": (microgrand, [*microgrand.__all__, "abs", "pow", "sum"]),
    "microgrand.nn": (nn, nn.__all__),
    "microgrand.testing": (testing, testing.__all__),
    "microgrand.training": (training, training.__all__),
}
PUBLIC = {f"{name}.{each}": getattr(module, each) for name, (module, every) in MODULES.items() for each in every}
DOCUMENTED = {name: item for name, item in PUBLIC.items() if name not in ("microgrand.COMPILED", "microgrand.TABLE")}


def names_of_arguments(item):
    """What has to be told about: what its user gives it."""
    is_error = isinstance(item, type) and issubclass(item, BaseException | enum.Enum)
    if is_error or isinstance(item, Primitive) or getattr(item, "__name__", "") in FOUND:
        return []
    return [name for name in inspect.signature(item).parameters if name not in ("args", "kwargs")]


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_public_name_is_explained(name):
    """Its docstring is its own, tells what it computes, every argument, and what goes wrong; and it has an example."""
    item = DOCUMENTED[name]
    text = item.__doc__
    assert text
    if isinstance(item, type):
        assert text not in [base.__doc__ for base in item.__mro__[1:]]
    missing = [each for each in names_of_arguments(item) if not re.search(rf"(?<![A-Za-z]){each}(?![A-Za-z])", text)]
    assert missing == []
    assert re.search(">>>|has an example", text)
    if inspect.isfunction(item) or inspect.isbuiltin(item):
        assert re.search("[Rr]aise|errors", text)


@pytest.mark.parametrize("name", [name for name, item in DOCUMENTED.items() if isinstance(item, type)])
def test_every_public_method_is_explained(name):
    """So are the methods and properties of every public class."""
    public = {attribute: item for attribute, item in vars(DOCUMENTED[name]).items() if not attribute.startswith("_")}
    methods = [name for name, item in public.items() if inspect.isroutine(item) or isinstance(item, property)]
    assert [method for method in methods if not inspect.getdoc(public[method])] == []


@pytest.mark.parametrize("name", TABLE)
def test_help_says_what_a_row_computes(name):
    """Each row's own entry has its formula, its partials, its domain; its example gives what it says, where public."""
    row = TABLE[name]
    text = row.__doc__
    head, *rest = text.split("\n\n")
    assert head.startswith(f"{name}(")
    assert head.endswith(f": {row.doc}")
    assert row.doc
    assert rest[0].count("∂z/∂") >= 1
    assert any(part.startswith("Defined ") for part in rest)
    public = getattr(microgrand, name, None) is row
    assert (">>>" in text) == public
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    assert doctest.DocTestRunner(verbose=False).run(test) == (0, text.count(">>>"))


def test_a_row_of_ones_own_has_an_entry():
    """A user's row is described from what it declares, also where its partials take no Values."""
    import math

    described = Primitive("described", lambda x: x * x, lambda z, x: 2.0 * x, doc="x·x")
    assert described.__doc__.startswith("described(x): x·x\n\n∂z/∂x = 2·x\n\nDefined on (-∞, ∞).")
    of_floats = Primitive("of_floats", math.sin, lambda z, x: math.cos(x))
    assert of_floats.__doc__.startswith("of_floats(x)\n\nDefined")
    assert Primitive.__doc__.startswith("An elementary function")


def test_a_typed_program_can_use_every_public_name(tmp_path):
    """`mypy --strict` accepts a program that uses every public name."""
    path = Path(user_program.__file__)
    used = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    used |= {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    assert {name.rpartition(".")[2] for name in PUBLIC} - used == set()
    # mypy finds what is installed, but for an editable install
    place = Path(microgrand.__file__).parent.parent
    found = {} if place.name == "site-packages" else {"MYPYPATH": str(place)}
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--cache-dir", str(tmp_path), str(path)],
        cwd=tmp_path,
        env={**os.environ, **found},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.mark.parametrize("part", ["differentiate", "declare", "fail", "look", "train", "trust"])
def test_that_program_runs(part):
    """Each part of it runs, without a warning."""
    assert getattr(user_program, part)()
