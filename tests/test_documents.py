"""What is shown is what happens: the README's example, and every notebook, executed."""

import re
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


def test_the_links_of_the_documents_lead_somewhere():
    """Every relative link of the README, and every file that CONTRIBUTING names in a table of floors, exists."""
    for document in ("README.md", "CONTRIBUTING.md"):
        for link in re.findall(r"\]\(([^)#]+)\)", (ROOT / document).read_text()):
            home = PACKAGE.parent if link.startswith("microgrand/") else ROOT  # the package may be installed elsewhere
            assert link.startswith("https://") or (home / link).exists(), link


def text_outputs(notebook):
    return [
        output.get("text") or output.get("data", {}).get("text/plain")
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    ]


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
