"""Names that are identifiers in Python, C and JavaScript alike, and mean nothing else there."""

from __future__ import annotations

import keyword
import re

# Words of C and JavaScript that Python does not reserve, and what printed code itself uses.
_C_WORDS = """
    alignas alignof auto bool case char const constexpr default do double enum extern false float goto inline int long
    nullptr register restrict short signed sizeof static struct switch thread_local true typedef typeof union unsigned
    void volatile main NULL NAN INFINITY
"""
_JAVASCRIPT_WORDS = """
    arguments await boolean byte catch const debugger delete enum eval export extends final function implements
    instanceof interface let native new null package private protected public static super switch this throw throws
    transient typeof undefined var Array Error Infinity Math NaN Number Object RangeError TypeError
"""
# Functions of C's library that compilers know, so that they warn of others of these names.
_C_LIBRARY = """
    abort abs aligned_alloc alloca calloc div exit fprintf fputc fputs free fscanf fwrite getc getchar gets isalnum
    isalpha isblank iscntrl isdigit isgraph islower isprint ispunct isspace isupper isxdigit labs ldiv llabs malloc
    memchr memcmp memcpy memmove memset printf putc putchar puts qsort rand realloc remove rename scanf snprintf sprintf
    sscanf strcat strchr strcmp strcpy strcspn strlen strncat strncmp strncpy strpbrk strrchr strspn strstr system
    tolower toupper vfprintf vfscanf vprintf vscanf vsnprintf vsprintf vsscanf fdim ilogb llrint llround logb lrint
    lround nearbyint nextafter nexttoward remquo scalbn
"""
_PYTHON_WORDS = """
    abs all any enumerate float int len list math max min range sum tuple zip ValueError value gradient result
"""
_MATH = """
    acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 expm1 fabs floor fma fmax fmin
    fmod frexp gamma hypot isfinite isinf isnan j0 j1 jn ldexp lgamma log log10 log1p log2 modf nan pow remainder rint
    round scalbln signbit sin sinh sqrt tan tanh tgamma trunc y0 y1 yn
"""
# Functions of functions.c and functions.js, and of printed code itself, that have no name of math's.
_LENT = """
    exact_sum euclidean_norm floor_quotient floor_remainder frexp_exponent frexp_mantissa sum_error undefined_results
    whole_quotient whole_remainder
"""
C, JAVASCRIPT = [frozenset(f"{words} {_MATH} {_LENT}".split()) for words in (_C_WORDS, _JAVASCRIPT_WORDS)]
RESERVED = C | JAVASCRIPT | {*_C_LIBRARY.split(), *keyword.kwlist, *keyword.softkwlist, *_PYTHON_WORDS.split()}
_OURS = re.compile(r"z\d*|shared_\d*|float_.*")  # slots, and functions of rows


class Identifiers:
    """Gives out identifiers, each once.

    >>> names = Identifiers()
    >>> [names.of(text, "x") for text in ("w", "w", "x[0]", "lambda", "z3", "β")]
    ['w', 'w_2', 'x_0', 'x_lambda', 'x_z3', 'x']
    """

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, text: str, otherwise: str) -> str:
        """An identifier as close to the text as possible; `otherwise`, if nothing of it can be used."""
        base = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")[:40].rstrip("_")
        if not base or base[0].isdigit() or base in RESERVED or _OURS.fullmatch(base):
            base = f"{otherwise}_{base}".rstrip("_")
        made, number = base, 2
        while made in self._given:
            made, number = f"{base}_{number}", number + 1
        self._given.add(made)
        return made
