"""How Python calls a program: a function of CPython's that takes the arguments apart and puts the result together.

It is written in LLVM's language, as the program is. A small program takes less time than one line of Python, so what
stands between it and its caller must not be Python.

It knows *forms*: of each argument and of the result, which lists, tuples, arrays and floats they are. For arguments in
another form it calls a function of Python's, which takes all forms.
"""

from __future__ import annotations

import ctypes
import sys
import sysconfig
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

import numpy

from microgrand.program.jit.instructions import Instructions, Number, number
from microgrand.program.jit.module import Module
from microgrand.translation.values import FLOAT, INT

HEAD = object.__basicsize__  # where the fields of an object begin; its type stands before them
DATA, DIMENSIONS, AXES, DTYPE, FLAGS = HEAD, HEAD + 8, HEAD + 16, HEAD + 40, HEAD + 48  # of an array
SIZE, ITEMS = HEAD, HEAD + 8  # of a list; a tuple's size stands there, too
CONTIGUOUS_AND_ALIGNED = 0x101
LARGEST = 8000  # numbers that are copied
MOST = 300  # lists and tuples

NOTHING = number(0)

# What the function is given besides the arguments: the items of a tuple.
SLOW, ARRAY, FLOAT64, EMPTY, NUMPY_FLOAT, SHAPES = range(6)


class Leaf(NamedTuple):
    """A number, and its place among all numbers."""

    place: int


class Block(NamedTuple):
    """An array of numbers that stand one after the other."""

    place: int
    shape: tuple[int, ...]
    size: int


class Several(NamedTuple):
    """A list or a tuple."""

    kind: type
    parts: list[Any]


Pattern = Leaf | Block | Several


class Form(NamedTuple):
    """What the arguments are, and what the result is then."""

    arguments: list[Pattern]
    result: Pattern


class _UnknownFormError(Exception):
    """There is something else than numbers, lists, tuples and arrays, or too much of it."""


@cache
def layout_is_known() -> bool:
    """Whether floats, lists and arrays lie in memory as this file takes them to: no other Python is trusted to agree.

    Where threads run without a lock, another one might change a list while it is read.
    """
    if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        return False
    x, array = 1.5, numpy.array([[2.5, 3.5]])
    items = [x]

    def read(thing: object, offset: int, kind: Any = ctypes.c_size_t) -> Any:
        return kind.from_address(id(thing) + offset).value

    def follow(thing: object, offset: int, count: int) -> list[int]:
        return list((ctypes.c_size_t * count).from_address(read(thing, offset)))

    return bool(  # where a number is not what it should be, no address is followed
        [float.__basicsize__, list.__basicsize__] == [HEAD + 8, HEAD + 24]
        and (read(x, HEAD - 8), read(x, HEAD, ctypes.c_double)) == (id(float), x)
        and read(items, SIZE) == 1
        and follow(items, ITEMS, 1) == [id(x)]
        and (read(array, DATA), read(array, DIMENSIONS, ctypes.c_int)) == (array.ctypes.data, 2)
        and follow(array, AXES, 2) == [*array.shape]
        and read(array, DTYPE) == id(array.dtype)
        and read(array, FLAGS, ctypes.c_int) & CONTIGUOUS_AND_ALIGNED == CONTIGUOUS_AND_ALIGNED
    )


def form_of(arguments: Sequence[Any], result: Any) -> Form | None:
    """The form, where each number says which place it has; None for one that the function cannot know.

    >>> form_of([[0.0, 1.0]], 0.0).arguments
    [Several(kind=<class 'list'>, parts=[Leaf(place=0), Leaf(place=1)])]
    """
    count = [0]

    def pattern(structure: Any) -> Pattern:
        if type(structure) is float:
            return Leaf(int(structure))
        if type(structure) is numpy.ndarray and structure.size:
            places = structure.ravel()
            if (numpy.diff(places) == 1.0).all():
                return Block(int(places[0]), structure.shape, structure.size)
        count[0] += 1
        if type(structure) in (list, tuple) and structure and count[0] <= MOST:
            return Several(type(structure), [pattern(each) for each in structure])
        raise _UnknownFormError

    if not layout_is_known():
        return None
    try:
        return Form([pattern(each) for each in arguments], pattern(result))
    except _UnknownFormError:
        return None


def entry(module: Module, inputs: int, outputs: int, has_value: bool, forms: Sequence[Form]) -> list[tuple[int, ...]]:
    """Add the function `@name.python` to the module; the shapes of arrays that it has to be given."""
    copied = [form for form in forms if _copies(form, inputs, outputs) <= LARGEST]
    code = _Entry(module, inputs, outputs, has_value)
    module.add(code.function(copied))
    return code.shapes


def _copies(form: Form, inputs: int, outputs: int) -> int:
    """How many numbers are copied."""
    return (0 if _is_sole(form, inputs) else inputs) + (0 if _direct(form, outputs) else outputs)


class _Entry(Instructions):
    """The code of the function."""

    def __init__(self, module: Module, inputs: int, outputs: int, has_value: bool) -> None:
        super().__init__()
        self.module, self.inputs, self.outputs, self.has_value = module, inputs, outputs, has_value
        self.depth = 1  # nothing that is computed for one form is there for another
        self.shapes: list[tuple[int, ...]] = []
        self.held: list[str] = []  # objects that have been made and belong to nothing yet
        self.direct: Block | None = None
        self.array = self.filled = self.result = ""

    def function(self, forms: Sequence[Form]) -> str:
        """The whole function: one form after the other is tried."""
        self.x = self.reserve(FLOAT, 1 if all([_is_sole(form, self.inputs) for form in forms]) else self.inputs)
        self.out = self.reserve(FLOAT, 1 if all([_direct(form, self.outputs) for form in forms]) else self.outputs)
        self.value = self.reserve(FLOAT)
        self.slow = self.label()
        self.numpy_float = self.given(NUMPY_FLOAT)
        for form in forms:
            other = self.label()
            self.require(self.register(f"icmp eq i64 %count, {len(form.arguments)}"), other)
            self.one_form(form, other)
            self.begin(other)
        self.jump(self.slow)
        self.begin(self.slow)
        slow = self.given(SLOW)
        python = self.api("PyObject_Vectorcall", "ptr", f"ptr {slow}", "ptr %args", "i64 %count", "ptr null")
        self.write(f"ret ptr {python}")
        head = f"define ptr @{self.module.prefix}.python(ptr %self, ptr %args, i64 %count) nounwind"
        return f"{head} {{\n{self.text()}\n}}"

    def one_form(self, form: Form, other: str) -> None:
        """Take arguments of a form, call the program, and make the result."""
        x = self.x
        for k, argument in enumerate(form.arguments):
            place = self.register(f"getelementptr ptr, ptr %args, i64 {k}")
            data = self.take(argument, self.register(f"load ptr, ptr {place}"), other)
            x = data if _is_sole(form, self.inputs) and data else x
        self.held = []
        self.filled = self.out
        self.direct = _direct(form, self.outputs)
        if self.direct is not None:
            self.array = self.new_array(self.direct)
            self.held.append(self.array)
            self.filled = self.register(f"load ptr, ptr {self.field(self.array, DATA)}")
        value = self.register(f"call double @{self.module.prefix}(ptr {x}, ptr {self.filled}) noinline")
        self.leave_if(self.register(f"fcmp uno double {value}, 0x0000000000000000"), self.slow)
        self.store(Number(value), self.value)
        self.build(form.result, self.put_first)
        self.write(f"ret ptr {self.result}")

    # ---- what CPython offers -------------------------------------------------------------------------
    def api(self, name: str, result: str, *given: str) -> str:
        """The call of a function of CPython's."""
        function = self.module.outside(name, result, *[each.split()[0] for each in given], pure=False)
        call = f"call {result} {function}({', '.join(given)})"
        if result != "void":
            return self.register(call)
        self.write(call)
        return ""

    def given(self, k: int) -> str:
        """What the function is given besides the arguments."""
        return self.api("PyTuple_GetItem", "ptr", "ptr %self", f"i64 {k}")

    def field(self, thing: str, offset: int) -> str:
        """The address of a field of an object."""
        return self.register(f"getelementptr i8, ptr {thing}, i64 {offset}")

    def type_of(self, thing: str) -> str:
        """The type of an object."""
        return self.register(f"load ptr, ptr {self.field(thing, HEAD - 8)}")

    def items(self, thing: str) -> str:
        """The address of the items of a list. (Where those of a tuple are depends on the version of Python.)"""
        return self.register(f"load ptr, ptr {self.field(thing, ITEMS)}")

    def item_at(self, items: str, k: str) -> str:
        """The address of an item."""
        return self.register(f"getelementptr ptr, ptr {items}, i64 {k}")

    def require(self, test: str, other: str) -> None:
        """Go on only if the test holds."""
        following = self.label()
        self.write(f"br i1 {test}, label %{following}, label %{other}")
        self.begin(following)

    def leave_if(self, test: str, other: str | None) -> None:
        """If the test holds, give back what has been made, and go on elsewhere or return an error."""
        leaving, following = self.label(), self.label()
        self.write(f"br i1 {test}, label %{leaving}, label %{following}")
        self.begin(leaving)
        for each in self.held:
            self.api("Py_DecRef", "void", f"ptr {each}")
        self.write("ret ptr null" if other is None else f"br label %{other}")
        self.begin(following)

    # ---- arguments -----------------------------------------------------------------------------------
    def take(self, pattern: Pattern, thing: str, other: str, shift: Number = NOTHING) -> str:
        """Copy the numbers of an argument to x; of an array, the address of its numbers.

        shift  how much further than the pattern says the places are
        """
        if isinstance(pattern, Leaf):
            self.take_float(thing, self.at(self.x, self.sum(shift, pattern.place)), other)
        elif isinstance(pattern, Block):
            return self.take_array(pattern, thing, other)
        else:
            self.take_several(pattern, thing, other, shift)
        return ""

    def take_several(self, pattern: Several, thing: str, other: str, shift: Number) -> None:
        """Copy the numbers of a list or a tuple."""
        name, parts = pattern.kind.__name__.capitalize(), pattern.parts
        self.require(self.register(f"icmp eq ptr {self.type_of(thing)}, {self.type_named(name)}"), other)
        size = self.load(INT, self.field(thing, SIZE))
        self.require(self.register(f"icmp eq i64 {size.text}, {len(parts)}"), other)

        items = self.items(thing) if pattern.kind is list else ""

        def item(k: Number) -> str:
            if items:
                return self.register(f"load ptr, ptr {self.item_at(items, k.text)}")
            return self.api("PyTuple_GetItem", "ptr", f"ptr {thing}", f"i64 {k.text}")

        def take_one(k: Number) -> None:
            self.take(parts[0], item(k), other, self.scaled(shift, k, stride or 0))

        stride = _stride(pattern)
        if stride is not None:
            self.each(range(len(parts)), take_one)
        else:
            for k, part in enumerate(parts):
                self.take(part, item(number(k)), other, shift)

    def type_named(self, name: str) -> str:
        """The address of a type of Python's."""
        return self.module.variable(f"Py{name}_Type")

    def sum(self, shift: Number, place: int) -> Number:
        """A place, moved."""
        if shift.value is not None:
            return number(int(shift.value) + place)
        return Number(self.register(f"add i64 {shift.text}, {place}"), INT)

    def scaled(self, shift: Number, k: Number, stride: int) -> Number:
        """The shift of the k-th of several things."""
        step = self.register(f"mul i64 {k.text}, {stride}")
        return Number(self.register(f"add i64 {step}, {shift.text}"), INT)

    def take_float(self, thing: str, address: str, other: str) -> None:
        """Copy the number of a float, of Python or NumPy."""
        kind = self.type_of(thing)
        python = self.register(f"icmp eq ptr {kind}, {self.type_named('Float')}")
        of_numpy = self.register(f"icmp eq ptr {kind}, {self.numpy_float}")
        self.require(self.register(f"or i1 {python}, {of_numpy}"), other)
        self.store(self.load(FLOAT, self.field(thing, HEAD)), address)

    def take_array(self, block: Block, thing: str, other: str) -> str:
        """Copy the numbers of an array, unless it is the only argument; where they stand."""
        self.require(self.register(f"icmp eq ptr {self.type_of(thing)}, {self.given(ARRAY)}"), other)
        dtype = self.register(f"load ptr, ptr {self.field(thing, DTYPE)}")
        self.require(self.register(f"icmp eq ptr {dtype}, {self.given(FLOAT64)}"), other)
        flags = self.register(f"load i32, ptr {self.field(thing, FLAGS)}")
        both = self.register(f"and i32 {flags}, {CONTIGUOUS_AND_ALIGNED}")
        self.require(self.register(f"icmp eq i32 {both}, {CONTIGUOUS_AND_ALIGNED}"), other)
        dimensions = self.register(f"load i32, ptr {self.field(thing, DIMENSIONS)}")
        self.require(self.register(f"icmp eq i32 {dimensions}, {len(block.shape)}"), other)
        axes = self.register(f"load ptr, ptr {self.field(thing, AXES)}")
        for k, length in enumerate(block.shape):
            own = self.load(INT, self.at(axes, number(k), INT))
            self.require(self.register(f"icmp eq i64 {own.text}, {length}"), other)
        data = self.register(f"load ptr, ptr {self.field(thing, DATA)}")
        if block.size != self.inputs:
            place = self.register(f"getelementptr double, ptr {self.x}, i64 {block.place}")
            self.copy(data, place, block.size)
        return data

    def copy(self, source: str, target: str, count: int) -> None:
        """Copy numbers."""
        function = self.module.outside("llvm.memcpy.p0.p0.i64", "void", "ptr", "ptr", "i64", "i1", pure=False)
        self.write(f"call void {function}(ptr {target}, ptr {source}, i64 {8 * count}, i1 false)")

    # ---- the result ----------------------------------------------------------------------------------
    def build(self, pattern: Pattern, put: Callable[[str], None], shift: Number = NOTHING) -> None:
        """Make an object of this form, put it where it belongs, and then its parts into it."""
        if isinstance(pattern, Leaf):
            x = self.load(FLOAT, self.place(pattern.place, shift))
            put(self.new("PyFloat_FromDouble", f"double {x.text}"))
        elif isinstance(pattern, Several):
            self.build_several(pattern, put, shift)
        elif pattern is self.direct:
            self.held.remove(self.array)
            put(self.array)
        else:
            made = self.new_array(pattern)
            put(made)
            data = self.register(f"load ptr, ptr {self.field(made, DATA)}")
            self.copy(self.place(pattern.place, shift), data, pattern.size)

    def build_several(self, pattern: Several, put: Callable[[str], None], shift: Number) -> None:
        """Make a list or a tuple."""
        name, parts = pattern.kind.__name__.capitalize(), pattern.parts
        made = self.new(f"Py{name}_New", f"i64 {len(parts)}")
        put(made)

        items = self.items(made) if pattern.kind is list else ""

        def put_at(k: str, item: str) -> None:
            if items:
                self.write(f"store ptr {item}, ptr {self.item_at(items, k)}")
            else:
                self.api("PyTuple_SetItem", "i32", f"ptr {made}", f"i64 {k}", f"ptr {item}")

        stride = _stride(pattern)
        if stride is None:
            for k, part in enumerate(parts):
                self.build(part, partial(put_at, str(k)), shift)
        else:
            self.each(range(len(parts)), lambda k: self.build(
                parts[0], partial(put_at, k.text), self.scaled(shift, k, stride),
            ))  # fmt: skip

    def put_first(self, made: str) -> None:
        """The result itself has been made."""
        self.result = made
        self.held.insert(0, made)

    def place(self, k: int, shift: Number) -> str:
        """Where the k-th number is, or one so much further."""
        if self.has_value and k == 0:
            return self.value
        return self.at(self.filled, self.sum(shift, k - self.has_value))

    def new(self, name: str, *given: str) -> str:
        """A new object; if there is no memory, what has been made is given back, and the error returned."""
        made = self.api(name, "ptr", *given)
        self.leave_if(self.register(f"icmp eq ptr {made}, null"), None)
        return made

    def new_array(self, block: Block) -> str:
        """A new array."""
        if block.shape not in self.shapes:
            self.shapes.append(block.shape)
        shape = self.given(SHAPES + self.shapes.index(block.shape))
        return self.new("PyObject_CallOneArg", f"ptr {self.given(EMPTY)}", f"ptr {shape}")


def _parts(pattern: Pattern) -> list[Pattern]:
    """A pattern, and all patterns in it."""
    inner = pattern.parts if isinstance(pattern, Several) else []
    return [pattern, *[each for part in inner for each in _parts(part)]]


def _stride(pattern: Several) -> int | None:
    """How far apart the parts' places are, if the parts are alike but for this, and not very few; or else None."""
    first, *others = pattern.parts
    if len(others) < 3:
        return None
    size = _size(first)
    alike = all([each == _moved(first, k * size) for k, each in enumerate(others, 1)])
    return size if alike and not any([isinstance(each, Block) for each in _parts(first)]) else None


def _size(pattern: Pattern) -> int:
    """How many numbers there are."""
    if isinstance(pattern, Several):
        return sum([_size(each) for each in pattern.parts])
    return pattern.size if isinstance(pattern, Block) else 1


def _moved(pattern: Pattern, by: int) -> Pattern:
    """The pattern, so many places further on."""
    if isinstance(pattern, Several):
        return Several(pattern.kind, [_moved(each, by) for each in pattern.parts])
    return pattern._replace(place=pattern.place + by)


def _is_sole(form: Form, inputs: int) -> bool:
    """Whether one array holds all numbers of the arguments."""
    return any([isinstance(each, Block) and each.size == inputs for each in form.arguments])


def _direct(form: Form, outputs: int) -> Block | None:
    """The array in the result that holds all numbers that the program writes."""
    blocks = [each for each in _parts(form.result) if isinstance(each, Block)]
    return blocks[0] if len(blocks) == 1 and blocks[0].size == outputs else None
