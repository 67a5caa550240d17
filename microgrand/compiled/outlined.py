"""Show compiled modules as their source: the same signatures, docstrings and names, the same errors for wrong calls.

A wheel has an outline of each module whose names people call: its source, in which each function does nothing but call
what it was compiled to. Once such a module is loaded, the outline's functions, methods and properties take the place of
the compiled ones. Compiled code goes on calling compiled code. So do operators such as a * b: CPython finds them in the
slots of a class, which stay as they are.
"""

from __future__ import annotations

import copyreg
import gc
import os
import sys
from importlib import import_module
from importlib.machinery import ExtensionFileLoader, ModuleSpec, SourceFileLoader
from types import CodeType, FunctionType, ModuleType
from typing import Any

OUTLINES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "outlines")
# The modules that have an outline and are not loaded yet.
WAITING = {name.removesuffix(".py") for name in (os.listdir(OUTLINES) if os.path.isdir(OUTLINES) else [])}
# What a compiled class keeps of its own, though it stands in no source.
KEPT = ("__doc__", "__module__", "__weakref__")


class OutlinedLoader(ExtensionFileLoader):
    """Loads a compiled module, and shows it, and those that it has loaded from C, as their source."""

    active = 0  # how many modules are being loaded: each may load others

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Load the module."""
        OutlinedLoader.active += 1
        try:
            return super().create_module(spec)
        finally:
            OutlinedLoader.active -= 1

    def exec_module(self, module: ModuleType) -> None:
        """Show what has been loaded, unless a module that is being loaded has asked for it."""
        super().exec_module(module)
        while not self.active and (loaded := WAITING & sys.modules.keys()):
            name = loaded.pop()
            WAITING.remove(name)
            show_as_source(sys.modules[name])


def show_as_source(module: ModuleType) -> None:
    """Put what the module's outline has in the place of what was compiled."""
    shown = import_module("microgrand.compiled.shown")  # written in C
    copyreg.pickle(shown.Function, _qualified_name)
    name = module.__name__
    code = SourceFileLoader(name, os.path.join(OUTLINES, f"{name}.py")).get_code(name)
    assert code is not None
    source = os.path.join(os.path.dirname(module.__file__ or ""), f"{name.rpartition('.')[2]}.py")
    namespace, outline = dict(vars(module)), dict[str, Any]()
    exec(_of_file(code, source), namespace, outline)
    for name, item in outline.items():
        compiled = getattr(module, name, None)
        if isinstance(item, type):
            namespace.update({f"compiled_{name}_{each}": own for each, own in vars(compiled).items()})
            _show_class(compiled, item, shown)
        elif isinstance(item, FunctionType):
            namespace[f"compiled_{name}"] = compiled
            setattr(module, name, shown.Function(item, compiled))


def _qualified_name(function: Any) -> str:
    """By which it is pickled and copied."""
    return str(function.__qualname__)


def _of_file(code: CodeType, path: str) -> CodeType:
    """The code as if it came from the file at this path."""
    inside = [_of_file(each, path) if isinstance(each, CodeType) else each for each in code.co_consts]
    return code.replace(co_filename=path, co_consts=tuple(inside))


def _show_class(compiled: Any, outline: type, shown: Any) -> None:
    """Show the compiled class as the outline's."""
    own, theirs = vars(compiled), vars(outline)
    methods = {name: shown.Function(item, own[name]) for name, item in theirs.items() if isinstance(item, FunctionType)}
    if "__mypyc_attrs__" in own:
        # The class's dictionary itself: to set an attribute of the class would change its slots, too.
        entries = gc.get_referents(own)[0]
        for name in [*own]:
            if name.startswith("__") and name not in (*methods, *KEPT):
                del entries[name]  # the source has none: mypyc adds it, or CPython for a slot
        entries.update({name: shown.Property(item, own[name]) for name, item in theirs.items() if _is_property(item)})
        entries.update(methods)
    else:  # a class of Python's own, whose methods mypyc has compiled
        for name, item in methods.items():
            setattr(compiled, name, item)
        if "__annotations__" in own:
            del compiled.__annotations__
        if "__annotations__" in theirs:
            compiled.__annotations__ = outline.__annotations__
    compiled.__doc__ = outline.__doc__  # this also has CPython forget what it has looked up in the class


def _is_property(item: object) -> bool:
    return isinstance(item, property)
