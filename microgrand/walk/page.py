"""The player page: one HTML file with everything in it, that asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from importlib.resources import files
from string import Template
from xml.etree import ElementTree

from microgrand.drawing.fitting import Trial, fitted
from microgrand.drawing.look import Look
from microgrand.drawing.render import svg
from microgrand.drawing.view import View
from microgrand.walk.page_data import Story, embedded, size_of, told
from microgrand.walk.scene import Scene, written_on

MOST_TURNED = 60  # boxes of a drawing that the page has in two directions
SCREEN = (700.0, 430.0)  # points that a drawing has on most screens
STYLES = ("player", "panel")
SCRIPTS = (
    "figures", "formulas", "numbers", "view", "theme", "keys", "print", "story", "flow", "leaves", "nudge", "training",
    "predict", "main",
)  # fmt: skip


def page(story: Story, most: int) -> str:
    """The page.

    most  how many bytes it may have: those scenes that do not fit are left out, but never the first
    """
    stages = _fitting(story, most)
    data, function = told(story, len(stages))
    style = "".join([_asset(f"{name}.css") for name in STYLES])
    script = "\n".join(['"use strict";', function, *[_asset(f"{name}.js") for name in SCRIPTS]])
    return Template(_asset("page.html")).substitute(
        title=escape(story.title),
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'",
        style=style,
        stages="\n".join(stages),
        data=embedded(data),
        script=script,
    )


def final_picture(scene: Scene) -> str:
    """The scene after its last step, as SVG."""
    last = {(each.name, each.line): each.text for frames in scene.rounds for frame in frames for each in frame.written}
    return _drawn(written_on(scene.view, last))


def _fitting(story: Story, most: int) -> list[str]:
    """The drawings of as many scenes as fit into so many bytes; each is drawn once, with room for all its scenes."""
    stages: list[str] = []
    size = sum([len(_asset(f"{name}.js").encode()) for name in SCRIPTS])
    for k, scene in enumerate(story.scenes):
        drawn = scene.drawing == k
        stage = "\n".join([_stage(scene, k, *turned) for turned in _turned(scene)]) if drawn else ""
        size += len(stage.encode()) + size_of(story, k)
        if stages and size > most:
            break
        stages.append(stage)
    return stages


def _drawn(view: View) -> str:
    fit = fitted(view, Look())
    return svg(fit.dot, view.title, fit.shifts)


def _turned(scene: Scene) -> list[tuple[str, str]]:
    """The drawing from left to right, and, with a "t", from above: the page shows the one that fits better.

    Of a large graph only that which fits better on most screens.
    """
    looks = {"": Look(direction="LR", width=None), "t": Look(direction="TB", width=None)}
    trials = {way: fitted(scene.view, look) for way, look in looks.items()}
    ways = list(trials) if len(scene.view.boxes) <= MOST_TURNED else [max(trials, key=lambda way: _scale(trials[way]))]
    return [(way, svg(trials[way].dot, scene.view.title, trials[way].shifts)) for way in ways]


def _scale(trial: Trial) -> float:
    """How large the drawing is on a screen, as far as it is known."""
    if trial.layout is None:
        return 0.0
    return min(SCREEN[0] / (trial.layout.width or 1.0), SCREEN[1] / (trial.layout.height or 1.0))


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
    for element in root.iter():
        if "id" in element.attrib:
            element.set("id", f"s{number}{way}-{element.attrib['id']}")
    for parent in [root, *root.iter("g")]:
        for title in parent.findall("title"):
            parent.remove(title)  # it would tell numbers before their time
    root.attrib.pop("role", None)
    inside = ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)
    return f'<div class="stage" id="stage{number}{way}" hidden>{inside}</div>'


def _asset(name: str) -> str:
    return (files("microgrand.walk") / "player" / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
