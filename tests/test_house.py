"""The house: which file may import which, how long the engine may be, and what an import of microgrand loads."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import microgrand

PACKAGE = Path(microgrand.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

# From the ground up. A name with a slash is a file of a room that stands lower or higher than the rest of its room.
ROOMS = [
    "errors", "files", "compiled", "table", "engine", "stale", "nested", "derivatives", "manual", "program",
    "networks", "nn", "drawing", "walk", "training", "testing", "cli", "moved", "__init__", "__main__",
    "hypothesis_hook",
]  # fmt: skip


def module(path: Path) -> str:
    """The path of a file below the package, "engine/sweep"; a folder's `__init__` is the folder itself."""
    relative = path.relative_to(PACKAGE).with_suffix("")
    return str(relative.parent if relative.name == "__init__" and relative.parent.parts else relative)


def imports(path: Path, inside_functions: bool = True) -> set[str]:
    """The files of microgrand that a file imports, by their paths below the package."""
    found = set()
    tree = ast.parse(path.read_text())
    for item in ast.walk(tree) if inside_functions else tree.body:
        if isinstance(item, ast.Import):
            found |= {alias.name for alias in item.names}
        elif isinstance(item, ast.ImportFrom) and item.module is not None:
            found |= {f"{item.module}.{alias.name}" for alias in item.names}
    return {file for name in found if (file := _file_of(name)) is not None} - {module(path)}


def _file_of(name: str) -> str | None:
    """The file that an imported name stands in: "microgrand.engine.value.Value" in "engine/value"."""
    parts = name.split(".")
    if parts[0] != "microgrand" or len(parts) == 1:
        return None
    for end in range(len(parts), 1, -1):
        place = PACKAGE.joinpath(*parts[1:end])
        if place.with_suffix(".py").exists() or (place / "__init__.py").exists():
            return "/".join(parts[1:end])
    return None  # a name of the public face, `from microgrand import Value`


def floor(file: str) -> int:
    """How high a file stands."""
    return ROOMS.index(file) if file in ROOMS else ROOMS.index(file.split("/")[0])


@pytest.mark.parametrize("path", FILES, ids=module)
def test_imports_go_down(path):
    """A file imports only from its own room, and from rooms below it."""
    here = module(path)
    assert [there for there in imports(path) if floor(there) > floor(here)] == []


def test_no_file_imports_itself_in_a_circle():
    """Inside a room, too, imports go one way: following them never leads back."""
    imported = {module(path): imports(path, inside_functions=False) for path in FILES}
    done: set[str] = set()

    def follow(file: str, way: tuple[str, ...]) -> None:
        assert file not in way, " → ".join([*way, file])
        if file not in done:
            for there in sorted(imported[file]):
                follow(there, (*way, file))
            done.add(file)

    for file in imported:
        follow(file, ())


def test_the_core_loads_the_standard_library_only():
    """`import microgrand` loads no third-party module, not numpy, not graphviz, not hypothesis, beyond the two that
    compiled code runs on.
    """
    code = (
        "import sys, microgrand; "
        "top = {name.split('.')[0] for name in sys.modules}; "
        "print(sorted(top - set(sys.stdlib_module_names) - {'microgrand', 'microgrand__mypyc', '__main__'}))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, cwd=PACKAGE.parent)
    run_time = ["librt", "mypy_extensions"] if microgrand.COMPILED else []
    assert done.stdout.strip() == repr(run_time), done.stdout + done.stderr


def test_every_public_name_exists_and_is_listed_once():
    """`__all__` is sorted by kind, has no repeats, and names what is there."""
    assert len(set(microgrand.__all__)) == len(microgrand.__all__)
    assert all(hasattr(microgrand, name) for name in microgrand.__all__)
