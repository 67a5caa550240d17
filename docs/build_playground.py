"""The playground as a folder of plain files, for any web server: `python docs/build_playground.py [folder]`.

It needs Node's `npm`, and an environment with the extra `draw`. What `package-lock.json` and `wheels.txt` in the folder
`playground` pin is fetched once, put together and copied; the page asks no other host for anything.
"""

import inspect
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path

import microgrand
from microgrand import walkthrough
from microgrand.walk.walkthrough import Walkthrough

HERE = Path(__file__).parent
SOURCE = HERE / "playground"
SITE = HERE / "_build" / "html" / "playground"
PYODIDE = ("pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
TIME = (1980, 1, 1, 0, 0, 0)  # of every file in an archive, so that two builds are equal
# A line of wheels.txt that pins a wheel: "graphviz==0.21 --hash=…".
PIN = re.compile(r"^([\w.-]+)==([\w.]+)", re.MULTILINE)


class Tags:
    """What tells pip which wheels Python in the page takes; it follows from Pyodide, once that is fetched."""

    def __iter__(self) -> Iterator[str]:
        lock = json.loads((SOURCE / "node_modules" / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
        info = lock["info"]
        major, minor, *_ = info["python"].split(".")
        yield f"--platform=pyemscripten_{info['abi_version']}_{info['arch']}"
        yield from ("--implementation=cp", f"--python-version={major}.{minor}")
        yield from (f"--abi=cp{major}{minor}", "--abi=none")


TAGS = Tags()


def main(folder: Path = SITE) -> None:
    """Write all of the page into the folder, in the place of what an earlier build wrote there."""
    fetch()
    with tempfile.TemporaryDirectory() as work:
        write(Path(work))
        folder.mkdir(parents=True, exist_ok=True)
        for name in written(folder):
            (folder / name).unlink(missing_ok=True)
        for path in Path(work).iterdir():
            shutil.copy(path, folder)


def written(folder: Path) -> list[str]:
    """The files in the folder that an earlier build wrote; others may lie beside them."""
    told = folder / "built.json"
    sizes = json.loads(told.read_text(encoding="utf-8"))["sizes"] if told.exists() else {}
    return [Path(name).name for name in sizes]


def write(folder: Path) -> None:
    """Write all of the page into an empty folder."""
    for name, source in (("playground", "main"), ("worker", "worker")):
        bundle(SOURCE / "page" / f"{source}.js", folder / f"{name}.js")
    for name in ("index.html", "result.html", "playground.css"):
        shutil.copy(SOURCE / "page" / name, folder)
    for name in PYODIDE:
        shutil.copy(SOURCE / "node_modules" / "pyodide" / name, folder)
    (folder / "site.zip").write_bytes(site())
    (folder / "first.html").write_text(first().html(), encoding="utf-8")
    (folder / "LICENSES.txt").write_text(licences(), encoding="utf-8")
    (folder / "built.json").write_text(json.dumps(built(folder)), encoding="utf-8")


def fetch() -> None:
    """The packages of npm and of Python, unless they are there as they are pinned."""
    pinned = json.loads((SOURCE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = {place: package["version"] for place, package in pinned.items() if place and not package.get("optional")}
    there = {place: installed(SOURCE / place / "package.json") for place in wanted}
    if there != wanted:
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=SOURCE, check=True)
    lines = PIN.findall((SOURCE / "wheels.txt").read_text(encoding="utf-8"))
    if sorted(tuple(wheel.name.split("-")[:2]) for wheel in wheels()) != sorted(lines):
        shutil.rmtree(SOURCE / "wheels", ignore_errors=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", *TAGS]
        command += ["--require-hashes", "--dest=wheels", "--requirement=wheels.txt"]
        subprocess.run(command, cwd=SOURCE, check=True)


def installed(package: Path) -> str | None:
    """The version in a package.json; None where there is none."""
    return json.loads(package.read_text(encoding="utf-8"))["version"] if package.exists() else None


def wheels() -> list[Path]:
    """The wheels that are there."""
    return sorted((SOURCE / "wheels").glob("*.whl"))


def bundle(source: Path, target: Path) -> None:
    """One file of JavaScript of all that it imports; what is there for Node alone is left as it is."""
    command = ["npx", "--no-install", "esbuild", str(source), "--bundle", "--minify", "--format=esm", "--charset=utf8"]
    command += ["--target=es2022", "--external:node:*", "--external:ws", f"--outfile={target}", "--log-level=warning"]
    subprocess.run(command, cwd=SOURCE, check=True)


def site() -> bytes:
    """What Python imports in the page: this package as it stands here, and the wheels, in one archive."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        package = Path(inspect.getfile(microgrand)).parent
        for path in sorted(package.rglob("*")):
            if path.is_file() and path.suffix not in (".so", ".pyd", ".pyc"):
                add(archive, path.relative_to(package.parent).as_posix(), path.read_bytes())
        for wheel in wheels():
            with zipfile.ZipFile(wheel) as parts:
                for entry in parts.infolist():
                    add(archive, entry.filename, parts.read(entry))
        for path in sorted((SOURCE / "page" / "session").glob("*.py")):
            add(archive, f"session/{path.name}", path.read_bytes())
    return found.getvalue()


def add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Put a file into the archive, by which nobody sees when and where that was."""
    entry = zipfile.ZipInfo(name, TIME)
    entry.create_system = 3  # Unix, wherever it is built
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content, zipfile.ZIP_DEFLATED, archive.compresslevel)


def first() -> Walkthrough:
    """The first example, as the page shows it until Python is there."""
    space: dict[str, object] = {}
    exec(examples()[0].read_text(encoding="utf-8"), space)
    return walkthrough(space["y"], names=space)


def examples() -> list[Path]:
    """The examples, by the numbers in their names."""
    return sorted(SOURCE.glob("examples/*.py"), key=lambda path: int(path.stem.partition("_")[0]))


def built(folder: Path) -> dict[str, object]:
    """What the page is told: the examples, microgrand's names, and how large the files are that it loads."""
    called = [(path.stem.partition("_")[2], path.read_text(encoding="utf-8")) for path in examples()]
    sizes = {path.name: path.stat().st_size for path in sorted(folder.iterdir())}
    # An example's name as links have it, "fan_out", its title, and its code; the first one is shown first.
    shown = [(name, name.replace("_", " "), code) for name, code in called]
    return {"examples": shown, "names": names(), "sizes": sizes}


def names() -> list[tuple[str, str, str]]:
    """The public names, what each is, and the first sentence of its docstring."""
    found = []
    for name in sorted(microgrand.__all__, key=str.lower):
        value = getattr(microgrand, name)
        kind = "class" if inspect.isclass(value) else "function" if callable(value) else "constant"
        found.append((name, kind, re.sub(r"\s+", " ", (inspect.getdoc(value) or "").partition("\n\n")[0])))
    return found


def licences() -> str:
    """The licence of each package that is in the page."""
    parts = [f"{head}\n{'=' * len(head)}\n\n{text.strip()}\n" for head, text in [*of_npm(), *of_wheels()]]
    return "\n".join(["What this page is made of besides microgrand, and under which licences.\n", *parts])


def of_npm() -> Iterator[tuple[str, str]]:
    """What each package of npm is called, and its licence. Those for building alone are not in the page."""
    lock = json.loads((SOURCE / "package-lock.json").read_text(encoding="utf-8"))
    for place, package in lock["packages"].items():
        if place and not package.get("dev"):
            files = sorted(path for path in (SOURCE / place).glob("*") if path.name.lower().startswith("licen"))
            name = place.removeprefix("node_modules/")
            head = f"{name} {package['version']}, {package.get('license', 'see below')}"
            yield head, licence(name, [path.read_text(encoding="utf-8") for path in files])


def of_wheels() -> Iterator[tuple[str, str]]:
    """What each wheel is called, and its licence."""
    for wheel in wheels():
        with zipfile.ZipFile(wheel) as parts:
            names = [name for name in parts.namelist() if ".dist-info/" in name]
            (metadata,) = [Parser().parsestr(parts.read(name).decode()) for name in names if name.endswith("/METADATA")]
            texts = [parts.read(name).decode() for name in names if name.rpartition("/")[2].lower().startswith("licen")]
            short = metadata["License-Expression"] or metadata["License"] or "see below"
            yield f"{metadata['Name']} {metadata['Version']}, {short}", licence(metadata["Name"], texts)


def licence(name: str, texts: list[str]) -> str:
    """The licence of a package: the texts that it brings, and what lies in `licences` for those that bring none."""
    own = SOURCE / "licences" / f"{name.rpartition('/')[2]}.txt"
    found = "\n".join([*texts, *([own.read_text(encoding="utf-8")] if own.exists() else [])])
    if not found.strip():
        raise ValueError(f"{name} brings no text of its licence: write it into docs/playground/licences/{own.name}")
    return found


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
