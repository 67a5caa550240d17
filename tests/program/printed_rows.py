"""What tests of printed code share: every row as a program, the numbers it is tried at, and how near is near enough."""

import math
import random

import microgrand as mg
from benchmarks.points import draw
from microgrand import DomainError, GuardError, Primitive, Signature, record
from microgrand.nested import flat

EDGES = (
    0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, 40.0, -745.5, 710.0, 1e-9, 1e-300, -1e300, 5e-324, -5e-324,
    math.inf, -math.inf, math.nan,
)  # fmt: skip
REFUSED = "refused"


def size_of(row, size):
    """How many operands a row's program takes, where a list has `size` items; indices are fixed."""
    return len(row.signature.lists) * size if row.signature.lists else row.arity - len(row.signature.indices)


def applied(row, count):
    """The row as a function of that many numbers."""
    indices = [1] * len(row.signature.indices)
    if not row.signature.lists:
        return lambda *xs: row(*xs, *indices)
    lists = len(row.signature.lists)
    return lambda *xs: row(*[list(xs[k * count // lists : (k + 1) * count // lists]) for k in range(lists)], *indices)


def program_of(row, size=3):
    """The row as a program, recorded where it is defined; its title is the row's name, as that of no C function."""
    count = size_of(row, size)
    f = applied(row, count)
    starts = (0.5, 1.5, 0.0)
    example = next(xs for start in starts if defined(f, xs := [start + 0.1 * k for k in range(count)]))
    return record(f, *example).with_parts(title=f"row_{row.name}")


def defined(f, xs):
    try:
        f(*xs)
    except DomainError:
        return False
    return True


def points(row, size=3, drawn=40):
    """Operands: in each place all edges beside others of chance, and numbers of all sizes in the domain."""
    chosen = random.Random(row.name)
    count = size_of(row, size)
    edges = [[x if j == k else chosen.choice(EDGES) for j in range(count)] for k in range(count) for x in EDGES]
    usable = [xs[:count] for xs in draw(row, drawn, 1) if len(xs) >= count]
    return [*edges, *usable, *[[chosen.gauss(0.0, 3.0) for _ in range(count)] for _ in range(drawn)]]


def outcome(program, xs):
    """The numbers that a replay gives, infinite or not, or that it refuses."""
    try:
        return list(flat(program(*xs, allow_nonfinite=True)))
    except (DomainError, GuardError):
        return REFUSED


def terms(title, xs):
    """The size of the terms that cancel in a row's value and partials there, by what the row declares."""
    row = mg.TABLE[title.removeprefix("row_")]
    operands = [*xs, *[1.0] * len(row.signature.indices)]
    if not row.allows(*operands):
        return 0.0
    of_value = row.value_scale(*operands) if row.value_scale is not None else 0.0
    of_partials = row.partial_scale(row.apply([*operands]), *operands) if row.partial_scale is not None else 0.0
    return max([x for x in (of_value, of_partials) if math.isfinite(x)], default=0.0)


def differ(found, expected, units=4.0, together=False, among=0.0):
    """Whether two outcomes differ: by more than so many units in the last place of a number, of the largest number, or
    of the terms that they are made of, or in how they end.
    """
    if REFUSED in (found, expected):
        return found != expected
    largest = max([abs(x) for x in expected if math.isfinite(x)], default=0.0)
    size = math.ulp(max(among, largest if together else 0.0)) if together or among else 0.0
    return len(found) != len(expected) or any(
        [apart(x, y) > units and not abs(x - y) <= units * size for x, y in zip(found, expected, strict=True)]
    )


def apart(x, y):
    """How many units in the last place of y lie between x and y: none between two NaN, infinitely many between ±0."""
    if math.isnan(x) or math.isnan(y):
        return 0.0 if math.isnan(x) and math.isnan(y) else math.inf
    if math.copysign(1.0, x) != math.copysign(1.0, y):
        return math.inf if x == y else abs(x - y) / math.ulp(y)
    return 0.0 if x == y else abs(x - y) / math.ulp(y) if math.isfinite(x) and math.isfinite(y) else math.inf


ROWS = list(mg.TABLE.values())
HOSTILE = [
    "x[0]", "lambda", "", "1st", "z3", "Math", "β", "a\nb", '"""', "*/", "/*", "\\", "x\\", "??/", "x", "float_exp",
    "value", "__proto__", "exp", "</script>", "<!--", "\u2028", "\u202e", "`${x}`", "'", '"', "//", "int", "result",
    "sum_error",
]  # fmt: skip


# ---- rows of one's own, in statements that the table does not use ---------------------------------------------------
def caught_otherwise(x, y):
    try:
        z = math.exp(x * 300.0)
    except OverflowError:
        z = -y
    except ValueError:
        z = 7.0
    return z * 2.0


def caught_at_a_pole(x, y):
    try:
        return math.log(x * y)
    except ValueError:
        return -7.0 if x == 0.0 else 3.0


def caught_powers(x, y):
    try:
        return math.pow(x, y * 500.0)
    except (OverflowError, ValueError):
        return x


def counted_down(*xs):
    n = len(xs)
    last = 0.0
    for k in range(n - 1, -1, -1):
        if k % 2 == 0:
            last = xs[k] - 0.5 * last
        else:
            found = xs[k] * 2.0
            last = last + found
    for k in range(n):
        found = xs[k // 2] + xs[-1]
        last = last * 0.5 + found
    return last


def swapped(x, y):
    x, y = y - 1.0, x
    for _ in range(3):
        x, y = y, x + y
    far = x > 2.0
    return x if far and not (0.0 < y < 1.0) else y // 1.5 + y % 0.7 - float(far)


def unread(x, y):
    whole = int(x / 4.0)
    if whole == 0:
        return math.copysign(2.0, float(whole))
    return float(whole) * math.hypot(x, 3.0 * x, 2.0) + math.fsum([])


def sliced(*xs):
    first = xs[1:]
    pairs = [x * y for x, y in zip(first, xs[:-1], strict=True)]
    ranked = [x + k for k, x in enumerate(xs)]
    ranked[0] = 0.25
    weights = [0.5] * len(xs)
    head = ranked[:2]
    part = ranked[1:]
    head[0] = -(-head[1])  # noqa: B002
    ranked[1] = head[0] - xs[0] * part[0]
    part[1] = ranked[1] + head[1]
    pairs = [x + y for x, y in zip(pairs, part, strict=True)]
    either = ranked if xs[0] > 0.0 else weights
    return math.fsum(pairs) + math.fsum(either) * (2.0 if any(x > 2.0 for x in xs) else 1.0)


def grown(*xs):
    total = 0.0
    ys = [x * 2.0 for x in xs]
    if xs[0] > 1.0:
        ys = [y - 1.0 for y in ys]
    for k, x in enumerate(ys):
        result = x + 0.5 * k
        if all([each < 3.0 for each in xs]):
            total = total + result
    δ = math.hypot(total, *ys)
    double = math.copysign(δ, xs[0])
    return double + math.fmod(total, 0.75)


STATEMENTS = [caught_otherwise, caught_at_a_pole, caught_powers, counted_down, swapped, unread, sliced, grown]


def of_statements(function):
    """A program that applies a row of one's own with this value, and numbers to try it at."""
    lists = "xs" in function.__code__.co_varnames[: function.__code__.co_argcount + 1]
    signature = {"signature": Signature(lists=("x",))} if lists else {}
    partials = (lambda z, *xs: [1.0 for _ in xs]) if lists else (lambda z, x, y: 1.0, lambda z, x, y: 1.0)
    own = Primitive(f"own_{function.__name__}", function, partials, **signature)
    count = 4 if lists else 2
    chosen = random.Random(function.__name__)
    numbers = [[chosen.choice([0.0, -1.0, 2.5, 1.0, chosen.gauss(0.0, 3.0)]) for _ in range(count)] for _ in range(80)]
    return record(lambda *xs: own(list(xs)) if lists else own(*xs), *[0.5 + k for k in range(count)]), numbers
