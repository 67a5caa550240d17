"""What `microgrand step` does: the steps of an expression that was typed, as text or as a page that plays them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from microgrand.cli.parsing import evaluate, numbers_of
from microgrand.outer_errors import InputError
from microgrand.walk.steps import steps
from microgrand.walk.walkthrough import walkthrough


def step_through(
    expression: str, assignments: Sequence[str], out: str | None, granularity: str, predict: bool = False
) -> str:
    """Write the page into the file `out`, or, without one, give the steps; whatever is wrong is an InputError.

    predict  whether the page asks for every number
    """
    if predict and out is None:
        raise InputError("only a page can ask for numbers: name one, such as -o page.html")
    root, _ = evaluate(expression, numbers_of(assignments))
    try:
        if out is None:
            return "\n".join([str(step) for step in steps(root, granularity, names={})])
        walk = walkthrough(root, granularity=granularity, names={}, predict=predict)
        walk.save(Path(out))
    except ValueError as error:  # an ending that is no page's
        raise InputError(str(error)) from error
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror or error}") from error
    return f"{out} is written: {walk.title}"
