"""Laws of JupyterLite as it was built: its notebooks run, below any folder of a web server, and ask no other host."""

import functools
import http.server
import os
import threading
from pathlib import Path

import nbformat
import pytest
from chromium import skip_without_browser
from visits import ROOT

skip_without_browser()
FOLDER = os.environ.get("MICROGRAND_JUPYTERLITE")
if FOLDER is None:
    pytest.skip(
        "MICROGRAND_JUPYTERLITE names no folder: python docs/build_jupyterlite.py FOLDER", allow_module_level=True
    )
NOTEBOOKS = sorted(path.name for path in Path(FOLDER, "files").glob("*.ipynb"))
BELOW = "/a/b/"
BROWSERS_OWN = {"/favicon.ico", "content-autofill.googleapis.com:443"}  # what Chromium asks for by itself, of any page
STARTS = 90_000  # ms that Python may take to be there, on a machine that does much besides
SHOWN = """cells => cells.map((cell) => {
  const texts = cell.querySelectorAll(
    '.jp-OutputArea-output:is([data-mime-type="text/plain"], [data-mime-type^="application/vnd.jupyter.std"])');
  const pictures = cell.querySelectorAll(".jp-OutputArea-output :is(svg, img, iframe)");
  const sizes = [...pictures].map((each) => each.getBoundingClientRect());
  const large = sizes.some((size) => size.width > 99 && size.height > 49);
  return [[...texts].map((each) => each.textContent).join(" "), large];
})"""


class Host(http.server.SimpleHTTPRequestHandler):
    """A server of files, and the proxy that leads to every other host: it notes what is asked outside the folder."""

    def do_GET(self):
        """Answer what lies in the folder."""
        if self.path.startswith(BELOW):
            super().do_GET()
        else:
            self.do_CONNECT()

    def do_CONNECT(self):
        """Refuse, and note it."""
        self.server.asked_outside.append(self.path)
        self.send_error(403)

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """A web server that has JupyterLite in a folder of a folder."""
    root = tmp_path_factory.mktemp("host")
    (root / "a").mkdir()
    (root / "a" / "b").symlink_to(Path(FOLDER).resolve())
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Host, directory=root))
    server.asked_outside = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(browser, host):
    """Opens a notebook in a new profile; afterwards nothing was asked of another host, by page, worker or Python."""
    address = f"http://127.0.0.1:{host.server_port}"
    context = browser.new_context(proxy={"server": address, "bypass": "127.0.0.1"})
    complaints = []

    def visit(name):
        page = context.new_page()
        page.set_default_timeout(STARTS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}{BELOW}notebooks/index.html?path={name}")
        page.locator(".jp-CodeCell").first.wait_for()
        return page

    yield visit
    context.close()
    assert complaints == []
    assert set(host.asked_outside) <= BROWSERS_OWN


def run_all(page):
    """Run all cells, and wait until none of them is waiting."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.locator(".jp-InputPrompt", has_text="*").first.wait_for()
    page.wait_for_function(
        "() => ![...document.querySelectorAll('.jp-InputPrompt')].some((each) => each.textContent.includes('*'))"
    )


def shown(page):
    """What each cell of code shows: its text, word by word, and whether there is a picture to be seen."""
    found = page.locator(".jp-CodeCell").evaluate_all(SHOWN)
    return [(text.split(), pictured) for text, pictured in found]


def committed(name):
    """The same of the notebook in the repository; what has a form in HTML shows no text."""
    cells = nbformat.read(ROOT / "notebooks" / name, as_version=4).cells
    outputs = [cell.outputs for cell in cells if cell.cell_type == "code"]
    data = [[each.get("data", {"text/plain": each.get("text")}) for each in of_cell] for of_cell in outputs]
    return [
        (
            " ".join(each["text/plain"] for each in of_cell if "text/html" not in each).split(),
            any("text/html" in each for each in of_cell),
        )
        for of_cell in data
    ]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_shows_in_jupyterlite_what_is_committed(visit, name):
    """Before it runs, it shows nothing; then each cell shows the committed text, and a picture where there is one."""
    page = visit(name)
    assert not any(words or pictured for words, pictured in shown(page))
    run_all(page)
    assert shown(page) == committed(name)
    assert any(pictured for _, pictured in shown(page))
