"""Who is measured: each engine with its leaves, its functions, and its way to a gradient.

Every engine computes the same programs (see `workloads.py`); plain floats compute them forward only. A `Task` is one
program in one engine, in the four steps that are timed apart: begin (not timed: leaves are made), forward, backward,
release. Nothing here is imported before it is asked for, since one process measures one engine.
"""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Any, NamedTuple

from benchmarks import table


class NotAvailableError(Exception):
    """Why an engine cannot be measured here, or not on a workload, in a few words."""


class Engine:
    """An engine that has been imported.

    name       how it is chosen and listed
    version    what is installed
    task       what runs a program: a kind of `Task`
    leaf       makes a leaf of a number
    layers     a module of layers with microgrand's names, if it has them
    functions  its elementary functions by name, which become attributes
    table      all functions of microgrand's table by name, if it has them
    dot        microgrand's dot, if it has it as an operation of its own
    """

    exp: Callable[[Any], Any]
    log: Callable[[Any], Any]
    log1p: Callable[[Any], Any]
    sqrt: Callable[[Any], Any]
    sin: Callable[[Any], Any]
    cos: Callable[[Any], Any]
    atan: Callable[[Any], Any]
    tanh: Callable[[Any], Any]

    def __init__(
        self,
        name: str,
        version: str,
        task: type[Task],
        functions: Mapping[str, Callable[[Any], Any]],
        leaf: Callable[[float], Any] = float,
        layers: Any = None,
        table: Mapping[str, Callable[..., Any]] | None = None,
        dot: Callable[[Sequence[Any], Sequence[Any]], Any] | None = None,
    ) -> None:
        self.name = name
        self.version = version
        self.task = task
        self.leaf = leaf
        self.layers = layers
        self.table = table
        self.dot = dot
        for function in FUNCTIONS:
            setattr(self, function, functions[function])


FUNCTIONS = ("exp", "log", "log1p", "sqrt", "sin", "cos", "atan", "tanh")
Program = Callable[[Engine, Sequence[Any]], Callable[[], Any]]


def _functions(module: Any, **renamed: str) -> dict[str, Callable[[Any], Any]]:
    return {name: getattr(module, renamed.get(name, name)) for name in FUNCTIONS}


# ---- how a program is run --------------------------------------------------------------------------------------------
class Task:
    """A program in an engine whose numbers know `.backward()` and `.grad`."""

    def __init__(self, engine: Engine, prepare: Program, numbers: list[float]) -> None:
        self.engine = engine
        self.prepare = prepare
        self.numbers = numbers
        self.leaves: list[Any] = []
        self.run: Callable[[], Any] | None = None
        self.root: Any = None

    def begin(self) -> None:
        """Make the leaves anew, with no gradient of an earlier run in them."""
        self.leaves = [self.engine.leaf(x) for x in self.numbers]
        self.run = self.prepare(self.engine, self.leaves)

    def forward(self) -> None:
        """Compute the root, and record what backward needs."""
        assert self.run is not None
        self.root = self.run()

    def backward(self) -> None:
        """Compute the gradient."""
        self.root.backward()

    def release(self) -> None:
        """Drop what was recorded."""
        self.root = None

    def value(self) -> float:
        """The root's number."""
        return float(self.root.data)

    def gradient(self) -> list[float]:
        """The derivative of the root with respect to each leaf."""
        return [float(leaf.grad) for leaf in self.leaves]


class ForwardTask(Task):
    """A program on plain floats: there is nothing to go back over."""

    def backward(self) -> None:
        """Nothing."""

    def value(self) -> float:
        """The root itself."""
        return float(self.root)

    def gradient(self) -> list[float]:
        """None."""
        return []


class TapeTask(Task):
    """A program on xad's one tape, on which the leaves are registered."""

    def begin(self) -> None:
        """Make the leaves, register them, start recording."""
        self.leaves = [self.engine.leaf(x) for x in self.numbers]
        tape = _xad_tape()
        tape.registerInputs(self.leaves)
        tape.newRecording()
        self.run = self.prepare(self.engine, self.leaves)

    def backward(self) -> None:
        """Seed the root and roll the tape back."""
        tape = _xad_tape()
        tape.registerOutput(self.root)
        self.root.derivative = 1.0
        tape.computeAdjoints()

    def release(self) -> None:
        """Drop the root and empty the tape."""
        self.root = None
        _xad_tape().clearAll()

    def value(self) -> float:
        """The root's number."""
        return float(self.root.value)

    def gradient(self) -> list[float]:
        """The leaves' derivatives."""
        return [float(leaf.derivative) for leaf in self.leaves]


class FunctionTask(Task):
    """A program in an engine that differentiates functions: forward gives the pullback, backward calls it."""

    def begin(self) -> None:
        """Nothing: the leaves are made when the function is traced."""
        self.pullback: Any = None
        self.found: Any = ()

    def forward(self) -> None:
        """Trace the function at its numbers."""
        self.root, self.pullback = self.traced()

    def traced(self) -> tuple[Any, Any]:
        """The value and the pullback."""
        raise NotImplementedError

    def backward(self) -> None:
        """Pull 1 back."""
        self.found = self.pullback(1.0)

    def release(self) -> None:
        """Drop value and pullback."""
        self.root = self.pullback = None

    def value(self) -> float:
        """The root's number."""
        return float(self.root)

    def gradient(self) -> list[float]:
        """What the pullback gave."""
        return [float(each) for each in self.found]


class AutogradTask(FunctionTask):
    """A program in autograd, whose argument is one array: a node for each of its elements."""

    def traced(self) -> tuple[Any, Any]:
        """The function of an array, which takes it apart into scalars."""
        numpy, autograd = import_module("numpy"), import_module("autograd")

        def function(array: Any) -> Any:
            return self.prepare(self.engine, [array[k] for k in range(len(self.numbers))])()

        pullback, value = autograd.make_vjp(function)(numpy.array(self.numbers))
        return value, pullback


class JaxTask(FunctionTask):
    """A program in JAX, not compiled: each operation is dispatched on its own, as in the others."""

    def traced(self) -> tuple[Any, Any]:
        """`jax.vjp` of the function of a list; waits for the value, since JAX computes behind one's back."""
        jax = import_module("jax")
        value, pullback = jax.vjp(lambda leaves: self.prepare(self.engine, leaves)(), self.numbers)
        return jax.block_until_ready(value), pullback

    def backward(self) -> None:
        """Pull 1 back and wait for it."""
        jax = import_module("jax")
        (self.found,) = jax.block_until_ready(self.pullback(jax.numpy.ones(())))


# ---- the engines -----------------------------------------------------------------------------------------------------
def floats_engine() -> Engine:
    """Python's floats and its math module; what that lacks is written in `table.py`."""
    formulas = {name: function.on_floats for name, function in table.FUNCTIONS.items()}
    return Engine("plain floats", platform.python_version(), ForwardTask, _functions(math), table=formulas)


def microgrand_engine() -> Engine:
    """The microgrand that this process imports, compiled or plain."""
    microgrand = import_module("microgrand")
    name = "microgrand compiled" if microgrand.COMPILED else "microgrand plain"
    leaf = lambda x: microgrand.Value(x, name="x")
    rows = {name: getattr(microgrand, name) for name in table.FUNCTIONS}
    return Engine(name, microgrand.__version__, Task, _functions(microgrand), leaf, microgrand, rows, microgrand.dot)


def _microgrand(compiled: bool) -> Engine:
    engine = microgrand_engine()
    if compiled != import_module("microgrand").COMPILED:
        raise NotAvailableError("no compiled build is installed" if compiled else "the plain source is not to be had")
    return engine


def micrograd_engine() -> Engine:
    """micrograd, with the functions that it lacks written as its own operations are."""
    value = import_module("micrograd.engine").Value
    return Engine("micrograd", version("micrograd"), Task, _closures(value), value)


def _closures(value: Any) -> dict[str, Callable[[Any], Any]]:
    def function(name: str, forward: Callable[[float], float], slope: Callable[[float, float], float]) -> Any:
        def apply(x: Any) -> Any:
            out = value(forward(x.data), (x,), name)

            def _backward() -> None:
                x.grad += slope(out.data, x.data) * out.grad

            out._backward = _backward
            return out

        return apply

    return {
        "exp": function("exp", math.exp, lambda z, x: z),
        "log": function("log", math.log, lambda z, x: 1.0 / x),
        "log1p": function("log1p", math.log1p, lambda z, x: 1.0 / (1.0 + x)),
        "sqrt": function("sqrt", math.sqrt, lambda z, x: 0.5 / z),
        "sin": function("sin", math.sin, lambda z, x: math.cos(x)),
        "cos": function("cos", math.cos, lambda z, x: -math.sin(x)),
        "atan": function("atan", math.atan, lambda z, x: 1.0 / (1.0 + x * x)),
        "tanh": function("tanh", math.tanh, lambda z, x: 1.0 - z * z),
    }


def xad_engine() -> Engine:
    """xad's Python bindings: a tape in C++."""
    return Engine(
        "xad", version("xad"), TapeTask, _functions(import_module("xad.math")), import_module("xad.adj_1st").Real
    )


_TAPE: list[Any] = []


def _xad_tape() -> Any:
    """The one active tape of this process."""
    if not _TAPE:
        _TAPE.append(import_module("xad.adj_1st").Tape())
        _TAPE[0].activate()
    return _TAPE[0]


def torch_engine() -> Engine:
    """PyTorch with a tensor of no dimensions for each number."""
    torch = import_module("torch")
    leaf = lambda x: torch.tensor(x, dtype=torch.float64, requires_grad=True)
    return Engine("PyTorch", version("torch"), Task, _functions(torch), leaf)


def autograd_engine() -> Engine:
    """HIPS autograd."""
    functions = _functions(import_module("autograd.numpy"), atan="arctan")
    return Engine("autograd", version("autograd"), AutogradTask, functions)


def jax_engine() -> Engine:
    """JAX with 64-bit floats on the CPU, operation by operation."""
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    jax = import_module("jax")
    jax.config.update("jax_enable_x64", True)
    return Engine("JAX", version("jax"), JaxTask, _functions(jax.numpy, atan="arctan"))


class Choice(NamedTuple):
    """An engine that may be installed.

    load  imports it; raises ImportError or NotAvailableError where that cannot be
    pure  whether the plain source of microgrand is asked for
    note  what a reader of the table has to know about it
    """

    load: Callable[[], Engine]
    pure: bool = False
    note: str = ""


ENGINES = {
    "plain floats": Choice(floats_engine, note="forward only: what every ratio is to"),
    "microgrand compiled": Choice(lambda: _microgrand(compiled=True)),
    "microgrand plain": Choice(lambda: _microgrand(compiled=False), pure=True),
    "micrograd": Choice(
        micrograd_engine,
        note="functions that it lacks are written as its own; its graph is made of reference cycles, "
        "so that dropping it releases nothing: the garbage collector does so later, while the next one is recorded",
    ),
    "xad": Choice(xad_engine),
    "PyTorch": Choice(torch_engine, note="a float64 tensor of no dimensions for each number"),
    "autograd": Choice(autograd_engine, note="the leaves are the elements of one array"),
    "JAX": Choice(jax_engine, note="jax.vjp of the scalar program, not compiled, float64 on the CPU"),
}
