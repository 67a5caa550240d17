"""Ways in which graphs are let go: `python tests/engine/release_scenarios.py NAME` runs one, without a name lists all.

A node that is released releases its operands, and those theirs. Each scenario does that from another place: at great
depth, inside nested containers, frames and finalisers, on threads, at exit, without memory. It runs twice, and fails
if the second time leaves anything behind. test_release.py runs each in a process of its own, since what goes wrong
here is a crash; so does a build with an address sanitizer (see CONTRIBUTING.md). Pyodide has neither processes nor
threads: LACKING says which scenarios cannot run there, and why.
"""

import atexit
import builtins
import copy
import gc
import os
import pickle
import sys
import threading
from collections.abc import Callable
from typing import Any

import microgrand
from microgrand import Linear, Value

# The plain source is slower, and the interpreter's own release well tried; 20,000 is deep enough to overflow any stack.
SIZE = int(os.environ.get("MICROGRAND_SCENARIO_SIZE", "100000" if microgrand.COMPILED else "20000"))
REPEATS = 20 if microgrand.COMPILED else 2
# Releasing any chain of objects takes 1 MB of CPython 3.13, which bounds the depth at 10,000 and not by the stack.
SMALL_STACK = (1024 if sys.version_info[:2] == (3, 13) and not microgrand.COMPILED else 256) * 1024
LEAKED = 200  # memory blocks that may be left over: caches of the interpreter's own

total = microgrand.sum


# ---- shapes: how the nodes of a graph hang together ------------------------------------------------------------------
def left(size: int = SIZE) -> Value:
    x = y = Value(1.0)
    for _ in range(size):
        y = y * x
    return y


def right(size: int = SIZE) -> Value:
    x = y = Value(1.0)
    for _ in range(size):
        y = x * y
    return y


def both(size: int = SIZE) -> Value:
    y = Value(1.0)
    for _ in range(size):
        y = y * y
    return y


def diamonds(size: int = SIZE) -> Value:
    y, c = Value(1.0), Value(0.5)
    for _ in range(size // 3):
        y = (y * c) + (y * c)
    return y


def private_leaves(size: int = SIZE) -> Value:
    y = Value(1.0)
    for _ in range(size // 4):
        y = y * (Value(1.0) * Value(2.0) + Value(3.0))
    return y


def fan(size: int = SIZE) -> Value:
    return total([Value(float(k)) * 2.0 for k in range(size)])


def lists_of_one(size: int = SIZE) -> Value:
    y = Value(1.0)
    for _ in range(size):
        y = total([y])
    return y


def lists_of_three(size: int = SIZE) -> Value:
    y = Value(1.0)
    for _ in range(size // 3):
        y = total([Value(1.0), y, y * 2.0])
    return y


def lists_and_pairs(size: int = SIZE) -> Value:
    y = Value(1.0)
    for _ in range(size // 3):
        y = total([y, Value(2.0)])
        y = y * y
        y = Value(1.0) * total([y])
    return y


def calls_of_a_layer(size: int = SIZE) -> Value:
    """Each node refers to its call, and the call to the inputs that it was given."""
    layer, z = Linear(1, 1, theta=[[1.0]]), [Value(1.0)]
    for _ in range(size // 3):
        z = layer(z)
    return z[0]


SHAPES = [
    left, right, both, diamonds, private_leaves, fan, lists_of_one, lists_of_three, lists_and_pairs, calls_of_a_layer,
]  # fmt: skip


def on_a_small_stack(work: Callable[[], object]) -> None:
    """Call `work` on a thread with a small stack, and let go what it returns; in Pyodide every stack is small."""
    if sys.platform == "emscripten":
        work()
        return
    threading.stack_size(SMALL_STACK)
    together(work)
    threading.stack_size(0)


# ---- containers around graphs ----------------------------------------------------------------------------------------
NESTS: dict[str, tuple[Any, Callable[[Any, Any], Any]]] = {
    "list_first": ([], lambda nest, item: [nest, item]),
    "list_last": ([], lambda nest, item: [item, nest]),
    "tuple": ((), lambda nest, item: (nest, item)),
    "dict": ({}, lambda nest, item: {"nest": nest, "item": item}),
}
CONTENTS: dict[str, Callable[[], Any]] = {
    "leaf": lambda: Value(1.0),
    "chain": lambda: left(200),
    "mixture": lambda: [(Value(1.0), left(60)), lists_of_one(60)],
}
DEPTHS = [40, 60, 1000 if microgrand.COMPILED else 200]  # the interpreter releases at most 50 containers inside another


def nested(kind: str, depth: int, content: str) -> Any:
    nest, wrap = NESTS[kind]
    for _ in range(depth):
        nest = wrap(nest, CONTENTS[content]())
    return nest


def other_objects() -> list[Value]:
    """What takes the memory that was just released, and would show that it was written to after that."""
    return [Value(float(k)) for k in range(1000)]


def in_containers(kind: str, depth: int, content: str) -> None:
    for _ in range(REPEATS):
        nested(kind, depth, content)
        other_objects()


def in_a_traceback(depth: int) -> None:
    def descend(k: int) -> None:
        v = Value(float(k)) * 2.0
        held = [v, v * v]
        if k == 0:
            raise RuntimeError(held)
        descend(k - 1)

    for _ in range(50):
        try:
            descend(depth)
        except RuntimeError as error:
            kept = error
        del kept
        other_objects()


def in_a_cycle() -> None:
    for _ in range(REPEATS):
        cycle = [left(), lists_of_three()]
        cycle.append(cycle)  # type: ignore[arg-type]
        del cycle
        gc.collect()
        other_objects()


def in_closures() -> None:
    for _ in range(REPEATS):
        function: Any = None
        for _ in range(300):

            def function(outer: Any = function, v: Value = left(30)) -> Value:  # noqa: B008  held by the function
                return v

        del function
        other_objects()


def in_linked_objects() -> None:
    class Link:
        __slots__ = ("following", "v")

    for _ in range(REPEATS):
        chain = None
        for _ in range(3000):
            link: Any = Link()
            link.following, link.v = chain, Value(1.0) * 2.0
            chain = link
        del chain, link
        other_objects()


def in_generators() -> None:
    def held(inner: Any, v: Value) -> Any:
        yield v
        yield from inner

    for _ in range(REPEATS):
        chain: Any = iter(())
        for _ in range(300):
            chain = held(chain, left(20))
            next(chain)
        del chain
        other_objects()


# ---- errors and finalisers -------------------------------------------------------------------------------------------
def after_errors() -> None:
    for _ in range(5):
        try:
            y = left()
            raise ValueError("while y is alive")
        except ValueError as error:
            kept = error
        del y, kept

    def generator() -> Any:
        y = left()
        yield 1
        raise KeyError(y.data)

    fails(KeyError, lambda: list(generator()))
    fails(AttributeError, lambda: left().no_such_attribute)
    fails(TypeError, lambda: left() * object())  # type: ignore[operator]


def fails(kind: type[Exception], call: Callable[[], object]) -> None:
    """Make a call that has to raise an error of that kind."""
    try:
        call()
    except kind:
        return
    raise AssertionError(f"no {kind.__name__}")


def finalisers_that_build() -> None:
    class Builds:
        v: Any

        def __del__(self) -> None:
            self.v = None
            self.w = left(1000)
            raise RuntimeError("not caught by anybody")

    sys.unraisablehook = lambda error: None
    for _ in range(50):
        builds = Builds()
        builds.v = left(5000)
        del builds


class BuildingTuple(tuple[Any, ...]):
    """Operands that build graphs when they are let go."""

    def __del__(self) -> None:
        for _ in range(3):
            left(500)


class SlowTuple(tuple[Any, ...]):
    """Operands that take their time to be let go, so that another thread comes in between."""

    def __del__(self) -> None:
        builtins.sum(range(50))


def held_by(kind: type[tuple[Any, ...]], operands: list[Value]) -> Value:
    """A node whose operands stand in a tuple of that kind."""
    node = total(operands)
    node._x.operands = kind(operands)
    return node


def operands_that_build() -> None:
    y = Value(1.0)
    for _ in range(150 * REPEATS):
        y = held_by(BuildingTuple, [y, left(10)])


def without_memory() -> None:
    from _testcapi import remove_mem_hooks, set_nomemory  # not every Python has its own tests

    sys.unraisablehook = lambda error: None
    for k in range(60):
        y, m = private_leaves(400), lists_of_three(300)
        set_nomemory(k, k + 3)
        try:
            del y, m
        except MemoryError:
            pass
        finally:
            remove_mem_hooks()


# ---- threads ---------------------------------------------------------------------------------------------------------
def together(*works: Callable[[], object]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def by_many_threads() -> None:
    sys.setswitchinterval(1e-6)
    shared = [left(1000) for _ in range(50)]

    def work() -> None:
        for _ in range(3 * REPEATS):
            left(3000)
            z = total([left(3000) * each for each in shared[:3]])
            z = lists_of_three(600) * z
            held = [z, nested("list_first", 3, "chain")]
            del z, held

    together(work, work, work, work)


def by_two_threads_at_once() -> None:
    sys.setswitchinterval(1e-6)
    for _ in range(300):
        y = Value(1.0)
        for _ in range(200):
            y = held_by(SlowTuple, [y, y * 2.0])
        one, other = [y * 2.0], [y * 3.0]
        del y
        together(one.clear, other.clear)


# ---- the end of the process ------------------------------------------------------------------------------------------
def by_the_end_of_modules() -> None:
    class Holds:
        v = left(1000)

    Holds.itself = Holds  # type: ignore[attr-defined]
    globals().update(one=left(), two=lists_of_one(), three=nested("list_first", 300, "chain"), four=Holds)
    modules = ((builtins, right), (sys, fan), (microgrand.engine.value, diamonds), (microgrand, private_leaves))
    for module, shape in modules:
        module.kept = shape()  # type: ignore[attr-defined]


def by_a_daemon() -> None:
    built = threading.Event()

    def work() -> None:
        held = [left(), lists_of_one(1000)]
        built.set()
        threading.Event().wait()
        del held

    threading.Thread(target=work, daemon=True).start()
    built.wait()


def by_atexit() -> None:
    y = left()
    atexit.register(lambda: y.data)


def by_sys_exit() -> None:
    globals().update(one=left())
    sys.exit(3)


# ---- after what graphs are there for ---------------------------------------------------------------------------------
def after_sweeps() -> None:
    for shape in SHAPES:
        y = shape(min(SIZE, 50_000))
        y.backward(allow_nonfinite=True)


def after_copies() -> None:
    for shape in (left, right, lists_of_one, lists_and_pairs, private_leaves):
        y = shape(SIZE // 10)
        for protocol in (2, pickle.HIGHEST_PROTOCOL):
            z = pickle.loads(pickle.dumps(y, protocol))
            assert z.data == y.data
        z = copy.deepcopy(y)
        assert z.data == y.data
        assert z is not y
        z.backward(allow_nonfinite=True)


AT_THE_END = [by_the_end_of_modules, by_a_daemon, by_atexit, by_sys_exit]
OTHERS = [
    in_a_cycle, in_closures, in_linked_objects, in_generators, after_errors, finalisers_that_build, operands_that_build,
    without_memory, by_many_threads, by_two_threads_at_once, after_sweeps, after_copies, *AT_THE_END,
]  # fmt: skip

SCENARIOS: dict[str, Callable[[], Any]] = {
    **{shape.__name__: shape for shape in SHAPES},
    **{f"{shape.__name__}_on_a_small_stack": lambda shape=shape: on_a_small_stack(shape) for shape in SHAPES},
    **{
        f"in_{kind}-{depth}-{content}": lambda kind=kind, depth=depth, content=content: in_containers(
            kind, depth, content
        )
        for kind in NESTS
        for depth in DEPTHS
        for content in CONTENTS
    },
    **{f"in_a_traceback-{depth}": lambda depth=depth: in_a_traceback(depth) for depth in (40, 100, 900)},
    **{scenario.__name__: scenario for scenario in OTHERS},
}
EXIT_CODES = {"by_sys_exit": 3}
LACKING = {
    **{scenario.__name__: "a process of its own" for scenario in AT_THE_END},
    **{scenario.__name__: "threads" for scenario in (by_many_threads, by_two_threads_at_once, by_a_daemon)},
    "without_memory": "Python's _testcapi",
}


def memory_in_use() -> int:
    """How many blocks of memory are in use; where Python does not count them, in Pyodide, how many objects."""
    return sys.getallocatedblocks() or len(gc.get_objects())


def main(name: str) -> None:
    SCENARIOS[name]()
    gc.collect()
    if name in {scenario.__name__ for scenario in AT_THE_END}:
        return
    before = memory_in_use()
    SCENARIOS[name]()
    gc.collect()
    leaked = memory_in_use() - before
    if leaked > LEAKED:
        sys.exit(f"{leaked} blocks of memory were not released")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        main(sys.argv[1])
    else:
        sys.stdout.write("\n".join(SCENARIOS) + "\n")
