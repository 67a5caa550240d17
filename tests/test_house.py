"""The house: which file may import which, how long the engine may be, and what an import of microgrand loads."""

import ast
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import microgrand

PACKAGE = Path(microgrand.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

# From the ground up. A name with a slash is a file of a room that stands lower or higher than the rest of its room.
ROOMS = [
    "version", "errors", "outer_errors", "files", "progress", "shortening", "unset", "compiled", "table",
    "translation", "engine", "copying", "pickled_rows", "stale", "checks", "kinks", "selections", "value_sweeps",
    "value_arrays", "numpy_methods", "nested", "derivatives", "manual", "elsewhere", "compiled/kernel",
    "compiled/kernels", "program", "networks", "nn", "drawing", "walk", "training", "testing", "cli", "moved",
    "__init__", "__main__", "hypothesis_hook",
]  # fmt: skip


def module(path: Path) -> str:
    """The path of a file below the package, "engine/sweep"; a folder's `__init__` is the folder itself."""
    relative = path.relative_to(PACKAGE).with_suffix("")
    return str(relative.parent if relative.name == "__init__" and relative.parent.parts else relative)


def imports(path: Path) -> set[str]:
    """The files of microgrand that a file imports, inside functions too, by their paths below the package."""
    found = set()
    for item in ast.walk(ast.parse(path.read_text())):
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


def test_the_judge_by_differences_needs_nothing_but_itself():
    """What judges a derivative by values alone imports nothing of microgrand outside its own folder."""
    room = PACKAGE / "testing" / "differences"
    assert {file for path in room.glob("*.py") for file in imports(path) if "testing/differences" not in file} == set()


def test_no_file_imports_itself_in_a_circle():
    """Inside a room, too, imports go one way: following them never leads back. An import inside a function counts."""
    imported = {module(path): imports(path) for path in FILES}
    assert sum(map(len, imported.values())) > 200
    done: set[str] = set()

    def follow(file: str, way: tuple[str, ...]) -> None:
        assert file not in way, " → ".join([*way, file])
        if file not in done:
            for there in sorted(imported[file]):
                follow(there, (*way, file))
            done.add(file)

    for file in imported:
        follow(file, ())


# The files that import others of microgrand inside a function, and why: the import is only made when it is needed.
LATE = {
    "derivatives": "a line of progress is for Jacobians of many rows alone",
    "cli/main": "each command loads what it needs: `draw` no scikit-learn, `train` no hypothesis",
    "cli/train": "`draw` needs none of what trains",
    "program/jit": "numba takes a second to load, and need not be there",
    "hypothesis_hook": "hypothesis calls it in every test run, also in one that draws no Value",
    "training": "SoftmaxClassifier needs scikit-learn, which takes a second to load",
    **dict.fromkeys(
        ["testing/checking", "testing/held", "testing/references", "testing/second_order"],
        "many digits need mpmath, which need not be there",
    ),
    "testing/more_digits/ways": "JAX and PyTorch need not be there",
}


def test_imports_stand_at_the_top_of_a_file():
    """Inside functions stand only imports that LATE has a reason for, and those of packages that need not be there."""
    late = set()
    for path in FILES:
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) and _imports_the_package(
                function
            ):
                late.add(module(path))
    assert late == set(LATE)


def _imports_the_package(function: ast.AST) -> bool:
    """Whether there is an import of microgrand's inside."""
    names: list[str] = []
    for item in ast.walk(function):
        if isinstance(item, ast.Import):
            names += [alias.name for alias in item.names]
        elif isinstance(item, ast.ImportFrom):
            names.append(item.module or "microgrand")
    return any(name.split(".")[0] == "microgrand" for name in names)


# Rooms with one way in: only their own files import a file of theirs.
WALLED = ["program/arrays", "program/jit"]


@pytest.mark.parametrize("room", WALLED)
def test_a_walled_room_has_one_way_in(room):
    """From outside a walled room its `__init__` is imported, and none of its files."""
    inside = {module(path) for path in FILES if module(path).startswith(f"{room}/")}
    assert len(inside) > 2
    seen_from_outside = {module(path): imports(path) & inside for path in FILES if not module(path).startswith(room)}
    assert {file: names for file, names in seen_from_outside.items() if names} == {}


def closure(files: set[str]) -> set[str]:
    """These files and all that they import, directly or through others, but for what is there for the compiler."""
    path = {module(each): each for each in FILES}
    reached: set[str] = set()
    while files:
        reached |= files
        files = {there for file in files for there in imports(path[file]) if not there.startswith("compiled")} - reached
    return reached


@pytest.mark.parametrize(
    ("whole", "most"),
    [pytest.param(False, 900, id="its own files"), pytest.param(True, 2000, id="with all that they import")],
)
def test_the_engine_stays_short_enough_to_read(whole, most):
    """microgrand/engine has at most 900 lines, and at most 2,000 together with all that it imports: comments and
    docstrings count, microgrand/compiled does not.
    """
    engine = {module(path) for path in FILES if path.parent.name == "engine"}
    assert {"engine/value", "engine/sweep"} <= engine
    files = closure(engine) if whole else engine
    lines = {file: len(path.read_text().splitlines()) for path in FILES if (file := module(path)) in files}
    longest_first = sorted(lines.items(), key=lambda each: -each[1])
    total = sum(lines.values())
    listed = "\n".join(f"{count:6,} {file}" for file, count in longest_first)
    assert total <= most, f"{total:,} lines, {total - most:,} too many:\n{listed}"


def fresh(code: str, *options: str) -> str:
    """What a new Python prints that runs this code."""
    done = subprocess.run(
        [sys.executable, *options, "-c", code], capture_output=True, text=True, cwd=PACKAGE.parent, encoding="utf-8"
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


# The modules of the standard library that `import microgrand` asks for, and why it cannot do without them.
NEEDED = {
    "__future__": "annotations stay text",
    "array": "`stale` compares floats bit by bit",
    "collections.abc": "annotations",
    "contextvars": "each thread has its own current scope",
    "copy": "a row's notation is copied when the row is declared",
    "copyreg": "copy and pickle learn what a Value is",
    "gc": "finds the dictionary of a compiled class: see compiled/outlined.py",
    "importlib.machinery": "finds the modules that old pickles name, and the source beside compiled modules",
    "itertools": "examples in the manual entries of rows",
    "math": "the functions of floats",
    "numbers": "which numbers of other libraries an operator accepts",
    "operator": "the arithmetic of floats",
    "os": "reads MICROGRAND_PURE",
    "sys": "the module of each name",
    "threading": "one lock for all sweeps",
    "types": "the type of a module, in annotations",
    "typing": "annotations, and NamedTuple",
    "weakref": "a scope does not keep its graph alive",
}
COMPILED = {"librt.vecs": "rows of floats", "mypy_extensions": "what mypyc's classes are declared with"}
LOADED_LATER = ("cli", "drawing", "files", "networks", "nn", "program", "testing", "training", "walk")


def test_an_import_loads_only_what_graphs_and_derivatives_need():
    """`import microgrand` loads the modules in NEEDED with what these load themselves, and nothing else: no numpy, no
    graphviz, no hypothesis, no drawing, no program, no network.
    """
    needed = [*NEEDED, *(COMPILED if microgrand.COMPILED else [])]
    listing = "import sys; print(*sys.modules)"
    at_once = set(fresh(f"import microgrand; {listing}", "-S").split())
    ours = {name for name in at_once if name.split(".")[0] in ("microgrand", "microgrand__mypyc")}
    assert "microgrand.engine.value" in ours
    assert at_once - ours - set(fresh(f"import {', '.join(needed)}; {listing}", "-S").split()) == set()
    assert [name for name in ours if name.split(".")[1:2] and name.split(".")[1] in LOADED_LATER] == []


def test_what_is_loaded_later_stands_in_the_table_and_in_the_imports():
    """_LATER, by which names are loaded, has the names that type checkers see imported, each from the same module; none
    has the name of a module of microgrand, which would take its place once it is loaded.
    """
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    blocks = [item.body for item in tree.body if isinstance(item, ast.If) and ast.unparse(item.test) == "TYPE_CHECKING"]
    seen = {item.module: {alias.name for alias in item.names} for body in blocks for item in body}
    assert seen == {f"microgrand.{module}": set(names) for module, names in microgrand._LATER.items() if names}
    assert [name for names in microgrand._LATER.values() for name in names if _file_of(f"microgrand.{name}")] == []


def test_what_is_loaded_later_is_there_from_the_start():
    """`dir` lists it, `microgrand.draw` gives it and from then on is an attribute like any other, and so do
    `from microgrand import *` and the modules by their paths.
    """
    code = """
        import microgrand, types
        names = {name for names in microgrand._LATER.values() for name in names}
        assert names <= set(dir(microgrand)) and not names & set(vars(microgrand))
        assert microgrand.draw is vars(microgrand)["draw"] is microgrand.drawing.draw
        assert microgrand.Linear is microgrand.networks.layers.Linear
        for module in microgrand._LATER:
            assert eval(f"microgrand.{module}").__name__ == f"microgrand.{module}"
        scope = {}
        exec("from microgrand import *", scope)
        assert set(microgrand.__all__) <= set(scope)
        assert not [name for name in microgrand.__all__ if isinstance(scope[name], types.ModuleType)]
    """
    fresh(textwrap.dedent(code))


def test_threads_may_ask_for_it_at_the_same_time():
    """Whatever thread asks first, all are given the same objects."""
    code = """
        import sys, threading, microgrand
        sys.setswitchinterval(1e-5)
        names = [name for names in microgrand._LATER.values() for name in names]
        given, together = [], threading.Barrier(8)
        def ask(k):
            together.wait()
            given.append({name: getattr(microgrand, name) for name in names[k:] + names[:k]})
        threads = [threading.Thread(target=ask, args=(3 * k,)) for k in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        assert len(given) == 8 and all(each == given[0] for each in given)
    """
    fresh(textwrap.dedent(code))


def test_a_misspelled_name_is_an_error_that_names_the_right_one():
    """An AttributeError, with Python's suggestion, also of a name that is not loaded yet."""
    done = subprocess.run(
        [sys.executable, "-c", "import microgrand; microgrand.walkthroug"],
        capture_output=True,
        text=True,
        cwd=PACKAGE.parent,
    )
    said = "AttributeError: module 'microgrand' has no attribute 'walkthroug'. Did you mean: 'walkthrough'?"
    assert done.stderr.splitlines()[-1] == said


def test_every_public_name_exists_and_is_listed_once():
    """`__all__` has no repeats, and names what is there."""
    assert len(set(microgrand.__all__)) == len(microgrand.__all__)
    assert all(hasattr(microgrand, name) for name in microgrand.__all__)


def test_names_that_are_loaded_later_are_there():
    """A name that is loaded when it is asked for is the one of its module, and `dir` has it; no other name is."""
    for name, where in microgrand._MODULE_OF.items():
        assert microgrand.__getattr__(name) is getattr(sys.modules[f"microgrand.{where}"], name)
    for name in microgrand._LATER:
        assert microgrand.__getattr__(name) is sys.modules[f"microgrand.{name}"]
    found = dir(microgrand)
    assert found == sorted(set(found))
    assert set(found) >= {*microgrand.__all__, *microgrand._MODULE_OF, "networks", "training", "testing"}
    assert [name for name in found if "." in name] == []
    with pytest.raises(AttributeError, match=r"^module 'microgrand' has no attribute 'nothing'$"):
        _ = microgrand.nothing
