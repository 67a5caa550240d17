"""Laws of pictures in the manner of lectures: round gates, the value above each wire and the gradient below it."""

import re
from itertools import pairwise
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from drawings import SVG, classifier, expression, harmless, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from microgrand import (
    TABLE,
    Linear,
    LogSoftmax,
    NegativeLogLikelihood,
    Primitive,
    Sequential,
    Tanh,
    Value,
    cos,
    draw,
    exp,
    maximum,
    refresh,
    relu,
    sigmoid,
    softmax,
    sum,
    sweep,
    tanh,
    topological_order,
)
from microgrand.drawing.colors import DARK, GREY, LIGHT
from microgrand.drawing.signs import LONGEST_SIGN
from microgrand.drawing.words import DIGITS
from microgrand.table.formula import number
from microgrand.testing import expressions

NEAR = 2.5  # points: nobody sees a gap of less


def gates(root, **asked):
    return draw(root, **{"names": {}, "style": "gates", "direction": "LR", "width": None, **asked})


def shown(x):
    return number(x, digits=DIGITS)


def numbers_in(attribute):
    return [float(x) for x in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", attribute)]


def wires(drawing):
    """Every piece of wire by its id: its line (x₁, y₁, x₂, y₂), and for each kind of text where it stands."""
    found = {}
    for group in ElementTree.fromstring(drawing.svg()).iter(f"{SVG}g"):
        if "wire" in group.get("class", "").split():
            line = numbers_in(next(group.iter(f"{SVG}polyline")).get("points"))
            said = {text.get("class"): text for text in group.iter(f"{SVG}text") if text.get("class")}
            found[group.get("id")] = SimpleNamespace(line=line, said=said)
    return found


def told(wire, kind):
    return wire.said[kind].text if kind in wire.said else ""


def paths(drawing):
    """Where each line between two pieces begins and ends, and whether it has a point."""
    found = []
    for group in ElementTree.fromstring(drawing.svg()).iter(f"{SVG}g"):
        if group.get("class") == "edge":
            for path in group.iter(f"{SVG}path"):
                points = numbers_in(path.get("d"))
                found.append((points[:2], points[-2:], bool(list(group.iter(f"{SVG}polygon")))))
    return found


def wire_of(found, box):
    return found.get(f"{box.id}_out") or found[box.id]


@settings(max_examples=40)
@given(expressions(max_nodes=12))
def test_every_value_stands_above_its_wire_and_every_delta_below_it(drawn):
    """The numbers of each node are those of the graph, on either side of the line that leaves the node."""
    root = drawn.root()
    drawing = gates(root)
    order, adjoints, found = topological_order(root), sweep(root), wires(drawing)
    assert len(drawing.view.boxes) == len(order)
    for box, node in zip(drawing.view.boxes, order, strict=True):
        wire = wire_of(found, box)
        left, y, right, same = wire.line
        assert y == same
        assert told(wire, "value").rpartition(" = ")[2] == shown(node.data)
        assert told(wire, "delta") == shown(adjoints[node])
        for kind, height in (("value", -14.0), ("delta", 14.0)):
            assert left < float(wire.said[kind].get("x")) < right
            assert 0 < (float(wire.said[kind].get("y")) - y) / height < 1.5


@settings(max_examples=40)
@given(expressions(max_nodes=12))
def test_there_are_as_many_wires_as_edges(drawn):
    """One point of an arrow at a gate for each operand that is a node, with its local partial beside it."""
    root = drawn.root()
    drawing = gates(root)
    edges = [shown(p) for node in topological_order(root) for p in node.partials]
    assert len([1 for _, _, pointed in paths(drawing) if pointed]) == len(edges)
    partials = [told(wire, "partial").removeprefix("∂ ") for wire in wires(drawing).values() if "partial" in wire.said]
    assert sorted(partials) == sorted(edges)


@settings(max_examples=40)
@given(expressions(max_nodes=12))
def test_what_comes_back_along_the_branches_adds_up_to_delta(drawn):
    """Where a wire forks, each branch has δₖ ∂zₖ/∂zᵢ below it; the sum is the δ before the fork."""
    root = drawn.root()
    drawing = gates(root, digits=17)
    adjoints, found = sweep(root), wires(drawing)
    for box, node in zip(drawing.view.boxes, topological_order(root), strict=True):
        leaving = [arrow for arrow in drawing.view.arrows if arrow.tail == box.id]
        branches = [found[f"{arrow.id}_term"] for arrow in leaving if f"{arrow.id}_term" in found]
        assert len(branches) == (len(leaving) if len(leaving) > 1 else 0)
        terms = [float(told(branch, "delta").replace("−", "-")) for branch in branches]
        delta = adjoints[node]
        if branches and delta - delta == 0.0:
            assert sum(terms) == pytest.approx(delta, rel=1e-9, abs=1e-9 * max(map(abs, terms)))


def gaps(drawing, turned=False):
    """The pieces of wire that do not begin where a line ends, or do not end where one begins; leaves and ends apart."""
    ends, found = paths(drawing), []
    reached = {arrow.head for arrow in drawing.view.arrows}
    for name, wire in wires(drawing).items():
        x1, y1, x2, y2 = wire.line
        first, last = ((x2, y2), (x1, y1)) if turned else ((x1, y1), (x2, y2))
        arriving = [end for _, end, _ in ends if abs(end[0] - first[0]) < NEAR and abs(end[1] - first[1]) < NEAR]
        leaving = [end for end, _, _ in ends if abs(end[0] - last[0]) < NEAR and abs(end[1] - last[1]) < NEAR]
        is_start = name not in reached and not name.endswith(("_out", "_term"))
        is_end = name.removesuffix("_out") in {box.id for box in drawing.view.boxes if box.kind == "root"}
        if (len(arriving), len(leaving)) != (int(not is_start), int(not is_end)):
            found.append(name)
    return found


@settings(max_examples=25)
@given(expressions(max_nodes=12), st.sampled_from(["LR", "RL", "TB", "BT"]))
def test_wires_have_no_gaps(drawn, direction):
    """A piece of wire begins where a line ends, and ends where one begins, but at names and at the root."""
    turned = direction in ("RL", "BT")  # SVG's y points down, as a picture from top to bottom does
    assert gaps(gates(drawn.root(), direction=direction), turned) == []


@pytest.mark.parametrize("depth", [1, 2, None])
def test_wires_of_networks_have_no_gaps(depth):
    """Through frames, between layers, and from vectors to each use."""
    assert gaps(gates(classifier().trace([1.0, 0.5, -1.0], 1), depth=depth)) == []
    hidden = Sequential(Linear(2, 3, bias=True), Tanh(), Linear(3, 2), LogSoftmax(), NegativeLogLikelihood())
    assert gaps(gates(hidden.trace([1.0, 0.5], 1), depth=depth)) == []


def test_each_of_several_roots_has_its_terms():
    """δ has a number for each root, and so has what comes back along a branch; roots have names."""
    a, b = Value(2.0, name="a"), Value(-3.0, name="b")
    drawing = gates([a * b, a * a])
    found = wires(drawing)
    assert told(found["n0"], "delta") == "(-3, 4)"
    assert sorted([told(wire, "delta") for name, wire in found.items() if name.endswith("_term")]) == [
        "(-3, 0)",
        "(0, 2)",
        "(0, 2)",
    ]
    assert [told(wire, "name") for name, wire in found.items() if name.endswith("_out")] == ["z₃", "z₄"]


def test_upright_wires_have_the_value_at_their_left_and_delta_at_their_right():
    """From top to bottom, too, numbers are beside their line."""
    drawing = gates(expression(), direction="TB")
    for wire in wires(drawing).values():
        x, top, same, bottom = wire.line
        assert x == same
        for kind, text in wire.said.items():
            if kind != "name":
                assert text.get("text-anchor") == ("start" if kind == "delta" else "end")
                assert 0 < (float(text.get("x")) - x) * (1 if kind == "delta" else -1) < 5
                assert top < float(text.get("y")) < bottom + NEAR


def luminance(color):
    parts = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("inks", [LIGHT, DARK, GREY])
def test_value_and_delta_can_be_read_and_told_apart_in_grey(inks):
    """Each has a contrast of 4.5 or more with the ground, and of 2.5 or more with the other, whatever its hue."""
    assert contrast(inks.value, inks.ground) >= 4.5
    assert contrast(inks.delta, inks.ground) >= 4.5
    assert contrast(inks.quiet, inks.ground) >= 4.5
    assert contrast(inks.value, inks.delta) >= 2.5


@pytest.mark.parametrize(("colors", "inks"), [("light", LIGHT), ("dark", DARK), ("grey", GREY)])
def test_numbers_have_the_colours_of_the_palette(colors, inks):
    """Values, δ and names are written in the ink that is theirs."""
    for wire in wires(gates(expression(), colors=colors)).values():
        fills = {kind: text.get("fill") for kind, text in wire.said.items()}
        assert (
            fills.items() <= {"value": inks.value, "delta": inks.delta, "partial": inks.quiet, "name": inks.ink}.items()
        )


def neuron(count, activation):
    pairs = [(Value(0.37 * k - 0.9, name=f"w{k}"), Value(0.61 - 0.23 * k, name=f"x{k}")) for k in range(1, count + 1)]
    z = Value(0.25, name="b")
    for w, x in pairs:
        z = w * x + z
    return activation(z)


def width(drawing):
    return numbers_in(re.search(r'viewBox="([^"]*)"', drawing.svg())[1])[2]


def test_a_neuron_takes_two_thirds_of_the_width_of_boxes():
    """From left to right, with all its numbers, it is 0.6 times as wide as in boxes on average, and never above 0.7."""
    neurons = [neuron(count, activation) for count in (1, 2, 3, 5) for activation in (sigmoid, tanh, relu)]
    shares = [width(gates(z)) / width(gates(z, style="boxes")) for z in neurons]
    assert max(shares) <= 0.7
    assert sum(shares) / len(shares) <= 0.6


def signs(*roots):
    return {gates(root).view.boxes[-1].sign for root in roots}


def test_every_row_has_a_sign():
    """A short one, without slots, for rows of the table and for a user's own; plain numbers stand in it."""
    x, y = Value(0.5), Value(0.25)
    cube = Primitive("cube_of_gates", lambda x: x * x * x, lambda z, x: 3.0 * x * x)
    assert signs(x * y, x + y, exp(x), cos(x)) == {"×", "+", "exp", "cos"}
    assert signs(cube(x), softmax([x, y], 1)) == {"cube_of_gates", "softmax₂"}
    assert signs(x * 2, 2 - x, x**3, 1 / x) == {"× 2", "2 −", "^3", "1 /"}
    assert signs(maximum(x, 0.0), sum([x, 1.0]), x * x) == {"max(·, 0)", "Σ(·, 1)", "×"}
    assert all([0 < len(row.notation.label) <= LONGEST_SIGN for row in TABLE.values()])


def test_parallel_wires_are_kept():
    """x·x has two wires from one fork, each with its term; their sum is δ."""
    x = Value(3.0, name="x")
    found = wires(gates(x * x))
    assert [told(wire, "delta") for name, wire in found.items() if name.endswith("_term")] == ["3", "3"]
    assert told(found["n0"], "delta") == "6"


def test_what_is_not_asked_for_is_not_shown():
    """`show` chooses among values, δ and local partials."""
    seen = {show: [set(wire.said) - {"name"} for wire in wires(gates(expression(), show=show)).values()]
             for show in ("value", "delta", "partial")}  # fmt: skip
    assert {kind for kinds in seen["value"] for kind in kinds} == {"value"}
    assert {kind for kinds in seen["delta"] for kind in kinds} == {"delta"}
    assert {kind for kinds in seen["partial"] for kind in kinds} == {"partial"}
    assert not any(set(wire.said) - {"name"} for wire in wires(gates(expression(), show=())).values())


def test_the_root_stands_at_the_end():
    """Its value above, δ = 1 below, and its name after the wire; nothing lies to the right of it."""
    y = expression()
    y.name = "y"
    found = wires(gates(y))
    root = found.pop("n6_out")
    assert (told(root, "value"), told(root, "delta"), told(root, "name")) == (shown(y.data), "1", "y")
    assert float(root.said["name"].get("x")) > root.line[2]
    assert all([wire.line[2] < root.line[0] for wire in found.values()])


def test_layers_are_plates_between_vectors():
    """At depth 1 each layer is a rounded rectangle with its name, and each zˡ a wire with δˡ below it."""
    trace = classifier().trace([1.0, 0.5, -1.0], 1)
    drawing = gates(trace, depth=1)
    assert {"linear", "log-softmax", "NLL"} <= set(texts(drawing))
    seen = {told(wire, "value") for wire in wires(drawing).values()}
    named = {name for name in seen if name.startswith(("z²", "z³"))}
    assert len(named) == 2
    assert len([wire for wire in wires(drawing).values() if told(wire, "delta")]) == len(
        [box for box in drawing.view.boxes if box.delta]
    )


def test_open_layers_have_frames():
    """The gates of one call stand in its frame."""
    drawing = gates(classifier().trace([1.0, 0.5, -1.0], 1))
    frames = [
        group for group in ElementTree.fromstring(drawing.svg()).iter(f"{SVG}g") if group.get("class") == "cluster"
    ]
    assert len(frames) == len(drawing.view.clusters) == 3


def test_names_are_shown_verbatim():
    """Names with the characters of records, entities and escapes reach the picture to the letter, and nothing else."""
    for name in ("{a|b}", "<b>x</b>", r"\N\l", "a&lt;b", 'q"uote', "two words", "wire flat value", "   "):
        x = Value(3.0, name=name)
        y = x * x
        y.name = f"{name}."
        drawing = gates(y)
        seen = [told(wire, "name").replace("\u00a0", " ") for wire in wires(drawing).values() if told(wire, "name")]
        assert seen == [name, f"{name}."][not name.strip() :]
        harmless(gates(y, colors="light").svg())


def test_lit_paths_are_thick_and_others_grey():
    """`to` lights gates and wires by more than a hue."""
    x, w = Value(2.0, name="x"), Value(-0.5, name="w")
    drawing = gates(tanh(w * x) + exp(w), to=x)
    widths = {}
    for group in ElementTree.fromstring(drawing.svg()).iter(f"{SVG}g"):
        if "wire" in group.get("class", ""):
            line = next(group.iter(f"{SVG}polyline"))
            widths[group.get("id")] = float(line.get("stroke-width", "1"))
    lit = {box.id for box in drawing.view.boxes if box.lit}
    assert {name for name, thick in widths.items() if thick == 2.5} & lit
    assert {name for name, thick in widths.items() if thick == 1.0} - lit


def test_stale_nodes_are_dashed():
    """What a changed leaf leads to has dashed gates and wires."""
    x = Value(2.0, name="x")
    y = exp(x) * 3.0
    x.data = 1.0
    assert gates(y).dot.count("dashed") == 4
    refresh(y)
    assert "dashed" not in gates(y).dot


def test_a_wire_without_gradient_is_dotted():
    """Along what relu cuts off, no δ comes back."""
    x = Value(-2.0, name="x")
    assert [line for line in gates(relu(x)).dot.splitlines() if "-> n1 " in line and "dotted" in line]


def test_references_have_wires_of_their_own():
    """In rows, a wire goes on from the name of what it comes from, with its term; that name stands at its beginning."""
    z = Value(0.3, name="x")
    for _ in range(12):
        z = cos(z) + 0.25
    drawing = draw(z, names={}, style="gates", width=900)
    found = wires(drawing)
    again = [told(wire, "name") for name, wire in found.items() if name.startswith("r")]
    assert again
    for name in again:
        before = next(wire for wire in found.values() if told(wire, "value").startswith(f"{name} = "))
        after = [wire for wire in found.values() if told(wire, "name") == name]
        assert after
        assert all([wire.line[1] > before.line[1] for wire in after])  # in a row below
    order = [node for node in topological_order(z) if node.parents]
    values = [told(wire, "value").rpartition(" = ")[2] for wire in found.values() if told(wire, "value")]
    assert sorted(values) == sorted(
        [shown(node.data) for node in [*order, *[leaf for leaf in topological_order(z) if leaf.is_leaf]]]
    )


def test_the_same_graph_gives_the_same_bytes():
    """Nothing in the text depends on identities or on the order of a set."""
    assert gates(expression()).dot == gates(expression()).dot
    assert gates(expression()).dot != gates(expression(), direction="TB").dot


def test_the_legend_explains_the_signs():
    """On request, the picture says what stands above and below a wire, and what a fork means."""
    assert any(["Above a wire" in line for line in texts(gates(expression(), legend=True))])
    assert not any(["Above a wire" in line for line in texts(gates(expression()))])


def test_order_of_elements_is_kept():
    """The elements of a vector stand from the top down in the order of their index."""
    w = [Value(0.1 * k, name=f"w[{k}]") for k in range(1, 7)]
    found = wires(gates(tanh(sum([wk * wk.exp() for wk in w]))))
    heights = [float(wire.said["name"].get("y")) for wire in found.values() if told(wire, "name").startswith("w[")]
    assert all([before < after for before, after in pairwise(heights)])


@pytest.mark.parametrize("count", [1, 3, 6])
def test_local_partials_can_be_read_in_a_column(count):
    """At 900 pixels no letter is under 9, though local partials are smaller than the rest."""
    drawing = draw(neuron(count, sigmoid), names={}, style="gates")
    root = ElementTree.fromstring(drawing.svg())
    scale = float(root.get("width")) / numbers_in(root.get("viewBox"))[2]
    assert min([float(text.get("font-size")) for text in root.iter(f"{SVG}text")]) * scale >= 9.0
