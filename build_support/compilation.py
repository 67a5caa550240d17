"""Compile modules with mypyc where that is possible: all of them or none.

A checkout's wheel is compiled. An editable install is not, and neither is a wheel where something stands in the way:
then the plain source is installed, which does the same more slowly, and one sentence says why.

An sdist is compiled only where MICROGRAND_PURE=0 asks for it. Compiling takes minutes, a C compiler, and a Python that
the pinned mypyc knows; an sdist has to install at once, and on the Pythons of the years after it.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path

from c_functions import COMPILER_ARGUMENTS, tell_mypyc
from outlines import outline, refuse_in_words_of_python
from setters import refuse_to_delete
from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext

MYPYC = "mypy[mypyc]==2.4.1"
# What compiled code needs to run: packed rows of floats, and what these import.
RUN_TIME = ["librt>=0.16.0", "mypy-extensions>=1.0.0"]
# Put before every C file.
HEADERS = [
    str(Path(__file__).parent / name) for name in ("release.h", "classes.h", "refusals.h", "c_functions.h")
]  # before each file
SHOWN = "build_support/shown.c"  # what an outline's functions and properties are shown by
ROOT = Path(__file__).parent.parent
KERNELS = ROOT / "microgrand" / "compiled" / "kernels.py"
OUTLINES = ROOT / "microgrand" / "compiled" / "outlines"

# gcc alone: functions of the engine are a little larger than what it writes in line on its own.
INLINING = ["--param", "max-inline-insns-auto=100"]

PROBE = "#include <Python.h>\nPyMODINIT_FUNC PyInit_probe(void) { return NULL; }\n"


def extensions(package: str, modules: Sequence[str], outlined: Sequence[str]) -> list[Extension]:
    """The modules of `package` as extensions; none where a wheel is not what is being built, or cannot be compiled.

    The kernels are among the modules: their source is written here, from the table; and so are the outlines of the
    modules in `outlined`. `remove_written` deletes both.
    """
    if not {"bdist_wheel", "build_ext"} & set(sys.argv):
        return []
    reason = obstacle()
    if not reason:
        write_kernels()
        try:
            found = _compiled([f"{package}/{module}.py" for module in modules], package)
            write_outlines([f"{package}/{module}.py" for module in outlined])
            return [*found, Extension(f"{package}.compiled.shown", [SHOWN])]
        except ImportError:
            reason = f"{MYPYC} is not installed"
        except (Exception, SystemExit) as error:  # mypy leaves the process where the source does not type-check
            reason = f"mypyc refused the source ({error!r:.200})"
    _say(package, reason)
    return []


def obstacle() -> str:
    """What stands in the way of compiling, before mypyc is asked for; an empty string if nothing does."""
    pure = os.environ.get("MICROGRAND_PURE", "")
    if pure not in ("", "0"):
        return "MICROGRAND_PURE is set"
    if pure == "" and (ROOT / "PKG-INFO").exists():
        return "an sdist is compiled only where MICROGRAND_PURE=0 is set"
    if sys.implementation.name != "cpython":
        return "this Python is not CPython"
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return "this Python is free-threaded"
    return "" if _a_c_compiler_works() else "no working C compiler was found"


class AllOrNone(build_ext):
    """Compiles every extension, or leaves the plain source alone."""

    def run(self) -> None:
        """Compile; what was compiled before a failure is removed, for half a package is none."""
        try:
            super().run()
        except Exception as error:
            for path in map(Path, self.get_outputs()):
                path.unlink(missing_ok=True)
            self.extensions = []
            _say(self.distribution.get_name(), f"compiling failed ({error!r:.200})")


def write_kernels() -> None:
    """Write the source of the kernels; a row that cannot be translated stops the build."""
    sys.path.insert(0, str(ROOT))  # of this checkout; the backend is asked what it needs before there is a package
    from kernels import module_text

    from microgrand.table.rows import TABLE

    KERNELS.write_text(module_text(TABLE), encoding="utf-8")


def write_outlines(paths: Sequence[str]) -> None:
    """Write the outlines of these files, each named as its module."""
    OUTLINES.mkdir(exist_ok=True)
    for path in paths:
        named = path.removesuffix(".py").replace("/", ".")
        (OUTLINES / f"{named}.py").write_text(outline((ROOT / path).read_text(encoding="utf-8")), encoding="utf-8")


def remove_written() -> None:
    """Delete kernels and outlines from a checkout; a wheel that was built has its own copies."""
    KERNELS.unlink(missing_ok=True)
    shutil.rmtree(OUTLINES, ignore_errors=True)


def _compiled(paths: list[str], name: str) -> list[Extension]:
    from mypyc.build import mypycify

    tell_mypyc()
    # What mypy is told in pyproject.toml is for a reader's editor; here no other package is read, installed or not.
    # What these modules import is read for its types alone: its own faults do not keep the wheel from being compiled.
    options = ["--config-file=", "--no-site-packages", "--ignore-missing-imports", "--follow-imports=silent"]
    found = mypycify([*options, *paths], group_name=name, debug_level="0")
    for extension in found:
        extension.extra_compile_args = _arguments(extension.extra_compile_args)
        extension.depends.extend(HEADERS)
        for c_file in extension.sources:
            refuse_in_words_of_python(Path(c_file))
            refuse_to_delete(Path(c_file))
    return found


def _arguments(arguments: Sequence[str]) -> list[str]:
    """mypyc's arguments of the C compiler, with our headers before every file, and no fused multiply-add.

    Functions are hidden from other libraries, so that the compiler may write them in line where they are called.
    A fused multiply-add rounds once where Python rounds twice: the numbers would depend on the machine. A warning of
    a compiler of tomorrow is no error.
    """
    kept = [argument for argument in arguments if argument not in ("-Werror", "/WX")]
    if sys.platform == "win32":
        return [*kept, *[argument for header in HEADERS for argument in ("/FI", header)], "/fp:precise"]
    included = [argument for header in HEADERS for argument in ("-include", header)]
    return [*kept, *included, "-ffp-contract=off", "-fvisibility=hidden", *INLINING, *COMPILER_ARGUMENTS]


def _a_c_compiler_works() -> bool:
    """Whether the smallest extension module compiles and links; a compiler without Python's headers does not."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "probe.c")
        source.write_text(PROBE)
        probe = Distribution({"name": "probe", "ext_modules": [Extension("probe", [str(source)])]})
        command = probe.get_command_obj("build_ext")
        command.build_lib = command.build_temp = folder
        try:
            probe.run_command("build_ext")
        except Exception:  # whatever it was: there is the plain source
            return False
    return True


def _say(package: str, reason: str) -> None:
    print(f"{package}: {reason}, so the plain Python source is installed", file=sys.stderr)
