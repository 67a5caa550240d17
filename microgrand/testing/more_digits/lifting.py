"""A Python function that computes on Numbers: the same code, with other globals.

Functions that it calls are lifted in turn, in globals and closures, of classes and instances, partial and cached ones;
containers that it holds are copied, so that nothing of the user's changes. What calls into C with a Number is not
hindered here: the Number itself refuses to become a float.
"""

from __future__ import annotations

import builtins
import functools
import sys
import types
from collections.abc import Callable
from typing import Any

from microgrand.table.primitive import Primitive
from microgrand.testing.more_digits.exact_functions import real
from microgrand.testing.more_digits.number import applied
from microgrand.testing.more_digits.run import DigitsLostError
from microgrand.testing.more_digits.stand_ins import BUILTINS, of_scipy, replacements

LEFT_AS_THEY_ARE = frozenset(sys.stdlib_module_names) | {
    "numpy",
    "scipy",
    "jax",
    "jaxlib",
    "torch",
    "mpmath",
    "microgrand",
}
LIFTED_MODULES = ("microgrand", "numpy", "numpy.linalg", "numpy.polynomial", "scipy", "scipy.special", "scipy.stats")
LARGEST_COPY = 10_000  # items of a container: a table so long is not searched for functions and copied


def lifted(f: Callable[..., Any], further: Callable[[Any], Any] = lambda item: None) -> Callable[..., Any]:
    """The function on Numbers.

    further  gives what stands in for an item of a library's, or None

    Raises DigitsLostError where it keeps a state in a global name.

    >>> from math import exp
    >>> from microgrand.testing.exact import EXACT, many_digits
    >>> from microgrand.testing.more_digits.number import Number
    >>> from microgrand.testing.more_digits.run import Run
    >>> with many_digits(30):
    ...     z = lifted(eval("lambda x: exp(x) - 1", {"exp": exp}))(Number(1e-20, EXACT.mpf(1e-20), Run()))
    ...     z.near, EXACT.nstr(z.exact, 5)
    (0.0, '1.0e-20')
    """
    function: Callable[..., Any] = _Lifter(further).lifted(f)
    return function


class _Lifter:
    """What has been lifted, by the identity of what it was: things that refer to each other still do."""

    def __init__(self, further: Callable[[Any], Any]) -> None:
        self._further = further
        self._done: dict[int, tuple[Any, Any]] = {}  # with the original, which keeps its identity from being used again
        self._globals: dict[int, dict[str, Any]] = {}

    def lifted(self, item: Any) -> Any:
        """The item, or what stands in for it."""
        try:
            stand_in = replacements().get(item)
        except TypeError:  # cannot be hashed
            stand_in = None
        stand_in = self._further(item) if stand_in is None else stand_in
        if stand_in is not None:
            return stand_in
        if id(item) not in self._done:
            make = self._maker(item)
            if make is None:
                return item
            make(item)
        return self._done[id(item)][1]

    def _maker(self, item: Any) -> Callable[[Any], Any] | None:
        """How it is lifted; None where it is left as it is."""
        match item:
            case Primitive():
                return self._row
            case types.FunctionType():
                return self._function if _is_users(item.__module__) else None
            case types.MethodType():
                return self._method
            case functools.partial():
                return self._partial
            case types.ModuleType():
                return self._module
            case type() if issubclass(item, BaseException):
                return None  # whoever catches it has the class itself
            case type():
                return self._class if _is_users(item.__module__) and item.__module__ != "builtins" else None
            case list() | tuple() | dict() | set():
                return self._container if type(item) in (list, tuple, dict, set) and len(item) < LARGEST_COPY else None
        if hasattr(item, "cache_info") and hasattr(item, "__wrapped__"):
            return self._cached
        if type(item).__name__ == "ufunc":
            return self._ufunc
        if type(item).__name__ == "vectorize" and type(item).__module__ == "numpy":
            return self._vectorized
        if hasattr(item, "__dict__") and _is_users(type(item).__module__) and not isinstance(item, BaseException):
            return self._instance
        return None

    def _keep(self, item: Any, new: Any) -> Any:
        self._done[id(item)] = (item, new)
        return new

    def _function(self, f: types.FunctionType) -> None:
        if _keeps_global_state(f.__code__):
            raise DigitsLostError("f changes a global name")
        cells = tuple([types.CellType() for _ in f.__closure__ or ()])
        around = self._globals.setdefault(id(f.__globals__), {"__builtins__": _BUILTINS, "__name__": f.__module__})
        new = types.FunctionType(f.__code__, around, f.__name__, None, cells or None)
        self._keep(f, new)
        new.__defaults__ = self.lifted(f.__defaults__) if f.__defaults__ else None
        new.__kwdefaults__ = self.lifted(f.__kwdefaults__) if f.__kwdefaults__ else None
        new.__dict__.update(f.__dict__)
        for cell, old in zip(cells, f.__closure__ or (), strict=True):
            self._fill(cell, old)
        for name in _names(f.__code__):
            if name in f.__globals__ and name not in around:
                around[name] = None  # a name that is met again on the way is being lifted
                around[name] = self.lifted(f.__globals__[name])

    def _fill(self, cell: types.CellType, old: types.CellType) -> None:
        try:
            content = old.cell_contents
        except ValueError:  # not yet assigned
            return
        cell.cell_contents = self.lifted(content)

    def _method(self, method: types.MethodType) -> None:
        self._keep(method, types.MethodType(self.lifted(method.__func__), self.lifted(method.__self__)))

    def _partial(self, partial: functools.partial[Any]) -> None:
        arguments = [self.lifted(x) for x in partial.args]
        named = {name: self.lifted(x) for name, x in partial.keywords.items()}
        self._keep(partial, functools.partial(self.lifted(partial.func), *arguments, **named))

    def _cached(self, function: Any) -> None:
        self._keep(function, self.lifted(function.__wrapped__))

    def _ufunc(self, function: Any) -> None:
        self._keep(function, of_scipy(function) or function)

    def _vectorized(self, function: Any) -> None:
        options = {"otypes": function.otypes, "excluded": function.excluded, "signature": function.signature}
        self._keep(function, self.lifted(type(function))(self.lifted(function.pyfunc), **options))

    def _row(self, row: Primitive) -> None:
        self._keep(row, lambda *xs: applied(row, lambda *exact: real(row(*exact)), *xs))

    def _module(self, module: types.ModuleType) -> None:
        if _is_users(module.__name__) or module.__name__ in LIFTED_MODULES:
            self._keep(module, _Module(module, self.lifted))
        else:
            self._keep(module, module)

    def _container(self, container: Any) -> None:
        if isinstance(container, (tuple, set)):
            items = [self.lifted(x) for x in container]
            same = all([new is old for new, old in zip(items, container, strict=True)])
            self._keep(container, container if same and isinstance(container, tuple) else type(container)(items))
        elif isinstance(container, list):
            copy: list[Any] = self._keep(container, [])
            copy += [self.lifted(x) for x in container]
        else:
            table: dict[Any, Any] = self._keep(container, {})
            table.update({key: self.lifted(x) for key, x in container.items()})

    def _class(self, kind: type) -> None:
        bases = tuple([self.lifted(base) for base in kind.__bases__])
        own = {name: x for name, x in vars(kind).items() if name not in ("__dict__", "__weakref__")}
        if "__slots__" in own:
            raise DigitsLostError(f"f uses a class with slots, {kind.__name__}")
        new = self._keep(kind, type(kind)(kind.__name__, bases, {"__module__": kind.__module__}))
        for name, item in own.items():
            if isinstance(item, (staticmethod, classmethod)):
                item = type(item)(self.lifted(item.__func__))
            elif isinstance(item, property):
                item = property(*[self.lifted(part) for part in (item.fget, item.fset, item.fdel)])
            elif isinstance(item, types.FunctionType):
                item = self.lifted(item)
            if name not in ("__module__", "__doc__", "__class_cell__"):
                setattr(new, name, item)

    def _instance(self, item: Any) -> None:
        kind = self.lifted(type(item))
        new = self._keep(item, object.__new__(kind))
        vars(new).update({name: self.lifted(part) for name, part in vars(item).items()})


class _Module:
    """A module whose functions are lifted when they are asked for."""

    def __init__(self, module: types.ModuleType, lift: Callable[[Any], Any]) -> None:
        self._module = module
        self._lift = lift

    def __getattr__(self, name: str) -> Any:
        return self._lift(getattr(self._module, name))


_BUILTINS = {**vars(builtins), **{original.__name__: stand_in for original, stand_in in BUILTINS.items()}}


def parts_of_code(item: Any) -> list[Any]:
    """What code can reach from a function, an instance or a container: the things that it names, holds and inherits."""
    match item:
        case types.FunctionType():
            cells = [cell.cell_contents for cell in item.__closure__ or () if cell != types.CellType()]
            named = [item.__globals__[name] for name in _names(item.__code__) if name in item.__globals__]
            return [*cells, *named, *(item.__defaults__ or ()), *(item.__kwdefaults__ or {}).values()]
        case types.MethodType():
            return [item.__func__, item.__self__]
        case functools.partial():
            return [item.func, *item.args, *item.keywords.values()]
        case list() | tuple() | set():
            return list(item) if len(item) < LARGEST_COPY else []
        case dict():
            return list(item.values()) if len(item) < LARGEST_COPY else []
        case staticmethod() | classmethod():
            return [item.__func__]
        case property():
            return [item.fget]
        case type():
            return [*vars(item).values(), *item.__bases__] if _is_users(item.__module__) else []
        case types.ModuleType():
            return []
    if hasattr(item, "__wrapped__"):
        return [item.__wrapped__]
    return [type(item), *getattr(item, "__dict__", {}).values()]


def _is_users(module: str | None) -> bool:
    """Whether a module is neither the standard library's nor of a package that is known to compute in C."""
    name = module or ""
    return name.split(".")[0] not in LEFT_AS_THEY_ARE or name == "__main__" or name.startswith("numpy.polynomial.")


def _names(code: types.CodeType) -> set[str]:
    """The names that the code and the functions inside it use."""
    inner = [_names(part) for part in code.co_consts if isinstance(part, types.CodeType)]
    return set(code.co_names).union(*inner)


def _keeps_global_state(code: types.CodeType) -> bool:
    import dis

    inner = [part for part in code.co_consts if isinstance(part, types.CodeType)]
    writes = any([step.opname in ("STORE_GLOBAL", "DELETE_GLOBAL") for step in dis.get_instructions(code)])
    return writes or any([_keeps_global_state(part) for part in inner])
