"""What tests of programs compare by: bits, and how far roundings may move a number."""

import math
import struct

import numpy

import microgrand as mg
from microgrand import record

UNIT = 2.0**-53


def bits(structure):
    """The bit patterns of the numbers in a nesting; any NaN is as good as another."""
    if isinstance(structure, (list, tuple)):
        return [bits(item) for item in structure]
    return "nan" if math.isnan(structure) else struct.pack("<d", structure)


def nodes(expression, xs):
    """What an expression computes from numbers of any kind, one step after the other: its rows, applied one by one."""
    slots = [*xs, *expression.constants]
    for row, members in expression.steps:
        for operands in members:
            slots.append(row(*row.signature.arguments([slots[k] for k in operands])))
    return slots[expression.first :]


def function_of(expression):
    """The expression as a function that knows nothing of programs."""
    return lambda *xs: nodes(expression, xs)[-1]


def recorded(expression):
    return record(function_of(expression), *expression.inputs)


def laned(expression, size=5):
    """Arrays with the expression's own inputs in every lane."""
    return [numpy.full(size, x) for x in expression.inputs]


def bound(root):
    """To first order, by how much the root moves when each of its sums of n terms is off by 2n·2⁻⁵³·Σ|terms|, and each
    other step by a few units in the last place; a plain number does not move.
    """
    if not isinstance(root, mg.Value):
        return 0.0
    adjoints = mg.sweep(root)
    total = 0.0
    for node in mg.topological_order(root):
        if not node.is_leaf:
            numbers = [getattr(x, "data", x) for x in node.operands]
            scale = node.primitive.value_scale
            size = abs(node.data) if scale is None else max(abs(scale(*numbers)), abs(node.data))
            total += abs(adjoints.get(node)) * 2.0 * (len(numbers) + 8) * UNIT * size
    return total
