"""Docstrings as they are written for help(), in plain text with columns, as reStructuredText for Sphinx."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from microgrand import Primitive

COLUMNS = re.compile(r"(\S(?:.*?\S)?)  +(\S.*)")


def setup(app: Any) -> dict[str, bool]:
    """Have every docstring translated before Sphinx reads it."""
    app.connect("autodoc-process-docstring", translate)
    return {"parallel_read_safe": True}


def translate(app: Any, what: str, name: str, item: Any, options: Any, lines: list[str]) -> None:
    """Replace the lines of a docstring by their translation."""
    paragraphs = "\n".join(lines).strip("\n").split("\n\n")
    row = isinstance(item, Primitive)
    lines[:] = [line for each in paragraphs for line in [*_translated(each.split("\n"), row), ""]]


def _translated(lines: Sequence[str], row: bool) -> Iterator[str]:
    """One paragraph: an example, columns of names and what they are, formulas line by line, or plain words."""
    if lines[0].startswith(">>>"):
        yield from lines
    elif row:
        yield from (f"| {_plain(line)}" for line in lines)
    elif all(COLUMNS.fullmatch(line) or line.startswith(" ") for line in lines):
        for line in lines:
            found = COLUMNS.fullmatch(line)
            if found and not line.startswith(" "):
                yield _literal(found[1])
            yield f"    {_plain(found[2] if found and not line.startswith(' ') else line.strip())}"
    else:
        yield from (_plain(line) for line in lines)


def _plain(text: str) -> str:
    """Words with `code` among them, and no other markup."""
    parts = text.split("`")
    return "".join(_literal(part) if k % 2 else re.sub(r"([\\*|_])", r"\\\1", part) for k, part in enumerate(parts))


def _literal(text: str) -> str:
    return f"``{text}``"
