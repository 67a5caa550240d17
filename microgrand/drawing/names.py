"""What the nodes of a drawing are called: by a given name, by the caller's variable, or zᵢ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from microgrand.engine.node import Node
from microgrand.table.formula import LONGEST_NAME, shortened
from microgrand.table.symbols import element_name


def caller_names(names: Any, scope: Mapping[str, Any]) -> Callable[[Node], str | None]:
    """What a node is called: as `names` says, else by its own name, else by the caller's variable, but for names={}."""
    known = given_names(names) if names is not None else {}
    local = {} if names is not None and not names else variables(scope)
    return lambda node: known.get(node) or node.name or local.get(node)


def given_names(names: Any) -> dict[Node, str]:
    """The names that a mapping from name to node gives; a list under a name is named element by element.

    Whatever else is in the mapping is passed over, so that `locals()` can be given.

    >>> from microgrand import Value
    >>> x, y = Value(1.0), Value(2.0)
    >>> sorted(given_names({"w": [x, y], "n": 3}).values())
    ['w₁', 'w₂']
    """
    if not isinstance(names, Mapping):
        raise TypeError(f"names is a mapping from names to Values; got {names!r:.60} of type {type(names).__name__}")
    found: dict[Node, str] = {}
    for name, item in names.items():
        if not isinstance(name, str):
            raise TypeError(f"names maps strings to Values; got {name!r:.60} of type {type(name).__name__}")
        _name(name, item, found)
    return found


def _name(name: str, item: Any, found: dict[Node, str]) -> None:
    if isinstance(item, Node):
        found.setdefault(item, name)
    elif isinstance(item, (list, tuple)):
        for k, each in enumerate(item, 1):
            if isinstance(each, (Node, list, tuple)):
                _name(element_name(name, k, (len(item), 1)), each, found)


def variables(scope: Mapping[str, Any]) -> dict[Node, str]:
    """The names of the variables that hold nodes: the first defined counts, none with a leading `_`."""
    found: dict[Node, str] = {}
    for name, item in scope.items():
        if isinstance(item, Node) and name.isidentifier() and not name.startswith("_"):
            found.setdefault(item, name)
    return found


def printable(text: str) -> str:
    """Text that any terminal and any SVG can show: a tab as a space, and U+FFFD for what XML has no place for."""
    return "".join([_printable(character) for character in text])


def _printable(character: str) -> str:
    code = ord(character)
    if character == "\t":
        return " "
    controls = code < 32 or 127 <= code < 160
    return (
        "\ufffd"
        if (controls and character != "\n") or 0xD800 <= code < 0xE000 or code in (0xFFFE, 0xFFFF)
        else character
    )


def one_line(name: str, most: int = LONGEST_NAME) -> str:
    """A name on one line."""
    return printable(shortened(name.replace("\n", "↵"), most))
