"""`Compiled`: a program in machine code, that is called as the program is."""

from __future__ import annotations

import ctypes
import hashlib
import inspect
import os
import sys
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache, partial
from pathlib import Path
from threading import RLock
from typing import Any
from weakref import WeakValueDictionary

import llvmlite
import numba
import numpy

from microgrand.errors import GraphError
from microgrand.files import write_whole
from microgrand.nested import flat, positions, rebuilt
from microgrand.outer_errors import MissingExtraError
from microgrand.program import derived, replay
from microgrand.program.jit.assembly import Assembly, assembled
from microgrand.program.jit.entry import Form, form_of
from microgrand.program.jit.native import Native, source_of
from microgrand.program.pieces import layout_of
from microgrand.program.printed.identifiers import Identifiers
from microgrand.program.printed.python import printed_python
from microgrand.program.printed.source import prepared
from microgrand.program.tape import Tape
from microgrand.progress import Progress, progress
from microgrand.shortening import listed
from microgrand.table.rows import TABLE
from microgrand.translation.values import TranslationError
from microgrand.version import __version__

STAGES = ("derivatives", "instructions", "machine code")
_lock = RLock()  # one thread compiles at a time: what the others wait for may be what they ask for
_natives: WeakValueDictionary[tuple[str, Path | None], Native] = WeakValueDictionary()  # what equal programs share
SEAL = b"\n# sha256 of what stands above: "
FORMAT = 2  # of the machine code that is kept in files: counted up when the same program is compiled otherwise


def compiled_program(
    program: Tape, derivative: str | None, argnums: int | Sequence[int], cache: str | os.PathLike[str] | None
) -> Compiled:
    """See `Program.compiled`."""
    if cache is not None and not isinstance(cache, (str, os.PathLike)):
        raise TypeError(f"cache is the path of a folder, not {cache!r}")
    if cache is not None and Path(cache).exists() and not Path(cache).is_dir():
        raise NotADirectoryError(f"cache is a folder in which machine code is kept, but {os.fspath(cache)} is a file")
    key = ("compiled", str(derivative), derived.as_key(argnums), None if cache is None else os.fspath(cache))
    with _lock:
        made: Compiled = program.derived(key, lambda: Compiled(program, derivative, argnums, cache))
    return made


class Compiled(partial):  # type: ignore[type-arg]
    """A program, or a derivative of it, in machine code. It is called as the program is, on numbers, lists and arrays.

    Of numbers and lists it returns what it computes, infinities and NaN included, where the program's own derivatives
    raise a NonFiniteError.

    raw                 `(x, out) -> value`, for other code that numba compiles: x are the numbers of all arguments in
                        order, a contiguous array of float64; out is filled
    address             of the same function for C: `double f(const double *x, double *out)`
    low_level_callable  the value as what scipy.integrate takes: `double f(int n, double *x)`

    The raw forms return the value, and write the gradient to `out`; where several numbers are computed, as in a
    Jacobian, they write them to `out`, in order, and return 0. Outside a domain, or where a branch was recorded that
    would not be taken, all that they return and write is NaN. The arrays must not overlap.
    """

    # A `partial` of the function that does it: a call of one takes no time, a `__call__` in Python twice as much as
    # all else.

    program: Tape
    derivative: str | None
    argnums: int | Sequence[int]
    __name__: str
    __signature__: inspect.Signature
    _native: Native
    _cache: str | os.PathLike[str] | None

    def __new__(
        cls, program: Tape, derivative: str | None, argnums: int | Sequence[int], cache: str | os.PathLike[str] | None
    ) -> Compiled:
        """Compile."""
        with progress(f"compiling {program.title}", STAGES) as task:
            native = _native(program, derivative, argnums, cache, task)
            task.next()
        slow = _Replay(program, derivative, argnums, _numbers(native))
        self = super().__new__(cls, native.entry(slow))
        self.program, self.derivative, self.argnums = program, derivative, argnums
        self._native, self._cache = native, cache
        self.__name__, self.__doc__ = program.title, f"{self!r}, called as the program is."
        self.__signature__ = _signature([*program.names, *(["vector"] if derivative == "hvp" else [])])
        return self

    @property
    def raw(self) -> Any:
        """`(x, out) -> value`, for other code that numba compiles."""
        return self._native.raw

    @property
    def address(self) -> int:
        """The address of `double f(const double *x, double *out)`, for as long as this object lives."""
        return self._native.address()

    @cached_property
    def low_level_callable(self) -> Any:
        """`double f(int n, double *x)`, as scipy.LowLevelCallable. Raises TypeError unless it is the value alone."""
        if self._native.outputs or not self._native.has_value:
            raise TypeError(f"SciPy takes functions of one number, program.compiled(None); this is {self!r}")
        try:
            from scipy import LowLevelCallable
        except ModuleNotFoundError as error:
            if error.name != "scipy":
                raise
            raise MissingExtraError("low_level_callable", "array", "scipy") from error

        kind = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int, ctypes.POINTER(ctypes.c_double))
        function: Any = kind(self._native.address(".scipy"))
        function.alive = self._native  # the machine code has to live as long
        return LowLevelCallable(function)

    def __repr__(self) -> str:
        what = "value" if self.derivative is None else self.derivative
        return f"<compiled {self.program.title}({listed(self.program.names)}): {what}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return compiled_program, (self.program, self.derivative, self.argnums, self._cache)


def _signature(names: Sequence[str]) -> inspect.Signature:
    """Of a function that takes arguments of these names, by position."""
    given = Identifiers()
    texts = names if all(map(str.isidentifier, names)) else [given.of(name, "x") for name in names]
    return inspect.Signature([inspect.Parameter(text, inspect.Parameter.POSITIONAL_ONLY) for text in texts])


# ---- arguments in any form -----------------------------------------------------------------------------------------


class _Replay:
    """A replay of a program or a derivative, whose numbers are computed by `run`, if they are floats."""

    def __init__(self, program: Tape, derivative: str | None, argnums: int | Sequence[int], run: replay.Run) -> None:
        self._program, self._derivative, self._argnums, self._run = program, derivative, argnums, run

    def __call__(self, *arguments: Any) -> Any:
        if self._derivative is None:
            return replay.replay(self._program, arguments, True, False, self._run)
        replayed: Any = getattr(replay, {"gradient": "value_and_grad"}.get(self._derivative, self._derivative))
        return replayed(self._program, arguments, self._argnums, True, False, self._run)


def _numbers(native: Native) -> replay.Run:
    """What computes the results of floats in machine code, of other numbers by a replay; it keeps the code alive."""

    def run(computed: Tape, inputs: list[Any]) -> list[Any]:
        if not all([type(x) is float for x in inputs]):
            return replay.outputs_on_numbers(computed, inputs)
        out = numpy.empty(native.outputs)
        value = native.raw(numpy.array(inputs, dtype=numpy.float64), out)
        if value != value:  # the replay tells what is wrong
            return replay.outputs_on_numbers(computed, inputs)
        return [value, *out.tolist()] if native.has_value else out.tolist()

    return run


def _forms(program: Tape, derivative: str | None, argnums: int | Sequence[int], count: int) -> list[Form]:
    """The forms of arguments that are taken apart without Python: as recorded; and as arrays, where they can be."""
    example = program.example
    if derivative == "hvp":
        example = (*example, example[positions(argnums, len(example))[0]])
    places = iter(map(float, range(sum([layout_of(each).size for each in example]))))
    recorded = [rebuilt(each, places) for each in example]
    arrays = [numpy.array(flat(each)).reshape(layout_of(each).shape) if layout_of(each).shape else each
              for each in recorded]  # fmt: skip
    where = _Replay(program, derivative, argnums, lambda computed, inputs: list(map(float, range(count))))
    found = [form_of(arguments, where(*arguments)) for arguments in (recorded, arrays)]
    return [form for form in found if form is not None]


# ---- making and keeping --------------------------------------------------------------------------------------------


def _native(
    program: Tape, derivative: str | None, argnums: int | Sequence[int], cache: str | os.PathLike[str] | None,
    task: Progress,
) -> Native:  # fmt: skip
    """The machine code, from the folder where it is kept, if it is there."""
    made = lru_cache(lambda: prepared(program, derivative, argnums))
    own_rows = any([TABLE.get(row.name) is not row for row, _ in program.steps])
    name = f"microgrand_{_key(program, derivative, argnums, printed_python(made()) if own_rows else '')}"

    @lru_cache
    def assembly() -> Assembly:
        line = made()
        task.next()
        try:
            return assembled(line, name, lambda count: _forms(program, derivative, argnums, count))
        except TranslationError as reason:
            raise GraphError(f"{program.title} cannot be compiled: {reason}") from None
        finally:
            task.next()

    path = None if cache is None else Path(cache) / f"{name}.py"
    native = _natives.get((name, path))
    if native is None:
        native = _natives[name, path] = Native(name, _source(path, program.title, assembly), path, assembly)
    return native


def _source(path: Path | None, title: str, assembly: Callable[[], Assembly]) -> str:
    """The text of the module that numba compiles, if it is kept: read, or else written, also over what is broken."""
    if path is None:
        return source_of(assembly(), title)
    kept = path.read_bytes() if path.exists() else b""
    if kept != _sealed(kept.rpartition(SEAL)[0]):
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = _sealed(source_of(assembly(), title).encode())
        write_whole({path: kept})
    return kept.decode()


def _sealed(text: bytes) -> bytes:
    """Text with its checksum, by which a file is known to be whole."""
    return text + SEAL + hashlib.sha256(text).hexdigest().encode() + b"\n"


def _key(program: Tape, derivative: str | None, argnums: int | Sequence[int], code: str) -> str:
    """What tells the machine code of a program from that of every other, and from that of other versions.

    code  the program's code, where it does not follow from the names of its rows: where a row is not the table's
    """
    versions = (FORMAT, __version__, sys.version, numba.__version__, llvmlite.__version__, numpy.__version__)
    chosen = derivative and (isinstance(argnums, int), positions(argnums, len(program.example)))
    return hashlib.sha256(repr((program.digest, derivative, chosen, code, versions)).encode()).hexdigest()[:32]
