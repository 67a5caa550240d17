"""Slips that people make in gradients, made mechanically in the source of a right one.

A slip is the gradient's own function with another `return`: the sign of what it returns is turned, a factor is lost, a
term is dropped, one component alone is off, or the slip happens beyond a number only.
"""

from __future__ import annotations

import ast
import copy
import inspect
import math
import random
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from benchmarks.textbook import Gradient, Items
from benchmarks.textbook.gradient import points

GROSS = {"sign": "-({})", "twice": "2 * ({})", "half": "0.5 * ({})"}
FINE = {"1 % off": "1.01 * ({})", "1e-4 off": "1.0001 * ({})"}
SIZES = {"sign": 2.0, "twice": 0.5, "half": 0.5, "1 % off": 1e-2, "1e-4 off": 1e-4}  # relative to the larger
TAIL = 0.05  # of the domain: where a slip in a region begins, from the upper end
BAND = 0.02


class Slip(NamedTuple):
    """A wrong gradient.

    kind      what is wrong about it
    name      the gradient's
    size      how far it is off, relative to the larger of right and wrong; 0 where that depends on the point
    text      its source
    region    where the first number has to lie for it to be wrong, if not everywhere
    """

    kind: str
    name: str
    size: float
    text: str
    region: tuple[float, float] | None = None

    def function(self, module: ModuleType) -> Callable[..., Any]:
        """The wrong gradient, among the names of the module of the right one, run in floats or in many digits."""
        names = dict(vars(module))
        exec(compile(self.text, f"<{self.name}: {self.kind}>", "exec"), names)
        made: Callable[..., Any] = names["gradient"]
        return made


def slips(gradient: Gradient, module: ModuleType, source: random.Random) -> list[Slip]:
    """All slips of a gradient that stands in `module`; `source` chooses the regions."""
    right = definition(gradient, module)
    several = len(_parameters(right)) > 1 or isinstance(gradient.domain, list)
    changes = GROSS | FINE
    made = [
        Slip(kind, gradient.name, SIZES[kind], _returning(right, partial(_each, how, several)))
        for kind, how in changes.items()
    ]
    made += [Slip("dropped term", gradient.name, 0.0, text) for text in _dropped(right)]
    for how in ("twice", "1e-4 off") if several else ():
        made.append(
            Slip(f"one component {how}", gradient.name, SIZES[how], _returning(right, partial(_one, changes[how])))
        )
    for kind, region in regions(gradient, source).items():
        first = _parameters(right)[0] + ("[0]" if isinstance(_first_domain(gradient), Items) else "")
        test = f"{first} > {region[0]}" if math.isinf(region[1]) else f"{region[0]} < {first} < {region[1]}"
        how = f"2 * ({{0}}) if {test} else ({{0}})"
        text = _returning(right, partial(_each, how, several))
        made.append(Slip(kind, gradient.name, SIZES["twice"], text, region))
    return made


# ---- the gradient's source -------------------------------------------------------------------------------------------
@cache
def _source(module: ModuleType) -> ast.Module:
    assert module.__file__ is not None  # it is a file of this package
    return ast.parse(Path(module.__file__).read_text(encoding="utf-8"))


def definition(gradient: Gradient, module: ModuleType) -> ast.FunctionDef:
    """The gradient as a `def` named `gradient`, whatever it is in its file."""
    calls = [node for node in ast.walk(_source(module)) if isinstance(node, ast.Call) and node.args]
    entry = next(
        call for call in calls if isinstance(call.args[0], ast.Constant) and call.args[0].value == gradient.name
    )
    written = entry.args[2]
    if isinstance(written, ast.Lambda):
        return _function(ast.unparse(written.args), ast.unparse(written.body))
    name = ast.unparse(written)
    for node in _source(module).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            found = copy.deepcopy(node)
            found.name, found.returns = "gradient", None
            return found
    parameters = ", ".join(inspect.signature(gradient.gradient).parameters)
    return _function(parameters, f"{name}({parameters})")


def _function(parameters: str, body: str) -> ast.FunctionDef:
    (made,) = ast.parse(f"def gradient({parameters}):\n    return {body}").body
    assert isinstance(made, ast.FunctionDef)  # it is the text above
    return made


def _parameters(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in function.args.args]


def _returning(function: ast.FunctionDef, change: Callable[[ast.expr], ast.expr]) -> str:
    """The source with every returned value changed."""
    made = copy.deepcopy(function)
    for node in ast.walk(made):
        if isinstance(node, ast.Return) and node.value is not None:
            node.value = change(node.value)
    return ast.unparse(made)


# ---- changes ---------------------------------------------------------------------------------------------------------
def _applied(how: str, *values: ast.expr) -> ast.expr:
    return ast.parse(how.format(*[ast.unparse(value) for value in values]), mode="eval").body


def _each(how: str, several: bool, value: ast.expr) -> ast.expr:
    """The change, made in every component."""
    starred = isinstance(value, (ast.Tuple, ast.List)) and any([isinstance(each, ast.Starred) for each in value.elts])
    if isinstance(value, (ast.Tuple, ast.List)) and not starred:
        return type(value)([_each(how, False, each) for each in value.elts], ast.Load())
    if isinstance(value, ast.ListComp):
        return ast.ListComp(_each(how, False, value.elt), value.generators)
    if isinstance(value, ast.IfExp):
        return ast.IfExp(value.test, _each(how, several, value.body), _each(how, several, value.orelse))
    if several and (starred or isinstance(value, ast.Call)):
        return ast.parse(f"[{how.format('each')} for each in {ast.unparse(value)}]", mode="eval").body
    return _applied(how, value)


def _one(how: str, value: ast.expr) -> ast.expr:
    """The change, made in the last component."""
    if isinstance(value, ast.Tuple):
        return ast.Tuple([*value.elts[:-1], _each(how, False, value.elts[-1])], ast.Load())
    return ast.parse(
        f"[{how.format('each')} if k == 0 else each for k, each in enumerate({ast.unparse(value)})]", mode="eval"
    ).body


def _dropped(function: ast.FunctionDef) -> Iterator[str]:
    """The source with one term of a sum left out, for each term of the sums in what is returned."""
    for number, _ in enumerate(_sums(function)):
        for side in ("left", "right"):
            made = copy.deepcopy(function)
            holder, field, index = list(_sums(made))[number]
            at = getattr(holder, field) if index is None else getattr(holder, field)[index]
            kept = getattr(at, side)
            if side == "right" and isinstance(at.op, ast.Sub):
                kept = ast.UnaryOp(ast.USub(), kept)
            if index is None:
                setattr(holder, field, kept)
            else:
                getattr(holder, field)[index] = kept
            yield ast.unparse(made)


def _sums(function: ast.FunctionDef) -> list[tuple[Any, str, int | None]]:
    """Where sums and differences stand in what is returned, as terms, factors, numerators or components."""
    found: list[tuple[Any, str, int | None]] = []

    def look(holder: Any, field: str, index: int | None = None) -> None:
        value = getattr(holder, field) if index is None else getattr(holder, field)[index]
        if isinstance(value, ast.BinOp):
            is_sum = isinstance(value.op, (ast.Add, ast.Sub))
            found.extend([(holder, field, index)] if is_sum else [])
            if is_sum or isinstance(value.op, (ast.Mult, ast.Div)):
                look(value, "left")
            if is_sum or isinstance(value.op, ast.Mult):
                look(value, "right")
        elif isinstance(value, (ast.Tuple, ast.List)):
            for k in range(len(value.elts)):
                look(value, "elts", k)
        elif isinstance(value, ast.ListComp):
            look(value, "elt")
        elif isinstance(value, ast.UnaryOp):
            look(value, "operand")
        elif isinstance(value, ast.IfExp):
            look(value, "body")
            look(value, "orelse")

    for node in ast.walk(function):
        if isinstance(node, ast.Return):
            look(node, "value")
    return found


def regions(gradient: Gradient, source: random.Random) -> dict[str, tuple[float, float]]:
    """Small parts of the first number's domain, between numbers as people write them."""
    low, high = _ends(_first_domain(gradient))
    beyond, band = high - TAIL * (high - low), low + (0.1 + 0.8 * source.random()) * (high - low)
    return {
        "in the upper tail": (float(f"{beyond:.3g}"), math.inf),
        "in a band": (float(f"{band:.3g}"), float(f"{band + BAND * (high - low):.3g}")),
    }


def _first_domain(gradient: Gradient) -> Items | tuple[float, float]:
    return gradient.domain[0] if isinstance(gradient.domain, list) else gradient.domain


def _ends(domain: Items | tuple[float, float]) -> tuple[float, float]:
    return (domain.low, domain.high) if isinstance(domain, Items) else domain


def inside(gradient: Gradient, slip: Slip, number: int) -> list[tuple[Any, ...]]:
    """Points of the domain at which the slip is made."""
    drawn = points(gradient, number, seed=0)
    if slip.region is None:
        return drawn
    low, high = (
        max(slip.region[0], _ends(_first_domain(gradient))[0]),
        min(slip.region[1], _ends(_first_domain(gradient))[1]),
    )
    source = random.Random(0)
    return [_with_first(arguments, low + (high - low) * (0.01 + 0.98 * source.random())) for arguments in drawn]


def _with_first(arguments: tuple[Any, ...], x: float) -> tuple[Any, ...]:
    """The same arguments with another first number."""
    first, *others = arguments
    if isinstance(first, float):
        return (x, *others)
    changed = copy.copy(first)
    changed[0] = x
    return (changed, *others)
