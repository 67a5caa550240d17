"""Laws of written files: the old one or the new one is whole, and what a file was it stays."""

import os
import stat
import subprocess
import sys
import threading

import pytest

from microgrand.files import write_whole

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions, links and pipes")


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o755])
def test_a_file_keeps_its_permissions(tmp_path, mode):
    """Writing over a file changes what is in it and nothing else."""
    path = tmp_path / "model.json"
    path.write_bytes(b"old")
    path.chmod(mode)
    write_whole({path: b"new"})
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", mode)
    assert os.listdir(tmp_path) == ["model.json"]


@POSIX
def test_a_new_file_has_the_permissions_of_any_other(tmp_path, monkeypatch):
    """Those that the process gives to new files; its mask is not touched, as other threads write files too."""
    (tmp_path / "other").write_bytes(b"")
    monkeypatch.setattr(os, "umask", None)
    write_whole({tmp_path / "new": b"new"})
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "other").stat().st_mode


@POSIX
def test_a_link_stays_one(tmp_path):
    """The file that it leads to is written, in its own folder, whether it is there already or not."""
    (tmp_path / "far").mkdir()
    for name in ("there", "not there"):
        link = tmp_path / name
        link.symlink_to(tmp_path / "far" / name)
    (tmp_path / "far" / "there").write_bytes(b"old")
    write_whole({tmp_path / "there": b"new", tmp_path / "not there": b"too"})
    assert (tmp_path / "there").is_symlink()
    assert [(tmp_path / "far" / name).read_bytes() for name in ("there", "not there")] == [b"new", b"too"]


@POSIX
def test_a_pipe_is_written_to(tmp_path):
    """What is no file takes the bytes, and is not replaced."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_whole({pipe: b"new"})
    reader.join(60.0)
    assert read == [b"new"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@POSIX
def test_standard_output_is_written_to(tmp_path):
    """Through its path in /dev, into a pipe."""
    code = "from pathlib import Path; from microgrand.files import *; write_whole({Path('/dev/stdout'): b'x'})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"x"


@POSIX
def test_names_may_be_as_long_as_the_folder_takes(tmp_path):
    """255 bytes, whatever the letters."""
    path = tmp_path / ("日" * 82 + ".json")
    write_whole({path: b"new"})
    assert path.read_bytes() == b"new"


def test_all_or_none(tmp_path):
    """Where one of several cannot be written, none is, and no temporary file stays."""
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "folder").mkdir()
    for other, error in ((tmp_path / "nowhere" / "b", FileNotFoundError), (tmp_path / "folder", IsADirectoryError)):
        with pytest.raises(error):
            write_whole({tmp_path / "a": b"new", other: b"new"})
    assert (tmp_path / "a").read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["a", "folder"]
