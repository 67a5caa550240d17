"""What `microgrand exercise` does: expressions to practise on, as Python or as a page that asks for every number."""

from __future__ import annotations

from pathlib import Path

from microgrand.outer_errors import InputError
from microgrand.walk.exercise import Exercise, exercises


def practise(level: int, seed: int | None, count: int, out: str | None, solutions: bool = False) -> str:
    """Write the page into the file `out`, or, without one, give the expressions; what is wrong is an InputError."""
    if solutions and out is not None:
        raise InputError("a page has its own answers: --solutions is for exercises as text, without -o")
    found = exercises(count, seed, level)
    if out is None:
        return "\n\n".join([_with_solution(each) for each in found]) if solutions else str(found)
    try:
        found.save(Path(out))
    except ValueError as error:  # an ending that is no page's
        raise InputError(str(error)) from error
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror or error}") from error
    return f"{out} is written: {found.title}, seed {found[0].seed}"


def _with_solution(exercise: Exercise) -> str:
    return "\n".join([exercise.text, "", *[f"# {line}" for line in exercise.solution.splitlines()]])
