"""In WebAssembly the stack overflows where some 4,000 objects release each other: there they do so in a loop."""

from __future__ import annotations

import sys
from typing import Any


def release_in_a_loop(kind: Any, *fields: str) -> None:
    """Where the platform needs it, give the class a finaliser that takes the fields from what is being released.

    The outermost call releases all that they held. Elsewhere nothing is done: CPython sees to it.
    """
    if sys.platform != "emscripten":
        return
    waiting: list[object] = []  # one for all objects of the class

    def release(each: Any) -> None:
        if not hasattr(each, fields[-1]):  # its constructor raised an error
            return
        outermost = not waiting
        waiting.append(None)  # stays to the end, so that calls inside the outermost find more than nothing
        for field in fields:
            waiting.append(getattr(each, field))
            setattr(each, field, None)
        if outermost:
            try:
                while len(waiting) > 1:
                    waiting.pop()
            finally:
                waiting.clear()

    kind.__del__ = release
