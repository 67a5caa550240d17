"""Laws of exercises: a seed gives one everywhere, its numbers are small, its δ are right and worth computing."""

import os
import re
import subprocess
import sys
from collections import Counter
from html import unescape

import pytest
from command_line import run

import microgrand
from microgrand import (
    Exercises,
    Primitive,
    Value,
    derivation,
    draw,
    exercise,
    exercises,
    leaves,
    steps,
    sweep,
    topological_order,
    walkthrough,
)
from microgrand.walk.exercise_draft import Dice
from microgrand.walk.exercise_levels import COMPARISONS, drawable_rows

LEVELS = range(1, 6)
SEEDS = range(60)
SIZES = {1: (4, 6), 2: (6, 8), 3: (7, 8), 4: (14, 14), 5: (7, 15)}

# The exercises of seed 7. On other machines, and in later versions, they are the same.
TITLES = {
    1: "f = (2·x)^2 - w",
    2: "f = (x - w + b) / x^2",
    3: "f = cos(w·x + b) - w",
    4: "C = (b·tanh(w·x) + c·tanh(a·x) - 1)^2",
    5: "f = expm1(atan(x - b) + x) + w",
}


def run_text(text):
    """The names that an exercise's text defines, run as a program of its own."""
    names = {}
    exec(text, names)
    return {name: item for name, item in names.items() if isinstance(item, Value)}


def at_other_numbers(text, name, number):
    """The result of an exercise's text with another number for one leaf."""
    lines = [f"{name} = Value({number!r})" if line.startswith(f"{name} = ") else line for line in text.splitlines()]
    return list(run_text("\n".join(lines)).values())[-1].data


def central_difference(found, name, h=1e-4):
    """The slope of the result in one leaf, from values alone: of two differences, so that the error is of order h⁴."""
    x = found.names[name].data
    near, far = [
        (at_other_numbers(found.text, name, x + k * h) - at_other_numbers(found.text, name, x - k * h)) / (2 * k * h)
        for k in (1, 2)
    ]
    return (4 * near - far) / 3


def rows_of(found):
    return [node.primitive.name for node in topological_order(found.value) if not node.is_leaf]


@pytest.mark.parametrize("level", LEVELS)
def test_a_seed_gives_one_exercise(level):
    """The same seed gives the same title, text, numbers; other seeds give others."""
    for seed in SEEDS:
        one, other = exercise(seed, level), exercise(seed=seed, level=level)
        assert (one, one.text, hash(one)) == (other, other.text, hash(other))
        assert [node.data for node in one.names.values()] == [node.data for node in other.names.values()]
        assert one.value is not other.value
    assert len({exercise(seed, level).text.partition("\n")[2] for seed in SEEDS}) > len(SEEDS) // 2


def test_dice_use_what_python_promises_to_keep():
    """Their choices are made from the numbers of Random.random() alone: those of seed 1 are 0.134…, 0.847…, 0.763…"""
    dice = Dice(1)
    assert [dice.one_of(range(1000)) for _ in range(3)] == [134, 847, 763]
    assert sorted(Dice(1).shuffled("abcd")) == list("abcd")
    assert {"".join(Dice(seed).shuffled("abc")) for seed in range(60)} == {"abc", "acb", "bac", "bca", "cab", "cba"}


@pytest.mark.parametrize("level", LEVELS)
def test_a_seed_stays_valid(level):
    """Pages that were handed out can be made again: the exercise of seed 7 is the one that stands here."""
    assert exercise(7, level).title == TITLES[level]


def test_the_hashes_of_strings_do_not_matter():
    """Python hashes strings differently in each process; the exercises are the same."""
    code = "import microgrand; [print(microgrand.exercise(s, k)) for k in range(1, 6) for s in range(20)]"
    printed = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        ).stdout
        for seed in ("0", "1")
    ]
    assert printed[0] == printed[1]
    assert printed[0].count("f = ") > 20


@pytest.mark.parametrize("level", LEVELS)
def test_the_text_computes_the_same(level):
    """Run as Python, it defines the same names with the same numbers, and its last line has the same gradient."""
    for seed in SEEDS:
        found = exercise(seed, level)
        again = run_text(found.text)
        assert {name: node.data for name, node in again.items()} == {n: node.data for n, node in found.names.items()}
        root = list(again.values())[-1]
        here, there = sweep(found.value), sweep(root)
        assert {n: here[node] for n, node in found.names.items()} == {n: there[node] for n, node in again.items()}


@pytest.mark.parametrize("level", LEVELS)
def test_every_node_has_its_name(level):
    """The names are those of the nodes, all of them, the root last; leaves come first; `steps` writes these names."""
    for seed in SEEDS:
        found = exercise(seed, level)
        nodes = topological_order(found.value)
        assert sorted(found.names) == sorted(node.name for node in nodes)
        assert all(found.names[node.name] is node for node in nodes)
        assert list(found.names.values())[-1] is found.value
        told = {step.name for step in steps(found.value, names={}) if step.direction == "backward"}
        assert told == {f"δ({name})" for name in found.names}
        assert found.title.startswith(f"{found.value.name} = ")


@pytest.mark.parametrize("level", LEVELS)
def test_sizes_grow_with_the_level(level):
    """Each level has so many nodes; the first has one path for each leaf, and from the second on some node is used
    twice. No step has the same number twice, unless it is a product.
    """
    least, most = SIZES[level]
    for seed in SEEDS:
        nodes = topological_order(exercise(seed, level).value)
        assert least <= len(nodes) <= most
        uses = Counter(parent for node in nodes for parent in node.parents)
        assert (max(uses.values()) > 1) == (level > 1)
        twice = [node for node in nodes if node.primitive is not None and len({*node.parents}) < len(node.parents)]
        assert {node.primitive.name for node in twice} <= {"mul"}  # neither x + x nor x / x


@pytest.mark.parametrize("level", LEVELS)
def test_every_delta_is_right_and_worth_computing(level):
    """δ by `steps` is finite, equals a difference of values of the text, and is not 0 or ±1 everywhere; on the first
    two levels no leaf's is 0.
    """
    for seed in SEEDS[:30]:
        found = exercise(seed, level)
        deltas = {step.name[2:-1]: step.result for step in steps(found.value, names={}) if step.direction == "backward"}
        assert all(abs(delta) <= 100 for delta in deltas.values())
        assert set(map(abs, deltas.values())) - {0.0, 1.0}
        names = [leaf.name for leaf in leaves(found.value)]
        assert sum(deltas[name] == 0.0 for name in names) <= (0 if level < 3 else len(names) // 2)
        for name in names:
            assert deltas[name] == pytest.approx(central_difference(found, name), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("level", LEVELS)
def test_numbers_are_small_and_short(level):
    """Leaves have three digits at most, and different numbers; on the first two levels so have all values, δ and
    partials four; elsewhere none is above 100, nor below a hundredth unless it is 0.
    """
    for seed in SEEDS:
        found = exercise(seed, level)
        given = [leaf.data for leaf in leaves(found.value)]
        assert all(abs(x) <= 5 and float(f"{x:.3g}") == x != 0.0 for x in given)
        assert len(set(given)) == len(given)
        adjoints = sweep(found.value)
        numbers = [x for node, delta in adjoints for x in (node.data, delta, *node.partials)]
        assert all(x == 0.0 or 0.01 < abs(x) <= 100 for x in numbers if level > 2)
        assert all(x == float(f"{x:.4g}") != 0.0 for x in numbers if level < 3)


def test_each_level_has_what_it_is_for():
    """Sums, products and squares; a quotient or a third power; one elementary function; two hidden neurons and a
    squared error.
    """
    arithmetic = {"add", "sub", "mul", "pow"}
    found = {level: [rows_of(exercise(seed, level)) for seed in SEEDS] for level in LEVELS}
    assert all(set(rows) <= arithmetic for rows in found[1])
    assert all(set(rows) <= {*arithmetic, "div"} for rows in found[2])
    assert sum("div" in rows for rows in found[2]) > 10
    assert sum("div" not in rows for rows in found[2]) > 10
    squared = [node.operands[0].data for seed in SEEDS for node in topological_order(exercise(seed, 1).value)
               if not node.is_leaf and node.primitive.name == "pow"]  # fmt: skip
    assert min(squared) < 0.0 < max(squared)
    assert {len(set(rows) - arithmetic) for rows in found[3]} == {1}
    assert len({row for rows in found[3] for row in rows} - arithmetic) == 9
    assert {rows[-1] for rows in found[4]} == {"pow"}
    assert {tuple(n for r, n in Counter(rows).items() if r not in arithmetic) for rows in found[4]} == {(2,)}


def test_level_5_draws_every_row():
    """Each public row of the table, but for the identity, is drawn for some seed; the comparisons as conditions."""
    rows = {row.name: row for row in [*drawable_rows(), *COMPARISONS]}
    public = {name for name, row in microgrand.TABLE.items() if getattr(microgrand, name, None) is row}
    assert set(rows) <= public - {"identity"}
    assert all(isinstance(row, Primitive) for row in rows.values())
    found = [set(rows_of(exercise(seed, 5))) for seed in range(1500)]
    assert set().union(*found) == set(rows)
    assert [names for names in found if "where" not in names and names & {row.name for row in COMPARISONS}] == []


@pytest.mark.parametrize("level", LEVELS)
def test_a_page_has_different_exercises(level):
    """The first is that of the seed, the others are different expressions, each with a seed that gives it again."""
    found = exercises(8, seed=3, level=level)
    assert found == exercises(8, 3, level)
    assert found[0] == exercise(3, level)
    assert [exercise(each.seed, each.level) for each in found] == list(found)
    assert len({each.title for each in found}) == 8
    assert found.title == f"8 exercises, level {level}"
    assert str(found).count("from microgrand import") == 8


def test_exercises_of_several_levels_make_one_page():
    """Any exercises can be put together; the title says of which levels they are."""
    assert Exercises([exercise(1), exercise(1, 3)]).title == "2 exercises, levels 1, 3"
    assert repr(Exercises([exercise(1)])) == "<1 exercise, level 1; .save(path) writes the page, print(…) the code>"


def test_without_a_seed_any_exercise_is_drawn():
    """Its seed is short, and gives it again."""
    found = [exercise(level=2) for _ in range(5)]
    assert len({each.seed for each in found}) > 1
    assert all(each.seed < 1_000_000 and each == exercise(each.seed, 2) for each in found)


@pytest.mark.parametrize(
    ("call", "kind", "told"),
    [
        (lambda: exercise(1, 0), ValueError, "level is a whole number from 1 to 5; got 0"),
        (lambda: exercise(1, 6), ValueError, "level is a whole number from 1 to 5; got 6"),
        (lambda: exercise(1, "2"), TypeError, "level is a whole number from 1 to 5; got '2'"),
        (lambda: exercise(-1), ValueError, "seed is a whole number from 0 up; got -1"),
        (lambda: exercise(1.5), TypeError, "seed is a whole number from 0 up; got 1.5"),
        (lambda: exercises(0), ValueError, "count is a whole number from 1 up; got 0"),
        (lambda: exercises(None), TypeError, "count is a whole number from 1 up; got None"),
        (lambda: exercises(2, "x"), TypeError, "seed is a whole number from 0 up; got 'x'"),
        (lambda: exercises(2, 1, 9), ValueError, "level is a whole number from 1 to 5; got 9"),
    ],
)
def test_what_makes_no_sense_is_told(call, kind, told):
    """One sentence: the rule, and what was given."""
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == told


def test_the_command_prints_exercises():
    """Without a file, the text goes to stdout."""
    done = run("exercise", "--level", 2, "--seed", 1, "--count", 3)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{exercises(3, 1, 2)}\n", "")


def test_the_command_prints_solutions():
    """With --solutions each text is followed by its steps, as comments: it runs as it did, and ends with every δ."""
    done = run("exercise", "--level", 3, "--seed", 1, "--count", 3, "--solutions")
    assert (done.returncode, done.stderr) == (0, "")
    rest = done.stdout
    for each in exercises(3, 1, 3):
        lines = [f"# {step}" for step in steps(each)]
        assert rest.startswith("\n".join([each.text, "", *lines]))
        rest = rest.removeprefix("\n".join([each.text, "", *lines])).lstrip("\n")
        each.value.backward()
        named = [f"◀ δ({name})" for name, value in each.names.items() if value.grad]
        assert all([any([word in line for line in lines]) for word in named])
    assert rest == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--level", 6], "argument --level: invalid choice: 6"),
        (["--count", 0], "expected a whole number from 1 up; got 0"),
        (["--solutions", "-o", "page.html"], "--solutions is for exercises as text, without -o"),
        (["--seed", "x"], "expected a whole number; got 'x'"),
    ],
)
def test_the_command_tells_bad_input(words, told):
    """Exit code 2, and one sentence."""
    done = run("exercise", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


def test_only_a_page_asks(tmp_path):
    """`microgrand step … --predict` without a file has nowhere to ask; with one, its page asks."""
    told = "microgrand step: only a page can ask for numbers: name one, such as -o page.html\n"
    assert run("step", "x*x", "x=3", "--predict") == (2, "", told)
    assert run("step", "x*x", "x=3", "--predict", "-o", tmp_path / "page.html").returncode == 0
    x = Value(3.0, name="x")
    assert (tmp_path / "page.html").read_text() == walkthrough(x * x, predict=True, names={}).html()


@pytest.fixture
def asked(monkeypatch):
    """The roots of the walkthroughs that exercises made to ask with, in order."""
    roots = []

    def recorded(root, *, predict, names):
        assert predict
        assert names == {}
        roots.append(root)
        return walkthrough(root, predict=predict, names=names)

    monkeypatch.setattr(sys.modules["microgrand.walk.exercise"], "walkthrough", recorded)
    return roots


def test_an_exercise_is_a_page_that_asks(tmp_path, asked):
    """Saved, and shown in a notebook, it is the walkthrough of its root that asks."""
    found = exercise(1, 2)
    assert found.save(tmp_path / "practice.html") == tmp_path / "practice.html"
    assert (tmp_path / "practice.html").read_text().startswith("<!DOCTYPE html>")
    shown, _ = found._repr_mimebundle_()
    assert set(shown) == {"text/html", "text/plain"}
    assert shown["text/plain"] == str(found)
    assert shown["text/html"].startswith(f'<iframe title="{found.title}" sandbox="allow-scripts"')
    assert [root is found.value for root in asked] == [True, True]


def test_several_exercises_are_one_page(tmp_path, asked):
    """Each has its title, which tells no number, and its walkthrough, which asks, in a frame without rights."""
    found = exercises(3, seed=1, level=2)
    html = found.save(tmp_path / "practice.html").read_text()
    assert [root is each.value for root, each in zip(asked, found, strict=True)] == [True] * 3
    headings = [unescape(each) for each in re.findall("<h2>(.*)</h2>", html)]
    assert headings == [f"{k}. {each.title}" for k, each in enumerate(found, 1)]
    assert html.count("<iframe ") == html.count(' sandbox="allow-scripts"') == html.count("&lt;!DOCTYPE html&gt;") == 3
    with pytest.raises(ValueError, match=r"^exercises are saved as \.html; got 'practice\.pdf'$"):
        found.save("practice.pdf")


def test_the_command_writes_a_page(tmp_path, asked):
    """With a file, one sentence on stderr says what is in it, with the seed that gives it again."""
    path = tmp_path / "practice.html"
    done = run("exercise", "--level", 3, "--seed", 5, "--count", 2, "-o", path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"{path} is written: 2 exercises, level 3, seed 5\n")
    assert path.read_text() == exercises(2, 5, 3).html()
    nowhere, picture = tmp_path / "nowhere" / "page.html", tmp_path / "page.png"
    assert run("exercise", "-o", nowhere).stderr.startswith(f"microgrand exercise: {nowhere} cannot be written: ")
    assert run("exercise", "-o", picture).returncode == 2
    assert list(tmp_path.iterdir()) == [path]
    assert len(asked) == 6


@pytest.mark.parametrize("level", LEVELS)
def test_an_exercise_stands_for_its_root(level):
    """What takes a Value takes an exercise, and shows its solution."""
    found = exercise(seed=7, level=level)
    leaf = found.names["x"]
    for function, operands in ((steps, ()), (draw, ()), (walkthrough, ()), (derivation, (leaf,))):
        assert str(function(found, *operands)) == str(function(found.value, *operands))
