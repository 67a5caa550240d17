"""What takes more than two seconds tells how far it has come: one line on stderr, which is gone at the end.

The line is written where a person may be reading: in a terminal, and in a notebook. `MICROGRAND_PROGRESS=0` in the
environment turns it off, and `MICROGRAND_PROGRESS=1` turns it on everywhere. A thread of its own writes it, as a
compiler, or an engine that lays out a graph, does not come back to do so.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from shutil import get_terminal_size
from threading import Lock, Thread
from typing import TextIO

SWITCH = "MICROGRAND_PROGRESS"
PATIENCE = 2.0  # seconds without a line
PULSE = 0.5  # seconds from one look to the next
clock = time.monotonic


class Progress:
    """How far a task in several stages has come.

    stages  what each is called, in order; or a noun for `count` of them, "row" for row 1, row 2, …
    """

    def __init__(self, title: str, stages: Sequence[str], stream: TextIO | None, count: int | None = None) -> None:
        self._title, self._stages, self.stream = title, stages, stream
        self._count = len(stages) if count is None else count
        self._start = clock()
        self._done = 0
        self._width = 0  # of the line that is written; 0 where there is none

    def next(self) -> None:
        """The stage is finished."""
        self._done += 1

    def line(self) -> str:
        """What is told: the task, its stage, how many of these are done, and the time that it took so far."""
        count, seconds = self._count, int(clock() - self._start)
        stage = f": {self._stage(min(self._done, count - 1))}" if count > 0 else ""
        done = f", {min(self._done, count):,} of {count:,} done" if count > 1 else ""
        return f"{self._title}{stage}{done}, {seconds // 60}:{seconds % 60:02}"

    def _stage(self, k: int) -> str:
        return f"{self._stages} {k + 1:,}" if isinstance(self._stages, str) else self._stages[k]

    def write(self) -> None:
        """Write the line, over the one before, once the task takes long."""
        if clock() - self._start >= PATIENCE:
            text = self.line()[: get_terminal_size().columns - 1]
            self._put("\r" + text.ljust(self._width))
            self._width = len(text)

    def erase(self) -> None:
        """Leave nothing of the line."""
        if self._width:
            self._put("\r" + " " * self._width + "\r")
            self._width = 0

    def _put(self, text: str) -> None:
        if self.stream is None:
            return
        try:
            self.stream.write(text)
            self.stream.flush()
        except (OSError, ValueError):  # nobody reads it any more, or it is closed: the task goes on
            self.stream = None


class Watcher:
    """Looks after one task at a time: those inside it, and those of other threads, are silent."""

    def __init__(self) -> None:
        self._task: Progress | None = None
        self._thread: Thread | None = None
        self._lock = Lock()

    def begin(self, task: Progress) -> bool:
        """Look after the task; whether there was none before."""
        with self._lock:
            if self._task is not None:
                return False
            self._task = task
            if self._thread is None or not self._thread.is_alive():  # in a forked process it is not
                self._thread = Thread(target=self._watch, daemon=True)
                self._thread.start()
            return True

    def look(self) -> bool:
        """Let the task write its line; whether there is a task."""
        with self._lock:
            if self._task is None:
                self._thread = None
                return False
            self._task.write()
            return True

    def end(self) -> None:
        """The task is finished."""
        with self._lock:
            if self._task is not None:
                self._task.erase()
            self._task = None

    def _watch(self) -> None:
        time.sleep(PULSE)
        while self.look():
            time.sleep(PULSE)


WATCHER = Watcher()


@contextmanager
def progress(title: str, stages: Sequence[str], count: int | None = None) -> Iterator[Progress]:
    """Tell of a task, inside a `with` statement, how far it has come; `next()` says that a stage is finished."""
    task = Progress(title, stages, _stream(), count)
    if task.stream is None or not WATCHER.begin(task):
        yield task
        return
    try:
        yield task
    finally:
        WATCHER.end()


def _stream() -> TextIO | None:
    """Where the line is written; None where nobody would read it, or no thread can be started."""
    stream: TextIO | None = sys.stderr
    wanted = os.environ.get(SWITCH, "")
    if stream is None or wanted == "0" or sys.platform == "emscripten":
        return None
    is_notebook = type(stream).__module__.startswith("ipykernel")
    return stream if wanted or is_notebook or stream.isatty() else None
