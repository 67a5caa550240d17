"""Laws of programs printed as JavaScript: in node, or else in a browser, they compute what the replay computes."""

import json
import math
import os
import random
import re
import shutil
import subprocess

import chromium
import mpmath
import pytest
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
    terms,
)

import microgrand as mg
from microgrand import Value, record
from microgrand.nested import flat
from microgrand.program.printed.identifiers import JAVASCRIPT
from microgrand.program.printed.javascript import LACKING
from microgrand.testing import expressions

NODE = shutil.which("node")
MISSING = (
    ""
    if NODE or not chromium.MISSING
    else "nothing that runs JavaScript was found: install node, or playwright and Chromium"
)
if MISSING and os.environ.get("MICROGRAND_LANGUAGES") == "required":
    raise RuntimeError(f"the tests of printed code are required here, but {MISSING}")
if MISSING:
    pytest.skip(MISSING, allow_module_level=True)

# Calls functions, each the last of its source, with arguments in which numbers are texts, and tells what they return.
RUNNER = """
(jobs) => {
  const mapped = (x, f) =>
    Array.isArray(x) ? x.map((y) => mapped(y, f))
    : typeof x === "object" ? Object.fromEntries(Object.entries(x).map(([key, y]) => [key, mapped(y, f)]))
    : f(x);
  const text = (x) => (Object.is(x, -0) ? "-0" : String(x));
  const told = (f, xs) => {
    try {
      return mapped(f(...mapped(xs, Number)), text);
    } catch (error) {
      if (error instanceof RangeError) return { refused: error.message };
      throw error;
    }
  };
  return jobs.map(([source, title, calls]) => {
    const f = new Function(source + "\\n;return " + title)();
    return calls.map((xs) => told(f, xs));
  });
}
"""


def run(jobs):
    """What the functions of (source, calls) return, their numbers as floats; all at once, in one process."""
    written = [[source, title_of(source), textual(calls)] for source, calls in jobs]
    if NODE:
        script = f"const run = {RUNNER}; console.log(JSON.stringify(run(JSON.parse(require('fs').readFileSync(0)))))"
        done = subprocess.run(
            [NODE, "-e", script], input=json.dumps(written), capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return numeric(json.loads(done.stdout))
    with chromium.launched() as browser:
        told = browser.new_page().evaluate(
            f"(jobs) => JSON.stringify(({RUNNER})(JSON.parse(jobs)))", json.dumps(written)
        )
    return numeric(json.loads(told))


def title_of(source):
    return re.search(r"^(?:const|function) (\w+)", source, re.MULTILINE)[1]


def textual(nesting):
    """Numbers as texts that JavaScript reads back to the bit."""
    if isinstance(nesting, dict):
        return {key: textual(part) for key, part in nesting.items()}
    if isinstance(nesting, (list, tuple)):
        return [textual(part) for part in nesting]
    return repr(float(nesting)).replace("inf", "Infinity").replace("nan", "NaN")


def numeric(nesting):
    if isinstance(nesting, dict):
        return REFUSED if "refused" in nesting else {key: numeric(part) for key, part in nesting.items()}
    return [numeric(part) for part in nesting] if isinstance(nesting, list) else float(nesting)


def listed(found):
    """An outcome as the numbers in it."""
    return found if found == REFUSED else list(flat(list(found.values()) if isinstance(found, dict) else found))


def compared(programs, made):
    """Of each program, what is printed of it and what `made` replays, at the same numbers."""
    found = run([(source, numbers) for _, source, numbers in programs])
    return [
        (program.title, xs, listed(each), outcome(made(program), xs))
        for (program, _, numbers), results in zip(programs, found, strict=True)
        for xs, each in zip(numbers, results, strict=True)
    ]


def test_every_row_is_computed():
    """Of every row, of lists of one to four numbers, the value in JavaScript is within 8 units in the last place of the
    replay's, or of the terms that cancel in it, at any numbers, infinite ones and NaN too, or is refused where that is.
    """
    programs = []
    for row in ROWS:
        sizes = (3,) if not row.signature.lists else (2, 3, 4) if row.signature.indices else (1, 4)
        for size in sizes:
            program = program_of(row, size)
            programs.append((program, program.source("javascript"), points(row, size, drawn=100)))
    told = compared(programs, lambda program: program)
    assert [each for each in told if differ(*each[2:], units=8.0, among=terms(*each[:2]))] == []
    assert sum(each[3] != REFUSED for each in told) > 0.8 * len(told) > 10_000


def test_the_partials_of_every_row_are_computed():
    """The gradient of every row is, too; within 10 units of its largest number, or of the terms that cancel in it."""
    programs, places = [], {}
    for row in ROWS:
        program, argnums = program_of(row), tuple(range(size_of(row, 3)))
        places[program.title] = argnums
        programs.append((program, program.source("javascript", gradient=True, argnums=argnums), points(row)))
    told = compared(programs, lambda program: program.adjoint(places[program.title]))
    assert [each for each in told if differ(*each[2:], units=10.0, together=True, among=terms(*each[:2]))] == []
    assert sum(each[3] != REFUSED for each in told) > 0.8 * len(told) > 5_000


@settings(max_examples=3)
@given(st.lists(expressions(inputs=2, max_nodes=12, smooth=False), min_size=15, max_size=15))
def test_random_expressions_are_computed(drawn):
    """Value, gradient and Hessian of random expressions are the replay's to 2²⁰ units of the largest number: what one
    step loses may count for more in another.
    """
    programs = [(f.inputs, record(lambda *xs, f=f: f(*xs), *f.inputs)) for f in drawn]
    jobs, expected = [], []
    for xs, program in programs:
        for derivative, made in (("gradient", program.adjoint), ("hessian", program.hessian_program)):
            jobs.append((program.source("javascript", derivative=derivative, argnums=(0, 1)), [xs]))
            expected.append(outcome(made((0, 1)), xs))
    for (found,), wanted in zip(run(jobs), expected, strict=True):
        assert not differ(listed(found), wanted, units=2.0**20, together=True)


def test_arguments_keep_their_structure():
    """Nested arrays and objects come in and go out as they were recorded; a gradient has `value` and `gradient`."""
    at = ({"a": [1.0, [2.0, 3.0]], "b'": 4.0, "__proto__": [6.0]}, [[7.0]], [], 8.0)

    def f(p, q, nothing, x):
        parts = (p["a"][0] * p["a"][1][1], [x, 3.0]), {"__proto__": q[0][0] + p["__proto__"][0], "": p["b'"]}
        return {"s": parts[0], "t": parts[1], "u": [], "v": {}}

    program = record(f, *at)
    ((found,),) = run([(program.source("javascript"), [at])])
    assert found == json.loads(json.dumps(f(*at)))
    cost = record(lambda p, x: p["a"][0] * p["b'"] + x * p["a"][1][0], at[0], 8.0)
    ((found,),) = run([(cost.source("javascript", gradient=True, argnums=(0, 1)), [(at[0], 8.0)])])
    value, gradient = cost.value_and_grad(at[0], 8.0, argnums=(0, 1))
    assert found == {"value": value, "gradient": json.loads(json.dumps(gradient))}


def test_a_failed_check_throws():
    """Where a check fails, a RangeError is thrown, whose message is the one that Python's printed code has."""
    program = record(lambda x, y: mg.log(x) * y if y > 1.0 else y, 2.0, 3.0)
    source = program.source("javascript")
    assert run([(source, [(2.0, 3.0), (2.0, 0.0), (-1.0, 3.0)])]) == [[program(2.0, 3.0), REFUSED, REFUSED]]
    messages = [json.loads(each) for each in re.findall(r'new RangeError\((".*")\)', source)]
    assert messages == re.findall(r'ValueError\("(.*)"\)', program.source("python"))
    assert len(messages) == 2


@settings(max_examples=5)
@given(st.permutations(HOSTILE), st.lists(st.text(max_size=9), max_size=10))
def test_hostile_names_stay_in_comments(hostile, drawn):
    """Whatever functions, arguments, keys and fixed numbers are called, the source runs, computes the same, and does
    not end the `<script>` in which it stands.
    """
    texts = [*hostile, *drawn]
    fixed = {text: Value(2.0, name=text) for text in texts}
    at = dict.fromkeys(texts, 1.5)
    f = record(lambda p, x: (mg.sum([p[each] * y for each, y in fixed.items()]) * x, p), at, 1.0, names=texts[:2])
    source = f.with_parts(title=texts[0]).source("javascript")
    assert not re.search("</|<!", source)
    ((found,),) = run([(source, [(at, 1.0)])])
    assert found == [3.0 * len(fixed), at]


@pytest.mark.parametrize("function", STATEMENTS, ids=lambda function: function.__name__)
def test_rows_of_ones_own_are_printed(function):
    """A row is printed from its source, whichever statements it is written in."""
    program, numbers = of_statements(function)
    told = compared([(program, program.source("javascript"), numbers)], lambda program: program)
    assert [each for each in told if differ(*each[2:])] == []
    assert len({str(expected) for *_, expected in told}) > 1


def test_lists_of_any_length_are_printed():
    """Unlike C, JavaScript has lists whose length depends on numbers."""

    def kept(*xs):
        return math.fsum([x + 1.0 for x in xs if x > 0.0])

    own = mg.Primitive("sum_of_positive", kept, lambda z, *xs: [1.0 for _ in xs], signature=mg.Signature(lists=("x",)))
    source = record(lambda x, y: own([x, y]), 1.0, 2.0).source("javascript")
    assert run([(source, [(1.0, 2.0), (-1.0, 2.0), (-1.0, -2.0)])]) == [[5.0, 3.0, 0.0]]


def alone(function, parameters):
    """A function that JavaScript lacks, in a source of its own."""
    body = "\n\n".join(LACKING.values())
    return f"const only = (() => {{\n{body}\nreturn ({parameters}) => {function}({parameters});\n}})();"


def test_what_math_lacks_is_exact():
    """The functions beside the printer: erf, sums and norms are within 2 units of the exact numbers, erfc within 3; the
    rest are Python's own.
    """
    chosen = random.Random(1)
    sizes = [chosen.choice([1.0, -1.0]) * 10.0 ** chosen.uniform(-310, 1.4) for _ in range(800)]
    xs = [
        *sizes,
        *[chosen.uniform(-6.0, 28.0) for _ in range(1500)],
        0.0,
        -0.0,
        0.5,
        -0.5,
        27.3,
        1e300,
        math.inf,
        -math.inf,
    ]
    lists = [
        [chosen.choice([1e10, -1e10, chosen.gauss(0.0, 10.0 ** chosen.randint(-9, 9))]) for _ in range(6)] for _ in xs
    ]
    lists += [[*each, -math.fsum(each), chosen.gauss(0.0, 1e-20)] for each in lists[:500]]
    pairs = [(chosen.gauss(0.0, 9.0), chosen.choice([1.0, -2.0, 0.3])) for _ in range(1000)]
    whole = [(chosen.choice([-9, -4, -1, 1, 5, 8]), chosen.choice([-3, 1, 2])) for _ in range(50)]
    powers = [(x, y) for x in (1.0, -1.0, 2.0, -0.0) for y in (math.nan, math.inf, -math.inf, 0.0, 3.0)]
    scaled = [(x, chosen.randint(-2200, 2200)) for x in xs if x * 0.0 == 0.0]
    cases = {
        "erf": ("x", [(x,) for x in xs], lambda x: mpmath.erf(x) if 0.0 < abs(x) < 30.0 else math.erf(x), 2.0),
        "erfc": ("x", [(x,) for x in xs], lambda x: mpmath.erfc(x) if abs(x) < 30.0 else math.erfc(x), 3.0),
        "exact_sum": ("x", [(each,) for each in lists], math.fsum, 1.0),
        "euclidean_norm": ("x", [(each,) for each in lists], lambda each: math.hypot(*each), 1.0),
        "floor_quotient": ("x, y", pairs, lambda x, y: x // y, 0.0),
        "floor_remainder": ("x, y", pairs, lambda x, y: x % y, 0.0),
        "whole_quotient": ("x, y", whole, lambda x, y: x // y, 0.0),
        "whole_remainder": ("x, y", whole, lambda x, y: x % y, 0.0),
        "copysign": ("x, y", [(2.0, -0.0), (-2.0, 0.0), (-0.0, 3.0)], math.copysign, 0.0),
        "pow": ("x, y", powers, math.pow, 0.0),
        "frexp_mantissa": ("x", [(x,) for x in xs], lambda x: math.frexp(x)[0], 0.0),
        "frexp_exponent": ("x", [(x,) for x in xs], lambda x: math.frexp(x)[1], 0.0),
        "ldexp": ("x, k", scaled, power_of_two_times, 0.0),
    }
    assert LACKING.keys() - cases.keys() == {"sum_error"}
    found = run([(alone(name, parameters), calls) for name, (parameters, calls, _, _) in cases.items()])
    with mpmath.workprec(200):
        wrong = [
            (name, call, result)
            for (name, (_, calls, exact, units)), results in zip(cases.items(), found, strict=True)
            for call, result in zip(calls, results, strict=True)
            if apart(result, float(exact(*call))) > units
        ]
    assert wrong == []


def power_of_two_times(x, exponent):
    try:
        return math.ldexp(x, int(exponent))
    except OverflowError:
        return math.copysign(math.inf, x)


def test_the_source_is_strict_and_asks_for_nothing():
    """It is strict, and calls nothing but Math, Number, Object, Array and its own functions; no eval, no import."""
    for row in ROWS:
        source = re.sub(r"//.*|\".*?\"", "", program_of(row).source("javascript", gradient=True))
        assert '"use strict";' in program_of(row).source("javascript", gradient=True)
        own = set(re.findall(r"function (\w+)\(", source))
        called = set(re.findall(r"(?<![.\w])(\w+)\(", source)) - {"if", "for", "function", "return"}
        assert called - own <= {"RangeError", "Array"}
        assert set(re.findall(r"\b([A-Z]\w+)\.", source)) <= {"Math", "Object", "Number"}


def test_names_of_functions_are_reserved():
    """No argument is called as a function that is printed beside it."""
    names = LACKING.keys() - {"copysign", "pow", "ldexp", "erf", "erfc"}
    assert names <= JAVASCRIPT


@pytest.mark.thorough("a hundred thousand steps")
def test_long_programs_are_printed():
    """A program of 10⁵ steps is printed, in C as well, and runs: no tool's limit is in the way."""

    def f(x):
        for k in range(50_000):
            x = mg.sin(x) + 0.5 if k % 2 else x * 0.5 + 0.25
        return x

    program = record(f, 0.3)
    source = program.source("javascript")
    assert program.source("c").count("\n") > 100_000
    ((found,),) = run([(source, [(0.4,)])])
    assert found == pytest.approx(program(0.4), rel=1e-12)
