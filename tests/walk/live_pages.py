"""What tests of live pages share: what a page shows at every step, what Python would show there, and how they differ."""

# ruff: noqa: E501  a line of JavaScript is one line

import re

from microgrand.walk.live import Figure

NUMBER = re.compile(r"(?<![₀-₉\w.])\d+(?:\.\d+)?(?:e[+-]\d+|·10-?\d+)?|∞|NaN")
WRITTEN_DIGITS = 4  # of what an arrow carries

# Everything that a page says, in each scene at each step: the lines that it writes, what it says, what arrows carry.
# What takes time, and says nothing, is left out: where things stand, and the address.
SHOWN = """() => {
    const kept = [window.reveal, window.remember, window.freePlace];
    window.reveal = window.remember = () => {};
    window.freePlace = () => [0, 0];
    const found = data.scenes.map((each, k) => shownIn(k));
    [window.reveal, window.remember, window.freePlace] = kept;
    return found;

    function shownIn(k) {
        openScene(k);
    return frames().slice(first()).map((frame, i) => {
        show(i + first(), true);
        const lines = frame.written.map(([name, line]) => part(name)?.querySelectorAll("text")[line]?.textContent ?? null);
        return {
            lines,
            sentence: document.getElementById("sentence").textContent,
            formula: document.querySelector("#formula math")?.textContent ?? "",
            carried: [...stage().querySelectorAll(".carried")].map((text) => text.textContent),
        };
    });
    }
}"""

CHANGE = """([name, text]) => {
    const choice = document.getElementById("leafname"), field = document.getElementById("leafnumber");
    choice.value = String(data.leaves.findIndex((leaf) => leaf.name === name));
    choice.dispatchEvent(new Event("input"));
    field.value = text;
    field.dispatchEvent(new Event("change"));
}"""

SLIDE = """([name, share]) => {
    const choice = document.getElementById("leafname"), slider = document.getElementById("leafslider");
    const place = data.leaves.findIndex((leaf) => leaf.name === name);
    choice.value = String(place);
    choice.dispatchEvent(new Event("input"));
    slider.value = String(1000 * share);
    slider.dispatchEvent(new Event("input"));
    return start[place];
}"""


def change(page, name, x):
    """Type a number into the field of a leaf."""
    page.evaluate(CHANGE, [name, repr(x)])


def slide(page, name, share):
    """Move the slider of a leaf to a part of its length; returns the number that the leaf has then."""
    return page.evaluate(SLIDE, [name, share])


def shown(page):
    """For each scene of a page, for each step, what it shows."""
    return page.evaluate(SHOWN)


def expected(walk, iteration=0, live=True):
    """The same, as Python computes it; what a step says is said in the words of the first iteration.

    live  whether the page computes by itself: then a step that gives the numbers of leaves has no formula
    """
    return [
        [
            _frame(frame, scene.terms[iteration], said.step.sentence, not (live and frame.given))
            for frame, said in zip(scene.rounds[iteration], scene.rounds[0], strict=True)
            if iteration == 0 or not frame.given
        ]
        for scene in walk.scenes
        if iteration < len(scene.rounds)
    ]


def _frame(frame, terms, sentence, has_formula):
    carrying = [name for name in frame.arrows if name in terms and frame.step.direction == "backward"]
    return {
        "lines": [each.text for each in frame.written],
        "sentence": sentence,
        "formula": "".join(frame.step.formula.tree().itertext()) * has_formula,
        "carried": [f"+ {Figure(terms[name].number, WRITTEN_DIGITS, 1).text}" for name in carrying],
    }


def differences(found, wanted):
    """Where two such records tell something else; a last digit may differ by one.

    Lines that a scene has no room for (the label of an arrow that is drawn without one) are null in a page.
    """
    assert [len(scene) for scene in found] == [len(scene) for scene in wanted]
    return [
        (k, i, key, own, other)
        for k, scenes in enumerate(zip(found, wanted, strict=True))
        for i, frames in enumerate(zip(*scenes, strict=True))
        for key in frames[1]
        for own, other in _pairs(frames[0][key], frames[1][key])
        if not alike(own, other)
    ]


def _pairs(found, wanted):
    if isinstance(wanted, str):
        return [(found, wanted)]
    if len(found) != len(wanted):
        return [(str(found), str(wanted))]
    return [(own, other) for own, other in zip(found, wanted, strict=True) if own is not None]


def alike(found, wanted):
    """Whether two texts tell the same, and their numbers are the same but for one in the last digit."""
    found, wanted = _plain(found), _plain(wanted)
    if found == wanted:
        return True
    numbers = list(zip(NUMBER.findall(found), NUMBER.findall(wanted), strict=False))
    return NUMBER.sub("#", found) == NUMBER.sub("#", wanted) and all([_near(*pair) for pair in numbers])


def _plain(text):
    return text.replace("⋅", "·").replace("−", "-")


def _near(found, wanted):
    if found == wanted:
        return True
    if {found, wanted} & {"∞", "NaN"}:
        return False
    return abs(_value(found) - _value(wanted)) <= 1.001 * max(min(_unit(found), _unit(wanted)), 0.0)


def _value(text):
    return float(text.replace("·10", "e"))


def _unit(text):
    """One in the last place of a number as it is written."""
    mantissa, _, power = text.replace("·10", "e").partition("e")
    return 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
