"""Laws of the mutation tool: its mutants change what runs, the same ones for a seed; it tells killed from surviving."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

import microgrand
from benchmarks.mutants import Mutant, mutants, sample
from benchmarks.mutation import Killers, equivalent, main, meet, never_met, table

HOME = Path(__file__).parent.parent
PACKAGE = Path(microgrand.__file__).parent.parent
FILES = ["benchmarks/mutants.py", "benchmarks/growth.py", "benchmarks/points.py"]
MODULE = '''"""Text that says what it is."""

import math


def half(x: float, *, names: "list[str] | None" = None) -> float:
    """Half of x; no mutant."""
    if x < 0 and not names:
        raise ValueError(f"{x} is negative")
    return math.sqrt(x) / 2


def count(n: int) -> int:
    """The numbers from n down to 1."""
    found = 0
    while n > 0:
        n -= 1
        found += 1
    return found + 0 * n
'''
SUITE = """from small import count, half

def test_count():
    assert count(3) == 3

def test_half():
    assert half(4.0) == 1.0
"""


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "small.py").write_text(MODULE)
    (tmp_path / "test_small.py").write_text(SUITE)
    return tmp_path


def test_a_mutant_is_one_change_of_what_runs():
    """Every mutant differs from its file between two places, can be compiled, and is another program."""
    for mutant in sample(HOME, FILES, 200, seed=0):
        source = (HOME / mutant.file).read_bytes()
        changed = mutant.applied(source)
        assert source[: mutant.start] == changed[: mutant.start]
        assert changed.endswith(source[mutant.end :])
        assert ast.dump(ast.parse(source)) != ast.dump(ast.parse(changed))
        assert source[: mutant.start].count(b"\n") == mutant.line - 1
        assert source.splitlines()[mutant.line - 1].decode().strip().startswith(mutant.on)


def test_every_kind_of_slip_is_among_them(tree):
    """Comparisons, conditions, numbers, texts, statements are changed; docstrings, annotations and imports are not."""
    changes = {(mutant.was, mutant.becomes) for place in mutants(tree, "small.py") for mutant in place}
    assert {
        ("x < 0", "(x <= 0)"), ("x < 0", "(x >= 0)"), ("not names", "(names)"), ("x < 0 and not names", "(x < 0)"),
        ("math.sqrt(x) / 2", "(math.sqrt(x) * 2)"), ("n -= 1", "pass"), ('f"{x} is negative"', "(f'{x}')"), ("2", "3"),
        ("return found + 0 * n", "return None"), ('raise ValueError(f"{x} is negative")', "pass"),
    } <= changes  # fmt: skip
    assert not [was for was, _ in changes for kept in ("import", "Text", "Half", "list", "str", "float") if kept in was]


def test_what_is_called_equivalent_still_stands_there():
    """Every mutant that is listed with a reason is one of its file as it is today, and stands on one line alone."""
    listed = equivalent()
    files = {line.partition(":")[0] for line in listed}
    places = defaultdict(set)
    for file in files:
        for mutant in [mutant for place in mutants(PACKAGE, file) for mutant in place]:
            places[mutant.known_as].add((mutant.file, mutant.line))
    assert len(listed) > 10
    assert [line for line in listed if len(places[line]) != 1] == []
    assert "" not in listed.values()


@pytest.mark.parametrize("wrong", [["--of", "nowhere"], ["--of", "README.md"], ["--count", "0"], ["--workers", "0"]])
def test_nothing_to_break_is_said(capsys, wrong):
    """Files that are none, no mutant and no worker end in one sentence, before anything is run."""
    with pytest.raises(SystemExit):
        main(["--of", "benchmarks/points.py", *wrong])
    assert "there is nothing to break: --of names files or folders of this tree" in capsys.readouterr().err


def test_a_seed_repeats_the_sample():
    """The same seed draws the same mutants, another one others, and none twice."""
    once, again, other = [sample(HOME, FILES, 50, seed) for seed in (1, 1, 2)]
    assert once == again
    assert set(once) != set(other)
    assert len(set(once)) == 50


def test_an_assertion_that_was_never_met_is_told(tmp_path):
    """An assertion none of whose lines was run is told by its place; one that was met, and other lines, are not."""
    (tmp_path / "tests").mkdir()
    path = tmp_path / "tests" / "test_one.py"
    path.write_text("def test_one():\n    for x in []:\n        assert x\n    assert [\n        1\n    ]\n")
    assert never_met(tmp_path, {str(path): {1, 2, 5}}) == ["tests/test_one.py:3"]
    assert never_met(tmp_path, {}) == ["tests/test_one.py:3", "tests/test_one.py:4"]


@pytest.mark.parametrize(
    ("was", "becomes", "fate"),
    [
        ("math.sqrt(x) / 2", "(math.sqrt(x) * 2)", "test_small.py::test_half"),
        ("x < 0", "(y < 0)", "test_small.py::test_half"),
        ("found += 1", "import sys; sys.exit(3)", "test_small.py::test_count"),
        ("found += 1", "import os; os.abort()", "crashed: test_small.py::test_count"),
        ("n > 0", "__import__('time').sleep(99)", "endless: test_small.py::test_count"),
        ("import math", "import maths as math", "test_small.py"),
        ("0 * n", "(n * 0)", None),
        ("x < 0", "(x <= 0)", None),
    ],
)
def test_it_tells_killed_from_surviving(tree, monkeypatch, was, becomes, fate):
    """A mutant is killed by the test that fails, crashes or does not end; one that no test tells survives."""
    monkeypatch.setattr("benchmarks.mutation.AT_LEAST", 2.0 if fate and fate.startswith("endless") else 20.0)
    start = MODULE.index(was)
    mutant = Mutant("small.py", MODULE[:start].count("\n") + 1, "", start, start + len(was), was, becomes)
    both = ["test_small.py::test_count", "test_small.py::test_half"]
    verdict = meet(mutant, tree, Killers([(test, 0.01) for test in both], {"small.py": {"1": [0, 1]}}), seconds=60.0)
    assert verdict.killer == fate
    assert (tree / "small.py").read_text() == MODULE
    assert verdict.tests == (0 if fate == "test_small.py" else 1 if fate and "count" in fate else 2)
    assert ("100.0%" in table([verdict])) == (fate is not None)
