"""What hypothesis calls once it is imported: it learns to draw Values for annotations, `st.from_type(Value)`.

The entry point stands in pyproject.toml. Nothing else imports this file, so that microgrand never loads hypothesis.
"""

from __future__ import annotations

from typing import Any

from microgrand.engine.value import Value


def register() -> None:
    """Tell hypothesis how a Value is drawn; the strategy itself is loaded when the first is asked for."""
    from hypothesis.strategies import register_type_strategy

    register_type_strategy(Value, _values)


def _values(kind: type[Value]) -> Any:
    from microgrand.testing.strategies import values

    return values()
