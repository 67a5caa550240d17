"""What `microgrand check MODULE` lists: the derivatives in a module, and the command that checks each."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, NamedTuple

from microgrand.outer_errors import InputError
from microgrand.table import rows
from microgrand.table.primitive import Primitive
from microgrand.testing.declared import is_declared
from microgrand.testing.functions import binds

# How the derivative of f is called, and which options check it.
NAMES = {
    ("{}_gradient", "{}_grad", "grad_{}", "gradient_{}", "{}_prime", "{}prime", "d{}", "d_{}", "{}_derivative",
     "{}_jacobian", "{}_jac", "jac_{}", "jacobian_{}", "{}_vjp", "vjp_{}"): "",
    ("{}_hessian", "{}_hess", "hess_{}", "hessian_{}", "{}_second", "d2{}", "d2_{}", "{}_second_derivative"):
        " --order 2",
    ("{}_jvp", "jvp_{}"): " --mode forward",
}  # fmt: skip
SHOWN = "f_gradient, grad_f, df, f_prime"


class Derivative(NamedTuple):
    """A function whose derivative is found in a module.

    name     of the function
    what     brings the derivative: a declaration, or the name of another function; empty where nothing does
    command  that checks it, after `microgrand check`; empty where it cannot be checked
    why      it cannot be, where something brings a derivative
    """

    name: str
    what: str
    command: str
    why: str = ""


def listing(module: ModuleType) -> str:
    """The derivatives in a module as text. Raises InputError where there are none."""
    found = list(_found(module))
    can, cannot = [each for each in found if each.command], [each for each in found if not each.command]
    if not can and not any([each.what for each in cannot]):
        raise InputError(
            f"{module.__name__} has nothing to check: no custom_vjp or custom_jvp of JAX's, no autograd.Function of "
            f"PyTorch's, no Primitive, and no function f beside {SHOWN} or their like"
        )
    commands = [f"microgrand check {each.command}" for each in can]
    width = max([len(command) for command in commands], default=0)
    lines = [f"  {command.ljust(width)}  {each.what}" for command, each in zip(commands, can, strict=True)]
    others = [f"  {module.__name__}:{each.name}  {each.why}" for each in cannot if each.what]
    alone = [each.name for each in cannot if not each.what]
    others += [f"  {', '.join(alone)}: no derivative is declared, or called as {SHOWN} for f"] if alone else []
    return "\n".join([f"{len(can)} to be checked", *lines, *(["not to be checked", *others] if others else [])])


def _found(module: ModuleType) -> Iterator[Derivative]:
    """What can be checked in a module, and what cannot, in the order in which the module has it."""
    names = {name: item for name, item in vars(module).items() if _is_declared_in(module, name, item)}
    partners: set[str] = set()
    pairs = {name: list(_partners(name, names)) for name in names}
    for others in pairs.values():
        partners |= {other for other, _ in others}
    for name, item in names.items():
        kind = _kind(item)
        if kind:
            yield Derivative(name, kind, f"{module.__name__}:{name}")
        for other, options in pairs[name]:
            yield _paired(module.__name__, name, other, options, names)
        if not kind and not pairs[name] and name not in partners:
            yield Derivative(name, "", "")


def _paired(module: str, name: str, other: str, options: str, names: dict[str, Any]) -> Derivative:
    """A function with another one that is called as its derivative."""
    what = f"{other} beside {name}"
    if not _fits(names[other], names[name], options):
        return Derivative(name, what, "", f"{other} does not take the arguments of {name}, nor one more")
    return Derivative(name, what, f"{module}:{name} --gradient {module}:{other}{options}")


def _partners(name: str, names: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The names of derivatives of a function that the module has, with the options that check them."""
    for patterns, options in NAMES.items():
        for pattern in patterns:
            if pattern.format(name) in names and not _kind(names[pattern.format(name)]):
                yield pattern.format(name), options


def _kind(item: Any) -> str:
    """What declares the derivative that an object brings along; empty where none does."""
    if isinstance(item, Primitive):
        return "a Primitive"
    if not is_declared(item):
        return ""
    return "an autograd.Function of PyTorch's" if isinstance(item, type) else f"a {type(item).__name__} of JAX's"


def _is_declared_in(module: ModuleType, name: str, item: Any) -> bool:
    """Whether it is a function, or brings a derivative along, and comes from this module, not from where it imports."""
    if name.startswith("_"):
        return False
    if isinstance(item, Primitive):
        return not any([item is row for row in vars(rows).values()])
    comes_from_here = getattr(item, "__module__", None) == module.__name__
    return comes_from_here and (inspect.isfunction(item) or is_declared(item))


def _fits(gradient: Callable[..., Any], f: Callable[..., Any], options: str) -> bool:
    """Whether a derivative takes what f takes, or one argument more: cotangents, or a direction."""
    try:
        taken, given = inspect.signature(gradient), inspect.signature(f)
    except (TypeError, ValueError):  # code that tells nothing
        return True
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    arguments = [0.0 for each in given.parameters.values() if each.kind in kinds and each.default is each.empty]
    return binds(taken, [*arguments, 0.0]) or ("forward" not in options and binds(taken, arguments))
