"""Laws of the names in drawings: the caller's own, and harmless whatever they are."""

import random
import re

import pytest
from drawings import harmless, headings, texts
from hypothesis import given
from hypothesis import strategies as st

from microgrand import Layer, Primitive, Sequential, Value, draw


def test_nodes_are_called_as_the_caller_calls_them():
    """A node without a name has that of the caller's first variable for it, none with a leading underscore; a name of
    its own comes first, one that is given in the call before that; `names={}` turns the variables off.
    """
    first = Value(1.0)
    second = first  # noqa: F841
    _hidden = Value(2.0)
    called = Value(3.0, name="own")
    y = first * _hidden + called
    assert headings(draw(y)) == ["first", "z₂", "z₃ = first·z₂", "own", "y = z₃ + own"]
    assert headings(draw(y, names={})) == ["z₁", "z₂", "z₃ = z₁·z₂", "own", "z₅ = z₃ + own"]
    some = draw(y, names={"p": called, "q": _hidden, "n": 3})
    assert headings(some) == ["first", "q", "z₃ = first·q", "p", "y = z₃ + p"]
    assert headings(draw(y, names={"v": [first, _hidden]}))[:2] == ["v₁", "v₂"]


def test_only_the_calling_frame_is_looked_at():
    """Variables of functions further out name nothing."""
    outer = Value(1.0)

    def inner(value):
        return headings(draw(value))

    assert inner(-outer) == ["z₁", "value = -z₁"]


@pytest.mark.parametrize("names", [3, ["x"], {1: Value(1.0)}])
def test_names_are_a_mapping_from_strings(names):
    """Anything else is refused in a sentence."""
    with pytest.raises(TypeError, match="names"):
        draw(Value(1.0), names=names)


HOSTILE = ['"', "\\", "\\N", "\\G", "\\l", "<b>x</b>", "</script>", "&lt;", "&amp;", "&#x3c;", "a|b", "{a}", "a->b",
           "x\ny", "\t", "é😀", "\u202eabc", '"];evil[', '\\"', "<", ">", "%s{}", "\x00\x1b", "\r", "\ufffe", "\ud800",
           "שלום", "]]>", "<!--", "javascript:", "' onload='x", " ", "URL=x"]  # fmt: skip


def as_shown(name):
    shown = re.sub(
        "[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "\ufffd", name.replace("\t", " ").replace("\n", "↵")
    )
    return shown if len(shown) <= 40 else shown[:39] + "…"


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_hostile_names_come_back_verbatim(name):
    """Quotes, backslashes, entities, tags, record characters: shown as they are, control characters as U+FFFD,
    a line's end as ↵.
    """
    x = Value(1.0, name=name)
    for drawing in (draw(x), draw(x, depth=1).beside(draw(x), (name, name))):
        assert as_shown(name) in [text.replace("\xa0", " ") for text in texts(drawing)]
        assert as_shown(name) in str(drawing)


def test_hundreds_of_hostile_names_inject_nothing():
    """400 names made of hostile pieces: each comes back verbatim as a leaf, in a sum and in a layer, long ones with
    an ellipsis, and the SVG has no element but groups, shapes and texts, no link, no handler.
    """
    chance = random.Random(5)
    for _ in range(20):
        names = ["".join(chance.choices(HOSTILE, k=chance.choice([1, 2, 3, 12, 2_500]))) for _ in range(20)]
        root = Value(0.0)
        for name in names:
            root = root + Value(1.0, name=name)
        drawing = draw(root, names={"root": root, names[0]: root})
        shown = [text.replace("\xa0", " ") for text in texts(drawing)]
        for name in names:
            assert as_shown(name) in shown, ascii(name)
        harmless(drawing.svg())


@given(st.text(min_size=1, max_size=30))
def test_any_name_is_harmless(name):
    """Any text as a name gives well-formed SVG with one node and no element but groups, shapes and text."""
    svg = draw(Value(1.0, name=name)).svg()
    harmless(svg)
    assert svg.count("<g ") == draw(Value(1.0, name="x")).svg().count("<g ")


def test_hostile_layers_and_rows_inject_nothing():
    """A layer's symbol and a row's documentation are text like any other."""
    wild = Primitive("wild", lambda x: 2.0 * x, lambda z, x: 2.0, doc='"]; <script>\x1b</script>')

    class Wild(Layer):
        symbol = '</title><script>"|{'

        def forward(self, z):
            return [wild(each) for each in z]

        def __repr__(self):
            return '"><a href="x">'

    z = Sequential(Wild(), Wild())([Value(1.0)])[0]
    for depth in (1, 2):
        harmless(draw(z, depth=depth).svg())
    assert '</title><script>"|{' in [text.replace("\xa0", " ") for text in texts(draw(z, depth=1))]
    assert "\x1b" not in str(draw(z)) + draw(z).dot
