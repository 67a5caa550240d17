"""Programs as machine code: `compiled`. One way in: what needs numba is imported when a program is first compiled.

`code` writes the plain code of rows in LLVM's language, on top of `arithmetic`, `instructions` and `module`; `assembly`
writes a whole program; `native` gives it to numba; `compiling` makes what is called.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from microgrand.outer_errors import MissingExtraError
from microgrand.program.tape import Tape

__all__ = ["compiled"]


def compiled(
    program: Tape, derivative: str | None, argnums: int | Sequence[int], cache: str | os.PathLike[str] | None
) -> Any:
    """See `Program.compiled`. Raises RuntimeError where numba is told to compile nothing."""
    try:
        import llvmlite  # noqa: F401
        import numba
    except ModuleNotFoundError as error:
        if error.name not in ("llvmlite", "numba"):
            raise
        raise MissingExtraError("compiled code", "jit", "numba") from error
    if numba.config.DISABLE_JIT:
        raise RuntimeError("numba compiles nothing while NUMBA_DISABLE_JIT is set")
    from microgrand.program.jit.compiling import compiled_program

    return compiled_program(program, derivative, argnums, cache)
