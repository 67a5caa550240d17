"""Calls of what microgrand offers, right ones and wrong ones, each told as text; test_builds.py compares two builds."""

import contextlib
import json
import math
import operator
import random
import re
import sys
from collections.abc import Iterator
from typing import Any

import microgrand
from microgrand import TABLE, Domain, Interval, Primitive, Scope, Value
from microgrand.testing import Expression

NUMBERS = [0.0, -0.0, 0.5, -1.0, 2.0, 3, -7.25, 1e-320, 1e-9, 40.0, 710.0, -745.5, 1e300, math.inf, -math.inf, math.nan]
WRONG = [None, "1", 1j, b"x", [1.0], (), {}, object(), int, Value(1.5, name="v"), True, 2, 10**400]
UNARY = ("neg", "tanh", "sigmoid", "sin", "softplus", "softsign", "erf", "relu", "abs", "identity")
BINARY = ("add", "sub", "mul", "maximum", "minimum", "hypot")
MANY = ("sum", "mean", "logsumexp", "norm")
OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]


def told(call: Any) -> str:
    """What a call gives, to the last digit, or how it fails. A misspelt name is no failure: see test_calls.py."""
    try:
        text = repr(shown(call()))
    except Exception as error:
        if isinstance(error, NameError):
            raise
        text = f"{type(error).__name__}: {error}"
    return without_addresses(text)


def is_refused(text: str) -> bool:
    """Whether this was told of a call that failed; what is told of an answer begins with no name of an error."""
    return re.match(r"[A-Za-z]+Error\b", text) is not None


def without_addresses(text: str) -> str:
    return re.sub(r" at 0x[0-9a-f]+", "", text)


def shown(found: Any) -> Any:
    """A result as what it stores: a node as its numbers and the names or numbers of its operands."""
    if isinstance(found, Value):
        operands = [x.name or x.data if isinstance(x, Value) else x for x in found.operands]
        return type(found).__name__, found.data, found.grad, found.name, found.primitive, operands, found.partials
    if isinstance(found, (list, tuple)):
        return [shown(item) for item in found]
    return found


def rows() -> Iterator[tuple[str, Any]]:
    """Every row of the table at many operands, plain and recorded, refreshed and swept."""
    chosen = random.Random(1)
    for name, row in TABLE.items():
        for _ in range(40):
            count = len(row.partials) if not row.signature.lists else chosen.randint(1, 5)
            xs = [chosen.choice([chosen.choice(NUMBERS), chosen.gauss(0.0, 3.0)]) for _ in range(count)]
            yield f"{name}{xs}", lambda row=row, xs=xs: row(*spread(row, xs))
            yield f"{name}{xs} recorded", lambda row=row, xs=xs: row(*spread(row, on_values(row, xs)))
            yield f"{name}{xs} swept", lambda row=row, xs=xs: swept(row(*spread(row, on_values(row, xs))))


def on_values(row: Any, xs: list[Any]) -> list[Any]:
    """The operands as Values, but for those that are indices; `spread` adds the indices of lists."""
    indices = () if row.signature.lists else row.signature.index_positions(len(xs))
    return [x if k in indices else Value(x, name=f"x{k}") for k, x in enumerate(xs)]


def spread(row: Any, xs: list[Any]) -> list[Any]:
    """Public arguments that have these operands."""
    if not row.signature.lists:
        return xs
    return [xs] * max(len(row.signature.lists), 1) + [0] * len(row.signature.indices)


def swept(root: Any) -> list[Any]:
    root.backward(allow_nonfinite=True)
    return [(node.data, node.grad, node.name) for node in microgrand.topological_order(root)]


def graphs() -> Iterator[tuple[str, Any]]:
    """Random graphs with shared nodes: swept, refreshed after a change, copied into a formula."""
    for seed in range(300):
        expression = random_expression(random.Random(seed))
        yield f"graph {seed} swept", lambda e=expression: swept(e.on_values()[1])
        yield f"graph {seed} refreshed", lambda e=expression: refreshed(*e.on_values())
        yield f"graph {seed} written", lambda e=expression: microgrand.formula(e.on_values()[1], "python", 9)
        yield f"layer {seed}", lambda seed=seed: swept(of_a_layer(random.Random(seed)))


def random_expression(chosen: random.Random) -> Expression:
    inputs = [chosen.gauss(0.0, 2.0) for _ in range(3)]
    draft = Expression.draft(inputs)
    for k in range(chosen.randint(1, 25)):
        name = chosen.choice(UNARY + BINARY + MANY)
        size = 1 if name in UNARY else 2 if name in BINARY else chosen.randint(1, 4)
        others = [chosen.choice([chosen.randrange(3 + k), chosen.gauss(0.0, 2.0)]) for _ in range(size - 1)]
        root = draft.apply(TABLE[name], (chosen.randrange(3 + k), *others))
    return draft.finished(root)


def of_a_layer(chosen: random.Random) -> Value:
    """A cost of a layer of random size; its inputs are Values, numbers, or some of each."""
    inputs, outputs = chosen.randint(1, 5), chosen.randint(1, 4)
    theta = [[chosen.gauss(0.0, 1.0) for _ in range(inputs)] for _ in range(outputs)]
    number, kind = [chosen.gauss(0.0, 1.0) for _ in range(inputs)], chosen.randint(0, 2)
    x = [Value(z, name="x") if kind == 0 or (kind == 1 and k % 2) else z for k, z in enumerate(number)]
    z = microgrand.Linear(inputs, outputs, bias=chosen.random() < 0.5, theta=theta)(x)
    return microgrand.NegativeLogLikelihood()(microgrand.LogSoftmax()(z), chosen.randrange(outputs))


def refreshed(leaves: list[Value], root: Value) -> list[Any]:
    leaves[0].data = 0.7
    stale = len(microgrand.stale(root))
    microgrand.refresh(root)
    return [stale, *swept(root)]


def wrong_calls() -> Iterator[tuple[str, Any]]:
    """Every entry point with what does not belong there."""
    for item in WRONG:
        yield f"Value({item!r})", lambda item=item: Value(item)
        yield f"Value(1, {item!r})", lambda item=item: Value(1, item)
        for attribute in ("data", "name", "grad", "parents", "operands", "partials", "primitive", "scope", "else"):
            for v in (Value(2.0, name="x"), Value(2.0, name="x") * 3.0):
                yield f"{v!r}.{attribute} = {item!r}", lambda a=attribute, v=v, x=item: (setattr(v, a, x), v)
        yield f"pow(v, 2, {item!r})", lambda item=item: pow(Value(2.0), 2, item)
        yield f"v += {item!r}", lambda item=item: operator.iadd(Value(2.0), item)
        for apply in OPERATORS + COMPARISONS:
            yield f"{apply.__name__}(v, {item!r})", lambda f=apply, x=item: f(Value(2.0), x)
            yield f"{apply.__name__}({item!r}, v)", lambda f=apply, x=item: f(x, Value(2.0))
        for name, row in TABLE.items():
            yield f"{name}({item!r})", lambda row=row, x=item: row(x)
            yield f"{name}({item!r}, v)", lambda row=row, x=item: row(x, Value(2.0))
            yield f"{name}([v], {item!r})", lambda row=row, x=item: row([Value(2.0)], x)
            yield f"{name}(1, 2, {item!r}, v)", lambda row=row, x=item: row(1, 2, x, Value(2.0))
        yield from graph_calls(item)
        yield from declarations(item)
    for row in TABLE.values():
        yield f"{row.name}()", row
        yield f"{row.name}([])", lambda row=row: row([])
        yield f"{row.name}() of seven", lambda row=row: row(*[Value(1.0)] * 7)
    for lose in (float, int, complex, round, math.exp, abs, bool, format, str, iter, len, operator.index, math.floor):
        yield f"{lose.__name__}(v)", lambda lose=lose: lose(Value(2.0))
    yield "declared", lambda: microgrand.table.primitive.declared("never")


def graph_calls(item: Any) -> Iterator[tuple[str, Any]]:
    y = Value(2.0, name="x") * 3.0
    for name in ("topological_order", "leaves", "refresh", "stale", "sweep", "formula"):
        function = getattr(microgrand, name)
        yield f"{name}({item!r})", lambda f=function: answers(f(item))
        yield f"{name}([y, {item!r}])", lambda f=function: answers(f([y, item]))
    yield f"topological_order(y, {item!r})", lambda: microgrand.topological_order(y, item)
    yield f"topological_order(y, [{item!r}])", lambda: microgrand.topological_order(y, [item])
    yield f"sweep(y, {item!r})", lambda: answers(microgrand.sweep(y, item))
    yield f"sweep([y], [{item!r}])", lambda: answers(microgrand.sweep([y], [item]))
    yield f"sweep([y, y], [1.0, {item!r}, 1.0])", lambda: microgrand.sweep([y, y], [1.0, item, 1.0])
    yield f"sweep(y, 1.0, {item!r})", lambda: answers(microgrand.sweep(y, 1.0, item))
    yield f"sweep(y)[{item!r}]", lambda: microgrand.sweep(y)[item]
    yield f"y.backward({item!r})", lambda: (y.backward(item), y)
    yield f"y.backward(accumulate={item!r})", lambda: (y.backward(accumulate=item), y)
    yield f"y.backward(allow_nonfinite={item!r})", lambda: (y.backward(allow_nonfinite=item), y)
    yield f"format(y, {item!r})", lambda: format(y, item)
    yield f"round(y, {item!r})", lambda: round(y, item)
    yield f"Scope({item!r})", lambda: Scope(item)
    yield f"Scope('s', None, {item!r})", lambda: Scope("s", None, item).inputs
    for derivative in (microgrand.grad, microgrand.jacobian, microgrand.hessian):
        yield f"{derivative.__name__}(…)({item!r})", lambda d=derivative: d(lambda x: x * x)(item)
        yield f"{derivative.__name__}(… gives {item!r})", lambda d=derivative: d(lambda x: item)(2.0)


def answers(found: Any) -> Any:
    return list(found) if isinstance(found, microgrand.Adjoints) else found


def declarations(item: Any) -> Iterator[tuple[str, Any]]:
    """Rows, domains and intervals of one's own."""

    def made(**other: Any) -> Any:
        given = {"name": "own_row", "value": lambda x: x, "partials": lambda z, x: 1.0, **other}
        return given.pop("many", None), Primitive(**given)(Value(2.0))

    for key in ("name", "value", "partials", "notation", "domain", "joint_words", "whole", "ufunc", "doc"):
        yield f"Primitive({key}={item!r})", lambda key=key: made(**{key: item})
    yield f"Interval({item!r}, 1)", lambda: Interval(item, 1)
    yield f"Interval(0, {item!r})", lambda: Interval(0, item)
    yield f"Interval(0, 1, {item!r})", lambda: Interval(0, 1, item)
    yield f"Domain({item!r})", lambda: Domain(item)
    yield f"Interval.holds({item!r})", lambda: Interval(0, 1).holds(item)
    yield f"exp.allows({item!r})", lambda: microgrand.log.allows(item)


def tell_all() -> list[list[str]]:
    """Every call and what it told."""
    with contextlib.redirect_stdout(sys.stderr):
        return [
            [without_addresses(name), told(call)] for calls in (rows(), graphs(), wrong_calls()) for name, call in calls
        ]


if __name__ == "__main__":
    json.dump([microgrand.COMPILED, tell_all()], sys.stdout)
