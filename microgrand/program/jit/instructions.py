"""Instructions of LLVM's, as text: numbers in registers and on the stack, blocks, loops of a known length."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from microgrand.translation.values import BOOL, FLOAT, INT, TranslationError

INT_OF_C = "int"
WORDS = {FLOAT: "double", BOOL: "i1", INT: "i64", INT_OF_C: "i32"}


class Number(NamedTuple):
    """A number, or a truth.

    text   a register, or a constant
    value  of a constant
    below  of the counter of a loop, what it stays below
    """

    text: str
    kind: str = FLOAT
    value: float | int | bool | None = None
    below: int | None = None


class Numbers(NamedTuple):
    """A list: its items, or the address of the first.

    fresh  whether nothing else refers to it, so that an item may be replaced
    root   the address of the list that it is a part of, or itself; "" if that is not known
    """

    size: int
    items: tuple[Number, ...] | None = None
    address: str = ""
    kind: str = FLOAT
    fresh: bool = False
    root: str = ""


Term = Any  # Number | Numbers | tuple of these


def number(value: float) -> Number:
    """A constant.

    >>> number(1.0).text, number(True).text, number(3).text
    ('0x3FF0000000000000', 'true', '3')
    """
    if isinstance(value, bool):
        return Number(str(value).lower(), BOOL, value)
    if isinstance(value, int):
        return Number(str(value), INT, value)
    bits = 0x7FF8000000000000 if value != value else struct.unpack("<Q", struct.pack("<d", value))[0]
    return Number(f"0x{bits:016X}", FLOAT, value)


class Instructions:
    """The instructions of a function, while they are written.

    depth  in how many branches and loops the next instruction stands
    known  what has been computed where depth is 0, and holds from there on
    here   the name of the block
    ended  whether the block has returned
    """

    def __init__(self) -> None:
        self.depth = 0
        self.known: dict[Any, Term] = {}
        self.here = "first"
        self.ended = False
        self._memory: list[str] = []  # what is reserved on the stack; it stands first
        self._lines: list[str] = []
        self._registers = 0

    def text(self) -> str:
        """What has been written."""
        return "\n".join(["first:", *self._memory, *self._lines])

    def write(self, line: str) -> None:
        """Add an instruction that has no result."""
        self._lines.append(f"  {line}")

    def register(self, instruction: str) -> str:
        """Add an instruction; the register of its result."""
        self._registers += 1
        self.write(f"%r{self._registers} = {instruction}")
        return f"%r{self._registers}"

    def made(self, instruction: str, kind: str) -> Number:
        """The result of an instruction that depends on its operands alone: it is not computed a second time."""
        if instruction not in self.known:
            result = Number(self.register(instruction), kind)
            if self.depth:
                return result
            self.known[instruction] = result
        found: Number = self.known[instruction]
        return found

    def reserve(self, kind: str, count: int = 1) -> str:
        """The address of so many numbers on the stack, for as long as the function runs."""
        self._registers += 1
        self._memory.append(f"  %r{self._registers} = alloca {WORDS[kind]}, i64 {count}")
        return f"%r{self._registers}"

    def load(self, kind: str, address: str) -> Number:
        """The number at an address."""
        return Number(self.register(f"load {WORDS[kind]}, ptr {address}"), kind)

    def store(self, value: Number, address: str) -> None:
        """Keep a number at an address."""
        self.write(f"store {WORDS[value.kind]} {value.text}, ptr {address}")

    def at(self, address: str, index: Number, kind: str = FLOAT) -> str:
        """The address of an item."""
        if index.value == 0:
            return address
        return self.made(f"getelementptr {WORDS[kind]}, ptr {address}, i64 {index.text}", INT).text

    def call(self, function: str, kind: str, *operands: Number) -> Number:
        """The call of a function of LLVM's."""
        given = ", ".join([f"{WORDS[each.kind]} {each.text}" for each in operands])
        return self.made(f"call {WORDS[kind]} {function}({given})", kind)

    # ---- blocks --------------------------------------------------------------------------------------
    def label(self) -> str:
        """The name of a new block."""
        self._registers += 1
        return f"b{self._registers}"

    def begin(self, label: str) -> None:
        """Begin a block."""
        self._lines.append(f"{label}:")
        self.here, self.ended = label, False

    def jump(self, label: str) -> None:
        """End the block, and go on with another."""
        if not self.ended:
            self.write(f"br label %{label}")

    def fork(self, test: Number, then: str, otherwise: str) -> None:
        """End the block, and go on with one of two."""
        self.write(f"br i1 {test.text}, label %{then}, label %{otherwise}")

    def merged(self, ways: Sequence[tuple[Number, str]]) -> Number:
        """The number that was computed in one of several blocks."""
        kinds = {x.kind for x, _ in ways}
        if len(kinds) > 1:
            raise TranslationError(f"a number that is a {' or a '.join(sorted(kinds))} has no translation")
        kind = ways[0][0].kind
        texts = [f"[ {x.text}, %{block} ]" for x, block in ways]
        return Number(self.register(f"phi {WORDS[kind]} {', '.join(texts)}"), kind)

    def each(self, numbers: range, body: Callable[[Number], None], unrolled: bool = False) -> None:
        """Repeat code for each of some numbers: in a loop, unless it is unrolled."""
        if unrolled or len(numbers) < 2 or numbers.step != 1:
            for known in numbers:
                body(number(known))
            return
        counter = self.reserve(INT)
        self.store(number(numbers.start), counter)
        inside, after = self.label(), self.label()
        self.jump(inside)
        self.begin(inside)
        self.depth += 1
        k = self.load(INT, counter)
        body(k._replace(below=numbers.stop))
        if not self.ended:
            following = Number(self.register(f"add nuw nsw i64 {k.text}, 1"), INT)
            self.store(following, counter)
            self.fork(Number(self.register(f"icmp ult i64 {following.text}, {numbers.stop}"), BOOL), inside, after)
            self.begin(after)
        self.depth -= 1
