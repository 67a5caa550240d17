"""What tests of the playground do on the page, and read from it."""

import os
import shutil
from pathlib import Path

import pytest
from chromium import skip_without_browser

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "docs" / "playground"
CODE = "#editor .cm-content"


def skip_without_packages():
    """Skip the module that asks where the playground cannot be built, unless MICROGRAND_PLAYGROUND requires it."""
    skip_without_browser()
    if os.environ.get("MICROGRAND_PLAYGROUND") == "required":
        return
    if shutil.which("npm") is None or not all((SOURCE / each).exists() for each in ("node_modules", "wheels")):
        pytest.skip("the playground's packages: python docs/build_playground.py", allow_module_level=True)


def ready(page):
    """Python is there, and does nothing."""
    page.wait_for_function("() => /ready|done|error|line|Read it/.test(document.getElementById('state').textContent)")
    return page


def write(page, code):
    """Put code in the place of what stands in the editor, as from the clipboard; it is not run."""
    page.locator(CODE).click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(code)


def run(page, code):
    """Run code: what the page says of it."""
    write(page, code)
    page.evaluate("() => { document.getElementById('state').textContent = ''; }")
    page.keyboard.press("Control+Enter")
    page.wait_for_function("() => /done|error|anew/.test(document.getElementById('state').textContent)")
    return page.locator("#state").text_content()


def boxes(page):
    """The texts of the boxes of the picture that is shown."""
    frame = page.frame_locator("#shown iframe:last-child")
    frame.locator(".stage:not([hidden]) .node").first.wait_for()
    return frame.locator(".stage:not([hidden]) .node").all_text_contents()


def printed(page):
    """What the last run printed; "" if nothing."""
    return page.locator("#printed").text_content() if page.locator("#printed").is_visible() else ""


def problem(page):
    """The error that is shown; "" if none is."""
    return page.locator("#error").text_content() if page.locator("#error").is_visible() else ""
