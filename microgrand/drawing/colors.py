"""The colours of pictures, light, dark and grey, and how one that is light turns dark where the reader's screen is.

Kinds of boxes differ in shape, and lines in thickness and dashes: colour never stands alone. The hues are Okabe and
Ito's, which remain apart for the colour-blind.
"""

from __future__ import annotations

from typing import NamedTuple


class Palette(NamedTuple):
    """One colour for each role.

    ground     behind everything, and in boxes of computed nodes
    ink        text in boxes
    quiet      text on frames and below the picture
    line       outlines of boxes
    edge       arrows
    frame      frames around layers
    partial    text on arrows
    leaf, parameter, root, layer, more  the insides of such boxes
    lit        what is lit
    unlit      the lines of what is not, where something is
    unlit_ink  the text of that
    value, delta  the numbers at the sides of wires: the two differ in grey, too
    """

    ground: str
    ink: str
    quiet: str
    line: str
    edge: str
    frame: str
    partial: str
    leaf: str
    parameter: str
    root: str
    layer: str
    more: str
    lit: str
    unlit: str
    unlit_ink: str
    value: str
    delta: str


LIGHT = Palette(
    ground="#ffffff", ink="#111111", quiet="#444444", line="#333333", edge="#666666", frame="#808080",
    partial="#a34400", leaf="#dcebf7", parameter="#d9f0e5", root="#fbe3c8", layer="#eeeeee", more="#f5f5f5",
    lit="#c04a00", unlit="#8c8c8c", unlit_ink="#6f6f6f", value="#001c38", delta="#bb4a00",
)  # fmt: skip
DARK = Palette(
    ground="#15191e", ink="#e6edf3", quiet="#b4bec9", line="#9aa5b1", edge="#8b96a1", frame="#7a848f",
    partial="#f0a35e", leaf="#17364d", parameter="#143d2b", root="#4a3205", layer="#2d343c", more="#20262d",
    lit="#e69f00", unlit="#6b7580", unlit_ink="#8f9aa5", value="#f2f8ff", delta="#cc7a22",
)  # fmt: skip
GREY = Palette(
    ground="#ffffff", ink="#111111", quiet="#444444", line="#333333", edge="#666666", frame="#808080",
    partial="#4d4d4d", leaf="#f0f0f0", parameter="#d4d4d4", root="#fafafa", layer="#e2e2e2", more="#f5f5f5",
    lit="#000000", unlit="#8c8c8c", unlit_ink="#6f6f6f", value="#000000", delta="#6a6a6a",
)  # fmt: skip
_PALETTES = {"auto": LIGHT, "light": LIGHT, "dark": DARK, "grey": GREY}
ADAPTING = "microgrand-auto"  # the class of pictures that follow the reader's screen


def palette(colors: str) -> Palette:
    """The colours that a picture is drawn in; "auto" is drawn light."""
    return _PALETTES[colors]


def stylesheet(colors: str) -> str:
    """The rules by which a light picture turns dark on a dark screen, but not on paper; "" for all but "auto"."""
    if colors != "auto":
        return ""
    rules = [
        f'.{ADAPTING} [{what}="{light}"]{{{what}:{dark}}}'
        for light, dark in dict(zip(LIGHT, DARK, strict=True)).items()
        for what in ("fill", "stroke")
    ]
    return f"@media screen and (prefers-color-scheme:dark){{{''.join(rules)}}}"
