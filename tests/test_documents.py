"""What is shown is what happens: the README's example, and every notebook, executed."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import microgrand

ROOT = Path(__file__).parent.parent
PACKAGE = Path(microgrand.__file__).parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_the_example_of_the_readme_prints_what_it_says(tmp_path):
    """The README's ten lines, run as they stand, print the block below them and save the picture."""
    example, output = re.search(
        r"```python\n(.*?)```\n\n```text\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL
    ).groups()
    assert len(example.strip().splitlines()) <= 10
    done = subprocess.run([sys.executable, "-W", "error", "-c", example], cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (output, "")
    assert (tmp_path / "loss.svg").read_text().rstrip().endswith("</svg>")


def test_what_the_readme_says_of_checking_is_so(tmp_path):
    """The section's functions give the table below them, its test fails as it says, and so does its command."""
    readme = (ROOT / "README.md").read_text()
    section = readme.partition("## Is this derivative right?\n")[2].partition("\n## ")[0]
    functions, table, test, failure, command = re.findall(r"```\w+\n(.*?)```", section, re.DOTALL)
    (tmp_path / "activation.py").write_text(functions)

    def said(*arguments):
        return subprocess.run([sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True)

    assert said("-W", "error", "-m", "activation").stdout == table
    assert said("-c", functions + test + "test_softplus()").stderr.endswith(f".GradientMismatch: {failure}")
    done = said("-m", *command.split())
    assert (done.returncode, done.stdout) == (1, f"{table}disagree: {failure}")


def test_what_the_readme_says_of_drawing_is_so(tmp_path):
    """The section's command writes its file; without -o it prints the text below."""
    section = (ROOT / "README.md").read_text().partition("## Pictures\n")[2].partition("\n## ")[0]
    command = re.search(r"```sh\nmicrogrand (.*?)\n```", section).group(1)
    text = re.search(r"```text\n(.*?)```", section, re.DOTALL).group(1)
    words = [sys.executable, "-m", "microgrand", *shlex.split(command)]
    subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "graph.svg").read_text().rstrip().endswith("</svg>")
    done = subprocess.run(words[:-2], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout == text


def test_the_steps_of_the_readme_are_what_it_says():
    """The section's example prints the block below it."""
    section = (ROOT / "README.md").read_text().partition("## Backpropagation, step by step\n")[2].partition("\n## ")[0]
    example, output = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", section, re.DOTALL).groups()
    done = subprocess.run([sys.executable, "-W", "error", "-c", example], capture_output=True, text=True, check=True)
    assert done.stdout == output


def test_the_recording_of_the_readme_is_what_it_says():
    """The section's example prints the block below it."""
    section = (
        (ROOT / "README.md").read_text().partition("## Record once, replay on anything\n")[2].partition("\n## ")[0]
    )
    example, output = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", section, re.DOTALL).groups()
    done = subprocess.run([sys.executable, "-W", "error", "-c", example], capture_output=True, text=True, check=True)
    assert done.stdout == output


def test_the_training_of_the_readme_runs(tmp_path):
    """The section's two examples run as they stand, one after the other, and leave their files behind."""
    section = (ROOT / "README.md").read_text().partition("## Training\n")[2].partition("\n## ")[0]
    examples = "".join(re.findall(r"```python\n(.*?)```", section, re.DOTALL))
    words = [sys.executable, "-W", "error", "-c", examples]
    done = subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout.startswith("accuracy 0.9")
    assert {path.name for path in tmp_path.iterdir()} == {"sample.svg", "iris.safetensors"}


def test_the_links_of_the_documents_lead_somewhere():
    """Every relative link of the README, of the index of notebooks, and of CONTRIBUTING leads to a file that exists."""
    for document in ("README.md", "CONTRIBUTING.md", "notebooks/README.md"):
        for link in re.findall(r"\]\(([^)#]+)\)", (ROOT / document).read_text()):
            home = PACKAGE.parent if link.startswith("microgrand/") else ROOT  # the package may be installed elsewhere
            here = (ROOT / document).parent / link
            assert link.startswith("https://") or (home / link).exists() or here.exists(), link


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
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    assert text_outputs(notebook) == committed
    assert all(output.output_type != "error" for cell in notebook.cells for output in cell.get("outputs", []))
