"""A program in machine code: numba compiles LLVM's language, loads the result, and keeps it in files."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numba
import numpy
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from microgrand.program.jit.assembly import Assembly

ARRAY = types.float64[::1]
FASTCALL = 0x80  # how CPython passes arguments: an array of objects, and how many there are


class Native:
    """The functions of an assembly.

    source    the text of a module of Python, with a function that calls the assembly's
    path      where that text stands; next to it numba keeps the machine code. None: nothing is kept
    assembly  gives the text in LLVM's language; it is asked for if there is no machine code yet
    """

    def __init__(self, name: str, source: str, path: Path | None, assembly: Callable[[], Assembly]) -> None:
        self.name = name
        names: dict[str, Any] = {"call": _call(name), "__name__": __name__}  # of a module that can be imported
        exec(compile(source, f"<{name}>" if path is None else str(path), "exec"), names)
        self.title: str = names["TITLE"]
        self.outputs: int = names["OUTPUTS"]
        self.has_value: bool = names["HAS_VALUE"]
        compiler = numba.njit(types.float64(ARRAY, ARRAY), error_model="numpy", cache=path is not None)
        with _waiting(name, assembly):
            self.raw: Any = compiler(names["raw"])
        self._shapes = [tuple(shape) for shape in names["SHAPES"]]

    def address(self, which: str = "") -> int:
        """The address of the function @name, or of another."""
        (compiled,) = self.raw.overloads.values()
        return int(compiled.library.get_pointer_to_function(self.name + which))

    @cached_property
    def _method(self) -> _Method:
        """What CPython is told of the function that it calls. It reads this for as long as there are such functions."""
        return _Method(self.title.encode(), self.address(".python"), FASTCALL, None)

    def entry(self, slow: Callable[..., Any]) -> Any:
        """The function that Python calls; `slow` is called for what it does not know.

        It lives as long as `slow` does, which has to keep this object, and with it the machine code.
        """
        new = ctypes.pythonapi.PyCFunction_NewEx
        new.restype, new.argtypes = ctypes.py_object, [ctypes.POINTER(_Method), ctypes.py_object, ctypes.c_void_p]
        float64 = numpy.dtype(numpy.float64)
        given = Compiled((slow, numpy.ndarray, float64, numpy.empty, numpy.float64, *self._shapes))
        return new(ctypes.byref(self._method), given, None)


class Compiled(tuple):  # type: ignore[type-arg]
    """What an entry holds. CPython puts this class's name before the entry's: "Compiled.f() takes no keyword …"."""

    __slots__ = ()


class _Method(ctypes.Structure):
    """CPython's PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p), ("function", ctypes.c_void_p), ("flags", ctypes.c_int), ("doc", ctypes.c_char_p),
    )  # fmt: skip


def source_of(assembly: Assembly, title: str) -> str:
    """A module of Python with the function that numba compiles, and with what is known of the assembly."""
    title = "".join([each if each.isprintable() and each not in '\\"{}' else "?" for each in title])
    return f'''"""What numba compiles of {title}: the numbers are computed by a function of LLVM's."""

TITLE, OUTPUTS, HAS_VALUE, SHAPES = "{title}", {assembly.outputs}, {assembly.has_value}, {assembly.shapes}


def raw(x, out):
    if x.size != {assembly.inputs} or out.size != {assembly.outputs}:
        raise ValueError("{title} takes arrays of {assembly.inputs} and {assembly.outputs} numbers")
    return call(x, out)
'''


# What is being compiled, by name. Numba keeps the function `call` in files, which must not hold all of an assembly.
_assemblies: dict[str, Callable[[], Assembly]] = {}


@contextmanager
def _waiting(name: str, assembly: Callable[[], Assembly]) -> Iterator[None]:
    """While the function `call` is compiled, it finds the assembly of this name."""
    _assemblies[name] = assembly
    try:
        yield
    finally:
        del _assemblies[name]


def _call(name: str) -> Any:
    """The assembly's function, as numba's code calls it."""

    @intrinsic  # type: ignore[untyped-decorator]
    def call(typing: Any, x: Any, out: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            return _generated(name, context, builder, signature, given)

        return types.float64(x, out), generate

    return call


def _generated(name: str, context: Any, builder: Any, signature: Any, given: Any) -> Any:
    """Add the assembly's text to the module that is being compiled, and a call of its function."""
    module = llvm.parse_assembly(_assemblies[name]().text)
    module.name = name
    module.triple = llvm.get_process_triple()
    module.verify()
    context.active_code_library.add_llvm_module(module)
    arrays = zip(signature.args, given, strict=True)
    pointers = [context.make_array(kind)(context, builder, value).data for kind, value in arrays]
    kind = ir.FunctionType(ir.DoubleType(), [each.type for each in pointers])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), pointers)
