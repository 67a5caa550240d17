"""Texts as the page shows them, no longer than it can; and columns as its editor counts them."""

FILE = "<editor>"
MOST_TEXT = 20_000  # characters of what is shown as text
MORE = "\n… more is not shown"
BRACKETS = {list: "[]", tuple: "()", set: "{}", frozenset: ("frozenset({", "})"), dict: "{}"}


def pieces(value, around=()):
    """What Python prints of a value, piece by piece: of a long list no more is made than is shown.

    around  the ids of the containers that the value is in
    """
    kind = type(value)
    if kind not in BRACKETS or not value:
        yield text_of(value)
        return
    opened, closed = BRACKETS[kind]
    if id(value) in around:
        yield f"{opened}...{closed}"
        return
    inside = (*around, id(value))
    for number, item in enumerate(value):
        yield ", " if number else opened
        yield from pieces(item, inside)
        if kind is dict:
            yield ": "
            yield from pieces(value[item], inside)
    yield f",{closed}" if kind is tuple and len(value) == 1 else closed


def text_of(value):
    """The repr; a Report and a Program print more than that, and text is quoted only as far as it is shown."""
    if type(value) in (str, bytes):
        return repr(value[: MOST_TEXT + 1])
    return str(value) if str(type(value).__module__).startswith("microgrand.") else repr(value)


def shortened(parts):
    """The parts as one text, which ends where it gets too long."""
    found, size = [], 0
    for part in parts:
        found.append(part)
        size += len(part)
        if size > MOST_TEXT:
            return "".join(found)[: MOST_TEXT - len(MORE)] + MORE
    return "".join(found)


def utf16_column(text, line, offset):
    """The column as the editor counts it, in units of UTF-16 from 1, at so many bytes from the line's beginning."""
    return units(before(text, line, offset)) + 1


def before(text, line, offset):
    """What stands in a line before an offset in bytes of UTF-8, in which Python counts columns."""
    return text[line - 1].encode()[:offset].decode(errors="ignore")


def units(text):
    """How many units of UTF-16 a text has."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
