"""JupyterLite with microgrand as a folder of plain files: `python docs/build_jupyterlite.py [folder]`.

It is Jupyter in the page: it has those of the notebooks that Python in a page can run, and asks no other host for
anything. It needs Node's `npm`, and an environment with the extras `all` and `docs`. Pyodide, Graphviz and the packages
that microgrand imports are those of the playground; `jupyterlite/wheels.txt` pins what IPython adds.
"""

import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from build_playground import HERE, PYODIDE, TAGS, add, bundle, fetch, licences, site
from build_playground import SOURCE as PLAYGROUND
from playground_links import notebook

SOURCE = HERE / "jupyterlite"
SITE = HERE / "_build" / "html" / "jupyterlite"
NOTEBOOKS = HERE.parent / "notebooks"
# What the kernel brings as wheels of its own; others there are for packages that the page lacks.
KERNEL = "extensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
OF_KERNEL = ("ipykernel", "piplite", "pyodide_kernel")


def main(folder: Path = SITE) -> None:
    """Write all of JupyterLite into the folder, in the place of what an earlier build wrote there."""
    fetch()
    if (folder / "python" / "start.js").exists():
        shutil.rmtree(folder)
    with tempfile.TemporaryDirectory() as work:
        lite(Path(work), folder.resolve())
        python(Path(work), folder / "python")
    (folder / "LICENSES.txt").write_text(licences(), encoding="utf-8")


def lite(work: Path, folder: Path) -> None:
    """JupyterLite itself, with the notebooks; it keeps what it remembers in the folder `work`."""
    (work / "contents").mkdir()
    for name, text in notebooks().items():
        (work / "contents" / name).write_text(text, encoding="utf-8")
    for path in SOURCE.glob("*.json"):
        shutil.copy(path, work)
    command = [sys.executable, "-m", "jupyterlite_core", "build", f"--output-dir={folder}"]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"JupyterLite was not built:\n{done.stdout}\n{done.stderr}")


def notebooks() -> dict[str, str]:
    """The notebooks that can run in a page, each by its file's name."""
    pages = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(NOTEBOOKS.glob("*.ipynb"))}
    kept = {name: page for name, page in pages.items() if notebook(codes(page)) is not None}
    return {name: json.dumps(unrun(page, set(kept)), ensure_ascii=False) for name, page in kept.items()}


def codes(page: dict) -> list[str]:
    """The code of each cell of code."""
    return ["".join(cell["source"]) for cell in page["cells"] if cell["cell_type"] == "code"]


def unrun(page: dict, there: set[str]) -> dict:
    """The notebook without outputs, and without links to files that are not there."""
    for cell in page["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
        else:
            cell["source"] = linked("".join(cell["source"]), there)
    return page


def linked(text: str, there: set[str]) -> str:
    """Markdown, in which a link to a file that is not there is plain text."""
    return re.sub(
        r"\[([^]]+)\]\((?!https?:|#)([^)]+)\)", lambda found: found[0] if found[2] in there else found[1], text
    )


def python(work: Path, folder: Path) -> None:
    """Python for the kernel: Pyodide, with a start of its own, and one archive of all packages."""
    folder.mkdir(exist_ok=True)
    bundle(SOURCE / "start.js", folder / "start.js")
    for name in PYODIDE:
        shutil.copy(PLAYGROUND / "node_modules" / "pyodide" / name, folder)
    lock = json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8"))
    lock["packages"] = {}  # Pyodide's own builds of packages lie on other hosts
    (folder / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    wheels = [*fetched(work / "wheels"), *of_kernel(folder.parent / KERNEL)]
    (folder / "site.zip").write_bytes(packages(wheels))


def fetched(folder: Path) -> list[Path]:
    """The wheels that `wheels.txt` pins."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", *TAGS]
    command += ["--require-hashes", f"--dest={folder}", "--requirement=wheels.txt"]
    subprocess.run(command, cwd=SOURCE, check=True)
    return sorted(folder.glob("*.whl"))


def of_kernel(folder: Path) -> list[Path]:
    """The wheels of the kernel, one of each."""
    found = [list(folder.glob(f"{name}-*.whl")) for name in OF_KERNEL]
    return [wheel for (wheel,) in found]


def packages(wheels: list[Path]) -> bytes:
    """What Python imports: that of the playground, and these wheels."""
    found = io.BytesIO(site())
    with zipfile.ZipFile(found, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as parts:
                for entry in parts.infolist():
                    add(archive, entry.filename, parts.read(entry))
    return found.getvalue()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
