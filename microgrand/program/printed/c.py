"""Programs in C: a function that needs nothing but math.h, and no memory but the stack."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from microgrand.program.printed.c_body import TAB, TYPES, CBody, Instance
from microgrand.program.printed.identifiers import C
from microgrand.program.printed.language import (
    Library,
    as_node,
    comment,
    functions_in,
    header_lines,
    remark,
    slots_of,
    statements_of,
    value_and_gradient,
)
from microgrand.program.printed.statements import origin
from microgrand.program.printed.straight_line import Check, StraightLine
from microgrand.translation.values import FLOAT

LACKING = functions_in(Path(__file__).with_name("functions.c").read_text(encoding="utf-8"))
COMPILED = "C11; needs math.h. Compile it with -ffp-contract=off, and without -ffast-math."
NOT_FAST = """#ifdef __FAST_MATH__
#error "this code handles infinities and NaN: compile it without -ffast-math"
#endif"""


def printed_c(program: StraightLine) -> str:
    """The source of a C11 file: the functions of the rows that are used, and the function that the program is.

    The numbers go in and out as arrays, in order: `int f(const double x[], double result[])`, and for a gradient
    `int f(const double x[], double *value, double gradient[])`. The function returns 0, or the number of the check that
    failed; the results are then NaN. Numbers may differ from a replay's in their last digits, as far as the C library
    does from the one of Python.

    >>> from microgrand import record
    >>> from microgrand.program.printed.straight_line import straight_line
    >>> print(printed_c(straight_line(record(lambda x: x * x + 1.0, 2.0), header=["x² + 1"])))
    /* x² + 1
       C11; needs math.h. Compile it with -ffp-contract=off, and without -ffast-math. */
    #include <math.h>
    <BLANKLINE>
    #ifdef __FAST_MATH__
    #error "this code handles infinities and NaN: compile it without -ffast-math"
    #endif
    <BLANKLINE>
    int f(const double x[], double result[])
    {
        const double z0 = x[0];  // x
        const double z2 = z0 * z0;
        const double z3 = z2 + 1.0;
        result[0] = z3;
        return 0;
    }
    <BLANKLINE>
    """
    library = Library(program.functions, LACKING)
    main = Functions(library).main(program)
    parts = [f"{_header(program)}#include <math.h>", NOT_FAST, *library.texts, *main]
    return "\n\n".join(parts) + "\n"


def _header(program: StraightLine) -> str:
    """The comment on top: what the function computes, and what its checks are."""
    checks = [each for each in program.statements if isinstance(each, Check)]
    lines = header_lines([*program.header, *([COMPILED] if program.header else [])])
    if checks:
        lines += ["Returns 0, or the number of the check that failed; the results are then NaN:"]
        lines += [f"  {each.number}  {comment(each.message)}" for each in checks]
    return "/* " + "\n   ".join(lines) + " */\n" if lines else ""


class Functions:
    """Writes functions, each once for each combination of the lengths of its lists, when it is first called."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._done: dict[tuple[str, tuple[int, ...]], Instance] = {}
        self._names = set(C) | set(library.definitions)

    def instance(self, function: str, sizes: tuple[int, ...]) -> Instance:
        """The function for lists of these lengths."""
        if (function, sizes) not in self._done:
            self._done[function, sizes] = self._written(self._library.definitions[function], sizes)
        return self._done[function, sizes]

    def _written(self, function: ast.FunctionDef, sizes: tuple[int, ...]) -> Instance:
        parameters, statements = statements_of(function)
        kind = ast.unparse(function.returns) if function.returns else FLOAT
        body = CBody(self.instance, self._library, statements, kind, [name for name, _ in parameters])
        lengths = iter(sizes)
        given = [body.parameter(*each, lengths) for each in parameters]
        body.block(statements)
        lines = body.finished()
        unread = [name for name, _ in given if not re.search(rf"\b{name}\b", "\n".join(lines))]
        head = [declared for _, declared in given]
        head += [each.parameter(name) for each, name in zip(body.outputs, body.results, strict=True)]
        name = self._name(function.name, sizes)
        opening = f"static inline {'void' if body.outputs else TYPES[kind]} {name}({', '.join(head) or 'void'})"
        above = [f"/* {comment(origin(function))} */"] if origin(function) else []
        text = [*above, opening, "{", *[f"{TAB}(void){each};" for each in unread], *lines, "}"]
        self._library.texts.append("\n".join(text))
        return Instance(name, kind, tuple(body.outputs))

    def _name(self, function: str, sizes: tuple[int, ...]) -> str:
        """What the function for lists of these lengths is called: "float_dot_of_3_3"."""
        name = "_of_".join([function, *["_".join(map(str, sizes))] * bool(sizes)])
        while sizes and name in self._names:
            name += "_"
        self._names.add(name)
        return name

    def main(self, program: StraightLine) -> list[str]:
        """The function that the program is, after the one that says that a check failed."""
        places = _result_places(program)
        pair = program.derivative == "gradient"
        parameters = "double *value, double gradient[]" if pair else "double result[]"
        body = CBody(self.instance, self._library, [], FLOAT)
        for each in ("x", "value", "gradient", "result"):
            body.fresh(each)
        results = "value, gradient" if pair else "result"
        read = body.program(program, lambda check: f"return undefined_results({check.number}, {results});")
        taken = [(slot, f"x[{slot}]", name) for slot, name in enumerate(program.inputs)]
        taken += [(slot, body.of(as_node(number)).text, name) for slot, name, number in program.parameters]
        taken = [each for each in taken if f"z{each[0]}" in read]
        opening = [f"const double z{slot} = {place};{remark(place, name)}" for slot, place, name in taken]
        if not any([place.startswith("x[") for _, place, _ in taken]):
            opening.insert(0, "(void)x;")
        if len(places) == pair:
            opening.insert(0, f"(void){'gradient' if pair else 'result'};")
        closing = [*[f"{place} = z{slot};" for place, slot in places], "return 0;"]
        lines = [*[TAB + each for each in opening], *body.lines, *[TAB + each for each in closing]]
        head = f"int {program.title}(const double x[], {parameters})"
        main = "\n".join([head, "{", *lines, "}"])
        checked = any([isinstance(each, Check) for each in program.statements])
        return [*([_undefined_results(parameters, pair, len(places) - pair)] if checked else []), main]


def _result_places(program: StraightLine) -> list[tuple[str, int]]:
    """Where the results go, and the slots that hold them."""
    if program.derivative != "gradient":
        return [(f"result[{k}]", slot) for k, slot in enumerate(slots_of(program.result))]
    value, gradient = value_and_gradient(program)
    return [("*value", value), *[(f"gradient[{k}]", slot) for k, slot in enumerate(slots_of(gradient))]]


def _undefined_results(parameters: str, pair: bool, count: int) -> str:
    """The function that is called where a check has failed."""
    lines = [f"{TAB}*value = NAN;"] if pair else []
    lines += [
        f"{TAB}for (int k = 0; k < {count}; k++)",
        f"{TAB * 2}{'gradient' if pair else 'result'}[k] = NAN;",
        f"{TAB}return check;",
    ]
    return "\n".join([f"static int undefined_results(int check, {parameters})", "{", *lines, "}"])
