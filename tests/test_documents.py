"""What is shown is what happens: the README, every page of the documentation, and every notebook, executed."""

import contextlib
import doctest
import io
import linecache
import re
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
from command_line import run
from nbclient import NotebookClient

import microgrand
import microgrand.nn
import microgrand.testing
import microgrand.training

ROOT = Path(__file__).parent.parent
PACKAGE = Path(microgrand.__file__).parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs").glob("[a-z]*/*.md"))]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def blocks(page):
    """The fenced blocks of a page, in order: (kind, text)."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)


def parts_that_run(page):
    """The blocks of a page; where PyTorch is not installed, without those that name it and what they print."""
    found = blocks(page)
    if find_spec("torch") is not None:
        return found
    left_out = {n for n, (kind, text) in enumerate(found) if kind == "python" and re.search(r"\btorch\b", text)}
    left_out |= {n + 1 for n in left_out if found[n + 1 : n + 2] and found[n + 1][0] == "text"}
    return [block for n, block in enumerate(found) if n not in left_out]


SHOWING = [page for page in PAGES if {"python", "text"} & {kind for kind, _ in blocks(page)}]


@pytest.mark.parametrize("page", SHOWING, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_shows_is_what_happens(page, tmp_path, monkeypatch):
    """The Python of a page, run from top to bottom, and its commands print the text that stands below them; of the
    files that it writes, those that the documentation shows are the same.
    """
    if page.stem == "call-a-gradient-from-c" and shutil.which("cc") is None:
        pytest.skip("there is no C compiler cc")
    if page.stem == "train-on-a-cluster":
        pytest.importorskip("distributed", reason="Dask's cluster is not installed: pip install distributed")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    names = {"__name__": "page"}
    printed = None
    for number, (kind, text) in enumerate(parts_that_run(page)):
        if kind == "python" and text.startswith(">>>"):
            session = doctest.DocTestParser().get_doctest(text, {}, page.stem, None, 0)
            assert doctest.DocTestRunner(verbose=False).run(session) == (0, text.count(">>>"))
        elif kind == "python":
            source = f"<{page.stem}, block {number}>"
            monkeypatch.setitem(linecache.cache, source, (len(text), None, text.splitlines(keepends=True), source))
            with contextlib.redirect_stdout(io.StringIO()) as output:
                exec(compile(text, source, "exec"), names)
            printed = output.getvalue()
        elif kind == "sh" and text.startswith("microgrand "):
            done = run(*shlex.split(text)[1:])
            assert done.returncode == 0, done.stderr
            printed = done.stdout
        elif kind == "text":
            assert text == printed
            printed = None
    shown = re.findall(r"```{literalinclude} (\S+)", page.read_text())
    assert [(page.parent / each).read_text() for each in shown] == [Path(Path(each).name).read_text() for each in shown]


def test_the_example_of_the_readme_is_short():
    """It takes ten lines at most, and leaves two files."""
    first = next(text for kind, text in blocks(ROOT / "README.md") if kind == "python")
    assert len(first.strip().splitlines()) <= 10
    assert first.count(".save(") == 2


def test_the_checker_finds_what_the_readme_says(tmp_path, monkeypatch):
    """The test that the README writes in one line fails with the simplest input; the command's exit code is 1."""
    functions = next(text for kind, text in blocks(ROOT / "README.md") if "def softplus" in text)
    (tmp_path / "activation.py").write_text(functions)
    test = functions + "assert_gradient(softplus, gradient=slope, domain=(-30, 30))"
    done = subprocess.run([sys.executable, "-c", test], cwd=tmp_path, capture_output=True, text=True)
    assert "GradientMismatch: at (1.0,) the gradient is wrong" in done.stderr
    monkeypatch.chdir(tmp_path)
    assert run("check", "activation:softplus", "--gradient", "activation:slope").returncode == 1


def test_every_public_name_has_its_place_in_the_reference():
    """Each stands on one page of the reference, once."""
    written = [
        f"{module}.{name}"
        for page in (ROOT / "docs" / "reference").glob("*.md")
        for module, rest in re.findall(r"currentmodule:: (\S+)\n(.*?)(?=currentmodule|\Z)", page.read_text(), re.DOTALL)
        for name in re.findall(r"\.\. (?:auto)?(?:function|class|data|exception):: (\w+)", rest)
    ]
    modules = [microgrand, microgrand.nn, microgrand.testing, microgrand.training]
    public = [f"{module.__name__}.{name}" for module in modules for name in module.__all__]
    assert sorted(written) == sorted([*public, "microgrand.abs", "microgrand.pow", "microgrand.sum"])


def test_the_links_of_the_documents_lead_somewhere():
    """Every relative link of README, CONTRIBUTING and every page leads to a file that exists."""
    documents = (*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "notebooks" / "README.md")
    links = [(page, link) for page in documents for link in re.findall(r"\]\(([^)#]+)\)", page.read_text())]
    relative = [(page, link) for page, link in links if not link.startswith("https://")]
    assert len(relative) > 30
    for page, link in relative:
        home = PACKAGE.parent if link.startswith("microgrand/") else ROOT  # the package may be installed elsewhere
        places = [home, page.parent, page.parent.parent]  # Sphinx copies the notebooks below docs
        assert any([(place / link.removeprefix("/")).exists() for place in places]), (page, link)


def test_the_index_of_notebooks_names_each_once():
    """Every notebook stands in the index, once and in order, by its own title."""
    index = re.findall(r"\[(.*?)\]\((\w+\.ipynb)\)", (ROOT / "notebooks/README.md").read_text())
    assert [name for _, name in index] == [path.name for path in NOTEBOOKS]
    for (title, _), path in zip(index, NOTEBOOKS, strict=True):
        first = nbformat.read(path, as_version=4).cells[0].source.splitlines()[0]
        assert title.partition(". ")[2] in first


def text_outputs(notebook):
    """What the cells say, save for those tagged `varies`: that depends on what else is installed, or on what a search
    finds first, and hypothesis lets the constants of the code around it guide its search. A stream is one text,
    wherever the kernel happened to flush it.
    """
    texts: list[str] = []
    for cell in notebook.cells:
        if "varies" in cell.metadata.get("tags", []):
            continue
        stream = None
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == stream:
                texts[-1] += output.text
            else:
                texts.append(output.get("text") or output.get("data", {}).get("text/plain"))
            stream = output.get("name")
    return texts


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run_and_are_not_stale(path, monkeypatch):
    """A notebook runs from top to bottom with warnings as errors, and gives the text outputs that are committed."""
    monkeypatch.setenv("PYTHONWARNINGS", "error::UserWarning,error::RuntimeWarning,error::DeprecationWarning:__main__")
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    committed = text_outputs(notebook)
    assert committed
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    assert text_outputs(notebook) == committed
    assert all(output.output_type != "error" for cell in notebook.cells for output in cell.get("outputs", []))
