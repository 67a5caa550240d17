"""Laws of rows in Python as it comes to mind: they are printed and compiled, or refused in a sentence."""

import ctypes
import importlib.util
import json
import math
import random
import shutil
import subprocess

import pytest

from microgrand import GraphError, Primitive, Signature, record

EDGES = (0.0, -0.0, 1.0, -1.0, 0.7, 2.5, -3.0, 1e-9)
COMPILER, NODE = shutil.which("gcc"), shutil.which("node")


def summed_in_a_loop(x, y):
    s = 0
    for z in [x, y, x * y]:
        s += z
    return s


def summed_in_a_counted_loop(x, y):
    s = 0
    for k in range(5):
        s += x * k
    return s + y


def joined_branches(x, y):
    if x > y:  # noqa: SIM108  what is tested
        z = 2.0
    else:
        z = 3
    return z * x


def returned_apart(x, y):
    if x > 0.0:
        return 1
    return x > y or y


def told_by_a_flag(x, y):
    far = False
    if x > y:
        far = True
    return x if far else -y


def augmented(x, y):
    x += 1
    x *= y
    x -= 0.5
    x /= 4
    return x


def truth_or_float(x, y):
    z = x > 0.0
    if y > 0.0:
        z = 0.25
    return z * 2.0


def counted(x, y):
    n = 0
    for k in range(6):
        if k * x > y:
            n += 1
    return n * x


def large_constant(x, y):
    n = 10**25
    return x * n + y


def moved_along(x, y):
    items = [x, y, x * y]
    first = items[0]
    items = [y - x, *items]
    items = [items[1], items[0], first]
    items = [items[2], items[1], items[0]]
    return items[0] - 2.0 * items[1] + 3.0 * items[2]


def exchanged_lists(x, y):
    items = [[x, y], [y, x * 2.0]]
    items = [items[1], items[0]]
    return items[0][0] * 2.0 + items[1][0]


def shifted_in_rounds(x, y):
    items = [x, y, 0.5]
    for k in range(4):
        last = items[-1]
        items = [last + k, *items[:-1]]
    return items[0] + 2.0 * items[1] - items[2] * y


ROWS = {
    "or": lambda x, y: x or 1.5,
    "and": lambda x, y: x and y,
    "or_and": lambda x, y: (x and y) or 2.0,
    "three": lambda x, y: x - 0.7 or y - 0.7 or 3.0,
    "condition_and": lambda x, y: x > 0.5 and y,
    "condition_or": lambda x, y: x > 0.5 or y,
    "not_or": lambda x, y: 2.0 if not (x or y) else 3.0,
    "square": lambda x, y: x**2 + y**2,
    "root": lambda x, y: abs(x) ** 0.5 + y,
    "power": lambda x, y: abs(x) ** abs(y),
    "cube": lambda x, y: x**3 - y,
    "two_to": lambda x, y: 2**x + y,
    "plus": lambda x, y: +x - y,
    "rectified": lambda x, y: max(x, 0.0) + y,
    "max": lambda x, y: max(x, y),
    "min": lambda x, y: min(x, y, 0.5),
    "max_of_list": lambda x, y: max([x, y, x * y]),
    "sum": lambda x, y: sum([x, y, 0.25]),
    "sum_of_generator": lambda x, y: sum(z * z for z in (x, y)),
    "pi": lambda x, y: x * math.pi + y,
    "inf": lambda x, y: min(x, math.inf) + y,
    "log_or": lambda x, y: x > 0.0 and max(math.log(x), y),
    **{each.__name__: each for each in (
        summed_in_a_loop, summed_in_a_counted_loop, joined_branches, returned_apart, told_by_a_flag, augmented,
        truth_or_float, counted, large_constant, moved_along, shifted_in_rounds,
    )},
}  # fmt: skip


def partials():
    return (lambda z, x, y: 1.0, lambda z, x, y: 1.0)


def program_of(title):
    own = Primitive(f"plain_{title}", ROWS[title], partials())
    return record(lambda x, y: own(x, y), 0.7, 1.3).with_parts(title=f"row_{title}")


def points():
    chosen = random.Random(1)
    edges = [(x, y) for x in EDGES for y in EDGES]
    return [*edges, *[(chosen.gauss(0.0, 2.0), chosen.gauss(0.0, 2.0)) for _ in range(40)]]


def near(x, y):
    return (math.isnan(x) and math.isnan(y)) or x == y or abs(x - y) <= 4.0 * math.ulp(y)


@pytest.mark.parametrize("title", ROWS)
def test_printed_python_is_the_replay(title):
    """To the bit, signs of zero included."""
    program, space = program_of(title), {}
    exec(program.source("python"), space)
    printed = space[program.title]
    assert [xy for xy in points() if repr(float(printed(*xy))) != repr(float(program(*xy)))] == []


@pytest.mark.skipif(COMPILER is None, reason="no gcc was found")
def test_printed_c_is_the_replay(tmp_path):
    """Within 4 units in the last place."""
    programs = [program_of(title) for title in ROWS]
    files = [tmp_path / f"{k}.c" for k in range(len(programs))]
    for file, program in zip(files, programs, strict=True):
        file.write_text(program.source("c"))
    command = [COMPILER, "-O1", "-ffp-contract=off", "-shared", "-fPIC", "-o", tmp_path / "rows.so", *files, "-lm"]
    subprocess.run(command, check=True)
    library = ctypes.CDLL(str(tmp_path / "rows.so"))

    def called(program, xy):
        result = (ctypes.c_double * 1)()
        library[program.title]((ctypes.c_double * 2)(*xy), result)
        return result[0]

    apart = [(p.title, xy) for p in programs for xy in points() if not near(called(p, xy), float(p(*xy)))]
    assert apart == []


@pytest.mark.skipif(NODE is None, reason="node was not found")
def test_printed_javascript_is_the_replay():
    """Within 4 units in the last place."""
    programs = [program_of(title) for title in ROWS]
    jobs = [[program.source("javascript"), program.title, points()] for program in programs]
    script = """const jobs = JSON.parse(require('fs').readFileSync(0));
    console.log(JSON.stringify(jobs.map(([s, t, ps]) => {
      const f = new Function(s + '\\n;return ' + t)(); return ps.map((p) => String(f(...p))) })))"""
    done = subprocess.run([NODE, "-e", script], input=json.dumps(jobs), capture_output=True, text=True, check=True)
    found = [[float(each) for each in row] for row in json.loads(done.stdout)]
    pairs = [(p, xy, x) for p, row in zip(programs, found, strict=True) for xy, x in zip(points(), row, strict=True)]
    assert [(p.title, xy, x) for p, xy, x in pairs if not near(x, float(p(*xy)))] == []


@pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="numba is not installed")
@pytest.mark.parametrize("title", ROWS)
def test_machine_code_is_the_replay(title):
    """Within 4 units in the last place."""
    program = program_of(title)
    compiled = program.compiled(None)
    assert [xy for xy in points() if not near(compiled(*xy), float(program(*xy)))] == []


def test_lists_of_any_length():
    """`sum`, `max` and `min` of a list whose length is not known beforehand are Python's, too."""
    for f in (lambda *xs: sum(xs), lambda *xs: max(xs), lambda *xs: min(xs), lambda *xs: sum(x * x for x in xs)):
        own = Primitive("plain_list", f, lambda z, *xs: [1.0 for _ in xs], signature=Signature(lists=("x",)))
        program, space = record(lambda *xs, own=own: own(list(xs)), 0.5, 1.5, -2.0).with_parts(title="row"), {}
        exec(program.source("python"), space)
        assert [xs for xs in [(0.1, 0.2, 0.3), (1e9, -1e-9, 3.0)] if space["row"](*xs) != program(*xs)] == []


def grown(x, y):
    n = 1
    for _ in range(25):
        n = n * 10
    return x * n


def doubled(x, y):
    n = 1
    for _ in range(80):
        n = n + n
    return x * n


def fibonacci(x, y):
    a, b = 0, 1
    for _ in range(100):
        a, b = b, a + b
    return x * a


def grown_elsewhere(x, y):
    n = 1
    for _ in range(80):
        m = n
        n = n + m
    return x * n


def waited(x, y):
    while x > y:
        x = x - 1.0
    return x


def nested(x, y):
    def inner(z):
        return z * y

    return inner(x)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (grown, "whole number"), (doubled, "whole number"), (fibonacci, "whole number"),
        (exchanged_lists, "its own lists"), (grown_elsewhere, "whole number"), (waited, "while"), (nested, "def inner"),
        (lambda x, y: round(x), "round"), (lambda x, y: (z := x) + z + y, "z := x"),
    ],
)  # fmt: skip
def test_what_is_not_translated_is_refused(function, words):
    """A row of other statements, or of whole numbers that may outgrow 64 bits, names them, and is replayed."""
    own = Primitive("plain_refused", function, partials())
    program = record(lambda x, y: own(x, y), 0.7, 1.3)
    for language in ("python", "c", "javascript"):
        with pytest.raises(GraphError, match=words):
            program.source(language)
    assert math.isfinite(program(0.7, 1.3))
