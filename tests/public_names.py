"""What Python says of every public name, told as text: names, signatures, `help`, and how wrong calls are refused.

test_builds.py compares what two builds tell.
"""

import inspect
import json
import pydoc
import sys
import weakref
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import calls

import microgrand

MODULES = [
    "microgrand", "microgrand.nn", "microgrand.networks.layers", "microgrand.networks.losses",
    "microgrand.networks.trace", "microgrand.program", "microgrand.training", "microgrand.testing", "microgrand.walk",
    "microgrand.drawing",
]  # fmt: skip


def public() -> Iterator[tuple[str, Any]]:
    """Every public name of these modules, abs, pow and sum too, with what it names; and what public names return."""
    for module in map(import_module, MODULES):
        own = [name for name, item in vars(module).items() if not name.startswith("_") and of(module, item)]
        for name in sorted({*getattr(module, "__all__", own), *({"abs", "pow", "sum"} & vars(module).keys())}):
            yield f"{module.__name__}.{name}", getattr(module, name)
    x = microgrand.Value(2.0, name="x")
    for returned in (x * x, microgrand.sweep(x * x), *[d(cube) for d in (microgrand.grad, microgrand.jacobian)]):
        yield f"type of {calls.without_addresses(repr(returned))}", type(returned)


def of(module: Any, item: Any) -> bool:
    """Whether the item is defined in the module or below."""
    return callable(item) and str(getattr(item, "__module__", "")).startswith(module.__name__)


def cube(x: Any) -> Any:
    return x * x * x


def names(name: str, item: Any) -> Iterator[tuple[str, Any]]:
    """What a name is called, and what `help` says of it."""
    for attribute in ("__module__", "__name__", "__qualname__", "__doc__"):
        yield f"{name}.{attribute}", lambda attribute=attribute: getattr(item, attribute, None)
    yield f"repr({name})", lambda: None if item is microgrand.COMPILED else repr(item)
    if callable(item):
        yield f"help({name})", lambda: pydoc.plain(pydoc.render_doc(item))
        yield f"signature({name})", lambda: str(inspect.signature(item))
    for attribute, own in attributes(item):
        yield f"kind of {name}.{attribute}", lambda own=own: isinstance(own, property) or repr(own)
        yield f"{name}.{attribute}.__doc__", lambda own=own: own.__doc__
        if callable(own):
            yield f"weakref of {name}.{attribute}", lambda own=own: kind_of(weakref.ref(own))
            yield f"signature({name}.{attribute})", lambda own=own: str(inspect.signature(own))
            yield f"source of {name}.{attribute}", lambda own=own: source_of(own)
    if not isinstance(item, microgrand.Primitive):  # objects of compiled classes have no place for weak references
        yield f"weakref of {name}", lambda: kind_of(weakref.ref(item))
    if inspect.isfunction(item):
        yield f"source of {name}", lambda: source_of(item)


def attributes(item: Any) -> Iterator[tuple[str, Any]]:
    """Methods and properties of a class, those of its bases too, as they stand in the classes."""
    for name in dir(item) if isinstance(item, type) else ():
        own = inspect.getattr_static(item, name)
        if inspect.isfunction(own) or isinstance(own, property):
            yield name, own


def source_of(function: Any) -> Any:
    return inspect.getsource(function) if function.__module__.startswith("microgrand") else None


def wrong_calls(name: str, item: Any) -> Iterator[tuple[str, Any]]:
    """Calls without arguments, with twenty, with one that it does not know, of whatever can be called."""
    if callable(item):
        methods = [(f"{name}.{each}", getattr(item, each)) for each, own in attributes(item) if callable(own)]
        for title, call in [(name, item), *methods]:
            yield f"{title}()", lambda call=call: kind_of(call())
            yield f"{title}(unknown)", lambda call=call: kind_of(call(no_such_argument=1.0))
            if "*" not in calls.told(lambda call=call: inspect.signature(call)).replace("*,", ""):
                yield f"{title}(None, unknown)", lambda call=call: kind_of(call(None, no_such_argument=1.0))
                yield f"{title}(twenty)", lambda call=call: kind_of(call(*[None] * 20))


def kind_of(answer: Any) -> str:
    return type(answer).__name__


def without_storage(kind: Any) -> list[Any]:
    """What `help` lists of a class, but for the places where objects keep their attributes: those are the build's."""
    return [each for each in LISTED(kind) if each[1] != "data descriptor" or isinstance(each[3], property)]


LISTED = pydoc.classify_class_attrs


def tell_all() -> list[list[str]]:
    """Every question and what is told."""
    pydoc.classify_class_attrs = without_storage
    try:
        return [
            [question, calls.told(ask)]
            for name, item in public()
            for told in (names, wrong_calls)
            for question, ask in told(name, item)
        ]
    finally:
        pydoc.classify_class_attrs = LISTED


if __name__ == "__main__":
    json.dump([microgrand.COMPILED, tell_all()], sys.stdout)
