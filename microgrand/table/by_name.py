"""The rows of the table by their names."""

from __future__ import annotations

from microgrand.shortening import listed
from microgrand.table.primitive import Primitive


class RowsByName(dict[str, Primitive]):
    """A dict that tells at a prompt how many rows there are, and how to see one of them."""

    def __repr__(self) -> str:
        return f"<the table of primitives: {listed(list(self))}; list(TABLE) names them, help(tanh) explains one>"
