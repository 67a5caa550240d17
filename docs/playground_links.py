"""A link below each block of Python: it opens the block in the playground, together with the lines above that it needs.

The links are made while the pages are built. A block has none if it needs something that the playground lacks. A
notebook that the playground can run as a whole has two more, below its title: to the playground, and to JupyterLite.
"""

import ast
import base64
import doctest
import re
import symtable
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PINS = (Path(__file__).parent / "playground" / "wheels.txt").read_text(encoding="utf-8")
WHEELS = re.findall(r"^([\w.-]+)==", PINS, re.MULTILINE)
# Modules of Python that find no files, processes or packages there; and times there are not those of the page.
OUT_OF_REACH = {
    "importlib",
    "multiprocessing",
    "os",
    "pathlib",
    "shutil",
    "subprocess",
    "tempfile",
    "threading",
    "time",
}
MODULES = (sys.stdlib_module_names | {"microgrand"} | set(WHEELS)) - OUT_OF_REACH
# Names that tell that other packages are needed, where none is imported: methods, and what a search for packages found.
LACKING = {"compiled", "plan", "autograd", "jax", "numpy", "torch"}
# Statements that show nothing.
MEANS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
# Functions and methods that change none of their arguments.
SHOWING = {"print", "display", "draw", "walkthrough", "save"}


def setup(app: Any) -> dict[str, bool]:
    """Have the links added to every page before it is written."""
    app.connect("doctree-resolved", add_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_links(app: Any, document: Any, name: str) -> None:
    """Put a link below each block, and two below the title of a notebook that can run in a page as a whole."""
    from docutils import nodes  # not there where only the code is chosen, in the tests

    if app.builder.format != "html":
        return
    site = "../" * app.builder.get_target_uri(name).count("/")
    playground = f"{site}playground/index.html#code="
    blocks = [each for each in document.findall(nodes.literal_block) if each.get("language") in ("python", "ipython3")]
    texts = [block.astext() for block in blocks]
    places = [
        (_cell_or_block(block), {"open in the playground": playground + packed(code)})
        for block, code in zip(blocks, codes(texts), strict=True)
        if code is not None
    ]
    whole = notebook(texts) if name.startswith("notebooks/") else None
    if whole is not None:
        title = next(iter(document.findall(nodes.title)))
        addresses = {"open the whole notebook in the playground": playground + packed(whole)}
        places.append((title, {**addresses, "open in JupyterLite": site + in_jupyterlite(name)}))
    for place, addresses in places:
        links = " ".join([f'<a href="{address}">{text}</a>' for text, address in addresses.items()])
        paragraph = nodes.raw("", f'<p class="playground">{links}</p>', format="html")
        place.parent.insert(place.parent.index(place) + 1, paragraph)


def in_jupyterlite(name: str) -> str:
    """The address of a notebook in JupyterLite; see build_jupyterlite.py, which takes those that `notebook` takes."""
    return f"jupyterlite/notebooks/index.html?path={name.removeprefix('notebooks/')}.ipynb"


def _cell_or_block(block: Any) -> Any:
    """What a link stands below: the frame of a notebook's cell, or a block itself."""
    return block.parent if "cell_input" in block.parent.get("classes", ()) else block


def packed(code: str) -> str:
    """Code as it stands in a link: see `packed` in playground/page/sharing.js."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.urlsafe_b64encode(packer.compress(code.encode()) + packer.flush()).decode().rstrip("=")


def codes(blocks: Sequence[str]) -> list[str | None]:
    """For each block of a page what its link opens: the statements above that it needs, and the block.

    None for a block that the playground cannot run, or that would show nothing there: that imports and defines only.
    """
    pages = [_statements(_without_prompts(block)) for block in blocks]
    found = []
    for number in range(len(pages)):
        above = [each for page in pages[:number] for each in page]
        kept = _needed([*above, *pages[number]], len(above))
        parts = [[each for each in page if each in kept] for page in pages[:number]]
        texts = ["".join([each.text for each in part]).strip("\n") for part in parts if part]
        does = any(not isinstance(node, MEANS) for each in pages[number] for node in each.nodes)
        runs = does and all(each.runs for each in kept)
        found.append("\n\n".join([*texts, _shown(pages[number])]) + "\n" if runs else None)
    return found


def notebook(cells: Sequence[str]) -> str | None:
    """All cells as one code, each of which shows its last expression; None if the playground cannot run one of them."""
    pages = [_statements(cell) for cell in cells]
    if not pages or not all(each.runs for page in pages for each in page):
        return None
    return "\n\n".join([_displayed(page) for page in pages[:-1]] + [_shown(pages[-1])]) + "\n"


@dataclass(frozen=True, eq=False)
class Statement:
    """Lines of a block: a statement, and the blank lines and remarks above it."""

    text: str
    nodes: tuple[ast.stmt, ...]  # more than one where they share a line
    uses: frozenset[str]
    uses_later: frozenset[str]  # names of the page that its functions use when they are called
    binds: frozenset[str]
    changes: frozenset[str]  # names whose objects it may change
    runs: bool  # whether the playground has what it needs

    @property
    def is_plain(self) -> bool:
        """Whether the names that it binds mean nothing older after it, as after an `if` they may."""
        return all(isinstance(node, (*MEANS, ast.Assign, ast.AnnAssign)) for node in self.nodes)


def _without_prompts(block: str) -> str:
    if not block.startswith(">>>"):
        return block
    return "".join([example.source for example in doctest.DocTestParser().get_examples(block)])


def _statements(code: str) -> list[Statement]:
    """The statements of a block, in order; what stands on one line together is one."""
    lines = code.splitlines(keepends=True)
    groups: list[list[ast.stmt]] = []
    for node in ast.parse(code).body:
        if groups and _first_line(node) <= (groups[-1][-1].end_lineno or 0):
            groups[-1].append(node)
        else:
            groups.append([node])
    ends = [0, *[group[-1].end_lineno or 0 for group in groups]]
    return [
        _statement("".join(lines[start:end]).rstrip("\n") + "\n", tuple(group))
        for start, end, group in zip(ends, ends[1:], groups, strict=False)
    ]


def _first_line(node: ast.stmt) -> int:
    return min([node.lineno, *[each.lineno for each in getattr(node, "decorator_list", ())]])


def _statement(text: str, nodes: tuple[ast.stmt, ...]) -> Statement:
    table = symtable.symtable(text, "block", "exec")
    every = [each for node in nodes for each in ast.walk(node)]
    added = {each.target.id for each in every if isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name)}
    own = {name for each in every for name in _own_names(each)}
    names = {each.id for each in every if isinstance(each, ast.Name)}
    names |= {each.attr for each in every if isinstance(each, ast.Attribute)}
    modules = {alias.name for each in every if isinstance(each, ast.Import) for alias in each.names}
    modules |= {each.module or "" for each in every if isinstance(each, ast.ImportFrom)}
    return Statement(
        text,
        nodes,
        frozenset({each.get_name() for each in table.get_symbols() if each.is_referenced()} - own | added),
        frozenset(_global_names(table)),
        frozenset(each.get_name() for each in table.get_symbols() if each.is_assigned() or each.is_imported()),
        frozenset(name for node in nodes for name in _changed(node)),
        not names & LACKING and {module.partition(".")[0] for module in modules} <= MODULES,
    )


def _own_names(node: ast.AST) -> Iterator[str]:
    """The names that a loop or an `except` gives a meaning before it uses them."""
    if isinstance(node, (ast.For, ast.comprehension)):
        yield from (each.id for each in ast.walk(node.target) if isinstance(each, ast.Name))
    elif isinstance(node, ast.ExceptHandler) and node.name is not None:
        yield node.name


def _global_names(table: symtable.SymbolTable) -> Iterator[str]:
    """What functions, lambdas and comprehensions inside use of the page's names."""
    for inner in table.get_children():
        yield from (each.get_name() for each in inner.get_symbols() if each.is_global())
        yield from _global_names(inner)


def _changed(statement: ast.AST) -> Iterator[str]:
    """The names whose objects change: `x.data = 1.0`, `x.backward()`, `refresh(x)`."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):
        return
    if isinstance(statement, (ast.Attribute, ast.Subscript)) and isinstance(statement.ctx, ast.Store):
        yield from _root(statement)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if called not in SHOWING:
            yield from _root(call.func) if isinstance(call.func, ast.Attribute) else ()
            yield from (each.id for each in call.args if isinstance(each, ast.Name))
    for inner in ast.iter_child_nodes(statement):
        yield from _changed(inner)


def _root(expression: ast.expr) -> Iterator[str]:
    """The name at the left end of a.b[c].d."""
    while isinstance(expression, (ast.Attribute, ast.Subscript)):
        expression = expression.value
    if isinstance(expression, ast.Name):
        yield expression.id


def _needed(statements: Sequence[Statement], start: int) -> set[Statement]:
    """The statements from `start` on, those that bind the names they use, and those that change what is kept."""
    kept = set(range(start, len(statements)))
    before: set[int] = set()
    while kept != before:
        before = set(kept)
        for k in before:
            kept |= _binding(statements, k, statements[k].uses | statements[k].uses_later)
            kept |= {j for j in range(k, len(statements)) if statements[j].binds & statements[k].uses_later}
        kept |= {k for k, each in enumerate(statements) if _binding(statements, k, each.changes) & before}
    return {statements[k] for k in kept}


def _binding(statements: Sequence[Statement], end: int, names: frozenset[str]) -> set[int]:
    """The statements before `end` that give the names the meaning they have there."""
    found = set()
    for name in names:
        for k in reversed(range(end)):
            if name in statements[k].binds:
                found.add(k)
                if statements[k].is_plain:
                    break
    return found


def _shown(page: Sequence[Statement]) -> str:
    """The text of a block; it shows what it would save to a file, for the playground has no folder to look into."""
    return "".join([_unsaved(each.text) for each in page]).strip("\n")


def _unsaved(text: str) -> str:
    """`draw(y)` of `draw(y).save("y.svg")`; any other statement as it is."""
    match ast.parse(text).body[-1]:
        case ast.Expr(ast.Call(ast.Attribute(shown, "save")) as call):
            return text.replace(_source(text, call), _source(text, shown))
    return text


def _displayed(cell: Sequence[Statement]) -> str:
    """The text of a cell that is not the last one: its last expression is shown as in a notebook."""
    *others, last = [each.text for each in cell]
    match ast.parse(last).body[-1]:
        case ast.Expr(ast.Call(ast.Name("print"))):
            pass
        case ast.Expr(shown):
            source = _source(last, shown)
            last = last.replace(
                source, f"display(({source}))" if isinstance(shown, ast.Tuple) else f"display({source})"
            )
    return "".join([*others, last]).strip("\n")


def _source(text: str, node: ast.expr) -> str:
    return ast.get_source_segment(text, node) or ""
