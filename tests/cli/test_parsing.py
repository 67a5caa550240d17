"""Laws of typed expressions: what is allowed is computed, whatever else is refused at its column, nothing is run."""

# ruff: noqa: E501  a case is one entry of a table

import math
import re
from collections import Counter

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from microgrand import InputError
from microgrand.cli.main import main
from microgrand.cli.parsing import ExpressionError, evaluate, numbers_of
from microgrand.table.rows import TABLE
from microgrand.testing import expressions

GOOD = [
    ("log(1 + exp(-y*(w*x + b)))", math.log1p(math.exp(-2.0))), ("-x**2", -4.0), ("2**-x", 0.25), ("+x - -x", 4.0),
    ("x/w/y", 2.0), ("where(x > 1, x, -x)", 2.0), ("(x >= 2) + (x < 2) + (x == 2)", 2.0), ("dot([x, w], [3, y])", 7.0),
    ("logsumexp([x, x])", 2.0 + math.log(2.0)), ("softmax((x, x), 0)", 0.5), ("1e3*x", 2000.0), ("maximum(x, 7)", 7.0),
    ("  x\n* w", 2.0), ("abs(-x)", 2.0), ("b + .5*x", 1.0), ("5*x // 4 + 7*x % 4", 4.0), ("x" + " - w + w" * 1000, 2.0),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), GOOD)
def test_expressions_are_computed(text, expected):
    """Arithmetic, comparisons, lists and the functions of the table mean what they mean on Values."""
    everything = {"x": 2.0, "w": 1.0, "y": 1.0, "b": 0.0}
    names = set(re.findall(r"\b[xwyb]\b", text))
    root, found = evaluate(text, {name: everything[name] for name in names})
    assert math.isclose(root.data, expected)
    assert {name: leaf.name for name, leaf in found.items()} == {name: name for name in names}


BAD = [  # text, the column of the fault, words
    ("foo(x)", 1, "foo is no function of the table"), ("1 + lgo(x)", 5, "did you mean log"), ("x +", 4, "no expression"),
    ("x)", 2, "unmatched"), ("x^2", 3, r"write x\*\*2"), ("x + y", 5, "y has no number: add y="), ("log(-x)", 1, "log is defined on"),
    ("1/(x - x)", 1, "division by zero"), ("__import__('os').system('true')", 1, "no function of the table"),
    ("x.real", 1, "names have no dots"), ("[x for x in y]", 1, "allowed are"), ("lambda: x", 1, "allowed are"), ("x and x", 1, "there is no and, or"),
    ("x[0]", 1, "has no items"), ("'x'", 1, "text is no number"), ("x < 1 < 2", 1, "two numbers at a time"), ("x if x else x", 1, "there is no if here"),
    ("(y := 1)", 2, "allowed are"), ("f'{x}'", 1, "allowed are"), ("sin", 1, "sin is a function"), ("1j*x", 1, "no real number"),
    ("True*x", 1, "no real number"), ("sin(x, x)", 1, "takes 1 argument"), ("softmax([x], 1)", 1, "index k"), ("sin(x=x)", 7, "by position"),
    ("leaky_relu(x, slope=2)", 21, "by position"), ("é*x", 1, "é has no number"), ("x*é*x", 3, "é has no number"),
    ("1" + "0" * 400 + "*x", 1, "larger than any float"), ("[x, 1]*2", 1, "list"), ("x @ x", 1, "allowed are"), ("math.exp(x)", 1, r"write exp\(…\)"), ("x\n+ zz", 5, "zz has no number"),
    ("x·x", 1, r"write x\*x"), ("Σ([x, x])", 1, r"write sum\("), ("sin(*x)", 5, "allowed are"), ("x if", 5, "no expression"), ("  x + q", 7, "q has no number"),
]  # fmt: skip


MATHEMATICAL = {  # as in a book, and as Python has it
    "{}{}": "{}*{}", "{} {}": "{}*{}", "{}({} + 1)": "{}*({} + 1)", "{}·{}": "{}*{}", "{} − {}": "{} - {}", "{} ÷ {}": "{} / {}",
}  # fmt: skip
OF_ONE = {
    "sin {}": "sin({})",
    "{}²": "{}**2",
    "{}⁻¹²": "{}**-12",
    "√{}": "sqrt({})",
    "σ({})": "sigmoid({})",
    "Φ ({})": "normal_cdf ({})",
    "tanh⁻¹({}/100)": "atanh({}/100)",
    "|{}|": "abs({})",
    "ln {}": "log({})",
    "{}^3": "{}**3",
}


@given(
    st.sampled_from(["2", "0.5", "1e3", ".25"]), st.sampled_from(["x", "θ", "rate", "x1", "θ₁₂"]), st.sampled_from(list(MATHEMATICAL.items())),
    st.sampled_from(list(OF_ONE.items())), st.sampled_from("+-*/"),
)  # fmt: skip
def test_what_is_written_as_in_mathematics_is_told_in_python(number, name, two, one, sign):
    """Of an expression as in a book the error says how the command reads it, and that is computed."""
    names = (name, name.translate(str.maketrans("₁₂", "12")))
    written, read = [f"{a.format(number, n)} {sign} {b.format(n)}" for a, b, n in zip(two, one, names, strict=True)]
    name = names[1]
    with pytest.raises(ExpressionError) as caught:
        evaluate(written, {name: 1.5})
    assert f"write {read}\n" in str(caught.value)
    assert isinstance(evaluate(read, {name: 1.5})[0].data, float)


@pytest.mark.parametrize("text", ["x = 3", "x=", "3 = x", "sin(x) = 1"])
def test_an_equation_is_no_expression(text):
    """An equals sign is told, with the way to give a number."""
    with pytest.raises(ExpressionError, match="an expression has no ="):
        evaluate(text, {"x": 1.0})


@pytest.mark.parametrize(("text", "column", "words"), BAD, ids=[item[0][:20] for item in BAD])
def test_what_is_not_allowed_is_pointed_at(text, column, words):
    """Whatever is not arithmetic, a comparison, a list or a function of the table is refused at its column, counted in
    characters, with a mark below it.
    """
    with pytest.raises(ExpressionError, match=words) as caught:
        evaluate(text, {"x": 2.0})
    assert str(caught.value).startswith(f"column {column}: ")
    _, shown, mark = str(caught.value).split("\n")
    assert mark == " " * (column + 1) + "^"
    assert len(shown) <= 102


def refusal(text, numbers):
    """In which words the text is refused; none where it is computed."""
    try:
        evaluate(text, numbers)
    except InputError as error:
        return str(error)
    return ""


OPERANDS = ["", "x", "x, x", "[x]", "[x], x, x, x", "[x], [x], [x]", "x, [x]", "[x], [x]"]
ONE_LIST = {"x", "x, x", "[x]"}
COMPUTED = {"sum": {"", *ONE_LIST}, "prod": {"", *ONE_LIST}, "norm": {"", *ONE_LIST}, "mean": ONE_LIST,
            "logsumexp": ONE_LIST, "dot": {"[x], [x]"}}  # fmt: skip
PYTHONS_OWN = re.compile("object of type|missing|not iterable|argument")


@pytest.mark.parametrize(
    "row", [row for row in TABLE.values() if row.signature.lists and row.signature.brackets], ids=lambda row: row.name
)
def test_functions_of_lists_say_what_they_take(row):
    """What fits a function of many operands is computed, all else is refused in words about its lists."""
    told = {operands: refusal(f"{row.name}({operands}) + x", {"x": 0.0}) for operands in OPERANDS}
    assert {operands for operands, words in told.items() if not words} == COMPUTED.get(row.name, set())
    assert [words for words in told.values() if PYTHONS_OWN.search(words)] == []


@pytest.mark.parametrize(("text", "words"), [
    ("", "empty"), ("   ", "empty"), ("1 + 2", "no name in it"), ("x + " * 30_000 + "x", "deep"), ("-" * 5_000 + "x", "deep|no expression"),
    ("(" * 500 + "x" + ")" * 500, "no expression|deep"), ("x\x00", "cannot be read|no expression"), ("[x]", "is a list"),
])  # fmt: skip
def test_what_has_no_column_is_refused_too(text, words):
    """Empty text, text without a name, text too deep to be read: one sentence, and no other error."""
    with pytest.raises(InputError, match=words):
        evaluate(text, {"x": 2.0} if "x" in text else {})


def test_any_text_is_computed_or_refused():
    """No text whatever raises anything but an InputError."""
    count = Counter()

    @given(st.text(alphabet="x1.+-*/()[], \"'<=>eloging_:\\\n\té²", max_size=25))
    @example("x*(1.-x)")
    @example("log(x)")
    def law(text):
        count["refused" if refusal(text, {"x": 2.0}) else "computed"] += 1

    law()
    assert count["refused"] > 20
    assert count["computed"] >= 2


@given(expressions(max_nodes=12))
def test_printed_formulas_are_read_back(drawn):
    """A formula printed as Python computes the same number when it is typed."""
    from microgrand import formula

    _, root = drawn.on_values()
    text = formula(root, "python", depth=50).replace("inf", "1e999")
    assume("nan" not in text and len(text) <= 2_000)
    used = {name: number for name, number in zip(("x0", "x1"), drawn.inputs, strict=True) if name in text}
    again, _ = evaluate(text, used)
    assert repr(again.data) == repr(root.data)


@pytest.mark.parametrize(("words", "message"), [
    (["x"], "name=number"), (["=2"], "name=number"), (["x y=2"], "name=number"), (["x=two"], "x is a number"),
    (["x=1", "x=2"], "given twice"), (["x="], "x is a number"), (["2=3"], "name=number"),
])  # fmt: skip
def test_assignments_are_checked(words, message):
    """A number is given as name=number, each name once."""
    with pytest.raises(InputError, match=message):
        numbers_of(words)
    assert numbers_of(["x=-2", "y=1e-3", "θ=inf"]) == {"x": -2.0, "y": 0.001, "θ": math.inf}


def test_draw_prints_the_text_form(capsys):
    """`microgrand draw` without a file prints one line per node."""
    assert main(["draw", "log(1 + exp(-y*(w*x + b)))", "x=2", "y=1", "w=0.5", "b=0"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 11
    assert printed[-1].split()[:5] == ["z₁₁", "=", "log(z₁₀)", "=", "0.3133"]


def test_numbers_may_follow_options(tmp_path, capsys):
    """The numbers may stand after an option; what is neither number nor option is refused."""
    assert main(["draw", "x*y", "y=2", "-o", str(tmp_path / "graph.svg"), "x=3"]) == 0
    assert "z₃ = 6" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["draw", "x*y", "y=2", "x=3", "--colour"])
    assert "unrecognized arguments: --colour" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "hint"), [("max(x, 1)", "maximum"), ("ln(x)", "log"), ("pi*x", "pi=3.14159")])
def test_what_a_name_may_have_meant_is_said(text, hint):
    """Names of other languages' functions, and of constants, lead to what there is."""
    with pytest.raises(InputError, match=hint):
        evaluate(text, {"x": 2.0})


@pytest.mark.parametrize("expression", ["-x*2", "-x", "-(x)", "-2*x", "-exp(x)"])
def test_an_expression_may_begin_with_a_minus(expression, capsys):
    """A leading minus is arithmetic, not an option."""
    assert main(["draw", expression, "x=2"]) == 0
    assert "x" in capsys.readouterr().out


def test_draw_writes_the_file_it_is_told(tmp_path, capsys):
    """-o writes what the ending names, and says so on stderr."""
    for ending in ("svg", "png", "dot"):
        assert main(["draw", "x*x", "x=3", "-o", str(tmp_path / f"graph.{ending}")]) == 0
        assert (tmp_path / f"graph.{ending}").stat().st_size > 100
    told = capsys.readouterr()
    assert told.out == ""
    assert "A gradient graph of 2 nodes: z₂ = 9 from x = 3" in told.err
    assert main(["draw", "dot([x, x], [1, 2])", "x=3", "--expand", "dot", "--show", "value", "--to", "x"]) == 0
    assert "lit: 2 paths" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [
    ["x"], ["x", "x=1", "y=2"], ["x*", "x=1"], ["x", "x=1", "-o", "nowhere/graph.svg"], ["x", "x=1", "-o", "graph.gif"],
    ["x", "x=1", "-o", "."], ["x", "x=1", "--show", "colour"], ["x", "x=1", "--to", "y"], ["x", "x=1", "--expand", "dot"],
])  # fmt: skip
def test_bad_input_is_one_sentence_and_exit_code_2(arguments, capsys, tmp_path, monkeypatch):
    """Whatever is wrong with the input, nothing is printed on stdout, nothing is written, and the exit code is 2."""
    monkeypatch.chdir(tmp_path)
    assert main(["draw", *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("microgrand draw: ")
    assert "Traceback" not in told.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("text", "why"), [
    ("-" * 100_000 + "x", "it is nested too deeply"), ("x + \udcff", "'utf-8' codec can't encode character"),
])  # fmt: skip
def test_what_python_itself_cannot_read_is_told(text, why):
    """Text that Python's own parser gives up on is refused with the reason, in one sentence."""
    with pytest.raises(
        InputError, match=f"^(the expression cannot be read: {why}|the expression is nested too deeply)"
    ):
        evaluate(text, {"x": 2.0})
