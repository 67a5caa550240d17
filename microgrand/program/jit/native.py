"""A program in machine code: numba compiles LLVM's language, loads the result, and keeps it in files."""

from __future__ import annotations

from collections.abc import Callable
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
POINTER = types.CPointer(types.float64)


class Native:
    """The functions of an assembly.

    source  the text of a module of Python, whose functions call the assembly's
    path    where that text stands; next to it numba keeps the machine code. None: nothing is kept
    """

    def __init__(self, name: str, source: str, path: Path | None, assembly: Callable[[], Assembly]) -> None:
        self.names: dict[str, Any] = {"numpy": numpy, "call": _call(name, assembly)}
        file = f"<{name}>" if path is None else str(path)
        exec(compile(source, file, "exec"), self.names)
        self.outputs: int = self.names["OUTPUTS"]
        self.options = {"error_model": "numpy", "cache": path is not None}

    @cached_property
    def raw(self) -> Any:
        """`raw(x, out) -> value`, compiled."""
        return numba.njit(types.float64(ARRAY, ARRAY), **self.options)(self.names["raw"])

    @cached_property
    def from_c(self) -> Any:
        """`double f(const double *x, double *out)`."""
        return numba.cfunc(types.float64(POINTER, POINTER), **self.options)(self.names["from_c"])

    @cached_property
    def from_scipy(self) -> Any:
        """`double f(int n, double *x)`."""
        return numba.cfunc(types.float64(types.intc, POINTER), **self.options)(self.names["from_scipy"])


def source_of(assembly: Assembly, title: str) -> str:
    """A module of Python with the functions that numba compiles; their text says how long the arrays are."""
    title = "".join([each if each.isprintable() and each not in '\\"{}' else "?" for each in title])
    work = f"numpy.empty({assembly.work})" if assembly.work else "out"
    return f'''"""What numba compiles of {title}: the numbers are computed by a function of LLVM's."""


OUTPUTS = {assembly.outputs}


def raw(x, out):
    if x.size != {assembly.inputs} or out.size != {assembly.outputs}:
        raise ValueError("{title} takes arrays of {assembly.inputs} and {assembly.outputs} numbers")
    return call(x, out, {work})


def from_c(x, out):
    return call(x, out, {work})


def from_scipy(n, x):
    if n != {assembly.inputs}:
        return numpy.nan
    out = numpy.empty({assembly.outputs})
    return call(x, out, {work})
'''


def _call(name: str, assembly: Callable[[], Assembly]) -> Any:
    """The assembly's function, as numba's code calls it: of arrays or of their addresses."""

    @intrinsic  # type: ignore[untyped-decorator]
    def call(typing: Any, x: Any, out: Any, work: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            _link(context, assembly())
            pointers = [_address(context, builder, *each) for each in zip(signature.args, given, strict=True)]
            kind = ir.FunctionType(ir.DoubleType(), [each.type for each in pointers])
            return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), pointers)

        return types.float64(x, out, work), generate

    return call


def _link(context: Any, assembly: Assembly) -> None:
    """Add the assembly's text to the module that is being compiled."""
    module = llvm.parse_assembly(assembly.text)
    module.name = assembly.name
    module.triple = llvm.get_process_triple()
    module.verify()
    context.active_code_library.add_llvm_module(module)


def _address(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """Where the numbers of an array, or at a pointer, stand."""
    return context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value
