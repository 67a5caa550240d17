"""Laws of a run in the playground, and of what is built for it; neither needs a browser here."""

import builtins
import importlib.util
import io
import json
import sys
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

DOCS = Path(__file__).parent.parent.parent / "docs"


def loaded(path):
    """The file as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sys.path.insert(0, str(DOCS / "playground" / "page"))
import session  # noqa: E402  the page has it on its path, too
from session import running, text  # noqa: E402

build = loaded(DOCS / "build_playground.py")


def run(code):
    """What a run says, and what it shows."""
    shown = []
    told = json.loads(session.run(code, lambda *each: shown.append(each)))
    return told, shown


def units(text):
    """Units of UTF-16, as JavaScript counts."""
    return len(text.encode("utf-16-le")) // 2


# ---- where it went wrong ----

LETTERS = st.text(st.sampled_from("aé€αΩ🙂👍🏽e\u0301क्षि\u2028\x0c "), max_size=12)
FAULTS = {
    "when it runs": ("1 / 0", 0),
    "in what is called": ("len(1 / 0)", 4),
    "for the parser": (")", 0),
    "for the compiler": ("return 3", 0),
    "in a bracket": ("f(1 2)", 2),
}


@pytest.mark.parametrize("fault", FAULTS)
@given(LETTERS, st.lists(LETTERS, max_size=3), st.sampled_from(["\n", "\r\n", "\r"]))
def test_the_column_is_where_the_fault_stands_in_the_editor(fault, before, above, newline):
    """Whatever stands before it on its line and above it: line and column count as the editor does."""
    wrong, at = FAULTS[fault]
    start = f"αβ = {before!r}; ".replace("\\u2028", "\u2028")
    code = newline.join([*[f"# {line}" for line in above], start + wrong])
    problem = run(code)[0]["problem"]
    assert (problem["line"], problem["column"]) == (len(above) + 1, units(start) + at + 1)


# ---- what is shown ----

FORMS = {
    "an attribute": ("html = '<b>'", "text"),
    "an attribute for notebooks": ("_repr_mimebundle_ = _repr_html_ = 3", "text"),
    "a dict": ("def _repr_mimebundle_(self): return {'text/html': '<i>'}", "page"),
    "a dict and its metadata": (
        "def _repr_mimebundle_(self, include, exclude): return {'text/html': '<i>'}, {}",
        "page",
    ),
    "options": ("def _repr_mimebundle_(self, **options): return {'image/svg+xml': '<svg/>'}", "picture"),
    "text alone": ("def _repr_mimebundle_(self): return {'text/plain': 'so'}", "text"),
    "nothing": ("def _repr_mimebundle_(self): return None", "text"),
    "html": ("def _repr_html_(self): return '<i>'", "page"),
    "svg": ("def _repr_svg_(self): return '<svg/>'", "picture"),
    "everything": ("def __getattr__(self, name): return lambda *_, **__: self", "text"),
    "a module without a name": ("__module__ = 3", "text"),
}


@pytest.mark.parametrize("body", FORMS)
def test_an_own_class_shows_itself_as_in_a_notebook(body):
    """Each is shown once, in the richest form that its methods give; a page and a picture are saved as shown."""
    declaration, kind = FORMS[body]
    told, shown = run(f"class Own:\n    {declaration}\nOwn()")
    assert told["problem"] is None
    assert [each for each, _, _ in shown] == [kind]
    files = {"page": ["page"], "picture": ["svg"], "text": []}[kind]
    assert told["forms"] == files
    assert [session.saved(form) for form in files] == [content for _, content, _ in shown if kind != "text"]


BREAKING = {
    "raises": "def __repr__(self): raise ValueError('no')",
    "recurses": "def __repr__(self): return repr(self)",
    "is no text": "def __repr__(self): return 3",
    "ends": "def __repr__(self): raise SystemExit",
    "html raises": "def _repr_html_(self): return 1 / 0",
    "html is no text": "def _repr_html_(self): return 3",
    "a bundle of something": "def _repr_mimebundle_(self): return [1]",
    "a bundle of no text": "def _repr_mimebundle_(self): return {'text/plain': b''}",
}


@pytest.mark.parametrize("body", BREAKING)
@given(st.integers(0, 5))
def test_what_cannot_be_shown_is_told_with_its_line(body, blank):
    """The line is that of the method, or where it only returned what is wrong, of what was to be shown."""
    told, shown = run("\n" * blank + f"class Own:\n    {BREAKING[body]}\n\nOwn()")
    assert shown == []
    returns_nonsense = body in ("is no text", "html is no text", "a bundle of something", "a bundle of no text")
    assert told["problem"]["line"] == blank + (4 if returns_nonsense else 2)


def test_each_thing_of_microgrand_is_shown_and_saved_as_what_it_is():
    """Players and exercises are pages, drawings pictures, reports and programs text; what can be saved, is."""
    start = "from microgrand import *\nfrom microgrand.testing import check_gradient\nx = Value(3.0)\ny = x * x\n"
    kinds = {
        "y": ("page", ["page", "svg"]),
        "walkthrough(y)": ("page", ["page", "svg"]),
        "walkthrough(y, predict=True)": ("page", ["page"]),
        "exercise(seed=1)": ("page", ["page"]),
        "exercises(2, seed=1)": ("page", ["page"]),
        "draw(y)": ("picture", ["svg"]),
        "Sequential(Linear(2, 3), Tanh())": ("picture", ["svg"]),
        "record(lambda x: x * x, 3.0)": ("text", []),
        "check_gradient(abs, gradient=lambda x: 1.0, at=2.0)": ("text", []),
        "Value": ("text", []),
    }
    for code, (kind, forms) in kinds.items():
        told, shown = run(start + code)
        assert (told["problem"], [each for each, _, _ in shown], told["forms"]) == (None, [kind], forms), code
        assert [form for form in forms if "could not be saved" in session.saved(form)] == []


@given(st.text())
def test_saving_never_raises(form):
    """What there is no file of is told in the file."""
    run("1")
    assert "could not be saved" in session.saved(form)
    assert "could not be saved" in session.saved("svg")


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner) | st.tuples(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.integers(), inner)
    ),
) | st.sets(st.integers()) | st.frozensets(st.text())  # fmt: skip


@given(PLAIN)
def test_a_container_is_shown_as_python_prints_it(value):
    """In pieces it is the same text."""
    assert "".join(text.pieces(value)) == repr(value)


@given(
    st.sampled_from([list, tuple, lambda items: {1: items}, lambda items: [items, items]]),
    st.integers(0, 10**5) | st.just(10**6),
)
def test_no_more_of_a_long_list_is_made_than_is_shown(container, length):
    """A text has at most 20,000 characters, and so many items at most were asked for theirs."""
    asked = []

    class Item:
        def __repr__(self):
            asked.append(self)
            return "i"

    shown = text.shortened(text.pieces(container([Item()] * length)))
    assert len(shown) <= 20_000
    assert len(asked) <= 20_000
    assert shown.endswith("more is not shown") == (len(repr(container([0] * length))) > 20_000)


@given(st.text(), st.sampled_from(["{!r}", "display({!r})", "type('Own', (str,), {{'__str__': repr}})({!r})"]))
def test_a_text_is_shown_without_quotes(text, code):
    """As it is, of an own class too."""
    assert run(code.format(text)) == ({"problem": None, "forms": []}, [("text", text, "")])


@given(st.integers(0, 60_000), st.sampled_from(["'a' * {}", "b'a' * {}", "print_of({})"]))
def test_a_text_is_limited(length, code):
    """However long: what stands in it first is shown, and that there is more."""
    own = "class print_of:\n    def __init__(self, n): self.n = n\n    def __repr__(self): return 'a' * self.n\n"
    _, [(_, text, _)] = run(own + code.format(length))
    assert len(text) <= 20_000
    assert text.count("a") >= min(length, 19_000)
    assert ("more is not shown" in text) == (length > 20_000 - (3 if code[0] == "b" else 0))


# ---- one run after another ----

LEAKS = {
    "built-in functions": "import builtins\nfor name in ['len', 'BaseException']: setattr(builtins, name, None)",
    "a built-in function more": "import builtins\nbuiltins.more = 3",
    "no built-in functions": "import builtins\nvars(builtins).clear()",
    "stdout": "import sys\nsys.stdout = sys.stderr = sys.stdin = None",
    "the path": "import sys\nsys.path.clear()\nsys.path = None",
    "warnings": "import warnings\nwarnings.simplefilter('ignore')\nwarnings.showwarning = None",
    "recursion": "import sys\nsys.setrecursionlimit(sys.getrecursionlimit() + 1234)",
    "tracing": "import sys\nsys.setprofile(lambda *_: None)",
    "hooks": "import sys\nsys.excepthook = sys.displayhook = None",
    "garbage": "import gc\ngc.disable()",
}


def state():
    """What a run leaves as it was."""
    of_sys = [getattr(sys, name) for name in ("stdin", "stdout", "stderr", "excepthook", "displayhook")]
    limits = [read() for read, _ in running.SETTINGS]
    shown = [list(sys.path), list(warnings.filters), warnings.showwarning]
    return [dict(vars(builtins)), of_sys, id(sys.path), shown, limits]


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("end", ["", "\n1 / 0", "\nraise SystemExit", "\n'text'", "\n)"])
def test_a_run_leaves_python_as_it_was(leak, end):
    """However it ends; and the next run is none the wiser."""
    before = state()
    run(LEAKS[leak] + end)
    assert state() == before
    assert run("len([1, 2])") == ({"problem": None, "forms": []}, [("text", "2", "")])


@given(st.sampled_from(["close()", "detach()", "write = None"]))
def test_a_stream_that_is_closed_is_open_in_the_next_run(end):
    """A run has streams of its own, unless somebody set others."""
    kept = sys.stdout, sys.__stdout__
    sys.__stdout__ = sys.stdout
    run(f"import sys\nsys.stdout.{end}")
    told, _ = run("print('', end='')")
    sys.__stdout__ = kept[1]
    assert told["problem"] is None
    assert sys.stdout is kept[0]


# ---- a way out ----

WAYS = {
    "await x": "async and await",
    "async with x: pass": "async and await",
    "[x async for x in y]": "async and await",
    'raise RuntimeError("can\'t start new thread")': "one thread",
    "import subprocess; subprocess.run(['/nowhere/at/all'], bufsize='a')": "no other program",
    "import socket; socket.create_connection('a')": "no other host",
    "import urllib.request; urllib.request.urlopen('nothing://a')": "no other host",
    "import asyncio; asyncio.run(3)": "async and await",
    "open('/nowhere/at/all')": "none of your files",
    "raise OSError(52, 'Function not implemented')": "no other host",
    "import numpy.nowhere_at_all": "is not here",
    "raise MemoryError": "memory",
    "def f(): f()\nf()": "too often",
}


@pytest.mark.parametrize("code", WAYS)
def test_an_error_of_a_page_has_a_way_out(code):
    """What Python in a page cannot do is told with what to do instead."""
    problem = run(code)[0]["problem"]
    assert WAYS[code] in problem["way"]
    assert problem["line"] == 1


@pytest.mark.parametrize("end", ["exit()", "quit()", "import sys; sys.exit()", "exit(3)", "raise SystemExit"])
def test_code_that_ends_itself_is_told_so(end):
    """By whatever means; and stdin is not closed by it."""
    problem = run(end)[0]["problem"]
    assert problem["message"] == "the code ended by itself"
    assert not sys.stdin.closed


@given(st.integers(), st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=20))
def test_an_assertion_without_a_text_is_told_as_it_stands(number, text):
    """What is shown is its line; one with a text shows that."""
    assert run(f"if True:\n    assert {number} == None")[0]["problem"]["message"] == f"assert {number} == None"
    assert run(f"assert False, {'a' + text!r}")[0]["problem"]["message"] == "a" + text


@pytest.mark.parametrize(
    "body", ["def __str__(self): raise ValueError", "def __str__(self): return 3", "__notes__ = 3"]
)
def test_an_error_that_cannot_be_printed_is_told(body):
    """With its name and its line."""
    problem = run(f"class Own(Exception):\n    {body}\n\nraise Own")[0]["problem"]
    assert (problem["name"], problem["line"]) == ("Own", 4)


# ---- what is built ----


def test_two_archives_are_equal():
    """To the byte: no file in it tells when it was made."""
    archive = build.site()
    assert build.site() == archive
    with zipfile.ZipFile(io.BytesIO(archive)) as parts:
        assert {(entry.date_time, entry.external_attr) for entry in parts.infolist()} == {(build.TIME, 0o644 << 16)}
        assert {"session/__init__.py", "session/running.py", "microgrand/__init__.py"} <= set(parts.namelist())


def wheel_with(text, folder):
    """A folder with one wheel, whose licence is the text."""
    with zipfile.ZipFile(folder / "own-1.0-py3-none-any.whl", "w") as parts:
        parts.writestr("own-1.0.dist-info/METADATA", "Name: own\nVersion: 1.0\n")
        parts.writestr("own-1.0.dist-info/licenses/LICENSE", text)
    return sorted(folder.glob("*.whl"))


@pytest.mark.parametrize("text", ["", " \n"])
def test_a_wheel_without_a_licence_cannot_be_built_in(text, tmp_path, monkeypatch):
    """Its name is told; with a text it can."""
    monkeypatch.setattr(build, "wheels", lambda: wheel_with(text, tmp_path))
    with pytest.raises(ValueError, match=r"own brings no text .*/licences/own.txt"):
        list(build.of_wheels())
    monkeypatch.setattr(build, "wheels", lambda: wheel_with("do what you like", tmp_path))
    assert list(build.of_wheels()) == [("own 1.0, see below", "do what you like")]


def test_each_licence_tells_its_source():
    """Each belongs to a package that is pinned, and says where its text is from."""
    pinned = (build.SOURCE / "package.json").read_text(encoding="utf-8") + (build.SOURCE / "wheels.txt").read_text()
    files = sorted((build.SOURCE / "licences").iterdir())
    assert [path.stem for path in files] == ["latex2mathml", "pyodide", "viz"]
    assert [path.name for path in files if path.stem not in pinned] == []
    assert [path.name for path in files if "ource of this text: " not in path.read_text(encoding="utf-8")] == []


@given(st.sets(st.integers(1, 300), min_size=1), st.lists(st.text("abc_", min_size=1, max_size=5), min_size=1))
def test_examples_are_in_the_order_of_their_numbers(numbers, names):
    """The tenth too; what follows the first "_" is the name."""

    class Folder:
        def glob(self, pattern):
            return sorted([Path(f"{number}_{names[number % len(names)]}.py") for number in numbers])

    source, build.SOURCE = build.SOURCE, Folder()
    found = build.examples()
    build.SOURCE = source
    assert [int(path.stem.partition("_")[0]) for path in found] == sorted(numbers)


def test_what_an_earlier_build_wrote_is_known(tmp_path):
    """Its files are those that built.json names, and nothing outside the folder."""
    assert build.written(tmp_path) == []
    (tmp_path / "built.json").write_text(json.dumps({"sizes": {"old.js": 3, "../other": 4}}))
    assert build.written(tmp_path) == ["old.js", "other"]


def test_each_wheel_is_pinned_with_its_hash_and_its_reason():
    """Above each line stands why the wheel is there."""
    lines = (build.SOURCE / "wheels.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2 * len(build.PIN.findall("\n".join(lines))) > 0
    assert [line for line in lines[::2] if not line.startswith("# ")] == []
    assert [line for line in lines[1::2] if "--hash=sha256:" not in line] == []
