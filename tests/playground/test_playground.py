"""Laws of the playground: what is typed is run and shown, can be stopped and shared, and reaches nothing else."""

# ruff: noqa: E501  a line of JavaScript is one line

import json
import re
import xml.etree.ElementTree as ET

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from visits import CODE, SOURCE, boxes, printed, problem, ready, run, skip_without_packages, write

import microgrand as mg
from microgrand.table.formula import number

skip_without_packages()
EXAMPLES = {
    path.stem.partition("_")[2]: path.read_text(encoding="utf-8") for path in sorted((SOURCE / "examples").glob("*.py"))
}
SIZES = [(1280, 800), (900, 700), (390, 844)]


def test_the_first_example_is_live_before_python_is_there(visit):
    """Where Python cannot be loaded, that is said; the first example is there all the same, and its numbers can be moved."""
    page = visit(blocked=["*.wasm"])
    page.wait_for_selector("#error:visible")
    assert "Python could not be loaded" in problem(page)
    assert [text for text in boxes(page) if "tanh" in text] != []
    frame = page.frame_locator("#shown iframe")
    frame.locator("#slider").press("End")
    before = boxes(page)
    frame.locator("#leafnumber").fill("1.5")
    frame.locator("#leafnumber").press("Enter")
    assert boxes(page) != before
    assert len(boxes(page)) == len(before)


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_is_a_lesson(visit, name):
    """It is shorter than 15 lines, and shows something, without an error."""
    assert len(EXAMPLES[name].splitlines()) < 15
    page = ready(visit(f"#example={name}"))
    page.click("#run")
    page.wait_for_function("() => document.getElementById('state').textContent.startsWith('done')")
    assert problem(page) == ""
    page.wait_for_function("() => document.querySelectorAll('#shown iframe').length < 2")
    shown = page.locator("#shown iframe").count()
    assert shown == (name != "wrong_derivative")
    said = boxes(page) if shown else [printed(page)]
    assert len("".join(said)) > 30
    assert page.locator(CODE).inner_text().split("\n")[0] == EXAMPLES[name].split("\n")[0]


def test_a_wrong_derivative_is_caught_and_mended(visit):
    """The example's slope disagrees; with its sign put right it agrees."""
    page = ready(visit("#example=wrong_derivative"))
    page.wait_for_function("() => document.getElementById('printed').textContent.includes('verdict')")
    assert "verdict: disagree" in printed(page)
    assert "60-digit evaluation" in printed(page)
    page.get_by_text("return 1 / (1 + exp(x))").click()
    page.keyboard.press("End")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.keyboard.type("-")
    page.keyboard.press("Control+Enter")
    page.wait_for_function("() => document.getElementById('printed').textContent.includes('verdict: agree')")


FORMULAS = st.recursive(
    st.sampled_from(["x", "w", "0.5", "(-1.25)"]),
    lambda inner: (
        st.builds("{}({})".format, st.sampled_from(["mg.tanh", "mg.sin", "mg.square", "mg.sigmoid"]), inner)
        | st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner)
    ),
    max_leaves=6,
).filter(lambda text: "x" in text)


def test_what_is_typed_is_what_python_computes(visit):
    """Of random expressions the picture has the result, by its name, as Python writes it."""
    page = ready(visit())

    @settings(max_examples=8)
    @given(FORMULAS)
    def holds(formula):
        setting = f"import microgrand as mg\nx = mg.Value(0.75)\nw = mg.Value(-1.5)\nresult = {formula} * 1.5 + w\n"
        space = {}
        exec(setting, space)
        assert run(page, setting).startswith("done"), problem(page)
        page.wait_for_function("() => document.querySelectorAll('#shown iframe').length === 1")
        frame = page.frame_locator("#shown iframe")
        frame.locator("#slider").press("End")
        (root,) = [text for text in boxes(page) if "result" in text]
        assert number(space["result"].data, digits=4) in root
        assert page.locator("#what").text_content().endswith(f"result = {number(space['result'].data)}")

    holds()


def test_short_code_runs_as_one_types(visit):
    """Without a key that runs it the picture follows; half a line changes nothing, and is no error yet."""
    page = ready(visit())
    run(page, "from microgrand import Value\nx = Value(3.0)\ny = x * x")
    before = boxes(page)
    page.keyboard.press("Control+End")
    page.keyboard.type(" +")
    page.wait_for_function("() => document.getElementById('state').textContent.includes('SyntaxError')")
    assert problem(page) == ""
    assert boxes(page) == before
    page.keyboard.type(" 2 * x")
    page.wait_for_function("() => document.getElementById('what').textContent.endsWith('y = 15')")


def test_what_is_typed_before_python_is_there_is_run(visit):
    """While Python loads, and while it starts anew after a stop: as soon as it is there."""
    page = visit()
    page.locator(CODE).wait_for()
    for answer in ("12", "34"):
        assert not page.evaluate("() => document.getElementById('state').textContent.startsWith('done')")
        write(page, "print(")
        page.keyboard.type(f"{answer})")
        page.wait_for_function(f"() => document.getElementById('printed').textContent === '{answer}\\n'")
        page.wait_for_function("() => document.getElementById('state').textContent.startsWith('done')")
        write(page, "while True: pass")
        page.keyboard.press("Control+Enter")
        page.wait_for_function("() => document.getElementById('state').textContent === 'running'")
        page.click("#stop")


def test_what_is_shown_is_of_the_code_that_stands_there(visit):
    """Another example, or a link, takes the place of what runs or waits: nothing of that is shown any more."""
    page = visit("#example=descent")
    page.select_option("#example", "neuron")
    ready(page)
    page.wait_for_timeout(500)
    assert "cost" not in page.locator("#what").text_content()
    write(page, "import time\ntime.sleep(2)\nprint('old result')")
    page.keyboard.press("Control+Enter")
    page.wait_for_function("() => document.getElementById('state').textContent === 'running'")
    page.evaluate("() => { location.hash = 'code=' + 'K8gvKDE1MVdIKUotL84EAA'; }")
    page.wait_for_timeout(3000)
    assert printed(page) == ""
    assert page.locator("#shown iframe").count() == 0


def test_a_second_click_on_run_starts_nothing_anew(visit):
    """The same code that runs already goes on running."""
    page = ready(visit())
    write(page, "import time\ntime.sleep(1)\nprint('once')")
    for _ in range(5):
        page.keyboard.press("Control+Enter")
    page.wait_for_function("() => document.getElementById('state').textContent.startsWith('done')")
    assert len(page.workers) == 1
    assert printed(page) == "once\n"
    assert float(page.locator("#state").text_content().split()[2]) < 5.0


def test_long_output_is_cut(visit):
    """What would hold the page up is not shown: a list of a million numbers, a text of two million letters."""
    page = ready(visit())
    for code in ("list(range(1_000_000))", "print('x' * 2_000_000)", "for k in range(100_000): print(k)"):
        assert run(page, code).startswith("done")
        assert 1000 < len(printed(page)) < 25_000
        page.click("#theme")


def test_a_typed_loop_gives_way_to_what_is_typed_next(visit):
    """An endless loop that came of typing does not keep the finished code from running."""
    page = ready(visit())
    write(page, "k = 0\nwhile True:")
    page.keyboard.type("\nk += 1")
    page.wait_for_timeout(3500)
    page.keyboard.type("\nif k > 5: break")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+End")
    page.keyboard.press("Home")
    page.keyboard.type("\nprint(k)")
    page.wait_for_function("() => !/running/.test(document.getElementById('state').textContent)")


def test_what_runs_cannot_save_or_break_anything(visit):
    """Messages that the code sends by itself save no file, and those that the page does not know change nothing."""
    page = ready(visit())
    saved = []
    page.on("download", lambda download: saved.append(download))
    code = "import js\nfrom pyodide.ffi import to_js\n"
    code += "js.postMessage(to_js({'kind': 'saved', 'form': 'page', 'content': 'x'}, dict_converter=js.Object.fromEntries))\n"
    code += "js.postMessage('x')\njs.postMessage(None)\nprint('sent')"
    assert run(page, code).startswith("done")
    page.wait_for_timeout(500)
    assert printed(page) == "sent\n"
    assert saved == []


def test_the_step_is_kept_as_one_types(visit):
    """The next picture opens at the step where the reader is; another example opens at its first."""
    page = ready(visit())
    run(page, "from microgrand import Value\nx = Value(3.0)\ny = x * x")
    frame = page.frame_locator("#shown iframe:last-child")
    frame.locator("#next").click()
    frame.locator("#next").click()
    page.wait_for_timeout(400)
    run(page, "from microgrand import Value\nx = Value(3.0)\ny = x * x + 1")
    page.wait_for_function("() => document.querySelectorAll('#shown iframe').length === 1")
    assert frame.locator("#slider").input_value() == "2"
    page.select_option("#example", "fan_out")
    page.wait_for_function("() => document.getElementById('what').textContent.includes('8.5')")
    page.wait_for_function("() => document.querySelectorAll('#shown iframe').length === 1")
    assert frame.locator("#slider").input_value() == "0"


def test_a_draft_outlives_a_reload(visit):
    """What was typed stands there again, and runs."""
    page = ready(visit())
    write(page, "")
    page.keyboard.type("print(6 * 7)")
    page.wait_for_function("() => document.getElementById('printed').textContent === '42\\n'")
    page.reload()
    page.wait_for_function("() => document.getElementById('printed').textContent === '42\\n'")
    assert page.locator(CODE).inner_text() == "print(6 * 7)"


def test_frames_follow_the_theme_of_the_system(visit):
    """When the system turns dark, so does what is shown, a walk and a drawing."""
    page = ready(visit(color_scheme="light"))
    for code in ("y = x * x", "draw(x * x)"):
        run(page, f"from microgrand import *\nx = Value(3.0)\n{code}")
        page.wait_for_function("() => document.querySelectorAll('#shown iframe').length === 1")
        colours = []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(400)
            root = page.frame_locator("#shown iframe").locator("html")
            colours.append(
                root.evaluate("root => getComputedStyle(root).backgroundColor + getComputedStyle(root).colorScheme")
            )
        assert colours[0] != colours[1]
        page.emulate_media(color_scheme="light")


def test_several_results_stand_one_below_the_other(visit):
    """Each `display` has a place of its own."""
    page = ready(visit())
    run(page, "from microgrand import *\nx = Value(3.0)\ndisplay(x * x)\ndisplay(draw(x))\nx + 1")
    page.wait_for_timeout(2000)
    assert page.locator("#shown iframe").count() == 3
    assert page.locator("#what").text_content() == "3 results"


def test_python_is_started_anew_before_its_memory_is_full(visit):
    """After a run that left Python with more than a billion bytes, the next one has a fresh one, and takes no harm."""
    page = ready(visit())
    assert run(page, "kept = bytearray(1_200_000_000)\nlen(kept)").startswith("done"), problem(page)
    assert run(page, "6 * 7").startswith("done")
    assert printed(page) == "42\n"
    assert len(page.workers) == 1


@pytest.mark.parametrize("size", [1500, 20_000])
def test_a_deep_graph_is_shown(visit, size):
    """A chain of thousands of nodes, several times."""
    page = ready(visit())
    code = f"from microgrand import Value\nx = y = Value(1.0)\nfor _ in range({size}):\n    y = y + 1.0\ny"
    for k in range(3):
        assert run(page, f"{code}\n# {k}\ny").startswith("done"), problem(page)
        page.frame_locator("#shown iframe:last-child").locator(".node").first.wait_for()


ENDLESS = {
    "a loop": "while True: pass",
    "a loop that prints": "while True: print('and on')",
    "a long sum": "sum(k for k in range(10**12))",
}


def test_what_does_not_end_is_stopped(visit):
    """The page answers while it runs; after a stop Python is there again, and runs what comes next."""
    page = ready(visit())
    for code in ENDLESS.values():
        write(page, code)
        page.keyboard.press("Control+Enter")
        page.wait_for_function("() => document.getElementById('state').textContent === 'running'")
        page.click("#theme")
        assert page.locator("#stop").is_enabled()
        page.click("#stop")
        assert run(page, "6 * 7").startswith("done")
        assert printed(page) == "42\n"


def test_python_that_breaks_down_starts_again(visit):
    """Where Python itself ends, the page says so, and runs what comes next."""
    page = ready(visit())
    said = run(page, "import os\nos.abort()")
    assert "anew" in said
    assert "broke down" in problem(page)
    assert run(page, "6 * 7").startswith("done")
    assert printed(page) == "42\n"
    assert problem(page) == ""


def test_a_deep_graph_is_built_swept_and_released(visit):
    """A chain of 100,000 nodes, several times."""
    page = ready(visit())
    code = "from microgrand import Value\nfor _ in range(3):\n    x = y = Value(1.0)\n    for _ in range(100_000):\n"
    code += "        y = y + 1.0\n    y.backward()\nprint(y.data, x.grad)"
    assert run(page, code).startswith("done"), problem(page)
    assert printed(page) == "100001.0 1.0\n"


def test_a_shared_link_brings_the_code_and_waits(visit):
    """Any code comes back as it was; it is not run, nor when it is changed, until that is asked for."""
    page = ready(visit())
    code = 'print("§ ünï 🙂 <b>&amp;", 6 * 7)\n# \\ \' " #hash?&=+%'
    write(page, code)
    page.click("#share")
    page.wait_for_function("() => location.hash.startsWith('#code=')")
    link = page.evaluate("() => location.hash")
    assert re.fullmatch(r"#code=[\w-]+", link)
    other = visit(link)
    other.wait_for_function("() => document.getElementById('progress').hidden")
    assert other.locator(CODE).inner_text() == code
    other.locator(CODE).click()
    other.keyboard.press("Control+End")
    other.keyboard.type("\nprint(1)")
    other.wait_for_timeout(1500)
    assert printed(other) == ""
    assert other.locator("#shown iframe").count() == 0
    other.click("#run")
    other.wait_for_function("() => document.getElementById('printed').textContent.endsWith('1\\n')")
    assert printed(other) == "§ ünï 🙂 <b>&amp; 42\n1\n"


@pytest.mark.parametrize("link", ["#code=%%%", "#code=AAAA", "#code=_____", "#example=nothing", "#what", "#code"])
def test_a_broken_link_is_told(visit, link):
    """A link whose code cannot be read says so; one that has none opens the first example."""
    page = visit(link)
    page.wait_for_function("() => document.getElementById('progress').hidden")
    assert ("This link is broken" in problem(page)) == ("code" in link)
    assert page.locator("#shown iframe").count() == ("code" not in link)
    assert run(page, "1 + 1").startswith("done")


REACHES = {
    "another host": "fetch('https://example.org/')",
    "this host": "fetch('{site}built.json')",
    "a socket": "new Promise((yes, no) => {{ const s = new WebSocket('ws://' + '{site}'.slice(7)); s.onopen = yes; s.onerror = no; }})",
    "an old request": "new Promise((yes, no) => {{ const r = new XMLHttpRequest(); r.open('GET', '{site}built.json'); r.onload = yes; r.onerror = no; r.send(); }})",
    "a script": "import('{site}playground.js')",
    "a worker": "new Promise((yes, no) => {{ const w = new Worker('{site}worker.js'); w.onerror = no; setTimeout(yes, 500); }})",
    "the databases": "new Promise((yes, no) => {{ const r = indexedDB.open('x'); r.onsuccess = yes; r.onerror = no; }})",
    "the caches": "caches.keys()",
    "the storage": "Promise.resolve(localStorage.length)",
    "the page": "Promise.resolve(document.title)",
}


def test_python_reaches_nothing_outside(visit, site):
    """What runs has no network, no storage and no page: each way out ends in an error, for JavaScript from Python too."""
    page = ready(visit())
    run(page, "1 + 1")
    (worker,) = page.workers
    assert worker.evaluate("() => self.origin") == "null"
    for way in REACHES.values():
        script = f"async () => {{ try {{ await {way.format(site=site)}; return 'reached'; }} catch {{ return 'refused'; }} }}"
        assert worker.evaluate(script) == "refused", way


MISTAKES = {
    "a name": ("x = 1\ny = z + x\n", 2, "NameError"),
    "a domain": ("from microgrand import *\nx = Value(-1.0)\n\ny = log(x)\n", 4, "log is defined on"),
    "syntax": ("x = 1\nfor k in 3\n    pass\n", 2, "expected"),
    "inside a function": ("def f(a):\n    return 1 / a\n\nf(0)\n", 2, "ZeroDivisionError"),
    "a package": ("import numpy\n", 1, "is not here"),
    "a question": ("n = input('n? ')\n", 1, "nobody"),
    "the end of it": ("import sys\nsys.exit(3)\n", 2, "SystemExit"),
    "no end": ("def f(x):\n    return f(x)\nf(1)\n", 2, "RecursionError"),
}


def test_a_mistake_is_told_with_its_line(visit):
    """Each error names the line in the editor, says what is wrong, marks it, and leads there."""
    page = ready(visit())
    for code, line, words in MISTAKES.values():
        run(page, code)
        assert problem(page).startswith(f"line {line}, "), code
        assert words in problem(page)
        assert page.locator(".cm-lintRange-error, .cm-lintPoint-error").count() == 1
        page.click("#error button")
        assert page.evaluate("() => document.activeElement.closest('#editor') !== null")
        assert page.locator(".cm-lineNumbers .cm-activeLineGutter").inner_text() == str(line)
    run(page, "6 * 7")
    assert problem(page) == ""
    assert page.locator(".cm-lintRange-error, .cm-lintPoint-error").count() == 0


SHOWN = {
    "a list": ("[1, 'a', None]", "[1, 'a', None]\n"),
    "text": ("'§ <b>'", "§ <b>"),
    "nothing": ("None", ""),
    "printed and shown": ("print(1)\n2", "1\n2\n"),
    "a program": ("from microgrand import record\nrecord(lambda x: x * x, 3.0)", "mul"),
    "a report": (
        "from microgrand.testing import check_gradient\ncheck_gradient(abs, gradient=lambda x: 1.0, at=2.0)",
        "agree",
    ),
    "a primitive": ("from microgrand import tanh\ntanh", "tanh"),
    "displayed": ("display(1)\ndisplay('b')", "1\nb\n"),
}


def test_whatever_comes_last_is_shown(visit):
    """Text, numbers, programs and reports print; a drawing, an exercise and a network are pictures, a Value a walk."""
    page = ready(visit())
    for code, words in SHOWN.values():
        assert run(page, code).startswith("done"), problem(page)
        assert words in printed(page)
        assert page.locator("#shown iframe").count() == 0
        assert page.locator("#savepage").is_disabled()
    for code in (
        "from microgrand import *\ndraw(Value(2.0) * 3.0)", "from microgrand import *\nSequential(Linear(2, 3), Tanh(), Linear(3, 2))",
        "from microgrand import *\nexercise(seed=1, level=2)", "from microgrand import *\nexercises(2, seed=1)",
    ):  # fmt: skip
        assert run(page, code).startswith("done"), problem(page)
        page.frame_locator("#shown iframe:last-child").locator("svg, iframe").first.wait_for()
        assert printed(page) == ""


def test_what_is_shown_is_saved(visit, browser, tmp_path):
    """The page plays offline, the SVG is a picture, the notebook holds the code."""
    page = ready(visit())
    code = "from microgrand import *\nx = Value(3.0)\ny = tanh(x) * x"
    run(page, code)
    saved = {}
    for form in ("page", "svg", "notebook"):
        with page.expect_download() as download:
            page.click(f"#save{form}")
        saved[form] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[form])
    assert [path.suffix for path in saved.values()] == [".html", ".svg", ".ipynb"]
    assert ET.parse(saved["svg"]).getroot().tag.endswith("svg")
    notebook = nbformat.read(saved["notebook"], as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[-1].source == code
    offline = browser.new_context(offline=True).new_page()
    offline.goto(saved["page"].as_uri())
    assert offline.locator(".stage:not([hidden]) .node").count() == 3
    offline.context.close()


def test_names_are_completed(visit):
    """What microgrand offers is completed, with its first sentence; inside of text nothing is."""
    page = ready(visit())
    write(page, "from microgrand import ")
    page.keyboard.type("walkt")
    page.locator(".cm-tooltip-autocomplete li").first.wait_for()
    assert page.locator(".cm-tooltip-autocomplete li").first.inner_text() == "walkthrough"
    page.wait_for_timeout(200)  # so long the editor takes Enter for a new line
    page.keyboard.press("Enter")
    assert page.locator(CODE).inner_text().endswith("walkthrough")
    write(page, "'")
    page.keyboard.type("walkt")
    page.wait_for_timeout(400)
    assert page.locator(".cm-tooltip-autocomplete").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_everything_is_in_reach(visit, size, scheme):
    """At three sizes, in both themes: nothing scrolls sideways, axe-core finds no fault, with a result and an error."""
    from axe_playwright_python.sync_playwright import Axe

    page = ready(visit(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme))
    for code in ("from microgrand import *\nx = Value(3.0)\ny = tanh(x) * x", "print('a' * 300)\nlog = 1 / 0"):
        run(page, code)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        page.wait_for_timeout(300)
        found = Axe().run(page).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_keys_alone_lead_through_the_page(visit):
    """Every control is reached with the tabulator; the editor lets go of it after Escape."""
    page = ready(visit())
    page.locator(CODE).click()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.closest('#editor')") is None
    reached = set()
    page.evaluate("() => document.querySelector('h1 a').focus()")
    for _ in range(12):
        reached.add(page.evaluate("() => document.activeElement.id || document.activeElement.tagName"))
        if page.evaluate("() => document.activeElement.closest('#editor') !== null"):
            page.keyboard.press("Escape")
        page.keyboard.press("Tab")
    assert {"example", "share", "theme", "run", "savenotebook"} <= reached


def test_links_hold_any_text(tmp_path):
    """What is packed is what is unpacked, whatever it is, in letters that a link may have."""
    import subprocess

    texts = []

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
    def collect(text):
        texts.append(text)

    collect()
    script = f"""
import {{ packed, unpacked }} from {json.dumps((SOURCE / "page" / "sharing.js").as_uri())};
import {{ readFileSync }} from "node:fs";
const found = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) {{
  const link = await packed(text);
  found.push([link, await unpacked(link)]);
}}
console.log(JSON.stringify(found));
"""
    file = tmp_path / "links.mjs"
    file.write_text(script, encoding="utf-8")
    done = subprocess.run(["node", file], input=json.dumps(texts), capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert [back for _, back in found] == texts
    assert [link for link, _ in found if not re.fullmatch(r"[\w-]+", link, re.ASCII)] == []


def test_the_names_are_those_of_the_package(visit, site):
    """What the editor completes are the public names, each with a sentence."""
    page = visit()
    built = page.evaluate("() => fetch('built.json').then((answer) => answer.json())")
    assert {name for name, _, _ in built["names"]} == set(mg.__all__)
    assert [name for name, _, text in built["names"] if not text and name != "COMPILED"] == []
