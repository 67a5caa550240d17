"""What a measurement was made on, in one line."""

from __future__ import annotations

import platform
from pathlib import Path


def machine() -> str:
    """The processor, the kind of system, the Python.

    >>> machine().count(", ") >= 2
    True
    """
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return ", ".join([_processor(), f"{platform.system()} {platform.machine()}", python])


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        lines = []
    for line in lines:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"
