"""The player page: one HTML file with everything in it, that asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

from microgrand.drawing.fitting import fitted
from microgrand.drawing.look import Look
from microgrand.drawing.render import svg
from microgrand.drawing.view import View
from microgrand.walk.scene import DELTA, VALUE, Frame, Scene
from microgrand.walk.step import ARROWS


def page(
    title: str, scenes: Sequence[Scene], opens: Sequence[dict[str, int]], losses: Sequence[float], most: int
) -> str:
    """The page.

    scenes  the drawings, of which one is shown at a time
    opens   for each scene, which box of a layer leads to which scene
    losses  the cost before each iteration of a descent and after the last; empty where there is none
    most    how many bytes it may have: those scenes that do not fit are left out, but never the first
    """
    shown = _fitting(scenes, most)
    leads = [{box: k for box, k in each.items() if k < len(shown)} for each in opens[: len(shown)]]
    data = {"scenes": [{**scene, "opens": each} for (_, scene), each in zip(shown, leads, strict=True)]}
    style, script = _asset("player.css"), _asset("player.js")
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    stages = "\n".join([stage for stage, _ in shown])
    titles = [escape(scene.title) for scene in scenes[: len(shown)]]
    choices = "".join([f'<option value="{k}">{each}</option>' for k, each in enumerate(titles)])
    several = "" if len(shown) > 1 else " hidden"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
<h1>{escape(title)}</h1>
<div class="controls">
<button id="previous" type="button" aria-label="previous step">◀</button>
<button id="play" type="button" aria-pressed="false">▶ play</button>
<button id="next" type="button" aria-label="next step">▶</button>
<input id="slider" type="range" min="0" max="0" value="0" aria-label="step">
<span class="count" id="count"></span>
<label>speed <select id="speed"><option value="2400">slow</option><option value="1200" selected>normal</option>
<option value="400">fast</option></select></label>
<label{several}>shown <select id="scene">{choices}</select></label>
</div>
<div class="said" id="said">
<output aria-live="polite"><p class="sentence" id="sentence"></p></output>
<p class="formula" id="formula"></p>
</div>
<div class="stages">
{stages}
{_loss_curve(losses)}
</div>
<p class="keys">▶ computes a value, ◀ a δ: how much the result changes, per unit of that box. Arrow keys step, Home and
End jump; a click on a box leads to the step that computes its δ{", on a layer into it" if len(shown) > 1 else ""}.</p>
<script type="application/json" id="data">{_embedded(data)}</script>
<script>{script}</script>
</body>
</html>
"""


def final_picture(scene: Scene) -> str:
    """The scene after its last step, as SVG."""
    written = {(box, field): text for frame in scene.frames for box, field, text in frame.written}
    boxes = [
        box._replace(value=written.get((box.id, VALUE), box.value), delta=written.get((box.id, DELTA), box.delta))
        for box in scene.view.boxes
    ]
    return _drawn(scene.view._replace(boxes=tuple(boxes)))


def _fitting(scenes: Sequence[Scene], most: int) -> list[tuple[str, dict[str, Any]]]:
    """The drawings and the data of as many scenes as fit into so many bytes; each is drawn once, and looked at."""
    shown: list[tuple[str, dict[str, Any]]] = []
    size = len((_asset("player.css") + _asset("player.js")).encode())
    for k, scene in enumerate(scenes):
        stage, data = _stage(scene, k), _scene(scene)
        size += len(stage.encode()) + len(_embedded(data).encode())
        if shown and size > most:
            break
        shown.append((stage, data))
    return shown


def _drawn(view: View) -> str:
    fit = fitted(view, Look())
    return svg(fit.dot, view.title, fit.shifts)


def _stage(scene: Scene, number: int) -> str:
    """The drawing of a scene, inside the page: its ids are told apart from those of other scenes."""
    root = ElementTree.fromstring(_drawn(scene.view).replace(' xmlns="http://www.w3.org/2000/svg"', "", 1))
    for element in root.iter():
        if "id" in element.attrib:
            element.set("id", f"s{number}-{element.attrib['id']}")
    for title in root.findall("title") + root.findall("g/title"):
        title.text = ""  # it would follow the pointer everywhere
    root.set("aria-label", scene.view.title)
    hidden = " hidden" if number > 0 else ""
    drawn = ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)
    return f'<div class="stage" id="stage{number}"{hidden}>{drawn}</div>'


def _scene(scene: Scene) -> dict[str, Any]:
    boxes = {box.id: box.words for box in scene.view.boxes if box.kind not in ("reference", "more")}
    for frame in scene.frames:
        if frame.step.direction == "forward" and frame.round == 0 and len(frame.step.nodes) <= 1:
            boxes[frame.boxes[0]] = frame.step.formula.text
    return {
        "boxes": boxes,
        "blank": scene.blank,
        "frames": [_frame(frame) for frame in scene.frames],
    }


def _frame(frame: Frame) -> dict[str, Any]:
    return {
        "direction": frame.step.direction,
        "mark": ARROWS[frame.step.direction],
        "boxes": frame.boxes,
        "arrows": frame.arrows,
        "written": frame.written,
        "sentence": frame.step.sentence,
        "text": frame.step.formula.text,
        "formula": _tree(frame.step.formula.tree()),
        "round": frame.round,
    }


def _tree(element: ElementTree.Element) -> list[Any]:
    return [element.tag, element.attrib, element.text or "", [_tree(child) for child in element]]


def _embedded(data: Any) -> str:
    """JSON that can stand inside a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _loss_curve(losses: Sequence[float]) -> str:
    """The cost against the iteration, a point for each that is finite."""
    if not losses:
        return ""
    last = len(losses) - 1
    points = {k: (30 + 200 * k / max(last, 1), 150 - 130 * height) for k, height in _heights(losses).items()}
    line = " ".join([f"{x:.1f},{y:.1f}" for x, y in points.values()])
    dots = "".join([f'<ellipse id="loss{k}" cx="{x:.1f}" cy="{y:.1f}" rx="4" ry="4"/>' for k, (x, y) in points.items()])
    return (
        f'<div class="loss"><svg viewBox="0 0 250 190" role="img" aria-label="{escape(_course(losses))}">'
        f'<text x="30" y="14">cost C(θ)</text><polyline class="axis" points="30,20 30,150 235,150"/>'
        f'<polyline points="{line}"/>{dots}<text x="30" y="168">iteration 0 … {last}</text>'
        f'<text x="30" y="184">{losses[0]:.4g} → {losses[-1]:.4g}</text></svg></div>'
    )


def _heights(losses: Sequence[float]) -> dict[int, float]:
    """Where each finite cost lies between the axis, 0, and the top, 1, by its iteration; the axis is at 0 or below."""
    finite = {k: loss for k, loss in enumerate(losses) if loss - loss == 0.0}
    scale = max([abs(loss) for loss in finite.values()], default=0.0) or 1.0
    shares = {k: loss / scale for k, loss in finite.items()}  # a difference of costs themselves may overflow
    low, high = min([0.0, *shares.values()]), max(shares.values(), default=0.0)
    return {k: (share - low) / ((high - low) or 1.0) for k, share in shares.items()}


def _course(losses: Sequence[float]) -> str:
    """What the cost does, in words."""
    first, last = losses[0], losses[-1]
    does = "falls" if last < first else "rises" if last > first else "stays" if last == first else "goes"
    iterations = "1 iteration" if len(losses) == 2 else f"{len(losses) - 1:,} iterations"
    return f"the cost {does} from {first:.4g} to {last:.4g} in {iterations}"


def _asset(name: str) -> str:
    return (files("microgrand.walk") / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
