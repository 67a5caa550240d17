"""Writing files so that the old one or the new one is whole, whatever happens in between."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from errno import EISDIR, ENOENT
from pathlib import Path
from typing import Any

NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def as_path(path: Any) -> Path:
    """The path of a file. Raises TypeError for what is neither a string nor a Path."""
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"a file is named by a string or a Path; got {path!r:.60} of type {type(path).__name__}")
    return Path(path)


def write_whole(contents: Mapping[Path, bytes]) -> None:
    """Write every file under a temporary name beside its own, then rename them all.

    A failure leaves the files that were there, and no temporary one. A file keeps its permissions, and a link stays
    one: the file that it leads to is written. What is no file, a pipe or a terminal, is written to as it stands.
    """
    waiting: list[tuple[Path, Path]] = []
    try:
        for path, content in contents.items():
            if path.exists() and not path.is_file() and not path.is_dir():
                path.write_bytes(content)
                continue
            target = Path(os.path.realpath(path))
            if not target.parent.exists():
                raise FileNotFoundError(ENOENT, "there is no such folder", str(path.parent))
            if target.is_dir():
                raise IsADirectoryError(EISDIR, "a folder stands in the place of the file", str(path))
            temporary = target.with_name(f".{os.urandom(8).hex()}")
            waiting.append((temporary, target))
            _write(temporary, content, target)
        while waiting:
            os.replace(*waiting[0])
            waiting.pop(0)
    finally:
        for temporary, _ in waiting:
            temporary.unlink(missing_ok=True)


def _write(path: Path, content: bytes, like: Path) -> None:
    """Write a new file, with the permissions of the one that it will replace, or those of any new file."""
    mode = stat.S_IMODE(like.stat().st_mode) if like.exists() else None
    with os.fdopen(os.open(path, NEW, 0o666 if mode is None else 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if mode is not None:
        os.chmod(path, mode)
