"""Laws of programs printed as C: compiled without a warning, they compute what the replay computes."""

import ctypes
import math
import os
import random
import re
import shutil
import subprocess
from fractions import Fraction

import pytest
from hidden_branches import POINTS, masked, near
from hypothesis import given, settings
from hypothesis import strategies as st
from printed_rows import (
    HOSTILE,
    REFUSED,
    ROWS,
    STATEMENTS,
    apart,
    differ,
    of_statements,
    outcome,
    points,
    program_of,
    size_of,
)

import microgrand as mg
from microgrand import GraphError, Primitive, Value, grad, record
from microgrand.program.printed.c import LACKING
from microgrand.program.printed.identifiers import C
from microgrand.testing import expressions

COMPILER = next((found for each in ("gcc", "clang", "tcc") if (found := shutil.which(each))), None)
MISSING = "" if COMPILER else "no C compiler was found: install gcc or clang"
if MISSING and os.environ.get("MICROGRAND_LANGUAGES") == "required":
    raise RuntimeError(f"the tests of printed code are required here, but {MISSING}")
if MISSING:
    pytest.skip(MISSING, allow_module_level=True)
STRICT = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-ffp-contract=off"]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Compiles sources together, without a warning, to a library of their functions."""
    folder, libraries = tmp_path_factory.mktemp("compiled"), []

    def compiled(sources, *flags, compiler=COMPILER):
        files = [folder / f"{len(libraries)}_{k}.c" for k in range(len(sources))]
        for file, source in zip(files, sources, strict=True):
            file.write_text(source)
        library = folder / f"{len(libraries)}.so"
        command = [compiler, *STRICT, *(flags or ["-O1"]), "-shared", "-fPIC", "-o", library, *files, "-lm"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        libraries.append(ctypes.CDLL(str(library)))
        return libraries[-1]

    return compiled


def called(function, xs, count, value=False):
    """What a printed function gives: its numbers, the value before a gradient, or that a check failed."""
    numbers, results = (ctypes.c_double * len(xs))(*xs), (ctypes.c_double * count)()
    of_value = [ctypes.c_double()] if value else []
    check = function(numbers, *map(ctypes.byref, of_value), results)
    found = [*[each.value for each in of_value], *results]
    assert all(map(math.isnan, found if check else []))
    return REFUSED if check else found


def test_every_row_is_computed(compiled):
    """Of every row, of lists of one to four numbers, the value in C is within 4 units in the last place of the replay's
    at any numbers, infinite ones and NaN too, or is refused where that is; compiled with -O2, there is no warning.
    """
    sizes = {
        row.name: (3,) if not row.signature.lists else (2, 3, 4) if row.signature.indices else (1, 4) for row in ROWS
    }
    programs = {
        f"row_{row.name}_{size}": (program_of(row, size), points(row, size)) for row in ROWS for size in sizes[row.name]
    }
    library = compiled([program.with_parts(title=title).source("c") for title, (program, _) in programs.items()], "-O2")
    compared = [
        (title, xs, called(library[title], xs, 1), outcome(program, xs))
        for title, (program, numbers) in programs.items()
        for xs in numbers
    ]
    assert [each for each in compared if differ(*each[2:])] == []
    assert sum(each[3] != REFUSED for each in compared) > 0.8 * len(compared) > 5_000


def test_the_partials_of_every_row_are_computed(compiled):
    """The gradient of every row is, too; within 8 units of its largest number: C's norms differ by 2 units."""
    programs = {f"row_{row.name}": (program_of(row), points(row), range(size_of(row, 3))) for row in ROWS}
    library = compiled([p.source("c", gradient=True, argnums=tuple(k)) for p, _, k in programs.values()])
    compared = [
        (title, xs, called(library[title], xs, len(argnums), value=True), outcome(program.adjoint(tuple(argnums)), xs))
        for title, (program, numbers, argnums) in programs.items()
        for xs in numbers
    ]
    assert [each for each in compared if differ(*each[2:], units=8.0, together=True)] == []
    assert sum(each[3] != REFUSED for each in compared) > 0.8 * len(compared) > 5_000


@settings(max_examples=3)
@given(st.data())
def test_random_expressions_are_computed(compiled, data):
    """Value, gradient and Hessian of random expressions are the replay's to a few units of the largest number."""
    drawn = data.draw(st.lists(expressions(inputs=2, max_nodes=12, smooth=False), min_size=12, max_size=12))
    recorded = [record(lambda *xs, f=f: f(*xs), *f.inputs).with_parts(title=f"f{k}") for k, f in enumerate(drawn)]
    made = [(each.adjoint((0, 1)), "gradient", 2) for each in recorded]
    made += [(each.hessian_program((0, 1)), "hessian", 4) for each in recorded]
    sources = [each.source("c", derivative="gradient", argnums=(0, 1)) for each in recorded]
    sources += [
        each.with_parts(title=f"{each.title}_2").source("c", derivative="hessian", argnums=(0, 1)) for each in recorded
    ]
    library = compiled(sources)
    for k, (program, derivative, count) in enumerate(made):
        title = f"f{k}" if derivative == "gradient" else f"f{k - len(recorded)}_2"
        xs = drawn[k % len(drawn)].inputs
        found = called(library[title], xs, count, value=derivative == "gradient")
        assert not differ(found, outcome(program, xs), units=2.0**20, together=True)


@settings(max_examples=3)
@given(st.lists(masked(), min_size=12, max_size=12))
def test_what_is_hidden_changes_no_gradient_in_c(compiled, drawn):
    """Gradients in C are those of the same functions with Python's own `if`, where the hidden branch is undefined."""
    programs = [record(f, 1.0, 0.1).with_parts(title=f"f{k}") for k, (f, _) in enumerate(drawn)]
    library = compiled([program.source("c", gradient=True, argnums=(0, 1)) for program in programs])
    for k, (_, by_if) in enumerate(drawn):
        for point in POINTS:
            found = called(library[f"f{k}"], point, 2, value=True)
            assert near(found[1:], grad(by_if, (0, 1))(*point))


@pytest.mark.parametrize("compiler", [each for each in ("clang", "tcc") if shutil.which(each)] or [COMPILER])
def test_no_compiler_warns(compiled, compiler):
    """Every compiler that is found takes programs with lists, checks and partials, and warns of nothing."""
    program = record(
        lambda w, x: mg.logsumexp([mg.cbrt(w), *x]) + mg.softmax(x, 1) / w + mg.prod(x) * mg.norm(x), 1.5, [0.5, 2.0]
    ).with_parts(title="all_of_it")
    library = compiled([program.source("c", gradient=True, argnums=(0, 1))], compiler=compiler)
    expected = outcome(program.adjoint((0, 1)), [1.25, [0.75, 1.0]])
    assert not differ(called(library["all_of_it"], [1.25, 0.75, 1.0], 3, value=True), expected, together=True)


def test_a_failed_check_is_named():
    """The header lists what each check says; its number is what the function returns."""
    source = record(lambda x, y: mg.log(x) * y if y > 1.0 else y, 2.0, 3.0).with_parts(title="f").source("c")
    header = source.partition("*/")[0]
    assert re.findall(r"^ +(\d)  (.*?)[:;]", header, re.MULTILINE) == [
        ("1", "f was recorded where z1 > 1.0 is True"), ("2", "log is defined on (0, ∞)"),
    ]  # fmt: skip
    assert source.count("return undefined_results(1, ") == source.count("return undefined_results(2, ") == 1


def test_checks_return_their_number(compiled):
    """0 where all hold, else the number of the first that does not."""
    program = record(lambda x, y: mg.log(x) * y if y > 1.0 else y, 2.0, 3.0)
    f = compiled([program.source("c")])["f"]
    told = [f((ctypes.c_double * 2)(*xs), (ctypes.c_double * 1)()) for xs in [(2.0, 3.0), (2.0, 0.0), (-1.0, 3.0)]]
    assert told == [0, 1, 2]


@settings(max_examples=5)
@given(st.permutations(HOSTILE), st.lists(st.text(max_size=9), max_size=10))
def test_hostile_names_stay_in_comments(compiled, hostile, drawn):
    """Whatever functions, arguments and fixed numbers are called, the source compiles, and computes the same."""
    texts = [*hostile, *drawn]
    fixed = [Value(2.0, name=text) for text in texts]
    f = record(lambda *xs: mg.sum([x * y for x, y in zip(xs, fixed, strict=True)]), *[1.5] * len(texts), names=texts)
    source = f.with_parts(title=texts[0]).source("c", gradient=True)
    title = re.findall(r"^int (\w+)\(", source, re.MULTILINE)[-1]
    assert called(compiled([source])[title], [1.5] * len(texts), 1, value=True) == [3.0 * len(texts), 2.0]


@pytest.mark.parametrize("function", STATEMENTS, ids=lambda function: function.__name__)
def test_rows_of_ones_own_are_printed(compiled, function):
    """A row is printed from its source, whichever statements it is written in."""
    program, numbers = of_statements(function)
    f = compiled([program.source("c")])["f"]
    compared = [(called(f, xs, 1), outcome(program, xs)) for xs in numbers]
    assert [each for each in compared if differ(*each)] == []
    assert len({str(expected) for _, expected in compared}) > 1


def test_a_list_of_unknown_length_is_refused():
    """A list whose length depends on numbers has no array in C: the error says so."""

    def kept(*xs):
        return math.fsum([x for x in xs if x > 0.0])

    own = Primitive("sum_of_positive", kept, lambda z, *xs: [1.0 for _ in xs], signature=mg.Signature(lists=("x",)))
    with pytest.raises(GraphError, match=r"cannot be printed: sum_of_positive.*: the length of .* is not known"):
        record(lambda x, y: own([x, y]), 1.0, 2.0).source("c")


def test_what_the_library_lacks_is_exact(compiled):
    """The functions beside the printer: sums and norms are within a unit of the exact ones, the rest are Python's."""
    source = "#include <math.h>\n\n" + "\n\n".join(LACKING.values())
    exported = re.sub(
        r"^static inline", "extern", source.replace("static inline", "\nstatic inline"), flags=re.MULTILINE
    )
    declared = [re.sub(r"\n\{", ";", head) for head in re.findall(r"^extern .*\n\{", exported, re.MULTILINE)]
    library = compiled([exported.replace("#include <math.h>", "\n".join(["#include <math.h>", *declared]))], "-O2")
    chosen = random.Random(1)
    compared = []
    for _ in range(2_000):
        xs = [chosen.choice([1e10, -1e10, 0.0, chosen.gauss(0.0, 10.0 ** chosen.randint(-9, 9))]) for _ in range(6)]
        compared += [("exact_sum", xs, of_list(library.exact_sum, xs), math.fsum(xs))]
        compared += [("euclidean_norm", xs, of_list(library.euclidean_norm, xs), float(math.hypot(*xs)))]
        x, y, m, n = xs[0], chosen.choice([1.0, -2.0, 0.3]), chosen.randint(-9, 9), chosen.choice([-3, 1, 2])
        compared += [("floor_quotient", (x, y), of_two(library.floor_quotient, x, y), x // y)]
        compared += [("floor_remainder", (x, y), of_two(library.floor_remainder, x, y), x % y)]
        compared += [("whole_quotient", (m, n), float(library.whole_quotient(m, n)), float(m // n))]
        compared += [("whole_remainder", (m, n), float(library.whole_remainder(m, n)), float(m % n))]
    assert [each for each in compared if apart(*each[2:]) > (1.0 if isinstance(each[1], list) else 0.0)] == []


def of_list(function, xs):
    function.restype = ctypes.c_double
    return function((ctypes.c_double * len(xs))(*xs), len(xs))


def of_two(function, x, y):
    function.restype = ctypes.c_double
    return function(ctypes.c_double(x), ctypes.c_double(y))


def test_sums_that_cancel_are_exact(compiled):
    """Where numbers cancel to 10⁻²⁰ of their size, what is left is right to a unit."""
    library = compiled([exported_sum()])
    chosen = random.Random(2)
    for _ in range(500):
        xs = [chosen.gauss(0.0, 1.0) for _ in range(5)]
        xs = [*xs, -math.fsum(xs), chosen.gauss(0.0, 1e-20)]
        assert apart(of_list(library.exported_sum, xs), float(sum(map(Fraction, xs)))) <= 1.0


def exported_sum():
    """A source with a function that other files can call."""
    head = "double exported_sum(const double xs[], int n)"
    parts = ["#include <math.h>", LACKING["sum_error"], LACKING["exact_sum"], f"{head};"]
    return "\n\n".join([*parts, head + "\n{\n    return exact_sum(xs, n);\n}\n"])


def test_names_of_functions_are_reserved():
    """No argument and no variable is called as a function that is printed beside it."""
    assert LACKING.keys() <= C


@pytest.mark.parametrize("title", ["printf", "puts", "malloc", "free", "exit", "abs", "div", "strlen", "lround"])
def test_functions_of_the_library_keep_their_names(compiled, title):
    """A program that is called as a function of C's library is printed under another name, and there is no warning."""
    source = record(lambda x: x * 2.0, 1.0).with_parts(title=title).source("c")
    assert called(compiled([source])[f"f_{title}"], [3.0], 1) == [6.0]


def test_no_line_ends_in_an_empty_comment():
    """A constant without a name has no comment."""
    assert "// \n" not in record(lambda: 2.0).source("c")


def test_programs_without_numbers_compile(compiled):
    """No argument, no result, or a gradient of none: there is no warning of what is not used."""
    programs = [record(lambda: 2.0), record(lambda x: [], 1.0), record(lambda p, x: x, [], 1.0)]
    sources = [each.with_parts(title=f"f{k}").source("c") for k, each in enumerate(programs)]
    library = compiled([*sources, programs[2].with_parts(title="f3").source("c", gradient=True)])
    assert [called(library[f"f{k}"], [3.0], count) for k, count in enumerate([1, 0, 1])] == [[2.0], [], [3.0]]
    assert called(library["f3"], [3.0], 0, value=True) == [3.0]
