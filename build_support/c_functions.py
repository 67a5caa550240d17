"""Give mypyc in C what it would call as Python functions: those of the math module, and a few helpers of ours.

This reaches into mypyc 2.4.1. Where another version has no such place, nothing is told, and the same results come more
slowly through Python's math module.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

# Has to be put in front of every C file (gcc: -include), once mypyc is told.
HEADER = Path(__file__).with_name("c_functions.h")

# The module whose helper functions are replaced too. What they do in Python stands there.
KERNELS = "microgrand.compiled.kernels"

ONE_FLOAT = "acos acosh asin asinh atan atanh cbrt cosh erf erfc expm1 log10 log1p log2 sinh tanh"
TWO_FLOATS = "atan2 fmod hypot"

# Functions whose last bit differs between C libraries. Where a C compiler knows the operand, for instance in the branch
# of `if x == -1.0`, it computes the result itself, correctly rounded; glibc's erfc(-1.0), which Python returns, differs
# from that in the last bit. So the compiler is told to call these functions always. Those with exact results (fabs,
# sqrt, fmod, …) it may compute.
ROUNDED = (
    "acos acosh asin asinh atan atan2 atanh cbrt cos cosh erf erfc exp exp2 expm1 log log10 log1p log2 pow sin sinh tan"
    " tanh"
)
COMPILER_ARGUMENTS = [f"-fno-builtin-{name}" for name in ROUNDED.split()]  # for gcc and clang; MSVC: c_functions.h


def tell_mypyc() -> bool:
    """From now on mypyc compiles calls of these functions as calls of C; whether it could be told."""
    try:
        from mypyc.ir.ops import ERR_MAGIC, ERR_MAGIC_OVERLAPPING
        from mypyc.ir.rtypes import RVec, float_rprimitive, int64_rprimitive, object_rprimitive
        from mypyc.primitives.registry import function_op, function_ops

        vec = RVec(float_rprimitive)
        described: list[tuple[str, str, list[Any], Any]] = [
            *[(f"math.{name}", name, [float_rprimitive], float_rprimitive) for name in ONE_FLOAT.split()],
            *[(f"math.{name}", name, [float_rprimitive] * 2, float_rprimitive) for name in TWO_FLOATS.split()],
            ("math.ldexp", "ldexp", [float_rprimitive, int64_rprimitive], float_rprimitive),
            (f"{KERNELS}.frexp_mantissa", "frexp_mantissa", [float_rprimitive], float_rprimitive),
            (f"{KERNELS}.frexp_exponent", "frexp_exponent", [float_rprimitive], int64_rprimitive),
            (f"{KERNELS}.exact_sum", "exact_sum", [vec], float_rprimitive),
            (f"{KERNELS}.euclidean_norm", "euclidean_norm", [vec], float_rprimitive),
            ("microgrand.compiled.hints.context_value", "context_value", [object_rprimitive], object_rprimitive),
            (f"{KERNELS}.write_at", "write_at", [vec, int64_rprimitive, vec], float_rprimitive),
        ]
        for python_name, c_name, operands, result in described:
            if python_name not in function_ops:  # a later mypyc's own are as good
                function_op(
                    name=python_name,
                    arg_types=operands,
                    return_type=result,
                    c_function_name=f"elementary_{c_name}",
                    error_kind=ERR_MAGIC if result is object_rprimitive else ERR_MAGIC_OVERLAPPING,
                )
    except (ImportError, AttributeError, TypeError):
        return False
    return True
