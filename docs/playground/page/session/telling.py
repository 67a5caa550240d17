"""What went wrong, as the page tells it: what the error says, where in the editor it arose, and a way out."""

import sys
import traceback

from session.text import FILE, shortened, units, utf16_column

PACKAGES = frozenset(sys.stdlib_module_names) | {"microgrand"}
NO_WAITING = "This page waits for nothing: call functions without async and await."
NO_THREADS = "Python in a page has one thread: call the function itself."
NO_PROCESSES = "Python in a page starts no other program and no other process: call a function instead."
NO_NETWORK = "This page asks no other host for anything: write the data into the code."
NO_FILES = "This page has none of your files: write the data into the code."
# The modules that raise an error, each with the way out.
WAYS = {
    "asyncio": NO_WAITING,
    "pyodide.webloop": NO_WAITING,
    "threading": NO_THREADS,
    "subprocess": NO_PROCESSES,
    "multiprocessing": NO_PROCESSES,
    "concurrent.futures.process": NO_PROCESSES,
    "urllib.request": NO_NETWORK,
    "http.client": NO_NETWORK,
    "socket": NO_NETWORK,
    "ssl": NO_NETWORK,
}


def described(error, text, end=(None, None)):
    """An error as the page shows it: what it says, where in the editor, and a way out.

    text  the lines in the editor
    end   the line and column of what was to be shown, where the error arose if it arose in none of the code's lines
    """
    line, column = place(error, text)
    if line is None:
        line, column = end
    message = message_of(error) or type(error).__name__
    if isinstance(error, AssertionError) and not message_of(error) and line is not None:
        message = text[line - 1].strip()
    notes = getattr(error, "__notes__", ())
    way = way_out(error) or "\n".join(map(str, notes if isinstance(notes, (list, tuple)) else ()))
    return {"name": type(error).__name__, "message": shortened([message]), "line": line, "column": column, "way": way}


def message_of(error):
    """What an error says; an own class of errors may fail to."""
    if isinstance(error, SystemExit):
        return "the code ended by itself" + (f": {error.code}" if isinstance(error.code, str) else "")
    if isinstance(error, KeyboardInterrupt):
        return "stopped"
    if isinstance(error, SyntaxError) and isinstance(error.msg, str):
        return error.msg
    try:
        return str(error)
    except BaseException as another:
        return f"what it says cannot be had: its __str__ raises {type(another).__name__}"


def way_out(error):
    """What to do about it, where it lies in Python being in a page; else ""."""
    message, module = message_of(error), module_of(error)
    if isinstance(error, ModuleNotFoundError) and str(error.name).split(".")[0] not in PACKAGES:
        return f"This page has Python's own modules, and microgrand's; {error.name} is not here."
    if isinstance(error, SyntaxError):
        return NO_WAITING if "outside" in message and ("await" in message or "async" in message) else ""
    if isinstance(error, RecursionError):
        return "A function calls itself too often."
    if isinstance(error, MemoryError):
        return "The code asks for more memory than a page has: take smaller numbers, or keep less."
    if isinstance(error, FileNotFoundError):
        return NO_FILES
    if "can't start new thread" in message:
        return NO_THREADS
    found = [way for name, way in WAYS.items() if f"{module}.".startswith(f"{name}.")]
    if not found and type(error) is OSError and module == "__main__":  # of a function that is not written in Python
        return f"{NO_NETWORK} {NO_PROCESSES}"
    return "".join(found)


def module_of(error):
    """The module whose code raised it."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return str(frames[-1].f_globals.get("__name__")) if frames else ""


def place(error, text):
    """The line and column in the editor at which an error arose, from 1; None, None if it has none there."""
    if isinstance(error, SyntaxError) and error.filename == FILE and isinstance(error.lineno, int):
        line = min(max(error.lineno, 1), len(text))
        offset = error.offset if isinstance(error.offset, int) else 1
        return line, units(text[line - 1].rstrip("\n")[: max(offset - 1, 0)]) + 1
    frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename == FILE]
    if not frames or not 1 <= (frames[-1].lineno or 0) <= len(text):
        return None, None
    return frames[-1].lineno, utf16_column(text, frames[-1].lineno, frames[-1].colno or 0)
