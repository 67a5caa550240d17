"""The house: which file may import which, and what an import of microgrand may load."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import microgrand

PACKAGE = Path(microgrand.__file__).parent

FLOORS = [
    {
        "builds",
        "native",
        "errors",
        "domains",
        "notation",
        "numeric",
        "packed",
        "stable",
        "many",
        "files",
        "scope",
        "along",
    },
    {"declaration", "node", "direct"},
    {"primitives", "graph", "sweep", "structure"},
    {"value"},
    {"derivatives", "copying", "parsing", "manual", "program"},
    {"trace", "layers", "losses", "drawing"},
    {"walk", "nn"},
    {"training", "testing"},
    {"cli", "hypothesis_hook", "__init__", "__main__"},
]
SAME_FLOOR = {
    ("domains", "numeric"),
    ("numeric", "errors"),
    ("stable", "numeric"),
    ("many", "numeric"),
    ("along", "numeric"),
    ("node", "declaration"),
    ("direct", "node"),
    ("sweep", "graph"),
    ("program", "program"),
    ("layers", "trace"),
    ("losses", "layers"),
    ("drawing", "drawing"),
    ("walk", "walk"),
    ("training", "training"),
    ("testing", "testing"),
    ("__main__", "cli"),
}


def room(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for item in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(item, ast.Import):
            names = [alias.name for alias in item.names]
        elif isinstance(item, ast.ImportFrom) and item.module == "microgrand":
            names = [f"microgrand.{alias.name}" for alias in item.names]
        elif isinstance(item, ast.ImportFrom):
            names = [item.module or ""]
        rooms |= {name.split(".")[1] for name in names if name.startswith("microgrand.")}
    return rooms


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down(path):
    """A file imports only from floors below its own, or along the few stairs within a floor that are listed here."""
    floor = {name: k for k, names in enumerate(FLOORS) for name in names}
    here = room(path)
    for there in imported_rooms(path):
        assert floor[there] < floor[here] or (here, there) in SAME_FLOOR, f"{here} imports {there}"


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
