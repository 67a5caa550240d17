"""What the functions of rows call and C's math lacks, in the plain code that they are written in themselves."""

from __future__ import annotations

import ast

_SOURCE = '''
def is_finite(x: float) -> bool:
    return x - x == 0.0

def is_nan(x: float) -> bool:
    return x != x

def is_inf(x: float) -> bool:
    return x - x != 0.0 and x == x

def floor_remainder(x: float, y: float) -> float:
    """The rest of x // y, which has the sign of y."""
    rest = math.fmod(x, y)
    if rest == 0.0:
        return math.copysign(0.0, y)
    return rest + y if (rest < 0.0) != (y < 0.0) else rest

def floor_quotient(x: float, y: float) -> float:
    """x / y rounded down, as Python's x // y."""
    rest = math.fmod(x, y)
    quotient = (x - rest) / y
    if rest != 0.0 and (rest < 0.0) != (y < 0.0):
        quotient = quotient - 1.0
    if quotient == 0.0:
        return math.copysign(0.0, x / y)
    down = math.floor(quotient)
    return down + 1.0 if quotient - down > 0.5 else down

def sum_error(a: float, b: float) -> float:
    """What is lost when a + b is rounded."""
    total = a + b
    part = total - a
    return a - (total - part) + (b - part)

def exact_sum(xs: vec[float]) -> float:
    """The sum, with what each rounding loses added at the end, and what is lost of that."""
    total = 0.0
    lost = 0.0
    lost_of_lost = 0.0
    for x in xs:
        error = sum_error(total, x)
        total = total + x
        lost_of_lost = lost_of_lost + sum_error(lost, error)
        lost = lost + error
    if total - total != 0.0:
        return total
    nearly = total + lost
    return nearly + (sum_error(total, lost) + lost_of_lost)

def euclidean_norm(xs: vec[float]) -> float:
    """The root of the sum of squares, scaled by a power of two so that no square overflows."""
    largest = 0.0
    for x in xs:
        largest = abs(x) if abs(x) > largest else largest
    if largest == 1e309:
        return 1e309
    exponent = frexp_exponent(largest)
    scale = math.ldexp(1.0, i64(1022) if exponent < i64(-1022) else -exponent)
    total = 0.0
    lost = 0.0
    for x in xs:
        scaled = x * scale
        square = scaled * scaled
        lost = lost + (sum_error(total, square) + math.fma(scaled, scaled, -square))
        total = total + square
    return math.sqrt(total + lost) / scale
'''

LACKING: list[ast.FunctionDef] = [each for each in ast.parse(_SOURCE).body if isinstance(each, ast.FunctionDef)]
