"""A progress bar for what may take long: it appears after two seconds, if tqdm is installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

PATIENCE = 2.0  # seconds without a bar
PULSE = 0.5  # seconds from one drawing to the next
LOOK = "{desc}: {bar:20} {n_fmt}/{total_fmt}{postfix} [{elapsed}]"


class Progress:
    """How far a task in several stages has come."""

    def __init__(self, title: str, stages: Sequence[str]) -> None:
        self._title, self._stages = title, stages
        self._done = 0
        self._over = Event()

    def next(self) -> None:
        """The stage is finished."""
        self._done += 1

    def stop(self) -> None:
        """The task is."""
        self._over.set()

    def show(self, bar_of: Any) -> None:
        """Draw the bar, once the time is up, until the task is finished."""
        if self._over.wait(PATIENCE):
            return
        total = len(self._stages)
        with bar_of(total=total, desc=self._title, bar_format=LOOK, leave=False) as bar:
            over = False
            while not over:
                stage = min(self._done, total - 1)
                bar.n = min(self._done, total)
                bar.set_postfix_str(self._stages[stage], refresh=True)
                over = self._over.wait(PULSE)
            bar.n = min(self._done, total)


@contextmanager
def progress(title: str, stages: Sequence[str], everywhere: bool = True) -> Iterator[Progress]:
    """A progress bar around a task: drawn from a thread of its own, as a compiler does not come back to draw it.

    everywhere  whether it is drawn where there is no terminal, too
    """
    task = Progress(title, stages)
    if not (everywhere or sys.stderr.isatty()):
        yield task
        return
    try:
        from tqdm import tqdm
    except ImportError:
        yield task
        return
    thread = Thread(target=task.show, args=(tqdm,), daemon=True)
    thread.start()
    try:
        yield task
    finally:
        task.stop()
        thread.join()
