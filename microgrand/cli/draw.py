"""What `microgrand draw` does: the picture of an expression that was typed."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from microgrand.cli.parsing import evaluate, numbers_of
from microgrand.drawing.draw import draw
from microgrand.outer_errors import CollapsedWarning, InputError


def draw_expression(
    expression: str,
    assignments: Sequence[str],
    out: str | None,
    *,
    to: Sequence[str],
    how: Mapping[str, Any],
) -> str:
    """Write the picture into the file `out`, or, without one, give its text; whatever is wrong is an InputError.

    to   the names of what is lit
    how  other arguments of `draw`
    """
    root, leaves = evaluate(expression, numbers_of(assignments))
    unknown = [name for name in to if name not in leaves]
    if unknown:
        raise InputError(f"--to names {unknown[0]!r}, but the expression has {', '.join(leaves)}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CollapsedWarning)  # the drawing says so itself
            lit = [leaves[name] for name in to] if to else None
            drawing = draw(root, names={}, to=lit, **how)
            if out is None:
                return str(drawing)
            drawing.save(Path(out))
    except (ValueError, RuntimeError) as error:  # what draw and save say of their arguments; what `dot` cannot draw
        raise InputError(str(error)) from error
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror or error}") from error
    return f"{out} is written: {drawing.view.title}"
