"""Laws of outlines, before anything is compiled: the source of a module, in which each function makes one call."""

import ast
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.skipif(not (HOME / "setup.py").exists(), reason="only a checkout has what builds a wheel")


@pytest.fixture(scope="module")
def outlined():
    """The source of each module that a wheel has an outline of, and the outline."""
    sys.path.insert(0, str(HOME / "build_support"))
    from outlines import outline

    names = next(
        ast.literal_eval(item.value)
        for item in ast.parse((HOME / "setup.py").read_text()).body
        if isinstance(item, ast.Assign) and ast.unparse(item.targets[0]) == "OUTLINED"
    )
    sources = [(HOME / "microgrand" / f"{name}.py").read_text() for name in names]
    sys.path.remove(str(HOME / "build_support"))
    return [(source, outline(source)) for source in sources]


def functions(text):
    """Every function of a text and of its classes: where it begins, its head and its docstring."""
    tree = ast.parse(text)
    for parent in [tree, *[item for item in tree.body if isinstance(item, ast.ClassDef)]]:
        for item in parent.body:
            if isinstance(item, ast.FunctionDef) and (parent is not tree or not item.name.startswith("_")):
                head = ast.unparse(item.args), ast.unparse(item.returns), list(map(ast.unparse, item.decorator_list))
                yield item.lineno, item.name, head, ast.get_docstring(item)


def test_an_outline_has_what_its_source_has(outlined):
    """Every public function and every method, on its line, with its signature and docstring, and nothing else."""
    pairs = [(list(functions(source)), list(functions(outline))) for source, outline in outlined]
    assert sum(len(there) for there, _ in pairs) > 150
    assert [there for there, here in pairs if there != here] == []


def test_an_outlined_function_passes_on_what_it_takes(outlined):
    """It calls one function, with all its parameters, each in its place."""
    wrong = []
    for _, outline in outlined:
        for item in ast.walk(ast.parse(outline)):
            if isinstance(item, ast.FunctionDef):
                call = item.body[-1].value
                call = call if isinstance(call, ast.Call) else call.value
                named = [each.arg for each in item.args.kwonlyargs]
                passed = [ast.unparse(each).lstrip("*") for each in call.args]
                several = [each.arg for each in (item.args.vararg,) if each is not None]
                taken = [each.arg for each in (*item.args.posonlyargs, *item.args.args)]
                if passed != taken + several or [
                    (each.arg, ast.unparse(each.value)) for each in call.keywords if each.arg is not None
                ] != [(name, name) for name in named]:
                    wrong.append(item.name)
    assert wrong == []
