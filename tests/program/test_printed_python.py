"""Laws of programs printed as Python: the source is the replay, bit for bit, and stands on its own."""

import ast
import enum
import keyword
import math
import re
import struct
import subprocess
import sys
from functools import partial

import numpy
import pytest
from hidden_branches import POINTS, masked, near
from hypothesis import given
from hypothesis import strategies as st

import microgrand as mg
from microgrand import DomainError, GraphError, GuardError, Primitive, Value, grad, hessian, record
from microgrand.nested import flat
from microgrand.program.printed.identifiers import RESERVED, Identifiers
from microgrand.program.printed.python import printed_python
from microgrand.program.printed.straight_line import straight_line
from microgrand.table.domains import POSITIVE, REALS
from microgrand.testing import expressions

EDGES = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2.0,
    40.0,
    -40.0,
    800.0,
    -800.0,
    1e-300,
    1e300,
    5e-324,
    math.inf,
    -math.inf,
    math.nan,
]
numbers = st.one_of(st.sampled_from(EDGES), st.floats(allow_nan=False))


def loaded(source):
    """The last function of a module's source."""
    module = {}
    exec(source, module)
    return module[ast.parse(source).body[-1].name]


def outcome(f, *arguments, errors=(DomainError, GuardError)):
    """The bits of what f returns, or that it raised one of the errors."""
    try:
        return [struct.pack("<d", x) if x == x else "nan" for x in flat(f(*arguments))]
    except errors:
        return "refused"


def example_of(row):
    """Operands of a row as its program takes them: lists of three, and indices that stay as they are."""
    lists, size = row.signature.lists, 3
    return [0.5] * (len(lists) * size if lists else row.arity - len(row.signature.indices))


def applied(row):
    """The row as a function of numbers."""
    if not row.signature.lists:
        return lambda *xs: row(*xs, *[1.0] * len(row.signature.indices))
    half = len(example_of(row)) // len(row.signature.lists)
    return lambda *xs: row(
        *[list(xs[k * half : (k + 1) * half]) for k in range(len(row.signature.lists))],
        *[1] * len(row.signature.indices),
    )


@pytest.mark.parametrize("row", mg.TABLE.values(), ids=lambda row: row.name)
def test_every_row_is_printed_as_it_is_replayed(row):
    """Of each row, at any numbers, the printed function returns the bits of the replay, or refuses where that does."""
    example = next(
        point for x in (0.5, 1.5, 0.0) if allowed(row, point := [x + 0.1 * k for k in range(len(example_of(row)))])
    )
    program = record(applied(row), *example)
    printed = loaded(program.source("python"))
    told = set()

    @given(st.lists(numbers, min_size=len(example), max_size=len(example)))
    def law(xs):
        expected = outcome(lambda *xs: program(*xs, allow_nonfinite=True), *xs)
        assert outcome(printed, *xs, errors=ValueError) == expected
        told.add(str(expected))

    law()
    assert len(told) > 1


def allowed(row, xs):
    try:
        applied(row)(*xs)
    except DomainError:
        return False
    return True


@given(expressions(inputs=3, smooth=False))
def test_expressions_are_printed_as_they_are_replayed(expression):
    """Value and gradient of random expressions, printed, are those of the replay, bit for bit."""
    program = record(lambda *xs: expression(*xs), *expression.inputs)
    everything = tuple(range(len(expression.inputs)))
    value, adjoint = [partial(each, allow_nonfinite=True) for each in (program, program.adjoint(everything))]
    assert outcome(loaded(program.source("python")), *expression.inputs) == outcome(value, *expression.inputs)
    printed = loaded(program.source("python", gradient=True, argnums=everything))
    replayed = outcome(adjoint, *expression.inputs)
    assert outcome(printed, *expression.inputs, errors=ValueError) == replayed


@given(expressions(inputs=2, max_nodes=8), st.sampled_from(["jacobian", "hessian"]))
def test_derivatives_are_printed_as_they_are_replayed(expression, derivative):
    """Jacobian and Hessian of random expressions, printed, are those of the replay, bit for bit."""
    program, at = record(lambda xs: expression(*xs), list(expression.inputs)), list(expression.inputs)
    printed = loaded(program.source("python", derivative=derivative))
    replayed = outcome(partial(getattr(program, derivative), allow_nonfinite=True), at)
    assert outcome(printed, at, errors=ValueError) == replayed


@pytest.mark.filterwarnings("ignore::microgrand.KinkWarning")
@given(masked(), st.sampled_from(["gradient", "hessian"]))
def test_what_is_hidden_changes_no_printed_derivative(functions, derivative):
    """Printed derivatives are those of the function with Python's own `if`, where the hidden branch is undefined."""
    by_row, by_if = functions
    printed = loaded(record(lambda v: by_row(*v), [1.0, 0.1]).source("python", derivative=derivative))
    change = grad if derivative == "gradient" else hessian
    for point in POINTS:
        found = printed(list(point))
        assert near(found[1] if derivative == "gradient" else found, change(lambda v: by_if(*v))(list(point)))


def test_a_branch_is_checked():
    """Where Python's own comparison would come out otherwise, the printed code raises, and names the comparison."""
    printed = loaded(record(lambda x: x * x if x > 1.0 else -x, 2.0).source("python"))
    assert printed(3.0) == 9.0
    with pytest.raises(ValueError, match=r"recorded where z0 > 1.0 is True"):
        printed(0.5)


def test_a_row_of_ones_own_is_printed():
    """A row that a user declares is printed from its source, and those that it calls from theirs."""
    own = Primitive(
        "scaled_tanh", lambda x, y: 2.0 * mg.tanh(x) * y if x > 0.0 else y, (lambda z, x, y: x, lambda z, x, y: y)
    )
    program = record(lambda x, y: own(x, y) + 1.0, 0.5, 2.0)
    printed = loaded(program.source("python"))
    assert [printed(x, 2.0) for x in (0.5, -1.0)] == [program(x, 2.0) for x in (0.5, -1.0)]


REFUSED = {
    "no source": (eval("lambda x: x + 1.0"), ("python", "c", "javascript")),
    "no translation": (lambda x: float(round(x)), ("python", "c", "javascript")),
    "no such function": (lambda x: math.ulp(x), ("c", "javascript")),
    "no such function, by itself": (math.ulp, ("c", "javascript")),
}


@pytest.mark.parametrize(("kind", "language"), [(kind, each) for kind in REFUSED for each in REFUSED[kind][1]])
def test_a_row_without_translation_is_refused(kind, language):
    """A row whose code cannot be read, or does what a language lacks, is named, whatever the language."""
    own = Primitive("a_row_of_ones_own", REFUSED[kind][0], lambda z, x: 1.0)
    with pytest.raises(GraphError, match=r"cannot be printed: .*a_row_of_ones_own"):
        record(lambda x: own(x), 1.0).source(language)


HOSTILE = [
    "x[0]",
    "lambda",
    "",
    "1st",
    "z3",
    "Math",
    "β",
    "a\nb",
    '"""',
    "*/",
    "\\",
    "x",
    "x",
    "float_exp",
    "__proto__",
    "exp",
]


@given(st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=9)), min_size=1, max_size=6))
def test_any_name_becomes_an_identifier(texts):
    """Whatever arguments are called, code is valid: identifiers in ASCII that no language reserves, each once."""
    names = Identifiers()
    made = [names.of(text, "x") for text in texts]
    assert len(set(made)) == len(made)
    assert [each for each in made if not re.fullmatch(r"[A-Za-z]\w*", each, re.ASCII) or each in RESERVED] == []
    assert not any(map(keyword.iskeyword, made))
    fixed = [Value(2.0, name=text) for text in texts]
    program = record(
        lambda *xs: mg.sum([x * y for x, y in zip(xs, fixed, strict=True)]), *[1.5] * len(texts), names=texts
    )
    program = program.with_parts(title=texts[0])
    assert loaded(program.source("python"))(*[1.5] * len(texts)) == 3.0 * len(texts)


def test_arguments_keep_their_structure():
    """Nested lists, tuples and dicts come in and go out as they were recorded."""
    at = ({"a": [1.0, (2.0, 3.0)], "b'": 4.0, 5: [6.0]}, [[7.0]], [], 8.0)

    def f(p, q, nothing, x):
        return {"s": (p["a"][0] * p["a"][1][1], [x, 3.0]), "t": (q[0][0] + p["b'"],), "u": []}

    program = record(f, *at)
    assert loaded(program.source("python"))(*at) == program(*at) == f(*at)
    assert loaded(program.source("python", derivative="jacobian", argnums=(0, 3)))(*at) == program.jacobian(
        *at, argnums=(0, 3)
    )


def test_the_source_needs_nothing_but_math():
    """Run by a Python that has no packages, it prints what the replay gives; all that it imports is `math`."""
    program = record(lambda x: mg.logsumexp([mg.erf(x), mg.cbrt(x), mg.gelu(x)]), 0.5)
    source = program.source("python", gradient=True)
    assert {
        name.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import) for name in node.names
    } == {"math"}
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(ast.parse(source)))
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"{source}\nprint(repr(f(0.5)))"], capture_output=True, text=True, check=True
    )
    assert ast.literal_eval(done.stdout) == program.value_and_grad(0.5)


@pytest.mark.thorough("a hundred thousand steps")
def test_long_programs_are_printed():
    """A program of 10⁵ steps is printed and runs."""

    def f(x):
        for k in range(50_000):
            x = mg.sin(x) + 0.5 if k % 2 else x * 0.5 + 0.25
        return x

    program = record(f, 0.3)
    assert loaded(program.source("python"))(0.4) == program(0.4)


def test_what_was_printed_is_left_as_it_was():
    """Printing changes nothing: the second time it gives the same text."""
    lines = straight_line(record(lambda x: mg.tanh(x) * 2.0, 1.0))
    assert printed_python(lines) == printed_python(lines)


class Side(enum.Enum):
    LEFT = 1


@pytest.mark.parametrize("language", ["python", "c", "javascript"])
@pytest.mark.parametrize("asked", [{"derivative": ["gradient"]}, {"gradient": True, "derivative": "hessian"}])
def test_what_cannot_be_asked_for_is_refused(language, asked):
    """A derivative that is no name, and two derivatives at once, are refused in a sentence."""
    with pytest.raises(ValueError, match="derivative"):
        record(lambda x: x * x, 1.0).source(language, **asked)


def test_a_language_is_a_name():
    """A language that is no string is refused as an unknown one is."""
    with pytest.raises(ValueError, match="programs are printed in"):
        record(lambda x: x * x, 1.0).source(["c"])


def test_positions_may_be_numpys():
    """A position is any whole number."""
    program = record(lambda x, y: x * y, 1.0, 2.0)
    assert program.source(gradient=True, argnums=numpy.int64(1)) == program.source(gradient=True, argnums=1)


@pytest.mark.parametrize("key", ["a b", 3, -1, 2.5, True, None, ("a", (1, None))])
def test_keys_with_a_literal_are_printed(key):
    """A dict's key that Python can write stands in the source, in arguments and results."""
    program = record(lambda d: {key: d[key] * 2.0}, {key: 1.0})
    assert loaded(program.source())({key: 3.0}) == {key: 6.0}


@pytest.mark.parametrize("key", [Side.LEFT, math.inf, (1, Side.LEFT), frozenset({1})])
def test_keys_without_a_literal_are_refused(key):
    """A key that Python cannot write is named, in an argument and in a result."""
    with pytest.raises(GraphError, match="a key in Python's source is"):
        record(lambda d: d[key] * 2.0, {key: 1.0}).source()
    with pytest.raises(GraphError, match="a key in Python's source is"):
        record(lambda x: [{key: x * 2.0}], 1.0).source()


@pytest.mark.parametrize("domain", [REALS, POSITIVE])
def test_rows_of_one_name_are_printed_apart(domain):
    """The source of a program with two rows of one name is the replay, and so is that of each row's helper."""

    def summed(c):
        value = lambda *xs: math.fsum([c * x for x in xs])
        takes = mg.sum.signature
        return Primitive("summed", value, lambda z, *xs: [c for _ in xs], signature=takes, domain=domain)

    twice, five_times = summed(2.0), summed(5.0)
    program = record(lambda x: twice(x) + 10.0 * five_times(x), [0.25, 0.5])
    assert outcome(loaded(program.source()), [1.0, 2.0]) == outcome(program, [1.0, 2.0])
    assert program([1.0, 2.0]) == 156.0


@pytest.mark.parametrize("key", [3, None, Side.LEFT])
def test_keys_that_javascript_lacks_are_refused(key):
    """An object of JavaScript has strings as its keys: another is named."""
    with pytest.raises(GraphError, match="a key in JavaScript is a string"):
        record(lambda d: d[key] * 2.0, {key: 1.0}).source("javascript")
