"""`microgrand …`, run in this process: a process of its own takes a second and a half, and finds nothing more."""

import contextlib
import io
import sys
from pathlib import Path
from typing import NamedTuple

from microgrand.cli.main import main


class Done(NamedTuple):
    """What `subprocess.run` would give."""

    returncode: int
    stdout: str
    stderr: str


def run(*words: object) -> Done:
    """Run the command with these words. What it imported from the current folder is forgotten."""
    path = list(sys.path)
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as said:
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:  # of argparse, where it cannot read the words
            code = stop.code
    sys.path[:] = path
    for name, module in list(sys.modules.items()):
        if Path(getattr(module, "__file__", None) or "/").parent == Path.cwd():
            del sys.modules[name]
    return Done(code, out.getvalue(), said.getvalue())
