"""Who is measured by `benchmarks.calls`: each way to value and derivatives, made ready and called once.

Called from Python, each gets the numbers in the form that it takes fastest, a list or an array. What is machine code is
also called by a loop in C, the same loop for all: that is what a call takes with no Python in between.
"""

from __future__ import annotations

import math
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from benchmarks.engines import NotAvailableError
from benchmarks.small_functions import DATA, Case

HERE = Path(__file__).parent
LOOP = 20_000  # derivatives that a loop in C computes before it returns to Python


class Caller(NamedTuple):
    """One way to value and derivatives.

    call     what is timed: call(x)
    x        the numbers, in the form in which it takes them
    answer   the value (or values; none with a Jacobian) and the derivatives that it has found; none by plain floats
    first    seconds from the Python function to the first result
    repeats  how many times `call` computes it
    """

    call: Callable[[Any], Any]
    x: Any
    answer: tuple[list[float], list[float]]
    first: float
    repeats: int = 1


def _made(make: Callable[[], Callable[[Any], Any]], x: Any, case: Case) -> Caller:
    """Make a way, call it once, and take the time."""
    start = time.perf_counter()
    call = make()
    found = call(x)
    first = time.perf_counter() - start
    return Caller(call, x, _answer(found, case), first)


def _answer(found: Any, case: Case) -> tuple[list[float], list[float]]:
    """What a call has found, as flat lists."""
    if case.derivative == "jacobian":
        return [], _flat(found)
    return _flat(found[0]), _flat(found[1])


def _flat(numbers: Any) -> list[float]:
    import numpy

    return list(numpy.asarray(numbers, dtype=float).ravel().tolist())


def _array(case: Case) -> Any:
    import numpy

    return numpy.array(case.x)


def _needs(*packages: str) -> None:
    """Raise NotAvailableError where a package is missing."""
    for package in packages:
        if find_spec(package) is None:
            raise NotAvailableError(f"not installed: pip install {package}")


# ---- Python and microgrand -----------------------------------------------------------------------------------------
def floats(case: Case) -> Caller:
    """The yardstick: Python floats, and no derivative."""
    found = _made(lambda: partial(case.function, math), case.x, case._replace(derivative="jacobian"))
    return found._replace(answer=(found.answer[1], []))


def graph(case: Case) -> Caller:
    """A graph, built and swept at each call."""
    import microgrand

    make = microgrand.jacobian if case.derivative == "jacobian" else microgrand.value_and_grad
    return _made(lambda: make(_ours(case)), case.x, case)


def replay(case: Case) -> Caller:
    """A recorded program, replayed on floats."""
    return _made(lambda: _method(_program(case), case), case.x, case)


def compiled(case: Case) -> Caller:
    """A compiled program, called with a list."""
    return _made(lambda: _compiled(case), case.x, case)


def compiled_on_arrays(case: Case) -> Caller:
    """A compiled program, called with an array."""
    return _made(lambda: _compiled(case), _array(case), case)


def compiled_in_a_loop(case: Case) -> Caller:
    """A compiled program, called through its address."""
    start = time.perf_counter()
    program = _compiled(case)
    address = program.address
    return _in_a_loop(case, address, time.perf_counter() - start, keep=program)


def _ours(case: Case) -> Callable[[Any], Any]:
    import microgrand

    return partial(case.ours or case.function, microgrand)


def _program(case: Case) -> Any:
    import microgrand

    f = _ours(case)
    return microgrand.record(lambda x: f(x), case.x)


def _method(program: Any, case: Case) -> Any:
    return program.jacobian if case.derivative == "jacobian" else program.value_and_grad


def _compiled(case: Case) -> Any:
    _needs("numba")
    return _program(case).compiled(case.derivative)


# ---- C -------------------------------------------------------------------------------------------------------------
def by_hand(case: Case) -> Caller:
    """The derivatives written by hand in C, called with cffi: a list in, value and a list out."""
    ffi, library, compiling = _built()
    function, new, unpack = getattr(library, case.c_name), ffi.new, ffi.unpack
    size = _outputs(case)

    def call(x: list[float]) -> Any:
        out = new("double[]", size)
        value = function(x, out)
        return value, unpack(out, size)

    value, slopes = call(case.x)
    answer = ([] if case.derivative == "jacobian" else [value], slopes)
    return Caller(call, case.x, answer, compiling)


def by_hand_in_a_loop(case: Case) -> Caller:
    """The same, called by a loop in C."""
    ffi, library, compiling = _built()
    return _in_a_loop(case, int(ffi.cast("uintptr_t", ffi.addressof(library, case.c_name))), compiling)


def _in_a_loop(case: Case, address: int, first: float, keep: Any = None) -> Caller:
    """A function at an address, called many times from C.

    keep  what has to live as long as the address is used
    """
    ffi, library, _ = _built()
    function = ffi.cast("double (*)(const double *, double *)", address)
    out, x = ffi.new("double[]", _outputs(case)), ffi.new("double[]", case.x)
    value = library.repeated(function, x, out, 1)
    answer = ([] if case.derivative == "jacobian" else [value], list(out))
    count = max(1, LOOP // len(case.x))

    def call(x: Any, _keep: Any = keep) -> Any:
        return library.repeated(function, x, out, count)

    return Caller(call, x, answer, first, count)


def _outputs(case: Case) -> int:
    return len(case.x) ** 2 if case.derivative == "jacobian" else len(case.x)


@cache
def _built() -> tuple[Any, Any, float]:
    """`by_hand.c`, compiled with -O2: the ffi, the library, and the seconds that it took, for all cases together."""
    _needs("cffi")
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise NotAvailableError("no C compiler was found: install gcc")
    import cffi

    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "by_hand.so"
        command = [compiler, "-O2", "-std=c11", "-shared", "-fPIC", str(HERE / "by_hand.c"), "-o", str(library), "-lm"]
        start = time.perf_counter()
        subprocess.run(command, check=True)
        seconds = time.perf_counter() - start
        ffi = cffi.FFI()
        names = ["rosenbrock_2", "rosenbrock_10", "rosenbrock_100", "option", "neuron", "softmax"]
        functions = "\n".join([f"double {name}(const double *x, double *out);" for name in names])
        ffi.cdef(f"""
            {functions}
            extern double features[{len(DATA)}][{len(DATA[0][0])}];
            extern int classes[{len(DATA)}];
            double repeated(double (*f)(const double *, double *), const double *x, double *out, long count);
        """)
        opened = ffi.dlopen(str(library))
    for k, (x, y) in enumerate(DATA):
        opened.features[k], opened.classes[k] = x, y
    return ffi, opened, seconds


# ---- CasADi and JAX ------------------------------------------------------------------------------------------------
def casadi_function(case: Case) -> Caller:
    """CasADi's Function, called with an array."""
    return _made(lambda: _casadi(case), _array(case), case)


def casadi_buffer(case: Case) -> Caller:
    """CasADi's Function on memory that was set aside once: no argument is checked or converted."""
    import numpy

    start = time.perf_counter()
    function = _casadi(case)
    buffer, evaluate = function.buffer()
    x, results = _array(case), [numpy.zeros(function.numel_out(k)) for k in range(function.n_out())]
    buffer.set_arg(0, memoryview(x))
    for k, result in enumerate(results):
        buffer.set_res(k, memoryview(result))
    evaluate()
    first = time.perf_counter() - start
    found = results[0].reshape(len(case.x), -1, order="F") if case.derivative == "jacobian" else results

    def call(x: Any, _keep: Any = (function, buffer, results)) -> Any:
        evaluate()

    return Caller(call, x, _answer(found, case), first)


def _casadi(case: Case) -> Any:
    _needs("casadi")
    import casadi

    x = casadi.SX.sym("x", len(case.x))
    result = case.function(casadi, casadi.vertsplit(x))
    if case.derivative == "jacobian":
        return casadi.Function("jacobian", [x], [casadi.densify(casadi.jacobian(casadi.vertcat(*result), x))])
    return casadi.Function("gradient", [x], [result, casadi.gradient(result, x)])


def jax_function(case: Case) -> Caller:
    """The same code of numbers, compiled by JAX, called with an array.

    Of a long function that takes a minute: cases that differ in microgrand's form alone share it.
    """
    if case.c_name not in _JITTED:
        _JITTED[case.c_name] = _jax(case, lambda m: lambda x: case.function(m, list(x)))
    return _JITTED[case.c_name]


_JITTED: dict[str, Caller] = {}


def jax_on_arrays(case: Case) -> Caller:
    """Code of arrays, compiled by JAX."""
    on_arrays = case.on_arrays
    if on_arrays is None:
        raise NotAvailableError("there is nothing to write on arrays")
    return _jax(case, lambda m: partial(on_arrays, m))


def _jax(case: Case, function: Callable[[Any], Callable[[Any], Any]]) -> Caller:
    """A function of JAX's, in 64 bits, with its derivatives."""
    _needs("jax")
    import jax

    jax.config.update("jax_enable_x64", True)
    names = ("exp", "log", "sqrt", "array", "arange")
    m = SimpleNamespace(**{name: getattr(jax.numpy, name) for name in names})
    m.erf, m.log_softmax = jax.scipy.special.erf, jax.nn.log_softmax
    differentiate: Any = jax.jacobian if case.derivative == "jacobian" else jax.value_and_grad

    def make() -> Callable[[Any], Any]:
        ready, derivative = jax.block_until_ready, jax.jit(differentiate(function(m)))
        return lambda x: ready(derivative(x))

    return _made(make, _array(case), case)


CALLERS: dict[str, Callable[[Case], Caller]] = {
    "plain floats, the value alone": floats,
    "graph, built and swept": graph,
    "replay": replay,
    "compiled, a list": compiled,
    "compiled, an array": compiled_on_arrays,
    "compiled, looped over in C": compiled_in_a_loop,
    "C by hand, with cffi": by_hand,
    "C by hand, looped over in C": by_hand_in_a_loop,
    "CasADi": casadi_function,
    "CasADi, on its buffer": casadi_buffer,
    "jax.jit": jax_function,
    "jax.jit, written on arrays": jax_on_arrays,
}
