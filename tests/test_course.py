"""Laws of the course: words are explained before they are used, pictures say what to look at, `.[all]` is enough."""

import ast
import json
import re
import subprocess
import sys
from importlib.metadata import packages_distributions, requires

import nbformat
import pytest
from packaging.requirements import Requirement
from test_documents import NOTEBOOKS, ROOT

GLOSSARY = (ROOT / "docs" / "reference" / "glossary.md").read_text(encoding="utf-8")
QUESTIONS = (ROOT / "docs" / "ten-questions.md").read_text(encoding="utf-8")
CELLS = {path: nbformat.read(path, as_version=4).cells for path in NOTEBOOKS}
# The words that code, pictures and errors of the whole house use.
HOUSE = (
    *("primitive", "node", "Value", "operands", "parents", "children", "local partial", "δ", "adjoint", "θ"),
    *("parameters", "gradient", "seed", "sweep", "tangent", "record", "replay", "Program", "kink", "domain"),
)
OTHERS = ("jax", "torch", "autograd", "dask")  # what the course can use, and `.[all]` does not bring
PLURALS = {"operands": "operands?", "parents": "parents?", "parameters": "parameters?", "children": "child(ren)?"}
BOLD = r"\*\*(.+?)\*\*"

by_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def words():
    """The words of the glossary, each with the number of the notebook that explains it; "–" if none does."""
    lines = re.findall(r"^\| (\*\*.+?) \| .+ \| (\d|–) \|$", GLOSSARY, re.MULTILINE)
    return [(word.strip("`"), number) for cell, number in lines for word in re.findall(BOLD, cell)]


WORDS = words()
EXPLAINED = [(word, int(number) - 1) for word, number in WORDS if number != "–"]


def explaining(path):
    """A notebook's text without headings, code and links; without its first cell, which says what it is about."""
    text = "\n\n".join([cell.source for cell in CELLS[path][1:] if cell.cell_type == "markdown"])
    text = re.sub(r"```.*?```", "", re.sub(r"^#.*|^Next: [\s\S]*", "", text, flags=re.MULTILINE), flags=re.DOTALL)
    text = re.sub(r"\]\([^)]*\)", "", text)
    text = re.sub(r"`[^`]*`", "", re.sub(r"\*\*`(.+?)`\*\*", r"**\1**", text))
    return " ".join(text.split())


def first_use(word):
    """The first notebook that uses a word, by its index, and whether the word is bold there; None if none does."""
    pattern = rf"(?<!\w){PLURALS.get(word, re.escape(word) + 's?')}" + ("" if word == "δ" else r"(?!\w)")
    for number, path in enumerate(NOTEBOOKS):
        text = explaining(path)
        if found := re.search(pattern, text):
            return number, any(bold.start() < found.start() < bold.end() for bold in re.finditer(BOLD, text))
    return None


def code(path):
    """The cells of code."""
    return [cell for cell in CELLS[path] if cell.cell_type == "code"]


def asks(cell):
    """Whether a cell of code asks for every number before it shows it."""
    last = ast.parse(cell.source).body[-1]
    return "predict=True" in ast.unparse(last) or ast.unparse(last).startswith("exercise(")


def test_the_glossary_has_the_words_of_the_house():
    """Each word that the house uses with one meaning stands there, and no word stands there twice."""
    found = [word for word, _ in WORDS]
    assert set(HOUSE) <= set(found)
    assert len(set(found)) == len(found) > 40


@pytest.mark.parametrize(("word", "number"), EXPLAINED, ids=[word for word, _ in EXPLAINED])
def test_a_word_is_explained_where_it_first_occurs(word, number):
    """Where the course first uses it, it is bold; and this is in the notebook that the glossary names."""
    assert first_use(word) == (number, True)


@by_notebook
def test_a_notebook_leads_to_the_glossary(path):
    """At its beginning and at its end."""
    for cell in (CELLS[path][0], CELLS[path][-1]):
        assert "](../docs/reference/glossary.md)" in cell.source


@by_notebook
def test_a_picture_has_a_caption_that_says_what_to_look_at(path):
    """The text right below it begins so; pictures are counted from 1."""
    pictures = [k for k, cell in enumerate(CELLS[path]) if "image/png" in str(cell.get("outputs"))]
    captions = [CELLS[path][k + 1].source for k in pictures]
    linked = [text for cell in CELLS[path] for text in re.findall(r"!\[.*?\]\(.*?\)\n\n(.*)", cell.source)]
    for number, caption in enumerate([*captions, *linked], 1):
        assert caption.startswith(f"*Figure {number}.* Look at ")


@by_notebook
def test_exercises_ask_for_a_number_by_hand_first(path):
    """The first exercise is one to be done by hand, and its player asks; those that need code come after."""
    start = next(k for k, cell in enumerate(CELLS[path]) if "## Exercises" in cell.source)
    told = "\n".join([cell.source for cell in CELLS[path][start:] if cell.cell_type == "markdown"])
    numbers, kinds = zip(*re.findall(r"^\*\*(\d)\.(?: (By hand)\.| With code\.)?\*\*", told, re.MULTILINE), strict=True)
    assert numbers == tuple("1234"[: len(numbers)])
    assert kinds == tuple(sorted(kinds, reverse=True))
    assert kinds[0] == "By hand"
    assert asks(CELLS[path][start + 1])


def brought():
    """The modules that `.[all]` brings, beside Python's own."""
    extras, found = ["all"], {"microgrand", "IPython"}  # Jupyter's kernel is made of IPython
    while extras:
        extra = extras.pop()
        for need in map(Requirement, requires("microgrand") or ()):
            if need.marker is not None and need.marker.evaluate({"extra": extra}):
                found.add(need.name)
                extras += [each for each in need.extras if need.name == "microgrand"]
    return {module for module, names in packages_distributions().items() if found & set(names)} | found


@by_notebook
def test_a_notebook_needs_no_more_than_all_extras(path):
    """What else it imports it imports only after it looked whether it is there."""
    statements = [node for cell in code(path) for node in ast.parse(cell.source).body]
    modules = {alias.name for node in statements if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module or "" for node in statements if isinstance(node, ast.ImportFrom)}
    assert {module.partition(".")[0] for module in modules} <= brought() | sys.stdlib_module_names


def mentions(cell, names):
    """Whether the code of a cell names one of these."""
    tree = list(ast.walk(ast.parse(cell.source)))
    texts = {node.value for node in tree if isinstance(node, ast.Constant)}
    modules = {node.module or "" for node in tree if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in tree if isinstance(node, ast.Import) for alias in node.names}
    used = {node.id for node in tree if isinstance(node, ast.Name)}
    return not names.isdisjoint(texts | used | {module.partition(".")[0] for module in modules})


# Runs cells where these packages cannot be imported, and prints what they print.
WITHOUT = """
import importlib.abc, json, sys
cells, missing = json.load(sys.stdin)

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
for cell in cells:
    exec(cell)
"""


@by_notebook
def test_what_is_not_installed_is_skipped_in_one_sentence(path):
    """Cells that name a package that `.[all]` does not bring run without it, and one line says that it is missing."""
    others = [cell.source for cell in code(path) if mentions(cell, set(OTHERS))]
    named = [name for name in OTHERS if any(mentions(cell, {name}) for cell in code(path))]
    told = json.dumps([[code(path)[0].source, *others] if others else [], OTHERS])
    done = subprocess.run([sys.executable, "-c", WITHOUT], input=told, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    missing = [line for line in done.stdout.splitlines() if "not installed" in line]
    assert sorted(line.partition(" is not installed: ")[0] for line in missing) == sorted(named)


def test_there_are_ten_questions_and_their_numbers_are_computed():
    """Ten questions, ten answers; each number that the code of an answer prints stands in the answer."""
    asked, answered = QUESTIONS.split("## Answers")
    assert re.findall(r"^\*\*(\d+)\.\*\*", asked, re.MULTILINE) == [str(n) for n in range(1, 11)]
    answers = re.findall(r"<summary>Answer (\d+)</summary>(.*?)```python.*?```text\n(.*?)```", answered, re.DOTALL)
    assert [number for number, _, _ in answers] == [str(n) for n in range(1, 11)]
    for _, told, printed in answers:
        numbers = {f"{float(text):g}".replace("-", "−") for text in printed.split() if text != "True"}
        assert numbers
        assert numbers <= set(re.findall(r"−?\d+(?:\.\d+)?", told))
