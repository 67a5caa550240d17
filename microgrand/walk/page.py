"""The player page: one HTML file with everything in it, that asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from importlib.resources import files
from string import Template
from xml.etree import ElementTree

from microgrand.drawing.fitting import fitted
from microgrand.drawing.look import Look
from microgrand.drawing.render import svg
from microgrand.drawing.view import View
from microgrand.progress import Progress, progress
from microgrand.walk.page_data import PageData, Story, embedded
from microgrand.walk.scene import Scene, written_on

MOST_TURNED = 60  # boxes of a drawing that the page has in two directions
STYLES = ("player", "panel")
SCRIPTS = (
    "figures", "formulas", "numbers", "view", "theme", "keys", "print", "story", "flow", "leaves", "nudge", "training",
    "predict", "main",
)  # fmt: skip


def page(story: Story, most: int) -> str:
    """The page.

    most  how many bytes it may have: those scenes that do not fit are left out, but never the first
    """
    data = PageData(story)
    with progress("writing the page", [scene.title for scene in story.scenes]) as task:
        stages = _fitting(story, data, most, task)
    style = "".join([_asset(f"{name}.css") for name in STYLES])
    script = "\n".join(['"use strict";', data.function(), *[_asset(f"{name}.js") for name in SCRIPTS]])
    return Template(_asset("page.html")).substitute(
        title=escape(story.title),
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'",
        style=style,
        stages="\n".join(stages),
        data=embedded(data.whole(len(stages))),
        script=script,
    )


def final_picture(scene: Scene) -> str:
    """The scene after its last step, as SVG."""
    last = {(each.name, each.line): each.text for frames in scene.rounds for frame in frames for each in frame.written}
    return _drawn(written_on(scene.view, last))


def _fitting(story: Story, data: PageData, most: int, task: Progress) -> list[str]:
    """The drawings of as many scenes as fit into so many bytes; each is drawn once, with room for all its scenes."""
    stages: list[str] = []
    size = sum([len(_asset(f"{name}.js").encode()) for name in SCRIPTS])
    for k, scene in enumerate(story.scenes):
        drawn = scene.drawing == k
        stage = "\n".join([_stage(scene, k, *turned) for turned in _turned(scene)]) if drawn else ""
        size += len(stage.encode()) + data.add()
        if stages and size > most:
            break
        stages.append(stage)
        task.next()
    return stages


def _drawn(view: View) -> str:
    fit = fitted(view, Look())
    return svg(fit.dot, view.title, fit.shifts)


def _turned(scene: Scene) -> list[tuple[str, str]]:
    """The drawing from left to right, and, with a "t", from above: the page shows the one that fits better.

    A large graph is drawn once, as every drawing of it takes long.
    """
    looks = {"": Look(direction="LR", width=None), "t": Look(direction="TB", width=None)}
    ways = list(looks) if len(scene.view.boxes) <= MOST_TURNED else [""]
    trials = [(way, fitted(scene.view, looks[way])) for way in ways]
    return [(way, svg(trial.dot, scene.view.title, trial.shifts)) for way, trial in trials]


def _stage(scene: Scene, number: int, way: str, drawn: str) -> str:
    """The drawing of a scene, inside the page: its ids are told apart from those of others, its numbers are unknown."""
    root = ElementTree.fromstring(drawn.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1))
    roles = {box.id: box.kind for box in scene.view.boxes}
    blank: dict[str, dict[int, str]] = {}
    for each in scene.blank:
        blank.setdefault(each.name, {})[each.line] = each.text
    for element in root.iter("g"):
        name = element.get("id", "")
        if name in roles:
            element.set("data-role", roles[name])
        for line, text in enumerate(element.findall(".//text") if name in blank else []):
            text.text = blank[name].get(line, text.text)
    _in_order(root, scene)
    for element in root.iter():
        if "id" in element.attrib:
            element.set("id", f"s{number}{way}-{element.attrib['id']}")
        coloured = [name for name in ("fill", "stroke") if element.get(name, "none") not in ("none", "transparent")]
        for name in (*coloured, "font-family"):
            element.attrib.pop(name, None)  # the page has its own
    for path in root.iterfind(".//g[@class='edge']//path"):
        path.attrib.pop("stroke-dasharray", None)  # that nothing comes back along it is to be found out
    for parent in [root, *root.iter("g")]:
        for title in parent.findall("title"):
            parent.remove(title)  # it would tell numbers before their time
    root.attrib.pop("role", None)
    inside = ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)
    return f'<div class="stage" id="stage{number}{way}" hidden>{inside}</div>'


def _in_order(root: ElementTree.Element, scene: Scene) -> None:
    """Put the boxes in the order in which the story computes them: so they are read, and so keys reach them."""
    turns: dict[str, tuple[int, bool, int]] = {}  # a layer's box, which no step computes, stands where it is used
    for k, frame in enumerate(scene.rounds[0]):
        for place, name in enumerate(frame.boxes):
            turns.setdefault(name, (k, place < frame.made, place))
    last = len(scene.rounds[0]), True, 0
    graph = root.find("g")
    assert graph is not None  # an engine draws a graph
    boxes = sorted(graph.findall("g[@class='node']"), key=lambda box: turns.get(box.get("id", ""), last))
    for box in boxes:
        graph.remove(box)
    graph.extend(boxes)


def _asset(name: str) -> str:
    return (files("microgrand.walk") / "player" / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
