"""The gallery of the documentation: its page, its pictures, and the script that draws them."""

import importlib.util
import re
import struct
import warnings
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
SPEC = importlib.util.spec_from_file_location("draw_gallery", DOCS / "draw_gallery.py")
gallery = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(gallery)

PAGE = gallery.PAGE.read_text(encoding="utf-8")
SHOWN = re.findall(r"\[!\[([^]]+)\]\((pictures/gallery/[\w-]+)\.png\)\]\((\S+)\.svg\)", PAGE)
FILES = sorted(gallery.FOLDER.iterdir())


def size_of(png):
    """Width and height, from the first bytes of a PNG."""
    return struct.unpack(">2I", png.read_bytes()[16:24])


def test_the_page_shows_every_picture_once_and_links_it_as_svg():
    """The page shows the PNGs of the folder, each once, and each links to the SVG of the same name."""
    assert [path for _, path, _ in SHOWN] == [link for _, _, link in SHOWN]
    assert sorted(f"{path}{ending}" for _, path, _ in SHOWN for ending in (".png", ".svg")) == [
        path.relative_to(DOCS).as_posix() for path in FILES
    ]
    assert PAGE.count("pictures/gallery/") == 2 * len(SHOWN)


def test_each_network_is_drawn_in_four_ways():
    """By hand, by torchviz, by torchview, and at least once by microgrand; other pictures there are none."""
    networks = {name.partition("-")[0] for name in gallery.PICTURES}
    assert len(networks) == 6
    others = {f"{network}-{tool}" for network in networks for tool in ("by-hand", "torchviz", "torchview")}
    assert {path.stem for path in FILES} == others | set(gallery.PICTURES)


def test_every_picture_is_told_in_words():
    """Each has an alternative text of its own, a sentence and not a name."""
    told = [words for words, _, _ in SHOWN]
    assert len(set(told)) == len(told)
    assert [words for words in told if len(words.split()) < 8] == []


def test_pictures_are_small_files():
    """None has more than 200 kB."""
    assert [path.name for path in FILES if path.stat().st_size > 200_000] == []


@pytest.mark.parametrize("name", gallery.PICTURES)
def test_pictures_are_drawn_as_microgrand_draws_now(name):
    """The SVG is, to the letter, what the script draws; `python docs/draw_gallery.py` draws all of them anew."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        drawn = gallery.PICTURES[name]().svg()
    assert drawn == (gallery.FOLDER / f"{name}.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted({path.stem for path in FILES}))
def test_a_png_has_two_pixels_for_each_of_the_page(name):
    """It is as wide as its place on the page, twice over, and as high as its SVG is when shown there."""
    _, width, height, _, _ = gallery.measured(gallery.FOLDER / f"{name}.svg")
    place = gallery.shown(name)
    across, down = size_of(gallery.FOLDER / f"{name}.png")
    assert across == 2 * place
    assert down == pytest.approx(2 * height * min(1.0, place / width), abs=4)


def test_the_table_of_sizes_is_measured():
    """The page has the table that the script measures in the SVGs."""
    assert f"<!-- sizes -->\n\n{gallery.table_of_sizes()}\n\n<!-- end of sizes -->" in PAGE


def test_text_in_a_scaled_part_is_measured_as_it_is_shown(tmp_path):
    """Sizes are multiplied by every scale around the text; what is wider than its column shrinks."""
    picture = tmp_path / "scaled-by-hand.svg"
    picture.write_text(
        '<svg width="600pt" height="30pt" viewBox="0 0 600 30"><g transform="scale(0.5 0.5)" font-size="24">'
        '<text>a</text><g class="node"><path stroke="none"/></g><g class="node x"><path stroke="#333"/></g></g></svg>'
    )
    boxes, width, height, in_column, on_page = gallery.measured(picture)
    assert (boxes, width, height) == (1, 800, 40)
    assert (in_column, on_page) == pytest.approx((16.0, 8.0))
