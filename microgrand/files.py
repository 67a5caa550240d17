"""Writing files so that the old one or the new one is whole, whatever happens in between."""

from __future__ import annotations

import os
from collections.abc import Mapping
from errno import EISDIR
from pathlib import Path


def write_whole(contents: Mapping[Path, bytes]) -> None:
    """Write every file under a temporary name beside its own, then rename them all.

    A failure leaves the files that were there, and no temporary one.
    """
    import tempfile  # here and not above: it would be a tenth of the time that `import microgrand` takes

    waiting: list[tuple[str, Path]] = []
    try:
        for path, content in contents.items():
            handle, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
            waiting.append((temporary, path))
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o666 & ~_umask())
        for path in contents:
            if path.is_dir():
                raise IsADirectoryError(EISDIR, "a folder stands in the place of the file", str(path))
        while waiting:
            os.replace(*waiting[0])
            waiting.pop(0)
    finally:
        for temporary, _ in waiting:
            Path(temporary).unlink(missing_ok=True)


def _umask() -> int:
    """The permissions that new files of this process do not get; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
