"""Laws of equal layers in a row: they are one box, which tells how many they are, and can be opened."""

import random

import pytest
from drawings import headings

from microgrand import Layer, Linear, Sequential, Tanh, draw
from microgrand.drawing.repeats import FEWEST


class Block(Layer):
    """A residual block."""

    def __init__(self, inner):
        self.inner = inner

    def forward(self, z):
        return [zi + change for zi, change in zip(z, self.inner(z), strict=True)]


def linear(size=3, outputs=None):
    return Linear(size, outputs or size, rng=random.Random(size))


def output(*layers):
    return Sequential(*layers, linear(3, 1))([1.0, -2.0, 0.5])[0]


def layers(drawing):
    return [(box.heading, box.value) for box in drawing.view.boxes if box.kind == "layer"]


def test_equal_blocks_are_one_box():
    """Twelve residual blocks are one, between what leads into the first and what the last one makes."""
    drawing = draw(output(*[Block(linear()) for _ in range(12)]), depth=1, names={})
    assert layers(drawing) == [("Block × 12", "3 → 3"), ("linear", "3 → 1")]
    box = next(box.id for box in drawing.view.boxes if box.heading == "Block × 12")
    ends = {each.id: each.heading for each in drawing.view.boxes}
    assert [ends[arrow.tail] for arrow in drawing.view.arrows if arrow.head == box] == ["z¹"]
    assert [ends[arrow.head] for arrow in drawing.view.arrows if arrow.tail == box] == ["z¹³"]
    assert 'equal layers in a row are one box; expand="Block × 12" shows each' in drawing.view.notes


def test_layers_that_alternate_are_one_box():
    """So are layers that repeat together: linear and tanh, six times."""
    drawing = draw(output(*[layer for _ in range(6) for layer in (linear(), Tanh())]), depth=1)
    assert layers(drawing) == [("(linear → tanh) × 6", "3 → 3"), ("linear", "3 → 1")]


@pytest.mark.parametrize("times", [FEWEST - 1, FEWEST])
def test_few_equal_layers_stay(times):
    """Three equal layers are three boxes, four are one."""
    drawing = draw(output(*[Block(linear()) for _ in range(times)]), depth=1)
    assert len(layers(drawing)) == (times + 1 if times < FEWEST else 2)


def test_only_equal_layers_are_one_box():
    """Layers of another class or other sizes stay apart, and so do those whose values something else uses."""
    mixed = output(
        *[Block(linear()) for _ in range(4)], linear(3, 4), *[Block(linear(4)) for _ in range(4)], linear(4, 3)
    )
    assert [name for name, _ in layers(draw(mixed, depth=1))] == [
        "Block × 4",
        "linear",
        "Block × 4",
        "linear",
        "linear",
    ]
    growing = [linear(size, size + 1) for size in (3, 4, 5, 6)]
    assert [name for name, _ in layers(draw(output(*growing, linear(7, 3)), depth=1))] == ["linear"] * 6
    first = [Block(linear()) for _ in range(4)]
    z = Sequential(*first)([1.0, -2.0, 0.5])
    skipping = [a + b for a, b in zip(Sequential(*[Block(linear()) for _ in range(4)])(z), z, strict=True)]
    names = [name for name, _ in layers(draw(skipping[0] + skipping[1], depth=1))]
    assert all(name in ("Block", "Block × 4", "network") for name in names)


def test_a_block_that_is_used_again_and_again_is_one_box():
    """One layer that is called five times is one box, and its parameters, which nothing else uses, are inside."""
    block = Block(linear())
    drawing = draw(output(*[block] * 5), depth=1)
    assert layers(drawing)[0] == ("Block × 5", "3 → 3")
    assert len([box for box in drawing.view.boxes if box.kind == "parameter"]) == 1


def test_a_run_can_be_opened():
    """`expand` shows each of the equal layers, and the rest as it was; what is no run here is refused."""
    root = output(*[Block(linear()) for _ in range(5)])
    opened = draw(root, depth=1, expand="Block × 5")
    assert [name for name, _ in layers(opened)] == ["Block"] * 5 + ["linear"]
    assert "z³" in headings(opened)
    with pytest.raises(ValueError, match=r"expand names 'Block × 6', which is not .*; here it may name Block × 5$"):
        draw(root, depth=1, expand="Block × 6")
    with pytest.raises(ValueError, match=r"no equal layers follow each other here$"):
        draw(output(linear()), depth=1, expand="Block × 5")


def test_a_layer_that_is_opened_stays_out_of_the_box():
    """The third of nine blocks is shown in steps; the next one, whose input is then several boxes, stays apart as well,
    and the other five are one.
    """
    blocks = [Block(linear()) for _ in range(9)]
    drawing = draw(output(*blocks), depth=1, expand=[blocks[2]])
    assert [name for name, _ in layers(drawing) if name.startswith("Block")] == ["Block"] * 3 + ["Block × 5"]


def test_every_arrow_has_two_boxes():
    """No arrow is left of what is inside, and the picture can be drawn, lit or not."""
    first = linear()
    root = output(first, Tanh(), *[layer for _ in range(4) for layer in (linear(), Tanh())])
    drawing = draw(root, depth=1)
    ids = {box.id for box in drawing.view.boxes}
    assert all({arrow.tail, arrow.head} <= ids for arrow in drawing.view.arrows)
    assert drawing.svg().count('class="edge"') == len(drawing.view.arrows)
    lit = draw(root, depth=1, to=first.parameters()[0])
    assert [box.lit for box in lit.view.boxes if box.heading.startswith("(")] == [True]
