"""Whatever stands where a number is meant, the errors are those that Python has for it: no other one comes out."""

# ruff: noqa: E501  a case is one entry of a table

import math
import operator
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from calls import is_refused, told

from microgrand import TABLE, Value

ODD = {
    "None": None, "text": "a", "a list": [1.0, 2.0], "a tuple": (1.0, 2.0), "a dict": {}, "a set": {1}, "bytes": b"a", "a range": range(3),
    "nested lists": [[1.0]], "a fraction": Fraction(1, 3), "a decimal": Decimal("0.5"), "a truth value": True, "NaN": math.nan,
    "infinity": math.inf, "a number that no float holds": 10**400, "a complex number": 1j, "a function": math.sin, "a class": float,
    "a module": math, "an ellipsis": ..., "an object": object(), "a Value": Value(0.5), "float32": np.float32(2), "int64": np.int64(2),
    "longdouble": np.longdouble(2), "an array": np.ones(2), "a number in an array": np.array(2.0), "an empty array": np.array([]),
    "an array of objects": np.array([Value(1.0), None], dtype=object), "an array of texts": np.array(["a"]),
    "an array of complex numbers": np.array([1j]), "an array of truth values": np.array([True, False]),
    "a date": np.datetime64("2020-01-01"),
}  # fmt: skip
BINARY = [
    getattr(operator, name)
    for name in ["add", "sub", "mul", "truediv", "pow", "mod", "floordiv", "matmul", "eq", "ne", "lt", "le", "gt", "ge"]
]
# The errors that a caller expects of numbers: TypeError, and what is below ValueError and ArithmeticError.
ALLOWED = re.compile(
    r"(_?UFunc\w*|DTypePromotion|Type|Value|Domain|DivisionByZero|ZeroDivision|Overflow|NonFinite)Error\b"
)


def strange(calls):
    """Of the calls those that end in another error than one of these."""
    with np.errstate(all="ignore"):
        texts = [(str(call), told(lambda call=call: call[0](*call[1:]))) for call in calls]
    assert len(texts) > 0
    return [(call, text) for call, text in texts if is_refused(text) and not ALLOWED.match(text)]


@pytest.mark.parametrize("kind", ODD)
def test_operators_take_it_or_refuse_it(kind):
    """On either side of a Value, and alone."""
    odd = ODD[kind]
    two = [(function, *operands) for function in BINARY for operands in ((Value(1.5), odd), (odd, Value(1.5)))]
    assert strange(two) == []


@pytest.mark.parametrize("kind", ODD)
def test_rows_take_it_or_refuse_it(kind):
    """In each place, alone and in a list, beside numbers, Values and arrays."""
    odd = ODD[kind]
    for other in (1.5, Value(1.5), np.ones(2)):
        places = [(odd,), (odd, other), (other, odd), ([odd],), ([other, odd],), (other, other, odd)]
        assert strange([(row, *operands) for row in TABLE.values() for operands in places]) == []
